//! Temporary files beside the file that is being written.
//!
//! In: bytes. Out: the same bytes again, from any place. Such a file loses its name as soon as it is open, so that nothing
//! is left of it whatever ends the program; where a system does not let go of names, it is removed when it is no longer
//! needed, and those of programs that are gone by the next one that is made beside the same file.

use crate::error::{Error, Result};
use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek as _, SeekFrom, Write as _};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Tells the files of one program apart.
static NUMBER: AtomicU64 = AtomicU64::new(0);

/// A temporary file. See the module.
pub(in super::super) struct Spill {
    file: Mutex<File>,
    length: u64,
    beside: PathBuf,
    /// Its name, where it still has one.
    name: Option<PathBuf>,
}

impl Spill {
    /// An empty one beside a file, which need not be there.
    pub fn beside(path: &Path) -> Result<Self> {
        remove_stale(path);
        let mut name = prefix(path);
        name.push(format!("{}.{}.spill", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed)));
        let name = path.with_file_name(name);
        let options = &mut OpenOptions::new();
        let options = options.read(true).write(true).create_new(true);
        let file = may(path).and_then(|()| options.open(&name));
        let file = file.map_err(|error| unwritten(path, error))?;
        let name = std::fs::remove_file(&name).is_err().then_some(name);
        Ok(Self { file: Mutex::new(file), length: 0, beside: path.to_owned(), name })
    }

    /// How many bytes it has.
    pub fn len(&self) -> u64 {
        self.length
    }

    /// Writes bytes at its end.
    pub fn append(&mut self, bytes: &[u8]) -> Result<()> {
        self.write_at(self.length, bytes)?;
        self.length += bytes.len() as u64;
        Ok(())
    }

    /// Writes bytes at a place.
    pub fn write_at(&self, place: u64, bytes: &[u8]) -> Result<()> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let written = may(&self.beside).and_then(|()| file.seek(SeekFrom::Start(place)));
        let written = written.and_then(|_| file.write_all(bytes));
        written.map_err(|error| unwritten(&self.beside, error))
    }

    /// Reads a part of it, so many bytes at a time.
    pub fn reader(&self, part: Range<u64>, buffer: usize) -> SpillReader<'_> {
        SpillReader { spill: self, part, held: Vec::new(), at: 0, buffer }
    }
}

impl Drop for Spill {
    fn drop(&mut self) {
        if let Some(name) = &self.name {
            let _ = std::fs::remove_file(name);
        }
    }
}

/// How the names of all temporary files beside a file begin.
fn prefix(path: &Path) -> OsString {
    let mut prefix = OsString::from(".");
    prefix.push(path.file_name().unwrap_or_default());
    prefix.push(".");
    prefix
}

/// Removes what programs left which are gone: where that can be told, by their numbers.
fn remove_stale(path: &Path) {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let (Ok(entries), true) = (std::fs::read_dir(folder), Path::new("/proc/self").exists()) else { return };
    let prefix = prefix(path);
    for name in entries.flatten().map(|entry| entry.file_name()) {
        let rest = name.as_encoded_bytes().strip_prefix(prefix.as_encoded_bytes());
        let numbers = rest.and_then(|rest| std::str::from_utf8(rest).ok()?.strip_suffix(".spill"));
        let program = numbers.and_then(|numbers| numbers.split_once('.')?.0.parse::<u32>().ok());
        if program.is_some_and(|program| !Path::new("/proc").join(program.to_string()).exists()) {
            let _ = std::fs::remove_file(folder.join(name));
        }
    }
}

/// Whether the next operation on the temporary files beside a file goes well: tests let any of them fail.
fn may(beside: &Path) -> io::Result<()> {
    #[cfg(test)]
    faults::may(beside)?;
    let _ = beside;
    Ok(())
}

#[cfg(test)]
pub(in super::super) mod faults {
    use super::*;

    /// Folders in which operations fail: after how many, with what, and whether one has.
    static FAULTS: Mutex<Vec<(PathBuf, usize, io::ErrorKind, bool)>> = Mutex::new(Vec::new());

    /// Lets an operation on temporary files in a folder fail, and all after it.
    pub fn fail_in(folder: &Path, after: usize, kind: io::ErrorKind) {
        FAULTS.lock().unwrap().push((folder.to_owned(), after, kind, false));
    }

    /// Lets all go well again. Says whether any failed.
    pub fn stop(folder: &Path) -> bool {
        let mut faults = FAULTS.lock().unwrap();
        let failed = faults.iter().any(|(of, .., failed)| of == folder && *failed);
        faults.retain(|(of, ..)| of != folder);
        failed
    }

