//! What changed between two graphs, as lines of Turtle with `-` and `+`, grouped by subject.
//!
//! In: two graphs in which a blank node that both have has the same label. Out: text. How
//! blank nodes were matched is decided elsewhere.
//!
//! A line without a mark is there for the place: the subject, or the node that a change is in. Lists are
//! shown whole, before and after.

use super::subjects::{Subjects, by_graph, rank};
use super::turtle::Writer;
use crate::blank::Blanks;
use crate::terms::{BlankNode, GraphName, NamedNode, NamedOrBlankNode, Prefixes, Quad, Term};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// How far a statement stands from its subject.
const STEP: usize = 4;

/// The lines that tell the graph `before` from the graph `after`. Nothing where they are the same.
pub fn write(before: &[Quad], after: &[Quad], prefixes: &Prefixes) -> String {
    let (old, new) = (Side::of(before, prefixes), Side::of(after, prefixes));
    let mut names: BTreeMap<String, GraphName> = BTreeMap::new();
    for quad in before.iter().chain(after) {
        let name = &quad.graph_name;
        let key = if name.is_default_graph() { String::new() } else { name.to_string() };
        names.entry(key).or_insert_with(|| name.clone());
    }
    let mut changes = Changes { old, new, out: String::new() };
    for name in names.into_values() {
        changes.graph(&name);
    }
    changes.out
}

/// One of the two graphs.
struct Side {
    writer: Writer,
    graphs: HashMap<GraphName, Subjects>,
}

impl Side {
    fn of(quads: &[Quad], prefixes: &Prefixes) -> Self {
        let blanks = Blanks::of(quads).keeping_labels();
        let graphs = by_graph(quads, &blanks)
            .into_iter()
            .map(|(name, quads)| (name, Subjects::of(&quads, &blanks)))
            .collect();
        Self { writer: Writer::new(prefixes, blanks), graphs }
    }

    /// Makes one graph the one that is read.
    fn choose(&mut self, name: &GraphName) {
        self.writer.subjects = self.graphs.remove(name).unwrap_or_default();
    }

    fn objects(&self, subject: &NamedOrBlankNode, predicate: &NamedNode) -> &[Term] {
        let facts = self.writer.subjects.facts(subject);
        facts.iter().find(|(p, _)| p == predicate).map_or(&[], |(_, objects)| objects)
    }

    fn nests(&self, node: &BlankNode) -> bool {
        self.writer.blanks.is_nested(node)
    }

    fn list(&self, node: &BlankNode) -> Option<Vec<Term>> {
        self.writer.subjects.list(node, &self.writer.blanks)
    }

    /// The lines of one statement.
    fn statement(&mut self, predicate: &NamedNode, object: &Term, indent: usize) -> String {
        self.writer.statement(predicate, std::slice::from_ref(object), indent) + " ;"
    }
}

struct Changes {
    old: Side,
    new: Side,
    out: String,
}

impl Changes {
    fn graph(&mut self, name: &GraphName) {
        self.old.choose(name);
        self.new.choose(name);
        let mut blocks = Vec::new();
        for subject in self.subjects() {
            let lines = self.changes(&subject, STEP);
            if lines.is_empty() {
                continue;
            }
            let known = [&self.old, &self.new].map(|side| !side.writer.subjects.facts(&subject).is_empty());
            let mark = match known {
                [true, false] => '-',
                [false, true] => '+',
                _ => ' ',
            };
            let head = marked(mark, &self.new.writer.subject(&subject));
            blocks.push(head + &lines);
        }
        if blocks.is_empty() {
            return;
        }
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        let inner = blocks.join("\n");
        let name = match name {
            GraphName::DefaultGraph => return self.out.push_str(&inner),
            GraphName::NamedNode(iri) => self.new.writer.subject(&iri.clone().into()),
            GraphName::BlankNode(node) => self.new.writer.subject(&node.clone().into()),
        };
        self.out.push_str(&format!("  {name} {{\n\n{inner}\n  }}\n"));
    }

