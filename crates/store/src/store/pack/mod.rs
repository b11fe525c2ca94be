//! The columnar graph: a dictionary sorted by value and, for every predicate, its pairs in two orders.
//!
//! In: what a [`Builder`] collected, or the bytes that a pack wrote. Out: [`Pack`], read-only, which
//! offers the whole port ([`Graph`] and [`Indexed`]).

pub(super) mod bits;
mod build;
pub(super) mod cache;
pub mod checksum;
pub(super) mod chunks;
mod dictionary;
mod external;
mod file;
mod halves;
pub(super) mod intern;
mod merge;
mod packer;
pub(super) mod pairs;
pub(super) mod radix;
pub(super) mod records;
mod sort;
mod sorted;
mod spill;
pub(super) mod terms;
mod texts;
pub(super) mod union;
pub(super) mod values;
pub(super) mod varint;
pub(super) mod watch;

pub use build::Builder;
pub use cache::{mapped_bytes, read_bytes};
pub(super) use dictionary::Dictionary;
pub use packer::{HELD, Packer, Workspace};
pub use radix::sort_by as sort_watched;
#[cfg(test)]
pub(super) use spill::faults;
pub use watch::{Pace, Step, Watch};

use super::kinds::{Kind, Kinds};
use super::merged::Merged;
use super::port::{Graph, GraphId, Id, Indexed, Pattern, Scan, Triple};
use super::scan;
use super::table::Table;
use super::{Epochs, Languages, Lexical, Numbers, Scratch, View};
use crate::error::Result;
use crate::store::quads_of;
use crate::terms::{Prefixes, Quad, Term, TermRef};
use chunks::Chunks;
use std::ops::Range;
use std::sync::Arc;

/// A read-only graph. See the module.
pub struct Pack {
    dictionary: Dictionary,
    table: Table,
    prefixes: Prefixes,
    merged: Merged,
    /// What it is read from, where it is not in memory.
    chunks: Option<Arc<Chunks>>,
}

impl Pack {
    fn of(dictionary: Dictionary, table: Table) -> Self {
        Self { dictionary, table, prefixes: Prefixes::new(), merged: Merged::default(), chunks: None }
    }

    /// A graph of nothing.
    fn empty() -> Self {
        Self::of(Dictionary::empty(), Table::default())
    }

    /// The prefixes that the sources of the graph declared.
    pub fn prefixes(&self) -> &Prefixes {
        &self.prefixes
    }

    /// The same graph with other prefixes.
    #[must_use]
    pub fn with_prefixes(self, prefixes: Prefixes) -> Self {
        Self { prefixes, ..self }
    }

    /// The same pack, none of it read yet, where it is a file of more than some bytes: for who reads much of it once.
    ///
    /// # Errors
    /// Where it is damaged.
    pub(super) fn again(&self, more_than: usize) -> Result<Option<Self>> {
        let is_large = |chunks: &&Arc<Chunks>| chunks.in_file().is_some_and(|bytes| bytes > more_than as u64);
        self.chunks.as_ref().filter(is_large).map(|chunks| Self::from_chunks(chunks.again())).transpose()
    }

    /// How many bytes of its file are held in memory.
    pub(super) fn held(&self) -> usize {
        self.chunks.as_ref().map_or(0, |chunks| chunks.held())
    }

    /// The columns of triples.
    pub(super) fn table(&self) -> &Table {
        &self.table
    }

    /// Gives every quad, graph by graph.
    ///
    /// # Errors
    /// Where the pack is damaged, and what `each` reports.
    pub fn each_quad(&self, each: &mut dyn FnMut(Quad) -> Result<()>) -> Result<()> {
        for name in self.graphs()? {
            quads_of(self, name).try_for_each(|quad| each(quad?))?;
        }
        Ok(())
    }
}

impl Graph for Pack {
    fn id(&self, term: TermRef<'_>) -> Result<Option<Id>> {
        let found = self.dictionary.position(term)?;
        Ok((!found.is_empty()).then_some(found.start))
    }

    fn term(&self, id: Id) -> Result<Term> {
        self.dictionary.term(id)
    }

    fn scan(&self, graph: GraphId, pattern: Pattern) -> Scan<'_> {
        scan::of_view(self.view(graph), pattern)
    }

    fn count(&self, graph: GraphId, pattern: Pattern) -> Result<u64> {
        self.view(graph)?.map_or(Ok(0), |view| view.count(pattern))
    }

    fn graph_names(&self) -> Result<Vec<Id>> {
        self.table.names()
    }

    fn some_graph_names(&self, most: usize) -> Result<(usize, Vec<Id>)> {
        self.table.some_names(most)
    }

    fn len(&self) -> u64 {
        self.table.len() as u64
    }

    fn indexed(&self) -> Result<Option<&dyn Indexed>> {
        Ok(Some(self))
    }
}

impl Indexed for Pack {
    fn term_count(&self) -> Id {
        self.kinds().total()
    }

    fn kinds(&self) -> &Kinds {
        self.dictionary.kinds()
    }

    fn lexical<'a>(&'a self, id: Id, scratch: &'a mut Scratch) -> Result<Lexical<'a>> {
        self.dictionary.lexical(id, scratch)
    }

