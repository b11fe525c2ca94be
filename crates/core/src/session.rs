//! A graph kept open by one person or program: where it comes from, how it changes, and how its queries are
//! asked where nothing else is said.
//!
//! In: where the graph is, updates, files to add. Out: a [`Snapshot`] to ask, which stays as it is while
//! the session moves on to the next.

use crate::advise::diagnose;
use crate::advise::provenance::{AnswerPart, Provenance};
use crate::ask::Ask;
use crate::engine::answer::Answer;
use crate::engine::syntax::parse;
use crate::engine::{self, Bindings, Governor};
use crate::error::{Error, Hint, Result};
use crate::previous::PreviousAnswer;
use crate::project::{Embedded, Project};
use crate::snapshot::{GraphHandle, Snapshot};
use crate::store::Graph;
use crate::store::import::{self, Progress};
use crate::store::memory::Memory;
use crate::store::oxigraph::Mutable;
use crate::store::pack::{Builder, Pack};
use crate::terms::{
    BlankNode, GraphName, NamedNode, NamedOrBlankNode, Prefixes, Quad, QuadRef, Term, Triple,
};
use std::collections::{BTreeMap, HashMap};
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Where the graph to open is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The project that this folder lies in, else the embedded graph.
    Here(PathBuf),
    /// The graph compiled in.
    Embedded,
    /// These files together.
    Files(Vec<PathBuf>),
    /// The durable store in this folder, made where there is none.
    Store(PathBuf),
}

/// Where a change was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// How many quads there were before.
    pub before: u64,
    /// How many there are now.
    pub after: u64,
    /// Whether it is kept when the session ends; else it lives in this session only.
    pub durable: bool,
}

