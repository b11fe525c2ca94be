//! Sorting that can be stopped, on both cores where it pays.
//!
//! In: items whose order is total (no two are equal), or whose equals may change places. Out: the same in order, whatever ran
//! where. Runs of some thousand items are sorted, then merged pairwise from one buffer into the other; between runs and merged
//! stretches the limits are asked. It takes the room of the items once more.

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
    let done = in_runs((items, &mut buffer.0), governor, order, RUN);
    if done.is_ok() {
        std::mem::swap(items, &mut buffer.0);
    }
    done
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
    in_runs((items, &mut buffer), governor, order, SLOW_RUN)?;
    *items = buffer;
    Ok(())
}

/// Sorts the items into the buffer.
fn in_runs<T, F>(
    (items, buffer): (&mut Vec<T>, &mut Vec<T>),
    governor: &Governor,
    order: &F,
    run: usize,
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
            let work = || sort_runs(left, buffer_left, governor, order, run);
            let other = std::thread::Builder::new().spawn_scoped(scope, work);
            let mine = sort_runs(right, buffer_right, governor, order, run);
            match other {
                Ok(other) => other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)).and(mine),
                Err(error) => {
                    Err(crate::error::Error::query("no second thread could be started").because(error))
                }
            }
        })?;
    } else {
        sort_runs(left, buffer_left, governor, order, run)?;
        sort_runs(right, buffer_right, governor, order, run)?;
    }
    // Each half is sorted in `items`; `buffer` takes both.
    merge(left, right, buffer, governor, order, run)
}

/// Sorts few items. Where they are in order but for some, as the terms of a graph are but for those that it came to have since its
/// dictionary was made, the parts that are in order are merged (Peters, Driftsort, which the library's stable sort is).
fn sort_run<T: Copy, F: Fn(&T, &T) -> Ordering>(items: &mut [T], order: &F) {
    let descents = items.windows(2).filter(|pair| matches!(pair, [a, b] if order(b, a).is_lt())).count();
    match descents {
        0 => {}
        _ if descents <= items.len() / NEARLY => items.sort_by(order),
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
        for (to, from) in to.chunks_mut(RUN).zip(from.chunks(RUN)) {
            to.copy_from_slice(from);
            governor.check()?;
        }
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
    fn a_sort_can_be_stopped() {
        let governor = Governor::new(Limits::default(), Arc::new(AtomicBool::new(true)));
        let stopped = sort(&mut items(BOTH), &governor, &Ord::cmp);
        assert_eq!(stopped.unwrap_err().kind, Kind::Interrupted);
    }
}
