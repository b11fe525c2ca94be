//! Sorted runs and their merging: of terms, and of numbers that do not fit into memory.
//!
//! In: items in any order, or runs that were written. Out: all of them in order, repeated ones too. What is held is one item
//! of each run, and what is read ahead.

use super::radix;
use super::sort::compare_bytes;
use super::spill::{Spill, SpillReader};
use super::varint;
use super::watch::Watch;
use crate::error::Result;
use crate::store::Lexical;
use crate::store::kinds::Kind;
use crate::value::order::SortKey;
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// The next term of a run. The greatest is the one that stands first, as a heap wants it.
pub(in super::super) struct TermHead {
    key: SortKey,
    /// The term as it is stored.
    pub bytes: Vec<u8>,
    /// Which run it is of.
    pub run: usize,
}

impl TermHead {
    /// The first term of a run; nothing where it has none.
    pub fn first(run: usize, reader: &mut SpillReader<'_>) -> Result<Option<Self>> {
        let mut head = Self { key: SortKey { kind: Kind::Blank, prefix: 0 }, bytes: Vec::new(), run };
        Ok(head.read(reader)?.then_some(head))
    }

    /// Moves on to the next term of the run. Says whether there is one.
    pub fn read(&mut self, reader: &mut SpillReader<'_>) -> Result<bool> {
        let Some(shared) = reader.number()? else { return Ok(false) };
        let rest = reader.number()?.unwrap_or_default();
        let shared = (shared as usize).min(self.bytes.len());
        self.bytes.resize(shared + rest as usize, 0);
        reader.fill(self.bytes.get_mut(shared..).unwrap_or_default())?;
        let lexical = super::terms::decode(&self.bytes);
        if let Some(term) = lexical.as_ref().and_then(Lexical::as_term) {
            self.key = SortKey::of(term);
        }
        Ok(true)
    }

    /// Its kind.
    pub fn kind(&self) -> Kind {
        self.key.kind
    }
}

impl Ord for TermHead {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_bytes = || match self.key.kind {
            Kind::Blank | Kind::Iri | Kind::String => other.bytes.cmp(&self.bytes),
            _ => compare_bytes(&other.bytes, &self.bytes),
        };
        other.key.cmp(&self.key).then_with(by_bytes).then_with(|| other.run.cmp(&self.run))
    }
}

impl PartialOrd for TermHead {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for TermHead {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for TermHead {}

/// Sorts any number of numbers within so much memory.
pub(in super::super) struct Sorter {
    beside: PathBuf,
    /// Within so many bytes.
    memory: usize,
    /// How many are held.
    most: usize,
    held: Vec<u128>,
    spill: Option<Spill>,
    runs: Vec<Range<u64>>,
    count: usize,
}

impl Sorter {
    /// How many bytes are written at a time.
    const BUFFER: usize = 1 << 18;
    /// How many bytes of a run are read at a time.
    const AHEAD: usize = 1 << 16;

    /// An empty one. What does not fit into `memory` bytes goes to a temporary file beside a file.
    pub fn new(beside: &Path, memory: usize) -> Self {
        // Sorting takes room for as many again.
        let most = (memory / (2 * size_of::<u128>())).max(1 << 10);
        let beside = beside.to_owned();
        Self { beside, memory, most, held: Vec::new(), spill: None, runs: Vec::new(), count: 0 }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Adds one.
    pub fn push(&mut self, number: u128, watch: Watch<'_>) -> Result<()> {
        if self.held.len() >= self.most {
            self.write(watch)?;
        }
        if self.held.len() == self.held.capacity() {
            // It doubles, but never beyond what may be held.
            self.held.reserve_exact(self.held.len().max(1 << 10).min(self.most - self.held.len()));
        }
        self.held.push(number);
        self.count += 1;
        Ok(())
    }

    /// Ends the adding.
    pub fn finish(&mut self, watch: Watch<'_>) -> Result<()> {
        if !self.runs.is_empty() {
            self.write(watch)?;
            self.held = Vec::new();
        }
        radix::sort(&mut self.held, watch)
    }

    /// [Ends](Self::finish) the adding of numbers of which those of equal upper halves came in order, as those of sorted lists do.
    pub fn finish_lists(&mut self, watch: Watch<'_>) -> Result<()> {
        if !self.runs.is_empty() {
            return self.finish(watch);
        }
        let room = self.memory.saturating_sub(self.held.capacity() * size_of::<u128>());
        radix::sort_lists(&mut self.held, room, watch)
    }

    /// Writes what is held as a run.
    fn write(&mut self, watch: Watch<'_>) -> Result<()> {
        radix::sort(&mut self.held, watch)?;
        let spill = match &mut self.spill {
            Some(spill) => spill,
            none => none.insert(Spill::beside(&self.beside)?),
        };
        let (start, mut bytes, mut last) = (spill.len(), Vec::new(), (0, 0));
        for number in self.held.drain(..) {
            let (upper, lower) = ((number >> 64) as u64, number as u64);
            varint::write(upper - last.0, &mut bytes);
            varint::write(if upper == last.0 { lower - last.1 } else { lower }, &mut bytes);
            last = (upper, lower);
            if bytes.len() >= Self::BUFFER {
                spill.append(&bytes)?;
                bytes.clear();
                watch.check()?;
            }
        }
        spill.append(&bytes)?;
        self.runs.push(start..spill.len());
        Ok(())
    }

    /// All numbers in order, once it is [finished](Self::finish).
    pub fn merged(&self) -> Result<Merge<'_>> {
        let mut merge = Merge { held: self.held.iter(), heads: BinaryHeap::new(), runs: Vec::new() };
        for (place, run) in self.runs.iter().enumerate() {
            let Some(spill) = &self.spill else { continue };
            let mut run = MergedRun { reader: spill.reader(run.clone(), Self::AHEAD), last: (0, 0) };
            merge.heads.extend(run.next()?.map(|number| Reverse((number, place))));
            merge.runs.push(run);
        }
        Ok(merge)
    }
}

/// Numbers in order. See [`Sorter::merged`].
pub(in super::super) struct Merge<'a> {
    /// All of them, where none were written.
    held: std::slice::Iter<'a, u128>,
    heads: BinaryHeap<Reverse<(u128, usize)>>,
    runs: Vec<MergedRun<'a>>,
}

struct MergedRun<'a> {
    reader: SpillReader<'a>,
    last: (u64, u64),
}

