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
    by_tokens(name, text)
}

/// As [`check`], of any text.
fn by_tokens(name: &str, text: &str) -> Result<usize> {
    let mut open = Open { levels: vec![Level::default()], ..Open::default() };
    let mut deepest = 0;
    for token in each_token(text) {
        let word = token.text(text);
        open.read(word, token.kind);
        let (brackets, links) = match token.kind {
            Kind::Iri => within_iri(word, text.get(token.range.start..).unwrap_or_default()),
            _ => (0, 0),
        };
        let (depth, links) = (open.depth() + brackets, open.links + links);
        deepest = deepest.max(depth + links);
        let error = if depth > DEEPEST {
            Error::query(format!("more than {DEEPEST} brackets are open here"))
                .hint("remove brackets that are not needed, or ask in several queries")
        } else if links > LONGEST {
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
    let (mut before, mut most, mut rest) = (b' ', 0, text.as_bytes());
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        let is_within = before.is_ascii_alphabetic() || b"?$:_".contains(&before);
        most += match byte {
            b'<' if before != b'<' && is_iri(after) => {
                let end = after.iter().position(|byte| *byte <= b' ' || b"<>\"{}|^`\\'".contains(byte));
                rest = end.and_then(|end| after.get(end..)).unwrap_or_default();
                0
            }
            b'<' | b'(' | b'[' | b'{' | b'}' | b'|' | b'&' | b'+' | b'-' | b'*' | b'/' | b'!' | b'^' => 1,
            _ => usize::from(!is_within && b"UOMLVGSFA".contains(&byte.to_ascii_uppercase())),
        };
        before = byte;
    }
    most
}

/// Whether what stands behind `<` can only be an IRI: behind a scheme and two slashes no comparison goes on. In `?a<b:c/?d` and
/// `?a<?b&&(?c)>?d` the parser finds operators, though the standard's longest match may find an IRI there.
fn is_iri(inside: &[u8]) -> bool {
    let scheme = inside.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    scheme > 0 && inside.get(scheme..).is_some_and(|after| after.starts_with(b"://"))
}

/// The brackets and links in what was taken for an IRI, and may be the operands of `<`. Where it has an apostrophe, that may begin a string, so
/// that what is behind it up to the text's end may be anything.
fn within_iri(word: &str, rest: &str) -> (usize, usize) {
    let inside = word.as_bytes().get(1..).unwrap_or_default();
    if is_iri(inside) {
        return (0, 0);
    }
    let inside = if inside.contains(&b'\'') { rest.as_bytes() } else { inside };
    let count = |of: &[u8]| inside.iter().filter(|byte| of.contains(byte)).count();
    (count(b"(["), count(b"+-*/!^&|"))
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

    /// `<` compares where what follows is no IRI to the parser, however much of it looks like one.
    #[test]
    fn brackets_behind_less_than_count() {
        let (open, close) = ("(".repeat(1000), ")".repeat(1000));
        for text in [
            format!("?a<?b&&{open}?c{close}>?d"),
            format!("?a<{open}?b{close}&&?c>?d"),
            format!("?a<urn:b&&{open}?c{close}>?d"),
            format!("?a<b:{open}?c{close}"),
            format!("?a<'>'&&{open}?c{close}"),
        ] {
            let error = check("query", &format!("ASK {{ FILTER({text}) }}")).unwrap_err();
            assert!(error.message.contains("brackets are open"), "{text}: {error}");
        }
        let chain = format!("ASK {{ FILTER(?a<b:c{}&&?d>?e) }}", "/?c".repeat(LONGEST + 1));
        assert!(check("query", &chain).unwrap_err().message.contains("in a row"));
        let list = vec!["<urn:a-b/c_(d)>, <http://e.org/a_(b)/c-d>"; LONGEST + 1].join(", ");
        check("query", &format!("SELECT * {{ ?s ?p {list} }}")).unwrap();
    }

    /// Texts of pieces that are mistaken for one another most easily.
    #[test]
    fn no_text_nests_deeper_than_the_short_way_says() {
        let pieces = [
            "<", ">", "?a", "?", "'", "\"", "#", "\n", " ", "(", ")", "[", "]", "{", "}", "||", "&&", "!",
            "-", "/", "b:", "urn:", "http://", "a", "OPTIONAL", "union ", "\\", "^", "|}", "{|", "<<", ">>",
            "_:", ":", "VALUES", "AS", "%28", "百", ",", ".", "\"\"\"",
        ];
        let mut random = 1_u64;
        let mut few = 0;
        for length in (0..40).cycle().take(40_000) {
            let mut next = |below: usize| {
                random =
                    random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (random >> 33) as usize % below
            };
            let text: String = (0..length).map(|_| pieces[next(pieces.len())]).collect();
            let most = at_most(&text);
            few += usize::from(most <= FEW);
            let (_, behind) = text.split_once('\'').unwrap_or_default();
            // There more may be counted than there is.
            if !behind.contains('>') {
                assert!(by_tokens("query", &text).unwrap() <= most, "{text}");
            }
        }
        assert!(few > 30_000, "{few}");
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
