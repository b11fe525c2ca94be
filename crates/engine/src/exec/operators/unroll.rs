//! Each solution a row of its own, for whoever computes something else for each.
//!
//! In: rows with counts. Out: the same solutions, one row each, in their order.

use crate::error::Result;
use crate::exec::batch::{Batch, Expander};
use crate::exec::context::Context;
use crate::exec::{Operator, Running};

/// Solutions one by one. See the module.
pub struct Unroll<'a> {
    input: Running<'a>,
    expander: Expander,
}

impl<'a> Unroll<'a> {
    /// Of `input`.
    pub fn new(input: Running<'a>) -> Self {
        Self { input, expander: Expander::default() }
    }
}

impl Operator for Unroll<'_> {
    fn next(&mut self, cx: &mut Context<'_>) -> Result<Option<Batch>> {
        loop {
            if let Some(batch) = self.expander.take() {
                return Ok(Some(batch));
            }
            let Some(batch) = self.input.next(cx)? else { return Ok(None) };
            self.expander.fill(batch);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::exec::fixture::solutions;

    /// SPARQL 1.1, sections 17.4.2.9 and 17.4.2.12: BNODE and UUID give another term for each solution, wherever they stand and however
    /// many solutions share a row; RAND is drawn as often.
    #[test]
    fn what_differs_each_time_is_computed_for_each_solution() {
        let hidden = "{ SELECT ?k { ?x :kind ?k } }";
        for pattern in ["?x a :Release", "?x a [] . ?x :kind ?k", hidden] {
            let count = |rest: &str, what: &str| {
                solutions(&format!("SELECT ({what} AS ?n) {{ {pattern} {rest} }}")).remove(0)
            };
            let all = count("", "COUNT(*)");
            assert!(all == "40" || all == "43", "{all}");
            for drawn in ["UUID()", "BNODE()", "BNODE(\"a\")", "RAND()", "STRUUID()"] {
                assert_eq!(count("", &format!("COUNT(DISTINCT {drawn})")), all, "{drawn} {pattern}");
                assert_eq!(
                    count(&format!("BIND({drawn} AS ?u)"), "COUNT(DISTINCT ?u)"),
                    all,
                    "{drawn} {pattern}"
                );
                let within = format!("LATERAL {{ BIND({drawn} AS ?u) }}");
                assert_eq!(count(&within, "COUNT(DISTINCT ?u)"), all, "{drawn} {pattern}");
            }
            // Not all of forty draws are alike.
            for half in [
                count("FILTER(RAND() < 0.5)", "COUNT(*)"),
                count("", "SUM(IF(RAND() < 0.5, 1, 0))"),
                count("FILTER EXISTS { FILTER(RAND() < 0.5) }", "COUNT(*)"),
                count("FILTER NOT EXISTS { FILTER(RAND() < 0.5) }", "COUNT(*)"),
                count("OPTIONAL { BIND(1 AS ?one) FILTER(RAND() < 0.5) }", "COUNT(?one)"),
                count("BIND(EXISTS { FILTER(RAND() < 0.5) } AS ?e) FILTER(?e)", "COUNT(*)"),
            ] {
                assert!(half.parse::<u32>().is_ok_and(|half| 0 < half && half < 40), "{half} {pattern}");
            }
        }
        let drawn =
            solutions("SELECT ?k (COUNT(DISTINCT UUID()) AS ?n) { ?x :kind ?k } GROUP BY ?k ORDER BY ?k");
        assert_eq!(drawn, ["integration 2", "launch 38"]);
        assert_eq!(solutions("SELECT (COUNT(BNODE()) AS ?n) { ?x :none ?y }"), ["0"]);
        // One solution has one blank node for one name.
        assert_eq!(
            solutions(
                "SELECT (COUNT(*) AS ?n) { ?x a :Release BIND(BNODE(\"a\") AS ?a) BIND(BNODE(\"a\") AS ?b) FILTER(?a = ?b) }"
            ),
            ["40"]
        );
    }
}
