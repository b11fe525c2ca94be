//! The terms of a dictionary in chunks of a pack, front-coded.
//!
//! In: terms in order, encoded as `terms.rs` says. Out: any of them by its number. A chunk holds 4096 terms in blocks of 16; a
//! block has its first term whole, and of the others what differs from the one before (Witten, Moffat, Bell, Managing
//! gigabytes, 1999, section 4.1). See `docs/pack-format.md`.

use super::chunks::{ChunkWriter, Chunks};
use super::varint;
use crate::error::{Error, Result};
use crate::store::{Id, Scratch};
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How many terms a block has.
pub(super) const BLOCK: usize = 16;
/// How many terms a chunk has.
const CHUNK: usize = 4096;
/// How many bytes come from memory at once.
const LINE: usize = 64;
/// Of a long block no more than so many bytes are read ahead: what follows comes in order.
const LONG: usize = 1 << 11;

/// Writes terms. See the module.
#[derive(Default)]
pub(in super::super) struct TextWriter {
    /// Where each block of the chunk begins in `text`.
    starts: Vec<u8>,
    text: Vec<u8>,
    last: Vec<u8>,
    count: usize,
    first_chunk: Option<u32>,
}

impl TextWriter {
    /// Adds the next term.
    pub fn push<W: Write>(&mut self, term: &[u8], out: &mut ChunkWriter<W>) -> Result<()> {
        if self.count.is_multiple_of(BLOCK) {
            let start = u32::try_from(self.text.len())
                .map_err(|_| Error::data("4096 terms that follow each other have more than 4 GiB of text"))?;
            self.starts.extend(start.to_le_bytes());
            varint::write(term.len() as u64, &mut self.text);
            self.text.extend_from_slice(term);
        } else {
            let shared = shared(term, &self.last);
            let rest = term.get(shared..).unwrap_or_default();
            varint::write(shared as u64, &mut self.text);
            varint::write(rest.len() as u64, &mut self.text);
            self.text.extend_from_slice(rest);
        }
        self.last.clear();
        self.last.extend_from_slice(term);
        self.count += 1;
        if self.count == CHUNK { self.end_chunk(out) } else { Ok(()) }
    }

    fn end_chunk<W: Write>(&mut self, out: &mut ChunkWriter<W>) -> Result<()> {
        self.starts.append(&mut self.text);
        let chunk = out.add(&self.starts)?;
        self.first_chunk.get_or_insert(chunk);
        self.starts.clear();
        self.count = 0;
        Ok(())
    }

    /// Writes what is left and gives the first chunk.
    pub fn finish<W: Write>(mut self, out: &mut ChunkWriter<W>) -> Result<u64> {
        if self.count > 0 {
            self.end_chunk(out)?;
        }
        Ok(self.first_chunk.unwrap_or_default().into())
    }
}

/// How long the beginning is that two texts share, eight bytes at a time.
fn shared(a: &[u8], b: &[u8]) -> usize {
    let (eights_a, eights_b) = (a.as_chunks::<8>().0, b.as_chunks::<8>().0);
    let same = 8 * eights_a.iter().zip(eights_b).take_while(|(a, b)| a == b).count();
    let (rest_a, rest_b) = (a.get(same..).unwrap_or_default(), b.get(same..).unwrap_or_default());
    same + rest_a.iter().zip(rest_b).take_while(|(a, b)| a == b).count()
}

/// Tells the packs of one process apart, so that no text decoded from one is taken for another's.
static PACKS: AtomicU64 = AtomicU64::new(1);

/// Terms in a pack. See the module.
pub(in super::super) struct PackedTexts {
    chunks: Arc<Chunks>,
    first_chunk: u32,
    length: Id,
    pack: u64,
}

impl PackedTexts {
    /// Opens what [`TextWriter::finish`] wrote.
    pub fn open(chunks: &Arc<Chunks>, first_chunk: u64, length: Id) -> Result<Self> {
        let first_chunk = u32::try_from(first_chunk).map_err(|_| chunks.damaged())?;
        let pack = PACKS.fetch_add(1, Ordering::Relaxed);
        Ok(Self { chunks: Arc::clone(chunks), first_chunk, length, pack })
    }

