//! Tables in which a number is its own place: for keys that lie close together, as the numbers of one kind of thing do.
//!
//! In: a column of keys. Out: which keys occur ([`KeySet`], a bit each), the rows of each key ([`RowsByKey`], a counting sort), or
//! some rows of each key ([`extremes`]). Nothing is hashed and no key is compared. There is no table where keys lie far
//! apart: it would be larger than one of hashes.

use super::batch::Batch;
use crate::Governor;
use crate::aside::Aside;
use crate::error::Result;
use crate::expr::column::Column;
use crate::store::kinds::KINDS;
use crate::store::{Id, Indexed, Kind, NONE, Number};
use rustc_hash::FxHashSet;
use std::ops::Range;

/// Keys looked at without a look at the clock.
const STRETCH: usize = 1 << 16;

/// A table has at most this many places for each key, and so takes no more memory than a hash table.
const PLACES: usize = 4;

/// A bit set spans at most this many numbers for each key: eight bytes.
const BITS: usize = 64;

/// A span of this many numbers always gets a table: it is small.
const FEW: usize = 64;

/// From the least key to the greatest, where these are at most so many numbers for each key.
fn narrow(keys: &[Id], each: usize, governor: &Governor) -> Result<Option<Range<Id>>> {
    let Some((least, greatest)) = ends(keys, governor)? else { return Ok(None) };
    let span = (greatest - least) as usize + 1;
    Ok((greatest != NONE && span <= keys.len() * each + FEW).then(|| least..greatest + 1))
}

/// The least and the greatest.
fn ends(ids: &[Id], governor: &Governor) -> Result<Option<(Id, Id)>> {
    let mut ends: Option<(Id, Id)> = None;
    for part in ids.chunks(STRETCH) {
        let first = part.first().map(|id| (*id, *id));
        let of_part = part
            .iter()
            .skip(1)
            .fold(first, |ends, id| ends.map(|(least, greatest)| (least.min(*id), greatest.max(*id))));
        ends = match (ends, of_part) {
            (Some((least, greatest)), Some((a, b))) => Some((least.min(a), greatest.max(b))),
            (ends, of_part) => ends.or(of_part),
        };
        governor.check()?;
    }
    Ok(ends)
}

/// The place of a key, where it lies in the table at all.
fn place(least: Id, key: Id) -> Option<usize> {
    key.checked_sub(least).map(|place| place as usize)
}

/// Which keys occur. See the module.
#[derive(Debug)]
pub struct KeySet {
    least: Id,
    bits: Vec<u64>,
}

impl KeySet {
    /// Of these keys; nothing where they lie far apart.
    ///
    /// # Errors
    /// Once a limit is met, or where there is no room for the table.
    pub fn of(keys: &[Id], governor: &Governor) -> Result<Option<Self>> {
        let Some(span) = narrow(keys, BITS, governor)? else { return Ok(None) };
        let mut bits = Aside(governor.filled(0_u64, span.len().div_ceil(BITS))?);
        for part in keys.chunks(STRETCH) {
            for key in part {
                let place = (key - span.start) as usize;
                if let Some(word) = bits.0.get_mut(place / BITS) {
                    *word |= 1 << (place % BITS);
                }
            }
            governor.check()?;
        }
        Ok(Some(Self { least: span.start, bits: std::mem::take(&mut bits.0) }))
    }

    /// Whether a key is among them.
    #[inline]
    pub fn contains(&self, key: Id) -> bool {
        place(self.least, key)
            .and_then(|place| self.bits.get(place / BITS).map(|word| word >> (place % BITS) & 1))
            .is_some_and(|bit| bit == 1)
    }

    /// How many bytes it holds.
    pub fn bytes(&self) -> usize {
        size_of_val(self.bits.as_slice())
    }
}

/// The rows of each key, in the order of the column. See the module.
#[derive(Debug)]
pub struct RowsByKey {
    least: Id,
    /// Where the rows of each number begin, and the end.
    starts: Vec<u32>,
    rows: Vec<u32>,
}

