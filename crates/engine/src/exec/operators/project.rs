//! The same rows with other columns: some dropped, some moved, some always unbound.
//!
//! In: rows. Out: as many rows, with the columns that are asked for (SPARQL 1.1, section 18.5, Project). No cell is looked at.

use crate::error::Result;
use crate::exec::batch::Batch;
use crate::exec::context::Context;
use crate::exec::{Operator, Running};
use crate::store::Id;

/// A projection. See the module.
pub struct Project<'a> {
    columns: Vec<Option<usize>>,
    input: Running<'a>,
}

impl<'a> Project<'a> {
    /// Of `input`: for each column of the output its place in the input, or nothing.
    pub fn new(columns: Vec<Option<usize>>, input: Running<'a>) -> Self {
        Self { columns, input }
    }
}

impl Operator for Project<'_> {
    fn next(&mut self, cx: &mut Context<'_>) -> Result<Option<Batch>> {
        Ok(self.input.next(cx)?.map(|batch| batch.select(&self.columns)))
    }

    fn only(&mut self, column: usize, ids: &[Id]) {
        if let Some(Some(column)) = self.columns.get(column) {
            self.input.only(*column, ids);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::fixture::{Batches, run};
    use crate::store::NONE;

    #[test]
    fn columns_are_dropped_moved_repeated_or_unbound() {
        let input = Batches::new(vec![Batch::of(vec![vec![1, 2], vec![3, 4]], 2)]);
        let columns = vec![Some(1), None, Some(1)];
        assert_eq!(run(|_| Box::new(Project::new(columns, input))).0, [[3, 4], [NONE, NONE], [3, 4]]);
    }
}
