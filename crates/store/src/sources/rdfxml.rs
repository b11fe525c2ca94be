//! RDF/XML to triples, as a stream.
//!
//! In: XML tokens and the file's own IRI. Out: triples into a sink. RDF 1.1 XML Syntax with what RDF 1.2 adds
//! (`rdf:annotation`, `its:dir`, `rdf:parseType="Triple"`) where `rdf:version` asks for it. A sink keeps what
//! came before a fault: a caller that wants all or nothing discards it.

mod attributes;

use super::xml::{Element, Name, Place, Reader, Result, Stop, Token, canonical, fault, is_ncname};
use crate::error;
use crate::terms::{BlankNode, Literal, NamedNode, NamedOrBlankNode, Prefixes, Quad, Term, Triple, rdf};
use attributes::{Attributes, Parse, Scope};
use oxiri::Iri;
use std::collections::{HashMap, HashSet};
use std::io::BufRead;
use std::rc::Rc;

/// The namespace of RDF.
const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";

/// Names that the syntax uses, and RDF/XML once used: neither classes nor properties (RDF/XML 5.1, 6.2.2-6.2.4).
pub const SYNTAX: &[&str] = &[
    "RDF",
    "ID",
    "about",
    "parseType",
    "resource",
    "nodeID",
    "datatype",
    "version",
    "annotation",
    "annotationNodeID",
    "bagID",
    "aboutEach",
    "aboutEachPrefix",
];

/// Whether a name of the RDF namespace is a part of the syntax wherever a predicate may stand (RDF/XML 6.2.7): those of
/// [`SYNTAX`], the node `Description`, and `li`, which stands for `_1`, `_2` and so on.
pub fn is_taken(local: &str) -> bool {
    SYNTAX.contains(&local) || matches!(local, "Description" | "li")
}

/// How many bytes a base, a namespace or a language tag may have: each stands for as many in every triple
/// that uses it, and so a small file could become a large graph.
pub const LONG: usize = 4096;

/// How deep triple terms may nest, as in Turtle.
const TERMS: usize = 100;

const NAMES_HINT: &str = "an ID is a name: letters, digits, `-`, `_` and `.`, not beginning with a digit";

/// Reads all triples into `sink`, and adds the prefixes that the file declares to `prefixes`; their number.
///
/// # Errors
/// Where the document is not well-formed XML or not RDF/XML, or the sink refuses a triple.
pub fn read(
    input: impl BufRead,
    base: Option<&str>,
    fresh: bool,
    prefixes: &mut Prefixes,
    sink: &mut dyn FnMut(Quad) -> error::Result<()>,
) -> Result<u64> {
    let base = match base.map(|base| Iri::parse(base.to_owned())).transpose() {
        Ok(base) => base.map(Rc::new),
        Err(error) => {
            let error = error::Error::usage("the base is not an IRI").because(error);
            return Err(Stop::Sink(error));
        }
    };
    let document = Frame { kind: Kind::Document, scope: Scope::of(base), name: String::new() };
    let mut parser = Parser {
        frames: vec![document],
        labels: Labels { fresh, known: HashMap::new() },
        ids: HashSet::new(),
        names: HashMap::new(),
        captured: Vec::new(),
        count: 0,
        prefixes,
        sink,
    };
    parser.run(Reader::new(input))?;
    Ok(parser.count)
}

/// A triple that waits for its object.
#[derive(Clone)]
struct Statement {
    subject: NamedOrBlankNode,
    predicate: NamedNode,
    /// `rdf:ID`: what stands for the triple in the four triples of a reification.
    id: Option<NamedNode>,
    /// `rdf:annotation`: what reifies its triple term.
    reifier: Option<NamedOrBlankNode>,
}

/// What an open element is.
enum Kind {
    Document,
    Rdf,
    /// A node element, or a property element that is one (`parseType="Resource"`).
    Node {
        subject: NamedOrBlankNode,
        items: u64,
    },
    /// A property element whose object is what it holds.
    Property {
        statement: Statement,
        datatype: Option<NamedNode>,
        text: String,
        node: Option<NamedOrBlankNode>,
    },
    /// A property element that said all in its attributes.
    Empty,
    /// A list; its last cell is there from the first item on.
    Collection {
        statement: Statement,
        last: Option<BlankNode>,
    },
    Literal {
        statement: Statement,
        writer: canonical::Writer,
    },
    TripleTerm {
        statement: Statement,
        nodes: usize,
        place: Place,
    },
}

