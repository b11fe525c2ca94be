//! The variables and rows of VALUES.
//!
//! In: tokens after the word. Out: the first [`Diagnostic`](crate::error::Diagnostic), or the variables.

use super::triples::Role;
use super::walk::{Step, Vars, Walker};
use crate::engine::syntax::tokens::Kind;
use std::collections::BTreeSet;

impl Walker<'_> {
    /// The variables and rows of VALUES.
    pub(super) fn values(&mut self) -> Step<Vars> {
        let many = self.eat("(");
        let mut names = Vec::new();
        let mut vars = Vars::new();
        while many && !self.is(")") || !many && names.is_empty() {
            let range = self.here();
            let name = self.variable("a variable, or variables in parentheses")?;
            if !vars.insert(name.clone()) {
                return self
                    .stop(self.said(format!("VALUES names `?{name}` twice"), range).hint("remove one"));
            }
            names.push(name);
        }
        if many {
            self.expect(")", "`)`")?;
        } else if self.kind() == Some(Kind::Variable) {
            return self.wrong(
                "several variables of VALUES stand in parentheses",
                "write `VALUES (?a ?b) { (1 2) (3 4) }`",
            );
        }
        if !self.is("{") && self.token().is_some() {
            return self.values_without_braces(names.len(), many);
        }
        self.expect("{", "the values in braces: `{ ... }`")?;
        while self.token().is_some() && !self.is("}") {
            if many { self.row(names.len())? } else { self.value()? }
        }
        self.expect("}", "a value or `}`")?;
        Ok(vars)
    }

    /// `VALUES ?x (1 2)`, `VALUES ?x 1 2`.
    fn values_without_braces<T>(&self, width: usize, many: bool) -> Step<T> {
        self.foreign_comment()?;
        self.dash_in_a_name()?;
        let general = if many { "VALUES (?a ?b) { (1 2) (3 4) }" } else { "VALUES ?x { 1 2 }" };
        let plain = self.closing(self.at).filter(|_| width == 1 && !many).and_then(|closer| {
            let inside: Vec<usize> = (self.at + 1..closer).filter(|index| !self.is_at(*index, ",")).collect();
            use Kind::{Boolean, Iri, Number, PrefixedName, String};
            let is_value = |index: &usize| {
                matches!(self.kind_at(*index), Some(Boolean | Iri | Number | PrefixedName | String))
            };
            let values: Vec<&str> = inside.iter().map(|index| self.words_at(*index)).collect();
            let name = self.words_at(self.at - 1);
            (inside.iter().all(is_value) && !values.is_empty())
                .then(|| format!("VALUES {name} {{ {} }}", values.join(" ")))
        });
        let written = plain.unwrap_or_else(|| general.to_owned());
        self.wrong("the values of VALUES stand in braces", format!("write `{written}`"))
    }

    fn row(&mut self, width: usize) -> Step {
        if !self.is("(") {
            return self
                .wrong("each row of VALUES stands in parentheses", "write `VALUES (?a ?b) { (1 2) (3 4) }`");
        }
        let opener = self.here();
        self.eat("(");
        let mut count = 0;
        while self.token().is_some() && !self.is(")") {
            self.value()?;
            count += 1;
        }
        let end = self.here().end;
        self.expect(")", "a value or `)`")?;
        if count != width {
            let (have, want) = (plural(count, "value"), plural(width, "variable"));
            return self.stop(
                self.said(format!("this row has {have} for {want}"), opener.start..end)
                    .hint("write UNDEF where there is none"),
            );
        }
        Ok(())
    }

    fn value(&mut self) -> Step {
        if self.eat("UNDEF") {
            return Ok(());
        }
        if self.is(",") {
            return self.wrong("the values stand without commas", "remove the `,`");
        }
        if self.kind() == Some(Kind::Variable) || self.kind() == Some(Kind::BlankNode) {
            return self.wrong(
                format!("VALUES takes only names and values, not `{}`", self.words()),
                "write UNDEF for no value",
            );
        }
        if self.is("{") || self.is("(") || self.is("[") {
            return self.wrong(
                format!("expected a value, found `{}`", self.words()),
                "several variables need parentheses around their names too",
            );
        }
        let (start, mut vars) = (self.at, BTreeSet::new());
        self.node(Role::Pattern, &mut vars, "a value: a name, a string, a number")?;
        let open = |index: &usize| matches!(self.kind_at(*index), Some(Kind::Variable | Kind::BlankNode));
        match (start..self.at).find(open) {
            Some(index) => {
                let message = format!("VALUES takes only names and values, not `{}`", self.words_at(index));
                let remedy = "what is looked for stands in a pattern: write the triple term there";
                self.stop(self.said(message, self.range_at(index)).hint(remedy))
            }
            None => Ok(()),
        }
    }
}

fn plural(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
