//! The dictionary of a pack: the text of every term, sorted by value, and the values beside it.
//!
//! In: sorted terms. Out: the text of a number, the number of a term, columns of values. Damage is an error.

use super::intern::Interner;
use super::terms::{decode, encode_triple};
use super::values;
use crate::error::{Error, Result};
use crate::store::columns::{Epochs, Numbers};
use crate::store::kinds::{Kind, Kinds};
use crate::store::{Id, Lexical, Scratch};
use crate::terms::{NamedOrBlankNode, Term, TermRef, Triple};
use crate::value::order;
use std::cmp::Ordering;
use std::ops::Range;

/// How deep a triple term may nest: deeper ones are taken for damage.
const DEEPEST: usize = 1000;

/// Terms by number. See the module.
pub(in super::super) struct Dictionary {
    kinds: Kinds,
    /// Where each term begins in `text`, and the end.
    starts: Vec<u64>,
    text: Vec<u8>,
    tags: Vec<u8>,
    payloads: Vec<[u8; 8]>,
    micros: Vec<[u8; 8]>,
}

/// A stored byte is not what was written.
fn damaged() -> Error {
    Error::data("the packed graph is damaged").hint("make the pack anew from its sources")
}

impl Dictionary {
    /// From terms, the order they are to stand in, and the new number of each.
    pub fn of(terms: &Interner, order: &[u32], ids: &[Id], kinds: Kinds) -> Self {
        let mut starts = Vec::with_capacity(order.len() + 1);
        let mut text = Vec::with_capacity(terms.text_len());
        let triples = kinds.range(Kind::Triple);
        let renumber = |id: u32| ids.get(id as usize).copied().unwrap_or_default();
        let mut triple = Vec::new();
        for (id, old) in (0..).zip(order) {
            starts.push(text.len() as u64);
            let bytes = terms.get(*old);
            if triples.contains(&id)
                && let Some(Lexical::Triple(parts)) = decode(bytes)
            {
                encode_triple(parts.map(renumber), &mut triple);
                text.extend_from_slice(&triple);
            } else {
                text.extend_from_slice(bytes);
            }
        }
        starts.push(text.len() as u64);
        let (tags, payloads, micros) = Default::default();
        let mut dictionary = Self { kinds, starts, text, tags, payloads, micros };
        dictionary.fill_columns();
        dictionary
    }

    /// From texts as [`Self::bytes`] gives them, one after the other; nothing where the lengths do not fit.
    pub fn of_text(kinds: Kinds, lengths: &[u32], text: Vec<u8>) -> Option<Self> {
        let mut starts = vec![0];
        let mut end = 0;
        for length in lengths {
            end += u64::from(*length);
            starts.push(end);
        }
        let (tags, payloads, micros) = Default::default();
        let mut dictionary = Self { kinds, starts, text, tags, payloads, micros };
        dictionary.fill_columns();
        (end == dictionary.text.len() as u64).then_some(dictionary)
    }

    fn fill_columns(&mut self) {
        let lexicals = |range: Range<Id>| range.filter_map(|id| decode(self.bytes(id)));
        let numbers = lexicals(self.kinds.range(Kind::Number)).map(|lexical| values::number(lexical).pack());
        let (tags, payloads) = numbers.unzip();
        let dates = self.kinds.range(Kind::DateTime).start..self.kinds.range(Kind::Date).end;
        let micros = lexicals(dates).map(|lexical| values::epoch(lexical).to_le_bytes()).collect();
        (self.tags, self.payloads, self.micros) = (tags, payloads, micros);
    }

    /// Where each kind begins.
    pub fn kinds(&self) -> &Kinds {
        &self.kinds
    }

    /// A term as it is stored.
    pub fn bytes(&self, id: Id) -> &[u8] {
        let at = |place: usize| self.starts.get(place).map_or(0, |start| *start as usize);
        self.text.get(at(id as usize)..at(id as usize + 1)).unwrap_or_default()
    }