/// An open graph. What can be asked of it, its [`Snapshot`] says.
pub struct Session {
    snapshot: Arc<Snapshot>,
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
            Source::Store(folder) => Self::durable(folder, embedded),
        }
    }

    fn durable(folder: &Path, embedded: &'static Embedded) -> Result<Self> {
        let store = Mutable::open(folder)?;
        let handle = GraphHandle::Durable(Arc::new(store));
        let project = Project::elsewhere(embedded, called(&[folder.to_owned()]))?;
        Ok(Self::new(project, handle, &Prefixes::new()))
    }

    fn embedded(embedded: &'static Embedded) -> Result<Self> {
        let graph = match embedded.graph {
            [] => Builder::new().finish(),
            bytes => Pack::from_static(bytes)?,
        };
        Ok(Self::new(Project::embedded(embedded)?, in_memory(graph), &Prefixes::new()))
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
            return Ok(Self::new(project, in_memory(pack), &declared));
        }
        let mut builder = Builder::new();
        let mut declared = Prefixes::new();
        for file in files {
            build_graph(file, project.base.as_deref(), &mut declared, progress, governor, &mut builder)?;
        }
        Ok(Self::new(project, in_memory(builder.finish()), &declared))
    }

    fn new(project: Project, graph: GraphHandle, declared: &Prefixes) -> Self {
        let mut prefixes = Prefixes::well_known();
        prefixes.extend(declared);
        prefixes.extend(&project.prefixes);
        let snapshot = Snapshot::new(project, graph, prefixes);
        Self { snapshot: Arc::new(snapshot), ask: Ask::default() }
    }

    /// The graph as it is now. It stays so for whoever holds it.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshot)
    }

    /// Whether a change is kept when the session ends: only a store keeps it.
    pub fn is_durable(&self) -> bool {
        matches!(self.snapshot.handle(), GraphHandle::Durable(_))
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

    /// Answers a query in which `_` stands for the answer before it.
    ///
    /// # Errors
    /// As [`Snapshot::answer_after`].
    pub fn query_after(
        &self,
        text: &str,
        bindings: &Bindings,
        previous: PreviousAnswer<'_>,
    ) -> Result<Answer<'_>> {
        self.snapshot.answer_after(&self.ask.of(text, bindings), previous)
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

    /// Asks its queries as another session does.
    pub fn follow(&mut self, other: &Self) {
        self.ask = other.ask.clone();
    }

    /// Carries out an update, all of it or nothing. The embedded graph, files and a folder stay as they are, and
    /// the change lives in memory: [`Change::durable`] tells.
    ///
    /// # Errors
    /// Where the text is wrong, an operation fails, or a limit stops it; then nothing is changed.
    pub fn update(&mut self, text: &str) -> Result<Change> {
        let mut update = parse::update(text, self.prefixes(), self.base())
            .map_err(|error| diagnose::explained(text, error, &self.knowledge(), true))?;
        engine::update::inline_loads(&mut update, &mut read_for_load)?;
        let governor = self.ask.governor();
        match self.store() {
            None => self.change_memory(|memory| engine::update::execute(&update, memory, &governor)),
            Some(store) => self.change_store(store, |store| store.update(update, &mut || governor.check())),
        }
    }

    /// Adds files to the graph, all of them or nothing; into the graph `into`, where one is given. See
    /// [`Self::update`] for graphs that cannot change.
    ///
    /// # Errors
    /// Where a file cannot be read or is broken, or a limit stops the reading.
    pub fn load(
        &mut self,
        files: &[PathBuf],
        into: Option<&NamedNode>,
        progress: &mut dyn FnMut(&Progress<'_>),
    ) -> Result<Change> {
        let mut quads = Vec::new();
        let mut declared = Prefixes::new();
        let governor = self.ask.governor();
        let mut checked = Checked::by(&governor);
        for file in files {
            let mut fresh = Relabelled::default();
            read_graph(file, None, &mut declared, progress, &mut |event| {
                checked.quad()?;
                match event {
                    Some(quad) => quads.push(named(fresh.quad(quad.into_owned()), into)),
                    None => fresh = Relabelled::default(),
                }
                Ok(())
            })?;
        }
        let change = match self.store() {
            None => self.change_memory(|memory| {
                memory.change(|memory| quads.into_iter().try_for_each(|quad| memory.insert(quad).map(drop)))
            }),
            Some(store) => self.change_store(store, |store| store.load(quads.into_iter().map(Ok)).map(drop)),
        }?;
        declared.extend(self.prefixes());
        self.snapshot = Arc::new(self.snapshot.with_prefixes(declared));
        Ok(change)
    }

    /// The durable store, where the graph is in one.
    fn store(&self) -> Option<Arc<Mutable>> {
        match self.snapshot.handle() {
            GraphHandle::Memory(_) => None,
            GraphHandle::Durable(store) => Some(Arc::clone(store)),
        }
    }

    /// Changes the graph where nobody else holds the snapshot, else a copy, which shares all that stays as it was.
    fn change_memory(&mut self, work: impl FnOnce(&mut Memory) -> Result<()>) -> Result<Change> {
        let before = self.snapshot.graph().len();
        if let Some(memory) = Arc::get_mut(&mut self.snapshot).and_then(Snapshot::memory_alone) {
            work(memory)?;
        } else {
            let GraphHandle::Memory(memory) = self.snapshot.handle() else {
                return Err(Error::store("the graph cannot be changed"));
            };
            let mut new = Memory::clone(memory);
            work(&mut new)?;
            self.snapshot = Arc::new(self.snapshot.over(GraphHandle::Memory(Arc::new(new))));
        }
        Ok(Change { before, after: self.snapshot.graph().len(), durable: false })
    }

    fn change_store(
        &mut self,
        store: Arc<Mutable>,
        work: impl FnOnce(&Mutable) -> Result<()>,
    ) -> Result<Change> {
        let before = store.len();
        work(&store)?;
        let change = Change { before, after: store.len(), durable: true };
        self.snapshot = Arc::new(self.snapshot.over(GraphHandle::Durable(Arc::new(store.reread()))));
        Ok(change)
    }
}

/// Looks at the limits every so many quads: a clock is slower than a quad.
struct Checked<'a> {
    governor: &'a Governor,
    quads: u32,
}

impl<'a> Checked<'a> {
    fn by(governor: &'a Governor) -> Self {
        Self { governor, quads: 0 }
    }

    fn quad(&mut self) -> Result<()> {
        self.quads = self.quads.wrapping_add(1);
        if self.quads.is_multiple_of(1024) { self.governor.check() } else { Ok(()) }
    }
}

