//! What operators and functions are worth whose operands are all constants.
//!
//! In: an expression of one operator or function. Out: its value, the same as a program gives for every solution. What may be
//! worth something else each time, depends on the query around it (NOW, IRI), may take long (REGEX, REPLACE) or has
//! something to say (a function that nobody knows) is left to programs.

use super::functions::call;
use super::operators::{Arithmetic, Comparison, calculate, compare, equal, negate, plus, truth};
use super::program::is_in;
use super::scope::Scope;
use super::value::Value;
use crate::syntax::algebra::{Expression, Function};
use crate::terms::{Literal, NamedNode, Term};
use baimo_store::value::datatype::Datatype;
use std::cell::LazyCell;

/// A constant longer than this is not made: programs compute long texts within limits.
const LONGEST: usize = 4096;

/// The term that an expression names.
pub fn term(expression: &Expression) -> Option<Term> {
    match expression {
        Expression::NamedNode(node) => Some(node.clone().into()),
        Expression::Literal(literal) => Some(literal.clone().into()),
        _ => None,
    }
}

/// An expression that is an error in every solution: no argument has a value (17.4.1.3, COALESCE).
pub fn error() -> Expression {
    Expression::Coalesce(Vec::new())
}

/// Whether an expression is that.
pub fn is_error(expression: &Expression) -> bool {
    matches!(expression, Expression::Coalesce(list) if list.is_empty())
}

/// An expression of a truth.
pub fn boolean(value: bool) -> Expression {
    Expression::Literal(Literal::from(value))
}

/// The effective boolean value of a constant (17.2.2), nothing inside where it has none; nothing where it is no constant.
pub fn truth_of(expression: &Expression) -> Option<Option<bool>> {
    if is_error(expression) {
        return Some(None);
    }
    term(expression).map(|term| truth(&Value::Term(term)))
}

/// What an operator or function is worth, as an expression; nothing where it is not known here.
pub fn folded(expression: &Expression, scope: &LazyCell<Scope>) -> Option<Expression> {
    let mut operands = crate::syntax::algebra::operands(expression).peekable();
    if operands.peek().is_none() && !matches!(expression, Expression::FunctionCall(..) | Expression::In(..)) {
        return None;
    }
    let mut values = Vec::new();
    for operand in operands {
        values.push(if is_error(operand) { None } else { Some(Value::Term(term(operand)?)) });
    }
    expression_of(value(expression, &values, scope)?)
}

/// The value of a constant as an expression; nothing where no expression names it, or it is long.
fn expression_of(value: Option<Value>) -> Option<Expression> {
    let Some(value) = value else { return Some(error()) };
    match value.into_term() {
        Term::NamedNode(node) => Some(Expression::NamedNode(node)),
        Term::Literal(literal) if literal.value().len() <= LONGEST => Some(Expression::Literal(literal)),
        Term::Literal(_) | Term::BlankNode(_) | Term::Triple(_) => None,
    }
}

/// The value of one operator; nothing inside for an error, nothing where it is not known here.
fn value(
    expression: &Expression,
    operands: &[Option<Value>],
    scope: &LazyCell<Scope>,
) -> Option<Option<Value>> {
    let one = || operands.first().and_then(Option::as_ref);
    let two = || Some((one()?, operands.get(1)?.as_ref()?));
    let truth = |truth: Option<bool>| truth.map(Value::Boolean);
    let compared = |comparison: Comparison| {
        truth(two().and_then(|(a, b)| compare(a, b)).map(|order| comparison.holds(order)))
    };
    let calculated = |operation| two().and_then(|(a, b)| calculate(operation, a, b));
    Some(match expression {
        Expression::Equal(..) => truth(two().and_then(|(a, b)| equal(a, b))),
        Expression::SameTerm(..) => truth(two().map(|(a, b)| a.is_same_term(b))),
        Expression::Less(..) => compared(Comparison::Less),
        Expression::LessOrEqual(..) => compared(Comparison::LessOrEqual),
        Expression::Greater(..) => compared(Comparison::Greater),
        Expression::GreaterOrEqual(..) => compared(Comparison::GreaterOrEqual),
        Expression::Add(..) => calculated(Arithmetic::Add),
        Expression::Subtract(..) => calculated(Arithmetic::Subtract),
        Expression::Multiply(..) => calculated(Arithmetic::Multiply),
        Expression::Divide(..) => calculated(Arithmetic::Divide),
        Expression::UnaryPlus(_) => one().and_then(plus),
        Expression::UnaryMinus(_) => one().and_then(negate),
        Expression::In(..) => {
            let others = operands.iter().skip(1).map(Option::as_ref);
            truth(one().and_then(|value| is_in(value, others)))
        }
        Expression::FunctionCall(function, _) if is_steady(function) => {
            let arguments: Option<Vec<&Value>> = operands.iter().map(Option::as_ref).collect();
            arguments.and_then(|arguments| call(function, &arguments, scope, 0))
        }
        _ => return None,
    })
}

/// Whether a function is worth the same for the same arguments in any query, quickly and without a word.
fn is_steady(function: &Function) -> bool {
    let is_cast = |iri: &NamedNode| Datatype::of(iri.as_str()) != Datatype::Other;
    match function {
        Function::Rand
        | Function::Now
        | Function::Uuid
        | Function::StrUuid
        | Function::BNode
        | Function::Iri
        | Function::Regex
        | Function::Replace => false,
        Function::Custom(iri) => is_cast(iri),
        _ => true,
    }
}
