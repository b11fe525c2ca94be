//! Limits that hold at last: the program ends where a query overruns its own by far.
//!
//! In: limits, and how long a piece of work lasts. Out: nothing, or an error on stderr and exit code 4.
//! It is for work that never looks at its limits; a prompt, which must go on, does without.

use super::report::{Report, exit_code};
use super::{leave, whole};
use crate::ask::grace;
use crate::engine::Limits;
use crate::error::{Error, Hint, Kind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

/// So much longer is waited where statements follow: a query among them is given up before, and the next one asked.
const FOLLOWED: Duration = Duration::from_secs(1);
/// How often is looked.
const EVERY: Duration = Duration::from_millis(20);

/// The heap of the process, as far as a face has to do with it.
#[derive(Debug, Clone, Copy)]
pub struct Heap {
    /// How many bytes are allocated.
    pub used: fn() -> usize,
    /// Gives back to the system what is not.
    pub give_back: fn(),
    /// From now on keeps little of what is freed, for a limit of so many bytes.
    pub give_back_within: fn(usize),
}

/// Watches until dropped.
#[derive(Debug)]
pub struct Watch {
    _over: Option<Sender<()>>,
}

/// Watches one piece of work, which is over when the value is dropped, or, for limits of time, when
/// `found` is set: showing an answer is not limited. Where the work is ended, so is what would `follow` it.
#[must_use]
pub fn watch(limits: Limits, report: &Report, found: &Arc<AtomicBool>, follow: bool) -> Watch {
    found.store(false, Ordering::Relaxed);
    if limits.timeout.is_none() && limits.max_memory.is_none() {
        return Watch { _over: None };
    }
    let (report, found) = (report.clone(), Arc::clone(found));
    let late = |timeout: Duration| timeout + grace(timeout) + if follow { FOLLOWED } else { Duration::ZERO };
    let deadline = limits.timeout.map(late).and_then(|late| Instant::now().checked_add(late));
    let (sender, over) = channel();
    std::thread::spawn(move || {
        while over.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) && !found.load(Ordering::Relaxed) {
            if let Some(error) = exceeded(&limits, deadline) {
                let last: Vec<&str> = last_words(whole::is_cut(), follow).collect();
                leave(exit_code(Kind::Limit), move || {
                    last.iter().for_each(|word| report.note(word));
                    report.error(&error);
                });
            }
        }
    });
    Watch { _over: Some(sender) }
}

/// What is said before the reason why the program ends: of an answer that is cut, and of work that would follow.
fn last_words(cut: bool, follow: bool) -> impl Iterator<Item = &'static str> {
    let of_answer = cut.then_some("partial answer: it was ended while it was written; there may be more");
    let of_rest = follow.then_some("the program ends here, and no statement after this one is run");
    of_answer.into_iter().chain(of_rest)
}

fn exceeded(limits: &Limits, deadline: Option<Instant>) -> Option<Error> {
    if deadline.is_some_and(|deadline| Instant::now() > deadline) {
        let said = format!("stopped after {} s", limits.timeout.unwrap_or_default().as_secs_f64());
        return Some(Error::new(Kind::Limit, said).hint(Hint::RaiseTimeout));
    }
    let (used, max) = limits.memory_used.zip(limits.max_memory)?;
    (used() > max.saturating_add(max / 8)).then(|| Limits::memory_passed(max))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_and_what_is_not_run_is_said() {
        let words = |cut, follow| last_words(cut, follow).map(|word| word.get(..7)).collect::<Vec<_>>();
        assert_eq!(words(false, false), []);
        assert_eq!(words(true, false), [Some("partial")]);
        assert_eq!(words(true, true), [Some("partial"), Some("the pro")]);
    }

    #[test]
    fn the_watch_says_what_the_query_says() {
        for (max, size) in [(5, "5 B"), (999_999, "999999 B"), (1_000_000, "1 MB"), (64_000_000, "64 MB")] {
            let limits =
                Limits { max_memory: Some(max), memory_used: Some(|| usize::MAX), ..Limits::default() };
            let watched = exceeded(&limits, None).unwrap();
            let asked = crate::engine::Governor::new(limits, Arc::default()).check().unwrap_err();
            let said = format!("stopped at {size} of memory");
            assert_eq!((&watched.message, &watched.hints), (&said, &asked.hints), "{max}");
            assert_eq!(asked.message, said, "{max}");
        }
    }
}
