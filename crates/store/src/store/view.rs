//! One graph of a dataset to read: pair lists, predicates of a node, exact counts, statistics.
//!
//! In: a predicate, a node, a pattern. Out: cursors and plain values. A merged graph looks no different, nor one that was
//! changed since its pack was made.

use super::beside::{Beside, Room};
use super::cursor::PairCursor;
use super::delta::GraphDelta;
use super::directory::Run;
use super::kinds::Kinds;
use super::pack::Watch;
use super::port::{End, Id, Indexed, Pattern};
use super::statistics::{CharacteristicSet, PredicateCount, Star, Statistics};
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
    /// Where the graph lies in the table; nothing where that has none of it.
    place: Option<usize>,
    kinds: &'a Kinds,
    /// What was changed since.
    delta: Option<&'a GraphDelta>,
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
    pub(super) fn of_table(table: &'a Table, place: usize, kinds: &'a Kinds) -> Self {
        Self { table: TableRef::Borrowed(table), place: Some(place), kinds, delta: None }
    }

    pub(super) fn shared(table: Arc<Table>, kinds: &'a Kinds) -> Self {
        Self { table: TableRef::Shared(table), place: Some(0), kinds, delta: None }
    }

    /// A graph of a table, or one that it has nothing of, with what was changed.
    pub(super) fn changed(
        table: &'a Table,
        place: Option<usize>,
        kinds: &'a Kinds,
        delta: Option<&'a GraphDelta>,
    ) -> Self {
        Self { table: TableRef::Borrowed(table), place, kinds, delta }
    }

    /// The table and the graph's place in it, where nothing was changed since and the table is that of a dataset.
    pub(super) fn unchanged(&self) -> Option<(&'a Table, usize)> {
        match (&self.table, self.place, self.delta) {
            (TableRef::Borrowed(table), Some(place), None) => Some((*table, place)),
            _ => None,
        }
    }

    /// The runs of the table.
    fn runs(&self) -> Result<Vec<(Run, usize)>> {
        self.place.map_or_else(|| Ok(Vec::new()), |place| self.table.runs(place))
    }

    /// The run of a predicate in the table.
    fn run(&self, predicate: Id) -> Result<Option<(Run, usize)>> {
        self.place.map_or(Ok(None), |place| self.table.run(place, predicate))
    }

    /// The pairs of a predicate: subject and object, sorted so, by [`End::Subject`]; object and subject by
    /// [`End::Object`]. An empty list where the predicate does not occur.
    ///
    /// # Errors
    /// Where the stored bytes are damaged.
    pub fn pairs(&self, predicate: Id, by: End) -> Result<PairCursor<'a>> {
        let below = self.run(predicate)?.map_or_else(PairCursor::empty, |run| self.pairs_of_run(&run, by));
        Ok(match self.delta.and_then(|delta| delta.lists(predicate)) {
            Some(lists) => {
                let mut below = below.into_list();
                match lists.by(by).whole(&mut below)? {
                    Some(whole) => PairCursor::of_list(whole),
                    None => PairCursor::paged(lists.by(by), below),
                }
            }
            None => below,
        })
    }

    fn pairs_of_run(&self, run: &(Run, usize), by: End) -> PairCursor<'a> {
        match &self.table {
            TableRef::Borrowed(table) => table.cursor(run, by),
            TableRef::Shared(table) => table.shared(run, by),
        }
    }

    /// The pairs of a predicate whose firsts the dictionary lacks, in the order of values. `graph` is the dataset of the view. They are
    /// kept until the list is changed, but for a view of several graphs, for which they are found anew.
    ///
    /// # Errors
    /// Where the stored bytes are damaged, or `room` or `watch` says so.
    pub fn beside(
        &self,
        predicate: Id,
        by: End,
        graph: &dyn Indexed,
        room: Room<'_>,
        watch: Watch<'_>,
    ) -> Result<Arc<Beside>> {
        let make = || Beside::of(self.pairs(predicate, by)?, graph, room, watch);
        match self.delta.and_then(|delta| delta.lists(predicate)) {
            Some(lists) => lists.by(by).beside(make),
            None => make().map(Arc::new),
        }
    }

    /// How many triples there are.
    ///
    /// # Errors
    /// Where the stored bytes are damaged.
    pub fn triples(&self) -> Result<u64> {
        match (self.delta, self.place) {
            (Some(delta), _) => Ok(delta.triples),
            (None, Some(place)) => Ok(self.table.triples(place)? as u64),
            (None, None) => Ok(0),
        }
    }

    /// Every predicate with its counts, sorted by its number.
    ///
    /// # Errors
    /// Where the stored bytes are damaged.
    pub fn predicates(&self) -> Result<Vec<PredicateCount>> {
        let mut all: Vec<PredicateCount> = self.runs()?.iter().map(counts).collect();
        if let Some(delta) = self.delta {
            all.retain(|count| delta.lists(count.predicate).is_none());
            all.extend(delta.counts().filter(|count| count.triples > 0));
            all.sort_by_key(|count| count.predicate);
        }
        Ok(all)
    }

    /// The counts of one predicate; nothing where it does not occur.
    ///
    /// # Errors
    /// Where the stored bytes are damaged.
    pub fn predicate(&self, predicate: Id) -> Result<Option<PredicateCount>> {
        match self.delta.and_then(|delta| delta.lists(predicate)) {
            Some(lists) => Ok(Some(lists.counts).filter(|count| count.triples > 0)),
            None => Ok(self.run(predicate)?.as_ref().map(counts)),
        }
    }

    /// The predicates that a node has at one end (by [`End::Subject`]: of triples whose subject it is),
    /// sorted.
    ///
    /// # Errors
    /// Where the stored bytes are damaged.
    pub fn predicates_of(&self, node: Id, end: End) -> Result<Vec<Id>> {
        let mut having = match self.place {
            Some(place) => self.predicates_below(place, node, end)?,
            None => Vec::new(),
        };
        for (predicate, gained) in self.delta.into_iter().flat_map(|delta| delta.predicates_of(node, end)) {
            match having.binary_search(&predicate) {
                Ok(at) if !gained => drop(having.remove(at)),
                Err(at) if gained => having.insert(at, predicate),
                _ => {}
            }
        }
        Ok(having)
    }

    /// The pairs of the predicates that a node may have at one end, each with its predicate, sorted by these: of those alone that it
    /// has, where that is known without a look into each list.
    ///
    /// # Errors
    /// Where the stored bytes are damaged.
    pub fn lists_of(&self, node: Id, end: End) -> Result<Vec<(Id, PairCursor<'a>)>> {
        let few = self.place.map_or(Ok(true), |place| Ok(self.table.run_count(place)? <= FEW))?;
        let predicates = match (few, self.delta) {
            (true, None) => {
                let list = |run: &(Run, usize)| (run.0.predicate, self.pairs_of_run(run, end));
                return Ok(self.runs()?.iter().map(list).collect());
            }
            (true, Some(_)) => self.predicates()?.into_iter().map(|count| count.predicate).collect(),
            (false, _) => self.predicates_of(node, end)?,
        };
        // Collecting results would not know how many there are.
        let mut lists = Vec::with_capacity(predicates.len());
        for predicate in predicates {
            lists.push((predicate, self.pairs(predicate, end)?));
        }
        Ok(lists)
    }

    /// The same in the table.
    fn predicates_below(&self, place: usize, node: Id, end: End) -> Result<Vec<Id>> {
        if self.table.run_count(place)? > FEW {
            let described = self.table.described(place)?;
            let [subjects, objects] = &described.sets;
            let sets = if end == End::Subject { subjects } else { objects };
            return Ok(sets.predicates_of(node)?.to_vec());
        }
        let mut having = Vec::new();
        for run in self.table.runs(place)? {
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
        let by = if subject.is_none() && object.is_some() { End::Object } else { End::Subject };
        let of_list = |mut pairs: PairCursor<'_>| -> Result<u64> {
            Ok(match (subject, object) {
                (Some(s), Some(o)) => pairs.contains(s, o)?.into(),
                (Some(node), None) | (None, Some(node)) => pairs.count(node)? as u64,
                (None, None) => pairs.len() as u64,
            })
        };
        match (predicate, subject.or(object)) {
            (Some(predicate), _) => of_list(self.pairs(predicate, by)?),
            (None, None) => self.triples(),
            (None, Some(node)) => self.lists_of(node, by)?.into_iter().map(|(_, pairs)| of_list(pairs)).sum(),
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
            (None, None, None) => Ok(self.predicates()?.into_iter().map(|count| count.predicate).collect()),
        }
    }

    /// What a star of these predicates has, by the characteristic sets; nothing where these were neither stored nor made yet,
    /// since making them takes as long as reading all triples. Of a graph that was changed they are those of before.
    ///
    /// # Errors
    /// Where the stored bytes are damaged.
    pub fn star(&self, end: End, predicates: &[Id]) -> Result<Option<Star>> {
        let Some(place) = self.place else { return Ok(None) };
        let described = self.table.described_before(place)?;
        Ok(described.map(|described| {
            let [subjects, objects] = &described.sets;
            if end == End::Subject { subjects.star(predicates) } else { objects.star(predicates) }
        }))
    }

    /// Two figures about how two ends of predicates meet, as `find` tells them: asked of it once and kept, unless one of the
    /// predicates was touched.
    ///
    /// # Errors
    /// Those of `find`.
    pub fn meeting(&self, ends: [(Id, End); 2], find: impl FnOnce() -> Result<[f64; 2]>) -> Result<[f64; 2]> {
        let is_touched = |delta: &GraphDelta| ends.iter().any(|(id, _)| delta.lists(*id).is_some());
        match self.place {
            Some(place) if !self.delta.is_some_and(is_touched) => self.table.meeting(place, ends, find),
            _ => find(),
        }
    }

    /// Everything that is counted about the graph: made at the first call, and kept. Of a graph that was changed the sets of
    /// predicates are those of before.
    ///
    /// # Errors
    /// Where the stored bytes are damaged.
    pub fn statistics(&self) -> Result<Arc<Statistics>> {
        let Some(place) = self.place else { return self.counted([Vec::new(), Vec::new()]).map(Arc::new) };
        let described = self.table.described(place)?;
        if let Some(known) = described.statistics.get().filter(|_| self.delta.is_none()) {
            return Ok(Arc::clone(known));
        }
        let [subjects, objects] = &described.sets;
        let made = Arc::new(self.counted([subjects.told(), objects.told()])?);
        if self.delta.is_some() {
            return Ok(made);
        }
        Ok(Arc::clone(described.statistics.get_or_init(|| made)))
    }

    fn counted(&self, [subject_sets, object_sets]: [Vec<CharacteristicSet>; 2]) -> Result<Statistics> {
        Ok(Statistics {
            triples: self.triples()?,
            predicates: self.predicates()?,
            subject_sets,
            object_sets,
            kinds: self.kinds.clone(),
        })
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
