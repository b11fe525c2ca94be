//! Execution: a plan's operators run over batches of ids.
//!
//! In: a parsed query, a columnar graph. Out: an answer, or an account of how it was found.

mod account;
mod anew;
pub mod bands;
pub mod batch;
mod best;
mod build;
mod by_value;
mod coded;
mod computed;
mod construct;
pub mod context;
mod cycles;
pub(crate) mod dataset;
mod decoded;
mod dense;
mod downwards;
mod extremes;
#[cfg(test)]
mod fixture;
mod formula;
mod homes;
mod joined;
mod keys;
mod locals;
mod matches;
mod measured;
mod operators;
mod ranks;
mod rows_index;
mod seen;
pub(crate) mod sorting;
pub mod stages;
mod tally;

use crate::Governor;
use crate::answer::{Answer, Row, RowSource, Rows, TripleSource};
use crate::aside::{self, set_aside};
use crate::error::{Error, Kind, Result};
use crate::explain::Explanation;
use crate::plan::physical::{Bag, Node};
use crate::plan::variables::VarSet;
use crate::plan::{self, Plan};
use crate::store::{Graph, Id, Indexed};
use crate::syntax::algebra::{Query, pattern, pattern_mut};
use crate::syntax::deep;
use crate::terms::{Literal, Term, Triple, Variable, xsd};
use account::Told;
use anew::Account;
use batch::Batch;
use context::Context;
use dataset::Dataset;
pub use dataset::DefaultGraph;
use decoded::Decoded;
use std::sync::Arc;

/// An operator of a running query: it gives its rows a batch at a time, as they are asked for. Copies of it may run on other threads,
/// each over parts of the data (`operators/exchange.rs`).
pub trait Operator: Send {
    /// The next batch, which has at least one row; nothing once all were given.
    ///
    /// # Errors
    /// Where the graph is damaged, or a limit is met: then no further row is given out.
    fn next(&mut self, cx: &mut Context<'_>) -> Result<Option<Batch>>;

    /// Rows whose column has none of these numbers, which are sorted, need not come: said before any is asked for. Who can leave them
    /// out cheaply does.
    fn only(&mut self, _column: usize, _ids: &[Id]) {}

    /// About how many bytes it holds: tables, sets and rows that outlive the batch at hand, its inputs' aside.
    fn bytes(&self) -> usize {
        0
    }
}

/// An operator, whatever it does.
pub type Running<'a> = Box<dyn Operator + 'a>;

/// Answers a query by its plan, which is so deep.
///
/// # Errors
/// Where the graph is damaged, or a limit is met before there is an answer.
pub(crate) fn answer<'a>(
    graph: &'a dyn Indexed,
    query: &Query,
    dataset: Dataset<'a>,
    (plan, depth): (&Plan, usize),
    governor: &Governor,
) -> Result<Answer<'a>> {
    if !is_deep(depth) {
        return run(graph, query, dataset, plan, governor, governor.threads());
    }
    // Operators deep within each other run where they have room, to the end, on one thread.
    let whole = || run(graph, query, dataset, plan, governor, 1).map(|answer| Gathered::of(answer, governor));
    deep::on_stack(depth, whole)?.map(Gathered::answer)
}

/// Whether a plan of this depth is answered on a stack of its own.
pub(crate) fn is_deep(depth: usize) -> bool {
    depth > STREAMED
}

/// A plan this deep fits a stack of 2 MiB, and its rows are given as they are found.
const STREAMED: usize = if cfg!(debug_assertions) { 30 } else { 100 };

/// How deep the plan of a query may be.
///
/// # Errors
/// Where that is too deep.
pub(crate) fn depth(query: &Query) -> Result<usize> {
    let pattern = pattern(query);
    let depth = deep::depth(pattern);
    // The parser has checked it, but queries come as algebra too.
    let planned = deep::on_stack(depth, || deep::check_joined(pattern).map(|()| deep::plan_depth(pattern)))?;
    let planned = planned.map_err(deep::TooMuch::error)?;
    Ok(depth.max(planned))
}

/// An answer that was found to its end, or to the error that ended it.
enum Gathered {
    Rows(Vec<Variable>, Vec<Result<Row>>),
    Boolean(bool),
    Graph(Vec<Result<Triple>>),
}

impl Gathered {
    fn of(answer: Answer<'_>, governor: &Governor) -> Self {
        match answer {
            Answer::Boolean(found) => Self::Boolean(found),
            Answer::Rows(Rows { variables, rows }) => {
                let rows = gathered(rows, variables.len(), governor);
                Self::Rows(variables, rows)
            }
            Answer::Graph(triples) => Self::Graph(gathered(triples, 3, governor)),
        }
    }

    fn answer<'a>(self) -> Answer<'a> {
        match self {
            Self::Boolean(found) => Answer::Boolean(found),
            Self::Rows(variables, rows) => {
                Answer::Rows(Rows { variables, rows: Box::new(Rest(rows.into_iter())) })
            }
            Self::Graph(triples) => Answer::Graph(Box::new(Rest(triples.into_iter()))),
        }
    }
}

