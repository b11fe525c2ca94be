//! The walker: goes through the tokens as the grammar allows and stops where it does not.
//!
//! In: tokens without comments. Out: the first [`Diagnostic`]. This file has the walker's steps; what the grammar allows is
//! in its neighbours: `declarations`, `query`, `modifiers`, `pattern`, `triples`, `path`, `values`, `template`,
//! `expression`, `grouping`, `update`.

use super::said;
use crate::advise::Knowledge;
use crate::engine::syntax::tokens::{Kind, Token, is_closer, is_opener};
use crate::error::{Diagnostic, Hint};
use std::collections::BTreeSet;
use std::ops::Range;

/// What a step returns: the first thing wrong ends the walk. Boxed, as it is rare.
pub(super) type Step<T = ()> = Result<T, Box<Diagnostic>>;

/// Names of variables, without `?`.
pub(super) type Vars = BTreeSet<String>;

/// A variable without `?`, and where it stands.
pub(super) type Mention = (String, Range<usize>);

/// Where the walk is.
pub(super) struct Walker<'a> {
    pub(super) text: &'a str,
    pub(super) found: &'a [Token],
    pub(super) at: usize,
    pub(super) known: &'a Knowledge<'a>,
    pub(super) declared: BTreeSet<String>,
    /// The open brackets, as places in `found`.
    pub(super) open: Vec<usize>,
    pub(super) update: bool,
    /// Blank node labels of the groups before, and of this one.
    pub(super) used_labels: BTreeSet<String>,
    pub(super) labels: BTreeSet<String>,
    /// The variables met in the expression being walked, outside aggregates; and whether it has any.
    pub(super) mentioned: Vec<Mention>,
    pub(super) aggregates: usize,
    /// The aggregate whose argument is being walked.
    pub(super) in_aggregate: Option<String>,
    /// The clause being walked, where it may hold no aggregate.
    pub(super) no_aggregate: Option<&'static str>,
}

/// How long a part of the text is quoted in a hint at most, in characters.
const QUOTED: usize = 60;

impl<'a> Walker<'a> {
    pub(super) fn new(text: &'a str, found: &'a [Token], known: &'a Knowledge<'a>, update: bool) -> Self {
        Self {
            text,
            found,
            at: 0,
            known,
            declared: BTreeSet::new(),
            open: Vec::new(),
            update,
            used_labels: BTreeSet::new(),
            labels: BTreeSet::new(),
            mentioned: Vec::new(),
            aggregates: 0,
            in_aggregate: None,
            no_aggregate: None,
        }
    }

    /// Walks the whole text: what is wrong, and where the walk ended.
    pub(super) fn finding(mut self) -> Option<(Diagnostic, usize)> {
        let walked = if self.update { self.updates() } else { self.query() };
        walked.err().map(|finding| (*finding, self.here().start))
    }

