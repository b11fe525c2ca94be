//! What a parser says of broken RDF, in plain words with the remedy.
//!
//! In: the parser's sentence. Out: a sentence for people, and hints. The place is the caller's matter.

use crate::terms::Prefixes;

/// What is wrong, and what to do about it. `line` is that of the place, where it is known: up to the place, and from it on. What is written
/// `by_lines`, a statement each, as N-Triples and N-Quads, has no long strings.
pub fn explain(raw: &str, line: Option<(&str, &str)>, by_lines: bool) -> (String, Vec<String>) {
    let (before, rest) = line.unwrap_or_default();
    let at = rest.chars().next();
    // Parsers put the place before the sentence; it is told apart from it.
    let text = raw.split_once(": ").filter(|(place, _)| place.contains("line")).map_or(raw, |(_, rest)| rest);
    // A string that is never closed is noticed only where the file ends.
    let text =
        if text.contains("nexpected end") && matches!(at, Some('"' | '\'')) { OPEN_STRING } else { text };
    wide(at)
        .or_else(|| underscored(text, before, rest))
        .or_else(|| undeclared(text))
        .or_else(|| open_line(text, by_lines))
        .or_else(|| common(text))
        .unwrap_or_else(|| (lower_first(text), Vec::new()))
}

/// Punctuation of a Chinese keyboard, and what is meant.
const WIDE: &[(char, char)] = &[
    ('“', '"'),
    ('”', '"'),
    ('‘', '\''),
    ('’', '\''),
    ('。', '.'),
    ('，', ','),
    ('、', ','),
    ('；', ';'),
    ('：', ':'),
    ('（', '('),
    ('）', ')'),
    ('【', '['),
    ('】', ']'),
    ('《', '<'),
    ('》', '>'),
    ('＜', '<'),
    ('＞', '>'),
];

/// Of what parsers stop at, such punctuation is the cause and not what comes after it.
fn wide(at: Option<char>) -> Option<(String, Vec<String>)> {
    let (wide, ascii) = WIDE.iter().find(|(wide, _)| Some(*wide) == at)?;
    let hint = format!("type `{ascii}` with an English keyboard layout");
    Some((format!("`{wide}` is not the `{ascii}` of RDF"), vec![hint]))
}

/// `"text"@zh_CN`, as Unix calls it, and `_name` for `_:name`. Another `_` is left to the parser's own sentence.
fn underscored(text: &str, before: &str, rest: &str) -> Option<(String, Vec<String>)> {
    let after = rest.strip_prefix('_').filter(|_| text.starts_with("Unexpected character"))?;
    let tag = before.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == '-');
    let (message, hint) = if tag != before && (tag.ends_with("\"@") || tag.ends_with("'@")) {
        ("a language tag has no `_`", "its parts are joined by `-`: \"text\"@zh-CN")
    } else if begins_a_word(before) && !after.starts_with(':') {
        ("`_` begins a blank node, and no `:` follows it", "a blank node is written `_:name`")
    } else {
        return None;
    };
    Some((message.to_owned(), vec![hint.to_owned()]))
}

fn begins_a_word(before: &str) -> bool {
    before.chars().next_back().is_none_or(|c| c.is_whitespace() || matches!(c, '(' | '[' | '{' | ',' | ';'))
}

const OPEN_STRING: &str = "a string is not closed";

/// What the parser says of a string that its line does not close.
const OPEN_LINE: &str = "Line jumps are not allowed";

/// A string that its line does not close, where no string has several.
fn open_line(text: &str, by_lines: bool) -> Option<(String, Vec<String>)> {
    let is_open = by_lines && (text.contains(OPEN_LINE) || text.contains(OPEN_STRING));
    let hint = "close it on its line, with the quote that opened it";
    is_open.then(|| (OPEN_STRING.to_owned(), vec![hint.to_owned()]))
}

fn undeclared(text: &str) -> Option<(String, Vec<String>)> {
    let prefix = text.strip_prefix("The prefix ")?.split_once(':')?.0;
    let known = Prefixes::well_known();
    let namespace = known.namespace(prefix).unwrap_or("http://example.org/");
    let hint = format!("add at the top: @prefix {prefix}: <{namespace}> .");
    Some((format!("the prefix `{prefix}:` is not declared"), vec![hint]))
}

/// Of N-Triples and N-Quads.
const SHORT_FORMS: &str =
    "prefixed names, `a` and bare numbers are Turtle: call the file .ttl, or write all in full";

