//! Functions on strings (SPARQL 1.1, 17.4.3).
//!
//! In: string literals, with a language or without. Out: strings with the language of the first argument, as section 17.4.3.1
//! says. Lengths and places count characters (code points), not bytes.

use super::value::Value;
use crate::terms::{BaseDirection, Literal, Term, xsd};
use baimo_store::value::number::Number;
use std::cmp::Ordering;

/// A string literal: its text, and its language with the direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text<'a> {
    /// The lexical form.
    pub text: &'a str,
    /// Language and direction, where it has them.
    pub language: Option<(&'a str, Option<BaseDirection>)>,
}

impl<'a> Text<'a> {
    /// A string literal, if the value is one. Nothing else is parsed to find out.
    pub fn of(value: &'a Value) -> Option<Self> {
        match value {
            Value::String(text) => Some(Self { text, language: None }),
            Value::Term(Term::Literal(literal)) => {
                let text = literal.value();
                match literal.language() {
                    Some(language) => Some(Self { text, language: Some((language, literal.direction())) }),
                    None => (literal.datatype() == xsd::STRING).then_some(Self { text, language: None }),
                }
            }
            _ => None,
        }
    }

    /// Another text in the same language.
    pub fn with(self, text: impl Into<String>) -> Value {
        let text = text.into();
        match self.language {
            None => Value::String(text),
            Some((language, None)) => {
                Value::Term(Literal::new_language_tagged_literal_unchecked(text, language).into())
            }
            Some((language, Some(direction))) => Value::Term(
                Literal::new_directional_language_tagged_literal_unchecked(text, language, direction).into(),
            ),
        }
    }

    /// Whether another string may be looked for in this one (17.4.3.1.2): both have the same language or
    /// the other has none.
    fn takes(self, other: Self) -> bool {
        other.language.is_none() || self.language == other.language
    }
}

/// The text of a simple literal, if the value is one.
pub fn simple(value: &Value) -> Option<&str> {
    Text::of(value).filter(|text| text.language.is_none()).map(|text| text.text)
}

/// STRLEN.
pub fn length(value: &Value) -> Option<Value> {
    let count = Text::of(value)?.text.chars().count();
    i64::try_from(count).ok().map(Value::integer)
}

/// SUBSTR, as `fn:substring` (F&O 3.1, 5.4.3): the characters whose place `p`, counted from 1, has
/// `round(start) <= p < round(start) + round(length)`. With NaN there are none.
pub fn substring(value: &Value, start: &Value, length: Option<&Value>) -> Option<Value> {
    let text = Text::of(value)?;
    let found = places(start, length)?.map_or("", |(from, to)| part(text.text, from, to));
    Some(text.with(found))
}

/// How many characters SUBSTR skips, and at which it ends; inside nothing where it takes none.
#[expect(clippy::option_option, reason = "an error is another thing than no character")]
pub fn places(start: &Value, length: Option<&Value>) -> Option<Option<(usize, usize)>> {
    let place = |value: &Value| value.number().map(|number| number.round().to_f64());
    let start = place(start)?;
    let end = match length {
        None => f64::INFINITY,
        Some(length) => start + place(length)?,
    };
    // Places are whole numbers or infinite here, and NaN fulfils no comparison.
    if start.partial_cmp(&end) != Some(Ordering::Less) {
        return Some(None);
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a cast keeps within its bounds"
    )]
    let [skipped, ended] = [start.max(1.0), end.max(1.0)].map(|place| (place - 1.0) as usize);
    Some(Some((skipped, ended)))
}

/// The characters of a text from one place to another.
pub fn part(text: &str, skipped: usize, ended: usize) -> &str {
    let mut chars = text.char_indices();
    let at = |place: Option<(usize, char)>| place.map_or(text.len(), |(at, _)| at);
    let from = at(chars.by_ref().nth(skipped));
    let to = match ended.checked_sub(skipped) {
        None | Some(0) => from,
        Some(count) => at(chars.nth(count - 1)),
    };
    text.get(from..to).unwrap_or_default()
}

