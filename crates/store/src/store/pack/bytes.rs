//! A small pack as bytes, for the graph in the binary.
//!
//! In: a pack. Out: bytes with a checksum, and the pack back. The dictionary is stored, the pairs are sorted
//! anew when it is opened: for graphs of some ten thousand triples that takes a millisecond.

use super::{Dictionary, Pack};
use crate::error::{Error, Result};
use crate::store::kinds::{KINDS, Kinds};
use crate::store::table::{Quads, Table};
use crate::store::{Graph, Id};

/// The first bytes of a pack, with the version of its layout.
const MAGIC: &[u8; 8] = b"baimo\0\0\x02";

impl Pack {
    /// The pack as bytes: magic, checksum, counts of kinds, lengths of terms, quads, text.
    ///
    /// # Errors
    /// Where the pack cannot be read.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let mut numbers: Vec<u32> = self.dictionary.kinds().counts().to_vec();
        numbers.extend((0..self.dictionary.kinds().total()).map(|id| self.dictionary.bytes(id).len() as u32));
        numbers.push(self.len() as u32);
        for name in std::iter::once(None).chain(self.graph_names().into_iter().map(Some)) {
            for triple in self.scan(name, [None; 3]).triples() {
                numbers.push(name.unwrap_or(u32::MAX));
                numbers.extend(triple?);
            }
        }
        let mut body: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        (0..self.dictionary.kinds().total()).for_each(|id| body.extend(self.dictionary.bytes(id)));
        let mut bytes = MAGIC.to_vec();
        bytes.extend(checksum(&body).to_le_bytes());
        bytes.extend(body);
        Ok(bytes)
    }

    /// Opens a graph from the bytes that [`Self::to_bytes`] made.
    ///
    /// # Errors
    /// Where the bytes are not a whole pack of this version.
    pub fn from_static(bytes: &'static [u8]) -> Result<Self> {
        read(bytes).ok_or_else(|| Error::data("the packed graph is damaged or of another version"))
    }
}

fn read(bytes: &[u8]) -> Option<Pack> {
    let (sum, body) = bytes.strip_prefix(MAGIC)?.split_first_chunk::<8>()?;
    if u64::from_le_bytes(*sum) != checksum(body) {
        return None;
    }
    let mut rest = body;
    let mut number = || {
        let (number, after) = rest.split_first_chunk::<4>()?;
        rest = after;
        Some(u32::from_le_bytes(*number))
    };
    let mut counts = [0; KINDS];
    for count in &mut counts {
        *count = number()?;
    }
    let kinds = Kinds::of_counts(counts);
    let lengths: Vec<u32> = (0..kinds.total()).map(|_| number()).collect::<Option<_>>()?;
    let mut quads = Quads::default();
    for _ in 0..number()? {
        let graph = Some(number()?).filter(|graph| *graph != u32::MAX);
        quads.push(graph, [number()?, number()?, number()?]);
    }
    let dictionary = Dictionary::of_text(kinds, &lengths, rest.to_vec())?;
    let ids: Vec<Id> = (0..dictionary.kinds().total()).collect();
    Some(Pack::of(dictionary, Table::of_quads(quads, &ids)))
}

/// FNV-1a over eight bytes at a time: enough to tell a cut or damaged file, and quick.
fn checksum(bytes: &[u8]) -> u64 {
    let step = |hash: u64, word: u64| (hash ^ word).wrapping_mul(0x0100_0000_01b3).rotate_left(29);
    let (words, rest) = bytes.as_chunks::<8>();
    let hash = words.iter().fold(0xcbf2_9ce4_8422_2325, |hash, word| step(hash, u64::from_le_bytes(*word)));
    rest.iter().fold(step(hash, bytes.len() as u64), |hash, byte| step(hash, u64::from(*byte)))
}
