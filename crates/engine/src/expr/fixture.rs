//! Expressions as text, evaluated in tests.
//!
//! In: SPARQL expressions over variables whose values are given as text. Out: terms as N-Triples write them, with `xsd:` for the
//! namespace of XML Schema; `error` where there is no value.

use super::{Cells, Program, Scope, Terms};
use crate::error::Result;
use crate::store::{Id, NONE};
use crate::syntax::algebra::{Expression, GraphPattern, Query};
use crate::terms::Term;
use baimo_store::value::datatype::XSD;
use std::collections::HashMap;

/// What all test queries begin with.
const PROLOGUE: &str = "BASE <http://example.org/base/> PREFIX : <http://example.org/> \
     PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> ";

/// A dictionary.
#[derive(Default)]
pub struct Table {
    terms: Vec<Term>,
    numbers: HashMap<Term, Id>,
}

impl Terms for Table {
    fn term(&self, id: Id) -> Result<Option<Term>> {
        Ok(self.terms.get(id as usize).cloned())
    }

    fn intern(&mut self, term: &Term) -> Result<Id> {
        let next = self.terms.len() as Id;
        let id = *self.numbers.entry(term.clone()).or_insert(next);
        if id == next {
            self.terms.push(term.clone());
        }
        Ok(id)
    }
}

/// Rows of numbers.
pub struct Rows {
    pub columns: Vec<Vec<Id>>,
    pub rows: usize,
}

impl Cells for Rows {
    fn rows(&self) -> usize {
        self.rows
    }

    fn ids(&self, column: usize) -> &[Id] {
        &self.columns[column]
    }
}

/// An expression from text.
pub fn expression(text: &str) -> Expression {
    let query = format!("{PROLOGUE} SELECT ({text} AS ?result) {{}}");
    let query = spargebra::SparqlParser::new().parse_query(&query).unwrap_or_else(|e| panic!("{text}: {e}"));
    let Query::Select { pattern: GraphPattern::Project { inner, .. }, .. } = query else { panic!("{text}") };
    let GraphPattern::Extend { expression, .. } = *inner else { panic!("{text}") };
    expression
}

/// A term from text.
pub fn term(text: &str) -> Term {
    match expression(text) {
        Expression::NamedNode(node) => node.into(),
        Expression::Literal(literal) => literal.into(),
        other => panic!("{other} is not a term"),
    }
}

/// The values of an expression, for each row of values of the variables `?a`, `?b`, `?c`; `UNDEF` is unbound.
pub fn values(text: &str, rows: &[&[&str]]) -> Vec<String> {
    let mut table = Table::default();
    let width = rows.first().map_or(0, |row| row.len());
    let mut columns = vec![Vec::new(); width];
    for row in rows {
        for (column, cell) in columns.iter_mut().zip(*row) {
            column.push(if *cell == "UNDEF" { NONE } else { table.intern(&term(cell)).unwrap() });
        }
    }
    let place = |name: &crate::terms::Variable| {
        ["a", "b", "c"].iter().take(width).position(|known| *known == name.as_str())
    };
    let mut program = Program::compile(&expression(text), &place).unwrap();
    let rows = Rows { columns, rows: rows.len() };
    let scope = Scope::new(Some("http://example.org/base/"));
    let ids = program.ids(&rows, &mut table, &scope).unwrap();
    ids.into_iter().map(|id| table.term(id).unwrap().map_or("error".to_owned(), |term| show(&term))).collect()
}

/// The value of an expression without variables.
pub fn value(text: &str) -> String {
    values(text, &[&[]]).remove(0)
}

fn show(term: &Term) -> String {
    match term {
        Term::Literal(literal)
            if literal.datatype().as_str().starts_with(XSD) && literal.language().is_none() =>
        {
            let name = &literal.datatype().as_str()[XSD.len()..];
            let text = crate::terms::Literal::new_simple_literal(literal.value()).to_string();
            if name == "string" { text } else { format!("{text}^^xsd:{name}") }
        }
        _ => term.to_string(),
    }
}

/// Asserts what expressions are worth.
#[track_caller]
pub fn assert_values(cases: &[(&str, &str)]) {
    let wrong: Vec<String> = cases
        .iter()
        .map(|(text, expected)| (text, expected, value(text)))
        .filter(|(_, expected, found)| *expected != found)
        .map(|(text, expected, found)| format!("{text}\n    expected {expected}\n    found    {found}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
