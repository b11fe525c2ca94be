//! What stands on the command line in the place of a verb: a file, a saved query's name, plain language.
//!
//! In: the error that names the missing verb, and the words typed. Out: the error with what to type instead. It opens
//! the graph at hand to look for saved queries, and says nothing of it where that fails.

use crate::embedded;
use crate::error::{Error, Hint};
use crate::plain;
use crate::session::{Session, Source};
use crate::sources::rdf;
use std::ffi::OsString;
use std::path::Path;

/// Suggestions that fit below one error.
const MOST: usize = 5;

/// The error for a verb that does not exist, with what was meant.
pub fn of_a_verb(error: Error, words: &[OsString]) -> Error {
    let typed: Vec<&str> = words.iter().skip(1).filter_map(|word| word.to_str()).collect();
    let is_missed = |word: &&&str| error.message.contains(&format!("no verb `{word}`"));
    let Some(missed) = typed.iter().find(is_missed).copied() else { return error };
    if let Some(error) = of_a_file(missed) {
        return error;
    }
    let here = std::env::current_dir().map_or(Source::Embedded, Source::Here);
    let Ok(session) = embedded::open(&here) else { return error };
    if session.catalog().is_ok_and(|catalog| catalog.get(missed).is_ok()) {
        return error.hint(format!("it is a saved query:  baimo run {missed}"));
    }
    let text: Vec<&str> = typed.into_iter().filter(|word| !word.starts_with('-')).collect();
    with_suggestions(error, &session, &text.join(" "))
}

fn with_suggestions(error: Error, session: &Session, text: &str) -> Error {
    let found =
        session.suggest(text, plain::language_of(text, &session.project().languages)).into_iter().take(MOST);
    let hints: Vec<Hint> = found.map(plain::Suggestion::hint).collect();
    hints.into_iter().fold(error, Error::hint)
}

/// The error for a file or folder where a verb is missing.
fn of_a_file(word: &str) -> Option<Error> {
    let path = Path::new(word);
    if path.is_dir() && word.contains(['/', '.']) {
        return Some(
            Error::usage(format!("`{word}` is a folder, not a verb"))
                .hint(format!("go there, and baimo opens its graph:  cd {word}; baimo")),
        );
    }
    if !path.is_file() {
        return None;
    }
    let error = Error::usage(format!("`{word}` is a file, not a verb"));
    Some(match ending(word) {
        "rq" | "sparql" => error.hint(format!("to ask the query in it:  baimo query -f {word}")),
        "ru" => error.hint(format!("to carry out the update in it:  baimo update -f {word} --store DIR")),
        name if rdf::format_named(name).is_some() => error
            .hint(format!("to open it at the prompt:  baimo --data {word}"))
            .hint(format!("to ask it one query:  baimo --data {word} query 'SELECT ...'")),
        _ => error.hint("a graph is read from Turtle, N-Triples, N-Quads, TriG, RDF/XML or JSON-LD"),
    })
}

/// The ending that tells a file's format, past that of a compression.
fn ending(name: &str) -> &str {
    let bare =
        [".gz", ".bz2", ".xz", ".zst"].iter().find_map(|packed| name.strip_suffix(packed)).unwrap_or(name);
    bare.rsplit_once('.').map_or("", |(_, ending)| ending)
}
