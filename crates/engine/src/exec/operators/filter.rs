//! FILTER: the rows for which all conditions are true.
//!
//! In: rows, conditions. Out: rows. An error counts as false (SPARQL 1.1, section 17.2). A condition is computed for a batch at a
//! time (vectors: Boncz, Zukowski, Nes, MonetDB/X100: Hyper-pipelining query execution, CIDR 2005), each over what the one before
//! left; the rows that stay are copied, not named by a selection vector.

use crate::error::Result;
use crate::exec::batch::Batch;
use crate::exec::context::Context;
use crate::exec::formula::{Compiled, passing};
use crate::exec::{Operator, Running};
use crate::store::Id;

/// A filter in progress. See the module.
pub struct Filter<'a> {
    conditions: Vec<Compiled>,
    input: Running<'a>,
}

impl<'a> Filter<'a> {
    /// Of `input`.
    pub fn new(conditions: Vec<Compiled>, input: Running<'a>) -> Self {
        Self { conditions, input }
    }
}

impl Operator for Filter<'_> {
    fn next(&mut self, cx: &mut Context<'_>) -> Result<Option<Batch>> {
        while let Some(batch) = self.input.next(cx)? {
            let batch = passing(&mut self.conditions, batch, cx)?;
            if batch.len > 0 {
                return Ok(Some(batch));
            }
        }
        Ok(None)
    }

    fn only(&mut self, column: usize, ids: &[Id]) {
        self.input.only(column, ids);
    }
}

#[cfg(test)]
mod tests {
    use crate::exec::fixture::solutions;

    #[test]
    fn an_error_is_not_true_and_neither_is_its_negation() {
        // SPARQL 1.1, section 17.2: errors are ignored by FILTER; 17.3: the negation of an error is an error.
        let rest = |filter: &str| {
            solutions(&format!("SELECT ?x {{ VALUES ?x {{ 1 2 \"a\" UNDEF }} FILTER({filter}) }}"))
        };
        assert_eq!(rest("?x + 1 = 2"), ["1"]);
        assert_eq!(rest("!(?x + 1 = 2)"), ["2"]);
        assert_eq!(rest("?x = 7 || BOUND(?x)"), ["1", "2", "a"], "true decides beside an error");
        assert!(rest("?y").is_empty());
    }

    #[test]
    fn all_conditions_must_hold() {
        let query =
            "SELECT (COUNT(*) AS ?n) { ?x :year ?y FILTER(?y > 2000) FILTER(?y < 2003) FILTER(?y != 2002) }";
        assert_eq!(solutions(query), ["10"]);
    }
}
