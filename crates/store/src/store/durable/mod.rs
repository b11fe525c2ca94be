//! A durable store: a folder with a pack, a journal of the transactions since, and a manifest that says which.
//!
//! In: a folder, changes already carried out in memory. Out: the graph that the folder holds, and the certainty that a
//! change is kept once [`Store::commit`] has returned. Reading never writes a byte and needs no lock; one process at a
//! time writes. The layout, the promises and how they are tested are in `docs/store.md`.

mod begin;
#[cfg(test)]
mod crashes;
mod files;
mod frame;
mod frames;
mod lock;
mod manifest;
mod names;
mod patch;
mod place;
mod read;
mod renew;
mod repair;
mod reverse;
mod time;
mod write;

pub use frame::{Rows, Transaction};
pub use read::{Behind, Figures};
pub use renew::{Merge, Spooled};
pub use repair::{Finding, repair};
pub use reverse::Reverse;

use super::memory::Memory;
use crate::error::{Error, Result};
use crate::held::HeldFile;
use crate::terms::Prefixes;
use files::{Disk, Files, Handle};
use lock::Lock;
use manifest::Manifest;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Whether a change waits until the disk has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// It does: what was told to be kept survives a loss of power.
    #[default]
    Synced,
    /// It does not: what was told to be kept survives the end of the process, however it ends, but the last transactions
    /// may be lost where the machine stops. A new pack, and all that is merged into it, is made safe all the same: so is what was
    /// kept before.
    Unsynced,
}

/// A durable store. See the module.
pub struct Store {
    folder: PathBuf,
    files: Arc<dyn Files>,
    /// What was last read or written; nothing where there is no store in the folder yet.
    state: Option<State>,
    /// Whether what is in memory may differ from what is on the disk, since writing failed.
    doubtful: bool,
    /// Whether a sync of the journal failed: what it should have written may never come to the disk, whatever a later one says.
    lost: bool,
    /// How many bytes were cut from the journal by a begin that failed then, and told nobody.
    untold: u64,
    /// Whether leavings of others were looked for since something was left.
    tidied: bool,
    /// What was made by this one where nothing was.
    made: Option<Made>,
    writer: Option<Writer>,
    /// What the writer before had open.
    resting: Option<Resting>,
    /// Whether changes wait for the disk.
    pub durability: Durability,
    /// How many bytes a merge or a large load may take for sorting, beside some for each term.
    pub sorting: usize,
}

/// What [`Store::sorting`] is where nobody says otherwise.
pub const SORTING: usize = 256 << 20;

/// How far a store was read.
#[derive(Clone)]
struct State {
    manifest: Manifest,
    /// Where the last whole frame of the journal ends.
    end: u64,
    /// The last line of that frame, where one was read or written.
    foot: Option<[u8; frame::FOOT_LENGTH]>,
    /// The last transaction: its number, time and id.
    last: Mark,
}

/// A point in the history of a store: up to and with a transaction.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mark {
    /// The number of the transaction; 0 is before the first.
    pub number: u64,
    time: String,
    id: String,
    /// The journal that holds it, and where that ends with it.
    journal: String,
    end: u64,
}

/// A store that was made where none was.
struct Made {
    /// Whether its folder was too.
    folder: bool,
}

/// What writing needs.
struct Writer {
    lock: Lock,
    files: Open,
}

/// What was written with between a begin and an end, to go on with where nobody else changed the store meanwhile.
struct Resting {
    lock: lock::Resting,
    files: Open,
}

/// The open files of a store.
struct Open {
    journal: Box<dyn Handle>,
    /// The manifest and the journal that were read; nothing where others may have their names by now.
    held: Option<[HeldFile; 2]>,
}

/// What a store holds.
pub struct Content {
    /// The graph.
    pub graph: Memory,
    /// The prefixes that what was loaded declared.
    pub prefixes: Prefixes,
    /// How many bytes of a transaction that never came to its end stand behind the journal. Reading passes over them,
    /// the next change cuts them.
    pub torn: u64,
}

impl Store {
    /// Whether a folder holds a store, damaged or whole.
    #[must_use]
    pub fn is_one(folder: &Path) -> bool {
        folder.join(manifest::NAME).is_file()
    }

    /// Opens the store in a folder. Nothing is written, and nothing made where there is none: that is done by the first
    /// change.
    ///
    /// # Errors
    /// Where it is damaged, or cannot be read.
    pub fn open(folder: &Path) -> Result<(Self, Content)> {
        Self::open_on(folder, Arc::new(Disk))
    }

    fn open_on(folder: &Path, files: Arc<dyn Files>) -> Result<(Self, Content)> {
        let folder = folder.to_owned();
        let (state, made, writer, resting) = (None, None, None, None);
        let mut store = Self {
            folder,
            files,
            state,
            doubtful: false,
            lost: false,
            untold: 0,
            tidied: false,
            made,
            writer,
            resting,
            durability: Durability::default(),
            sorting: SORTING,
        };
        let content = match store.read()? {
            Some((state, content)) => {
                store.state = Some(state);
                content
            }
            None => read::nothing(),
        };
        Ok((store, content))
    }

    /// The folder that it is in.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether there is a store in the folder yet.
    #[must_use]
    pub fn exists(&self) -> bool {
        self.state.is_some()
    }

    /// Reads the store anew before the next change, whether another process changed it or not.
    pub fn reread(&mut self) {
        self.doubtful = true;
    }

    /// Whether what was last read or written is certainly what the store holds, as long as no other process changes it. Where it
    /// is not, the next [`Self::begin`] reads the store anew.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        !self.doubtful
    }

    /// Whether it may be changed now: between a begin and an end, where nothing failed.
    #[must_use]
    pub fn is_writing(&self) -> bool {
        self.writer.is_some()
    }

    /// The last transaction that was read or written.
    #[must_use]
    pub fn mark(&self) -> Mark {
        let State { manifest, end, last, .. } = match &self.state {
            Some(state) => state,
            None => return Mark::default(),
        };
        Mark { end: *end, journal: manifest.journal.clone(), ..last.clone() }
    }

    fn state(&self) -> Result<&State> {
        self.state.as_ref().ok_or_else(|| {
            Error::store(format!("there is no store in {}", self.folder.display()))
                .hint("the first change makes it")
        })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}
