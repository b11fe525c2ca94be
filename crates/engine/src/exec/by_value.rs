//! The pairs of one predicate in the order of values, where the numbers of terms do not tell it alone.
//!
//! In: the sorted pairs of a list. Out: the same a block at a time, by the values of the end that leads and, where that is asked for, of
//! the other one. Terms that a graph came to have since its dictionary was made are numbered after those of the dictionary: their
//! pairs, which stand at the end of the list, are merged in, and so are such seconds at the end of a run. Equal numbers and dates that are
//! different terms are put together. Held is what stands beside the dictionary, and **the pairs of equal values, and of one first
//! beside the dictionary, until they were given**: room for these is asked for. All else is given some thousand pairs at a time.

use super::batch::{Batch, ROWS};
use super::context::Context;
use super::ranks::{Rank, Ranks};
use super::sorting;
use crate::aside::set_aside;
use crate::error::Result;
use crate::store::beside::{Beside, Placed, placed};
use crate::store::pack::Watch;
use crate::store::{End, FIRST_FOREIGN, Id, NONE, PairCursor, Standing, View, lower_bound};
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

/// So many pairs are given as they were made; of more a part at a time.
const MOST: usize = 4 * ROWS;

/// What leaves those rows of a batch that fulfil conditions on its first column.
pub type Judge<'j> = &'j mut dyn FnMut(Batch, &mut Context<'_>) -> Result<Batch>;

/// Firsts and seconds of some pairs.
pub type Columns = (Vec<Id>, Vec<Id>);

/// The pairs of a list by value. See the module.
pub struct ByValue<'a> {
    natives: PairCursor<'a>,
    /// The ranges of the dictionary that are still to be read; with `true` they are judged.
    ranges: VecDeque<(Range<Id>, bool)>,
    /// Whether the range at hand is.
    is_judged: bool,
    reads_seconds: bool,
    merge: Merge<'a>,
    /// Pairs of the dictionary that are still to be merged, where what comes before them is much.
    waiting: Columns,
    /// What is ready, and how much of it was given.
    ready: Columns,
    given: usize,
    is_over: bool,
}

/// How pairs are to be sorted, and which of their columns are read.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// Whether the order of the seconds of one first matters.
    pub has_two_keys: bool,
    /// Whether seconds are read; with two keys they are.
    pub seconds: bool,
}

/// What the pairs of the dictionary are merged with, and what came of it.
struct Merge<'a> {
    /// For looks at single runs.
    looks: PairCursor<'a>,
    has_two_keys: bool,
    /// Whether there are seconds beside the dictionary, and their order matters.
    sorts_seconds: bool,
    /// Numbers, booleans, dateTimes and dates: of these different terms may be equal.
    valued: Range<Id>,
    beside: Arc<Beside>,
    /// Which firsts of `beside` are given, where not all are.
    kept: Option<Vec<u32>>,
    /// How many of them were given.
    next: usize,
    /// A run whose seconds beside the dictionary are still to be given: its first, and these.
    open: Option<(Id, VecDeque<Placed>)>,
    /// Pairs of one value, until all of them came.
    equal: Option<(Standing, Columns)>,
    made: Columns,
}

/// A block of pairs of the dictionary.
struct Block<'b> {
    firsts: &'b [Id],
    seconds: &'b [Id],
    /// The seconds beside the dictionary of the last run, which may go on in the next block.
    tail: Vec<Id>,
    /// Where the last run begins.
    last_run: usize,
    /// Where the next second beside the dictionary stands.
    foreign: usize,
}

impl<'a> ByValue<'a> {
    /// Of a predicate.
    ///
    /// # Errors
    /// Where the graph is damaged, or a limit is met.
    pub fn of(view: &View<'a>, (predicate, by): (Id, End), wanted: Wanted, cx: &Context<'_>) -> Result<Self> {
        let (mut natives, looks) = (view.pairs(predicate, by)?, view.pairs(predicate, by)?);
        natives.at(0..0);
        let has_more = cx.graph.more_terms() > 0;
        let mut beside = Arc::default();
        if has_more {
            let governor = cx.governor();
            let check = || governor.check();
            let room = |bytes| governor.room(bytes);
            beside = view.beside(predicate, by, cx.graph, &room, Watch::asking(&check))?;
        }
        let other = if by == End::Subject { End::Object } else { End::Subject };
        let others = || view.pairs(predicate, other)?.range(FIRST_FOREIGN..NONE);
        let merge = Merge {
            looks,
            has_two_keys: wanted.has_two_keys,
            sorts_seconds: has_more && wanted.has_two_keys && others()? > 0,
            valued: cx.graph.kinds().valued(),
            beside,
            kept: None,
            next: 0,
            open: None,
            equal: None,
            made: Columns::default(),
        };
        let ranges = VecDeque::from([(0..FIRST_FOREIGN, false)]);
        let reads_seconds = wanted.seconds || wanted.has_two_keys;
        let (waiting, ready) = (Columns::default(), Columns::default());
        Ok(Self {
            natives,
            ranges,
            is_judged: false,
            reads_seconds,
            merge,
            waiting,
            ready,
            given: 0,
            is_over: false,
        })
    }

