//! That the work goes on, and how far it is: on a terminal, from half a second on, cleared at the end.
//!
//! In: news of reading and packing, or a count of rows. Out: one line on stderr. It knows nothing of the work.

use super::tongue::Tongue;
use crate::show::table::duration;
use crate::show::text::grouped;
use crate::store::import::Progress;
use crate::store::pack::Step;
use std::io::{self, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Nothing is shown before this.
const PATIENCE: Duration = Duration::from_millis(500);
/// How often the line changes.
const EVERY: Duration = Duration::from_millis(100);
const FRAMES: &[&str] = &["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
/// Back to the line's beginning, and the line empty.
const CLEAR: &str = "\r\x1b[K";

/// No time is told before so much of the work is done.
const TOLD_FROM: f64 = 0.03;
/// What part of packing the reading of the files is, as measured; it includes the sorting of their terms.
const READING: f64 = 0.76;

/// How far the reading of files has come, and what follows it.
pub struct Loading {
    wanted: bool,
    /// Whether a pack is made of what is read.
    packs: bool,
    started: Instant,
    last: Option<Instant>,
    /// What part of the whole work is done.
    done: f64,
}

impl Loading {
    /// Shows nothing yet; nothing at all where it is not `wanted`.
    pub fn new(wanted: bool) -> Self {
        Self { wanted, packs: false, started: Instant::now(), last: None, done: 0.0 }
    }

    /// The same for files of which a pack is made: the time that is left counts that too.
    #[must_use]
    pub fn packing(self) -> Self {
        Self { packs: true, ..self }
    }

    /// Shows it, ten times a second at most.
    pub fn show(&mut self, progress: &Progress<'_>) {
        let megabytes = progress.bytes_read / 1_000_000;
        let total = progress.bytes_total.filter(|total| *total > 0);
        let part = total.map(|total| progress.bytes_read as f64 / total as f64);
        self.done = part.unwrap_or_default() * if self.packs { READING } else { 1.0 };
        let quads = grouped(progress.quads);
        self.line(|| {
            format!("{}{} {megabytes} MB, {quads} triples", progress.file, part.map_or_else(String::new, bar))
        });
    }

    /// Shows how far a step of packing is, as [`Self::show`] does.
    pub fn step(&mut self, step: Step, done: u64, total: u64) {
        let part = done as f64 / total.max(1) as f64;
        let (what, from, share) = match step {
            // Part of the reading where memory does not suffice.
            Step::Terms => ("sorting terms", self.done, 0.0),
            Step::Triples => ("sorting triples", READING, 0.10),
            Step::Dictionary => ("writing terms", READING, 0.04),
            Step::Pairs => ("writing triples", 0.86, 0.08),
            Step::Statistics => ("counting", 0.94, 0.06),
        };
        self.done = self.done.max(from + share * part);
        self.line(|| format!("{what}{}", bar(part)));
    }

    fn line(&mut self, text: impl FnOnce() -> String) {
        let now = Instant::now();
        let due = match self.last {
            None => now.duration_since(self.started) >= PATIENCE,
            Some(last) => now.duration_since(last) >= EVERY,
        };
        if !self.wanted || !due {
            return;
        }
        self.last = Some(now);
        let left = left(now.duration_since(self.started), self.done);
        let left = left.map_or_else(String::new, |left| {
            format!(", about {} left", about(left.max(Duration::from_secs(1))))
        });
        let _ = write!(io::stderr(), "{CLEAR}{}{left}", text());
    }
}

/// A bar of twenty places, and hundredths.
fn bar(part: f64) -> String {
    let tenths = ((part * 20.0) as usize).min(20);
    format!(" {}{} {} %", "█".repeat(tenths), "░".repeat(20 - tenths), tenths * 5)
}

/// How much time is left, given how long a part of the work took; nothing while that says little.
fn left(elapsed: Duration, done: f64) -> Option<Duration> {
    (TOLD_FROM..=1.0).contains(&done).then(|| elapsed.mul_f64((1.0 - done) / done))
}

/// Whole seconds or minutes.
fn about(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..=99 => format!("{seconds} s"),
        seconds => format!("{} min", (seconds + 30) / 60),
    }
}

impl Drop for Loading {
    fn drop(&mut self) {
        if self.last.is_some() {
            let _ = write!(io::stderr(), "{CLEAR}");
        }
    }
}

/// Says how long the work has lasted and how many rows there are, until dropped.
pub struct Waiting {
    rows: Arc<AtomicU64>,
    running: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Waiting {
    /// Starts the clock; nothing is shown where it is not `wanted`.
    pub fn new(wanted: bool, tongue: Tongue) -> Self {
        let rows = Arc::new(AtomicU64::new(0));
        let running = wanted.then(|| {
            let (stop, stopped) = channel();
            let counted = Arc::clone(&rows);
            let thread = std::thread::spawn(move || {
                let begun = Instant::now();
                let mut wait = PATIENCE;
                let mut frames = FRAMES.iter().cycle();
                while stopped.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                    wait = EVERY;
                    let frame = frames.next().unwrap_or(&"");
                    show(frame, begun.elapsed(), counted.load(Ordering::Relaxed), tongue);
                }
                if wait == EVERY {
                    let _ = write!(io::stderr(), "{CLEAR}");
                }
            });
            (stop, thread)
        });
        Self { rows, running }
    }

    /// One row more.
    pub fn row(&self) {
        self.rows(1);
    }

    /// So many rows more.
    pub fn rows(&self, more: u64) {
        self.rows.fetch_add(more, Ordering::Relaxed);
    }
}

fn show(frame: &str, time: Duration, rows: u64, tongue: Tongue) {
    let rows = if rows == 0 { String::new() } else { format!(" · {} so far", grouped(rows)) };
    let mut err = io::stderr();
    let text = format!("{}{rows} · Ctrl-C stops", duration(time));
    let _ = write!(err, "{CLEAR}{frame} {}", tongue.say(&text));
    let _ = err.flush();
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some((stop, thread)) = self.running.take() {
            drop(stop);
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_that_is_left_follows_from_what_is_done() {
        let seconds = Duration::from_secs;
        assert_eq!(left(seconds(30), 0.75), Some(seconds(10)));
        assert_eq!(left(seconds(30), 0.01), None, "too early to say");
        assert_eq!(left(seconds(30), 1.0), Some(seconds(0)));
        assert_eq!((about(seconds(99)), about(seconds(151))), ("99 s".to_owned(), "3 min".to_owned()));
        assert_eq!(bar(0.5), " ██████████░░░░░░░░░░ 50 %");
    }

    #[test]
    fn packing_never_goes_back() {
        let mut loading = Loading::new(false).packing();
        let (file, bytes_total) = ("x.nt", Some(100));
        let mut last = 0.0;
        let mut moves_on = |loading: &Loading| {
            assert!(loading.done >= last && loading.done <= 1.0, "{} after {last}", loading.done);
            last = loading.done;
        };
        for bytes_read in [0, 40, 100] {
            loading.show(&Progress { file, bytes_read, bytes_total, quads: bytes_read });
            moves_on(&loading);
            loading.step(Step::Terms, 5, 5);
            moves_on(&loading);
        }
        for step in [Step::Triples, Step::Dictionary, Step::Pairs, Step::Statistics] {
            for done in [0, 50, 100] {
                loading.step(step, done, 100);
                moves_on(&loading);
            }
        }
        assert!(last > 0.999);
    }
}
