//! Numbers as they lie in columns: no text, no allocation.
//!
//! In: packed numbers of a graph, constants, results of other steps. Out: sums, comparisons and roundings, the same as
//! [`baimo_store::value::number`] gives. **What does not fit 38 digits, or is not decided here, is none**: then the whole step is computed
//! from values.

use super::operators::Arithmetic;
use crate::store::Number as Packed;
use crate::syntax::algebra::Function;
use crate::terms::{NamedNodeRef, xsd};
use baimo_store::value::exact::Exact;
use baimo_store::value::number::Number;
use std::cmp::Ordering;
use std::fmt;

/// A number. Nothing in a cell is an error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fast {
    /// `xsd:integer` and what is derived from it.
    Integer(i64),
    /// `xsd:decimal`: `mantissa / 10^scale`.
    Decimal {
        /// The digits.
        mantissa: i128,
        /// How many stand behind the point, at most 38.
        scale: u8,
    },
    /// `xsd:float`.
    Float(f32),
    /// `xsd:double`.
    Double(f64),
}

impl Fast {
    /// From a graph's column; nothing for what its text alone tells.
    #[inline]
    pub fn of_packed(packed: Packed) -> Option<Self> {
        Some(match packed {
            Packed::Integer(value) => Self::Integer(value),
            Packed::Decimal { mantissa, scale } => Self::Decimal { mantissa: mantissa.into(), scale },
            Packed::Float(value) => Self::Float(value),
            Packed::Double(value) => Self::Double(value),
            Packed::Big => return None,
        })
    }

    /// From any number; nothing where it does not fit.
    pub fn of_number(number: &Number) -> Option<Self> {
        Some(match number {
            Number::Integer(exact) => Self::Integer(exact.to_i64()?),
            Number::Decimal(Exact::Small { mantissa, scale }) => {
                Self::Decimal { mantissa: *mantissa, scale: u8::try_from(*scale).ok().filter(|s| *s <= 38)? }
            }
            Number::Decimal(Exact::Big(_) | Exact::Long(_)) => return None,
            Number::Float(value) => Self::Float(*value),
            Number::Double(value) => Self::Double(*value),
        })
    }

    /// The same number in the form that knows no limits.
    pub fn to_number(self) -> Number {
        match self {
            Self::Integer(value) => Number::from(value),
            Self::Decimal { mantissa, scale } => Number::Decimal(Exact::new(mantissa, scale.into())),
            Self::Float(value) => Number::Float(value),
            Self::Double(value) => Number::Double(value),
        }
    }

    /// The same number without zeros at its end, as its lexical form has it: what is computed from it does not depend on how
    /// it was computed.
    #[inline]
    #[must_use]
    pub fn shortest(self) -> Self {
        let Self::Decimal { mantissa, mut scale } = self else { return self };
        // The usual decimal is short, and short divisions are quick.
        if let Ok(mut short) = i64::try_from(mantissa) {
            while scale > 0 && short % 10 == 0 {
                (short, scale) = (short / 10, scale - 1);
            }
            return Self::Decimal { mantissa: short.into(), scale };
        }
        let mut mantissa = mantissa;
        while scale > 0 && mantissa % 10 == 0 {
            (mantissa, scale) = (mantissa / 10, scale - 1);
        }
        Self::Decimal { mantissa, scale }
    }

