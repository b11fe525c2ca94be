//! Sorting that can be stopped, on both cores where it pays.
//!
//! In: items whose order is total (no two are equal), or whose equals may change places. Out: the same in order, whatever ran
//! where. Runs of some thousand items are sorted, then merged pairwise from one buffer into the other; between runs and merged
//! stretches the limits are asked. Numbers of few bits are dealt out by their digits, the lowest first (Knuth, The art of computer
//! programming, volume 3, 5.2.5). It takes the room of the items once more.

use crate::Governor;
use crate::aside::Aside;
use crate::error::Result;
use std::cmp::Ordering;

/// Items sorted without a look at the clock: a millisecond or two.
const RUN: usize = 1 << 15;
/// The same of items that take long to compare.
const SLOW_RUN: usize = 1 << 11;
/// Items are nearly in order where no more than one in so many comes before the one that it follows.
const NEARLY: usize = 16;
/// From so many items on, a second thread pays.
const BOTH: usize = 1 << 17;

/// A digit has so many bits at most: as many counters as this tells apart stay in the nearest cache.
const DIGIT: u32 = 11;
/// Fewer numbers are compared.
const FEW: usize = 1 << 12;

/// Sorts items.
///
/// # Errors
/// Once a limit is met; then the items are in no order.
pub fn sort<T, F>(items: &mut Vec<T>, governor: &Governor, order: &F) -> Result<()>
where
    T: Copy + Send + 'static,
    F: Fn(&T, &T) -> Ordering + Sync,
{
    let mut buffer = Aside(Vec::new());
    let sort_half = |half: &mut [T], buffer: &mut [T]| sort_runs(half, buffer, governor, order, RUN);
    let done = in_halves((items, &mut buffer.0), governor, order, (RUN, &sort_half));
    if done.is_ok() {
        std::mem::swap(items, &mut buffer.0);
    }
    done
}

/// A number that is taken apart digit by digit.
pub trait Digits: Copy + Ord + Send + 'static {
    /// Its bits from one on; more than a digit has are cut off by who asks.
    fn shifted(self, bit: u32) -> usize;
}

impl Digits for u64 {
    #[inline]
    fn shifted(self, bit: u32) -> usize {
        (self >> bit) as usize
    }
}

/// A number, and what goes with it, by which equal ones come sorted.
impl Digits for (u64, u32) {
    #[inline]
    fn shifted(self, bit: u32) -> usize {
        self.0.shifted(bit)
    }
}

/// Sorts numbers below `2^bits`, of which those that are equal from bit `low` on come in their order.
///
/// # Errors
/// As of [`sort`].
pub fn sort_digits<T: Digits>(
    numbers: &mut Vec<T>,
    (low, bits): (u32, u32),
    governor: &Governor,
) -> Result<()> {
    let passes = bits.saturating_sub(low).div_ceil(DIGIT);
    // Half of the comparisons that each takes otherwise.
    let is_worth_it = numbers.len() > FEW && passes * 2 <= numbers.len().ilog2();
    if !is_worth_it || descents(numbers, &Ord::cmp) <= numbers.len() / NEARLY {
        return sort(numbers, governor, &Ord::cmp);
    }
    let mut buffer = Aside(Vec::new());
    if numbers.len() < BOTH {
        copy(numbers, &mut buffer.0, governor)?;
        return deal(numbers, &mut buffer.0, (low, bits), passes, governor);
    }
    let sort_half = |half: &mut [T], buffer: &mut [T]| deal(half, buffer, (low, bits), passes, governor);
    in_halves((numbers, &mut buffer.0), governor, &Ord::cmp, (RUN, &sort_half))?;
    std::mem::swap(numbers, &mut buffer.0);
    Ok(())
}

/// Sorts numbers by so many digits from bit `low` on, with a buffer of the same length.
fn deal<'a, T: Digits>(
    mut numbers: &'a mut [T],
    mut buffer: &'a mut [T],
    (low, bits): (u32, u32),
    passes: u32,
    governor: &Governor,
) -> Result<()> {
    let width = bits.saturating_sub(low).div_ceil(passes.max(1));
    let mut swaps = 0;
    for pass in 0..passes {
        let (bit, mask) = (low + pass * width, (1_usize << width) - 1);
        let digit = |number: &T| number.shifted(bit) & mask;
        let mut places = vec![0_usize; mask + 1];
        for part in numbers.chunks(RUN) {
            part.iter()
                .for_each(|number| places.get_mut(digit(number)).into_iter().for_each(|count| *count += 1));
            governor.check()?;
        }
        if places.contains(&numbers.len()) {
            // All have the same.
            continue;
        }
        let mut sum = 0;
        for place in &mut places {
            (*place, sum) = (sum, sum + *place);
        }
        for part in numbers.chunks(RUN) {
            for number in part {
                if let Some(place) = places.get_mut(digit(number))
                    && let Some(to) = buffer.get_mut(*place)
                {
                    *to = *number;
                    *place += 1;
                }
            }
            governor.check()?;
        }
        std::mem::swap(&mut numbers, &mut buffer);
        swaps += 1;
    }
    if swaps % 2 == 1 {
        // They lie in what was the buffer.
        copy_to(numbers, buffer, governor)?;
    }
    Ok(())
}

