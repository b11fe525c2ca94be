//! FILTERs that compare two parts of a group with each other, `STRLEN(?a) = STRLEN(?b)`, as one more key of the join of these parts.
//!
//! In: a group with its filters, and its plan with the filters judged of joined rows. Out: that plan, or one in which the two parts
//! have their classes of what may be equal (`plan::equality`) as columns before anything is joined, where that is far cheaper: the parts
//! are joined by those, beside the variables that they share, and the order of joins knows of it. The filters stay and decide. It takes all
//! such comparisons of a group or none, and only sides that one part binds.

use super::Lowering;
use super::access::SELECTIVITY;
use super::conjunction::{Group, Joins};
use crate::plan::Planned;
use crate::plan::cost;
use crate::plan::equality::{class, comparison, is_computed_of, may_compare};
use crate::plan::logical::{Formula, Kind, Logical};
use crate::plan::order::Figures;
use crate::plan::physical::{JoinKind, Node, Op};
use crate::plan::statistics::Side;
use crate::plan::variables::{Var, VarSet, VariableNames};
use crate::syntax::algebra::{Expression, each_operand};
use std::borrow::Cow;

/// Computed keys are taken where they are expected to take so many times less: what is equal is not known before.
pub(super) const WORTH_KEYS: f64 = 2.0;

/// The parts of a group with what they compute, and the filters that are left.
struct Keyed<'a> {
    parts: Vec<Cow<'a, Logical>>,
    conditions: Vec<Formula>,
}

