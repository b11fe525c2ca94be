//! How the matches of a pattern are read: by which end, and which ranges of its terms, where conditions leave ranges.
//!
//! In: a pattern, the conditions of its group. Out: [`Access`], the conditions that it takes care of, and estimates of what conditions
//! leave. A condition on one variable is a test that ranges may decide by its form alone (`expr::verdicts`): which
//! numbers these are is found out when the plan is run.

use super::Lowering;
use super::joins::unbound;
use crate::expr::verdicts;
use crate::plan::cost;
use crate::plan::logical::{Aggregate, Formula, Pattern, Slot};
use crate::plan::order::{Item, Restricted};
use crate::plan::physical::{JoinKind, Node, Op};
use crate::plan::statistics::Statistics;
use crate::plan::variables::{Var, VarSet};
use crate::store::End;
use crate::syntax::algebra::{AggregateFunction, Expression};
use std::collections::HashMap;

/// How many matches a condition leaves is counted where reading them is worth a look at so many nanoseconds each: some dozens of
/// terms are read for that, so that it pays for a thousand matches or more.
const TO_COUNT: f64 = 150.0;

/// To find out with which ranges of numbers a row goes, in nanoseconds: some terms are looked for, and some dozens near them
/// read.
const BANDED: f64 = 20_000.0;

/// And not of more rows than this (`exec/bands.rs`).
const MOST_BANDED: f64 = 1024.0;

/// A selection is expected to keep this part of its rows.
pub(super) const SELECTIVITY: f64 = 0.3;

/// This part of what is computed is expected to be an error.
pub(super) const SELDOM: f64 = 0.001;

impl Lowering<'_> {
    /// A pattern, with the part of it that tests of either end leave.
    pub(super) fn restricted(&self, pattern: &Pattern, tests: &Tests<'_>) -> Restricted {
        let mut shares = Vec::new();
        let [subject, _, object] = &pattern.slots;
        for (place, slot) in [(0, subject), (2, object)] {
            let Some((var, tests)) = slot.var().and_then(|var| Some((var, tests.0.get(&var)?))) else {
                continue;
            };
            let exact = match (pattern.ids(), pattern.source.number()) {
                (Some(ids), Some(graph))
                    if self.statistics.is_worth_a_look(self.statistics.count(graph, ids) * TO_COUNT) =>
                {
                    self.statistics.share(graph, ids, place, tests)
                }
                _ => None,
            };
            shares.push((var, exact.unwrap_or_else(|| SELECTIVITY.powi(tests.len().min(9) as i32))));
        }
        Restricted { pattern: pattern.clone(), shares, sampled: self.sampled(pattern, tests) }
    }

    /// Which part of a pattern's matches is left by conditions on either end that no range decides, where a sample is worth its time.
    fn sampled(&self, pattern: &Pattern, tests: &Tests<'_>) -> Vec<(Var, f64)> {
        let (Some(ids), Some(graph)) = (pattern.ids(), pattern.source.number()) else { return Vec::new() };
        let is_worth = || self.statistics.is_worth_a_look(self.statistics.count(graph, ids) * TO_COUNT);
        let [subject, _, object] = &pattern.slots;
        let share = |(place, slot): (usize, &Slot)| {
            let var = slot.var()?;
            let conditions = tests.1.get(&var).filter(|_| is_worth())?;
            Some((var, self.statistics.sampled_share(graph, ids, place, conditions)?))
        };
        [(0, subject), (2, object)].into_iter().filter_map(share).collect()
    }
}

