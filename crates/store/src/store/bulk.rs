//! Many changes of a graph at once.
//!
//! In: quads to add and to take away, or a pack to add. Out: the changed graph, as if they had come one after the other. A
//! term is looked up once however often it occurs, and the changes of one list of pairs are made together, in its order;
//! the numbers of all quads are held meanwhile.

use super::memory::Memory;
use super::pack::intern::Interner;
use super::pack::terms::encode;
use super::pack::watch::STRIDE;
use super::pack::{Pack, Watch, radix};
use super::port::{End, Graph as _, GraphId, Id, Indexed as _, NONE};
use super::{Lexical, Scratch, View};
use crate::error::Result;
use crate::terms::{GraphNameRef, QuadRef, TermRef};

/// How long a term is at most, mostly.
const TERM: usize = 256;

/// A change by numbers; as they sort, neighbours lie together, and the last change of a quad is the last of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    graph: GraphId,
    predicate: Id,
    pair: (Id, Id),
    place: usize,
    comes: bool,
}

/// The numbers of terms that were met.
#[derive(Default)]
struct Met {
    terms: Interner,
    /// [`NONE`] where the graph does not have the term.
    ids: Vec<Id>,
    bytes: Vec<u8>,
}

impl Met {
    /// The number of a term: a new one where the graph does not have it and it comes, else nothing.
    fn number(&mut self, term: TermRef<'_>, comes: bool, memory: &mut Memory) -> Result<Option<Id>> {
        if !encode(term, &mut self.bytes) {
            return if comes { memory.intern(term).map(Some) } else { memory.find(term) };
        }
        let place = self.terms.intern(&self.bytes) as usize;
        let known = self.ids.get(place).copied();
        if let Some(id) = known.filter(|id| *id != NONE) {
            return Ok(Some(id));
        }
        let id = match (known, comes) {
            (_, true) => Some(memory.intern_bytes(term, &self.bytes)?),
            (Some(_), false) => None,
            (None, false) => memory.find(term)?,
        };
        self.ids.resize(self.ids.len().max(place + 1), NONE);
        if let Some(known) = self.ids.get_mut(place) {
            *known = id.unwrap_or(NONE);
        }
        Ok(id)
    }

    /// A change by numbers; nothing where a quad that is to go has a term that the graph does not have.
    fn row(
        &mut self,
        place: usize,
        comes: bool,
        quad: QuadRef<'_>,
        memory: &mut Memory,
    ) -> Result<Option<Row>> {
        let mut number = |term| self.number(term, comes, memory);
        let name = match quad.graph_name {
            GraphNameRef::DefaultGraph => None,
            GraphNameRef::NamedNode(name) => Some(number(name.into())?),
            GraphNameRef::BlankNode(name) => Some(number(name.into())?),
        };
        let graph = match name {
            None => None,
            Some(Some(name)) => Some(name),
            Some(None) => return Ok(None),
        };
        let (Some(s), Some(predicate), Some(o)) =
            (number(quad.subject.into())?, number(quad.predicate.into())?, number(quad.object)?)
        else {
            return Ok(None);
        };
        Ok(Some(Row { graph, predicate, pair: (s, o), place, comes }))
    }
}

impl Memory {
    /// Adds quads (true) and takes quads away, as if one after the other.
    ///
    /// # Errors
    /// Where the graph cannot be read, there would be more terms than a graph can number, or `watch` stops it, in the middle of
    /// the changes: see [`Memory::change`].
    pub fn set_quads<'a>(
        &mut self,
        quads: impl Iterator<Item = (bool, QuadRef<'a>)>,
        watch: Watch<'_>,
    ) -> Result<()> {
        self.set_rows(quads, watch, None)
    }

    /// The same with quads of which none is in them twice; `told` hears the place of each that changed anything.
    ///
    /// # Errors
    /// As [`Self::set_quads`].
    pub(super) fn set_quads_telling<'a>(
        &mut self,
        quads: impl Iterator<Item = (bool, QuadRef<'a>)>,
        watch: Watch<'_>,
        told: &mut dyn FnMut(usize),
    ) -> Result<()> {
        self.set_rows(quads, watch, Some(told))
    }

