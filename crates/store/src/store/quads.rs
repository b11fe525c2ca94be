//! The quads of a graph as terms, for what needs them whole: exports, packs, changes.
//!
//! In: a graph behind its port. Out: quads. A query reads numbers instead.

use super::port::{Graph, GraphId, Triple};
use crate::error::{Error, Result};
use crate::terms::{GraphName, NamedOrBlankNode, Quad, Term};

/// The quads of one graph of a dataset, as terms.
pub fn quads_of<'a>(graph: &'a dyn Graph, name: GraphId) -> impl Iterator<Item = Result<Quad>> + 'a {
    let (graph_name, failed) = match name_of(graph, name) {
        Ok(graph_name) => (graph_name, None),
        Err(error) => (GraphName::DefaultGraph, Some(Err(error))),
    };
    let triples = failed.is_none().then(|| graph.scan(name, [None; 3]).triples());
    let quads = triples.into_iter().flatten().map(move |triple| quad(graph, triple?, graph_name.clone()));
    failed.into_iter().chain(quads)
}

/// A quad of numbers as terms.
///
/// # Errors
/// Where the graph is damaged, or a number stands for a term that cannot be at its place.
pub fn quad_of(graph: &dyn Graph, name: GraphId, triple: Triple) -> Result<Quad> {
    quad(graph, triple, name_of(graph, name)?)
}

fn name_of(graph: &dyn Graph, name: GraphId) -> Result<GraphName> {
    Ok(match name.map(|id| graph.term(id)).transpose()? {
        None => GraphName::DefaultGraph,
        Some(Term::NamedNode(iri)) => iri.into(),
        Some(Term::BlankNode(node)) => node.into(),
        Some(Term::Literal(_) | Term::Triple(_)) => {
            return Err(Error::store("a graph is named by a literal"));
        }
    })
}

fn quad(graph: &dyn Graph, triple: Triple, graph_name: GraphName) -> Result<Quad> {
    let [subject, predicate, object] = triple;
    let subject = match graph.term(subject)? {
        Term::NamedNode(iri) => NamedOrBlankNode::from(iri),
        Term::BlankNode(node) => node.into(),
        Term::Literal(_) | Term::Triple(_) => return Err(Error::store("a subject is a literal")),
    };
    let Term::NamedNode(predicate) = graph.term(predicate)? else {
        return Err(Error::store("a predicate is not an IRI"));
    };
    Ok(Quad { subject, predicate, object: graph.term(object)?, graph_name })
}
