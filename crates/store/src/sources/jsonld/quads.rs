//! Expanded nodes to quads.
//!
//! In: nodes, lists and literals. Out: quads into a sink (JSON-LD 1.1 Processing Algorithms, 8). An IRI that is
//! none is refused at its place.

use super::expand::{Item, Kind, NodeObject};
use crate::error;
use crate::sources::fault::{Result, Stop};
use crate::sources::json;
use crate::terms::{BlankNode, GraphName, NamedNode, NamedOrBlankNode, Quad, Term, Triple, rdf};
use oxiri::Iri;
use std::collections::HashMap;

/// Where quads go.
pub struct Writer<'w> {
    text: &'w str,
    fresh: bool,
    known: HashMap<String, BlankNode>,
    count: u64,
    sink: &'w mut dyn FnMut(Quad) -> error::Result<()>,
}

impl<'w> Writer<'w> {
    /// A writer into a sink. `fresh`: blank nodes get labels that no other graph has.
    pub fn new(text: &'w str, fresh: bool, sink: &'w mut dyn FnMut(Quad) -> error::Result<()>) -> Self {
        Self { text, fresh, known: HashMap::new(), count: 0, sink }
    }

    /// How many quads there were.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Writes the things at the top of a document.
    ///
    /// # Errors
    /// Where an IRI is none, or the sink refuses a quad.
    pub fn items(&mut self, items: &[Item]) -> Result<()> {
        let at_top = |node: &NodeObject| node.id.is_none() && node.is_bare_but_for_its_graph();
        for item in items {
            match &item.kind {
                Kind::Node(node) if at_top(node) => {
                    for item in node.graph.iter().flatten() {
                        self.thing(item, &GraphName::DefaultGraph)?;
                    }
                }
                _ => self.thing(item, &GraphName::DefaultGraph)?,
            }
        }
        Ok(())
    }

    fn thing(&mut self, item: &Item, graph: &GraphName) -> Result<()> {
        match &item.kind {
            Kind::Node(node) => self.node(node, graph).map(drop),
            Kind::List(_) | Kind::Literal(_) => Ok(()),
        }
    }

    /// Writes things into a graph.
    ///
    /// # Errors
    /// As [`Self::items`].
    pub fn things(&mut self, items: &[Item], graph: &GraphName) -> Result<()> {
        items.iter().try_for_each(|item| self.thing(item, graph))
    }

    /// Writes the values of a property of a thing.
    ///
    /// # Errors
    /// As [`Self::items`].
    pub fn values(
        &mut self,
        subject: &NamedOrBlankNode,
        predicate: &NamedNode,
        values: &[Item],
        graph: &GraphName,
    ) -> Result<()> {
        for value in values {
            let object = self.object(value, graph)?;
            self.state(Triple::new(subject.clone(), predicate.clone(), object), value, graph)?;
        }
        Ok(())
    }

    /// Writes a triple.
    ///
    /// # Errors
    /// Where the sink refuses it.
    pub fn emit(&mut self, triple: Triple, graph: &GraphName) -> Result<()> {
        self.count += 1;
        (self.sink)(triple.in_graph(graph.clone())).map_err(Stop::Sink)
    }

    fn wrong<T>(&self, at: usize, what: impl Into<String>, hint: &str) -> Result<T> {
        json::fault_at(self.text, at, what, hint)
    }

    /// The IRI or blank node of a text.
    ///
    /// # Errors
    /// Where it is not an IRI.
    pub fn name(&mut self, text: &str, at: usize) -> Result<NamedOrBlankNode> {
        if let Some(label) = text.strip_prefix("_:") {
            return Ok(self.blank(label).into());
        }
        Ok(self.iri(text, at)?.into())
    }

    fn blank(&mut self, label: &str) -> BlankNode {
        if !self.fresh
            && let Ok(node) = BlankNode::new(label)
        {
            return node;
        }
        self.known.entry(label.to_owned()).or_default().clone()
    }

    fn iri(&self, text: &str, at: usize) -> Result<NamedNode> {
        match Iri::parse(text) {
            Ok(_) => Ok(NamedNode::new_unchecked(text)),
            Err(error) => {
                let (why, _) = crate::sources::plain::explain(&error.to_string(), None, false);
                self.wrong(
                    at,
                    format!("`{text}` is not an IRI: {why}"),
                    "write it in full, declare its prefix in @context, or percent-encode its characters",
                )
            }
        }
    }

