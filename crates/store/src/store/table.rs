//! The triples of a dataset as columns in memory: for every graph and predicate its pairs, twice sorted.
//!
//! In: quads of numbers, in any order, repeated or not. Out: [`Table`], four columns in which each
//! predicate of each graph is one run, and a directory of the runs; a graph is found by binary search and
//! costs nothing while nobody reads it. It holds numbers alone, no term, and 4 bytes a number.

use super::cursor::PairCursor;
use super::directory::{Directory, Run};
use super::homes::{self, Homes};
use super::list::Pairs;
use super::pack::chunks::ChunkWriter;
use super::pack::pairs::{PackedPairs, PairWriter};
use super::pack::radix;
use super::pack::watch::{NUMBERS, Step, Watch};
use super::port::{End, GraphId, Id, Pattern, Triple, evenly};
use super::sets::{Sets, StoredSets};
use super::statistics::Statistics;
use super::view::View;
use crate::error::Result;
use std::collections::HashMap;
use std::io::Write;
use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;

/// The pairs of all graphs of a dataset. See the module.
#[derive(Default)]
pub(super) struct Table {
    directory: Directory,
    /// Subject and object.
    by_subject: Store,
    /// Object and subject.
    by_object: Store,
    /// The characteristic sets of the default graph, where a pack has them.
    stored: Option<StoredSets>,
    /// What is counted about the graphs that were asked for it.
    described: Mutex<HashMap<usize, Arc<Described>>>,
    /// How predicates of a graph were found to meet.
    meetings: Mutex<HashMap<(usize, Ends), [f64; 2]>>,
    /// In which named graphs terms stand.
    homes: Homes,
}

/// Ends of two predicates.
pub(super) type Ends = [(Id, End); 2];

/// More meetings than these are not kept: each takes some tens of bytes.
const MEETINGS: usize = 1 << 14;

/// Where pairs lie.
pub(super) enum Store {
    Memory(Arc<Pairs>),
    Packed(PackedPairs),
}

impl Default for Store {
    fn default() -> Self {
        Self::Memory(Arc::default())
    }
}

impl Store {
    fn len(&self) -> usize {
        match self {
            Self::Memory(pairs) => pairs.first.len(),
            Self::Packed(pairs) => pairs.len(),
        }
    }
}

/// What is counted about a graph.
pub(super) struct Described {
    /// The characteristic sets of subjects and of objects.
    pub sets: [Sets; 2],
    /// All of it, as a planner sees it.
    pub statistics: OnceLock<Arc<Statistics>>,
}

/// Quads to make a table of.
#[derive(Debug, Default)]
pub(super) struct Quads {
    /// Subject, predicate, object in the default graph.
    default: Vec<Triple>,
    /// Graph, subject, predicate, object in named graphs.
    named: Vec<[Id; 4]>,
}

impl Quads {
    /// Adds a quad.
    #[inline]
    pub fn push(&mut self, graph: GraphId, [s, p, o]: Triple) {
        match graph {
            None => self.default.push([s, p, o]),
            Some(graph) => self.named.push([graph, s, p, o]),
        }
    }

    /// Moves all quads of the default graph into another.
    pub fn name_default(&mut self, graph: Id) {
        self.named.extend(self.default.drain(..).map(|[s, p, o]| [graph, s, p, o]));
    }

    /// Whether there is one in the default graph.
    pub fn has_default(&self) -> bool {
        !self.default.is_empty()
    }

    /// How many there are, repeated ones counted each time.
    pub fn count(&self) -> u64 {
        self.default.len() as u64 + self.named.len() as u64
    }

    /// Adds all quads of `other`, each number replaced by that in `ids`, and empties it.
    pub fn append(&mut self, other: &mut Self, ids: &[Id]) {
        let id = |old: Id| ids.get(old as usize).copied().unwrap_or_default();
        self.default.extend(other.default.drain(..).map(|triple| triple.map(id)));
        self.named.extend(other.named.drain(..).map(|quad| quad.map(id)));
    }

    /// Gives every quad: those of the default graph first.
    pub fn each(&self, each: &mut dyn FnMut(GraphId, Triple) -> Result<()>) -> Result<()> {
        self.default.iter().try_for_each(|triple| each(None, *triple))?;
        self.named.iter().try_for_each(|[graph, s, p, o]| each(Some(*graph), [*s, *p, *o]))
    }

