//! Why a text is not SPARQL: the true place, the reason in human words, the remedy.
//!
//! In: a text that the parser refused, the parser's [`Refusal`], and what is known of the graph. Out: an [`Error`] with message, span
//! and hints.
//!
//! A tolerant walker of the grammar over our own tokens (`walk`, and a file for each part of the grammar) finds the
//! first place where no valid text could go on; `lexical` finds what is wrong within a token.

mod cypher;
mod declarations;
mod expression;
mod foreign;
mod foreign_values;
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
use crate::engine::syntax::grammar::{Refusal, Why};
use crate::engine::syntax::parse;
use crate::engine::syntax::tokens::{self, Token, tokens};
use crate::error::{Diagnostic, Error, Kind, Span};
pub(super) use foreign::date_of;
use std::ops::Range;

/// The message of last resort, for what neither the walker nor the parser's reason explains.
pub const FALLBACK: &str = "the text stops being SPARQL here";

/// What is said of `?a<5&&?b>3`: the message and the remedy.
const COMPARISON_AS_IRI: (&str, &str) =
    ("`<` and `>` without blanks are the brackets of an IRI", "write a blank behind `<`");

/// A diagnostic at a place of a text, in bytes.
fn said(text: &str, message: impl Into<String>, range: Range<usize>) -> Diagnostic {
    Diagnostic::new(message).at(Span::in_text("query", text, range))
}

/// The parser's refusal of a text, in words for people.
pub(crate) fn explained(text: &str, error: Error, known: &Knowledge<'_>, update: bool) -> Error {
    match parse::refusal(&error) {
        Some(refusal) => syntax_error(text, refusal, known, update),
        None => error,
    }
}

/// The error to show for a text that the parser refused.
pub fn syntax_error(text: &str, refusal: Refusal, known: &Knowledge<'_>, update: bool) -> Error {
    let found = diagnose(text, known, update).unwrap_or_else(|| from_parser(text, refusal));
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

/// What the parser's refusal says where our own reading finds nothing.
fn from_parser(text: &str, refusal: Refusal) -> Diagnostic {
    let found = tokens(text);
    let place = found.iter().find(|token| token.range.end > refusal.at).or(found.last());
    let (message, hint) = reason(refusal.why);
    said(text, message, place.map_or(0..0, |token| token.range.clone())).hint(hint)
}

/// BIND within EXISTS to a variable of around it, and the remedy.
const EXISTS_OF_KNOWN: (&str, &str) = (
    "EXISTS gives a value to a variable that has one outside of it",
    "choose another name after AS; to compare the two, use FILTER",
);

/// A reason of the parser in our words, and the remedy.
fn reason(why: Why) -> (&'static str, &'static str) {
    match why {
        Why::Unexpected | Why::Brackets | Why::Links | Why::Stack => {
            (FALLBACK, "the part before it was understood")
        }
        Why::UnknownPrefix => {
            ("the prefix of this name is not declared", "begin with PREFIX, or write the IRI in full")
        }
        Why::Iri => ("this is not an IRI", "write it in full, such as `http://…`"),
        Why::RelativeIri => (
            "this IRI is relative, and there is no base to complete it",
            "write it in full, such as `http://…` or, of a file, `file:///…`; or begin with BASE <…>",
        ),
        Why::ComparisonAsIri => COMPARISON_AS_IRI,
        Why::Escape => (
            "a backslash can stand only within a string or a name",
            "for a backslash itself (as in a regular expression) write two",
        ),
        Why::Language => ("this is not a language tag", "a tag is like `@zh` or `@en-GB`"),
        Why::Rows => ("LIMIT and OFFSET take a smaller number", "leave out LIMIT to get all rows"),
        Why::BindOfKnown => {
            ("BIND gives a value to a variable that has one already", "choose another name after AS")
        }
        Why::LateralOfKnown => (
            "LATERAL gives a value to a variable that has one already",
            "choose another name for it in there; to compare the two, use FILTER",
        ),
        Why::ExistsOfKnown => EXISTS_OF_KNOWN,
        Why::ColumnOfKnown => {
            ("AS names a variable that the pattern binds already", "choose another name after AS")
        }
        Why::ColumnTwice => ("SELECT names the same variable twice", "remove one, or rename it with AS"),
        Why::StarOfGroups => {
            ("`SELECT *` cannot stand with grouping", "name the grouped variables and the aggregates")
        }
        Why::Ungrouped => (
            "SELECT names a variable that is neither grouped nor aggregated",
            "add it to GROUP BY, or put it into SAMPLE(...)",
        ),
        Why::LabelInTwoPatterns => ("a blank node label is used in two groups", "use a variable instead"),
        Why::LabelInTwoOperations => {
            ("a blank node label is used in two operations", "use another label in each")
        }
        Why::AggregateInAggregate => (
            "an aggregate cannot stand within another",
            "compute the inner one first, in a sub-select in braces with a GROUP BY",
        ),
        Why::AggregateInPattern => (
            "an aggregate can stand only in a SELECT, its HAVING or its ORDER BY",
            "group, and compare the groups with HAVING",
        ),
        Why::DistinctInCall => ("DISTINCT stands only in an aggregate, such as COUNT", "remove it"),
        Why::RowLength => (
            "this row of VALUES has more or fewer values than there are variables",
            "write UNDEF where there is none",
        ),
        Why::VariableTwice => ("VALUES names the same variable twice", "remove one"),
        Why::LiteralSubject => {
            ("a literal or a triple cannot be the subject of data", "give the thing a name, an IRI or `_:x`")
        }
        Why::VariableInData => {
            ("DATA takes no variables", "with variables write `INSERT { ... } WHERE { ... }`")
        }
        Why::BlankInDelete => ("what is deleted has no blank nodes", "use a variable instead"),
        Why::ReifierOfPath => (
            "a path is no single triple, which `~` and `{|` are about",
            "write the triple by itself, with one predicate",
        ),
    }
}
