//! `?a || "x"` as if it joined texts: it is the or of conditions (SPARQL 1.1, section 17.4.1.5), true or false.

use super::reading::Reading;
use crate::engine::syntax::algebra::{Expression, Function};
use crate::error::Diagnostic;
use crate::terms::xsd;

/// See the file's header.
pub(super) fn lint(reading: &Reading<'_>, lints: &mut Vec<Diagnostic>) {
    let is_text = |expression: &Expression| matches!(expression, Expression::Literal(literal) if literal.datatype() == xsd::STRING || literal.language().is_some());
    for expression in reading.expressions() {
        match expression {
            Expression::Or(one, other) if is_text(one) || is_text(other) => {}
            Expression::FunctionCall(Function::Concat, arguments)
                if arguments.iter().any(|argument| matches!(argument, Expression::Or(..))) => {}
            _ => continue,
        }
        lints.extend(reading.at_word(
            &["||"],
            "`||` is the or of conditions, and joins no texts",
            "texts are joined by `CONCAT(?a, ?b)`",
        ));
    }
}
