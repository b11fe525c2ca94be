//! A graph as the writers of documents read it: terms by number, their texts side by side, quads of these numbers.
//!
//! In: a part of a graph, or quads of terms, in any order, repeated or not. Out: each different term once, as its text, to
//! who writes it, and quads that name terms by the order in which they came. Blank nodes are named by content. All quads are
//! held in memory (16 bytes each): to sort them, or to name blank nodes, all are needed. While a large part of a graph is numbered,
//! each term of the whole graph takes 4 bytes; while a small one is, each of its own terms some 16.

use super::found::Found;
use crate::blank::Blanks;
use crate::error::Result;
use crate::explore::selection::Part;
use crate::store::pack::Watch;
use crate::store::{FIRST_FOREIGN, GraphId, Id, Indexed, Kind, Lexical, Scratch, Tag, Triple, quad_of};
use crate::terms::{GraphName, Quad, Term, TermRef};
use std::collections::{HashMap, HashSet};

/// A term of one document.
pub(crate) type Number = u32;

/// A quad of numbers. The default graph is 0, another one the number of its name and 1 more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Row {
    pub(crate) graph: u32,
    pub(crate) subject: Number,
    pub(crate) predicate: Number,
    pub(crate) object: Number,
}

impl Row {
    /// The number of the name of its graph; nothing of the default graph.
    pub(crate) fn graph_name(self) -> Option<Number> {
        self.graph.checked_sub(1)
    }
}

/// What is to be written as a document, each quad once.
pub enum Content<'a> {
    /// A part of a graph, by its numbers.
    Part(Part<'a>),
    /// Quads of terms.
    Quads(Vec<Quad>),
    /// What a query gave.
    Found(Box<Found>),
}

impl From<Found> for Content<'_> {
    fn from(found: Found) -> Self {
        Self::Found(Box::new(found))
    }
}

impl From<Vec<Quad>> for Content<'_> {
    fn from(mut quads: Vec<Quad>) -> Self {
        let mut seen = HashSet::new();
        let mut is_new = quads.iter().map(|quad| seen.insert(quad)).collect::<Vec<bool>>().into_iter();
        quads.retain(|_| is_new.next().unwrap_or_default());
        Self::Quads(quads)
    }
}

impl<'a> From<Part<'a>> for Content<'a> {
    fn from(part: Part<'a>) -> Self {
        Self::Part(part)
    }
}

impl Content<'_> {
    /// The same as terms.
    ///
    /// # Errors
    /// Where the graph is damaged, or `watch` stops it.
    pub fn quads(self, watch: Watch<'_>) -> Result<Vec<Quad>> {
        match self {
            Self::Part(part) => part.quads(watch),
            Self::Quads(quads) => Ok(quads),
            Self::Found(found) => {
                Ok(found.triples().map(|triple| triple.in_graph(GraphName::DefaultGraph)).collect())
            }
        }
    }

    /// The name of some graph that is not the default graph.
    ///
    /// # Errors
    /// Where the graph is damaged.
    pub(crate) fn named_graph(&self) -> Result<Option<Term>> {
        match self {
            Self::Part(part) => {
                part.quads.iter().find_map(|(name, _)| *name).map(|name| part.graph.term(name)).transpose()
            }
            Self::Found(_) => Ok(None),
            Self::Quads(quads) => Ok(quads.iter().find_map(|quad| match &quad.graph_name {
                GraphName::DefaultGraph => None,
                GraphName::NamedNode(iri) => Some(iri.clone().into()),
                GraphName::BlankNode(node) => Some(node.clone().into()),
            })),
        }
    }

    /// The blank nodes of what is written.
    ///
    /// # Errors
    /// Where the graph is damaged, or `watch` stops it.
    pub(crate) fn blanks(&self, watch: Watch<'_>) -> Result<Blanks> {
        let part = match self {
            Self::Part(part) => part,
            Self::Quads(quads) => return Ok(Blanks::of(quads)),
            Self::Found(found) => return found.blanks(watch),
        };
        let may_be_blank = |id: &Id| matches!(part.graph.kind(*id), Some(Kind::Blank | Kind::Triple));
        let (mut quads, mut pace) = (Vec::new(), watch.pace());
        for (graph, triple @ [s, _, o]) in &part.quads {
            pace.step()?;
            if may_be_blank(s) || may_be_blank(o) || graph.as_ref().is_some_and(may_be_blank) {
                quads.push(quad_of(part.graph, *graph, *triple)?);
            }
        }
        Ok(Blanks::of(&quads))
    }

    /// Gives each different term to `each`, once, in the order of its number, the parts of a triple term before it and by their
    /// numbers; and gives back the quads.
    ///
    /// # Errors
    /// Where the graph is damaged, or `watch` stops it.
    pub(crate) fn number(self, blanks: &Blanks, each: Each<'_>, watch: Watch<'_>) -> Result<Vec<Row>> {
        match self {
            Self::Part(part) => of_part(part, blanks, each, watch),
            Self::Quads(quads) => of_quads(quads.iter(), blanks, each, watch),
            Self::Found(found) => found.number_all(blanks, each, watch),
        }
    }
}

