//! Becoming the one that changes a store, making one where there is none, and letting others change it again.
//!
//! In: a folder. Out: the writer's lock, and what the store holds where another process changed it. What fails leaves the store as it
//! was.

use super::files::{Handle, disk_of, sync_names};
use super::lock::{self, Lock, unwritable};
use super::manifest::{self, Manifest};
use super::names::{COPY, generation};
use super::read::is_there;
use super::{Content, Durability, Made, Open, Resting, State, Store, Writer};
use crate::error::{Error, Result};
use crate::held::HeldFile;
use std::fs::File;
use std::io;
use std::path::Path;

impl Store {
    /// Becomes the one that may change the store, and makes the store where there is none. Gives what it holds where
    /// that is not what was last read: another process changed it.
    ///
    /// # Errors
    /// Where another process changes it, or it cannot be written to.
    pub fn begin(&mut self) -> Result<Option<Content>> {
        if self.writer.is_some() {
            return Ok(None);
        }
        let (lock, before) = match self.resume() {
            Some(writer) if self.is_as_it_was(&writer.files) => {
                self.writer = Some(writer);
                return Ok(None);
            }
            Some(Writer { lock, files }) => (Some(lock), Some(files)),
            None => (None, None),
        };
        drop(before);
        let makes_folder = lock.is_none() && !is_there(&self.folder)?;
        if makes_folder {
            self.was_empty()?;
        }
        let lock = match lock {
            Some(lock) => lock,
            None => {
                self.files.make_folder(&self.folder).map_err(|error| unwritable(&self.folder, error))?;
                Lock::take(&self.folder)?
            }
        };
        let manifest = match self.manifest()? {
            Some(manifest) => manifest,
            None => {
                let made = Made { folder: makes_folder };
                let manifest =
                    self.was_empty().and_then(|()| self.make()).inspect_err(|_| self.leave_nothing(&made))?;
                self.made = Some(made);
                manifest
            }
        };
        if self.lost {
            self.rewrite_journal(&manifest)?;
        }
        let path = self.path(&manifest.journal);
        let length = self.files.length(&path).map_err(|error| self.unreadable(&manifest.journal, error))?;
        // What follows is done anew by the next try where it fails.
        self.tidied = false;
        // The state stays that of the content which was handed out last, until this one is.
        let found = if self.knows(&manifest, length)? { None } else { Some(self.content(&manifest)?) };
        self.doubtful |= found.is_some();
        let folder = self.folder.clone();
        let failed = |error| unwritable(&folder, error);
        let mut journal = self.files.append(&path).map_err(failed)?;
        if let Some((_, Content { torn, .. })) = found.as_ref().filter(|(_, content)| content.torn > 0) {
            journal.cut(length - torn).map_err(failed)?;
            self.untold += torn;
        }
        let number = found.as_ref().map_or(self.mark().number, |(state, _)| state.last.number);
        self.make_safe(journal.as_mut(), number).map_err(failed)?;
        self.tidy(&manifest).map_err(failed)?;
        (self.doubtful, self.tidied) = (false, true);
        let content = found.map(|(state, content)| {
            self.state = Some(state);
            Content { torn: std::mem::take(&mut self.untold), ..content }
        });
        // Others may not give these names to other files while the lock is held.
        let held = [self.path(manifest::NAME), path].map(|path| Some(HeldFile::of(File::open(path).ok()?)));
        let held = match held {
            [Some(manifest), Some(journal)] => Some([manifest, journal]),
            _ => None,
        };
        self.writer = Some(Writer { lock, files: Open { journal, held } });
        Ok(content)
    }

    /// Whether what is in memory is what the store is: the same manifest, and a journal of the same length that ends with the same
    /// bytes. The length alone does not tell: where a sync failed, the transaction is taken back, another one may stand in its place,
    /// and a reader may have seen the first.
    fn knows(&self, manifest: &Manifest, length: u64) -> Result<bool> {
        let is_same = |state: &&State| state.manifest == *manifest && state.end == length;
        let Some(state) = self.state.as_ref().filter(is_same).filter(|_| !self.doubtful) else {
            return Ok(false);
        };
        let Some(foot) = state.foot else { return Ok(true) };
        Ok(self.part(&manifest.journal, length.saturating_sub(foot.len() as u64)..length)? == foot)
    }

    /// Makes safe what is built upon from now on: the process that wrote it may have ended before it did so. These are the
    /// transactions and the name of the manifest; in a new store, whose last transaction has the `number` 0, also the names of its
    /// folder and of those above.
    fn make_safe(&mut self, journal: &mut dyn Handle, number: u64) -> io::Result<()> {
        let (is_new, is_synced) = (number == 0, self.durability == Durability::Synced);
        if is_synced {
            journal.sync().inspect_err(|_| (self.lost, self.doubtful) = (true, true))?;
        }
        if is_synced || is_new {
            sync_names(self.files.as_ref(), &self.folder)?;
        }
        if is_new { self.sync_above() } else { Ok(()) }
    }

