//! Makes a pack: numbers the terms, sorts them, sorts the triples three ways; and its bytes.
//!
//! In: quads, in any order, repeated or not. Out: the columns of a `Pack`, or the same as bytes.
//! Shared with the build script, so it knows `oxrdf` and nothing of baimo.

use super::terms::encode;
use oxrdf::{BlankNode, BlankNodeRef, GraphNameRef, QuadRef, Term, TermRef, Triple};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::thread;

type Id = u32;
type Row = [Id; 3];

/// The first bytes of a pack, with the version of its layout.
pub(super) const MAGIC: &[u8; 8] = b"baimo\0\0\x01";

/// Collects quads and makes a pack of them.
#[derive(Default)]
pub struct Builder {
    /// The number of each encoded term, in the order of first sight.
    ids: HashMap<Box<[u8]>, Id, BuildHasherDefault<Words>>,
    /// How many bytes these terms take together.
    text: u64,
    /// The triples of each graph, by those numbers. The first is the default graph.
    graphs: Vec<(Option<Id>, Vec<Row>)>,
    encoded: Vec<u8>,
    /// The blank nodes of the current file: their label there, their number here.
    blanks: HashMap<Box<str>, Id>,
    /// The number in each blank node's label.
    blank_labels: HashMap<Id, usize>,
}

/// The sorted columns of a pack.
pub(super) struct Columns {
    pub starts: Vec<u32>,
    pub text: Vec<u8>,
    pub graphs: Vec<(Option<Id>, [Vec<Row>; 3])>,
}

impl Builder {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Says that what follows comes from another file: its blank nodes are others, even where their
    /// labels are the same.
    pub fn start_file(&mut self) {
        self.blanks.clear();
    }

    /// Whether there are more terms, or longer ones, than a pack can number: no pack can be made of
    /// what was added.
    pub fn is_full(&self) -> bool {
        self.text > u64::from(u32::MAX) || self.ids.len() >= 1 << 31
    }

    /// Adds a quad. Blank nodes get labels of the pack's own (`b0`, `b1`, ... in the order of first
    /// sight), so that the same input gives the same graph everywhere.
    pub fn add(&mut self, quad: QuadRef<'_>) {
        let graph = match quad.graph_name {
            GraphNameRef::DefaultGraph => None,
            GraphNameRef::NamedNode(name) => Some(self.intern(name.into())),
            GraphNameRef::BlankNode(name) => Some(self.intern(name.into())),
        };
        let triple =
            [self.intern(quad.subject.into()), self.intern(quad.predicate.into()), self.intern(quad.object)];
        match self.graphs.iter_mut().rev().find(|(name, _)| *name == graph) {
            Some((_, triples)) => triples.push(triple),
            None => self.graphs.push((graph, vec![triple])),
        }
    }

    fn intern(&mut self, term: TermRef<'_>) -> Id {
        match term {
            TermRef::BlankNode(node) => {
                if let Some(id) = self.blanks.get(node.as_str()) {
                    return *id;
                }
                let number = self.blank_labels.len();
                let label = format!("b{number}");
                let id = self.intern_as_is(BlankNodeRef::new_unchecked(&label).into());
                self.blanks.insert(node.as_str().into(), id);
                self.blank_labels.insert(id, number);
                id
            }
            TermRef::Triple(_) => {
                let renamed = self.rename_in_triple(term.into_owned());
                self.intern_as_is(renamed.as_ref())
            }
            TermRef::NamedNode(_) | TermRef::Literal(_) => self.intern_as_is(term),
        }
    }

    /// A triple term with the blank nodes in it under their labels here.
    fn rename_in_triple(&mut self, term: Term) -> Term {
        match term {
            Term::BlankNode(node) => {
                let id = self.intern(node.as_ref().into());
                self.blank_labels.get(&id).map_or(Term::BlankNode(node), |number| {
                    BlankNode::new_unchecked(format!("b{number}")).into()
                })
            }
            Term::Triple(triple) => {
                let Triple { subject, predicate, object } = *triple;
                let subject = match self.rename_in_triple(subject.into()) {
                    Term::BlankNode(node) => node.into(),
                    Term::NamedNode(iri) => oxrdf::NamedOrBlankNode::from(iri),
                    // A subject renamed is a subject still.
                    Term::Literal(_) | Term::Triple(_) => BlankNode::default().into(),
                };
                Triple::new(subject, predicate, self.rename_in_triple(object)).into()
            }
            Term::NamedNode(_) | Term::Literal(_) => term,
        }
    }

