//! Which variables a part of a query binds, needs or mentions, and where one part lies in another.
//!
//! In: patterns and expressions of the algebra. Out: names of variables without `?`, and the parts of a query with
//! what is bound around them. The text of the query is not looked at.

use crate::engine::syntax::algebra::{
    Expression, GraphPattern, NamedNodePattern, TermPattern, TriplePattern, children, expressions, operands,
};
use std::collections::BTreeSet;

/// Names of variables, without `?`.
pub(super) type Vars = BTreeSet<String>;

/// A pattern within a query.
pub(super) struct Site<'q> {
    /// It.
    pub(super) pattern: &'q GraphPattern,
    /// What is bound outside of it and seen in it: around an EXISTS, to the left of a LATERAL.
    pub(super) outer: Vars,
    /// Whether it is a part of the join that the pattern around it is.
    pub(super) joined: bool,
}

/// All patterns of a query from the outermost inwards, those of EXISTS included.
pub(super) fn sites(pattern: &GraphPattern) -> Vec<Site<'_>> {
    let mut found = Vec::new();
    visit(Site { pattern, outer: Vars::new(), joined: false }, &mut found);
    found
}

fn visit<'q>(site: Site<'q>, found: &mut Vec<Site<'q>>) {
    let (pattern, outer) = (site.pattern, site.outer.clone());
    found.push(site);
    let with = |bound: Vars| outer.iter().cloned().chain(bound).collect::<Vars>();
    let inner: Vec<&GraphPattern> = children(pattern).collect();
    let mut exists = Vec::new();
    expressions(pattern).for_each(|condition| patterns_in(condition, &mut exists));
    if !exists.is_empty() {
        let bound = with(inner.iter().flat_map(|inner| variables(inner)).collect());
        for pattern in exists {
            visit(Site { pattern, outer: bound.clone(), joined: false }, found);
        }
    }
    for (n, child) in inner.into_iter().enumerate() {
        let outer = match pattern {
            // The right side is answered for each row of the left one, and sees its values.
            GraphPattern::Lateral { left, .. } if n == 1 => with(variables(left)),
            _ => outer.clone(),
        };
        let lateral = matches!(pattern, GraphPattern::Lateral { .. });
        let joined = !lateral && is_joining(pattern) && is_joining(child);
        visit(Site { pattern: child, outer, joined }, found);
    }
}

/// The patterns of the EXISTS in an expression.
fn patterns_in<'q>(expression: &'q Expression, found: &mut Vec<&'q GraphPattern>) {
    if let Expression::Exists(pattern) = expression {
        found.push(pattern);
    }
    operands(expression).for_each(|inner| patterns_in(inner, found));
}

/// Whether a pattern only joins what is in it, or adds a condition or a value to that.
fn is_joining(pattern: &GraphPattern) -> bool {
    matches!(
        pattern,
        GraphPattern::Join { .. }
            | GraphPattern::Bgp { .. }
            | GraphPattern::Filter { .. }
            | GraphPattern::Extend { .. }
            | GraphPattern::LeftJoin { .. }
            | GraphPattern::Lateral { .. }
    )
}

/// The variables that the conditions of a pattern tie to one another.
pub(super) fn tied(pattern: &GraphPattern) -> Vars {
    let mut vars = Vars::new();
    expressions(pattern).for_each(|expression| all_variables(expression, &mut vars));
    vars
}

/// The variables that stand anywhere in a pattern, in its conditions too.
pub(super) fn mentioned(pattern: &GraphPattern) -> Vars {
    let mut vars = variables(pattern);
    vars.extend(tied(pattern));
    children(pattern).for_each(|child| vars.extend(mentioned(child)));
    vars
}

/// The variables that a pattern can bind.
pub(super) fn variables(pattern: &GraphPattern) -> Vars {
    let mut vars = Vars::new();
    binds_until(pattern, &mut |name| {
        if !vars.contains(name) {
            vars.insert(name.to_owned());
        }
        false
    });
    vars
}

/// Whether a pattern can bind a variable. A query nests its parts in one another, and what is asked of each of them must not make a
/// set of all that is below.
pub(super) fn binds(pattern: &GraphPattern, name: &str) -> bool {
    binds_until(pattern, &mut |bound| bound == name)
}