    /// Gives every term as it is stored, in order.
    pub fn each(&self, each: &mut dyn FnMut(&[u8])) {
        (0..self.kinds.total()).for_each(|id| each(self.bytes(id)));
    }

    /// The text of a term.
    pub fn lexical<'a>(&'a self, id: Id, _: &'a mut Scratch) -> Result<Lexical<'a>> {
        decode(self.bytes(id)).ok_or_else(damaged)
    }

    /// The term of a number.
    pub fn term(&self, id: Id) -> Result<Term> {
        self.term_within(id, DEEPEST, &mut Scratch::new())
    }

    fn term_within(&self, id: Id, depth: usize, scratch: &mut Scratch) -> Result<Term> {
        let lexical = self.lexical(id, scratch)?;
        let Lexical::Triple([s, p, o]) = lexical else { return lexical.to_term().ok_or_else(damaged) };
        let depth = depth.checked_sub(1).ok_or_else(damaged)?;
        let subject = match self.term_within(s, depth, scratch)? {
            Term::NamedNode(iri) => NamedOrBlankNode::from(iri),
            Term::BlankNode(node) => node.into(),
            Term::Literal(_) | Term::Triple(_) => return Err(damaged()),
        };
        let Term::NamedNode(predicate) = self.term_within(p, depth, scratch)? else { return Err(damaged()) };
        Ok(Triple::new(subject, predicate, self.term_within(o, depth, scratch)?).into())
    }

    /// The order of a stored term and another.
    fn compare(&self, id: Id, term: TermRef<'_>, scratch: &mut Scratch) -> Result<Ordering> {
        let lexical = self.lexical(id, scratch)?;
        match lexical.as_term() {
            Some(have) => Ok(order::compare(have, term)),
            None => Ok(order::compare(self.term(id)?.as_ref(), term)),
        }
    }

    /// Where a term stands: all numbers before the range sort before it, all after the range after it.
    pub fn position(&self, term: TermRef<'_>) -> Result<Range<Id>> {
        let Range { start: mut low, end: mut high } = self.kinds.range(order::kind(term));
        let mut scratch = Scratch::new();
        while low < high {
            let middle = low + (high - low) / 2;
            match self.compare(middle, term, &mut scratch)? {
                Ordering::Less => low = middle + 1,
                Ordering::Greater => high = middle,
                Ordering::Equal => return Ok(middle..middle + 1),
            }
        }
        Ok(low..low)
    }

    /// The terms of one kind, sorted by text, that start with `prefix`.
    pub fn prefixed(&self, kind: Kind, prefix: &str) -> Result<Range<Id>> {
        let range = self.kinds.range(kind);
        if !matches!(kind, Kind::Blank | Kind::Iri | Kind::String | Kind::LangString) {
            return Ok(range.start..range.start);
        }
        let start = self.first_where(range.clone(), |text| text >= prefix)?;
        let end = self.first_where(start..range.end, |text| text >= prefix && !text.starts_with(prefix))?;
        Ok(start..end)
    }

    /// The first number of a range from which on a condition on the text holds.
    fn first_where(&self, range: Range<Id>, holds: impl Fn(&str) -> bool) -> Result<Id> {
        let Range { start: mut low, end: mut high } = range;
        let mut scratch = Scratch::new();
        while low < high {
            let middle = low + (high - low) / 2;
            if holds(self.lexical(middle, &mut scratch)?.text().unwrap_or_default()) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        Ok(low)
    }

    /// The column of numbers.
    pub fn numbers(&self) -> Result<Numbers<'_>> {
        Ok(Numbers::new(self.kinds.range(Kind::Number).start, &self.tags, &self.payloads))
    }

    /// The column of instants.
    pub fn epochs(&self) -> Result<Epochs<'_>> {
        Ok(Epochs::new(self.kinds.range(Kind::DateTime).start, &self.micros))
    }
}
