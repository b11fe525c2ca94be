//! Collects quads and makes a pack of them: numbers the terms, sorts them by value, sorts the triples.
//!
//! In: quads, in any order, repeated or not. Out: a [`Pack`]. Everything is held in memory; see `packer.rs` for more.

use super::intern::Interner;
use super::terms::{decode, encode, encode_triple, local};
use super::watch::Watch;
use super::{Dictionary, Pack, sort};
use crate::error::{Error, Hint, Result};
use crate::store::port::{FIRST_FOREIGN, Graph, Id, Indexed};
use crate::store::table::{Quads, Table};
use crate::store::{Changed, End, Lexical};
use crate::terms::{NamedNode, TermRef};
use oxrdf::{BlankNodeRef, GraphNameRef, QuadRef};
use std::collections::HashMap;
use std::thread;

/// After how many terms it is asked whether to go on.
const CHECKED: usize = 1 << 14;

/// Collects quads and makes a pack of them.
#[derive(Default)]
pub struct Builder {
    pub(super) terms: Interner,
    pub(super) quads: Quads,
    /// The blank nodes of the current file by their label there.
    blanks: HashMap<Box<str>, KnownBlank>,
    /// How many blank nodes were renamed.
    renamed: u64,
    /// How often it was emptied.
    round: u32,
    /// Whether blank nodes keep their labels.
    keeps_labels: bool,
    /// Whether there may be terms that no quad has.
    forgets: bool,
    encoded: Vec<u8>,
    /// The numbers here of a piece's terms: room that is kept.
    ids: Vec<Id>,
}

/// A blank node of the current file.
#[derive(Clone, Copy)]
struct KnownBlank {
    /// The number in its label here.
    label: u64,
    /// Its number, as long as the builder is not emptied.
    id: Id,
    round: u32,
}

impl Builder {
    /// An empty one. Blank nodes get labels of the pack's own (`b0`, `b1`, ... in the order of first
    /// sight), so that the same input gives the same graph everywhere.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty one that keeps the labels of blank nodes as they are: for quads of one graph.
    pub fn keeping_labels() -> Self {
        Self { keeps_labels: true, ..Self::default() }
    }

    /// One that has all quads of a graph, with the labels of its blank nodes. Asks now and then whether to go on.
    ///
    /// # Errors
    /// Where the graph is damaged, and what `check` reports.
    pub fn changed(graph: &Changed, check: &mut dyn FnMut() -> Result<()>) -> Result<Self> {
        let mut builder = Self::keeping_labels();
        // Terms of the dictionary keep their numbers, the others follow.
        let mut count = 0_usize;
        let mut asked = |count: &mut usize| {
            *count += 1;
            if count.is_multiple_of(CHECKED) { check() } else { Ok(()) }
        };
        graph.base().each_term(&mut |bytes| {
            builder.terms.intern(bytes);
            asked(&mut count)
        })?;
        let known = graph.term_count();
        let number = move |id: Id| id.checked_sub(FIRST_FOREIGN).map_or(id, |foreign| known + foreign);
        let mut triple = Vec::new();
        graph.each_foreign(&mut |bytes| {
            if let Some(Lexical::Triple(parts)) = decode(bytes) {
                encode_triple(parts.map(number), &mut triple);
                builder.terms.intern(&triple);
            } else {
                builder.terms.intern(bytes);
            }
            asked(&mut count)
        })?;
        for name in graph.graphs()? {
            let Some(view) = graph.view(name)? else { continue };
            for counts in view.predicates()? {
                let mut cursor = view.pairs(counts.predicate, End::Subject)?;
                while let Some((subjects, objects)) = cursor.next_block()? {
                    for (s, o) in subjects.iter().zip(objects) {
                        builder.quads.push(name.map(number), [*s, counts.predicate, *o].map(number));
                    }
                    check()?;
                }
            }
        }
        builder.forgets = true;
        Ok(builder)
    }

    /// Says that what follows comes from another file: its blank nodes are others, even where their
    /// labels are the same.
    pub fn start_file(&mut self) {
        self.blanks.clear();
    }