/// All items, each of so many terms, up to the error that ends them: which is that of a limit, too.
fn gathered<T>(items: impl Iterator<Item = Result<T>>, terms: usize, governor: &Governor) -> Vec<Result<T>> {
    let often = (TERMS / terms.max(1)).max(1);
    let mut found = Vec::new();
    for item in items {
        let may = if found.len().is_multiple_of(often) { governor.check() } else { Ok(()) };
        let item = may.and(item);
        let is_last = item.is_err();
        found.push(item);
        if is_last {
            break;
        }
    }
    found
}

/// So many terms are gathered without a look at the limits.
const TERMS: usize = 4096;

/// What is left of items that were gathered: set aside where it is dropped, as where a limit ends the answer.
struct Rest<T: Send + 'static>(std::vec::IntoIter<T>);

impl<T: Send + 'static> Iterator for Rest<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.0.next()
    }
}

impl RowSource for Rest<Result<Row>> {
    fn is_found(&self) -> bool {
        true
    }
}

impl TripleSource for Rest<Result<Triple>> {
    fn is_found(&self) -> bool {
        true
    }
}

impl<T: Send + 'static> Drop for Rest<T> {
    fn drop(&mut self) {
        let bytes = self.0.len().saturating_mul(aside::ITEM);
        set_aside(std::mem::take(&mut self.0), bytes);
    }
}

/// The graph by its columns.
///
/// # Errors
/// Where it has none, or is damaged.
pub(crate) fn columns(graph: &dyn Graph) -> Result<&dyn Indexed> {
    graph.indexed()?.ok_or_else(|| Error::store("this graph has no columns, and cannot be queried"))
}

/// A query as it is planned: the passes over the algebra behind it.
pub(crate) fn prepared(query: &Query) -> Query {
    let mut query = query.clone();
    plan::prepare(pattern_mut(&mut query));
    query
}

/// The plan over a dataset of a query that is prepared.
///
/// # Errors
/// Where the query asks another endpoint, the graph is damaged, or a limit is met.
pub(crate) fn planned(query: &Query, dataset: &Dataset<'_>) -> plan::Planned<Plan> {
    match query {
        Query::Select { pattern, .. } => plan::plan(pattern, dataset),
        Query::Ask { pattern, .. } => plan::plan_ask(pattern, dataset),
        Query::Construct { template, pattern, .. } => {
            let bag = if construct::has_blanks(template) { Bag::Rows } else { Bag::Set };
            plan::plan_for(pattern, &construct::variables(template), bag, dataset)
        }
        Query::Describe { pattern, .. } => {
            let things = plan::projection(pattern).unwrap_or_default();
            plan::plan_for(pattern, things, Bag::Set, dataset)
        }
    }
}

fn run<'a>(
    graph: &'a dyn Indexed,
    query: &Query,
    dataset: Dataset<'a>,
    plan: &Plan,
    governor: &Governor,
    threads: usize,
) -> Result<Answer<'a>> {
    let mut cx = context(graph, governor, query, plan);
    let Plan { root, columns, names, .. } = plan;
    let builder = build::Builder { threads, ..build::Builder::new(dataset, Arc::clone(names)) };
    let mut running = builder.build(root, &taken(query, root), &mut cx)?;
    Ok(match query {
        Query::Ask { .. } => Answer::Boolean(running.next(&mut cx)?.is_some()),
        Query::Select { .. } => {
            let variables = columns.iter().map(|var| builder.names.variable(*var)).collect();
            Answer::Rows(Rows { variables, rows: Box::new(Decoded::new(running, cx, columns.len())) })
        }
        Query::Construct { template, .. } => {
            let triples = construct::Construct::new(running, cx, template, columns, &builder.names)?;
            Answer::Graph(Box::new(construct::Triples::of(triples)))
        }
        Query::Describe { .. } => {
            let triples = construct::Describe::new(running, cx, &builder.dataset)?;
            Answer::Graph(Box::new(construct::Triples::of(triples)))
        }
    })
}

/// The columns of a query's solutions that need no numbers of terms: SELECT writes them, ASK only counts rows.
fn taken(query: &Query, root: &Node) -> VarSet {
    match query {
        Query::Select { .. } | Query::Ask { .. } => root.output.iter().copied().collect(),
        Query::Construct { .. } | Query::Describe { .. } => VarSet::new(),
    }
}

