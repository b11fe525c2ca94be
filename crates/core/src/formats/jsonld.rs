//! JSON-LD 1.1, compact: a context from the prefixes in use, one node object per subject.
//!
//! In: quads, the names of their blank nodes, prefixes. Out: text. JSON-LD 1.1 has no triple terms: they are written as JSON-LD-star has
//! them (report of the community group, 2021), `{"@id": {"@id": "s", "p": "o"}}`. A processor of 1.1 refuses that, where
//! it would pass over a new keyword, such as the `@triple` that has been proposed, without a word.
//!
//! Nothing is left to a context's coercions: each value says for itself what it is, so that a reader who
//! knows only `@id` and `@value` is right. Integers and booleans are JSON's own where they come back as
//! the very same literals.

use super::json::quoted;
use super::subjects::{Subjects, by_graph};
use crate::blank::Blanks;
use crate::terms::{
    BlankNode, GraphName, Literal, NamedNode, NamedOrBlankNode, Prefixes, Quad, Term, Triple, is_bare, rdf,
    xsd,
};
use std::collections::{BTreeSet, HashSet};
use std::fmt::Write as _;

/// The width that a value keeps to when it is written on one line.
const WIDTH: usize = 100;

/// The largest integer that every reader of JSON takes without loss, 2^53 - 1.
const SAFE: u64 = (1 << 53) - 1;

/// Writes quads as one document.
pub fn write(quads: &[Quad], blanks: Blanks, prefixes: &Prefixes) -> String {
    let graphs = by_graph(quads, &blanks);
    let prefixes = writable(prefixes, quads);
    let mut writer = Writer { prefixes, used: BTreeSet::new(), blanks, subjects: Subjects::default() };
    let mut nodes = Vec::new();
    for (name, quads) in graphs {
        let inner = writer.graph(&quads);
        let name = match name {
            GraphName::DefaultGraph => {
                nodes.extend(inner);
                continue;
            }
            GraphName::NamedNode(iri) => writer.iri(&iri),
            GraphName::BlankNode(node) => writer.blank(&node),
        };
        nodes.push(Json::Object(vec![("@id".to_owned(), name), ("@graph".to_owned(), Json::Array(inner))]));
    }
    let context = writer.used.iter().map(|name| {
        let namespace = writer.prefixes.namespace(name).unwrap_or_default();
        (name.clone(), Json::text(namespace))
    });
    let document = Json::Object(vec![
        ("@context".to_owned(), Json::Object(context.collect())),
        ("@graph".to_owned(), Json::Array(nodes)),
    ]);
    let mut out = String::new();
    document.write(&mut out, 0, true);
    out.push('\n');
    out
}

/// The prefixes that every JSON-LD processor takes for prefixes: with a name, a namespace that ends in a
/// delimiter, and not read as the scheme of an IRI that is written in full.
fn writable(prefixes: &Prefixes, quads: &[Quad]) -> Prefixes {
    let mut schemes = HashSet::new();
    let mut note = |iri: &str| {
        if let Some((scheme, rest)) = iri.split_once(':')
            && !rest.starts_with("//")
        {
            schemes.insert(scheme.to_owned());
        }
    };
    for quad in quads {
        iris(quad, &mut note);
    }
    let mut kept = Prefixes::new();
    for (name, namespace) in prefixes.iter() {
        let delimited = namespace.ends_with([':', '/', '?', '#', '[', ']', '@']);
        let letters = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
        let starts = name.chars().next().is_some_and(|c| c.is_ascii_alphabetic());
        if starts && letters && delimited && !schemes.contains(name) {
            kept.insert(name, namespace);
        }
    }
    kept
}

fn iris(quad: &Quad, note: &mut dyn FnMut(&str)) {
    note(quad.predicate.as_str());
    if let NamedOrBlankNode::NamedNode(iri) = &quad.subject {
        note(iri.as_str());
    }
    if let GraphName::NamedNode(iri) = &quad.graph_name {
        note(iri.as_str());
    }
    iris_of_object(&quad.object, note);
}

fn iris_of_object(object: &Term, note: &mut dyn FnMut(&str)) {
    match object {
        Term::NamedNode(iri) => note(iri.as_str()),
        Term::Literal(literal) => note(literal.datatype().as_str()),
        Term::BlankNode(_) => {}
        Term::Triple(triple) => {
            note(triple.predicate.as_str());
            if let NamedOrBlankNode::NamedNode(iri) = &triple.subject {
                note(iri.as_str());
            }
            iris_of_object(&triple.object, note);
        }
    }
}

