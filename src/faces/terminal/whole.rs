//! Documents on stdout that are whole even where the program is ended while they are written.
//!
//! In: parts of a document, and what makes a whole one after any of them. Out: the document. What is written as one part stays
//! together; where a reader does not read, the end of the program does not wait for it.

use crate::formats::AT_ONCE;
use std::io::{self, Write};
use std::sync::mpsc::channel;
use std::sync::{Mutex, PoisonError, TryLockError};
use std::time::Duration;

/// How long the end of the program waits for the end of the document.
const PATIENCE: Duration = Duration::from_millis(500);

/// A document in progress.
struct Open {
    /// What is not written yet.
    rest: Vec<u8>,
    foot: &'static str,
    /// Whether it has a part that is not its foot: what has no head needs no foot.
    begun: bool,
    /// Whether its foot was written.
    ended: bool,
}

/// The document that is being written to stdout: there is one stdout.
static NOW: Mutex<State> = Mutex::new(State::None);

enum State {
    None,
    Open(Open),
    /// The program ends: whoever writes goes no further.
    Over,
}

/// A writer of the parts of a document.
pub struct Parts(());

/// Begins a document on stdout, which `foot` makes a whole one where the program is ended early. The part that is the foot
/// itself ends it.
pub fn begin(foot: &'static str) -> Parts {
    let mut now = NOW.lock().unwrap_or_else(PoisonError::into_inner);
    if !matches!(*now, State::Over) {
        *now = State::Open(Open::with(foot));
    }
    Parts(())
}

impl Parts {
    /// Does something with the document. At the end of the program it does not come back.
    fn with(act: impl FnOnce(&mut Open) -> io::Result<()>) -> io::Result<()> {
        match &mut *NOW.lock().unwrap_or_else(PoisonError::into_inner) {
            State::Open(open) => return act(open),
            State::None => return Ok(()),
            State::Over => {}
        }
        loop {
            std::thread::park();
        }
    }
}

impl Write for Parts {
    fn write(&mut self, part: &[u8]) -> io::Result<usize> {
        Self::with(|open| {
            open.add(part);
            if open.rest.len() >= AT_ONCE { open.write_rest(&mut io::stdout().lock()) } else { Ok(()) }
        })?;
        Ok(part.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Self::with(|open| open.write_rest(&mut io::stdout().lock()))
    }
}

impl Drop for Parts {
    fn drop(&mut self) {
        let mut now = NOW.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*now, State::Open(_)) {
            *now = State::None;
        }
    }
}

impl Open {
    fn with(foot: &'static str) -> Self {
        Self { rest: Vec::new(), foot, begun: false, ended: false }
    }

    fn add(&mut self, part: &[u8]) {
        let is_foot = part == self.foot.as_bytes();
        self.begun |= !is_foot;
        self.ended |= is_foot;
        self.rest.extend_from_slice(part);
    }

    fn write_rest(&mut self, out: &mut impl Write) -> io::Result<()> {
        // What could not be written is not tried again.
        let rest = std::mem::take(&mut self.rest);
        out.write_all(&rest)?;
        out.flush()
    }

    fn is_cut(&self) -> bool {
        self.begun && !self.ended
    }

    fn close(mut self, out: &mut impl Write) -> io::Result<()> {
        if self.is_cut() {
            self.rest.extend_from_slice(self.foot.as_bytes());
        }
        self.write_rest(out)
    }
}

/// Whether a document on stdout lacks a part that was found, or may have been: it is ended early if the program is ended now. Nobody waits
/// for a writer, who has not written all.
pub fn is_cut() -> bool {
    match NOW.try_lock() {
        Ok(now) => matches!(&*now, State::Open(open) if open.is_cut()),
        Err(TryLockError::Poisoned(now)) => matches!(&*now.into_inner(), State::Open(open) if open.is_cut()),
        Err(TryLockError::WouldBlock) => true,
    }
}

/// Makes the document on stdout a whole one, where one is open; to be called at the end of the program.
pub fn close() {
    let (done, is_done) = channel();
    let work = move || {
        let mut now = NOW.lock().unwrap_or_else(PoisonError::into_inner);
        if let State::Open(open) = std::mem::replace(&mut *now, State::Over) {
            // A reader that has left needs no end.
            let _ = open.close(&mut io::stdout().lock());
        }
        let _ = done.send(());
    };
    if std::thread::Builder::new().spawn(work).is_ok() {
        let _ = is_done.recv_timeout(PATIENCE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A document of some parts, closed after each of them.
    #[test]
    fn the_foot_follows_what_was_written_so_far_and_comes_once() {
        for (parts, whole) in
            [(vec![], ""), (vec!["[1"], "[1]\n"), (vec!["[1", ",2"], "[1,2]\n"), (vec!["[1", "]\n"], "[1]\n")]
        {
            for written in [false, true] {
                let (mut out, mut open) = (Vec::new(), Open::with("]\n"));
                for part in &parts {
                    open.add(part.as_bytes());
                    if written {
                        open.write_rest(&mut out).unwrap();
                    }
                }
                let is_whole = parts.is_empty() || parts.len() == 2 && parts[1] == "]\n";
                assert_eq!(open.is_cut(), !is_whole, "{parts:?}");
                open.close(&mut out).unwrap();
                assert_eq!(String::from_utf8(out).unwrap(), whole);
            }
        }
    }
}
