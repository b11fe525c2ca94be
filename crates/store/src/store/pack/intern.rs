//! Numbers byte strings in the order of first sight.
//!
//! In: byte strings. Out: a number for each different one, and the string of a number. All text lies in one
//! arena; the hash table holds a number and half a hash in eight bytes, so that few misses touch the text.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::LazyLock;

/// Byte strings, each with a number. See the module.
#[derive(Default)]
pub(in super::super) struct Interner {
    text: Vec<u8>,
    /// Where each string ends in `text`.
    ends: Vec<u64>,
    /// Half a hash and a number and one, or 0 for none; placed by the hash, then at the next free place.
    slots: Vec<u64>,
}

impl Interner {
    /// How many strings there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// How many bytes all strings have together.
    pub fn text_len(&self) -> usize {
        self.text.len()
    }

    /// Forgets all strings and keeps the room.
    pub fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
        self.slots.fill(0);
    }

    /// How many bytes it takes.
    pub fn memory(&self) -> usize {
        self.text.capacity() + 8 * (self.ends.capacity() + self.slots.capacity())
    }

    /// The string of a number; an empty one for a number not given out.
    pub fn get(&self, id: u32) -> &[u8] {
        let at = |place: Option<usize>| place.and_then(|place| self.ends.get(place)).copied().unwrap_or(0);
        let (start, end) = (at((id as usize).checked_sub(1)), at(Some(id as usize)));
        self.text.get(start as usize..end as usize).unwrap_or_default()
    }

    /// The number of a string, a new one where it is new. The caller sees to it that there are fewer
    /// than 2^32 - 1.
    pub fn intern(&mut self, bytes: &[u8]) -> u32 {
        if self.ends.len() * 4 >= self.slots.len() * 3 {
            self.grow();
        }
        let hash = hash(bytes);
        let mut place = home(hash, self.slots.len());
        loop {
            let slot = self.slots.get(place).copied().unwrap_or(0);
            if slot == 0 {
                break;
            }
            let id = slot as u32 - 1;
            if (slot >> 32) as u32 == hash && self.get(id) == bytes {
                return id;
            }
            place = if place + 1 == self.slots.len() { 0 } else { place + 1 };
        }
        let id = self.ends.len() as u32;
        self.text.extend_from_slice(bytes);
        self.ends.push(self.text.len() as u64);
        if let Some(slot) = self.slots.get_mut(place) {
            *slot = u64::from(hash) << 32 | u64::from(id + 1);
        }
        id
    }

    fn grow(&mut self) {
        let length = (self.slots.len() * 8).clamp(128, (self.slots.len() * 2).max(1024));
        let old = std::mem::replace(&mut self.slots, vec![0; length]);
        for slot in old.into_iter().filter(|slot| *slot != 0) {
            let mut place = home((slot >> 32) as u32, length);
            while self.slots.get(place).is_some_and(|slot| *slot != 0) {
                place = if place + 1 == length { 0 } else { place + 1 };
            }
            if let Some(free) = self.slots.get_mut(place) {
                *free = slot;
            }
        }
    }
}

/// Where a hash is looked for first among so many places. Higher hashes lie further on, so that
/// growing reads and writes from front to back.
fn home(hash: u32, places: usize) -> usize {
    ((u128::from(hash) * places as u128) >> 32) as usize
}

/// Two random numbers, other ones in each process: who does not know them cannot make terms whose hashes are alike, which would have
/// each look-up pass by all of them. What is numbered, and how, does not depend on them.
static SEEDS: LazyLock<[u64; 2]> =
    LazyLock::new(|| [0_u8, 1].map(|which| RandomState::new().hash_one(which) | u64::from(which)));

/// A quick hash, eight bytes at a time.
pub(in super::super) fn hash(bytes: &[u8]) -> u32 {
    let [mask, factor] = *SEEDS;
    hash_with(bytes, mask, factor)
}

fn hash_with(bytes: &[u8], mask: u64, factor: u64) -> u32 {
    let (words, rest) = bytes.as_chunks::<8>();
    let mut last = [0; 8];
    for (place, byte) in last.iter_mut().zip(rest) {
        *place = *byte;
    }
    let mut state = bytes.len() as u64;
    for word in words.iter().chain([&last]) {
        let mixed = u128::from(state ^ u64::from_le_bytes(*word) ^ mask) * u128::from(factor);
        state = (mixed as u64) ^ ((mixed >> 64) as u64);
    }
    (state.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_knows_no_seed_cannot_make_hashes_alike() {
        let [mask, factor] = *SEEDS;
        assert_eq!(
            (hash(b"a text of three words"), factor % 2),
            (hash_with(b"a text of three words", mask, factor), 1)
        );
        // With a mask that is known, a word that undoes all before it makes all texts alike that end in the same way.
        let alike = |mask: u64| {
            let texts = (0..1000_u64).map(|n| {
                let folded = u128::from(16 ^ n ^ mask) * 0x9e37_79b9_7f4a_7c15;
                let undo = (folded as u64) ^ ((folded >> 64) as u64) ^ mask;
                [n.to_le_bytes(), undo.to_le_bytes()].concat()
            });
            texts.collect::<Vec<_>>()
        };
        let different = |texts: &[Vec<u8>], mask| {
            let hashes = texts.iter().map(|text| hash_with(text, mask, 0x9e37_79b9_7f4a_7c15));
            hashes.collect::<std::collections::HashSet<_>>().len()
        };
        let made = alike(7);
        assert_eq!(different(&made, 7), 1);
        assert!(different(&made, 0x243f_6a88_85a3_08d3) > 990);
    }

    #[test]
    fn equal_strings_have_one_number_and_the_string_comes_back() {
        let mut interner = Interner::default();
        let text = |n: u32| format!("{}", n.wrapping_mul(0x9e37_79b9) % 40_000).into_bytes();
        let ids: Vec<u32> = (0..100_000).map(|n| interner.intern(&text(n))).collect();
        let mut known = std::collections::HashMap::new();
        for (n, id) in (0..).zip(&ids) {
            assert_eq!(interner.get(*id), text(n));
            assert_eq!(known.entry(text(n)).or_insert(*id), id);
        }
        assert_eq!(interner.len(), known.len());
        assert_eq!(interner.get(u32::MAX), b"");
    }
}
