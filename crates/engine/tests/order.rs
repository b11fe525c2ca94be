//! ORDER BY over graphs that were changed since their packs were made: rows that are read in the order of values.
//!
//! In: generated graphs with terms of many kinds and spellings, part of each in a pack and the rest changed since, and queries whose order is
//! that of a scan. Out: the solutions of the same query without ORDER BY, sorted here by SPARQL 1.1, section 15.1; those of equal keys in any
//! order. `BAIMO_CASES` sets how many graphs there are, `BAIMO_SEED` where they begin.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that meets the unexpected should stop at once"
)]

use baimo_engine::answer::{Answer, Row};
use baimo_engine::explain::Step;
use baimo_engine::store::Graph;
use baimo_engine::store::memory::Memory;
use baimo_engine::store::pack::{Builder, Pack};
use baimo_engine::syntax::parse;
use baimo_engine::terms::{GraphName, Literal, NamedNode, Prefixes, Quad, Term, xsd};
use baimo_engine::{DefaultGraph, Governor, Limits};
use baimo_store::value::order::compare;
use std::cmp::Ordering;
use std::collections::HashSet;
use std::sync::Arc;

/// What is asked; `LEAST` is a subject and `WORD` an object that have many partners.
const QUERIES: &[(&str, &str, &str)] = &[
    ("?s ?o", "{ ?s :p ?o }", "?o ?s"),
    ("?s ?o", "{ ?s :p ?o }", "?s ?o"),
    ("?s ?o", "{ ?s :p ?o }", "?o"),
    ("?s ?o", "{ ?s :p ?o }", "?s"),
    ("?s ?o", "{ ?s :p ?o }", "DESC(?o) ?s"),
    ("?o", "{ ?s :p ?o }", "?o"),
    ("?s", "{ ?s :p ?o }", "?s"),
    ("DISTINCT ?o", "{ ?s :p ?o }", "?o"),
    ("?s", "{ ?s :p LEAST }", "?s"),
    ("?o", "{ LEAST :p ?o }", "?o"),
    ("?s", "{ ?s :p WORD }", "?s"),
    ("?s ?o ?x", "{ ?s :p ?o . ?s :q ?x }", "?o ?s"),
    ("?s ?o ?x", "{ ?s :p ?o . ?s :q ?x }", "?s ?o"),
    ("?s ?o ?x", "{ ?s :p ?o OPTIONAL { ?s :q ?x } }", "?s ?o"),
    ("?s ?o ?x", "{ ?s :p ?o OPTIONAL { ?s :q ?x } }", "?x ?s"),
    ("?s ?o", "{ ?s :p ?o FILTER(?o > 3) }", "?o ?s"),
    ("?s ?o", "{ ?s :p ?o FILTER(DATATYPE(?o) = xsd:integer) }", "?o ?s"),
    ("?s ?o", "{ ?s :p ?o FILTER(STRSTARTS(STR(?o), \"w1\") || ?o < 7) }", "?o ?s"),
    ("?s ?o", "{ ?s :p ?o FILTER(STRSTARTS(STR(?s), \"http://example.org/s1\")) }", "?s ?o"),
    ("?s ?o", "{ ?s :p ?o FILTER NOT EXISTS { ?s :q ?o } }", "?o ?s"),
    ("?o", "{ ?s :p ?o }", "DESC(?o)"),
    ("?s ?o ?x", "{ ?s :p ?o . ?s :q ?x }", "DESC(?o) ?s"),
    ("?s ?o ?x", "{ ?s :p ?o . ?s :q ?x }", "DESC(?s) ?x"),
    ("?s ?o ?x", "{ ?s :p ?o . ?s :q ?x }", "?o DESC(?s)"),
    ("?s ?o ?x ?y", "{ ?s :p ?o . ?x :q ?s BIND(STR(?o) AS ?y) }", "DESC(?o) ?y"),
    ("?s ?o ?x", "{ ?s :p ?o OPTIONAL { ?s :q ?x } }", "DESC(?o) ?x"),
    ("?s ?o", "{ ?s :p ?o FILTER(?o > 3) }", "DESC(?o)"),
    ("?s ?o", "{ ?s :p ?o FILTER(STRSTARTS(STR(?o), \"w1\") || ?o < 7) }", "DESC(?o) ?s"),
    ("?s ?o", "{ ?s :p ?o FILTER NOT EXISTS { ?s :q ?o } }", "DESC(?o) ?s"),
    ("?s", "{ { SELECT ?s ?o { ?s :p ?o } ORDER BY DESC(?o) ?s LIMIT 50 } ?s :q ?x }", "DESC(?s)"),
    ("?o (COUNT(*) AS ?n)", "{ ?s :p ?o } GROUP BY ?o", "?o"),
    ("?s", "{ ?s :p ?s }", "?s"),
    ("?s ?o", "{ { ?s :p ?o } UNION { ?s :q ?o } }", "?o ?s"),
    ("?s ?o", "{ { SELECT ?s ?o { ?s :p ?o } ORDER BY ?o ?s } ?s :q ?x }", "?o"),
];

