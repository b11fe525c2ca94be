//! How the matches of a pattern are read: by which end, and which ranges of its terms, where conditions leave ranges.
//!
//! In: a pattern, the conditions of its group. Out: [`Access`], the conditions that it takes care of, and estimates of what conditions
//! leave. A condition on one variable is a test that ranges may decide by its form alone (`expr::verdicts`): which
//! numbers these are is found out when the plan is run.

use super::Lowering;
use crate::expr::verdicts;
use crate::plan::logical::{Formula, Pattern, Slot};
use crate::plan::order::{Item, Restricted};
use crate::plan::physical::{Node, Op};
use crate::plan::variables::{Var, VarSet};
use crate::store::End;
use crate::syntax::algebra::Expression;
use std::collections::HashMap;

/// How many matches a condition leaves is counted where reading them is worth a look at so many nanoseconds each: some dozens of
/// terms are read for that, so that it pays for a thousand matches or more.
const TO_COUNT: f64 = 150.0;

/// A selection is expected to keep this part of its rows.
pub(super) const SELECTIVITY: f64 = 0.3;

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
        Restricted { pattern: pattern.clone(), shares }
    }
}

/// The rows for which conditions hold. `shares` says what those on single variables leave, where that is known.
pub(super) fn filtered(node: Node, conditions: Vec<Formula>, shares: &[(Var, f64)]) -> Node {
    if conditions.is_empty() {
        return node;
    }
    let of = |var: Var| shares.iter().find(|(known, _)| *known == var).map(|(_, share)| *share);
    let single = |condition: &&Formula| shares.iter().any(|(var, _)| tests_alone(condition, *var));
    let known: VarSet =
        conditions.iter().filter(single).flat_map(|condition| condition.vars.iter()).collect();
    let known: f64 = known.iter().filter_map(of).product();
    // However many there are: conditions on one thing are seldom independent.
    let others = if conditions.iter().all(|condition| single(&condition)) { 1.0 } else { SELECTIVITY };
    let rows = node.rows * known * others;
    node.under(Op::Filter(conditions), rows)
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
    let next = shared.as_ref().or(next);
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

/// The conditions that are tests of one variable, by that variable.
pub(super) struct Tests<'c>(HashMap<Var, Vec<&'c Expression>>);

impl<'c> Tests<'c> {
    pub fn of(conditions: &'c [Formula]) -> Self {
        let mut tests: HashMap<Var, Vec<&Expression>> = HashMap::new();
        for condition in conditions {
            if let Some(var) = condition.vars.iter().next()
                && tests_alone(condition, var)
            {
                tests.entry(var).or_default().push(&condition.expression);
            }
        }
        Self(tests)
    }
}

/// Whether a condition is a test of this variable alone that ranges of numbers may decide.
fn tests_alone(condition: &Formula, var: Var) -> bool {
    let mut vars = condition.vars.iter();
    vars.next() == Some(var)
        && vars.next().is_none()
        && verdicts::variable_of(&condition.expression).is_some()
}
