//! A long array of records of fixed size, in chunks of a pack.
//!
//! In: records in order. Out: any of them by its place; only the chunk that holds it is read.

use super::chunks::{ChunkWriter, Chunks};
use crate::error::Result;
use std::io::Write;
use std::sync::Arc;

/// How many bytes a chunk of records has at most.
const CHUNK: usize = 1 << 17;

/// Records of `SIZE` bytes. See the module.
pub(in super::super) struct Records<const SIZE: usize> {
    chunks: Arc<Chunks>,
    /// The first chunk; the others follow it.
    first: u32,
    length: usize,
}

impl<const SIZE: usize> Records<SIZE> {
    const EACH: usize = CHUNK / SIZE;

    /// Writes all records and gives the first chunk and the number of records.
    pub fn write<W: Write>(
        out: &mut ChunkWriter<W>,
        records: impl Iterator<Item = Result<[u8; SIZE]>>,
    ) -> Result<[u64; 2]> {
        let (mut bytes, mut length, first) = (Vec::new(), 0, out.next());
        for record in records {
            if bytes.len() >= Self::EACH * SIZE {
                out.add(&bytes)?;
                bytes.clear();
            }
            bytes.extend_from_slice(&record?);
            length += 1;
        }
        if !bytes.is_empty() {
            out.add(&bytes)?;
        }
        Ok([first.into(), length])
    }

    /// Opens what [`Self::write`] wrote.
    pub fn open(chunks: &Arc<Chunks>, [first, length]: [u64; 2]) -> Result<Self> {
        let whole = |number: u64| usize::try_from(number).map_err(|_| chunks.damaged());
        let first = u32::try_from(first).map_err(|_| chunks.damaged())?;
        Ok(Self { chunks: Arc::clone(chunks), first, length: whole(length)? })
    }

    /// How many records there are.
    pub fn len(&self) -> usize {
        self.length
    }

    /// The record at a place.
    pub fn get(&self, place: usize) -> Result<&[u8; SIZE]> {
        let chunk = u32::try_from(place / Self::EACH).ok().and_then(|chunk| self.first.checked_add(chunk));
        let bytes = self.chunks.get(chunk.ok_or_else(|| self.chunks.damaged())?)?;
        let (records, _) = bytes.as_chunks::<SIZE>();
        let found = records.get(place % Self::EACH).filter(|_| place < self.length);
        found.ok_or_else(|| self.chunks.damaged())
    }

    /// The first place from which on a condition on the record holds.
    pub fn partition_point(&self, holds_not: impl Fn(&[u8; SIZE]) -> bool) -> Result<usize> {
        let (mut low, mut high) = (0, self.length);
        while low < high {
            let middle = low + (high - low) / 2;
            if holds_not(self.get(middle)?) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }
}
