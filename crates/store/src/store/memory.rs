//! A graph in memory that can change: a pack, and the quads added to it and taken from it since.
//!
//! In: quads to add and to remove. Out: a graph with the whole port. Terms are kept exactly as they were
//! given. Changes are read beside the pack as they are; once they are many, a new pack is made of both when the graph is
//! next read, or by another thread that was given a [`Memory::snapshot`].

// What was changed, and how it is taken back.
mod record;

pub use record::Changes;

use super::changed::Changed;
use super::pack::watch::STRIDE;
use super::pack::{Pack, Watch};
use super::port::{Graph, GraphId, Id, Indexed, Pattern, Scan, Triple};
use super::quads_of;
use crate::error::{Error, Result};
use crate::terms::{GraphName, Quad, Term, TermRef};
use record::Change;
use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

/// So many changes of one list are not taken back one by one.
const MANY: usize = if cfg!(test) { 5 } else { 64 };

/// A graph in memory that can change. See the module. A copy shares all that neither of the two changes.
#[derive(Clone)]
pub struct Memory {
    graph: Changed,
    /// The graph as one pack, once that was wanted.
    settled: OnceLock<Arc<Pack>>,
    /// What was changed since somebody began to ask; by numbers, which stay what they are until then.
    record: Option<Vec<Change>>,
    /// The graph as it was before changes that the record does not suffice to take back, and how much was recorded then: the
    /// first of them in each change.
    backups: Vec<(usize, Changed)>,
    is_backed_up: bool,
    /// How many changes stand in each other.
    depth: usize,
    /// Whether a change ended in the middle, so that not all it did is recorded.
    is_torn: bool,
    /// Whether a change failed and could not be taken back: what is held is not what it was.
    is_broken: bool,
    /// Named graphs that were made and may hold nothing.
    empty: Arc<HashSet<GraphName>>,
    /// Whether it was read, by who asks or by a change that goes by what is there; of all copies together.
    was_read: Arc<AtomicBool>,
}

impl Memory {
    /// A graph with all that `pack` holds.
    #[must_use]
    pub fn over(pack: Pack) -> Self {
        let graph = Changed::over(Arc::new(pack));
        let (empty, was_read) = (Arc::default(), Arc::default());
        let (settled, record, backups) = (OnceLock::new(), None, Vec::new());
        let (is_backed_up, depth, is_torn, is_broken) = (false, 0, false, false);
        Self { graph, settled, record, backups, is_backed_up, depth, is_torn, is_broken, empty, was_read }
    }

    /// The graph as it is now, as one pack, made at the first call after a change: that takes as long as all of the graph
    /// is large.
    ///
    /// # Errors
    /// Where the graph that was changed cannot be read.
    pub fn pack(&self) -> Result<&Pack> {
        if self.graph.changes() == 0 {
            return Ok(self.graph.base());
        }
        if let Some(settled) = self.settled.get() {
            return Ok(settled);
        }
        let pack = self.graph.to_pack(Watch::nobody())?;
        Ok(self.settled.get_or_init(|| Arc::new(pack)))
    }

    /// Makes the pack that reading wants where much was changed, which takes as long as all of the graph is large, as long as
    /// `watch` lets it. Whoever reads without that waits for it.
    ///
    /// # Errors
    /// Where the graph that was changed cannot be read, or `watch` stops it.
    pub fn prepare(&self, watch: Watch<'_>) -> Result<()> {
        let is_recorded = self.record.as_ref().is_some_and(|record| !record.is_empty());
        if !is_recorded && self.settled.get().is_none() && self.graph.is_much_changed() {
            let pack = self.graph.to_pack(watch)?;
            self.settled.get_or_init(|| Arc::new(pack));
        }
        Ok(())
    }

    /// What is read: the pack where nothing was changed or much was, else both together.
    fn read(&self) -> Result<&dyn Indexed> {
        self.check_whole()?;
        if !self.was_read() {
            self.was_read.store(true, Ordering::Relaxed);
        }
        let is_recorded = self.record.as_ref().is_some_and(|record| !record.is_empty());
        if !is_recorded
            && (self.settled.get().is_some() || self.graph.changes() == 0 || self.graph.is_much_changed())
        {
            return Ok(self.pack()?);
        }
        Ok(&self.graph)
    }

