//! The way of a query from text to algebra.
//!
//! In: a query, the snapshot that it is asked of. Out: the algebra to evaluate, its parameters bound; or an
//! error with its place and remedies. Nothing is evaluated here.

use super::Snapshot;
use crate::advise::diagnose;
use crate::ask::Ask;
use crate::engine::syntax::algebra::{self, Expression, GraphPattern, Query};
use crate::engine::syntax::parse::{self, Reading};
use crate::engine::syntax::tokens::tokens;
use crate::engine::{Governor, passes};
use crate::error::{Error, Hint, Kind, Result, Span};
use crate::explore::Knowledge;
use crate::plain;
use crate::previous::{self, PreviousAnswer};
use crate::terms::Prefixes;
use std::borrow::Cow;

/// The algebra of a query, its parameters bound.
///
/// # Errors
/// Where the text is not a query, or a parameter does not fit its place.
pub(super) fn query(ask: &Ask, snapshot: &Snapshot) -> Result<Query> {
    query_within(ask, snapshot, &ask.governor())
}

/// The same, of a query whose clock runs already.
///
/// # Errors
/// As there, and once a limit is met.
pub(super) fn query_within(ask: &Ask, snapshot: &Snapshot, governor: &Governor) -> Result<Query> {
    let parsed = parse::query_within(&ask.text, snapshot.prefixes(), snapshot.base(), governor);
    told(parsed, ask, snapshot)
}

/// The same in one piece, whatever the limits: for who sees to them.
///
/// # Errors
/// As of [`query`].
pub(super) fn query_here(ask: &Ask, snapshot: &Snapshot) -> Result<Query> {
    told(parse::query(&ask.text, snapshot.prefixes(), snapshot.base()), ask, snapshot)
}

/// The query that was parsed, with its parameters, or what is to be said of the text.
fn told(parsed: Result<Query>, ask: &Ask, snapshot: &Snapshot) -> Result<Query> {
    let query = parsed.map_err(|error| match plain::is_plain(&ask.text) {
        _ if matches!(error.kind, Kind::Limit | Kind::Interrupted) => error,
        true => not_sparql(&ask.text, snapshot),
        false => diagnose::explained(&ask.text, error, &snapshot.knowledge(), false),
    })?;
    bound(query, ask)
}

/// The query with its parameters bound. Without any it is not copied.
fn bound(query: Query, ask: &Ask) -> Result<Query> {
    if ask.bindings.is_empty() { Ok(query) } else { passes::bind::bind(&query, &ask.bindings) }
}

/// Refuses a query that asks another endpoint: nothing is sent anywhere. With SILENT it may go on without it.
///
/// # Errors
/// Where the query has such a part, with its place.
pub(super) fn asks_only_here(query: &Query, text: &str) -> Result<()> {
    if !has_service(algebra::pattern(query)) {
        return Ok(());
    }
    let error = Error::query("SERVICE asks another endpoint, and baimo sends queries to none")
        .hint("fetch those data as an RDF file, and ask both together")
        .hint(Hint::AskFile("FILE".to_owned()))
        .hint("SERVICE SILENT goes on without them");
    let place = tokens(text).into_iter().find(|token| token.text(text).eq_ignore_ascii_case("SERVICE"));
    Err(match place {
        Some(token) => error.at(Span::in_text("query", text, token.range)),
        None => error,
    })
}

fn has_service(pattern: &GraphPattern) -> bool {
    let in_exists = |expression: &Expression| {
        let mut found = false;
        algebra::each_operand(expression, &mut |part| {
            if let Expression::Exists(inner) = part {
                found |= has_service(inner);
            }
        });
        found
    };
    matches!(pattern, GraphPattern::Service { silent: false, .. })
        || algebra::children(pattern).any(has_service)
        || algebra::expressions(pattern).any(in_exists)
}

/// As [`query`], of a text in which `_` stands for the answer before it.
pub(super) fn query_after(
    ask: &Ask,
    snapshot: &Snapshot,
    previous: &PreviousAnswer,
    governor: &Governor,
) -> Result<Query> {
    let marked = previous::marked(&ask.text, previous.rows.as_deref());
    let parsed = parse::query_within(&marked, snapshot.prefixes(), snapshot.base(), governor);
    let parsed = parsed.map_err(|error| {
        if matches!(error.kind, Kind::Limit | Kind::Interrupted) {
            return error;
        }
        // Parsed again with nothing moved, so that the error's place is true.
        let (blanked, prefixes) = blanked(&ask.text, snapshot);
        let error = parse::query(&blanked, &prefixes, snapshot.base()).err().unwrap_or(error);
        let known = Knowledge { prefixes: &prefixes, ..snapshot.knowledge() };
        shown_in(diagnose::explained(&blanked, error, &known, false), &ask.text)
    });
    let mut query = parsed?;
    if let Some(solutions) = &previous.rows {
        passes::previous::fill(&mut query, &solutions.rows);
    }
    bound(query, ask)
}

/// How far a text is a query or an update.
pub(super) fn reading(text: &str, snapshot: &Snapshot) -> Reading {
    let (text, prefixes) = blanked(text, snapshot);
    parse::reading(&text, &prefixes, snapshot.base())
}

/// A text without the places of the last answer, and the prefixes to parse it with.
fn blanked<'s>(text: &str, snapshot: &'s Snapshot) -> (String, Cow<'s, Prefixes>) {
    let mut prefixes = Cow::Borrowed(snapshot.prefixes());
    if !previous::places(text).is_empty() && prefixes.namespace("").is_none() {
        prefixes.to_mut().insert("", passes::previous::MARK);
    }
    (previous::blanked(text), prefixes)
}

/// The error for plain language instead of a query: what it may have meant.
fn not_sparql(text: &str, snapshot: &Snapshot) -> Error {
    let found = snapshot.suggest(text, plain::language_of(text, &snapshot.project().languages));
    if let Err(damage) = snapshot.sound() {
        return damage;
    }
    if found.is_empty() {
        let error = Error::query("this is not SPARQL, and no saved query fits it");
        let has_queries = snapshot.catalog().is_ok_and(|catalog| catalog.iter().next().is_some());
        let error = if has_queries { error.hint(Hint::ListSavedQueries) } else { error };
        return error.hint(Hint::ListSchema).hint(Hint::SearchNames);
    }
    let error = Error::query("this is not SPARQL").at(Span::in_text("query", text, 0..text.len()));
    found.into_iter().take(5).fold(error, |error, suggestion| error.hint(suggestion.hint()))
}

/// An error whose line is shown as it is in `text`.
fn shown_in(mut error: Error, text: &str) -> Error {
    if let Some(span) = &mut error.span
        && let Some(line) = text.lines().nth(span.line - 1)
    {
        line.clone_into(&mut span.text);
    }
    error
}
