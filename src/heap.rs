//! The heap of the process: how much of it is allocated, and that what was given back goes back to the system.
//!
//! In: nothing. Out: a number of bytes. It is the one module that may have `unsafe`, for two functions of glibc. Left to itself, glibc
//! learns from the largest lists that were freed to keep lists of that size, up to 32 MB each, and has a heap for each thread: after
//! 62 queries over 10 M triples it kept 60 MB that nobody used, of 207. Other allocators are left as they are.

#![cfg_attr(
    all(target_os = "linux", target_env = "gnu"),
    expect(
        unsafe_code,
        reason = "glibc is told by calls into C when to give memory back: no safe crate has them"
    )
)]

/// Counts what is allocated, so that `--max-memory` can hold.
#[global_allocator]
static ALLOCATED: cap::Cap<std::alloc::System> = cap::Cap::new(std::alloc::System, usize::MAX);

/// How many bytes the process has: what was allocated, and what packs hold beside the heap.
pub fn used() -> usize {
    ALLOCATED.allocated() + baimo::store::pack::mapped_bytes()
}

/// Lets lists from a megabyte on have pages of their own, which go back to the system with them, and all threads one heap. To be called
/// before there are others. What cannot be set stays as it is.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub fn give_back_soon() {
    const LARGE: libc::c_int = 1 << 20;
    for (option, value) in
        [(libc::M_MMAP_THRESHOLD, LARGE), (libc::M_TRIM_THRESHOLD, LARGE), (libc::M_ARENA_MAX, 1)]
    {
        // SAFETY: mallopt(3) takes two numbers and touches no memory of ours; it is called from the only thread there is.
        let _ = unsafe { libc::mallopt(option, value) };
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

/// Other allocators give back by themselves.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn give_back() {}
