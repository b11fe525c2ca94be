//! What happens to the files of a change, one operation at a time.
//!
//! In: paths and bytes. Out: the files of the system; tests have others, which fail or are recorded.

use super::journal::Journal;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

/// What happens to files, so that a test can stop between any two operations.
pub(super) trait Disk {
    /// Makes an empty file where there is none.
    fn create(&mut self, path: &Path) -> io::Result<File>;
    /// Writes to the end of a file, which is made where it is not there, and makes that safe.
    fn write(&mut self, path: &Path, bytes: &[u8]) -> io::Result<()>;
    /// The same of a journal that is held, through its own handle: on Windows a lock keeps out all others, those of this process too.
    fn write_held(&mut self, journal: &Journal, bytes: &[u8]) -> io::Result<()>;
    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()>;
    fn remove(&mut self, path: &Path) -> io::Result<()>;
    /// Makes the names in a folder safe.
    fn sync_folder(&mut self, folder: &Path) -> io::Result<()>;
    /// The number of the process, by which its parts are known.
    fn process(&self) -> u32 {
        std::process::id()
    }
}

/// The files of the system.
pub(super) struct System;

impl Disk for System {
    fn create(&mut self, path: &Path) -> io::Result<File> {
        OpenOptions::new().read(true).write(true).create_new(true).open(path)
    }

    fn write(&mut self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut file = OpenOptions::new().append(true).create(true).open(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    }

    fn write_held(&mut self, journal: &Journal, bytes: &[u8]) -> io::Result<()> {
        journal.append(bytes)
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        std::fs::rename(from, to)
    }

    fn remove(&mut self, path: &Path) -> io::Result<()> {
        std::fs::remove_file(path)
    }

    fn sync_folder(&mut self, folder: &Path) -> io::Result<()> {
        // Elsewhere a folder cannot be opened as a file.
        if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
    }
}