    /// Puts all quads of the default graph into another one.
    pub fn gather_into(&mut self, graph: &NamedNode) {
        let graph = self.intern(graph.as_ref().into());
        self.quads.name_default(graph);
        // The name is a term even where nothing is in the graph.
        self.forgets = true;
    }

    /// How many quads were added, repeated ones counted each time.
    pub fn quads(&self) -> u64 {
        self.quads.count()
    }

    /// Whether there are more terms than a pack can number (2^31): no pack can be made of what was added.
    fn is_full(&self) -> bool {
        self.terms.len() >= FIRST_FOREIGN as usize
    }

    /// Whether what was added can become a pack.
    ///
    /// # Errors
    /// Where there are more terms than a pack can number (2^31).
    pub fn has_room(&self) -> Result<()> {
        if self.is_full() { Err(Self::too_many_terms()) } else { Ok(()) }
    }

    pub(super) fn too_many_terms() -> Error {
        let limit = "the files hold more different terms than a graph can number (2147483648)";
        Error::data(limit).hint(Hint::LoadIntoStore)
    }

    /// How many bytes all that was added takes.
    pub(super) fn memory(&self) -> usize {
        // A label in its box, its place in the table.
        self.terms.memory() + self.quads.memory() + 80 * self.blanks.len()
    }

    /// Forgets all terms and quads, but not which blank nodes of the current file have which label here.
    pub(super) fn clear(&mut self) {
        self.terms.clear();
        self.quads.clear();
        self.round += 1;
    }

    /// Adds all quads of `piece`, a part of the current file that [keeps its labels](Self::keeping_labels), and empties it.
    /// It is as if each had been added by itself.
    pub fn absorb(&mut self, piece: &mut Self) {
        let mut ids = std::mem::take(&mut self.ids);
        ids.clear();
        for old in 0..piece.terms.len() as Id {
            let bytes = piece.terms.get(old);
            let id = match local(bytes) {
                None => self.terms.intern(bytes),
                Some(Lexical::Blank(label)) => self.intern(BlankNodeRef::new_unchecked(label).into()),
                Some(Lexical::Triple(parts)) => {
                    // The parts of a triple term come before it.
                    let parts = parts.map(|part| ids.get(part as usize).copied().unwrap_or_default());
                    encode_triple(parts, &mut self.encoded);
                    self.terms.intern(&self.encoded)
                }
                Some(_) => self.terms.intern(bytes),
            };
            ids.push(id);
        }
        self.quads.append(&mut piece.quads, &ids);
        piece.terms.clear();
        self.ids = ids;
    }

    /// Adds a quad.
    pub fn add(&mut self, quad: QuadRef<'_>) {
        let subject = self.intern(quad.subject.into());
        let predicate = self.intern(quad.predicate.into());
        let triple = [subject, predicate, self.intern(quad.object)];
        let graph = match quad.graph_name {
            GraphNameRef::DefaultGraph => None,
            GraphNameRef::NamedNode(name) => Some(self.intern(name.into())),
            GraphNameRef::BlankNode(name) => Some(self.intern(name.into())),
        };
        self.quads.push(graph, triple);
    }

    fn intern(&mut self, term: TermRef<'_>) -> Id {
        match term {
            TermRef::BlankNode(node) if !self.keeps_labels => self.intern_blank(node),
            TermRef::Triple(triple) => {
                // The parser limits how deep these nest.
                let subject = self.intern(triple.subject.as_ref().into());
                let predicate = self.intern(triple.predicate.as_ref().into());
                let parts = [subject, predicate, self.intern(triple.object.as_ref())];
                encode_triple(parts, &mut self.encoded);
                self.terms.intern(&self.encoded)
            }
            _ => {
                encode(term, &mut self.encoded);
                self.terms.intern(&self.encoded)
            }
        }
    }

