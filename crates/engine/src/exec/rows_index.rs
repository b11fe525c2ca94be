//! Rows found by their key: the table behind hash join, group and distinct.
//!
//! In: the cells of some columns as a key. Out: the rows that were entered under it, in the order of
//! entering. Chained buckets in two flat arrays; keys are compared by who holds the rows, so a key may have
//! any number of columns. Nothing is ever taken out.

use crate::Governor;
use crate::aside::{Aside, set_aside};
use crate::error::Result;
use crate::store::Id;

/// Rows linked without a look at the clock.
const STRETCH: usize = 1 << 14;

/// As many buckets there are at least, once there is a row.
const LEAST: usize = 64;

/// No row.
const END: u32 = u32::MAX;

/// Rows by hash. See the module.
#[derive(Debug, Default)]
pub struct RowsIndex {
    /// The first row of each bucket; their number is a power of two, or none before the first row.
    heads: Vec<u32>,
    /// For each row the next one of its bucket.
    next: Vec<u32>,
    hashes: Vec<u32>,
}

impl RowsIndex {
    /// An index over rows whose hashes are given, each bucket in the order of the rows.
    ///
    /// # Errors
    /// Once a limit is met, or where there is no room for it.
    pub fn over(hashes: Vec<u32>, governor: &Governor) -> Result<Self> {
        let mut index = Self { heads: Vec::new(), next: Vec::new(), hashes };
        if let Err(error) = index.link(governor) {
            let bytes = index.bytes();
            set_aside(index, bytes);
            return Err(error);
        }
        Ok(index)
    }

    /// How many bytes it holds.
    pub fn bytes(&self) -> usize {
        (self.heads.capacity() + self.next.capacity() + self.hashes.capacity()) * size_of::<u32>()
    }

    /// How many rows were entered.
    pub fn len(&self) -> usize {
        self.next.len()
    }

    /// Enters the next row under a hash.
    ///
    /// # Errors
    /// Once a limit is met, or where there is no room for more.
    pub fn push(&mut self, hash: u32, governor: &Governor) -> Result<usize> {
        let row = self.next.len();
        self.hashes.push(hash);
        self.next.push(END);
        if self.next.len() * 4 > self.heads.len() * 3 {
            let buckets = (self.heads.len() * 2).max(LEAST);
            drop(Aside(std::mem::take(&mut self.heads)));
            self.heads = governor.filled(END, buckets)?;
            return self.relink(governor).map(|()| row);
        }
        let bucket = self.bucket(hash);
        if let (Some(head), Some(next)) = (self.heads.get_mut(bucket), self.next.last_mut()) {
            *next = std::mem::replace(head, row as u32);
        }
        Ok(row)
    }

    /// The rows under a hash, and some others of other hashes never.
    #[inline]
    pub fn rows(&self, hash: u32) -> Chain<'_> {
        Chain { index: self, hash, row: self.heads.get(self.bucket(hash)).copied().unwrap_or(END) }
    }

    fn bucket(&self, hash: u32) -> usize {
        // Of no buckets none is found, whatever its place.
        hash as usize & self.heads.len().wrapping_sub(1)
    }

    /// Chains rows of which only the hashes are known.
    fn link(&mut self, governor: &Governor) -> Result<()> {
        self.heads = governor.filled(END, buckets(self.hashes.len()))?;
        self.next = governor.filled(END, self.hashes.len())?;
        self.relink(governor)
    }

    /// Chains all rows anew, from the last to the first, so that chains run upwards.
    fn relink(&mut self, governor: &Governor) -> Result<()> {
        let mask = self.heads.len() - 1;
        for (row, hash) in self.hashes.iter().enumerate().rev() {
            if let (Some(head), Some(next)) =
                (self.heads.get_mut(*hash as usize & mask), self.next.get_mut(row))
            {
                *next = *head;
                *head = row as u32;
            }
            if row.is_multiple_of(STRETCH) {
                governor.check()?;
            }
        }
        Ok(())
    }
}

/// How many buckets so many rows have: a power of two.
fn buckets(rows: usize) -> usize {
    (rows + rows / 2).next_power_of_two().max(LEAST)
}

