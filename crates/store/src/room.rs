//! Memory that is held for speed alone gives way: to the limits of queries, and to what queries hold.
//!
//! In: limits, as long as they hold; those who hold such memory. Out: how much there is left. All of it is of the process as a
//! whole, as its allocator counts: which query holds what is not known here. Of several limits the least holds for all.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

/// Who holds memory for speed alone.
pub trait Holder: Send + Sync {
    /// Gives some up where so many bytes more are wanted for something else.
    fn give_way(&self, more: usize);
}

/// How many bytes the process has allocated.
static USED: OnceLock<fn() -> usize> = OnceLock::new();
static LIMITS: Limits = Limits { all: Mutex::new(Vec::new()), least: AtomicUsize::new(usize::MAX) };
static HOLDERS: Mutex<Vec<Weak<dyn Holder>>> = Mutex::new(Vec::new());

/// Those that hold, and the least of them.
struct Limits {
    all: Mutex<Vec<usize>>,
    least: AtomicUsize,
}

impl Limits {
    fn change(&self, change: impl FnOnce(&mut Vec<usize>)) {
        let mut all = open(&self.all);
        change(&mut all);
        self.least.store(all.iter().copied().min().unwrap_or(usize::MAX), Ordering::Relaxed);
    }

    fn add(&self, most: usize) {
        self.change(|all| all.push(most));
    }

    fn remove(&self, most: usize) {
        self.change(|all| {
            if let Some(place) = all.iter().position(|other| *other == most) {
                all.swap_remove(place);
            }
        });
    }
}

fn open<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A limit of the bytes that the process may have, as long as this lives.
#[derive(Debug)]
pub struct Limit(usize);

impl Limit {
    /// From now on.
    #[must_use]
    pub fn of(most: usize) -> Self {
        LIMITS.add(most);
        Self(most)
    }
}

impl Drop for Limit {
    fn drop(&mut self) {
        LIMITS.remove(self.0);
    }
}

/// Says how many bytes the process has allocated: once for all, and unknown until then.
pub fn measured_by(used: fn() -> usize) {
    let _ = USED.set(used);
}

/// How many bytes the process has allocated; none where that is not known.
pub fn used() -> usize {
    USED.get().map_or(0, |used| used())
}

/// The least of the limits that hold.
pub fn limit() -> usize {
    LIMITS.least.load(Ordering::Relaxed)
}

/// Whether so many bytes more are within every limit. Who makes something for speed alone asks before.
pub fn is_there_for(bytes: usize) -> bool {
    let limit = limit();
    limit == usize::MAX || used().saturating_add(bytes) <= limit
}

/// Adds a holder, for as long as anybody has it.
pub fn add(holder: &Arc<impl Holder + 'static>) {
    let holder: Weak<dyn Holder> = Arc::downgrade(holder) as _;
    let mut holders = open(&HOLDERS);
    holders.retain(|holder| holder.strong_count() > 0);
    holders.push(holder);
}

/// Has all holders give way to so many bytes more.
pub fn want(more: usize) {
    for holder in open(&HOLDERS).iter().filter_map(Weak::upgrade) {
        holder.give_way(more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_limits_the_least_holds() {
        let limits = Limits { all: Mutex::default(), least: AtomicUsize::new(usize::MAX) };
        let least = || limits.least.load(Ordering::Relaxed);
        limits.add(30);
        limits.add(10);
        limits.add(10);
        assert_eq!(least(), 10);
        limits.remove(10);
        assert_eq!(least(), 10, "the other of the two");
        limits.remove(10);
        assert_eq!(least(), 30);
        limits.remove(30);
        assert_eq!(least(), usize::MAX);
    }

    #[test]
    fn holders_are_asked_as_long_as_they_live() {
        struct Asked(AtomicUsize);
        impl Holder for Asked {
            fn give_way(&self, more: usize) {
                self.0.fetch_max(more, Ordering::Relaxed);
            }
        }
        let (one, other) = (Arc::new(Asked(AtomicUsize::new(0))), Arc::new(Asked(AtomicUsize::new(0))));
        add(&one);
        add(&other);
        drop(other);
        want(7);
        // Others may want more at the same time.
        assert!(one.0.load(Ordering::Relaxed) >= 7);
    }
}
