//! The executor's algebra on a small graph, each answer decided by SPARQL 1.1, sections 9 to 13 and 18.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that meets the unexpected should stop at once")]

#[path = "algebra/construct.rs"]
mod construct;
#[path = "algebra/exists.rs"]
mod exists;
#[path = "algebra/graphs.rs"]
mod graphs;
#[path = "algebra/paths.rs"]
mod paths;

use baimo_engine::answer::Answer;
use baimo_engine::store::pack::{Builder, Pack};
use baimo_engine::syntax::parse;
use baimo_engine::terms::{GraphName, Literal, NamedNode, Prefixes, Quad, Term};
use baimo_engine::{DefaultGraph, Governor};

fn iri(name: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("http://example.org/{name}"))
}

/// In the default graph: a ring `a p b p c p a`, a tail `c p d`, a tree by `q`, a triple with two predicates, and a number; and two named graphs.
fn graph() -> Pack {
    let mut builder = Builder::new();
    let triples = [
        ("a", "p", "b"),
        ("b", "p", "c"),
        ("c", "p", "a"),
        ("c", "p", "d"),
        ("d", "q", "e"),
        ("e", "q", "f"),
        ("a", "q", "b"),
        ("x", "r", "y"),
        ("y", "r", "x"),
    ];
    for (s, p, o) in triples {
        builder.add(Quad::new(iri(s), iri(p), iri(o), GraphName::DefaultGraph).as_ref());
    }
    let number = Term::from(Literal::from(44));
    builder.add(Quad::new(iri("f"), iri("n"), number, GraphName::DefaultGraph).as_ref());
    for (s, o, graph) in [("g1", "g2", "g"), ("g2", "g3", "h"), ("a", "h", "h")] {
        builder.add(Quad::new(iri(s), iri("p"), iri(o), iri(graph)).as_ref());
    }
    builder.finish()
}

/// The rows of a query, each as its cells, sorted. IRIs are shown by their last part.
fn rows(text: &str) -> Vec<String> {
    let mut prefixes = Prefixes::new();
    prefixes.insert("", "http://example.org/");
    let query = parse::query(text, &prefixes, None).unwrap();
    let graph = graph();
    let answer = baimo_engine::answer(&graph, &query, DefaultGraph::Alone, &Governor::unlimited()).unwrap();
    let cell = |term: Option<Term>| match term {
        None => "-".to_owned(),
        Some(Term::NamedNode(iri)) => iri.as_str().trim_start_matches("http://example.org/").to_owned(),
        Some(Term::Literal(literal)) => literal.value().to_owned(),
        Some(term) => term.to_string(),
    };
    match answer {
        Answer::Boolean(yes) => vec![yes.to_string()],
        Answer::Graph(triples) => {
            let triples = triples.map(Result::unwrap);
            let mut lines: Vec<String> = triples
                .map(|triple| {
                    [triple.subject.into(), triple.predicate.into(), triple.object]
                        .map(|t| cell(Some(t)))
                        .join(" ")
                })
                .collect();
            lines.sort();
            lines
        }
        Answer::Rows(rows) => {
            let mut lines: Vec<String> = rows
                .rows
                .map(|row| row.unwrap().into_iter().map(cell).collect::<Vec<_>>().join(" "))
                .collect();
            lines.sort();
            lines
        }
    }
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    assert_eq!(rows(text), expected, "{text}");
}
