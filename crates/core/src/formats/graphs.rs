//! Graphs in every format that other tools read, each sorted so that the same graph gives the same bytes.
//!
//! In: what is to be written, a format, and a [`GraphStyle`]. Out: text. All quads are held in memory: sorting needs them
//! all, but as numbers where the format is one of RDF's own.

use super::canonical::{canonical, hash, rdfc10};
use super::draft::Draft;
pub use super::found::Found;
pub use super::numbered::Content;
use super::subjects::Document;
use super::{jsonld, lines, network, rdfxml, turtle};
use crate::blank::{Blanks, Rule};
use crate::error::{Error, Result};
use crate::store::pack::Watch;
use crate::terms::{NamedNode, Prefixes, Quad};
use std::collections::HashMap;
use std::io;

/// A format that graphs can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GraphFormat {
    /// Turtle, for people and tools.
    Turtle,
    /// One triple a line.
    NTriples,
    /// One quad a line.
    NQuads,
    /// Turtle with named graphs.
    TriG,
    /// RDF/XML.
    RdfXml,
    /// JSON-LD 1.1, compact.
    JsonLd,
    /// Canonical N-Quads: by RDFC-1.0, or where that takes too long, named by content.
    Canonical,
    /// Canonical N-Quads by RDFC-1.0 and nothing else.
    Rdfc10,
    /// The SHA-256 hash of the canonical N-Quads.
    Hash,
    /// GraphML, for Gephi, yEd, Cytoscape, NetworkX.
    GraphMl,
    /// DOT, for Graphviz.
    Dot,
    /// A table of edges as CSV, as Gephi reads it.
    Edges,
    /// A table of nodes as CSV, as Gephi reads it.
    Nodes,
}

/// How a graph is to be written.
#[derive(Debug, Clone, Default)]
pub struct GraphStyle {
    /// The prefixes that may be used; only those that are used are written.
    pub prefixes: Prefixes,
    /// The language of labels in formats that show things by one label (GraphML, DOT, CSV).
    pub language: String,
    /// What things are called in those formats; others go by the names that their quads give them.
    pub labels: HashMap<NamedNode, String>,
    /// Lines of a comment to begin with, where the format has comments.
    pub header: Vec<String>,
}

/// Each format with the names that a user may give: the first is the one shown, then others and endings.
const NAMES: &[(GraphFormat, &[&str], &str)] = &[
    (GraphFormat::Turtle, &["turtle", "ttl"], "text/turtle"),
    (GraphFormat::NTriples, &["ntriples", "nt", "n-triples"], "application/n-triples"),
    (GraphFormat::NQuads, &["nquads", "nq", "n-quads"], "application/n-quads"),
    (GraphFormat::TriG, &["trig"], "application/trig"),
    (GraphFormat::RdfXml, &["rdfxml", "rdf", "owl", "rdf-xml", "xml"], "application/rdf+xml"),
    (GraphFormat::JsonLd, &["jsonld", "json-ld", "json"], "application/ld+json"),
    (GraphFormat::Canonical, &["canonical", "c14n"], "application/n-quads; profile=canonical"),
    (GraphFormat::Rdfc10, &["rdfc", "rdfc-1.0", "rdfc10"], "application/n-quads; profile=rdfc"),
    (GraphFormat::Hash, &["hash", "sha256"], "text/plain"),
    (GraphFormat::GraphMl, &["graphml"], "application/graphml+xml"),
    (GraphFormat::Dot, &["dot", "gv", "graphviz"], "text/vnd.graphviz"),
    (GraphFormat::Edges, &["edges", "csv"], "text/csv"),
    (GraphFormat::Nodes, &["nodes"], "text/csv; header=present"),
];

impl GraphFormat {
    /// The format of a name, a file's ending or a media type, in any letter case.
    pub fn named(name: &str) -> Option<Self> {
        let name = name.trim().to_ascii_lowercase();
        let name = name.strip_prefix('.').unwrap_or(&name);
        NAMES.iter().find(|(_, names, media)| names.contains(&name) || *media == name).map(|(f, ..)| *f)
    }

