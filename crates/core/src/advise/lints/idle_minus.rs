//! A MINUS that shares no variable with what it is taken from: it removes nothing (SPARQL 1.1, section 8.3.3).

use super::reading::Reading;
use super::scope::{binds, variables};
use crate::engine::syntax::algebra::GraphPattern;
use crate::engine::syntax::tokens::Kind;
use crate::error::Diagnostic;

/// See the file's header. Not where a variable of it has a value around an EXISTS or LATERAL, which stands in its place.
pub(super) fn lint(reading: &Reading<'_>, lints: &mut Vec<Diagnostic>) {
    for site in &reading.sites {
        let GraphPattern::Minus { left, right } = site.pattern else { continue };
        let taken = variables(right);
        if taken.iter().any(|name| binds(left, name) || site.outer.contains(name)) {
            continue;
        }
        let has_all = |at: &usize| {
            let mentioned = variables_within(reading, at + 1);
            taken.iter().all(|name| name.starts_with("_:") || mentioned.contains(&name.as_str()))
        };
        let places = (0..reading.tokens.len()).filter(|at| reading.is(*at, "MINUS"));
        let Some(at) = places.rev().find(has_all) else { continue };
        let message = "a MINUS shares no variable with what is before it";
        let said = Diagnostic::new(message)
            .hint("it removes nothing: what must not be there at all is FILTER NOT EXISTS { ... }");
        lints.extend(reading.at_tokens(at, at, said));
    }
}

/// The variables in the braces that open at a token, without `?`.
fn variables_within<'a>(reading: &Reading<'a>, open: usize) -> Vec<&'a str> {
    let (mut found, mut depth) = (Vec::new(), 0_usize);
    for at in open..reading.tokens.len() {
        match (reading.kind(at), reading.word(at)) {
            (Some(Kind::Punctuation), "{") => depth += 1,
            (Some(Kind::Punctuation), "}") => depth = depth.saturating_sub(1),
            (Some(Kind::Variable), name) => found.extend(name.get(1..)),
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    found
}
