//! Where aggregates may stand: a rule of the grammar that the parser does not hold.
//!
//! In: a parsed pattern. Out: nothing, or an error. The algebra has no places in the text, so the error has
//! none either: whoever has the text finds them.

use super::algebra::{AggregateExpression, Expression, GraphPattern, children, each_operand, expressions};
use crate::error::{Error, Result};
use crate::terms::Variable;

/// Refuses an aggregate within an aggregate, and one in the pattern that is grouped.
///
/// SPARQL 1.1, section 19.8: aggregates "may only be used in SELECT, HAVING and ORDER BY clauses". The grammar
/// notes of SPARQL 1.2 add that the argument of one cannot contain another.
///
/// # Errors
/// Where there is one.
pub fn check(pattern: &GraphPattern) -> Result<()> {
    if let GraphPattern::Group { inner, aggregates, variables } = pattern {
        // The parser gives each aggregate a variable of its own, and puts it where the aggregate stood.
        let is_aggregate = |variable: &Variable| aggregates.iter().any(|(name, _)| name == variable);
        let nested = aggregates.iter().any(|(_, aggregate)| match aggregate {
            AggregateExpression::CountSolutions { .. } => false,
            AggregateExpression::FunctionCall { expr, .. } => mentions(expr, &is_aggregate),
        });
        if nested {
            return Err(refused("an aggregate stands within an aggregate"));
        }
        if variables.iter().any(is_aggregate) || pattern_mentions(inner, &is_aggregate) {
            return Err(refused("an aggregate stands in the pattern"));
        }
    }
    for expression in expressions(pattern) {
        let mut inside = Ok(());
        each_operand(expression, &mut |part| {
            if let (Expression::Exists(pattern), true) = (part, inside.is_ok()) {
                inside = check(pattern);
            }
        });
        inside?;
    }
    children(pattern).into_iter().try_for_each(check)
}

fn refused(reason: &'static str) -> Error {
    Error::query("this is not a SPARQL query").because(reason)
}

fn mentions(expression: &Expression, wanted: &dyn Fn(&Variable) -> bool) -> bool {
    let mut found = false;
    each_operand(expression, &mut |part| match part {
        Expression::Variable(variable) | Expression::Bound(variable) => found |= wanted(variable),
        Expression::Exists(pattern) => found |= pattern_mentions(pattern, wanted),
        _ => {}
    });
    found
}

fn pattern_mentions(pattern: &GraphPattern, wanted: &dyn Fn(&Variable) -> bool) -> bool {
    expressions(pattern).into_iter().any(|expression| mentions(expression, wanted))
        || children(pattern).into_iter().any(|inner| pattern_mentions(inner, wanted))
}

#[cfg(test)]
mod tests {
    use crate::syntax::parse;
    use crate::terms::Prefixes;

    fn is_taken(text: &str) -> bool {
        parse::query(text, &Prefixes::new(), None).is_ok()
    }

    #[test]
    fn aggregates_stand_in_select_having_and_order_by() {
        for text in [
            "SELECT (COUNT(*) + SUM(?o) AS ?n) { ?s ?p ?o }",
            "SELECT ?s { ?s ?p ?o } GROUP BY ?s HAVING(COUNT(*) > 1) ORDER BY DESC(COUNT(*))",
            "SELECT (SUM(?n) AS ?all) { { SELECT ?s (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?s } }",
            "SELECT (SUM(?n) AS ?all) { ?s ?p ?n FILTER EXISTS { { SELECT (MAX(?o) AS ?m) { ?s ?q ?o } } } }",
            "SELECT (SUM(IF(BOUND(?o), 1, 0)) AS ?n) { ?s ?p ?o }",
        ] {
            assert!(is_taken(text), "{text}");
        }
    }

    #[test]
    fn aggregates_stand_nowhere_else() {
        for text in [
            "SELECT (SUM(COUNT(?s)) AS ?n) { ?s ?p ?o }",
            "SELECT (COUNT(*) AS ?n) (MAX(1 + COUNT(*)) AS ?m) { ?s ?p ?o }",
            "SELECT ?s { ?s ?p ?o } GROUP BY ?s HAVING(MAX(COUNT(?o)) > 1)",
            "SELECT (COUNT(?s) AS ?n) { ?s ?p ?o FILTER(COUNT(?o) > 1) }",
            "SELECT (COUNT(?s) AS ?n) { ?s ?p ?o BIND(COUNT(?o) AS ?m) }",
            "SELECT (COUNT(?s) AS ?n) { ?s ?p ?o OPTIONAL { ?s ?q ?r FILTER(?r < MAX(?o)) } }",
            "SELECT (COUNT(?s) AS ?n) { ?s ?p ?o FILTER EXISTS { ?s ?q ?r FILTER(?r < MAX(?o)) } }",
            "SELECT (COUNT(?s) AS ?n) { ?s ?p ?o } GROUP BY COUNT(?o)",
            "SELECT (COUNT(?s) AS ?n) { ?s ?p ?o } GROUP BY (COUNT(?o) AS ?m)",
            "SELECT (COUNT(?s) AS ?n) { ?s ?p ?o } GROUP BY (1 + COUNT(?o) AS ?m)",
        ] {
            assert!(!is_taken(text), "{text}");
        }
    }
}
