//! What happens while typing: colours, completion, hints, and what Enter means.
//!
//! In: the buffer, the cursor, the open graph. Out: what `rustyline` shows and does. Nothing is
//! run, and no more of the graph is read than names and completion's own budget.

use super::commands;
use super::statement::{self, Ending};
use crate::advise::complete::{Candidate, Context as Known};
use crate::engine::syntax::tokens::{self, Kind, Token, tokens};
use crate::faces::terminal::tongue::Tongue;
use crate::session::Session;
use crate::show::text;
use crate::terms::{NamedNodeRef, Prefixes};
use rustyline::completion::{Completer, Pair};
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::{Hint, Hinter};
use rustyline::history::SearchDirection;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Context, Helper};
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::rc::Rc;

/// The session, shared between the loop, which changes it, and the editor, which reads it.
pub type Shared = Rc<RefCell<Session>>;

/// Candidates shown at most; the best come first.
const CANDIDATES: usize = 60;

/// Helps while typing. See the module.
pub struct Assistant {
    session: Shared,
    /// What completion can draw on beside the graph.
    pub known: RefCell<Known>,
    /// Statements that were run before: Enter runs them again, however many lines they have.
    pub run_before: RefCell<HashSet<String>>,
    colour: bool,
    width: usize,
    /// The language of what is shown behind the cursor.
    pub tongue: Cell<Tongue>,
    chosen: RefCell<Option<Chosen>>,
    settled: Cell<bool>,
}

impl Assistant {
    /// Help over this session, in colour or without, in a window of `width` columns.
    pub fn new(session: Shared, colour: bool, width: usize) -> Self {
        Self {
            session,
            known: RefCell::default(),
            run_before: RefCell::default(),
            colour,
            width,
            tongue: Cell::default(),
            chosen: RefCell::default(),
            settled: Cell::new(false),
        }
    }

    fn ending(&self, text: &str) -> Ending {
        let session = self.session.borrow();
        statement::ending(text, &|text| session.reading(text))
    }
}

impl Helper for Assistant {}

impl Validator for Assistant {
    fn validate(&self, input: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let text = input.input();
        // Two empty lines end the statement in any case: it is run, and the error says what is missing.
        let over = self.run_before.borrow().contains(text)
            || statement::blank_lines_at_end(text) > 2
            || statement::is_of_a_screen(text)
            || matches!(self.ending(text), Ending::Over | Ending::Wrong);
        Ok(if over { ValidationResult::Valid(None) } else { ValidationResult::Incomplete })
    }
}

/// Grey text behind the cursor: what Right would insert, or only something to know.
pub struct Ghost {
    shown: String,
    inserted: Option<String>,
}

impl Hint for Ghost {
    fn display(&self) -> &str {
        &self.shown
    }

    fn completion(&self) -> Option<&str> {
        self.inserted.as_deref()
    }
}

impl Hinter for Assistant {
    type Hint = Ghost;

    fn hint(&self, line: &str, pos: usize, ctx: &Context<'_>) -> Option<Ghost> {
        if line.is_empty() || pos < line.len() {
            return None;
        }
        let told = |shown: String| {
            let shown = self.tongue.get().say(&shown).into_owned();
            Some(Ghost { shown, inserted: None })
        };
        if statement::is_command(line) {
            let usage = |usage: String| told(self.tongue.get().usage(&usage).into_owned());
            return commands::usage_after(line).and_then(usage).or_else(|| self.remembered(line, pos, ctx));
        }
        if line.ends_with('\n') && statement::only_prologue(line) {
            return told("  … a query, or Enter keeps the prefixes".to_owned());
        }
        if line.ends_with('\n') {
            return told(continuation(&self.ending(line)));
        }
        self.remembered(line, pos, ctx)
    }
}

impl Assistant {
    /// The end of the newest statement in the history that begins like this. Without colour it could
    /// not be told from what was typed.
    fn remembered(&self, line: &str, pos: usize, ctx: &Context<'_>) -> Option<Ghost> {
        if !self.colour || line.contains('\n') {
            return None;
        }
        let newest = ctx.history_index().min(ctx.history().len().checked_sub(1)?);
        let found = ctx.history().starts_with(line, newest, SearchDirection::Reverse).ok()??;
        let rest = found.entry.get(pos..).filter(|rest| !rest.is_empty())?.to_owned();
        let first = rest.lines().next().unwrap_or_default();
        let shown = if first.len() < rest.len() { format!("{first} …") } else { rest.clone() };
        Some(Ghost { shown, inserted: Some(rest) })
    }
}

