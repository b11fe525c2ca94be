//! Changing a store: the writer's lock, transactions at the end of the journal, a new pack in the place of the old.
//!
//! In: transactions, packs. Out: files that are safe once a function has returned. What fails leaves the store as it
//! was; where even that is not certain, the error says so, and the store is read anew before the next change.

use super::files::{Files, Handle, disk_of, sync_names};
use super::frame::{Part, RowSource, Rows, follows};
use super::lock::{self, Lock, unwritable};
use super::manifest::{self, Added, Manifest, PackFile, Past};
use super::read::unreadable;
use super::reverse::Reverse;
use super::{Content, Durability, Made, Mark, Open, Resting, State, Store, Transaction, Writer, time};
use crate::error::{Error, Result};
use crate::held::HeldFile;
use crate::store::memory::Changes;
use crate::store::pack::union::Union;
use crate::store::pack::{Pack, Packer, Watch, Workspace};
use crate::store::{Changed, Graph as _};
use crate::terms::{GraphName, Prefixes};
use std::cell::Cell;
use std::fs::{File, TryLockError};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How many bytes of journals are kept whose transactions are in the pack; more where the pack is larger.
const PAST: u64 = 64 << 20;
/// What is said where the disk failed at the last moment.
const UNCERTAIN: &str = "whether this change is kept is known when the store is opened again";
/// What is said of a journal until it is known why.
const UNWRITTEN: &str = "the journal cannot be written";
/// A file being written.
type Out = BufWriter<Box<dyn Handle>>;

/// How the names of packs begin that are being written.
const WORK: [&str; 2] = ["merge-", "load-"];
/// How the name of a copy of the journal ends until it is whole.
const COPY: &str = ".new";
/// How the names of files end that are locked meanwhile.
const LOCKED: &str = "lock";

