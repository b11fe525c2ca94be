//! A graph as nodes and edges, for tools that know no RDF: GraphML, DOT, and CSV as Gephi reads it.
//!
//! In: quads of one graph and a [`GraphStyle`]. Out: text. Lists are shown by their heads alone.
//!
//! A thing is a node; a triple between two things is an edge; a class is a node's type; texts and numbers
//! are values of a node. The items of a list are tied to what has the list, without the cells between.
//! This is a view: a graph cannot be read back from it.

use super::graphs::GraphStyle;
use super::markup::{comment, escape};
use super::numbered::Number;
use super::subjects::Document;
use crate::error::Result;
use crate::store::pack::Watch;
use crate::terms::{BlankNode, NAMING, NamedNode, NamedNodeRef, NamedOrBlankNode, Quad, Term, rdf, xsd};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt::Write as _;

/// What stands between the values of a node that has several of one property.
const BETWEEN: &str = " | ";

/// A property, and the language of its texts where they have one.
type Column = (NamedNode, Option<String>);

/// What is a node: IRIs before blank nodes, each sorted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Thing {
    Iri(NamedNode),
    Blank(String),
}

impl From<NamedNode> for Thing {
    fn from(iri: NamedNode) -> Self {
        Self::Iri(iri)
    }
}

impl From<BlankNode> for Thing {
    fn from(node: BlankNode) -> Self {
        Self::Blank(node.into_string())
    }
}

impl From<NamedOrBlankNode> for Thing {
    fn from(subject: NamedOrBlankNode) -> Self {
        match subject {
            NamedOrBlankNode::NamedNode(iri) => iri.into(),
            NamedOrBlankNode::BlankNode(node) => node.into(),
        }
    }
}

/// What is known of a thing.
#[derive(Debug, Default)]
struct Node {
    types: Vec<NamedNode>,
    /// The texts and numbers of each property.
    values: BTreeMap<Column, Vec<Term>>,
}

/// Nodes and edges, sorted.
struct Network<'a> {
    style: &'a GraphStyle,
    nodes: BTreeMap<Thing, Node>,
    edges: BTreeSet<(Thing, NamedNode, Thing)>,
}

/// As GraphML, with every text and number as a value of its node.
pub fn graphml(quads: Vec<Quad>, style: &GraphStyle, watch: Watch<'_>) -> Result<String> {
    let network = Network::of(quads, style, watch)?;
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    for line in style.header.iter().flat_map(|text| text.lines()) {
        let _ = writeln!(out, "<!-- {} -->", comment(line));
    }
    out.push_str(
        "<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\"\n    \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"\n    \
         xsi:schemaLocation=\"http://graphml.graphdrawing.org/xmlns \
         http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd\">\n",
    );
    for (id, of, name) in [
        ("label", "node", "label"),
        ("type", "node", "type"),
        ("iri", "node", "iri"),
        ("relation", "edge", "label"),
        ("relation-iri", "edge", "iri"),
    ] {
        key(&mut out, id, of, name, "string");
    }
    let columns = network.columns();
    for (column, kind) in &columns {
        key(&mut out, &network.column_id(column), "node", &network.column_name(column), kind);
    }
    out.push_str("  <graph id=\"graph\" edgedefault=\"directed\">\n");
    for (thing, node) in &network.nodes {
        let _ = writeln!(out, "    <node id=\"{}\">", escape(&network.id(thing)));
        data(&mut out, "label", &network.label(thing));
        data(&mut out, "type", &network.types(node, BETWEEN));
        if let Thing::Iri(iri) = thing {
            data(&mut out, "iri", iri.as_str());
        }
        for (column, values) in &node.values {
            data(&mut out, &network.column_id(column), &network.joined(values));
        }
        out.push_str("    </node>\n");
    }
    for (source, property, target) in &network.edges {
        let (source, target) = (escape(&network.id(source)), escape(&network.id(target)));
        let _ = writeln!(out, "    <edge source=\"{source}\" target=\"{target}\">");
        data(&mut out, "relation", &network.name(property));
        data(&mut out, "relation-iri", property.as_str());
        out.push_str("    </edge>\n");
    }
    Ok(out + "  </graph>\n</graphml>\n")
}

fn key(out: &mut String, id: &str, of: &str, name: &str, kind: &str) {
    let (id, name) = (escape(id), escape(name));
    let _ = writeln!(out, "  <key id=\"{id}\" for=\"{of}\" attr.name=\"{name}\" attr.type=\"{kind}\"/>");
}

fn data(out: &mut String, key: &str, value: &str) {
    if !value.is_empty() {
        let _ = writeln!(out, "      <data key=\"{}\">{}</data>", escape(key), escape(value));
    }
}

