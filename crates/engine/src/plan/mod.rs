//! Planning: from the algebra to a plan that is data.
//!
//! In: a query, statistics. Out: a [`Plan`] of operators to run. The stages, in order: `scope.rs` (one name, one variable),
//! `translate.rs` (a [`logical`] plan), `lower` (operators with live variables alone), within it
//! `order.rs` and `bushy.rs` (the order of joins). No graph is open here.

mod bushy;
pub mod concern;
pub mod cost;
pub mod equality;
pub mod estimate;
pub mod exists;
pub mod logical;
pub mod lower;
pub mod order;
pub mod parallel;
mod paths;
pub mod physical;
mod pushdown;
pub mod scope;
pub mod show;
pub mod statistics;
pub mod substitute;
#[cfg(test)]
mod tests;
pub mod translate;
pub mod variables;

use crate::passes::{constants, membership};
use crate::syntax::algebra::GraphPattern;
use crate::terms::Variable;
use equality::{Inexact, made_by};
use physical::{Bag, Node};
use statistics::Statistics;
use std::sync::Arc;
use translate::Translator;
use variables::{Var, VariableNames};

/// What planning gives; an error where a query asks for what cannot be answered here.
pub type Planned<T> = crate::error::Result<T>;

/// A query as operators, with the names of its variables.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The last operator. Its output is `columns`, in this order.
    pub root: Node,
    /// The columns of the answer.
    pub columns: Vec<Var>,
    /// What the variables are called.
    pub names: Arc<VariableNames>,
    /// Of which inexact types the query may make numbers.
    pub made: Inexact,
}

/// Makes of the pattern of a query the one that is planned: its constants folded, comparisons with several in one test, and each name
/// one variable.
pub fn prepare(pattern: &mut GraphPattern) {
    constants::fold(pattern);
    membership::gather(pattern);
    scope::separate(pattern);
}

/// Plans the pattern, as [`prepare`] leaves it, of a query whose answer has the variables of its outermost projection as columns.
///
/// # Errors
/// Where the query asks another endpoint.
pub fn plan(pattern: &GraphPattern, statistics: &dyn Statistics) -> Planned<Plan> {
    let mut translator = Translator::new(statistics);
    let logical = translator.pattern(pattern)?;
    let columns: Vec<Var> = match projection(pattern) {
        Some(variables) => variables.iter().map(|variable| translator.var(variable)).collect(),
        None => logical.possible.iter().collect(),
    };
    let mut names = translator.into_names();
    let root = lower::lower(&logical, &columns, Bag::Rows, statistics, &mut names)?;
    Ok(Plan {
        root: parallel::exchanged(root, statistics),
        columns,
        names: Arc::new(names),
        made: made_by(pattern),
    })
}

/// Plans the pattern of ASK: whether it has a solution at all. The plan has no columns, and one row or none.
///
/// # Errors
/// As [`plan`].
pub fn plan_ask(pattern: &GraphPattern, statistics: &dyn Statistics) -> Planned<Plan> {
    let mut translator = Translator::new(statistics);
    let logical = translator.pattern(pattern)?.slice(0, Some(1));
    let mut names = translator.into_names();
    let root = lower::lower(&logical, &[], Bag::Set, statistics, &mut names)?;
    Ok(Plan { root, columns: Vec::new(), names: Arc::new(names), made: made_by(pattern) })
}

/// Plans the pattern of CONSTRUCT or DESCRIBE: its solutions with those of `wanted` that it can bind as columns. `bag` says
/// whether equal solutions matter.
///
/// # Errors
/// As [`plan`].
pub fn plan_for(
    pattern: &GraphPattern,
    wanted: &[Variable],
    bag: Bag,
    statistics: &dyn Statistics,
) -> Planned<Plan> {
    let mut translator = Translator::new(statistics);
    let logical = translator.pattern(pattern)?;
    let mut columns: Vec<Var> = Vec::new();
    for variable in wanted {
        let var = translator.var(variable);
        if logical.possible.contains(var) && !columns.contains(&var) {
            columns.push(var);
        }
    }
    let mut names = translator.into_names();
    let root = lower::lower(&logical, &columns, bag, statistics, &mut names)?;
    Ok(Plan {
        root: parallel::exchanged(root, statistics),
        columns,
        names: Arc::new(names),
        made: made_by(pattern),
    })
}

/// The variables of the outermost projection.
pub fn projection(pattern: &GraphPattern) -> Option<&[Variable]> {
    match pattern {
        GraphPattern::Project { variables, .. } => Some(variables),
        GraphPattern::Slice { inner, .. }
        | GraphPattern::Distinct { inner }
        | GraphPattern::Reduced { inner } => projection(inner),
        _ => None,
    }
}
