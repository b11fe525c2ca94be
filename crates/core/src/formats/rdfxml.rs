//! RDF/XML: one description per subject, sorted.
//!
//! In: a document of one graph. Out: text, a subject at a time, or before the first an error that names the triple that
//! RDF/XML cannot say.

use super::draft::Draft;
use super::markup::{comment, escape, is_xml_char};
use super::numbered::{Number, Row};
use super::short::is_plain;
use super::subjects::Document;
use crate::error::{Error, Result};
use crate::sources::rdfxml::{LONG, is_taken};
use crate::store::pack::{Watch, sort_watched};
use crate::store::{Lexical, Tag};
use crate::terms::{Prefixes, rdf, xsd};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;

/// The namespace of directions.
pub(super) const ITS: &str = "http://www.w3.org/2005/11/its";

/// Writes a document.
///
/// # Errors
/// Where a predicate does not end in an XML name, or a text has a control character, before anything is written; and where it
/// cannot be written.
pub(crate) fn write(
    document: &Document,
    prefixes: &Prefixes,
    header: &[String],
    draft: &mut Draft<'_>,
) -> Result<()> {
    let watch = draft.watch;
    let writer = Writer::of(document, prefixes, watch)?;
    draft.text.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    for line in header.iter().flat_map(|text| text.lines()) {
        let _ = writeln!(draft.text, "<!-- {} -->", comment(line));
    }
    writer.root(&mut draft.text);
    for (about, rows) in writer.subjects(watch)? {
        let _ = writeln!(draft.text, "\n  <rdf:Description {about}>");
        writer.elements(&mut draft.text, rows);
        draft.text.push_str("  </rdf:Description>\n");
        draft.end()?;
    }
    draft.text.push_str("\n</rdf:RDF>\n");
    Ok(())
}

pub(super) fn rdf_namespace() -> &'static str {
    rdf::TYPE.as_str().trim_end_matches("type")
}

/// What writes a document.
struct Writer<'a> {
    document: &'a Document,
    /// The names of namespaces.
    spaces: BTreeMap<&'a str, String>,
    /// The names of properties.
    properties: BTreeMap<Number, String>,
    has_directions: bool,
    has_triples: bool,
}

impl<'a> Writer<'a> {
    fn of(document: &'a Document, prefixes: &Prefixes, watch: Watch<'_>) -> Result<Self> {
        let mut pace = watch.pace();
        let mut spaces = BTreeMap::from([(rdf_namespace(), "rdf".to_owned())]);
        let (mut has_directions, mut has_triples) = (false, false);
        let mut properties: BTreeMap<Number, String> =
            document.verbs().map(|verb| (verb, String::new())).collect();
        for number in document.texts.others() {
            pace.step()?;
            match document.texts.get(number) {
                Lexical::Literal(value, tag) => {
                    has_directions |= matches!(tag, Tag::Directed(..));
                    if value.contains(|c| !is_xml_char(c)) {
                        return Err(refused(document, number, "its text has a control character"));
                    }
                }
                Lexical::Triple([_, predicate, _]) => {
                    has_triples = true;
                    properties.insert(predicate, String::new());
                }
                Lexical::Iri(_) | Lexical::Blank(_) => {}
            }
        }
        if has_directions {
            spaces.insert(ITS, "its".to_owned());
        }
        for (predicate, name) in &mut properties {
            let iri = document.texts.plain(*predicate);
            *name = property(iri, prefixes, &mut spaces).map_err(|why| refused(document, *predicate, why))?;
        }
        Ok(Self { document, spaces, properties, has_directions, has_triples })
    }

    /// The beginning of the root element.
    fn root(&self, out: &mut String) {
        out.push_str("<rdf:RDF");
        let declared: BTreeMap<&String, &str> =
            self.spaces.iter().map(|(space, name)| (name, *space)).collect();
        for (name, space) in declared {
            let _ = write!(out, "\n    xmlns:{name}=\"{}\"", escape(space));
        }
        // Readers of RDF 1.1 are told only where there is something that they do not know.
        if self.has_directions {
            out.push_str("\n    its:version=\"2.0\"");
        }
        if self.has_directions || self.has_triples {
            out.push_str("\n    rdf:version=\"1.2\"");
        }
        out.push_str(">\n");
    }

