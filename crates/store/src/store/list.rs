//! Where the sorted pairs of a cursor lie, and how each sort of list is searched.
//!
//! In: places, firsts, pairs. Out: places, seconds, blocks. What lies in plain memory is given out as it is; what is packed or
//! was changed goes through a cursor of its own. A slice given out is valid until the next call.

use super::Id;
use super::cursor::BLOCK;
use super::packed::{self, PackedCursor};
use super::paged::{self, PagedCursor};
use crate::error::Result;
use std::ops::Range;
use std::sync::Arc;

/// Two columns of equal length, sorted by `first`, then `second`.
#[derive(Debug, Clone, Default)]
pub(super) struct Pairs {
    pub first: Vec<Id>,
    pub second: Vec<Id>,
}

/// Sorted pairs. See the module.
pub(super) enum List<'a> {
    /// In columns of a graph.
    Borrowed(&'a [Id], &'a [Id]),
    /// In columns made for a merged graph: those of the range.
    Shared(Arc<Pairs>, Range<usize>),
    /// In a pack, to be decoded.
    Packed(Box<PackedCursor<'a>>),
    /// In pages, of which some were changed.
    Paged(Box<PagedCursor<'a>>),
}

impl<'a> List<'a> {
    /// No pair at all.
    pub const EMPTY: Self = Self::Borrowed(&[], &[]);

    /// How many pairs there are in all.
    pub fn len(&self) -> usize {
        match self {
            Self::Borrowed(first, _) => first.len(),
            Self::Shared(_, range) => range.len(),
            Self::Packed(cursor) => cursor.len(),
            Self::Paged(cursor) => cursor.len(),
        }
    }

    /// The columns of pairs that lie in plain memory.
    #[inline]
    pub fn columns(&self) -> (&[Id], &[Id]) {
        match self {
            Self::Borrowed(first, second) => (first, second),
            Self::Shared(pairs, range) => {
                let cut = |column| <[Id]>::get(column, range.clone()).unwrap_or_default();
                (cut(&pairs.first), cut(&pairs.second))
            }
            Self::Packed(_) | Self::Paged(_) => (&[], &[]),
        }
    }

    /// The first place whose first is at least `first`, searched from `hint`.
    #[inline]
    pub fn position(&mut self, hint: usize, first: Id) -> Result<usize> {
        match self {
            Self::Packed(cursor) => cursor.position(first),
            Self::Paged(cursor) => cursor.position(first),
            list => Ok(lower_bound(list.columns().0, hint, first)),
        }
    }

    /// The places of `first`, searched from `hint`.
    #[inline]
    pub fn locate(&mut self, hint: usize, first: Id) -> Result<Range<usize>> {
        match self {
            Self::Packed(cursor) => cursor.locate(first),
            Self::Paged(cursor) => cursor.locate(first),
            list => {
                let firsts = list.columns().0;
                let start = next_bound(firsts, hint, first);
                let end = match firsts.get(start) {
                    Some(found) if *found == first => run_end(firsts, start, first),
                    _ => start,
                };
                Ok(start..end)
            }
        }
    }

    /// The seconds at some places.
    #[inline]
    pub fn seconds(&mut self, places: Range<usize>) -> Result<&[Id]> {
        match self {
            Self::Packed(cursor) => cursor.seconds(places),
            Self::Paged(cursor) => cursor.seconds(places),
            list => Ok(list.columns().1.get(places).unwrap_or_default()),
        }
    }

    /// The place of `second` among seconds that are sorted, or where it would be. What is decoded piece by piece is halved
    /// down to one piece first: one is decoded for each halving.
    pub fn place_of(
        &mut self,
        places: Range<usize>,
        second: Id,
    ) -> Result<std::result::Result<usize, usize>> {
        let Range { start: mut low, end: mut high } = places;
        let piece = match self {
            Self::Packed(_) => packed::PIECE,
            Self::Paged(_) => paged::PIECE,
            Self::Borrowed(..) | Self::Shared(..) => usize::MAX,
        };
        while high - low > piece {
            let middle = low + (high - low) / 2;
            match self.seconds(middle..middle + 1)?.first() {
                Some(found) if *found < second => low = middle + 1,
                Some(found) if *found > second => high = middle,
                _ => return Ok(Ok(middle)),
            }
        }
        let found = self.seconds(low..high)?.binary_search(&second);
        Ok(found.map(|place| low + place).map_err(|place| low + place))
    }

    /// The first at a place.
    pub fn first_at(&mut self, place: usize) -> Result<Option<Id>> {
        match self {
            Self::Packed(cursor) => cursor.first_at(place),
            Self::Paged(cursor) => cursor.first_at(place),
            list => Ok(list.columns().0.get(place).copied()),
        }
    }

    /// The columns at the first places of `rest`, at most [`BLOCK`] of them.
    pub fn block(&mut self, rest: Range<usize>) -> Result<(&[Id], &[Id])> {
        match self {
            Self::Packed(cursor) => cursor.columns(rest),
            Self::Paged(cursor) => cursor.block(rest),
            list => {
                let (firsts, seconds) = list.columns();
                let part = rest.start..rest.end.min(rest.start + BLOCK);
                Ok((firsts.get(part.clone()).unwrap_or_default(), seconds.get(part).unwrap_or_default()))
            }
        }
    }

    /// The firsts of [`Self::block`], where nobody needs the seconds.
    pub fn firsts(&mut self, rest: Range<usize>) -> Result<&[Id]> {
        match self {
            Self::Packed(cursor) => cursor.firsts(rest),
            Self::Paged(cursor) => cursor.firsts(rest),
            list => Ok(list.block(rest)?.0),
        }
    }

    /// [`Self::block`], or [`Self::firsts`] and nothing.
    pub fn part(&mut self, rest: Range<usize>, has_seconds: bool) -> Result<(&[Id], &[Id])> {
        if has_seconds { self.block(rest) } else { Ok((self.firsts(rest)?, &[])) }
    }

    /// All pairs in plain memory, copied there if need be.
    pub fn flat(&mut self) -> Result<List<'a>> {
        if let Self::Paged(cursor) = self {
            let pairs = cursor.flat()?;
            let len = pairs.first.len();
            return Ok(List::Shared(pairs, 0..len));
        }
        let pairs = Arc::new(self.copied(0..self.len())?);
        let len = pairs.first.len();
        Ok(List::Shared(pairs, 0..len))
    }

    /// Copies of the pairs at some places.
    pub fn copied(&mut self, places: Range<usize>) -> Result<Pairs> {
        let (mut at, end) = (places.start, places.end);
        let mut pairs =
            Pairs { first: Vec::with_capacity(places.len()), second: Vec::with_capacity(places.len()) };
        while at < end {
            let (firsts, seconds) = self.block(at..end)?;
            pairs.first.extend_from_slice(firsts);
            pairs.second.extend_from_slice(seconds);
            at += firsts.len().max(1);
        }
        Ok(pairs)
    }
}

