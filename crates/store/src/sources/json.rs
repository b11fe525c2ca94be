//! JSON as a tree whose parts know where they stand.
//!
//! In: the whole text. Out: a [`Node`], or a fault at its place. RFC 8259 to the letter; a key stands once in an
//! object, and nesting has a limit. A tree takes at most some 40 bytes for each byte of its text.

use super::fault::{Place, Result, Stop, fault};
use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt::Write as _;

/// How deep arrays and objects may nest.
pub const DEPTH: usize = 256;

/// From how many keys on the keys of an object are looked up in a set.
const MANY: usize = 16;

/// A value and where it begins, in bytes.
#[derive(Debug, Clone)]
pub struct Node<'a> {
    /// The offset in the text.
    pub at: usize,
    /// What stands there.
    pub value: Value<'a>,
}

/// A value of JSON. Numbers are as written.
#[derive(Debug, Clone)]
pub enum Value<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number as written.
    Number(Cow<'a, str>),
    /// A string, its escapes undone.
    String(Cow<'a, str>),
    /// An array.
    Array(Vec<Node<'a>>),
    /// An object, in the order written.
    Object(Vec<Entry<'a>>),
}

/// A key and its value.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    /// Where the key begins, in bytes.
    pub at: usize,
    /// The key, its escapes undone.
    pub key: Cow<'a, str>,
    /// The value.
    pub value: Node<'a>,
}

impl<'a> Node<'a> {
    /// The string that it is.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The entries of the object that it is.
    pub fn as_object(&self) -> Option<&[Entry<'a>]> {
        match &self.value {
            Value::Object(entries) => Some(entries),
            _ => None,
        }
    }

    /// The items of the array that it is, else itself alone.
    pub fn items(&self) -> &[Self] {
        match &self.value {
            Value::Array(items) => items,
            _ => std::slice::from_ref(self),
        }
    }

    /// Whether it is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self.value, Value::Null)
    }

    /// The same, of texts of its own; every part says that it stands at `at`, where one is given.
    pub fn owned(&self, at: Option<usize>) -> Node<'static> {
        let text = |text: &Cow<'a, str>| Cow::Owned(text.as_ref().to_owned());
        let value = match &self.value {
            Value::Null => Value::Null,
            Value::Bool(yes) => Value::Bool(*yes),
            Value::Number(number) => Value::Number(text(number)),
            Value::String(string) => Value::String(text(string)),
            Value::Array(items) => Value::Array(items.iter().map(|item| item.owned(at)).collect()),
            Value::Object(entries) => {
                let entry = |entry: &Entry<'a>| Entry {
                    at: at.unwrap_or(entry.at),
                    key: text(&entry.key),
                    value: entry.value.owned(at),
                };
                Value::Object(entries.iter().map(entry).collect())
            }
        };
        Node { at: at.unwrap_or(self.at), value }
    }
}

/// The value of a key.
pub fn get<'n, 'a>(entries: &'n [Entry<'a>], key: &str) -> Option<&'n Node<'a>> {
    entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value)
}

/// The line and the column of an offset.
pub fn place(text: &str, at: usize) -> Place {
    let mut place = Place::default();
    place.after(text.as_bytes().get(..at).unwrap_or_default());
    place
}

