//! ORDER BY: all rows in order, or the first of them.
//!
//! In: rows, keys. Out: rows by rank of their keys; rows with equal keys stay in the order in which they came. With a limit only
//! the rows that may still be among the first are held (a heap would do the same; cutting a sorted prefix now and then is as
//! quick and keeps the order of equals). Rows that come sorted by the numbers of their keys pass as they are for as long as these
//! numbers sort as values do, which those of equal numbers and dates do not; those that come sorted by value (`exec/by_value.rs`)
//! all pass. Of rows that come by the first key alone those are read that may still be among the first. The order is that of
//! SPARQL 1.1, section 15.1. Where they fit into 128 bits, all keys of a row are one number that sorts as they do (key
//! normalization: Graefe, Implementing sorting in database systems, ACM Computing Surveys 2006), its low bits the row's place.
//! Nothing is written to disk.

use crate::Governor;
use crate::aside::{Aside, set_aside};
use crate::error::Result;
use crate::exec::batch::{Batch, Column, ROWS};
use crate::exec::context::Context;
use crate::exec::ranks::{Rank, Ranks};
use crate::exec::{Operator, Running, keys, sorting};
use crate::store::{FIRST_FOREIGN, Id};
use std::ops::{BitOr, Shl};

/// A key: a column of the input, and whether the greatest comes first.
pub type Key = (usize, bool);

/// Rows whose keys are put together without a look at the clock.
const STRETCH: usize = 1 << 16;

/// A sort in progress. See the module.
pub struct Sort<'a> {
    keys: Vec<Key>,
    first: Option<u64>,
    input: Running<'a>,
    /// Whether rows come sorted by the numbers of their keys, and none came so far that had to be held.
    passes: bool,
    /// Whether they come sorted by value.
    is_by_value: bool,
    /// What is known where rows come by the first key.
    leading: Option<Leading>,
    /// Whether what was not read is not wanted.
    is_over: bool,
    /// How many solutions passed.
    passed: u64,
    is_sorted: bool,
    held: Batch,
    /// The rows of `held` in order.
    order: Vec<u32>,
    given: usize,
}

impl<'a> Sort<'a> {
    /// Of `input`; with `first`, only so many solutions are wanted.
    pub fn new(keys: Vec<Key>, first: Option<u64>, input: Running<'a>) -> Self {
        Self {
            keys,
            first,
            input,
            passes: false,
            is_by_value: false,
            leading: None,
            is_over: false,
            passed: 0,
            is_sorted: false,
            held: Batch::default(),
            order: Vec::new(),
            given: 0,
        }
    }

    /// The same of an input whose rows come sorted by the numbers of the terms of all keys, none of which is unbound. It is not read in
    /// parts.
    #[must_use]
    pub fn of_sorted(mut self) -> Self {
        self.passes = true;
        self
    }

    /// The same of an input whose rows come sorted by the values of all keys.
    #[must_use]
    pub fn of_sorted_by_value(mut self) -> Self {
        self.is_by_value = true;
        self.of_sorted()
    }

    /// The same of an input whose rows come by the first key's value, up or down as the key asks, but that what stands beside the dictionary may come
    /// before all else: nothing is read once the first rows are known. It is not read in parts.
    #[must_use]
    pub fn of_leading(mut self) -> Self {
        self.leading = Some(Leading::default());
        self
    }

    /// The next rows where they pass as they are. Else what came is held, and all that follows.
    fn pass(&mut self, cx: &mut Context<'_>) -> Result<Option<Batch>> {
        // What a graph came to have since its dictionary was made is in no order.
        self.passes = self.is_by_value || cx.graph.more_terms() == 0;
        if !self.passes {
            return Ok(None);
        }
        if self.first.is_some_and(|first| self.passed >= first) {
            self.is_sorted = true;
            return Ok(None);
        }
        let Some(batch) = self.input.next(cx)? else {
            (self.passes, self.is_sorted) = (false, true);
            return Ok(None);
        };
        if !self.is_by_value && !self.is_sorted_by_value(&batch, cx) {
            self.passes = false;
            self.held.append_within(&batch, cx)?;
            return Ok(None);
        }
        self.passed = (0..batch.len).fold(self.passed, |sum, row| sum.saturating_add(batch.count(row)));
        cx.work(batch.len)?;
        Ok(Some(batch))
    }

