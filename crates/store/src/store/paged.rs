//! Sorted pairs that change: pages of some hundred pairs, each a part of the list they began as, or a changed copy of one.
//!
//! In: pairs to add and to take away, one at a time. Out: the pairs in order, through a cursor. A change copies the page it
//! falls into and nothing else, whatever the length of the list; copies of the whole share all pages that they have in
//! common. Once much of a list was read page by page it is put together in one piece, which is read as quickly as a list that
//! never changed, and which later changes lie over. It is a B+ tree of two levels (Bayer and McCreight, Organization and maintenance of large ordered indexes, 1972)
//! whose leaves may lie in a list that never changes.

// Reading them.
mod cursor;

pub(super) use cursor::PagedCursor;

use super::Id;
use super::beside::Beside;
use super::list::{List, Pairs};
use crate::error::Result;
use crate::room::{self, Kept};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The most pairs of a changed page; one that grows further becomes two.
const MOST: usize = 512;
/// How many pairs are reached at once.
pub(super) const PIECE: usize = MOST;
/// How many pairs of the list below are copied for a first change.
const COPIED: usize = 256;
/// The most pages of a node.
const PAGES: usize = 128;
/// A part of the list below at least so long is given out as it lies there.
const LONG: usize = 1024;

/// At most so many pairs are put together in one piece: 32 MB.
const WHOLE: usize = 1 << 22;
/// To go from one page to another costs about as much as to copy so many pairs.
const STEP: usize = 16;

/// A pair: first and second.
pub(super) type Pair = (Id, Id);

/// Sorted pairs in pages. See the module.
#[derive(Debug, Clone, Default)]
pub(super) struct PagedPairs {
    nodes: Vec<Node>,
    len: usize,
    /// The list below, where that is no longer the one that this began as.
    below: Option<Arc<Pairs>>,
    /// All of it in one piece, once that paid and as long as there is room for it.
    flat: Kept<Pairs>,
    /// Its pairs whose firsts are beside the dictionary, once they were asked for in the order of values.
    beside: Kept<Beside>,
    work: Work,
    /// The first node after whose beginning something was changed, so that starts are wrong, until [`Self::settle`].
    unsettled: Option<usize>,
}

/// How much was read page by page, in pairs copied, since the last change.
#[derive(Debug, Default)]
struct Work(AtomicUsize);

impl Clone for Work {
    fn clone(&self) -> Self {
        Self(AtomicUsize::new(self.0.load(Ordering::Relaxed)))
    }
}

#[derive(Debug, Clone)]
struct Node {
    /// The first pair.
    head: Pair,
    /// How many pairs come before.
    start: usize,
    pages: Arc<Vec<Page>>,
}

/// A page is never empty.
#[derive(Debug, Clone)]
struct Page {
    head: Pair,
    /// How many pairs of the node come before.
    start: usize,
    len: usize,
    content: Content,
}

#[derive(Debug, Clone)]
enum Content {
    /// Pairs of the list below, from this place on.
    Below(usize),
    Own(Arc<Pairs>),
}

/// The pairs of a list that was put together.
fn whole(pairs: &Arc<Pairs>) -> List<'static> {
    List::Shared(Arc::clone(pairs), 0..pairs.first.len())
}

/// A node and a page of it.
type At = (usize, usize);

impl Page {
    fn below(places: Range<usize>, below: &mut List<'_>) -> Result<Option<Self>> {
        let Some(first) = below.first_at(places.start)?.filter(|_| !places.is_empty()) else {
            return Ok(None);
        };
        let second = below.seconds(places.start..places.start + 1)?.first().copied().unwrap_or_default();
        let content = Content::Below(places.start);
        Ok(Some(Self { head: (first, second), start: 0, len: places.len(), content }))
    }

    fn own(pairs: Pairs) -> Self {
        let mut page = Self { head: (0, 0), start: 0, len: 0, content: Content::Below(0) };
        page.measure(&pairs);
        page.content = Content::Own(Arc::new(pairs));
        page
    }

