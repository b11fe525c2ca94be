//! Parts joined one after the other: each filter as soon as it can be judged, each column as long as it is needed.
//!
//! In: parts in their order, filters, the variables that are needed afterwards. Out: one plan. Which parts come first is
//! decided before.

use super::Lowering;
use super::access::{Access, access, filtered, is_looked_up};
use super::joins::{has_open_predicate, unit};
use crate::plan::Planned;
use crate::plan::logical::{Formula, Pattern, Slot};
use crate::plan::order::{Figures, Item, Restricted, Uses};
use crate::plan::physical::{Bag, JoinKind, Node, Op};
use crate::plan::statistics::Statistics;
use crate::plan::variables::{Var, VarSet};
use std::collections::{HashMap, VecDeque};

/// A table of all triples is made where it is expected to take so many times less than to look them up.
const WORTH_A_TABLE: f64 = 4.0;

impl Lowering<'_> {
    /// The parts joined in their order, each filter as soon as its variables are bound. The rows of the first come sorted by
    /// `lead`, else by what the second shares with it.
    pub(super) fn joined(
        &self,
        items: Vec<Item>,
        mut conditions: Vec<Formula>,
        (need, lead): (&VarSet, Option<Var>),
        bag: Bag,
    ) -> Planned<Node> {
        let mut node: Option<Node> = None;
        let mut values = Values::default();
        let mut later = Later::of(&items, need);
        let mut open = VecDeque::from(items);
        while let Some(item) = open.pop_front() {
            self.statistics.go_on()?;
            // After the last nobody asks.
            if !open.is_empty() {
                values.add(&item, self.statistics);
            }
            later.drop(&item.vars());
            let together = match &node {
                Some(left) => take_sharing(left, &item, &mut open),
                None => Vec::new(),
            };
            together.iter().for_each(|pattern| later.drop(&pattern.vars()));
            let lead = lead.filter(|_| node.is_none()).map(|lead| VarSet::from_iter([lead]));
            let next = lead.or_else(|| open.front().map(Item::vars));
            let all = later.with(&conditions);
            let access = access(node.as_ref(), &item, next.as_ref(), &all, &mut conditions);
            let (live, shares) = (later.with(&conditions), item.shares().map(<[_]>::to_vec));
            let joined = match node {
                None => self.first(item, &live, access, bag),
                Some(left) if !together.is_empty() => self.intersect(left, item, together, &live, bag),
                Some(left) => self.joined_with(left, item, &live, access, bag),
            };
            let (ready, rest) =
                conditions.into_iter().partition(|condition| condition.vars.is_subset(&joined.certain));
            conditions = rest;
            let joined = filtered(joined, ready, shares.each_ref().map(Vec::as_slice), self.statistics)
                .pruned(&later.with(&conditions));
            node = Some(if open.is_empty() { joined } else { thinned(joined, bag, &values) });
        }
        Ok(filtered(node.unwrap_or_else(unit), conditions, [&[], &[]], self.statistics).pruned(need))
    }

    pub(super) fn joined_with(
        &self,
        left: Node,
        item: Item,
        live: &VarSet,
        access: Access,
        bag: Bag,
    ) -> Node {
        match item {
            Item::Node(right) => self.hash_join(left, *right, JoinKind::Inner, Vec::new(), live),
            Item::Reach(reach) => {
                let shared = reach.vars().intersection(&left.columns());
                if !shared.is_empty() && shared.is_subset(&left.certain) {
                    return self.reach(left, *reach, live, bag);
                }
                let right = self.reach(unit(), *reach, &live.union(&shared), bag);
                self.hash_join(left, right, JoinKind::Inner, Vec::new(), live)
            }
            Item::Pattern(part) => {
                let may = is_looked_up(&left, &part.pattern);
                let hashed = |left: Node, part: Restricted| {
                    let shared = part.pattern.vars().intersection(&left.columns());
                    let right = self.leaf(part, &live.union(&shared), access);
                    self.hash_join(left, right, JoinKind::Inner, Vec::new(), live)
                };
                if !may {
                    return hashed(left, *part);
                }
                // By any predicate a look-up takes a hundred times as long as by one, and a table may be made in less.
                let open = self.all_rows.get() && has_open_predicate(&left, &part.pattern);
                let by_table = open.then(|| hashed(left.clone(), (*part).clone()));
                let found = self.index_join(left, part.pattern, false, live, bag);
                let (cost, other) = (by_table.as_ref().map_or(f64::INFINITY, |table| table.cost), found.cost);
                match by_table {
                    Some(table) if self.statistics.is_far_better(cost, other, WORTH_A_TABLE) => {
                        table.chosen(format!("hashed, cost {cost:.0}; looked up by any predicate {other:.0}"))
                    }
                    _ => found,
                }
            }
        }
    }

    pub(super) fn first(&self, item: Item, live: &VarSet, access: Access, bag: Bag) -> Node {
        match item {
            Item::Node(node) => node.pruned(live),
            Item::Pattern(part) => self.leaf(*part, live, access),
            Item::Reach(reach) => self.reach(unit(), *reach, live, bag),
        }
    }
}

