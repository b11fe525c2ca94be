//! The parsed form of a query, and the one way to walk it.
//!
//! In and out: `spargebra`'s types, under one roof. Each walk matches all kinds of node by name, so that a
//! kind that the parser learns to read stops the build here until every walk knows it. What a walk is for
//! is its caller's business.

pub use spargebra::Query;
pub use spargebra::algebra::{
    AggregateExpression, AggregateFunction, Expression, Function, GraphPattern, OrderExpression,
    PropertyPathExpression, QueryDataset,
};
pub use spargebra::term::{
    BlankNode, GroundTerm, GroundTriple, NamedNodePattern, TermPattern, TriplePattern,
};

use crate::terms::Variable;
use std::collections::BTreeSet;

/// The pattern of a query, whichever its form.
pub fn pattern(query: &Query) -> &GraphPattern {
    let (Query::Select { pattern, .. }
    | Query::Construct { pattern, .. }
    | Query::Describe { pattern, .. }
    | Query::Ask { pattern, .. }) = query;
    pattern
}

/// [`pattern`], to be changed in place.
pub fn pattern_mut(query: &mut Query) -> &mut GraphPattern {
    let (Query::Select { pattern, .. }
    | Query::Construct { pattern, .. }
    | Query::Describe { pattern, .. }
    | Query::Ask { pattern, .. }) = query;
    pattern
}

macro_rules! children {
    ($pattern:ident, $reference:ty) => {{
        let found: [Option<$reference>; 2] = match $pattern {
            GraphPattern::Join { left, right }
            | GraphPattern::LeftJoin { left, right, .. }
            | GraphPattern::Lateral { left, right }
            | GraphPattern::Union { left, right }
            | GraphPattern::Minus { left, right } => [Some(left), Some(right)],
            GraphPattern::Filter { inner, .. }
            | GraphPattern::Graph { inner, .. }
            | GraphPattern::Service { inner, .. }
            | GraphPattern::Extend { inner, .. }
            | GraphPattern::OrderBy { inner, .. }
            | GraphPattern::Project { inner, .. }
            | GraphPattern::Distinct { inner }
            | GraphPattern::Reduced { inner }
            | GraphPattern::Slice { inner, .. }
            | GraphPattern::Group { inner, .. } => [Some(inner), None],
            GraphPattern::Bgp { .. } | GraphPattern::Path { .. } | GraphPattern::Values { .. } => {
                [None, None]
            }
        };
        found.into_iter().flatten()
    }};
}

/// The patterns that a pattern is made of, in the order of the text. Those of EXISTS are in its expressions.
pub fn children(pattern: &GraphPattern) -> impl DoubleEndedIterator<Item = &GraphPattern> {
    children!(pattern, &GraphPattern)
}

/// [`children`], to be changed in place.
pub fn children_mut(pattern: &mut GraphPattern) -> impl DoubleEndedIterator<Item = &mut GraphPattern> {
    children!(pattern, &mut GraphPattern)
}

macro_rules! expressions {
    ($pattern:ident, $($change:tt)?) => {{
        let one: Option<&$($change)? Expression>;
        let (mut order, mut aggregates): (&$($change)? [_], &$($change)? [_]) = (&$($change)? [], &$($change)? []);
        match $pattern {
            GraphPattern::Filter { expr, .. } => one = Some(expr),
            GraphPattern::Extend { expression, .. } => one = Some(expression),
            GraphPattern::LeftJoin { expression, .. } => one = expression.into(),
            GraphPattern::OrderBy { expression, .. } => (one, order) = (None, expression),
            GraphPattern::Group { aggregates: all, .. } => (one, aggregates) = (None, all),
            GraphPattern::Bgp { .. }
            | GraphPattern::Path { .. }
            | GraphPattern::Join { .. }
            | GraphPattern::Lateral { .. }
            | GraphPattern::Union { .. }
            | GraphPattern::Minus { .. }
            | GraphPattern::Graph { .. }
            | GraphPattern::Service { .. }
            | GraphPattern::Values { .. }
            | GraphPattern::Project { .. }
            | GraphPattern::Distinct { .. }
            | GraphPattern::Reduced { .. }
            | GraphPattern::Slice { .. } => one = None,
        }
        let order = order
            .into_iter()
            .map(|(OrderExpression::Asc(expression) | OrderExpression::Desc(expression))| expression);
        let aggregates = aggregates.into_iter().filter_map(|(_, aggregate): &$($change)? (Variable, _)| match aggregate {
            AggregateExpression::CountSolutions { .. } => None,
            AggregateExpression::FunctionCall { expr, .. } => Some(expr),
        });
        one.into_iter().chain(order).chain(aggregates)
    }};
}

