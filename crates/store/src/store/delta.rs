//! What a graph has that its pack does not, and the other way round.
//!
//! In: quads of numbers to add or to take away, one at a time or many of a list. Out: for each graph and predicate that was touched its pairs in
//! both orders and its exact counts; for each node the predicates that it gained and lost. A change costs some logarithms
//! and the copy of two pages, however large the graph; copies share all but what was changed since. Terms that the pack lacks
//! are numbered beside its dictionary.

use super::Id;
use super::cursor::PairCursor;
use super::foreign::ForeignTerms;
use super::joined::Joined;
use super::list::List;
use super::pack::watch::STRIDE;
use super::pack::{Pack, Watch, radix};
use super::paged::{Changing, PagedPairs, Pair};
use super::port::{End, GraphId, Indexed, Pattern, Triple};
use super::sorted::Sorted;
use super::statistics::PredicateCount;
use super::view::View;
use crate::error::Result;
use std::sync::Arc;

/// Fewer changes than these are made one by one; tests are to meet both ways.
const MANY: usize = if cfg!(test) { 3 } else { 64 };
/// Changes that are more than one in so many of a list make a new list of it.
const MANY_OF: usize = 16;

/// The changes to a pack. See the module.
#[derive(Clone)]
pub(super) struct Delta {
    /// The terms that the pack lacks.
    pub terms: ForeignTerms,
    graphs: Sorted<GraphId, Arc<GraphDelta>>,
    /// How many quads there are in all graphs.
    pub len: u64,
    /// How many changes there were, those undone since counted twice.
    pub changes: usize,
    /// Whether a quad was taken away.
    pub has_lost: bool,
}

/// The changes to one graph.
#[derive(Clone, Default)]
pub(super) struct GraphDelta {
    lists: Sorted<Id, Arc<Lists>>,
    /// A node and a predicate, and whether the node has come to have it or has it no longer: as subject, as object.
    nodes: [Sorted<(Id, Id), bool>; 2],
    /// How many triples the graph has.
    pub triples: u64,
    /// Whether nothing of the pack's graph is left: it was cleared.
    pub is_new: bool,
}

/// The pairs of one predicate of one graph.
#[derive(Clone)]
pub(super) struct Lists {
    by_subject: PagedPairs,
    by_object: PagedPairs,
    /// Exact, but that the greatest numbers of objects and subjects of one node may be too great.
    pub counts: PredicateCount,
}

impl Lists {
    /// The pairs in one order.
    pub fn by(&self, end: End) -> &PagedPairs {
        match end {
            End::Subject => &self.by_subject,
            End::Object => &self.by_object,
        }
    }

    /// Those of the pack, before any change.
    fn over(predicate: Id, base: Option<&View<'_>>) -> Result<Self> {
        let counts = match base {
            Some(view) => view.predicate(predicate)?,
            None => None,
        };
        let nothing = PredicateCount {
            predicate,
            triples: 0,
            subjects: 0,
            objects: 0,
            max_objects: 0,
            max_subjects: 0,
        };
        let pairs = |end| PagedPairs::over(&mut list(base, predicate, end)?);
        Ok(Self {
            by_subject: pairs(End::Subject)?,
            by_object: pairs(End::Object)?,
            counts: counts.unwrap_or(nothing),
        })
    }

