//! Templates: the triples that CONSTRUCT and updates make, in braces and without paths.
//!
//! In: tokens from `{` on. Out: the first [`Diagnostic`](crate::error::Diagnostic).

use super::pattern::PARTS;
use super::triples::Role;
use super::walk::{Step, Vars, Walker};
use crate::engine::syntax::tokens::Kind;

impl Walker<'_> {
    /// Triples in braces without paths; in an update also GRAPH blocks.
    pub(super) fn template(&mut self, word: &str) -> Step {
        let mut vars = Vars::new();
        self.rows_of_a_table()?;
        if !self.is("{") && self.token().is_some() {
            self.foreign_comment()?;
            let graph = match self.kind_at(self.at + 1) {
                Some(Kind::Iri | Kind::PrefixedName) if self.is("GRAPH") => {
                    Some(self.words_at(self.at + 1)).filter(|_| !word.starts_with("CONSTRUCT"))
                }
                _ => None,
            };
            return self.wrong(
                format!("the triples of {word} stand in braces"),
                match graph {
                    Some(graph) => format!("write `{word} {{ GRAPH {graph} {{ ... }} }}`"),
                    None => format!("write `{word} {{ ... }}`"),
                },
            );
        }
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
