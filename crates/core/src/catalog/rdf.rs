//! Saved queries as RDF, in the vocabulary of SIB's sparql-examples, which editors and language models read.
//!
//! In: a [`SavedQuery`] and a base IRI. Out: triples. Parameters are not told: the vocabulary has none.

use super::saved::SavedQuery;
use crate::engine::syntax::tokens::{self, tokens};
use crate::terms::{BlankNode, Literal, NamedNode, Triple, rdf, rdfs, xsd};

impl SavedQuery {
    /// See [`super::Catalog::to_rdf`].
    pub(super) fn to_rdf(&self, base: &str) -> Vec<Triple> {
        let sh = |name: &str| NamedNode::new_unchecked(format!("http://www.w3.org/ns/shacl#{name}"));
        let subject = NamedNode::new_unchecked(format!("{base}query/{}", self.name));
        let (class, property) = match self.form() {
            "CONSTRUCT" | "DESCRIBE" => ("SPARQLConstructExecutable", "construct"),
            "ASK" => ("SPARQLAskExecutable", "ask"),
            _ => ("SPARQLSelectExecutable", "select"),
        };
        let mut triples = vec![
            Triple::new(subject.clone(), rdf::TYPE, sh("SPARQLExecutable")),
            Triple::new(subject.clone(), rdf::TYPE, sh(class)),
            Triple::new(subject.clone(), sh(property), Literal::new_simple_literal(&self.text)),
        ];
        for (language, text) in &self.summary.0 {
            let literal =
                Literal::new_language_tagged_literal(text, if language.is_empty() { "en" } else { language });
            let literal = literal.unwrap_or_else(|_| Literal::new_simple_literal(text));
            triples.push(Triple::new(subject.clone(), rdfs::COMMENT, literal));
        }
        for tag in &self.tags {
            let keywords = NamedNode::new_unchecked("https://schema.org/keywords");
            triples.push(Triple::new(subject.clone(), keywords, Literal::new_simple_literal(tag)));
        }
        let prefixes = declared_prefixes(&self.text);
        if !prefixes.is_empty() {
            let set = BlankNode::new_unchecked(format!(
                "prefixes-{}",
                self.name.replace(|c: char| !c.is_alphanumeric(), "-")
            ));
            triples.push(Triple::new(subject, sh("prefixes"), set.clone()));
            for (n, (prefix, namespace)) in prefixes.into_iter().enumerate() {
                let declaration = BlankNode::new_unchecked(format!("{}-{n}", set.as_str()));
                triples.push(Triple::new(set.clone(), sh("declare"), declaration.clone()));
                triples.push(Triple::new(
                    declaration.clone(),
                    sh("prefix"),
                    Literal::new_simple_literal(prefix),
                ));
                let namespace = Literal::new_typed_literal(namespace, xsd::ANY_URI);
                triples.push(Triple::new(declaration, sh("namespace"), namespace));
            }
        }
        triples
    }
}

/// `PREFIX p: <iri>` in the prologue.
fn declared_prefixes(text: &str) -> Vec<(String, String)> {
    let tokens = tokens(text);
    let word = |token: &tokens::Token| text.get(token.range.clone()).unwrap_or_default();
    tokens
        .windows(3)
        .filter_map(|window| match window {
            [keyword, name, iri]
                if word(keyword).eq_ignore_ascii_case("prefix") && iri.kind == tokens::Kind::Iri =>
            {
                let iri = word(iri).trim_start_matches('<').trim_end_matches('>');
                Some((word(name).trim_end_matches(':').to_owned(), iri.to_owned()))
            }
            _ => None,
        })
        .collect()
}
