//! Errors, warnings and notes as a good compiler gives them: what, where, and what to do.
//!
//! In: an `Error`, or a text. Out: lines on stderr, and the exit code of a kind of error.

use super::hints::{Face, default_hint, worded};
use super::signals;
use super::tongue::Tongue;
use crate::error::{Diagnostic, Error, Hint, Kind, Span};
use crate::show::text::{width as text_width, wrap};
use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Write as _};
use unicode_width::UnicodeWidthChar as _;

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum When {
    /// On a terminal, unless `NO_COLOR` is set or `TERM` is `dumb`.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl When {
    /// Whether a stream that is, or is not, a terminal gets colour.
    pub fn colour(self, terminal: bool) -> bool {
        let no_colour = || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => terminal && !no_colour() && !is_dumb(),
        }
    }
}

/// Whether the terminal knows no commands, or nothing says that it does.
pub fn is_dumb() -> bool {
    std::env::var_os("TERM").is_none_or(|term| term == "dumb")
}

/// The exit code of a kind of error. These are promised: scripts rely on them.
pub fn exit_code(kind: Kind) -> u8 {
    match kind {
        Kind::Query | Kind::Data => 1,
        Kind::Usage => 2,
        Kind::Store => 3,
        Kind::Limit => 4,
        Kind::Check => 5,
        Kind::Interrupted => 130,
    }
}

/// Says things on stderr.
#[derive(Debug, Clone)]
pub struct Report {
    /// Whether with colour.
    pub colour: bool,
    /// Whether notes and warnings are left out.
    pub quiet: bool,
    /// How many columns a source line may take.
    pub width: usize,
    /// Whether stderr is a terminal.
    pub terminal: bool,
    /// In whose words hints are said.
    pub face: Face,
    /// In which language.
    pub tongue: Tongue,
}

impl Default for Report {
    fn default() -> Self {
        Self::new(When::Auto)
    }
}

impl Report {
    /// A report to stderr, coloured as the stream allows.
    pub fn new(when: When) -> Self {
        let terminal = io::stderr().is_terminal();
        let width = terminal_size::terminal_size_of(io::stderr()).map_or(120, |(width, _)| width.0.into());
        let tongue = Tongue::chosen(None, terminal);
        Self { colour: when.colour(terminal), quiet: false, width, terminal, face: Face::default(), tongue }
    }

    /// Says what went wrong.
    pub fn error(&self, error: &Error) {
        if error.kind == Kind::Interrupted {
            signals::said();
        }
        self.say(&self.render(error));
    }

    /// Says something to beware of, with its place where there is one.
    pub fn warning(&self, diagnostic: &Diagnostic) {
        if !self.quiet {
            self.say(&self.advice(diagnostic));
        }
    }

    /// The text of a warning, in lines.
    pub fn advice(&self, diagnostic: &Diagnostic) -> String {
        let Diagnostic { message, hints, span } = diagnostic;
        self.message(&WARNING, message, span.as_deref(), &self.worded(hints))
    }

    /// Hints in the words of the face.
    pub fn worded(&self, hints: &[Hint]) -> Vec<String> {
        hints.iter().map(|hint| worded(hint, self.face)).filter(|hint| !hint.is_empty()).collect()
    }

    /// Says something worth knowing.
    pub fn note(&self, message: &str) {
        if !self.quiet {
            self.say(&self.message(&NOTE, message, None, &[]));
        }
    }

    /// Says what is to be done, as a note.
    pub fn remedy(&self, hint: &Hint) {
        self.note(&worded(hint, self.face));
    }

    /// Says lines within the terminal, dimmed where there is colour.
    pub fn aside(&self, text: &str) {
        if !self.quiet {
            let said = self.tongue.say(text);
            let lines: Vec<String> = said.split('\n').flat_map(|line| self.folded(line, 0)).collect();
            self.say(&format!("{}\n", self.paint(DIM, &lines.join("\n"))));
        }
    }

