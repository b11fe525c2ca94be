//! A regular expression, or flags of one, that are not valid: the condition fails for every row.

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
    let written = |at: usize| unquoted(reading.word(at)).replace("\\\\", "\\");
    if unquoted(reading.word(pattern)).replace("\\\\", "").contains('\\') {
        return None; // escapes that change the text
    }
    let (text, given) = (written(pattern), flags.map(written).unwrap_or_default());
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
    let hint = "the condition fails for every row; to look for a plain text use `CONTAINS(?x, \"...\")`";
    reading.at_tokens(pattern, pattern, Diagnostic::new(message).hint(hint))
}
