//! An OPTIONAL whose variables all have values before it.

use super::reading::Reading;
use super::scope::{binds, variables};
use crate::engine::syntax::algebra::GraphPattern;
use crate::error::Diagnostic;

/// See the file's header.
pub(super) fn lint(reading: &Reading<'_>, lints: &mut Vec<Diagnostic>) {
    for site in &reading.sites {
        let GraphPattern::LeftJoin { left, right, .. } = site.pattern else { continue };
        let right = variables(right);
        if !right.is_empty() && right.iter().all(|name| binds(left, name)) {
            lints.extend(reading.at_word(
                &["OPTIONAL"],
                "an OPTIONAL binds nothing new",
                "all of its variables have values before it: it changes nothing",
            ));
        }
    }
}
