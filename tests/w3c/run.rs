//! Runs one test of a suite through baimo's own pipeline.
//!
//! In: a test. Out: nothing, or what went wrong in words. Known failures are listed elsewhere.

use super::manifest::{Test, node, objects, path_of, text_of};
use super::results::{Cardinality, Outcome, Row, collect, compare, expected, isomorphic, quads};
use baimo::engine::syntax::parse;
use baimo::engine::update::{Update, execute, inline_loads};
use baimo::engine::{DefaultGraph, Governor, Limits, answer};
use baimo::store::Graph as _;
use baimo::store::durable::{Store, Transaction};
use baimo::store::memory::Memory;
use baimo::store::pack::{Builder, Pack, Watch};
use baimo::store::quads_of;
use baimo::terms::{GraphName, NamedNode, Prefixes, Quad, Term};
use std::sync::Arc;

const UT: &str = "http://www.w3.org/2009/sparql/tests/test-update#";
const LABEL: &str = "http://www.w3.org/2000/01/rdf-schema#label";
const QT: &str = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#";

/// Runs a test by its class.
pub fn run(test: &Test<'_>) -> Result<(), String> {
    match test.kind.as_str() {
        "QueryEvaluationTest" | "CSVResultFormatTest" => query_evaluation(test),
        "PositiveSyntaxTest"
        | "PositiveSyntaxTest11"
        | "PositiveUpdateSyntaxTest11"
        | "PositiveUpdateSyntaxTest" => parse_sparql(&test.action()),
        "NegativeSyntaxTest"
        | "NegativeSyntaxTest11"
        | "NegativeUpdateSyntaxTest11"
        | "NegativeUpdateSyntaxTest" => refused(parse_sparql(&test.action())),
        "UpdateEvaluationTest" => update_evaluation(test),
        kind if kind.ends_with("PositiveC14N") => canonical(test),
        kind if kind.ends_with("PositiveSyntax") => quads(&test.action()).map(drop),
        kind if kind.ends_with("NegativeSyntax") => refused(quads(&test.action()).map(drop)),
        kind if kind.starts_with("Test") && kind.ends_with("NegativeEval") => {
            refused(quads(&test.action()).map(drop))
        }
        kind if kind.starts_with("Test") && kind.ends_with("Eval") => rdf_evaluation(test),
        kind => Err(format!("no way to run a {kind}")),
    }
}

fn refused(result: Result<(), String>) -> Result<(), String> {
    match result {
        Ok(()) => Err("accepted, and must be refused".into()),
        Err(_) => Ok(()),
    }
}

fn parse_sparql(iri: &str) -> Result<(), String> {
    let Ok(text) = String::from_utf8(std::fs::read(path_of(iri)).unwrap()) else {
        return Err("no UTF-8".into());
    };
    let parsed = if iri.ends_with(".ru") {
        parse::update(&text, &Prefixes::new(), Some(iri)).map(drop)
    } else {
        parse::query(&text, &Prefixes::new(), Some(iri)).map(drop)
    };
    parsed.map_err(|error| {
        format!("{error}: {}", error.cause.as_ref().map(ToString::to_string).unwrap_or_default())
    })
}

fn result_iri(test: &Test<'_>) -> Result<String, String> {
    match test.get("result") {
        Some(Term::NamedNode(iri)) => Ok(iri.into_string()),
        other => Err(format!("the result is {other:?}")),
    }
}

fn rdf_evaluation(test: &Test<'_>) -> Result<(), String> {
    let (have, want) = (quads(&test.action())?, quads(&result_iri(test)?)?);
    if isomorphic(&have, &want) {
        Ok(())
    } else {
        let show = |quads: &[Quad]| quads.iter().map(|quad| format!("\n      {quad}")).collect::<String>();
        Err(format!("expected{}\n    found{}", show(&want), show(&have)))
    }
}

/// Canonical N-Triples and N-Quads are how a term shows itself, a line each.
fn canonical(test: &Test<'_>) -> Result<(), String> {
    let want = text_of(&result_iri(test)?);
    let have: String = quads(&test.action())?.iter().map(|quad| format!("{quad} .\n")).collect();
    if have == want { Ok(()) } else { Err(format!("expected {want:?}\n    found {have:?}")) }
}

