//! A small graph for the tests at the foot of this crate's files.

use crate::answer::{Answer, Row};
use crate::store::pack::{Builder, Pack};
use crate::syntax::parse;
use crate::terms::{GraphName, Literal, NamedNode, Prefixes, Quad, Term, rdf};
use crate::{DefaultGraph, Governor};

/// Forty releases, two of them integrations, and three phases.
pub fn graph() -> Pack {
    let iri = |name: &str| NamedNode::new_unchecked(format!("http://example.org/{name}"));
    let mut builder = Builder::new();
    let mut add = |s: &str, p: NamedNode, o: Term| {
        builder.add(Quad::new(iri(s), p, o, GraphName::DefaultGraph).as_ref());
    };
    for n in 0..40 {
        let name = format!("r{n}");
        add(&name, rdf::TYPE.into(), iri("Release").into());
        add(&name, iri("year"), Literal::from(2000 + n % 4).into());
        add(&name, iri("kind"), iri(if n < 2 { "integration" } else { "launch" }).into());
    }
    for n in 1..=3 {
        add(&format!("p{n}"), rdf::TYPE.into(), iri("Phase").into());
        add(&format!("p{n}"), iri("order"), Literal::from(n).into());
    }
    builder.finish()
}

/// The prefix of its terms, and the well-known ones.
pub fn prefixes() -> Prefixes {
    let mut prefixes = Prefixes::well_known();
    prefixes.insert("", "http://example.org/");
    prefixes
}

/// The solutions of a query over it, in the order of their texts, planned as it pays or, where `every_way`, each way that may be taken; and
/// what the steps of its plan are called.
pub fn answered(text: &str, every_way: bool) -> (Vec<Row>, Vec<String>) {
    let graph = graph();
    let query = parse::query(text, &prefixes(), None).unwrap();
    let governor = Governor::unlimited();
    let governor = if every_way { governor.planning_every_way() } else { governor };
    let mut open = vec![crate::explain(&graph, &query, DefaultGraph::Alone, &governor).unwrap().plan];
    let mut labels = Vec::new();
    while let Some(step) = open.pop() {
        labels.push(step.label);
        open.extend(step.children);
    }
    let answer = crate::answer(&graph, &query, DefaultGraph::Alone, &governor).unwrap();
    let Answer::Rows(rows) = answer else { panic!("no rows") };
    let mut rows = rows.gather().rows;
    rows.sort_by_key(|row| format!("{row:?}"));
    (rows, labels)
}