    /// Puts a copy of the journal in its place, after a sync of it failed: the system may have dropped what it could not write, and
    /// call it written the next time. What the copy holds is written anew, and read from there.
    fn rewrite_journal(&mut self, manifest: &Manifest) -> Result<()> {
        let failed = |error| unwritable(&self.folder, error);
        let (name, path) = (format!("{}{COPY}", manifest.journal), self.path(&manifest.journal));
        // Whoever has it open, in this process or another one, finds another file there.
        self.doubtful = true;
        let mut from = self.files.open(&path).map_err(|error| self.unreadable(&manifest.journal, error))?;
        self.create(&name, &mut |out| io::copy(&mut from, out).map(drop).map_err(failed))?;
        self.files.rename(&self.path(&name), &path).map_err(failed)?;
        sync_names(self.files.as_ref(), &self.folder).map_err(failed)?;
        self.lost = false;
        Ok(())
    }

    /// Makes the name of the folder safe, and those of the folders above it on the same disk, each of which may have been made
    /// with it.
    fn sync_above(&self) -> io::Result<()> {
        use io::ErrorKind::{NotFound, PermissionDenied, ReadOnlyFilesystem, StaleNetworkFileHandle};
        let disk = disk_of(&self.folder);
        for above in self.folder.ancestors().skip(1) {
            let above = if above.as_os_str().is_empty() { Path::new(".") } else { above };
            if disk_of(above).is_some_and(|other| disk != Some(other)) {
                break;
            }
            match sync_names(self.files.as_ref(), above) {
                // Who made a folder can open the one above it.
                Err(error)
                    if matches!(
                        error.kind(),
                        NotFound | PermissionDenied | ReadOnlyFilesystem | StaleNetworkFileHandle
                    ) => {}
                done => done?,
            }
        }
        Ok(())
    }

    /// Takes the lock again that was given back, where that is free.
    fn resume(&mut self) -> Option<Writer> {
        let Resting { lock, files } = self.resting.take()?;
        Some(Writer { lock: lock.take(&self.folder)?, files })
    }

    /// Whether the store is what was last read or written: its manifest and its journal are the same files, and no longer. What
    /// changes a manifest puts another file in its place; what is written to a journal makes it longer.
    fn is_as_it_was(&self, open: &Open) -> bool {
        let (Some(State { manifest, end, .. }), Some([named, journal])) = (&self.state, &open.held) else {
            return false;
        };
        let of_journal = || journal.at(&self.path(&manifest.journal));
        self.tidied
            && !self.doubtful
            && named.is_unchanged_at(&self.path(manifest::NAME))
            && of_journal().is_some_and(|data| data.len() == *end)
    }

    /// Lets others change the store.
    pub fn end(&mut self) {
        if let Some(Writer { lock, files }) = self.writer.take() {
            self.resting = lock.rest().map(|lock| Resting { lock, files });
        }
    }

    /// Takes away what was made before there was a store: its lock, and its folder.
    fn leave_nothing(&self, made: &Made) {
        // What cannot be removed does no harm; and somebody may have put something into the folder by now.
        if self.has_no_manifest() {
            let _ = self.files.remove(&self.path(lock::NAME));
            let _ = made.folder.then(|| std::fs::remove_dir(&self.folder));
        }
    }

    /// Whether there certainly is no manifest: an error says neither.
    fn has_no_manifest(&self) -> bool {
        matches!(is_there(&self.path(manifest::NAME)), Ok(false))
    }

    /// Makes sure that no store which held something is made anew where it is gone.
    fn was_empty(&self) -> Result<()> {
        if self.mark().number == 0 {
            return Ok(());
        }
        Err(Error::store(format!("the store {} is no longer there", self.folder.display()))
            .hint("its folder was removed, moved or emptied meanwhile: open it where it is now"))
    }

    /// Makes an empty store in a folder that holds nothing else: what is left of one that was not made, or was taken away, is empty
    /// journals and locks. Any pack is somebody's.
    fn make(&self) -> Result<Manifest> {
        let failed = |error| unwritable(&self.folder, error);
        let names = self.files.names(&self.folder).map_err(failed)?;
        let is_other =
            |name: &&String| *name != lock::NAME && (generation(name).is_none() || name.ends_with(".pack"));
        if let Some(other) = names.iter().find(is_other) {
            let name = self.folder.display();
            return Err(Error::store(format!("{name} is not a store, and holds other files: {other}"))
                .hint("name a folder that is empty or not there yet"));
        }
        let manifest = Manifest { journal: "journal-1.rdfp".to_owned(), ..Manifest::default() };
        self.create(&manifest.journal, &mut |_| Ok(()))?;
        self.publish(&manifest).inspect_err(|_| {
            // Where its name is there, the store is.
            if self.has_no_manifest() {
                let _ = self.files.remove(&self.path(&manifest.journal));
            }
        })?;
        Ok(manifest)
    }

