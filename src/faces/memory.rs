//! What a session remembers of its queries: the last one, its answer, and the answers before it.
//!
//! In: answers as they go out. Out: what `_` stands for, and what can be shown, drawn and explained
//! again. At most [`KEEP`] rows are kept, and [`KEEP_TEXT`] bytes of text; a command line keeps none.

use crate::engine::Bindings;
use crate::engine::answer::page::Page;
use crate::engine::answer::{Answer, Row, RowSource, Rows, Solutions, TripleSource, text_len};
use crate::error::{Error, Kind, Result};
use crate::previous::PreviousAnswer;
use crate::terms::Triple;
use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, Ordering};

/// Rows kept in memory of one answer; a file takes any number.
pub const KEEP: usize = 100_000;

/// Bytes of text kept in memory of one answer.
pub const KEEP_TEXT: usize = 128 << 20;

/// So many rows take some milliseconds to drop.
const LARGE: usize = 5_000;

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
    Rows(Solutions),
    /// Of ASK.
    Yes(bool),
    /// Of CONSTRUCT and DESCRIBE.
    Graph(Vec<Triple>),
}

impl Last {
    /// Whether it takes some milliseconds to drop.
    fn is_large(&self) -> bool {
        match self {
            Self::Nothing | Self::Yes(_) => false,
            Self::Rows(found) => found.rows.len() > LARGE,
            Self::Graph(triples) => triples.len() > LARGE,
        }
    }

    /// The answer again; nothing where there is none.
    pub fn replay(&self) -> Option<Answer<'_>> {
        match self {
            Self::Nothing => None,
            Self::Yes(yes) => Some(Answer::Boolean(*yes)),
            Self::Rows(found) => Some(Answer::Rows(found.replay())),
            Self::Graph(triples) => Some(Answer::graph(triples.iter().cloned().map(Ok))),
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
    /// The rows and the graph before the last answer: `_` is the last of each.
    earlier_rows: Last,
    earlier_graph: Last,
    /// Whether some answer kept has more rows than were kept.
    cut: bool,
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
    /// Where `text` uses what was cut when it was kept: part of an answer is not the answer.
    pub fn before(&self, text: &str) -> Result<PreviousAnswer<'_>> {
        let rows = [&self.last, &self.earlier_rows].into_iter().find_map(|last| match last {
            Last::Rows(found) => Some(found),
            _ => None,
        });
        let graph = [&self.last, &self.earlier_graph].into_iter().find_map(|last| match last {
            Last::Graph(triples) => Some(triples.as_slice()),
            _ => None,
        });
        if self.cut && !crate::previous::places(text).is_empty() {
            return Err(Error::new(
                Kind::Limit,
                "the last answer is too large to be kept: `_` would be a part of it",
            )
            .hint("write both queries as one, the first as a subquery"));
        }
        Ok(PreviousAnswer { rows, graph })
    }

    /// Keeps what was noted of the answer to `question`.
    pub fn keep(&mut self, question: Question, noted: Noted) {
        if !self.keeps {
            return;
        }
        self.question = Some(question);
        self.cut = noted.more;
        let before = match std::mem::replace(&mut self.last, noted.last) {
            Last::Rows(found) => std::mem::replace(&mut self.earlier_rows, Last::Rows(found)),
            Last::Graph(triples) => std::mem::replace(&mut self.earlier_graph, Last::Graph(triples)),
            Last::Nothing | Last::Yes(_) => return,
        };
        if before.is_large() {
            // Where no thread can be started it is dropped here.
            let _ = std::thread::Builder::new().spawn(move || drop(before));
        }
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
    /// How many bytes of text were kept.
    text: usize,
    /// For each column, whether it has had a value.
    filled: Vec<bool>,
}

impl Noted {
    /// Whether there are rows, and a column that is empty in every one of them.
    pub fn has_empty_column(&self) -> bool {
        self.count > 0 && self.filled.iter().any(|filled| !filled)
    }

    fn row(&mut self, row: &Row, keeps: bool) {
        self.count += 1;
        for (filled, cell) in self.filled.iter_mut().zip(row) {
            *filled |= cell.is_some();
        }
        if let (true, Last::Rows(found)) = (keeps, &mut self.last) {
            if found.rows.len() < KEEP && self.text < KEEP_TEXT {
                self.text += text_len(row);
                found.rows.push(row.clone());
            } else {
                self.more = true;
            }
        }
    }

    fn page(&mut self, page: &Page, keeps: bool) {
        self.count += page.len();
        for (column, filled) in self.filled.iter_mut().enumerate().filter(|(_, filled)| !**filled) {
            *filled = (0..page.len()).any(|row| page.get(row, column).is_some());
        }
        if let (true, Last::Rows(found)) = (keeps, &mut self.last) {
            let mut rows = 0..page.len();
            while found.rows.len() < KEEP
                && self.text < KEEP_TEXT
                && let Some(row) = rows.next()
            {
                let row = page.row(row);
                self.text += text_len(&row);
                found.rows.push(row);
            }
            self.more |= !rows.is_empty();
        }
    }