/// The first place at or after which `column` holds nothing below `value`, searched from `hint` in
/// steps that double (Bentley and Yao, An almost optimal algorithm for unbounded searching, 1976).
#[must_use]
pub fn lower_bound(column: &[Id], hint: usize, value: Id) -> usize {
    let hint = hint.min(column.len());
    let below = |place: usize| column.get(place).is_some_and(|found| *found < value);
    let (mut low, mut high);
    if below(hint) {
        let mut step = 1;
        low = hint + 1;
        while below(low + step - 1) {
            low += step;
            step *= 2;
        }
        high = (low + step - 1).min(column.len());
    } else {
        let mut step = 1;
        high = hint;
        while high >= step && !below(high - step) {
            high -= step;
            step *= 2;
        }
        low = high.saturating_sub(step - 1);
        if high >= step {
            low = high - step + 1;
        }
    }
    let part = column.get(low..high).unwrap_or_default();
    low + part.partition_point(|found| *found < value)
}

/// The same where values are asked for in order: most lie a few places after the one before, at `hint`.
#[inline]
pub(super) fn next_bound(column: &[Id], hint: usize, value: Id) -> usize {
    const NEAR: usize = 8;
    let before = hint.checked_sub(1).and_then(|before| column.get(before));
    if before.is_none_or(|before| *before < value) {
        let near = column.get(hint..).unwrap_or_default().iter().take(NEAR);
        if let Some(step) = near.clone().position(|found| *found >= value) {
            return hint + step;
        }
    }
    lower_bound(column, hint, value)
}

/// Where the run of `value` that begins at `start` ends.
pub(super) fn run_end(column: &[Id], start: usize, value: Id) -> usize {
    let mut step = 1;
    let mut low = start + 1;
    while column.get(low + step - 1) == Some(&value) {
        low += step;
        step *= 2;
    }
    let part = column.get(low..(low + step - 1).min(column.len())).unwrap_or_default();
    low + part.partition_point(|found| *found == value)
}
