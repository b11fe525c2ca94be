//! A cursor over the sorted pairs of one predicate: the one way to read triples fast.
//!
//! In: a list of pairs sorted by `first`, then `second` (subject and object, or object and subject).
//! Out: the seconds of a first, blocks of pairs in order, counts. It is one concrete type, so that no
//! call is dynamic; how the list lies in memory stays inside.

use super::Id;
use super::list::{List, Pairs, lower_bound, next_bound, run_end};
use super::pack::pairs::PackedPairs;
use super::packed::PackedCursor;
use super::paged::{PagedCursor, PagedPairs};
#[cfg(test)]
use super::port::NONE;
use super::spread::{FEW, STRETCH, Spread};
use crate::error::Result;
use crate::room;
use std::ops::Range;
use std::sync::Arc;

/// The most pairs that [`PairCursor::next_block`] gives at once.
pub const BLOCK: usize = 4096;

/// The first block has so many, each later one twice as many: a LIMIT may need no more.
const FIRST_BLOCK: usize = 256;

/// A lookup that begins so many pairs from the one before is far from it.
const FAR: usize = 64;
/// Runs up to this are counted one by one.
const SHORT: usize = 8;
/// So many far lookups are too few to prepare for more.
const SOME: usize = 64;
/// A far lookup in a pack takes as long as it takes to read so many pairs into a table: once as much was spent on lookups as the
/// table takes, it is made, so that both together never take more than twice as long as the better of them.
const PAIRS_FOR_A_LOOKUP: usize = 64;
/// Sorted lookups read a list as a whole where it has at most so many pairs for each of them.
const DENSE: usize = 8;
/// Of so many pairs the caches of a core hold no more than a part: lookups in no order wait for memory.
const LARGE: usize = 1 << 18;
/// For so many lookups ahead [`PairCursor::warm`] is asked: what they read fits the nearest cache.
pub const AHEAD: usize = 128;
/// At most so many packed pairs are decoded for lookups in no order: 32 MB.
const DECODED: usize = 1 << 22;
/// A pair that is decoded takes so many bytes, its part of the table too. They are made only where every limit leaves room for them.
const DECODED_PAIR: usize = 12;

/// A cursor over the pairs of one predicate in one graph. See the module.
///
/// Lookups and blocks keep places of their own: mixing them is allowed. A slice given out is valid until
/// the next call.
pub struct PairCursor<'a> {
    list: List<'a>,
    /// Where the last lookup ended: the next one starts here.
    probe: usize,
    /// How many lookups went far from the one before, and what makes them quick once there were many.
    far: usize,
    /// At how many of these it looks whether that pays, or whether another cursor has it already.
    look: usize,
    jumps: Option<Arc<Jumps>>,
    /// For lookups that come sorted.
    spread: Spread,
    /// What `next_block` has still to give, and how many pairs at once.
    rest: Range<usize>,
    step: usize,
}

impl<'a> PairCursor<'a> {
    /// No pair at all.
    #[must_use]
    pub fn empty() -> Self {
        Self::over(&[], &[])
    }

    /// Over columns of equal length, sorted by `first`, then `second`.
    #[must_use]
    pub fn over(first: &'a [Id], second: &'a [Id]) -> Self {
        let length = first.len().min(second.len());
        Self::with(List::Borrowed(first, second), length)
    }

    pub(super) fn shared(pairs: &Arc<Pairs>, range: Range<usize>) -> Self {
        let length = range.len();
        Self::with(List::Shared(Arc::clone(pairs), range), length)
    }

    pub(super) fn packed(pairs: &'a PackedPairs, range: Range<usize>) -> Self {
        let length = range.len();
        Self::with(List::Packed(Box::new(PackedCursor::new(pairs, range))), length)
    }

    /// Over a list that was changed since it was made.
    pub(super) fn paged(pairs: &'a PagedPairs, base: List<'a>) -> Self {
        let length = pairs.len();
        Self::with(List::Paged(Box::new(PagedCursor::new(pairs, base))), length)
    }

    fn with(list: List<'a>, length: usize) -> Self {
        Self {
            list,
            probe: 0,
            far: 0,
            look: SOME,
            jumps: None,
            spread: Spread::default(),
            rest: 0..length,
            step: FIRST_BLOCK,
        }
    }

