//! JSON-LD 1.1, compact: a context from the prefixes in use, one node object per subject.
//!
//! In: a document, prefixes. Out: text, a node at a time. JSON-LD 1.1 has no triple terms: they are written as JSON-LD-star has
//! them (report of the community group, 2021), `{"@id": {"@id": "s", "p": "o"}}`. A processor of 1.1 refuses that, where
//! it would pass over a new keyword, such as the `@triple` that has been proposed, without a word.
//!
//! Nothing is left to a context's coercions: each value says for itself what it is, so that a reader who
//! knows only `@id` and `@value` is right. Integers and booleans are JSON's own where they come back as
//! the very same literals.

use super::draft::Draft;
use super::json::write_string;
use super::numbered::{Number, Row};
use super::short::{Short, is_plain};
use super::subjects::{Document, Graph, Met};
use super::texts::Texts;
use crate::error::Result;
use crate::show::text::width;
use crate::store::pack::Watch;
use crate::store::{Lexical, Tag};
use crate::terms::{BaseDirection, Prefixes, is_bare, xsd};
use std::cmp::Ordering;
use std::collections::HashSet;
use std::fmt::Write as _;

/// The width that a value keeps to when it is written on one line.
const WIDTH: usize = 100;

/// The largest integer that every reader of JSON takes without loss, 2^53 - 1.
const SAFE: u64 = (1 << 53) - 1;

/// Writes a document.
///
/// # Errors
/// Where it cannot be written.
pub(crate) fn write(document: &Document, prefixes: &Prefixes, draft: &mut Draft<'_>) -> Result<()> {
    let watch = draft.watch;
    let mut short = Short::of(&document.texts, &writable(prefixes, &document.texts, watch)?, watch)?;
    document.graphs().try_for_each(|graph| note(&graph, document, &mut short, watch))?;
    let context = short.used().map(|(name, namespace)| (Text::of(name), Json::Text(Text::of(namespace))));
    draft.text.push_str("{\n  \"@context\": ");
    Json::Object(context.collect()).write(&mut draft.text, 2);
    draft.text.push_str(",\n  \"@graph\": ");
    let mut nodes = Items::new(2);
    for graph in document.graphs() {
        let writer = Writer { document, short: &short, graph: &graph };
        match graph.name() {
            None => writer.nodes(&mut nodes, draft)?,
            Some(name) => {
                nodes.before(&mut draft.text);
                writer.named(name, draft)?;
            }
        }
    }
    nodes.end(&mut draft.text);
    draft.text.push_str("\n}\n");
    Ok(())
}

/// The prefixes that every JSON-LD processor takes for prefixes: with a name, a namespace that ends in a
/// delimiter, and not read as the scheme of an IRI that is written in full.
fn writable(prefixes: &Prefixes, texts: &Texts, watch: Watch<'_>) -> Result<Prefixes> {
    let iris = texts.iris().map(|number| texts.plain(number));
    let (mut schemes, mut pace) = (HashSet::new(), watch.pace());
    // A language tag has no colon.
    for iri in iris.chain(texts.names().iter().map(String::as_str)) {
        pace.step()?;
        if let Some((scheme, rest)) = iri.split_once(':')
            && !rest.starts_with("//")
        {
            schemes.insert(scheme);
        }
    }
    let mut kept = Prefixes::new();
    for (name, namespace) in prefixes.iter() {
        let delimited = namespace.ends_with([':', '/', '?', '#', '[', ']', '@']);
        if is_plain(name) && delimited && !schemes.contains(name) {
            kept.insert(name, namespace);
        }
    }
    Ok(kept)
}

/// Notes the prefixes that a graph needs.
fn note(graph: &Graph<'_>, document: &Document, short: &mut Short, watch: Watch<'_>) -> Result<()> {
    if let Some(name) = graph.name() {
        short.note_iri(name);
    }
    graph.each(watch, &mut |met| match met {
        Met::Subject(subject) => short.note_iri(subject),
        Met::Fact(row) if document.is_type(row) && document.is_iri(row.object) => short.note_iri(row.object),
        Met::Fact(row) => {
            short.note_iri(document.verb(row));
            note_object(row.object, document, short);
        }
        Met::Item(item) => note_object(item, document, short),
    })
}

