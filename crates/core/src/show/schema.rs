//! A schema as lines for people.
//!
//! In: a [`Schema`]. Out: text, with the properties of the classes where these are few. Lines are as long as
//! they are.

use super::text::{grouped, width};
use crate::explore::schema::{Class, Property, Schema};
use crate::terms::{Prefixes, Term};
use std::fmt::Write as _;

impl Schema {
    /// The whole as lines for people: an overview of the classes, with their properties where the
    /// schema is of one class or few. `say` puts words of ours into the reader's language.
    pub fn show(&self, prefixes: &Prefixes, say: fn(&str) -> String) -> String {
        let mut out = String::new();
        let short = |term: &Term| prefixes.show(term.as_ref());
        let partial = if self.partial { " (counts are of a part of it)" } else { "" };
        let (quads, classes) = (grouped(self.quads), grouped(self.classes.len() as u64));
        let head = match (self.quads, self.classes.len()) {
            (1, 1) => "1 triple, 1 class".to_owned(),
            (1, _) => format!("1 triple, {classes} classes"),
            (_, 1) => format!("{quads} triples, 1 class{partial}"),
            _ => format!("{quads} triples, {classes} classes{partial}"),
        };
        let _ = writeln!(out, "{}", say(&head));
        for (graph, count) in &self.graphs {
            let line = match count {
                1 => format!("graph {}  1 triple", short(graph)),
                _ => format!("graph {}  {} triples", short(graph), grouped(*count)),
            };
            let _ = writeln!(out, "{}", say(&line));
        }
        let name = |class: &Class| class.class.as_ref().map_or_else(|| say("(no class)"), short);
        let rows = self.classes.iter().map(|class| {
            let example = class.example.as_ref().map_or(String::new(), |(term, _)| short(term));
            [name(class), grouped(class.count), class.label.clone().unwrap_or_default(), example]
        });
        columns(&mut out, "", rows.collect());
        for class in self.classes.iter().filter(|_| self.classes.len() <= FEW) {
            let _ = writeln!(out, "\n{}", name(class));
            columns(&mut out, "  ", class.properties.iter().map(|p| p.cells(prefixes, say)).collect());
        }
        out
    }
}

/// Up to how many classes are shown with their properties.
const FEW: usize = 3;

impl Property {
    fn cells(&self, prefixes: &Prefixes, say: fn(&str) -> String) -> [String; 4] {
        let short = |term: &Term| prefixes.show(term.as_ref());
        let kinds: Vec<&str> = self.values.iter().take(3).map(|(kind, _)| kind.as_str()).collect();
        let values = match (&self.range, &self.example) {
            (Some((low, high)), _) if low != high => format!("{} … {}", short(low), short(high)),
            (_, Some((example, _))) => say(&format!("e.g. {}", short(example))),
            _ => String::new(),
        };
        [short(&self.property), grouped(self.count), kinds.join(", "), values]
    }
}

/// Rows of cells, each column as wide as its widest cell.
fn columns(out: &mut String, indent: &str, rows: Vec<[String; 4]>) {
    let mut widths = [0; 4];
    for row in &rows {
        for (widest, cell) in widths.iter_mut().zip(row) {
            *widest = width(cell).max(*widest);
        }
    }
    for row in &rows {
        let mut line = indent.to_owned();
        for (cell, widest) in row.iter().zip(widths) {
            line.push_str(cell);
            line.push_str(&" ".repeat(widest - width(cell) + 2));
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use crate::explore::schema::schema;
    use crate::fixture::known;

    #[test]
    fn a_schema_of_one_class_lists_its_properties() {
        let schema = schema(&known(), "en", Some("bm:Release"));
        assert!(schema.show(known().prefixes, str::to_owned).contains("bm:released"));
    }
}
