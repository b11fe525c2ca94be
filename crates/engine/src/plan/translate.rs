//! The parsed algebra as a logical plan over numbered variables.
//!
//! In: `spargebra`'s algebra with `scope.rs` behind it, statistics to find the numbers of constants.
//! Out: a [`Logical`] tree, or the [`Refusal`] that says which form the executor does not take yet.
//! It orders nothing.

use super::logical::{Aggregate, Constant, Existence, Formula, Logical, Pattern, Slot, SortKey, Source};
use super::pushdown;
use super::statistics::Statistics;
use super::variables::{Names, Var};
use super::{Planned, Refusal};
use crate::syntax::algebra::{
    AggregateExpression, AggregateFunction, Expression, GraphPattern, GroundTerm, NamedNodePattern,
    OrderExpression, TermPattern, TriplePattern, operands_mut,
};
use crate::terms::{Term, Variable};

/// Translates one query's algebra.
pub struct Translator<'a> {
    statistics: &'a dyn Statistics,
    names: Names,
    source: Source,
}

impl<'a> Translator<'a> {
    /// With an empty list of names.
    pub fn new(statistics: &'a dyn Statistics) -> Self {
        Self { statistics, names: Names::default(), source: Source::Default }
    }

    /// The names met so far.
    pub fn into_names(self) -> Names {
        self.names
    }

    /// A new variable that the text does not have.
    pub(super) fn fresh(&mut self, what: &str) -> Var {
        self.names.fresh(what)
    }

    /// The names, to add to.
    pub(super) fn names(&mut self) -> &mut Names {
        &mut self.names
    }

    /// The graph that patterns are matched against just now.
    pub(super) fn source(&self) -> &Source {
        &self.source
    }

    /// A pattern of the algebra.
    ///
    /// # Errors
    /// Where it holds a form that the executor does not take.
    pub fn pattern(&mut self, pattern: &GraphPattern) -> Planned<Logical> {
        Ok(match pattern {
            GraphPattern::Bgp { patterns } => {
                Logical::join(patterns.iter().map(|triple| self.triple(triple)).collect::<Planned<_>>()?)
            }
            GraphPattern::Join { left, right } => {
                Logical::join(vec![self.pattern(left)?, self.pattern(right)?])
            }
            GraphPattern::LeftJoin { left, right, expression } => {
                self.left_join(left, right, expression.as_ref())?
            }
            GraphPattern::Filter { expr, inner } => {
                let input = self.pattern(inner)?;
                self.filter(input, expr)?
            }
            GraphPattern::Union { .. } => self.union(pattern)?,
            GraphPattern::Extend { inner, variable, expression } => {
                let input = self.pattern(inner)?;
                let (input, formula) = self.formula(input, expression)?;
                input.extend(self.var(variable), formula)
            }
            GraphPattern::Minus { left, right } => Logical::minus(self.pattern(left)?, self.pattern(right)?),
            GraphPattern::Values { variables, bindings } => self.values(variables, bindings)?,
            GraphPattern::OrderBy { inner, expression } => self.order_by(inner, expression)?,
            GraphPattern::Project { inner, variables } => {
                let input = self.pattern(inner)?;
                input.project(variables.iter().map(|variable| self.var(variable)).collect())
            }
            // REDUCED permits any number of duplicates from one up: one each is within it.
            GraphPattern::Distinct { inner } | GraphPattern::Reduced { inner } => {
                self.pattern(inner)?.distinct()
            }
            GraphPattern::Slice { inner, start, length } => {
                self.pattern(inner)?.slice(*start as u64, length.map(|length| length as u64))
            }
            GraphPattern::Group { inner, variables, aggregates } => {
                self.group(inner, variables, aggregates)?
            }
            GraphPattern::Graph { name, inner } => self.graph(name, inner)?,
            GraphPattern::Path { subject, path, object } => {
                let (start, end) = (self.slot(subject)?, self.slot(object)?);
                self.path(start, path, end)?
            }
            GraphPattern::Lateral { .. } => return Err(Refusal::new("LATERAL")),
            GraphPattern::Service { .. } => return Err(Refusal::new("SERVICE")),
        })
    }

    /// The number of a variable of the query.
    pub fn var(&mut self, variable: &Variable) -> Var {
        self.names.number(variable.as_str())
    }

