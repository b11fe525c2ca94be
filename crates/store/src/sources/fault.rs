//! What is wrong in a file, and where: what readers say, and their callers show with the line.
//!
//! In: a place and words. Out: values.

use std::io;

/// A line and a column, both from 0, the column in characters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Place {
    /// Lines before.
    pub line: u64,
    /// Characters of its line before.
    pub column: u64,
}

/// What is wrong, where, and what to do about it.
#[derive(Debug)]
pub struct Fault {
    /// Where it was noticed.
    pub place: Place,
    /// One line, lower case, no full stop.
    pub what: String,
    /// The remedy.
    pub hint: String,
}

/// Why reading stopped.
#[derive(Debug)]
pub enum Stop {
    /// The bytes could not be read.
    Io(io::Error),
    /// The text is wrong.
    Fault(Box<Fault>),
    /// Whoever takes what is read stopped it.
    Sink(crate::error::Error),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// The result of reading.
pub type Result<T> = std::result::Result<T, Stop>;

/// A [`Fault`] as a [`Stop`].
pub fn fault<T>(place: Place, what: impl Into<String>, hint: impl Into<String>) -> Result<T> {
    Err(Stop::Fault(Box::new(Fault { place, what: what.into(), hint: hint.into() })))
}

impl Place {
    /// Moves on by some bytes.
    pub fn after(&mut self, bytes: &[u8]) {
        let mut lines = bytes.rsplit(|byte| *byte == b'\n');
        let last = lines.next().unwrap_or_default();
        let ends = bytes.len() - last.len();
        if ends > 0 {
            self.line +=
                bytes.get(..ends).unwrap_or_default().iter().filter(|byte| **byte == b'\n').count() as u64;
            self.column = 0;
        }
        // Every byte that does not continue a character starts one.
        self.column += last.iter().filter(|byte| (**byte & 0xC0) != 0x80).count() as u64;
    }
}
