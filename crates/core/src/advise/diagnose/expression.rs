//! The walker's part within expressions: operators, function calls, aggregates.

use super::nearest;
use super::triples::Role;
use super::walk::{Step, Vars, Walker};
use crate::engine::syntax::tokens::{FUNCTIONS, Kind};
use std::ops::Range;

const AGGREGATES: &[&str] = &["COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"];

impl Walker<'_> {
    /// What follows FILTER, HAVING and the like: a bracketed expression or a call.
    pub(super) fn constraint(&mut self, word: &'static str) -> Step {
        let allowed = matches!(word, "HAVING" | "ORDER BY");
        let outer = std::mem::replace(&mut self.no_aggregate, (!allowed).then_some(word));
        self.condition(word)?;
        self.no_aggregate = outer;
        Ok(())
    }

    fn condition(&mut self, word: &str) -> Step {
        let begun = self.at;
        if self.is("(") {
            self.bracketed()?;
            if matches!(self.words(), "&&" | "||" | "=" | "!=" | "<" | ">" | "<=" | ">=" | "+") {
                let sign = self.words();
                let condition = self
                    .condition_from(begun, self.no_aggregate)?
                    .map_or(format!("... {sign} ..."), |(text, _)| text);
                return self.wrong(
                    format!("`{sign}` stands outside the parentheses of {word}"),
                    format!("put one pair around the whole: `{word}({condition})`"),
                );
            }
            return Ok(());
        }
        match self.kind() {
            Some(Kind::Function) => {}
            _ if self.is("EXISTS") || self.is("NOT") => {}
            _ if self.at_iri() && self.is_at(self.at + 1, "(") => {}
            Some(Kind::Unknown) if self.is_at(self.at + 1, "(") => return self.unknown_function(),
            None => return self.fail(&format!("the condition of {word} in parentheses")),
            _ if self.is("}") || self.is(")") => {
                return self.fail(&format!("the condition of {word} in parentheses"));
            }
            _ => return self.without_parentheses(word, begun),
        }
        self.primary()?;
        if matches!(self.words(), "&&" | "||" | "=" | "!=" | "<" | ">" | "<=" | ">=" | "+" | "-" | "*" | "/")
            || self.is("IN")
            || self.is("NOT") && self.is_at(self.at + 1, "IN")
        {
            return self.without_parentheses(word, begun);
        }
        Ok(())
    }

    /// `FILTER ?x > 3`, `HAVING COUNT(?x) > 1`.
    fn without_parentheses(&self, word: &str, begun: usize) -> Step {
        let mut behind = Self::new(self.text, self.found, self.known, self.update);
        behind.at = begun + 1;
        behind.member(begun, false)?;
        let message = format!("the condition of {word} stands in parentheses");
        let (hint, range) = match self.condition_from(begun, self.no_aggregate)? {
            Some((condition, range)) => (format!("write `{word}({condition})`"), range),
            None => (format!("write `{word}(...)`"), self.range_at(begun)),
        };
        self.stop(self.said(message, range).hint(hint))
    }

    /// The expression that begins at a token, and where it stands; nothing where it is wrong itself. Stops at an
    /// aggregate that the clause has no place for, as no parentheses make that right.
    pub(super) fn condition_from(
        &self,
        from: usize,
        no_aggregate: Option<&'static str>,
    ) -> Step<Option<(String, Range<usize>)>> {
        let Some(end) = self.expression_end(from, no_aggregate)? else { return Ok(None) };
        let range = self.range_at(from).start..self.range_at(end - 1).end;
        Ok(Some((self.quoted(range.clone()), range)))
    }

    /// Where the expression ends that begins at a token, as `condition_from` looks at it.
    pub(super) fn expression_end(
        &self,
        from: usize,
        no_aggregate: Option<&'static str>,
    ) -> Step<Option<usize>> {
        let walked = |no_aggregate| {
            let mut inner = Self::new(self.text, self.found, self.known, self.update);
            inner.declared.clone_from(&self.declared);
            inner.no_aggregate = no_aggregate;
            inner.at = from;
            inner.expression().map(|()| inner.at)
        };
        match (walked(no_aggregate), no_aggregate) {
            (Ok(end), _) => Ok(Some(end)),
            (Err(finding), Some(_)) if walked(None).is_ok() => Err(finding),
            _ => Ok(None),
        }
    }

    pub(super) fn bracketed(&mut self) -> Step {
        self.expect("(", "`(`")?;
        self.expression()?;
        if self.is("AS") {
            return self
                .wrong("a name after AS can stand only in SELECT, BIND and GROUP BY", "remove it here");
        }
        if self.is(",") {
            if self.open.last().is_some_and(|opener| opener + 2 < self.at) {
                self.grouped_number(self.at - 1, true)?;
            }
            return self.wrong(
                "two expressions in one pair of parentheses",
                "join them with `&&` or `||`, or call a function",
            );
        }
        if !self.is(")") {
            self.bare_date()?;
        }
        self.expect(")", "an operator or `)`")
    }

    pub(super) fn expression(&mut self) -> Step {
        loop {
            self.comparison()?;
            self.foreign_operator()?;
            if !(self.eat("&&") || self.eat("||")) {
                return Ok(());
            }
        }
    }

    /// Operators of other languages, where one of SPARQL could stand.
    fn foreign_operator(&self) -> Step {
        let words = self.words();
        let ours = match words.to_lowercase().as_str() {
            "and" | "&" => "&&",
            "or" | "|" => "||",
            "is" if self.is_at(self.at + 1, "NULL") || self.is_at(self.at + 1, "NOT") => {
                let is_not = self.is_at(self.at + 1, "NOT");
                let words = if is_not { "IS NOT NULL" } else { "IS NULL" };
                let before = self.at.saturating_sub(1);
                let is_name = self.kind_at(before) == Some(Kind::Variable);
                let name = if is_name { self.words_at(before) } else { "?x" };
                let ours = if is_not { format!("BOUND({name})") } else { format!("!BOUND({name})") };
                return self.wrong(
                    format!("`{words}` is SQL: in SPARQL what is missing has no row or no value"),
                    format!("write `{ours}`, for a variable of an OPTIONAL"),
                );
            }
            "==" | "===" | "is" => "=",
            "<>" => "!=",
            "?" if self.is_at(self.at + 1, "?") => {
                return self.wrong(
                    "`??` is not a SPARQL operator",
                    "the first of some values that is there is `COALESCE(?x, 0)`",
                );
            }
            "?" => {
                return self.wrong(
                    "`?` is not a SPARQL operator",
                    "between two values chooses a function: `IF(?x > 1, \"a\", \"b\")`",
                );
            }
            "%" | "mod" => {
                return self
                    .wrong(format!("SPARQL has no remainder `{words}`"), "write `?x - 10 * FLOOR(?x / 10)`");
            }
            "!" => {
                return self.wrong(
                    "`!` stands before what it negates",
                    "unequal is `!=`, not in a list is `NOT IN`",
                );
            }
            _ => return Ok(()),
        };
        self.wrong(format!("`{words}` is not a SPARQL operator"), format!("write `{ours}`"))
    }

    fn comparison(&mut self) -> Step {
        let from = self.at;
        self.sum()?;
        self.foreign_comparison(from)?;
        self.foreign_operator()?;
        let compares = ["=", "!=", "<", ">", "<=", ">="].iter().any(|operator| self.eat(operator));
        if compares {
            let touches = self.range_at(self.at - 1).end == self.here().start;
            if self.is("=") || self.is(">") || self.is("<") && touches && self.is_at(self.at - 1, "=") {
                let operator = format!("{}{}", self.words_at(self.at - 1), self.words());
                let ours = match operator.as_str() {
                    "=>" => ">=",
                    "=<" => "<=",
                    _ => "=",
                };
                return self
                    .wrong(format!("`{operator}` is not a SPARQL operator"), format!("write `{ours}`"));
            }
            self.compared_with_null(from)?;
            self.sum()?;
            if matches!(self.words(), "=" | "!=" | "<" | ">" | "<=" | ">=") {
                return self.wrong("comparisons cannot be chained", "write `?a < ?b && ?b < ?c`");
            }
            return Ok(());
        }
        // By the longest match: `?a<5&&?b>3`.
        if self.token().is_some_and(|token| token.kind == Kind::Iri) && !self.words().contains(':') {
            let (message, hint) = super::COMPARISON_AS_IRI;
            return self.wrong(message, hint);
        }
        if self.is("<<") || self.is("<<(") {
            return self.wrong(
                format!("`{}` is one sign, and no comparison", self.words()),
                super::COMPARISON_AS_IRI.1,
            );
        }
        if self.is("NOT") && self.is_at(self.at + 1, "IN") {
            self.at += 1;
        }
        if self.eat("IN") {
            if !self.is("(") {
                return self.wrong("IN takes its list in parentheses", "write `?x IN (1, 2, 3)`");
            }
            self.arguments(usize::MAX)?;
        }
        Ok(())
    }

    pub(super) fn sum(&mut self) -> Step {
        loop {
            self.unary()?;
            if !(self.eat("+") || self.eat("-") || self.eat("*") || self.eat("/")) {
                return Ok(());
            }
        }
    }

    fn unary(&mut self) -> Step {
        while self.eat("!") {}
        let _ = self.eat("+") || self.eat("-");
        if self.is("NOT") && !self.is_at(self.at + 1, "EXISTS") {
            self.foreign_value()?;
            return self.wrong(
                "`NOT` alone is not an operator",
                "write `!(...)`, `NOT EXISTS { ... }` or `NOT IN (...)`",
            );
        }
        self.primary()
    }

    fn primary(&mut self) -> Step {
        let from = self.at;
        self.operand()?;
        self.behind_a_value(from)
    }

    fn operand(&mut self) -> Step {
        match self.kind() {
            Some(Kind::Variable) => {
                let range = self.here();
                let name = self.variable("a variable")?;
                if self.in_aggregate.is_none() {
                    self.mentioned.push((name, range));
                }
                Ok(())
            }
            Some(Kind::String | Kind::Number | Kind::Boolean) => self.literal(),
            Some(Kind::Function) => self.call(),
            Some(Kind::Iri | Kind::PrefixedName) => {
                self.iri("a name")?;
                if self.is("(") { self.arguments(usize::MAX).map(|_| ()) } else { Ok(()) }
            }
            Some(Kind::Unknown) if self.is_at(self.at + 1, "(") && !self.is("CASE") => {
                self.unknown_function()
            }
            _ if self.is("(") => self.bracketed(),
            _ if self.is("EXISTS") || self.is("NOT") => self.exists(),
            _ if self.is("<<(") => self.node(Role::Pattern, &mut Vars::new(), "a triple term").map(|_| ()),
            _ if self.is("SELECT") => self.wrong(
                "a sub-select cannot stand in an expression",
                "put it in braces within WHERE, and use its variable here",
            ),
            Some(Kind::BlankNode) => self.blank_as_value(),
            _ if self.is("[") => self.blank_as_value(),
            _ if self.is_operator(self.at) || self.is(")") || self.is("AS") => self.no_operand(),
            _ if self.is("*") => self.wrong("`*` is not a value", "only COUNT takes it: `COUNT(*)`"),
            _ if self.is("DISTINCT") => {
                self.wrong("DISTINCT can stand only within an aggregate", "write `COUNT(DISTINCT ?x)`")
            }
            _ => {
                self.foreign_value()?;
                self.fail("a value: a variable, a name, a number, a string or a function")
            }
        }
    }

    fn blank_as_value(&self) -> Step {
        self.wrong(
            "a blank node cannot stand in an expression",
            "use a variable in its place, here and in the pattern; `BNODE()` makes a new one",
        )
    }

    fn is_operator(&self, index: usize) -> bool {
        const OPERATORS: &[&str] = &["+", "-", "*", "/", "=", "!=", "<", ">", "<=", ">=", "&&", "||", "!"];
        OPERATORS.iter().any(|operator| self.is_at(index, operator))
    }

    /// `REGEX(?x, /pattern/i)`, as other languages write a regular expression.
    fn slashed_expression(&self, before: usize) -> Step {
        let start = self.here().start;
        let rest = self.text.get(start..).and_then(|rest| rest.strip_prefix('/'));
        let Some((pattern, after)) =
            rest.filter(|_| self.is_at(before, ",")).and_then(|rest| rest.split_once('/'))
        else {
            return Ok(());
        };
        if pattern.is_empty() || pattern.contains(['"', '\\', '\n', '{', '}']) {
            return Ok(());
        }
        let flags = after.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
        let width = pattern.len() + flags.len() + 2;
        let finding = self.said("a regular expression is a text in quotes", start..start + width);
        let written = match flags {
            "" => Some(format!("\"{pattern}\"")),
            // Others than these are none of SPARQL.
            flags if flags.chars().all(|flag| "ismxq".contains(flag)) => {
                Some(format!("\"{pattern}\", \"{flags}\""))
            }
            _ => None,
        };
        self.stop(match written {
            Some(written) => finding.hint(format!("write `{written}`")),
            None => finding,
        })
    }

    /// `?x++`, `++?x`: the last of the signs stands at `before`, or here with a variable behind it.
    fn increment(&self, before: usize) -> Step {
        let last = if self.is("+") { self.at } else { before };
        let Some(first) = last.checked_sub(1) else { return Ok(()) };
        let touch = self.range_at(first).end == self.range_at(last).start;
        if !(touch && self.is_at(first, "+") && self.is_at(last, "+")) {
            return Ok(());
        }
        let is_variable = |index: &usize| self.kind_at(*index) == Some(Kind::Variable);
        let beside = |index: usize| Some(index).filter(is_variable).map(|index| self.words_at(index));
        let variable = first.checked_sub(1).and_then(beside).or_else(|| beside(last + 1));
        let finding = self.said(
            "`++` is not a SPARQL operator: no variable changes",
            self.range_at(first).start..self.range_at(last).end,
        );
        self.stop(match variable {
            Some(variable) => finding.hint(format!("one more is `{variable} + 1`")),
            None => finding,
        })
    }

    /// An operator without a value on one of its sides.
    fn no_operand(&self) -> Step {
        const WHAT: &str = "a value: a variable, a name, a number, a string or a function";
        self.foreign_comment()?;
        if self.is("<") && self.touches_a_word() {
            return self.fail(WHAT);
        }
        let before = self.at.saturating_sub(1);
        if self.is("*") && self.is_at(before, "*") && self.range_at(before).end == self.here().start {
            let range = self.range_at(before).start..self.here().end;
            return self.stop(self.said("`**` is not a SPARQL operator", range));
        }
        self.increment(before)?;
        self.slashed_expression(before)?;
        if self.is_operator(before) {
            let sign = self.words_at(before);
            let finding = self.said(format!("`{sign}` lacks the value on its right"), self.range_at(before));
            return self.stop(finding.hint("add it, or remove the operator"));
        }
        if self.is_operator(self.at) && !self.is("*") && !self.is("/") && !self.is("<") {
            let sign = self.words();
            return self
                .wrong(format!("`{sign}` lacks the value on its left"), "add it, or remove the operator");
        }
        if self.is("*") {
            return self.wrong("`*` is not a value", "only COUNT takes it: `COUNT(*)`");
        }
        self.fail(WHAT)
    }

    fn exists(&mut self) -> Step {
        self.foreign_value()?;
        let _ = self.eat("NOT");
        self.expect("EXISTS", "`EXISTS`")?;
        if !self.is("{") && self.token().is_some() {
            return self.wrong("EXISTS takes a group in braces", "write `EXISTS { ... }`");
        }
        let outer = std::mem::take(&mut self.mentioned);
        let grouped = self.group();
        self.mentioned = outer;
        grouped.map(|_| ())
    }

    fn unknown_function<T>(&self) -> Step<T> {
        self.foreign_function()?;
        let words = self.words();
        let finding = self.said(format!("unknown function `{words}`"), self.here());
        self.stop(match nearest::function(words) {
            Some(near) => finding.hint(format!("did you mean `{near}`?")),
            None => finding.hint(
                "a function of your own is called by its IRI or prefixed name, such as xsd:integer(?x)",
            ),
        })
    }

    fn call(&mut self) -> Step {
        let name = self.words().to_uppercase();
        let range = self.here();
        self.at += 1;
        if !self.is("(") {
            return self.wrong(
                format!("the arguments of {name} stand in parentheses"),
                format!("write `{name}(...)`"),
            );
        }
        if AGGREGATES.contains(&name.as_str()) {
            return self.aggregate(&name);
        }
        if name == "BOUND" && self.found.get(self.at + 1).is_some_and(|next| next.kind != Kind::Variable) {
            self.at += 1;
            return self.fail("a variable, the only thing that BOUND takes");
        }
        let known = FUNCTIONS.iter().find(|(function, ..)| function.eq_ignore_ascii_case(&name));
        let count = self.arguments(known.map_or(usize::MAX, |(.., most)| *most))?;
        let end = self.range_at(self.at - 1).end;
        let Some((spelt, fewest, most)) = known else { return Ok(()) };
        if (*fewest..=*most).contains(&count) {
            return Ok(());
        }
        let takes = if fewest == most { fewest.to_string() } else { format!("{fewest} to {most}") };
        let plural = if takes == "1" { "" } else { "s" };
        self.stop(
            self.said(format!("{spelt} takes {takes} argument{plural}, found {count}"), range.start..end)
                .hint(signature(spelt)),
        )
    }

    /// `REGEX(?x "a")`: a value right behind a value, where more arguments are taken.
    fn missing_comma(&self, count: usize, most: usize) -> Step {
        use Kind::{BlankNode, Boolean, Function, Iri, Number, PrefixedName, String, Variable};
        let is_value = matches!(
            self.kind(),
            Some(BlankNode | Boolean | Function | Iri | Number | PrefixedName | String | Variable)
        );
        if !is_value || count >= most {
            return Ok(());
        }
        self.wrong(format!("a comma is missing before `{}`", self.words()), "write `,` between the two")
    }

    /// Arguments or a list in parentheses, of which there may be so many: returns how many.
    fn arguments(&mut self, most: usize) -> Step<usize> {
        self.expect("(", "`(`")?;
        let _ = self.eat("DISTINCT");
        let mut count = 0;
        while !self.is(")") {
            self.expression()?;
            count += 1;
            if self.is(";") {
                return self.wrong("arguments stand with commas between them", "write `,` instead of `;`");
            }
            if !self.eat(",") {
                self.missing_comma(count, most)?;
                break;
            }
            if self.is(")") {
                return self.wrong("an argument is missing after the comma", "add it, or remove the comma");
            }
        }
        self.expect(")", "`,` or `)`")?;
        Ok(count)
    }
}

/// How a function is called.
pub(super) fn signature(function: &str) -> String {
    let arguments = match function {
        "IF" => "condition, then, else",
        "ADJUST" => "?x, ?zone",
        "REGEX" => "text, pattern [, flags]",
        "REPLACE" => "text, pattern, replacement [, flags]",
        "SUBSTR" => "text, start [, length]",
        "STRLANG" => "text, language",
        "STRDT" => "text, datatype",
        "LANGMATCHES" => "LANG(?x), \"zh\"",
        "CONTAINS" | "STRSTARTS" | "STRENDS" | "STRBEFORE" | "STRAFTER" => "text, part",
        "SAMETERM" => "a, b",
        "NOW" | "RAND" | "UUID" | "STRUUID" => "",
        _ => "?x",
    };
    format!("it is called as `{function}({arguments})`")
}
