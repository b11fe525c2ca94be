//! Sorting that can be stopped: of numbers by their upper bits first, of anything else by merging.
//!
//! In: items. Out: the same items, sorted. Numbers go into 1024 parts by the bits in which they differ, until a part fits
//! the cache (McIlroy, Bostic, McIlroy, Engineering radix sort, 1993). Both take room for as many items again, and so does the
//! sorting of lists, which counts the items of each list in what is left beside.

use super::watch::{NUMBERS, Watch};
use crate::error::Result;
use std::cmp::Ordering;

/// Parts up to this size are sorted at once: well below a millisecond's work a core has to spare.
const SMALL: usize = 1 << 14;
/// Into how many parts numbers go: two to this.
const BITS: u32 = 10;
/// What sorts as a number does.
pub(in super::super) trait Number: Copy + Ord + Default {
    /// The number.
    fn number(self) -> u128;
}

impl Number for u64 {
    fn number(self) -> u128 {
        self.into()
    }
}

impl Number for u128 {
    fn number(self) -> u128 {
        self
    }
}

impl Number for (u32, u32) {
    fn number(self) -> u128 {
        u128::from(self.0) << 32 | u128::from(self.1)
    }
}

impl Number for (u64, u32) {
    fn number(self) -> u128 {
        u128::from(self.0) << 32 | u128::from(self.1)
    }
}

/// Sorts numbers.
///
/// # Errors
/// Where `watch` stops it.
pub(in super::super) fn sort<T: Number>(items: &mut [T], watch: Watch<'_>) -> Result<()> {
    let mut spare = Vec::new();
    let mut open = vec![(0, items.len())];
    while let Some((start, end)) = open.pop() {
        let Some(part) = items.get_mut(start..end) else { continue };
        if part.len() <= SMALL {
            part.sort_unstable();
            watch.check()?;
            continue;
        }
        let (mut least, mut most) = (u128::MAX, 0);
        for piece in part.chunks(NUMBERS) {
            for item in piece {
                (least, most) = (least.min(item.number()), most.max(item.number()));
            }
            watch.check()?;
        }
        if least < most {
            let shift = (u128::BITS - (most - least).leading_zeros()).saturating_sub(BITS);
            let ends =
                distribute(part, &mut spare, |item| ((item.number() - least) >> shift) as usize, watch)?;
            let starts = std::iter::once(0).chain(ends.iter().copied());
            let parts = starts.zip(&ends).filter(|(from, to)| **to - from > 1);
            open.extend(parts.map(|(from, to)| (start + from, start + to)));
        }
    }
    Ok(())
}

/// Sorts numbers of which those of equal upper halves come in order already. Where the upper halves lie close together each number is
/// moved once: as many numbers again, and a count for each upper half, must fit into `room` bytes for that.
///
/// # Errors
/// Where `watch` stops it.
pub(in super::super) fn sort_lists(items: &mut Vec<u128>, room: usize, watch: Watch<'_>) -> Result<()> {
    let upper = |item: &u128| (item >> 64) as u64;
    let (mut least, mut most) = (u64::MAX, 0);
    for piece in items.chunks(NUMBERS) {
        (least, most) =
            piece.iter().map(upper).fold((least, most), |(a, b), upper| (a.min(upper), b.max(upper)));
        watch.check()?;
    }
    let span = most.saturating_sub(least).saturating_add(1);
    let counts = (room / size_of::<u32>()).saturating_sub(items.len() * size_of::<u128>() / size_of::<u32>());
    let are_close = span <= 2 * items.len() as u64 && span <= counts as u64;
    if items.len() <= SMALL || !are_close || u32::try_from(items.len()).is_err() {
        return sort(items, watch);
    }
    let place = |item: &u128| (upper(item) - least) as usize;
    let mut ends: Vec<u32> = filled(span as usize, watch)?;
    for piece in items.chunks(NUMBERS) {
        for item in piece {
            if let Some(count) = ends.get_mut(place(item)) {
                *count += 1;
            }
        }
        watch.check()?;
    }
    let mut sum = 0;
    for piece in ends.chunks_mut(NUMBERS) {
        for end in piece {
            (*end, sum) = (sum, sum + *end);
        }
        watch.check()?;
    }
    let mut sorted = filled(items.len(), watch)?;
    for piece in items.chunks(NUMBERS) {
        for item in piece {
            let Some(end) = ends.get_mut(place(item)) else { continue };
            if let Some(place) = sorted.get_mut(*end as usize) {
                *place = *item;
            }
            *end += 1;
        }
        watch.check()?;
    }
    *items = sorted;
    Ok(())
}

