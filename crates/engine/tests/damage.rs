//! A pack with one bit flipped, wherever it is: every query answers right or gives an error.
//!
//! In: a small graph with terms of every kind, in one pack for each of its bytes that has a bit of that byte wrong. The
//! queries reach all that an operator reads of a graph: names, terms, values, pairs, sets of predicates, counts.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that meets the unexpected should stop at once")]

use baimo_engine::answer::page::Page;
use baimo_engine::answer::{Answer, Rows};
use baimo_engine::error::Result;
use baimo_engine::store::pack::{Builder, Pack};
use baimo_engine::syntax::parse;
use baimo_engine::terms::Prefixes;
use baimo_engine::{DefaultGraph, Governor, Query};
use baimo_store::sources::rdf;

const DATA: &str = "@prefix : <http://example.org/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
    :a :p :b , :c ; :year 2001 ; :date \"2023-01-02\"^^xsd:date ; :says \"one\"@en , \"eins\"@de--ltr , \"two\" .
    :b :p :c ; :year 2002.5 ; :at \"2023-01-02T03:04:05Z\"^^xsd:dateTime ; :says \"three\" ; :r <<( :a :p :b )>> .
    :c :p _:d ; :year 2e3 ; :q true ; :r <<( :b :p \"x\"@en )>> . _:d :p :a ; :year \"many\"^^:number .
    :g { :a :p :b . :a :q 7 } :h { :a :p :c }";

const QUERIES: &[&str] = &[
    "SELECT * { ?s ?p ?o }",
    "SELECT (COUNT(*) AS ?n) { ?s :p ?o OPTIONAL { ?s :says ?t } }",
    "SELECT (COUNT(*) AS ?n) { ?s :year 2001 }",
    "SELECT ?s { ?s :year ?y FILTER(?y > 2000) } ORDER BY DESC(?y)",
    "SELECT ?s { ?s :date ?d FILTER(?d < \"2024-01-01\"^^xsd:date && YEAR(?d) = 2023) }",
    "SELECT ?t { ?s :says ?t FILTER(STRSTARTS(?t, \"t\") || LANG(?t) = \"en\" || REGEX(?t, \"^e\")) }",
    "SELECT ?p (COUNT(DISTINCT ?o) AS ?n) (MIN(?o) AS ?least) (GROUP_CONCAT(STR(?o)) AS ?all) { ?s ?p ?o } GROUP BY ?p ORDER BY ?p",
    "SELECT (SUM(?y) AS ?sum) (AVG(?y) AS ?mean) { ?s :year ?y FILTER(ISNUMERIC(?y)) }",
    "SELECT ?x ?y { ?x :p+ ?y }",
    "SELECT ?x { ?x :p/:p|^:p ?y }",
    "SELECT ?x { ?x !(:p|:year) ?y }",
    "SELECT ?x { ?x :p ?y FILTER NOT EXISTS { ?y :q ?z FILTER(?z = ?x) } MINUS { ?x :says ?w } }",
    "SELECT * { ?x :r <<( ?s :p ?o )>> }",
    "SELECT ?g ?s { GRAPH ?g { ?s :p ?o } }",
    "SELECT ?s { GRAPH :g { ?s :q ?o } }",
    "SELECT ?x { GRAPH :h {} BIND(1 AS ?x) }",
    "SELECT ?s ?o FROM :g FROM :h { ?s :p ?o }",
    "SELECT ?x ?v { VALUES ?x { :a :b :nowhere } ?x :year ?v BIND(STR(?v) AS ?w) }",
    "ASK { :a :p :c . :c :q true }",
    "ASK { :a ?p :nothing }",
    "CONSTRUCT { ?o :back <<( ?s :p ?o )>> } { ?s :p ?o }",
    "DESCRIBE :c",
];

fn graph() -> Pack {
    let mut builder = Builder::new();
    let format = rdf::format_named("trig").unwrap();
    rdf::read("data", format, None, DATA.as_bytes(), &mut Prefixes::new(), &mut |quad| {
        builder.add(quad.as_ref());
        Ok(())
    })
    .unwrap();
    builder.finish()
}

/// What a pack answers: rows as terms, or page by page; both sorted, as nothing but ORDER BY gives them an order.
fn answered(pack: &Pack, query: &Query, union: DefaultGraph, by_page: bool) -> Result<Vec<String>> {
    let governor = Governor::unlimited();
    let mut found: Vec<String> = match baimo_engine::answer(pack, query, union, &governor)? {
        Answer::Boolean(found) => vec![found.to_string()],
        Answer::Graph(triples) => triples.map(|triple| Ok(triple?.to_string())).collect::<Result<_>>()?,
        Answer::Rows(Rows { mut rows, .. }) if by_page => {
            let (mut page, mut found) = (Page::default(), Vec::new());
            while rows.page(&mut page)? {
                found.extend((0..page.len()).map(|row| format!("{:?}", page.row(row))));
            }
            found
        }
        Answer::Rows(Rows { rows, .. }) => {
            rows.map(|row| Ok(format!("{:?}", row?))).collect::<Result<_>>()?
        }
    };
    found.sort();
    Ok(found)
}

#[test]
fn whatever_bit_is_flipped_a_query_answers_right_or_gives_an_error() {
    let whole = graph().write(Vec::new()).unwrap();
    let mut prefixes = Prefixes::well_known();
    prefixes.insert("", "http://example.org/");
    let mut asked = Vec::new();
    for text in QUERIES {
        let query = parse::query(text, &prefixes, None).unwrap();
        for (union, by_page) in
            [(DefaultGraph::Alone, false), (DefaultGraph::Alone, true), (DefaultGraph::Union, true)]
        {
            let pack = Pack::from_static(Vec::leak(whole.clone())).unwrap();
            let expected = answered(&pack, &query, union, by_page).unwrap();
            assert!(!expected.is_empty(), "{text}");
            asked.push((text, query.clone(), union, by_page, expected));
        }
    }
    let (mut right, mut errors) = (0, 0);
    for place in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[place] ^= 1 << (place % 8);
        // The queries share the pack: what one of them met must not be needed for another to tell.
        let Ok(pack) = Pack::from_static(Vec::leak(damaged)) else {
            errors += 1;
            continue;
        };
        // One of the three ways of asking for each byte: a chunk has many bytes.
        for (text, query, union, by_page, expected) in asked.iter().skip(place % 3).step_by(3) {
            match answered(&pack, query, *union, *by_page) {
                Ok(found) => {
                    assert_eq!(found, *expected, "{text} with byte {place} damaged");
                    right += 1;
                }
                Err(_) => errors += 1,
            }
        }
    }
    assert!(right > 0 && errors > 0, "{right} {errors}");
}