    /// Writes a thing, and gives its name.
    ///
    /// # Errors
    /// As [`Self::items`].
    pub fn node(&mut self, node: &NodeObject, graph: &GraphName) -> Result<NamedOrBlankNode> {
        if node.triple.is_some() {
            return self.wrong(
                node.at,
                "a triple cannot be a subject",
                "say more of a triple with @annotation, or of a thing that rdf:reifies it",
            );
        }
        let subject = match &node.id {
            Some(id) => self.name(id, node.at)?,
            None => BlankNode::default().into(),
        };
        for (class, at) in &node.types {
            let class = self.name(class, *at)?;
            self.emit(Triple::new(subject.clone(), rdf::TYPE, Term::from(class)), graph)?;
        }
        for property in &node.properties {
            let predicate = self.predicate(&property.iri, property.at)?;
            self.values(&subject, &predicate, &property.values, graph)?;
        }
        for property in &node.reverse {
            let predicate = self.predicate(&property.iri, property.at)?;
            for value in &property.values {
                let Kind::Node(other) = &value.kind else { continue };
                let other = self.node(other, graph)?;
                self.state(Triple::new(other, predicate.clone(), Term::from(subject.clone())), value, graph)?;
            }
        }
        if let Some(items) = &node.graph {
            let inner = GraphName::from(subject.clone());
            self.things(items, &inner)?;
        }
        self.things(&node.included, graph)?;
        Ok(subject)
    }

    /// The predicate of an IRI.
    ///
    /// # Errors
    /// Where it is not one.
    pub fn predicate(&self, iri: &str, at: usize) -> Result<NamedNode> {
        if iri.starts_with("_:") {
            return self.wrong(
                at,
                "a blank node cannot be a property",
                "give the property an IRI in @context",
            );
        }
        self.iri(iri, at)
    }

    /// Says a triple and what is said of it.
    ///
    /// # Errors
    /// As [`Self::items`].
    pub fn state(&mut self, triple: Triple, value: &Item, graph: &GraphName) -> Result<()> {
        for annotation in &value.annotations {
            let reifier = self.node(annotation, graph)?;
            self.emit(Triple::new(reifier, rdf::REIFIES, Term::from(triple.clone())), graph)?;
        }
        self.emit(triple, graph)
    }

    /// Writes what a value says of itself, and gives its term.
    ///
    /// # Errors
    /// As [`Self::items`].
    pub fn object(&mut self, item: &Item, graph: &GraphName) -> Result<Term> {
        match &item.kind {
            Kind::Literal(literal) => Ok(literal.clone().into()),
            Kind::List(items) => self.list(items, graph),
            Kind::Node(node) => match &node.triple {
                Some(triple) if node.is_bare() && node.id.is_none() => self.triple(triple).map(Into::into),
                _ => self.node(node, graph).map(Into::into),
            },
        }
    }

    /// A triple term: what a thing with one property says, without saying it.
    fn triple(&mut self, node: &NodeObject) -> Result<Triple> {
        let mut properties = node
            .properties
            .iter()
            .flat_map(|property| property.values.iter().map(move |value| (property, value)));
        let (first, more) = (properties.next(), properties.next());
        let is_alone = more.is_none()
            && node.reverse.is_empty()
            && node.graph.is_none()
            && node.included.is_empty()
            && node.triple.is_none();
        let subject = match &node.id {
            Some(id) => self.name(id, node.at)?,
            None => BlankNode::default().into(),
        };
        match (first, node.types.as_slice()) {
            (None, [(class, at)]) if is_alone => {
                let class = self.name(class, *at)?;
                return Ok(Triple::new(subject, rdf::TYPE, Term::from(class)));
            }
            (Some((property, value)), []) if is_alone && value.annotations.is_empty() => {
                let predicate = self.predicate(&property.iri, property.at)?;
                let object = match &value.kind {
                    Kind::Node(inner) if inner.is_bare() => self.object(value, &GraphName::DefaultGraph)?,
                    Kind::Literal(literal) => literal.clone().into(),
                    _ => {
                        return self.wrong(
                            property.at,
                            "what a triple term says has an object that is a name or a text",
                            "describe the object elsewhere",
                        );
                    }
                };
                return Ok(Triple::new(subject, predicate, object));
            }
            _ => {}
        }
        self.wrong(
            node.at,
            "an object as @id is a triple: a thing with exactly one property and value",
            "write {\"@id\": {\"@id\": \"...\", \"property\": ...}}",
        )
    }

    fn list(&mut self, items: &[Item], graph: &GraphName) -> Result<Term> {
        let mut rest: Term = NamedNode::from(rdf::NIL).into();
        for item in items.iter().rev() {
            let cell = BlankNode::default();
            let first = self.object(item, graph)?;
            self.state(Triple::new(cell.clone(), rdf::FIRST, first), item, graph)?;
            self.emit(Triple::new(cell.clone(), rdf::REST, rest), graph)?;
            rest = cell.into();
        }
        Ok(rest)
    }
}

impl NodeObject {
    fn is_bare_but_for_its_graph(&self) -> bool {
        self.graph.is_some()
            && self.types.is_empty()
            && self.properties.is_empty()
            && self.reverse.is_empty()
            && self.included.is_empty()
            && self.triple.is_none()
    }
}
