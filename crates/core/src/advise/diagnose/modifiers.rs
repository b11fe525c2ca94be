//! The walker's part after the columns: WHERE, GROUP BY, HAVING, ORDER BY, LIMIT, and what may not follow.
//!
//! In: tokens from WHERE on. Out: the first [`Diagnostic`](crate::error::Diagnostic), or the variables of the pattern and
//! what they are grouped by.

use super::grouping::Grouping;
use super::nearest;
use super::walk::{Step, Vars, Walker};
use crate::engine::syntax::tokens::{FORMS, Kind, OPERATIONS};
use crate::error::Hint;

const MODIFIERS: &[&str] = &["GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES"];

impl<'a> Walker<'a> {
    pub(super) fn where_and_modifiers(&mut self) -> Step<(Vars, Option<Grouping>)> {
        let has_where = self.eat("WHERE");
        if !self.is("{") {
            return self.no_group(has_where);
        }
        let vars = self.group()?;
        let grouped = self.modifiers()?;
        Ok((vars, grouped))
    }

    fn no_group<T>(&self, has_where: bool) -> Step<T> {
        if self.is("(") && has_where {
            return self.wrong(
                "the pattern after WHERE stands in braces",
                "write `{` instead of `(`, and `}` at its end",
            );
        }
        if self.kind() == Some(Kind::Unknown)
            && let Some(keyword) = nearest::nearest(self.words(), ["WHERE", "FROM"].into_iter())
        {
            return self
                .wrong(format!("unknown word `{}`", self.words()), format!("did you mean `{keyword}`?"));
        }
        if has_where && self.token().is_some() {
            return self.wrong("the pattern after WHERE stands in braces", "write `WHERE { ... }`");
        }
        if self.is_any(MODIFIERS) {
            return self.wrong(
                format!("`{}` comes after the pattern, and there is none yet", self.words()),
                "put `WHERE { ... }` before it",
            );
        }
        self.fail("the pattern: `WHERE { ... }`")
    }

    /// GROUP BY, HAVING, ORDER BY, LIMIT and OFFSET, VALUES: returns what is grouped by.
    pub(super) fn modifiers(&mut self) -> Step<Option<Grouping>> {
        let mut grouped = None;
        if self.eat("GROUP") {
            self.by("GROUP")?;
            grouped = Some(self.group_by()?);
        }
        if self.eat("HAVING") {
            self.constraint("HAVING")?;
            while self.is("(") || self.kind() == Some(Kind::Function) {
                self.constraint("HAVING")?;
            }
        }
        if self.eat("ORDER") {
            self.by("ORDER")?;
            self.order_by()?;
        }
        self.limits()?;
        if self.eat("VALUES") {
            self.values()?;
        }
        Ok(grouped)
    }

    pub(super) fn no_comma(&self, what: &str) -> Step {
        if self.is(",") { self.wrong(format!("{what} without commas"), "remove the `,`") } else { Ok(()) }
    }

    fn order_by(&mut self) -> Step {
        let start = self.at;
        loop {
            let from = self.at;
            if self.is("ASC") || self.is("DESC") {
                let word = self.words().to_uppercase();
                self.at += 1;
                if !self.is("(") {
                    return self.wrong(
                        format!("`{word}` takes its variable in parentheses"),
                        format!("write `{word}(?x)`"),
                    );
                }
                self.bracketed()?;
            } else if self.kind() == Some(Kind::Variable) {
                self.computed_order()?;
                self.at += 1;
                self.member(self.at - 1, false)?;
                if (self.is("ASC") || self.is("DESC")) && !self.is_at(self.at + 1, "(") {
                    return self.wrong(
                        "the direction comes before the variable",
                        format!("write `{}({})`", self.words().to_uppercase(), self.words_at(self.at - 1)),
                    );
                }
            } else if self.is("(") || self.at_iri() || self.kind() == Some(Kind::Function) {
                self.constraint("ORDER BY")?;
            } else if self.at == start {
                return self.variable("what to order by: a variable, `DESC(?x)`").map(|_| ());
            } else {
                return Ok(());
            }
            self.place_of_null(from)?;
            self.no_comma("what to order by stands")?;
        }
    }

    /// `ORDER BY ?a - 1`: a value that is computed, without its parentheses; here stands its variable.
    fn computed_order(&self) -> Step {
        const OPERATORS: &[&str] = &["+", "-", "*", "/", "=", "<", ">", "!=", "<=", ">=", "&&", "||"];
        if !OPERATORS.contains(&self.words_at(self.at + 1)) {
            return Ok(());
        }
        let Some((expression, range)) = self.condition_from(self.at, None)? else { return Ok(()) };
        let by = if self.is_at(self.at.saturating_sub(1), "BY") { "ORDER BY " } else { "" };
        let finding = self.said("an expression to order by stands in parentheses", range);
        self.stop(finding.hint(format!("write `{by}({expression})`")))
    }

