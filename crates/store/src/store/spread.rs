//! Sorted columns merged by a table instead of by comparisons.
//!
//! In: a stretch of a sorted column, sorted keys. Out: how often each key occurs there, or where. Where numbers lie close
//! together, as those of one kind of thing do, a table over their range tells it with one look a key: which of two columns goes on next is
//! then no branch that a processor has to guess, of which every second one is guessed wrongly where about every second key occurs (Inoue, Ohara
//! and Taura, Faster set intersection with SIMD instructions by reducing branch mispredictions, PVLDB 2014, tell what that costs). What lies far
//! apart is left to who asks.

use super::Id;

/// Numbers of one table: 8 kB, which the nearest cache holds beside both columns.
const SPAN: usize = 4096;

/// So much of a column is put into the table at once.
pub const STRETCH: usize = 512;

/// Of so many numbers of a column at least one key must be asked for, or to put them into a table takes longer than to search it.
const SPARSE: usize = 4;

/// The least number of keys for which a table is worth filling.
pub const FEW: usize = 32;

/// A table over a range of numbers.
#[derive(Default)]
pub struct Spread {
    table: Vec<u16>,
}

impl Spread {
    /// Whether so many keys, sought in so many numbers of a column from `least` to `greatest`, are better looked up in a table.
    pub fn is_worth(keys: usize, column: usize, (least, greatest): (Id, Id)) -> bool {
        column <= keys.saturating_mul(SPARSE)
            && (greatest.saturating_sub(least) as usize) < column.saturating_mul(SPAN / STRETCH)
    }

    /// Adds how often each of these keys occurs in a stretch of a sorted column to `counts`; whether it did: not where the numbers lie too far
    /// apart.
    pub fn count(&mut self, column: &[Id], keys: &[Id], counts: &mut Vec<u32>) -> bool {
        let Some(table) = self.over(column) else { return false };
        let [least, ..] = *column else { return false };
        for id in column {
            if let Some(count) = table.get_mut(id.wrapping_sub(least) as usize) {
                *count += 1;
            }
        }
        let count = |key: &Id| table.get(key.wrapping_sub(least) as usize).copied().unwrap_or(0);
        counts.extend(keys.iter().map(|key| u32::from(count(key))));
        true
    }

    /// The places of the keys that occur in a stretch of a column without repeats, added to `found`: of the key, from `base` on, and its second;
    /// whether it did.
    pub fn find(
        &mut self,
        (column, seconds): (&[Id], &[Id]),
        (keys, base): (&[Id], usize),
        (places, found): (&mut Vec<u32>, &mut Vec<Id>),
    ) -> bool {
        let [least, ..] = *column else { return false };
        if column.windows(2).any(|pair| matches!(pair, [a, b] if a == b)) {
            return false;
        }
        let Some(table) = self.over(column) else { return false };
        for (id, place) in column.iter().zip(1..) {
            if let Some(known) = table.get_mut(id.wrapping_sub(least) as usize) {
                *known = place;
            }
        }
        let start = places.len();
        places.resize(start + keys.len(), 0);
        found.resize(start + keys.len(), 0);
        let mut end = start;
        for (key, place) in keys.iter().zip(base as u32..) {
            let known = table.get(key.wrapping_sub(least) as usize).copied().unwrap_or(0);
            // Written in any case, and kept where there is one.
            if let (Some(at), Some(second)) = (places.get_mut(end), found.get_mut(end)) {
                *at = place;
                *second = seconds.get(usize::from(known.saturating_sub(1))).copied().unwrap_or_default();
            }
            end += usize::from(known != 0);
        }
        places.truncate(end);
        found.truncate(end);
        true
    }

    /// An empty table over the range of a stretch of a column; nothing where that is too wide or the stretch too long.
    fn over(&mut self, column: &[Id]) -> Option<&mut [u16]> {
        let ([least, ..], [.., greatest]) = (column, column) else { return None };
        let span = (greatest - least) as usize + 1;
        if span > SPAN || column.len() > usize::from(u16::MAX) {
            return None;
        }
        self.table.clear();
        self.table.resize(span, 0);
        Some(&mut self.table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_table_tells_what_a_search_tells(
            column in prop::collection::vec(0..900_u32, 1..200), keys in prop::collection::vec(0..1000_u32, 0..200), least in 0..5000_u32,
        ) {
            let sorted = |ids: Vec<u32>| { let mut ids: Vec<Id> = ids.into_iter().map(|id| id + least).collect(); ids.sort_unstable(); ids };
            let (mut column, keys) = (sorted(column), sorted(keys));
            let mut spread = Spread::default();
            let (mut counts, mut expected) = (vec![7], vec![7]);
            prop_assert!(spread.count(&column, &keys, &mut counts));
            expected.extend(keys.iter().map(|key| column.iter().filter(|id| *id == key).count() as u32));
            prop_assert_eq!(counts, expected);
            let seconds: Vec<Id> = column.iter().map(|id| id * 3).collect();
            let (mut places, mut found) = (vec![1], vec![2]);
            if column.is_sorted_by(|a, b| a < b) {
                prop_assert!(spread.find((&column, &seconds), (&keys, 10), (&mut places, &mut found)));
            } else {
                prop_assert!(!spread.find((&column, &seconds), (&keys, 10), (&mut places, &mut found)));
                prop_assert_eq!((&places, &found), (&vec![1], &vec![2]));
                column.dedup();
                let seconds: Vec<Id> = column.iter().map(|id| id * 3).collect();
                prop_assert!(spread.find((&column, &seconds), (&keys, 10), (&mut places, &mut found)));
            }
            let expected: Vec<(u32, Id)> =
                (10..).zip(&keys).filter(|(_, key)| column.contains(key)).map(|(place, key)| (place, key * 3)).collect();
            let found: Vec<(u32, Id)> = places.into_iter().zip(found).skip(1).collect();
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn what_lies_far_apart_is_left() {
        let mut spread = Spread::default();
        let far = [1, SPAN as Id + 1];
        assert!(!spread.count(&far, &far, &mut Vec::new()));
        assert!(!spread.find((&far, &far), (&far, 0), (&mut Vec::new(), &mut Vec::new())));
        assert!(!Spread::is_worth(FEW, 1000, (0, 10)), "few keys are searched");
        assert!(!Spread::is_worth(1000, 1000, (0, 1 << 20)), "so are keys that lie far apart");
        assert!(Spread::is_worth(1000, 1000, (0, 2000)));
    }
}
