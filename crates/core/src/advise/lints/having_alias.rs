//! HAVING with a name that SELECT gives: HAVING stands before SELECT (SPARQL 1.1, section 18.2.4.2).

use super::reading::Reading;
use crate::engine::syntax::tokens::Kind;
use crate::error::Diagnostic;

/// See the file's header.
pub(super) fn lint(reading: &Reading<'_>, lints: &mut Vec<Diagnostic>) {
    let is = |at: &usize, word: &str| reading.is(*at, word);
    let all = 0..reading.tokens.len();
    let (Some(open), Some(having)) =
        (all.clone().find(|at| is(at, "{")), all.clone().rfind(|at| is(at, "HAVING")))
    else {
        return;
    };
    let named: Vec<(&str, usize)> = (0..open)
        .filter(|at| is(at, "AS") && reading.kind(at + 1) == Some(Kind::Variable))
        .map(|at| (reading.word(at + 1), at))
        .collect();
    let ends = |at: &usize| ["ORDER", "LIMIT", "OFFSET", "VALUES", "}"].iter().any(|word| is(at, word));
    let until = (having..all.end).find(ends).unwrap_or(all.end);
    let used = (having..until).find_map(|at| {
        let (name, end) = named.iter().find(|(name, _)| *name == reading.word(at))?;
        Some((at, *name, *end))
    });
    let Some((at, name, end)) = used else { return };
    let message = format!("HAVING cannot see `{name}`: SELECT names it only afterwards");
    let expression = expression_before(reading, end).unwrap_or("the aggregate");
    let hint = format!("write `{expression}` instead of `{name}` (SPARQL 1.1, section 18.2.4.2)");
    lints.extend(reading.at_tokens(at, at, Diagnostic::new(message).hint(hint)));
}

/// The text of the expression in parentheses that ends before the AS at `end`.
fn expression_before<'a>(reading: &Reading<'a>, end: usize) -> Option<&'a str> {
    let mut depth = 0;
    let open = (0..end).rev().find(|at| {
        match reading.word(*at) {
            ")" => depth += 1,
            "(" if depth == 0 => return true,
            "(" => depth -= 1,
            _ => {}
        }
        false
    })?;
    let (first, last) = (reading.tokens.get(open + 1)?, reading.tokens.get(end.checked_sub(1)?)?);
    reading.text.get(first.range.start..last.range.end)
}
