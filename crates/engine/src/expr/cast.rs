//! Constructor functions: `xsd:integer(…)` and its like (SPARQL 1.1, 17.5; F&O 3.1, 19).
//!
//! In: a value and the datatype wanted. Out: a value of that datatype, exactly and with a canonical lexical form, for a cast
//! yields a value; nothing for an error. Beyond the table of 17.5 it casts to the derived types of integers and to the
//! other date, time and duration types.

use super::strings::simple;
use super::value::{Operand, Value};
use crate::terms::{Literal, NamedNodeRef};
use baimo_store::value::datatype::{Datatype, Derived};
use baimo_store::value::exact::Exact;
use baimo_store::value::moment::{Duration, Moment};
use baimo_store::value::number::{Number, in_range, parse_float};

/// Casts a value to the datatype of an IRI.
pub fn cast(value: &Value, iri: NamedNodeRef<'_>) -> Option<Value> {
    let target = Datatype::of(iri.as_str());
    let operand = value.operand();
    match target {
        Datatype::String => to_string(&operand).map(Value::String),
        Datatype::Boolean => to_boolean(value, &operand).map(Value::Boolean),
        Datatype::Integer | Datatype::Decimal | Datatype::Float | Datatype::Double => {
            to_number(value, &operand, target).map(Value::Number)
        }
        Datatype::Derived(derived) => to_derived(value, &operand, derived, iri),
        Datatype::Duration | Datatype::YearMonthDuration | Datatype::DayTimeDuration => {
            to_duration(value, &operand, target).map(|duration| Value::Duration(duration, target))
        }
        Datatype::Other => None,
        _ => to_moment(value, &operand, target).map(|moment| Value::Moment(moment, target)),
    }
}

/// A string without the white space that the datatypes collapse (XSD 1.1 part 2, 4.3.6; F&O 3.1, 19.2).
fn trimmed(value: &Value) -> Option<&str> {
    simple(value).map(|text| text.trim_matches([' ', '\t', '\n', '\r']))
}

fn to_string(operand: &Operand<'_>) -> Option<String> {
    match operand {
        Operand::Iri(iri) => Some((*iri).to_owned()),
        Operand::String(text) => Some((*text).to_owned()),
        Operand::Boolean(value) => Some(value.to_string()),
        Operand::Number(number) => Some(number.to_string()),
        Operand::Moment(moment, datatype) => Some(moment.print(*datatype)),
        Operand::Duration(duration, datatype) => Some(duration.print(*datatype)),
        // Of an unknown datatype the text is all there is; what is not of its datatype has no value to cast.
        Operand::Other(text, datatype) if Datatype::of(datatype) == Datatype::Other => {
            Some((*text).to_owned())
        }
        Operand::Other(..) | Operand::Blank(_) | Operand::Triple(_) | Operand::LangString(..) => None,
    }
}

fn to_boolean(value: &Value, operand: &Operand<'_>) -> Option<bool> {
    match operand {
        Operand::Boolean(value) => Some(*value),
        Operand::Number(number) => Some(number.is_true()),
        Operand::String(_) => baimo_store::value::order::parse_boolean(trimmed(value)?),
        _ => None,
    }
}

fn to_number(value: &Value, operand: &Operand<'_>, target: Datatype) -> Option<Number> {
    let number = match operand {
        Operand::Boolean(value) => Number::from(i64::from(*value)),
        Operand::Number(number) => number.clone(),
        Operand::String(_) => {
            let text = trimmed(value)?;
            return match target {
                Datatype::Float => parse_float(text).map(Number::Float),
                Datatype::Double => parse_float(text).map(Number::Double),
                _ => Number::parse(text, target),
            };
        }
        _ => return None,
    };
    Some(match target {
        // F&O 3.1, 19.1.2.4: towards zero; from NaN and the infinities there is none.
        Datatype::Integer => Number::Integer(number.to_exact()?.truncate()),
        Datatype::Decimal => Number::Decimal(number.to_exact()?),
        Datatype::Float => Number::Float(number.to_f32()),
        _ => Number::Double(number.to_f64()),
    })
}

/// A derived type has no form of its own among [`Value`]s: a term with its datatype.
fn to_derived(
    value: &Value,
    operand: &Operand<'_>,
    derived: Derived,
    iri: NamedNodeRef<'_>,
) -> Option<Value> {
    let number = to_number(value, operand, Datatype::Integer)?;
    let integer: &Exact = number.as_exact().filter(|integer| in_range(integer, derived))?;
    Some(Value::Term(Literal::new_typed_literal(integer.to_string(), iri).into()))
}

fn to_moment(value: &Value, operand: &Operand<'_>, target: Datatype) -> Option<Moment> {
    match operand {
        Operand::Moment(moment, datatype) => moment.cast(*datatype, target),
        Operand::String(_) => Moment::parse(trimmed(value)?, target),
        _ => None,
    }
}

fn to_duration(value: &Value, operand: &Operand<'_>, target: Datatype) -> Option<Duration> {
    match operand {
        Operand::String(_) => Duration::parse(trimmed(value)?, target),
        // F&O 3.1, 19.1.3: what the target has no place for is dropped.
        Operand::Duration(duration, _) => Some(match target {
            Datatype::YearMonthDuration => Duration { attoseconds: 0, ..*duration },
            Datatype::DayTimeDuration => Duration { months: 0, ..*duration },
            _ => *duration,
        }),
        _ => None,
    }
}
