//! The walker's part for words of other languages: SQL's `TOP`, Jena's `LET`, and what SPARQL has instead.
//!
//! In: the walker at a word that is not SPARQL. Out: a [`Diagnostic`] with the text rewritten, or nothing. It knows the
//! few words that people bring along, and leaves all others to the spelling check.

use super::walk::{Step, Walker};
use crate::engine::syntax::tokens::Kind;

/// Words of SQL that say how many rows come.
const ROW_LIMITS: &[&str] = &["TOP", "FIRST", "FETCH", "ROWNUM"];
/// Words of other languages that give a variable its value.
const ASSIGNMENTS: &[&str] = &["LET", "SET", "ASSIGN"];

/// Words of other languages by what they are for, each with what SPARQL has instead.
const ELSEWHERE: &[(&[&str], &str, &str)] = &[
    (
        &["LIKE", "ILIKE", "RLIKE", "SIMILAR", "MATCHES"],
        "is SQL: SPARQL compares texts in a FILTER",
        "write `?x rdfs:label ?name FILTER(CONTAINS(?name, \"...\"))`",
    ),
    (&["BETWEEN"], "is SQL: SPARQL compares values in a FILTER", "write `FILTER(?x >= 1 && ?x <= 9)`"),
    (
        &["NULL", "IS", "ISNULL"],
        "is SQL: in SPARQL what is missing has no row or no value",
        "write `FILTER NOT EXISTS { ... }`, or `FILTER(!BOUND(?x))` after an OPTIONAL",
    ),
    (
        &["JOIN", "INNER", "LEFT", "ON"],
        "is SQL: in SPARQL triples that share a variable are joined",
        "write `?a ?b ?c . ?c ?d ?e`, and OPTIONAL for a left join",
    ),
    (&["AND"], "cannot join triples", "a dot joins them: `?a ?b ?c . ?d ?e ?f`"),
    (&["OR"], "cannot join triples", "write `{ ... } UNION { ... }`"),
    (
        &["TABLE", "TABLES", "INDEX", "VIEW"],
        "is SQL: a graph has triples and no tables",
        "a class needs no more than a triple that names it: `INSERT DATA { <x:thing> a <x:Class> }`",
    ),
    (&["CASE"], "is SQL: SPARQL chooses between values by a function", "write `IF(condition, then, else)`"),
    (&["RETURN"], "is Cypher, not SPARQL", "what a query gives stands first: `SELECT ?x { ... }`"),
];