    /// What is said about each subject, sorted by the text that says which it is.
    fn subjects(&self, watch: Watch<'_>) -> Result<Vec<(String, &'a [Row])>> {
        let rows = self.document.graphs().next().map(|graph| graph.rows()).unwrap_or_default();
        let blocks = rows.chunk_by(|a, b| a.subject == b.subject);
        let (mut subjects, mut pace) = (Vec::new(), watch.pace());
        for rows in blocks {
            pace.step()?;
            subjects.extend(rows.first().map(|row| (self.about(row.subject), rows)));
        }
        let about = |place: &usize| subjects.get(*place).map(|(about, _)| about);
        let mut order: Vec<usize> = (0..subjects.len()).collect();
        sort_watched(&mut order, watch, |a, b| about(a).cmp(&about(b)))?;
        Ok(order.into_iter().filter_map(|place| subjects.get_mut(place).map(std::mem::take)).collect())
    }

    fn about(&self, subject: Number) -> String {
        let text = self.document.texts.plain(subject);
        match self.document.is_blank(subject) {
            true => format!("rdf:nodeID=\"{text}\""),
            false => format!("rdf:about=\"{}\"", escape(text)),
        }
    }

    /// The properties of a subject, sorted.
    fn elements(&self, out: &mut String, rows: &[Row]) {
        let (mut text, mut spans) = (String::new(), Vec::new());
        for row in rows {
            let start = text.len();
            text.push_str("    ");
            self.element(&mut text, self.document.verb(*row), row.object);
            text.push('\n');
            spans.push(start..text.len());
        }
        let element = |span: &Range<usize>| text.get(span.clone()).unwrap_or_default();
        spans.sort_unstable_by(|a, b| element(a).cmp(element(b)));
        spans.iter().for_each(|span| out.push_str(element(span)));
    }

    /// A property with its object.
    fn element(&self, out: &mut String, predicate: Number, object: Number) {
        let property = self.properties.get(&predicate).map_or("", String::as_str);
        out.push('<');
        out.push_str(property);
        match self.document.texts.get(object) {
            Lexical::Iri(iri) => return attribute(out, " rdf:resource=\"", iri, "\"/>"),
            Lexical::Blank(label) => return attribute(out, " rdf:nodeID=\"", label, "\"/>"),
            Lexical::Triple([subject, predicate, object]) => {
                let about = self.about(subject);
                let _ = write!(out, " rdf:parseType=\"Triple\"><rdf:Description {about}>");
                self.element(out, predicate, object);
                out.push_str("</rdf:Description>");
            }
            Lexical::Literal(value, tag) => {
                match tag {
                    Tag::Datatype(datatype) if datatype == xsd::STRING.as_str() => {}
                    Tag::Datatype(datatype) => attribute(out, " rdf:datatype=\"", datatype, "\""),
                    Tag::Language(tag) => attribute(out, " xml:lang=\"", tag, "\""),
                    Tag::Directed(tag, direction) => {
                        let _ = write!(out, " xml:lang=\"{tag}\" its:dir=\"{direction}\"");
                    }
                }
                attribute(out, ">", value, "");
            }
        }
        out.push_str("</");
        out.push_str(property);
        out.push('>');
    }
}

/// A text, escaped, with what is before and after it.
fn attribute(out: &mut String, before: &str, text: &str, after: &str) {
    out.push_str(before);
    match text.bytes().all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'&' | b'<' | b'>' | b'"')) {
        true => out.push_str(text),
        false => out.push_str(&escape(text)),
    }
    out.push_str(after);
}

