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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::fixture::run;

    #[test]
    fn a_batch_comes_once() {
        assert_eq!(run(|_| Box::new(Once::new(Batch::of(vec![vec![4, 5]], 2)))).0, [[4, 5]]);
        assert_eq!(run(|_| Box::new(Once::new(Batch::unit(1)))), (Vec::new(), Some(vec![1])));
        assert_eq!(run(|_| Box::new(Once::new(Batch::default()))), (Vec::new(), None));
    }
}