fn note_object(object: Number, document: &Document, short: &mut Short) {
    match document.texts.get(object) {
        Lexical::Iri(_) if document.is_nil(object) => {}
        Lexical::Iri(_) => short.note_iri(object),
        Lexical::Literal(value, Tag::Datatype(datatype)) => {
            if !is_native(value, datatype) && datatype != xsd::STRING.as_str() {
                short.note_datatype(object, &document.texts);
            }
        }
        Lexical::Triple([subject, predicate, inner]) => {
            short.note_iri(subject);
            short.note_iri(predicate);
            match document.is_iri(inner) {
                true => short.note_iri(inner),
                false => note_object(inner, document, short),
            }
        }
        Lexical::Literal(..) | Lexical::Blank(_) => {}
    }
}

/// A text, perhaps in two parts with a colon between.
#[derive(Debug, Clone, Copy)]
struct Text<'a> {
    prefix: Option<&'a str>,
    rest: &'a str,
}

impl<'a> Text<'a> {
    fn of(rest: &'a str) -> Self {
        Self { prefix: None, rest }
    }

    fn bytes(&self) -> impl Iterator<Item = u8> {
        let prefix = self.prefix.into_iter().flat_map(|prefix| prefix.bytes().chain([b':']));
        prefix.chain(self.rest.bytes())
    }

    fn write(&self, out: &mut String) {
        match self.prefix {
            None => write_string(out, self.rest),
            Some(prefix) => {
                // A prefix has letters, digits and hyphens, and what follows it no more than names have.
                out.push('"');
                out.push_str(prefix);
                out.push(':');
                out.push_str(self.rest);
                out.push('"');
            }
        }
    }
}

impl PartialEq for Text<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Text<'_> {}

impl PartialOrd for Text<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Text<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.bytes().cmp(other.bytes())
    }
}

/// What JSON is made of here. Numbers and booleans are kept as they are spelt.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Json<'a> {
    Bare(&'a str),
    Text(Text<'a>),
    Array(Vec<Json<'a>>),
    Object(Vec<(Text<'a>, Json<'a>)>),
}

impl Json<'_> {
    fn text(text: &str) -> Json<'_> {
        Json::Text(Text::of(text))
    }

    /// Appends the value, its items on lines of their own.
    fn write(&self, out: &mut String, indent: usize) {
        match self {
            Self::Bare(text) => out.push_str(text),
            Self::Text(text) => text.write(out),
            Self::Array(items) => {
                let mut array = Items::new(indent);
                for item in items {
                    array.before(out);
                    item.fit(out, indent + 2);
                }
                array.end(out);
            }
            Self::Object(items) => {
                let mut object = Items { braces: ('{', '}'), ..Items::new(indent) };
                for (key, value) in items {
                    object.before(out);
                    key.write(out);
                    out.push_str(": ");
                    value.fit(out, indent + 2);
                }
                object.end(out);
            }
        }
    }

    /// Appends the value: on one line where that is short enough.
    fn fit(&self, out: &mut String, indent: usize) {
        let start = out.len();
        self.inline(out);
        if width(out.get(start..).unwrap_or_default()) + indent > WIDTH {
            out.truncate(start);
            self.write(out, indent);
        }
    }

    /// On one line.
    fn inline(&self, out: &mut String) {
        let mut before = " ";
        match self {
            Self::Bare(_) | Self::Text(_) => self.write(out, 0),
            Self::Array(items) => {
                out.push('[');
                for item in items {
                    out.push_str(before);
                    item.inline(out);
                    before = ", ";
                }
                out.push_str(" ]");
            }
            Self::Object(items) => {
                out.push('{');
                for (key, value) in items {
                    out.push_str(before);
                    key.write(out);
                    out.push_str(": ");
                    value.inline(out);
                    before = ", ";
                }
                out.push_str(" }");
            }
        }
    }
}

/// An array or an object, an item a line.
struct Items {
    indent: usize,
    braces: (char, char),
    count: usize,
}

impl Items {
    fn new(indent: usize) -> Self {
        Self { indent, braces: ('[', ']'), count: 0 }
    }

    /// Begins an item.
    fn before(&mut self, out: &mut String) {
        out.push(if self.count == 0 { self.braces.0 } else { ',' });
        self.count += 1;
        let deep = self.indent + 2;
        let _ = write!(out, "\n{:deep$}", "");
    }