/// What an empty line says about why it is there.
fn continuation(ending: &Ending) -> String {
    match ending {
        Ending::Open(bracket, line) => {
            format!("  … {bracket} of line {line} is open; {} closes it", statement::closer(*bracket))
        }
        Ending::OpenString => "  … a string is open".to_owned(),
        Ending::Unfinished => "  … goes on; Ctrl-C clears".to_owned(),
        Ending::MayGoOn | Ending::Over | Ending::Wrong => "  … Enter runs it".to_owned(),
    }
}

impl Completer for Assistant {
    type Candidate = Pair;

    fn complete(&self, line: &str, pos: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        self.known.borrow_mut().files = files(line.get(..pos).unwrap_or_default());
        if let Some(again) = self.chosen.take().filter(|chosen| chosen.is_at(line, pos)) {
            return Ok((again.start, self.pairs(&again.all)));
        }
        let session = self.session.borrow();
        self.learn_values(line, &session);
        let found = session.complete(line, pos, &self.known.borrow());
        let typed = line.get(found.start..pos).unwrap_or_default();
        match named_so(&session, typed, &found.candidates) {
            Some(best) => {
                let pairs = self.pairs(std::slice::from_ref(best));
                let chosen =
                    Chosen { start: found.start, inserted: best.insert.clone(), all: found.candidates };
                self.chosen.replace(Some(chosen));
                Ok((found.start, pairs))
            }
            None => Ok((found.start, self.pairs(&found.candidates))),
        }
    }
}

impl Assistant {
    /// Finds out which values the parameters of the saved query in a line can have.
    fn learn_values(&self, line: &str, session: &Session) {
        let mut words = line.split_whitespace();
        let (Some(".run"), Some(name)) = (words.next(), words.next()) else { return };
        let mut known = self.known.borrow_mut();
        let Some(query) = known.queries.iter_mut().find(|query| query.name == name) else { return };
        let Some(saved) = session.catalog().ok().and_then(|catalog| catalog.get(name).ok()) else { return };
        for (parameter, param) in query.parameters.iter_mut().zip(&saved.params) {
            if parameter.values.is_empty() {
                parameter.values = session.values_of(saved, param);
            }
        }
    }

    /// Candidates as rustyline lists them: one a line, the notes in a column of their own.
    fn pairs(&self, candidates: &[Candidate]) -> Vec<Pair> {
        let best = candidates.get(..CANDIDATES).unwrap_or(candidates);
        let widest = best.iter().map(|candidate| text::width(&candidate.show)).max().unwrap_or(0);
        // rustyline would put two candidates into a wide window, and tear the notes apart.
        let least = self.width / 2 + 1;
        let pair = |candidate: &Candidate| {
            let shown = text::fit(&candidate.show, widest.min(self.width / 2), text::Side::Left);
            let display =
                text::cut(&format!("{shown}  {}", candidate.note), self.width.saturating_sub(3).max(8));
            let short = text::width(&display) < least;
            let display = if short { text::fit(&display, least, text::Side::Left) } else { display };
            Pair { display, replacement: candidate.insert.clone() }
        };
        best.iter().map(pair).collect()
    }
}

/// A name put in place of a label at the first Tab; the second one lists the others.
struct Chosen {
    start: usize,
    inserted: String,
    all: Vec<Candidate>,
}

impl Chosen {
    fn is_at(&self, line: &str, pos: usize) -> bool {
        line.get(self.start..pos) == Some(self.inserted.as_str())
    }
}