    pub(super) fn of_list(list: List<'a>) -> Self {
        let length = list.len();
        Self::with(list, length)
    }

    /// The list alone.
    pub(super) fn into_list(self) -> List<'a> {
        self.list
    }

    /// How many pairs there are in all.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The places of the pairs whose first is `first`. Gallops from where the last lookup ended, so that
    /// sorted lookups read the list once, as a merge join does.
    fn locate(&mut self, first: Id) -> Result<Range<usize>> {
        if let Some(jumps) = &self.jumps {
            return Ok(jumps.locate(self.list.columns().0, first));
        }
        let range = self.list.locate(self.probe, first)?;
        self.far += usize::from(range.start.abs_diff(self.probe) > FAR);
        self.probe = range.start;
        if self.far > self.look {
            self.prepare_jumps()?;
        }
        Ok(range)
    }

    /// Makes lookups in no order quick, once so many were made that it pays: packed pairs are decoded, and a table tells
    /// where to look. What another cursor over the same packed pairs decoded, on whatever thread, is used at once.
    fn prepare_jumps(&mut self) -> Result<()> {
        self.look = self.far + SOME;
        let pays =
            self.far * PAIRS_FOR_A_LOOKUP > self.len() && room::is_there_for(self.len() * DECODED_PAIR);
        if pays {
            self.far = 0;
            self.look = SOME;
        }
        let is_long = self.len() > DECODED;
        match &mut self.list {
            List::Packed(_) | List::Paged(_) if is_long => return Ok(()),
            List::Packed(cursor) => {
                let Some(Decoded { pairs, jumps }) = cursor.decoded(pays)? else { return Ok(()) };
                let len = pairs.first.len();
                self.list = List::Shared(pairs, 0..len);
                self.jumps = jumps;
                return Ok(());
            }
            _ if !pays => return Ok(()),
            List::Paged(_) => self.list = self.list.flat()?,
            List::Borrowed(..) | List::Shared(..) => {}
        }
        self.jumps = Jumps::over(self.list.columns().0).map(Arc::new);
        Ok(())
    }

    /// The seconds of `first`, sorted; none where it does not occur.
    ///
    /// # Errors
    /// Where the stored bytes are damaged.
    pub fn lookup(&mut self, first: Id) -> Result<&[Id]> {
        let range = self.locate(first)?;
        self.list.seconds(range)
    }

    /// Reads ahead what lookups of these firsts will read, where they come in no order from a long list. No read depends on another, so
    /// their waits for memory overlap; lookups would wait one after the other.
    pub fn warm(&self, firsts: impl Iterator<Item = Id>) {
        let Some(jumps) = self.jumps.as_ref().filter(|_| self.len() > LARGE) else { return };
        let (column, seconds) = self.list.columns();
        let read = |place: usize| {
            let first = if jumps.shift > 0 { column.get(place) } else { None };
            first.copied().unwrap_or(0) ^ seconds.get(place).copied().unwrap_or(0)
        };
        let all = firsts.filter_map(|first| jumps.begin(first)).fold(0, |all, place| all ^ read(place));
        // The value is not used; without this the reads would be optimised away.
        std::hint::black_box(all);
    }

    /// The pairs of sorted firsts, as a merge join finds them: adds to `found` the place of its first among `firsts` for each pair, and
    /// its second, until there are `most` of them. The pairs of one first are added together or not at all. Says how many of the
    /// firsts are done: none where it is better to look them up one by one.
    ///
    /// # Errors
    /// Where the stored bytes are damaged.
    pub fn merge(&mut self, firsts: &[Id], most: usize, found: &mut Found) -> Result<usize> {
        let (Some(least), Some(greatest)) = (firsts.first(), firsts.last()) else { return Ok(0) };
        if self.jumps.is_some() || !firsts.is_sorted() {
            return Ok(0);
        }
        if !matches!(self.list, List::Packed(_) | List::Paged(_)) {
            let (column, seconds) = self.list.columns();
            let start = lower_bound(column, self.probe, *least);
            let rest = (column.get(start..).unwrap_or_default(), seconds.get(start..).unwrap_or_default());
            let (done, at) = merged(rest, (firsts, 0), most, found, &mut self.spread);
            self.probe = start + at;
            return Ok(done);
        }
        let mut at = self.list.position(self.probe, *least)?;
        let end = self.list.position(at, greatest.saturating_add(1))?;
        if end.saturating_sub(at) > firsts.len() * DENSE {
            return Ok(0);
        }
        let mut done = 0;
        while at < end {
            let (column, seconds) = self.list.block(at..end)?;
            let whole = whole_runs(column, end - at);
            let (column, seconds) = (column.get(..whole), seconds.get(..whole));
            let (Some(column @ [.., last]), Some(seconds)) = (column, seconds) else { return Ok(done) };
            let rest = firsts.get(done..).unwrap_or_default();
            let here = rest.get(..rest.partition_point(|first| first <= last)).unwrap_or_default();
            let (more, _) = merged((column, seconds), (here, done), most, found, &mut self.spread);
            done += more;
            if more < here.len() {
                return Ok(done);
            }
            at += whole;
        }
        Ok(firsts.len())
    }

    /// How many seconds `first` has.
    ///
    /// # Errors
    /// Where the stored bytes are damaged.
    pub fn count(&mut self, first: Id) -> Result<usize> {
        Ok(self.locate(first)?.len())
    }

    /// How many seconds each of these firsts has, in their order, into `counts`, which is emptied first: quickest where they come sorted.
    ///
    /// # Errors
    /// Where the stored bytes are damaged.
    pub fn counts(&mut self, firsts: &[Id], counts: &mut Vec<u32>) -> Result<()> {
        counts.clear();
        let is_flat = !matches!(self.list, List::Packed(_) | List::Paged(_));
        if let Some(jumps) = &self.jumps {
            let column = self.list.columns().0;
            counts.extend(firsts.iter().map(|first| jumps.locate(column, *first).len() as u32));
            return Ok(());
        }
        if is_flat && firsts.is_sorted() {
            self.probe = count_sorted(self.list.columns().0, self.probe, firsts, counts, &mut self.spread);
            return Ok(());
        }
        if !is_flat && firsts.is_sorted() {
            self.count_merged(firsts, counts)?;
        }
        for first in firsts.get(counts.len()..).unwrap_or_default() {
            counts.push(self.locate(*first)?.len() as u32);
        }
        Ok(())
    }

    /// Counts of sorted firsts in a list that is decoded or put together block by block, of which the seconds are not: of all of them or
    /// those before a run that is longer than a block, or of none where they lie far apart.
    fn count_merged(&mut self, firsts: &[Id], counts: &mut Vec<u32>) -> Result<()> {
        let (Some(least), Some(greatest)) = (firsts.first(), firsts.last()) else { return Ok(()) };
        let mut at = self.list.position(self.probe, *least)?;
        let end = self.list.position(at, greatest.saturating_add(1))?;
        if end.saturating_sub(at) > firsts.len() * DENSE {
            return Ok(());
        }
        while at < end {
            let column = self.list.firsts(at..end)?;
            let whole = whole_runs(column, end - at);
            let Some(column @ [.., last]) = column.get(..whole) else { return Ok(()) };
            let rest = firsts.get(counts.len()..).unwrap_or_default();
            let here = rest.get(..rest.partition_point(|first| first <= last)).unwrap_or_default();
            count_sorted(column, 0, here, counts, &mut self.spread);
            at += whole;
        }
        counts.resize(firsts.len(), 0);
        Ok(())
    }

    /// Whether the pair occurs.
    ///
    /// # Errors
    /// Where the stored bytes are damaged.
    pub fn contains(&mut self, first: Id, second: Id) -> Result<bool> {
        let range = self.locate(first)?;
        Ok(self.list.place_of(range, second)?.is_ok())
    }

    /// The seconds of `first` from a number on, sorted.
    ///
    /// # Errors
    /// Where the stored bytes are damaged.
    pub fn lookup_from(&mut self, first: Id, second: Id) -> Result<&[Id]> {
        let all = self.locate(first)?;
        let (Ok(place) | Err(place)) = self.list.place_of(all.clone(), second)?;
        self.list.seconds(place..all.end)
    }

    /// Some of the seconds of `first`: those at these places among them.
    ///
    /// # Errors
    /// Where the stored bytes are damaged.
    pub fn lookup_part(&mut self, first: Id, part: Range<usize>) -> Result<&[Id]> {
        let all = self.locate(first)?;
        let place = |place: usize| all.start.saturating_add(place).min(all.end);
        self.list.seconds(place(part.start)..place(part.end))
    }

    /// The least first that is at least `from`, found as a lookup is: for leapfrog joins.
    ///
    /// # Errors
    /// Where the stored bytes are damaged.
    pub fn first_from(&mut self, from: Id) -> Result<Option<Id>> {
        self.probe = self.list.position(self.probe, from)?;
        self.list.first_at(self.probe)
    }

    /// The first at a place from 0 to [`Self::len`]: for who samples.
    ///
    /// # Errors
    /// Where the stored bytes are damaged.
    pub fn first_at(&mut self, place: usize) -> Result<Option<Id>> {
        self.list.first_at(place)
    }

    /// The places of the next block.
    fn next(&mut self) -> Range<usize> {
        let step = self.step;
        self.step = (2 * step).min(BLOCK);
        self.rest.start..self.rest.end.min(self.rest.start + step)
    }

    /// The next pairs in order, at most [`BLOCK`]: their firsts and their seconds.
    ///
    /// # Errors
    /// Where the stored bytes are damaged.
    pub fn next_block(&mut self) -> Result<Option<(&[Id], &[Id])>> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let (start, next) = (self.rest.start, self.next());
        let (firsts, seconds) = self.list.block(next)?;
        self.rest.start = start + firsts.len().max(1);
        Ok(Some((firsts, seconds)))
    }

    /// The firsts of what [`Self::next_block`] would give, where nobody needs the seconds, and in its place.
    ///
    /// # Errors
    /// Where the stored bytes are damaged.
    pub fn next_firsts(&mut self) -> Result<Option<&[Id]>> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let (start, next) = (self.rest.start, self.next());
        let firsts = self.list.firsts(next)?;
        self.rest.start = start + firsts.len().max(1);
        Ok(Some(firsts))
    }

    /// Lets [`Self::next_block`] go on with the first pair whose first is at least `first`, forwards or
    /// backwards; the end of a [`Self::range`] stays.
    ///
    /// # Errors
    /// Where the stored bytes are damaged.
    pub fn seek(&mut self, first: Id) -> Result<()> {
        self.rest.start = self.list.position(self.rest.start, first)?;
        Ok(())
    }

    /// Lets [`Self::next_block`] give exactly the pairs whose firsts lie in `firsts`, from their
    /// beginning, and says how many these are. `0..NONE` is all of them.
    ///
    /// # Errors
    /// Where the stored bytes are damaged.
    pub fn range(&mut self, firsts: Range<Id>) -> Result<usize> {
        let start = self.list.position(self.rest.start, firsts.start)?;
        let end = self.list.position(start, firsts.end.max(firsts.start))?;
        self.rest = start..end;
        Ok(end - start)
    }

    /// The places of the pairs that [`Self::next_block`] has still to give.
    #[must_use]
    pub fn places(&self) -> Range<usize> {
        self.rest.clone()
    }

    /// Lets [`Self::next_block`] give the pairs at these places: a part of those that [`Self::places`] tells.
    pub fn at(&mut self, places: Range<usize>) {
        let end = places.end.min(self.len());
        self.rest = places.start.min(end)..end;
    }
}

