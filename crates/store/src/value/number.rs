//! Numbers of the four numeric types of SPARQL.
//!
//! In: lexical forms. Out: [`Number`]. Its exact order sorts numbers of all types among each other; the comparison of an
//! expression promotes its operands first (SPARQL 1.1, 17.3) and may differ where floats and decimals meet.

use std::cmp::Ordering;
use std::fmt;

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

    /// The value of an integer or a decimal.
    #[inline]
    pub fn as_exact(&self) -> Option<&Exact> {
        match self {
            Self::Integer(n) | Self::Decimal(n) => Some(n),
            Self::Float(_) | Self::Double(_) => None,
        }
    }
}

/// Two numbers of one type, after promotion.
enum Pair {
    Integer(Exact, Exact),
    Decimal(Exact, Exact),
    Float(f32, f32),
    Double(f64, f64),
}

/// Arithmetic and comparison (SPARQL 1.1, 17.3; F&O 3.1, 4.2 and 4.3). Operands are promoted to the first type that both
/// reach: integer, decimal, float, double. What has no result (division of an exact number by zero, overflow) is none.
impl Number {
    fn promoted(&self, other: &Self) -> Pair {
        match (self, other) {
            (Self::Integer(a), Self::Integer(b)) => Pair::Integer(a.clone(), b.clone()),
            (Self::Double(_), _) | (_, Self::Double(_)) => Pair::Double(self.to_f64(), other.to_f64()),
            (Self::Float(_), _) | (_, Self::Float(_)) => Pair::Float(self.to_f32(), other.to_f32()),
            (Self::Integer(a) | Self::Decimal(a), Self::Integer(b) | Self::Decimal(b)) => {
                Pair::Decimal(a.clone(), b.clone())
            }
        }
    }

    /// The nearest `f32`.
    pub fn to_f32(&self) -> f32 {
        match self {
            Self::Integer(n) | Self::Decimal(n) => n.to_f32(),
            Self::Float(n) => *n,
            #[expect(clippy::cast_possible_truncation, reason = "rounds to the nearest")]
            Self::Double(n) => *n as f32,
        }
    }

    /// The sum.
    pub fn add(&self, other: &Self) -> Option<Self> {
        self.combine(other, Exact::add, |a, b| a + b, |a, b| a + b)
    }

    /// The difference.
    pub fn subtract(&self, other: &Self) -> Option<Self> {
        self.combine(other, Exact::subtract, |a, b| a - b, |a, b| a - b)
    }

    /// The product.
    pub fn multiply(&self, other: &Self) -> Option<Self> {
        self.combine(other, Exact::multiply, |a, b| a * b, |a, b| a * b)
    }

    /// The quotient; that of two integers is a decimal.
    pub fn divide(&self, other: &Self) -> Option<Self> {
        match self.combine(other, Exact::divide, |a, b| a / b, |a, b| a / b)? {
            Self::Integer(n) => Some(Self::Decimal(n)),
            quotient => Some(quotient),
        }
    }

    fn combine(
        &self,
        other: &Self,
        exact: impl FnOnce(&Exact, &Exact) -> Option<Exact>,
        float: impl FnOnce(f32, f32) -> f32,
        double: impl FnOnce(f64, f64) -> f64,
    ) -> Option<Self> {
        match self.promoted(other) {
            Pair::Integer(a, b) => exact(&a, &b).map(Self::Integer),
            Pair::Decimal(a, b) => exact(&a, &b).map(Self::Decimal),
            Pair::Float(a, b) => Some(Self::Float(float(a, b))),
            Pair::Double(a, b) => Some(Self::Double(double(a, b))),
        }
    }

