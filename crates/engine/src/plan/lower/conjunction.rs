//! Patterns, other parts and filters that must all hold: in which order, one after the other or as joins of joins.
//!
//! In: a conjunction of the logical plan, and rows to begin with, where there are some. Out: a plan of all of it. The
//! order of a chain is found by `plan::order`, the shape of a tree by `plan::bushy`.

use super::access::Tests;
use super::{Lowering, is_volatile};
use crate::plan::Planned;
use crate::plan::bushy::{self, Tree};
use crate::plan::logical::{Formula, Kind, Logical};
use crate::plan::order::{Figures, Item, order};
use crate::plan::physical::{Bag, Node};
use crate::plan::variables::VarSet;

/// Joins of joins are taken where they are expected to touch so many times fewer rows: estimates of long chains err.
const WORTH_A_TREE: f64 = 2.0;

/// What a conjunction is made of.
#[derive(Default)]
pub(super) struct Group<'a> {
    pub(super) parts: Vec<&'a Logical>,
    pub(super) conditions: Vec<Formula>,
}

impl<'a> Group<'a> {
    /// Takes joins apart, and filters out of them: a filter whose variables its own group always binds
    /// may as well run later.
    pub(super) fn add(&mut self, logical: &'a Logical) {
        match &logical.kind {
            Kind::Join(parts) => parts.iter().for_each(|part| self.add_part(part)),
            Kind::Filter(input, conditions) => {
                self.conditions.extend_from_slice(conditions);
                match &input.kind {
                    Kind::Join(parts) => parts.iter().for_each(|part| self.add_part(part)),
                    _ => self.add_part(input),
                }
            }
            _ => self.parts.push(logical),
        }
    }

    fn add_part(&mut self, part: &'a Logical) {
        let free = match &part.kind {
            Kind::Filter(input, conditions) => {
                conditions.iter().all(|condition| condition.vars.is_subset(&input.certain))
            }
            _ => false,
        };
        if free { self.add(part) } else { self.parts.push(part) }
    }
}

impl Lowering<'_> {
    /// Patterns, other parts and filters that must all hold.
    pub(super) fn conjunction(&mut self, logical: &Logical, need: &VarSet, bag: Bag) -> Planned<Node> {
        let mut group = Group::default();
        group.add(logical);
        if group.conditions.iter().any(|condition| is_volatile(&condition.expression)) {
            return Ok(self.grouped(group, None, &need.union(&logical.possible), Bag::Rows)?.pruned(need));
        }
        self.grouped(group, None, need, bag)
    }

    /// The parts of a group joined with each other and, where there is a seed, with its rows first.
    pub(super) fn grouped(
        &mut self,
        group: Group<'_>,
        seed: Option<Node>,
        need: &VarSet,
        bag: Bag,
    ) -> Planned<Node> {
        // What any part or filter mentions beside the one that is planned.
        let mut wanted = need.clone();
        for condition in &group.conditions {
            wanted.extend_with(&condition.vars);
        }
        let bound = seed.as_ref().map_or_else(VarSet::new, Node::columns);
        let all = group.parts.iter().map(|part| &part.possible);
        let shared = shared_by(all.chain(std::iter::once(&bound)));
        let tests = Tests::of(&group.conditions);
        let mut items = Vec::new();
        for part in &group.parts {
            items.push(match &part.kind {
                Kind::Pattern(pattern) => Item::Pattern(Box::new(self.restricted(pattern, &tests))),
                Kind::Reach(reach) => Item::Reach(Box::new(reach.clone())),
                _ => Item::Node(Box::new(self.node(part, &wanted.union(&shared), bag)?)),
            });
        }
        let Some(seed) = seed else {
            return Ok(self.cheapest(&items, &group.conditions, (&wanted, need), bag)?.pruned(need));
        };
        let places = order(&items, &bound, seed.rows, &wanted, self.statistics)?;
        let mut ordered = vec![Item::Node(Box::new(seed))];
        ordered.extend(places.into_iter().filter_map(|place| items.get(place).cloned()));
        Ok(self.joined(ordered, group.conditions, need, bag)?.pruned(need))
    }

    /// The parts of a group joined one after the other or, where that is far cheaper, joins of joins.
    fn cheapest(
        &self,
        items: &[Item],
        conditions: &[Formula],
        (wanted, kept): (&VarSet, &VarSet),
        bag: Bag,
    ) -> Planned<Node> {
        let places = order(items, &VarSet::new(), 1.0, wanted, self.statistics)?;
        let ordered = places.into_iter().filter_map(|place| items.get(place).cloned()).collect();
        let chain = self.joined(ordered, conditions.to_vec(), kept, bag)?;
        if !bushy::may_be(items.len()) || !self.statistics.is_worth_a_look(chain.cost) {
            return Ok(chain);
        }
        let figures: Vec<Figures> = items.iter().map(|item| Figures::of(item, self.statistics)).collect();
        let Some(tree) = bushy::tree(&figures, wanted).filter(Tree::is_bushy) else { return Ok(chain) };
        let bushy = self.tree(&tree, items, conditions.to_vec(), kept, bag)?;
        let (cost, other) = (bushy.cost, chain.cost);
        if self.statistics.is_far_better(cost, other, WORTH_A_TREE) {
            let choice = format!("joins of joins, cost {cost:.0}; one after the other {other:.0}");
            return Ok(bushy.chosen(choice));
        }
        Ok(chain.chosen(format!("one after the other, cost {other:.0}; joins of joins {cost:.0}")))
    }

    /// The parts joined as a tree says: each join below it is planned by itself, with the filters that it can judge.
    fn tree(
        &self,
        tree: &Tree,
        items: &[Item],
        mut conditions: Vec<Formula>,
        need: &VarSet,
        bag: Bag,
    ) -> Planned<Node> {
        let steps = tree.steps();
        let of =
            |tree: &Tree| tree.parts().into_iter().filter_map(|place| items.get(place)).collect::<Vec<_>>();
        let mut ordered = Vec::with_capacity(steps.len());
        for (n, step) in steps.iter().enumerate() {
            let parts = of(step);
            if let [part] = parts.as_slice() {
                ordered.push((*part).clone());
                continue;
            }
            let (mut certain, mut outside) = (VarSet::new(), need.clone());
            parts.iter().for_each(|part| certain.extend_with(&part.certain()));
            for (_, other) in steps.iter().enumerate().filter(|(m, _)| *m != n) {
                of(other).iter().for_each(|part| outside.extend_with(&part.vars()));
            }
            let (inside, rest) =
                conditions.into_iter().partition(|condition| condition.vars.is_subset(&certain));
            conditions = rest;
            conditions.iter().for_each(|condition| outside.extend_with(&condition.vars));
            ordered.push(Item::Node(Box::new(self.tree(step, items, inside, &outside, bag)?)));
        }
        self.joined(ordered, conditions, need, bag)
    }
}

/// The variables that are in more than one of these sets.
fn shared_by<'v>(sets: impl Iterator<Item = &'v VarSet>) -> VarSet {
    let (mut once, mut shared) = (VarSet::new(), VarSet::new());
    for set in sets {
        shared.extend_with(&once.intersection(set));
        once.extend_with(set);
    }
    shared
}