    /// A term with its number in the graph.
    pub fn constant(&self, term: Term) -> Constant {
        Constant { id: self.statistics.id(&term), term }
    }

    fn triple(&mut self, triple: &TriplePattern) -> Planned<Logical> {
        let subject = self.slot(&triple.subject)?;
        let predicate = match &triple.predicate {
            NamedNodePattern::NamedNode(iri) => Slot::Term(self.constant(iri.clone().into())),
            NamedNodePattern::Variable(variable) => Slot::Var(self.var(variable)),
        };
        let object = self.slot(&triple.object)?;
        Ok(Logical::pattern(Pattern { slots: [subject, predicate, object], source: self.source.clone() }))
    }

    fn slot(&mut self, term: &TermPattern) -> Planned<Slot> {
        Ok(match term {
            TermPattern::Variable(variable) => Slot::Var(self.var(variable)),
            TermPattern::BlankNode(node) => Slot::Var(self.names.blank(node.as_str())),
            TermPattern::NamedNode(iri) => Slot::Term(self.constant(iri.clone().into())),
            TermPattern::Literal(literal) => Slot::Term(self.constant(literal.clone().into())),
            TermPattern::Triple(triple) => {
                if has_blank(triple) {
                    return Err(Refusal::new("a triple term with blank nodes in a pattern"));
                }
                let term = Term::try_from(term.clone())
                    .map_err(|_| Refusal::new("a triple term with variables in a pattern"))?;
                Slot::Term(self.constant(term))
            }
        })
    }

    fn left_join(
        &mut self,
        left: &GraphPattern,
        right: &GraphPattern,
        expression: Option<&Expression>,
    ) -> Planned<Logical> {
        let (left, right) = (self.pattern(left)?, self.pattern(right)?);
        let mut conditions = Vec::new();
        for part in expression.into_iter().flat_map(conjuncts) {
            if has_exists(part) {
                return Err(Refusal::new("EXISTS in a filter of OPTIONAL"));
            }
            conditions.push(Formula::new(part.clone(), &mut self.names));
        }
        Ok(Logical::left_join(left, right, conditions))
    }

    /// FILTER: each part of a conjunction by itself, EXISTS as the join that it is.
    pub fn filter(&mut self, mut input: Logical, expression: &Expression) -> Planned<Logical> {
        let mut plain = Vec::new();
        let mut asking = Vec::new();
        for part in conjuncts(expression) {
            if has_exists(part) {
                asking.push(part);
            } else {
                plain.push(Formula::new(part.clone(), &mut self.names));
            }
        }
        let (pushed, plain) = pushdown::push(input, plain, &self.names);
        input = pushed.filter(plain);
        for part in asking {
            input = match part {
                Expression::Exists(pattern) => {
                    Logical::exists(input, self.pattern(pattern)?, Existence::Required)
                }
                Expression::Not(inner) if matches!(inner.as_ref(), Expression::Exists(_)) => {
                    let Expression::Exists(pattern) = inner.as_ref() else { continue };
                    Logical::exists(input, self.pattern(pattern)?, Existence::Forbidden)
                }
                part => {
                    let (input, formula) = self.formula(input, part)?;
                    input.filter(vec![formula])
                }
            };
        }
        Ok(input)
    }

    /// An expression over the solutions of `input`. Each EXISTS in it becomes a variable that `input`
    /// gets, with the truth in it.
    fn formula(&mut self, mut input: Logical, expression: &Expression) -> Planned<(Logical, Formula)> {
        let mut expression = expression.clone();
        let mut open = vec![&mut expression];
        while let Some(part) = open.pop() {
            if let Expression::Exists(pattern) = part {
                let pattern = self.pattern(pattern)?;
                let mark = self.names.fresh("exists");
                *part = Expression::Variable(self.names.variable(mark));
                input = Logical::exists(input, pattern, Existence::Marked(mark));
            } else {
                open.extend(operands_mut(part));
            }
        }
        Ok((input, Formula::new(expression, &mut self.names)))
    }

    /// A chain of UNIONs leans to the left and may be very long: it is walked, not descended.
    fn union(&mut self, pattern: &GraphPattern) -> Planned<Logical> {
        let mut parts = Vec::new();
        let mut open = vec![pattern];
        while let Some(part) = open.pop() {
            if let GraphPattern::Union { left, right } = part {
                open.push(right);
                open.push(left);
            } else {
                parts.push(self.pattern(part)?);
            }
        }
        Ok(Logical::union(parts))
    }