/// So many items, just as many as there is room for. Memory that is touched for the first time takes a millisecond for a few MB.
fn filled<T: Copy + Default>(len: usize, watch: Watch<'_>) -> Result<Vec<T>> {
    let mut items = Vec::new();
    items.reserve_exact(len);
    while items.len() < len {
        items.resize(len.min(items.len() + NUMBERS), T::default());
        watch.check()?;
    }
    Ok(items)
}

/// Puts each item into its part, and says where the parts end.
fn distribute<T: Number>(
    items: &mut [T],
    spare: &mut Vec<T>,
    part: impl Fn(T) -> usize,
    watch: Watch<'_>,
) -> Result<Vec<usize>> {
    let mut ends = vec![0; 1 << BITS];
    for piece in items.chunks(NUMBERS) {
        for item in piece {
            if let Some(count) = ends.get_mut(part(*item)) {
                *count += 1;
            }
        }
        watch.check()?;
    }
    let mut sum = 0;
    for end in &mut ends {
        (*end, sum) = (sum, sum + *end);
    }
    spare.clear();
    spare.reserve_exact(items.len());
    while spare.len() < items.len() {
        // Memory that is touched for the first time takes a millisecond for a few MB.
        spare.resize(items.len().min(spare.len() + NUMBERS), T::default());
        watch.check()?;
    }
    for piece in items.chunks(NUMBERS) {
        for item in piece {
            if let Some(end) = ends.get_mut(part(*item)) {
                if let Some(place) = spare.get_mut(*end) {
                    *place = *item;
                }
                *end += 1;
            }
        }
        watch.check()?;
    }
    copy(spare, items, watch)?;
    Ok(ends)
}

/// Copies items.
fn copy<T: Copy>(from: &[T], to: &mut [T], watch: Watch<'_>) -> Result<()> {
    for (to, from) in to.chunks_mut(NUMBERS).zip(from.chunks(NUMBERS)) {
        to.copy_from_slice(from);
        watch.check()?;
    }
    Ok(())
}

/// Sorts by comparison; what is sorted already, or nearly so, is only looked through. Equal items may change places.
///
/// # Errors
/// Where `watch` stops it.
pub fn sort_by<T: Copy>(
    items: &mut [T],
    watch: Watch<'_>,
    compare: impl Fn(&T, &T) -> Ordering,
) -> Result<()> {
    /// How many are sorted at once.
    const RUN: usize = 1 << 11;
    for run in items.chunks_mut(RUN) {
        run.sort_unstable_by(&compare);
        watch.check()?;
    }
    let (mut width, mut spare) = (RUN, Vec::new());
    while width < items.len() && !are_in_order(items, width, watch, &compare)? {
        spare.clear();
        for two in items.chunks(2 * width) {
            let (mut left, mut right) = two.split_at(width.min(two.len()));
            if let (Some(last), Some(first)) = (left.last(), right.first())
                && compare(last, first).is_le()
            {
                extend(&mut spare, two, watch)?;
                continue;
            }
            while let (Some((a, others_left)), Some((b, others_right))) =
                (left.split_first(), right.split_first())
            {
                if compare(a, b).is_le() {
                    spare.push(*a);
                    left = others_left;
                } else {
                    spare.push(*b);
                    right = others_right;
                }
                if spare.len().is_multiple_of(RUN) {
                    watch.check()?;
                }
            }
            extend(&mut spare, left, watch)?;
            extend(&mut spare, right, watch)?;
        }
        copy(&spare, items, watch)?;
        width *= 2;
    }
    Ok(())
}

/// Whether sorted parts of so many items follow each other.
fn are_in_order<T>(
    items: &[T],
    width: usize,
    watch: Watch<'_>,
    compare: impl Fn(&T, &T) -> Ordering,
) -> Result<bool> {
    watch.check()?;
    let mut parts = items.chunks(width).zip(items.chunks(width).skip(1));
    Ok(parts.all(|(left, right)| {
        left.last().zip(right.first()).is_none_or(|(last, first)| compare(last, first).is_le())
    }))
}

