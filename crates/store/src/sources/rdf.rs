//! RDF files to quads: any syntax, as a stream, with errors that name the place.
//!
//! In: a name, a format and a reader. Out: quads into a sink, and the file's own prefixes. A text
//! that stops in the middle has given what came before.

use super::excerpt::Window;
use super::fault::{Fault, Place, Stop};
use super::lines::Rest;
pub use super::lines::Sink;
use super::unpack::unreadable;
use super::{jsonld, lines, plain, rdfxml, turtle, unpack};
use crate::error::{Error, Hint, Result, Span};
use crate::terms::{Prefixes, Quad, QuadRef};
pub use oxigraph::io::RdfFormat;
use oxigraph::io::{JsonLdProfileSet, RdfParser};
use oxiri::Iri;
use std::io::{BufReader, Cursor, Read};
use std::ops::Range;

/// How many bytes of XML are read at a time; fewer than a window keeps.
const AHEAD: usize = 1 << 16;

/// A syntax of RDF.
pub type Format = RdfFormat;

/// Formats by the name, extension or media type that a user may give.
pub fn format_named(name: &str) -> Option<RdfFormat> {
    let name = name.trim().to_ascii_lowercase();
    Some(match name.as_str() {
        "turtle" | "ttl" => RdfFormat::Turtle,
        "ntriples" | "nt" | "n-triples" => RdfFormat::NTriples,
        "nquads" | "nq" | "n-quads" => RdfFormat::NQuads,
        "trig" => RdfFormat::TriG,
        "rdfxml" | "rdf" | "owl" | "xml" | "rdf-xml" => RdfFormat::RdfXml,
        "n3" => RdfFormat::N3,
        // Any text is called so, and little of it is N-Triples.
        "txt" => return None,
        _ => RdfFormat::from_extension(&name).or_else(|| RdfFormat::from_media_type(&name))?,
    })
}

/// How to read a file.
#[derive(Clone, Copy)]
pub struct Reading<'a> {
    /// Its syntax.
    pub format: Format,
    /// The IRI against which its relative ones are resolved, where it names no other.
    pub base: Option<&'a str>,
    /// Whether its blank nodes get labels that no other graph has.
    pub fresh: bool,
    /// The contexts of JSON-LD that are at hand.
    pub contexts: jsonld::Contexts<'a>,
}

/// Where the quads of a file go. Functions are targets.
pub trait Target {
    /// Takes a quad.
    ///
    /// # Errors
    /// Where reading is to stop.
    fn quad(&mut self, quad: QuadRef<'_>) -> Result<()>;

    /// Reads N-Triples or N-Quads up to the end, or to what the parser must go on with, and counts quads. A target that
    /// can take several at once has its own way.
    ///
    /// # Errors
    /// Where the text cannot be read, or a quad is not taken.
    fn lines(
        &mut self,
        format: Format,
        mut reader: &mut dyn Read,
        count: &mut u64,
    ) -> std::result::Result<Option<Rest>, turtle::Stop> {
        lines::read(format, &mut reader, count, &mut |quad| self.quad(quad))
    }
}

impl<F: FnMut(QuadRef<'_>) -> Result<()>> Target for F {
    fn quad(&mut self, quad: QuadRef<'_>) -> Result<()> {
        self(quad)
    }
}

/// Reads all quads of `reader` into `sink` and adds the prefixes declared there to `prefixes`.
///
/// # Errors
/// A syntax error with its line and column, a reading error with its cause. What came before it
/// has been given to `sink`: a caller that wants all or nothing discards it.
pub fn read(
    name: &str,
    format: RdfFormat,
    base: Option<&str>,
    reader: impl Read,
    prefixes: &mut Prefixes,
    sink: &mut dyn FnMut(Quad) -> Result<()>,
) -> Result<u64> {
    let (_, text) = unpack::decoded(reader).map_err(|error| unreadable(name, error))?;
    let reading = Reading { format, base, fresh: false, contexts: &|_| None };
    read_windowed(name, reading, Window::new(text), prefixes, &mut |quad: QuadRef<'_>| {
        sink(quad.into_owned())
    })
}

