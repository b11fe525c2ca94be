//! A regular expression without anything regular in it.

use super::reading::Reading;
use crate::engine::syntax::algebra::{Expression, Function};
use crate::error::Diagnostic;

/// The characters that mean more than themselves in a regular expression.
const SPECIAL: [char; 14] = ['.', '*', '+', '?', '[', ']', '(', ')', '{', '}', '|', '\\', '^', '$'];

/// See the file's header.
pub(super) fn lint(reading: &Reading<'_>, lints: &mut Vec<Diagnostic>) {
    for expression in reading.expressions() {
        let Expression::FunctionCall(Function::Regex, arguments) = expression else { continue };
        let [_, Expression::Literal(pattern)] = arguments.as_slice() else { continue };
        let anchored = pattern.value().strip_prefix('^');
        let words = anchored.unwrap_or(pattern.value());
        if words.is_empty() || words.contains(SPECIAL) {
            continue;
        }
        let function = if anchored.is_some() { "STRSTARTS" } else { "CONTAINS" };
        lints.extend(reading.at_word(
            &["REGEX"],
            "this regular expression is a plain text",
            format!("`{function}(?x, \"{words}\")` says the same and is faster"),
        ));
    }
}