    /// Reads ahead what [`Self::get`] of these terms will read, where they are sorted and lie in many blocks. No read depends on
    /// another, so their waits for memory overlap.
    pub fn warm(&self, ids: &[Id]) {
        let (Some(least), Some(greatest)) = (ids.first(), ids.last()) else { return };
        let blocks = greatest.saturating_sub(*least) as usize / BLOCK;
        if blocks < ids.len() || *greatest >= self.length || !ids.is_sorted() {
            return;
        }
        let (mut all, mut chunk) = (0, None);
        for id in ids {
            let place = *id as usize;
            if chunk.as_ref().is_none_or(|(known, _)| *known != place / CHUNK) {
                // What is damaged is said by who reads it.
                let Ok(part) = self.chunk_of(place).and_then(|number| self.chunks.part(number)) else {
                    return;
                };
                chunk = Some((place / CHUNK, part));
            }
            let Some((_, part)) = &chunk else { return };
            let Ok(bytes) = self.block_of(place, part) else { return };
            let next = place - place % BLOCK + BLOCK;
            let is_last = next.is_multiple_of(CHUNK) || next >= self.length as usize;
            let rest = if is_last { 0 } else { self.block_of(next, part).map_or(0, <[u8]>::len) };
            // The terms of a block are of about one length.
            let read = bytes.len().saturating_sub(rest).min(LONG) * (place % BLOCK + 1) / BLOCK;
            all ^= bytes.get(..read).unwrap_or_default().iter().step_by(LINE).fold(0, |all, byte| all ^ byte);
        }
        // The value is not used; without this the reads would be optimised away.
        std::hint::black_box(all);
    }

    /// The bytes of a term, decoded into `scratch` with its neighbours before it.
    pub fn get<'a>(&self, id: Id, scratch: &'a mut Scratch) -> Result<&'a [u8]> {
        if scratch.pack != self.pack || !scratch.ids.contains(&id) {
            self.decode(id, scratch)?;
        }
        scratch.get(id).ok_or_else(|| self.chunks.damaged())
    }

    /// What `look` makes of the first term of a block, the only one that lies there whole; nothing past the last. Terms of block `n` have
    /// the numbers from [`BLOCK`] times `n` on.
    pub fn head<T>(&self, number: Id, look: impl FnOnce(&[u8]) -> Result<T>) -> Result<Option<T>> {
        let place = number as usize * BLOCK;
        if place >= self.length as usize {
            return Ok(None);
        }
        let chunk = self.chunks.part(self.chunk_of(place)?)?;
        let mut bytes = self.block_of(place, &chunk)?;
        let length = varint::read(&mut bytes).and_then(|length| usize::try_from(length).ok());
        let head = length.and_then(|length| bytes.get(..length));
        look(head.ok_or_else(|| self.chunks.damaged())?).map(Some)
    }

    /// Looks for a term in a block whose terms sort as their bytes do: how many of it are less, and whether the next is the
    /// term. Nothing is decoded: what two neighbours share decides most comparisons.
    pub fn search(&self, number: Id, term: &[u8]) -> Result<(Id, bool)> {
        let start = number as usize * BLOCK;
        let count = (self.length as usize).saturating_sub(start).min(BLOCK);
        let chunk = self.chunks.part(self.chunk_of(start)?)?;
        search(self.block_of(start, &chunk)?, count, term).ok_or_else(|| self.chunks.damaged())
    }

    /// Whether the term of a number is this one. Nothing is decoded.
    pub fn is_at(&self, id: Id, term: &[u8]) -> Result<bool> {
        let place = id as usize;
        if id >= self.length {
            return Err(self.chunks.damaged());
        }
        let chunk = self.chunks.part(self.chunk_of(place)?)?;
        is_at(self.block_of(place, &chunk)?, place % BLOCK, term).ok_or_else(|| self.chunks.damaged())
    }

    /// The number of the chunk that a term lies in.
    fn chunk_of(&self, place: usize) -> Result<u32> {
        let chunk = u32::try_from(place / CHUNK).ok().and_then(|chunk| self.first_chunk.checked_add(chunk));
        chunk.ok_or_else(|| self.chunks.damaged())
    }

    /// The bytes from the block of a term on, of the chunk in which it lies.
    fn block_of<'c>(&self, place: usize, bytes: &'c [u8]) -> Result<&'c [u8]> {
        let terms = (self.length as usize - place / CHUNK * CHUNK).min(CHUNK);
        let text = block(bytes, place % CHUNK / BLOCK, terms.div_ceil(BLOCK));
        text.ok_or_else(|| self.chunks.damaged())
    }

    /// Decodes the block of a term up to that term, from where an earlier call for this block left off.
    fn decode(&self, id: Id, scratch: &mut Scratch) -> Result<()> {
        let known = std::mem::take(&mut scratch.ids);
        if id >= self.length {
            return Err(self.chunks.damaged());
        }
        let start = id as usize / BLOCK * BLOCK;
        let number = self.chunk_of(start)?;
        if scratch.pack != self.pack || known.is_empty() || known.start as usize != start {
            scratch.text.clear();
            scratch.ends.clear();
            scratch.read = 0;
        }
        let chunk = match scratch.chunk.take() {
            Some((known, part)) if known == number && scratch.pack == self.pack => part,
            _ => self.chunks.part(number)?,
        };
        let count = id as usize - start + 1;
        scratch.fill(self.block_of(start, &chunk)?, count).ok_or_else(|| self.chunks.damaged())?;
        scratch.chunk = Some((number, chunk));
        scratch.pack = self.pack;
        scratch.ids = start as Id..(start + count) as Id;
        Ok(())
    }
}