    /// How many bytes they take.
    pub fn memory(&self) -> usize {
        size_of::<Triple>() * self.default.capacity() + size_of::<[Id; 4]>() * self.named.capacity()
    }

    /// Forgets all quads and keeps the room.
    pub fn clear(&mut self) {
        self.default.clear();
        self.named.clear();
    }
}

/// What takes pairs: their predicate, their firsts, their seconds.
type Taker<'t> = &'t mut dyn FnMut(Id, &[Id], &[Id]);

/// Graphs to merge: runs of a table that lie side by side, or a graph that is not as a table has it.
enum Part<'v> {
    Runs(&'v Table, Range<usize>),
    Graph(&'v View<'v>),
}

impl<'v> Part<'v> {
    fn of(views: &'v [View<'v>]) -> Result<Vec<Self>> {
        let mut parts: Vec<Self> = Vec::new();
        for view in views {
            let Some((table, place)) = view.unchanged() else {
                parts.push(Self::Graph(view));
                continue;
            };
            let runs = table.run_numbers(place)?;
            match parts.last_mut() {
                Some(Self::Runs(last, before)) if std::ptr::eq(*last, table) && before.end == runs.start => {
                    before.end = runs.end;
                }
                _ => parts.push(Self::Runs(table, runs)),
            }
        }
        Ok(parts)
    }

    /// How many pairs each of its runs has.
    fn counts(&self, each: &mut dyn FnMut(Id, usize)) -> Result<()> {
        match self {
            Self::Runs(table, runs) => {
                for number in runs.clone() {
                    if let Some((run, end)) = table.with_end(number)? {
                        each(run.predicate, end - run.start);
                    }
                }
            }
            Self::Graph(view) => {
                view.predicates()?.iter().for_each(|count| each(count.predicate, count.triples as usize));
            }
        }
        Ok(())
    }

    /// Its pairs: predicate, firsts, seconds.
    fn each(&self, by: End, each: Taker<'_>) -> Result<()> {
        match self {
            Self::Runs(table, runs) => table.each_piece(runs.clone(), by, each),
            Self::Graph(view) => {
                for count in view.predicates()? {
                    let mut cursor = view.pairs(count.predicate, by)?;
                    while let Some((firsts, seconds)) = cursor.next_block()? {
                        each(count.predicate, firsts, seconds);
                    }
                }
                Ok(())
            }
        }
    }
}

/// One of the two orders while it is made.
#[derive(Default)]
pub(super) struct Half {
    runs: Vec<HalfRun>,
    pairs: Pairs,
    last: Option<u128>,
}

/// One predicate of one graph: how many different firsts it has, and how often the most frequent occurs.
pub(super) struct HalfRun {
    pub graph: GraphId,
    pub predicate: Id,
    start: usize,
    firsts: u32,
    most: u32,
    /// How often the last first occurred so far.
    length: u32,
}

impl HalfRun {
    /// One that begins at a place.
    pub fn new(graph: GraphId, predicate: Id, start: usize) -> Self {
        Self { graph, predicate, start, firsts: 0, most: 0, length: 0 }
    }

    /// How many different firsts there are, and how often the most frequent occurs.
    pub fn counts(&self) -> [u32; 2] {
        [self.firsts, self.most]
    }

    /// Counts the next pair, given the one before it in the run.
    pub fn count(&mut self, pair: u64, before: Option<u64>) {
        if before.is_none_or(|before| before >> 32 != pair >> 32) {
            self.firsts += 1;
            self.length = 0;
        }
        self.length += 1;
        self.most = self.most.max(self.length);
    }
}

impl Half {
    /// Adds a run of pairs (first in the upper half of the number), sorted.
    fn add(
        &mut self,
        graph: GraphId,
        predicate: Id,
        pairs: impl Iterator<Item = u64>,
        watch: Watch<'_>,
    ) -> Result<()> {
        let mut run = HalfRun::new(graph, predicate, self.pairs.first.len());
        let mut last = None;
        for pair in pairs {
            if last == Some(pair) {
                continue;
            }
            run.count(pair, last);
            last = Some(pair);
            self.pairs.first.push((pair >> 32) as Id);
            self.pairs.second.push(pair as Id);
            if self.pairs.first.len().is_multiple_of(NUMBERS) {
                watch.check()?;
            }
        }
        self.runs.push(run);
        Ok(())
    }

