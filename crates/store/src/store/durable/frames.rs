//! The transactions of a journal one after the other, none of them held: what each was, and where its rows stand.
//!
//! In: a journal of whole frames. Out: transactions, and their rows as often as they are wanted: those of a long one lie in the file,
//! of which one line is held at a time. The limit: what is torn or damaged is told by [`super::frame::found`], which wants the whole
//! journal; here such a frame is an error.

use super::frame::{END, FOOT_LENGTH, Transaction, foot, head, row, unreadable_line};
use crate::error::{Error, Result};
use crate::store::pack::Watch;
use crate::store::pack::checksum::Sum;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _, Seek as _, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

/// How much of a journal is read at a time.
const BUFFER: usize = 1 << 17;
/// After how many rows it is asked whether to go on.
const STRIDE: u64 = if cfg!(test) { 2 } else { 1 << 12 };
/// The rows of a frame of up to so many bytes are held: to open a file for them would cost more.
const SHORT: u64 = if cfg!(test) { 1 << 10 } else { 1 << 18 };
/// How long the first line of a frame is at most.
const HEAD: u64 = 64;

/// Rows that stand in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct InFile {
    path: PathBuf,
    bytes: Range<u64>,
    /// Their checksum: a writer may take back what it failed to write, and write something else there.
    sum: u64,
}

impl InFile {
    /// Gives each line.
    ///
    /// # Errors
    /// Where the file cannot be read, or is no text; and what `each` reports.
    pub fn each_line(&self, watch: Watch<'_>, each: &mut dyn FnMut(&str) -> Result<()>) -> Result<()> {
        let Range { start, end } = self.bytes;
        let mut file = File::open(&self.path).map_err(|error| unreadable(&self.path, error))?;
        file.seek(SeekFrom::Start(start)).map_err(|error| unreadable(&self.path, error))?;
        let mut file = BufReader::with_capacity(BUFFER, file.take(end.saturating_sub(start)));
        let (mut line, mut seen, mut sum) = (Vec::new(), 0_u64, Sum::default());
        while read_line(&mut file, &mut line).map_err(|error| unreadable(&self.path, error))? {
            seen += 1;
            if seen.is_multiple_of(STRIDE) {
                watch.check()?;
            }
            sum.add(&line);
            each(text(&line).ok_or_else(|| unreadable(&self.path, io::ErrorKind::InvalidData.into()))?)?;
        }
        match sum.finish() == self.sum {
            true => Ok(()),
            false => Err(unreadable(&self.path, io::ErrorKind::InvalidData.into())),
        }
    }
}

/// The bytes of a part of a file.
///
/// # Errors
/// Where they cannot be read.
pub(super) fn part_of(path: &Path, bytes: Range<u64>) -> io::Result<Vec<u8>> {
    let (mut file, mut part) = (File::open(path)?, Vec::new());
    file.seek(SeekFrom::Start(bytes.start))?;
    file.take(bytes.end.saturating_sub(bytes.start)).read_to_end(&mut part)?;
    Ok(part)
}

/// A journal that is read from some frame on. See the module.
pub(super) struct Frames {
    path: PathBuf,
    file: BufReader<io::Take<File>>,
    /// Where the next frame begins.
    pub at: u64,
    line: Vec<u8>,
}

impl Frames {
    /// The frames of a part of a file.
    ///
    /// # Errors
    /// Where it cannot be opened.
    pub fn open(path: &Path, bytes: Range<u64>) -> io::Result<Self> {
        let Range { start: at, end } = bytes;
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(at))?;
        let file = BufReader::with_capacity(BUFFER, file.take(end.saturating_sub(at)));
        Ok(Self { path: path.to_owned(), file, at, line: Vec::new() })
    }

    /// The next transaction, which is to have a number.
    ///
    /// # Errors
    /// Where the file cannot be read, `watch` stops it, or with what is wrong with the frame.
    pub fn next(
        &mut self,
        number: u64,
        watch: Watch<'_>,
    ) -> Result<std::result::Result<Transaction, String>> {
        let failed = |error| unreadable(&self.path, error);
        let mut first = Vec::new();
        (&mut self.file).take(HEAD).read_until(b'\n', &mut first).map_err(failed)?;
        let Some((have, start, end)) = head(&first) else {
            return Ok(Err(format!("transaction {number} is missing")));
        };
        if have != number {
            return Ok(Err(format!("transaction {number} was expected, and {have} found")));
        }
        let (mut sum, mut at, end) = (Sum::default(), self.at + start as u64, self.at + end as u64);
        sum.add(&first);
        let mut read = Transaction { number, ..Transaction::default() };
        let is_short = end - at <= SHORT;
        let (mut rows, mut of_rows, mut seen) = (at..at, Sum::default(), 0_u64);
        while at < end && read_line(&mut self.file, &mut self.line).map_err(failed)? {
            seen += 1;
            if seen.is_multiple_of(STRIDE) {
                watch.check()?;
            }
            sum.add(&self.line);
            at += self.line.len() as u64;
            let line = text(&self.line).unwrap_or_default();
            match row(line) {
                Some((added, _)) if !is_short => {
                    of_rows.add(&self.line);
                    read.rows.count(added);
                }
                None if self.line == END => rows.end = at - END.len() as u64,
                is_row if read.line(line).is_some() => {
                    rows.start = if is_row.is_some() { rows.start } else { at }
                }
                _ => return Ok(Err(unreadable_line(line))),
            }
        }
        let mut last = [0; FOOT_LENGTH];
        let is_whole =
            at == end && self.file.read_exact(&mut last).is_ok() && last == *foot(sum.finish()).as_bytes();
        if !is_whole {
            return Ok(Err("its checksum is wrong".to_owned()));
        }
        self.at = end + FOOT_LENGTH as u64;
        if !is_short {
            read.rows =
                read.rows.in_file(InFile { path: self.path.clone(), bytes: rows, sum: of_rows.finish() });
        }
        Ok(Ok(read))
    }
}

/// Reads a line with its end; says no where there is none.
fn read_line(file: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    file.read_until(b'\n', line).map(|length| length > 0)
}

/// A line without its end.
fn text(line: &[u8]) -> Option<&str> {
    std::str::from_utf8(line.strip_suffix(b"\n").unwrap_or(line)).ok()
}

fn unreadable(path: &Path, error: io::Error) -> Error {
    super::read::unreadable(path, error)
}
