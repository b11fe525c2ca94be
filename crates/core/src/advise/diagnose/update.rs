//! The walker's part for updates.

use super::nearest;
use super::walk::{Step, Walker};
use crate::engine::syntax::tokens::{FORMS, OPERATIONS};
use crate::error::Hint;

impl Walker<'_> {
    /// Operations with `;` between them.
    pub(super) fn updates(&mut self) -> Step {
        self.prologue()?;
        if self.token().is_none() {
            return Ok(()); // an update may do nothing
        }
        loop {
            self.operation()?;
            self.labels.clear();
            self.used_labels.clear();
            if self.eat(";") {
                self.prologue()?;
                if self.token().is_none() {
                    return Ok(());
                }
            } else if self.token().is_none() {
                return Ok(());
            } else if self.is_any(OPERATIONS) {
                return self.wrong("a `;` is missing between two operations", "write `;` before it");
            } else {
                self.foreign_comment()?;
                self.second_where()?;
                return self.fail("`;` and another operation, or the end");
            }
        }
    }

    fn operation(&mut self) -> Step {
        if self.is_any(FORMS) {
            return self.wrong(
                format!("`{}` asks: this is a query, not an update", self.words()),
                "give it to `query`",
            );
        }
        if self.is_any(&["INSERT", "DELETE", "WITH"]) {
            return self.modify();
        }
        if self.eat("LOAD") {
            let _ = self.eat("SILENT");
            self.what_to_load()?;
            if self.eat("INTO") {
                self.graph_word("INTO")?;
                self.iri("the IRI of a graph")?;
            }
            return Ok(());
        }
        if self.eat("CREATE") {
            let silent = self.eat("SILENT");
            self.graph_word(if silent { "CREATE SILENT" } else { "CREATE" })?;
            return self.iri("the IRI of a graph");
        }
        if self.is("CLEAR") || self.is("DROP") {
            let mut word = self.words().to_uppercase();
            self.at += 1;
            if self.eat("SILENT") {
                word += " SILENT";
            }
            if self.eat("DEFAULT") || self.eat("NAMED") || self.eat("ALL") {
                return Ok(());
            }
            self.graph_word(&word)?;
            return self.iri("the IRI of a graph");
        }
        if self.eat("ADD") || self.eat("MOVE") || self.eat("COPY") {
            let _ = self.eat("SILENT");
            self.graph_or_default()?;
            self.expect("TO", "`TO` and a graph")?;
            return self.graph_or_default();
        }
        self.update_of_a_table()?;
        self.foreign_comment()?;
        match nearest::nearest(self.words(), OPERATIONS.iter().copied()) {
            Some(form) => self.wrong(
                format!("an update cannot begin with `{}`", self.words()),
                format!("did you mean `{form}`?"),
            ),
            None => self.wrong(
                format!("an update cannot begin with `{}`", self.words()),
                "an update begins with INSERT, DELETE, LOAD, CLEAR or another operation",
            ),
        }
    }

    /// The IRI of LOAD: people name files there.
    fn what_to_load(&mut self) -> Step {
        let start = self.here().start;
        let written =
            self.text.get(start..).and_then(|rest| rest.split_whitespace().next()).unwrap_or_default();
        let written = written.trim_end_matches(';');
        if written.starts_with("file:///")
            && !written.contains(['<', '>', '"', '{', '}', '|', '\\', '^', '`'])
        {
            let finding = self.said("an IRI stands between `<` and `>`", start..start + written.len());
            return self.stop(finding.hint(format!("write `LOAD <{written}>`")).hint(Hint::LoadFiles));
        }
        if self.at_iri() || self.is("<") {
            return self.iri("the IRI to load");
        }
        self.stop(
            self.said("LOAD takes an IRI in `<...>`", self.here())
                .hint("write `LOAD <file:///...>`")
                .hint(Hint::LoadFiles),
        )
    }

    /// GRAPH, which stands before the name of a graph.
    fn graph_word(&mut self, word: &str) -> Step {
        if self.eat("GRAPH") {
            return Ok(());
        }
        if self.at_iri() {
            let name = self.words();
            return self
                .wrong(format!("GRAPH is missing before `{name}`"), format!("write `{word} GRAPH {name}`"));
        }
        if matches!(word, "CREATE" | "CREATE SILENT" | "INTO") {
            return self.fail("`GRAPH` and its IRI");
        }
        let finding = self.said(format!("{word} does not say which graph"), self.here());
        self.stop(finding.hint(format!("write `{word} GRAPH <...>`, `{word} DEFAULT` or `{word} ALL`")))
    }

    fn graph_or_default(&mut self) -> Step {
        if self.eat("DEFAULT") {
            return Ok(());
        }
        let _ = self.eat("GRAPH");
        self.iri("a graph, or DEFAULT")
    }

    fn modify(&mut self) -> Step {
        if self.eat("WITH") {
            self.iri("the IRI of a graph")?;
        }
        let word = self.words().to_uppercase();
        if !(self.eat("DELETE") || self.eat("INSERT")) {
            return self.fail("INSERT or DELETE");
        }
        if self.eat("DATA") {
            self.template(&format!("{word} DATA"))?;
            if self.is("WHERE") || self.is("USING") {
                let found = self.words().to_uppercase();
                return self.wrong(
                    format!("{word} DATA takes no {found}"),
                    format!("write `{word} {{ ... }} WHERE {{ ... }}`"),
                );
            }
            return Ok(());
        }
        if word == "DELETE" && self.eat("WHERE") {
            return self.template("DELETE WHERE");
        }
        self.template(&word)?;
        self.labels.clear();
        if word == "DELETE" && self.eat("INSERT") {
            self.template("INSERT")?;
            self.labels.clear();
        }
        while self.eat("USING") {
            let _ = self.eat("NAMED");
            self.iri("the IRI of a graph")?;
        }
        if self.token().is_none() || self.is(";") {
            return self.stop(
                self.said(format!("{word} with braces needs WHERE"), self.here()).hint(format!(
                    "for plain facts write `{word} DATA {{ ... }}`, else add `WHERE {{ ... }}`"
                )),
            );
        }
        if self.is("{") {
            return self.wrong("WHERE is missing before the pattern", "write `WHERE { ... }`");
        }
        self.expect("WHERE", "`WHERE { ... }`")?;
        if !self.is("{") && self.token().is_some() {
            self.foreign_comment()?;
            return self.wrong("the pattern after WHERE stands in braces", "write `WHERE { ... }`");
        }
        self.group().map(|_| ())
    }
}
