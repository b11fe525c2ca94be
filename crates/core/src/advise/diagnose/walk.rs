//! The walker: goes through the tokens as the grammar allows and stops where it does not.
//!
//! In: tokens without comments. Out: the first [`Diagnostic`]. This file has the walker's steps, the
//! forms of a query and their modifiers; groups and expressions are its neighbours' part.

use super::grouping::{Column, Grouping};
use super::{nearest, said};
use crate::advise::Knowledge;
use crate::engine::syntax::tokens::{FORMS, Kind, OPERATIONS, Token, is_closer, is_opener};
use crate::error::{Diagnostic, Hint};
use std::collections::BTreeSet;
use std::ops::Range;

/// What a step returns: the first thing wrong ends the walk. Boxed, as it is rare.
pub(super) type Step<T = ()> = Result<T, Box<Diagnostic>>;

/// Names of variables, without `?`.
pub(super) type Vars = BTreeSet<String>;

/// A variable without `?`, and where it stands.
pub(super) type Mention = (String, Range<usize>);

/// Where the walk is.
pub(super) struct Walker<'a> {
    pub(super) text: &'a str,
    pub(super) found: &'a [Token],
    pub(super) at: usize,
    pub(super) known: &'a Knowledge<'a>,
    declared: BTreeSet<String>,
    /// The open brackets, as places in `found`.
    open: Vec<usize>,
    pub(super) update: bool,
    /// Blank node labels of the groups before, and of this one.
    pub(super) used_labels: BTreeSet<String>,
    pub(super) labels: BTreeSet<String>,
    /// The variables met in the expression being walked, outside aggregates; and whether it has any.
    pub(super) mentioned: Vec<Mention>,
    pub(super) aggregates: usize,
    /// The aggregate whose argument is being walked.
    pub(super) in_aggregate: Option<String>,
    /// The clause being walked, where it may hold no aggregate.
    pub(super) no_aggregate: Option<&'static str>,
}

/// How long a part of the text is quoted in a hint at most, in characters.
const QUOTED: usize = 60;
const MODIFIERS: &[&str] = &["GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES"];

impl<'a> Walker<'a> {
    pub(super) fn new(text: &'a str, found: &'a [Token], known: &'a Knowledge<'a>, update: bool) -> Self {
        Self {
            text,
            found,
            at: 0,
            known,
            declared: BTreeSet::new(),
            open: Vec::new(),
            update,
            used_labels: BTreeSet::new(),
            labels: BTreeSet::new(),
            mentioned: Vec::new(),
            aggregates: 0,
            in_aggregate: None,
            no_aggregate: None,
        }
    }

    /// Walks the whole text: what is wrong, and where the walk ended.
    pub(super) fn finding(mut self) -> Option<(Diagnostic, usize)> {
        let walked = if self.update { self.updates() } else { self.query() };
        walked.err().map(|finding| (*finding, self.here().start))
    }

    // Steps.

