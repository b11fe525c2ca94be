//! GROUP BY: one row for each value of the keys, with aggregates over its solutions.
//!
//! In: rows with counts. Out: the keys and the aggregates, groups in the order of their first rows. A row
//! that stands for many solutions is aggregated once, by its count. Without keys there is one group, even
//! of nothing (SPARQL 1.1, section 18.5, Aggregation). COUNT, MIN, MAX and SAMPLE of a variable work on ids
//! and ranks, or on what was computed, sums of integers on the graph's column of values; all else goes through `expr::aggregate`.
//!
//! It is hash aggregation (Graefe, Query evaluation techniques for large databases, ACM Computing Surveys 1993, section 4.3)
//! without the overflow to disk: what has no room within the limits is an error. Rows that come with counts are aggregated as
//! those that were counted early (Yan and Larson, Eager aggregation and lazy aggregation, VLDB 1995).

use crate::aside::{ITEM, set_aside};
use crate::error::Result;
use crate::exec::batch::{Batch, Column, ROWS, plus};
use crate::exec::best::Best;
use crate::exec::coded::Coder;
use crate::exec::context::Context;
use crate::exec::formula::{Compiled, passing};
use crate::exec::joined::Joined;
use crate::exec::seen::Seen;
use crate::exec::tally::{self, Tally};
use crate::exec::{Operator, Running, integer};
use crate::expr::aggregate::{Accumulator, Total};
use crate::expr::fast::Fast;
use crate::expr::{Computed, Note, Value};
use crate::store::{Id, NONE};
use crate::syntax::algebra::AggregateFunction;
use std::collections::HashMap;

/// The texts of the rows that are given at once have about so many bytes at most, where they are more than one.
const TEXT: usize = 1 << 20;

/// So many different values are told apart by a table: of more, nearly each misses the caches.
const FEW: usize = if cfg!(test) { 100 } else { 1 << 17 };

/// To number a computed term takes as long as so many units of work.
const INTERNING: usize = 20;

/// To keep so many bytes of a text takes as long as a unit of work: the limits are looked at once for each 80 kB.
const BYTES: usize = 8;

/// An aggregate to compute.
pub struct Aggregate {
    /// Which.
    pub function: AggregateFunction,
    /// Over what; nothing for whole solutions.
    pub argument: Option<Compiled>,
    /// Whether equal values count once.
    pub distinct: bool,
    /// Whether its results need no numbers of terms.
    pub computed: bool,
    /// What tells whole solutions apart, for COUNT(DISTINCT *): the columns of variables in scope.
    pub whole: Vec<usize>,
    /// Whether the argument is a variable by whose numbers the rows come sorted: a value is new in its group where it is not the last one there.
    pub ascends: bool,
}

/// A key of groups.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// The input's column; nothing for a key that nothing binds.
    pub column: Option<usize>,
    /// Whether it needs no numbers of terms in the output.
    pub computed: bool,
}

/// What a group has so far.
enum State {
    /// How many solutions.
    Counts(Vec<u64>),
    /// The least or greatest member.
    Best(Best),
    /// Any member.
    Sample(Vec<Id>),
    /// The texts of the members.
    Concat(Joined),
    /// Sums of numbers that fit, and everything else: for sums only up to the last group that has something else.
    General { sums: Vec<Total>, accumulators: Vec<Accumulator>, empty: Accumulator },
    /// The results, once all solutions came.
    Done(Column),
}

/// An aggregate in progress, for all groups.
struct Aggregation {
    aggregate: Aggregate,
    state: State,
    /// Whether there are keys: else there is one group, of which nothing is told apart.
    keyed: bool,
    /// For DISTINCT: what came before, values or whole solutions, each with its group where there are several.
    seen: Seen,
    /// The same where many are only counted; counts are those before they were many.
    tally: Option<Box<dyn Tally>>,
    /// For DISTINCT of values that ascend: the last one of each group.
    last: Vec<Id>,
    /// What they are told apart by: one for an argument, one for each column of whole solutions.
    coders: Vec<Coder>,
    places: Vec<u32>,
}

/// A grouping in progress. See the module.
pub struct Group<'a> {
    keys: Vec<Key>,
    /// What the keys are told apart by.
    coders: Vec<Coder>,
    aggregations: Vec<Aggregation>,
    /// What must be true of a group: read from the keys and the aggregates, but no GROUP_CONCAT.
    having: Vec<Compiled>,
    input: Option<Running<'a>>,
    seen: Seen,
    /// The keys of all groups. Their aggregates are computed for the rows that are given.
    whole: Batch,
    given: usize,
    /// How many bytes the groups took before they became rows.
    held: usize,
}