impl RowsByKey {
    /// Of this column of keys; nothing where they lie far apart.
    ///
    /// # Errors
    /// Once a limit is met, or where there is no room for the table.
    pub fn of(keys: &[Id], governor: &Governor) -> Result<Option<Self>> {
        let span = narrow(keys, PLACES, governor)?.filter(|_| u32::try_from(keys.len()).is_ok());
        let Some(span) = span else { return Ok(None) };
        // One more in front: where the rows of a number end, while they are entered, is where those of the next began.
        let mut starts = Aside(governor.filled(0_u32, span.len() + 2)?);
        for part in keys.chunks(STRETCH) {
            for key in part {
                if let Some(count) = starts.0.get_mut((key - span.start) as usize + 2) {
                    *count += 1;
                }
            }
            governor.check()?;
        }
        let mut sum = 0;
        for part in starts.0.chunks_mut(STRETCH) {
            for start in part {
                sum += *start;
                *start = sum;
            }
            governor.check()?;
        }
        let mut rows = Aside(governor.filled(0_u32, keys.len())?);
        for (part, first) in keys.chunks(STRETCH).zip((0_u32..).step_by(STRETCH)) {
            for (row, key) in (first..).zip(part) {
                let Some(next) = starts.0.get_mut((key - span.start) as usize + 1) else { continue };
                if let Some(place) = rows.0.get_mut(*next as usize) {
                    *place = row;
                }
                *next += 1;
            }
            governor.check()?;
        }
        starts.0.pop();
        let (starts, rows) = (std::mem::take(&mut starts.0), std::mem::take(&mut rows.0));
        Ok(Some(Self { least: span.start, starts, rows }))
    }

    /// The rows of a key.
    #[inline]
    pub fn rows(&self, key: Id) -> &[u32] {
        self.rows.get(self.places(key)).unwrap_or_default()
    }

    /// Where the rows of a key stand among those that [`Self::take_order`] gives.
    #[inline]
    pub fn places(&self, key: Id) -> Range<usize> {
        let bounds = place(self.least, key).and_then(|place| self.starts.get(place..=place + 1));
        let Some([start, end]) = bounds else { return 0..0 };
        *start as usize..*end as usize
    }

    /// All rows, those of a key together; afterwards [`Self::rows`] has none.
    pub fn take_order(&mut self) -> Vec<u32> {
        std::mem::take(&mut self.rows)
    }

    /// How many bytes it holds.
    pub fn bytes(&self) -> usize {
        size_of_val(self.starts.as_slice()) + size_of_val(self.rows.as_slice())
    }
}

/// Of the rows of each key, or of all where there is none, so many that one of them is less or greater than something (`<` and
/// its like, SPARQL 1.1, section 17.3) wherever any row is: of the values that `<` orders among themselves the greatest or,
/// where not the `greatest` is wanted, the least; dates near that one too; and all of which that is not known. Other columns
/// are left out. Nothing where keys lie far apart.
///
/// # Errors
/// Where the graph is damaged, a limit is met, or there is no room for the table.
pub fn extremes(
    held: &Batch,
    (key, value, greatest): (Option<usize>, usize, bool),
    graph: &dyn Indexed,
    governor: &Governor,
) -> Result<Option<Batch>> {
    let (keys, values) = (key.map(|key| held.column(key)), held.column(value));
    let span = match keys {
        Some(keys) => narrow(keys, PLACES, governor)?,
        None => Some(0..1),
    };
    let Some(span) = span.filter(|_| key != Some(value)) else { return Ok(None) };
    let order_of = order_of(graph)?;
    let mut present = 0_u32;
    let of_value = |id: &Id| {
        let order = order_of(*id);
        present |= 1 << order;
        order
    };
    let orders = Aside(governor.collected(values.iter().map(of_value), values.len())?);
    let pairs = Pairs { keys, values, orders: &orders.0, span };
    let mut kept = Aside(Vec::new());
    pairs.each(UNKNOWN, governor, |pair| add(&mut kept.0, pair, governor))?;
    for order in (UNKNOWN + 1..ORDERS).filter(|order| present >> order & 1 == 1) {
        pairs.best(order, greatest, &mut kept.0, graph, governor)?;
    }
    let mut columns = vec![Column::default(); held.columns.len()];
    for (place, cells) in [
        (key, governor.collected(kept.0.iter().map(|(key, _)| *key), kept.0.len())?),
        (Some(value), governor.collected(kept.0.iter().map(|(_, value)| *value), kept.0.len())?),
    ] {
        if let Some(column) = place.and_then(|place| columns.get_mut(place)) {
            *column = Column::Ids(cells);
        }
    }
    Ok(Some(Batch::of(columns, kept.0.len())))
}