/// The data of a query test: `qt:data`, `qt:graphData`, and what the query names in FROM.
fn dataset(test: &Test<'_>, query: &spargebra::Query) -> Result<Pack, String> {
    let mut builder = Builder::new();
    let mut add = |iri: &str, graph: GraphName| -> Result<(), String> {
        builder.start_file();
        for quad in quads(iri)? {
            let graph =
                if quad.graph_name == GraphName::DefaultGraph { graph.clone() } else { quad.graph_name };
            builder.add(Quad::new(quad.subject, quad.predicate, quad.object, graph).as_ref());
        }
        Ok(())
    };
    let iri_of = |term: Term| match term {
        Term::NamedNode(iri) => iri,
        other => panic!("{other} is not a file"),
    };
    for data in test.of("action", &format!("{QT}data")) {
        add(iri_of(data).as_str(), GraphName::DefaultGraph)?;
    }
    let mut named = Vec::new();
    for data in test.of("action", &format!("{QT}graphData")) {
        let described =
            match node(data.clone()).map(|node| objects(test.graph(), &node, &format!("{QT}graph"))) {
                Some(graphs) if !graphs.is_empty() => graphs,
                _ => vec![data],
            };
        named.extend(described.into_iter().map(iri_of));
    }
    if let Some(from) = query.dataset() {
        named.extend(from.default.iter().chain(from.named.iter().flatten()).cloned());
    }
    named.sort();
    named.dedup();
    for iri in named {
        add(iri.as_str(), GraphName::NamedNode(iri.clone()))?;
    }
    Ok(builder.finish())
}

/// The query of an evaluation test, and its data.
fn question(test: &Test<'_>) -> Result<(spargebra::Query, Pack), String> {
    let Some(Term::NamedNode(iri)) = test.of("action", &format!("{QT}query")).into_iter().next() else {
        return Err("there is no query".into());
    };
    let query = parse::query(&text_of(iri.as_str()), &Prefixes::new(), Some(iri.as_str()))
        .map_err(|error| format!("{error}: {:?}", error.cause))?;
    let graph = dataset(test, &query)?;
    Ok((query, graph))
}

fn query_evaluation(test: &Test<'_>) -> Result<(), String> {
    let (query, graph) = question(test)?;
    // As it is planned for so little data, and as for very much: on two threads, in parts of a few rows.
    let two = Limits { threads: Some(2), ..Limits::default() };
    for governor in [Governor::unlimited(), Governor::new(two, Arc::default()).planning_every_way()] {
        let found = answer(&graph, &query, DefaultGraph::Alone, &governor);
        as_expected(test, &collect(found.map_err(|error| error.to_string())?)?)?;
    }
    Ok(())
}

fn as_expected(test: &Test<'_>, found: &Outcome) -> Result<(), String> {
    let lax = test.get("resultCardinality").is_some_and(|term| term.to_string().contains("LaxCardinality"));
    let cardinality = if lax { Cardinality::Lax } else { Cardinality::Exact };
    let result = result_iri(test)?;
    if result.ends_with(".csv") {
        csv(&text_of(&result), found)
    } else {
        compare(&expected(&result)?, found, cardinality)
    }
}

/// CSV tells no kinds of terms: cells are compared as text, those of blank nodes not at all, rows in
/// no order.
fn csv(text: &str, found: &Outcome) -> Result<(), String> {
    let Outcome::Rows { rows, .. } = found else { return Err("CSV is of rows".into()) };
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    let plain = |row: &Row, name: &str| match row.iter().find(|(have, _)| have == name).map(|(_, term)| term)
    {
        Some(Term::Literal(literal)) => literal.value().to_owned(),
        Some(Term::NamedNode(iri)) => iri.as_str().to_owned(),
        Some(Term::BlankNode(_)) => "_".to_owned(),
        other => other.map_or(String::new(), ToString::to_string),
    };
    let mut want: Vec<Vec<String>> = lines.map(cells).collect();
    let mut have: Vec<Vec<String>> =
        rows.iter().map(|row| names.iter().map(|name| plain(row, name)).collect()).collect();
    want.sort();
    have.sort();
    if want == have { Ok(()) } else { Err(format!("expected {want:?}\n    found {have:?}")) }
}

