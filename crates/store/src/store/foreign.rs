//! Terms beside a sorted dictionary: numbered from [`FIRST_FOREIGN`] on, in the order in which they came.
//!
//! In: terms that a graph lacks. Out: their numbers, and of each number its text, its value and where it stands among the
//! terms of the dictionary. Copies share what they have in common. A term keeps its number even where nothing uses it any
//! more.

use super::columns::{NO_EPOCH, Number};
use super::kinds::Kind;
use super::lexical::Lexical;
use super::pack::{intern, terms, values};
use super::port::{self, FIRST_FOREIGN, Id, Indexed, NONE};
use super::standing::{self, Standing};
use crate::error::{Error, Result};
use crate::terms::{NamedOrBlankNode, Term, TermRef, Triple};
use crate::value::order;
use std::sync::Arc;

/// How many terms a part holds.
const PART: usize = 256;

/// Terms beside a dictionary. See the module.
#[derive(Debug, Clone, Default)]
pub struct ForeignTerms {
    /// How many foreign numbers the graph below uses itself.
    below: Id,
    parts: Vec<Arc<Part>>,
    len: usize,
    index: Index,
}

/// Places of terms by a hash of their bytes. Copies share all parts that neither of the two changes.
#[derive(Debug, Clone, Default)]
struct Index {
    /// Hashes with their places, those of equal upper bits together, in any order.
    parts: Vec<Arc<Vec<(u32, u32)>>>,
    len: usize,
}

impl Index {
    /// How many a part has in the mean when there are made twice as many parts.
    const FULL: usize = 128;

    fn part(&self, hash: u32) -> usize {
        ((u64::from(hash) * self.parts.len() as u64) >> 32) as usize
    }

    /// The places of all terms with a hash.
    fn places(&self, hash: u32) -> impl Iterator<Item = u32> {
        let part = self.parts.get(self.part(hash)).map(|part| part.as_slice()).unwrap_or_default();
        part.iter().filter(move |(have, _)| *have == hash).map(|(_, place)| *place)
    }

    fn insert(&mut self, hash: u32, place: u32) {
        if self.len >= self.parts.len() * Self::FULL {
            self.grow();
        }
        let part = self.part(hash);
        if let Some(part) = self.parts.get_mut(part).map(Arc::make_mut) {
            part.push((hash, place));
            self.len += 1;
        }
    }

    fn remove(&mut self, hash: u32, place: u32) {
        let part = self.part(hash);
        let Some(part) = self.parts.get_mut(part).map(Arc::make_mut) else { return };
        if let Some(at) = part.iter().rposition(|entry| *entry == (hash, place)) {
            part.swap_remove(at);
            self.len -= 1;
        }
    }

    /// Makes two parts of each.
    fn grow(&mut self) {
        let old = std::mem::take(&mut self.parts);
        self.parts = vec![Arc::default(); (2 * old.len()).max(1)];
        for (hash, place) in old.iter().flat_map(|part| part.iter()) {
            let part = self.part(*hash);
            self.parts
                .iter_mut()
                .skip(part)
                .take(1)
                .for_each(|part| Arc::make_mut(part).push((*hash, *place)));
        }
    }
}

/// Up to [`PART`] terms.
#[derive(Debug, Clone, Default)]
struct Part {
    bytes: Vec<u8>,
    terms: Vec<Entry>,
}

/// What is known of a term besides its text.
#[derive(Debug, Clone, Copy)]
struct Entry {
    /// Where its bytes end.
    end: usize,
    kind: Kind,
    number: Number,
    epoch: i64,
    standing: Standing,
}

/// What was found of a term.
pub enum Sought {
    /// Its number.
    Known(Id),
    /// It has none; in the dictionary it would stand before the term of this number.
    Missing(Id),
}

impl ForeignTerms {
    /// None yet, over a graph.
    pub fn over(graph: &dyn Indexed) -> Self {
        Self { below: graph.more_terms(), ..Self::default() }
    }

    /// How many foreign numbers are in use: those of the graph below and these.
    pub fn count(&self) -> Id {
        // No more than fit are ever added.
        self.below + self.len as Id
    }

