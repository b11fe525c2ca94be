//! Turtle and TriG for reading and comparing: the same graph gives the same bytes everywhere.
//!
//! In: quads and prefixes. Out: text. Graphs are sorted by name, the default graph first; subjects by
//! IRI, then blank nodes by what they say; types first, labels next, other predicates by IRI; objects:
//! IRIs, numbers by value, texts by language, then blank nodes. It refuses to know where quads come from.

use crate::blank::Blanks;
use crate::terms::{
    BlankNode, GraphName, Literal, NAMING, NamedNode, NamedOrBlankNode, OTHER_NAMES, Prefixes, Quad, Term,
    Triple, is_bare, quote, rdf, xsd,
};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt::Write as _;
use unicode_width::UnicodeWidthStr;

/// The width that lines keep to where they can.
const WIDTH: usize = 100;

/// What is said about one subject: predicates in order, each with its objects.
type Facts = Vec<(NamedNode, Vec<Term>)>;

/// Writes quads as Turtle, or as TriG where there are named graphs.
pub fn write(quads: &[Quad], prefixes: &Prefixes, header: &[String]) -> String {
    let blanks = Blanks::of(quads);
    let mut graphs: BTreeMap<String, (GraphName, Vec<&Quad>)> = BTreeMap::new();
    for quad in quads {
        let key = match &quad.graph_name {
            GraphName::DefaultGraph => String::new(),
            GraphName::NamedNode(iri) => format!("<{}", iri.as_str()),
            GraphName::BlankNode(node) => format!("_{}", blanks.label(node)),
        };
        graphs.entry(key).or_insert_with(|| (quad.graph_name.clone(), Vec::new())).1.push(quad);
    }
    let mut writer =
        Writer { prefixes: writable(prefixes), used: BTreeSet::new(), blanks, facts: HashMap::new() };
    let mut blocks = Vec::new();
    for (name, quads) in graphs.into_values() {
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

struct Writer {
    prefixes: Prefixes,
    used: BTreeSet<String>,
    blanks: Blanks,
    /// Of the graph that is being written.
    facts: HashMap<NamedOrBlankNode, Facts>,
}

impl Writer {
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
        let mut sorted: HashMap<NamedOrBlankNode, BTreeMap<(usize, &str), HashSet<&Term>>> = HashMap::new();
        for quad in quads {
            let about = sorted.entry(quad.subject.clone()).or_default();
            about.entry(rank(&quad.predicate)).or_default().insert(&quad.object);
        }
        self.facts = sorted.into_iter().map(|(subject, facts)| (subject, in_order(facts))).collect();
        let mut named: Vec<NamedNode> = Vec::new();
        let mut unnamed: Vec<BlankNode> = Vec::new();
        for subject in self.facts.keys() {
            match subject {
                NamedOrBlankNode::NamedNode(iri) => named.push(iri.clone()),
                NamedOrBlankNode::BlankNode(node) if !self.blanks.is_nested(node) => {
                    unnamed.push(node.clone());
                }
                NamedOrBlankNode::BlankNode(_) => {}
            }
        }
        named.sort_unstable_by(|a, b| a.as_str().cmp(b.as_str()));
        let mentioned = mentioned(quads);
        let mut blocks: Vec<String> = Vec::new();
        for iri in named {
            let name = self.iri(&iri);
            blocks.push(self.block(&name, &iri.into()));
        }
        let mut last = Vec::new();
        for node in unnamed {
            let name = if mentioned.contains(node.as_str()) || self.blanks.is_shared(&node) {
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
        let facts = self.facts.get(subject).cloned().unwrap_or_default();
        let lines: Vec<String> =
            facts.iter().map(|(predicate, objects)| self.statement(predicate, objects, 4)).collect();
        format!("{name}\n{} .\n", lines.join(" ;\n"))
    }

    /// One predicate with its objects, without the mark that ends it.
    fn statement(&mut self, predicate: &NamedNode, objects: &[Term], indent: usize) -> String {
        let verb = if *predicate == rdf::TYPE { "a".to_owned() } else { self.iri(predicate) };
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

    fn object(&mut self, object: &Term, indent: usize) -> String {
        match object {
            Term::BlankNode(node) if self.blanks.is_nested(node) => match self.list(node) {
                Some(items) => self.list_text(&items, indent),
                None => self.nested(node, indent),
            },
            object => self.term(object, true),
        }
    }

    fn nested(&mut self, node: &BlankNode, indent: usize) -> String {
        let facts = self.facts.get(&NamedOrBlankNode::from(node.clone())).cloned().unwrap_or_default();
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

    /// The items of a well-formed list that starts at a nested node: each cell has a first and a
    /// rest, nothing else, and is mentioned nowhere else.
    fn list(&self, head: &BlankNode) -> Option<Vec<Term>> {
        let mut items = Vec::new();
        let mut cell = head.clone();
        loop {
            let facts = self.facts.get(&NamedOrBlankNode::from(cell))?;
            let [(first, values), (rest, tails)] = facts.as_slice() else { return None };
            let ([value], [tail]) = (values.as_slice(), tails.as_slice()) else { return None };
            if *first != rdf::FIRST || *rest != rdf::REST {
                return None;
            }
            items.push(value.clone());
            match tail {
                Term::NamedNode(nil) if *nil == rdf::NIL => return Some(items),
                Term::BlankNode(next) if self.blanks.is_nested(next) => cell = next.clone(),
                _ => return None,
            }
        }
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

    fn term(&mut self, term: &Term, may_break: bool) -> String {
        match term {
            Term::NamedNode(iri) if *iri == rdf::NIL && may_break => "()".to_owned(),
            Term::NamedNode(iri) => self.iri(iri),
            Term::BlankNode(node) => self.blank(node),
            Term::Literal(literal) => self.literal(literal, may_break),
            Term::Triple(triple) => self.triple(triple),
        }
    }

    fn triple(&mut self, triple: &Triple) -> String {
        let subject = match &triple.subject {
            NamedOrBlankNode::NamedNode(iri) => self.iri(iri),
            NamedOrBlankNode::BlankNode(node) => self.blank(node),
        };
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

/// Types, then names, then the rest by IRI.
fn rank(predicate: &NamedNode) -> (usize, &str) {
    let iri = predicate.as_str();
    let rank = if *predicate == rdf::TYPE {
        0
    } else {
        1 + NAMING
            .iter()
            .chain(OTHER_NAMES)
            .position(|naming| *naming == iri)
            .unwrap_or(NAMING.len() + OTHER_NAMES.len())
    };
    (rank, iri)
}

fn in_order(facts: BTreeMap<(usize, &str), HashSet<&Term>>) -> Facts {
    let ordered = |((_, predicate), objects): ((usize, &str), HashSet<&Term>)| {
        let mut objects: Vec<Term> = objects.into_iter().cloned().collect();
        objects.sort_by(compare);
        (NamedNode::new_unchecked(predicate), objects)
    };
    facts.into_iter().map(ordered).collect()
}

/// IRIs, then literals, then triple terms, then blank nodes (which the writer sorts by their text).
fn compare(a: &Term, b: &Term) -> Ordering {
    let class = |term: &Term| match term {
        Term::NamedNode(_) => 0,
        Term::Literal(_) => 1,
        Term::Triple(_) => 2,
        Term::BlankNode(_) => 3,
    };
    class(a).cmp(&class(b)).then_with(|| match (a, b) {
        (Term::NamedNode(a), Term::NamedNode(b)) => a.as_str().cmp(b.as_str()),
        (Term::Literal(a), Term::Literal(b)) => compare_literals(a, b),
        (Term::BlankNode(_), Term::BlankNode(_)) => Ordering::Equal,
        (a, b) => a.to_string().cmp(&b.to_string()),
    })
}

fn compare_literals(a: &Literal, b: &Literal) -> Ordering {
    let number = |literal: &Literal| {
        is_bare(literal.value(), literal.datatype().as_str())
            .then(|| literal.value().parse::<f64>().ok())
            .flatten()
    };
    let (x, y) = (number(a), number(b));
    let values = match (x, y) {
        (Some(x), Some(y)) => x.total_cmp(&y),
        (x, y) => y.is_some().cmp(&x.is_some()),
    };
    let rest = |l: &Literal| (l.language().map(str::to_owned), l.value().to_owned(), l.to_string());
    values.then_with(|| rest(a).cmp(&rest(b)))
}

/// The labels of blank nodes that are objects in a graph.
fn mentioned<'a>(quads: &[&'a Quad]) -> HashSet<&'a str> {
    quads
        .iter()
        .filter_map(|quad| match &quad.object {
            Term::BlankNode(node) => Some(node.as_str()),
            _ => None,
        })
        .collect()
}
