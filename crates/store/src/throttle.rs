//! Work in the background that gives way to queries: while one is answered it rests, but not for ever.
//!
//! In: queries as they begin and end, the background's question whether to go on, asked every few milliseconds. Out: the same
//! question answered a little later. Of the time in which queries run it takes one part in `SHARE`, so that it comes to its
//! end however many there are; where none runs it takes all, and that is not held against it when the next one begins.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// One part in so many of the time of queries is the background's.
const SHARE: u32 = 8;
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
    pace: Mutex<Pace>,
}

/// How the time went since the first of the queries that run began, as far as the work has seen.
#[derive(Debug)]
struct Pace {
    /// Whether none ran when the work last asked.
    is_alone: bool,
    /// When the work last went on.
    since: Instant,
    worked: Duration,
    rested: Duration,
}

impl Throttle {
    /// For work that begins now.
    #[must_use]
    pub fn new(running: Running) -> Self {
        let (worked, rested) = Default::default();
        Self { running, pace: Mutex::new(Pace { is_alone: true, since: Instant::now(), worked, rested }) }
    }

    /// Waits while queries run, as long as the work has had its share.
    pub fn give_way(&self) {
        // Held while it rests: where several threads do the work, all of them wait.
        let mut pace = self.pace.lock().unwrap_or_else(PoisonError::into_inner);
        let worked = pace.since.elapsed();
        if self.running.any() {
            if pace.is_alone {
                (pace.worked, pace.rested) = Default::default();
            }
            // Of the last stretch it is not known when the query began.
            pace.worked += worked;
        }
        while self.running.any() && pace.has_had_its_share() {
            let begun = Instant::now();
            std::thread::sleep(PAUSE);
            pace.rested += begun.elapsed();
        }
        pace.is_alone = !self.running.any();
        pace.since = Instant::now();
    }
}

impl Pace {
    fn has_had_its_share(&self) -> bool {
        self.rested < self.worked.saturating_mul(SHARE - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some_work() {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_millis(2) {}
    }

    /// A merge that had worked for a minute stood still for seven when a query began.
    #[test]
    fn work_that_ran_alone_first_is_not_held_against_it() {
        let running = Running::default();
        let throttle = Throttle::new(running.clone());
        for _ in 0..2 {
            let mut last = Instant::now();
            for _ in 0..20 {
                some_work();
                last = Instant::now();
                throttle.give_way();
            }
            let query = running.begin();
            for _ in 0..3 {
                some_work();
                throttle.give_way();
            }
            let (all, pace) = (last.elapsed(), throttle.pace.lock().unwrap());
            assert!(pace.worked >= Duration::from_millis(6), "{pace:?}");
            assert!(pace.rested >= pace.worked * (SHARE - 1), "{pace:?}");
            assert!(
                pace.worked + pace.rested <= all,
                "only what was done beside the query counts: {all:?}, {pace:?}"
            );
            drop(query);
        }
    }

    #[test]
    fn work_rests_while_a_query_runs_and_comes_to_its_end_all_the_same() {
        let running = Running::default();
        let rested = |throttle: &Throttle| throttle.pace.lock().unwrap().rested;
        let alone = Throttle::new(running.clone());
        for _ in 0..5 {
            some_work();
            alone.give_way();
        }
        assert_eq!(rested(&alone), Duration::ZERO, "no query runs");
        let queries = [running.begin(), running.begin()];
        let beside = Throttle::new(running.clone());
        for _ in 0..5 {
            some_work();
            beside.give_way();
        }
        // The work took ten milliseconds at least.
        assert!(rested(&beside) >= Duration::from_millis(10) * (SHARE - 1), "{beside:?}");
        drop(queries);
        assert!(!running.any());
        let before = rested(&beside);
        some_work();
        beside.give_way();
        assert_eq!(rested(&beside), before, "and none runs any more");
    }
}
