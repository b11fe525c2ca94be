//! Exact decimal numbers of any size, the values of `xsd:integer` and `xsd:decimal`.
//!
//! In: text, machine numbers. Out: [`Exact`], a whole number and how many of its digits stand after the point. Up to
//! 38 digits it is one machine word pair and allocates nothing; beyond that it is a big integer.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr as _;

use num_bigint::{BigInt, Sign};

/// A decimal number: `mantissa / 10^scale`.
#[derive(Debug, Clone)]
pub enum Exact {
    /// One that fits.
    Small {
        /// All digits, with the sign.
        mantissa: i128,
        /// How many digits stand after the point.
        scale: u32,
    },
    /// One that does not.
    Big(Box<(BigInt, u32)>),
}

/// Up to here a power of ten is an `i128`.
const LARGEST_POWER: u32 = 38;

impl Exact {
    /// Zero.
    pub const ZERO: Self = Self::Small { mantissa: 0, scale: 0 };

    /// The number of a mantissa and a scale.
    #[inline]
    pub fn new(mantissa: i128, scale: u32) -> Self {
        Self::Small { mantissa, scale }
    }

    pub(super) fn from_big(mantissa: BigInt, scale: u32) -> Self {
        match i128::try_from(&mantissa) {
            Ok(mantissa) => Self::Small { mantissa, scale },
            Err(_) => Self::Big(Box::new((mantissa, scale))),
        }
    }

    /// Reads the lexical form of an `xsd:decimal` (XSD 1.1 part 2, 3.3.3.1): a sign, digits, a point and digits. Without
    /// `point` that of an `xsd:integer`.
    pub fn parse(text: &str, point: bool) -> Option<Self> {
        let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
        let (whole, fraction) = match digits.split_once('.') {
            Some(_) if !point => return None,
            Some(parts) => parts,
            None => (digits, ""),
        };
        let all_digits = whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit());
        if !all_digits || whole.len() + fraction.len() == 0 {
            return None;
        }
        let scale = u32::try_from(fraction.len()).ok()?;
        let negative = text.starts_with('-');
        if whole.len() + fraction.len() <= LARGEST_POWER as usize {
            let digit = |sum: i128, b: u8| sum * 10 + i128::from(b - b'0');
            let mantissa = whole.bytes().chain(fraction.bytes()).fold(0, digit);
            return Some(Self::Small { mantissa: if negative { -mantissa } else { mantissa }, scale });
        }
        let mantissa = BigInt::from_str(&format!("{whole}{fraction}")).ok()?;
        Some(Self::from_big(if negative { -mantissa } else { mantissa }, scale))
    }

    /// The value of a finite `f64`, every digit of it (F&O 3.1, 19.1.2.3: "the xs:decimal value ... numerically closest").
    /// None of NaN and the infinities.
    pub fn from_f64(value: f64) -> Option<Self> {
        if !value.is_finite() {
            return None;
        }
        if value.trunc() == value && value.abs() < 1e18 {
            #[expect(clippy::cast_possible_truncation, reason = "a whole number below 10^18")]
            return Some(Self::new(value as i128, 0));
        }
        let bits = value.to_bits();
        let exponent = i64::try_from(bits >> 52 & 0x7ff).ok()?;
        let fraction = bits & ((1 << 52) - 1);
        let (fraction, exponent) = match exponent {
            0 => (fraction, -1074),
            _ => (fraction | 1 << 52, exponent - 1075),
        };
        let shift = fraction.trailing_zeros().min(1074);
        let (fraction, exponent) = (fraction >> shift, exponent + i64::from(shift));
        let mut mantissa = BigInt::from(fraction);
        if value < 0.0 {
            mantissa = -mantissa;
        }
        let power = u32::try_from(exponent.unsigned_abs()).ok()?;
        Some(match exponent {
            0.. => Self::from_big(mantissa << power, 0),
            _ => Self::from_big(mantissa * BigInt::from(5).pow(power), power),
        })
    }

    /// How many digits stand after the point, trailing zeros included.
    #[inline]
    pub fn scale(&self) -> u32 {
        match self {
            Self::Small { scale, .. } => *scale,
            Self::Big(big) => big.1,
        }
    }

    /// The mantissa, whatever its size.
    pub(super) fn big_mantissa(&self) -> BigInt {
        match self {
            Self::Small { mantissa, .. } => BigInt::from(*mantissa),
            Self::Big(big) => big.0.clone(),
        }
    }

    /// Minus one, zero or one.
    pub fn signum(&self) -> i8 {
        match self {
            Self::Small { mantissa, .. } => match mantissa.cmp(&0) {
                Ordering::Less => -1,
                Ordering::Equal => 0,
                Ordering::Greater => 1,
            },
            Self::Big(big) => match big.0.sign() {
                Sign::Minus => -1,
                Sign::NoSign => 0,
                Sign::Plus => 1,
            },
        }
    }

    /// The nearest `f64` (ties to even), infinite where it is too large.
    pub fn to_f64(&self) -> f64 {
        if let Self::Small { mantissa, scale } = self
            && mantissa.unsigned_abs() <= 1 << 53
            && *scale <= 22
        {
            // Both are exact in an f64, so that the one division rounds correctly.
            #[expect(clippy::cast_precision_loss, reason = "at most 53 bits")]
            return *mantissa as f64 / 10_f64.powi(i32::try_from(*scale).unwrap_or(0));
        }
        self.scientific().parse().unwrap_or(f64::NAN)
    }

    /// The nearest `f32`, rounded once.
    pub fn to_f32(&self) -> f32 {
        self.scientific().parse().unwrap_or(f32::NAN)
    }

    fn scientific(&self) -> String {
        match self {
            Self::Small { mantissa, scale } => format!("{mantissa}e-{scale}"),
            Self::Big(big) => format!("{}e-{}", big.0, big.1),
        }
    }

    /// The order of this number and a finite or infinite `f64`, exactly. NaN comes after all.
    pub fn cmp_f64(&self, other: f64) -> Ordering {
        // Rounding is monotone: where the rounded value differs, the exact one differs in the same way.
        match self.to_f64().partial_cmp(&other) {
            Some(Ordering::Equal) if other.is_infinite() => 0_f64.total_cmp(&other),
            Some(Ordering::Equal) => Self::from_f64(other).map_or(Ordering::Less, |other| self.cmp(&other)),
            Some(order) => order,
            None => Ordering::Less,
        }
    }

    /// Both mantissas at the larger of the two scales.
    pub(super) fn aligned(&self, other: &Self) -> (BigInt, BigInt, u32) {
        let scale = self.scale().max(other.scale());
        let raise = |n: &Self| n.big_mantissa() * power_of_ten(scale - n.scale());
        (raise(self), raise(other), scale)
    }

    /// Both mantissas at the larger of the two scales, where they fit.
    #[inline]
    pub(super) fn aligned_small(&self, other: &Self) -> Option<(i128, i128, u32)> {
        match (self, other) {
            (Self::Small { mantissa: a, scale: i }, Self::Small { mantissa: b, scale: j }) => {
                match i.cmp(j) {
                    Ordering::Equal => Some((*a, *b, *i)),
                    Ordering::Less => Some((a.checked_mul(small_power(j - i)?)?, *b, *j)),
                    Ordering::Greater => Some((*a, b.checked_mul(small_power(i - j)?)?, *i)),
                }
            }
            _ => None,
        }
    }
}