    /// Whether a file of it holds one graph and no more.
    pub fn is_one_document(self) -> bool {
        match self {
            Self::RdfXml | Self::JsonLd | Self::GraphMl | Self::Dot | Self::Hash => true,
            Self::Turtle | Self::NTriples | Self::NQuads | Self::TriG | Self::Canonical => false,
            Self::Rdfc10 | Self::Edges | Self::Nodes => false,
        }
    }

    /// All formats, in the order in which help shows them.
    pub fn all() -> impl Iterator<Item = Self> {
        NAMES.iter().map(|(format, ..)| *format)
    }

    /// The name shown.
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(f, ..)| *f == self).and_then(|(_, names, _)| names.first()).unwrap_or(&"")
    }

    /// The media type.
    pub fn media_type(self) -> &'static str {
        NAMES.iter().find(|(f, ..)| *f == self).map_or("", |(.., media)| media)
    }

    /// Whether it has comments, so that a header can stand in it.
    pub fn has_comments(self) -> bool {
        use GraphFormat::{Dot, GraphMl, NQuads, NTriples, RdfXml, TriG, Turtle};
        matches!(self, Turtle | NTriples | NQuads | TriG | RdfXml | GraphMl | Dot)
    }

    /// Whether it is a syntax of RDF: written of numbers, without a term for each place, or a triple at a time
    /// ([`super::statements`]).
    pub fn is_of_rdf(self) -> bool {
        matches!(
            self,
            Self::Turtle | Self::NTriples | Self::NQuads | Self::TriG | Self::RdfXml | Self::JsonLd
        )
    }

    /// Whether things are shown by their labels.
    pub fn shows_labels(self) -> bool {
        matches!(self, Self::GraphMl | Self::Dot | Self::Edges | Self::Nodes)
    }

    /// Whether named graphs are kept. Other formats write one graph.
    pub fn keeps_named_graphs(self) -> bool {
        matches!(self, Self::NQuads | Self::TriG | Self::JsonLd | Self::Canonical | Self::Rdfc10 | Self::Hash)
    }
}

/// How the blank nodes in a text are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naming {
    /// As the format promises: equal graphs give the same text.
    Stable,
    /// RDFC-1.0 would take too long: equal graphs give the same text, but other programs name otherwise.
    ByContent,
    /// Very many look alike and no symmetry shows: each label names one node, but equal graphs may give different
    /// texts.
    Uncertain,
}

/// A graph as text.
#[derive(Debug, Clone)]
pub struct Written {
    /// The text.
    pub text: String,
    /// How blank nodes are named in it.
    pub naming: Naming,
}

/// Writes a part of a graph, or quads in any order, repeated or not; how blank nodes were named.
///
/// # Errors
/// Where the format cannot say what a quad says (the error names it; nothing is written then), and where `out` cannot be
/// written to.
pub fn write<'a>(
    out: &mut dyn io::Write,
    format: GraphFormat,
    content: impl Into<Content<'a>>,
    style: &GraphStyle,
) -> Result<Naming> {
    write_within(out, format, content, style, Watch::nobody())
}

/// The same as long as `watch` lets it: it is asked while the syntaxes of RDF are numbered, sorted and written.
///
/// # Errors
/// As there, and where `watch` stops it.
pub fn write_within<'a>(
    out: &mut dyn io::Write,
    format: GraphFormat,
    content: impl Into<Content<'a>>,
    style: &GraphStyle,
    watch: Watch<'_>,
) -> Result<Naming> {
    let content = content.into();
    if !format.keeps_named_graphs() {
        one_graph(format, &content)?;
    }
    let mut draft = Draft::new(out, watch);
    let naming = match format {
        GraphFormat::NTriples | GraphFormat::NQuads => {
            certainly(lines::write(content, &style.header, &mut draft)?)
        }
        GraphFormat::Turtle | GraphFormat::TriG | GraphFormat::RdfXml | GraphFormat::JsonLd => {
            let document = Document::of(content, watch)?;
            document_in(format, &document, style, &mut draft)?;
            certainly(document.is_certain())
        }
        GraphFormat::GraphMl | GraphFormat::Dot | GraphFormat::Edges | GraphFormat::Nodes => {
            let quads = content.quads(watch)?;
            let blanks = Blanks::of(&quads);
            draft.text = network_in(format, blanks.relabel(quads), style, watch)?;
            certainly(blanks.is_certain())
        }
        GraphFormat::Canonical | GraphFormat::Rdfc10 | GraphFormat::Hash => {
            let (text, naming) = canonical_in(format, &content.quads(watch)?)?;
            draft.text = text;
            naming
        }
    };
    draft.flush()?;
    Ok(naming)
}

