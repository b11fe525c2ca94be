//! Queries that explode, stopped at every kind of place: what was given out is right, and soon there is no more work.
//!
//! The limit is a number of looks at the governor, so that a run stops at the same place on any machine. The same kinds of
//! query, over more data and by the clock, are in `benches/exploding.py` of the repository's root.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that meets the unexpected should stop at once")]

use baimo_engine::answer::Answer;
use baimo_engine::answer::page::Page;
use baimo_engine::error::{Error, Kind};
use baimo_engine::store::memory::Memory;
use baimo_engine::store::pack::{Builder, Pack};
use baimo_engine::store::quads_of;
use baimo_engine::syntax::parse;
use baimo_engine::terms::{GraphName, Literal, NamedNode, Prefixes, Quad, Term};
use baimo_engine::{DefaultGraph, Governor, Limits, update};
use std::cell::Cell;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

#[cfg(target_os = "linux")]
mod clock;

/// How large a question is made.
#[derive(Clone, Copy)]
struct Size {
    /// Nodes of the graph, each with five triples.
    nodes: usize,
    /// Values of each of seven variables.
    values: usize,
    /// How often a text of 16 letters is doubled, at most.
    doubled: usize,
}

/// So small that each question has an answer.
const SMALL: Size = Size { nodes: 2, values: 3, doubled: 8 };
/// So large that none has.
const LARGE: Size = Size { nodes: 1600, values: 40, doubled: 24 };

/// How often work may ask after it was refused once: each thread of a sort may, and each part of an answer that ends.
const FEW: u64 = 8;

/// A ring with chords, of several kinds, with names and numbers.
fn quads(size: Size) -> Vec<Quad> {
    let iri = |name: String| NamedNode::new_unchecked(format!("http://example.org/{name}"));
    let node = |n: usize| iri(format!("n{}", n % size.nodes));
    let mut quads = Vec::new();
    for n in 0..size.nodes {
        let mut add = |property: &str, object: Term| {
            quads.push(Quad::new(node(n), iri(property.into()), object, GraphName::DefaultGraph));
        };
        add("next", node(n + 1).into());
        add("next", node(n * 7 + 3).into());
        add("kind", iri(format!("kind{}", n % 7)).into());
        add("name", Literal::from(format!("node number {n}")).into());
        add("size", Literal::from((n % 311) as i64).into());
    }
    quads
}

fn pack(size: Size) -> Pack {
    let mut builder = Builder::new();
    quads(size).iter().for_each(|quad| builder.add(quad.as_ref()));
    builder.finish()
}

/// A text ?t that is doubled so often.
fn doubled(size: Size, times: usize) -> String {
    let steps = (0..times.min(size.doubled)).map(|n| format!("BIND(CONCAT(?t{n}, ?t{n}) AS ?t{})", n + 1));
    let last = times.min(size.doubled);
    format!("BIND('aaaaaaaaaaaaaaaa' AS ?t0) {} BIND(?t{last} AS ?t)", steps.collect::<String>())
}