    /// Whether rows that come sorted by the numbers of their keys are sorted by value. Of the last key equal values may differ in
    /// number: such rows stay in the order in which they come.
    fn is_sorted_by_value(&self, batch: &Batch, cx: &Context<'_>) -> bool {
        let valued = cx.graph.kinds().valued();
        let is_alone = |id: &Id| *id < FIRST_FOREIGN && !valued.contains(id);
        let mut keys = self.keys.iter().map(|(column, _)| batch.cells(*column).ids());
        let last = keys.next_back().flatten();
        last.is_some_and(|ids| ids.iter().all(|id| *id < FIRST_FOREIGN))
            && keys.all(|ids| ids.is_some_and(|ids| ids.iter().all(is_alone)))
    }

    fn run(&mut self, cx: &mut Context<'_>) -> Result<()> {
        // Cut once there are this many rows more than can be needed.
        let room = self.first.map(|first| usize::try_from(first).unwrap_or(usize::MAX).saturating_mul(2));
        let room = room.map(|room| room.saturating_add(4 * ROWS));
        while !self.is_over
            && let Some(batch) = self.input.next(cx)?
        {
            if let (Some(leading), Some(first), Some((key, _))) =
                (&mut self.leading, self.first, self.keys.first())
            {
                self.is_over = leading.are_known(first, batch.cells(*key).ids().unwrap_or_default(), cx)?;
            }
            self.held.append_within(&batch, cx)?;
            if room.is_some_and(|room| self.held.len > room) {
                let order = self.sorted(cx)?;
                self.held = self.held.gather_within(&order, cx)?;
            }
        }
        self.is_over |= self.leading.is_some();
        self.order = self.sorted(cx)?;
        Ok(())
    }

    /// The held rows in order, without those that are past the limit.
    fn sorted(&self, cx: &mut Context<'_>) -> Result<Vec<u32>> {
        let columns: Vec<&Column> = self.keys.iter().map(|(column, _)| self.held.cells(*column)).collect();
        let ranks = Ranks::of(columns.iter().filter_map(|column| column.ids()), cx)?;
        let mut keyed: Vec<(Aside<Rank>, bool)> = Vec::new();
        for (column, (_, descending)) in columns.iter().zip(&self.keys) {
            cx.room(column.len() * size_of::<Rank>())?;
            let ranked = Aside(match column {
                Column::Ids(ids) => ranked(ids, &ranks, cx)?,
                Column::Numbers(numbers) => keys::of_numbers(numbers, cx.governor())?,
                Column::Texts(texts) => keys::of_texts(texts, cx.governor())?,
            });
            keyed.push((ranked, *descending));
        }
        let mut order = cx.governor().collected(0..self.held.len as u32, self.held.len)?;
        sort(&mut order, &keyed, cx)?;
        if let Some(first) = self.first {
            let mut solutions = self.passed;
            let needed = order.iter().take_while(|row| {
                let wanted = solutions < first;
                solutions = solutions.saturating_add(self.held.count(**row as usize));
                wanted
            });
            order.truncate(needed.count());
        }
        Ok(order)
    }
}

/// How far rows have come that come by the value of the first key.
#[derive(Debug, Default)]
struct Leading {
    /// How many rows have another value than the last one, and so stand before all that come after it.
    before: u64,
    /// The rank of the last value, and how many rows have it.
    last: Option<(Rank, u64)>,
}

