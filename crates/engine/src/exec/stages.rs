//! One query with what every stage makes of it, for who wants to see how it is answered.
//!
//! In: a parsed query, a graph. Out: text: the logical plan, the operators, the batches that each of them gave. Only for small
//! graphs: every batch is kept.

use super::account::Told;
use super::batch::{Batch, Column};
use super::build::Builder;
use super::dataset::{Dataset, DefaultGraph};
use crate::Governor;
use crate::error::Result;
use crate::explain::Step;
use crate::plan::physical::Node;
use crate::plan::show;
use crate::plan::translate::Translator;
use crate::plan::variables::VariableNames;
use crate::store::{Graph, Id, NONE};
use crate::syntax::algebra::{Query, pattern};
use std::fmt::Write as _;

/// What the stages made. See the module.
#[derive(Debug)]
pub struct Stages {
    /// The logical plan, a line a node.
    pub logical: String,
    /// The plan that was run.
    pub plan: Step,
    /// The batches of each operator, in the order in which they were given: its label, then rows of numbers.
    pub batches: String,
}

/// Answers a query and keeps what every stage made.
///
/// # Errors
/// As an answer.
pub fn stages(graph: &dyn Graph, query: &Query, default_graph: DefaultGraph) -> Result<Stages> {
    let graph = super::columns(graph)?;
    let dataset = Dataset::new(graph, query.dataset(), default_graph, &Governor::unlimited())?;
    let prepared = super::prepared(query);
    let mut translator = Translator::new(&dataset);
    let logical = translator.pattern(pattern(&prepared))?;
    let logical = show::logical(&logical, &translator.into_names());
    let plan = super::planned(&prepared, &dataset)?;
    let mut cx = super::context(graph, &Governor::unlimited(), query, &plan);
    cx.trace = Some(Vec::new());
    let builder = Builder::new(dataset, plan.names);
    let mut root = builder.build(&plan.root, &super::taken(query, &plan.root), &mut cx)?;
    while root.next(&mut cx)?.is_some() {}
    let nodes = in_order(&plan.root);
    let mut batches = String::new();
    for (number, batch) in cx.trace.iter().flatten() {
        if let Some(node) = nodes.get(*number) {
            let _ = writeln!(batches, "{}", show::label(node, &builder.names, graph.more_terms() > 0));
            write_batch(&mut batches, node, batch, &builder.names);
        }
    }
    let told = Told {
        names: &builder.names,
        has_more: graph.more_terms() > 0,
        statistics: &*builder.dataset,
        measures: &cx.measures,
        account: None,
        estimates: &[],
    };
    Ok(Stages { logical, plan: told.steps(&plan.root), batches })
}

/// The nodes as they are numbered: each before its inputs.
fn in_order(root: &Node) -> Vec<&Node> {
    let (mut nodes, mut open) = (Vec::new(), vec![root]);
    while let Some(node) = open.pop() {
        nodes.push(node);
        open.extend(node.inputs.iter().rev());
    }
    nodes
}

fn write_batch(out: &mut String, node: &Node, batch: &Batch, names: &VariableNames) {
    let counted = batch.counts.is_some();
    let mut head: Vec<String> = node.output.iter().map(|var| names.show(*var)).collect();
    if counted {
        head.push("solutions".to_owned());
    }
    let cell = |column: &Column, row: usize| match column.ids() {
        Some(ids) => ids.get(row).filter(|id| **id != NONE).map(Id::to_string),
        // What was computed and has no number.
        None => column.value(row).and_then(|value| Some(format!("\"{}\"", value.lexical_form()?))),
    };
    let mut lines = vec![head];
    for row in 0..batch.len {
        let mut line: Vec<String> = (0..node.output.len())
            .map(|column| cell(batch.cells(column), row).unwrap_or("-".to_owned()))
            .collect();
        if counted {
            line.push(batch.count(row).to_string());
        }
        lines.push(line);
    }
    for line in lines {
        let cells: Vec<String> = line.iter().map(|cell| format!("{cell:>10}")).collect();
        let _ = writeln!(out, "{}", cells.join(" "));
    }
}
