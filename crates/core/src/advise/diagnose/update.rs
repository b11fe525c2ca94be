//! The walker's part for updates.

use super::nearest;
use super::walk::{Step, Walker};
use crate::engine::syntax::tokens::{FORMS, OPERATIONS};

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
            self.iri("the IRI to load")?;
            if self.eat("INTO") {
                self.expect("GRAPH", "`GRAPH` and its IRI")?;
                self.iri("the IRI of a graph")?;
            }
            return Ok(());
        }
        if self.eat("CREATE") {
            let _ = self.eat("SILENT");
            self.expect("GRAPH", "`GRAPH` and its IRI")?;
            return self.iri("the IRI of a graph");
        }
        if self.eat("CLEAR") || self.eat("DROP") {
            let _ = self.eat("SILENT");
            if self.eat("DEFAULT") || self.eat("NAMED") || self.eat("ALL") {
                return Ok(());
            }
            self.expect("GRAPH", "`GRAPH <...>`, DEFAULT, NAMED or ALL")?;
            return self.iri("the IRI of a graph");
        }
        if self.eat("ADD") || self.eat("MOVE") || self.eat("COPY") {
            let _ = self.eat("SILENT");
            self.graph_or_default()?;
            self.expect("TO", "`TO` and a graph")?;
            return self.graph_or_default();
        }
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
            return self.template(&format!("{word} DATA"));
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
        self.expect("WHERE", "`WHERE { ... }`")?;
        self.group().map(|_| ())
    }
}
