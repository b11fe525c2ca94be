//! Tables in which a number is its own place: for keys that lie close together, as the numbers of one kind of thing do.
//!
//! In: a column of keys. Out: which keys occur ([`KeySet`], a bit each), the rows of each key ([`RowsByKey`], a counting sort), or one
//! row of each key ([`extremes`]). Nothing is hashed and no key is compared. There is no table where keys lie far
//! apart: it would be larger than one of hashes.

use super::batch::Batch;
use crate::Governor;
use crate::aside::Aside;
use crate::error::Result;
use crate::expr::column::Column;
use crate::store::{Id, Indexed, Kind, NONE, Number};
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

/// Of the rows of each key the one whose value sorts last or, where not the `greatest` is wanted, first; other columns are left out.
/// Nothing where keys lie far apart, or where the order of numbers might not be that of `<` for all of these
/// values (see [`is_monotone`]).
///
/// # Errors
/// Where the graph is damaged, a limit is met, or there is no room for the table.
pub fn extremes(
    held: &Batch,
    (key, value, greatest): (usize, usize, bool),
    graph: &dyn Indexed,
    governor: &Governor,
) -> Result<Option<Batch>> {
    let (keys, values) = (held.column(key), held.column(value));
    let Some(span) = narrow(keys, PLACES, governor)? else { return Ok(None) };
    if key == value || !is_monotone(values, graph, governor)? {
        return Ok(None);
    }
    let mut best = governor.filled(NONE, span.len())?;
    for (keys, values) in keys.chunks(STRETCH).zip(values.chunks(STRETCH)) {
        for (key, value) in keys.iter().zip(values) {
            let Some(best) = best.get_mut((key - span.start) as usize) else { continue };
            if *best == NONE || (*value > *best) == greatest {
                *best = *value;
            }
        }
        governor.check()?;
    }
    let found = || (span.start..).zip(&best).filter(|(_, value)| **value != NONE);
    let mut columns = vec![Column::default(); held.columns.len()];
    let count = best.chunks(STRETCH).try_fold(0, |count, part| {
        let more = part.iter().filter(|value| **value != NONE).count();
        governor.check().map(|()| count + more)
    })?;
    for (place, cells) in [
        (key, governor.collected(found().map(|(key, _)| key), count)?),
        (value, governor.collected(found().map(|(_, value)| *value), count)?),
    ] {
        if let Some(column) = columns.get_mut(place) {
            *column = Column::Ids(cells);
        }
    }
    Ok(Some(Batch::of(columns, count)))
}

/// Whether for every value beside these `<` (SPARQL 1.1, section 17.3) holds of all of them from some number on, and of none before.
/// So it is where all are strings, which are compared by code point as they are sorted, and where all are numbers of one type
/// after promotion: whatever they are compared with, they are promoted alike, and rounding keeps their
/// order. Of mixed types it is not, since their numbers are in exact order.
fn is_monotone(values: &[Id], graph: &dyn Indexed, governor: &Governor) -> Result<bool> {
    let Some((least, greatest)) = ends(values, governor)? else { return Ok(true) };
    let strings = graph.kinds().range(Kind::String);
    if strings.contains(&least) && strings.contains(&greatest) {
        return Ok(true);
    }
    let numbers = graph.numbers()?;
    let class = |id| match numbers.get(id) {
        Some(Number::Integer(_) | Number::Decimal { .. }) => 1,
        Some(Number::Float(value)) if !value.is_nan() => 2,
        Some(Number::Double(value)) if !value.is_nan() => 3,
        // What is read from its text is left to the comparison itself.
        _ => 0,
    };
    let range = numbers.range();
    if !range.contains(&least) || !range.contains(&greatest) {
        return Ok(false);
    }
    let first = class(least);
    let alike = |id| first != 0 && class(id) == first;
    // Where few numbers lie between the ends these are asked, once each.
    if ((greatest - least) as usize) < values.len() {
        return all(least..=greatest, alike, governor);
    }
    all(values.iter().copied(), alike, governor)
}

/// Whether something holds of all of them.
fn all(ids: impl Iterator<Item = Id>, holds: impl Fn(Id) -> bool, governor: &Governor) -> Result<bool> {
    for (n, id) in ids.enumerate() {
        if !holds(id) {
            return Ok(false);
        }
        if n % STRETCH == STRETCH - 1 {
            governor.check()?;
        }
    }
    Ok(true)
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

    fn best(literals: &[Literal], greatest: bool) -> Option<Vec<(Id, usize)>> {
        let (pack, ids) = graph(literals);
        let keys = (0..ids.len() as Id).map(|n| 7 + n % 2).collect();
        let held = Batch::of(vec![keys, ids.clone()], ids.len());
        let found = extremes(&held, (0, 1, greatest), &pack, &Governor::unlimited()).unwrap()?;
        let place = |id: &Id| ids.iter().position(|known| known == id).unwrap();
        Some(found.column(0).iter().copied().zip(found.column(1).iter().map(place)).collect())
    }

    #[test]
    fn of_each_key_the_greatest_or_the_least_stays() {
        let integers: Vec<Literal> = [4, 9, 30, 2, 5, 9].map(|n| Literal::from(n as i64)).into();
        assert_eq!(best(&integers, true).unwrap(), [(7, 2), (8, 1)]);
        assert_eq!(best(&integers, false).unwrap(), [(7, 0), (8, 3)]);
        let texts: Vec<Literal> = ["b", "a", "ä", "z"].map(Literal::new_simple_literal).into();
        assert_eq!(best(&texts, true).unwrap(), [(7, 2), (8, 3)]);
    }

    #[test]
    fn values_that_may_compare_otherwise_than_they_sort_all_stay() {
        let (decimal, date) = (Literal::new_typed_literal("0.1", xsd::DECIMAL), |text| {
            Literal::new_typed_literal(text, xsd::DATE)
        });
        // F&O 3.1, section 4.3: compared with a double the decimal is promoted, and 0.1 and 0.1e0 are equal then; sorted, they are not.
        assert_eq!(best(&[decimal, Literal::from(0.1_f64)], true), None);
        assert_eq!(best(&[date("2024-01-01"), date("2024-01-02Z")], true), None);
        assert_eq!(best(&[Literal::from(f64::NAN), Literal::from(1.0_f64)], true), None);
        assert_eq!(best(&[Literal::from(1_i64), Literal::new_simple_literal("a")], true), None);
    }
}
