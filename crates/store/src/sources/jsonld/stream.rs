//! Things written as they are read: what a document mostly is made of needs no expanded form of its own.
//!
//! In: JSON and the active context. Out: quads into the writer, value by value. Maps, terms that
//! are reverse properties and all else that must be seen whole go through [`super::expand`], a property at a time.

use super::context::{Context, Options, Term};
use super::expand::{Item, Kind, Scope};
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
    included: Option<&'n Node<'a>>,
    properties: Vec<(String, &'n Entry<'a>)>,
    /// Properties whose values are the subjects.
    reverse: Vec<(String, &'n Entry<'a>)>,
}

/// Where a value goes.
struct Fact<'f> {
    subject: NamedOrBlankNode,
    predicate: NamedNode,
    graph: &'f GraphName,
    /// The key in the document.
    key: &'f str,
    /// Where the key stands.
    at: usize,
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
        let Some(subject) = self.subject(&scope, &plain, node.at, writer)? else { return Ok(None) };
        self.classes_of(&scope, &plain, &subject, graph, writer)?;
        for (iri, entry) in &plain.properties {
            self.values(&scope, iri, entry, &subject, graph, writer)?;
        }
        self.around(&scope, &plain, &subject, graph, writer)?;
        Ok(Some(subject))
    }

    /// What a thing is called; nothing where its name is one that JSON-LD passes over.
    fn subject(
        &self,
        scope: &Scope<'_>,
        plain: &Plain<'_, '_>,
        at: usize,
        writer: &mut Writer<'_>,
    ) -> Result<Option<NamedOrBlankNode>> {
        let Some(id) = plain.id else { return Ok(Some(BlankNode::default().into())) };
        let id = scope.active.expand_iri(id.as_str().unwrap_or_default(), true, false);
        id.map(|id| writer.name(&id, at)).transpose()
    }

    fn classes_of(
        &self,
        scope: &Scope<'_>,
        plain: &Plain<'_, '_>,
        subject: &NamedOrBlankNode,
        graph: &GraphName,
        writer: &mut Writer<'_>,
    ) -> Result<()> {
        let Some(types) = plain.types else { return Ok(()) };
        for (class, at) in self.classes(scope, types)? {
            let class = writer.name(&class, at)?;
            writer.emit(Triple::new(subject.clone(), rdf::TYPE, class), graph)?;
        }
        Ok(())
    }

    /// Writes what stands in a thing beside its properties.
    fn around(
        &self,
        scope: &Scope<'_>,
        plain: &Plain<'_, '_>,
        subject: &NamedOrBlankNode,
        graph: &GraphName,
        writer: &mut Writer<'_>,
    ) -> Result<()> {
        for (iri, entry) in &plain.reverse {
            let predicate = writer.predicate(iri, entry.at)?;
            let fact = Fact { subject: subject.clone(), predicate, graph, key: &entry.key, at: entry.at };
            self.reversed_value(&scope.active, &entry.value, &fact, writer)?;
        }
        for thing in plain.included.map(Node::items).unwrap_or_default() {
            if self.plain_thing(&scope.active, None, thing, graph, writer)?.is_none() {
                let things = self.things(&scope.active, "@included", thing)?;
                things.into_iter().try_for_each(|thing| writer.node(&thing, graph).map(drop))?;
            }
        }
        if let Some(things) = plain.graph {
            let inner = GraphName::from(subject.clone());
            for item in things.items() {
                self.thing(&scope.active, item, &inner, writer)?;
            }
        }
        Ok(())
    }

    /// Writes the values of a property.
    fn values(
        &self,
        scope: &Scope<'_>,
        iri: &str,
        entry: &Entry<'_>,
        subject: &NamedOrBlankNode,
        graph: &GraphName,
        writer: &mut Writer<'_>,
    ) -> Result<()> {
        let predicate = writer.predicate(iri, entry.at)?;
        let fact = Fact { subject: subject.clone(), predicate, graph, key: &entry.key, at: entry.at };
        if is_gathered(scope.active.term(&entry.key).map(Rc::as_ref), &entry.value) {
            return self.gathered(scope, iri, entry, &fact, writer);
        }
        self.value(&scope.active, &entry.value, &fact, writer)
    }

    /// Writes the values of a property that must be seen together, or are a list.
    fn gathered(
        &self,
        scope: &Scope<'_>,
        iri: &str,
        entry: &Entry<'_>,
        fact: &Fact<'_>,
        writer: &mut Writer<'_>,
    ) -> Result<()> {
        if let (Value::Array(items), true) =
            (&entry.value.value, is_list(scope.active.term(&entry.key).map(Rc::as_ref)))
        {
            let list = self.cells(&scope.active, items, fact, writer)?;
            return writer.emit(Triple::new(fact.subject.clone(), fact.predicate.clone(), list), fact.graph);
        }
        for property in self.one_property(scope, iri.to_owned(), entry)? {
            writer.values(&fact.subject, &fact.predicate, &property.values, fact.graph)?;
        }
        Ok(())
    }

    fn value(
        &self,
        active: &Rc<Context>,
        value: &Node<'_>,
        fact: &Fact<'_>,
        writer: &mut Writer<'_>,
    ) -> Result<()> {
        match &value.value {
            Value::Array(items) => items.iter().try_for_each(|item| self.value(active, item, fact, writer)),
            Value::Object(entries) => self.object_value(active, value, entries, fact, writer),
            _ => self.expanded_value(active, value, fact, writer),
        }
    }

    fn object_value(
        &self,
        active: &Rc<Context>,
        value: &Node<'_>,
        entries: &[Entry<'_>],
        fact: &Fact<'_>,
        writer: &mut Writer<'_>,
    ) -> Result<()> {
        let object = match self.plain_thing(active, Some(fact.key), value, fact.graph, writer)? {
            Some(name) => name,
            None => {
                let scope = self.scope(active, Some(fact.key), entries, false)?;
                match only_keyword(&scope, entries) {
                    Some(("@set", inner)) => return self.value(&scope.active, inner, fact, writer),
                    Some(("@list", inner)) => self.cells(&scope.active, inner.items(), fact, writer)?,
                    _ => return self.expanded_value(active, value, fact, writer),
                }
            }
        };
        writer.emit(Triple::new(fact.subject.clone(), fact.predicate.clone(), object), fact.graph)
    }

    fn expanded_value(
        &self,
        active: &Rc<Context>,
        value: &Node<'_>,
        fact: &Fact<'_>,
        writer: &mut Writer<'_>,
    ) -> Result<()> {
        let items = self.element(active, Some(fact.key), value, false)?;
        writer.values(&fact.subject, &fact.predicate, &items, fact.graph)
    }

    /// Writes a value that is the subject.
    fn reversed_value(
        &self,
        active: &Rc<Context>,
        value: &Node<'_>,
        fact: &Fact<'_>,
        writer: &mut Writer<'_>,
    ) -> Result<()> {
        if let Value::Array(items) = &value.value {
            return items.iter().try_for_each(|item| self.reversed_value(active, item, fact, writer));
        }
        let write = |subject: NamedOrBlankNode| {
            Triple::new(subject, fact.predicate.clone(), RdfTerm::from(fact.subject.clone()))
        };
        if let Some(name) = self.plain_thing(active, Some(fact.key), value, fact.graph, writer)? {
            return writer.emit(write(name), fact.graph);
        }
        for item in self.element(active, Some(fact.key), value, false)? {
            let Kind::Node(node) = &item.kind else { return self.no_subject(fact.at) };
            let name = writer.node(node, fact.graph)?;
            writer.state(write(name), &item, fact.graph)?;
        }
        Ok(())
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
            "@included" if plain.included.is_none() => plain.included = Some(&entry.value),
            "@reverse" if plain.reverse.is_empty() => plain.reverse = reversed(scope, &entry.value)?,
            "@index" if entry.value.as_str().is_some() => {}
            keyword if is_keyword(keyword) => return None,
            property if property.contains(':') => match scope.active.term(&entry.key) {
                Some(term) if term.reverse => return None,
                _ => plain.properties.push((iri, entry)),
            },
            _ => {}
        }
    }
    let says = plain.types.is_some()
        || plain.included.is_some()
        || !plain.properties.is_empty()
        || !plain.reverse.is_empty();
    // A graph alone may be the default one, which is for the writer to say.
    (says || (plain.graph.is_some() && plain.id.is_some())).then_some(plain)
}

/// The properties in `@reverse`; nothing where there is more to them than things.
fn reversed<'n, 'a>(scope: &Scope<'_>, value: &'n Node<'a>) -> Option<Vec<(String, &'n Entry<'a>)>> {
    let mut properties = Vec::new();
    for entry in value.as_object()? {
        let iri = scope.active.expand_iri(&entry.key, false, true).filter(|_| entry.key != "@context")?;
        let is_plain = scope.active.term(&entry.key).is_none_or(|term| {
            !term.reverse && term.container.is_empty() && term.datatype.as_deref() != Some("@json")
        });
        if is_keyword(&iri) || !iri.contains(':') || !is_plain {
            return None;
        }
        properties.push((iri, entry));
    }
    Some(properties)
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
