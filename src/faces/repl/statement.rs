//! Where a statement ends: SPARQL has no terminator, so baimo looks at what was typed so far.
//!
//! In: the text of the buffer, and a parser as a yes-or-no question. Out: whether Enter runs it, and if
//! not, why not. What is done with a statement stands elsewhere.

use crate::engine::syntax::parse::Reading;
use crate::engine::syntax::tokens::{
    Kind, OPERATIONS, Token, after_prologue, begins_statement, each_token, tokens,
};

/// What Enter means for a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// The statement is over: run it, or show what is wrong with it.
    Over,
    /// A string that may go over several lines is open.
    OpenString,
    /// This bracket, on this line (counted from 1), is open.
    Open(char, usize),
    /// It is the beginning of a statement.
    Unfinished,
    /// It is a statement, but more may follow: an empty line runs it.
    MayGoOn,
    /// It is wrong, and more text would not mend it.
    Wrong,
}

/// What could follow a statement that is not over: where one of these makes it parse, it was only
/// too short.
const CONTINUATIONS: &[&str] = &[
    " {}",
    " * {}",
    " ?x {}",
    " WHERE {}",
    " SELECT * {}",
    " <x:x>",
    " <x:x> {}",
    " ?x",
    " BY ?x",
    " 1",
    " DATA {}",
    " (1)",
    " ?x {} ",
    " ALL",
    " TO <x:x>",
    " <x:x> TO <x:x>",
    " {} {}",
    " {} WHERE {}",
    " NAMED <x:x> {}",
    " <x:x> SELECT * {}",
    " : <x:x> SELECT * {}",
    " INTO GRAPH <x:x>",
    " GRAPH <x:x>",
    " AS ?x {}",
    " <x:x> INSERT {} WHERE {}",
    " INSERT {} WHERE {}",
    " x: <x:x> SELECT * {}",
    " ?x {} LIMIT 1",
];

/// Whether a line is for the shell and not for the graph: `.help`, `\g`, `!date`.
pub fn is_command(line: &str) -> bool {
    line.starts_with(['.', '\\', '!'])
}

/// Whether a text is what clears the screen elsewhere, and not yet the CLEAR of an update.
pub fn is_of_a_screen(text: &str) -> bool {
    matches!(text.trim().trim_end_matches(';'), "clear" | "cls")
}

/// Whether a text begins as SPARQL does.
pub fn begins_as_sparql(text: &str) -> bool {
    first_word(text).is_some_and(begins_statement)
}

/// Whether a text, past its prologue, is an update and not a query.
pub fn is_update(text: &str) -> bool {
    after_prologue(opening(text), text)
        .is_some_and(|first| OPERATIONS.iter().any(|change| change.eq_ignore_ascii_case(first.text(text))))
}

/// Whether there are only comments and declarations of prefixes and the like in a text.
pub fn only_prologue(text: &str) -> bool {
    after_prologue(opening(text), text).is_none()
}

/// Whether there is nothing in a text but space and comments.
pub fn is_blank(text: &str) -> bool {
    each_token(text).all(|token| token.kind == Kind::Comment)
}

/// The tokens of a text up to the first bracket, which no prologue has: all that tells what it begins as.
fn opening(text: &str) -> Vec<Token> {
    let mut all = Vec::new();
    for token in each_token(text).filter(|token| token.kind != Kind::Comment) {
        let is_last = token.kind == Kind::Punctuation;
        all.push(token);
        if is_last {
            break;
        }
    }
    all
}

