//! SERVICE SILENT: it is passed over, as no other endpoint is asked.

use super::reading::Reading;
use crate::engine::syntax::tokens::Kind;
use crate::error::Diagnostic;

/// See the file's header.
pub(super) fn lint(reading: &Reading<'_>, lints: &mut Vec<Diagnostic>) {
    let silent = |at: &usize| {
        reading.is(*at, "SERVICE") && reading.is(at + 1, "SILENT") && reading.kind(*at) == Some(Kind::Keyword)
    };
    for at in (0..reading.tokens.len()).filter(silent) {
        let message = "baimo sends no query to other endpoints: this part was passed over";
        let hint = "fetch those data as an RDF file, and ask both together";
        lints.extend(reading.at_tokens(at, at + 2, Diagnostic::new(message).hint(hint)));
    }
}
