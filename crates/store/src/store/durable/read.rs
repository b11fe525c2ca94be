//! Reading a store: its manifest, its pack, and the transactions of its journal.
//!
//! In: files. Out: the graph that they hold together, the history, figures. Nothing is written. A store that is changed
//! by another process meanwhile is read as it is before or after a change, never in between.

use super::frame::{Found, Transaction, found};
use super::frames::Frames;
use super::manifest::{self, Manifest, PackFile};
use super::{Content, Mark, State, Store};
use crate::error::{Error, Result};
use crate::store::memory::Memory;
use crate::store::pack::{Builder, Pack, Watch};
use crate::terms::{Prefixes, Quad};
use std::io;
use std::path::Path;

/// How many changes of the journal are carried out together.
const AT_ONCE: usize = 1 << 17;
/// How often a store is read anew that others change meanwhile.
const TRIES: usize = 20;

/// How large a store is, and how far its pack is behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// How many transactions there were.
    pub transactions: u64,
    /// How many of them are in the pack.
    pub packed: u64,
    /// When the last of them was.
    pub last: String,
    /// When the pack was written; empty where there is none.
    pub merged: String,
    /// Bytes of the pack.
    pub pack_bytes: u64,
    /// Bytes of the journal of what is not in the pack.
    pub journal_bytes: u64,
    /// Bytes of the journals before, and of what loads added.
    pub past_bytes: u64,
}

/// How far the pack of a store is behind its journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Behind {
    /// How many transactions are in the journal alone.
    pub transactions: u64,
    /// Bytes of them.
    pub journal_bytes: u64,
    /// Bytes of the pack.
    pub pack_bytes: u64,
}

/// What a store holds that is not there yet.
pub(super) fn nothing() -> Content {
    Content { graph: Memory::over(Builder::keeping_labels().finish()), prefixes: Prefixes::new(), torn: 0 }
}