/// The text that [`write()`] writes.
///
/// # Errors
/// Where the format cannot say what a quad says.
pub fn to_text(format: GraphFormat, quads: Vec<Quad>, style: &GraphStyle) -> Result<String> {
    Ok(written(format, quads, style)?.text)
}

/// The text that [`write()`] writes, and how blank nodes are named in it.
///
/// # Errors
/// Where the format cannot say what a quad says.
pub fn written<'a>(
    format: GraphFormat,
    content: impl Into<Content<'a>>,
    style: &GraphStyle,
) -> Result<Written> {
    let mut bytes = Vec::new();
    let naming = write(&mut bytes, format, content, style)?;
    // All of it was text.
    Ok(Written { text: String::from_utf8(bytes).unwrap_or_default(), naming })
}

fn certainly(is_certain: bool) -> Naming {
    if is_certain { Naming::Stable } else { Naming::Uncertain }
}

fn document_in(
    format: GraphFormat,
    document: &Document,
    style: &GraphStyle,
    draft: &mut Draft<'_>,
) -> Result<()> {
    let GraphStyle { prefixes, header, .. } = style;
    match format {
        GraphFormat::RdfXml => rdfxml::write(document, prefixes, header, draft),
        GraphFormat::JsonLd => jsonld::write(document, prefixes, draft),
        _ => turtle::write(document, prefixes, header, draft),
    }
}

fn network_in(format: GraphFormat, quads: Vec<Quad>, style: &GraphStyle, watch: Watch<'_>) -> Result<String> {
    match format {
        GraphFormat::GraphMl => network::graphml(quads, style, watch),
        GraphFormat::Dot => network::dot(quads, style, watch),
        GraphFormat::Edges => network::edges(quads, style, watch),
        _ => network::nodes(quads, style, watch),
    }
}

fn canonical_in(format: GraphFormat, quads: &[Quad]) -> Result<(String, Naming)> {
    if format == GraphFormat::Rdfc10 {
        return Ok((rdfc10(quads)?, Naming::Stable));
    }
    let (text, rule) = canonical(quads)?;
    let text = if format == GraphFormat::Hash { format!("{}\n", hash(&text)) } else { text };
    Ok((text, rule.into()))
}

impl From<Rule> for Naming {
    fn from(rule: Rule) -> Self {
        match rule {
            Rule::Rdfc10 => Self::Stable,
            Rule::Content => Self::ByContent,
        }
    }
}