/// The rows for which conditions hold. `shares` says what those on single variables leave that ranges decide, and what others do, where
/// that is known.
pub(super) fn filtered(
    mut node: Node,
    conditions: Vec<Formula>,
    [shares, sampled]: [&[(Var, f64)]; 2],
    statistics: &dyn Statistics,
) -> Node {
    if conditions.is_empty() {
        return node;
    }
    let of = |(var, share): &(Var, f64), alone: &dyn Fn(&Formula, Var) -> bool| {
        let is_asked = conditions.iter().any(|condition| alone(condition, *var));
        if is_asked { *share } else { 1.0 }
    };
    let ranged = shares.iter().map(|share| of(share, &tests_alone)).product::<f64>();
    let found = sampled.iter().map(|share| of(share, &reads_alone)).product::<f64>();
    let is_in = |shares: &[(Var, f64)], condition: &Formula, alone: &dyn Fn(&Formula, Var) -> bool| {
        shares.iter().any(|(var, _)| alone(condition, *var))
    };
    let (mut excluded, mut others) = (0.0, 1.0_f64);
    for condition in &conditions {
        if is_in(shares, condition, &tests_alone) || is_in(sampled, condition, &reads_alone) {
            continue;
        }
        match share_of_predicate(condition, &node, statistics) {
            // No triple has two predicates.
            Some(share) => excluded += share,
            // However many there are: conditions on one thing are seldom independent.
            None => others = others.min(guessed(condition, &node, statistics)),
        }
    }
    let rows = node.rows * ranged * found * others * (1.0 - excluded).max(0.0);
    // A key that is not asked for is left out above the grouping, and stands for nothing there.
    let reads = |var| conditions.iter().any(|condition| condition.vars.contains(var));
    let is_told = |below: &Node| below.output.iter().all(|var| node.output.contains(var) || !reads(*var));
    let grouping = match &node.op {
        Op::Project if node.inputs.first().is_some_and(is_told) => node.inputs.first_mut(),
        _ => Some(&mut node),
    };
    if let Some(Node { op: Op::Group(_, aggregates, having), rows: groups, .. }) = grouping
        && is_before_texts(&conditions, aggregates)
    {
        having.extend(conditions);
        *groups = rows;
        return Node { rows, ..node };
    }
    let bound: Vec<Var> = conditions.iter().filter_map(Formula::as_bound).collect();
    if !is_banded(&node, &conditions, statistics) {
        let mut node = node.under(Op::Filter(conditions), rows);
        node.certain.extend(bound);
        return node;
    }
    let (conditions, others): (Vec<_>, Vec<_>) = conditions.into_iter().partition(Formula::is_comparison);
    let Node { output, certain, unique, inputs, .. } = node;
    let op = Op::HashJoin { kind: JoinKind::Inner, keys: Vec::new(), loose: Vec::new(), conditions };
    let join = Node::new(op, inputs, output, certain, rows).unique(unique);
    if others.is_empty() { join } else { join.under(Op::Filter(others), rows) }
}

/// Whether it is a product of which a condition compares a column of the left with few rows of the right: a join by these conditions
/// finds the rows by ranges (`exec/bands.rs`).
fn is_banded(node: &Node, conditions: &[Formula], statistics: &dyn Statistics) -> bool {
    let Op::HashJoin { kind: JoinKind::Inner, keys, loose, conditions: before } = &node.op else {
        return false;
    };
    let [left, right] = node.inputs.as_slice() else { return false };
    let compares = |condition: &Formula| {
        let of = |side: &Node| condition.vars.iter().filter(|var| side.output.contains(var)).count();
        let (lefts, rights) = (of(left), of(right));
        lefts == 1
            && rights > 0
            && lefts + rights == condition.vars.iter().count()
            && condition.is_comparison()
    };
    keys.is_empty()
        && loose.is_empty()
        && before.is_empty()
        && right.rows <= MOST_BANDED
        && conditions.iter().any(compares)
        && statistics.is_far_better(right.rows * BANDED, left.rows * cost::judged(right.rows), 1.0)
}

/// Whether a grouping judges these conditions itself: where they spare it texts that are read for GROUP_CONCAT alone, and read none.
fn is_before_texts(conditions: &[Formula], aggregates: &[Aggregate]) -> bool {
    let mut joined =
        aggregates.iter().filter(|it| matches!(it.function, AggregateFunction::GroupConcat { .. }));
    let reads = |var: Var| conditions.iter().any(|condition| condition.vars.contains(var));
    let of_terms = |it: &Aggregate| it.argument.as_ref().is_some_and(|it| it.as_variable().is_some());
    joined.clone().any(of_terms) && joined.all(|it| !reads(it.var))
}

