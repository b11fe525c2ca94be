//! Changing a store: the writer's lock, transactions at the end of the journal, a new pack in the place of the old.
//!
//! In: transactions, packs. Out: files that are safe once a function has returned. What fails leaves the store as it
//! was; where even that is not certain, the error says so, and the store is read anew before the next change.

use super::files::{Files, Handle};
use super::lock::{self, Lock, unwritable};
use super::manifest::{self, Manifest, PackFile, Past};
use super::{Content, Durability, Mark, State, Store, Transaction, Writer, time};
use crate::error::{Error, Result};
use crate::store::Graph as _;
use crate::store::pack::Pack;
use crate::terms::{GraphName, Prefixes};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How many bytes of journals are kept whose transactions are in the pack; more where the pack is larger.
const PAST: u64 = 64 << 20;
/// What is said where the disk failed at the last moment.
const UNCERTAIN: &str = "whether this change is kept is known when the store is opened again";
/// A file being written.
type Out = BufWriter<Box<dyn Handle>>;

/// What is written at a time.
const BUFFER: usize = 1 << 20;

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
        self.files.make_folder(&self.folder).map_err(|error| unwritable(&self.folder, error))?;
        let lock = Lock::take(&self.folder)?;
        let manifest = match self.manifest()? {
            Some(manifest) => manifest,
            None => self.make()?,
        };
        let journal = self.path(&manifest.journal);
        let length =
            self.files.length(&journal).map_err(|error| self.unreadable(&manifest.journal, error))?;
        let known = self.state.as_ref().filter(|state| state.manifest == manifest && state.end == length);
        let content = if known.is_some() && !self.doubtful {
            None
        } else {
            let (state, content) = self.content(&manifest)?;
            self.state = Some(state);
            Some(content)
        };
        let failed = |error| unwritable(&self.folder, error);
        let mut journal = self.files.append(&journal).map_err(failed)?;
        if let Some(content) = &content
            && content.torn > 0
        {
            journal.cut(length - content.torn).map_err(failed)?;
        }
        if !self.tidied {
            self.tidy(&manifest).map_err(failed)?;
            // What another process wrote and never told to be safe is built upon from now on.
            if self.durability == Durability::Synced {
                journal.sync().map_err(failed)?;
            }
            self.tidied = true;
        }
        self.doubtful = false;
        self.writer = Some(Writer { _lock: lock, journal });
        Ok(content)
    }

    /// Lets others change the store.
    pub fn end(&mut self) {
        self.writer = None;
    }

    /// Makes an empty store in a folder that holds nothing else.
    fn make(&self) -> Result<Manifest> {
        let failed = |error| unwritable(&self.folder, error);
        let names = self.files.names(&self.folder).map_err(failed)?;
        if let Some(other) = names.iter().find(|name| *name != lock::NAME && generation(name).is_none()) {
            let name = self.folder.display();
            return Err(Error::store(format!("{name} is not a store, and holds other files: {other}"))
                .hint("name a folder that is empty or not there yet"));
        }
        let manifest = Manifest { journal: "journal-1.rdfp".to_owned(), ..Manifest::default() };
        self.create(&manifest.journal, &mut |_| Ok(()))?;
        self.publish(&manifest)?;
        let above = self.folder.parent().filter(|above| !above.as_os_str().is_empty());
        if let Some(above) = above.filter(|_| self.durability == Durability::Synced) {
            // Where the folder above cannot be read, its names are in the hands of the system.
            let _ = self.files.sync_folder(above);
        }
        Ok(manifest)
    }

    /// Writes a transaction to the journal and waits until it is safe. Its number, time and id are filled in here.
    ///
    /// # Errors
    /// Where it cannot be written: then nothing was changed, or the error says that this is not known.
    pub fn commit(&mut self, transaction: &mut Transaction) -> Result<()> {
        let State { last, end, .. } = self.state()?;
        transaction.number = last.number + 1;
        transaction.time = time::now_after(&last.time);
        let (frame, before) = (transaction.frame(&last.id), *end);
        let synced = self.durability == Durability::Synced;
        let Some(writer) = self.writer.as_mut() else {
            return Err(Error::store("a store is changed between its begin and its end"));
        };
        let written = writer.journal.write_all(&frame);
        let written = written.and_then(|()| if synced { writer.journal.sync() } else { Ok(()) });
        if let Err(error) = written {
            return Err(self.uncertain(error, before));
        }
        if let Some(state) = self.state.as_mut() {
            state.end = before + frame.len() as u64;
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
    fn uncertain(&mut self, error: io::Error, before: u64) -> Error {
        self.doubtful = true;
        let undone = self
            .writer
            .take()
            .map_or(Ok(()), |mut writer| writer.journal.cut(before).and_then(|()| writer.journal.sync()));
        let error = unwritable(&self.folder, error);
        match undone {
            Ok(()) => error.hint("nothing was changed"),
            Err(_) => error.hint(UNCERTAIN),
        }
    }

    /// Makes `pack` all that the store holds, in one transaction: for a load into an empty store, which would be a
    /// journal as large as the pack.
    ///
    /// # Errors
    /// As [`Self::commit`].
    pub fn install(&mut self, pack: &Pack, prefixes: &Prefixes, transaction: &mut Transaction) -> Result<()> {
        let State { manifest, last, .. } = self.state()?.clone();
        let generation = self.next_generation()?;
        let name = format!("graph-{generation}.pack");
        transaction.number = last.number + 1;
        transaction.time = time::now_after(&last.time);
        transaction.pack = Some((name.clone(), pack.len()));
        let frame = transaction.frame(&last.id);
        let file = PackFile { length: self.write_pack(&name, pack, prefixes)?, name };
        let new = Manifest {
            pack: Some(file),
            packed: transaction.number,
            journal: format!("journal-{generation}.rdfp"),
            start: frame.len() as u64,
            merged: transaction.time.clone(),
            id: transaction.id.clone(),
            past: past(&manifest, last.number),
            empty: Vec::new(),
        };
        let (number, time, id) = (transaction.number, transaction.time.clone(), transaction.id.clone());
        self.switch(new, &frame, Mark { number, time, id, ..Mark::default() })
    }

    /// Puts a pack that holds all up to and with the transaction of `mark` in the place of the one that is there.
    /// Later transactions stay in the journal.
    ///
    /// # Errors
    /// Where it cannot be written: then all is as it was.
    pub fn merge(
        &mut self,
        pack: &Pack,
        prefixes: &Prefixes,
        empty: Vec<GraphName>,
        mark: &Mark,
    ) -> Result<()> {
        let generation = self.next_generation()?;
        let name = format!("graph-{generation}.pack");
        let file = PackFile { length: self.write_pack(&name, pack, prefixes)?, name };
        self.publish_merged(file, generation, empty, mark)
    }

    /// Prepares a merge whose pack another thread writes while the store is read and changed on: of all up to now.
    ///
    /// # Errors
    /// Where there is no store yet.
    pub fn prepare_merge(&self, prefixes: Prefixes, empty: Vec<GraphName>) -> Result<Merge> {
        self.state()?;
        let name = format!("merge-{}.pack", std::process::id());
        let (folder, files) = (self.folder.clone(), Arc::clone(&self.files));
        Ok(Merge { folder, files, name, mark: self.mark(), prefixes, empty, durability: self.durability })
    }

    /// Puts the pack of a merge that was written in the place of the one that is there, as [`Self::merge`] does.
    ///
    /// # Errors
    /// As there; and where another process has merged meanwhile.
    pub fn finish_merge(&mut self, merge: Merge) -> Result<()> {
        let generation = self.next_generation()?;
        let (written, name) = (self.path(&merge.name), format!("graph-{generation}.pack"));
        let failed = |error| unwritable(&self.folder, error);
        let length = self.files.length(&written).map_err(failed)?;
        self.files.rename(&written, &self.path(&name)).map_err(failed)?;
        self.publish_merged(PackFile { name, length }, generation, merge.empty, &merge.mark)
    }

    fn publish_merged(
        &mut self,
        file: PackFile,
        generation: u64,
        empty: Vec<GraphName>,
        mark: &Mark,
    ) -> Result<()> {
        let State { manifest, last, end } = self.state()?.clone();
        if mark.journal != manifest.journal || mark.end > end {
            // The pack is a leaving, which the next writer removes.
            self.tidied = false;
            return Err(Error::store("the store has another pack by now"));
        }
        let journal = self.path(&manifest.journal);
        let journal = self.files.read(&journal).map_err(|error| self.unreadable(&manifest.journal, error))?;
        let range =
            usize::try_from(mark.end).unwrap_or(usize::MAX)..usize::try_from(end).unwrap_or(usize::MAX);
        let later = journal.get(range).unwrap_or_default();
        let new = Manifest {
            pack: Some(file),
            packed: mark.number,
            journal: format!("journal-{generation}.rdfp"),
            start: 0,
            merged: time::now_after(&mark.time),
            id: mark.id.clone(),
            past: past(&manifest, mark.number),
            empty,
        };
        self.switch(new, later, last)
    }

    fn write_pack(&self, name: &str, pack: &Pack, prefixes: &Prefixes) -> Result<u64> {
        self.create(name, &mut |out| pack.write_with(prefixes, out).map(drop))?;
        self.files.length(&self.path(name)).map_err(|error| self.unreadable(name, error))
    }

    /// Publishes a manifest with a new journal, and removes what it no longer names.
    fn switch(&mut self, mut new: Manifest, journal: &[u8], last: Mark) -> Result<()> {
        self.forget_old(&mut new);
        let failed = |error| unwritable(&self.folder, error);
        self.create(&new.journal, &mut |out| out.write_all(journal).map_err(failed))?;
        if let Err(error) = self.publish(&new) {
            (self.writer, self.doubtful) = (None, true);
            return Err(error);
        }
        let path = self.path(&new.journal);
        let handle = self.files.append(&path).map_err(|error| unwritable(&self.folder, error));
        // Leavings do no harm: the next writer looks for them.
        let _ = self.tidy(&new);
        self.state = Some(State { manifest: new, end: journal.len() as u64, last });
        match (handle, self.writer.as_mut()) {
            (Ok(handle), Some(writer)) => writer.journal = handle,
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

    /// Drops the oldest journals from the record where there are too many bytes of them.
    fn forget_old(&self, manifest: &mut Manifest) {
        let most = manifest.pack.as_ref().map_or(0, |pack| pack.length).max(PAST);
        let (mut bytes, mut kept) = (0, Vec::new());
        for past in std::mem::take(&mut manifest.past).into_iter().rev() {
            bytes += self.files.length(&self.path(&past.name)).unwrap_or(0);
            if bytes > most {
                break;
            }
            kept.push(past);
        }
        kept.reverse();
        manifest.past = kept;
    }

    fn create(&self, name: &str, write: &mut dyn FnMut(&mut Out) -> Result<()>) -> Result<()> {
        create(self.files.as_ref(), &self.folder, self.durability, name, write)
    }

    /// Puts a manifest in the place of the one that is there: from then on it holds.
    fn publish(&self, manifest: &Manifest) -> Result<()> {
        let failed = |error| unwritable(&self.folder, error);
        let synced = self.durability == Durability::Synced;
        let sync = || if synced { self.files.sync_folder(&self.folder) } else { Ok(()) };
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
            if generation(&name).is_some() && !manifest.files().any(|own| own == name) {
                self.files.remove(&self.path(&name))?;
            }
        }
        Ok(())
    }
}

/// A pack that is written beside a store for a merge. See [`Store::prepare_merge`].
pub struct Merge {
    folder: PathBuf,
    files: Arc<dyn Files>,
    name: String,
    mark: Mark,
    prefixes: Prefixes,
    empty: Vec<GraphName>,
    durability: Durability,
}

impl Merge {
    /// Writes the pack, which has what the graph held when the merge was prepared.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn write(&self, pack: &Pack) -> Result<()> {
        let Self { folder, files, name, prefixes, durability, .. } = self;
        let write = &mut |out: &mut Out| pack.write_with(prefixes, out).map(drop);
        create(files.as_ref(), folder, *durability, name, write)
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
    let done = write(&mut out).and_then(|()| out.flush().map_err(failed));
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

/// The journals on record once the one of `manifest` is in the pack up to a transaction.
fn past(manifest: &Manifest, last: u64) -> Vec<Past> {
    let first = if manifest.start > 0 { manifest.packed } else { manifest.packed + 1 };
    let mut past = manifest.past.clone();
    if first <= last {
        past.push(Past { name: manifest.journal.clone(), numbers: [first, last] });
    }
    past
}

/// The number in the name of a file that only a store writes; 0 for a manifest or pack that was never published.
pub(super) fn generation(name: &str) -> Option<u64> {
    if name == manifest::NEW {
        return Some(0);
    }
    if name.starts_with("merge-") && name.ends_with(".pack") {
        return Some(0);
    }
    let pack = name.strip_prefix("graph-").and_then(|rest| rest.strip_suffix(".pack"));
    let journal = || name.strip_prefix("journal-").and_then(|rest| rest.strip_suffix(".rdfp"));
    pack.or_else(journal)?.parse().ok()
}