    /// Whether it was read since it was made of a pack: else it only took changes.
    #[must_use]
    pub fn was_read(&self) -> bool {
        self.was_read.load(Ordering::Relaxed)
    }

    /// The graph of this moment, to be read while this one changes on.
    ///
    /// # Errors
    /// As [`Self::check_whole`]: what is made of it may take the place of what is kept.
    pub fn snapshot(&self) -> Result<Changed> {
        self.check_whole()?;
        Ok(match self.settled.get() {
            Some(pack) => Changed::over(Arc::clone(pack)),
            None => self.graph.clone(),
        })
    }

    /// The pack whose numbers who reads it now gets: those below [`FIRST_FOREIGN`](super::FIRST_FOREIGN) stay what they are in it,
    /// whatever becomes of the graph.
    ///
    /// # Errors
    /// As [`Self::pack`].
    pub fn numbering(&self) -> Result<Arc<Pack>> {
        let (reader, base) = (self.read()?, self.graph.base());
        let settled = self.settled.get().filter(|settled| std::ptr::addr_eq(reader, Arc::as_ptr(settled)));
        Ok(Arc::clone(settled.unwrap_or(base)))
    }

    /// Adds a quad. Says whether it was new.
    ///
    /// # Errors
    /// Where the graph cannot be read, or there would be more terms than a graph can number.
    pub fn insert(&mut self, quad: Quad) -> Result<bool> {
        self.settle();
        let triple = [
            self.graph.intern(quad.subject.as_ref().into())?,
            self.graph.intern(quad.predicate.as_ref().into())?,
            self.graph.intern(quad.object.as_ref())?,
        ];
        let graph = match &quad.graph_name {
            GraphName::DefaultGraph => None,
            GraphName::NamedNode(name) => Some(self.graph.intern(name.as_ref().into())?),
            GraphName::BlankNode(name) => Some(self.graph.intern(name.as_ref().into())?),
        };
        self.set(graph, triple, true)
    }

    /// Removes a quad. Says whether it was there.
    ///
    /// # Errors
    /// Where the graph cannot be read.
    pub fn remove(&mut self, quad: &Quad) -> Result<bool> {
        self.settle();
        let Some(graph) = graph_id(&self.graph, &quad.graph_name)? else { return Ok(false) };
        let find = |term: TermRef<'_>| self.graph.id(term);
        let (Some(s), Some(p), Some(o)) = (
            find(quad.subject.as_ref().into())?,
            find(quad.predicate.as_ref().into())?,
            find(quad.object.as_ref())?,
        ) else {
            return Ok(false);
        };
        self.set(graph, [s, p, o], false)
    }

    /// The graph to change by numbers: those that it tells stay as they are while [`Self::intern`] and [`Self::set`] change
    /// it, until it is read otherwise.
    ///
    /// # Errors
    /// Where the graph cannot be read.
    pub fn numbered(&mut self) -> Result<&Changed> {
        if self.graph.is_much_changed() && self.record.as_ref().is_none_or(Vec::is_empty) {
            self.pack()?;
        }
        self.settle();
        Ok(&self.graph)
    }

    /// The number of a term, a new one where the graph has none. See [`Self::numbered`].
    ///
    /// # Errors
    /// Where the graph cannot be read, or there would be more terms than can be numbered.
    pub fn intern(&mut self, term: TermRef<'_>) -> Result<Id> {
        self.graph.intern(term)
    }

    /// The same of a term that is no triple term, as a dictionary stores it.
    pub(super) fn intern_bytes(&mut self, term: TermRef<'_>, bytes: &[u8]) -> Result<Id> {
        self.graph.intern_bytes(term, bytes)
    }

    /// The number of a term. See [`Self::numbered`].
    pub(super) fn find(&self, term: TermRef<'_>) -> Result<Option<Id>> {
        self.graph.id(term)
    }

    /// Adds a quad of numbers or takes it away. Says whether that changed anything. See [`Self::numbered`].
    ///
    /// # Errors
    /// Where the graph cannot be read.
    pub fn set(&mut self, graph: GraphId, triple: Triple, present: bool) -> Result<bool> {
        let changed = self.graph.set(graph, triple, present).inspect_err(|_| self.is_torn = true)?;
        if let Some(record) = self.record.as_mut().filter(|_| changed) {
            record.push(Change::new(present, graph, triple));
        }
        Ok(changed)
    }

