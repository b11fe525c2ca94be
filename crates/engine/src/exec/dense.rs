//! Tables in which a number is its own place: for keys that lie close together, as the numbers of one kind of thing do.
//!
//! In: a column of keys. Out: which keys occur ([`KeySet`], a bit each), or the rows of each key ([`RowsByKey`], a counting sort).
//! Nothing is hashed and no key is compared. There is no table where keys lie far apart: it would be larger than one of hashes.

use crate::Governor;
use crate::aside::Aside;
use crate::error::Result;
use crate::store::{Id, NONE};
use std::ops::Range;

/// Keys looked at without a look at the clock.
pub(super) const STRETCH: usize = 1 << 16;

/// A table has at most this many places for each key, and so takes no more memory than a hash table.
pub(super) const PLACES: usize = 4;

/// A bit set spans at most this many numbers for each key: eight bytes.
const BITS: usize = 64;

/// A span of this many numbers always gets a table: it is small.
pub(super) const FEW: usize = 64;

/// From the least key to the greatest, where these are at most so many numbers for each key.
pub(super) fn narrow(keys: &[Id], each: usize, governor: &Governor) -> Result<Option<Range<Id>>> {
    let Some((least, greatest)) = ends(keys, governor)? else { return Ok(None) };
    let span = (greatest - least) as usize + 1;
    Ok((greatest != NONE && span <= keys.len() * each + FEW).then(|| least..greatest + 1))
}

/// The least and the greatest.
fn ends(ids: &[Id], governor: &Governor) -> Result<Option<(Id, Id)>> {
    let mut ends: Option<(Id, Id)> = None;
    for part in ids.chunks(STRETCH) {
        let first = part.first().map(|id| (*id, *id));
        let of_part = part
            .iter()
            .skip(1)
            .fold(first, |ends, id| ends.map(|(least, greatest)| (least.min(*id), greatest.max(*id))));
        ends = match (ends, of_part) {
            (Some((least, greatest)), Some((a, b))) => Some((least.min(a), greatest.max(b))),
            (ends, of_part) => ends.or(of_part),
        };
        governor.check()?;
    }
    Ok(ends)
}

/// The place of a key, where it lies in the table at all.
fn place(least: Id, key: Id) -> Option<usize> {
    key.checked_sub(least).map(|place| place as usize)
}

/// Which keys occur. See the module.
#[derive(Debug)]
pub struct KeySet {
    least: Id,
    bits: Vec<u64>,
}

impl KeySet {
    /// Of these keys; nothing where they lie far apart.
    ///
    /// # Errors
    /// Once a limit is met, or where there is no room for the table.
    pub fn of(keys: &[Id], governor: &Governor) -> Result<Option<Self>> {
        let Some(span) = narrow(keys, BITS, governor)? else { return Ok(None) };
        let mut bits = Aside(governor.filled(0_u64, span.len().div_ceil(BITS))?);
        for part in keys.chunks(STRETCH) {
            for key in part {
                let place = (key - span.start) as usize;
                if let Some(word) = bits.0.get_mut(place / BITS) {
                    *word |= 1 << (place % BITS);
                }
            }
            governor.check()?;
        }
        Ok(Some(Self { least: span.start, bits: std::mem::take(&mut bits.0) }))
    }

    /// Whether a key is among them.
    #[inline]
    pub fn contains(&self, key: Id) -> bool {
        place(self.least, key)
            .and_then(|place| self.bits.get(place / BITS).map(|word| word >> (place % BITS) & 1))
            .is_some_and(|bit| bit == 1)
    }

    /// How many bytes it holds.
    pub fn bytes(&self) -> usize {
        size_of_val(self.bits.as_slice())
    }
}

/// The rows of each key, in the order of the column. See the module.
#[derive(Debug)]
pub struct RowsByKey {
    least: Id,
    /// Where the rows of each number begin, and the end.
    starts: Vec<u32>,
    rows: Vec<u32>,
}

