//! Triple terms taken apart and put together by the numbers of their parts, from a table of all of them.
//!
//! In: a dictionary, which stores a triple term as the numbers of its parts, and sorts them by these. Out: the parts of a number, and where
//! parts stand. The table is made once as many of its terms were looked at one by one as take as long to read; it is held for speed alone,
//! 12 bytes for each, and gives way where memory is short. **It tells of the dictionary alone**, not of terms beside it.

use super::kinds::{Kind, Kinds};
use super::lexical::{Lexical, Scratch};
use super::pack::Watch;
use super::port::{Id, NONE, Triple};
use crate::error::{Error, Result};
use crate::room::{self, Kept};
use std::cmp::Ordering;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{self, AtomicUsize};

/// What stands for the parts of what is no triple term.
pub const NO_PARTS: Triple = [NONE; 3];

/// To look at one term takes as long as to read so many of those that follow each other.
const LOOK: usize = 16;

/// So many terms are read before it is asked again whether to go on.
const READ: usize = 1 << 12;

/// What reads the terms of a dictionary.
pub(super) trait Texts {
    /// Where each kind begins.
    fn kinds(&self) -> &Kinds;
    /// As [`super::Indexed::lexical`].
    fn text<'a>(&'a self, id: Id, scratch: &'a mut Scratch) -> Result<Lexical<'a>>;
    /// What is said of damage.
    fn damaged(&self) -> Error;
}

/// The triple terms of a dictionary. See the module.
#[derive(Default)]
pub(super) struct TripleTerms {
    table: Kept<Vec<Triple>>,
    /// How many terms were looked at without it.
    looked: AtomicUsize,
}

/// The triple terms of a dictionary at one moment: in a table, or read one by one.
struct At<'t, T: Texts> {
    texts: &'t T,
    range: Range<Id>,
    table: Option<Arc<Vec<Triple>>>,
    scratch: Scratch,
}

impl<T: Texts> At<'_, T> {
    /// The parts of a number in the range.
    fn parts(&mut self, id: Id) -> Result<Triple> {
        if let Some(table) = &self.table {
            return Ok(table.get((id - self.range.start) as usize).copied().unwrap_or(NO_PARTS));
        }
        read(self.texts, id, &mut self.scratch)
    }

    /// The first number of a range from which on the parts are not `less`.
    fn first(&mut self, range: Range<Id>, less: impl Fn(&Triple) -> bool) -> Result<Id> {
        let Range { start: mut low, end: mut high } = range;
        while low < high {
            let middle = low + (high - low) / 2;
            if less(&self.parts(middle)?) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }
}

/// The parts of one of the triple terms, which must be terms that may stand there.
fn read(texts: &impl Texts, id: Id, scratch: &mut Scratch) -> Result<Triple> {
    let kinds = texts.kinds();
    match texts.text(id, scratch)? {
        Lexical::Triple(parts) if are_sound(&parts, kinds) => Ok(parts),
        _ => Err(texts.damaged()),
    }
}

/// Whether a subject is an IRI or a blank node, a predicate an IRI, and an object any term of the dictionary.
fn are_sound([s, p, o]: &Triple, kinds: &Kinds) -> bool {
    let iris = kinds.range(Kind::Iri);
    *s < iris.end && iris.contains(p) && *o < kinds.total()
}

impl TripleTerms {
    /// The terms, to look at so many of them.
    fn at<'t, T: Texts>(&self, texts: &'t T, looks: usize, watch: Watch<'_>) -> Result<At<'t, T>> {
        let range = texts.kinds().range(Kind::Triple);
        let table = match self.table.get() {
            Some(table) => Some(table),
            None => {
                let looked = self.looked.fetch_add(looks, atomic::Ordering::Relaxed).saturating_add(looks);
                let pays = looked.saturating_mul(LOOK) >= range.len();
                if pays { self.made(texts, &range, watch)? } else { None }
            }
        };
        Ok(At { texts, range, table, scratch: Scratch::new() })
    }

    /// The table; nothing where there is no room for it.
    fn made(
        &self,
        texts: &impl Texts,
        range: &Range<Id>,
        watch: Watch<'_>,
    ) -> Result<Option<Arc<Vec<Triple>>>> {
        if let Some(table) = self.table.get() {
            return Ok(Some(table));
        }
        if !room::is_there_for(range.len().saturating_mul(size_of::<Triple>())) {
            return Ok(None);
        }
        let (mut table, mut scratch) = (Vec::with_capacity(range.len()), Scratch::new());
        for id in range.clone() {
            table.push(read(texts, id, &mut scratch)?);
            if table.len().is_multiple_of(READ) {
                watch.check()?;
            }
        }
        Ok(Some(self.table.keep(table)))
    }

