//! One call of an operator or a function, within the limits: what it costs is counted before.
//!
//! In: an operation and its arguments, none of them an error. Out: its value; nothing for an error, and once the query was stopped. What
//! takes long in one piece, such as a quotient of numbers of 100 000 digits, is waited for. Patterns are the scope's, which knows them.

use super::compile::Operation;
use super::functions;
use super::operators::{self, calculate, compare, equal, negate, plus};
use super::scope::Scope;
use super::value::Value;
use crate::syntax::algebra::Function;
use crate::terms::Term;
use baimo_store::value::datatype::Datatype;
use baimo_store::value::exact::Exact;

/// What takes as long as so many bytes of text in one piece is waited for: some milliseconds.
const LONG: usize = 1 << 20;

/// A number of up to so many digits costs as much as any value.
const SHORT_NUMBER: usize = 128;

/// To read, print or divide a number of `n` digits takes as long as `n²` bytes of text by this.
const DIGITS: usize = 1 << 11;

/// To look through a text takes one in so many of what it takes to change it.
const LOOKING: usize = 8;

/// The value of an operator or a function. `solution` numbers the solution, for BNODE.
pub(super) fn value(
    operation: &Operation,
    arguments: &[&Value],
    scope: &Scope,
    solution: u64,
) -> Option<Value> {
    let (digits, in_one_piece) = (of_digits(operation, arguments), of_text(operation, arguments));
    let bytes: usize = match operation {
        Operation::Call(_) | Operation::Text(..) => arguments.iter().map(|value| value.text_len()).sum(),
        _ => 0,
    };
    if !scope.spend(digits.saturating_add(bytes)) {
        return None;
    }
    if digits.saturating_add(in_one_piece) < LONG {
        return computed(operation, arguments, scope, solution);
    }
    let (operation, of_call) = (operation.clone(), scope.clone());
    let arguments: Vec<Value> = arguments.iter().map(|value| (*value).clone()).collect();
    scope
        .wait_for(bytes, move || {
            let arguments: Vec<&Value> = arguments.iter().collect();
            computed(&operation, &arguments, &of_call, solution)
        })
        .flatten()
}

/// Whether a comparison of two values holds.
#[inline]
pub(super) fn holds(operation: &Operation, a: &Value, b: &Value, scope: &Scope) -> Option<bool> {
    let digits = of_comparing(&[a, b]);
    if !scope.spend(digits.saturating_add(a.text_len().min(b.text_len()))) {
        return None;
    }
    if digits < LONG {
        return compared(operation, a, b);
    }
    let (operation, a, b) = (operation.clone(), a.clone(), b.clone());
    scope.wait_for(a.text_len() + b.text_len(), move || compared(&operation, &a, &b)).flatten()
}

/// As how much a comparison of a value with so many others counts.
pub(super) fn of_comparisons(value: &Value, others: usize) -> usize {
    others.saturating_mul(of_comparing(&[value]))
}

/// Whether a value counts as true (17.2.2); nothing for an error, and once the query was stopped.
#[inline]
pub(super) fn truth(value: &Value, scope: &Scope) -> Option<bool> {
    let digits = digits(value);
    if digits > 0 && !scope.spend(digits) { None } else { operators::truth(value) }
}

/// The term that a value is; nothing once the query was stopped.
pub(super) fn term(value: &Value, scope: &Scope) -> Option<Term> {
    let digits = match value {
        Value::Term(term) => return Some(term.clone()),
        Value::Number(_) => of_number(digits(value)),
        _ => 0,
    };
    if digits == 0 {
        return Some(value.to_term());
    }
    if !scope.spend(digits) {
        return None;
    }
    if digits < LONG {
        return Some(value.to_term());
    }
    let value = value.clone();
    scope.wait_for(0, move || value.to_term())
}

fn computed(operation: &Operation, arguments: &[&Value], scope: &Scope, solution: u64) -> Option<Value> {
    match (operation, arguments) {
        (Operation::Calculate(operation), [a, b]) => calculate(*operation, a, b),
        (Operation::Negate, [value]) => negate(value),
        (Operation::Plus, [value]) => plus(value),
        (Operation::Text(function, true), [first, others @ ..]) => {
            let text = Value::String(functions::as_text(first)?);
            let arguments: Vec<&Value> = std::iter::once(&text).chain(others.iter().copied()).collect();
            functions::call(function, &arguments, scope, 0)
        }
        (Operation::Call(function) | Operation::Text(function, _), _) => {
            functions::call(function, arguments, scope, solution)
        }
        _ => None,
    }
}

