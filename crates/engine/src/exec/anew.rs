//! What is planned and run anew for each row of another operator: EXISTS and LATERAL by substitution.
//!
//! In: a logical pattern, terms for some of its variables. Out: what its operators give; and, where an account of the query is
//! wanted, all runs added up, those with plans of the same shape together. Of one operator's plans a few shapes are told apart.

use super::Running;
use super::build::Builder;
use super::context::{Context, Measure};
use crate::error::Result;
use crate::plan::logical::{Constant, Logical};
use crate::plan::lower;
use crate::plan::physical::{Bag, Node};
use crate::plan::substitute::substitute;
use crate::plan::variables::{Var, VarSet, VariableNames};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// So many shapes of the plans of one operator are told apart; further ones are counted.
const SHAPES: usize = 3;

/// The runs of operators that plan and run for each row, by the numbers of the operators.
pub type Account = HashMap<usize, Runs>;

/// The runs of one operator, added up.
#[derive(Default)]
pub struct Runs {
    /// Those of a few shapes of plans, in the order in which they came.
    pub alike: Vec<Alike>,
    /// How many had plans of other shapes, and how long these took.
    pub others: (u64, Duration),
}

/// Runs with plans of the same shape, added up.
pub struct Alike {
    /// How many.
    pub count: u64,
    /// How long they took, planning included.
    pub time: Duration,
    /// The terms of the first run.
    pub given: Vec<(Var, Constant)>,
    /// The plan of the first run, and the names of its variables.
    pub plan: (Node, Arc<VariableNames>),
    /// How many rows were expected of each node, in the order of their numbers.
    pub estimates: Vec<f64>,
    /// What each node did.
    pub measures: Vec<Measure>,
    /// The runs within these runs.
    pub within: Account,
}

/// A pattern that is planned anew.
pub struct Anew<'p> {
    /// The number of the operator that does so.
    pub number: usize,
    /// The pattern.
    pub pattern: &'p Logical,
    /// What of its solutions is wanted.
    pub wanted: &'p [Var],
    /// Whether equal solutions must come as often as they are found.
    pub bag: Bag,
}

impl Anew<'_> {
    /// Plans the pattern with `given` in it, and lets `work` run the operators.
    ///
    /// # Errors
    /// Where the graph is damaged, and what `work` reports.
    pub fn run<'a, T>(
        &self,
        given: Vec<(Var, Constant)>,
        builder: &Builder<'a>,
        cx: &mut Context<'_>,
        work: impl FnOnce(Running<'a>, &mut Context<'_>) -> Result<T>,
    ) -> Result<T> {
        let begun = Instant::now();
        let mut names = VariableNames::clone(&builder.names);
        let pattern = substitute(self.pattern, &given);
        let node = lower::lower(&pattern, self.wanted, self.bag, &*builder.dataset, &mut names)?;
        let builder = Builder { names: names.into(), ..builder.clone() };
        let Some(mut account) = cx.account.take() else {
            let running = builder.build_within(&node, cx)?;
            return work(running, cx);
        };
        let above = std::mem::take(&mut cx.measures);
        cx.account = Some(Account::default());
        let done = builder.build(&node, &VarSet::new(), cx).and_then(|running| work(running, cx));
        let run = Alike {
            count: 1,
            time: begun.elapsed(),
            given,
            estimates: estimates(&node),
            plan: (node, builder.names),
            measures: std::mem::replace(&mut cx.measures, above),
            within: cx.account.take().unwrap_or_default(),
        };
        account.entry(self.number).or_default().add(run);
        cx.account = Some(account);
        done
    }
}

impl Runs {
    fn add(&mut self, run: Alike) {
        let is_full = self.alike.len() >= SHAPES;
        match self.alike.iter_mut().find(|alike| is_alike(&alike.plan.0, &run.plan.0)) {
            Some(alike) => alike.add(run),
            None if !is_full => self.alike.push(run),
            None => {
                self.others.0 += run.count;
                self.others.1 += run.time;
            }
        }
    }
}

impl Alike {
    fn add(&mut self, run: Self) {
        self.count += run.count;
        self.time += run.time;
        self.estimates.iter_mut().zip(run.estimates).for_each(|(sum, rows)| *sum += rows);
        self.measures.iter_mut().zip(run.measures).for_each(|(sum, measure)| sum.add(measure));
        for (number, runs) in run.within {
            let own = self.within.entry(number).or_default();
            runs.alike.into_iter().for_each(|run| own.add(run));
            own.others.0 += runs.others.0;
            own.others.1 += runs.others.1;
        }
    }
}

/// The rows that are expected of a node and of those below it, in the order of their numbers.
fn estimates(root: &Node) -> Vec<f64> {
    let (mut rows, mut open) = (Vec::new(), vec![root]);
    while let Some(node) = open.pop() {
        rows.push(node.rows);
        open.extend(node.inputs.iter().rev());
    }
    rows
}

/// Whether two plans do the same, whatever terms are in them.
fn is_alike(a: &Node, b: &Node) -> bool {
    let mut open = vec![(a, b)];
    while let Some((a, b)) = open.pop() {
        let same = std::mem::discriminant(&a.op) == std::mem::discriminant(&b.op);
        if !same || a.output != b.output || a.inputs.len() != b.inputs.len() {
            return false;
        }
        open.extend(a.inputs.iter().zip(&b.inputs));
    }
    true
}
