//! A condition on a variable that has no value where the condition stands: it fails for every row.

use super::reading::{Reading, is_parameter};
use super::scope::{Vars, binds, strict_variables};
use crate::engine::syntax::algebra::{Expression, GraphPattern};
use crate::error::Diagnostic;

/// See the file's header.
pub(super) fn lint(reading: &Reading<'_>, lints: &mut Vec<Diagnostic>) {
    for site in &reading.sites {
        match site.pattern {
            GraphPattern::Filter { expr, inner } => {
                lints.extend(of(reading, expr, &|name| binds(inner, name), &site.outer));
            }
            GraphPattern::LeftJoin { left, right, expression: Some(expression) } => {
                let bound = |name: &str| binds(right, name) || binds(left, name);
                lints.extend(of(reading, expression, &bound, &site.outer));
            }
            _ => {}
        }
    }
}

fn of(
    reading: &Reading<'_>,
    condition: &Expression,
    bound: &dyn Fn(&str) -> bool,
    outer: &Vars,
) -> Vec<Diagnostic> {
    let mut used = Vars::new();
    strict_variables(condition, &mut used);
    used.retain(|name| !outer.contains(name) && !is_parameter(name) && !bound(name));
    let say = |name: &String| {
        reading.at_variable(
            name,
            format!("`?{name}` has no value where this condition stands"),
            "the condition fails for every row: a FILTER sees only the variables of its own braces",
        )
    };
    used.iter().filter_map(say).collect()
}
