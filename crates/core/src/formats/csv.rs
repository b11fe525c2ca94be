//! Rows as the CSV of SPARQL 1.1: plain values, as RFC 4180 writes them.
//!
//! In: rows. Out: lines that end in CR LF. What kind of term a value was is lost.

use super::rows::{RowWriter, plain};
use crate::engine::answer::Row;
use crate::terms::{Term, Variable};

pub(super) struct Csv;

impl RowWriter for Csv {
    fn head(&mut self, variables: &[Variable]) -> String {
        let names: Vec<&str> = variables.iter().map(Variable::as_str).collect();
        names.join(",") + "\r\n"
    }

    fn row(&mut self, row: &Row, out: &mut String) {
        for (i, term) in row.iter().enumerate() {
            if i > 0 {
                out.push(',');
            }
            if let Some(term) = term {
                csv_value(out, term);
            }
        }
        out.push_str("\r\n");
    }
}

/// A plain value, quoted where RFC 4180 asks for it.
fn csv_value(out: &mut String, term: &Term) {
    let value = plain(term);
    if value.contains(['"', ',', '\n', '\r']) {
        out.push('"');
        out.push_str(&value.replace('"', "\"\""));
        out.push('"');
    } else {
        out.push_str(&value);
    }
}
