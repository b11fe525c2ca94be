//! Filters moved down, so that what is dropped is dropped early and never computed as a term.
//!
//! In: conditions over a plan. Out: the plan with as many of them below as mean the same there, and the others. A condition goes
//! where all that it reads is bound in every solution: into each branch of a UNION, the left side of OPTIONAL, MINUS and
//! EXISTS, a sub-select, the groups that its keys make; `!BOUND` of an OPTIONAL makes a NOT EXISTS of it; and below `Extend(P, v, e)` with `e` in place of `v`. An error
//! in `e` leaves `v` unbound (SPARQL 1.1, section 18.5), and every operator but BOUND takes an unbound variable and an error
//! alike (17.2), so that the two filters keep the same solutions. A value that differs each time must not be computed twice.

use super::exists::joinable;
use super::logical::{Existence, Formula, Kind, Logical};
use super::variables::{Var, VarSet, VariableNames};
use crate::syntax::algebra::{Expression, Function, operands, operands_mut};
use crate::terms::xsd;
use std::sync::Arc;

/// An expression of more parts than this is computed once and kept: BIND upon BIND could double it each time.
const LARGEST: usize = 64;

/// What a filter is moved among.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    /// The names of variables.
    pub names: &'a VariableNames,
    /// The variables that solutions around may put into the pattern: those of what an EXISTS or LATERAL stands on.
    pub around: &'a VarSet,
}

/// `input` with as many of the conditions in it as can be; gives back the others.
pub fn push(input: Logical, conditions: Vec<Formula>, scope: Scope<'_>) -> (Logical, Vec<Formula>) {
    if conditions.is_empty() {
        return (input, conditions);
    }
    match input.kind {
        Kind::Extend(below, var, formula) => below_extend((*below, var, formula), conditions, scope),
        _ => below(input, conditions, scope),
    }
}

/// `input` with these conditions as far down as they go.
fn under(input: Logical, conditions: Vec<Formula>, scope: Scope<'_>) -> Logical {
    let (pushed, rest) = push(input, conditions, scope);
    pushed.filter(rest)
}

/// The conditions that read nothing but these variables, and the others.
fn split(conditions: Vec<Formula>, known: &VarSet) -> (Vec<Formula>, Vec<Formula>) {
    conditions.into_iter().partition(|condition| condition.vars.is_subset(known))
}

fn below(input: Logical, conditions: Vec<Formula>, scope: Scope<'_>) -> (Logical, Vec<Formula>) {
    let Logical { kind, certain, possible } = input;
    match kind {
        Kind::Union(parts) => {
            let (moved, kept) = split(conditions, &certain);
            let part = |part| under(part, moved.clone(), scope);
            (Logical::union(parts.into_iter().map(part).collect()), kept)
        }
        Kind::Join(parts) => into_parts(parts, conditions, scope),
        Kind::Filter(inner, own) => {
            let (inner, kept) = push(*inner, conditions, scope);
            (inner.filter(own), kept)
        }
        Kind::LeftJoin(left, right, own) => {
            let (moved, mut kept) = split(conditions, &left.certain);
            let left = under(*left, moved, scope);
            let without = |condition: &Formula| is_of_unmatched(condition, &left, &right, scope);
            if kept.iter().any(without)
                && let Some(pattern) = as_pattern(&left, &right, &own)
            {
                kept.retain(|condition| !without(condition));
                return (Logical::exists(left, pattern, Existence::Forbidden), kept);
            }
            (Logical::left_join(left, *right, own), kept)
        }
        Kind::Minus(left, right) => {
            let (moved, kept) = split(conditions, &left.certain);
            (Logical::minus(under(*left, moved, scope), *right), kept)
        }
        Kind::Exists(left, pattern, existence) => {
            let (moved, kept) = split(conditions, &left.certain);
            (Logical::exists(under(*left, moved, scope), *pattern, existence), kept)
        }
        Kind::Project(inner, vars) => {
            let (moved, kept) = split(conditions, &certain);
            (under(*inner, moved, scope).project(vars), kept)
        }
        Kind::Distinct(inner) => {
            let (moved, kept) = split(conditions, &certain);
            (under(*inner, moved, scope).distinct(), kept)
        }
        Kind::Group(inner, keys, aggregates) => {
            // All solutions of a group agree on its keys: it stays or goes as a whole.
            let known = keys.iter().copied().collect::<VarSet>().intersection(&inner.certain);
            let (moved, kept) = split(conditions, &known);
            let some = |condition: &Formula| !condition.vars.is_empty();
            let (moved, more): (Vec<Formula>, Vec<Formula>) = moved.into_iter().partition(some);
            let kept = kept.into_iter().chain(more).collect();
            (under(*inner, moved, scope).group(keys, aggregates), kept)
        }
        kind => (Logical { kind, certain, possible }, conditions),
    }
}

