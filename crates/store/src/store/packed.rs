//! A cursor over packed pairs: decodes the blocks it needs and no other.
//!
//! In: pairs of a pack, a range of places that is sorted. Out: what `cursor.rs` offers.

use super::Id;
use super::cursor::{BLOCK, Decoded, Jumps};
use super::list::{List, lower_bound};
use super::pack::bits::{Block, LENGTH};
use super::pack::pairs::{PackedPairs, Place};
use crate::error::Result;
use std::ops::Range;
use std::sync::{Arc, PoisonError};

/// How many pairs are decoded at once.
pub(super) const PIECE: usize = LENGTH;
/// No block.
const NO_BLOCK: usize = usize::MAX;
/// So many seconds are read one by one, where nobody needs the others of their block.
const FEW: usize = 4;
/// So many times: then the block is decoded.
const TIMES: usize = 8;

/// A cursor over packed pairs. See the module.
pub(super) struct PackedCursor<'a> {
    pairs: &'a PackedPairs,
    at: Place,
    /// The places of its pairs.
    range: Range<usize>,
    /// Which blocks are decoded.
    first_block: usize,
    second_block: usize,
    firsts: Block,
    seconds: Block,
    /// Where in the part of its block the last first was found: keys in order are near each other.
    near: usize,
    /// The head of the block after `first_block`, where the range has one.
    next_head: Option<Id>,
    /// Seconds that were read one by one, of which block, and how often of that.
    few: [Id; FEW],
    few_block: usize,
    few_times: usize,
    /// Seconds of more than one block, and the columns of `next_block`.
    gathered: Vec<Id>,
    /// The places of what was gathered.
    gathered_at: Range<usize>,
    columns: (Vec<Id>, Vec<Id>),
}

impl<'a> PackedCursor<'a> {
    /// Over the pairs at `range`.
    pub fn new(pairs: &'a PackedPairs, range: Range<usize>) -> Self {
        Self {
            pairs,
            at: Place::default(),
            range,
            first_block: NO_BLOCK,
            second_block: NO_BLOCK,
            firsts: [0; LENGTH],
            seconds: [0; LENGTH],
            near: 0,
            next_head: None,
            few: [0; FEW],
            few_block: NO_BLOCK,
            few_times: 0,
            gathered: Vec::new(),
            gathered_at: 0..0,
            columns: (Vec::new(), Vec::new()),
        }
    }

    /// How many pairs there are.
    pub fn len(&self) -> usize {
        self.range.len()
    }

    /// All pairs in plain memory with a table that tells where to look, as long as any cursor over the same pairs has it; with `make` it is
    /// made where there is none. Who asks while it is made waits.
    pub fn decoded(&self, make: bool) -> Result<Option<Decoded>> {
        let shared = self.pairs.shared(self.range.clone());
        let mut ready = shared.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(decoded) = ready.get() {
            return Ok(Some(decoded));
        }
        if !make {
            return Ok(None);
        }
        let mut list = List::Packed(Box::new(Self::new(self.pairs, self.range.clone())));
        let pairs = Arc::new(list.copied(0..self.len())?);
        let jumps = Jumps::over(&pairs.first).map(Arc::new);
        let decoded = Decoded { pairs, jumps };
        ready.put(&decoded);
        Ok(Some(decoded))
    }

    fn load_firsts(&mut self, block: usize) -> Result<()> {
        if self.first_block != block {
            self.first_block = NO_BLOCK;
            self.pairs.firsts(block, &mut self.at, &mut self.firsts)?;
            let has_next = (block + 1) * LENGTH < self.range.end;
            self.next_head = if has_next { Some(self.pairs.head(block + 1, &mut self.at)?) } else { None };
            self.first_block = block;
        }
        Ok(())
    }

    /// The part of a block that lies in the range, as places within it.
    fn within(&self, block: usize) -> Range<usize> {
        let base = block * LENGTH;
        self.range.start.max(base) - base..self.range.end.min(base + LENGTH).saturating_sub(base)
    }

