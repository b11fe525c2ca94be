//! RDF/XML: one description per subject, sorted.
//!
//! In: quads of one graph, blank nodes labelled. Out: text, or an error that names the triple that
//! RDF/XML cannot say.

use super::markup::{escape, is_xml_char};
use crate::error::{Error, Result};
use crate::sources::rdfxml::{LONG, is_taken};
use crate::terms::{NamedOrBlankNode, Prefixes, Quad, Term, rdf, xsd};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The namespace of directions.
const ITS: &str = "http://www.w3.org/2005/11/its";

/// Writes the quads, which are sorted here.
///
/// # Errors
/// Where a predicate does not end in an XML name, or a text has a control character.
pub fn write(quads: &[Quad], prefixes: &Prefixes, header: &[String]) -> Result<String> {
    let mut spaces: BTreeMap<String, String> = BTreeMap::from([(rdf_namespace(), "rdf".to_owned())]);
    let directed = quads.iter().any(|quad| has_direction(&quad.object));
    if directed {
        spaces.insert(ITS.to_owned(), "its".to_owned());
    }
    let mut subjects: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for quad in quads {
        let element = element(quad, quad.predicate.as_str(), &quad.object, prefixes, &mut spaces)?;
        subjects.entry(about(&quad.subject)).or_default().push(format!("    {element}\n"));
    }
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    for line in header.iter().flat_map(|text| text.lines()) {
        let _ = writeln!(out, "<!-- {} -->", line.replace("--", "- -").trim_end_matches('-'));
    }
    out.push_str("<rdf:RDF");
    let declared: BTreeMap<&String, &String> = spaces.iter().map(|(space, name)| (name, space)).collect();
    for (name, space) in declared {
        let _ = write!(out, "\n    xmlns:{name}=\"{}\"", escape(space));
    }
    // Readers of RDF 1.1 are told only where there is something that they do not know.
    if directed {
        out.push_str("\n    its:version=\"2.0\"");
    }
    if directed || quads.iter().any(|quad| quad.object.is_triple()) {
        out.push_str("\n    rdf:version=\"1.2\"");
    }
    out.push_str(">\n");
    for (about, mut elements) in subjects {
        elements.sort_unstable();
        let _ = write!(out, "\n  <rdf:Description {about}>\n{}  </rdf:Description>\n", elements.concat());
    }
    Ok(out + "\n</rdf:RDF>\n")
}

fn rdf_namespace() -> String {
    rdf::TYPE.as_str().trim_end_matches("type").to_owned()
}

fn about(subject: &NamedOrBlankNode) -> String {
    match subject {
        NamedOrBlankNode::NamedNode(iri) => format!("rdf:about=\"{}\"", escape(iri.as_str())),
        NamedOrBlankNode::BlankNode(node) => format!("rdf:nodeID=\"{}\"", node.as_str()),
    }
}

fn has_direction(term: &Term) -> bool {
    match term {
        Term::Literal(literal) => literal.direction().is_some(),
        Term::Triple(triple) => has_direction(&triple.object),
        Term::NamedNode(_) | Term::BlankNode(_) => false,
    }
}

/// The name of a property; `quad` is what an error names.
fn property(
    quad: &Quad,
    iri: &str,
    prefixes: &Prefixes,
    spaces: &mut BTreeMap<String, String>,
) -> Result<String> {
    let Some((space, local)) = xml_name(iri) else {
        return Err(refused(quad, "its predicate ends in no XML name"));
    };
    if space == rdf_namespace() && is_taken(local) {
        return Err(refused(quad, "its predicate is a part of the syntax"));
    }
    if space.len() > LONG {
        return Err(refused(quad, "its predicate is too long"));
    }
    if !spaces.contains_key(space) {
        let known = prefixes.iter().find(|(name, have)| *have == space && is_xml_prefix(name));
        let taken = |name: &str| spaces.values().any(|have| have == name);
        let name = known.map(|(name, _)| name.to_owned()).filter(|name| !taken(name));
        let free = || (1..).map(|n| format!("ns{n}")).find(|name| !taken(name));
        spaces.insert(space.to_owned(), name.or_else(free).unwrap_or_default());
    }
    Ok(format!("{}:{local}", spaces.get(space).map_or("", String::as_str)))
}

