//! A pack and what was changed since it was made, as one graph.
//!
//! In: a pack, quads to add and to take away. Out: a graph with the whole port, at the speed of the pack where nothing was
//! touched and nearly at its speed elsewhere. Copies share all but what was changed since, so that a reader keeps the graph
//! of its moment. Terms that no quad has any more keep their numbers; terms that the pack lacks are in no order.

use super::columns::{Epochs, Numbers};
use super::delta::Delta;
use super::foreign::{Sought, no_term};
use super::kinds::{Kind, Kinds};
use super::languages::Languages;
use super::lexical::{Lexical, Scratch};
use super::merged::Merged;
use super::pack::terms::encode;
use super::pack::union::Union;
use super::pack::{Pack, Watch};
use super::port::{FIRST_FOREIGN, Graph, GraphId, Id, Indexed, Pattern, Scan, Triple, evenly};
use super::scan;
use super::standing::{self, Standing};
use super::view::View;
use crate::error::Result;
use crate::terms::{Prefixes, Term, TermRef};
use std::io::Write;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// So many changes are few, however small the pack.
const FEW: usize = 10_000;
/// Of more named graphs those that changes made or emptied are not told apart by who asks for some.
const MANY_GRAPHS: usize = 1000;
/// Changes are many once they are more than one in so many of the pack's quads.
const PART: usize = 20;

/// A pack with changes. See the module.
pub struct Changed {
    base: Arc<Pack>,
    delta: Arc<Delta>,
    merged: Merged,
}

impl Clone for Changed {
    fn clone(&self) -> Self {
        Self { base: Arc::clone(&self.base), delta: Arc::clone(&self.delta), merged: Merged::default() }
    }
}

impl Changed {
    /// A pack, not changed yet.
    #[must_use]
    pub fn over(base: Arc<Pack>) -> Self {
        let delta = Arc::new(Delta::over(&base));
        Self { base, delta, merged: Merged::default() }
    }

    /// The same graph, of whose pack nothing is read yet where that is a file of more than some bytes.
    ///
    /// # Errors
    /// Where it is damaged.
    pub(super) fn again(&self, more_than: usize) -> Result<Self> {
        Ok(match self.base.again(more_than)? {
            Some(base) => Self { base: Arc::new(base), ..self.clone() },
            None => self.clone(),
        })
    }

    /// The pack, without the changes.
    #[must_use]
    pub fn base(&self) -> &Arc<Pack> {
        &self.base
    }

    /// How many changes there were: quads added and taken away.
    #[must_use]
    pub fn changes(&self) -> usize {
        self.delta.changes
    }

    /// Whether there are so many changes that a pack of its own pays.
    #[must_use]
    pub fn is_much_changed(&self) -> bool {
        self.delta.changes > FEW.max(self.base.table().len() / PART)
    }

    /// The number of a term, a new one where the graph has none.
    ///
    /// # Errors
    /// Where the stored bytes are damaged, or there would be more terms than can be numbered.
    pub fn intern(&mut self, term: TermRef<'_>) -> Result<Id> {
        let mut bytes = Vec::new();
        if encode(term, &mut bytes) {
            return self.intern_bytes(term, &bytes);
        }
        match self.delta.terms.find(term, self.base.as_ref())? {
            Some(id) => Ok(id),
            None => Arc::make_mut(&mut self.delta).terms.intern_triple(term, self.base.as_ref()),
        }
    }

    /// The same of a term that is no triple term, as a dictionary stores it.
    pub(super) fn intern_bytes(&mut self, term: TermRef<'_>, bytes: &[u8]) -> Result<Id> {
        match self.delta.terms.seek(term, bytes, self.base.as_ref())? {
            Sought::Known(id) => Ok(id),
            Sought::Missing(place) => {
                Arc::make_mut(&mut self.delta).terms.add(term, bytes, place, self.base.as_ref())
            }
        }
    }