    /// Its datatype.
    pub fn datatype(self) -> NamedNodeRef<'static> {
        match self {
            Self::Integer(_) => xsd::INTEGER,
            Self::Decimal { .. } => xsd::DECIMAL,
            Self::Float(_) => xsd::FLOAT,
            Self::Double(_) => xsd::DOUBLE,
        }
    }

    /// Writes its lexical form.
    ///
    /// # Errors
    /// Where `out` reports one.
    pub fn write(self, out: &mut impl fmt::Write) -> fmt::Result {
        match self {
            Self::Integer(value) => write!(out, "{value}"),
            other => write!(out, "{}", other.to_number()),
        }
    }

    /// Mantissa and scale of what is exact.
    #[inline]
    pub fn exact(self) -> Option<(i128, u8)> {
        match self {
            Self::Integer(value) => Some((value.into(), 0)),
            Self::Decimal { mantissa, scale } => Some((mantissa, scale)),
            Self::Float(_) | Self::Double(_) => None,
        }
    }

    /// As a double; nothing for a decimal that one division would not round correctly.
    #[inline]
    fn double(self) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "rounded, as promotion is")]
        match self {
            Self::Integer(value) => Some(value as f64),
            Self::Decimal { mantissa, scale } => (mantissa.unsigned_abs() <= 1 << 53 && scale <= 22)
                .then(|| mantissa as f64 / 10_f64.powi(scale.into())),
            Self::Float(value) => Some(value.into()),
            Self::Double(value) => Some(value),
        }
    }

    /// As a float; nothing for a decimal, which is not to be rounded twice.
    #[inline]
    fn float(self) -> Option<f32> {
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            reason = "rounded, as promotion is"
        )]
        match self {
            Self::Integer(value) => Some(value as f32),
            Self::Float(value) => Some(value),
            Self::Double(value) => Some(value as f32),
            Self::Decimal { .. } => None,
        }
    }

    /// A sum, difference, product or quotient. The outer none is "not here", the inner one an error.
    #[inline]
    pub fn calculate(operation: Arithmetic, a: Self, b: Self) -> Option<Option<Self>> {
        match (a, b) {
            (Self::Integer(x), Self::Integer(y)) if operation != Arithmetic::Divide => {
                let result = match operation {
                    Arithmetic::Add => x.checked_add(y),
                    Arithmetic::Subtract => x.checked_sub(y),
                    _ => x.checked_mul(y),
                };
                result.map(|result| Some(Self::Integer(result)))
            }
            (Self::Double(_), _) | (_, Self::Double(_)) => {
                let (x, y) = (a.double()?, b.double()?);
                Some(Some(Self::Double(match operation {
                    Arithmetic::Add => x + y,
                    Arithmetic::Subtract => x - y,
                    Arithmetic::Multiply => x * y,
                    Arithmetic::Divide => x / y,
                })))
            }
            (Self::Float(_), _) | (_, Self::Float(_)) => {
                let (x, y) = (a.float()?, b.float()?);
                Some(Some(Self::Float(match operation {
                    Arithmetic::Add => x + y,
                    Arithmetic::Subtract => x - y,
                    Arithmetic::Multiply => x * y,
                    Arithmetic::Divide => x / y,
                })))
            }
            _ => calculate_decimals(operation, a.exact()?, b.exact()?),
        }
    }

    /// The order of two numbers as an expression compares them. The outer none is "not here", the inner one NaN.
    #[inline]
    pub fn compare(a: Self, b: Self) -> Option<Option<Ordering>> {
        match (a, b) {
            (Self::Integer(x), Self::Integer(y)) => Some(Some(x.cmp(&y))),
            (Self::Double(_), _) | (_, Self::Double(_)) => Some(a.double()?.partial_cmp(&b.double()?)),
            (Self::Float(_), _) | (_, Self::Float(_)) => Some(a.float()?.partial_cmp(&b.float()?)),
            _ => {
                let (x, y, _) = aligned(a.exact()?, b.exact()?)?;
                Some(Some(x.cmp(&y)))
            }
        }
    }

    /// The order of exact values, NaN last and equal to itself.
    #[inline]
    pub fn compare_exactly(self, other: Self) -> Ordering {
        match (self, other) {
            (Self::Integer(x), Self::Integer(y)) => x.cmp(&y),
            _ => self
                .exact()
                .zip(other.exact())
                .and_then(|(a, b)| aligned(a, b))
                .map_or_else(|| self.to_number().compare_exactly(&other.to_number()), |(a, b, _)| a.cmp(&b)),
        }
    }

    /// ABS, CEIL, FLOOR, ROUND, or the number itself for what is none of them; nothing where it does not fit.
    #[inline]
    pub fn rounded(self, function: &Function) -> Option<Self> {
        if let Self::Integer(value) = self {
            return if *function == Function::Abs {
                value.checked_abs().map(Self::Integer)
            } else {
                Some(self)
            };
        }
        let number = self.to_number();
        Self::of_number(&match function {
            Function::Abs => number.abs(),
            Function::Ceil => number.ceiling(),
            Function::Floor => number.floor(),
            _ => number.round(),
        })
    }

    /// The number with the other sign; nothing where it does not fit.
    #[inline]
    pub fn negated(self) -> Option<Self> {
        Some(match self {
            Self::Integer(value) => Self::Integer(value.checked_neg()?),
            Self::Decimal { mantissa, scale } => Self::Decimal { mantissa: mantissa.checked_neg()?, scale },
            Self::Float(value) => Self::Float(-value),
            Self::Double(value) => Self::Double(-value),
        })
    }

    /// What tells it from all other numbers, but not from the same number with more zeros behind the point.
    #[inline]
    pub fn key(self) -> (u8, i128) {
        match self {
            Self::Integer(value) => (u8::MAX, value.into()),
            Self::Decimal { mantissa, scale } => (scale, mantissa),
            Self::Float(value) => (u8::MAX - 1, value.to_bits().into()),
            Self::Double(value) => (u8::MAX - 2, value.to_bits().into()),
        }
    }

    /// Its effective boolean value.
    #[inline]
    pub fn is_true(self) -> bool {
        match self {
            Self::Integer(value) => value != 0,
            Self::Decimal { mantissa, .. } => mantissa != 0,
            Self::Float(value) => value != 0.0 && !value.is_nan(),
            Self::Double(value) => value != 0.0 && !value.is_nan(),
        }
    }
}