    /// Adds pairs of subject and object or takes them away, one after the other; `below` is the list of the pack in both orders.
    /// Tells of each that changed anything whether it is the only one of its subject, and of its object.
    fn set_few(
        &mut self,
        pairs: &[Pair],
        present: bool,
        below: &mut [List<'_>; 2],
        watch: Watch<'_>,
        told: &mut dyn FnMut(Pair, [bool; 2]),
    ) -> Result<()> {
        let mut lists = [self.by_subject.changing(), self.by_object.changing()];
        pairs.iter().enumerate().try_for_each(|(number, pair)| {
            if number % STRIDE == STRIDE - 1 {
                watch.check()?;
            }
            if let Some(alone) = set(&mut lists, &mut self.counts, *pair, (present, &mut *below))? {
                told(*pair, alone);
            }
            Ok(())
        })
    }
}

/// Adds a pair to the lists of both orders or takes it away, and counts it. Says, where that changed anything, whether it is the only
/// one of its subject, and of its object.
fn set(
    [by_subject, by_object]: &mut [Changing<'_>; 2],
    counts: &mut PredicateCount,
    (s, o): Pair,
    (present, [subjects, objects]): (bool, &mut [List<'_>; 2]),
) -> Result<Option<[bool; 2]>> {
    let Some(of_subject) = by_subject.set((s, o), present, subjects)? else { return Ok(None) };
    let of_object = by_object.set((o, s), present, objects)?.unwrap_or_default();
    step(&mut counts.triples, present);
    for (is_alone, nodes, most) in [
        (of_subject, &mut counts.subjects, &mut counts.max_objects),
        (of_object, &mut counts.objects, &mut counts.max_subjects),
    ] {
        if is_alone {
            step(nodes, present);
            *most = (*most).max(1);
        } else if present {
            *most += 1;
        }
    }
    Ok(Some([of_subject, of_object]))
}

impl Lists {
    /// Adds or takes away so many pairs of subject and object, sorted, that a new list pays. Gives those that this changed,
    /// and the subjects and the objects that came to have the predicate, or have it no longer.
    fn set_many(
        &mut self,
        pairs: &[Pair],
        present: bool,
        base: Option<&View<'_>>,
        watch: Watch<'_>,
    ) -> Result<(Vec<Pair>, [Vec<Id>; 2])> {
        let predicate = self.counts.predicate;
        let cursor = |paged, end| Ok(PairCursor::paged(paged, list(base, predicate, end)?));
        let subjects = Joined::of(cursor(&self.by_subject, End::Subject)?, pairs, present, watch)?;
        if subjects.effective.is_empty() {
            return Ok((Vec::new(), [Vec::new(), Vec::new()]));
        }
        let mut turned: Vec<Pair> = subjects.effective.iter().map(|(s, o)| (*o, *s)).collect();
        radix::sort(&mut turned, watch)?;
        let objects = Joined::of(cursor(&self.by_object, End::Object)?, &turned, present, watch)?;
        self.counts = PredicateCount {
            predicate,
            triples: subjects.pairs.first.len() as u64,
            subjects: subjects.firsts,
            objects: objects.firsts,
            max_objects: subjects.most,
            max_subjects: objects.most,
        };
        self.by_subject = PagedPairs::in_one_piece(subjects.pairs)?;
        self.by_object = PagedPairs::in_one_piece(objects.pairs)?;
        Ok((subjects.effective, [subjects.nodes, objects.nodes]))
    }
}

fn step(count: &mut u64, up: bool) {
    *count = if up { *count + 1 } else { count.saturating_sub(1) };
}

/// The pairs of a predicate in the pack.
fn list<'a>(base: Option<&View<'a>>, predicate: Id, end: End) -> Result<List<'a>> {
    base.map_or(Ok(List::EMPTY), |view| Ok(view.pairs(predicate, end)?.into_list()))
}

impl GraphDelta {
    fn over(base: Option<&View<'_>>) -> Result<Self> {
        let triples = base.map_or(Ok(0), View::triples)?;
        Ok(Self { triples, ..Self::default() })
    }

    /// The pairs of a predicate, where they were touched.
    pub fn lists(&self, predicate: Id) -> Option<&Lists> {
        self.lists.get(&predicate).map(Arc::as_ref)
    }

    /// The counts of all predicates that were touched, sorted; some may have no triple any more.
    pub fn counts(&self) -> impl Iterator<Item = PredicateCount> {
        self.lists.iter().map(|(_, lists)| lists.counts)
    }

    /// The predicates that a node has come to have at one end (true) or has no longer, sorted.
    pub fn predicates_of(&self, node: Id, end: End) -> impl Iterator<Item = (Id, bool)> {
        let nodes = match end {
            End::Subject => self.nodes.first(),
            End::Object => self.nodes.last(),
        };
        let changes = nodes.into_iter().flat_map(move |nodes| nodes.from((node, 0)));
        changes
            .take_while(move |((of, _), _)| *of == node)
            .map(|((_, predicate), gained)| (*predicate, *gained))
    }

    /// Whether a constant of a pattern may have come to stand in its place.
    pub fn gains(&self, [subject, predicate, object]: Pattern) -> bool {
        let has_come = |(node, end): (Option<Id>, End)| {
            node.is_some_and(|node| self.predicates_of(node, end).any(|(_, gained)| gained))
        };
        let ends = [(subject, End::Subject), (object, End::Object)];
        predicate.is_some_and(|predicate| self.lists(predicate).is_some_and(|lists| lists.counts.triples > 0))
            || ends.into_iter().any(has_come)
    }

    /// Adds triples of one predicate or takes them away, one after the other. Gives those that this changed.
    fn set_few(
        &mut self,
        predicate: Id,
        pairs: &[Pair],
        present: bool,
        base: Option<&View<'_>>,
        watch: Watch<'_>,
    ) -> Result<Vec<Pair>> {
        let mut below = [list(base, predicate, End::Subject)?, list(base, predicate, End::Object)?];
        let mut pairs = pairs;
        if self.lists.get(&predicate).is_none() {
            // As long as nothing changes, the list is not touched.
            let [subjects, _] = &mut below;
            pairs = first_effective(pairs, present, subjects, watch)?;
            if pairs.is_empty() {
                return Ok(Vec::new());
            }
            self.lists.insert(predicate, Arc::new(Lists::over(predicate, base)?));
        }
        let Self { lists, nodes: [subjects, objects], triples, .. } = self;
        let Some(lists) = lists.get_mut(&predicate).map(Arc::make_mut) else { return Ok(Vec::new()) };
        let mut effective = Vec::with_capacity(pairs.len());
        lists.set_few(pairs, present, &mut below, watch, &mut |(s, o), [of_subject, of_object]| {
            effective.push((s, o));
            step(triples, present);
            if of_subject {
                note(subjects, (s, predicate), present);
            }
            if of_object {
                note(objects, (o, predicate), present);
            }
        })?;
        Ok(effective)
    }
}

/// Notes that a node has come to have a predicate, or has it no longer.
fn note(nodes: &mut Sorted<(Id, Id), bool>, key: (Id, Id), gained: bool) {
    if nodes.insert(key, gained).is_some_and(|before| before != gained) {
        // Back to what it is in the pack.
        nodes.remove(&key);
    }
}

/// The pairs from the first on that a list does not have, where they are to be present, or has.
fn first_effective<'p>(
    pairs: &'p [Pair],
    present: bool,
    list: &mut List<'_>,
    watch: Watch<'_>,
) -> Result<&'p [Pair]> {
    for (number, (s, o)) in pairs.iter().enumerate() {
        if number % STRIDE == STRIDE - 1 {
            watch.check()?;
        }
        let places = list.locate(0, *s)?;
        if list.place_of(places, *o)?.is_ok() != present {
            return Ok(pairs.get(number..).unwrap_or_default());
        }
    }
    Ok(&[])
}