    /// The triples of the default graph: put into one part for each predicate, then sorted.
    fn of_default(triples: &[Triple], ids: &[Id], pair: fn(Id, Id) -> u64, watch: Watch<'_>) -> Result<Self> {
        let id = |old: Id| ids.get(old as usize).copied().unwrap_or_default();
        let mut ends = vec![0usize; ids.len()];
        for part in triples.chunks(NUMBERS) {
            for [_, predicate, _] in part {
                if let Some(count) = ends.get_mut(id(*predicate) as usize) {
                    *count += 1;
                }
            }
            watch.check()?;
        }
        let counts: Vec<(Id, usize)> =
            (0..).zip(&ends).filter(|(_, count)| **count > 0).map(|(id, count)| (id, *count)).collect();
        let mut sum = 0;
        for (predicate, count) in &counts {
            if let Some(end) = ends.get_mut(*predicate as usize) {
                *end = sum;
            }
            sum += count;
        }
        let mut pairs = vec![0u64; triples.len()];
        for part in triples.chunks(NUMBERS) {
            for [subject, predicate, object] in part {
                if let Some(end) = ends.get_mut(id(*predicate) as usize) {
                    if let Some(place) = pairs.get_mut(*end) {
                        *place = pair(id(*subject), id(*object));
                    }
                    *end += 1;
                }
            }
            watch.check()?;
        }
        let mut half = Self::with_room(triples.len());
        let mut rest = pairs.as_mut_slice();
        for (predicate, count) in counts {
            let (part, others) = std::mem::take(&mut rest).split_at_mut(count);
            radix::sort(part, watch)?;
            half.add(None, predicate, part.iter().copied(), watch)?;
            rest = others;
            watch.tell(Step::Triples, triples.len() - rest.len(), triples.len())?;
        }
        Ok(half)
    }

