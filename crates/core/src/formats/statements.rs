//! A graph written a triple at a time, as it is found: a document after each of them, once its foot follows.
//!
//! In: triples, a syntax of RDF. Out: text. Nothing is sorted, put together or shortened, so nothing is held, and blank nodes keep
//! their labels; what can be held is written in a better form by [`super::graphs`].

use super::graphs::GraphFormat;
use super::json::write_string;
use super::markup::{escape, is_xml_char};
use super::rdfxml::{ITS, rdf_namespace, refusal, xml_name};
use crate::engine::answer::page::Page;
use crate::error::Result;
use crate::sources::rdfxml::{LONG, is_taken};
use crate::sources::xml::{is_ncname, is_ncname_char};
use crate::terms::{BaseDirection, LiteralRef, TermRef, xsd};
use std::borrow::Cow;
use std::fmt::Write as _;

/// See the module.
pub struct Statements {
    format: GraphFormat,
    begun: bool,
}

/// Subject, predicate and object.
pub type Parts<'a> = [TermRef<'a>; 3];

impl Statements {
    /// A document of a syntax of RDF ([`GraphFormat::is_of_rdf`]).
    pub fn of(format: GraphFormat) -> Self {
        Self { format, begun: false }
    }

    /// What stands before the first triple.
    pub fn head(&self) -> &'static str {
        match self.format {
            GraphFormat::JsonLd => "{\n  \"@graph\": [",
            GraphFormat::RdfXml => {
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"
            }
            _ => "",
        }
    }

    /// What stands after the last one.
    pub fn foot(&self) -> &'static str {
        match self.format {
            GraphFormat::JsonLd => "\n  ]\n}\n",
            GraphFormat::RdfXml => "</rdf:RDF>\n",
            _ => "",
        }
    }

    /// Adds a triple.
    ///
    /// # Errors
    /// Where RDF/XML cannot say it: then nothing was added.
    pub fn add(&mut self, out: &mut String, triple: Parts<'_>) -> Result<()> {
        match self.format {
            GraphFormat::JsonLd => {
                out.push_str(if std::mem::replace(&mut self.begun, true) { ",\n    " } else { "\n    " });
                node(out, triple);
            }
            GraphFormat::RdfXml => {
                let before = out.len();
                if let Err(why) = description(out, triple, true) {
                    out.truncate(before);
                    return Err(refusal(&triple.map(|part| part.to_string()).join(" "), why));
                }
                out.push('\n');
            }
            _ => line(out, triple),
        }
        Ok(())
    }

    /// Adds the triples of a page.
    ///
    /// # Errors
    /// As [`Self::add`].
    pub fn add_page(&mut self, out: &mut String, page: &Page) -> Result<()> {
        for row in 0..page.len() {
            if let [Some(subject), Some(predicate), Some(object)] =
                [0, 1, 2].map(|column| page.get(row, column))
            {
                self.add(out, [subject, predicate, object])?;
            }
        }
        Ok(())
    }
}

/// A line, as N-Triples, Turtle and their like have it.
fn line(out: &mut String, triple: Parts<'_>) {
    for term in triple {
        match term {
            TermRef::NamedNode(iri) => {
                out.push('<');
                out.push_str(iri.as_str());
                out.push('>');
            }
            TermRef::BlankNode(node) => {
                out.push_str("_:");
                out.push_str(node.as_str());
            }
            term => {
                // A string takes all that is written to it.
                let _ = write!(out, "{term}");
            }
        }
        out.push(' ');
    }
    out.push_str(".\n");
}

/// A node object of JSON-LD with one property.
fn node(out: &mut String, [subject, predicate, object]: Parts<'_>) {
    out.push_str("{ \"@id\": ");
    name(out, subject);
    out.push_str(", ");
    name(out, predicate);
    out.push_str(": ");
    match object {
        TermRef::NamedNode(_) | TermRef::BlankNode(_) => {
            out.push_str("{ \"@id\": ");
            name(out, object);
            out.push_str(" }");
        }
        TermRef::Literal(literal) => value(out, literal),
        TermRef::Triple(triple) => {
            // As JSON-LD-star has it: see the writer of whole documents.
            out.push_str("{ \"@id\": ");
            let (subject, predicate) = (triple.subject.as_ref().into(), triple.predicate.as_ref().into());
            node(out, [subject, predicate, triple.object.as_ref()]);
            out.push_str(" }");
        }
    }
    out.push_str(" }");
}

fn name(out: &mut String, term: TermRef<'_>) {
    match term {
        TermRef::NamedNode(iri) => write_string(out, iri.as_str()),
        term => write_string(out, &term.to_string()),
    }
}

