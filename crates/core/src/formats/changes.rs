//! What changed between two graphs, as lines of Turtle with `-` and `+`, grouped by subject.
//!
//! In: two graphs in which a blank node that both have has the same label. Out: text. How
//! blank nodes were matched is decided elsewhere.
//!
//! A line without a mark is there for the place: the subject, or the node that a change is in. Lists are
//! shown whole, before and after.

use super::numbered::{Number, Row};
use super::short::Short;
use super::subjects::Document;
use super::turtle::{Writer, writable};
use crate::error::Result;
use crate::store::pack::Watch;
use crate::terms::{Prefixes, Quad};
use std::collections::BTreeSet;

/// How far a statement stands from its subject.
const STEP: usize = 4;

/// The lines that tell the graph `before` from the graph `after`. Nothing where they are the same.
///
/// # Errors
/// Where `watch` stops it.
pub fn write(before: &[Quad], after: &[Quad], prefixes: &Prefixes, watch: Watch<'_>) -> Result<String> {
    let (old, new) = Document::both(before, after, watch)?;
    // Lines that were changed have no place for prefixes: all that are known may be used.
    let short = Short::of(&new.texts, &writable(prefixes), watch)?;
    let names = |document: &Document| document.graphs().map(|graph| graph.name()).collect::<Vec<_>>();
    let all: BTreeSet<Option<Number>> = names(&old).into_iter().chain(names(&new)).collect();
    let mut out = String::new();
    for name in all {
        let (before, after) = (old.graph(name), new.graph(name));
        let side = |document, graph| Writer { document, short: &short, graph };
        Changes { old: side(&old, &before), new: side(&new, &after) }.graph(name, &mut out);
    }
    Ok(out)
}

/// One graph before and after.
struct Changes<'a> {
    old: Writer<'a>,
    new: Writer<'a>,
}

/// What is written by `write`.
fn text(write: impl FnOnce(&mut String)) -> String {
    let mut text = String::new();
    write(&mut text);
    text
}

/// The lines of one fact.
fn statement(side: &Writer<'_>, fact: Row, indent: usize) -> String {
    text(|out| side.statement(out, &[fact], indent)) + " ;"
}

impl Changes<'_> {
    fn graph(&self, name: Option<Number>, out: &mut String) {
        let mut blocks = Vec::new();
        for subject in self.subjects() {
            let lines = self.changes(subject, STEP);
            if lines.is_empty() {
                continue;
            }
            let known = [&self.old, &self.new].map(|side| !side.graph.facts(subject).is_empty());
            let mark = match known {
                [true, false] => '-',
                [false, true] => '+',
                _ => ' ',
            };
            blocks.push(marked(mark, &text(|out| self.new.term(out, subject))) + &lines);
        }
        if blocks.is_empty() {
            return;
        }
        if !out.is_empty() {
            out.push('\n');
        }
        let inner = blocks.join("\n");
        match name {
            None => out.push_str(&inner),
            Some(name) => {
                let name = text(|out| self.new.term(out, name));
                out.push_str(&format!("  {name} {{\n\n{inner}\n  }}\n"));
            }
        }
    }

    /// Subjects that stand for themselves in one of the two graphs: IRIs first, each sorted.
    fn subjects(&self) -> BTreeSet<Number> {
        let of = |side: &Writer<'_>| side.graph.subjects().map(|(subject, _)| subject).collect::<Vec<_>>();
        of(&self.old).into_iter().chain(of(&self.new)).collect()
    }

    /// The changes of what is said about a subject, and about the nodes in it.
    fn changes(&self, subject: Number, indent: usize) -> String {
        let facts = [&self.old, &self.new].map(|side| side.graph.facts(subject));
        let predicates: BTreeSet<u32> = facts.iter().copied().flatten().map(|fact| fact.predicate).collect();
        let mut out = String::new();
        for predicate in predicates {
            let [old, new] = facts.map(|facts| {
                let facts = facts.iter().filter(|fact| fact.predicate == predicate);
                facts.copied().collect::<Vec<Row>>()
            });
            let [had, have] =
                [&old, &new].map(|facts| facts.iter().map(|fact| fact.object).collect::<BTreeSet<Number>>());
            let (mut minus, mut plus, mut inside) = (String::new(), String::new(), String::new());
            for fact in &old {
                let node = fact.object;
                if !have.contains(&node) {
                    minus += &marked('-', &statement(&self.old, *fact, indent));
                } else if self.old.document.is_blank(node) {
                    if self.list_changed(node) {
                        minus += &marked('-', &statement(&self.old, *fact, indent));
                        plus += &marked('+', &statement(&self.new, *fact, indent));
                    } else {
                        inside += &self.inside(*fact, indent);
                    }
                }
            }
            for fact in new.iter().filter(|fact| !had.contains(&fact.object)) {
                plus += &marked('+', &statement(&self.new, *fact, indent));
            }
            out.extend([minus, plus, inside]);
        }
        out
    }

    /// The changes in a node that is written in place of its mention in both graphs.
    fn inside(&self, fact: Row, indent: usize) -> String {
        let node = fact.object;
        let is_list = self.old.graph.list(node).is_some() && self.new.graph.list(node).is_some();
        if is_list || !self.old.document.nests(node) || !self.new.document.nests(node) {
            return String::new();
        }
        let lines = self.changes(node, indent + STEP);
        if lines.is_empty() {
            return lines;
        }
        let verb = text(|out| self.new.verb(out, fact));
        marked(' ', &format!("{:indent$}{verb} [", "")) + &lines + &marked(' ', &format!("{:indent$}] ;", ""))
    }

    /// Whether a node begins a list in one of the graphs that reads otherwise in the other.
    fn list_changed(&self, node: Number) -> bool {
        match (self.old.graph.list(node), self.new.graph.list(node)) {
            (None, None) => false,
            (Some(_), Some(_)) => {
                text(|out| self.old.object(out, node, 0)) != text(|out| self.new.object(out, node, 0))
            }
            _ => true,
        }
    }
}