/// The expressions of a pattern itself, not those of its children.
pub fn expressions(pattern: &GraphPattern) -> impl Iterator<Item = &Expression> {
    expressions!(pattern,)
}

/// [`expressions`], to be changed in place.
pub fn expressions_mut(pattern: &mut GraphPattern) -> impl Iterator<Item = &mut Expression> {
    expressions!(pattern, mut)
}

macro_rules! operands {
    ($expression:ident, $($change:tt)?) => {{
        let (few, list): ([Option<&$($change)? Expression>; 3], &$($change)? [Expression]) = match $expression {
            Expression::Or(a, b)
            | Expression::And(a, b)
            | Expression::Equal(a, b)
            | Expression::SameTerm(a, b)
            | Expression::Greater(a, b)
            | Expression::GreaterOrEqual(a, b)
            | Expression::Less(a, b)
            | Expression::LessOrEqual(a, b)
            | Expression::Add(a, b)
            | Expression::Subtract(a, b)
            | Expression::Multiply(a, b)
            | Expression::Divide(a, b) => ([Some(a), Some(b), None], &$($change)? []),
            Expression::UnaryPlus(a) | Expression::UnaryMinus(a) | Expression::Not(a) => {
                ([Some(a), None, None], &$($change)? [])
            }
            Expression::If(a, b, c) => ([Some(a), Some(b), Some(c)], &$($change)? []),
            Expression::In(a, list) => ([Some(a), None, None], list),
            Expression::Coalesce(list) | Expression::FunctionCall(_, list) => ([None, None, None], list),
            Expression::NamedNode(_)
            | Expression::Literal(_)
            | Expression::Variable(_)
            | Expression::Bound(_)
            | Expression::Exists(_) => ([None, None, None], &$($change)? []),
        };
        few.into_iter().flatten().chain(list)
    }};
}

/// The expressions that an expression is made of, in order. The pattern of EXISTS is none.
pub fn operands(expression: &Expression) -> impl Iterator<Item = &Expression> {
    operands!(expression,)
}

/// [`operands`], to be changed in place.
pub fn operands_mut(expression: &mut Expression) -> impl Iterator<Item = &mut Expression> {
    operands!(expression, mut)
}

/// Shows `visit` an expression and all within it, outermost first. The pattern of EXISTS is not entered.
pub fn each_operand<'e>(expression: &'e Expression, visit: &mut dyn FnMut(&'e Expression)) {
    visit(expression);
    operands(expression).for_each(|part| each_operand(part, visit));
}

/// Gives `change` a pattern and all within it, those of EXISTS too, outermost first.
pub fn each_pattern_mut(pattern: &mut GraphPattern, change: &mut dyn FnMut(&mut GraphPattern)) {
    change(pattern);
    for expression in expressions_mut(pattern) {
        each_pattern_in_expression_mut(expression, change);
    }
    children_mut(pattern).for_each(|child| each_pattern_mut(child, change));
}

fn each_pattern_in_expression_mut(expression: &mut Expression, change: &mut dyn FnMut(&mut GraphPattern)) {
    if let Expression::Exists(pattern) = expression {
        each_pattern_mut(pattern, change);
    }
    operands_mut(expression).for_each(|part| each_pattern_in_expression_mut(part, change));
}

/// Whether a pattern computes its solutions apart and shows but its columns: a subquery, or the
/// modifiers around a whole query.
pub fn is_subquery(pattern: &GraphPattern) -> bool {
    match pattern {
        GraphPattern::OrderBy { .. }
        | GraphPattern::Project { .. }
        | GraphPattern::Distinct { .. }
        | GraphPattern::Reduced { .. }
        | GraphPattern::Slice { .. }
        | GraphPattern::Group { .. } => true,
        GraphPattern::Bgp { .. }
        | GraphPattern::Path { .. }
        | GraphPattern::Join { .. }
        | GraphPattern::LeftJoin { .. }
        | GraphPattern::Lateral { .. }
        | GraphPattern::Filter { .. }
        | GraphPattern::Union { .. }
        | GraphPattern::Graph { .. }
        | GraphPattern::Extend { .. }
        | GraphPattern::Minus { .. }
        | GraphPattern::Values { .. }
        | GraphPattern::Service { .. } => false,
    }
}

/// The GROUP BY that a pattern's select expressions and HAVING stand on, if it is one.
pub fn group(pattern: &GraphPattern) -> Option<&GraphPattern> {
    match pattern {
        GraphPattern::Group { .. } => Some(pattern),
        GraphPattern::Extend { inner, .. } | GraphPattern::Filter { inner, .. } => group(inner),
        GraphPattern::Bgp { .. }
        | GraphPattern::Path { .. }
        | GraphPattern::Join { .. }
        | GraphPattern::LeftJoin { .. }
        | GraphPattern::Lateral { .. }
        | GraphPattern::Union { .. }
        | GraphPattern::Graph { .. }
        | GraphPattern::Minus { .. }
        | GraphPattern::Values { .. }
        | GraphPattern::OrderBy { .. }
        | GraphPattern::Project { .. }
        | GraphPattern::Distinct { .. }
        | GraphPattern::Reduced { .. }
        | GraphPattern::Slice { .. }
        | GraphPattern::Service { .. } => None,
    }
}

