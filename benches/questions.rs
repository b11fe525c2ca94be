//! How long the parts of an answer take on the embedded graph: opening, asking, completing, explaining an error.

use baimo::engine::Bindings;
use baimo::engine::answer::Answer;
use baimo::session::Source;
use criterion::{Criterion, criterion_group, criterion_main};
use std::collections::BTreeMap;
use std::hint::black_box;

fn count(answer: Answer<'_>) -> usize {
    match answer {
        Answer::Boolean(found) => usize::from(found),
        Answer::Rows(rows) => rows.rows.count(),
        Answer::Graph(triples) => triples.count(),
    }
}

fn opening(c: &mut Criterion) {
    c.bench_function("open the embedded graph", |b| {
        b.iter(|| baimo::embedded::open(black_box(&Source::Embedded)).is_ok())
    });
}

fn asking(c: &mut Criterion) {
    let Ok(session) = baimo::embedded::open(&Source::Embedded) else { return };
    for name in ["timeline", "share-by-industry", "launch-to-registration", "about-vendor"] {
        c.bench_function(&format!("run {name}"), |b| {
            b.iter(|| session.run(name, &BTreeMap::new()).map(count).unwrap_or_default());
        });
    }
}

fn advising(c: &mut Criterion) {
    let Ok(session) = baimo::embedded::open(&Source::Embedded) else { return };
    let broken = "SELECT ?name { ?v a bm:Vendor rdfs:label ?name }";
    c.bench_function("explain a broken question", |b| {
        b.iter(|| session.query(black_box(broken), &Bindings::new()).is_err())
    });
    let empty = "SELECT ?v { ?v a bm:Vendor ; rdfs:label \"百度\" }";
    c.bench_function("say why nothing is found", |b| {
        b.iter(|| session.why_empty(black_box(empty), &Bindings::new()))
    });
    let typed = "SELECT * { ?r a bm:Release ; bm:re";
    let more = baimo::advise::complete::Context::default();
    c.bench_function("complete a predicate", |b| {
        b.iter(|| session.complete(black_box(typed), typed.len(), &more))
    });
}

criterion_group!(benches, opening, asking, advising);
criterion_main!(benches);
