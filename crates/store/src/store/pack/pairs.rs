//! Sorted pairs in chunks of a pack: blocks of 128, each number in as few bits as its block allows.
//!
//! In: pairs in order. Out: any block of them. A chunk holds 65 536 pairs and begins with one record for each block: its first
//! `first`, the base of its seconds, where its bits lie, how many each number has. See `docs/pack-format.md`.

use super::bits::{self, Block, LENGTH};
use super::cache::Part;
use super::chunks::{ChunkWriter, Chunks};
use crate::error::Result;
use crate::store::Id;
use crate::store::cursor::{Decoded, Jumps};
use crate::store::list::Pairs;
use std::collections::HashMap;
use std::io::Write;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// How many blocks a chunk has.
const BLOCKS: usize = 512;
/// The record of a block: first, base, offset, width of firsts, width of seconds.
const RECORD: usize = 12;
/// So many blocks are looked at one by one before the rest is halved.
const NEAR: usize = 4;
/// Set in a width where the numbers are distances from the one before.
const DISTANCES: u8 = 0x80;

/// Writes pairs. See the module.
#[derive(Default)]
pub(in super::super) struct PairWriter {
    firsts: Vec<Id>,
    seconds: Vec<Id>,
    records: Vec<u8>,
    bits: Vec<u8>,
    /// The first `first` of each chunk.
    heads: Vec<Id>,
    length: u64,
    first_chunk: Option<u32>,
}

impl PairWriter {
    /// Adds a pair. Pairs of one run come sorted.
    pub fn push<W: Write>(&mut self, first: Id, second: Id, out: &mut ChunkWriter<W>) -> Result<()> {
        if self.length.is_multiple_of((LENGTH * BLOCKS) as u64) {
            self.heads.push(first);
        }
        self.firsts.push(first);
        self.seconds.push(second);
        self.length += 1;
        if self.firsts.len() == LENGTH {
            self.end_block();
            if self.records.len() == BLOCKS * RECORD {
                self.end_chunk(out)?;
            }
        }
        Ok(())
    }

    fn end_block(&mut self) {
        let (first_base, first_mode, firsts) = encoded(&self.firsts, true);
        let (second_base, second_mode, seconds) = encoded(&self.seconds, false);
        // At most 512 blocks of 64 units each.
        let offset = (self.bits.len() / 16) as u16;
        self.records.extend(first_base.to_le_bytes());
        self.records.extend(second_base.to_le_bytes());
        self.records.extend(offset.to_le_bytes());
        self.records.extend([first_mode, second_mode]);
        bits::pack(&firsts, first_mode & !DISTANCES, &mut self.bits);
        bits::pack(&seconds, second_mode & !DISTANCES, &mut self.bits);
        self.firsts.clear();
        self.seconds.clear();
    }

    fn end_chunk<W: Write>(&mut self, out: &mut ChunkWriter<W>) -> Result<()> {
        self.records.append(&mut self.bits);
        let chunk = out.add(&self.records)?;
        self.first_chunk.get_or_insert(chunk);
        self.records.clear();
        Ok(())
    }

    /// Writes what is left, and the heads. Gives the first chunk, the number of pairs, the chunk of the heads.
    pub fn finish<W: Write>(mut self, out: &mut ChunkWriter<W>) -> Result<[u64; 3]> {
        if !self.firsts.is_empty() {
            self.end_block();
        }
        if !self.records.is_empty() {
            self.end_chunk(out)?;
        }
        let heads: Vec<u8> = self.heads.iter().flat_map(|head| head.to_le_bytes()).collect();
        Ok([self.first_chunk.unwrap_or_default().into(), self.length, out.add(&heads)?.into()])
    }
}

/// The base, the mode and the numbers of up to 128 values. Those missing count as the last one.
fn encoded(values: &[Id], is_first: bool) -> (Id, u8, Block) {
    let (start, last) = (values.first().copied().unwrap_or(0), values.last().copied().unwrap_or(0));
    let mut block = [last; LENGTH];
    for (place, value) in block.iter_mut().zip(values) {
        *place = *value;
    }
    // Plain loops, which are done four or more numbers at a time.
    let least = block.iter().fold(Id::MAX, |least, value| least.min(*value));
    let most = block.iter().fold(0, |most, value| most.max(*value));
    // The record of a block tells its first `first`, from which plain firsts cannot be counted.
    let base = if is_first { 0 } else { least };
    let plain = bits::width(most - base);
    if block.is_sorted() {
        let mut distances = block;
        for (distance, before) in distances.iter_mut().skip(1).zip(&block) {
            *distance -= before;
        }
        distances.iter_mut().take(1).for_each(|first| *first -= start);
        // The bits of the largest are those of all together.
        let width = bits::width(distances.iter().fold(0, |all, distance| all | distance));
        if width < plain || is_first {
            return (start, width | DISTANCES, distances);
        }
    }
    (if is_first { start } else { base }, plain, block.map(|value| value - base))
}

