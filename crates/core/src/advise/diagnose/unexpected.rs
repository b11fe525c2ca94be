//! What stands where something else is expected: an unknown word, a bracket that does not fit, the end.
//!
//! In: where the walker is, and what could go on there. Out: the diagnostic that ends the walk.

use super::lexical;
use super::nearest;
use super::pattern::{AFTER, PARTS};
use super::walk::{Step, Walker};
use crate::engine::syntax::tokens::{Kind, is_closer};
use crate::error::{Diagnostic, Hint};

impl<'a> Walker<'a> {
    /// Stops here because something else is expected: says what, and what is found instead.
    pub(super) fn fail<T>(&self, expected: &str) -> Step<T> {
        let Some(token) = self.token() else { return self.ends_early(expected) };
        self.foreign_comment()?;
        self.dash_in_a_name()?;
        self.open_parenthesis(expected)?;
        let words = token.text(self.text);
        if token.kind == Kind::Punctuation && is_closer(words) {
            return self.closes_wrongly(words, expected);
        }
        if token.kind == Kind::Unknown {
            return self.unknown_word(expected);
        }
        if words.starts_with('@') {
            return self.wrong(
                format!("the tag `{words}` must follow a string directly"),
                "a text in Chinese is `\"百度\"@zh`",
            );
        }
        if words == "<" {
            self.iri_with_a_space()?;
            self.iri_without_end()?;
        }
        self.stop(helped(expected, self.said(format!("expected {expected}, found `{words}`"), self.here())))
    }

    /// An IRI in `<...>` that has a space: what reads it takes its `<` for the sign of a comparison.
    fn iri_with_a_space(&self) -> Step {
        let start = self.here().start;
        let line = self.text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        match line.find('>').and_then(|end| line.get(..=end)) {
            Some(iri) if iri.contains(' ') && looks_like_an_iri(iri) => {
                let finding = self.said("an IRI cannot contain a space", start..start + iri.len());
                self.stop(finding.hint("write it as `%20`, or remove it"))
            }
            _ => Ok(()),
        }
    }

    /// `<g {`: the name of a graph or a thing whose `>` was forgotten.
    fn iri_without_end(&self) -> Step {
        let start = self.here().start;
        let rest = self.text.get(start + 1..).unwrap_or_default();
        let end = rest.find(|c: char| c.is_whitespace() || "<>{}()\"".contains(c)).unwrap_or(rest.len());
        let name = rest.get(..end).unwrap_or_default().trim_end_matches(['.', ';', ',']);
        if !name.starts_with(|c: char| c.is_alphabetic() || c == '/' || c == '#') {
            return Ok(());
        }
        let finding = self.said("this `<` is never closed", start..start + 1);
        self.stop(finding.hint(format!("add `>` after `{name}`")))
    }

    /// A parenthesis that is open where what follows cannot stand within it.
    fn open_parenthesis(&self, expected: &str) -> Step {
        let Some(opener) = self.open.last().filter(|_| expected.ends_with("`)`")) else { return Ok(()) };
        let ends = self.is_any(&["{", "."]) || self.is_any(AFTER) || self.is_any(PARTS) || self.is("WHERE");
        if !ends || self.words_at(*opener) != "(" || self.at == opener + 1 || self.is_closed(*opener) {
            return Ok(());
        }
        self.never_closed(*opener)
    }

    /// Whether the parenthesis that stands at `opener` has its `)` behind this token, with no brace before it.
    pub(super) fn is_closed(&self, opener: usize) -> bool {
        self.closing(opener).is_some_and(|closer| {
            self.is_at(closer, ")")
                && (self.at..closer).all(|at| !self.is_at(at, "{") && !self.is_at(at, "}"))
        })
    }

    /// The parenthesis that stands at `opener` ends before this token.
    pub(super) fn never_closed<T>(&self, opener: usize) -> Step<T> {
        let finding =
            self.said(format!("this `{}` is never closed", self.words_at(opener)), self.range_at(opener));
        let closer = closer_of(self.words_at(opener));
        self.stop(
            finding.hint(format!("add `{closer}` after `{}`", self.words_at(self.at.saturating_sub(1)))),
        )
    }

    /// Goes past the `)` behind a name that AS gives.
    pub(super) fn close_after_name(&mut self) -> Step {
        match self.open.last().copied() {
            Some(opener)
                if !self.is(")") && !self.is("}") && self.token().is_some() && !self.is_closed(opener) =>
            {
                self.dash_in_a_name()?;
                self.never_closed(opener)
            }
            _ => self.expect(")", "`)`"),
        }
    }

    fn ends_early<T>(&self, expected: &str) -> Step<T> {
        if let Some(opener) = self.open.last() {
            let words = self.words_at(*opener);
            let closer = closer_of(words);
            return self.stop(
                self.said(format!("this `{words}` is never closed"), self.range_at(*opener)).hint(format!(
                    "add `{closer}` where it should end; the text ends where {expected} is expected"
                )),
            );
        }
        let finding = self.said(format!("expected {expected}, found the end of the text"), self.here());
        self.stop(helped(expected, finding))
    }

