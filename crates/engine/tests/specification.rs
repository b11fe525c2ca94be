//! Questions on which engines disagree, each decided by the specification's text.
//!
//! One case a file in `spec/`: why, with the section, on lines with `#`; then the graph in TriG after `--- data`, the
//! query after `--- query`, and the answer after `--- expected`: the columns, then a solution a line, its cells apart by
//! tabs as N-Triples terms or `-`, in no order.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that meets the unexpected should stop at once"
)]

use baimo_engine::answer::Answer;
use baimo_engine::syntax::parse;
use baimo_engine::{DefaultGraph, Governor};
use baimo_store::sources::rdf;
use baimo_store::store::pack::Builder;
use baimo_store::terms::Prefixes;
use std::path::Path;

const HEAD: &str = "PREFIX : <http://example.org/>\nPREFIX xsd: <http://www.w3.org/2001/XMLSchema#>\n";
const NAMESPACES: &[(&str, &str)] =
    &[("<http://example.org/", ":"), ("<http://www.w3.org/2001/XMLSchema#", "xsd:")];

/// The answer as the files have it: IRIs of the two namespaces by their prefix.
fn answer(data: &str, query: &str) -> Result<Vec<String>, String> {
    let mut builder = Builder::new();
    let mut add = |quad: baimo_store::terms::Quad| {
        builder.add(quad.as_ref());
        Ok(())
    };
    let format = rdf::format_named("trig").unwrap();
    let text = format!("{}{data}", HEAD.replace("PREFIX", "@prefix").replace(">\n", "> .\n"));
    rdf::read("data", format, None, text.as_bytes(), &mut Prefixes::new(), &mut add)
        .map_err(|e| e.to_string())?;
    let graph = builder.finish();
    let query =
        parse::query(&format!("{HEAD}{query}"), &Prefixes::new(), None).map_err(|e| format!("{e:?}"))?;
    let answer = baimo_engine::answer(&graph, &query, DefaultGraph::Alone, &Governor::unlimited());
    match answer.map_err(|error| error.to_string())? {
        Answer::Boolean(truth) => Ok(vec![truth.to_string()]),
        Answer::Graph(triples) => {
            let mut lines: Vec<String> = triples.map(|t| short(&t.unwrap().to_string())).collect();
            lines.sort();
            Ok(lines)
        }
        Answer::Rows(rows) => {
            let head = rows.variables.iter().map(ToString::to_string).collect::<Vec<_>>().join("\t");
            let mut lines: Vec<String> = rows
                .rows
                .map(|row| {
                    let cell = |cell: Option<baimo_store::terms::Term>| {
                        cell.map_or_else(|| "-".to_owned(), |term| short(&term.to_string()))
                    };
                    row.unwrap().into_iter().map(cell).collect::<Vec<_>>().join("\t")
                })
                .collect();
            lines.sort();
            lines.insert(0, head);
            Ok(lines)
        }
    }
}

fn short(term: &str) -> String {
    let mut text = term.to_owned();
    for (namespace, prefix) in NAMESPACES {
        while let Some(start) = text.find(namespace) {
            let end = start + text[start..].find('>').unwrap();
            let name = text[start + namespace.len()..end].to_owned();
            text.replace_range(start..=end, &format!("{prefix}{name}"));
        }
    }
    text
}

#[test]
fn each_disagreement_is_decided_by_the_text() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/spec");
    let (mut wrong, mut count) = (Vec::new(), 0);
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let (why, rest) = text.split_once("--- data\n").expect("data");
        let (data, rest) = rest.split_once("--- query\n").expect("a query");
        let (query, expected) = rest.split_once("--- expected\n").expect("an answer");
        assert!(why.lines().all(|line| line.starts_with('#')) && why.contains('.'), "{name} says why");
        let mut right: Vec<String> = expected.lines().map(str::to_owned).collect();
        if right.len() > 1 {
            right[1..].sort();
        }
        match answer(data, query) {
            Ok(found) if found == right => {}
            Ok(found) => wrong.push(format!("{name}: {found:#?}, right is {right:#?}\n{why}")),
            Err(error) => wrong.push(format!("{name}: {error}")),
        }
        count += 1;
    }
    assert!(count > 0, "no case found");
    assert!(wrong.is_empty(), "{} of {count} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
