//! GRAPH with a variable: a pattern in each named graph, one after the other (section 18.6, Graph(var, P)).
//!
//! In: a planned pattern, the names of the dataset's graphs, of which those are searched that can match (`exec/homes.rs`). Out: what
//! the pattern gives in each graph, with the graph's name. Where the pattern binds the same variable by itself, its solutions must
//! agree with the name. The operators of the pattern are built anew for each graph.

use crate::error::{Error, Result};
use crate::exec::batch::{Batch, ROWS};
use crate::exec::build::Builder;
use crate::exec::context::{BUILDING, Context};
use crate::exec::homes;
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
    /// Columns of which only some values are wanted.
    wanted: Vec<(usize, Vec<Id>)>,
    current: Option<(Id, Running<'a>)>,
    /// So many rows go into the next batch, of several graphs where they have few: first one, since a LIMIT above may need no more.
    together: usize,
    /// What kept rows from being added to those of the last batch.
    failed: Option<Error>,
}

impl<'a> EachGraph<'a> {
    /// Over the graphs of the builder's dataset.
    pub fn new(shape: Shape, builder: Builder<'a>) -> Self {
        Self { shape, builder, open: None, wanted: Vec::new(), current: None, together: 1, failed: None }
    }

    /// The graphs in which the pattern can have solutions that are wanted, or all of them.
    fn graphs(&self, cx: &mut Context<'_>) -> Result<Vec<Id>> {
        let (dataset, Some((inner, _))) = (&self.builder.dataset, &self.shape.inner) else {
            return Ok(Vec::new());
        };
        let mut empty = Vec::new();
        for name in dataset.empty_names() {
            empty.push(cx.intern(&name.clone().into())?);
        }
        let (mut given, mut named) = (Vec::new(), None);
        for (column, ids) in &self.wanted {
            match self.shape.columns.get(*column) {
                Some(Some(column)) => {
                    given.extend(inner.output.get(*column).map(|var| (*var, ids.as_slice())))
                }
                Some(None) => {
                    let mut graphs = Vec::new();
                    for id in ids {
                        if empty.contains(id) || dataset.named(*id)?.is_some() {
                            graphs.push(*id);
                        }
                    }
                    named = Some(graphs);
                }
                None => {}
            }
        }
        if let Some(homes) = homes::both(homes::of(inner, &given, dataset)?, named) {
            return Ok(homes);
        }
        let mut names = dataset.names()?;
        names.append(&mut empty);
        Ok(names)
    }

