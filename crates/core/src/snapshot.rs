//! A graph as it is at one moment, with all that is known about it. Nothing in it changes once it is open,
//! so any number of questions can be asked of one at the same time.
//!
//! In: an [`Ask`], or what is wanted to be known. Out: answers and reports as values. Where a graph comes
//! from and how it changes is [`crate::session`]'s business. One limit: over a durable store that another
//! session of this process changes, a scan begun later sees what was written in between.

mod parsed;

use crate::advise;
use crate::advise::complete::{Completer, Completions, Context, Named};
use crate::advise::provenance::{AnswerPart, Provenance};
use crate::ask::Ask;
use crate::catalog::{Catalog, Origin, Param, SavedQuery};
use crate::engine::answer::Answer;
use crate::engine::{self, Bindings, Governor, Limits};
use crate::error::{Diagnostic, Error, Hint, Result};
use crate::explore::Knowledge;
use crate::explore::diff::Diff;
use crate::explore::mentions;
use crate::explore::names::Names;
use crate::explore::resolve;
use crate::explore::schema::{self, Schema};
use crate::explore::search::{self, Match};
use crate::explore::selection::{self, Selection};
use crate::formats::graphs::{GraphFormat, GraphStyle};
use crate::plain::Target;
use crate::previous::{self, PreviousAnswer};
use crate::project::Project;
use crate::show::description::Description;
use crate::store::Graph;
use crate::store::memory::Memory;
use crate::store::overlay::Overlay;
use crate::store::oxigraph::Mutable;
use crate::terms::{NamedNode, Prefixes, Quad, Term};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

/// How many names are read at most for labels and completion.
const NAME_BUDGET: usize = 500_000;

/// How near a part of a saved query's name must be to a word to be worth suggesting (Jaro-Winkler).
const NEAR_PART: f64 = 0.85;

/// How long the values of a parameter are looked for: somebody waits for them with a hand on the keys.
const VALUES_TIME: std::time::Duration = std::time::Duration::from_secs(1);

/// How much work goes into the reason for an empty answer, in checks of the governor: counted and not timed, so that the
/// same question always has the same reasons.
const WHY_EMPTY_STEPS: u64 = 1_000;

/// The graph of a snapshot.
#[derive(Clone)]
pub(crate) enum GraphHandle {
    /// In memory: what is changed lives as long as the session.
    Memory(Arc<Memory>),
    /// A durable store.
    Durable(Arc<Mutable>),
}

/// A graph, its project, prefixes, names and saved queries. Copies share all of it.
#[derive(Clone)]
pub struct Snapshot {
    project: Arc<Project>,
    graph: GraphHandle,
    prefixes: Prefixes,
    names: Arc<OnceLock<Names>>,
    completer: Arc<Completer>,
    catalog: Arc<OnceLock<Catalog>>,
    user_queries: Option<PathBuf>,
}

impl Snapshot {
    /// A graph with its project. Names and saved queries are read when first asked for.
    pub(crate) fn new(project: Project, graph: GraphHandle, prefixes: Prefixes) -> Self {
        Self {
            project: Arc::new(project),
            graph,
            prefixes,
            names: Arc::default(),
            completer: Arc::default(),
            catalog: Arc::default(),
            user_queries: None,
        }
    }

    /// The same with more prefixes, or other ones.
    pub(crate) fn with_prefixes(&self, prefixes: Prefixes) -> Self {
        Self { prefixes, ..self.clone() }
    }

    /// The same with the user's own saved queries in another folder.
    pub(crate) fn with_user_queries(&self, folder: Option<PathBuf>) -> Self {
        Self { user_queries: folder, catalog: Arc::default(), ..self.clone() }
    }

    /// The same with another language shown first.
    pub(crate) fn with_language(&self, language: &str) -> Self {
        let mut project = Project::clone(&self.project);
        project.languages.retain(|have| have != language);
        project.languages.insert(0, language.to_owned());
        Self { project: Arc::new(project), ..self.clone() }
    }

