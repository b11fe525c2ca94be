//! Collects quads and makes a pack of them: numbers the terms, sorts them by value, sorts the triples.
//!
//! In: quads, in any order, repeated or not. Out: a [`Pack`]. Everything is held in memory; see `packer.rs` for more.

use super::intern::Interner;
use super::terms::{encode, encode_triple, local};
use super::watch::Watch;
use super::{Dictionary, Pack, sort};
use crate::error::{Error, Hint, Result};
use crate::store::Lexical;
use crate::store::port::{FIRST_FOREIGN, Id};
use crate::store::table::{Quads, Table};
use crate::terms::{NamedNode, TermRef};
use oxrdf::{BlankNodeRef, GraphNameRef, QuadRef};
use std::borrow::Cow;
use std::collections::HashMap;
use std::thread;

/// Collects quads and makes a pack of them.
pub struct Builder {
    pub(super) terms: Interner,
    pub(super) quads: Quads,
    /// The blank nodes of the current file by their label there.
    blanks: HashMap<Box<str>, KnownBlank>,
    /// How many blank nodes were renamed.
    renamed: u64,
    /// How often it was emptied.
    round: u32,
    /// Whether blank nodes keep their labels; and what those that they get begin with.
    keeps_labels: bool,
    labels: Cow<'static, str>,
    encoded: Vec<u8>,
    /// The numbers here of a piece's terms: room that is kept.
    ids: Vec<Id>,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            terms: Interner::default(),
            quads: Quads::default(),
            blanks: HashMap::new(),
            renamed: 0,
            round: 0,
            keeps_labels: false,
            labels: Cow::Borrowed("b"),
            encoded: Vec::new(),
            ids: Vec::new(),
        }
    }
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

    /// An empty one whose blank nodes get labels that begin in a way of their own, followed by a number: for quads that come
    /// to others.
    pub fn labelling(labels: String) -> Self {
        Self { labels: labels.into(), ..Self::default() }
    }

    /// Says that what follows comes from another file: its blank nodes are others, even where their
    /// labels are the same.
    pub fn start_file(&mut self) {
        self.blanks.clear();
    }

    /// Puts all quads of the default graph into another one.
    pub fn gather_into(&mut self, graph: &NamedNode) {
        if self.quads.has_default() {
            let graph = self.intern(graph.as_ref().into());
            self.quads.name_default(graph);
        }
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
        let name = format!("{}{label}", self.labels);
        encode(BlankNodeRef::new_unchecked(&name).into(), &mut self.encoded);
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
        let Self { terms, quads, .. } = self;
        let (order, kinds) = sort::sorted(&terms, watch)?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Indexed as _;
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