/// The names by which a triple pattern joins: its variables, and its blank nodes with `_:` before them.
pub fn joining_names(triple: &TriplePattern, names: &mut BTreeSet<String>) {
    joining_name(&triple.subject, names);
    if let NamedNodePattern::Variable(variable) = &triple.predicate {
        names.insert(variable.as_str().to_owned());
    }
    joining_name(&triple.object, names);
}

/// [`joining_names`] of one term.
pub fn joining_name(term: &TermPattern, names: &mut BTreeSet<String>) {
    match term {
        TermPattern::Variable(variable) => drop(names.insert(variable.as_str().to_owned())),
        TermPattern::BlankNode(node) => drop(names.insert(format!("_:{}", node.as_str()))),
        TermPattern::Triple(triple) => joining_names(triple, names),
        TermPattern::NamedNode(_) | TermPattern::Literal(_) => {}
    }
}

/// The variables of an expression, in order, each once; those inside EXISTS aside.
pub fn variables_of(expression: &Expression) -> Vec<&Variable> {
    let mut found: Vec<&Variable> = Vec::new();
    each_operand(expression, &mut |part| {
        if let Expression::Variable(variable) | Expression::Bound(variable) = part
            && !found.contains(&variable)
        {
            found.push(variable);
        }
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::parse;
    use crate::terms::Prefixes;

    /// Every kind of pattern that the parser can make.
    const EVERY: &str = "SELECT DISTINCT ?a (SUM(?n) AS ?sum) {
        ?a <x:p> ?b . ?b <x:q>+ ?c
        OPTIONAL { ?a <x:o> ?o FILTER(?o > 1) }
        LATERAL { SELECT REDUCED ?l { ?a <x:l> ?l } ORDER BY ?l LIMIT 1 }
        { ?a <x:u> ?u } UNION { GRAPH ?g { ?a <x:v> ?u } }
        MINUS { ?a <x:m> 1 }
        SERVICE SILENT <x:s> { ?a <x:w> ?w }
        VALUES ?n { 1 2 }
        BIND(COALESCE(?n, 1 + 2) IN (3, ?b) AS ?in)
        FILTER(!EXISTS { ?a <x:not> ?z FILTER EXISTS { ?z <x:deep> 1 } })
    } GROUP BY ?a HAVING (COUNT(*) > 1)";

    #[test]
    fn a_walk_meets_every_pattern_once() {
        let mut query = parse::query(EVERY, &Prefixes::new(), None).unwrap();
        let text = query.to_string();
        let mut triples = 0;
        each_pattern_mut(pattern_mut(&mut query), &mut |pattern| {
            if let GraphPattern::Bgp { patterns } = pattern {
                triples += patterns.len();
            }
        });
        // p, o, l, u, v, m, w, not, deep; `q+` is a path.
        assert_eq!(triples, 9, "{text}");
        assert_eq!(query.to_string(), text, "looking changes nothing");
    }

    #[test]
    fn shared_and_exclusive_walks_agree() {
        fn shape(pattern: &GraphPattern) -> String {
            let inner: Vec<String> = children(pattern).map(shape).collect();
            format!("{}({})", expressions(pattern).count(), inner.join(" "))
        }
        fn shape_mut(pattern: &mut GraphPattern) -> String {
            let own = expressions_mut(pattern).count();
            let inner: Vec<String> = children_mut(pattern).map(shape_mut).collect();
            format!("{own}({})", inner.join(" "))
        }
        let mut query = parse::query(EVERY, &Prefixes::new(), None).unwrap();
        assert_eq!(shape(pattern(&query)), shape_mut(pattern_mut(&mut query)));
    }

    #[test]
    fn the_operands_of_in_are_the_value_and_the_list() {
        let query = parse::query("ASK { FILTER(?a IN (?b, ?c + 1)) }", &Prefixes::new(), None).unwrap();
        let mut pattern = pattern(&query);
        while expressions(pattern).next().is_none() {
            pattern = children(pattern).next().unwrap();
        }
        let [expression] = expressions(pattern).collect::<Vec<_>>()[..] else { panic!("one filter") };
        let names: Vec<&str> = variables_of(expression).into_iter().map(Variable::as_str).collect();
        assert_eq!(names, ["a", "b", "c"]);
    }
}
