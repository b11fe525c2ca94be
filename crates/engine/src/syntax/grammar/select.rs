//! SELECT: its columns, and the algebra of a pattern with all its modifiers (section 18.2.4 and 18.2.5).
//!
//! In: the clause, the pattern, the modifiers. Out: one pattern: groups, HAVING, VALUES, computed columns, ORDER BY, projection, DISTINCT,
//! LIMIT, from the inside out.

use super::patterns::add_in_scope;
use super::{Parsed, Parser, Refusal, Why};
use crate::syntax::algebra::{AggregateExpression, Expression, GraphPattern, OrderExpression, operands};
use crate::terms::Variable;
use std::collections::HashSet;

/// One column of a SELECT.
pub(super) struct Column {
    /// What it is computed from.
    pub expression: Option<Expression>,
    pub variable: Variable,
    /// Where the variable stands.
    pub at: usize,
}

/// What a query shows of its solutions.
pub(super) enum Columns {
    Named(Vec<Column>),
    /// `SELECT *`, and where it stands: all variables, in the order in which the text names them behind it, so many of those of the text
    /// aside.
    Star(usize, usize),
    /// All variables of the pattern, or the keys of its groups: a form that is no SELECT.
    Pattern,
}

/// Which solutions that are equal stay.
#[derive(Clone, Copy)]
enum Duplicates {
    All,
    Distinct,
    Reduced,
}

/// `SelectClause`
pub(super) struct Clause {
    columns: Columns,
    duplicates: Duplicates,
}

impl From<Columns> for Clause {
    fn from(columns: Columns) -> Self {
        Self { columns, duplicates: Duplicates::All }
    }
}

/// One key of GROUP BY.
pub(super) struct Key {
    /// What it is computed from.
    pub expression: Option<Expression>,
    pub variable: Variable,
    /// Where the variable stands, if the text has one.
    pub at: Option<usize>,
}

/// What stands behind a pattern.
#[derive(Default)]
pub(super) struct Modifiers {
    /// GROUP BY
    pub keys: Option<Vec<Key>>,
    pub having: Option<Expression>,
    pub order: Vec<OrderExpression>,
    pub offset: Option<usize>,
    pub limit: Option<usize>,
    pub values: Option<GraphPattern>,
}

impl Parser<'_> {
    /// `SelectClause ::= 'SELECT' ( 'DISTINCT' | 'REDUCED' )? ( ( Var | ( '(' Expression 'AS' Var ')' ) )+ | '*' )`
    pub(super) fn select_clause(&mut self) -> Parsed<Clause> {
        self.expect_word("SELECT")?;
        let duplicates = if self.word("DISTINCT") {
            Duplicates::Distinct
        } else if self.word("REDUCED") {
            Duplicates::Reduced
        } else {
            Duplicates::All
        };
        let at = self.at;
        if self.take("*") {
            return Ok(Clause { columns: Columns::Star(at, self.variables.len()), duplicates });
        }
        let rule = std::mem::replace(&mut self.aggregate_rule, Ok(()));
        let mut columns = Vec::new();
        loop {
            let at = self.at;
            if let Some(variable) = self.variable_if_any() {
                columns.push(Column { expression: None, variable, at });
            } else if self.byte() == b'(' {
                let start = self.at;
                let (expression, variable, at) = self.expression_as()?;
                self.link()?;
                self.count_beside(start);
                columns.push(Column { expression: Some(expression), variable, at });
            } else if columns.is_empty() {
                return Err(self.unexpected());
            } else {
                break;
            }
        }
        self.aggregate_rule = rule;
        Ok(Clause { columns: Columns::Named(columns), duplicates })
    }

    /// The algebra of a SELECT.
    pub(super) fn select(
        &mut self,
        clause: Clause,
        pattern: GraphPattern,
        modifiers: Modifiers,
    ) -> Parsed<GraphPattern> {
        let aggregates = std::mem::take(&mut self.aggregates);
        let mut shown = None;
        let mut pattern = pattern;
        if modifiers.keys.is_some() || !aggregates.found.is_empty() {
            let keys = modifiers.keys.unwrap_or_default();
            let named = keys.iter().filter(|key| key.at.is_some());
            shown = Some(named.map(|key| key.variable.clone()).collect());
            pattern = grouped(pattern, keys, aggregates.found)?;
        }
        let is_grouped = shown.is_some();
        if let Some(expr) = modifiers.having {
            pattern = GraphPattern::Filter { expr, inner: Box::new(pattern) };
        }
        if let Some(values) = modifiers.values {
            pattern = super::triples::joined(pattern, values);
        }
        let (mut pattern, variables) = match clause.columns {
            Columns::Named(columns) => computed(pattern, columns, is_grouped)?,
            Columns::Star(at, _) if is_grouped => return Err(Refusal { at, why: Why::StarOfGroups }),
            Columns::Star(_, before) => {
                let variables = self.in_text_order(&pattern, before);
                (pattern, variables)
            }
            Columns::Pattern => {
                let variables = shown.unwrap_or_else(|| self.in_text_order(&pattern, 0));
                (pattern, variables)
            }
        };
        if !modifiers.order.is_empty() {
            pattern = GraphPattern::OrderBy { inner: Box::new(pattern), expression: modifiers.order };
        }
        pattern = GraphPattern::Project { inner: Box::new(pattern), variables };
        pattern = match clause.duplicates {
            Duplicates::All => pattern,
            Duplicates::Distinct => GraphPattern::Distinct { inner: Box::new(pattern) },
            Duplicates::Reduced => GraphPattern::Reduced { inner: Box::new(pattern) },
        };
        if modifiers.limit.is_some() || modifiers.offset.is_some() {
            let start = modifiers.offset.unwrap_or_default();
            pattern = GraphPattern::Slice { inner: Box::new(pattern), start, length: modifiers.limit };
        }
        Ok(pattern)
    }

    /// The variables in scope, in the order of the text behind so many names of variables: the order in which people expect columns,
    /// which the standard leaves open.
    fn in_text_order(&self, pattern: &GraphPattern, before: usize) -> Vec<Variable> {
        let mut in_scope: HashSet<&Variable> = HashSet::new();
        pattern.on_in_scope_variable(|variable| {
            in_scope.insert(variable);
        });
        let names = self.variables.get(before..).unwrap_or_default();
        let taken = |name: &&str| in_scope.take(&Variable::new_unchecked(*name)).cloned();
        names.iter().filter_map(taken).collect()
    }
}

