//! RDF files to quads: any syntax, as a stream, with errors that name the place.
//!
//! In: a name, a format and a reader. Out: quads into a sink, and the file's own prefixes. It
//! refuses to know files, networks and stores.

use crate::error::{Error, Result, Span};
use crate::terms::{Prefixes, Quad};
use oxigraph::io::{RdfFormat, RdfParseError, RdfParser};
use std::io::Read;

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
        _ => RdfFormat::from_extension(&name).or_else(|| RdfFormat::from_media_type(&name))?,
    })
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
    let mut parser = RdfParser::from_format(format);
    if let Some(base) = base {
        parser = parser
            .with_base_iri(base)
            .map_err(|error| Error::usage(format!("the base `{base}` is no IRI")).because(error))?;
    }
    let mut parser = parser.for_reader(reader);
    let mut count = 0;
    for quad in parser.by_ref() {
        sink(quad.map_err(|error| parse_error(name, error))?)?;
        count += 1;
    }
    for (prefix, namespace) in parser.prefixes() {
        prefixes.insert(prefix, namespace);
    }
    Ok(count)
}

fn parse_error(name: &str, error: RdfParseError) -> Error {
    match error {
        RdfParseError::Io(error) => Error::data(format!("cannot read {name}")).because(error),
        RdfParseError::Syntax(error) => {
            let message = format!("{name} is broken: {error}");
            match error.location() {
                Some(at) => Error::data(message).at(Span {
                    name: name.to_owned(),
                    line: usize::try_from(at.start.line).unwrap_or(0) + 1,
                    column: usize::try_from(at.start.column).unwrap_or(0) + 1,
                    width: 1,
                    text: String::new(),
                }),
                None => Error::data(message),
            }
        }
    }
}
