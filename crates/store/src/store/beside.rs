//! Terms beside a sorted dictionary in the order of their values, for a reader of a sorted list in that order.
//!
//! In: numbers of terms, or a list of pairs. Out: those of them that the dictionary lacks, each with the term of the dictionary
//! that it comes before; of a list, their pairs too. Where much was changed since the pack was made, these are many:
//! `paged.rs` keeps what was found of a list until it changes.

use super::cursor::PairCursor;
use super::lexical::{Lexical, Scratch};
use super::pack::watch::STRIDE;
use super::pack::{Watch, radix};
use super::port::{FIRST_FOREIGN, Id, Indexed, NONE};
use super::standing::{Standing, equal_values, has_values};
use crate::error::Result;
use crate::value::order::compare;
use std::cmp::Ordering;
use std::ops::Range;

/// A term beside the dictionary, among others. See the module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// Its number.
    pub id: Id,
    /// It comes before this term of the dictionary and after all that come before that one.
    pub before: Id,
    /// Whether the dictionary has terms of the same value, of which `before` is the first.
    pub is_known: bool,
    /// A number of its value: terms of one list have the same number where their values are equal, and only there.
    pub value: u32,
    /// Where its pairs lie among those of its list.
    start: u32,
    end: u32,
}

/// Says whether there is room for so many bytes more.
pub type Room<'r> = &'r dyn Fn(usize) -> Result<()>;

/// What sorting takes for each term: its place, before and after, and what is sorted, twice.
const FOR_EACH: usize = 2 * size_of::<Placed>() + 2 * size_of::<(u64, u32)>();

/// The pairs of a list whose firsts are beside the dictionary, in the order of the values of these.
#[derive(Debug, Default)]
pub struct Beside {
    firsts: Vec<Placed>,
    seconds: Vec<Id>,
}

impl Beside {
    /// Those of a list over a graph.
    ///
    /// # Errors
    /// Where the stored bytes are damaged, or `room` or `watch` says so.
    pub fn of(
        mut list: PairCursor<'_>,
        graph: &dyn Indexed,
        room: Room<'_>,
        watch: Watch<'_>,
    ) -> Result<Self> {
        let mut all = Self::default();
        let count = list.range(FIRST_FOREIGN..NONE)?;
        room(count * (FOR_EACH + size_of::<Id>()))?;
        all.seconds.reserve_exact(count);
        while let Some((firsts, seconds)) = list.next_block()? {
            for (first, second) in firsts.iter().zip(seconds) {
                let end = all.seconds.len() as u32;
                if all.firsts.last().is_none_or(|last| last.id != *first) {
                    all.firsts.push(Placed::unplaced(*first, end));
                }
                all.firsts.iter_mut().next_back().into_iter().for_each(|last| last.end = end + 1);
                all.seconds.push(*second);
            }
            watch.check()?;
        }
        place(&mut all.firsts, graph, watch)?;
        Ok(all)
    }

    /// The firsts.
    #[must_use]
    pub fn firsts(&self) -> &[Placed] {
        &self.firsts
    }

    /// The seconds of one of the firsts, sorted by their numbers.
    #[must_use]
    pub fn seconds(&self, first: &Placed) -> &[Id] {
        self.seconds.get(first.places()).unwrap_or_default()
    }
}

impl Placed {
    fn unplaced(id: Id, start: u32) -> Self {
        Self { id, before: NONE, is_known: false, value: 0, start, end: start }
    }