/// As [`read`], from a reader of UTF-8 that remembers what it read, so that an error can show its line.
///
/// # Errors
/// As [`read`].
pub fn read_windowed(
    name: &str,
    reading: Reading<'_>,
    mut window: Window<impl Read>,
    prefixes: &mut Prefixes,
    target: &mut dyn Target,
) -> Result<u64> {
    if let Some(base) = reading.base.filter(|_| turtle_like(reading.format)) {
        Iri::parse(base)
            .map_err(|error| Error::usage(format!("the base `{base}` is not an IRI")).because(error))?;
    }
    if is_by_lines(reading.format) && !reading.fresh {
        return by_lines(name, reading, window, prefixes, target);
    }
    let sink: &mut dyn FnMut(Quad) -> Result<()> = &mut |quad| target.quad(quad.as_ref());
    if reading.format == RdfFormat::RdfXml {
        let input = BufReader::with_capacity(AHEAD, &mut window);
        return rdfxml::read(input, reading.base, reading.fresh, prefixes, sink)
            .map_err(|stop| stopped(name, stop, &window));
    }
    if matches!(reading.format, RdfFormat::JsonLd { .. }) {
        return json_ld(name, reading, window, prefixes, sink);
    }
    turtle::read(reading.format, reading.base, reading.fresh, &mut window, prefixes, sink)
        .map_err(|stop| stopped_turtle(name, stop, (reading.format, 0), &window))
}

/// N-Triples and N-Quads: line by line, and from a line on that is not read so by the parser.
fn by_lines(
    name: &str,
    reading: Reading<'_>,
    mut window: Window<impl Read>,
    prefixes: &mut Prefixes,
    target: &mut dyn Target,
) -> Result<u64> {
    let mut count = 0;
    let rest = match target.lines(reading.format, &mut window, &mut count) {
        Ok(None) => return Ok(count),
        Ok(Some(rest)) => rest,
        Err(stop) => return Err(stopped_turtle(name, stop, (reading.format, 0), &window)),
    };
    // What was read ahead may have left the first window.
    let mut window = Window::from_line(rest.line, Cursor::new(rest.bytes).chain(&mut window));
    let sink: &mut dyn FnMut(Quad) -> Result<()> = &mut |quad| target.quad(quad.as_ref());
    match turtle::read(reading.format, reading.base, reading.fresh, &mut window, prefixes, sink) {
        Ok(more) => Ok(count + more),
        Err(stop) => Err(stopped_turtle(name, stop, (reading.format, rest.line), &window)),
    }
}

/// Whether each statement has a line of its own.
fn is_by_lines(format: RdfFormat) -> bool {
    matches!(format, RdfFormat::NTriples | RdfFormat::NQuads)
}

fn turtle_like(format: RdfFormat) -> bool {
    !matches!(format, RdfFormat::RdfXml | RdfFormat::JsonLd { .. })
}

/// JSON-LD is read whole: a key at the end of a document may say how its beginning is to be read.
fn json_ld(
    name: &str,
    reading: Reading<'_>,
    mut window: Window<impl Read>,
    prefixes: &mut Prefixes,
    sink: &mut dyn FnMut(Quad) -> Result<()>,
) -> Result<u64> {
    let mut bytes = Vec::new();
    window.read_to_end(&mut bytes).map_err(|error| unreadable(name, error))?;
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let mut place = Place::default();
            let good = error.utf8_error().valid_up_to();
            place.after(error.as_bytes().get(..good).unwrap_or_default());
            let (what, hints) = plain::explain("UTF-8", None, false);
            return Err(with_hints(placed(name, what, place.line, place.column, 1, &window), hints));
        }
    };
    jsonld::read(&text, reading.base, reading.fresh, reading.contexts, prefixes, sink)
        .map_err(|stop| stopped(name, stop, &whole(&text)))
}

/// The format of a text from its beginning and from what its name says, where that tells one. A name that the
/// text contradicts does not count: Turtle is often called `.owl`, and RDF/XML `.ttl`.
///
/// # Errors
/// Where neither the name nor the text tells the format.
pub fn recognise(name: &str, named: Option<Format>, head: &[u8]) -> Result<Format> {
    let Some(named) = named else { return sniff(name, head) };
    let text = String::from_utf8_lossy(head);
    let text = text.trim_start();
    let contradicted = match named {
        _ if text.is_empty() => false,
        RdfFormat::RdfXml => !is_xml(text) && (is_turtle(text) || is_json(text)),
        RdfFormat::JsonLd { .. } => !text.starts_with(['{', '[']) && (is_xml(text) || is_turtle(text)),
        RdfFormat::NTriples | RdfFormat::NQuads => {
            is_xml(text) || is_json(text) || text.starts_with("@prefix") || text.starts_with("@base")
        }
        _ => is_xml(text) || is_json(text),
    };
    if contradicted { sniff(name, head) } else { Ok(named) }
}

