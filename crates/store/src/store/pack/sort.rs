//! Sorts encoded terms in the order of the dictionary.
//!
//! In: an interner's terms. Out: their numbers in the total order of `value::order`, and how many there
//! are of each kind. Texts are sorted eight bytes at a time from the first place where they differ
//! (after Ng and Kakehi, Cache efficient radix sort for string sorting, 2007); values by their sort
//! keys, and by comparison only where these are equal.

use super::intern::Interner;
use super::radix;
use super::terms::decode;
use super::watch::{STRIDE, Step, Watch};
use crate::error::Result;
use crate::store::Lexical;
use crate::store::kinds::{KINDS, Kind, Kinds, ORDER};
use crate::value::order::{self, SortKey};
use std::cmp::Ordering;
use std::thread;

/// Groups up to this size are sorted by plain comparison.
const SMALL: usize = 24;

/// A term to sort: what decides most comparisons, and its number.
type Item = (u64, u32);

/// The numbers of an interner's terms in the order of the dictionary, and where each kind begins.
///
/// # Errors
/// Where `watch` stops it.
pub(in super::super) fn sorted(terms: &Interner, watch: Watch<'_>) -> Result<(Vec<u32>, Kinds)> {
    let mut groups = grouped(terms, watch)?;
    let counts = std::array::from_fn(|kind| groups.get(kind).map_or(0, Vec::len) as u32);
    let iris = groups.get_mut(Kind::Iri as usize).map(std::mem::take).unwrap_or_default();
    let (iris, groups) = thread::scope(|scope| {
        let handle = thread::Builder::new().spawn_scoped(scope, || sort_texts(terms, iris.clone(), watch));
        let sorted = groups.into_iter().zip(ORDER).map(|(group, kind)| sort_group(terms, kind, group, watch));
        let groups = sorted.collect::<Result<Vec<Vec<Item>>>>();
        // A thread that could not run leaves its work to this one.
        let iris_sorted = handle.ok().and_then(|handle| handle.join().ok());
        (iris_sorted.unwrap_or_else(|| sort_texts(terms, iris.clone(), watch)), groups)
    });
    let (iris, mut groups) = (iris?, groups?);
    if let Some(group) = groups.get_mut(Kind::Iri as usize) {
        *group = iris;
    }
    watch.tell(Step::Terms, terms.len(), terms.len())?;
    Ok((groups.into_iter().flatten().map(|(_, id)| id).collect(), Kinds::of_counts(counts)))
}

/// The terms of each kind, with their sort keys.
fn grouped(terms: &Interner, watch: Watch<'_>) -> Result<Vec<Vec<Item>>> {
    let mut groups = vec![Vec::new(); KINDS];
    for id in 0..terms.len() as u32 {
        if (id as usize).is_multiple_of(STRIDE) {
            // Sorting takes as long again.
            watch.tell(Step::Terms, id as usize, 2 * terms.len())?;
        }
        let lexical = decode(terms.get(id));
        let key = match lexical.as_ref().and_then(Lexical::as_term) {
            Some(term) => SortKey::of(term),
            // Only a triple term has no term of its own.
            None => SortKey { kind: Kind::Triple, prefix: 0 },
        };
        if let Some(group) = groups.get_mut(key.kind as usize) {
            group.push((key.prefix, id));
        }
    }
    Ok(groups)
}

fn sort_group(terms: &Interner, kind: Kind, group: Vec<Item>, watch: Watch<'_>) -> Result<Vec<Item>> {
    if matches!(kind, Kind::Blank | Kind::Iri | Kind::String | Kind::LangString) {
        return sort_texts(terms, group, watch);
    }
    let mut group = group;
    radix::sort(&mut group, watch)?;
    for same in group.chunk_by_mut(|a, b| a.0 == b.0).filter(|same| same.len() > 1) {
        radix::sort_by(same, watch, |a, b| compare(terms, a.1, b.1))?;
    }
    Ok(group)
}

/// The order of two terms.
pub(in super::super) fn compare(terms: &Interner, a: u32, b: u32) -> Ordering {
    let (mut a, mut b) = (a, b);
    // Triple terms nest in their objects only: a loop, so that no depth can exhaust the stack.
    loop {
        match (decode(terms.get(a)), decode(terms.get(b))) {
            (Some(Lexical::Triple([s, p, o])), Some(Lexical::Triple([t, q, r]))) => {
                let order = compare_simple(terms, s, t).then_with(|| compare_simple(terms, p, q));
                if order.is_ne() {
                    return order;
                }
                (a, b) = (o, r);
            }
            (Some(Lexical::Triple(_)), _) => return Ordering::Greater,
            (_, Some(Lexical::Triple(_))) => return Ordering::Less,
            _ => return compare_simple(terms, a, b),
        }
    }
}

fn compare_simple(terms: &Interner, a: u32, b: u32) -> Ordering {
    compare_bytes(terms.get(a), terms.get(b))
}

/// The order of two terms that are no triple terms, as they are stored.
pub(in super::super) fn compare_bytes(a: &[u8], b: &[u8]) -> Ordering {
    let (a, b) = (decode(a), decode(b));
    match a.as_ref().and_then(Lexical::as_term).zip(b.as_ref().and_then(Lexical::as_term)) {
        Some((a, b)) => order::compare(a, b),
        None => Ordering::Equal,
    }
}

/// The text of a term; its terms are of one kind that is sorted by text first.
fn text(terms: &Interner, id: u32) -> &[u8] {
    decode(terms.get(id)).and_then(|lexical| lexical.text()).unwrap_or_default().as_bytes()
}

