//! The triples of a view that match a pattern, one after the other.
//!
//! In: one graph, a pattern. Out: triples, for who reads terms and not columns.

use super::cursor::PairCursor;
use super::port::{End, Id, Pattern, Scan, Triples};
use super::view::View;
use crate::error::Result;

/// The triples of a view that match a pattern; none where there is no view.
pub(super) fn of_view(view: Result<Option<View<'_>>>, pattern: Pattern) -> Scan<'_> {
    Scan::Stream(stream(view, pattern).unwrap_or_else(|error| Box::new(std::iter::once(Err(error)))))
}

fn stream(view: Result<Option<View<'_>>>, pattern: Pattern) -> Result<Triples<'_>> {
    let Some(view) = view? else { return Ok(Box::new(std::iter::empty())) };
    let predicates = view.predicates_in(pattern)?;
    Ok(Box::new(predicates.into_iter().flat_map(move |predicate| {
        match matching(&view, predicate, pattern) {
            Ok(triples) => triples,
            Err(error) => Box::new(std::iter::once(Err(error))),
        }
    })))
}

/// The triples of one predicate that match a pattern.
fn matching<'a>(view: &View<'a>, predicate: Id, [s, _, o]: Pattern) -> Result<Triples<'a>> {
    Ok(match (s, o) {
        (Some(s), Some(o)) => {
            let found = view.pairs(predicate, End::Subject)?.contains(s, o)?;
            Box::new(found.then_some(Ok([s, predicate, o])).into_iter())
        }
        (Some(s), None) => {
            let objects = view.pairs(predicate, End::Subject)?.lookup(s)?.to_vec();
            Box::new(objects.into_iter().map(move |o| Ok([s, predicate, o])))
        }
        (None, Some(o)) => {
            let subjects = view.pairs(predicate, End::Object)?.lookup(o)?.to_vec();
            Box::new(subjects.into_iter().map(move |s| Ok([s, predicate, o])))
        }
        (None, None) => Box::new(all(view.pairs(predicate, End::Subject)?, predicate)),
    })
}

/// All pairs of a cursor by subject, as triples.
fn all(mut cursor: PairCursor<'_>, predicate: Id) -> impl Iterator<Item = Result<[Id; 3]>> {
    let mut block = Vec::new().into_iter();
    let mut failed = false;
    std::iter::from_fn(move || {
        loop {
            if let Some(triple) = block.next() {
                return Some(Ok(triple));
            }
            // Whoever goes on after an error must come to an end.
            if failed {
                return None;
            }
            block = match cursor.next_block() {
                Ok(Some((subjects, objects))) => {
                    let pairs = subjects.iter().zip(objects);
                    pairs.map(|(s, o)| [*s, predicate, *o]).collect::<Vec<_>>().into_iter()
                }
                Ok(None) => return None,
                Err(error) => {
                    failed = true;
                    return Some(Err(error));
                }
            };
        }
    })
}
