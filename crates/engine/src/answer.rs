//! What a query gives back: rows, yes or no, or a graph. Types alone.
//!
//! In: an evaluator's results. Out: values that writers and faces read.

pub mod page;

use crate::error::{Error, Result};
use crate::terms::{Term, Triple, Variable};
use page::Page;

/// One row: a term, or nothing, for each variable.
pub type Row = Vec<Option<Term>>;

/// The answer to a query. Rows and triples come one by one, as they are found.
pub enum Answer<'a> {
    /// Of SELECT.
    Rows(Rows<'a>),
    /// Of ASK.
    Boolean(bool),
    /// Of CONSTRUCT and DESCRIBE.
    Graph(Box<dyn Iterator<Item = Result<Triple>> + 'a>),
}

impl Answer<'_> {
    /// The same answer, all of it in memory: it depends on no graph any more.
    #[must_use]
    pub fn gather(self) -> Answer<'static> {
        match self {
            Self::Boolean(yes) => Answer::Boolean(yes),
            Self::Rows(rows) => {
                let variables = rows.variables.clone();
                let all: Vec<Result<Row>> = rows.rows.collect();
                Answer::Rows(Rows::of(variables, all.into_iter()))
            }
            Self::Graph(triples) => Answer::Graph(Box::new(triples.collect::<Vec<_>>().into_iter())),
        }
    }
}

/// Where rows come from: one by one as terms, or a page at a time as texts, for writers. Either way goes on where the other
/// stopped.
pub trait RowSource: Iterator<Item = Result<Row>> {
    /// Fills a page with the next rows, and says whether there were any. A source that has nothing better gives one row a page.
    ///
    /// # Errors
    /// As the rows': the page is empty then.
    fn page(&mut self, page: &mut Page) -> Result<bool> {
        match self.next() {
            None => Ok(false),
            Some(row) => {
                let row = row?;
                page.clear(row.len());
                page.push_row(&row);
                Ok(true)
            }
        }
    }
}

struct Plain<I>(I);

impl<I: Iterator<Item = Result<Row>>> Iterator for Plain<I> {
    type Item = Result<Row>;

    fn next(&mut self) -> Option<Result<Row>> {
        self.0.next()
    }
}

impl<I: Iterator<Item = Result<Row>>> RowSource for Plain<I> {}

/// The rows of an answer, with the variables that head their columns.
pub struct Rows<'a> {
    /// A column each.
    pub variables: Vec<Variable>,
    /// The rows. An error of kind `Limit` or `Interrupted` ends them early: what came before it
    /// is right, but not all.
    pub rows: Box<dyn RowSource + 'a>,
}

/// All rows of an answer, in memory: what tables and charts are drawn from.
#[derive(Debug, Default)]
pub struct Solutions {
    /// A column each.
    pub variables: Vec<Variable>,
    /// The rows, each as long as `variables`.
    pub rows: Vec<Row>,
    /// What ended the rows early, if anything did: then they are right, but not all.
    pub stopped: Option<Error>,
}

impl<'a> Rows<'a> {
    /// Of rows that come as terms.
    pub fn of(variables: Vec<Variable>, rows: impl Iterator<Item = Result<Row>> + 'a) -> Self {
        Self { variables, rows: Box::new(Plain(rows)) }
    }

    /// Reads the rows to their end, or to the error that ends them.
    pub fn gather(self) -> Solutions {
        let mut found = Solutions { variables: self.variables, ..Solutions::default() };
        for row in self.rows {
            match row {
                Ok(row) => found.rows.push(row),
                Err(error) => {
                    found.stopped = Some(error);
                    break;
                }
            }
        }
        found
    }
}

impl Solutions {
    /// The rows as an answer again, for the writers that stream.
    pub fn replay(&self) -> Rows<'_> {
        Rows::of(self.variables.clone(), self.rows.iter().cloned().map(Ok))
    }
}