impl<'a> Group<'a> {
    /// Of `input`: the groups for which all of `having` is true, which reads the keys and the aggregates, in this order.
    pub fn new(
        keys: Vec<Key>,
        aggregates: Vec<Aggregate>,
        having: Vec<Compiled>,
        input: Running<'a>,
    ) -> Self {
        let keyed = !keys.is_empty();
        Self {
            coders: keys.iter().map(|_| Coder::default()).collect(),
            keys,
            aggregations: aggregates
                .into_iter()
                .map(|aggregate| Aggregation::new(aggregate, keyed))
                .collect(),
            having,
            input: Some(input),
            seen: Seen::default(),
            whole: Batch::default(),
            given: 0,
            held: 0,
        }
    }

    fn run(&mut self, mut input: Running<'a>, cx: &mut Context<'_>) -> Result<()> {
        while let Some(batch) = input.next(cx)? {
            let groups = self.groups(&batch, cx)?;
            let count = if self.keys.is_empty() { 1 } else { self.seen.len() };
            for aggregation in &mut self.aggregations {
                aggregation.add(&groups, count, &batch, cx)?;
            }
            cx.work(batch.len)?;
        }
        self.held = self.bytes();
        let len = if self.keys.is_empty() { 1 } else { self.seen.len() };
        let mut columns: Vec<Column> = Vec::with_capacity(self.keys.len());
        let codes = std::mem::take(&mut self.seen).into_columns(cx)?;
        for ((codes, coder), key) in codes.into_iter().zip(std::mem::take(&mut self.coders)).zip(&self.keys) {
            columns.push(coder.column(codes, key.computed, cx)?);
        }
        columns.resize(self.keys.len(), Column::default());
        self.whole = Batch::of(columns, len);
        if !self.having.is_empty() {
            self.judge(cx)?;
        }
        for aggregation in &mut self.aggregations {
            aggregation.finish(self.whole.len, cx)?;
        }
        Ok(())
    }

    /// Leaves the groups for which the conditions are true, and only then has the texts of GROUP_CONCAT read.
    fn judge(&mut self, cx: &mut Context<'_>) -> Result<()> {
        let (groups, mut whole) = (self.whole.len, std::mem::take(&mut self.whole));
        let keys = whole.columns.len();
        for aggregation in &mut self.aggregations {
            whole.columns.push(match &aggregation.state {
                State::Concat(_) => Column::default(),
                _ => {
                    aggregation.finish(groups, cx)?;
                    match &mut aggregation.state {
                        State::Done(column) => std::mem::take(column),
                        _ => aggregation.column(0, groups, cx)?,
                    }
                }
            });
        }
        let mut kept = Vec::new();
        for from in (0..groups).step_by(ROWS) {
            // The last column has the number of the group.
            let mut part = whole.part(from, ROWS);
            let numbers = part.columns.len();
            part.columns.push(Column::Ids((from as u32..).take(part.len).collect()));
            kept.extend(passing(&mut self.having, part, cx)?.column(numbers));
        }
        whole = whole.gather_within(&kept, cx)?;
        let results = whole.columns.split_off(keys);
        for (aggregation, result) in self.aggregations.iter_mut().zip(results) {
            match &mut aggregation.state {
                State::Concat(joined) => joined.keep(&kept, groups, cx)?,
                state => *state = State::Done(result),
            }
        }
        self.whole = whole;
        Ok(())
    }

    /// The next groups, with their aggregates.
    fn part(&mut self, cx: &mut Context<'_>) -> Result<Batch> {
        let mut part = self.whole.next_part(self.given);
        let within = |aggregation: &Aggregation| aggregation.within(self.given, part.len);
        let len = self.aggregations.iter().map(within).fold(part.len, usize::min);
        if len < part.len {
            part = part.part(0, len);
        }
        for aggregation in &mut self.aggregations {
            part.columns.push(aggregation.column(self.given, len, cx)?);
        }
        self.given += len;
        Ok(part)
    }

    /// The group of each row.
    fn groups(&mut self, batch: &Batch, cx: &mut Context<'_>) -> Result<Vec<Id>> {
        if self.keys.is_empty() {
            return Ok(vec![0; batch.len]);
        }
        let mut codes = Vec::with_capacity(self.keys.len());
        for (coder, key) in self.coders.iter_mut().zip(&self.keys) {
            codes.push(match key.column {
                Some(column) => coder.codes(batch.cells(column), cx)?,
                None => vec![NONE; batch.len].into(),
            });
        }
        let columns: Vec<&[Id]> = codes.iter().map(AsRef::as_ref).collect();
        let mut groups = Vec::with_capacity(batch.len);
        self.seen.enter(&columns, batch.len, cx, &mut groups)?;
        Ok(groups)
    }
}

impl Drop for Aggregation {
    fn drop(&mut self) {
        let items = match &self.state {
            State::General { accumulators, .. } => accumulators.len() * ITEM,
            _ => 0,
        };
        let bytes = self.bytes() + items;
        set_aside(std::mem::replace(&mut self.state, State::Counts(Vec::new())), bytes);
    }
}

