//! The values that a parameter of a saved query can have: those with which the query finds something.
//!
//! In: the query with its other parameters bound, the variable of the parameter. Out: terms, found by asking the query's own
//! pattern: what the variable can be in it, or what a condition compares it with. A variable that a subquery hides, or
//! that stands in neither place, has none.

use crate::engine::answer::Answer;
use crate::engine::syntax::algebra::{
    self, Expression, Function, GraphPattern, Query, children, each_operand,
};
use crate::engine::{self, DefaultGraph, Governor};
use crate::explore::look::Look;
use crate::terms::{Term, Variable};

/// How many values are looked for.
const MOST: usize = 2000;

/// The values, in the order of terms.
pub fn values(query: &Query, variable: &Variable, graph: Look<'_>, governor: &Governor) -> Vec<Term> {
    let core = without_modifiers(algebra::pattern(query));
    let asked = |pattern: GraphPattern, column: &Variable| {
        let distinct = GraphPattern::Distinct {
            inner: Box::new(GraphPattern::Project {
                inner: Box::new(pattern),
                variables: vec![column.clone()],
            }),
        };
        let query = Query::Select {
            dataset: query.dataset().cloned(),
            pattern: GraphPattern::Slice { inner: Box::new(distinct), start: 0, length: Some(MOST) },
            base_iri: query.base_iri().cloned(),
        };
        first_column(&query, graph, governor)
    };
    let mut bound = false;
    core.on_in_scope_variable(|found| bound |= found == variable);
    let found = if bound { asked(core.clone(), variable) } else { Vec::new() };
    if !found.is_empty() {
        return found;
    }
    let Some((inner, other)) = compared(core, variable) else { return Vec::new() };
    let column = Variable::new_unchecked("comparedWith");
    let with = GraphPattern::Extend {
        inner: Box::new(inner.clone()),
        variable: column.clone(),
        expression: other.clone(),
    };
    asked(with, &column)
}

/// The pattern below what sorts, groups, cuts and projects.
fn without_modifiers(pattern: &GraphPattern) -> &GraphPattern {
    match pattern {
        GraphPattern::Project { inner, .. }
        | GraphPattern::Distinct { inner }
        | GraphPattern::Reduced { inner }
        | GraphPattern::OrderBy { inner, .. }
        | GraphPattern::Slice { inner, .. }
        | GraphPattern::Group { inner, .. }
        | GraphPattern::Extend { inner, .. } => without_modifiers(inner),
        _ => pattern,
    }
}

/// What a filter compares the variable with, and the pattern that the filter is over.
fn compared<'q>(
    pattern: &'q GraphPattern,
    variable: &Variable,
) -> Option<(&'q GraphPattern, &'q Expression)> {
    if let GraphPattern::Filter { expr, inner } = pattern {
        let mut found = None;
        each_operand(expr, &mut |part| {
            if let Expression::Equal(a, b)
            | Expression::Less(a, b)
            | Expression::LessOrEqual(a, b)
            | Expression::Greater(a, b)
            | Expression::GreaterOrEqual(a, b) = part
            {
                let pairs = [(a, b), (b, a)];
                let other = pairs.into_iter().find(|(own, _)| is_variable(own, variable));
                found = found.or(other.map(|(_, other)| other.as_ref()));
            }
        });
        if let Some(other) = found {
            return Some((inner, other));
        }
    }
    children(pattern).find_map(|inner| compared(inner, variable))
}

/// The variable itself, or its text.
fn is_variable(expression: &Expression, variable: &Variable) -> bool {
    match expression {
        Expression::Variable(own) => own == variable,
        Expression::FunctionCall(Function::Str, arguments) => {
            arguments.iter().any(|argument| is_variable(argument, variable))
        }
        _ => false,
    }
}

fn first_column(query: &Query, graph: Look<'_>, governor: &Governor) -> Vec<Term> {
    let answer = engine::answer(graph.graph(), query, DefaultGraph::Alone, governor);
    let Some(Answer::Rows(rows)) = graph.note(answer) else { return Vec::new() };
    let rows = rows.rows.map_while(|row| graph.note(row));
    let mut found: Vec<Term> = rows.filter_map(|row| row.into_iter().next()?).collect();
    found.sort_by_cached_key(ToString::to_string);
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{known, parsed};

    fn found(text: &str, variable: &str) -> Vec<String> {
        let variable = Variable::new_unchecked(variable);
        let terms = values(&parsed(text), &variable, known().graph, &Governor::unlimited());
        terms.iter().map(|term| known().prefixes.show(term.as_ref())).collect()
    }

    #[test]
    fn a_variable_of_the_pattern_has_what_the_pattern_finds() {
        let topics = found(
            "SELECT ?d { ?d a bm:PolicyMention ; bm:topic/skos:broader* ?_topic } ORDER BY ?d",
            "_topic",
        );
        assert!(topics.iter().any(|topic| topic.starts_with("topic:")), "{topics:?}");
        assert!(
            topics.iter().all(|topic| !topic.starts_with("industry:") && !topic.starts_with("kind:")),
            "{topics:?}"
        );
        let batches = found("SELECT (COUNT(?r) AS ?n) { ?r bm:batch ?_batch } GROUP BY ?x", "_batch");
        assert_eq!(batches, ["1", "2"]);
    }

    #[test]
    fn a_variable_of_a_condition_has_what_it_is_compared_with() {
        let years =
            found("SELECT ?e { ?e a bm:Release ; bm:earliest ?day FILTER(YEAR(?day) = ?_year) }", "_year");
        assert!(years.contains(&"2019".to_owned()) && years.contains(&"2023".to_owned()), "{years:?}");
        let months = found(
            "SELECT ?e { ?e bm:earliest ?d FILTER(?e != bm:x && SUBSTR(STR(?d), 1, 7) >= STR(?_from)) }",
            "_from",
        );
        assert!(months.contains(&"\"2023-03\"".to_owned()), "{months:?}");
        assert!(found("SELECT ?e { ?e rdfs:label ?l FILTER(CONTAINS(?l, ?_text)) }", "_text").is_empty());
    }
}
