//! Where an answer comes from: the triples behind one row, and the source each rests on.
//!
//! In: a query's algebra, one thing it answered, the graph. Out: triples with citations, as plain
//! data. Only the standard terms for sources and parts are known, none of any graph's own.

mod cite;
mod path;
mod trace;

use super::Knowledge;
use crate::engine::answer::Row;
use crate::engine::syntax::algebra::Query;
use crate::engine::{Bindings, DefaultGraph, Governor};
use crate::error::Result;
use crate::store::{Id, Pattern};
use crate::terms::{Term, Triple, Variable};
use trace::unify;

/// Which part of an answer is asked about.
#[derive(Debug, Clone, Copy)]
pub enum AnswerPart<'a> {
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

/// How many solutions behind one row are looked at, and how many nodes that cite one thing.
const SOLUTIONS: usize = 200;

const CITING: usize = 4;

/// The triples behind a part of the answer to `query`.
///
/// # Errors
/// Where the evaluation of the query fails, or a limit stops it.
pub fn why(
    query: &Query,
    part: AnswerPart<'_>,
    known: &Knowledge<'_>,
    language: &str,
    default_graph: DefaultGraph,
    governor: &Governor,
) -> Result<Provenance> {
    let mut tracer = Tracer { query, known, language, default_graph, governor, found: Provenance::default() };
    match (query, part) {
        (Query::Describe { .. }, AnswerPart::Triple(triple)) => tracer.add(triple.clone()),
        (Query::Construct { template, pattern, .. }, AnswerPart::Triple(triple)) => {
            for bindings in template.iter().filter_map(|pattern| unify(pattern, triple)) {
                tracer.behind(pattern, &bindings, SOLUTIONS)?;
            }
        }
        (Query::Select { pattern, .. }, AnswerPart::Row(variables, row)) => {
            let pairs = variables.iter().zip(row);
            let bindings = pairs.filter_map(|(v, term)| Some((v.clone(), term.clone()?))).collect();
            tracer.behind(pattern, &bindings, SOLUTIONS)?;
        }
        (Query::Ask { pattern, .. }, _) => tracer.behind(pattern, &Bindings::new(), 1)?,
        _ => {}
    }
    tracer.cite();
    Ok(tracer.found)
}

struct Tracer<'a> {
    query: &'a Query,
    known: &'a Knowledge<'a>,
    language: &'a str,
    default_graph: DefaultGraph,
    governor: &'a Governor,
    found: Provenance,
}

impl Tracer<'_> {
    fn ids(&self, triple: &Triple) -> Option<Pattern> {
        let graph = self.known.graph;
        Some([
            Some(graph.id(triple.subject.as_ref().into())?),
            Some(graph.id(triple.predicate.as_ref().into())?),
            Some(graph.id(triple.object.as_ref())?),
        ])
    }

    fn scan(&self, pattern: Pattern) -> impl Iterator<Item = [Id; 3]> + '_ {
        self.known.graph.scan_all(pattern)
    }

    fn has(&self, triple: &Triple) -> bool {
        self.ids(triple).is_some_and(|pattern| self.scan(pattern).next().is_some())
    }

    fn add(&mut self, triple: Triple) {
        if !self.found.triples.contains(&triple) && self.has(&triple) {
            self.found.triples.push(triple);
        }
    }

    fn label(&self, id: Id) -> Option<String> {
        self.known.names().label(id, self.language).map(str::to_owned)
    }
}