    /// The same project over another graph, of which nothing is known yet.
    pub(crate) fn over(&self, graph: GraphHandle) -> Self {
        Self { graph, names: Arc::default(), completer: Arc::default(), ..self.clone() }
    }

    /// The graph in memory to change in place, where no other snapshot shares it. What is known about it is
    /// forgotten.
    pub(crate) fn memory_alone(&mut self) -> Option<&mut Memory> {
        let GraphHandle::Memory(memory) = &mut self.graph else { return None };
        let memory = Arc::get_mut(memory)?;
        (self.names, self.completer) = Default::default();
        Some(memory)
    }

    /// Writes the graph as a pack.
    ///
    /// # Errors
    /// Where the graph cannot be read, has more terms than a pack can number, or `out` fails.
    pub fn write_pack(&self, out: &mut dyn std::io::Write) -> Result<()> {
        match &self.graph {
            GraphHandle::Memory(memory) => memory.pack()?.write_with(&self.prefixes, out).map(drop),
            GraphHandle::Durable(store) => store.read()?.write_with(&self.prefixes, out).map(drop),
        }
    }

    pub(crate) fn handle(&self) -> &GraphHandle {
        &self.graph
    }

    /// The project that the graph belongs to.
    pub fn project(&self) -> &Project {
        &self.project
    }

    /// The graph itself.
    pub fn graph(&self) -> &dyn Graph {
        match &self.graph {
            GraphHandle::Memory(memory) => memory.as_ref(),
            GraphHandle::Durable(store) => store.as_ref(),
        }
    }

    /// Whether a change is kept when the session ends: only a durable store keeps it.
    pub fn is_durable(&self) -> bool {
        matches!(self.graph, GraphHandle::Durable(_))
    }

    /// The prefixes in scope: well-known, declared in the files, the project's own.
    pub fn prefixes(&self) -> &Prefixes {
        &self.prefixes
    }

    /// The base of relative IRIs in queries.
    pub fn base(&self) -> Option<&str> {
        self.project.base.as_deref()
    }

    /// The names of the graph's things, read when first asked for.
    pub fn names(&self) -> &Names {
        self.names.get_or_init(|| Names::of_graph(self.graph(), NAME_BUDGET))
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
        let found = self.catalog()?.get(name).map_err(|error| self.with_suggestions(error, name))?;
        Ok(SavedQuery::read(found.name.clone(), found.text.clone(), found.origin.clone()))
    }

    /// An error about a name that no saved query has, with those that were probably meant.
    fn with_suggestions(&self, mut error: Error, name: &str) -> Error {
        let near = self.nearest_saved(name);
        if let Some(hint) = error.hints.first_mut().filter(|_| !near.is_empty()) {
            *hint = format!("did you mean {}?", near.join(", ")).into();
        }
        error
    }