/// Sorts terms of one kind by text, equal texts by comparison.
fn sort_texts(terms: &Interner, mut group: Vec<Item>, watch: Watch<'_>) -> Result<Vec<Item>> {
    // Parts of the group that agree in their first bytes, and in how many.
    let mut open = vec![(0, group.len(), 0)];
    while let Some((start, end, depth)) = open.pop() {
        let Some(part) = group.get_mut(start..end) else { continue };
        if part.len() <= SMALL {
            sort_small(terms, part, depth);
            continue;
        }
        let shared = shared_prefix(terms, part, depth, watch)?;
        let mut ended = false;
        for (place, (key, id)) in part.iter_mut().enumerate() {
            if place.is_multiple_of(STRIDE) {
                watch.check()?;
            }
            let rest = text(terms, *id).get(shared..).unwrap_or_default();
            ended |= rest.len() < 8;
            *key = window(rest);
        }
        radix::sort(part, watch)?;
        let mut at = start;
        for run in part.chunk_by_mut(|a, b| a.0 == b.0) {
            let run_end = at + run.len();
            if run.len() > 1 {
                let is_short = |id| text(terms, id).len() < shared + 8;
                if ended && run.iter().any(|(_, id)| is_short(*id)) {
                    sort_small(terms, run, shared);
                } else {
                    open.push((at, run_end, shared + 8));
                }
            }
            at = run_end;
        }
    }
    Ok(group)
}

/// Eight bytes so that they compare as the text does; those past its end as zeros.
fn window(text: &[u8]) -> u64 {
    match text.first_chunk::<8>() {
        Some(bytes) => u64::from_be_bytes(*bytes),
        None => {
            let mut bytes = [0; 8];
            for (place, byte) in bytes.iter_mut().zip(text) {
                *place = *byte;
            }
            u64::from_be_bytes(bytes)
        }
    }
}

/// In how many bytes, at least `depth`, all texts of a part agree.
fn shared_prefix(terms: &Interner, part: &[Item], depth: usize, watch: Watch<'_>) -> Result<usize> {
    let Some(((_, first), others)) = part.split_first() else { return Ok(depth) };
    let first = text(terms, *first);
    let mut shared = first.len();
    for (place, (_, id)) in others.iter().enumerate() {
        if place.is_multiple_of(STRIDE) {
            watch.check()?;
        }
        let other = text(terms, *id);
        let limit = shared.min(other.len());
        let (a, b) = (first.get(depth..limit), other.get(depth..limit));
        let (a, b) = (a.unwrap_or_default(), b.unwrap_or_default());
        if a != b {
            shared = depth + a.iter().zip(b).take_while(|(a, b)| a == b).count();
        } else {
            shared = limit;
        }
        if shared <= depth {
            return Ok(depth);
        }
    }
    Ok(shared)
}

/// Sorts terms of one kind whose texts agree in `depth` bytes.
fn sort_small(terms: &Interner, part: &mut [Item], depth: usize) {
    part.sort_unstable_by(|(_, a), (_, b)| {
        let rest = |id| text(terms, id).get(depth..).unwrap_or_default();
        rest(*a).cmp(rest(*b)).then_with(|| compare(terms, *a, *b))
    });
}

#[cfg(test)]
mod tests {
    use super::super::terms::encode;
    use super::*;
    use crate::terms::{BlankNode, Literal, NamedNode, Term, xsd};

    #[test]
    fn the_dictionary_is_sorted_as_plain_comparison_sorts() {
        let mut interner = Interner::default();
        let mut bytes = Vec::new();
        let mut terms: Vec<Term> = Vec::new();
        for n in 0..3000u32 {
            let mixed = n.wrapping_mul(0x9e37_79b9) >> 7;
            terms.push(
                NamedNode::new_unchecked(format!("http://example.org/kg/{}/{mixed}", mixed % 7)).into(),
            );
            terms.push(
                Literal::new_simple_literal(
                    "ab\0\0c".repeat(mixed as usize % 9) + &"x".repeat(n as usize % 50),
                )
                .into(),
            );
            terms.push(
                Literal::new_language_tagged_literal_unchecked(
                    "x".repeat(n as usize % 20),
                    ["de", "en"][n as usize % 2],
                )
                .into(),
            );
            terms.push(Literal::new_typed_literal(format!("{}.{}", mixed % 50, n % 3), xsd::DECIMAL).into());
            terms.push(Literal::from(mixed % 60).into());
            terms.push(Literal::from(f64::from(mixed % 60) / 2.0).into());
            terms.push(BlankNode::new_unchecked(format!("b{mixed}")).into());
            terms.push(Literal::new_typed_literal(format!("2024-01-{:02}", n % 40), xsd::DATE).into());
        }
        for term in &terms {
            encode(term.as_ref(), &mut bytes);
            interner.intern(&bytes);
        }
        terms.sort_by(|a, b| order::compare(a.as_ref(), b.as_ref()));
        terms.dedup();
        let (ids, kinds) = sorted(&interner, Watch::nobody()).unwrap();
        let found: Vec<Term> =
            ids.iter().map(|id| decode(interner.get(*id)).unwrap().to_term().unwrap()).collect();
        assert_eq!(found, terms);
        for (place, term) in (0..).zip(&terms) {
            assert_eq!(kinds.of(place), Some(order::kind(term.as_ref())));
        }
    }
}