impl Walker<'_> {
    /// A word that has its place in another language.
    pub(super) fn of_elsewhere<T>(&self) -> Step<Option<T>> {
        self.left_join()?;
        let found = ELSEWHERE.iter().find(|(words, ..)| self.is_any(words));
        match found {
            Some((_, what, hint)) => self.wrong(format!("`{}` {what}", self.words().to_uppercase()), *hint),
            None => Ok(None),
        }
    }

    /// `-- comment`, `// comment`, `/* comment */`: here, or where the walk is already past its first signs.
    pub(super) fn foreign_comment(&self) -> Step {
        let begins = |index: Option<usize>, signs: &[(&str, &str)]| {
            let index = index?;
            let touch = self.range_at(index).end == self.range_at(index + 1).start;
            let is =
                |(first, second): &(&str, &str)| self.is_at(index, first) && self.is_at(index + 1, second);
            (touch && signs.iter().any(is)).then_some(index)
        };
        const OF_SQL: &[(&str, &str)] = &[("-", "-")];
        const OF_C: &[(&str, &str)] = &[("/", "/"), ("/", "*")];
        let here = begins(Some(self.at), OF_SQL).or_else(|| begins(Some(self.at), OF_C));
        let here = here.or_else(|| begins(self.at.checked_sub(1), OF_C));
        // Two signs in a row are a difference and a sign, where a value follows.
        let is_word = self.kind() == Some(Kind::Unknown);
        let before = || begins(self.at.checked_sub(2).filter(|_| is_word), OF_SQL);
        let Some(index) = here.or_else(before) else { return Ok(()) };
        let range = self.range_at(index).start..self.range_at(index + 1).end;
        let signs = self.text.get(range.clone()).unwrap_or_default();
        let finding = self.said(format!("`{signs}` begins no comment in SPARQL"), range);
        self.stop(finding.hint("a comment begins with `#` and ends with its line"))
    }

    /// `?first-name`: here stands the sign, or the word behind it.
    pub(super) fn dash_in_a_name(&self) -> Step {
        let touch = |index: usize| self.range_at(index).end == self.range_at(index + 1).start;
        let is_word = |index: usize| {
            use Kind::{Boolean, Function, Keyword, Number, Unknown};
            matches!(self.kind_at(index), Some(Boolean | Function | Keyword | Number | Unknown))
                && self.words_at(index).starts_with(|c: char| c.is_alphanumeric() || c == '_')
        };
        let sign = if self.is("-") { Some(self.at) } else { self.at.checked_sub(1) };
        let Some(name) = sign.filter(|sign| self.is_at(*sign, "-")).and_then(|sign| sign.checked_sub(1))
        else {
            return Ok(());
        };
        if self.kind_at(name) != Some(Kind::Variable)
            || !touch(name)
            || !touch(name + 1)
            || !is_word(name + 2)
        {
            return Ok(());
        }
        let mut end = name + 2;
        while touch(end) && self.is_at(end + 1, "-") && touch(end + 1) && is_word(end + 2) {
            end += 2;
        }
        let range = self.range_at(name).start..self.range_at(end).end;
        let written = self.text.get(range.clone()).unwrap_or_default();
        let finding = self.said("a variable's name has no `-`", range);
        // What is written so must be a name; what stands there may be `?x-1.5`.
        let is_name = written.chars().skip(1).all(|c| c.is_alphanumeric() || c == '_' || c == '-');
        let finding = match is_name {
            true => finding.hint(format!("write `{}`", written.replace('-', "_"))),
            false => finding,
        };
        if self.kind_at(name + 2) != Some(Kind::Number) {
            return self.stop(finding);
        }
        let difference = written.replace('-', " - ");
        self.stop(finding.hint(format!(
            "a difference is `({difference} AS ?name)` in SELECT, and `BIND({difference} AS ?name)` in the pattern"
        )))
    }

    /// `UPDATE table SET column = value`.
    pub(super) fn update_of_a_table(&self) -> Step {
        if !self.is("UPDATE") {
            return Ok(());
        }
        self.wrong(
            "`UPDATE` is SQL: a graph has triples and no tables",
            "a value is replaced by `DELETE { ... } INSERT { ... } WHERE { ... }`",
        )
    }

    /// `2023-01-01`, `2023-01-01T12:00:00`, `2023-01`, `2023/01/01` without quotes: here stands what is not understood, the
    /// first sign in a triple, the time of day in an expression.
    pub(super) fn bare_date(&self) -> Step {
        let touches = |index: &usize| self.range_at(*index).end == self.range_at(*index + 1).start;
        let is_number = |index: &usize| self.kind_at(*index) == Some(Kind::Number);
        let is_part = |index: &usize| is_number(index) || self.is_at(*index, "-") || self.is_at(*index, "/");
        let Some(before) = self.at.checked_sub(1).filter(is_part) else { return Ok(()) };
        let start =
            (0..before).rev().take_while(|index| touches(index) && is_part(index)).last().unwrap_or(before);
        if !is_number(&start) {
            return Ok(());
        }
        let start = self.range_at(start).start;
        let rest = self.text.get(start..).unwrap_or_default();
        let is_end = |c: char| c.is_whitespace() || "{}(),;\"'".contains(c);
        let end = rest.find(is_end).unwrap_or(rest.len());
        let day = rest.get(..end).unwrap_or_default().trim_end_matches('.');
        // A blank may stand before the time of day.
        let time = rest.get(end + 1..).filter(|_| rest.get(end..).is_some_and(|rest| rest.starts_with(' ')));
        let time = time.map(|time| time.get(..time.find(is_end).unwrap_or(time.len())).unwrap_or_default());
        let time = time.filter(|time| time.starts_with(|c: char| c.is_ascii_digit()) && time.contains(':'));
        let both = time.map(|time| format!("{day}T{}", whole_time(time)));
        let Some((_, datatype)) = date_of(day) else { return Ok(()) };
        let width = time.map_or(day.len(), |time| end + 1 + time.len());
        let finding = self.said("a date stands in quotes, with its datatype", start..start + width);
        let read = both.map_or_else(|| date_of(day), |both| date_of(&both).filter(|_| datatype == "date"));
        self.stop(match read {
            Some((value, datatype)) => finding.hint(format!("write `\"{value}\"^^xsd:{datatype}`")),
            None => finding,
        })
    }

    /// `INSERT INTO`, `DELETE FROM`.
    pub(super) fn rows_of_a_table(&self) -> Step {
        let (words, hint) = if self.is("INTO") {
            ("INSERT INTO", "write `INSERT DATA { <x:thing> <x:property> \"value\" }`")
        } else if self.is("FROM") {
            ("DELETE FROM", "write `DELETE WHERE { ?thing <x:property> ?value }`")
        } else {
            return Ok(());
        };
        self.wrong(format!("`{words}` is SQL: a graph has triples and no tables"), hint)
    }

    /// `TOP 5`, `FIRST 5`, `FETCH FIRST 5 ROWS ONLY`.
    pub(super) fn row_limit(&self) -> Step {
        if !self.is_any(ROW_LIMITS) || self.kind() != Some(Kind::Unknown) {
            return Ok(());
        }
        let number = (self.at + 1..self.at + 4).find(|index| self.kind_at(*index) == Some(Kind::Number));
        let Some(number) = number else { return Ok(()) };
        let closed = self.is_at(number + 1, ")");
        let written = self.here().start..self.range_at(if closed { number + 1 } else { number }).end;
        let words = self.words().to_uppercase();
        self.stop(
            self.said(format!("`{words}` is SQL: SPARQL says at the end how many rows to show"), written)
                .hint(format!("write `LIMIT {}` after the last `}}`", self.words_at(number))),
        )
    }

    /// `LET (?y := expression)`, `SET ?y = expression`.
    pub(super) fn assignment(&self) -> Step {
        if !self.is_any(ASSIGNMENTS) || self.kind() != Some(Kind::Unknown) {
            return Ok(());
        }
        let name = if self.is_at(self.at + 1, "(") { self.at + 2 } else { self.at + 1 };
        let word = self.words().to_uppercase();
        let finding =
            self.said(format!("`{word}` is not SPARQL: BIND gives a variable its value"), self.here());
        let binding = self.binding(name).unwrap_or_else(|| "BIND(... AS ?name)".to_owned());
        // Alone it is not yet a query.
        let written = if self.at == 0 { format!("SELECT * {{ {binding} }}") } else { binding };
        self.stop(finding.hint(format!("write `{written}`")))
    }

    fn is_value(&self, index: usize) -> bool {
        use Kind::{Iri, Number, PrefixedName, String, Variable};
        matches!(self.kind_at(index), Some(Variable | Number | String | Iri | PrefixedName))
    }

    /// `?y := expression`: here stands the sign.
    pub(super) fn assigned(&self, sign: &str) -> Step {
        let before = self.at.saturating_sub(1);
        let is_sign = self.is(":") && self.is_at(self.at + 1, "=");
        if !is_sign || self.kind_at(before) != Some(Kind::Variable) {
            return Ok(());
        }
        let end = self.range_at(self.at + 1).end;
        let (opener, word) = (before.saturating_sub(1), before.saturating_sub(2));
        let in_select = self.is_at(opener, "SELECT") || self.is_at(opener, "(") && !self.is_at(word, "BIND");
        let binding = self.binding(before).unwrap_or_else(|| "BIND(... AS ?name)".to_owned());
        let written = if in_select { binding.trim_start_matches("BIND").to_owned() } else { binding };
        self.stop(
            self.said(format!("`{sign}` is not SPARQL: AS gives a value its name"), self.here().start..end)
                .hint(format!("write `{written}`")),
        )
    }

    /// `BIND(expression AS ?y)` for a variable at `index` with `:=` or `=` and an expression after it.
    fn binding(&self, index: usize) -> Option<String> {
        let name = self.words_at(index);
        let sign = if self.is_at(index + 1, ":") { index + 2 } else { index + 1 };
        if self.kind_at(index) != Some(Kind::Variable) || !self.is_at(sign, "=") {
            return None;
        }
        let expression = self.text_until_end(sign + 1)?;
        Some(format!("BIND({expression} AS {name})"))
    }

    /// The text from a token to where its expression ends: a dot, a semicolon, a bracket of another pair, or a value
    /// that stands directly after a value.
    fn text_until_end(&self, from: usize) -> Option<String> {
        let mut at = from;
        let ends = |at: usize| [".", ";", "}", ")"].iter().any(|sign| self.is_at(at, sign));
        while at < self.found.len() && !ends(at) {
            let next = self.closing(at).unwrap_or(at) + 1;
            let whole = self.is_value(at) || next > at + 1;
            at = next;
            if whole && self.is_value(at) {
                break;
            }
        }
        let end = at.checked_sub(1).filter(|end| *end >= from)?;
        Some(self.quoted(self.range_at(from).start..self.range_at(end).end))
    }
}

