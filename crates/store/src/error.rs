//! One error type for the whole of baimo: a kind, a cause, and what is said about it.
//!
//! In: what went wrong, said where it is known. Out: a value that a face turns into text, an exit
//! code or an HTTP status by its [`Kind`] alone. Codes, colours and streams are the faces' business.

pub use crate::hint::Hint;
use std::fmt;
use std::ops::{Deref, DerefMut};

/// What sort of failure this is. A face derives its exit code from this and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The text of a query, an update or a saved-query header is wrong.
    Query,
    /// The data to read are wrong: syntax, encoding, a missing file.
    Data,
    /// The command was called wrongly: an unknown name, a missing or bad parameter.
    Usage,
    /// A store or an endpoint cannot be opened, read or written.
    Store,
    /// A limit stopped the work: time, rows or memory.
    Limit,
    /// A check ran and found something.
    Check,
    /// The user stopped the work.
    Interrupted,
}

/// A place in a text: one line of it and the part that is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// What the text is: a file's path, `query`, a saved query's name.
    pub name: String,
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
    /// Length in characters; at least 1.
    pub width: usize,
    /// The whole line, without its end.
    pub text: String,
}

impl Span {
    /// The place of the bytes `range` in `text`. A range over several lines ends with its first
    /// line; one that cuts a character, or lies past the end, is moved to the nearest character.
    pub fn in_text(name: impl Into<String>, text: &str, range: std::ops::Range<usize>) -> Self {
        let floor = |mut i: usize| {
            i = i.min(text.len());
            while !text.is_char_boundary(i) {
                i -= 1;
            }
            i
        };
        let start = floor(range.start);
        let end = floor(range.end.max(start)).max(start);
        let line_start = text[..start].rfind('\n').map_or(0, |i| i + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |i| start + i);
        Self {
            name: name.into(),
            line: text[..line_start].matches('\n').count() + 1,
            column: text[line_start..start].chars().count() + 1,
            width: text[start..end.min(line_end)].chars().count().max(1),
            text: text[line_start..line_end].trim_end_matches('\r').to_owned(),
        }
    }
}

/// What is said about a text or about work: what is the matter, where, and what to do. Errors and lints
/// alike are shown from this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// One line, lower case, no full stop: what is the matter.
    pub message: String,
    /// What the user can do about it.
    pub hints: Vec<Hint>,
    /// The place, where it is known. Boxed to keep `Result` small.
    pub span: Option<Box<Span>>,
}

impl Diagnostic {
    /// One without hints or place.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hints: Vec::new(), span: None }
    }

    /// Adds a remedy.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<Hint>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds the place.
    #[must_use]
    pub fn at(mut self, span: Span) -> Self {
        self.span = Some(Box::new(span));
        self
    }
}

/// An error: the sort of failure, why it came to it, and the [`Diagnostic`] to show, whose fields are its own.
#[derive(Debug)]
pub struct Error {
    /// The sort of failure.
    pub kind: Kind,
    /// The error underneath, where there is one worth showing.
    pub cause: Option<Box<dyn std::error::Error + Send + Sync>>,
    /// What is said about it.
    pub diagnostic: Diagnostic,
}

impl Deref for Error {
    type Target = Diagnostic;

    fn deref(&self) -> &Diagnostic {
        &self.diagnostic
    }
}

impl DerefMut for Error {
    fn deref_mut(&mut self) -> &mut Diagnostic {
        &mut self.diagnostic
    }
}

/// The result of anything that can fail in baimo.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error of a kind with its message.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self::of(kind, Diagnostic::new(message))
    }

    /// An error of a kind from what is to be said about it.
    pub fn of(kind: Kind, diagnostic: Diagnostic) -> Self {
        Self { kind, cause: None, diagnostic }
    }

    /// Wrong query text. See [`Kind::Query`].
    pub fn query(message: impl Into<String>) -> Self {
        Self::new(Kind::Query, message)
    }

    /// Wrong data. See [`Kind::Data`].
    pub fn data(message: impl Into<String>) -> Self {
        Self::new(Kind::Data, message)
    }

    /// Wrong use. See [`Kind::Usage`].
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// A store that does not work. See [`Kind::Store`].
    pub fn store(message: impl Into<String>) -> Self {
        Self::new(Kind::Store, message)
    }

    /// Adds the error underneath.
    #[must_use]
    pub fn because(mut self, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// Adds a remedy.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<Hint>) -> Self {
        self.diagnostic = self.diagnostic.hint(hint);
        self
    }

    /// Adds the place.
    #[must_use]
    pub fn at(mut self, span: Span) -> Self {
        self.diagnostic = self.diagnostic.at(span);
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_counts_characters_not_bytes() {
        let text = "SELECT *\n# 百度\nWHERE { ?模 a bm:X }";
        let start = text.find("bm:X").unwrap();
        let span = Span::in_text("query", text, start..start + 4);
        assert_eq!((span.line, span.column, span.width), (3, 14, 4));
        assert_eq!(span.text, "WHERE { ?模 a bm:X }");
    }

    #[test]
    fn a_span_past_the_end_or_inside_a_character_is_moved() {
        let span = Span::in_text("query", "百", 1..99);
        assert_eq!((span.line, span.column, span.width), (1, 1, 1));
        let span = Span::in_text("query", "", 5..9);
        assert_eq!((span.line, span.column, span.width), (1, 1, 1));
    }
}
