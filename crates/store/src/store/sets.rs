//! Characteristic sets: which predicates a node has, and which nodes have the same.
//!
//! In: for every predicate the sorted nodes at one end of its triples. Out: [`Sets`], a node's predicates
//! in logarithmic time, and each different set with its counts (Neumann and Moerkotte, ICDE 2011).

use super::Id;
use super::cursor::PairCursor;
use super::pack::chunks::{ChunkWriter, Chunks};
use super::pack::pairs::{PackedPairs, PairWriter};
use super::pack::radix::{self, Number};
use super::pack::varint;
use super::pack::watch::Watch;
use super::statistics::{CharacteristicSet, Star};
use crate::error::Result;
use std::collections::HashMap;
use std::io::Write;
use std::ops::Range;
use std::sync::Arc;

/// How many sets a planner is told of.
const TOLD: usize = 10_000;

/// The characteristic sets of one end of a graph's triples.
#[derive(Default)]
pub(super) struct Sets {
    nodes: Nodes,
    /// The predicates of all sets, one after the other, each with its triples.
    predicates: Vec<Id>,
    triples: Vec<u64>,
    /// Where the predicates of each set begin, and the end.
    starts: Vec<usize>,
    /// How many nodes have each set.
    sizes: Vec<u64>,
}

/// The nodes, sorted, each with its set.
enum Nodes {
    Memory(Vec<Id>, Vec<u32>),
    Packed(Arc<PackedPairs>),
}

impl Default for Nodes {
    fn default() -> Self {
        Self::Memory(Vec::new(), Vec::new())
    }
}

/// A node, the place of one of its predicates, and how many triples it has with it.
type Fact = (Id, u32, u32);

impl Number for Fact {
    fn number(self) -> u128 {
        u128::from(self.0) << 64 | u128::from(self.1) << 32 | u128::from(self.2)
    }
}

/// Collects sets, node after node.
pub(super) struct SetCounter<'n> {
    sets: Sets,
    known: HashMap<Vec<u32>, u32>,
    key: Vec<u32>,
    /// The predicates by their places.
    names: &'n [Id],
}

impl<'n> SetCounter<'n> {
    /// None yet. `names` are the predicates by their places.
    pub fn new(names: &'n [Id]) -> Self {
        let sets = Sets { starts: vec![0], ..Sets::default() };
        Self { sets, known: HashMap::new(), key: Vec::new(), names }
    }

    /// Counts a node, given what there is of it, by place, and tells its set.
    pub fn node(&mut self, facts: &[Fact]) -> u32 {
        self.key.clear();
        self.key.extend(facts.iter().map(|(_, place, _)| *place));
        let set = match self.known.get(&self.key) {
            Some(set) => *set,
            None => self.sets.add(&mut self.known, &self.key, self.names),
        };
        self.sets.count(set, facts);
        set
    }

    /// The sets, without the nodes.
    pub fn into_sets(self) -> Sets {
        self.sets
    }
}

