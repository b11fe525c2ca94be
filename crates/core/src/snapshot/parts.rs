//! What is in a snapshot, without a query: its schema, its things by name, parts of it to be written.
//!
//! In: names, selections. Out: terms, quads, and the style to write them in.

use super::{NAME_BUDGET, Snapshot};
use crate::error::{Hint, Result};
use crate::explore::diff::Diff;
use crate::explore::mentions;
use crate::explore::resolve;
use crate::explore::schema::{self, Schema};
use crate::explore::search::{self, Match};
use crate::explore::selection::{self, Part, Selection};
use crate::formats::graphs::{GraphFormat, GraphStyle};
use crate::project::Project;
use crate::show::description::Description;
use crate::store::pack::Watch;
use crate::terms::{Quad, Term};

impl Snapshot {
    /// What is in the graph; with `filter`, only what has it in its name or label.
    ///
    /// # Errors
    /// Where the graph is damaged.
    pub fn schema(&self, filter: Option<&str>) -> Result<Schema> {
        let found = schema::schema(&self.knowledge(), self.language(), filter);
        self.sound().map(|()| found)
    }

    /// The things that are called `words`, the best match first.
    ///
    /// # Errors
    /// Where the graph is damaged.
    pub fn search(&self, words: &str, limit: usize) -> Result<Vec<Match>> {
        let found = search::search(&self.knowledge(), self.language(), words, limit);
        self.sound().map(|()| found)
    }

    /// The one thing that a text names: by its IRI, a prefixed name or a label. See [`resolve`].
    ///
    /// # Errors
    /// Where it names nothing or several things, with what may be meant; and where the graph is damaged.
    pub fn thing(&self, text: &str) -> Result<Term> {
        let found = resolve::thing(text, &self.knowledge(), self.language());
        self.sound().and(found)
    }

    /// What is to be said where a name was looked for and not found: that not all names were read.
    pub fn names_cut_off(&self) -> Option<Hint> {
        (!self.names().is_complete()).then_some(Hint::NamesWereCutOff(NAME_BUDGET))
    }

    /// The label of a term of the graph, where it has one. [`Self::sound`] tells whether it could be looked for.
    pub fn label(&self, term: &Term, language: &str) -> Option<String> {
        self.names().label(self.look().id(term.as_ref())?, language).map(str::to_owned)
    }

    /// The quads of a part of the graph.
    ///
    /// # Errors
    /// Where there is no such part, or the graph is damaged or cannot be read.
    pub fn export(&self, selection: &Selection) -> Result<Vec<Quad>> {
        self.part(selection, Watch::nobody())?.quads(Watch::nobody())
    }

    /// The same by the graph's own numbers, which is all that the syntaxes of RDF are written of.
    ///
    /// # Errors
    /// As there, and where `watch` stops it.
    pub fn part(&self, selection: &Selection, watch: Watch<'_>) -> Result<Part<'_>> {
        self.memory().prepare(watch)?;
        selection::select(self.graph(), selection, watch)
    }

    /// The style to write graphs in: the prefixes in scope, the first language of the project.
    pub fn graph_style(&self) -> GraphStyle {
        let language = self.project.languages.first().cloned().unwrap_or_default();
        GraphStyle { prefixes: self.prefixes.clone(), language, ..GraphStyle::default() }
    }

    /// What is known about a thing, for people.
    ///
    /// # Errors
    /// Where it does not occur, or the graph is damaged or cannot be read.
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
    ///
    /// # Errors
    /// Where the graph is damaged.
    pub fn graph_style_for(&self, format: GraphFormat, quads: &[Quad], language: &str) -> Result<GraphStyle> {
        let mut style = GraphStyle { language: language.to_owned(), ..self.graph_style() };
        if !format.shows_labels() {
            return Ok(style);
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
        self.sound().map(|()| style)
    }

    /// What this graph has and `after` has not, and the other way round.
    ///
    /// # Errors
    /// Where a store cannot be read.
    pub fn diff(&self, after: &Self) -> Result<Diff> {
        Ok(Diff::of(self.export(&Selection::All)?, after.export(&Selection::All)?))
    }
}