/// How many items come before the one that they follow.
fn descents<T, F: Fn(&T, &T) -> Ordering>(items: &[T], order: &F) -> usize {
    items.windows(2).filter(|pair| matches!(pair, [a, b] if order(b, a).is_lt())).count()
}

/// Sorts items that take long to compare, such as texts.
///
/// # Errors
/// As [`sort`].
pub fn sort_slowly<T, F>(items: &mut Vec<T>, governor: &Governor, order: &F) -> Result<()>
where
    T: Copy + Send,
    F: Fn(&T, &T) -> Ordering + Sync,
{
    let mut buffer = Vec::new();
    let sort_half = |half: &mut [T], buffer: &mut [T]| sort_runs(half, buffer, governor, order, SLOW_RUN);
    in_halves((items, &mut buffer), governor, order, (SLOW_RUN, &sort_half))?;
    *items = buffer;
    Ok(())
}

/// Sorts items, with a buffer of as many.
type SortHalf<'s, T> = &'s (dyn Fn(&mut [T], &mut [T]) -> Result<()> + Sync);

/// Sorts the items into the buffer; each half, where there are more than a run, as `sort_half` does with a buffer of its own.
fn in_halves<T, F>(
    (items, buffer): (&mut Vec<T>, &mut Vec<T>),
    governor: &Governor,
    order: &F,
    (run, sort_half): (usize, SortHalf<'_, T>),
) -> Result<()>
where
    T: Copy + Send,
    F: Fn(&T, &T) -> Ordering + Sync,
{
    if items.len() <= run {
        sort_run(items, order);
        std::mem::swap(items, buffer);
        return governor.check();
    }
    copy(items, buffer, governor)?;
    let half = (items.len() / 2).next_multiple_of(run).min(items.len());
    let (left, right) = items.split_at_mut(half);
    let (buffer_left, buffer_right) = buffer.split_at_mut(half);
    if left.len() + right.len() >= BOTH {
        std::thread::scope(|scope| {
            let other = std::thread::Builder::new().spawn_scoped(scope, || sort_half(left, buffer_left));
            let mine = sort_half(right, buffer_right);
            match other {
                Ok(other) => other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)).and(mine),
                Err(error) => {
                    Err(crate::error::Error::query("no second thread could be started").because(error))
                }
            }
        })?;
    } else {
        sort_half(left, buffer_left)?;
        sort_half(right, buffer_right)?;
    }
    // Each half is sorted in `items`; `buffer` takes both.
    merge(left, right, buffer, governor, order, run)
}

/// Sorts few items. Where they are in order but for some, as the terms of a graph are but for those that it came to have since its
/// dictionary was made, the parts that are in order are merged (Peters, Driftsort, which the library's stable sort is).
fn sort_run<T: Copy, F: Fn(&T, &T) -> Ordering>(items: &mut [T], order: &F) {
    match descents(items, order) {
        0 => {}
        few if few <= items.len() / NEARLY => items.sort_by(order),
        _ => items.sort_unstable_by(order),
    }
}

/// Copies items, a part at a time.
fn copy<T: Copy>(items: &[T], to: &mut Vec<T>, governor: &Governor) -> Result<()> {
    governor.room(size_of_val(items))?;
    to.reserve_exact(items.len());
    for part in items.chunks(RUN) {
        to.extend_from_slice(part);
        governor.check()?;
    }
    Ok(())
}

