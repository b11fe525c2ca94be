//! Where in a query the cursor stands, and which triples are around it.
//!
//! In: the tokens of a text, however broken. Out: a position and triples. Nothing is looked up here: what a word
//! means in the graph the caller says.

use crate::engine::syntax::tokens::{Kind, Token};
use crate::store::Id;
use crate::terms::rdf;

/// A term in a triple of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Slot {
    Variable(String),
    Known(Id),
    Other,
}

/// Where the cursor is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Position {
    /// Before the first brace, or after the last.
    Outside {
        after: bool,
    },
    Subject,
    Predicate(Slot),
    Object {
        subject: Slot,
        predicate: Slot,
        reversed: bool,
    },
    AfterObject,
    Expression,
}

/// Reads the triples of a text, however broken, and where its end is.
pub(super) struct Reader {
    pub(super) place: Position,
    /// What to come back to at the end of a bracket: `(` of expressions, `[`, `{`.
    stack: Vec<Position>,
    pub(super) triples: Vec<[Slot; 3]>,
    pub(super) variables: Vec<String>,
    depth: usize,
}

impl Reader {
    pub(super) fn new() -> Self {
        Self {
            place: Position::Outside { after: false },
            stack: Vec::new(),
            triples: Vec::new(),
            variables: Vec::new(),
            depth: 0,
        }
    }

    pub(super) fn read(&mut self, text: &str, tokens: &[Token], resolve: &dyn Fn(Kind, &str) -> Slot) {
        for token in tokens {
            let word = token.text(text);
            match token.kind {
                Kind::Comment => {}
                Kind::Punctuation => self.punctuation(word),
                Kind::Keyword if word == "a" => self.term(resolve(Kind::Iri, rdf::TYPE.as_str())),
                Kind::Keyword | Kind::Function => self.keyword(&word.to_ascii_uppercase()),
                Kind::Language => {}
                _ => {
                    let slot = resolve(token.kind, word);
                    if let Slot::Variable(name) = &slot
                        && !self.variables.contains(name)
                    {
                        self.variables.push(name.clone());
                    }
                    self.term(slot);
                }
            }
        }
    }

    fn keyword(&mut self, word: &str) {
        let expects_expression = ["FILTER", "BIND", "HAVING"].contains(&word);
        match &self.place {
            Position::Outside { .. } if expects_expression => self.place = Position::Expression,
            Position::Outside { .. } | Position::Expression => {}
            _ if expects_expression => {
                self.stack.push(Position::Subject);
                self.place = Position::Expression;
            }
            _ => self.place = Position::Subject,
        }
    }

    fn punctuation(&mut self, mark: &str) {
        match mark {
            "{" => {
                self.depth += 1;
                self.stack.push(Position::Subject);
                self.place = Position::Subject;
            }
            "}" => {
                self.depth = self.depth.saturating_sub(1);
                self.stack.pop();
                self.place =
                    if self.depth == 0 { Position::Outside { after: true } } else { Position::Subject };
            }
            "[" => {
                self.stack.push(self.place.clone());
                self.place = Position::Predicate(Slot::Variable(format!("[{}", self.triples.len())));
            }
            "]" => {
                self.place = self.stack.pop().unwrap_or(Position::Subject);
                self.term(Slot::Other);
            }
            "(" if self.place == Position::Expression => self.stack.push(Position::Expression),
            ")" if self.place == Position::Expression => {
                self.place = self.stack.pop().unwrap_or(Position::Subject);
                // The end of the whole expression comes back to where FILTER stood.
                if self.place == Position::Expression && self.stack.last() == Some(&Position::Subject) {
                    self.stack.pop();
                    self.place = Position::Subject;
                }
            }
            _ if self.place == Position::Expression => {}
            "." if self.depth > 0 => self.place = Position::Subject,
            ";" | "," | "/" | "|" | "^" => self.separator(mark),
            _ => {}
        }
    }

    fn separator(&mut self, mark: &str) {
        let last = self.triples.last().cloned();
        match (mark, &self.place, last) {
            (";", Position::AfterObject, Some([subject, _, _])) => self.place = Position::Predicate(subject),
            (",", Position::AfterObject, Some([subject, predicate, _])) => {
                self.place = Position::Object { subject, predicate, reversed: false };
            }
            ("/", Position::Object { .. }, _) => self.place = Position::Predicate(Slot::Other),
            ("|", Position::Object { subject, .. }, _) => self.place = Position::Predicate(subject.clone()),
            _ => {}
        }
    }

    pub(super) fn term(&mut self, term: Slot) {
        self.place = match std::mem::replace(&mut self.place, Position::AfterObject) {
            Position::Subject => Position::Predicate(term),
            Position::Predicate(subject) => Position::Object { subject, predicate: term, reversed: false },
            Position::Object { subject, predicate, .. } => {
                self.triples.push([subject, predicate, term]);
                Position::AfterObject
            }
            other => other,
        };
    }
}