impl MergedRun<'_> {
    fn next(&mut self) -> Result<Option<u128>> {
        let Some(upper) = self.reader.number()? else { return Ok(None) };
        let lower = self.reader.number()?.unwrap_or_default();
        self.last = (self.last.0 + upper, if upper == 0 { self.last.1 + lower } else { lower });
        Ok(Some(u128::from(self.last.0) << 64 | u128::from(self.last.1)))
    }
}

impl Merge<'_> {
    /// The next number.
    pub fn next(&mut self) -> Result<Option<u128>> {
        if self.runs.is_empty() {
            return Ok(self.held.next().copied());
        }
        let Some(mut head) = self.heads.peek_mut() else { return Ok(None) };
        let Reverse((number, place)) = *head;
        match self.runs.get_mut(place).map_or(Ok(None), MergedRun::next)? {
            Some(next) => *head = Reverse((next, place)),
            None => {
                PeekMut::pop(head);
            }
        }
        Ok(Some(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers of a sorter, in order.
    fn all(sorter: &Sorter) -> Vec<u128> {
        let (mut merge, mut found) = (sorter.merged().unwrap(), Vec::new());
        while let Some(number) = merge.next().unwrap() {
            found.push(number);
        }
        found
    }

    #[test]
    fn numbers_come_in_order_whatever_the_memory() {
        let path = std::env::temp_dir().join(format!("baimo-merge-{}.pack", std::process::id()));
        let mixed = |n: u64| u128::from(n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let numbers: Vec<u128> = (0..20_000).map(|n| mixed(n) << (n % 60) | u128::from(n % 3)).collect();
        let mut expected = numbers.clone();
        expected.sort_unstable();
        for memory in [0, 100_000, 100_000_000] {
            let mut sorter = Sorter::new(&path, memory);
            numbers.iter().for_each(|number| sorter.push(*number, Watch::nobody()).unwrap());
            sorter.finish(Watch::nobody()).unwrap();
            assert!(all(&sorter) == expected && sorter.len() == expected.len(), "{memory}");
        }
    }

    #[test]
    fn numbers_of_sorted_lists_come_in_order_whatever_the_memory() {
        let path = std::env::temp_dir().join(format!("baimo-lists-{}.pack", std::process::id()));
        for (nodes, step) in [(9_000_u128, 1_u128), (9_000, 1 << 40), (3, 1)] {
            let list = |place: u128| {
                (0..nodes)
                    .filter(move |node| !(node + place).is_multiple_of(3))
                    .map(move |node| (node, place))
            };
            let numbers: Vec<u128> = (0..5)
                .flat_map(list)
                .map(|(node, place)| (node * step + 7) << 64 | place << 32 | 1)
                .collect();
            let mut expected = numbers.clone();
            expected.sort_unstable();
            for memory in [0, 100_000_000] {
                let mut sorter = Sorter::new(&path, memory);
                numbers.iter().for_each(|number| sorter.push(*number, Watch::nobody()).unwrap());
                sorter.finish_lists(Watch::nobody()).unwrap();
                assert!(all(&sorter) == expected, "{nodes} {step} {memory}");
            }
        }
    }
}
