//! From a query to its answer: parse, rewrite, run.
//!
//! In: the text of a query, a graph, parameters, limits. Out: an [`Answer`]. Where
//! graphs come from and who reads the answer is the business of others.

#![forbid(unsafe_code)]

pub mod answer;
pub mod aside;
pub mod exec;
pub mod explain;
pub mod expr;
#[cfg(test)]
mod fixture;
pub mod governor;
mod guard;
pub mod passes;
pub mod plan;
mod prepared;
pub mod syntax;
pub mod update;

pub use exec::DefaultGraph;
pub use governor::{Governor, Limits, Notes};
pub use passes::bind::Bindings;
pub use prepared::Prepared;

pub use baimo_store::{cores, error, room, store, terms, throttle};

use crate::answer::Answer;
use crate::error::Result;
use crate::store::Graph;
pub use syntax::algebra::Query;

/// Answers a parsed query over a graph, once. See [`Prepared`].
///
/// # Errors
/// What the evaluation of the query reports before its first row.
pub fn answer<'a>(
    graph: &'a dyn Graph,
    query: &Query,
    default_graph: DefaultGraph,
    governor: &Governor,
) -> Result<Answer<'a>> {
    prepared_of(query, default_graph)?.answer(graph, governor)
}

/// A query that another one holds, ready to be answered.
fn prepared_of(query: &Query, default_graph: DefaultGraph) -> Result<Prepared> {
    let depth = syntax::deep::depth(syntax::algebra::pattern(query));
    Prepared::new(syntax::deep::on_stack(depth, || query.clone())?, default_graph)
}

/// How a query would be answered: its plan with estimates, made without running it.
///
/// # Errors
/// Where the graph is damaged, the query asks another endpoint, or a limit is met.
pub fn plan_only(
    graph: &dyn Graph,
    query: &Query,
    default_graph: DefaultGraph,
    governor: &Governor,
) -> Result<explain::Explanation> {
    exec::plan_only(graph, query, default_graph, governor)
}

/// Answers a query to the end, within its limits, and says what each step gave and took.
///
/// # Errors
/// What the evaluation reports; a limit ends it early and is said in the explanation.
pub fn explain(
    graph: &dyn Graph,
    query: &Query,
    default_graph: DefaultGraph,
    governor: &Governor,
) -> Result<explain::Explanation> {
    prepared_of(query, default_graph)?.explain(graph, governor)
}