/// The questions, by name.
fn questions(size: Size) -> Vec<(&'static str, String)> {
    let all = "?a ?p ?b . ?c ?q ?d . ?e ?r ?f . ?g ?s ?h";
    let doubled = |times: usize| doubled(size, times);
    let list = (0..size.values).map(|n| format!("{n} ")).collect::<String>();
    let values = (0..7).map(|n| format!("VALUES ?v{n} {{ {list} }} ")).collect::<String>();
    let union = vec!["{ ?a ?p ?b . ?c ?q ?d . ?e ?r ?f }"; 30].join(" UNION ");
    let (long, longest) = (doubled(16), doubled(24));
    vec![
        ("product-count", format!("SELECT (COUNT(?x) AS ?n) {{ {all} FILTER(?b != ?d) BIND(?h AS ?x) FILTER(STR(?h) != STR(?f)) }}")),
        ("product-rows", format!("SELECT * {{ {all} }}")),
        ("product-distinct", format!("SELECT DISTINCT ?a ?d ?e ?h {{ {all} }}")),
        ("product-sorted", format!("SELECT * {{ {all} }} ORDER BY ?h ?a")),
        ("product-top-1", format!("SELECT * {{ {all} }} ORDER BY DESC(STR(?h)) ?a LIMIT 1")),
        ("product-random", "SELECT * { ?a ?p ?b . ?c ?q ?d } ORDER BY RAND()".into()),
        ("product-grouped", format!("SELECT ?a ?h (COUNT(*) AS ?n) (SUM(STRLEN(STR(?d))) AS ?l) {{ {all} }} GROUP BY ?a ?h ?d")),
        ("product-filter", format!("SELECT * {{ {all} FILTER(STRLEN(CONCAT(STR(?a), STR(?d), STR(?h))) < 3) }}")),
        ("product-regex", format!("SELECT * {{ {all} FILTER(REGEX(CONCAT(STR(?a), STR(?d)), '(x+x+)+y$')) }}")),
        ("product-optional", "SELECT * { ?a ?p ?b OPTIONAL { ?c ?q ?d OPTIONAL { ?e ?r ?f FILTER(?b = ?f && ?d != ?f) } } }".into()),
        ("product-minus", "SELECT * { ?a ?p ?b . ?c ?q ?d MINUS { ?a ?x ?y . ?z ?u ?d . ?v ?w ?k } }".into()),
        ("product-not-exists", "SELECT (COUNT(*) AS ?n) { ?a ?p ?b . ?c ?q ?d FILTER NOT EXISTS { ?a :next ?y . ?y :next ?z FILTER(?z = ?d || STR(?b) = STR(?z)) } }".into()),
        ("product-exists-bound", "SELECT (COUNT(?t) AS ?n) { ?a ?p ?b . ?c ?q ?d BIND(EXISTS { ?a ?x ?d . ?m ?n ?b } AS ?t) }".into()),
        ("product-union", format!("SELECT (COUNT(DISTINCT ?f) AS ?n) {{ {union} FILTER(STR(?b) < STR(?f)) }}")),
        ("product-values", format!("SELECT (SUM(?v0 * ?v1 + ?v6) AS ?n) {{ {values} }}")),
        ("product-values-rows", format!("SELECT * {{ {values} }}")),
        ("product-values-distinct", format!("SELECT DISTINCT * {{ {values} }}")),
        ("sub-selects", "SELECT (COUNT(?k) AS ?n) { { SELECT ?a ?d (CONCAT(STR(?a), STR(?d)) AS ?k) { ?a ?p ?b . ?c ?q ?d } } { SELECT ?e ?h { ?e ?r ?f . ?g ?s ?h } } FILTER(?k > STR(?h)) }".into()),
        ("sub-select-sorted", "SELECT * { { SELECT ?a ?d { ?a ?p ?b . ?c ?q ?d } ORDER BY ?d ?a } { SELECT DISTINCT ?e { ?e ?r ?f . ?g ?s ?h } } }".into()),
        ("paths-all", "SELECT (COUNT(*) AS ?n) { ?a (:next|^:next|:kind)* ?b . ?c (:next|:kind|^:kind)+ ?d FILTER(?a != ?d) }".into()),
        ("paths-negated", "SELECT * { ?a (!:none|^(!:none))* ?b }".into()),
        ("paths-nested", "SELECT * { ?a ((:next+/^:kind?)*|(^:next/:kind*)+)* ?b }".into()),
        ("paths-product", "SELECT (COUNT(?a) AS ?n) { ?a :next* ?b . ?c :next* ?d . FILTER(STR(?b) < STR(?d)) }".into()),
        ("concat-doubled", format!("SELECT (STRLEN(?t) AS ?n) (SHA512(?t) AS ?h) {{ ?a ?p ?b . {longest} }}")),
        ("concat-doubled-rows", format!("SELECT ?a ?t {{ ?a ?p ?b . ?c ?q ?d . {long} }}")),
        ("replace-nested", format!("SELECT (STRLEN(?y) AS ?n) {{ ?a ?p ?b . ?c ?q ?d {} BIND(REPLACE(REPLACE(?t, 'a', 'aa'), 'a', 'bbb') AS ?x) BIND(REPLACE(?x, 'b', 'cccc') AS ?y) }}", doubled(12))),
        ("replace-in-place", format!("SELECT (STRLEN(?x) AS ?n) {{ ?a ?p ?b . {} BIND(REPLACE(?t, 'a', 'bcd') AS ?x) }}", doubled(20))),
        ("upper-long", format!("SELECT (STRLEN(UCASE(LCASE(?t))) AS ?n) {{ ?a ?p ?b . {} FILTER(STRENDS(ENCODE_FOR_URI(CONCAT(?t, STR(?a))), 'x')) }}", doubled(19))),
        ("regex-backtracking", format!("SELECT * {{ ?a ?p ?b . ?c ?q ?d {} FILTER(REGEX(CONCAT(?t, STR(?a), STR(?c)), '^(a+)+\\\\1$')) }}", doubled(1))),
        ("regex-long", format!("SELECT * {{ ?a ?p ?b . {} FILTER(REGEX(?t, '(a?){{50}}a{{50}}b')) }}", doubled(20))),
        ("group-concat", "SELECT (STRLEN(GROUP_CONCAT(CONCAT(STR(?a), STR(?d)))) AS ?n) { ?a ?p ?b . ?c ?q ?d . ?e ?r ?f }".into()),
        ("group-concat-groups", format!("SELECT ?b (GROUP_CONCAT(?h; separator=', ') AS ?n) {{ {all} }} GROUP BY ?b ?d")),
        ("group-concat-distinct", format!("SELECT (GROUP_CONCAT(DISTINCT CONCAT(STR(?a), STR(?d), STR(?e))) AS ?n) {{ {all} }}")),
        ("count-distinct", format!("SELECT (COUNT(DISTINCT CONCAT(STR(?a), STR(?d), STR(?e))) AS ?n) {{ {all} }}")),
        ("count-distinct-all", format!("SELECT (COUNT(DISTINCT *) AS ?n) {{ {all} }}")),
        ("min-computed", format!("SELECT (MIN(CONCAT(STR(?a), STR(?d), STR(?h))) AS ?n) (MAX(?b + ?d) AS ?m) {{ {all} }}")),
        ("construct", format!("CONSTRUCT {{ ?a :with ?d . ?e ?q ?h }} {{ {all} }}")),
        ("construct-blank", format!("CONSTRUCT {{ [] :of ?a ; :with [ :value ?h ] }} {{ {all} }}")),
        ("describe", format!("DESCRIBE ?a ?d {{ {all} }}")),
        ("insert", format!("INSERT {{ ?a :with ?d . ?e :and ?h }} WHERE {{ {all} }}")),
        ("delete-insert", format!("DELETE {{ ?a ?p ?b }} INSERT {{ ?a ?p ?h ; :as [ :was ?d ] }} WHERE {{ {all} }}")),
    ]
}

