//! What a query gives back: rows, yes or no, or a graph. Types alone.
//!
//! In: an evaluator's results. Out: values that writers and faces read.

pub mod page;

use crate::error::{Error, Result};
use crate::terms::{Term, Triple, Variable};
use page::Page;
use std::time::Duration;

/// One row: a term, or nothing, for each variable.
pub type Row = Vec<Option<Term>>;

/// The texts of the rows that [`Rows::gather_first`] keeps have about so many bytes at most.
const MUCH: usize = 16 << 20;

/// How many bytes of text a row holds.
pub fn text_len(row: &Row) -> usize {
    let cells = row.iter().flatten();
    let lens = cells.map(|term| match term {
        Term::NamedNode(iri) => iri.as_str().len(),
        Term::BlankNode(node) => node.as_str().len(),
        Term::Literal(literal) => literal.value().len(),
        Term::Triple(_) => size_of::<Triple>(),
    });
    lens.sum()
}

/// The answer to a query. Rows and triples come one by one, as they are found.
pub enum Answer<'a> {
    /// Of SELECT.
    Rows(Rows<'a>),
    /// Of ASK.
    Boolean(bool),
    /// Of CONSTRUCT and DESCRIBE.
    Graph(Box<dyn TripleSource + 'a>),
}

impl<'a> Answer<'a> {
    /// A graph of triples that come as terms.
    pub fn graph(triples: impl Iterator<Item = Result<Triple>> + 'a) -> Self {
        Self::Graph(Box::new(Plain(triples)))
    }
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
            Self::Graph(triples) => Answer::graph(triples.collect::<Vec<_>>().into_iter()),
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

    /// Whether all rows there are were found before the first was asked for, so that no limit of time or memory ends them.
    fn is_found(&self) -> bool {
        false
    }
}

/// Where triples come from: one by one as terms, or a page at a time as texts, as [`RowSource`] has it of rows.
pub trait TripleSource: Iterator<Item = Result<Triple>> {
    /// Fills a page with the next triples, of which the columns are subject, predicate and object, and says whether there were
    /// any. A source that has nothing better gives one triple a page.
    ///
    /// # Errors
    /// As the triples': the page is empty then.
    fn page(&mut self, page: &mut Page) -> Result<bool> {
        match self.next() {
            None => Ok(false),
            Some(triple) => {
                let Triple { subject, predicate, object } = triple?;
                page.clear(3);
                page.push_row(&vec![Some(subject.into()), Some(predicate.into()), Some(object)]);
                Ok(true)
            }
        }
    }

    /// How long it is until a limit of time ends the search; nothing where there is none.
    fn time_left(&self) -> Option<Duration> {
        None
    }

    /// As that of rows.
    fn is_found(&self) -> bool {
        false
    }
}

struct Plain<I>(I);

impl<I: Iterator> Iterator for Plain<I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        self.0.next()
    }
}

impl<I: Iterator<Item = Result<Triple>>> TripleSource for Plain<I> {}

impl<I: Iterator<Item = Result<Row>>> RowSource for Plain<I> {}

/// The rows of an answer, with the variables that head their columns.
pub struct Rows<'a> {
    /// A column each.
    pub variables: Vec<Variable>,
    /// The rows. An error of kind `Limit` or `Interrupted` ends them early: what came before it
    /// is right, but not all.
    pub rows: Box<dyn RowSource + 'a>,
}

/// The rows of an answer, in memory: what tables and charts are drawn from.
#[derive(Debug, Default)]
pub struct Solutions {
    /// A column each.
    pub variables: Vec<Variable>,
    /// The rows, each as long as `variables`.
    pub rows: Vec<Row>,
    /// How many rows there were after these, of which nobody needs more than their number.
    pub more: u64,
    /// What ended the rows early, if anything did: then they are right, but not all.
    pub stopped: Option<Error>,
}

impl<'a> Rows<'a> {
    /// Of rows that come as terms.
    pub fn of(variables: Vec<Variable>, rows: impl Iterator<Item = Result<Row>> + 'a) -> Self {
        Self { variables, rows: Box::new(Plain(rows)) }
    }

    /// Reads the rows to their end, or to the error that ends them.
    pub fn gather(mut self) -> Solutions {
        self.gather_first(usize::MAX)
    }

    /// Reads the rows to their end, or to the error that ends them; the first so many are kept, fewer where their texts are
    /// long, and the others counted.
    pub fn gather_first(&mut self, most: usize) -> Solutions {
        let (mut found, more) = self.part(most);
        if !more {
            return found;
        }
        let mut page = Page::default();
        found.stopped = loop {
            match self.rows.page(&mut page) {
                Ok(true) => found.more += page.len() as u64,
                Ok(false) => break None,
                Err(error) => break Some(error),
            }
        };
        found
    }

    /// The next rows, at most so many, fewer where their texts are long; and whether there may be others after them.
    pub fn part(&mut self, most: usize) -> (Solutions, bool) {
        let mut found = Solutions { variables: self.variables.clone(), ..Solutions::default() };
        let mut bytes = 0;
        while found.rows.len() < most && (bytes < MUCH || most == usize::MAX) {
            match self.rows.next() {
                Some(Ok(row)) => {
                    bytes += text_len(&row);
                    found.rows.push(row);
                }
                Some(Err(error)) => {
                    found.stopped = Some(error);
                    return (found, false);
                }
                None => return (found, false),
            }
        }
        (found, true)
    }
}

impl Solutions {
    /// How many rows there were.
    pub fn count(&self) -> u64 {
        self.rows.len() as u64 + self.more
    }

    /// The rows as an answer again, for the writers that stream.
    pub fn replay(&self) -> Rows<'_> {
        Rows::of(self.variables.clone(), self.rows.iter().cloned().map(Ok))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::Literal;

    #[test]
    fn rows_that_are_not_kept_are_counted() {
        let rows = |text: String| {
            let row = vec![Some(Literal::from(text).into()), None];
            Rows::of(Vec::new(), std::iter::repeat_n(row, 100).map(Ok))
        };
        for (text, most, kept) in
            [("x".to_owned(), 7, 7), ("x".to_owned(), 200, 100), ("x".repeat(MUCH), 7, 1)]
        {
            let found = rows(text).gather_first(most);
            assert_eq!((found.rows.len(), found.count()), (kept, 100));
        }
        assert_eq!(rows("x".to_owned()).gather().rows.len(), 100);
        let mut in_parts = rows("x".to_owned());
        let parts: Vec<_> = (0..3).map(|_| in_parts.part(50)).collect();
        let seen: Vec<_> = parts.iter().map(|(found, more)| (found.rows.len(), *more)).collect();
        assert_eq!(seen, [(50, true), (50, true), (0, false)]);
    }
}
