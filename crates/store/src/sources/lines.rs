//! N-Triples and N-Quads line by line, for what stands on nearly every line of large files.
//!
//! In: a reader of UTF-8. Out: quads whose text is borrowed from the line. A line is read here where it has nothing but plain
//! IRIs, labels and literals without escapes; any other line goes to the parser of [`super::turtle`], and so does all that
//! follows once a line is wrong by itself, or once such lines are many. So both accept the same, and errors are the parser's.

use super::turtle::{self, Stop};
use crate::error;
use crate::terms::{BlankNodeRef, LiteralRef, NamedNodeRef, Prefixes, Quad, TermRef};
use memchr::{memchr, memchr2, memrchr};
use oxigraph::io::RdfFormat;
use oxrdf::{GraphNameRef, NamedOrBlankNodeRef, QuadRef};
use std::io::Read;

/// How many bytes are read at a time.
const PIECE: usize = 1 << 17;
/// A line of more bytes is the parser's.
const LONGEST: usize = 1 << 24;
/// After so many lines it is looked at how many the parser had to read.
const TRIAL: u64 = 1024;

/// Takes quads.
pub type Sink<'a> = &'a mut dyn FnMut(QuadRef<'_>) -> error::Result<()>;

/// What is left of a file for the parser: bytes that were read, from a line (from 0) on.
#[derive(Default)]
pub struct Rest {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// How many lines came before them.
    pub line: u64,
}

/// Reads quads into `sink` and counts them, up to the end or to what the parser must go on with.
///
/// # Errors
/// Where the text cannot be read, or the sink refuses a quad.
pub fn read(
    format: RdfFormat,
    reader: &mut impl Read,
    count: &mut u64,
    sink: Sink<'_>,
) -> Result<Option<Rest>, Stop> {
    let (mut held, mut line, mut slow) = (Vec::new(), 0_u64, 0_u64);
    loop {
        let before = held.len();
        let more = reader.by_ref().take(PIECE as u64).read_to_end(&mut held).map_err(Stop::Io)?;
        let whole = if more == 0 { held.len() } else { memrchr(b'\n', &held).map_or(0, |end| end + 1) };
        if whole == 0 && more > 0 && before < LONGEST {
            continue;
        }
        let mut at = 0;
        let good = std::str::from_utf8(held.get(..whole).unwrap_or_default()).ok();
        while let Some(rest) = good.and_then(|text| text.get(at..)).filter(|rest| !rest.is_empty()) {
            let end = memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
            let text = rest.get(..end).unwrap_or_default();
            match statement(text, format == RdfFormat::NQuads) {
                Line::Quad(quad) => {
                    sink(quad).map_err(Stop::Sink)?;
                    *count += 1;
                }
                Line::Nothing => {}
                Line::Other => {
                    slow += 1;
                    let many = line > TRIAL && slow > line / 4;
                    let Some(quads) = (!many).then(|| parsed(format, text)).flatten() else { break };
                    for quad in &quads {
                        sink(quad.as_ref()).map_err(Stop::Sink)?;
                        *count += 1;
                    }
                }
            }
            line += 1;
            at += (end + 1).min(rest.len());
        }
        if at < whole || (whole == 0 && more > 0) {
            held.drain(..at);
            return Ok(Some(Rest { bytes: held, line }));
        }
        if more == 0 {
            return Ok(None);
        }
        held.drain(..whole);
    }
}

/// The quads of a line by the parser; nothing where it is wrong by itself.
fn parsed(format: RdfFormat, line: &str) -> Option<Vec<Quad>> {
    let mut quads = Vec::new();
    turtle::read(format, None, false, &mut line.as_bytes(), &mut Prefixes::new(), &mut |quad| {
        quads.push(quad);
        Ok(())
    })
    .ok()?;
    Some(quads)
}

enum Line<'a> {
    Quad(QuadRef<'a>),
    /// Blank, or a comment.
    Nothing,
    /// Something that is not read here.
    Other,
}

/// Reads a line.
fn statement(line: &str, quads: bool) -> Line<'_> {
    let mut text = Text(line.trim_matches(SPACE));
    if text.0.is_empty() || text.0.starts_with('#') {
        // A carriage return alone ends a comment.
        return if text.0.contains('\r') { Line::Other } else { Line::Nothing };
    }
    let quad = (|| {
        let subject = text.node()?;
        let TermRef::NamedNode(predicate) = text.node()? else { return None };
        let object = if text.0.starts_with('"') { text.literal()? } else { text.node()? };
        let graph_name = match text.0 {
            "." => GraphNameRef::DefaultGraph,
            _ if quads => match text.node()? {
                TermRef::NamedNode(iri) => iri.into(),
                TermRef::BlankNode(node) => node.into(),
                _ => return None,
            },
            _ => return None,
        };
        let subject: NamedOrBlankNodeRef<'_> = match subject {
            TermRef::NamedNode(iri) => iri.into(),
            TermRef::BlankNode(node) => node.into(),
            _ => return None,
        };
        (text.0 == ".").then_some(QuadRef { subject, predicate, object, graph_name })
    })();
    quad.map_or(Line::Other, Line::Quad)
}

