//! A graph subject by subject, in the order in which people read: what Turtle, TriG and JSON-LD share.
//!
//! In: what is to be written. Out: graphs by name, subjects by IRI, facts with types first, names next, other predicates by
//! IRI; and which blank nodes are lists. Nothing here is a term: all are numbers of [`Texts`].

use super::numbered::{self, Content, Number, Row};
use super::texts::Texts;
use crate::blank::Blanks;
use crate::error::Result;
use crate::store::Lexical;
use crate::store::pack::{Pace, Watch, sort_watched};
use crate::terms::{NAMING, NamedNode, OTHER_NAMES, Quad, rdf};
use std::collections::HashSet;
use std::rc::Rc;

/// Graphs to be written. The predicate of a row is its place among the verbs.
pub(crate) struct Document {
    pub(crate) texts: Rc<Texts>,
    verbs: Rc<Verbs>,
    rows: Vec<Row>,
    /// By label.
    blanks: Blanks,
}

/// The predicates of a document in the order in which they are written.
pub(crate) struct Verbs {
    numbers: Vec<Number>,
    first: Option<u32>,
    rest: Option<u32>,
    nil: Option<Number>,
    /// The place of `rdf:type`.
    pub(crate) kind: Option<u32>,
}

impl Document {
    /// Reads what is to be written.
    ///
    /// # Errors
    /// Where the graph is damaged, or `watch` stops it.
    pub(crate) fn of(content: Content<'_>, watch: Watch<'_>) -> Result<Self> {
        let blanks = content.blanks(watch)?;
        let mut texts = Texts::default();
        let rows = content.number(&blanks, &mut |lexical| texts.push(lexical), watch)?;
        let (texts, ranks) = texts.sorted(watch)?;
        let (verbs, places) = Verbs::of(&texts, &rows, &ranks, watch)?;
        let mut document =
            Self { texts: Rc::new(texts), verbs: Rc::new(verbs), rows, blanks: blanks.by_label() };
        document.sort((&ranks, &places), watch)?;
        Ok(document)
    }

    /// Two graphs of which numbers mean the same; their blank nodes keep their labels.
    ///
    /// # Errors
    /// Where `watch` stops it.
    pub(crate) fn both(before: &[Quad], after: &[Quad], watch: Watch<'_>) -> Result<(Self, Self)> {
        let [old, new] = [before, after].map(|quads| Blanks::of(quads).keeping_labels());
        let mut texts = Texts::default();
        let all = before.iter().chain(after);
        let mut rows =
            numbered::of_quads(all, &Blanks::default(), &mut |lexical| texts.push(lexical), watch)?;
        let (texts, ranks) = texts.sorted(watch)?;
        let (verbs, places) = Verbs::of(&texts, &rows, &ranks, watch)?;
        let (texts, verbs) = (Rc::new(texts), Rc::new(verbs));
        let after = rows.split_off(before.len());
        let side = |rows, blanks| -> Result<Self> {
            let mut document = Self { texts: Rc::clone(&texts), verbs: Rc::clone(&verbs), rows, blanks };
            document.sort((&ranks, &places), watch)?;
            Ok(document)
        };
        Ok((side(rows, old)?, side(after, new)?))
    }

    /// Numbers the rows by the ranks of terms and the places of predicates, and sorts them.
    fn sort(&mut self, (ranks, places): (&[Number], &[u32]), watch: Watch<'_>) -> Result<()> {
        let mut pace = watch.pace();
        for row in &mut self.rows {
            pace.step()?;
            *row = Row {
                graph: row.graph_name().map_or(0, |name| at(ranks, name) + 1),
                subject: at(ranks, row.subject),
                predicate: at(places, at(ranks, row.predicate)),
                object: at(ranks, row.object),
            };
        }
        sort_watched(&mut self.rows, watch, Ord::cmp)?;
        self.rows.dedup();
        Ok(())
    }

    /// Whether labels of blank nodes depend on what is said about them alone.
    pub(crate) fn is_certain(&self) -> bool {
        self.blanks.is_certain()
    }

