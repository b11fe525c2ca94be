//! Rows as the TSV of SPARQL 1.1: terms as Turtle writes them.
//!
//! In: rows. Out: lines. Nothing of a term is lost; an unbound variable is an empty field.

use super::rows::RowWriter;
use crate::engine::answer::Row;
use crate::terms::{Prefixes, Variable};

pub(super) struct Tsv;

impl RowWriter for Tsv {
    fn head(&mut self, variables: &[Variable]) -> String {
        let names: Vec<String> = variables.iter().map(|variable| format!("?{}", variable.as_str())).collect();
        names.join("\t") + "\n"
    }

    fn row(&mut self, row: &Row, out: &mut String) {
        for (i, term) in row.iter().enumerate() {
            if i > 0 {
                out.push('\t');
            }
            if let Some(term) = term {
                Prefixes::new().write(out, term.as_ref());
            }
        }
        out.push('\n');
    }
}
