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
            _ if matches!(self.words(), "=" | "<" | ">" | "!=" | "<=" | ">=") => self.wrong(
                format!("`{}` compares, and stands in a FILTER", self.words()),
                "write `FILTER(?x = ...)`",
            ),
            _ if self.is("is") => {
                self.wrong("the predicate `is` is written `a`", "write `?x a bm:Thing`, with the class")
            }
            _ if place == Role::Pattern => self.path(WHAT),
            _ if self.eat("a") => Ok(()),
            _ => {
                self.iri(WHAT)?;
                if matches!(self.words(), "/" | "|" | "*" | "+" | "^") {
                    return self
                        .wrong("a path can stand only in a pattern", "what is made needs plain predicates");
                }
                Ok(())
            }
        }
    }

    fn path(&mut self, what: &str) -> Step {
        loop {
            self.path_step(what)?;
            if !(self.eat("/") || self.eat("|")) {
                return Ok(());
            }
            if self.kind() == Some(Kind::Variable) {
                return self.wrong("a path has no variables", "put a dot and a second triple instead");
            }
        }
    }

    fn path_step(&mut self, what: &str) -> Step {
        let _ = self.eat("^");
        if self.eat("!") {
            self.negated()?;
        } else if self.eat("(") {
            self.path("a path")?;
            self.expect(")", "`/`, `|` or `)`")?;
        } else if !self.eat("a") {
            self.iri(what)?;
        }
        let _ = self.eat("*") || self.eat("+") || self.eat("?");
        if self.is("{") && self.found.get(self.at + 1).is_some_and(|next| next.kind == Kind::Number) {
            return self.wrong(
                "SPARQL paths take no counts",
                "use `*`, `+` or `?`, or write the steps out: `p/p/p`",
            );
        }
        Ok(())
    }

    fn negated(&mut self) -> Step {
        let many = self.eat("(");
        if many && self.eat(")") {
            return Ok(()); // nothing is excluded
        }
        loop {
            let _ = self.eat("^");
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
