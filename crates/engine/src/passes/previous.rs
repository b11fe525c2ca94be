//! A pass over the algebra: rows of an earlier answer in place of a marked row.
//!
//! In: an algebra with `VALUES` of one row of [`MARK`]s, rows. Out: the algebra with the rows. Where the
//! rows come from, and how the mark got into the text, is the caller's business.

use crate::answer::Row;
use crate::syntax::algebra::{GraphPattern, GroundTerm, GroundTriple, Query, each_pattern_mut, pattern_mut};
use crate::terms::{NamedNode, NamedOrBlankNode, Term};

/// The IRI that marks the place.
pub const MARK: &str = "urn:baimo:_";

/// Puts `rows` in place of every marked row. A blank node has no name in another query: its
/// cell counts as empty.
pub fn fill(query: &mut Query, rows: &[Row]) {
    let ground: Vec<Vec<Option<GroundTerm>>> =
        rows.iter().map(|row| row.iter().map(|cell| cell.as_ref().and_then(grounded)).collect()).collect();
    let mark = Some(GroundTerm::NamedNode(NamedNode::new_unchecked(MARK)));
    each_pattern_mut(pattern_mut(query), &mut |pattern| {
        if let GraphPattern::Values { bindings, .. } = pattern
            && let [row] = bindings.as_slice()
            && row.iter().all(|cell| *cell == mark)
        {
            bindings.clone_from(&ground);
        }
    });
}

fn grounded(term: &Term) -> Option<GroundTerm> {
    Some(match term {
        Term::NamedNode(iri) => iri.clone().into(),
        Term::Literal(literal) => literal.clone().into(),
        Term::BlankNode(_) => return None,
        Term::Triple(triple) => GroundTriple {
            subject: match &triple.subject {
                NamedOrBlankNode::NamedNode(iri) => iri.clone(),
                NamedOrBlankNode::BlankNode(_) => return None,
            },
            predicate: triple.predicate.clone(),
            object: grounded(&triple.object)?,
        }
        .into(),
    })
}
