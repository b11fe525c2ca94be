//! The terms that one query computed, by numbers that no graph uses.
//!
//! In: terms that the graph does not have. Out: their numbers, from [`FIRST_FOREIGN`] on after those that the graph itself
//! uses, the same number for the same term; so equal numbers are equal terms throughout a query. The numbers are in no order.

use super::rows_index::RowsIndex;
use crate::Governor;
use crate::aside::{ITEM, set_aside};
use crate::error::{Error, Result};
use crate::store::{FIRST_FOREIGN, Id, NONE};
use crate::terms::Term;
use rustc_hash::FxHasher;
use std::hash::{Hash as _, Hasher as _};

/// About how many bytes a term takes.
const TERM: usize = 150;

/// Computed terms. See the module.
#[derive(Debug, Default)]
pub struct Locals {
    /// How many foreign numbers the graph uses.
    before: Id,
    terms: Vec<Term>,
    index: RowsIndex,
}

impl Drop for Locals {
    fn drop(&mut self) {
        let terms = std::mem::take(&mut self.terms);
        let index = std::mem::take(&mut self.index);
        let bytes = terms.len() * TERM.max(ITEM) + index.bytes();
        set_aside((terms, index), bytes);
    }
}

impl Locals {
    /// None yet, over a graph that uses so many foreign numbers itself.
    pub fn after(before: Id) -> Self {
        Self { before, terms: Vec::new(), index: RowsIndex::default() }
    }

    /// The number of a term.
    ///
    /// # Errors
    /// Where 2^31 terms have one already, or a limit is met.
    pub fn intern(&mut self, term: &Term, governor: &Governor) -> Result<Id> {
        let mut hasher = FxHasher::default();
        term.hash(&mut hasher);
        let hash = (hasher.finish() >> 32) as u32;
        let known = self.index.rows(hash).find(|row| self.terms.get(*row as usize) == Some(term));
        if let Some(row) = known {
            return Ok(FIRST_FOREIGN + self.before + row);
        }
        let id = Id::try_from(self.terms.len())
            .ok()
            .and_then(|n| n.checked_add(self.before)?.checked_add(FIRST_FOREIGN))
            .filter(|id| *id < NONE)
            .ok_or_else(|| Error::query("the query computes more terms than can be numbered (2^31)"))?;
        self.terms.push(term.clone());
        self.index.push(hash, governor)?;
        Ok(id)
    }

    /// The place of a number among these terms, where it is past all of the graph's.
    #[inline]
    pub fn place(&self, id: Id) -> Option<usize> {
        if id == NONE {
            return None;
        }
        Some(id.checked_sub(FIRST_FOREIGN)?.checked_sub(self.before)? as usize)
    }

    /// The term of a number that [`Self::intern`] gave.
    pub fn term(&self, id: Id) -> Option<&Term> {
        self.terms.get(self.place(id)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::Literal;

    #[test]
    fn a_term_has_one_number() {
        let mut locals = Locals::default();
        let (one, two) = (Term::from(Literal::from(1)), Term::from(Literal::from(2)));
        let mut intern = |term| locals.intern(term, &Governor::unlimited()).unwrap();
        let (a, b) = (intern(&one), intern(&two));
        assert_eq!((intern(&one), a != b), (a, true));
        assert_eq!(locals.term(b), Some(&two));
        assert_eq!(locals.term(3), None, "a number of the graph");
        let mut locals = Locals::after(7);
        let a = locals.intern(&one, &Governor::unlimited()).unwrap();
        assert_eq!((a, locals.term(a)), (FIRST_FOREIGN + 7, Some(&one)));
        assert_eq!(locals.term(FIRST_FOREIGN + 6), None, "a number of the graph");
    }
}