/// Which part of the triples that a node has just read has the predicate that a condition excludes, as each name of a negated set
/// does: as many as are counted.
fn share_of_predicate(condition: &Formula, node: &Node, statistics: &dyn Statistics) -> Option<f64> {
    let Expression::Not(inner) = &*condition.expression else { return None };
    let (Expression::SameTerm(a, b) | Expression::Equal(a, b)) = &**inner else { return None };
    let (Expression::Variable(_), Expression::NamedNode(name)) = (&**a, &**b) else { return None };
    let (Op::Scan { pattern, .. } | Op::IndexJoin { pattern, optional: false, .. }) = &node.op else {
        return None;
    };
    let [_, predicate, _] = &pattern.slots;
    predicate.var().filter(|var| condition.vars.contains(*var))?;
    let ([subject, _, object], graph) = (pattern.ids()?, pattern.source.number()?);
    let all = statistics.count(graph, [subject, None, object]);
    let Some(id) = statistics.id(&name.clone().into()).ok()? else { return Some(0.0) };
    (all > 0.0).then(|| statistics.count(graph, [subject, Some(id), object]) / all)
}

/// What a condition leaves of the rows of a node, where no sample was taken.
fn guessed(condition: &Formula, node: &Node, statistics: &dyn Statistics) -> f64 {
    match &*condition.expression {
        Expression::Not(inner) if matches!(**inner, Expression::SameTerm(..) | Expression::Equal(..)) => 0.9,
        Expression::Bound(_) => condition.vars.iter().map(|var| 1.0 - unbound(node, var)).product(),
        Expression::Not(inner) if matches!(**inner, Expression::Bound(_)) => {
            // What is computed may be an error, however seldom.
            condition.vars.iter().map(|var| unbound(node, var).max(SELDOM)).product()
        }
        Expression::And(parts, more)
            if [parts, more].iter().all(|it| matches!(&***it, Expression::Not(_))) =>
        {
            0.9
        }
        Expression::Greater(a, b) | Expression::GreaterOrEqual(a, b) => {
            more_than(a, b, condition, node, statistics).unwrap_or(SELECTIVITY)
        }
        _ => SELECTIVITY,
    }
}

/// Which part of the groups of a node has a count over a constant, where each value of the key has so many triples in the mean and
/// few values have many: as of an exponential distribution.
fn more_than(
    count: &Expression,
    than: &Expression,
    condition: &Formula,
    mut node: &Node,
    statistics: &dyn Statistics,
) -> Option<f64> {
    let (Expression::Variable(_), Expression::Literal(than)) = (count, than) else { return None };
    let var = condition.vars.iter().next()?;
    let than: f64 = than.value().parse().ok()?;
    while !matches!(node.op, Op::Group(..)) {
        node = node.inputs.first()?;
    }
    let Op::Group(keys, aggregates, _) = &node.op else { return None };
    let aggregate = aggregates.iter().find(|aggregate| aggregate.var == var)?;
    let (input, [key]) = (node.inputs.first()?, keys.as_slice()) else { return None };
    if aggregate.function != AggregateFunction::Count || aggregate.distinct {
        return None;
    }
    let legs = input.legs.iter().filter(|(var, leg)| var == key && leg.other.is_none());
    let each = legs.map(|(_, leg)| {
        let values = statistics.distinct(leg.graph, Some(leg.predicate), leg.end.place());
        leg.triples(statistics) / values.max(1.0)
    });
    let each = each.fold(1.0, f64::max);
    Some((-than.max(0.0) / each).exp().max(1e-3))
}

/// How the matches of a pattern are read.
pub(super) struct Access {
    /// The end that leads.
    pub by: End,
    /// Its variable.
    pub lead: Option<Var>,
    /// Conditions on that variable.
    pub within: Vec<Formula>,
}

