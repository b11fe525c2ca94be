//! Computed cells as numbers that sort as they do: what [`super::ranks`] is for cells that are terms by number.
//!
//! In: a computed column. Out: a rank for each cell, in the order of ORDER BY (SPARQL 1.1, section 15.1): 0 for unbound, equal
//! where the values are equal. Ranks of different columns, or of the same column at another time, do not compare.

use super::ranks::Rank;
use super::sorting;
use crate::Governor;
use crate::aside::Aside;
use crate::error::Result;
use crate::expr::Texts;
use crate::expr::fast::Fast;
use baimo_store::value::number::Number;
use std::cmp::Ordering;

/// The bit that makes signed numbers sort as unsigned ones.
const SIGN: u64 = 1 << 63;

/// Numbers looked at without a look at the clock.
const STRETCH: usize = 1 << 15;

/// Whole numbers up to this are doubles, all of them.
const WHOLE: u64 = 1 << 53;

/// Ranks of numbers, by exact value, NaN last.
///
/// # Errors
/// Once a limit is met.
pub fn of_numbers(numbers: &[Option<Fast>], governor: &Governor) -> Result<Vec<Rank>> {
    governor.room(size_of_val(numbers))?;
    if let Some(ranks) = of_small(numbers, governor)? {
        return Ok(ranks);
    }
    if let Some(ranks) = of_doubles(numbers, governor)? {
        return Ok(ranks);
    }
    if let Some(exact) = aligned(numbers, governor)? {
        return dense(exact, numbers.len(), governor, &i128::cmp);
    }
    // Exact values of mixed types, which are rare.
    let values = (0..).zip(numbers).filter_map(|(row, number)| Some((number.as_ref()?.to_number(), row)));
    let values: Vec<(Number, u32)> = governor.collected(values, numbers.len())?;
    let references = values.iter().map(|(number, row)| (number, *row)).collect();
    dense(references, numbers.len(), governor, &|a: &&Number, b: &&Number| a.compare_exactly(b))
}

/// Ranks of texts, by code point.
///
/// # Errors
/// Once a limit is met.
pub fn of_texts(texts: &Texts, governor: &Governor) -> Result<Vec<Rank>> {
    governor.room(texts.len() * size_of::<((u64, &str), u32)>())?;
    let text = |row| texts.get(row as usize).map(|text| ((prefix(text), text), row));
    let mut found = Vec::with_capacity(texts.len());
    for (n, row) in (0..texts.len() as u32).enumerate() {
        found.extend(text(row));
        if n % STRETCH == STRETCH - 1 {
            governor.check()?;
        }
    }
    // The order of UTF-8 is that of code points.
    dense(found, texts.len(), governor, &|a: &(u64, &str), b: &(u64, &str)| a.cmp(b))
}

/// The first eight bytes, which decide most comparisons.
fn prefix(text: &str) -> u64 {
    let mut first = [0; 8];
    first.iter_mut().zip(text.bytes()).for_each(|(first, byte)| *first = byte);
    u64::from_be_bytes(first)
}

/// The scale at which all that is exact is whole; nothing where a number is not exact.
fn common_scale(numbers: &[Option<Fast>], governor: &Governor) -> Result<Option<u8>> {
    let mut scale = 0;
    for part in numbers.chunks(STRETCH) {
        let of_part =
            part.iter().flatten().try_fold(scale, |scale, number| Some(number.exact()?.1.max(scale)));
        let Some(greater) = of_part else { return Ok(None) };
        scale = greater;
        governor.check()?;
    }
    Ok(Some(scale))
}

/// A number as a whole number at a scale; nothing where it does not fit.
fn raised(number: Fast, scale: u8) -> Option<i128> {
    let (mantissa, own) = number.exact()?;
    match scale - own {
        0 => Some(mantissa),
        more => mantissa.checked_mul(10_i128.checked_pow(more.into())?),
    }
}

/// Exact numbers that fit 64 bits once they have one scale: they are ranks by themselves.
fn of_small(numbers: &[Option<Fast>], governor: &Governor) -> Result<Option<Vec<Rank>>> {
    let Some(scale) = common_scale(numbers, governor)? else { return Ok(None) };
    let rank = |number: Fast| {
        let whole = i64::try_from(raised(number, scale)?).ok()?;
        // The least of all has the rank of unbound.
        Some(whole.cast_unsigned() ^ SIGN).filter(|rank| *rank > 0)
    };
    of_each(numbers, rank, governor)
}

/// A rank for each number by itself, 0 for unbound; nothing where one has none.
fn of_each(
    numbers: &[Option<Fast>],
    rank: impl Fn(Fast) -> Option<Rank>,
    governor: &Governor,
) -> Result<Option<Vec<Rank>>> {
    let mut ranks = Aside(Vec::with_capacity(numbers.len()));
    for part in numbers.chunks(STRETCH) {
        for number in part {
            let Some(rank) = number.map_or(Some(0), &rank) else { return Ok(None) };
            ranks.0.push(rank);
        }
        governor.check()?;
    }
    Ok(Some(std::mem::take(&mut ranks.0)))
}