    fn measure(&mut self, pairs: &Pairs) {
        self.len = pairs.first.len();
        let head = pairs.first.first().copied().zip(pairs.second.first().copied());
        self.head = head.unwrap_or(self.head);
    }

    /// The place of a pair in the page, or where it would be.
    fn search(
        &self,
        (first, second): Pair,
        below: &mut List<'_>,
    ) -> Result<std::result::Result<usize, usize>> {
        match &self.content {
            Content::Own(pairs) => {
                let start = pairs.first.partition_point(|have| *have < first);
                let firsts = pairs.first.get(start..).unwrap_or_default();
                let end = start + firsts.partition_point(|have| *have == first);
                let seconds = pairs.second.get(start..end).unwrap_or_default();
                Ok(match seconds.binary_search(&second) {
                    Ok(place) => Ok(start + place),
                    Err(place) => Err(start + place),
                })
            }
            Content::Below(start) => {
                let (start, end) = (*start, *start + self.len);
                let run = below.locate(start, first)?;
                let run = run.start.clamp(start, end)..run.end.clamp(start, end);
                Ok(match below.place_of(run, second)? {
                    Ok(place) => Ok(place - start),
                    Err(place) => Err(place - start),
                })
            }
        }
    }
}

impl PagedPairs {
    /// All pairs of the list below, none changed yet.
    ///
    /// # Errors
    /// Where the stored bytes are damaged.
    pub fn over(below: &mut List<'_>) -> Result<Self> {
        let len = below.len();
        let page = Page::below(0..len, below)?;
        let nodes = page.map(|page| Node { head: page.head, start: 0, pages: Arc::new(vec![page]) });
        Ok(Self { nodes: nodes.into_iter().collect(), len, ..Self::default() })
    }

    /// Pairs in one piece, none changed yet.
    ///
    /// # Errors
    /// None: the pairs lie in memory.
    pub fn in_one_piece(pairs: Pairs) -> Result<Self> {
        let pairs = Arc::new(pairs);
        let paged = Self::over(&mut whole(&pairs))?;
        Ok(Self { below: Some(Arc::clone(&pairs)), flat: Kept::of_another(pairs), ..paged })
    }

    /// How many pairs there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// All pairs where they lie in one piece; they are put together once so much was read page by page that it pays.
    ///
    /// # Errors
    /// Where the stored bytes of the list below are damaged.
    pub fn whole<'a>(&'a self, below: &mut List<'a>) -> Result<Option<List<'a>>> {
        if let Some(flat) = self.flat.get() {
            return Ok(Some(whole(&flat)));
        }
        let pays = self.len <= WHOLE
            && self.work.0.load(Ordering::Relaxed) >= self.len.max(STEP)
            && room::is_free_for(self.len * size_of::<Pair>());
        if !pays {
            return Ok(None);
        }
        let below = std::mem::replace(below, List::EMPTY);
        Ok(Some(whole(&PagedCursor::new(self, below).flat()?)))
    }

    /// Its pairs whose firsts are beside the dictionary: as `make` gives them, until the list changes or memory is wanted.
    ///
    /// # Errors
    /// Those of `make`.
    pub fn beside(&self, make: impl FnOnce() -> Result<Beside>) -> Result<Arc<Beside>> {
        match self.beside.get() {
            Some(known) => Ok(known),
            None => Ok(self.beside.keep(make()?)),
        }
    }

    /// The last page whose head is not past what is looked for; the first one where all are.
    fn find(&self, is_not_past: impl Fn(&Pair) -> bool) -> At {
        let node = self.nodes.partition_point(|node| is_not_past(&node.head)).saturating_sub(1);
        let pages = self.nodes.get(node).map(|node| node.pages.as_slice()).unwrap_or_default();
        (node, pages.partition_point(|page| is_not_past(&page.head)).saturating_sub(1))
    }

    fn page(&self, (node, page): At) -> Option<&Page> {
        self.nodes.get(node)?.pages.get(page)
    }