    fn intern_as_is(&mut self, term: TermRef<'_>) -> Id {
        self.encoded.clear();
        encode(term, &mut self.encoded);
        if let Some(id) = self.ids.get(self.encoded.as_slice()) {
            return *id;
        }
        // A caller that heeds `is_full` stops long before this number could wrap.
        let id = self.ids.len() as Id;
        self.text += self.encoded.len() as u64;
        self.ids.insert(self.encoded.as_slice().into(), id);
        id
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "every number was given out by `intern`, and lies in the table"
    )]
    pub(super) fn into_columns(self) -> Columns {
        let mut terms: Vec<(Box<[u8]>, Id)> = self.ids.into_iter().collect();
        terms.sort_unstable();
        let mut renumbered = vec![0; terms.len()];
        let mut starts = Vec::with_capacity(terms.len() + 1);
        let mut text = Vec::with_capacity(terms.iter().map(|(term, _)| term.len()).sum());
        for (new, (term, old)) in terms.into_iter().enumerate() {
            renumbered[old as usize] = new as Id;
            starts.push(text.len() as u32);
            text.extend_from_slice(&term);
        }
        starts.push(text.len() as u32);
        let mut graphs: Vec<_> = self
            .graphs
            .into_iter()
            .map(|(name, mut triples)| {
                for triple in &mut triples {
                    *triple = triple.map(|id| renumbered[id as usize]);
                }
                triples.sort_unstable();
                triples.dedup();
                let (pos, osp) = thread::scope(|scope| {
                    let pos = scope.spawn(|| sorted(&triples, |[s, p, o]| [p, o, s]));
                    let osp = sorted(&triples, |[s, p, o]| [o, s, p]);
                    (pos.join(), osp)
                });
                // A thread that could not run leaves its work to this one.
                let pos = pos.unwrap_or_else(|_| sorted(&triples, |[s, p, o]| [p, o, s]));
                (name.map(|id| renumbered[id as usize]), [triples, pos, osp])
            })
            .collect();
        graphs.sort_by_key(|(name, _)| *name);
        Columns { starts, text, graphs }
    }

    /// The pack as bytes: magic, checksum, numbers (little-endian), text.
    pub fn into_bytes(self) -> Vec<u8> {
        let columns = self.into_columns();
        let mut numbers: Vec<u32> = vec![columns.starts.len() as u32];
        numbers.extend(&columns.starts);
        numbers.push(columns.graphs.len() as u32);
        for (name, orders) in &columns.graphs {
            numbers.push(name.map_or(u32::MAX, |id| id));
            numbers.push(orders.first().map_or(0, Vec::len) as u32);
            numbers.extend(orders.iter().flatten().flatten());
        }
        let mut body: Vec<u8> = (numbers.len() as u32).to_le_bytes().to_vec();
        body.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
        body.extend(&columns.text);
        let mut bytes = MAGIC.to_vec();
        bytes.extend(checksum(&body).to_le_bytes());
        bytes.extend(body);
        bytes
    }
}

/// The rows with their columns in another order, sorted by it.
fn sorted(rows: &[Row], order: fn(Row) -> Row) -> Vec<Row> {
    let mut rows: Vec<Row> = rows.iter().map(|row| order(*row)).collect();
    rows.sort_unstable();
    rows
}

/// A quick hash for encoded terms, eight bytes at a time. It guards against no one who makes terms
/// collide on purpose: that would make his own load slow, and nothing else.
#[derive(Default)]
struct Words(u64);

impl Hasher for Words {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        let mut last = [0; 8];
        for (place, byte) in last.iter_mut().zip(rest) {
            *place = *byte;
        }
        for word in words.iter().chain([&last]) {
            let mixed = u128::from(self.0 ^ u64::from_le_bytes(*word) ^ 0x243f_6a88_85a3_08d3)
                * 0x9e37_79b9_7f4a_7c15;
            self.0 = (mixed as u64) ^ ((mixed >> 64) as u64);
        }
        self.0 ^= bytes.len() as u64;
    }

    fn finish(&self) -> u64 {
        self.0.wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}

/// FNV-1a over eight bytes at a time: enough to tell a cut or damaged file, and quick.
pub(super) fn checksum(bytes: &[u8]) -> u64 {
    let step = |hash: u64, word: u64| (hash ^ word).wrapping_mul(0x0100_0000_01b3).rotate_left(29);
    let (words, rest) = bytes.as_chunks::<8>();
    let hash = words.iter().fold(0xcbf2_9ce4_8422_2325, |hash, word| step(hash, u64::from_le_bytes(*word)));
    rest.iter().fold(step(hash, bytes.len() as u64), |hash, byte| step(hash, u64::from(*byte)))
}
