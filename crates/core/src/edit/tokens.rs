//! The tokens of Turtle, TriG, N-Triples and N-Quads with their places: what a parser of RDF does not tell.
//!
//! In: a text that a parser has read without an error. Out: its tokens, comments too, one after the other. What a token
//! stands for is not looked at, and a wrong text gives tokens all the same.

use std::ops::Range;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `<...>`.
    Iri,
    /// `prefix:local`.
    Name,
    /// `_:label`.
    Blank,
    /// A quoted text, with one quote or three.
    Text,
    /// `@en`, `@prefix`.
    At,
    /// A number.
    Number,
    /// A word: `a`, `true`, `PREFIX`, `GRAPH`.
    Word,
    /// A bracket or a separator.
    Mark,
    /// From `#` to the end of the line.
    Comment,
}

/// A token and where it is, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub kind: Kind,
    pub place: Range<usize>,
}

/// The tokens of a text.
pub(super) struct Tokens<'t> {
    text: &'t str,
    at: usize,
}

/// The marks, each before those that it begins with.
const MARKS: &[&str] =
    &["<<(", ")>>", "<<", ">>", "{|", "|}", "^^", "(", ")", "[", "]", "{", "}", ".", ",", ";", "~"];

impl<'t> Tokens<'t> {
    pub fn of(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn kind_and_length(rest: &str, first: char) -> (Kind, usize) {
        let second = rest.as_bytes().get(1).copied().unwrap_or_default();
        let mark = || MARKS.iter().find(|mark| rest.starts_with(**mark)).map(|mark| (Kind::Mark, mark.len()));
        match first {
            '#' => (Kind::Comment, rest.find(['\n', '\r']).unwrap_or(rest.len())),
            '<' if second != b'<' => (Kind::Iri, rest.find('>').map_or(rest.len(), |end| end + 1)),
            '"' | '\'' => (Kind::Text, text_length(rest, first)),
            '@' => {
                let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-';
                let end = rest.char_indices().skip(1).find(|(_, c)| !is_part(*c));
                (Kind::At, end.map_or(rest.len(), |(end, _)| end))
            }
            '0'..='9' | '+' | '-' => (Kind::Number, number_length(rest)),
            '.' if second.is_ascii_digit() => (Kind::Number, number_length(rest)),
            '_' if second == b':' => {
                // A label has no colon of its own.
                let label = rest.get(2..).and_then(|rest| rest.split(':').next()).unwrap_or_default();
                (Kind::Blank, 2 + name_length(label))
            }
            _ => mark().unwrap_or_else(|| {
                let length = name_length(rest).max(first.len_utf8());
                let name = rest.get(..length).unwrap_or_default();
                (if name.contains(':') { Kind::Name } else { Kind::Word }, length)
            }),
        }
    }
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let blank = |c: char| matches!(c, ' ' | '\t' | '\r' | '\n');
        self.at += self.rest().len() - self.rest().trim_start_matches(blank).len();
        let rest = self.rest();
        let (kind, length) = Self::kind_and_length(rest, rest.chars().next()?);
        let start = self.at;
        self.at += length;
        Some(Token { kind, place: start..self.at })
    }
}

fn text_length(rest: &str, quote: char) -> usize {
    let triple = [quote; 3].iter().collect::<String>();
    let end = if rest.starts_with(&triple) { triple.as_str() } else { triple.get(..1).unwrap_or_default() };
    let (bytes, mut at) = (rest.as_bytes(), end.len());
    loop {
        let left = bytes.get(at..).unwrap_or_default();
        match left.iter().position(|byte| *byte == b'\\' || char::from(*byte) == quote) {
            None => return rest.len(),
            Some(found) if left.get(found) == Some(&b'\\') => at += found + 2,
            Some(found) if left.get(found..).is_some_and(|left| left.starts_with(end.as_bytes())) => {
                return at + found + end.len();
            }
            Some(found) => at += found + 1,
        }
    }
}

/// `[+-]? [0-9]* ('.' [0-9]*)? ([eE] [+-]? [0-9]+)?`, without a point that ends it.
fn number_length(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let digits = |from: usize| {
        bytes.get(from..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_digit()).count()
    };
    let at = |place: usize, wanted: &[u8]| bytes.get(place).is_some_and(|byte| wanted.contains(byte));
    let mut end = usize::from(at(0, b"+-"));
    end += digits(end);
    let fraction = if at(end, b".") { 1 + digits(end + 1) } else { 0 };
    let exponent = end + fraction;
    if at(exponent, b"eE") {
        let sign = usize::from(at(exponent + 1, b"+-"));
        let power = digits(exponent + 1 + sign);
        if power > 0 {
            return exponent + 1 + sign + power;
        }
    }
    if fraction > 1 { exponent } else { end.max(1) }
}

/// The length of a word or of a prefixed name. Points at its end are not its own, unless they are escaped.
fn name_length(rest: &str) -> usize {
    let (mut end, mut escaped) = (0, false);
    for (at, c) in rest.char_indices() {
        let is_part = escaped || c.is_alphanumeric() || !c.is_ascii() || "_-:%\\".contains(c);
        if is_part {
            end = at + c.len_utf8();
        } else if c != '.' {
            break;
        }
        escaped = !escaped && c == '\\';
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<&str> {
        Tokens::of(text).map(|token| &text[token.place]).collect()
    }

    #[test]
    fn tokens_end_where_the_grammar_says() {
        let text = "@prefix e: <http://e/#> . # c . d\ne:a.b a e:x\\.,1.,-2.5e3,.5,1.e2;\t_:b.c \"a\\\"b\"@zh-CN--ltr . e:百度 '''it's''' ^^x: .";
        let expected = [
            "@prefix",
            "e:",
            "<http://e/#>",
            ".",
            "# c . d",
            "e:a.b",
            "a",
            "e:x\\.",
            ",",
            "1",
            ".",
            ",",
            "-2.5e3",
            ",",
            ".5",
            ",",
            "1.e2",
            ";",
            "_:b.c",
            "\"a\\\"b\"",
            "@zh-CN--ltr",
            ".",
            "e:百度",
            "'''it's'''",
            "^^",
            "x:",
            ".",
        ];
        assert_eq!(shown(text), expected);
        assert_eq!(
            shown("_:s:p _:x.y <<e:a e:p<<(_:x a'')>>~e:r>>{|a 1|}({e:%41-})[]true."),
            [
                "_:s", ":p", "_:x.y", "<<", "e:a", "e:p", "<<(", "_:x", "a", "''", ")>>", "~", "e:r", ">>",
                "{|", "a", "1", "|}", "(", "{", "e:%41-", "}", ")", "[", "]", "true", "."
            ]
        );
    }
}