    /// The text of an error, in lines.
    pub fn render(&self, error: &Error) -> String {
        let mut causes = Vec::new();
        // What a parser says about wrong queries is for its own authors.
        let mut cause = std::error::Error::source(error).filter(|_| error.kind != Kind::Query);
        while let Some(error) = cause {
            causes.push(plain_cause(error));
            cause = error.source();
        }
        let message = self.with_causes(&error.message, &causes);
        let default = [full_disk(error).unwrap_or(default_hint(error.kind, self.face)).into()];
        // Where a text is wrong at a place, that place helps, and no list of names.
        let is_placed = error.kind == Kind::Query && error.span.is_some();
        let hints =
            if error.hints.is_empty() && !is_placed { default.as_slice() } else { error.hints.as_slice() };
        let hints = self.worded(hints);
        self.message(&ERROR, &message, error.span.as_deref(), &hints)
    }

    /// A message and what the system says is its cause: as one sentence where there is one for both, else each by itself.
    fn with_causes(&self, message: &str, causes: &[String]) -> String {
        let whole = [&[message.to_owned()], causes].concat().join(": ");
        let said = self.tongue.say(&whole);
        // A template that takes the cause for a value, or a part of it, leaves its words as they are.
        let has_words = |cause: &str| cause.split(' ').any(|word| word.len() > 3 && said.contains(word));
        let is_left = |cause: &String| has_words(cause) && self.tongue.say(cause) != cause.as_str();
        if !causes.iter().any(is_left) {
            return whole;
        }
        let parts = std::iter::once(message).chain(causes.iter().map(String::as_str));
        parts.map(|part| self.tongue.say(part)).collect::<Vec<_>>().join("：")
    }

    fn message(&self, level: &Level, message: &str, span: Option<&Span>, hints: &[String]) -> String {
        let (word, message) = (self.tongue.say(level.word), self.tongue.say(message));
        let mut lines = message.lines().flat_map(|line| self.folded(line, text_width(&word) + 1));
        let first = printable(&lines.next().unwrap_or_default(), true);
        // A Chinese colon has its space within.
        let space = if word.ends_with('：') { "" } else { " " };
        let mut out = format!("{}{space}{first}\n", self.paint(level.style, &word));
        for line in lines {
            let _ = writeln!(out, "  {}", printable(&line, true));
        }
        let gutter = span.map_or(0, |span| span.line.to_string().len());
        if let Some(span) = span {
            self.place(&mut out, level, span, gutter);
        }
        for hint in hints {
            let indent = " ".repeat(gutter + 1);
            let hint = self.tongue.say(hint);
            let mut lines = hint.lines().flat_map(|line| self.folded(line, gutter + 9));
            let first = printable(&lines.next().unwrap_or_default(), true);
            let label = self.tongue.say("= help:");
            let space = if label.ends_with('：') { "" } else { " " };
            let _ = writeln!(out, "{indent}{}{space}{first}", self.paint(HINT, &label));
            for line in lines {
                let _ = writeln!(out, "{indent}        {}", printable(&line, true));
            }
        }
        out
    }

    /// A line of prose within the terminal, beside `indent` columns; as it is where there is none.
    fn folded(&self, line: &str, indent: usize) -> Vec<String> {
        let room = self.width.saturating_sub(indent).max(20);
        // What is meant to be copied stays in one piece.
        if !self.terminal || line.contains("  ") { vec![line.to_owned()] } else { wrap(line, room) }
    }

    fn place(&self, out: &mut String, level: &Level, span: &Span, gutter: usize) {
        let space = " ".repeat(gutter);
        let place = format!("{}:{}:{}", span.name, span.line, span.column);
        let _ = writeln!(out, "{space}{} {place}", self.paint(GUTTER, "-->"));
        if span.text.is_empty() {
            return;
        }
        let bar = self.paint(GUTTER, "|");
        // One column more is for the `…` at its end.
        let room = self.width.saturating_sub(gutter + 4).clamp(16, 1000);
        let line = Excerpt::of(span, room);
        let carets = self.paint(level.style, &"^".repeat(line.width));
        let _ = writeln!(out, "{space} {bar}");
        let _ = writeln!(out, "{} {bar} {}", self.paint(GUTTER, &span.line.to_string()), line.text);
        let _ = writeln!(out, "{space} {bar} {}{carets}", " ".repeat(line.start));
    }