/// The groups of a pattern (section 18.2.4.1).
fn grouped(
    pattern: GraphPattern,
    keys: Vec<Key>,
    aggregates: Vec<(Variable, AggregateExpression)>,
) -> Parsed<GraphPattern> {
    let mut known = HashSet::new();
    if keys.iter().any(|key| key.expression.is_some() && key.at.is_some()) {
        add_in_scope(&pattern, &mut known);
    }
    let mut inner = pattern;
    let mut variables = Vec::with_capacity(keys.len());
    for Key { expression, variable, at } in keys {
        if let Some(expression) = expression {
            if let Some(at) = at.filter(|_| !known.insert(variable.clone())) {
                return Err(Refusal { at, why: Why::ColumnOfKnown });
            }
            inner = GraphPattern::Extend { inner: Box::new(inner), variable: variable.clone(), expression };
        }
        variables.push(variable);
    }
    Ok(GraphPattern::Group { inner: Box::new(inner), variables, aggregates })
}

/// The pattern with its computed columns, and all its columns (section 18.2.4.4).
fn computed(
    pattern: GraphPattern,
    columns: Vec<Column>,
    is_grouped: bool,
) -> Parsed<(GraphPattern, Vec<Variable>)> {
    let mut visible: HashSet<Variable> = HashSet::new();
    if is_grouped || columns.iter().any(|column| column.expression.is_some()) {
        add_in_scope(&pattern, &mut visible);
    }
    let (mut pattern, mut variables) = (pattern, Vec::<Variable>::with_capacity(columns.len()));
    // The places of the columns so far, sorted by name.
    let mut named: Vec<usize> = Vec::with_capacity(columns.len());
    for Column { expression, variable, at } in columns {
        let refuse = |why| Err(Refusal { at, why });
        match (named.binary_search_by(|place| variables.get(*place).cmp(&Some(&variable))), &expression) {
            (Err(place), _) => named.insert(place, variables.len()),
            // The columns are a set.
            (Ok(_), None) => continue,
            (Ok(_), Some(_)) => return refuse(Why::ColumnTwice),
        }
        match expression {
            None if is_grouped && !visible.contains(&variable) => return refuse(Why::Ungrouped),
            None => {}
            Some(_) if visible.contains(&variable) => return refuse(Why::ColumnOfKnown),
            Some(expression) if is_grouped && !is_computed_of(&expression, &visible) => {
                return refuse(Why::Ungrouped);
            }
            Some(expression) => {
                // What stands behind it may be computed from it (section 16.1.2).
                visible.insert(variable.clone());
                pattern =
                    GraphPattern::Extend { inner: Box::new(pattern), variable: variable.clone(), expression };
            }
        }
        variables.push(variable);
    }
    Ok((pattern, variables))
}

/// Whether an expression names no variables but these, beside what is aggregated: others have no one value in a group (SPARQL 1.1,
/// section 11.4), also where BOUND or COALESCE would do without. The pattern of an EXISTS has variables of its own.
fn is_computed_of(expression: &Expression, visible: &HashSet<Variable>) -> bool {
    match expression {
        Expression::Variable(variable) | Expression::Bound(variable) => visible.contains(variable),
        Expression::Exists(_) => true,
        other => operands(other).all(|operand| is_computed_of(operand, visible)),
    }
}
