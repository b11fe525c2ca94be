//! A pass over the algebra: what is constant is computed once, and what can have no solution is left out.
//!
//! In: a pattern. Out: a pattern with the same solutions. Operators and functions of constants become their values (an error
//! becomes `COALESCE()`, which is one), `&&`, `||`, IF and COALESCE lose what cannot matter (17.2), FILTER of what is true goes, FILTER of
//! what is not leaves no solution, and so do the joins around it. What a query would ask of another endpoint stays.

use crate::Governor;
use crate::expr::Scope;
use crate::expr::constant::{boolean, folded, is_error, term, truth_of};
use crate::syntax::algebra::{
    Expression, GraphPattern, children, children_mut, expressions_mut, operands_mut,
};
use std::cell::LazyCell;

/// Folds a pattern and all within it.
pub fn fold(pattern: &mut GraphPattern) {
    // Most queries have no constants to compute.
    let scope: LazyCell<Scope> = LazyCell::new(|| Scope::new(None, &Governor::unlimited()));
    in_pattern(pattern, &scope);
}

fn in_pattern(pattern: &mut GraphPattern, scope: &LazyCell<Scope>) {
    children_mut(pattern).for_each(|child| in_pattern(child, scope));
    let is_condition = matches!(pattern, GraphPattern::Filter { .. } | GraphPattern::LeftJoin { .. });
    for expression in expressions_mut(pattern) {
        in_expression(expression, is_condition, scope);
    }
    if let Some(simpler) = simpler(pattern) {
        *pattern = simpler;
    }
}

/// No solution at all.
fn nothing() -> GraphPattern {
    GraphPattern::Values { variables: Vec::new(), bindings: Vec::new() }
}

fn is_nothing(pattern: &GraphPattern) -> bool {
    matches!(pattern, GraphPattern::Values { bindings, .. } if bindings.is_empty())
}

/// Whether a pattern may be left out: another endpoint that is asked may be one that cannot be.
fn is_ours(pattern: &GraphPattern) -> bool {
    let mut open = vec![pattern];
    while let Some(part) = open.pop() {
        if matches!(part, GraphPattern::Service { .. }) {
            return false;
        }
        open.extend(children(part));
    }
    true
}

/// What stands for a pattern whose parts are folded; nothing where that is the pattern itself.
fn simpler(pattern: &mut GraphPattern) -> Option<GraphPattern> {
    let taken = |part: &mut Box<GraphPattern>| std::mem::replace(part.as_mut(), nothing());
    match pattern {
        GraphPattern::Filter { expr, inner } => match truth_of(expr)? {
            Some(true) => Some(taken(inner)),
            _ => is_ours(inner).then(nothing),
        },
        GraphPattern::LeftJoin { left, right, expression } => {
            if is_nothing(left) {
                return is_ours(right).then(nothing);
            }
            let never = expression.as_ref().and_then(truth_of).is_some_and(|truth| truth != Some(true));
            if (never || is_nothing(right)) && is_ours(right) {
                return Some(taken(left));
            }
            if expression.as_ref().and_then(truth_of) == Some(Some(true)) {
                *expression = None;
            }
            None
        }
        GraphPattern::Join { left, right } => {
            let none = is_nothing(left) && is_ours(right) || is_nothing(right) && is_ours(left);
            none.then(nothing)
        }
        GraphPattern::Lateral { left, right } => (is_nothing(left) && is_ours(right)).then(nothing),
        GraphPattern::Union { left, right } if is_nothing(left) => Some(taken(right)),
        GraphPattern::Union { left, right } if is_nothing(right) => Some(taken(left)),
        GraphPattern::Minus { left, right } => {
            if is_nothing(left) {
                return is_ours(right).then(nothing);
            }
            is_nothing(right).then(|| taken(left))
        }
        GraphPattern::Extend { inner, .. } | GraphPattern::Graph { inner, .. } => {
            is_nothing(inner).then(nothing)
        }
        _ => None,
    }
}