    pub(super) fn token(&self) -> Option<&'a Token> {
        self.found.get(self.at)
    }

    pub(super) fn kind(&self) -> Option<Kind> {
        self.kind_at(self.at)
    }

    pub(super) fn kind_at(&self, index: usize) -> Option<Kind> {
        self.found.get(index).map(|token| token.kind)
    }

    /// The bracket that closes the one at `index`; nothing where there is none of either.
    pub(super) fn closing(&self, index: usize) -> Option<usize> {
        let is_bracket = |at: usize| self.kind_at(at) == Some(Kind::Punctuation);
        if !is_bracket(index) || !is_opener(self.words_at(index)) {
            return None;
        }
        let mut depth = 0_usize;
        (index..self.found.len()).filter(|at| is_bracket(*at)).find(|at| {
            depth += usize::from(is_opener(self.words_at(*at)));
            depth = depth.saturating_sub(usize::from(is_closer(self.words_at(*at))));
            depth == 0
        })
    }

    /// A part of the text in one line and without its comments, to be written in its place; `...` for one that is
    /// too long, or has a string over many lines.
    pub(super) fn quoted(&self, range: Range<usize>) -> String {
        let within = |token: &&Token| range.start <= token.range.start && token.range.end <= range.end;
        let mut line = String::new();
        let mut end = range.start;
        for token in self.found.iter().filter(within) {
            if token.range.start > end {
                line.push(' ');
            }
            line += token.text(self.text);
            end = token.range.end;
        }
        let fits = line.chars().count() <= QUOTED && !line.contains(['\n', '\r']);
        if fits { line } else { "...".to_owned() }
    }

    /// The variable that an AS at this token names, with its `?`; `?name` where it names none.
    pub(super) fn name_after_as(&self) -> String {
        let (kind, words) = (self.kind_at(self.at + 1), self.words_at(self.at + 1));
        let is_name = words.starts_with(|c: char| c.is_alphabetic())
            && words.chars().all(|c| c.is_alphanumeric() || c == '_');
        match kind {
            Some(Kind::Variable) if self.is("AS") => words.to_owned(),
            Some(Kind::Unknown) if self.is("AS") && is_name => format!("?{words}"),
            _ => "?name".to_owned(),
        }
    }

    /// The text of the token `ahead` of this one, or nothing past the end.
    pub(super) fn words_at(&self, index: usize) -> &'a str {
        self.found.get(index).map_or("", |token| token.text(self.text))
    }

    pub(super) fn words(&self) -> &'a str {
        self.words_at(self.at)
    }

    /// The place of the current token; at the end, the last character.
    pub(super) fn here(&self) -> Range<usize> {
        self.range_at(self.at)
    }

    pub(super) fn range_at(&self, index: usize) -> Range<usize> {
        match self.found.get(index) {
            Some(token) => token.range.clone(),
            None => self.found.last().map_or(0..0, |token| token.range.clone()),
        }
    }

    pub(super) fn is(&self, word: &str) -> bool {
        self.is_at(self.at, word)
    }

    pub(super) fn is_at(&self, index: usize, word: &str) -> bool {
        self.found.get(index).is_some_and(|token| {
            token.kind != Kind::String && token.text(self.text).eq_ignore_ascii_case(word)
        })
    }

    pub(super) fn is_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(word))
    }

    /// Goes past this word, if it is here; keeps account of brackets.
    pub(super) fn eat(&mut self, word: &str) -> bool {
        if !self.is(word) {
            return false;
        }
        if is_opener(word) {
            self.open.push(self.at);
        } else if is_closer(word) {
            self.open.pop();
        }
        self.at += 1;
        true
    }

    pub(super) fn expect(&mut self, word: &str, what: &str) -> Step {
        if self.eat(word) { Ok(()) } else { self.fail(what) }
    }

    /// A diagnostic at a place of the text.
    pub(super) fn said(&self, message: impl Into<String>, range: Range<usize>) -> Diagnostic {
        said(self.text, message, range)
    }

    /// Stops here with a finding.
    pub(super) fn stop<T>(&self, finding: Diagnostic) -> Step<T> {
        Err(Box::new(finding))
    }

    /// Stops here with a message and a hint.
    pub(super) fn wrong<T>(&self, message: impl Into<String>, hint: impl Into<Hint>) -> Step<T> {
        self.stop(self.said(message, self.here()).hint(hint))
    }

    pub(super) fn variable(&mut self, what: &str) -> Step<String> {
        if self.kind() != Some(Kind::Variable) {
            if self.kind() == Some(Kind::Unknown) && self.words().chars().all(char::is_alphanumeric) {
                let words = self.words();
                return self.wrong(
                    format!("the variable `{words}` lacks its question mark"),
                    format!("write `?{words}`"),
                );
            }
            return self.fail(what);
        }
        let name = self.words().get(1..).unwrap_or_default().to_owned();
        self.at += 1;
        Ok(name)
    }

    /// Goes past an IRI or prefixed name whose prefix is known.
    pub(super) fn iri(&mut self, what: &str) -> Step {
        match self.kind() {
            Some(Kind::Iri) => {}
            Some(Kind::PrefixedName) => self.known_prefix()?,
            _ => return self.fail(what),
        }
        self.at += 1;
        Ok(())
    }

    pub(super) fn at_iri(&self) -> bool {
        matches!(self.kind(), Some(Kind::Iri | Kind::PrefixedName))
    }
}
