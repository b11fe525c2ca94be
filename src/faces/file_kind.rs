//! What a file is by its name, where another kind of file was wanted: the error that names the right command.
//!
//! In: a path. Out: an error, or nothing where the name tells nothing against it. The file is not opened.

use super::terminal::hints::Face;
use crate::error::{Error, Hint};
use crate::sources::{rdf, unpack};
use std::path::Path;

/// What the name of a file promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A SPARQL query.
    Query,
    /// A SPARQL update.
    Update,
    /// RDF, or a pack of it.
    Graph,
    /// Rows or a text in no syntax of SPARQL or RDF.
    Other,
    /// A name that promises nothing.
    Unknown,
}

/// Endings of files that are neither queries nor graphs.
const OTHERS: &[&str] = &[
    "csv", "tsv", "xls", "xlsx", "ods", "parquet", "sql", "db", "sqlite", "pdf", "doc", "docx", "png", "svg",
    "toml", "yaml", "yml",
];

/// What a name promises, past the ending of a compression.
pub fn promised(path: &Path) -> Kind {
    let inner = unpack::without_ending(path);
    let ending =
        inner.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
    match ending.as_str() {
        "rq" | "sparql" => Kind::Query,
        "ru" => Kind::Update,
        "pack" => Kind::Graph,
        "" | "txt" => Kind::Unknown,
        other if OTHERS.contains(&other) => Kind::Other,
        other if rdf::format_named(other).is_some() => Kind::Graph,
        _ => Kind::Unknown,
    }
}

/// The error for a file that is not a query by its name, where a query's file was wanted.
pub fn not_a_query(path: &Path) -> Option<Error> {
    let name = path.display();
    match promised(path) {
        Kind::Graph => Some(
            Error::usage(format!("{name} is a graph, not a query")).hint(Hint::AskFile(name.to_string())),
        ),
        Kind::Other => Some(
            Error::usage(format!("{name} is not a query"))
                .hint("a query is a text in SPARQL; its file usually ends in .rq"),
        ),
        Kind::Query | Kind::Update | Kind::Unknown => None,
    }
}

/// The error for the name of a file where something else was wanted: `what`, such as "a verb".
pub fn instead_of(what: &str, word: &str, face: Face) -> Option<Error> {
    let path = Path::new(word);
    if path.is_dir() && word.contains(['/', '.']) {
        let error = Error::usage(format!("`{word}` is a folder, not {what}"));
        return Some(match face {
            Face::CommandLine => {
                error.hint(format!("go there, and baimo opens its graph:  cd {word}; baimo"))
            }
            Face::Prompt => error.hint(Hint::AskFile(word.to_owned())),
        });
    }
    let kind = promised(path);
    if !path.is_file() {
        let is_name = kind != Kind::Unknown && !word.contains(char::is_whitespace);
        return is_name
            .then(|| Error::usage(format!("there is no file {word}")).hint("check its name and folder"));
    }
    let error = Error::usage(format!("`{word}` is a file, not {what}"));
    Some(match kind {
        Kind::Graph => error.hint(Hint::AskFile(word.to_owned())),
        Kind::Update => error.hint(Hint::RunUpdateFile(word.to_owned())),
        Kind::Query => error.hint(Hint::RunQueryFile(word.to_owned())),
        Kind::Unknown => error.hint(Hint::RunQueryFile(word.to_owned())).hint(Hint::AskFile(word.to_owned())),
        Kind::Other => {
            error.hint("a graph is read from Turtle, N-Triples, N-Quads, TriG, RDF/XML or JSON-LD")
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_promises_a_kind_of_file() {
        for (name, kind) in [
            ("a.rq", Kind::Query),
            ("a.RU", Kind::Update),
            ("a.ttl.gz", Kind::Graph),
            ("folder/a.pack", Kind::Graph),
            ("a.csv", Kind::Other),
            ("a.txt", Kind::Unknown),
            ("a", Kind::Unknown),
        ] {
            assert_eq!(promised(Path::new(name)), kind, "{name}");
        }
        assert!(not_a_query(Path::new("a.nt")).is_some() && not_a_query(Path::new("a.rq")).is_none());
    }
}
