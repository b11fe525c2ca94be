//! Names of formats, whichever face they are given to: which there are, and which one is meant.
//!
//! In: a name, an ending or a media type. Out: a format, or an error that lists those there are.

use crate::error::{Error, Result};
use crate::formats::graphs::GraphFormat;
use crate::formats::rows::RowFormat;
use std::path::Path;

/// Endings of compressed files.
pub const PACKED: [&str; 2] = [".gz", ".bz2"];

/// The drawing of a graph in a terminal: no machine reads it, so it is not a [`GraphFormat`].
pub const TREE: &str = "tree";

/// Whether a name means any format, of rows or of graphs.
pub fn is_format(name: &str) -> bool {
    name == TREE || RowFormat::named(name).is_some() || GraphFormat::named(name).is_some()
}

/// Whether a file of this format holds one answer and no more.
pub fn is_one_document(name: &str) -> bool {
    RowFormat::named(name).is_some_and(RowFormat::is_one_document)
        || GraphFormat::named(name).is_some_and(GraphFormat::is_one_document)
}

/// The names of all formats, those of rows first; some are of both.
pub fn names() -> Vec<&'static str> {
    let mut names: Vec<&str> = RowFormat::all().map(RowFormat::name).collect();
    for name in GraphFormat::all().map(GraphFormat::name).chain([TREE]) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The names of the formats of rows, for a message.
pub fn row_names() -> String {
    RowFormat::all().map(RowFormat::name).collect::<Vec<_>>().join(" ")
}

/// The names of the formats of graphs, for a message.
pub fn graph_names() -> String {
    let names: Vec<_> = GraphFormat::all().map(GraphFormat::name).chain(["svg", TREE]).collect();
    names.join(" ")
}

/// The ending of a file's name, without one of a compression; nothing for a name that has none.
pub fn ending(path: &Path) -> Option<&str> {
    let name = path.file_name()?.to_str()?;
    let plain = PACKED.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name);
    plain.trim_start_matches('.').rsplit_once('.').map(|(_, ending)| ending)
}

/// Whether an answer can be written to a file of this name. A name without an ending, and one of a
/// device, may hold anything; an ending promises a format.
///
/// # Errors
/// A usage error where the ending promises a format that there is not.
pub fn promised(path: &Path) -> Result<()> {
    match ending(path) {
        Some(ending) if !is_format(ending) => Err(Error::usage(format!(
            "no format ends in .{ending}: {} would not be what its name promises",
            path.display()
        ))
        .hint(format!("formats of rows: {}", row_names()))
        .hint(format!("formats of graphs: {}", graph_names()))
        .hint("-F NAME chooses a format for any file name")),
        _ => Ok(()),
    }
}

/// The error for a name that means no format.
pub fn unknown(name: &str) -> Error {
    let lower = name.to_lowercase();
    let near = names().into_iter().find(|known| strsim::jaro_winkler(known, &lower) > 0.8);
    let error = Error::usage(format!("there is no format `{name}`"));
    let error = if let Some(near) = near { error.hint(format!("did you mean {near}?")) } else { error };
    error
        .hint(format!("formats of rows: {}", row_names()))
        .hint(format!("formats of graphs: {}", graph_names()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ending_promises_a_format() {
        for good in ["x.csv", "x.ttl.gz", "x.v2.json", "x", "/dev/null", ".hidden", "x.txt", "x.svg"] {
            assert!(promised(Path::new(good)).is_ok(), "{good}");
        }
        for bad in ["x.xlsx", "x.parquet", "x.csv.xlsx", "x.docx.gz"] {
            let error = promised(Path::new(bad)).unwrap_err();
            assert!(error.hints.iter().any(|hint| hint.to_string().contains("csv")), "{bad}");
        }
    }

    #[test]
    fn every_name_means_a_format() {
        assert!(names().len() > 15);
        assert!(names().into_iter().all(is_format));
    }
}
