//! A variable that rows are sorted by and that nothing binds: all rows are equal to it.

use super::reading::{Reading, is_parameter};
use super::scope::{Vars, binds, strict_variables, variables};
use crate::advise::diagnose::nearest_of;
use crate::engine::syntax::algebra::{GraphPattern, expressions};
use crate::error::Diagnostic;

/// See the file's header.
pub(super) fn lint(reading: &Reading<'_>, lints: &mut Vec<Diagnostic>) {
    for site in &reading.sites {
        let GraphPattern::OrderBy { inner, .. } = site.pattern else { continue };
        let mut sorted_by = Vars::new();
        expressions(site.pattern).for_each(|expression| strict_variables(expression, &mut sorted_by));
        let is_bound = |name: &str| reading.sites.iter().any(|site| binds(site.pattern, name));
        for name in sorted_by.iter().filter(|name| !is_parameter(name) && !is_bound(name)) {
            let hint = match nearest_of(name, &variables(inner)) {
                Some(near) => format!("did you mean `?{near}`?"),
                None => "it has no value in any row, so that nothing is sorted by it".to_owned(),
            };
            lints.extend(reading.at_variable(name, format!("`?{name}` is bound nowhere"), hint));
        }
    }
}
