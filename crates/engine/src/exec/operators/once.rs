//! Rows that are known before anything is read: VALUES, the one empty solution, none at all.
//!
//! In: a batch. Out: that batch, once.

use crate::error::Result;
use crate::exec::Operator;
use crate::exec::batch::Batch;
use crate::exec::context::Context;

/// A batch that is given once.
pub struct Once(Option<Batch>);

impl Once {
    /// Gives `batch`, where it has a row.
    pub fn new(batch: Batch) -> Self {
        Self(Some(batch).filter(|batch| batch.len > 0))
    }
}

impl Operator for Once {
    fn next(&mut self, _: &mut Context<'_>) -> Result<Option<Batch>> {
        Ok(self.0.take())
    }
}