/// The format that the beginning of a text tells: JSON-LD, RDF/XML, N-Quads, else TriG, which has
/// Turtle and N-Triples in it.
///
/// # Errors
/// Where it is no RDF at all.
fn sniff(name: &str, head: &[u8]) -> Result<Format> {
    let text = String::from_utf8_lossy(head);
    let text = text.trim_start();
    if head.contains(&0) {
        return Err(Error::data(format!("{name} holds binary data, not text"))
            .hint("read are Turtle, TriG, N-Triples, N-Quads, RDF/XML and JSON-LD, also compressed with gzip, zstd or bzip2"));
    }
    if is_json(text) || text.strip_prefix('{').is_some_and(|rest| rest.trim_start().starts_with('}')) {
        return Ok(RdfFormat::JsonLd { profile: JsonLdProfileSet::empty() });
    }
    if is_xml(text) {
        return Ok(RdfFormat::RdfXml);
    }
    let whole = text.rfind('\n').map_or(text, |end| text.get(..end).unwrap_or_default());
    let mut lines = RdfParser::from_format(RdfFormat::NQuads).for_slice(whole.as_bytes()).peekable();
    let is_lines = lines.peek().is_some() && lines.all(|quad| quad.is_ok());
    Ok(if is_lines { RdfFormat::NQuads } else { RdfFormat::TriG })
}

/// Whether a text begins as JSON alone does: no graph of TriG begins with a string, and no blank node with `{`.
fn is_json(text: &str) -> bool {
    let after = |mark: char| text.strip_prefix(mark).map(str::trim_start);
    after('{').is_some_and(|rest| rest.starts_with('"'))
        || after('[').is_some_and(|rest| rest.starts_with('{'))
}

/// Whether a text begins with what only XML begins with: a declaration, a comment, or a tag with attributes.
/// An RDF/XML document has one of these, for it must declare its namespaces.
fn is_xml(text: &str) -> bool {
    let tag = text.strip_prefix('<').and_then(|rest| rest.split('>').next()).unwrap_or_default();
    let name = tag.split_whitespace().next().unwrap_or_default();
    tag.starts_with(['?', '!']) || (name.len() < tag.len() && !name.contains("//") && tag.contains('='))
}

/// Whether a text begins as Turtle and its kin do.
fn is_turtle(text: &str) -> bool {
    let word = text.split_whitespace().next().unwrap_or_default();
    let is_statement =
        text.strip_prefix('<').and_then(|rest| rest.split_once('>')).is_some_and(|(iri, rest)| {
            !iri.contains(char::is_whitespace) && rest.trim_start().starts_with(['<', 'a', '_', ':', '{'])
        });
    text.starts_with(['@', '#', '[', '(', '{'])
        || ["prefix", "base", "version"].iter().any(|keyword| word.eq_ignore_ascii_case(keyword))
        || (!word.starts_with('<') && word.contains(':') && text.contains(char::is_whitespace))
        || is_statement
}

/// Refuses a web page, which is what a wrong address often gives.
///
/// # Errors
/// Where the beginning of the text is HTML's.
pub fn refuse_html(name: &str, head: &[u8]) -> Result<()> {
    let start = head.get(..512).unwrap_or(head);
    let text = String::from_utf8_lossy(start).to_ascii_lowercase();
    let text = text.trim_start_matches('\u{FEFF}').trim_start();
    if text.starts_with("<!doctype html") || text.starts_with("<html") {
        return Err(Error::data(format!("{name} is a web page (HTML), not RDF")).hint(
            "ask the server for the data: curl -L -H 'Accept: text/turtle' URL, or look for a download link",
        ));
    }
    Ok(())
}

/// Refuses a text in UTF-16 that no byte order mark tells: every other byte of its first letter is zero, which no syntax of
/// RDF has there but in a comment.
///
/// # Errors
/// Where that is so.
pub fn refuse_zeros(name: &str, head: &[u8]) -> Result<()> {
    let is_letter = |byte: u8| byte.is_ascii_graphic() && byte != b'#';
    let encoding = match head {
        [0, letter, ..] if is_letter(*letter) => "utf-16be",
        [letter, 0, ..] if is_letter(*letter) => "utf-16le",
        _ => return Ok(()),
    };
    Err(Error::data(format!("{name} is no text in UTF-8: a byte at its beginning is zero"))
        .hint(format!("is it UTF-16? then save it as UTF-8:  iconv -f {encoding} -t utf-8")))
}