    /// Takes away again a store that was made by [`Self::begin`] where nothing was there, and in which nothing was committed
    /// since; and lets others change what is there.
    ///
    /// # Errors
    /// Where a file of it cannot be removed.
    pub fn unmake(&mut self) -> Result<()> {
        if self.made.is_some() && self.writer.is_none() && self.is_new() {
            // What failed let go of it, and may have left files; what is there now is not what was handed out.
            let found = self.begin()?;
            self.doubtful |= found.is_some();
        }
        let folder = self.folder.clone();
        let failed = |error| unwritable(&folder, error);
        let is_new = self.is_new();
        if let (Some(made), Some(writer), true) = (self.made.take(), &mut self.writer, is_new) {
            // A journal that holds something, where no manifest is, would be a store that lost it: what was cut is to stay so.
            writer.files.journal.sync().map_err(failed)?;
            let manifest = &self.state()?.manifest;
            let journal = self.path(&manifest.journal);
            // Without the manifest, what is left of a load that failed would look like a store that lost it.
            self.tidy(manifest)
                .and_then(|()| sync_names(self.files.as_ref(), &self.folder))
                .map_err(failed)?;
            self.files.remove(&self.path(manifest::NAME)).map_err(failed)?;
            self.state = None;
            // A manifest without its journal would be a damaged store.
            sync_names(self.files.as_ref(), &self.folder).map_err(failed)?;
            self.files.remove(&journal).map_err(failed)?;
            self.leave_nothing(&made);
        }
        self.writer = None;
        Ok(())
    }

    /// Whether there is a store in which nothing was committed.
    fn is_new(&self) -> bool {
        let has_none = |State { manifest, last, .. }: &State| last.number == 0 && manifest.pack.is_none();
        self.state.as_ref().is_some_and(has_none)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_somebody_else_are_never_taken_for_leavings() {
        let folder = std::env::temp_dir().join(format!("baimo-others-{}", std::process::id()));
        let own = [
            "load-2024.pack",
            "merge-old.pack",
            "load-x.lock",
            "load-2024-may.pack",
            "merge-1-.pack",
            "journal-.new",
        ];
        for other in own.into_iter().chain(["load-4711-0.pack"]) {
            let _ = std::fs::remove_dir_all(&folder);
            std::fs::create_dir(&folder).unwrap();
            std::fs::write(folder.join(other), "mine").unwrap();
            let error = Store::open(&folder).unwrap().0.begin().map(drop).unwrap_err();
            assert!(error.message.ends_with(&format!("holds other files: {other}")), "{error}");
            assert_eq!(Store::open(&folder).unwrap().0.files.names(&folder).unwrap(), [other]);
            assert_eq!(std::fs::read(folder.join(other)).unwrap(), b"mine");
        }
        std::fs::remove_file(folder.join("load-4711-0.pack")).unwrap();
        Store::open(&folder).unwrap().0.begin().unwrap();
        let leavings = ["load-4711-0.pack", "merge-4711-1.pack", "merge-4711-1.lock", "journal-1.rdfp.new"];
        own.into_iter().chain(leavings).for_each(|name| std::fs::write(folder.join(name), "").unwrap());
        let (mut store, _) = Store::open(&folder).unwrap();
        store.begin().unwrap();
        let names = store.files.names(&folder).unwrap();
        assert!(own.iter().all(|own| names.iter().any(|name| name == own)), "{names:?}");
        assert!(!leavings.iter().any(|left| names.iter().any(|name| name == left)), "{names:?}");
        std::fs::remove_dir_all(&folder).unwrap();
    }

    /// A link that leads to itself (ELOOP): `Path::exists` calls it absent.
    #[cfg(unix)]
    #[test]
    fn what_cannot_be_known_is_not_taken_for_absent() {
        let folder = std::env::temp_dir().join(format!("baimo-unknown-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir(&folder).unwrap();
        assert!(is_there(&folder).unwrap() && !is_there(&folder.join("none")).unwrap());
        let name = folder.join("loop");
        std::os::unix::fs::symlink(&name, &name).unwrap();
        let error = is_there(&name).unwrap_err();
        assert!(error.message.ends_with("loop cannot be read") && !name.exists(), "{error}");
        // Nor is a store made in the place of a manifest that cannot be reached.
        let store = folder.join("store");
        std::fs::create_dir(&store).unwrap();
        let manifest = store.join(manifest::NAME);
        std::os::unix::fs::symlink(&manifest, &manifest).unwrap();
        assert!(Store::open(&store).map(drop).is_err());
        assert_eq!(std::fs::read_dir(&store).unwrap().count(), 1);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
