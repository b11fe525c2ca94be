//! GROUP BY: one row for each value of the keys, with aggregates over its solutions.
//!
//! In: rows with counts. Out: the keys and the aggregates, groups in the order of their first rows. A row
//! that stands for many solutions is aggregated once, by its count. Without keys there is one group, even
//! of nothing (SPARQL 1.1, section 18.5, Aggregation). COUNT, MIN, MAX and SAMPLE of a variable work on ids
//! and ranks, or on what was computed, sums of integers on the graph's column of values; all else goes through `expr::aggregate`.

use crate::answer::page::Page;
use crate::aside::{ITEM, set_aside};
use crate::error::Result;
use crate::exec::batch::{Batch, Column, plus};
use crate::exec::best::Best;
use crate::exec::coded::Coder;
use crate::exec::context::Context;
use crate::exec::decoded::{FIRST_ROWS, rows_after, write_ids};
use crate::exec::formula::Compiled;
use crate::exec::seen::Seen;
use crate::exec::{Operator, Running, integer};
use crate::expr::aggregate::{Accumulator, Total};
use crate::expr::fast::Fast;
use crate::expr::{Computed, Note, Value, as_text, text_of};
use crate::store::{Id, NONE, Scratch};
use crate::syntax::algebra::AggregateFunction;
use std::collections::HashMap;

/// Before a text longer than this grows, it is asked whether there is room for it.
const LONG_TEXT: usize = 1 << 20;

/// To number a computed term takes as long as so many units of work.
const INTERNING: usize = 20;

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
    /// Sums of exact numbers that fit, and everything else: for sums only up to the last group that has something else.
    General { sums: Vec<Total>, accumulators: Vec<Accumulator>, empty: Accumulator },
}

/// So many accumulators are looked at to learn how much they hold.
const LOOKED_AT: usize = 1 << 12;

/// An aggregate in progress, for all groups.
struct Aggregation {
    aggregate: Aggregate,
    state: State,
    /// For DISTINCT: what came before, values or whole solutions, each with its group.
    seen: Seen,
    coder: Coder,
    places: Vec<u32>,
}

/// A grouping in progress. See the module.
pub struct Group<'a> {
    keys: Vec<Key>,
    /// What the keys are told apart by.
    coders: Vec<Coder>,
    aggregations: Vec<Aggregation>,
    input: Option<Running<'a>>,
    seen: Seen,
    whole: Batch,
    given: usize,
    /// How many bytes the groups took before they became rows.
    held: usize,
}

impl<'a> Group<'a> {
    /// Of `input`.
    pub fn new(keys: Vec<Key>, aggregates: Vec<Aggregate>, input: Running<'a>) -> Self {
        Self {
            coders: keys.iter().map(|_| Coder::default()).collect(),
            keys,
            aggregations: aggregates.into_iter().map(Aggregation::new).collect(),
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
        let mut columns: Vec<Column> = Vec::with_capacity(self.keys.len() + self.aggregations.len());
        let codes = std::mem::take(&mut self.seen).into_columns(cx)?;
        for ((codes, coder), key) in codes.into_iter().zip(std::mem::take(&mut self.coders)).zip(&self.keys) {
            columns.push(coder.column(codes, key.computed, cx)?);
        }
        columns.resize(self.keys.len(), Column::default());
        for aggregation in &mut self.aggregations {
            columns.push(aggregation.column(len, cx)?);
        }
        self.whole = Batch::of(columns, len);
        Ok(())
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
            State::General { accumulators, .. } => {
                let texts = accumulators.iter().take(LOOKED_AT).map(Accumulator::text_len).sum::<usize>();
                accumulators.len() * ITEM + texts
            }
            _ => 0,
        };
        let bytes = self.bytes() + items;
        set_aside(std::mem::replace(&mut self.state, State::Counts(Vec::new())), bytes);
    }
}

impl Aggregation {
    /// About how many bytes it holds; texts that it gathers aside.
    fn bytes(&self) -> usize {
        self.seen.bytes()
            + self.coder.bytes()
            + match &self.state {
                State::Counts(counts) => size_of_val(counts.as_slice()),
                State::Best(best) => best.bytes(),
                State::Sample(members) => size_of_val(members.as_slice()),
                State::General { sums, accumulators, .. } => {
                    size_of_val(sums.as_slice()) + size_of_val(accumulators.as_slice())
                }
            }
    }

