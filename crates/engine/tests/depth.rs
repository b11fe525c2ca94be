//! Texts that are long in every way that the grammar allows: an answer or an error, never the end of the program.
//!
//! Queries are asked in threads with stacks of 2 MiB, also without optimisation. Who copies, compares or draws one that is thousands of
//! operators long needs more.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that meets the unexpected should stop at once")]

use baimo_engine::store::pack::{Builder, Pack};
use baimo_engine::syntax::parse;
use baimo_engine::terms::{GraphName, NamedNode, Prefixes, Quad};
use baimo_engine::{Bindings, DefaultGraph, Governor, passes, plan_only};
use clock::processor_time;
use std::time::Duration;

mod clock;

fn graph() -> Pack {
    let iri = |name: &str| NamedNode::new_unchecked(format!("http://x/{name}"));
    let mut builder = Builder::new();
    for (s, o) in [("a", "b"), ("b", "c"), ("c", "d")] {
        builder.add(Quad::new(iri(s), iri("p"), iri(o), GraphName::DefaultGraph).as_ref());
    }
    builder.finish()
}

/// Asks a query to its end; what came of it, and how long planning took of the processor.
fn asked(text: String) -> (Result<usize, String>, Duration) {
    let work = move || {
        let graph = graph();
        let query = match parse::query(&text, &Prefixes::new(), None) {
            Ok(query) => query,
            Err(error) => return (Err(error.message.clone()), Duration::ZERO),
        };
        // What every query goes through: a copy, a walk, a comparison, the end.
        let query = passes::bind::bind(&query, &Bindings::new()).unwrap();
        let (plan, planned) = with_room(|| {
            assert!(query.clone() == query);
            let started = processor_time();
            let plan = plan_only(&graph, &query, DefaultGraph::Alone, &Governor::unlimited());
            (plan.map(drop), processor_time() - started)
        });
        if let Err(error) = plan {
            return (Err(error.message.clone()), planned);
        }
        let rows = match baimo_engine::answer(&graph, &query, DefaultGraph::Alone, &Governor::unlimited()) {
            Ok(baimo_engine::answer::Answer::Rows(rows)) => Ok(rows.rows.count()),
            Ok(_) => Ok(1),
            Err(error) => Err(error.message.clone()),
        };
        (rows, planned)
    };
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(work).unwrap();
    thread.join().unwrap()
}

/// Does what descends, with a stack that has room for it.
fn with_room<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(256 << 20).spawn_scoped(scope, work).unwrap();
        thread.join().unwrap()
    })
}

fn repeated(n: usize, what: &str, between: &str) -> String {
    vec![what; n].join(between)
}

/// Forms of text that grow with a number.
fn forms(n: usize) -> Vec<(&'static str, String)> {
    let select = |inside: String| format!("SELECT * {{ ?s <http://x/p> ?o {inside} }}");
    vec![
        ("or", select(format!("FILTER({})", repeated(n, "?s = 1", " || ")))),
        ("and", select(format!("FILTER({})", repeated(n, "?s != 1", " && ")))),
        ("plus", select(format!("FILTER({} > 1)", repeated(n, "1", " + ")))),
        ("minus", select(format!("FILTER({} > 1)", repeated(n, "1", " - ")))),
        ("times", select(format!("FILTER({} > 1)", repeated(n, "1", " * ")))),
        ("not", select(format!("FILTER({}true)", "!".repeat(n)))),
        ("negative", select(format!("FILTER({}?o)", "- ".repeat(n)))),
        ("union", select(repeated(n, "{ ?s ?p ?o }", " UNION "))),
        ("groups", select(repeated(n, "{ ?s <http://x/p> ?o }", " "))),
        ("nested groups", select(format!("{}{}", "{ ".repeat(n), "}".repeat(n)))),
        ("optional", select(repeated(n, "OPTIONAL { ?s <http://x/p> ?o }", " "))),
        (
            "optional in optional",
            select(format!(
                "{}{}",
                "OPTIONAL { ?s <http://x/p> ?o . ".repeat(n),
                " ?s <http://x/p> ?p } ".repeat(n)
            )),
        ),
        (
            "exists in exists",
            select(format!("{}{}", "FILTER EXISTS { ?o <http://x/p> ?s . ".repeat(n), "} ".repeat(n))),
        ),
        ("minus groups", select(repeated(n, "MINUS { ?s <http://x/q> ?o }", " "))),
        ("lateral", select(repeated(n, "LATERAL { ?s <http://x/p> ?o }", " "))),
        ("filters", select(repeated(n, "FILTER(?s != 1)", " "))),
        ("exists", select(repeated(n, "FILTER EXISTS { ?s ?p ?o }", " "))),
        ("binds", select((0..n).map(|n| format!("BIND({n} AS ?v{n}) ")).collect())),
        ("values", select(repeated(n, "VALUES ?o { <http://x/b> }", " "))),
        ("list", select(format!("FILTER(?s IN ({}))", repeated(n, "1", ", ")))),
        ("concat", select(format!("FILTER(CONCAT({}) = 'a')", repeated(n, "'a'", ", ")))),
        ("parentheses", select(format!("FILTER({}true{})", "(".repeat(n), ")".repeat(n)))),
        ("calls", select(format!("FILTER({}?s{})", "STR(".repeat(n), ")".repeat(n)))),
        ("sequence", format!("SELECT * {{ ?s {} ?o }}", repeated(n, "<http://x/p>", "/"))),
        ("alternative", format!("SELECT * {{ ?s {} ?o }}", repeated(n, "<http://x/p>", "|"))),
        ("inner alternative", format!("SELECT * {{ ?s ({})* ?o }}", repeated(n, "<http://x/p>", "|"))),
        ("inverses", format!("SELECT * {{ ?s {}<http://x/p>{} ?o }}", "^(".repeat(n), ")".repeat(n))),
        ("triples", select(format!(". {}", repeated(n, "?s <http://x/p> ?o", " . ")))),
        ("chain", select((0..n).map(|n| format!(". ?v{n} <http://x/p> ?v{} ", n + 1)).collect())),
        ("objects", select(format!(". ?s <http://x/p> {}", repeated(n, "?o", ", ")))),
        (
            "columns",
            format!(
                "SELECT {} {{ ?s ?p ?o }}",
                (0..n).map(|n| format!("({n} AS ?v{n}) ")).collect::<String>()
            ),
        ),
        ("order", format!("SELECT * {{ ?s ?p ?o }} ORDER BY {}", repeated(n, "?s", " "))),
        ("sub-selects", select(repeated(n, "{ SELECT ?s { ?s <http://x/p> ?o } }", " "))),
        ("collection", select(format!(". ?s <http://x/q> ({})", repeated(n, "1", " ")))),
        (
            "blank nodes",
            select(format!(". ?s <http://x/q> {}?o{}", "[ <http://x/p> ".repeat(n), "]".repeat(n))),
        ),
        (
            "triple terms",
            select(format!(". ?s <http://x/q> {}?o{}", "<<( ?s <http://x/p> ".repeat(n), ")>>".repeat(n))),
        ),
    ]
}

