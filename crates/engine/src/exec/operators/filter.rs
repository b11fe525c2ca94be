//! FILTER: the rows for which all conditions are true.
//!
//! In: rows, conditions. Out: rows. An error counts as false (SPARQL 1.1, section 17.2).

use crate::error::Result;
use crate::exec::batch::Batch;
use crate::exec::context::Context;
use crate::exec::formula::Compiled;
use crate::exec::{Operator, Running};

/// A filter in progress. See the module.
pub struct Filter<'a> {
    conditions: Vec<Compiled>,
    input: Running<'a>,
}

impl<'a> Filter<'a> {
    /// Of `input`.
    pub fn new(conditions: Vec<Compiled>, input: Running<'a>) -> Self {
        Self { conditions, input }
    }
}

impl Operator for Filter<'_> {
    fn next(&mut self, cx: &mut Context<'_>) -> Result<Option<Batch>> {
        while let Some(mut batch) = self.input.next(cx)? {
            for condition in &mut self.conditions {
                let keep = condition.truths(&batch, cx)?;
                if !keep.iter().all(|keep| *keep) {
                    batch = batch.filter(&keep);
                }
                cx.work(keep.len())?;
            }
            if batch.len > 0 {
                return Ok(Some(batch));
            }
        }
        Ok(None)
    }
}
