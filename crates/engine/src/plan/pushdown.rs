//! Filters moved below BIND, so that what is dropped is never computed as a term.
//!
//! In: conditions over `Extend(P, v, e)`. Out: those that hold as well below it, with `e` in the place of `v`. An error in `e`
//! leaves `v` unbound (SPARQL 1.1, section 18.5), and every operator but BOUND takes an unbound variable and an error alike
//! (17.2), so that the two filters keep the same solutions. A value that differs each time must not be computed twice.

use super::logical::{Formula, Kind, Logical};
use super::lower::is_volatile;
use super::variables::{Names, Var};
use crate::syntax::algebra::{Expression, operands, operands_mut};

/// An expression of more parts than this is computed once and kept: BIND upon BIND could double it each time.
const LARGEST: usize = 64;

/// `input` with as many of the conditions in it as can be; gives back the others.
pub fn push(input: Logical, conditions: Vec<Formula>, names: &Names) -> (Logical, Vec<Formula>) {
    let Kind::Extend(below, var, formula) = input.kind else { return (input, conditions) };
    if is_volatile(&formula.expression) {
        let kind = Kind::Extend(below, var, formula);
        return (Logical { kind, ..input }, conditions);
    }
    let (mut moved, mut kept) = (Vec::new(), Vec::new());
    for condition in conditions {
        // What is read from outside belongs to the EXISTS around, which looks for it at the top.
        match replaced(&condition, var, &formula, names).filter(|it| it.vars.is_subset(&below.possible)) {
            Some(condition) => moved.push(condition),
            None => kept.push(condition),
        }
    }
    if moved.is_empty() {
        return (below.extend(var, formula), kept);
    }
    let (below, rest) = push(*below, moved, names);
    (below.filter(rest).extend(var, formula), kept)
}

/// A condition with the value of a variable in its place; nothing where that is not the same, or too much.
fn replaced(condition: &Formula, var: Var, value: &Formula, names: &Names) -> Option<Formula> {
    if !condition.vars.contains(var) {
        return Some(condition.clone());
    }
    let name = names.variable(var);
    let mut expression = condition.expression.clone();
    let mut open = vec![&mut expression];
    let mut parts = 0;
    while let Some(part) = open.pop() {
        parts += 1;
        match part {
            Expression::Bound(variable) if *variable == name => return None,
            Expression::Variable(variable) if *variable == name => {
                parts += size(&value.expression, LARGEST);
                *part = value.expression.clone();
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
    Some(Formula { expression, vars })
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
    use crate::syntax::algebra::Function;

    /// `?x ?p ?y BIND(f(?y) AS ?z)` with a filter, and what of it was left on top.
    fn pushed(value: Expression, condition: impl Fn(&mut Names) -> Expression) -> (Logical, usize) {
        let mut names = Names::default();
        let [x, p, y, z] = ["x", "p", "y", "z"].map(|name| names.number(name));
        let slots = [Slot::Var(x), Slot::Var(p), Slot::Var(y)];
        let input = Logical::pattern(Pattern { slots, source: Source::Default });
        let input = input.extend(z, Formula::new(value, &mut names));
        let condition = condition(&mut names);
        let condition = Formula::new(condition, &mut names);
        let (pushed, kept) = push(input, vec![condition], &names);
        (pushed, kept.len())
    }

    fn variable(names: &mut Names, name: &str) -> Expression {
        let number = names.number(name);
        Expression::Variable(names.variable(number))
    }

    fn upper(names: &mut Names, name: &str) -> Expression {
        Expression::FunctionCall(Function::UCase, vec![variable(names, name)])
    }

    #[test]
    fn a_filter_on_a_computed_value_runs_before_it_is_kept() {
        let value = upper(&mut Names::default(), "y");
        let (pushed, kept) = pushed(value, |names| upper(names, "z"));
        let Kind::Extend(below, ..) = &pushed.kind else { panic!("{pushed:?}") };
        let Kind::Filter(_, conditions) = &below.kind else { panic!("{below:?}") };
        assert_eq!((conditions.len(), kept), (1, 0));
        assert_eq!(conditions[0].expression.to_string(), "UCASE(UCASE(?y))");
    }

    #[test]
    fn a_filter_stays_above_where_it_would_mean_something_else() {
        let value = upper(&mut Names::default(), "y");
        let bound = |names: &mut Names| {
            let number = names.number("z");
            Expression::Bound(names.variable(number))
        };
        assert_eq!(pushed(value.clone(), bound).1, 1, "BOUND takes a variable");
        assert_eq!(pushed(value, |names| upper(names, "outer")).1, 1, "of the pattern around");
        let random = Expression::FunctionCall(Function::Rand, Vec::new());
        assert_eq!(pushed(random, |names| upper(names, "z")).1, 1, "another value each time");
    }

    #[test]
    fn doubling_ends() {
        let mut value = upper(&mut Names::default(), "y");
        for _ in 0..10 {
            value = Expression::FunctionCall(Function::Concat, vec![value.clone(), value]);
        }
        assert_eq!(pushed(value, |names| upper(names, "z")).1, 1);
    }
}
