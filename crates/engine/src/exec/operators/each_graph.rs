//! GRAPH with a variable: a pattern in each named graph, one after the other (section 18.6, Graph(var, P)).
//!
//! In: a planned pattern, the names of the dataset's graphs. Out: what the pattern gives in each graph, with the graph's
//! name. Where the pattern binds the same variable by itself, its solutions must agree with the name. The operators of the
//! pattern are built anew for each graph.

use crate::error::Result;
use crate::exec::batch::Batch;
use crate::exec::build::Builder;
use crate::exec::context::{BUILDING, Context};
use crate::exec::{Operator, Running};
use crate::plan::physical::Node;
use crate::store::{Id, NONE};

/// What is asked of each graph.
pub struct Shape {
    /// The pattern, and the first of the numbers under which its runs are measured; nothing gives nothing.
    pub inner: Option<(Node, usize)>,
    /// For each column of the output one of the pattern's; nothing for the graph's name.
    pub columns: Vec<Option<usize>>,
    /// The pattern's own column of the variable that gets the name, where it has one.
    pub own: Option<usize>,
}

/// A search through all graphs. See the module.
pub struct EachGraph<'a> {
    shape: Shape,
    builder: Builder<'a>,
    /// The graphs still to search, the next one last; nothing before the first call.
    open: Option<Vec<Id>>,
    current: Option<(Id, Running<'a>)>,
}

impl<'a> EachGraph<'a> {
    /// Over the graphs of the builder's dataset.
    pub fn new(shape: Shape, builder: Builder<'a>) -> Self {
        Self { shape, builder, open: None, current: None }
    }

    fn start(&mut self, cx: &mut Context<'_>) -> Result<bool> {
        if self.open.is_none() {
            let mut names = self.builder.dataset.names()?;
            for name in self.builder.dataset.empty_names() {
                names.push(cx.intern(&name.clone().into())?);
            }
            names.reverse();
            self.open = Some(names);
        }
        let (builder, open) = (&self.builder, self.open.get_or_insert_default());
        let (Some(graph), Some((inner, first))) = (open.pop(), &self.shape.inner) else { return Ok(false) };
        cx.work(BUILDING)?;
        let within = Builder { each: Some(graph), ..builder.clone() };
        self.current = Some((graph, within.build_again(inner, *first, cx)?));
        Ok(true)
    }

    /// The rows that agree with the graph's name, with its column.
    fn named(&self, graph: Id, mut batch: Batch) -> Batch {
        if let Some(own) = self.shape.own {
            let agree: Vec<bool> = batch.column(own).iter().map(|id| *id == NONE || *id == graph).collect();
            batch = batch.filter(&agree);
        }
        let len = batch.len;
        let mut batch = batch.select(&self.shape.columns);
        for (column, from) in batch.columns.iter_mut().zip(&self.shape.columns) {
            if from.is_none() {
                *column = vec![graph; len].into();
            }
        }
        batch
    }
}

impl Operator for EachGraph<'_> {
    fn next(&mut self, cx: &mut Context<'_>) -> Result<Option<Batch>> {
        loop {
            let Some((graph, running)) = &mut self.current else {
                if self.start(cx)? {
                    continue;
                }
                return Ok(None);
            };
            let graph = *graph;
            match running.next(cx)? {
                None => self.current = None,
                Some(batch) => {
                    let batch = self.named(graph, batch);
                    if batch.len > 0 {
                        return Ok(Some(batch));
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::store::pack::Builder;
    use crate::syntax::parse;
    use crate::terms::{NamedNode, Quad};
    use crate::{DefaultGraph, Governor};

    /// Two graphs, one of which speaks of itself; how many solutions a query has.
    fn count(query: &str) -> usize {
        let iri = |name: &str| NamedNode::new_unchecked(format!("http://example.org/{name}"));
        let mut builder = Builder::new();
        for (s, o, g) in [("a", "b", "g"), ("a", "c", "h"), ("h", "b", "h")] {
            builder.add(Quad::new(iri(s), iri("p"), iri(o), iri(g)).as_ref());
        }
        let graph = builder.finish();
        let query = parse::query(query, &crate::fixture::prefixes(), None).unwrap();
        let answer = crate::answer(&graph, &query, DefaultGraph::Alone, &Governor::unlimited()).unwrap();
        let crate::answer::Answer::Rows(rows) = answer else { panic!("no rows") };
        rows.gather().rows.len()
    }

    /// What runs once for each graph is measured together: rows that were given are told.
    #[test]
    fn all_graphs_are_measured_together() {
        let iri = |name: &str| NamedNode::new_unchecked(format!("http://example.org/{name}"));
        let mut builder = Builder::new();
        for (s, o, g) in [("a", "b", "g"), ("a", "c", "h"), ("h", "b", "h")] {
            builder.add(Quad::new(iri(s), iri("p"), iri(o), iri(g)).as_ref());
        }
        let graph = builder.finish();
        let text = "SELECT * { GRAPH ?g { ?s :p ?o OPTIONAL { ?o :p ?x } } } ORDER BY ?o";
        let query = parse::query(text, &crate::fixture::prefixes(), None).unwrap();
        let explained = crate::explain(&graph, &query, DefaultGraph::Alone, &Governor::unlimited()).unwrap();
        let (mut open, mut scans, mut all) = (vec![explained.plan], Vec::new(), 0);
        while let Some(step) = open.pop() {
            assert_eq!(step.rows, 3, "{}", step.label);
            scans.extend(step.label.starts_with("Scan").then_some(step.seconds));
            all += 1;
            open.extend(step.children);
        }
        assert!(all >= 4 && scans.len() == 1 && scans[0] > 0.0, "{all} steps, {scans:?}");
    }

    #[test]
    fn each_graph_by_itself() {
        // SPARQL 1.1, section 18.6: Graph(var, P) is the union over the graphs; nothing joins across two of them.
        assert_eq!(count("SELECT * { GRAPH ?g { { SELECT ?s ?n { ?s :p ?o BIND(1 AS ?n) } } } }"), 3);
        assert_eq!(count("SELECT * { GRAPH ?g { ?s :p ?o OPTIONAL { ?t :p ?o FILTER(?t != ?s) } } }"), 3);
    }

    #[test]
    fn what_binds_the_variable_must_agree_with_the_name() {
        assert_eq!(count("SELECT * { GRAPH ?g { ?g :p ?o OPTIONAL { ?o :p ?x } } }"), 1);
    }
}