/// Values that are never less or greater than anything.
const NEVER: u8 = 0;
/// What is left to the comparison itself.
const UNKNOWN: u8 = 1;
/// Floats and doubles; any other number is exact. Whatever numbers of one of these are compared with, they are promoted alike,
/// and rounding keeps their order, in which they are sorted. Of mixed ones it does not: sorted, they are exact.
const FLOAT: u8 = 2;
const DOUBLE: u8 = 3;
/// This and the kind.
const OF_KIND: u8 = 4;
const DATES: u8 = OF_KIND + Kind::Date as u8;
const ORDERS: u8 = OF_KIND + KINDS as u8;

/// With which values a term is sorted so that whatever is less than one of them is less than all that follow. Strings are
/// compared by code point, as they are sorted; dateTimes and times by their instants, for which one without a zone is in UTC
/// (F&O 3.1, section 10.1.2). Of dates this holds where they are more than fourteen hours apart (XSD 1.1 part 2, D.2.1).
fn order_of(graph: &dyn Indexed) -> Result<impl Fn(Id) -> u8> {
    let (kinds, numbers) = (graph.kinds(), graph.numbers()?);
    Ok(move |id| match kinds.of(id) {
        _ if id == NONE => NEVER,
        Some(kind @ Kind::Number) => match numbers.get(id) {
            Some(Number::Integer(_) | Number::Decimal { .. }) => OF_KIND + kind as u8,
            Some(Number::Float(value)) if !value.is_nan() => FLOAT,
            Some(Number::Double(value)) if !value.is_nan() => DOUBLE,
            Some(Number::Float(_) | Number::Double(_)) => NEVER,
            Some(Number::Big) | None => UNKNOWN,
        },
        Some(Kind::Iri | Kind::Blank | Kind::LangString | Kind::Other | Kind::Triple) => NEVER,
        // Of three types, of which one has no order.
        Some(Kind::Duration) | None => UNKNOWN,
        Some(kind) => OF_KIND + kind as u8,
    })
}

/// Adds a pair, once there is room for it.
fn add(kept: &mut Vec<(Id, Id)>, pair: (Id, Id), governor: &Governor) -> Result<()> {
    if kept.len() == kept.capacity() {
        let more = kept.len().max(FEW);
        governor.room(more * size_of_val(&pair))?;
        kept.reserve(more);
    }
    kept.push(pair);
    Ok(())
}

/// In microseconds, how near dates must be for their zones to decide.
const NEAR: u64 = 14 * 3600 * 1_000_000;

/// Keys, where there are any, and values, with the order that each is of.
struct Pairs<'p> {
    keys: Option<&'p [Id]>,
    values: &'p [Id],
    orders: &'p [u8],
    span: Range<Id>,
}

