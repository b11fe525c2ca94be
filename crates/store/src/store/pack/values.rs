//! Makes the value columns of a dictionary.
//!
//! In: the text and datatype of a literal. Out: what it is worth in a tag and eight bytes, or its instant.

use crate::store::columns::{NO_EPOCH, Number};
use crate::store::{Lexical, Tag};
use crate::value::datatype::Datatype;
use crate::value::exact::Exact;
use crate::value::moment::Moment;
use crate::value::number;

/// Attoseconds in a microsecond.
const MICROSECOND: i128 = 1_000_000_000_000;

/// What a numeric literal is worth.
pub(in super::super) fn number(lexical: Lexical<'_>) -> Number {
    let Lexical::Literal(text, Tag::Datatype(datatype)) = lexical else { return Number::Big };
    match number::Number::parse(text, Datatype::of(datatype)) {
        Some(number::Number::Integer(Exact::Small { mantissa, scale: 0 })) => {
            i64::try_from(mantissa).map_or(Number::Big, Number::Integer)
        }
        Some(number::Number::Decimal(Exact::Small { mantissa, scale })) => {
            match (i64::try_from(mantissa), u8::try_from(scale)) {
                (Ok(mantissa), Ok(scale @ 0..=18)) => Number::Decimal { mantissa, scale },
                _ => Number::Big,
            }
        }
        Some(number::Number::Float(value)) => Number::Float(value),
        Some(number::Number::Double(value)) => Number::Double(value),
        _ => Number::Big,
    }
}

/// Microseconds from 1970 to a date or dateTime, or [`NO_EPOCH`] where that is not the whole of it.
pub(in super::super) fn epoch(lexical: Lexical<'_>) -> i64 {
    let Lexical::Literal(text, Tag::Datatype(datatype)) = lexical else { return NO_EPOCH };
    let instant = Moment::parse(text, Datatype::of(datatype)).map(|moment| moment.instant());
    let micros = instant.filter(|instant| instant % MICROSECOND == 0).map(|instant| instant / MICROSECOND);
    micros.and_then(|micros| i64::try_from(micros).ok()).unwrap_or(NO_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::xsd;

    #[test]
    fn what_fits_is_a_number_and_what_does_not_is_said() {
        let of = |text: &'static str, datatype: crate::terms::NamedNodeRef<'static>| {
            number(Lexical::Literal(text, Tag::Datatype(datatype.as_str())))
        };
        assert_eq!(of("-007", xsd::INTEGER), Number::Integer(-7));
        assert_eq!(of("5", xsd::UNSIGNED_BYTE), Number::Integer(5));
        assert_eq!(of("9223372036854775808", xsd::INTEGER), Number::Big);
        assert_eq!(of("1.50", xsd::DECIMAL), Number::Decimal { mantissa: 150, scale: 2 });
        assert_eq!(of("0.1234567890123456789", xsd::DECIMAL), Number::Big);
        assert_eq!(of("1e3", xsd::DOUBLE), Number::Double(1000.0));
        assert_eq!(of("-INF", xsd::FLOAT), Number::Float(f32::NEG_INFINITY));
    }

    #[test]
    fn an_instant_counts_its_zone_and_is_whole() {
        let of = |text: &'static str| epoch(Lexical::Literal(text, Tag::Datatype(xsd::DATE_TIME.as_str())));
        assert_eq!(of("1970-01-01T00:00:01.5"), 1_500_000);
        assert_eq!(of("1970-01-01T02:00:00+02:00"), 0);
        assert_eq!(of("1970-01-01T00:00:00.0000001Z"), NO_EPOCH, "finer than a microsecond");
        assert_eq!(of("999999-01-01T00:00:00Z"), NO_EPOCH, "past what eight bytes hold");
        assert_eq!(epoch(Lexical::Literal("1969-12-31", Tag::Datatype(xsd::DATE.as_str()))), -86_400_000_000);
    }
}