struct Random(u64);

impl Random {
    fn below(&mut self, of: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % of.max(1)
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

fn iri(name: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("http://example.org/{name}"))
}

fn object(random: &mut Random, profile: u64) -> Term {
    let n = random.below(60);
    let kind = if profile < 8 { profile } else { random.below(8) };
    match kind {
        0 => Literal::new_simple_literal(format!("w{}", random.below(900))).into(),
        1 => Literal::from(n as i64 - 5).into(),
        2 => match random.below(4) {
            0 => Literal::new_typed_literal(format!("{n}.0"), xsd::DECIMAL).into(),
            1 => Literal::new_typed_literal(format!("{n}e0"), xsd::DOUBLE).into(),
            2 => Literal::new_typed_literal(format!("0{n}"), xsd::INTEGER).into(),
            _ => Literal::from(n as i64).into(),
        },
        3 => moment(n, random).into(),
        4 => Literal::new_language_tagged_literal_unchecked(format!("w{n}"), ["en", "fr"][n as usize % 2])
            .into(),
        5 => {
            let few = [
                ("true", xsd::BOOLEAN),
                ("1", xsd::BOOLEAN),
                ("false", xsd::BOOLEAN),
                ("0", xsd::BOOLEAN),
                ("NaN", xsd::DOUBLE),
                ("INF", xsd::DOUBLE),
                ("-INF", xsd::DOUBLE),
                ("-0e0", xsd::DOUBLE),
                ("0", xsd::INTEGER),
                ("-0.0", xsd::DECIMAL),
            ];
            let (text, datatype) = few[n as usize % few.len()];
            Literal::new_typed_literal(text, datatype).into()
        }
        // Few of them, so that many have the same.
        6 => Literal::new_simple_literal(format!("w{}", random.below(3))).into(),
        _ => iri(&format!("s{}", random.below(400))).into(),
    }
}

/// A date or dateTime, of few instants in several spellings.
fn moment(n: u64, random: &mut Random) -> Literal {
    let day = n % 5 + 2;
    let date = |text: String| Literal::new_typed_literal(text, xsd::DATE);
    let instant = |text: String| Literal::new_typed_literal(text, xsd::DATE_TIME);
    match random.below(9) {
        0 => date(format!("2020-01-{day:02}Z")),
        1 => date(format!("2020-01-{day:02}+00:00")),
        2 => date(format!("2020-01-{day:02}-14:00")),
        3 => instant(format!("2020-01-{day:02}T00:00:00Z")),
        4 => instant(format!("2020-01-{day:02}T14:00:00+14:00")),
        5 => instant(format!("2020-01-{:02}T24:00:00Z", day - 1)),
        // Finer than what is kept in columns.
        6 => instant(format!("2020-01-{day:02}T00:00:00.0000001Z")),
        7 => instant(format!("2020-01-{day:02}T01:00:00.0000001+01:00")),
        _ => instant(format!("-0{day}00-01-{day:02}T00:00:00Z")),
    }
}

/// What of a literal 17.3 compares by `<`: a kind, and a number that grows as values of that kind do.
fn value(literal: &Literal) -> Option<(u8, f64, i128)> {
    let text = literal.value();
    let datatype = literal.datatype();
    if [xsd::INTEGER, xsd::DECIMAL, xsd::DOUBLE].contains(&datatype) {
        let number: f64 = text.parse().unwrap();
        // NaN is compared with nothing: here it is past all others.
        return Some((0, if number.is_nan() { f64::MAX } else { number.clamp(-1e300, 1e300) }, 0));
    }
    match datatype {
        xsd::BOOLEAN => Some((1, f64::from(u8::from(text == "true" || text == "1")), 0)),
        xsd::DATE => Some((2, 0.0, tenths(text, "T00:00:00"))),
        xsd::DATE_TIME => Some((3, 0.0, tenths(text, ""))),
        _ => None,
    }
}

/// Tenths of a microsecond from some instant to that of a date with `clock` or a dateTime: `(-)Y-MM-DD`, `Thh:mm:ss`, and a zone.
fn tenths(text: &str, clock: &str) -> i128 {
    let (is_before, rest) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (year, rest) = rest.split_once('-').unwrap();
    let (year, month, day): (i128, i128, i128) = (
        year.parse::<i128>().unwrap() * if is_before { -1 } else { 1 },
        rest[..2].parse().unwrap(),
        rest[3..5].parse().unwrap(),
    );
    assert_eq!(month, 1, "days of the year are those of January");
    let rest = format!("{clock}{}", &rest[5..]);
    let number = |text: &str| text.parse::<i128>().unwrap();
    let seconds = number(&rest[1..3]) * 3600 + number(&rest[4..6]) * 60 + number(&rest[7..9]);
    let (fraction, zone) = rest[9..].split_at(rest[9..].find(['Z', '+', '-']).unwrap());
    let fraction = fraction.strip_prefix('.').map_or(0, number);
    let zone = match zone.split_at(1) {
        ("Z", _) => 0,
        (sign, zone) => (number(&zone[..2]) * 60 + number(&zone[3..])) * if sign == "-" { -60 } else { 60 },
    };
    let before = year - 1;
    let days = year * 365 + before.div_euclid(4) - before.div_euclid(100) + before.div_euclid(400) + day;
    (days * 86_400 + seconds - zone) * 10_000_000 + fraction
}

/// A graph, changed since its pack was made or not, and a subject and an object that have several partners.
fn graph(seed: u64) -> (Memory, Term, Term) {
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let (profile, size) = (random.below(12), [40, 300, 1500][random.below(3) as usize]);
    let mut quads = HashSet::new();
    let subjects = [4, 60, 400][random.below(3) as usize];
    for _ in 0..size {
        let subject = iri(&format!("s{}", random.below(subjects)));
        let predicate = iri(if random.chance(80) { "p" } else { "q" });
        let object = if random.chance(2) { subject.clone().into() } else { object(&mut random, profile) };
        let graph = if random.chance(90) { GraphName::DefaultGraph } else { iri("g").into() };
        quads.insert(Quad::new(subject, predicate, object, graph));
    }
    let mut quads: Vec<Quad> = quads.into_iter().collect();
    quads.sort_by_key(ToString::to_string);
    let few = [3, 20, 60][random.below(3) as usize];
    let is_new: Vec<bool> = quads.iter().map(|_| random.chance(few)).collect();
    let gone: Vec<Quad> = quads
        .iter()
        .filter(|_| random.chance(5))
        .map(|quad| Quad { object: Literal::from("gone").into(), ..quad.clone() })
        .collect();
    let mut builder = Builder::keeping_labels();
    let before = quads.iter().zip(&is_new).filter(|(_, is_new)| !**is_new).map(|(quad, _)| quad);
    before.chain(&gone).for_each(|quad| builder.add(quad.as_ref()));
    let pack = builder.finish();
    let pack = match random.chance(50) {
        true => Pack::from_static(Vec::leak(pack.write(Vec::new()).unwrap())).unwrap(),
        false => pack,
    };
    let mut memory = Memory::over(pack);
    for (quad, _) in quads.iter().zip(&is_new).filter(|(_, is_new)| **is_new) {
        memory.insert(quad.clone()).unwrap();
    }
    for quad in &gone {
        memory.remove(quad).unwrap();
    }
    let middle = quads[quads.len() / 2].clone();
    (memory, middle.subject.into(), middle.object)
}

fn rows(graph: &dyn Graph, text: &str, of: DefaultGraph, governor: &Governor) -> (Vec<String>, Vec<Row>) {
    let text = format!("PREFIX : <http://example.org/> {text}");
    let query = parse::query(&text, &Prefixes::well_known(), None);
    let query = query.unwrap_or_else(|error| panic!("{text}: {error:?}"));
    let Answer::Rows(rows) = baimo_engine::answer(graph, &query, of, governor).unwrap() else {
        panic!("{text} gives no rows")
    };
    let names = rows.variables.iter().map(|name| name.as_str().to_owned()).collect();
    (names, rows.gather().rows)
}

/// The order of two cells; equal where the values are (SPARQL 1.1, section 15.1).
fn order(a: Option<&Term>, b: Option<&Term>) -> Ordering {
    match (a, b) {
        (Some(Term::Literal(x)), Some(Term::Literal(y))) => match (value(x), value(y)) {
            (Some(x), Some(y)) if x.0 == y.0 => x.partial_cmp(&y).unwrap(),
            _ => compare(x.as_ref().into(), y.as_ref().into()),
        },
        (Some(a), Some(b)) => compare(a.as_ref(), b.as_ref()),
        _ => a.is_some().cmp(&b.is_some()),
    }
}

/// Asks a graph, changes it, and asks it again: what is remembered of its lists must not outlive them.
fn check(seed: u64) {
    let (mut graph, least, word) = graph(seed);
    let mut random = Random(seed);
    for of in [DefaultGraph::Alone, DefaultGraph::Union] {
        ask(&graph, of, &[&least, &word], &mut random, seed);
        for _ in 0..10 {
            let subject = iri(&format!("s{}", random.below(400)));
            let quad = Quad::new(subject, iri("p"), object(&mut random, 8), GraphName::DefaultGraph);
            graph.insert(quad).unwrap();
        }
    }
    ask(&graph, DefaultGraph::Alone, &[&least, &word], &mut random, seed);
}

fn ask(graph: &Memory, of: DefaultGraph, [least, word]: &[&Term; 2], random: &mut Random, seed: u64) {
    for (head, pattern, keys) in QUERIES {
        let pattern = pattern.replace("LEAST", &least.to_string()).replace("WORD", &word.to_string());
        let whole = format!("SELECT {head} {pattern}");
        let (names, mut expected) = rows(graph, &whole, of, &Governor::unlimited());
        let keys_at: Vec<(usize, bool)> = keys
            .split(' ')
            .map(|key| {
                let name = key.trim_start_matches("DESC(").trim_end_matches(')').trim_start_matches('?');
                (
                    names.iter().position(|have| have == name).expect("a key that is shown"),
                    key.starts_with("DESC"),
                )
            })
            .collect();
        let by_keys = |a: &Row, b: &Row| {
            let of = |(at, falls): &(usize, bool)| {
                let order = order(a[*at].as_ref(), b[*at].as_ref());
                if *falls { order.reverse() } else { order }
            };
            keys_at.iter().map(of).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
        };
        expected.sort_by(by_keys);
        let count = expected.len() as u64;
        let (offset, limit) = (random.below(count + 2), 1 + random.below(count + 2));
        for (offset, limit) in [(0, None), (0, Some(3)), (offset, Some(limit)), (offset, None)] {
            let slice = limit.map_or(String::new(), |limit| format!(" LIMIT {limit}"));
            let text = format!("{whole} ORDER BY {keys} OFFSET {offset}{slice}");
            for every_way in [false, true] {
                let governor = match every_way {
                    false => Governor::unlimited(),
                    true => Governor::new(Limits { threads: Some(2), ..Limits::default() }, Arc::default())
                        .planning_every_way(),
                };
                let (_, found) = rows(graph, &text, of, &governor);
                let wanted = expected.iter().skip(offset as usize).take(limit.unwrap_or(count) as usize);
                let wanted: Vec<&Row> = wanted.collect();
                assert_eq!(found.len(), wanted.len(), "seed {seed}, {every_way}: {text}");
                for (n, (found, wanted)) in found.iter().zip(&wanted).enumerate() {
                    assert!(
                        by_keys(found, wanted).is_eq(),
                        "seed {seed}, {every_way}: {text}\nrow {n} is {found:?}, right is {wanted:?}"
                    );
                }
                if limit.is_none() && offset == 0 {
                    let sorted = |rows: &mut dyn Iterator<Item = &Row>| {
                        let mut texts: Vec<String> = rows.map(|row| format!("{row:?}")).collect();
                        texts.sort();
                        texts
                    };
                    assert_eq!(
                        sorted(&mut found.iter()),
                        sorted(&mut expected.iter()),
                        "seed {seed}, {every_way}: {text}"
                    );
                }
            }
        }
    }
}

/// How many rows each step of a plan gave, the lowest last.
fn steps(step: &Step, found: &mut Vec<(String, u64)>) {
    found.push((step.label.clone(), step.rows));
    step.children.iter().for_each(|child| steps(child, found));
}

#[test]
fn a_limit_stops_a_scan_of_a_changed_graph_early() {
    let quad = |n: u32, object: &str| {
        let object = Literal::new_simple_literal(object);
        Quad::new(iri(&format!("s{n}")), iri("p"), object, GraphName::DefaultGraph)
    };
    let mut builder = Builder::keeping_labels();
    (0..20_000).for_each(|n| builder.add(quad(n, &format!("w{n:05}")).as_ref()));
    let mut memory = Memory::over(builder.finish());
    for n in 0..200 {
        memory.insert(quad(n, &format!("w{:05}a", n * 100))).unwrap();
    }
    for (keys, last) in [("?o ?s", "w00004"), ("?s ?o", "w00100a"), ("DESC(?o) ?s", "w19995")] {
        let text = format!("SELECT ?o {{ ?s <http://example.org/p> ?o }} ORDER BY {keys} LIMIT 6");
        let (_, found) = rows(&memory, &text, DefaultGraph::Union, &Governor::unlimited());
        let right = match keys {
            "?o ?s" => ["w00000", "w00000a", "w00001", "w00002", "w00003", last],
            "DESC(?o) ?s" => ["w19999", "w19998", "w19997", "w19996", last, "w19994"],
            // s0, s1, s10, s100
            _ => ["w00000", "w00000a", "w00001", last, "w00010", "w01000a"],
        };
        let texts: Vec<String> = found.iter().map(|row| row[0].as_ref().unwrap().to_string()).collect();
        assert_eq!(texts, right.map(|text| format!("\"{text}\"")), "{keys}");
        let query = parse::query(&text, &Prefixes::new(), None).unwrap();
        let account = baimo_engine::explain(&memory, &query, DefaultGraph::Alone, &Governor::unlimited());
        let mut found = Vec::new();
        steps(&account.unwrap().plan, &mut found);
        let (label, read) = found.last().unwrap();
        assert!(label.starts_with("Scan") && *read < 1000, "{keys}: {found:?}");
    }
}

#[test]
fn rows_of_changed_graphs_come_in_the_order_of_values() {
    let number = |name: &str, default: u64| {
        std::env::var(name).map_or(default, |text| text.parse().expect("a number"))
    };
    let (first, count) = (number("BAIMO_SEED", 1), number("BAIMO_CASES", 10));
    std::thread::scope(|scope| {
        for n in 0..2 {
            scope.spawn(move || (first + n..first + count).step_by(2).for_each(check));
        }
    });
}
