//! Words put into the order in which the parser reads them as they were meant.
//!
//! In: words as typed. Out: the same, with the options after a saved query's name moved before it, each of several data
//! files with its option, and the kind of a chart tied to its option. What a word means is the parser's business.

use crate::error::{Error, Result};
use crate::show::chart::View;
use clap::Parser;
use std::ffi::OsString;

/// Parses words. Those after the name of a saved query are its own, so that the parser leaves
/// them alone; the options of baimo among them are moved before the name, and all is parsed again.
pub(super) fn parse_with<P: Parser>(
    words: Vec<OsString>,
    own: &clap::Command,
    calls: impl Fn(&P) -> usize,
) -> std::result::Result<P, clap::Error> {
    let parsed = P::try_parse_from(&words)?;
    let start = words.len() - calls(&parsed);
    let (before, call) = words.split_at(start);
    let Some((name, after)) = call.split_first() else { return Ok(parsed) };
    let (moved, left) = split_off(own, after);
    if moved.is_empty() {
        return Ok(parsed);
    }
    P::try_parse_from(before.iter().chain(&moved).chain([name]).chain(&left))
}

/// The options of `own` among `words`, with their values; and what is left.
fn split_off(own: &clap::Command, words: &[OsString]) -> (Vec<OsString>, Vec<OsString>) {
    let (mut moved, mut left) = (Vec::new(), Vec::new());
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if word == "--" {
            left.push(word.clone());
            left.extend(words.cloned());
            break;
        }
        match own.get_arguments().find_map(|option| follows(option, word)) {
            Some(follows) => {
                moved.push(word.clone());
                moved.extend(follows.then(|| words.next()).flatten().cloned());
            }
            None => left.push(word.clone()),
        }
    }
    (moved, left)
}

/// Whether `word` is this option; if so, whether the next word is its value.
fn follows(option: &clap::Arg, word: &std::ffi::OsStr) -> Option<bool> {
    let word = word.to_str()?;
    let valued = option.get_action().takes_values() && !option.is_require_equals_set();
    if let Some(word) = word.strip_prefix("--") {
        let (name, value) = word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
        return (option.get_long()? == name).then_some(valued && value.is_none());
    }
    let mut letters = word.strip_prefix('-')?.chars();
    (letters.next()? == option.get_short()?).then_some(valued && letters.as_str().is_empty())
}

/// Lets `--data` take several words, as a shell's `*.ttl` gives them, without swallowing what
/// follows: a further word belongs to it when it ends as an RDF file does, or is a pattern.
pub(super) fn several_files(words: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut out: Vec<OsString> = Vec::new();
    let mut after_data = 0;
    for word in words {
        let opens = word == "--data" || word == "-d";
        after_data = match after_data {
            _ if opens => 1,
            1 => 2,
            2 if is_rdf_file(&word) => {
                out.push("--data".into());
                2
            }
            _ => 0,
        };
        out.push(word);
    }
    out
}

/// Without the language where a page of help is asked for by the verb `help`, which takes names of verbs alone. Who calls the
/// parser has read by then in which language the page is to be.
///
/// # Errors
/// Where the option for the language has no value.
pub(super) fn help_in_a_language(words: Vec<OsString>) -> Result<Vec<OsString>> {
    if words.get(1).is_none_or(|word| word != "help") {
        return Ok(words);
    }
    let (mut left, mut words) = (Vec::new(), words.into_iter());
    while let Some(word) = words.next() {
        let value = match word.to_str() {
            Some("--lang") => words.next().filter(|value| !is_option(value)),
            Some(word) if word.starts_with("--lang=") => word.strip_prefix("--lang=").map(OsString::from),
            _ => {
                left.push(word);
                continue;
            }
        };
        value.filter(|value| !value.is_empty()).ok_or_else(|| Error::usage("--lang needs a value"))?;
    }
    Ok(left)
}

fn is_rdf_file(word: &std::ffi::OsStr) -> bool {
    let Some(word) = word.to_str().filter(|word| !word.starts_with('-') && !word.contains(['{', '\n']))
    else {
        return false;
    };
    let plain = [".gz", ".zst", ".bz2"].iter().find_map(|ending| word.strip_suffix(ending)).unwrap_or(word);
    let ending = plain.rsplit_once('.').map(|(_, ending)| ending);
    ending.is_some_and(|ending| crate::sources::rdf::format_named(ending).is_some()) || word.ends_with("/*")
}

/// Lets the kind of a chart follow `--chart` as a word of its own, without swallowing a query or the
/// name of a saved query.
pub(super) fn charts(words: Vec<OsString>) -> Vec<OsString> {
    let mut out: Vec<OsString> = Vec::new();
    for (at, word) in words.iter().enumerate() {
        // `run --chart timeline` runs the saved query of that name.
        let names_query = out.iter().rev().find(|word| !is_option(word)).is_some_and(|word| word == "run");
        let follows = || words.iter().skip(at + 1).any(|word| !is_option(word));
        let kind = word.to_str().is_some_and(|word| {
            let first = word.split_whitespace().next().unwrap_or_default();
            View::named(first).is_some() || misspelt(first) || (asks(&out) && is_word(word) && follows())
        });
        match out.last_mut() {
            Some(last) if last == "--chart" && kind && !names_query => {
                last.push("=");
                last.push(word);
            }
            _ => out.push(word.clone()),
        }
    }
    out
}

/// Whether a word is the name of a chart with a slip in it: not to be taken for the value of a parameter.
fn misspelt(word: &str) -> bool {
    let lower = word.to_lowercase();
    is_word(word)
        && ["bar", "line", "timeline", "graph", "table", "barchart", "linechart"]
            .iter()
            .any(|kind| strsim::damerau_levenshtein(kind, &lower) == 1 && lower.len() > 2)
}

/// Whether the verb so far takes a query, which no single word can be.
fn asks(before: &[OsString]) -> bool {
    before.iter().any(|word| word == "query" || word == "explain")
}

fn is_word(word: &str) -> bool {
    word.chars().all(|c| c.is_ascii_alphabetic())
}

fn is_option(word: &std::ffi::OsStr) -> bool {
    word.as_encoded_bytes().starts_with(b"-")
}