    fn end(self, out: &mut String) {
        let Self { indent, braces, count } = self;
        if count == 0 {
            out.push(braces.0);
        } else {
            let _ = write!(out, "\n{:indent$}", "");
        }
        out.push(braces.1);
    }
}

/// Writes one graph.
struct Writer<'a> {
    document: &'a Document,
    short: &'a Short,
    graph: &'a Graph<'a>,
}

impl<'a> Writer<'a> {
    /// Writes the node objects of the graph as items of an array.
    fn nodes(&self, items: &mut Items, draft: &mut Draft<'_>) -> Result<()> {
        self.each(&mut |node| {
            items.before(&mut draft.text);
            // The outermost nodes are never on one line.
            node.write(&mut draft.text, items.indent + 2);
            draft.end()
        })
    }

    /// Writes a graph with a name, its nodes on one line where that is short enough.
    fn named(&self, name: Number, draft: &mut Draft<'_>) -> Result<()> {
        draft.text.push_str("{\n      \"@id\": ");
        self.name(name).write(&mut draft.text, 6);
        draft.text.push_str(",\n      \"@graph\": ");
        // The first nodes, until they are too wide for one line.
        let (mut first, mut wide) = (Vec::new(), 0);
        let mut array = Items::new(6);
        let mut line = String::new();
        self.each(&mut |node| {
            if wide <= WIDTH {
                line.clear();
                node.inline(&mut line);
                wide += width(&line);
                first.push(node);
                if wide <= WIDTH {
                    return Ok(());
                }
            } else {
                first.push(node);
            }
            for node in first.drain(..) {
                array.before(&mut draft.text);
                node.fit(&mut draft.text, 8);
            }
            draft.end()
        })?;
        match wide <= WIDTH {
            true => Json::Array(first).fit(&mut draft.text, 6),
            false => array.end(&mut draft.text),
        }
        draft.text.push_str("\n    }");
        Ok(())
    }

    /// The node objects: of IRIs, sorted, then of blank nodes by what they say.
    fn each(&self, take: &mut dyn FnMut(Json<'a>) -> Result<()>) -> Result<()> {
        let mut unnamed = Vec::new();
        for (subject, rows) in self.graph.subjects() {
            if self.document.is_blank(subject) {
                let id = self.graph.needs_label(subject).then_some(subject);
                unnamed.push(self.node(id, rows));
            } else {
                take(self.node(Some(subject), rows))?;
            }
        }
        unnamed.sort_unstable();
        unnamed.into_iter().try_for_each(take)
    }

    fn node(&self, id: Option<Number>, rows: &[Row]) -> Json<'a> {
        let mut members = Vec::new();
        members.extend(id.map(|id| (Text::of("@id"), self.name(id))));
        for facts in rows.chunk_by(|a, b| a.predicate == b.predicate) {
            let Some(first) = facts.first() else { continue };
            // Types that are no IRIs are said as any other fact; IRIs come first.
            let is_type = |fact: &Row| self.document.is_type(*fact) && self.document.is_iri(fact.object);
            let (types, others) = facts.split_at(facts.partition_point(is_type));
            if !types.is_empty() {
                let types = types.iter().map(|fact| self.name(fact.object)).collect();
                members.push((Text::of("@type"), one_or_all(types)));
            }
            if !others.is_empty() {
                members.push((self.short(self.document.verb(*first)), self.objects(others)));
            }
        }
        Json::Object(members)
    }

