//! What a session remembers of its queries: the last one, its answer, and the answers before it.
//!
//! In: answers as they go out. Out: what `_` stands for, and what can be shown, drawn and explained
//! again. At most [`KEEP`] rows are kept, and [`KEEP_BYTES`] of them, by the numbers of their terms; a command line keeps none.

use crate::engine::Bindings;
use crate::engine::answer::page::Page;
use crate::engine::answer::{Answer, Row, RowSource, Rows, Solutions, TripleSource};
use crate::error::{Error, Kind, Result};
use crate::kept::Kept;
use crate::previous::{PreviousAnswer, Reference};
use crate::store::pack::{Builder, Pack};
use crate::terms::{Triple, Variable};
use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Rows kept in memory of one answer; a file takes any number.
pub const KEEP: usize = 100_000;

/// Bytes kept in memory of one answer.
pub const KEEP_BYTES: usize = 128 << 20;

/// A query, as it was asked.
#[derive(Debug, Clone, Default)]
pub struct Question {
    /// What errors call its text: `query`, a file, or a saved query.
    pub name: String,
    /// Its text, as it was typed.
    pub text: String,
    /// The values of its parameters.
    pub bindings: Bindings,
    /// How it asks to be drawn.
    pub view: Option<String>,
    /// What charts and documents of it are called.
    pub title: Option<String>,
    /// Whether it is a saved one: whoever asks it did not write it.
    pub saved: bool,
}

/// An answer that is kept.
#[derive(Debug, Default)]
pub enum Last {
    /// None yet.
    #[default]
    Nothing,
    /// Of SELECT.
    Rows(Vec<Variable>, Kept),
    /// Of ASK.
    Yes(bool),
    /// Of CONSTRUCT and DESCRIBE.
    Graph(Kept),
}

impl Last {
    /// The answer again; nothing where there is none.
    pub fn replay(&self) -> Option<Answer<'_>> {
        match self {
            Self::Nothing => None,
            Self::Yes(yes) => Some(Answer::Boolean(*yes)),
            Self::Rows(variables, found) => Some(Answer::Rows(found.rows(variables.clone()))),
            Self::Graph(triples) => Some(triples.graph()),
        }
    }
}

/// See the module.
#[derive(Debug, Default)]
pub struct Memory {
    keeps: bool,
    /// The last query.
    pub question: Option<Question>,
    /// Its answer.
    pub last: Last,
    /// The rows and the graph before the last answer, where that is none: `_` is the last of each.
    earlier_rows: Last,
    earlier_graph: Last,
    /// Whether the rows kept are but a part of the answer, and whether the graph kept is.
    cut_rows: bool,
    cut_graph: bool,
}

impl Memory {
    /// For a prompt or a script: each answer is part of the next query.
    pub fn keeping() -> Self {
        Self { keeps: true, ..Self::default() }
    }

    /// Whether anything is kept.
    pub fn keeps(&self) -> bool {
        self.keeps
    }

    /// Forgets the answers: another graph is asked.
    pub fn forget(&mut self) {
        *self = Self { keeps: self.keeps, ..Self::default() };
    }

    /// What the next query can use as `_`: the last rows and the last graph, whichever was later.
    ///
    /// # Errors
    /// Where `text` uses what was cut when it was kept: part of an answer is not the answer. And where the graph is damaged.
    pub fn before(&self, text: &str) -> Result<PreviousAnswer> {
        let places = crate::previous::places(text);
        let is_cut = |place: &Reference| match place {
            Reference::Rows(_) => self.cut_rows,
            Reference::Graph(_) => self.cut_graph,
        };
        if places.iter().any(is_cut) {
            return Err(Error::new(
                Kind::Limit,
                "the last answer was stopped, or is too large to be kept: `_` would be a part of it",
            )
            .hint("write both queries as one, the first as a subquery"));
        }
        if places.is_empty() {
            return Ok(PreviousAnswer::default());
        }
        let rows = [&self.last, &self.earlier_rows].into_iter().find_map(|last| match last {
            Last::Rows(variables, found) => {
                let rows = found.rows(Vec::new()).rows.collect::<Result<Vec<Row>>>();
                Some(rows.map(|rows| Solutions {
                    variables: variables.clone(),
                    rows,
                    ..Solutions::default()
                }))
            }
            _ => None,
        });
        let graph = [&self.last, &self.earlier_graph].into_iter().find_map(|last| match last {
            Last::Graph(triples) => {
                Some((0..triples.len()).filter_map(|row| triples.triple(row).transpose()).collect())
            }
            _ => None,
        });
        Ok(PreviousAnswer {
            rows: rows.transpose()?.map(Arc::new),
            graph: graph.transpose()?.map(|triples: Vec<Triple>| triples.into()),
        })
    }

