//! A cursor over pairs in pages.
//!
//! In: pairs in pages, and the list that some of them lie in. Out: places, seconds and blocks of pairs, in order; and, once much was
//! read page by page, all of it in one piece.

use super::{At, Content, LONG, Page, PagedPairs, Pair, STEP};
use crate::error::Result;
use crate::store::Id;
use crate::store::cursor::BLOCK;
use crate::store::list::{List, Pairs, run_end};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// A cursor over pairs in pages: the one page it is at is at hand.
pub(in super::super) struct PagedCursor<'a> {
    pairs: &'a PagedPairs,
    below: List<'a>,
    at: At,
    page: Option<&'a Page>,
    /// How many pairs come before the page at hand, and the head of the page after it.
    start: usize,
    next: Option<Pair>,
    /// Seconds of more than one page, and their places.
    gathered: Vec<Id>,
    gathered_at: Range<usize>,
    columns: (Vec<Id>, Vec<Id>),
    work: usize,
}

impl Drop for PagedCursor<'_> {
    fn drop(&mut self) {
        self.pairs.work.0.fetch_add(self.work, Ordering::Relaxed);
    }
}

impl<'a> PagedCursor<'a> {
    /// Over pages of which some lie in the list below.
    pub fn new(pairs: &'a PagedPairs, below: List<'a>) -> Self {
        // Changes are settled before anything is read.
        debug_assert!(pairs.unsettled.is_none());
        let below = match &pairs.below {
            Some(own) => List::Borrowed(&own.first, &own.second),
            None => below,
        };
        let mut cursor = Self {
            pairs,
            below,
            at: (0, 0),
            page: None,
            start: 0,
            next: None,
            gathered: Vec::new(),
            gathered_at: 0..0,
            columns: (Vec::new(), Vec::new()),
            work: 0,
        };
        cursor.go_to((0, 0));
        cursor
    }

    /// How many pairs there are.
    pub fn len(&self) -> usize {
        self.pairs.len
    }

    fn go_to(&mut self, (node, page): At) {
        let Some(of) = self.pairs.nodes.get(node) else { return };
        let Some(found) = of.pages.get(page) else { return };
        self.at = (node, page);
        self.work += STEP;
        self.page = Some(found);
        self.start = of.start + found.start;
        self.next = self.pairs.head_after((node, page));
    }

    fn go_on(&mut self) {
        let (node, page) = self.at;
        let has_more = self.pairs.nodes.get(node).is_some_and(|node| page + 1 < node.pages.len());
        self.go_to(if has_more { (node, page + 1) } else { (node + 1, 0) });
    }

    /// Makes the page at hand the one in which the first place for `first` lies: the last whose head lies before all its
    /// pairs.
    fn go_to_first(&mut self, first: Id) {
        let key = (first, 0);
        let follows = |cursor: &Self| cursor.start == 0 || cursor.page.is_some_and(|page| page.head < key);
        let reaches = |cursor: &Self| cursor.next.is_none_or(|next| next >= key);
        if follows(self) {
            if reaches(self) {
                return;
            }
            self.go_on();
            if reaches(self) {
                return;
            }
        }
        self.go_to(self.pairs.find(|head| *head < key));
    }

    /// Makes the page at hand the one that holds a place.
    fn go_to_place(&mut self, place: usize) {
        let len = self.page.map_or(0, |page| page.len);
        if (self.start..self.start + len).contains(&place) {
            return;
        }
        let nodes = &self.pairs.nodes;
        let node = nodes.partition_point(|node| node.start <= place).saturating_sub(1);
        let Some(of) = nodes.get(node) else { return };
        let page = of.pages.partition_point(|page| of.start + page.start <= place).saturating_sub(1);
        self.go_to((node, page));
    }

    /// The first place whose `first` is at least `first`.
    pub fn position(&mut self, first: Id) -> Result<usize> {
        self.go_to_first(first);
        let Some(page) = self.page else { return Ok(0) };
        Ok(self.start
            + match &page.content {
                Content::Own(pairs) => pairs.first.partition_point(|have| *have < first),
                Content::Below(start) => {
                    let place = self.below.position(*start, first)?;
                    place.clamp(*start, *start + page.len) - *start
                }
            })
    }

    /// The places of `first`.
    pub fn locate(&mut self, first: Id) -> Result<Range<usize>> {
        self.go_to_first(first);
        let Some(mut page) = self.page else { return Ok(0..0) };
        let mut run = self.run(page, first)?;
        if run.start == page.len && self.next.is_some_and(|next| next.0 == first) {
            self.go_on();
            let Some(next) = self.page else { return Ok(0..0) };
            page = next;
            run = self.run(page, first)?;
        }
        let start = self.start + run.start;
        if run.end == page.len && self.next.is_some_and(|next| next.0 == first) {
            let end = match first.checked_add(1) {
                Some(after) => self.position(after)?,
                None => self.len(),
            };
            return Ok(start..end);
        }
        Ok(start..self.start + run.end)
    }