/// The name of a property, or why it has none.
fn property<'a>(
    iri: &'a str,
    prefixes: &Prefixes,
    spaces: &mut BTreeMap<&'a str, String>,
) -> std::result::Result<String, &'static str> {
    let (space, local) = xml_name(iri).ok_or("its predicate ends in no XML name")?;
    if space == rdf_namespace() && is_taken(local) {
        return Err("its predicate is a part of the syntax");
    }
    if space.len() > LONG {
        return Err("its predicate is too long");
    }
    if !spaces.contains_key(space) {
        let known = prefixes.iter().find(|(name, have)| *have == space && is_xml_prefix(name));
        let taken = |name: &str| spaces.values().any(|have| have == name);
        let name = known.map(|(name, _)| name.to_owned()).filter(|name| !taken(name));
        let free = || (1..).map(|n| format!("ns{n}")).find(|name| !taken(name));
        spaces.insert(space, name.or_else(free).unwrap_or_default());
    }
    Ok(format!("{}:{local}", spaces.get(space).map_or("", String::as_str)))
}

fn is_xml_prefix(name: &str) -> bool {
    is_plain(name) && !name.to_ascii_lowercase().starts_with("xml")
}

/// Whether a local name may begin with it (XML 1.0, fifth edition, 2.3, NameStartChar; without the colon, Namespaces in XML 1.0, 3).
fn begins_name(c: char) -> bool {
    matches!(c, 'A'..='Z' | '_' | 'a'..='z' | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}'
        | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}'
        | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}'
        | '\u{10000}'..='\u{EFFFF}')
}

/// Whether it may stand in one (NameChar of the same).
fn continues_name(c: char) -> bool {
    let more =
        matches!(c, '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}');
    more || begins_name(c)
}

/// An IRI cut before the longest XML name that it ends in.
pub(super) fn xml_name(iri: &str) -> Option<(&str, &str)> {
    let inner = iri.char_indices().rev().take_while(|(_, c)| continues_name(*c));
    let tail = inner.filter(|(_, c)| begins_name(*c)).last()?.0;
    let (space, local) = iri.split_at_checked(tail)?;
    (!space.is_empty()).then_some((space, local))
}

/// The error for a triple that has a term which RDF/XML cannot say.
fn refused(document: &Document, number: Number, why: &str) -> Error {
    let mut rows = document.graphs().next().map(|graph| graph.rows()).unwrap_or_default().iter();
    let has = |row: &&Row| document.verb(**row) == number || document.has(row.object, number);
    let parts = rows.find(has).map(|row| [row.subject, document.verb(*row), row.object]);
    let triple: Vec<String> = parts.into_iter().flatten().map(|part| document.texts.line(part)).collect();
    refusal(&triple.join(" "), why)
}