/// What files that hold no text begin with, and what such a file is.
const BINARY: &[(&[u8], &str)] = &[
    (b"%PDF-", "a PDF document"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"PK\x03\x04", "a zip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"\xfd7zXZ", "compressed with xz"),
    (b"\xd0\xcf\x11\xe0", "an office document"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"PAR1", "a Parquet table"),
    (b"\x7fELF", "a program"),
];

/// Refuses what is of another kind by its first bytes, whatever it is called.
///
/// # Errors
/// Where these are those of a document, an image, an archive, a database or a program.
pub fn refuse_binary(name: &str, head: &[u8]) -> Result<()> {
    let Some((_, kind)) = BINARY.iter().find(|(begin, _)| head.starts_with(begin)) else { return Ok(()) };
    let error = Error::data(format!("{name} is {kind}, not RDF"));
    Err(match *kind {
        "a zip archive" | "a 7z archive" | "compressed with xz" => {
            error.hint("unpack it first: compressed with gzip, zstd or bzip2 a file is read as it is")
        }
        _ => error.hint(READ_FROM),
    })
}

/// Refuses a query or an update: people name the wrong file. Comments and prefixes, which Turtle has too, are
/// passed over.
///
/// # Errors
/// Where the name or the beginning of the text is SPARQL's.
pub fn refuse_sparql(name: &str, head: &[u8]) -> Result<()> {
    const QUERIES: &[&str] = &["select", "ask", "construct", "describe"];
    const UPDATES: &[&str] = &["insert", "delete", "load", "clear", "drop", "create"];
    let text = String::from_utf8_lossy(head);
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let word = |line: &str| {
        line.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_ascii_lowercase()
    };
    let first = lines.map(word).find(|word| word != "prefix" && word != "base").unwrap_or_default();
    // `select:x` is a prefixed name of Turtle, and "Ask your doctor" is prose.
    let goes_on = || goes_on_as_sparql(&text, &first);
    let begins =
        |words: &[&str]| words.contains(&first.as_str()) && !text.contains(&format!("{first}:")) && goes_on();
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.to_ascii_lowercase().ends_with(ending));
    let (what, hint) = if ends(&[".ru"]) || begins(UPDATES) {
        ("update", Hint::RunUpdateFile(name.to_owned()))
    } else if ends(&[".rq", ".sparql"]) || begins(QUERIES) {
        ("query", Hint::RunQueryFile(name.to_owned()))
    } else {
        return Ok(());
    };
    Err(Error::data(format!("{name} is a SPARQL {what}, not a graph")).hint(hint))
}

/// Whether what stands after the first `keyword` of a text can stand there in SPARQL.
fn goes_on_as_sparql(text: &str, keyword: &str) -> bool {
    const WORDS: &[&str] = &[
        "distinct", "reduced", "where", "from", "data", "graph", "silent", "default", "named", "all", "count",
    ];
    let folded = text.to_ascii_lowercase();
    let Some((_, after)) = folded.split_once(keyword) else { return false };
    let after = after.trim_start();
    let word = after.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    after.is_empty()
        || after.starts_with(['{', '*', '?', '$', '(', '<', '#', ':'])
        || WORDS.contains(&word)
        || after.get(word.len()..).is_some_and(|rest| rest.starts_with(':'))
}

/// Of a file whose name tells no syntax: the error of its reader, told as that of no RDF where its first line is unlike any
/// statement. A remedy for a statement would be wrong there.
pub fn or_no_rdf(name: &str, head: &[u8], error: Error) -> Error {
    let text = String::from_utf8_lossy(head);
    let is_text = |(_, line): &(usize, &str)| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let Some((number, line)) = text.lines().enumerate().find(is_text) else { return error };
    let at_first = error.span.as_ref().is_some_and(|span| span.line == number + 1);
    let reason = error.message.strip_prefix(&format!("{name} is broken: ")).map(str::to_owned);
    let Some(reason) = reason.filter(|_| at_first && !is_like_a_statement(line)) else { return error };
    let mut told = Error::data(format!("{name} cannot be read as Turtle: {reason}")).hint(READ_FROM);
    told.span.clone_from(&error.span);
    told
}

/// What a graph is read from.
const READ_FROM: &str = "a graph is read from Turtle, N-Triples, N-Quads, TriG, RDF/XML or JSON-LD";