    fn objects(&self, facts: &[Row]) -> Json<'a> {
        let mut values: Vec<Json<'a>> = facts.iter().map(|fact| self.object(fact.object)).collect();
        let named = facts.partition_point(|fact| !self.document.is_blank(fact.object));
        if let Some(blanks) = values.get_mut(named..) {
            blanks.sort_unstable();
        }
        one_or_all(values)
    }

    fn object(&self, object: Number) -> Json<'a> {
        match self.document.texts.get(object) {
            Lexical::Iri(_) if self.document.is_nil(object) => list(Vec::new()),
            Lexical::Iri(_) => self.reference(object),
            Lexical::Literal(value, tag) => self.literal(object, value, tag),
            Lexical::Blank(_) if self.document.nests(object) => self.nested(object),
            Lexical::Blank(_) => self.reference(object),
            Lexical::Triple(parts) => Json::Object(vec![(Text::of("@id"), self.triple(parts))]),
        }
    }

    /// A triple term: a node with one property, instead of an identifier.
    fn triple(&self, [subject, predicate, object]: [Number; 3]) -> Json<'a> {
        let object = match self.document.is_iri(object) {
            true => self.reference(object),
            false => self.object(object),
        };
        Json::Object(vec![(Text::of("@id"), self.name(subject)), (self.short(predicate), object)])
    }

    fn nested(&self, node: Number) -> Json<'a> {
        if let Some(items) = self.graph.list(node) {
            return list(items.iter().map(|item| self.object(*item)).collect());
        }
        let facts = self.graph.facts(node);
        // An object with nothing in it is not a node to every reader.
        self.node(facts.is_empty().then_some(node), facts)
    }

    fn literal(&self, number: Number, value: &'a str, tag: Tag<'a>) -> Json<'a> {
        let mut members = Vec::new();
        match tag {
            Tag::Datatype(datatype) if is_native(value, datatype) => return Json::Bare(value),
            Tag::Datatype(datatype) if datatype == xsd::STRING.as_str() => return Json::text(value),
            Tag::Datatype(datatype) => {
                let text = match self.short.datatype(number, &self.document.texts) {
                    Some((prefix, rest)) => Text { prefix: Some(prefix), rest },
                    None => Text::of(datatype),
                };
                members.push((Text::of("@type"), Json::Text(text)));
            }
            Tag::Language(tag) => members.push((Text::of("@language"), Json::text(tag))),
            Tag::Directed(tag, direction) => {
                let direction = match direction {
                    BaseDirection::Ltr => "ltr",
                    BaseDirection::Rtl => "rtl",
                };
                members.push((Text::of("@direction"), Json::text(direction)));
                members.push((Text::of("@language"), Json::text(tag)));
            }
        }
        members.push((Text::of("@value"), Json::text(value)));
        Json::Object(members)
    }

    fn reference(&self, number: Number) -> Json<'a> {
        Json::Object(vec![(Text::of("@id"), self.name(number))])
    }

    fn name(&self, number: Number) -> Json<'a> {
        Json::Text(self.short(number))
    }

    /// An IRI or a blank node.
    fn short(&self, number: Number) -> Text<'a> {
        let texts = &self.document.texts;
        if self.document.is_blank(number) {
            return Text { prefix: Some("_"), rest: texts.plain(number) };
        }
        match self.short.iri(number, texts) {
            Some((prefix, rest)) => Text { prefix: Some(prefix), rest },
            None => Text::of(texts.plain(number)),
        }
    }
}

fn list(items: Vec<Json<'_>>) -> Json<'_> {
    Json::Object(vec![(Text::of("@list"), Json::Array(items))])
}

fn one_or_all(mut values: Vec<Json<'_>>) -> Json<'_> {
    match (values.len(), values.pop()) {
        (1, Some(value)) => value,
        (_, last) => {
            values.extend(last);
            Json::Array(values)
        }
    }
}

/// Whether JSON's own number or boolean comes back as this very literal.
fn is_native(value: &str, datatype: &str) -> bool {
    if datatype == xsd::BOOLEAN.as_str() {
        return is_bare(value, datatype);
    }
    let digits = value.strip_prefix('-').unwrap_or(value);
    let canonical = digits == "0" && value == digits || !digits.starts_with(['0', '+']);
    datatype == xsd::INTEGER.as_str() && canonical && digits.parse::<u64>().is_ok_and(|number| number <= SAFE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::graphs::{GraphFormat, GraphStyle, to_text};
    use crate::terms::{GraphName, Literal, NamedNode, Quad, Term};

    fn written(object: Term) -> String {
        let subject = NamedNode::new_unchecked("ex:in-full");
        let predicate = NamedNode::new_unchecked("http://e.org/p");
        let mut prefixes = Prefixes::new();
        prefixes.insert("ex", "http://example.org/");
        prefixes.insert("e", "http://e.org/");
        prefixes.insert("glued", "http://glued.org/x");
        let quads = [Quad::new(subject, predicate, object, GraphName::DefaultGraph)];
        to_text(GraphFormat::JsonLd, quads.to_vec(), &GraphStyle { prefixes, ..GraphStyle::default() })
            .unwrap()
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
