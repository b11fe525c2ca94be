//! One verb on one session, for the command line and the prompt alike.
//!
//! In: a [`Verb`], a session, an output. Out: the answer in the output. It refuses to know which
//! face asked.

use super::args::{Query, Verb};
use super::output::Output;
use crate::engine::rewrite::Bindings;
use crate::error::{Error, Result};
use crate::session::Session;
use std::io::{self, IsTerminal as _, Read as _};
use std::path::Path;

/// Does what a verb says.
///
/// # Errors
/// Those of the verb. An answer that a limit ended early has been written by then.
pub fn perform(verb: &Verb, session: &mut Session, output: &mut Output) -> Result<()> {
    match verb {
        Verb::Query(query) => {
            let (name, text) = question(query)?;
            ask(&name, &text, session, output)
        }
    }
}

/// Asks a question and writes the answer. `name` says in errors where the text is.
///
/// # Errors
/// As [`perform`].
pub fn ask(name: &str, text: &str, session: &Session, output: &mut Output) -> Result<()> {
    let answer = session.query(text, &Bindings::new()).map_err(|error| named(error, name))?;
    output.answer(session, answer)
}

/// An error whose place is in a text that has a better name than `query`.
fn named(mut error: Error, name: &str) -> Error {
    if let Some(span) = error.span.as_mut().filter(|span| span.name == "query") {
        span.name = name.to_owned();
    }
    error
}

/// The name and the text of a question, from wherever the options say it is.
fn question(query: &Query) -> Result<(String, String)> {
    let inline = query.text.as_ref().or(query.query.as_ref());
    let (name, text) = match (&query.file, inline.map(String::as_str)) {
        (Some(file), _) => read(file)?,
        (None, Some("-")) => read(Path::new("-"))?,
        (None, Some(text)) => ("query".to_owned(), text.to_owned()),
        (None, None) if io::stdin().is_terminal() => {
            return Err(Error::usage("the question is missing")
                .hint("baimo query 'SELECT * { ?s ?p ?o } LIMIT 5'")
                .hint("baimo query -f FILE, or  baimo  alone for a prompt"));
        }
        (None, None) => read(Path::new("-"))?,
    };
    if text.trim().is_empty() {
        return Err(Error::usage("the question is empty").hint("baimo query 'SELECT * { ?s ?p ?o } LIMIT 5'"));
    }
    if !text.contains(char::is_whitespace) && Path::new(&text).is_file() {
        return Err(Error::usage(format!("`{text}` is a file, not a question"))
            .hint(format!("baimo query -f {text}")));
    }
    Ok((name, text))
}

/// The name and the text of a file; `-` is stdin.
fn read(path: &Path) -> Result<(String, String)> {
    let stdin = path == Path::new("-");
    let name = if stdin { "stdin".to_owned() } else { path.display().to_string() };
    let failed = |error| Error::data(format!("cannot read {name}")).because(error);
    let mut bytes = Vec::new();
    if stdin {
        io::stdin().lock().take(MAX_TEXT + 1).read_to_end(&mut bytes).map_err(failed)?;
    } else if path.is_dir() {
        return Err(Error::data(format!("cannot read {name}: it is a folder")).hint("name a file in it"));
    } else {
        std::fs::File::open(path)
            .and_then(|file| file.take(MAX_TEXT + 1).read_to_end(&mut bytes))
            .map_err(failed)?;
    }
    if bytes.len() as u64 > MAX_TEXT {
        return Err(Error::data(format!("{name} is too long for a question: over {} MB", MAX_TEXT >> 20))
            .hint("is it a data file? then name it with --data"));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok((name, text.strip_prefix('\u{FEFF}').map(str::to_owned).unwrap_or(text))),
        Err(error) => {
            let good = error.utf8_error().valid_up_to();
            let line = error.as_bytes().iter().take(good).filter(|byte| **byte == b'\n').count() + 1;
            Err(Error::data(format!("{name} is no UTF-8 text: line {line} has a byte that is none"))
                .hint("save it as UTF-8; is it a text at all?"))
        }
    }
}

/// The longest text taken for a question. An endless pipe ends here.
const MAX_TEXT: u64 = 64 << 20;
