//! Things written as they are read: what a document mostly is made of needs no expanded form of its own.
//!
//! In: JSON and the active context. Out: quads into the writer, value by value. Maps, reverse properties, included
//! things and all else that must be seen whole go through [`super::expand`], a property at a time.

use super::context::{Context, Options, Term};
use super::expand::{Item, Scope};
use super::quads::Writer;
use super::{Processor, is_keyword};
use crate::sources::fault::Result;
use crate::sources::json::{self, Entry, Node, Value};
use crate::terms::{
    BlankNode, GraphName, NamedNode, NamedOrBlankNode, Prefixes, Term as RdfTerm, Triple, rdf,
};
use std::rc::Rc;

/// A thing whose keys have been looked at, and are all of the plain kinds.
#[derive(Default)]
struct Plain<'n, 'a> {
    id: Option<&'n Node<'a>>,
    types: Option<&'n Node<'a>>,
    graph: Option<&'n Node<'a>>,
    properties: Vec<(String, &'n Entry<'a>)>,
}

/// Where a value goes.
struct Fact<'f> {
    subject: NamedOrBlankNode,
    predicate: NamedNode,
    graph: &'f GraphName,
    /// The key in the document.
    key: &'f str,
}

impl Processor<'_> {
    /// Reads a document.
    pub fn document(
        &self,
        node: &Node<'_>,
        active: &Rc<Context>,
        options: &Options,
        prefixes: &mut Prefixes,
        writer: &mut Writer<'_>,
    ) -> Result<()> {
        if let Value::Array(items) = &node.value {
            return items.iter().try_for_each(|item| self.document(item, active, options, prefixes, writer));
        }
        if let Some(entries) = node.as_object() {
            let inner = match json::get(entries, "@context") {
                Some(context) => self.context(active, context, options)?,
                None => Rc::clone(active),
            };
            for (name, namespace) in inner.prefixes() {
                prefixes.insert(name, namespace);
            }
            let mut rest = entries.iter().filter(|entry| entry.key != "@context");
            if let (Some(only), None) = (rest.next(), rest.next())
                && inner.expand_iri(&only.key, false, true).as_deref() == Some("@graph")
            {
                let graph = GraphName::DefaultGraph;
                return only
                    .value
                    .items()
                    .iter()
                    .try_for_each(|item| self.thing(&inner, item, &graph, writer));
            }
        }
        if self.plain_thing(active, None, node, &GraphName::DefaultGraph, writer)?.is_none() {
            writer.items(&self.element(active, None, node, false)?)?;
        }
        Ok(())
    }

    /// Writes what stands in `@graph`.
    fn thing(
        &self,
        active: &Rc<Context>,
        node: &Node<'_>,
        graph: &GraphName,
        writer: &mut Writer<'_>,
    ) -> Result<()> {
        if let Value::Array(items) = &node.value {
            return items.iter().try_for_each(|item| self.thing(active, item, graph, writer));
        }
        if self.plain_thing(active, Some("@graph"), node, graph, writer)?.is_none() {
            writer.things(&self.element(active, Some("@graph"), node, false)?, graph)?;
        }
        Ok(())
    }

    /// Writes a thing, and gives its name; nothing where it must be expanded first.
    fn plain_thing(
        &self,
        active: &Rc<Context>,
        property: Option<&str>,
        node: &Node<'_>,
        graph: &GraphName,
        writer: &mut Writer<'_>,
    ) -> Result<Option<NamedOrBlankNode>> {
        let Some(entries) = node.as_object() else { return Ok(None) };
        let scope = self.scope(active, property, entries, false)?;
        let Some(plain) = plain(&scope, entries) else { return Ok(None) };
        let subject = match plain.id {
            None => BlankNode::default().into(),
            Some(id) => match scope.active.expand_iri(id.as_str().unwrap_or_default(), true, false) {
                Some(id) => writer.name(&id, node.at)?,
                None => return Ok(None),
            },
        };
        if let Some(types) = plain.types {
            for (class, at) in self.classes(&scope, types)? {
                let class = writer.name(&class, at)?;
                writer.emit(Triple::new(subject.clone(), rdf::TYPE, class), graph)?;
            }
        }
        for (iri, entry) in plain.properties {
            let predicate = writer.predicate(&iri, entry.at)?;
            let fact = Fact { subject: subject.clone(), predicate, graph, key: &entry.key };
            self.values(&scope, iri, entry, &fact, writer)?;
        }
        if let Some(things) = plain.graph {
            let inner = GraphName::from(subject.clone());
            for item in things.items() {
                self.thing(&scope.active, item, &inner, writer)?;
            }
        }
        Ok(Some(subject))
    }

    /// Writes the values of a property.
    fn values(
        &self,
        scope: &Scope<'_>,
        iri: String,
        entry: &Entry<'_>,
        fact: &Fact<'_>,
        writer: &mut Writer<'_>,
    ) -> Result<()> {
        let term = scope.active.term(&entry.key).cloned();
        match (&entry.value.value, is_gathered(term.as_deref(), &entry.value)) {
            (Value::Array(items), true) if is_list(term.as_deref()) => {
                let list = self.cells(&scope.active, items, fact, writer)?;
                writer.emit(Triple::new(fact.subject.clone(), fact.predicate.clone(), list), fact.graph)
            }
            (_, false) => self.value(&scope.active, &entry.value, fact, writer),
            (_, true) => {
                for property in self.one_property(scope, iri, entry)? {
                    writer.values(&fact.subject, &fact.predicate, &property.values, fact.graph)?;
                }
                Ok(())
            }
        }
    }

    fn value(
        &self,
        active: &Rc<Context>,
        value: &Node<'_>,
        fact: &Fact<'_>,
        writer: &mut Writer<'_>,
    ) -> Result<()> {
        let write = |object: NamedOrBlankNode, writer: &mut Writer<'_>| {
            writer.emit(Triple::new(fact.subject.clone(), fact.predicate.clone(), object), fact.graph)
        };
        match &value.value {
            Value::Array(items) => {
                return items.iter().try_for_each(|item| self.value(active, item, fact, writer));
            }
            Value::Object(entries) => {
                if let Some(name) = self.plain_thing(active, Some(fact.key), value, fact.graph, writer)? {
                    return write(name, writer);
                }
                let scope = self.scope(active, Some(fact.key), entries, false)?;
                match only_keyword(&scope, entries) {
                    Some(("@set", inner)) => return self.value(&scope.active, inner, fact, writer),
                    Some(("@list", inner)) => {
                        let list = self.cells(&scope.active, inner.items(), fact, writer)?;
                        return write(list, writer);
                    }
                    _ => {}
                }
            }
            _ => {}
        }
        let items = self.element(active, Some(fact.key), value, false)?;
        writer.values(&fact.subject, &fact.predicate, &items, fact.graph)
    }

    /// Writes a list from its beginning, and gives its name. Arrays in it are lists.
    fn cells(
        &self,
        active: &Rc<Context>,
        items: &[Node<'_>],
        fact: &Fact<'_>,
        writer: &mut Writer<'_>,
    ) -> Result<NamedOrBlankNode> {
        let mut list = List::default();
        for item in items {
            if let Value::Array(inner) = &item.value {
                let inner = self.cells(active, inner, fact, writer)?;
                list.push(RdfTerm::from(inner), None, fact.graph, writer)?;
            } else if let Some(name) = self.plain_thing(active, Some(fact.key), item, fact.graph, writer)? {
                list.push(RdfTerm::from(name), None, fact.graph, writer)?;
            } else {
                for item in self.element(active, Some(fact.key), item, false)? {
                    let first = writer.object(&item, fact.graph)?;
                    list.push(first, Some(&item), fact.graph, writer)?;
                }
            }
        }
        list.end(fact.graph, writer)
    }
}

