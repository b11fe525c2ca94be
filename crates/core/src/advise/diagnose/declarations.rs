//! The walker's part before a query: PREFIX, BASE and VERSION; and whether a prefix is known where it is used.
//!
//! In: tokens from the first on. Out: the first [`Diagnostic`](crate::error::Diagnostic); the walker keeps what was
//! declared.

use super::lexical;
use super::nearest;
use super::walk::{Step, Walker};
use crate::engine::syntax::tokens::Kind;

impl<'a> Walker<'a> {
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
                if self.words().starts_with("\"\"\"") || self.words().starts_with("'''") {
                    let version = self.words().trim_matches(['"', '\'']);
                    return self.wrong(
                        "the version stands in single or double quotes, one on each side",
                        format!("write `VERSION \"{version}\"`"),
                    );
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
                if let Some(wide) = self.wide_behind() {
                    return self.stop(wide);
                }
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

    pub(super) fn known_prefix(&self) -> Step {
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
        let half = lexical::half_width(prefix).filter(|half| self.known.prefixes.namespace(half).is_some());
        if let Some(half) = half {
            finding = finding.hint(format!("did you mean `{half}:{local}`?"));
        } else if let Some(namespace) = nearest::namespace(prefix) {
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
}