    fn triple(&mut self, keeps: bool, triple: impl FnOnce() -> Option<Triple>) {
        self.count += 1;
        if let (true, Last::Graph(all)) = (keeps, &mut self.last) {
            if all.len() < KEEP {
                all.extend(triple());
            } else {
                self.more = true;
            }
        }
    }
}

/// An answer of which note is taken as it goes out, and which ends where `stop` is set. With `keeps` its
/// rows are kept too.
pub fn noting<'a>(
    answer: Answer<'a>,
    keeps: bool,
    noted: &'a RefCell<Noted>,
    stop: &'a AtomicBool,
) -> Answer<'a> {
    match answer {
        Answer::Boolean(yes) => {
            noted.borrow_mut().last = Last::Yes(yes);
            noted.borrow_mut().count = yes.into();
            answer
        }
        Answer::Rows(rows) => {
            let found = Solutions { variables: rows.variables.clone(), ..Solutions::default() };
            let filled = vec![false; rows.variables.len()];
            noted.replace(Noted { last: Last::Rows(found), filled, ..Noted::default() });
            let rows_noted = NotedRows { rows: rows.rows, keeps, noted, stop };
            Answer::Rows(Rows { variables: rows.variables, rows: Box::new(rows_noted) })
        }
        Answer::Graph(triples) => {
            noted.borrow_mut().last = Last::Graph(Vec::new());
            Answer::Graph(Box::new(NotedTriples { triples, keeps, noted, stop }))
        }
    }
}

/// An error where `stop` is set.
fn unless(stop: &AtomicBool) -> Result<()> {
    match stop.load(Ordering::Relaxed) {
        true => Err(Error::new(Kind::Interrupted, "interrupted")),
        false => Ok(()),
    }
}

/// Rows of which note is taken.
struct NotedRows<'a> {
    rows: Box<dyn RowSource + 'a>,
    keeps: bool,
    noted: &'a RefCell<Noted>,
    stop: &'a AtomicBool,
}

impl Iterator for NotedRows<'_> {
    type Item = Result<Row>;

    fn next(&mut self) -> Option<Result<Row>> {
        let row = self.rows.next()?;
        let row = unless(self.stop).and(row);
        Some(row.inspect(|row| self.noted.borrow_mut().row(row, self.keeps)))
    }
}

impl RowSource for NotedRows<'_> {
    fn page(&mut self, page: &mut Page) -> Result<bool> {
        unless(self.stop)?;
        let found = self.rows.page(page)?;
        if found {
            self.noted.borrow_mut().page(page, self.keeps);
        }
        Ok(found)
    }
}

/// Triples of which note is taken.
struct NotedTriples<'a> {
    triples: Box<dyn TripleSource + 'a>,
    keeps: bool,
    noted: &'a RefCell<Noted>,
    stop: &'a AtomicBool,
}

impl Iterator for NotedTriples<'_> {
    type Item = Result<Triple>;

    fn next(&mut self) -> Option<Result<Triple>> {
        let triple = self.triples.next()?;
        let triple = unless(self.stop).and(triple);
        Some(triple.inspect(|triple| self.noted.borrow_mut().triple(self.keeps, || Some(triple.clone()))))
    }
}

impl TripleSource for NotedTriples<'_> {
    fn page(&mut self, page: &mut Page) -> Result<bool> {
        unless(self.stop)?;
        let found = self.triples.page(page)?;
        if found {
            let mut noted = self.noted.borrow_mut();
            (0..page.len()).for_each(|row| noted.triple(self.keeps, || page.triple(row)));
        }
        Ok(found)
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
        let (noted, stop) = (RefCell::default(), AtomicBool::new(false));
        let keeps = memory.keeps();
        match noting(answer, keeps, &noted, &stop) {
            Answer::Rows(rows) => rows.rows.for_each(drop),
            Answer::Graph(_) | Answer::Boolean(_) => {}
        }
        let noted = noted.into_inner();
        let count = noted.count;
        memory.keep(Question::default(), noted);
        count
    }

    #[test]
    fn the_last_rows_outlive_an_ask() {
        let mut memory = Memory::keeping();
        asked(&mut memory, rows(3));
        asked(&mut memory, Answer::Boolean(true));
        assert_eq!(memory.before("SELECT * { VALUES _ }").unwrap().rows.unwrap().rows.len(), 3);
    }

    #[test]
    fn what_was_cut_is_not_used_as_if_it_were_whole() {
        let mut memory = Memory::keeping();
        assert_eq!(asked(&mut memory, rows(KEEP + 1)), KEEP + 1);
        assert!(memory.before("ASK {}").is_ok());
        assert_eq!(memory.before("SELECT * { VALUES _ }").err().map(|error| error.kind), Some(Kind::Limit));
    }

    #[test]
    fn a_column_without_a_value_is_noticed() {
        let (noted, stop) = (RefCell::default(), AtomicBool::new(false));
        let Answer::Rows(all) = noting(rows(2), false, &noted, &stop) else { panic!("rows") };
        all.rows.for_each(drop);
        assert!(noted.borrow().has_empty_column());
        assert!(matches!(&noted.borrow().last, Last::Rows(found) if found.rows.is_empty()), "nothing kept");
    }
}