impl Leading {
    /// Whether so many rows stand before all that come after these. Terms beside the dictionary are not counted.
    fn are_known(&mut self, first: u64, ids: &[Id], cx: &Context<'_>) -> Result<bool> {
        let Some(last) = ids.last().filter(|last| **last < FIRST_FOREIGN) else { return Ok(false) };
        let ranks = Ranks::of(std::iter::once(ids), cx)?;
        let rank = ranks.rank(*last, cx.graph)?;
        let (mut run, mut known) = (0, *last);
        for id in ids.iter().rev() {
            if *id != known && ranks.rank(*id, cx.graph)? != rank {
                break;
            }
            (run, known) = (run + 1, *id);
        }
        let natives = ids.iter().filter(|id| **id < FIRST_FOREIGN).count() as u64;
        // Rows of the same value that are beside the dictionary may be among the run.
        let others = natives.saturating_sub(run);
        self.last = Some(match self.last {
            Some((value, rows)) if value == rank => (rank, rows + run),
            last => {
                self.before += last.map_or(0, |(_, rows)| rows) + others;
                (rank, run)
            }
        });
        Ok(self.before >= first)
    }
}

/// The ranks of terms by their numbers.
fn ranked(ids: &[Id], ranks: &Ranks, cx: &mut Context<'_>) -> Result<Vec<Rank>> {
    let mut ranked = Aside(Vec::with_capacity(ids.len()));
    for part in ids.chunks(ROWS) {
        ranks.ranks(part, cx, &mut ranked.0)?;
        cx.work(part.len())?;
    }
    Ok(std::mem::take(&mut ranked.0))
}

/// Whether rows of such ranks come in order.
fn is_in_order(ranks: &[Rank], descending: bool, governor: &Governor) -> Result<bool> {
    let mut before = None;
    for part in ranks.chunks(STRETCH) {
        let follow = |a: &Rank, b: &Rank| if descending { a >= b } else { a <= b };
        if !part.is_sorted_by(follow) || before.zip(part.first()).is_some_and(|(a, b)| !follow(a, b)) {
            return Ok(false);
        }
        before = part.last();
        governor.check()?;
    }
    Ok(true)
}

/// Sorts rows by their keys; equal ones by their places. Where all keys and the place fit into one number, of 64 or of 128 bits, such
/// numbers are sorted, so that nothing is looked up while sorting; where the keys alone fit into 63, the place stands beside them.
fn sort(order: &mut Vec<u32>, mut keys: &[(Aside<Rank>, bool)], cx: &Context<'_>) -> Result<()> {
    let governor = cx.governor();
    // Equal rows stay as they come: a last key by which all come in order tells nothing more.
    while let Some(((ranks, descending), before)) = keys.split_last()
        && is_in_order(&ranks.0, *descending, governor)?
    {
        keys = before;
    }
    let place = Digits { least: 0, greatest: order.len() as Rank, descending: false, shift: 0 };
    let mut digits = Vec::with_capacity(keys.len());
    for (ranks, descending) in keys {
        digits.push((Digits::of(&ranks.0, *descending, governor)?, ranks.0.as_slice()));
    }
    let (of_keys, of_place) = (digits.iter().map(|(digits, _)| digits.bits()).sum::<u32>(), place.bits());
    match of_keys + of_place {
        bits @ ..=64 => {
            let mut numbers = Aside(numbers::<u64>(order.len(), &digits, of_place, governor)?);
            sorting::sort_digits(&mut numbers.0, (of_place, bits), governor)?;
            let rows = numbers.0.iter().map(|number| place.last_of((*number).into()));
            *order = governor.collected(rows, order.len())?;
        }
        // A key of 64 bits by itself leaves no room to shift.
        65.. if of_keys < 64 => {
            let keys = Aside(numbers::<u64>(order.len(), &digits, 0, governor)?);
            let mut placed = Aside(governor.collected(keys.0.iter().copied().zip(0..), order.len())?);
            drop(keys);
            sorting::sort_digits(&mut placed.0, (0, of_keys), governor)?;
            *order = governor.collected(placed.0.iter().map(|(_, row)| *row), order.len())?;
        }
        65..=128 => {
            let mut numbers = Aside(numbers::<u128>(order.len(), &digits, of_place, governor)?);
            sorting::sort(&mut numbers.0, governor, &Ord::cmp)?;
            let rows = numbers.0.iter().map(|number| place.last_of(*number));
            *order = governor.collected(rows, order.len())?;
        }
        _ => sorting::sort_slowly(order, governor, &|a: &u32, b: &u32| {
            let rank = |(ranks, descending): &(Aside<Rank>, bool), row: &u32| {
                let rank = ranks.0.get(*row as usize).copied().unwrap_or_default();
                if *descending { !rank } else { rank }
            };
            let ordering = |key| rank(key, a).cmp(&rank(key, b));
            keys.iter().map(ordering).find(|ordering| ordering.is_ne()).unwrap_or_else(|| a.cmp(b))
        })?,
    }
    Ok(())
}

