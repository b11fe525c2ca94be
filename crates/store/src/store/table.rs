//! The triples of a dataset as columns in memory: for every graph and predicate its pairs, twice sorted.
//!
//! In: quads of numbers, in any order, repeated or not. Out: [`Table`], four columns in which each
//! predicate of each graph is one run, and a directory of the runs; a graph is found by binary search and
//! costs nothing while nobody reads it. It holds numbers alone, no term, and 4 bytes a number.

use super::cursor::{PairCursor, Pairs};
use super::port::{End, GraphId, Id, Triple};
use super::sets::Sets;
use super::statistics::PredicateCount;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// The pairs of all graphs of a dataset. See the module.
#[derive(Default)]
pub(super) struct Table {
    /// The named graphs, sorted by their names.
    names: Vec<Id>,
    /// Where the runs of each graph begin: first those of the default graph, then those of `names`; and
    /// the end.
    starts: Vec<usize>,
    runs: Vec<Run>,
    /// Subject and object.
    by_subject: Arc<Pairs>,
    /// Object and subject.
    by_object: Arc<Pairs>,
    /// The characteristic sets of subjects and objects of the graphs that were asked for them.
    sets: Mutex<HashMap<usize, Arc<[Sets; 2]>>>,
}

/// The triples of one predicate in one graph. They begin at the same place in both orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    pub start: usize,
    pub predicate: Id,
    pub subjects: u32,
    pub objects: u32,
    pub max_objects: u32,
    pub max_subjects: u32,
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

    /// Gives the number of every place of every quad.
    pub fn each_term(&self, each: &mut dyn FnMut(Id)) {
        self.default.iter().flatten().chain(self.named.iter().flatten()).for_each(|id| each(*id));
    }
}

/// One of the two orders while it is made.
#[derive(Default)]
struct Half {
    runs: Vec<HalfRun>,
    pairs: Pairs,
}

/// One predicate of one graph: how many different firsts it has, and how often the most frequent occurs.
struct HalfRun {
    graph: GraphId,
    predicate: Id,
    start: usize,
    firsts: u32,
    most: u32,
}

impl Half {
    /// Adds a run of pairs (first in the upper half of the number), sorted.
    fn add(&mut self, graph: GraphId, predicate: Id, pairs: impl Iterator<Item = u64>) {
        let start = self.pairs.first.len();
        let (mut firsts, mut most, mut length) = (0, 0, 0);
        let mut last = None;
        for pair in pairs {
            if last == Some(pair) {
                continue;
            }
            let first = (pair >> 32) as Id;
            if last.is_none_or(|last| (last >> 32) as Id != first) {
                firsts += 1;
                length = 0;
            }
            length += 1;
            most = most.max(length);
            last = Some(pair);
            self.pairs.first.push(first);
            self.pairs.second.push(pair as Id);
        }
        self.runs.push(HalfRun { graph, predicate, start, firsts, most });
    }

    /// The triples of the default graph: put into one part for each predicate, then sorted.
    fn of_default(triples: &[Triple], ids: &[Id], pair: fn(Id, Id) -> u64) -> Self {
        let id = |old: Id| ids.get(old as usize).copied().unwrap_or_default();
        let mut ends = vec![0usize; ids.len()];
        for [_, predicate, _] in triples {
            if let Some(count) = ends.get_mut(id(*predicate) as usize) {
                *count += 1;
            }
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
        for [subject, predicate, object] in triples {
            if let Some(end) = ends.get_mut(id(*predicate) as usize) {
                if let Some(place) = pairs.get_mut(*end) {
                    *place = pair(id(*subject), id(*object));
                }
                *end += 1;
            }
        }
        let mut half = Self::with_room(triples.len());
        let mut rest = pairs.as_mut_slice();
        for (predicate, count) in counts {
            let (part, others) = std::mem::take(&mut rest).split_at_mut(count);
            part.sort_unstable();
            half.add(None, predicate, part.iter().copied());
            rest = others;
        }
        half
    }

    fn with_room(pairs: usize) -> Self {
        let (first, second) = (Vec::with_capacity(pairs), Vec::with_capacity(pairs));
        Self { runs: Vec::new(), pairs: Pairs { first, second } }
    }

    /// Adds the quads of named graphs.
    fn add_named(&mut self, quads: &[[Id; 4]], ids: &[Id], pair: fn(Id, Id) -> u64) {
        let id = |old: Id| u128::from(ids.get(old as usize).copied().unwrap_or_default());
        let row = |[graph, s, p, o]: &[Id; 4]| {
            id(*graph) << 96 | id(*p) << 64 | u128::from(pair(id(*s) as Id, id(*o) as Id))
        };
        let mut rows: Vec<u128> = quads.iter().map(row).collect();
        rows.sort_unstable();
        for run in rows.chunk_by(|a, b| a >> 64 == b >> 64) {
            let Some(first) = run.first() else { continue };
            let (graph, predicate) = ((first >> 96) as Id, (first >> 64) as Id);
            self.add(Some(graph), predicate, run.iter().map(|row| *row as u64));
        }
    }
}

fn by_subject(subject: Id, object: Id) -> u64 {
    u64::from(subject) << 32 | u64::from(object)
}

fn by_object(subject: Id, object: Id) -> u64 {
    by_subject(object, subject)
}

impl Table {
    /// Sorts quads, whose numbers are replaced by those of `ids` first. Both orders are made at once.
    pub fn of_quads(quads: Quads, ids: &[Id]) -> Self {
        let half = |pair| {
            let mut half = Half::of_default(&quads.default, ids, pair);
            half.add_named(&quads.named, ids, pair);
            half
        };
        let (subjects, objects) = thread::scope(|scope| {
            let objects = thread::Builder::new().spawn_scoped(scope, || half(by_object));
            let subjects = half(by_subject);
            // A thread that could not run leaves its work to this one.
            let objects = objects.ok().and_then(|handle| handle.join().ok());
            (subjects, objects.unwrap_or_else(|| half(by_object)))
        });
        Self::of_halves(subjects, objects)
    }

