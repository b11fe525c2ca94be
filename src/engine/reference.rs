//! The slow, obvious evaluator: `spareval` over the Graph port. It is the oracle.
//!
//! In: a graph and an algebra. Out: an answer. It shares no code with any optimised path beyond
//! the parser, and refuses to know one.

use super::{DefaultGraph, Governor};
use crate::answers::{Answer, Rows};
use crate::error::{Error, Kind, Result};
use crate::store::{Graph, GraphId, Id};
use crate::terms::Term;
use spareval::{InternalQuad, QueryEvaluationError, QueryEvaluator, QueryResults, QueryableDataset};
use spargebra::Query;
use std::sync::Arc;

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
    let mut prepared = evaluator.prepare(query);
    if default_graph == DefaultGraph::Union && query.dataset().is_none() {
        prepared.dataset_mut().set_default_graph_as_union();
    }
    let dataset = Dataset { graph, governor: governor.clone() };
    Ok(match prepared.execute(dataset).map_err(report)? {
        QueryResults::Boolean(found) => Answer::Boolean(found),
        QueryResults::Graph(triples) => Answer::Graph(Box::new(triples.map(|triple| triple.map_err(report)))),
        QueryResults::Solutions(solutions) => {
            let variables = solutions.variables().to_vec();
            let rows =
                solutions.map(|solution| solution.map(|solution| solution.values().to_vec()).map_err(report));
            Answer::Rows(Rows { variables, rows: Box::new(rows) })
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

/// A term of the graph by its number, or one that the query made.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Internal {
    Known(Id),
    Made(Arc<Term>),
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
            Some(Internal::Known(id)) => Some(Some(*id)),
            Some(Internal::Made(_)) => None,
        };
        let graphs: Vec<GraphId> = match graph_name {
            Some(None) => vec![None],
            Some(name) => known(name).flatten().into_iter().map(Some).collect(),
            None => self.graph.graph_names().into_iter().map(Some).collect(),
        };
        let pattern = known(subject).zip(known(predicate)).zip(known(object));
        let (graph, governor) = (self.graph, self.governor.clone());
        let quads = pattern.into_iter().flat_map(move |((s, p), o)| {
            graphs.clone().into_iter().flat_map(move |name| {
                graph.scan(name, [s, p, o]).triples().map(move |triple| {
                    triple.map(|[s, p, o]| InternalQuad {
                        subject: Internal::Known(s),
                        predicate: Internal::Known(p),
                        object: Internal::Known(o),
                        graph_name: name.map(Internal::Known),
                    })
                })
            })
        });
        quads.enumerate().map(move |(n, quad)| if n % 256 == 0 { governor.check().and(quad) } else { quad })
    }

    fn internal_named_graphs(&self) -> impl Iterator<Item = Result<Internal>> + use<'a> {
        self.graph.graph_names().into_iter().map(|id| Ok(Internal::Known(id)))
    }

    fn internalize_term(&self, term: Term) -> Result<Internal> {
        Ok(self.graph.id(term.as_ref()).map_or_else(|| Internal::Made(Arc::new(term)), Internal::Known))
    }

    fn externalize_term(&self, term: Internal) -> Result<Term> {
        Ok(match term {
            Internal::Known(id) => self.graph.term(id),
            Internal::Made(term) => Arc::unwrap_or_clone(term),
        })
    }
}