/// What JSON is made of here. Numbers and booleans are kept as they are spelt.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Json {
    Bare(String),
    Text(String),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    /// Appends the value; on one line where it fits, unless it must be `open`.
    fn write(&self, out: &mut String, indent: usize, open: bool) {
        match self {
            Self::Bare(text) => out.push_str(text),
            Self::Text(text) => quote(out, text),
            Self::Array(items) => {
                let parts = items.iter().map(|item| (None, item));
                block(out, ('[', ']'), parts, indent, open);
            }
            Self::Object(items) => {
                let parts = items.iter().map(|(key, value)| (Some(key.as_str()), value));
                block(out, ('{', '}'), parts, indent, open);
            }
        }
    }

    /// On one line.
    fn inline(&self, out: &mut String) {
        let parts: Vec<(Option<&str>, &Self)> = match self {
            Self::Bare(_) | Self::Text(_) => return self.write(out, 0, false),
            Self::Array(items) => items.iter().map(|item| (None, item)).collect(),
            Self::Object(items) => items.iter().map(|(key, value)| (Some(key.as_str()), value)).collect(),
        };
        let braces = matches!(self, Self::Object(_));
        out.push_str(if braces { "{" } else { "[" });
        for (number, (key, value)) in parts.into_iter().enumerate() {
            out.push_str(if number == 0 { " " } else { ", " });
            name(out, key);
            value.inline(out);
        }
        out.push_str(if braces { " }" } else { " ]" });
    }
}

fn name(out: &mut String, key: Option<&str>) {
    if let Some(key) = key {
        quote(out, key);
        out.push_str(": ");
    }
}

/// Appends an array or an object, an item a line; small ones inside on one line.
fn block<'a>(
    out: &mut String,
    (start, end): (char, char),
    items: impl ExactSizeIterator<Item = (Option<&'a str>, &'a Json)>,
    indent: usize,
    open: bool,
) {
    let count = items.len();
    out.push(start);
    let deep = indent + 2;
    for (number, (key, value)) in items.enumerate() {
        let _ = write!(out, "\n{:deep$}", "");
        name(out, key);
        let mut line = String::new();
        value.inline(&mut line);
        let node = open && matches!(value, Json::Array(_) | Json::Object(_)) && indent < 4;
        if !node && crate::show::text::width(&line) + deep <= WIDTH {
            out.push_str(&line);
        } else {
            value.write(out, deep, open && indent == 0);
        }
        if number + 1 < count {
            out.push(',');
        }
    }
    if count > 0 {
        let _ = write!(out, "\n{:indent$}", "");
    }
    out.push(end);
}

/// Appends a JSON string.
fn quote(out: &mut String, text: &str) {
    out.push_str(&quoted(text));
}

struct Writer {
    prefixes: Prefixes,
    used: BTreeSet<String>,
    blanks: Blanks,
    /// Of the graph that is being written.
    subjects: Subjects,
}

impl Writer {
    /// The node objects of one graph.
    fn graph(&mut self, quads: &[&Quad]) -> Vec<Json> {
        self.subjects = Subjects::of(quads, &self.blanks);
        let (named, unnamed) = (self.subjects.named.clone(), self.subjects.unnamed.clone());
        let mut nodes: Vec<Json> = Vec::new();
        for iri in named {
            let id = self.iri(&iri);
            nodes.push(self.node(Some(id), &iri.into()));
        }
        let mut last = Vec::new();
        for node in unnamed {
            let id = self.subjects.needs_label(&node, &self.blanks).then(|| self.blank(&node));
            last.push(self.node(id, &node.into()));
        }
        last.sort_unstable();
        nodes.extend(last);
        nodes
    }

    fn node(&mut self, id: Option<Json>, subject: &NamedOrBlankNode) -> Json {
        let mut members = Vec::new();
        members.extend(id.map(|id| ("@id".to_owned(), id)));
        for (predicate, objects) in self.subjects.facts(subject).to_vec() {
            // Types that are no IRIs are said as any other fact.
            let is_type = |object: &Term| predicate == rdf::TYPE && object.is_named_node();
            let (types, others): (Vec<Term>, Vec<Term>) = objects.into_iter().partition(is_type);
            let types = types.iter().filter_map(|term| match term {
                Term::NamedNode(iri) => Some(self.iri(iri)),
                _ => None,
            });
            let types: Vec<Json> = types.collect();
            if !types.is_empty() {
                members.push(("@type".to_owned(), one_or_all(types)));
            }
            if !others.is_empty() {
                let name = self.short(&predicate);
                members.push((name, self.objects(&others)));
            }
        }
        Json::Object(members)
    }

    fn objects(&mut self, objects: &[Term]) -> Json {
        let mut values: Vec<(bool, Json)> =
            objects.iter().map(|object| (object.is_blank_node(), self.object(object))).collect();
        let from = values.partition_point(|(blank, _)| !blank);
        if let Some(blanks) = values.get_mut(from..) {
            blanks.sort_unstable();
        }
        one_or_all(values.into_iter().map(|(_, value)| value).collect())
    }

    fn object(&mut self, object: &Term) -> Json {
        match object {
            Term::NamedNode(iri) if *iri == rdf::NIL => list(Vec::new()),
            Term::NamedNode(iri) => Json::Object(vec![("@id".to_owned(), self.iri(iri))]),
            Term::Literal(literal) => self.literal(literal),
            Term::BlankNode(node) if self.blanks.is_nested(node) => self.nested(node),
            Term::BlankNode(node) => Json::Object(vec![("@id".to_owned(), self.blank(node))]),
            Term::Triple(triple) => Json::Object(vec![("@id".to_owned(), self.triple(triple))]),
        }
    }

