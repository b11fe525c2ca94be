//! A literal whose text its datatype does not have: `"2023-13-45"^^xsd:date` is legal, and equal to no date.

use super::reading::{Reading, unquoted};
use crate::engine::syntax::tokens::Kind;
use crate::error::Diagnostic;
use crate::terms::is_valid;

/// How many characters of an integer are checked.
const DIGITS: usize = 15;

/// See the file's header.
pub(super) fn lint(reading: &Reading<'_>, lints: &mut Vec<Diagnostic>) {
    let typed = |at: &usize| reading.kind(*at) == Some(Kind::String) && reading.word(at + 1) == "^^";
    for at in (0..reading.tokens.len()).filter(typed) {
        let (value, datatype) = (unquoted(reading.word(at)), reading.word(at + 2));
        let iri = match datatype.strip_prefix('<').and_then(|iri| iri.strip_suffix('>')) {
            Some(iri) => iri.to_owned(),
            None => reading.known.prefixes.expand(datatype).unwrap_or_default(),
        };
        let escaped = value.contains('\\');
        let long = value.chars().count() > DIGITS;
        if escaped || iri.is_empty() || is_valid(value, &iri) || long && iri.ends_with("integer") {
            continue;
        }
        let message = format!("`{value}` is not a value of {datatype}");
        let hint = match example(&iri) {
            "" => "a literal like this equals nothing and compares with nothing".to_owned(),
            example => {
                format!("a value looks like `\"{example}\"^^{datatype}`; this one compares with nothing")
            }
        };
        lints.extend(reading.at_tokens(at, at + 2, Diagnostic::new(message).hint(hint)));
    }
}

/// A value of a datatype of XML Schema.
fn example(iri: &str) -> &'static str {
    match iri.rsplit('#').next().unwrap_or_default() {
        "date" => "2023-06-25",
        "dateTime" => "2023-06-25T08:00:00Z",
        "time" => "08:00:00",
        "gYear" => "2023",
        "gYearMonth" => "2023-06",
        "integer" => "7",
        "decimal" | "double" | "float" => "7.5",
        "boolean" => "true",
        "duration" => "P1Y2M",
        _ => "",
    }
}