impl Aggregation {
    /// About how many bytes it holds; computed texts of MIN, MAX and SAMPLE aside.
    fn bytes(&self) -> usize {
        self.seen.bytes()
            + size_of_val(self.last.as_slice())
            + self.tally.as_ref().map_or(0, |tally| tally.bytes())
            + self.coders.iter().map(Coder::bytes).sum::<usize>()
            + match &self.state {
                State::Counts(counts) => size_of_val(counts.as_slice()),
                State::Best(best) => best.bytes(),
                State::Sample(members) => size_of_val(members.as_slice()),
                State::Concat(joined) => joined.bytes(),
                State::Done(column) => column.bytes(),
                State::General { sums, accumulators, .. } => {
                    size_of_val(sums.as_slice()) + size_of_val(accumulators.as_slice())
                }
            }
    }

    fn new(mut aggregate: Aggregate, keyed: bool) -> Self {
        let variable = aggregate.argument.as_ref().is_some_and(Compiled::is_variable);
        let state = match &aggregate.function {
            AggregateFunction::Count => State::Counts(Vec::new()),
            AggregateFunction::Min | AggregateFunction::Max if variable => {
                State::Best(Best::new(aggregate.function == AggregateFunction::Max))
            }
            AggregateFunction::Sample if variable => State::Sample(Vec::new()),
            AggregateFunction::GroupConcat { separator } => State::Concat(Joined::new(separator.as_deref())),
            function => {
                let empty = Accumulator::new(function);
                // Of equal numbers that are written otherwise each counts by itself where they must be distinct.
                if empty.is_sum() && !aggregate.distinct {
                    aggregate.argument.iter_mut().for_each(Compiled::only_numbers);
                }
                State::General { sums: Vec::new(), accumulators: Vec::new(), empty }
            }
        };
        let (seen, coders, places) = (Seen::default(), vec![Coder::default()], Vec::new());
        Self { aggregate, state, keyed, seen, last: Vec::new(), tally: None, coders, places }
    }

    /// Makes room for so many groups.
    fn grow(&mut self, count: usize, cx: &Context<'_>) -> Result<()> {
        match &mut self.state {
            State::Counts(counts) => resize(counts, count, 0, cx),
            State::Best(best) => best.grow(count, cx.governor()),
            State::Sample(best) => resize(best, count, NONE, cx),
            State::Concat(joined) => joined.concat.grow(count, cx.governor()),
            State::General { sums, empty, .. } if empty.is_sum() => resize(sums, count, Total::default(), cx),
            State::General { accumulators, empty, .. } => resize(accumulators, count, empty.clone(), cx),
            State::Done(_) => Ok(()),
        }
    }

    fn add(&mut self, groups: &[Id], count: usize, batch: &Batch, cx: &mut Context<'_>) -> Result<()> {
        self.grow(count, cx)?;
        let Some(argument) = &mut self.aggregate.argument else {
            return if self.aggregate.distinct {
                self.add_solutions(groups, batch, cx)
            } else {
                self.count_all(groups, batch)
            };
        };
        if self.aggregate.distinct {
            if self.aggregate.ascends {
                let ids = argument.ids(batch, cx)?;
                resize(&mut self.last, count, NONE, cx)?;
                let new = groups.iter().zip(&ids).filter(|(group, id)| is_new(&mut self.last, **group, **id));
                return self.state.add_ids(new.map(|(group, id)| (*group, *id, 1)), cx);
            }
            if let State::Counts(_) = self.state {
                let cells = argument.cells(batch, cx)?;
                let Some(coder) = self.coders.first_mut() else { return Ok(()) };
                let codes = coder.codes(&cells, cx)?;
                if let Some(tally) = many(&mut self.seen, &mut self.tally, (self.keyed, false), cx)? {
                    return tally.add(&[groups, &codes], false, cx);
                }
                let seen = (&mut self.seen, &mut self.places);
                return add_distinct(seen, &mut self.state, (self.keyed, groups, &codes), cx);
            }
            let ids = argument.ids(batch, cx)?;
            let seen = (&mut self.seen, &mut self.places);
            return add_distinct(seen, &mut self.state, (self.keyed, groups, &ids), cx);
        }
        if argument.is_variable() {
            let column = argument.cells(batch, cx)?;
            return self.state.add_column(groups, column, batch, cx);
        }
        match argument.computed(batch, cx)? {
            Computed::Numbers(numbers) => {
                for (row, (group, number)) in groups.iter().zip(numbers).enumerate() {
                    self.state.add_number(*group, number, batch.count(row), cx)?;
                }
            }
            Computed::Values(values) => {
                for (row, (group, value)) in groups.iter().zip(&values).enumerate() {
                    self.state.add_value(*group, value.as_ref(), batch.count(row), cx)?;
                }
            }
        }
        Ok(())
    }

