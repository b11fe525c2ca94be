//! FILTERs that compare two parts of a group which share no variable: `?a = ?b` as a join, not as a test of every pair.
//!
//! In: a group with its filters, the two sides of OPTIONAL or EXISTS. Out: the same with one more variable that both sides bind,
//! which stands for the class of terms that may be equal to what is compared ([`class_of`]); any join on it will do, and the filter
//! stays and decides. As `=` is on numbers of mixed types no equivalence, whether numbers are told apart is up to who computes
//! the class: here it is only made sure that what is compared is a term of the graph, or no number that was computed.

use super::exists::mentioned;
use super::logical::{Formula, Kind, Logical};
use super::variables::{Var, VarSet, VariableNames};
use crate::syntax::algebra::{Expression, Function};
use crate::terms::NamedNode;

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
        for (place, side) in [(a, sides[0]), (b, sides[1])] {
            if let Some(component) = components.get_mut(place) {
                *component = std::mem::replace(component, Logical::unit()).extend(var, class(side, names));
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
            return (left.extend(var, class(ours, names)), right.extend(var, class(theirs, names)));
        }
    }
    (left, right)
}

/// What a filter compares, where it is a comparison for equality and nothing else.
fn comparison(condition: &Formula) -> Option<[&Expression; 2]> {
    match &*condition.expression {
        Expression::Equal(a, b) | Expression::SameTerm(a, b) if !condition.is_volatile() => Some([a, b]),
        _ => None,
    }
}

fn class(expression: &Expression, names: &mut VariableNames) -> Formula {
    let function = Function::Custom(NamedNode::new_unchecked(CLASS));
    Formula::new(Expression::FunctionCall(function, vec![expression.clone()]), names)
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

/// Whether a side of a comparison is known in all solutions of a part, and is a term of the graph or computed exactly.
fn may_compare(side: &Expression, part: &Logical, names: &VariableNames) -> bool {
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
            _ => open.extend(crate::syntax::algebra::operands(inner)),
        }
    }
    if reads.is_empty() || !reads.is_subset(&part.certain) {
        return false;
    }
    match side {
        Expression::Variable(_) => reads.iter().all(|var| is_of_the_graph(var, part)),
        Expression::FunctionCall(function, _) => is_exact(function),
        _ => false,
    }
}

/// Whether a function gives no number, or one of the exact types.
fn is_exact(function: &Function) -> bool {
    use Function::{
        Concat, Datatype, Day, EncodeForUri, Hours, Iri, LCase, Lang, Md5, Minutes, Month, Replace, Sha1,
        Sha256, Sha384, Sha512, Str, StrAfter, StrBefore, StrLang, StrLen, SubStr, UCase, Year,
    };
    matches!(
        function,
        Concat
            | Datatype
            | Day
            | EncodeForUri
            | Hours
            | Iri
            | LCase
            | Lang
            | Md5
            | Minutes
            | Month
            | Replace
            | Sha1
            | Sha256
            | Sha384
            | Sha512
            | Str
            | StrAfter
            | StrBefore
            | StrLang
            | StrLen
            | SubStr
            | UCase
            | Year
    )
}

/// Whether a triple pattern binds a variable in every solution, so that it is a term of the graph.
fn is_of_the_graph(var: Var, logical: &Logical) -> bool {
    let mut open = vec![logical];
    while let Some(logical) = open.pop() {
        match &logical.kind {
            Kind::Pattern(pattern) if pattern.vars().contains(var) => return true,
            Kind::Join(parts) => open.extend(parts),
            Kind::Filter(input, _)
            | Kind::LeftJoin(input, ..)
            | Kind::Minus(input, _)
            | Kind::Exists(input, ..)
            | Kind::Extend(input, ..)
            | Kind::Distinct(input)
            | Kind::OrderBy(input, _)
            | Kind::Slice(input, ..)
            | Kind::Unpack(input, ..)
            | Kind::Numbered(input, _) => open.push(input),
            _ => {}
        }
    }
    false
}