/// What takes the terms of a document.
pub(crate) type Each<'e> = &'e mut dyn FnMut(Lexical<'_>);

fn of_part(part: Part<'_>, blanks: &Blanks, each: Each<'_>, watch: Watch<'_>) -> Result<Vec<Row>> {
    let Part { graph, quads } = part;
    let mut pace = watch.pace();
    let mut numbers = Numbers::of(graph, &quads, watch)?;
    let triples = numbers.add_parts(graph)?;
    let ids = numbers.ids(|id| !matches!(graph.kind(id), Some(Kind::Triple)), watch)?;
    for (number, id) in (1..).zip(&ids) {
        numbers.set(*id, number);
        pace.step()?;
    }
    graph.lexicals(&ids, &mut Scratch::new(), &mut |_, lexical| {
        each(match lexical {
            Lexical::Blank(label) => Lexical::Blank(blanks.label(label)),
            lexical => lexical,
        });
        pace.step()
    })?;
    for (number, (id, parts)) in (ids.len() as Number + 1..).zip(triples) {
        numbers.set(id, number);
        each(Lexical::Triple(parts.map(|part| numbers.get(part))));
    }
    let mut rows = Vec::with_capacity(quads.len());
    for quad in quads {
        rows.push(numbers.row(quad));
        pace.step()?;
    }
    Ok(rows)
}

/// For each term of a graph 1 more than its number in the document; 0 where it is not in the document.
enum Numbers {
    /// Of all terms: those of the dictionary, which are so many, and those beside it.
    All { sorted: Id, of: Vec<u32> },
    /// Of the terms of a small part.
    Few(HashMap<Id, u32>),
}

/// A part with so many times fewer quads than the graph has terms is small.
const SMALL: usize = 16;

impl Numbers {
    /// 1 for each term of some quads.
    fn of(graph: &dyn Indexed, quads: &[(GraphId, Triple)], watch: Watch<'_>) -> Result<Self> {
        let sorted = graph.term_count();
        let all = sorted as usize + graph.more_terms() as usize;
        let mut numbers = match quads.len().saturating_mul(SMALL) < all {
            true => Self::Few(HashMap::default()),
            false => Self::All { sorted, of: vec![0; all] },
        };
        let mut pace = watch.pace();
        for (graph, triple) in quads {
            graph.iter().chain(triple).for_each(|id| numbers.set(*id, 1));
            pace.step()?;
        }
        Ok(numbers)
    }

    /// Adds the parts of the triple terms that are there, and gives these back, each after those within it.
    fn add_parts(&mut self, graph: &dyn Indexed) -> Result<Vec<(Id, Triple)>> {
        let is_triple = |id: &Id| matches!(graph.kind(*id), Some(Kind::Triple));
        let dictionary = graph.kinds().range(Kind::Triple);
        let beside = FIRST_FOREIGN..FIRST_FOREIGN + graph.more_terms();
        let mut open: Vec<Id> = match self {
            Self::All { .. } => {
                let all = dictionary.chain(beside.filter(is_triple));
                all.filter(|id| self.is_used(*id)).collect()
            }
            Self::Few(few) => few.keys().copied().filter(is_triple).collect(),
        };
        open.sort_unstable();
        let mut scratch = Scratch::new();
        let mut found = Vec::new();
        while let Some(id) = open.pop() {
            let Lexical::Triple(parts) = graph.lexical(id, &mut scratch)? else { continue };
            parts.iter().for_each(|part| self.set(*part, 1));
            open.extend(parts.iter().filter(|part| is_triple(part)));
            found.push((id, parts));
        }
        // What lies within another was found after it, perhaps several times.
        let mut once = HashSet::new();
        found.reverse();
        found.retain(|(id, _)| once.insert(*id));
        Ok(found)
    }

    /// What is held of a term.
    fn held(&self, id: Id) -> u32 {
        match self {
            Self::All { sorted, of } => of.get(place(*sorted, id)).copied().unwrap_or_default(),
            Self::Few(few) => few.get(&id).copied().unwrap_or_default(),
        }
    }

    fn is_used(&self, id: Id) -> bool {
        self.held(id) > 0
    }

    fn get(&self, id: Id) -> Number {
        self.held(id).saturating_sub(1)
    }

    fn set(&mut self, id: Id, number: u32) {
        match self {
            Self::All { sorted, of } => {
                if let Some(have) = of.get_mut(place(*sorted, id)) {
                    *have = number;
                }
            }
            Self::Few(few) => {
                few.insert(id, number);
            }
        }
    }

    fn row(&self, (graph, [subject, predicate, object]): (GraphId, Triple)) -> Row {
        Row {
            graph: graph.map_or(0, |name| self.get(name) + 1),
            subject: self.get(subject),
            predicate: self.get(predicate),
            object: self.get(object),
        }
    }

    /// The terms that are used, and wanted, in the order of the dictionary.
    fn ids(&self, is_wanted: impl Fn(Id) -> bool, watch: Watch<'_>) -> Result<Vec<Id>> {
        let (mut ids, mut pace) = (Vec::new(), watch.pace());
        match self {
            Self::All { sorted, of } => {
                for (id, number) in (0..*sorted).chain(FIRST_FOREIGN..).zip(of) {
                    if *number > 0 && is_wanted(id) {
                        ids.push(id);
                    }
                    pace.step()?;
                }
            }
            Self::Few(few) => {
                ids.extend(few.keys().copied().filter(|id| is_wanted(*id)));
                ids.sort_unstable();
            }
        }
        Ok(ids)
    }
}

/// The place of a term among all, those of the dictionary first.
fn place(sorted: Id, id: Id) -> usize {
    match id.checked_sub(FIRST_FOREIGN) {
        Some(foreign) => sorted as usize + foreign as usize,
        None => id as usize,
    }
}

/// As [`Content::number`], of quads of terms.
pub(crate) fn of_quads<'q>(
    quads: impl Iterator<Item = &'q Quad>,
    blanks: &Blanks,
    each: Each<'_>,
    watch: Watch<'_>,
) -> Result<Vec<Row>> {
    let mut pace = watch.pace();
    let mut terms = Interned { numbers: HashMap::new(), blanks, each };
    let row = |quad: &'q Quad| {
        pace.step()?;
        let graph = match &quad.graph_name {
            GraphName::DefaultGraph => 0,
            GraphName::NamedNode(iri) => terms.number(iri.as_ref().into()) + 1,
            GraphName::BlankNode(node) => terms.number(node.as_ref().into()) + 1,
        };
        let subject = terms.number(quad.subject.as_ref().into());
        let predicate = terms.number(quad.predicate.as_ref().into());
        Ok(Row { graph, subject, predicate, object: terms.number(quad.object.as_ref()) })
    };
    quads.map(row).collect()
}

