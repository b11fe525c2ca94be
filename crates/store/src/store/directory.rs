//! Which graphs and predicates a table has, and where the pairs of each lie.
//!
//! In: runs, one for each predicate of each graph, in order. Out: the runs of a graph, found by binary search in memory
//! or in a pack, of which only what is looked at is read.

use super::Id;
use super::pack::chunks::ChunkWriter;
use super::pack::records::Records;
use super::port::GraphId;
use crate::error::Result;
use std::io::Write;
use std::ops::Range;

/// The triples of one predicate in one graph. They begin at the same place in both orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    pub start: usize,
    pub predicate: Id,
    pub subjects: u32,
    pub objects: u32,
    pub max_objects: u32,
    pub max_subjects: u32,
}

/// How many bytes a run has in a pack.
const RUN: usize = 28;

impl Run {
    fn to_bytes(self) -> [u8; RUN] {
        let mut bytes = [0; RUN];
        let numbers = [self.predicate, self.subjects, self.objects, self.max_objects, self.max_subjects];
        let parts = (self.start as u64).to_le_bytes().into_iter();
        let parts = parts.chain(numbers.into_iter().flat_map(u32::to_le_bytes));
        bytes.iter_mut().zip(parts).for_each(|(byte, part)| *byte = part);
        bytes
    }

    fn of_bytes(bytes: &[u8; RUN]) -> Self {
        let number = |place: usize| bytes.as_chunks::<4>().0.get(place).map_or(0, |n| u32::from_le_bytes(*n));
        let start = u64::from(number(1)) << 32 | u64::from(number(0));
        Self {
            // A place past what a machine can address is past the end of every table too.
            start: usize::try_from(start).unwrap_or(usize::MAX),
            predicate: number(2),
            subjects: number(3),
            objects: number(4),
            max_objects: number(5),
            max_subjects: number(6),
        }
    }
}

/// Graphs and their runs. See the module. The place of the default graph is 0, those of named graphs follow.
pub(super) enum Directory {
    /// In memory: the named graphs, sorted; where the runs of each graph begin, and the end; the runs.
    Memory(Vec<Id>, Vec<usize>, Vec<Run>),
    /// The same in a pack.
    Packed(Records<4>, Records<8>, Records<RUN>),
}

impl Default for Directory {
    fn default() -> Self {
        Self::Memory(Vec::new(), vec![0, 0], Vec::new())
    }
}

impl Directory {
    /// How many named graphs there are.
    pub fn names(&self) -> usize {
        match self {
            Self::Memory(names, ..) => names.len(),
            Self::Packed(names, ..) => names.len(),
        }
    }

    /// The name of the graph at a place; nothing for the default graph.
    pub fn name(&self, place: usize) -> Result<GraphId> {
        let Some(place) = place.checked_sub(1) else { return Ok(None) };
        match self {
            Self::Memory(names, ..) => Ok(names.get(place).copied()),
            Self::Packed(names, ..) => names.get(place).map(|name| Some(u32::from_le_bytes(*name))),
        }
    }

    /// The place of a graph; the default graph always has one.
    pub fn place(&self, graph: GraphId) -> Result<Option<usize>> {
        let Some(name) = graph else { return Ok(Some(0)) };
        match self {
            Self::Memory(names, ..) => Ok(names.binary_search(&name).ok().map(|place| place + 1)),
            Self::Packed(names, ..) => {
                let place = names.partition_point(|have| u32::from_le_bytes(*have) < name)?;
                let found = place < names.len() && self.name(place + 1)? == graph;
                Ok(found.then_some(place + 1))
            }
        }
    }

    /// Which runs a graph has.
    pub fn runs(&self, place: usize) -> Result<Range<usize>> {
        match self {
            Self::Memory(_, starts, _) => {
                let at = |place: usize| starts.get(place).copied().unwrap_or_default();
                Ok(at(place)..at(place + 1))
            }
            Self::Packed(_, starts, runs) => {
                let at = |place: usize| -> Result<usize> {
                    let start = u64::from_le_bytes(*starts.get(place)?);
                    Ok(usize::try_from(start).unwrap_or(usize::MAX).min(runs.len()))
                };
                Ok(at(place)?..at(place + 1)?)
            }
        }
    }

    /// How many runs there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Memory(.., runs) => runs.len(),
            Self::Packed(.., runs) => runs.len(),
        }
    }

    /// A run by its number; nothing past the last.
    pub fn run(&self, number: usize) -> Result<Option<Run>> {
        match self {
            Self::Memory(.., runs) => Ok(runs.get(number).copied()),
            Self::Packed(.., runs) if number < runs.len() => {
                runs.get(number).map(|run| Some(Run::of_bytes(run)))
            }
            Self::Packed(..) => Ok(None),
        }
    }

    /// The number of the run of a predicate in a graph.
    pub fn find(&self, place: usize, predicate: Id) -> Result<Option<usize>> {
        let Range { start: mut low, end } = self.runs(place)?;
        if let Self::Memory(.., runs) = self {
            let own = runs.get(low..end).unwrap_or_default();
            let found = own.binary_search_by_key(&predicate, |run| run.predicate).ok();
            return Ok(found.map(|place| low + place));
        }
        let mut high = end;
        while low < high {
            let middle = low + (high - low) / 2;
            if self.run(middle)?.is_some_and(|run| run.predicate < predicate) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok((low < end && self.run(low)?.is_some_and(|run| run.predicate == predicate)).then_some(low))
    }

    /// Writes it into a pack.
    pub fn write<W: Write>(&self, out: &mut ChunkWriter<W>) -> Result<[u64; 6]> {
        let names = (1..=self.names()).filter_map(|place| self.name(place).transpose());
        let [a, b] = Records::write(out, names.map(|name| Ok(name?.to_le_bytes())))?;
        let starts = (0..=self.names()).map(|place| Ok(self.runs(place)?.start));
        let starts = starts.chain([Ok(self.len())]);
        let [c, d] =
            Records::write(out, starts.map(|start: Result<usize>| Ok((start? as u64).to_le_bytes())))?;
        let runs = (0..self.len()).filter_map(|number| self.run(number).transpose());
        let [e, f] = Records::write(out, runs.map(|run| Ok(run?.to_bytes())))?;
        Ok([a, b, c, d, e, f])
    }
}
