//! Parts of the query and terms as a person would write them: short, in one line.
//!
//! In: the text of a pattern as the algebra writes it, or terms. Out: text for a message.

use super::Search;
use crate::engine::syntax::tokens::{Kind, tokens};
use crate::terms::{NamedNode, Prefixes, Term, rdf};
use std::collections::BTreeSet;

/// How long a part of a query is quoted at most, in characters.
const QUOTED: usize = 90;

impl Search<'_> {
    /// Some of `terms`, each once, for people.
    pub(super) fn list(&self, terms: &[Term]) -> Option<String> {
        let mut seen = BTreeSet::new();
        let shown: Vec<String> = terms
            .iter()
            .filter(|term| !matches!(term, Term::BlankNode(_)))
            .map(|term| clip(&self.known.prefixes.show(term.as_ref()), 40))
            .filter(|text| seen.insert(text.clone()))
            .collect();
        let first: Vec<_> = shown.iter().take(4).map(String::as_str).collect();
        let more = if shown.len() > first.len() { ", …" } else { "" };
        (!first.is_empty()).then(|| format!("{}{more}", first.join(", ")))
    }

    /// A part of the query, short and in backquotes.
    pub(super) fn quote(&self, text: &str) -> String {
        let text = shorten(text, self.known.prefixes);
        format!("`{}`", clip(text.trim().trim_end_matches('.').trim_end(), QUOTED))
    }
}

/// A text of the algebra as a person would write it: IRIs and literals short, `a` for the type.
fn shorten(text: &str, prefixes: &Prefixes) -> String {
    let mut out = String::new();
    let found = tokens(text);
    let mut end = 0;
    for (i, token) in found.iter().enumerate() {
        let (word, before) = (token.text(text), text.get(end..token.range.start).unwrap_or_default());
        let typed = i > 0 && found.get(i - 1).is_some_and(|previous| previous.text(text) == "^^");
        out.push_str(before);
        end = token.range.end;
        match token.kind {
            Kind::Iri => {
                let iri = word.trim_start_matches('<').trim_end_matches('>');
                if let Some(bare) =
                    out.strip_suffix("^^").filter(|_| typed).and_then(|out| bare_end(out, iri))
                {
                    out.truncate(bare.0);
                    out.push_str(&bare.1);
                } else if iri == rdf::TYPE.as_str() && out.ends_with(' ') {
                    out.push('a');
                } else {
                    out.push_str(&prefixes.show(NamedNode::new_unchecked(iri).as_ref().into()));
                }
            }
            Kind::BlankNode => out.push_str("[]"),
            _ => out.push_str(word),
        }
    }
    out
}

/// Where the quoted number or boolean at the end of `out` begins, and its bare form.
fn bare_end(out: &str, datatype: &str) -> Option<(usize, String)> {
    let (before, value) = out.strip_suffix('"')?.rsplit_once('"')?;
    crate::terms::is_bare(value, datatype).then(|| (before.len(), value.to_owned()))
}

fn clip(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}
