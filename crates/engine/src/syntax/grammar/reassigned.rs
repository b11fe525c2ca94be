//! EXISTS in which BIND gives a value to a variable of around it.
//!
//! In: the algebra of a query or an update, and which variables AS names within EXISTS, with their places. Out: nothing, or the place of
//! the first one that has a value around the EXISTS: that is in scope within it (SPARQL 1.1, 8.3.3; in 1.2 each of its groups begins with
//! the solution around it), BIND names no variable that is in scope (18.2.1), and Extend has no meaning for one that is bound (18.5). VALUES and
//! sub-selects are joined with that solution, and may name any.

use super::patterns::{Given, add_in_scope, given};
use super::{Parsed, Parser, Refusal, Why};
use crate::syntax::algebra::{Expression, GraphPattern, children, expressions, operands};
use crate::terms::Variable;
use std::collections::HashSet;

impl Parser<'_> {
    /// EXISTS, behind the word.
    pub(super) fn exists(&mut self) -> Parsed<Expression> {
        self.exists += 1;
        let pattern = self.group()?;
        self.exists -= 1;
        Ok(Expression::Exists(Box::new(pattern)))
    }

    /// Remembers a variable that AS names, where that is within EXISTS.
    pub(super) fn assigns(&mut self, variable: &Variable, at: usize) {
        if self.exists > 0 {
            self.assigned.push((variable.clone(), at));
        }
    }

    /// Refuses a whole pattern in which a BIND in EXISTS gives a value to a variable of around it.
    pub(super) fn check_exists(&self, pattern: &GraphPattern) -> Parsed<()> {
        if self.assigned.is_empty() {
            return Ok(());
        }
        let Some(variable) = reassigned(pattern, &HashSet::new()) else { return Ok(()) };
        let place = self.assigned.iter().find(|(assigned, _)| *assigned == variable);
        Err(Refusal { at: place.map_or(0, |(_, at)| *at), why: Why::ExistsOfKnown })
    }
}

/// A variable that a BIND in an EXISTS of a pattern gives a value to, though it is in scope around it: in the pattern, or among those of `around` it.
fn reassigned(pattern: &GraphPattern, around: &HashSet<Variable>) -> Option<Variable> {
    let mut asked = Vec::new();
    expressions(pattern).for_each(|expression| patterns_in(expression, &mut asked));
    if !asked.is_empty() {
        let mut known = around.clone();
        children(pattern).for_each(|child| add_in_scope(child, &mut known));
        for pattern in asked {
            let mut assigned = HashSet::new();
            given(pattern, Given::ByBind, &mut assigned);
            if let Some(variable) = assigned.into_iter().find(|variable| known.contains(*variable)) {
                return Some(variable.clone());
            }
            if let Some(variable) = reassigned(pattern, &known) {
                return Some(variable);
            }
        }
    }
    match pattern {
        // What it does not show has a name of its own.
        GraphPattern::Project { inner, variables } => {
            let shown = variables.iter().filter(|variable| around.contains(*variable)).cloned().collect();
            reassigned(inner, &shown)
        }
        GraphPattern::Lateral { left, right } => reassigned(left, around).or_else(|| {
            let mut known = around.clone();
            add_in_scope(left, &mut known);
            reassigned(right, &known)
        }),
        _ => children(pattern).find_map(|child| reassigned(child, around)),
    }
}

/// Adds the patterns of the EXISTS in an expression.
fn patterns_in<'p>(expression: &'p Expression, found: &mut Vec<&'p GraphPattern>) {
    let mut open = vec![expression];
    while let Some(part) = open.pop() {
        if let Expression::Exists(pattern) = part {
            found.push(pattern);
        }
        open.extend(operands(part));
    }
}