/// Packed pairs made ready for lookups in no order.
pub(super) struct Decoded {
    pub pairs: Arc<Pairs>,
    /// Where to look; nothing where the pairs are none.
    pub jumps: Option<Arc<Jumps>>,
}

/// What [`PairCursor::merge`] finds.
#[derive(Debug, Default)]
pub struct Found {
    /// For each pair the place of its first among those that were asked for.
    pub places: Vec<u32>,
    /// Its second.
    pub seconds: Vec<Id>,
}

/// How many pairs of a block are of runs that end in it, where so many pairs are left: the last run may go on in the next block.
fn whole_runs(column: &[Id], left: usize) -> usize {
    match column.last() {
        Some(last) if column.len() < left => column.partition_point(|first| first < last),
        _ => column.len(),
    }
}

/// The next stretch of a column up to a place, of whole runs, for a table; nothing where keys are better searched.
fn stretch(column: &[Id], at: usize, end: usize) -> Option<Range<usize>> {
    let part = column.get(at..end.min(at + STRETCH))?;
    let whole = whole_runs(part, end - at);
    (whole > 0).then_some(at..at + whole)
}

/// Where the part of a column ends in which these keys are sought, from a place on, where a table over it is the quickest; else that place.
fn table_end(column: &[Id], at: usize, keys: &[Id]) -> usize {
    let ([least, ..], [.., greatest]) = (keys, keys) else { return at };
    if keys.len() < FEW {
        return at;
    }
    let end = lower_bound(column, at, greatest.saturating_add(1));
    if Spread::is_worth(keys.len(), end - at, (*least, *greatest)) { end } else { at }
}

