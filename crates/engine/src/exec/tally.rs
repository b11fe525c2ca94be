//! Different rows of which only the number in each group is asked: COUNT(DISTINCT …) over more rows than fit into a cache.
//!
//! In: rows of numbers, of which the first is the group. Out: how many different ones each group has. Which of them came first is not known.
//! A table of all rows misses the caches and the tables of pages at each row, once it is large. So rows are gathered as they come and, some hundred
//! thousand at a time, put in parts by their hashes; each part is made distinct in a table that fits into the second cache, up to some million rows (radix
//! partitioning: Boncz, Manegold, Kersten, Database architecture optimized for the new bottleneck: memory access, VLDB 1999). As many rows wait as are known,
//! so that each is moved twice or so; **equal rows wait until then**, and take as much memory as others.

use super::context::Context;
use super::seen::hash;
use crate::aside::{Aside, set_aside};
use crate::error::Result;
use crate::store::{Id, NONE};

/// Rows are put in so many parts: as many as a core writes to at once without losing pages from its tables.
const PARTS: usize = 256;

/// So many rows are gathered at least before they are put in parts.
const WAITING: usize = 1 << 18;

/// They take at most one part in so many of a limit of memory, where fewer are known.
const PART_OF_LIMIT: usize = 32;

/// Rows moved without a look at the limits.
const STRETCH: usize = 1 << 14;

