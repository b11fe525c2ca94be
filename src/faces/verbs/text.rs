//! The text of a query, from wherever the options say it is.
//!
//! In: words, a file, stdin. Out: the text, and what errors call it. At most [`MAX_TEXT`] bytes are read.

use crate::error::{Error, Result};
use crate::faces::args::Query;
use crate::faces::file_kind;
use crate::faces::terminal::hints::Face;
use crate::plain;
use std::io::{self, IsTerminal as _, Read as _};
use std::path::Path;

/// What kind of text is wanted.
struct Wanted {
    /// What errors call it.
    name: &'static str,
    missing: &'static str,
    empty: &'static str,
    example: &'static str,
    /// Where else it may come from.
    from_file: &'static str,
    /// An example for who is at the prompt, where a graph is open already.
    typed: &'static str,
}

const QUERY: Wanted = Wanted {
    name: "query",
    missing: "the query is missing",
    empty: "the query is empty",
    example: "baimo query 'SELECT * { ?s ?p ?o } LIMIT 5'",
    from_file: "baimo query -f FILE, or  baimo  alone for a prompt",
    typed: "as in  SELECT * { ?s ?p ?o } LIMIT 5",
};

const UPDATE: Wanted = Wanted {
    name: "update",
    missing: "the update is missing",
    empty: "the update is empty",
    example: "baimo update --store DIR 'INSERT DATA { <http://e.org/a> <http://e.org/b> 1 }'",
    from_file: "baimo update --store DIR -f FILE",
    typed: "as in  INSERT DATA { <http://e.org/a> <http://e.org/b> 1 }",
};

/// The name and the text of a query, from wherever the options say it is.
///
/// # Errors
/// Where there is none, or it cannot be read.
pub fn question(query: &Query, face: Face) -> Result<(String, String)> {
    text_of(query, face, &QUERY)
}

/// The name and the text of an update. See [`question`].
///
/// # Errors
/// As there.
pub fn update(query: &Query, face: Face) -> Result<(String, String)> {
    text_of(query, face, &UPDATE)
}

fn text_of(query: &Query, face: Face, wanted: &Wanted) -> Result<(String, String)> {
    let inline = query.text.as_ref().or(query.query.as_ref());
    let (name, text) = match (&query.file, inline.map(String::as_str)) {
        (Some(file), _) if file != Path::new("-") => read(file)?,
        (Some(_), _) | (None, Some("-")) if face == Face::Prompt => return Err(stdin_is_taken()),
        (Some(_), _) | (None, Some("-")) => read(Path::new("-"))?,
        (None, Some(text)) => (wanted.name.to_owned(), text.to_owned()),
        (None, None) if face == Face::Prompt => return Err(Error::usage(wanted.missing).hint(wanted.typed)),
        (None, None) if io::stdin().is_terminal() => {
            return Err(Error::usage(wanted.missing).hint(wanted.example).hint(wanted.from_file));
        }
        (None, None) => read(Path::new("-"))?,
    };
    if text.trim().is_empty() {
        return Err(Error::usage(wanted.empty).hint(wanted.example));
    }
    if let Some(error) = misplaced(query, &text, face) {
        return Err(error);
    }
    Ok((name, text))
}

/// The error for a file's name instead of a query, and for a file that does not hold one. What begins as SPARQL
/// does is taken for it, whatever its file is called.
fn misplaced(query: &Query, text: &str, face: Face) -> Option<Error> {
    match &query.file {
        Some(file) if !plain::begins_as_sparql(text) => file_kind::not_a_query(file),
        None if !text.contains(char::is_whitespace) => file_kind::instead_of("a query", text, face),
        Some(_) | None => None,
    }
}

/// The error for `-` where stdin is what the statements themselves come from.
pub fn stdin_is_taken() -> Error {
    Error::usage("`-` is stdin, which the statements here come from").hint("name a file")
}

/// The name and the text of a file; `-` is stdin.
fn read(path: &Path) -> Result<(String, String)> {
    let stdin = path == Path::new("-");
    let name = if stdin { "stdin".to_owned() } else { path.display().to_string() };
    let failed = |error| Error::data(format!("cannot read {name}")).because(error).hint("check the name");
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
        return Err(Error::data(format!("{name} is too long for a query: over {} MB", MAX_TEXT >> 20))
            .hint("is it a data file? then name it with --data"));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok((name, text.strip_prefix('\u{FEFF}').map(str::to_owned).unwrap_or(text))),
        Err(error) => {
            let good = error.utf8_error().valid_up_to();
            let line = error.as_bytes().iter().take(good).filter(|byte| **byte == b'\n').count() + 1;
            Err(Error::data(format!("{name} is not UTF-8 text: line {line} has an invalid byte"))
                .hint("save it as UTF-8; is it a text at all?"))
        }
    }
}

/// The longest text taken for a query. An endless pipe ends here.
const MAX_TEXT: u64 = 16 << 20;