    /// Keeps what was noted of the answer to `question`; `is_whole` says that nothing ended it before its end.
    pub fn keep(&mut self, question: Question, noted: Noted, is_whole: bool) {
        if !self.keeps {
            return;
        }
        self.question = Some(question);
        let is_cut = noted.more || !is_whole;
        match (&noted.last, std::mem::take(&mut self.last)) {
            (Last::Rows(..), Last::Rows(..)) | (Last::Graph(_), Last::Graph(_)) => {}
            (_, rows @ Last::Rows(..)) => self.earlier_rows = rows,
            (_, graph @ Last::Graph(_)) => self.earlier_graph = graph,
            (_, Last::Nothing | Last::Yes(_)) => {}
        }
        match noted.last {
            Last::Rows(..) => (self.earlier_rows, self.cut_rows) = (Last::Nothing, is_cut),
            Last::Graph(_) => (self.earlier_graph, self.cut_graph) = (Last::Nothing, is_cut),
            Last::Nothing | Last::Yes(_) => {}
        }
        self.last = noted.last;
    }
}

/// What is noted of an answer while it goes out.
#[derive(Debug, Default)]
pub struct Noted {
    /// The rows or triples, up to [`KEEP`].
    pub last: Last,
    /// How many there were.
    pub count: usize,
    /// Whether there were more than were kept.
    more: bool,
    /// For each column, whether it has had a value.
    filled: Vec<bool>,
}

impl Noted {
    /// Whether there are rows, and a column that is empty in every one of them.
    pub fn has_empty_column(&self) -> bool {
        self.count > 0 && self.filled.iter().any(|filled| !filled)
    }

    fn row(&mut self, row: &Row) {
        self.count += 1;
        for (filled, cell) in self.filled.iter_mut().zip(row) {
            *filled |= cell.is_some();
        }
    }

    fn page(&mut self, page: &Page, keeps: bool) {
        self.count += page.len();
        for (column, filled) in self.filled.iter_mut().enumerate().filter(|(_, filled)| !**filled) {
            *filled = (0..page.len()).any(|row| page.get(row, column).is_some());
        }
        let (Last::Rows(_, kept) | Last::Graph(kept)) = &mut self.last else { return };
        let mut rows = 0..if keeps { page.len() } else { 0 };
        while kept.len() < KEEP
            && kept.bytes() < KEEP_BYTES
            && let Some(row) = rows.next()
        {
            kept.push(page, row);
        }
        self.more |= !rows.is_empty();
    }
}

/// An answer of which note is taken as it goes out, and which ends where `stop` is set. With `keeps` its
/// rows are kept too, by the numbers of the pack that it notes them of.
pub fn noting<'a>(
    answer: Answer<'a>,
    keeps: Option<Arc<Pack>>,
    noted: &'a RefCell<Noted>,
    stop: &'a AtomicBool,
) -> Answer<'a> {
    let kept = |width| Kept::new(keeps.clone().unwrap_or_else(nowhere), width);
    let buffer = Buffer { page: Page::default(), row: 0, keeps: keeps.is_some(), noted, stop };
    match answer {
        Answer::Boolean(yes) => {
            noted.borrow_mut().last = Last::Yes(yes);
            noted.borrow_mut().count = yes.into();
            answer
        }
        Answer::Rows(Rows { variables, rows }) => {
            let filled = vec![false; variables.len()];
            let last = Last::Rows(variables.clone(), kept(variables.len()));
            noted.replace(Noted { last, filled, ..Noted::default() });
            Answer::Rows(Rows { variables, rows: Box::new(NotedRows { rows, buffer }) })
        }
        Answer::Graph(triples) => {
            noted.borrow_mut().last = Last::Graph(kept(3));
            Answer::Graph(Box::new(NotedTriples { triples, buffer }))
        }
    }
}

/// The pack of who keeps nothing.
fn nowhere() -> Arc<Pack> {
    Arc::new(Builder::new().finish())
}

/// An error where `stop` is set.
fn unless(stop: &AtomicBool) -> Result<()> {
    match stop.load(Ordering::Relaxed) {
        true => Err(Error::new(Kind::Interrupted, "interrupted")),
        false => Ok(()),
    }
}

/// Where what is kept is read from page by page, for who asks for it one by one as well: pages tell the numbers of terms.
struct Buffer<'a> {
    page: Page,
    /// How many rows of the page were given.
    row: usize,
    keeps: bool,
    noted: &'a RefCell<Noted>,
    stop: &'a AtomicBool,
}

impl Buffer<'_> {
    /// The place of the next row of the page, which `fill` fills where all were given; nothing at the end.
    fn next(&mut self, fill: impl FnOnce(&mut Page) -> Result<bool>) -> Result<Option<usize>> {
        unless(self.stop)?;
        if self.row >= self.page.len() {
            self.row = 0;
            self.page.note_numbers();
            if !fill(&mut self.page)? {
                self.page.clear(0);
                return Ok(None);
            }
            self.noted.borrow_mut().page(&self.page, true);
        }
        self.row += 1;
        Ok(self.row.checked_sub(1))
    }

    /// A page: what is left of the one at hand, else one that `fill` fills.
    fn page(&mut self, page: &mut Page, fill: impl FnOnce(&mut Page) -> Result<bool>) -> Result<bool> {
        unless(self.stop)?;
        if self.row < self.page.len() {
            let width = self.page.width();
            page.clear(width);
            (self.row..self.page.len()).for_each(|row| page.push_row(&self.page.row(row)));
            self.row = self.page.len();
            return Ok(true);
        }
        if self.keeps {
            page.note_numbers();
        }
        let found = fill(page)?;
        if found {
            self.noted.borrow_mut().page(page, self.keeps);
        }
        Ok(found)
    }
}