/// What takes solutions: their variables, a batch of their numbers, what the numbers stand for.
pub type Taker<'t> = &'t mut (dyn FnMut(&[Variable], &Batch, &Context<'_>) -> Result<()> + Send);

/// Gives the solutions of a SELECT by the numbers of their terms, each as often as it occurs or once.
///
/// # Errors
/// As [`crate::answer()`], and what `each` reports.
pub fn solutions(graph: &dyn Indexed, query: &Query, governor: &Governor, each: Taker<'_>) -> Result<()> {
    let dataset = Dataset::new(graph, query.dataset(), DefaultGraph::Alone, governor)?;
    // Operators deep within each other run where they have room.
    deep::on_stack(depth(query)?, || {
        let plan = planned(&prepared(query), &dataset)?;
        let mut cx = context(graph, governor, query, &plan);
        let variables: Vec<Variable> = plan.columns.iter().map(|var| plan.names.variable(*var)).collect();
        let builder = build::Builder::new(dataset, plan.names);
        let mut root = builder.build(&plan.root, &VarSet::new(), &mut cx)?;
        while let Some(batch) = root.next(&mut cx)? {
            each(&variables, &batch, &cx)?;
        }
        governor.check()
    })?
}

/// Answers a query by its plan, which is so deep, to its end and says what each operator gave and took.
///
/// # Errors
/// What the answer reports, but for limits, which end the account early.
pub(crate) fn explain<'a>(
    graph: &'a dyn Indexed,
    query: &Query,
    dataset: Dataset<'a>,
    (plan, depth): (&Plan, usize),
    governor: &Governor,
) -> Result<Explanation> {
    let threads = if is_deep(depth) { 1 } else { governor.threads() };
    deep::on_stack(depth, || explained(graph, query, dataset, plan, (governor, threads)))?
}

fn explained<'a>(
    graph: &'a dyn Indexed,
    query: &Query,
    dataset: Dataset<'a>,
    plan: &Plan,
    (governor, threads): (&Governor, usize),
) -> Result<Explanation> {
    let mut cx = context(graph, governor, query, plan);
    let builder = build::Builder { threads, ..build::Builder::new(dataset, Arc::clone(&plan.names)) };
    cx.account = Some(Account::default());
    let mut root = builder.build(&plan.root, &taken(query, &plan.root), &mut cx)?;
    let once = matches!(query, Query::Ask { .. });
    let stopped = loop {
        match root.next(&mut cx) {
            Ok(Some(_)) if !once => {}
            Ok(_) => break None,
            Err(error) if matches!(error.kind, Kind::Limit | Kind::Interrupted) => break Some(error),
            Err(error) => return Err(error),
        }
    };
    let told = Told {
        names: &builder.names,
        has_more: graph.more_terms() > 0,
        statistics: &*builder.dataset,
        measures: &cx.measures,
        account: cx.account.as_ref(),
        estimates: &[],
    };
    Ok(Explanation { plan: told.steps(&plan.root), ran: true, planning: 0.0, stopped })
}

/// The plan of a query, with estimates, not run.
///
/// # Errors
/// Where the graph is damaged, the query asks another endpoint, or a limit is met.
pub fn plan_only(
    graph: &dyn Graph,
    query: &Query,
    default_graph: DefaultGraph,
    governor: &Governor,
) -> Result<Explanation> {
    let graph = columns(graph)?;
    deep::on_stack(depth(query)?, || {
        let dataset = Dataset::new(graph, query.dataset(), default_graph, governor)?;
        let plan = planned(&prepared(query), &dataset)?;
        let told = Told {
            names: &plan.names,
            has_more: graph.more_terms() > 0,
            statistics: &dataset,
            measures: &[],
            account: None,
            estimates: &[],
        };
        Ok(Explanation { plan: told.steps(&plan.root), ..Explanation::default() })
    })?
}

/// What the operators of this query share, of which this is the plan.
pub(crate) fn context<'a>(
    graph: &'a dyn Indexed,
    governor: &Governor,
    query: &Query,
    plan: &Plan,
) -> Context<'a> {
    let mut cx = Context::new(graph, governor, base_of(query));
    cx.made = plan.made;
    cx
}

/// The IRI that resolves the relative ones of a query.
fn base_of(query: &Query) -> Option<&str> {
    let (Query::Select { base_iri, .. }
    | Query::Construct { base_iri, .. }
    | Query::Describe { base_iri, .. }
    | Query::Ask { base_iri, .. }) = query;
    base_iri.as_ref().map(|base| base.as_str())
}

/// All rows of an operator in one batch.
///
/// # Errors
/// As the operator's.
pub fn drain(mut operator: Running<'_>, cx: &mut Context<'_>) -> Result<Batch> {
    let mut all = Batch::default();
    let done = loop {
        match operator.next(cx) {
            Ok(Some(batch)) => {
                if let Err(error) = all.append_within(&batch, cx) {
                    break Err(error);
                }
            }
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    if let Err(error) = done {
        let bytes = all.bytes();
        set_aside(all, bytes);
        return Err(error);
    }
    Ok(all)
}

/// `true` or `false`.
fn boolean(value: bool) -> Term {
    Literal::from(value).into()
}

/// An `xsd:integer`.
fn integer(value: u64) -> Term {
    Literal::new_typed_literal(value.to_string(), xsd::INTEGER).into()
}
