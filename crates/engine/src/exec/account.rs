//! A plan that was run, or was not, as steps for a person.
//!
//! In: the nodes of a plan, what each of them did. Out: [`Step`]s. It runs nothing; of what is planned anew for each row it
//! makes a plan without the row's values where no run has left one.

use super::anew::{Account, Alike, Runs};
use super::context::Measure;
use crate::explain::Step;
use crate::plan::concern;
use crate::plan::lower;
use crate::plan::physical::{Bag, Node, Op};
use crate::plan::show;
use crate::plan::statistics::Statistics;
use crate::plan::variables::VariableNames;

/// What is known of a plan.
pub struct Told<'t> {
    /// What variables are called.
    pub names: &'t VariableNames,
    /// Whether the graph has terms beside its sorted ones.
    pub has_more: bool,
    /// Of what is asked, for patterns of which there is no plan yet.
    pub statistics: &'t dyn Statistics,
    /// What the operators did, by their numbers; nothing where none was run.
    pub measures: &'t [Measure],
    /// The runs of operators that plan for each row; nothing where none was run.
    pub account: Option<&'t Account>,
    /// How many rows were expected of all runs together, where it is not one run.
    pub estimates: &'t [f64],
}

impl Told<'_> {
    /// The steps of a plan.
    pub fn steps(&self, root: &Node) -> Step {
        self.step(root, &mut 0)
    }

    /// A node and those below it, of which the next one has the number `next`: nodes are numbered as they are met.
    fn step(&self, node: &Node, next: &mut usize) -> Step {
        let number = *next;
        *next += 1;
        let measure = self.measures.get(number).copied().unwrap_or_default();
        let mut label = show::label(node, self.names, self.has_more);
        if let Some((parts, threads)) = measure.parts {
            label.push_str(&format!(": {parts} parts on {threads} threads, whose times are added up"));
        }
        let mut children = Vec::with_capacity(node.inputs.len());
        for input in &node.inputs {
            children.push(self.step(input, next));
        }
        if let Op::Exists { .. } | Op::Lateral { .. } = &node.op {
            children.extend(self.runs(node, number));
        }
        let estimate = self.estimates.get(number).copied().unwrap_or(node.rows);
        Step {
            label,
            estimate: Some(estimate.round() as u64),
            cost: node.cost,
            own_cost: node.own_cost(),
            concerns: concern::of(node, self.names, self.statistics),
            order: node.order.iter().map(|var| self.names.show(*var)).collect(),
            choice: node.choice.clone(),
            rows: measure.rows,
            seconds: measure.time.as_secs_f64(),
            bytes: measure.bytes as u64,
            read: measure.read,
            runs: None,
            children,
        }
    }

    /// What an operator planned and ran for each row.
    fn runs(&self, node: &Node, number: usize) -> Vec<Step> {
        match self.account.and_then(|account| account.get(&number)) {
            Some(runs) => self.of_runs(runs),
            None => self.without_values(node).into_iter().collect(),
        }
    }

    fn of_runs(&self, runs: &Runs) -> Vec<Step> {
        let of_alike = |alike: &Alike| {
            let (node, names) = &alike.plan;
            let (measures, estimates) = (alike.measures.as_slice(), alike.estimates.as_slice());
            let plan = Told { names, measures, account: Some(&alike.within), estimates, ..*self }.steps(node);
            Step {
                label: self.of_alike(alike),
                estimate: plan.estimate,
                cost: plan.cost,
                rows: plan.rows,
                seconds: alike.time.as_secs_f64(),
                runs: Some(alike.count),
                children: vec![plan],
                ..Step::default()
            }
        };
        let (count, time) = runs.others;
        let others = Step {
            label: format!("Runs of other plans: {count}"),
            seconds: time.as_secs_f64(),
            runs: Some(count),
            ..Step::default()
        };
        runs.alike.iter().map(of_alike).chain((count > 0).then_some(others)).collect()
    }

    /// How often a plan was run, and whose values stand in what is shown of it.
    fn of_alike(&self, alike: &Alike) -> String {
        let given = alike
            .given
            .iter()
            .map(|(var, constant)| format!("{} = {}", self.names.show(*var), constant.term));
        let given = given.collect::<Vec<_>>().join(", ");
        match (given.is_empty(), alike.count) {
            (true, 1) => "Planned and run once".to_owned(),
            (true, count) => format!("Planned and run {count} times"),
            (false, 1) => format!("Planned and run once, for {given}"),
            (false, count) => format!("Planned and run {count} times, first for {given}"),
        }
    }

    /// The plan of a pattern that no row has asked for.
    fn without_values(&self, node: &Node) -> Option<Step> {
        let (pattern, wanted, bag) = match &node.op {
            Op::Exists { pattern, .. } => (pattern.as_ref().clone().slice(0, Some(1)), &[][..], Bag::Set),
            Op::Lateral { pattern, wanted, bag, .. } => (pattern.as_ref().clone(), wanted.as_slice(), *bag),
            _ => return None,
        };
        let mut names = self.names.clone();
        // Where a limit was met there is no time to plan.
        let plan = lower::lower(&pattern, wanted, bag, self.statistics, &mut names).ok()?;
        let told = Told { names: &names, measures: &[], account: None, estimates: &[], ..*self };
        let label = match self.account {
            Some(_) => "Not run, since no row came: its plan without the values of one",
            None => "Planned anew for each row: here without its values",
        };
        let plan = told.steps(&plan);
        Some(Step {
            label: label.to_owned(),
            estimate: plan.estimate,
            cost: plan.cost,
            runs: self.account.map(|_| 0),
            children: vec![plan],
            ..Step::default()
        })
    }
}
