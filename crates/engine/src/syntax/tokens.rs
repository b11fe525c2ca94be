//! A tolerant tokenizer for SPARQL 1.1 and 1.2: any text in, its words out, however broken.
//!
//! In: text, also half-typed or wrong. Out: tokens that cover every character but white space, in order;
//! which bracket belongs to which. It follows the standard's longest
//! match wherever the text is valid. Grammar, prefixes and data are not looked at.

use std::ops::Range;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A keyword of the language, in any letter case; also `a`.
    Keyword,
    /// The name of a built-in function or aggregate, in any letter case.
    Function,
    /// `?x` or `$x`.
    Variable,
    /// `<...>`.
    Iri,
    /// `prefix:local`, `prefix:` or `:local`.
    PrefixedName,
    /// `_:label`.
    BlankNode,
    /// A quoted string with any of the four quotes.
    String,
    /// An unsigned number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A language tag with its `@`, and perhaps a direction.
    Language,
    /// From `#` to the end of the line.
    Comment,
    /// A bracket, operator or separator of the language.
    Punctuation,
    /// What no SPARQL text has: a bare word, a full-width comma, a stray character.
    Unknown,
}

/// One token: a range of bytes of the text, always between characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Where it is.
    pub range: Range<usize>,
    /// False for a string or IRI whose end is missing.
    pub closed: bool,
}

impl Token {
    /// Its characters in the text it was made from; nothing for another text.
    pub fn text<'t>(&self, text: &'t str) -> &'t str {
        text.get(self.range.clone()).unwrap_or_default()
    }
}

/// The words that say what a query asks for, in the order in which people use them.
pub const FORMS: &[&str] = &["SELECT", "ASK", "CONSTRUCT", "DESCRIBE"];

/// The words that begin an operation which changes a graph.
pub const OPERATIONS: &[&str] =
    &["INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH"];

/// The words that begin a declaration.
pub const DECLARATIONS: &[&str] = &["PREFIX", "BASE", "VERSION"];

/// Whether a word begins a statement: a query, an update or a declaration, in any case of its letters.
pub fn begins_statement(word: &str) -> bool {
    let mut beginnings = [FORMS, OPERATIONS, DECLARATIONS].into_iter().flatten();
    beginnings.any(|beginning| beginning.eq_ignore_ascii_case(word))
}

/// The keywords, in capitals.
pub const KEYWORDS: &[&str] = &[
    "A",
    "ADD",
    "ALL",
    "AS",
    "ASC",
    "ASK",
    "BASE",
    "BIND",
    "BY",
    "CLEAR",
    "CONSTRUCT",
    "COPY",
    "CREATE",
    "DATA",
    "DEFAULT",
    "DELETE",
    "DESC",
    "DESCRIBE",
    "DISTINCT",
    "DROP",
    "EXISTS",
    "FILTER",
    "FROM",
    "GRAPH",
    "GROUP",
    "HAVING",
    "IN",
    "INSERT",
    "INTO",
    "LIMIT",
    "LOAD",
    "MINUS",
    "MOVE",
    "NAMED",
    "NOT",
    "OFFSET",
    "OPTIONAL",
    "ORDER",
    "PREFIX",
    "REDUCED",
    "SELECT",
    "SEPARATOR",
    "SERVICE",
    "SILENT",
    "TO",
    "UNDEF",
    "UNION",
    "USING",
    "VALUES",
    "VERSION",
    "WHERE",
    "WITH",
];

