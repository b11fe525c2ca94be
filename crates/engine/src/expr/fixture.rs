//! Expressions as text, evaluated in tests.
//!
//! In: SPARQL expressions over variables whose values are given as text. Out: terms as N-Triples write them, with `xsd:` for the
//! namespace of XML Schema; `error` where there is no value.

use super::{Cells, Column, Program, Scope, Terms};
use crate::Governor;
use crate::error::Result;
use crate::store::pack::{Builder, Pack, Watch};
use crate::store::{FIRST_FOREIGN, Graph, Id, Indexed, NONE, Triple};
use crate::syntax::algebra::{Expression, GraphPattern, Query};
use crate::syntax::parse;
use crate::terms::{GraphName, NamedNode, Prefixes, Quad, Term};
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

/// A graph that holds some terms, and a dictionary for others.
pub struct Stored {
    graph: Pack,
    others: Table,
}

impl Stored {
    /// A graph with these terms.
    pub fn of(terms: &[Term]) -> Self {
        let mut builder = Builder::new();
        let node = NamedNode::new_unchecked("http://example.org/s");
        for term in terms {
            builder
                .add(Quad::new(node.clone(), node.clone(), term.clone(), GraphName::DefaultGraph).as_ref());
        }
        Self { graph: builder.finish(), others: Table::default() }
    }
}

impl Terms for Stored {
    fn term(&self, id: Id) -> Result<Option<Term>> {
        match id {
            FIRST_FOREIGN.. => self.others.term(id - FIRST_FOREIGN),
            _ => self.graph.term(id).map(Some),
        }
    }

    fn intern(&mut self, term: &Term) -> Result<Id> {
        match self.graph.id(term.as_ref())? {
            Some(id) => Ok(id),
            None => self.others.intern(term).map(|id| id + FIRST_FOREIGN),
        }
    }

    fn indexed(&self) -> Option<&dyn Indexed> {
        Some(&self.graph)
    }

    fn number_of(&self, term: &Term) -> Result<Option<Id>> {
        self.graph.id(term.as_ref())
    }

    fn parts(&self, ids: &[Id]) -> Result<Option<Vec<Triple>>> {
        let all_stored = ids.iter().all(|id| *id < FIRST_FOREIGN || *id == NONE);
        if all_stored { self.graph.parts(ids, Watch::nobody()).map(Some) } else { Ok(None) }
    }

    fn triple_of(&self, parts: Triple) -> Result<Option<Id>> {
        self.graph.triple_of(parts)
    }
}

/// Rows of numbers.
pub struct Rows {
    pub columns: Vec<Column>,
    pub rows: usize,
}

impl Cells for Rows {
    fn rows(&self) -> usize {
        self.rows
    }

    fn column(&self, column: usize) -> &Column {
        &self.columns[column]
    }
}

/// An expression from text.
pub fn expression(text: &str) -> Expression {
    let query = format!("{PROLOGUE} SELECT ({text} AS ?result) {{}}");
    let parsed = parse::query(&query, &Prefixes::new(), None);
    let parsed = parsed.unwrap_or_else(|e| panic!("{text}: {e:?}"));
    let Query::Select { pattern: GraphPattern::Project { inner, .. }, .. } = parsed else { panic!("{text}") };
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
    let rows: Vec<Vec<Option<Term>>> = rows
        .iter()
        .map(|row| row.iter().map(|cell| (*cell != "UNDEF").then(|| term(cell))).collect())
        .collect();
    values_in(&mut Table::default(), text, &rows)
}

/// [`values`] with a dictionary.
pub fn values_in(terms: &mut dyn Terms, text: &str, rows: &[Vec<Option<Term>>]) -> Vec<String> {
    let width = rows.first().map_or(0, Vec::len);
    let mut columns = vec![Vec::new(); width];
    for row in rows {
        for (column, cell) in columns.iter_mut().zip(row) {
            column.push(cell.as_ref().map_or(NONE, |term| terms.intern(term).unwrap()));
        }
    }
    let place = |name: &crate::terms::Variable| {
        ["a", "b", "c"].iter().take(width).position(|known| *known == name.as_str())
    };
    let mut program = Program::compile(&expression(text), &place).unwrap();
    let columns = columns.into_iter().map(Column::Ids).collect();
    let rows = Rows { columns, rows: rows.len() };
    let scope = Scope::new(Some("http://example.org/base/"), &Governor::unlimited());
    let ids = program.ids(&rows, terms, &scope).unwrap();
    let truths = program.truths(&rows, terms, &scope).unwrap();
    let show = |id: Id| match id {
        NONE => "error".to_owned(),
        _ => show(&terms.term(id).unwrap().unwrap()),
    };
    let values: Vec<String> = ids.into_iter().map(show).collect();
    for (value, truth) in values.iter().zip(truths) {
        let is_boolean = value.ends_with("^^xsd:boolean") && value.len() < 25;
        assert!(
            !is_boolean || truth == (value.starts_with("\"t") || value.starts_with("\"1")),
            "{text}: {value} as a condition is {truth}"
        );
    }
    values
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
