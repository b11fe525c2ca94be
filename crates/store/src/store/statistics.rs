//! What a planner needs to know of a graph, as plain values: no graph is open where they are read.
//!
//! In: counts made while a graph is built. Out: [`Statistics`]. The characteristic sets are those of
//! Neumann and Moerkotte (Characteristic sets: accurate cardinality estimation for RDF queries with
//! multiple joins, ICDE 2011).

use super::Id;
use super::kinds::Kinds;

/// How often a predicate is used, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PredicateCount {
    /// The predicate.
    pub predicate: Id,
    /// Its triples.
    pub triples: u64,
    /// Its different subjects.
    pub subjects: u64,
    /// Its different objects.
    pub objects: u64,
    /// The most objects that one subject has.
    pub max_objects: u64,
    /// The most subjects that one object has.
    pub max_subjects: u64,
}

/// The nodes that have the very same predicates at one end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CharacteristicSet {
    /// The predicates, sorted, each with how many triples it has with these nodes.
    pub predicates: Vec<(Id, u64)>,
    /// How many nodes have exactly these predicates.
    pub nodes: u64,
}

/// A star: nodes that have several predicates at one end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Star {
    /// How many nodes have all of the predicates.
    pub nodes: f64,
    /// How many rows the star has: for each node the product of its triples, taken to be as many with a predicate as other
    /// nodes of the same characteristic set have in the mean.
    pub rows: f64,
}

/// Everything counted about one graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statistics {
    /// All triples.
    pub triples: u64,
    /// Every predicate, sorted by its number.
    pub predicates: Vec<PredicateCount>,
    /// The sets of predicates that subjects have, the most frequent first. The rarest are left out where
    /// there are very many.
    pub subject_sets: Vec<CharacteristicSet>,
    /// The same of objects.
    pub object_sets: Vec<CharacteristicSet>,
    /// Where the kinds of terms begin: their counts in the whole dataset.
    pub kinds: Kinds,
}

impl Statistics {
    /// What is known of one predicate.
    #[must_use]
    pub fn predicate(&self, predicate: Id) -> Option<&PredicateCount> {
        let place = self.predicates.binary_search_by_key(&predicate, |count| count.predicate).ok()?;
        self.predicates.get(place)
    }
}
