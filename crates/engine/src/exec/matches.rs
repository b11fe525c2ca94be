//! Triples that match a pattern, found one pattern at a time: the slow, general way of an index.
//!
//! In: a pattern of ids, any of them given. Out: the triples. Joins take it where the predicate is a
//! variable, so that which list to read is known row by row only.

use crate::error::Result;
use crate::store::{End, Id, Pattern, Triple, View};

/// Adds the triples of `view` that match to `found`.
///
/// # Errors
/// Where the graph is damaged.
pub fn matches(view: &View<'_>, pattern: Pattern, found: &mut Vec<Triple>) -> Result<()> {
    let [subject, predicate, object] = pattern;
    match predicate {
        Some(predicate) => of_predicate(view, predicate, subject, object, found),
        None => {
            for predicate in predicates(view, subject, object)? {
                of_predicate(view, predicate, subject, object, found)?;
            }
            Ok(())
        }
    }
}

/// The predicates that can stand between these ends, sorted; some may not.
///
/// # Errors
/// Where the graph is damaged.
pub fn predicates(view: &View<'_>, subject: Option<Id>, object: Option<Id>) -> Result<Vec<Id>> {
    match (subject, object) {
        (Some(subject), _) => view.candidates(subject, End::Subject),
        (None, Some(object)) => view.candidates(object, End::Object),
        (None, None) => Ok(view.predicates()?.into_iter().map(|count| count.predicate).collect()),
    }
}

fn of_predicate(
    view: &View<'_>,
    predicate: Id,
    subject: Option<Id>,
    object: Option<Id>,
    found: &mut Vec<Triple>,
) -> Result<()> {
    match (subject, object) {
        (Some(s), Some(o)) => {
            if view.pairs(predicate, End::Subject)?.contains(s, o)? {
                found.push([s, predicate, o]);
            }
        }
        (Some(s), None) => {
            let mut cursor = view.pairs(predicate, End::Subject)?;
            found.extend(cursor.lookup(s)?.iter().map(|o| [s, predicate, *o]));
        }
        (None, Some(o)) => {
            let mut cursor = view.pairs(predicate, End::Object)?;
            found.extend(cursor.lookup(o)?.iter().map(|s| [*s, predicate, o]));
        }
        (None, None) => {
            let mut cursor = view.pairs(predicate, End::Subject)?;
            while let Some((firsts, seconds)) = cursor.next_block()? {
                found.extend(firsts.iter().zip(seconds).map(|(s, o)| [*s, predicate, *o]));
            }
        }
    }
    Ok(())
}
