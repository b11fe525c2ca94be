//! A variable that is selected and occurs nowhere in the pattern: its column is empty.

use super::reading::{Reading, is_parameter};
use super::scope::{projection, variables};
use crate::advise::diagnose::nearest_of;
use crate::engine::syntax::algebra::{Query, pattern};
use crate::error::Diagnostic;

/// See the file's header.
pub(super) fn lint(reading: &Reading<'_>, lints: &mut Vec<Diagnostic>) {
    let Query::Select { .. } = reading.query else { return };
    let Some((columns, inner)) = projection(pattern(reading.query)) else { return };
    let bound = variables(inner);
    for name in columns.iter().filter(|name| !bound.contains(*name) && !is_parameter(name)) {
        let hint = match nearest_of(name, &bound) {
            Some(near) => format!("did you mean `?{near}`?"),
            None => "its column will be empty".to_owned(),
        };
        let message = format!("`?{name}` is selected, but occurs nowhere in the pattern");
        lints.extend(reading.at_variable(name, message, hint));
    }
}