fn prefixes() -> Prefixes {
    let mut prefixes = Prefixes::well_known();
    prefixes.insert("", "http://example.org/");
    prefixes
}

fn is_update(text: &str) -> bool {
    text.contains(" WHERE {")
}

/// What came of a question: rows, triples, or the changed graph, each as a text; and what ended it early.
#[derive(Debug, Default)]
struct Outcome {
    given: Vec<String>,
    stopped: Option<Error>,
}

/// Asks until the end, or until a limit ends it.
fn ask(graph: &Pack, text: &str, governor: &Governor) -> Outcome {
    let query = parse::query(text, &prefixes(), None).unwrap();
    let mut outcome = Outcome::default();
    let mut take = |item: Result<String, Error>| match item {
        Ok(item) => outcome.given.push(item),
        Err(error) => outcome.stopped = Some(error),
    };
    match baimo_engine::answer(graph, &query, DefaultGraph::Alone, governor) {
        Ok(Answer::Rows(rows)) => rows.rows.for_each(|row| take(row.map(|row| format!("{row:?}")))),
        Ok(Answer::Graph(triples)) => {
            triples.for_each(|triple| take(triple.map(|triple| triple.to_string())))
        }
        Ok(Answer::Boolean(yes)) => take(Ok(yes.to_string())),
        Err(error) => take(Err(error)),
    }
    outcome
}

/// The same, with the rows a page at a time, as writers read them.
fn ask_by_pages(graph: &Pack, text: &str, governor: &Governor) -> Outcome {
    let query = parse::query(text, &prefixes(), None).unwrap();
    let mut rows = match baimo_engine::answer(graph, &query, DefaultGraph::Alone, governor) {
        Ok(Answer::Rows(rows)) => rows.rows,
        Ok(_) => return ask(graph, text, governor),
        Err(error) => return Outcome { stopped: Some(error), ..Outcome::default() },
    };
    let (mut outcome, mut page) = (Outcome::default(), Page::default());
    loop {
        match rows.page(&mut page) {
            Ok(true) => outcome.given.extend((0..page.len()).map(|row| format!("{:?}", page.row(row)))),
            Ok(false) => return outcome,
            Err(error) => {
                outcome.stopped = Some(error);
                assert!(!rows.page(&mut page).is_ok_and(|more| more), "rows after the end: {text}");
                return outcome;
            }
        }
    }
}

