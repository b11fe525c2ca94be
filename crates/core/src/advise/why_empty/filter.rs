//! Why a condition drops every row: what it met in their place.
//!
//! In: a FILTER or HAVING, and the pattern that it stands on, which finds something. Out: lines that name the part of
//! the condition that no row fulfils, and values that it met.

use super::Search;
use super::triple::alike;
use crate::engine::syntax::algebra::{
    self, AggregateExpression, Expression, GraphPattern, each_operand, variables_of,
};
use crate::engine::syntax::written::Written;
use crate::error::Hint;
use crate::terms::{Literal, Term, Variable};
use std::collections::BTreeSet;

impl Search<'_> {
    /// A filter that drops every row.
    pub(super) fn filter(&self, expression: &Expression, inner: &GraphPattern) -> Vec<Hint> {
        let mut conjuncts = Vec::new();
        split(expression, &mut conjuncts);
        let mut pattern = inner.clone();
        for conjunct in conjuncts {
            let filtered = GraphPattern::Filter { expr: conjunct.clone(), inner: Box::new(pattern.clone()) };
            match self.finds(&filtered) {
                Some(true) => pattern = filtered,
                Some(false) => return self.dropped(conjunct, &pattern),
                None => break,
            }
        }
        Vec::new()
    }

    fn dropped(&self, expression: &Expression, inner: &GraphPattern) -> Vec<Hint> {
        let word = if algebra::group(inner).is_some() { "HAVING" } else { "FILTER" };
        let text = aggregates(Written(expression).to_string(), inner);
        let what = format!("{word} {}", self.quote(unwrapped(&text)));
        let mut bound = BTreeSet::new();
        inner.on_in_scope_variable(|variable| {
            bound.insert(variable.clone());
        });
        let used: Vec<Variable> = variables_of(expression).into_iter().cloned().collect();
        let missing = used.iter().find(|variable| !bound.contains(*variable));
        if let Some(variable) = missing.filter(|_| !matches!(expression, Expression::Exists(_))) {
            let name = variable.as_str();
            if word == "HAVING" {
                // Where SELECT gives the name, the standard does not let HAVING see it.
                let why =
                    "HAVING stands before SELECT and cannot see its names (SPARQL 1.1, section 18.2.4.2)";
                return vec![
                    format!("{what} drops all {}: ?{name} has no value there", self.rows_of(inner)).into(),
                    format!("{why}: repeat the aggregate in place of ?{name}").into(),
                ];
            }
            return vec![
                format!("{what} drops all {}: ?{name} has no value there", self.rows_of(inner)).into(),
            ];
        }
        let probe = Variable::new_unchecked("filterHolds");
        let extended = GraphPattern::Extend {
            inner: Box::new(inner.clone()),
            variable: probe.clone(),
            expression: expression.clone(),
        };
        let mut columns = vec![probe];
        columns.extend(used.iter().cloned());
        let rows = self.rows(&extended, &columns).unwrap_or_default();
        let fails = !rows.is_empty() && rows.iter().all(|row| row.first().is_none_or(Option::is_none));
        let verb = if fails { "cannot be computed on any of the" } else { "drops all" };
        let mut lines = vec![format!("{what} {verb} {}", self.rows_of(inner)).into()];
        lines.extend(used.iter().enumerate().take(2).filter_map(|(i, variable)| {
            let values: Vec<Term> = rows.iter().filter_map(|row| row.get(i + 1).cloned().flatten()).collect();
            // The parser names aggregates for itself: people see these as they wrote them.
            let shown = aggregates(variable.to_string(), inner);
            let line = self.met(variable, &values, expression, fails)?;
            Some(line.replace(&variable.to_string(), &shown).into())
        }));
        lines
    }

    /// What values a filter met: the likely one, or the span, or an example.
    fn met(
        &self,
        variable: &Variable,
        values: &[Term],
        expression: &Expression,
        fails: bool,
    ) -> Option<String> {
        if values.is_empty() {
            return Some(format!("?{} has no value in any of them", variable.as_str()));
        }
        let show = |term: &Term| self.known.prefixes.show(term.as_ref());
        let name = variable.to_string();
        if expression.to_string().contains("LANG") {
            let tags: BTreeSet<&str> = values
                .iter()
                .filter_map(|term| if let Term::Literal(literal) = term { literal.language() } else { None })
                .collect();
            let tags: Vec<_> = tags.into_iter().collect();
            let has = if tags.is_empty() { "no language".to_owned() } else { tags.join(", ") };
            return Some(format!("the languages of {name} are: {has}"));
        }
        let constants = constants(expression);
        let near = constants.iter().find_map(|wanted| values.iter().find(|value| alike(value, wanted)));
        if let Some(near) = near {
            return Some(format!("{name} is {} there, which is not the same", show(near)));
        }
        let wanted = constants.first().filter(|_| fails).map(|literal| {
            format!(", which cannot be compared with {}", show(&Term::from((*literal).clone())))
        });
        Some(format!("{name} is {}{}", self.list(values)?, wanted.unwrap_or_default()))
    }
}

pub(super) fn split<'e>(expression: &'e Expression, out: &mut Vec<&'e Expression>) {
    if let Expression::And(a, b) = expression {
        split(a, out);
        split(b, out);
    } else {
        out.push(expression);
    }
}

/// The aggregates of a HAVING in place of the names that the parser made for them.
fn aggregates(text: String, pattern: &GraphPattern) -> String {
    let Some(GraphPattern::Group { aggregates, .. }) = algebra::group(pattern) else { return text };
    let written = |aggregate: &AggregateExpression| match aggregate {
        AggregateExpression::FunctionCall { expr, .. } => {
            aggregate.to_string().replacen(&expr.to_string(), &Written(expr).to_string(), 1)
        }
        AggregateExpression::CountSolutions { .. } => aggregate.to_string(),
    };
    aggregates
        .iter()
        .fold(text, |text, (variable, aggregate)| text.replace(&variable.to_string(), &written(aggregate)))
}

pub(super) fn constants(expression: &Expression) -> Vec<Literal> {
    let mut found = Vec::new();
    each_operand(expression, &mut |part| {
        if let Expression::Literal(literal) = part {
            found.push(literal.clone());
        }
    });
    found
}

/// An expression without the parentheses around the whole of it.
fn unwrapped(text: &str) -> &str {
    let Some(inner) = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) else { return text };
    let mut depth = 0_i32;
    let whole = inner.chars().all(|c| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        depth >= 0
    });
    if whole { inner } else { text }
}