    /// The order of two numbers as an expression compares them; none where one is NaN.
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Integer(a) | Self::Decimal(a), Self::Integer(b) | Self::Decimal(b)) => Some(a.cmp(b)),
            _ => match self.promoted(other) {
                Pair::Integer(a, b) | Pair::Decimal(a, b) => Some(a.cmp(&b)),
                Pair::Float(a, b) => a.partial_cmp(&b),
                Pair::Double(a, b) => a.partial_cmp(&b),
            },
        }
    }

    fn map(
        &self,
        exact: impl FnOnce(&Exact) -> Exact,
        float: impl FnOnce(f32) -> f32,
        double: impl FnOnce(f64) -> f64,
    ) -> Self {
        match self {
            Self::Integer(n) => Self::Integer(exact(n)),
            Self::Decimal(n) => Self::Decimal(exact(n)),
            Self::Float(n) => Self::Float(float(*n)),
            Self::Double(n) => Self::Double(double(*n)),
        }
    }

    /// The number with the other sign.
    #[must_use]
    pub fn negate(&self) -> Self {
        self.map(Exact::negate, |n| -n, |n| -n)
    }

    /// The number without its sign (`fn:abs`).
    #[must_use]
    pub fn abs(&self) -> Self {
        self.map(Exact::abs, f32::abs, f64::abs)
    }

    /// `fn:ceiling`.
    #[must_use]
    pub fn ceiling(&self) -> Self {
        self.map(Exact::ceiling, f32::ceil, f64::ceil)
    }

    /// `fn:floor`.
    #[must_use]
    pub fn floor(&self) -> Self {
        self.map(Exact::floor, f32::floor, f64::floor)
    }

    /// `fn:round`: of two nearest whole numbers the larger. What lies between -0.5 and -0 becomes -0.
    #[must_use]
    pub fn round(&self) -> Self {
        // Adding a half and cutting would be wrong for 0.49999999999999994 and for odd numbers over 2^52.
        let round = |n: f64| if n - n.floor() < 0.5 { n.floor() } else { n.ceil() };
        #[expect(clippy::cast_possible_truncation, reason = "what was rounded is no longer than it was")]
        self.map(Exact::round, |n| round(f64::from(n)) as f32, round)
    }

    /// Whether its effective boolean value is true: neither zero nor NaN (SPARQL 1.1, 17.2.2).
    pub fn is_true(&self) -> bool {
        match self {
            Self::Integer(n) | Self::Decimal(n) => n.signum() != 0,
            Self::Float(n) => *n != 0.0 && !n.is_nan(),
            Self::Double(n) => *n != 0.0 && !n.is_nan(),
        }
    }

    /// The value as an exact number; none of NaN and the infinities. A double gives every digit that it stands for.
    pub fn to_exact(&self) -> Option<Exact> {
        match self {
            Self::Integer(n) | Self::Decimal(n) => Some(n.clone()),
            Self::Float(n) => Exact::from_f64(f64::from(*n)),
            Self::Double(n) => Exact::from_f64(*n),
        }
    }

    /// The datatype of what arithmetic yields.
    pub fn datatype(&self) -> Datatype {
        match self {
            Self::Integer(_) => Datatype::Integer,
            Self::Decimal(_) => Datatype::Decimal,
            Self::Float(_) => Datatype::Float,
            Self::Double(_) => Datatype::Double,
        }
    }
}

impl From<i64> for Number {
    #[inline]
    fn from(value: i64) -> Self {
        Self::Integer(value.into())
    }
}

/// What a cast to `xs:string` gives (F&O 3.1, 19.1.2): integers and decimals as they are, floats and doubles from a
/// millionth to a million without an exponent, `1.0E20` beyond.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(n) | Self::Decimal(n) => n.fmt(f),
            Self::Float(n) => write_float(f, f64::from(*n), n, n),
            Self::Double(n) => write_float(f, *n, n, n),
        }
    }
}