struct Frame {
    kind: Kind,
    scope: Scope,
    /// The element as written.
    name: String,
}

struct Parser<'a> {
    frames: Vec<Frame>,
    labels: Labels,
    /// The IRIs made from `rdf:ID`, each of which may come once (RDF/XML 5.2, 7.2.11).
    ids: HashSet<String>,
    /// Names of elements and attributes that were found to be IRIs.
    names: HashMap<String, NamedNode>,
    /// The triples within the triple terms that are open.
    captured: Vec<Vec<Triple>>,
    count: u64,
    prefixes: &'a mut Prefixes,
    sink: &'a mut dyn FnMut(Quad) -> error::Result<()>,
}

impl Parser<'_> {
    fn run(&mut self, mut xml: Reader<impl BufRead>) -> Result<()> {
        loop {
            let place = xml.place();
            let token = xml.token()?;
            if let Some(Frame { kind: Kind::Literal { writer, .. }, .. }) = self.frames.last_mut()
                && write(writer, &token)
            {
                continue;
            }
            match token {
                Token::Start(element) => self.start(&element)?,
                Token::End => self.end()?,
                Token::Text(text) => self.text(text, place)?,
                Token::Comment(_) | Token::Instruction(..) => {}
                Token::Eof => return Ok(()),
            }
        }
    }

    fn start(&mut self, element: &Element) -> Result<()> {
        for (prefix, namespace) in &element.declared {
            self.prefixes.insert(prefix.as_str(), namespace.as_ref());
        }
        let Some(above) = self.frames.last() else { return Ok(()) };
        let is_root = matches!(above.kind, Kind::Document);
        if is_root && element.name.namespace.as_ref() == RDF && element.name.local == "RDF" {
            let (scope, rest) = Scope::read(&above.scope, element)?;
            if let Some(other) = rest.first() {
                return fault(
                    other.place,
                    format!("the attribute {} cannot stand on rdf:RDF", other.name.written()),
                    "put it on the element that it describes",
                );
            }
            self.open(Kind::Rdf, scope, element);
            return Ok(());
        }
        if is_root {
            refuse_other_xml(element)?;
        }
        if matches!(above.kind, Kind::Node { .. }) { self.property(element) } else { self.node(element) }
    }

    fn open(&mut self, kind: Kind, scope: Scope, element: &Element) {
        self.frames.push(Frame { kind, scope, name: element.name.written() });
    }

    /// The IRI of an element or an attribute.
    fn name(&mut self, name: &Name, place: Place) -> Result<NamedNode> {
        if name.namespace.is_empty() {
            return fault(
                place,
                format!("`{}` has no namespace", name.local),
                "name the namespace: xmlns:p=\"http://...\" on the root element, and p:name here",
            );
        }
        if name.namespace.len() > LONG {
            return fault(place, format!("a namespace is longer than {LONG} bytes"), "shorten it");
        }
        let iri = format!("{}{}", name.namespace, name.local);
        if let Some(known) = self.names.get(&iri) {
            return Ok(known.clone());
        }
        if let Err(error) = Iri::parse(iri.as_str()) {
            return fault(
                place,
                format!("`{}` stands for <{iri}>, which is not an IRI: {}", name.written(), plain(&error)),
                "correct the namespace in its xmlns declaration",
            );
        }
        let node = NamedNode::new_unchecked(iri.as_str());
        self.names.insert(iri, node.clone());
        Ok(node)
    }

    /// 7.2.11: a node element.
    fn node(&mut self, element: &Element) -> Result<()> {
        let is_plain = element.name.namespace.as_ref() == RDF && element.name.local == "Description";
        let class = self.name(&element.name, element.place)?;
        if is_syntax(&element.name) {
            return fault(
                element.place,
                format!("{} cannot be the class of a thing", element.name.written()),
                "use rdf:Description or a class; rdf:RDF stands at the root alone",
            );
        }
        if element.name.namespace.as_ref() == RDF && element.name.local == "li" {
            return fault(
                element.place,
                "rdf:li is a property, and stands inside a thing",
                "put it into rdf:Seq, rdf:Bag or rdf:Alt",
            );
        }
        let attributes = self.attributes(element)?;
        attributes.refuse_on_node(&element.name)?;
        let subject = self.subject(&attributes)?;
        self.take(&subject, element.place)?;
        if !is_plain {
            self.emit(Triple::new(subject.clone(), rdf::TYPE, class))?;
        }
        self.describe(&subject, &attributes)?;
        self.open(Kind::Node { subject, items: 0 }, attributes.scope, element);
        Ok(())
    }

    fn subject(&mut self, attributes: &Attributes) -> Result<NamedOrBlankNode> {
        Ok(match (&attributes.id, &attributes.node_id, &attributes.about) {
            (Some((iri, place)), None, None) => self.once(iri, *place)?.into(),
            (None, Some(label), None) => self.labels.node(label).into(),
            (None, None, Some(iri)) => iri.clone().into(),
            (None, None, None) => BlankNode::default().into(),
            _ => {
                return fault(
                    attributes.place,
                    "a thing has one of rdf:about, rdf:ID and rdf:nodeID, and here are two",
                    "keep one; to say that two names mean the same thing, use owl:sameAs",
                );
            }
        })
    }

    /// An IRI made from `rdf:ID`, where it is the first of its kind.
    fn once(&mut self, iri: &NamedNode, place: Place) -> Result<NamedNode> {
        if self.ids.insert(iri.as_str().to_owned()) {
            return Ok(iri.clone());
        }
        fault(
            place,
            format!("the ID of <{}> is given a second time", iri.as_str()),
            "to say more of the same thing, use rdf:about=\"#name\"",
        )
    }

    /// Gives a node to the element around it.
    fn take(&mut self, subject: &NamedOrBlankNode, at: Place) -> Result<()> {
        let Some(above) = self.frames.last_mut() else { return Ok(()) };
        match &mut above.kind {
            Kind::Property { text, node, datatype, .. } => {
                if !text.trim_matches(is_white).is_empty() || node.is_some() || datatype.is_some() {
                    let what = if node.is_some() { "a second thing" } else { "a thing beside text" };
                    return fault(
                        at,
                        format!("{what} stands in the property {}", above.name),
                        "a property holds one thing or one text: repeat it for each, or add rdf:parseType=\"Literal\" for XML, \"Collection\" for a list",
                    );
                }
                *node = Some(subject.clone());
            }
            Kind::Collection { statement, last } => {
                let cell = BlankNode::default();
                let item = Triple::new(cell.clone(), rdf::FIRST, Term::from(subject.clone()));
                match last.replace(cell.clone()) {
                    Some(before) => self.emit(Triple::new(before, rdf::REST, cell))?,
                    None => {
                        let statement = statement.clone();
                        self.state(&statement, cell.into())?;
                    }
                }
                self.emit(item)?;
            }
            Kind::Empty => {
                return fault(
                    at,
                    format!("the property {} has its value in an attribute, and a thing inside", above.name),
                    "keep one of the two",
                );
            }
            Kind::TripleTerm { nodes, .. } => *nodes += 1,
            _ => {}
        }
        Ok(())
    }

    /// The triples that the attributes of a thing say.
    fn describe(&mut self, subject: &NamedOrBlankNode, attributes: &Attributes) -> Result<()> {
        for (predicate, object) in &attributes.properties {
            self.emit(Triple::new(subject.clone(), predicate.clone(), object.clone()))?;
        }
        Ok(())
    }

    /// 7.2.14: a property element.
    fn property(&mut self, element: &Element) -> Result<()> {
        let Some(Frame { kind: Kind::Node { subject, items }, .. }) = self.frames.last_mut() else {
            return Ok(());
        };
        let subject = subject.clone();
        let is_rdf = element.name.namespace.as_ref() == RDF;
        let predicate = if is_rdf && element.name.local == "li" {
            *items += 1;
            NamedNode::new_unchecked(format!("{RDF}_{items}"))
        } else if is_syntax(&element.name) || (is_rdf && element.name.local == "Description") {
            return fault(
                element.place,
                format!("{} cannot be a property", element.name.written()),
                "things and properties take turns: put a property between the two things",
            );
        } else {
            self.name(&element.name, element.place)?
        };
        let attributes = self.attributes(element)?;
        attributes.refuse_on_property(&element.name)?;
        let id = attributes.id.as_ref().map(|(iri, place)| self.once(iri, *place)).transpose()?;
        let reifier = attributes
            .annotation
            .clone()
            .or_else(|| attributes.annotation_node.as_ref().map(|label| self.labels.node(label).into()));
        let statement = Statement { subject, predicate, id, reifier };
        self.content(element, attributes, statement)
    }

    /// What a property element holds, by its attributes.
    fn content(&mut self, element: &Element, attributes: Attributes, statement: Statement) -> Result<()> {
        let kind = match attributes.parse {
            Parse::Literal => Kind::Literal { statement, writer: canonical::Writer::default() },
            Parse::Collection => Kind::Collection { statement, last: None },
            Parse::Triple => {
                if self.captured.len() >= TERMS {
                    return fault(
                        element.place,
                        format!("triple terms nest more than {TERMS} deep"),
                        "name the inner ones with rdf:annotation",
                    );
                }
                self.captured.push(Vec::new());
                Kind::TripleTerm { statement, nodes: 0, place: element.place }
            }
            Parse::Resource => {
                let node = BlankNode::default();
                self.state(&statement, node.clone().into())?;
                Kind::Node { subject: node.into(), items: 0 }
            }
            Parse::None => {
                let object: Option<NamedOrBlankNode> = match (&attributes.resource, &attributes.node_id) {
                    (Some(iri), _) => Some(iri.clone().into()),
                    (None, Some(label)) => Some(self.labels.node(label).into()),
                    (None, None) => (!attributes.properties.is_empty()).then(|| BlankNode::default().into()),
                };
                match object {
                    Some(object) => {
                        self.state(&statement, object.clone().into())?;
                        self.describe(&object, &attributes)?;
                        Kind::Empty
                    }
                    None => Kind::Property {
                        statement,
                        datatype: attributes.datatype,
                        text: String::new(),
                        node: None,
                    },
                }
            }
        };
        self.open(kind, attributes.scope, element);
        Ok(())
    }

    fn text(&mut self, text: String, place: Place) -> Result<()> {
        let Some(frame) = self.frames.last_mut() else { return Ok(()) };
        match &mut frame.kind {
            Kind::Property { text: all, node: None, .. } => {
                if all.is_empty() {
                    *all = text;
                } else {
                    all.push_str(&text);
                }
                return Ok(());
            }
            _ if text.trim_matches(is_white).is_empty() => return Ok(()),
            _ => {}
        }
        let shown: String = text.trim_matches(is_white).chars().take(30).collect();
        let place = skip_white(place, &text);
        let hint = match &frame.kind {
            Kind::Node { .. } => "text belongs inside a property: <p:name>text</p:name>",
            Kind::Empty => "a value stands in an attribute or as text, not both",
            _ => "here stand elements; for mixed text and elements add rdf:parseType=\"Literal\"",
        };
        fault(place, format!("the text `{shown}` cannot stand directly in {}", frame.name), hint)
    }

    fn end(&mut self) -> Result<()> {
        let Some(frame) = self.frames.pop() else { return Ok(()) };
        match frame.kind {
            Kind::Document | Kind::Rdf | Kind::Node { .. } | Kind::Empty => Ok(()),
            Kind::Property { statement, node: Some(node), .. } => self.state(&statement, node.into()),
            Kind::Property { statement, datatype, text, node: None } => {
                let literal = match datatype {
                    Some(datatype) => frame.scope.typed(text, datatype)?,
                    None => frame.scope.literal(text),
                };
                self.state(&statement, literal.into())
            }
            Kind::Collection { last: Some(last), .. } => {
                self.emit(Triple::new(last, rdf::REST, NamedNode::from(rdf::NIL)))
            }
            Kind::Collection { statement, .. } => self.state(&statement, NamedNode::from(rdf::NIL).into()),
            Kind::Literal { statement, writer } => {
                let literal = Literal::new_typed_literal(writer.finish(), rdf::XML_LITERAL);
                self.state(&statement, literal.into())
            }
            Kind::TripleTerm { statement, nodes, place } => {
                let mut triples = self.captured.pop().unwrap_or_default();
                if !frame.scope.is_1_2 {
                    return Ok(());
                }
                match (triples.pop(), triples.is_empty(), nodes) {
                    (Some(triple), true, 1) => self.state(&statement, triple.into()),
                    _ => fault(
                        place,
                        "rdf:parseType=\"Triple\" must hold exactly one triple",
                        "give it one thing with one property",
                    ),
                }
            }
        }
    }

    /// Says a triple, and what names it.
    fn state(&mut self, statement: &Statement, object: Term) -> Result<()> {
        let Statement { subject, predicate, id, reifier } = statement;
        let triple = Triple::new(subject.clone(), predicate.clone(), object);
        if let Some(id) = id {
            let about = |predicate, object: Term| Triple::new(id.clone(), predicate, object);
            self.emit(about(rdf::TYPE, NamedNode::from(rdf::STATEMENT).into()))?;
            self.emit(about(rdf::SUBJECT, subject.clone().into()))?;
            self.emit(about(rdf::PREDICATE, predicate.clone().into()))?;
            self.emit(about(rdf::OBJECT, triple.object.clone()))?;
        }
        if let Some(reifier) = reifier {
            self.emit(Triple::new(reifier.clone(), rdf::REIFIES, triple.clone()))?;
        }
        self.emit(triple)
    }

    fn emit(&mut self, triple: Triple) -> Result<()> {
        if let Some(captured) = self.captured.last_mut() {
            // More than two are refused in the end, and are not kept.
            if captured.len() < 2 {
                captured.push(triple);
            }
            return Ok(());
        }
        self.count += 1;
        (self.sink)(triple.in_graph(crate::terms::GraphName::DefaultGraph)).map_err(Stop::Sink)
    }
}