/// The variables that are needed after the parts joined so far.
struct Later {
    vars: VarSet,
    need: VarSet,
    uses: Uses,
}

impl Later {
    pub(super) fn of(items: &[Item], need: &VarSet) -> Self {
        let mut later = Self { vars: need.clone(), need: need.clone(), uses: Uses::default() };
        for vars in items.iter().map(Item::vars) {
            later.uses.add(&vars);
            later.vars.extend_with(&vars);
        }
        later
    }

    /// These, and what conditions read that are judged later.
    fn with(&self, conditions: &[Formula]) -> VarSet {
        let mut vars = self.vars.clone();
        conditions.iter().for_each(|condition| vars.extend_with(&condition.vars));
        vars
    }

    /// A part with these variables is joined.
    fn drop(&mut self, vars: &VarSet) {
        self.uses.drop(vars);
        for var in vars.iter().filter(|var| self.uses.count(*var) == 0 && !self.need.contains(*var)) {
            self.vars.remove(var);
        }
    }
}

/// How many different values variables take, as far as the parts joined so far tell.
#[derive(Default)]
pub(super) struct Values(HashMap<Var, f64>);

impl Values {
    pub(super) fn add(&mut self, item: &Item, statistics: &dyn Statistics) {
        for (var, values) in Figures::of(item, statistics).distinct {
            let known = self.0.entry(var).or_insert(values);
            *known = known.min(values);
        }
    }

    /// How many different rows of these columns there can be.
    pub(super) fn rows(&self, columns: &[Var]) -> f64 {
        columns.iter().map(|var| self.0.get(var).copied().unwrap_or(f64::INFINITY)).product()
    }
}

/// Equal rows put together before they are joined on, where far fewer different ones are expected.
fn thinned(node: Node, bag: Bag, values: &Values) -> Node {
    const WORTH: f64 = 4.0;
    const FEW: f64 = 1000.0;
    let different = values.rows(&node.output);
    if node.unique || node.rows < FEW || different * WORTH > node.rows {
        return node;
    }
    let op = if bag == Bag::Set { Op::Distinct } else { Op::Combine };
    node.under(op, different).unique(true)
}

/// Takes out of `open` the patterns that look for the same one new variable as `item` does.
fn take_sharing(left: &Node, item: &Item, open: &mut VecDeque<Item>) -> Vec<Pattern> {
    let Item::Pattern(first) = item else { return Vec::new() };
    // All that is left is asked at each step: a look through the columns for each would make that the cube of the number of parts.
    let columns = left.columns();
    let new_of = |pattern: &Pattern| one_new((&columns, &left.certain), pattern);
    let Some(new) = new_of(&first.pattern) else { return Vec::new() };
    let mut taken = Vec::new();
    let mut rest = VecDeque::with_capacity(open.len());
    for item in open.drain(..) {
        match item {
            Item::Pattern(part) if new_of(&part.pattern) == Some(new) => taken.push(part.pattern),
            item => rest.push_back(item),
        }
    }
    *open = rest;
    taken
}

/// The variable at one end of a pattern, where all else is known and in the graph, and bound in every row.
fn one_new((columns, certain): (&VarSet, &VarSet), pattern: &Pattern) -> Option<Var> {
    pattern.ids()?;
    let [subject, predicate, object] = &pattern.slots;
    let is_new = |slot: &Slot| slot.var().filter(|var| !columns.contains(*var));
    let is_bound = |slot: &Slot| slot.var().is_none_or(|var| certain.contains(var) && columns.contains(var));
    if predicate.var().is_some() {
        return None;
    }
    match (is_new(subject), is_new(object)) {
        (Some(new), None) if is_bound(object) => Some(new),
        (None, Some(new)) if is_bound(subject) => Some(new),
        _ => None,
    }
}