/// A power of ten that fits an `i128`.
#[inline]
pub(super) fn small_power(exponent: u32) -> Option<i128> {
    10_i128.checked_pow(exponent)
}

/// A power of ten.
pub(super) fn power_of_ten(exponent: u32) -> BigInt {
    BigInt::from(10).pow(exponent)
}

impl From<i64> for Exact {
    #[inline]
    fn from(value: i64) -> Self {
        Self::new(value.into(), 0)
    }
}

impl PartialEq for Exact {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Exact {}

impl PartialOrd for Exact {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Exact {
    fn cmp(&self, other: &Self) -> Ordering {
        if let Some((a, b, _)) = self.aligned_small(other) {
            return a.cmp(&b);
        }
        match self.signum().cmp(&other.signum()) {
            Ordering::Equal => {
                let (a, b, _) = self.aligned(other);
                a.cmp(&b)
            }
            order => order,
        }
    }
}

/// The canonical form (XSD 1.1 part 2, 3.3.3.1): no needless zeros, and no point in a whole number.
impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = self.scale() as usize;
        let digits = match self {
            Self::Small { mantissa, .. } => mantissa.unsigned_abs().to_string(),
            Self::Big(big) => big.0.magnitude().to_string(),
        };
        if self.signum() < 0 {
            f.write_str("-")?;
        }
        if scale == 0 {
            return f.write_str(&digits);
        }
        let digits = format!("{digits:0>width$}", width = scale + 1);
        let (whole, fraction) = digits.split_at(digits.len() - scale);
        f.write_str(whole)?;
        match fraction.trim_end_matches('0') {
            "" => Ok(()),
            fraction => write!(f, ".{fraction}"),
        }
    }
}