    fn paint(&self, style: &str, text: &str) -> String {
        if self.colour { format!("{style}{text}{RESET}") } else { text.to_owned() }
    }

    /// Writes to stderr. A closed stderr is nobody's fault: then nothing is said.
    fn say(&self, text: &str) {
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }
}

struct Level {
    word: &'static str,
    style: &'static str,
}

const ERROR: Level = Level { word: "error:", style: "\x1b[1;31m" };
const WARNING: Level = Level { word: "warning:", style: "\x1b[1;33m" };
const NOTE: Level = Level { word: "note:", style: "\x1b[1;36m" };
const HINT: &str = "\x1b[1;36m";
const GUTTER: &str = "\x1b[1;34m";
const DIM: &str = "\x1b[2m";
const RESET: &str = "\x1b[0m";

/// The remedy where the disk has no room.
fn full_disk(error: &Error) -> Option<&'static str> {
    let mut cause = std::error::Error::source(error);
    while let Some(here) = cause {
        let kind = here.downcast_ref::<io::Error>().map(io::Error::kind);
        if matches!(kind, Some(io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)) {
            return Some("make room on the disk, or write to another one");
        }
        cause = here.source();
    }
    None
}

/// An underlying error, without what only a programmer reads.
fn plain_cause(cause: &dyn std::error::Error) -> String {
    let text = cause.to_string();
    match text.split_once(" (os error ") {
        Some((text, _)) => {
            let mut chars = text.chars();
            chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
        }
        None => text,
    }
}

/// A text that cannot steer the terminal: control characters become visible.
fn printable(text: &str, keep_newlines: bool) -> String {
    let shown = |c: char| match c {
        '\n' if keep_newlines => '\n',
        '\t' => ' ',
        '\0'..='\x1F' => char::from_u32(0x2400 + c as u32).unwrap_or('\u{FFFD}'),
        '\x7F'..='\u{9F}' => '\u{FFFD}',
        c => c,
    };
    let mut out: String = text.chars().take(LONGEST).map(shown).collect();
    if text.chars().nth(LONGEST).is_some() {
        out.push('…');
    }
    out
}

/// How many characters of a message are shown: a wrong query may be one word of a million letters.
const LONGEST: usize = 1000;

/// The part of a line that is shown, and where the carets go, in columns of the terminal.
struct Excerpt {
    text: String,
    start: usize,
    width: usize,
}

impl Excerpt {
    fn of(span: &Span, room: usize) -> Self {
        let before = span.column.saturating_sub(1);
        // At most a third of the room is given to what stands before the place.
        let mut skip = 0;
        let mut lead: usize = span.text.chars().take(before).map(columns).sum();
        let mut chars = span.text.chars();
        let wide = total(&span.text, room) > room;
        while wide && skip < before && lead > room / 3 {
            lead -= chars.next().map_or(0, columns);
            skip += 1;
        }
        let mut text = String::from(if skip > 0 { "…" } else { "" });
        let mut used = text.chars().count();
        let (mut start, mut width) = (used, 0);
        for (n, c) in chars.enumerate() {
            if used + columns(c) > room {
                text.push('…');
                break;
            }
            used += columns(c);
            push(&mut text, c);
            if n < before - skip {
                start += columns(c);
            } else if n < before - skip + span.width {
                width += columns(c);
            }
        }
        Self { text, start, width: width.max(1) }
    }
}

/// The columns of a text, counted no further than is needed to know that it is too wide.
fn total(text: &str, room: usize) -> usize {
    text.chars().take(room + 1).map(columns).sum()
}

const TAB: usize = 4;

fn columns(c: char) -> usize {
    if c == '\t' { TAB } else { c.width().unwrap_or(1) }
}

