//! Graphs in every format that other tools read, each sorted so that the same graph gives the same bytes.
//!
//! In: quads, a format, and a [`GraphStyle`]. Out: text. All quads are held in memory: sorting needs them
//! all. What is in a graph already is written as N-Triples and N-Quads without them, by [`lines`].

use super::canonical::{canonical, hash, rdfc10};
use super::{jsonld, lines, network, rdfxml, turtle};
use crate::blank::{Blanks, Rule};
use crate::error::{Error, Result};
use crate::terms::{NamedNode, NamedOrBlankNode, Prefixes, Quad, Term, Triple};
use std::collections::{HashMap, HashSet};
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
    /// Whether a triple a line, as N-Triples has them, is a document of it.
    pub fn takes_lines(self) -> bool {
        matches!(self, Self::Turtle | Self::NTriples | Self::NQuads | Self::TriG)
    }

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

/// Writes quads, in any order, repeated or not; how blank nodes were named.
///
/// # Errors
/// Where the format cannot say what a quad says (the error names it), or `out` cannot be written to.
pub fn write(
    out: &mut dyn io::Write,
    format: GraphFormat,
    quads: Vec<Quad>,
    style: &GraphStyle,
) -> Result<Naming> {
    let Written { text, naming } = written(format, quads, style)?;
    out.write_all(text.as_bytes()).map_err(|error| Error::store("cannot write the graph").because(error))?;
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
pub fn written(format: GraphFormat, mut quads: Vec<Quad>, style: &GraphStyle) -> Result<Written> {
    let mut seen = HashSet::new();
    quads.retain(|quad| seen.insert(quad.clone()));
    drop(seen);
    if !format.keeps_named_graphs() {
        one_graph(format, &quads)?;
    }
    match format {
        GraphFormat::Canonical => canonical(&quads).map(|(text, rule)| Written { text, naming: rule.into() }),
        GraphFormat::Rdfc10 => Ok(Written { text: rdfc10(&quads)?, naming: Naming::Stable }),
        GraphFormat::Hash => {
            let (text, rule) = canonical(&quads)?;
            Ok(Written { text: format!("{}\n", hash(&text)), naming: rule.into() })
        }
        _ => named(format, quads, style),
    }
}

/// Adds a triple as a line that all formats for which [`GraphFormat::takes_lines`] is true can hold. Blank nodes keep their
/// names.
pub fn write_line(out: &mut String, triple: &Triple) {
    match &triple.subject {
        NamedOrBlankNode::NamedNode(iri) => write_iri(out, iri.as_str()),
        NamedOrBlankNode::BlankNode(node) => {
            out.push_str("_:");
            out.push_str(node.as_str());
        }
    }
    out.push(' ');
    write_iri(out, triple.predicate.as_str());
    out.push(' ');
    match &triple.object {
        Term::NamedNode(iri) => write_iri(out, iri.as_str()),
        other => out.push_str(&other.to_string()),
    }
    out.push_str(" .\n");
}

fn write_iri(out: &mut String, iri: &str) {
    out.push('<');
    out.push_str(iri);
    out.push('>');
}

impl From<Rule> for Naming {
    fn from(rule: Rule) -> Self {
        match rule {
            Rule::Rdfc10 => Self::Stable,
            Rule::Content => Self::ByContent,
        }
    }
}

/// The formats whose blank nodes are named by content.
fn named(format: GraphFormat, quads: Vec<Quad>, style: &GraphStyle) -> Result<Written> {
    let blanks = Blanks::of(&quads);
    let naming = if blanks.is_certain() { Naming::Stable } else { Naming::Uncertain };
    let text = match format {
        GraphFormat::Turtle | GraphFormat::TriG => {
            turtle::write(&quads, blanks, &style.prefixes, &style.header)
        }
        GraphFormat::RdfXml => rdfxml::write(&blanks.relabel(quads), &style.prefixes, &style.header)?,
        GraphFormat::JsonLd => jsonld::write(&quads, blanks, &style.prefixes),
        GraphFormat::GraphMl => network::graphml(blanks.relabel(quads), style),
        GraphFormat::Dot => network::dot(blanks.relabel(quads), style),
        GraphFormat::Edges => network::edges(blanks.relabel(quads), style),
        GraphFormat::Nodes => network::nodes(blanks.relabel(quads), style),
        _ => lines::of_quads(&blanks.relabel(quads), &style.header),
    };
    Ok(Written { text, naming })
}

/// Refuses named graphs where the format has no place for them.
fn one_graph(format: GraphFormat, quads: &[Quad]) -> Result<()> {
    let Some(quad) = quads.iter().find(|quad| !quad.graph_name.is_default_graph()) else { return Ok(()) };
    Err(Error::usage(format!(
        "{} holds one graph only, and there are named graphs here, such as {}",
        format.name(),
        quad.graph_name
    ))
    .hint("write trig, nquads or jsonld, which keep named graphs")
    .hint("or choose one graph to export"))
}
