//! Rows as the TSV of SPARQL 1.1: terms as Turtle writes them.
//!
//! In: rows. Out: lines. Nothing of a term is lost; an unbound variable is an empty field.

use super::rows::RowWriter;
use crate::engine::answer::page::Page;
use crate::error::Result;
use crate::terms::{Prefixes, Variable};

#[derive(Default)]
pub(super) struct Tsv {
    width: usize,
    /// No prefixes: IRIs are written in full.
    bare: Prefixes,
}

impl RowWriter for Tsv {
    fn head(&mut self, variables: &[Variable]) -> String {
        self.width = variables.len();
        let names: Vec<String> = variables.iter().map(|variable| format!("?{}", variable.as_str())).collect();
        names.join("\t") + "\n"
    }

    fn row(&mut self, page: &Page, row: usize, out: &mut String) -> Result<()> {
        for column in 0..self.width {
            if column > 0 {
                out.push('\t');
            }
            if let Some(term) = page.get(row, column) {
                self.bare.write(out, term);
            }
        }
        out.push('\n');
        Ok(())
    }
}