/// As DOT: boxes with a label and a type, arrows with a label.
pub fn dot(quads: Vec<Quad>, style: &GraphStyle, watch: Watch<'_>) -> Result<String> {
    let network = Network::of(quads, style, watch)?;
    let mut out = String::new();
    for line in style.header.iter().flat_map(|text| text.lines()) {
        let _ = writeln!(out, "// {}", line.trim_end());
    }
    out.push_str(
        "digraph {\n    graph [rankdir=LR, charset=\"UTF-8\"];\n    \
         node [shape=box, style=rounded, fontname=\"sans-serif\"];\n    \
         edge [fontname=\"sans-serif\", fontsize=10];\n\n",
    );
    for (thing, node) in &network.nodes {
        let mut label = dot_text(&network.label(thing));
        if !node.types.is_empty() {
            let _ = write!(label, "\\n{}", dot_text(&network.types(node, ", ")));
        }
        let _ = write!(out, "    {} [label=\"{label}\"", network.dot_id(thing));
        if let Thing::Iri(iri) = thing {
            let _ = write!(out, ", URL=\"{}\"", dot_text(iri.as_str()));
        }
        out.push_str("];\n");
    }
    if !network.edges.is_empty() {
        out.push('\n');
    }
    for (source, property, target) in &network.edges {
        let (source, target) = (network.dot_id(source), network.dot_id(target));
        let _ = writeln!(out, "    {source} -> {target} [label=\"{}\"];", dot_text(&network.name(property)));
    }
    Ok(out + "}\n")
}

/// Text within a quoted label: Graphviz reads backslashes and HTML's entities in it.
fn dot_text(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"").replace('&', "&amp;");
    text.replace("\r\n", "\\n").replace(['\n', '\r'], "\\n")
}

/// The edges as a table: `Source,Target,Label`.
pub fn edges(quads: Vec<Quad>, style: &GraphStyle, watch: Watch<'_>) -> Result<String> {
    let network = Network::of(quads, style, watch)?;
    let mut out = csv(["Source", "Target", "Label"]);
    for (source, property, target) in &network.edges {
        out += &csv([&*full(source), &*full(target), &*network.name(property)]);
    }
    Ok(out)
}

/// The nodes as a table: `Id,Label,Type`.
pub fn nodes(quads: Vec<Quad>, style: &GraphStyle, watch: Watch<'_>) -> Result<String> {
    let network = Network::of(quads, style, watch)?;
    let mut out = csv(["Id", "Label", "Type"]);
    for (thing, node) in &network.nodes {
        out += &csv([&*full(thing), &*network.label(thing), &*network.types(node, BETWEEN)]);
    }
    Ok(out)
}

/// A line of CSV as RFC 4180 has it.
fn csv(cells: [&str; 3]) -> String {
    let quoted = |cell: &str| match cell.contains(['"', ',', '\n', '\r']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell.to_owned(),
    };
    cells.map(quoted).join(",") + "\r\n"
}

/// A thing as other tables know it.
fn full(thing: &Thing) -> String {
    match thing {
        Thing::Iri(iri) => iri.as_str().to_owned(),
        Thing::Blank(node) => format!("_:{node}"),
    }
}

impl<'a> Network<'a> {
    fn of(quads: Vec<Quad>, style: &'a GraphStyle, watch: Watch<'_>) -> Result<Self> {
        let mut pace = watch.pace();
        let lists = Lists(Document::both(&quads, &[], watch)?.0);
        let cells = lists.cells(&quads);
        let mut network = Self { style, nodes: BTreeMap::new(), edges: BTreeSet::new() };
        for quad in &quads {
            pace.step()?;
            let subject = Thing::from(quad.subject.clone());
            if cells.contains(&subject) {
                continue;
            }
            network.nodes.entry(subject.clone()).or_default();
            let list = match &quad.object {
                Term::NamedNode(iri) if *iri == rdf::NIL => Some(Vec::new()),
                Term::BlankNode(node) => lists.items(node),
                _ => None,
            };
            for object in list.unwrap_or_else(|| vec![quad.object.clone()]) {
                network.add(&subject, &quad.predicate, object, &lists);
            }
        }
        Ok(network)
    }

    fn add(&mut self, subject: &Thing, property: &NamedNode, object: Term, lists: &Lists) {
        let target: Thing = match object {
            Term::NamedNode(class) if *property == rdf::TYPE => {
                return self.nodes.entry(subject.clone()).or_default().types.push(class);
            }
            Term::NamedNode(iri) => iri.into(),
            Term::BlankNode(node) => match lists.items(&node) {
                // A list in a list: its items are tied to what has the outer one.
                Some(items) => {
                    items.into_iter().for_each(|item| self.add(subject, property, item, lists));
                    return;
                }
                None => node.into(),
            },
            Term::Literal(_) | Term::Triple(_) => {
                let language = match &object {
                    Term::Literal(literal) => literal.language().map(str::to_owned),
                    _ => None,
                };
                let node = self.nodes.entry(subject.clone()).or_default();
                node.values.entry((property.clone(), language)).or_default().push(object);
                return;
            }
        };
        self.nodes.entry(target.clone()).or_default();
        self.edges.insert((subject.clone(), property.clone(), target));
    }