    /// Only those whose firsts lie in these ranges, which come in order; with `true` they must be judged.
    ///
    /// # Errors
    /// Where the graph is damaged, or a limit is met.
    pub fn within(
        mut self,
        ranges: &[(Range<Id>, bool)],
        judge: Judge<'_>,
        cx: &mut Context<'_>,
    ) -> Result<Self> {
        let clipped = |range: &Range<Id>| range.start.min(FIRST_FOREIGN)..range.end.min(FIRST_FOREIGN);
        self.ranges = ranges.iter().map(|(range, judged)| (clipped(range), *judged)).collect();
        self.ranges.retain(|(range, _)| !range.is_empty());
        let firsts = self.merge.beside.firsts();
        let is_judged = |id: Id| {
            let (range, judged) = ranges.get(ranges.partition_point(|(range, _)| range.end <= id))?;
            range.contains(&id).then_some(*judged)
        };
        let (mut kept, mut open) = (Vec::new(), Columns::default());
        for (place, first) in (0..).zip(firsts) {
            match is_judged(first.id) {
                Some(false) => kept.push(place),
                Some(true) => {
                    open.0.push(first.id);
                    open.1.push(place);
                }
                None => {}
            }
            cx.work(1)?;
        }
        for (ids, places) in open.0.chunks(ROWS).zip(open.1.chunks(ROWS)) {
            let passed = judge(Batch::of(vec![ids.to_vec(), places.to_vec()], ids.len()), cx)?;
            kept.extend_from_slice(passed.column(1));
            cx.work(ids.len())?;
        }
        kept.sort_unstable();
        self.merge.kept = Some(kept);
        Ok(self)
    }

    /// The next pairs, some thousands; nothing once all were given.
    ///
    /// # Errors
    /// Where the graph is damaged, or a limit is met.
    pub fn next(&mut self, judge: Judge<'_>, cx: &mut Context<'_>) -> Result<Option<Columns>> {
        if self.given >= self.ready.0.len() {
            (self.ready, self.given) = (Columns::default(), 0);
            while self.merge.made.0.is_empty() && !self.is_over {
                self.merge_more(judge, cx)?;
            }
            self.ready = std::mem::take(&mut self.merge.made);
        }
        let ready = self.ready.0.len();
        if ready <= MOST {
            // Given as it is.
            return Ok((ready > 0).then(|| std::mem::take(&mut self.ready)));
        }
        let part = self.given..ready.min(self.given + ROWS);
        self.given = part.end;
        let of = |column: &Vec<Id>| column.get(part.clone()).unwrap_or_default().to_vec();
        Ok(Some((of(&self.ready.0), of(&self.ready.1))))
    }

    /// Merges the next pairs of the dictionary.
    fn merge_more(&mut self, judge: Judge<'_>, cx: &mut Context<'_>) -> Result<()> {
        if !self.waiting.0.is_empty() {
            let (firsts, seconds) = std::mem::take(&mut self.waiting);
            let merged = self.merge.add(&firsts, &seconds, cx)?;
            self.waiting = rest((&firsts, &seconds), merged);
            return Ok(());
        }
        let block = match self.reads_seconds || self.is_judged {
            true => self.natives.next_block()?,
            false => self.natives.next_firsts()?.map(|firsts| (firsts, [].as_slice())),
        };
        match block {
            Some((firsts, seconds)) if self.is_judged => {
                let all = Batch::of(vec![firsts.to_vec(), seconds.to_vec()], firsts.len());
                cx.work(all.len)?;
                let kept = judge(all, cx)?;
                let kept = (kept.column(0), kept.column(1));
                let merged = self.merge.add(kept.0, kept.1, cx)?;
                self.waiting = rest(kept, merged);
            }
            Some(block) => {
                let merged = self.merge.add(block.0, block.1, cx)?;
                self.waiting = rest(block, merged);
            }
            None => match self.ranges.pop_front() {
                Some((range, judged)) => {
                    self.natives.range(range)?;
                    self.is_judged = judged;
                }
                None => self.is_over = self.merge.finish(cx)?,
            },
        }
        Ok(())
    }

