//! A date without quotes: `2023-01-05` is legal where a number is, and worth 2017, to which no date compares.

use super::reading::Reading;
use crate::advise::diagnose::date_of;
use crate::engine::syntax::tokens::Kind;
use crate::error::Diagnostic;

/// See the file's header.
pub(super) fn lint(reading: &Reading<'_>, lints: &mut Vec<Diagnostic>) {
    let touch = |at: usize| {
        let ends = reading.tokens.get(at).map(|token| token.range.end);
        ends.is_some() && ends == reading.tokens.get(at + 1).map(|token| token.range.start)
    };
    // How many tokens a date from here on has: a month alone is one where no number is written so, with a zero.
    let parts = |at: usize| {
        let is_next = |at: usize| {
            touch(at)
                && reading.word(at + 1) == "-"
                && touch(at + 1)
                && reading.kind(at + 2) == Some(Kind::Number)
        };
        let is_month = is_next(at) && reading.word(at + 2).len() == 2;
        let is_day = is_month && is_next(at + 2) && reading.word(at + 4).len() == 2;
        match (is_day, is_month && reading.word(at + 2).starts_with('0')) {
            (true, _) => Some(5),
            (false, true) => Some(3),
            _ => None,
        }
    };
    let mut at = 0;
    while at < reading.tokens.len() {
        let is_year = reading.kind(at) == Some(Kind::Number) && reading.word(at).len() == 4;
        let found = parts(at).filter(|_| is_year).and_then(|parts| {
            let written = (at..at + parts).map(|at| reading.word(at)).collect::<String>();
            let mut numbers = written.split('-').map(|part| part.parse::<i64>().ok());
            let worth = numbers.next()?? - numbers.sum::<Option<i64>>()?;
            let (value, datatype) = date_of(&written)?;
            Some((parts, written, worth, format!("\"{value}\"^^xsd:{datatype}")))
        });
        let Some((parts, written, worth, literal)) = found else {
            at += 1;
            continue;
        };
        let message = format!("`{written}` is a subtraction, worth {worth}, and no date");
        let hint = format!("write `{literal}`");
        lints.extend(reading.at_tokens(at, at + parts - 1, Diagnostic::new(message).hint(hint)));
        at += parts;
    }
}