/// A list that is being written: its first cell and its last.
#[derive(Default)]
struct List(Option<(BlankNode, BlankNode)>);

impl List {
    fn push(
        &mut self,
        first: RdfTerm,
        item: Option<&Item>,
        graph: &GraphName,
        writer: &mut Writer<'_>,
    ) -> Result<()> {
        let cell = BlankNode::default();
        let head = match self.0.take() {
            None => cell.clone(),
            Some((head, last)) => {
                writer.emit(Triple::new(last, rdf::REST, cell.clone()), graph)?;
                head
            }
        };
        self.0 = Some((head, cell.clone()));
        let triple = Triple::new(cell, rdf::FIRST, first);
        match item {
            Some(item) => writer.state(triple, item, graph),
            None => writer.emit(triple, graph),
        }
    }

    /// Ends the list, and gives its name.
    fn end(self, graph: &GraphName, writer: &mut Writer<'_>) -> Result<NamedOrBlankNode> {
        let Some((head, last)) = self.0 else { return Ok(rdf::NIL.into_owned().into()) };
        writer.emit(Triple::new(last, rdf::REST, rdf::NIL.into_owned()), graph)?;
        Ok(head.into())
    }
}

/// The keys of a thing sorted by what they are; nothing where one is of another kind, or where nothing is said.
fn plain<'n, 'a>(scope: &Scope<'_>, entries: &'n [Entry<'a>]) -> Option<Plain<'n, 'a>> {
    let mut plain = Plain::default();
    for entry in entries.iter().filter(|entry| entry.key != "@context") {
        let Some(iri) = scope.active.expand_iri(&entry.key, false, true) else { continue };
        match iri.as_str() {
            "@id" if plain.id.is_none() && entry.value.as_str().is_some() => plain.id = Some(&entry.value),
            "@type" if plain.types.is_none() => plain.types = Some(&entry.value),
            "@graph" if plain.graph.is_none() => plain.graph = Some(&entry.value),
            "@index" if entry.value.as_str().is_some() => {}
            keyword if is_keyword(keyword) => return None,
            property if property.contains(':') => {
                if scope.active.term(&entry.key).is_some_and(|term| term.reverse) {
                    return None;
                }
                plain.properties.push((iri, entry));
            }
            _ => {}
        }
    }
    let says = plain.types.is_some() || !plain.properties.is_empty();
    // A graph alone may be the default one, which is for the writer to say.
    (says || (plain.graph.is_some() && plain.id.is_some())).then_some(plain)
}

/// The one keyword of an object that has nothing else, and its value.
fn only_keyword<'n, 'a>(scope: &Scope<'_>, entries: &'n [Entry<'a>]) -> Option<(&'static str, &'n Node<'a>)> {
    let mut rest = entries.iter().filter(|entry| entry.key != "@context");
    let (only, None) = (rest.next()?, rest.next()) else { return None };
    let keyword = scope.active.expand_iri(&only.key, false, true)?;
    let known = ["@set", "@list"].into_iter().find(|known| *known == keyword)?;
    Some((known, &only.value))
}

/// Whether the values of a property must be seen together.
fn is_gathered(term: Option<&Term>, value: &Node<'_>) -> bool {
    term.is_some_and(|term| {
        let has = |container: &str| term.container.contains(container);
        term.datatype.as_deref() == Some("@json")
            || has("@list")
            || has("@graph")
            || (value.as_object().is_some() && ["@language", "@index", "@type", "@id"].into_iter().any(has))
    })
}

fn is_list(term: Option<&Term>) -> bool {
    term.is_some_and(|term| term.container.contains("@list") && term.datatype.as_deref() != Some("@json"))
}