/// The blank nodes by their labels in the file.
struct Labels {
    fresh: bool,
    known: HashMap<String, BlankNode>,
}

impl Labels {
    fn node(&mut self, label: &str) -> BlankNode {
        if !self.fresh
            && let Ok(node) = BlankNode::new(label)
        {
            return node;
        }
        self.known.entry(label.to_owned()).or_default().clone()
    }
}

/// Writes a token into an XML literal; false where it ends the literal.
fn write(writer: &mut canonical::Writer, token: &Token) -> bool {
    match token {
        Token::Start(element) => writer.start(element),
        Token::End if writer.is_open() => writer.end(),
        Token::Text(text) => writer.text(text),
        Token::Comment(text) => writer.comment(text),
        Token::Instruction(target, rest) => writer.instruction(target, rest),
        Token::End | Token::Eof => return false,
    }
    true
}

/// Tells the XML that people most often take for RDF/XML.
fn refuse_other_xml(element: &Element) -> Result<()> {
    let Name { local, namespace, .. } = &element.name;
    let has = |name: &str| element.attributes.iter().any(|attribute| attribute.name.local == name);
    let is_owl = namespace.as_ref() == "http://www.w3.org/2002/07/owl#" && local == "Ontology";
    if is_owl
        && (has("ontologyIRI") || element.attributes.iter().all(|a| a.name.prefix == "xml"))
        && !has("about")
    {
        return fault(
            element.place,
            "this is OWL/XML, another syntax than RDF/XML",
            "convert it: robot convert -i FILE -o FILE.ttl, or save it as Turtle in Protégé",
        );
    }
    if namespace.is_empty() {
        return fault(
            element.place,
            format!("this is XML with the root element `{local}`, not RDF/XML"),
            "the root of RDF/XML is rdf:RDF, or a thing whose name has a namespace",
        );
    }
    Ok(())
}

fn is_syntax(name: &Name) -> bool {
    name.namespace.as_ref() == RDF && SYNTAX.contains(&name.local.as_str())
}

fn is_white(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

/// The place of the first character of a text that is not white.
fn skip_white(mut place: Place, text: &str) -> Place {
    for c in text.chars().take_while(|c| is_white(*c)) {
        if c == '\n' {
            place = Place { line: place.line + 1, column: 0 };
        } else {
            place.column += 1;
        }
    }
    place
}

/// What an IRI parser says, as a part of a sentence.
fn plain(error: &oxiri::IriParseError) -> String {
    super::plain::explain(&error.to_string(), None, false).0
}

#[cfg(test)]
mod tests;
