//! A name that ends in punctuation of a Chinese keyboard: legal letters, hardly meant.

use super::reading::Reading;
use crate::advise::diagnose::suspicious_name;
use crate::error::Diagnostic;

/// See the file's header.
pub(super) fn lint(reading: &Reading<'_>, lints: &mut Vec<Diagnostic>) {
    for mut found in reading.tokens.iter().filter_map(|token| suspicious_name(reading.text, token)) {
        found.message.push_str(", and became part of the name");
        lints.push(found);
    }
}
