//! RDF/XML: one description per subject, sorted.
//!
//! In: quads of one graph, blank nodes labelled. Out: text, or an error that names the triple that
//! RDF/XML cannot say. It refuses to know other formats.

use crate::error::{Error, Result};
use crate::terms::{NamedOrBlankNode, Prefixes, Quad, Term, rdf, xsd};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Names of the RDF namespace that are syntax, and so no properties.
const RESERVED: &[&str] =
    &["RDF", "ID", "about", "parseType", "resource", "nodeID", "datatype", "Description", "li", "bagID"];

/// Writes the quads, which are sorted here.
///
/// # Errors
/// Where a predicate is no XML name, or an object is a triple, has a direction or a control character.
pub fn write(quads: &[Quad], prefixes: &Prefixes, header: &[String]) -> Result<String> {
    let mut spaces: BTreeMap<String, String> = BTreeMap::from([(rdf_namespace(), "rdf".to_owned())]);
    let mut subjects: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for quad in quads {
        let property = property(quad, prefixes, &mut spaces)?;
        let about = match &quad.subject {
            NamedOrBlankNode::NamedNode(iri) => format!("rdf:about=\"{}\"", escape(iri.as_str())),
            NamedOrBlankNode::BlankNode(node) => format!("rdf:nodeID=\"{}\"", node.as_str()),
        };
        subjects.entry(about).or_default().push(element(quad, &property)?);
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

fn property(quad: &Quad, prefixes: &Prefixes, spaces: &mut BTreeMap<String, String>) -> Result<String> {
    let iri = quad.predicate.as_str();
    let Some((space, local)) = xml_name(iri) else {
        return Err(refused(quad, "its predicate ends in no XML name"));
    };
    if space == rdf_namespace() && RESERVED.contains(&local) {
        return Err(refused(quad, "its predicate is a part of the syntax"));
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

fn element(quad: &Quad, property: &str) -> Result<String> {
    Ok(match &quad.object {
        Term::NamedNode(iri) => format!("    <{property} rdf:resource=\"{}\"/>\n", escape(iri.as_str())),
        Term::BlankNode(node) => format!("    <{property} rdf:nodeID=\"{}\"/>\n", node.as_str()),
        Term::Triple(_) => return Err(refused(quad, "its object is a triple")),
        Term::Literal(literal) => {
            let bad = |c: char| matches!(c, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}');
            if literal.value().contains(bad) {
                return Err(refused(quad, "its text has a control character"));
            }
            if literal.direction().is_some() {
                return Err(refused(quad, "its text has a direction"));
            }
            let kind = match literal.language() {
                Some(language) => format!(" xml:lang=\"{language}\""),
                None if literal.datatype() == xsd::STRING => String::new(),
                None => format!(" rdf:datatype=\"{}\"", escape(literal.datatype().as_str())),
            };
            format!("    <{property}{kind}>{}</{property}>\n", escape(literal.value()))
        }
    })
}

fn refused(quad: &Quad, why: &str) -> Error {
    Error::usage(format!("RDF/XML cannot say this triple, for {why}: {quad}"))
        .hint("write turtle or ntriples, which can")
}

fn escape(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;").replace('\r', "&#13;")
}
