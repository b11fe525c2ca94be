//! Rows and truth values in the formats of machines, streamed; and the names of all formats.
//!
//! In: rows one by one, a [`RowFormat`], a writer. Out: bytes.
//!
//! CSV, TSV, JSON and XML are those of the W3C Recommendations. They leave ASK in CSV and TSV
//! open: here it is `true` or `false` on a line. JSON and XML carry the triple terms and base
//! directions of SPARQL 1.2; TSV writes them as Turtle does, CSV as plain values within `<<( )>>`.
//! An answer that ends early still ends as a whole document.

use super::csv::Csv;
use super::json::{self, Json, JsonLines};
use super::markup::{HTML_FOOT, html_head, html_row, markdown_head, markdown_row};
use super::stream::stream;
use super::svg;
use super::tsv::Tsv;
use super::xml::{self, Xml};
use crate::engine::answer::page::Page;
use crate::engine::answer::{Rows, Solutions};
use crate::error::{Error, Result};
use crate::show::cells::columns_of;
use crate::show::table::{lines, table};
use crate::show::{Style, chart};
use crate::terms::{TermRef, Variable};
use oxigraph::sparql::results::{QueryResultsFormat, QueryResultsSerializer};
use std::borrow::Cow;
use std::io::{self, Write};

/// How many rows are looked at before a column is declared one of numbers.
const LOOK_AHEAD: usize = 1_000;

/// A way to write rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RowFormat {
    /// For people: a table within the window.
    Table,
    /// For people: a block for each row.
    Line,
    /// The Recommendation's CSV: plain values.
    Csv,
    /// The Recommendation's TSV: terms.
    Tsv,
    /// The Recommendation's JSON.
    Json,
    /// A JSON object for each row on a line of its own, with plain values.
    JsonLines,
    /// The Recommendation's XML.
    Xml,
    /// A table for documents.
    Markdown,
    /// A table for browsers.
    Html,
    /// A chart.
    Svg,
}

struct FormatNames {
    format: RowFormat,
    /// The name, then others it is known by, endings of files among them.
    names: &'static [&'static str],
    media_type: &'static str,
}

const FORMATS: &[FormatNames] = &[
    FormatNames { format: RowFormat::Table, names: &["table", "txt"], media_type: "text/plain" },
    FormatNames { format: RowFormat::Line, names: &["line", "lines"], media_type: "text/plain" },
    FormatNames { format: RowFormat::Csv, names: &["csv"], media_type: "text/csv" },
    FormatNames { format: RowFormat::Tsv, names: &["tsv", "tab"], media_type: "text/tab-separated-values" },
    FormatNames {
        format: RowFormat::Json,
        names: &["json", "srj"],
        media_type: "application/sparql-results+json",
    },
    FormatNames {
        format: RowFormat::JsonLines,
        names: &["jsonl", "ndjson"],
        media_type: "application/x-ndjson",
    },
    FormatNames {
        format: RowFormat::Xml,
        names: &["xml", "srx"],
        media_type: "application/sparql-results+xml",
    },
    FormatNames { format: RowFormat::Markdown, names: &["markdown", "md"], media_type: "text/markdown" },
    FormatNames { format: RowFormat::Html, names: &["html", "htm"], media_type: "text/html" },
    FormatNames { format: RowFormat::Svg, names: &["svg"], media_type: "image/svg+xml" },
];

impl RowFormat {
    /// All of them, in the order to list them in.
    pub fn all() -> impl Iterator<Item = Self> {
        FORMATS.iter().map(|names| names.format)
    }

    /// The format of a name (`csv`), an ending (`.csv`), or a media type (`text/csv; charset=utf-8`).
    pub fn named(name: &str) -> Option<Self> {
        let name = name.split(';').next().unwrap_or(name).trim().trim_start_matches('.').to_ascii_lowercase();
        let media = |names: &FormatNames| names.media_type == name && names.media_type != "text/plain";
        let found = FORMATS.iter().find(|names| names.names.contains(&name.as_str()) || media(names));
        found.map(|names| names.format).or(match name.as_str() {
            "application/json" => Some(Self::Json),
            "application/xml" | "text/xml" => Some(Self::Xml),
            _ => None,
        })
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        self.names().and_then(|names| names.names.first().copied()).unwrap_or("table")
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        self.names().map_or("text/plain", |names| names.media_type)
    }

    /// Whether rows are written as they come. The others are drawn when all are there.
    pub fn streams(self) -> bool {
        !matches!(self, Self::Table | Self::Line | Self::Svg)
    }

    /// Whether a file of it holds one answer and no more.
    pub fn is_one_document(self) -> bool {
        match self {
            Self::Json | Self::Xml | Self::Svg => true,
            Self::Table | Self::Line | Self::Csv | Self::Tsv => false,
            Self::JsonLines | Self::Markdown | Self::Html => false,
        }
    }

    /// What makes a document of the rows that were written so far, where the writing ends between two of them.
    pub fn foot(self) -> &'static str {
        match self {
            Self::Json => json::FOOT,
            Self::Xml => xml::FOOT,
            Self::Html => HTML_FOOT,
            Self::Table | Self::Line | Self::Svg => "",
            Self::Csv | Self::Tsv | Self::JsonLines | Self::Markdown => "",
        }
    }

    fn names(self) -> Option<&'static FormatNames> {
        FORMATS.iter().find(|names| names.format == self)
    }
}