/// Folds an expression; `truth` says whether nothing but its effective boolean value is read.
fn in_expression(expression: &mut Expression, truth: bool, scope: &LazyCell<Scope>) {
    if let Expression::Exists(pattern) = expression {
        in_pattern(pattern, scope);
        if is_nothing(pattern) {
            *expression = boolean(false);
        }
        return;
    }
    let connects = matches!(expression, Expression::And(..) | Expression::Or(..) | Expression::Not(_));
    let asks = matches!(expression, Expression::If(..));
    for (n, operand) in operands_mut(expression).enumerate() {
        in_expression(operand, connects || asks && n == 0, scope);
    }
    if let Some(simpler) = of_connective(expression, truth).or_else(|| folded(expression, scope)) {
        *expression = simpler;
    }
}

/// What `&&`, `||`, `!`, IF and COALESCE are worth as far as constants decide (17.2, 17.4.1).
fn of_connective(expression: &mut Expression, truth: bool) -> Option<Expression> {
    match expression {
        Expression::And(a, b) => of_pair([a, b], false, truth),
        Expression::Or(a, b) => of_pair([a, b], true, truth),
        Expression::Not(a) => match truth_of(a)? {
            Some(value) => Some(boolean(!value)),
            None => Some(crate::expr::constant::error()),
        },
        Expression::If(condition, yes, no) => match truth_of(condition)? {
            Some(true) => Some(take(yes)),
            Some(false) => Some(take(no)),
            None => Some(crate::expr::constant::error()),
        },
        Expression::Coalesce(list) => {
            list.retain(|part| !is_error(part));
            // Nothing after a value is looked at.
            if let Some(first) = list.iter().position(|part| term(part).is_some()) {
                list.truncate(first + 1);
            }
            match list.as_mut_slice() {
                [only] => Some(take(only)),
                _ => None,
            }
        }
        _ => None,
    }
}

/// `&&` and `||`: one constant, `deciding`, decides them whatever the other operand is, errors as well; its opposite leaves the
/// truth of the other operand.
fn of_pair([a, b]: [&mut Box<Expression>; 2], deciding: bool, truth: bool) -> Option<Expression> {
    let (of_a, of_b) = (truth_of(a), truth_of(b));
    if [of_a, of_b].contains(&Some(Some(deciding))) {
        return Some(boolean(deciding));
    }
    match (of_a, of_b) {
        (Some(None), Some(_)) | (Some(_), Some(None)) => Some(crate::expr::constant::error()),
        (Some(Some(_)), Some(Some(_))) => Some(boolean(!deciding)),
        (Some(Some(_)), None) if truth => Some(take(b)),
        (None, Some(Some(_))) if truth => Some(take(a)),
        _ => None,
    }
}

