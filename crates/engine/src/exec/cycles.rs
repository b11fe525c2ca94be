//! Which nodes of a relation lie on a way back to themselves: those of its strongly connected components of more than one node, and those
//! that a step leads back to at once.
//!
//! In: a node, and a way to ask for what is one step away from a node. Out: whether the node is one of them. One pass in depth over all that is
//! reached (Tarjan, Depth-first search and linear graph algorithms, SIAM J. Comput. 1972), with a list in place of the recursion; what it
//! decided it keeps, so that the nodes asked about take together one look at each step. It asks for room for what it holds.

use crate::error::Result;
use crate::exec::context::Context;
use crate::store::Id;
use rustc_hash::FxHashMap;

/// What is known of a node that was met: its number among those not decided yet, or one of the two answers.
const ON: u32 = u32::MAX;
const OFF: u32 = u32::MAX - 1;

/// What a node takes in the table of those met, free places included.
const MET: usize = 4 * size_of::<(Id, u32)>();

/// Room is asked for so many nodes at a time.
const MANY: usize = 1024;

/// What was found out so far. See the module.
#[derive(Default)]
pub struct Cycles {
    met: FxHashMap<Id, u32>,
    /// The nodes on the way to the one that is looked at.
    way: Vec<Visit>,
    /// The nodes that are not decided yet, in the order in which they were met.
    open: Vec<Id>,
    /// How many nodes the lists of the way have.
    ahead: usize,
}

/// A node on the way.
struct Visit {
    node: Id,
    number: u32,
    /// The least number of those that are reached from here and not decided.
    least: u32,
    loops: bool,
    /// What is one step away, and how many of these were looked at.
    next: Vec<Id>,
    at: usize,
}

