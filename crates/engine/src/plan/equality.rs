//! FILTERs that compare two parts of a group which share no variable: `?a = ?b` as a join, not as a test of every pair.
//!
//! In: a group with its filters, the two sides of OPTIONAL or EXISTS. Out: the same with one more variable that both sides bind,
//! which stands for the class of terms that may be equal to what is compared ([`class_of`]); any join on it will do, and the filter
//! stays and decides. As `=` is on numbers of mixed types no equivalence, whether numbers are told apart is up to who computes
//! the class: here it is only found out which types a query makes ([`made_by`]).

use super::exists::mentioned;
use super::logical::{Formula, Kind, Logical};
use super::variables::{VarSet, VariableNames};
use crate::syntax::algebra::{
    Expression, Function, GraphPattern, GroundTerm, TermPattern, children, expressions, operands,
};
use crate::terms::{Literal, NamedNode, NamedNodeRef, Term, xsd};
use std::fmt::Display;

/// Names the function; no text of a query can spell an IRI with a caret.
const CLASS: &str = "^equality-class";

/// The expression whose equality class this expression is.
pub fn class_of(expression: &Expression) -> Option<&Expression> {
    match expression {
        Expression::FunctionCall(Function::Custom(name), arguments) if name.as_str() == CLASS => {
            arguments.first()
        }
        _ => None,
    }
}

/// Whether that is the class of the first of the two sides that are compared.
pub fn is_of_first(expression: &Expression) -> bool {
    matches!(expression, Expression::FunctionCall(_, arguments) if arguments.len() == 1)
}

/// Of which inexact types numbers may be, each type with those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Inexact {
    /// All are of `xsd:decimal`, `xsd:integer` and what is derived from it.
    None,
    /// Of `xsd:double`.
    Double,
    /// Of `xsd:float`.
    Float,
}

/// Of which of the types a term is.
pub fn inexact_of(term: &Term) -> Inexact {
    match term {
        Term::Literal(literal) => inexact_named(literal.datatype()),
        Term::Triple(_) => inexact_in(term),
        Term::NamedNode(_) | Term::BlankNode(_) => Inexact::None,
    }
}

fn inexact_named(datatype: NamedNodeRef<'_>) -> Inexact {
    match datatype {
        xsd::FLOAT => Inexact::Float,
        xsd::DOUBLE => Inexact::Double,
        _ => Inexact::None,
    }
}

/// The same of a term that may have others in it, by the names of datatypes in its text.
fn inexact_in(term: &impl Display) -> Inexact {
    let text = term.to_string();
    match () {
        () if text.contains(xsd::FLOAT.as_str()) => Inexact::Float,
        () if text.contains(xsd::DOUBLE.as_str()) => Inexact::Double,
        () => Inexact::None,
    }
}

/// Of which inexact types a pattern may make numbers, however exact those of the graph: where it names one of them as a constant,
/// a cast or the datatype for STRDT, draws one with RAND, or computes a datatype. Arithmetic gives no inexact type that none of its
/// operands has (XPath 3.1, B.2), and what stands in a triple pattern is a term of the graph where it matches.
pub fn made_by(pattern: &GraphPattern) -> Inexact {
    let (mut patterns, mut open) = (vec![pattern], Vec::new());
    let mut made = Inexact::None;
    while let Some(pattern) = patterns.pop() {
        match pattern {
            GraphPattern::Values { bindings, .. } => {
                for term in bindings.iter().flatten().flatten() {
                    made = made.max(match term {
                        GroundTerm::NamedNode(_) => Inexact::None,
                        GroundTerm::Literal(literal) => inexact_named(literal.datatype()),
                        GroundTerm::Triple(_) => inexact_in(term),
                    });
                }
            }
            // A path of no length begins and ends with a constant that need not be in the graph.
            GraphPattern::Path { subject, object, .. } => {
                for end in [subject, object] {
                    if let TermPattern::Literal(_) | TermPattern::Triple(_) = end {
                        made = made.max(inexact_in(end));
                    }
                }
            }
            _ => {}
        }
        open.extend(expressions(pattern));
        while let Some(expression) = open.pop() {
            made = made.max(match expression {
                Expression::Exists(pattern) => {
                    patterns.push(pattern);
                    Inexact::None
                }
                Expression::Literal(literal) => inexact_named(literal.datatype()),
                Expression::NamedNode(name) | Expression::FunctionCall(Function::Custom(name), _) => {
                    inexact_named(name.as_ref())
                }
                Expression::FunctionCall(Function::Rand, _) => Inexact::Double,
                Expression::FunctionCall(Function::StrDt, arguments) => match arguments.get(1) {
                    Some(Expression::NamedNode(_)) => Inexact::None,
                    _ => Inexact::Float,
                },
                _ => Inexact::None,
            });
            open.extend(operands(expression));
        }
        patterns.extend(children(pattern));
    }
    made
}

