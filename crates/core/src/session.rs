//! The verbs, over one open graph: what every face calls and nothing else.
//!
//! In: where the graph is, texts, parameters. Out: answers and reports as values. It refuses to
//! print, to read the environment, and to know which face asked.

use crate::advise::complete::{Completer, Completions, Context};
use crate::advise::provenance::{AnswerPart, Provenance};
use crate::advise::schema::{Match, Schema};
use crate::advise::{self, Knowledge};
use crate::catalog::{Catalog, Origin, SavedQuery};
use crate::engine::answer::Answer;
use crate::engine::{self, Bindings, DefaultGraph, Governor, Limits};
use crate::error::{Diagnostic, Error, Hint, Result};
use crate::explore::diff::Diff;
use crate::explore::names::Names;
use crate::explore::selection::{self, Selection};
use crate::formats::graphs::{GraphFormat, GraphStyle};
use crate::previous::{self, PreviousAnswer};
use crate::project::{Embedded, Project};
use crate::show::description::{Description, Mentions};
use crate::sources::rdf;
use crate::store::Graph;
use crate::store::import::{self, Progress};
use crate::store::memory::Memory;
use crate::store::overlay::Overlay;
use crate::store::oxigraph::Mutable;
use crate::store::pack::{Builder, Pack};
use crate::terms::{GraphName, NamedNode, Prefixes, Quad, Term};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};

/// How many names are read at most for labels and completion.
const NAME_BUDGET: usize = 500_000;

/// How long the reason for an empty answer is looked for.
const WHY_EMPTY_TIME: std::time::Duration = std::time::Duration::from_millis(180);

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

/// The graph of a session.
enum GraphHandle {
    /// In memory: what is changed lives as long as the session.
    Memory(Box<Memory>),
    /// A durable store.
    Durable(Mutable),
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

/// One open graph and all that is known about it.
pub struct Session {
    project: Project,
    graph: GraphHandle,
    prefixes: Prefixes,
    names: OnceLock<Names>,
    completer: Completer,
    catalog: OnceLock<Catalog>,
    user_queries: Option<PathBuf>,
    /// How its default graph is made. See [`DefaultGraph`].
    pub default_graph: DefaultGraph,
    /// The limits of each question.
    pub limits: Limits,
    interrupted: Arc<AtomicBool>,
}

impl Session {
    /// Opens a graph; `embedded` is the one for [`Source::Embedded`], and for a folder that is none.
    ///
    /// # Errors
    /// Where a file or a manifest cannot be read or is broken; then nothing is loaded.
    pub fn open(source: &Source, embedded: &'static Embedded) -> Result<Self> {
        Self::open_with(source, embedded, &mut |_| {})
    }

    /// Opens a graph, and tells how far the reading of its files has come.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_with(
        source: &Source,
        embedded: &'static Embedded,
        progress: &mut dyn FnMut(&Progress<'_>),
    ) -> Result<Self> {
        match source {
            Source::Embedded => Self::embedded(embedded),
            Source::Here(folder) => match Project::find(folder)? {
                Some(project) => {
                    let files: Vec<_> =
                        project.data_files()?.into_iter().filter(|path| format_of(path).is_some()).collect();
                    Self::of_files(project, &files, progress)
                }
                None => Self::embedded(embedded),
            },
            Source::Files(files) => Self::of_files(Self::project_of_others(embedded)?, files, progress),
            Source::Store(folder) => Self::durable(folder, embedded),
        }
    }

    fn durable(folder: &Path, embedded: &'static Embedded) -> Result<Self> {
        let store = Mutable::open(folder)?;
        let mut session = Self::embedded(embedded)?;
        session.project = Self::project_of_others(embedded)?;
        session.graph = GraphHandle::Durable(store);
        Ok(session)
    }

    /// The project to ask other people's graphs with: the embedded one, whose base is not theirs.
    fn project_of_others(embedded: &'static Embedded) -> Result<Project> {
        Ok(Project { base: None, ..Project::embedded(embedded)? })
    }