/// What is written at a time.
const BUFFER: usize = 1 << 20;
/// How long a row is, about.
const ROW: usize = 128;
/// Up to so many rows of a transaction are written at once.
const AT_ONCE: u64 = if cfg!(test) { 4 } else { 1 << 13 };

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
        let is_there = || self.folder.try_exists().map_err(|error| unreadable(&self.folder, error));
        let makes_folder = lock.is_none() && !is_there()?;
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
        matches!(self.path(manifest::NAME).try_exists(), Ok(false))
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

    /// Writes a transaction with the sum of some changes to the journal and waits until it is safe; one that says nothing is not
    /// written. Its counts, number, time and id are filled in here. Beside the numbers of what was changed little is held,
    /// however many rows it has.
    ///
    /// # Errors
    /// Where it cannot be written: then nothing was changed, or the error says that this is not known, and [`Self::is_writing`]
    /// says no. Where the graph cannot be read, and where `watch` stops it before anything is written: then the store is as it
    /// was and may be changed on.
    pub fn commit(
        &mut self,
        transaction: &mut Transaction,
        changes: &Changes<'_>,
        watch: Watch<'_>,
    ) -> Result<()> {
        self.write(transaction, &changes.net(watch)?, watch)
    }

    /// The same with what taking a transaction back did.
    ///
    /// # Errors
    /// As [`Self::commit`].
    pub fn commit_reverse(
        &mut self,
        transaction: &mut Transaction,
        reverse: &Reverse,
        watch: Watch<'_>,
    ) -> Result<()> {
        self.write(transaction, reverse, watch)
    }

    fn write(&mut self, transaction: &mut Transaction, net: &dyn RowSource, watch: Watch<'_>) -> Result<()> {
        transaction.rows = Rows::counted(net.counts());
        if !transaction.says_something() {
            return Ok(());
        }
        let State { last, end, .. } = self.state()?;
        transaction.number = last.number + 1;
        transaction.time = time::now_after(&last.time);
        let (previous, before) = (last.id.clone(), *end);
        let synced = self.durability == Durability::Synced;
        let Some(writer) = self.writer.as_mut() else {
            return Err(Error::store("a store is changed between its begin and its end"));
        };
        let (journal, mut failed, mut is_begun) = (&mut writer.files.journal, None, false);
        let mut foot = None;
        let written = write_transaction(transaction, &previous, net, watch, &mut |part| {
            (is_begun, foot) = (true, part.last_chunk().copied());
            journal.write_all(part).map_err(|error| {
                failed = Some(error);
                Error::store(UNWRITTEN)
            })
        });
        let written = written.and_then(|length| {
            let done = if synced { journal.sync() } else { Ok(()) };
            done.map(|()| length).map_err(|error| {
                failed = Some(error);
                Error::store(UNWRITTEN)
            })
        });
        let length = match (written, failed) {
            (Ok(length), _) => length,
            (Err(_), Some(failed)) => return Err(self.withdrawn(unwritable(&self.folder, failed), before)),
            // The journal is as it was: the same transaction may be written by another call.
            (Err(error), None) if !is_begun => return Err(error),
            (Err(error), None) => return Err(self.withdrawn(error, before)),
        };
        if let Some(state) = self.state.as_mut() {
            (state.end, state.foot) = (before + length, foot);
            state.last = Mark {
                number: transaction.number,
                time: transaction.time.clone(),
                id: transaction.id.clone(),
                ..Mark::default()
            };
        }
        Ok(())
    }

    /// Takes back what was written of a transaction that failed. Whether the disk has it is not asked a second time: a
    /// sync that failed may have lost what a later one calls safe.
    fn withdrawn(&mut self, error: Error, before: u64) -> Error {
        self.doubtful = true;
        let undone =
            self.writer.take().map_or(Ok(()), |Writer { files: Open { mut journal, .. }, .. }| {
                journal.cut(before).and_then(|()| journal.sync())
            });
        match undone {
            Ok(()) => error.hint("nothing was changed"),
            Err(_) => {
                self.lost = true;
                error.hint(UNCERTAIN)
            }
        }
    }

    /// Makes `pack` all that the store holds, in one transaction: for a load into an empty store, which would be a
    /// journal as large as the pack.
    ///
    /// # Errors
    /// As [`Self::commit`], and where `watch` stops it.
    pub fn install(
        &mut self,
        pack: &Pack,
        prefixes: &Prefixes,
        watch: Watch<'_>,
        transaction: &mut Transaction,
    ) -> Result<()> {
        let State { manifest, last, .. } = self.state()?.clone();
        let generation = self.next_generation()?;
        let name = pack_of(generation);
        transaction.number = last.number + 1;
        transaction.time = time::now_after(&last.time);
        transaction.pack = Some((name.clone(), pack.len()));
        let frame = transaction.frame(&last.id)?;
        self.create(&name, &mut |out| pack.write_within(prefixes, out, watch).map(drop))?;
        let length = self.files.length(&self.path(&name)).map_err(|error| self.unreadable(&name, error))?;
        let file = PackFile { length, name };
        let new = Manifest {
            pack: Some(file),
            packed: transaction.number,
            journal: journal_of(generation),
            start: frame.len() as u64,
            least: 0,
            merged: transaction.time.clone(),
            id: transaction.id.clone(),
            past: past(&manifest, last.number),
            added: Vec::new(),
            empty: Vec::new(),
        };
        let (number, time, id) = (transaction.number, transaction.time.clone(), transaction.id.clone());
        self.switch(new, &frame, Mark { number, time, id, ..Mark::default() }, None)
    }

    /// Makes the quads of `added` come to those of `graph`, which is all that the store holds, in one transaction: for a load
    /// that would be a long journal. Gives how many came; where none did, nothing is written.
    ///
    /// # Errors
    /// As [`Self::commit`], and where `watch` stops it.
    pub fn install_more(
        &mut self,
        (graph, added): (&Changed, &Pack),
        (prefixes, empty): (&Prefixes, Vec<GraphName>),
        watch: Watch<'_>,
        transaction: &mut Transaction,
    ) -> Result<u64> {
        let State { manifest, last, .. } = self.state()?.clone();
        let generation = self.next_generation()?;
        let (name, record) = (pack_of(generation), format!("added-{generation}.pack"));
        let (path, mut known, sorting) = (self.path(&name), Vec::new(), self.sorting);
        self.create(&name, &mut |out| {
            let union = Union::of(graph, Some(added), watch)?;
            known = union.write(prefixes, out, (&path, sorting), watch)?.1;
            Ok(())
        })?;
        let fresh = known.iter().filter(|known| !**known).count() as u64;
        if fresh == 0 {
            // A leaving, where it cannot be removed.
            let _ = self.files.remove(&path);
            return Ok(0);
        }
        let kept = self.create(&record, &mut |out| write_fresh(added, &known, (&path, sorting), watch, out));
        kept.inspect_err(|_| drop(self.files.remove(&path)))?;
        transaction.number = last.number + 1;
        transaction.time = time::now_after(&last.time);
        transaction.pack = Some((record.clone(), fresh));
        let frame = transaction.frame(&last.id)?;
        let length = self.files.length(&path).map_err(|error| self.unreadable(&name, error))?;
        let (number, time, id) = (transaction.number, transaction.time.clone(), transaction.id.clone());
        let new = Manifest {
            pack: Some(PackFile { name, length }),
            packed: number,
            journal: journal_of(generation),
            start: frame.len() as u64,
            least: 0,
            merged: time.clone(),
            id: id.clone(),
            past: past(&manifest, last.number),
            added: manifest.added.iter().cloned().chain([Added { name: record, number }]).collect(),
            empty,
        };
        self.switch(new, &frame, Mark { number, time, id, ..Mark::default() }, None)?;
        Ok(fresh)
    }

    /// Has a pack written beside the store, to be read until it is dropped.
    ///
    /// # Errors
    /// Where it cannot be written, and what `write` reports.
    pub fn spooled(&self, write: &mut dyn FnMut(&mut dyn io::Write) -> Result<()>) -> Result<Spooled> {
        let (at_work, files) = (AtWork::new(&self.folder, "load")?, Arc::clone(&self.files));
        // It is read at once, and of no use after a crash.
        let written = Durability::Unsynced;
        create(files.as_ref(), &self.folder, written, &at_work.name, &mut |out| write(out))?;
        let pack = Pack::open(&at_work.path).inspect_err(|_| drop(files.remove(&at_work.path)))?;
        Ok(Spooled { pack, at_work, files })
    }

    /// Prepares a merge whose pack another thread writes while the store is read and changed on: of all up to now.
    ///
    /// # Errors
    /// Where there is no store yet, or one that is to be read anew: a graph that was read before may not be all that it holds.
    pub fn prepare_merge(&self, prefixes: Prefixes, empty: Vec<GraphName>) -> Result<Merge> {
        self.state()?;
        if self.doubtful {
            let name = self.folder.display();
            return Err(Error::store(format!("the store {name} is not known well enough to be merged"))
                .hint("the next change reads it anew"));
        }
        let (at_work, files) = (AtWork::new(&self.folder, "merge")?, Arc::clone(&self.files));
        Ok(Merge { at_work, files, mark: self.mark(), prefixes, empty, sorting: self.sorting })
    }

    /// Puts the pack of a merge that was written in the place of the one that is there. What was committed since the merge
    /// was prepared stays in the journal. Where another process was quicker with a new pack, it says no and all is as it was.
    ///
    /// # Errors
    /// Where that cannot be done: then all is as it was.
    pub fn finish_merge(&mut self, merge: Merge) -> Result<bool> {
        let State { manifest, last, end, .. } = self.state()?.clone();
        let Merge { mark, empty, at_work, .. } = merge;
        // The pack is a leaving, which the next writer removes, until it has its place.
        self.tidied = false;
        if mark.journal != manifest.journal || mark.end > end {
            return Ok(false);
        }
        // All that was acknowledged since, or no new journal takes the place of the one that has it.
        let later = self.part(&manifest.journal, mark.end..end)?;
        // A reader may have seen a transaction that was taken back then: a pack that has it is not of this store.
        let is_past =
            if later.is_empty() { last.id == mark.id } else { follows(&later, mark.number, &mark.id) };
        if !is_past {
            return Ok(false);
        }
        let generation = self.next_generation()?;
        let name = pack_of(generation);
        let length = self.files.length(&at_work.path).map_err(|error| unwritable(&self.folder, error))?;
        let file = PackFile { length, name };
        let new = Manifest {
            pack: Some(file),
            packed: mark.number,
            journal: journal_of(generation),
            start: 0,
            least: 0,
            merged: time::now_after(&mark.time),
            id: mark.id.clone(),
            past: past(&manifest, mark.number),
            added: manifest.added.clone(),
            empty,
        };
        self.switch(new, &later, last, Some(&at_work.path)).map(|()| true)
    }

    /// Publishes a manifest with a new journal, and removes what it no longer names. `pack` is where its pack was written.
    fn switch(&mut self, mut new: Manifest, journal: &[u8], last: Mark, pack: Option<&Path>) -> Result<()> {
        self.forget_old(&mut new);
        new.least = journal.len() as u64;
        if let Err(error) = self.put(&new, journal, pack) {
            // The next writer looks for what no manifest names.
            (self.writer, self.doubtful, self.tidied) = (None, true, false);
            return Err(error);
        }
        let path = self.path(&new.journal);
        let handle = self.files.append(&path).map_err(|error| unwritable(&self.folder, error));
        // Leavings do no harm: the next writer looks for them.
        self.tidied = self.tidy(&new).is_ok();
        let (end, foot) = (journal.len() as u64, journal.last_chunk().copied());
        self.state = Some(State { manifest: new, end, foot, last });
        match (handle, self.writer.as_mut()) {
            (Ok(journal), Some(writer)) => writer.files = Open { journal, held: None },
            (Err(error), _) => {
                // What was asked for is done; the next change begins anew.
                self.writer = None;
                self.doubtful = true;
                drop(error);
            }
            (Ok(_), None) => {}
        }
        Ok(())
    }

    /// Puts the files of a manifest in their places, the manifest last.
    fn put(&mut self, new: &Manifest, journal: &[u8], pack: Option<&Path>) -> Result<()> {
        let failed = |error| unwritable(&self.folder, error);
        // What is on record from now on is safe, whether its transactions waited for the disk or not.
        if let Some(writer) = self.writer.as_mut().filter(|_| self.durability == Durability::Unsynced) {
            writer.files.journal.sync().inspect_err(|_| self.lost = true).map_err(failed)?;
        }
        self.create(&new.journal, &mut |out| out.write_all(journal).map_err(failed))?;
        // No pack has its name without a journal that is whole: where the manifest is lost, both are the store.
        if let (Some(written), Some(PackFile { name, .. })) = (pack, &new.pack) {
            self.files.rename(written, &self.path(name)).map_err(failed)?;
        }
        self.publish(new)
    }

    /// Drops the oldest journals, and what loads added then, from the record where there are too many bytes of them.
    fn forget_old(&self, manifest: &mut Manifest) {
        let most = manifest.pack.as_ref().map_or(0, |pack| pack.length).max(PAST);
        let length = |name: &str| self.files.length(&self.path(name)).unwrap_or(0);
        let (mut bytes, mut kept, mut first) = (0, Vec::new(), manifest.first_on_record());
        let mut added = std::mem::take(&mut manifest.added);
        let of_now = added.iter().filter(|added| added.number >= manifest.first_of_now());
        bytes += of_now.map(|added| length(&added.name)).sum::<u64>();
        for past in std::mem::take(&mut manifest.past).into_iter().rev() {
            let [from, to] = past.numbers;
            let loads = added.iter().filter(|added| (from..=to).contains(&added.number));
            bytes += length(&past.name) + loads.map(|added| length(&added.name)).sum::<u64>();
            if bytes > most {
                first = to + 1;
                break;
            }
            kept.push(past);
        }
        kept.reverse();
        added.retain(|added| added.number >= first);
        (manifest.past, manifest.added) = (kept, added);
    }

    fn create(&self, name: &str, write: &mut dyn FnMut(&mut Out) -> Result<()>) -> Result<()> {
        create(self.files.as_ref(), &self.folder, Durability::Synced, name, write)
    }

    /// Puts a manifest in the place of the one that is there: from then on it holds.
    fn publish(&self, manifest: &Manifest) -> Result<()> {
        let failed = |error| unwritable(&self.folder, error);
        let sync = || sync_names(self.files.as_ref(), &self.folder);
        // The names of the files that it names come first.
        sync().map_err(failed)?;
        self.create(manifest::NEW, &mut |out| out.write_all(&manifest.write()).map_err(failed))?;
        self.files.rename(&self.path(manifest::NEW), &self.path(manifest::NAME)).map_err(failed)?;
        sync().map_err(|error| failed(error).hint(UNCERTAIN))
    }

    fn next_generation(&self) -> Result<u64> {
        let names = self.files.names(&self.folder).map_err(|error| unwritable(&self.folder, error))?;
        Ok(names.iter().filter_map(|name| generation(name)).max().unwrap_or_default() + 1)
    }

    /// Removes files of ours that the manifest does not name: what is left of work that never came to its end.
    fn tidy(&self, manifest: &Manifest) -> io::Result<()> {
        for name in self.files.names(&self.folder)? {
            let is_ours = manifest.files().any(|own| own == name) || AtWork::is_at_work(&self.folder, &name);
            if generation(&name).is_some() && !is_ours {
                self.files.remove(&self.path(&name))?;
            }
        }
        Ok(())
    }
}

