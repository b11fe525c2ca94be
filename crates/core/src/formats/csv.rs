//! Rows as the CSV of SPARQL 1.1: plain values, as RFC 4180 writes them.
//!
//! In: rows. Out: lines that end in CR LF. What kind of term a value was is lost.

use super::rows::{RowWriter, plain};
use crate::engine::answer::page::Page;
use crate::error::Result;
use crate::terms::{TermRef, Variable};

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
            if let Some(term) = page.get(row, column) {
                csv_value(out, term);
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
fn csv_value(out: &mut String, term: TermRef<'_>) {
    let value = plain(term);
    if is_quoted(&value) {
        out.push('"');
        out.push_str(&value.replace('"', "\"\""));
        out.push('"');
    } else {
        out.push_str(&value);
    }
}
