//! The last answer: shown again, drawn, explained; and words that are no SPARQL.
//!
//! In: what is remembered. Out: texts and drawings from the presenter, which knows how they look.

use super::{Shell, statement};
use crate::advise::provenance::AnswerPart;
use crate::error::{Error, Result};
use crate::faces::args::{self, Shape};
use crate::faces::memory::{Last, Question};
use crate::faces::terminal::present::{About, prefixes_in_scope};
use crate::faces::verbs;
use crate::session::Session;

impl Shell {
    /// Runs a query, or carries out an update.
    pub(super) fn ask(&mut self, question: Question) -> Result<()> {
        let shape = Shape::default();
        if statement::is_update(&question.text) {
            return self.change(&shape, |session, output, _| {
                verbs::update("update", &question.text, session, output)
            });
        }
        self.present(&shape, |session, output, memory| verbs::ask(question, session, output, memory))
    }

    /// `.last`: the whole last answer again.
    pub(super) fn last(&mut self, rest: &str) -> Result<()> {
        let (own, words) = args::own_options(rest)?;
        if let Some(word) = words.first() {
            return Err(Error::usage(format!("`{word}` is one word too many"))
                .hint(".last shows the last answer; .last -F csv, .last -o FILE write it"));
        }
        self.present(&own.shape, |session, output, memory| {
            let mut output = output.clone();
            output.max_rows = None;
            if own.shape.chart.is_none() {
                output.chosen_chart = Some("table".to_owned());
            }
            let answer = memory.last.replay().ok_or_else(nothing_asked)?;
            output.answer(session, answer, &about(memory.question.as_ref(), session)).map(drop)
        })
    }

    /// `.chart [KIND] [COLUMNS]`.
    pub(super) fn chart(&mut self, rest: &str) -> Result<()> {
        let (own, words) = args::own_options(rest)?;
        let shape = Shape { chart: Some(words.join(" ")), ..own.shape };
        self.present(&shape, |session, output, memory| {
            let answer = memory.last.replay().ok_or_else(nothing_asked)?;
            output.drawing(session, answer, &about(memory.question.as_ref(), session))
        })
    }

    /// `.why N`, `.why empty`.
    pub(super) fn why(&mut self, rest: &str) -> Result<()> {
        let question = self.asked()?;
        if rest == "empty" {
            let lines = self.session.borrow().why_empty(&question.text, &question.bindings);
            for line in &lines {
                self.output.report.remedy(line);
            }
            if lines.is_empty() {
                self.output.report.note("no part of the last query was found to be empty");
            }
            return Ok(());
        }
        let wrong =
            || Error::usage("which row?").hint(".why 1 for the first row, .why empty where there is none");
        let number: usize = match (&self.memory.last, rest) {
            (Last::Yes(_), "") => 1,
            (_, rest) => rest.parse().map_err(|_| wrong())?,
        };
        let index = number.checked_sub(1).ok_or_else(wrong)?;
        let missing = |count: usize| {
            Error::usage(format!("there is no row {number}")).hint(format!("the last answer has {count}"))
        };
        let session = self.session.borrow();
        let (row, triple);
        let part = match &self.memory.last {
            Last::Rows(variables, found) => {
                row = found.row(index)?.ok_or_else(|| missing(found.len()))?;
                AnswerPart::Row(variables, &row)
            }
            Last::Graph(triples) => {
                triple = triples.triple(index)?.ok_or_else(|| missing(triples.len()))?;
                AnswerPart::Triple(&triple)
            }
            Last::Yes(_) | Last::Nothing => AnswerPart::Yes,
        };
        let own = prefixes_in_scope(&question.text, &session);
        let width = self.output.shown().then_some(self.output.window.width);
        let shown = session.why(&question.text, &question.bindings, part)?.show(
            own.as_ref().unwrap_or(session.prefixes()),
            self.output.report.tongue.words(),
            width,
        );
        drop(session);
        if shown.trim().is_empty() {
            self.output.report.note("nothing in the graph stands behind it: it is computed");
            return Ok(());
        }
        self.output.page(&shown)
    }

    /// The last query.
    pub(super) fn asked(&self) -> Result<Question> {
        self.memory
            .question
            .clone()
            .ok_or_else(|| Error::usage("nothing was asked yet").hint("type a query first"))
    }
}

fn nothing_asked() -> Error {
    Error::usage("nothing was asked yet").hint("type a query first")
}

/// What is known about the answer to a query.
fn about(question: Option<&Question>, session: &Session) -> About {
    let Some(question) = question else { return About::default() };
    let prefixes = prefixes_in_scope(&question.text, session);
    About { view: question.view.clone(), title: question.title.clone(), prefixes, ..About::default() }
}
