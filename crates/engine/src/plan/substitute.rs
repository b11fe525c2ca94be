//! Terms in place of variables: what EXISTS asks for each solution (section 18.6, `substitute`).
//!
//! In: a logical plan, terms for some of its variables. Out: the plan with these terms in its patterns, and bound
//! beside every expression that reads them. Variables that a sub-select hides have other numbers, and stay.

use super::logical::{Constant, Formula, Kind, Logical, Pattern, Reach, Slot};
use super::variables::{Var, VarSet};

/// `logical` with `given` in place of variables.
pub fn substitute(logical: &Logical, given: &[(Var, Constant)]) -> Logical {
    let inner = |part: &Logical| substitute(part, given);
    match &logical.kind {
        Kind::Pattern(pattern) => Logical::pattern(Pattern {
            slots: pattern.slots.clone().map(|slot| filled(slot, given)),
            source: pattern.source.clone(),
        }),
        // A term of a text is at both ends of a path without steps, whether the graph has it or not, and what is given is no such term (18.4).
        Kind::Reach(reach) if reach.zero || reach.step.is_nullable() => {
            let ends: Vec<Var> = reach.vars().iter().collect();
            agreeing(Logical::reach(reach.clone()), &ends, given)
        }
        Kind::Reach(reach) => Logical::reach(Reach {
            ends: reach.ends.clone().map(|slot| filled(slot, given)),
            ..reach.clone()
        }),
        Kind::Join(parts) => Logical::join(parts.iter().map(inner).collect()),
        Kind::Unpack(input, var, slots) => {
            inner(input).unpack(*var, slots.clone().map(|slot| filled(slot, given)))
        }
        Kind::Numbered(input, var) => inner(input).numbered(*var),
        Kind::Lateral(left, right) => Logical::lateral(inner(left), inner(right)),
        Kind::Graphs(pattern, var) => in_graphs(inner(pattern), *var, given),
        Kind::LeftJoin(left, right, conditions) => {
            let right = beside(inner(right), conditions.iter(), given);
            Logical::left_join(inner(left), right, conditions.clone())
        }
        Kind::Minus(left, right) => Logical::minus(inner(left), inner(right)),
        Kind::Exists(input, pattern, existence) => Logical::exists(inner(input), inner(pattern), *existence),
        Kind::Filter(input, conditions) => {
            beside(inner(input), conditions.iter(), given).filter(conditions.clone())
        }
        Kind::Union(parts) => Logical::union(parts.iter().map(inner).collect()),
        Kind::Extend(input, var, formula) => {
            agreeing(beside(inner(input), [formula], given).extend(*var, formula.clone()), &[*var], given)
        }
        Kind::Values(vars, rows) => values(vars, rows, given),
        Kind::Group(input, keys, aggregates) => {
            let read = aggregates.iter().filter_map(|aggregate| aggregate.argument.as_ref());
            let results: Vec<Var> = aggregates.iter().map(|aggregate| aggregate.var).collect();
            let groups = beside(inner(input), read, given).group(keys.clone(), aggregates.clone());
            agreeing(groups, &results, given)
        }
        Kind::OrderBy(input, keys) => {
            beside(inner(input), keys.iter().map(|key| &key.formula), given).order_by(keys.clone())
        }
        Kind::Project(input, vars) => inner(input).project(vars.clone()),
        Kind::Distinct(input) => inner(input).distinct(),
        Kind::Slice(input, offset, limit) => inner(input).slice(*offset, *limit),
    }
}

/// GRAPH with a variable: where it is given, only that graph is left.
fn in_graphs(pattern: Logical, var: Var, given: &[(Var, Constant)]) -> Logical {
    let graphs = Logical::graphs(pattern, var);
    match given.iter().find(|(known, _)| *known == var) {
        Some((_, name)) => {
            Logical::join(vec![graphs, Logical::values(vec![var], vec![vec![Some(name.clone())]])])
        }
        None => graphs,
    }
}

fn filled(slot: Slot, given: &[(Var, Constant)]) -> Slot {
    let term = slot.var().and_then(|var| given.iter().find(|(known, _)| *known == var));
    term.map_or(slot, |(_, constant)| Slot::Term(constant.clone()))
}

/// The solutions that agree in these variables with what is given: no term is put in the place of what is computed, and a group is
/// joined with the solution around it (SPARQL 1.2, 18.3.2: it begins with ContextSolution).
fn agreeing(found: Logical, vars: &[Var], given: &[(Var, Constant)]) -> Logical {
    let known = given.iter().filter(|(var, _)| vars.contains(var));
    known.fold(found, |found, (var, term)| {
        Logical::join(vec![found, Logical::values(vec![*var], vec![vec![Some(term.clone())]])])
    })
}

/// `input`, which also binds those of `given` that the expressions read.
fn beside<'f>(
    input: Logical,
    formulas: impl IntoIterator<Item = &'f Formula>,
    given: &[(Var, Constant)],
) -> Logical {
    let mut read = VarSet::new();
    for formula in formulas {
        read.extend_with(&formula.vars);
    }
    let known = given.iter().filter(|(var, _)| read.contains(*var));
    let (vars, row): (Vec<Var>, Vec<Option<Constant>>) =
        known.map(|(var, constant)| (*var, Some(constant.clone()))).unzip();
    if vars.is_empty() {
        return input;
    }
    Logical::join(vec![input, Logical::values(vars, vec![row])])
}

/// The rows of VALUES that agree with what is given.
fn values(vars: &[Var], rows: &[Vec<Option<Constant>>], given: &[(Var, Constant)]) -> Logical {
    let agrees = |row: &&Vec<Option<Constant>>| {
        vars.iter().zip(*row).all(|(var, cell)| {
            let known = given.iter().find(|(known, _)| known == var);
            known.zip(cell.as_ref()).is_none_or(|((_, known), cell)| known.term == cell.term)
        })
    };
    Logical::values(vars.to_vec(), rows.iter().filter(agrees).cloned().collect())
}

#[cfg(test)]
mod tests {
    use super::super::logical::Source;
    use super::*;
    use crate::plan::variables::VariableNames;
    use crate::syntax::algebra::Expression;
    use crate::terms::NamedNode;

    #[test]
    fn terms_stand_in_patterns_and_beside_expressions() {
        let mut names = VariableNames::default();
        let (x, y) = (names.number("x"), names.number("y"));
        let constant = |name: &str| Constant { term: NamedNode::new_unchecked(name).into(), id: None };
        let slots = [Slot::Var(x), Slot::Term(constant("p")), Slot::Var(y)];
        let pattern = Logical::pattern(Pattern { slots, source: Source::Default });
        let bound = Expression::Bound(names.variable(x));
        let logical = pattern.filter(vec![Formula::new(bound, &mut names)]);
        let filled = substitute(&logical, &[(x, constant("a"))]);
        let Kind::Filter(input, _) = &filled.kind else { panic!("{filled:?}") };
        let Kind::Join(parts) = &input.kind else { panic!("{input:?}") };
        assert!(
            matches!(&parts[0].kind, Kind::Pattern(pattern) if pattern.slots[0] == Slot::Term(constant("a")))
        );
        assert!(matches!(&parts[1].kind, Kind::Values(vars, rows) if *vars == [x] && rows.len() == 1));
        assert!(filled.certain.contains(x) && filled.certain.contains(y));
    }
}
