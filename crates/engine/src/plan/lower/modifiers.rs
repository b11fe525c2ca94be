//! BIND, GROUP BY, ORDER BY, DISTINCT, LIMIT and OFFSET over one input.
//!
//! In: the input's logical plan. Out: its operators with one more above, which reads no more columns than it needs.

use super::Lowering;
use crate::plan::Planned;
use crate::plan::cost;
use crate::plan::estimate::values_of;
use crate::plan::logical::{Aggregate, Formula, Kind, Logical, SortKey};
use crate::plan::order::Figures;
use crate::plan::order::Wish;
use crate::plan::physical::{
    Bag, FIRST_ROWS, Node, Op, OrderKey, can_come_by, comes_sorted, read_by_first, read_by_value,
};
use crate::plan::variables::{Var, VarSet};
use crate::syntax::algebra::AggregateFunction;

impl Lowering<'_> {
    pub(super) fn extend(
        &mut self,
        input: &Logical,
        var: Var,
        formula: &Formula,
        need: &VarSet,
        bag: Bag,
    ) -> Planned<Node> {
        if !need.contains(var) {
            return self.node(input, need, bag);
        }
        let mut wanted = need.union(&formula.vars);
        wanted.remove(var);
        // A value that differs from solution to solution must be made for each of them.
        let bag = if formula.is_volatile() {
            wanted.extend_with(&input.possible);
            Bag::Rows
        } else {
            bag
        };
        let node = self.node(input, &wanted, bag)?;
        let (rows, mut certain, unique) = (node.rows, node.certain.clone(), node.unique);
        if formula.is_total(&certain) {
            certain.insert(var);
        }
        let mut output = node.output.clone();
        output.push(var);
        let mut node = Node::new(Op::Extend(var, formula.clone()), vec![node], output, certain, rows);
        node.agreeing.extend(self.agreeing.get(&var).map(|part| (var, *part)));
        Ok(node.unique(unique).pruned(need))
    }

    pub(super) fn group(
        &mut self,
        input: &Logical,
        keys: &[Var],
        aggregates: &[Aggregate],
        need: &VarSet,
    ) -> Planned<Node> {
        let aggregates: Vec<Aggregate> = aggregates
            .iter()
            .filter(|aggregate| need.contains(aggregate.var))
            .map(|aggregate| counting_solutions(aggregate.clone(), input))
            .collect();
        let mut wanted: VarSet = keys.iter().copied().collect();
        let (input, aggregates) = match distinct_below(input) {
            Some(inner) if keys.is_empty() && aggregates.iter().all(counts_rows) => {
                wanted.extend_with(&inner.possible);
                let whole = |aggregate| Aggregate { distinct: true, ..aggregate };
                (inner, aggregates.into_iter().map(whole).collect())
            }
            _ => (input, aggregates),
        };
        for aggregate in &aggregates {
            match &aggregate.argument {
                Some(formula) => wanted.extend_with(&formula.vars),
                // COUNT(DISTINCT *) counts whole solutions: of the variables in scope, which blank nodes of patterns
                // and nodes along a path are not (section 18.2.1).
                None if aggregate.distinct => {
                    input.possible.iter().filter(|var| self.names.is_in_text(*var)).for_each(|var| {
                        wanted.insert(var);
                    });
                }
                None => {}
            }
        }
        let set = aggregates.iter().all(ignores_duplicates);
        self.wish = Wish { together: keys.to_vec(), ..Wish::default() };
        let node = self.node(input, &wanted, if set { Bag::Set } else { Bag::Rows })?;
        let rows = self.groups(&node, keys);
        let certain = node.certain.clone();
        let mut output = keys.to_vec();
        let mut sure = certain.intersection(&keys.iter().copied().collect());
        for aggregate in &aggregates {
            output.push(aggregate.var);
            if aggregate.is_certain(keys, &certain) {
                sure.insert(aggregate.var);
            }
        }
        let node =
            Node::new(Op::Group(keys.to_vec(), aggregates, Vec::new()), vec![node], output, sure, rows);
        Ok(node.unique(true).pruned(need))
    }

    /// How many groups the rows of a node are expected to make: as many of the values that the keys can have as rows picked by chance
    /// would meet (Cardenas, Analysis and performance of inverted data base structures, CACM 1975), where their
    /// predicates tell them.
    fn groups(&self, node: &Node, keys: &[Var]) -> f64 {
        if keys.is_empty() {
            return 1.0;
        }
        if node.unique && node.output.iter().all(|var| keys.contains(var)) {
            return node.rows.max(1.0);
        }
        let of = |key: &Var| values_of(node, *key, self.statistics);
        match keys.iter().map(of).product::<Option<f64>>() {
            Some(values) if values >= 1.0 => (values * -(-node.rows / values).exp_m1()).max(1.0),
            _ => (node.rows / 4.0).max(1.0),
        }
    }

    /// ORDER BY; with `first`, only so many of the first rows.
    pub(super) fn order_by(
        &mut self,
        input: &Logical,
        keys: &[SortKey],
        first: Option<u64>,
        need: &VarSet,
        bag: Bag,
    ) -> Planned<Node> {
        let mut wanted = need.clone();
        for key in keys {
            wanted.extend_with(&key.formula.vars);
        }
        let mut node = self.sort_input(input, keys, first, &wanted, bag)?;
        let mut sorted = Vec::new();
        for key in keys {
            let var = match key.formula.as_variable() {
                Some(var) => var,
                None => {
                    let var = self.names.fresh("key");
                    let (rows, certain, unique) = (node.rows, node.certain.clone(), node.unique);
                    let mut output = node.output.clone();
                    output.push(var);
                    let op = Op::Extend(var, key.formula.clone());
                    node = Node::new(op, vec![node], output, certain, rows).unique(unique);
                    var
                }
            };
            // A variable that nothing binds orders nothing.
            if node.output.contains(&var) {
                sorted.push(OrderKey { var, descending: key.descending });
            }
        }
        if sorted.is_empty() {
            return Ok(node.pruned(need));
        }
        let rows = first.map_or(node.rows, |first| node.rows.min(first as f64));
        read_by_value(&mut node, &sorted);
        let early =
            sorted.first().zip(first).filter(|_| !comes_sorted(&node, &sorted)).and_then(|(key, first)| {
                let cost = self.until_known(&node, *key, first)?;
                let all = node.cost + cost::first_of(node.rows, first as f64);
                self.statistics.is_far_better(cost, all, 1.0).then_some(cost)
            });
        if early.is_some() {
            read_by_first(&mut node, &sorted);
        }
        let sort = node.under(Op::Sort(sorted, first), rows);
        Ok(Node { cost: early.unwrap_or(sort.cost), ..sort }.pruned(need))
    }

    /// The rows of an ORDER BY, which may come in the order of its first key; with `first`, only so many of the first rows are wanted.
    fn sort_input(
        &mut self,
        input: &Logical,
        keys: &[SortKey],
        first: Option<u64>,
        wanted: &VarSet,
        bag: Bag,
    ) -> Planned<Node> {
        let key = keys
            .first()
            .and_then(|key| Some(OrderKey { var: key.formula.as_variable()?, descending: key.descending }));
        let together = key.filter(|key| !key.descending).map(|key| key.var).into_iter().collect();
        let wish = Wish { together, first: None, top: key.zip(first) };
        let outside = self.led.replace(false);
        self.wish = wish.clone();
        let mut node = self.node(input, wanted, bag)?;
        // What is above the parts that give the order may need all of them.
        if self.led.replace(outside) && !key.is_some_and(|key| can_come_by(&node, key)) {
            self.wish = Wish { top: None, ..wish };
            node = self.node(input, wanted, bag)?;
        }
        Ok(node)
    }

    /// What it takes until the first rows by a key are known where rows are read in its order, in nanoseconds; nothing where they are not.
    pub(super) fn until_known(&self, node: &Node, key: OrderKey, first: u64) -> Option<f64> {
        let lead = node.lead();
        let Op::Scan { pattern, .. } = &lead.op else { return None };
        if !can_come_by(node, key) {
            return None;
        }
        let figures = Figures::of_pattern(pattern, self.statistics);
        let (_, values) = figures.distinct.iter().find(|(var, _)| *var == key.var)?;
        // All rows of the last of the values that are needed are read.
        let of_a_value = figures.rows / values.max(1.0);
        let needed =
            first as f64 * (lead.rows / node.rows.max(1.0)).max(1.0) + of_a_value + FIRST_ROWS as f64;
        let share = (needed / lead.rows.max(1.0)).min(1.0);
        let streamed = cost::streamed(node);
        let sorted = cost::first_of(node.rows * share, first as f64);
        Some(node.cost - streamed + streamed * share + sorted)
    }

    /// What it takes to find the first rows by a key, in nanoseconds.
    pub(super) fn cost_of_first(&self, node: &Node, key: OrderKey, first: u64) -> f64 {
        let all = node.cost + cost::first_of(node.rows, first as f64);
        self.until_known(node, key, first).map_or(all, |cost| cost.min(all))
    }

    pub(super) fn distinct(&mut self, input: &Logical, need: &VarSet, bag: Bag) -> Planned<Node> {
        if bag == Bag::Set {
            return self.node(input, need, bag);
        }
        self.wish = Wish { together: input.possible.iter().collect(), ..Wish::default() };
        let node = self.node(input, &input.possible, Bag::Set)?;
        let rows = node.rows;
        let node = node.under(Op::Distinct, rows).unique(true);
        Ok(node.pruned(need))
    }

    pub(super) fn slice(
        &mut self,
        input: &Logical,
        offset: u64,
        limit: Option<u64>,
        need: &VarSet,
    ) -> Planned<Node> {
        let first = limit.map(|limit| offset.saturating_add(limit));
        let node = match (&input.kind, first) {
            (Kind::OrderBy(below, keys), Some(_)) => self.order_by(below, keys, first, need, Bag::Rows)?,
            (Kind::Project(below, vars), Some(_)) if matches!(below.kind, Kind::OrderBy(..)) => {
                let Kind::OrderBy(below, keys) = &below.kind else {
                    return self.node(input, need, Bag::Rows);
                };
                let kept: VarSet = vars.iter().copied().collect();
                self.order_by(below, keys, first, &need.intersection(&kept), Bag::Rows)?
            }
            _ => {
                self.wish = Wish { first, ..Wish::default() };
                self.node(input, need, Bag::Rows)?
            }
        };
        let until = first.map_or(node.rows, |first| node.rows.min(first as f64));
        // Those before the offset are read and not given.
        let rows = (until - offset as f64).max(until.min(1.0));
        Ok(node.under(Op::Slice(offset, limit), rows))
    }
}