    fn new(aggregate: Aggregate) -> Self {
        let variable = aggregate.argument.as_ref().is_some_and(Compiled::is_variable);
        let state = match aggregate.function {
            AggregateFunction::Count => State::Counts(Vec::new()),
            AggregateFunction::Min | AggregateFunction::Max if variable => {
                State::Best(Best::new(aggregate.function == AggregateFunction::Max))
            }
            AggregateFunction::Sample if variable => State::Sample(Vec::new()),
            _ => {
                let empty = Accumulator::new(&aggregate.function);
                State::General { sums: Vec::new(), accumulators: Vec::new(), empty }
            }
        };
        Self { aggregate, state, seen: Seen::default(), coder: Coder::default(), places: Vec::new() }
    }

    /// Makes room for so many groups.
    fn grow(&mut self, count: usize) {
        match &mut self.state {
            State::Counts(counts) => counts.resize(count, 0),
            State::Best(best) => best.grow(count),
            State::Sample(best) => best.resize(count, NONE),
            State::General { sums, empty, .. } if empty.is_sum() => sums.resize(count, Total::default()),
            State::General { accumulators, empty, .. } => accumulators.resize(count, empty.clone()),
        }
    }

    fn add(&mut self, groups: &[Id], count: usize, batch: &Batch, cx: &mut Context<'_>) -> Result<()> {
        self.grow(count);
        let Some(argument) = &mut self.aggregate.argument else {
            return if self.aggregate.distinct {
                self.add_solutions(groups, batch, cx)
            } else {
                self.count_all(groups, batch)
            };
        };
        if self.aggregate.distinct {
            if let State::Counts(_) = self.state {
                let cells = argument.cells(batch, cx)?;
                let codes = self.coder.codes(&cells, cx)?;
                return add_distinct(
                    (&mut self.seen, &mut self.places),
                    &mut self.state,
                    (groups, &codes),
                    cx,
                );
            }
            let ids = argument.ids(batch, cx)?;
            return add_distinct((&mut self.seen, &mut self.places), &mut self.state, (groups, &ids), cx);
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
    fn add_solutions(&mut self, groups: &[Id], batch: &Batch, cx: &Context<'_>) -> Result<()> {
        let State::Counts(counts) = &mut self.state else { return Ok(()) };
        let mut columns = batch.slices();
        columns.push(groups);
        let mut known = self.seen.len() as u32;
        self.seen.enter(&columns, batch.len, cx, &mut self.places)?;
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

    /// The results of the groups.
    fn column(&mut self, len: usize, cx: &mut Context<'_>) -> Result<Column> {
        self.grow(len);
        match &mut self.state {
            State::Counts(counts) if self.aggregate.computed => counted(counts, cx),
            State::Counts(counts) => numbered(counts, cx).map(Column::Ids),
            State::Sample(best) => Ok(std::mem::take(best).into()),
            State::Best(best) => {
                let (column, failures) = best.finish(self.aggregate.computed, cx)?;
                note(&self.aggregate.function, failures, 0, cx);
                Ok(column)
            }
            State::General { sums, accumulators, empty } => {
                let (mut failures, mut errors, mut column) = (0, 0, Column::default());
                let nothing = Accumulator::new(&AggregateFunction::Count);
                for group in 0..len {
                    cx.work(INTERNING)?;
                    let known = accumulators.get_mut(group);
                    let known = known.map(|accumulator| std::mem::replace(accumulator, nothing.clone()));
                    let mut accumulator = known.unwrap_or_else(|| empty.clone());
                    accumulator.add_total(sums.get(group).copied().unwrap_or_default());
                    let failed = accumulator.errors();
                    let value = accumulator.finish();
                    if value.is_none() {
                        failures += u64::from(failed > 0);
                        errors += failed;
                    }
                    column.push(value, self.aggregate.computed, cx)?;
                }
                note(&self.aggregate.function, failures, errors, cx);
                Ok(column)
            }
        }
    }
}

/// Adds each value once in its group, by the numbers or the codes of terms; errors as often as they come.
fn add_distinct(
    (seen, places): (&mut Seen, &mut Vec<u32>),
    state: &mut State,
    (groups, ids): (&[Id], &[Id]),
    cx: &mut Context<'_>,
) -> Result<()> {
    let mut known = seen.len() as u32;
    seen.enter(&[groups, ids], groups.len(), cx, places)?;
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
            Self::General { accumulators, empty, .. } if empty.is_text() => {
                add_texts(accumulators, empty, &rows.collect::<Vec<_>>(), cx)?;
            }
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
                    if let Some(accumulator) = of_group(accumulators, group, empty) {
                        accumulate(accumulator, cx.term(id)?.map(Value::Term).as_ref(), count, cx)?;
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
            Self::General { accumulators, empty, .. } => {
                if let Some(accumulator) = of_group(accumulators, group, empty) {
                    accumulate(accumulator, value, more, cx)?;
                }
            }
            // Only ever of a variable, and so of ids.
            Self::Best(_) | Self::Sample(_) => {}
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

/// Adds terms, `(group, id, count)`, to the texts of their groups. The terms of some rows are read together, in the order of the
/// dictionary.
fn add_texts(
    accumulators: &mut Vec<Accumulator>,
    empty: &Accumulator,
    mut rows: &[(Id, Id, u64)],
    cx: &mut Context<'_>,
) -> Result<()> {
    let (mut page, mut scratch, mut many) = (Page::default(), Scratch::new(), FIRST_ROWS);
    while !rows.is_empty() {
        let (now, later) = rows.split_at(many.min(rows.len()));
        let ids: Vec<Id> = now.iter().map(|(_, id, _)| *id).collect();
        page.clear(1);
        write_ids(&ids, 0, &mut page, cx, &mut scratch)?;
        for (row, (group, _, count)) in now.iter().enumerate() {
            if let Some(accumulator) = of_group(accumulators, *group, empty) {
                accumulate_text(accumulator, page.get(row, 0).and_then(text_of), *count, cx)?;
            }
        }
        (rows, many) = (later, rows_after(many, &page, 1));
    }
    Ok(())
}

/// Adds a value to a set function, a long text a part at a time.
fn accumulate(
    accumulator: &mut Accumulator,
    value: Option<&Value>,
    count: u64,
    cx: &mut Context<'_>,
) -> Result<()> {
    if accumulator.is_text() {
        return accumulate_text(accumulator, value.and_then(as_text).as_deref(), count, cx);
    }
    accumulator.add(value, count);
    Ok(())
}

/// Adds a text so many times, nothing for an error, a part at a time.
fn accumulate_text(
    accumulator: &mut Accumulator,
    text: Option<&str>,
    count: u64,
    cx: &mut Context<'_>,
) -> Result<()> {
    let at_once = accumulator.at_once(text.unwrap_or_default());
    let (mut left, errors) = (count, accumulator.errors());
    while left > 0 {
        // Once there is an error the result is one, however often more is added.
        let now = if accumulator.errors() > errors { left } else { left.min(at_once) };
        accumulator.add_text(text.filter(|_| accumulator.errors() == errors), now);
        left -= now;
        // A text that grows doubles.
        if accumulator.text_len() > LONG_TEXT {
            cx.room(accumulator.text_len())?;
        }
        cx.work(1)?;
    }
    Ok(())
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
        let part = self.whole.next_part(self.given);
        self.given += part.len;
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
        let (columns, _) = run(|_| Box::new(Group::new(keys(), Vec::new(), input())));
        assert_eq!(columns, [[7, 5, 9], [NONE, NONE, NONE]], "a key that nothing binds is unbound");
        let query = "SELECT ?k (COUNT(*) AS ?n) (MIN(?y) AS ?least) (SUM(?y) AS ?sum) { ?x :kind ?k ; :year ?y } \
                     GROUP BY ?k ORDER BY ?k";
        assert_eq!(solutions(query), ["integration 2 2000 4001", "launch 38 2000 76059"]);
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

    #[test]
    fn an_error_in_a_group_leaves_its_aggregate_unbound() {
        // SPARQL 1.1, section 18.5.1.3: Sum adds with op:numeric-add, which is an error for what is no number.
        let query = "SELECT ?g (SUM(?v) AS ?s) (COUNT(?v) AS ?n) { VALUES (?g ?v) { (1 1) (1 \"a\") (2 2) (2 UNDEF) } } \
                     GROUP BY ?g ORDER BY ?g";
        assert_eq!(solutions(query), ["1 - 2", "2 - 1"]);
    }
}