/// The terms of some quads, numbered as they come.
struct Interned<'q, 'e> {
    numbers: HashMap<TermRef<'q>, Number>,
    blanks: &'e Blanks,
    each: Each<'e>,
}

impl<'q> Interned<'q, '_> {
    fn number(&mut self, term: TermRef<'q>) -> Number {
        if let Some(number) = self.numbers.get(&term) {
            return *number;
        }
        let lexical = match (lexical_of(term), term) {
            (Some(Lexical::Blank(name)), _) => Lexical::Blank(self.blanks.label(name)),
            (None, TermRef::Triple(triple)) => Lexical::Triple([
                self.number(triple.subject.as_ref().into()),
                self.number(triple.predicate.as_ref().into()),
                self.number(triple.object.as_ref()),
            ]),
            (lexical, _) => lexical.unwrap_or(Lexical::Blank("")),
        };
        (self.each)(lexical);
        let number = self.numbers.len() as Number;
        self.numbers.insert(term, number);
        number
    }
}

/// A term as its text; nothing of a triple term.
pub(crate) fn lexical_of(term: TermRef<'_>) -> Option<Lexical<'_>> {
    Some(match term {
        TermRef::NamedNode(iri) => Lexical::Iri(iri.as_str()),
        TermRef::BlankNode(node) => Lexical::Blank(node.as_str()),
        TermRef::Literal(literal) => {
            let tag = match (literal.language(), literal.direction()) {
                (Some(tag), Some(direction)) => Tag::Directed(tag, direction),
                (Some(tag), None) => Tag::Language(tag),
                (None, _) => Tag::Datatype(literal.datatype().as_str()),
            };
            Lexical::Literal(literal.value(), tag)
        }
        TermRef::Triple(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Graph as _;
    use crate::store::pack::Builder;
    use crate::terms::{BlankNode, Literal, NamedNode, Triple as TermTriple};

    /// A small part is numbered like a large one, whichever way the numbers are held.
    #[test]
    fn few_terms_of_many_get_the_numbers_that_they_have_among_all() {
        let iri = |name: String| NamedNode::new_unchecked(format!("http://example.org/{name}"));
        let mut builder = Builder::new();
        for n in 0..3000_u32 {
            let object = match n % 5 {
                0 => TermTriple::new(iri(format!("in{n}")), iri("says".into()), Literal::from(i64::from(n)))
                    .into(),
                1 => Term::from(BlankNode::new_unchecked(format!("b{n}"))),
                _ => iri(format!("o{}", n * 7 % 900)).into(),
            };
            let graph = if n % 3 == 0 { iri("g".into()).into() } else { GraphName::DefaultGraph };
            builder.add(Quad::new(iri(format!("s{n}")), iri("p".into()), object, graph).as_ref());
        }
        let pack = builder.finish();
        let all: Vec<(GraphId, Triple)> = pack
            .graphs()
            .unwrap()
            .into_iter()
            .flat_map(|name| {
                let triples = pack.scan(name, [None; 3]).triples().map(Result::unwrap);
                triples.map(move |triple| (name, triple)).collect::<Vec<_>>()
            })
            .collect();
        let part = |quads| Content::Part(Part { graph: &pack, quads });
        let blanks = part(all.clone()).blanks(Watch::nobody()).unwrap();
        let numbered = |quads: Vec<(GraphId, Triple)>| {
            let part = part(quads);
            let mut terms = Vec::new();
            let rows =
                part.number(&blanks, &mut |term| terms.push(format!("{term:?}")), Watch::nobody()).unwrap();
            (terms, rows)
        };
        for part in all.chunks(40).step_by(9) {
            let (terms, rows) = numbered(part.to_vec());
            // So often that they are no small part any more.
            let (same, many) = numbered(part.repeat(2 * SMALL));
            assert!(terms.len() > 40 && rows.len() == part.len());
            assert!(terms == same, "the terms of a small part");
            assert!(rows.repeat(2 * SMALL) == many, "and its rows");
        }
    }
}
