//! Statements and commands from a file or a pipe: the machine mode, and `.read`.
//!
//! In: lines. Out: each statement run in its turn; the first error ends it, with its line in the
//! whole input. It refuses to prompt and to fill a history.

use super::Shell;
use super::statement::{self, Ending};
use crate::error::{Error, Kind, Result};
use std::io::BufRead;
use std::path::Path;
use std::sync::atomic::Ordering;

/// The longest statement taken. An endless line ends here.
const MAX_TEXT: usize = 64 << 20;

impl Shell {
    /// Runs the file at `path`.
    pub(super) fn read(&mut self, path: &Path) -> Result<()> {
        let name = path.display().to_string();
        if path.is_dir() {
            return Err(Error::data(format!("cannot read {name}: it is a folder")).hint("name a file in it"));
        }
        let file = std::fs::File::open(path)
            .map_err(|error| Error::data(format!("cannot read {name}")).because(error))?;
        self.script(&name, &mut std::io::BufReader::new(file))
    }

    /// Runs the statements in `lines`, which errors call `name`.
    ///
    /// # Errors
    /// The first one, with the line in the whole input.
    pub(super) fn script(&mut self, name: &str, lines: &mut dyn BufRead) -> Result<()> {
        let mut text = String::new();
        let (mut first, mut number) = (1, 0);
        loop {
            let line = next_line(name, number + 1, lines)?;
            number += 1;
            let ends = match &line {
                None => true,
                Some(line) => {
                    statement::begins_as_sparql(line) && self.script_ending(&text) == Ending::MayGoOn
                        || (statement::is_command(line) && statement::is_blank(&text))
                }
            };
            if ends {
                self.run_part(name, &text, first)?;
                text.clear();
                first = number;
            }
            let Some(line) = line else { return Ok(()) };
            if self.leaving {
                return Ok(());
            }
            if self.session.borrow().interrupt_switch().load(Ordering::Relaxed) {
                return Err(Error::new(Kind::Interrupted, "interrupted"));
            }
            if text.is_empty() {
                first = number;
            } else {
                text.push('\n');
            }
            text.push_str(&line);
            if text.len() > MAX_TEXT {
                return Err(Error::query(format!("{name}: the statement of line {first} is too long")));
            }
            if self.script_ending(&text) == Ending::Over {
                self.run_part(name, &text, first)?;
                text.clear();
            }
        }
    }

    fn script_ending(&self, text: &str) -> Ending {
        let session = self.session.borrow();
        statement::ending(text, &|text| session.parses(text))
    }

    fn run_part(&mut self, name: &str, text: &str, first: usize) -> Result<()> {
        self.statement(text).map_err(|mut error| {
            if let Some(span) = error.span.as_mut().filter(|span| span.name == "query") {
                span.line += first - 1;
                name.clone_into(&mut span.name);
            } else if error.span.is_none() {
                error.message = format!("{name}:{first}: {}", error.message);
            }
            error
        })
    }
}

fn next_line(name: &str, number: usize, lines: &mut dyn BufRead) -> Result<Option<String>> {
    let mut bytes = Vec::new();
    let mut limited = std::io::Read::take(lines, MAX_TEXT as u64 + 1);
    limited
        .read_until(b'\n', &mut bytes)
        .map_err(|error| Error::data(format!("cannot read {name}")).because(error))?;
    if bytes.is_empty() {
        return Ok(None);
    }
    let text = String::from_utf8(bytes).map_err(|_| {
        Error::data(format!("{name}: line {number} is no UTF-8 text")).hint("save it as UTF-8")
    })?;
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(&text);
    Ok(Some(text.trim_end_matches(['\n', '\r']).to_owned()))
}