    /// The names of the saved queries that were probably meant by a wrong one, or by words: at most three.
    pub fn nearest_saved(&self, words: &str) -> Vec<String> {
        let words = words.replace(['-', '_'], " ");
        // A word of a description says little about a name.
        let alike = |name: &str| {
            let words = words.split(' ').filter(|word| word.chars().count() > 2 || !word.is_ascii());
            let near =
                |word: &str, part: &str| strsim::jaro_winkler(word, part) > NEAR_PART || !word.is_ascii();
            words.into_iter().any(|word| name.split('-').any(|part| near(word, part)))
        };
        let suggested = self.suggest(&words, self.language()).into_iter();
        let names = suggested.filter_map(|suggestion| match suggestion.target {
            Target::SavedQuery { name, .. } if alike(&name) => Some(format!("`{name}`")),
            _ => None,
        });
        names.take(3).collect()
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

    /// The values that a parameter of a saved query can have: those that its header lists, else those with which the
    /// query finds something, else the things of its class. See [`advise::values`].
    pub fn values_of(&self, saved: &SavedQuery, param: &Param) -> Vec<Named> {
        let plain = |name: &String| Named { name: name.clone(), ..Named::default() };
        if !param.choices.is_empty() {
            return param.choices.iter().map(plain).collect();
        }
        let terms = match &param.values {
            Some(query) => self.first_column(query).unwrap_or_default(),
            None => self.fitting(saved, param),
        };
        let known = self.knowledge();
        let named = |term: Term| match &term {
            Term::NamedNode(_) => {
                let id = known.graph.id(term.as_ref())?;
                let short = known.prefixes.show(term.as_ref());
                let label =
                    known.names.label(id, self.language()).map_or_else(|| short.clone(), str::to_owned);
                let names = known.names.all(id).iter().map(|name| name.text.clone());
                Some(Named { name: label, note: short.clone(), also: names.chain([short]).collect() })
            }
            Term::Literal(literal) => Some(plain(&literal.value().to_owned())),
            Term::BlankNode(_) | Term::Triple(_) => None,
        };
        let takes = |value: &Named| {
            let given = if value.note.is_empty() { &value.name } else { &value.note };
            param.values.is_some() || param.term(given, &known, &|_| Ok(Vec::new())).is_ok()
        };
        let mut found: Vec<Named> = terms.into_iter().filter_map(named).filter(takes).collect();
        found.dedup_by(|a, b| a.name == b.name && a.note == b.note);
        found
    }

    /// The terms with which a saved query finds something, in the place of one of its parameters.
    fn fitting(&self, saved: &SavedQuery, param: &Param) -> Vec<Term> {
        let known = self.knowledge();
        let others = saved.params.iter().filter(|other| other.variable != param.variable);
        let bound = others.filter_map(|other| {
            let term = other.term(other.default.as_ref()?, &known, &|_| Ok(Vec::new())).ok()?;
            Some((other.variable.clone(), term))
        });
        let ask = Ask { bindings: bound.collect(), ..Ask::new(saved.text.clone()) };
        let Ok(query) = parsed::query(&ask, self) else { return Vec::new() };
        let limits = Limits { timeout: Some(VALUES_TIME), ..Limits::default() };
        let governor = Governor::new(limits, Arc::default());
        let found = advise::values::values(&query, &param.variable, self.graph(), &governor);
        let class = param.class.as_deref().and_then(|class| resolve::iri(class, &self.prefixes));
        match class.filter(|_| found.is_empty()) {
            None => found,
            Some(class) => self
                .first_column(&format!("SELECT DISTINCT ?x {{ ?x a {class} }} LIMIT 2000"))
                .unwrap_or_default(),
        }
    }

    /// The terms for the parameters of a saved query. See [`SavedQuery::bind`].
    ///
    /// # Errors
    /// As there.
    pub fn bindings(&self, query: &SavedQuery, given: &BTreeMap<String, String>) -> Result<Bindings> {
        query.bind(given, &self.knowledge(), &|text| self.first_column(text))
    }

    /// The first column of a SELECT, unbound cells left out.
    fn first_column(&self, text: &str) -> Result<Vec<Term>> {
        let Answer::Rows(rows) = self.answer(&Ask::new(text))? else {
            return Err(Error::query("the list of allowed values is not a SELECT"));
        };
        rows.rows.filter_map(|row| row.map(|row| row.into_iter().next().flatten()).transpose()).collect()
    }

    /// Answers a query.
    ///
    /// # Errors
    /// Where the text is wrong, or the evaluation fails before its first row.
    pub fn answer(&self, ask: &Ask) -> Result<Answer<'_>> {
        let query = parsed::query(ask, self)?;
        parsed::asks_only_here(&query, &ask.text)?;
        engine::answer(self.graph(), &query, ask.default_graph, &ask.governor())
    }

