//! All matches of one triple pattern, read from the sorted pairs of its predicates.
//!
//! In: a pattern with some constants. Out: its live variables, a block of pairs at a time. Where one end is not live its runs
//! become counts, and where neither is a predicate is one row, or all of them are one: how many triples there are is known
//! without reading them. Rows come sorted by the numbers of the end that leads, or by its values or
//! downwards where that is asked for. A sorted table of two columns for each predicate is that of Abadi, Marcus, Madden, Hollenbach (Scalable semantic web data
//! management using vertical partitioning, VLDB 2007), here sorted by either end. Runs as counts are what RDF-3X stores as
//! aggregated indexes (Neumann and Weikum, RDF-3X: a RISC-style engine for RDF, PVLDB 2008); here they are counted where they are
//! read.

use crate::error::Result;
use crate::exec::Operator;
use crate::exec::batch::{Batch, ROWS};
use crate::exec::by_value::{self, ByValue, Wanted};
use crate::exec::context::Context;
use crate::exec::downwards::Downwards;
use crate::exec::formula::Compiled;
use crate::plan::physical::Reading;
use crate::store::{End, FIRST_FOREIGN, Id, NONE, PairCursor, View};
use std::ops::Range;
use std::sync::Arc;

/// What a scan is asked for.
#[derive(Debug, Clone)]
pub struct Shape {
    /// The constants: subject, predicate, object.
    pub ids: [Option<Id>; 3],
    /// For each column of the output the place that it is read from.
    pub columns: Vec<usize>,
    /// Places that hold the same variable.
    pub equal: Vec<(usize, usize)>,
    /// The end by which the pairs come sorted.
    pub by: End,
}

/// Conditions on the end that leads, where both are free.
#[derive(Debug)]
pub struct Within {
    /// The ranges of numbers to read, in order; with `true` the conditions must be judged there.
    pub ranges: Vec<(Range<Id>, bool)>,
    /// Over a batch whose one column are the terms of that end.
    pub conditions: Vec<Compiled>,
}

/// Into so many parts a scan is cut at most.
const MOST_PARTS: usize = 10_000;

/// A part of what a scan reads: places among the pairs of its predicate, or among the matches of the end that is given; with `true` the
/// conditions must be judged there.
pub type Part = Vec<(Range<usize>, bool)>;

