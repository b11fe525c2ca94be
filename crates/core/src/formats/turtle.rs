//! Turtle and TriG for reading and comparing: the same graph gives the same bytes everywhere.
//!
//! In: quads and prefixes. Out: text. Graphs are sorted by name, the default graph first; subjects by
//! IRI, then blank nodes by what they say; types first, labels next, other predicates by IRI; objects:
//! IRIs, numbers by value, texts by language, then blank nodes.

use super::subjects::{Subjects, by_graph};
use crate::blank::Blanks;
use crate::terms::{
    BlankNode, GraphName, Literal, NamedNode, NamedOrBlankNode, Prefixes, Quad, Term, Triple, is_bare, quote,
    rdf, xsd,
};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use unicode_width::UnicodeWidthStr;

/// The width that lines keep to where they can.
const WIDTH: usize = 100;

/// Writes quads as Turtle, or as TriG where there are named graphs.
pub fn write(quads: &[Quad], blanks: Blanks, prefixes: &Prefixes, header: &[String]) -> String {
    let graphs = by_graph(quads, &blanks);
    let mut writer = Writer::new(prefixes, blanks);
    let mut blocks = Vec::new();
    for (name, quads) in graphs {
        let inner = writer.graph(&quads);
        blocks.push(match name {
            GraphName::DefaultGraph => inner,
            GraphName::NamedNode(iri) => in_braces(&writer.iri(&iri), &inner),
            GraphName::BlankNode(node) => in_braces(&writer.blank(&node), &inner),
        });
    }
    writer.assemble(header, &blocks)
}

fn in_braces(name: &str, inner: &str) -> String {
    // The lines of a long text stand as they are, so nothing is indented here.
    format!("{name} {{\n\n{inner}\n}}\n")
}

/// The prefixes whose names and namespaces the grammar allows.
fn writable(prefixes: &Prefixes) -> Prefixes {
    let mut kept = Prefixes::new();
    for (name, namespace) in prefixes.iter() {
        let letters = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
        let starts = name.chars().next().is_none_or(|c| c.is_ascii_alphabetic());
        if letters && starts && !namespace.is_empty() && !namespace.contains(must_escape) {
            kept.insert(name, namespace);
        }
    }
    kept
}

fn must_escape(c: char) -> bool {
    c <= ' ' || matches!(c, '<' | '>' | '"' | '{' | '}' | '|' | '^' | '`' | '\\')
}

/// Writes the parts of Turtle, and notes the prefixes in use.
pub(crate) struct Writer {
    prefixes: Prefixes,
    used: BTreeSet<String>,
    pub(crate) blanks: Blanks,
    /// Of the graph that is being written.
    pub(crate) subjects: Subjects,
}

impl Writer {
    /// A writer that has no graph yet.
    pub(crate) fn new(prefixes: &Prefixes, blanks: Blanks) -> Self {
        Self { prefixes: writable(prefixes), used: BTreeSet::new(), blanks, subjects: Subjects::default() }
    }

    /// The prefixes that were used so far, with their namespaces.
    pub(crate) fn used(&self) -> impl Iterator<Item = (&str, &str)> {
        self.used.iter().map(|name| (name.as_str(), self.prefixes.namespace(name).unwrap_or_default()))
    }

    /// A subject where it begins a block.
    pub(crate) fn subject(&mut self, subject: &NamedOrBlankNode) -> String {
        match subject {
            NamedOrBlankNode::NamedNode(iri) => self.iri(iri),
            NamedOrBlankNode::BlankNode(node) => self.blank(node),
        }
    }

    /// A predicate.
    pub(crate) fn verb(&mut self, predicate: &NamedNode) -> String {
        if *predicate == rdf::TYPE { "a".to_owned() } else { self.iri(predicate) }
    }

    fn assemble(&self, header: &[String], blocks: &[String]) -> String {
        let mut out = String::new();
        for line in header.iter().flat_map(|text| text.lines()) {
            let _ = writeln!(out, "# {}", line.trim_end());
        }
        let mut parts = Vec::new();
        let mut declared = String::new();
        for name in &self.used {
            let namespace = self.prefixes.namespace(name).unwrap_or_default();
            let _ = writeln!(declared, "@prefix {name}: <{namespace}> .");
        }
        parts.push(declared);
        parts.extend_from_slice(blocks);
        parts.retain(|part| !part.is_empty());
        if !out.is_empty() && !parts.is_empty() {
            out.push('\n');
        }
        out + &parts.join("\n")
    }

    /// The blocks of one graph, with a blank line between.
    fn graph(&mut self, quads: &[&Quad]) -> String {
        self.subjects = Subjects::of(quads, &self.blanks);
        let (named, unnamed) = (self.subjects.named.clone(), self.subjects.unnamed.clone());
        let mut blocks: Vec<String> = Vec::new();
        for iri in named {
            let name = self.iri(&iri);
            blocks.push(self.block(&name, &iri.into()));
        }
        let mut last = Vec::new();
        for node in unnamed {
            let name = if self.subjects.needs_label(&node, &self.blanks) {
                self.blank(&node)
            } else {
                "[]".to_owned()
            };
            last.push(self.block(&name, &node.into()));
        }
        last.sort_unstable();
        blocks.extend(last);
        blocks.join("\n")
    }

    fn block(&mut self, name: &str, subject: &NamedOrBlankNode) -> String {
        let facts = self.subjects.facts(subject).to_vec();
        let lines: Vec<String> =
            facts.iter().map(|(predicate, objects)| self.statement(predicate, objects, 4)).collect();
        format!("{name}\n{} .\n", lines.join(" ;\n"))
    }