impl Store {
    /// The manifest; nothing where there is none.
    pub(super) fn manifest(&self) -> Result<Option<Manifest>> {
        match self.files.read(&self.path(manifest::NAME)) {
            Ok(bytes) => Manifest::read(&bytes, &self.folder).map(Some),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                self.refuse_others()?;
                Ok(None)
            }
            Err(error) => Err(self.unreadable(manifest::NAME, error)),
        }
    }

    /// Says what a folder is that is no store of ours, where that can be told.
    fn refuse_others(&self) -> Result<()> {
        let name = self.folder.display();
        if self.folder.is_file() {
            return Err(Error::store(format!("{name} is a file: a store is a folder"))
                .hint(crate::error::Hint::AskFile(name.to_string())));
        }
        if self.path("CURRENT").is_file() && self.path("IDENTITY").is_file() {
            return Err(Error::store(format!("{name} is a store of oxigraph, which baimo does not read"))
                .hint(format!(
                    "oxigraph dump --location {name} --file all.nq  writes it as a file to load"
                )));
        }
        Ok(())
    }

    /// Reads the store; nothing where there is none in the folder.
    pub(super) fn read(&self) -> Result<Option<(State, Content)>> {
        let Some(mut manifest) = self.manifest()? else { return Ok(None) };
        for _ in 0..TRIES {
            let content = self.content(&manifest);
            // A file that is not there any more was taken away by a writer that put another in its place.
            match self.manifest()? {
                Some(now) if content.is_err() && now != manifest => manifest = now,
                _ => return content.map(Some),
            }
        }
        Err(Error::store(format!("the store {} changes too quickly to be read", self.folder.display()))
            .hint("try again"))
    }

    /// What the files of a manifest hold.
    pub(super) fn content(&self, manifest: &Manifest) -> Result<(State, Content)> {
        let pack = match &manifest.pack {
            None => Builder::keeping_labels().finish(),
            Some(file) => self.open_pack(file)?,
        };
        let mut prefixes = pack.prefixes().clone();
        let mut graph = Memory::over(pack);
        manifest.empty.iter().for_each(|name| graph.set_empty(name, true));
        let name = manifest.journal.as_str();
        let journal = self.files.read(&self.path(name)).map_err(|error| self.unreadable(name, error))?;
        let mut at = usize::try_from(manifest.start).unwrap_or(usize::MAX);
        let least = usize::try_from(manifest.least).unwrap_or(usize::MAX);
        if at.max(least) > journal.len() {
            return Err(self.damaged(name, journal.len(), "it is shorter than it was"));
        }
        let (number, id) = (manifest.packed, manifest.id.clone());
        let mut last = Mark { number, id, time: manifest.merged.clone(), ..Mark::default() };
        let (mut torn, mut changes) = (0, Vec::new());
        loop {
            match found(&journal, at, last.number + 1) {
                Found::Frame(transaction, end) => {
                    apply(&transaction, &mut graph, &mut prefixes, &mut changes)
                        .map_err(|error| self.damaged(name, at, &error.message))?;
                    let Transaction { number, id, time, .. } = *transaction;
                    last = Mark { number, id, time, ..Mark::default() };
                    at = end;
                    if changes.len() > AT_ONCE {
                        graph.set_quads(
                            changes.iter().map(|(added, quad)| (*added, quad.as_ref())),
                            Watch::nobody(),
                        )?;
                        changes.clear();
                    }
                }
                Found::End => break,
                Found::Torn => {
                    torn = journal.len() - at;
                    break;
                }
                Found::Damaged(what) => {
                    let what = format!("transaction {}: {what}", last.number + 1);
                    return Err(self.damaged(name, at, &what));
                }
            }
        }
        graph.set_quads(changes.iter().map(|(added, quad)| (*added, quad.as_ref())), Watch::nobody())?;
        let state = State { manifest: manifest.clone(), end: at as u64, last };
        Ok((state, Content { graph, prefixes, torn: torn as u64 }))
    }

    /// The pack, without the transactions after it.
    ///
    /// # Errors
    /// Where it is damaged.
    pub fn pack(&self) -> Result<Pack> {
        match &self.state()?.manifest.pack {
            None => Ok(Builder::keeping_labels().finish()),
            Some(file) => self.open_pack(file),
        }
    }

    fn open_pack(&self, file: &PackFile) -> Result<Pack> {
        let path = self.path(&file.name);
        let length = self.files.length(&path).map_err(|error| self.unreadable(&file.name, error))?;
        if length != file.length {
            let what = format!("it has {length} bytes, and had {}", file.length);
            return Err(self.damaged(&file.name, 0, &what));
        }
        std::fs::File::open(&path).map_err(|error| self.unreadable(&file.name, error))?;
        Pack::open(&path).map_err(|error| {
            Error::store(format!("the pack of the store {} cannot be opened", self.folder.display()))
                .because(error)
                .hint("take the folder from a backup")
        })
    }

    /// Gives each transaction from number `first` on that is still on record, oldest first. No row of them is held: they are read
    /// from the file, as long as nobody changes the store.
    ///
    /// # Errors
    /// Where a journal is damaged or cannot be read, where `watch` stops it, and what `each` reports.
    pub fn history(
        &self,
        first: u64,
        watch: Watch<'_>,
        each: &mut dyn FnMut(Transaction) -> Result<()>,
    ) -> Result<()> {
        let State { manifest, end, last } = self.state()?;
        let past = manifest.past.iter().map(|past| (past.name.as_str(), past.numbers, u64::MAX));
        let now = (manifest.journal.as_str(), [manifest.first_of_now(), last.number], *end);
        for (name, [from, to], end) in past.chain([now]).filter(|(_, [_, to], _)| *to >= first) {
            let frames = Frames::open(&self.path(name), end);
            let mut frames = frames.map_err(|error| self.unreadable(name, error))?;
            for number in from..=to {
                let transaction = frames.next(number, watch)?;
                let at = usize::try_from(frames.at).unwrap_or(usize::MAX);
                let transaction = transaction.map_err(|what| self.damaged(name, at, &what))?;
                if number >= first {
                    each(transaction)?;
                }
            }
        }
        Ok(())
    }

    /// The number of the first transaction that is still on record.
    ///
    /// # Errors
    /// Where there is no store yet.
    pub fn first_on_record(&self) -> Result<u64> {
        Ok(self.state()?.manifest.first_on_record())
    }

    /// How far its pack is behind; nothing where there is no store yet. No file is looked at.
    #[must_use]
    pub fn behind(&self) -> Option<Behind> {
        let State { manifest, end, last } = self.state.as_ref()?;
        Some(Behind {
            transactions: last.number - manifest.packed,
            journal_bytes: end - manifest.start,
            pack_bytes: manifest.pack.as_ref().map_or(0, |pack| pack.length),
        })
    }

    /// How large the store is.
    ///
    /// # Errors
    /// Where there is no store yet.
    pub fn figures(&self) -> Result<Figures> {
        let (State { manifest, last, .. }, behind) = (self.state()?, self.behind());
        let (journal_bytes, pack_bytes) = behind.map_or((0, 0), |b| (b.journal_bytes, b.pack_bytes));
        let past = manifest.past.iter().map(|past| &past.name);
        let past = past.chain(manifest.added.iter().map(|added| &added.name));
        let past = past.map(|name| self.files.length(&self.path(name)).unwrap_or(0));
        Ok(Figures {
            transactions: last.number,
            packed: manifest.packed,
            last: last.time.clone(),
            merged: if manifest.pack.is_some() { manifest.merged.clone() } else { String::new() },
            pack_bytes,
            journal_bytes,
            past_bytes: past.sum(),
        })
    }

    pub(super) fn unreadable(&self, name: &str, error: io::Error) -> Error {
        unreadable(&self.path(name), error)
    }

    pub(super) fn damaged(&self, name: &str, at: usize, what: &str) -> Error {
        Error::store(format!("{} is damaged at byte {at}: {what}", self.path(name).display()))
            .hint(crate::error::Hint::RepairStore(self.folder.display().to_string()))
    }
}

/// The error for a file that cannot be read. Only one that is not there is lost; another may be whole.
pub(super) fn unreadable(path: &Path, error: io::Error) -> Error {
    let name = path.display();
    match error.kind() {
        io::ErrorKind::NotFound => Error::store(format!("{name} is missing"))
            .hint("a store is its whole folder: take that from a backup"),
        io::ErrorKind::PermissionDenied => Error::store(format!("no permission to read {name}"))
            .hint("nothing is lost: its owner, or who has permission, can read it"),
        _ => Error::store(format!("{name} cannot be read"))
            .hint("this is said by the system, not by what is in the file: look at the disk, and try again"),
    }
    .because(error)
}

/// Takes note of what a transaction of the journal did.
fn apply(
    transaction: &Transaction,
    graph: &mut Memory,
    prefixes: &mut Prefixes,
    changes: &mut Vec<(bool, Quad)>,
) -> Result<()> {
    transaction.rows.each(Watch::nobody(), &mut |added, quad| {
        changes.push((added, quad));
        Ok(())
    })?;
    for (name, namespace) in &transaction.prefixes {
        prefixes.insert(name, namespace);
    }
    transaction.empty.iter().for_each(|(made, name)| graph.set_empty(name, *made));
    Ok(())
}