    /// Forgets the terms that came after there were so many foreign ones: no quad has them.
    pub(super) fn forget_terms(&mut self, count: Id) {
        if self.delta.terms.count() > count {
            Arc::make_mut(&mut self.delta).terms.forget(count);
        }
    }

    /// Adds a quad of numbers or takes it away. Says whether that changed anything.
    ///
    /// # Errors
    /// Where the stored bytes are damaged.
    pub fn set(&mut self, graph: GraphId, triple: Triple, present: bool) -> Result<bool> {
        let changed = Arc::make_mut(&mut self.delta).set(&self.base, graph, triple, present)?;
        if changed {
            self.merged = Merged::default();
        }
        Ok(changed)
    }

    /// Adds quads of one graph and predicate or takes them away: pairs of subject and object, sorted, none twice. Gives those
    /// that this changed.
    ///
    /// # Errors
    /// Where the stored bytes are damaged.
    pub fn set_all(
        &mut self,
        list: (GraphId, Id),
        pairs: &[(Id, Id)],
        present: bool,
        watch: Watch<'_>,
    ) -> Result<Vec<(Id, Id)>> {
        let changed = Arc::make_mut(&mut self.delta).set_all(&self.base, list, pairs, present, watch)?;
        if !changed.is_empty() {
            self.merged = Merged::default();
        }
        Ok(changed)
    }

    /// Takes all triples of a graph away.
    ///
    /// # Errors
    /// Where the stored bytes are damaged.
    pub fn clear(&mut self, graph: GraphId) -> Result<()> {
        let count = self.view(graph)?.map_or(Ok(0), |view| view.triples())?;
        if count > 0 {
            Arc::make_mut(&mut self.delta).clear(graph, count);
            self.merged = Merged::default();
        }
        Ok(())
    }

    /// One graph; quickest for the one after that at the place `before` of the pack, which becomes this one's.
    fn view_after(&self, graph: GraphId, before: &mut usize) -> Result<Option<View<'_>>> {
        let (table, delta) = (self.base.table(), self.delta.graph(graph));
        let is_new = delta.is_some_and(|delta| delta.is_new);
        let place = if is_new { None } else { table.place_after(graph, *before)? };
        *before = place.unwrap_or(*before);
        let is_there = delta.map_or(place.is_some(), |delta| delta.triples > 0);
        Ok((is_there || graph.is_none()).then(|| View::changed(table, place, self.kinds(), delta)))
    }

    /// One pack of all of it, in memory.
    ///
    /// # Errors
    /// Where the stored bytes are damaged, and where `watch` stops it.
    pub fn to_pack(&self, watch: Watch<'_>) -> Result<Pack> {
        Union::of(self, None, watch)?.into_pack(watch)
    }

    /// Writes one pack of all of it, without holding that: some bytes for each term, and little for each quad. Temporary files
    /// go beside a file where `memory` bytes do not suffice for the rest.
    ///
    /// # Errors
    /// Where it cannot be read or written, and where `watch` stops it.
    pub fn write_pack<W: Write>(
        &self,
        prefixes: &Prefixes,
        out: W,
        room: (&Path, usize),
        watch: Watch<'_>,
    ) -> Result<W> {
        Union::of(self, None, watch)?.write(prefixes, out, room, watch).map(|(out, _)| out)
    }

    /// A term that the pack lacks, as a dictionary stores it.
    pub(super) fn foreign_bytes(&self, id: Id) -> Result<&[u8]> {
        self.delta.terms.bytes(id).ok_or_else(no_term)
    }

    /// Whether a quad of the pack, or one that came since, was taken away.
    pub(super) fn has_lost(&self) -> bool {
        self.delta.has_lost
    }

    /// Whether nothing is left of what the pack has of a graph.
    pub(super) fn is_cleared(&self, graph: GraphId) -> bool {
        self.delta.graph(graph).is_some_and(|delta| delta.is_new)
    }

    /// Whether the pairs of a predicate of a graph are others than in the pack.
    pub(super) fn is_touched(&self, graph: GraphId, predicate: Id) -> bool {
        self.delta.graph(graph).is_some_and(|delta| delta.lists(predicate).is_some())
    }
}