impl GraphDelta {
    /// Adds triples of one predicate or takes them away: pairs of subject and object, sorted. Gives those that this changed.
    fn set_all(
        &mut self,
        predicate: Id,
        pairs: &[Pair],
        present: bool,
        base: Option<&View<'_>>,
        watch: Watch<'_>,
    ) -> Result<Vec<Pair>> {
        let known = self.lists.get(&predicate).map(|lists| lists.by_subject.len());
        let length = match (known, base) {
            (Some(length), _) => length,
            (None, Some(base)) => base.pairs(predicate, End::Subject)?.len(),
            (None, None) => 0,
        };
        if pairs.len() < MANY || pairs.len() * MANY_OF < length {
            return self.set_few(predicate, pairs, present, base, watch);
        }
        if known.is_none() {
            self.lists.insert(predicate, Arc::new(Lists::over(predicate, base)?));
        }
        let Some(lists) = self.lists.get_mut(&predicate).map(Arc::make_mut) else { return Ok(Vec::new()) };
        let (effective, [subjects, objects]) = lists.set_many(pairs, present, base, watch)?;
        let count = effective.len() as u64;
        self.triples = if present { self.triples + count } else { self.triples.saturating_sub(count) };
        for (changed, nodes) in [subjects, objects].iter().zip(&mut self.nodes) {
            for part in changed.chunks(STRIDE) {
                part.iter().for_each(|node| note(nodes, (*node, predicate), present));
                watch.check()?;
            }
        }
        Ok(effective)
    }
}

