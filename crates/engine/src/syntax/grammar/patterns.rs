//! Groups: what stands in braces after WHERE, OPTIONAL and the like.
//!
//! In: the text from the brace. Out: the algebra of the group (section 18.2.2.6): its parts joined from left to right, its filters around
//! all of them. `GroupGraphPattern` and what it consists of in section 19.8.

use super::triples::{block, joined};
use super::{Parsed, Parser, Refusal, Why};
use crate::syntax::algebra::{Expression, GraphPattern, children};
use crate::terms::Variable;
use std::collections::HashSet;

/// A group, and its filters apart.
struct Group {
    pattern: GraphPattern,
    filter: Option<Expression>,
}

impl Parser<'_> {
    /// `GroupGraphPattern ::= '{' ( SubSelect | GroupGraphPatternSub ) '}'`
    pub(super) fn group(&mut self) -> Parsed<GraphPattern> {
        let Group { pattern, filter } = self.group_apart()?;
        Ok(match filter {
            Some(expr) => GraphPattern::Filter { expr, inner: Box::new(pattern) },
            None => pattern,
        })
    }

    /// A group whose filters OPTIONAL takes as its condition (section 18.2.2.6).
    fn group_apart(&mut self) -> Parsed<Group> {
        self.open("{")?;
        let links = self.links;
        let rule = std::mem::replace(&mut self.aggregate_rule, Err(Why::AggregateInPattern));
        let group = if matches!(self.byte(), b'S' | b's') && self.is_word("SELECT") {
            Group { pattern: self.sub_select()?, filter: None }
        } else {
            self.parts()?
        };
        self.end_labels();
        self.aggregate_rule = rule;
        self.links = links;
        self.close("}")?;
        Ok(group)
    }

    /// The basic graph pattern that was read has ended: its labels stand for nothing any more.
    fn end_labels(&mut self) {
        self.labels.ended.extend(self.labels.open.drain(..));
    }

    /// `GroupGraphPatternSub`
    fn parts(&mut self) -> Parsed<Group> {
        let mut group = Group { pattern: GraphPattern::default(), filter: None };
        loop {
            if self.begins_triples() {
                let mut items = Vec::new();
                self.triples(&mut items)?;
                group.pattern = joined(group.pattern, block(items));
            }
            if self.byte() == b'}' {
                return Ok(group);
            }
            self.part(&mut group)?;
            self.take(".");
        }
    }

    /// `GraphPatternNotTriples`
    fn part(&mut self, group: &mut Group) -> Parsed<()> {
        self.link()?;
        if self.word("FILTER") {
            let filter = self.filter()?;
            group.filter = Some(match group.filter.take() {
                Some(before) => Expression::And(Box::new(before), Box::new(filter)),
                None => filter,
            });
            return Ok(());
        }
        self.end_labels();
        let left = std::mem::take(&mut group.pattern);
        group.pattern = if self.byte() == b'{' {
            let mut union = self.group()?;
            while self.word("UNION") {
                self.link()?;
                union = GraphPattern::Union { left: Box::new(union), right: Box::new(self.group()?) };
            }
            joined(left, union)
        } else if self.word("OPTIONAL") {
            let Group { pattern, filter } = self.group_apart()?;
            GraphPattern::LeftJoin { left: Box::new(left), right: Box::new(pattern), expression: filter }
        } else if self.word("MINUS") {
            GraphPattern::Minus { left: Box::new(left), right: Box::new(self.group()?) }
        } else if self.word("BIND") {
            self.bind(left)?
        } else if self.word("VALUES") {
            joined(left, self.data_block()?)
        } else if self.word("GRAPH") {
            let name = self.variable_or_iri()?;
            joined(left, GraphPattern::Graph { name, inner: Box::new(self.group()?) })
        } else if self.word("SERVICE") {
            let silent = self.word("SILENT");
            let name = self.variable_or_iri()?;
            joined(left, GraphPattern::Service { name, inner: Box::new(self.group()?), silent })
        } else if self.is_word("LATERAL") {
            self.lateral(left)?
        } else {
            return Err(self.unexpected());
        };
        Ok(())
    }

    /// The condition of a FILTER, which ends no basic graph pattern (section 5.2.2): the labels before it are those behind it, and no
    /// others within it.
    fn filter(&mut self) -> Parsed<Expression> {
        let open = std::mem::take(&mut self.labels.open);
        self.labels.ended.extend(open.iter().copied());
        let filter = self.constraint()?;
        open.iter().for_each(|label| {
            self.labels.ended.remove(label);
        });
        self.labels.open = open;
        Ok(filter)
    }

    /// `Bind ::= 'BIND' '(' Expression 'AS' Var ')'`. The variable must be new to the group so far (section 18.2.1).
    fn bind(&mut self, left: GraphPattern) -> Parsed<GraphPattern> {
        let (expression, variable, at) = self.expression_as()?;
        if is_in_scope(&left, |known| *known == variable) {
            return Err(Refusal { at, why: Why::BindOfKnown });
        }
        Ok(GraphPattern::Extend { inner: Box::new(left), variable, expression })
    }

    /// `'(' Expression 'AS' Var ')'`, and where the variable stands.
    pub(super) fn expression_as(&mut self) -> Parsed<(Expression, Variable, usize)> {
        self.open("(")?;
        let expression = self.expression()?;
        self.expect_word("AS")?;
        let at = self.at;
        let variable = self.variable()?;
        self.close(")")?;
        Ok((expression, variable, at))
    }

    /// LATERAL and its group, which is evaluated for each solution before it, and can give no value to what has one.
    fn lateral(&mut self, left: GraphPattern) -> Parsed<GraphPattern> {
        let at = self.at;
        self.word("LATERAL");
        let right = self.group()?;
        let given = given(&right);
        if is_in_scope(&left, |known| given.contains(known)) {
            return Err(Refusal { at, why: Why::LateralOfKnown });
        }
        Ok(GraphPattern::Lateral { left: Box::new(left), right: Box::new(right) })
    }
}

/// Whether one of the variables in scope is wanted.
fn is_in_scope(pattern: &GraphPattern, wanted: impl Fn(&Variable) -> bool) -> bool {
    let mut found = false;
    pattern.on_in_scope_variable(|variable| found |= wanted(variable));
    found
}

/// The variables that AS and VALUES give a value to, as far as they are seen outside.
fn given(pattern: &GraphPattern) -> HashSet<&Variable> {
    let mut found: HashSet<&Variable> = children(pattern).into_iter().flat_map(given).collect();
    match pattern {
        GraphPattern::Extend { variable, .. } => drop(found.insert(variable)),
        GraphPattern::Values { variables, .. } => found.extend(variables),
        GraphPattern::Project { variables, .. } => found.retain(|variable| variables.contains(variable)),
        GraphPattern::Group { variables, aggregates, .. } => {
            found.retain(|variable| variables.contains(variable));
            found.extend(aggregates.iter().map(|(variable, _)| variable));
        }
        GraphPattern::Bgp { .. }
        | GraphPattern::Path { .. }
        | GraphPattern::Join { .. }
        | GraphPattern::LeftJoin { .. }
        | GraphPattern::Lateral { .. }
        | GraphPattern::Filter { .. }
        | GraphPattern::Union { .. }
        | GraphPattern::Graph { .. }
        | GraphPattern::Minus { .. }
        | GraphPattern::Service { .. }
        | GraphPattern::OrderBy { .. }
        | GraphPattern::Distinct { .. }
        | GraphPattern::Reduced { .. }
        | GraphPattern::Slice { .. } => {}
    }
    found
}
