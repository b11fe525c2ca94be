//! SUM or AVG over texts or IRIs: it adds numbers.

use super::reading::Reading;
use crate::error::Diagnostic;

/// See the file's header.
pub(super) fn lint(reading: &Reading<'_>, lints: &mut Vec<Diagnostic>) {
    for call in reading.calls().filter(|call| matches!(call.name.as_str(), "SUM" | "AVG")) {
        let Some(variable) = call.variable else { continue };
        let what = match reading.values().texts_of(variable) {
            Some(predicate) => format!("the values of `{predicate}` are texts"),
            None if reading.values().are_iris(variable) => format!("`?{variable}` is an IRI"),
            None => continue,
        };
        let message = format!("{} adds numbers, but {what}", call.name);
        let hint = format!("to count them write `COUNT(?{variable})`");
        lints.extend(reading.at_tokens(call.argument, call.argument, Diagnostic::new(message).hint(hint)));
    }
}