/// The bytes from a block of a chunk on.
fn block(bytes: &[u8], block: usize, blocks: usize) -> Option<&[u8]> {
    let (starts, text) = bytes.split_at_checked(4 * blocks)?;
    let start = starts.as_chunks::<4>().0.get(block)?;
    text.get(u32::from_le_bytes(*start) as usize..)
}

/// See [`PackedTexts::search`].
fn search(mut bytes: &[u8], count: usize, term: &[u8]) -> Option<(Id, bool)> {
    // How long the beginning is that the term shares with the one looked at last, which is less.
    let mut same = 0;
    for place in 0..count {
        let shared = if place > 0 { usize::try_from(varint::read(&mut bytes)?).ok()? } else { 0 };
        let length = usize::try_from(varint::read(&mut bytes)?).ok()?;
        let (rest, after) = bytes.split_at_checked(length)?;
        bytes = after;
        if shared > same {
            // It differs from the term where the one before did.
            continue;
        }
        if shared < same {
            return Some((place as Id, false));
        }
        let wanted = term.get(same..).unwrap_or_default();
        let more = rest.iter().zip(wanted).take_while(|(a, b)| a == b).count();
        match (rest.get(more), wanted.get(more)) {
            (None, None) => return Some((place as Id, true)),
            (Some(have), Some(want)) if have > want => return Some((place as Id, false)),
            (Some(_), None) => return Some((place as Id, false)),
            _ => same += more,
        }
    }
    Some((count as Id, false))
}

/// See [`PackedTexts::is_at`].
fn is_at(mut bytes: &[u8], place: usize, term: &[u8]) -> Option<bool> {
    // How long the beginning is that the term shares with the one looked at last, and how long that is.
    let (mut same, mut length) = (0, 0);
    for n in 0..=place {
        let shared = if n > 0 { usize::try_from(varint::read(&mut bytes)?).ok()? } else { 0 };
        let more = usize::try_from(varint::read(&mut bytes)?).ok()?;
        let (rest, after) = bytes.split_at_checked(more)?;
        bytes = after;
        // Where it has more of the one before than the term has, it differs from the term where that did.
        if shared <= same {
            let wanted = term.get(shared..)?;
            same = shared + rest.iter().zip(wanted).take_while(|(a, b)| a == b).count();
        }
        length = shared.checked_add(rest.len())?;
    }
    Some(same == term.len() && length == term.len())
}