    fn count_all(&mut self, groups: &[Id], batch: &Batch) -> Result<()> {
        let State::Counts(counts) = &mut self.state else { return Ok(()) };
        for (row, group) in groups.iter().enumerate() {
            if let Some(count) = counts.get_mut(*group as usize) {
                *count = plus(*count, batch.count(row))?;
            }
        }
        Ok(())
    }

    /// COUNT(DISTINCT *): whole solutions, each once in its group.
    fn add_solutions(&mut self, groups: &[Id], batch: &Batch, cx: &mut Context<'_>) -> Result<()> {
        let State::Counts(counts) = &mut self.state else { return Ok(()) };
        let whole = &self.aggregate.whole;
        self.coders.resize_with(whole.len(), Coder::default);
        let codes = self.coders.iter_mut().zip(whole);
        let codes = codes.map(|(coder, column)| coder.codes(batch.cells(*column), cx));
        let codes = codes.collect::<Result<Vec<_>>>()?;
        let mut columns = vec![groups];
        columns.extend(codes.iter().map(AsRef::as_ref));
        if let Some(tally) = many(&mut self.seen, &mut self.tally, (self.keyed, true), cx)? {
            return tally.add(&columns, true, cx);
        }
        let mut known = self.seen.len() as u32;
        let told = columns.get(usize::from(!self.keyed)..).unwrap_or_default();
        self.seen.enter(told, batch.len, cx, &mut self.places)?;
        for (group, place) in groups.iter().zip(&self.places) {
            if *place == known
                && let Some(count) = counts.get_mut(*group as usize)
            {
                *count = plus(*count, 1)?;
            }
            known += u32::from(*place == known);
        }
        Ok(())
    }

    /// Once all solutions came: says of how many groups there is no result, and makes the results that need all at once.
    fn finish(&mut self, len: usize, cx: &mut Context<'_>) -> Result<()> {
        self.grow(len, cx)?;
        if let (Some(mut tally), State::Counts(counts)) = (self.tally.take(), &mut self.state) {
            counts.fill(0);
            tally.count(counts, cx)?;
        }
        let (failures, errors) = match &mut self.state {
            State::Sample(best) => {
                self.state = State::Done(std::mem::take(best).into());
                return Ok(());
            }
            State::Best(best) => {
                let (column, failures) = best.finish(self.aggregate.computed, cx)?;
                self.state = State::Done(column);
                (failures, 0)
            }
            State::Concat(joined) => joined.finish(cx)?.failures(),
            State::General { accumulators, .. } => {
                let failed = accumulators.iter().filter(|accumulator| accumulator.has_failed());
                failed.fold((0, 0), |(groups, sum), accumulator| (groups + 1, sum + accumulator.errors()))
            }
            State::Counts(_) | State::Done(_) => (0, 0),
        };
        note(&self.aggregate.function, failures, errors, cx);
        Ok(())
    }

    /// How many of so many groups from one on are given at once.
    fn within(&self, from: usize, len: usize) -> usize {
        match &self.state {
            State::Concat(joined) => joined.concat.within(from, len, TEXT).max(1),
            _ => len,
        }
    }

    /// The results of so many groups from one on, each asked for once.
    fn column(&mut self, from: usize, len: usize, cx: &mut Context<'_>) -> Result<Column> {
        match &mut self.state {
            State::Counts(counts) => {
                let counts = counts.get(from..from + len).unwrap_or_default();
                if self.aggregate.computed {
                    counted(counts, cx)
                } else {
                    numbered(counts, cx).map(Column::Ids)
                }
            }
            State::Done(column) => Ok(column.part(from, len)),
            State::Concat(joined) => {
                let texts = Column::Texts(joined.concat.texts(from, len, cx.governor())?);
                cx.work(len * INTERNING)?;
                if self.aggregate.computed { Ok(texts) } else { texts.into_ids(cx).map(Column::Ids) }
            }
            // Made whole by `finish`.
            State::Best(_) | State::Sample(_) => Ok(Column::Ids(vec![NONE; len])),
            State::General { sums, accumulators, empty } => {
                let (mut column, nothing) = (Column::default(), Accumulator::new(&AggregateFunction::Count));
                for group in from..from + len {
                    cx.work(INTERNING)?;
                    let known = accumulators.get_mut(group);
                    let known = known.map(|accumulator| std::mem::replace(accumulator, nothing.clone()));
                    let mut accumulator = known.unwrap_or_else(|| empty.clone());
                    accumulator.add_total(sums.get(group).copied().unwrap_or_default());
                    column.push(accumulator.finish(), self.aggregate.computed, cx)?;
                }
                Ok(column)
            }
        }
    }
}