/// A group with these filters, those of its parts that only they connect given a variable to be joined on.
pub fn connect(group: Logical, conditions: &[Formula], names: &mut VariableNames) -> Logical {
    let compared: Vec<[&Expression; 2]> = conditions.iter().filter_map(comparison).collect();
    if compared.is_empty() {
        return group;
    }
    let Kind::Join(parts) = group.kind else { return group };
    let mut components = components(parts);
    for sides in compared {
        let place = |side| components.iter().position(|component| may_compare(side, component, names));
        let [Some(a), Some(b)] = sides.map(place) else { continue };
        if a == b {
            continue;
        }
        let var = names.fresh("equal");
        for (place, side, first) in [(a, sides[0], true), (b, sides[1], false)] {
            if let Some(component) = components.get_mut(place) {
                let class = class(side, first, names);
                *component = std::mem::replace(component, Logical::unit()).extend(var, class);
            }
        }
    }
    Logical::join(components)
}

/// Two sides that share no variable, of which the filters compare each pair: both with a variable to be joined on, where there is
/// a comparison that allows it.
pub fn connect_sides(
    left: Logical,
    right: Logical,
    conditions: &[Formula],
    names: &mut VariableNames,
) -> (Logical, Logical) {
    if !left.possible.is_disjoint(&mentioned(&right)) {
        return (left, right);
    }
    for [a, b] in conditions.iter().filter_map(comparison) {
        let (ours, theirs) = if may_compare(a, &left, names) { (a, b) } else { (b, a) };
        if may_compare(ours, &left, names) && may_compare(theirs, &right, names) {
            let var = names.fresh("equal");
            let (ours, theirs) = (class(ours, true, names), class(theirs, false, names));
            return (left.extend(var, ours), right.extend(var, theirs));
        }
    }
    (left, right)
}

/// What a filter compares, where it is a comparison for equality and nothing else.
pub fn comparison(condition: &Formula) -> Option<[&Expression; 2]> {
    match &*condition.expression {
        Expression::Equal(a, b) | Expression::SameTerm(a, b) if !condition.is_volatile() => Some([a, b]),
        _ => None,
    }
}

/// The class of what one side of a comparison is, as a formula.
pub fn class(expression: &Expression, first: bool, names: &mut VariableNames) -> Formula {
    let function = Function::Custom(NamedNode::new_unchecked(CLASS));
    let mut arguments = vec![expression.clone()];
    if !first {
        arguments.push(Expression::Literal(Literal::from(false)));
    }
    Formula::new(Expression::FunctionCall(function, arguments), names)
}

/// The parts of a group, those that share a variable joined with each other; in the order of their first ones.
fn components(parts: Vec<Logical>) -> Vec<Logical> {
    let mut components: Vec<(VarSet, Vec<Logical>)> = Vec::new();
    for part in parts {
        let mut vars = part.possible.clone();
        let mut joined = Vec::new();
        let mut apart = Vec::with_capacity(components.len() + 1);
        let mut place = None;
        for (known, members) in components {
            if known.is_disjoint(&part.possible) {
                apart.push((known, members));
                continue;
            }
            place.get_or_insert(apart.len());
            vars.extend_with(&known);
            joined.extend(members);
        }
        joined.push(part);
        apart.insert(place.unwrap_or(apart.len()), (vars, joined));
        components = apart;
    }
    components.into_iter().map(|(_, members)| Logical::join(members)).collect()
}

/// Whether a part binds all that a side of a comparison reads, and a join pays: truths are but two, and what a VALUES alone has
/// is so little that each of it may be tested.
pub fn may_compare(side: &Expression, part: &Logical, names: &VariableNames) -> bool {
    let is_little = matches!(side, Expression::Variable(_)) && matches!(part.kind, Kind::Values(..));
    !is_little && is_computed_of(side, &part.certain, names)
}

/// Whether a side of a comparison reads these variables and no others, and is no truth.
pub fn is_computed_of(side: &Expression, certain: &VarSet, names: &VariableNames) -> bool {
    let mut reads = VarSet::new();
    let mut open = vec![side];
    while let Some(inner) = open.pop() {
        match inner {
            Expression::Variable(variable) | Expression::Bound(variable) => {
                match names.find(variable.as_str()) {
                    Some(var) => {
                        reads.insert(var);
                    }
                    None => return false,
                }
            }
            Expression::Exists(_) => return false,
            _ => open.extend(operands(inner)),
        }
    }
    if reads.is_empty() || !reads.is_subset(certain) {
        return false;
    }
    matches!(
        side,
        Expression::Variable(_)
            | Expression::FunctionCall(..)
            | Expression::Add(..)
            | Expression::Subtract(..)
            | Expression::Multiply(..)
            | Expression::Divide(..)
            | Expression::UnaryPlus(_)
            | Expression::UnaryMinus(_)
            | Expression::If(..)
            | Expression::Coalesce(_)
    )
}
