//! A graph kept open by one person or program: where it comes from, how it changes, and how its queries are
//! asked where nothing else is said.
//!
//! In: where the graph is, how queries are asked. Out: a [`Snapshot`] to ask, which stays as it is while
//! the session moves on to the next.

mod change;
pub(crate) mod reading;
mod record;

pub use change::{Change, Diff, TakenBack};
pub use record::{Entry, Since, Statistics};

use crate::advise::provenance::{AnswerPart, Provenance};
use crate::ask::Ask;
use crate::engine::answer::Answer;
use crate::engine::{self, Bindings, Governor};
use crate::error::{Error, Hint, Result};
use crate::project::{Embedded, Project};
use crate::snapshot::Snapshot;
use crate::store::durable::{Durability, Merge, Store};
use crate::store::import::Progress;
use crate::store::memory::Memory;
use crate::store::pack::{Builder, Pack, Packer, Watch};
use crate::terms::{NamedNode, Prefixes};
use std::collections::BTreeMap;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread::JoinHandle;

/// Where the graph to open is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The project that this folder lies in, else the embedded graph.
    Here(PathBuf),
    /// The graph compiled in.
    Embedded,
    /// These files together.
    Files(Vec<PathBuf>),
    /// The durable store in this folder. Opening it writes nothing.
    Store(PathBuf),
    /// The same, made by the first change where there is none.
    NewStore(PathBuf),
}

/// An open graph. What can be asked of it, its [`Snapshot`] says.
pub struct Session {
    snapshot: Arc<Snapshot>,
    /// The durable store that the graph is kept in.
    store: Option<Store>,
    /// The prefixes that the sources of the graph declared.
    declared: Prefixes,
    /// The transaction that is open.
    transaction: Option<change::Open>,
    /// The thread that writes a new pack for the store.
    merging: Option<JoinHandle<Result<Merge>>>,
    /// After a merge that failed: how long the journal is when the next one is tried.
    merge_after: u64,
    /// How queries are asked here: each begins as a copy of this one, and may then differ.
    pub ask: Ask,
}

impl Deref for Session {
    type Target = Snapshot;

    fn deref(&self) -> &Snapshot {
        &self.snapshot
    }
}

impl Session {
    /// Opens a graph; `embedded` is the one for [`Source::Embedded`], and for a folder that is none.
    ///
    /// # Errors
    /// Where a file or a manifest cannot be read or is broken; then nothing is loaded.
    pub fn open(source: &Source, embedded: &'static Embedded) -> Result<Self> {
        Self::open_within(source, embedded, &Governor::unlimited(), &mut |_| {})
    }

    /// Opens a graph, and tells how far the reading of its files has come.
    ///
    /// # Errors
    /// As [`Self::open`]; and where the governor stops the reading.
    pub fn open_within(
        source: &Source,
        embedded: &'static Embedded,
        governor: &Governor,
        progress: &mut dyn FnMut(&Progress<'_>),
    ) -> Result<Self> {
        match source {
            Source::Embedded => Self::embedded(embedded),
            Source::Here(folder) => match Project::find(folder)? {
                Some(project) => {
                    let files = project.data_files()?;
                    Self::of_files(project, &files, governor, progress)
                }
                None => Self::embedded(embedded),
            },
            Source::Files(files) => {
                let project = Project::elsewhere(embedded, called(files))?;
                Self::of_files(project, files, governor, progress)
            }
            Source::Store(folder) | Source::NewStore(folder) => {
                let session = Self::durable(folder, embedded)?;
                if !session.store.as_ref().is_some_and(Store::exists) && matches!(source, Source::Store(_)) {
                    let folder = folder.display().to_string();
                    return Err(
                        Error::store(format!("there is no store in {folder}")).hint(Hint::MakeStore(folder))
                    );
                }
                Ok(session)
            }
        }
    }

    fn durable(folder: &Path, embedded: &'static Embedded) -> Result<Self> {
        let (store, content) = Store::open(folder)?;
        let project = Project::elsewhere(embedded, called(&[folder.to_owned()]))?;
        let mut session = Self::new(project, content.graph, content.prefixes);
        session.store = Some(store);
        Ok(session)
    }

    fn embedded(embedded: &'static Embedded) -> Result<Self> {
        let graph = match embedded.graph {
            [] => Builder::new().finish(),
            bytes => Pack::from_static(bytes)?,
        };
        Ok(Self::new(Project::embedded(embedded)?, Memory::over(graph), Prefixes::new()))
    }

    fn of_files(
        project: Project,
        files: &[PathBuf],
        governor: &Governor,
        progress: &mut dyn FnMut(&Progress<'_>),
    ) -> Result<Self> {
        if let [file] = files
            && Pack::is_one(file)
        {
            let pack = Pack::open(file)?;
            let declared = pack.prefixes().clone();
            return Ok(Self::new(project, Memory::over(pack), declared));
        }
        let check = || governor.check();
        let watch = Watch::asking(&check);
        let (mut packer, mut declared) = (Packer::in_memory(), Prefixes::new());
        reading::build(files, project.base.as_deref(), &mut declared, watch, progress, &mut packer)?;
        Ok(Self::new(project, Memory::over(packer.finish(watch)?), declared))
    }

    fn new(project: Project, graph: Memory, declared: Prefixes) -> Self {
        let prefixes = in_scope(&declared, &project);
        let snapshot = Arc::new(Snapshot::new(project, Arc::new(graph), prefixes));
        let (store, transaction, merging, ask) = (None, None, None, Ask::default());
        Self { snapshot, store, declared, transaction, merging, merge_after: 0, ask }
    }

    /// The graph as it is now. It stays so for whoever holds it.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshot)
    }

    /// Whether a change is kept when the session ends: only a store keeps it.
    pub fn is_durable(&self) -> bool {
        self.store.is_some()
    }

    /// The folder of its store, where it has one.
    pub fn store_folder(&self) -> Option<&Path> {
        self.store.as_ref().map(|store| store.folder())
    }

    /// The switch that stops a running query when set, from any thread.
    pub fn interrupt_switch(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.ask.cancel)
    }