    /// The place of a number among these terms.
    #[inline]
    fn place(&self, id: Id) -> Option<usize> {
        let place = id.checked_sub(FIRST_FOREIGN)?.checked_sub(self.below)? as usize;
        (place < self.len).then_some(place)
    }

    /// Whether a number is one of these.
    #[inline]
    pub fn has(&self, id: Id) -> bool {
        self.place(id).is_some()
    }

    fn part(&self, id: Id) -> Option<(&Part, usize)> {
        let place = self.place(id)?;
        self.parts.get(place / PART).map(|part| (part.as_ref(), place % PART))
    }

    #[inline]
    fn entry(&self, id: Id) -> Option<&Entry> {
        let (part, place) = self.part(id)?;
        part.terms.get(place)
    }

    /// The kind of a term.
    #[inline]
    pub fn kind(&self, id: Id) -> Option<Kind> {
        self.entry(id).map(|entry| entry.kind)
    }

    /// What a numeric literal is worth.
    #[inline]
    pub fn number(&self, id: Id) -> Option<Number> {
        self.entry(id).filter(|entry| entry.kind == Kind::Number).map(|entry| entry.number)
    }

    /// The instant of a date or dateTime.
    #[inline]
    pub fn epoch(&self, id: Id) -> Option<i64> {
        self.entry(id).map(|entry| entry.epoch).filter(|micros| *micros != NO_EPOCH)
    }

    /// Where a term stands among those of the dictionary.
    #[inline]
    pub fn standing(&self, id: Id) -> Option<Standing> {
        self.entry(id).map(|entry| entry.standing)
    }

    /// A term as a dictionary stores it.
    pub fn bytes(&self, id: Id) -> Option<&[u8]> {
        let (part, place) = self.part(id)?;
        let start =
            place.checked_sub(1).and_then(|before| part.terms.get(before)).map_or(0, |entry| entry.end);
        part.bytes.get(start..part.terms.get(place)?.end)
    }

