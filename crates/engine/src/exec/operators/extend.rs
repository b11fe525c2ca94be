//! BIND: one more column, computed from the others.
//!
//! In: rows, an expression. Out: the rows with its values; unbound where it is an error (SPARQL 1.1,
//! section 18.5, Extend). Of an expression that is worth something else each time (RAND, BNODE, UUID) the
//! rows are solutions one by one (`unroll.rs`).

use crate::error::Result;
use crate::exec::batch::Batch;
use crate::exec::context::Context;
use crate::exec::formula::Compiled;
use crate::exec::{Operator, Running};

/// A computed column in progress. See the module.
pub struct Extend<'a> {
    formula: Compiled,
    /// Whether its column needs no numbers of terms.
    computed: bool,
    input: Running<'a>,
}

impl<'a> Extend<'a> {
    /// Over `input`; `computed` where nothing above asks for the numbers of its terms.
    pub fn new(formula: Compiled, computed: bool, input: Running<'a>) -> Self {
        Self { formula, computed, input }
    }
}

impl Operator for Extend<'_> {
    fn next(&mut self, cx: &mut Context<'_>) -> Result<Option<Batch>> {
        let Some(mut batch) = self.input.next(cx)? else { return Ok(None) };
        let column = if self.computed {
            self.formula.cells(&batch, cx)?
        } else {
            self.formula.ids(&batch, cx)?.into()
        };
        cx.work(batch.len)?;
        batch.columns.push(column);
        Ok(Some(batch))
    }
}

#[cfg(test)]
mod tests {
    use crate::exec::fixture::solutions;

    #[test]
    fn an_error_leaves_the_variable_unbound() {
        // SPARQL 1.1, section 18.5, Extend: the solution stays as it was.
        let query = "SELECT ?x ?y { VALUES ?x { 1 \"a\" UNDEF } BIND(?x * 2 AS ?y) }";
        assert_eq!(solutions(query), ["1 2", "a -", "- -"]);
    }
}