/// Reads a text.
///
/// # Errors
/// Where it is not JSON.
pub fn parse(text: &str) -> Result<Node<'_>> {
    let mut parser = Parser { text, at: 0, depth: 0 };
    parser.spaces();
    let node = parser.value()?;
    parser.spaces();
    if parser.at < text.len() {
        return parser.wrong(
            "there is more text after the end of the document",
            "a file holds one array or object; several go into an array",
        );
    }
    Ok(node)
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn wrong<T>(&self, what: impl Into<String>, hint: impl Into<String>) -> Result<T> {
        fault(place(self.text, self.at), what, hint)
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn spaces(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn value(&mut self) -> Result<Node<'a>> {
        let at = self.at;
        let value = match self.peek() {
            Some(b'{') => self.object()?,
            Some(b'[') => self.array()?,
            Some(b'"') => Value::String(self.string()?),
            Some(b'-' | b'0'..=b'9') => Value::Number(self.number()?),
            Some(_) => self.word()?,
            None => {
                return self
                    .wrong("the file ends where a value is expected", "it is cut off: fetch it again");
            }
        };
        Ok(Node { at, value })
    }

    fn word(&mut self) -> Result<Value<'a>> {
        let words = [("null", Value::Null), ("true", Value::Bool(true)), ("false", Value::Bool(false))];
        for (word, value) in words {
            if self.rest().starts_with(word) {
                self.at += word.len();
                return Ok(value);
            }
        }
        self.wrong("this is not a value of JSON", "strings and keys stand in double quotes; there are no comments, and no comma after the last item")
    }

    fn number(&mut self) -> Result<Cow<'a, str>> {
        let start = self.at;
        let is_part = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E');
        while self.peek().is_some_and(is_part) {
            self.at += 1;
        }
        let text = self.text.get(start..self.at).unwrap_or_default();
        if is_number(text) {
            return Ok(Cow::Borrowed(text));
        }
        self.at = start;
        self.wrong(
            format!("`{text}` is not a number of JSON"),
            "write digits, without a zero before or a point at either end",
        )
    }

    fn string(&mut self) -> Result<Cow<'a, str>> {
        let start = self.at;
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = self.rest();
            let Some(stop) = rest.bytes().position(|byte| matches!(byte, b'"' | b'\\') || byte < b' ') else {
                self.at = start;
                return self.wrong("this string is not closed", "close it with \"; is the file cut off?");
            };
            let plain = rest.get(..stop).unwrap_or_default();
            self.at += stop;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    if out.is_empty() {
                        return Ok(Cow::Borrowed(plain));
                    }
                    out.push_str(plain);
                    return Ok(Cow::Owned(out));
                }
                Some(b'\\') => {
                    out.push_str(plain);
                    out.push(self.escape()?);
                }
                Some(b'\n' | b'\r') => {
                    return self.wrong(
                        "a string ends with its line",
                        "close it with \", or write the line break as \\n",
                    );
                }
                other => {
                    let code = other.unwrap_or_default();
                    return self.wrong(
                        format!("the control character U+{code:04X} must be escaped in a string"),
                        format!("write \\u{code:04x}"),
                    );
                }
            }
        }
    }

    fn escape(&mut self) -> Result<char> {
        let c = match self.rest().as_bytes().get(1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{C}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(),
            _ => return self.wrong("there is no such escape", "a backslash itself is written twice: \\\\"),
        };
        self.at += 2;
        Ok(c)
    }

    /// `\uXXXX`, or two of them that are the halves of one character.
    fn unicode(&mut self) -> Result<char> {
        let unit = |from: usize| {
            let digits = self.rest().get(from..from + 6)?.strip_prefix("\\u")?;
            digits
                .bytes()
                .all(|byte| byte.is_ascii_hexdigit())
                .then(|| u16::from_str_radix(digits, 16).ok())
                .flatten()
        };
        let Some(first) = unit(0) else {
            return self.wrong(
                "\\u needs four hexadecimal digits",
                "write for instance \\u767e, or the character itself",
            );
        };
        let pair = [Some(first), unit(6)].into_iter().flatten();
        match char::decode_utf16(pair).next() {
            Some(Ok(c)) => {
                self.at += 6 * c.len_utf16();
                Ok(c)
            }
            _ => self.wrong(
                format!("\\u{first:04x} is half of a character"),
                "characters past U+FFFF are written as two halves, \\ud83d\\ude00, or as they are",
            ),
        }
    }

    fn deeper(&mut self) -> Result<()> {
        self.depth += 1;
        if self.depth > DEPTH {
            return self.wrong(
                format!("arrays and objects nest more than {DEPTH} deep"),
                "write the things side by side in @graph, tied by @id",
            );
        }
        self.at += 1;
        self.spaces();
        Ok(())
    }

    /// Whether another item follows; passes over the comma or the end.
    fn more(&mut self, end: u8, opened: usize) -> Result<bool> {
        self.spaces();
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                self.spaces();
                Ok(true)
            }
            Some(byte) if byte == end => {
                self.at += 1;
                self.depth -= 1;
                Ok(false)
            }
            Some(_) => self.wrong(
                format!("a comma or `{}` is expected here", char::from(end)),
                "separate the items with commas",
            ),
            None => {
                let line = place(self.text, opened).line + 1;
                self.wrong(
                    format!("the file ends before the `{}` of what opened in line {line}", char::from(end)),
                    "it is cut off: fetch it again, or close it",
                )
            }
        }
    }

    fn array(&mut self) -> Result<Value<'a>> {
        let opened = self.at;
        self.deeper()?;
        let mut items = Vec::new();
        if self.peek() == Some(b']') {
            self.more(b']', opened)?;
            return Ok(Value::Array(items));
        }
        loop {
            items.push(self.value()?);
            if !self.more(b']', opened)? {
                items.shrink_to_fit();
                return Ok(Value::Array(items));
            }
        }
    }

    fn object(&mut self) -> Result<Value<'a>> {
        let opened = self.at;
        self.deeper()?;
        let mut entries: Vec<Entry<'a>> = Vec::new();
        let mut seen: HashSet<Cow<'a, str>> = HashSet::new();
        if self.peek() == Some(b'}') {
            self.more(b'}', opened)?;
            return Ok(Value::Object(entries));
        }
        loop {
            let at = self.at;
            if self.peek() != Some(b'"') {
                return self.wrong(
                    "a key in double quotes is expected here",
                    "write \"key\": value, and no comma after the last",
                );
            }
            let key = self.string()?;
            if entries.len() == MANY {
                seen.extend(entries.iter().map(|entry| entry.key.clone()));
            }
            let again = if entries.len() < MANY {
                entries.iter().any(|entry| entry.key == key)
            } else {
                !seen.insert(key.clone())
            };
            if again {
                self.at = at;
                return self.wrong(
                    format!("the key \"{key}\" stands twice in this object"),
                    "put both values into one array",
                );
            }
            self.spaces();
            if self.peek() != Some(b':') {
                return self.wrong("a colon is expected after the key", "write \"key\": value");
            }
            self.at += 1;
            self.spaces();
            let value = self.value()?;
            entries.push(Entry { at, key, value });
            if !self.more(b'}', opened)? {
                entries.shrink_to_fit();
                return Ok(Value::Object(entries));
            }
        }
    }
}