impl Cycles {
    /// Whether `start` is on a way back to itself; `step` adds to a list what is one step away from a node.
    ///
    /// # Errors
    /// Once a limit is met, or as `step`.
    pub fn has(
        &mut self,
        start: Id,
        cx: &mut Context<'_>,
        mut step: impl FnMut(Id, &mut Vec<Id>, &mut Context<'_>) -> Result<()>,
    ) -> Result<bool> {
        if !self.met.contains_key(&start) {
            self.enter(start, cx, &mut step)?;
            while let Some(visit) = self.way.last_mut() {
                let Some(next) = visit.next.get(visit.at).copied() else {
                    self.leave(cx)?;
                    continue;
                };
                visit.at += 1;
                if next == visit.node {
                    visit.loops = true;
                    continue;
                }
                match self.met.get(&next) {
                    Some(&(ON | OFF)) => {}
                    Some(number) => visit.least = visit.least.min(*number),
                    None => self.enter(next, cx, &mut step)?,
                }
            }
        }
        Ok(self.met.get(&start) == Some(&ON))
    }

    /// Goes to a node that was not met before.
    fn enter(
        &mut self,
        node: Id,
        cx: &mut Context<'_>,
        step: &mut impl FnMut(Id, &mut Vec<Id>, &mut Context<'_>) -> Result<()>,
    ) -> Result<()> {
        let number = self.open.len() as u32;
        let mut next = Vec::new();
        step(node, &mut next, cx)?;
        self.ahead += next.capacity();
        if next.capacity() > MANY {
            cx.room(next.capacity() * size_of::<Id>())?;
        }
        if self.met.len().is_multiple_of(MANY) {
            cx.room(MANY * MET)?;
        }
        self.met.insert(node, number);
        self.open.push(node);
        self.way.push(Visit { node, number, least: number, loops: false, next, at: 0 });
        Ok(())
    }

    /// Goes back from a node of which all was seen. Where nothing leads from it to one met before it, what was met since is one component.
    fn leave(&mut self, cx: &mut Context<'_>) -> Result<()> {
        let Some(visit) = self.way.pop() else { return Ok(()) };
        self.ahead -= visit.next.capacity();
        if visit.least < visit.number {
            if let Some(before) = self.way.last_mut() {
                before.least = before.least.min(visit.least);
            }
            return Ok(());
        }
        let first = visit.number as usize;
        let answer = if visit.loops || self.open.len() > first + 1 { ON } else { OFF };
        while self.open.len() > first
            && let Some(node) = self.open.pop()
        {
            self.met.insert(node, answer);
            cx.work(1)?;
        }
        Ok(())
    }

    /// How many bytes it holds.
    pub fn bytes(&self) -> usize {
        let table = self.met.capacity() * 2 * size_of::<(Id, u32)>();
        let way = self.way.capacity() * size_of::<Visit>();
        table + way + (self.open.capacity() + self.ahead) * size_of::<Id>()
    }
}

#[cfg(test)]
mod tests {
    use super::Cycles;
    use crate::exec::batch::Batch;
    use crate::exec::fixture::run;
    use crate::exec::operators::once::Once;
    use crate::store::Id;
    use std::collections::BTreeSet;

    /// The nodes below `nodes` on a way back to themselves, by these steps.
    fn found(nodes: Id, steps: &[(Id, Id)]) -> Vec<Id> {
        let mut found = Vec::new();
        run(|cx| {
            let mut cycles = Cycles::default();
            for node in 0..nodes {
                let is = cycles.has(node, cx, |from, next, _| {
                    next.extend(steps.iter().filter(|(start, _)| *start == from).map(|(_, end)| *end));
                    Ok(())
                });
                if is.unwrap() {
                    found.push(node);
                }
            }
            assert!(cycles.open.is_empty() && cycles.way.is_empty() && cycles.ahead == 0);
            Box::new(Once::new(Batch::default()))
        });
        found
    }

    #[test]
    fn nodes_of_components_and_loops() {
        assert_eq!(found(6, &[(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 4), (5, 3)]), [0, 1, 2, 4]);
        assert_eq!(found(3, &[(0, 1), (0, 1), (1, 2), (0, 2)]), []);
        // Two ways into one component, and a component met from another one.
        assert_eq!(found(6, &[(0, 2), (2, 3), (3, 2), (1, 3), (1, 4), (4, 5), (5, 4), (4, 2)]), [2, 3, 4, 5]);
    }

    /// Each of all relations over three nodes, and drawn ones over eight, beside what is reached from each node by itself.
    #[test]
    fn as_a_search_from_each_node_finds() {
        let all = |nodes: Id, bits: u64| -> Vec<(Id, Id)> {
            let pairs = (0..nodes).flat_map(|a| (0..nodes).map(move |b| (a, b)));
            pairs.enumerate().filter(|(n, _)| bits >> (n % 64) & 1 == 1).map(|(_, pair)| pair).collect()
        };
        let mut drawn = 0x9e37_79b9_7f4a_7c15_u64;
        let mut few = || {
            let mut next = || {
                drawn ^= drawn << 13;
                drawn ^= drawn >> 7;
                drawn ^= drawn << 17;
                drawn
            };
            next() & next() & next()
        };
        let relations = (0..512).map(|bits| (3, bits)).chain((0..300).map(|_| (8, few())));
        for (nodes, bits) in relations {
            let steps = all(nodes, bits);
            let searched = (0..nodes).filter(|start| {
                let (mut seen, mut at) = (BTreeSet::new(), vec![*start]);
                while let Some(node) = at.pop() {
                    let next = steps.iter().filter(|(from, _)| *from == node).map(|(_, to)| *to);
                    at.extend(next.filter(|to| seen.insert(*to)));
                }
                seen.contains(start)
            });
            assert_eq!(found(nodes, &steps), searched.collect::<Vec<_>>(), "{steps:?}");
        }
    }

    #[test]
    fn a_long_way_takes_no_stack() {
        const NODES: Id = 300_000;
        let mut on = 0;
        run(|cx| {
            let mut cycles = Cycles::default();
            for node in 0..NODES {
                let is = cycles.has(node, cx, |from, next, _| {
                    next.push((from + 1) % NODES);
                    Ok(())
                });
                on += u32::from(is.unwrap());
            }
            Box::new(Once::new(Batch::default()))
        });
        assert_eq!(on, NODES);
    }
}