    /// Begins changes; nothing is read until they are over.
    pub fn changing(&mut self) -> Changing<'_> {
        Changing(self)
    }

    /// See [`Changing::set`]. After one or several of these comes [`Self::settle`], before anything is read.
    fn set(&mut self, pair: Pair, present: bool, below: &mut List<'_>) -> Result<Option<bool>> {
        self.beside.take();
        if let Some(flat) = self.flat.take() {
            // What was put together is the list below from now on.
            *self = Self::over(&mut whole(&flat))?;
            self.below = Some(flat);
        }
        match self.below.clone() {
            Some(own) => self.set_over(pair, present, &mut whole(&own)),
            None => self.set_over(pair, present, below),
        }
    }

    fn set_over(&mut self, pair: Pair, present: bool, below: &mut List<'_>) -> Result<Option<bool>> {
        let at = self.find(|head| *head <= pair);
        let Some(page) = self.page(at) else {
            if present {
                let page = Page::own(Pairs { first: vec![pair.0], second: vec![pair.1] });
                self.nodes.push(Node { head: pair, start: 0, pages: Arc::new(vec![page]) });
                self.len = 1;
            }
            return Ok(present.then_some(true));
        };
        let found = page.search(pair, below)?;
        if found.is_ok() == present {
            return Ok(None);
        }
        let (Ok(place) | Err(place)) = found;
        let (at, place) = match page.content {
            Content::Own(_) => (at, place),
            Content::Below(_) => self.open(at, place, below)?,
        };
        let is_alone = self.is_alone(at, place, pair, present, below)?;
        self.change(at, place, present.then_some(pair));
        self.work = Work::default();
        Ok(Some(is_alone))
    }

    /// Whether no pair beside a place of a changed page has the first of the pair that comes there or goes.
    fn is_alone(&self, at: At, place: usize, pair: Pair, comes: bool, below: &mut List<'_>) -> Result<bool> {
        let Some(Page { content: Content::Own(pairs), .. }) = self.page(at) else { return Ok(true) };
        let before = match place.checked_sub(1) {
            Some(before) => pairs.first.get(before).copied(),
            None => self.last_before(at, below)?,
        };
        let after = pairs.first.get(if comes { place } else { place + 1 }).copied();
        let after = after.or_else(|| self.head_after(at).map(|head| head.0));
        Ok(before != Some(pair.0) && after != Some(pair.0))
    }

    /// The first of the last pair before a page.
    fn last_before(&self, (node, page): At, below: &mut List<'_>) -> Result<Option<Id>> {
        let pages = |node: usize| self.nodes.get(node).map(|node| node.pages.as_slice()).unwrap_or_default();
        let before = match (page.checked_sub(1), node.checked_sub(1)) {
            (Some(before), _) => pages(node).get(before),
            (None, Some(before)) => pages(before).last(),
            (None, None) => None,
        };
        match before {
            Some(Page { content: Content::Own(pairs), .. }) => Ok(pairs.first.last().copied()),
            Some(Page { content: Content::Below(start), len, .. }) => below.first_at(start + len - 1),
            None => Ok(None),
        }
    }

    /// The head of the page after one.
    fn head_after(&self, (node, page): At) -> Option<Pair> {
        let next = self.nodes.get(node)?.pages.get(page + 1).map(|page| page.head);
        next.or_else(|| self.nodes.get(node + 1).map(|node| node.head))
    }

    /// Copies the pairs around a place of a page, to be changed. Gives where they are now.
    fn open(&mut self, at: At, place: usize, below: &mut List<'_>) -> Result<(At, usize)> {
        let (start, len) = match self.page(at) {
            Some(Page { content: Content::Below(start), len, .. }) => (*start, *len),
            _ => return Ok((at, place)),
        };
        let end = start + len;
        let block = (start + place.min(len.saturating_sub(1))) / COPIED * COPIED;
        let (from, to) = (block.max(start), (block + COPIED).min(end));
        let before = Page::below(start..from, below)?;
        let own = Page::own(below.copied(from..to)?);
        let after = Page::below(to..end, below)?;
        let page = at.1 + usize::from(before.is_some());
        if let Some(node) = self.nodes.get_mut(at.0) {
            let pages = before.into_iter().chain([own]).chain(after);
            Arc::make_mut(&mut node.pages).splice(at.1..=at.1, pages);
        }
        Ok(((at.0, page), start + place - from))
    }

    /// Puts a pair at a place of a changed page; with nothing to put, takes away what is there.
    fn change(&mut self, (number, at): At, place: usize, pair: Option<Pair>) {
        let Some(node) = self.nodes.get_mut(number) else { return };
        let pages = Arc::make_mut(&mut node.pages);
        let Some(page) = pages.get_mut(at) else { return };
        let Content::Own(pairs) = &mut page.content else { return };
        let pairs = Arc::make_mut(pairs);
        let upper = match pair {
            Some(pair) => {
                self.len += 1;
                pairs.insert(place, pair)
            }
            None => {
                pairs.first.remove(place);
                pairs.second.remove(place);
                self.len -= 1;
                None
            }
        };
        page.len = pairs.first.len();
        let head = pairs.first.first().copied().zip(pairs.second.first().copied());
        page.head = head.unwrap_or(page.head);
        if page.len == 0 {
            pages.remove(at);
        }
        if let Some(upper) = upper {
            pages.insert(at + 1, Page::own(upper));
        }
        node.head = pages.first().map_or(node.head, |page| page.head);
        if pages.len() > PAGES {
            let upper = pages.split_off(PAGES / 2);
            let head = upper.first().map_or(node.head, |page| page.head);
            self.nodes.insert(number + 1, Node { head, start: 0, pages: Arc::new(upper) });
        } else if pages.is_empty() {
            self.nodes.remove(number);
        }
        self.unsettled = Some(self.unsettled.map_or(number, |first| first.min(number)));
    }

    /// Makes the starts of nodes and pages right after changes: once for all changes of a list, since it looks at each page.
    fn settle(&mut self) {
        let Some(first) = self.unsettled.take() else { return };
        let end = |node: &Node| node.start + node.pages.last().map_or(0, |page| page.start + page.len);
        let mut from = first.checked_sub(1).and_then(|before| self.nodes.get(before)).map_or(0, end);
        for node in self.nodes.iter_mut().skip(first) {
            let mut start = 0;
            let is_right = |page: &Page| {
                let is_right = page.start == start;
                start += page.len;
                is_right
            };
            if !node.pages.iter().all(is_right) {
                start = 0;
                for page in Arc::make_mut(&mut node.pages) {
                    page.start = start;
                    start += page.len;
                }
            }
            node.start = from;
            from = end(node);
        }
    }
}

