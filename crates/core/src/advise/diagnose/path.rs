//! Predicates and property paths.
//!
//! In: tokens from a predicate on. Out: the first [`Diagnostic`](crate::error::Diagnostic).

use super::triples::Role;
use super::walk::{Step, Vars, Walker};
use crate::engine::syntax::tokens::Kind;

impl Walker<'_> {
    /// A predicate: a variable, a name, `a`, or a path.
    pub(super) fn verb(&mut self, place: Role<'_>, vars: &mut Vars) -> Step {
        const WHAT: &str = "a predicate: a variable, a name, or a path";
        self.assigned(":=")?;
        match self.kind() {
            Some(Kind::Variable) => {
                self.template_variable(place)?;
                vars.insert(self.variable(WHAT)?);
                let number = self.found.get(self.at + 1).is_some_and(|next| next.kind == Kind::Number);
                self.foreign_comment()?;
                if matches!(self.words(), "/" | "|" | "*" | "+") && !number && place == Role::Pattern {
                    return self.wrong(
                        "a path has no variables",
                        "a path is made of names: `rdfs:label`, `^`, `/`, `|`, `*`, `+`, `?`",
                    );
                }
                Ok(())
            }
            Some(Kind::String | Kind::Number | Kind::Boolean) => self.wrong(
                format!("`{}` cannot be a predicate", self.words()),
                "a triple is: subject, predicate, object; a text is only an object",
            ),
            Some(Kind::BlankNode) => self.wrong("a blank node cannot be a predicate", "use a variable"),
            _ if self.is("<") && self.touches_a_word() => self.fail(WHAT),
            _ if matches!(self.words(), "=" | "<" | ">" | "!=" | "<=" | ">=") => {
                self.comparison_in_pattern(false)
            }
            _ if self.is("is") => {
                self.wrong("the predicate `is` is written `a`", "write `?x a bm:Thing`, with the class")
            }
            _ if place == Role::Pattern => self.path(WHAT),
            _ if self.eat("a") => Ok(()),
            _ => {
                self.iri(WHAT)?;
                if matches!(self.words(), "/" | "|" | "*" | "+" | "^") {
                    return self.path_in_template(place);
                }
                Ok(())
            }
        }
    }

    /// A path where triples are made, or named.
    fn path_in_template(&self, place: Role<'_>) -> Step {
        let (message, remedy) = match place {
            Role::Template("") => (
                "a path cannot stand within a quoted triple".to_owned(),
                "it has one predicate: put the path into a triple of its own".to_owned(),
            ),
            Role::Template(word @ ("CONSTRUCT WHERE" | "DELETE WHERE")) => {
                let verb = word.trim_end_matches(" WHERE");
                (
                    format!("{word} takes no paths, since its pattern is its template too"),
                    format!("write the two apart: `{verb} {{ ... }} WHERE {{ ... }}`"),
                )
            }
            _ => (
                "a path can stand only in a pattern".to_owned(),
                "what is made needs plain predicates".to_owned(),
            ),
        };
        self.wrong(message, remedy)
    }

    /// Whether a letter stands right behind this sign.
    pub(super) fn touches_a_word(&self) -> bool {
        self.text.get(self.here().end..).is_some_and(|rest| rest.starts_with(char::is_alphabetic))
    }

    fn path(&mut self, what: &str) -> Step {
        loop {
            self.path_step(what)?;
            if !(self.eat("/") || self.eat("|")) {
                return Ok(());
            }
            self.step_missing()?;
            if self.kind() == Some(Kind::Variable) {
                return self.wrong("a path has no variables", "put a dot and a second triple instead");
            }
        }
    }

    /// `rdfs:subClassOf/*`, `a//rdfs:label`: behind a `/` that touches its step no step stands. A comment of C may look
    /// the same, and then has its end or words behind it.
    fn step_missing(&self) -> Step {
        let slash = self.at - 1;
        let touch = |index: usize| self.range_at(index).end == self.range_at(index + 1).start;
        let before = slash.saturating_sub(1);
        let is_step = matches!(self.kind_at(before), Some(Kind::Iri | Kind::PrefixedName))
            || self.is_at(before, "a")
            || self.is_at(before, ")");
        if !self.is_at(slash, "/") || !is_step || !touch(before) || !touch(slash) {
            return Ok(());
        }
        let sign = self.words();
        let rest = self.text.get(self.here().end..).unwrap_or_default();
        let remedy = match sign {
            "*" | "+" | "?" if !rest.contains("*/") && !touch(self.at) => {
                format!("{}{sign}", self.words_at(before))
            }
            "/" if touch(self.at)
                && matches!(self.kind_at(self.at + 1), Some(Kind::Iri | Kind::PrefixedName)) =>
            {
                "/".to_owned()
            }
            _ => return Ok(()),
        };
        let range = self.range_at(slash).start..self.here().end;
        let message = format!("a step of the path is missing between `/` and `{sign}`");
        self.stop(self.said(message, range).hint(format!("write `{remedy}`")))
    }

    fn path_step(&mut self, what: &str) -> Step {
        let _ = self.eat("^");
        if self.eat("!") {
            self.negated()?;
        } else if self.eat("(") {
            let opener = self.at - 1;
            self.path("a path")?;
            if self.kind() == Some(Kind::Variable) && !self.is_closed(opener) {
                return self.never_closed(opener);
            }
            self.expect(")", "`/`, `|` or `)`")?;
        } else if !self.eat("a") {
            self.iri(what)?;
        }
        let repeated = self.eat("*") || self.eat("+") || self.eat("?");
        if repeated {
            self.repeated_twice()?;
        }
        if self.is("{") && self.found.get(self.at + 1).is_some_and(|next| next.kind == Kind::Number) {
            return self.wrong(
                "SPARQL paths take no counts",
                "use `*`, `+` or `?`, or write the steps out: `p/p/p`",
            );
        }
        Ok(())
    }

    /// `+*`: a step repeats once.
    fn repeated_twice(&self) -> Step {
        let (first, second) = (self.words_at(self.at - 1), self.words());
        let is_number = second == "+" && self.kind_at(self.at + 1) == Some(Kind::Number);
        if !matches!(second, "*" | "+" | "?") || is_number {
            return Ok(());
        }
        let range = self.range_at(self.at - 1).start..self.here().end;
        let one = if first == second { first } else { "*" };
        self.stop(self.said("a step of a path repeats once", range).hint(format!("write `{one}`")))
    }

    fn negated(&mut self) -> Step {
        let many = self.eat("(");
        if many && self.eat(")") {
            return Ok(()); // nothing is excluded
        }
        loop {
            let _ = self.eat("^");
            if self.kind() == Some(Kind::Variable) {
                let name = self.words();
                let finding = self.said("`!` excludes names, and no variables", self.here());
                return self.stop(if many || self.is_at(self.at - 1, "^") {
                    finding
                } else {
                    finding.hint(format!(
                        "give the predicate a name, and compare that: `?s ?other ?o FILTER(?other != {name})`"
                    ))
                });
            }
            if !self.eat("a") {
                self.iri("a name after `!`: only names can be excluded")?;
            }
            if !many || !self.eat("|") {
                break;
            }
        }
        if many { self.expect(")", "`|` or `)`") } else { Ok(()) }
    }
}