/// A pack that is written beside a store for a merge. See [`Store::prepare_merge`].
pub struct Merge {
    at_work: AtWork,
    files: Arc<dyn Files>,
    mark: Mark,
    prefixes: Prefixes,
    empty: Vec<GraphName>,
    sorting: usize,
}

impl Merge {
    /// Writes the pack of a graph that holds what the store held when the merge was prepared. Beside what is read of the graph
    /// it takes some bytes for each term, and little for each quad.
    ///
    /// # Errors
    /// Where it cannot be written, or `watch` stops it.
    pub fn write(&self, graph: &Changed, watch: Watch<'_>) -> Result<()> {
        let Self { at_work: AtWork { folder, name, path, .. }, files, prefixes, .. } = self;
        let room = (path.as_path(), self.sorting);
        let write = &mut |out: &mut Out| graph.write_pack(prefixes, out, room, watch).map(drop);
        create(files.as_ref(), folder, Durability::Synced, name, write)
    }
}

/// A pack beside a store. See [`Store::spooled`].
pub struct Spooled {
    /// The pack.
    pub pack: Pack,
    at_work: AtWork,
    files: Arc<dyn Files>,
}

impl Drop for Spooled {
    fn drop(&mut self) {
        let _ = self.files.remove(&self.at_work.path);
    }
}