/// Pairs in a pack. See the module.
pub(in super::super) struct PackedPairs {
    chunks: Arc<Chunks>,
    first_chunk: u32,
    length: usize,
    /// The first `first` of each chunk.
    heads: Vec<Id>,
    /// What cursors have decoded for lookups in no order, by the places of the pairs.
    decoded: Mutex<HashMap<Range<usize>, Arc<Mutex<Ready>>>>,
}

/// Pairs that some cursor has decoded; they live as long as any of them does.
#[derive(Default)]
pub(in super::super) struct Ready(Weak<Pairs>, Weak<Jumps>);

impl Ready {
    /// What there is.
    pub fn get(&self) -> Option<Decoded> {
        Some(Decoded { pairs: self.0.upgrade()?, jumps: Some(self.1.upgrade()?) })
    }

    /// Remembers it for others.
    pub fn put(&mut self, decoded: &Decoded) {
        self.0 = Arc::downgrade(&decoded.pairs);
        self.1 = decoded.jumps.as_ref().map_or_else(Weak::new, Arc::downgrade);
    }
}

/// Where somebody reads: the chunk that holds the block read last, so that the next need not ask for it.
#[derive(Debug, Default)]
pub(in super::super) struct Place {
    chunk: Option<usize>,
    part: Part,
}

/// What is known of a block before its numbers are read.
#[derive(Debug, Clone, Copy)]
struct Record {
    first: Id,
    base: Id,
    offset: u16,
    first_mode: u8,
    second_mode: u8,
}

impl Record {
    fn read([a, b, c, d, e, f, g, h, i, j, first_mode, second_mode]: [u8; RECORD]) -> Self {
        Self {
            first: u32::from_le_bytes([a, b, c, d]),
            base: u32::from_le_bytes([e, f, g, h]),
            offset: u16::from_le_bytes([i, j]),
            first_mode,
            second_mode,
        }
    }
}

impl PackedPairs {
    /// Opens what [`PairWriter::finish`] wrote.
    pub fn open(chunks: &Arc<Chunks>, [first_chunk, length, heads]: [u64; 3]) -> Result<Self> {
        let damaged = || chunks.damaged();
        let heads = chunks.get(u32::try_from(heads).map_err(|_| damaged())?)?;
        let heads: Vec<Id> = heads.as_chunks::<4>().0.iter().map(|head| u32::from_le_bytes(*head)).collect();
        let length = usize::try_from(length).map_err(|_| damaged())?;
        if heads.len() != length.div_ceil(LENGTH * BLOCKS) {
            return Err(damaged());
        }
        let first_chunk = u32::try_from(first_chunk).map_err(|_| damaged())?;
        let decoded = Mutex::default();
        Ok(Self { chunks: Arc::clone(chunks), first_chunk, length, heads, decoded })
    }