/// Gives `found` the variables that a pattern can bind, each as often as it stands there, until it says that it has enough.
fn binds_until(pattern: &GraphPattern, found: &mut dyn FnMut(&str) -> bool) -> bool {
    match pattern {
        GraphPattern::Bgp { patterns } => patterns.iter().any(|triple| triple_binds(triple, found)),
        GraphPattern::Path { subject, object, .. } => term_binds(subject, found) || term_binds(object, found),
        GraphPattern::Minus { left, .. } => binds_until(left, found),
        GraphPattern::Values { variables, .. } | GraphPattern::Project { variables, .. } => {
            variables.iter().any(|variable| found(variable.as_str()))
        }
        GraphPattern::Group { variables, aggregates, .. } => {
            let computed = aggregates.iter().map(|(variable, _)| variable);
            variables.iter().chain(computed).any(|variable| found(variable.as_str()))
        }
        GraphPattern::Service { name, inner, .. } | GraphPattern::Graph { name, inner } => {
            let is_found = matches!(name, NamedNodePattern::Variable(name) if found(name.as_str()));
            is_found || binds_until(inner, found)
        }
        GraphPattern::Extend { inner, variable, .. } => found(variable.as_str()) || binds_until(inner, found),
        GraphPattern::Join { .. }
        | GraphPattern::LeftJoin { .. }
        | GraphPattern::Lateral { .. }
        | GraphPattern::Union { .. }
        | GraphPattern::Filter { .. }
        | GraphPattern::OrderBy { .. }
        | GraphPattern::Distinct { .. }
        | GraphPattern::Reduced { .. }
        | GraphPattern::Slice { .. } => {
            // The right side first: that of a long chain is short, and the left one is the rest of it.
            children(pattern).rev().any(|inner| binds_until(inner, found))
        }
    }
}

fn triple_binds(triple: &TriplePattern, found: &mut dyn FnMut(&str) -> bool) -> bool {
    let is_found = matches!(&triple.predicate, NamedNodePattern::Variable(name) if found(name.as_str()));
    is_found || term_binds(&triple.subject, found) || term_binds(&triple.object, found)
}

/// A blank node joins as a variable does.
fn term_binds(term: &TermPattern, found: &mut dyn FnMut(&str) -> bool) -> bool {
    match term {
        TermPattern::Variable(variable) => found(variable.as_str()),
        TermPattern::BlankNode(node) => found(&format!("_:{}", node.as_str())),
        TermPattern::Triple(triple) => triple_binds(triple, found),
        TermPattern::NamedNode(_) | TermPattern::Literal(_) => false,
    }
}

/// The variables without which an expression fails: not those that may be unbound on purpose.
pub(super) fn strict_variables(expression: &Expression, vars: &mut Vars) {
    match expression {
        Expression::Variable(variable) => {
            vars.insert(variable.as_str().to_owned());
        }
        Expression::Coalesce(_) | Expression::If(..) | Expression::Or(..) => {}
        _ => operands(expression).for_each(|inner| strict_variables(inner, vars)),
    }
}

/// All variables of an expression, those of an EXISTS in it included.
fn all_variables(expression: &Expression, vars: &mut Vars) {
    match expression {
        Expression::Variable(variable) | Expression::Bound(variable) => {
            vars.insert(variable.as_str().to_owned());
        }
        Expression::Exists(pattern) => vars.extend(variables(pattern)),
        _ => operands(expression).for_each(|inner| all_variables(inner, vars)),
    }
}

/// The outermost projection and what it projects.
pub(super) fn projection(pattern: &GraphPattern) -> Option<(Vec<String>, &GraphPattern)> {
    match pattern {
        GraphPattern::Project { inner, variables } => {
            Some((variables.iter().map(|variable| variable.as_str().to_owned()).collect(), inner))
        }
        GraphPattern::Slice { inner, .. }
        | GraphPattern::Distinct { inner }
        | GraphPattern::Reduced { inner } => projection(inner),
        _ => None,
    }
}