/// Whether a line begins as a statement of Turtle or TriG does: with a directive, an IRI, a blank node or a prefixed name,
/// and after it what can be a predicate.
fn is_like_a_statement(line: &str) -> bool {
    let line = line.trim_start();
    if line.starts_with(['@', '<', '_', '{']) {
        return true;
    }
    let is_name_character = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':' | '%' | '\\');
    let is_name = |word: &str| {
        word.contains(':') && word.chars().all(is_name_character) && word.matches(':').count() < 3
    };
    let is_verb = |word: &str| word == "a" || word.starts_with('<') || is_name(word);
    let mut words = line.split_whitespace();
    let first = words.next().unwrap_or_default();
    if let Some(inner) = first.strip_prefix(['[', '(']) {
        return inner.is_empty() || inner == "]" || is_verb(inner);
    }
    let is_keyword =
        ["prefix", "base", "graph", "version"].iter().any(|word| first.eq_ignore_ascii_case(word));
    is_keyword || is_name(first) && words.next().is_none_or(|word| is_verb(word) || word == "{")
}

/// Refuses what is no RDF by the ending of its name: no syntax of RDF is called so.
///
/// # Errors
/// Where the name is that of a table, or of a pack.
pub fn refuse_tables(name: &str) -> Result<()> {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
    match ending.as_str() {
        "csv" | "tsv" | "xls" | "xlsx" | "ods" | "parquet" => {
            Err(Error::data(format!("{name} is a table, not RDF")).hint(READ_FROM))
        }
        // A pack is known by its first bytes, and read elsewhere.
        "pack" => Err(Error::data(format!("{name} is not a pack, in spite of its name"))
            .hint("is it cut off, or was something else saved under this name?")),
        _ => Ok(()),
    }
}

/// An error of a parser of a format that began at a line of the file.
fn stopped_turtle(
    name: &str,
    stop: turtle::Stop,
    (format, begun): (RdfFormat, u64),
    window: &Window<impl Read>,
) -> Error {
    match stop {
        turtle::Stop::Io(error) => unreadable(name, error),
        turtle::Stop::Sink(error) => error,
        turtle::Stop::Beyond(statement, why) => Error::data(format!("{name} says what RDF cannot: {why}"))
            .hint(format!("the statement is: {statement}")),
        turtle::Stop::Deep(at) => placed(
            name,
            "triple terms nest too deep".to_owned(),
            begun + at.line,
            at.column.saturating_sub(1),
            1,
            window,
        )
        .hint("name the inner ones: <r> rdf:reifies <<( ... )>>, and speak of <r>"),
        turtle::Stop::Syntax(error) => {
            let at = error.location();
            let at = (begun + at.start.line, at.start.column)..(begun + at.end.line, at.end.column);
            explained(name, (&error.to_string(), is_by_lines(format)), Some(at), window)
        }
    }
}

/// A parser's sentence in plain words, with its line.
fn explained(
    name: &str,
    (raw, by_lines): (&str, bool),
    at: Option<Range<(u64, u64)>>,
    window: &Window<impl Read>,
) -> Error {
    let Some(Range { start: (line, column), end }) = at else {
        let (what, hints) = plain::explain(raw, None, by_lines);
        return with_hints(Error::data(format!("{name} is broken: {what}")), hints);
    };
    let width = if end.0 == line { end.1.saturating_sub(column) } else { 1 };
    let shown = window.line(line, column);
    let around = shown.as_ref().and_then(|(text, at)| {
        let place = text.char_indices().nth(number(*at)).map_or(text.len(), |(place, _)| place);
        text.split_at_checked(place)
    });
    let (what, hints) = plain::explain(raw, around, by_lines);
    with_hints(placed(name, what, line, column, width, window), hints)
}

/// A window on a text that is there as a whole.
fn whole(text: &str) -> Window<&[u8]> {
    Window::whole(text.as_bytes())
}

fn stopped(name: &str, stop: Stop, window: &Window<impl Read>) -> Error {
    match stop {
        Stop::Io(error) => unreadable(name, error),
        Stop::Sink(error) => error,
        Stop::Fault(fault) => {
            let Fault { place, what, hint } = *fault;
            placed(name, what, place.line, place.column, 1, window).hint(hint)
        }
    }
}

fn with_hints(error: Error, hints: Vec<String>) -> Error {
    hints.into_iter().fold(error, Error::hint)
}

/// An error at a line and a column, both from 0.
fn placed(name: &str, what: String, line: u64, column: u64, width: u64, window: &Window<impl Read>) -> Error {
    let (text, shown) = window.line(line, column).unwrap_or((String::new(), column));
    let what =
        if shown == column { what } else { format!("{what} (column {} of a very long line)", column + 1) };
    let left = text.chars().count().saturating_sub(number(shown));
    let span = Span {
        name: name.to_owned(),
        line: number(line) + 1,
        column: number(shown) + 1,
        width: number(width).min(left).max(1),
        text,
    };
    Error::data(format!("{name} is broken: {what}")).at(span)
}

fn number(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}