    /// The parts of terms; [`NO_PARTS`] of those that are no triple terms of the dictionary.
    ///
    /// # Errors
    /// Where the stored bytes are damaged, and where `watch` stops it.
    pub fn parts(&self, texts: &impl Texts, ids: &[Id], watch: Watch<'_>) -> Result<Vec<Triple>> {
        let range = texts.kinds().range(Kind::Triple);
        let looks = ids.iter().filter(|id| range.contains(id)).count();
        if looks == 0 {
            return Ok(vec![NO_PARTS; ids.len()]);
        }
        let mut at = self.at(texts, looks, watch)?;
        let mut all = Vec::with_capacity(ids.len());
        for id in ids {
            all.push(if range.contains(id) { at.parts(*id)? } else { NO_PARTS });
            if all.len().is_multiple_of(READ) {
                watch.check()?;
            }
        }
        Ok(all)
    }

    /// Where a triple term stands whose parts stand there, as [`super::Indexed::position`] says it.
    ///
    /// # Errors
    /// As [`Self::parts`].
    pub fn position(
        &self,
        texts: &impl Texts,
        parts: &[Range<Id>; 3],
        watch: Watch<'_>,
    ) -> Result<Range<Id>> {
        let range = texts.kinds().range(Kind::Triple);
        let looks = range.len().checked_ilog2().unwrap_or(0) as usize;
        let mut at = self.at(texts, looks, watch)?;
        let order = |have: &Triple| {
            let orders = have.iter().zip(parts).map(|(have, part)| {
                if *have < part.start {
                    Ordering::Less
                } else if *have < part.end {
                    Ordering::Equal
                } else {
                    Ordering::Greater
                }
            });
            orders.fold(Ordering::Equal, Ordering::then)
        };
        let place = at.first(range.clone(), |have| order(have).is_lt())?;
        let is_it = place < range.end && order(&at.parts(place)?).is_eq();
        Ok(place..place + Id::from(is_it))
    }
}

#[cfg(test)]
mod tests {
    use super::super::pack::{Builder, Pack};
    use super::super::{Changed, FIRST_FOREIGN, Graph as _, Indexed as _};
    use super::*;
    use crate::terms::Triple as Nested;
    use crate::terms::{BlankNode, GraphName, Literal, NamedNode, NamedOrBlankNode, Quad, Term, xsd};

    fn iri(name: &str) -> NamedNode {
        NamedNode::new_unchecked(format!("http://example.org/{name}"))
    }

    /// Triple terms of all kinds of objects, some within others.
    fn terms() -> Vec<Term> {
        let subjects: [NamedOrBlankNode; 4] = [
            BlankNode::new_unchecked("a").into(),
            BlankNode::new_unchecked("b").into(),
            iri("1").into(),
            iri("2").into(),
        ];
        let objects: [Term; 7] = [
            iri("1").into(),
            BlankNode::new_unchecked("c").into(),
            Literal::from(1).into(),
            Literal::new_typed_literal("01", xsd::INTEGER).into(),
            Literal::from(2.5).into(),
            Literal::new_simple_literal("x").into(),
            Literal::new_language_tagged_literal_unchecked("x", "en").into(),
        ];
        let mut terms = Vec::new();
        for subject in subjects {
            for (n, object) in objects.iter().enumerate() {
                let inner = Nested::new(subject.clone(), iri(["p", "q"][n % 2]), object.clone());
                terms.push(Nested::new(subject.clone(), iri("p"), inner.clone()).into());
                terms.push(inner.into());
            }
        }
        terms
    }

    fn pack(terms: &[Term]) -> Pack {
        let mut builder = Builder::keeping_labels();
        for term in terms {
            builder.add(Quad::new(iri("s"), iri("r"), term.clone(), GraphName::DefaultGraph).as_ref());
        }
        builder.finish()
    }

