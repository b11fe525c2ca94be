//! The walker's part within braces: groups and what they are made of, triples aside.
//!
//! In: tokens from `{` on. Out: the first [`Diagnostic`](crate::error::Diagnostic), or the variables in scope after the
//! group.

use super::triples::Role;
use super::walk::{Step, Vars, Walker};
use crate::engine::syntax::tokens::Kind;

/// What cannot stand within braces, as it comes after them.
pub(super) const AFTER: &[&str] = &["ORDER", "LIMIT", "OFFSET", "GROUP", "HAVING"];

/// What begins a part of a group that is not a triple.
pub(super) const PARTS: &[&str] =
    &["OPTIONAL", "FILTER", "BIND", "UNION", "MINUS", "GRAPH", "SERVICE", "VALUES", "LATERAL"];

impl Walker<'_> {
    /// A group in braces: returns the variables in scope after it.
    pub(super) fn group(&mut self) -> Step<Vars> {
        self.expect("{", "a group in braces: `{ ... }`")?;
        self.next_scope();
        let vars = if self.is("SELECT") { self.sub_select()? } else { self.parts()? };
        self.next_scope();
        self.expect("}", "a triple or `}`")?;
        Ok(vars)
    }

    fn next_scope(&mut self) {
        let labels = std::mem::take(&mut self.labels);
        self.used_labels.extend(labels);
    }

    fn sub_select(&mut self) -> Step<Vars> {
        let vars = self.select(false)?;
        if self.is("}") || self.token().is_none() {
            return Ok(vars);
        }
        self.wrong("a sub-select fills its braces alone", "give it braces of its own: `{ SELECT ... }`")
    }

    fn parts(&mut self) -> Step<Vars> {
        let mut vars = Vars::new();
        let mut after_part = false; // then one dot may stand alone
        while self.token().is_some() && !self.is("}") {
            if self.is(".") && after_part {
                self.eat(".");
                after_part = false;
            } else if self.is("{") || self.is_any(PARTS) {
                self.part(&mut vars)?;
                after_part = true;
            } else {
                self.triples(Role::Pattern, &mut vars)?;
                after_part = false;
            }
        }
        Ok(vars)
    }

    pub(super) fn part(&mut self, vars: &mut Vars) -> Step {
        if self.is("{") {
            vars.extend(self.group()?);
            while self.eat("UNION") {
                if !self.is("{") {
                    return self.wrong("UNION joins two groups in braces", "write `{ ... } UNION { ... }`");
                }
                vars.extend(self.group()?);
            }
            return Ok(());
        }
        let word = self.words().to_uppercase();
        match word.as_str() {
            "UNION" => {
                return self.wrong(
                    "UNION joins two groups in braces",
                    "put braces around what stands before it: `{ ... } UNION { ... }`",
                );
            }
            "FILTER" => {
                self.at += 1;
                return self.constraint("FILTER");
            }
            "BIND" => return self.bind(vars),
            "VALUES" => {
                self.at += 1;
                vars.extend(self.values()?);
                return Ok(());
            }
            _ => self.at += 1,
        }
        if word == "GRAPH" || word == "SERVICE" {
            let _ = word == "SERVICE" && self.eat("SILENT");
            if self.is("{") {
                return self.wrong(
                    format!(
                        "{word} lacks the name of its {}",
                        if word == "GRAPH" { "graph" } else { "endpoint" }
                    ),
                    format!("write `{word} ?g {{ ... }}` or `{word} <...> {{ ... }}`"),
                );
            }
            if self.kind() == Some(Kind::Variable) {
                vars.insert(self.variable("a variable")?);
            } else {
                self.iri("an IRI or a variable")?;
            }
        }
        if !self.is("{") && self.token().is_some() {
            return self
                .wrong(format!("{word} takes a group in braces"), format!("write `{word} {{ ... }}`"));
        }
        let inner = self.group()?;
        if word != "MINUS" {
            vars.extend(inner);
        }
        Ok(())
    }

    fn bind(&mut self, vars: &mut Vars) -> Step {
        self.at += 1;
        if !self.is("(") {
            return self.wrong("BIND takes its expression in parentheses", "write `BIND(... AS ?name)`");
        }
        self.eat("(");
        if self.kind() == Some(Kind::Variable) && self.is_at(self.at + 1, "=") && !self.has_as() {
            let name = self.words();
            return self.wrong("BIND names its variable last", format!("write `BIND(... AS {name})`"));
        }
        let outer = self.no_aggregate.replace("BIND");
        let value = self.here().start;
        self.expression()?;
        self.no_aggregate = outer;
        self.assigned(":=")?;
        let comma = usize::from(self.is(","));
        if self.kind_at(self.at + comma) == Some(Kind::Variable) && self.is_at(self.at + comma + 1, ")") {
            let (value, name) =
                (self.quoted(value..self.range_at(self.at - 1).end), self.words_at(self.at + comma));
            return self
                .wrong("AS is missing before the variable", format!("write `BIND({value} AS {name})`"));
        }
        if self.is(")") || self.is(",") {
            return self
                .wrong("BIND does not say which variable gets the value", "write `BIND(... AS ?name)`");
        }
        self.expect("AS", "`AS` and a variable")?;
        let range = self.here();
        let name = self.variable("the variable that gets the value")?;
        if vars.contains(&name) {
            return self.stop(
                self.said(format!("`?{name}` has a value already, BIND cannot give it another"), range)
                    .hint("choose another name after AS; to compare, use FILTER"),
            );
        }
        self.close_after_name()?;
        vars.insert(name);
        Ok(())
    }

    /// Whether an AS stands before the next closing bracket.
    fn has_as(&self) -> bool {
        (self.at..self.found.len())
            .take_while(|index| !self.is_at(*index, ")") && !self.is_at(*index, "}"))
            .any(|index| self.is_at(index, "AS"))
    }
}
