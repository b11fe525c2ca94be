//! The terms that one query computed, by numbers that no graph uses.
//!
//! In: terms that the graph does not have. Out: their numbers, from [`FIRST_FOREIGN`] on, the same number
//! for the same term; so equal numbers are equal terms throughout a query. The numbers are in no order.

use crate::error::{Error, Result};
use crate::store::{FIRST_FOREIGN, Id, NONE};
use crate::terms::Term;
use std::collections::HashMap;

/// Computed terms. See the module.
#[derive(Debug, Default)]
pub struct Locals {
    terms: Vec<Term>,
    numbers: HashMap<Term, Id>,
}

impl Locals {
    /// The number of a term.
    ///
    /// # Errors
    /// Where 2^31 terms have one already.
    pub fn intern(&mut self, term: &Term) -> Result<Id> {
        if let Some(id) = self.numbers.get(term) {
            return Ok(*id);
        }
        let id = Id::try_from(self.terms.len())
            .ok()
            .and_then(|n| FIRST_FOREIGN.checked_add(n))
            .filter(|id| *id < NONE)
            .ok_or_else(|| Error::query("the query computes more terms than can be numbered (2^31)"))?;
        self.terms.push(term.clone());
        self.numbers.insert(term.clone(), id);
        Ok(id)
    }

    /// The term of a number that [`Self::intern`] gave.
    pub fn term(&self, id: Id) -> Option<&Term> {
        self.terms.get(id.checked_sub(FIRST_FOREIGN)? as usize)
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
        let (a, b) = (locals.intern(&one).unwrap(), locals.intern(&two).unwrap());
        assert_eq!((locals.intern(&one).unwrap(), a != b), (a, true));
        assert_eq!(locals.term(b), Some(&two));
        assert_eq!(locals.term(3), None, "a number of the graph");
    }
}