    fn values(&mut self, variables: &[Variable], rows: &[Vec<Option<GroundTerm>>]) -> Planned<Logical> {
        let vars: Vec<Var> = variables.iter().map(|variable| self.var(variable)).collect();
        let rows = rows
            .iter()
            .map(|row| row.iter().map(|cell| cell.clone().map(|term| self.constant(term.into()))).collect())
            .collect();
        Ok(Logical::values(vars, rows))
    }

    fn order_by(&mut self, inner: &GraphPattern, keys: &[OrderExpression]) -> Planned<Logical> {
        let mut input = self.pattern(inner)?;
        let mut sorted = Vec::new();
        for key in keys {
            let (OrderExpression::Asc(expression) | OrderExpression::Desc(expression)) = key;
            let formula;
            (input, formula) = self.formula(input, expression)?;
            sorted.push(SortKey { formula, descending: matches!(key, OrderExpression::Desc(_)) });
        }
        Ok(input.order_by(sorted))
    }

    fn group(
        &mut self,
        inner: &GraphPattern,
        variables: &[Variable],
        aggregates: &[(Variable, AggregateExpression)],
    ) -> Planned<Logical> {
        let mut input = self.pattern(inner)?;
        let keys = variables.iter().map(|variable| self.var(variable)).collect();
        let mut computed = Vec::new();
        for (variable, aggregate) in aggregates {
            let var = self.var(variable);
            computed.push(match aggregate {
                AggregateExpression::CountSolutions { distinct } => {
                    Aggregate { var, function: AggregateFunction::Count, argument: None, distinct: *distinct }
                }
                AggregateExpression::FunctionCall { name, expr, distinct } => {
                    let formula;
                    (input, formula) = self.formula(input, expr)?;
                    Aggregate { var, function: name.clone(), argument: Some(formula), distinct: *distinct }
                }
            });
        }
        Ok(input.group(keys, computed))
    }

    fn graph(&mut self, name: &NamedNodePattern, inner: &GraphPattern) -> Planned<Logical> {
        let iri = match name {
            NamedNodePattern::NamedNode(iri) => iri,
            NamedNodePattern::Variable(variable) => {
                let var = self.var(variable);
                let each = Source::Each(self.statistics.some_graph());
                return Ok(Logical::graphs(self.within(each, inner)?, var));
            }
        };
        let name = self.constant(iri.clone().into());
        // Section 18.6: no such graph, no solution, even of the empty pattern.
        if !self.statistics.has_graph(iri) {
            return Ok(Logical::values(Vec::new(), Vec::new()));
        }
        self.within(Source::Named(name), inner)
    }

    /// A pattern whose triples are matched against `source`.
    fn within(&mut self, source: Source, inner: &GraphPattern) -> Planned<Logical> {
        let outer = std::mem::replace(&mut self.source, source);
        let pattern = self.pattern(inner);
        self.source = outer;
        pattern
    }
}

/// The parts of a conjunction, in the order of the text. A chain of `&&` may be very long.
pub fn conjuncts(expression: &Expression) -> Vec<&Expression> {
    let mut parts = Vec::new();
    let mut open = vec![expression];
    while let Some(part) = open.pop() {
        if let Expression::And(left, right) = part {
            open.push(right);
            open.push(left);
        } else {
            parts.push(part);
        }
    }
    parts
}

/// Whether a blank node, which stands for anything, is in a triple term.
fn has_blank(triple: &TriplePattern) -> bool {
    [&triple.subject, &triple.object].into_iter().any(|term| match term {
        TermPattern::BlankNode(_) => true,
        TermPattern::Triple(triple) => has_blank(triple),
        TermPattern::NamedNode(_) | TermPattern::Literal(_) | TermPattern::Variable(_) => false,
    })
}

fn has_exists(expression: &Expression) -> bool {
    let mut open = vec![expression];
    while let Some(part) = open.pop() {
        if matches!(part, Expression::Exists(_)) {
            return true;
        }
        open.extend(crate::syntax::algebra::operands(part));
    }
    false
}