/// What Enter at the end of `text` means. `reading` says how far a text is a query or an update.
pub fn ending(text: &str, reading: &dyn Fn(&str) -> Reading) -> Ending {
    if text.trim().is_empty() || is_command(text) {
        return Ending::Over;
    }
    let all = tokens(text);
    if meaningful(&all).next().is_some() && !begins_as_sparql(text) {
        return Ending::Over;
    }
    // A string of single marks, `'` or `"`, ends with its line (rules STRING_LITERAL1 and 2 of the grammar): no line after it closes it.
    if all.iter().any(|token| token.kind == Kind::String && !token.closed && !is_long(slice(text, token))) {
        return Ending::Wrong;
    }
    if let Some(why) = open(text, &all) {
        return why;
    }
    if blank_lines_at_end(text) > 0 || ends_with_semicolon(text, &all) {
        return Ending::Over;
    }
    if only_prologue(text) {
        return Ending::Unfinished;
    }
    let single_line = !text.trim_end().contains('\n');
    let completes = |more: &&str| reading(&format!("{text}{more}")) == Reading::Whole;
    match reading(text) {
        Reading::Whole if single_line => Ending::Over,
        Reading::Whole => Ending::MayGoOn,
        Reading::Short if CONTINUATIONS.iter().any(completes) => Ending::Unfinished,
        Reading::Short | Reading::Wrong => Ending::Wrong,
    }
}

/// A statement without the `;` that ended it and without the empty lines around it. The beginning
/// stays where it is, so that places in it stay true.
pub fn trimmed(text: &str) -> &str {
    let text = text.trim_end();
    if text.ends_with(';') && !is_update(text) && ends_with_semicolon(text, &tokens(text)) {
        text.strip_suffix(';').unwrap_or(text).trim_end()
    } else {
        text
    }
}

/// What is open in a text that grows line by line: each line is looked at once, however many there are.
#[derive(Default)]
pub struct Growing {
    /// Up to where the text was looked at.
    at: usize,
    brackets: Vec<char>,
    /// Where the first `;` outside all brackets is, and whether something follows it.
    semicolon: Option<(usize, bool)>,
    /// The quotes that end the string in which the text ends, and up to where they were looked for.
    in_string: Option<([u8; 3], usize)>,
    /// Whether a bracket was closed that was not open: then nothing is said to be.
    broken: bool,
}

impl Growing {
    /// Whether a bracket, or a string that may go over several lines, is open at the end of the text. It begins as the text
    /// did that was given before, which ended with a line.
    pub fn is_open(&mut self, text: &str) -> bool {
        if let Some((quotes, seen)) = &mut self.in_string {
            let new = text.as_bytes().get(seen.saturating_sub(2)..).unwrap_or_default();
            *seen = text.len();
            if !new.windows(3).any(|three| three == quotes.as_slice()) {
                return !self.broken;
            }
        }
        self.in_string = None;
        let rest = text.get(self.at..).unwrap_or_default();
        for token in each_token(rest).filter(|token| token.kind != Kind::Comment) {
            let word = slice(rest, &token);
            match &mut self.semicolon {
                Some((_, is_followed)) => *is_followed = true,
                None if word == ";" && self.brackets.is_empty() => {
                    self.semicolon = Some((self.at + token.range.start, false));
                }
                None => {}
            }
            if token.kind == Kind::String && !token.closed && is_long(word) {
                self.in_string = word.as_bytes().first_chunk().map(|quotes| (*quotes, text.len()));
                self.at += token.range.start;
                return !self.broken;
            }
            if token.kind != Kind::Punctuation {
                continue;
            }
            for c in word.chars() {
                match c {
                    '{' | '(' | '[' => self.brackets.push(c),
                    '}' | ')' | ']' => {
                        self.broken |= self.brackets.pop().is_none_or(|opened| closer(opened) != c);
                    }
                    _ => {}
                }
            }
        }
        self.at = text.len();
        !self.broken && !self.brackets.is_empty()
    }

    /// Where the `;` is that ends the only statement of the text, once that is there: it is over.
    pub fn end(&self) -> Option<usize> {
        let is_over = self.in_string.is_none() && !self.broken && self.brackets.is_empty();
        self.semicolon.filter(|(_, is_followed)| is_over && !is_followed).map(|(at, _)| at)
    }
}

/// One of several statements in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece<'a> {
    /// It.
    pub text: &'a str,
    /// What is before it on its first line.
    pub indent: &'a str,
    /// How many lines of the whole are before it.
    pub line: usize,
}

