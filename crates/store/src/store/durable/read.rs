//! Reading a store: its manifest, its pack, and the transactions of its journal.
//!
//! In: files. Out: the graph that they hold together, the history, figures. Nothing is written. A store that is changed
//! by another process meanwhile is read as it is before or after a change, never in between.

use super::files::Source;
use super::frame::{Found, Transaction, found_in, unreadable_line};
use super::frames::{Frames, part_of};
use super::manifest::{self, Manifest, PackFile};
use super::names::generation;
use super::patch::read_quad;
use super::{Content, Mark, State, Store};
use crate::error::{Error, Result};
use crate::store::memory::Memory;
use crate::store::pack::{Builder, Pack, Watch};
use crate::terms::{Prefixes, Quad};
use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// How many changes of the journal are carried out together.
const AT_ONCE: usize = 1 << 16;
/// How often a store is read anew that others change meanwhile.
const TRIES: usize = 20;
/// What is said of a journal that lost its end.
const SHORTER: &str = "it is shorter than it was";

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
        loop {
            match self.files.read(&self.path(manifest::NAME)) {
                Ok(bytes) => return Manifest::read(&bytes, &self.folder).map(Some),
                Err(error)
                    if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) =>
                {
                    self.refuse_others()?;
                }
                Err(error) => return Err(self.unreadable(manifest::NAME, error)),
            }
            match self.left_alone()? {
                None => return Ok(None),
                // It came meanwhile.
                Some(_) if is_there(&self.path(manifest::NAME))? => {}
                Some(name) => {
                    let file = self.path(manifest::NAME).display().to_string();
                    return Err(Error::store(format!("{file} is missing, and {name} is there"))
                        .hint(crate::error::Hint::RepairStore(self.folder.display().to_string())));
                }
            }
        }
    }

    /// A file of a store that holds something, where there is no manifest: a new store in its place would take it for a leaving.
    /// Nothing that is made before the manifest is such a file: a journal is empty then. One that is damaged from its first byte on
    /// holds something too.
    fn left_alone(&self) -> Result<Option<String>> {
        let names = match self.files.names(&self.folder) {
            Ok(names) => names,
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Ok(None);
            }
            Err(error) => return Err(unreadable(&self.folder, error)),
        };
        for name in names.into_iter().filter(|name| generation(name).is_some_and(|number| number > 0)) {
            if !name.starts_with("journal-") {
                return Ok(Some(name));
            }
            match self.files.length(&self.path(&name)) {
                Ok(0) => {}
                Ok(_) => return Ok(Some(name)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(self.unreadable(&name, error)),
            }
        }
        Ok(None)
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
        let mut said_before = None;
        for _ in 0..TRIES {
            let error = match self.content(&manifest) {
                Ok(content) => return Ok(Some(content)),
                Err(error) => error,
            };
            // A file that is not there any more was taken away by a writer that put another in its place. One that changed while it
            // was read may be a journal from which a writer took back what it failed to write: what is wrong is wrong twice.
            let said = Some(error.to_string());
            match self.manifest()? {
                Some(now) if now != manifest => manifest = now,
                Some(_) if said != said_before => {}
                _ => return Err(error),
            }
            said_before = said;
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
        let (path, unreadable) = (self.path(name), |error| self.unreadable(name, error));
        let length = self.files.length(&path).map_err(unreadable)?;
        if manifest.start.max(manifest.least) > length {
            return Err(self.damaged(name, length, SHORTER));
        }
        let mut frames = Frames::open(&self.source(), &path, manifest.start..length).map_err(unreadable)?;
        let (number, id) = (manifest.packed, manifest.id.clone());
        let mut last = Mark { number, id, time: manifest.merged.clone(), ..Mark::default() };
        let mut changes = Vec::new();
        let wrong = loop {
            let (at, number) = (frames.at, last.number + 1);
            match frames.next(number, Watch::nobody())? {
                Ok(transaction) => {
                    let wrong = |what: &str| self.damaged(name, at, what);
                    apply(&transaction, &mut graph, (&mut prefixes, &mut changes), &wrong)?;
                    let Transaction { id, time, .. } = transaction;
                    last = Mark { number, id, time, ..Mark::default() };
                }
                Err(wrong) => break wrong,
            }
        };
        set_quads(&mut changes, &mut graph)?;
        let torn = self.torn(name, frames.at..length, last.number + 1, wrong)?;
        let state = State { manifest: manifest.clone(), end: frames.at, foot: frames.foot, last };
        Ok((state, Content { graph, prefixes, torn }))
    }

    /// How many bytes of a transaction that never came to its end stand behind a journal, whose rest is no whole frame.
    ///
    /// # Errors
    /// Where it came to its end, and is damaged.
    fn torn(&self, name: &str, rest: Range<u64>, number: u64, wrong: String) -> Result<u64> {
        let bytes = self.part(name, rest.clone())?;
        let wrong = match found_in(&bytes, usize::try_from(rest.start).unwrap_or(usize::MAX), number) {
            Found::End => return Ok(0),
            Found::Torn => return Ok(rest.end - rest.start),
            Found::Damaged(wrong) => wrong,
            Found::Frame(..) => wrong,
        };
        Err(self.damaged(name, rest.start, &format!("transaction {number}: {wrong}")))
    }

    /// The bytes of a part of a journal.
    ///
    /// # Errors
    /// Where they cannot be read, or the journal ends before they do.
    pub(super) fn part(&self, name: &str, bytes: Range<u64>) -> Result<Vec<u8>> {
        let path = self.path(name);
        part_of(&self.source(), &path, bytes).map_err(|error| {
            match (error.kind(), self.files.length(&path)) {
                (io::ErrorKind::UnexpectedEof, Ok(length)) => self.damaged(name, length, SHORTER),
                _ => self.unreadable(name, error),
            }
        })
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
        self.files.open(&path).map_err(|error| self.unreadable(&file.name, error))?;
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
        let State { manifest, end, last, .. } = self.state()?;
        let past = manifest.past.iter().map(|past| (past.name.as_str(), past.numbers, u64::MAX));
        let now = (manifest.journal.as_str(), [manifest.first_of_now(), last.number], *end);
        for (name, [from, to], end) in past.chain([now]).filter(|(_, [_, to], _)| *to >= first) {
            let frames = Frames::open(&self.source(), &self.path(name), 0..end);
            let mut frames = frames.map_err(|error| self.unreadable(name, error))?;
            for number in from..=to {
                let transaction = frames.next(number, watch)?;
                let transaction = transaction.map_err(|what| self.damaged(name, frames.at, &what))?;
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
        let State { manifest, end, last, .. } = self.state.as_ref()?;
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

    /// The files, for who reads rows later.
    fn source(&self) -> Source {
        Source(Arc::clone(&self.files))
    }

    pub(super) fn unreadable(&self, name: &str, error: io::Error) -> Error {
        unreadable(&self.path(name), error)
    }

    pub(super) fn damaged(&self, name: &str, at: u64, what: &str) -> Error {
        Error::store(format!("{} is damaged at byte {at}: {what}", self.path(name).display()))
            .hint(crate::error::Hint::RepairStore(self.folder.display().to_string()))
    }
}

/// Whether something has a name. What the system cannot tell is an error: a file that is there is not to be taken for one that is not.
///
/// # Errors
/// Where that cannot be known.
pub(super) fn is_there(path: &Path) -> Result<bool> {
    path.try_exists().map_err(|error| unreadable(path, error))
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

/// Carries changes out.
fn set_quads(changes: &mut Vec<(bool, Quad)>, graph: &mut Memory) -> Result<()> {
    let done = graph.set_quads(changes.iter().map(|(added, quad)| (*added, quad.as_ref())), Watch::nobody());
    changes.clear();
    done
}

/// Takes note of what a transaction of the journal did.
fn apply(
    transaction: &Transaction,
    graph: &mut Memory,
    (prefixes, changes): (&mut Prefixes, &mut Vec<(bool, Quad)>),
    wrong: &dyn Fn(&str) -> Error,
) -> Result<()> {
    transaction.rows.each_text(Watch::nobody(), &mut |added, row| {
        let quad = read_quad(row).ok_or_else(|| wrong(&unreadable_line(row)))?;
        changes.push((added, quad));
        if changes.len() < AT_ONCE { Ok(()) } else { set_quads(changes, graph) }
    })?;
    for (name, namespace) in &transaction.prefixes {
        prefixes.insert(name, namespace);
    }
    transaction.empty.iter().for_each(|(made, name)| graph.set_empty(name, *made));
    Ok(())
}