/// Carries out an update; what is given is the graph after it.
fn change(size: Size, text: &str, governor: &Governor) -> Outcome {
    let mut memory = Memory::over(pack(size));
    let update = parse::update(text, &prefixes(), None).unwrap();
    let stopped = update::execute(&update, &mut memory, governor).err();
    let given = quads_of(&memory, None).map(|quad| quad.unwrap().to_string()).collect();
    Outcome { given, stopped }
}

fn within(steps: Option<u64>) -> Governor {
    // How often two threads ask depends on which of them does what.
    Governor::new(Limits { steps, threads: Some(1), ..Limits::default() }, Arc::default())
}

/// Some numbers up to `most`: all small ones, then fewer and fewer, and the last.
fn spread(most: u64) -> Vec<u64> {
    let mut numbers: Vec<u64> = (0..most.min(8)).collect();
    let mut next = 8;
    while next < most {
        numbers.push(next);
        next += next / 2;
    }
    numbers.extend(most.checked_sub(1));
    numbers.dedup();
    numbers
}

/// Names of blank nodes and the order of chance differ from run to run.
fn comparable(name: &str, outcome: &mut Outcome) {
    if matches!(name, "product-random" | "construct-blank" | "delete-insert") {
        let plain = |text: &String| {
            text.split(' ')
                .map(|word| if word.starts_with("_:") { "_:b" } else { word })
                .collect::<Vec<_>>()
                .join(" ")
        };
        outcome.given = outcome.given.iter().map(plain).collect();
        outcome.given.sort_unstable();
    }
}

/// Whether all of `part` is in `whole`, as often at most.
fn is_part(part: &[String], whole: &[String]) -> bool {
    let mut counts: HashMap<&str, i64> = HashMap::new();
    whole.iter().for_each(|item| *counts.entry(item).or_default() += 1);
    part.iter().for_each(|item| *counts.entry(item).or_default() -= 1);
    counts.values().all(|count| *count >= 0)
}