    #[test]
    fn terms_are_taken_apart_and_put_together_with_a_table_and_without() {
        let (terms, nobody) = (terms(), Watch::nobody());
        let memory = pack(&terms);
        let written = Pack::from_static(Vec::leak(memory.write(Vec::new()).unwrap())).unwrap();
        for pack in [memory, written] {
            let range = pack.kinds().range(Kind::Triple);
            assert_eq!(range.len(), terms.len());
            // One by one at first, then from a table.
            for _ in 0..3 {
                for term in &terms {
                    let Term::Triple(triple) = term else { panic!("{term}") };
                    let parts = [
                        pack.id(triple.subject.as_ref().into()).unwrap().unwrap(),
                        pack.id(triple.predicate.as_ref().into()).unwrap().unwrap(),
                        pack.id(triple.object.as_ref()).unwrap().unwrap(),
                    ];
                    let id = pack.id(term.as_ref()).unwrap().unwrap();
                    assert_eq!(pack.parts(&[id, 0, NONE], nobody).unwrap(), [parts, NO_PARTS, NO_PARTS]);
                    assert_eq!(pack.triple_of(parts).unwrap(), Some(id));
                    let [s, p, o] = parts;
                    assert_eq!(pack.triple_of([s, p, p]).unwrap(), None);
                    assert_eq!(pack.triple_of([o, p, s]).unwrap().is_some_and(|other| other == id), o == s);
                    assert_eq!(pack.triple_of([s, p, NONE]).unwrap(), None);
                }
            }
        }
    }

    #[test]
    fn the_order_of_numbers_is_that_of_parts() {
        let pack = pack(&terms());
        let ids: Vec<Id> = pack.kinds().range(Kind::Triple).collect();
        assert!(pack.parts(&ids, Watch::nobody()).unwrap().is_sorted());
        // A term that is not there stands where it would be, as all others do.
        let absent: Vec<Term> = terms()
            .into_iter()
            .flat_map(|term| {
                let Term::Triple(triple) = term else { panic!("{term}") };
                let other = Literal::from(7);
                [
                    Nested::new(triple.subject.clone(), iri("o"), other.clone()),
                    Nested::new(iri("0"), iri("p"), *triple),
                ]
            })
            .map(Term::from)
            .collect();
        for term in &absent {
            let less = ids.iter().filter(|id| {
                crate::value::order::compare(pack.term(**id).unwrap().as_ref(), term.as_ref()).is_lt()
            });
            let place = ids[0] + less.count() as Id;
            assert_eq!(pack.position(term.as_ref()).unwrap(), place..place, "{term}");
        }
    }

    #[test]
    fn terms_that_came_since_are_taken_apart_too() {
        let terms = terms();
        let (held, new) = terms.split_at(terms.len() / 2);
        let mut graph = Changed::over(Arc::new(pack(held)));
        let ids: Vec<Id> = terms.iter().map(|term| graph.intern(term.as_ref()).unwrap()).collect();
        assert!(ids.iter().filter(|id| **id >= FIRST_FOREIGN).count() >= new.len() / 2);
        for (id, parts) in ids.iter().zip(graph.parts(&ids, Watch::nobody()).unwrap()) {
            let [s, p, o] = parts.map(|part| graph.term(part).unwrap());
            let Term::Triple(triple) = graph.term(*id).unwrap() else { panic!("{id}") };
            assert_eq!((Term::from(triple.subject), Term::from(triple.predicate), triple.object), (s, p, o));
            assert_eq!(graph.triple_of(parts).unwrap(), Some(*id));
        }
        assert_eq!(graph.parts(&[NONE, 0], Watch::nobody()).unwrap(), [NO_PARTS; 2]);
    }

    #[test]
    fn who_stops_it_is_heard() {
        let stop = || Err(Error::query("stopped"));
        let many: Vec<Term> =
            (0..2 * READ).map(|n| Nested::new(iri(&n.to_string()), iri("p"), iri("o")).into()).collect();
        let pack = pack(&many);
        let ids: Vec<Id> = pack.kinds().range(Kind::Triple).collect();
        assert!(pack.parts(&ids, Watch::asking(&stop)).is_err());
    }

    #[test]
    fn what_cannot_be_a_triple_is_damage() {
        struct Odd(Kinds, Triple);
        impl Texts for Odd {
            fn kinds(&self) -> &Kinds {
                &self.0
            }
            fn text<'a>(&'a self, _: Id, _: &'a mut Scratch) -> Result<Lexical<'a>> {
                Ok(Lexical::Triple(self.1))
            }
            fn damaged(&self) -> Error {
                Error::data("damaged")
            }
        }
        // One blank node, two IRIs, a number, a triple term.
        let kinds = Kinds::of_counts([1, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
        let found = |parts| TripleTerms::default().parts(&Odd(kinds.clone(), parts), &[4], Watch::nobody());
        assert_eq!(found([0, 1, 3]).unwrap(), [[0, 1, 3]]);
        for parts in [[3, 1, 2], [0, 0, 2], [0, 3, 2], [0, 1, 5], [NONE, 1, 2]] {
            assert!(found(parts).is_err(), "{parts:?}");
        }
    }
}