/// Adds items.
fn extend<T: Copy>(to: &mut Vec<T>, from: &[T], watch: Watch<'_>) -> Result<()> {
    for part in from.chunks(NUMBERS) {
        to.extend_from_slice(part);
        watch.check()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    /// Numbers that are spread, bunched, and repeated.
    fn numbers() -> Vec<u128> {
        let mixed = |n: u64| u128::from(n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let spread = (0..60_000).map(|n| mixed(n) << (n % 60));
        spread.chain((0..60_000).map(|n| mixed(n) % 50)).chain([u128::MAX, 0, u128::MAX]).collect()
    }

    #[test]
    fn numbers_are_sorted_as_the_library_sorts_them() {
        let mut expected = numbers();
        expected.sort_unstable();
        let (mut by_bits, mut by_comparison) = (numbers(), numbers());
        sort(&mut by_bits, Watch::nobody()).unwrap();
        sort_by(&mut by_comparison, Watch::nobody(), u128::cmp).unwrap();
        assert!(by_bits == expected && by_comparison == expected);
        let mut pairs: Vec<(u64, u32)> = expected.iter().rev().map(|n| (*n as u64 % 9, *n as u32)).collect();
        let mut sorted = pairs.clone();
        sorted.sort_unstable();
        sort(&mut pairs, Watch::nobody()).unwrap();
        assert!(pairs == sorted);
    }

    /// Numbers of sorted lists, one list after the other: how many, and how far apart their upper halves are.
    fn lists(len: u128, step: u128) -> Vec<u128> {
        (0..5).flat_map(|list| (0..len).map(move |node| (node * step) << 64 | list)).collect()
    }

    #[test]
    fn lists_are_sorted_as_the_library_sorts_them_within_any_room() {
        for step in [1, 2, 9, 11, 1 << 40] {
            let mut expected = lists(9000, step);
            expected.sort_unstable();
            for room in [0, size_of_val(expected.as_slice()) + 9000, usize::MAX] {
                let mut sorted = lists(9000, step);
                sorted.reserve_exact(7);
                sort_lists(&mut sorted, room, Watch::nobody()).unwrap();
                assert!(sorted == expected, "{step} {room}");
                // Where each number was moved once, it went into a list of just that length: which there was room for.
                let is_moved = sorted.capacity() == expected.len();
                assert_eq!(is_moved, room == usize::MAX && step <= 10, "{step} {room}");
            }
        }
    }

    /// Stopped anywhere, the numbers are all there still, and it asks no more.
    #[test]
    fn the_sorting_of_lists_stops_wherever_it_is_told_to() {
        let numbers = lists(90_000, 2);
        let asked = AtomicUsize::new(0);
        let within = |most: usize| {
            asked.store(0, Relaxed);
            let check = || match asked.fetch_add(1, Relaxed) {
                before if before < most => Ok(()),
                _ => Err(Error::data("stopped")),
            };
            let mut sorted = numbers.clone();
            let done = sort_lists(&mut sorted, usize::MAX, Watch::asking(&check));
            (done, sorted)
        };
        let (done, mut expected) = within(usize::MAX);
        assert!(done.is_ok() && expected.is_sorted());
        let needed = asked.load(Relaxed);
        // The least and the greatest, places, counts, ends and the moves: each a part at a time.
        assert!(needed >= 5 * numbers.len() / NUMBERS, "{needed}");
        for most in 0..needed {
            let (done, mut sorted) = within(most);
            assert!(done.is_err(), "{most} of {needed}");
            assert_eq!(asked.load(Relaxed), most + 1);
            sorted.sort_unstable();
            expected.sort_unstable();
            assert!(sorted == expected, "{most} of {needed}");
        }
    }

    #[test]
    fn sorting_stops_soon_after_it_is_told_to() {
        let asked = AtomicUsize::new(0);
        let check = || match asked.fetch_add(1, Relaxed) {
            0..=5 => Ok(()),
            _ => Err(Error::data("stopped")),
        };
        let watch = Watch::asking(&check);
        assert!(sort(&mut numbers(), watch).is_err());
        assert_eq!(asked.swap(0, Relaxed), 7, "asked once more than it went on");
        assert!(sort_by(&mut numbers(), watch, u128::cmp).is_err());
        assert_eq!(asked.load(Relaxed), 7);
    }
}
