//! The heap of the process: how much of it is taken, and that what was given back goes back to the system.
//!
//! In: nothing. Out: a number of bytes. It is the one module that may have `unsafe`: for an allocator that counts what the system's takes for
//! each list, which for short ones is a third more than was asked for, and for two functions of glibc. Left to itself, glibc learns from the
//! largest lists that were freed to keep lists of that size, up to 32 MB each, and has a heap for each thread: after 62 queries over 10 M
//! triples it kept 60 MB that nobody used, of 207. Other allocators are left as they are.

#![expect(
    unsafe_code,
    reason = "no safe code can be an allocator, and no safe crate tells glibc when to give memory back"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How many bytes are taken.
static TAKEN: AtomicUsize = AtomicUsize::new(0);

/// How many bytes count as taken beside these: see [`rest_of`].
static REST: AtomicUsize = AtomicUsize::new(0);

/// How many bytes the process has: what was allocated, what packs hold beside the heap, and within a limit what nobody counts.
pub fn used() -> usize {
    TAKEN.load(Ordering::Relaxed) + baimo::store::pack::mapped_bytes() + REST.load(Ordering::Relaxed)
}

/// What of a limit is left to what nobody counts: holes between lists, stacks, and pages of the program that a query is the first to
/// use. Of small limits a tenth, and no more than they were found to take.
const fn rest_of(limit: usize) -> usize {
    const MOST: usize = 1 << 20;
    let part = limit / 10;
    if part < MOST { part } else { MOST }
}

/// The allocator of the system, counted, so that `--max-memory` can hold.
struct Counting;

/// What glibc takes for so many bytes: eight more, in steps of sixteen, 32 at least. Others take about as much.
const fn taken(size: usize) -> usize {
    let whole = (size + 8).next_multiple_of(16);
    if whole < 32 { 32 } else { whole }
}

fn add(place: *mut u8, size: usize) -> *mut u8 {
    if !place.is_null() {
        TAKEN.fetch_add(taken(size), Ordering::Relaxed);
    }
    place
}

// SAFETY: each call goes on to the system's allocator as it came, which keeps the promises of the trait; to count is to change a number that
// is apart, and neither allocates nor panics: a size is at most isize::MAX.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: what the caller promises is what the system's allocator asks for.
        add(unsafe { System.alloc(layout) }, layout.size())
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        add(unsafe { System.alloc_zeroed(layout) }, layout.size())
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: as above; the place came from the system's allocator.
        unsafe { System.dealloc(place, layout) };
        TAKEN.fetch_sub(taken(layout.size()), Ordering::Relaxed);
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as above; the place came from the system's allocator.
        let moved = add(unsafe { System.realloc(place, layout, size) }, size);
        if !moved.is_null() {
            TAKEN.fetch_sub(taken(layout.size()), Ordering::Relaxed);
        }
        moved
    }
}

/// Lets lists from a megabyte on have pages of their own, which go back to the system with them, and all threads one heap. To be called
/// before there are others. What cannot be set stays as it is.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub fn give_back_soon() {
    set(&[(libc::M_MMAP_THRESHOLD, LARGE), (libc::M_TRIM_THRESHOLD, LARGE), (libc::M_ARENA_MAX, 1)]);
}

/// The same for a limit of so many bytes of memory: what was freed and is kept for what comes is no more than a small part of it, and
/// what nobody counts is left its part. To be called before queries are asked.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub fn give_back_within(limit: usize) {
    REST.store(rest_of(limit), Ordering::Relaxed);
    let large = part_of(limit);
    set(&[(libc::M_MMAP_THRESHOLD, large), (libc::M_TRIM_THRESHOLD, large)]);
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
const LARGE: libc::c_int = 1 << 20;

/// What glibc begins with.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const SMALL: libc::c_int = 1 << 17;

/// From how many bytes on lists have pages of their own within a limit, and how many are kept.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn part_of(limit: usize) -> libc::c_int {
    libc::c_int::try_from(limit / 64).map_or(LARGE, |part| part.clamp(SMALL, LARGE))
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn set(options: &[(libc::c_int, libc::c_int)]) {
    for (option, value) in options {
        // SAFETY: mallopt(3) takes two numbers and touches no memory of ours; it is called while no other thread allocates.
        let _ = unsafe { libc::mallopt(*option, *value) };
    }
}

/// Gives pages back of which no byte is allocated: those among others that are, too. It takes about a millisecond for 20 MB.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub fn give_back() {
    // SAFETY: malloc_trim(3) may be called from any thread (MT-Safe), and gives back only what is not allocated.
    let _ = unsafe { libc::malloc_trim(0) };
}

/// Other allocators give back by themselves.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn give_back_soon() {}

/// Other allocators give back by themselves; what they do not count is left to them too.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn give_back_within(limit: usize) {
    REST.store(rest_of(limit), Ordering::Relaxed);
}

/// Other allocators give back by themselves.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn give_back() {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    fn what_is_kept_is_a_small_part_of_a_limit() {
        let limits = [0, 10_000_000, 20_000_000, 100_000_000, usize::MAX];
        assert_eq!(limits.map(part_of), [SMALL, 156_250, 312_500, LARGE, LARGE]);
    }

    #[test]
    fn what_nobody_counts_is_a_small_part_of_a_limit() {
        let limits = [0, 5, 1_000_000, 10_000_000, 20_000_000, usize::MAX];
        assert_eq!(limits.map(rest_of), [0, 0, 100_000, 1_000_000, 1 << 20, 1 << 20]);
    }

    #[test]
    fn a_list_counts_for_what_is_taken_as_long_as_it_lives() {
        assert_eq!([0, 24, 25, 40, 41].map(taken), [32, 32, 48, 48, 64]);
        // No other test of this program allocates as much.
        let much = 1_usize << 30;
        let before = used();
        let mut list: Vec<u8> = Vec::with_capacity(much);
        assert!(used() >= before + much / 2);
        list.push(1);
        list.shrink_to_fit();
        assert!(used() < before + much / 2);
    }
}
