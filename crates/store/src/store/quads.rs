//! The quads of a graph as terms, for what needs them whole: exports, packs, changes.
//!
//! In: a graph behind its port. Out: quads. A query reads numbers instead.

use super::port::{Graph, GraphId, Triple};
use crate::error::{Error, Result};
use crate::terms::{GraphName, NamedOrBlankNode, Quad, Term};

/// The quads of one graph of a dataset, as terms.
pub fn quads_of<'a>(graph: &'a dyn Graph, name: GraphId) -> impl Iterator<Item = Result<Quad>> + 'a {
    let graph_name = name_of(graph, name);
    let triples = graph.scan(name, [None; 3]).triples();
    triples.map(move |triple| quad(graph, triple?, graph_name.clone()))
}

/// A quad of numbers as terms.
///
/// # Errors
/// Where a number stands for a term that cannot be at its place.
pub(super) fn quad_of(graph: &dyn Graph, name: GraphId, triple: Triple) -> Result<Quad> {
    quad(graph, triple, name_of(graph, name))
}

fn name_of(graph: &dyn Graph, name: GraphId) -> GraphName {
    match name.map(|id| graph.term(id)) {
        Some(Term::NamedNode(iri)) => GraphName::from(iri),
        Some(Term::BlankNode(node)) => node.into(),
        _ => GraphName::DefaultGraph,
    }
}

fn quad(graph: &dyn Graph, triple: Triple, graph_name: GraphName) -> Result<Quad> {
    let [subject, predicate, object] = triple.map(|id| graph.term(id));
    let subject = match subject {
        Term::NamedNode(iri) => NamedOrBlankNode::from(iri),
        Term::BlankNode(node) => node.into(),
        Term::Literal(_) | Term::Triple(_) => return Err(Error::store("a subject is a literal")),
    };
    let Term::NamedNode(predicate) = predicate else {
        return Err(Error::store("a predicate is not an IRI"));
    };
    Ok(Quad { subject, predicate, object, graph_name })
}