    /// About how many bytes it holds, aside from what the graph keeps.
    pub fn bytes(&self) -> usize {
        let equal = self.merge.equal.as_ref().map_or(0, |(_, (firsts, _))| firsts.capacity());
        2 * (equal + self.ready.0.capacity() + self.waiting.0.capacity()) * size_of::<Id>()
    }
}

impl Drop for ByValue<'_> {
    fn drop(&mut self) {
        let (ready, made) = (std::mem::take(&mut self.ready), std::mem::take(&mut self.merge.made));
        let equal = self.merge.equal.take();
        let held = |columns: &Columns| 2 * columns.0.capacity() * size_of::<Id>();
        let bytes = held(&ready) + held(&made) + equal.as_ref().map_or(0, |(_, pairs)| held(pairs));
        set_aside((ready, made, equal.map(|(_, pairs)| pairs)), bytes);
    }
}

impl Merge<'_> {
    /// The next first beside the dictionary.
    fn upcoming(&self) -> Option<Placed> {
        let place = match &self.kept {
            Some(kept) => *kept.get(self.next)? as usize,
            None => self.next,
        };
        self.beside.firsts().get(place).copied()
    }

    fn copy(&mut self, block: &Block<'_>, places: Range<usize>) {
        self.made.0.extend_from_slice(block.firsts.get(places.clone()).unwrap_or_default());
        self.made.1.extend_from_slice(block.seconds.get(places).unwrap_or_default());
    }

    /// Adds pairs of the dictionary, and what comes before them; says how many, which are not all where they have become many.
    fn add(&mut self, firsts: &[Id], seconds: &[Id], cx: &mut Context<'_>) -> Result<usize> {
        let last = firsts.last().copied().unwrap_or_default();
        let tail = match self.sorts_seconds {
            true => self.looks.lookup_from(last, FIRST_FOREIGN)?.to_vec(),
            false => Vec::new(),
        };
        let last_run = firsts.partition_point(|first| *first < last);
        let mut block = Block { firsts, seconds, tail, last_run, foreign: 0 };
        block.seek_foreign(0, self.sorts_seconds);
        let mut at = 0;
        while at < firsts.len() && self.made.0.len() < MOST {
            at = if self.has_two_keys {
                self.step(&mut block, at, cx)?
            } else {
                self.step_by_first(&block, at, cx)?
            };
        }
        Ok(at)
    }

    /// Gives what comes before a place of a block, and the pairs there up to what comes between; says up to where.
    fn step_by_first(&mut self, block: &Block<'_>, at: usize, cx: &mut Context<'_>) -> Result<usize> {
        let end = self.upcoming().map_or(block.firsts.len(), |placed| {
            at + lower_bound(block.firsts.get(at..).unwrap_or_default(), 0, placed.before)
        });
        self.copy(block, at..end);
        if end < block.firsts.len() {
            self.give_upcoming(cx)?;
        }
        Ok(end)
    }

    /// The same by seconds too.
    fn step(&mut self, block: &mut Block<'_>, at: usize, cx: &mut Context<'_>) -> Result<usize> {
        let first = block.firsts.get(at).copied().unwrap_or_default();
        if self.open.as_ref().is_some_and(|(open, _)| *open == first) {
            return self.go_on(block, at, cx);
        }
        if !self.close(cx)? {
            return Ok(at);
        }
        let standing = if self.valued.contains(&first) { Some(cx.graph.standing(first)?) } else { None };
        if let Some((at_hand, pairs)) = &mut self.equal {
            if standing == Some(*at_hand) {
                let run = block.run(at);
                let (firsts, seconds) = block.pairs(run.clone());
                cx.room(2 * size_of_val(firsts))?;
                pairs.0.extend_from_slice(firsts);
                pairs.1.extend_from_slice(seconds);
                cx.work(run.len())?;
                return Ok(run.end);
            }
            self.give_equal(cx)?;
        }
        if let Some(placed) = self.upcoming().filter(|placed| placed.before <= first) {
            if !placed.is_known || standing != Some(Standing::at(placed.before)) {
                self.give_group(cx)?;
                return Ok(at);
            }
            self.equal = standing.map(|standing| (standing, Columns::default()));
            return Ok(at);
        }
        if let Some(standing) = standing
            && let Some(next) = self.looks.first_from(first + 1)?
            && self.valued.contains(&next)
            && cx.graph.standing(next)? == standing
        {
            self.equal = Some((standing, Columns::default()));
            return Ok(at);
        }
        let end = self.end_of_plain(block, at);
        if end > at {
            self.copy(block, at..end);
        } else {
            self.open(block, at, cx)?;
        }
        Ok(end)
    }

    /// Up to where pairs pass as they are.
    fn end_of_plain(&self, block: &mut Block<'_>, at: usize) -> usize {
        let rest = block.firsts.get(at..).unwrap_or_default();
        let mut end = match self.upcoming() {
            Some(placed) => at + lower_bound(rest, 0, placed.before),
            None => block.firsts.len(),
        };
        match rest.first() {
            Some(first) if self.valued.contains(first) => return at,
            Some(first) if *first < self.valued.start => {
                end = end.min(at + lower_bound(rest, 0, self.valued.start))
            }
            _ => {}
        }
        block.seek_foreign(at, self.sorts_seconds);
        if block.foreign < end {
            end = block.start_of_run(block.foreign).max(at);
        }
        if block.tail.is_empty() { end } else { end.min(block.last_run.max(at)) }
    }

    /// Begins a run whose pairs are to be merged with those of the same first whose seconds are beside the dictionary.
    fn open(&mut self, block: &Block<'_>, at: usize, cx: &mut Context<'_>) -> Result<()> {
        let run = block.run(at);
        let seconds = block.pairs(run).1;
        let foreign = match at >= block.last_run {
            true => block.tail.as_slice(),
            false => seconds.get(seconds.partition_point(|id| *id < FIRST_FOREIGN)..).unwrap_or_default(),
        };
        let first = block.firsts.get(at).copied().unwrap_or_default();
        self.open = Some((first, by_value(foreign, cx)?.into()));
        Ok(())
    }

    /// Gives the pairs of the run that is open, as far as they lie in a block, merged with the others of it; says up to where, which is
    /// not its end where they have become many.
    fn go_on(&mut self, block: &Block<'_>, at: usize, cx: &mut Context<'_>) -> Result<usize> {
        let Range { end, .. } = block.run(at);
        let seconds = block.pairs(at..end).1;
        let natives = at + seconds.partition_point(|id| *id < FIRST_FOREIGN);
        let mut from = at;
        while let Some((first, placed)) = self.open.as_ref().and_then(|(id, all)| Some((*id, *all.front()?)))
        {
            let stop =
                from + lower_bound(block.seconds.get(from..natives).unwrap_or_default(), 0, placed.before);
            if stop == natives {
                break;
            }
            cx.work(stop - from + 1)?;
            self.copy(block, from..stop);
            from = stop;
            if self.made.0.len() >= MOST {
                return Ok(from);
            }
            self.made.0.push(first);
            self.made.1.push(placed.id);
            if let Some((_, all)) = &mut self.open {
                all.pop_front();
            }
        }
        self.copy(block, from..natives);
        Ok(end)
    }

    /// Gives what is left of the run that is open, some of it at a time; whether that was all.
    fn close(&mut self, cx: &mut Context<'_>) -> Result<bool> {
        let Some((first, waiting)) = &mut self.open else { return Ok(true) };
        let some = waiting.len().min(MOST.saturating_sub(self.made.0.len()));
        self.made.0.extend(std::iter::repeat_n(*first, some));
        self.made.1.extend(waiting.drain(..some).map(|placed| placed.id));
        let is_over = waiting.is_empty();
        if is_over {
            self.open = None;
        }
        cx.work(some)?;
        Ok(is_over)
    }

    /// Gives the pairs of the value at hand.
    fn give_equal(&mut self, cx: &mut Context<'_>) -> Result<()> {
        let Some((standing, mut pairs)) = self.equal.take() else { return Ok(()) };
        while let Some(placed) = self.upcoming()
            && placed.is_known
            && Standing::at(placed.before) == standing
        {
            self.take_upcoming(&mut pairs, cx)?;
        }
        self.give_sorted(&pairs, cx)
    }

    /// Gives the pairs of the next first beside the dictionary, and of those of the same value.
    fn give_group(&mut self, cx: &mut Context<'_>) -> Result<()> {
        let Some(placed) = self.upcoming() else { return Ok(()) };
        let mut pairs = Columns::default();
        while self.upcoming().is_some_and(|next| next.value == placed.value) {
            self.take_upcoming(&mut pairs, cx)?;
        }
        self.give_sorted(&pairs, cx)
    }

    fn give_upcoming(&mut self, cx: &mut Context<'_>) -> Result<()> {
        let mut made = std::mem::take(&mut self.made);
        let taken = self.take_upcoming(&mut made, cx);
        self.made = made;
        taken
    }

    fn take_upcoming(&mut self, pairs: &mut Columns, cx: &mut Context<'_>) -> Result<()> {
        let Some(placed) = self.upcoming() else { return Ok(()) };
        let seconds = self.beside.seconds(&placed);
        if pairs.0.capacity() < pairs.0.len() + seconds.len() {
            // Both columns may double.
            cx.room(2 * size_of_val(seconds) + 2 * size_of_val(pairs.0.as_slice()))?;
        }
        for part in seconds.chunks(MOST) {
            cx.work(part.len())?;
            pairs.0.extend(std::iter::repeat_n(placed.id, part.len()));
            pairs.1.extend_from_slice(part);
        }
        self.next += 1;
        Ok(())
    }

    /// Gives pairs of equal firsts, by their seconds.
    fn give_sorted(&mut self, (firsts, seconds): &Columns, cx: &mut Context<'_>) -> Result<()> {
        if seconds.len() > ROWS {
            cx.room(2 * size_of_val(seconds.as_slice()))?;
        }
        let is_sorted = seconds.last().is_none_or(|last| *last < FIRST_FOREIGN) && seconds.is_sorted();
        if is_sorted {
            for (firsts, seconds) in firsts.chunks(MOST).zip(seconds.chunks(MOST)) {
                cx.work(firsts.len())?;
                self.made.0.extend_from_slice(firsts);
                self.made.1.extend_from_slice(seconds);
            }
            return Ok(());
        }
        // A rank for each, and what is sorted, twice.
        cx.room(seconds.len() * (2 * size_of::<Id>() + size_of::<Rank>() + 2 * size_of::<(Rank, u32)>()))?;
        let ranks = Ranks::of([seconds.as_slice()].into_iter(), cx)?;
        let mut ranked = Vec::with_capacity(seconds.len());
        for part in seconds.chunks(ROWS) {
            ranks.ranks(part, cx, &mut ranked)?;
            cx.work(part.len())?;
        }
        let mut order = cx.governor().collected(ranked.into_iter().zip(0_u32..), seconds.len())?;
        sorting::sort(&mut order, cx.governor(), &Ord::cmp)?;
        let at = |column: &[Id], place: u32| column.get(place as usize).copied();
        self.made.0.extend(order.iter().filter_map(|(_, place)| at(firsts, *place)));
        self.made.1.extend(order.iter().filter_map(|(_, place)| at(seconds, *place)));
        Ok(())
    }

    /// Gives what comes after all pairs of the dictionary, some of it at a time; whether that was all.
    fn finish(&mut self, cx: &mut Context<'_>) -> Result<bool> {
        if !self.close(cx)? {
            return Ok(false);
        }
        self.give_equal(cx)?;
        while self.made.0.len() < ROWS && self.upcoming().is_some() {
            match self.has_two_keys {
                true => self.give_group(cx)?,
                false => self.give_upcoming(cx)?,
            }
        }
        Ok(self.upcoming().is_none())
    }
}

