//! A pass over the algebra: terms in place of variables, which is how parameters are bound.
//!
//! In: an algebra, terms. Out: an algebra. Only IRIs and literals can be bound: a blank node in a pattern
//! would mean anything.

use crate::error::{Error, Result};
use crate::syntax::algebra::{
    Expression, GraphPattern, GroundTerm, NamedNodePattern, Query, TermPattern, TriplePattern, children_mut,
    expressions_mut, operands_mut, pattern, pattern_mut,
};
use crate::syntax::deep;
use crate::terms::{Literal, NamedNode, Term, Variable};
use std::collections::HashMap;

/// The terms to put in place of variables.
pub type Bindings = HashMap<Variable, Term>;

/// Puts terms in place of variables, everywhere that the variable occurs, in subqueries too.
///
/// A term is never text here, so no value can change what the query means. A bound variable that
/// is projected stays in its column, with the bound value.
///
/// # Errors
/// Where a literal is bound to a variable in a place that takes an IRI only.
pub fn bind(query: &Query, bindings: &Bindings) -> Result<Query> {
    deep::on_stack(deep::depth(pattern(query)), || bound(query.clone(), bindings))?
}

fn bound(mut query: Query, bindings: &Bindings) -> Result<Query> {
    if bindings.is_empty() {
        return Ok(query);
    }
    let binder = Binder { bindings };
    binder.pattern(pattern_mut(&mut query))?;
    if let Query::Construct { template, .. } = &mut query {
        template.iter_mut().try_for_each(|triple| binder.triple(triple))?;
    }
    Ok(query)
}

struct Binder<'a> {
    bindings: &'a Bindings,
}

impl Binder<'_> {
    /// Binds what a pattern is made of, then what it says of variables itself.
    fn pattern(&self, pattern: &mut GraphPattern) -> Result<()> {
        for child in children_mut(pattern) {
            self.pattern(child)?;
        }
        for expression in expressions_mut(pattern) {
            self.expression(expression)?;
        }
        match pattern {
            GraphPattern::Bgp { patterns } => patterns.iter_mut().try_for_each(|triple| self.triple(triple)),
            GraphPattern::Path { subject, object, .. } => {
                self.term(subject)?;
                self.term(object)
            }
            GraphPattern::Graph { name, .. } | GraphPattern::Service { name, .. } => self.name(name),
            GraphPattern::Extend { .. } => self.computed(pattern),
            GraphPattern::Values { variables, bindings } => self.values(variables, bindings),
            GraphPattern::Project { inner, variables } | GraphPattern::Group { inner, variables, .. } => {
                variables.iter().try_for_each(|variable| self.keep_column(inner, variable))
            }
            GraphPattern::Join { .. }
            | GraphPattern::LeftJoin { .. }
            | GraphPattern::Lateral { .. }
            | GraphPattern::Filter { .. }
            | GraphPattern::Union { .. }
            | GraphPattern::Minus { .. }
            | GraphPattern::OrderBy { .. }
            | GraphPattern::Distinct { .. }
            | GraphPattern::Reduced { .. }
            | GraphPattern::Slice { .. } => Ok(()),
        }
    }

    /// Where the query computes what the caller gave: rows in which the two agree.
    fn computed(&self, pattern: &mut GraphPattern) -> Result<()> {
        let GraphPattern::Extend { inner, variable, expression } = pattern else { return Ok(()) };
        if let Some(term) = self.bindings.get(variable) {
            let value = constant(term)?;
            let expr = Expression::Equal(Box::new(expression.clone()), Box::new(value));
            *pattern = GraphPattern::Filter { expr, inner: std::mem::take(inner) };
        }
        Ok(())
    }

    /// Where the query lists what the caller gave: rows in which the two agree.
    fn values(&self, variables: &[Variable], rows: &mut Vec<Vec<Option<GroundTerm>>>) -> Result<()> {
        for (column, variable) in variables.iter().enumerate() {
            let Some(term) = self.bindings.get(variable) else { continue };
            let given = match constant(term)? {
                Expression::NamedNode(iri) => GroundTerm::from(iri),
                Expression::Literal(literal) => literal.into(),
                _ => continue,
            };
            rows.retain_mut(|row| {
                row.get_mut(column).is_none_or(|cell| *cell.get_or_insert_with(|| given.clone()) == given)
            });
        }
        Ok(())
    }

    /// Extends `inner` so that a bound variable still has a value where a column of it is wanted.
    fn keep_column(&self, inner: &mut Box<GraphPattern>, variable: &Variable) -> Result<()> {
        if let Some(term) = self.bindings.get(variable) {
            let expression = constant(term)?;
            let unextended = std::mem::take(inner);
            **inner = GraphPattern::Extend { inner: unextended, variable: variable.clone(), expression };
        }
        Ok(())
    }

    fn triple(&self, triple: &mut TriplePattern) -> Result<()> {
        self.term(&mut triple.subject)?;
        self.name(&mut triple.predicate)?;
        self.term(&mut triple.object)
    }

    fn term(&self, term: &mut TermPattern) -> Result<()> {
        match term {
            TermPattern::Variable(variable) => {
                if let Some(value) = self.bindings.get(variable) {
                    *term = value.clone().into();
                }
                Ok(())
            }
            TermPattern::Triple(triple) => self.triple(triple),
            TermPattern::NamedNode(_) | TermPattern::BlankNode(_) | TermPattern::Literal(_) => Ok(()),
        }
    }

    fn name(&self, name: &mut NamedNodePattern) -> Result<()> {
        if let NamedNodePattern::Variable(variable) = name
            && let Some(value) = self.bindings.get(variable)
        {
            let Term::NamedNode(iri) = value else {
                return Err(Error::usage(format!("?{} must be an IRI here, not {value}", variable.as_str())));
            };
            *name = NamedNodePattern::NamedNode(iri.clone());
        }
        Ok(())
    }

    fn expression(&self, expression: &mut Expression) -> Result<()> {
        match expression {
            Expression::Variable(variable) => {
                if let Some(term) = self.bindings.get(variable) {
                    *expression = constant(term)?;
                }
                Ok(())
            }
            Expression::Bound(variable) => {
                if self.bindings.contains_key(variable) {
                    *expression = Expression::Literal(Literal::from(true));
                }
                Ok(())
            }
            Expression::Exists(pattern) => self.pattern(pattern),
            _ => operands_mut(expression).try_for_each(|part| self.expression(part)),
        }
    }
}