/// What is no part of its answer until all was seen: aggregates, negations, sorts, limits of sub-selects, and what is made of them.
fn delicate() -> Vec<(&'static str, String)> {
    let pair = "?a :size ?x . ?b :size ?y";
    let texts = [
        "SELECT (COUNT(*) AS ?n) { VALUES ?a { 1 2 3 4 5 6 } FILTER NOT EXISTS { ?x :size ?b . ?y :size ?c FILTER(?b + ?c < ?a + 9) } }",
        "SELECT ?a { VALUES ?a { 1 2 3 4 5 6 } FILTER NOT EXISTS { ?x :size ?b . ?y :size ?c FILTER(?b + ?c > ?a * 9) } }",
        "SELECT ?a ?t { ?a :size ?x BIND(EXISTS { ?b :size ?y . ?c :size ?z FILTER(?y + ?z = ?x + 9) } AS ?t) }",
        "SELECT ?a ?t { ?a :size ?x BIND(!EXISTS { ?a :next/:next ?a } AS ?t) }",
        "ASK { PAIR FILTER(?x + ?y > 99) }",
        "ASK { PAIR FILTER NOT EXISTS { ?c :size ?z FILTER(?z > ?x + ?y) } }",
        "SELECT (COUNT(*) AS ?n) { PAIR MINUS { ?a :next ?b } }",
        "SELECT ?a ?b { PAIR MINUS { ?a :next ?b OPTIONAL { ?b :next ?c } } }",
        "SELECT ?a { ?a :size ?x MINUS { { SELECT ?a { ?a :size ?x . ?b :size ?y FILTER(?x < ?y) } LIMIT 7 } } }",
        "SELECT ?a ?b ?c { PAIR OPTIONAL { ?c :size ?z FILTER(?z = ?x + ?y) } }",
        "SELECT ?a ?m { ?a :size ?x OPTIONAL { SELECT ?a (MAX(?y) AS ?m) { ?a :next ?b . ?b :size ?y } GROUP BY ?a } }",
        "SELECT (SUM(?m) AS ?n) { SELECT (MAX(?y) AS ?m) { ?a :next ?b . ?b :size ?y } GROUP BY ?a }",
        "SELECT ?x (COUNT(?b) AS ?n) { PAIR } GROUP BY ?x HAVING(COUNT(?b) > 3)",
        "SELECT ?x (GROUP_CONCAT(?y) AS ?l) { PAIR } GROUP BY ?x",
        "SELECT ?x (SAMPLE(?y) AS ?l) (MIN(STR(?b)) AS ?m) (AVG(?y) AS ?v) { PAIR } GROUP BY ?x ORDER BY DESC(?v) ?x",
        "SELECT (COUNT(DISTINCT ?d) AS ?n) { PAIR BIND(?x * ?y AS ?d) }",
        "SELECT DISTINCT ?d { PAIR BIND(?x * ?y AS ?d) } ORDER BY ?d",
        "SELECT ?a ?b { PAIR } ORDER BY DESC(?x + ?y) ?a LIMIT 5",
        "SELECT ?a ?b { PAIR } ORDER BY ?y DESC(?x) OFFSET 30 LIMIT 9",
        "SELECT * { { SELECT ?a { ?a :size ?x } ORDER BY DESC(?x) LIMIT 3 } ?a :next ?b }",
        "SELECT * { { SELECT ?a { ?a :size ?x } ORDER BY ?x OFFSET 2 LIMIT 3 } FILTER NOT EXISTS { ?a :next/:next ?a } }",
        "SELECT (COUNT(*) AS ?n) { { SELECT DISTINCT ?x ?y { PAIR } LIMIT 20 } }",
        "SELECT ?n { { SELECT (COUNT(*) AS ?n) { PAIR } } UNION { SELECT (MIN(?x) AS ?n) { PAIR } } }",
        "SELECT ?a ?n { ?a :kind ?k LATERAL { SELECT (COUNT(?b) AS ?n) { ?b :size ?y . ?a :size ?x FILTER(?y > ?x) } } }",
        "SELECT ?a (COUNT(?b) AS ?n) { ?a (:next|^:next)+ ?b FILTER NOT EXISTS { ?b :kind ?k . ?a :kind ?k } } GROUP BY ?a",
        "SELECT ?a ?b { ?a :next* ?b MINUS { ?a :next ?b } }",
        "SELECT ?a { ?a :size ?x FILTER(?x IN (1, 2, 3) || EXISTS { ?a !:next ?v . ?v ?p ?o }) }",
        "SELECT ?k (SUM(?x) AS ?s) { VALUES ?k { UNDEF :kind1 :kind2 } ?a :kind ?k ; :size ?x } GROUP BY ?k",
        "SELECT ?a ?r { PAIR BIND(IF(NOT EXISTS { ?a :next ?b }, 'far', 'near') AS ?r) FILTER(?x != ?y) }",
        "CONSTRUCT { ?a :most ?m } { { SELECT ?a (MAX(?y) AS ?m) { ?a :next ?b . ?b :size ?y } GROUP BY ?a } }",
        "DESCRIBE ?a { ?a :size ?x FILTER NOT EXISTS { ?b :size ?y FILTER(?y > ?x) } }",
        "DELETE { ?a :size ?x } INSERT { ?a :sum ?s } WHERE { { SELECT ?a (SUM(?y) AS ?s) { ?a :next ?b . ?b :size ?y } GROUP BY ?a } ?a :size ?x }",
        "INSERT { ?a :alone true } WHERE { ?a :size ?x FILTER NOT EXISTS { ?b :next ?a . ?b :size ?y FILTER(?y > ?x) } }",
    ];
    texts.into_iter().map(|text| ("delicate", text.replace("PAIR", pair))).collect()
}

#[test]
fn a_stopped_question_gives_a_part_of_its_answer_and_no_work_goes_on() {
    stop_everywhere(SMALL, questions(SMALL), &within, ask);
}

#[test]
fn pages_of_a_stopped_question_are_a_part_of_its_answer_too() {
    stop_everywhere(SMALL, questions(SMALL), &within, ask_by_pages);
    let often = |steps| within(steps).planning_every_way();
    stop_everywhere(Size { nodes: 8, ..SMALL }, delicate(), &often, ask_by_pages);
}