    /// The properties that have texts and numbers, each with GraphML's name for what these are.
    fn columns(&self) -> BTreeMap<&Column, &'static str> {
        let mut columns: BTreeMap<&Column, Vec<&[Term]>> = BTreeMap::new();
        for (column, values) in self.nodes.values().flat_map(|node| &node.values) {
            columns.entry(column).or_default().push(values);
        }
        columns.into_iter().map(|(column, values)| (column, kind(&values))).collect()
    }

    fn column_name(&self, (property, language): &Column) -> String {
        let name = self.short(property).unwrap_or_else(|| property.as_str().to_owned());
        language.as_ref().map_or(name.clone(), |language| format!("{name}@{language}"))
    }

    /// A name that XML takes for an identifier.
    fn column_id(&self, (property, language): &Column) -> String {
        let id = self.id(&property.clone().into());
        language.as_ref().map_or(id.clone(), |language| format!("{id}.{language}"))
    }

    fn short(&self, iri: &NamedNode) -> Option<String> {
        self.style.prefixes.compact(iri.as_str())
    }

    /// A name that XML takes for an identifier: the short one, or one made of the IRI's hash.
    fn id(&self, thing: &Thing) -> String {
        match thing {
            Thing::Blank(node) => node.clone(),
            Thing::Iri(iri) => self.short(iri).unwrap_or_else(|| {
                let digest = Sha256::digest(iri.as_str().as_bytes());
                digest.iter().take(8).fold("n".to_owned(), |id, byte| format!("{id}{byte:02x}"))
            }),
        }
    }

    fn dot_id(&self, thing: &Thing) -> String {
        let id = match thing {
            Thing::Iri(iri) => self.short(iri).unwrap_or_else(|| iri.as_str().to_owned()),
            Thing::Blank(node) => format!("_:{node}"),
        };
        format!("\"{}\"", id.replace('"', "\\\""))
    }

    /// What a thing is called: as the style says, by its own names, by its IRI.
    fn label(&self, thing: &Thing) -> String {
        if let Thing::Iri(iri) = thing
            && let Some(label) = self.style.labels.get(iri)
        {
            return label.clone();
        }
        let node = self.nodes.get(thing);
        let own = node.and_then(|node| {
            NAMING
                .iter()
                .find_map(|naming| self.name_by(node, &NamedNodeRef::new_unchecked(naming).into_owned()))
        });
        own.unwrap_or_else(|| match thing {
            Thing::Iri(iri) => self.short(iri).unwrap_or_else(|| iri.as_str().to_owned()),
            Thing::Blank(node) => format!("_:{node}"),
        })
    }

    /// A node's name by one property: in the style's language, in none, in any.
    fn name_by(&self, node: &Node, naming: &NamedNode) -> Option<String> {
        let wanted = Some(self.style.language.clone());
        let mut found: Vec<_> = node.values.iter().filter(|((property, _), _)| property == naming).collect();
        found.sort_by_key(|((_, language), _)| (*language != wanted, language.is_some()));
        let (_, values) = found.first()?;
        values.iter().find_map(|value| match value {
            Term::Literal(literal) => Some(literal.value().to_owned()),
            _ => None,
        })
    }

    fn types(&self, node: &Node, between: &str) -> String {
        let mut names: Vec<String> = node.types.iter().map(|class| self.name(class)).collect();
        names.sort_unstable();
        names.join(between)
    }

    fn name(&self, iri: &NamedNode) -> String {
        self.label(&iri.clone().into())
    }

    fn joined(&self, values: &[Term]) -> String {
        let plain = |term: &Term| match term {
            Term::Literal(literal) => literal.value().to_owned(),
            other => self.style.prefixes.show(other.as_ref()),
        };
        let mut texts: Vec<String> = values.iter().map(plain).collect();
        texts.sort_unstable();
        texts.join(BETWEEN)
    }
}

/// The lists of a graph.
struct Lists(Document);

impl Lists {
    /// The cells of the list that begins at a node, each with its item.
    fn list(&self, head: &BlankNode) -> Option<Vec<(Number, Number)>> {
        self.0.graph(None).cells(self.0.texts.find_blank(head.as_str())?)
    }

    fn items(&self, head: &BlankNode) -> Option<Vec<Term>> {
        self.list(head)?.into_iter().map(|(_, item)| self.0.texts.term(item)).collect()
    }