/// Exact numbers at one scale.
fn aligned(numbers: &[Option<Fast>], governor: &Governor) -> Result<Option<Vec<(i128, u32)>>> {
    let Some(scale) = common_scale(numbers, governor)? else { return Ok(None) };
    let mut all = Aside(Vec::with_capacity(numbers.len()));
    for (numbers, first) in numbers.chunks(STRETCH).zip((0_u32..).step_by(STRETCH)) {
        for (row, number) in (first..).zip(numbers) {
            let Some(number) = number else { continue };
            let Some(whole) = raised(*number, scale) else { return Ok(None) };
            all.0.push((whole, row));
        }
        governor.check()?;
    }
    Ok(Some(std::mem::take(&mut all.0)))
}

/// Floats, doubles and the integers that are doubles too.
fn of_doubles(numbers: &[Option<Fast>], governor: &Governor) -> Result<Option<Vec<Rank>>> {
    let rank = |number| {
        let value = match number {
            Fast::Double(value) => value,
            Fast::Float(value) => f64::from(value),
            #[expect(clippy::cast_precision_loss, reason = "nothing is lost up to 2^53")]
            Fast::Integer(value) if value.unsigned_abs() <= WHOLE => value as f64,
            Fast::Integer(_) | Fast::Decimal { .. } => return None,
        };
        Some(of_double(value))
    };
    of_each(numbers, rank, governor)
}

fn of_double(value: f64) -> Rank {
    if value.is_nan() {
        return Rank::MAX;
    }
    // Zeros of either sign are equal.
    let bits = if value == 0.0 { 0 } else { value.to_bits() };
    if bits & SIGN == 0 { bits | SIGN } else { !bits }
}

/// Ranks from 1 on for the values of some rows, by their places among the different values; 0 for all other rows.
fn dense<T: Copy + Send>(
    mut found: Vec<(T, u32)>,
    rows: usize,
    governor: &Governor,
    order: &(dyn Fn(&T, &T) -> Ordering + Sync),
) -> Result<Vec<Rank>> {
    sorting::sort_slowly(&mut found, governor, &|a: &(T, u32), b: &(T, u32)| order(&a.0, &b.0))?;
    let mut ranks = Aside(governor.filled(0, rows)?);
    let equal = |a: &(T, u32), b: &(T, u32)| order(&a.0, &b.0).is_eq();
    for (rank, together) in (1..).zip(found.chunk_by(equal)) {
        if rank % STRETCH as u64 == 0 {
            governor.check()?;
        }
        for (_, row) in together {
            if let Some(place) = ranks.0.get_mut(*row as usize) {
                *place = rank;
            }
        }
    }
    Ok(std::mem::take(&mut ranks.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn number() -> impl Strategy<Value = Option<Fast>> {
        let decimal = |scales| (-50_i64..50, scales).prop_map(|(n, scale)| (i128::from(n), scale));
        let decimal =
            move |scales| decimal(scales).prop_map(|(mantissa, scale)| Fast::Decimal { mantissa, scale });
        let number = prop_oneof![
            8 => (-20_i64..20).prop_map(Fast::Integer),
            1 => prop_oneof![Just(i64::MIN), Just(i64::MAX), Just(1 << 53), Just((1 << 53) + 1)].prop_map(Fast::Integer),
            4 => decimal(0_u8..3),
            1 => decimal(0_u8..38),
            1 => (any::<i128>(), 0_u8..38).prop_map(|(mantissa, scale)| Fast::Decimal { mantissa, scale }),
            2 => (-20_i32..20).prop_map(|n| Fast::Double(f64::from(n) / 4.0)),
            1 => prop_oneof![Just(-0.0), Just(f64::NAN), Just(f64::INFINITY), Just(f64::NEG_INFINITY), any::<f64>()]
                .prop_map(Fast::Double),
            1 => any::<f32>().prop_map(Fast::Float),
        ];
        proptest::option::weighted(0.9, number)
    }

    /// Some of the kinds only, so that each way is gone.
    fn numbers() -> impl Strategy<Value = Vec<Option<Fast>>> {
        (proptest::collection::vec(number(), 2..12), 0_u8..16).prop_map(|(numbers, kinds)| {
            let bit = |number: &Fast| match number {
                Fast::Integer(_) => 1,
                Fast::Decimal { scale: 0..3, .. } => 2,
                Fast::Decimal { .. } => 4,
                Fast::Float(_) | Fast::Double(_) => 8,
            };
            numbers
                .into_iter()
                .filter(|number| number.is_none_or(|number| kinds == 0 || kinds & bit(&number) > 0))
                .collect()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 5000, failure_persistence: None, ..Default::default() })]
        #[test]
        fn ranks_compare_as_exact_values_do(numbers in numbers()) {
            let ranks = of_numbers(&numbers, &Governor::unlimited()).unwrap();
            for (a, rank_a) in numbers.iter().zip(&ranks) {
                for (b, rank_b) in numbers.iter().zip(&ranks) {
                    let expected = match (a, b) {
                        (Some(a), Some(b)) => a.to_number().compare_exactly(&b.to_number()),
                        _ => a.is_some().cmp(&b.is_some()),
                    };
                    prop_assert_eq!(rank_a.cmp(rank_b), expected, "{:?} {:?}", a, b);
                }
            }
        }
    }

    #[test]
    fn texts_rank_by_code_point() {
        let mut texts = Texts::default();
        let all = [
            Some("longer text b"),
            None,
            Some(""),
            Some("longer text a"),
            Some("ü"),
            Some("z"),
            Some(""),
            Some("a\0"),
        ];
        all.iter().for_each(|text| texts.push(*text));
        assert_eq!(of_texts(&texts, &Governor::unlimited()).unwrap(), [4, 0, 1, 3, 6, 5, 1, 2]);
    }
}
