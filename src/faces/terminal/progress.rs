//! That the work goes on, and how far it is: on a terminal, from half a second on, cleared at the end.
//!
//! In: news of reading, or a count of rows. Out: one line on stderr. It knows nothing of the work.

use crate::show::table::duration;
use crate::show::text::grouped;
use crate::store::import::Progress;
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

/// How far the reading of files has come.
pub struct Loading {
    wanted: bool,
    started: Instant,
    last: Option<Instant>,
}

impl Loading {
    /// Shows nothing yet; nothing at all where it is not `wanted`.
    pub fn new(wanted: bool) -> Self {
        Self { wanted, started: Instant::now(), last: None }
    }

    /// Shows it, ten times a second at most.
    pub fn show(&mut self, progress: &Progress<'_>) {
        let now = Instant::now();
        let due = match self.last {
            None => now.duration_since(self.started) >= PATIENCE,
            Some(last) => now.duration_since(last) >= EVERY,
        };
        if !self.wanted || !due {
            return;
        }
        self.last = Some(now);
        let megabytes = progress.bytes_read / 1_000_000;
        let part = progress.bytes_total.filter(|total| *total > 0).map_or_else(String::new, |total| {
            let tenths = usize::try_from(progress.bytes_read.saturating_mul(20) / total).unwrap_or(0).min(20);
            format!(" {}{} {} %", "█".repeat(tenths), "░".repeat(20 - tenths), tenths * 5)
        });
        let quads = grouped(progress.quads);
        let unread = progress.bytes_total.and_then(|total| total.checked_sub(progress.bytes_read));
        let left = unread.filter(|unread| *unread > 0 && progress.bytes_read > 0).map(|unread| {
            let spent = now.duration_since(self.started).as_secs_f64();
            let left = (spent * unread as f64 / progress.bytes_read as f64).min(1e6).ceil();
            format!(", about {} left", duration(Duration::from_secs_f64(left)))
        });
        let left = left.unwrap_or_default();
        let _ = write!(io::stderr(), "{CLEAR}{}{part} {megabytes} MB, {quads} triples{left}", progress.file);
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
    pub fn new(wanted: bool) -> Self {
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
                    show(frame, begun.elapsed(), counted.load(Ordering::Relaxed));
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

fn show(frame: &str, time: Duration, rows: u64) {
    let rows = if rows == 0 { String::new() } else { format!(" · {} so far", grouped(rows)) };
    let mut err = io::stderr();
    let _ = write!(err, "{CLEAR}{frame} {}{rows} · Ctrl-C stops", duration(time));
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
