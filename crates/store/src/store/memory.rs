//! A graph in memory that can change: a pack, and the quads added to it and taken from it since.
//!
//! In: quads to add and to remove. Out: a graph with the whole port. Terms are kept exactly as they were
//! given. Changes are collected, however many, and become a new pack when the graph is next read: reading
//! after every small change of a large graph is slow.

use super::pack::{Builder, Pack};
use super::port::{FIRST_FOREIGN, Graph, GraphId, Id, Indexed, Pattern, Scan, Triple};
use super::quads_of;
use crate::error::{Error, Result};
use crate::terms::{BlankNode, GraphName, Quad, Term, TermRef};
use std::collections::HashSet;
use std::sync::{Arc, OnceLock};

/// A graph in memory that can change. See the module. A copy shares the pack and holds the changes apart.
#[derive(Clone)]
pub struct Memory {
    base: Arc<Pack>,
    /// Quads that `base` does not have.
    added: HashSet<Quad>,
    /// Quads of `base` that are no longer.
    removed: HashSet<(GraphId, Triple)>,
    /// `base` with the changes, once it was read.
    current: OnceLock<Arc<Pack>>,
    /// What undoes the change that is going on: the quads that were added (true) or removed.
    undo: Option<Vec<(bool, Quad)>>,
    /// What was added (true) or removed since somebody began to ask.
    record: Option<Vec<(bool, Quad)>>,
    /// Named graphs that were made and may hold nothing.
    empty: HashSet<GraphName>,
}

impl Memory {
    /// A graph with all that `pack` holds.
    #[must_use]
    pub fn over(pack: Pack) -> Self {
        let (added, removed, empty) = Default::default();
        let (current, undo, record) = (OnceLock::new(), None, None);
        Self { base: Arc::new(pack), added, removed, current, undo, record, empty }
    }

    /// The graph as it is now, to read.
    ///
    /// # Errors
    /// Where the graph that was changed cannot be read.
    pub fn pack(&self) -> Result<&Pack> {
        if self.added.is_empty() && self.removed.is_empty() {
            return Ok(&self.base);
        }
        if let Some(current) = self.current.get() {
            return Ok(current);
        }
        let changed = Builder::changed(&self.base, &self.added, &self.removed)?.finish();
        Ok(self.current.get_or_init(|| Arc::new(changed)))
    }