/// Sorts `items` with a buffer of the same length.
fn sort_runs<T, F>(
    items: &mut [T],
    buffer: &mut [T],
    governor: &Governor,
    order: &F,
    run: usize,
) -> Result<()>
where
    T: Copy,
    F: Fn(&T, &T) -> Ordering,
{
    for items in items.chunks_mut(run) {
        sort_run(items, order);
        governor.check()?;
    }
    let (mut from, mut to) = (items, buffer);
    let (mut width, mut passes) = (run, 0);
    while width < from.len() {
        for (pair, out) in from.chunks(2 * width).zip(to.chunks_mut(2 * width)) {
            let (a, b) = pair.split_at(width.min(pair.len()));
            merge(a, b, out, governor, order, run)?;
        }
        std::mem::swap(&mut from, &mut to);
        (width, passes) = (2 * width, passes + 1);
    }
    if passes % 2 == 1 {
        copy_to(from, to, governor)?;
    }
    Ok(())
}

/// Copies items into as many others, a part at a time.
fn copy_to<T: Copy>(from: &[T], to: &mut [T], governor: &Governor) -> Result<()> {
    for (to, from) in to.chunks_mut(RUN).zip(from.chunks(RUN)) {
        to.copy_from_slice(from);
        governor.check()?;
    }
    Ok(())
}

/// Merges two sorted lists; of equal items those of the first come first.
fn merge<T, F>(a: &[T], b: &[T], out: &mut [T], governor: &Governor, order: &F, run: usize) -> Result<()>
where
    T: Copy,
    F: Fn(&T, &T) -> Ordering,
{
    let (mut a, mut b) = (a.iter().peekable(), b.iter().peekable());
    for stretch in out.chunks_mut(run) {
        for place in stretch {
            let second = match (a.peek(), b.peek()) {
                (Some(first), Some(second)) => order(second, first).is_lt(),
                (first, _) => first.is_none(),
            };
            if let Some(next) = if second { b.next() } else { a.next() } {
                *place = *next;
            }
        }
        governor.check()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;
    use crate::error::Kind;
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    /// Numbers without order, each with its place.
    fn items(len: usize) -> Vec<(u32, u32)> {
        let mut state = 7_u32;
        (0..len as u32)
            .map(|place| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 20, place)
            })
            .collect()
    }

    #[test]
    fn any_number_of_items_is_sorted() {
        for len in [0, 1, 1000, RUN, RUN + 1, 2 * RUN, 3 * RUN + 5, BOTH, BOTH + 77, 7 * RUN] {
            let (mut found, mut expected) = (items(len), items(len));
            sort(&mut found, &Governor::unlimited(), &Ord::cmp).unwrap();
            expected.sort_unstable();
            assert!(found == expected, "{len}");
            found = items(len);
            sort_slowly(&mut found, &Governor::unlimited(), &Ord::cmp).unwrap();
            assert!(found == expected, "{len}, slowly");
            // In order already, and but for some that come last or anywhere.
            let (mut nearly, mut others) = (expected.clone(), expected.clone());
            nearly.rotate_left(len / 40);
            others.iter_mut().step_by(50).for_each(|item| item.0 /= 2);
            for mut found in [expected.clone(), nearly, others] {
                let mut expected = found.clone();
                sort(&mut found, &Governor::unlimited(), &Ord::cmp).unwrap();
                expected.sort_unstable();
                assert!(found == expected, "{len}, nearly in order");
            }
        }
    }

    #[test]
    fn numbers_dealt_out_by_digits_keep_the_order_of_equals() {
        for len in [10, RUN / 4, RUN, 3 * RUN + 5, BOTH + 77] {
            for (low, bits) in [(0, 12), (0, 20), (3, 21), (20, 64), (12, 64)] {
                let numbers: Vec<u64> = items(len).iter().map(|(key, _)| u64::from(*key) << low).collect();
                let with_places: Vec<(u64, u32)> = numbers.iter().copied().zip(0..).collect();
                let (mut found, mut expected) = (with_places.clone(), with_places);
                sort_digits(&mut found, (low, bits), &Governor::unlimited()).unwrap();
                expected.sort_unstable();
                assert!(found == expected, "{len} {low} {bits}");
                let mut found = numbers;
                sort_digits(&mut found, (low, bits), &Governor::unlimited()).unwrap();
                assert!(found.is_sorted(), "{len} {low} {bits}");
            }
        }
    }

    #[test]
    fn a_sort_can_be_stopped() {
        let governor = Governor::new(Limits::default(), Arc::new(AtomicBool::new(true)));
        let stopped = sort(&mut items(BOTH), &governor, &Ord::cmp);
        assert_eq!(stopped.unwrap_err().kind, Kind::Interrupted);
        let stopped = sort_digits(&mut [7_u64, 3].repeat(BOTH), (0, 11), &governor);
        assert_eq!(stopped.unwrap_err().kind, Kind::Interrupted);
    }
}