/// A number for each row, of its keys and then its place, which has so many bits; of its keys alone where that is none.
fn numbers<T>(rows: usize, keys: &[(Digits, &[Rank])], of_place: u32, governor: &Governor) -> Result<Vec<T>>
where
    T: Copy + Default + Send + 'static + From<u64> + Shl<u32, Output = T> + BitOr<Output = T>,
{
    let mut numbers = Aside(governor.filled(T::default(), rows)?);
    for (digits, ranks) in keys {
        let bits = digits.bits();
        for (numbers, ranks) in numbers.0.chunks_mut(STRETCH).zip(ranks.chunks(STRETCH)) {
            for (number, rank) in numbers.iter_mut().zip(ranks) {
                *number = *number << bits | T::from(digits.digit(*rank));
            }
            governor.check()?;
        }
    }
    if of_place > 0 {
        for (numbers, first) in numbers.0.chunks_mut(STRETCH).zip((0_u64..).step_by(STRETCH)) {
            for (number, row) in numbers.iter_mut().zip(first..) {
                *number = *number << of_place | T::from(row);
            }
            governor.check()?;
        }
    }
    Ok(std::mem::take(&mut numbers.0))
}

/// How the ranks of a key become numbers with as few bits as they need: counted from the least or the greatest, without the low bits that
/// are zero in all of them.
struct Digits {
    least: Rank,
    greatest: Rank,
    descending: bool,
    shift: u32,
}

impl Digits {
    fn of(ranks: &[Rank], descending: bool, governor: &Governor) -> Result<Self> {
        let (mut least, mut greatest, mut mixed) = (Rank::MAX, 0, 0);
        for part in ranks.chunks(STRETCH) {
            (least, greatest) =
                part.iter().fold((least, greatest), |(a, b), rank| (a.min(*rank), b.max(*rank)));
            governor.check()?;
        }
        least = least.min(greatest);
        for part in ranks.chunks(STRETCH) {
            mixed = part.iter().fold(mixed, |mixed, rank| mixed | (rank - least));
            governor.check()?;
        }
        Ok(Self { least, greatest, descending, shift: if mixed == 0 { 0 } else { mixed.trailing_zeros() } })
    }

    fn bits(&self) -> u32 {
        Rank::BITS - ((self.greatest - self.least) >> self.shift).leading_zeros()
    }

    /// The place of a row, which comes last in a number.
    #[inline]
    fn last_of(&self, number: u128) -> u32 {
        (number & ((1 << self.bits()) - 1)) as u32
    }

    #[inline]
    fn digit(&self, rank: Rank) -> Rank {
        (if self.descending { self.greatest - rank } else { rank - self.least }) >> self.shift
    }
}

impl Sort<'_> {
    /// Drops what is held.
    fn forget(&mut self) {
        let held = std::mem::take(&mut self.held);
        let bytes = held.bytes();
        set_aside(held, bytes);
        (self.order, self.given) = (Vec::new(), 0);
        // Where rows passed, all that were wanted did.
        if !self.passes {
            (self.is_sorted, self.passed) = (false, 0);
        }
    }
}

impl Drop for Sort<'_> {
    fn drop(&mut self) {
        self.forget();
    }
}