/// Writes the frame of a transaction with all rows that there are: at once, or in parts where it is long. Gives its length.
fn write_transaction(
    transaction: &mut Transaction,
    previous: &str,
    net: &dyn RowSource,
    watch: Watch<'_>,
    out: Part<'_>,
) -> Result<u64> {
    let (added, removed) = net.counts();
    if added + removed > AT_ONCE {
        // The first time it is not written yet, and can be stopped.
        let is_first = Cell::new(true);
        let rows =
            |put: Part<'_>| net.write(if is_first.replace(false) { watch } else { Watch::nobody() }, put);
        return transaction.write_frame(previous, &rows, out);
    }
    let rows = usize::try_from(added + removed).unwrap_or_default();
    let mut text = Vec::with_capacity(ROW * rows);
    net.write(watch, &mut |part| {
        text.extend_from_slice(part);
        Ok(())
    })?;
    let mut frame = Vec::with_capacity(text.len() + (1 << 10));
    let length = transaction.write_frame(previous, &|put| put(&text), &mut |part| {
        frame.extend_from_slice(part);
        Ok(())
    })?;
    out(&frame).map(|()| length)
}

/// Writes those quads of a pack that are not known, in its order.
fn write_fresh(
    added: &Pack,
    known: &[bool],
    (beside, memory): (&Path, usize),
    watch: Watch<'_>,
    out: &mut Out,
) -> Result<()> {
    if !known.contains(&true) {
        return added.write_within(&Prefixes::new(), out, watch).map(drop);
    }
    let room = Workspace { memory, beside: beside.to_owned() };
    let (mut packer, mut known) = (Packer::within(room).keeping_labels(), known.iter());
    let mut seen = 0_u64;
    added.each_quad(&mut |quad| {
        seen += 1;
        if seen.is_multiple_of(1 << 12) {
            packer.make_room(watch)?;
            watch.check()?;
        }
        if known.next() == Some(&false) {
            packer.add(quad.as_ref());
        }
        Ok(())
    })?;
    packer.write(&Prefixes::new(), out, watch).map(drop)
}