    /// Uses another switch to stop running queries: one that outlives the session.
    pub fn use_switch(&mut self, switch: Arc<AtomicBool>) {
        self.ask.cancel = switch;
    }

    /// Says where the user's own saved queries are.
    pub fn set_user_queries(&mut self, folder: Option<PathBuf>) {
        self.snapshot = Arc::new(self.snapshot.with_user_queries(folder));
    }

    /// Shows labels and summaries first in this language from now on.
    pub fn speak(&mut self, language: &str) {
        self.snapshot = Arc::new(self.snapshot.with_language(language));
    }

    /// Adds a prefix to those in scope.
    ///
    /// # Errors
    /// Where what it is to stand for is no IRI.
    pub fn add_prefix(&mut self, name: &str, namespace: &str) -> Result<()> {
        NamedNode::new(namespace)
            .map_err(|error| Error::usage(format!("<{namespace}> is not an IRI")).because(error))?;
        let mut prefixes = self.prefixes().clone();
        prefixes.insert(name, namespace);
        self.snapshot = Arc::new(self.snapshot.with_prefixes(prefixes));
        Ok(())
    }

    /// Answers a saved query.
    ///
    /// # Errors
    /// Where there is no such query, a parameter is wrong, or its text does not work.
    pub fn run(&self, name: &str, given: &BTreeMap<String, String>) -> Result<Answer<'_>> {
        let query = self.catalog()?.get(name)?;
        self.query(&query.text, &self.bindings(query, given)?)
    }

    /// Answers a query. `bindings` are put in place of its variables.
    ///
    /// # Errors
    /// As [`Snapshot::answer`].
    pub fn query(&self, text: &str, bindings: &Bindings) -> Result<Answer<'_>> {
        self.snapshot.answer(&self.ask.of(text, bindings))
    }

    /// Why a query that was answered with nothing finds nothing. See [`Snapshot::why_empty`].
    pub fn why_empty(&self, text: &str, bindings: &Bindings) -> Vec<Hint> {
        self.snapshot.why_empty(&self.ask.of(text, bindings))
    }

    /// The triples behind a part of a query's answer. See [`Snapshot::why`].
    ///
    /// # Errors
    /// As there.
    pub fn why(&self, text: &str, bindings: &Bindings, part: AnswerPart<'_>) -> Result<Provenance> {
        self.snapshot.why(&self.ask.of(text, bindings), part)
    }

    /// Answers a query to the end and tells how. See [`Snapshot::explain`].
    ///
    /// # Errors
    /// As there.
    pub fn explain(&self, text: &str, bindings: &Bindings) -> Result<engine::explain::Explanation> {
        self.snapshot.explain(&self.ask.of(text, bindings))
    }

    /// How a query would be answered, without running it. See [`Snapshot::plan_only`].
    ///
    /// # Errors
    /// As there.
    pub fn plan_only(&self, text: &str, bindings: &Bindings) -> Result<engine::explain::Explanation> {
        self.snapshot.plan_only(&self.ask.of(text, bindings))
    }

    /// Says whether changes of the store wait until the disk has them.
    pub fn set_durability(&mut self, durability: Durability) {
        if let Some(store) = self.store.as_mut() {
            store.durability = durability;
        }
    }

    /// Asks its queries as another session does.
    pub fn follow(&mut self, other: &Self) {
        self.ask = other.ask.clone();
        if let Some(other) = &other.store {
            self.set_durability(other.durability);
        }
    }
}

/// What files together are called: the first one's name, and how many more there are.
pub(crate) fn called(files: &[PathBuf]) -> String {
    let name = |path: &PathBuf| match path.file_name() {
        Some(name) if path != Path::new("-") => name.to_string_lossy().into_owned(),
        _ => "stdin".to_owned(),
    };
    let first = files.first().map(name).unwrap_or_default();
    match files.len() {
        0 | 1 => first,
        count => format!("{first} and {} more", count - 1),
    }
}

/// The prefixes in scope: the well-known ones, those that the sources declared, the project's own.
pub(crate) fn in_scope(declared: &Prefixes, project: &Project) -> Prefixes {
    let mut prefixes = Prefixes::well_known();
    prefixes.extend(declared);
    prefixes.extend(&project.prefixes);
    prefixes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_stays_as_it_is_while_the_session_moves_on() {
        let mut session = Session::open(&Source::Embedded, &Embedded::NOTHING).unwrap();
        session.update("INSERT DATA { <x:a> <x:p> 1 }").unwrap();
        let before = session.snapshot();
        let change = session.update("INSERT DATA { <x:a> <x:p> 2 }").unwrap();
        assert_eq!((change.before, change.after, change.durable), (1, 2, false));
        assert_eq!((before.graph().len(), session.graph().len()), (1, 2));
        assert!(session.update("INSERT DATA { <x:b> <x:p> 3 } ; LOAD <x:nothing>").is_err());
        assert_eq!(session.graph().len(), 2, "a change that fails changes nothing");
    }
}
