//! The port between quads at rest and everything that reads them.
//!
//! In: a term, a pattern, a predicate. Out: numbers of terms, triples of numbers, sorted lists of pairs,
//! statistics as plain values. It knows no query, plan or answer.
//!
//! Two levels: [`Graph`] is what every store offers (advice and exploration need no more). [`Indexed`] is what a columnar graph offers besides, and what the executor needs: a dictionary
//! sorted in SPARQL order, value columns, and for every predicate its pairs by subject and by object.

use super::columns::{Epochs, Numbers};
use super::cursor::AHEAD;
use super::kinds::{Kind, Kinds};
use super::languages::Languages;
use super::lexical::{Lexical, Scratch};
use super::pack::Watch;
use super::standing::{self, Standing};
use super::view::View;
use crate::error::Result;
use crate::terms::{Term, TermRef};
use std::ops::Range;

/// A term's number within one graph. Two graphs number differently.
///
/// In an [`Indexed`] graph the order of numbers is the order of terms: by [`Kind`], then value, then
/// datatype, then lexical form. From [`FIRST_FOREIGN`] on they are in no order: terms that a graph came to have since
/// its dictionary was made ([`Indexed::more_terms`]), then those that the engine computes.
pub type Id = u32;

/// The first number that no dictionary uses. See [`Id`].
pub const FIRST_FOREIGN: Id = 1 << 31;

/// What stands for "unbound" in a column of numbers. No term has it.
pub const NONE: Id = Id::MAX;

/// A triple of identifiers: subject, predicate, object.
pub type Triple = [Id; 3];

/// A triple pattern: what is given must match, what is not may be anything.
pub type Pattern = [Option<Id>; 3];

/// Which graph of a dataset to look into. `None` is the default graph.
pub type GraphId = Option<Id>;

/// One of the two ends of a triple, seen from its predicate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum End {
    /// The subject.
    Subject,
    /// The object.
    Object,
}

impl End {
    /// Its place among subject, predicate and object.
    #[must_use]
    pub fn place(self) -> usize {
        match self {
            Self::Subject => 0,
            Self::Object => 2,
        }
    }

    /// The end in the first or the last place.
    #[must_use]
    pub fn at(place: usize) -> Self {
        if place == 0 { Self::Subject } else { Self::Object }
    }

    /// The other end.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Subject => Self::Object,
            Self::Object => Self::Subject,
        }
    }
}

/// Triples found (subject, predicate, object), read as they are asked for.
pub type Triples<'a> = Box<dyn Iterator<Item = Result<Triple>> + 'a>;

/// What a scan found.
pub enum Scan<'a> {
    /// Triples (subject, predicate, object) in no order, read as they are asked for.
    Stream(Triples<'a>),
}

impl<'a> Scan<'a> {
    /// The triples found, as subject, predicate, object.
    pub fn triples(self) -> Triples<'a> {
        let Self::Stream(triples) = self;
        triples
    }
}

/// The port between storage and everything that reads: a dictionary and scans. Every method that reads stored bytes can fail:
/// damage is an error, never an empty string or a missing row.
///
/// Blank nodes are terms like others here; their labels are the graph's own.
pub trait Graph: Send + Sync {
    /// The number of a term, or nothing where the term does not occur. A graph that was changed may still know a term that
    /// none of its quads has any more.
    ///
    /// # Errors
    /// Where the stored bytes are damaged.
    fn id(&self, term: TermRef<'_>) -> Result<Option<Id>>;

    /// The term of a number that this graph gave out.
    ///
    /// # Errors
    /// Where the stored bytes are damaged, or the number is none of this graph's.
    fn term(&self, id: Id) -> Result<Term>;

    /// The triples of one graph that match a pattern. A repeated identifier in the pattern is not
    /// a join condition: callers compare columns themselves.
    fn scan(&self, graph: GraphId, pattern: Pattern) -> Scan<'_>;

    /// How many triples of one graph match a pattern: exact where that is cheap, else an estimate.
    ///
    /// # Errors
    /// Where the stored bytes are damaged.
    fn count(&self, graph: GraphId, pattern: Pattern) -> Result<u64>;

    /// The named graphs, each with at least one triple, in a stable order.
    ///
    /// # Errors
    /// Where the stored bytes are damaged.
    fn graph_names(&self) -> Result<Vec<Id>>;

    /// How many of them there are, and so many of them at most, evenly spaced.
    ///
    /// # Errors
    /// As there.
    fn some_graph_names(&self, most: usize) -> Result<(usize, Vec<Id>)> {
        let names = self.graph_names()?;
        Ok((names.len(), evenly(names.len(), most).filter_map(|n| names.get(n)).copied().collect()))
    }

    /// The default graph, and the named ones as [`Self::graph_names`] gives them.
    ///
    /// # Errors
    /// As there.
    fn graphs(&self) -> Result<Vec<GraphId>> {
        Ok(std::iter::once(None).chain(self.graph_names()?.into_iter().map(Some)).collect())
    }

    /// How many quads there are in all graphs.
    fn len(&self) -> u64;

    /// Whether there is no quad at all.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The columnar side of this graph; nothing where it has none, and so cannot be queried.
    ///
    /// # Errors
    /// Where the graph had to be indexed anew after a change, and that failed.
    fn indexed(&self) -> Result<Option<&dyn Indexed>> {
        Ok(None)
    }
}

/// A graph whose terms are numbered in SPARQL order, with columns to read. See the module.
pub trait Indexed: Graph {
    /// How many terms the dictionary has: their numbers are `0..term_count()`.
    fn term_count(&self) -> Id;