/// Whether a condition on OPTIONAL is true of the solutions of the left that have none on the right, and of no other: `!BOUND` of what
/// the right side always binds and the left side never does. What solutions around may put in is bound there with no partner at all
/// (section 18.6).
fn is_of_unmatched(condition: &Formula, left: &Logical, right: &Logical, scope: Scope<'_>) -> bool {
    let Expression::Not(inner) = &*condition.expression else { return false };
    let bound = matches!(inner.as_ref(), Expression::Bound(_)) && condition.vars.is_disjoint(scope.around);
    bound && condition.vars.is_subset(&right.certain) && condition.vars.is_disjoint(&left.possible)
}

/// The right side of OPTIONAL as the pattern of a NOT EXISTS that keeps the solutions of the left without one on the right; nothing
/// where that would keep others. Section 18.5 has OPTIONAL join solutions where section 18.6 has EXISTS replace
/// variables, which is the same wherever EXISTS itself is a join.
fn as_pattern(left: &Logical, right: &Logical, own: &[Formula]) -> Option<Logical> {
    // A filter of a group within that group does not see the solutions of the left.
    if let Kind::Filter(input, conditions) = &right.kind
        && !conditions.iter().all(|it| it.vars.intersection(&left.possible).is_subset(&input.certain))
    {
        return None;
    }
    if own.iter().any(Formula::is_volatile) {
        return None;
    }
    let pattern = right.clone().filter(own.to_vec());
    joinable(&pattern, &left.possible).is_some().then_some(pattern)
}

/// Conditions on the parts of a group that have a plan of their own. Where a pattern binds the same, the condition stays
/// beside it as well: either may come first.
fn into_parts(parts: Vec<Logical>, conditions: Vec<Formula>, scope: Scope<'_>) -> (Logical, Vec<Formula>) {
    let is_leaf = |part: &Logical| {
        matches!(part.kind, Kind::Pattern(_) | Kind::Reach(_) | Kind::Values(..) | Kind::Slice(..))
    };
    let (mut kept, mut moved) = (Vec::new(), vec![Vec::new(); parts.len()]);
    for condition in conditions {
        let reads = |part: &Logical| !condition.vars.is_empty() && condition.vars.is_subset(&part.certain);
        let mut placed = false;
        for (_, moved) in parts.iter().zip(&mut moved).filter(|(part, _)| reads(part) && !is_leaf(part)) {
            placed = true;
            moved.push(condition.clone());
        }
        if !placed || parts.iter().any(|part| is_leaf(part) && reads(part)) {
            kept.push(condition);
        }
    }
    let part = |(part, moved): (Logical, Vec<Formula>)| {
        if moved.is_empty() { part } else { under(part, moved, scope) }
    };
    (Logical::join(parts.into_iter().zip(moved).map(part).collect()), kept)
}