    fn closes_wrongly<T>(&self, words: &str, expected: &str) -> Step<T> {
        let Some(opener) = self.open.last() else {
            return self.wrong(
                format!("this `{words}` closes nothing"),
                format!("remove it, or add its partner `{}` before", opener_of(words)),
            );
        };
        let open = self.words_at(*opener);
        let right = closer_of(open);
        // Where none of its kind is open there is one too many of it, and none too few of the other.
        if !self.open.iter().any(|opener| closer_of(self.words_at(*opener)) == words) {
            return self.wrong(format!("this `{words}` closes nothing"), "remove it");
        }
        if right == words {
            return self.stop(self.said(format!("expected {expected} before `{words}`"), self.here()));
        }
        self.stop(self.said(format!("`{words}` cannot close the `{open}` before it"), self.here()).hint(
            format!("close `{open}` with `{right}` first (it stands in line {})", self.line_of(*opener)),
        ))
    }

    fn line_of(&self, index: usize) -> usize {
        self.text.get(..self.range_at(index).start).map_or(1, |before| before.matches('\n').count() + 1)
    }

    /// A word that is none of SPARQL: a misspelt keyword, a variable without `?`, a name of the graph.
    pub(super) fn unknown_word<T>(&self, expected: &str) -> Step<T> {
        let words = self.words();
        let before = self.found.get(self.at.wrapping_sub(1));
        if let Some(before) =
            before.filter(|token| token.kind == Kind::String && token.range.end == self.here().start)
        {
            if words == "@" {
                return self.wrong("a language is missing after `@`", "as in \"百度\"@zh");
            }
            let quote = before.text(self.text).chars().next().unwrap_or('"');
            return self
                .stop(self.said(format!("the string ends before `{words}`"), self.here()).hint(format!(
                "within a string write the quote as `\\{quote}`, or use the other kind of quotes around it"
            )));
        }
        if !words.chars().all(char::is_alphanumeric) && words.chars().count() == 1 {
            return self.wrong(format!("unexpected `{words}`"), format!("expected {expected}"));
        }
        self.unit_of_a_number(self.at.saturating_sub(1))?;
        if let Some(wide) = self.wide_behind() {
            return self.stop(wide);
        }
        self.foreign_comment()?;
        self.dash_in_a_name()?;
        self.of_elsewhere::<T>()?;
        let mut finding = self.said(format!("unknown word `{words}`"), self.here());
        if let Some(variable) = self.variable_like(words) {
            finding = finding.hint(format!("the variable is written `{variable}`"));
        } else if let Some(keyword) = nearest::keyword(words) {
            finding = finding.hint(format!("did you mean `{keyword}`?"));
        } else if of_graph(expected) {
            finding = finding.hint(GRAPH_NAME);
        } else {
            let mut things = nearest::things(words, self.known);
            // No text stands where a name must.
            if ["a predicate", "a datatype"].iter().any(|what| expected.starts_with(what)) {
                things.extend(nearest::well_known(words));
                if things.is_empty() {
                    return self.stop(finding.hint(format!("expected {expected}")).hint(Hint::ListSchema));
                }
            } else {
                things.push(match words.is_ascii() {
                    true => format!("\"{words}\""),
                    false => format!("\"{words}\"@zh"),
                });
            }
            let things: Vec<_> = things.iter().map(|thing| format!("`{thing}`")).collect();
            finding = finding.hint(format!("did you mean {}?", things.join(" or ")));
        }
        self.stop(finding)
    }

    /// The full-width sign that stands right behind this word, as in `bm：vendor`.
    pub(super) fn wide_behind(&self) -> Option<Diagnostic> {
        let next = self.found.get(self.at + 1).filter(|next| next.range.start == self.here().end)?;
        lexical::wide(self.text, next)
    }

    /// The variable of the text that is called so but for its `?`.
    fn variable_like(&self, word: &str) -> Option<&'a str> {
        let variables = self.found.iter().filter(|token| token.kind == Kind::Variable);
        variables.map(|token| token.text(self.text)).find(|variable| variable.get(1..) == Some(word))
    }
}

/// Whether what stands between `<` and `>` was meant as an IRI, and not for what two comparisons compare.
fn looks_like_an_iri(text: &str) -> bool {
    let inside = text.trim_start_matches('<');
    inside.starts_with(|c: char| c.is_alphabetic() || c == ':')
        && inside.contains(':')
        && !inside.contains(['(', '?', '{'])
}

/// What the name of a graph looks like.
const GRAPH_NAME: &str = "a graph is named by its IRI in `<...>` or a prefixed name";

/// Whether the name of a graph is expected.
fn of_graph(expected: &str) -> bool {
    matches!(expected, "the IRI of a graph" | "a graph, or DEFAULT")
}

/// A finding with what helps where this is expected.
fn helped(expected: &str, finding: Diagnostic) -> Diagnostic {
    match expected {
        _ if of_graph(expected) => finding.hint(GRAPH_NAME),
        _ if expected.starts_with("a predicate") => finding.hint(Hint::ListSchema),
        _ => finding,
    }
}

/// The closing partner of an opening bracket.
fn closer_of(opener: &str) -> &'static str {
    match opener {
        "{" => "}",
        "(" => ")",
        "[" => "]",
        "<<" => ">>",
        "<<(" => ")>>",
        _ => "|}",
    }
}

fn opener_of(closer: &str) -> &'static str {
    match closer {
        "}" => "{",
        ")" => "(",
        "]" => "[",
        ">>" => "<<",
        ")>>" => "<<(",
        _ => "{|",
    }
}