    fn intern_blank(&mut self, node: BlankNodeRef<'_>) -> Id {
        let known = self.blanks.get_mut(node.as_str());
        if let Some(KnownBlank { id, .. }) = known.as_ref().filter(|known| known.round == self.round) {
            return *id;
        }
        let label = known.as_ref().map_or(self.renamed, |known| known.label);
        encode(BlankNodeRef::new_unchecked(&format!("b{label}")).into(), &mut self.encoded);
        let id = self.terms.intern(&self.encoded);
        let now = KnownBlank { label, id, round: self.round };
        if let Some(known) = known {
            *known = now;
        } else {
            self.renamed += 1;
            self.blanks.insert(node.as_str().into(), now);
        }
        id
    }

    /// The graph of what was added.
    pub fn finish(self) -> Pack {
        // Nobody stops it.
        self.finish_within(Watch::nobody()).unwrap_or_else(|_| Pack::empty())
    }

    /// The graph of what was added.
    ///
    /// # Errors
    /// Where `watch` stops the work.
    pub fn finish_within(self, watch: Watch<'_>) -> Result<Pack> {
        let Self { terms, quads, forgets, .. } = self;
        let used = forgets.then(|| used(&terms, &quads));
        let (order, kinds) = sort::sorted(&terms, used.as_deref(), watch)?;
        let mut ids = vec![0; terms.len()];
        for (new, old) in (0..).zip(&order) {
            if let Some(id) = ids.get_mut(*old as usize) {
                *id = new;
            }
        }
        let (dictionary, table) = thread::scope(|scope| {
            let dictionary = || Dictionary::of(&terms, &order, &ids, kinds.clone(), watch);
            let handle = thread::Builder::new().spawn_scoped(scope, dictionary);
            let table = Table::of_quads(quads, &ids, watch);
            // A thread that could not run leaves its work to this one.
            (handle.ok().and_then(|handle| handle.join().ok()).unwrap_or_else(dictionary), table)
        });
        Ok(Pack::of(dictionary?, table?))
    }
}

/// Which terms occur in quads, or in triple terms that do.
fn used(terms: &Interner, quads: &Quads) -> Vec<bool> {
    let mut used = vec![false; terms.len()];
    let mut open = Vec::new();
    quads.each_term(&mut |id| open.push(id));
    while let Some(id) = open.pop() {
        if let Some(seen @ false) = used.get_mut(id as usize) {
            *seen = true;
            if let Some(Lexical::Triple(parts)) = decode(terms.get(id)) {
                open.extend(parts);
            }
        }
    }
    used
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::{BlankNode, GraphName, Literal, NamedNode, Quad, Term, Triple};

    fn quad(n: usize) -> Quad {
        let iri = |n: usize| NamedNode::new_unchecked(format!("http://example.org/{n}"));
        let node = |n: usize| BlankNode::new_unchecked(format!("x{}", n % 40));
        let object: Term = match n % 4 {
            0 => Literal::from(n as i64 % 30).into(),
            1 => node(n + 7).into(),
            2 => Triple::new(node(n), iri(n % 5), Literal::from(n as i64 % 9)).into(),
            _ => Triple::new(iri(n), iri(n % 5), Triple::new(node(n), iri(3), iri(n % 11))).into(),
        };
        let graph = match n % 3 {
            0 => GraphName::DefaultGraph,
            1 => node(n).into(),
            _ => iri(n % 6).into(),
        };
        if n.is_multiple_of(2) {
            Quad::new(node(n * 3), iri(n % 4), object, graph)
        } else {
            Quad::new(iri(n), iri(n % 4), object, graph)
        }
    }

    #[test]
    fn pieces_give_the_bytes_that_single_quads_give() {
        let (mut single, mut pieces, mut piece) = (Builder::new(), Builder::new(), Builder::keeping_labels());
        for file in 0..2 {
            single.start_file();
            pieces.start_file();
            for n in 0..1000 {
                let quad = quad(n + file * 500);
                single.add(quad.as_ref());
                piece.add(quad.as_ref());
                if n % 77 == 0 {
                    pieces.absorb(&mut piece);
                }
            }
            pieces.absorb(&mut piece);
        }
        let bytes = |builder: Builder| builder.finish().write(Vec::new()).unwrap();
        assert!(bytes(single) == bytes(pieces));
        assert_eq!(piece.finish().term_count(), 0, "a piece that was taken is empty");
    }
}