/// The name of a file that is being written for a store. Beside it stands one that is locked as long as that goes on, so that
/// no other writer takes it for a leaving; a lock ends with its process.
struct AtWork {
    folder: PathBuf,
    name: String,
    path: PathBuf,
    lock: PathBuf,
    _locked: File,
}

impl AtWork {
    fn new(folder: &Path, what: &str) -> Result<Self> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        loop {
            let number = NUMBER.fetch_add(1, Ordering::Relaxed);
            let name = format!("{what}-{}-{number}.pack", std::process::id());
            let path = folder.join(&name);
            let lock = path.with_extension(LOCKED);
            // Another system that has the disk too may have a process of this number, which writes there.
            if path.exists() {
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
    fn is_at_work(folder: &Path, name: &str) -> bool {
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
fn create(
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
fn of_the_disk(folder: &Path, mut error: Error) -> Error {
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

/// The journals on record once the one of `manifest` is in the pack up to a transaction.
fn past(manifest: &Manifest, last: u64) -> Vec<Past> {
    let first = manifest.first_of_now();
    let mut past = manifest.past.clone();
    if first <= last {
        past.push(Past { name: manifest.journal.clone(), numbers: [first, last] });
    }
    past
}

/// Whether a name is that of a pack which a process writes, such as `merge-4711-0.pack`, or of the lock beside it: nobody's `load-2024.pack`.
fn is_work(name: &str) -> bool {
    let rest = WORK.iter().find_map(|what| name.strip_prefix(what));
    let numbers = rest.and_then(|rest| rest.strip_suffix(".pack").or_else(|| rest.strip_suffix(".lock")));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    numbers
        .and_then(|numbers| numbers.split_once('-'))
        .is_some_and(|(process, number)| is_number(process) && is_number(number))
}

/// The name of the journal that is begun with a pack.
pub(super) fn journal_of(generation: u64) -> String {
    format!("journal-{generation}.rdfp")
}

/// The name of a pack.
pub(super) fn pack_of(generation: u64) -> String {
    format!("graph-{generation}.pack")
}

/// The number in the name of a file that only a store writes; 0 for a manifest or pack that was never published.
pub(super) fn generation(name: &str) -> Option<u64> {
    if name == manifest::NEW || is_work(name) {
        return Some(0);
    }
    if let Some(copied) = name.strip_suffix(COPY).filter(|name| name.starts_with("journal-")) {
        return generation(copied).map(|_| 0);
    }
    let pack = name.strip_prefix("graph-").or_else(|| name.strip_prefix("added-"));
    let pack = pack.and_then(|rest| rest.strip_suffix(".pack"));
    let journal = || name.strip_prefix("journal-").and_then(|rest| rest.strip_suffix(".rdfp"));
    pack.or_else(journal)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::memory::Memory;
    use crate::store::pack::Builder;
    use crate::terms::{Literal, NamedNode, Quad};
    use std::sync::atomic::AtomicUsize;

    fn quad(n: usize) -> Quad {
        let name = |text: &str| NamedNode::new_unchecked(format!("http://example.org/{text}"));
        Quad::new(name("s"), name("p"), Literal::from(n as i64), GraphName::DefaultGraph)
    }

    /// Some transactions that a session keeps together until they are committed; `rows` are changed by the last of them.
    fn opened(rows: usize) -> Memory {
        let mut memory = Memory::over(Builder::new().finish());
        memory.begin_record();
        (0..rows).for_each(|n| assert!(memory.insert(quad(n)).unwrap()));
        memory
    }

    #[test]
    fn a_commit_that_is_stopped_at_any_check_can_be_made_again() {
        let folder = std::env::temp_dir().join(format!("baimo-stopped-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        let open = || Store::open(&folder).unwrap();
        // Of so many rows their writing asks twice, their sorting a few times.
        let (rows, mut stops) = (9000, 0);
        let memory = opened(rows);
        let (mut store, _) = open();
        store.begin().unwrap();
        let journal = || std::fs::read(folder.join("journal-1.rdfp")).unwrap();
        let before = journal();
        let number = loop {
            let left = AtomicUsize::new(stops);
            let check = || match left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1))
            {
                Ok(_) => Ok(()),
                Err(_) => Err(Error::data("stopped")),
            };
            let mut transaction = Transaction::default();
            match store.commit(&mut transaction, &memory.recorded(), Watch::asking(&check)) {
                Ok(()) => break transaction.number,
                Err(error) => assert_eq!(error.diagnostic.message, "stopped"),
            }
            assert!(store.is_writing(), "check {stops}");
            assert!(journal() == before, "check {stops}");
            assert!(store.begin().unwrap().is_none(), "it is not read again");
            stops += 1;
        };
        let sorting = AtomicUsize::new(0);
        let count = || {
            sorting.fetch_add(1, Ordering::Relaxed);
            Ok(())
        };
        memory.recorded().net(Watch::asking(&count)).unwrap();
        assert_eq!(
            stops,
            sorting.into_inner() + rows / 4096,
            "it was stopped while the rows are written, too"
        );
        assert_eq!(number, 1);
        drop(store);
        let (_, content) = open();
        assert_eq!(content.graph.len(), rows as u64);
        std::fs::remove_dir_all(&folder).unwrap();
    }

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

    #[test]
    fn a_merge_does_not_take_the_place_of_a_journal_that_lost_its_end() {
        let folder = std::env::temp_dir().join(format!("baimo-shorter-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        let (mut store, _) = Store::open(&folder).unwrap();
        store.begin().unwrap();
        let mut graph = Memory::over(Builder::new().finish());
        let mut insert = |store: &mut Store, n| {
            graph
                .change_and_keep(
                    |graph| graph.insert(quad(n)),
                    |changes| store.commit(&mut Transaction::default(), changes, Watch::nobody()),
                )
                .unwrap();
            graph.snapshot().unwrap()
        };
        let before = insert(&mut store, 1);
        let prepared = |store: &Store| {
            let merge = store.prepare_merge(Prefixes::new(), Vec::new()).unwrap();
            merge.write(&before, Watch::nobody()).unwrap();
            merge
        };
        let (first, second) = (prepared(&store), prepared(&store));
        insert(&mut store, 2);
        let (name, mark) = (folder.join("journal-1.rdfp"), store.mark());
        let whole = std::fs::read(&name).unwrap();
        std::fs::write(&name, &whole[..whole.len() - 1]).unwrap();
        let error = store.finish_merge(first).unwrap_err();
        let (said, length) = (error.message.as_str(), whole.len() - 1);
        assert!(
            said.contains(&format!("journal-1.rdfp is damaged at byte {length}: it is shorter")),
            "{said}"
        );
        assert!(matches!(error.hints.as_slice(), [crate::error::Hint::RepairStore(_)]), "{:?}", error.hints);
        assert_eq!(store.mark(), mark);
        let names = store.files.names(&folder).unwrap();
        assert!(
            !names.iter().any(|name| name.starts_with("graph-") || name == "journal-2.rdfp"),
            "{names:?}"
        );
        // Once it is whole again, both transactions are kept.
        std::fs::write(&name, &whole).unwrap();
        assert!(store.finish_merge(second).unwrap());
        drop(store);
        assert_eq!(Store::open(&folder).unwrap().1.graph.len(), 2);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
