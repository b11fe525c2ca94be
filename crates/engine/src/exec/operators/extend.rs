//! BIND: one more column, computed from the others.
//!
//! In: rows, an expression. Out: the rows with its values; unbound where it is an error (SPARQL 1.1,
//! section 18.5). An expression that is worth something else each time (RAND, BNODE, UUID) is computed
//! for each solution.

use crate::error::Result;
use crate::exec::batch::{Batch, Expander};
use crate::exec::context::Context;
use crate::exec::formula::Compiled;
use crate::exec::{Operator, Running};

/// A computed column in progress. See the module.
pub struct Extend<'a> {
    formula: Compiled,
    volatile: bool,
    /// Whether its column needs no numbers of terms.
    computed: bool,
    expander: Expander,
    input: Running<'a>,
}

impl<'a> Extend<'a> {
    /// Over `input`; `computed` where nothing above asks for the numbers of its terms.
    pub fn new(formula: Compiled, volatile: bool, computed: bool, input: Running<'a>) -> Self {
        Self { formula, volatile, computed, expander: Expander::default(), input }
    }

    fn rows(&mut self, cx: &mut Context<'_>) -> Result<Option<Batch>> {
        if !self.volatile {
            return self.input.next(cx);
        }
        loop {
            if let Some(batch) = self.expander.take() {
                return Ok(Some(batch));
            }
            let Some(batch) = self.input.next(cx)? else { return Ok(None) };
            self.expander.fill(batch);
        }
    }
}

impl Operator for Extend<'_> {
    fn next(&mut self, cx: &mut Context<'_>) -> Result<Option<Batch>> {
        let Some(mut batch) = self.rows(cx)? else { return Ok(None) };
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

    #[test]
    fn what_differs_each_time_is_computed_for_each_solution() {
        let query = "SELECT (COUNT(DISTINCT ?u) AS ?n) { ?x a :Release BIND(UUID() AS ?u) }";
        assert_eq!(solutions(query), ["40"], "though the scan gives one row for all of them");
    }
}
