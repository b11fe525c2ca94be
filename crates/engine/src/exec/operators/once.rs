//! Rows that are known before anything is read: VALUES, the one empty solution, none at all.
//!
//! In: a batch. Out: its rows, once, in batches of the usual size.

use crate::error::Result;
use crate::exec::Operator;
use crate::exec::batch::{Batch, Parts};
use crate::exec::context::Context;

/// A batch whose rows are given once.
pub struct Once(Parts);

impl Once {
    /// Gives the rows of `batch`, where it has any.
    pub fn new(batch: Batch) -> Self {
        Self(batch.into())
    }
}

impl Operator for Once {
    fn next(&mut self, _: &mut Context<'_>) -> Result<Option<Batch>> {
        Ok(self.0.next_batch())
    }

    fn bytes(&self) -> usize {
        self.0.bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::batch::ROWS;
    use crate::exec::fixture::run;

    #[test]
    fn a_batch_comes_once() {
        assert_eq!(run(|_| Box::new(Once::new(Batch::of(vec![vec![4, 5]], 2)))).0, [[4, 5]]);
        assert_eq!(run(|_| Box::new(Once::new(Batch::unit(1)))), (Vec::new(), Some(vec![1])));
        assert_eq!(run(|_| Box::new(Once::new(Batch::default()))), (Vec::new(), None));
        let many: Vec<crate::store::Id> = (0..ROWS as u32 * 2 + 7).collect();
        let (graph, governor) = crate::exec::fixture::context();
        let (mut cx, mut once) =
            (Context::new(&graph, &governor, None), Once::new(Batch::of(vec![many.clone()], many.len())));
        let mut given = Vec::new();
        while let Some(batch) = once.next(&mut cx).unwrap() {
            assert!(batch.len <= ROWS);
            given.extend_from_slice(batch.column(0));
        }
        assert_eq!(given, many);
    }
}
