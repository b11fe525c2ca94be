//! A pass over the algebra: comparisons of one operand with several constants become one test of membership.
//!
//! In: a pattern, its constants computed. Out: a pattern with the same solutions. `?x = 1 || ?x = 2` is `?x IN (1, 2)`, which is how
//! 17.4.1.9 defines IN, and `?x != 1 && ?x != 2` is `?x NOT IN (1, 2)` (17.4.1.10), errors included; `||` and `&&` may take their
//! operands in any order (17.2). A list is looked up, and a chain is tested one by one. What may differ from one evaluation to the
//! next is not put together.

use crate::expr::is_volatile;
use crate::syntax::algebra::{
    Expression, Function, GraphPattern, each_operand, each_pattern_mut, expressions_mut, operands_mut,
};
use rustc_hash::FxHashMap;

/// Puts together what compares an operand with constants, in a pattern and in all within it.
pub fn gather(pattern: &mut GraphPattern) {
    each_pattern_mut(pattern, &mut |pattern| {
        expressions_mut(pattern).for_each(in_expression);
    });
}

/// A connective whose chains are looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Connective {
    Or,
    And,
}

impl Connective {
    fn of(expression: &Expression) -> Option<Self> {
        match expression {
            Expression::Or(..) => Some(Self::Or),
            Expression::And(..) => Some(Self::And),
            _ => None,
        }
    }

    fn joined(self, a: Expression, b: Expression) -> Expression {
        match self {
            Self::Or => Expression::Or(Box::new(a), Box::new(b)),
            Self::And => Expression::And(Box::new(a), Box::new(b)),
        }
    }

    /// What an operand of the chain compares with constants, and these; an operand that is something else is given back.
    fn members(self, part: Expression) -> Result<(Expression, Vec<Expression>), Expression> {
        match (self, part) {
            (Self::Or, part) => members(part),
            (Self::And, Expression::Not(inner)) => {
                members(*inner).map_err(|inner| Expression::Not(Box::new(inner)))
            }
            (Self::And, part) => Err(part),
        }
    }

    /// The operand that [`members`](Self::members) took apart, with whatever was added to it.
    fn test(self, operand: Expression, mut list: Vec<Expression>) -> Expression {
        let test = match (list.pop(), list.is_empty()) {
            (Some(only), true) => Expression::Equal(Box::new(operand), Box::new(only)),
            (last, _) => {
                list.extend(last);
                Expression::In(Box::new(operand), list)
            }
        };
        match self {
            Self::Or => test,
            Self::And => Expression::Not(Box::new(test)),
        }
    }
}

fn in_expression(expression: &mut Expression) {
    let Some(connective) = Connective::of(expression) else {
        return operands_mut(expression).for_each(in_expression);
    };
    let whole = std::mem::replace(expression, Expression::Coalesce(Vec::new()));
    let mut parts: Vec<Part> = Vec::new();
    let mut places: FxHashMap<Expression, usize> = FxHashMap::default();
    for mut part in chain(whole, connective) {
        in_expression(&mut part);
        match connective.members(part) {
            Err(part) => parts.push(Part::Other(part)),
            Ok((operand, list)) => match places.get(&operand).and_then(|at| parts.get_mut(*at)) {
                Some(Part::Members(known)) => known.extend(list),
                _ => {
                    places.insert(operand, parts.len());
                    parts.push(Part::Members(list));
                }
            },
        }
    }
    let mut operands: Vec<(Expression, usize)> = places.into_iter().collect();
    operands.sort_unstable_by_key(|(_, at)| std::cmp::Reverse(*at));
    let tests = parts.into_iter().filter_map(|part| match part {
        Part::Other(part) => Some(part),
        Part::Members(list) => operands.pop().map(|(operand, _)| connective.test(operand, list)),
    });
    if let Some(gathered) = tests.reduce(|a, b| connective.joined(a, b)) {
        *expression = gathered;
    }
}

/// An operand of a chain.
enum Part {
    /// Constants with which one operand is compared; which one is known elsewhere.
    Members(Vec<Expression>),
    /// Anything else.
    Other(Expression),
}