/// A limit of rows gives the first rows, all of them where there are just so many, by the row and by the page.
#[test]
fn so_many_rows_are_the_first_of_the_answer() {
    let graph = pack(SMALL);
    let all = questions(SMALL).into_iter().chain(delicate());
    for (name, text) in all.filter(|(name, text)| !is_update(text) && *name != "product-random") {
        for ask in [ask, ask_by_pages] {
            let mut whole = ask(&graph, &text, &within(None));
            comparable(name, &mut whole);
            let len = whole.given.len();
            if text.starts_with("ASK") {
                continue;
            }
            for max in [0, 1, len / 2, len.saturating_sub(1), len, len + 1] {
                let limits = Limits { max_rows: Some(max as u64), ..Limits::default() };
                let mut part = ask(&graph, &text, &Governor::new(limits, Arc::default()));
                comparable(name, &mut part);
                let stopped = part.stopped.as_ref().map(|error| error.kind);
                assert_eq!(stopped, (max < len).then_some(Kind::Limit), "{name}: {max} of {len}");
                assert_eq!(part.given.len(), max.min(len), "{name}: {max} of {len}");
                assert!(is_part(&part.given, &whole.given), "{name}: {max} of {len}");
                if name != "construct-blank" {
                    assert!(whole.given.starts_with(&part.given), "{name}: {max} of {len}");
                }
            }
        }
    }
}

/// On two threads it is not known which of them asks when: what is given is the beginning of the answer all the same, an aggregate
/// or a negation of a part has none, and both threads are done soon.
#[test]
fn what_two_threads_were_stopped_at_is_a_part_of_the_answer_too() {
    let size = Size { nodes: 8, ..SMALL };
    let graph = pack(size);
    let within = |steps: Option<u64>| {
        let limits = Limits { steps, threads: Some(2), ..Limits::default() };
        Governor::new(limits, Arc::default()).planning_every_way()
    };
    let small = pack(SMALL);
    let all = questions(SMALL).into_iter().map(|(name, text)| (name, &small, text));
    let delicate = delicate().into_iter().map(|(_, text)| ("delicate", &graph, text));
    for (name, graph, text) in all.chain(delicate).filter(|(.., text)| !is_update(text)) {
        for ask in [ask, ask_by_pages] {
            let (name, governor) = (if name == "delicate" { text.as_str() } else { name }, within(None));
            let mut whole = ask(graph, &text, &governor);
            comparable(name, &mut whole);
            assert!(whole.stopped.is_none(), "{name}: {:?}", whole.stopped);
            for steps in spread(governor.asked()).into_iter().step_by(2) {
                let governor = within(Some(steps));
                let mut part = ask(graph, &text, &governor);
                comparable(name, &mut part);
                // Shared otherwise, the work may have asked less often than before.
                let Some(stopped) = part.stopped.map(|error| error.kind) else {
                    assert_eq!(part.given, whole.given, "{name} within {steps}");
                    continue;
                };
                assert_eq!(stopped, Kind::Limit, "{name} after {steps}");
                assert!(governor.asked() - steps <= 2 * FEW, "{name} asked on after {steps}");
                match text.contains("RAND()") || name == "construct-blank" {
                    true => assert!(is_part(&part.given, &whole.given), "{name} after {steps}"),
                    false => assert!(whole.given.starts_with(&part.given), "{name} after {steps}"),
                }
            }
        }
    }
}

/// With looks at the governor after every few rows.
#[test]
fn what_was_not_seen_to_its_end_has_no_answer() {
    let often = |steps| within(steps).planning_every_way();
    stop_everywhere(Size { nodes: 8, ..SMALL }, delicate(), &often, ask);
}