    /// Answers a query in which `_` stands for the answer before it. See [`previous`].
    ///
    /// # Errors
    /// As [`Self::answer`]; and where `_` is asked for that is not there.
    pub fn answer_after(&self, ask: &Ask, previous: PreviousAnswer<'_>) -> Result<Answer<'_>> {
        let references = previous::places(&ask.text);
        if references.is_empty() {
            return self.answer(ask);
        }
        previous.has(&references, &ask.text)?;
        let query = parsed::query_after(ask, self, previous)?;
        parsed::asks_only_here(&query, &ask.text)?;
        let Some(triples) = previous.graph else {
            return engine::answer(self.graph(), &query, ask.default_graph, &ask.governor());
        };
        let name = NamedNode::new_unchecked(engine::passes::previous::MARK).into();
        let Some(columns) = self.graph().indexed()? else {
            return Err(Error::store("the graph has no columns to read"));
        };
        let overlay = Overlay::new(columns, &name, triples)?;
        Ok(engine::answer(&overlay, &query, ask.default_graph, &ask.governor())?.gather())
    }

    /// Answers a query to the end and tells how: what each step gave and took.
    ///
    /// # Errors
    /// As [`Self::answer`].
    pub fn explain(&self, ask: &Ask) -> Result<engine::explain::Explanation> {
        let query = parsed::query(ask, self)?;
        parsed::asks_only_here(&query, &ask.text)?;
        engine::explain(self.graph(), &query, ask.default_graph, &ask.governor())
    }

    /// How a query would be answered: its plan with estimates, not run. See [`engine::plan_only`].
    ///
    /// # Errors
    /// Where the text is wrong.
    pub fn plan_only(&self, ask: &Ask) -> Result<engine::explain::Explanation> {
        let query = parsed::query(ask, self)?;
        engine::plan_only(self.graph(), &query, ask.default_graph)
    }

    /// Why a query that was answered with nothing finds nothing, in at most three lines.
    pub fn why_empty(&self, ask: &Ask) -> Vec<Hint> {
        let Ok(query) = parsed::query(ask, self) else { return Vec::new() };
        let limits = Limits { steps: Some(WHY_EMPTY_STEPS), ..Limits::default() };
        let governor = Governor::new(limits, Arc::clone(&ask.cancel));
        advise::why_empty::why_empty(&query, &self.knowledge(), ask.default_graph, &governor)
    }

    /// The triples behind a part of a query's answer, and the sources they rest on.
    ///
    /// # Errors
    /// Where the text is wrong, or a limit stops the work.
    pub fn why(&self, ask: &Ask, part: AnswerPart<'_>) -> Result<Provenance> {
        let query = parsed::query(ask, self)?;
        let known = self.knowledge();
        let governor = ask.governor();
        advise::provenance::why(&query, part, &known, self.language(), ask.default_graph, &governor)
    }

    /// What is legal in a query and probably not meant.
    ///
    /// # Errors
    /// Where the text is not a query.
    pub fn lints(&self, text: &str) -> Result<Vec<Diagnostic>> {
        let query = parsed::query(&Ask::new(text), self)?;
        Ok(advise::lints::lints(&query, text, &self.knowledge()))
    }

    /// What in a query can never hold, and the names in it that are spelt otherwise in this graph: see
    /// [`advise::certain`] and [`advise::absent`]. Of a query that found `nothing` every name that is not there
    /// counts. Nothing where the text is not a query.
    pub fn certain(&self, text: &str, nothing: bool) -> Vec<Diagnostic> {
        let Ok(query) = parsed::query(&Ask::new(text), self) else { return Vec::new() };
        let known = self.knowledge();
        let absent = advise::absent::absent(&query, text, &known);
        let absent = absent.into_iter().filter(|name| nothing || name.misspelt).map(|name| name.diagnostic);
        let mut found = advise::certain::certain(&query, text, &known);
        found.extend(absent);
        found.sort_by_key(|diagnostic| diagnostic.span.as_ref().map(|span| (span.line, span.column)));
        found
    }

    /// Whether a text is a whole query or update.
    pub fn parses(&self, text: &str) -> bool {
        parsed::is_whole(text, self)
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

    /// What is in the graph; with `filter`, only what has it in its name or label.
    pub fn schema(&self, filter: Option<&str>) -> Schema {
        schema::schema(&self.knowledge(), self.language(), filter)
    }

    /// The things that are called `words`, the best match first.
    pub fn search(&self, words: &str, limit: usize) -> Vec<Match> {
        search::search(&self.knowledge(), self.language(), words, limit)
    }

    /// The one thing that a text names: by its IRI, a prefixed name or a label. See [`resolve`].
    ///
    /// # Errors
    /// Where it names nothing or several things, with what may be meant.
    pub fn thing(&self, text: &str) -> Result<Term> {
        resolve::thing(text, &self.knowledge(), self.language())
    }

    /// What is to be said where a name was looked for and not found: that not all names were read.
    pub fn names_cut_off(&self) -> Option<Hint> {
        (!self.names().is_complete()).then_some(Hint::NamesWereCutOff(NAME_BUDGET))
    }

    /// What words that are not SPARQL may have meant, the likeliest first. See [`crate::plain`].
    pub fn suggest(&self, words: &str, language: &str) -> Vec<crate::plain::Suggestion> {
        let Ok(catalog) = self.catalog() else { return Vec::new() };
        crate::plain::suggest(words, catalog, &self.knowledge(), language, &|text| self.first_column(text))
    }

    /// The label of a term of the graph, where it has one.
    pub fn label(&self, term: &Term, language: &str) -> Option<String> {
        self.names().label(self.graph().id(term.as_ref())?, language).map(str::to_owned)
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
        let mentions = mentions::of(self.graph(), thing)?;
        Ok(Description { thing: thing.clone(), about, mentions })
    }

    /// Lines that say where an export comes from: the graph, its version and licence, and which part of
    /// it. No time, so that the same graph gives the same bytes.
    pub fn export_header(&self, part: &str) -> Vec<String> {
        let Project { name, version, licence, .. } = self.project();
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::DefaultGraph;
    use crate::error::Kind;
    use crate::project::Embedded;
    use crate::sources::rdf;
    use crate::store::pack::Builder;
    use std::sync::atomic::Ordering;

    fn snapshot() -> Snapshot {
        let data = "@prefix : <http://example.org/> . :a :p 1 , 2 , 3 . :g { :b :p 4 }";
        let (mut builder, mut prefixes) = (Builder::new(), Prefixes::well_known());
        let format = rdf::format_named("trig").unwrap();
        rdf::read("data", format, None, data.as_bytes(), &mut prefixes, &mut |quad| {
            builder.add(quad.as_ref());
            Ok(())
        })
        .unwrap();
        let project = Project::embedded(&Embedded::NOTHING).unwrap();
        Snapshot::new(project, GraphHandle::Memory(Arc::new(Memory::over(builder.finish()))), prefixes)
    }

    /// How many rows came, and what ended them early.
    fn rows(snapshot: &Snapshot, ask: &Ask) -> (usize, Option<Kind>) {
        let Answer::Rows(rows) = snapshot.answer(ask).unwrap() else { panic!("rows") };
        let found = rows.gather();
        (found.rows.len(), found.stopped.map(|error| error.kind))
    }

    #[test]
    fn each_question_has_its_own_limits_switch_and_default_graph() {
        let snapshot = snapshot();
        let all = Ask::new("SELECT * { ?s :p ?o }");
        let two = Ask { limits: Limits { max_rows: Some(2), ..Limits::default() }, ..all.clone() };
        let stopped = Ask { cancel: Arc::default(), ..all.clone() };
        stopped.cancel.store(true, Ordering::Relaxed);
        let union = Ask { default_graph: DefaultGraph::Union, ..all.clone() };
        std::thread::scope(|scope| {
            let answers = [&all, &two, &stopped, &union].map(|ask| scope.spawn(|| rows(&snapshot, ask)));
            let found = answers.map(|answer| answer.join().unwrap());
            let expected = [(3, None), (2, Some(Kind::Limit)), (0, Some(Kind::Interrupted)), (4, None)];
            assert_eq!(found, expected);
        });
    }

    #[test]
    fn a_snapshot_with_more_prefixes_leaves_the_old_one_as_it_was() {
        let old = snapshot();
        let mut prefixes = old.prefixes().clone();
        prefixes.insert("more", "http://example.org/");
        let new = old.with_prefixes(prefixes);
        let ask = Ask::new("SELECT * { ?s more:p ?o }");
        assert_eq!(rows(&new, &ask).0, 3);
        assert!(old.answer(&ask).is_err());
    }
}