fn value(out: &mut String, literal: LiteralRef<'_>) {
    let (language, direction) = (literal.language(), literal.direction());
    if language.is_none() && literal.datatype() == xsd::STRING {
        return write_string(out, literal.value());
    }
    out.push_str("{ ");
    match (language, direction) {
        (Some(language), direction) => {
            if let Some(direction) = direction {
                let ltr = matches!(direction, BaseDirection::Ltr);
                let _ = write!(out, "\"@direction\": \"{}\", ", if ltr { "ltr" } else { "rtl" });
            }
            out.push_str("\"@language\": ");
            write_string(out, language);
        }
        (None, _) => {
            out.push_str("\"@type\": ");
            write_string(out, literal.datatype().as_str());
        }
    }
    out.push_str(", \"@value\": ");
    write_string(out, literal.value());
    out.push_str(" }");
}

/// A description of RDF/XML with one property; the outermost one says where it is of RDF 1.2.
fn description(
    out: &mut String,
    [subject, predicate, object]: Parts<'_>,
    outermost: bool,
) -> std::result::Result<(), &'static str> {
    let attribute = |term: TermRef<'_>, iri: &str| match term {
        TermRef::NamedNode(node) => format!(" rdf:{iri}=\"{}\"", escape(node.as_str())),
        TermRef::BlankNode(node) => format!(" rdf:nodeID=\"{}\"", node_id(node.as_str())),
        TermRef::Literal(_) | TermRef::Triple(_) => String::new(),
    };
    let _ = write!(out, "<rdf:Description{}", attribute(subject, "about"));
    if outermost && is_of_1_2(object) {
        let _ = write!(out, " rdf:version=\"1.2\" xmlns:its=\"{ITS}\" its:version=\"2.0\"");
    }
    let TermRef::NamedNode(predicate) = predicate else { return Err("its predicate ends in no XML name") };
    let (space, local) = xml_name(predicate.as_str()).ok_or("its predicate ends in no XML name")?;
    let tag = match space == rdf_namespace() {
        true if is_taken(local) => return Err("its predicate is a part of the syntax"),
        true => format!("rdf:{local}"),
        false => format!("p:{local}"),
    };
    if space.len() > LONG {
        return Err("its predicate is too long");
    }
    let _ = write!(out, "><{tag}");
    if space != rdf_namespace() {
        let _ = write!(out, " xmlns:p=\"{}\"", escape(space));
    }
    match object {
        TermRef::NamedNode(_) | TermRef::BlankNode(_) => {
            let _ = write!(out, "{}/></rdf:Description>", attribute(object, "resource"));
            return Ok(());
        }
        TermRef::Literal(literal) => {
            if literal.value().contains(|c| !is_xml_char(c)) {
                return Err("its text has a control character");
            }
            match (literal.language(), literal.direction()) {
                (Some(language), Some(direction)) => {
                    let _ = write!(out, " xml:lang=\"{language}\" its:dir=\"{direction}\"");
                }
                (Some(language), None) => {
                    let _ = write!(out, " xml:lang=\"{language}\"");
                }
                (None, _) if literal.datatype() == xsd::STRING => {}
                (None, _) => {
                    let _ = write!(out, " rdf:datatype=\"{}\"", escape(literal.datatype().as_str()));
                }
            }
            let _ = write!(out, ">{}", escape(literal.value()));
        }
        TermRef::Triple(triple) => {
            out.push_str(" rdf:parseType=\"Triple\">");
            let (subject, predicate) = (triple.subject.as_ref().into(), triple.predicate.as_ref().into());
            description(out, [subject, predicate, triple.object.as_ref()], false)?;
        }
    }
    let _ = write!(out, "</{tag}></rdf:Description>");
    Ok(())
}

/// What stands before a label that was no XML name.
const NAMED: &str = "_x";

/// The name of a blank node, which is an NCName (RDF 1.2 XML Syntax, production `rdf-id`): the label where it is one.
/// Of another each character that such a name cannot have becomes `_HEX_`, and so does `_`; labels that look like that are written
/// like that too, so that different labels stay different.
fn node_id(label: &str) -> Cow<'_, str> {
    if is_ncname(label) && !label.starts_with(NAMED) {
        return Cow::Borrowed(label);
    }
    let mut name = NAMED.to_owned();
    for c in label.chars() {
        if c != '_' && is_ncname_char(c) {
            name.push(c);
        } else {
            // A string takes all that is written to it.
            let _ = write!(name, "_{:x}_", u32::from(c));
        }
    }
    Cow::Owned(name)
}