/// Adds how often each of these sorted firsts occurs in a column, from a place on; where the last of them lies, or after it.
fn count_sorted(
    column: &[Id],
    mut at: usize,
    firsts: &[Id],
    counts: &mut Vec<u32>,
    spread: &mut Spread,
) -> usize {
    let mut rest = firsts;
    let Some(least) = rest.first() else { return at };
    at = next_bound(column, at, *least);
    let end = table_end(column, at, rest);
    while let Some(part) = stretch(column, at, end) {
        let part = column.get(part).unwrap_or_default();
        let (here, later) = rest.split_at(rest.partition_point(|first| part.last() >= Some(first)));
        if !spread.count(part, here, counts) {
            break;
        }
        (rest, at) = (later, at + part.len());
    }
    for first in rest {
        at = next_bound(column, at, *first);
        let rest = column.get(at..).unwrap_or_default();
        let run = rest.iter().take(SHORT).take_while(|found| **found == *first).count();
        counts.push(if run < SHORT { run } else { run_end(column, at, *first) - at } as u32);
    }
    at
}

/// Merges sorted firsts, of which the first one has the place `base`, with pairs: see [`PairCursor::merge`]. Says how many are done, and
/// where in the column the last one lies, or after it.
fn merged(
    (column, seconds): (&[Id], &[Id]),
    (firsts, base): (&[Id], usize),
    most: usize,
    found: &mut Found,
    spread: &mut Spread,
) -> (usize, usize) {
    let Some(least) = firsts.first() else { return (0, 0) };
    let (mut at, mut done) = (next_bound(column, 0, *least), 0);
    let end = table_end(column, at, firsts);
    while let Some(part) = stretch(column, at, end) {
        let (part, others) =
            (column.get(part.clone()).unwrap_or_default(), seconds.get(part).unwrap_or_default());
        let rest = firsts.get(done..).unwrap_or_default();
        let all = rest.partition_point(|first| part.last() >= Some(first));
        let here = all.min(most.saturating_sub(found.places.len()));
        let keys = (rest.get(..here).unwrap_or_default(), base + done);
        if !spread.find((part, others), keys, (&mut found.places, &mut found.seconds)) {
            break;
        }
        done += here;
        if here < all {
            return (done, at);
        }
        at += part.len();
    }
    for (n, first) in firsts.iter().enumerate().skip(done) {
        at = next_bound(column, at, *first);
        if column.get(at) != Some(first) {
            continue;
        }
        let end = if column.get(at + 1) == Some(first) { run_end(column, at, *first) } else { at + 1 };
        if found.places.len() + (end - at) > most {
            return (n, at);
        }
        let place = (base + n) as u32;
        if end == at + 1 {
            found.places.push(place);
            found.seconds.extend(seconds.get(at));
        } else {
            found.places.extend(std::iter::repeat_n(place, end - at));
            found.seconds.extend_from_slice(seconds.get(at..end).unwrap_or_default());
        }
    }
    (firsts.len(), at)
}