    /// Subjects that stand for themselves in one of the two graphs: IRIs first, each sorted.
    fn subjects(&self) -> Vec<NamedOrBlankNode> {
        let mut names = BTreeSet::new();
        let mut blanks = BTreeSet::new();
        for side in [&self.old, &self.new] {
            names.extend(side.writer.subjects.named.iter().cloned());
            blanks.extend(side.writer.subjects.unnamed.iter().map(|node| node.as_str().to_owned()));
        }
        let blanks = blanks.into_iter().map(|label| BlankNode::new_unchecked(label).into());
        names.into_iter().map(NamedOrBlankNode::from).chain(blanks).collect()
    }

    /// The changes of what is said about a subject, and about the nodes in it.
    fn changes(&mut self, subject: &NamedOrBlankNode, indent: usize) -> String {
        let mut predicates: Vec<NamedNode> = Vec::new();
        for side in [&self.old, &self.new] {
            predicates.extend(side.writer.subjects.facts(subject).iter().map(|(p, _)| p.clone()));
        }
        predicates.sort_by(|a, b| rank(a).cmp(&rank(b)));
        predicates.dedup();
        let mut out = String::new();
        for predicate in predicates {
            let old = self.old.objects(subject, &predicate).to_vec();
            let new = self.new.objects(subject, &predicate).to_vec();
            let (had, have): (HashSet<&Term>, HashSet<&Term>) = (old.iter().collect(), new.iter().collect());
            let (mut minus, mut plus, mut inside) = (String::new(), String::new(), String::new());
            for object in &old {
                if !have.contains(object) {
                    minus += &marked('-', &self.old.statement(&predicate, object, indent));
                } else if let Term::BlankNode(node) = object {
                    if self.list_changed(node) {
                        minus += &marked('-', &self.old.statement(&predicate, object, indent));
                        plus += &marked('+', &self.new.statement(&predicate, object, indent));
                    } else {
                        inside += &self.inside(&predicate, node, indent);
                    }
                }
            }
            for object in new.iter().filter(|object| !had.contains(object)) {
                plus += &marked('+', &self.new.statement(&predicate, object, indent));
            }
            out.extend([minus, plus, inside]);
        }
        out
    }

    /// The changes in a node that is written in place of its mention in both graphs.
    fn inside(&mut self, predicate: &NamedNode, node: &BlankNode, indent: usize) -> String {
        let is_list = self.old.list(node).is_some() && self.new.list(node).is_some();
        if is_list || !self.old.nests(node) || !self.new.nests(node) {
            return String::new();
        }
        let lines = self.changes(&node.clone().into(), indent + STEP);
        if lines.is_empty() {
            return lines;
        }
        let verb = self.new.writer.verb(predicate);
        marked(' ', &format!("{:indent$}{verb} [", "")) + &lines + &marked(' ', &format!("{:indent$}] ;", ""))
    }

    /// Whether a node begins a list in one of the graphs that reads otherwise in the other.
    fn list_changed(&mut self, node: &BlankNode) -> bool {
        let term = Term::from(node.clone());
        match (self.old.list(node), self.new.list(node)) {
            (None, None) => false,
            (Some(_), Some(_)) => self.old.writer.object(&term, 0) != self.new.writer.object(&term, 0),
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
        write(&quads(before), &quads(after), &prefixes)
    }

    #[test]
    fn the_same_is_nothing() {
        let before = by_content("ex:a ex:p ( 1 2 ), _:x . _:x ex:q 1 .");
        let after = by_content("_:y ex:q 1 . ex:a ex:p _:y, ( 1 2 ) .");
        assert_eq!(write(&before, &after, &Prefixes::new()), "");
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
        let lines = || write(&graph(0), &graph(1), &Prefixes::well_known());
        let first = lines();
        assert!((0..20).all(|_| lines() == first), "{first}");
    }
}
