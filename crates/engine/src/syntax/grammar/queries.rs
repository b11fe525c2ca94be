//! The four forms of a query, and the clauses around its pattern.
//!
//! In: the text behind the declarations. Out: a [`Query`]. `Query`, `SolutionModifier` and what they consist of in section 19.8; what is
//! made of a SELECT is in `select`.

use super::functions::made_up;
use super::select::{Column, Columns, Key, Modifiers};
use super::{Parsed, Parser, Refusal, Why};
use crate::syntax::algebra::{
    Expression, GraphPattern, NamedNodePattern, OrderExpression, Query, QueryDataset, TriplePattern,
};
use crate::terms::NamedNode;

impl Parser<'_> {
    /// `SelectQuery | ConstructQuery | DescribeQuery | AskQuery`
    pub(super) fn query(&mut self) -> Parsed<Query> {
        if self.is_word("SELECT") {
            return self.select_query();
        }
        if self.word("ASK") {
            let dataset = self.dataset("FROM")?;
            let pattern = self.where_clause()?;
            let pattern = self.modified(Columns::Pattern, pattern)?;
            return Ok(Query::Ask { dataset, pattern, base_iri: self.base.clone() });
        }
        if self.word("CONSTRUCT") {
            return self.construct_query();
        }
        if self.word("DESCRIBE") {
            return self.describe_query();
        }
        Err(self.unexpected())
    }

    /// `SelectQuery ::= SelectClause DatasetClause* WhereClause SolutionModifier ValuesClause`
    fn select_query(&mut self) -> Parsed<Query> {
        let clause = self.select_clause()?;
        let dataset = self.dataset("FROM")?;
        let pattern = self.where_clause()?;
        let modifiers = self.modifiers()?;
        let pattern = self.select(clause, pattern, modifiers)?;
        Ok(Query::Select { dataset, pattern, base_iri: self.base.clone() })
    }

    /// `SubSelect ::= SelectClause WhereClause SolutionModifier ValuesClause`: it has aggregates of its own.
    pub(super) fn sub_select(&mut self) -> Parsed<GraphPattern> {
        let outer = std::mem::take(&mut self.aggregates);
        let clause = self.select_clause()?;
        let pattern = self.where_clause()?;
        let modifiers = self.modifiers()?;
        let pattern = self.select(clause, pattern, modifiers)?;
        self.aggregates = outer;
        Ok(pattern)
    }

    /// The pattern of a query that is no SELECT, with its modifiers.
    fn modified(&mut self, columns: Columns, pattern: GraphPattern) -> Parsed<GraphPattern> {
        let modifiers = self.modifiers()?;
        self.select(columns.into(), pattern, modifiers)
    }

    /// `CONSTRUCT` with a template, or with a pattern that is the template as well.
    fn construct_query(&mut self) -> Parsed<Query> {
        let (template, dataset, pattern);
        if self.byte() == b'{' {
            template = self.template()?;
            dataset = self.dataset("FROM")?;
            pattern = self.where_clause()?;
        } else {
            dataset = self.dataset("FROM")?;
            self.expect_word("WHERE")?;
            template = self.template()?;
            pattern = GraphPattern::Bgp { patterns: template.clone() };
        }
        let pattern = self.modified(Columns::Pattern, pattern)?;
        Ok(Query::Construct { template, dataset, pattern, base_iri: self.base.clone() })
    }

    /// `ConstructTemplate ::= '{' ConstructTriples? '}'`
    fn template(&mut self) -> Parsed<Vec<TriplePattern>> {
        self.open("{")?;
        let triples = self.template_triples()?;
        self.close("}")?;
        Ok(triples)
    }

    /// Triples without paths, perhaps none.
    fn template_triples(&mut self) -> Parsed<Vec<TriplePattern>> {
        let mut triples = Vec::new();
        self.each_triple(&mut |triple, _| {
            triples.push(triple);
            Ok(())
        })?;
        Ok(triples)
    }

    /// `DescribeQuery ::= 'DESCRIBE' ( VarOrIri+ | '*' ) DatasetClause* WhereClause? SolutionModifier ValuesClause`
    fn describe_query(&mut self) -> Parsed<Query> {
        let mut columns = Columns::Pattern;
        if !self.take("*") {
            let mut named = Vec::new();
            while named.is_empty() || matches!(self.byte(), b'?' | b'$') || self.is_iri() {
                let at = self.at;
                named.push(match self.variable_or_iri()? {
                    NamedNodePattern::Variable(variable) => Column { expression: None, variable, at },
                    NamedNodePattern::NamedNode(iri) => {
                        self.link()?;
                        Column { expression: Some(iri.into()), variable: made_up(), at }
                    }
                });
            }
            columns = Columns::Named(named);
        }
        let dataset = self.dataset("FROM")?;
        let pattern = if self.byte() == b'{' || self.is_word("WHERE") {
            self.where_clause()?
        } else {
            GraphPattern::default()
        };
        let pattern = self.modified(columns, pattern)?;
        Ok(Query::Describe { dataset, pattern, base_iri: self.base.clone() })
    }

    /// `DatasetClause*` of a query, and `UsingClause*` of an update: nothing where there is none.
    pub(super) fn dataset(&mut self, word: &str) -> Parsed<Option<QueryDataset>> {
        let (mut default, mut named): (Vec<NamedNode>, Vec<NamedNode>) = (Vec::new(), Vec::new());
        while self.word(word) {
            let graphs = if self.word("NAMED") { &mut named } else { &mut default };
            graphs.push(self.iri()?);
        }
        let is_given = !default.is_empty() || !named.is_empty();
        Ok(is_given.then_some(QueryDataset { default, named: Some(named) }))
    }

    /// `WhereClause ::= 'WHERE'? GroupGraphPattern`
    fn where_clause(&mut self) -> Parsed<GraphPattern> {
        self.word("WHERE");
        self.group()
    }

    /// `SolutionModifier ValuesClause`
    fn modifiers(&mut self) -> Parsed<Modifiers> {
        let mut modifiers = Modifiers::default();
        if self.word("GROUP") {
            self.expect_word("BY")?;
            modifiers.keys = Some(self.keys()?);
        }
        // Aggregates are allowed from here on.
        let rule = std::mem::replace(&mut self.aggregate_rule, Ok(()));
        if self.word("HAVING") {
            let mut having = self.constraint()?;
            while self.begins_constraint() {
                self.link()?;
                having = Expression::And(Box::new(having), Box::new(self.constraint()?));
            }
            modifiers.having = Some(having);
        }
        if self.word("ORDER") {
            self.expect_word("BY")?;
            modifiers.order.push(self.order_condition()?);
            while self.begins_constraint()
                || matches!(self.byte(), b'?' | b'$')
                || self.is_word("ASC")
                || self.is_word("DESC")
            {
                modifiers.order.push(self.order_condition()?);
            }
        }
        self.aggregate_rule = rule;
        loop {
            if modifiers.limit.is_none() && self.word("LIMIT") {
                modifiers.limit = Some(self.rows()?);
            } else if modifiers.offset.is_none() && self.word("OFFSET") {
                modifiers.offset = Some(self.rows()?);
            } else {
                break;
            }
        }
        if self.word("VALUES") {
            modifiers.values = Some(self.data_block()?);
        }
        Ok(modifiers)
    }

    /// Whether a `Constraint` may begin here, and no clause does.
    fn begins_constraint(&self) -> bool {
        self.byte() == b'(' || self.is_iri() || self.byte().is_ascii_alphabetic() && self.is_call()
    }

    /// Whether a word that may be called stands here.
    fn is_call(&self) -> bool {
        let clauses = ["HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES", "ASC", "DESC"];
        !clauses.iter().any(|clause| self.is_word(clause))
    }

    /// `GroupCondition+`
    fn keys(&mut self) -> Parsed<Vec<Key>> {
        let mut keys = Vec::new();
        loop {
            let at = self.at;
            let key = if let Some(variable) = self.variable_if_any() {
                Key { expression: None, variable, at: Some(at) }
            } else if self.byte() == b'(' {
                self.key_in_brackets()?
            } else if keys.is_empty() || self.begins_constraint() {
                Key { expression: Some(self.constraint()?), variable: made_up(), at: None }
            } else {
                return Ok(keys);
            };
            if key.expression.is_some() {
                self.link()?;
            }
            keys.push(key);
        }
    }

    /// `'(' Expression ( 'AS' Var )? ')'`
    fn key_in_brackets(&mut self) -> Parsed<Key> {
        self.open("(")?;
        let start = self.at;
        let expression = self.expression()?;
        let mut name = None;
        if self.word("AS") {
            let at = self.at;
            let variable = self.variable()?;
            self.assigns(&variable, at);
            name = Some((at, variable));
        }
        self.close(")")?;
        Ok(match (expression, name) {
            (Expression::Variable(variable), None) => Key { expression: None, variable, at: Some(start) },
            (expression, Some((at, variable))) => {
                Key { expression: Some(expression), variable, at: Some(at) }
            }
            (expression, None) => Key { expression: Some(expression), variable: made_up(), at: None },
        })
    }

    /// `OrderCondition`
    fn order_condition(&mut self) -> Parsed<OrderExpression> {
        if self.word("ASC") {
            return self.bracketed().map(OrderExpression::Asc);
        }
        if self.word("DESC") {
            return self.bracketed().map(OrderExpression::Desc);
        }
        Ok(OrderExpression::Asc(match self.variable_if_any() {
            Some(variable) => variable.into(),
            None => self.constraint()?,
        }))
    }

    /// The number behind LIMIT and OFFSET.
    fn rows(&mut self) -> Parsed<usize> {
        let at = self.at;
        let length = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        if length == 0 {
            return Err(self.unexpected());
        }
        let rows = self.cut(length).parse().map_err(|_| Refusal { at, why: Why::Rows })?;
        self.blank();
        Ok(rows)
    }
}
