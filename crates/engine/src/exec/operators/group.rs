//! GROUP BY: one row for each value of the keys, with aggregates over its solutions.
//!
//! In: rows with counts. Out: the keys and the aggregates, groups in the order of their first rows. A row
//! that stands for many solutions is aggregated once, by its count. Without keys there is one group, even
//! of nothing (SPARQL 1.1, section 18.5, Aggregation).

use crate::error::Result;
use crate::exec::batch::{Batch, Column, ROWS, plus};
use crate::exec::context::Context;
use crate::exec::formula::Compiled;
use crate::exec::ranks::Ranks;
use crate::exec::rows_index::{RowsIndex, hashes};
use crate::exec::seen::{Seen, row_hashes};
use crate::exec::{Operator, Running, integer};
use crate::store::{Id, NONE};

/// What is made of the solutions of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// How many solutions bind the argument, or how many there are without one.
    Count,
    /// The first in the order of terms.
    Min,
    /// The last.
    Max,
    /// Any: the first that came.
    Sample,
}

/// An aggregate to compute.
pub struct Aggregate {
    /// Which.
    pub function: Function,
    /// Over what; nothing for whole solutions.
    pub argument: Option<Compiled>,
    /// Whether equal values count once.
    pub distinct: bool,
}

/// An aggregate in progress, for all groups.
struct State {
    aggregate: Aggregate,
    counts: Vec<u64>,
    best: Vec<Id>,
    seen: Pairs,
    solutions: Seen,
}

/// Pairs of a group and a value that came before.
#[derive(Default)]
struct Pairs {
    groups: Vec<Id>,
    values: Vec<Id>,
    index: RowsIndex,
}

impl Pairs {
    fn enter(&mut self, group: Id, value: Id, hash: u32) -> bool {
        let same = |row: u32| {
            self.groups.get(row as usize) == Some(&group) && self.values.get(row as usize) == Some(&value)
        };
        if self.index.rows(hash).any(same) {
            return false;
        }
        self.groups.push(group);
        self.values.push(value);
        self.index.push(hash);
        true
    }
}

/// A grouping in progress. See the module.
pub struct Group<'a> {
    /// The input's columns that are keys; nothing for a key that nothing binds.
    keys: Vec<Option<usize>>,
    states: Vec<State>,
    input: Option<Running<'a>>,
    seen: Seen,
    whole: Batch,
    given: usize,
}

impl<'a> Group<'a> {
    /// Of `input`.
    pub fn new(keys: Vec<Option<usize>>, aggregates: Vec<Aggregate>, input: Running<'a>) -> Self {
        let state = |aggregate| State {
            aggregate,
            counts: Vec::new(),
            best: Vec::new(),
            seen: Pairs::default(),
            solutions: Seen::default(),
        };
        Self {
            keys,
            states: aggregates.into_iter().map(state).collect(),
            input: Some(input),
            seen: Seen::default(),
            whole: Batch::default(),
            given: 0,
        }
    }

    fn run(&mut self, mut input: Running<'a>, cx: &mut Context<'_>) -> Result<()> {
        while let Some(batch) = input.next(cx)? {
            let keys = Batch::of(batch.columns.clone(), batch.len).select(&self.keys);
            let hashed = row_hashes(&keys);
            let mut groups = Vec::with_capacity(batch.len);
            for (row, hash) in hashed.into_iter().enumerate() {
                groups.push(self.seen.enter(&keys, row, hash).0 as Id);
            }
            let count = self.seen.len();
            for state in &mut self.states {
                state.add(&groups, count, &batch, cx)?;
            }
            cx.work(batch.len)?;
        }
        let mut len = self.seen.len();
        if self.keys.is_empty() && len == 0 {
            len = 1;
        }
        let mut columns = std::mem::take(&mut self.seen).into_columns();
        columns.resize(self.keys.len(), Vec::new());
        for state in &mut self.states {
            columns.push(state.column(len, cx)?);
        }
        self.whole = Batch::of(columns, len);
        Ok(())
    }
}

impl State {
    fn add(&mut self, groups: &[Id], count: usize, batch: &Batch, cx: &mut Context<'_>) -> Result<()> {
        self.counts.resize(count, 0);
        self.best.resize(count, NONE);
        let values = match &self.aggregate.argument {
            Some(argument) => Some(argument.ids(batch, cx)?),
            None if self.aggregate.distinct => {
                return self.add_solutions(groups, batch);
            }
            None => None,
        };
        let hashed = match &values {
            Some(values) if self.aggregate.distinct => hashes(&[groups, values], groups.len()),
            _ => Vec::new(),
        };
        let ranks = match &values {
            Some(values) if matches!(self.aggregate.function, Function::Min | Function::Max) => {
                Some(Ranks::of([values.as_slice(), self.best.as_slice()].into_iter(), cx)?)
            }
            _ => None,
        };
        for (row, group) in groups.iter().enumerate() {
            let value = values.as_ref().and_then(|values| values.get(row)).copied();
            if value == Some(NONE) {
                continue;
            }
            if self.aggregate.distinct {
                let hash = hashed.get(row).copied().unwrap_or_default();
                if !self.seen.enter(*group, value.unwrap_or(NONE), hash) {
                    continue;
                }
            }
            let Some((count, best)) =
                self.counts.get_mut(*group as usize).zip(self.best.get_mut(*group as usize))
            else {
                continue;
            };
            match self.aggregate.function {
                Function::Count => {
                    let more = if self.aggregate.distinct { 1 } else { batch.count(row) };
                    *count = plus(*count, more)?;
                }
                Function::Sample => *best = if *best == NONE { value.unwrap_or(NONE) } else { *best },
                Function::Min | Function::Max => {
                    let Some((value, ranks)) = value.zip(ranks.as_ref()) else { continue };
                    let (new, old) = (ranks.rank(value, cx.graph)?, ranks.rank(*best, cx.graph)?);
                    let max = self.aggregate.function == Function::Max;
                    if *best == NONE || (max && new > old) || (!max && new < old) {
                        *best = value;
                    }
                }
            }
        }
        Ok(())
    }

    /// COUNT(DISTINCT *): whole solutions, each once in its group.
    fn add_solutions(&mut self, groups: &[Id], batch: &Batch) -> Result<()> {
        let mut solutions = Batch::of(batch.columns.clone(), batch.len);
        solutions.columns.push(groups.to_vec());
        for (row, (group, hash)) in groups.iter().zip(row_hashes(&solutions)).enumerate() {
            if self.solutions.enter(&solutions, row, hash).1
                && let Some(count) = self.counts.get_mut(*group as usize)
            {
                *count = plus(*count, 1)?;
            }
        }
        Ok(())
    }

    fn column(&mut self, len: usize, cx: &mut Context<'_>) -> Result<Column> {
        self.counts.resize(len, 0);
        self.best.resize(len, NONE);
        match self.aggregate.function {
            Function::Count => self.counts.iter().map(|count| cx.intern(&integer(*count))).collect(),
            Function::Min | Function::Max | Function::Sample => Ok(std::mem::take(&mut self.best)),
        }
    }
}

impl Operator for Group<'_> {
    fn next(&mut self, cx: &mut Context<'_>) -> Result<Option<Batch>> {
        if let Some(input) = self.input.take() {
            self.run(input, cx)?;
        }
        let part = self.whole.part(self.given, ROWS);
        self.given += part.len;
        Ok((part.len > 0).then_some(part))
    }
}
