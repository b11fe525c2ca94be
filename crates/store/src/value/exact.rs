//! Exact decimal numbers of any size, the values of `xsd:integer` and `xsd:decimal`.
//!
//! In: text, machine numbers. Out: [`Exact`], a whole number and how many of its digits stand after the point. Up to
//! 38 digits it is one machine word pair and allocates nothing; beyond that it is a big integer, and one of very many digits stays as
//! it was read until something is computed with it.

use std::borrow::Cow;
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
    /// One of very many digits that was read, and nothing was computed with it.
    Long(Box<Long>),
}

/// A number as its digits: to compare, to round or to print it takes a look at each of them, and to make a big integer of them far more.
#[derive(Debug, Clone)]
pub struct Long {
    negative: bool,
    /// More than [`AT_ONCE`], the first of which is not zero.
    digits: String,
    scale: u32,
}

/// Up to here a power of ten is an `i128`.
const LARGEST_POWER: u32 = 38;

/// So many digits are read at once.
const AT_ONCE: usize = 512;

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
        // Counted, which is quicker than to look for one where there are very many.
        let others = |part: &str| part.bytes().filter(|b| !b.is_ascii_digit()).count();
        if others(whole) + others(fraction) > 0 || whole.len() + fraction.len() == 0 {
            return None;
        }
        let scale = u32::try_from(fraction.len()).ok()?;
        let negative = text.starts_with('-');
        if whole.len() + fraction.len() <= LARGEST_POWER as usize {
            let digit = |sum: i128, b: u8| sum * 10 + i128::from(b - b'0');
            let mantissa = whole.bytes().chain(fraction.bytes()).fold(0, digit);
            return Some(Self::Small { mantissa: if negative { -mantissa } else { mantissa }, scale });
        }
        Self::of_digits(negative, format!("{whole}{fraction}"), scale)
    }

    /// The number of a sign, digits, and how many of them stand after the point.
    fn of_digits(negative: bool, mut digits: String, scale: u32) -> Option<Self> {
        let zeros = digits.len() - digits.trim_start_matches('0').len();
        digits.drain(..zeros);
        if digits.len() > AT_ONCE {
            return Some(Self::Long(Box::new(Long { negative, digits, scale })));
        }
        let mantissa = if digits.is_empty() { BigInt::default() } else { BigInt::from_str(&digits).ok()? };
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
            Self::Long(long) => long.scale,
        }
    }

    /// About how many digits arithmetic has to go through: none of a number that fits in all of its forms.
    pub fn digits(&self) -> usize {
        let scale = self.scale() as usize;
        match self {
            Self::Small { .. } if scale <= LARGEST_POWER as usize => 0,
            Self::Small { .. } => scale,
            // A bit is 0.3 digits.
            Self::Big(big) => {
                usize::try_from(big.0.bits() * 3 / 10).unwrap_or(usize::MAX).saturating_add(scale)
            }
            Self::Long(long) => long.digits.len().saturating_add(scale),
        }
    }

    /// Whether its digits are at hand, so that it is compared with another such number by a look at each of them.
    pub fn is_written(&self) -> bool {
        !matches!(self, Self::Big(_))
    }

    /// The mantissa, whatever its size.
    pub(super) fn big_mantissa(&self) -> BigInt {
        match self {
            Self::Small { mantissa, .. } => BigInt::from(*mantissa),
            Self::Big(big) => big.0.clone(),
            Self::Long(long) => {
                // Digits alone are a number.
                let mantissa = put_together(&long.digits).unwrap_or_default();
                if long.negative { -mantissa } else { mantissa }
            }
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
            Self::Long(long) => {
                if long.negative {
                    -1
                } else {
                    1
                }
            }
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
            Self::Long(long) => {
                format!("{}{}e-{}", if long.negative { "-" } else { "" }, long.digits, long.scale)
            }
        }
    }

    /// Its digits without a sign; nothing of a big integer, of which to print takes long.
    fn written(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Small { mantissa, .. } => Some(mantissa.unsigned_abs().to_string().into()),
            Self::Big(_) => None,
            Self::Long(long) => Some(long.digits.as_str().into()),
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

/// [`Exact::divide`] where all of it fits: the same digits.
fn divide_small(a: i128, b: i128, own: u32) -> Option<Exact> {
    let cut = DIGITS + zeros_small(a.unsigned_abs(), b.unsigned_abs());
    let at = |scale: u32| Some((a.checked_mul(small_power(scale)?)?, scale));
    let (scaled, scale) = at(cut.max(own))?;
    let (scaled, scale) = if own > cut && scaled.checked_rem(b)? != 0 { at(cut)? } else { (scaled, scale) };
    Some(Exact::new(scaled.checked_div(b)?, scale))
}

/// How many digits of a quotient that does not end are kept.
const DIGITS: u32 = 18;

/// How many zeros a quotient has right behind the point, where it is less than one: told by the quotient itself, so that equal ones
/// are cut at the same place, however large what is divided.
fn zeros_small(a: u128, b: u128) -> u32 {
    let (Some(digits_a), Some(digits_b)) = (a.checked_ilog10(), b.checked_ilog10()) else { return 0 };
    let longer = digits_b.saturating_sub(digits_a);
    // What does not fit has more digits than b.
    let reaches = 10_u128.checked_pow(longer).and_then(|power| a.checked_mul(power)).is_none_or(|a| a >= b);
    if reaches { longer.saturating_sub(1) } else { longer }
}

/// The same for numbers of any size.
fn zeros_big(a: &BigInt, b: &BigInt) -> u32 {
    let (a, b) = (a.magnitude(), b.magnitude());
    if a.bits() == 0 {
        return 0;
    }
    // A bit is at least 0.3 digits: not past the place that is sought, and near it.
    let mut longer = u32::try_from(b.bits().saturating_sub(a.bits() + 1) * 3 / 10).unwrap_or(u32::MAX);
    let mut a = a * power_of_ten(longer).magnitude();
    while a < *b {
        a *= 10_u32;
        longer += 1;
    }
    longer.saturating_sub(1)
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

/// Arithmetic. A result of more than 2^20 bits (some 315 000 digits) is an overflow (F&O 3.1, 4.2, FOAR0002) and gives none.
impl Exact {
    /// The sum.
    #[inline]
    pub fn add(&self, other: &Self) -> Option<Self> {
        if let Some((a, b, scale)) = self.aligned_small(other)
            && let Some(sum) = a.checked_add(b)
        {
            return Some(Self::new(sum, scale));
        }
        let (a, b, scale) = self.aligned(other);
        Self::bounded(a + b, scale)
    }

    /// The difference.
    #[inline]
    pub fn subtract(&self, other: &Self) -> Option<Self> {
        self.add(&other.negate())
    }

    /// The product.
    #[inline]
    pub fn multiply(&self, other: &Self) -> Option<Self> {
        let scale = self.scale().checked_add(other.scale())?;
        if let (Self::Small { mantissa: a, .. }, Self::Small { mantissa: b, .. }) = (self, other)
            && let Some(product) = a.checked_mul(*b)
        {
            return Some(Self::new(product, scale));
        }
        Self::bounded(self.big_mantissa() * other.big_mantissa(), scale)
    }

    /// The quotient, none by zero. Where it does not end, it is cut after 18 digits behind the point, or after 18 digits
    /// that count where it begins with zeros (F&O 3.1, 4.2.4: the precision is the implementation's). One that ends later is whole
    /// where what is divided has as many digits.
    pub fn divide(&self, other: &Self) -> Option<Self> {
        if other.signum() == 0 {
            return None;
        }
        // Zeros at the end of what is divided are no digits of it.
        let own = if self.scale() > DIGITS { self.clone().without_zeros().scale() } else { self.scale() };
        if let Some((a, b, _)) = self.aligned_small(other)
            && let Some(quotient) = divide_small(a, b, own)
        {
            return Some(quotient.without_zeros());
        }
        let (a, b, _) = self.aligned(other);
        let cut = DIGITS.checked_add(zeros_big(&a, &b))?;
        let ends = own > cut && (&a * power_of_ten(own) % &b).sign() == Sign::NoSign;
        let scale = if ends { own } else { cut };
        Self::bounded(a * power_of_ten(scale) / b, scale).map(Self::without_zeros)
    }

    /// The number with the other sign.
    #[inline]
    #[must_use]
    pub fn negate(&self) -> Self {
        match self {
            Self::Small { mantissa, scale } => match mantissa.checked_neg() {
                Some(mantissa) => Self::new(mantissa, *scale),
                None => Self::from_big(-self.big_mantissa(), *scale),
            },
            Self::Big(big) => Self::from_big(-&big.0, big.1),
            Self::Long(long) => Self::Long(Box::new(Long { negative: !long.negative, ..Long::clone(long) })),
        }
    }

    /// The number without its sign.
    #[must_use]
    pub fn abs(&self) -> Self {
        if self.signum() < 0 { self.negate() } else { self.clone() }
    }

    /// The largest whole number that is not larger.
    #[must_use]
    pub fn floor(&self) -> Self {
        self.whole(|sign, _| if sign.is_lt() { -1 } else { 0 })
    }

    /// The smallest whole number that is not smaller.
    #[must_use]
    pub fn ceiling(&self) -> Self {
        self.whole(|sign, _| if sign.is_gt() { 1 } else { 0 })
    }

    /// The nearest whole number; of two the larger (F&O 3.1, 4.4.4).
    #[must_use]
    pub fn round(&self) -> Self {
        self.whole(|sign, half| match (sign, half) {
            (Ordering::Greater, Ordering::Equal | Ordering::Greater) => 1,
            (Ordering::Less, Ordering::Greater) => -1,
            _ => 0,
        })
    }

    /// The whole part.
    #[must_use]
    pub fn truncate(&self) -> Self {
        self.whole(|_, _| 0)
    }

    /// The whole part, moved by what `adjust` makes of the sign of the rest and of how its size compares with a half.
    fn whole(&self, adjust: impl FnOnce(Ordering, Ordering) -> i8) -> Self {
        if self.scale() == 0 {
            return self.clone();
        }
        if let (Self::Small { mantissa, .. }, Some(unit)) = (self, small_power(self.scale())) {
            let (quotient, rest) = (mantissa / unit, mantissa % unit);
            let half = rest.unsigned_abs().cmp(&(unit.unsigned_abs() - rest.unsigned_abs()));
            return Self::new(quotient + i128::from(adjust(rest.cmp(&0), half)), 0);
        }
        let (mantissa, unit) = (self.big_mantissa(), power_of_ten(self.scale()));
        let (quotient, rest) = (&mantissa / &unit, mantissa % &unit);
        let half = (rest.magnitude() * 2_u32).cmp(unit.magnitude());
        Self::from_big(quotient + adjust(rest.sign().cmp(&Sign::NoSign), half), 0)
    }

    /// Whether it is a whole number.
    pub fn is_whole(&self) -> bool {
        if let Self::Long(long) = self {
            return long.digits.bytes().rev().take(long.scale as usize).all(|digit| digit == b'0');
        }
        self.scale() == 0 || self.truncate() == *self
    }

    /// The same number with no zeros at its end.
    fn without_zeros(self) -> Self {
        match self {
            Self::Small { mut mantissa, mut scale } => {
                while scale > 0 && mantissa % 10 == 0 {
                    mantissa /= 10;
                    scale -= 1;
                }
                Self::Small { mantissa, scale }
            }
            Self::Big(big) => {
                let (mut mantissa, mut scale) = *big;
                while scale > 0 && (&mantissa % 10_u32) == 0.into() {
                    mantissa /= 10_u32;
                    scale -= 1;
                }
                Self::from_big(mantissa, scale)
            }
            Self::Long(long) => {
                let Long { negative, mut digits, scale } = *long;
                let zeros = digits.len() - digits.trim_end_matches('0').len();
                let zeros = u32::try_from(zeros).unwrap_or(u32::MAX).min(scale);
                digits.truncate(digits.len() - zeros as usize);
                // Digits alone are a number.
                Self::of_digits(negative, digits, scale - zeros).unwrap_or(Self::ZERO)
            }
        }
    }

    fn bounded(mantissa: BigInt, scale: u32) -> Option<Self> {
        (mantissa.bits() <= 1 << 20).then(|| Self::from_big(mantissa, scale))
    }

    /// The whole number as an `i64`, where it is one and fits.
    pub fn to_i64(&self) -> Option<i64> {
        self.to_i128().and_then(|n| i64::try_from(n).ok())
    }

    /// The whole number as an `i128`, where it is one and fits.
    pub fn to_i128(&self) -> Option<i128> {
        match self {
            Self::Small { mantissa, scale: 0 } => Some(*mantissa),
            _ if !self.is_whole() => None,
            _ => match self.truncate() {
                Self::Small { mantissa, .. } => Some(mantissa),
                Self::Big(_) | Self::Long(_) => None,
            },
        }
    }
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
        let sign = self.signum();
        match sign.cmp(&other.signum()) {
            Ordering::Equal if sign == 0 => Ordering::Equal,
            Ordering::Equal => match self.written().zip(other.written()) {
                Some((a, b)) => {
                    let order = compare_sizes((&a, self.scale()), (&b, other.scale()));
                    if sign < 0 { order.reverse() } else { order }
                }
                None => {
                    let (a, b, _) = self.aligned(other);
                    a.cmp(&b)
                }
            },
            order => order,
        }
    }
}

/// The order of two numbers above zero, given as digits without zeros at the front and as how many of them stand after the point.
fn compare_sizes((a, scale_a): (&str, u32), (b, scale_b): (&str, u32)) -> Ordering {
    // How many digits stand before the point, or less than none where zeros follow it.
    let before = |digits: &str, scale: u32| digits.len() as i128 - i128::from(scale);
    let (a_bytes, b_bytes) = (a.as_bytes(), b.as_bytes());
    let common = a_bytes.len().min(b_bytes.len());
    let has_more = |digits: &[u8]| digits.iter().skip(common).any(|digit| *digit != b'0');
    before(a, scale_a)
        .cmp(&before(b, scale_b))
        .then_with(|| a_bytes.iter().take(common).cmp(b_bytes.iter().take(common)))
        .then_with(|| has_more(a_bytes).cmp(&has_more(b_bytes)))
}

/// The canonical form (XSD 1.1 part 2, 3.3.3.1): no needless zeros, and no point in a whole number.
impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = self.scale() as usize;
        let digits = match self {
            Self::Small { mantissa, .. } => Cow::Owned(mantissa.unsigned_abs().to_string()),
            Self::Big(big) => Cow::Owned(big.0.magnitude().to_string()),
            Self::Long(long) => Cow::Borrowed(long.digits.as_str()),
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

/// The number of many digits, put together of parts two and two: read in one piece it would take time by the square of their number.
fn put_together(digits: &str) -> Option<BigInt> {
    let of = |part: &[u8]| BigInt::from_str(std::str::from_utf8(part).ok()?).ok();
    let mut parts = digits.as_bytes().rchunks(AT_ONCE).map(of).collect::<Option<Vec<BigInt>>>()?;
    let mut power = BigInt::from(10).pow(u32::try_from(AT_ONCE).ok()?);
    while parts.len() > 1 {
        // The lower part of each pair comes first.
        let joined = |pair: &[BigInt]| match pair {
            [low, high] => high * &power + low,
            alone => alone.iter().sum(),
        };
        parts = parts.chunks(2).map(joined).collect();
        if parts.len() > 1 {
            power = &power * &power;
        }
    }
    parts.pop()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn many_digits_are_one_number() {
        for len in
            [39, AT_ONCE - 1, AT_ONCE, AT_ONCE + 1, 2 * AT_ONCE, 3 * AT_ONCE + 1, 7 * AT_ONCE - 1, 20_000]
        {
            let some: String =
                (0..len).map(|n| char::from(b'0' + u8::try_from((n * n + n / 7) % 10).unwrap())).collect();
            for text in
                [some, "9".repeat(len), format!("1{}", "0".repeat(len)), format!("{}1", "0".repeat(len))]
            {
                assert_eq!(put_together(&text), BigInt::from_str(&text).ok(), "{len}");
            }
        }
    }

    fn exact(text: &str) -> Exact {
        Exact::parse(text, true).unwrap()
    }

    /// What stays as it was read is the same number as the big integer that arithmetic makes of it.
    #[test]
    fn very_many_digits_are_the_same_number_in_either_form() {
        let digits: String =
            (1..700_u32).map(|n| char::from_digit((n * n + n / 7) % 9 + 1, 10).unwrap()).collect();
        let (front, back) = digits.split_at(300);
        let zeros = "0".repeat(600);
        let mut texts: Vec<String> = vec![
            digits.clone(),
            format!("{digits}0"),
            format!("00{digits}.000"),
            format!("{digits}.5"),
            format!("{front}.{back}"),
            format!("{front}.{back}00"),
            format!("{front}.{back}1"),
            format!("0.{digits}"),
            format!("0.000{digits}"),
            format!("1{zeros}"),
            format!("1{zeros}.0"),
            format!("1{zeros}1"),
            format!("{front}.{zeros}"),
            format!("{front}.{zeros}1"),
        ];
        texts.extend(texts.clone().into_iter().map(|text| format!("-{text}")));
        let big = |text: &str| {
            let read = exact(text);
            assert!(matches!(read, Exact::Long(_)), "{text}");
            Exact::from_big(read.big_mantissa(), read.scale())
        };
        let few = ["0", "1", "-7.5", "123456789012345678901234567890123456789012345", front];
        for a in &texts {
            let (long, other) = (exact(a), big(a));
            assert!(!other.is_written(), "{a}");
            assert_eq!([&long, &other], [&other, &long], "{a}");
            assert_eq!(long.to_string(), other.to_string());
            assert_eq!(
                (long.to_f64().to_bits(), long.to_f32().to_bits()),
                (other.to_f64().to_bits(), other.to_f32().to_bits())
            );
            assert_eq!(
                (long.signum(), long.is_whole(), long.to_i128()),
                (other.signum(), other.is_whole(), other.to_i128())
            );
            assert_eq!(long.clone().without_zeros().scale(), other.clone().without_zeros().scale(), "{a}");
            for made in
                [Exact::negate, Exact::abs, Exact::floor, Exact::ceiling, Exact::round, Exact::truncate]
            {
                assert_eq!(made(&long).to_string(), made(&other).to_string(), "{a}");
            }
            assert_eq!(long.add(&exact("0.5")).unwrap(), other.add(&exact("0.5")).unwrap());
            for b in &texts {
                assert_eq!(long.cmp(&exact(b)), other.cmp(&big(b)), "{a} {b}");
                assert_eq!(other.cmp(&exact(b)), other.cmp(&big(b)), "{a} {b}");
            }
            for b in few {
                assert_eq!(long.cmp(&exact(b)), other.cmp(&exact(b)), "{a} {b}");
                assert_eq!(exact(b).cmp(&long), exact(b).cmp(&other), "{b} {a}");
            }
        }
    }

    #[test]
    fn what_is_printed_is_canonical() {
        // XSD 1.1 part 2, 3.3.3.1: whole numbers have no point, others no needless zeros.
        for (text, printed) in [
            ("1.0", "1"),
            ("-0.0", "0"),
            ("+007.50", "7.5"),
            (".5", "0.5"),
            ("5.", "5"),
            ("-.05", "-0.05"),
            ("100", "100"),
            (
                "123456789012345678901234567890123456789012345.10",
                "123456789012345678901234567890123456789012345.1",
            ),
            (
                "0.00000000000000000000000000000000000000000000123",
                "0.00000000000000000000000000000000000000000000123",
            ),
        ] {
            assert_eq!(exact(text).to_string(), printed, "{text}");
        }
        for text in ["", ".", "+", "-.", "1e5", "1 ", "1.2.3", "--1", "0x1", "1_000"] {
            assert!(Exact::parse(text, true).is_none(), "{text}");
        }
        assert!(Exact::parse("1.", false).is_none(), "an integer has no point");
    }

    #[test]
    fn arithmetic_keeps_all_digits() {
        let (a, b) =
            (exact("123456789012345678.123456789012345678"), exact("99999999999999999999.00000000001"));
        assert_eq!(a.add(&b).unwrap().to_string(), "100123456789012345677.123456789022345678");
        assert_eq!(b.subtract(&a).unwrap().to_string(), "99876543210987654320.876543210997654322");
        let product = a.multiply(&b).unwrap();
        assert_eq!(
            product.to_string(),
            "12345678901234567812222222112223456689.76666666776888888989012345678"
        );
        assert_eq!(product.divide(&b).unwrap(), a);
        let least = Exact::new(i128::MIN, 0);
        assert_eq!(least.negate().to_string(), "170141183460469231731687303715884105728");
        assert_eq!(least.negate().negate(), least);
    }

    #[test]
    fn a_quotient_has_eighteen_digits() {
        for (a, b, quotient) in [
            ("1", "3", "0.333333333333333333"),
            ("-2", "3", "-0.666666666666666666"),
            ("10", "4", "2.5"),
            ("1", "8", "0.125"),
            ("1.0", "0.0001", "10000"),
            ("1", "1099511627776", "0.0000000000009094947017729282"),
            ("340282366920938463463374607431768211456", "2", "170141183460469231731687303715884105728"),
        ] {
            let found = exact(a).divide(&exact(b)).unwrap();
            assert!(found.to_string().starts_with(quotient), "{a} / {b} = {found}");
        }
        assert_eq!(exact("1").divide(&exact("0.0")), None);
    }

    /// 7 / 49 is 1 / 7: AVG of many and of few may be compared.
    #[test]
    fn equal_quotients_have_the_same_digits() {
        let of = |a: &BigInt, b: &BigInt| {
            let [a, b] = [a, b].map(|n| exact(&n.to_string()));
            a.divide(&b).unwrap().to_string()
        };
        let numbers = [
            "1",
            "2",
            "7",
            "99",
            "100",
            "101",
            "12345",
            "999999999999",
            "1000000000000",
            "123456789012345678901234567",
        ];
        let times = [
            "2",
            "7",
            "9",
            "10",
            "1024",
            "99999",
            "1000000000000000000000",
            "340282366920938463463374607431768211457",
        ];
        let number = |text: &str| text.parse::<BigInt>().unwrap();
        for (a, b) in numbers.iter().flat_map(|a| numbers.iter().map(move |b| (number(a), number(b)))) {
            let quotient = of(&a, &b);
            for times in times.iter().map(|text| number(text)) {
                assert_eq!(of(&(&a * &times), &(&b * &times)), quotient, "{a} / {b}, both times {times}");
                assert_eq!(of(&-(&a * &times), &(&b * &times)), format!("-{quotient}"), "{a} / {b}");
            }
            // 18 digits that count, or fewer where it ends.
            let digits = quotient.trim_start_matches(['0', '.']).replace('.', "").len();
            assert!(digits <= 18 || a >= b, "{a} / {b} = {quotient}");
        }
        // However many digits what is divided has behind the point; what ends there is whole.
        let of = |a: &str, b: &str| exact(a).divide(&exact(b)).unwrap().to_string();
        let zeros = "0".repeat(25);
        for (a, b) in [("7", "49"), ("22", "7"), ("1", "340282366920938463463374607431768211457")] {
            assert_eq!(
                of(&format!("0.{zeros}{a:0>40}"), &format!("0.{zeros}{b:0>40}")),
                of(a, b),
                "{a} / {b}"
            );
        }
        assert_eq!(of(&format!("1.{zeros}7"), "1"), format!("1.{zeros}7"));
        assert_eq!(exact("1.00000000000000000000000").divide(&exact("7")), exact("1").divide(&exact("7")));
    }

    #[test]
    fn halves_are_rounded_up() {
        // F&O 3.1, 4.4.4: "If there are two such numbers ... the one that is closest to positive infinity".
        for (text, rounded, floor, ceiling) in [
            ("2.5", "3", "2", "3"),
            ("-2.5", "-2", "-3", "-2"),
            ("2.4999", "2", "2", "3"),
            ("-2.51", "-3", "-3", "-2"),
            ("-0.5", "0", "-1", "0"),
            ("7", "7", "7", "7"),
            ("3.0", "3", "3", "3"),
            (
                "99999999999999999999999999999999999999.5",
                "100000000000000000000000000000000000000",
                "99999999999999999999999999999999999999",
                "100000000000000000000000000000000000000",
            ),
        ] {
            let n = exact(text);
            assert_eq!(
                [n.round(), n.floor(), n.ceiling()].map(|n| n.to_string()),
                [rounded, floor, ceiling],
                "{text}"
            );
        }
    }

    #[test]
    fn the_largest_product_is_an_overflow_and_no_endless_work() {
        let mut n = exact("10");
        let squared = (0..100).find(|_| match n.multiply(&n) {
            Some(square) => {
                n = square;
                false
            }
            None => true,
        });
        assert_eq!(squared, Some(18));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]
        #[test]
        fn a_double_is_kept_to_its_last_digit(value in any::<f64>()) {
            prop_assume!(value.is_finite());
            let exact = Exact::from_f64(value).unwrap();
            prop_assert_eq!(exact.to_f64(), value);
            prop_assert_eq!(exact.cmp_f64(value), Ordering::Equal);
        }

        #[test]
        fn machine_and_big_numbers_agree(a in any::<i64>(), b in any::<i64>(), i in 0_u32..30, j in 0_u32..30) {
            let (small_a, small_b) = (Exact::new(a.into(), i), Exact::new(b.into(), j));
            let big = |n: i64, scale: u32| Exact::Big(Box::new((BigInt::from(n), scale)));
            let (big_a, big_b) = (big(a, i), big(b, j));
            prop_assert_eq!(small_a.add(&small_b), big_a.add(&big_b));
            prop_assert_eq!(small_a.multiply(&small_b), big_a.multiply(&big_b));
            let quotient = |n: Option<Exact>| n.map(|n| n.to_string());
            prop_assert_eq!(quotient(small_a.divide(&small_b)), quotient(big_a.divide(&big_b)));
            prop_assert_eq!(small_a.cmp(&small_b), big_a.cmp(&big_b));
            prop_assert_eq!(small_a.to_string(), big_a.to_string());
            prop_assert_eq!(small_a.to_f64(), big_a.to_f64());
            prop_assert_eq!(small_a.subtract(&small_b).unwrap().add(&small_b).unwrap(), small_a);
        }
    }
}