    /// How many terms there are beside the dictionary, in no order: the first has the number [`FIRST_FOREIGN`], and so on.
    /// All that is told of a number is told of these too. Whoever numbers computed terms goes on after them.
    fn more_terms(&self) -> Id {
        0
    }

    /// The kind of a term; nothing for a number that is none of this graph's.
    fn kind(&self, id: Id) -> Option<Kind> {
        self.kinds().of(id)
    }

    /// Where a term stands among those of the dictionary: for who sorts numbers, some of which are in no order.
    ///
    /// # Errors
    /// Where the stored bytes are damaged.
    fn standing(&self, id: Id) -> Result<Standing> {
        standing::of_number(id, self)
    }

    /// Where each kind of term begins and ends among the numbers of the dictionary.
    fn kinds(&self) -> &Kinds;

    /// The text of a term, borrowed from the graph or decoded into `scratch`: nothing is allocated once
    /// `scratch` has grown. Numbers that follow each other decode fastest.
    ///
    /// # Errors
    /// Where the stored bytes are damaged, or the number is none of this graph's.
    fn lexical<'a>(&'a self, id: Id, scratch: &'a mut Scratch) -> Result<Lexical<'a>>;

    /// The texts of many terms, one call of `each` (place in `ids`, text) for each in the order of `ids`.
    /// Neighbours in the dictionary are decoded once where `ids` is sorted.
    ///
    /// # Errors
    /// As [`Self::lexical`], and what `each` reports.
    fn lexicals(
        &self,
        ids: &[Id],
        scratch: &mut Scratch,
        each: &mut dyn FnMut(usize, Lexical<'_>) -> Result<()>,
    ) -> Result<()> {
        let mut place = 0;
        for part in ids.chunks(AHEAD) {
            self.warm(part);
            for id in part {
                each(place, self.lexical(*id, scratch)?)?;
                place += 1;
            }
        }
        Ok(())
    }

    /// Reads ahead, where that can be done, what [`Self::lexical`] of these terms, which are sorted, will read.
    fn warm(&self, _ids: &[Id]) {}

    /// The numbers of the IRIs, strings or blank nodes (only these are sorted by their text alone) whose
    /// text starts with `prefix`; the range of the language strings so too, whatever their tag. Other
    /// kinds give an empty range.
    ///
    /// # Errors
    /// Where the stored bytes are damaged.
    fn prefixed(&self, kind: Kind, prefix: &str) -> Result<Range<Id>>;

    /// Where a term stands among the numbers of the dictionary, whether that has it or not: all terms below the first number
    /// sort before it, all terms from the second on sort after it. The two differ by one where it
    /// occurs. Ranges for comparisons with a constant are made of this.
    ///
    /// # Errors
    /// Where the stored bytes are damaged.
    fn position(&self, term: TermRef<'_>) -> Result<Range<Id>>;

    /// The values of the range [`Kind::Number`].
    ///
    /// # Errors
    /// Where the stored bytes are damaged.
    fn numbers(&self) -> Result<Numbers<'_>>;

    /// The instants of the ranges [`Kind::DateTime`] and [`Kind::Date`].
    ///
    /// # Errors
    /// Where the stored bytes are damaged.
    fn epochs(&self) -> Result<Epochs<'_>>;

    /// The language tags of the range [`Kind::LangString`]; an empty column where there is none, so that texts tell them.
    ///
    /// # Errors
    /// Where the stored bytes are damaged.
    fn languages(&self) -> Result<Languages<'_>> {
        Ok(Languages::default())
    }

    /// The parts of terms by number; [`NO_PARTS`](super::NO_PARTS) of those that are no triple terms of this graph.
    ///
    /// # Errors
    /// Where the stored bytes are damaged, and where `watch` stops it.
    fn parts(&self, ids: &[Id], watch: Watch<'_>) -> Result<Vec<Triple>>;

    /// The triple term of these parts, where this graph knows it.
    ///
    /// # Errors
    /// Where the stored bytes are damaged.
    fn triple_of(&self, parts: Triple) -> Result<Option<Id>>;

    /// One graph of the dataset to read, found in logarithmic time; nothing where no such graph holds a
    /// triple. The default graph is always there, even empty.
    ///
    /// # Errors
    /// Where the stored bytes are damaged.
    fn view(&self, graph: GraphId) -> Result<Option<View<'_>>>;

    /// The named graphs that may have a triple which matches a pattern with a constant, sorted: all that have one, and few others.
    /// Nothing where any may have one, or to look into each takes no longer than to know.
    ///
    /// # Errors
    /// Where the stored bytes are damaged, and where `watch` stops it.
    fn homes(&self, pattern: Pattern, watch: Watch<'_>) -> Result<Option<Vec<Id>>>;

    /// Several graphs merged into one, as `FROM` asks: a triple that is in two of them counts once
    /// (SPARQL 1.1 section 13.2.1, "the RDF merge"; blank nodes of one dataset are shared). Made at
    /// the first call for a set of graphs and kept. Graphs that are not there count as empty.
    ///
    /// # Errors
    /// Where the stored bytes are damaged.
    fn merged(&self, graphs: &[GraphId]) -> Result<View<'_>>;
}

/// The places of so many of a list at most, evenly spaced.
pub fn evenly(len: usize, most: usize) -> impl Iterator<Item = usize> {
    let count = most.min(len);
    (0..count).map(move |n| n * len / count.max(1))
}
