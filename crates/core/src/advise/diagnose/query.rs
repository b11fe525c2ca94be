//! The walker's part outside the braces: the form of a query, its columns and its dataset.
//!
//! In: tokens from the first one after the declarations on. Out: the first [`Diagnostic`](crate::error::Diagnostic), or
//! the names of a SELECT's columns.

use super::cypher;
use super::grouping::Column;
use super::nearest;
use super::walk::{Step, Vars, Walker};
use crate::engine::syntax::tokens::{FORMS, Kind, OPERATIONS};
use crate::error::Hint;

impl<'a> Walker<'a> {
    pub(super) fn query(&mut self) -> Step {
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
                Hint::GiveToUpdate,
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
            Kind::Punctuation => self.foreign_comment().and_then(|()| self.not_sparql(words)),
            _ => self.not_sparql(words),
        }
    }

    fn not_sparql(&self, words: &str) -> Step {
        if self.is("MATCH") {
            let behind = self.text.get(self.here().end..).unwrap_or_default();
            let written = cypher::in_sparql(behind, &|kind| self.thing_called(kind, false), &|label| {
                self.thing_called(label, true)
            });
            let written = written.unwrap_or_else(|| "SELECT * WHERE { ?n a ?class }".to_owned());
            return self.wrong("`MATCH` is Cypher, not SPARQL", format!("write `{written}`"));
        }
        self.assignment()?;
        self.update_of_a_table()?;
        self.foreign_comment()?;
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
        self.columns_in_parentheses()?;
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

    pub(super) fn columns(&mut self) -> Step<Vec<Column>> {
        let mut columns = Vec::new();
        loop {
            match self.kind() {
                Some(Kind::Variable) => {
                    let range = self.here();
                    let name = self.variable("a variable")?;
                    columns.push(Column { name, range, computed: None });
                    self.assigned(":=")?;
                    self.member(self.at - 1, true)?;
                    self.computed_without_parentheses(self.at - 1)?;
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

    /// `DISTINCT(?x)`, `(?x, ?y)`: plain variables in parentheses.
    fn columns_in_parentheses(&self) -> Step {
        let Some(closer) = self.closing(self.at).filter(|_| self.is("(")) else { return Ok(()) };
        let inside = self.at + 1..closer;
        let is_variable = |index: &usize| self.kind_at(*index) == Some(Kind::Variable);
        let names: Vec<&str> = inside.clone().filter(is_variable).map(|index| self.words_at(index)).collect();
        let plain = inside.clone().all(|index| is_variable(&index) || self.is_at(index, ","));
        let commas = inside.len() > names.len();
        let before = self.words_at(self.at - 1).to_uppercase();
        if !plain || names.is_empty() || names.len() == 2 && !commas && before == "SELECT" {
            return Ok(()); // two may lack their AS
        }
        let range = self.here().start..self.range_at(closer).end;
        if self.is_at(closer + 1, "AS") {
            let finding = self.said("AS and the name stand within the parentheses", range);
            let new = Some(closer + 2).filter(is_variable).map(|index| self.words_at(index));
            let remedy = new.filter(|_| names.len() == 1 && !commas);
            return self.stop(match (remedy, names.first()) {
                (Some(new), Some(old)) => finding.hint(format!("write `({old} AS {new})`")),
                _ => finding,
            });
        }
        let message = match before.as_str() {
            "SELECT" => "plain columns stand without parentheses".to_owned(),
            _ => format!("{before} is no function: its columns stand without parentheses"),
        };
        let select = if before == "SELECT" { before } else { format!("SELECT {before}") };
        let further = closer + 1..self.found.len();
        let further = further.take_while(|index| is_variable(index) || self.is_at(*index, ","));
        let after = further.clone().last().unwrap_or(closer) + 1;
        let further = further.filter(is_variable).map(|index| self.words_at(index));
        let columns = names.into_iter().chain(further).collect::<Vec<_>>().join(" ");
        let finding = self.said(message, range);
        let is_all =
            after == self.found.len() || ["{", "WHERE", "FROM"].iter().any(|next| self.is_at(after, next));
        self.stop(if is_all { finding.hint(format!("write `{select} {columns}`")) } else { finding })
    }

    /// `SELECT ?a + ?b`: a value that is computed, without its parentheses.
    fn computed_without_parentheses(&mut self, first: usize) -> Step {
        use Kind::{Function, Number, String, Variable};
        self.foreign_comment()?;
        self.dash_in_a_name()?;
        let is_value = matches!(self.kind_at(self.at + 1), Some(Variable | Number | String | Function))
            || self.is_at(self.at + 1, "(");
        if !matches!(self.words(), "+" | "-" | "*" | "/") || !is_value {
            return Ok(());
        }
        self.at = first;
        self.expression()?;
        let range = self.range_at(first).start..self.range_at(self.at - 1).end;
        let expression = self.quoted(range.clone());
        let name = self.name_after_as();
        self.stop(
            self.said("a computed column needs parentheses and a name", range)
                .hint(format!("write `({expression} AS {name})`")),
        )
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
        if self.kind() == Some(Kind::Variable) || self.is("*") || self.is("(") {
            return self.wrong(
                "CONSTRUCT makes triples, and not rows",
                "write `CONSTRUCT { ?s ?p ?o } WHERE { ... }`, or SELECT for rows",
            );
        }
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
}
