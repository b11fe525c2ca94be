//! Rows of an RDF Patch: a quad added or removed, as a line of text.
//!
//! In: quads. Out: lines, and quads from lines, each term exactly as it was. The notation is that of Apache Jena
//! (<https://jena.apache.org/documentation/rdf-patch/>): N-Quads with a letter before it, blank nodes as `<_:label>`,
//! which keep their label for ever. Only what is written here is read: one space between terms, no comments.

use crate::terms::{
    BaseDirection, BlankNode, GraphName, Literal, NamedNode, NamedOrBlankNode, Quad, Term, TermRef, Triple,
    xsd,
};
use std::io::Write as _;

/// How deep triple terms nest in what is read: no parser gives deeper ones.
const DEEPEST: usize = 200;

/// How the rows of quads begin that are added, and removed.
pub(super) const ADDED: &str = "A ";
pub(super) const REMOVED: &str = "D ";

/// Writes a row, as a frame has it.
#[cfg(test)]
pub(super) fn write_row(added: bool, quad: &Quad, out: &mut Vec<u8>) {
    out.extend_from_slice(if added { ADDED } else { REMOVED }.as_bytes());
    write_term(quad.subject.as_ref().into(), out);
    out.push(b' ');
    write_term(quad.predicate.as_ref().into(), out);
    out.push(b' ');
    write_term(quad.object.as_ref(), out);
    let name = match &quad.graph_name {
        GraphName::DefaultGraph => None,
        GraphName::NamedNode(name) => Some(name.as_ref().into()),
        GraphName::BlankNode(name) => Some(name.as_ref().into()),
    };
    if let Some(name) = name {
        out.push(b' ');
        write_term(name, out);
    }
    out.extend_from_slice(b" .\n");
}

/// Writes a term.
pub(super) fn write_term(term: TermRef<'_>, out: &mut Vec<u8>) {
    match term {
        TermRef::NamedNode(iri) => write_iri(iri.as_str(), out),
        TermRef::BlankNode(node) => {
            out.extend_from_slice(b"<_:");
            escape(node.as_str(), &UNFIT_IN_IRI, out);
            out.push(b'>');
        }
        TermRef::Literal(literal) => {
            write_string(literal.value(), out);
            if let Some(tag) = literal.language() {
                out.push(b'@');
                out.extend_from_slice(tag.as_bytes());
                match literal.direction() {
                    None => {}
                    Some(BaseDirection::Ltr) => out.extend_from_slice(b"--ltr"),
                    Some(BaseDirection::Rtl) => out.extend_from_slice(b"--rtl"),
                }
            } else if literal.datatype() != xsd::STRING {
                out.extend_from_slice(b"^^");
                write_iri(literal.datatype().as_str(), out);
            }
        }
        TermRef::Triple(triple) => {
            out.extend_from_slice(b"<<( ");
            write_term(triple.subject.as_ref().into(), out);
            out.push(b' ');
            write_term(triple.predicate.as_ref().into(), out);
            out.push(b' ');
            write_term(triple.object.as_ref(), out);
            out.extend_from_slice(b" )>>");
        }
    }
}

/// Writes a string in quotes.
pub(super) fn write_string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    escape(text, &UNFIT_IN_STRING, out);
    out.push(b'"');
}

fn write_iri(iri: &str, out: &mut Vec<u8>) {
    out.push(b'<');
    match iri.strip_prefix('_') {
        // It must not look like a blank node.
        Some(rest) => {
            out.extend_from_slice(b"\\u005F");
            escape(rest, &UNFIT_IN_IRI, out);
        }
        None => escape(iri, &UNFIT_IN_IRI, out),
    }
    out.push(b'>');
}

/// Which bytes cannot stand in an IRI, and which not in a string, as they are.
static UNFIT_IN_IRI: [bool; 256] = unfit(b"<>\"{}|^`\\ ");
static UNFIT_IN_STRING: [bool; 256] = unfit(b"\"\\");

#[expect(clippy::indexing_slicing, reason = "at compile time, where a wrong place stops the build")]
const fn unfit(more: &[u8]) -> [bool; 256] {
    let mut unfit = [false; 256];
    let mut byte = 0;
    while byte < 0x20 {
        unfit[byte] = true;
        byte += 1;
    }
    unfit[0x7f] = true;
    let mut n = 0;
    while n < more.len() {
        unfit[more[n] as usize] = true;
        n += 1;
    }
    unfit
}