    /// Whether the block that is decoded is the one in which the first place for `first` lies.
    fn is_at(&self, first: Id) -> bool {
        if self.first_block == NO_BLOCK {
            return false;
        }
        let start = self.within(self.first_block).start;
        let follows = self.first_block == self.range.start / LENGTH
            || self.firsts.get(start).is_some_and(|head| *head < first);
        follows && self.next_head.is_none_or(|next| next >= first)
    }

    /// The first place whose `first` is at least `first`, counted from the start of the range.
    pub fn position(&mut self, first: Id) -> Result<usize> {
        if self.range.is_empty() {
            return Ok(0);
        }
        let is_near = self.is_at(first);
        if !is_near {
            let (start, to) = (self.range.start / LENGTH, (self.range.end - 1) / LENGTH);
            // Keys in order lie behind the block at hand.
            let is_after = self.first_block < to && self.next_head.is_some_and(|next| next < first);
            let from = if is_after { self.first_block + 1 } else { start };
            let block = self.pairs.block_before(from, to, first, &mut self.at)?;
            self.load_firsts(block)?;
        }
        let part = self.within(self.first_block);
        let start = self.first_block * LENGTH + part.start;
        let firsts = self.firsts.get(part).unwrap_or_default();
        let found = match is_near {
            true => lower_bound(firsts, self.near, first),
            false => firsts.partition_point(|have| *have < first),
        };
        self.near = found;
        Ok(start + found - self.range.start)
    }

    /// The places of `first`, counted from the start of the range.
    pub fn locate(&mut self, first: Id) -> Result<Range<usize>> {
        let start = self.position(first)?;
        let place = self.range.start + start;
        if place >= self.range.end {
            return Ok(start..start);
        }
        self.load_firsts(place / LENGTH)?;
        let part = self.within(self.first_block);
        let rest = self.firsts.get(place % LENGTH..part.end).unwrap_or_default();
        let length = rest.iter().take_while(|have| **have == first).count();
        if length < rest.len() || self.next_head.is_none_or(|next| next != first) {
            return Ok(start..start + length);
        }
        let end = match first.checked_add(1) {
            Some(after) => self.position(after)?,
            None => self.len(),
        };
        Ok(start..end)
    }

    /// The seconds at places counted from the start of the range.
    pub fn seconds(&mut self, places: Range<usize>) -> Result<&[Id]> {
        if places.is_empty() {
            return Ok(&[]);
        }
        let (start, end) = (self.range.start + places.start, self.range.start + places.end);
        let (from, to) = (start / LENGTH, (end - 1) / LENGTH);
        if from == to {
            if self.reads_few(from, start % LENGTH, places.len())? {
                return Ok(self.few.get(..places.len()).unwrap_or_default());
            }
            self.load_seconds(from)?;
            return Ok(self.seconds.get(start % LENGTH..start % LENGTH + places.len()).unwrap_or_default());
        }
        // One list is often asked for again and again: that of a constant, which is intersected with one for each row.
        if self.gathered_at == (start..end) {
            return Ok(&self.gathered);
        }
        self.gathered_at = 0..0;
        self.gathered.clear();
        for block in from..=to {
            self.load_seconds(block)?;
            let base = block * LENGTH;
            let part = self.seconds.get(start.max(base) - base..end.min(base + LENGTH) - base);
            self.gathered.extend_from_slice(part.unwrap_or_default());
        }
        self.gathered_at = start..end;
        Ok(&self.gathered)
    }

    /// Reads a few seconds of a block that is not decoded; whether it did.
    fn reads_few(&mut self, block: usize, first: usize, count: usize) -> Result<bool> {
        if self.few_block != block {
            (self.few_block, self.few_times) = (block, 0);
        }
        self.few_times += 1;
        let Some(few) = self.few.get_mut(..count).filter(|_| self.few_times <= TIMES) else {
            return Ok(false);
        };
        Ok(self.second_block != block && self.pairs.some_seconds(block, first, &mut self.at, few)?)
    }

    fn load_seconds(&mut self, block: usize) -> Result<()> {
        if self.second_block != block {
            self.second_block = NO_BLOCK;
            self.pairs.seconds(block, &mut self.at, &mut self.seconds)?;
            self.second_block = block;
        }
        Ok(())
    }

