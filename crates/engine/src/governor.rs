//! Limits that hold: one place that says when work must stop, and why.
//!
//! In: a deadline, a ceiling of memory, an interrupt. Out: an error at the next check. It knows no clock other than the
//! monotonic one, and no signals.

use crate::aside::{self, Aside};
use crate::cores;
use crate::error::{Error, Hint, Kind, Result};
use crate::room;
use crate::throttle;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// One look at the limits in so many sees whether what is held for speed alone has to give way to what the query holds.
const OFTEN: u64 = 16;

/// So many bytes of memory are filled without a look at the clock: about half a millisecond.
const STRETCH: usize = 1 << 21;

/// A stack for such work, as deep as that of the program. Only what is used of it takes memory.
const STACK: usize = 256 << 20;

/// So many threads may be at work that [`Governor::waits_for`] began: one that was given up holds its text and its stack.
const MOST_ASIDE: usize = 16;

/// How many there are.
static ASIDE: AtomicUsize = AtomicUsize::new(0);

/// One of some pieces of work that are going on at a time, for as long as it is.
#[derive(Debug)]
pub struct Counted(&'static AtomicUsize);

impl Counted {
    /// One more of those that `going` counts, of which there may be `most`.
    ///
    /// # Errors
    /// Where as many are going on.
    pub fn one(going: &'static AtomicUsize, most: usize) -> Result<Self> {
        if going.fetch_add(1, Ordering::Relaxed) < most {
            return Ok(Self(going));
        }
        going.fetch_sub(1, Ordering::Relaxed);
        Err(Error::new(Kind::Limit, "too much work that was stopped has not come to its end")
            .hint("try again in some seconds"))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// How long it is waited for work that cannot ask, before it is asked for it.
const PATIENCE: Duration = Duration::from_millis(5);

/// How much a query may take. Nothing set means no limit.
#[derive(Debug, Clone, Copy, Default)]
pub struct Limits {
    /// Wall time.
    pub timeout: Option<Duration>,
    /// From when it counts; without it from when a governor is made.
    pub since: Option<Instant>,
    /// Rows (or triples) given out.
    pub max_rows: Option<u64>,
    /// Bytes of memory of the whole process.
    pub max_memory: Option<usize>,
    /// How often the work may ask whether to go on: it does so every few hundred rows. The same query over the same graph is
    /// stopped at the same place by it, on any machine: it runs on one thread, where nothing else is said.
    pub steps: Option<u64>,
    /// How many bytes the process has allocated now; without it `max_memory` cannot hold.
    pub memory_used: Option<fn() -> usize>,
    /// On how many threads a query may run; without it on as many as the machine lets the process have, up to [`THREADS`].
    pub threads: Option<usize>,
}

impl Limits {
    /// The error for a process that holds more than `max` bytes, whoever notices it. Less than a megabyte is said in bytes.
    pub fn memory_passed(max: usize) -> Error {
        let size = match max {
            ..1_000_000 => format!("{max} B"),
            _ => format!("{} MB", max / 1_000_000),
        };
        Error::new(Kind::Limit, format!("stopped at {size} of memory")).hint(Hint::RaiseMaxMemory)
    }
}

/// On so many threads a query runs where nothing else is said: on more it was not measured whether they pay.
pub const THREADS: usize = 2;

/// Watches one query's limits. Clones watch the same query.
#[derive(Debug, Clone)]
pub struct Governor(Arc<Watch>);

/// What a governor knows. All that a query makes has a governor, so that a clone of one is no copy of it.
#[derive(Debug, Clone)]
struct Watch {
    limits: Limits,
    deadline: Option<Instant>,
    interrupted: Arc<AtomicBool>,
    /// Whether a check has failed: from then on the answer is not whole.
    stopped: Arc<AtomicBool>,
    /// How often the work has asked.
    steps: Arc<AtomicU64>,
    notes: Notes,
    every_way: bool,
    /// What is held for speed alone gives way to its limit of memory.
    _limit: Option<Arc<room::Limit>>,
    /// That the query runs, where work in the background gives way to it.
    _running: Option<Arc<throttle::Query>>,
}

/// What is to be said about an answer beside the answer: a regular expression that is wrong, an aggregate that met an
/// error. Clones share the same notes.
#[derive(Debug, Clone, Default)]
pub struct Notes(Arc<Mutex<BTreeSet<String>>>);

impl Notes {
    /// Adds one, in a sentence; the same one only once.
    pub fn add(&self, note: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(note);
    }

    /// Takes all out. An answer's notes are there once it was read to its end and dropped.
    pub fn take(&self) -> BTreeSet<String> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Governor {
    /// Starts the clock, where it does not run yet. `interrupted` may be set from a signal handler or another thread.
    pub fn new(limits: Limits, interrupted: Arc<AtomicBool>) -> Self {
        let limit = limits.memory_used.map(|used| (limits.max_memory.unwrap_or(usize::MAX), used));
        Self(Arc::new(Watch {
            limits,
            deadline: limits.timeout.map(|timeout| limits.since.unwrap_or_else(Instant::now) + timeout),
            interrupted,
            stopped: Arc::default(),
            steps: Arc::default(),
            notes: Notes::default(),
            every_way: false,
            _limit: limit.map(|(most, used)| Arc::new(room::Limit::of(most, used))),
            _running: None,
        }))
    }

    /// The same for a query that is planned as if it were asked of very much data, however little there is, and that asks
    /// far more often: tests meet ways that are not worth it for them, and stop at all places.
    #[must_use]
    pub fn planning_every_way(mut self) -> Self {
        Arc::make_mut(&mut self.0).every_way = true;
        self
    }

    /// On how many threads the query may run.
    pub fn threads(&self) -> usize {
        let there = || match self.0.limits.steps {
            // Who asks how often depends on which thread does what.
            Some(_) => 1,
            None => cores::count().min(THREADS),
        };
        self.0.limits.threads.unwrap_or_else(there).max(1)
    }

    /// Whether ways are taken that are not worth it.
    pub fn plans_every_way(&self) -> bool {
        self.0.every_way
    }

    /// The same for work on the side, such as a sample that the planner takes: what is noted there is no note on the answer, and where
    /// it is stopped the answer is not yet a part. The limits and the count of steps are those of the query.
    #[must_use]
    pub fn on_the_side(&self) -> Self {
        let watch = Watch::clone(&self.0);
        Self(Arc::new(Watch { stopped: Arc::default(), notes: Notes::default(), ..watch }))
    }

    /// The same, with notes that somebody reads.
    #[must_use]
    pub fn with_notes(mut self, notes: &Notes) -> Self {
        Arc::make_mut(&mut self.0).notes = notes.clone();
        self
    }

    /// The same for a query to which work in the background gives way, until it is answered and the governor dropped.
    #[must_use]
    pub fn running(mut self, running: &throttle::Running) -> Self {
        Arc::make_mut(&mut self.0)._running = Some(Arc::new(running.begin()));
        self
    }

    /// Adds a note.
    pub fn note(&self, note: String) {
        self.0.notes.add(note);
    }

    /// A governor that never stops anything.
    pub fn unlimited() -> Self {
        Self::new(Limits::default(), Arc::default())
    }

    /// The limits it was made with.
    pub fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// Whether the work may go on. Cheap enough for every few hundred rows, not for every row.
    ///
    /// # Errors
    /// `Interrupted` or `Limit`, with what was exceeded and how to raise it.
    pub fn check(&self) -> Result<()> {
        self.room(0)
    }

    /// Whether the work may go on with so many more bytes: asked before a table grows, so that what it grows to never
    /// passes the limit.
    ///
    /// # Errors
    /// As [`Self::check`].
    pub fn room(&self, bytes: usize) -> Result<()> {
        let step = self.0.steps.fetch_add(1, Ordering::Relaxed);
        if self.0.limits.memory_used.is_some() && (bytes > 0 || step.is_multiple_of(OFTEN)) {
            room::want(bytes);
        }
        self.look(bytes)
    }

    /// The same without a step: for who waits, who asks the more often the slower the machine is.
    fn look(&self, bytes: usize) -> Result<()> {
        self.exceeded(bytes).inspect_err(|_| self.0.stopped.store(true, Ordering::Relaxed))
    }

    /// A list of equal values, filled a part at a time: memory that is touched for the first time takes a millisecond for
    /// a few MB.
    ///
    /// # Errors
    /// As [`Self::room`].
    pub fn filled<T: Clone + Send + 'static>(&self, value: T, len: usize) -> Result<Vec<T>> {
        self.room(len.saturating_mul(size_of::<T>()))?;
        let mut list = Aside(Vec::with_capacity(len));
        let part = part_of::<T>();
        while list.0.len() < len {
            list.0.resize(len.min(list.0.len() + part), value.clone());
            self.check()?;
        }
        Ok(std::mem::take(&mut list.0))
    }

    /// A list of about so many items, made a part at a time.
    ///
    /// # Errors
    /// As [`Self::room`].
    pub fn collected<T: Send + 'static>(
        &self,
        items: impl IntoIterator<Item = T>,
        len: usize,
    ) -> Result<Vec<T>> {
        self.room(len.saturating_mul(size_of::<T>()))?;
        let (mut list, mut items) = (Aside(Vec::with_capacity(len)), items.into_iter());
        let part = part_of::<T>();
        loop {
            let before = list.0.len();
            list.0.extend(items.by_ref().take(part));
            if list.0.len() < before + part {
                return Ok(std::mem::take(&mut list.0));
            }
            self.check()?;
        }
    }

    /// What `work` gives, which cannot ask by itself and is done on a thread of its own. Where a limit is met it is waited for no
    /// longer: it goes on to its own end then, and what it gives is dropped.
    ///
    /// # Errors
    /// As [`Self::check`], where no thread can be started, and where sixteen others are at work, of which most were
    /// given up.
    pub fn waits_for<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        self.waits_with(Counted::one(&ASIDE, MOST_ASIDE)?, work)
    }

    /// The same for work that comes to its end in some seconds by itself: where too many others are at work it is done in place.
    ///
    /// # Errors
    /// As [`Self::check`], and where no thread can be started.
    pub fn waits_a_while_for<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        match Counted::one(&ASIDE, MOST_ASIDE) {
            Ok(counted) => self.waits_with(counted, work),
            Err(_) => Ok(work()),
        }
    }

    fn waits_with<T: Send + 'static>(
        &self,
        counted: Counted,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        let (sender, done) = channel();
        let thread = std::thread::Builder::new().stack_size(STACK).spawn(move || {
            let found = work();
            // Whoever waits may begin another at once.
            drop(counted);
            // Nobody waits any longer where it was given up.
            let _ = sender.send(found);
        });
        let thread = thread.map_err(|error| Error::query("no thread could be started").because(error))?;
        loop {
            match done.recv_timeout(PATIENCE) {
                Ok(found) => return Ok(found),
                Err(RecvTimeoutError::Timeout) => self.look(0)?,
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        match thread.join() {
            Err(panic) => std::panic::resume_unwind(panic),
            Ok(()) => Err(Error::query("the work ended without a result")),
        }
    }

    /// How long it is until the limit of time; nothing where there is none.
    pub fn time_left(&self) -> Option<Duration> {
        self.0.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()))
    }

    /// How often the work has asked so far.
    pub fn asked(&self) -> u64 {
        self.0.steps.load(Ordering::Relaxed)
    }

    /// Whether a check has failed before.
    pub fn has_stopped(&self) -> bool {
        self.0.stopped.load(Ordering::Relaxed)
    }

    /// Why the work was stopped, for saying it once more.
    pub fn stop_reason(&self) -> Error {
        self.exceeded(0).err().unwrap_or_else(|| Error::new(Kind::Limit, "stopped by a limit"))
    }

    /// Whether so many bytes more are over the limit, once all gave way to them: what is held for speed alone is no reason to stop, nor is
    /// what waits to be dropped.
    fn passes(max: usize, used: fn() -> usize, more: usize) -> bool {
        let is_over = || used().saturating_add(more) > max;
        if !is_over() {
            return false;
        }
        room::want(more);
        if !is_over() {
            return false;
        }
        !aside::settle() || is_over()
    }

    /// Whether the switch is as it was, whatever the limits are.
    ///
    /// # Errors
    /// `Interrupted`.
    pub fn interrupted(&self) -> Result<()> {
        match self.0.interrupted.load(Ordering::Relaxed) {
            true => Err(Error::new(Kind::Interrupted, "interrupted")),
            false => Ok(()),
        }
    }

    fn exceeded(&self, more: usize) -> Result<()> {
        self.interrupted()?;
        if self.0.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            let after = self.0.limits.timeout.unwrap_or_default();
            return Err(Error::new(Kind::Limit, format!("stopped after {} s", after.as_secs_f64()))
                .hint(Hint::RaiseTimeout));
        }
        if self.0.limits.steps.is_some_and(|steps| self.0.steps.load(Ordering::Relaxed) > steps) {
            return Err(Error::new(Kind::Limit, "stopped by a limit"));
        }
        if let (Some(max), Some(used)) = (self.0.limits.max_memory, self.0.limits.memory_used)
            && Self::passes(max, used, more)
        {
            return Err(Limits::memory_passed(max));
        }
        Ok(())
    }
}