    /// The places of `first` within a page.
    fn run(&mut self, page: &Page, first: Id) -> Result<Range<usize>> {
        Ok(match &page.content {
            Content::Own(pairs) => {
                let start = pairs.first.partition_point(|have| *have < first);
                let end = match pairs.first.get(start) {
                    Some(have) if *have == first => run_end(&pairs.first, start, first),
                    _ => start,
                };
                start..end
            }
            Content::Below(start) => {
                let (start, end) = (*start, *start + page.len);
                let run = self.below.locate(start, first)?;
                run.start.clamp(start, end) - start..run.end.clamp(start, end) - start
            }
        })
    }

    /// The seconds at some places.
    pub fn seconds(&mut self, places: Range<usize>) -> Result<&[Id]> {
        if places.is_empty() {
            return Ok(&[]);
        }
        self.go_to_place(places.start);
        let Some(page) = self.page else { return Ok(&[]) };
        let part = places.start - self.start..places.end - self.start;
        if part.end > page.len {
            return self.gather(places);
        }
        match &page.content {
            Content::Own(pairs) => Ok(pairs.second.get(part).unwrap_or_default()),
            Content::Below(start) => self.below.seconds(start + part.start..start + part.end),
        }
    }

    /// Seconds of more than one page.
    fn gather(&mut self, places: Range<usize>) -> Result<&[Id]> {
        if self.gathered_at != places {
            self.gathered.clear();
            self.gathered_at = 0..0;
            let mut at = places.start;
            while at < places.end {
                self.go_to_place(at);
                let Some(page) = self.page else { break };
                let part = at - self.start..page.len.min(places.end - self.start);
                at = self.start + part.end;
                self.gathered.extend_from_slice(match &page.content {
                    Content::Own(pairs) => pairs.second.get(part).unwrap_or_default(),
                    Content::Below(start) => self.below.seconds(start + part.start..start + part.end)?,
                });
            }
            self.gathered_at = places;
            self.work += self.gathered.len();
        }
        Ok(&self.gathered)
    }

    /// The first at a place.
    pub fn first_at(&mut self, place: usize) -> Result<Option<Id>> {
        if place >= self.len() {
            return Ok(None);
        }
        self.go_to_place(place);
        let Some(page) = self.page else { return Ok(None) };
        match &page.content {
            Content::Own(pairs) => Ok(pairs.first.get(place - self.start).copied()),
            Content::Below(start) => self.below.first_at(start + place - self.start),
        }
    }

    /// The columns at the first places of `rest`: a long part of the list below as it lies there, else pages put together.
    pub fn block(&mut self, rest: Range<usize>) -> Result<(&[Id], &[Id])> {
        self.part(rest, true)
    }

    /// The firsts of [`Self::block`], where nobody needs the seconds: those of the list below are not decoded.
    pub fn firsts(&mut self, rest: Range<usize>) -> Result<&[Id]> {
        Ok(self.part(rest, false)?.0)
    }

    /// See [`Self::block`]; without seconds that column is empty.
    fn part(&mut self, rest: Range<usize>, has_seconds: bool) -> Result<(&[Id], &[Id])> {
        let (mut at, end) = (rest.start, rest.end.min(self.len()));
        self.columns.0.clear();
        self.columns.1.clear();
        while at < end && self.columns.0.len() < BLOCK {
            self.go_to_place(at);
            let Some(page) = self.page else { break };
            let part = at - self.start..page.len.min(end - self.start);
            let is_long = part.len() >= LONG;
            if is_long && !self.columns.0.is_empty() {
                break;
            }
            let more = BLOCK - self.columns.0.len();
            let part = part.start..part.end.min(part.start + more);
            match &page.content {
                Content::Below(start) if is_long => {
                    let places = start + part.start..start + part.end;
                    return self.below.part(places, has_seconds);
                }
                Content::Below(start) => {
                    let mut from = start + part.start;
                    while from < start + part.end {
                        let (firsts, seconds) = self.below.part(from..start + part.end, has_seconds)?;
                        self.columns.0.extend_from_slice(firsts);
                        self.columns.1.extend_from_slice(seconds);
                        from += firsts.len().max(1);
                    }
                }
                Content::Own(pairs) => {
                    self.columns.0.extend_from_slice(pairs.first.get(part.clone()).unwrap_or_default());
                    let seconds = if has_seconds { pairs.second.get(part.clone()) } else { None };
                    self.columns.1.extend_from_slice(seconds.unwrap_or_default());
                }
            }
            at = self.start + part.end;
        }
        self.work += self.columns.0.len();
        Ok((&self.columns.0, &self.columns.1))
    }

    /// All pairs in one piece, made at the first call after a change.
    pub fn flat(&mut self) -> Result<Arc<Pairs>> {
        if let Some(flat) = self.pairs.flat.get() {
            return Ok(flat);
        }
        let len = self.len();
        let mut pairs = Pairs { first: Vec::with_capacity(len), second: Vec::with_capacity(len) };
        while pairs.first.len() < len {
            let (firsts, seconds) = self.block(pairs.first.len()..len)?;
            if firsts.is_empty() {
                break;
            }
            pairs.first.extend_from_slice(firsts);
            pairs.second.extend_from_slice(seconds);
        }
        // Where it gives way, as much has to be read again before it pays.
        self.pairs.work.0.store(0, Ordering::Relaxed);
        Ok(self.pairs.flat.keep(pairs))
    }
}