fn escape(text: &str, unfit: &[bool; 256], out: &mut Vec<u8>) {
    let is_unfit = |byte: &u8| unfit.get(usize::from(*byte)).copied().unwrap_or(true);
    let mut rest = text.as_bytes();
    while let Some(at) = rest.iter().position(is_unfit) {
        let (plain, tail) = rest.split_at(at);
        out.extend_from_slice(plain);
        let Some((byte, tail)) = tail.split_first() else { return };
        match byte {
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'"' | b'\\' if unfit == &UNFIT_IN_STRING => out.extend_from_slice(&[b'\\', *byte]),
            byte => {
                // A vector takes all that is written to it.
                let _ = write!(out, "\\u{byte:04X}");
            }
        }
        rest = tail;
    }
    out.extend_from_slice(rest);
}

/// Reads the quad of a row, what stands between its letter and its end of line; nothing where it is none.
pub(super) fn read_quad(row: &str) -> Option<Quad> {
    let mut text = Text(row);
    let subject = node(text.term(DEEPEST)?)?;
    text.space()?;
    let Term::NamedNode(predicate) = text.term(0)? else { return None };
    text.space()?;
    let object = text.term(DEEPEST)?;
    text.space()?;
    let graph_name = if text.0 == "." {
        GraphName::DefaultGraph
    } else {
        let name = node(text.term(0)?)?;
        (text.0 == " .").then_some(())?;
        name.into()
    };
    Some(Quad { subject, predicate, object, graph_name })
}

/// Reads a term that is all of a text; nothing where it is none.
pub(super) fn read_term(text: &str) -> Option<Term> {
    let mut text = Text(text);
    let term = text.term(DEEPEST)?;
    text.0.is_empty().then_some(term)
}

fn node(term: Term) -> Option<NamedOrBlankNode> {
    match term {
        Term::NamedNode(iri) => Some(iri.into()),
        Term::BlankNode(node) => Some(node.into()),
        Term::Literal(_) | Term::Triple(_) => None,
    }
}

/// What is left to read.
struct Text<'a>(&'a str);

impl<'a> Text<'a> {
    fn take(&mut self, start: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(start)?;
        Some(())
    }

    fn space(&mut self) -> Option<()> {
        self.take(" ")
    }

    /// A term; triple terms as deep as `depth`.
    fn term(&mut self, depth: usize) -> Option<Term> {
        if self.0.starts_with("<<(") {
            return self.triple(depth.checked_sub(1)?).map(Term::from);
        }
        if self.0.starts_with('<') {
            let raw = self.between('<', '>')?;
            return Some(match raw.strip_prefix("_:") {
                Some(label) => BlankNode::new_unchecked(unescaped(label)?).into(),
                None => NamedNode::new_unchecked(unescaped(raw)?).into(),
            });
        }
        self.literal().map(Term::from)
    }

    fn triple(&mut self, depth: usize) -> Option<Triple> {
        self.take("<<( ")?;
        let subject = node(self.term(0)?)?;
        self.space()?;
        let Term::NamedNode(predicate) = self.term(0)? else { return None };
        self.space()?;
        let object = self.term(depth)?;
        self.take(" )>>")?;
        Some(Triple { subject, predicate, object })
    }

    fn between(&mut self, start: char, end: char) -> Option<&'a str> {
        let (raw, rest) = self.0.strip_prefix(start)?.split_once(end)?;
        self.0 = rest;
        Some(raw)
    }

    /// A string in quotes, with its escapes.
    fn string(&mut self) -> Option<&'a str> {
        let text = self.0.strip_prefix('"')?;
        let mut escaped = false;
        let end = text.bytes().position(|byte| {
            let ends = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            ends
        })?;
        self.0 = text.get(end + 1..)?;
        text.get(..end)
    }

    fn literal(&mut self) -> Option<Literal> {
        let value = unescaped(self.string()?)?;
        if let Some(rest) = self.0.strip_prefix('@') {
            let end = rest.find(' ').unwrap_or(rest.len());
            let (tag, rest) = rest.split_at(end);
            self.0 = rest;
            return Some(match tag.split_once("--") {
                None => Literal::new_language_tagged_literal_unchecked(value, tag),
                Some((tag, direction)) => {
                    let direction = match direction {
                        "ltr" => BaseDirection::Ltr,
                        "rtl" => BaseDirection::Rtl,
                        _ => return None,
                    };
                    Literal::new_directional_language_tagged_literal_unchecked(value, tag, direction)
                }
            });
        }
        if self.take("^^").is_some() {
            let datatype = unescaped(self.between('<', '>')?)?;
            return Some(Literal::new_typed_literal(value, NamedNode::new_unchecked(datatype)));
        }
        Some(Literal::new_simple_literal(value))
    }
}

