//! How deep a text nests: what would exhaust the stack is refused before it is parsed.
//!
//! In: a text. Out: how deep its tree may become, or an error at the bracket or operator that is one too many. Every
//! bracket counts, since the parser descends once a bracket, whatever stands in it; and so does every operator and part of
//! a chain, since the tree of a chain is as deep as the chain is long.

use super::tokens::{BRACKETS, Kind, each_token};
use crate::error::{Error, Result, Span};

/// More than anybody writes by hand, and little enough for every stack.
const DEEPEST: usize = 200;

/// The longest chain that is parsed; all that are open at a place are counted together.
const LONGEST: usize = 20_000;

/// Operators of chains, and what makes a part of a group.
const LINKS: &[&str] = &["||", "&&", "+", "-", "*", "/", "|", "!", "^"];
const PARTS: &[&str] =
    &["UNION", "OPTIONAL", "MINUS", "LATERAL", "VALUES", "GRAPH", "SERVICE", "FILTER", "SELECT"];

/// What is open at a place of the text.
#[derive(Default)]
struct Level {
    /// How many parts of chains stand in it so far.
    links: usize,
    /// Whether it is a list in round brackets, where each comma begins a new expression.
    list: bool,
    /// Whether it holds the rows of VALUES, which are not a chain.
    data: bool,
}

/// Refuses a text with brackets too many in one another, or too long a chain; `name` is what the text is called. Gives a
/// depth that its tree does not pass.
///
/// # Errors
/// Where more than 200 brackets are open at once, or more than 20 000 operators are in a row.
pub fn check(name: &str, text: &str) -> Result<usize> {
    let most = at_most(text);
    if most <= FEW {
        return Ok(most);
    }
    let mut open = Open { levels: vec![Level::default()], ..Open::default() };
    let mut deepest = 0;
    for token in each_token(text) {
        open.read(token.text(text), token.kind);
        deepest = deepest.max(open.depth() + open.links);
        let error = if open.depth() > DEEPEST {
            Error::query(format!("more than {DEEPEST} brackets are open here"))
                .hint("remove brackets that are not needed, or ask in several queries")
        } else if open.links > LONGEST {
            Error::query(format!("more than {LONGEST} operators or parts of a group are in a row here"))
                .hint("write a long list of values with IN or VALUES, or ask in several queries")
        } else {
            continue;
        };
        return Err(error.at(Span::in_text(name, text, token.range.clone())));
    }
    Ok(deepest)
}

/// Most queries have no more than so many brackets, operators and words of parts, in whatever way they nest. They are not read token
/// by token, which takes a tenth of what a small query takes in all.
const FEW: usize = 60;

/// No fewer brackets, operators and parts than a text has: those in strings and comments count as well, and words that only begin
/// like those of parts.
fn at_most(text: &str) -> usize {
    let (bytes, mut before, mut most, mut at) = (text.as_bytes(), b' ', 0, 0);
    while let Some(&byte) = bytes.get(at) {
        let is_within = before.is_ascii_alphanumeric() || b"?$:_".contains(&before);
        most += match byte {
            b'<' => match bytes.get(at..).and_then(iri) {
                Some(length) => {
                    at += length;
                    0
                }
                None => 1,
            },
            b'(' | b'[' | b'{' | b'}' | b'|' | b'&' | b'+' | b'-' | b'*' | b'/' | b'!' | b'^' => 1,
            _ => usize::from(!is_within && b"UOMLVGSFA".contains(&byte.to_ascii_uppercase())),
        };
        before = byte;
        at += 1;
    }
    most
}

/// How many bytes an IRI in angle brackets has before its last, where one begins here. An apostrophe may stand in one: it is not taken
/// for one then, since a string may end there.
fn iri(bytes: &[u8]) -> Option<usize> {
    let within = |byte: &u8| *byte > b' ' && !b"<>\"{}|^`\\'".contains(byte);
    let length = 1 + bytes.iter().skip(1).take_while(|byte| within(byte)).count();
    (bytes.get(length) == Some(&b'>')).then_some(length)
}