/// The statements of a text: a `;` outside all brackets ends a query, and an update where no other
/// update follows it (for SPARQL, updates with `;` between them are one request). Nothing between two
/// of them is not a statement.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    if is_command(text) || !begins_as_sparql(text.trim_start_matches([';', ' ', '\t', '\n'])) {
        let bare = text.trim_matches(|c: char| c == ';' || c.is_whitespace());
        return if bare.is_empty() { Vec::new() } else { vec![Piece { text, indent: "", line: 0 }] };
    }
    let mut pieces = Vec::new();
    let (mut start, mut depth) = (0_usize, 0_usize);
    let all = tokens(text);
    for token in all.iter().filter(|token| token.kind == Kind::Punctuation) {
        match slice(text, token) {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => depth = depth.saturating_sub(1),
            ";" if depth == 0 => {
                let (before, after) = (text.get(start..token.range.start), text.get(token.range.end..));
                let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
                if !(is_update(before) && is_update(after)) {
                    push(&mut pieces, text, start, token.range.start);
                    start = token.range.end;
                }
            }
            _ => {}
        }
    }
    push(&mut pieces, text, start, text.len());
    pieces
}

fn push<'a>(pieces: &mut Vec<Piece<'a>>, text: &'a str, start: usize, end: usize) {
    let piece = text.get(start..end).unwrap_or_default();
    if is_blank(piece) {
        return;
    }
    let before = text.get(..start).unwrap_or_default();
    let indent = before.rsplit('\n').next().unwrap_or_default();
    pieces.push(Piece { text: piece, indent, line: before.matches('\n').count() });
}

fn meaningful(all: &[Token]) -> impl Iterator<Item = &Token> {
    all.iter().filter(|token| token.kind != Kind::Comment)
}

fn slice<'a>(text: &'a str, token: &Token) -> &'a str {
    text.get(token.range.clone()).unwrap_or_default()
}

fn first_word(text: &str) -> Option<&str> {
    let first = each_token(text).find(|token| token.kind != Kind::Comment)?;
    text.get(first.range)
}

/// How many of the last lines are blank, the one the cursor is on included.
pub fn blank_lines_at_end(text: &str) -> usize {
    text.split('\n').rev().take_while(|line| line.trim().is_empty()).count()
}

fn ends_with_semicolon(text: &str, all: &[Token]) -> bool {
    open(text, all).is_none() && meaningful(all).last().is_some_and(|token| slice(text, token) == ";")
}

/// The string or the innermost bracket that is still open. A closing bracket with no opening one
/// is an error to be shown, so nothing is open then.
fn open(text: &str, all: &[Token]) -> Option<Ending> {
    let mut brackets: Vec<(char, usize)> = Vec::new();
    for token in all {
        let word = slice(text, token);
        if token.kind == Kind::String && !token.closed && is_long(word) {
            return Some(Ending::OpenString);
        }
        if token.kind != Kind::Punctuation {
            continue;
        }
        for c in word.chars() {
            match c {
                '{' | '(' | '[' => brackets.push((c, token.range.start)),
                '}' | ')' | ']' if brackets.pop().is_none_or(|(opened, _)| closer(opened) != c) => {
                    return None;
                }
                _ => {}
            }
        }
    }
    let (bracket, at) = brackets.pop()?;
    Some(Ending::Open(bracket, text.get(..at)?.matches('\n').count() + 1))
}

fn is_long(string: &str) -> bool {
    string.starts_with("\"\"\"") || string.starts_with("'''")
}