    /// Adds quads of one graph and predicate or takes them away, as [`Self::set`] does with one: pairs of subject and object,
    /// sorted, none twice. Gives those that this changed.
    ///
    /// # Errors
    /// Where the graph cannot be read, or `watch` stops it, in the middle of the changes: see [`Self::change`].
    pub fn set_all(
        &mut self,
        (graph, predicate): (GraphId, Id),
        pairs: &[(Id, Id)],
        present: bool,
        watch: Watch<'_>,
    ) -> Result<Vec<(Id, Id)>> {
        if pairs.len() >= MANY {
            // It may be stopped in the middle.
            self.back_up();
        }
        let changed = self.graph.set_all((graph, predicate), pairs, present, watch);
        let changed = changed.inspect_err(|_| self.is_torn = true)?;
        if let Some(record) = &mut self.record {
            for part in changed.chunks(STRIDE) {
                record.extend(part.iter().map(|(s, o)| Change::new(present, graph, [*s, predicate, *o])));
                watch.check()?;
            }
        }
        Ok(changed)
    }

    /// Removes all quads of a graph.
    ///
    /// # Errors
    /// Where the graph cannot be read, or `watch` stops it: see [`Self::change`].
    pub fn clear(&mut self, name: &GraphName, watch: Watch<'_>) -> Result<()> {
        self.settle();
        let Some(graph) = graph_id(&self.graph, name)? else { return Ok(()) };
        // To add all of it again would cost as much as it holds.
        self.back_up();
        if let Some(record) = &mut self.record {
            for (place, triple) in self.graph.scan(graph, [None; 3]).triples().enumerate() {
                record.push(Change::new(false, graph, triple?));
                if place % STRIDE == STRIDE - 1 {
                    watch.check()?;
                }
            }
        }
        self.graph.clear(graph)
    }

    /// Makes the pack that was made of the changes the base of further ones, unless what is recorded goes by the numbers
    /// of before.
    pub(super) fn settle(&mut self) {
        if let Some(pack) = self.settled.take()
            && self.record.as_ref().is_none_or(Vec::is_empty)
        {
            self.graph = Changed::over(pack);
        }
    }

    /// The names of the named graphs that hold something or were made empty.
    ///
    /// # Errors
    /// Where the graph cannot be read.
    pub fn names(&self) -> Result<HashSet<GraphName>> {
        let mut names = HashSet::clone(&self.empty);
        let graph = self.read()?;
        for id in graph.graph_names()? {
            match graph.term(id)? {
                Term::NamedNode(name) => names.insert(name.into()),
                Term::BlankNode(name) => names.insert(name.into()),
                Term::Literal(_) | Term::Triple(_) => {
                    return Err(Error::store("a graph is named by a literal"));
                }
            };
        }
        Ok(names)
    }

    /// All quads of one graph.
    ///
    /// # Errors
    /// Where the graph cannot be read.
    pub fn quads(&self, name: &GraphName) -> Result<Vec<Quad>> {
        let graph = self.read()?;
        graph_id(graph, name)?.map_or_else(|| Ok(Vec::new()), |id| quads_of(graph, id).collect())
    }

    /// The named graphs that were made, and exist where they hold nothing too.
    #[must_use]
    pub fn empty_graphs(&self) -> HashSet<GraphName> {
        HashSet::clone(&self.empty)
    }

    /// Remembers that an empty graph of this name exists, or no longer does.
    pub fn set_empty(&mut self, name: &GraphName, exists: bool) {
        if exists {
            Arc::make_mut(&mut self.empty).insert(name.clone());
        } else if self.empty.contains(name) {
            Arc::make_mut(&mut self.empty).remove(name);
        }
    }
}

/// The number of a graph; nothing where its name is unknown.
fn graph_id(graph: &dyn Indexed, name: &GraphName) -> Result<Option<GraphId>> {
    Ok(match name {
        GraphName::DefaultGraph => Some(None),
        GraphName::NamedNode(name) => graph.id(name.as_ref().into())?.map(Some),
        GraphName::BlankNode(name) => graph.id(name.as_ref().into())?.map(Some),
    })
}

impl Graph for Memory {
    fn id(&self, term: TermRef<'_>) -> Result<Option<Id>> {
        self.read()?.id(term)
    }

    fn term(&self, id: Id) -> Result<Term> {
        self.read()?.term(id)
    }

