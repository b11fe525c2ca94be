//! Questions with their expected answers: `tests/questions/NAME.rq` and `NAME.tsv` (rows, or `true`
//! or `false`) or `NAME.ttl` (a graph). A question is a query of its own, or names a saved one:
//!
//! ```text
//! #+ run: releases-between
//! #+ with: {from: "2023-05", to: "2023-05"}
//! ```

use baimo::engine::Bindings;
use baimo::engine::answer::Answer;
use baimo::session::{Session, Source};
use baimo::terms::{Prefixes, Term};
use oxigraph::io::RdfFormat;
use oxigraph::sparql::results::{QueryResultsFormat, QueryResultsParser, SliceQueryResultsParserOutput};
use oxrdf::dataset::CanonicalizationAlgorithm;
use oxrdf::{Dataset, Graph};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/questions")
}

fn names() -> BTreeSet<String> {
    std::fs::read_dir(folder())
        .unwrap()
        .filter_map(|entry| {
            entry.unwrap().file_name().into_string().unwrap().strip_suffix(".rq").map(str::to_owned)
        })
        .collect()
}

/// The `#+` lines of a question as YAML.
fn header(text: &str) -> String {
    text.lines().filter_map(|line| line.strip_prefix("#+ ")).map(|line| format!("{line}\n")).collect()
}

/// Which saved query a question is, with which values.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Call {
    run: Option<String>,
    with: BTreeMap<String, String>,
}

fn ask<'a>(session: &'a Session, text: &str) -> baimo::error::Result<Answer<'a>> {
    let call: Option<Call> = serde_saphyr::from_str(&header(text)).unwrap();
    match call.unwrap_or_default() {
        Call { run: Some(name), with } => session.run(&name, &with),
        Call { run: None, .. } => session.query(text, &Bindings::new()),
    }
}

/// An answer as comparable text, one line per row or triple.
fn lines(answer: Answer<'_>) -> Vec<String> {
    match answer {
        Answer::Boolean(truth) => vec![truth.to_string()],
        Answer::Rows(rows) => {
            let head = rows.variables.iter().map(ToString::to_string).collect::<Vec<_>>().join("\t");
            let body = rows.rows.map(|row| cells(row.unwrap().into_iter()));
            std::iter::once(head).chain(body).collect()
        }
        Answer::Graph(triples) => canonical(triples.map(Result::unwrap).collect()),
    }
}

fn cells(row: impl Iterator<Item = Option<Term>>) -> String {
    row.map(|cell| cell.map_or_else(String::new, |term| term.to_string())).collect::<Vec<_>>().join("\t")
}

fn canonical(graph: Graph) -> Vec<String> {
    let mut dataset: Dataset = graph.iter().map(|t| t.in_graph(oxrdf::GraphNameRef::DefaultGraph)).collect();
    dataset.canonicalize(CanonicalizationAlgorithm::Unstable);
    let mut lines: Vec<String> = dataset.iter().map(|quad| quad.to_string()).collect();
    lines.sort_unstable();
    lines
}

fn expected(name: &str) -> Vec<String> {
    let tsv = folder().join(format!("{name}.tsv"));
    if let Ok(text) = std::fs::read_to_string(&tsv) {
        if matches!(text.trim(), "true" | "false") {
            return vec![text.trim().to_owned()];
        }
        let parser = QueryResultsParser::from_format(QueryResultsFormat::Tsv);
        let SliceQueryResultsParserOutput::Solutions(solutions) = parser.for_slice(&text).unwrap() else {
            panic!("{} holds no rows", tsv.display())
        };
        let head = solutions.variables().iter().map(ToString::to_string).collect::<Vec<_>>().join("\t");
        let body = solutions.map(|row| cells(row.unwrap().values().iter().cloned()));
        return std::iter::once(head).chain(body).collect();
    }
    let path = folder().join(format!("{name}.ttl"));
    let text = std::fs::read(&path).unwrap_or_else(|_| panic!("{name} has no expected answer"));
    let mut graph = Graph::new();
    let mut prefixes = Prefixes::new();
    baimo::sources::rdf::read(name, RdfFormat::Turtle, None, text.as_slice(), &mut prefixes, &mut |quad| {
        graph.insert(oxrdf::Triple::from(quad).as_ref());
        Ok(())
    })
    .unwrap();
    canonical(graph)
}

#[test]
fn every_question_gets_its_answer() {
    let session = baimo::embedded::open(&Source::Embedded).unwrap();
    let mut wrong = Vec::new();
    for name in names() {
        let text = std::fs::read_to_string(folder().join(format!("{name}.rq"))).unwrap();
        match ask(&session, &text) {
            Ok(answer) => {
                let (have, want) = (lines(answer), expected(&name));
                if have != want {
                    let missing: Vec<_> = want.iter().filter(|line| !have.contains(line)).take(3).collect();
                    let extra: Vec<_> = have.iter().filter(|line| !want.contains(line)).take(3).collect();
                    wrong.push(format!(
                        "{name}: {} lines for {}\n  missing {missing:#?}\n  extra {extra:#?}",
                        have.len(),
                        want.len()
                    ));
                }
            }
            Err(error) => wrong.push(format!("{name}: {error} {:?}", error.hints)),
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_saved_query_has_a_question() {
    let session = baimo::embedded::open(&Source::Embedded).unwrap();
    let asked: BTreeSet<String> = names();
    for query in session.catalog().unwrap().iter() {
        assert!(asked.contains(&format!("saved-{}", query.name)), "{} has no question", query.name);
        assert!(query.problem.is_none(), "{}: {:?}", query.name, query.problem);
        assert!(query.summary.0.contains_key("zh") || query.summary.0.contains_key(""), "{}", query.name);
        for param in &query.params {
            assert!(
                !param.description.get("zh").is_empty(),
                "{}: {} has no description",
                query.name,
                param.name
            );
        }
    }
}

#[test]
fn some_questions_must_find_nothing() {
    let nothing = names().into_iter().filter(|name| name.starts_with("none-") || name.starts_with("no-"));
    let mut count = 0;
    for name in nothing {
        let want = expected(&name);
        assert!(want.len() == 1, "{name} finds something");
        count += 1;
    }
    assert!(count >= 10, "only {count} negative questions");
}