/// A scan in progress. See the module.
pub struct Scan<'a> {
    view: View<'a>,
    shape: Shape,
    /// Where only the part is read that the context names.
    cut: Option<Cut<'a>>,
    /// The predicates still to read, the next one last; nothing before the first call.
    open: Option<Vec<Id>>,
    /// The lists of the node that is given still to read, the next one last, where the predicate is not given.
    lists: Vec<(Id, PairCursor<'a>)>,
    /// The predicate being read.
    current: Option<(Id, PairCursor<'a>)>,
    within: Option<Within>,
    /// How many of the ranges were begun.
    begun: usize,
    reading: Reading,
    /// The predicate being read in another order than that of numbers.
    ordered: Option<(Id, Ordered<'a>)>,
}

/// What gives the pairs of a predicate in another order than that of numbers.
enum Ordered<'a> {
    Values(Box<ByValue<'a>>),
    Downwards(Box<Downwards<'a>>),
}

/// One position of some triples: the same term in all of them, or a column.
#[derive(Clone, Copy)]
enum Position<'a> {
    All(Id),
    Each(&'a [Id]),
}

impl Position<'_> {
    fn get(self, row: usize) -> Option<Id> {
        match self {
            Self::All(id) => Some(id),
            Self::Each(column) => column.get(row).copied(),
        }
    }
}

impl<'a> Scan<'a> {
    /// Of a view of one graph.
    pub fn new(view: View<'a>, shape: Shape) -> Self {
        Self {
            view,
            shape,
            cut: None,
            open: None,
            lists: Vec::new(),
            current: None,
            within: None,
            begun: 0,
            reading: Reading::Numbers,
            ordered: None,
        }
    }

    /// The same, reading the part that the context names. Once that was given, the next one may be asked for.
    #[must_use]
    pub fn of_parts(self, parts: Arc<Vec<Part>>) -> Self {
        let cut = Cut { parts, part: None, ranges: Vec::new(), cursor: PairCursor::empty(), judged: false };
        Self { cut: Some(cut), ..self }
    }

    /// Cuts what it reads into parts of about so many pairs; nothing where it cannot be cut.
    ///
    /// # Errors
    /// Where the graph is damaged.
    pub fn parts(&self, size: usize) -> Result<Option<Vec<Part>>> {
        let [subject, Some(predicate), object] = self.shape.ids else { return Ok(None) };
        // An end that is not live becomes counts, one for a run of pairs: a run that were cut would be two rows.
        let is_live = |id: Option<Id>, place| id.is_some() || self.shape.columns.contains(&place);
        if !is_live(subject, 0) || !is_live(object, 2) || !self.shape.equal.is_empty() {
            return Ok(None);
        }
        let ranges = match (subject, object) {
            (Some(_), Some(_)) => return Ok(None),
            (Some(first), None) => {
                vec![(0..self.view.pairs(predicate, End::Subject)?.count(first)?, false)]
            }
            (None, Some(first)) => vec![(0..self.view.pairs(predicate, End::Object)?.count(first)?, false)],
            (None, None) => self.places(&mut self.view.pairs(predicate, self.shape.by)?)?,
        };
        // An estimate that is far off makes no million of parts.
        let pairs: usize = ranges.iter().map(|(range, _)| range.len()).sum();
        Ok(Some(cut(ranges, size.max(pairs.div_ceil(MOST_PARTS)).max(1))))
    }

    /// The places of the pairs of a predicate, whose ends are both free, that are to be read.
    fn places(&self, cursor: &mut PairCursor<'_>) -> Result<Part> {
        let Some(within) = &self.within else { return Ok(vec![(cursor.places(), false)]) };
        let mut places = Part::new();
        for (range, judged) in &within.ranges {
            cursor.range(range.clone())?;
            places.push((cursor.places(), *judged));
        }
        Ok(places)
    }

    /// The same, with its rows in this order: it is not read in parts then.
    #[must_use]
    pub fn reading(self, reading: Reading) -> Self {
        Self { reading, ..self }
    }

    /// The same, with conditions on the end that leads.
    #[must_use]
    pub fn within(self, within: Within) -> Self {
        Self { within: Some(within), ..self }
    }

    /// Finds what is to be read. What is known before anything is read are the first rows.
    fn open(&mut self) -> Result<Option<Batch>> {
        let [subject, predicate, object] = self.shape.ids;
        let (mut open, mut known) = (Vec::new(), None);
        match (predicate, subject, object) {
            (Some(predicate), ..) => open.push(predicate),
            (None, Some(node), _) => self.lists = self.view.lists_of(node, End::Subject)?,
            (None, None, Some(node)) => self.lists = self.view.lists_of(node, End::Object)?,
            (None, None, None) if self.counts_all() => known = Some(self.all_counted()?),
            (None, None, None) => open.extend(self.view.predicates()?.iter().map(|count| count.predicate)),
        }
        self.lists.reverse();
        open.reverse();
        self.open = Some(open);
        Ok(known)
    }

    /// Whether nobody reads an end of what it matches.
    fn counts_all(&self) -> bool {
        self.shape.columns.iter().all(|place| *place == 1)
            && self.shape.equal.is_empty()
            && self.within.is_none()
    }

    /// All triples: a row for each predicate where that is read, else one.
    fn all_counted(&self) -> Result<Batch> {
        if self.shape.columns.is_empty() {
            return Ok(match self.view.triples()? {
                0 => Batch::default(),
                triples => Batch::unit(triples),
            });
        }
        let all = self.view.predicates()?;
        let predicates: Vec<Id> = all.iter().map(|count| count.predicate).collect();
        let counts = all.iter().map(|count| count.triples).collect();
        let columns = vec![predicates; self.shape.columns.len()];
        Ok(Batch { counts: Some(counts), ..Batch::of(columns, all.len()) })
    }

    /// The matches of a node that is given, whatever their predicates: of as many of its lists as make a batch.
    fn of_lists(&mut self, cx: &mut Context<'_>) -> Result<Option<Batch>> {
        let [subject, _, object] = self.shape.ids;
        let counted = self.counts_all();
        // Most nodes have one or two triples with a predicate.
        let room = (2 * self.lists.len()).min(ROWS);
        let mut columns: Vec<Vec<Id>> = self.shape.columns.iter().map(|_| Vec::with_capacity(room)).collect();
        let (mut counts, mut len) = (Vec::new(), 0);
        while let Some((predicate, mut pairs)) = self.lists.pop() {
            let part = Position::All(predicate);
            let found = match (subject, object) {
                (Some(s), Some(o)) => {
                    let there = usize::from(pairs.contains(s, o)?);
                    self.put([Position::All(s), part, Position::All(o)], there, &mut columns)
                }
                (Some(node), None) | (None, Some(node)) if counted => {
                    let count = pairs.count(node)?;
                    counts.extend((count > 0).then_some(count as u64));
                    self.put([Position::All(node), part, Position::All(node)], count.min(1), &mut columns)
                }
                (Some(s), None) => {
                    let objects = pairs.lookup(s)?;
                    let parts = [Position::All(s), part, Position::Each(objects)];
                    self.put(parts, objects.len(), &mut columns)
                }
                (None, Some(o)) => {
                    let subjects = pairs.lookup(o)?;
                    let parts = [Position::Each(subjects), part, Position::All(o)];
                    self.put(parts, subjects.len(), &mut columns)
                }
                (None, None) => 0,
            };
            len += found;
            cx.work(found.max(1))?;
            if len >= ROWS {
                break;
            }
        }
        let counts = counted.then_some(counts).filter(|counts| counts.len() == len);
        Ok((len > 0).then(|| Batch { counts, ..Batch::of(columns, len) }))
    }

    /// All matches of a predicate where at least one end is given, or neither end is live.
    fn at_once(&self, predicate: Id, cx: &Context<'_>) -> Result<Option<Batch>> {
        let [subject, _, object] = self.shape.ids;
        let part = Position::All(predicate);
        Ok(Some(match (subject, object) {
            (Some(s), Some(o)) => {
                let there = self.view.pairs(predicate, End::Subject)?.contains(s, o)?;
                self.batch([Position::All(s), part, Position::All(o)], usize::from(there))
            }
            (Some(s), None) => {
                let mut cursor = self.view.pairs(predicate, End::Subject)?;
                if self.counts_all() {
                    return Ok(Some(self.counted(predicate, cursor.count(s)?)));
                }
                let objects = cursor.lookup(s)?;
                let ordered = self.ordered(objects, cx)?;
                let objects = ordered.as_deref().unwrap_or(objects);
                self.batch([Position::All(s), part, Position::Each(objects)], objects.len())
            }
            (None, Some(o)) => {
                let mut cursor = self.view.pairs(predicate, End::Object)?;
                if self.counts_all() {
                    return Ok(Some(self.counted(predicate, cursor.count(o)?)));
                }
                let subjects = cursor.lookup(o)?;
                let ordered = self.ordered(subjects, cx)?;
                let subjects = ordered.as_deref().unwrap_or(subjects);
                self.batch([Position::Each(subjects), part, Position::All(o)], subjects.len())
            }
            (None, None) if self.counts_all() => {
                self.counted(predicate, self.view.pairs(predicate, End::Subject)?.len())
            }
            (None, None) => return Ok(None),
        }))
    }

    /// Terms that come sorted by their numbers, by their values; nothing where that is the same, or nobody asks for it.
    fn ordered(&self, ids: &[Id], cx: &Context<'_>) -> Result<Option<Vec<Id>>> {
        let has_foreign = ids.last().is_some_and(|last| *last >= FIRST_FOREIGN);
        (matches!(self.reading, Reading::Values(_)) && has_foreign)
            .then(|| by_value::ordered(ids, cx))
            .transpose()
    }

    /// One row for all matches of a predicate.
    fn counted(&self, predicate: Id, count: usize) -> Batch {
        let columns: Vec<Vec<Id>> = self.shape.columns.iter().map(|_| vec![predicate]).collect();
        let mut batch = Batch { counts: Some(vec![count as u64]), ..Batch::of(columns, 1) };
        if count == 0 {
            batch = batch.filter(&[false]);
        }
        batch
    }

    /// Rows of triples given by their places.
    fn batch(&self, parts: [Position<'_>; 3], len: usize) -> Batch {
        let mut columns = vec![Vec::new(); self.shape.columns.len()];
        let len = self.put(parts, len, &mut columns);
        Batch::of(columns, len)
    }

    /// Adds rows of triples given by their places to columns; says how many, where the same variable stands in two places.
    fn put(&self, parts: [Position<'_>; 3], len: usize, columns: &mut [Vec<Id>]) -> usize {
        let part = |place: usize| parts.get(place).copied().unwrap_or(Position::Each(&[]));
        let is_equal =
            |row: &usize| self.shape.equal.iter().all(|(a, b)| part(*a).get(*row) == part(*b).get(*row));
        let kept: Option<Vec<usize>> =
            (!self.shape.equal.is_empty()).then(|| (0..len).filter(is_equal).collect());
        let count = kept.as_ref().map_or(len, Vec::len);
        for (column, place) in columns.iter_mut().zip(&self.shape.columns) {
            match (part(*place), &kept) {
                (Position::All(id), _) => column.extend(std::iter::repeat_n(id, count)),
                (Position::Each(cells), None) => column.extend_from_slice(cells),
                (each, Some(kept)) => column.extend(kept.iter().filter_map(|row| each.get(*row))),
            }
        }
        count
    }

    /// The next block of a predicate whose ends are both free.
    fn block(
        &mut self,
        predicate: Id,
        cursor: &mut PairCursor<'a>,
        cx: &mut Context<'_>,
    ) -> Result<Option<Batch>> {
        if self.within.is_none() && self.needs_firsts_alone() {
            let Some(firsts) = cursor.next_firsts()? else { return Ok(None) };
            return Ok(Some(self.rows(predicate, firsts, &[])));
        }
        let Some((firsts, seconds)) = cursor.next_block()? else { return Ok(None) };
        if let Some(within) = &mut self.within
            && self
                .begun
                .checked_sub(1)
                .and_then(|range| within.ranges.get(range))
                .is_some_and(|(_, open)| *open)
        {
            let all = Batch::of(vec![firsts.to_vec(), seconds.to_vec()], firsts.len());
            let kept = judged(all, &mut within.conditions, cx)?;
            return Ok(Some(self.rows(predicate, kept.column(0), kept.column(1))));
        }
        Ok(Some(self.rows(predicate, firsts, seconds)))
    }

    /// Whether the end that does not lead is neither given out nor compared.
    fn needs_firsts_alone(&self) -> bool {
        let second = if self.shape.by == End::Subject { 2 } else { 0 };
        self.shape.equal.is_empty() && !self.shape.columns.contains(&second)
    }

    /// The rows of some pairs of a predicate.
    fn rows(&self, predicate: Id, firsts: &[Id], seconds: &[Id]) -> Batch {
        let by = self.shape.by;
        let first = if by == End::Subject { 0 } else { 2 };
        if self.needs_firsts_alone() {
            let (values, counts) = runs(firsts);
            let len = values.len();
            let columns = self.shape.columns.iter();
            let columns = columns
                .map(|place| if *place == first { values.clone() } else { vec![predicate; len] })
                .collect::<Vec<Vec<Id>>>();
            return Batch { counts: Some(counts), ..Batch::of(columns, len) };
        }
        let (subjects, objects) = if by == End::Subject { (firsts, seconds) } else { (seconds, firsts) };
        let parts = [Position::Each(subjects), Position::All(predicate), Position::Each(objects)];
        self.batch(parts, firsts.len())
    }

    /// Begins to read a predicate, whose ends are both free.
    fn open_predicate(&mut self, predicate: Id, cx: &mut Context<'_>) -> Result<()> {
        let by = self.shape.by;
        match self.reading {
            Reading::Numbers => {
                let mut cursor = self.view.pairs(predicate, by)?;
                self.begun = 0;
                if self.next_range(&mut cursor)? {
                    self.current = Some((predicate, cursor));
                }
            }
            Reading::Values(keys) => {
                let wanted = Wanted { has_two_keys: keys > 1, seconds: !self.needs_firsts_alone() };
                let mut pairs = ByValue::of(&self.view, (predicate, by), wanted, cx)?;
                if let Some(Within { ranges, conditions }) = &mut self.within {
                    pairs = pairs.within(ranges, &mut |batch, cx| judged(batch, conditions, cx), cx)?;
                }
                self.ordered = Some((predicate, Ordered::Values(Box::new(pairs))));
            }
            Reading::Downwards => {
                let mut cursor = self.view.pairs(predicate, by)?;
                let places = self.places(&mut cursor)?;
                let pairs = Downwards::new(cursor, places);
                self.ordered = Some((predicate, Ordered::Downwards(Box::new(pairs))));
            }
        }
        cx.work(1)
    }

    /// The next rows of a predicate that is read in another order than that of numbers.
    fn next_ordered(
        &mut self,
        predicate: Id,
        mut pairs: Ordered<'a>,
        cx: &mut Context<'_>,
    ) -> Result<Option<Batch>> {
        let conditions =
            self.within.as_mut().map(|within| within.conditions.as_mut_slice()).unwrap_or_default();
        let mut judge = |batch: Batch, cx: &mut Context<'_>| judged(batch, conditions, cx);
        let columns = match &mut pairs {
            Ordered::Values(pairs) => pairs.next(&mut judge, cx)?,
            Ordered::Downwards(pairs) => pairs.next(&mut judge, cx)?,
        };
        let Some(columns) = columns else { return Ok(None) };
        self.ordered = Some((predicate, pairs));
        let batch = self.rows_of(predicate, columns);
        cx.work(batch.len.max(1))?;
        Ok((batch.len > 0).then_some(batch))
    }

    /// The rows of some pairs of a predicate, made of the columns themselves.
    fn rows_of(&self, predicate: Id, (mut firsts, mut seconds): (Vec<Id>, Vec<Id>)) -> Batch {
        if self.needs_firsts_alone() || !self.shape.equal.is_empty() {
            return self.rows(predicate, &firsts, &seconds);
        }
        let first = if self.shape.by == End::Subject { 0 } else { 2 };
        let len = firsts.len();
        let column = |place: &usize| match *place {
            1 => vec![predicate; len],
            place if place == first => std::mem::take(&mut firsts),
            _ => std::mem::take(&mut seconds),
        };
        Batch::of(self.shape.columns.iter().map(column).collect(), len)
    }

    /// Lets a cursor read the next range that has pairs; whether there is one. Without conditions all pairs are one range.
    fn next_range(&mut self, cursor: &mut PairCursor<'a>) -> Result<bool> {
        let Some(within) = &self.within else {
            self.begun += 1;
            return Ok(self.begun == 1);
        };
        while let Some((range, _)) = within.ranges.get(self.begun) {
            self.begun += 1;
            if cursor.range(range.clone())? > 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// The parts of a scan, and the part being read.
struct Cut<'a> {
    parts: Arc<Vec<Part>>,
    part: Option<usize>,
    /// What of it is still to be read, the next one last.
    ranges: Part,
    cursor: PairCursor<'a>,
    judged: bool,
}

/// Places in parts of about so many.
fn cut(ranges: Part, size: usize) -> Vec<Part> {
    let (mut parts, mut part, mut room) = (Vec::new(), Part::new(), size);
    for (mut range, judged) in ranges {
        while !range.is_empty() {
            let end = range.end.min(range.start + room);
            part.push((range.start..end, judged));
            room -= end - range.start;
            range.start = end;
            if room == 0 {
                parts.push(std::mem::take(&mut part));
                room = size;
            }
        }
    }
    parts.extend((!part.is_empty()).then_some(part));
    parts
}

impl<'a> Scan<'a> {
    /// The next rows of the part that the context names.
    fn next_of_part(&mut self, cut: &mut Cut<'a>, cx: &mut Context<'_>) -> Result<Option<Batch>> {
        let [subject, predicate, object] = self.shape.ids;
        let predicate = predicate.unwrap_or(NONE);
        if cut.part != Some(cx.part) {
            if cut.part.is_none() {
                let end = if subject.is_some() { End::Subject } else { End::Object };
                let given = subject.is_some() || object.is_some();
                cut.cursor = self.view.pairs(predicate, if given { end } else { self.shape.by })?;
            }
            cut.part = Some(cx.part);
            cut.ranges = cut.parts.get(cx.part).cloned().unwrap_or_default();
            cut.ranges.reverse();
            cut.cursor.at(0..0);
        }
        loop {
            let batch = match subject.or(object) {
                None => self.next_block(predicate, cut, cx)?,
                Some(first) => {
                    let Some((range, _)) = cut.ranges.pop() else { return Ok(None) };
                    let found = Position::Each(cut.cursor.lookup_part(first, range.clone())?);
                    let part = Position::All(predicate);
                    let all = Position::All(first);
                    let parts = if subject.is_some() { [all, part, found] } else { [found, part, all] };
                    Some(self.batch(parts, range.len()))
                }
            };
            let Some(batch) = batch else { return Ok(None) };
            cx.work(batch.len.max(1))?;
            if batch.len > 0 {
                return Ok(Some(batch));
            }
        }
    }

    /// The next block of pairs of the part.
    fn next_block(
        &mut self,
        predicate: Id,
        cut: &mut Cut<'a>,
        cx: &mut Context<'_>,
    ) -> Result<Option<Batch>> {
        loop {
            if let Some((firsts, seconds)) = cut.cursor.next_block()? {
                let Some(within) = self.within.as_mut().filter(|_| cut.judged) else {
                    return Ok(Some(self.rows(predicate, firsts, seconds)));
                };
                let all = Batch::of(vec![firsts.to_vec(), seconds.to_vec()], firsts.len());
                let kept = judged(all, &mut within.conditions, cx)?;
                return Ok(Some(self.rows(predicate, kept.column(0), kept.column(1))));
            }
            let Some((range, judged)) = cut.ranges.pop() else { return Ok(None) };
            cut.cursor.at(range);
            cut.judged = judged;
        }
    }
}

impl Operator for Scan<'_> {
    fn next(&mut self, cx: &mut Context<'_>) -> Result<Option<Batch>> {
        if let Some(mut cut) = self.cut.take() {
            let batch = self.next_of_part(&mut cut, cx);
            self.cut = Some(cut);
            return batch;
        }
        if self.open.is_none()
            && let Some(known) = self.open()?
        {
            cx.work(known.len.max(1))?;
            return Ok((known.len > 0).then_some(known));
        }
        if !self.lists.is_empty() {
            return self.of_lists(cx);
        }
        loop {
            if let Some((predicate, pairs)) = self.ordered.take() {
                if let Some(batch) = self.next_ordered(predicate, pairs, cx)? {
                    return Ok(Some(batch));
                }
                continue;
            }
            if let Some((predicate, mut cursor)) = self.current.take() {
                match self.block(predicate, &mut cursor, cx)? {
                    Some(batch) => {
                        self.current = Some((predicate, cursor));
                        cx.work(batch.len.max(1))?;
                        if batch.len > 0 {
                            return Ok(Some(batch));
                        }
                    }
                    None if self.next_range(&mut cursor)? => self.current = Some((predicate, cursor)),
                    None => {}
                }
                continue;
            }
            let Some(predicate) = self.open.as_mut().and_then(Vec::pop) else { return Ok(None) };
            match self.at_once(predicate, cx)? {
                None => self.open_predicate(predicate, cx)?,
                Some(batch) if batch.len > 0 => {
                    cx.work(batch.len)?;
                    return Ok(Some(batch));
                }
                Some(_) => cx.work(1)?,
            }
        }
    }

    fn bytes(&self) -> usize {
        match &self.ordered {
            Some((_, Ordered::Values(pairs))) => pairs.bytes(),
            _ => 0,
        }
    }
}

/// The rows of a batch whose first column fulfils conditions that read it alone.
fn judged(mut batch: Batch, conditions: &mut [Compiled], cx: &mut Context<'_>) -> Result<Batch> {
    for condition in conditions {
        let keep = condition.truths(&batch, cx)?;
        batch = batch.filter(&keep);
    }
    Ok(batch)
}

/// The different values of a sorted column, with how often each occurs.
fn runs(column: &[Id]) -> (Vec<Id>, Vec<u64>) {
    // As long as they may become: lists that grow took a fifth of a count.
    let (mut values, mut counts) = (Vec::with_capacity(column.len()), Vec::with_capacity(column.len()));
    for run in column.chunk_by(|a, b| a == b) {
        if let [value, ..] = run {
            values.push(*value);
            counts.push(run.len() as u64);
        }
    }
    (values, counts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::fixture::{node, run};

    /// Matches of a pattern with these constants: the columns of these places.
    fn scanned(names: [Option<&str>; 3], columns: &[usize], by: End) -> (Vec<Vec<Id>>, Option<Vec<u64>>) {
        run(|cx| {
            let ids = names.map(|name| name.map(|name| node(name, cx)));
            let view = cx.graph.view(None).unwrap().unwrap();
            Box::new(Scan::new(view, Shape { ids, columns: columns.to_vec(), equal: Vec::new(), by }))
        })
    }

    #[test]
    fn pairs_come_sorted_by_the_end_that_leads() {
        for (by, columns) in [(End::Subject, [0, 2]), (End::Object, [2, 0])] {
            let (found, _) = scanned([None, Some("year"), None], &columns, by);
            let pairs: Vec<(Id, Id)> = found[0].iter().copied().zip(found[1].iter().copied()).collect();
            assert_eq!(pairs.len(), 40);
            assert!(pairs.is_sorted(), "{by:?}: {pairs:?}");
        }
    }

    #[test]
    fn an_end_that_is_not_live_is_counted() {
        let (years, counts) = scanned([None, Some("year"), None], &[2], End::Object);
        assert_eq!((years[0].len(), counts), (4, Some(vec![10; 4])));
        let (_, counts) = scanned([None, Some("year"), None], &[], End::Subject);
        assert_eq!(counts, Some(vec![40]), "neither is: one row, and no pair is read");
    }

    #[test]
    fn all_triples_are_counted_as_they_are_known() {
        let (columns, counts) = scanned([None, None, None], &[], End::Subject);
        assert!(columns.is_empty());
        let all: u64 = counts.unwrap().iter().sum();
        let (predicates, counts) = scanned([None, None, None], &[1], End::Subject);
        let counts = counts.unwrap();
        assert_eq!((predicates[0].len(), counts.iter().sum::<u64>()), (counts.len(), all));
        for (predicate, count) in predicates[0].iter().zip(counts) {
            let (found, _) = run(|cx| {
                let view = cx.graph.view(None).unwrap().unwrap();
                let ids = [None, Some(*predicate), None];
                Box::new(Scan::new(
                    view,
                    Shape { ids, columns: vec![0, 2], equal: Vec::new(), by: End::Subject },
                ))
            });
            assert_eq!(found[0].len() as u64, count);
        }
    }

    #[test]
    fn the_lists_of_a_node_are_read_together() {
        let (found, counts) = scanned([Some("r0"), None, None], &[0, 1, 2], End::Subject);
        assert_eq!((found.len(), found[0].len(), counts), (3, 3, None));
        assert!(found[1].is_sorted() && found[0].iter().all(|node| *node == found[0][0]));
        let (predicates, counts) = scanned([Some("r0"), None, None], &[1], End::Subject);
        assert_eq!((&predicates[0], counts), (&found[1], Some(vec![1; 3])), "what nobody reads is counted");
        let (predicates, counts) = scanned([None, None, Some("integration")], &[1], End::Subject);
        assert_eq!((predicates[0].len(), counts), (1, Some(vec![2])));
        let (predicates, _) = scanned([Some("r0"), None, Some("nobody")], &[1], End::Subject);
        assert!(predicates.concat().is_empty());
    }

    #[test]
    fn constants_are_looked_up() {
        let (found, _) = scanned([None, Some("kind"), Some("integration")], &[0], End::Subject);
        assert_eq!(found[0].len(), 2);
        let (found, _) = scanned([Some("r0"), None, None], &[1, 2], End::Subject);
        assert_eq!(found[0].len(), 3, "a predicate that is not known: each in turn");
        let (found, _) = scanned([Some("r0"), Some("order"), None], &[2], End::Subject);
        assert!(found.concat().is_empty());
    }

    #[test]
    fn parts_give_the_rows_of_the_whole() {
        for (names, columns, by) in [
            ([None, Some("year"), None], vec![0, 2], End::Subject),
            ([None, Some("year"), None], vec![2, 0], End::Object),
            ([None, Some("kind"), Some("launch")], vec![0], End::Subject),
            ([Some("r0"), Some("kind"), None], vec![2], End::Subject),
        ] {
            let (graph, governor) = crate::exec::fixture::context();
            let mut cx = Context::new(&graph, &governor, None);
            let ids = names.map(|name| name.map(|name| node(name, &mut cx)));
            let shape = Shape { ids, columns, equal: Vec::new(), by };
            let scan = || Scan::new(cx.graph.view(None).unwrap().unwrap(), shape.clone());
            let rows = |batch: &Batch| -> Vec<Vec<Id>> {
                let row = |row| (0..batch.columns.len()).map(move |column| batch.cell(column, row)).collect();
                (0..batch.len).flat_map(|n| vec![row(n); batch.count(n) as usize]).collect()
            };
            let whole = crate::exec::drain(Box::new(scan()), &mut cx).unwrap();
            let parts = Arc::new(scan().parts(7).unwrap().unwrap());
            let mut cut = scan().of_parts(Arc::clone(&parts));
            let mut found = vec![Vec::new(); parts.len()];
            // In no order, as threads take them.
            for part in (0..parts.len()).rev() {
                cx.part = part;
                while let Some(batch) = cut.next(&mut cx).unwrap() {
                    found[part].extend(rows(&batch));
                }
            }
            assert_eq!(found.concat(), rows(&whole));
            assert_eq!(parts.len(), rows(&whole).len().div_ceil(7));
        }
    }

    #[test]
    fn parts_are_as_large_as_their_number_asks() {
        let sizes = |pairs, size: usize| -> Vec<usize> {
            let parts = cut(vec![(0..pairs, false), (pairs..pairs + 5, true)], size);
            parts.iter().map(|part| part.iter().map(|(range, _)| range.len()).sum()).collect()
        };
        assert_eq!(sizes(10, 4), [4, 4, 4, 3]);
        assert_eq!(sizes(0, 9), [5]);
    }

    #[test]
    fn a_variable_twice_is_the_same_term() {
        let (found, _) = run(|cx| {
            let view = cx.graph.view(None).unwrap().unwrap();
            let ids = [None, Some(node("year", cx)), None];
            let shape = Shape { ids, columns: vec![0], equal: vec![(0, 2)], by: End::Subject };
            Box::new(Scan::new(view, shape))
        });
        assert!(found.concat().is_empty(), "no release is a year");
    }
}