impl Block<'_> {
    /// Makes the next second beside the dictionary the first one from a place on.
    fn seek_foreign(&mut self, at: usize, sorts_seconds: bool) {
        if !sorts_seconds {
            self.foreign = self.firsts.len();
        } else if self.foreign <= at {
            let mut rest = self.seconds.iter().skip(at);
            self.foreign =
                rest.position(|id| *id >= FIRST_FOREIGN).map_or(self.firsts.len(), |next| at + next);
        }
    }

    fn start_of_run(&self, place: usize) -> usize {
        let Some(first) = self.firsts.get(place) else { return place };
        self.firsts.get(..place).unwrap_or_default().partition_point(|other| other < first)
    }

    /// The rest of the run at a place.
    fn run(&self, at: usize) -> Range<usize> {
        let rest = self.firsts.get(at..).unwrap_or_default();
        let first = rest.first().copied().unwrap_or_default();
        at..at + lower_bound(rest, 0, first.saturating_add(1))
    }

    fn pairs(&self, places: Range<usize>) -> (&[Id], &[Id]) {
        let seconds = self.seconds.get(places.clone()).unwrap_or_default();
        (self.firsts.get(places).unwrap_or_default(), seconds)
    }
}

/// What is left of some pairs, from a place on.
fn rest((firsts, seconds): (&[Id], &[Id]), from: usize) -> Columns {
    // Seconds may not be read.
    let of = |column: &[Id]| column.get(from..).unwrap_or_default().to_vec();
    (of(firsts), of(seconds))
}