fn is_xml_prefix(name: &str) -> bool {
    name.chars().next().is_some_and(|c| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
        && !name.to_ascii_lowercase().starts_with("xml")
}

/// An IRI cut before the longest XML name that it ends in.
fn xml_name(iri: &str) -> Option<(&str, &str)> {
    let inner = |c: char| {
        c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') || ('\u{4E00}'..='\u{9FA5}').contains(&c)
    };
    let start = |c: char| c.is_ascii_alphabetic() || c == '_' || ('\u{4E00}'..='\u{9FA5}').contains(&c);
    let tail = iri.char_indices().rev().take_while(|(_, c)| inner(*c)).filter(|(_, c)| start(*c)).last()?.0;
    let (space, local) = iri.split_at_checked(tail)?;
    (!space.is_empty()).then_some((space, local))
}

/// A property with its object.
fn element(
    quad: &Quad,
    predicate: &str,
    object: &Term,
    prefixes: &Prefixes,
    spaces: &mut BTreeMap<String, String>,
) -> Result<String> {
    let property = property(quad, predicate, prefixes, spaces)?;
    Ok(match object {
        Term::NamedNode(iri) => format!("<{property} rdf:resource=\"{}\"/>", escape(iri.as_str())),
        Term::BlankNode(node) => format!("<{property} rdf:nodeID=\"{}\"/>", node.as_str()),
        Term::Triple(triple) => {
            let inner = element(quad, triple.predicate.as_str(), &triple.object, prefixes, spaces)?;
            let about = about(&triple.subject);
            format!(
                "<{property} rdf:parseType=\"Triple\"><rdf:Description {about}>{inner}</rdf:Description></{property}>"
            )
        }
        Term::Literal(literal) => {
            let bad = |c: char| !is_xml_char(c);
            if literal.value().contains(bad) {
                return Err(refused(quad, "its text has a control character"));
            }
            let kind = match (literal.language(), literal.direction()) {
                (Some(language), Some(direction)) => {
                    format!(" xml:lang=\"{language}\" its:dir=\"{direction}\"")
                }
                (Some(language), None) => format!(" xml:lang=\"{language}\""),
                (None, _) if literal.datatype() == xsd::STRING => String::new(),
                (None, _) => format!(" rdf:datatype=\"{}\"", escape(literal.datatype().as_str())),
            };
            format!("<{property}{kind}>{}</{property}>", escape(literal.value()))
        }
    })
}

fn refused(quad: &Quad, why: &str) -> Error {
    Error::usage(format!("RDF/XML cannot say this triple, for {why}: {quad}"))
        .hint("write turtle or ntriples, which can")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::rdf;
    use crate::terms::{GraphName, Literal, NamedNode, Triple};

    fn quad(predicate: &str, object: impl Into<Term>) -> Quad {
        let subject = NamedNode::new_unchecked("http://example.org/s");
        Quad::new(subject, NamedNode::new_unchecked(predicate), object, GraphName::DefaultGraph)
    }

    fn back(quads: &[Quad]) -> Vec<Quad> {
        let text = write(quads, &Prefixes::well_known(), &[]).unwrap();
        let mut found = Vec::new();
        let sink = &mut |quad| {
            found.push(quad);
            Ok(())
        };
        let format = rdf::RdfFormat::RdfXml;
        rdf::read("x", format, None, text.as_bytes(), &mut Prefixes::new(), sink)
            .unwrap_or_else(|e| panic!("{e}\n{text}"));
        found
    }

    #[test]
    fn what_rdf_1_2_adds_is_written_and_read_back() {
        let text =
            Literal::new_directional_language_tagged_literal("x < y", "ar", crate::terms::BaseDirection::Rtl)
                .unwrap();
        let inner = quad("http://example.org/p", text.clone());
        let triple = Triple::new(inner.subject, inner.predicate, inner.object);
        let outer = Triple::new(
            NamedNode::new_unchecked("http://example.org/t"),
            NamedNode::new_unchecked("http://other.org/q"),
            triple.clone(),
        );
        for object in [Term::from(text), triple.into(), outer.into()] {
            let quads = [quad("http://example.org/p", object)];
            assert_eq!(back(&quads), quads);
        }
        let plain = write(&[quad("http://example.org/p", Literal::from(1))], &Prefixes::new(), &[]).unwrap();
        assert!(!plain.contains("version=\"1.2\""), "readers of RDF 1.1 have nothing to mind");
    }

    #[test]
    fn a_predicate_that_the_syntax_takes_for_itself_is_refused() {
        for name in crate::sources::rdfxml::SYNTAX.iter().chain(&["Description", "li"]) {
            let quad = quad(&format!("{}{name}", rdf_namespace()), Literal::from(1));
            let error = write(&[quad], &Prefixes::new(), &[]).unwrap_err();
            assert!(error.message.contains("part of the syntax"), "{name}: {error}");
        }
    }
}
