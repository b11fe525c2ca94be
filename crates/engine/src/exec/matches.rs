//! Triples that match a pattern, found one pattern at a time: the slow, general way of an index.
//!
//! In: a pattern of ids, any of them given. Out: the triples. Joins take it where the predicate is a
//! variable, so that which list to read is known row by row only.

use crate::error::Result;
use crate::store::{End, Id, PairCursor, Pattern, Triple, View};

/// Adds the triples of `view` that match to `found`.
///
/// # Errors
/// Where the graph is damaged.
pub fn matches(view: &View<'_>, pattern: Pattern, found: &mut Vec<Triple>) -> Result<()> {
    let [subject, predicate, object] = pattern;
    let ends = (subject, object);
    let by = if subject.is_none() && object.is_some() { End::Object } else { End::Subject };
    match (predicate, subject.or(object)) {
        (Some(predicate), _) => of_predicate(predicate, view.pairs(predicate, by)?, ends, found)?,
        (None, Some(node)) => {
            for (predicate, pairs) in view.lists_of(node, by)? {
                of_predicate(predicate, pairs, ends, found)?;
            }
        }
        (None, None) => {
            for count in view.predicates()? {
                of_predicate(count.predicate, view.pairs(count.predicate, by)?, ends, found)?;
            }
        }
    }
    Ok(())
}

/// Those of one predicate, whose pairs come by the subject unless the object alone is given.
fn of_predicate(
    predicate: Id,
    mut pairs: PairCursor<'_>,
    ends: (Option<Id>, Option<Id>),
    found: &mut Vec<Triple>,
) -> Result<()> {
    match ends {
        (Some(s), Some(o)) => {
            if pairs.contains(s, o)? {
                found.push([s, predicate, o]);
            }
        }
        (Some(s), None) => found.extend(pairs.lookup(s)?.iter().map(|o| [s, predicate, *o])),
        (None, Some(o)) => found.extend(pairs.lookup(o)?.iter().map(|s| [*s, predicate, o])),
        (None, None) => {
            while let Some((firsts, seconds)) = pairs.next_block()? {
                found.extend(firsts.iter().zip(seconds).map(|(s, o)| [*s, predicate, *o]));
            }
        }
    }
    Ok(())
}
