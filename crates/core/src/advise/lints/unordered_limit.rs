//! A LIMIT or OFFSET over rows that come in no stated order.

use super::reading::Reading;
use crate::engine::syntax::algebra::{GraphPattern, Query, pattern};
use crate::error::Diagnostic;

/// See the file's header.
pub(super) fn lint(reading: &Reading<'_>, lints: &mut Vec<Diagnostic>) {
    let Query::Select { .. } = reading.query else { return };
    let GraphPattern::Slice { inner, .. } = pattern(reading.query) else { return };
    if !is_ordered(inner) {
        lints.extend(reading.at_word(
            &["LIMIT", "OFFSET"],
            "LIMIT without ORDER BY",
            "which rows come is left to chance; add ORDER BY for the same ones each time",
        ));
    }
}

/// Whether rows come in a stated order, or there is only one.
fn is_ordered(pattern: &GraphPattern) -> bool {
    match pattern {
        GraphPattern::OrderBy { .. } => true,
        GraphPattern::Group { variables, .. } => variables.is_empty(),
        GraphPattern::Project { inner, .. }
        | GraphPattern::Distinct { inner }
        | GraphPattern::Reduced { inner }
        | GraphPattern::Extend { inner, .. } => is_ordered(inner),
        _ => false,
    }
}