/// Each line with its mark, a space and a line end.
fn marked(mark: char, text: &str) -> String {
    text.split('\n').map(|line| format!("{} {line}", mark).trim_end().to_owned() + "\n").collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blank::Blanks;
    use crate::sources::rdf;

    fn quads(text: &str) -> Vec<Quad> {
        let mut quads = Vec::new();
        let format = rdf::format_named("trig").unwrap();
        let text = format!("PREFIX ex: <http://example.org/>\n{text}");
        rdf::read("text", format, None, text.as_bytes(), &mut Prefixes::new(), &mut |quad| {
            quads.push(quad);
            Ok(())
        })
        .unwrap();
        quads
    }

    fn by_content(text: &str) -> Vec<Quad> {
        let quads = quads(text);
        Blanks::of(&quads).relabel(quads)
    }

    fn lines(before: &str, after: &str) -> String {
        let mut prefixes = Prefixes::well_known();
        prefixes.insert("ex", "http://example.org/");
        write(&quads(before), &quads(after), &prefixes, Watch::nobody()).unwrap()
    }

    #[test]
    fn the_same_is_nothing() {
        let before = by_content("ex:a ex:p ( 1 2 ), _:x . _:x ex:q 1 .");
        let after = by_content("_:y ex:q 1 . ex:a ex:p _:y, ( 1 2 ) .");
        assert_eq!(write(&before, &after, &Prefixes::new(), Watch::nobody()).unwrap(), "");
    }

    #[test]
    fn a_change_in_a_node_stands_in_its_place() {
        let text = |page: u8| format!("ex:a ex:kept 1 ; ex:quote _:x . _:x a ex:Quote ; ex:page {page} .");
        assert_eq!(
            lines(&text(1), &text(2)),
            "  ex:a\n      ex:quote [\n-         ex:page 1 ;\n+         ex:page 2 ;\n      ] ;\n"
        );
    }

    #[test]
    fn subjects_graphs_and_texts() {
        let before = "ex:a ex:p 1 . ex:g { ex:b ex:q \"old\" } ex:gone ex:p 1 .";
        let after = "ex:a ex:p 1, \"\"\"two\nlines\"\"\" . ex:g { ex:b ex:q \"new\" } ex:new a ex:C .";
        assert_eq!(
            lines(before, after),
            "  ex:a\n+     ex:p \"\"\"two\n+ lines\"\"\" ;\n\n- ex:gone\n-     ex:p 1 ;\n\n+ ex:new\n+     a ex:C ;\n\n  \
             ex:g {\n\n  ex:b\n-     ex:q \"old\" ;\n+     ex:q \"new\" ;\n\n  }\n"
        );
    }

    #[test]
    fn lists_are_shown_whole() {
        let text = |item: u8| {
            format!(
                "ex:a ex:p _:a . _:a <http://www.w3.org/1999/02/22-rdf-syntax-ns#first> {item} ; \
            <http://www.w3.org/1999/02/22-rdf-syntax-ns#rest> () ."
            )
        };
        assert_eq!(lines(&text(1), &text(2)), "  ex:a\n-     ex:p ( 1 ) ;\n+     ex:p ( 2 ) ;\n");
    }

    #[test]
    fn the_same_two_graphs_give_the_same_lines_each_time() {
        let graph = |more: usize| {
            let facts = (0..8).map(|n| format!("ex:a ex:p _:n{n} . _:n{n} ex:q {} .\n", n + more));
            quads(&facts.collect::<String>())
        };
        let lines = || write(&graph(0), &graph(1), &Prefixes::well_known(), Watch::nobody()).unwrap();
        let first = lines();
        assert!((0..20).all(|_| lines() == first), "{first}");
    }
}