impl Default for Access {
    fn default() -> Self {
        Self { by: End::Subject, lead: None, within: Vec::new() }
    }
}

/// A range of fewer of the matches than this is read, even where the next part would like another order: lookups in no
/// order take some six times as long as rows that are passed over.
const WORTH_A_RANGE: f64 = 0.15;

/// How a part is read that no row of `left` is looked up in; takes the conditions out that the reading takes care of.
/// Rows come sorted by what the next part shares, or by the end of which conditions leave little.
pub(super) fn access(
    left: Option<&Node>,
    item: &Item,
    next: Option<&VarSet>,
    live: &VarSet,
    conditions: &mut Vec<Formula>,
) -> Access {
    let Item::Pattern(part) = item else { return Access::default() };
    if left.is_some_and(|left| is_looked_up(left, &part.pattern)) {
        return Access::default();
    }
    let shared = left.map(|left| part.pattern.vars().intersection(&left.columns()));
    // What has no variable in common asks for no order.
    let next = shared.as_ref().or(next).filter(|next| !next.intersection(&part.pattern.vars()).is_empty());
    let [subject, _, object] = &part.pattern.slots;
    let leads = |slot: &Slot| {
        slot.var().is_some_and(|var| live.contains(var) && next.is_none_or(|next| next.contains(var)))
    };
    let mut by = if !leads(subject) && leads(object) { End::Object } else { End::Subject };
    let (Some(of_subject), Some(of_object)) = (subject.var(), object.var()) else {
        return Access { by, ..Access::default() };
    };
    let asked = |var| conditions.iter().any(|condition| tests_alone(condition, var));
    let share = |end| {
        let var = if end == End::Subject { of_subject } else { of_object };
        asked(var).then(|| part.share(var)).flatten()
    };
    let is_useful = next.is_some() && leads(if by == End::Subject { subject } else { object });
    let (own, other) = (share(by), share(by.other()));
    let is_less = other.is_some_and(|other| own.is_none_or(|own| other < own));
    if is_less && (!is_useful || other.is_some_and(|other| other < WORTH_A_RANGE)) {
        by = by.other();
    }
    let lead = if by == End::Subject { of_subject } else { of_object };
    let (within, rest) =
        std::mem::take(conditions).into_iter().partition(|condition| tests_alone(condition, lead));
    *conditions = rest;
    Access { by, lead: Some(lead), within }
}

/// Whether a pattern can be looked up for each row.
pub(super) fn is_looked_up(left: &Node, pattern: &Pattern) -> bool {
    let shared = pattern.vars().intersection(&left.columns());
    !shared.is_empty() && shared.is_subset(&left.certain) && pattern.ids().is_some()
}

/// The conditions on one variable, by that variable: those that ranges may decide, and the others.
pub(super) struct Tests<'c>(HashMap<Var, Vec<&'c Expression>>, HashMap<Var, Vec<&'c Expression>>);

impl<'c> Tests<'c> {
    pub fn of(conditions: &'c [Formula]) -> Self {
        let mut tests = Self(HashMap::new(), HashMap::new());
        for condition in conditions {
            let Some(var) = condition.vars.iter().next() else { continue };
            if tests_alone(condition, var) {
                tests.0.entry(var).or_default().push(&condition.expression);
            } else if reads_alone(condition, var) {
                tests.1.entry(var).or_default().push(&condition.expression);
            }
        }
        tests
    }
}

/// Whether a condition reads this variable and no other, and no range decides it.
fn reads_alone(condition: &Formula, var: Var) -> bool {
    let mut vars = condition.vars.iter();
    vars.next() == Some(var)
        && vars.next().is_none()
        && verdicts::variable_of(&condition.expression).is_none()
}

/// Whether a condition is a test of this variable alone that ranges of numbers may decide.
fn tests_alone(condition: &Formula, var: Var) -> bool {
    let mut vars = condition.vars.iter();
    vars.next() == Some(var)
        && vars.next().is_none()
        && verdicts::variable_of(&condition.expression).is_some()
}
