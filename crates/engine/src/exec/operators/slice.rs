//! OFFSET and LIMIT: some of the solutions in their order, and no more work than they need.
//!
//! In: rows. Out: the solutions from the offset on, at most so many. A row that stands for many solutions is cut by its count.
//! What it gives: SPARQL 1.1, section 18.5, Slice. It asks its input for nothing once it has enough, as Scan-Stop does (Carey and
//! Kossmann, On saying "Enough already!" in SQL, SIGMOD 1997).

use crate::error::Result;
use crate::exec::batch::Batch;
use crate::exec::context::Context;
use crate::exec::{Operator, Running};

/// A slice in progress. See the module.
pub struct Slice<'a> {
    skip: u64,
    left: u64,
    input: Running<'a>,
}

impl<'a> Slice<'a> {
    /// Of `input`.
    pub fn new(offset: u64, limit: Option<u64>, input: Running<'a>) -> Self {
        Self { skip: offset, left: limit.unwrap_or(u64::MAX), input }
    }

    fn cut(&mut self, batch: &Batch) -> Batch {
        let (mut rows, mut counts) = (Vec::new(), Vec::new());
        for row in 0..batch.len {
            let count = batch.count(row);
            let skipped = count.min(self.skip);
            let taken = (count - skipped).min(self.left);
            self.skip -= skipped;
            self.left -= taken;
            if taken > 0 {
                rows.push(row as u32);
                counts.push(taken);
            }
        }
        let mut cut = batch.gather(&rows);
        cut.counts = batch.counts.as_ref().map(|_| counts);
        cut
    }
}

impl Operator for Slice<'_> {
    fn next(&mut self, cx: &mut Context<'_>) -> Result<Option<Batch>> {
        while self.left > 0
            && let Some(batch) = self.input.next(cx)?
        {
            let batch = if batch.counts.is_none() && self.skip == 0 && batch.len as u64 <= self.left {
                self.left -= batch.len as u64;
                batch
            } else {
                self.cut(&batch)
            };
            if batch.len > 0 {
                return Ok(Some(batch));
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::fixture::{Batches, context};

    fn sliced(offset: u64, limit: Option<u64>) -> (u64, u64) {
        let counted = Batch { counts: Some(vec![3, 4]), ..Batch::of(vec![vec![1, 2]], 2) };
        let plain = Batch::of(vec![vec![3, 4, 5]], 3);
        let (graph, governor) = context();
        let mut cx = Context::new(&graph, &governor, None);
        let mut slice = Slice::new(offset, limit, Batches::new(vec![counted, plain]));
        let (mut solutions, mut first) = (0, 0);
        while let Some(batch) = slice.next(&mut cx).unwrap() {
            if solutions == 0 {
                first = batch.cell(0, 0).into();
            }
            solutions += (0..batch.len).map(|row| batch.count(row)).sum::<u64>();
        }
        (solutions, first)
    }

    #[test]
    fn solutions_are_counted_and_not_rows() {
        assert_eq!(sliced(0, None), (10, 1));
        assert_eq!(sliced(0, Some(2)), (2, 1));
        assert_eq!(sliced(2, Some(3)), (3, 1));
        assert_eq!(sliced(3, Some(5)), (5, 2));
        assert_eq!(sliced(8, Some(5)), (2, 4));
        assert_eq!(sliced(10, Some(5)), (0, 0));
        assert_eq!(sliced(0, Some(0)), (0, 0));
    }
}