/// Where to look for a number in a sorted column: a table of the places at which its upper bits begin, about as long as the
/// column. Where numbers lie close together, as those of one kind of thing do, it tells the run itself.
pub(super) struct Jumps {
    least: Id,
    /// How many lower bits share an entry.
    shift: u32,
    /// The first place of each entry, and the end.
    starts: Vec<u32>,
}

impl Jumps {
    /// Of a sorted column; nothing where it is empty or too long.
    pub(super) fn over(column: &[Id]) -> Option<Self> {
        let (least, greatest) = (*column.first()?, *column.last()?);
        let len = u32::try_from(column.len()).ok()?;
        let mut shift = 0;
        while (greatest - least) >> shift > len {
            shift += 1;
        }
        let mut starts = Vec::with_capacity(((greatest - least) >> shift) as usize + 2);
        for (place, id) in (0..).zip(column) {
            let entry = ((id - least) >> shift) as usize;
            while starts.len() <= entry {
                starts.push(place);
            }
        }
        starts.push(len);
        Some(Self { least, shift, starts })
    }

    /// About where a number is looked for.
    #[inline]
    fn begin(&self, id: Id) -> Option<usize> {
        let entry = id.checked_sub(self.least)? >> self.shift;
        self.starts.get(entry as usize).map(|start| *start as usize)
    }

