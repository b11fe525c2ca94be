//! The walker's part within braces: groups, triples, paths, data blocks, templates.

use super::nearest;
use super::walk::{Step, Vars, Walker};
use crate::engine::syntax::tokens::Kind;
use std::collections::BTreeSet;

/// What cannot stand within braces, as it comes after them.
const AFTER: &[&str] = &["ORDER", "LIMIT", "OFFSET", "GROUP", "HAVING"];
/// What begins a part of a group that is not a triple.
const PARTS: &[&str] = &["OPTIONAL", "FILTER", "BIND", "UNION", "MINUS", "GRAPH", "SERVICE", "VALUES"];

/// Where triples stand: in a pattern, or in a template that has no paths.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role<'p> {
    Pattern,
    Template(&'p str),
}

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

    fn part(&mut self, vars: &mut Vars) -> Step {
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
        self.expression()?;
        self.no_aggregate = outer;
        self.assigned(":=")?;
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
        self.expect(")", "`)`")?;
        vars.insert(name);
        Ok(())
    }

    /// Whether an AS stands before the next closing bracket.
    fn has_as(&self) -> bool {
        (self.at..self.found.len())
            .take_while(|index| !self.is_at(*index, ")") && !self.is_at(*index, "}"))
            .any(|index| self.is_at(index, "AS"))
    }

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
            () if self.is("WHERE") => self.wrong("WHERE stands before a group, not in it", "remove it"),
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
        if self.is_any(AFTER) {
            return self.not_a_subject();
        }
        self.row_limit()?;
        self.assignment()?;
        if matches!(self.words(), "=" | "<" | ">" | "!=" | "<=" | ">=") {
            return self.wrong(
                format!("`{}` compares, and stands in a FILTER", self.words()),
                "write `FILTER(?x = ...)`",
            );
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

    /// Two triples touch: a `;` is missing where a predicate and an object follow, else a dot.
    fn missing_between(&self) -> Step {
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

    fn template_variable(&self, place: Role<'_>) -> Step {
        match place {
            Role::Template(word) if word.ends_with("DATA") => self.wrong(
                format!("{word} takes no variables"),
                format!("write `{} {{ ... }} WHERE {{ ... }}`", word.trim_end_matches(" DATA")),
            ),
            _ => Ok(()),
        }
    }

    fn label(&mut self, place: Role<'_>) -> Step {
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
            self.iri("a datatype, such as xsd:date")?;
        } else if is_string && self.is("^") {
            return self
                .wrong("the datatype of a string comes after `^^`", "write two: `\"2023-01-01\"^^xsd:date`");
        }
        Ok(())
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
                if self.is(".") || self.is("}") || self.is(";") {
                    return self
                        .wrong("this triple has no object", "a triple is: subject, predicate, object");
                }
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

    /// A predicate: a variable, a name, `a`, or a path.
    fn verb(&mut self, place: Role<'_>, vars: &mut Vars) -> Step {
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
        self.expect("{", "the values in braces: `{ ... }`")?;
        while self.token().is_some() && !self.is("}") {
            if many { self.row(names.len())? } else { self.value()? }
        }
        self.expect("}", "a value or `}`")?;
        Ok(vars)
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
        self.node(Role::Pattern, &mut BTreeSet::new(), "a value: a name, a string, a number").map(|_| ())
    }

    /// Triples in braces without paths; in an update also GRAPH blocks.
    pub(super) fn template(&mut self, word: &str) -> Step {
        let mut vars = Vars::new();
        self.expect("{", "triples in braces: `{ ... }`")?;
        while self.token().is_some() && !self.is("}") {
            if self.is("GRAPH") && !word.starts_with("CONSTRUCT") {
                self.at += 1;
                if self.kind() == Some(Kind::Variable) {
                    self.at += 1
                } else {
                    self.iri("the IRI of a graph")?
                }
                self.expect("{", "`{`")?;
                while self.token().is_some() && !self.is("}") {
                    self.template_triples(word, &mut vars)?;
                }
                self.expect("}", "`}`")?;
                let _ = self.eat(".");
            } else {
                self.template_triples(word, &mut vars)?;
            }
        }
        self.expect("}", "a triple or `}`")
    }

    fn template_triples(&mut self, word: &str, vars: &mut Vars) -> Step {
        if self.is_any(PARTS) && !self.is("GRAPH")
            || self.is("{")
            || self.is("GRAPH") && word.starts_with("CONSTRUCT")
        {
            return self.wrong(
                format!("{} makes plain triples: `{}` cannot stand here", word, self.words()),
                "put it after WHERE",
            );
        }
        self.triples(Role::Template(word), vars)
    }
}

fn plural(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
