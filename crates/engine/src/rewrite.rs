//! Pure passes over the algebra. The first binds parameters.
//!
//! In: an algebra. Out: an algebra. It refuses to know data.

use crate::error::{Error, Result};
use crate::syntax::algebra::operands_mut;
use crate::terms::{Literal, NamedNode, Term, Variable};
use spargebra::Query;
use spargebra::algebra::{AggregateExpression, Expression, GraphPattern, OrderExpression};
use spargebra::term::{NamedNodePattern, TermPattern, TriplePattern};
use std::collections::HashMap;

/// The terms to put in the place of variables.
pub type Bindings = HashMap<Variable, Term>;

/// Puts terms in the place of variables, everywhere that the variable occurs, in subqueries too.
///
/// A term is never text here, so no value can change what the query means. A bound variable that
/// is projected stays in its column, with the bound value.
///
/// # Errors
/// Where a literal is bound to a variable in a place that takes an IRI only.
pub fn bind(query: &Query, bindings: &Bindings) -> Result<Query> {
    let mut query = query.clone();
    if bindings.is_empty() {
        return Ok(query);
    }
    let binder = Binder { bindings };
    match &mut query {
        Query::Select { pattern, .. } | Query::Ask { pattern, .. } | Query::Describe { pattern, .. } => {
            binder.pattern(pattern)?;
        }
        Query::Construct { template, pattern, .. } => {
            binder.pattern(pattern)?;
            for triple in template {
                binder.triple(triple)?;
            }
        }
    }
    Ok(query)
}

/// Puts the columns of a SELECT in the order of `names`; those not named come last.
pub fn order_columns(query: &mut Query, names: &[String]) {
    let Query::Select { pattern, .. } = query else { return };
    let mut pattern = pattern;
    while let GraphPattern::Slice { inner, .. }
    | GraphPattern::Distinct { inner }
    | GraphPattern::Reduced { inner } = pattern
    {
        pattern = inner;
    }
    if let GraphPattern::Project { variables, .. } = pattern {
        let place = |variable: &Variable| names.iter().position(|name| name == variable.as_str());
        variables.sort_by_key(|variable| place(variable).unwrap_or(usize::MAX));
    }
}

struct Binder<'a> {
    bindings: &'a Bindings,
}

impl Binder<'_> {
    fn pattern(&self, pattern: &mut GraphPattern) -> Result<()> {
        match pattern {
            GraphPattern::Bgp { patterns } => patterns.iter_mut().try_for_each(|triple| self.triple(triple)),
            GraphPattern::Path { subject, object, .. } => {
                self.term(subject)?;
                self.term(object)
            }
            GraphPattern::Join { left, right }
            | GraphPattern::Lateral { left, right }
            | GraphPattern::Union { left, right }
            | GraphPattern::Minus { left, right } => {
                self.pattern(left)?;
                self.pattern(right)
            }
            GraphPattern::LeftJoin { left, right, expression } => {
                self.pattern(left)?;
                self.pattern(right)?;
                expression.iter_mut().try_for_each(|expression| self.expression(expression))
            }
            GraphPattern::Filter { expr, inner } => {
                self.expression(expr)?;
                self.pattern(inner)
            }
            GraphPattern::Graph { name, inner } | GraphPattern::Service { name, inner, .. } => {
                self.name(name)?;
                self.pattern(inner)
            }
            GraphPattern::Extend { inner, variable, expression } => {
                self.pattern(inner)?;
                self.expression(expression)?;
                if let Some(term) = self.bindings.get(variable) {
                    // The query computes what the caller gave: rows where the two agree.
                    let value = constant(term)?;
                    let expr = Expression::Equal(Box::new(expression.clone()), Box::new(value));
                    let inner = std::mem::take(inner);
                    *pattern = GraphPattern::Filter { expr, inner };
                }
                Ok(())
            }
            GraphPattern::Values { .. } => Ok(()),
            GraphPattern::OrderBy { inner, expression } => {
                self.pattern(inner)?;
                expression.iter_mut().try_for_each(|order| match order {
                    OrderExpression::Asc(expression) | OrderExpression::Desc(expression) => {
                        self.expression(expression)
                    }
                })
            }
            GraphPattern::Project { inner, variables } => {
                self.pattern(inner)?;
                for variable in variables.iter() {
                    self.keep_column(inner, variable)?;
                }
                Ok(())
            }
            GraphPattern::Distinct { inner }
            | GraphPattern::Reduced { inner }
            | GraphPattern::Slice { inner, .. } => self.pattern(inner),
            GraphPattern::Group { inner, variables, aggregates } => {
                self.pattern(inner)?;
                for variable in variables.iter() {
                    self.keep_column(inner, variable)?;
                }
                aggregates.iter_mut().try_for_each(|(_, aggregate)| match aggregate {
                    AggregateExpression::CountSolutions { .. } => Ok(()),
                    AggregateExpression::FunctionCall { expr, .. } => self.expression(expr),
                })
            }
        }
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
            _ => operands_mut(expression).into_iter().try_for_each(|part| self.expression(part)),
        }
    }
}

/// A term as an expression. Blank nodes and triple terms have none: they are no parameters.
fn constant(term: &Term) -> Result<Expression> {
    match term {
        Term::NamedNode(iri) => Ok(NamedNode::clone(iri).into()),
        Term::Literal(literal) => Ok(literal.clone().into()),
        Term::BlankNode(_) | Term::Triple(_) => {
            Err(Error::usage(format!("a parameter is an IRI or a literal, not {term}")))
        }
    }
}
