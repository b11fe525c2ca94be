//! The slow, obvious evaluator: `spareval` over the Graph port. It is the oracle.
//!
//! In: a graph and an algebra. Out: an answer. It shares no code with the engine beyond the port.
//! Its limit: it holds what it joins in memory, and asks nobody. So its terms are counted as they are copied, and what
//! would hold more than [`MOST_HELD`] of them at once unwinds with [`TooMuch`], which the caller catches.

use baimo_engine::answer::{Answer, Rows};
use baimo_engine::error::{Error, Kind, Result};
use baimo_engine::{DefaultGraph, Governor, Query};
use baimo_store::store::{Graph, GraphId, Id};
use baimo_store::terms::{GraphName, Term};
use spareval::{
    InternalQuad, PreparedQuery, QueryEvaluationError, QueryEvaluator, QueryResults, QueryableDataset,
};
use std::cell::Cell;
use std::sync::Arc;

/// More terms than this at once, some hundred megabytes of rows, are given up.
const MOST_HELD: usize = 4_000_000;

/// What a query unwinds with that would hold too much.
pub struct TooMuch;

/// Answers `query` over `graph`.
///
/// # Errors
/// What `spareval` reports before the first row.
pub fn answer<'a>(
    graph: &'a dyn Graph,
    query: &Query,
    default_graph: DefaultGraph,
    governor: &Governor,
) -> Result<Answer<'a>> {
    let evaluator = QueryEvaluator::new();
    let dataset = Dataset { graph, governor: governor.clone() };
    answered(prepare(&evaluator, graph, query, default_graph).execute(dataset))
}

fn prepare<'a>(
    evaluator: &'a QueryEvaluator,
    graph: &dyn Graph,
    query: &'a Query,
    default_graph: DefaultGraph,
) -> PreparedQuery<'a> {
    let mut prepared = evaluator.prepare(query);
    if default_graph == DefaultGraph::Union && query.dataset().is_none() {
        let named = graph.graph_names().unwrap().into_iter().filter_map(|id| match graph.term(id).unwrap() {
            Term::NamedNode(name) => Some(name.into()),
            Term::BlankNode(name) => Some(name.into()),
            Term::Literal(_) | Term::Triple(_) => None,
        });
        // Named one by one: the evaluator's own union leaves the default graph out.
        prepared
            .dataset_mut()
            .set_default_graph(std::iter::once(GraphName::DefaultGraph).chain(named).collect());
    }
    prepared
}

fn answered(results: std::result::Result<QueryResults<'_>, QueryEvaluationError>) -> Result<Answer<'_>> {
    Ok(match results.map_err(report)? {
        QueryResults::Boolean(found) => Answer::Boolean(found),
        QueryResults::Graph(triples) => Answer::graph(triples.map(|triple| triple.map_err(report))),
        QueryResults::Solutions(solutions) => {
            let variables = solutions.variables().to_vec();
            let rows =
                solutions.map(|solution| solution.map(|solution| solution.values().to_vec()).map_err(report));
            Answer::Rows(Rows::of(variables, rows))
        }
    })
}

fn report(error: QueryEvaluationError) -> Error {
    match error {
        QueryEvaluationError::Dataset(cause) => match cause.downcast::<Error>() {
            Ok(error) => *error,
            Err(cause) => Error::store("the graph cannot be read").because(cause),
        },
        error => Error::new(Kind::Query, error.to_string()),
    }
}

struct Dataset<'a> {
    graph: &'a dyn Graph,
    governor: Governor,
}

/// A scan that asks the governor now and then. Once it has said stop, every scan is over: the
/// evaluator goes on after an error, and would otherwise read all the rest.
struct Checked<I> {
    quads: I,
    governor: Governor,
    given: usize,
}

impl<I: Iterator<Item = Result<InternalQuad<Internal>>>> Iterator for Checked<I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        if self.governor.has_stopped() {
            return None;
        }
        if self.given.is_multiple_of(256)
            && let Err(error) = self.governor.check()
        {
            return Some(Err(error));
        }
        self.given += 1;
        self.quads.next()
    }
}

/// A term of the graph by its number, or one that the query made.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Internal {
    Known(Id, Held),
    Made(Arc<Term>, Held),
}

/// Counts the term that it is part of, for as long as that is there.
#[derive(PartialEq, Eq, Hash)]
struct Held(());

thread_local! {
    /// How many terms there are on this thread, which those of a query never leave.
    static HELD: Cell<usize> = const { Cell::new(0) };
}

impl Held {
    fn new() -> Self {
        let held = HELD.get() + 1;
        // No panic that is reported: it is no fault, and nothing is to be shown of it. The way out is free of terms to copy.
        if held > MOST_HELD {
            std::panic::resume_unwind(Box::new(TooMuch));
        }
        HELD.set(held);
        Self(())
    }
}

impl Clone for Held {
    fn clone(&self) -> Self {
        Self::new()
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        HELD.set(HELD.get() - 1);
    }
}

impl Internal {
    fn known(id: Id) -> Self {
        Self::Known(id, Held::new())
    }

    fn made(term: Term) -> Self {
        Self::Made(Arc::new(term), Held::new())
    }
}

impl<'a> QueryableDataset<'a> for Dataset<'a> {
    type InternalTerm = Internal;
    type Error = Error;

    fn internal_quads_for_pattern(
        &self,
        subject: Option<&Internal>,
        predicate: Option<&Internal>,
        object: Option<&Internal>,
        graph_name: Option<Option<&Internal>>,
    ) -> impl Iterator<Item = Result<InternalQuad<Internal>>> + use<'a> {
        let known = |term: Option<&Internal>| match term {
            None => Some(None),
            Some(Internal::Known(id, _)) => Some(Some(*id)),
            Some(Internal::Made(..)) => None,
        };
        let graphs: Vec<GraphId> = match graph_name {
            Some(None) => vec![None],
            Some(name) => known(name).flatten().into_iter().map(Some).collect(),
            None => self.graph.graph_names().unwrap().into_iter().map(Some).collect(),
        };
        let pattern = known(subject).zip(known(predicate)).zip(known(object));
        let (graph, governor) = (self.graph, self.governor.clone());
        let quads = pattern.into_iter().flat_map(move |((s, p), o)| {
            graphs.clone().into_iter().flat_map(move |name| {
                graph.scan(name, [s, p, o]).triples().map(move |triple| {
                    triple.map(|[s, p, o]| InternalQuad {
                        subject: Internal::known(s),
                        predicate: Internal::known(p),
                        object: Internal::known(o),
                        graph_name: name.map(Internal::known),
                    })
                })
            })
        });
        Checked { quads, governor, given: 0 }
    }

    fn internal_named_graphs(&self) -> impl Iterator<Item = Result<Internal>> + use<'a> {
        self.graph.graph_names().unwrap().into_iter().map(|id| Ok(Internal::known(id)))
    }

    fn internalize_term(&self, term: Term) -> Result<Internal> {
        Ok(self.graph.id(term.as_ref())?.map_or_else(|| Internal::made(term), Internal::known))
    }

    fn externalize_term(&self, term: Internal) -> Result<Term> {
        Ok(match term {
            Internal::Known(id, _) => self.graph.term(id)?,
            Internal::Made(term, _) => Arc::unwrap_or_clone(term),
        })
    }
}