    /// The text of a term.
    pub fn lexical(&self, id: Id) -> Option<Lexical<'_>> {
        terms::decode(self.bytes(id)?)
    }

    /// Puts the parts of those of `ids` that are triple terms among these into their places in `parts`.
    pub fn add_parts(&self, ids: &[Id], parts: &mut [port::Triple]) {
        if self.len == 0 {
            return;
        }
        for (id, parts) in ids.iter().zip(parts).filter(|(id, _)| **id >= FIRST_FOREIGN) {
            if let Some(Lexical::Triple(own)) = self.lexical(*id) {
                *parts = own;
            }
        }
    }

    /// The triple term among these that has such parts.
    pub fn triple_of(&self, parts: port::Triple) -> Option<Id> {
        let mut bytes = Vec::new();
        terms::encode_triple(parts, &mut bytes);
        self.find_bytes(&bytes)
    }

    /// The term of a number; `graph` has these terms and those below.
    ///
    /// # Errors
    /// Where the graph below is damaged, or the number is none of these.
    pub fn term(&self, id: Id, graph: &dyn Indexed) -> Result<Term> {
        let lexical = self.lexical(id).ok_or_else(no_term)?;
        let Lexical::Triple([s, p, o]) = lexical else { return lexical.to_term().ok_or_else(no_term) };
        let subject = match graph.term(s)? {
            Term::NamedNode(iri) => NamedOrBlankNode::from(iri),
            Term::BlankNode(node) => node.into(),
            Term::Literal(_) | Term::Triple(_) => return Err(no_term()),
        };
        let Term::NamedNode(predicate) = graph.term(p)? else { return Err(no_term()) };
        Ok(Triple::new(subject, predicate, graph.term(o)?).into())
    }

    /// Looks for a term that is no triple term, by its bytes: among these first, where a hash finds it.
    ///
    /// # Errors
    /// Where the graph below is damaged.
    pub fn seek(&self, term: TermRef<'_>, bytes: &[u8], below: &dyn Indexed) -> Result<Sought> {
        if let Some(id) = self.find_bytes(bytes) {
            return Ok(Sought::Known(id));
        }
        if below.more_terms() > 0
            && let Some(id) = below.id(term)?
        {
            return Ok(Sought::Known(id));
        }
        let place = below.position(term)?;
        Ok(if place.is_empty() { Sought::Missing(place.start) } else { Sought::Known(place.start) })
    }

    /// The number of a term, of the graph below or of these.
    ///
    /// # Errors
    /// Where the graph below is damaged.
    pub fn find(&self, term: TermRef<'_>, below: &dyn Indexed) -> Result<Option<Id>> {
        let mut bytes = Vec::new();
        if terms::encode(term, &mut bytes) {
            return Ok(match self.seek(term, &bytes, below)? {
                Sought::Known(id) => Some(id),
                Sought::Missing(_) => None,
            });
        }
        let known = below.id(term)?;
        let TermRef::Triple(triple) = term else { return Ok(known) };
        if known.is_some() || self.len == 0 {
            return Ok(known);
        }
        // The parser limits how deep these nest.
        let parts = [
            self.find(triple.subject.as_ref().into(), below)?,
            self.find(triple.predicate.as_ref().into(), below)?,
            self.find(triple.object.as_ref(), below)?,
        ];
        let [Some(s), Some(p), Some(o)] = parts else { return Ok(None) };
        terms::encode_triple([s, p, o], &mut bytes);
        Ok(self.find_bytes(&bytes))
    }

    fn find_bytes(&self, bytes: &[u8]) -> Option<Id> {
        if self.len == 0 {
            return None;
        }
        let hash = intern::hash(bytes);
        let mut ids = self.index.places(hash).map(|place| FIRST_FOREIGN + self.below + place);
        ids.find(|id| self.bytes(*id) == Some(bytes))
    }

    /// The number of a term, a new one where neither the graph below nor these have it.
    ///
    /// # Errors
    /// Where the graph below is damaged, or there would be more terms than can be numbered.
    pub fn intern(&mut self, term: TermRef<'_>, below: &dyn Indexed) -> Result<Id> {
        let mut bytes = Vec::new();
        if terms::encode(term, &mut bytes) {
            return match self.seek(term, &bytes, below)? {
                Sought::Known(id) => Ok(id),
                Sought::Missing(place) => self.add(term, &bytes, place, below),
            };
        }
        match below.id(term)? {
            Some(id) => Ok(id),
            None => self.intern_triple(term, below),
        }
    }

    /// The number of a triple term that the graph below does not have.
    ///
    /// # Errors
    /// As [`Self::intern`].
    pub fn intern_triple(&mut self, term: TermRef<'_>, below: &dyn Indexed) -> Result<Id> {
        let TermRef::Triple(triple) = term else { return self.intern(term, below) };
        let parts = [
            self.intern(triple.subject.as_ref().into(), below)?,
            self.intern(triple.predicate.as_ref().into(), below)?,
            self.intern(triple.object.as_ref(), below)?,
        ];
        let mut bytes = Vec::new();
        terms::encode_triple(parts, &mut bytes);
        match self.find_bytes(&bytes) {
            Some(id) => Ok(id),
            None => self.add(term, &bytes, below.position(term)?.start, below),
        }
    }

    /// Numbers a term that was [not found](Self::seek): its bytes, and before which term of the dictionary it stands.
    ///
    /// # Errors
    /// As [`Self::intern`].
    pub fn add(&mut self, term: TermRef<'_>, bytes: &[u8], place: Id, below: &dyn Indexed) -> Result<Id> {
        let count = below.term_count().saturating_add(self.count());
        let id = FIRST_FOREIGN.checked_add(self.count()).filter(|id| *id < NONE && count < FIRST_FOREIGN);
        let id = id.ok_or_else(|| {
            Error::data("the graph would hold more terms than can be numbered (2147483648)")
        })?;
        let lexical = terms::decode(bytes).filter(|lexical| !matches!(lexical, Lexical::Triple(_)));
        let entry = Entry {
            end: 0,
            kind: order::kind(term),
            number: lexical.map_or(Number::Big, values::number),
            epoch: lexical.map_or(NO_EPOCH, values::epoch),
            standing: standing::of_term_at(place, term, below)?,
        };
        if self.len.is_multiple_of(PART) {
            self.parts.push(Arc::default());
        }
        if let Some(part) = self.parts.last_mut().map(Arc::make_mut) {
            part.bytes.extend_from_slice(bytes);
            part.terms.push(Entry { end: part.bytes.len(), ..entry });
        }
        self.index.insert(intern::hash(bytes), self.len as u32);
        self.len += 1;
        Ok(id)
    }
}

