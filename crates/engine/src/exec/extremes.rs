//! Of the rows of each key those that decide whether any is less or greater than something: what EXISTS, NOT EXISTS and OPTIONAL hold
//! whose only condition is an inequality, `?later > ?date`.
//!
//! In: rows, their columns of keys, the one that is compared. Out: of the values that `<` orders among themselves the greatest or the
//! least of each key, of dates also those near it, and all of which that is not known. A key that lies close to the others is its
//! own place in a table; others, and keys of several columns, are numbered first (`exec/seen.rs`).

use super::batch::Batch;
use super::context::Context;
use super::dense::{FEW, PLACES, STRETCH, narrow};
use super::seen::Seen;
use crate::Governor;
use crate::aside::Aside;
use crate::error::Result;
use crate::expr::column::Column;
use crate::store::kinds::KINDS;
use crate::store::{Id, Indexed, Kind, NONE, Number};
use rustc_hash::FxHashSet;
use std::ops::Range;

/// Of the rows of each key (columns that must all be bound), or of all where there is none, so many that one of them is less or
/// greater than something (`<` and its like, SPARQL 1.1, section 17.3) wherever any row is: of the values that `<` orders among
/// themselves the greatest or, where not the `greatest` is wanted, the least; dates near that one too; and all of which that is
/// not known. Columns that are neither key nor value are left out. Nothing where what is compared is a key.
///
/// # Errors
/// Where the graph is damaged, a limit is met, or there is no room for the tables.
pub fn extremes(
    held: &Batch,
    (keys, value, greatest): (&[usize], usize, bool),
    cx: &Context<'_>,
) -> Result<Option<Batch>> {
    if keys.contains(&value) {
        return Ok(None);
    }
    let (governor, values) = (cx.governor(), held.column(value));
    let groups = Groups::of(held, keys, cx)?;
    let order_of = order_of(cx.graph)?;
    let mut present = 0_u32;
    let of_value = |id: &Id| {
        let order = order_of(*id);
        present |= 1 << order;
        order
    };
    let orders = Aside(governor.collected(values.iter().map(of_value), values.len())?);
    let (of_rows, span) = groups.of_rows();
    let pairs = Pairs { groups: of_rows, values, orders: &orders.0, span };
    let mut kept = Aside(Vec::new());
    pairs.each(UNKNOWN, governor, |pair| add(&mut kept.0, pair, governor))?;
    for order in (UNKNOWN + 1..ORDERS).filter(|order| present >> order & 1 == 1) {
        pairs.best(order, greatest, &mut kept.0, cx.graph, governor)?;
    }
    let mut columns = vec![Column::default(); held.columns.len()];
    let mut fill = |place: usize, cells: Vec<Id>| {
        if let Some(column) = columns.get_mut(place) {
            *column = Column::Ids(cells);
        }
    };
    for (number, key) in keys.iter().enumerate() {
        let cells = kept.0.iter().map(|(group, _)| groups.key(*group, number));
        fill(*key, governor.collected(cells, kept.0.len())?);
    }
    fill(value, governor.collected(kept.0.iter().map(|(_, value)| *value), kept.0.len())?);
    Ok(Some(Batch::of(columns, kept.0.len())))
}

/// The rows of one key are a group.
enum Groups<'k> {
    /// There is no key.
    All,
    /// The number of a group is its key.
    Keys(&'k [Id], Range<Id>),
    /// The group of each row, and the keys of each group, a column each.
    Numbered(Vec<u32>, Vec<Vec<Id>>),
}

impl<'k> Groups<'k> {
    fn of(held: &'k Batch, keys: &[usize], cx: &Context<'_>) -> Result<Self> {
        if keys.is_empty() {
            return Ok(Self::All);
        }
        if let [key] = keys
            && let Some(span) = narrow(held.column(*key), PLACES, cx.governor())?
        {
            return Ok(Self::Keys(held.column(*key), span));
        }
        let columns: Vec<&[Id]> = keys.iter().map(|key| held.column(*key)).collect();
        let (mut seen, mut groups) = (Seen::default(), Vec::new());
        cx.governor().room(held.len * size_of::<u32>())?;
        groups.reserve(held.len);
        seen.enter(&columns, held.len, cx, &mut groups)?;
        Ok(Self::Numbered(groups, seen.into_columns(cx)?))
    }