    /// The pairs of several graphs as one, given how many each predicate has.
    fn of_parts(parts: &[Part<'_>], counts: &[(Id, usize)], by: End) -> Result<Self> {
        let mut sum = 0;
        let mut ends: HashMap<Id, usize> = HashMap::with_capacity(counts.len());
        for (predicate, count) in counts {
            ends.insert(*predicate, sum);
            sum += count;
        }
        let mut pairs = vec![0u64; sum];
        for part in parts {
            part.each(by, &mut |predicate, firsts, seconds| {
                let Some(end) = ends.get_mut(&predicate) else { return };
                let places = pairs.get_mut(*end..).unwrap_or_default();
                let both = firsts.iter().zip(seconds);
                places.iter_mut().zip(both).for_each(|(place, (first, second))| {
                    *place = by_subject(*first, *second);
                });
                *end += firsts.len();
            })?;
        }
        let mut half = Self::with_room(sum);
        let mut rest = pairs.as_mut_slice();
        for (predicate, count) in counts {
            let (part, others) = std::mem::take(&mut rest).split_at_mut(*count);
            // Runs that are sorted already, which a merging sort takes as they are.
            part.sort();
            half.add(None, *predicate, part.iter().copied(), Watch::nobody())?;
            rest = others;
        }
        Ok(half)
    }

    /// None yet, and room for so many pairs.
    pub fn with_room(pairs: usize) -> Self {
        let (first, second) = (Vec::with_capacity(pairs), Vec::with_capacity(pairs));
        Self { runs: Vec::new(), pairs: Pairs { first, second }, last: None }
    }

    /// Adds the next quad in order: graph and one (0 for the default graph), predicate, first and second, 32 bits each.
    pub fn push(&mut self, row: u128) {
        let (list, pair) = ((row >> 64) as u64, row as u64);
        let before = self.last.filter(|last| (last >> 64) as u64 == list).map(|last| last as u64);
        if before.is_none() {
            let graph = ((list >> 32) as Id).checked_sub(1);
            self.runs.push(HalfRun::new(graph, list as Id, self.pairs.first.len()));
        }
        if let Some(run) = self.runs.last_mut() {
            run.count(pair, before);
        }
        self.pairs.first.push((pair >> 32) as Id);
        self.pairs.second.push(pair as Id);
        self.last = Some(row);
    }

    /// Adds the quads of named graphs.
    fn add_named(
        &mut self,
        quads: &[[Id; 4]],
        ids: &[Id],
        pair: fn(Id, Id) -> u64,
        watch: Watch<'_>,
    ) -> Result<()> {
        let id = |old: Id| u128::from(ids.get(old as usize).copied().unwrap_or_default());
        let row = |[graph, s, p, o]: &[Id; 4]| {
            id(*graph) << 96 | id(*p) << 64 | u128::from(pair(id(*s) as Id, id(*o) as Id))
        };
        let mut rows: Vec<u128> = Vec::with_capacity(quads.len());
        for part in quads.chunks(NUMBERS) {
            rows.extend(part.iter().map(row));
            watch.check()?;
        }
        radix::sort(&mut rows, watch)?;
        for run in rows.chunk_by(|a, b| a >> 64 == b >> 64) {
            let Some(first) = run.first() else { continue };
            let (graph, predicate) = ((first >> 96) as Id, (first >> 64) as Id);
            self.add(Some(graph), predicate, run.iter().map(|row| *row as u64), watch)?;
        }
        Ok(())
    }
}

fn by_subject(subject: Id, object: Id) -> u64 {
    u64::from(subject) << 32 | u64::from(object)
}

fn by_object(subject: Id, object: Id) -> u64 {
    by_subject(object, subject)
}

/// What both orders tell of each run; of the objects' runs all that is not the same is what [`HalfRun::counts`] tells.
pub(super) fn directory(subjects: Vec<HalfRun>, objects: impl Iterator<Item = [u32; 2]>) -> Directory {
    let (mut names, mut starts, mut graph) = (Vec::new(), vec![0], None);
    let both = subjects.into_iter().zip(objects).enumerate();
    let run = |(number, (s, [objects, max_subjects])): (usize, (HalfRun, [u32; 2]))| {
        if s.graph != graph {
            starts.push(number);
            names.extend(s.graph);
            graph = s.graph;
        }
        let HalfRun { start, predicate, firsts: subjects, most: max_objects, .. } = s;
        Run { start, predicate, subjects, objects, max_objects, max_subjects }
    };
    let runs: Vec<Run> = both.map(run).collect();
    starts.push(runs.len());
    Directory::Memory(names, starts, runs)
}

impl Table {
    /// Sorts quads, whose numbers are replaced by those of `ids` first. Both orders are made at once.
    ///
    /// # Errors
    /// Where `watch` stops it.
    pub fn of_quads(quads: Quads, ids: &[Id], watch: Watch<'_>) -> Result<Self> {
        let half = |pair| -> Result<Half> {
            let mut half = Half::of_default(&quads.default, ids, pair, watch)?;
            half.add_named(&quads.named, ids, pair, watch)?;
            Ok(half)
        };
        let (subjects, objects) = thread::scope(|scope| {
            let objects = thread::Builder::new().spawn_scoped(scope, || half(by_object));
            let subjects = half(by_subject);
            // A thread that could not run leaves its work to this one.
            let objects = objects.ok().and_then(|handle| handle.join().ok());
            (subjects, objects.unwrap_or_else(|| half(by_object)))
        });
        Ok(Self::of_halves(subjects?, objects?))
    }

    /// From both orders.
    pub fn of_halves(subjects: Half, objects: Half) -> Self {
        Self {
            directory: directory(subjects.runs, objects.runs.iter().map(HalfRun::counts)),
            by_subject: Store::Memory(Arc::new(subjects.pairs)),
            by_object: Store::Memory(Arc::new(objects.pairs)),
            ..Self::default()
        }
    }

    /// From the parts of a pack.
    pub fn of_pack(
        directory: Directory,
        [by_subject, by_object]: [PackedPairs; 2],
        sets: StoredSets,
    ) -> Self {
        Self {
            directory,
            by_subject: Store::Packed(by_subject),
            by_object: Store::Packed(by_object),
            stored: Some(sets),
            ..Self::default()
        }
    }

    /// One graph of triples in any order, whatever their numbers; what is there twice counts once.
    pub fn of_triples(mut triples: Vec<Triple>) -> Self {
        let mut half = |pair: fn(Id, Id) -> u64| {
            triples.sort_unstable_by_key(|[s, p, o]| (*p, pair(*s, *o)));
            let mut half = Half::with_room(triples.len());
            for run in triples.chunk_by(|[_, a, _], [_, b, _]| a == b) {
                let Some([_, predicate, _]) = run.first() else { continue };
                // Nobody stops it.
                let _ = half.add(None, *predicate, run.iter().map(|[s, _, o]| pair(*s, *o)), Watch::nobody());
            }
            half
        };
        Self::of_halves(half(by_subject), half(by_object))
    }

