//! What was changed in a graph: recorded as it happens, given to who keeps it, taken back where that fails.
//!
//! In: changes, one at a time. Out: their list and their sum. A change that fails leaves the graph as it was.

use super::Memory;
use crate::error::{Error, Result};
use crate::store::changed::Changed;
use crate::store::pack::{Watch, radix};
use crate::store::port::{GraphId, Id, Indexed as _, Triple};
use crate::store::quad_of;
use crate::terms::Quad;
use std::borrow::Cow;
use std::sync::Arc;

/// A quad that was added or removed, by numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Change {
    graph: GraphId,
    /// Predicate, subject, object: so that neighbours lie together.
    triple: [Id; 3],
    added: bool,
}

impl Change {
    pub(super) fn new(added: bool, graph: GraphId, [s, p, o]: Triple) -> Self {
        Self { graph, triple: [p, s, o], added }
    }

    pub(super) fn triple(self) -> Triple {
        let [p, s, o] = self.triple;
        [s, p, o]
    }
}

/// What was added to a graph and removed, one after the other. See [`Memory::change_and_keep`].
pub struct Changes<'a> {
    graph: &'a Changed,
    changes: Cow<'a, [Change]>,
}

impl Changes<'_> {
    /// The quads, each with whether it was added.
    ///
    /// # Errors
    /// Where the graph cannot be read.
    pub fn quads(&self) -> Result<Vec<(bool, Quad)>> {
        let quad = |change: &Change| Ok((change.added, quad_of(self.graph, change.graph, change.triple())?));
        self.changes.iter().map(quad).collect()
    }

    /// The sum of them: a quad that was added and removed again is in it no more; what went stands before what came, and
    /// neighbours stand together.
    ///
    /// # Errors
    /// Where `watch` stops it.
    pub fn net(&self, watch: Watch<'_>) -> Result<Self> {
        let mut sorted = self.changes.to_vec();
        radix::sort_by(&mut sorted, watch, Change::cmp)?;
        let of_quad = sorted.chunk_by(|a, b| (a.graph, a.triple) == (b.graph, b.triple));
        // Each change of a quad takes back the one before it: of an odd number of them more are of one sort.
        let left = of_quad.filter_map(|same| {
            let added = same.iter().filter(|change| change.added).count();
            let change = same.first().filter(|_| same.len() % 2 == 1)?;
            Some(Change { added: 2 * added > same.len(), ..*change })
        });
        let (mut gone, come): (Vec<Change>, Vec<Change>) = left.partition(|change| !change.added);
        gone.extend(come);
        Ok(Self { graph: self.graph, changes: Cow::Owned(gone) })
    }

    /// How many changes these are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.changes.len()
    }

    /// Whether nothing was changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// How many quads were added, and how many were removed.
    #[must_use]
    pub fn counts(&self) -> (u64, u64) {
        let added = self.changes.iter().filter(|change| change.added).count();
        (added as u64, (self.changes.len() - added) as u64)
    }

    /// Gives each quad by its numbers, with whether it was added; and the graph that knows their terms.
    pub(in crate::store) fn each(
        &self,
        each: &mut dyn FnMut(&Changed, bool, GraphId, Triple) -> Result<()>,
    ) -> Result<()> {
        self.changes
            .iter()
            .try_for_each(|change| each(self.graph, change.added, change.graph, change.triple()))
    }
}