/// Whether the pack has a triple.
fn holds(base: Option<&View<'_>>, [s, p, o]: Triple) -> Result<bool> {
    base.map_or(Ok(false), |view| view.pairs(p, End::Subject)?.contains(s, o))
}

impl Delta {
    /// None yet.
    pub fn over(base: &Pack) -> Self {
        let len = base.table().len() as u64;
        Self { terms: ForeignTerms::over(base), graphs: Sorted::default(), len, changes: 0, has_lost: false }
    }

    /// The changes to a graph, where there are any.
    pub fn graph(&self, name: GraphId) -> Option<&GraphDelta> {
        self.graphs.get(&name).map(Arc::as_ref)
    }

    /// The named graphs that were changed, sorted, each with how many triples it has.
    pub fn named(&self) -> impl Iterator<Item = (Id, u64)> {
        self.graphs.iter().filter_map(|(name, graph)| Some(((*name)?, graph.triples)))
    }

    /// Takes all triples of a graph away, `count` of them, at once.
    pub fn clear(&mut self, graph: GraphId, count: u64) {
        self.graphs.insert(graph, Arc::new(GraphDelta { is_new: true, ..GraphDelta::default() }));
        self.len = self.len.saturating_sub(count);
        self.has_lost = true;
        self.changes += usize::try_from(count).unwrap_or(usize::MAX / 2);
    }

    /// Adds quads of one graph and predicate or takes them away: pairs of subject and object, sorted, none twice. Gives those
    /// that this changed.
    ///
    /// # Errors
    /// Where the stored bytes of the pack are damaged; and where `watch` stops it, in the middle of the changes.
    pub fn set_all(
        &mut self,
        base: &Pack,
        (graph, predicate): (GraphId, Id),
        pairs: &[Pair],
        present: bool,
        watch: Watch<'_>,
    ) -> Result<Vec<Pair>> {
        let is_new = self.graph(graph).is_some_and(|graph| graph.is_new);
        let below = if is_new { None } else { base.view(graph)? };
        if self.graphs.get(&graph).is_none() {
            self.graphs.insert(graph, Arc::new(GraphDelta::over(below.as_ref())?));
        }
        let Some(changed) = self.graphs.get_mut(&graph).map(Arc::make_mut) else { return Ok(Vec::new()) };
        let effective = changed.set_all(predicate, pairs, present, below.as_ref(), watch)?;
        let count = effective.len() as u64;
        self.len = if present { self.len + count } else { self.len.saturating_sub(count) };
        self.changes += effective.len();
        self.has_lost |= !present && !effective.is_empty();
        Ok(effective)
    }

    /// Adds a quad or takes it away. Says whether that changed anything.
    ///
    /// # Errors
    /// Where the stored bytes of the pack are damaged.
    pub fn set(&mut self, base: &Pack, graph: GraphId, triple: Triple, present: bool) -> Result<bool> {
        let [s, p, o] = triple;
        let is_new = self.graph(graph).is_some_and(|graph| graph.is_new);
        let below = if is_new { None } else { base.view(graph)? };
        if self.graphs.get(&graph).is_none() {
            if holds(below.as_ref(), triple)? == present {
                return Ok(false);
            }
            self.graphs.insert(graph, Arc::new(GraphDelta::over(below.as_ref())?));
        }
        let changed = match self.graphs.get_mut(&graph).map(Arc::make_mut) {
            Some(changed) => {
                !changed.set_few(p, &[(s, o)], present, below.as_ref(), Watch::nobody())?.is_empty()
            }
            None => false,
        };
        if changed {
            step(&mut self.len, present);
            self.changes += 1;
            self.has_lost |= !present;
        }
        Ok(changed)
    }
}