impl Scratch {
    /// The bytes of one of the terms that were decoded.
    fn get(&self, id: Id) -> Option<&[u8]> {
        let place = id.checked_sub(self.ids.start)? as usize;
        let start = place.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        self.text.get(start..*self.ends.get(place)?)
    }

    /// Decodes the first `count` terms of a block, of which some may be decoded already.
    fn fill(&mut self, block: &[u8], count: usize) -> Option<()> {
        let mut bytes = block.get(self.read..)?;
        let mut last =
            self.ends.len().checked_sub(2).and_then(|place| self.ends.get(place)).map_or(0, |end| *end);
        for place in self.ends.len()..count {
            let start = self.text.len();
            if place > 0 {
                let shared = usize::try_from(varint::read(&mut bytes)?).ok()?;
                let end = last.checked_add(shared)?;
                if end > start {
                    return None;
                }
                self.text.extend_from_within(last..end);
            }
            let length = usize::try_from(varint::read(&mut bytes)?).ok()?;
            let (rest, after) = bytes.split_at_checked(length)?;
            self.text.extend_from_slice(rest);
            self.ends.push(self.text.len());
            (bytes, last) = (after, start);
        }
        self.read = block.len() - bytes.len();
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_block_is_searched_as_its_terms_are(terms in prop::collection::btree_set("[ab]{0,5}", 1..=BLOCK), sought in "[abc]{0,6}") {
            let (mut bytes, mut last) = (Vec::new(), String::new());
            for (place, term) in terms.iter().enumerate() {
                let shared = if place > 0 { term.bytes().zip(last.bytes()).take_while(|(a, b)| a == b).count() } else { 0 };
                if place > 0 {
                    varint::write(shared as u64, &mut bytes);
                }
                varint::write((term.len() - shared) as u64, &mut bytes);
                bytes.extend_from_slice(&term.as_bytes()[shared..]);
                last.clone_from(term);
            }
            let less = terms.iter().filter(|term| **term < sought).count() as Id;
            let expected = Some((less, terms.contains(&sought)));
            prop_assert_eq!(search(&bytes, terms.len(), sought.as_bytes()), expected);
            for (place, term) in terms.iter().enumerate() {
                prop_assert_eq!(is_at(&bytes, place, sought.as_bytes()), Some(*term == sought));
                prop_assert_eq!(is_at(&bytes, place, term.as_bytes()), Some(true));
            }
        }

        #[test]
        fn a_block_is_decoded_as_far_as_it_is_asked(terms in prop::collection::btree_set("[ab]{0,5}", 1..=3 * BLOCK), asked in prop::collection::vec(0..3 * BLOCK, 1..40)) {
            let terms: Vec<String> = terms.into_iter().collect();
            let (mut chunks, mut writer) = (ChunkWriter::new(Vec::new()).unwrap(), TextWriter::default());
            terms.iter().for_each(|term| writer.push(term.as_bytes(), &mut chunks).unwrap());
            let first = writer.finish(&mut chunks).unwrap();
            let bytes = Vec::leak(chunks.finish(&[]).unwrap());
            let chunks = Arc::new(Chunks::of_static(bytes).unwrap());
            let texts = PackedTexts::open(&chunks, first, terms.len() as Id).unwrap();
            let mut scratch = Scratch::new();
            for id in asked {
                texts.warm(&[0, id as Id]);
                let found = texts.get(id as Id, &mut scratch).ok().map(<[u8]>::to_vec);
                prop_assert_eq!(found, terms.get(id).map(|term| term.as_bytes().to_vec()));
            }
        }
    }
}