impl Operator for Sort<'_> {
    fn next(&mut self, cx: &mut Context<'_>) -> Result<Option<Batch>> {
        if self.passes
            && let Some(batch) = self.pass(cx)?
        {
            return Ok(Some(batch));
        }
        if !self.is_sorted {
            self.run(cx)?;
            self.is_sorted = true;
        }
        let rows = self.order.get(self.given..).unwrap_or_default();
        let rows = rows.get(..ROWS).unwrap_or(rows);
        if rows.is_empty() {
            // What comes after that is sorted by itself: the input's next part, where it is read in parts.
            self.forget();
            return Ok(None);
        }
        self.given += rows.len();
        Ok(Some(self.held.gather(rows)))
    }

    fn bytes(&self) -> usize {
        self.held.bytes() + self.order.capacity() * size_of::<u32>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;
    use crate::exec::fixture::{Batches, context, run};
    use crate::expr::Texts;
    use crate::expr::fast::Fast;
    use crate::store::{self, Graph as _, Indexed as _};
    use crate::terms::{GraphName, Literal, NamedNode, Quad, Term, xsd};
    use crate::{Governor, Limits};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    fn sorted(keys: &[Key], first: Option<u64>) -> (Vec<Vec<Id>>, Option<Vec<u64>>) {
        let counted =
            Batch { counts: Some(vec![1, 5, 1]), ..Batch::of(vec![vec![3, 1, 2], vec![0, 1, 2]], 3) };
        let plain = Batch::of(vec![vec![1, 2], vec![3, 4]], 2);
        run(|_| Box::new(Sort::new(keys.to_vec(), first, Batches::new(vec![counted, plain]))))
    }

    #[test]
    fn rows_with_equal_keys_stay_in_their_order() {
        let (columns, counts) = sorted(&[(0, false)], None);
        assert_eq!(columns, [[1, 1, 2, 2, 3], [1, 3, 2, 4, 0]]);
        assert_eq!(counts, Some(vec![5, 1, 1, 1, 1]));
        assert_eq!(sorted(&[(0, true)], None).0, [[3, 2, 2, 1, 1], [0, 2, 4, 1, 3]]);
        assert_eq!(sorted(&[(0, false), (1, true)], None).0[1], [3, 1, 4, 2, 0]);
    }

    #[test]
    fn each_part_of_an_input_is_sorted_by_itself() {
        struct Two(usize);
        impl Operator for Two {
            fn next(&mut self, _: &mut Context<'_>) -> Result<Option<Batch>> {
                self.0 += 1;
                Ok((self.0 % 2 == 1 && self.0 < 4).then(|| Batch::of(vec![vec![9 - self.0 as Id, 1]], 2)))
            }
        }
        let (graph, governor) = context();
        let mut cx = Context::new(&graph, &governor, None);
        let mut sort = Sort::new(vec![(0, false)], None, Box::new(Two(0)));
        let mut next = || sort.next(&mut cx).unwrap().map(|batch| batch.column(0).to_vec());
        assert_eq!([next(), next()], [Some(vec![1, 8]), None]);
        assert_eq!([next(), next(), next()], [Some(vec![1, 6]), None, None]);
    }

    #[test]
    fn ranks_of_any_width_sort_alike() {
        // By one number of 64 bits, by one of 128, and by what fits into neither.
        run(|cx| {
            for (width, shift) in [(3, 30), (40, 0), (60, 2), (64, 0)] {
                let mut state = 1_u64;
                let mut rank = || {
                    state =
                        state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    (state.rotate_left(17) >> (64 - width)) << (shift % (65 - width).max(1))
                };
                for (keys, in_order) in (0..4).flat_map(|keys| [(keys, 0), (keys, 1), (keys, 2)]) {
                    let mut ranks: Vec<Vec<Rank>> =
                        (0..keys).map(|_| (0..999).map(|_| rank()).collect()).collect();
                    let descending = |key: usize| key % 2 == 1;
                    for (key, ranks) in ranks.iter_mut().enumerate().rev().take(in_order) {
                        ranks.sort_by_key(|rank| if descending(key) { !rank } else { *rank });
                    }
                    let mut expected: Vec<u32> = (0..999).collect();
                    expected.sort_by_key(|row| {
                        let key = |(n, ranks): (usize, &Vec<Rank>)| {
                            let rank = ranks[*row as usize];
                            if descending(n) { !rank } else { rank }
                        };
                        ranks.iter().enumerate().map(key).collect::<Vec<Rank>>()
                    });
                    let keyed: Vec<(Aside<Rank>, bool)> =
                        (0..).zip(&ranks).map(|(n, ranks)| (Aside(ranks.clone()), descending(n))).collect();
                    let mut order = (0..999).collect();
                    sort(&mut order, &keyed, cx).unwrap();
                    assert_eq!(order, expected, "{keys} keys of {width} bits, {in_order} in order");
                }
            }
            Batches::new(Vec::new())
        });
    }

    /// Batches that are counted as they are asked for, by what is told of each, and of the end.
    struct Counted(Running<'static>, fn(Option<&Batch>) -> usize, Arc<AtomicUsize>);

    impl Counted {
        fn new(batches: Vec<Batch>, of: fn(Option<&Batch>) -> usize) -> (Box<Self>, Arc<AtomicUsize>) {
            let read = Arc::<AtomicUsize>::default();
            (Box::new(Self(Batches::new(batches), of, Arc::clone(&read))), read)
        }
    }

    impl Operator for Counted {
        fn next(&mut self, cx: &mut Context<'_>) -> Result<Option<Batch>> {
            let batch = self.0.next(cx)?;
            self.2.fetch_add(self.1(batch.as_ref()), Relaxed);
            Ok(batch)
        }
    }

    #[test]
    fn rows_that_come_by_the_first_key_are_read_until_the_first_are_known() {
        /// Which rows come first of batches of the keys, with the keys downwards, and how many batches are read.
        fn firsts(batches: &[&[&str]], first: u64) -> (Vec<String>, usize) {
            let mut builder = store::pack::Builder::new();
            let name = |name: &str| NamedNode::new_unchecked(format!("http://example.org/{name}"));
            let number = |text: &str| {
                let datatype = if text.contains('.') { xsd::DECIMAL } else { xsd::INTEGER };
                Literal::new_typed_literal(text, datatype)
            };
            for text in batches.iter().flat_map(|batch| batch.iter()) {
                let quad = Quad::new(name("s"), name("p"), number(text), GraphName::DefaultGraph);
                builder.add(quad.as_ref());
            }
            let graph = builder.finish();
            let governor = Governor::unlimited();
            let mut cx = Context::new(&graph, &governor, None);
            let made: Vec<Batch> = batches
                .iter()
                .map(|batch| {
                    let ids = batch
                        .iter()
                        .map(|text| graph.id(Term::from(number(text)).as_ref()).unwrap().unwrap());
                    Batch::of(
                        vec![ids.collect::<Vec<Id>>(), (0..batch.len() as Id).rev().collect()],
                        batch.len(),
                    )
                })
                .collect();
            let (input, read) = Counted::new(made, |_| 1);
            let mut sort = Sort::new(vec![(0, true), (1, false)], Some(first), input).of_leading();
            let mut found = Vec::new();
            while let Some(batch) = sort.next(&mut cx).unwrap() {
                let text = |id: &Id| graph.term(*id).unwrap().to_string();
                found.extend(batch.column(0).iter().map(text));
            }
            assert!(sort.next(&mut cx).unwrap().is_none(), "and nothing after the end");
            let found =
                found.iter().map(|text| text.split('"').nth(1).unwrap_or_default().to_owned()).collect();
            (found, read.load(Relaxed))
        }
        let wanted = |texts: &[&str]| texts.iter().map(ToString::to_string).collect::<Vec<String>>();
        let batches: &[&[&str]] = &[&["9", "8"], &["8", "7"], &["7.0", "7"], &["6"], &["5"]];
        assert_eq!(firsts(batches, 1), (wanted(&["9"]), 1));
        assert_eq!(firsts(batches, 3), (wanted(&["9", "8", "8"]), 2));
        // 7 and 7.0 are equal (section 15.1): none of them is known to be first before the last of them came.
        assert_eq!(firsts(batches, 4), (wanted(&["9", "8", "8", "7"]), 4));
        assert_eq!(firsts(batches, 99).1, 6);
    }

    /// A sort of rows that come sorted by the numbers of their keys, over the small graph: what it gives, and after how many rows of the
    /// input it gave the first.
    fn of_sorted(columns: Vec<Vec<Id>>, first: Option<u64>) -> (Vec<Vec<Id>>, usize) {
        let (graph, governor) = context();
        let mut cx = Context::new(&graph, &governor, None);
        let rows: Vec<usize> = (0..columns[0].len()).collect();
        let batches = rows.chunks(2).map(|rows| {
            let part = columns.iter().map(|column| rows.iter().map(|row| column[*row]).collect::<Vec<Id>>());
            Batch::of(part.collect(), rows.len())
        });
        let (input, read) = Counted::new(batches.collect(), |batch| batch.map_or(0, |batch| batch.len));
        let mut sort = Sort::new(vec![(0, false), (1, false)], first, input).of_sorted();
        let (mut all, mut read_first) = (Batch::default(), 0);
        while let Some(batch) = sort.next(&mut cx).unwrap() {
            read_first = if all.len == 0 { read.load(Relaxed) } else { read_first };
            all.append(&batch, &mut cx).unwrap();
        }
        assert!(sort.next(&mut cx).unwrap().is_none(), "and after the end nothing");
        (all.slices().into_iter().map(<[Id]>::to_vec).collect(), read_first)
    }

    #[test]
    fn rows_that_come_sorted_pass_as_they_are_until_values_may_be_equal() {
        let (numbers, iris) = {
            let kinds = context().0.kinds().clone();
            (kinds.range(store::Kind::Number), kinds.range(store::Kind::Iri))
        };
        let (a, n) = (iris.start, numbers.start);
        let nodes = vec![vec![a, a, a, a + 1, a + 1], vec![1, 2, 5, 1, 3]];
        assert_eq!(of_sorted(nodes.clone(), None), (nodes.clone(), 2));
        let (found, read) = of_sorted(nodes.clone(), Some(2));
        assert_eq!((found, read), (nodes.iter().map(|column| column[..2].to_vec()).collect(), 2));
        // Numbers may be equal that are different terms: they are held, and all that comes after them.
        let mixed = vec![vec![a, a + 1, a + 2, n, n + 1], vec![4, 2, 5, 1, 3]];
        assert_eq!(of_sorted(mixed.clone(), None), (mixed.clone(), 2));
        assert_eq!(of_sorted(vec![vec![n, n + 1], vec![1, 2]], None).1, 2);
        let (found, _) = of_sorted(mixed.clone(), Some(3));
        assert_eq!(found, mixed.iter().map(|column| column[..3].to_vec()).collect::<Vec<_>>());
    }

    #[test]
    fn equal_numbers_that_come_sorted_are_sorted_by_what_follows() {
        // SPARQL 1.1, section 15.1: `1` and `1.0` are neither less nor greater than each other, so that the next key decides.
        let mut builder = crate::store::pack::Builder::new();
        let iri = |name: &str| NamedNode::new_unchecked(format!("http://example.org/{name}"));
        for (subject, object) in [("c", "1"), ("a", "1.0"), ("b", "01"), ("d", "0.5")] {
            let datatype = if object.contains('.') { xsd::DECIMAL } else { xsd::INTEGER };
            let object = Literal::new_typed_literal(object, datatype);
            let graph = GraphName::DefaultGraph;
            builder.add(Quad::new(iri(subject), iri("p"), object, graph).as_ref());
        }
        let pack = builder.finish();
        let text = "SELECT ?s { ?s :p ?o } ORDER BY ?o ?s";
        let query = crate::syntax::parse::query(text, &crate::fixture::prefixes(), None).unwrap();
        let answer =
            crate::answer(&pack, &query, crate::DefaultGraph::Alone, &Governor::unlimited()).unwrap();
        let crate::answer::Answer::Rows(rows) = answer else { panic!("no rows") };
        let found: Vec<String> =
            rows.gather().rows.iter().map(|row| row[0].as_ref().unwrap().to_string()).collect();
        let expected = ["d", "a", "b", "c"].map(|name| iri(name).to_string());
        assert_eq!(found, expected);
    }

    #[test]
    fn of_the_first_only_as_many_as_solutions_are_wanted() {
        assert_eq!(sorted(&[(0, false)], Some(5)).0, [[1], [1]], "one row is five solutions");
        assert_eq!(sorted(&[(0, false)], Some(6)).0, [[1, 1], [1, 3]]);
    }

    #[test]
    fn what_is_cut_while_reading_is_what_is_cut_at_the_end() {
        let len = 40_000_u32;
        let column: Vec<Id> = (0..len).map(|n| n.wrapping_mul(2_654_435_761) % 90).collect();
        let batches: Vec<Batch> =
            column.chunks(ROWS).map(|part| Batch::of(vec![part.to_vec()], part.len())).collect();
        let of =
            |first| run(|_| Box::new(Sort::new(vec![(0, true)], first, Batches::new(batches.clone())))).0;
        assert_eq!(of(Some(700))[0], of(None)[0][..700]);
    }

    /// Batches of a computed number, a computed text and a number of the row.
    fn computed(rows: u32) -> Vec<Batch> {
        let of = |n: u32| match n.wrapping_mul(2_654_435_761) % 50 {
            0 => None,
            n if n < 25 => Some(Fast::Integer(n.into())),
            n if n < 40 => Some(Fast::Decimal { mantissa: i128::from(n) * 10, scale: 2 }),
            n => Some(Fast::Double(f64::from(n) - 30.0)),
        };
        let all: Vec<u32> = (0..rows).collect();
        let batch = |part: &[u32]| {
            let mut texts = Texts::default();
            part.iter().for_each(|n| texts.push((n % 7 > 0).then(|| format!("text {}", n % 11)).as_deref()));
            let numbers = Column::Numbers(part.iter().map(|n| of(*n)).collect());
            Batch::of(vec![numbers, Column::Texts(texts), part.to_vec().into()], part.len())
        };
        all.chunks(ROWS).map(batch).collect()
    }

    #[test]
    fn computed_keys_sort_as_their_terms_do() {
        for first in [None, Some(3000)] {
            for keys in [
                &[(0, false)][..],
                &[(1, true)],
                &[(0, true), (1, false)],
                &[(1, false), (0, true), (2, true)],
            ] {
                let order = |batches: Vec<Batch>| {
                    let sorted = |cx: &mut Context<'_>| -> Batch {
                        let sort = Sort::new(keys.to_vec(), first, Batches::new(batches));
                        crate::exec::drain(Box::new(sort), cx).unwrap()
                    };
                    let (graph, governor) = context();
                    let mut cx = Context::new(&graph, &governor, None);
                    sorted(&mut cx).column(2).to_vec()
                };
                let (graph, governor) = context();
                let mut cx = Context::new(&graph, &governor, None);
                let numbered = |mut batch: Batch| {
                    for column in &mut batch.columns {
                        *column = std::mem::take(column).into_ids(&mut cx).unwrap().into();
                    }
                    batch
                };
                let numbered: Vec<Batch> = computed(30_000).into_iter().map(numbered).collect();
                let sort = Sort::new(keys.to_vec(), first, Batches::new(numbered));
                let expected = crate::exec::drain(Box::new(sort), &mut cx).unwrap();
                assert_eq!(order(computed(30_000)), expected.column(2));
            }
        }
    }

    #[test]
    fn computed_cells_count_as_memory() {
        let limited = |max| {
            let limits = Limits { max_memory: Some(max), memory_used: Some(|| 0), ..Limits::default() };
            let (graph, governor) = (context().0, Governor::new(limits, Arc::default()));
            let mut cx = Context::new(&graph, &governor, None);
            let sort = Sort::new(vec![(2, false)], None, Batches::new(computed(100_000)));
            crate::exec::drain(Box::new(sort), &mut cx).map(|all| all.len).map_err(|error| error.kind)
        };
        assert_eq!(limited(1 << 30), Ok(100_000));
        // The numbers alone take more.
        assert_eq!(limited(100_000 * 16), Err(Kind::Limit));
    }
}
