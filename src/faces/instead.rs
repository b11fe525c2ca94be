//! What stands on the command line instead of a verb: a file, a saved query's name, plain language.
//!
//! In: the error that names the missing verb, and the words typed. Out: the error with what to type instead. It opens
//! the graph at hand to look for saved queries, and says nothing of it where that fails.

use super::file_kind;
use super::terminal::hints::Face;
use crate::embedded;
use crate::error::{Error, Hint};
use crate::plain;
use crate::session::{Session, Source};
use std::ffi::OsString;

/// Suggestions that fit below one error.
const MOST: usize = 5;

/// The error for a verb that does not exist, with what was meant.
pub fn of_a_verb(error: Error, words: &[OsString]) -> Error {
    let typed: Vec<&str> = words.iter().skip(1).filter_map(|word| word.to_str()).collect();
    let is_missed = |word: &&&str| error.message.contains(&format!("no verb `{word}`"));
    let Some(missed) = typed.iter().find(is_missed).copied() else { return error };
    if let Some(error) = file_kind::instead_of("a verb", missed, Face::CommandLine) {
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
