//! What is wrong within one token: open strings and IRIs, punctuation of another keyboard.
//!
//! In: tokens. Out: the first finding. What may stand where is not known here.

use super::said;
use crate::engine::syntax::tokens::{Kind, Token, is_wide_punctuation, tokens};
use crate::error::Diagnostic;

/// The first token that is wrong in itself, and where it begins.
pub(super) fn first(text: &str, found: &[Token]) -> Option<(Diagnostic, usize)> {
    found.iter().find_map(|token| {
        let wrong = match token.kind {
            Kind::String if !token.closed => Some(open_string(text, token)),
            Kind::String => bad_escape(text, token),
            Kind::Iri => bad_iri(text, token),
            Kind::Variable | Kind::PrefixedName => wide_in_name(text, token),
            Kind::Unknown => stray(text, token),
            _ => None,
        };
        wrong.map(|wrong| (wrong, token.range.start))
    })
}

fn open_string(text: &str, token: &Token) -> Diagnostic {
    let words = token.text(text);
    let quote =
        if words.starts_with("\"\"\"") || words.starts_with("'''") { words.get(..3) } else { words.get(..1) };
    let quote = quote.unwrap_or("\"");
    if let Some((at, wide)) = wide_quote(words, quote) {
        let start = token.range.start + at;
        let message = format!("`{wide}` does not close a string that `{quote}` begins");
        return said(text, message, start..start + wide.len_utf8()).hint(format!("type `{quote}`"));
    }
    let finding =
        said(text, "this string is never closed", token.range.start..token.range.start + quote.len());
    let finding = finding.hint(format!("add `{quote}` where the text ends"));
    if quote.len() == 1 {
        finding.hint("a text over several lines stands between `\"\"\"` and `\"\"\"`")
    } else {
        finding
    }
}

/// The quote of a Chinese keyboard that was meant to close a string: one that no other of its kind has opened, and that
/// no letter follows.
fn wide_quote(words: &str, quote: &str) -> Option<(usize, char)> {
    let mut open = 0_usize;
    let ours = |c: char| ascii_of(c).is_some_and(|ascii| quote.len() == 1 && quote.starts_with(ascii));
    words.char_indices().filter(|(_, c)| ours(*c)).find(|(at, c)| {
        let after = words.get(at + c.len_utf8()..).and_then(|after| after.chars().next());
        let is_followed = after.is_some_and(char::is_alphanumeric);
        let opener = matches!(
            c,
            '\u{201C}'
                | '\u{201E}'
                | '\u{201F}'
                | '\u{2018}'
                | '\u{201A}'
                | '\u{201B}'
                | '\u{300C}'
                | '\u{300E}'
                | '\u{AB}'
        );
        let opens = is_followed && opener;
        let ends = open == 0 && !is_followed;
        open = if opens { open + 1 } else { open.saturating_sub(1) };
        ends
    })
}

fn bad_escape(text: &str, token: &Token) -> Option<Diagnostic> {
    let words = token.text(text);
    let mut chars = words.char_indices();
    while let Some((at, c)) = chars.next() {
        if c != '\\' {
            continue;
        }
        let (_, escaped) = chars.next()?;
        let digits = match escaped {
            'u' => 4,
            'U' => 8,
            _ if "tbnrf\"'\\".contains(escaped) => continue,
            _ => {
                let start = token.range.start + at;
                return Some(
                    said(
                        text,
                        format!("`\\{escaped}` is not a SPARQL escape"),
                        start..start + 1 + escaped.len_utf8(),
                    )
                    .hint(format!(
                        "for a backslash itself (as in a regular expression) write two: `\\\\{escaped}`"
                    )),
                );
            }
        };
        let code = words.get(at + 2..at + 2 + digits).and_then(|hex| u32::from_str_radix(hex, 16).ok());
        if code.and_then(char::from_u32).is_none() {
            let start = token.range.start + at;
            return Some(
                said(
                    text,
                    format!(
                        "`\\{escaped}` must be followed by the {digits} hexadecimal digits of a character"
                    ),
                    start..start + 2,
                )
                .hint("write the character itself; every text is UTF-8"),
            );
        }
    }
    None
}

fn bad_iri(text: &str, token: &Token) -> Option<Diagnostic> {
    let words = token.text(text);
    if !token.closed {
        return Some(
            said(text, "this IRI is never closed", token.range.clone()).hint("add `>` where it ends"),
        );
    }
    let bad = words
        .get(1..words.len() - 1)?
        .chars()
        .find(|c| *c <= ' ' || "<>\"{}|^`".contains(*c))
        .or_else(|| has_bare_backslash(words).then_some('\\'))?;
    let name = if bad == ' ' { "a space".to_owned() } else { format!("`{bad}`") };
    Some(
        said(text, format!("an IRI cannot contain {name}"), token.range.clone())
            .hint(format!("write it as `%{:02X}`, or remove it", u32::from(bad))),
    )
}