fn compared(operation: &Operation, a: &Value, b: &Value) -> Option<bool> {
    match operation {
        Operation::Equal => equal(a, b),
        Operation::SameTerm => Some(a.is_same_term(b)),
        Operation::Compare(comparison) => compare(a, b).map(|order| comparison.holds(order)),
        Operation::CompareTexts(comparison) => {
            let order = functions::text_of_value(a)?.cmp(&functions::text_of_value(b)?);
            Some(comparison.map_or(order.is_eq(), |comparison| comparison.holds(Some(order))))
        }
        _ => None,
    }
}

/// As how many bytes of text the digits of long numbers count.
#[inline]
fn of_digits(operation: &Operation, arguments: &[&Value]) -> usize {
    let cast = matches!(operation, Operation::Call(Function::Custom(_)));
    let digits = |value: &&Value| match value {
        Value::String(text) if cast && text.len() > SHORT_NUMBER => text.len(),
        value => digits(value),
    };
    of_number(arguments.iter().map(digits).sum())
}

/// The same of a comparison: digits that are at hand are looked at once each.
#[inline]
fn of_comparing(values: &[&Value]) -> usize {
    let digits = values.iter().map(|value| digits(value)).sum();
    let is_written = |value: &&Value| match value {
        Value::Number(number) => number.as_exact().is_none_or(Exact::is_written),
        _ => true,
    };
    if digits == 0 || values.iter().all(is_written) { digits } else { of_number(digits) }
}

fn of_number(digits: usize) -> usize {
    digits.saturating_mul(digits) / DIGITS
}

/// How many digits a long number has; none where a value is another one.
#[inline]
fn digits(value: &Value) -> usize {
    match value {
        Value::Number(number) => number.as_exact().map_or(0, |number| number.digits()),
        Value::Term(Term::Literal(literal)) if literal.value().len() > SHORT_NUMBER => {
            match Datatype::of(literal.datatype().as_str()).is_numeric() {
                true => literal.value().len(),
                false => 0,
            }
        }
        _ => 0,
    }
}

/// As how many bytes of text it counts what a function does to texts without a question.
fn of_text(operation: &Operation, arguments: &[&Value]) -> usize {
    let (Operation::Call(function) | Operation::Text(function, _)) = operation else { return 0 };
    let bytes = || arguments.iter().map(|value| value.text_len()).sum::<usize>();
    match function {
        Function::UCase | Function::LCase | Function::EncodeForUri | Function::Iri => bytes(),
        Function::Contains
        | Function::StrStarts
        | Function::StrEnds
        | Function::StrBefore
        | Function::StrAfter
        | Function::SubStr => bytes() / LOOKING,
        // They ask themselves, or do no more than copy.
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Governor;
    use crate::terms::{Literal, xsd};

    #[test]
    fn what_takes_long_asks_and_gives_the_same() {
        let governor = Governor::unlimited();
        let scope = Scope::new(None, &governor);
        let number =
            |digits: usize| Value::Term(Literal::new_typed_literal("7".repeat(digits), xsd::INTEGER).into());
        let times = Operation::Calculate(super::super::operators::Arithmetic::Multiply);
        // F&O 3.1, 4.2.3: the product, whatever its size, up to what is an overflow.
        for (digits, least) in [(3, 0), (5_000, 0), (20_000, 1), (60_000, 1)] {
            let before = governor.asked();
            let product = value(&times, &[&number(digits), &number(1)], &scope, 0).unwrap();
            let text = term(&product, &scope).unwrap();
            let expected = Literal::new_typed_literal(format!("5{}39", "4".repeat(digits - 2)), xsd::INTEGER);
            assert_eq!(text, expected.into(), "{digits} digits");
            assert!(governor.asked() - before >= least, "{digits} digits");
            let same = holds(&Operation::Equal, &product, &Value::Term(text), &scope);
            assert_eq!(same, Some(true), "{digits}");
        }
    }
}
