//! DISTINCT, and equal rows put together with their counts.
//!
//! In: rows. Out: every different row once: of `Distinct` at its first occurrence, so that an order below is kept; of `Combine`
//! at the end, with the sum of the counts. Both follow hash-based duplicate removal (Graefe, Query evaluation techniques for
//! large databases, ACM Computing Surveys 1993, section 4.3) and differ in that nothing is written to disk: what has no room
//! within the limits is an error. What DISTINCT means: SPARQL 1.1, section 18.5.

use crate::aside::set_aside;
use crate::error::Result;
use crate::exec::batch::{Batch, Column, plus};
use crate::exec::coded::Coder;
use crate::exec::context::Context;
use crate::exec::seen::Seen;
use crate::exec::{Operator, Running};
use crate::store::Id;

/// DISTINCT in progress. See the module.
pub struct Distinct<'a> {
    seen: Seen,
    coders: Vec<Coder>,
    /// Which columns need no numbers of terms.
    computed: Vec<bool>,
    places: Vec<u32>,
    input: Running<'a>,
}

/// Enters the rows of a batch by the codes of their cells.
fn enter(
    seen: &mut Seen,
    coders: &mut Vec<Coder>,
    batch: &Batch,
    places: &mut Vec<u32>,
    cx: &mut Context<'_>,
) -> Result<()> {
    coders.resize_with(batch.columns.len(), Coder::default);
    let codes = coders.iter_mut().zip(&batch.columns).map(|(coder, column)| coder.codes(column, cx));
    let codes = codes.collect::<Result<Vec<_>>>()?;
    let columns: Vec<&[Id]> = codes.iter().map(AsRef::as_ref).collect();
    seen.enter(&columns, batch.len, cx, places)
}

impl<'a> Distinct<'a> {
    /// Over `input`, whose columns may be given as they were computed where `computed` says so.
    pub fn new(computed: Vec<bool>, input: Running<'a>) -> Self {
        Self { seen: Seen::default(), coders: Vec::new(), computed, places: Vec::new(), input }
    }
}

impl Operator for Distinct<'_> {
    fn next(&mut self, cx: &mut Context<'_>) -> Result<Option<Batch>> {
        while let Some(mut batch) = self.input.next(cx)? {
            batch.counts = None;
            let mut known = self.seen.len() as u32;
            enter(&mut self.seen, &mut self.coders, &batch, &mut self.places, cx)?;
            let mut new = Vec::with_capacity(self.seen.len() - known as usize);
            for (row, place) in (0..).zip(&self.places) {
                if *place == known {
                    new.push(row);
                    known += 1;
                }
            }
            cx.work(batch.len)?;
            if !new.is_empty() {
                let mut batch = if new.len() == batch.len { batch } else { batch.gather(&new) };
                for (column, computed) in batch.columns.iter_mut().zip(&self.computed) {
                    if !computed && column.ids().is_none() {
                        *column = std::mem::take(column).into_ids(cx)?.into();
                    }
                }
                return Ok(Some(batch));
            }
        }
        Ok(None)
    }

    fn bytes(&self) -> usize {
        self.seen.bytes() + self.coders.iter().map(Coder::bytes).sum::<usize>()
    }
}

/// Equal rows put together, in progress. See the module.
pub struct Combine<'a> {
    input: Option<Running<'a>>,
    /// Which columns need no numbers of terms.
    computed: Vec<bool>,
    whole: Batch,
    given: usize,
    /// How many bytes the rows took while they were put together.
    held: usize,
}

impl<'a> Combine<'a> {
    /// Over `input`; `computed` as for [`Distinct::new`].
    pub fn new(computed: Vec<bool>, input: Running<'a>) -> Self {
        Self { input: Some(input), computed, whole: Batch::default(), given: 0, held: 0 }
    }
}

impl Drop for Combine<'_> {
    fn drop(&mut self) {
        let whole = std::mem::take(&mut self.whole);
        let bytes = whole.bytes();
        set_aside(whole, bytes);
    }
}

impl Operator for Combine<'_> {
    fn next(&mut self, cx: &mut Context<'_>) -> Result<Option<Batch>> {
        if let Some(mut input) = self.input.take() {
            let (mut seen, mut counts, mut places) = (Seen::default(), Vec::new(), Vec::new());
            let mut coders = Vec::new();
            while let Some(batch) = input.next(cx)? {
                enter(&mut seen, &mut coders, &batch, &mut places, cx)?;
                counts.resize(seen.len(), 0);
                for (row, place) in places.iter().enumerate() {
                    if let Some(count) = counts.get_mut(*place as usize) {
                        *count = plus(*count, batch.count(row))?;
                    }
                }
                cx.work(batch.len)?;
            }
            let len = seen.len();
            let coded: usize = coders.iter().map(Coder::bytes).sum();
            self.held = seen.bytes() + counts.capacity() * size_of::<u64>() + coded;
            let mut columns: Vec<Column> = Vec::with_capacity(coders.len());
            for ((codes, coder), computed) in
                seen.into_columns(cx)?.into_iter().zip(&coders).zip(&self.computed)
            {
                columns.push(coder.column(codes, *computed, cx)?);
            }
            self.whole = Batch { counts: Some(counts), ..Batch::of(columns, len) };
        }
        let part = self.whole.next_part(self.given);
        self.given += part.len;
        Ok((part.len > 0).then_some(part))
    }

    fn bytes(&self) -> usize {
        self.held.max(self.whole.bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::fixture::{Batches, context};

    fn input() -> Vec<Batch> {
        let counted =
            Batch { counts: Some(vec![3, 4, 5]), ..Batch::of(vec![vec![1, 2, 1], vec![7, 7, 7]], 3) };
        vec![counted, Batch::of(vec![vec![9, 1, 2], vec![7, 8, 7]], 3)]
    }

    #[test]
    fn rows_come_once_in_the_order_of_their_first() {
        let (graph, governor) = context();
        let mut cx = Context::new(&graph, &governor, None);
        let all = crate::exec::drain(Box::new(Distinct::new(vec![true; 2], Batches::new(input()))), &mut cx)
            .unwrap();
        assert_eq!(all.columns, [[1, 2, 9, 1], [7, 7, 7, 8]]);
        assert_eq!(all.counts, None);
    }

    #[test]
    fn counts_of_equal_rows_are_added() {
        let (graph, governor) = context();
        let mut cx = Context::new(&graph, &governor, None);
        let all = crate::exec::drain(Box::new(Combine::new(vec![true; 2], Batches::new(input()))), &mut cx)
            .unwrap();
        assert_eq!(all.columns, [[1, 2, 9, 1], [7, 7, 7, 8]]);
        assert_eq!(all.counts, Some(vec![8, 5, 1, 1]));
    }
}
