//! A new variable that several patterns share, found where all of them agree: worst-case-optimal for cycles.
//!
//! In: rows, two or more patterns of known predicate, each with one end bound by the row and the new variable at the other.
//! Out: the rows with the values that stand in the sorted lists of all patterns. Where the variable is not live, its values
//! are only counted, or only one is looked for. The shortest list leads and the others are searched by galloping, one
//! variable at a time as in the generic join of Ngo, Ré and Rudra (Skew strikes back, SIGMOD Record 2014).

use crate::error::Result;
use crate::exec::batch::{Batch, From, ROWS};
use crate::exec::context::Context;
use crate::exec::{Operator, Running};
use crate::store::{AHEAD, Id, NONE, PairCursor, lower_bound};

/// The first batch has at most so many rows: a LIMIT above may need no more.
const FIRST_ROWS: usize = 64;

/// What is asked for each row.
#[derive(Debug, Clone)]
pub struct Shape {
    /// Where the bound end of each pattern is.
    pub ends: Vec<From>,
    /// The input's columns that stay, in the order of the output.
    pub kept: Vec<usize>,
    /// Whether the new variable is a column, after those.
    pub live: bool,
    /// Whether equal rows must come as often as they are found.
    pub counted: bool,
}

/// An intersection in progress. See the module.
pub struct Intersect<'a> {
    cursors: Vec<PairCursor<'a>>,
    shape: Shape,
    input: Running<'a>,
    batch: Batch,
    row: usize,
    /// The values found for the row, and how many of them were given.
    found: Vec<Id>,
    given: usize,
    started: bool,
    cap: usize,
}

impl<'a> Intersect<'a> {
    /// Of the lists that `cursors` give for the ends in `shape`, in the same order.
    pub fn new(cursors: Vec<PairCursor<'a>>, shape: Shape, input: Running<'a>) -> Self {
        Self {
            cursors,
            shape,
            input,
            batch: Batch::default(),
            row: 0,
            found: Vec::new(),
            given: 0,
            started: false,
            cap: FIRST_ROWS,
        }
    }

    /// Finds the values for the row; gives how much work that was.
    fn find(&mut self) -> Result<usize> {
        self.found.clear();
        let (batch, row) = (&self.batch, self.row);
        let mut lists: Vec<&[Id]> = Vec::with_capacity(self.cursors.len());
        for (cursor, end) in self.cursors.iter_mut().zip(&self.shape.ends) {
            let list = cursor.lookup(end.get(batch, row).unwrap_or(NONE))?;
            if list.is_empty() {
                return Ok(1);
            }
            lists.push(list);
        }
        lists.sort_by_key(|list| list.len());
        let Some((lead, others)) = lists.split_first_mut() else { return Ok(1) };
        let only_one = !self.shape.live && !self.shape.counted;
        'values: for value in lead.iter() {
            for list in others.iter_mut() {
                *list = skip_below(list, *value);
                match list.first() {
                    None => break 'values,
                    Some(first) if first != value => continue 'values,
                    Some(_) => {}
                }
            }
            self.found.push(*value);
            if only_one {
                break;
            }
        }
        Ok(lead.len() + others.len())
    }

    fn step(&mut self, cx: &mut Context<'_>) -> Result<Batch> {
        let (mut rows, mut values, mut counts) = (Vec::new(), Vec::new(), Vec::new());
        let mut warm = self.row;
        while self.row < self.batch.len && rows.len() < self.cap {
            if self.row >= warm {
                warm = self.batch.len.min(self.row + AHEAD);
                for (cursor, end) in self.cursors.iter().zip(&self.shape.ends) {
                    cursor.warm((self.row..warm).filter_map(|row| end.get(&self.batch, row)));
                }
            }
            if !self.started {
                let work = self.find()?;
                cx.work(work)?;
                (self.started, self.given) = (true, 0);
            }
            if self.shape.live {
                let rest = self.found.get(self.given..).unwrap_or_default();
                let taken = rest.get(..self.cap - rows.len()).unwrap_or(rest);
                rows.extend(std::iter::repeat_n(self.row as u32, taken.len()));
                values.extend_from_slice(taken);
                self.given += taken.len();
            } else if !self.found.is_empty() {
                rows.push(self.row as u32);
                counts.push(self.found.len() as u64);
                self.given = self.found.len();
            }
            if self.given >= self.found.len() {
                (self.row, self.started) = (self.row + 1, false);
            }
        }
        let new = if self.shape.live { vec![values] } else { Vec::new() };
        let found = if self.shape.counted { counts.as_slice() } else { &[] };
        self.batch.extended(&rows, (&self.shape.kept, new, found), cx)
    }
}

/// The part of a sorted list from the first value that is at least `value`, found by galloping.
fn skip_below(list: &[Id], value: Id) -> &[Id] {
    list.get(lower_bound(list, 0, value)..).unwrap_or_default()
}

impl Operator for Intersect<'_> {
    fn next(&mut self, cx: &mut Context<'_>) -> Result<Option<Batch>> {
        loop {
            if self.row >= self.batch.len {
                let Some(batch) = self.input.next(cx)? else { return Ok(None) };
                (self.batch, self.row, self.started) = (batch, 0, false);
            }
            let batch = self.step(cx)?;
            if batch.len > 0 {
                self.cap = (self.cap * 2).min(ROWS);
                return Ok(Some(batch));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::fixture::{Batches, context};

    fn lists() -> Vec<PairCursor<'static>> {
        let (firsts, seconds): (&[Id], &[Id]) = (&[1, 1, 1, 1, 2, 3, 3], &[2, 5, 7, 9, 5, 5, 9]);
        vec![PairCursor::over(firsts, seconds), PairCursor::over(firsts, seconds)]
    }

    fn run(live: bool, counted: bool, counts: Option<Vec<u64>>) -> Batch {
        let (graph, governor) = context();
        let mut cx = Context::new(&graph, &governor, None);
        let input = Batch { counts, ..Batch::of(vec![vec![1, 1, 2, 4], vec![3, 2, 2, 1]], 4) };
        let shape = Shape { ends: vec![From::Column(0), From::Column(1)], kept: vec![1], live, counted };
        let operator = Intersect::new(lists(), shape, Batches::new(vec![input]));
        crate::exec::drain(Box::new(operator), &mut cx).unwrap()
    }

    #[test]
    fn values_in_all_lists_are_found() {
        let all = run(true, true, None);
        assert_eq!(all.columns, [[3, 3, 2, 2], [5, 9, 5, 5]]);
        assert_eq!(all.counts, None);
    }

    #[test]
    fn values_that_nobody_needs_are_counted() {
        let all = run(false, true, Some(vec![10, 1, 1, 1]));
        assert_eq!((all.columns, all.counts), (vec![vec![3, 2, 2].into()], Some(vec![20, 1, 1])));
        assert_eq!(run(false, false, None).counts, None, "one is as good as many");
    }

    #[test]
    fn galloping_finds_what_a_search_finds() {
        let list: Vec<Id> = (0..200).map(|n| n * 3).collect();
        for value in 0..620 {
            let from = list.partition_point(|found| *found < value);
            assert_eq!(skip_below(&list, value), &list[from..]);
        }
        assert_eq!(skip_below(&[], 3), &[] as &[Id]);
    }
}