/// The built-in functions and aggregates as the standard spells them, with the fewest and the most
/// arguments they take.
pub const FUNCTIONS: &[(&str, usize, usize)] = &[
    ("ABS", 1, 1),
    ("ADJUST", 2, 2),
    ("AVG", 1, 1),
    ("BNODE", 0, 1),
    ("BOUND", 1, 1),
    ("CEIL", 1, 1),
    ("COALESCE", 0, usize::MAX),
    ("CONCAT", 0, usize::MAX),
    ("CONTAINS", 2, 2),
    ("COUNT", 1, 1),
    ("DATATYPE", 1, 1),
    ("DAY", 1, 1),
    ("ENCODE_FOR_URI", 1, 1),
    ("FLOOR", 1, 1),
    ("GROUP_CONCAT", 1, 1),
    ("hasLANG", 1, 1),
    ("hasLANGDIR", 1, 1),
    ("HOURS", 1, 1),
    ("IF", 3, 3),
    ("IRI", 1, 1),
    ("isBLANK", 1, 1),
    ("isIRI", 1, 1),
    ("isLITERAL", 1, 1),
    ("isNUMERIC", 1, 1),
    ("isTRIPLE", 1, 1),
    ("isURI", 1, 1),
    ("LANG", 1, 1),
    ("LANGDIR", 1, 1),
    ("LANGMATCHES", 2, 2),
    ("LCASE", 1, 1),
    ("MAX", 1, 1),
    ("MD5", 1, 1),
    ("MIN", 1, 1),
    ("MINUTES", 1, 1),
    ("MONTH", 1, 1),
    ("NOW", 0, 0),
    ("OBJECT", 1, 1),
    ("PREDICATE", 1, 1),
    ("RAND", 0, 0),
    ("REGEX", 2, 3),
    ("REPLACE", 3, 4),
    ("ROUND", 1, 1),
    ("SAMETERM", 2, 2),
    ("SAMPLE", 1, 1),
    ("SECONDS", 1, 1),
    ("SHA1", 1, 1),
    ("SHA256", 1, 1),
    ("SHA384", 1, 1),
    ("SHA512", 1, 1),
    ("STR", 1, 1),
    ("STRAFTER", 2, 2),
    ("STRBEFORE", 2, 2),
    ("STRDT", 2, 2),
    ("STRENDS", 2, 2),
    ("STRLANG", 2, 2),
    ("STRLANGDIR", 3, 3),
    ("STRLEN", 1, 1),
    ("STRSTARTS", 2, 2),
    ("STRUUID", 0, 0),
    ("SUBJECT", 1, 1),
    ("SUBSTR", 2, 3),
    ("SUM", 1, 1),
    ("TIMEZONE", 1, 1),
    ("TRIPLE", 3, 3),
    ("TZ", 1, 1),
    ("UCASE", 1, 1),
    ("URI", 1, 1),
    ("UUID", 0, 0),
    ("YEAR", 1, 1),
];

/// The operators and brackets of more than one character, the longer before the shorter.
const LONG_PUNCTUATION: &[&str] = &["<<(", ")>>", "<<", ">>", "{|", "|}", "^^", "&&", "||", "!=", "<=", ">="];

/// The pairs of brackets.
pub(super) const BRACKETS: &[(&str, &str)] =
    &[("{", "}"), ("(", ")"), ("[", "]"), ("<<", ">>"), ("<<(", ")>>"), ("{|", "|}")];

/// Splits a text into tokens. Never fails; what is no SPARQL becomes [`Kind::Unknown`].
pub fn tokens(text: &str) -> Vec<Token> {
    each_token(text).collect()
}

/// The tokens of a text one after the other, for who needs only the first ones.
pub fn each_token(text: &str) -> impl Iterator<Item = Token> {
    let mut scanner = Scanner { text, at: 0, run_end: 0 };
    std::iter::from_fn(move || scanner.next_token())
}

/// The bracket that belongs to the one at byte `at`, if there is one at `at`, and it has a partner.
pub fn matching_bracket(text: &str, at: usize) -> Option<Range<usize>> {
    let found = tokens(text);
    let here = found.iter().position(|token| token.range.contains(&at))?;
    let mut open: Vec<usize> = Vec::new();
    for (index, token) in found.iter().enumerate() {
        let token = bracket(token, text);
        if is_opener(token) {
            open.push(index);
        } else if is_closer(token) {
            // An opener of another kind in between was left open: it is passed over, not paired.
            let partner = open.iter().rposition(|opener| {
                found.get(*opener).is_some_and(|opener| are_pair(bracket(opener, text), token))
            });
            let Some(partner) = partner.and_then(|partner| open.drain(partner..).next()) else { continue };
            if partner == here || index == here {
                let other = if index == here { partner } else { index };
                return found.get(other).map(|token| token.range.clone());
            }
        }
    }
    None
}

/// Whether this is an opening bracket of SPARQL.
pub fn is_opener(token: &str) -> bool {
    BRACKETS.iter().any(|(opener, _)| *opener == token)
}

/// Whether this is a closing bracket of SPARQL.
pub fn is_closer(token: &str) -> bool {
    BRACKETS.iter().any(|(_, closer)| *closer == token)
}

