//! Turtle and TriG for reading and comparing: the same graph gives the same bytes everywhere.
//!
//! In: a document and prefixes. Out: text, a block at a time. Graphs are sorted by name, the default graph first; subjects by
//! IRI, then blank nodes by what they say; types first, labels next, other predicates by IRI; objects:
//! IRIs, numbers by value, texts by language, then blank nodes. What is said about the blank nodes of a graph that are not
//! written in place of their mention is held in memory, to be sorted.

use super::draft::Draft;
use super::numbered::{Number, Row};
use super::short::{List, Short, is_plain, list};
use super::subjects::{Document, Graph, Met};
use super::texts::Texts;
use crate::error::Result;
use crate::store::pack::Watch;
use crate::store::{Lexical, Tag};
use crate::terms::{NamedNode, Prefixes, TermRef, is_bare, quote, rdf, xsd};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::ops::Range;
use std::rc::Rc;
use unicode_width::UnicodeWidthStr;

/// The width that lines keep to where they can.
const WIDTH: usize = 100;

/// Writes a document as Turtle, or as TriG where there are named graphs.
///
/// # Errors
/// Where it cannot be written.
pub(crate) fn write(
    document: &Document,
    prefixes: &Prefixes,
    header: &[String],
    draft: &mut Draft<'_>,
) -> Result<()> {
    let watch = draft.watch;
    let mut short = Short::of(&document.texts, &writable(prefixes), watch)?;
    document.graphs().try_for_each(|graph| note(&graph, document, &mut short, watch))?;
    for line in header.iter().flat_map(|text| text.lines()) {
        let _ = writeln!(draft.text, "# {}", line.trim_end());
    }
    let mut is_first = true;
    let mut between = |draft: &mut Draft<'_>| {
        if !std::mem::take(&mut is_first) || !draft.text.is_empty() {
            draft.text.push('\n');
        }
    };
    if short.used().next().is_some() {
        between(draft);
        for (name, namespace) in short.used() {
            let _ = writeln!(draft.text, "@prefix {name}: <{namespace}> .");
        }
    }
    for graph in document.graphs() {
        between(draft);
        let writer = Writer { document, short: &short, graph: &graph };
        let Some(name) = graph.name() else {
            writer.blocks(draft)?;
            continue;
        };
        // The lines of a long text stand as they are, so nothing is indented here.
        writer.term(&mut draft.text, name);
        draft.text.push_str(" {\n\n");
        writer.blocks(draft)?;
        draft.text.push_str("\n}\n");
    }
    Ok(())
}

/// The prefixes whose names and namespaces the grammar allows.
pub(crate) fn writable(prefixes: &Prefixes) -> Prefixes {
    let mut kept = Prefixes::new();
    for (name, namespace) in prefixes.iter() {
        let is_name = name.is_empty() || is_plain(name);
        if is_name && !namespace.is_empty() && !namespace.contains(must_escape) {
            kept.insert(name, namespace);
        }
    }
    kept
}

fn must_escape(c: char) -> bool {
    c <= ' ' || matches!(c, '<' | '>' | '"' | '{' | '}' | '|' | '^' | '`' | '\\')
}

/// Notes the prefixes that a graph needs.
fn note(graph: &Graph<'_>, document: &Document, short: &mut Short, watch: Watch<'_>) -> Result<()> {
    if let Some(name) = graph.name() {
        short.note_iri(name);
    }
    graph.each(watch, &mut |met| match met {
        Met::Subject(subject) => short.note_iri(subject),
        Met::Fact(row) => {
            if !document.is_type(row) {
                short.note_iri(document.verb(row));
            }
            note_object(row.object, document, short);
        }
        Met::Item(item) => note_object(item, document, short),
    })
}

fn note_object(object: Number, document: &Document, short: &mut Short) {
    if !document.is_nil(object) {
        note_term(object, &document.texts, short);
    }
}

fn note_term(number: Number, texts: &Texts, short: &mut Short) {
    match texts.get(number) {
        Lexical::Iri(_) => short.note_iri(number),
        Lexical::Literal(value, Tag::Datatype(datatype)) => {
            if !is_bare(value, datatype) && datatype != xsd::STRING.as_str() {
                short.note_datatype(number, texts);
            }
        }
        Lexical::Triple(parts) => parts.into_iter().for_each(|part| note_term(part, texts, short)),
        Lexical::Literal(..) | Lexical::Blank(_) => {}
    }
}

/// Writes terms one by one, and notes the prefixes that they need.
pub(crate) struct Terms {
    prefixes: Prefixes,
    list: List,
    used: BTreeSet<String>,
}

impl Terms {
    /// With the prefixes that the grammar allows.
    pub(crate) fn new(prefixes: &Prefixes) -> Self {
        let prefixes = writable(prefixes);
        Self { list: list(&prefixes), prefixes, used: BTreeSet::new() }
    }