    /// The default graph, where it has something in it, then the others by name: IRIs before blank nodes.
    pub(crate) fn graphs(&self) -> impl Iterator<Item = Graph<'_>> {
        self.rows.chunk_by(|a, b| a.graph == b.graph).map(|rows| Graph::of(self, rows))
    }

    /// One graph by the number of its name, even where there is nothing in it.
    pub(crate) fn graph(&self, name: Option<Number>) -> Graph<'_> {
        let number = name.map_or(0, |name| name + 1);
        let from = self.rows.partition_point(|row| row.graph < number);
        let rows = self.rows.get(from..).unwrap_or_default();
        Graph::of(self, rows.get(..rows.partition_point(|row| row.graph == number)).unwrap_or_default())
    }

    /// The predicates, types first, then names.
    pub(crate) fn verbs(&self) -> impl Iterator<Item = Number> {
        self.verbs.numbers.iter().copied()
    }

    /// Whether a term is another one, or a triple term that has it in it.
    pub(crate) fn has(&self, term: Number, other: Number) -> bool {
        let is_in = |parts: [Number; 3]| parts.into_iter().any(|part| self.has(part, other));
        term == other || matches!(self.texts.get(term), Lexical::Triple(parts) if is_in(parts))
    }

    /// The predicate of a row.
    pub(crate) fn verb(&self, row: Row) -> Number {
        at(&self.verbs.numbers, row.predicate)
    }

    /// Whether the predicate of a row is `rdf:type`.
    pub(crate) fn is_type(&self, row: Row) -> bool {
        self.verbs.kind == Some(row.predicate)
    }

    /// Whether a term is `rdf:nil`.
    pub(crate) fn is_nil(&self, number: Number) -> bool {
        self.verbs.nil == Some(number)
    }

    /// Whether a term is an IRI.
    pub(crate) fn is_iri(&self, number: Number) -> bool {
        number < self.texts.iris().end
    }

    /// Whether a term is a blank node.
    pub(crate) fn is_blank(&self, number: Number) -> bool {
        number >= self.texts.blanks().start
    }

    /// Whether a term is a blank node that is written in place of its one mention.
    pub(crate) fn nests(&self, number: Number) -> bool {
        self.is_blank(number) && self.blanks.is_nested(self.texts.plain(number))
    }
}

fn at(list: &[u32], place: u32) -> u32 {
    list.get(place as usize).copied().unwrap_or_default()
}

impl Verbs {
    /// Those of some rows, and the place of each number.
    fn of(texts: &Texts, rows: &[Row], ranks: &[Number], watch: Watch<'_>) -> Result<(Self, Vec<u32>)> {
        let (mut places, mut pace) = (vec![0; texts.iris().len()], watch.pace());
        for row in rows {
            if let Some(place) = places.get_mut(at(ranks, row.predicate) as usize) {
                *place = 1;
            }
            pace.step()?;
        }
        let used = (0..).zip(&places).filter(|(_, used)| **used > 0);
        let mut numbers: Vec<Number> = used.map(|(number, _)| number).collect();
        numbers.sort_by_key(|number| rank_of(texts.plain(*number)));
        for (place, number) in (0..).zip(&numbers) {
            if let Some(slot) = places.get_mut(*number as usize) {
                *slot = place;
            }
        }
        let place = |iri: &str| {
            let found = texts.find(iri)?;
            numbers.iter().position(|number| *number == found).map(|place| place as u32)
        };
        let [first, rest, kind] = [rdf::FIRST, rdf::REST, rdf::TYPE].map(|iri| place(iri.as_str()));
        let nil = texts.find(rdf::NIL.as_str());
        Ok((Self { first, rest, nil, kind, numbers }, places))
    }
}

/// One graph of a document.
pub(crate) struct Graph<'a> {
    document: &'a Document,
    rows: &'a [Row],
    /// The blank nodes that are objects in it.
    mentioned: HashSet<Number>,
}

/// What a writer comes across in a graph.
pub(crate) enum Met {
    /// A subject where it begins a block.
    Subject(Number),
    /// A predicate with one of its objects.
    Fact(Row),
    /// An item of a list.
    Item(Number),
}

impl<'a> Graph<'a> {
    fn of(document: &'a Document, rows: &'a [Row]) -> Self {
        let objects = rows.iter().map(|row| row.object);
        Self { document, rows, mentioned: objects.filter(|object| document.is_blank(*object)).collect() }
    }

