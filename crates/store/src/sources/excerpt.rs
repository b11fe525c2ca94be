//! The last part of what was read, kept to show the line of an error.
//!
//! In: a reader. Out: the same bytes, and afterwards the text of a line near the end of what was read.
//! A line that went by long ago is not kept.

use std::io::{self, Read};

/// How many bytes are kept at least; a parser reads far less ahead of where it is.
const KEEP: usize = 1 << 18;

/// How many characters of a line are shown on either side of the place.
const AROUND: usize = 400;

/// A reader that remembers the end of what went through it.
pub struct Window<R> {
    inner: R,
    kept: Vec<u8>,
    /// The line (from 0) in which `kept` starts, and how many characters of it came before.
    line: u64,
    column: u64,
    /// How many bytes went through.
    total: u64,
}

impl Window<&'static [u8]> {
    /// A window on a text that is there as a whole.
    pub fn whole(text: &[u8]) -> Self {
        let total = text.len() as u64;
        Self { inner: &[], kept: text.to_vec(), line: 0, column: 0, total }
    }
}

impl<R: Read> Window<R> {
    /// Starts at the beginning of a text.
    pub fn new(inner: R) -> Self {
        Self::from_line(0, inner)
    }

    /// Starts at a line (from 0) of a text.
    pub fn from_line(line: u64, inner: R) -> Self {
        Self { inner, kept: Vec::new(), line, column: 0, total: 0 }
    }

    /// How many bytes went through.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// The text of a line (from 0) and the place in it of a column (from 0, in characters): a very long
    /// line is cut on both sides, and its place moves. Nothing where the line has gone by.
    pub fn line(&self, line: u64, column: u64) -> Option<(String, u64)> {
        let skip = usize::try_from(line.checked_sub(self.line)?).ok()?;
        let bytes = self.kept.split(|byte| *byte == b'\n').nth(skip)?;
        let before = if skip == 0 { self.column } else { 0 };
        let at = usize::try_from(column.checked_sub(before)?).ok()?;
        let text = String::from_utf8_lossy(bytes);
        let from = if before > 0 || at > AROUND { at.saturating_sub(AROUND) } else { 0 };
        let shown: String = text.trim_end_matches('\r').chars().skip(from).take(2 * AROUND).collect();
        Some((shown, (at - from) as u64))
    }

    fn forget(&mut self) {
        let old: Vec<u8> = self.kept.drain(..self.kept.len() - KEEP).collect();
        let lines = old.iter().filter(|byte| **byte == b'\n').count() as u64;
        let tail = old.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
        // Every byte that does not continue a character starts one.
        let characters = tail.iter().filter(|byte| (**byte & 0xC0) != 0x80).count() as u64;
        self.column = if lines > 0 { characters } else { self.column + characters };
        self.line += lines;
    }
}

impl<R: Read> Read for Window<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.kept.extend_from_slice(buffer.get(..count).unwrap_or_default());
        self.total += count as u64;
        if self.kept.len() > 4 * KEEP {
            self.forget();
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_far_into_a_text_is_found_again() {
        let text: String = (0..400_000).map(|n| format!("line {n} 百\n")).collect();
        let mut window = Window::new(text.as_bytes());
        io::copy(&mut window, &mut io::sink()).unwrap();
        assert_eq!(window.line(399_990, 5).unwrap(), ("line 399990 百".to_owned(), 5));
        assert_eq!(window.line(3, 0), None, "long gone");
    }

    #[test]
    fn one_endless_line_is_cut_around_the_place() {
        let text = "百".repeat(1_000_000);
        let mut window = Window::new(text.as_bytes());
        io::copy(&mut window, &mut io::sink()).unwrap();
        let (shown, at) = window.line(0, 999_990).unwrap();
        assert!(shown.chars().count() <= 2 * AROUND);
        assert_eq!(shown.chars().count() as u64 - at, 10);
    }
}