    /// The first at a place counted from the start of the range.
    pub fn first_at(&mut self, place: usize) -> Result<Option<Id>> {
        if place >= self.len() {
            return Ok(None);
        }
        let place = self.range.start + place;
        self.load_firsts(place / LENGTH)?;
        Ok(self.firsts.get(place % LENGTH).copied())
    }

    /// The first block of some places, how many blocks hold the first of them, and where these lie within those blocks.
    fn piece(&self, rest: &Range<usize>) -> (usize, usize, Range<usize>) {
        let start = self.range.start + rest.start;
        let from = start / LENGTH;
        let end = (self.range.start + rest.end).min((from + BLOCK / LENGTH) * LENGTH);
        (from, end.div_ceil(LENGTH) - from, start - from * LENGTH..end - from * LENGTH)
    }

    /// The firsts at the first of the places of `rest`; their seconds are not decoded.
    pub fn firsts(&mut self, rest: Range<usize>) -> Result<&[Id]> {
        let (from, blocks, part) = self.piece(&rest);
        let firsts = &mut self.columns.0;
        firsts.resize(blocks * LENGTH, 0);
        for (block, firsts) in (from..).zip(firsts.as_chunks_mut().0) {
            self.pairs.firsts(block, &mut self.at, firsts)?;
        }
        Ok(firsts.get(part).unwrap_or_default())
    }

    /// The columns at the first of the places of `rest`, and how many they have.
    pub fn columns(&mut self, rest: Range<usize>) -> Result<(&[Id], &[Id])> {
        let (from, blocks, part) = self.piece(&rest);
        let (firsts, seconds) = &mut self.columns;
        firsts.resize(blocks * LENGTH, 0);
        seconds.resize(blocks * LENGTH, 0);
        let parts = firsts.as_chunks_mut().0.iter_mut().zip(seconds.as_chunks_mut().0);
        for (block, (firsts, seconds)) in (from..).zip(parts) {
            self.pairs.firsts(block, &mut self.at, firsts)?;
            self.pairs.seconds(block, &mut self.at, seconds)?;
        }
        Ok((firsts.get(part.clone()).unwrap_or_default(), seconds.get(part).unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::{FEW, TIMES};
    use crate::store::pack::{Builder, Pack};
    use crate::store::{End, Graph as _, Id, Indexed as _};
    use crate::terms::{GraphName, NamedNode, Quad};

    #[test]
    fn few_seconds_and_whole_blocks_of_them_are_the_same() {
        const NODES: usize = 4000;
        let iri = |n: usize| NamedNode::new_unchecked(format!("http://example.org/{n:05}"));
        let mut builder = Builder::new();
        for n in 1..NODES {
            // By chance, so that blocks hold plain numbers, and one after the other, so that they hold distances.
            let places = |k: usize| [(n * 7919 + k * 31) % NODES, n / 2 + k];
            for place in (0..n % (FEW + 3)).flat_map(places).filter(|place| *place < NODES) {
                builder.add(Quad::new(iri(n), iri(0), iri(place), GraphName::DefaultGraph).as_ref());
            }
        }
        let memory = builder.finish();
        let pack = Pack::from_static(Vec::leak(memory.write(Vec::new()).unwrap())).unwrap();
        let (view, plain) = (pack.view(None).unwrap().unwrap(), memory.view(None).unwrap().unwrap());
        let predicate = pack.id(iri(0).as_ref().into()).unwrap().unwrap();
        let nodes = NODES as Id;
        let orders: [Vec<Id>; 5] = [
            (0..nodes).collect(),
            (0..nodes).step_by(90).collect(),
            (0..nodes).step_by(11).flat_map(|n| [n; 2 * TIMES]).collect(),
            (0..nodes).rev().step_by(3).collect(),
            (0..100).map(|n| n * 2371 % nodes).collect(),
        ];
        for (end, order) in
            [End::Subject, End::Object].into_iter().flat_map(|end| orders.iter().map(move |it| (end, it)))
        {
            let (mut packed, mut expected) =
                (view.pairs(predicate, end).unwrap(), plain.pairs(predicate, end).unwrap());
            for first in order {
                assert_eq!(packed.lookup(*first).unwrap(), expected.lookup(*first).unwrap(), "{first}");
            }
        }
    }
}