/// Rows of which note is taken.
struct NotedRows<'a> {
    rows: Box<dyn RowSource + 'a>,
    buffer: Buffer<'a>,
}

impl Iterator for NotedRows<'_> {
    type Item = Result<Row>;

    fn next(&mut self) -> Option<Result<Row>> {
        if !self.buffer.keeps {
            let row = self.rows.next()?;
            let row = unless(self.buffer.stop).and(row);
            return Some(row.inspect(|row| self.buffer.noted.borrow_mut().row(row)));
        }
        let row = self.buffer.next(|page| self.rows.page(page)).transpose()?;
        Some(row.map(|row| self.buffer.page.row(row)))
    }
}

impl RowSource for NotedRows<'_> {
    fn page(&mut self, page: &mut Page) -> Result<bool> {
        self.buffer.page(page, |page| self.rows.page(page))
    }
}

/// Triples of which note is taken.
struct NotedTriples<'a> {
    triples: Box<dyn TripleSource + 'a>,
    buffer: Buffer<'a>,
}

impl Iterator for NotedTriples<'_> {
    type Item = Result<Triple>;

    fn next(&mut self) -> Option<Result<Triple>> {
        loop {
            match self.buffer.next(|page| self.triples.page(page)).transpose()? {
                Ok(row) => {
                    if let Some(triple) = self.buffer.page.triple(row) {
                        return Some(Ok(triple));
                    }
                }
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

impl TripleSource for NotedTriples<'_> {
    fn page(&mut self, page: &mut Page) -> Result<bool> {
        self.buffer.page(page, |page| self.triples.page(page))
    }

    fn time_left(&self) -> Option<Duration> {
        self.triples.time_left()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::{Literal, Variable};

    fn rows(count: usize) -> Answer<'static> {
        let row = |n: usize| Ok(vec![Some(Literal::from(n as i64).into()), None]);
        let variables = vec![Variable::new_unchecked("n"), Variable::new_unchecked("empty")];
        Answer::Rows(Rows::of(variables, (0..count).map(row)))
    }

    fn asked(memory: &mut Memory, answer: Answer<'static>) -> usize {
        ended(memory, answer, true)
    }

    fn ended(memory: &mut Memory, answer: Answer<'static>, is_whole: bool) -> usize {
        let (noted, stop) = (RefCell::default(), AtomicBool::new(false));
        match noting(answer, memory.keeps().then(nowhere), &noted, &stop) {
            Answer::Rows(rows) => rows.rows.for_each(drop),
            Answer::Graph(_) | Answer::Boolean(_) => {}
        }
        let noted = noted.into_inner();
        let count = noted.count;
        memory.keep(Question::default(), noted, is_whole);
        count
    }

    #[test]
    fn the_last_rows_outlive_an_ask() {
        let mut memory = Memory::keeping();
        asked(&mut memory, rows(3));
        asked(&mut memory, Answer::Boolean(true));
        let before = memory.before("SELECT * { VALUES _ }").unwrap();
        let rows = before.rows.unwrap();
        let expected = |n: usize| vec![Some(Literal::from(n as i64).into()), None];
        assert_eq!(rows.rows, (0..3).map(expected).collect::<Vec<_>>());
        assert_eq!(rows.variables.len(), 2);
    }

    #[test]
    fn what_was_cut_is_not_used_as_if_it_were_whole() {
        let mut memory = Memory::keeping();
        assert_eq!(asked(&mut memory, rows(KEEP + 1)), KEEP + 1);
        assert!(memory.before("ASK {}").is_ok());
        let refused = |memory: &Memory| memory.before("SELECT * { VALUES _ }").err().map(|error| error.kind);
        assert_eq!(refused(&memory), Some(Kind::Limit));
        // Nor once something else was asked.
        asked(&mut memory, Answer::Boolean(true));
        assert_eq!(refused(&memory), Some(Kind::Limit));
        assert!(memory.before("SELECT * FROM _ { ?s ?p ?o }").is_ok(), "no graph was cut");
        asked(&mut memory, rows(3));
        assert_eq!(refused(&memory), None);
    }

    #[test]
    fn what_was_stopped_is_not_used_as_if_it_were_whole() {
        let mut memory = Memory::keeping();
        ended(&mut memory, rows(3), false);
        assert!(memory.before("SELECT * { VALUES _ }").is_err());
    }

    #[test]
    fn a_column_without_a_value_is_noticed() {
        let (noted, stop) = (RefCell::default(), AtomicBool::new(false));
        let Answer::Rows(all) = noting(rows(2), None, &noted, &stop) else { panic!("rows") };
        all.rows.for_each(drop);
        assert!(noted.borrow().has_empty_column());
        assert!(matches!(&noted.borrow().last, Last::Rows(_, found) if found.is_empty()), "nothing kept");
    }
}