fn push(text: &mut String, c: char) {
    match c {
        '\t' => text.push_str(&" ".repeat(TAB)),
        c => text.push_str(&printable(c.encode_utf8(&mut [0; 4]), false)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain() -> Report {
        Report {
            colour: false,
            quiet: false,
            width: 80,
            terminal: false,
            face: Face::default(),
            tongue: Tongue::English,
        }
    }

    fn at(text: &str, meant: &str) -> Span {
        let start = text.find(meant).unwrap();
        Span::in_text("query", text, start..start + meant.len())
    }

    #[test]
    fn an_error_shows_the_place_and_the_way_out() {
        let error = Error::query("there is no prefix `bmm`")
            .at(at("SELECT *\n{ ?s bmm:x ?o }", "bmm:x"))
            .hint("did you mean `bm:`?");
        let expected = "error: there is no prefix `bmm`\n --> query:2:6\n  |\n2 | { ?s bmm:x ?o }\n  |      \
                        ^^^^^\n  = help: did you mean `bm:`?\n";
        assert_eq!(plain().render(&error), expected);
    }

    #[test]
    fn the_caret_counts_columns_not_characters() {
        let error = Error::query("x").at(at("\t\"百度\" 阿里", "阿里"));
        let text = plain().render(&error);
        let caret = text.lines().find(|line| line.contains('^')).unwrap();
        assert_eq!(caret, format!("  | {}^^^^", " ".repeat(4 + 6 + 1)));
    }

    #[test]
    fn a_long_line_is_cut_around_the_place() {
        let long = format!("{}HERE{}", "x ".repeat(50_000), " y".repeat(50_000));
        let text = plain().render(&Error::data(long.clone()).at(at(&long, "HERE")));
        let lines: Vec<_> = text.lines().collect();
        assert!(lines[0].chars().count() < 1100, "the message is cut too");
        let (source, caret) = (lines[3], lines[4]);
        assert!(source.chars().count() <= 82 && source.contains("HERE"), "{source}");
        let column = caret.find('^').unwrap();
        assert_eq!(source.chars().skip(column).take(4).collect::<String>(), "HERE");
    }

    #[test]
    fn a_line_is_no_wider_than_a_narrow_window() {
        let text = "SELECT ?n { ?v a bm:Vendor ; rdfs:label ?n FILTERR(LANG(?n) = \"zh\") } ORDER BY ?名称";
        for (width, word) in
            [(40, "FILTERR"), (40, "SELECT"), (40, "?名称"), (24, "rdfs:label"), (60, "LANG")]
        {
            let said = Report { width, ..plain() }.render(&Error::query("x").at(at(text, word)));
            let lines: Vec<_> = said.lines().filter(|line| line.contains(" | ")).collect();
            assert!(lines.len() == 2 && lines[0].contains(word), "{said}");
            assert!(lines.iter().all(|line| crate::show::text::width(line) <= width), "{width}: {said}");
        }
    }

    #[test]
    fn causes_are_said_plainly_and_there_is_always_a_way_out() {
        let cause = io::Error::from_raw_os_error(2);
        let text = plain().render(&Error::data("cannot open x.ttl").because(cause));
        assert!(text.starts_with("error: cannot open x.ttl: no such file or directory\n"), "{text}");
        assert!(text.contains("= help:"));
    }

    #[test]
    fn a_full_disk_has_a_remedy_of_its_own() {
        let full = io::Error::from_raw_os_error(28);
        let text = plain().render(&Error::store("cannot write the graph").because(full));
        assert!(text.contains("= help: make room on the disk, or write to another one\n"), "{text}");
    }

    #[test]
    fn what_the_system_says_is_chinese_in_a_chinese_session() {
        let chinese = Report { tongue: Tongue::Chinese, ..plain() };
        for code in [1, 2, 5, 13, 17, 20, 21, 27, 28, 30, 36] {
            for message in ["the answer cannot be written", "cannot read x.ttl", "cannot write x.ttl"] {
                let error = Error::data(message).because(io::Error::from_raw_os_error(code));
                let text = chinese.render(&error);
                let first = text.lines().next().unwrap().replace("x.ttl", "");
                assert!(!first.chars().any(|c| c.is_ascii_alphabetic()), "{code}: {first}");
            }
        }
    }

    #[test]
    fn nothing_in_a_message_can_steer_the_terminal() {
        let error = Error::query("bad \x1b[2J").at(at("a \x1b[31m b", "b"));
        assert!(!plain().render(&error).contains('\x1b'));
    }
}
