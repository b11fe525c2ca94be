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
    /// The variables in scope, once somebody asked for them.
    known: Option<HashSet<Variable>>,
}

impl Group {
    fn of(pattern: GraphPattern) -> Self {
        Self { pattern, filter: None, known: None }
    }

    /// The variables in scope in the group so far (section 18.2.1).
    fn known(&mut self) -> &mut HashSet<Variable> {
        let pattern = &self.pattern;
        self.known.get_or_insert_with(|| {
            let mut known = HashSet::new();
            add_in_scope(pattern, &mut known);
            known
        })
    }

    /// Changes the pattern to what it is with another part, whose variables are in scope from now on.
    fn with(&mut self, part: GraphPattern, both: impl FnOnce(GraphPattern, GraphPattern) -> GraphPattern) {
        if let Some(known) = &mut self.known {
            add_in_scope(&part, known);
        }
        self.pattern = both(std::mem::take(&mut self.pattern), part);
    }
}

impl Parser<'_> {
    /// `GroupGraphPattern ::= '{' ( SubSelect | GroupGraphPatternSub ) '}'`
    pub(super) fn group(&mut self) -> Parsed<GraphPattern> {
        let Group { pattern, filter, .. } = self.group_apart()?;
        Ok(match filter {
            Some(expr) => GraphPattern::Filter { expr, inner: Box::new(pattern) },
            None => pattern,
        })
    }

    /// A group whose filters OPTIONAL takes as its condition (section 18.2.2.6).
    fn group_apart(&mut self) -> Parsed<Group> {
        self.open("{")?;
        let (links, beside) = (self.links, std::mem::take(&mut self.beside));
        let rule = std::mem::replace(&mut self.aggregate_rule, Err(Why::AggregateInPattern));
        let group = if matches!(self.byte(), b'S' | b's') && self.is_word("SELECT") {
            Group::of(self.sub_select()?)
        } else {
            self.parts()?
        };
        self.end_labels();
        self.aggregate_rule = rule;
        (self.links, self.beside) = (links, beside);
        self.close("}")?;
        Ok(group)
    }

    /// The basic graph pattern that was read has ended: its labels stand for nothing any more.
    fn end_labels(&mut self) {
        self.labels.patterns += 1;
        self.labels.pattern = self.labels.patterns;
    }

    /// `GroupGraphPatternSub`
    fn parts(&mut self) -> Parsed<Group> {
        let mut group = Group::of(GraphPattern::default());
        loop {
            if self.begins_triples() {
                let mut items = Vec::new();
                self.triples(&mut items)?;
                self.joined += items.len();
                group.with(block(items), joined);
            }
            if self.byte() == b'}' {
                return Ok(group);
            }
            self.part(&mut group)?;
            self.dot();
        }
    }

    /// `GraphPatternNotTriples`
    fn part(&mut self, group: &mut Group) -> Parsed<()> {
        self.link()?;
        let (at, before) = (self.at, self.joined);
        if self.word("FILTER") {
            let filter = self.filter()?;
            group.filter = Some(match group.filter.take() {
                Some(before) => Expression::And(Box::new(before), Box::new(filter)),
                None => filter,
            });
            return Ok(());
        }
        self.end_labels();
        if self.byte() == b'{' {
            let mut union = self.group()?;
            let mut most = self.joined;
            while self.word("UNION") {
                self.link()?;
                self.joined = before;
                union = GraphPattern::Union { left: Box::new(union), right: Box::new(self.group()?) };
                most = most.max(self.joined);
            }
            self.joined = most;
            group.with(union, joined);
        } else if self.word("OPTIONAL") {
            self.count_beside(at);
            self.joined = 0;
            let Group { pattern, filter, .. } = self.group_apart()?;
            self.joined = self.joined.max(before);
            group.with(pattern, |left, right| GraphPattern::LeftJoin {
                left: Box::new(left),
                right: Box::new(right),
                expression: filter,
            });
        } else if self.word("MINUS") {
            self.count_beside(at);
            self.joined = 0;
            let right = Box::new(self.group()?);
            let left = Box::new(std::mem::take(&mut group.pattern));
            group.pattern = GraphPattern::Minus { left, right };
            self.joined = self.joined.max(before);
        } else if self.word("BIND") {
            self.count_beside(at);
            self.bind(group)?;
        } else if self.word("VALUES") {
            group.with(self.data_block()?, joined);
        } else if self.word("GRAPH") {
            let name = self.variable_or_iri()?;
            group.with(GraphPattern::Graph { name, inner: Box::new(self.group()?) }, joined);
        } else if self.word("SERVICE") {
            let silent = self.word("SILENT");
            let name = self.variable_or_iri()?;
            group.with(GraphPattern::Service { name, inner: Box::new(self.group()?), silent }, joined);
        } else if self.is_word("LATERAL") {
            self.lateral(group)?;
        } else {
            return Err(self.unexpected());
        }
        Ok(())
    }

    /// The condition of a FILTER, which ends no basic graph pattern (section 5.2.2): the labels before it are those behind it, and no
    /// others within it.
    fn filter(&mut self) -> Parsed<Expression> {
        let around = self.labels.pattern;
        self.end_labels();
        let filter = self.constraint()?;
        self.labels.pattern = around;
        Ok(filter)
    }

    /// `Bind ::= 'BIND' '(' Expression 'AS' Var ')'`. The variable must be new to the group so far (section 18.2.1).
    fn bind(&mut self, group: &mut Group) -> Parsed<()> {
        let (expression, variable, at) = self.expression_as()?;
        if !group.known().insert(variable.clone()) {
            return Err(Refusal { at, why: Why::BindOfKnown });
        }
        let inner = Box::new(std::mem::take(&mut group.pattern));
        group.pattern = GraphPattern::Extend { inner, variable, expression };
        Ok(())
    }

    /// `'(' Expression 'AS' Var ')'`, and where the variable stands.
    pub(super) fn expression_as(&mut self) -> Parsed<(Expression, Variable, usize)> {
        self.open("(")?;
        let expression = self.expression()?;
        self.expect_word("AS")?;
        let at = self.at;
        let variable = self.variable()?;
        self.assigns(&variable, at);
        self.close(")")?;
        Ok((expression, variable, at))
    }

    /// LATERAL and its group, which is evaluated for each solution before it, and can give no value to what has one.
    fn lateral(&mut self, group: &mut Group) -> Parsed<()> {
        let at = self.at;
        self.word("LATERAL");
        self.count_beside(at);
        let right = self.group()?;
        let mut given_there = HashSet::new();
        given(&right, Given::InAnyWay, &mut given_there);
        let known = group.known();
        if given_there.into_iter().any(|variable| known.contains(variable)) {
            return Err(Refusal { at, why: Why::LateralOfKnown });
        }
        group.with(right, |left, right| GraphPattern::Lateral {
            left: Box::new(left),
            right: Box::new(right),
        });
        Ok(())
    }
}