/// How many items take a stretch of memory.
fn part_of<T>() -> usize {
    (STRETCH / size_of::<T>().max(1)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_that_cannot_ask_is_given_up() {
        let interrupted = Arc::new(AtomicBool::new(false));
        let governor = Governor::new(Limits::default(), Arc::clone(&interrupted));
        assert_eq!(governor.waits_for(|| 1).unwrap(), 1);
        let (end, ends) = channel::<()>();
        let stopped = governor.waits_for(move || {
            interrupted.store(true, Ordering::Relaxed);
            // It lasts longer than who waits for it.
            let _ = ends.recv();
        });
        assert_eq!(stopped.err().map(|error| error.kind), Some(Kind::Interrupted));
        // What was given up is not gathered without end.
        let held: Vec<Counted> = std::iter::from_fn(|| Counted::one(&ASIDE, MOST_ASIDE).ok()).collect();
        assert!(held.len() < MOST_ASIDE);
        let governor = Governor::new(Limits::default(), Arc::default());
        assert_eq!(governor.waits_for(|| 1).err().map(|error| error.kind), Some(Kind::Limit));
        // What ends by itself is done all the same.
        assert_eq!(governor.waits_a_while_for(|| 1).unwrap(), 1);
        drop(held);
        assert_eq!(governor.waits_for(|| 1).unwrap(), 1);
        drop(end);
    }

    #[test]
    fn so_many_steps_are_allowed_and_no_more() {
        let governor = Governor::new(Limits { steps: Some(3), ..Limits::default() }, Arc::default());
        let copy = governor.clone();
        assert!(governor.check().is_ok() && copy.room(9).is_ok() && governor.check().is_ok());
        assert_eq!(copy.check().err().map(|error| error.kind), Some(Kind::Limit));
        assert!(governor.has_stopped());
    }
}