/// The same, of a triple as N-Triples has it.
pub(super) fn refusal(triple: &str, why: &str) -> Error {
    Error::usage(format!("RDF/XML cannot say this triple, for {why}: {triple}"))
        .hint("write turtle or ntriples, which can")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::graphs::{GraphFormat, GraphStyle, to_text};
    use crate::sources::rdf;
    use crate::terms::{BlankNode, GraphName, Literal, NamedNode, Quad, Term, Triple};

    fn written(quads: &[Quad], prefixes: Prefixes) -> Result<String> {
        to_text(GraphFormat::RdfXml, quads.to_vec(), &GraphStyle { prefixes, ..GraphStyle::default() })
    }

    fn quad(predicate: &str, object: impl Into<Term>) -> Quad {
        let subject = NamedNode::new_unchecked("http://example.org/s");
        Quad::new(subject, NamedNode::new_unchecked(predicate), object, GraphName::DefaultGraph)
    }

    fn back(quads: &[Quad]) -> Vec<Quad> {
        let text = written(quads, Prefixes::well_known()).unwrap();
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

    /// RDF 1.2 XML Syntax, `rdf-id`: an `rdf:nodeID` is an NCName, which begins with no digit and has no colon.
    #[test]
    fn every_blank_node_has_a_name_that_xml_allows() {
        let node = |label: &str| BlankNode::new_unchecked(label);
        let property = NamedNode::new_unchecked("http://example.org/p");
        let triple = |a: &str, b: &str| Triple::new(node(a), property.clone(), node(b));
        let mut quads: Vec<Quad> =
            [("1a", "0"), ("0", "a:b"), ("a:b", "-x"), ("-x", ".y"), (".y", "1a"), ("é", "1a")]
                .map(|(a, b)| triple(a, b).in_graph(GraphName::DefaultGraph))
                .into();
        quads.push(quad("http://example.org/p", triple("0", "a:b")));
        quads.push(quad("http://example.org/q", node("1a")));
        let text = written(&quads, Prefixes::well_known()).unwrap();
        let names: Vec<&str> =
            text.split("rdf:nodeID=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert!(names.len() >= 13, "{text}");
        for name in names {
            let mut letters = name.chars();
            assert!(letters.next().is_some_and(|c| c.is_alphabetic() || c == '_'), "{name}: {text}");
            assert!(letters.all(|c| c.is_alphanumeric() || "_-.".contains(c)), "{name}: {text}");
        }
        assert_eq!(back(&quads).len(), quads.len());
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
        let plain = written(&[quad("http://example.org/p", Literal::from(1))], Prefixes::new()).unwrap();
        assert!(!plain.contains("version=\"1.2\""), "readers of RDF 1.1 have nothing to mind");
    }

    /// XML 1.0, fifth edition, 2.3: the first and the last of each range of NameStartChar and NameChar, as far as they may stand in an IRI
    /// (RFC 3987, ucschar); Namespaces in XML 1.0, 3: a local name has no colon.
    #[test]
    fn predicates_end_in_any_xml_name() {
        let first = "AZ_az\u{C0}\u{D6}\u{D8}\u{F6}\u{F8}\u{2FF}\u{370}\u{37D}\u{37F}\u{1FFF}\u{200C}\u{200D}\u{2070}\u{218F}\
                     \u{2C00}\u{2FEF}\u{3001}\u{D7FF}\u{F900}\u{FDCF}\u{FDF0}\u{FFEF}\u{10000}\u{1FFFD}\u{20000}\u{DFFFD}";
        let later = "-.09\u{B7}\u{300}\u{36F}\u{203F}\u{2040}";
        let cut =
            |end: String| xml_name(&format!("http://example.org/{end}")).map(|(_, local)| local.to_owned());
        for c in first.chars() {
            for end in [c.to_string(), format!("m{c}"), format!("{c}r"), format!("f{c}r")] {
                assert_eq!(cut(end.clone()).as_ref(), Some(&end), "{c:?}");
                let quads = [quad(&format!("http://example.org/{end}"), Literal::from(1))];
                assert_eq!(back(&quads), quads, "{c:?}");
            }
        }
        for c in later.chars() {
            assert_eq!(cut(c.to_string()), None, "{c:?}");
            assert_eq!(cut(format!("{c}m{c}")), Some(format!("m{c}")), "{c:?}");
            let quads = [quad(&format!("http://example.org/{c}m{c}"), Literal::from(1))];
            assert_eq!(back(&quads), quads, "{c:?}");
        }
        for c in "\u{D7}\u{F7}\u{37E}\u{2000}\u{203E}\u{206F}\u{2190}\u{2FF0}\u{3000}:/#?".chars() {
            assert_eq!(cut(format!("m{c}")), None, "{c:?}");
            assert_eq!(cut(format!("m{c}r")), Some("r".to_owned()), "{c:?}");
        }
    }

    #[test]
    fn no_two_hyphens_stand_in_a_comment() {
        for (line, expected) in
            [("a -- b", "a - - b"), ("a --- b", "a - - - b"), ("----", "- - - "), ("a-", "a")]
        {
            assert_eq!(comment(line), expected);
        }
    }

    #[test]
    fn a_predicate_that_the_syntax_takes_for_itself_is_refused() {
        for name in crate::sources::rdfxml::SYNTAX.iter().chain(&["Description", "li"]) {
            let quad = quad(&format!("{}{name}", rdf_namespace()), Literal::from(1));
            let error = written(&[quad], Prefixes::new()).unwrap_err();
            assert!(error.message.contains("part of the syntax"), "{name}: {error}");
        }
    }
}