    fn lexicals(
        &self,
        ids: &[Id],
        scratch: &mut Scratch,
        each: &mut dyn FnMut(usize, Lexical<'_>) -> Result<()>,
    ) -> Result<()> {
        self.dictionary.lexicals(ids, scratch, each)
    }

    fn warm(&self, ids: &[Id]) {
        self.dictionary.warm(ids);
    }

    fn prefixed(&self, kind: Kind, prefix: &str) -> Result<Range<Id>> {
        self.dictionary.prefixed(kind, prefix)
    }

    fn position(&self, term: TermRef<'_>) -> Result<Range<Id>> {
        self.dictionary.position(term)
    }

    fn numbers(&self) -> Result<Numbers<'_>> {
        self.dictionary.numbers()
    }

    fn epochs(&self) -> Result<Epochs<'_>> {
        self.dictionary.epochs()
    }

    fn languages(&self) -> Result<Languages<'_>> {
        self.dictionary.languages()
    }

    fn view(&self, graph: GraphId) -> Result<Option<View<'_>>> {
        let place = self.table.place(graph)?;
        Ok(place.map(|place| View::of_table(&self.table, place, self.kinds())))
    }

    fn homes(&self, pattern: Pattern, watch: Watch<'_>) -> Result<Option<Vec<Id>>> {
        self.table.homes(pattern, self.table.name_count(), watch)
    }

    fn parts(&self, ids: &[Id], watch: Watch<'_>) -> Result<Vec<Triple>> {
        self.dictionary.triples().parts(&self.dictionary, ids, watch)
    }

    fn triple_of(&self, parts: Triple) -> Result<Option<Id>> {
        if parts.iter().any(|part| *part >= self.term_count()) {
            return Ok(None);
        }
        let parts = parts.map(|part| part..part + 1);
        let found = self.dictionary.triples().position(&self.dictionary, &parts, Watch::nobody())?;
        Ok((!found.is_empty()).then_some(found.start))
    }

    fn merged(&self, graphs: &[GraphId]) -> Result<View<'_>> {
        self.merged.view(graphs, self.kinds(), |name, before| {
            let Some(place) = self.table.place_after(name, *before)? else { return Ok(None) };
            *before = place;
            Ok(Some(View::of_table(&self.table, place, self.kinds())))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::{GraphName, Literal, NamedNode};

    fn quads() -> Vec<Quad> {
        let iri = |n: usize| NamedNode::new_unchecked(format!("http://example.org/{n}"));
        let mut quads = Vec::new();
        for s in 0..7 {
            for o in 0..5 {
                let graph = if o == 4 { GraphName::NamedNode(iri(100)) } else { GraphName::DefaultGraph };
                quads.push(Quad::new(iri(s), iri(50 + (s + o) % 3), iri(o), graph.clone()));
                quads.push(Quad::new(iri(s), iri(60), Literal::from(o as i64), graph));
            }
        }
        quads
    }

    fn pack(quads: &[Quad]) -> Pack {
        let mut builder = Builder::new();
        for quad in quads {
            builder.add(quad.as_ref());
        }
        builder.finish()
    }

    /// Every pattern over the terms of a small dataset, against a plain filter over its quads.
    #[test]
    fn every_pattern_finds_what_a_filter_finds() {
        let quads = quads();
        let pack = pack(&quads);
        let terms: Vec<Option<Term>> = std::iter::once(None)
            .chain((0..pack.term_count()).map(|id| Some(pack.term(id).unwrap())))
            .collect();
        for graph in [
            GraphName::DefaultGraph,
            GraphName::NamedNode(NamedNode::new_unchecked("http://example.org/100")),
        ] {
            let graph_id = match &graph {
                GraphName::NamedNode(name) => Some(pack.id(name.as_ref().into()).unwrap().unwrap()),
                _ => None,
            };
            for s in &terms {
                for p in &terms {
                    for o in &terms {
                        let fits = |want: &Option<Term>, have: Term| want.as_ref().is_none_or(|t| *t == have);
                        let expected = quads.iter().filter(|q| {
                            q.graph_name == graph
                                && fits(s, q.subject.clone().into())
                                && fits(p, q.predicate.clone().into())
                                && fits(o, q.object.clone())
                        });
                        let id = |t: &Option<Term>| t.as_ref().map(|t| pack.id(t.as_ref()).unwrap().unwrap());
                        let pattern = [id(s), id(p), id(o)];
                        assert_eq!(pack.count(graph_id, pattern).unwrap(), expected.clone().count() as u64);
                        for triple in pack.scan(graph_id, pattern).triples() {
                            let [s, p, o] = triple.unwrap().map(|id| pack.term(id).unwrap());
                            assert!(expected.clone().any(|q| Term::from(q.subject.clone()) == s
                                && Term::from(q.predicate.clone()) == p
                                && q.object == o));
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn bytes_give_the_same_graph_back() {
        let direct = pack(&quads());
        let bytes: &'static [u8] = Vec::leak(direct.write(Vec::new()).unwrap());
        let read = Pack::from_static(bytes).unwrap();
        assert_eq!(read.len(), direct.len());
        assert_eq!(read.kinds(), direct.kinds());
        assert!((0..direct.term_count()).all(|id| read.term(id).unwrap() == direct.term(id).unwrap()));
        assert!(Pack::from_static(&bytes[..bytes.len() - 1]).is_err(), "a cut file is refused");
        assert!(Pack::from_static(b"no pack").is_err());
    }

    #[test]
    fn a_quad_given_twice_counts_once() {
        let mut twice = quads();
        twice.extend(quads());
        assert_eq!(pack(&twice).len(), quads().len() as u64);
    }
}