/// The one candidate that is called exactly what was typed, in any language.
fn named_so<'c>(session: &Session, typed: &str, candidates: &'c [Candidate]) -> Option<&'c Candidate> {
    if typed.is_empty() || typed.contains(':') || candidates.len() < 2 {
        return None;
    }
    let called = session.names().exact(typed);
    let is_called = |candidate: &&Candidate| {
        let iri = session.prefixes().expand(&candidate.insert);
        let id = iri.and_then(|iri| session.look().id(NamedNodeRef::new_unchecked(&iri).into()));
        id.is_some_and(|id| called.contains(&id))
    };
    let mut fitting = candidates.iter().filter(is_called);
    fitting.next().filter(|_| fitting.next().is_none())
}

/// The files that the last word could be the beginning of; folders end with a slash.
fn files(before: &str) -> Vec<String> {
    let word = before.rsplit(char::is_whitespace).next().unwrap_or_default();
    if !statement::is_command(before) {
        return Vec::new();
    }
    let (folder, beginning) = word.rfind('/').map_or(("", word), |slash| word.split_at(slash + 1));
    let Ok(entries) = std::fs::read_dir(if folder.is_empty() { "." } else { folder }) else {
        return Vec::new();
    };
    let mut found: Vec<String> = entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let hidden = name.starts_with('.') && !beginning.starts_with('.');
            let slash = if entry.path().is_dir() { "/" } else { "" };
            (name.starts_with(beginning) && !hidden).then(|| format!("{folder}{name}{slash}"))
        })
        .take(1000)
        .collect();
    found.sort();
    found
}

/// The looks of what can be typed, as ANSI codes readable on dark and on light.
mod ink {
    pub const KEYWORD: &str = "1;34";
    pub const FUNCTION: &str = "36";
    pub const VARIABLE: &str = "33";
    pub const NAME: &str = "32";
    /// A name that the graph does not have: as a shell shows a command that is not there.
    pub const NOWHERE: &str = "4;31";
    pub const LITERAL: &str = "35";
    pub const COMMENT: &str = "2";
    pub const WRONG: &str = "31";
    pub const COMMAND: &str = "1;36";
    pub const BRACKET: &str = "1;7";
    pub const PROMPT: &str = "1";
}

fn paint(out: &mut String, code: &str, text: &str) {
    out.push_str("\x1b[");
    out.push_str(code);
    out.push('m');
    out.push_str(text);
    out.push_str("\x1b[0m");
}

impl Highlighter for Assistant {
    fn highlight<'l>(&self, line: &'l str, pos: usize) -> Cow<'l, str> {
        if !self.colour || line.is_empty() {
            return Cow::Borrowed(line);
        }
        Cow::Owned(if statement::is_command(line) { command(line) } else { self.sparql(line, pos) })
    }

    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, _: bool) -> Cow<'b, str> {
        let mut out = String::new();
        paint(&mut out, ink::PROMPT, prompt);
        Cow::Owned(out)
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        Cow::Owned(format!("\x1b[2m{hint}\x1b[0m"))
    }

    fn highlight_char(&self, line: &str, _: usize, kind: CmdKind) -> bool {
        self.settled.set(kind == CmdKind::ForcedRefresh);
        self.colour && !line.is_empty()
    }
}

fn command(line: &str) -> String {
    let name = line.split(char::is_whitespace).next().unwrap_or_default();
    let mut out = String::new();
    paint(&mut out, if commands::exists(name) { ink::COMMAND } else { ink::WRONG }, name);
    out.push_str(line.strip_prefix(name).unwrap_or_default());
    out
}

impl Assistant {
    fn sparql(&self, line: &str, pos: usize) -> String {
        let all = tokens(line);
        let session = self.session.borrow();
        let pair = if self.settled.get() { None } else { bracket_pair(line, pos) };
        let mut declared = Prefixes::new();
        for (name, iri) in tokens::declared(line, session.base()) {
            declared.insert(name, iri);
        }
        let mut out = String::with_capacity(line.len() * 2);
        let mut at = 0;
        for (index, token) in all.iter().enumerate() {
            out.push_str(line.get(at..token.range.start).unwrap_or_default());
            at = token.range.end;
            let here = token.text(line);
            if pair.as_ref().is_some_and(|pair| pair.contains(&token.range.start)) {
                paint(&mut out, ink::BRACKET, here);
                continue;
            }
            match look(&session, &declared, line, &all, index) {
                Some(code) => paint_lines(&mut out, code, here),
                None => out.push_str(here),
            }
        }
        out.push_str(line.get(at..).unwrap_or_default());
        out
    }
}