impl Graph for Changed {
    fn id(&self, term: TermRef<'_>) -> Result<Option<Id>> {
        self.delta.terms.find(term, self.base.as_ref())
    }

    fn term(&self, id: Id) -> Result<Term> {
        match id {
            FIRST_FOREIGN.. => self.delta.terms.term(id, self),
            _ => self.base.term(id),
        }
    }

    fn scan(&self, graph: GraphId, pattern: Pattern) -> Scan<'_> {
        scan::of_view(self.view(graph), pattern)
    }

    fn count(&self, graph: GraphId, pattern: Pattern) -> Result<u64> {
        self.view(graph)?.map_or(Ok(0), |view| view.count(pattern))
    }

    fn graph_names(&self) -> Result<Vec<Id>> {
        let mut names = self.base.graph_names()?;
        let mut new = Vec::new();
        for (name, triples) in self.delta.named() {
            match names.binary_search(&name) {
                Ok(at) if triples == 0 => drop(names.remove(at)),
                Err(_) if triples > 0 => new.push(name),
                _ => {}
            }
        }
        names.append(&mut new);
        names.sort_unstable();
        Ok(names)
    }

    fn some_graph_names(&self, most: usize) -> Result<(usize, Vec<Id>)> {
        // A graph that the changes made, or emptied, matters where there are few.
        let (count, names) = self.base.some_graph_names(most)?;
        if count > MANY_GRAPHS || self.delta.named().next().is_none() {
            return Ok((count, names));
        }
        let names = self.graph_names()?;
        Ok((names.len(), evenly(names.len(), most).filter_map(|n| names.get(n)).copied().collect()))
    }

    fn len(&self) -> u64 {
        self.delta.len
    }

    fn indexed(&self) -> Result<Option<&dyn Indexed>> {
        Ok(Some(self))
    }
}

impl Indexed for Changed {
    fn term_count(&self) -> Id {
        self.base.term_count()
    }

    fn more_terms(&self) -> Id {
        self.delta.terms.count()
    }

    fn kinds(&self) -> &Kinds {
        self.base.kinds()
    }

    fn kind(&self, id: Id) -> Option<Kind> {
        match id {
            FIRST_FOREIGN.. => self.delta.terms.kind(id),
            _ => self.kinds().of(id),
        }
    }

    fn standing(&self, id: Id) -> Result<Standing> {
        match self.delta.terms.standing(id) {
            Some(standing) => Ok(standing),
            None => standing::of_number(id, self.base.as_ref()),
        }
    }

    fn lexical<'a>(&'a self, id: Id, scratch: &'a mut Scratch) -> Result<Lexical<'a>> {
        match id {
            FIRST_FOREIGN.. => self.delta.terms.lexical(id).ok_or_else(no_term),
            _ => self.base.lexical(id, scratch),
        }
    }

    fn warm(&self, ids: &[Id]) {
        let own = ids.partition_point(|id| *id < FIRST_FOREIGN);
        self.base.warm(ids.get(..own).unwrap_or_default());
    }

    fn prefixed(&self, kind: Kind, prefix: &str) -> Result<Range<Id>> {
        self.base.prefixed(kind, prefix)
    }

    fn position(&self, term: TermRef<'_>) -> Result<Range<Id>> {
        self.base.position(term)
    }

