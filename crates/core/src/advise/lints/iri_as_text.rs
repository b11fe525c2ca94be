//! A function of texts over a variable that is always an IRI: a type error for every row (SPARQL 1.1, section 17.4.3).

use super::reading::Reading;
use crate::error::Diagnostic;

/// Functions whose first argument must be a text.
const OF_TEXTS: &[&str] = &[
    "STRSTARTS",
    "STRENDS",
    "CONTAINS",
    "REGEX",
    "REPLACE",
    "SUBSTR",
    "STRLEN",
    "UCASE",
    "LCASE",
    "STRBEFORE",
    "STRAFTER",
    "CONCAT",
    "ENCODE_FOR_URI",
    "LANG",
];

/// Those of them that take nothing else.
const ALONE: &[&str] = &["STRLEN", "UCASE", "LCASE", "ENCODE_FOR_URI", "LANG"];

/// See the file's header.
pub(super) fn lint(reading: &Reading<'_>, lints: &mut Vec<Diagnostic>) {
    for call in reading.calls().filter(|call| OF_TEXTS.contains(&call.name.as_str())) {
        let Some(variable) = call.variable.filter(|variable| reading.values().are_iris(variable)) else {
            continue;
        };
        let name = &call.name;
        let message = format!("{name} takes a text, and `?{variable}` is an IRI: this fails for every row");
        let more = if ALONE.contains(&name.as_str()) { "" } else { ", ..." };
        let hint = format!("write `{name}(STR(?{variable}){more})`");
        lints.extend(reading.at_tokens(call.argument, call.argument, Diagnostic::new(message).hint(hint)));
    }
}
