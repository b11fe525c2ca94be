//! That the work goes on, and how far it is: on a terminal, from half a second on, cleared at the end.
//!
//! In: news of reading and packing, or a count of rows. Out: one line on stderr. It knows nothing of the work.

use super::report::Report;
use super::tongue::Tongue;
use crate::show::table::duration;
use crate::show::text::{counted, cut, grouped, width};
use crate::store::import::Progress;
use crate::store::pack::Step;
use std::collections::BTreeSet;
use std::io::{self, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
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

/// What was said about files.
static REMARKS: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// How far the reading of files has come, and what follows it.
pub struct Loading {
    wanted: bool,
    report: Report,
    /// Whether a pack is made of what is read.
    packs: bool,
    started: Instant,
    last: Option<Instant>,
    /// What part of the whole work is done.
    done: f64,
}

impl Loading {
    /// Shows nothing yet; no progress at all where it is not `wanted`.
    pub fn new(wanted: bool, report: Report) -> Self {
        Self { wanted, report, packs: false, started: Instant::now(), last: None, done: 0.0 }
    }

    /// The same for files of which a pack is made: the time that is left counts that too.
    #[must_use]
    pub fn packing(mut self) -> Self {
        self.packs = true;
        self
    }

    /// Shows it, ten times a second at most; what is to be said about a file, at once.
    pub fn show(&mut self, progress: &Progress<'_>) {
        let is_new = |remark: &&str| {
            let mut remarks = REMARKS.lock().unwrap_or_else(PoisonError::into_inner);
            remarks.insert((*remark).to_owned())
        };
        // Of a file that is read twice it is said once.
        if let Some(remark) = progress.remark.filter(is_new) {
            self.clear();
            self.report.note(remark);
        }
        let megabytes = progress.bytes_read / 1_000_000;
        let total = progress.bytes_total.filter(|total| *total > 0);
        let part = total.map(|total| progress.bytes_read as f64 / total as f64);
        self.done = part.unwrap_or_default() * if self.packs { READING } else { 1.0 };
        let read = [format!("{megabytes} MB"), counted(progress.quads, "triple", "triples")];
        self.line(|| (progress.file.to_owned(), part, read.to_vec()));
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
        let tongue = self.report.tongue;
        self.line(|| (tongue.word(what).into_owned(), Some(part), Vec::new()));
    }

    /// Shows what is done, how much of it, and other figures of it.
    fn line(&mut self, news: impl FnOnce() -> (String, Option<f64>, Vec<String>)) {
        let now = Instant::now();
        let due = match self.last {
            None => now.duration_since(self.started) >= PATIENCE,
            Some(last) => now.duration_since(last) >= EVERY,
        };
        if !self.wanted || !due {
            return;
        }
        self.last = Some(now);
        let (what, part, mut figures) = news();
        if let Some(left) = left(now.duration_since(self.started), self.done) {
            figures.push(format!("about {} left", about(left.max(Duration::from_secs(1)))));
        }
        let columns =
            terminal_size::terminal_size_of(io::stderr()).map_or(80, |(columns, _)| columns.0.into());
        let line = fitted(&what, part, &figures, columns, self.report.tongue);
        put(&line);
    }
}

/// Whether the line may be written: not once the program ends, when a last word is said.
static LINE: Mutex<Line> = Mutex::new(Line::None);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Line {
    None,
    Shown,
    Over,
}

/// Puts a text in the place of the line.
fn put(text: &str) {
    let mut line = LINE.lock().unwrap_or_else(PoisonError::into_inner);
    if *line != Line::Over {
        *line = Line::Shown;
        let mut err = io::stderr();
        let _ = write!(err, "{CLEAR}{text}");
        let _ = err.flush();
    }
}

/// Takes the line away.
fn clear() {
    let mut line = LINE.lock().unwrap_or_else(PoisonError::into_inner);
    if *line == Line::Shown {
        *line = Line::None;
        let _ = write!(io::stderr(), "{CLEAR}");
    }
}

/// Takes the line away for good: the program ends.
pub fn end() {
    let mut line = LINE.lock().unwrap_or_else(PoisonError::into_inner);
    if std::mem::replace(&mut *line, Line::Over) == Line::Shown {
        let _ = write!(io::stderr(), "{CLEAR}");
    }
}

/// One line, never wider than the window, since what is wrapped could not be taken back: with less of the file's path, a
/// shorter bar or none, fewer figures.
fn fitted(what: &str, part: Option<f64>, figures: &[String], columns: usize, tongue: Tongue) -> String {
    let figures: Vec<_> = figures.iter().map(|figure| tongue.part(figure).into_owned()).collect();
    let name = what.rsplit(['/', '\\']).next().unwrap_or(what);
    let line = |what: &str, cells: usize, figures: &[String]| {
        let bar = part.map(|part| bar(part, cells));
        let texts = bar.into_iter().chain(figures.iter().cloned()).collect::<Vec<_>>();
        format!("{what} {}", texts.join(" · "))
    };
    let fewer = figures.get(1..).unwrap_or_default();
    let last = figures.get(figures.len().saturating_sub(1)..).unwrap_or_default();
    let lines = [
        line(what, 20, &figures),
        line(name, 20, &figures),
        line(name, 10, &figures),
        line(name, 10, fewer),
        line(name, 10, last),
        line(name, 0, last),
        line(name, 0, &[]),
    ];
    // In the last column the cursor stands.
    let cells = columns.saturating_sub(1);
    let fits = lines.iter().find(|line| width(line) <= cells);
    fits.cloned().unwrap_or_else(|| cut(&line(name, 0, &[]), cells))
}

/// A bar of so many cells, and hundredths.
fn bar(part: f64, cells: usize) -> String {
    let twentieths = ((part * 20.0) as usize).min(20);
    let full = twentieths * cells / 20;
    let space = if cells == 0 { "" } else { " " };
    format!("{}{}{space}{} %", "█".repeat(full), "░".repeat(cells - full), twentieths * 5)
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

impl Loading {
    /// Takes away the line that is shown.
    fn clear(&self) {
        if self.last.is_some() {
            clear();
        }
    }
}

impl Drop for Loading {
    fn drop(&mut self) {
        self.clear();
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
                    clear();
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
    let text = format!("{}{rows} · Ctrl-C stops", duration(time));
    put(&format!("{frame} {}", tongue.say(&text)));
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
        assert_eq!(bar(0.5, 20), "██████████░░░░░░░░░░ 50 %");
    }

    /// A line that is wrapped leaves its first part standing, a hundred times in a minute.
    #[test]
    fn no_line_is_wider_than_the_window() {
        let figures = ["1 074 MB", "10 244 359 triples", "about 12 min left"].map(str::to_owned);
        let of =
            |columns, tongue| fitted("/home/somebody/data/kg10m.nt", Some(0.72), &figures, columns, tongue);
        for tongue in [Tongue::English, Tongue::Chinese] {
            for columns in 1..160 {
                assert!(width(&of(columns, tongue)) < columns, "{columns}: {}", of(columns, tongue));
            }
        }
        assert_eq!(
            of(120, Tongue::English),
            "/home/somebody/data/kg10m.nt ██████████████░░░░░░ 70 % · 1 074 MB · 10 244 359 triples · about 12 min left"
        );
        assert_eq!(of(60, Tongue::English), "kg10m.nt ███████░░░ 70 % · about 12 min left");
        assert_eq!(of(40, Tongue::Chinese), "kg10m.nt ███████░░░ 70 % · 约剩 12 分钟");
        assert_eq!(of(16, Tongue::English), "kg10m.nt 70 %");
    }

    #[test]
    fn packing_never_goes_back() {
        let mut loading = Loading::new(false, Report::default()).packing();
        let (file, bytes_total) = ("x.nt", Some(100));
        let mut last = 0.0;
        let mut moves_on = |loading: &Loading| {
            assert!(loading.done >= last && loading.done <= 1.0, "{} after {last}", loading.done);
            last = loading.done;
        };
        for bytes_read in [0, 40, 100] {
            loading.show(&Progress { file, bytes_read, bytes_total, quads: bytes_read, remark: None });
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
