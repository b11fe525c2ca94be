//! The transactions of a journal one after the other, none of them held: what each was, and where its rows stand.
//!
//! In: a journal of whole frames. Out: transactions, and their rows as often as they are wanted: those of a long one lie in the file,
//! of which one line is held at a time. The limit: what is torn or damaged is told by [`super::frame::found`], which wants the whole
//! journal; here such a frame is an error.

use super::files::{Readable, Source};
use super::frame::{END, FOOT_LENGTH, Transaction, foot, head, row, unreadable_line};
use crate::error::{Error, Result};
use crate::store::pack::Watch;
use crate::store::pack::checksum::Sum;
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
/// What is said of a frame that is not what its last line says.
const WRONG_SUM: &str = "its checksum is wrong";

/// Rows that stand in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct InFile {
    files: Source,
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
        let file = opened(&self.files, &self.path, start).map_err(|error| unreadable(&self.path, error))?;
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

/// A file, to be read from a place on.
fn opened(files: &Source, path: &Path, start: u64) -> io::Result<Box<dyn Readable>> {
    let mut file = files.0.open(path)?;
    file.seek(SeekFrom::Start(start))?;
    Ok(file)
}

/// The bytes of a part of a file: all of them.
///
/// # Errors
/// Where they cannot be read, and [`io::ErrorKind::UnexpectedEof`] where the file ends before they do.
pub(super) fn part_of(files: &Source, path: &Path, bytes: Range<u64>) -> io::Result<Vec<u8>> {
    let (file, mut part) = (opened(files, path, bytes.start)?, Vec::new());
    let length = bytes.end.saturating_sub(bytes.start);
    // To read until the end of a file fails nowhere, wherever that is.
    match file.take(length).read_to_end(&mut part)? as u64 == length {
        true => Ok(part),
        false => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

/// A journal that is read from some frame on. See the module.
pub(super) struct Frames {
    files: Source,
    path: PathBuf,
    file: BufReader<io::Take<Box<dyn Readable>>>,
    /// Where the next frame begins.
    pub at: u64,
    /// The last line of the frame before it, where one was read.
    pub foot: Option<[u8; FOOT_LENGTH]>,
    line: Vec<u8>,
}

impl Frames {
    /// The frames of a part of a file.
    ///
    /// # Errors
    /// Where it cannot be opened.
    pub fn open(files: &Source, path: &Path, bytes: Range<u64>) -> io::Result<Self> {
        let Range { start: at, end } = bytes;
        let file = opened(files, path, at)?;
        let file = BufReader::with_capacity(BUFFER, file.take(end.saturating_sub(at)));
        Ok(Self { files: files.clone(), path: path.to_owned(), file, at, foot: None, line: Vec::new() })
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
        // A length that no file has is one that was damaged.
        let Some(end) = self.at.checked_add(end as u64) else { return Ok(Err(WRONG_SUM.to_owned())) };
        let (mut sum, mut at) = (Sum::default(), self.at + start as u64);
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
        let mut last = Vec::with_capacity(FOOT_LENGTH);
        (&mut self.file).take(FOOT_LENGTH as u64).read_to_end(&mut last).map_err(failed)?;
        let last = last.first_chunk().copied().filter(|last| *last == *foot(sum.finish()).as_bytes());
        let Some(last) = last.filter(|_| at == end) else { return Ok(Err(WRONG_SUM.to_owned())) };
        (self.at, self.foot) = (end + FOOT_LENGTH as u64, Some(last));
        if !is_short {
            let (files, path, sum) = (self.files.clone(), self.path.clone(), of_rows.finish());
            read.rows = read.rows.in_file(InFile { files, path, bytes: rows, sum });
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::durable::files::Disk;
    use std::sync::Arc;

    fn disk() -> Source {
        Source(Arc::new(Disk))
    }

    #[test]
    fn a_part_of_a_file_is_all_of_it_or_an_error() {
        let path = std::env::temp_dir().join(format!("baimo-part-{}", std::process::id()));
        std::fs::write(&path, "0123456789").unwrap();
        assert_eq!(part_of(&disk(), &path, 3..7).unwrap(), b"3456");
        assert_eq!(part_of(&disk(), &path, 3..10).unwrap(), b"3456789");
        assert_eq!(part_of(&disk(), &path, 10..10).unwrap(), b"");
        for past in [3..11, 10..11, 12..13] {
            let error = part_of(&disk(), &path, past.clone()).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof, "{past:?}");
        }
        std::fs::remove_file(&path).unwrap();
    }

    #[test]
    fn a_length_that_no_file_has_is_damage() {
        let path = std::env::temp_dir().join(format!("baimo-length-{}", std::process::id()));
        // From byte 700 on, the end of the frame lies past what 64 bits count.
        for (before, length) in [(0, u64::MAX - 615), (700, u64::MAX - 615), (700, 1 << 62)] {
            let mut journal = vec![b'\n'; before];
            journal.extend_from_slice(format!("# baimo 7 {length}\nTX .\nTC .\n").as_bytes());
            std::fs::write(&path, &journal).unwrap();
            let mut frames = Frames::open(&disk(), &path, before as u64..journal.len() as u64).unwrap();
            assert_eq!(frames.next(7, Watch::nobody()).unwrap().unwrap_err(), WRONG_SUM, "{before} {length}");
        }
        std::fs::remove_file(&path).unwrap();
    }
}