    /// Several graphs as one default graph; what is in two of them counts once. Pairs are put into one part for each
    /// predicate, then sorted; graphs that lie side by side in a table are read as one.
    pub fn of_views(views: &[View<'_>]) -> Result<Self> {
        let parts = Part::of(views)?;
        let mut counts: HashMap<Id, usize> = HashMap::new();
        for part in &parts {
            part.counts(&mut |predicate, pairs| *counts.entry(predicate).or_default() += pairs)?;
        }
        let mut counts: Vec<(Id, usize)> = counts.into_iter().collect();
        counts.sort_unstable();
        let half = |by| Half::of_parts(&parts, &counts, by);
        Ok(Self::of_halves(half(End::Subject)?, half(End::Object)?))
    }

    /// The names of the named graphs, sorted.
    pub fn names(&self) -> Result<Vec<Id>> {
        (1..=self.directory.names()).filter_map(|place| self.directory.name(place).transpose()).collect()
    }

    /// The named graphs that may have triples which match a pattern, sorted, where else so many graphs are searched. Nothing where
    /// all of them may, or it is not worth knowing.
    pub fn homes(&self, pattern: Pattern, graphs: usize, watch: Watch<'_>) -> Result<Option<Vec<Id>>> {
        let Some(places) = homes::places(self, &self.homes, pattern, graphs, watch)? else { return Ok(None) };
        places
            .into_iter()
            .filter_map(|place| self.directory.name(place).transpose())
            .collect::<Result<_>>()
            .map(Some)
    }

    /// How many named graphs there are, and so many of them at most, evenly spaced.
    pub fn some_names(&self, most: usize) -> Result<(usize, Vec<Id>)> {
        let all = self.directory.names();
        let some = evenly(all, most).filter_map(|n| self.directory.name(1 + n).transpose());
        Ok((all, some.collect::<Result<_>>()?))
    }

    /// How many named graphs there are.
    pub fn name_count(&self) -> usize {
        self.directory.names()
    }

    /// How many triples named graphs have; without an end, how many predicates.
    pub fn named_count(&self, end: Option<End>) -> Result<usize> {
        let first = self.directory.runs(0)?.end;
        Ok(match end {
            None => self.directory.len() - first.min(self.directory.len()),
            Some(_) => self.len() - self.start_of(first)?,
        })
    }

    /// How many terms stand at an end of the triples of each predicate of each named graph, or how many predicates these have.
    pub fn named_terms(&self, end: Option<End>, watch: Watch<'_>) -> Result<usize> {
        let Some(end) = end else { return self.named_count(None) };
        let (mut sum, mut pace) = (0, watch.pace());
        for number in self.directory.runs(0)?.end..self.directory.len() {
            let Some(run) = self.directory.run(number)? else { break };
            sum += if end == End::Subject { run.subjects } else { run.objects } as usize;
            pace.step()?;
        }
        Ok(sum)
    }

    /// Gives the terms at an end of the triples of named graphs, or the predicates of these, graph after graph by its place. A
    /// term may come again, and then mostly at once.
    pub fn each_of_named(
        &self,
        end: Option<End>,
        watch: Watch<'_>,
        each: &mut dyn FnMut(usize, &[Id]),
    ) -> Result<()> {
        let (names, mut pace) = (self.directory.names(), watch.pace());
        let Some(end) = end else {
            for place in 1..=names {
                for number in self.directory.runs(place)? {
                    self.directory.run(number)?.iter().for_each(|run| each(place, &[run.predicate]));
                    pace.step()?;
                }
            }
            return Ok(());
        };
        let mut at = self.start_of(self.directory.runs(0)?.end)?;
        let mut cursor = self.cursor_over(at..self.len(), end);
        let (mut place, mut until) = (0, at);
        while let Some((mut firsts, _)) = cursor.next_block()? {
            while !firsts.is_empty() {
                while until <= at {
                    if place >= names {
                        return Ok(());
                    }
                    place += 1;
                    until = self.start_of(self.directory.runs(place)?.end)?;
                }
                let (these, others) = firsts.split_at(firsts.len().min(until - at));
                each(place, these);
                at += these.len();
                firsts = others;
            }
            watch.check()?;
        }
        Ok(())
    }

    /// Where the pairs of a run begin, or those of the last one end.
    fn start_of(&self, run: usize) -> Result<usize> {
        Ok(self.directory.run(run)?.map_or(self.len(), |run| run.start).min(self.len()))
    }

    /// The place of a graph, for the methods below; the default graph always has one.
    pub fn place(&self, graph: GraphId) -> Result<Option<usize>> {
        self.directory.place(graph)
    }

    /// The same, quickest for the graph after that at the place `before`.
    pub fn place_after(&self, graph: GraphId, before: usize) -> Result<Option<usize>> {
        let next = before + 1;
        let is_next =
            graph.is_some() && next <= self.directory.names() && self.directory.name(next)? == graph;
        if is_next { Ok(Some(next)) } else { self.place(graph) }
    }

    /// The numbers of the runs of a graph.
    pub fn run_numbers(&self, place: usize) -> Result<Range<usize>> {
        self.directory.runs(place)
    }

    /// Gives the pairs of runs that lie side by side, in the order in which they lie: predicate, firsts, seconds.
    fn each_piece(&self, runs: Range<usize>, by: End, each: Taker<'_>) -> Result<()> {
        let mut open = runs.filter_map(|number| self.with_end(number).transpose()).peekable();
        let Some(start) = open.peek().and_then(|run| run.as_ref().ok()).map(|(run, _)| run.start) else {
            return open.next().map_or(Ok(()), |run| run.map(drop));
        };
        let (mut at, mut run) = (start, open.next().transpose()?);
        let mut cursor = self.cursor_over(start..self.len(), by);
        while let Some((mut firsts, mut seconds)) = cursor.next_block()? {
            while !firsts.is_empty() {
                let Some((Run { predicate, .. }, end)) = run else { return Ok(()) };
                let (these, others) = firsts.split_at(firsts.len().min(end.saturating_sub(at)));
                let (of_these, of_others) = seconds.split_at(these.len().min(seconds.len()));
                each(predicate, these, of_these);
                at += these.len();
                (firsts, seconds) = (others, of_others);
                if at >= end {
                    run = open.next().transpose()?;
                }
            }
        }
        Ok(())
    }

    /// A run and where it ends.
    fn with_end(&self, number: usize) -> Result<Option<(Run, usize)>> {
        let Some(run) = self.directory.run(number)? else { return Ok(None) };
        Ok(Some(self.up_to(run, self.directory.run(number + 1)?.as_ref())))
    }

    /// A run, and where it ends: at the next one.
    fn up_to(&self, run: Run, next: Option<&Run>) -> (Run, usize) {
        let end = next.map_or(self.len(), |next| next.start).min(self.len());
        (Run { start: run.start.min(end), ..run }, end)
    }

    /// The predicates of a graph, sorted, each with where its pairs end.
    pub fn runs(&self, place: usize) -> Result<Vec<(Run, usize)>> {
        let numbers = self.directory.runs(place)?;
        let mut runs = Vec::with_capacity(numbers.len());
        // Each is read once, though it also says where the one before ends.
        let mut next = self.directory.run(numbers.start)?;
        for number in numbers {
            let Some(run) = next else { break };
            next = self.directory.run(number + 1)?;
            runs.push(self.up_to(run, next.as_ref()));
        }
        Ok(runs)
    }

    /// How many predicates a graph has.
    pub fn run_count(&self, place: usize) -> Result<usize> {
        Ok(self.directory.runs(place)?.len())
    }

    /// How many triples a graph has.
    pub fn triples(&self, place: usize) -> Result<usize> {
        let runs = self.directory.runs(place)?;
        let Some(last) = runs.end.checked_sub(1).filter(|_| !runs.is_empty()) else { return Ok(0) };
        let (first, last) = (self.with_end(runs.start)?, self.with_end(last)?);
        Ok(first.zip(last).map_or(0, |((first, _), (_, end))| end.saturating_sub(first.start)))
    }

    /// How many quads there are in all graphs.
    pub fn len(&self) -> usize {
        self.by_subject.len()
    }

    /// The run of a predicate in a graph, and where it ends.
    pub fn run(&self, place: usize, predicate: Id) -> Result<Option<(Run, usize)>> {
        match self.directory.find(place, predicate)? {
            Some(number) => self.with_end(number),
            None => Ok(None),
        }
    }

    fn pairs(&self, by: End) -> &Store {
        match by {
            End::Subject => &self.by_subject,
            End::Object => &self.by_object,
        }
    }

    /// A cursor that lives as long as the table.
    pub fn cursor(&self, (run, end): &(Run, usize), by: End) -> PairCursor<'_> {
        self.cursor_over(run.start..*end, by)
    }

