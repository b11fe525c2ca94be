//! An operator with its measures: rows, batches, time, memory, what was read from the graph's file.
//!
//! In: an operator. Out: the same rows; what they took is in the context, under the operator's number.

use super::batch::Batch;
use super::context::Context;
use super::{Operator, Running};
use crate::error::Result;
use crate::store::Id;
use crate::store::pack::read_bytes;
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
        let (start, before) = (Instant::now(), read_bytes());
        let others = std::mem::take(&mut cx.read_below);
        let batch = self.inner.next(cx);
        let read = read_bytes().wrapping_sub(before);
        let below = std::mem::take(&mut cx.read_below);
        // What is not measured by itself reads for the operator above it.
        cx.read_below = others + below;
        if let Some(measure) = cx.measures.get_mut(self.number) {
            cx.read_below = others + read;
            measure.read += read.saturating_sub(below);
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

    fn only(&mut self, column: usize, ids: &[Id]) {
        self.inner.only(column, ids);
    }
}
