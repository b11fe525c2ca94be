//! Says that work goes on, where a person waits: after half a second, on a terminal, and no longer
//! than the work lasts.
//!
//! In: a counter of rows. Out: one line on stderr, cleared at the end. It refuses to know the work.

use crate::show::table::duration;
use crate::show::text::grouped;
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Nothing is shown before this.
const PATIENCE: Duration = Duration::from_millis(500);
const FRAMES: &[&str] = &["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/// A line that says how far the work is; it goes away with this value.
pub struct Progress {
    rows: Arc<AtomicU64>,
    running: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// Starts watching; `shown` is whether there is a terminal to show anything on, `stopping` whether
    /// the work has been told to stop.
    pub fn start(shown: bool, stopping: Arc<AtomicBool>) -> Self {
        let rows = Arc::new(AtomicU64::new(0));
        let running = shown.then(|| {
            let (stop, stopped) = channel();
            let counted = Arc::clone(&rows);
            let thread = std::thread::spawn(move || {
                let begun = Instant::now();
                let mut wait = PATIENCE;
                let mut frames = FRAMES.iter().cycle();
                while stopped.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                    wait = Duration::from_millis(100);
                    let way_out = if stopping.load(Ordering::Relaxed) {
                        "stopping; Ctrl-C again leaves"
                    } else {
                        "Ctrl-C stops"
                    };
                    let rows = counted.load(Ordering::Relaxed);
                    show(frames.next().unwrap_or(&""), begun.elapsed(), rows, way_out);
                }
                if begun.elapsed() >= PATIENCE {
                    let _ = write!(std::io::stderr(), "\r\x1b[K");
                }
            });
            (stop, thread)
        });
        Self { rows, running }
    }

    /// One row more.
    pub fn row(&self) {
        self.rows.fetch_add(1, Ordering::Relaxed);
    }
}

fn show(frame: &str, time: Duration, rows: u64, way_out: &str) {
    let rows = if rows == 0 { String::new() } else { format!(" · {} rows", grouped(rows)) };
    let mut err = std::io::stderr();
    let _ = write!(err, "\r\x1b[K{frame} {}{rows} · {way_out}", duration(time));
    let _ = err.flush();
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((stop, thread)) = self.running.take() {
            drop(stop);
            let _ = thread.join();
        }
    }
}