impl Pairs {
    /// Puts a pair at a place. Where there would be too many for a page, it gives the upper ones.
    fn insert(&mut self, place: usize, (first, second): Pair) -> Option<Self> {
        if self.first.len() < MOST {
            self.first.insert(place, first);
            self.second.insert(place, second);
            return None;
        }
        // What comes in order leaves full pages behind.
        let half = if place == MOST { MOST } else { MOST / 2 };
        let above = |column: &mut Vec<Id>| {
            let mut upper = Vec::with_capacity(MOST);
            upper.extend(column.drain(half..));
            upper
        };
        let mut upper = Self { first: above(&mut self.first), second: above(&mut self.second) };
        let (page, place) = if place < half { (self, place) } else { (&mut upper, place - half) };
        page.first.insert(place, first);
        page.second.insert(place, second);
        Some(upper)
    }
}

/// Pairs that are being changed. Once that is over, however it ended, they can be read.
pub(super) struct Changing<'a>(&'a mut PagedPairs);

impl Changing<'_> {
    /// Adds a pair, or takes it away. Says, where that changed anything, whether the first has no other second.
    ///
    /// # Errors
    /// Where the stored bytes of the list below are damaged.
    pub fn set(&mut self, pair: Pair, present: bool, below: &mut List<'_>) -> Result<Option<bool>> {
        self.0.set(pair, present, below)
    }
}

impl Drop for Changing<'_> {
    fn drop(&mut self) {
        self.0.settle();
    }
}