    #[inline]
    fn locate(&self, column: &[Id], id: Id) -> Range<usize> {
        let Some(above) = id.checked_sub(self.least) else { return 0..0 };
        let entry = (above >> self.shift) as usize;
        let (Some(start), Some(end)) = (self.starts.get(entry), self.starts.get(entry + 1)) else {
            return column.len()..column.len();
        };
        let (start, end) = (*start as usize, *end as usize);
        if self.shift == 0 {
            return start..end;
        }
        let part = column.get(start..end).unwrap_or_default();
        let start = start + part.partition_point(|found| *found < id);
        match column.get(start) {
            Some(found) if *found == id => start..run_end(column, start, id),
            _ => start..start,
        }
    }
}

#[cfg(test)]
impl PairCursor<'_> {
    /// The pairs of sorted firsts, by their places among these: by [`Self::merge`], `most` at a time, and by lookups where it leaves off.
    /// Says too how many were merged.
    pub(super) fn joined(&mut self, firsts: &[Id], most: usize) -> (Vec<(u32, Id)>, usize) {
        let (mut all, mut at, mut merged) = (Vec::new(), 0, 0);
        while at < firsts.len() {
            let mut found = Found::default();
            let done = self.merge(&firsts[at..], most, &mut found).unwrap();
            assert!(found.places.len() == found.seconds.len() && found.places.len() <= most);
            merged += found.places.len();
            all.extend(found.places.iter().map(|place| place + at as u32).zip(found.seconds));
            at += done;
            if done == 0 {
                all.extend(self.lookup(firsts[at]).unwrap().iter().map(|second| (at as u32, *second)));
                at += 1;
            }
        }
        (all, merged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::pack::{Builder, Pack};
    use crate::store::{End, Indexed as _};
    use crate::terms::{GraphName, NamedNode, Quad};

    #[test]
    fn a_merge_finds_what_lookups_find() {
        let pairs = pairs();
        let keys: [Vec<Id>; 4] = [
            (0..400).collect(),
            (0..800).map(|n| n / 2).collect(),
            (0..50).map(|n| n * n).collect(),
            vec![NONE, NONE],
        ];
        for keys in &keys {
            let expected: Vec<(u32, Id)> = (0..)
                .zip(keys)
                .flat_map(|(place, key)| seconds(&pairs, *key).into_iter().map(move |second| (place, second)))
                .collect();
            for most in [1, 7, 64, 10_000] {
                let mut cursor = PairCursor::over(&pairs.first, &pairs.second);
                let (found, merged) = cursor.joined(keys, most);
                assert_eq!(found, expected, "{most}");
                assert!(most < 10_000 || merged == expected.len());
            }
        }
        let mut cursor = PairCursor::over(&pairs.first, &pairs.second);
        assert_eq!(cursor.merge(&[3, 0], 9, &mut Found::default()).unwrap(), 0, "in no order");
    }

    fn pairs() -> Pairs {
        let mut pairs: Vec<(Id, Id)> = (0..2000u32).map(|n| (n * n % 97 * 3, n % 61)).collect();
        pairs.sort_unstable();
        pairs.dedup();
        let (first, second) = pairs.into_iter().unzip();
        Pairs { first, second }
    }

    fn seconds(pairs: &Pairs, first: Id) -> Vec<Id> {
        let all = pairs.first.iter().zip(&pairs.second);
        all.filter(|(have, _)| **have == first).map(|(_, second)| *second).collect()
    }

    #[test]
    fn lookups_in_any_order_find_what_a_filter_finds() {
        let pairs = pairs();
        let mut cursor = PairCursor::over(&pairs.first, &pairs.second);
        assert!(
            (0..=pairs.first.len()).all(|at| cursor.first_at(at).unwrap() == pairs.first.get(at).copied())
        );
        let probes = (0..400u32).chain((0..400).rev()).chain((0..400).map(|n| n * 131 % 400));
        for first in probes {
            let expected = seconds(&pairs, first);
            assert_eq!(cursor.lookup(first).unwrap(), expected, "{first}");
            assert_eq!(cursor.count(first).unwrap(), expected.len());
            assert_eq!(cursor.contains(first, 17).unwrap(), expected.contains(&17));
            let (some, mut counts) = ([first, first + 1, first + 9, 290, 7], Vec::new());
            for some in [&some[..], &some[..3]] {
                cursor.counts(some, &mut counts).unwrap();
                let expected: Vec<u32> = some.iter().map(|it| seconds(&pairs, *it).len() as u32).collect();
                assert_eq!(counts, expected, "{some:?}");
            }
            let next = pairs.first.iter().find(|have| **have >= first).copied();
            assert_eq!(cursor.first_from(first).unwrap(), next);
        }
    }

    #[test]
    fn lookups_in_no_order_become_quick_and_stay_right() {
        // Numbers close together, and far apart.
        for scale in [1, 1000] {
            let mut pairs = pairs();
            pairs.first.iter_mut().for_each(|first| *first *= scale);
            let mut cursor = PairCursor::over(&pairs.first, &pairs.second);
            for probe in (0..3000u32).map(|n| n * 131 % 400) {
                for first in [probe * scale, probe * scale + scale / 2] {
                    assert_eq!(cursor.lookup(first).unwrap(), seconds(&pairs, first), "{first}");
                }
            }
            assert!(cursor.jumps.is_some());
            for (first, second) in [(0, 1), (Id::MAX, 1), (pairs.first[700], pairs.second[700])] {
                let expected = seconds(&pairs, first);
                assert_eq!(cursor.count(first).unwrap(), expected.len());
                assert_eq!(cursor.contains(first, second).unwrap(), expected.contains(&second));
            }
        }
    }

    #[test]
    fn warming_changes_no_answer() {
        let pairs = super::LARGE as u32 + 9;
        let (first, second): (Vec<Id>, Vec<Id>) = (0..pairs).map(|n| (n / 3 * 5 + 7, n)).unzip();
        let mut cursor = PairCursor::over(&first, &second);
        for n in 0..20_000_u32 {
            let firsts = [n.wrapping_mul(0x9e37_79b9) % pairs, 0, Id::MAX, first[n as usize]];
            cursor.warm(firsts.into_iter());
            for id in firsts {
                let expected = if id >= 7 && (id - 7) % 5 == 0 { (id - 7) / 5 * 3 } else { pairs };
                let expected: Vec<Id> = (expected..pairs.min(expected.saturating_add(3))).collect();
                assert_eq!(cursor.lookup(id).unwrap(), expected, "{id}");
            }
        }
        assert!(cursor.jumps.is_some());
    }

    #[test]
    fn what_one_cursor_decoded_another_uses_and_nobody_keeps() {
        const NODES: usize = 30_000;
        let iri = |n: usize| NamedNode::new_unchecked(format!("http://example.org/{n:05}"));
        let mut builder = Builder::new();
        for n in 0..NODES {
            let quad = Quad::new(iri(n), iri(0), iri(n * 7 % NODES), GraphName::DefaultGraph);
            builder.add(quad.as_ref());
        }
        let memory = builder.finish();
        let pack = Pack::from_static(Vec::leak(memory.write(Vec::new()).unwrap())).unwrap();
        let (memory, view) = (memory.view(None).unwrap().unwrap(), pack.view(None).unwrap().unwrap());
        let mut expected = memory.pairs(0, End::Subject).unwrap();
        let mut ask = |cursor: &mut PairCursor<'_>, many: u32| {
            for first in (0..many).map(|n| n.wrapping_mul(0x9e37_79b9) % NODES as u32) {
                assert_eq!(cursor.lookup(first).unwrap(), expected.lookup(first).unwrap());
            }
        };
        let mut cursors = [0; 3].map(|_| view.pairs(0, End::Subject).unwrap());
        let [one, two, other] = &mut cursors;
        ask(one, 1_000);
        ask(two, 300);
        let (known, used) = (one.jumps.as_ref().unwrap(), two.jumps.as_ref().unwrap());
        assert!(Arc::ptr_eq(known, used), "300 lookups are too few to make it");
        std::thread::scope(|scope| drop(scope.spawn(|| ask(other, 300))));
        assert!(other.jumps.is_some(), "on another thread");
        let left = Arc::downgrade(one.jumps.as_ref().unwrap());
        drop(cursors);
        assert!(left.upgrade().is_none());
        let mut late = view.pairs(0, End::Subject).unwrap();
        ask(&mut late, 300);
        assert!(late.jumps.is_none(), "it is gone with the cursors");
        ask(&mut late, 1_000);
        assert!(late.jumps.is_some(), "and made anew");
    }

    #[test]
    fn blocks_give_every_pair_once_and_a_range_gives_its_part() {
        let pairs = pairs();
        let shared = Arc::new(Pairs { first: pairs.first.clone(), second: pairs.second.clone() });
        for range in [0..Id::MAX, 0..0, 10..11, 12..100, 250..300, 100..100] {
            let mut cursor = PairCursor::shared(&shared, 0..shared.first.len());
            let expected: Vec<(Id, Id)> =
                pairs.first.iter().copied().zip(pairs.second.iter().copied()).collect();
            let expected: Vec<_> = expected.into_iter().filter(|(first, _)| range.contains(first)).collect();
            let range_of = range.clone();
            assert_eq!(cursor.range(range).unwrap(), expected.len());
            let mut found = Vec::new();
            while let Some((firsts, seconds)) = cursor.next_block().unwrap() {
                found.extend(firsts.iter().copied().zip(seconds.iter().copied()));
            }
            assert_eq!(found, expected);
            let mut firsts = Vec::new();
            cursor.range(range_of).unwrap();
            while let Some(more) = cursor.next_firsts().unwrap() {
                firsts.extend_from_slice(more);
            }
            assert!(firsts.iter().eq(expected.iter().map(|(first, _)| first)));
        }
    }

    #[test]
    fn parts_put_together_are_the_whole() {
        let pairs = pairs();
        let mut cursor = PairCursor::over(&pairs.first, &pairs.second);
        cursor.range(12..250).unwrap();
        let all = cursor.places();
        let mut found = Vec::new();
        for start in all.clone().step_by(77) {
            cursor.at(start..all.end.min(start + 77));
            while let Some((firsts, _)) = cursor.next_block().unwrap() {
                found.extend_from_slice(firsts);
            }
        }
        assert_eq!(found, pairs.first[all]);
        let first = pairs.first[500];
        let whole = seconds(&pairs, first);
        for cut in 0..=whole.len() + 1 {
            let mut parts = cursor.lookup_part(first, 0..cut).unwrap().to_vec();
            parts.extend_from_slice(cursor.lookup_part(first, cut..usize::MAX).unwrap());
            assert_eq!(parts, whole);
        }
    }

    #[test]
    fn a_seek_goes_forwards_and_backwards() {
        let pairs = pairs();
        let mut cursor = PairCursor::over(&pairs.first, &pairs.second);
        for first in [100, 3, 288, 0] {
            cursor.seek(first).unwrap();
            let (firsts, _) = cursor.next_block().unwrap().unwrap();
            assert_eq!(firsts.first(), pairs.first.iter().find(|have| **have >= first));
        }
        cursor.seek(Id::MAX).unwrap();
        assert!(cursor.next_block().unwrap().is_none());
    }
}
