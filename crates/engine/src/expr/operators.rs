//! The operators of SPARQL 1.1, 17.3, and effective boolean values (17.2.2).
//!
//! In: values. Out: values; nothing for an error. Beyond the table of 17.3 it knows the operators of F&O 3.1, 8 and 9, on dates, times and
//! durations (17.3.1 permits to extend the table), and the order of the `xsd:g…` types by their first instant.

use super::value::{Operand, Value};
use crate::terms::{Term, Triple};
use baimo_store::value::datatype::Datatype;
use baimo_store::value::exact::Exact;
use baimo_store::value::moment::{Duration, Moment, SECOND};
use baimo_store::value::number::Number;
use std::cmp::Ordering;

/// The four operations of arithmetic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Arithmetic {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
}

/// The comparisons that order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Comparison {
    /// Whether an order fulfils it; that of NaN and anything is none and fulfils nothing.
    #[inline]
    pub fn holds(self, order: Option<Ordering>) -> bool {
        match self {
            Self::Less => order == Some(Ordering::Less),
            Self::LessOrEqual => order.is_some_and(Ordering::is_le),
            Self::Greater => order == Some(Ordering::Greater),
            Self::GreaterOrEqual => order.is_some_and(Ordering::is_ge),
        }
    }
}

/// The effective boolean value; none for an error (17.2.2).
pub fn truth(value: &Value) -> Option<bool> {
    match value.operand() {
        Operand::Boolean(value) => Some(value),
        Operand::Number(number) => Some(number.is_true()),
        Operand::String(text) | Operand::LangString(text, ..) => Some(!text.is_empty()),
        // "The EBV of any literal whose type is xsd:boolean or numeric is false if the lexical form is not valid".
        Operand::Other(_, datatype) => {
            let datatype = Datatype::of(datatype);
            (datatype == Datatype::Boolean || datatype.is_numeric()).then_some(false)
        }
        _ => None,
    }
}

/// `=`; none for an error: two literals that are not the same term, one of them of unknown value (17.4.1.7, RDFterm-equal).
/// Known values of different kinds are known to be different.
pub fn equal(a: &Value, b: &Value) -> Option<bool> {
    equal_operands(&a.operand(), &b.operand())
}

fn equal_operands(a: &Operand<'_>, b: &Operand<'_>) -> Option<bool> {
    match (a, b) {
        (Operand::Number(a), Operand::Number(b)) => Some(a.compare(b) == Some(Ordering::Equal)),
        (Operand::Boolean(a), Operand::Boolean(b)) => Some(a == b),
        (Operand::Moment(a, of_a), Operand::Moment(b, of_b)) if same_kind(*of_a, *of_b) => {
            compare_moments(a, b, *of_a).map(Ordering::is_eq)
        }
        (Operand::Duration(a, _), Operand::Duration(b, _)) => Some(a == b),
        (Operand::String(a), Operand::String(b)) => Some(a == b),
        (Operand::LangString(a, i, x), Operand::LangString(b, j, y)) => {
            Some(a == b && i.eq_ignore_ascii_case(j) && x == y)
        }
        (Operand::Iri(a), Operand::Iri(b)) | (Operand::Blank(a), Operand::Blank(b)) => Some(a == b),
        (Operand::Triple(a), Operand::Triple(b)) => equal_triples(a, b),
        (Operand::Other(a, i), Operand::Other(b, j)) => (a == b && i == j).then_some(true),
        (Operand::Other(..), other) | (other, Operand::Other(..)) => {
            // No literal has both a language and another datatype, whatever that datatype is.
            (!other.is_literal() || matches!(other, Operand::LangString(..))).then_some(false)
        }
        _ => Some(false),
    }
}

/// Triple terms are equal where their parts are (SPARQL 1.2, 17.4.1.7). They nest in their objects only, hence a loop.
fn equal_triples(a: &Triple, b: &Triple) -> Option<bool> {
    let (mut a, mut b) = (a, b);
    loop {
        if a.subject != b.subject || a.predicate != b.predicate {
            return Some(false);
        }
        match (&a.object, &b.object) {
            (Term::Triple(x), Term::Triple(y)) => (a, b) = (x, y),
            (x, y) => return equal_operands(&Operand::of_term(x), &Operand::of_term(y)),
        }
    }
}

/// Whether two date and time types are compared with each other.
fn same_kind(a: Datatype, b: Datatype) -> bool {
    let kind = |datatype| if datatype == Datatype::DateTimeStamp { Datatype::DateTime } else { datatype };
    kind(a) == kind(b)
}

/// The order of two moments of one kind. Where only one of them has a zone, the other is in UTC, the implicit one (F&O 3.1, 10.1.2),
/// but for dates: SPARQL has no operators for them, so that XSD's own order holds, in which they must be more than
/// fourteen hours apart (XSD 1.1 part 2, D.2.1; the cases `date-1` and `date-2` of the test suite).
fn compare_moments(a: &Moment, b: &Moment, datatype: Datatype) -> Option<Ordering> {
    let apart = (a.instant() - b.instant()).abs() > 14 * 3600 * SECOND;
    let known = datatype != Datatype::Date || a.zone.is_some() == b.zone.is_some() || apart;
    known.then(|| a.compare(b))
}