    /// The prefixes that were used so far, with their namespaces.
    pub(crate) fn used(&self) -> impl Iterator<Item = (&str, &str)> {
        self.used.iter().map(|name| (name.as_str(), self.prefixes.namespace(name).unwrap_or_default()))
    }

    /// A term. Texts of several lines stay lines if they `may_break`.
    pub(crate) fn term(&mut self, term: TermRef<'_>, may_break: bool) -> String {
        if may_break && matches!(term, TermRef::NamedNode(iri) if iri == rdf::NIL) {
            return "()".to_owned();
        }
        let (texts, number) = Texts::of(term);
        let mut short = Short::of_list(&texts, &self.prefixes, Rc::clone(&self.list));
        note_term(number, &texts, &mut short);
        self.used.extend(short.used().map(|(name, _)| name.to_owned()));
        let mut out = String::new();
        Speller { texts: &texts, short: &short }.term(&mut out, number, may_break);
        out
    }

    /// A predicate.
    pub(crate) fn verb(&mut self, predicate: &NamedNode) -> String {
        match *predicate == rdf::TYPE {
            true => "a".to_owned(),
            false => self.term(predicate.as_ref().into(), false),
        }
    }
}

/// Writes terms that nothing is nested in.
struct Speller<'a> {
    texts: &'a Texts,
    short: &'a Short,
}

impl Speller<'_> {
    /// A term by its number. Texts of several lines stay lines if they `may_break`.
    fn term(&self, out: &mut String, number: Number, may_break: bool) {
        match self.texts.get(number) {
            Lexical::Iri(iri) => match self.short.iri(number, self.texts) {
                Some((prefix, local)) => named(out, prefix, local),
                None => full(out, iri),
            },
            Lexical::Blank(label) => {
                out.push_str("_:");
                out.push_str(label);
            }
            Lexical::Literal(value, tag) => self.literal(out, number, (value, tag), may_break),
            Lexical::Triple([subject, predicate, object]) => {
                out.push_str("<<( ");
                self.term(out, subject, false);
                out.push(' ');
                self.term(out, predicate, false);
                out.push(' ');
                self.term(out, object, false);
                out.push_str(" )>>");
            }
        }
    }

    fn literal(&self, out: &mut String, number: Number, (value, tag): (&str, Tag<'_>), may_break: bool) {
        if matches!(tag, Tag::Datatype(datatype) if is_bare(value, datatype)) {
            return out.push_str(value);
        }
        if may_break && value.contains('\n') {
            long_quote(out, value);
        } else {
            quote(out, value);
        }
        match tag {
            Tag::Datatype(datatype) if datatype == xsd::STRING.as_str() => {}
            Tag::Datatype(datatype) => {
                out.push_str("^^");
                match self.short.datatype(number, self.texts) {
                    Some((prefix, local)) => named(out, prefix, local),
                    None => full(out, datatype),
                }
            }
            Tag::Language(tag) => {
                out.push('@');
                out.push_str(tag);
            }
            Tag::Directed(tag, direction) => {
                let _ = write!(out, "@{tag}--{direction}");
            }
        }
    }
}

fn named(out: &mut String, prefix: &str, local: &str) {
    out.push_str(prefix);
    out.push(':');
    out.push_str(local);
}

fn full(out: &mut String, iri: &str) {
    out.push('<');
    match iri.contains(must_escape) {
        false => out.push_str(iri),
        true => iri.chars().for_each(|c| match must_escape(c) {
            true => {
                let _ = write!(out, "\\u{:04X}", c as u32);
            }
            false => out.push(c),
        }),
    }
    out.push('>');
}

/// Writes one graph.
pub(crate) struct Writer<'a> {
    pub(crate) document: &'a Document,
    pub(crate) short: &'a Short,
    pub(crate) graph: &'a Graph<'a>,
}

