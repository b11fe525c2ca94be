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
    let mut unescaped = String::new();
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
            match statement(text, format == RdfFormat::NQuads, &mut unescaped) {
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

/// Reads quads from whole lines into `sink`. Says whether all were right: if not, what was read of them is of no use.
pub fn whole_lines(format: RdfFormat, text: &str, sink: &mut impl FnMut(QuadRef<'_>)) -> bool {
    let (mut rest, mut line, mut slow, mut unescaped) = (text, 0_u64, 0_u64, String::new());
    while !rest.is_empty() {
        let end = memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
        match statement(rest.get(..end).unwrap_or_default(), format == RdfFormat::NQuads, &mut unescaped) {
            Line::Quad(quad) => sink(quad),
            Line::Nothing => {}
            Line::Other => {
                slow += 1;
                // Where such lines are many, the parser had better take what is left at once.
                let many = line > TRIAL && slow > line / 4;
                let Some(quads) =
                    parsed(format, rest.get(..if many { rest.len() } else { end }).unwrap_or_default())
                else {
                    return false;
                };
                quads.iter().for_each(|quad| sink(quad.as_ref()));
                if many {
                    return true;
                }
            }
        }
        line += 1;
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    true
}

/// The quads of lines by the parser; nothing where they are wrong by themselves.
pub(super) fn parsed(format: RdfFormat, lines: &str) -> Option<Vec<Quad>> {
    let mut quads = Vec::new();
    turtle::read(format, None, false, &mut lines.as_bytes(), &mut Prefixes::new(), &mut |quad| {
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

/// Reads a line. A literal with escapes is put into `unescaped`.
fn statement<'a>(line: &'a str, quads: bool, unescaped: &'a mut String) -> Line<'a> {
    let text = Text(trimmed(line));
    if text.0.is_empty() || text.0.starts_with('#') {
        // A carriage return alone ends a comment.
        return if text.0.contains('\r') { Line::Other } else { Line::Nothing };
    }
    quad(text, quads, unescaped).map_or(Line::Other, Line::Quad)
}

/// Reads a statement; nothing where it is not read here.
fn quad<'a>(mut text: Text<'a>, quads: bool, unescaped: &'a mut String) -> Option<QuadRef<'a>> {
    let subject = text.node()?;
    let TermRef::NamedNode(predicate) = text.node()? else { return None };
    let object = if text.0.starts_with('"') { text.literal(unescaped)? } else { text.node()? };
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
}

fn is_space(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r')
}

/// A text without the space before it.
fn after_space(text: &str) -> &str {
    let spaces = text.bytes().take_while(is_space).count();
    text.get(spaces..).unwrap_or_default()
}

/// A text without the space around it.
fn trimmed(text: &str) -> &str {
    let text = after_space(text);
    let spaces = text.bytes().rev().take_while(is_space).count();
    text.get(..text.len() - spaces).unwrap_or_default()
}

/// What is left of a line, with no space before it.
struct Text<'a>(&'a str);

impl<'a> Text<'a> {
    /// Takes so many bytes, and the space behind them.
    fn take(&mut self, length: usize) -> Option<&'a str> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = after_space(rest);
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
        let length = iri_length(self.0.as_bytes().get(1..)?)?;
        let iri = self.take(length + 2)?.get(1..=length)?;
        Some(NamedNodeRef::new_unchecked(iri))
    }

    /// A literal. Its text is in `unescaped` where it has escapes.
    fn literal(&mut self, unescaped: &'a mut String) -> Option<TermRef<'a>> {
        let inner = self.0.get(1..)?;
        let mut end = memchr2(b'"', b'\\', inner.as_bytes())?;
        let mut value = inner.get(..end)?;
        if inner.as_bytes().get(end) == Some(&b'\\') {
            end = unescape(inner, unescaped)?;
            value = unescaped;
        }
        if memchr(b'\r', inner.as_bytes().get(..end)?).is_some() {
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

/// Puts the text of a literal into `out`, up to the quote that closes it, and says where that is.
fn unescape(text: &str, out: &mut String) -> Option<usize> {
    out.clear();
    let mut at = 0;
    loop {
        let rest = text.get(at..)?;
        let plain = memchr2(b'"', b'\\', rest.as_bytes())?;
        out.push_str(rest.get(..plain)?);
        at += plain;
        let mut escape = rest.get(plain..)?.chars();
        if escape.next() == Some('"') {
            return Some(at);
        }
        let digits = match escape.next()? {
            't' => {
                out.push('\t');
                0
            }
            'n' => {
                out.push('\n');
                0
            }
            'r' => {
                out.push('\r');
                0
            }
            quoted @ ('"' | '\'' | '\\') => {
                out.push(quoted);
                0
            }
            'u' => 4,
            'U' => 8,
            _ => return None,
        };
        if digits > 0 {
            let code = escape.as_str().get(..digits)?;
            let hexadecimal = code.bytes().all(|byte| byte.is_ascii_hexdigit());
            out.push(char::from_u32(u32::from_str_radix(code, 16).ok().filter(|_| hexadecimal)?)?);
        }
        at += 2 + digits;
    }
}

/// What a byte may be in an IRI of http.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Byte {
    /// Not read here.
    Rare,
    /// Letters, digits, dot and hyphen: in a host too.
    Host,
    /// Part of a path, a query or a fragment as it stands.
    Plain,
    /// A percent sign.
    Escape,
    /// The beginning of a character from U+00C0 to U+CFFF, all of which may stand in a path.
    Letter,
    /// What follows the beginning of a character.
    Inner,
    Hash,
    End,
}

const BYTES: [Byte; 256] = bytes();

const fn bytes() -> [Byte; 256] {
    let mut bytes = [Byte::Rare; 256];
    let mut byte = 0;
    while byte < 256 {
        #[expect(clippy::indexing_slicing, reason = "the place is below 256; evaluated by the compiler")]
        {
            bytes[byte] = match byte as u8 {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' => Byte::Host,
                b'&'..=b';' | b'_' | b'~' | b'!' | b'$' | b'=' | b'@' | b'?' => Byte::Plain,
                b'%' => Byte::Escape,
                b'#' => Byte::Hash,
                b'>' => Byte::End,
                0x80..=0xBF => Byte::Inner,
                0xC3..=0xEC => Byte::Letter,
                _ => Byte::Rare,
            };
        }
        byte += 1;
    }
    bytes
}

fn byte(byte: u8) -> Byte {
    BYTES.get(usize::from(byte)).copied().unwrap_or(Byte::Rare)
}

/// How long an IRI of http or https with nothing rare in it is, up to the bracket that closes it; nothing where the bytes begin
/// with something else.
#[must_use]
pub fn iri_length(text: &[u8]) -> Option<usize> {
    let start = if text.starts_with(b"http://") { 7 } else { 8 };
    if start == 8 && !text.starts_with(b"https://") {
        return None;
    }
    let rest = text.get(start..)?;
    let host = rest.iter().take_while(|next| byte(**next) == Byte::Host).count();
    if host == 0 || !matches!(rest.get(host)?, b'/' | b'#' | b'>') {
        return None;
    }
    let mut fragments = 0;
    let path = rest.get(host..)?;
    for (place, next) in path.iter().enumerate() {
        match byte(*next) {
            Byte::Host | Byte::Plain | Byte::Letter | Byte::Inner => {}
            Byte::End => return Some(start + host + place),
            Byte::Hash if fragments == 0 => fragments = 1,
            Byte::Escape if path.get(place + 1..place + 3)?.iter().all(u8::is_ascii_hexdigit) => {}
            _ => return None,
        }
    }
    None
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
            "\"\\u00e9\\U0001F600\\t\\n\\r\\'\\\\ \\\"\"@en",
            "\"\\b\\f\"",
            "\"\\uD800\"",
            "\"\\u+041\"",
            "\"\\u004\"",
            "\"\\x\"",
            "\"a\\",
            "\"a\\\\\"^^<http://example.org/t>",
            "<http://example.org/%4>",
            "<http://example.org/%zz>",
            "<http://example.org/a%20b%e4#%41>",
            "<http://example.org/百度/é?q=ü#ß>",
            "<http://example.org/\u{A0}>",
            "<http://example.org/\u{80}>",
            "<http://example.org/\u{D7}\u{2028}\u{200E}>",
            "<http://example.org/\u{CFFF}>",
            "<http://example.org/\u{E000}>",
            "<http://example.org/\u{FFFD}>",
            "<http://example.org/\u{1F600}>",
            "<http://百度.cn/>",
            "<http://example.org/a\\u0041>",
            "<http://example.org?x=1>",
            "<http://user@example.org/>",
            "<http://example.org/a\"b>",
            "<http://example.org/a`b>",
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
