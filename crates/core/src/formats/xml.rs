//! Rows as the XML of SPARQL 1.1 Query Results, with the triple terms and base directions of SPARQL 1.2.
//!
//! In: rows. Out: a document that keeps all of a term, or an error that names what XML cannot carry: most control characters
//! have no way to be written in it.

use super::markup::is_xml_char;
use super::rows::{RowWriter, plain};
use crate::engine::answer::page::Page;
use crate::error::{Error, Result};
use crate::terms::{TermRef, Variable, xsd};

/// What ends the document.
pub(super) const FOOT: &str = "</results></sparql>\n";

/// Rows in progress.
#[derive(Default)]
pub(super) struct Xml {
    /// How each binding begins, by its column.
    bindings: Vec<String>,
    rows: u64,
}

impl RowWriter for Xml {
    fn head(&mut self, variables: &[Variable]) -> String {
        let mut head = String::from(
            "<?xml version=\"1.0\"?><sparql xmlns=\"http://www.w3.org/2005/sparql-results#\"><head>",
        );
        for variable in variables {
            let mut name = String::new();
            escape(&mut name, variable.as_str());
            head.push_str(&format!("<variable name=\"{name}\"/>"));
            self.bindings.push(format!("<binding name=\"{name}\">"));
        }
        head.push_str("</head><results>");
        head
    }

    fn row(&mut self, page: &Page, row: usize, out: &mut String) -> Result<()> {
        can_hold(page, row, self.bindings.len(), self.rows)?;
        out.push_str("<result>");
        for (column, binding) in self.bindings.iter().enumerate() {
            if let Some(term) = page.get(row, column) {
                out.push_str(binding);
                write_term(out, term);
                out.push_str("</binding>");
            }
        }
        out.push_str("</result>");
        self.rows += 1;
        Ok(())
    }

    fn foot(&self) -> &'static str {
        FOOT
    }
}

fn write_term(out: &mut String, term: TermRef<'_>) {
    match term {
        TermRef::NamedNode(iri) => element(out, "uri", iri.as_str()),
        TermRef::BlankNode(node) => element(out, "bnode", node.as_str()),
        TermRef::Literal(literal) => {
            out.push_str("<literal");
            if let Some(language) = literal.language() {
                attribute(out, "xml:lang", language);
                if let Some(direction) = literal.direction() {
                    attribute(out, "its:dir", &direction.to_string());
                    out.push_str(" xmlns:its=\"http://www.w3.org/2005/11/its\" its:version=\"2.0\"");
                }
            } else if literal.datatype() != xsd::STRING {
                attribute(out, "datatype", literal.datatype().as_str());
            }
            out.push('>');
            escape(out, literal.value());
            out.push_str("</literal>");
        }
        TermRef::Triple(triple) => {
            out.push_str("<triple><subject>");
            write_term(out, triple.subject.as_ref().into());
            out.push_str("</subject><predicate>");
            write_term(out, triple.predicate.as_ref().into());
            out.push_str("</predicate><object>");
            write_term(out, triple.object.as_ref());
            out.push_str("</object></triple>");
        }
    }
}

fn element(out: &mut String, name: &str, text: &str) {
    out.push('<');
    out.push_str(name);
    out.push('>');
    escape(out, text);
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}

fn attribute(out: &mut String, name: &str, value: &str) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    escape(out, value);
    out.push('"');
}

/// A text within tags or quotes. White space at its ends is escaped, since readers may drop it there, and carriage returns
/// everywhere, since readers take them for the ends of lines.
fn escape(out: &mut String, text: &str) {
    let is_space = |byte: u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
    let bytes = text.as_bytes();
    let bound = [bytes.first(), bytes.last()].into_iter().flatten().any(|byte| is_space(*byte));
    if !bound && !bytes.iter().any(|byte| matches!(byte, b'&' | b'<' | b'>' | b'"' | b'\'' | b'\r')) {
        out.push_str(text);
        return;
    }
    let begin = bytes.iter().take_while(|byte| is_space(**byte)).count();
    let end = bytes.len() - bytes.iter().rev().take_while(|byte| is_space(**byte)).count();
    for (place, c) in text.char_indices() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\r' => out.push_str("&#13;"),
            ' ' | '\t' | '\n' if place < begin || place >= end => {
                out.push_str(&format!("&#{};", u32::from(c)));
            }
            c => out.push(c),
        }
    }
}

/// XML has no way to write most control characters: better to stop than to write what no parser reads.
fn can_hold(page: &Page, row: usize, width: usize, before: u64) -> Result<()> {
    let terms = (0..width).filter_map(|column| page.get(row, column));
    let culprit = |term: TermRef<'_>| plain(term).chars().find(|c| !is_xml_char(*c));
    match terms.into_iter().find_map(culprit) {
        None => Ok(()),
        Some(c) => {
            Err(Error::data(format!("row {} holds U+{:04X}, which XML cannot carry", before + 1, c as u32))
                .hint("write it as json, csv or tsv"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::fixture::{document, rows};
    use crate::terms::{Literal, Term};
    use oxigraph::sparql::results::{QueryResultsFormat, QueryResultsParser, ReaderQueryResultsParserOutput};

    /// Another reader of the same Recommendation reads the terms that were written.
    #[test]
    fn rows_are_read_as_they_were_written() {
        let all = rows("http://example.org/é?a=1&b='2'", [" a\"b\\c'\t<d>&amp;百\n ", "\r"]);
        let variables = ["a", "b"].map(Variable::new_unchecked).to_vec();
        for rows in [all, Vec::new()] {
            let text = document(&mut Xml::default(), &variables, &rows);
            let parser = QueryResultsParser::from_format(QueryResultsFormat::Xml);
            let Ok(ReaderQueryResultsParserOutput::Solutions(read)) = parser.for_reader(text.as_bytes())
            else {
                panic!("{text}")
            };
            assert_eq!(read.variables(), variables);
            let read: Vec<Vec<Option<Term>>> =
                read.map(|solution| solution.unwrap().values().to_vec()).collect();
            assert_eq!(read, rows);
        }
    }

    #[test]
    fn what_xml_cannot_carry_is_an_error() {
        let (mut page, mut writer) = (Page::default(), Xml::default());
        writer.head(&[Variable::new_unchecked("a")]);
        page.clear(1);
        page.push_row(&vec![Some(Literal::from("\u{1}").into())]);
        assert!(writer.row(&page, 0, &mut String::new()).unwrap_err().message.contains("U+0001"));
    }
}