/// Whether a backslash is not part of `\\u1234`.
fn has_bare_backslash(words: &str) -> bool {
    words.split('\\').skip(1).any(|after| !after.starts_with(['u', 'U']))
}

/// Punctuation of another keyboard within a name, where it counts as a letter.
pub(super) fn wide_in_name(text: &str, token: &Token) -> Option<Diagnostic> {
    let words = token.text(text);
    let (at, wide) = words.char_indices().find(|(_, c)| is_wide_punctuation(*c) && *c != '\u{B7}')?;
    let start = token.range.start + at;
    Some(wide_char(text, wide, start))
}

/// A full-width sign that stands where one of ASCII was meant.
pub(super) fn wide(text: &str, token: &Token) -> Option<Diagnostic> {
    let wide =
        token.text(text).chars().next().filter(|c| token.kind == Kind::Unknown && is_wide_punctuation(*c))?;
    Some(wide_char(text, wide, token.range.start))
}

/// A word of SPARQL or a number in full-width letters.
fn full_width(text: &str, token: &Token) -> Option<Diagnostic> {
    let words = token.text(text);
    let half = half_width(words)?;
    if !matches!(tokens(&half).as_slice(), [only] if only.kind != Kind::Unknown) {
        return None;
    }
    Some(
        said(text, format!("`{words}` is written in full-width characters"), token.range.clone())
            .hint(format!("type `{half}` in half-width characters")),
    )
}

/// The same in letters and digits of ASCII; nothing where it is.
pub(super) fn half_width(words: &str) -> Option<String> {
    let half: String =
        words.chars().map(|c| if c.is_alphanumeric() { ascii_of(c).unwrap_or(c) } else { c }).collect();
    (half != words).then_some(half)
}

fn stray(text: &str, token: &Token) -> Option<Diagnostic> {
    let words = token.text(text);
    if let Some(found) = full_width(text, token) {
        return Some(found);
    }
    let c = words.chars().next()?;
    let range = token.range.start..token.range.start + c.len_utf8();
    match c {
        '\u{FEFF}' => Some(
            said(text, "an invisible byte order mark stands here", range)
                .hint("remove it; save the text as UTF-8 without BOM"),
        ),
        '\0' => Some(
            said(text, "a NUL character stands here", range).hint("this is not text: is it the right file?"),
        ),
        '\u{A0}' | '\u{3000}' | '\u{2000}'..='\u{200B}' | '\u{202F}' => {
            Some(said(text, "this is not a plain space but another blank character", range).hint(
                "replace it with a space; it comes from a web page, a word processor or a Chinese keyboard",
            ))
        }
        '`' => Some(
            said(text, "SPARQL knows no backticks", range).hint("a variable is `?name`, a text \"name\""),
        ),
        '\\' => {
            Some(said(text, "a backslash can stand only within a string or a name", range).hint("remove it"))
        }
        '&' => Some(said(text, "`&` is not a SPARQL operator", range).hint("write `&&`")),
        '≤' | '≥' | '≠' | '×' | '÷' | '∧' | '∨' | '¬' => {
            let ours = match c {
                '≤' => "<=",
                '≥' => ">=",
                '≠' => "!=",
                '×' => "*",
                '÷' => "/",
                '∧' => "&&",
                '∨' => "||",
                _ => "!",
            };
            let what = format!("`{c}` is not a SPARQL operator");
            Some(said(text, what, range).hint(format!("write `{ours}`")))
        }
        '%' | '@' => None,
        _ if is_wide_punctuation(c) => Some(wide_char(text, c, token.range.start)),
        _ => None,
    }
}

fn wide_char(text: &str, wide: char, start: usize) -> Diagnostic {
    let range = start..start + wide.len_utf8();
    match ascii_of(wide) {
        Some(ascii) => said(text, format!("`{wide}` is not the `{ascii}` of SPARQL"), range)
            .hint(format!("type `{ascii}` with an English keyboard layout")),
        None => said(text, format!("`{wide}` can stand only within a string"), range).hint("remove it"),
    }
}

/// The ASCII character that a wide one stands for.
fn ascii_of(wide: char) -> Option<char> {
    Some(match wide {
        '\u{201C}'..='\u{201F}' | '\u{AB}' | '\u{BB}' | '\u{300C}'..='\u{300F}' | '\u{2033}' => '"',
        '\u{2018}'..='\u{201B}' | '\u{2032}' => '\'',
        '\u{2010}'..='\u{2015}' => '-',
        '。' | '．' => '.',
        '、' => ',',
        '《' | '〈' => '<',
        '》' | '〉' => '>',
        '【' => '[',
        '】' => ']',
        '×' => '*',
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(wide) - 0xFEE0)?,
        _ => return None,
    })
}