/// A date as XML Schema writes it, and the name of its datatype.
pub(in crate::advise) fn date_of(written: &str) -> Option<(String, &'static str)> {
    let (day, time) = written.split_once('T').map_or((written, None), |(day, time)| (day, Some(time)));
    let parts: Vec<&str> = day.split(['-', '/']).collect();
    let is_day_of_month = parts.len() == 3;
    let two =
        |part: &str| if is_day_of_month && part.len() == 1 { format!("0{part}") } else { part.to_owned() };
    let parts: Vec<String> = parts.into_iter().map(two).collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let number = |text: &str, digits: usize, most: u8| {
        let fits = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
        fits && (most == 0 || text.parse().is_ok_and(|n: u8| (1..=most).contains(&n)))
    };
    let value = parts.join("-");
    match (parts.as_slice(), time) {
        ([year, month], None) if number(year, 4, 0) && number(month, 2, 12) => Some((value, "gYearMonth")),
        ([year, month, day], time) if number(year, 4, 0) && number(month, 2, 12) && number(day, 2, 31) => {
            if !is_day(year, month, day) {
                return None;
            }
            match time {
                None => Some((value, "date")),
                Some(time) if is_time(time) => Some((format!("{value}T{time}"), "dateTime")),
                Some(_) => None,
            }
        }
        _ => None,
    }
}

/// Whether a month has such a day.
fn is_day(year: &str, month: &str, day: &str) -> bool {
    let is_leap =
        |year: u32| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let leap = year.parse().is_ok_and(is_leap);
    day <= match month {
        "04" | "06" | "09" | "11" => "30",
        "02" if leap => "29",
        "02" => "28",
        _ => "31",
    }
}

/// A time of day with two digits for the hour, and with seconds: `9:30` is 09:30:00.
fn whole_time(time: &str) -> String {
    let hour = if time.find(':') == Some(1) { format!("0{time}") } else { time.to_owned() };
    if hour.len() == 5 { format!("{hour}:00") } else { hour }
}

/// Whether a time of day, and perhaps a fraction and a zone behind it, is one.
fn is_time(time: &str) -> bool {
    let part = |at: usize, most: u8| {
        let digits = time.get(at..at + 2).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
        digits.and_then(|digits| digits.parse().ok()).is_some_and(|n: u8| n <= most)
    };
    let colon = |at: usize| time.get(at..).is_some_and(|rest| rest.starts_with(':'));
    part(0, 23) && colon(2) && part(3, 59) && colon(5) && part(6, 59)
}