impl Pairs<'_> {
    /// Those of one order.
    fn each(
        &self,
        wanted: u8,
        governor: &Governor,
        mut each: impl FnMut((Id, Id)) -> Result<()>,
    ) -> Result<()> {
        let places = (0..).zip(self.values.iter().zip(self.orders));
        for (row, (value, order)) in places {
            if *order == wanted {
                let key = self.keys.map_or(Some(0), |keys| keys.get(row).copied());
                each((key.unwrap_or(NONE), *value))?;
            }
            if row % STRETCH == STRETCH - 1 {
                governor.check()?;
            }
        }
        Ok(())
    }

    /// Adds the greatest or the least of each key among those of one order, of dates also those near it.
    fn best(
        &self,
        order: u8,
        greatest: bool,
        kept: &mut Vec<(Id, Id)>,
        graph: &dyn Indexed,
        governor: &Governor,
    ) -> Result<()> {
        let mut best = Aside(governor.filled(NONE, self.span.len())?);
        self.each(order, governor, |(key, value)| {
            let best = best.0.get_mut((key - self.span.start) as usize);
            if let Some(best) = best.filter(|best| **best == NONE || (value > **best) == greatest) {
                *best = value;
            }
            Ok(())
        })?;
        let known = || self.span.clone().zip(&best.0).filter(|(_, value)| **value != NONE);
        kept.extend(governor.collected(known().map(|(key, value)| (key, *value)), self.span.len())?);
        if order == DATES {
            let (epochs, mut near) = (graph.epochs()?, FxHashSet::default());
            self.each(order, governor, |(key, value)| {
                let best = best.0.get((key - self.span.start) as usize).copied().unwrap_or(NONE);
                let both = epochs.get(value).zip(epochs.get(best));
                let is_near = value != best && both.is_none_or(|(a, b)| a.abs_diff(b) <= NEAR);
                if is_near && near.insert((key, value)) { add(kept, (key, value), governor) } else { Ok(()) }
            })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::pack::Builder;
    use crate::store::{Graph as _, pack::Pack};
    use crate::terms::{GraphName, Literal, NamedNode, Quad, Term, xsd};

    #[test]
    fn keys_that_lie_close_together_are_found_by_their_places() {
        let keys: Vec<Id> = (0..5000).map(|n| 100 + n * 7 % 4001).collect();
        let governor = Governor::unlimited();
        let (set, rows) = (
            KeySet::of(&keys, &governor).unwrap().unwrap(),
            RowsByKey::of(&keys, &governor).unwrap().unwrap(),
        );
        for key in [0, 99, 4101, 4102, NONE].into_iter().chain(keys.iter().copied()) {
            let expected: Vec<u32> =
                (0..).zip(&keys).filter(|(_, have)| **have == key).map(|it| it.0).collect();
            assert_eq!(rows.rows(key), expected, "{key}");
            assert_eq!(set.contains(key), !expected.is_empty(), "{key}");
        }
    }

    #[test]
    fn keys_that_lie_far_apart_have_no_table() {
        let governor = Governor::unlimited();
        let apart = [1, 1 << 30];
        assert!(KeySet::of(&apart, &governor).unwrap().is_none());
        assert!(RowsByKey::of(&apart, &governor).unwrap().is_none());
        assert!(RowsByKey::of(&[], &governor).unwrap().is_none());
        assert!(KeySet::of(&[5, NONE], &governor).unwrap().is_none(), "unbound is no key");
    }

    fn graph(literals: &[Literal]) -> (Pack, Vec<Id>) {
        let mut builder = Builder::new();
        let node = NamedNode::new_unchecked("http://example.org/x");
        for literal in literals {
            let quad = Quad::new(node.clone(), node.clone(), literal.clone(), GraphName::DefaultGraph);
            builder.add(quad.as_ref());
        }
        let pack = builder.finish();
        let id = |literal: &Literal| pack.id(Term::from(literal.clone()).as_ref()).unwrap().unwrap();
        let ids = literals.iter().map(id).collect();
        (pack, ids)
    }

    /// Of literals with the keys 7 and 8 by turns those that stay, with their keys; and those that stay without keys.
    fn best(literals: &[Literal], greatest: bool) -> (Vec<(Id, usize)>, Vec<usize>) {
        let (pack, ids) = graph(literals);
        let keys = (0..ids.len() as Id).map(|n| 7 + n % 2).collect();
        let held = Batch::of(vec![keys, ids.clone()], ids.len());
        let found =
            |key| extremes(&held, (key, 1, greatest), &pack, &Governor::unlimited()).unwrap().unwrap();
        let place = |id: &Id| ids.iter().position(|known| known == id).unwrap();
        let (keyed, alone) = (found(Some(0)), found(None));
        let mut alone: Vec<usize> = alone.column(1).iter().map(place).collect();
        alone.sort_unstable();
        let mut keyed: Vec<_> =
            keyed.column(0).iter().copied().zip(keyed.column(1).iter().map(place)).collect();
        keyed.sort_unstable();
        (keyed, alone)
    }

    #[test]
    fn of_each_key_the_greatest_or_the_least_stays() {
        let integers: Vec<Literal> = [4, 9, 30, 2, 5, 9].map(|n| Literal::from(n as i64)).into();
        assert_eq!(best(&integers, true), (vec![(7, 2), (8, 1)], vec![2]));
        assert_eq!(best(&integers, false), (vec![(7, 0), (8, 3)], vec![3]));
        let texts: Vec<Literal> = ["b", "a", "ä", "z"].map(Literal::new_simple_literal).into();
        assert_eq!(best(&texts, true), (vec![(7, 2), (8, 3)], vec![2]));
        let typed = |texts: [&str; 4], datatype| texts.map(|text| Literal::new_typed_literal(text, datatype));
        // F&O 3.1, section 10.1.2: what has no zone is in UTC, so that the first of these is between the next two.
        let times = ["T12:00:00", "T12:00:00+01:00", "T12:00:00-01:00", "T11:30:00"];
        let of_day = times.map(|time| format!("2024-01-01{time}"));
        let of_day = of_day.each_ref().map(String::as_str);
        assert_eq!(best(&typed(of_day, xsd::DATE_TIME), true), (vec![(7, 2), (8, 3)], vec![2]));
        let dates = ["2024-01-03", "2024-01-02", "2024-01-04", "2023-12-31"];
        assert_eq!(best(&typed(dates, xsd::DATE), true), (vec![(7, 2), (8, 1)], vec![2]));
        assert_eq!(best(&typed(dates, xsd::DATE), false), (vec![(7, 0), (8, 3)], vec![3]));
        let truths = ["true", "false", "false", "true"];
        assert_eq!(best(&typed(truths, xsd::BOOLEAN), false), (vec![(7, 1), (8, 1)], vec![1]));
    }

    #[test]
    fn values_that_may_compare_otherwise_than_they_sort_stay_side_by_side() {
        let (decimal, date) = (
            |text| Literal::new_typed_literal(text, xsd::DECIMAL),
            |text| Literal::new_typed_literal(text, xsd::DATE),
        );
        // F&O 3.1, section 4.3: compared with a double the decimal is promoted, and 0.1 and 0.1e0 are equal then; sorted, they are not.
        let mixed = [decimal("0.1"), Literal::from(0.1_f64), decimal("0.01"), Literal::from(0.01_f64)];
        assert_eq!(best(&mixed, true).1, [0, 1]);
        assert_eq!(best(&mixed, false).1, [2, 3]);
        // XSD 1.1 part 2, D.2.1: of the first two neither is less, each is greater than some date with a zone, or without one.
        let dates = ["2024-01-01", "2024-01-01Z", "2023-12-30", "2023-12-30Z", "2023-12-31+13:00"];
        assert_eq!(best(&dates.map(date), true).1, [0, 1]);
        assert_eq!(best(&dates.map(date), false).1, [2, 3, 4]);
        // Section 17.3: nothing is less than NaN, a name, or a text with a language, nor greater.
        let name = Literal::new_language_tagged_literal("z", "en").unwrap();
        let never = [Literal::from(f64::NAN), Literal::from(1.0_f64), name];
        assert_eq!(best(&never, true).1, [1]);
        assert_eq!(best(&[Literal::from(1_i64), Literal::new_simple_literal("a")], true).1, [0, 1]);
    }

    #[test]
    fn what_stays_decides_as_all_would() {
        // Section 17.3, and what `docs/expressions.md` adds to its table: judged pair by pair.
        use crate::expr::Value;
        use crate::expr::operators::{Comparison, compare};
        let typed = |text: &str, datatype| Literal::new_typed_literal(text, datatype);
        let mut pool: Vec<Literal> = vec!["a".into(), "B".into(), "".into(), "\u{e4}".into()];
        pool.extend(
            ["1", "-3", "9007199254740993", "123456789012345678901234567890"].map(|n| typed(n, xsd::INTEGER)),
        );
        pool.extend(["0.1", "0.10", "2.5", "9007199254740992.5"].map(|n| typed(n, xsd::DECIMAL)));
        pool.extend(["0.1", "1e0", "-INF", "NaN", "16777217"].map(|n| typed(n, xsd::FLOAT)));
        pool.extend(["0.1", "9007199254740992", "INF", "NaN", "-0"].map(|n| typed(n, xsd::DOUBLE)));
        pool.extend(["true", "0", "1"].map(|truth| typed(truth, xsd::BOOLEAN)));
        let days =
            ["01-01", "01-01Z", "01-01+14:00", "01-01-14:00", "01-02", "01-02+10:00", "01-03Z", "02-01"];
        pool.extend(days.map(|day| typed(&format!("2024-{day}"), xsd::DATE)));
        pool.extend(
            ["00:00:00", "00:00:00Z", "13:00:00-10:00", "23:59:59.5"]
                .map(|time| typed(&format!("2024-01-01T{time}"), xsd::DATE_TIME)),
        );
        pool.extend(["10:00:00", "09:30:00Z", "12:00:00+05:00"].map(|time| typed(time, xsd::TIME)));
        pool.extend(["2024", "2024Z", "1999"].map(|year| typed(year, xsd::G_YEAR)));
        pool.extend(["P1D", "PT3H"].map(|time| typed(time, xsd::DAY_TIME_DURATION)));
        pool.extend([typed("P1M", xsd::YEAR_MONTH_DURATION), typed("P1M", xsd::DURATION)]);
        pool.extend([typed("x", xsd::INTEGER), Literal::new_language_tagged_literal("a", "en").unwrap()]);
        let (pack, ids) = graph(&pool);
        let values: Vec<Value> = pool.iter().map(|literal| Value::Term(literal.clone().into())).collect();
        let (mut fewer, mut seed) = (0, 7_usize);
        for _ in 0..300 {
            let mut next = |below: usize| {
                seed = (seed * 48271) % 2_147_483_647;
                seed % below
            };
            // Of one sort, or of all.
            let (from, many) = (next(pool.len()), [4, pool.len()][next(2)]);
            let held: Vec<usize> = (0..6).map(|_| (from + next(many)) % pool.len()).collect();
            let column: Vec<Id> = held.iter().map(|n| ids[*n]).collect();
            let batch = Batch::of(vec![vec![5; 6], column], 6);
            for greatest in [true, false] {
                for key in [None, Some(0)] {
                    let found = extremes(&batch, (key, 1, greatest), &pack, &Governor::unlimited());
                    let found = found.unwrap().unwrap();
                    let kept: Vec<usize> = (found.column(1).iter())
                        .map(|id| ids.iter().position(|known| known == id).unwrap())
                        .collect();
                    fewer += held.len() - kept.len();
                    let comparisons = match greatest {
                        true => [Comparison::Greater, Comparison::GreaterOrEqual],
                        false => [Comparison::Less, Comparison::LessOrEqual],
                    };
                    for (other, comparison) in values.iter().flat_map(|v| comparisons.map(|c| (v, c))) {
                        let any = |rows: &[usize]| {
                            rows.iter().any(|row| {
                                compare(&values[*row], other).is_some_and(|order| comparison.holds(order))
                            })
                        };
                        assert_eq!(any(&kept), any(&held), "{held:?} {kept:?} {comparison:?} {other:?}");
                    }
                }
            }
        }
        assert!(fewer > 2000, "{fewer}");
    }
}
