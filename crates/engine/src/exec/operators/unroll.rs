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

    /// Section 18.5: a left solution is joined with what is compatible with itself, whatever was drawn for it.
    #[test]
    fn a_left_side_that_is_drawn_is_drawn_once() {
        for left in [
            "{ SELECT ?x ?y { ?x :year ?y } ORDER BY RAND() LIMIT 5 }",
            "{ ?x :year ?y FILTER(RAND() < 0.5) }",
            "?x :year ?y BIND(RAND() AS ?r)",
        ] {
            let optional = "OPTIONAL { ?x :year ?z BIND(?x AS ?same) FILTER(RAND() < 2) }";
            let wrong = format!(
                "SELECT (COUNT(*) AS ?n) {{ {left} {optional} FILTER(?z != ?y || ?same != ?x || !BOUND(?z)) }}"
            );
            assert_eq!(solutions(&wrong), ["0"], "{left}");
        }
        let drawn =
            "?x :kind ?k BIND(UUID() AS ?u) OPTIONAL { VALUES (?u ?one) { (UNDEF 1) } FILTER(RAND() < 2) }";
        assert_eq!(solutions(&format!("SELECT (COUNT(?one) AS ?n) {{ {drawn} }}")), ["40"]);
        let sees =
            "?x :kind ?k BIND(RAND() AS ?r) OPTIONAL { BIND(1 AS ?one) FILTER(RAND() < 2 && ?r > 0.5) }";
        assert_eq!(
            solutions(&format!("SELECT (COUNT(*) AS ?n) {{ {sees} FILTER(BOUND(?one) && ?r < 0.5) }}")),
            ["0"]
        );
    }

    /// Section 18.5.1.2: COUNT(DISTINCT *) tells solutions apart by their variables, of which what another aggregate draws is none.
    #[test]
    fn what_an_aggregate_draws_is_no_part_of_a_solution() {
        let inner = "{ SELECT ?k { ?x :kind ?k } }";
        for other in ["SUM(RAND())", "GROUP_CONCAT(STRUUID())", "COUNT(BNODE())"] {
            let query = format!("SELECT (COUNT(DISTINCT *) AS ?n) ({other} AS ?o) {{ {inner} }}");
            assert!(solutions(&query)[0].starts_with("2 "), "{query}");
        }
    }
}