/// RFC 8259, 6.
fn is_number(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|exponent| digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)))
}

/// The one spelling that all equal values share (RFC 8785, JSON Canonicalization Scheme).
pub fn canonical(node: &Node<'_>) -> String {
    let mut out = String::new();
    write(&mut out, node);
    out
}

fn write(out: &mut String, node: &Node<'_>) {
    match &node.value {
        Value::Null => out.push_str("null"),
        Value::Bool(yes) => out.push_str(if *yes { "true" } else { "false" }),
        Value::Number(number) => out.push_str(&script_number(number.parse().unwrap_or(0.0))),
        Value::String(text) => quote(out, text),
        Value::Array(items) => {
            for (n, item) in items.iter().enumerate() {
                out.push(if n == 0 { '[' } else { ',' });
                write(out, item);
            }
            out.push_str(if items.is_empty() { "[]" } else { "]" });
        }
        Value::Object(entries) => {
            let mut sorted: Vec<&Entry<'_>> = entries.iter().collect();
            sorted.sort_by_cached_key(|entry| entry.key.encode_utf16().collect::<Vec<_>>());
            for (n, entry) in sorted.iter().enumerate() {
                out.push(if n == 0 { '{' } else { ',' });
                quote(out, &entry.key);
                out.push(':');
                write(out, &entry.value);
            }
            out.push_str(if entries.is_empty() { "{}" } else { "}" });
        }
    }
}