/// UCASE.
pub fn upper(value: &Value) -> Option<Value> {
    let change = |text: &str| if text.is_ascii() { text.to_ascii_uppercase() } else { text.to_uppercase() };
    Text::of(value).map(|text| text.with(change(text.text)))
}

/// LCASE.
pub fn lower(value: &Value) -> Option<Value> {
    let change = |text: &str| if text.is_ascii() { text.to_ascii_lowercase() } else { text.to_lowercase() };
    Text::of(value).map(|text| text.with(change(text.text)))
}

/// Both arguments of a function that looks for the second in the first.
fn compatible<'a>(a: &'a Value, b: &'a Value) -> Option<(Text<'a>, Text<'a>)> {
    let (a, b) = (Text::of(a)?, Text::of(b)?);
    a.takes(b).then_some((a, b))
}

/// STRSTARTS.
pub fn starts(value: &Value, start: &Value) -> Option<Value> {
    compatible(value, start).map(|(a, b)| Value::Boolean(a.text.starts_with(b.text)))
}

/// STRENDS.
pub fn ends(value: &Value, end: &Value) -> Option<Value> {
    compatible(value, end).map(|(a, b)| Value::Boolean(a.text.ends_with(b.text)))
}

/// CONTAINS.
pub fn contains(value: &Value, part: &Value) -> Option<Value> {
    compatible(value, part).map(|(a, b)| Value::Boolean(a.text.contains(b.text)))
}

/// STRBEFORE: where nothing is found, the empty simple literal.
pub fn before(value: &Value, mark: &Value) -> Option<Value> {
    let (a, b) = compatible(value, mark)?;
    Some(a.text.split_once(b.text).map_or(Value::string(""), |(before, _)| a.with(before)))
}

/// STRAFTER: where nothing is found, the empty simple literal.
pub fn after(value: &Value, mark: &Value) -> Option<Value> {
    let (a, b) = compatible(value, mark)?;
    Some(a.text.split_once(b.text).map_or(Value::string(""), |(_, after)| a.with(after)))
}

/// CONCAT: in the language of the arguments where all have the same, else a simple literal (17.4.3.12).
pub fn concat<'a>(values: impl Iterator<Item = Option<&'a Value>>) -> Option<Value> {
    let mut joined = String::new();
    let mut common = None;
    for value in values {
        let text = Text::of(value?)?;
        joined.push_str(text.text);
        common = match common {
            None => Some(text.language),
            Some(language) => Some(language.filter(|_| language == text.language)),
        };
    }
    Some(Text { text: "", language: common.flatten() }.with(joined))
}

/// ENCODE_FOR_URI, as `fn:encode-for-uri` (F&O 3.1, 6.2): all but letters, digits and `-_.~` of ASCII is escaped.
pub fn encode_for_uri(value: &Value) -> Option<Value> {
    Some(Value::String(encoded(Text::of(value)?.text)))
}

/// The same of a text.
pub fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            for digit in [byte >> 4, byte & 15] {
                encoded.push(char::from_digit(digit.into(), 16).unwrap_or_default().to_ascii_uppercase());
            }
        }
    }
    encoded
}

/// LANGMATCHES: basic filtering (RFC 4647, 3.3.1). `*` matches any language.
pub fn lang_matches(tag: &Value, range: &Value) -> Option<Value> {
    let (tag, range) = (simple(tag)?, simple(range)?);
    let matches = if range == "*" {
        !tag.is_empty()
    } else {
        let mut subtags = tag.split('-');
        !range.is_empty()
            && range
                .split('-')
                .all(|wanted| subtags.next().is_some_and(|found| found.eq_ignore_ascii_case(wanted)))
    };
    Some(Value::Boolean(matches))
}

/// A number that a function on strings or numbers takes.
pub fn on_number(value: &Value, function: impl FnOnce(&Number) -> Number) -> Option<Value> {
    value.number().map(|number| Value::Number(function(&number)))
}