/// Refuses named graphs where the format has no place for them.
fn one_graph(format: GraphFormat, content: &Content<'_>) -> Result<()> {
    let Some(name) = content.named_graph()? else { return Ok(()) };
    Err(Error::usage(format!(
        "{} holds one graph only, and there are named graphs here, such as {name}",
        format.name(),
    ))
    .hint("write trig, nquads or jsonld, which keep named graphs")
    .hint("or choose one graph to export"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::selection::{Selection, select};
    use crate::formats::fixture::memory;
    use crate::store::pack::Builder;
    use crate::terms::{BlankNode, GraphName, Literal, Term, Triple};
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Triple terms are sorted by the labels that their blank nodes get, not by those that they had.
    #[test]
    fn what_blank_nodes_are_called_changes_no_byte() {
        let data = |names: [&str; 2]| {
            let nodes = names.map(|name| Term::from(BlankNode::new_unchecked(name)));
            let iri = |name: &str| NamedNode::new_unchecked(format!("http://example.org/{name}"));
            let mut quads = Vec::new();
            for (node, what) in nodes.into_iter().zip(["p", "q"]) {
                let inner = Triple::new(iri("a"), iri(what), node);
                quads.push(Quad::new(iri("s"), iri("says"), inner, GraphName::DefaultGraph));
            }
            quads
        };
        for format in [GraphFormat::Turtle, GraphFormat::JsonLd, GraphFormat::RdfXml, GraphFormat::NQuads] {
            let [one, other] = [["x", "y"], ["y", "x"]]
                .map(|names| to_text(format, data(names), &GraphStyle::default()).unwrap());
            assert_eq!(one, other);
        }
    }

    /// All that is done before the first byte goes out asks, too: an export is stopped wherever it is, soon.
    #[test]
    fn a_graph_that_is_written_asks_all_along() {
        let iri = |name: String| NamedNode::new_unchecked(format!("http://example.org/{name}"));
        let mut builder = Builder::new();
        for n in 0..20_000_u32 {
            let (subject, predicate) = (iri(format!("s{}", n * 7919 % 20_000)), iri(format!("p{}", n % 3)));
            let object = match n % 4 {
                0 => Term::from(Literal::from(i64::from(n % 900))),
                1 => Literal::from(format!("text {n}")).into(),
                _ => iri(format!("s{}", n * 31 % 20_000)).into(),
            };
            builder.add(Quad::new(subject, predicate, object, GraphName::DefaultGraph).as_ref());
        }
        let (pack, asked) = (builder.finish(), AtomicUsize::new(0));
        for format in GraphFormat::all().filter(|format| format.is_of_rdf() || format.shows_labels()) {
            let run = |allowed: usize| {
                asked.store(0, Ordering::Relaxed);
                let check = || match asked.fetch_add(1, Ordering::Relaxed) < allowed {
                    true => Ok(()),
                    false => Err(Error::data("stopped")),
                };
                let (watch, mut out) = (Watch::asking(&check), Vec::new());
                let part = select(&pack, &Selection::All, watch)?;
                write_within(&mut out, format, part, &GraphStyle::default(), watch).map(|_| out.len())
            };
            let length = run(usize::MAX).unwrap();
            let needed = asked.load(Ordering::Relaxed);
            assert!(needed > 30 && length > 1 << 19, "{}: {needed}, {length}", format.name());
            for allowed in (0..needed).step_by(needed / 12) {
                assert_eq!(run(allowed).unwrap_err().message, "stopped", "{}", format.name());
                assert_eq!(asked.load(Ordering::Relaxed), allowed + 1, "{}", format.name());
            }
        }
    }

    /// What is written by the numbers of a graph is what is written of its terms.
    #[test]
    fn a_part_of_a_graph_is_written_as_its_quads_are() {
        let memory = memory();
        let style = GraphStyle {
            header: vec!["one\ntwo  ".to_owned()],
            prefixes: Prefixes::well_known(),
            ..GraphStyle::default()
        };
        for selection in [Selection::All, Selection::DefaultGraph] {
            let part = select(&memory, &selection, Watch::nobody()).unwrap();
            for format in GraphFormat::all() {
                let part = if format.keeps_named_graphs() {
                    part.clone()
                } else {
                    part.clone().merged(Watch::nobody()).unwrap()
                };
                let by_terms = written(format, part.quads(Watch::nobody()).unwrap(), &style);
                let by_numbers = written(format, part, &style);
                match (by_terms, by_numbers) {
                    (Ok(expected), Ok(found)) => {
                        assert_eq!(found.text, expected.text);
                        assert_eq!(found.naming, expected.naming);
                        assert!(format == GraphFormat::Hash || found.text.lines().count() > 5);
                    }
                    (expected, found) => {
                        assert_eq!(found.unwrap_err().message, expected.unwrap_err().message);
                        assert_eq!(format, GraphFormat::RdfXml, "it has no control characters");
                    }
                }
            }
        }
    }
}