/// Whether these two brackets belong together.
fn are_pair(opener: &str, closer: &str) -> bool {
    BRACKETS.contains(&(opener, closer))
}

/// Whether this is punctuation of Chinese or of typography: what a Chinese keyboard or a word
/// processor puts where SPARQL has an ASCII character. Some of these are letters to the standard.
pub fn is_wide_punctuation(c: char) -> bool {
    matches!(c, '\u{2010}'..='\u{201F}' | '\u{2026}' | '\u{2032}'..='\u{2033}' | '\u{3001}'..='\u{3003}'
        | '\u{3008}'..='\u{3011}' | '\u{3014}'..='\u{301F}' | '\u{00AB}' | '\u{00BB}' | '\u{00B7}' | '\u{00D7}'
        | '\u{FF01}'..='\u{FF0F}' | '\u{FF1A}'..='\u{FF20}' | '\u{FF3B}'..='\u{FF40}' | '\u{FF5B}'..='\u{FF65}')
}

/// The text of a token that can be a bracket, else nothing: a string may hold any characters.
fn bracket<'t>(token: &Token, text: &'t str) -> &'t str {
    if token.kind == Kind::Punctuation { token.text(text) } else { "" }
}

/// The first token after `PREFIX`, `BASE` and `VERSION` declarations, of tokens without comments. No more of them are read.
pub fn after_prologue(found: impl IntoIterator<Item = Token>, text: &str) -> Option<Token> {
    let mut found = found.into_iter();
    loop {
        let first = found.next()?;
        let is = |word: &str| first.kind == Kind::Keyword && first.text(text).eq_ignore_ascii_case(word);
        match () {
            () if is("PREFIX") => found.nth(1)?,
            () if is("BASE") || is("VERSION") => found.next()?,
            () => return Some(first),
        };
    }
}

/// The prefixes that a text declares: name without colon, and namespace, relative ones resolved against `base` and
/// the text's own BASE. What is no IRI even then, or is written with an escape, is given as it stands there.
pub fn declared<'t>(text: &'t str, base: Option<&str>) -> Vec<(&'t str, String)> {
    let mut base = base.map(str::to_owned);
    let is = |token: &Token, word: &str| token.text(text).eq_ignore_ascii_case(word);
    let resolved = |token: &Token, base: Option<&str>| {
        let iri = token.text(text).strip_prefix('<')?.strip_suffix('>')?;
        let whole = base.and_then(|base| oxiri::Iri::parse(base).ok()?.resolve(iri).ok());
        Some(whole.map_or_else(|| iri.to_owned(), oxiri::Iri::into_inner))
    };
    let mut found = Vec::new();
    // A text may be a list of hundreds of thousands of values: three tokens at a time are enough.
    let mut all = each_token(text).filter(|token| token.kind != Kind::Comment);
    let (mut next, mut after) = (all.next(), all.next());
    while let Some(word) = next {
        (next, after) = (after, all.next());
        if word.kind != Kind::Keyword {
            continue;
        }
        match (&next, &after) {
            (Some(iri), _) if is(&word, "BASE") => base = resolved(iri, base.as_deref()).or(base),
            (Some(name), Some(iri)) if is(&word, "PREFIX") => {
                let name = name.text(text).strip_suffix(':');
                found.extend(name.zip(resolved(iri, base.as_deref())));
            }
            _ => {}
        }
    }
    found
}

/// Reads one token after the other. `at` is always between characters.
struct Scanner<'t> {
    text: &'t str,
    at: usize,
    /// The end of the run of letters that was looked at last: a word may be cut within it many times.
    run_end: usize,
}

