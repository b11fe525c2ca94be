//! The walker's part for values as other languages write them: `?x::int`, `?x.name`, `CAST(?x AS int)`, `CASE WHEN`, `1.000.000`.
//!
//! In: the walker at what is not SPARQL, mostly right behind a value. Out: a [`Diagnostic`](crate::error::Diagnostic) with the value
//! rewritten, or nothing. What is rewritten means the same; where that cannot be known, the remedy shows the form alone.

use super::foreign::date_of;
use super::nearest;
use super::walk::{Step, Walker};
use crate::engine::syntax::tokens::Kind;

/// Datatypes of SQL and of programming languages, each with the function that casts to it.
const CASTS: &[(&[&str], &str)] = &[
    (&["int", "integer", "int2", "int4", "int8", "bigint", "smallint", "long", "signed"], "xsd:integer"),
    (&["decimal", "numeric", "number"], "xsd:decimal"),
    (&["double", "doubleprecision", "float8", "real"], "xsd:double"),
    (&["float", "float4"], "xsd:float"),
    (&["bool", "boolean"], "xsd:boolean"),
    (&["date"], "xsd:date"),
    (&["datetime", "timestamp", "timestamptz"], "xsd:dateTime"),
    (&["text", "string", "varchar", "char", "nvarchar", "str"], "STR"),
];

/// Methods of other languages, each with the function, and how many arguments it takes.
const METHODS: &[(&[&str], &str, usize)] = &[
    (&["startsWith", "starts_with", "hasPrefix"], "STRSTARTS", 1),
    (&["endsWith", "ends_with", "hasSuffix"], "STRENDS", 1),
    (&["contains", "includes"], "CONTAINS", 1),
    (&["length", "len", "size"], "STRLEN", 0),
    (&["toLowerCase", "toLower", "lower", "lcase"], "LCASE", 0),
    (&["toUpperCase", "toUpper", "upper", "ucase"], "UCASE", 0),
    (&["toString", "str"], "STR", 0),
    (&["year", "getYear", "getFullYear"], "YEAR", 0),
];

/// Units behind a number, and how many zeros they stand for.
const UNITS: &[(&str, usize)] =
    &[("k", 3), ("千", 3), ("万", 4), ("M", 6), ("亿", 8), ("B", 9), ("万亿", 12)];

/// The function that casts to a datatype of another language.
fn cast_to(datatype: &str) -> Option<&'static str> {
    let name = datatype.trim().to_lowercase();
    let name = name.strip_prefix("xsd:").unwrap_or(&name);
    let name = name.split('(').next().unwrap_or(name).trim_end();
    CASTS.iter().find(|(names, _)| names.contains(&name)).map(|(_, function)| *function)
}

