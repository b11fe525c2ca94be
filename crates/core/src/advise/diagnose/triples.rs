//! Triples, in a pattern or in a template: subjects, objects, and the dots, `;` and `,` between them.
//!
//! In: tokens from a subject on. Out: the first [`Diagnostic`](crate::error::Diagnostic); variables are added to those in
//! scope.

use super::nearest;
use super::pattern::{AFTER, PARTS};
use super::walk::{Step, Vars, Walker};
use crate::engine::syntax::tokens::Kind;

/// Where triples stand: in a pattern, or in a template that has no paths.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role<'p> {
    Pattern,
    Template(&'p str),
}

impl Walker<'_> {
    /// Triples of one subject, with the dot after them.
    pub(super) fn triples(&mut self, place: Role<'_>, vars: &mut Vars) -> Step {
        self.not_a_subject()?;
        let start = self.at;
        let alone = self.node(place, vars, "a triple: subject, predicate, object")?;
        if alone && (self.is(".") || self.is("}")) {
            return self.dot_after();
        }
        self.properties(place, vars, start)?;
        self.dot_after()
    }

    /// What people put where a triple begins, though it belongs elsewhere.
    fn not_a_subject(&self) -> Step {
        let words = self.words();
        match () {
            () if self.is_any(AFTER) => self.wrong(
                format!("`{}` stands within the braces", words.to_uppercase()),
                "close the group with `}` before it",
            ),
            () if self.is("SELECT") => {
                self.wrong("a sub-select needs braces of its own", "write `{ SELECT ... }`")
            }
            () if self.is("WHERE") => self.where_in_a_group(),
            () if self.is("FROM") => self.wrong(
                "FROM stands before WHERE, not in the group",
                "for a part of the pattern use `GRAPH <...> { ... }`",
            ),
            () if self.is("NOT") || self.is("EXISTS") => self.wrong(
                format!("`{}` stands in a FILTER", words.to_uppercase()),
                "write `FILTER NOT EXISTS { ... }` or `FILTER EXISTS { ... }`",
            ),
            () if self.is("AND") || self.is("&&") => self
                .wrong(format!("`{words}` cannot join triples"), "a dot joins them: `?a ?b ?c . ?d ?e ?f`"),
            () if self.is("OR") || self.is("||") => {
                self.wrong(format!("`{words}` cannot join triples"), "write `{ ... } UNION { ... }`")
            }
            () if self.kind() == Some(Kind::Function) => self.wrong(
                format!("`{words}` is a condition and stands in a FILTER"),
                format!("write `FILTER({words}(...))`, or `BIND({words}(...) AS ?name)`"),
            ),
            () if self.is(".") => self.wrong("there is no triple before this dot", "remove it"),
            () if self.is(";") || self.is(",") => self.wrong(
                format!("there is no triple before this `{words}`"),
                "`;` goes on with the same subject, `,` with the same predicate; remove it",
            ),
            () if self.kind() == Some(Kind::Unknown) => self.not_a_part(),
            () => Ok(()),
        }
    }

    /// WHERE before a part of the pattern, or before a condition as in SQL.
    fn where_in_a_group(&self) -> Step {
        const RULE: &str = "WHERE stands before a group, not in it";
        match self.condition_after(self.at + 1)? {
            Some(condition) => {
                self.wrong(RULE, format!("a condition is a FILTER: write `FILTER{condition}`"))
            }
            None if self.condition_begins(self.at + 1) => {
                self.wrong(RULE, "a condition is a FILTER: write `FILTER(...)`")
            }
            None => self.wrong(RULE, "remove it"),
        }
    }

    /// Whether a condition begins at a token: a call, or a value that is compared.
    fn condition_begins(&self, from: usize) -> bool {
        const OPERATORS: &[&str] = &["=", "!=", "<", ">", "<=", ">=", "&&", "||"];
        let next = self.closing(from).unwrap_or(from) + 1;
        matches!(self.kind_at(from), Some(Kind::Function))
            || self.is_at(from, "!")
            || self.is_at(from, "NOT")
            || OPERATORS.contains(&self.words_at(next))
            || ["IN", "AND", "OR", "LIKE", "BETWEEN", "IS"].iter().any(|word| self.is_at(next, word))
    }

    fn not_a_part(&self) -> Step {
        self.row_limit()?;
        self.assignment()?;
        let near = nearest::nearest(self.words(), PARTS.iter().copied());
        match near {
            Some(part) => {
                self.wrong(format!("unknown word `{}`", self.words()), format!("did you mean `{part}`?"))
            }
            None => Ok(()),
        }
    }

    fn dot_after(&mut self) -> Step {
        if self.eat(".") || self.token().is_none() || self.is("}") || self.is("{") || self.is_any(PARTS) {
            return Ok(());
        }
        if self.is_any(AFTER) || self.is_any(&["WHERE", "NOT", "EXISTS", "&&", "||"]) {
            return self.not_a_subject();
        }
        self.row_limit()?;
        self.assignment()?;
        self.bare_date()?;
        if matches!(self.words(), "=" | "<" | ">" | "!=" | "<=" | ">=") {
            return self.comparison_in_pattern(true);
        }
        let starts = matches!(
            self.kind(),
            Some(
                Kind::Variable
                    | Kind::Iri
                    | Kind::PrefixedName
                    | Kind::BlankNode
                    | Kind::String
                    | Kind::Number
            )
        ) || self.is("a")
            || self.is("[");
        if starts {
            return self.missing_between();
        }
        self.fail("a dot, `;`, `,` or `}` after the triple")
    }

    /// `?x > 2` in a pattern: here stands the sign, behind what is compared, which is the object of a triple or stands alone.
    pub(super) fn comparison_in_pattern(&self, is_object: bool) -> Step {
        let sign = self.words();
        let before = self.at.saturating_sub(1);
        let is_whole = matches!(
            self.kind_at(self.at + 1),
            Some(Kind::Number | Kind::PrefixedName | Kind::String | Kind::Variable)
        ) && (self.at + 2 >= self.found.len()
            || [".", "}"].iter().any(|end| self.is_at(self.at + 2, end)));
        let in_a_list = is_object && self.is_at(before.saturating_sub(1), ",");
        let known = self.kind_at(before) == Some(Kind::Variable) && is_whole && !in_a_list;
        let remedy = if known {
            let (left, right) = (self.words_at(before), self.words_at(self.at + 1));
            let object = if is_object { format!("{left} ") } else { String::new() };
            format!("write `{object}FILTER({left} {sign} {right})`")
        } else {
            format!("write `FILTER(?x {sign} ...)`")
        };
        self.wrong(format!("`{sign}` compares, and stands in a FILTER"), remedy)
    }

    /// Two triples touch: a `;` is missing where a predicate and an object follow, else a dot.
    fn missing_between(&self) -> Step {
        let before = self.at.saturating_sub(1);
        if self.kind_at(before) == Some(Kind::Number) {
            self.grouped_number(before, false)?;
        }
        if let Some(digits) = self.words().strip_prefix('.') {
            let finding = self
                .said(format!("`.{digits}` is a number, and no dot with something behind it"), self.here());
            let follows = matches!(
                self.kind_at(self.at + 1),
                Some(Kind::Variable | Kind::Iri | Kind::PrefixedName | Kind::Keyword)
            );
            return self.stop(match follows {
                true => finding.hint("write a blank behind the dot that ends a triple"),
                false => finding,
            });
        }
        let comma = self.at.checked_sub(2).filter(|comma| self.is_at(*comma, ","));
        let is_name = matches!(self.kind_at(before), Some(Kind::Iri | Kind::PrefixedName));
        if let Some(comma) = comma.filter(|_| is_name && self.ends_triple(self.at + 1)) {
            return self.comma_before_predicate(comma, before);
        }
        self.doubled_quote(before)?;
        self.subject_again()?;
        let same_subject =
            (self.at_iri() || self.is("a")) && ["}", ".", ";"].iter().any(|end| self.is_at(self.at + 2, end));
        let (sign, other) = if same_subject {
            ("`;`", "`.` where another subject begins")
        } else {
            ("dot", "`;` where the subject stays the same")
        };
        self.wrong(
            format!("a {sign} is missing before `{}`", self.words()),
            format!(
                "put {} at the end of the triple before it ({other})",
                if same_subject { "`;`" } else { "`.`" }
            ),
        )
    }

    /// `?x a bm:Vendor ; ?x rdfs:label ?name`: behind `;` the subject stands again, as if it were a predicate.
    fn subject_again(&self) -> Step {
        let Some(again) = self.at.checked_sub(2).filter(|again| *again > 0 && self.is_at(*again - 1, ";"))
        else {
            return Ok(());
        };
        let begins = |index: &usize| [".", "{", "}", "["].iter().any(|sign| self.is_at(*index, sign));
        let subject = (0..again).rev().find(begins).map_or(0, |sign| sign + 1);
        let name = self.words_at(again);
        if self.words_at(subject) != name {
            return Ok(());
        }
        let finding = self.said(
            format!("`;` goes on with the same subject, and `{name}` stands here again"),
            self.range_at(again),
        );
        self.stop(finding.hint("write `.` instead of `;`, or leave the second one out"))
    }

    fn ends_triple(&self, index: usize) -> bool {
        ["}", ".", ";", "]"].iter().any(|end| self.is_at(index, end))
    }

    /// `?x a bm:Model, rdfs:label ?name`.
    fn comma_before_predicate(&self, comma: usize, predicate: usize) -> Step {
        let words = self.words_at(predicate);
        let finding = self.said("`,` goes on with the same predicate", self.range_at(comma));
        self.stop(finding.hint(format!("write `;` instead of it: `{words}` is another predicate")))
    }

    /// A subject or object. Returns whether it may stand alone, as `[ ... ]` may.
    pub(super) fn node(&mut self, place: Role<'_>, vars: &mut Vars, what: &str) -> Step<bool> {
        match self.kind() {
            Some(Kind::Variable) => {
                self.template_variable(place)?;
                vars.insert(self.variable(what)?);
            }
            Some(Kind::Iri | Kind::PrefixedName) => self.iri(what)?,
            Some(Kind::BlankNode) => self.label(place)?,
            Some(Kind::String | Kind::Number | Kind::Boolean) => self.literal()?,
            _ if (self.is("+") || self.is("-"))
                && self.found.get(self.at + 1).is_some_and(|next| next.kind == Kind::Number) =>
            {
                self.at += 2
            }
            _ if self.is("[") => return self.blank(place, vars),
            _ if self.is("(") => return self.collection(place, vars),
            _ if self.is("<<(") || self.is("<<") => return self.quoted_triple(place, vars),
            _ => return self.fail(what),
        }
        Ok(false)
    }

    pub(super) fn template_variable(&self, place: Role<'_>) -> Step {
        match place {
            Role::Template(word) if word.ends_with("DATA") => self.wrong(
                format!("{word} takes no variables"),
                format!("write `{} {{ ... }} WHERE {{ ... }}`", word.trim_end_matches(" DATA")),
            ),
            _ => Ok(()),
        }
    }

    pub(super) fn label(&mut self, place: Role<'_>) -> Step {
        let label = self.words().to_owned();
        if let Role::Template(word) = place
            && word.starts_with("DELETE")
        {
            return self.wrong(format!("{word} takes no blank nodes"), "use a variable and WHERE");
        }
        if self.used_labels.contains(&label) {
            return self.wrong(
                format!("the blank node `{label}` was used in another group"),
                format!("use a variable instead: `?{}`", label.trim_start_matches("_:")),
            );
        }
        self.labels.insert(label);
        self.at += 1;
        Ok(())
    }

    /// A literal with its tag or datatype.
    pub(super) fn literal(&mut self) -> Step {
        let is_string = self.kind() == Some(Kind::String);
        self.at += 1;
        if is_string && self.kind() == Some(Kind::Language) {
            self.at += 1;
        } else if is_string && self.eat("^^") {
            self.datatype()?;
        } else if is_string && self.is("^") {
            return self
                .wrong("the datatype of a string comes after `^^`", "write two: `\"2023-01-01\"^^xsd:date`");
        }
        Ok(())
    }

    /// What stands behind `^^`.
    fn datatype(&mut self) -> Step {
        if self.kind() == Some(Kind::String) {
            let word = self.words().trim_matches(['"', '\'']);
            let finding = self.said("a datatype is a name, and not a text", self.here());
            let written = word.strip_prefix("xsd:").and_then(nearest::well_known);
            return self.stop(match nearest::well_known(word) {
                _ if written.as_deref() == Some(word) => finding.hint(format!("write `^^{word}`")),
                Some(name) => finding.hint(format!("did you mean `{name}`?")),
                None => finding.hint("as in \"2023-01-01\"^^xsd:date"),
            });
        }
        let word = self.words();
        let own = nearest::well_known(word).filter(|name| name.starts_with("xsd:") && !self.at_iri());
        if let Some(name) = own {
            return self.wrong(format!("unknown word `{word}`"), format!("did you mean `{name}`?"));
        }
        if self.at_iri() || self.kind() == Some(Kind::Unknown) {
            return self.iri("a datatype, such as xsd:date");
        }
        let finding = self.said("a datatype is missing after `^^`", self.range_at(self.at - 1));
        self.stop(finding.hint("as in \"2023-01-01\"^^xsd:date"))
    }

    fn blank(&mut self, place: Role<'_>, vars: &mut Vars) -> Step<bool> {
        if let Role::Template(word) = place
            && word.starts_with("DELETE")
        {
            return self.wrong(format!("{word} takes no blank nodes"), "use a variable and WHERE");
        }
        self.eat("[");
        if self.eat("]") {
            return Ok(false);
        }
        let start = self.at;
        self.properties(place, vars, start)?;
        self.expect("]", "`;`, `,` or `]`")?;
        Ok(true)
    }

    fn collection(&mut self, place: Role<'_>, vars: &mut Vars) -> Step<bool> {
        self.eat("(");
        let empty = self.is(")");
        while self.token().is_some() && !self.is(")") {
            self.node(place, vars, "a member of the list, or `)`")?;
        }
        self.expect(")", "`)`")?;
        Ok(!empty)
    }

    fn quoted_triple(&mut self, place: Role<'_>, vars: &mut Vars) -> Step<bool> {
        let term = self.is("<<(");
        let _ = self.eat("<<(") || self.eat("<<");
        self.node(place, vars, "the subject of the quoted triple")?;
        self.verb(Role::Template(""), vars)?;
        self.node(place, vars, "the object of the quoted triple")?;
        if term {
            self.expect(")>>", "`)>>`")?;
            return Ok(false);
        }
        self.reifier(vars)?;
        self.expect(">>", "`>>`")?;
        Ok(true)
    }

    fn reifier(&mut self, vars: &mut Vars) -> Step {
        if self.eat("~") {
            match self.kind() {
                Some(Kind::Variable) => {
                    vars.insert(self.variable("a variable")?);
                }
                Some(Kind::BlankNode) => self.label(Role::Pattern)?,
                _ if self.at_iri() => self.iri("a name")?,
                _ if self.is("[") && self.is_at(self.at + 1, "]") => self.at += 2,
                _ => {}
            }
        }
        Ok(())
    }

    fn properties(&mut self, place: Role<'_>, vars: &mut Vars, start: usize) -> Step {
        loop {
            if self.is(".") || self.is("}") || self.is(";") || self.is(",") {
                return self.incomplete_triple(start);
            }
            self.verb(place, vars)?;
            loop {
                if self.is_at(self.at - 1, ",") {
                    self.object_after_comma()?;
                }
                if self.is(".") || self.is("}") || self.is(";") {
                    return self
                        .wrong("this triple has no object", "a triple is: subject, predicate, object");
                }
                self.no_comparison()?;
                self.node(place, vars, "an object: a variable, a name, or a value")?;
                self.annotations(place, vars)?;
                if !self.eat(",") {
                    break;
                }
            }
            if !self.is(";") {
                return Ok(());
            }
            while self.eat(";") {}
            if self.is(".")
                || self.is("}")
                || self.is("]")
                || self.is("|}")
                || self.token().is_none()
                || self.is("{")
                || self.is_any(PARTS)
            {
                return Ok(());
            }
        }
    }

    /// Stops where no object follows a `,`.
    fn object_after_comma(&self) -> Step {
        let comma = self.at - 1;
        if self.is("a") && !self.ends_triple(self.at + 1) {
            return self.comma_before_predicate(comma, self.at);
        }
        if !self.ends_triple(self.at) && !self.is("|}") && !self.is(",") {
            return Ok(());
        }
        let finding = self.said("no object follows this `,`", self.range_at(comma));
        self.stop(finding.hint("remove it, or add an object"))
    }

    /// Stops where a property is compared as a column is in SQL.
    fn no_comparison(&self) -> Step {
        let Some(sign) = [">", ">=", "<", "<=", "=", "!="].into_iter().find(|sign| self.is(sign)) else {
            return Ok(());
        };
        let rest = self.found.get(self.at + 1..).unwrap_or_default();
        // What begins otherwise may be an IRI that was never closed.
        let is_value =
            |words: &str| words.starts_with(|c: char| c.is_ascii_digit() || "\"'?$+-.".contains(c));
        if sign == "<" && !rest.first().is_some_and(|token| is_value(token.text(self.text))) {
            return Ok(());
        }
        let end = rest.iter().find(|token| matches!(token.text(self.text), "." | ";" | "," | "}" | "]"));
        let end = end.map_or(self.text.len(), |token| token.range.start);
        let value = rest.first().and_then(|token| self.text.get(token.range.start..end)).map(str::trim);
        let value = value.filter(|value| !value.is_empty()).unwrap_or("...");
        self.wrong(
            format!("`{sign}` stands where this triple has its object"),
            format!("give the object a name, and compare that: `?value FILTER(?value {sign} {value})`"),
        )
    }

    fn incomplete_triple(&self, start: usize) -> Step {
        let range = self.range_at(start).start..self.range_at(self.at.saturating_sub(1).max(start)).end;
        self.stop(
            self.said(
                format!("`{}` alone is not a triple", self.text.get(range.clone()).unwrap_or_default()),
                range,
            )
            .hint("a triple is: subject, predicate, object"),
        )
    }

    fn annotations(&mut self, place: Role<'_>, vars: &mut Vars) -> Step {
        while self.is("~") || self.is("{|") {
            self.reifier(vars)?;
            if self.eat("{|") {
                let start = self.at;
                self.properties(place, vars, start)?;
                self.expect("|}", "`|}`")?;
            }
        }
        Ok(())
    }
}