    fn places(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// Terms beside the dictionary in the order of their values.
///
/// # Errors
/// Where the stored bytes are damaged, or `room` or `watch` says so.
pub fn placed(ids: &[Id], graph: &dyn Indexed, room: Room<'_>, watch: Watch<'_>) -> Result<Vec<Placed>> {
    room(ids.len() * FOR_EACH)?;
    let mut all: Vec<Placed> = ids.iter().map(|id| Placed::unplaced(*id, 0)).collect();
    place(&mut all, graph, watch)?;
    Ok(all)
}

/// Finds out where terms come, and sorts them.
fn place(all: &mut Vec<Placed>, graph: &dyn Indexed, watch: Watch<'_>) -> Result<()> {
    let mut order: Vec<(u64, u32)> = Vec::with_capacity(all.len());
    for (number, term) in all.iter_mut().enumerate() {
        let standing = graph.standing(term.id)?;
        (term.before, term.is_known) = ((standing.0 / 2) as Id, standing.is_known());
        order.push((standing.0, number as u32));
        if number % STRIDE == STRIDE - 1 {
            watch.check()?;
        }
    }
    radix::sort(&mut order, watch)?;
    let mut sorted: Vec<Placed> = Vec::with_capacity(all.len());
    let mut value = 0;
    for (number, together) in order.chunk_by(|a, b| a.0 == b.0).enumerate() {
        let terms = together.iter().filter_map(|(_, number)| all.get(*number as usize).copied());
        let start = sorted.len();
        sorted.extend(terms.map(|term| Placed { value, ..term }));
        value += 1;
        let is_known = together.iter().all(|(standing, _)| Standing(*standing).is_known());
        if together.len() > 1 && !is_known {
            value += sort_by_term(sorted.get_mut(start..).unwrap_or_default(), graph, watch)?;
        }
        if number % STRIDE == STRIDE - 1 {
            watch.check()?;
        }
    }
    *all = sorted;
    Ok(())
}

/// Sorts terms between the same two of the dictionary; says how many values they have beyond one.
fn sort_by_term(together: &mut [Placed], graph: &dyn Indexed, watch: Watch<'_>) -> Result<u32> {
    // Equal values come together.
    radix::sort_by(together, watch, |a, b| order(a.id, b.id, graph))?;
    let (mut more, mut last) = (0, None);
    for (number, placed) in together.iter_mut().enumerate() {
        more += u32::from(last.map_or(Ok(false), |last| are_different(last, placed.id, graph))?);
        placed.value += more;
        last = Some(placed.id);
        if number % STRIDE == STRIDE - 1 {
            watch.check()?;
        }
    }
    Ok(more)
}

/// The order of two terms that the dictionary lacks: nothing is copied but triple terms. A term that cannot be read was refused when it came.
fn order(a: Id, b: Id, graph: &dyn Indexed) -> Ordering {
    let (mut room_a, mut room_b) = (Scratch::new(), Scratch::new());
    let (text_a, text_b) = (graph.lexical(a, &mut room_a), graph.lexical(b, &mut room_b));
    let [term_a, term_b] = [&text_a, &text_b].map(|text| text.as_ref().ok().and_then(Lexical::as_term));
    if let (Some(a), Some(b)) = (term_a, term_b) {
        return compare(a, b);
    }
    let terms = graph.term(a).ok().zip(graph.term(b).ok());
    terms.map_or(Ordering::Equal, |(a, b)| compare(a.as_ref(), b.as_ref()))
}

/// Whether two terms that follow each other differ in value.
fn are_different(a: Id, b: Id, graph: &dyn Indexed) -> Result<bool> {
    let has_values = |id| graph.kind(id).is_some_and(has_values);
    Ok(!has_values(a) || !has_values(b) || !equal_values(&graph.term(a)?, &graph.term(b)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::pack::Builder;
    use crate::store::{Changed, End, Graph};
    use crate::terms::{GraphName, Literal, NamedNode, Quad, Term, xsd};
    use std::sync::Arc;

    #[test]
    fn pairs_beside_the_dictionary_come_by_value_until_their_list_changes() {
        let iri = |name: &str| NamedNode::new_unchecked(format!("http://example.org/{name}"));
        let quad =
            |subject: &str, object: Term| Quad::new(iri(subject), iri("p"), object, GraphName::DefaultGraph);
        let typed = |text: &str| Term::from(Literal::new_typed_literal(text, xsd::DECIMAL));
        let mut builder = Builder::new();
        for (subject, object) in [("b", typed("1")), ("m", typed("5")), ("x", Literal::from("word").into())] {
            builder.add(quad(subject, object).as_ref());
        }
        let mut graph = Changed::over(Arc::new(builder.finish()));
        let add = |graph: &mut Changed, subject: &str, object: Term| {
            let triple = [Term::from(iri(subject)), iri("p").into(), object];
            let ids = triple.map(|term| graph.intern(term.as_ref()).unwrap());
            assert!(graph.set(None, ids, true).unwrap());
            ids
        };
        for (subject, object) in [
            ("z", typed("7")),
            ("a", typed("3.0")),
            ("c", typed("2")),
            ("b", typed("3.00")),
            ("b", typed("1.0")),
            ("a", Literal::from("other").into()),
        ] {
            add(&mut graph, subject, object);
        }
        let predicate = graph.id(iri("p").as_ref().into()).unwrap().unwrap();
        let texts = |graph: &Changed, by: End| -> Vec<(String, u32, usize)> {
            let view = graph.view(None).unwrap().unwrap();
            let beside = view.beside(predicate, by, graph, &|_| Ok(()), Watch::nobody()).unwrap();
            let told = |placed: &Placed| {
                let text = match graph.term(placed.id).unwrap() {
                    Term::NamedNode(iri) => iri.as_str().rsplit('/').next().unwrap().to_owned(),
                    Term::Literal(literal) => literal.value().to_owned(),
                    term => term.to_string(),
                };
                (text, placed.value, beside.seconds(placed).len())
            };
            beside.firsts().iter().map(told).collect()
        };
        let of = |all: &[(&str, u32, usize)]| -> Vec<(String, u32, usize)> {
            all.iter().map(|(text, value, pairs)| ((*text).to_owned(), *value, *pairs)).collect()
        };
        let objects =
            [("1.0", 0, 1), ("2", 1, 1), ("3.0", 2, 1), ("3.00", 2, 1), ("7", 3, 1), ("other", 4, 1)];
        assert_eq!(texts(&graph, End::Object), of(&objects));
        assert_eq!(texts(&graph, End::Subject), of(&[("a", 0, 2), ("c", 1, 1), ("z", 2, 1)]));
        let copy = graph.clone();
        let added = add(&mut graph, "a", typed("2"));
        assert!(graph.set(None, added, false).unwrap());
        add(&mut graph, "d", typed("2"));
        assert_eq!(texts(&graph, End::Object)[1], ("2".to_owned(), 1, 2));
        assert_eq!(texts(&graph, End::Subject)[2], ("d".to_owned(), 2, 1));
        assert_eq!(texts(&copy, End::Object), of(&objects), "a copy stays as it was");
        let known = |graph: &Changed| {
            let view = graph.view(None).unwrap().unwrap();
            let beside = view.beside(predicate, End::Object, graph, &|_| Ok(()), Watch::nobody()).unwrap();
            beside.firsts().iter().map(|placed| placed.is_known).collect::<Vec<bool>>()
        };
        assert_eq!(known(&copy), [true, false, false, false, false, false], "1.0 is 1");
    }
}
