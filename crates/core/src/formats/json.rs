//! Rows as lines of JSON: an object for each, with plain values.
//!
//! In: rows. Out: lines. Numbers and truth values are JSON's own where their text is the same; other terms are
//! strings, so that their kind is lost. The JSON of SPARQL 1.1 keeps it, and is written in [`super::rows`].

use super::rows::{RowWriter, plain};
use crate::engine::page::Page;
use crate::terms::{LiteralRef, TermRef, Variable, is_bare, xsd};

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

    fn row(&mut self, page: &Page, row: usize, out: &mut String) {
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

/// A text as a JSON string.
pub(super) fn quoted(text: &str) -> String {
    // Writing a text into a text cannot fail.
    serde_json::to_string(text).unwrap_or_default()
}