    fn of_halves(subjects: Half, objects: Half) -> Self {
        let mut table = Self { starts: vec![0], ..Self::default() };
        let mut graph = None;
        for (s, o) in subjects.runs.iter().zip(&objects.runs) {
            if s.graph != graph {
                table.starts.push(table.runs.len());
                table.names.extend(s.graph);
                graph = s.graph;
            }
            table.runs.push(Run {
                start: s.start,
                predicate: s.predicate,
                subjects: s.firsts,
                objects: o.firsts,
                max_objects: s.most,
                max_subjects: o.most,
            });
        }
        table.starts.push(table.runs.len());
        table.by_subject = Arc::new(subjects.pairs);
        table.by_object = Arc::new(objects.pairs);
        table
    }

    /// Several graphs as one default graph; what is in two of them counts once.
    pub fn merge(&self, graphs: &[GraphId]) -> Self {
        let places: Vec<usize> = graphs.iter().filter_map(|graph| self.place(*graph)).collect();
        let half = |by| {
            let mut runs: Vec<&Run> = places.iter().flat_map(|place| self.runs(*place)).collect();
            runs.sort_by_key(|run| run.predicate);
            let mut half = Half::default();
            for same in runs.chunk_by(|a, b| a.predicate == b.predicate) {
                let Some(predicate) = same.first().map(|run| run.predicate) else { continue };
                let columns = same.iter().map(|run| self.columns(run, by));
                let pairs = columns.flat_map(|(first, second)| first.iter().zip(second));
                let mut pairs: Vec<u64> = pairs.map(|(first, second)| by_subject(*first, *second)).collect();
                // Several sorted runs, which a merging sort takes as they are.
                pairs.sort();
                half.add(None, predicate, pairs.into_iter());
            }
            half
        };
        Self::of_halves(half(End::Subject), half(End::Object))
    }

    /// The names of the named graphs, sorted.
    pub fn names(&self) -> &[Id] {
        &self.names
    }

    /// The place of a graph, for the methods below; the default graph always has one.
    pub fn place(&self, graph: GraphId) -> Option<usize> {
        graph.map_or(Some(0), |name| self.names.binary_search(&name).ok().map(|place| place + 1))
    }

    /// The predicates of a graph, sorted.
    pub fn runs(&self, place: usize) -> &[Run] {
        let at = |place: usize| self.starts.get(place).copied().unwrap_or_default();
        self.runs.get(at(place)..at(place + 1)).unwrap_or_default()
    }

    fn end_of(&self, run: &Run) -> usize {
        let next = self.runs.partition_point(|other| other.start <= run.start);
        self.runs.get(next).map_or(self.by_subject.first.len(), |next| next.start)
    }

    /// How many triples a graph has.
    pub fn triples(&self, place: usize) -> usize {
        let runs = self.runs(place);
        runs.first().zip(runs.last()).map_or(0, |(first, last)| self.end_of(last) - first.start)
    }

    /// How many quads there are in all graphs.
    pub fn len(&self) -> usize {
        self.by_subject.first.len()
    }

    /// The run of a predicate in a graph.
    pub fn run(&self, place: usize, predicate: Id) -> Option<&Run> {
        let runs = self.runs(place);
        runs.get(runs.binary_search_by_key(&predicate, |run| run.predicate).ok()?)
    }