    /// Carries out several changes, all of them or, where `work` fails, none. It may stand within another change.
    ///
    /// # Errors
    /// What `work` reports.
    pub fn change<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let outer = self.undo.replace(Vec::new());
        let (empty, recorded) = (self.empty.clone(), self.record.as_ref().map(Vec::len));
        let done = work(self);
        let own = std::mem::replace(&mut self.undo, outer).unwrap_or_default();
        if done.is_ok() {
            if let Some(outer) = &mut self.undo {
                outer.extend(own);
            }
            return done;
        }
        self.empty = empty;
        for (was_added, quad) in own.into_iter().rev() {
            // What was found a moment ago is found again.
            let _ = if was_added { self.take(&quad) } else { self.put(&quad) };
        }
        if let (Some(record), Some(length)) = (&mut self.record, recorded) {
            record.truncate(length);
        }
        done
    }

    /// Carries out several changes as [`Self::change`] does, and gives `keep` the quads that were added (true) or
    /// removed by them, one after the other. Where `keep` fails, none is carried out.
    ///
    /// # Errors
    /// What `work` or `keep` reports.
    pub fn change_and_keep<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T>,
        keep: impl FnOnce(&[(bool, Quad)]) -> Result<()>,
    ) -> Result<T> {
        self.change(|memory| {
            memory.record = Some(Vec::new());
            let done = work(memory);
            let record = memory.record.take().unwrap_or_default();
            let done = done?;
            keep(&record).map(|()| done)
        })
    }

    /// Notes a change that was made.
    fn note(&mut self, added: bool, quad: &Quad) {
        for list in [&mut self.undo, &mut self.record].into_iter().flatten() {
            list.push((added, quad.clone()));
        }
    }

    /// Adds a quad. Says whether it was new.
    ///
    /// # Errors
    /// Where there would be more terms than a graph can number.
    pub fn insert(&mut self, quad: Quad) -> Result<bool> {
        let most = self.base.term_count() as usize + 4 * (self.added.len() + 1);
        if most >= FIRST_FOREIGN as usize {
            return Err(Error::data("the graph would hold more terms than can be numbered (2147483648)"));
        }
        let new = self.put(&quad)?;
        if new {
            self.note(true, &quad);
        }
        Ok(new)
    }

    /// Removes a quad. Says whether it was there.
    ///
    /// # Errors
    /// Where the graph cannot be read.
    pub fn remove(&mut self, quad: &Quad) -> Result<bool> {
        let there = self.take(quad)?;
        if there {
            self.note(false, quad);
        }
        Ok(there)
    }

    fn put(&mut self, quad: &Quad) -> Result<bool> {
        self.settle();
        Ok(match self.in_base(quad)? {
            Some(known) => self.removed.remove(&known),
            None => self.added.insert(quad.clone()),
        })
    }

    fn take(&mut self, quad: &Quad) -> Result<bool> {
        self.settle();
        Ok(self.added.remove(quad)
            || match self.in_base(quad)? {
                Some(known) => self.removed.insert(known),
                None => false,
            })
    }

    /// Makes the pack that was read the base of further changes.
    fn settle(&mut self) {
        if let Some(pack) = self.current.take() {
            self.base = pack;
            self.added.clear();
            self.removed.clear();
        }
    }

    /// The numbers of a quad that the base has, whether removed or not.
    fn in_base(&self, quad: &Quad) -> Result<Option<(GraphId, Triple)>> {
        let Some(graph) = graph_id(&self.base, &quad.graph_name)? else { return Ok(None) };
        let find = |term: TermRef<'_>| self.base.find(term);
        let (Some(s), Some(p), Some(o)) = (
            find(quad.subject.as_ref().into())?,
            find(quad.predicate.as_ref().into())?,
            find(quad.object.as_ref())?,
        ) else {
            return Ok(None);
        };
        let Some(view) = self.base.view(graph)? else { return Ok(None) };
        Ok((view.count([Some(s), Some(p), Some(o)])? > 0).then_some((graph, [s, p, o])))
    }

    /// The names of the named graphs that hold something or were made empty.
    ///
    /// # Errors
    /// Where the graph cannot be read.
    pub fn names(&self) -> Result<HashSet<GraphName>> {
        let mut names = self.empty.clone();
        for id in self.graph_names() {
            match self.pack()?.term(id) {
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
        let pack = self.pack()?;
        graph_id(pack, name)?.map_or_else(|| Ok(Vec::new()), |id| quads_of(pack, id).collect())
    }

    /// Remembers that an empty graph of this name exists, or no longer does.
    pub fn set_empty(&mut self, name: &GraphName, exists: bool) {
        if exists {
            self.empty.insert(name.clone());
        } else {
            self.empty.remove(name);
        }
    }
}

/// The number of a graph; nothing where its name is unknown.
fn graph_id(pack: &Pack, name: &GraphName) -> Result<Option<GraphId>> {
    Ok(match name {
        GraphName::DefaultGraph => Some(None),
        GraphName::NamedNode(name) => pack.find(name.as_ref().into())?.map(Some),
        GraphName::BlankNode(name) => pack.find(name.as_ref().into())?.map(Some),
    })
}

impl Graph for Memory {
    fn id(&self, term: TermRef<'_>) -> Option<Id> {
        self.pack().ok()?.id(term)
    }

    fn term(&self, id: Id) -> Term {
        self.pack().map_or_else(|_| BlankNode::default().into(), |pack| pack.term(id))
    }

    fn scan(&self, graph: GraphId, pattern: Pattern) -> Scan<'_> {
        match self.pack() {
            Ok(pack) => pack.scan(graph, pattern),
            Err(error) => Scan::Stream(Box::new(std::iter::once(Err(error)))),
        }
    }

    fn count(&self, graph: GraphId, pattern: Pattern) -> u64 {
        self.pack().map_or(0, |pack| pack.count(graph, pattern))
    }

    fn graph_names(&self) -> Vec<Id> {
        self.pack().map(Graph::graph_names).unwrap_or_default()
    }

    fn len(&self) -> u64 {
        if let Some(current) = self.current.get() {
            return current.len();
        }
        self.base.len() + self.added.len() as u64 - self.removed.len() as u64
    }

    fn sound(&self) -> Result<()> {
        self.base.sound()
    }

    fn indexed(&self) -> Result<Option<&dyn Indexed>> {
        self.pack()?.indexed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::{Literal, NamedNode, Triple, xsd};
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
        let names = std::iter::once(None).chain(memory.graph_names().into_iter().map(Some));
        names.flat_map(|name| quads_of(memory, name)).map(|quad| quad.unwrap().to_string()).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..Default::default() })]
        #[test]
        fn it_holds_what_a_set_holds(steps in prop::collection::vec((0..4u8, 0..60usize), 0..80)) {
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
        let keep = |changes: &[(bool, Quad)]| {
            kept = changes.to_vec();
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

    #[test]
    fn a_term_that_no_quad_has_any_more_has_no_number() {
        let mut memory = Memory::over(Builder::new().finish());
        let nested = Triple::new(iri(1), iri(2), Triple::new(iri(3), iri(4), iri(5)));
        let quad = Quad::new(iri(6), iri(7), nested.clone(), GraphName::DefaultGraph);
        memory.insert(quad.clone()).unwrap();
        assert!(memory.id(iri(5).as_ref().into()).is_some(), "a part of a triple term is a term");
        assert_eq!(memory.term(memory.id(Term::from(nested.clone()).as_ref()).unwrap()), nested.into());
        memory.insert(Quad::new(iri(1), iri(7), iri(8), GraphName::DefaultGraph)).unwrap();
        memory.remove(&quad).unwrap();
        for (n, there) in [(1, true), (3, false), (5, false), (6, false), (7, true), (8, true)] {
            assert_eq!(memory.id(iri(n).as_ref().into()).is_some(), there, "{n}");
        }
    }
}