/// Makes room for so many items, where there is some.
fn resize<T: Clone>(list: &mut Vec<T>, count: usize, value: T, cx: &Context<'_>) -> Result<()> {
    if count > list.capacity() {
        // While a list is copied it is there twice.
        cx.room(count.max(2 * list.capacity()) * size_of::<T>())?;
    }
    list.resize(count, value);
    Ok(())
}

/// What tells apart the values of groups that are only counted, once they are many; where they become so, it gets those seen before.
fn many<'t>(
    seen: &mut Seen,
    tally: &'t mut Option<Box<dyn Tally>>,
    (keyed, unbound): (bool, bool),
    cx: &Context<'_>,
) -> Result<Option<&'t mut Box<dyn Tally>>> {
    if tally.is_none() && seen.len() > FEW && !seen.ascends() {
        *tally = tally::of_width(seen.width() + usize::from(!keyed));
        if let Some(tally) = tally {
            let group = if keyed { Vec::new() } else { cx.governor().filled(0, seen.len())? };
            let columns = std::mem::take(seen).into_columns(cx)?;
            let columns = Some(&group).filter(|_| !keyed).into_iter().chain(&columns);
            tally.add(&columns.map(Vec::as_slice).collect::<Vec<_>>(), unbound, cx)?;
        }
    }
    Ok(tally.as_mut())
}

/// Whether a value is not the last one of its group, which it becomes.
fn is_new(last: &mut [Id], group: Id, id: Id) -> bool {
    last.get_mut(group as usize).is_none_or(|last| std::mem::replace(last, id) != id)
}

/// Adds each value once in its group, by the numbers or the codes of terms; errors as often as they come.
fn add_distinct(
    (seen, places): (&mut Seen, &mut Vec<u32>),
    state: &mut State,
    (keyed, groups, ids): (bool, &[Id], &[Id]),
    cx: &mut Context<'_>,
) -> Result<()> {
    let mut known = seen.len() as u32;
    let told: &[&[Id]] = if keyed { &[groups, ids] } else { &[ids] };
    seen.enter(told, groups.len(), cx, places)?;
    let mut new = Vec::new();
    for ((group, id), place) in groups.iter().zip(ids).zip(places) {
        let first = *place == known;
        known += u32::from(first);
        if first || *id == NONE {
            new.push((*group, *id, 1));
        }
    }
    state.add_ids(new.into_iter(), cx)
}

/// Counts as they are.
fn counted(counts: &[u64], cx: &mut Context<'_>) -> Result<Column> {
    let number = |count: &u64| i64::try_from(*count).ok().map(Fast::Integer);
    if !counts.iter().all(|count| number(count).is_some()) {
        return numbered(counts, cx).map(Column::Ids);
    }
    cx.governor().collected(counts.iter().map(number), counts.len()).map(Column::Numbers)
}

/// The ids of counts. Groups share few different counts, so each is looked up once.
fn numbered(counts: &[u64], cx: &mut Context<'_>) -> Result<Vec<Id>> {
    let mut known: HashMap<u64, Id> = HashMap::new();
    let mut ids = Vec::with_capacity(counts.len());
    for count in counts {
        cx.work(1)?;
        let id = match known.get(count) {
            Some(id) => *id,
            None => {
                cx.work(INTERNING)?;
                let id = cx.intern(&integer(*count))?;
                known.insert(*count, id);
                id
            }
        };
        ids.push(id);
    }
    Ok(ids)
}

impl State {
    /// Adds the cells of a column.
    fn add_column(
        &mut self,
        groups: &[Id],
        column: Column,
        batch: &Batch,
        cx: &mut Context<'_>,
    ) -> Result<()> {
        match (&mut *self, column) {
            (Self::Best(best), column) => best.add(groups, column, cx),
            (Self::Counts(_) | Self::General { .. }, Column::Numbers(numbers)) => {
                for (row, (group, number)) in groups.iter().zip(numbers).enumerate() {
                    self.add_number(*group, number, batch.count(row), cx)?;
                }
                Ok(())
            }
            (Self::Counts(_) | Self::General { .. }, column @ Column::Texts(_)) => {
                for (row, group) in groups.iter().enumerate() {
                    self.add_value(*group, column.value(row).as_ref(), batch.count(row), cx)?;
                }
                Ok(())
            }
            (Self::Concat(joined), Column::Texts(texts)) => {
                let concat = joined.after_waiting(cx)?;
                for (row, group) in groups.iter().enumerate() {
                    concat.add(*group as usize, texts.get(row), batch.count(row), cx.governor())?;
                }
                Ok(())
            }
            (Self::Concat(_), Column::Numbers(numbers)) => {
                for (row, (group, number)) in groups.iter().zip(numbers).enumerate() {
                    self.add_number(*group, number, batch.count(row), cx)?;
                }
                Ok(())
            }
            (_, column) => {
                let ids = column.into_ids(cx)?;
                let rows = groups.iter().zip(ids).enumerate();
                self.add_ids(rows.map(|(row, (group, id))| (*group, id, batch.count(row))), cx)
            }
        }
    }

