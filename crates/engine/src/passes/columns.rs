//! A pass over the algebra: the columns of a SELECT in a stated order.
//!
//! In: an algebra, names of variables. Out: the algebra with its outermost projection reordered; other forms
//! of query stay as they are.

use crate::syntax::algebra::{GraphPattern, Query};
use crate::terms::Variable;

/// Puts the columns of a SELECT in the order of `names`; those not named come last.
pub fn order_columns(query: &mut Query, names: &[String]) {
    let Query::Select { pattern, .. } = query else { return };
    let mut pattern = pattern;
    while let GraphPattern::Slice { inner, .. }
    | GraphPattern::Distinct { inner }
    | GraphPattern::Reduced { inner } = pattern
    {
        pattern = inner;
    }
    if let GraphPattern::Project { variables, .. } = pattern {
        let place = |variable: &Variable| names.iter().position(|name| name == variable.as_str());
        variables.sort_by_key(|variable| place(variable).unwrap_or(usize::MAX));
    }
}