/// Paints each line by itself: colours must not leak over a line's end.
fn paint_lines(out: &mut String, code: &str, text: &str) {
    for (n, line) in text.split('\n').enumerate() {
        if n > 0 {
            out.push('\n');
        }
        paint(out, code, line);
    }
}

/// Where the bracket at or before the cursor and its partner begin.
fn bracket_pair(line: &str, pos: usize) -> Option<[usize; 2]> {
    let at = |at: usize| {
        let c = line.get(at..)?.chars().next()?;
        "{}()[]".contains(c).then(|| tokens::matching_bracket(line, at).map(|other| [at, other.start]))?
    };
    at(pos).or_else(|| at(pos.checked_sub(1)?))
}

/// How the token at `index` looks.
fn look(
    session: &Session,
    declared: &Prefixes,
    line: &str,
    all: &[Token],
    index: usize,
) -> Option<&'static str> {
    let token = all.get(index)?;
    Some(match token.kind {
        Kind::Keyword => ink::KEYWORD,
        Kind::Function => ink::FUNCTION,
        Kind::Variable => ink::VARIABLE,
        Kind::String | Kind::Number | Kind::Boolean | Kind::Language => ink::LITERAL,
        Kind::Comment => ink::COMMENT,
        Kind::Unknown if token.text(line) != "_" => ink::WRONG,
        Kind::Iri | Kind::PrefixedName => {
            let beside =
                |at: Option<usize>| at.and_then(|at| all.get(at)).map_or("", |token| token.text(line));
            let before = beside(index.checked_sub(1));
            let two_before = beside(index.checked_sub(2));
            let is = |word: &str, known: &str| word.eq_ignore_ascii_case(known);
            if beside(Some(index + 1)) == "(" {
                ink::FUNCTION
            } else if before == "^^"
                || ["PREFIX", "BASE", "SERVICE", "LOAD"].iter().any(|known| is(before, known))
                || is(two_before, "PREFIX")
                || occurs(session, declared, token.text(line))
            {
                ink::NAME
            } else {
                ink::NOWHERE
            }
        }
        Kind::BlankNode | Kind::Punctuation | Kind::Unknown => return None,
    })
}

/// Whether a name, as typed, is in the graph.
fn occurs(session: &Session, declared: &Prefixes, name: &str) -> bool {
    let iri = match name.strip_prefix('<') {
        Some(iri) => Some(iri.trim_end_matches('>').to_owned()),
        None => declared.expand(name).or_else(|| session.prefixes().expand(name)),
    };
    iri.is_some_and(|iri| session.look().id(NamedNodeRef::new_unchecked(&iri).into()).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Source;

    fn assistant() -> Assistant {
        let session = crate::embedded::open(&Source::Embedded).unwrap();
        Assistant::new(Rc::new(RefCell::new(session)), true, 80)
    }

    #[test]
    fn a_name_in_the_graph_looks_different_from_one_that_is_not() {
        let shown = assistant().sparql("ASK { vendor:baidu a bm:Nonsense }", 0);
        assert!(shown.contains("\x1b[32mvendor:baidu\x1b[0m"), "{shown:?}");
        assert!(shown.contains("\x1b[4;31mbm:Nonsense\x1b[0m"), "{shown:?}");
    }

    #[test]
    fn colours_add_nothing_but_colours() {
        for text in
            ["SELECT (COUNT(*) AS ?n)\n{ ?s ?p \"百\\\"度\"@zh # x\n}", "ASK { <http://e/> ^ %", "\"\"\"a\nb"]
        {
            let shown = assistant().sparql(text, 3);
            let mut plain = String::new();
            let mut rest = shown.as_str();
            while let Some((before, after)) = rest.split_once("\x1b[") {
                plain.push_str(before);
                rest = after.split_once('m').unwrap().1;
            }
            assert_eq!(plain + rest, text);
        }
    }

    #[test]
    fn the_bracket_at_the_cursor_and_its_partner_are_marked() {
        let shown = assistant().sparql("ASK { ?s ?p (1) }", 4);
        assert_eq!(shown.matches("\x1b[1;7m").count(), 2, "{shown:?}");
    }
}