/// What files together are called: the first one's name, and how many more there are.
fn called(files: &[PathBuf]) -> String {
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

fn in_memory(pack: Pack) -> GraphHandle {
    GraphHandle::Memory(Arc::new(Memory::over(pack)))
}

/// Reads what a path or pattern stands for, RDF files or a pack: gives nothing at the start of each, then its quads.
fn read_graph(
    file: &Path,
    base: Option<&str>,
    declared: &mut Prefixes,
    progress: &mut dyn FnMut(&Progress<'_>),
    sink: &mut dyn FnMut(Option<QuadRef<'_>>) -> Result<()>,
) -> Result<()> {
    if Pack::is_one(file) {
        let pack = Pack::open(file)?;
        declared.extend(pack.prefixes());
        sink(None)?;
        return pack.each_quad(&mut |quad| sink(Some(quad.as_ref())));
    }
    for input in import::inputs(&[file.to_owned()])? {
        sink(None)?;
        import::read(input, base, declared, progress, &mut |quad| sink(Some(quad)))?;
    }
    Ok(())
}

/// Adds what a path or pattern stands for, RDF files or a pack, to a graph that is being built.
fn build_graph(
    file: &Path,
    base: Option<&str>,
    declared: &mut Prefixes,
    progress: &mut dyn FnMut(&Progress<'_>),
    governor: &Governor,
    builder: &mut Builder,
) -> Result<()> {
    if !Pack::is_one(file) {
        return import::inputs(&[file.to_owned()])?.into_iter().try_for_each(|input| {
            import::build(input, base, declared, progress, &mut || governor.check(), builder).map(drop)
        });
    }
    let mut checked = Checked::by(governor);
    read_graph(file, base, declared, progress, &mut |event| {
        let Some(quad) = event else {
            builder.start_file();
            return Ok(());
        };
        checked.quad()?;
        builder.add(quad);
        builder.has_room()
    })
}

/// Gives the blank nodes of one file new labels, which no other graph has.
#[derive(Default)]
struct Relabelled(HashMap<BlankNode, BlankNode>);

impl Relabelled {
    fn quad(&mut self, quad: Quad) -> Quad {
        let graph_name = match quad.graph_name {
            GraphName::BlankNode(node) => self.label(node).into(),
            name => name,
        };
        let (subject, object) = (self.node(quad.subject), self.term(quad.object));
        Quad { subject, predicate: quad.predicate, object, graph_name }
    }

    fn label(&mut self, node: BlankNode) -> BlankNode {
        self.0.entry(node).or_default().clone()
    }

    fn node(&mut self, node: NamedOrBlankNode) -> NamedOrBlankNode {
        match node {
            NamedOrBlankNode::BlankNode(node) => self.label(node).into(),
            NamedOrBlankNode::NamedNode(iri) => iri.into(),
        }
    }

    fn term(&mut self, term: Term) -> Term {
        match term {
            Term::BlankNode(node) => self.label(node).into(),
            Term::Triple(triple) => {
                let Triple { subject, predicate, object } = *triple;
                Triple::new(self.node(subject), predicate, self.term(object)).into()
            }
            term => term,
        }
    }
}

/// A quad of the default graph in the graph `into`; others as they are.
fn named(mut quad: Quad, into: Option<&NamedNode>) -> Quad {
    if let (GraphName::DefaultGraph, Some(name)) = (&quad.graph_name, into) {
        quad.graph_name = name.clone().into();
    }
    quad
}

/// The quads of the file that a LOAD names.
fn read_for_load(iri: &str) -> Result<Vec<Quad>> {
    let Some(path) = import::path_of_iri(iri) else {
        return Err(Error::usage(format!(
            "LOAD <{iri}>: baimo reads files, and fetches nothing from the web"
        ))
        .hint("download it, then LOAD <file:///...>"));
    };
    let mut quads = Vec::new();
    for input in import::inputs(&[path])? {
        import::read(
            input.with_fresh_blank_nodes(),
            Some(iri),
            &mut Prefixes::new(),
            &mut |_| {},
            &mut |quad| {
                quads.push(quad.into_owned());
                Ok(())
            },
        )?;
    }
    Ok(quads)
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