    /// The cells of the lists that are written as edges.
    fn cells(&self, quads: &[Quad]) -> HashSet<Thing> {
        let heads = quads.iter().filter(|quad| quad.predicate != rdf::REST);
        let lists = heads.filter_map(|quad| match &quad.object {
            Term::BlankNode(head) => self.list(head),
            _ => None,
        });
        lists.flatten().map(|(cell, _)| Thing::Blank(self.0.texts.plain(cell).to_owned())).collect()
    }
}

/// GraphML's name for what all of these values are. A node with several values has a text.
fn kind(values: &[&[Term]]) -> &'static str {
    let all = |datatype: NamedNodeRef<'_>, fits: &dyn Fn(&str) -> bool| {
        values.iter().all(|values| match values {
            [Term::Literal(literal)] => literal.datatype() == datatype && fits(literal.value()),
            _ => false,
        })
    };
    if all(xsd::INTEGER, &|text| text.parse::<i64>().is_ok()) {
        return "long";
    }
    let number = |text: &str| text.parse::<f64>().is_ok_and(f64::is_finite);
    if all(xsd::DECIMAL, &number) || all(xsd::DOUBLE, &number) {
        return "double";
    }
    if all(xsd::BOOLEAN, &|text| text == "true" || text == "false") { "boolean" } else { "string" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::{BlankNode, GraphName, Literal, Prefixes};

    fn iri(name: &str) -> NamedNode {
        NamedNode::new_unchecked(format!("http://example.org/{name}"))
    }

    fn quad(s: impl Into<NamedOrBlankNode>, p: NamedNode, o: impl Into<Term>) -> Quad {
        Quad::new(s, p, o, GraphName::DefaultGraph)
    }

    fn label(text: &str, language: &str) -> Literal {
        Literal::new_language_tagged_literal_unchecked(text, language)
    }

    fn graph() -> Vec<Quad> {
        let name = || NamedNodeRef::new_unchecked(NAMING[1]).into_owned();
        let (head, tail) = (BlankNode::new_unchecked("x"), BlankNode::new_unchecked("y"));
        vec![
            quad(iri("a"), rdf::TYPE.into_owned(), iri("Firm")),
            quad(iri("Firm"), name(), label("Firm, \"Ltd\"", "en")),
            quad(iri("a"), name(), label("百度", "zh")),
            quad(iri("a"), name(), label("A & B", "en")),
            quad(iri("a"), iri("size"), Literal::from(7)),
            quad(iri("a"), iri("makes"), head.clone()),
            quad(head.clone(), rdf::FIRST.into_owned(), iri("m1")),
            quad(head, rdf::REST.into_owned(), tail.clone()),
            quad(tail.clone(), rdf::FIRST.into_owned(), iri("m2")),
            quad(tail, rdf::REST.into_owned(), rdf::NIL.into_owned()),
        ]
    }

    fn style(language: &str) -> GraphStyle {
        let mut prefixes = Prefixes::well_known();
        prefixes.insert("ex", "http://example.org/");
        GraphStyle { prefixes, language: language.to_owned(), ..GraphStyle::default() }
    }

    #[test]
    fn lists_are_edges_to_their_items_and_classes_are_types() {
        assert_eq!(
            edges(graph(), &style("en"), Watch::nobody()).unwrap(),
            "Source,Target,Label\r\n\
             http://example.org/a,http://example.org/m1,ex:makes\r\n\
             http://example.org/a,http://example.org/m2,ex:makes\r\n"
        );
        let table = nodes(graph(), &style("zh"), Watch::nobody()).unwrap();
        assert!(table.contains("http://example.org/a,百度,\"Firm, \"\"Ltd\"\"\"\r\n"), "{table}");
        assert_eq!(table.lines().count(), 5, "{table}");
    }

    #[test]
    fn dot_and_graphml_escape_what_they_must() {
        let drawn = dot(graph(), &style("en"), Watch::nobody()).unwrap();
        assert!(
            drawn.contains(r#"    "ex:a" [label="A &amp; B\nFirm, \"Ltd\"", URL="http://example.org/a"];"#),
            "{drawn}"
        );
        assert!(drawn.contains(r#"    "ex:a" -> "ex:m2" [label="ex:makes"];"#), "{drawn}");
        let xml = graphml(graph(), &style("en"), Watch::nobody()).unwrap();
        assert!(
            xml.contains(r#"<key id="ex:size" for="node" attr.name="ex:size" attr.type="long"/>"#),
            "{xml}"
        );
        assert!(xml.contains(r#"<data key="rdfs:label.zh">百度</data>"#), "{xml}");
        assert!(xml.contains(r#"<data key="type">Firm, &quot;Ltd&quot;</data>"#), "{xml}");
    }

    #[test]
    fn the_order_of_the_quads_does_not_show() {
        let mut other = graph();
        other.reverse();
        let drawn = |quads| graphml(quads, &style("en"), Watch::nobody()).unwrap();
        assert_eq!(drawn(graph()), drawn(other));
    }
}
