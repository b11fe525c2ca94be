//! Statements and commands one after the other: from a pipe, a file, or several lines typed at once.
//!
//! In: lines. Out: each statement run in its turn; errors have their line in the whole input. It fills
//! no history.

use super::Shell;
use super::statement::{self, Ending, Growing, Piece};
use crate::error::{Error, Kind, Result};
use crate::faces::file_kind;
use crate::faces::terminal::signals::{Doing, doing};
use std::io::BufRead;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// The longest statement taken. An endless line ends here.
const MAX_TEXT: usize = 64 << 20;

/// After a statement that takes so long, what it used is given back to the system: that takes a small part of it.
const LONG: Duration = Duration::from_millis(20);

/// Where statements come from.
pub(super) struct Source<'a> {
    /// What errors call it; at the prompt a statement is just the query.
    pub name: Option<&'a str>,
    /// Whether an error is shown and the next statement run.
    pub keep_going: bool,
}

impl Shell {
    /// Runs the file at `path`.
    pub(super) fn read(&mut self, path: &Path, keep_going: bool) -> Result<()> {
        let name = path.display().to_string();
        if path == Path::new("-") {
            return Err(Error::usage("`-` is stdin, which the statements here come from").hint("name a file"));
        }
        if path.is_dir() {
            return Err(Error::data(format!("cannot read {name}: it is a folder")).hint("name a file in it"));
        }
        if let Some(error) = file_kind::not_a_query(path) {
            return Err(error);
        }
        let file = std::fs::File::open(path)
            .map_err(|error| Error::data(format!("cannot read {name}")).because(error))?;
        let source = Source { name: Some(&name), keep_going };
        self.script(&source, &mut std::io::BufReader::new(file))
    }

    /// Runs the statements in `lines`.
    ///
    /// # Errors
    /// The first one. Where the source keeps going, that some were wrong.
    pub(super) fn script(&mut self, source: &Source<'_>, lines: &mut dyn BufRead) -> Result<()> {
        let (mut text, mut growing, mut is_open) = (String::new(), Growing::default(), false);
        let (mut first, mut number) = (1, 0);
        let mut wrong = Wrong::default();
        loop {
            let line = next_line(source, number + 1, lines)?;
            number += 1;
            if line.as_ref().is_none_or(|line| !is_open && self.ends_before(&text, line)) {
                wrong.note(self.part(source, &text, first))?;
                growing = Growing::default();
                text.clear();
                first = number;
            }
            let Some(line) = line else { return wrong.told(source) };
            if self.leaving {
                return wrong.told(source);
            }
            if self.switch.load(Ordering::Relaxed) {
                return Err(Error::new(Kind::Interrupted, "interrupted"));
            }
            if text.is_empty() {
                first = number;
            } else {
                text.push('\n');
            }
            text.push_str(&line);
            if text.len() > MAX_TEXT {
                return Err(Error::query(format!("the statement of line {first} is too long")));
            }
            // A statement of many lines is looked at as a whole once it may be over.
            let is_sparql = statement::begins_as_sparql(&text);
            is_open = is_sparql && growing.is_open(&text);
            if let Some(end) = growing.end().filter(|_| is_sparql) {
                let piece = Piece { text: text.get(..end).unwrap_or_default(), indent: "", line: 0 };
                wrong.note(self.pieces(source, &[piece], first))?;
            } else if !is_open && self.ending(&text) == Ending::Over {
                wrong.note(self.part(source, &text, first))?;
            } else {
                continue;
            }
            growing = Growing::default();
            text.clear();
        }
    }

    /// Whether the statement so far is over because of the line that follows it.
    fn ends_before(&self, text: &str, line: &str) -> bool {
        statement::begins_as_sparql(line) && self.ending(text) == Ending::MayGoOn
            || (statement::is_command(line)
                && (statement::only_prologue(text) || self.ending(text) == Ending::MayGoOn))
    }

    fn ending(&self, text: &str) -> Ending {
        let session = self.session.borrow();
        statement::ending(text, &|text| session.reading(text))
    }

    /// Runs the statements of a text that begins on the line `first`. An error that is shown and not
    /// given back is given back as `false`.
    fn part(&mut self, source: &Source<'_>, text: &str, first: usize) -> Result<Option<Kind>> {
        self.pieces(source, &statement::pieces(text), first)
    }

    fn pieces(&mut self, source: &Source<'_>, pieces: &[Piece<'_>], first: usize) -> Result<Option<Kind>> {
        let mut wrong = None;
        for piece in pieces {
            if self.leaving {
                break;
            }
            let begun = Instant::now();
            let done = self.statement(piece.text);
            if begun.elapsed() >= LONG {
                (self.heap.give_back)();
            }
            let Err(error) = done else { continue };
            let error = placed(error, source, first, piece);
            if !source.keep_going || matches!(error.kind, Kind::Interrupted) {
                return Err(error);
            }
            wrong.get_or_insert(error.kind);
            self.say_wrong(error);
        }
        Ok(wrong)
    }
}

/// How many statements were wrong, and the first one's kind.
#[derive(Default)]
struct Wrong {
    kind: Option<Kind>,
    count: usize,
}

impl Wrong {
    fn note(&mut self, part: Result<Option<Kind>>) -> Result<()> {
        if let Some(kind) = part? {
            self.kind.get_or_insert(kind);
            self.count += 1;
        }
        Ok(())
    }

    /// At the prompt all has been said; of a script, the end says that not all was well.
    fn told(self, source: &Source<'_>) -> Result<()> {
        match (self.kind, source.name) {
            (Some(kind), Some(name)) => {
                let statements = if self.count == 1 { "statement" } else { "statements" };
                Err(Error::new(kind, format!("{name}: {} {statements} failed", self.count))
                    .hint("each is shown above, with its line"))
            }
            _ => Ok(()),
        }
    }
}

/// An error with its place in the whole source, where the text of the `piece` begins on the line `first`.
fn placed(mut error: Error, source: &Source<'_>, first: usize, piece: &Piece<'_>) -> Error {
    let line = first + piece.line;
    if let Some(span) = error.span.as_mut().filter(|span| matches!(span.name.as_str(), "query" | "update")) {
        if span.line == 1 {
            span.column += piece.indent.chars().count();
            span.text.insert_str(0, piece.indent);
        }
        span.line += line - 1;
        if let Some(name) = source.name {
            name.clone_into(&mut span.name);
        }
    } else if let (None, Some(name)) = (&error.span, source.name) {
        error.message = format!("{name}:{line}: {}", error.message);
    }
    error
}

fn next_line(source: &Source<'_>, number: usize, lines: &mut dyn BufRead) -> Result<Option<String>> {
    let name = source.name.unwrap_or("query");
    let mut bytes = Vec::new();
    let mut limited = std::io::Read::take(lines, MAX_TEXT as u64 + 1);
    let reading = doing(Doing::Reading);
    limited
        .read_until(b'\n', &mut bytes)
        .map_err(|error| Error::data(format!("cannot read {name}")).because(error))?;
    drop(reading);
    if bytes.is_empty() {
        return Ok(None);
    }
    let text = String::from_utf8(bytes).map_err(|_| {
        Error::data(format!("{name}: line {number} is not UTF-8 text")).hint("save it as UTF-8")
    })?;
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(&text);
    Ok(Some(text.trim_end_matches(['\n', '\r']).to_owned()))
}