    /// The number of the group of each row, where there is more than one, and all such numbers.
    fn of_rows(&self) -> (Option<&[Id]>, Range<Id>) {
        match self {
            Self::All => (None, 0..1),
            Self::Keys(keys, span) => (Some(keys), span.clone()),
            Self::Numbered(groups, keys) => (Some(groups), 0..keys.first().map_or(0, Vec::len) as Id),
        }
    }

    /// One of the keys of a group.
    fn key(&self, group: Id, number: usize) -> Id {
        match self {
            Self::All | Self::Keys(..) => group,
            Self::Numbered(_, keys) => {
                keys.get(number).and_then(|keys| keys.get(group as usize)).copied().unwrap_or(NONE)
            }
        }
    }
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

/// Adds a pair of a group and a value, once there is room for it.
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

/// The groups of rows, where there is more than one, and values, with the order that each is of.
struct Pairs<'p> {
    groups: Option<&'p [Id]>,
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
                let group = self.groups.map_or(Some(0), |groups| groups.get(row).copied());
                each((group.unwrap_or(NONE), *value))?;
            }
            if row % STRETCH == STRETCH - 1 {
                governor.check()?;
            }
        }
        Ok(())
    }

    /// Adds the greatest or the least of each group among those of one order, of dates also those near it.
    fn best(
        &self,
        order: u8,
        greatest: bool,
        kept: &mut Vec<(Id, Id)>,
        graph: &dyn Indexed,
        governor: &Governor,
    ) -> Result<()> {
        let mut best = Aside(governor.filled(NONE, self.span.len())?);
        self.each(order, governor, |(group, value)| {
            let best = best.0.get_mut((group - self.span.start) as usize);
            if let Some(best) = best.filter(|best| **best == NONE || (value > **best) == greatest) {
                *best = value;
            }
            Ok(())
        })?;
        let known = || self.span.clone().zip(&best.0).filter(|(_, value)| **value != NONE);
        kept.extend(governor.collected(known().map(|(group, value)| (group, *value)), self.span.len())?);
        if order == DATES {
            let (epochs, mut near) = (graph.epochs()?, FxHashSet::default());
            self.each(order, governor, |(group, value)| {
                let best = best.0.get((group - self.span.start) as usize).copied().unwrap_or(NONE);
                let both = epochs.get(value).zip(epochs.get(best));
                let is_near = value != best && both.is_none_or(|(a, b)| a.abs_diff(b) <= NEAR);
                if is_near && near.insert((group, value)) {
                    add(kept, (group, value), governor)
                } else {
                    Ok(())
                }
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

    /// What stays of rows with these columns of keys; those that stay have columns in the same places.
    fn kept(held: &Batch, keys: &[usize], value: usize, greatest: bool, pack: &Pack) -> Batch {
        let governor = Governor::unlimited();
        extremes(held, (keys, value, greatest), &Context::new(pack, &governor, None)).unwrap().unwrap()
    }

    /// Of literals with the keys 7 and 8 by turns those that stay, with their keys; and those that stay without keys.
    fn best(literals: &[Literal], greatest: bool) -> (Vec<(Id, usize)>, Vec<usize>) {
        let (pack, ids) = graph(literals);
        let by_turns =
            |a: Id, b: Id| (0..ids.len()).map(|n| if n % 2 == 0 { a } else { b }).collect::<Vec<Id>>();
        let (near, far) = (by_turns(7, 8), by_turns(7, 1 << 30));
        let held = Batch::of(vec![near, ids.clone(), far, by_turns(5, 5)], ids.len());
        let place = |id: &Id| ids.iter().position(|known| known == id).unwrap();
        let sorted = |keys: &[usize]| {
            let kept = kept(&held, keys, 1, greatest, &pack);
            let mut rows: Vec<(Id, usize)> = (0..kept.len)
                .map(|row| {
                    (keys.first().map_or(0, |key| kept.column(*key)[row]), place(&kept.column(1)[row]))
                })
                .collect();
            rows.sort_unstable();
            rows
        };
        let keyed = sorted(&[0]);
        // Keys that lie far apart, and keys of two columns, are numbered.
        let apart: Vec<(Id, usize)> =
            keyed.iter().map(|(key, row)| (if *key == 7 { 7 } else { 1 << 30 }, *row)).collect();
        assert_eq!(sorted(&[2]), apart);
        assert_eq!(sorted(&[0, 2]), keyed);
        assert_eq!(sorted(&[0, 3]), keyed);
        (keyed, sorted(&[]).into_iter().map(|(_, row)| row).collect())
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
                for keys in [&[][..], &[0]] {
                    let found = kept(&batch, keys, 1, greatest, &pack);
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
