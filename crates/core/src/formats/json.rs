//! Rows as JSON: the Recommendation's document, or lines with an object for each row.
//!
//! In: rows. Out: a document that keeps all of a term, or lines with plain values: there numbers and truth values are JSON's own
//! where their text is the same, and other terms are strings, so that their kind is lost.

use super::rows::{RowWriter, plain};
use crate::engine::answer::page::Page;
use crate::error::Result;
use crate::terms::{LiteralRef, TermRef, Variable, is_bare, xsd};

/// What ends the document of the Recommendation.
pub(super) const FOOT: &str = "]}}\n";

/// Objects with plain values: numbers and truth values as such, unbound variables as null.
#[derive(Default)]
pub(super) struct JsonLines {
    names: Vec<String>,
}

impl RowWriter for JsonLines {
    fn head(&mut self, variables: &[Variable]) -> String {
        self.names = variables.iter().map(|variable| quoted(variable.as_str())).collect();
        String::new()
    }

    fn row(&mut self, page: &Page, row: usize, out: &mut String) -> Result<()> {
        out.push('{');
        for (i, name) in self.names.iter().enumerate() {
            if i > 0 {
                out.push(',');
            }
            out.push_str(name);
            out.push(':');
            out.push_str(&page.get(row, i).map_or_else(|| "null".to_owned(), json_value));
        }
        out.push_str("}\n");
        Ok(())
    }
}

fn json_value(term: TermRef<'_>) -> String {
    match term {
        TermRef::Literal(literal) if is_json_value(literal) => literal.value().to_owned(),
        _ => quoted(&plain(term)),
    }
}

/// Whether a literal's very text is a JSON number or truth value of the same meaning.
fn is_json_value(literal: LiteralRef<'_>) -> bool {
    let value = literal.value();
    let whole = value.strip_prefix('-').unwrap_or(value);
    let leading_zero = whole.len() > 1 && whole.starts_with('0') && !whole.starts_with("0.");
    is_bare(value, literal.datatype().as_str())
        && (literal.datatype() == xsd::BOOLEAN
            || (!leading_zero
                && !whole.starts_with(['+', '.'])
                && !whole.contains(".e")
                && !whole.contains(".E")))
}

/// The JSON of SPARQL 1.1 Query Results, with the triple terms and base directions of SPARQL 1.2.
#[derive(Default)]
pub(super) struct Json {
    /// The names of the variables, as strings of JSON with the colon behind them.
    names: Vec<String>,
    begun: bool,
}

impl RowWriter for Json {
    fn head(&mut self, variables: &[Variable]) -> String {
        let quoted: Vec<String> = variables.iter().map(|variable| quoted(variable.as_str())).collect();
        self.names = quoted.iter().map(|name| format!("{name}:")).collect();
        format!("{{\"head\":{{\"vars\":[{}]}},\"results\":{{\"bindings\":[", quoted.join(","))
    }

    fn row(&mut self, page: &Page, row: usize, out: &mut String) -> Result<()> {
        out.push_str(if self.begun { ",{" } else { "{" });
        self.begun = true;
        let mut first = true;
        for (column, name) in self.names.iter().enumerate() {
            if let Some(term) = page.get(row, column) {
                if !first {
                    out.push(',');
                }
                first = false;
                out.push_str(name);
                write_term(out, term);
            }
        }
        out.push('}');
        Ok(())
    }

    fn foot(&self) -> &'static str {
        FOOT
    }
}

/// A term as an object with its type and value.
fn write_term(out: &mut String, term: TermRef<'_>) {
    match term {
        TermRef::NamedNode(iri) => {
            out.push_str("{\"type\":\"uri\",\"value\":");
            write_string(out, iri.as_str());
        }
        TermRef::BlankNode(node) => {
            out.push_str("{\"type\":\"bnode\",\"value\":");
            write_string(out, node.as_str());
        }
        TermRef::Literal(literal) => {
            out.push_str("{\"type\":\"literal\",\"value\":");
            write_string(out, literal.value());
            if let Some(language) = literal.language() {
                out.push_str(",\"xml:lang\":");
                write_string(out, language);
                if let Some(direction) = literal.direction() {
                    out.push_str(&format!(",\"its:dir\":\"{direction}\""));
                }
            } else if literal.datatype() != xsd::STRING {
                out.push_str(",\"datatype\":");
                write_string(out, literal.datatype().as_str());
            }
        }
        TermRef::Triple(triple) => {
            out.push_str("{\"type\":\"triple\",\"value\":{\"subject\":");
            write_term(out, triple.subject.as_ref().into());
            out.push_str(",\"predicate\":");
            write_term(out, triple.predicate.as_ref().into());
            out.push_str(",\"object\":");
            write_term(out, triple.object.as_ref());
            out.push('}');
        }
    }
    out.push('}');
}

/// A text as a JSON string; what needs no escape is copied at once.
pub(super) fn write_string(out: &mut String, text: &str) {
    if text.bytes().any(|byte| byte < 0x20 || byte == b'"' || byte == b'\\') {
        out.push_str(&quoted(text));
    } else {
        out.push('"');
        out.push_str(text);
        out.push('"');
    }
}

/// A text as a JSON string.
pub(super) fn quoted(text: &str) -> String {
    // Writing a text into a text cannot fail.
    serde_json::to_string(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::fixture::{document, rows};
    use oxigraph::sparql::results::{QueryResultsFormat, QueryResultsSerializer};

    /// Another writer of the same Recommendation gives the same bytes.
    #[test]
    fn rows_are_written_as_the_recommendation_has_them() {
        let all = rows("http://example.org/é", ["a\"b\\c\n\t\u{1}\u{7f}\u{2028}百", "\r"]);
        let variables = ["a", "b"].map(Variable::new_unchecked).to_vec();
        for rows in [all, Vec::new()] {
            let ours = document(&mut Json::default(), &variables, &rows);
            let mut theirs = QueryResultsSerializer::from_format(QueryResultsFormat::Json)
                .serialize_solutions_to_writer(Vec::new(), variables.clone())
                .unwrap();
            for row in &rows {
                let cells = variables.iter().zip(row);
                theirs
                    .serialize(cells.filter_map(|(variable, term)| Some((variable, term.as_ref()?))))
                    .unwrap();
            }
            let theirs = String::from_utf8(theirs.finish().unwrap()).unwrap();
            assert_eq!(ours, theirs + "\n");
        }
    }
}