/// Adds the variables in scope of a pattern (section 18.2.1).
pub(super) fn add_in_scope(pattern: &GraphPattern, known: &mut HashSet<Variable>) {
    pattern.on_in_scope_variable(|variable| {
        known.insert(variable.clone());
    });
}

/// What gives a variable its value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Given {
    /// BIND of the group or of one within it.
    ByBind,
    /// That, VALUES, and sub-selects.
    InAnyWay,
}

/// Adds the variables that a pattern gives a value to, as far as they are seen outside.
pub(super) fn given<'p>(pattern: &'p GraphPattern, how: Given, found: &mut HashSet<&'p Variable>) {
    match pattern {
        GraphPattern::Extend { variable, .. } => {
            found.insert(variable);
        }
        GraphPattern::Values { .. } | GraphPattern::Project { .. } | GraphPattern::Group { .. }
            if how == Given::ByBind =>
        {
            return;
        }
        GraphPattern::Values { variables, .. } => found.extend(variables),
        GraphPattern::Project { variables, inner } | GraphPattern::Group { variables, inner, .. } => {
            let mut within = HashSet::new();
            given(inner, how, &mut within);
            found.extend(variables.iter().filter(|variable| within.contains(variable)));
            if let GraphPattern::Group { aggregates, .. } = pattern {
                found.extend(aggregates.iter().map(|(variable, _)| variable));
            }
            return;
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
    children(pattern).for_each(|child| given(child, how, found));
}