impl Memory {
    /// Carries out several changes, all of them or, where `work` fails, none. It may stand within another change.
    ///
    /// # Errors
    /// What `work` reports.
    pub fn change<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.change_and_keep(work, |_| Ok(()))
    }

    /// Carries out several changes as [`Self::change`] does, and gives `keep` the quads that were added or
    /// removed by them. Where `keep` fails, none is carried out.
    ///
    /// # Errors
    /// What `work` or `keep` reports.
    pub fn change_and_keep<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T>,
        keep: impl FnOnce(&Changes<'_>) -> Result<()>,
    ) -> Result<T> {
        self.check_whole()?;
        let (empty, terms) = (Arc::clone(&self.empty), self.graph.more_terms());
        let goes_on = self.record.is_some();
        let from = self.record.get_or_insert_default().len();
        let (outer, backups) = (std::mem::replace(&mut self.is_backed_up, false), self.backups.len());
        self.depth += 1;
        // Few changes copy nothing for the case that it fails: what is recorded can be taken back.
        let done = work(self).and_then(|done| keep(&self.recorded_from(from)).map(|()| done));
        if done.is_err() {
            self.empty = empty;
            self.is_broken |= self.take_back((from, backups), terms).is_err();
            // Those of this change are gone.
            self.is_backed_up = false;
        }
        self.is_backed_up |= outer;
        self.depth -= 1;
        if self.depth == 0 {
            self.backups.clear();
            self.is_backed_up = false;
        }
        if !goes_on {
            self.end_record();
        }
        done
    }

    /// Carries out several changes, all of them or, where `work` fails, none, and records nothing of them: what they touch is
    /// copied meanwhile. For changes that are told otherwise.
    ///
    /// # Errors
    /// What `work` reports.
    pub fn change_without_record<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.check_whole()?;
        let before = self.clone();
        work(self).inspect_err(|_| *self = before)
    }

    /// Takes back what was recorded from a place on, with the backups from another place on: those made by the change at hand
    /// and by changes within it. There were so many foreign terms.
    pub(super) fn take_back(&mut self, (from, backups): (usize, usize), terms: Id) -> Result<()> {
        let mut record = self.record.get_or_insert_default().split_off(from);
        let first = self.backups.drain(backups..).next();
        match first {
            Some((length, graph)) => {
                self.graph = graph;
                record.truncate(length - from);
                self.is_torn = false;
            }
            None if self.is_torn => return Err(Error::store("a change ended in the middle")),
            None => {}
        }
        let changes = Changes { graph: &self.graph, changes: Cow::Owned(record) };
        let net = changes.net(Watch::nobody())?.changes.into_owned();
        let list = |change: &Change| (change.added, change.graph, change.triple[0]);
        for changes in net.chunk_by(|a, b| list(a) == list(b)) {
            let Some((added, graph, predicate)) = changes.first().map(list) else { continue };
            let pairs: Vec<_> = changes.iter().map(|Change { triple: [_, s, o], .. }| (*s, *o)).collect();
            self.graph.set_all((graph, predicate), &pairs, !added, Watch::nobody())?;
        }
        self.graph.forget_terms(terms);
        Ok(())
    }

    /// Whether it holds what it should: it does, but where a change failed, and taking it back did.
    ///
    /// # Errors
    /// Where it does not.
    pub fn check_whole(&self) -> Result<()> {
        match self.is_broken {
            false => Ok(()),
            true => Err(Error::store("a change failed, and could not be taken back in memory")
                .hint("open the graph again: what is kept of it is as it was")),
        }
    }

    /// Records what is changed from now on, through any number of changes; a record that was begun goes on.
    pub fn begin_record(&mut self) {
        self.record.get_or_insert_default();
    }

    /// What was changed since [`Self::begin_record`].
    #[must_use]
    pub fn recorded(&self) -> Changes<'_> {
        self.recorded_from(0)
    }

    pub(super) fn recorded_from(&self, from: usize) -> Changes<'_> {
        let changes = self.record.as_ref().and_then(|record| record.get(from..)).unwrap_or_default();
        Changes { graph: &self.graph, changes: Cow::Borrowed(changes) }
    }

    /// Records no more, and forgets what was recorded.
    pub fn end_record(&mut self) {
        self.record = None;
    }

    /// Keeps the graph as it is, to go back to where the change at hand fails. Changes then copy what they touch.
    pub(super) fn back_up(&mut self) {
        if let Some(record) = self.record.as_ref().filter(|_| !self.is_backed_up) {
            self.backups.push((record.len(), self.graph.clone()));
            self.is_backed_up = true;
        }
    }
}
