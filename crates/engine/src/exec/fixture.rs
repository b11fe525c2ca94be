//! What the tests at the foot of the operators' files share: batches as an input, a graph, no limits.

use super::batch::Batch;
use super::context::Context;
use super::{Operator, Running, drain};
use crate::answer::Answer;
use crate::error::Result;
use crate::store::Id;
use crate::store::pack::Pack;
use crate::syntax::parse;
use crate::terms::{NamedNode, Term};
use crate::{DefaultGraph, Governor};

/// Gives these batches.
pub struct Batches(std::vec::IntoIter<Batch>);

impl Batches {
    /// As an operator's input.
    #[expect(clippy::new_ret_no_self, reason = "only ever an input")]
    pub fn new<'a>(batches: Vec<Batch>) -> Running<'a> {
        Box::new(Self(batches.into_iter()))
    }
}

impl Operator for Batches {
    fn next(&mut self, _: &mut Context<'_>) -> Result<Option<Batch>> {
        Ok(self.0.next())
    }
}

/// A graph and a governor that stops nothing.
pub fn context() -> (Pack, Governor) {
    (crate::fixture::graph(), Governor::unlimited())
}

/// An operator run to its end over the small graph: its columns, and its counts where it gives any.
pub fn run(make: impl for<'a> FnOnce(&mut Context<'a>) -> Running<'a>) -> (Vec<Vec<Id>>, Option<Vec<u64>>) {
    let (graph, governor) = context();
    let mut cx = Context::new(&graph, &governor, None);
    let operator = make(&mut cx);
    let all = drain(operator, &mut cx).unwrap();
    (all.slices().into_iter().map(<[Id]>::to_vec).collect(), all.counts)
}

/// The number of a node of the small graph.
pub fn node(name: &str, cx: &mut Context<'_>) -> Id {
    cx.intern(&NamedNode::new_unchecked(format!("http://example.org/{name}")).into()).unwrap()
}

/// The solutions of a query over the small graph, in order: cells of nodes by their local names, literals by their lexical
/// forms, `-` where unbound.
pub fn solutions(query: &str) -> Vec<String> {
    let (graph, governor) = context();
    let query = parse::query(query, &crate::fixture::prefixes(), None).unwrap();
    let answer = crate::answer(&graph, &query, DefaultGraph::Alone, &governor).unwrap();
    let Answer::Rows(rows) = answer else { panic!("no rows") };
    let cell = |term: &Option<Term>| match term {
        Some(Term::NamedNode(node)) => node.as_str().rsplit('/').next().unwrap_or_default().to_owned(),
        Some(Term::Literal(literal)) => literal.value().to_owned(),
        Some(other) => other.to_string(),
        None => "-".to_owned(),
    };
    rows.gather().rows.iter().map(|row| row.iter().map(cell).collect::<Vec<_>>().join(" ")).collect()
}