/// What `<` and its like look at. The outer none is an error, the inner one NaN.
pub fn compare(a: &Value, b: &Value) -> Option<Option<Ordering>> {
    match (a.operand(), b.operand()) {
        (Operand::Number(a), Operand::Number(b)) => Some(a.compare(&b)),
        (Operand::Boolean(a), Operand::Boolean(b)) => Some(Some(a.cmp(&b))),
        (Operand::String(a), Operand::String(b)) => Some(Some(a.cmp(b))),
        (Operand::Moment(a, of_a), Operand::Moment(b, of_b)) if same_kind(of_a, of_b) => {
            compare_moments(&a, &b, of_a).map(Some)
        }
        // F&O 3.1, 8.2: durations of months and those of seconds are ordered, `xsd:duration` is not.
        (Operand::Duration(a, of_a), Operand::Duration(b, of_b))
            if of_a == of_b && of_a != Datatype::Duration =>
        {
            Some(Some(a.compare(&b)))
        }
        _ => None,
    }
}

/// A sum, difference, product or quotient; none for an error.
pub fn calculate(operation: Arithmetic, a: &Value, b: &Value) -> Option<Value> {
    match (a.operand(), b.operand()) {
        (Operand::Number(a), Operand::Number(b)) => calculate_numbers(operation, &a, &b).map(Value::Number),
        (Operand::Duration(a, of_a), Operand::Duration(b, of_b)) if of_a == of_b => {
            combine_durations(operation, a, b, of_a)
        }
        (Operand::Duration(duration, datatype), Operand::Number(factor)) => {
            scale(operation, duration, &factor).map(|duration| Value::Duration(duration, datatype))
        }
        (Operand::Number(factor), Operand::Duration(duration, datatype))
            if operation == Arithmetic::Multiply =>
        {
            scale(operation, duration, &factor).map(|duration| Value::Duration(duration, datatype))
        }
        (Operand::Moment(moment, datatype), Operand::Duration(duration, _)) => {
            let duration = match operation {
                Arithmetic::Add => duration,
                Arithmetic::Subtract => duration.negate()?,
                Arithmetic::Multiply | Arithmetic::Divide => return None,
            };
            moment.add(duration, datatype).map(|sum| Value::Moment(sum, without_stamp(datatype)))
        }
        (Operand::Duration(duration, _), Operand::Moment(moment, datatype))
            if operation == Arithmetic::Add =>
        {
            moment.add(duration, datatype).map(|sum| Value::Moment(sum, without_stamp(datatype)))
        }
        (Operand::Moment(a, of_a), Operand::Moment(b, of_b)) => {
            let kind = without_stamp(of_a);
            let has_difference = matches!(kind, Datatype::DateTime | Datatype::Date | Datatype::Time);
            (operation == Arithmetic::Subtract && has_difference && same_kind(of_a, of_b))
                .then(|| Value::Duration(a.since(&b), Datatype::DayTimeDuration))
        }
        _ => None,
    }
}

/// [`calculate`] on numbers.
pub fn calculate_numbers(operation: Arithmetic, a: &Number, b: &Number) -> Option<Number> {
    match operation {
        Arithmetic::Add => a.add(b),
        Arithmetic::Subtract => a.subtract(b),
        Arithmetic::Multiply => a.multiply(b),
        Arithmetic::Divide => a.divide(b),
    }
}

fn without_stamp(datatype: Datatype) -> Datatype {
    if datatype == Datatype::DateTimeStamp { Datatype::DateTime } else { datatype }
}

/// F&O 3.1, 8.4: sums and differences of durations of one type; the quotient of two is a decimal.
fn combine_durations(operation: Arithmetic, a: Duration, b: Duration, datatype: Datatype) -> Option<Value> {
    let sum = match operation {
        Arithmetic::Add => a.plus(b)?,
        Arithmetic::Subtract => a.plus(b.negate()?)?,
        Arithmetic::Multiply => return None,
        Arithmetic::Divide => {
            let amount = |duration: Duration| match datatype {
                Datatype::YearMonthDuration => Some(Exact::from(duration.months)),
                Datatype::DayTimeDuration => Some(duration.seconds()),
                _ => None,
            };
            return amount(a)?.divide(&amount(b)?).map(|quotient| Value::Number(Number::Decimal(quotient)));
        }
    };
    Some(Value::Duration(sum, datatype))
}

/// F&O 3.1, 8.4.3 and following: months are rounded to whole ones, halves up. A factor that is a float is taken as a double.
fn scale(operation: Arithmetic, duration: Duration, factor: &Number) -> Option<Duration> {
    let scaled = |amount: Exact| match (operation, factor.as_exact()) {
        (Arithmetic::Multiply, Some(factor)) => amount.multiply(factor),
        (Arithmetic::Divide, Some(factor)) => amount.divide(factor),
        (Arithmetic::Multiply, None) => Exact::from_f64(amount.to_f64() * factor.to_f64()),
        (Arithmetic::Divide, None) => Exact::from_f64(amount.to_f64() / factor.to_f64()),
        _ => None,
    };
    let months = match duration.months {
        0 => 0,
        months => scaled(months.into())?.round().to_i64()?,
    };
    let seconds = match duration.attoseconds {
        0 => Duration::default(),
        _ => Duration::from_seconds(&scaled(duration.seconds())?)?,
    };
    // Also where the duration is zero: by zero or by NaN there is no result.
    scaled(Exact::ZERO)?;
    Some(Duration { months, ..seconds })
}

/// Unary minus on numbers and durations.
pub fn negate(value: &Value) -> Option<Value> {
    match value.operand() {
        Operand::Number(number) => Some(Value::Number(number.negate())),
        _ => None,
    }
}

/// Unary plus.
pub fn plus(value: &Value) -> Option<Value> {
    value.number().map(Value::Number)
}