/// The operands of a chain of one connective, in order, whichever way it leans.
fn chain(whole: Expression, connective: Connective) -> Vec<Expression> {
    let (mut open, mut parts) = (vec![whole], Vec::new());
    while let Some(part) = open.pop() {
        match (connective, part) {
            (Connective::Or, Expression::Or(a, b)) | (Connective::And, Expression::And(a, b)) => {
                open.extend([*b, *a]);
            }
            (_, part) => parts.push(part),
        }
    }
    parts
}

/// What `=` or IN compares with constants alone, and these.
fn members(test: Expression) -> Result<(Expression, Vec<Expression>), Expression> {
    match test {
        Expression::Equal(a, b) if is_constant(&b) && is_steady(&a) => Ok((*a, vec![*b])),
        Expression::Equal(a, b) if is_constant(&a) && is_steady(&b) => Ok((*b, vec![*a])),
        Expression::In(a, list) if !list.is_empty() && list.iter().all(is_constant) && is_steady(&a) => {
            Ok((*a, list))
        }
        other => Err(other),
    }
}

fn is_constant(expression: &Expression) -> bool {
    matches!(expression, Expression::NamedNode(_) | Expression::Literal(_))
}

/// Whether an operand is worth the same whenever it is evaluated for a solution.
fn is_steady(operand: &Expression) -> bool {
    let mut steady = true;
    each_operand(operand, &mut |part| {
        steady &= match part {
            Expression::FunctionCall(function, arguments) => {
                !(is_volatile(function, arguments.len()) || matches!(function, Function::Custom(_)))
            }
            Expression::Exists(_) => false,
            _ => true,
        };
    });
    steady
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::algebra::pattern_mut;
    use crate::syntax::parse;

    /// The condition of a filter, as it is written, after the pass.
    fn gathered(condition: &str) -> String {
        let text = format!("ASK {{ ?s ?p ?o FILTER({condition}) }}");
        let mut query = parse::query(&text, &crate::fixture::prefixes(), None).unwrap();
        gather(pattern_mut(&mut query));
        let sse = query.to_sse().replace("\"^^<http://www.w3.org/2001/XMLSchema#integer>", "");
        let (_, filter) = sse.split_once("(filter ").unwrap();
        filter.split(" (bgp").next().unwrap().replace('"', "").replace("( ", "(")
    }

    #[test]
    fn comparisons_with_constants_are_one_test() {
        for (condition, expected) in [
            ("?o = 1 || ?o = 2 || 3 = ?o", "(in ?o 1 2 3)"),
            ("?o = 1 || (?o = 2 || ?o IN (3, 4))", "(in ?o 1 2 3 4)"),
            ("?s = 1 || ?o = 2 || ?s = 3 || ?o = 4", "(|| (in ?s 1 3) (in ?o 2 4))"),
            ("STR(?o) = 1 || STR(?o) = 2", "(in (str ?o) 1 2)"),
            ("?o != 1 && ?o != 2", "(! (in ?o 1 2))"),
            ("?o != 1 && ?s < 3 && ?o NOT IN (2, 3)", "(&& (! (in ?o 1 2 3)) (< ?s 3))"),
            ("!(?o = 1 || ?o = 2)", "(! (in ?o 1 2))"),
            ("IF(?o = 1 || ?o = 2, ?s, ?p)", "(if (in ?o 1 2) ?s ?p)"),
            ("EXISTS { ?s ?q ?r FILTER(?r = 1 || ?r = 2) }", "(exists (filter (in ?r 1 2)"),
        ] {
            assert_eq!(gathered(condition), expected, "{condition}");
        }
    }

    #[test]
    fn what_is_another_test_stays() {
        for (condition, expected) in [
            ("?o = 1", "(= ?o 1)"),
            ("?o = 1 || ?s = 2", "(|| (= ?o 1) (= ?s 2))"),
            ("?o = 1 && ?o = 2", "(&& (= ?o 1) (= ?o 2))"),
            ("?o != 1 || ?o != 2", "(|| (! (= ?o 1)) (! (= ?o 2)))"),
            ("?o = ?s || ?o = 1", "(|| (= ?o ?s) (= ?o 1))"),
            ("?o IN () || ?o = 1", "(|| (in ?o) (= ?o 1))"),
            ("RAND() = 1 || RAND() = 2", "(|| (= (rand) 1) (= (rand) 2))"),
        ] {
            assert_eq!(gathered(condition), expected, "{condition}");
        }
    }
}
