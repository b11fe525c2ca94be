//! Quads at rest, and the one port through which everything else reads them.
//!
//! In: quads. Out: [`Graph`], a dictionary of terms and scans over triples of identifiers. It
//! refuses to know queries, plans and answers.

pub mod import;
pub mod overlay;
pub mod oxigraph;
pub mod pack;

use crate::terms::{Term, TermRef};

/// A term's number within one graph. Two graphs number differently. The upper half of the range
/// (from [`FIRST_FOREIGN`]) is never used by a graph: the engine numbers there what it computes.
pub type Id = u32;

/// The first number that no graph uses. See [`Id`].
pub const FIRST_FOREIGN: Id = 1 << 31;

/// A triple of identifiers: subject, predicate, object.
pub type Triple = [Id; 3];

/// A triple pattern: what is given must match, what is not may be anything.
pub type Pattern = [Option<Id>; 3];

/// Which graph of a dataset to look into. `None` is the default graph.
pub type GraphId = Option<Id>;

/// In which order the columns of a stored triple are laid out, and so sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Subject, predicate, object.
    Spo,
    /// Predicate, object, subject.
    Pos,
    /// Object, subject, predicate.
    Osp,
}

impl Order {
    /// The place of subject, predicate and object in a row of this order.
    pub fn columns(self) -> [usize; 3] {
        match self {
            Self::Spo => [0, 1, 2],
            Self::Pos => [2, 0, 1],
            Self::Osp => [1, 2, 0],
        }
    }

    /// A row of this order as subject, predicate, object.
    #[inline]
    pub fn to_spo(self, row: Triple) -> Triple {
        match self {
            Self::Spo => row,
            Self::Pos => [row[2], row[0], row[1]],
            Self::Osp => [row[1], row[2], row[0]],
        }
    }

    /// Subject, predicate, object as a row of this order.
    #[inline]
    pub fn of_spo(self, triple: Triple) -> Triple {
        match self {
            Self::Spo => triple,
            Self::Pos => [triple[1], triple[2], triple[0]],
            Self::Osp => [triple[2], triple[0], triple[1]],
        }
    }
}

/// What a scan found.
pub enum Scan<'a> {
    /// A slice of a sorted table: rows in `Order`, sorted by it.
    Sorted(&'a [Triple], Order),
    /// Triples (subject, predicate, object) in no order, read as they are asked for.
    Stream(Box<dyn Iterator<Item = crate::error::Result<Triple>> + 'a>),
}

/// The port between storage and everything that reads: a dictionary and scans.
///
/// Blank nodes are terms like others here; their labels are the graph's own.
pub trait Graph: Send + Sync {
    /// The number of a term, or nothing where the term does not occur.
    fn id(&self, term: TermRef<'_>) -> Option<Id>;

    /// The term of a number that this graph gave out.
    fn term(&self, id: Id) -> Term;

    /// The triples of one graph that match a pattern. A repeated identifier in the pattern is not
    /// a join condition: callers compare columns themselves.
    fn scan(&self, graph: GraphId, pattern: Pattern) -> Scan<'_>;

    /// How many triples of one graph match a pattern: exact where that is cheap, else an estimate.
    fn count(&self, graph: GraphId, pattern: Pattern) -> u64;

    /// The named graphs, each with at least one triple, in a stable order.
    fn graph_names(&self) -> Vec<Id>;

    /// How many quads there are in all graphs.
    fn len(&self) -> u64 {
        std::iter::once(None)
            .chain(self.graph_names().into_iter().map(Some))
            .map(|graph| self.count(graph, [None; 3]))
            .sum()
    }

    /// Whether there is no quad at all.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<'a> Scan<'a> {
    /// The triples found, as subject, predicate, object.
    pub fn triples(self) -> Box<dyn Iterator<Item = crate::error::Result<Triple>> + 'a> {
        match self {
            Self::Sorted(rows, order) => Box::new(rows.iter().map(move |row| Ok(order.to_spo(*row)))),
            Self::Stream(triples) => triples,
        }
    }
}