/// What counts different rows by group. See the module.
pub trait Tally: Send {
    /// Adds rows, each with its group in the first column; those whose last cell is unbound only where `unbound`.
    ///
    /// # Errors
    /// Where there is no room for more rows within the query's limits.
    fn add(&mut self, columns: &[&[Id]], unbound: bool, cx: &Context<'_>) -> Result<()>;

    /// Adds for each group how many different rows it has.
    ///
    /// # Errors
    /// As for [`Self::add`].
    fn count(&mut self, counts: &mut [u64], cx: &Context<'_>) -> Result<()>;

    /// How many bytes it holds.
    fn bytes(&self) -> usize;
}

/// For rows of so many columns, the group included; nothing where they are too wide.
pub fn of_width(columns: usize) -> Option<Box<dyn Tally>> {
    match columns {
        1 | 2 => Some(Box::<Rows<2>>::default()),
        3 => Some(Box::<Rows<3>>::default()),
        4 => Some(Box::<Rows<4>>::default()),
        5 => Some(Box::<Rows<5>>::default()),
        _ => None,
    }
}

/// Rows of up to `N` columns.
struct Rows<const N: usize> {
    /// Different ones, part after part.
    known: Vec<[Id; N]>,
    /// How many of them are in each part; none before the first were put there.
    lens: Vec<usize>,
    waiting: Vec<[Id; N]>,
    /// How many may wait.
    most: usize,
}

impl<const N: usize> Default for Rows<N> {
    fn default() -> Self {
        Self { known: Vec::new(), lens: vec![0; PARTS], waiting: Vec::new(), most: 0 }
    }
}

impl<const N: usize> Drop for Rows<N> {
    fn drop(&mut self) {
        let bytes = self.bytes();
        set_aside((std::mem::take(&mut self.known), std::mem::take(&mut self.waiting)), bytes);
    }
}

impl<const N: usize> Tally for Rows<N> {
    fn add(&mut self, columns: &[&[Id]], unbound: bool, cx: &Context<'_>) -> Result<()> {
        let len = columns.first().map_or(0, |column| column.len());
        let columns: [&[Id]; N] = std::array::from_fn(|n| columns.get(n).copied().unwrap_or_default());
        let last = columns.iter().rposition(|column| !column.is_empty()).unwrap_or_default();
        let mut from = 0;
        while from < len {
            if self.waiting.len() >= self.most {
                self.settle(cx)?;
                self.make_room(cx)?;
            }
            let to = len.min(from + self.most - self.waiting.len());
            let rows = (from..to).map(|row| columns.map(|column| column.get(row).copied().unwrap_or(NONE)));
            self.waiting
                .extend(rows.filter(|row| unbound || row.get(last).is_some_and(|cell| *cell != NONE)));
            from = to;
        }
        Ok(())
    }

    fn count(&mut self, counts: &mut [u64], cx: &Context<'_>) -> Result<()> {
        self.settle(cx)?;
        for rows in self.known.chunks(STRETCH) {
            for [group, ..] in rows.iter().map(|row| row.first_chunk::<1>().unwrap_or(&[NONE])) {
                if let Some(count) = counts.get_mut(*group as usize) {
                    *count += 1;
                }
            }
            cx.check()?;
        }
        Ok(())
    }

    fn bytes(&self) -> usize {
        (self.known.capacity() + self.waiting.capacity()) * size_of::<[Id; N]>()
    }
}

impl<const N: usize> Rows<N> {
    /// Where no row waits: room for as many as are known, or for the first ones.
    fn make_room(&mut self, cx: &Context<'_>) -> Result<()> {
        let limit = cx.governor().limits().max_memory.unwrap_or(usize::MAX);
        let first = WAITING.min(limit / PART_OF_LIMIT / size_of::<[Id; N]>()).max(PARTS);
        self.most = self.known.len().max(first);
        cx.room(self.most * size_of::<[Id; N]>())?;
        self.waiting.reserve_exact(self.most);
        Ok(())
    }

    /// Puts the rows that wait in their parts, and drops what is there already.
    fn settle(&mut self, cx: &Context<'_>) -> Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        // Where each part goes on, those of its rows first that are known.
        let mut ends = self.lens.clone();
        for rows in self.waiting.chunks(STRETCH) {
            for row in rows {
                if let Some(end) = ends.get_mut(part(row)) {
                    *end += 1;
                }
            }
            cx.check()?;
        }
        let mut begins = Vec::with_capacity(PARTS);
        let mut all = 0;
        for len in &ends {
            begins.push(all);
            all += len;
        }
        let mut rows = Aside(cx.governor().filled([NONE; N], all)?);
        let mut next = begins.clone();
        let mut known = self.known.as_slice();
        for (next, len) in next.iter_mut().zip(&self.lens) {
            let (own, rest) = known.split_at_checked(*len).unwrap_or((known, &[]));
            for own in own.chunks(STRETCH) {
                if let Some(to) = rows.0.get_mut(*next..*next + own.len()) {
                    to.copy_from_slice(own);
                }
                *next += own.len();
                cx.check()?;
            }
            known = rest;
        }
        drop(Aside(std::mem::take(&mut self.known)));
        for waiting in self.waiting.chunks(STRETCH) {
            for row in waiting {
                let Some(next) = next.get_mut(part(row)) else { continue };
                if let Some(to) = rows.0.get_mut(*next) {
                    *to = *row;
                }
                *next += 1;
            }
            cx.check()?;
        }
        drop(Aside(std::mem::take(&mut self.waiting)));
        self.most = 0;
        self.make_distinct(rows, &begins, &ends, cx)
    }

    /// Of rows that lie in parts, each of which begins there and has so many, keeps the different ones.
    fn make_distinct(
        &mut self,
        mut rows: Aside<[Id; N]>,
        begins: &[usize],
        lens: &[usize],
        cx: &Context<'_>,
    ) -> Result<()> {
        let (mut table, mut kept, mut moved) = (Vec::new(), 0, 0);
        for ((begin, len), own) in begins.iter().zip(lens).zip(&mut self.lens) {
            let before = kept;
            let size = (len * 2).next_power_of_two();
            if size > table.capacity() {
                cx.room(size * size_of::<[Id; N]>())?;
            }
            table.clear();
            table.resize(size, [NONE; N]);
            for at in *begin..begin + len {
                let Some(row) = rows.0.get(at).copied() else { continue };
                if enter(&mut table, row) {
                    if let Some(to) = rows.0.get_mut(kept) {
                        *to = row;
                    }
                    kept += 1;
                }
                moved += 1;
                if moved == STRETCH {
                    moved = 0;
                    cx.check()?;
                }
            }
            *own = kept - before;
        }
        rows.0.truncate(kept);
        rows.0.shrink_to_fit();
        self.known = std::mem::take(&mut rows.0);
        Ok(())
    }
}

/// The part of a row: by the upper bits of its hash, since its place in a table is by the lower ones.
#[inline]
fn part<const N: usize>(row: &[Id; N]) -> usize {
    hash(*row) as usize >> (u32::BITS - PARTS.trailing_zeros())
}

/// Enters a row into a table with free slots; whether it was not there. No row has an unbound group, as a free slot does.
#[inline]
fn enter<const N: usize>(table: &mut [[Id; N]], row: [Id; N]) -> bool {
    let mask = table.len() - 1;
    let mut at = hash(row) as usize & mask;
    loop {
        match table.get_mut(at) {
            Some(slot) if *slot == row => return false,
            Some(slot) if slot.first() == Some(&NONE) => {
                *slot = row;
                return true;
            }
            _ => at = (at + 1) & mask,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::fixture::context;
    use std::collections::BTreeSet;

    #[test]
    fn different_rows_are_counted_by_group() {
        let (graph, governor) = context();
        let cx = Context::new(&graph, &governor, None);
        for width in 1..=5_u32 {
            for unbound in [true, false] {
                let mut tally = of_width(width as usize).unwrap();
                let mut expected = BTreeSet::new();
                // More rows than wait at once, of which most come again, also much later.
                for round in 0..90_u32 {
                    let rows: Vec<Vec<Id>> = (0..7000_u32)
                        .map(|n| {
                            let cell = |column: u32| match (n + column) % 50 {
                                0 => NONE,
                                _ => (n.wrapping_mul(2_654_435_761) >> (column * 3)) % 997,
                            };
                            let cells = (1..width).map(cell);
                            std::iter::once((n + round % 5) % 11).chain(cells).collect()
                        })
                        .collect();
                    let columns: Vec<Vec<Id>> =
                        (0..width as usize).map(|n| rows.iter().map(|row| row[n]).collect()).collect();
                    let columns: Vec<&[Id]> = columns.iter().map(Vec::as_slice).collect();
                    tally.add(&columns, unbound, &cx).unwrap();
                    expected.extend(rows.into_iter().filter(|row| unbound || row.last() != Some(&NONE)));
                }
                let mut counts = vec![0; 11];
                tally.count(&mut counts, &cx).unwrap();
                let of = |group| expected.iter().filter(|row| row[0] == group).count() as u64;
                assert_eq!(counts, (0..11).map(of).collect::<Vec<_>>(), "{width} {unbound}");
            }
        }
        assert!(of_width(6).is_none());
    }
}