    fn cursor_over(&self, places: Range<usize>, by: End) -> PairCursor<'_> {
        match self.pairs(by) {
            Store::Memory(pairs) => {
                let cut = |column| <[Id]>::get(column, places.clone()).unwrap_or_default();
                PairCursor::over(cut(&pairs.first), cut(&pairs.second))
            }
            Store::Packed(pairs) => PairCursor::packed(pairs, places),
        }
    }

    /// A cursor that keeps the columns alive by itself; an empty one where they lie in a pack, which no merged graph
    /// does.
    pub fn shared(&self, (run, end): &(Run, usize), by: End) -> PairCursor<'static> {
        match self.pairs(by) {
            Store::Memory(pairs) => PairCursor::shared(pairs, run.start..*end),
            Store::Packed(_) => PairCursor::empty(),
        }
    }

    /// What is counted about a graph, at the first call.
    pub fn described(&self, place: usize) -> Result<Arc<Described>> {
        self.described_within(place, Watch::nobody())
    }

    /// The same, where it was stored or made before.
    pub fn described_before(&self, place: usize) -> Result<Option<Arc<Described>>> {
        if self.stored.is_some() && place == 0 {
            return self.described(place).map(Some);
        }
        Ok(self.described.lock().unwrap_or_else(PoisonError::into_inner).get(&place).map(Arc::clone))
    }

    /// What was found of two ends of predicates in a graph when that was first asked for, and is found by `find` then.
    pub fn meeting(
        &self,
        place: usize,
        ends: Ends,
        find: impl FnOnce() -> Result<[f64; 2]>,
    ) -> Result<[f64; 2]> {
        let lock = || self.meetings.lock().unwrap_or_else(PoisonError::into_inner);
        let known = lock().get(&(place, ends)).copied();
        if let Some(known) = known {
            return Ok(known);
        }
        let found = find()?;
        let mut meetings = lock();
        if meetings.len() < MEETINGS {
            meetings.insert((place, ends), found);
        }
        Ok(found)
    }

    fn described_within(&self, place: usize, watch: Watch<'_>) -> Result<Arc<Described>> {
        let lock = || self.described.lock().unwrap_or_else(PoisonError::into_inner);
        let known = lock().get(&place).map(Arc::clone);
        if let Some(known) = known {
            return Ok(known);
        }
        let sets = match &self.stored {
            Some(stored) if place == 0 => stored.open()?,
            _ => self.make_sets(place, watch)?,
        };
        let made = Arc::new(Described { sets, statistics: OnceLock::new() });
        Ok(Arc::clone(lock().entry(place).or_insert(made)))
    }

    fn make_sets(&self, place: usize, watch: Watch<'_>) -> Result<[Sets; 2]> {
        let runs = self.runs(place)?;
        let of = |by| Sets::of(runs.iter().map(|run| (run.0.predicate, self.cursor(run, by))), watch);
        thread::scope(|scope| {
            let objects = thread::Builder::new().spawn_scoped(scope, || of(End::Object));
            let subjects = of(End::Subject)?;
            watch.tell(Step::Statistics, 1, 2)?;
            // A thread that could not run leaves its work to this one.
            let objects = objects.ok().and_then(|handle| handle.join().ok());
            Ok([subjects, objects.unwrap_or_else(|| of(End::Object))?])
        })
    }

    /// Writes it into a pack.
    pub fn write<W: Write>(&self, out: &mut ChunkWriter<W>, watch: Watch<'_>) -> Result<Vec<u64>> {
        let (mut pairs, mut done) = (Vec::new(), 0);
        for by in [End::Subject, End::Object] {
            let mut writer = PairWriter::default();
            for number in 0..self.directory.len() {
                let Some(run) = self.with_end(number)? else { continue };
                let mut cursor = self.cursor(&run, by);
                while let Some((firsts, seconds)) = cursor.next_block()? {
                    for (firsts, seconds) in firsts.chunks(NUMBERS).zip(seconds.chunks(NUMBERS)) {
                        for (first, second) in firsts.iter().zip(seconds) {
                            writer.push(*first, *second, out)?;
                        }
                        done += firsts.len();
                        watch.tell(Step::Pairs, done, 2 * self.len())?;
                    }
                }
            }
            pairs.extend(writer.finish(out)?);
        }
        let mut root = self.directory.write(out)?.to_vec();
        root.extend(pairs);
        let described = self.described_within(0, watch)?;
        for sets in &described.sets {
            root.extend(sets.write(out)?);
        }
        Ok(root)
    }
}

