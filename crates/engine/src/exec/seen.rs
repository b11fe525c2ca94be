//! The different rows met so far: what DISTINCT and GROUP BY are made of.
//!
//! In: rows of batches with the same columns. Out: for each its place among the different rows, in the
//! order of first sight. It holds every different row.

use super::batch::{Batch, Column};
use super::rows_index::{RowsIndex, hashes};
use crate::store::Id;

/// The different rows seen so far.
#[derive(Default)]
pub struct Seen {
    columns: Vec<Column>,
    index: RowsIndex,
}

impl Seen {
    /// The place of a row of `batch` among the different rows, whose hash is given; and whether it is new.
    pub fn enter(&mut self, batch: &Batch, row: usize, hash: u32) -> (usize, bool) {
        if self.columns.len() != batch.columns.len() {
            self.columns = vec![Vec::new(); batch.columns.len()];
        }
        let known = self.index.rows(hash).find(|seen| {
            let pairs = self.columns.iter().zip(&batch.columns);
            pairs.into_iter().all(|(seen_column, column)| seen_column.get(*seen as usize) == column.get(row))
        });
        if let Some(place) = known {
            return (place as usize, false);
        }
        for (seen, column) in self.columns.iter_mut().zip(&batch.columns) {
            seen.extend(column.get(row));
        }
        (self.index.push(hash), true)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// The columns of the different rows.
    pub fn into_columns(self) -> Vec<Column> {
        self.columns
    }
}

/// The hash of each row of a batch.
pub fn row_hashes(batch: &Batch) -> Vec<u32> {
    let columns: Vec<&[Id]> = batch.columns.iter().map(Vec::as_slice).collect();
    hashes(&columns, batch.len)
}
