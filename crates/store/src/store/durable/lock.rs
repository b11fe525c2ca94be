//! The writer's lock: one process at a time changes a store.
//!
//! In: the folder of a store. Out: a lock that is held until it is dropped or its process ends, however it ends. The
//! file holds the number of the process that has it, for the message to the others. Readers need no lock.

use crate::error::{Error, Result};
use crate::held::HeldFile;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

/// The name of the lock's file.
pub(super) const NAME: &str = "lock";
/// How long another writer is waited for: most changes are shorter.
const PATIENCE: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(20);

/// The lock, held. See the module.
pub(super) struct Lock(HeldFile);

/// A lock that was given back, to be taken again without looking for its file.
pub(super) struct Resting(HeldFile);

impl Lock {
    /// Takes the lock.
    ///
    /// # Errors
    /// Where another process has it, which is named, or the folder cannot be written to.
    pub fn take(folder: &Path) -> Result<Self> {
        Self::take_within(folder, PATIENCE)
    }

    fn take_within(folder: &Path, patience: Duration) -> Result<Self> {
        let path = folder.join(NAME);
        let open = || OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let mut file: File = open().map_err(|error| unwritable(folder, error))?;
        let begun = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => {
                    let held = HeldFile::of(file);
                    if held.is_at(&path) {
                        return Ok(Self::named(held));
                    }
                    // Its holder removed it, with a store that came to nothing.
                    file = open().map_err(|error| unwritable(folder, error))?;
                }
                Err(TryLockError::WouldBlock) if begun.elapsed() < patience => std::thread::sleep(PAUSE),
                Err(TryLockError::WouldBlock) => return Err(taken(folder, &mut file)),
                Err(TryLockError::Error(error)) => return Err(unwritable(folder, error)),
            }
        }
    }

    fn named(mut held: HeldFile) -> Self {
        // Only a help for others: a lock without a number is a lock.
        let _ = name_holder(&mut held.file);
        Self(HeldFile::of(held.file))
    }

    /// Gives the lock back; nothing where that fails, and its file is closed.
    pub fn rest(self) -> Option<Resting> {
        self.0.file.unlock().ok().map(|()| Resting(self.0))
    }
}

impl Resting {
    /// Takes the lock again; nothing where another process has it, or the file was removed: then [`Lock::take`] says more.
    pub fn take(self, folder: &Path) -> Option<Lock> {
        self.0.file.try_lock().ok()?;
        let path = folder.join(NAME);
        if self.0.is_unchanged_at(&path) {
            // Nobody else has written a number into it.
            return Some(Lock(self.0));
        }
        self.0.at(&path).is_some().then(|| Lock::named(self.0))
    }
}

fn name_holder(file: &mut File) -> io::Result<()> {
    // Always as long: a file that is cut and written again goes to the disk at once on some systems.
    let (own, mut held) = (format!("{:<15}\n", std::process::id()), [0; 32]);
    file.rewind()?;
    let length = file.read(&mut held)?;
    if held.get(..length) == Some(own.as_bytes()) {
        return Ok(());
    }
    file.rewind()?;
    file.write_all(own.as_bytes())
}

fn taken(folder: &Path, file: &mut File) -> Error {
    let mut holder = String::new();
    let read = file.take(32).read_to_string(&mut holder);
    let holder = holder.trim();
    let who = match read {
        Ok(_) if !holder.is_empty() => format!("process {holder}"),
        _ => "another process".to_owned(),
    };
    Error::store(format!("the store {} is being changed by {who}", folder.display()))
        .hint("wait until it is done, or end it: a store has one writer at a time, and any number of readers")
}

/// The error for a folder that cannot be written to.
pub(super) fn unwritable(folder: &Path, error: io::Error) -> Error {
    let name = folder.display();
    match error.kind() {
        io::ErrorKind::PermissionDenied => Error::store(format!("no permission to change the store {name}")),
        io::ErrorKind::ReadOnlyFilesystem => {
            Error::store(format!("the store {name} is on a disk that can only be read"))
        }
        io::ErrorKind::StorageFull => Error::store(format!("the disk of the store {name} is full")),
        _ => Error::store(format!("the store {name} cannot be changed")),
    }
    .because(error)
    .hint("it can still be queried: queries write nothing")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_waits_for_a_lock_that_is_removed_gets_the_one_that_is_there() {
        let folder = std::env::temp_dir().join(format!("baimo-lock-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir(&folder).unwrap();
        let held = Lock::take(&folder).unwrap();
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| Lock::take_within(&folder, 500 * PATIENCE).unwrap());
            std::thread::sleep(3 * PAUSE);
            std::fs::remove_file(folder.join(NAME)).unwrap();
            drop(held);
            let taken = waiting.join().unwrap();
            let there = File::open(folder.join(NAME)).unwrap();
            assert!(
                matches!(there.try_lock(), Err(TryLockError::WouldBlock)),
                "the file of that name is locked"
            );
            drop(taken);
            assert!(there.try_lock().is_ok());
        });
        std::fs::remove_dir_all(folder).unwrap();
    }
}