    /// One predicate with its objects, without the mark that ends it.
    pub(crate) fn statement(&mut self, predicate: &NamedNode, objects: &[Term], indent: usize) -> String {
        let verb = self.verb(predicate);
        let head = format!("{:indent$}{verb} ", "");
        let mut texts: Vec<(bool, String)> =
            objects.iter().map(|object| (object.is_blank_node(), self.object(object, indent))).collect();
        let from = texts.partition_point(|(blank, _)| !blank);
        if let Some(blanks) = texts.get_mut(from..) {
            blanks.sort_unstable();
        }
        let texts: Vec<String> = texts.into_iter().map(|(_, text)| text).collect();
        let line = format!("{head}{}", texts.join(", "));
        if texts.len() < 2 || (line.width() + 2 <= WIDTH && !line.contains('\n')) {
            return line;
        }
        let align = head.width();
        let mut out = head;
        let mut previous_block = true;
        for (number, text) in texts.iter().enumerate() {
            let is_block = text.contains('\n') && !text.starts_with('"');
            match number {
                0 => {}
                _ if previous_block || is_block => out.push_str(", "),
                _ => {
                    let _ = write!(out, ",\n{:align$}", "");
                }
            }
            out.push_str(text);
            previous_block = is_block;
        }
        out
    }

    /// An object: nested where it can be.
    pub(crate) fn object(&mut self, object: &Term, indent: usize) -> String {
        match object {
            Term::BlankNode(node) if self.blanks.is_nested(node) => {
                match self.subjects.list(node, &self.blanks) {
                    Some(items) => self.list_text(&items, indent),
                    None => self.nested(node, indent),
                }
            }
            object => self.term(object, true),
        }
    }

    fn nested(&mut self, node: &BlankNode, indent: usize) -> String {
        let facts = self.subjects.facts(&node.clone().into()).to_vec();
        if facts.is_empty() {
            return "[]".to_owned();
        }
        let lines: Vec<String> =
            facts.iter().map(|(predicate, objects)| self.statement(predicate, objects, indent + 4)).collect();
        let short: Vec<&str> = lines.iter().map(|line| line.trim_start()).collect();
        let inline = format!("[ {} ]", short.join(" ; "));
        if inline.width() + indent + 20 <= WIDTH && !inline.contains('\n') {
            return inline;
        }
        format!("[\n{}\n{:indent$}]", lines.join(" ;\n"), "")
    }

    fn list_text(&mut self, items: &[Term], indent: usize) -> String {
        let texts: Vec<String> = items.iter().map(|item| self.object(item, indent + 4)).collect();
        let inline = format!("( {} )", texts.join(" "));
        if inline.width() + indent + 20 <= WIDTH && !inline.contains('\n') {
            return inline;
        }
        let deep = indent + 4;
        let lines: String = texts.iter().fold(String::new(), |mut out, text| {
            let _ = writeln!(out, "{:deep$}{text}", "");
            out
        });
        format!("(\n{lines}{:indent$})", "")
    }

    /// A term that nothing is nested in.
    pub(crate) fn term(&mut self, term: &Term, may_break: bool) -> String {
        match term {
            Term::NamedNode(iri) if *iri == rdf::NIL && may_break => "()".to_owned(),
            Term::NamedNode(iri) => self.iri(iri),
            Term::BlankNode(node) => self.blank(node),
            Term::Literal(literal) => self.literal(literal, may_break),
            Term::Triple(triple) => self.triple(triple),
        }
    }

    fn triple(&mut self, triple: &Triple) -> String {
        let subject = self.subject(&triple.subject);
        let predicate = self.iri(&triple.predicate);
        let object = self.term(&triple.object, false);
        format!("<<( {subject} {predicate} {object} )>>")
    }

    fn literal(&mut self, literal: &Literal, may_break: bool) -> String {
        let (value, datatype) = (literal.value(), literal.datatype());
        if is_bare(value, datatype.as_str()) {
            return value.to_owned();
        }
        let mut out = String::new();
        if may_break && value.contains('\n') {
            long_quote(&mut out, value);
        } else {
            quote(&mut out, value);
        }
        if let Some(language) = literal.language() {
            let _ = write!(out, "@{language}");
            if let Some(direction) = literal.direction() {
                let _ = write!(out, "--{direction}");
            }
        } else if datatype != xsd::STRING {
            out.push_str("^^");
            out.push_str(&self.iri(&datatype.into_owned()));
        }
        out
    }

    fn iri(&mut self, iri: &NamedNode) -> String {
        if let Some((prefix, local)) = self.prefixes.split(iri.as_str()) {
            if !self.used.contains(prefix) {
                self.used.insert(prefix.to_owned());
            }
            return format!("{prefix}:{local}");
        }
        let mut out = String::from("<");
        for c in iri.as_str().chars() {
            if must_escape(c) {
                let _ = write!(out, "\\u{:04X}", c as u32);
            } else {
                out.push(c);
            }
        }
        out.push('>');
        out
    }

    fn blank(&self, node: &BlankNode) -> String {
        format!("_:{}", self.blanks.label(node))
    }
}

/// A text of several lines between triple quotes. Its lines stay lines.
fn long_quote(out: &mut String, value: &str) {
    out.push_str("\"\"\"");
    for (number, line) in value.split('\n').enumerate() {
        if number > 0 {
            out.push('\n');
        }
        let mut quoted = String::new();
        quote(&mut quoted, line);
        out.push_str(quoted.strip_prefix('"').and_then(|q| q.strip_suffix('"')).unwrap_or_default());
    }
    out.push_str("\"\"\"");
}
