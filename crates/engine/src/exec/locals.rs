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
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

/// About how many bytes a term takes.
const TERM: usize = 150;

/// Computed terms. Clones share them, also from thread to thread. See the module.
#[derive(Debug, Clone, Default)]
pub struct Locals {
    /// How many foreign numbers the graph uses.
    before: Id,
    numbered: Arc<RwLock<Numbered>>,
}

#[derive(Debug, Default)]
struct Numbered {
    terms: Vec<Term>,
    index: RowsIndex,
}

impl Numbered {
    /// The place of a term.
    fn find(&self, term: &Term) -> Option<u32> {
        self.index.rows(hash(term)).find(|row| self.terms.get(*row as usize) == Some(term))
    }
}

impl Drop for Numbered {
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
        Self { before, numbered: Arc::default() }
    }

    fn read(&self) -> RwLockReadGuard<'_, Numbered> {
        self.numbered.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of a term.
    ///
    /// # Errors
    /// Where 2^31 terms have one already, or a limit is met.
    pub fn intern(&self, term: &Term, governor: &Governor) -> Result<Id> {
        let mut numbered = self.numbered.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(row) = numbered.find(term) {
            return Ok(FIRST_FOREIGN + self.before + row);
        }
        let Numbered { terms, index } = &mut *numbered;
        let id = Id::try_from(terms.len())
            .ok()
            .and_then(|n| n.checked_add(self.before)?.checked_add(FIRST_FOREIGN))
            .filter(|id| *id < NONE)
            .ok_or_else(|| Error::query("the query computes more terms than can be numbered (2^31)"))?;
        index.push(hash(term), governor)?;
        terms.push(term.clone());
        Ok(id)
    }

    /// The number of a term that [`Self::intern`] gave before.
    pub fn find(&self, term: &Term) -> Option<Id> {
        let row = self.read().find(term)?;
        Some(FIRST_FOREIGN + self.before + row)
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
    pub fn term(&self, id: Id) -> Option<Term> {
        self.with(id, Term::clone)
    }

    /// What `read` makes of the term of a number that [`Self::intern`] gave; it must not number terms itself.
    pub fn with<T>(&self, id: Id, read: impl FnOnce(&Term) -> T) -> Option<T> {
        let place = self.place(id)?;
        self.read().terms.get(place).map(read)
    }
}

fn hash(term: &Term) -> u32 {
    let mut hasher = FxHasher::default();
    term.hash(&mut hasher);
    (hasher.finish() >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::Literal;

    #[test]
    fn a_term_has_one_number() {
        let locals = Locals::default();
        let (one, two) = (Term::from(Literal::from(1)), Term::from(Literal::from(2)));
        let intern = |term| locals.intern(term, &Governor::unlimited()).unwrap();
        let (a, b) = (intern(&one), intern(&two));
        assert_eq!((intern(&one), a != b), (a, true));
        assert_eq!((locals.find(&two), locals.find(&Literal::from(3).into())), (Some(b), None));
        assert_eq!(locals.term(b), Some(two));
        assert_eq!(locals.term(3), None, "a number of the graph");
        let locals = Locals::after(7);
        let a = locals.intern(&one, &Governor::unlimited()).unwrap();
        assert_eq!((a, locals.term(a)), (FIRST_FOREIGN + 7, Some(one)));
        assert_eq!(locals.term(FIRST_FOREIGN + 6), None, "a number of the graph");
    }
}