    /// What is counted about a run.
    pub fn counts(&self, run: &Run) -> PredicateCount {
        PredicateCount {
            predicate: run.predicate,
            triples: (self.end_of(run) - run.start) as u64,
            subjects: run.subjects.into(),
            objects: run.objects.into(),
            max_objects: run.max_objects.into(),
            max_subjects: run.max_subjects.into(),
        }
    }

    /// Gives every quad.
    pub fn each(&self, each: &mut dyn FnMut(GraphId, Triple)) {
        for (place, graph) in std::iter::once(None).chain(self.names.iter().copied().map(Some)).enumerate() {
            for run in self.runs(place) {
                let (subjects, objects) = self.columns(run, End::Subject);
                subjects.iter().zip(objects).for_each(|(s, o)| each(graph, [*s, run.predicate, *o]));
            }
        }
    }

    fn pairs(&self, by: End) -> &Arc<Pairs> {
        match by {
            End::Subject => &self.by_subject,
            End::Object => &self.by_object,
        }
    }

    /// The two columns of a run.
    pub fn columns(&self, run: &Run, by: End) -> (&[Id], &[Id]) {
        let (pairs, range) = (self.pairs(by), self.range(run));
        let cut = |column| <[Id]>::get(column, range.clone()).unwrap_or_default();
        (cut(&pairs.first), cut(&pairs.second))
    }

    fn range(&self, run: &Run) -> Range<usize> {
        run.start..self.end_of(run)
    }

    /// A cursor that lives as long as the table.
    pub fn borrowed(&self, run: &Run, by: End) -> PairCursor<'_> {
        let (first, second) = self.columns(run, by);
        PairCursor::over(first, second)
    }

    /// A cursor that keeps the columns alive by itself.
    pub fn shared(&self, run: &Run, by: End) -> PairCursor<'static> {
        PairCursor::shared(self.pairs(by), self.range(run))
    }

    /// The characteristic sets of a graph, made at the first call.
    pub fn sets(&self, place: usize) -> Arc<[Sets; 2]> {
        let known = self.sets.lock().unwrap_or_else(PoisonError::into_inner).get(&place).map(Arc::clone);
        known.unwrap_or_else(|| {
            let made = Arc::new(self.make_sets(place));
            let mut sets = self.sets.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(sets.entry(place).or_insert(made))
        })
    }

    fn make_sets(&self, place: usize) -> [Sets; 2] {
        let runs = self.runs(place);
        let of = |by| Sets::of(runs.iter().map(|run| (run.predicate, self.columns(run, by).0)));
        thread::scope(|scope| {
            let objects = scope.spawn(|| of(End::Object));
            let subjects = of(End::Subject);
            [subjects, objects.join().unwrap_or_else(|_| of(End::Object))]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let table = Table::of_quads(all, &(0..10).collect::<Vec<Id>>());
        assert_eq!(table.len(), 5, "a quad given twice counts once");
        assert_eq!(table.names(), [4, 7]);
        assert_eq!(table.place(Some(5)), None);
        assert_eq!(table.triples(0), 3);
        assert_eq!(table.triples(table.place(Some(7)).unwrap()), 1);
        let run = table.run(0, 9).unwrap();
        assert_eq!(table.columns(run, End::Subject), (&[0, 1][..], &[2, 2][..]));
        assert_eq!(table.columns(run, End::Object), (&[2, 2][..], &[0, 1][..]));
        let counts = table.counts(run);
        assert_eq!((counts.triples, counts.subjects, counts.objects), (2, 2, 1));
        assert_eq!((counts.max_objects, counts.max_subjects), (1, 2));
        assert!(table.run(1, 8).is_none(), "the graph 4 has no such predicate");
    }

    #[test]
    fn merged_graphs_count_what_is_in_both_once() {
        let mut quads = Quads::default();
        for (graph, triple) in
            [(None, [1, 9, 2]), (Some(4), [1, 9, 2]), (Some(4), [1, 8, 3]), (Some(7), [0, 9, 2])]
        {
            quads.push(graph, triple);
        }
        let table = Table::of_quads(quads, &(0..10).collect::<Vec<Id>>());
        let merged = table.merge(&[None, Some(4), Some(6)]);
        assert_eq!(merged.triples(0), 2);
        assert!(merged.names().is_empty());
        let all = table.merge(&[None, Some(4), Some(7)]);
        assert_eq!(all.columns(all.run(0, 9).unwrap(), End::Object), (&[2, 2][..], &[0, 1][..]));
    }

    #[test]
    fn a_table_of_nothing_has_an_empty_default_graph() {
        let table = Table::of_quads(Quads::default(), &[]);
        assert_eq!(table.place(None), Some(0));
        assert!(table.runs(0).is_empty());
        assert_eq!(table.triples(0), 0);
    }
}