#[cfg(test)]
mod tests {
    use super::super::kinds::{KINDS, Kinds};
    use super::*;

    fn pairs(table: &Table, predicate: Id, by: End) -> Vec<(Id, Id)> {
        let run = table.run(0, predicate).unwrap().unwrap();
        let mut cursor = table.cursor(&run, by);
        let (firsts, seconds) = cursor.next_block().unwrap().unwrap();
        firsts.iter().copied().zip(seconds.iter().copied()).collect()
    }

    #[test]
    fn a_graph_and_its_predicates_are_found_in_both_orders() {
        let quads = [
            (None, [1, 9, 2]),
            (Some(7), [1, 8, 3]),
            (None, [1, 9, 2]),
            (None, [0, 9, 2]),
            (None, [1, 8, 5]),
            (Some(4), [2, 9, 2]),
        ];
        let mut all = Quads::default();
        quads.into_iter().for_each(|(graph, triple)| all.push(graph, triple));
        let table = Table::of_quads(all, &(0..10).collect::<Vec<Id>>(), Watch::nobody()).unwrap();
        assert_eq!(table.len(), 5, "a quad given twice counts once");
        assert_eq!(table.names().unwrap(), [4, 7]);
        assert_eq!(table.place(Some(5)).unwrap(), None);
        assert_eq!(table.triples(0).unwrap(), 3);
        assert_eq!(table.triples(table.place(Some(7)).unwrap().unwrap()).unwrap(), 1);
        assert_eq!(pairs(&table, 9, End::Subject), [(0, 2), (1, 2)]);
        assert_eq!(pairs(&table, 9, End::Object), [(2, 0), (2, 1)]);
        let (run, _) = table.run(0, 9).unwrap().unwrap();
        assert_eq!((run.subjects, run.objects, run.max_objects, run.max_subjects), (2, 1, 1, 2));
        assert!(table.run(1, 8).unwrap().is_none(), "the graph 4 has no such predicate");
    }