impl Lowering<'_> {
    /// `whole`, which is a plan of `group`, or one whose joins have what filters compare as keys.
    pub(super) fn keyed_or(&mut self, whole: Node, group: &Group<'_>, joins: Joins<'_>) -> Planned<Node> {
        let all = self.cost_as_wished(&whole, joins.wish);
        if self.keying || !self.statistics.is_worth_a_look(all) {
            return Ok(whole);
        }
        let Some(keyed) = self.keyed(group, joins.kept) else { return Ok(whole) };
        // What is known of the joins is asked as it was for what this is weighed against.
        let before = self.closely.replace(true);
        // Groups within groups are planned twice then, not twice for each group around them.
        self.keying = true;
        let other = self.by_keys(keyed, joins);
        self.keying = false;
        self.closely.set(before);
        let other = other?;
        let cost = self.cost_as_wished(&other, joins.wish);
        if !self.statistics.is_far_better(cost, all, WORTH_KEYS) {
            return Ok(whole);
        }
        Ok(other.chosen(format!("joined by what is compared, cost {cost:.0}; compared afterwards {all:.0}")))
    }

    /// The parts of a group with what they compute joined.
    fn by_keys(&mut self, keyed: Keyed<'_>, joins: Joins<'_>) -> Planned<Node> {
        let mut keyed_group = Group { parts: Vec::new(), conditions: keyed.conditions };
        keyed_group.parts.extend(keyed.parts.iter().map(Cow::as_ref));
        let parts = self.parts(&keyed_group, &VarSet::EMPTY, (joins.kept, joins.bag))?;
        let conditions = keyed_group.conditions.as_slice();
        self.cheapest(Joins { items: &parts.items, wanted: &parts.wanted, conditions, ..joins })
    }

    /// The group with classes as columns of the parts that are compared; nothing where no two are.
    fn keyed<'a>(&mut self, group: &Group<'a>, kept: &VarSet) -> Option<Keyed<'a>> {
        let mut open = Group { parts: Vec::new(), conditions: group.conditions.clone() };
        group.parts.iter().for_each(|part| open.add_unconnected(part, kept));
        let mut parts: Vec<Cow<'a, Logical>> = open.parts.iter().map(|part| Cow::Borrowed(*part)).collect();
        let rows: Vec<f64> = open.parts.iter().map(|part| self.rows_of(part)).collect();
        let mut keys: Vec<(usize, Var, Formula)> = Vec::new();
        for sides in open.conditions.iter().filter_map(comparison) {
            // Of several that bind what is compared the one with the fewest rows.
            let place = |side| {
                let may = |place: &usize| {
                    open.parts.get(*place).is_some_and(|part| may_compare(side, part, self.names))
                };
                let of = |place: &usize| rows.get(*place).copied().unwrap_or(f64::INFINITY);
                (0..open.parts.len()).filter(may).min_by(|a, b| of(a).total_cmp(&of(b)))
            };
            let [Some(a), Some(b)] = sides.map(place) else { continue };
            if a == b {
                continue;
            }
            let var = self.names.fresh("equal");
            let side_of = |place: usize, side| side_of(open.parts.get(place)?, side, self.names);
            let both = side_of(a, sides[0]).zip(side_of(b, sides[1]));
            let agreeing = both.and_then(|(a, b)| self.statistics.agreeing([a, b]));
            self.agreeing.insert(var, agreeing.unwrap_or(SELECTIVITY));
            for (place, side, first) in [(a, sides[0], true), (b, sides[1], false)] {
                keys.push((place, var, class(side, first, self.names)));
            }
        }
        if keys.is_empty() {
            return None;
        }
        let mut conditions = open.conditions;
        for (place, part) in parts.iter_mut().enumerate() {
            let own = keys.iter().filter(|(of, ..)| *of == place);
            let own: Vec<(Var, Formula)> = own.map(|(_, var, class)| (*var, class.clone())).collect();
            if own.is_empty() {
                continue;
            }
            let is_own = |condition: &Formula| {
                !condition.vars.is_empty()
                    && condition.vars.is_subset(&part.certain)
                    && !condition.is_volatile()
            };
            let (inside, rest) = conditions.into_iter().partition(is_own);
            conditions = rest;
            let filtered = part.as_ref().clone().filter(inside);
            *part = Cow::Owned(own.into_iter().fold(filtered, |part, (var, class)| part.extend(var, class)));
        }
        Some(Keyed { parts, conditions })
    }

    /// How many rows a part has, where that is told without a plan.
    fn rows_of(&self, part: &Logical) -> f64 {
        match &part.kind {
            Kind::Pattern(pattern) => Figures::of_pattern(pattern, self.statistics).rows,
            Kind::Values(_, rows) => rows.len() as f64,
            _ => f64::INFINITY,
        }
    }

    /// How many pairs of rows of two plans agree in what they share.
    pub(super) fn pairs(&self, (left, right): (&Node, &Node)) -> f64 {
        let before = self.closely.replace(true);
        let live = left.columns().union(&right.columns());
        let pairs = self.hash_join(left.clone(), right.clone(), JoinKind::Inner, Vec::new(), &live).rows;
        self.closely.set(before);
        pairs
    }

    /// The sides of a join by variables that they share, if any, with what its conditions compare as further columns where far more pairs agree
    /// in the variables than there are rows.
    pub(super) fn keyed_sides(
        &mut self,
        (left, right): (Node, Node),
        kind: JoinKind,
        conditions: &[Formula],
    ) -> (Node, Node) {
        if !matches!(kind, JoinKind::Left | JoinKind::Semi | JoinKind::Anti | JoinKind::Mark(_)) {
            return (left, right);
        }
        let may = |node: &Node, side| is_computed_of(side, &node.certain, self.names);
        let ordered = |[a, b]: [_; 2]| {
            let both = |ours, theirs| may(&left, ours) && may(&right, theirs);
            both(a, b).then_some([a, b]).or_else(|| both(b, a).then_some([b, a]))
        };
        let compared: Vec<[&Expression; 2]> =
            conditions.iter().filter_map(comparison).filter_map(ordered).collect();
        if compared.is_empty() {
            return (left, right);
        }
        let pairs = self.pairs((&left, &right));
        let (judged, keys) = (cost::judged(pairs), cost::classes(left.rows + right.rows));
        if !self.statistics.is_worth_a_look(judged)
            || !self.statistics.is_far_better(keys, judged, WORTH_KEYS)
        {
            return (left, right);
        }
        let (mut left, mut right) = (left, right);
        for [ours, theirs] in &compared {
            let var = self.names.fresh("equal");
            left = with_column(left, var, class(ours, true, self.names));
            right = with_column(right, var, class(theirs, false, self.names));
        }
        (left, right)
    }
}

/// A side of a comparison that is computed of one variable of a pattern.
fn side_of<'e>(part: &Logical, expression: &'e Expression, names: &VariableNames) -> Option<Side<'e>> {
    let Kind::Pattern(pattern) = &part.kind else { return None };
    let (ids, graph) = (pattern.ids()?, pattern.source.number()?);
    let mut reads = VarSet::new();
    each_operand(expression, &mut |inner| {
        if let Expression::Variable(variable) | Expression::Bound(variable) = inner {
            reads.extend_with(&names.find(variable.as_str()).into_iter().collect());
        }
    });
    let mut reads = reads.iter();
    let (var, None) = (reads.next()?, reads.next()) else { return None };
    let place = pattern.slots.iter().position(|slot| slot.var() == Some(var))?;
    Some(Side { graph, pattern: ids, place, expression })
}

/// The rows of a plan with what they compute, which is never an error.
pub(super) fn with_column(node: Node, var: Var, formula: Formula) -> Node {
    let (rows, unique, mut certain, mut output) =
        (node.rows, node.unique, node.certain.clone(), node.output.clone());
    certain.insert(var);
    output.push(var);
    Node::new(Op::Extend(var, formula), vec![node], output, certain, rows).unique(unique)
}
