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

/// A quad by numbers, in the order in which it is sorted: graph (0 is the default graph, else its number
/// and 1), predicate, then one end and the other.
type Row = u128;

fn row(graph: GraphId, predicate: Id, first: Id, second: Id) -> Row {
    let graph = graph.map_or(0, |id| u128::from(id) + 1);
    graph << 96 | u128::from(predicate) << 64 | u128::from(first) << 32 | u128::from(second)
}

/// The graph and predicate of a row.
fn run_of(row: Row) -> (GraphId, Id) {
    let graph = (row >> 96) as Id;
    (graph.checked_sub(1), (row >> 64) as Id)
}

impl Table {
    /// Sorts quads, each with the name of its graph. Both orders are sorted at once.
    pub fn of_quads(quads: &[(GraphId, Triple)]) -> Self {
        let by_object = || sorted(quads, |graph, [s, p, o]| row(graph, p, o, s));
        let (subjects, objects) = thread::scope(|scope| {
            let objects = scope.spawn(by_object);
            let subjects = sorted(quads, |graph, [s, p, o]| row(graph, p, s, o));
            // A thread that could not run leaves its work to this one.
            (subjects, objects.join().unwrap_or_else(|_| by_object()))
        });
        Self::of_sorted(&subjects, &objects)
    }

    fn of_sorted(subjects: &[Row], objects: &[Row]) -> Self {
        let mut table = Self { starts: vec![0], ..Self::default() };
        let mut graph = None;
        let mut at = 0;
        let runs = |rows| <[Row]>::chunk_by(rows, |a, b| a >> 64 == b >> 64);
        for (by_subject, by_object) in runs(subjects).zip(runs(objects)) {
            let Some((name, predicate)) = by_subject.first().map(|row| run_of(*row)) else { continue };
            if name != graph {
                table.starts.push(table.runs.len());
                table.names.extend(name);
                graph = name;
            }
            let (subjects, max_objects) = firsts(by_subject);
            let (objects, max_subjects) = firsts(by_object);
            table.runs.push(Run { start: at, predicate, subjects, objects, max_objects, max_subjects });
            at += by_subject.len();
        }
        table.starts.push(table.runs.len());
        table.by_subject = Arc::new(columns(subjects));
        table.by_object = Arc::new(columns(objects));
        table
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

fn sorted(quads: &[(GraphId, Triple)], row: fn(GraphId, Triple) -> Row) -> Vec<Row> {
    let mut rows: Vec<Row> = quads.iter().map(|(graph, triple)| row(*graph, *triple)).collect();
    rows.sort_unstable();
    rows.dedup();
    rows
}

fn columns(rows: &[Row]) -> Pairs {
    Pairs {
        first: rows.iter().map(|row| (row >> 32) as Id).collect(),
        second: rows.iter().map(|row| *row as Id).collect(),
    }
}

/// How many different firsts sorted rows have, and how often the most frequent of them occurs.
fn firsts(rows: &[Row]) -> (u32, u32) {
    rows.chunk_by(|a, b| a >> 32 == b >> 32).fold((0, 0), |(count, most), run| {
        (count + 1, most.max(u32::try_from(run.len()).unwrap_or(u32::MAX)))
    })
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
        let table = Table::of_quads(&quads);
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
    fn a_table_of_nothing_has_an_empty_default_graph() {
        let table = Table::of_quads(&[]);
        assert_eq!(table.place(None), Some(0));
        assert!(table.runs(0).is_empty());
        assert_eq!(table.triples(0), 0);
    }
}