    #[test]
    fn merged_graphs_count_what_is_in_both_once() {
        let mut quads = Quads::default();
        for (graph, triple) in
            [(None, [1, 9, 2]), (Some(4), [1, 9, 2]), (Some(4), [1, 8, 3]), (Some(7), [0, 9, 2])]
        {
            quads.push(graph, triple);
        }
        let table = Table::of_quads(quads, &(0..10).collect::<Vec<Id>>(), Watch::nobody()).unwrap();
        let kinds = Kinds::of_counts([10; KINDS]);
        let merge = |names: &[GraphId]| {
            let views = names.iter().filter_map(|name| table.place(*name).unwrap());
            let views: Vec<View<'_>> = views.map(|place| View::of_table(&table, place, &kinds)).collect();
            Table::of_views(&views).unwrap()
        };
        let merged = merge(&[None, Some(4), Some(6)]);
        assert_eq!(merged.triples(0).unwrap(), 2);
        assert!(merged.names().unwrap().is_empty());
        let all = merge(&[None, Some(4), Some(7)]);
        assert_eq!(pairs(&all, 9, End::Object), [(2, 0), (2, 1)]);
    }

    #[test]
    fn a_table_of_nothing_has_an_empty_default_graph() {
        let table = Table::of_quads(Quads::default(), &[], Watch::nobody()).unwrap();
        assert_eq!(table.place(None).unwrap(), Some(0));
        assert!(table.runs(0).unwrap().is_empty());
        assert_eq!(table.triples(0).unwrap(), 0);
    }
}
