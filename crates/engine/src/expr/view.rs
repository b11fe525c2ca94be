//! The distinct terms of a column over all batches, each with a place of its own.
//!
//! In: columns of term numbers, batch after batch. Out: for each row the place of its term, so that what depends on the column alone
//! is computed once for each place. Where terms hardly repeat, each row is a place, and nothing is kept.

use super::program::Terms;
use super::scope::Scope;
use super::value::Value;
use super::vector::bytes_of;
use crate::error::Result;
use crate::store::{FIRST_FOREIGN, Id, NONE};

/// More distinct terms of one column than this are not kept for later batches.
const KEPT: usize = 1 << 20;
/// After so many rows it is clear whether terms repeat.
const TRIAL: usize = 1 << 15;
/// How many numbers share a page of the table of places.
const PAGE: usize = 1 << 10;
/// To copy a text of so many bytes is no longer nothing.
const LONG: usize = 1 << 10;
/// No place yet.
const NOWHERE: u32 = u32::MAX;

/// The place of each number, in pages that are made as they are needed: one for the numbers of the graph, one for computed
/// ones.
#[derive(Debug, Default)]
struct Places {
    graph: Vec<Option<Box<[u32]>>>,
    computed: Vec<Option<Box<[u32]>>>,
    unbound: Option<u32>,
}

impl Places {
    /// The place of a number; where it has none it gets `next`.
    #[inline]
    fn get_or_insert(&mut self, id: Id, next: u32) -> u32 {
        let (pages, id) = match id {
            NONE => return *self.unbound.get_or_insert(next),
            FIRST_FOREIGN.. => (&mut self.computed, id - FIRST_FOREIGN),
            _ => (&mut self.graph, id),
        };
        let (page, at) = (id as usize / PAGE, id as usize % PAGE);
        if pages.len() <= page {
            pages.resize(page + 1, None);
        }
        let Some(page) = pages.get_mut(page) else { return next };
        let page = page.get_or_insert_with(|| vec![NOWHERE; PAGE].into_boxed_slice());
        match page.get_mut(at) {
            Some(place) if *place == NOWHERE => {
                *place = next;
                next
            }
            Some(place) => *place,
            None => next,
        }
    }

    fn clear(&mut self) {
        *self = Self::default();
    }
}

/// The distinct terms of a column, and where each row has which.
#[derive(Debug, Default)]
pub(super) struct View {
    places: Places,
    /// The terms by place.
    pub ids: Vec<Id>,
    /// The place of each row of this batch.
    codes: Vec<u32>,
    /// The terms as values, as far as anything has looked at them.
    pub values: Vec<Option<Value>>,
    /// The rows so far.
    rows: usize,
    /// Terms hardly repeat.
    unique: bool,
    /// Each row of this batch is a place of its own: terms hardly repeat, or are cheap to look at again.
    direct: bool,
    /// Nothing but numbers is computed from it, as far as has been seen.
    pub light: bool,
    /// How many rows of this batch have computed cells, which are no numbers of terms: each row is a place.
    computed: Option<usize>,
}

impl View {
    /// One of which only numbers are wanted.
    pub fn light() -> Self {
        Self { light: true, ..Self::default() }
    }

    /// Takes in a batch of computed cells, which are in no view: nothing of before stays.
    pub fn update_computed(&mut self, rows: usize) {
        self.places.clear();
        self.ids.clear();
        self.values.clear();
        self.codes.clear();
        (self.direct, self.rows, self.computed) = (true, 0, Some(rows));
    }

    /// How many places there are.
    pub fn len(&self) -> usize {
        self.computed.unwrap_or(self.ids.len())
    }

    /// About how many bytes the values take.
    pub fn bytes(&self) -> usize {
        bytes_of(&self.values)
    }

    /// Whether the cells of this batch were computed, and have no numbers.
    pub fn is_computed(&self) -> bool {
        self.computed.is_some()
    }

    /// Whether each row of this batch is a place of its own.
    pub fn is_direct(&self) -> bool {
        self.direct
    }

    /// Takes in the next batch. Says how many places of before stay.
    pub fn update(&mut self, column: &[Id]) -> usize {
        self.computed = None;
        self.unique = self.unique || self.rows >= TRIAL && self.ids.len() >= self.rows / 2;
        let direct = self.light || self.unique;
        if direct || self.direct || self.ids.len() > KEPT {
            self.places.clear();
            self.ids.clear();
            self.values.clear();
        }
        self.direct = direct;
        self.rows = if direct { 0 } else { self.rows + column.len() };
        let kept = self.ids.len();
        self.codes.clear();
        if self.direct {
            self.ids.extend_from_slice(column);
            return 0;
        }
        for id in column {
            let next = u32::try_from(self.ids.len()).unwrap_or(NOWHERE);
            let code = self.places.get_or_insert(*id, next);
            if code == next {
                self.ids.push(*id);
            }
            self.codes.push(code);
        }
        kept
    }

    /// The place of a row.
    #[inline]
    pub fn place(&self, row: usize) -> usize {
        if self.direct { row } else { self.codes.get(row).map_or(usize::MAX, |code| *code as usize) }
    }

    /// Reads the terms that were not read yet, long texts as far as the limits let it.
    pub fn read(&mut self, terms: &dyn Terms, scope: &Scope) -> Result<()> {
        // Numbers were not all that was wanted: from the next batch on, terms that repeat are read once.
        self.light = false;
        for id in self.ids.iter().skip(self.values.len()) {
            let value = if *id == NONE { None } else { terms.term(*id)?.map(Value::Term) };
            let len = value.as_ref().map_or(0, Value::text_len);
            self.values.push(value);
            if len > LONG && !scope.spend(len) {
                return scope.check();
            }
        }
        Ok(())
    }
}
