//! An operator with its measures: rows, batches, time, memory.
//!
//! In: an operator. Out: the same rows; what they took is in the context, under the operator's number.

use super::batch::Batch;
use super::context::Context;
use super::{Operator, Running};
use crate::error::Result;
use std::time::Instant;

/// An operator that is measured. See the module.
pub struct Measured<'a> {
    number: usize,
    inner: Running<'a>,
}

impl<'a> Measured<'a> {
    /// Measures `inner` under a number of the context's.
    pub fn new(number: usize, inner: Running<'a>) -> Self {
        Self { number, inner }
    }
}

impl Operator for Measured<'_> {
    fn next(&mut self, cx: &mut Context<'_>) -> Result<Option<Batch>> {
        let start = Instant::now();
        let batch = self.inner.next(cx);
        if let Some(measure) = cx.measures.get_mut(self.number) {
            measure.time += start.elapsed();
            measure.bytes = measure.bytes.max(self.inner.bytes());
            if let Ok(Some(batch)) = &batch {
                measure.batches += 1;
                measure.rows += batch.len as u64;
            }
        }
        if let (Some(trace), Ok(Some(batch))) = (&mut cx.trace, &batch) {
            trace.push((self.number, batch.clone()));
        }
        batch
    }
}