/// What a call of an expression takes is not told by how many rows there are: the work asks all along. The numbers are half of how often it
/// does.
#[test]
fn an_expression_asks_by_what_its_calls_take() {
    let graph = pack(Size { nodes: 100, ..SMALL });
    let size = Size { doubled: 24, ..SMALL };
    let digits = doubled(size, 10).replace("aaaaaaaaaaaaaaaa", "7777777777777777");
    let rows = "?a :size ?x ; :name ?m";
    let cases = [
        // A match that goes back takes thousands of steps on a short text.
        (format!("{rows} FILTER(REGEX(?m, '^(.*)(.*)(.*)(.*)\\\\1\\\\2\\\\3x$'))"), 25),
        (format!("{rows} FILTER(REGEX(CONCAT(?m, 'y'), '^(.*)(.*)(.*)(.*)\\\\1\\\\2\\\\3x$'))"), 25),
        (format!("{rows} FILTER(REPLACE(?m, '^(.*)(.*)(.*)\\\\1\\\\2x$', 'y') = 'y')"), 6),
        // Each search for the next match reads the text to its end.
        (format!("{} FILTER(STRLEN(REPLACE(?t, 'a.*!|a', 'b')) = 0)", doubled(size, 10)), 60),
        // Patterns made for each row.
        (format!("{rows} FILTER(REGEX(?m, CONCAT(?m, '[a-z]{{1,9}}', STR(?a))))"), 8),
        // What numbers take grows with the square of their digits.
        (format!("{digits} {rows} FILTER(xsd:integer(CONCAT(?t, STR(?x))) = 0)"), 25),
        (format!("{digits} BIND(xsd:integer(?t) AS ?k) {rows} FILTER((?x + ?k * 3) / (?x + ?k) = 0)"), 75),
        (format!("{digits} BIND(xsd:integer(?t) AS ?k) {rows} FILTER(?k + ?x < ?x)"), 25),
        (format!("{digits} BIND(xsd:integer(?t) AS ?k) {rows} BIND(?k + ?x AS ?y) FILTER(BOUND(?y))"), 25),
    ];
    for (text, least) in cases {
        let governor = within(None);
        let text = format!("SELECT * {{ {text} }}");
        let outcome = ask(&graph, &text, &governor);
        assert!(outcome.stopped.is_none(), "{text}: {:?}", outcome.stopped);
        let asked = governor.asked();
        assert!(asked >= least, "asks {asked} times: {text}");
        for steps in [asked / 3, asked - 1] {
            let governor = within(Some(steps));
            let part = ask(&graph, &text, &governor);
            assert_eq!(part.stopped.map(|error| error.kind), Some(Kind::Limit), "{steps}: {text}");
            assert!(governor.asked() - steps <= FEW, "asks on after {steps}: {text}");
        }
    }
    // What is cheap asks no more often than for its rows.
    let asked = |filter: &str| {
        let governor = within(None);
        ask(&graph, &format!("SELECT * {{ {rows} {filter} }}"), &governor);
        governor.asked()
    };
    let (none, cheap) = (asked(""), asked("FILTER(?x > 500 || CONTAINS(?m, 'z'))"));
    assert!(cheap <= none + 5, "asks {cheap} times, without the filter {none}");
}

/// What a DESCRIBE finds of one thing, however much, is asked for before it is held.
#[test]
fn a_thing_of_very_many_triples_is_described_within_a_limit() {
    let mut builder = Builder::new();
    let iri = |name: String| NamedNode::new_unchecked(format!("http://example.org/{name}"));
    for n in 0..60_000 {
        let object = Term::from(Literal::from(n));
        let quad = Quad::new(iri("hub".into()), iri(format!("p{}", n % 2)), object, GraphName::DefaultGraph);
        builder.add(quad.as_ref());
    }
    let graph = builder.finish();
    let within = |most: usize| {
        let limits = Limits { max_memory: Some(most), memory_used: Some(|| 0), ..Limits::default() };
        ask(&graph, "DESCRIBE :hub", &Governor::new(limits, Arc::default()))
    };
    let whole = within(usize::MAX);
    assert_eq!((whole.given.len(), whole.stopped.map(|error| error.kind)), (60_000, None));
    let part = within(100_000);
    assert_eq!(part.stopped.map(|error| error.kind), Some(Kind::Limit));
    assert!(whole.given.starts_with(&part.given) && part.given.len() < 60_000);
}

/// All that one list of pairs takes is done a part at a time: an update of it can be stopped anywhere, and changes nothing then.
#[test]
fn an_update_of_one_long_list_asks_all_along() {
    let size = Size { nodes: 2000, ..SMALL };
    let quads: usize = 2000 * 5;
    let data = (0..quads).map(|n| format!(":s{n} :p {n} . ")).collect::<String>();
    let before = change(size, "DELETE { ?s ?p ?o } WHERE { ?s ?p ?o FILTER(false) }", &within(None));
    for text in [
        "INSERT { ?s :new ?o } WHERE { ?s ?p ?o }".to_owned(),
        "INSERT { ?s :new [ :is ?o ] } WHERE { ?s ?p ?o }".to_owned(),
        "DELETE { ?s :next ?o } INSERT { ?o :before ?s } WHERE { ?s :next ?o }".to_owned(),
        format!("INSERT DATA {{ {data} }}"),
        format!("DELETE DATA {{ {data} }}"),
    ] {
        let name = &text[..20];
        let governor = within(None);
        assert!(change(size, &text, &governor).stopped.is_none(), "{name}");
        let needed = governor.asked();
        assert!(needed >= (quads / 2048) as u64, "{name} asks {needed} times");
        for steps in spread(needed).into_iter().rev().step_by(3) {
            let governor = within(Some(steps));
            let part = change(size, &text, &governor);
            assert_eq!(
                part.stopped.map(|error| error.kind),
                Some(Kind::Limit),
                "{name}: {steps} of {needed}"
            );
            assert!(governor.asked() - steps <= FEW, "{name}: {steps} of {needed}");
            assert!(part.given == before.given, "{name}: all of an update or nothing");
        }
    }
}

