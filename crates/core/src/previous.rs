//! The last answer as a part of the next query: `VALUES _`, `FROM _`, `GRAPH _`.
//!
//! In: the text of a query, the columns of the answer before it. Out: a text that the parser
//! reads, and one of the same length for finding the place of an error. The rows themselves
//! go into the algebra, never into a text.

use crate::engine::answer::Solutions;
use crate::engine::passes::previous::MARK;
use crate::engine::syntax::tokens::{Kind, Token, each_token};
use crate::error::{Error, Result, Span};
use crate::terms::Triple;
use std::ops::Range;
use std::sync::Arc;

/// The answer before a query.
#[derive(Debug, Clone, Default)]
pub struct PreviousAnswer {
    /// The rows, where it was a SELECT.
    pub rows: Option<Arc<Solutions>>,
    /// The triples, where it was a CONSTRUCT or DESCRIBE.
    pub graph: Option<Arc<[Triple]>>,
}

impl PreviousAnswer {
    /// Whether there is what the places ask for.
    ///
    /// # Errors
    /// Where there is not, with the place.
    pub fn has(&self, places: &[Reference], text: &str) -> Result<()> {
        for place in places {
            let (there, what) = match place {
                Reference::Rows(_) => (self.rows.is_some(), "rows"),
                Reference::Graph(_) => (self.graph.is_some(), "triples"),
            };
            if !there {
                return Err(Error::query(format!("there are no {what} that `_` could stand for"))
                    .at(Span::in_text("query", text, place.range()))
                    .hint("the rows of a SELECT are `VALUES _` in the next query")
                    .hint("the triples of a CONSTRUCT are `FROM _` and `GRAPH _ { }` in the next query"));
            }
        }
        Ok(())
    }
}

/// A place where `_` stands for the last answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// `VALUES _`, all of it.
    Rows(Range<usize>),
    /// The `_` of `FROM _`, `FROM NAMED _` or `GRAPH _`.
    Graph(Range<usize>),
}

impl Reference {
    /// Where it is, in bytes.
    pub fn range(&self) -> Range<usize> {
        let (Self::Rows(range) | Self::Graph(range)) = self;
        range.clone()
    }
}

/// Where `_` stands for the last answer in `text`, in order.
pub fn places(text: &str) -> Vec<Reference> {
    // Most texts have no such word, and one may be a list of hundreds of thousands of values.
    if !text.contains('_') {
        return Vec::new();
    }
    let mut before: Option<Token> = None;
    each_token(text)
        .filter(|token| token.kind != Kind::Comment)
        .filter_map(|name| {
            let is_it = name.text(text) == "_";
            let range = name.range.clone();
            let word = before.replace(name).filter(|_| is_it)?;
            match word.text(text).to_ascii_uppercase().as_str() {
                "VALUES" => Some(Reference::Rows(word.range.start..range.end)),
                "FROM" | "NAMED" | "GRAPH" => Some(Reference::Graph(range)),
                _ => None,
            }
        })
        .collect()
}

/// The text with a marked row for the columns of `found`, and the mark as the name of the graph.
pub fn marked(text: &str, found: Option<&Solutions>) -> String {
    let variables = found.map(|found| found.variables.as_slice()).unwrap_or_default();
    let names: Vec<String> = variables.iter().map(ToString::to_string).collect();
    let cells = vec![format!("<{MARK}>"); names.len()].join(" ");
    replaced(text, |place, _| match place {
        Reference::Rows(_) => format!("VALUES ({}) {{ ({cells}) }}", names.join(" ")),
        Reference::Graph(_) => format!("<{MARK}>"),
    })
}

/// The text with something harmless of the same length at each place: all else stays where it is.
/// The graph becomes `:`, so the parser must know the empty prefix.
pub fn blanked(text: &str) -> String {
    replaced(text, |place, was| match place {
        Reference::Graph(_) => ":".to_owned(),
        Reference::Rows(_) => {
            let kept = was.chars().skip(2).map(|c| if c == '\n' { '\n' } else { ' ' });
            "{}".chars().chain(kept).collect()
        }
    })
}

fn replaced(text: &str, by: impl Fn(&Reference, &str) -> String) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for place in places(text) {
        let range = place.range();
        out.push_str(text.get(at..range.start).unwrap_or_default());
        out.push_str(&by(&place, text.get(range.clone()).unwrap_or_default()));
        at = range.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::Variable;

    #[test]
    fn only_the_words_count() {
        assert_eq!(places("SELECT * { VALUES _ ?s ?p ?o }"), vec![Reference::Rows(11..19)]);
        assert!(places("SELECT * { ?s ?p 'VALUES _' } # VALUES _").is_empty());
        assert_eq!(places("SELECT * { values\n_ }").len(), 1);
        assert_eq!(places("SELECT * FROM _ FROM NAMED _ { GRAPH _ { ?s ?p ?o } }").len(), 3);
    }

    #[test]
    fn nothing_moves() {
        let text = "SELECT * FROM _ { VALUES _ ?s ?p ?o }";
        assert_eq!(blanked(text), "SELECT * FROM : { {}       ?s ?p ?o }");
    }

    #[test]
    fn the_columns_are_named() {
        let found = Solutions {
            variables: vec![Variable::new_unchecked("a"), Variable::new_unchecked("b")],
            ..Solutions::default()
        };
        let marked = marked("{VALUES _}", Some(&found));
        assert_eq!(marked, "{VALUES (?a ?b) { (<urn:baimo:_> <urn:baimo:_>) }}");
    }
}