    pub(super) fn may(beside: &Path) -> io::Result<()> {
        let mut faults = FAULTS.lock().unwrap();
        match faults.iter_mut().find(|(folder, ..)| beside.starts_with(folder)) {
            Some((_, 0, kind, failed)) => {
                *failed = true;
                Err((*kind).into())
            }
            Some((_, left, ..)) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }
}

fn unwritten(path: &Path, error: io::Error) -> Error {
    Error::store(format!("cannot write a temporary file beside {}", path.display())).because(error).hint(
        "free room there, name another place, or allow more memory: what fits into it needs no such file",
    )
}

/// A part of a [`Spill`], from front to back.
pub(in super::super) struct SpillReader<'a> {
    spill: &'a Spill,
    /// What was not read yet.
    part: Range<u64>,
    held: Vec<u8>,
    at: usize,
    buffer: usize,
}

impl SpillReader<'_> {
    fn read_on(&mut self) -> io::Result<()> {
        let left = usize::try_from(self.part.end - self.part.start).unwrap_or(usize::MAX);
        self.held.resize(self.buffer.min(left), 0);
        self.at = 0;
        may(&self.spill.beside)?;
        let mut file = self.spill.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(self.part.start))?;
        file.read_exact(&mut self.held)?;
        self.part.start += self.held.len() as u64;
        Ok(())
    }

    fn unread(&self, error: io::Error) -> Error {
        let place = self.spill.beside.display();
        Error::store(format!("a temporary file beside {place} cannot be read"))
            .because(error)
            .hint("look at the disk, and try again")
    }

    /// The next byte; nothing at the end.
    pub fn byte(&mut self) -> Result<Option<u8>> {
        if self.at == self.held.len() {
            self.read_on().map_err(|error| self.unread(error))?;
        }
        let byte = self.held.get(self.at).copied();
        self.at += 1;
        Ok(byte)
    }

    /// A number in LEB128; nothing at the end.
    pub fn number(&mut self) -> Result<Option<u64>> {
        let (mut number, mut shift) = (0, 0);
        while let Some(byte) = self.byte()? {
            number |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Ok(Some(number));
            }
            shift = (shift + 7) & 63;
        }
        Ok(None)
    }

    /// Fills all of `bytes`.
    pub fn fill(&mut self, bytes: &mut [u8]) -> Result<()> {
        self.read_exact(bytes).map_err(|error| self.unread(error))
    }
}

impl Read for SpillReader<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.held.len() {
            self.read_on()?;
        }
        let held = self.held.get(self.at..).unwrap_or_default();
        let count = held.len().min(bytes.len());
        for (place, byte) in bytes.iter_mut().zip(held) {
            *place = *byte;
        }
        self.at += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("baimo-spill-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn what_was_written_is_read_and_nothing_stays() {
        let folder = folder("reads");
        let mut spill = Spill::beside(&folder.join("x.pack")).unwrap();
        for n in 0..1000u32 {
            spill.append(&n.to_le_bytes()).unwrap();
        }
        spill.write_at(4, &7u32.to_le_bytes()).unwrap();
        let mut reader = spill.reader(4..4000, 30);
        let mut bytes = [0; 4];
        for n in [7].into_iter().chain(2..1000u32) {
            reader.fill(&mut bytes).unwrap();
            assert_eq!(u32::from_le_bytes(bytes), n);
        }
        assert_eq!(reader.byte().unwrap(), None);
        assert!(reader.fill(&mut bytes).is_err(), "the part is over");
        drop(spill);
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn what_a_program_left_that_is_gone_is_removed() {
        let folder = folder("stale");
        let (mine, gone) = (std::process::id(), u32::MAX);
        for name in [
            format!(".x.pack.{gone}.3.spill"),
            format!(".x.pack.{mine}.3.spill"),
            ".y.pack.4294967295.1.spill".to_owned(),
        ] {
            std::fs::write(folder.join(name), "left").unwrap();
        }
        drop(Spill::beside(&folder.join("x.pack")).unwrap());
        assert_eq!(
            std::fs::read_dir(&folder).unwrap().count(),
            if cfg!(target_os = "linux") { 2 } else { 3 }
        );
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_named() {
        let error = Spill::beside(Path::new("/nowhere/at/all/x.pack")).err().unwrap();
        assert!(error.to_string().contains("/nowhere/at/all/x.pack"), "{error}");
    }
}
