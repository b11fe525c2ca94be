//! Work in the background that gives way to queries: while one is answered it rests, but not for ever.
//!
//! In: queries as they begin and end, the background's question whether to go on, asked every few milliseconds. Out: the same
//! question answered a little later. Of the time in which queries run it takes one part in [`SHARE`], so that it comes to its
//! end however many there are; where none runs it takes all.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// One part in so many of the time of queries is the background's.
const SHARE: u64 = 8;
/// How long it is until it looks again whether a query still runs.
const PAUSE: Duration = Duration::from_micros(500);

/// How many queries are being answered. Clones count the same ones.
#[derive(Debug, Clone, Default)]
pub struct Running(Arc<AtomicUsize>);

impl Running {
    /// A query begins; it ends when what this gives is dropped.
    #[must_use]
    pub fn begin(&self) -> Query {
        self.0.fetch_add(1, Ordering::Relaxed);
        Query(self.clone())
    }

    /// Whether any is being answered.
    #[must_use]
    pub fn any(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 0
    }
}

/// A query that is being answered.
#[derive(Debug)]
pub struct Query(Running);

impl Drop for Query {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Slows work in the background down. See the module.
#[derive(Debug)]
pub struct Throttle {
    running: Running,
    begun: Instant,
    /// For how many nanoseconds the work has rested.
    rested: AtomicU64,
}

impl Throttle {
    /// For work that begins now.
    #[must_use]
    pub fn new(running: Running) -> Self {
        Self { running, begun: Instant::now(), rested: AtomicU64::new(0) }
    }

    /// Waits while queries run, as long as the work has had its share.
    pub fn give_way(&self) {
        while self.running.any() && self.has_had_its_share() {
            let begun = Instant::now();
            std::thread::sleep(PAUSE);
            self.rested.fetch_add(nanos(begun.elapsed()), Ordering::Relaxed);
        }
    }

    fn has_had_its_share(&self) -> bool {
        let (all, rested) = (nanos(self.begun.elapsed()), self.rested.load(Ordering::Relaxed));
        rested < all.saturating_sub(rested).saturating_mul(SHARE - 1)
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_rests_while_a_query_runs_and_comes_to_its_end_all_the_same() {
        let running = Running::default();
        let rested = |throttle: &Throttle| throttle.rested.load(Ordering::Relaxed);
        let alone = Throttle::new(running.clone());
        let some_work = || {
            let begun = Instant::now();
            while begun.elapsed() < Duration::from_millis(2) {}
        };
        for _ in 0..5 {
            some_work();
            alone.give_way();
        }
        assert_eq!(rested(&alone), 0, "no query runs");
        let queries = [running.begin(), running.begin()];
        let beside = Throttle::new(running.clone());
        for _ in 0..5 {
            some_work();
            beside.give_way();
        }
        // The work took ten milliseconds at least.
        assert!(rested(&beside) >= nanos(Duration::from_millis(10)) * (SHARE - 1), "{beside:?}");
        drop(queries);
        assert!(!running.any());
        let before = rested(&beside);
        some_work();
        beside.give_way();
        assert_eq!(rested(&beside), before, "and none runs any more");
    }
}
