//! The few file operations that a store is written with, behind one trait, so that a test can stop between any two.
//!
//! In: paths. Out: bytes, and files to write to. What is written is safe from a loss of power once its file was
//! synced, and a name once its folder was. Packs are read by themselves: reading never goes through here twice.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// What a store does to files.
pub(super) trait Files: Send + Sync {
    /// All bytes of a file.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
    /// How long a file is.
    fn length(&self, path: &Path) -> io::Result<u64>;
    /// The names in a folder.
    fn names(&self, folder: &Path) -> io::Result<Vec<String>>;
    /// Makes a folder, and those above it.
    fn make_folder(&self, folder: &Path) -> io::Result<()>;
    /// Makes an empty file, in the place of one that is there.
    fn create(&self, path: &Path) -> io::Result<Box<dyn Handle>>;
    /// Opens a file to write at its end.
    fn append(&self, path: &Path) -> io::Result<Box<dyn Handle>>;
    /// Gives a file another name, in the place of the file that has it.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Makes the names in a folder safe.
    fn sync_folder(&self, folder: &Path) -> io::Result<()>;
}

/// A file that is written to.
pub(super) trait Handle: Write + Send + Sync {
    /// Makes all that was written safe.
    fn sync(&mut self) -> io::Result<()>;
    /// Cuts the file to a length.
    fn cut(&mut self, length: u64) -> io::Result<()>;
}

/// A file held open, so that no other one is taken for it: as long as it is, the system gives no new file its number.
pub struct HeldFile {
    /// The file.
    pub file: File,
    /// What was known of it when it was taken.
    then: Option<Metadata>,
}

/// What tells whether a name stands for the same file: the numbers of its disk and of itself.
type Identity = (u64, u64);

impl HeldFile {
    /// Holds an open file.
    #[must_use]
    pub fn of(file: File) -> Self {
        let then = file.metadata().ok();
        Self { file, then }
    }

    /// Whether it is the file that has a name now. Where the system does not tell, a file that is open is not removed.
    #[must_use]
    pub fn is_at(&self, path: &Path) -> bool {
        if cfg!(unix) { self.at(path).is_some() } else { path.exists() }
    }

    /// What is known of the file that has a name now, where that is this one and the system tells.
    #[must_use]
    pub fn at(&self, path: &Path) -> Option<Metadata> {
        let (named, then) = (std::fs::metadata(path).ok()?, self.then.as_ref()?);
        (identity(&named)? == identity(then)?).then_some(named)
    }

    /// Whether a name stands for this file, and nobody wrote to it since it was taken.
    #[must_use]
    pub fn is_unchanged_at(&self, path: &Path) -> bool {
        let when = |data: &Metadata| Some((data.len(), data.modified().ok()?));
        self.at(path).is_some_and(|now| when(&now) == self.then.as_ref().and_then(when))
    }
}

#[cfg(unix)]
fn identity(data: &Metadata) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt as _;
    Some((data.dev(), data.ino()))
}

/// Elsewhere it is not told: a name is looked up anew each time.
#[cfg(not(unix))]
fn identity(_: &Metadata) -> Option<Identity> {
    None
}

/// The files of the system.
pub(super) struct Disk;

impl Files for Disk {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        std::fs::read(path)
    }

    fn length(&self, path: &Path) -> io::Result<u64> {
        std::fs::metadata(path).map(|data| data.len())
    }

    fn names(&self, folder: &Path) -> io::Result<Vec<String>> {
        let names =
            std::fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
        names.collect()
    }

    fn make_folder(&self, folder: &Path) -> io::Result<()> {
        std::fs::create_dir_all(folder)
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn Handle>> {
        Ok(Box::new(File::create(path)?))
    }

    fn append(&self, path: &Path) -> io::Result<Box<dyn Handle>> {
        Ok(Box::new(OpenOptions::new().append(true).open(path)?))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        std::fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        std::fs::remove_file(path)
    }

    #[cfg(unix)]
    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        File::open(folder)?.sync_all()
    }

    /// Elsewhere a folder cannot be opened as a file; the system keeps names in order by itself.
    #[cfg(not(unix))]
    fn sync_folder(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }
}

impl Handle for File {
    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.set_len(length)
    }
}