impl<'t> Scanner<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// A prefixed name, a keyword, a function, a boolean, or a word that SPARQL does not know.
    fn word(&mut self, rest: &str) -> Cut {
        if self.at >= self.run_end {
            self.run_end = self.at + run(rest, |c| is_name_char(c) || c == '.');
        }
        let prefix = self.run_end - self.at;
        let behind = rest.get(prefix..).unwrap_or_default();
        if let Some(local) = behind.strip_prefix(':').filter(|_| !rest.starts_with('_')) {
            return (Kind::PrefixedName, prefix + 1 + local_name(local), true);
        }
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let length = if rest.bytes().take(prefix).all(is_plain) {
            prefix
        } else {
            run(rest, |c| c != '-' && is_name_char(c) && !is_wide_punctuation(c))
        };
        (word_kind(rest.get(..length).unwrap_or_default()), length, true)
    }

    fn next_token(&mut self) -> Option<Token> {
        let blanks = self.rest().bytes().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'));
        self.at += blanks.count();
        let rest = self.rest();
        let first = rest.chars().next()?;
        let (kind, length, closed) = match first {
            '#' => (Kind::Comment, line_end(rest), true),
            '?' | '$' => variable(rest),
            '<' => less_than(rest),
            '"' | '\'' => string(rest),
            '@' => language(rest),
            '0'..='9' => (Kind::Number, number(rest), true),
            '.' if rest.get(1..).is_some_and(starts_with_digit) => (Kind::Number, number(rest), true),
            '_' if rest.starts_with("_:") => blank_node(rest),
            ':' => (Kind::PrefixedName, 1 + local_name(rest.get(1..).unwrap_or_default()), true),
            _ if is_name_start(first) && !is_wide_punctuation(first) => self.word(rest),
            _ => punctuation(rest),
        };
        let length = if length == 0 { first.len_utf8() } else { length };
        let start = self.at;
        self.at += length;
        Some(Token { kind, range: start..self.at, closed })
    }
}

/// A token's kind, its length in bytes, and whether it is closed.
type Cut = (Kind, usize, bool);

fn line_end(rest: &str) -> usize {
    rest.find(['\n', '\r']).unwrap_or(rest.len())
}

fn starts_with_digit(rest: &str) -> bool {
    rest.starts_with(|c: char| c.is_ascii_digit())
}

/// The length of the longest beginning whose characters all satisfy `is`.
fn run(rest: &str, is: impl Fn(char) -> bool) -> usize {
    rest.find(|c: char| !is(c)).unwrap_or(rest.len())
}

fn variable(rest: &str) -> Cut {
    let name = run(rest.get(1..).unwrap_or_default(), is_variable_char);
    match (name, rest.starts_with('?')) {
        (0, true) => (Kind::Punctuation, 1, true), // the `?` of a property path
        (0, false) => (Kind::Unknown, 1, true),
        (length, _) => (Kind::Variable, 1 + length, true),
    }
}

/// `<` begins an IRI where the standard's longest match finds one, or where an absolute IRI
/// plainly was meant; else it is an operator.
fn less_than(rest: &str) -> Cut {
    let inside = rest.get(1..).unwrap_or_default();
    let good = inside.bytes().position(ends_iri).unwrap_or(inside.len());
    let is_closed = inside.get(good..).is_some_and(|rest| rest.starts_with('>'));
    if is_closed {
        return (Kind::Iri, good + 2, true);
    }
    if is_absolute_start(inside) {
        return broken_iri(inside);
    }
    punctuation(rest)
}

