//! What a sub-select does not project gets a name of its own.
//!
//! In: an algebra. Out: the same in which one name means one variable throughout. SPARQL 1.1,
//! section 12: "variables projected out of a subquery will be visible, or in scope, to the outer
//! query", and no others; so `?x` inside, not projected, and `?x` outside are two variables.

use crate::syntax::algebra::{
    AggregateExpression, Expression, GraphPattern, NamedNodePattern, OrderExpression, TermPattern,
    TriplePattern, operands_mut,
};
use crate::terms::Variable;
use std::collections::HashMap;

/// Renames in place all that sub-selects of `pattern` hide. The outermost projection hides nothing:
/// nobody is outside of it.
pub fn separate(pattern: &mut GraphPattern) {
    Scopes { count: 0 }.pattern(below_projection(pattern), &Scope::default());
}

/// What the outermost projection projects from.
fn below_projection(pattern: &mut GraphPattern) -> &mut GraphPattern {
    match pattern {
        GraphPattern::Slice { inner, .. }
        | GraphPattern::Distinct { inner }
        | GraphPattern::Reduced { inner } => below_projection(inner),
        GraphPattern::Project { inner, .. } => inner,
        other => other,
    }
}

struct Scopes {
    count: usize,
}

/// The names of one projection's inside. The default one is the whole query, where every name is
/// its own.
#[derive(Default)]
struct Scope {
    /// What is projected, with its name outside; and the number of this scope.
    inside: Option<(HashMap<String, String>, usize)>,
}

impl Scope {
    fn rename(&self, variable: &mut Variable) {
        if let Some(name) = self.renamed(variable.as_str()) {
            *variable = Variable::new_unchecked(name);
        }
    }

    fn renamed(&self, name: &str) -> Option<String> {
        let (projected, number) = self.inside.as_ref()?;
        Some(projected.get(name).cloned().unwrap_or_else(|| format!("{name}.{number}")))
    }
}

impl Scopes {
    fn pattern(&mut self, pattern: &mut GraphPattern, scope: &Scope) {
        match pattern {
            GraphPattern::Bgp { patterns } => patterns.iter_mut().for_each(|triple| in_triple(triple, scope)),
            GraphPattern::Path { subject, object, .. } => {
                in_term(subject, scope);
                in_term(object, scope);
            }
            GraphPattern::Join { left, right }
            | GraphPattern::Lateral { left, right }
            | GraphPattern::Union { left, right }
            | GraphPattern::Minus { left, right } => {
                self.pattern(left, scope);
                self.pattern(right, scope);
            }
            GraphPattern::LeftJoin { left, right, expression } => {
                self.pattern(left, scope);
                self.pattern(right, scope);
                if let Some(expression) = expression {
                    self.expression(expression, scope);
                }
            }
            GraphPattern::Filter { expr, inner } => {
                self.expression(expr, scope);
                self.pattern(inner, scope);
            }
            GraphPattern::Graph { name, inner } | GraphPattern::Service { name, inner, .. } => {
                in_name(name, scope);
                self.pattern(inner, scope);
            }
            GraphPattern::Extend { inner, variable, expression } => {
                scope.rename(variable);
                self.expression(expression, scope);
                self.pattern(inner, scope);
            }
            GraphPattern::Values { variables, .. } => variables.iter_mut().for_each(|v| scope.rename(v)),
            GraphPattern::OrderBy { inner, expression } => {
                for order in expression {
                    let (OrderExpression::Asc(expression) | OrderExpression::Desc(expression)) = order;
                    self.expression(expression, scope);
                }
                self.pattern(inner, scope);
            }
            GraphPattern::Project { inner, variables } => {
                let inside = self.inside(variables, scope);
                variables.iter_mut().for_each(|variable| scope.rename(variable));
                self.pattern(inner, &inside);
            }
            GraphPattern::Distinct { inner }
            | GraphPattern::Reduced { inner }
            | GraphPattern::Slice { inner, .. } => self.pattern(inner, scope),
            GraphPattern::Group { inner, variables, aggregates } => {
                variables.iter_mut().for_each(|variable| scope.rename(variable));
                for (variable, aggregate) in aggregates {
                    scope.rename(variable);
                    if let AggregateExpression::FunctionCall { expr, .. } = aggregate {
                        self.expression(expr, scope);
                    }
                }
                self.pattern(inner, scope);
            }
        }
    }

    /// The scope inside a projection of `variables`, which stands in `scope`.
    fn inside(&mut self, variables: &[Variable], scope: &Scope) -> Scope {
        self.count += 1;
        let outside = |name: &str| scope.renamed(name).unwrap_or_else(|| name.to_owned());
        let projected =
            variables.iter().map(|v| (v.as_str().to_owned(), outside(v.as_str()))).collect::<HashMap<_, _>>();
        Scope { inside: Some((projected, self.count)) }
    }

    fn expression(&mut self, expression: &mut Expression, scope: &Scope) {
        match expression {
            Expression::Variable(variable) | Expression::Bound(variable) => scope.rename(variable),
            Expression::Exists(pattern) => self.pattern(pattern, scope),
            _ => operands_mut(expression).for_each(|part| self.expression(part, scope)),
        }
    }
}

fn in_triple(triple: &mut TriplePattern, scope: &Scope) {
    in_term(&mut triple.subject, scope);
    in_name(&mut triple.predicate, scope);
    in_term(&mut triple.object, scope);
}

fn in_term(term: &mut TermPattern, scope: &Scope) {
    match term {
        TermPattern::Variable(variable) => scope.rename(variable),
        TermPattern::Triple(triple) => in_triple(triple, scope),
        TermPattern::NamedNode(_) | TermPattern::BlankNode(_) | TermPattern::Literal(_) => {}
    }
}

fn in_name(name: &mut NamedNodePattern, scope: &Scope) {
    if let NamedNodePattern::Variable(variable) = name {
        scope.rename(variable);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::parse;
    use crate::terms::Prefixes;
    use spargebra::Query;

    fn separated(text: &str) -> String {
        let Ok(Query::Select { mut pattern, .. }) = parse::query(text, &Prefixes::new(), None) else {
            panic!("a SELECT: {text}")
        };
        separate(&mut pattern);
        pattern.to_string()
    }

    #[test]
    fn only_what_a_sub_select_hides_is_renamed() {
        let text = separated("SELECT ?a { ?a ?p ?x { SELECT ?a ?b { ?a ?p ?x . ?x ?q ?b } } }");
        assert!(text.contains("?a ?p ?x "), "{text}");
        assert!(text.contains("?a ?p.1 ?x.1 "), "{text}");
        assert!(text.contains("?x.1 ?q.1 ?b "), "{text}");
    }

    #[test]
    fn the_outermost_projection_hides_nothing() {
        let text = separated("SELECT DISTINCT ?a { ?a ?p ?x } LIMIT 3");
        assert!(text.contains("?a ?p ?x "), "{text}");
    }

    #[test]
    fn what_is_projected_twice_keeps_the_outer_name() {
        let text = separated("SELECT ?a { { SELECT ?c { { SELECT ?c ?x { ?c ?p ?x } } FILTER(?x > 1) } } }");
        assert!(text.contains("?c ?p.2 ?x.1 "), "{text}");
        assert!(text.contains("?x.1 > "), "{text}");
    }
}
