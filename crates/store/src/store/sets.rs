//! Characteristic sets: which predicates a node has, and which nodes have the same.
//!
//! In: for every predicate the sorted nodes at one end of its triples. Out: [`Sets`], a node's predicates
//! in logarithmic time, and each different set with its counts (Neumann and Moerkotte, ICDE 2011).

use super::Id;
use super::statistics::CharacteristicSet;
use std::collections::HashMap;
use std::ops::Range;

/// How many sets a planner is told of.
const TOLD: usize = 10_000;

/// The characteristic sets of one end of a graph's triples.
#[derive(Debug, Default)]
pub(super) struct Sets {
    /// The nodes, sorted.
    nodes: Vec<Id>,
    /// The set of each node.
    of: Vec<u32>,
    /// The predicates of all sets, one after the other, each with its triples.
    predicates: Vec<Id>,
    triples: Vec<u64>,
    /// Where the predicates of each set begin, and the end.
    starts: Vec<usize>,
    /// How many nodes have each set.
    sizes: Vec<u64>,
}

/// A node, the place of one of its predicates, and how many triples it has with it.
type Fact = (Id, u32, u32);

impl Sets {
    /// From each predicate, in order, with the sorted nodes of its triples (repeated ones included).
    pub fn of<'a>(runs: impl Iterator<Item = (Id, &'a [Id])>) -> Self {
        let (mut names, mut facts): (Vec<Id>, Vec<Fact>) = (Vec::new(), Vec::new());
        for (place, (predicate, nodes)) in (0..).zip(runs) {
            names.push(predicate);
            let runs = nodes.chunk_by(|a, b| a == b);
            facts.extend(runs.filter_map(|run| {
                Some((*run.first()?, place, u32::try_from(run.len()).unwrap_or(u32::MAX)))
            }));
        }
        facts.sort_unstable();
        let mut sets = Self { starts: vec![0], ..Self::default() };
        let mut known: HashMap<Vec<u32>, u32> = HashMap::new();
        let mut key = Vec::new();
        for of_node in facts.chunk_by(|(a, ..), (b, ..)| a == b) {
            key.clear();
            key.extend(of_node.iter().map(|(_, place, _)| *place));
            let set = match known.get(&key) {
                Some(set) => *set,
                None => sets.add(&mut known, &key, &names),
            };
            sets.count(set, of_node);
        }
        sets
    }

    fn add(&mut self, known: &mut HashMap<Vec<u32>, u32>, key: &[u32], names: &[Id]) -> u32 {
        // There are no more sets than nodes, and these are numbered by as many bits.
        let set = self.sizes.len() as u32;
        known.insert(key.to_vec(), set);
        self.predicates.extend(key.iter().filter_map(|place| names.get(*place as usize)));
        self.triples.resize(self.predicates.len(), 0);
        self.starts.push(self.predicates.len());
        self.sizes.push(0);
        set
    }

    fn count(&mut self, set: u32, facts: &[Fact]) {
        let range = self.range(set);
        let triples = self.triples.get_mut(range).unwrap_or_default();
        for (sum, (_, _, count)) in triples.iter_mut().zip(facts) {
            *sum += u64::from(*count);
        }
        if let Some(size) = self.sizes.get_mut(set as usize) {
            *size += 1;
        }
        self.nodes.extend(facts.first().map(|(node, ..)| *node));
        self.of.push(set);
    }

    fn range(&self, set: u32) -> Range<usize> {
        let at = |place: usize| self.starts.get(place).copied().unwrap_or_default();
        at(set as usize)..at(set as usize + 1)
    }

    /// The predicates of a node, sorted; none where it does not stand at this end.
    pub fn predicates_of(&self, node: Id) -> &[Id] {
        let set = self.nodes.binary_search(&node).ok().and_then(|place| self.of.get(place));
        set.and_then(|set| self.predicates.get(self.range(*set))).unwrap_or_default()
    }

    /// The sets as a planner sees them, the most frequent first.
    pub fn told(&self) -> Vec<CharacteristicSet> {
        let mut order: Vec<u32> = (0..self.sizes.len() as u32).collect();
        let size = |set: &u32| self.sizes.get(*set as usize).copied().unwrap_or_default();
        order.sort_by_key(|set| std::cmp::Reverse(size(set)));
        order.truncate(TOLD);
        let told = |set: u32| {
            let range = self.range(set);
            let predicates = self.predicates.get(range.clone()).unwrap_or_default();
            let triples = self.triples.get(range).unwrap_or_default();
            CharacteristicSet {
                predicates: predicates.iter().copied().zip(triples.iter().copied()).collect(),
                nodes: size(&set),
            }
        };
        order.into_iter().map(told).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_with_the_same_predicates_share_a_set() {
        let sets = Sets::of([(5, &[1, 1, 2, 4][..]), (9, &[1, 2, 3][..])].into_iter());
        assert_eq!(sets.predicates_of(1), [5, 9]);
        assert_eq!(sets.predicates_of(2), [5, 9]);
        assert_eq!(sets.predicates_of(3), [9]);
        assert_eq!(sets.predicates_of(4), [5]);
        assert!(sets.predicates_of(7).is_empty());
        let told = sets.told();
        assert_eq!(told.first(), Some(&CharacteristicSet { predicates: vec![(5, 3), (9, 2)], nodes: 2 }));
        assert_eq!(told.len(), 3);
    }
}