/// Whether a term is one that RDF 1.1 does not know.
fn is_of_1_2(term: TermRef<'_>) -> bool {
    match term {
        TermRef::Triple(_) => true,
        TermRef::Literal(literal) => literal.direction().is_some(),
        TermRef::NamedNode(_) | TermRef::BlankNode(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::selection::{Selection, select};
    use crate::formats::fixture::memory;
    use crate::sources::rdf;
    use crate::store::pack::Watch;
    use crate::terms::{BlankNodeRef, GraphName, Literal, NamedNode, Prefixes, Quad, Triple};

    fn parts(triple: &Triple) -> Parts<'_> {
        [triple.subject.as_ref().into(), triple.predicate.as_ref().into(), triple.object.as_ref()]
    }

    /// After any number of triples the foot makes a document of them, which is read back as they are.
    #[test]
    fn each_part_is_a_document_and_comes_back() {
        let memory = memory();
        let quads = select(&memory, &Selection::DefaultGraph, Watch::nobody()).unwrap();
        let quads = quads.quads(Watch::nobody()).unwrap();
        assert!(
            quads.len() > 30 && quads.iter().any(|quad| matches!(quad.object, crate::terms::Term::Triple(_)))
        );
        for format in GraphFormat::all().filter(|format| format.is_of_rdf()) {
            let mut statements = Statements::of(format);
            let (mut text, mut said) = (statements.head().to_owned(), Vec::new());
            for quad in &quads {
                // RDF/XML has no control characters.
                if statements.add(&mut text, parts(&Triple::from(quad.clone()))).is_ok() {
                    said.push(quad.clone());
                }
                let whole = format!("{text}{}", statements.foot());
                let mut found: Vec<Quad> = Vec::new();
                let sink = &mut |quad| {
                    found.push(quad);
                    Ok(())
                };
                let read = rdf::format_named(format.name()).unwrap();
                rdf::read("x", read, None, whole.as_bytes(), &mut Prefixes::new(), sink)
                    .unwrap_or_else(|error| panic!("{}: {error}\n{whole}", format.name()));
                assert_eq!(found.len(), said.len(), "{}: {whole}", format.name());
                if !format!("{:?}{:?}", found.last(), said.last()).contains("BlankNode") {
                    assert_eq!(found.last(), said.last(), "{}", format.name());
                }
            }
            assert!(said.len() + 1 >= quads.len(), "{}", format.name());
        }
    }

    /// N-Triples has labels that begin with a digit or hold a `:`, and other syntaxes give whatever they like; `rdf:nodeID` has an
    /// NCName.
    #[test]
    fn labels_that_are_no_xml_names_come_back_as_different_nodes() {
        let labels = [
            "1", "a.b.", "a", ":", "a:b", "_x1", "_x_31_", "_x:", "x1", "3a", "a3ab", "-", "", "a\"<&", "_",
            "é", "1_3a_", "1:",
        ];
        let (predicate, mut text) = (NamedNode::new_unchecked("urn:p/p"), String::new());
        let mut statements = Statements::of(GraphFormat::RdfXml);
        text.push_str(statements.head());
        for label in labels {
            let node = BlankNodeRef::new_unchecked(label);
            let object = LiteralRef::new_simple_literal(label);
            statements.add(&mut text, [node.into(), predicate.as_ref().into(), object.into()]).unwrap();
            statements.add(&mut text, [node.into(), predicate.as_ref().into(), node.into()]).unwrap();
        }
        text.push_str(statements.foot());
        let (mut found, read): (Vec<Quad>, _) = (Vec::new(), rdf::format_named("rdfxml").unwrap());
        let sink = &mut |quad| {
            found.push(quad);
            Ok(())
        };
        rdf::read("x", read, None, text.as_bytes(), &mut Prefixes::new(), sink)
            .unwrap_or_else(|error| panic!("{error}\n{text}"));
        let subjects: std::collections::BTreeSet<String> =
            found.iter().map(|quad| quad.subject.to_string()).collect();
        assert_eq!((found.len(), subjects.len()), (2 * labels.len(), labels.len()), "{text}");
        for pair in found.chunks(2) {
            assert_eq!(pair[1].object.to_string(), pair[0].subject.to_string(), "{text}");
            assert_eq!(pair[1].subject, pair[0].subject, "{text}");
        }
        assert!(text.contains("rdf:nodeID=\"a\"") && text.contains("rdf:nodeID=\"_x1\""), "{text}");
    }

    #[test]
    fn what_rdf_xml_cannot_say_is_refused_and_leaves_no_trace() {
        let iri = |text: &str| NamedNode::new_unchecked(text);
        let mut out = "before".to_owned();
        for (predicate, object) in [
            ("urn:p/", "x"),
            ("urn:p", "\u{1}"),
            ("http://www.w3.org/1999/02/22-rdf-syntax-ns#Description", "x"),
        ] {
            let quad =
                Quad::new(iri("urn:s"), iri(predicate), Literal::from(object), GraphName::DefaultGraph);
            let error = Statements::of(GraphFormat::RdfXml).add(&mut out, parts(&quad.into())).unwrap_err();
            assert!(error.message.starts_with("RDF/XML cannot say this triple"), "{error}");
            assert_eq!(out, "before");
        }
    }
}