    fn embedded(embedded: &'static Embedded) -> Result<Self> {
        let graph = match embedded.graph {
            [] => Builder::new().finish(),
            bytes => Pack::from_static(bytes)?,
        };
        Ok(Self::new(Project::embedded(embedded)?, graph, Prefixes::new()))
    }

    fn of_files(
        project: Project,
        files: &[PathBuf],
        progress: &mut dyn FnMut(&Progress<'_>),
    ) -> Result<Self> {
        let mut builder = Builder::new();
        let mut declared = Prefixes::new();
        for input in import::inputs(files)? {
            builder.start_file();
            import::read(input, project.base.as_deref(), &mut declared, progress, &mut |quad| {
                builder.add(quad.as_ref());
                if builder.is_full() {
                    let limit = "the files hold more different terms than a graph can number (2147483648)";
                    return Err(Error::data(limit).hint(Hint::LoadIntoStore));
                }
                Ok(())
            })?;
        }
        Ok(Self::new(project, builder.finish(), declared))
    }

    fn new(project: Project, graph: Pack, declared: Prefixes) -> Self {
        let mut prefixes = Prefixes::well_known();
        prefixes.extend(&declared);
        prefixes.extend(&project.prefixes);
        Self {
            project,
            graph: GraphHandle::Memory(Box::new(Memory::over(graph))),
            prefixes,
            names: OnceLock::new(),
            completer: Completer::default(),
            catalog: OnceLock::new(),
            user_queries: None,
            default_graph: DefaultGraph::default(),
            limits: Limits::default(),
            interrupted: Arc::default(),
        }
    }

    /// The project that the graph belongs to.
    pub fn project(&self) -> &Project {
        &self.project
    }

    /// The graph itself.
    pub fn graph(&self) -> &dyn Graph {
        match &self.graph {
            GraphHandle::Memory(memory) => memory.as_ref(),
            GraphHandle::Durable(store) => store,
        }
    }

    /// The prefixes in scope: well-known, declared in the files, the project's own.
    pub fn prefixes(&self) -> &Prefixes {
        &self.prefixes
    }

    /// The names of the graph's things, read when first asked for.
    pub fn names(&self) -> &Names {
        self.names.get_or_init(|| Names::of_graph(self.graph(), NAME_BUDGET))
    }

    /// The switch that stops a running question when set, from any thread.
    pub fn interrupt_switch(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.interrupted)
    }

    /// Says where the user's own saved queries are; before the first use of [`Self::catalog`].
    pub fn set_user_queries(&mut self, folder: Option<PathBuf>) {
        self.user_queries = folder;
        self.catalog = OnceLock::new();
    }

    /// One saved query. The project's own is read alone: reading all headers takes its time.
    ///
    /// # Errors
    /// Where there is none of this name, with the nearest; or a file cannot be read.
    pub fn saved(&self, name: &str) -> Result<SavedQuery> {
        if self.catalog.get().is_none()
            && let Some((name, text)) = self.project.queries()?.into_iter().find(|(have, _)| have == name)
        {
            return Ok(SavedQuery::read(name, text, Origin::Project));
        }
        let found = self.catalog()?.get(name)?;
        Ok(SavedQuery::read(found.name.clone(), found.text.clone(), found.origin.clone()))
    }

    /// The saved queries of the project and the user, read when first asked for.
    ///
    /// # Errors
    /// Where a file cannot be read.
    pub fn catalog(&self) -> Result<&Catalog> {
        if let Some(catalog) = self.catalog.get() {
            return Ok(catalog);
        }
        let catalog = Catalog::load(&self.project, self.user_queries.as_deref())?;
        Ok(self.catalog.get_or_init(|| catalog))
    }

    /// The terms for the parameters of a saved query. See [`SavedQuery::bind`].
    ///
    /// # Errors
    /// As there.
    pub fn bindings(&self, query: &SavedQuery, given: &BTreeMap<String, String>) -> Result<Bindings> {
        query.bind(given, &self.knowledge(), &|text| self.first_column(text))
    }