fn below_extend(
    (below, var, formula): (Logical, Var, Formula),
    conditions: Vec<Formula>,
    scope: Scope<'_>,
) -> (Logical, Vec<Formula>) {
    if formula.is_volatile() {
        return (below.extend(var, formula), conditions);
    }
    let (mut moved, mut kept) = (Vec::new(), Vec::new());
    for condition in conditions {
        // What is read from outside belongs to the EXISTS around, which looks for it at the top.
        match replaced(&condition, var, &formula, scope).filter(|it| it.vars.is_subset(&below.possible)) {
            Some(condition) => {
                moved.extend(implied(&condition, scope.names));
                moved.push(condition);
            }
            None => kept.push(condition),
        }
    }
    if moved.is_empty() {
        return (below.extend(var, formula), kept);
    }
    (under(below, moved, scope).extend(var, formula), kept)
}

/// A condition with the value of a variable in its place; nothing where that is not the same, or too much.
fn replaced(condition: &Formula, var: Var, value: &Formula, scope: Scope<'_>) -> Option<Formula> {
    if !condition.vars.contains(var) {
        return Some(condition.clone());
    }
    let name = scope.names.variable(var);
    let mut expression = Expression::clone(&condition.expression);
    let mut open = vec![&mut expression];
    let mut parts = 0;
    while let Some(part) = open.pop() {
        parts += 1;
        match part {
            Expression::Bound(variable) if *variable == name => return None,
            Expression::Variable(variable) if *variable == name => {
                parts += size(&value.expression, LARGEST);
                *part = Expression::clone(&value.expression);
            }
            _ => open.extend(operands_mut(part)),
        }
        if parts > LARGEST {
            return None;
        }
    }
    let mut vars = condition.vars.clone();
    vars.remove(var);
    vars.extend_with(&value.vars);
    Some(Formula { expression: Arc::new(expression), vars })
}

/// What holds wherever STRSTARTS of a CONCAT holds and reads less: as far as the first part of the CONCAT goes, it agrees with what the whole
/// is to start with. That is found out once for each value of the part, and the whole is made for the few that agree. Where a part is
/// no string, CONCAT is an error (SPARQL 1.1, section 17.4.3.12), and the filter drops the solution.
fn implied(condition: &Formula, names: &VariableNames) -> Option<Formula> {
    let Expression::FunctionCall(Function::StrStarts, arguments) = &*condition.expression else {
        return None;
    };
    let [Expression::FunctionCall(Function::Concat, parts), start @ Expression::Literal(literal)] =
        arguments.as_slice()
    else {
        return None;
    };
    let (first, true) = (parts.first()?, literal.datatype() == xsd::STRING) else { return None };
    let (mut vars, mut open) = (VarSet::new(), vec![first]);
    while let Some(part) = open.pop() {
        match part {
            Expression::Variable(variable) | Expression::Bound(variable) => {
                vars.insert(names.find(variable.as_str())?);
            }
            Expression::Exists(_) => return None,
            _ => open.extend(operands(part)),
        }
    }
    if vars.is_empty() || condition.vars.is_subset(&vars) {
        return None;
    }
    // A part with a language tag is compatible as the whole is, which has it or none (section 17.4.3.1.2).
    let text = || Expression::FunctionCall(Function::Str, vec![first.clone()]);
    let starts = |a, b| Expression::FunctionCall(Function::StrStarts, vec![a, b]);
    let whole = starts(text(), start.clone());
    let begun = starts(start.clone(), text());
    Some(Formula { expression: Arc::new(Expression::Or(Box::new(whole), Box::new(begun))), vars })
}

