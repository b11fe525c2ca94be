//! Rows as the CSV of SPARQL 1.1: plain values, as RFC 4180 writes them.
//!
//! In: rows. Out: lines that end in CR LF. What kind of term a value was is lost.

use super::rows::{RowWriter, plain};
use crate::engine::answer::page::Page;
use crate::error::Result;
use crate::terms::Variable;

#[derive(Default)]
pub(super) struct Csv {
    width: usize,
}

impl RowWriter for Csv {
    fn head(&mut self, variables: &[Variable]) -> String {
        self.width = variables.len();
        let names: Vec<&str> = variables.iter().map(Variable::as_str).collect();
        names.join(",") + "\r\n"
    }

    fn row(&mut self, page: &Page, row: usize, out: &mut String) -> Result<()> {
        for column in 0..self.width {
            if column > 0 {
                out.push(',');
            }
            if let Some(text) = page.plain(row, column) {
                csv_value(out, text);
            } else if let Some(term) = page.get(row, column) {
                csv_value(out, &plain(term));
            }
        }
        out.push_str("\r\n");
        Ok(())
    }
}

/// Whether RFC 4180 asks for quotes. All bytes are looked at, so that many are compared at once: most values need none.
fn is_quoted(value: &str) -> bool {
    let special = |byte| matches!(byte, b'"' | b',' | b'\n' | b'\r');
    value.bytes().fold(false, |found, byte| found | special(byte))
}

/// A plain value, quoted where RFC 4180 asks for it.
fn csv_value(out: &mut String, value: &str) {
    if is_quoted(value) {
        out.push('"');
        out.push_str(&value.replace('"', "\"\""));
        out.push('"');
    } else {
        out.push_str(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_quoted_wherever_it_has_what_asks_for_it() {
        // RFC 4180, section 2, rules 6 and 7; the CSV of SPARQL 1.1 (section 3.2) writes fields by them.
        for len in 1..=50 {
            assert!(!is_quoted(&"x".repeat(len)));
            for (place, special) in (0..len).flat_map(|place| ['"', ',', '\n', '\r'].map(|it| (place, it))) {
                let text = format!("{}{special}{}", "x".repeat(place), "x".repeat(len - 1 - place));
                let mut out = String::new();
                csv_value(&mut out, &text);
                assert_eq!(out, format!("\"{}\"", text.replace('"', "\"\"")), "{text:?}");
            }
        }
    }
}