const SPACE: [char; 3] = [' ', '\t', '\r'];

/// What is left of a line, with no space before it.
struct Text<'a>(&'a str);

impl<'a> Text<'a> {
    /// Takes so many bytes, and the space behind them.
    fn take(&mut self, length: usize) -> Option<&'a str> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest.trim_start_matches(SPACE);
        Some(taken)
    }

    /// An IRI or a blank node.
    fn node(&mut self) -> Option<TermRef<'a>> {
        if self.0.starts_with('<') {
            return self.iri().map(TermRef::NamedNode);
        }
        let label = self.0.strip_prefix("_:")?;
        let length = label.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
        // Other characters may be part of a label too.
        let ends = matches!(label.as_bytes().get(length), Some(b' ' | b'\t'));
        let label = self.take(2 + length)?.get(2..).filter(|label| ends && !label.is_empty())?;
        Some(BlankNodeRef::new_unchecked(label).into())
    }

    /// An IRI in angle brackets, of http or https, with nothing rare in it.
    fn iri(&mut self) -> Option<NamedNodeRef<'a>> {
        let inner = self.0.strip_prefix('<')?;
        let iri = inner.get(..memchr(b'>', inner.as_bytes())?)?;
        let rest = iri.strip_prefix("http://").or_else(|| iri.strip_prefix("https://"))?;
        let host =
            rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b".-".contains(byte)).count();
        let path = rest.get(host..)?;
        let (before, fragment) = path.split_once('#').unwrap_or((path, ""));
        let plain = before.bytes().chain(fragment.bytes()).all(is_plain);
        let begins = path.is_empty() || path.starts_with(['/', '#']);
        if host == 0 || !begins || !plain {
            return None;
        }
        self.take(iri.len() + 2)?;
        Some(NamedNodeRef::new_unchecked(iri))
    }

    /// A literal without escapes.
    fn literal(&mut self) -> Option<TermRef<'a>> {
        let inner = self.0.get(1..)?;
        let end = memchr2(b'"', b'\\', inner.as_bytes())?;
        let value = inner.get(..end)?;
        if inner.as_bytes().get(end) != Some(&b'"') || memchr(b'\r', value.as_bytes()).is_some() {
            return None;
        }
        let after = inner.get(end + 1..)?;
        if after.starts_with("^^<") {
            self.take(end + 4)?;
            let datatype = self.iri()?;
            // Strings with a language have one.
            if datatype.as_str().ends_with("angString") {
                return None;
            }
            return Some(LiteralRef::new_typed_literal(value, datatype).into());
        }
        if let Some(tag) = after.strip_prefix('@') {
            let length = tag.bytes().take_while(u8::is_ascii_lowercase).count();
            let ends = matches!(tag.as_bytes().get(length), Some(b' ' | b'\t'));
            let tag = tag.get(..length).filter(|tag| ends && matches!(tag.len(), 2 | 3))?;
            self.take(end + 3 + length)?;
            return Some(LiteralRef::new_language_tagged_literal_unchecked(value, tag).into());
        }
        self.take(end + 2)?;
        Some(LiteralRef::new_simple_literal(value).into())
    }
}