fn is_absolute_start(inside: &str) -> bool {
    let scheme = run(inside, |c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    let after = inside.get(scheme..).unwrap_or_default();
    scheme > 0 && (after.starts_with("://") || (after.starts_with(':') && inside.starts_with("urn:")))
}

/// An IRI with characters that it must not have: to its `>` in the same line, else to the next blank.
fn broken_iri(inside: &str) -> Cut {
    let line = inside.get(..line_end(inside)).unwrap_or_default();
    match line.find(['>', '<', '"', '{', '}']) {
        Some(end) if line.get(end..).is_some_and(|rest| rest.starts_with('>')) => (Kind::Iri, end + 2, true),
        _ => (Kind::Iri, 1 + run(line, |c| !c.is_whitespace() && !matches!(c, '<' | '"' | '{' | '}')), false),
    }
}

fn string(rest: &str) -> Cut {
    let quote = rest.get(..1).unwrap_or_default();
    let long = rest.get(..3).filter(|start| start.chars().all(|c| quote.starts_with(c)));
    let end = long.unwrap_or(quote);
    let mut at = end.len();
    let first = quote.bytes().next().unwrap_or_default();
    let matters =
        |byte: u8| byte == first || byte == b'\\' || (long.is_none() && matches!(byte, b'\n' | b'\r'));
    while let Some(left) = rest.get(at..) {
        let Some(plain) = left.bytes().position(matters) else { return (Kind::String, rest.len(), false) };
        at += plain;
        let left = left.get(plain..).unwrap_or_default();
        if left.starts_with(end) {
            return (Kind::String, at + end.len(), true);
        }
        if long.is_none() && left.starts_with(['\n', '\r']) {
            break;
        }
        at += 1;
        if left.starts_with('\\') {
            let escaped = left.chars().nth(1).filter(|c| long.is_some() || !matches!(c, '\n' | '\r'));
            at += escaped.map_or(0, char::len_utf8);
        }
    }
    (Kind::String, at, false)
}

fn language(rest: &str) -> Cut {
    let tag = rest.get(1..).unwrap_or_default();
    let length = run(tag, |c| c.is_ascii_alphanumeric() || c == '-');
    let tag = tag.get(..length).unwrap_or_default().trim_end_matches('-');
    if tag.starts_with(|c: char| c.is_ascii_alphabetic()) {
        (Kind::Language, 1 + tag.len(), true)
    } else {
        (Kind::Unknown, 1, true)
    }
}

/// The length of an unsigned integer, decimal or double. The dot of `5.` ends a triple.
fn number(rest: &str) -> usize {
    let digits = |rest: &str| run(rest, |c| c.is_ascii_digit());
    let after = |at: usize| rest.get(at..).unwrap_or_default();
    let mut end = digits(rest);
    if let Some(fraction) = after(end).strip_prefix('.') {
        let fraction = digits(fraction);
        let is_double = exponent(after(end + 1 + fraction)) > 0;
        if fraction > 0 || (end > 0 && is_double) {
            end += 1 + fraction;
        }
    }
    end + exponent(after(end))
}

fn exponent(rest: &str) -> usize {
    let Some(power) = rest.strip_prefix(['e', 'E']) else { return 0 };
    let digits = power.strip_prefix(['+', '-']).unwrap_or(power);
    match run(digits, |c| c.is_ascii_digit()) {
        0 => 0,
        length => rest.len() - digits.len() + length,
    }
}

fn blank_node(rest: &str) -> Cut {
    let label = rest.get(2..).unwrap_or_default();
    let length = run(label, |c| is_name_char(c) || c == '.');
    let label = label.get(..length).unwrap_or_default().trim_end_matches('.');
    (Kind::BlankNode, 2 + label.len(), true)
}

fn word_kind(word: &str) -> Kind {
    let is = |other: &str| word.eq_ignore_ascii_case(other);
    if word == "a" || (word != "A" && KEYWORDS.iter().any(|keyword| is(keyword))) {
        Kind::Keyword
    } else if is("true") || is("false") {
        Kind::Boolean
    } else if FUNCTIONS.iter().any(|(function, ..)| is(function)) {
        Kind::Function
    } else {
        Kind::Unknown
    }
}

/// The length of what follows the colon of a prefixed name (`PN_LOCAL`), perhaps nothing.
fn local_name(rest: &str) -> usize {
    let mut end = 0; // past the last character that may be the last one
    let mut at = 0;
    while let Some(c) = rest.get(at..).and_then(|rest| rest.chars().next()) {
        let may_end = match c {
            '\\' => {
                if !rest.get(at + 1..).is_some_and(|rest| rest.starts_with(is_escapable)) {
                    break;
                }
                at += 1;
                true
            }
            '%' => {
                let is_hex = |c: &u8| c.is_ascii_hexdigit();
                if !rest.as_bytes().get(at + 1..at + 3).is_some_and(|digits| digits.iter().all(is_hex)) {
                    break;
                }
                at += 2;
                true
            }
            '.' if at > 0 => false,
            '-' | '\u{B7}' if at == 0 => break,
            _ if c == ':' || is_name_char(c) => true,
            _ => break,
        };
        at += if c == '\\' || c == '%' { 1 } else { c.len_utf8() };
        if may_end {
            end = at;
        }
    }
    end
}

fn is_escapable(c: char) -> bool {
    "_~.-!$&'()*+,;=/?#@%".contains(c)
}

fn punctuation(rest: &str) -> Cut {
    if rest.starts_with(['.', ';', ',']) {
        return (Kind::Punctuation, 1, true);
    }
    if rest.starts_with("==") {
        return (Kind::Unknown, 2, true);
    }
    // Most stand alone, and that is told by the character behind.
    let behind = rest.as_bytes().get(1).copied().unwrap_or_default();
    let may_be_long = matches!(behind, b'<' | b'>' | b'|' | b'}' | b'^' | b'&' | b'=');
    if let Some(long) = LONG_PUNCTUATION.iter().find(|long| may_be_long && rest.starts_with(**long)) {
        return (Kind::Punctuation, long.len(), true);
    }
    match rest.chars().next() {
        Some(c) if "{}()[].;,|/^*+?!=<>-~".contains(c) => (Kind::Punctuation, 1, true),
        Some(c) => (Kind::Unknown, c.len_utf8(), true),
        None => (Kind::Unknown, 0, true),
    }
}

/// Whether a byte cannot be part of an IRI; what is beyond ASCII can.
#[inline]
fn ends_iri(byte: u8) -> bool {
    const ENDS: [bool; 256] = {
        let mut ends = [false; 256];
        let (mut byte, others) = (0, b"<>\"{}|^`");
        #[expect(clippy::indexing_slicing, reason = "both places are below 256; evaluated by the compiler")]
        while byte <= 0x20 {
            ends[byte] = true;
            if byte < others.len() {
                ends[others[byte] as usize] = true;
            }
            byte += 1;
        }
        ends
    };
    ENDS.get(usize::from(byte)).copied().unwrap_or(true)
}

/// `PN_CHARS_U` of the grammar.
fn is_name_start(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphabetic() || c == '_';
    }
    matches!(c, '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}'
        | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}'
        | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}'
        | '\u{10000}'..='\u{EFFFF}')
}