fn write_float(
    f: &mut fmt::Formatter<'_>,
    value: f64,
    plain: impl fmt::Display,
    scientific: impl fmt::UpperExp,
) -> fmt::Result {
    match value {
        _ if value.is_nan() => f.write_str("NaN"),
        f64::INFINITY => f.write_str("INF"),
        f64::NEG_INFINITY => f.write_str("-INF"),
        _ if value == 0.0 || (1e-6..1e6).contains(&value.abs()) => write!(f, "{plain}"),
        _ => {
            let text = format!("{scientific:E}");
            match text.split_once('E') {
                Some((mantissa, exponent)) if !mantissa.contains('.') => write!(f, "{mantissa}.0E{exponent}"),
                _ => f.write_str(&text),
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str, datatype: Datatype) -> Number {
        Number::parse(text, datatype).unwrap()
    }

    #[test]
    fn lexical_forms_are_those_of_the_datatype() {
        for (text, datatype) in [
            ("1.0", Datatype::Integer),
            ("128", Datatype::Derived(Derived::Byte)),
            ("-1", Datatype::Derived(Derived::UnsignedLong)),
            ("0", Datatype::Derived(Derived::NegativeInteger)),
            ("1e0", Datatype::Decimal),
            ("inf", Datatype::Double),
            ("nan", Datatype::Double),
            ("infinity", Datatype::Float),
            ("1e", Datatype::Double),
            (".", Datatype::Double),
            (" 1", Datatype::Double),
            ("", Datatype::Double),
        ] {
            assert!(Number::parse(text, datatype).is_none(), "{text} {datatype:?}");
        }
        for (text, datatype) in [
            ("-00", Datatype::Derived(Derived::NonNegativeInteger)),
            ("18446744073709551615", Datatype::Derived(Derived::UnsignedLong)),
            ("+INF", Datatype::Double),
            ("1.E5", Datatype::Float),
            ("5.", Datatype::Decimal),
        ] {
            assert!(Number::parse(text, datatype).is_some(), "{text} {datatype:?}");
        }
    }

    #[test]
    fn floats_are_written_as_a_cast_to_string_writes_them() {
        // F&O 3.1, 19.1.2.2, with its own examples among these.
        for (text, written) in [
            ("1E2", "100"),
            ("0.00001", "0.00001"),
            ("1e-7", "1.0E-7"),
            ("1000000", "1.0E6"),
            ("999999.5", "999999.5"),
            ("-12345678.5", "-1.23456785E7"),
            ("-0", "-0"),
            ("0", "0"),
            ("INF", "INF"),
            ("-INF", "-INF"),
            ("NaN", "NaN"),
            ("123456789012345678", "1.2345678901234568E17"),
        ] {
            assert_eq!(number(text, Datatype::Double).to_string(), written);
        }
        assert_eq!(number("0.1", Datatype::Float).to_string(), "0.1");
        assert_eq!(number("16777217", Datatype::Float).to_string(), "1.6777216E7");
    }

    #[test]
    fn operands_are_promoted() {
        let integer = number("1", Datatype::Integer);
        let float = number("0.1", Datatype::Float);
        let double = number("0.1", Datatype::Double);
        let decimal = number("0.1", Datatype::Decimal);
        assert_eq!(integer.divide(&number("4", Datatype::Integer)).unwrap().to_string(), "0.25");
        assert!(matches!(integer.add(&decimal), Some(Number::Decimal(_))));
        assert!(matches!(decimal.add(&float), Some(Number::Float(_))));
        assert!(matches!(float.add(&double), Some(Number::Double(_))));
        // Decimal to float is equal, float to double is not (F&O 3.1, 4.3 after B.1 of XPath).
        assert_eq!(decimal.compare(&float), Some(Ordering::Equal));
        assert_eq!(decimal.compare(&double), Some(Ordering::Equal));
        assert_eq!(float.compare(&double), Some(Ordering::Greater));
        // Exactly they are three numbers.
        assert_eq!(decimal.compare_exactly(&double), Ordering::Less);
        assert_eq!(double.compare_exactly(&float), Ordering::Less);
        let nan = number("NaN", Datatype::Double);
        assert_eq!(nan.compare(&nan), None);
        assert_eq!(nan.compare_exactly(&nan), Ordering::Equal);
        let zero = number("0", Datatype::Integer);
        assert!(integer.divide(&zero).is_none());
        assert_eq!(double.divide(&zero).unwrap().to_string(), "INF");
    }

    #[test]
    fn rounding_is_half_up_for_floats_too() {
        for (text, rounded) in [
            ("2.5", "3"),
            ("-2.5", "-2"),
            ("-0.4", "-0"),
            ("0.49999999999999994", "0"),
            ("4503599627370497", "4.503599627370497E15"),
            ("INF", "INF"),
            ("NaN", "NaN"),
        ] {
            assert_eq!(number(text, Datatype::Double).round().to_string(), rounded);
        }
    }
}