    /// Answers a saved query.
    ///
    /// # Errors
    /// Where there is no such query, a parameter is wrong, or its text does not work.
    pub fn run(&self, name: &str, given: &BTreeMap<String, String>) -> Result<Answer<'_>> {
        let query = self.catalog()?.get(name)?;
        self.query(&query.text, &self.bindings(query, given)?)
    }

    /// The first column of a SELECT, unbound cells left out.
    fn first_column(&self, text: &str) -> Result<Vec<Term>> {
        let Answer::Rows(rows) = self.query(text, &Bindings::new())? else {
            return Err(Error::query("the list of allowed values is no SELECT"));
        };
        rows.rows.filter_map(|row| row.map(|row| row.into_iter().next().flatten()).transpose()).collect()
    }

    /// Answers a query. `bindings` are put in the place of its variables.
    ///
    /// # Errors
    /// Where the text is wrong, or the evaluation fails before its first row.
    pub fn query(&self, text: &str, bindings: &Bindings) -> Result<Answer<'_>> {
        let query = self.bound(text, bindings)?;
        let governor = Governor::new(self.limits, self.interrupt_switch());
        engine::answer(self.graph(), &query, self.default_graph, &governor)
    }

    /// What advice can draw on.
    pub fn knowledge(&self) -> Knowledge<'_> {
        Knowledge { graph: self.graph(), names: self.names(), prefixes: &self.prefixes }
    }

    /// The language in which labels are shown first.
    pub fn language(&self) -> &str {
        self.project.languages.first().map_or("en", String::as_str)
    }

    /// What could be typed at `cursor` (in bytes) of `text`.
    pub fn complete(&self, text: &str, cursor: usize, more: &Context) -> Completions {
        self.completer.complete(text, cursor, &self.knowledge(), more)
    }

    /// Why a query that was answered with nothing finds nothing, in at most three lines.
    pub fn why_empty(&self, text: &str, bindings: &Bindings) -> Vec<Hint> {
        let Ok(query) = self.bound(text, bindings) else { return Vec::new() };
        let limits = Limits { timeout: Some(WHY_EMPTY_TIME), ..Limits::default() };
        let governor = Governor::new(limits, self.interrupt_switch());
        advise::why_empty::why_empty(&query, &self.knowledge(), self.default_graph, &governor)
    }

    /// The triples behind a part of a query's answer, and the sources they rest on.
    ///
    /// # Errors
    /// Where the text is wrong, or a limit stops the work.
    pub fn why(&self, text: &str, bindings: &Bindings, part: AnswerPart<'_>) -> Result<Provenance> {
        let query = self.bound(text, bindings)?;
        let governor = Governor::new(self.limits, self.interrupt_switch());
        let known = self.knowledge();
        advise::provenance::why(&query, part, &known, self.language(), self.default_graph, &governor)
    }

    /// What is in the graph; with `filter`, only what has it in its name or label.
    pub fn schema(&self, filter: Option<&str>) -> Schema {
        advise::schema::schema(&self.knowledge(), self.language(), filter)
    }

    /// The things that are called `words`, the best match first.
    pub fn search(&self, words: &str, limit: usize) -> Vec<Match> {
        advise::schema::search(&self.knowledge(), self.language(), words, limit)
    }

    /// The label of a term of the graph, where it has one.
    pub fn label(&self, term: &Term, language: &str) -> Option<String> {
        self.names().label(self.graph().id(term.as_ref())?, language).map(str::to_owned)
    }

    fn bound(&self, text: &str, bindings: &Bindings) -> Result<engine::Query> {
        let mut query = parsed_query(text, &self.prefixes, self.project.base.as_deref())
            .map_err(|error| self.explained(text, error, false))?;
        if let Some(names) = star_columns(text) {
            engine::passes::columns::order_columns(&mut query, &names);
        }
        engine::passes::bind::bind(&query, bindings)
    }

    /// What is legal in a query and probably not meant.
    ///
    /// # Errors
    /// Where the text is no query.
    pub fn lints(&self, text: &str) -> Result<Vec<Diagnostic>> {
        let query = self.bound(text, &Bindings::new())?;
        Ok(advise::lints::lints(&query, text, &self.knowledge()))
    }

    /// Answers a query to the end and draws how: what each step gave and took. The parameters of a saved
    /// query may be bound.
    ///
    /// # Errors
    /// As [`Self::query`].
    pub fn explain(&self, text: &str, bindings: &Bindings) -> Result<engine::explain::Explanation> {
        let query = self.bound(text, bindings)?;
        let governor = Governor::new(self.limits, self.interrupt_switch());
        engine::explain(self.graph(), &query, self.default_graph, &governor)
    }

    /// The parser's refusal of a text, in words for people.
    fn explained(&self, text: &str, error: Error, update: bool) -> Error {
        explained(text, error, &self.knowledge(), update)
    }

    /// The quads of a part of the graph.
    ///
    /// # Errors
    /// Where there is no such part, or the store cannot be read.
    pub fn export(&self, selection: &Selection) -> Result<Vec<Quad>> {
        selection::select(self.graph(), selection)
    }

    /// The style to write graphs in: the prefixes in scope, the first language of the project.
    pub fn graph_style(&self) -> GraphStyle {
        let language = self.project.languages.first().cloned().unwrap_or_default();
        GraphStyle { prefixes: self.prefixes.clone(), language, ..GraphStyle::default() }
    }

    /// What is known about a thing, for people.
    ///
    /// # Errors
    /// Where it does not occur, or the store cannot be read.
    pub fn description(&self, thing: &Term) -> Result<Description> {
        let about = self.export(&Selection::Around { thing: thing.clone(), depth: 0 })?;
        let mentions = crate::explore::mentions::of(self.graph(), thing)?.into_iter().map(|group| Mentions {
            class: group.class,
            property: group.property,
            count: group.count,
            at_least: group.at_least,
            first: group.first,
        });
        Ok(Description { thing: thing.clone(), about, mentions: mentions.collect() })
    }

    /// Lines that say where an export comes from: the graph, its version and licence, and which part of
    /// it. No time, so that the same graph gives the same bytes.
    pub fn export_header(&self, part: &str) -> Vec<String> {
        let Project { name, version, licence, .. } = &self.project;
        let graph = [name.as_str(), version.as_str()].join(" ");
        let (what, query) = part.split_once('\n').unwrap_or((part, ""));
        let licence = if licence.is_empty() { String::new() } else { format!("Licence: {licence}") };
        let query = query.lines().map(|line| format!("    {line}"));
        let mut lines = vec![format!("{}: {what}", graph.trim()), licence];
        lines.extend(query);
        lines.retain(|line| !line.is_empty());
        lines
    }

    /// The style to write these quads in. Formats that show labels get those in `language`.
    pub fn graph_style_for(&self, format: GraphFormat, quads: &[Quad], language: &str) -> GraphStyle {
        let mut style = GraphStyle { language: language.to_owned(), ..self.graph_style() };
        if !format.shows_labels() {
            return style;
        }
        let mut note = |term: Term| {
            if let (Some(label), Term::NamedNode(iri)) = (self.label(&term, language), term) {
                style.labels.insert(iri, label);
            }
        };
        for quad in quads {
            note(quad.subject.clone().into());
            note(quad.predicate.clone().into());
            note(quad.object.clone());
        }
        style
    }

    /// What this graph has and `after` has not, and the other way round.
    ///
    /// # Errors
    /// Where a store cannot be read.
    pub fn diff(&self, after: &Self) -> Result<Diff> {
        Ok(Diff::of(self.export(&Selection::All)?, after.export(&Selection::All)?))
    }

    /// Whether a text is a whole query or update.
    pub fn parses(&self, text: &str) -> bool {
        let (text, prefixes) = self.blanked(text);
        let base = self.project.base.as_deref();
        parsed_query(&text, &prefixes, base).is_ok() || parsed_update(&text, &prefixes, base).is_ok()
    }

    /// A text without the places of the last answer, and the prefixes to parse it with.
    fn blanked(&self, text: &str) -> (String, Cow<'_, Prefixes>) {
        let mut prefixes = Cow::Borrowed(&self.prefixes);
        if !previous::places(text).is_empty() && prefixes.namespace("").is_none() {
            prefixes.to_mut().insert("", engine::passes::previous::MARK);
        }
        (previous::blanked(text), prefixes)
    }

    /// Answers a query in which `_` stands for the answer `before`. See [`previous`].
    ///
    /// # Errors
    /// As [`Self::query`]; and where `_` is asked for that is not there.
    pub fn query_after(
        &self,
        text: &str,
        bindings: &Bindings,
        before: PreviousAnswer<'_>,
    ) -> Result<Answer<'_>> {
        let places = previous::places(text);
        if places.is_empty() {
            return self.query(text, bindings);
        }
        before.has(&places, text)?;
        let mut query = self.parsed_after(text, before)?;
        if let Some(found) = before.rows {
            engine::passes::previous::fill(&mut query, &found.rows);
        }
        let query = engine::passes::bind::bind(&query, bindings)?;
        let governor = Governor::new(self.limits, self.interrupt_switch());
        let Some(triples) = before.graph else {
            return engine::answer(self.graph(), &query, self.default_graph, &governor);
        };
        let name = NamedNode::new_unchecked(engine::passes::previous::MARK).into();
        let overlay = Overlay::new(self.graph(), &name, triples);
        Ok(engine::answer(&overlay, &query, self.default_graph, &governor)?.gather())
    }

    fn parsed_after(&self, text: &str, before: PreviousAnswer<'_>) -> Result<engine::Query> {
        let base = self.project.base.as_deref();
        let marked = previous::marked(text, before.rows);
        let parsed = parsed_query(&marked, &self.prefixes, base).map_err(|error| {
            // Parsed again with nothing moved, so that the error's place is true.
            let (blanked, prefixes) = self.blanked(text);
            let error = parsed_query(&blanked, &prefixes, base).err().unwrap_or(error);
            let known = Knowledge { prefixes: &prefixes, ..self.knowledge() };
            shown_in(explained(&blanked, error, &known, false), text)
        });
        let mut query = parsed?;
        if let Some(names) = star_columns(&marked) {
            engine::passes::columns::order_columns(&mut query, &names);
        }
        Ok(query)
    }

    /// Takes on the limits, the switch and the default graph of another session.
    pub fn follow(&mut self, other: &Self) {
        self.limits = other.limits;
        self.default_graph = other.default_graph;
        self.interrupted = other.interrupt_switch();
    }

    /// Adds a prefix to those in scope.
    ///
    /// # Errors
    /// Where what it is to stand for is no IRI.
    pub fn add_prefix(&mut self, name: &str, namespace: &str) -> Result<()> {
        crate::terms::NamedNode::new(namespace)
            .map_err(|error| Error::usage(format!("<{namespace}> is no IRI")).because(error))?;
        self.prefixes.insert(name, namespace);
        Ok(())
    }

    /// Carries out an update, all of it or nothing. The embedded graph, files and a folder stay as they are, and
    /// the change lives in memory: [`Change::durable`] tells.
    ///
    /// # Errors
    /// Where the text is wrong, an operation fails, or a limit stops it; then nothing is changed.
    pub fn update(&mut self, text: &str) -> Result<Change> {
        let mut update = parsed_update(text, &self.prefixes, self.project.base.as_deref())
            .map_err(|error| self.explained(text, error, true))?;
        engine::update::inline_loads(&mut update, &mut read_for_load)?;
        let governor = Governor::new(self.limits, self.interrupt_switch());
        self.change(|graph| match graph {
            GraphHandle::Memory(memory) => engine::update::execute(&update, memory, &governor),
            GraphHandle::Durable(store) => store.update(update, &mut || governor.check()),
        })
    }

    /// Adds files to the graph, all of them or nothing; into the graph `into`, where one is given. See
    /// [`Self::update`] for graphs that cannot change.
    ///
    /// # Errors
    /// Where a file cannot be read or is broken.
    pub fn load(
        &mut self,
        files: &[PathBuf],
        into: Option<&NamedNode>,
        progress: &mut dyn FnMut(&Progress<'_>),
    ) -> Result<Change> {
        let mut quads = Vec::new();
        let mut declared = Prefixes::new();
        for input in import::inputs(files)? {
            import::read(input.with_fresh_blank_nodes(), None, &mut declared, progress, &mut |quad| {
                quads.push(named(quad, into));
                Ok(())
            })?;
        }
        let change = self.change(|graph| match graph {
            GraphHandle::Memory(memory) => {
                memory.change(|memory| quads.into_iter().try_for_each(|quad| memory.insert(quad).map(drop)))
            }
            GraphHandle::Durable(store) => store.load(quads.into_iter().map(Ok)).map(drop),
        })?;
        declared.extend(&self.prefixes);
        self.prefixes = declared;
        Ok(change)
    }

    fn change(&mut self, work: impl FnOnce(&mut GraphHandle) -> Result<()>) -> Result<Change> {
        let before = self.graph().len();
        work(&mut self.graph)?;
        let (after, durable) = (self.graph().len(), matches!(self.graph, GraphHandle::Durable(_)));
        // What was read of the old graph no longer holds.
        self.names = OnceLock::new();
        self.completer = Completer::default();
        Ok(Change { before, after, durable })
    }
}