    fn set_rows<'a>(
        &mut self,
        quads: impl Iterator<Item = (bool, QuadRef<'a>)>,
        watch: Watch<'_>,
        mut told: Option<&mut dyn FnMut(usize)>,
    ) -> Result<()> {
        self.settle();
        let (mut met, mut rows) = (Met { bytes: Vec::with_capacity(TERM), ..Met::default() }, Vec::new());
        for (place, (comes, quad)) in quads.enumerate() {
            rows.extend(met.row(place, comes, quad, self)?);
            if place % STRIDE == STRIDE - 1 {
                watch.check()?;
            }
        }
        radix::sort_by(&mut rows, watch, Row::cmp)?;
        for list in rows.chunk_by(|a, b| (a.graph, a.predicate) == (b.graph, b.predicate)) {
            let Some(Row { graph, predicate, .. }) = list.first() else { continue };
            watch.check()?;
            let last = list.chunk_by(|a, b| a.pair == b.pair).filter_map(|same| same.last());
            for present in [false, true] {
                let wanted = last.clone().filter(|row| row.comes == present);
                let mut pairs = Vec::new();
                for (place, row) in wanted.clone().enumerate() {
                    pairs.push(row.pair);
                    if place % STRIDE == STRIDE - 1 {
                        watch.check()?;
                    }
                }
                let effective = self.set_all((*graph, *predicate), &pairs, present, watch)?;
                if let Some(told) = &mut told {
                    let mut effective = effective.iter().peekable();
                    wanted
                        .filter(|row| effective.next_if_eq(&&row.pair).is_some())
                        .for_each(|row| told(row.place));
                }
            }
        }
        Ok(())
    }

    /// Adds all quads of a pack, or takes them away. Blank nodes of equal labels are one.
    ///
    /// # Errors
    /// Where the graph or the pack cannot be read, there would be more terms than a graph can number, or `watch` stops it.
    pub fn set_pack(&mut self, pack: &Pack, present: bool, watch: Watch<'_>) -> Result<()> {
        self.set_pack_and_tell(pack, present, watch, None)
    }

    /// The same; `told` hears of each quad of the pack, in its order, whether it changed anything.
    ///
    /// # Errors
    /// As [`Self::set_pack`].
    pub(super) fn set_pack_telling(
        &mut self,
        pack: &Pack,
        present: bool,
        watch: Watch<'_>,
        told: &mut dyn FnMut(bool),
    ) -> Result<()> {
        self.set_pack_and_tell(pack, present, watch, Some(told))
    }

    fn set_pack_and_tell(
        &mut self,
        pack: &Pack,
        present: bool,
        watch: Watch<'_>,
        mut told: Option<&mut dyn FnMut(bool)>,
    ) -> Result<()> {
        self.settle();
        let (mut numbers, mut scratch) = (Vec::with_capacity(pack.term_count() as usize), Scratch::new());
        for id in 0..pack.term_count() {
            let mut number = |term| match present {
                true => self.intern(term),
                false => Ok(self.find(term)?.unwrap_or(NONE)),
            };
            numbers.push(match pack.lexical(id, &mut scratch)? {
                Lexical::Triple(_) => number(pack.term(id)?.as_ref())?,
                lexical => lexical.as_term().map_or(Ok(NONE), number)?,
            });
            if id as usize % STRIDE == STRIDE - 1 {
                watch.check()?;
            }
        }
        let number = |id: Id| numbers.get(id as usize).copied().unwrap_or(NONE);
        for name in pack.graphs()? {
            let Some(view) = pack.view(name)? else { continue };
            for count in view.predicates()? {
                let list = (name.map(number), number(count.predicate));
                let mut pairs = Vec::new();
                each_pair(&view, count.predicate, watch, &mut |(s, o)| {
                    let pair = (number(s), number(o));
                    // What has a term that the graph does not know is not there to be taken away.
                    if is_known(list, pair) {
                        pairs.push(pair);
                    }
                })?;
                // In order but for the terms that the graph did not have.
                if !pairs.is_sorted() {
                    radix::sort(&mut pairs, watch)?;
                }
                let effective = match pairs.as_slice() {
                    [] => Vec::new(),
                    pairs => self.set_all(list, pairs, present, watch)?,
                };
                drop(pairs);
                if let Some(told) = &mut told {
                    each_pair(&view, count.predicate, watch, &mut |(s, o)| {
                        told(effective.binary_search(&(number(s), number(o))).is_ok());
                    })?;
                }
            }
        }
        Ok(())
    }
}

/// Whether a graph knows all terms of a quad by its numbers.
fn is_known((graph, predicate): (GraphId, Id), (s, o): (Id, Id)) -> bool {
    [s, predicate, o].into_iter().chain(graph).all(|id| id != NONE)
}

/// Gives each pair of subject and object that a predicate has.
fn each_pair(view: &View<'_>, predicate: Id, watch: Watch<'_>, each: &mut dyn FnMut((Id, Id))) -> Result<()> {
    let mut cursor = view.pairs(predicate, End::Subject)?;
    while let Some((subjects, objects)) = cursor.next_block()? {
        subjects.iter().copied().zip(objects.iter().copied()).for_each(&mut *each);
        watch.check()?;
    }
    Ok(())
}
