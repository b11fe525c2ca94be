//! A query as every lint reads it: its algebra, its text in tokens, and what is known of the graph.
//!
//! In: a parsed query and its text. Out: its parts, and diagnostics at words of the text. The algebra keeps no
//! places, so a diagnostic stands at the last token that reads like what it is about.

use super::scope::{Site, sites};
use crate::advise::Knowledge;
use crate::engine::syntax::algebra::{Expression, Query, expressions, operands, pattern};
use crate::engine::syntax::tokens::{Kind, Token, tokens};
use crate::error::{Diagnostic, Hint, Span};

/// A query, read.
pub(super) struct Reading<'a> {
    pub(super) query: &'a Query,
    pub(super) text: &'a str,
    /// The tokens of the text, without comments.
    pub(super) tokens: Vec<Token>,
    pub(super) known: &'a Knowledge<'a>,
    /// Its patterns from the outermost inwards, those of EXISTS included.
    pub(super) sites: Vec<Site<'a>>,
}

impl<'a> Reading<'a> {
    pub(super) fn of(query: &'a Query, text: &'a str, known: &'a Knowledge<'a>) -> Self {
        let tokens = tokens(text).into_iter().filter(|token| token.kind != Kind::Comment).collect();
        Self { query, text, tokens, known, sites: sites(pattern(query)) }
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

    /// The names of the variables in the text, without `?`, as often as they stand there.
    pub(super) fn variables(&self) -> impl Iterator<Item = &'a str> {
        let variables = self.tokens.iter().filter(|token| token.kind == Kind::Variable);
        variables.filter_map(|token| token.text(self.text).get(1..))
    }

    /// How often a variable stands in the text.
    pub(super) fn count(&self, name: &str) -> usize {
        self.variables().filter(|variable| *variable == name).count()
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