/// A text without its escapes; nothing where one is none of ours.
fn unescaped(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((plain, escaped)) = rest.split_once('\\') {
        out.push_str(plain);
        let mut chars = escaped.chars();
        rest = match chars.next()? {
            'n' => {
                out.push('\n');
                chars.as_str()
            }
            'r' => {
                out.push('\r');
                chars.as_str()
            }
            't' => {
                out.push('\t');
                chars.as_str()
            }
            'u' => {
                let digits = escaped.get(1..5)?;
                out.push(u32::from_str_radix(digits, 16).ok().and_then(char::from_u32)?);
                escaped.get(5..)?
            }
            c @ ('"' | '\\') => {
                out.push(c);
                chars.as_str()
            }
            _ => return None,
        };
    }
    out.push_str(rest);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn row(quad: &Quad) -> String {
        let mut out = Vec::new();
        write_row(true, quad, &mut out);
        String::from_utf8(out).unwrap()
    }

    fn read_back(quad: &Quad) -> Option<Quad> {
        let row = row(quad);
        assert_eq!(row.matches('\n').count(), 1, "a row is a line");
        read_quad(row.strip_prefix("A ")?.strip_suffix('\n')?)
    }

    #[test]
    fn a_row_is_what_jena_reads() {
        let triple =
            Triple::new(NamedNode::new_unchecked("x:s"), NamedNode::new_unchecked("x:p"), Literal::from(1));
        let quad = Quad::new(
            BlankNode::new_unchecked("b0"),
            NamedNode::new_unchecked("x:p"),
            triple,
            NamedNode::new_unchecked("x:g"),
        );
        let one = "\"1\"^^<http://www.w3.org/2001/XMLSchema#integer>";
        assert_eq!(row(&quad), format!("A <_:b0> <x:p> <<( <x:s> <x:p> {one} )>> <x:g> .\n"));
        assert_eq!(read_quad("<x:s> <x:p> \"a\" ."), read_quad("<x:s> <x:p> \"\\u0061\" ."));
        for wrong in [
            "",
            "<x:s>",
            "<x:s> <x:p> \"a .",
            "\"s\" <x:p> <x:o> .",
            "<x:s> <_:p> <x:o> .",
            "<x:s> <x:p> <x:o> . ",
        ] {
            assert_eq!(read_quad(wrong), None, "{wrong}");
        }
    }

    fn any_term() -> impl Strategy<Value = Term> {
        let leaf = prop_oneof![
            ".*".prop_map(|iri| NamedNode::new_unchecked(iri).into()),
            ".*".prop_map(|label| BlankNode::new_unchecked(label).into()),
            ".*".prop_map(|text| Literal::new_simple_literal(text).into()),
            (".*", ".*").prop_map(|(text, iri)| {
                Literal::new_typed_literal(text, NamedNode::new_unchecked(format!("x:{iri}"))).into()
            }),
            (".*", 0..3usize).prop_map(|(text, n)| {
                let tag = "zh-Hans";
                match n {
                    0 => Literal::new_language_tagged_literal_unchecked(text, tag),
                    1 => Literal::new_directional_language_tagged_literal_unchecked(
                        text,
                        tag,
                        BaseDirection::Ltr,
                    ),
                    _ => Literal::new_directional_language_tagged_literal_unchecked(
                        text,
                        tag,
                        BaseDirection::Rtl,
                    ),
                }
                .into()
            }),
        ];
        leaf.prop_recursive(3, 4, 1, |inner| {
            (".*", ".*", inner).prop_map(|(s, p, o)| {
                Triple::new(NamedNode::new_unchecked(s), NamedNode::new_unchecked(p), o).into()
            })
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..Default::default() })]
        #[test]
        fn every_quad_is_read_back_as_it_was(s in ".*", p in ".*", o in any_term(), g in prop::option::of(".*")) {
            let graph = g.map_or(GraphName::DefaultGraph, |name| BlankNode::new_unchecked(name).into());
            let quad = Quad::new(NamedNode::new_unchecked(s), NamedNode::new_unchecked(p), o, graph);
            prop_assert_eq!(read_back(&quad), Some(quad));
        }
    }
}
