//! A question asked and its answer shown, kept, and asked about.
//!
//! In: a question. Out: the answer in the output; the rows stay at hand for `_`, `.last`, `.why` and
//! `.chart`. It refuses to know how tables and charts are drawn.

use super::progress::Progress;
use super::{Last, Question, Shell, statement};
use crate::advise::provenance::AnswerPart;
use crate::engine::answer::{Answer, Row, Rows, Solutions};
use crate::error::{Error, Kind, Result};
use crate::faces::output::{About, Target};
use crate::formats::rows::RowFormat;
use crate::previous::PreviousAnswer;
use crate::session::Session;
use crate::show::chart::{self, Directive};
use crate::show::table::{self, Footer};
use crate::show::text;
use crate::show::{Style, tree};
use crate::terms::Term;
use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// So many rows are more than a person asks for.
const MANY: usize = 10_000;
/// Rows kept in memory of one answer; a file takes any number.
const KEEP: usize = 100_000;

impl Shell {
    /// Asks a question, shows the answer, and keeps both.
    pub(super) fn ask(&mut self, question: Question) -> Result<()> {
        if statement::is_update(&question.text) {
            return self.change(&question.text);
        }
        self.question = Some(question.clone());
        let begun = Instant::now();
        if self.streams() {
            return self.stream(&question);
        }
        let (last, stopped) = self.gather(&question)?;
        self.now_last(last);
        self.elapsed = begun.elapsed();
        self.show(stopped.as_ref(), true)?;
        if stopped.is_none() {
            self.comment(&question);
        }
        Ok(())
    }

    /// Carries out an update.
    fn change(&mut self, update: &str) -> Result<()> {
        let change = self.session.borrow_mut().update(update)?;
        let now = text::counted(change.after, "fact", "facts");
        self.output.report.note(&match change.after.checked_sub(change.before) {
            Some(0) => format!("{now}, as many as before"),
            Some(more) => format!("{now}, {} more than before", text::grouped(more)),
            None => format!("{now}, {} fewer than before", text::grouped(change.before - change.after)),
        });
        if !change.durable {
            self.output.report.note("this holds until you leave; .export -o FILE keeps it");
        }
        Ok(())
    }