fn take(expression: &mut Expression) -> Expression {
    std::mem::replace(expression, boolean(false))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::algebra::pattern_mut;
    use crate::syntax::parse;

    /// The algebra of a group, folded, without the projection around it.
    fn group(text: &str) -> String {
        let text = format!("ASK {{ {text} }}");
        let mut query = parse::query(&text, &crate::fixture::prefixes(), None).unwrap();
        fold(pattern_mut(&mut query));
        let sse = query.to_sse().replace("http://example.org/", "");
        let sse = sse.replace("http://www.w3.org/2001/XMLSchema#", "");
        // Without the projection of all variables around it.
        let (_, inner) = sse.split_once(") ").unwrap();
        inner.trim_end_matches(')').to_owned()
    }

    /// An expression, folded as the value of BIND.
    fn folded(text: &str) -> String {
        let sse = group(&format!("?s ?p ?o BIND({text} AS ?v)"));
        sse.trim_start_matches("(extend ((?v ").split(")) (bgp").next().unwrap().to_owned()
    }

    /// The condition that is left of a filter; nothing where no filter is.
    fn condition(text: &str) -> Option<String> {
        let sse = group(&format!("?s ?p ?o FILTER({text})"));
        Some(sse.strip_prefix("(filter ")?.split(" (bgp").next()?.to_owned())
    }

    #[test]
    fn constants_are_computed() {
        for (text, expected) in [
            ("1 + 2 * 3", "\"7\"^^<integer>"),
            ("1 / 2", "\"0.5\"^^<decimal>"),
            ("STR(1.0)", "\"1.0\""),
            ("-05", "\"-05\"^^<integer>"),
            ("xsd:date(\"2020-01-01\")", "\"2020-01-01\"^^<date>"),
            ("CONCAT(\"a\", \"b\", UCASE(\"c\"))", "\"abC\""),
            ("STRLANG(\"a\", \"en\")", "\"a\"@en"),
            ("DATATYPE(1)", "<integer>"),
            ("1 IN (2, 1.0)", "\"true\"^^<boolean>"),
            ("IF(1 < 2, ?s, ?o)", "?s"),
            ("COALESCE(1/0, ?s, 3, ?o)", "(coalesce ?s \"3\"^^<integer>)"),
            ("COALESCE(1/0, 4)", "\"4\"^^<integer>"),
        ] {
            assert_eq!(folded(text), expected, "{text}");
        }
    }

    #[test]
    fn errors_are_kept_as_errors() {
        // 17.2: an error is neither true nor false, and what decides without it decides.
        let error = "(coalesce)";
        for (text, expected) in [
            ("1 / 0", error),
            ("1 + \"a\"", error),
            ("!(1 / 0)", error),
            ("(1/0) && true", error),
            ("(1/0) && false", "\"false\"^^<boolean>"),
            ("(1/0) || true", "\"true\"^^<boolean>"),
            ("(1/0) || false", error),
            ("IF(1/0, 1, 2)", error),
            ("(1/0) IN ()", error),
            ("1 IN (1/0, 1)", "\"true\"^^<boolean>"),
            ("1 IN (1/0, 2)", error),
            ("COALESCE(1/0)", error),
        ] {
            assert_eq!(folded(text).trim().replace("(coalesce )", error), expected, "{text}");
        }
    }

    #[test]
    fn what_differs_or_is_not_known_stays() {
        for text in [
            "RAND() < 2",
            "NOW() = NOW()",
            "isIRI(UUID())",
            "STRLEN(STRUUID())",
            "BNODE(\"a\")",
            "IRI(\"a\")",
        ] {
            assert!(folded(text).contains('('), "{text}: {}", folded(text));
        }
        for text in ["REGEX(\"a\", \"[\")", "<http://example.org/unknown>(1)", "?s + 1"] {
            assert!(folded(text).starts_with('('), "{text}: {}", folded(text));
        }
        // As a value `true && ?s` is a boolean, and ?s need not be one.
        assert!(folded("true && ?s").contains("?s") && folded("true && ?s").contains("&&"));
    }

    #[test]
    fn conditions_lose_what_cannot_matter() {
        assert_eq!(condition("true && ?s"), Some("?s".into()));
        assert_eq!(condition("false || !(false || ?s)"), Some("(! ?s)".into()));
        assert_eq!(condition("?s < 1 || 2 > 1"), None, "always true");
        assert!(group("?s ?p ?o FILTER(1 < 2)").starts_with("(bgp"));
        assert!(condition("?o > xsd:integer(\"4\") + 1").unwrap().contains("\"5\"^^<integer>"));
    }

    #[test]
    fn what_has_no_solution_is_left_out() {
        let none = group("FILTER(false)");
        assert!(!none.contains("bgp"), "{none}");
        for text in [
            "?s ?p ?o FILTER(1/0)",
            "?s ?p ?o . { ?a ?b ?c FILTER(1 > 2) }",
            "GRAPH ?g { ?s ?p ?o FILTER(false) } ?s ?p ?o",
            "{ ?s ?p ?o FILTER(false) } MINUS { ?s ?p 1 }",
            "{ ?s ?p ?o FILTER(\"\") } OPTIONAL { ?s ?p 1 } BIND(1 AS ?x)",
            "?s ?p ?o FILTER EXISTS { ?a ?b ?c FILTER(false) }",
        ] {
            assert_eq!(group(text), none, "{text}");
        }
        let all = group("?s ?p ?o");
        for text in [
            "?s ?p ?o OPTIONAL { ?a ?b ?c FILTER(false) }",
            "?s ?p ?o OPTIONAL { { ?a ?b ?c FILTER(1 > 2) } }",
            "?s ?p ?o MINUS { ?s ?b ?c FILTER(false) }",
            "{ ?s ?p ?o } UNION { ?a ?b ?c FILTER(false) }",
            "?s ?p ?o FILTER NOT EXISTS { ?a ?b ?c FILTER(false) }",
        ] {
            assert_eq!(group(text), all, "{text}");
        }
        let asked = group("FILTER(false) SERVICE <http://other/> { ?s ?p ?o }");
        assert!(asked.contains("service"), "another endpoint is asked as before: {asked}");
    }
}