/// COUNT of a variable that every solution of the group's pattern binds counts solutions (SPARQL 1.1, section 18.5.1.2: it counts what is no
/// error), and nobody has to read the variable for it.
fn counting_solutions(aggregate: Aggregate, input: &Logical) -> Aggregate {
    let counted = aggregate.argument.as_ref().and_then(Formula::as_variable);
    let is_bound = counted.is_some_and(|var| input.certain.contains(var));
    match aggregate.function {
        AggregateFunction::Count if is_bound && !aggregate.distinct => {
            Aggregate { argument: None, ..aggregate }
        }
        _ => aggregate,
    }
}

/// Whether an aggregate is COUNT(*).
fn counts_rows(aggregate: &Aggregate) -> bool {
    aggregate.function == AggregateFunction::Count && aggregate.argument.is_none() && !aggregate.distinct
}

/// What DISTINCT has below it. How many different solutions there are asks for no order of them, so that COUNT(*) of DISTINCT is
/// COUNT(DISTINCT *) of what is below.
fn distinct_below(mut input: &Logical) -> Option<&Logical> {
    while let Kind::Project(below, _) = &input.kind {
        input = below;
    }
    match &input.kind {
        Kind::Distinct(below) => Some(below),
        _ => None,
    }
}

/// Whether an aggregate is the same over different rows as over all.
fn ignores_duplicates(aggregate: &Aggregate) -> bool {
    aggregate.distinct
        || matches!(
            aggregate.function,
            AggregateFunction::Min | AggregateFunction::Max | AggregateFunction::Sample
        )
}