    /// Adds values by their ids, `(group, id, count)`.
    fn add_ids(&mut self, rows: impl Iterator<Item = (Id, Id, u64)>, cx: &mut Context<'_>) -> Result<()> {
        match self {
            Self::Counts(counts) => {
                for (group, id, more) in rows.filter(|(_, id, _)| *id != NONE) {
                    if let Some(count) = counts.get_mut(group as usize) {
                        *count = plus(*count, more)?;
                    }
                    let _ = id;
                }
            }
            Self::Sample(best) => {
                for (group, id, _) in rows {
                    if let Some(best) = best.get_mut(group as usize).filter(|best| **best == NONE) {
                        *best = id;
                    }
                }
            }
            Self::Best(best) => best.add_ids(rows.map(|(group, id, _)| (group, id)), cx)?,
            Self::Concat(joined) => joined.add_ids(rows, cx)?,
            Self::Done(_) => {}
            Self::General { sums, accumulators, empty } => {
                let numbers = cx.graph.numbers()?;
                let sums_only = empty.is_sum();
                for (group, id, count) in rows {
                    let number = numbers.get(id).filter(|_| sums_only).and_then(Fast::of_packed);
                    if let Some(number) = number
                        && sums.get_mut(group as usize).is_some_and(|total| total.add(number, count))
                    {
                        continue;
                    }
                    let value = cx.term(id)?.map(Value::Term);
                    // A number of very many digits is read.
                    let digits = value.as_ref().map_or(0, Value::text_len);
                    // What the query computed is added where it comes: sums of floats and doubles depend on the order.
                    let number =
                        value.as_ref().filter(|_| sums_only && number.is_none()).and_then(Value::number);
                    if let Some(number) = number.and_then(|number| Fast::of_number(&number))
                        && sums.get_mut(group as usize).is_some_and(|total| total.add(number, count))
                    {
                        cx.work(1 + digits / BYTES)?;
                        continue;
                    }
                    if let Some(accumulator) = of_group(accumulators, group, empty) {
                        accumulator.add(value.as_ref(), count);
                        cx.work(1 + digits / BYTES)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Adds a number that has no id.
    #[inline]
    fn add_number(&mut self, group: Id, number: Option<Fast>, more: u64, cx: &mut Context<'_>) -> Result<()> {
        if let Self::General { sums, empty, .. } = self
            && let Some(fits) = number
            && empty.is_sum()
            && sums.get_mut(group as usize).is_some_and(|total| total.add(fits, more))
        {
            return Ok(());
        }
        self.add_value(group, number.map(|number| Value::Number(number.to_number())).as_ref(), more, cx)
    }

    /// Adds a value that has no id.
    fn add_value(&mut self, group: Id, value: Option<&Value>, more: u64, cx: &mut Context<'_>) -> Result<()> {
        match self {
            Self::Counts(counts) => {
                if let Some(count) = counts.get_mut(group as usize).filter(|_| value.is_some()) {
                    *count = plus(*count, more)?;
                }
            }
            Self::General { sums, accumulators, empty } => {
                let number = value.filter(|_| empty.is_sum()).and_then(Value::number);
                if let Some(number) = number.and_then(|number| Fast::of_number(&number))
                    && sums.get_mut(group as usize).is_some_and(|total| total.add(number, more))
                {
                    return Ok(());
                }
                if let Some(accumulator) = of_group(accumulators, group, empty) {
                    accumulator.add(value, more);
                    // MIN and MAX may keep it, each group one.
                    let text = match value {
                        Some(Value::String(text)) => text.len(),
                        Some(Value::Number(number)) => number.as_exact().map_or(0, |number| number.digits()),
                        _ => 0,
                    };
                    cx.work(text / BYTES)?;
                }
            }
            Self::Concat(joined) => {
                joined.after_waiting(cx)?.add_value(group as usize, value, more, cx.governor())?;
            }
            // Only ever of a variable, and so of ids.
            Self::Best(_) | Self::Sample(_) | Self::Done(_) => {}
        }
        Ok(())
    }
}

/// The accumulator of a group, made where there is none yet.
fn of_group<'a>(
    accumulators: &'a mut Vec<Accumulator>,
    group: Id,
    empty: &Accumulator,
) -> Option<&'a mut Accumulator> {
    if accumulators.len() <= group as usize {
        accumulators.resize(group as usize + 1, empty.clone());
    }
    accumulators.get_mut(group as usize)
}

impl Drop for Group<'_> {
    fn drop(&mut self) {
        let whole = std::mem::take(&mut self.whole);
        let bytes = whole.bytes();
        set_aside(whole, bytes);
    }
}

impl Operator for Group<'_> {
    fn next(&mut self, cx: &mut Context<'_>) -> Result<Option<Batch>> {
        if let Some(input) = self.input.take() {
            self.run(input, cx)?;
        }
        let part = self.part(cx)?;
        Ok((part.len > 0).then_some(part))
    }

    fn bytes(&self) -> usize {
        let states: usize = self.aggregations.iter().map(Aggregation::bytes).sum();
        let coded: usize = self.coders.iter().map(Coder::bytes).sum();
        self.held.max(self.seen.bytes() + coded + states + self.whole.bytes())
    }
}
/// Notes that a function has no result in some groups.
fn note(function: &AggregateFunction, groups: u64, solutions: u64, cx: &Context<'_>) {
    if groups > 0 {
        let name = function.to_string();
        let function = name.split_once('(').map_or(name.as_str(), |(name, _)| name).to_owned();
        cx.scope().note(Note::Aggregate { function, groups, solutions });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::fixture::{Batches, run, solutions};

    #[test]
    fn groups_come_in_the_order_of_their_first_rows_and_counts_count() {
        let counted = Batch { counts: Some(vec![2, 3, 4]), ..Batch::of(vec![vec![7, 5, 7]], 3) };
        let input = || Batches::new(vec![counted.clone(), Batch::of(vec![vec![9, 5]], 2)]);
        let keys = || [Some(0), None].map(|column| Key { column, computed: true }).to_vec();
        let (columns, _) = run(|_| Box::new(Group::new(keys(), Vec::new(), Vec::new(), input())));
        assert_eq!(columns, [[7, 5, 9], [NONE, NONE, NONE]], "a key that nothing binds is unbound");
        let query = "SELECT ?k (COUNT(*) AS ?n) (MIN(?y) AS ?least) (SUM(?y) AS ?sum) { ?x :kind ?k ; :year ?y } \
                     GROUP BY ?k ORDER BY ?k";
        assert_eq!(solutions(query), ["integration 2 2000 4001", "launch 38 2000 76059"]);
    }

    /// SPARQL 1.1, section 18.2.4.4: `(aggregate AS ?n)` extends the solutions of the group by a variable equal to the result. It is read as
    /// any other, by what joins, filters, sorts and names it again.
    #[test]
    fn a_result_is_read_under_its_name() {
        let counts = "SELECT ?k (COUNT(*) AS ?n) { ?x :kind ?k } GROUP BY ?k";
        for (query, expected) in [
            (format!("SELECT ?k ?n {{ VALUES ?n {{ 2 3 }} {{ {counts} }} }}"), vec!["integration 2"]),
            (format!("SELECT ?k ?n {{ {{ {counts} }} FILTER(?n > 3) }}"), vec!["launch 38"]),
            (format!("SELECT ?n {{ VALUES ?n {{ 2 3 }} MINUS {{ {counts} }} }}"), vec!["3"]),
            (
                "SELECT (COUNT(*) AS ?n) (COUNT(*) AS ?m) (?n + 1 AS ?o) { ?x :kind ?k } GROUP BY ?k ORDER BY COUNT(*)".into(),
                vec!["2 2 3", "38 38 39"],
            ),
            ("SELECT (SUM(?y) AS ?s) { ?x :none ?y BIND(1 AS ?one) } HAVING(COUNT(*) = 0)".into(), vec!["0"]),
            (
                "SELECT ?k (COUNT(*) AS ?n) (?n AS ?m) (COUNT(*) + 1 AS ?o) { ?x :kind ?k } GROUP BY ?k ORDER BY ?n ?m".into(),
                vec!["integration 2 2 3", "launch 38 38 39"],
            ),
            // SPARQL 1.2, 18.3.2: a group of EXISTS begins with the solution around it, with which a result is joined.
            (
                "SELECT ?n { VALUES ?n { 1 40 } FILTER EXISTS { { SELECT (COUNT(*) AS ?n) (COUNT(*) AS ?z) { ?x :kind ?k } } } }".into(),
                vec!["40"],
            ),
            (
                "SELECT ?n { VALUES ?n { 1 40 } FILTER EXISTS { { SELECT (COUNT(*) AS ?n) { ?x :kind ?k } } FILTER(?n > 0) } }".into(),
                vec!["40"],
            ),
            ("SELECT ?n { VALUES ?n { 1 2 } FILTER EXISTS { { SELECT (2 AS ?n) {} } } }".into(), vec!["2"]),
            ("SELECT ?n { VALUES ?n { 1 2 } FILTER NOT EXISTS { { SELECT (2 AS ?n) {} } } }".into(), vec!["1"]),
            ("SELECT (SAMPLE(1 / 0) AS ?s) (BOUND(?s) AS ?b) { ?x :kind ?k }".into(), vec!["- false"]),
        ] {
            assert_eq!(solutions(&query), expected, "{query}");
        }
    }

    #[test]
    fn no_solution_is_one_group_only_without_keys() {
        // SPARQL 1.1, section 11.2 and 18.5: without GROUP BY there is one implicit group, even of nothing.
        assert_eq!(
            solutions("SELECT (COUNT(*) AS ?n) (SUM(?x) AS ?s) (MIN(?x) AS ?m) { ?x :none ?y }"),
            ["0 0 -"]
        );
        assert!(solutions("SELECT (COUNT(*) AS ?n) { ?x :none ?y } GROUP BY ?x").is_empty());
    }

    #[test]
    fn distinct_values_count_once_for_each_group() {
        let query = "SELECT ?k (COUNT(DISTINCT ?y) AS ?n) (SUM(DISTINCT ?y) AS ?s) { ?x :kind ?k ; :year ?y } \
                     GROUP BY ?k ORDER BY ?k";
        assert_eq!(solutions(query), ["integration 2 4001", "launch 4 8006"]);
        assert_eq!(solutions("SELECT (COUNT(DISTINCT *) AS ?n) { ?x :year ?y } "), ["40"]);
    }

    /// SPARQL 1.1, section 18.5.1.2: Count counts what is in the multiset that Distinct leaves, in whatever order its rows come. One of
    /// the variables leads here, by which the rows come sorted.
    #[test]
    fn values_that_ascend_are_told_apart_by_the_last_one() {
        let pattern = "{ ?x :year ?y ; :kind ?k . ?z :year ?y ; :kind ?l }";
        for (key, told) in ["?k", "?l", "?y", "?x", ""]
            .into_iter()
            .flat_map(|key| ["?x", "?z", "?y"].map(|told| (key, told)))
        {
            let by = if key.is_empty() { String::new() } else { format!("GROUP BY {key} ORDER BY {key}") };
            let one = solutions(&format!("SELECT {key} (COUNT(DISTINCT {told}) AS ?n) {pattern} {by}"));
            let distinct = format!("SELECT DISTINCT {key} {told} {pattern}");
            assert_eq!(
                one,
                solutions(&format!("SELECT {key} (SUM(1) AS ?n) {{ {distinct} }} {by}")),
                "{told} {by}"
            );
        }
        let sum =
            format!("SELECT ?k (SUM(DISTINCT ?y) AS ?s) (COUNT(?z) AS ?n) {pattern} GROUP BY ?k ORDER BY ?k");
        assert_eq!(solutions(&sum), ["integration 4001 20", "launch 8006 380"]);
    }

    #[test]
    fn many_different_values_are_counted_as_few_are() {
        // 1 600 solutions in no order, of which a half has equal values, some none.
        let pattern = "{ ?x :year ?y . ?z :year ?w OPTIONAL { ?x :kind ?g } \
                       BIND(IF(?z = ?x, 1 / 0, CONCAT(MD5(STR(?x)), STR(?w))) AS ?v) }";
        for (key, by) in [("", ""), ("?g", "GROUP BY ?g ORDER BY ?g")] {
            for told in ["?v", "?z", "?w"] {
                let one = solutions(&format!("SELECT {key} (COUNT(DISTINCT {told}) AS ?k) {pattern} {by}"));
                let distinct = format!("SELECT DISTINCT {key} {told} {{ {pattern} FILTER(BOUND({told})) }}");
                let other = solutions(&format!("SELECT {key} (SUM(1) AS ?k) {{ {distinct} }} {by}"));
                assert_eq!(one, other, "{told} {by}");
            }
            let one = solutions(&format!("SELECT {key} (COUNT(DISTINCT *) AS ?k) {pattern} {by}"));
            let distinct = format!("SELECT DISTINCT * {pattern}");
            assert_eq!(one, solutions(&format!("SELECT {key} (SUM(1) AS ?k) {{ {distinct} }} {by}")), "{by}");
            // SPARQL 1.1, section 18.5.1.2: Count counts what is in the multiset that Distinct leaves.
            let distinct = format!("SELECT DISTINCT ?g ?v ?w {pattern}");
            let one = solutions(&format!("SELECT (COUNT(*) AS ?k) {{ {distinct} }}"));
            assert_eq!(one, solutions(&format!("SELECT (SUM(1) AS ?k) {{ {distinct} }}")));
        }
    }

    #[test]
    fn an_error_in_a_group_leaves_its_aggregate_unbound() {
        // SPARQL 1.1, section 18.5.1.3: Sum adds with op:numeric-add, which is an error for what is no number.
        let query = "SELECT ?g (SUM(?v) AS ?s) (COUNT(?v) AS ?n) { VALUES (?g ?v) { (1 1) (1 \"a\") (2 2) (2 UNDEF) } } \
                     GROUP BY ?g ORDER BY ?g";
        assert_eq!(solutions(query), ["1 - 2", "2 - 1"]);
    }
}