/// The rows of one hash. A copy goes on where the original stood.
#[derive(Clone)]
pub struct Chain<'a> {
    index: &'a RowsIndex,
    hash: u32,
    row: u32,
}

impl<'a> Chain<'a> {
    /// Goes on with `row`, which an earlier chain of this hash gave as the next one.
    pub fn from(index: &'a RowsIndex, hash: u32, row: u32) -> Self {
        Self { index, hash, row }
    }

    /// Where [`Self::from`] goes on.
    pub fn place(&self) -> u32 {
        self.row
    }
}

impl Iterator for Chain<'_> {
    type Item = u32;

    #[inline]
    fn next(&mut self) -> Option<u32> {
        while self.row != END {
            let row = self.row;
            self.row = self.index.next.get(row as usize).copied().unwrap_or(END);
            if self.index.hashes.get(row as usize) == Some(&self.hash) {
                return Some(row);
            }
        }
        None
    }
}

/// The hashes of any number of rows: see [`hashes`].
///
/// # Errors
/// Once a limit is met, or where there is no room for them.
pub fn all_hashes(columns: &[&[Id]], len: usize, governor: &Governor) -> Result<Vec<u32>> {
    governor.room(len * size_of::<u32>())?;
    let mut all = Aside(Vec::with_capacity(len));
    while all.0.len() < len {
        let part = (len - all.0.len()).min(STRETCH);
        let rows = all.0.len()..all.0.len() + part;
        let parts: Vec<&[Id]> =
            columns.iter().map(|column| column.get(rows.clone()).unwrap_or_default()).collect();
        all.0.extend(hashes(&parts, part));
        governor.check()?;
    }
    Ok(std::mem::take(&mut all.0))
}

/// The hashes of rows, from the columns of their keys: multiply and mix, a column after the other.
pub fn hashes(columns: &[&[Id]], len: usize) -> Vec<u32> {
    match columns {
        [only] => only.iter().map(|id| finish(mix(0, *id))).collect(),
        [a, b] => a.iter().zip(*b).map(|(a, b)| finish(mix(mix(0, *a), *b))).collect(),
        _ => {
            let mut sums = vec![0_u64; len];
            for column in columns {
                for (sum, id) in sums.iter_mut().zip(*column) {
                    *sum = mix(*sum, *id);
                }
            }
            sums.into_iter().map(finish).collect()
        }
    }
}

#[inline]
fn mix(sum: u64, id: Id) -> u64 {
    (sum.rotate_left(23) ^ u64::from(id)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

#[inline]
fn finish(sum: u64) -> u32 {
    (sum >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_in_the_order_of_entering() {
        let keys: Vec<Id> = (0..1000).map(|n| n % 7).collect();
        let hashed = hashes(&[&keys], keys.len());
        let index = RowsIndex::over(hashed.clone(), &Governor::unlimited()).unwrap();
        for (key, hash) in keys.iter().zip(&hashed).take(7) {
            let expected: Vec<u32> = (0..1000).filter(|n| n % 7 == *key).collect();
            assert_eq!(index.rows(*hash).collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn an_index_that_grows_loses_nothing() {
        let mut index = RowsIndex::default();
        let keys: Vec<Id> = (0..5000).collect();
        for hash in hashes(&[&keys], keys.len()) {
            index.push(hash, &Governor::unlimited()).unwrap();
        }
        for (row, hash) in hashes(&[&keys], keys.len()).into_iter().enumerate() {
            assert!(index.rows(hash).any(|found| found == row as u32));
        }
        assert_eq!(index.len(), 5000);
    }

    #[test]
    fn every_column_of_a_key_matters() {
        let (a, b, c) = (vec![1, 1, 2], vec![2, 2, 1], vec![0, 9, 0]);
        let hashed = hashes(&[&a, &b, &c], 3);
        assert!(hashed[0] != hashed[1] && hashed[0] != hashed[2]);
        assert_ne!(hashes(&[&[1], &[2]], 1), hashes(&[&[2], &[1]], 1), "and its place");
    }
}