/// Asks questions that are allowed so many steps, for many numbers of steps.
fn stop_everywhere(
    size: Size,
    questions: Vec<(&str, String)>,
    within: &dyn Fn(Option<u64>) -> Governor,
    ask: fn(&Pack, &str, &Governor) -> Outcome,
) {
    let graph = pack(size);
    for (name, text) in questions {
        let name = if name == "delicate" { text.as_str() } else { name };
        let run = |governor: &Governor| {
            let mut outcome =
                if is_update(&text) { change(size, &text, governor) } else { ask(&graph, &text, governor) };
            comparable(name, &mut outcome);
            outcome
        };
        let governor = within(None);
        let whole = run(&governor);
        assert!(whole.stopped.is_none(), "{name}: {:?}", whole.stopped);
        let needed = governor.asked();
        assert!(needed > 0, "{name} never asks");
        let before = change(size, "DELETE { ?s ?p ?o } WHERE { ?s ?p ?o FILTER(false) }", &within(None));
        for steps in spread(needed) {
            let governor = within(Some(steps));
            let part = run(&governor);
            let stopped = part.stopped.as_ref().map(|error| error.kind);
            assert_eq!(stopped, Some(Kind::Limit), "{name} after {steps} of {needed} steps");
            assert!(governor.has_stopped());
            let more = governor.asked() - steps;
            assert!(more <= FEW, "{name} asked {more} times after {steps} of {needed} steps");
            if is_update(&text) {
                let mut before = Outcome { given: before.given.clone(), stopped: None };
                comparable(name, &mut before);
                assert_eq!(part.given, before.given, "{name}: all of an update or nothing");
            } else if text.contains("RAND()") || name == "construct-blank" {
                assert!(is_part(&part.given, &whole.given), "{name} after {steps} of {needed} steps");
            } else {
                assert!(whole.given.starts_with(&part.given), "{name} after {steps} of {needed} steps");
            }
        }
        assert_eq!(run(&within(Some(needed))).given, whole.given, "{name}: so many steps are enough");
    }
}

thread_local! {
    /// When this thread last asked, in nanoseconds of its own processor time; and the longest time between two questions.
    static ASKED: Cell<u64> = const { Cell::new(0) };
    static LONGEST: Cell<u64> = const { Cell::new(0) };
}

/// How long this thread has run, in nanoseconds.
#[cfg(target_os = "linux")]
fn processor_time() -> u64 {
    u64::try_from(clock::processor_time().as_nanos()).unwrap()
}

/// Notes the time since the last question.
#[cfg(target_os = "linux")]
fn note_time() -> usize {
    let now = processor_time();
    LONGEST.set(LONGEST.get().max(now.saturating_sub(ASKED.get())));
    ASKED.set(now);
    0
}

/// Without optimisation all takes many times as long.
#[cfg(target_os = "linux")]
const PATIENCE: Duration = Duration::from_millis(if cfg!(debug_assertions) { 400 } else { 40 });

/// Only with `BAIMO_TIMED=1`, which prints the times: they depend on what else the machine does.
#[test]
#[cfg(target_os = "linux")]
fn work_asks_often_by_the_clock() {
    if std::env::var_os("BAIMO_TIMED").is_none() {
        return;
    }
    let graph = pack(LARGE);
    let mut late = Vec::new();
    for (name, text) in questions(LARGE) {
        let limits = Limits {
            timeout: Some(Duration::from_millis(200)),
            max_memory: Some(usize::MAX),
            memory_used: Some(note_time),
            ..Limits::default()
        };
        ASKED.set(processor_time());
        LONGEST.set(0);
        let governor = Governor::new(limits, Arc::default());
        if is_update(&text) {
            change(LARGE, &text, &governor);
        } else {
            ask(&graph, &text, &governor);
        }
        note_time();
        let longest = Duration::from_nanos(LONGEST.get());
        println!("{name:24} {:8.1} ms", longest.as_secs_f64() * 1000.0);
        if longest > PATIENCE {
            late.push(format!("{name} did not ask for {longest:?}"));
        }
    }
    assert!(late.is_empty(), "{late:#?}");
}