fn is_variable_char(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric() || c == '_';
    }
    is_name_start(c) || matches!(c, '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

/// `PN_CHARS` of the grammar.
fn is_name_char(c: char) -> bool {
    c == '-' || is_variable_char(c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn kinds(text: &str) -> Vec<(Kind, &str)> {
        tokens(text).into_iter().map(|token| (token.kind, &text[token.range])).collect()
    }

    /// A word is cut at its first `-`, and the run behind it is not looked at again for each piece.
    #[test]
    fn a_word_of_many_pieces_takes_time_by_its_length() {
        let pieces = 60_000;
        let begun = std::time::Instant::now();
        assert_eq!(tokens(&format!("?x{}", "-a".repeat(pieces))).len(), 1 + 2 * pieces);
        // Looked at again for each piece they take most of an hour: this is no measurement.
        assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
        // The end of the run still says whether a piece is a prefix.
        assert_eq!(
            kinds("?x-a-b:c"),
            [(Kind::Variable, "?x"), (Kind::Punctuation, "-"), (Kind::PrefixedName, "a-b:c")]
        );
        assert_eq!(
            kinds("a-b c:d"),
            [
                (Kind::Keyword, "a"),
                (Kind::Punctuation, "-"),
                (Kind::Unknown, "b"),
                (Kind::PrefixedName, "c:d")
            ]
        );
    }

    #[test]
    fn a_query_in_its_words() {
        use Kind::*;
        let text = "select ?模 (count(*) AS $n) { ?模 a bm:Release, vendor:百度 ; ^rdfs:label/x:a\\.b* \"\"\"a\"b\"\"\"@zh--rtl . }";
        let expected = vec![
            (Keyword, "select"),
            (Variable, "?模"),
            (Punctuation, "("),
            (Function, "count"),
            (Punctuation, "("),
            (Punctuation, "*"),
            (Punctuation, ")"),
            (Keyword, "AS"),
            (Variable, "$n"),
            (Punctuation, ")"),
            (Punctuation, "{"),
            (Variable, "?模"),
            (Keyword, "a"),
            (PrefixedName, "bm:Release"),
            (Punctuation, ","),
            (PrefixedName, "vendor:百度"),
            (Punctuation, ";"),
            (Punctuation, "^"),
            (PrefixedName, "rdfs:label"),
            (Punctuation, "/"),
            (PrefixedName, "x:a\\.b"),
            (Punctuation, "*"),
            (String, "\"\"\"a\"b\"\"\""),
            (Language, "@zh--rtl"),
            (Punctuation, "."),
            (Punctuation, "}"),
        ];
        assert_eq!(kinds(text), expected);
    }

    #[test]
    fn declared_namespaces_are_resolved() {
        let text =
            "BASE <http://e/a> prefix v: <v#> # PREFIX no: <no>\n PREFIX : <> PREFIX w: <http://w/> ASK {}";
        let found = declared(text, None);
        let found: Vec<(&str, &str)> = found.iter().map(|(name, iri)| (*name, iri.as_str())).collect();
        assert_eq!(found, [("v", "http://e/v#"), ("", "http://e/a"), ("w", "http://w/")]);
        assert_eq!(declared("PREFIX v: <v#>", Some("http://b/c")), [("v", "http://b/v#".to_owned())]);
        assert_eq!(declared("PREFIX v: <v#>", None), [("v", "v#".to_owned())]);
    }

    #[test]
    fn less_than_or_an_iri() {
        use Kind::*;
        assert_eq!(kinds("?a<?b && ?c>?d")[1], (Punctuation, "<"));
        // W3C's syn-bad-26: the longest match.
        assert_eq!(kinds("?a<?b&&?c>?d")[1], (Iri, "<?b&&?c>"));
        assert_eq!(kinds("?a <= 3")[1], (Punctuation, "<="));
        assert_eq!(kinds("?s <p> ?o")[1], (Iri, "<p>"));
        assert_eq!(kinds("<>")[0], (Iri, "<>"));
        assert_eq!(kinds("<<( ?s a <http://e/#x> )>>").len(), 5);
        assert_eq!(kinds("<http://e/a b> .")[0], (Iri, "<http://e/a b>"));
        let open = tokens("{ ?s a <http://e/x ; ?p ?o }");
        assert_eq!((open[3].range.clone(), open[3].closed), (7..18, false));
    }

    #[test]
    fn numbers_and_dots() {
        use Kind::*;
        assert_eq!(
            kinds("1.5 .5 1.e3 2E-4 7."),
            [
                (Number, "1.5"),
                (Number, ".5"),
                (Number, "1.e3"),
                (Number, "2E-4"),
                (Number, "7"),
                (Punctuation, ".")
            ]
        );
        assert_eq!(
            kinds("x:a.b. _:b.c. x:")[0..3],
            [(PrefixedName, "x:a.b"), (Punctuation, "."), (BlankNode, "_:b.c")]
        );
    }

    #[test]
    fn what_is_no_sparql_is_told_apart() {
        use Kind::*;
        assert_eq!(
            kinds("百度，Relase “x” == a@1\u{A0}"),
            [
                (Unknown, "百度"),
                (Unknown, "，"),
                (Unknown, "Relase"),
                (Unknown, "“"),
                (Unknown, "x"),
                (Unknown, "”"),
                (Unknown, "=="),
                (Keyword, "a"),
                (Unknown, "@"),
                (Number, "1"),
                (Unknown, "\u{A0}"),
            ]
        );
    }

    #[test]
    fn an_open_string_ends_with_its_line_and_a_long_one_with_the_text() {
        let short = tokens("\"abc\n?x");
        assert_eq!((short[0].range.clone(), short[0].closed, short.len()), (0..4, false, 2));
        let long = tokens("'''abc\n?x");
        assert_eq!((long[0].range.clone(), long[0].closed, long.len()), (0..9, false, 1));
    }

    #[test]
    fn brackets_find_their_partners() {
        let text = "ASK { ?s x:p (1 \")\") . [ ] }";
        let at = |s: &str| text.find(s).unwrap();
        assert_eq!(matching_bracket(text, at("{")), Some(27..28));
        assert_eq!(matching_bracket(text, 27), Some(4..5));
        assert_eq!(matching_bracket(text, at("(")), Some(19..20));
        assert_eq!(matching_bracket(text, at("?s")), None);
        assert_eq!(matching_bracket("{ ( }", 0), Some(4..5), "the open bracket in between is passed over");
        assert_eq!(matching_bracket("{ ( }", 2), None);
    }

    proptest! {
        #[test]
        fn every_character_belongs_to_one_token(text in "([a-z<>?{}()\"'\\\\#@:.;, 0-9\n]|\\PC|百|，|:|<http://|\"\"\")*") {
            let mut end = 0;
            for token in tokens(&text) {
                prop_assert!(text[end..token.range.start].chars().all(|c| " \t\r\n".contains(c)));
                prop_assert!(!token.range.is_empty());
                prop_assert!(text.get(token.range.clone()).is_some());
                end = token.range.end;
            }
            prop_assert!(text[end..].chars().all(|c| " \t\r\n".contains(c)));
            for at in 0..text.len() {
                matching_bracket(&text, at);
            }
        }
    }
}
