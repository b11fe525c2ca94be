//! One graph of a dataset to read: pair lists, predicates of a node, exact counts, statistics.
//!
//! In: a predicate, a node, a pattern. Out: cursors and plain values. A merged graph looks no different.

use super::cursor::PairCursor;
use super::directory::Run;
use super::kinds::Kinds;
use super::port::{End, Id, Pattern};
use super::statistics::{PredicateCount, Statistics};
use super::table::Table;
use crate::error::Result;
use std::ops::Deref;
use std::sync::Arc;

/// Up to how many predicates of a graph are tried one by one to find those of a node.
const FEW: usize = 16;

/// One graph to read. See the module.
#[derive(Clone)]
pub struct View<'a> {
    table: TableRef<'a>,
    place: usize,
    kinds: &'a Kinds,
}

#[derive(Clone)]
enum TableRef<'a> {
    Borrowed(&'a Table),
    Shared(Arc<Table>),
}

impl Deref for TableRef<'_> {
    type Target = Table;

    fn deref(&self) -> &Table {
        match self {
            Self::Borrowed(table) => table,
            Self::Shared(table) => table,
        }
    }
}

impl<'a> View<'a> {
    pub(super) fn borrowed(table: &'a Table, place: usize, kinds: &'a Kinds) -> Self {
        Self { table: TableRef::Borrowed(table), place, kinds }
    }

    pub(super) fn shared(table: Arc<Table>, kinds: &'a Kinds) -> Self {
        Self { table: TableRef::Shared(table), place: 0, kinds }
    }

    /// The pairs of a predicate: subject and object, sorted so, by [`End::Subject`]; object and subject by
    /// [`End::Object`]. An empty list where the predicate does not occur.
    ///
    /// # Errors
    /// Where the stored bytes are damaged.
    pub fn pairs(&self, predicate: Id, by: End) -> Result<PairCursor<'a>> {
        let run = self.table.run(self.place, predicate)?;
        Ok(run.map_or_else(PairCursor::empty, |run| match &self.table {
            TableRef::Borrowed(table) => table.cursor(&run, by),
            TableRef::Shared(table) => table.shared(&run, by),
        }))
    }

    /// How many triples there are.
    ///
    /// # Errors
    /// Where the stored bytes are damaged.
    pub fn triples(&self) -> Result<u64> {
        Ok(self.table.triples(self.place)? as u64)
    }

    /// Every predicate with its counts, sorted by its number.
    ///
    /// # Errors
    /// Where the stored bytes are damaged.
    pub fn predicates(&self) -> Result<Vec<PredicateCount>> {
        Ok(self.table.runs(self.place)?.iter().map(counts).collect())
    }

    /// The counts of one predicate; nothing where it does not occur.
    ///
    /// # Errors
    /// Where the stored bytes are damaged.
    pub fn predicate(&self, predicate: Id) -> Result<Option<PredicateCount>> {
        Ok(self.table.run(self.place, predicate)?.as_ref().map(counts))
    }

    /// The predicates that a node has at one end (by [`End::Subject`]: of triples whose subject it is),
    /// sorted.
    ///
    /// # Errors
    /// Where the stored bytes are damaged.
    pub fn predicates_of(&self, node: Id, end: End) -> Result<Vec<Id>> {
        if self.table.run_count(self.place)? > FEW {
            let described = self.table.described(self.place)?;
            let [subjects, objects] = &described.sets;
            let sets = if end == End::Subject { subjects } else { objects };
            return Ok(sets.predicates_of(node)?.to_vec());
        }
        let mut having = Vec::new();
        for run in self.table.runs(self.place)? {
            if self.table.cursor(&run, end).count(node)? > 0 {
                having.push(run.0.predicate);
            }
        }
        Ok(having)
    }

    /// How many triples match a pattern: exact, in logarithmic time for each predicate that is looked at.
    ///
    /// # Errors
    /// Where the stored bytes are damaged.
    pub fn count(&self, pattern: Pattern) -> Result<u64> {
        let [subject, predicate, object] = pattern;
        let of_predicate = |predicate: Id| -> Result<u64> {
            Ok(match (subject, object) {
                (Some(s), Some(o)) => self.pairs(predicate, End::Subject)?.contains(s, o)?.into(),
                (Some(s), None) => self.pairs(predicate, End::Subject)?.count(s)? as u64,
                (None, Some(o)) => self.pairs(predicate, End::Object)?.count(o)? as u64,
                (None, None) => self.pairs(predicate, End::Subject)?.len() as u64,
            })
        };
        match (predicate, subject, object) {
            (Some(predicate), ..) => of_predicate(predicate),
            (None, None, None) => self.triples(),
            _ => self.predicates_in(pattern)?.into_iter().map(of_predicate).sum(),
        }
    }

    /// The predicates that triples which match a pattern can have, sorted.
    ///
    /// # Errors
    /// Where the stored bytes are damaged.
    pub(super) fn predicates_in(&self, [subject, predicate, object]: Pattern) -> Result<Vec<Id>> {
        match (predicate, subject, object) {
            (Some(predicate), ..) => Ok(vec![predicate]),
            (None, Some(subject), _) => self.predicates_of(subject, End::Subject),
            (None, None, Some(object)) => self.predicates_of(object, End::Object),
            (None, None, None) => {
                Ok(self.table.runs(self.place)?.into_iter().map(|(run, _)| run.predicate).collect())
            }
        }
    }

    /// Everything that is counted about the graph: made at the first call, and kept.
    ///
    /// # Errors
    /// Where the stored bytes are damaged.
    pub fn statistics(&self) -> Result<Arc<Statistics>> {
        let described = self.table.described(self.place)?;
        if let Some(known) = described.statistics.get() {
            return Ok(Arc::clone(known));
        }
        let [subjects, objects] = &described.sets;
        let made = Statistics {
            triples: self.triples()?,
            predicates: self.predicates()?,
            subject_sets: subjects.told(),
            object_sets: objects.told(),
            kinds: self.kinds.clone(),
        };
        Ok(Arc::clone(described.statistics.get_or_init(|| Arc::new(made))))
    }
}

/// What is counted about a run that ends at a place.
fn counts((run, end): &(Run, usize)) -> PredicateCount {
    PredicateCount {
        predicate: run.predicate,
        triples: (end - run.start) as u64,
        subjects: run.subjects.into(),
        objects: run.objects.into(),
        max_objects: run.max_objects.into(),
        max_subjects: run.max_subjects.into(),
    }
}