/// All that is open at a place of the text.
#[derive(Default)]
struct Open {
    levels: Vec<Level>,
    /// The links of all levels.
    links: usize,
    /// Whether VALUES was read, and its rows not yet.
    values: bool,
}

impl Open {
    fn depth(&self) -> usize {
        self.levels.len() - 1
    }

    fn read(&mut self, word: &str, kind: Kind) {
        match kind {
            Kind::Punctuation if BRACKETS.iter().any(|(open, _)| *open == word) => {
                let within = self.levels.last().is_some_and(|level| level.data);
                let data = within || self.values && word == "{";
                self.values &= word != "{";
                self.levels.push(Level { links: 0, list: word == "(", data });
            }
            Kind::Punctuation if BRACKETS.iter().any(|(_, close)| *close == word) => {
                if self.levels.len() > 1 {
                    self.links -= self.levels.pop().map_or(0, |level| level.links);
                }
                if word == "}" {
                    self.link(0);
                }
            }
            Kind::Punctuation if word == "," => {
                if let Some(level) = self.levels.last_mut().filter(|level| level.list) {
                    self.links -= std::mem::take(&mut level.links);
                }
            }
            Kind::Punctuation if LINKS.contains(&word) => self.link(0),
            // It stands in brackets of its own, and adds to what is around them.
            Kind::Keyword if word.eq_ignore_ascii_case("AS") => self.link(1),
            Kind::Keyword if PARTS.iter().any(|part| part.eq_ignore_ascii_case(word)) => {
                self.values |= word.eq_ignore_ascii_case("VALUES");
                self.link(0);
            }
            _ => {}
        }
    }

    /// One more link in the innermost level, or so many levels further out.
    fn link(&mut self, out: usize) {
        let place = self.depth().saturating_sub(out);
        if let Some(level) = self.levels.get_mut(place).filter(|level| !level.data) {
            level.links += 1;
            self.links += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_are_counted_where_they_are_open() {
        let nested = |n: usize| format!("SELECT * {}{}", "{ ".repeat(n), "}".repeat(n));
        assert!(check("query", &nested(DEEPEST)).unwrap() >= DEEPEST);
        let error = check("query", &nested(DEEPEST + 1)).unwrap_err();
        assert_eq!(error.span.as_ref().unwrap().column, "SELECT * ".len() + 2 * DEEPEST + 1);
    }

    #[test]
    fn brackets_in_strings_and_side_by_side_do_not_count() {
        check("query", &format!("SELECT * {{ ?s ?p '{}' }}", "(".repeat(5000))).unwrap();
        check("query", &format!("SELECT * {{ {} }}", "{} ".repeat(5000))).unwrap();
        check("query", &format!("SELECT * {{ ?s ?p {} }}", vec!["1"; 50_000].join(", "))).unwrap();
        let rows = "(-1 -2) ".repeat(50_000);
        assert!(check("query", &format!("SELECT * {{ VALUES (?a ?b) {{ {rows} }} }}")).unwrap() < 10);
        let list = vec!["-1"; 50_000].join(", ");
        assert!(check("query", &format!("SELECT * {{ ?s ?p ?o FILTER(?o IN ({list})) }}")).unwrap() < 10);
    }

    #[test]
    fn chains_are_counted_where_they_are_open() {
        let text = |n: usize| format!("SELECT * {{ ?s ?p ?o FILTER({}) }}", vec!["?o"; n].join(" || "));
        assert!(check("query", &text(1000)).unwrap() > 1000);
        let error = check("query", &text(LONGEST + 2)).unwrap_err();
        assert!(error.message.contains("in a row") && error.span.is_some(), "{error}");
        let aside = "FILTER(?o = 1 || ?o = 2) ".repeat(10);
        assert!(check("query", &format!("SELECT * {{ ?s ?p ?o {aside} }}")).unwrap() < 50, "side by side");
    }

    #[test]
    fn every_bracket_counts() {
        for open in ["{", "(", "[ <a> ", "<<( ?s ?p ", "<< ?s ?p ", "?s ?p ?o {| <a> "] {
            let text = format!("SELECT * {{ ?s ?p {}", open.repeat(5000));
            assert!(check("query", &text).is_err(), "{open}");
        }
    }
}