/// Terms beside the dictionary in the order of their values.
fn by_value(ids: &[Id], cx: &Context<'_>) -> Result<Vec<Placed>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let governor = cx.governor();
    let (check, room) = (|| governor.check(), |bytes| governor.room(bytes));
    placed(ids, cx.graph, &room, Watch::asking(&check))
}

/// Terms that come sorted by their numbers, in the order of their values.
///
/// # Errors
/// Where the graph is damaged, or a limit is met.
pub fn ordered(ids: &[Id], cx: &Context<'_>) -> Result<Vec<Id>> {
    let (natives, foreign) = ids.split_at(ids.partition_point(|id| *id < FIRST_FOREIGN));
    let mut ordered = Vec::with_capacity(ids.len());
    let mut rest = natives;
    for placed in by_value(foreign, cx)? {
        let (before, after) = rest.split_at(lower_bound(rest, 0, placed.before));
        ordered.extend_from_slice(before);
        ordered.push(placed.id);
        rest = after;
    }
    ordered.extend_from_slice(rest);
    Ok(ordered)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::pack::Builder;
    use crate::store::{Changed, Graph as _, Indexed as _};
    use crate::terms::{GraphName, Literal, NamedNode, Quad, Term, xsd};
    use crate::{Governor, Limits};

    const MANY: usize = 40_000;

    /// Pairs of the dictionary, and between two of them very many that came later: of one object each, and of one subject.
    fn graph() -> Changed {
        let iri = |name: &str| NamedNode::new_unchecked(format!("http://example.org/{name}"));
        let mut builder = Builder::new();
        for (subject, object) in [("a", "a"), ("b", "m5"), ("c", "z"), ("z", "z")] {
            let object = Literal::from(object);
            builder.add(Quad::new(iri(subject), iri("p"), object, GraphName::DefaultGraph).as_ref());
        }
        let mut graph = Changed::over(Arc::new(builder.finish()));
        let mut add = |subject: &str, object: String| {
            let object = Term::from(Literal::from(object));
            let ids =
                [iri(subject).into(), iri("p").into(), object].map(|term: Term| graph.intern(term.as_ref()));
            graph.set(None, ids.map(Result::unwrap), true).unwrap();
        };
        // Subjects of their own, and one whose pairs are many.
        (0..MANY).for_each(|n| add(&format!("m{n}"), format!("m{n}")));
        (0..MANY).for_each(|n| add("mm", format!("n{n}")));
        // An older one with many later objects.
        (0..MANY).for_each(|n| add("a", format!("o{n}")));
        graph
    }

    fn predicate(graph: &Changed) -> Id {
        graph.id(NamedNode::new_unchecked("http://example.org/p").as_ref().into()).unwrap().unwrap()
    }

    /// How many pairs are given within a limit, once what stands beside the dictionary was found; nothing where it is met.
    fn given(graph: &Changed, by: End, has_two_keys: bool, most: usize) -> Option<usize> {
        let wanted = Wanted { has_two_keys, seconds: true };
        let view = graph.view(None).unwrap().unwrap();
        let of = |governor: &Governor| -> Option<usize> {
            let (mut cx, free) = (Context::new(graph, governor, None), Governor::unlimited());
            let mut pairs = loop {
                let unlimited = Context::new(graph, &free, None);
                drop(ByValue::of(&view, (predicate(graph), by), wanted, &unlimited).unwrap());
                // What was found just now is kept, but where another test has it give way.
                if let Ok(pairs) = ByValue::of(&view, (predicate(graph), by), wanted, &cx) {
                    break pairs;
                }
            };
            let before = governor.asked();
            let mut count = 0;
            while let Some((firsts, _)) = pairs.next(&mut |batch, _| Ok(batch), &mut cx).ok()? {
                count += firsts.len();
            }
            assert!(governor.asked() - before >= (count / (2 * MOST)) as u64, "{by:?}: too few looks");
            Some(count)
        };
        assert!(of(&Governor::unlimited()).is_some());
        let limits = Limits { max_memory: Some(most), memory_used: Some(|| 0), ..Limits::default() };
        of(&Governor::new(limits, Arc::default()))
    }

    #[test]
    fn what_came_later_comes_in_parts_however_much_lies_between_two_terms() {
        let graph = graph();
        let governor = Governor::unlimited();
        let predicate = predicate(&graph);
        let view = graph.view(None).unwrap().unwrap();
        for (by, has_two_keys, seconds) in [
            (End::Subject, false, true),
            (End::Subject, true, true),
            (End::Object, true, true),
            (End::Object, false, true),
            (End::Object, false, false),
        ] {
            let mut cx = Context::new(&graph, &governor, None);
            let wanted = Wanted { has_two_keys, seconds };
            let mut pairs = ByValue::of(&view, (predicate, by), wanted, &cx).unwrap();
            let (mut firsts, mut others) = (Vec::new(), Vec::new());
            while let Some((some, more)) = pairs.next(&mut |batch, _| Ok(batch), &mut cx).unwrap() {
                assert!(!some.is_empty() && some.len() <= MOST, "{} at once", some.len());
                firsts.extend(some);
                others.extend(more);
            }
            assert_eq!(firsts.len(), 3 * MANY + 4, "{by:?}");
            let terms: Vec<Term> = firsts.iter().map(|id| graph.term(*id).unwrap()).collect();
            let text = |term: &Term| match term {
                Term::NamedNode(node) => node.as_str().to_owned(),
                Term::Literal(literal) => literal.value().to_owned(),
                term => term.to_string(),
            };
            assert!(terms.windows(2).all(|two| text(&two[0]) <= text(&two[1])), "{by:?}");
            assert!(!seconds || others.len() == firsts.len());
            if has_two_keys {
                let texts: Vec<String> = others.iter().map(|id| text(&graph.term(*id).unwrap())).collect();
                let rows = terms.iter().zip(&texts).zip(terms.iter().zip(&texts).skip(1));
                assert!(rows.into_iter().all(|((a, b), (c, d))| a != c || b < d), "{by:?}");
            }
        }
    }

    /// Room for what is made is asked for before it is there, where it must be held together; and where it need not be, it is not.
    #[test]
    fn what_came_later_is_held_within_a_limit() {
        let (few, much) = (1 << 17, 1 << 30);
        let graph = graph();
        assert_eq!(given(&graph, End::Object, true, few), Some(3 * MANY + 4), "many firsts in between");
        for has_two_keys in [true, false] {
            assert_eq!(given(&graph, End::Subject, has_two_keys, few), None, "a first with many seconds");
            assert_eq!(given(&graph, End::Subject, has_two_keys, much), Some(3 * MANY + 4));
        }
        // Equal values in very many spellings come together.
        let iri = |name: &str| NamedNode::new_unchecked(format!("http://example.org/{name}"));
        let mut builder = Builder::new();
        let object = Literal::new_typed_literal("1", xsd::DECIMAL);
        builder.add(Quad::new(iri("a"), iri("p"), object, GraphName::DefaultGraph).as_ref());
        let mut graph = Changed::over(Arc::new(builder.finish()));
        for subject in 0..200 {
            for zeros in 1..200 {
                let object = Literal::new_typed_literal(format!("1.{:0zeros$}", 0), xsd::DECIMAL);
                let terms = [iri(&format!("s{subject}")).into(), iri("p").into(), Term::from(object)];
                let ids = terms.map(|term| graph.intern(term.as_ref()).unwrap());
                graph.set(None, ids, true).unwrap();
            }
        }
        assert_eq!(given(&graph, End::Object, true, few), None, "equal values");
        assert_eq!(given(&graph, End::Object, true, much), Some(200 * 199 + 1));
    }
}