impl ForeignTerms {
    /// Forgets the last terms until so many foreign numbers are in use.
    pub fn forget(&mut self, count: Id) {
        while self.len > 0 && self.count() > count {
            let place = self.len - 1;
            if let Some(bytes) = self.bytes(FIRST_FOREIGN + self.count() - 1) {
                let hash = intern::hash(bytes);
                self.index.remove(hash, place as u32);
            }
            self.len = place;
            if place.is_multiple_of(PART) {
                self.parts.pop();
            } else if let Some(part) = self.parts.last_mut().map(Arc::make_mut) {
                part.terms.pop();
                part.bytes.truncate(part.terms.last().map_or(0, |entry| entry.end));
            }
        }
    }
}

/// The error for a number that is none of a graph's.
pub(super) fn no_term() -> Error {
    Error::data("a number stands for no term")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Graph;
    use crate::store::pack::Builder;
    use crate::terms::{GraphName, Literal, NamedNode, Quad, xsd};

    #[test]
    fn a_term_has_one_number_and_comes_back() {
        let iri = |n: u32| NamedNode::new_unchecked(format!("http://example.org/{n}"));
        let mut builder = Builder::new();
        builder.add(Quad::new(iri(1), iri(2), Literal::from(3), GraphName::DefaultGraph).as_ref());
        let pack = builder.finish();
        let mut terms = ForeignTerms::over(&pack);
        let known = pack.id(iri(1).as_ref().into()).unwrap().unwrap();
        assert_eq!(terms.intern(iri(1).as_ref().into(), &pack).unwrap(), known);
        let mut ids = Vec::new();
        for n in 0..1000 {
            let term = Term::from(Literal::new_typed_literal(format!("{n}.0"), xsd::DECIMAL));
            let id = terms.intern(term.as_ref(), &pack).unwrap();
            assert_eq!(terms.intern(term.as_ref(), &pack).unwrap(), id);
            assert_eq!(terms.term(id, &pack).unwrap(), term);
            assert_eq!(terms.number(id), Some(Number::Decimal { mantissa: 10 * n, scale: 1 }));
            assert_eq!(terms.standing(id).unwrap().is_known(), n == 3, "{n}");
            ids.push(id);
        }
        let copy = terms.clone();
        terms.intern(iri(7).as_ref().into(), &pack).unwrap();
        assert_eq!(copy.find(iri(7).as_ref().into(), &pack).unwrap(), None, "a copy stays as it was");
        assert_eq!((copy.count(), terms.count()), (1000, 1001));
        assert!(ids.is_sorted() && ids[0] == FIRST_FOREIGN);
        assert!(!copy.has(FIRST_FOREIGN + 1000) && terms.has(FIRST_FOREIGN + 1000));
    }

    #[test]
    fn an_index_finds_all_places_of_a_hash_while_it_grows_and_shrinks() {
        let (mut index, mut copies) = (Index::default(), Vec::new());
        // Of all lengths, and some hashes for several places.
        let hash = |place: u32| (place % 3000).wrapping_mul(0x9e37_79b9);
        let find = |index: &Index, of: u32| {
            let mut places: Vec<u32> = index.places(hash(of)).collect();
            places.sort_unstable();
            places
        };
        for place in 0..4000 {
            index.insert(hash(place), place);
            if place % 1000 == 500 {
                copies.push((index.clone(), place));
            }
        }
        assert_eq!(find(&index, 17), [17, 3017]);
        assert_eq!(find(&index, 1017), [1017]);
        for place in (2000..4000).rev() {
            index.remove(hash(place), place);
        }
        index.remove(hash(9), 10);
        assert_eq!((find(&index, 17), find(&index, 2017), index.len), (vec![17], vec![], 2000));
        for (copy, last) in copies {
            let all: usize = (0..3000).map(|of| find(&copy, of).len()).sum();
            assert_eq!((all, copy.len), (last as usize + 1, last as usize + 1), "a copy stays as it was");
        }
    }
}