    fn numbers(&self) -> Result<Numbers<'_>> {
        Ok(self.base.numbers()?.with(&self.delta.terms))
    }

    fn epochs(&self) -> Result<Epochs<'_>> {
        Ok(self.base.epochs()?.with(&self.delta.terms))
    }

    fn languages(&self) -> Result<Languages<'_>> {
        self.base.languages()
    }

    fn view(&self, graph: GraphId) -> Result<Option<View<'_>>> {
        self.view_after(graph, &mut 0)
    }

    fn homes(&self, pattern: Pattern, watch: Watch<'_>) -> Result<Option<Vec<Id>>> {
        let graphs = self.base.table().name_count() + self.delta.named().count();
        let Some(mut homes) = self.base.table().homes(pattern, graphs, watch)? else { return Ok(None) };
        // What is left of a graph that was cleared is what it came to have since.
        homes.retain(|name| {
            self.delta.graph(Some(*name)).is_none_or(|delta| !delta.is_new && delta.triples > 0)
        });
        let (mut new, mut pace) = (Vec::new(), watch.pace());
        for (name, triples) in self.delta.named() {
            pace.step()?;
            // One that has none of the constants in a place where it had not had it lacks one of them, as it did before.
            let gains = self.delta.graph(Some(name)).is_some_and(|delta| delta.gains(pattern));
            if triples > 0 && gains && homes.binary_search(&name).is_err() {
                new.push(name);
            }
        }
        homes.append(&mut new);
        homes.sort_unstable();
        Ok(Some(homes))
    }

    fn parts(&self, ids: &[Id], watch: Watch<'_>) -> Result<Vec<Triple>> {
        let mut parts = self.base.parts(ids, watch)?;
        self.delta.terms.add_parts(ids, &mut parts);
        Ok(parts)
    }

    fn triple_of(&self, parts: Triple) -> Result<Option<Id>> {
        Ok(self.base.triple_of(parts)?.or_else(|| self.delta.terms.triple_of(parts)))
    }

    fn merged(&self, graphs: &[GraphId]) -> Result<View<'_>> {
        self.merged.view(graphs, self.kinds(), |name, before| self.view_after(name, before))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::pack::Builder;
    use crate::store::quads_of;
    use crate::store::{End, PredicateCount};
    use crate::terms::{
        BlankNode, GraphName, Literal, NamedNode, NamedOrBlankNode, Quad, Triple as Nested, xsd,
    };
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    /// Terms by their numbers here: graph, subject, predicate, object.
    type Row = [u8; 4];

    fn iri(n: u8) -> NamedNode {
        NamedNode::new_unchecked(format!("http://example.org/{n}"))
    }

    fn object(n: u8) -> Term {
        match n % 4 {
            0 => iri(n).into(),
            1 => Literal::new_typed_literal(format!("0{n}"), xsd::INT).into(),
            2 => BlankNode::new_unchecked(format!("x{n}")).into(),
            // One in the other where there are more.
            _ if n > 4 => Nested::new(iri(n % 3), iri(100), object(n - 4)).into(),
            _ => Nested::new(iri(n), iri(100), Literal::from(i64::from(n))).into(),
        }
    }

    fn subject(n: u8) -> NamedOrBlankNode {
        if n % 4 == 2 { BlankNode::new_unchecked(format!("x{n}")).into() } else { iri(n).into() }
    }

    fn quad([graph, s, p, o]: Row) -> Quad {
        let graph = if graph == 0 { GraphName::DefaultGraph } else { iri(200 + graph).into() };
        Quad::new(subject(s), iri(50 + p), object(o), graph)
    }

    fn built(set: &BTreeSet<Row>) -> Pack {
        let mut builder = Builder::keeping_labels();
        set.iter().for_each(|row| builder.add(quad(*row).as_ref()));
        builder.finish()
    }

    /// Few predicates, or so many that those of a node are looked up in sets.
    fn rows(predicates: u8) -> impl Strategy<Value = BTreeSet<Row>> {
        let row = (0..4u8, 0..12u8, 0..predicates, 0..12u8).prop_map(|(g, s, p, o)| [g, s, p, o]);
        prop::collection::btree_set(row, 0..120)
    }

    /// All that a graph says, against what a filter over a set says.
    fn check(graph: &Changed, set: &BTreeSet<Row>, predicates: u8) {
        assert_eq!(graph.len(), set.len() as u64);
        let id = |term: Term| graph.id(term.as_ref()).unwrap();
        for g in 0..4 {
            let name = if g == 0 { Some(None) } else { id(iri(200 + g).into()).map(Some) };
            let held: Vec<Row> = set.iter().copied().filter(|row| row[0] == g).collect();
            assert_eq!(
                name.flatten().is_some_and(|name| graph.graph_names().unwrap().contains(&name)),
                g > 0 && !held.is_empty()
            );
            let Some(name) = name else {
                assert!(held.is_empty());
                continue;
            };
            let Some(view) = graph.view(name).unwrap() else {
                assert!(g > 0 && held.is_empty());
                continue;
            };
            let all = |make: &dyn Fn(u8) -> Term, count: u8| -> Vec<Option<Option<(u8, Id)>>> {
                let known = (0..count).map(|n| id(make(n)).map(|id| Some((n, id))));
                std::iter::once(Some(None)).chain(known).collect()
            };
            for s in all(&|n| subject(n).into(), 12).into_iter().flatten() {
                for p in all(&|n| iri(50 + n).into(), predicates).into_iter().flatten() {
                    for o in all(&object, 12).into_iter().flatten() {
                        let fits = |wanted: Option<(u8, Id)>, have: u8| wanted.is_none_or(|(n, _)| n == have);
                        let expected =
                            held.iter().filter(|row| fits(s, row[1]) && fits(p, row[2]) && fits(o, row[3]));
                        let pattern = [s, p, o].map(|part| part.map(|(_, id)| id));
                        let expected = expected.count() as u64;
                        assert_eq!(view.count(pattern).unwrap(), expected, "{pattern:?}");
                        let homes = graph.homes(pattern, Watch::nobody()).unwrap();
                        if let (Some(name), true, Some(homes)) = (name, expected > 0, &homes) {
                            assert!(homes.is_sorted() && homes.contains(&name), "{pattern:?}: {homes:?}");
                        }
                    }
                }
            }
            for n in 0..12 {
                for (end, term) in [(End::Subject, subject(n).into()), (End::Object, object(n))] {
                    let Some(node) = id(term) else { continue };
                    let place = if end == End::Subject { 1 } else { 3 };
                    let mut having: Vec<Id> = held
                        .iter()
                        .filter(|row| row[place] == n)
                        .map(|row| id(iri(50 + row[2]).into()).unwrap())
                        .collect();
                    having.sort_unstable();
                    having.dedup();
                    assert_eq!(view.predicates_of(node, end).unwrap(), having, "{n} {end:?}");
                }
            }
            let mut counted = view.predicates().unwrap();
            assert!(counted.is_sorted_by_key(|count| count.predicate));
            counted.retain(|count| {
                let row = (0..predicates).find(|p| id(iri(50 + p).into()) == Some(count.predicate)).unwrap();
                let of: Vec<&Row> = held.iter().filter(|have| have[2] == row).collect();
                let different = |place: usize| of.iter().map(|row| row[place]).collect::<BTreeSet<_>>();
                let most = |place: usize| {
                    let count = |n: u8| of.iter().filter(|row| row[place] == n).count() as u64;
                    different(place).into_iter().map(count).max().unwrap_or(0)
                };
                let PredicateCount { triples, subjects, objects, .. } = *count;
                let expected = (of.len(), different(1).len(), different(3).len());
                assert_eq!(
                    (triples, subjects, objects),
                    (expected.0 as u64, expected.1 as u64, expected.2 as u64)
                );
                assert!(count.max_objects >= most(1) && count.max_subjects >= most(3));
                triples == 0
            });
            assert!(counted.is_empty(), "a predicate without triples is not told");
            let texts = |quads: &mut dyn Iterator<Item = Quad>| {
                quads.map(|quad| quad.to_string()).collect::<BTreeSet<_>>()
            };
            let found = texts(&mut quads_of(graph, name).map(Result::unwrap));
            assert_eq!(found, texts(&mut held.iter().map(|row| quad(*row))));
        }
        let names = graph.graphs().unwrap();
        let merged: BTreeSet<[u8; 3]> = set.iter().map(|row| [row[1], row[2], row[3]]).collect();
        assert_eq!(graph.merged(&names).unwrap().triples().unwrap(), merged.len() as u64);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..Default::default() })]
        #[test]
        fn a_pack_with_changes_says_what_a_set_says(
            predicates in prop::sample::select(vec![3u8, 20]),
            has_triples in any::<bool>(),
            (base, flips) in (rows(20), prop::collection::vec((0..4u8, 0..12u8, 0..20u8, 0..12u8, 0..9usize), 0..160)),
        ) {
            let fold = |[g, s, p, o]: Row| {
                [g, s, p % predicates, if !has_triples && o % 4 == 3 { o - 1 } else { o }]
            };
            let mut set: BTreeSet<Row> = base.into_iter().map(fold).collect();
            let all: Vec<Row> = set.iter().copied().collect();
            let pack = built(&set);
            // As it lies in memory and as it lies in a file.
            let pack = if flips.len() % 2 == 0 {
                pack
            } else {
                Pack::from_static(Vec::leak(pack.write(Vec::new()).unwrap())).unwrap()
            };
            let mut graph = Changed::over(Arc::new(pack));
            let (mut copy, flips_then) = (None, flips.clone());
            for (n, (g, s, p, o, which)) in flips.into_iter().enumerate() {
                // Mostly rows of before.
                let row = all.get(which * 13 % all.len().max(1)).copied().filter(|_| which > 3);
                let row = row.unwrap_or(fold([g, s, p, o]));
                let present = !set.remove(&row);
                if present {
                    set.insert(row);
                }
                let quad = quad(row);
                let mut number = |term: Term| graph.intern(term.as_ref()).unwrap();
                let triple = [number(quad.subject.into()), number(quad.predicate.into()), number(quad.object)];
                let name = match quad.graph_name {
                    GraphName::NamedNode(name) => Some(number(name.into())),
                    _ => None,
                };
                prop_assert!(!graph.set(name, triple, !present).unwrap(), "it is so already");
                prop_assert!(graph.set(name, triple, present).unwrap());
                if n == 90 {
                    graph.clear(name).unwrap();
                    set.retain(|have| have[0] != row[0]);
                }
                if n == 60 {
                    copy = Some((graph.clone(), set.clone()));
                }
            }
            check(&graph, &set, predicates);
            if let Some((graph, set)) = copy {
                check(&graph, &set, predicates);
            }
            let settled = graph.to_pack(Watch::nobody()).unwrap();
            prop_assert_eq!(settled.len(), set.len() as u64);
            let expected = built(&set).write(Vec::new()).unwrap();
            prop_assert!(settled.write(Vec::new()).unwrap() == expected, "the bytes that a builder gives");
            let written = |added: Option<&Pack>| {
                let beside = std::env::temp_dir().join(format!("baimo-changed-{}.pack", std::process::id()));
                let union = Union::of(&graph, added, Watch::nobody()).unwrap();
                let prefixes = crate::terms::Prefixes::new();
                union.write(&prefixes, Vec::new(), (&beside, 1 << 16), Watch::nobody()).unwrap()
            };
            prop_assert!(written(None).0 == expected);
            // With another pack, of which some is there.
            let more: BTreeSet<Row> = flips_then.iter().map(|(g, s, p, o, _)| fold([*g, *s, *p, *o])).collect();
            let added = built(&more);
            let (joined, known) = written(Some(&added));
            let both: BTreeSet<Row> = set.union(&more).copied().collect();
            prop_assert!(joined == built(&both).write(Vec::new()).unwrap());
            let there: BTreeSet<String> = set.iter().map(|row| quad(*row).to_string()).collect();
            let mut expected = Vec::new();
            added.each_quad(&mut |quad| {
                expected.push(there.contains(&quad.to_string()));
                Ok(())
            }).unwrap();
            prop_assert_eq!(known, expected);
            check(&Changed::over(Arc::new(settled)), &set, predicates);
        }
    }
}
