//! What the planner may ask of a graph: numbers of terms and counts of triples.
//!
//! In: terms and patterns of ids. Out: plain values. A plan is made with nothing else known, so a
//! table of made-up figures is enough to test one.

use super::estimate::{Leg, Meeting};
use crate::error::Result;
use crate::store::{End, Id, NONE, Star};
use crate::syntax::algebra::Expression;
use crate::terms::{NamedNode, Term};

/// Whether a plan of this cost, in nanoseconds, may take longer than it takes to look for a better one: to sample its joins, a
/// hundred lookups for each pair of predicates, and to try trees.
pub fn is_worth_a_look(cost: f64) -> bool {
    cost > 1e6
}

/// One of two sides that are compared: of which triples, in which place of them (0 subject, 2 object), and what is computed of the term there.
#[derive(Debug, Clone, Copy)]
pub struct Side<'e> {
    /// The graph that the triples are of.
    pub graph: Option<Id>,
    /// What they match.
    pub pattern: [Option<Id>; 3],
    /// Where the term stands.
    pub place: usize,
    /// What is computed of it: an expression of one variable.
    pub expression: &'e Expression,
}

/// Where searches over links begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum From {
    /// At nodes that have a link.
    Any,
    /// At this one.
    Node(Id),
    /// At those that stand at an end of triples with a predicate, of which the other end is this node.
    Given {
        /// The predicate.
        predicate: Id,
        /// At which end the searches begin.
        end: End,
        /// The node at the other end.
        other: Id,
    },
}

/// How far searches came.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reached {
    /// How many nodes those that came to an end met, in the mean.
    pub met: f64,
    /// Which part of all met as many as were looked at, and did not end.
    pub endless: f64,
    /// So many they had met then.
    pub most: f64,
}

/// In place of the number of a graph: each named one in turn, whose counts are those of some of them in the mean.
pub const EACH: Id = NONE;

/// Counts of one dataset. `graph` is the number of a named graph, [`EACH`], or nothing for the default one.
pub trait Statistics {
    /// The number of a term, where the data have it.
    ///
    /// # Errors
    /// Where the data are damaged.
    fn id(&self, term: &Term) -> Result<Option<Id>>;

    /// Whether there is a named graph of this name.
    ///
    /// # Errors
    /// Where the data are damaged.
    fn has_graph(&self, name: &NamedNode) -> Result<bool>;

    /// How many named graphs there are.
    fn graphs(&self) -> f64 {
        0.0
    }

    /// How many triples match: exact, but for damaged data.
    fn count(&self, graph: Option<Id>, pattern: [Option<Id>; 3]) -> f64;

    /// About how many triples match, told without reading them: for a pattern that is joined with nothing, of which no choice depends on
    /// the number.
    fn about(&self, graph: Option<Id>, pattern: [Option<Id>; 3]) -> f64 {
        self.count(graph, pattern)
    }

    /// Whether planning may go on; asked at every step of it.
    ///
    /// # Errors
    /// Once a limit of the query is met.
    fn go_on(&self) -> Result<()> {
        Ok(())
    }

    /// Whether a plan of this cost, in nanoseconds, takes so long that others are looked for: planning them takes time too.
    fn is_worth_a_look(&self, cost: f64) -> bool {
        is_worth_a_look(cost)
    }

    /// Whether a chain of operators of this cost, in nanoseconds, takes so long that several threads pay.
    fn is_worth_threads(&self, _cost: f64) -> bool {
        false
    }

    /// Whether another plan is taken than the usual one: where its cost is so many times less.
    fn is_far_better(&self, other: f64, usual: f64, times: f64) -> bool {
        other * times < usual
    }

    /// How many different terms stand in a place (0 subject, 1 predicate, 2 object) of the triples
    /// with this predicate, or of all triples; at least one where there is a triple.
    fn distinct(&self, graph: Option<Id>, predicate: Option<Id>, place: usize) -> f64;

    /// Of how many different terms those at an end of triples with a predicate seem to be drawn, in all named graphs together: two of different
    /// graphs are equal as often as two of so many would be. Nothing where that is not known.
    fn among_graphs(&self, _predicate: Id, _end: End) -> Option<f64> {
        None
    }

    /// Which part, from 0 to 1, of the triples with a predicate and both ends free have a term in a place (0 subject, 2
    /// object) for which all of these tests of it may be true; nothing where that is not known.
    fn share(
        &self,
        _graph: Option<Id>,
        _pattern: [Option<Id>; 3],
        _place: usize,
        _tests: &[&Expression],
    ) -> Option<f64> {
        None
    }

    /// Which part of the same triples have a term in a place for which all of these conditions on one variable are true, by a sample of
    /// them; nothing where that is not known.
    fn sampled_share(
        &self,
        _graph: Option<Id>,
        _pattern: [Option<Id>; 3],
        _place: usize,
        _conditions: &[&Expression],
    ) -> Option<f64> {
        None
    }

    /// Which part of all pairs of triples of two patterns have what may be equal where an expression is computed of the term in a place, by a
    /// sample of both; nothing where that is not known.
    fn agreeing(&self, _sides: [Side<'_>; 2]) -> Option<f64> {
        None
    }

    /// How many nodes one comes to over links, each a predicate and whether it is gone backwards, in the mean of those where searches begin; by
    /// a few searches that end early. Nothing where that is not known.
    fn reached(&self, _graph: Option<Id>, _links: &[(Id, bool)], _from: From) -> Option<Reached> {
        None
    }

    /// What a star has whose centre stands at one end of triples with each of these predicates, sorted, in a graph; nothing
    /// where that is not known, or not without reading the graph.
    fn star(&self, _graph: Option<Id>, _end: End, _predicates: &[Id]) -> Option<Star> {
        None
    }

    /// How triples of one leg meet those of another of the same graph; nothing where that is not known.
    fn meeting(&self, _of: Leg, _with: Leg) -> Option<Meeting> {
        None
    }
}