impl RowsByKey {
    /// Of this column of keys; nothing where they lie far apart.
    ///
    /// # Errors
    /// Once a limit is met, or where there is no room for the table.
    pub fn of(keys: &[Id], governor: &Governor) -> Result<Option<Self>> {
        let span = narrow(keys, PLACES, governor)?.filter(|_| u32::try_from(keys.len()).is_ok());
        let Some(span) = span else { return Ok(None) };
        // One more in front: where the rows of a number end, while they are entered, is where those of the next began.
        let mut starts = Aside(governor.filled(0_u32, span.len() + 2)?);
        for part in keys.chunks(STRETCH) {
            for key in part {
                if let Some(count) = starts.0.get_mut((key - span.start) as usize + 2) {
                    *count += 1;
                }
            }
            governor.check()?;
        }
        let mut sum = 0;
        for part in starts.0.chunks_mut(STRETCH) {
            for start in part {
                sum += *start;
                *start = sum;
            }
            governor.check()?;
        }
        let mut rows = Aside(governor.filled(0_u32, keys.len())?);
        for (part, first) in keys.chunks(STRETCH).zip((0_u32..).step_by(STRETCH)) {
            for (row, key) in (first..).zip(part) {
                let Some(next) = starts.0.get_mut((key - span.start) as usize + 1) else { continue };
                if let Some(place) = rows.0.get_mut(*next as usize) {
                    *place = row;
                }
                *next += 1;
            }
            governor.check()?;
        }
        starts.0.pop();
        let (starts, rows) = (std::mem::take(&mut starts.0), std::mem::take(&mut rows.0));
        Ok(Some(Self { least: span.start, starts, rows }))
    }

    /// The rows of a key.
    #[inline]
    pub fn rows(&self, key: Id) -> &[u32] {
        self.rows.get(self.places(key)).unwrap_or_default()
    }

    /// Where the rows of a key stand among those that [`Self::take_order`] gives.
    #[inline]
    pub fn places(&self, key: Id) -> Range<usize> {
        let bounds = place(self.least, key).and_then(|place| self.starts.get(place..=place + 1));
        let Some([start, end]) = bounds else { return 0..0 };
        *start as usize..*end as usize
    }

    /// All rows, those of a key together; afterwards [`Self::rows`] has none.
    pub fn take_order(&mut self) -> Vec<u32> {
        std::mem::take(&mut self.rows)
    }

    /// How many bytes it holds.
    pub fn bytes(&self) -> usize {
        size_of_val(self.starts.as_slice()) + size_of_val(self.rows.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_lie_close_together_are_found_by_their_places() {
        let keys: Vec<Id> = (0..5000).map(|n| 100 + n * 7 % 4001).collect();
        let governor = Governor::unlimited();
        let (set, rows) = (
            KeySet::of(&keys, &governor).unwrap().unwrap(),
            RowsByKey::of(&keys, &governor).unwrap().unwrap(),
        );
        for key in [0, 99, 4101, 4102, NONE].into_iter().chain(keys.iter().copied()) {
            let expected: Vec<u32> =
                (0..).zip(&keys).filter(|(_, have)| **have == key).map(|it| it.0).collect();
            assert_eq!(rows.rows(key), expected, "{key}");
            assert_eq!(set.contains(key), !expected.is_empty(), "{key}");
        }
    }

    #[test]
    fn keys_that_lie_far_apart_have_no_table() {
        let governor = Governor::unlimited();
        let apart = [1, 1 << 30];
        assert!(KeySet::of(&apart, &governor).unwrap().is_none());
        assert!(RowsByKey::of(&apart, &governor).unwrap().is_none());
        assert!(RowsByKey::of(&[], &governor).unwrap().is_none());
        assert!(KeySet::of(&[5, NONE], &governor).unwrap().is_none(), "unbound is no key");
    }
}