    /// Where cursors over the pairs at these places share what they decode. Places that nobody uses any more are forgotten.
    pub fn shared(&self, places: Range<usize>) -> Arc<Mutex<Ready>> {
        let mut all = self.decoded.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, ready| {
            Arc::strong_count(ready) > 1 || ready.lock().is_ok_and(|ready| ready.0.strong_count() > 0)
        });
        Arc::clone(all.entry(places).or_default())
    }

    /// How many pairs there are.
    pub fn len(&self) -> usize {
        self.length
    }

    /// The records and the bits of a chunk, which `at` holds then.
    #[inline]
    fn chunk<'c>(&self, chunk: usize, at: &'c mut Place) -> Result<(&'c [[u8; RECORD]], &'c [u8])> {
        if at.chunk != Some(chunk) {
            at.chunk = None;
            let number = u32::try_from(chunk).ok().and_then(|chunk| self.first_chunk.checked_add(chunk));
            at.part = self.chunks.part(number.ok_or_else(|| self.chunks.damaged())?)?;
            at.chunk = Some(chunk);
        }
        let pairs = self.length.saturating_sub(chunk * LENGTH * BLOCKS).min(LENGTH * BLOCKS);
        let cut = at.part.split_at_checked(pairs.div_ceil(LENGTH) * RECORD);
        let (records, bits) = cut.ok_or_else(|| self.chunks.damaged())?;
        Ok((records.as_chunks().0, bits))
    }

    fn record<'c>(&self, block: usize, at: &'c mut Place) -> Result<(Record, &'c [u8])> {
        let (records, bits) = self.chunk(block / BLOCKS, at)?;
        let record = records.get(block % BLOCKS).ok_or_else(|| self.chunks.damaged())?;
        Ok((Record::read(*record), bits))
    }

    /// The first `first` of a block.
    pub fn head(&self, block: usize, at: &mut Place) -> Result<Id> {
        if block.is_multiple_of(BLOCKS) {
            return self.heads.get(block / BLOCKS).copied().ok_or_else(|| self.chunks.damaged());
        }
        Ok(self.record(block, at)?.0.first)
    }

    /// The last block of `from..=to`, where heads are sorted after `from`, that is `from` or whose head lies
    /// below `first`. Reads one chunk at most.
    pub fn block_before(&self, from: usize, to: usize, first: Id, at: &mut Place) -> Result<usize> {
        let (from_chunk, to_chunk) = (from / BLOCKS, to / BLOCKS);
        let heads = self.heads.get(from_chunk + 1..to_chunk + 1).unwrap_or_default();
        let chunk = from_chunk + heads.partition_point(|head| *head < first);
        let (records, _) = self.chunk(chunk, at)?;
        let low = if chunk == from_chunk { from % BLOCKS } else { 0 };
        let high = if chunk == to_chunk { to % BLOCKS } else { BLOCKS - 1 };
        let later = records.get(low + 1..high + 1).unwrap_or_default();
        let is_below = |record: &[u8; RECORD]| Record::read(*record).first < first;
        // Keys in order mostly lie a few blocks after the one before.
        let near = later.iter().take(NEAR).take_while(|record| is_below(record)).count();
        let far =
            if near < NEAR { 0 } else { later.get(NEAR..).unwrap_or_default().partition_point(is_below) };
        Ok(chunk * BLOCKS + low + near + far)
    }

    /// Decodes the firsts of a block.
    #[inline]
    pub fn firsts(&self, block: usize, at: &mut Place, out: &mut Block) -> Result<()> {
        let (record, bits) = self.record(block, at)?;
        let width = record.first_mode & !DISTANCES;
        bits::unpack(self.part(bits, record.offset, 0, width)?, width, out);
        if record.first_mode & DISTANCES != 0 {
            bits::sum(record.first, out);
        }
        Ok(())
    }

    /// Decodes the seconds of a block.
    #[inline]
    pub fn seconds(&self, block: usize, at: &mut Place, out: &mut Block) -> Result<()> {
        let (record, bits) = self.record(block, at)?;
        let (before, width) = (record.first_mode & !DISTANCES, record.second_mode & !DISTANCES);
        bits::unpack(self.part(bits, record.offset, before, width)?, width, out);
        if record.second_mode & DISTANCES != 0 {
            bits::sum(record.base, out);
        } else {
            out.iter_mut().for_each(|number| *number = number.wrapping_add(record.base));
        }
        Ok(())
    }

    /// Some seconds of a block, where each can be read without those before it. Says whether they were.
    #[inline]
    pub fn some_seconds(&self, block: usize, first: usize, at: &mut Place, out: &mut [Id]) -> Result<bool> {
        let (record, bits) = self.record(block, at)?;
        if record.second_mode & DISTANCES != 0 {
            return Ok(false);
        }
        let (before, width) = (record.first_mode & !DISTANCES, record.second_mode);
        let part = self.part(bits, record.offset, before, width)?;
        for (place, second) in (first..).zip(out) {
            *second = record.base.wrapping_add(bits::one(part, width, place));
        }
        Ok(true)
    }

    /// The bits of one half of a block, which begin after `before` bits a number.
    fn part<'b>(&self, bits: &'b [u8], offset: u16, before: u8, width: u8) -> Result<&'b [u8]> {
        let start = 16 * (usize::from(offset) + usize::from(before));
        bits.get(start..start + 16 * usize::from(width)).ok_or_else(|| self.chunks.damaged())
    }
}
