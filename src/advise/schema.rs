//! What is in a graph, as a person wants to see it; and where a thing of a given name is.
//!
//! In: a graph, with or without an ontology. Out: classes with their properties and examples, as
//! plain data. It refuses to read more of a graph than its budget.

use super::Knowledge;
use crate::terms::{Prefixes, Term};

/// What is in a graph.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schema {
    /// How many quads.
    pub quads: u64,
    /// The named graphs with their numbers of triples.
    pub graphs: Vec<(Term, u64)>,
    /// The prefixes that the classes and properties use, with their namespaces.
    pub prefixes: Vec<(String, String)>,
    /// The classes that have instances, the largest first.
    pub classes: Vec<Class>,
    /// Whether the counts are of a part of the graph only.
    pub partial: bool,
}

/// A class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Class {
    /// The class; nothing for the subjects that have none.
    pub class: Option<Term>,
    /// Its label.
    pub label: Option<String>,
    /// How many instances.
    pub count: u64,
    /// One instance, with its label.
    pub example: Option<(Term, Option<String>)>,
    /// The properties of its instances, the most used first.
    pub properties: Vec<Property>,
}

/// A property of the instances of a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Property {
    /// The property.
    pub property: Term,
    /// Its label.
    pub label: Option<String>,
    /// How many values.
    pub count: u64,
    /// How many instances have one.
    pub instances: u64,
    /// What sorts of values: classes and datatypes, with counts, the most used first.
    pub values: Vec<(String, u64)>,
    /// The smallest and the greatest value, where they are numbers or dates.
    pub range: Option<(Term, Term)>,
    /// One value, with its label.
    pub example: Option<(Term, Option<String>)>,
}

impl Schema {
    /// The whole as lines for people: an overview of the classes, with their properties where the
    /// schema is of one class or few.
    pub fn show(&self, prefixes: &Prefixes) -> String {
        let _ = prefixes;
        String::new()
    }
}

/// What is in the graph; with `filter`, only the classes and properties whose name or label has it.
pub fn schema(known: &Knowledge<'_>, language: &str, filter: Option<&str>) -> Schema {
    let _ = (known, language, filter);
    Schema::default()
}

/// A thing found by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The thing.
    pub term: Term,
    /// Its label.
    pub label: Option<String>,
    /// The label, or short name, of its most telling class.
    pub class: Option<String>,
    /// The name that matched.
    pub matched: String,
}

/// The things whose names or IRIs have all of `words`, the best match first.
pub fn search(known: &Knowledge<'_>, language: &str, words: &str, limit: usize) -> Vec<Found> {
    let _ = (known, language, words, limit);
    Vec::new()
}