/// Both mantissas at the larger scale, where they fit.
#[inline]
fn aligned((a, i): (i128, u8), (b, j): (i128, u8)) -> Option<(i128, i128, u8)> {
    let raise = |n: i128, by: u8| n.checked_mul(10_i128.checked_pow(by.into())?);
    match i.cmp(&j) {
        Ordering::Equal => Some((a, b, i)),
        Ordering::Less => Some((raise(a, j - i)?, b, j)),
        Ordering::Greater => Some((a, raise(b, i - j)?, i)),
    }
}

/// The quotient of two whole numbers where it ends after at most four digits.
#[inline]
fn short_quotient(a: i128, b: i128) -> Option<Fast> {
    let (a, b) = (i64::try_from(a).ok()?, i64::try_from(b).ok()?);
    (0..=4_u8).zip([1_i64, 10, 100, 1000, 10_000]).find_map(|(scale, unit)| {
        let a = a.checked_mul(unit)?;
        let whole = a.checked_rem(b)? == 0;
        whole.then(|| a.checked_div(b)).flatten().map(|n| Fast::Decimal { mantissa: n.into(), scale })
    })
}

fn calculate_decimals(operation: Arithmetic, a: (i128, u8), b: (i128, u8)) -> Option<Option<Fast>> {
    let decimal = |mantissa, scale| (scale <= 38).then_some(Some(Fast::Decimal { mantissa, scale }));
    match operation {
        Arithmetic::Add => aligned(a, b).and_then(|(a, b, scale)| decimal(a.checked_add(b)?, scale)),
        Arithmetic::Subtract => aligned(a, b).and_then(|(a, b, scale)| decimal(a.checked_sub(b)?, scale)),
        Arithmetic::Multiply => decimal(a.0.checked_mul(b.0)?, a.1 + b.1),
        Arithmetic::Divide if b.0 == 0 => Some(None),
        Arithmetic::Divide
            if a.1 == b.1
                && let Some(quotient) = short_quotient(a.0, b.0) =>
        {
            Some(Some(quotient))
        }
        Arithmetic::Divide => {
            let quotient = Exact::new(a.0, a.1.into()).divide(&Exact::new(b.0, b.1.into()))?;
            Fast::of_number(&Number::Decimal(quotient)).map(Some)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn number() -> impl Strategy<Value = Number> {
        prop_oneof![
            any::<i64>().prop_map(Number::from),
            (-1000_i64..1000).prop_map(Number::from),
            (any::<i64>(), 0_u32..20).prop_map(|(n, scale)| Number::Decimal(Exact::new(n.into(), scale))),
            (-5000_i64..5000, 0_u32..3).prop_map(|(n, scale)| Number::Decimal(Exact::new(n.into(), scale))),
            any::<f32>().prop_map(Number::Float),
            any::<f64>().prop_map(Number::Double),
            (-100_i32..100).prop_map(|n| Number::Double(f64::from(n) / 4.0)),
        ]
    }

    fn same(a: &Number, b: &Number) -> bool {
        a.datatype() == b.datatype() && a.to_string() == b.to_string()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 5000, failure_persistence: None, ..Default::default() })]
        #[test]
        fn what_is_decided_here_is_what_values_give(a in number(), b in number()) {
            let (x, y) = (Fast::of_number(&a).unwrap(), Fast::of_number(&b).unwrap());
            prop_assert!(same(&x.to_number(), &a) && same(&x.shortest().to_number(), &a));
            for operation in [Arithmetic::Add, Arithmetic::Subtract, Arithmetic::Multiply, Arithmetic::Divide] {
                if let Some(found) = Fast::calculate(operation, x, y) {
                    match (found, super::super::operators::calculate_numbers(operation, &a, &b)) {
                        (None, None) => {}
                        (Some(found), Some(right)) => {
                            prop_assert!(same(&found.to_number(), &right), "{:?} {:?} {:?}", operation, a, b);
                        }
                        (found, right) => prop_assert!(false, "{:?} {:?}", found, right),
                    }
                }
            }
            if let Some(order) = Fast::compare(x, y) {
                prop_assert_eq!(order, a.compare(&b), "{:?} {:?}", a, b);
            }
            prop_assert_eq!(x.compare_exactly(y), a.compare_exactly(&b), "{:?} {:?}", a, b);
            prop_assert_eq!(x.is_true(), a.is_true());
            if let Some(negated) = x.negated() {
                prop_assert!(same(&negated.to_number(), &a.negate()));
            }
            for (function, right) in [
                (Function::Abs, a.abs()), (Function::Ceil, a.ceiling()), (Function::Floor, a.floor()), (Function::Round, a.round()),
            ] {
                if let Some(rounded) = x.rounded(&function) {
                    prop_assert!(same(&rounded.to_number(), &right), "{} {:?}", function, a);
                }
            }
        }
    }
}
