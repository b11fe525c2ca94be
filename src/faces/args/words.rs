//! A typed line as words, as a shell would split it; Chinese quotes count, since an input method types
//! them.
//!
//! In: a line. Out: its words, or an error where a quotation is not closed.

use crate::error::{Error, Result};

/// Splits a line into words as a shell does: quotes group, a backslash takes the next character
/// as it is. Chinese quotes group too, since an input method types them.
///
/// # Errors
/// Where a quote is not closed.
pub fn split(line: &str) -> Result<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(end), c) if c == end => quote = None,
            (Some('"') | None, '\\') => word.get_or_insert_default().extend(chars.next()),
            (Some(_), c) => word.get_or_insert_default().push(c),
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (None, c) => {
                let word = word.get_or_insert_default();
                quote = closing(c);
                if quote.is_none() {
                    word.push(c);
                }
            }
        }
    }
    if let Some(end) = quote {
        return Err(Error::usage(format!("the quotation is not closed: a {end} is missing")));
    }
    words.extend(word);
    Ok(words)
}

/// The quote that closes one that opens.
fn closing(open: char) -> Option<char> {
    match open {
        '"' | '\'' => Some(open),
        '“' | '”' => Some('”'),
        '‘' | '’' => Some('’'),
        '「' => Some('」'),
        '『' => Some('』'),
        _ => None,
    }
}

/// A text as one word for [`split`].
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A saved query's name with options for its parameters, to be typed or copied.
pub fn call(name: &str, values: &[(String, String)]) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ':' | '/');
    let word = |value: &str| match value.chars().all(plain) && !value.is_empty() {
        true => value.to_owned(),
        false => quoted(value),
    };
    values.iter().fold(name.to_owned(), |line, (name, value)| format!("{line} --{name} {}", word(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_split_as_a_shell_would() {
        let split = |line| split(line).unwrap();
        assert_eq!(split(r#"run timeline --vendor "百 度""#), ["run", "timeline", "--vendor", "百 度"]);
        assert_eq!(split("a “b c” ‘d e’ f\\ g ''"), ["a", "b c", "d e", "f g", ""]);
        assert_eq!(split("'SELECT * { ?s ?p \"x\\n\" }'"), ["SELECT * { ?s ?p \"x\\n\" }"]);
        assert!(super::split("a 'b").is_err());
    }
}
