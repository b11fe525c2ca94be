//! A query as every lint reads it: its algebra, its text in tokens, and what is known of the graph.
//!
//! In: a parsed query and its text. Out: its parts, and diagnostics at words of the text. The algebra keeps no
//! places, so a diagnostic stands at the last token that reads like what it is about.

use super::scope::{Site, sites};
use super::values::Values;
use crate::advise::Knowledge;
use crate::engine::syntax::algebra::{Expression, Query, expressions, operands, pattern};
use crate::engine::syntax::tokens::{Kind, Token, tokens};
use crate::error::{Diagnostic, Hint, Span};
use std::cell::OnceCell;
use std::collections::HashMap;

/// A query, read.
pub(super) struct Reading<'a> {
    pub(super) query: &'a Query,
    pub(super) text: &'a str,
    /// The tokens of the text, without comments.
    pub(super) tokens: Vec<Token>,
    pub(super) known: &'a Knowledge<'a>,
    /// Its patterns from the outermost inwards, those of EXISTS included.
    pub(super) sites: Vec<Site<'a>>,
    values: OnceCell<Values>,
    counts: OnceCell<HashMap<&'a str, usize>>,
}

/// A call of a function in the text.
pub(super) struct Call<'a> {
    /// The function, in capitals.
    pub(super) name: String,
    /// The place of its name among the tokens.
    pub(super) at: usize,
    /// The place of its first argument, DISTINCT passed over.
    pub(super) argument: usize,
    /// The variable that its first argument is, without `?`.
    pub(super) variable: Option<&'a str>,
}

impl<'a> Reading<'a> {
    pub(super) fn of(query: &'a Query, text: &'a str, known: &'a Knowledge<'a>) -> Self {
        let tokens = tokens(text).into_iter().filter(|token| token.kind != Kind::Comment).collect();
        let sites = sites(pattern(query));
        Self { query, text, tokens, known, sites, values: OnceCell::new(), counts: OnceCell::new() }
    }

    /// All expressions, and those within them.
    pub(super) fn expressions(&self) -> Vec<&'a Expression> {
        let mut found = Vec::new();
        let mut left: Vec<_> = self.sites.iter().flat_map(|site| expressions(site.pattern)).collect();
        while let Some(expression) = left.pop() {
            found.push(expression);
            left.extend(operands(expression));
        }
        found
    }

    /// The text of the token at `index`; empty past the end.
    pub(super) fn word(&self, index: usize) -> &'a str {
        self.tokens.get(index).map_or("", |token| token.text(self.text))
    }

    /// Whether the token at `index` reads so, letter case aside.
    pub(super) fn is(&self, index: usize, word: &str) -> bool {
        self.word(index).eq_ignore_ascii_case(word)
    }

    /// The kind of the token at `index`; nothing past the end.
    pub(super) fn kind(&self, index: usize) -> Option<Kind> {
        self.tokens.get(index).map(|token| token.kind)
    }

    /// What the variables can be, read when first asked for.
    pub(super) fn values(&self) -> &Values {
        self.values.get_or_init(|| Values::of(pattern(self.query), self.known))
    }

    /// The calls of functions, in the order of the text.
    pub(super) fn calls(&self) -> impl Iterator<Item = Call<'a>> + '_ {
        let is_call = |at: &usize| self.kind(*at) == Some(Kind::Function) && self.word(at + 1) == "(";
        (0..self.tokens.len()).filter(is_call).map(|at| {
            let argument = if self.is(at + 2, "DISTINCT") { at + 3 } else { at + 2 };
            let alone = matches!(self.word(argument + 1), "," | ")");
            let variable = alone && self.kind(argument) == Some(Kind::Variable);
            let variable = variable.then(|| self.word(argument).get(1..).unwrap_or_default());
            Call { name: self.word(at).to_uppercase(), at, argument, variable }
        })
    }

    /// The first and the last token of each argument of the call whose parenthesis opens at `open`.
    pub(super) fn arguments(&self, open: usize) -> Option<Vec<(usize, usize)>> {
        let (mut arguments, mut depth, mut from) = (Vec::new(), 0_usize, open + 1);
        for at in open..self.tokens.len() {
            match self.word(at) {
                "(" | "{" | "[" if self.kind(at) == Some(Kind::Punctuation) => depth += 1,
                ")" | "}" | "]" if self.kind(at) == Some(Kind::Punctuation) => {
                    depth = depth.checked_sub(1)?
                }
                "," if depth == 1 => {
                    arguments.push((from, at.checked_sub(1)?));
                    from = at + 1;
                }
                _ => {}
            }
            if depth == 0 {
                arguments.push((from, at.checked_sub(1)?));
                return Some(arguments);
            }
        }
        None
    }

    /// A diagnostic at the text from one token to another.
    pub(super) fn at_tokens(&self, from: usize, to: usize, diagnostic: Diagnostic) -> Option<Diagnostic> {
        let (first, last) = (self.tokens.get(from)?, self.tokens.get(to)?);
        Some(diagnostic.at(Span::in_text("query", self.text, first.range.start..last.range.end)))
    }

    /// The names of the variables in the text, without `?`, as often as they stand there.
    pub(super) fn variables(&self) -> impl Iterator<Item = &'a str> {
        let variables = self.tokens.iter().filter(|token| token.kind == Kind::Variable);
        variables.filter_map(|token| token.text(self.text).get(1..))
    }

    /// How often a variable stands in the text.
    pub(super) fn count(&self, name: &str) -> usize {
        let counts = self.counts.get_or_init(|| {
            self.variables().fold(HashMap::new(), |mut counts, name| {
                *counts.entry(name).or_default() += 1;
                counts
            })
        });
        counts.get(name).copied().unwrap_or_default()
    }

    /// A diagnostic at the last token that reads like one of `words`; without such a token there is none.
    pub(super) fn at_word(
        &self,
        words: &[&str],
        message: impl Into<String>,
        hint: impl Into<Hint>,
    ) -> Option<Diagnostic> {
        let reads =
            |token: &&Token| words.iter().any(|word| token.text(self.text).eq_ignore_ascii_case(word));
        let token = self.tokens.iter().rfind(reads)?;
        let span = Span::in_text("query", self.text, token.range.clone());
        Some(Diagnostic::new(message).hint(hint).at(span))
    }

    /// [`Self::at_word`] of a variable.
    pub(super) fn at_variable(
        &self,
        name: &str,
        message: impl Into<String>,
        hint: impl Into<Hint>,
    ) -> Option<Diagnostic> {
        self.at_word(&[&format!("?{name}"), &format!("${name}")], message, hint)
    }
}

/// Whether a variable is bound from outside.
pub(super) fn is_parameter(name: &str) -> bool {
    name.starts_with('_')
}

/// A string without its quotes.
pub(super) fn unquoted(words: &str) -> &str {
    for quote in ["\"\"\"", "'''", "\"", "'"] {
        if let Some(inner) = words.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) {
            return inner;
        }
    }
    words
}