impl Sets {
    /// From each predicate, in order, with the pairs of its triples, by node.
    ///
    /// # Errors
    /// Where they cannot be read, or `watch` stops it.
    pub fn of<'a>(runs: impl Iterator<Item = (Id, PairCursor<'a>)>, watch: Watch<'_>) -> Result<Self> {
        let (mut names, mut facts): (Vec<Id>, Vec<Fact>) = (Vec::new(), Vec::new());
        for (place, (predicate, mut cursor)) in (0..).zip(runs) {
            names.push(predicate);
            while let Some((nodes, _)) = cursor.next_block()? {
                watch.check()?;
                for run in nodes.chunk_by(|a, b| a == b) {
                    let (Some(node), Ok(count)) = (run.first(), u32::try_from(run.len())) else { continue };
                    match facts.last_mut() {
                        // The node goes on from the block before.
                        Some((last, of, sum)) if last == node && *of == place => {
                            *sum = sum.saturating_add(count);
                        }
                        _ => facts.push((*node, place, count)),
                    }
                }
            }
        }
        radix::sort(&mut facts, watch)?;
        Self::of_facts(&facts, &names, watch)
    }

    fn of_facts(facts: &[Fact], names: &[Id], watch: Watch<'_>) -> Result<Self> {
        let mut sets = SetCounter::new(names);
        let (mut nodes, mut of) = (Vec::new(), Vec::new());
        for of_node in facts.chunk_by(|(a, ..), (b, ..)| a == b) {
            nodes.extend(of_node.first().map(|(node, ..)| *node));
            of.push(sets.node(of_node));
            if of.len().is_multiple_of(1 << 14) {
                watch.check()?;
            }
        }
        Ok(Self { nodes: Nodes::Memory(nodes, of), ..sets.into_sets() })
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
    }

    fn range(&self, set: u32) -> Range<usize> {
        let at = |place: usize| self.starts.get(place).copied().unwrap_or_default();
        at(set as usize)..at(set as usize + 1)
    }

    /// The predicates of a node, sorted; none where it does not stand at this end.
    pub fn predicates_of(&self, node: Id) -> Result<&[Id]> {
        let set = match &self.nodes {
            Nodes::Memory(nodes, of) => {
                nodes.binary_search(&node).ok().and_then(|place| of.get(place).copied())
            }
            Nodes::Packed(pairs) => PairCursor::packed(pairs, 0..pairs.len()).lookup(node)?.first().copied(),
        };
        Ok(set.and_then(|set| self.predicates.get(self.range(set))).unwrap_or_default())
    }

    /// What a star of these predicates has: a sum over the sets that hold all of them (section 3 of the paper). A predicate that
    /// comes twice is taken twice.
    pub fn star(&self, predicates: &[Id]) -> Star {
        let mut star = Star { nodes: 0.0, rows: 0.0 };
        for (set, size) in (0..).zip(&self.sizes) {
            let range = self.range(set);
            let having = self.predicates.get(range.clone()).unwrap_or_default();
            let triples = self.triples.get(range).unwrap_or_default();
            let nodes = *size as f64;
            let each = predicates.iter().map(|predicate| {
                let place = having.binary_search(predicate).ok()?;
                triples.get(place).map(|triples| *triples as f64 / nodes)
            });
            if let Some(each) = each.product::<Option<f64>>() {
                star.nodes += nodes;
                star.rows += nodes * each;
            }
        }
        star
    }

    /// Writes them into a pack: the nodes with their sets as pairs, then the sets.
    pub fn write<W: Write>(&self, out: &mut ChunkWriter<W>) -> Result<[u64; 4]> {
        let mut writer = PairWriter::default();
        let mut put = |nodes: &[Id], of: &[Id], out: &mut ChunkWriter<W>| {
            nodes.iter().zip(of).try_for_each(|(node, set)| writer.push(*node, *set, out))
        };
        match &self.nodes {
            Nodes::Memory(nodes, of) => put(nodes, of, out)?,
            Nodes::Packed(pairs) => {
                let mut cursor = PairCursor::packed(pairs, 0..pairs.len());
                while let Some((nodes, of)) = cursor.next_block()? {
                    put(nodes, of, out)?;
                }
            }
        }
        let [chunk, length, heads] = writer.finish(out)?;
        Ok([chunk, length, heads, self.write_table(out)?])
    }

    /// Writes the sets alone, and gives their chunk.
    pub fn write_table<W: Write>(&self, out: &mut ChunkWriter<W>) -> Result<u64> {
        let mut bytes = Vec::new();
        varint::write(self.sizes.len() as u64, &mut bytes);
        for (set, size) in (0..).zip(&self.sizes) {
            let range = self.range(set);
            varint::write(*size, &mut bytes);
            varint::write(range.len() as u64, &mut bytes);
            let predicates = self.predicates.get(range.clone()).unwrap_or_default();
            let triples = self.triples.get(range).unwrap_or_default();
            for (predicate, triples) in predicates.iter().zip(triples) {
                varint::write((*predicate).into(), &mut bytes);
                varint::write(*triples, &mut bytes);
            }
        }
        Ok(out.add(&bytes)?.into())
    }

    /// Reads the sets that [`Self::write`] wrote.
    fn read(mut bytes: &[u8], nodes: Arc<PackedPairs>) -> Option<Self> {
        let mut sets = Self { nodes: Nodes::Packed(nodes), starts: vec![0], ..Self::default() };
        for _ in 0..varint::read(&mut bytes)? {
            sets.sizes.push(varint::read(&mut bytes)?);
            for _ in 0..varint::read(&mut bytes)? {
                sets.predicates.push(Id::try_from(varint::read(&mut bytes)?).ok()?);
                sets.triples.push(varint::read(&mut bytes)?);
            }
            sets.starts.push(sets.predicates.len());
        }
        bytes.is_empty().then_some(sets)
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

/// The characteristic sets of subjects and of objects in a pack, read when first asked for.
pub(super) struct StoredSets {
    chunks: Arc<Chunks>,
    nodes: [Arc<PackedPairs>; 2],
    tables: [u32; 2],
}

impl StoredSets {
    /// What two calls of [`Sets::write`] wrote.
    pub fn new(chunks: &Arc<Chunks>, places: [[u64; 4]; 2]) -> Result<Self> {
        let [subjects, objects] = places.map(|[chunk, length, heads, table]| -> Result<_> {
            let table = u32::try_from(table).map_err(|_| chunks.damaged())?;
            Ok((Arc::new(PackedPairs::open(chunks, [chunk, length, heads])?), table))
        });
        let (subjects, objects) = (subjects?, objects?);
        let nodes = [subjects.0, objects.0];
        Ok(Self { chunks: Arc::clone(chunks), nodes, tables: [subjects.1, objects.1] })
    }

    /// Reads both.
    pub fn open(&self) -> Result<[Sets; 2]> {
        let ([subject_nodes, object_nodes], [subjects, objects]) = (&self.nodes, self.tables);
        let read = |table, nodes: &Arc<PackedPairs>| {
            Sets::read(self.chunks.get(table)?, Arc::clone(nodes)).ok_or_else(|| self.chunks.damaged())
        };
        Ok([read(subjects, subject_nodes)?, read(objects, object_nodes)?])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_with_the_same_predicates_share_a_set() {
        let zeros = [0; 4];
        let runs = [(5, &[1, 1, 2, 4][..]), (9, &[1, 2, 3][..])];
        let runs = runs.map(|(predicate, nodes)| (predicate, PairCursor::over(nodes, &zeros)));
        let sets = Sets::of(runs.into_iter(), Watch::nobody()).unwrap();
        assert_eq!(sets.predicates_of(1).unwrap(), [5, 9]);
        assert_eq!(sets.predicates_of(2).unwrap(), [5, 9]);
        assert_eq!(sets.predicates_of(3).unwrap(), [9]);
        assert_eq!(sets.predicates_of(4).unwrap(), [5]);
        assert!(sets.predicates_of(7).unwrap().is_empty());
        let told = sets.told();
        assert_eq!(told.first(), Some(&CharacteristicSet { predicates: vec![(5, 3), (9, 2)], nodes: 2 }));
        assert_eq!(told.len(), 3);
        // Nodes 1 and 2 have both predicates, with 3 and 2 triples; node 3 has the second alone.
        assert_eq!(sets.star(&[5, 9]), Star { nodes: 2.0, rows: 3.0 });
        assert_eq!(sets.star(&[9]), Star { nodes: 3.0, rows: 3.0 });
        assert_eq!(
            sets.star(&[5, 5]),
            Star { nodes: 3.0, rows: 5.5 },
            "two by two of 1.5 each, and one by one"
        );
        assert_eq!(sets.star(&[5, 7]), Star { nodes: 0.0, rows: 0.0 });
    }
}