impl Writer<'_> {
    /// A subject where it begins a block, or a name of a graph.
    pub(crate) fn term(&self, out: &mut String, number: Number) {
        Speller { texts: &self.document.texts, short: self.short }.term(out, number, true);
    }

    /// The predicate of a row.
    pub(crate) fn verb(&self, out: &mut String, row: Row) {
        match self.document.is_type(row) {
            true => out.push('a'),
            false => self.term(out, self.document.verb(row)),
        }
    }

    /// The blocks of the graph, with a blank line between.
    fn blocks(&self, draft: &mut Draft<'_>) -> Result<()> {
        let mut unnamed = Vec::new();
        let mut is_first = true;
        for (subject, rows) in self.graph.subjects() {
            if self.document.is_blank(subject) {
                let mut block = String::new();
                match self.graph.needs_label(subject) {
                    true => self.term(&mut block, subject),
                    false => block.push_str("[]"),
                }
                self.statements(&mut block, rows);
                unnamed.push(block);
                continue;
            }
            if !std::mem::take(&mut is_first) {
                draft.text.push('\n');
            }
            self.term(&mut draft.text, subject);
            self.statements(&mut draft.text, rows);
            draft.end()?;
        }
        unnamed.sort_unstable();
        for block in unnamed {
            if !std::mem::take(&mut is_first) {
                draft.text.push('\n');
            }
            draft.text.push_str(&block);
            draft.end()?;
        }
        Ok(())
    }

    /// What is said about a subject, after its name.
    fn statements(&self, out: &mut String, rows: &[Row]) {
        let mut before = "\n";
        for facts in rows.chunk_by(|a, b| a.predicate == b.predicate) {
            out.push_str(before);
            self.statement(out, facts, 4);
            before = " ;\n";
        }
        out.push_str(" .\n");
    }

    /// The facts of one subject that have the same predicate, without the mark that ends them.
    pub(crate) fn statement(&self, out: &mut String, facts: &[Row], indent: usize) {
        let [first, others @ ..] = facts else { return };
        let start = out.len();
        spaces(out, indent);
        self.verb(out, *first);
        out.push(' ');
        if others.is_empty() {
            return self.object(out, first.object, indent);
        }
        let head = out.len();
        let objects = self.objects(facts, indent);
        let mut before = "";
        for text in objects.iter() {
            out.push_str(before);
            out.push_str(text);
            before = ", ";
        }
        let line = out.get(start..).unwrap_or_default();
        if width(line) + 2 <= WIDTH && !line.contains('\n') {
            return;
        }
        let align = width(out.get(start..head).unwrap_or_default());
        out.truncate(head);
        let mut previous_block = true;
        for (number, text) in objects.iter().enumerate() {
            let is_block = text.contains('\n') && !text.starts_with('"');
            match number {
                0 => {}
                _ if previous_block || is_block => out.push_str(", "),
                _ => {
                    out.push_str(",\n");
                    spaces(out, align);
                }
            }
            out.push_str(text);
            previous_block = is_block;
        }
    }

    /// The objects of some facts in their order: blank nodes last, by their texts.
    fn objects(&self, facts: &[Row], indent: usize) -> Pieces {
        let mut pieces = Pieces::default();
        for fact in facts {
            let start = pieces.text.len();
            self.object(&mut pieces.text, fact.object, indent);
            pieces.spans.push(start..pieces.text.len());
        }
        let named = facts.partition_point(|fact| !self.document.is_blank(fact.object));
        if let Some(blanks) = pieces.spans.get_mut(named..) {
            let text = |span: &Range<usize>| pieces.text.get(span.clone()).unwrap_or_default();
            blanks.sort_unstable_by(|a, b| text(a).cmp(text(b)));
        }
        pieces
    }

    /// An object: nested where it can be.
    pub(crate) fn object(&self, out: &mut String, object: Number, indent: usize) {
        if self.document.is_nil(object) {
            return out.push_str("()");
        }
        if !self.document.nests(object) {
            return self.term(out, object);
        }
        match self.graph.list(object) {
            Some(items) => self.list(out, &items, indent),
            None => self.nested(out, object, indent),
        }
    }

    fn nested(&self, out: &mut String, node: Number, indent: usize) {
        let facts = self.graph.facts(node).chunk_by(|a, b| a.predicate == b.predicate);
        let line = |facts| {
            let mut line = String::new();
            self.statement(&mut line, facts, indent + 4);
            line
        };
        let lines: Vec<String> = facts.map(line).collect();
        if lines.is_empty() {
            return out.push_str("[]");
        }
        let short: Vec<&str> = lines.iter().map(|line| line.trim_start()).collect();
        let inline = format!("[ {} ]", short.join(" ; "));
        if width(&inline) + indent + 20 <= WIDTH && !inline.contains('\n') {
            return out.push_str(&inline);
        }
        let _ = write!(out, "[\n{}\n{:indent$}]", lines.join(" ;\n"), "");
    }

    fn list(&self, out: &mut String, items: &[Number], indent: usize) {
        let text = |item: &Number| {
            let mut text = String::new();
            self.object(&mut text, *item, indent + 4);
            text
        };
        let texts: Vec<String> = items.iter().map(text).collect();
        let inline = format!("( {} )", texts.join(" "));
        if width(&inline) + indent + 20 <= WIDTH && !inline.contains('\n') {
            return out.push_str(&inline);
        }
        let deep = indent + 4;
        out.push_str("(\n");
        for text in texts {
            let _ = writeln!(out, "{:deep$}{text}", "");
        }
        let _ = write!(out, "{:indent$})", "");
    }
}

/// Texts side by side.
#[derive(Default)]
struct Pieces {
    text: String,
    spans: Vec<Range<usize>>,
}

impl Pieces {
    fn iter(&self) -> impl Iterator<Item = &str> {
        self.spans.iter().map(|span| self.text.get(span.clone()).unwrap_or_default())
    }
}

fn spaces(out: &mut String, count: usize) {
    out.extend(std::iter::repeat_n(' ', count));
}

/// How many columns a text takes on a terminal.
fn width(text: &str) -> usize {
    // There are no control characters in it, but perhaps line ends, and then nobody asks.
    if text.is_ascii() { text.len() } else { text.width() }
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
