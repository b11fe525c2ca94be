//! Numbers of the four numeric types of SPARQL.
//!
//! In: lexical forms. Out: [`Number`]. Its exact order sorts numbers of all types among each other; the comparison of an
//! expression promotes its operands first (SPARQL 1.1, 17.3) and may differ where floats and decimals meet.

use std::cmp::Ordering;

use super::datatype::{Datatype, Derived};
use super::exact::Exact;

/// A number.
#[derive(Debug, Clone)]
pub enum Number {
    /// `xsd:integer` and what is derived from it.
    Integer(Exact),
    /// `xsd:decimal`.
    Decimal(Exact),
    /// `xsd:float`.
    Float(f32),
    /// `xsd:double`.
    Double(f64),
}

impl Number {
    /// The number that a lexical form of a numeric datatype stands for, or nothing where it is not one of that datatype.
    pub fn parse(text: &str, datatype: Datatype) -> Option<Self> {
        match datatype {
            Datatype::Integer => Exact::parse(text, false).map(Self::Integer),
            Datatype::Derived(derived) => {
                Exact::parse(text, false).filter(|n| in_range(n, derived)).map(Self::Integer)
            }
            Datatype::Decimal => Exact::parse(text, true).map(Self::Decimal),
            Datatype::Float => parse_float(text).map(Self::Float),
            Datatype::Double => parse_float(text).map(Self::Double),
            _ => None,
        }
    }

    /// The nearest `f64`: a key that never contradicts [`Number::compare_exactly`], since rounding is monotone.
    pub fn to_f64(&self) -> f64 {
        match self {
            Self::Integer(n) | Self::Decimal(n) => n.to_f64(),
            Self::Float(n) => f64::from(*n),
            Self::Double(n) => *n,
        }
    }

    /// The total order of values: exact across types, NaN after all others and equal to itself, zeros of either sign equal.
    pub fn compare_exactly(&self, other: &Self) -> Ordering {
        match (self.as_exact(), other.as_exact()) {
            (Some(a), Some(b)) => a.cmp(b),
            (Some(a), None) => a.cmp_f64(other.to_f64()),
            (None, Some(b)) => b.cmp_f64(self.to_f64()).reverse(),
            (None, None) => {
                let (a, b) = (self.to_f64(), other.to_f64());
                a.partial_cmp(&b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
            }
        }
    }

    fn as_exact(&self) -> Option<&Exact> {
        match self {
            Self::Integer(n) | Self::Decimal(n) => Some(n),
            Self::Float(_) | Self::Double(_) => None,
        }
    }
}

/// Whether an integer is a value of a derived type.
pub fn in_range(number: &Exact, derived: Derived) -> bool {
    let (least, most) = derived.bounds();
    least.is_none_or(|least| *number >= Exact::new(least, 0))
        && most.is_none_or(|most| *number <= Exact::new(most, 0))
}

/// Reads the lexical form of a float or a double (XSD 1.1 part 2, 3.3.4.2), rounded to the nearest.
pub fn parse_float<F: std::str::FromStr + From<f32>>(text: &str) -> Option<F> {
    match text {
        "INF" | "+INF" => return Some(f32::INFINITY.into()),
        "-INF" => return Some(f32::NEG_INFINITY.into()),
        "NaN" => return Some(f32::NAN.into()),
        _ => {}
    }
    // What Rust reads beyond XSD begins with a letter: `inf`, `nan`, `infinity`.
    let numeric = |b: u8| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E');
    if text.bytes().all(numeric) { text.parse().ok() } else { None }
}