#[cfg(test)]
mod tests {
    use super::super::PairCursor;
    use super::super::cursor::BLOCK;
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn columns(pairs: &BTreeSet<Pair>) -> Pairs {
        let (first, second) = pairs.iter().copied().unzip();
        Pairs { first, second }
    }

    fn read(cursor: &mut PairCursor<'_>) -> Vec<Pair> {
        let mut all = Vec::new();
        while let Some((firsts, seconds)) = cursor.next_block().unwrap() {
            assert!(!firsts.is_empty() && firsts.len() == seconds.len() && firsts.len() <= BLOCK);
            all.extend(firsts.iter().copied().zip(seconds.iter().copied()));
        }
        all
    }

    /// Everything that a cursor says, against a set.
    fn check(cursor: &mut PairCursor<'_>, set: &BTreeSet<Pair>, probes: &[Id]) {
        let (mut firsts, places) = (Vec::new(), cursor.places());
        while let Some(block) = cursor.next_firsts().unwrap() {
            firsts.extend_from_slice(block);
        }
        cursor.at(places);
        assert!(firsts.iter().eq(set.iter().map(|(first, _)| first)), "the firsts alone");
        assert_eq!(cursor.len(), set.len());
        let seconds =
            |first: Id| -> Vec<Id> { set.range((first, 0)..=(first, Id::MAX)).map(|pair| pair.1).collect() };
        for first in probes {
            let expected = seconds(*first);
            assert_eq!(cursor.lookup(*first).unwrap(), expected, "{first}");
            assert_eq!(cursor.lookup(*first).unwrap(), expected, "{first} again");
            assert_eq!(cursor.count(*first).unwrap(), expected.len());
            for second in [0, 3, 17, 999, Id::MAX].into_iter().chain(expected.last().copied()) {
                assert_eq!(cursor.contains(*first, second).unwrap(), set.contains(&(*first, second)));
            }
            let next = set.range((*first, 0)..).next().map(|pair| pair.0);
            assert_eq!(cursor.first_from(*first).unwrap(), next, "from {first}");
        }
        let mut sorted = probes.to_vec();
        sorted.sort_unstable();
        let with_place =
            |(place, first): (u32, &Id)| seconds(*first).into_iter().map(move |second| (place, second));
        let expected: Vec<(u32, Id)> = (0..).zip(&sorted).flat_map(with_place).collect();
        for most in [5, 4096] {
            assert_eq!(cursor.joined(&sorted, most).0, expected);
        }
        let (mut counts, expected) = (Vec::new(), sorted.iter().map(|first| seconds(*first).len() as u32));
        cursor.counts(&sorted, &mut counts).unwrap();
        assert_eq!(counts, expected.collect::<Vec<u32>>());
        for window in probes.windows(2) {
            let (from, to) = (window[0].min(window[1]), window[0].max(window[1]));
            let expected: Vec<Pair> = set.range((from, 0)..(to, 0)).copied().collect();
            assert_eq!(cursor.range(from..to).unwrap(), expected.len());
            assert_eq!(read(cursor), expected);
            cursor.range(0..Id::MAX).unwrap();
            cursor.seek(to).unwrap();
            let (first, rest) =
                (cursor.next_block().unwrap().map(|(firsts, _)| firsts[0]), read(cursor).len());
            assert_eq!(first, set.range((to, 0)..).next().map(|pair| pair.0), "{rest}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..Default::default() })]
        /// Long runs of one first, many firsts with few seconds; changes here and there, and close together.
        #[test]
        fn pages_hold_what_a_set_holds(
            below in prop::collection::btree_set((0..30u32, 0..400u32), 0..3000),
            few in prop::collection::btree_set((0..40_000u32, 0..9u32), 0..2000),
            changes in prop::collection::vec((any::<bool>(), 0..40u32, 0..420u32), 0..700),
            others in prop::collection::vec((any::<bool>(), 0..40_000u32, 0..9u32), 0..700),
            probes in prop::collection::vec(0..40_010u32, 2..30),
        ) {
            let mut set: BTreeSet<Pair> = below.union(&few).copied().collect();
            let base = columns(&set);
            let list = || List::Borrowed(&base.first, &base.second);
            let mut paged = PagedPairs::over(&mut list()).unwrap();
            let all = changes.into_iter().chain(others);
            for (n, (present, first, second)) in all.enumerate() {
                let pair = (first, second);
                let changes = if present { set.insert(pair) } else { set.remove(&pair) };
                let others = set.range((first, 0)..=(first, Id::MAX)).filter(|other| **other != pair).count();
                let expected = changes.then_some(others == 0);
                prop_assert_eq!(paged.set(pair, present, &mut list()).unwrap(), expected);
                if n == 300 {
                    let (copy, then) = (paged.clone(), set.clone());
                    paged.set((70, 0), true, &mut list()).unwrap();
                    set.insert((70, 0));
                    let mut copy = copy;
                    copy.settle();
                    check(&mut PairCursor::paged(&copy, list()), &then, &probes);
                }
            }
            paged.settle();
            let probes: Vec<Id> = probes.into_iter().chain([0, 1, 70, 59, 60, 3, Id::MAX]).collect();
            check(&mut PairCursor::paged(&paged, list()), &set, &probes);
            check(&mut PairCursor::paged(&paged, list()), &set, &probes);
            // Much was read: it is one piece, and what is changed now lies over that.
            prop_assert!(set.len() < 100 || paged.whole(&mut list()).unwrap().is_some());
            for pair in [(5, 7), (29, 400), (0, 0)] {
                let present = !set.remove(&pair);
                if present {
                    set.insert(pair);
                }
                prop_assert!(paged.set(pair, present, &mut list()).unwrap().is_some());
                paged.settle();
                prop_assert!(paged.whole(&mut list()).unwrap().is_none());
                check(&mut PairCursor::paged(&paged, list()), &set, &probes);
            }
            let mut far = PairCursor::paged(&paged, list());
            for probe in (0..2000u32).map(|n| n.wrapping_mul(7919) % 40_000) {
                let expected: Vec<Id> = set.range((probe, 0)..=(probe, Id::MAX)).map(|pair| pair.1).collect();
                prop_assert_eq!(far.lookup(probe).unwrap(), expected);
            }
        }
    }

    #[test]
    fn a_list_can_be_emptied_and_filled_again() {
        let base = columns(&(0..3000).map(|n| (n / 3, n)).collect());
        let list = || List::Borrowed(&base.first, &base.second);
        let mut paged = PagedPairs::over(&mut list()).unwrap();
        for n in 0..3000 {
            let is_last = n % 3 == 2;
            assert_eq!(paged.set((n / 3, n), false, &mut list()).unwrap(), Some(is_last));
        }
        paged.settle();
        assert_eq!((paged.len(), paged.nodes.len()), (0, 0));
        assert_eq!(paged.set((5, 5), false, &mut list()).unwrap(), None);
        check(&mut PairCursor::paged(&paged, list()), &BTreeSet::new(), &[0, 5, Id::MAX]);
        let set: BTreeSet<Pair> = (0..30_000).map(|n| (n % 20, n)).collect();
        for n in 0..30_000 {
            assert_eq!(paged.set((n % 20, n), true, &mut list()).unwrap(), Some(n < 20));
        }
        paged.settle();
        check(&mut PairCursor::paged(&paged, list()), &set, &[0, 5, 19, 20]);
    }

    #[test]
    fn a_change_copies_its_page_alone() {
        let base = columns(&(0..100_000).map(|n| (n, 7)).collect());
        let list = || List::Borrowed(&base.first, &base.second);
        let mut paged = PagedPairs::over(&mut list()).unwrap();
        for n in [50_000, 50_001, 99_999, 0] {
            paged.set((n, 8), true, &mut list()).unwrap();
        }
        let pages = paged.nodes.iter().flat_map(|node| node.pages.iter());
        let own: usize =
            pages.filter(|page| matches!(page.content, Content::Own(_))).map(|page| page.len).sum();
        assert!(own <= 3 * COPIED + 4, "{own}");
    }
}