    fn start(&mut self, cx: &mut Context<'_>) -> Result<bool> {
        if self.open.is_none() {
            let mut graphs = self.graphs(cx)?;
            graphs.reverse();
            self.open = Some(graphs);
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

impl EachGraph<'_> {
    /// Adds rows of one graph after the other until there are enough, or no more.
    fn fill(&mut self, all: &mut Batch, cx: &mut Context<'_>) -> Result<()> {
        while all.len < self.together {
            let Some((graph, running)) = &mut self.current else {
                if self.start(cx)? {
                    continue;
                }
                break;
            };
            let graph = *graph;
            match running.next(cx)? {
                None => self.current = None,
                Some(batch) => {
                    let batch = self.named(graph, batch);
                    if all.len == 0 {
                        *all = batch;
                    } else if batch.len > 0 {
                        all.append_within(&batch, cx)?;
                    }
                }
            }
        }
        Ok(())
    }
}

impl Operator for EachGraph<'_> {
    fn next(&mut self, cx: &mut Context<'_>) -> Result<Option<Batch>> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        let mut all = Batch::default();
        if let Err(error) = self.fill(&mut all, cx) {
            if all.len == 0 {
                return Err(error);
            }
            // What was found before a limit is given out before it is told.
            self.failed = Some(error);
        }
        self.together = (2 * self.together).min(ROWS / 2);
        Ok((all.len > 0).then_some(all))
    }

    fn only(&mut self, column: usize, ids: &[Id]) {
        self.wanted.push((column, ids.to_vec()));
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

    /// A graph a document: forty, each of which says of one thing what it cites and its topic, and of itself its year.
    fn documents() -> crate::store::pack::Pack {
        let iri = |name: String| NamedNode::new_unchecked(format!("http://example.org/{name}"));
        let mut builder = Builder::new();
        for n in 0..40 {
            let (thing, graph) = (iri(format!("d{n}")), iri(format!("g{n}")));
            let mut add = |s: &NamedNode, p: &str, o: NamedNode| {
                builder.add(Quad::new(s.clone(), iri(p.into()), o, graph.clone()).as_ref());
            };
            add(&thing, "cites", iri(format!("d{}", (n + 1) % 40)));
            add(&thing, "topic", iri(format!("t{}", n % 10)));
            add(&graph, "year", iri(format!("y{}", n % 3)));
            if n == 5 {
                add(&iri("d6".into()), "cites", thing.clone());
            }
        }
        let default = Quad::new(
            iri("d7".into()),
            iri("is".into()),
            iri("g8".into()),
            crate::terms::GraphName::DefaultGraph,
        );
        builder.add(default.as_ref());
        builder.finish()
    }

    fn found(query: &str) -> usize {
        let query = parse::query(query, &crate::fixture::prefixes(), None).unwrap();
        let graph = documents();
        let answer = crate::answer(&graph, &query, DefaultGraph::Alone, &Governor::unlimited()).unwrap();
        let crate::answer::Answer::Rows(rows) = answer else { panic!("no rows") };
        rows.gather().rows.len()
    }

    #[test]
    fn constants_lead_to_graphs() {
        // SPARQL 1.1, section 18.6: Graph(var, P) is the union over all graphs of the named set: those left out give nothing.
        for (query, expected) in [
            ("SELECT * { GRAPH ?g { :d7 ?p ?o } }", 2),
            ("SELECT * { GRAPH ?g { ?s :cites :d7 } }", 1),
            ("SELECT * { GRAPH ?g { ?s :topic :t3 ; :cites ?o } }", 4),
            ("SELECT * { GRAPH ?g { ?s :topic :t3 OPTIONAL { :d7 :cites ?o } } }", 4),
            ("SELECT * { GRAPH ?g { { :d7 :cites ?o } UNION { ?s :topic :t3 } } }", 5),
            ("SELECT * { GRAPH ?g { { :d7 :cites ?o } UNION { BIND(1 AS ?x) } } }", 41),
            ("SELECT * { GRAPH ?g { ?g :year :y1 MINUS { :d7 :cites ?g } } }", 13),
            ("SELECT * { GRAPH ?g { { SELECT (COUNT(*) AS ?n) { :d7 :cites ?o } } } }", 40),
            ("SELECT * { GRAPH ?g { { SELECT ?o (COUNT(*) AS ?n) { :d7 :cites ?o } GROUP BY ?o } } }", 1),
            ("SELECT * { GRAPH ?g { ?s :topic ?t FILTER NOT EXISTS { :d7 :cites ?o } } }", 39),
            ("SELECT * { GRAPH ?g { ?s :topic ?t FILTER EXISTS { :d7 :cites ?o } } }", 1),
            ("SELECT * { GRAPH ?g { :d5 :cites+ ?x } }", 2),
            ("SELECT * { GRAPH ?g { ?x :cites+ :d5 } }", 3),
            ("SELECT * { GRAPH ?g { :d6 ^:cites+ ?x } }", 2),
            ("SELECT * { GRAPH ?g { :d7 (:cites|:topic)+ ?x } }", 2),
            // A path of no step is in every graph (section 18.4), and so is one without a pattern.
            ("SELECT * { GRAPH ?g { :d7 :cites* ?x } }", 41),
            // What is between is a node of the graph, by no step too.
            ("SELECT * { GRAPH ?g { :d7 (:cites?/:topic?)+ ?x } }", 4),
            ("SELECT * { GRAPH ?g { } }", 40),
            ("SELECT * { GRAPH ?g { :nobody :cites ?x } }", 0),
            ("SELECT * { GRAPH ?g { GRAPH ?h { :d7 :cites ?x } } }", 40),
            ("SELECT * { GRAPH ?g { GRAPH :g7 { :d7 :cites ?x } } }", 40),
        ] {
            assert_eq!(found(query), expected, "{query}");
        }
    }

    #[test]
    fn graphs_within_graphs_are_joined() {
        // SPARQL 1.1, section 18.6: Graph(var, P) evaluates P over the named graph, where a GRAPH within P asks any other; the variable
        // is joined afterwards, so that a FILTER within P does not see it.
        for (query, expected) in [
            ("SELECT * { GRAPH ?g { ?s :topic ?t GRAPH ?h { ?s2 :topic ?t2 } FILTER(?t = :t3) } }", 160),
            (
                "SELECT * { GRAPH ?g { ?s :topic ?t GRAPH ?h { ?s2 :topic ?t2 } FILTER(?t = ?t2 && ?s != ?s2) } }",
                120,
            ),
            ("SELECT * { GRAPH ?g { ?g :year ?y GRAPH ?h { ?h :year ?y } FILTER(?g != ?h) } }", 494),
            ("SELECT * { GRAPH ?g { ?s :topic ?t } FILTER(?g = :g7) }", 1),
            ("SELECT * { GRAPH ?g { ?s :cites ?t } FILTER(?g IN (:g5, :g7, :none) && ?s != ?t) }", 3),
            (
                "SELECT * { GRAPH ?g { ?g :year ?y OPTIONAL { ?s :topic ?g } } FILTER(?g = :g7 || ?g = :g8) }",
                2,
            ),
            ("SELECT * { GRAPH ?g { ?s :topic ?t GRAPH ?h { ?s2 :topic ?t } FILTER(?g != ?h) } }", 0),
            ("SELECT * { GRAPH ?g { ?s :topic ?t GRAPH ?h { ?s2 :topic ?t FILTER(?g != ?h) } } }", 0),
            ("SELECT * { GRAPH ?g { ?s :topic ?t GRAPH ?g { ?s2 :topic ?t } } }", 40),
            ("SELECT * { GRAPH ?g { GRAPH ?h { GRAPH ?i { ?s :topic :t3 } } } }", 40 * 40 * 4),
            ("SELECT * { GRAPH ?g { ?s :topic ?t OPTIONAL { GRAPH ?h { ?s2 :cites ?s } } } }", 41),
            ("SELECT * { GRAPH ?g { ?s :topic ?t FILTER NOT EXISTS { GRAPH ?h { :d5 :cites ?s } } } }", 39),
        ] {
            assert_eq!(found(query), expected, "{query}");
        }
    }

    #[test]
    fn graphs_of_from_named_alone_are_searched() {
        let from = |names: &[&str], pattern: &str| {
            let names: String = names.iter().map(|name| format!("FROM NAMED :{name} ")).collect();
            found(&format!("SELECT * {names} {{ {pattern} }}"))
        };
        let topics = "GRAPH ?g { ?s :topic :t3 }";
        assert_eq!(from(&["g3", "g4", "g13", "none"], topics), 2);
        assert_eq!(from(&["g4", "g5", "g6", "none"], topics), 0);
        assert_eq!(from(&["g3", "g4", "g5", "none"], "GRAPH ?g { }"), 4);
        assert_eq!(from(&["g3", "g4", "g5", "none"], "GRAPH ?g { :d3 :cites* ?x }"), 5);
    }

    #[test]
    fn what_is_joined_leads_to_graphs() {
        for (query, expected) in [
            ("SELECT * { GRAPH ?g { :d7 :cites ?q } GRAPH ?h { ?q :topic ?t } }", 1),
            ("SELECT * { GRAPH ?g { :d5 :cites ?q } GRAPH ?h { ?q :cites ?t } }", 2),
            ("SELECT * { GRAPH ?h { ?q :topic ?t } :d7 :is ?h }", 1),
            ("SELECT * { :d7 :is ?h GRAPH ?h { ?h :year ?t } }", 1),
            ("SELECT * { VALUES ?h { :g3 :g4 :none 7 } GRAPH ?h { ?q :topic ?t } }", 2),
            ("SELECT * FROM NAMED :g3 FROM NAMED :none { VALUES ?h { :g3 :g4 :none 7 } GRAPH ?h { } }", 2),
            ("SELECT * { VALUES ?q { :d3 :d4 :none 7 UNDEF } GRAPH ?h { ?q :topic ?t } }", 42),
            ("SELECT * { VALUES ?x { :d5 :d6 } GRAPH ?h { ?q :cites ?x OPTIONAL { ?x :cites ?y } } }", 3),
            ("SELECT * { VALUES ?t { :t3 } GRAPH ?h { { SELECT ?q { ?q :topic ?t } } ?q :cites ?z } }", 40),
            (
                "SELECT * { VALUES ?n { 1 } GRAPH ?h { { SELECT ?q (COUNT(*) AS ?n) { ?q :topic ?t } GROUP BY ?q } } }",
                40,
            ),
        ] {
            assert_eq!(found(query), expected, "{query}");
        }
    }
}