    fn limits(&mut self) -> Step {
        for _ in 0..2 {
            if self.is("LIMIT") || self.is("OFFSET") {
                let word = self.words().to_uppercase();
                self.at += 1;
                if self.is("ALL") {
                    let all = if word == "LIMIT" { "leave LIMIT out: all rows come" } else { "remove it" };
                    return self.wrong(format!("{word} takes a whole number, not `ALL`"), all);
                }
                if self.kind() != Some(Kind::Number) || self.words().contains(['.', 'e', 'E']) {
                    return self.no_number(&word);
                }
                self.at += 1;
                if self.is(",") {
                    // `LIMIT 10, 20` of SQL leaves out ten rows and gives twenty.
                    let (first, second) = (self.words_at(self.at - 1), self.words_at(self.at + 1));
                    let is_number = second.starts_with(|c: char| c.is_ascii_digit());
                    let (limit, offset) = if is_number { (second, first) } else { ("20", "10") };
                    return self
                        .wrong("LIMIT takes one number", format!("write `LIMIT {limit} OFFSET {offset}`"));
                }
            }
        }
        Ok(())
    }

    fn no_number(&self, word: &str) -> Step {
        self.foreign_comment()?;
        let inside = self.words().trim_matches(['"', '\'']);
        let is_whole = !inside.is_empty() && inside.bytes().all(|byte| byte.is_ascii_digit());
        let number = if is_whole { inside } else { "10" };
        let message = match self.token() {
            Some(_) => format!("{word} takes a whole number, not `{}`", self.words()),
            None => format!("expected a whole number after {word}, found the end of the text"),
        };
        self.wrong(message, format!("write `{word} {number}`"))
    }

    /// `BY`, after GROUP or ORDER.
    fn by(&mut self, word: &str) -> Step {
        if !self.eat("BY") && self.token().is_some() && !self.is("}") {
            let words = self.words();
            return self.wrong(
                format!("expected `BY` after {word}, found `{words}`"),
                format!("write `{word} BY {words}`"),
            );
        }
        match self.words_at(self.at.saturating_sub(1)).eq_ignore_ascii_case("BY") {
            true => Ok(()),
            false => self.fail(&format!("`BY` after {word}")),
        }
    }

    /// `SELECT ... { ... } WHERE ?x = 1`: a condition behind the pattern, as in SQL.
    pub(super) fn second_where(&self) -> Step {
        if !self.is("WHERE") || self.is_at(self.at + 1, "{") {
            return Ok(());
        }
        let message = match self.update {
            true => "this operation has its pattern already",
            false => "this query has its pattern already",
        };
        let finding = self.said(message, self.here());
        self.stop(finding.hint(match self.condition_after(self.at + 1)? {
            Some(condition) => format!("a condition stands within the braces: `FILTER{condition}`"),
            None => "a condition stands within the braces: `FILTER(...)`".to_owned(),
        }))
    }

    /// The condition behind WHERE that begins at a token, in parentheses; nothing where it is none, or does not end with
    /// the part.
    pub(super) fn condition_after(&self, from: usize) -> Step<Option<String>> {
        let Some(end) = self.expression_end(from, Some("WHERE"))? else { return Ok(None) };
        let ended = self.found.get(end).is_none()
            || self.is_at(end, "}")
            || self.is_at(end, ".")
            || MODIFIERS.iter().any(|word| self.is_at(end, word));
        let alone = end == from + 1; // a value is no condition
        let whole = self.closing(from).is_some_and(|closer| closer + 1 == end);
        let quoted = self.quoted(self.range_at(from).start..self.range_at(end - 1).end);
        Ok((ended && !alone).then(|| if whole && quoted != "..." { quoted } else { format!("({quoted})") }))
    }

    /// Something stands after a finished query.
    pub(super) fn trailing(&self) -> Step {
        self.row_limit()?;
        self.foreign_comment()?;
        self.dash_in_a_name()?;
        self.second_where()?;
        let words = self.words();
        let finding = |message: String| self.said(message, self.here());
        let last = self.words_at(self.at.saturating_sub(1));
        self.stop(match () {
            () if self.is("}") => finding("this `}` closes nothing: the query is already finished".into())
                .hint("remove it, or look for a `}` too early before it"),
            () if self.is(".") || self.is(";") => {
                finding(format!("unexpected `{words}` after the query")).hint("remove it")
            }
            () if self.is_any(FORMS) || self.is("PREFIX") => finding("a second query begins here".into())
                .hint("ask one after the other; a sub-select stands in braces within WHERE"),
            () if self.is_any(OPERATIONS) => {
                finding(format!("`{words}` changes data and cannot follow a query")).hint(Hint::GiveToUpdate)
            }
            () if self.is("FROM") => {
                finding("FROM comes before WHERE".into()).hint("move it up, directly after what is selected")
            }
            () if self.is("WHERE") => finding("this query has its pattern already".into())
                .hint("a CONSTRUCT has its triples first and then WHERE; other forms have one group only"),
            () if self.is_any(MODIFIERS) => finding(format!("`{}` stands too late", words.to_uppercase()))
                .hint("the order is: GROUP BY, HAVING, ORDER BY, LIMIT and OFFSET, VALUES"),
            () if self.is_any(&["FILTER", "OPTIONAL", "BIND", "UNION", "MINUS", "GRAPH", "SERVICE"])
                || self.kind() == Some(Kind::Variable) && last == "}" =>
            {
                finding(format!("`{words}` stands outside the braces"))
                    .hint("move it into the group, before its last `}`")
            }
            () if self.kind() == Some(Kind::Unknown) => return self.unknown_word("the end"),
            () => finding(format!("nothing like `{words}` can follow here"))
                .hint("the query is finished before it: remove the rest, or look for a `}` too early"),
        })
    }
}