    /// What the next question can use as `_`: the last rows and the last graph, whichever was later.
    fn before(&self) -> PreviousAnswer<'_> {
        let rows = [&self.last, &self.earlier_rows].into_iter().find_map(|last| match last {
            Last::Rows(found) => Some(found),
            _ => None,
        });
        let graph = [&self.last, &self.earlier_graph].into_iter().find_map(|last| match last {
            Last::Graph(triples) => Some(triples.as_slice()),
            _ => None,
        });
        PreviousAnswer { rows, graph }
    }

    fn now_last(&mut self, new: Last) {
        match std::mem::replace(&mut self.last, new) {
            Last::Rows(found) => self.earlier_rows = Last::Rows(found),
            Last::Graph(triples) => self.earlier_graph = Last::Graph(triples),
            Last::Nothing | Last::Yes(_) => {}
        }
    }

    /// Whether the answer goes out row by row and is not kept: to a file, or in a machine's format.
    fn streams(&self) -> bool {
        self.once.is_some() || self.output.target != Target::Stdout || !self.output.terminal
    }

    fn stream(&mut self, question: &Question) -> Result<()> {
        let target = self.output.target.clone();
        if let Some(file) = self.once.take() {
            self.output.target = Target::File(file);
        }
        let kept = RefCell::new(Last::Nothing);
        let session = self.session.borrow();
        let answered = session
            .query_after(&question.text, &question.bindings, self.before())
            .and_then(|answer| self.output.answer(&session, keeping(answer, &kept), &About::default()));
        self.output.target = target;
        drop(session);
        self.now_last(kept.into_inner());
        answered.map(drop)
    }

    fn gather(&self, question: &Question) -> Result<(Last, Option<Error>)> {
        let session = self.session.borrow();
        let switch = session.interrupt_switch();
        let progress = Progress::start(self.output.report.terminal, Arc::clone(&switch));
        match session.query_after(&question.text, &question.bindings, self.before())? {
            Answer::Boolean(yes) => Ok((Last::Yes(yes), None)),
            Answer::Rows(mut rows) => {
                let all = std::mem::replace(&mut rows.rows, Box::new(std::iter::empty()));
                rows.rows = Box::new(at_most(all, &progress, &switch));
                let mut found = rows.gather();
                let stopped = found.stopped.take();
                Ok((Last::Rows(found), stopped))
            }
            Answer::Graph(triples) => {
                let mut kept = Vec::new();
                for triple in at_most(triples, &progress, &switch) {
                    match triple {
                        Ok(triple) => kept.push(triple),
                        Err(error) => return Ok((Last::Graph(kept), Some(error))),
                    }
                }
                Ok((Last::Graph(kept), None))
            }
        }
    }

    /// Shows the last answer; `cut` is whether a long table leaves rows out.
    pub(super) fn show(&mut self, stopped: Option<&Error>, cut: bool) -> Result<()> {
        let last = std::mem::replace(&mut self.last, Last::Nothing);
        let shown = self.show_this(&last, stopped, cut);
        self.last = last;
        shown
    }

    fn show_this(&mut self, last: &Last, stopped: Option<&Error>, cut: bool) -> Result<()> {
        self.fit_window();
        let session = std::rc::Rc::clone(&self.session);
        let session = session.borrow();
        let (count, nouns) = match last {
            Last::Nothing => return Err(Error::usage("nothing was asked yet").hint("type a question")),
            Last::Yes(yes) => {
                self.print(if *yes { "yes" } else { "no" }, false)?;
                return Ok(());
            }
            Last::Rows(found) => {
                self.show_rows(&session, found, cut)?;
                (found.rows.len(), None)
            }
            Last::Graph(triples) => {
                let replayed = Box::new(triples.iter().cloned().map(Ok));
                self.write_all(&session, Answer::Graph(replayed))?;
                (triples.len(), Some(("triple", "triples")))
            }
        };
        let graph = format!("{} {}", session.project().name, session.project().version);
        let footer = Footer {
            count: count as u64,
            nouns,
            elapsed: self.timer.then_some(self.elapsed),
            graph: Some(&graph),
            stopped,
        };
        if self.output.footer {
            self.output.report.aside(&footer.text());
        } else if let Some(error) = stopped {
            self.output.report.error(error);
        }
        Ok(())
    }

    /// Writes an answer in a machine's format; the line below it is the prompt's own.
    fn write_all(&mut self, session: &Session, answer: Answer<'_>) -> Result<()> {
        let footer = std::mem::replace(&mut self.output.footer, false);
        let written = self.output.answer(session, answer, &About::default());
        self.output.footer = footer;
        written.map(drop)
    }

    fn show_rows(&mut self, session: &Session, found: &Solutions, cut: bool) -> Result<()> {
        let format = self.output.format.as_deref().and_then(RowFormat::named).unwrap_or(RowFormat::Table);
        if !matches!(format, RowFormat::Table | RowFormat::Line) {
            return self.write_all(session, Answer::Rows(found.replay()));
        }
        if found.rows.is_empty() {
            return Ok(());
        }
        if cut
            && self.output.format.is_none()
            && let Some(drawn) = self.own_chart(session, found)
        {
            self.print(&drawn, false)?;
            self.output.report.aside(".last shows the rows");
            return Ok(());
        }
        let text = self.styled(session, cut, |style| {
            if format == RowFormat::Line { table::lines(found, style) } else { table::table(found, style) }
        });
        self.print(&text, !cut)
    }

    /// The chart that the question asks for itself. One that cannot be drawn of these rows is not
    /// missed: a table is.
    fn own_chart(&self, session: &Session, found: &Solutions) -> Option<String> {
        let view = self.question.as_ref().filter(|_| self.output.chart)?.view.as_ref()?;
        let directive = Directive::lenient(view).0;
        if directive.view == chart::View::Table {
            return None;
        }
        self.styled(session, false, |style| chart::draw(found, &directive, style)).ok()
    }

    /// Looks at the window again: it may have changed since the last answer.
    pub(super) fn fit_window(&mut self) {
        if let Some((width, height)) = terminal_size::terminal_size_of(std::io::stdout()) {
            self.output.width = width.0.into();
            self.output.height = height.0.into();
        }
        self.output.report.width = self.output.width;
    }

    /// Lets `draw` draw in the style of the settings.
    fn styled<T>(&self, session: &Session, cut: bool, draw: impl FnOnce(&Style<'_>) -> T) -> T {
        let language = self.output.language.as_deref().unwrap_or(session.language());
        let labels = |term: &Term| session.label(term, language);
        let width = if self.max_width == 0 { self.output.width } else { self.max_width };
        let style = Style {
            width: Some(width),
            colour: self.output.colour,
            max_rows: Some(self.max_rows).filter(|rows| cut && *rows > 0),
            more: Some(".last shows all"),
            labels: if self.output.labels { Some(&labels) } else { None },
            ..Style::plain(session.prefixes())
        };
        draw(&style)
    }

    /// Prints a text; one longer than the window through the pager, where `page` says so.
    pub(super) fn print(&mut self, text: &str, page: bool) -> Result<()> {
        if page && self.output.pager && text.lines().count() >= self.output.height {
            self.aside.store(true, Ordering::Relaxed);
            let paged = paged(text);
            self.aside.store(false, Ordering::Relaxed);
            if paged {
                return Ok(());
            }
        }
        self.output.text(text)
    }

    /// What is to be said after an answer: why there is none, or why it looks odd.
    fn comment(&self, question: &Question) {
        if !self.output.report.terminal {
            return;
        }
        let empty = match &self.last {
            Last::Rows(found) => found.rows.is_empty(),
            Last::Yes(yes) => !yes,
            Last::Graph(triples) => triples.is_empty(),
            Last::Nothing => false,
        };
        if empty && self.say_why_empty(question) || !empty && !self.looks_odd() {
            return;
        }
        // Not of a saved query: whoever asks it did not write it.
        let lints = if question.bindings.is_empty() {
            self.session.borrow().lints(&question.text).unwrap_or_default()
        } else {
            Vec::new()
        };
        for lint in lints.iter().take(2) {
            self.output.report.warning(lint);
        }
    }

    /// Whether an answer is such that its question may not say what was meant: very long, or with a
    /// column that is empty in every row.
    fn looks_odd(&self) -> bool {
        let Last::Rows(found) = &self.last else { return false };
        let empty_column =
            |column: usize| found.rows.iter().all(|row| row.get(column).is_none_or(Option::is_none));
        found.rows.len() >= MANY || (0..found.variables.len()).any(empty_column)
    }

    fn say_why_empty(&self, question: &Question) -> bool {
        let lines = self.session.borrow().why_empty(&question.text, &question.bindings);
        for line in &lines {
            self.output.report.remedy(line);
        }
        !lines.is_empty()
    }

    /// `.why N`, `.why empty`.
    pub(super) fn why(&mut self, rest: &str) -> Result<()> {
        let question = self.asked()?;
        if rest == "empty" {
            if !self.say_why_empty(&question) {
                self.output.report.note("no part of the last question was found to be empty");
            }
            return Ok(());
        }
        let wrong =
            || Error::usage("which row?").hint(".why 1 for the first row, .why empty where there is none");
        let number: usize = match (&self.last, rest) {
            (Last::Yes(_), "") => 1,
            (_, rest) => rest.parse().map_err(|_| wrong())?,
        };
        let index = number.checked_sub(1).ok_or_else(wrong)?;
        let missing = |count: usize| {
            Error::usage(format!("there is no row {number}")).hint(format!("the last answer has {count}"))
        };
        let session = self.session.borrow();
        let part = match &self.last {
            Last::Rows(found) => AnswerPart::Row(
                &found.variables,
                found.rows.get(index).ok_or_else(|| missing(found.rows.len()))?,
            ),
            Last::Graph(triples) => {
                AnswerPart::Triple(triples.get(index).ok_or_else(|| missing(triples.len()))?)
            }
            Last::Yes(_) | Last::Nothing => AnswerPart::Yes,
        };
        let shown = session.why(&question.text, &question.bindings, part)?.show(session.prefixes());
        drop(session);
        self.print(&shown, true)
    }

    /// `.chart [KIND] [COLUMNS]`.
    pub(super) fn chart(&mut self, rest: &str) -> Result<()> {
        self.fit_window();
        let session = std::rc::Rc::clone(&self.session);
        let session = session.borrow();
        let drawn = match &self.last {
            Last::Rows(found) => {
                let view = self.question.as_ref().and_then(|question| question.view.clone());
                let directive = match view.filter(|_| rest.is_empty()) {
                    Some(view) => Directive::lenient(&view).0,
                    None => Directive::parse(rest)?,
                };
                self.styled(&session, false, |style| chart::draw(found, &directive, style))?
            }
            Last::Graph(triples) => self.styled(&session, false, |style| tree::tree(triples, style)),
            Last::Yes(_) | Last::Nothing => {
                return Err(Error::usage("there are no rows to draw").hint("ask a SELECT first"));
            }
        };
        self.print(&drawn, true)
    }

    /// The last question.
    pub(super) fn asked(&self) -> Result<Question> {
        self.question
            .clone()
            .ok_or_else(|| Error::usage("nothing was asked yet").hint("type a question first"))
    }

    /// Words that are no SPARQL: what a person may have meant by them.
    pub(super) fn plain_words(&mut self, words: &str) -> Result<()> {
        match words {
            "help" | "?" | "帮助" => return self.command(".help"),
            "quit" | "exit" | "退出" => return self.command(".quit"),
            _ => {}
        }
        let first = words.split_whitespace().next().unwrap_or_default();
        if super::commands::exists_whole(first) {
            self.output.report.note(&format!("taken for the command .{words}"));
            return self.command(&format!(".{words}"));
        }
        let session = self.session.borrow();
        if session.catalog().is_ok_and(|catalog| catalog.get(first).is_ok()) {
            drop(session);
            self.output.report.note(&format!("taken for the saved query: .run {words}"));
            return self.command(&format!(".run {words}"));
        }
        let found = if looks_like_name(words) { session.search(words, 5) } else { Vec::new() };
        if found.is_empty() {
            return match session.query(words, &Default::default()) {
                Err(error) => Err(error),
                Ok(_) => Ok(()),
            };
        }
        let mut text = String::from("That is no SPARQL, but these things are called so:\n");
        for thing in &found {
            let name = session.prefixes().show(thing.term.as_ref());
            let label = thing.label.as_deref().unwrap_or(&thing.matched);
            text.push_str(&format!("  {name}  {label}  {}\n", thing.class.as_deref().unwrap_or_default()));
        }
        if let Some(best) = found.first() {
            text.push_str(&format!(
                "  .describe {} says all about the first",
                session.prefixes().show(best.term.as_ref())
            ));
        }
        drop(session);
        self.print(&text, false)
    }
}