/// The cells of a line of CSV, with blank nodes all alike.
fn cells(line: &str) -> Vec<String> {
    let (mut cells, mut quoted) = (vec![String::new()], false);
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => cells.last_mut().unwrap().extend(chars.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            c => cells.last_mut().unwrap().push(c),
        }
    }
    let blank = |cell: String| if cell.starts_with("_:") { "_".to_owned() } else { cell };
    cells.into_iter().map(blank).collect()
}

/// The quads before (`action`) or after (`result`) an update.
fn update_data(test: &Test<'_>, part: &str) -> Result<Vec<Quad>, String> {
    let mut found = Vec::new();
    for data in test.of(part, &format!("{UT}data")) {
        let Term::NamedNode(iri) = data else { return Err("the data are not a file".into()) };
        found.extend(quads(iri.as_str())?);
    }
    for data in test.of(part, &format!("{UT}graphData")).into_iter().filter_map(node) {
        let of = |property: &str| objects(test.graph(), &data, property).into_iter().next();
        let (Some(Term::NamedNode(file)), Some(Term::Literal(name))) = (of(&format!("{UT}graph")), of(LABEL))
        else {
            return Err("a named graph without file or name".into());
        };
        let name = GraphName::NamedNode(NamedNode::new_unchecked(name.value()));
        found.extend(quads(file.as_str())?.into_iter().map(|quad| Quad { graph_name: name.clone(), ..quad }));
    }
    Ok(found)
}

fn update_evaluation(test: &Test<'_>) -> Result<(), String> {
    let Some(Term::NamedNode(iri)) = test.of("action", &format!("{UT}request")).into_iter().next() else {
        return Err("there is no request".into());
    };
    let mut builder = Builder::new();
    update_data(test, "action")?.iter().for_each(|quad| builder.add(quad.as_ref()));
    let mut update =
        parse::update(&text_of(iri.as_str()), &Prefixes::new(), Some(iri.as_str())).map_err(fail)?;
    let mut no_web = |iri: &str| Err(baimo::error::Error::usage(format!("<{iri}> is not here")));
    inline_loads(&mut update, &mut no_web).map_err(fail)?;
    let want = update_data(test, "result")?;
    let same = |have: Vec<Quad>, place: &str| match isomorphic(&have, &want) {
        true => Ok(()),
        false => Err(format!("{place}: expected {want:#?}\n    found {have:#?}")),
    };
    let pack = builder.finish();
    same(on_disk(&pack, &update).map_err(fail)?, "in a store")?;
    let mut memory = Memory::over(pack);
    execute(&update, &mut memory, &Governor::unlimited()).map_err(fail)?;
    same(all_quads(&memory).map_err(fail)?, "in memory")
}

fn fail(error: baimo::error::Error) -> String {
    format!("{error} ({:?})", error.cause)
}

fn all_quads(graph: &Memory) -> Result<Vec<Quad>, baimo::error::Error> {
    graph.graphs()?.into_iter().flat_map(|name| quads_of(graph, name)).collect()
}

/// What a store in a folder holds once it was filled, updated, and opened again.
fn on_disk(pack: &Pack, update: &Update) -> Result<Vec<Quad>, baimo::error::Error> {
    let folder = crate::cli::fresh("w3c");
    let (mut store, _) = Store::open(&folder)?;
    store.begin()?;
    store.install(pack, &Prefixes::new(), Watch::nobody(), &mut Transaction::default())?;
    store.end();
    let (mut store, mut content) = Store::open(&folder)?;
    store.begin()?;
    content.graph.change_and_keep(
        |graph| execute(update, graph, &Governor::unlimited()),
        |changes| store.commit(&mut Transaction::default(), changes, Watch::nobody()),
    )?;
    let (_, content) = Store::open(&folder)?;
    let found = all_quads(&content.graph);
    std::fs::remove_dir_all(folder).unwrap();
    found
}