/// Sentences by a part of the parser's own, each with its remedy.
const COMMON: &[(&[&str], &str, &str)] = &[
    (
        &["dot is expected", "followed by a dot"],
        "a dot is missing at the end of the statement before this place",
        "end each statement with ` .`",
    ),
    (
        &[OPEN_LINE, OPEN_STRING],
        OPEN_STRING,
        "close it with the quote that opened it; over several lines, put it between three quotes (\"\"\")",
    ),
    (
        &["UTF-8"],
        "the bytes here are not UTF-8",
        "save the file as UTF-8, for instance: iconv -f gb18030 -t utf-8",
    ),
    (&["Invalid IRI", "IRI character", "IRI code point", "No scheme found", "relative IRI"], "", ""),
    (
        &["Unexpected escape character"],
        "there is no such escape",
        "a backslash itself is written twice: \\\\",
    ),
    (
        &["is not a valid hexadecimal", "not a valid unicode"],
        "this escape stands for no character",
        "write \\u and four, or \\U and eight hexadecimal digits",
    ),
    (
        &["not a valid predicate"],
        "this cannot be a predicate",
        "a statement is subject, predicate, object, dot: is one of them or the dot before missing?",
    ),
    (
        &["not a valid RDF object"],
        "this cannot be an object",
        "an object is an IRI, a prefixed name, a blank node or a literal in quotes",
    ),
    (
        &["not a valid subject", "not a valid RDF subject"],
        "this cannot be a subject",
        "a subject is an IRI in <...>, a prefixed name or a blank node; is something of the statement before missing?",
    ),
    (
        &["The subject of a triple must"],
        "the subject of a triple must be an IRI or a blank node",
        SHORT_FORMS,
    ),
    (&["The predicate of a triple must"], "the predicate of a triple must be an IRI", SHORT_FORMS),
    (
        &["The object of a triple must"],
        "the object of a triple must be an IRI, a blank node or a literal",
        SHORT_FORMS,
    ),
    (&["language code"], "the language tag is malformed", "write it as in \"text\"@en"),
    (&["should end with a ']'"], "a `]` is missing", "close the [ ... ] of the blank node"),
    (&["datatype IRI after"], "after ^^ comes the IRI of a datatype", "as in \"5\"^^xsd:integer"),
    (
        &["nexpected end", "nexpected EOF", "reached EOF"],
        "the file ends in the middle of a statement",
        "is it cut off, or is a dot, quote or bracket missing at its end?",
    ),
];

fn common(text: &str) -> Option<(String, Vec<String>)> {
    let (_, message, hint) =
        COMMON.iter().find(|(parts, ..)| parts.iter().any(|part| text.contains(part)))?;
    if message.is_empty() {
        return Some(bad_iri(text));
    }
    Some(((*message).to_owned(), vec![(*hint).to_owned()]))
}

fn bad_iri(text: &str) -> (String, Vec<String>) {
    let (message, hint) = if text.contains("' '") {
        ("there is a space in an IRI", "write it as %20, or close the IRI with > before it")
    } else if text.contains("No scheme") {
        (
            "this IRI is relative, and there is no base",
            "add @base <http://example.org/> . at the top, or write it in full",
        )
    } else if let Some(c) = text.split('\'').nth(1) {
        return (
            format!("`{}` must not stand in an IRI", c.escape_default()),
            vec!["is the > missing that closes it? Otherwise percent-encode the character".into()],
        );
    } else {
        ("this is not an IRI", "an IRI begins with its scheme, as in <http://example.org/x>")
    };
    (message.to_owned(), vec![hint.to_owned()])
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_lowercase().to_string()).unwrap_or_default();
    first + chars.as_str().trim_end_matches('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_underscore_is_explained_by_what_stands_before_it() {
        let said = |before, rest| explain("Unexpected character '_'", Some((before, rest)), false).0;
        for before in ["<a> <b> \"x\"@zh", "<a> <b> 'x'@zh-Hans"] {
            assert_eq!(said(before, "_CN ."), "a language tag has no `_`");
        }
        for before in ["", "<a> <b> ", ":a :b (", ":a :b 1,"] {
            assert_eq!(said(before, "_b1 ."), "`_` begins a blank node, and no `:` follows it");
        }
        for (before, rest) in [("<a> <b> 5", "_000 ."), ("<a> <b> ", "_:- ."), ("<a> <b> \"x\"@", "_CN .")] {
            assert_eq!(said(before, rest), "unexpected character '_'");
        }
    }
}
