//! A regular expression, or flags of one, that are not valid: an error for every row. And the place of one of which the evaluation has
//! found out.

use super::reading::{Reading, unquoted};
use crate::engine::expr::pattern::Pattern;
use crate::engine::syntax::tokens::Kind;
use crate::error::Diagnostic;

/// See the file's header. Only constants are looked at.
pub(super) fn lint(reading: &Reading<'_>, lints: &mut Vec<Diagnostic>) {
    for call in reading.calls().filter(|call| matches!(call.name.as_str(), "REGEX" | "REPLACE")) {
        lints.extend(
            reading.arguments(call.at + 1).and_then(|arguments| wrong(reading, &call.name, &arguments)),
        );
    }
}

fn wrong(reading: &Reading<'_>, name: &str, arguments: &[(usize, usize)]) -> Option<Diagnostic> {
    let constant = |index: usize| {
        let (from, to) = arguments.get(index).copied()?;
        (from == to && reading.kind(from) == Some(Kind::String)).then_some(from)
    };
    let pattern = constant(1)?;
    let flags_at = if name == "REGEX" { 2 } else { 3 };
    let flags = match (arguments.len() > flags_at, constant(flags_at)) {
        (true, None) => return None,
        (_, flags) => flags,
    };
    let written = |at: usize| constant_text(reading, at);
    let (text, given) = (written(pattern)?, flags.and_then(written).unwrap_or_default());
    if let Some(flags) = flags
        && let Err(reason) = Pattern::compile("", &given)
    {
        let reason = reason.split("; ").next().unwrap_or_default();
        let message = format!("these flags of {name} are not valid: {reason}");
        return reading.at_tokens(
            flags,
            flags,
            Diagnostic::new(message).hint("the flags are s, m, i, x and q"),
        );
    }
    let reason = Pattern::compile(&text, &given).err()?;
    let message = format!("this regular expression is not valid: {reason}");
    reading.at_tokens(pattern, pattern, Diagnostic::new(message).hint(remedy(name)))
}

/// What a wrong pattern does to a function of this name, wherever that stands, and what to write.
fn remedy(name: &str) -> &'static str {
    if name == "REGEX" {
        "it is an error for every row: a FILTER lets none through, and a BIND stays unbound; to look for a plain text use `CONTAINS(?x, \"...\")`"
    } else {
        "nothing is replaced, and the value is unbound; flags of `q` take the pattern as a plain text"
    }
}

/// The text of a constant; nothing where it has escapes other than that of a backslash.
fn constant_text(reading: &Reading<'_>, at: usize) -> Option<String> {
    let inner = unquoted(reading.word(at));
    (!inner.replace("\\\\", "").contains('\\')).then(|| inner.replace("\\\\", "\\"))
}

/// What the evaluation says of a pattern, or of a replacement for it, with its place and a remedy, where it is a constant of the query.
pub(super) fn placed(reading: &Reading<'_>, note: &str) -> Option<Diagnostic> {
    // The pattern stands in quotes behind these words, and after it comes what is wrong, behind a colon.
    let (words, quoted) = note.split_once('"')?;
    if words.trim_end() != "the regular expression" {
        return None;
    }
    let constant = |(from, to): (usize, usize)| {
        (from == to && reading.kind(from) == Some(Kind::String))
            .then(|| constant_text(reading, from))
            .flatten()
    };
    let calls = reading.calls().filter(|call| matches!(call.name.as_str(), "REGEX" | "REPLACE"));
    let (name, arguments, reason) = calls
        .filter_map(|call| Some((call.name, reading.arguments(call.at + 1)?)))
        .find_map(|(name, arguments)| {
            let pattern = arguments.get(1).copied().and_then(constant)?;
            let behind = quoted.strip_prefix(pattern.as_str())?.strip_prefix('"')?;
            Some((name, arguments, behind.split_once(": ")?.1))
        })?;
    let of_replacement = reason.starts_with("in a replacement");
    let (from, to) = arguments.get(if of_replacement { 2 } else { 1 }).copied()?;
    let hint = match reason {
        _ if of_replacement => "`$1` stands for what the first group in `(` `)` matches",
        _ if reason.contains("empty text") => {
            "write a pattern that matches one character at least, as `+` does in place of `*`"
        }
        _ => remedy(&name),
    };
    reading.at_tokens(from, to, Diagnostic::new(note).hint(hint))
}