fn quote(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\u{C}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0'..='\u{1F}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            _ => out.push(c),
        }
    }
    out.push('"');
}

/// A number as ECMAScript spells it (Number::toString).
fn script_number(number: f64) -> String {
    if number == 0.0 {
        return "0".to_owned();
    }
    let sign = if number < 0.0 { "-" } else { "" };
    let shown = format!("{:e}", number.abs());
    let (mantissa, exponent) = shown.split_once('e').unwrap_or((&shown, "0"));
    let digits = mantissa.replace('.', "");
    let (count, power) = (digits.len() as i64, exponent.parse::<i64>().unwrap_or(0) + 1);
    let zeros = |count: i64| "0".repeat(usize::try_from(count).unwrap_or(0));
    let cut = |at: i64| digits.split_at(usize::try_from(at).unwrap_or(0).min(digits.len()));
    let body = if count <= power && power <= 21 {
        format!("{digits}{}", zeros(power - count))
    } else if 0 < power && power <= 21 {
        let (whole, fraction) = cut(power);
        format!("{whole}.{fraction}")
    } else if -6 < power && power <= 0 {
        format!("0.{}{digits}", zeros(-power))
    } else {
        let (whole, fraction) = cut(1);
        let point = if fraction.is_empty() { "" } else { "." };
        let plus = if power > 0 { "+" } else { "" };
        format!("{whole}{point}{fraction}e{plus}{}", power - 1)
    };
    format!("{sign}{body}")
}

/// A fault at an offset of a text.
pub fn fault_at<T>(
    text: &str,
    at: usize,
    what: impl Into<String>,
    hint: impl Into<String>,
) -> std::result::Result<T, Stop> {
    fault(place(text, at), what, hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_and_spelt_in_one_way() {
        // The examples of RFC 8785, 3.2.
        let text = "{\"numbers\": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001, -0],\n\
            \"string\": \"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\", \"\\ud83d\\ude00\": null, \"literals\": [true, {}, []]}";
        assert_eq!(
            canonical(&parse(text).unwrap()),
            "{\"literals\":[true,{},[]],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27,0],\
             \"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\",\"😀\":null}"
        );
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        let cases = [
            ("{\"a\": 1,\n \"b\": }", 1, 6, "not a value"),
            ("{\"a\": 1,\n \"a\": 2}", 1, 1, "stands twice"),
            ("[1,\n2", 1, 1, "opened in line 1"),
            ("[1, 2,]", 0, 6, "not a value"),
            ("[\n\"never closed", 1, 0, "not closed"),
            ("[\"line\n\"]", 0, 6, "ends with its line"),
            ("[\"百\\q\"]", 0, 3, "no such escape"),
            ("[\"\\ud83d\"]", 0, 2, "half of a character"),
            ("[\"\\ude00\\ud83d\"]", 0, 2, "half of a character"),
            ("[01]", 0, 1, "not a number"),
            ("[1.]", 0, 1, "not a number"),
            ("{} {}", 0, 3, "more text"),
            ("{a: 1}", 0, 1, "double quotes"),
            ("", 0, 0, "ends where"),
        ];
        for (text, line, column, words) in cases {
            let Err(Stop::Fault(fault)) = parse(text) else { panic!("{text} is read") };
            assert!(fault.place == Place { line, column } && fault.what.contains(words), "{text}: {fault:?}");
        }
    }

    #[test]
    fn nesting_has_a_limit() {
        let nest = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse(&nest(DEPTH)).is_ok());
        assert!(parse(&nest(DEPTH + 1)).is_err());
        assert!(parse(&"[".repeat(1_000_000)).is_err());
        assert!(parse(&"{\"a\":".repeat(1_000_000)).is_err());
    }
}
