//! Large values dropped a little later, on a thread of their own: to give much memory back takes long, and whoever asked waits
//! for the answer alone.
//!
//! In: values that nobody needs any more. Out: nothing. Where memory is wanted, [`settle`] has them dropped at once: what waits
//! here counts as used until then.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// So many bytes take half a millisecond to give back, as a thread does to be started where the machine is busy. A query that was
/// stopped holds several lists of this size.
pub const MUCH: usize = 4 << 20;

/// To give back an item by itself takes as long as so many bytes of a list.
pub const ITEM: usize = 512;

/// How long a value waits: what is said of a stopped query goes first.
const LATER: Duration = Duration::from_millis(50);

/// How long [`settle`] waits at most.
const PATIENCE: Duration = Duration::from_secs(2);

/// How many values wait, and for how many somebody waits.
#[derive(Clone, Copy)]
struct Waiting {
    values: usize,
    wanted: usize,
}

static WAITING: Mutex<Waiting> = Mutex::new(Waiting { values: 0, wanted: 0 });
static CHANGED: Condvar = Condvar::new();

fn waiting() -> MutexGuard<'static, Waiting> {
    WAITING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Drops what holds about so many bytes: at once, or aside where that takes long.
pub fn set_aside<T: Send + 'static>(value: T, bytes: usize) {
    if bytes < MUCH {
        return;
    }
    waiting().values += 1;
    let work = move || {
        let later = CHANGED.wait_timeout_while(waiting(), LATER, |waiting| waiting.wanted == 0);
        drop(later);
        drop(value);
        waiting().values -= 1;
        CHANGED.notify_all();
    };
    if std::thread::Builder::new().spawn(work).is_err() {
        // Where no thread can be started, the value was dropped with the work.
        waiting().values -= 1;
    }
}

/// Waits until all that was set aside is dropped; whether there was anything.
pub fn settle() -> bool {
    let mut open = waiting();
    if open.values == 0 {
        return false;
    }
    open.wanted += 1;
    CHANGED.notify_all();
    let left = CHANGED.wait_timeout_while(open, PATIENCE, |waiting| waiting.values > 0);
    let (mut open, _) = left.unwrap_or_else(PoisonError::into_inner);
    open.wanted -= 1;
    true
}

/// A list that is set aside where it is dropped, also in the middle of the work on it.
pub struct Aside<T: Send + 'static>(pub Vec<T>);

impl<T: Send + 'static> Default for Aside<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Send + 'static> Drop for Aside<T> {
    fn drop(&mut self) {
        let items = if std::mem::needs_drop::<T>() { self.0.len() * ITEM } else { 0 };
        let bytes = items + self.0.capacity() * size_of::<T>();
        set_aside(std::mem::take(&mut self.0), bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::time::Instant;

    #[test]
    fn what_is_set_aside_is_dropped_by_the_time_it_is_wanted() {
        let (large, small) = (Arc::new(()), Arc::new(()));
        set_aside(Arc::clone(&small), 1);
        assert_eq!(Arc::strong_count(&small), 1);
        set_aside(Arc::clone(&large), MUCH);
        // Other tests set values aside too, and the machine may be slow: it is waited for at most so long at a time.
        let since = Instant::now();
        while settle() {
            assert!(since.elapsed() < Duration::from_secs(300), "a value that was set aside is not dropped");
        }
        assert_eq!(Arc::strong_count(&large), 1);
    }
}