/// All forms of a length: whatever comes of each, the program goes on. Gives the outcomes.
fn outcomes(n: usize) -> Vec<(&'static str, Result<usize, String>, Duration)> {
    let mut outcomes = Vec::new();
    for (name, text) in forms(n) {
        let (outcome, planned) = asked(text);
        outcomes.push((name, outcome, planned));
    }
    outcomes
}

#[test]
fn ordinary_lengths_are_answered() {
    for n in [3, 20, 79] {
        for (name, outcome, _) in outcomes(n) {
            // `- - 1` is nowhere in the grammar.
            assert!(outcome.is_ok() || name == "negative", "{n} of {name}: {outcome:?}");
        }
    }
}

#[test]
fn long_chains_are_planned_at_once() {
    // As deep as brackets may be, and as long as texts that programs write.
    for n in [190, 400] {
        for (name, outcome, planned) in outcomes(n) {
            // A few milliseconds with optimisation; this leaves room for a machine that is busy.
            assert!(planned < Duration::from_secs(5), "{n} of {name} took {planned:?}");
            let brackets = [
                "optional in optional",
                "exists in exists",
                "nested groups",
                "parentheses",
                "calls",
                "inverses",
                "blank nodes",
                "triple terms",
            ];
            let may_fail = brackets.contains(&name) || name == "negative";
            assert!(outcome.is_ok() || may_fail, "{n} of {name}: {outcome:?}");
        }
    }
    let or = forms(4000).swap_remove(0).1;
    let (outcome, planned) = asked(or);
    assert!(outcome.is_ok() && planned < Duration::from_secs(5), "{outcome:?} {planned:?}");
}

/// What stands side by side in a text nests nowhere, though its algebra is one operator on top of another.
#[test]
fn what_stands_side_by_side_is_answered() {
    let columns = |n: usize, value: &str| {
        let columns: String =
            (0..n).map(|n| format!("({} AS ?v{n}) ", value.replace('#', &n.to_string()))).collect();
        format!("SELECT {columns} {{ ?s <http://x/p> ?o }}")
    };
    let form = |name: &str, n: usize| forms(n).into_iter().find(|form| form.0 == name).unwrap().1;
    for (text, rows) in [
        (form("binds", 5000), 3),
        (form("optional", 1000), 3),
        (form("minus groups", 1000), 3),
        (form("filters", 1000), 3),
        (form("exists", 1000), 3),
        (columns(2000, "COUNT(?o + #)"), 1),
        (columns(2000, "STRLEN(STR(?o)) + #"), 3),
    ] {
        let (outcome, planned) = asked(text.clone());
        assert_eq!(outcome, Ok(rows), "{}", &text[..90]);
        // Half a second with optimisation, where it takes longest; this leaves room for a machine that is busy.
        assert!(planned < Duration::from_secs(60), "{} took {planned:?}", &text[..90]);
    }
    let (outcome, _) = asked(form("binds", 6001));
    assert!(outcome.is_err_and(|error| error.contains("are in a row")));
}

/// `BAIMO_LENGTH` sets another length.
#[test]
fn no_length_ends_the_program() {
    let length = std::env::var("BAIMO_LENGTH").map_or(30_000, |n| n.parse().unwrap());
    for n in [590, 2100, length] {
        let outcomes = outcomes(n);
        let refused = outcomes.iter().filter(|(_, outcome, _)| outcome.is_err()).count();
        assert!(refused > 5 && refused < outcomes.len(), "{n}: {outcomes:?}");
    }
}