    pub(super) fn token(&self) -> Option<&'a Token> {
        self.found.get(self.at)
    }

    pub(super) fn kind(&self) -> Option<Kind> {
        self.kind_at(self.at)
    }

    pub(super) fn kind_at(&self, index: usize) -> Option<Kind> {
        self.found.get(index).map(|token| token.kind)
    }

    /// The bracket that closes the one at `index`; nothing where there is none of either.
    pub(super) fn closing(&self, index: usize) -> Option<usize> {
        let is_bracket = |at: usize| self.kind_at(at) == Some(Kind::Punctuation);
        if !is_bracket(index) || !is_opener(self.words_at(index)) {
            return None;
        }
        let mut depth = 0_usize;
        (index..self.found.len()).filter(|at| is_bracket(*at)).find(|at| {
            depth += usize::from(is_opener(self.words_at(*at)));
            depth = depth.saturating_sub(usize::from(is_closer(self.words_at(*at))));
            depth == 0
        })
    }

    /// A part of the text in one line, to be quoted in a hint; a long one is cut short.
    pub(super) fn quoted(&self, range: Range<usize>) -> String {
        let text = self.text.get(range).unwrap_or_default();
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        match line.char_indices().nth(QUOTED) {
            Some((end, _)) => format!("{}...", line.get(..end).unwrap_or_default()),
            None => line,
        }
    }

    /// The text of the token `ahead` of this one, or nothing past the end.
    pub(super) fn words_at(&self, index: usize) -> &'a str {
        self.found.get(index).map_or("", |token| token.text(self.text))
    }

    pub(super) fn words(&self) -> &'a str {
        self.words_at(self.at)
    }

    /// The place of the current token; at the end, the last character.
    pub(super) fn here(&self) -> Range<usize> {
        self.range_at(self.at)
    }

    pub(super) fn range_at(&self, index: usize) -> Range<usize> {
        match self.found.get(index) {
            Some(token) => token.range.clone(),
            None => self.found.last().map_or(0..0, |token| token.range.clone()),
        }
    }

    pub(super) fn is(&self, word: &str) -> bool {
        self.is_at(self.at, word)
    }

    pub(super) fn is_at(&self, index: usize, word: &str) -> bool {
        self.found.get(index).is_some_and(|token| {
            token.kind != Kind::String && token.text(self.text).eq_ignore_ascii_case(word)
        })
    }

    pub(super) fn is_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(word))
    }

    /// Goes past this word, if it is here; keeps account of brackets.
    pub(super) fn eat(&mut self, word: &str) -> bool {
        if !self.is(word) {
            return false;
        }
        if is_opener(word) {
            self.open.push(self.at);
        } else if is_closer(word) {
            self.open.pop();
        }
        self.at += 1;
        true
    }

    pub(super) fn expect(&mut self, word: &str, what: &str) -> Step {
        if self.eat(word) { Ok(()) } else { self.fail(what) }
    }

    /// A diagnostic at a place of the text.
    pub(super) fn said(&self, message: impl Into<String>, range: Range<usize>) -> Diagnostic {
        said(self.text, message, range)
    }

    /// Stops here with a finding.
    pub(super) fn stop<T>(&self, finding: Diagnostic) -> Step<T> {
        Err(Box::new(finding))
    }

    /// Stops here with a message and a hint.
    pub(super) fn wrong<T>(&self, message: impl Into<String>, hint: impl Into<Hint>) -> Step<T> {
        self.stop(self.said(message, self.here()).hint(hint))
    }

    /// Stops here because something else is expected: says what, and what is found instead.
    pub(super) fn fail<T>(&self, expected: &str) -> Step<T> {
        let Some(token) = self.token() else { return self.ends_early(expected) };
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
        self.stop(self.said(format!("expected {expected}, found `{words}`"), self.here()))
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
        self.stop(finding)
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
            let quote = before.text(self.text).chars().next().unwrap_or('"');
            return self
                .stop(self.said(format!("the string ends before `{words}`"), self.here()).hint(format!(
                "within a string write the quote as `\\{quote}`, or use the other kind of quotes around it"
            )));
        }
        if !words.chars().all(char::is_alphanumeric) && words.chars().count() == 1 {
            return self.wrong(format!("unexpected `{words}`"), format!("expected {expected}"));
        }
        let mut finding = self.said(format!("unknown word `{words}`"), self.here());
        if let Some(variable) = self.variable_like(words) {
            finding = finding.hint(format!("the variable is written `{variable}`"));
        } else if let Some(keyword) = nearest::keyword(words) {
            finding = finding.hint(format!("did you mean `{keyword}`?"));
        } else {
            let mut things = nearest::things(words, self.known);
            things.push(match words.is_ascii() {
                true => format!("\"{words}\""),
                false => format!("\"{words}\"@zh"),
            });
            let things: Vec<_> = things.iter().map(|thing| format!("`{thing}`")).collect();
            finding = finding.hint(format!("did you mean {}?", things.join(" or ")));
        }
        self.stop(finding)
    }

    /// The variable of the text that is called so but for its `?`.
    fn variable_like(&self, word: &str) -> Option<&'a str> {
        let variables = self.found.iter().filter(|token| token.kind == Kind::Variable);
        variables.map(|token| token.text(self.text)).find(|variable| variable.get(1..) == Some(word))
    }

    pub(super) fn variable(&mut self, what: &str) -> Step<String> {
        if self.kind() != Some(Kind::Variable) {
            if self.kind() == Some(Kind::Unknown) && self.words().chars().all(char::is_alphanumeric) {
                let words = self.words();
                return self.wrong(
                    format!("the variable `{words}` lacks its question mark"),
                    format!("write `?{words}`"),
                );
            }
            return self.fail(what);
        }
        let name = self.words().get(1..).unwrap_or_default().to_owned();
        self.at += 1;
        Ok(name)
    }

    /// Goes past an IRI or prefixed name whose prefix is known.
    pub(super) fn iri(&mut self, what: &str) -> Step {
        match self.kind() {
            Some(Kind::Iri) => {}
            Some(Kind::PrefixedName) => self.known_prefix()?,
            _ => return self.fail(what),
        }
        self.at += 1;
        Ok(())
    }

    pub(super) fn at_iri(&self) -> bool {
        matches!(self.kind(), Some(Kind::Iri | Kind::PrefixedName))
    }

    fn known_prefix(&self) -> Step {
        let Some((prefix, local)) = self.words().split_once(':') else { return Ok(()) };
        if self.declared.contains(prefix) || self.known.prefixes.namespace(prefix).is_some() {
            return Ok(());
        }
        if local.is_empty() && self.words_at(self.at + 1).starts_with("//") || local.starts_with("//") {
            return self.wrong("an IRI stands between `<` and `>`", "write `<http://...>`");
        }
        let start = self.here().start;
        if matches!(prefix, "http" | "https") {
            return self.wrong("an IRI stands between `<` and `>`", format!("write `<{prefix}://...>`"));
        }
        let mut finding =
            self.said(format!("the prefix `{prefix}:` is not declared"), start..start + prefix.len() + 1);
        if let Some(namespace) = nearest::namespace(prefix) {
            finding = finding.hint(format!("add at the top: PREFIX {prefix}: <{namespace}>"));
        } else if let Some(near) = nearest::nearest(
            prefix,
            self.known.prefixes.iter().map(|(name, _)| name).chain(self.declared.iter().map(String::as_str)),
        ) {
            finding = finding.hint(format!("did you mean `{near}:{local}`?"));
        } else {
            finding = finding.hint(format!("add at the top: PREFIX {prefix}: <...>, with its namespace"));
        }
        self.stop(finding)
    }

    // Forms.

    fn query(&mut self) -> Step {
        self.prologue()?;
        match () {
            () if self.is("SELECT") => self.select(true).map(|_| ())?,
            () if self.is("CONSTRUCT") => self.construct()?,
            () if self.is("ASK") => {
                self.at += 1;
                self.dataset()?;
                self.where_and_modifiers()?;
            }
            () if self.is("DESCRIBE") => self.describe()?,
            () => return self.no_form(),
        }
        if self.token().is_some() { self.trailing() } else { Ok(()) }
    }

    pub(super) fn prologue(&mut self) -> Step {
        loop {
            if self.words().starts_with("@prefix") || self.words().starts_with("@base") {
                let keyword = self.words().trim_start_matches('@').to_uppercase();
                return self.wrong(
                    format!("`{}` is how Turtle declares it, not SPARQL", self.words()),
                    format!("write `{keyword}` without `@` and without the dot at the end"),
                );
            }
            if self.eat("BASE") {
                self.iri("the base in `<...>`")?;
            } else if self.eat("VERSION") {
                if self.kind() != Some(Kind::String) {
                    return self.fail("the version in quotes, such as \"1.2\"");
                }
                self.at += 1;
            } else if self.eat("PREFIX") {
                self.declaration()?;
            } else {
                return Ok(());
            }
            if self.is(".") || self.is(";") {
                return self
                    .wrong(format!("a declaration does not end with `{}`", self.words()), "remove it");
            }
        }
    }

    fn declaration(&mut self) -> Step {
        let words = self.words();
        match words.split_once(':') {
            Some((prefix, "")) if self.kind() == Some(Kind::PrefixedName) => {
                self.declared.insert(prefix.to_owned());
            }
            _ if self.token().is_some_and(|token| {
                matches!(token.kind, Kind::Unknown | Kind::Keyword | Kind::Function)
            }) =>
            {
                return self
                    .wrong("a prefix is declared with its colon", format!("write `PREFIX {words}: <...>`"));
            }
            _ => return self.fail("a prefix with its colon, such as `ex:`"),
        }
        self.at += 1;
        if self.is("=") || self.is("AS") {
            return self.wrong(
                format!("unexpected `{}` in a declaration", self.words()),
                format!("write `PREFIX {words} <...>`"),
            );
        }
        if self.kind() != Some(Kind::Iri) {
            return self.wrong(
                "expected the namespace of the prefix, in `<` and `>`",
                format!("write `PREFIX {words} <...>`"),
            );
        }
        self.at += 1;
        Ok(())
    }

    /// The text begins with none of the four forms.
    fn no_form(&self) -> Step {
        let words = self.words();
        let Some(token) = self.token() else {
            return self.stop(if self.found.is_empty() {
                self.said("there is no query here", 0..self.text.len().min(1))
                    .hint("a query begins with SELECT, ASK, CONSTRUCT or DESCRIBE")
            } else {
                self.said("there are declarations, but no query", self.here())
                    .hint("add SELECT, ASK, CONSTRUCT or DESCRIBE after them")
            });
        };
        if OPERATIONS.iter().any(|form| self.is(form)) {
            return self.wrong(
                format!("`{words}` changes data: this is an update, not a query"),
                "give it to `update`",
            );
        }
        match token.kind {
            Kind::Keyword | Kind::Variable => self.wrong(
                format!("a query cannot begin with `{words}`"),
                "put SELECT before it, as in `SELECT * WHERE { ... }`",
            ),
            Kind::Punctuation if words == "{" => {
                self.wrong("a query cannot begin with its group", "put `SELECT *` before the `{`")
            }
            Kind::Punctuation if words == "." => self.wrong(
                "a command stands alone in its line, and not in a query",
                "in the shell, type it at an empty prompt",
            ),
            _ => self.not_sparql(words),
        }
    }

    fn not_sparql(&self, words: &str) -> Step {
        if self.is("MATCH") {
            return self.wrong("`MATCH` is Cypher, not SPARQL", "write `SELECT * WHERE { ?n a ?class }`");
        }
        if self.is("EXPLAIN") {
            return self.wrong("`EXPLAIN` is not a form of query", Hint::Explain);
        }
        if let Some(form) = nearest::nearest(words, FORMS.iter().chain(OPERATIONS).copied()) {
            return self
                .wrong(format!("a query cannot begin with `{words}`"), format!("did you mean `{form}`?"));
        }
        let finding = self.said(format!("a query cannot begin with `{words}`"), self.here());
        let things = nearest::things(words, self.known);
        let finding = match things.first() {
            Some(thing) if self.found.len() == 1 => {
                finding.hint(format!("to see what is known of it: `DESCRIBE {thing}`"))
            }
            _ if self.found.len() == 1 => finding.hint(Hint::RunSavedQuery(words.to_owned())),
            _ => finding,
        };
        self.stop(finding.hint("a query begins with SELECT, ASK, CONSTRUCT or DESCRIBE"))
    }

    /// A SELECT, outermost or in a group: returns the names of its columns.
    pub(super) fn select(&mut self, outermost: bool) -> Step<Vars> {
        let outer = (std::mem::take(&mut self.mentioned), std::mem::take(&mut self.aggregates));
        let around = (self.in_aggregate.take(), self.no_aggregate.take());
        self.at += 1;
        let _ = self.eat("DISTINCT") || self.eat("REDUCED");
        self.row_limit()?;
        let star = self.eat("*");
        let columns = if star { Vec::new() } else { self.columns()? };
        if star && self.kind() == Some(Kind::Variable) {
            return self.wrong("`*` already means every variable", "use either `*` or the names");
        }
        if outermost {
            self.dataset()?;
        }
        let aggregated = self.aggregates > 0;
        let (vars, grouped) = self.where_and_modifiers()?;
        let aggregated = aggregated || self.aggregates > 0;
        self.check_columns(&columns, &vars, grouped.as_ref(), aggregated, star)?;
        (self.mentioned, self.aggregates) = outer;
        (self.in_aggregate, self.no_aggregate) = around;
        Ok(if star { vars } else { columns.into_iter().map(|column| column.name).collect() })
    }

    fn columns(&mut self) -> Step<Vec<Column>> {
        let mut columns = Vec::new();
        loop {
            match self.kind() {
                Some(Kind::Variable) => {
                    let range = self.here();
                    let name = self.variable("a variable")?;
                    columns.push(Column { name, range, computed: None });
                    self.assigned(":=")?;
                    if self.is("AS") {
                        return self.wrong("a renamed column needs parentheses", "write `(?old AS ?new)`");
                    }
                }
                _ if self.is("(") => columns.push(self.computed_column()?),
                _ if columns.is_empty() => return self.no_column(),
                _ => break,
            }
            if self.is(",") {
                return self.wrong("the columns of SELECT stand without commas", "remove the `,`");
            }
        }
        match self.kind() {
            Some(Kind::Function | Kind::PrefixedName) => self.no_column(),
            Some(Kind::Unknown) if self.words().chars().all(char::is_alphanumeric) => self.no_column(),
            _ => Ok(columns),
        }
    }

    fn no_column(&self) -> Step<Vec<Column>> {
        let words = self.words();
        match self.kind() {
            Some(Kind::Function | Kind::PrefixedName) if self.is_at(self.at + 1, "(") => self.wrong(
                "a computed column needs parentheses and a name",
                format!("write `({words}(...) AS ?name)`"),
            ),
            Some(Kind::Unknown)
                if nearest::nearest(words, ["DISTINCT", "REDUCED", "WHERE", "FROM"].into_iter())
                    .is_none() =>
            {
                self.wrong(
                    format!("the variable `{words}` lacks its question mark"),
                    format!("write `?{words}`"),
                )
            }
            Some(Kind::Punctuation) | Some(Kind::Keyword) if self.is_any(&["{", "WHERE", "FROM"]) => self
                .wrong(
                    "SELECT does not say which variables to show",
                    "name them, or write `SELECT *` for all",
                ),
            _ => self.fail("a variable, `*`, or `(expression AS ?name)`"),
        }
    }

    fn construct(&mut self) -> Step {
        self.at += 1;
        if self.is("{") {
            self.template("CONSTRUCT")?;
            self.labels.clear();
            self.dataset()?;
            if self.token().is_none() {
                return self.stop(
                    self.said("CONSTRUCT says what to make, but not from what", self.here())
                        .hint("add `WHERE { ... }`, or write `CONSTRUCT WHERE { ... }` for both at once"),
                );
            }
            return self.where_and_modifiers().map(|_| ());
        }
        self.dataset()?;
        self.expect("WHERE", "the triples to make in `{ }`, or WHERE")?;
        self.template("CONSTRUCT WHERE")?;
        self.modifiers().map(|_| ())
    }

    fn describe(&mut self) -> Step {
        self.at += 1;
        if !self.eat("*") {
            let start = self.at;
            while self.kind() == Some(Kind::Variable) || self.at_iri() {
                if self.at_iri() {
                    self.iri("a thing")?
                } else {
                    self.at += 1
                }
                if self.is(",") {
                    return self.wrong("the things to describe stand without commas", "remove the `,`");
                }
            }
            if self.at == start {
                return self.nothing_to_describe();
            }
        }
        self.dataset()?;
        if self.is("WHERE") || self.is("{") {
            self.where_and_modifiers().map(|_| ())
        } else {
            self.modifiers().map(|_| ())
        }
    }

    /// A word or a text where DESCRIBE takes a name: people type labels there.
    fn nothing_to_describe(&self) -> Step {
        const WHAT: &str = "the thing to describe: an IRI, a prefixed name or a variable";
        if !matches!(self.kind(), Some(Kind::Unknown | Kind::String)) {
            return self.fail(WHAT);
        }
        let words = self.words().trim_matches(['"', '\'']);
        let finding = self.said(format!("expected {WHAT}, found `{}`", self.words()), self.here());
        let things: Vec<_> =
            nearest::things(words, self.known).iter().map(|thing| format!("`{thing}`")).collect();
        self.stop(if things.is_empty() {
            finding.hint("a thing is found by its label: `DESCRIBE ?x WHERE { ?x rdfs:label ?label FILTER(STR(?label) = \"...\") }`")
        } else {
            finding.hint(format!("did you mean {}?", things.join(" or ")))
        })
    }

    fn dataset(&mut self) -> Step {
        while self.eat("FROM") {
            let _ = self.eat("NAMED");
            if self.kind() == Some(Kind::Unknown) {
                return self.stop(
                    self.said("FROM takes the IRI of a graph, not the name of a table", self.here())
                        .hint("leave FROM out: the whole graph is asked")
                        .hint("things of a class are found by `?x a <class>`"),
                );
            }
            self.iri("the IRI of a graph")?;
        }
        Ok(())
    }

    fn where_and_modifiers(&mut self) -> Step<(Vars, Option<Grouping>)> {
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
    fn modifiers(&mut self) -> Step<Option<Grouping>> {
        let mut grouped = None;
        if self.eat("GROUP") {
            self.expect("BY", "`BY` after GROUP")?;
            grouped = Some(self.group_by()?);
        }
        if self.eat("HAVING") {
            self.constraint("HAVING")?;
            while self.is("(") || self.kind() == Some(Kind::Function) {
                self.constraint("HAVING")?;
            }
        }
        if self.eat("ORDER") {
            self.expect("BY", "`BY` after ORDER")?;
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
                self.at += 1;
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
            self.no_comma("what to order by stands")?;
        }
    }

    fn limits(&mut self) -> Step {
        for _ in 0..2 {
            if self.is("LIMIT") || self.is("OFFSET") {
                let word = self.words().to_uppercase();
                self.at += 1;
                if self.kind() == Some(Kind::Unknown) || self.is("-") {
                    return self.wrong(
                        format!("{word} takes a whole number, not `{}`", self.words()),
                        format!("write `{word} 10`"),
                    );
                }
                if self.kind() != Some(Kind::Number) || self.words().contains(['.', 'e', 'E']) {
                    return self.fail(&format!("a whole number after {word}"));
                }
                self.at += 1;
                if self.is(",") {
                    return self.wrong("LIMIT takes one number", "write `LIMIT 10 OFFSET 20`");
                }
            }
        }
        Ok(())
    }

    /// Something stands after a finished query.
    fn trailing(&self) -> Step {
        self.row_limit()?;
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
                finding(format!("`{words}` changes data and cannot follow a query"))
                    .hint("give it to `update`")
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
