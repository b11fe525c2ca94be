//! The different rows met so far: what DISTINCT and GROUP BY are made of.
//!
//! In: columns of ids. Out: for each row its place among the different rows, in the order of first sight. It holds every
//! different row. Up to four columns make one key that lies in its slot of an open table (linear probing), so that a row costs
//! one look into memory; wider rows are chained by their hashes. As long as keys come in ascending order, as they do from a sorted input,
//! each is compared with the last one alone, and there is no table.

use super::context::Context;
use super::rows_index::{RowsIndex, hashes};
use crate::aside::{Aside, set_aside};
use crate::error::Result;
use crate::store::{Id, NONE};

/// Rows moved without a look at the clock.
const STRETCH: usize = 1 << 14;

/// The place of a free slot.
const FREE: u32 = u32::MAX;

/// The different rows seen so far. See the module.
#[derive(Default)]
pub struct Seen {
    /// Made for the number of columns when the first rows come.
    table: Option<Box<dyn Table>>,
    width: usize,
}

/// A table of different rows.
trait Table: Send {
    /// See [`Seen::enter`].
    fn enter(&mut self, columns: &[&[Id]], len: usize, cx: &Context<'_>, places: &mut Vec<u32>)
    -> Result<()>;

    /// How many there are.
    fn len(&self) -> usize;

    /// How many bytes it holds.
    fn bytes(&self) -> usize;

    /// Whether all came in ascending order.
    fn ascends(&self) -> bool;

    /// Their first `width` columns.
    fn columns(&mut self, width: usize, cx: &Context<'_>) -> Result<Vec<Vec<Id>>>;
}

impl Seen {
    /// Enters rows, all of as many columns as those before; `places` becomes the place of each. A row is new where its place
    /// is as great as the number of different rows before it.
    ///
    /// # Errors
    /// Where there is no room for more rows within the query's limits.
    pub fn enter(
        &mut self,
        columns: &[&[Id]],
        len: usize,
        cx: &Context<'_>,
        places: &mut Vec<u32>,
    ) -> Result<()> {
        places.clear();
        self.width = columns.len();
        let table = self.table.get_or_insert_with(|| match columns.len() {
            0 | 1 => Box::<Slots<1>>::default(),
            2 => Box::<Slots<2>>::default(),
            3 => Box::<Slots<3>>::default(),
            4 => Box::<Slots<4>>::default(),
            _ => Box::<Chained>::default(),
        });
        table.enter(columns, len, cx, places)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.table.as_ref().map_or(0, |table| table.len())
    }

    /// How many columns they have.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Whether all came in ascending order so far, so that each is compared with the last one alone.
    pub fn ascends(&self) -> bool {
        self.table.as_ref().is_none_or(|table| table.ascends())
    }

    /// How many bytes it holds.
    pub fn bytes(&self) -> usize {
        self.table.as_ref().map_or(0, |table| table.bytes())
    }

    /// The columns of the different rows.
    ///
    /// # Errors
    /// Where there is no room for them within the query's limits.
    pub fn into_columns(mut self, cx: &Context<'_>) -> Result<Vec<Vec<Id>>> {
        let width = self.width;
        self.table.as_mut().map_or_else(|| Ok(Vec::new()), |table| table.columns(width, cx))
    }
}

impl Drop for Seen {
    fn drop(&mut self) {
        let bytes = self.len() * (self.width + 1) * 2 * size_of::<Id>();
        set_aside(self.table.take(), bytes);
    }
}

#[derive(Clone, Copy)]
struct Slot<const N: usize> {
    key: [Id; N],
    place: u32,
}

/// Rows of up to `N` columns by their key.
pub struct Slots<const N: usize> {
    /// The different keys, while each is greater than all before it.
    ascending: Vec<[Id; N]>,
    /// A power of two of them, at most three quarters in use; none while keys ascend.
    slots: Vec<Slot<N>>,
    len: u32,
}

impl<const N: usize> Default for Slots<N> {
    fn default() -> Self {
        Self { ascending: Vec::new(), slots: Vec::new(), len: 0 }
    }
}

impl<const N: usize> Table for Slots<N> {
    fn enter(
        &mut self,
        columns: &[&[Id]],
        len: usize,
        cx: &Context<'_>,
        places: &mut Vec<u32>,
    ) -> Result<()> {
        let column = |n: usize| columns.get(n).copied().unwrap_or_default();
        let columns: [&[Id]; N] = std::array::from_fn(column);
        let key = |row: usize| columns.map(|column| column.get(row).copied().unwrap_or(NONE));
        let ascending = if self.slots.is_empty() { self.ascend(len, key, cx, places)? } else { 0 };
        if ascending < len {
            self.make_room(len - ascending, cx)?;
            places.extend((ascending..len).map(|row| self.place(key(row))));
        }
        Ok(())
    }

    fn len(&self) -> usize {
        self.count()
    }

    fn bytes(&self) -> usize {
        self.held()
    }

    fn ascends(&self) -> bool {
        self.slots.is_empty()
    }

    fn columns(&mut self, width: usize, cx: &Context<'_>) -> Result<Vec<Vec<Id>>> {
        if self.slots.is_empty() {
            let cells = |n: usize| self.ascending.iter().map(move |key| key.get(n).copied().unwrap_or(NONE));
            return (0..width).map(|n| cx.governor().collected(cells(n), self.ascending.len())).collect();
        }
        let column = |_| cx.governor().filled(NONE, self.len as usize);
        let mut columns = (0..width).map(column).collect::<Result<Vec<Vec<Id>>>>()?;
        for slots in self.slots.chunks(STRETCH) {
            for slot in slots.iter().filter(|slot| slot.place != FREE) {
                for (column, id) in columns.iter_mut().zip(slot.key) {
                    if let Some(cell) = column.get_mut(slot.place as usize) {
                        *cell = id;
                    }
                }
            }
            cx.check()?;
        }
        Ok(columns)
    }
}

impl<const N: usize> Slots<N> {
    /// How many different keys there are.
    pub fn count(&self) -> usize {
        self.len as usize
    }

    /// How many bytes it holds.
    pub fn held(&self) -> usize {
        size_of_val(self.slots.as_slice()) + self.ascending.capacity() * size_of::<[Id; N]>()
    }

    /// Enters one key: its place, which is as great as the number of keys before it where it is new.
    ///
    /// # Errors
    /// Where there is no room for more within the query's limits.
    #[inline]
    pub fn enter_one(&mut self, key: [Id; N], cx: &Context<'_>) -> Result<u32> {
        self.make_room(1, cx)?;
        Ok(self.place(key))
    }

    const FREE: Slot<N> = Slot { key: [NONE; N], place: FREE };

    /// Enters rows for as long as their keys ascend, and says how many those were.
    fn ascend(
        &mut self,
        len: usize,
        key: impl Fn(usize) -> [Id; N],
        cx: &Context<'_>,
        places: &mut Vec<u32>,
    ) -> Result<usize> {
        let more = self.ascending.len() + len;
        if more > self.ascending.capacity() {
            cx.room(2 * more * size_of::<[Id; N]>())?;
        }
        for row in 0..len {
            let key = key(row);
            match self.ascending.last() {
                Some(last) if *last > key => return Ok(row),
                Some(last) if *last == key => {}
                _ => {
                    self.ascending.push(key);
                    self.len += 1;
                }
            }
            places.push(self.len - 1);
        }
        Ok(len)
    }

    /// The place of a key.
    #[inline]
    fn place(&mut self, key: [Id; N]) -> u32 {
        let mask = self.slots.len() - 1;
        let mut at = hash(key) as usize & mask;
        loop {
            match self.slots.get_mut(at) {
                Some(slot) if slot.place == FREE => {
                    let place = self.len;
                    *slot = Slot { key, place };
                    self.len += 1;
                    return place;
                }
                Some(slot) if slot.key == key => return slot.place,
                _ => at = (at + 1) & mask,
            }
        }
    }

    /// Makes the table so large that `more` rows fit.
    fn make_room(&mut self, more: usize, cx: &Context<'_>) -> Result<()> {
        let wanted = (self.len as usize + more).saturating_mul(4) / 3 + 1;
        if wanted <= self.slots.len() {
            return Ok(());
        }
        let size = wanted.next_power_of_two();
        let old = Aside(std::mem::replace(&mut self.slots, cx.governor().filled(Self::FREE, size)?));
        let ascending = std::mem::take(&mut self.ascending).into_iter().zip(0..);
        let ascending = ascending.map(|(key, place)| Slot { key, place });
        let mask = size - 1;
        for (n, slot) in old.0.iter().copied().chain(ascending).enumerate() {
            if n.is_multiple_of(STRETCH) {
                cx.check()?;
            }
            if slot.place == FREE {
                continue;
            }
            let mut at = hash(slot.key) as usize & mask;
            while self.slots.get(at).is_some_and(|taken| taken.place != FREE) {
                at = (at + 1) & mask;
            }
            if let Some(free) = self.slots.get_mut(at) {
                *free = slot;
            }
        }
        Ok(())
    }
}

/// Multiply and mix; the upper half is the better one.
#[inline]
pub fn hash<const N: usize>(key: [Id; N]) -> u32 {
    let mix = |sum: u64, id: Id| (sum.rotate_left(23) ^ u64::from(id)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (key.into_iter().fold(0, mix) >> 32) as u32
}

/// Rows of any width by their hashes.
#[derive(Default)]
struct Chained {
    columns: Vec<Vec<Id>>,
    index: RowsIndex,
}

impl Table for Chained {
    fn enter(
        &mut self,
        columns: &[&[Id]],
        len: usize,
        cx: &Context<'_>,
        places: &mut Vec<u32>,
    ) -> Result<()> {
        self.columns.resize(columns.len(), Vec::new());
        // What grows doubles: columns, and two numbers for each row in the index.
        if self.columns.first().is_some_and(|column| column.len() + len > column.capacity()) {
            cx.room((self.index.len() + len) * 2 * (columns.len() + 4) * size_of::<Id>())?;
        }
        for (row, hash) in hashes(columns, len).into_iter().enumerate() {
            let known = self.index.rows(hash).find(|seen| {
                let pairs = self.columns.iter().zip(columns);
                pairs
                    .into_iter()
                    .all(|(seen_column, column)| seen_column.get(*seen as usize) == column.get(row))
            });
            if let Some(place) = known {
                places.push(place);
                continue;
            }
            for (seen, column) in self.columns.iter_mut().zip(columns) {
                seen.extend(column.get(row));
            }
            places.push(self.index.push(hash, cx.governor())? as u32);
        }
        Ok(())
    }

    fn len(&self) -> usize {
        self.index.len()
    }

    fn bytes(&self) -> usize {
        self.columns.iter().map(Vec::capacity).sum::<usize>() * size_of::<Id>() + self.index.bytes()
    }

    fn ascends(&self) -> bool {
        false
    }

    fn columns(&mut self, _: usize, _: &Context<'_>) -> Result<Vec<Vec<Id>>> {
        Ok(std::mem::take(&mut self.columns))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::fixture::context;

    #[test]
    fn rows_of_any_width_have_the_place_of_their_first_sight() {
        let (graph, governor) = context();
        let cx = Context::new(&graph, &governor, None);
        for (width, ascending) in (0..7).flat_map(|width| [(width, 0), (width, 1500), (width, 9000)]) {
            let mut seen = Seen::default();
            let mut expected: Vec<Vec<Id>> = Vec::new();
            for round in 0..3_u32 {
                // Columns that differ in nothing but their last bits, and rows that come again.
                let rows: Vec<Vec<Id>> = (0..2000_u32)
                    .map(|n| {
                        if round * 2000 + n < ascending {
                            (round * 2000 + n) / 3
                        } else {
                            (n * 7 + round) % 900
                        }
                    })
                    .map(|n| (0..width).map(|column| n >> (column % 3)).collect())
                    .collect();
                let columns: Vec<Vec<Id>> =
                    (0..width as usize).map(|n| rows.iter().map(|row| row[n]).collect()).collect();
                let columns: Vec<&[Id]> = columns.iter().map(Vec::as_slice).collect();
                let mut places = Vec::new();
                seen.enter(&columns, rows.len(), &cx, &mut places).unwrap();
                for (row, place) in rows.iter().zip(places) {
                    let known = expected.iter().position(|known| known == row);
                    if known.is_none() {
                        expected.push(row.clone());
                    }
                    assert_eq!(place as usize, known.unwrap_or(expected.len() - 1), "width {width}");
                }
            }
            assert_eq!(seen.len(), expected.len());
            let columns = seen.into_columns(&cx).unwrap();
            assert_eq!(columns.len(), width as usize);
            for (n, column) in columns.iter().enumerate() {
                assert!(column.iter().eq(expected.iter().map(|row| &row[n])), "width {width}");
            }
        }
    }
}