/// Whether a byte may stand in the path of an IRI unescaped and means nothing else there.
#[inline]
fn is_plain(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'&'..=b';' | b'_' | b'~' | b'!' | b'$' | b'=' | b'@')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What both give for a text: quads, or that it is wrong.
    fn both(format: RdfFormat, text: &str) -> [Option<Vec<Quad>>; 2] {
        let slow = parsed(format, text);
        let (mut fast, mut count) = (Vec::new(), 0);
        let rest = read(format, &mut text.as_bytes(), &mut count, &mut |quad: QuadRef<'_>| {
            fast.push(quad.into_owned());
            Ok(())
        });
        assert_eq!(count as usize, fast.len());
        let fast = match rest.ok().unwrap() {
            None => Some(fast),
            Some(rest) => {
                parsed(format, &String::from_utf8(rest.bytes).unwrap()).map(|rest| [fast, rest].concat())
            }
        };
        [slow, fast]
    }

    #[test]
    fn lines_are_read_as_the_parser_reads_them() {
        let (s, p) = ("<http://example.org/s>", "<https://example.org/p#x>");
        let objects = [
            "<http://example.org/o>",
            "<http://example.org>",
            "<http://example.org#>",
            "<http://a/b#c#d>",
            "<http://a b/>",
            "<http://example.org:80/o>",
            "<http://example.org/%41?x=[]>",
            "<http:///x>",
            "<urn:x:y>",
            "<relative>",
            "<http://é/ü>",
            "_:b1",
            "_:b-1",
            "_:b.c",
            "_:b.",
            "_:é",
            "_:",
            "\"\"",
            "\"a b\"",
            "\"é\"",
            "\"a\\\"b\"",
            "\"\\u0041\"",
            "\"a\tb\"",
            "\"a\"@en",
            "\"a\"@EN",
            "\"a\"@en-GB",
            "\"a\"@toolongtag",
            "\"a\"@ar--rtl",
            "\"a\"@",
            "\"5\"^^<http://www.w3.org/2001/XMLSchema#integer>",
            "\"5\"^^<http://www.w3.org/2001/XMLSchema#string>",
            "\"5\"^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#langString>",
            "\"5\" ^^ <http://example.org/t>",
            "\"a",
            "<<( <http://a/s> <http://a/p> <http://a/o> )>>",
            "5",
            "\"a\r\"",
            "",
        ];
        let mut read = 0;
        for object in objects {
            for line in [
                format!("{s} {p} {object} ."),
                format!("  {s}\t{p}{object}.  "),
                format!("{s}{p} {object} . # {s}"),
                format!("{s} {p} {object} {s} ."),
                format!("_:a {p} {object} _:g .\r"),
                format!("{object} {p} {object} ."),
                format!("{s} {object} {s} ."),
                format!("{s} {p}\n {object}\n."),
                format!("# {object}\r{s} {p} {object} ."),
                format!("# {object}\n\n{s} {p} {object} .\n \n{s} {p} {s} ."),
            ] {
                for format in [RdfFormat::NTriples, RdfFormat::NQuads] {
                    let [slow, fast] = both(format, &line);
                    assert_eq!(fast, slow, "{line:?}");
                    read += usize::from(slow.is_some());
                }
            }
        }
        assert!(read > 100, "{read}");
    }

    #[test]
    fn a_long_file_is_read_whole_and_a_wrong_line_is_counted() {
        let line = |n: usize| format!("<http://example.org/s{n}> <http://example.org/p> \"é {n}\" .\n");
        let mut text: String = (0..20_000).map(line).collect();
        assert!(text.len() > 3 * PIECE);
        let [slow, fast] = both(RdfFormat::NTriples, &text);
        assert!(fast.is_some_and(|fast| fast.len() == 20_000 && Some(fast) == slow));
        text.push_str("wrong\n");
        let rest =
            read(RdfFormat::NTriples, &mut text.as_bytes(), &mut 0, &mut |_| Ok(())).ok().unwrap().unwrap();
        assert_eq!((rest.line, rest.bytes.as_slice()), (20_000, b"wrong\n".as_slice()));
    }
}
