//! The queries of the workload, one for each shape of evaluation, over a small generated graph: each is answered
//! by the executor, and as recorded.
//!
//! The numbers in `workload/answers.tsv` are those of Apache Jena 4.5; triples are counted once each (16.2).
//! Queries and generator are not part of this repository: they are looked for in `BAIMO_BENCH`, else in
//! `shared/bench` beside this repository or one folder above. Where they are absent, the test says so and passes.

use baimo::engine::answer::Answer;
use baimo::engine::syntax::parse;
use baimo::engine::{DefaultGraph, Governor, answer};
use baimo::sources::rdf;
use baimo::store::pack::{Builder, Pack};
use baimo::terms::{Prefixes, Term};
use std::path::{Path, PathBuf};
use std::process::Command;

fn folder() -> Option<PathBuf> {
    let near = |up: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join(up).join("shared/bench");
    let places =
        std::env::var_os("BAIMO_BENCH").map(PathBuf::from).into_iter().chain([near(".."), near("../..")]);
    places.into_iter().find(|folder| folder.join("queries").is_dir())
}

fn graph(folder: &Path) -> Pack {
    let made =
        Command::new("python3").arg(folder.join("kgen.py")).arg("20000").output().expect("python3 runs");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let mut builder = Builder::new();
    let mut add = |quad: baimo::terms::Quad| {
        builder.add(quad.as_ref());
        Ok(())
    };
    let format = rdf::format_named("nt").unwrap();
    rdf::read("kgen.nt", format, None, made.stdout.as_slice(), &mut Prefixes::new(), &mut add).unwrap();
    builder.finish()
}

/// Rows or triples of an answer, and the cells of an only row, numbers to nine digits.
fn summary(answer: Answer<'_>) -> (usize, String) {
    match answer {
        Answer::Boolean(truth) => (1, truth.to_string()),
        Answer::Graph(triples) => (triples.map(Result::unwrap).count(), String::new()),
        Answer::Rows(rows) => {
            let rows: Vec<_> = rows.rows.map(Result::unwrap).collect();
            let cells = match rows.as_slice() {
                [row] => row.iter().map(|cell| cell.as_ref().map_or(String::new(), shown)).collect(),
                _ => Vec::new(),
            };
            (rows.len(), cells.join("\t"))
        }
    }
}

fn shown(term: &Term) -> String {
    if let Term::Literal(literal) = term
        && literal.datatype().as_str().ends_with("#decimal")
    {
        // How many digits a quotient has is each engine's own.
        let number: f64 = literal.value().parse().unwrap();
        return format!("{number:.9}");
    }
    term.to_string()
}

/// A recorded cell as [`shown`] would have it.
fn recorded(cell: &str) -> String {
    match cell.strip_prefix('"').and_then(|rest| rest.split_once("\"^^")) {
        Some((number, datatype)) if datatype.ends_with("#decimal>") => {
            format!("{:.9}", number.parse::<f64>().unwrap())
        }
        _ => cell.to_owned(),
    }
}

#[test]
fn every_shape_is_answered_as_recorded() {
    let Some(folder) = folder() else {
        eprintln!("skipped: the workload is neither in $BAIMO_BENCH nor in ../shared/bench");
        return;
    };
    let graph = graph(&folder);
    let mut wrong = Vec::new();
    let mut names = Vec::new();
    for line in include_str!("workload/answers.tsv").lines().filter(|line| !line.starts_with('#')) {
        let mut cells = line.split('\t');
        let name = cells.next().unwrap();
        let count: usize = cells.next().unwrap().parse().unwrap();
        let row = cells.map(recorded).collect::<Vec<_>>().join("\t");
        names.push(format!("{name}.rq"));
        let text = std::fs::read_to_string(folder.join("queries").join(format!("{name}.rq"))).unwrap();
        let query = parse::query(&text, &Prefixes::new(), None).unwrap();
        match answer(&graph, &query, DefaultGraph::Alone, &Governor::unlimited()) {
            Err(error) => wrong.push(format!("{name}: {error}")),
            Ok(found) => {
                let found = summary(found);
                if found != (count, row.clone()) {
                    wrong.push(format!("{name}: {found:?}, right is {:?}", (count, row)));
                }
            }
        }
    }
    for entry in std::fs::read_dir(folder.join("queries")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if !names.contains(&name) {
            wrong.push(format!("{name} has no recorded answer"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