    /// A triple term: a node with one property, instead of an identifier.
    fn triple(&mut self, triple: &Triple) -> Json {
        let subject = match &triple.subject {
            NamedOrBlankNode::NamedNode(iri) => self.iri(iri),
            NamedOrBlankNode::BlankNode(node) => self.blank(node),
        };
        let object = match &triple.object {
            Term::NamedNode(iri) => Json::Object(vec![("@id".to_owned(), self.iri(iri))]),
            object => self.object(object),
        };
        Json::Object(vec![("@id".to_owned(), subject), (self.short(&triple.predicate), object)])
    }

    fn nested(&mut self, node: &BlankNode) -> Json {
        if let Some(items) = self.subjects.list(node, &self.blanks) {
            return list(items.iter().map(|item| self.object(item)).collect());
        }
        let subject = node.clone().into();
        // An object with nothing in it is not a node to every reader.
        let id = self.subjects.facts(&subject).is_empty().then(|| self.blank(node));
        self.node(id, &subject)
    }

    fn literal(&mut self, literal: &Literal) -> Json {
        let value = literal.value();
        if is_native(literal) {
            return Json::Bare(value.to_owned());
        }
        let mut members = Vec::new();
        if let Some(language) = literal.language() {
            if let Some(direction) = literal.direction() {
                members.push(("@direction".to_owned(), Json::Text(direction.to_string())));
            }
            members.push(("@language".to_owned(), Json::text(language)));
        } else if literal.datatype() != xsd::STRING {
            members.push(("@type".to_owned(), self.iri(&literal.datatype().into_owned())));
        } else {
            return Json::text(value);
        }
        members.push(("@value".to_owned(), Json::text(value)));
        Json::Object(members)
    }

    fn iri(&mut self, iri: &NamedNode) -> Json {
        Json::Text(self.short(iri))
    }

    fn short(&mut self, iri: &NamedNode) -> String {
        let Some((prefix, local)) = self.prefixes.split(iri.as_str()) else {
            return iri.as_str().to_owned();
        };
        if !self.used.contains(prefix) {
            self.used.insert(prefix.to_owned());
        }
        format!("{prefix}:{local}")
    }

    fn blank(&self, node: &BlankNode) -> Json {
        Json::Text(format!("_:{}", self.blanks.label(node)))
    }
}

fn list(items: Vec<Json>) -> Json {
    Json::Object(vec![("@list".to_owned(), Json::Array(items))])
}

fn one_or_all(mut values: Vec<Json>) -> Json {
    match (values.len(), values.pop()) {
        (1, Some(value)) => value,
        (_, last) => {
            values.extend(last);
            Json::Array(values)
        }
    }
}

/// Whether JSON's own number or boolean comes back as this very literal.
fn is_native(literal: &Literal) -> bool {
    let (value, datatype) = (literal.value(), literal.datatype());
    if datatype == xsd::BOOLEAN {
        return is_bare(value, datatype.as_str());
    }
    let digits = value.strip_prefix('-').unwrap_or(value);
    let canonical = digits == "0" && value == digits || !digits.starts_with(['0', '+']);
    datatype == xsd::INTEGER && canonical && digits.parse::<u64>().is_ok_and(|number| number <= SAFE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(object: Term) -> String {
        let subject = NamedNode::new_unchecked("ex:in-full");
        let predicate = NamedNode::new_unchecked("http://e.org/p");
        let mut prefixes = Prefixes::new();
        prefixes.insert("ex", "http://example.org/");
        prefixes.insert("e", "http://e.org/");
        prefixes.insert("glued", "http://glued.org/x");
        let quads = [Quad::new(subject, predicate, object, GraphName::DefaultGraph)];
        write(&quads, Blanks::of(&quads), &prefixes)
    }

    #[test]
    fn a_prefix_that_would_be_read_as_a_scheme_is_not_used() {
        let text = written(NamedNode::new_unchecked("http://example.org/a").into());
        assert!(
            text.contains(r#""@id": "ex:in-full""#) && text.contains(r#"{ "@id": "http://example.org/a" }"#)
        );
        assert!(text.contains(r#""e": "http://e.org/""#) && text.contains(r#""e:p""#));
    }

    #[test]
    fn a_namespace_without_an_end_is_no_prefix() {
        assert!(
            written(NamedNode::new_unchecked("http://glued.org/xy").into())
                .contains("\"http://glued.org/xy\"")
        );
    }

    #[test]
    fn numbers_are_native_where_they_come_back_the_same() {
        let integer = |text: &str| written(Literal::new_typed_literal(text, xsd::INTEGER).into());
        for text in ["0", "-7", "9007199254740991"] {
            assert!(integer(text).contains(&format!("\"e:p\": {text}\n")), "{text}");
        }
        for text in ["07", "+7", "-0", "9007199254740992", "x", ""] {
            assert!(integer(text).contains(&format!("\"@value\": \"{text}\"")), "{text}");
        }
        assert!(written(Literal::from(true).into()).contains("\"e:p\": true\n"));
        assert!(
            written(Literal::new_typed_literal("1.5", xsd::DECIMAL).into()).contains("\"@value\": \"1.5\"")
        );
    }
}
