//! Files of a store put in their places: written and synced under a name that no manifest has yet, and the manifest last.
//!
//! In: names, and what writes a file. Out: files that are safe. What is left of work that never came to its end is removed, and
//! nobody else's file is.

use super::files::{Files, Handle, sync_names};
use super::lock::unwritable;
use super::manifest::{self, Manifest};
use super::names::{LOCKED, generation, is_work};
use super::read::is_there;
use super::{Durability, Store};
use crate::error::{Error, Result};
use crate::held::HeldFile;
use std::fs::{File, TryLockError};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// What is said where the disk failed at the last moment.
pub(super) const UNCERTAIN: &str = "whether this change is kept is known when the store is opened again";
/// A file being written.
pub(super) type Out = BufWriter<Box<dyn Handle>>;

/// What is written at a time.
const BUFFER: usize = 1 << 20;

impl Store {
    pub(super) fn create(&self, name: &str, write: &mut dyn FnMut(&mut Out) -> Result<()>) -> Result<()> {
        create(self.files.as_ref(), &self.folder, Durability::Synced, name, write)
    }

    /// Puts a manifest in the place of the one that is there: from then on it holds.
    pub(super) fn publish(&self, manifest: &Manifest) -> Result<()> {
        let failed = |error| unwritable(&self.folder, error);
        let sync = || sync_names(self.files.as_ref(), &self.folder);
        // The names of the files that it names come first.
        sync().map_err(failed)?;
        self.create(manifest::NEW, &mut |out| out.write_all(&manifest.write()).map_err(failed))?;
        self.files.rename(&self.path(manifest::NEW), &self.path(manifest::NAME)).map_err(failed)?;
        sync().map_err(|error| failed(error).hint(UNCERTAIN))
    }

    pub(super) fn next_generation(&self) -> Result<u64> {
        let names = self.files.names(&self.folder).map_err(|error| unwritable(&self.folder, error))?;
        Ok(names.iter().filter_map(|name| generation(name)).max().unwrap_or_default() + 1)
    }

    /// Removes files of ours that the manifest does not name: what is left of work that never came to its end.
    pub(super) fn tidy(&self, manifest: &Manifest) -> io::Result<()> {
        for name in self.files.names(&self.folder)? {
            let is_ours = manifest.files().any(|own| own == name) || AtWork::is_at_work(&self.folder, &name);
            if generation(&name).is_some() && !is_ours {
                self.files.remove(&self.path(&name))?;
            }
        }
        Ok(())
    }
}

/// The name of a file that is being written for a store. Beside it stands one that is locked as long as that goes on, so that
/// no other writer takes it for a leaving; a lock ends with its process.
pub(super) struct AtWork {
    pub(super) folder: PathBuf,
    pub(super) name: String,
    pub(super) path: PathBuf,
    lock: PathBuf,
    _locked: File,
}

impl AtWork {
    pub(super) fn new(folder: &Path, what: &str) -> Result<Self> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        loop {
            let number = NUMBER.fetch_add(1, Ordering::Relaxed);
            let name = format!("{what}-{}-{number}.pack", std::process::id());
            let path = folder.join(&name);
            let lock = path.with_extension(LOCKED);
            // Another system that has the disk too may have a process of this number, which writes there.
            if is_there(&path)? {
                continue;
            }
            let locked = match File::options().write(true).create_new(true).open(&lock) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                locked => locked.map_err(|error| unwritable(folder, error))?,
            };
            let is_free = !matches!(locked.try_lock(), Err(TryLockError::WouldBlock));
            let locked = HeldFile::of(locked);
            // Until it was locked, another writer could take it for a leaving.
            if is_free && locked.is_at(&lock) {
                return Ok(Self { folder: folder.to_owned(), name, path, lock, _locked: locked.file });
            }
        }
    }

    /// Whether somebody writes the file of a name now, or holds its lock.
    pub(super) fn is_at_work(folder: &Path, name: &str) -> bool {
        if !is_work(name) {
            return false;
        }
        let lock = File::options().write(true).open(folder.join(name).with_extension(LOCKED));
        lock.is_ok_and(|file| file.try_lock().is_err())
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.lock);
    }
}

/// Writes a file and makes it safe, its name not yet.
pub(super) fn create(
    files: &dyn Files,
    folder: &Path,
    durability: Durability,
    name: &str,
    write: &mut dyn FnMut(&mut Out) -> Result<()>,
) -> Result<()> {
    let failed = |error| unwritable(folder, error);
    let file = files.create(&folder.join(name)).map_err(failed)?;
    let mut out = BufWriter::with_capacity(BUFFER, file);
    let done = write(&mut out).map_err(|error| of_the_disk(folder, error));
    let done = done.and_then(|()| out.flush().map_err(failed));
    let done = done.and_then(|()| match durability {
        Durability::Synced => out.get_mut().sync().map_err(failed),
        Durability::Unsynced => Ok(()),
    });
    if done.is_err() {
        // What was written before the error is of no use; nor is it where it cannot be removed.
        let _ = out.into_parts();
        let _ = files.remove(&folder.join(name));
    }
    done
}

/// Names the store and its disk where that is why a pack could not be written: what writes packs knows no store.
pub(super) fn of_the_disk(folder: &Path, mut error: Error) -> Error {
    use io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem, StorageFull};
    let why = error.cause.take().map(|cause| cause.downcast::<io::Error>());
    match why {
        Some(Ok(why)) if matches!(why.kind(), StorageFull | PermissionDenied | ReadOnlyFilesystem) => {
            unwritable(folder, *why).hint("nothing was changed")
        }
        Some(Ok(why)) => error.because(*why),
        Some(Err(other)) => error.because(other),
        None => error,
    }
}