/// A term as an expression. Blank nodes and triple terms have none: they cannot be parameters.
fn constant(term: &Term) -> Result<Expression> {
    match term {
        Term::NamedNode(iri) => Ok(NamedNode::clone(iri).into()),
        Term::Literal(literal) => Ok(literal.clone().into()),
        Term::BlankNode(_) | Term::Triple(_) => {
            Err(Error::usage(format!("a parameter is an IRI or a literal, not {term}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::prefixes;
    use crate::syntax::parse;

    fn bound(text: &str, value: Term) -> String {
        let bindings = Bindings::from([(Variable::new_unchecked("_x"), value)]);
        bind(&parse::query(text, &prefixes(), None).unwrap(), &bindings).unwrap().to_string()
    }

    #[test]
    fn a_list_of_values_keeps_the_rows_that_agree() {
        let text = r#"SELECT ?y { VALUES (?_x ?y) { ("b" "gone") ("c" "kept") (UNDEF "free") } }"#;
        let kept = bound(text, Literal::from("c").into());
        assert!(!kept.contains("gone"), "a row of another value: {kept}");
        assert!(kept.contains(r#"( "c" "kept" )"#), "{kept}");
        assert!(kept.contains(r#"( "c" "free" )"#), "UNDEF agrees with every value: {kept}");
    }

    /// What an expression is worth with a parameter, as N-Triples without the namespace; `-` is an error.
    fn worth(expression: &str, value: Term) -> String {
        let text = format!("SELECT ({expression} AS ?y) {{}}");
        let bindings = Bindings::from([(Variable::new_unchecked("_x"), value)]);
        let query = bind(&parse::query(&text, &prefixes(), None).unwrap(), &bindings).unwrap();
        let graph = crate::fixture::graph();
        let answer = crate::answer(&graph, &query, crate::DefaultGraph::Alone, &crate::Governor::unlimited());
        let Ok(crate::answer::Answer::Rows(rows)) = answer else { panic!("{expression}") };
        let row = rows.rows.map(Result::unwrap).next().unwrap();
        let cell = row.into_iter().next().flatten().map_or_else(|| "-".to_owned(), |term| term.to_string());
        cell.replace("<http://www.w3.org/2001/XMLSchema#", "").replace('>', "")
    }

    /// SPARQL 1.1, 17.3: `- A` is an operator on a value, op:numeric-unary-minus, whichever spelling the value has. A parameter
    /// is a value: it makes no literal with the sign before it, and none with what stands behind it.
    #[test]
    fn a_sign_before_a_parameter_is_an_operator() {
        let typed = |value: &str, name: &str| {
            let datatype = NamedNode::new_unchecked(format!("http://www.w3.org/2001/XMLSchema#{name}"));
            Term::from(Literal::new_typed_literal(value, datatype))
        };
        for (expression, value, worth_of_it) in [
            ("-?_x", typed("0", "integer"), "\"0\"^^integer"),
            ("-?_x", typed("007", "integer"), "\"-7\"^^integer"),
            ("-?_x", typed("-5", "integer"), "\"5\"^^integer"),
            ("-?_x", typed("0.0", "decimal"), "\"0\"^^decimal"),
            ("-?_x", typed("1.50", "decimal"), "\"-1.5\"^^decimal"),
            ("-?_x", typed("0", "double"), "\"-0\"^^double"),
            ("-?_x", typed("1", "byte"), "\"-1\"^^integer"),
            ("+?_x", typed("01", "integer"), "\"1\"^^integer"),
            ("- -?_x", typed("01", "integer"), "syntax"),
            ("1-?_x", typed("-1", "integer"), "\"2\"^^integer"),
            ("?_x-?_x", typed("-1", "integer"), "\"0\"^^integer"),
            ("?_x -1", typed("-1", "integer"), "\"-2\"^^integer"),
            ("STR(-?_x)", typed("00", "integer"), "\"0\""),
            ("?_x", typed("-00", "integer"), "\"-00\"^^integer"),
            ("?_x IN (-1, -0)", typed("0", "integer"), "\"true\"^^boolean"),
            ("-?_x", Literal::from("0").into(), "-"),
            ("CONCAT(?_x, \"?_x\")", Literal::from("\" } ?_x").into(), "\"\\\" } ?_x?_x\""),
        ] {
            if worth_of_it == "syntax" {
                assert!(
                    parse::query(&format!("SELECT ({expression} AS ?y) {{}}"), &prefixes(), None).is_err()
                );
                continue;
            }
            assert_eq!(worth(expression, value.clone()), worth_of_it, "{expression} with {value}");
        }
        assert!(parse::query("SELECT (?_x.5 AS ?y) {}", &prefixes(), None).is_err(), "no part of a number");
    }

    #[test]
    fn a_value_reaches_every_kind_of_pattern() {
        for text in [
            "SELECT * { ?_x :p ?o }",
            "SELECT * { ?s :p+ ?_x }",
            "SELECT * { ?s :p ?o LATERAL { ?s :q ?_x } }",
            "SELECT * { ?s :p ?o MINUS { ?s :q ?_x } }",
            "SELECT * { GRAPH ?_x { ?s :q ?o } }",
            "SELECT * { SERVICE ?_x { ?s :q ?o } }",
            "SELECT * { ?s :p ?o FILTER NOT EXISTS { ?s :q ?_x } }",
            "SELECT (COUNT(?_x) AS ?n) { ?s :p ?_x }",
            "SELECT ?s { ?s :p ?o } ORDER BY (?o = ?_x)",
            "CONSTRUCT { ?s :p ?_x } { ?s :p ?o }",
        ] {
            let text = bound(text, NamedNode::new_unchecked("http://example.org/v").into());
            assert!(text.contains("<http://example.org/v>"), "{text}");
            assert!(!text.replace("AS ?_x", "").contains("?_x"), "{text}");
        }
    }
}