/// The bracket that closes another.
pub fn closer(opened: char) -> char {
    match opened {
        '{' => '}',
        '(' => ')',
        '[' => ']',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::syntax::parse;
    use crate::terms::Prefixes;

    fn end(text: &str) -> Ending {
        ending(text, &|text| parse::reading(text, &Prefixes::well_known(), None))
    }

    /// Each try of a continuation parses all of a text, which of a long one takes seconds.
    #[test]
    fn what_is_wrong_before_its_end_is_read_once() {
        let reads = std::cell::Cell::new(0);
        let counted = |text: &str| {
            reads.set(reads.get() + 1);
            parse::reading(text, &Prefixes::well_known(), None)
        };
        assert_eq!(ending("SELECT * { ?s ?p } LIMIT 5", &counted), Ending::Wrong);
        assert_eq!(reads.get(), 1);
    }

    #[test]
    fn a_line_that_parses_is_over() {
        assert_eq!(end("SELECT * { ?s ?p ?o }"), Ending::Over);
        assert_eq!(end("select ?s where { ?s a owl:Class } limit 5"), Ending::Over);
        assert_eq!(end("ASK {}"), Ending::Over);
        assert_eq!(end("INSERT DATA { <a:a> <a:b> 1 }"), Ending::Over);
    }

    #[test]
    fn a_beginning_goes_on() {
        for text in [
            "SELECT",
            "SELECT ?x",
            "SELECT ?x WHERE",
            "PREFIX ex: <http://e/>",
            "ASK",
            "DESCRIBE",
            "CONSTRUCT",
            "CONSTRUCT { ?s ?p ?o }",
            "SELECT * { ?s ?p ?o } ORDER",
            "SELECT * { ?s ?p ?o } ORDER BY",
            "SELECT * { ?s ?p ?o } LIMIT",
            "SELECT * FROM",
            "SELECT * FROM <g:g>",
            "INSERT DATA",
            "DELETE { ?s ?p ?o }",
            "PREFIX",
            "BASE",
            "LOAD",
            "SELECT DISTINCT",
            "DELETE WHERE",
            "WITH <g:g>",
            "# only a comment",
            "SELECT * { ?s ?p ?o } VALUES",
            "SELECT * { ?s ?p ?o } VALUES ?s",
        ] {
            assert_eq!(end(text), Ending::Unfinished, "{text}");
        }
    }

    #[test]
    fn a_mistake_is_over_at_once() {
        for text in ["SELCT * { ?s ?p ?o }", "timeline", "百度"] {
            assert_eq!(end(text), Ending::Over, "{text}");
        }
        for text in [
            "SELECT * { ?s ?p ?o } LIMT 5",
            "SELECT ?x WHERE }",
            "SELECT * { ?s nope:x ?o }",
            "SELECT * { ?s ?p }",
        ] {
            assert_eq!(end(text), Ending::Wrong, "{text}");
        }
    }

    /// "STRING_LITERAL2 ::= '"' ( ([^#x22#x5C#xA#xD]) | ECHAR )* '"'" (SPARQL 1.1, section 19.8): no end of a line is in it.
    #[test]
    fn a_short_string_that_its_line_leaves_open_is_wrong_at_once() {
        for text in [
            "SELECT * { ?s ?p \"abc",
            "SELECT * { ?s ?p 'abc }",
            "SELECT * {\n ?s ?p \"abc\n}",
            "SELECT * { ?s ?p \"a\\\"",
            "ASK { FILTER(REGEX(?a, \"b))",
            "SELECT (\"",
        ] {
            assert_eq!(end(text), Ending::Wrong, "{text}");
        }
        assert_eq!(end("SELECT * { ?s ?p '' # don't"), Ending::Open('{', 1));
        assert_eq!(end("SELECT * { ?s <http://e/'> '\\'' ."), Ending::Open('{', 1));
        assert_eq!(end("SELECT * { ?s ?p \"\"\"a\n'b"), Ending::OpenString);
    }

    #[test]
    fn open_brackets_and_strings_go_on() {
        assert_eq!(end("SELECT * {"), Ending::Open('{', 1));
        assert_eq!(end("SELECT *\n{ ?s ?p ?o\n FILTER("), Ending::Open('(', 3));
        assert_eq!(end("SELECT * { ?s ?p ?o .\n"), Ending::Open('{', 1));
        assert_eq!(end("SELECT * { ?s ?p \"\"\"x"), Ending::OpenString);
    }

    #[test]
    fn what_is_open_is_known_line_by_line() {
        let lines = [
            "INSERT DATA {",
            "<x:a> <x:b> \"}\", '''}",
            "{ \\''' ( ",
            "\"\"\" more '' [",
            "''' ; # }",
            "<x:c> (1 [",
            "]) <http://d/> # }",
            "} ;",
            "ASK {",
            "]",
            "{",
        ];
        let (mut text, mut growing) = (String::new(), Growing::default());
        for line in lines {
            text.push_str(line);
            let whole = matches!(end(&text), Ending::Open(..) | Ending::OpenString);
            assert_eq!(growing.is_open(&text), whole, "{text}");
            let is_over = line == "} ;";
            assert_eq!(growing.end(), is_over.then(|| text.len() - 1), "{text}");
            if is_over {
                assert_eq!(end(&text), Ending::Over);
                assert_eq!(
                    pieces(&text).iter().map(|piece| piece.text).collect::<Vec<_>>(),
                    [&text[..text.len() - 1]]
                );
            }
            text.push('\n');
        }
    }

    #[test]
    fn more_lines_end_with_an_empty_one_or_a_semicolon() {
        let text = "SELECT * {\n  ?s ?p ?o\n}";
        assert_eq!(end(text), Ending::MayGoOn);
        assert_eq!(end(&format!("{text}\n")), Ending::Over);
        assert_eq!(end(&format!("{text};")), Ending::Over);
        assert_eq!(end(&format!("{text}\nLIMIT 5 ;")), Ending::Over);
        assert_eq!(end("SELECT * { ?s a ?c ;"), Ending::Open('{', 1));
        assert_eq!(end("SELECT * {\n\n"), Ending::Open('{', 1), "an empty line between patterns");
    }

    #[test]
    fn the_semicolon_of_a_query_is_no_part_of_it() {
        assert_eq!(trimmed("ASK {} ;\n"), "ASK {}");
        assert_eq!(trimmed("ASK {} # a; b"), "ASK {} # a; b");
        assert_eq!(trimmed("CLEAR ALL ;"), "CLEAR ALL ;");
    }

    #[test]
    fn one_text_may_hold_several_statements() {
        let of =
            |text: &str| pieces(text).iter().map(|piece| piece.text.trim().to_owned()).collect::<Vec<_>>();
        assert_eq!(of("ASK {}; ASK {?s ?p ';'}"), ["ASK {}", "ASK {?s ?p ';'}"]);
        assert_eq!(of("ASK {} ;"), ["ASK {}"]);
        assert!(of(";").is_empty() && of(" ; ;\n").is_empty());
        assert_eq!(of(";ASK {};;ASK {}"), ["ASK {}", "ASK {}"]);
        let updates = "INSERT DATA { <a:a> <b:b> 1 } ; PREFIX x: <x:x> DELETE WHERE { ?s ?p 1 }";
        assert_eq!(of(updates), [updates], "one request");
        assert_eq!(of(&format!("{updates}; ASK {{}}")), [updates, "ASK {}"]);
        assert_eq!(of("ASK { ?s a ?c ; ?p ?o }"), ["ASK { ?s a ?c ; ?p ?o }"]);
        assert_eq!(of("SELECT nonsense ; ASK {}"), ["SELECT nonsense", "ASK {}"]);
        assert_eq!(of(".echo a; b"), [".echo a; b"]);
        assert_eq!(of("百度;"), ["百度;"]);
        assert_eq!(pieces("ASK {}\n;\nASK {}").last().unwrap().line, 1);
    }

    #[test]
    fn an_update_is_known_past_its_prologue() {
        assert!(is_update("PREFIX a: <b:c> BASE <d:e> insert data {}"));
        assert!(!is_update("# INSERT\nPREFIX insert: <b:c> SELECT * {}"));
    }
}