/// How many parts an expression has, counted up to some number.
fn size(expression: &Expression, most: usize) -> usize {
    let mut open = vec![expression];
    let mut count = 0;
    while let Some(part) = open.pop()
        && count <= most
    {
        count += 1;
        open.extend(operands(part));
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::logical::{Pattern, Slot, Source};
    use crate::terms::Literal;

    /// `?x ?p ?y BIND(f(?y) AS ?z)` with a filter, and what of it was left on top.
    fn pushed(value: Expression, condition: impl Fn(&mut VariableNames) -> Expression) -> (Logical, usize) {
        let mut names = VariableNames::default();
        let [x, p, y, z] = ["x", "p", "y", "z"].map(|name| names.number(name));
        let slots = [Slot::Var(x), Slot::Var(p), Slot::Var(y)];
        let input = Logical::pattern(Pattern { slots, source: Source::Default });
        let input = input.extend(z, Formula::new(value, &mut names));
        let condition = condition(&mut names);
        let condition = Formula::new(condition, &mut names);
        let (pushed, kept) = push(input, vec![condition], Scope { names: &names, around: &VarSet::new() });
        (pushed, kept.len())
    }

    fn variable(names: &mut VariableNames, name: &str) -> Expression {
        let number = names.number(name);
        Expression::Variable(names.variable(number))
    }

    fn upper(names: &mut VariableNames, name: &str) -> Expression {
        Expression::FunctionCall(Function::UCase, vec![variable(names, name)])
    }

    #[test]
    fn a_filter_on_a_computed_value_runs_before_it_is_kept() {
        let value = upper(&mut VariableNames::default(), "y");
        let (pushed, kept) = pushed(value, |names| upper(names, "z"));
        let Kind::Extend(below, ..) = &pushed.kind else { panic!("{pushed:?}") };
        let Kind::Filter(_, conditions) = &below.kind else { panic!("{below:?}") };
        assert_eq!((conditions.len(), kept), (1, 0));
        assert_eq!(conditions[0].expression.to_string(), "UCASE(UCASE(?y))");
    }

    #[test]
    fn a_filter_stays_above_where_it_would_mean_something_else() {
        let value = upper(&mut VariableNames::default(), "y");
        let bound = |names: &mut VariableNames| {
            let number = names.number("z");
            Expression::Bound(names.variable(number))
        };
        assert_eq!(pushed(value.clone(), bound).1, 1, "BOUND takes a variable");
        assert_eq!(pushed(value, |names| upper(names, "outer")).1, 1, "of the pattern around");
        let random = Expression::FunctionCall(Function::Rand, Vec::new());
        assert_eq!(pushed(random, |names| upper(names, "z")).1, 1, "another value each time");
    }

    #[test]
    fn how_a_text_starts_is_asked_of_its_first_part() {
        let mut names = VariableNames::default();
        let (first, second) = (upper(&mut names, "y"), variable(&mut names, "x"));
        let value = |parts: &[&Expression]| {
            let parts = parts.iter().map(|part| (*part).clone()).collect();
            Expression::FunctionCall(Function::Concat, parts)
        };
        let starts = |names: &mut VariableNames| {
            let text = Literal::new_simple_literal("ab").into();
            Expression::FunctionCall(Function::StrStarts, vec![variable(names, "z"), text])
        };
        let conditions = |value| -> Vec<String> {
            let (pushed, _) = pushed(value, starts);
            let Kind::Extend(below, ..) = &pushed.kind else { panic!("{pushed:?}") };
            let Kind::Filter(_, conditions) = &below.kind else { panic!("{below:?}") };
            conditions.iter().map(|condition| condition.expression.to_string()).collect()
        };
        let found = conditions(value(&[&first, &second]));
        assert_eq!(found[0], "(STRSTARTS(STR(UCASE(?y)), \"ab\") || STRSTARTS(\"ab\", STR(UCASE(?y))))");
        assert_eq!(found.len(), 2);
        assert_eq!(conditions(value(&[&first, &first])).len(), 1, "that reads as much as the whole");
    }

    #[test]
    fn doubling_ends() {
        let mut value = upper(&mut VariableNames::default(), "y");
        for _ in 0..10 {
            value = Expression::FunctionCall(Function::Concat, vec![value.clone(), value]);
        }
        assert_eq!(pushed(value, |names| upper(names, "z")).1, 1);
    }
}