fn parsed_query(text: &str, prefixes: &Prefixes, base: Option<&str>) -> Result<engine::Query> {
    engine::syntax::nesting::check("query", text)?;
    engine::syntax::parse::query(text, prefixes, base)
}

fn parsed_update(
    text: &str,
    prefixes: &Prefixes,
    base: Option<&str>,
) -> Result<engine::syntax::algebra::Update> {
    engine::syntax::nesting::check("update", text)?;
    engine::syntax::parse::update(text, prefixes, base)
}

fn explained(text: &str, error: Error, known: &Knowledge<'_>, update: bool) -> Error {
    match error.cause.as_deref() {
        Some(cause) if error.kind == crate::error::Kind::Query => {
            advise::diagnose::syntax_error(text, cause, known, update)
        }
        _ => error,
    }
}

/// The variables of a `SELECT *`, in the order in which the text names them first: the order in
/// which people expect the columns. The standard leaves it open.
fn star_columns(text: &str) -> Option<Vec<String>> {
    let tokens = engine::syntax::tokens::tokens(text);
    let mut words = tokens.iter().filter(|token| token.kind != engine::syntax::tokens::Kind::Comment);
    words.find(|token| token.text(text).eq_ignore_ascii_case("SELECT"))?;
    let star = words.find(|token| token.kind != engine::syntax::tokens::Kind::Keyword)?;
    let names = words.filter(|token| token.kind == engine::syntax::tokens::Kind::Variable);
    let mut seen: Vec<String> = Vec::new();
    for name in names.filter_map(|token| token.text(text).get(1..)) {
        if !seen.iter().any(|have| have == name) {
            seen.push(name.to_owned());
        }
    }
    (star.text(text) == "*").then_some(seen)
}

/// An error whose line is shown as it is in `text`.
fn shown_in(mut error: Error, text: &str) -> Error {
    if let Some(span) = &mut error.span
        && let Some(line) = text.lines().nth(span.line - 1)
    {
        line.clone_into(&mut span.text);
    }
    error
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
                quads.push(quad);
                Ok(())
            },
        )?;
    }
    Ok(quads)
}

fn format_of(path: &Path) -> Option<rdf::RdfFormat> {
    rdf::format_named(path.extension()?.to_str()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(answer: Answer<'_>) -> usize {
        match answer {
            Answer::Rows(rows) => rows.rows.map(Result::unwrap).count(),
            Answer::Boolean(_) | Answer::Graph(_) => panic!("no rows"),
        }
    }

    #[test]
    fn a_folder_answers() {
        let session = crate::fixture::session();
        let answer = session.query("SELECT * { ?r a bm:Release }", &Bindings::new()).unwrap();
        assert_eq!(rows(answer), 53);
    }
}