impl Walker<'_> {
    /// Whether a token and the one behind it have nothing between them.
    fn touches(&self, index: usize) -> bool {
        self.found.get(index + 1).is_some_and(|next| next.range.start == self.range_at(index).end)
    }

    /// The text from a token on, without the last.
    fn between(&self, from: usize, end: usize) -> Option<String> {
        let last = end.checked_sub(1).filter(|last| *last >= from)?;
        let quoted = self.quoted(self.range_at(from).start..self.range_at(last).end);
        (quoted != "...").then_some(quoted)
    }

    /// The same where it is a whole expression.
    fn expression_between(&self, from: usize, end: usize) -> Option<String> {
        let is_whole = matches!(self.expression_end(from, None), Ok(Some(found)) if found == end);
        is_whole.then(|| self.between(from, end)).flatten()
    }

    /// What stands right behind a value that begins at `from`, where it belongs to another language.
    pub(super) fn behind_a_value(&self, from: usize) -> Step {
        let Some(last) = self.at.checked_sub(1).filter(|last| *last >= from) else { return Ok(()) };
        if self.kind_at(last) == Some(Kind::Number) {
            self.grouped_number(last, false)?;
            self.unit_of_a_number(last)?;
        }
        if self.is("OVER") && self.is_at(self.at + 1, "(") {
            return self.wrong(
                "`OVER` is SQL: SPARQL computes over groups, not over windows of rows",
                "what a group gives is joined by a sub-select: `{ SELECT ?k (COUNT(?x) AS ?n) { ?x ?p ?k } GROUP BY ?k }`",
            );
        }
        if !self.touches(last) {
            return Ok(());
        }
        self.doubled_quote(last)?;
        self.postfix_cast(from)?;
        self.member(from, false)
    }

    /// `?x::int`.
    fn postfix_cast(&self, from: usize) -> Step {
        let Some(datatype) = self.words().strip_prefix("::") else { return Ok(()) };
        if self.kind() != Some(Kind::PrefixedName) {
            return Ok(());
        }
        let value = self.between(from, self.at);
        self.cast("::", datatype, value.as_deref(), self.range_at(from).start..self.here().end)
    }

    /// Stops at a cast of another language.
    fn cast(&self, sign: &str, datatype: &str, value: Option<&str>, range: std::ops::Range<usize>) -> Step {
        let finding =
            self.said(format!("`{sign}` is SQL: in SPARQL a function of the datatype's name casts"), range);
        self.stop(finding.hint(match (cast_to(datatype), value) {
            (Some(function), Some(value)) => format!("write `{function}({value})`"),
            (Some(function), None) => format!("write `{function}(?x)`"),
            (None, _) => "write `xsd:integer(?x)`, with the datatype you mean".to_owned(),
        }))
    }

    /// `?x.startsWith("a")`, `?x.name`: here stands the dot behind a value that begins at `from`, in an expression or, where it
    /// is a plain column, among those of SELECT.
    pub(super) fn member(&self, from: usize, column: bool) -> Step {
        let name = self.at + 1;
        let is_word = matches!(self.kind_at(name), Some(Kind::Unknown | Kind::Function));
        if !self.is(".") || !self.touches(self.at) || !is_word {
            return Ok(());
        }
        let Some(value) = self.between(from, self.at) else { return Ok(()) };
        let word = self.words_at(name);
        let call = self.is_at(name + 1, "(").then(|| self.closing(name + 1)).flatten();
        let range = self.range_at(from).start..self.range_at(call.unwrap_or(name)).end;
        let method = METHODS.iter().find(|(names, ..)| names.iter().any(|n| n.eq_ignore_ascii_case(word)));
        if let Some((_, function, takes)) =
            method.filter(|_| call.is_some() || word.eq_ignore_ascii_case("length"))
        {
            let is_variable = from + 1 == self.at && self.kind_at(from) == Some(Kind::Variable);
            // IRIs and numbers have no prefix and no length, but their texts do.
            let is_of_texts = !matches!(*function, "STR" | "YEAR");
            let value = if is_variable && is_of_texts { format!("STR({value})") } else { value };
            let given = match (call, takes) {
                (None, 0) => Some(String::new()),
                (Some(closer), 0) if closer == name + 2 => Some(String::new()),
                (Some(closer), 1) => {
                    self.expression_between(name + 2, closer).map(|given| format!(", {given}"))
                }
                _ => None,
            };
            let finding = self.said(format!("SPARQL has no methods: `{word}` is a function here"), range);
            let written = given.map(|given| format!("{function}({value}{given})"));
            return self.stop(match written {
                Some(written) if column => {
                    finding.hint(format!("write `({written} AS ?{})`", word.to_lowercase()))
                }
                Some(written) => finding.hint(format!("write `{written}`")),
                None => finding.hint(super::expression::signature(function)),
            });
        }
        if call.is_some() {
            let finding = self.said(format!("SPARQL has no methods, and no function `{word}`"), range);
            return self.stop(match nearest::function(word) {
                Some(near) => finding.hint(super::expression::signature(near)),
                None => finding,
            });
        }
        let finding = self.said("a dot reaches no property: each property is a triple of the pattern", range);
        if self.kind_at(from) != Some(Kind::Variable)
            || !word.chars().all(|c| c.is_alphanumeric() || c == '_')
        {
            return self.stop(finding);
        }
        let is_taken = self.found.iter().any(|token| token.text(self.text).get(1..) == Some(word));
        let new = if is_taken { format!("{value}_{word}") } else { format!("?{word}") };
        let property = self.thing_called(word, false);
        self.stop(finding.hint(match property {
            Some(property) => format!("write `{value} {property} {new}` in the pattern, and `{new}` here"),
            None => format!("write `{value} rdfs:label {new}` in the pattern, with the property you mean, and `{new}` here"),
        }))
    }

    /// The property or the class of the graph that has this name, as it is written; nothing where another letter begins it.
    pub(super) fn thing_called(&self, word: &str, class: bool) -> Option<String> {
        if !class && ["name", "label", "title"].iter().any(|name| name.eq_ignore_ascii_case(word)) {
            return Some("rdfs:label".to_owned());
        }
        let is_called = |thing: &String| {
            thing.rsplit_once(':').is_some_and(|(_, local)| {
                local.eq_ignore_ascii_case(word)
                    && local.starts_with(|c: char| c.is_ascii_uppercase() == class)
            })
        };
        nearest::things(word, self.known).into_iter().find(is_called)
    }

    /// `CAST(?x AS int)`, `CONVERT(?x, int)`, and the like: here stands the name.
    pub(super) fn foreign_function(&self) -> Step {
        let Some(closer) = self.closing(self.at + 1) else { return Ok(()) };
        let range = self.here().start..self.range_at(closer).end;
        let inside = self.at + 2;
        let alone = || self.expression_between(inside, closer);
        let word = self.words().to_uppercase();
        match word.as_str() {
            "CAST" | "TRY_CAST" => {
                let split = (inside..closer).rev().find(|at| self.is_at(*at, "AS"));
                let value = split.and_then(|split| self.expression_between(inside, split));
                let datatype = split.and_then(|split| self.between(split + 1, closer));
                let datatype = datatype.unwrap_or_default().replace(' ', "");
                self.cast(&word, &datatype, value.as_deref(), range)
            }
            "EXTRACT" => {
                let part = self.words_at(inside).to_uppercase();
                let part = match part.trim_end_matches('S') {
                    part @ ("YEAR" | "MONTH" | "DAY") => part.to_owned(),
                    part @ ("HOUR" | "MINUTE" | "SECOND") => format!("{part}S"),
                    _ => return Ok(()),
                };
                let finding = self.said("`EXTRACT` is SQL: each part of a date has its function", range);
                let value = Some(inside + 2).filter(|_| self.is_at(inside + 1, "FROM"));
                let value = value.and_then(|from| self.expression_between(from, closer));
                self.stop(finding.hint(format!("write `{part}({})`", value.as_deref().unwrap_or("?x"))))
            }
            "ISNULL" => {
                let finding =
                    self.said("`ISNULL` is SQL: in SPARQL what is missing has no row or no value", range);
                let is_variable = closer == inside + 1 && self.kind_at(inside) == Some(Kind::Variable);
                self.stop(match is_variable {
                    true => finding.hint(format!(
                        "write `!BOUND({})`, for a variable of an OPTIONAL",
                        self.words_at(inside)
                    )),
                    false => finding.hint("the first of some values that is there is `COALESCE(?x, 0)`"),
                })
            }
            "TRIM" => {
                let finding = self.said("SPARQL has no function `TRIM`", range);
                self.stop(match alone() {
                    Some(value) => {
                        finding.hint(format!("write `REPLACE(STR({value}), \"^\\\\s+|\\\\s+$\", \"\")`"))
                    }
                    None => finding,
                })
            }
            "GETDATE" | "TODAY" | "CURDATE" | "SYSDATE" | "DATETIME" if closer == inside => self
                .stop(self.said(format!("unknown function `{}`", self.words()), range).hint("write `NOW()`")),
            "ROW_NUMBER" | "RANK" | "DENSE_RANK" | "LAG" | "LEAD" | "NTILE" => self.stop(
                self.said(
                    format!("`{word}` is SQL: SPARQL computes over groups, not over windows of rows"),
                    range,
                )
                .hint("the first rows of an order are had by `ORDER BY DESC(?x) LIMIT 10`"),
            ),
            _ => match (cast_to(&word), alone()) {
                (Some(function), Some(value)) if function != "STR" => self.stop(
                    self.said(format!("unknown function `{}`", self.words()), self.here())
                        .hint(format!("write `{function}({value})`")),
                ),
                _ => Ok(()),
            },
        }
    }

    /// `CASE WHEN ... THEN ... END`, `DATE '2023-01-01'`, `NOT IN (...)` without a value, `CURRENT_DATE`: here stands the word, where a
    /// value is expected.
    pub(super) fn foreign_value(&self) -> Step {
        if self.is("CASE") {
            let finding =
                self.said("`CASE` is SQL: SPARQL chooses between values by a function", self.here());
            let written = self.choice().unwrap_or_else(|| "IF(?x > 1, \"a\", \"b\")".to_owned());
            return self.stop(finding.hint(format!("write `{written}`")));
        }
        if self.is_any(&["CURRENT_DATE", "CURRENT_TIMESTAMP", "SYSDATE"]) {
            return self.stop(
                self.said(format!("unknown word `{}`", self.words()), self.here()).hint("write `NOW()`"),
            );
        }
        if self.is_any(&["DATE", "TIMESTAMP"]) && self.kind_at(self.at + 1) == Some(Kind::String) {
            let range = self.here().start..self.range_at(self.at + 1).end;
            let finding = self.said("the datatype of a value stands behind its text", range);
            let inside = self.words_at(self.at + 1).trim_matches(['"', '\'']);
            return self.stop(match date_of(&inside.replace(' ', "T")) {
                Some((value, datatype)) => finding.hint(format!("write `\"{value}\"^^xsd:{datatype}`")),
                None => finding.hint("a date is `\"2023-01-31\"^^xsd:date`"),
            });
        }
        let list = if self.is("NOT") { self.at + 1 } else { self.at };
        if self.is_at(list, "IN") {
            let sign = if list > self.at { "NOT IN" } else { "IN" };
            let closer = self.closing(list + 1);
            let range = self.here().start..self.range_at(list).end;
            let values = closer.and_then(|closer| self.between(list + 1, closer + 1));
            let values = values.unwrap_or_else(|| "(1, 2)".to_owned());
            return self.stop(
                self.said(format!("`{sign}` lacks the value on its left"), range)
                    .hint(format!("write `FILTER(?x {sign} {values})`, with the variable you mean")),
            );
        }
        Ok(())
    }

    /// A `CASE` as nested `IF`s; nothing where it has no ELSE, or parts that are no expressions.
    fn choice(&self) -> Option<String> {
        let (mut at, mut marks) = (self.at + 1, Vec::new());
        loop {
            if self.is_at(at, "CASE") || at >= self.found.len() {
                return None;
            }
            let mark = ["WHEN", "THEN", "ELSE", "END"].into_iter().find(|word| self.is_at(at, word));
            marks.extend(mark.map(|word| (word, at)));
            if mark == Some("END") {
                break;
            }
            at = self.closing(at).unwrap_or(at) + 1;
        }
        let (_, first) = *marks.first()?;
        let subject = (first > self.at + 1).then(|| self.expression_between(self.at + 1, first));
        let subject = if let Some(subject) = subject { Some(subject?) } else { None };
        let mut parts = Vec::new();
        for pair in marks.windows(2) {
            let &[(word, from), (_, end)] = pair else { return None };
            parts.push((word, self.part_between(from + 1, end)?));
        }
        let ("ELSE", mut written) = parts.pop()? else { return None };
        while let Some(("THEN", value)) = parts.pop() {
            let ("WHEN", condition) = parts.pop()? else { return None };
            let condition = match &subject {
                Some(subject) => format!("{subject} = {condition}"),
                None => condition,
            };
            written = format!("IF({condition}, {value}, {written})");
        }
        parts.is_empty().then_some(written)
    }

    /// An expression that ends where a word of SQL stands: the walker takes no such word for the end of one.
    fn part_between(&self, from: usize, end: usize) -> Option<String> {
        let mut inner = Self::new(self.text, self.found.get(..end)?, self.known, self.update);
        inner.declared.clone_from(&self.declared);
        inner.at = from;
        inner.expression().ok().filter(|()| inner.at == end)?;
        self.between(from, end)
    }

    /// `?x = NULL`: here stands the word behind a comparison, whose left side begins at `from`.
    pub(super) fn compared_with_null(&self, from: usize) -> Step {
        let sign = self.at.saturating_sub(1);
        let is_variable = from + 1 == sign && self.kind_at(from) == Some(Kind::Variable);
        if !self.is("NULL") || !is_variable || !(self.is_at(sign, "=") || self.is_at(sign, "!=")) {
            return Ok(());
        }
        let not = if self.is_at(sign, "=") { "!" } else { "" };
        let finding =
            self.said("`NULL` is SQL: in SPARQL what is missing has no row or no value", self.here());
        self.stop(
            finding
                .hint(format!("write `{not}BOUND({})`, for a variable of an OPTIONAL", self.words_at(from))),
        )
    }

    /// `?x BETWEEN 1 AND 9`, `?x LIKE "a%"`, perhaps with NOT: the left side begins at `from`.
    pub(super) fn foreign_comparison(&self, from: usize) -> Step {
        let is_not = self.is("NOT");
        let is_two = self.is("=") && self.is_at(self.at + 1, "~") && self.touches(self.at);
        let word = self.at + usize::from(is_not || is_two);
        let range = self.here().start..self.range_at(word).end;
        let value = self.between(from, self.at);
        let is_variable = from + 1 == self.at && self.kind_at(from) == Some(Kind::Variable);
        if is_not && self.is_at(word, "NULL") {
            let finding =
                self.said("`NOT NULL` is SQL: in SPARQL what is missing has no row or no value", range);
            let name = value.filter(|_| is_variable).unwrap_or_else(|| "?x".to_owned());
            return self.stop(finding.hint(format!("write `BOUND({name})`, for a variable of an OPTIONAL")));
        }
        if self.is_at(word, "BETWEEN") {
            let finding = self.said("`BETWEEN` is not a SPARQL operator", range);
            let sides = self.sum_end(word + 1).filter(|end| self.is_at(*end, "AND")).and_then(|and| {
                let end = self.sum_end(and + 1)?;
                Some((self.between(word + 1, and)?, self.between(and + 1, end)?))
            });
            return self.stop(finding.hint(match (value, sides) {
                (Some(value), Some((least, most))) if is_not => {
                    format!("write `({value} < {least} || {value} > {most})`")
                }
                (Some(value), Some((least, most))) => {
                    format!("write `{value} >= {least} && {value} <= {most}`")
                }
                _ => "write `?x >= 1 && ?x <= 9`".to_owned(),
            }));
        }
        let words = ["LIKE", "ILIKE", "RLIKE", "~"];
        let Some(sign) = words.iter().find(|sign| self.is_at(word, sign)) else { return Ok(()) };
        let written = self.text.get(range.clone()).unwrap_or_default();
        let finding = self.said(format!("`{written}` is not a SPARQL operator"), range);
        let pattern = Some(word + 1).filter(|at| self.kind_at(*at) == Some(Kind::String));
        let pattern = pattern.map(|at| self.words_at(at).trim_matches(['"', '\'']));
        let pattern = pattern.filter(|pattern| !pattern.contains(['"', '\\', '\n']));
        let asked = value.filter(|_| is_variable).zip(pattern).and_then(|(value, pattern)| match *sign {
            "LIKE" => like(&value, pattern, false),
            "ILIKE" => like(&value, pattern, true),
            _ => Some(format!("REGEX(STR({value}), \"{pattern}\")")),
        });
        self.stop(finding.hint(match asked {
            Some(asked) if is_not => format!("write `!({asked})`"),
            Some(asked) => format!("write `{asked}`"),
            None => "use `CONTAINS(STR(?x), \"...\")` or `REGEX(STR(?x), \"...\", \"i\")`".to_owned(),
        }))
    }

    /// Where the sum ends that begins at a token.
    fn sum_end(&self, from: usize) -> Option<usize> {
        let mut inner = Self::new(self.text, self.found, self.known, self.update);
        inner.declared.clone_from(&self.declared);
        inner.at = from;
        inner.sum().ok().map(|()| inner.at)
    }

    /// `'it''s'`: a quote written twice, as in SQL, is the end of a string and the beginning of another; the first ends at `last`.
    pub(super) fn doubled_quote(&self, last: usize) -> Step {
        let quote = |at: usize| {
            let short = |quote: &&str| {
                let words = self.words_at(at);
                words.starts_with(*quote) && !words.starts_with(&quote.repeat(3))
            };
            ["\"", "'"].into_iter().find(short).filter(|_| self.kind_at(at) == Some(Kind::String))
        };
        let Some(sign) = quote(last).filter(|sign| self.touches(last) && quote(last + 1) == Some(*sign))
        else {
            return Ok(());
        };
        let goes_on = |at: &usize| self.touches(*at) && quote(*at + 1) == Some(sign);
        let first = (0..last).rev().take_while(goes_on).last().unwrap_or(last);
        let end = (last..).take_while(goes_on).last().map_or(last, |at| at + 1);
        let inside = |at: usize| {
            let words = self.words_at(at);
            words.get(1..words.len().saturating_sub(1)).unwrap_or_default()
        };
        let whole = (first..=end).map(inside).collect::<Vec<_>>().join(sign);
        let other = if sign == "'" { "\"" } else { "'" };
        let written = match whole.contains(other) {
            false => format!("{other}{whole}{other}"),
            true => format!(
                "{sign}{}{sign}",
                (first..=end).map(inside).collect::<Vec<_>>().join(&format!("\\{sign}"))
            ),
        };
        let finding = self.said(
            format!("`{sign}{sign}` within a string is SQL: it ends one here, and begins another"),
            self.range_at(first).start..self.range_at(end).end,
        );
        self.stop(match whole.contains(['\n', '\r']) {
            false => finding.hint(format!("write `{written}`")),
            true => finding,
        })
    }

    /// `1.000.000`, `1,000,000`, `1_000_000`: digits in groups of three, of which the first token is `first`.
    pub(super) fn grouped_number(&self, first: usize, comma: bool) -> Step {
        let start = self.range_at(first).start;
        let rest = self.text.get(start..).unwrap_or_default();
        let end = rest.find(|c: char| !c.is_ascii_digit() && !"., _".contains(c)).unwrap_or(rest.len());
        let written = rest.get(..end).unwrap_or_default().trim_end_matches(['.', ',', '_', ' ']);
        let Some(sign) = written.chars().find(|c| !c.is_ascii_digit()) else { return Ok(()) };
        if (sign == ',') != comma {
            return Ok(());
        }
        let groups: Vec<&str> = written.split(sign).collect();
        let are_digits =
            groups.iter().all(|group| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit()));
        let Some((head, tail)) = groups.split_first().filter(|_| are_digits) else { return Ok(()) };
        let are_thousands = head.len() <= 3 && tail.iter().all(|group| group.len() == 3);
        let range = start..start + written.len();
        let whole = groups.concat();
        let of_thousands = "the digits of a number stand without a sign between them";
        match (sign, tail) {
            ('_', _) => self.stop(self.said(of_thousands, range).hint(format!("write `{whole}`"))),
            (' ', _) | ('.' | ',', [_, _, ..]) if are_thousands => {
                self.stop(self.said(of_thousands, range).hint(format!("write `{whole}`")))
            }
            (',', [fraction]) => {
                let finding = self.said("a number has no comma", range);
                let finding = if are_thousands { finding.hint(format!("write `{whole}`")) } else { finding };
                self.stop(finding.hint(format!("of a fraction write `{head}.{fraction}`")))
            }
            _ => Ok(()),
        }
    }

    /// `ORDER BY ?x NULLS LAST`: here stands the word, and what is ordered by begins at `from`.
    pub(super) fn place_of_null(&self, from: usize) -> Step {
        let last = self.is_at(self.at + 1, "LAST");
        if !self.is("NULLS") || !(last || self.is_at(self.at + 1, "FIRST")) {
            return Ok(());
        }
        let range = self.here().start..self.range_at(self.at + 1).end;
        let finding =
            self.said("`NULLS` is SQL: in SPARQL what has no value comes first, and with DESC last", range);
        let descends = self.is_at(from, "DESC");
        let variable = if self.kind_at(from) == Some(Kind::Variable) { from } else { from + 2 };
        let is_alone =
            self.kind_at(variable) == Some(Kind::Variable) && (variable == from || variable + 2 == self.at);
        let name = self.words_at(variable);
        self.stop(match (last, descends, self.between(from, self.at)) {
            (true, true, _) | (false, false, _) => finding.hint("remove it"),
            (true, false, Some(key)) if is_alone => finding.hint(format!("write `(!BOUND({name})) {key}`")),
            (false, true, Some(key)) if is_alone => {
                finding.hint(format!("write `DESC(!BOUND({name})) {key}`"))
            }
            _ => finding,
        })
    }

    /// `LEFT JOIN { ... }`: here stands the word.
    pub(super) fn left_join(&self) -> Step {
        let join = self.at + 1 + usize::from(self.is_at(self.at + 1, "OUTER"));
        if !self.is("LEFT") || !self.is_at(join, "JOIN") {
            return Ok(());
        }
        let range = self.here().start..self.range_at(join).end;
        let group = self.closing(join + 1).filter(|_| self.is_at(join + 1, "{"));
        let group = group.and_then(|closer| self.between(join + 1, closer + 1));
        let group = group.unwrap_or_else(|| "{ ?a ?b ?c }".to_owned());
        let finding = self.said("`LEFT JOIN` is SQL: SPARQL keeps what has no partner by OPTIONAL", range);
        self.stop(finding.hint(format!("write `OPTIONAL {group}`")))
    }

    /// `7B`, `100亿`: here stands the unit of a number.
    pub(super) fn unit_of_a_number(&self, number: usize) -> Step {
        if self.kind_at(number) != Some(Kind::Number) || !self.touches(number) {
            return Ok(());
        }
        let unit = UNITS.iter().find(|(unit, _)| *unit == self.words());
        let Some((unit, zeros)) = unit.filter(|_| self.kind() == Some(Kind::Unknown)) else { return Ok(()) };
        let (whole, fraction) = self.words_at(number).split_once('.').unwrap_or((self.words_at(number), ""));
        let is_number = whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
        if !is_number || fraction.len() > *zeros {
            return Ok(());
        }
        let digits = format!("{whole}{fraction}{}", "0".repeat(zeros - fraction.len()));
        let digits = digits.trim_start_matches('0');
        let range = self.range_at(number).start..self.here().end;
        self.stop(
            self.said(format!("a number has no unit `{unit}`"), range).hint(format!("write `{digits}`")),
        )
    }
}

/// What a pattern of LIKE asks of a variable; nothing where it has a wild card within.
fn like(value: &str, pattern: &str, folded: bool) -> Option<String> {
    let text = pattern.trim_matches('%');
    if text.contains(['%', '_']) || text.is_empty() {
        return None;
    }
    let (value, text) = match folded {
        true => (format!("LCASE(STR({value}))"), text.to_lowercase()),
        false => (format!("STR({value})"), text.to_owned()),
    };
    Some(match (pattern.starts_with('%'), pattern.ends_with('%')) {
        (true, true) => format!("CONTAINS({value}, \"{text}\")"),
        (true, false) => format!("STRENDS({value}, \"{text}\")"),
        (false, true) => format!("STRSTARTS({value}, \"{text}\")"),
        (false, false) => format!("{value} = \"{text}\""),
    })
}