/// Whether words could be the name of a thing: few, and with nothing that only SPARQL has.
fn looks_like_name(words: &str) -> bool {
    words.chars().count() <= 60 && !words.contains(['{', '}', '?', '\n', '<']) && !statement::is_update(words)
}

/// The items up to what is kept, counted, as long as nobody says stop; then an error that says so.
fn at_most<'a, T: 'a>(
    items: Box<dyn Iterator<Item = Result<T>> + 'a>,
    progress: &'a Progress,
    stop: &'a AtomicBool,
) -> impl Iterator<Item = Result<T>> + 'a {
    items.enumerate().map(move |(n, item)| {
        progress.row();
        if stop.load(Ordering::Relaxed) {
            Err(Error::new(Kind::Interrupted, "interrupted"))
        } else if n < KEEP {
            item
        } else {
            Err(Error::new(Kind::Limit, "too many to keep at the prompt").hint(".once FILE takes them all"))
        }
    })
}

/// An answer that is kept as it goes out.
fn keeping<'a>(answer: Answer<'a>, kept: &'a RefCell<Last>) -> Answer<'a> {
    match answer {
        Answer::Boolean(yes) => {
            kept.replace(Last::Yes(yes));
            answer
        }
        Answer::Rows(rows) => {
            kept.replace(Last::Rows(Solutions { variables: rows.variables.clone(), ..Solutions::default() }));
            let keep = |row: &Result<Row>| {
                if let (Ok(row), Last::Rows(found)) = (row, &mut *kept.borrow_mut())
                    && found.rows.len() < KEEP
                {
                    found.rows.push(row.clone());
                }
            };
            Answer::Rows(Rows { variables: rows.variables, rows: Box::new(rows.rows.inspect(keep)) })
        }
        Answer::Graph(triples) => {
            kept.replace(Last::Graph(Vec::new()));
            Answer::Graph(Box::new(triples.inspect(|triple| {
                if let (Ok(triple), Last::Graph(all)) = (triple, &mut *kept.borrow_mut())
                    && all.len() < KEEP
                {
                    all.push(triple.clone());
                }
            })))
        }
    }
}

/// Gives a text to the pager; false where there is none that works.
fn paged(text: &str) -> bool {
    use std::io::Write as _;
    let pager =
        std::env::var("PAGER").ok().filter(|pager| !pager.is_empty()).unwrap_or_else(|| "less".into());
    let mut words = pager.split_whitespace();
    let Some(program) = words.next() else { return false };
    let mut command = std::process::Command::new(program);
    command.args(words).stdin(std::process::Stdio::piped());
    if std::env::var_os("LESS").is_none() {
        command.env("LESS", "FRSX -PsSpace shows more, q goes back to the prompt$");
    }
    let Ok(mut child) = command.spawn() else { return false };
    if let Some(mut stdin) = child.stdin.take() {
        // A pager that was left early has seen enough.
        let _ = stdin.write_all(text.as_bytes());
    }
    child.wait().is_ok()
}
