//! Why a text is not SPARQL: the true place, the reason in human words, the remedy.
//!
//! In: a text that the parser refused, the parser's error for its position only, and what is known of the
//! graph. Out: an [`Error`] with message, span and hints. The parser's own words are never shown.
//!
//! A tolerant walker of the grammar over our own tokens (`walk`, and a file for each part of the grammar) finds the
//! first place where no valid text could go on; `lexical` finds what is wrong within a token.

mod declarations;
mod expression;
mod foreign;
mod grouping;
mod lexical;
mod modifiers;
mod nearest;
mod path;
mod pattern;
mod query;
mod template;
mod triples;
mod unexpected;
mod update;
mod values;
mod walk;

use super::Knowledge;
use crate::engine::syntax::parse;
use crate::engine::syntax::tokens::{self, Token, tokens};
use crate::error::{Diagnostic, Error, Kind, Span};
use std::ops::Range;

/// The message of last resort, for what neither the walker nor the parser's reason explains.
pub const FALLBACK: &str = "the text stops being SPARQL here";

/// A diagnostic at a place of a text, in bytes.
fn said(text: &str, message: impl Into<String>, range: Range<usize>) -> Diagnostic {
    Diagnostic::new(message).at(Span::in_text("query", text, range))
}

/// The parser's refusal of a text, in words for people.
pub(crate) fn explained(text: &str, error: Error, known: &Knowledge<'_>, update: bool) -> Error {
    match error.cause.as_deref() {
        Some(cause) if error.kind == Kind::Query => syntax_error(text, cause, known, update),
        _ => error,
    }
}

/// The error to show for a text that the parser refused.
pub fn syntax_error(
    text: &str,
    parser_error: &dyn std::error::Error,
    known: &Knowledge<'_>,
    update: bool,
) -> Error {
    let found = diagnose(text, known, update).unwrap_or_else(|| from_parser(text, parser_error));
    let mut error = Error::of(Kind::Query, found);
    if let Some(span) = error.span.as_mut().filter(|_| update) {
        "update".clone_into(&mut span.name);
    }
    error
}

/// What is wrong with a text by our own reading of it; nothing where it looks right.
pub fn diagnose(text: &str, known: &Knowledge<'_>, update: bool) -> Option<Diagnostic> {
    let found: Vec<Token> =
        tokens(text).into_iter().filter(|token| token.kind != tokens::Kind::Comment).collect();
    let inside = lexical::first(text, &found);
    let between = walk::Walker::new(text, &found, known, update).finding();
    match (inside, between) {
        (Some((_, start)), Some((between, end))) if end < start => Some(between),
        (inside, between) => inside.or(between).map(|(found, _)| found),
    }
}

/// What is odd in a name that is legal all the same: punctuation of a Chinese keyboard in it.
pub(super) fn suspicious_name(text: &str, token: &Token) -> Option<Diagnostic> {
    match token.kind {
        tokens::Kind::Variable | tokens::Kind::PrefixedName => lexical::wide_in_name(text, token),
        _ => None,
    }
}

/// The nearest of some names to a misspelt one.
pub(crate) fn nearest_of<'n>(name: &str, names: impl IntoIterator<Item = &'n String>) -> Option<&'n str> {
    nearest::nearest(name, names.into_iter().map(String::as_str))
}

/// What the parser's position and reason say where our own reading finds nothing.
fn from_parser(text: &str, error: &dyn std::error::Error) -> Diagnostic {
    let (at, reasons) = parse::failure(text, error);
    let at = at.unwrap_or(text.len());
    let found = tokens(text);
    let place = found.iter().find(|token| token.range.end > at).or(found.last());
    let range = place.map_or(0..0, |token| token.range.clone());
    match REASONS.iter().find(|(part, ..)| reasons.contains(part)) {
        Some((_, message, hint)) => said(text, *message, range).hint(*hint),
        None => said(text, FALLBACK, range).hint("the part before it was understood"),
    }
}

/// What the parser can say only as a reason without a place, in our words.
const REASONS: &[(&str, &str, &str)] = &[
    (
        "BIND is overriding",
        "BIND gives a value to a variable that has one already",
        "choose another name after AS",
    ),
    (
        "overrides an existing variable",
        "AS names a variable that the pattern binds already",
        "choose another name after AS",
    ),
    ("Duplicated variable name", "SELECT names the same variable twice", "remove one, or rename it with AS"),
    (
        "not authorized with GROUP BY",
        "`SELECT *` cannot stand with grouping",
        "name the grouped variables and the aggregates",
    ),
    (
        "variable that is unbound",
        "SELECT names a variable that is neither grouped nor aggregated",
        "add it to GROUP BY, or put it into SAMPLE(...)",
    ),
    ("Already used blank node", "a blank node label is used in two groups", "use a variable instead"),
    ("cannot be shared", "a blank node label is used in two operations", "use another label in each"),
    (
        "IRI parsing failed",
        "this IRI is relative, and there is no base to complete it",
        "write it in full, such as `http://…` or, of a file, `file:///…`; or begin with BASE <…>",
    ),
    ("language tag", "this is not a language tag", "a tag is like `@zh` or `@en-GB`"),
    (
        "aggregate stands within an aggregate",
        "an aggregate cannot stand within another",
        "compute the inner one first, in a sub-select in braces with a GROUP BY",
    ),
    (
        "aggregate stands in the pattern",
        "an aggregate can stand only in a SELECT, its HAVING or its ORDER BY",
        "group, and compare the groups with HAVING",
    ),
    (
        "Unexpected aggregate",
        "an aggregate can stand only in a SELECT, its HAVING or its ORDER BY",
        "use a sub-select in braces",
    ),
];
