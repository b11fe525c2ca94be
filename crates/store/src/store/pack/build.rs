//! Collects quads and makes a pack of them: numbers the terms, sorts them by value, sorts the triples.
//!
//! In: quads, in any order, repeated or not. Out: a [`Pack`]. Everything is held in memory.

use super::intern::Interner;
use super::terms::{decode, encode, encode_triple};
use super::{Dictionary, Pack, sort};
use crate::error::Result;
use crate::store::Lexical;
use crate::store::port::{FIRST_FOREIGN, GraphId, Id, Triple};
use crate::store::table::{Quads, Table};
use crate::terms::{Quad, TermRef};
use oxrdf::{BlankNodeRef, GraphNameRef, QuadRef};
use std::collections::{HashMap, HashSet};
use std::thread;

/// Collects quads and makes a pack of them.
#[derive(Default)]
pub struct Builder {
    terms: Interner,
    quads: Quads,
    /// The blank nodes of the current file: their label there, their number here.
    blanks: HashMap<Box<str>, Id>,
    /// How many blank nodes were renamed.
    renamed: usize,
    /// Whether blank nodes keep their labels.
    keeps_labels: bool,
    /// Whether there may be terms that no quad has.
    forgets: bool,
    encoded: Vec<u8>,
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

    /// One that has all quads of `base` but `removed`, and those `added`, with the labels of their blank nodes.
    pub(in super::super) fn changed(
        base: &Pack,
        added: &HashSet<Quad>,
        removed: &HashSet<(GraphId, Triple)>,
    ) -> Result<Self> {
        let mut builder = Self::keeping_labels();
        // Terms keep their numbers, so that quads and triple terms can be taken as they are.
        base.dictionary.each(&mut |bytes| {
            builder.terms.intern(bytes);
            Ok(())
        })?;
        base.table.each(&mut |graph, triple| {
            if removed.is_empty() || !removed.contains(&(graph, triple)) {
                builder.quads.push(graph, triple);
            }
        })?;
        added.iter().for_each(|quad| builder.add(quad.as_ref()));
        builder.forgets = !removed.is_empty();
        Ok(builder)
    }

    /// Says that what follows comes from another file: its blank nodes are others, even where their
    /// labels are the same.
    pub fn start_file(&mut self) {
        self.blanks.clear();
    }

    /// Whether there are more terms than a pack can number (2^31): no pack can be made of what was added.
    pub fn is_full(&self) -> bool {
        self.terms.len() >= FIRST_FOREIGN as usize
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
        if let Some(id) = self.blanks.get(node.as_str()) {
            return *id;
        }
        let label = format!("b{}", self.renamed);
        self.renamed += 1;
        encode(BlankNodeRef::new_unchecked(&label).into(), &mut self.encoded);
        let id = self.terms.intern(&self.encoded);
        self.blanks.insert(node.as_str().into(), id);
        id
    }

    /// The graph of what was added.
    pub fn finish(self) -> Pack {
        let Self { terms, quads, forgets, .. } = self;
        let used = forgets.then(|| used(&terms, &quads));
        let (order, kinds) = sort::sorted(&terms, used.as_deref());
        let mut ids = vec![0; terms.len()];
        for (new, old) in (0..).zip(&order) {
            if let Some(id) = ids.get_mut(*old as usize) {
                *id = new;
            }
        }
        let (dictionary, table) = thread::scope(|scope| {
            let dictionary = || Dictionary::of(&terms, &order, &ids, kinds.clone());
            let handle = thread::Builder::new().spawn_scoped(scope, dictionary);
            let table = Table::of_quads(quads, &ids);
            // A thread that could not run leaves its work to this one.
            (handle.ok().and_then(|handle| handle.join().ok()).unwrap_or_else(dictionary), table)
        });
        Pack::of(dictionary, table)
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