    /// The number of its name; nothing of the default graph.
    pub(crate) fn name(&self) -> Option<Number> {
        self.rows.first().and_then(|row| row.graph_name())
    }

    /// All that is said in it, by subject.
    pub(crate) fn rows(&self) -> &'a [Row] {
        self.rows
    }

    /// What is said about each subject that is not written in place of its mention: of IRIs, sorted, then of blank nodes.
    pub(crate) fn subjects(&self) -> impl Iterator<Item = (Number, &'a [Row])> {
        let blocks = self.rows.chunk_by(|a, b| a.subject == b.subject);
        let subjects = blocks.filter_map(|rows| Some((rows.first()?.subject, rows)));
        subjects.filter(|(subject, _)| !self.document.nests(*subject))
    }

    /// What is said about a subject.
    pub(crate) fn facts(&self, subject: Number) -> &'a [Row] {
        let from = self.rows.partition_point(|row| row.subject < subject);
        let rows = self.rows.get(from..).unwrap_or_default();
        let len = rows.partition_point(|row| row.subject == subject);
        rows.get(..len).unwrap_or_default()
    }

    /// Whether the label of a blank node is needed where it is described: it is mentioned somewhere else.
    pub(crate) fn needs_label(&self, node: Number) -> bool {
        let is_shared = || self.document.blanks.is_shared(self.document.texts.plain(node));
        self.mentioned.contains(&node) || is_shared()
    }

    /// The items of a well-formed list that starts at a nested node: each cell has a first and a rest, nothing else, and is
    /// mentioned nowhere else.
    pub(crate) fn list(&self, head: Number) -> Option<Vec<Number>> {
        Some(self.cells(head)?.into_iter().map(|(_, item)| item).collect())
    }

    /// The cells of such a list, each with its item.
    pub(crate) fn cells(&self, head: Number) -> Option<Vec<(Number, Number)>> {
        let (document, verbs) = (self.document, &self.document.verbs);
        let (first, rest) = (verbs.first?, verbs.rest?);
        let mut cells = Vec::new();
        let mut cell = Some(head).filter(|head| document.nests(*head))?;
        loop {
            let [item, tail] = self.facts(cell) else { return None };
            if (item.predicate, tail.predicate) != (first, rest) {
                return None;
            }
            cells.push((cell, item.object));
            match tail.object {
                nil if document.is_nil(nil) => return Some(cells),
                next if document.nests(next) => cell = next,
                _ => return None,
            }
        }
    }

    /// All that is written of the graph, in no order.
    ///
    /// # Errors
    /// Where `watch` stops it.
    pub(crate) fn each(&self, watch: Watch<'_>, meet: &mut dyn FnMut(Met)) -> Result<()> {
        let mut pace = watch.pace();
        for (subject, rows) in self.subjects() {
            meet(Met::Subject(subject));
            self.each_of(rows, &mut pace, meet)?;
        }
        Ok(())
    }

    fn each_of(&self, rows: &[Row], pace: &mut Pace<'_>, meet: &mut dyn FnMut(Met)) -> Result<()> {
        for row in rows {
            pace.step()?;
            meet(Met::Fact(*row));
            self.each_in(row.object, pace, meet)?;
        }
        Ok(())
    }

    fn each_in(&self, object: Number, pace: &mut Pace<'_>, meet: &mut dyn FnMut(Met)) -> Result<()> {
        if !self.document.nests(object) {
            return Ok(());
        }
        let Some(items) = self.list(object) else { return self.each_of(self.facts(object), pace, meet) };
        for item in items {
            pace.step()?;
            meet(Met::Item(item));
            self.each_in(item, pace, meet)?;
        }
        Ok(())
    }
}

/// Types, then names, then the rest by IRI.
pub(crate) fn rank(predicate: &NamedNode) -> (usize, &str) {
    rank_of(predicate.as_str())
}

fn rank_of(iri: &str) -> (usize, &str) {
    let names = || NAMING.iter().chain(OTHER_NAMES);
    let rank = match iri == rdf::TYPE.as_str() {
        true => 0,
        false => 1 + names().position(|naming| *naming == iri).unwrap_or(NAMING.len() + OTHER_NAMES.len()),
    };
    (rank, iri)
}