    fn scan(&self, graph: GraphId, pattern: Pattern) -> Scan<'_> {
        match self.read() {
            Ok(read) => read.scan(graph, pattern),
            Err(error) => Scan::Stream(Box::new(std::iter::once(Err(error)))),
        }
    }

    fn count(&self, graph: GraphId, pattern: Pattern) -> Result<u64> {
        self.read()?.count(graph, pattern)
    }

    fn graph_names(&self) -> Result<Vec<Id>> {
        self.read()?.graph_names()
    }

    fn len(&self) -> u64 {
        self.graph.len()
    }

    fn indexed(&self) -> Result<Option<&dyn Indexed>> {
        Ok(Some(self.read()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::pack::Builder;
    use crate::terms::{BlankNode, Literal, NamedNode, Triple, xsd};
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn iri(n: usize) -> NamedNode {
        NamedNode::new_unchecked(format!("http://example.org/{n}"))
    }

    /// A quad by a number: terms of many kinds, three graphs.
    fn quad(n: usize) -> Quad {
        let object: Term = match n % 5 {
            0 => iri(n % 7).into(),
            1 => Literal::new_typed_literal(format!("0{}", n % 3), xsd::INT).into(),
            2 => Literal::new_typed_literal(format!("{}.0", n % 3), xsd::DECIMAL).into(),
            3 => BlankNode::new_unchecked(format!("x{}", n % 3)).into(),
            _ => Triple::new(iri(n % 2), iri(80), Literal::from(n as i64 % 2)).into(),
        };
        let graph = match n % 3 {
            0 => GraphName::DefaultGraph,
            1 => iri(90).into(),
            _ => BlankNode::new_unchecked("g").into(),
        };
        Quad::new(iri(n % 4), iri(50 + n % 2), object, graph)
    }

    fn held(memory: &Memory) -> BTreeSet<String> {
        let names = memory.graphs().unwrap().into_iter();
        names.flat_map(|name| quads_of(memory, name)).map(|quad| quad.unwrap().to_string()).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..Default::default() })]
        #[test]
        fn it_holds_what_a_set_holds(steps in prop::collection::vec((0..6u8, 0..60usize), 0..80)) {
            let mut builder = Builder::keeping_labels();
            (0..20).for_each(|n| builder.add(quad(n).as_ref()));
            let mut memory = Memory::over(builder.finish());
            let mut set: HashSet<Quad> = (0..20).map(quad).collect();
            for (step, n) in steps {
                match step {
                    0 => prop_assert_eq!(memory.insert(quad(n)).unwrap(), set.insert(quad(n))),
                    1 => prop_assert_eq!(memory.remove(&quad(n)).unwrap(), set.remove(&quad(n))),
                    2 => {
                        let failed = memory.change(|memory| -> Result<()> {
                            memory.insert(quad(n))?;
                            memory.remove(&quad(n + 1))?;
                            memory.insert(quad(n + 2))?;
                            Err(Error::data("stopped"))
                        });
                        prop_assert!(failed.is_err());
                    }
                    3 if n % 4 == 0 => assert_eq!(memory.pack().unwrap().len(), set.len() as u64),
                    3 if n % 4 == 1 => {
                        // Many at once, some of them twice, the last of them counts.
                        let many: Vec<(bool, Quad)> =
                            (0..n).map(|k| (k * n % 3 > 0, quad(k * n % 90))).collect();
                        let mut kept = Vec::new();
                        let before = set.clone();
                        let work = |memory: &mut Memory| memory.set_quads(many.iter().map(|(added, quad)| (*added, quad.as_ref())), Watch::nobody());
                        memory.change_and_keep(work, |changes| {
                            kept = changes.net(Watch::nobody())?.quads()?;
                            Ok(())
                        }).unwrap();
                        for (comes, quad) in many {
                            if comes { set.insert(quad) } else { set.remove(&quad) };
                        }
                        let told: BTreeSet<String> = kept.iter().map(|(comes, quad)| format!("{comes} {quad}")).collect();
                        let came = set.difference(&before).map(|quad| format!("true {quad}"));
                        let went = before.difference(&set).map(|quad| format!("false {quad}"));
                        prop_assert_eq!(told, came.chain(went).collect::<BTreeSet<String>>());
                    }
                    3 if n % 4 == 2 => {
                        let mut builder = Builder::keeping_labels();
                        (n..n + 20).for_each(|n| builder.add(quad(n).as_ref()));
                        memory.set_pack(&builder.finish(), true, Watch::nobody()).unwrap();
                        set.extend((n..n + 20).map(quad));
                    }
                    _ => {
                        let expected: BTreeSet<String> = set.iter().map(ToString::to_string).collect();
                        prop_assert_eq!(held(&memory), expected);
                    }
                }
                prop_assert_eq!(memory.len(), set.len() as u64);
            }
            prop_assert_eq!(held(&memory).len(), set.len());
        }
    }

    #[test]
    fn a_change_within_a_change_is_kept_or_undone_with_it() {
        let mut memory = Memory::over(Builder::new().finish());
        let mut kept = Vec::new();
        let both = |memory: &mut Memory| {
            memory.change(|memory| memory.insert(quad(1)))?;
            let failed = memory.change(|memory| {
                memory.insert(quad(2))?;
                Err::<(), _>(Error::data("stopped"))
            });
            assert!(failed.is_err());
            memory.insert(quad(3)).map(drop)
        };
        let keep = |changes: &Changes<'_>| {
            kept = changes.quads()?;
            Ok(())
        };
        memory.change_and_keep(both, keep).unwrap();
        assert_eq!(kept, [(true, quad(1)), (true, quad(3))]);
        let refused = memory.change_and_keep(
            |memory| {
                memory.change(|memory| memory.remove(&quad(1)))?;
                memory.insert(quad(4))
            },
            |_| Err(Error::store("the disk is full")),
        );
        assert!(refused.is_err());
        assert_eq!(held(&memory), [quad(1), quad(3)].iter().map(ToString::to_string).collect());
    }

    /// A term that is not there has no number again, and the next new one gets it.
    #[test]
    fn what_fails_leaves_no_terms_behind_and_what_was_cleared_comes_back() {
        let mut builder = Builder::keeping_labels();
        (0..30).for_each(|n| builder.add(quad(n).as_ref()));
        let mut memory = Memory::over(builder.finish());
        memory.insert(quad(40)).unwrap();
        let (before, terms) = (held(&memory), memory.graph.more_terms());
        for clears in [false, true] {
            let failed = memory.change(|memory| -> Result<()> {
                memory.insert(Quad::new(iri(1), iri(1001), iri(1002), GraphName::DefaultGraph))?;
                memory.change(|memory| memory.remove(&quad(3)))?;
                if clears {
                    memory.clear(&GraphName::DefaultGraph, Watch::nobody())?;
                    memory.insert(quad(0))?;
                    memory.clear(&iri(90).into(), Watch::nobody())?;
                }
                let many: Vec<Quad> = (0..90).map(quad).collect();
                memory.set_quads(many.iter().map(|quad| (true, quad.as_ref())), Watch::nobody())?;
                Err(Error::data("stopped"))
            });
            assert!(failed.is_err());
            assert_eq!((held(&memory), memory.graph.more_terms()), (before.clone(), terms), "{clears}");
            assert!(memory.id(iri(1002).as_ref().into()).unwrap().is_none());
        }
        memory.insert(Quad::new(iri(2000), iri(50), iri(2001), GraphName::DefaultGraph)).unwrap();
        let id = memory.id(iri(2001).as_ref().into()).unwrap();
        assert_eq!(memory.count(None, [None, None, id]).unwrap(), 1);
        assert_eq!(memory.len(), before.len() as u64 + 1);
    }

    #[test]
    fn many_changes_that_are_stopped_at_any_moment_change_nothing() {
        let mut builder = Builder::keeping_labels();
        (0..9000).for_each(|n| builder.add(number(n).as_ref()));
        let mut memory = Memory::over(builder.finish());
        memory.begin_record();
        memory.change(|memory| memory.insert(quad(40))).unwrap();
        let before = (held(&memory), memory.recorded().len());
        let many: Vec<Quad> = (4000..20_000).map(number).collect();
        for checks in [0, 1, 2, 3, 5, 8, 13, 21, 34] {
            let left = std::sync::atomic::AtomicI32::new(checks);
            let check = || match left.fetch_sub(1, Ordering::Relaxed) {
                0 => Err(Error::data("stopped")),
                _ => Ok(()),
            };
            let watch = Watch::asking(&check);
            let quads = many.iter().map(|quad| (quad.object != number(8000).object, quad.as_ref()));
            let done = memory.change(|memory| {
                memory.remove(&number(1))?;
                memory.set_quads(quads, watch)
            });
            assert!(done.is_err(), "{checks}");
            assert!((held(&memory), memory.recorded().len()) == before, "{checks}");
        }
        assert!(memory.backups.is_empty());
    }

    /// The backup of a change around it stays, and one that was given up is made again.
    #[test]
    fn a_change_within_a_change_takes_no_backup_but_its_own() {
        let many: Vec<Quad> = (0..9000).map(number).collect();
        for (inner_clears, checks) in
            [false, true].into_iter().flat_map(|clears| (0..24).map(move |n| (clears, n)))
        {
            let mut memory = Memory::over(Builder::new().finish());
            (0..20).for_each(|n| assert!(memory.insert(number(n)).unwrap()));
            let (before, left) = (held(&memory), std::sync::atomic::AtomicI32::new(checks));
            let check = || match left.fetch_sub(1, Ordering::Relaxed) {
                0 => Err(Error::data("stopped")),
                _ => Ok(()),
            };
            let add = |memory: &mut Memory, quads: &[Quad], watch: Watch<'_>| {
                memory.set_quads(quads.iter().map(|quad| (true, quad.as_ref())), watch)
            };
            let done = memory.change(|memory| -> Result<()> {
                if !inner_clears {
                    // They are there: a backup is made, and nothing recorded before the change within begins.
                    add(memory, &many[..20], Watch::nobody())?;
                }
                let inner = memory.change(|memory| -> Result<()> {
                    if inner_clears {
                        memory.clear(&GraphName::DefaultGraph, Watch::nobody())?;
                    }
                    Err(Error::data("stopped"))
                });
                assert!(inner.is_err());
                assert_eq!(memory.backups.len(), usize::from(!inner_clears));
                add(memory, &many, Watch::asking(&check))?;
                // However many checks there were.
                Err(Error::data("stopped"))
            });
            assert!(done.is_err());
            memory.check_whole().unwrap();
            assert!(held(&memory) == before, "{inner_clears}, {checks}");
            assert!(memory.backups.is_empty());
        }
    }

    #[test]
    fn what_could_not_be_taken_back_is_in_no_snapshot() {
        let mut memory = Memory::over(Builder::new().finish());
        memory.insert(quad(1)).unwrap();
        assert_eq!(memory.snapshot().unwrap().len(), 1);
        let failed = memory.change(|memory| {
            memory.insert(quad(2))?;
            // As where the disk fails in the middle of few changes, of which no backup is made.
            memory.is_torn = true;
            Err::<(), _>(Error::data("stopped"))
        });
        assert!(failed.is_err());
        let error = memory.snapshot().err().unwrap();
        assert!(error.diagnostic.message.contains("could not be taken back"), "{error}");
    }

    fn number(n: usize) -> Quad {
        Quad::new(iri(n / 7), iri(50), Literal::from(n as i64), GraphName::DefaultGraph)
    }

    #[test]
    fn a_term_that_no_quad_has_any_more_has_no_number() {
        let mut memory = Memory::over(Builder::new().finish());
        let nested = Triple::new(iri(1), iri(2), Triple::new(iri(3), iri(4), iri(5)));
        let quad = Quad::new(iri(6), iri(7), nested.clone(), GraphName::DefaultGraph);
        memory.insert(quad.clone()).unwrap();
        assert!(memory.id(iri(5).as_ref().into()).unwrap().is_some(), "a part of a triple term is a term");
        let id = memory.id(Term::from(nested.clone()).as_ref()).unwrap();
        assert_eq!(memory.term(id.unwrap()).unwrap(), nested.into());
        memory.insert(Quad::new(iri(1), iri(7), iri(8), GraphName::DefaultGraph)).unwrap();
        memory.remove(&quad).unwrap();
        for n in [3, 4, 5, 6] {
            let id = memory.id(iri(n).as_ref().into()).unwrap();
            for pattern in [[id, None, None], [None, id, None], [None, None, id]] {
                assert_eq!(
                    memory.count(None, pattern).unwrap(),
                    0,
                    "a number that is known still finds nothing: {n}"
                );
            }
        }
        memory.pack().unwrap();
        for (n, there) in [(1, true), (3, false), (5, false), (6, false), (7, true), (8, true)] {
            assert_eq!(memory.id(iri(n).as_ref().into()).unwrap().is_some(), there, "{n}");
        }
    }
}