/// What came of writing rows.
#[derive(Debug, Default)]
pub struct Written {
    /// How many rows were written.
    pub rows: u64,
    /// What ended them early: then the document is whole, but the rows are not all.
    pub stopped: Option<Error>,
}

/// Writes rows. What ends them early is in [`Written`], after the document has been
/// closed properly.
///
/// # Errors
/// Of the writer alone: a reader that has gone away is `BrokenPipe`.
pub fn write_rows(
    rows: Rows<'_>,
    format: RowFormat,
    style: &Style<'_>,
    out: &mut dyn Write,
) -> io::Result<Written> {
    match format {
        RowFormat::Table => drawn(rows, out, |found| Ok(table(found, style))),
        RowFormat::Line => drawn(rows, out, |found| Ok(lines(found, style))),
        RowFormat::Svg => drawn(rows, out, |found| {
            svg::chart(found, style.chart.unwrap_or(&chart::Directive::default()), style)
        }),
        RowFormat::Csv => stream(rows, &mut Csv::default(), out),
        RowFormat::Tsv => stream(rows, &mut Tsv::default(), out),
        RowFormat::JsonLines => stream(rows, &mut JsonLines::default(), out),
        RowFormat::Json => stream(rows, &mut Json::default(), out),
        RowFormat::Xml => stream(rows, &mut Xml::default(), out),
        RowFormat::Markdown | RowFormat::Html => marked_up(rows, format, style, out),
    }
}

/// Writes the answer to an ASK.
///
/// # Errors
/// Of the writer.
pub fn write_boolean(value: bool, format: RowFormat, out: &mut dyn Write) -> io::Result<()> {
    let standard = match format {
        RowFormat::Json => Some(QueryResultsFormat::Json),
        RowFormat::Xml => Some(QueryResultsFormat::Xml),
        _ => None,
    };
    match standard {
        Some(format) => {
            QueryResultsSerializer::from_format(format).serialize_boolean_to_writer(&mut *out, value)?;
            out.write_all(b"\n")
        }
        None => match format {
            RowFormat::Csv => write!(out, "{value}\r\n"),
            RowFormat::Table | RowFormat::Line => out.write_all(if value { b"yes\n" } else { b"no\n" }),
            _ => writeln!(out, "{value}"),
        },
    }
}

fn drawn(
    rows: Rows<'_>,
    out: &mut dyn Write,
    draw: impl Fn(&Solutions) -> Result<String>,
) -> io::Result<Written> {
    let mut found = rows.gather();
    match draw(&found) {
        Ok(text) => {
            out.write_all(text.as_bytes())?;
            Ok(Written { rows: found.rows.len() as u64, stopped: found.stopped.take() })
        }
        Err(error) => Ok(Written { rows: 0, stopped: Some(error) }),
    }
}

/// A format whose rows stand by themselves.
pub(super) trait RowWriter: Send {
    fn head(&mut self, variables: &[Variable]) -> String;
    /// The row of this number of a page.
    ///
    /// # Errors
    /// Where the format cannot carry it; then nothing was added.
    fn row(&mut self, page: &Page, row: usize, out: &mut String) -> Result<()>;
    /// What closes the document.
    fn foot(&self) -> &'static str {
        ""
    }
}

/// The value alone: IRIs without brackets, literals without quotes, tag and datatype.
pub(super) fn plain(term: TermRef<'_>) -> Cow<'_, str> {
    match term {
        TermRef::NamedNode(iri) => iri.as_str().into(),
        TermRef::BlankNode(node) => format!("_:{}", node.as_str()).into(),
        TermRef::Literal(literal) => literal.value().into(),
        TermRef::Triple(triple) => {
            let subject = plain(triple.subject.as_ref().into());
            let object = plain(triple.object.as_ref());
            format!("<<( {subject} {} {object} )>>", triple.predicate.as_str()).into()
        }
    }
}

/// Markdown and HTML: columns are judged by the first rows, then all is streamed.
fn marked_up(
    mut rows: Rows<'_>,
    format: RowFormat,
    style: &Style<'_>,
    out: &mut dyn Write,
) -> io::Result<Written> {
    let ahead = Rows::of(rows.variables.clone(), rows.rows.by_ref().take(LOOK_AHEAD)).gather();
    let columns = columns_of(ahead.variables.iter().map(|variable| variable.as_str()), &ahead.rows);
    let html = format == RowFormat::Html;
    let head = if html { html_head(&columns, style) } else { markdown_head(&columns) };
    out.write_all(head.as_bytes())?;
    let mut written = Written::default();
    let rest = if ahead.stopped.is_some() { None } else { Some(rows.rows) };
    let stopped = ahead.stopped.map(Err);
    for row in ahead.rows.into_iter().map(Ok).chain(stopped).chain(rest.into_iter().flatten()) {
        match row {
            Ok(row) if html => out.write_all(html_row(&row, &columns, style).as_bytes())?,
            Ok(row) => out.write_all(markdown_row(&row, &columns, style).as_bytes())?,
            Err(error) => {
                written.stopped = Some(error);
                break;
            }
        }
        written.rows += 1;
    }
    if html {
        out.write_all(HTML_FOOT.as_bytes())?;
    }
    Ok(written)
}
