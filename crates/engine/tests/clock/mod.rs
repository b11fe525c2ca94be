//! How long a thread has worked, for tests that hold work to a limit: shared by tests in this folder and in `src`.
//!
//! In: nothing. Out: the processor time of the thread that asks, whatever else the machine does. Where the system does
//! not tell (`/proc` is of Linux), it is the time since the first question, so that a limit can still be passed.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

static FIRST: LazyLock<Instant> = LazyLock::new(Instant::now);

/// How long this thread has run; the difference of two answers is what was in between.
pub fn processor_time() -> Duration {
    told().unwrap_or_else(|| FIRST.elapsed())
}

/// By proc(5), where there is such a file.
fn told() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}
