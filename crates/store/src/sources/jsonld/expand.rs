//! Expansion: each value by its context, as nodes, lists and literals.
//!
//! In: JSON and the active context. Out: [`Item`]s (JSON-LD 1.1 Processing Algorithms, 5.1 and 5.3).

use super::context::{Context, Options, Term};
use super::literals::{Spoken, literal};
use super::{Processor, is_keyword};
use crate::sources::fault::Result;
use crate::sources::json::{self, Entry, Node, Value};
use crate::terms::{Literal, rdf};
use std::rc::Rc;

/// A value of a property, and what is said of its triple.
pub struct Item {
    /// The value.
    pub kind: Kind,
    /// `@annotation`.
    pub annotations: Vec<NodeObject>,
}

/// What a value is.
pub enum Kind {
    /// A literal.
    Literal(Literal),
    /// A list.
    List(Vec<Item>),
    /// A thing.
    Node(Box<NodeObject>),
}

/// A property with its values and its place.
pub struct Property {
    /// The IRI.
    pub iri: String,
    /// Where its key stands.
    pub at: usize,
    /// The values.
    pub values: Vec<Item>,
}

/// A thing.
#[derive(Default)]
pub struct NodeObject {
    /// Where it stands.
    pub at: usize,
    /// Its IRI or blank node.
    pub id: Option<String>,
    /// The node in place of its `@id`: a triple term.
    pub triple: Option<Box<NodeObject>>,
    /// Its classes, each with its place.
    pub types: Vec<(String, usize)>,
    /// Its properties.
    pub properties: Vec<Property>,
    /// The properties whose values are the subjects.
    pub reverse: Vec<Property>,
    /// The things of the graph that it names.
    pub graph: Option<Vec<Item>>,
    /// Things written inside it, and not tied to it.
    pub included: Vec<Item>,
}

impl NodeObject {
    /// Whether nothing is said but its name.
    pub fn is_bare(&self) -> bool {
        self.types.is_empty()
            && self.properties.is_empty()
            && self.reverse.is_empty()
            && self.graph.is_none()
            && self.included.is_empty()
    }

    fn is_graph(&self) -> bool {
        self.graph.is_some() && self.types.is_empty() && self.properties.is_empty() && self.reverse.is_empty()
    }
}

impl Item {
    fn plain(kind: Kind) -> Self {
        Self { kind, annotations: Vec::new() }
    }

    fn of(node: NodeObject) -> Self {
        Self::plain(Kind::Node(Box::new(node)))
    }

    fn graph(self, at: usize) -> Self {
        Self::plain(Kind::Node(Box::new(NodeObject { at, graph: Some(vec![self]), ..NodeObject::default() })))
    }
}

/// Where an object stands.
pub struct Scope<'s> {
    /// The context in force in it.
    pub active: Rc<Context>,
    /// The context before those that types bring along.
    type_scoped: Rc<Context>,
    property: Option<&'s str>,
}

/// An object while its entries are read.
#[derive(Default)]
struct Object<'n, 'a> {
    node: NodeObject,
    value: Option<&'n Node<'a>>,
    language: Option<Rc<str>>,
    direction: Option<Option<oxrdf::BaseDirection>>,
    list: Option<Vec<Item>>,
    set: Option<Vec<Item>>,
    annotations: Vec<NodeObject>,
    /// The keywords that it has.
    seen: Vec<String>,
}

impl Object<'_, '_> {
    fn has_only(&self, keywords: &[&str]) -> bool {
        self.seen.iter().all(|keyword| keywords.contains(&keyword.as_str()))
            && self.node.properties.is_empty()
            && self.node.reverse.is_empty()
    }
}

impl Processor<'_> {
    /// 5.1 expansion.
    pub fn element(
        &self,
        active: &Rc<Context>,
        property: Option<&str>,
        node: &Node<'_>,
        from_map: bool,
    ) -> Result<Vec<Item>> {
        let term = property.and_then(|property| active.term(property));
        match &node.value {
            Value::Null => Ok(Vec::new()),
            Value::Array(items) => {
                let lists =
                    term.is_some_and(|term| term.container.contains("@list")) || property == Some("@list");
                let mut out = Vec::new();
                for item in items {
                    let expanded = self.element(active, property, item, from_map)?;
                    if lists && matches!(item.value, Value::Array(_)) {
                        out.push(Item::plain(Kind::List(expanded)));
                    } else {
                        out.extend(expanded);
                    }
                }
                Ok(out)
            }
            Value::Object(entries) => self.object(active, property, node, entries, from_map),
            _ if matches!(property, None | Some("@graph")) => Ok(Vec::new()),
            _ => {
                let active = self.property_context(active, term)?;
                let term = property.and_then(|property| active.term(property)).cloned();
                Ok(self.scalar(&active, term.as_deref(), node)?.into_iter().collect())
            }
        }
    }

    fn property_context(&self, active: &Rc<Context>, term: Option<&Rc<Term>>) -> Result<Rc<Context>> {
        match term.and_then(|term| term.scoped.as_ref()) {
            Some(scoped) => self.scoped(active, scoped, true, true),
            None => Ok(Rc::clone(active)),
        }
    }

    /// 5.3 value expansion.
    fn scalar(&self, active: &Context, term: Option<&Term>, node: &Node<'_>) -> Result<Option<Item>> {
        let mapping = term.and_then(|term| term.datatype.as_deref());
        if let (Some(kind @ ("@id" | "@vocab")), Some(text)) = (mapping, node.as_str()) {
            let id = active.expand_iri(text, true, kind == "@vocab");
            return Ok(Some(Item::plain(Kind::Node(Box::new(NodeObject {
                at: node.at,
                id,
                ..NodeObject::default()
            })))));
        }
        let datatype = mapping.filter(|mapping| !is_keyword(mapping));
        let is_plain = datatype.is_none() && node.as_str().is_some();
        let language = term.and_then(|term| term.language.clone()).unwrap_or_else(|| active.language.clone());
        let direction = term.and_then(|term| term.direction).unwrap_or(active.direction);
        let spoken =
            Spoken { language: language.filter(|_| is_plain), direction: direction.filter(|_| is_plain) };
        let literal = literal(self, node, datatype, &spoken)?;
        Ok(literal.map(|literal| Item::plain(Kind::Literal(literal))))
    }

    fn object<'n, 'a>(
        &self,
        active: &Rc<Context>,
        property: Option<&str>,
        node: &'n Node<'a>,
        entries: &'n [Entry<'a>],
        from_map: bool,
    ) -> Result<Vec<Item>> {
        let scope = self.scope(active, property, entries, from_map)?;
        let mut object =
            Object { node: NodeObject { at: node.at, ..NodeObject::default() }, ..Object::default() };
        self.entries(&mut object, &scope, entries)?;
        self.finish(object, node.at)
    }

    /// The contexts of an object: that of its property, its own, and those of its types.
    pub fn scope<'s>(
        &self,
        active: &Rc<Context>,
        property: Option<&'s str>,
        entries: &[Entry<'_>],
        from_map: bool,
    ) -> Result<Scope<'s>> {
        let scoped = property.and_then(|property| active.term(property)).and_then(|term| term.scoped.clone());
        let mut active = Rc::clone(active);
        if let Some(previous) = active.previous.clone().filter(|_| !from_map) {
            let is = |entry: &Entry<'_>, keyword: &str| {
                active.expand_iri(&entry.key, false, true).as_deref() == Some(keyword)
            };
            let is_value = entries.iter().any(|entry| is(entry, "@value"));
            let is_reference = matches!(entries, [only] if is(only, "@id"));
            if !is_value && !is_reference {
                active = previous;
            }
        }
        if let Some(scoped) = scoped {
            active = self.scoped(&active, &scoped, true, true)?;
        }
        if let Some(context) = json::get(entries, "@context") {
            active = self.context(&active, context, &Options::plain(self.url()))?;
        }
        let type_scoped = Rc::clone(&active);
        for entry in entries {
            if type_scoped.expand_iri(&entry.key, false, true).as_deref() != Some("@type") {
                continue;
            }
            let mut types: Vec<&str> = entry.value.items().iter().filter_map(Node::as_str).collect();
            types.sort_unstable();
            for name in &types {
                if let Some(scoped) = type_scoped.term(name).and_then(|term| term.scoped.clone()) {
                    active = self.scoped(&active, &scoped, false, false)?;
                }
            }
        }
        Ok(Scope { active, type_scoped, property })
    }

    fn entries<'n, 'a>(
        &self,
        object: &mut Object<'n, 'a>,
        scope: &Scope<'_>,
        entries: &'n [Entry<'a>],
    ) -> Result<()> {
        let mut nests = Vec::new();
        for entry in entries.iter().filter(|entry| entry.key != "@context") {
            let Some(iri) = scope.active.expand_iri(&entry.key, false, true) else { continue };
            if iri == "@nest" {
                nests.push(entry);
            } else if is_keyword(&iri) {
                self.keyword(object, scope, &iri, entry)?;
            } else if iri.contains(':') {
                self.property(object, scope, iri, entry)?;
            }
        }
        for nest in nests {
            let term = scope.active.term(&nest.key).cloned();
            let active = self.property_context(&scope.active, term.as_ref())?;
            let inner = Scope { active, type_scoped: Rc::clone(&scope.type_scoped), ..*scope };
            for value in nest.value.items() {
                let is_value = |entry: &Entry<'_>| {
                    inner.active.expand_iri(&entry.key, false, true).as_deref() == Some("@value")
                };
                match value.as_object() {
                    Some(entries) if !entries.iter().any(is_value) => {
                        self.entries(object, &inner, entries)?
                    }
                    _ => {
                        return self.wrong(
                            value.at,
                            "@nest holds an object with properties",
                            "put the properties into it",
                        );
                    }
                }
            }
        }
        Ok(())
    }

    fn keyword<'n, 'a>(
        &self,
        object: &mut Object<'n, 'a>,
        scope: &Scope<'_>,
        keyword: &str,
        entry: &'n Entry<'a>,
    ) -> Result<()> {
        let value = &entry.value;
        if scope.property == Some("@reverse") {
            return self.wrong(
                entry.at,
                format!("{keyword} cannot stand in @reverse"),
                "@reverse holds properties alone",
            );
        }
        if object.seen.iter().any(|seen| seen == keyword) && !matches!(keyword, "@type" | "@included") {
            return self.wrong(entry.at, format!("{keyword} stands here twice, under two names"), "keep one");
        }
        object.seen.push(keyword.to_owned());
        match keyword {
            "@id" => self.id(object, scope, value)?,
            "@triple" => object.node.triple = Some(self.triple(scope, value)?),
            "@reifies" => {
                for item in value.items() {
                    let triple = Some(self.triple(scope, item)?);
                    let term = Item::of(NodeObject { at: item.at, triple, ..NodeObject::default() });
                    let iri = rdf::REIFIES.as_str().to_owned();
                    object.node.properties.push(Property { iri, at: entry.at, values: vec![term] });
                }
            }
            "@type" => object.node.types.extend(self.classes(scope, value)?),
            "@graph" => {
                let items = self.element(&scope.active, Some("@graph"), value, false)?;
                object.node.graph = Some(items);
            }
            "@included" => {
                object.node.included.extend(self.things(&scope.active, keyword, value)?.map(Item::of))
            }
            "@value" => object.value = Some(value),
            "@language" => {
                let Some(tag) = value.as_str() else {
                    return self.wrong(
                        value.at,
                        "@language of a value is a tag in quotes",
                        "write \"@language\": \"en\"",
                    );
                };
                self.check_language(tag, value.at)?;
                object.language = Some(tag.to_ascii_lowercase().into());
            }
            "@direction" => object.direction = Some(self.direction(value)?),
            "@index" if value.as_str().is_none() => {
                return self.wrong(value.at, "@index is a text", "put it in quotes");
            }
            "@list" if !matches!(scope.property, None | Some("@graph")) => {
                object.list = Some(self.list(&scope.active, scope.property, value.items())?);
            }
            "@list" => object.list = Some(Vec::new()),
            "@set" => object.set = Some(self.element(&scope.active, scope.property, value, false)?),
            "@reverse" => self.reversed_properties(object, scope, value)?,
            "@annotation" => object.annotations.extend(self.things(&scope.active, keyword, value)?),
            _ => {}
        }
        Ok(())
    }

    /// The values of a keyword that holds things alone.
    pub fn things(
        &self,
        active: &Rc<Context>,
        keyword: &str,
        value: &Node<'_>,
    ) -> Result<impl Iterator<Item = NodeObject> + use<>> {
        let items = self.element(active, None, value, false)?;
        let is_empty = matches!(&value.value, Value::Array(items) if items.is_empty());
        let mut things = Vec::with_capacity(items.len());
        for item in items {
            if let Kind::Node(node) = item.kind {
                things.push(*node);
                continue;
            }
            return self.wrong(value.at, format!("{keyword} holds things"), "write objects with properties");
        }
        if things.is_empty() && !is_empty {
            return self.wrong(value.at, format!("{keyword} holds things"), "write objects with properties");
        }
        Ok(things.into_iter())
    }

    /// The items of a list; arrays among them are lists.
    fn list(&self, active: &Rc<Context>, property: Option<&str>, items: &[Node<'_>]) -> Result<Vec<Item>> {
        let mut out = Vec::new();
        for item in items {
            match &item.value {
                Value::Array(inner) => out.push(Item::plain(Kind::List(self.list(active, property, inner)?))),
                _ => out.extend(self.element(active, property, item, false)?),
            }
        }
        Ok(out)
    }

    fn id(&self, object: &mut Object<'_, '_>, scope: &Scope<'_>, value: &Node<'_>) -> Result<()> {
        match &value.value {
            Value::String(text) => object.node.id = scope.active.expand_iri(text, true, false),
            Value::Object(_) => object.node.triple = Some(self.triple(scope, value)?),
            _ => {
                return self.wrong(
                    value.at,
                    "@id is an IRI in quotes",
                    "leave @id out where the thing has no name",
                );
            }
        }
        Ok(())
    }

    /// The thing with one property that stands for a triple.
    fn triple(&self, scope: &Scope<'_>, value: &Node<'_>) -> Result<Box<NodeObject>> {
        let mut items = self.element(&scope.active, None, value, false)?;
        match items.pop() {
            Some(Item { kind: Kind::Node(node), .. }) if items.is_empty() => Ok(node),
            _ => self.wrong(
                value.at,
                "a triple is a thing with one property",
                "write {\"@id\": {\"@id\": \"...\", \"property\": ...}}",
            ),
        }
    }

    /// The classes that a value of `@type` names, each with its place.
    pub fn classes(&self, scope: &Scope<'_>, value: &Node<'_>) -> Result<Vec<(String, usize)>> {
        let mut classes = Vec::new();
        for item in value.items() {
            let Some(name) = item.as_str() else {
                return self.wrong(
                    item.at,
                    "@type is an IRI in quotes, or several in an array",
                    "write \"@type\": \"http://...\"",
                );
            };
            if let Some(iri) = scope.type_scoped.expand_iri(name, true, true) {
                classes.push((iri, item.at));
            }
        }
        Ok(classes)
    }

    /// A property by itself, expanded.
    pub fn one_property(&self, scope: &Scope<'_>, iri: String, entry: &Entry<'_>) -> Result<Vec<Property>> {
        let mut object = Object::default();
        self.property(&mut object, scope, iri, entry)?;
        Ok(object.node.properties)
    }

    fn reversed_properties(
        &self,
        object: &mut Object<'_, '_>,
        scope: &Scope<'_>,
        value: &Node<'_>,
    ) -> Result<()> {
        if value.as_object().is_none() {
            return self.wrong(
                value.at,
                "@reverse holds an object with properties",
                "write \"@reverse\": {\"property\": ...}",
            );
        }
        for item in self.element(&scope.active, Some("@reverse"), value, false)? {
            let Kind::Node(node) = item.kind else { continue };
            let NodeObject { properties, reverse, .. } = *node;
            for property in properties {
                self.check_reversed(&property)?;
                object.node.reverse.push(property);
            }
            object.node.properties.extend(reverse);
        }
        Ok(())
    }

    fn check_reversed(&self, property: &Property) -> Result<()> {
        if property.values.iter().all(|value| matches!(value.kind, Kind::Node(_))) {
            return Ok(());
        }
        self.no_subject(property.at)
    }

    /// A value of a reverse property that is not a node.
    pub fn no_subject<T>(&self, at: usize) -> Result<T> {
        self.wrong(
            at,
            "a value of a reverse property is a subject, and a text or list cannot be one",
            "write things with @id",
        )
    }

    fn property<'n, 'a>(
        &self,
        object: &mut Object<'n, 'a>,
        scope: &Scope<'_>,
        iri: String,
        entry: &'n Entry<'a>,
    ) -> Result<()> {
        let term = scope.active.term(&entry.key).cloned();
        let has = |container: &str| term.as_ref().is_some_and(|term| term.container.contains(container));
        let value = &entry.value;
        let is_json = term.as_ref().is_some_and(|term| term.datatype.as_deref() == Some("@json"));
        let mut values = match value.as_object() {
            _ if is_json => vec![Item::plain(Kind::Literal(json_literal(value)))],
            Some(map) if has("@language") => self.language_map(scope, term.as_deref(), map)?,
            Some(map) if has("@index") || has("@type") || has("@id") => {
                self.index_map(scope, &entry.key, term.as_deref(), map)?
            }
            _ => self.element(&scope.active, Some(&entry.key), value, false)?,
        };
        let is_list =
            matches!(values.as_slice(), [Item { kind: Kind::List(_), .. }]) && value.as_object().is_some();
        if has("@list") && !is_list && !value.is_null() && !is_json {
            values = vec![Item::plain(Kind::List(values))];
        }
        if has("@graph") && !has("@id") && !has("@index") {
            values = values.into_iter().map(|item| item.graph(value.at)).collect();
        }
        let property = Property { iri, at: entry.at, values };
        if term.is_some_and(|term| term.reverse) {
            self.check_reversed(&property)?;
            object.node.reverse.push(property);
        } else {
            object.node.properties.push(property);
        }
        Ok(())
    }

    fn language_map(&self, scope: &Scope<'_>, term: Option<&Term>, map: &[Entry<'_>]) -> Result<Vec<Item>> {
        let mut out = Vec::new();
        let direction = term.and_then(|term| term.direction).unwrap_or(scope.active.direction);
        for entry in map {
            let is_none = scope.active.expand_iri(&entry.key, false, true).as_deref() == Some("@none");
            let language = if is_none {
                None
            } else {
                self.check_language(&entry.key, entry.at)?;
                Some(entry.key.to_ascii_lowercase().into())
            };
            let spoken = Spoken { language, direction };
            for item in entry.value.items().iter().filter(|item| !item.is_null()) {
                if item.as_str().is_none() {
                    return self.wrong(
                        item.at,
                        "the values of a language map are texts",
                        "put them in quotes",
                    );
                }
                out.extend(
                    literal(self, item, None, &spoken)?.map(|literal| Item::plain(Kind::Literal(literal))),
                );
            }
        }
        Ok(out)
    }

    fn index_map(
        &self,
        scope: &Scope<'_>,
        key: &str,
        term: Option<&Term>,
        map: &[Entry<'_>],
    ) -> Result<Vec<Item>> {
        let has = |container: &str| term.is_some_and(|term| term.container.contains(container));
        let index = term.and_then(|term| term.index.as_deref());
        let mut out = Vec::new();
        for entry in map {
            let mut inner = Rc::clone(&scope.active);
            if has("@id") || has("@type") {
                inner = inner.previous.clone().unwrap_or(inner);
            }
            if has("@type") {
                if let Some(scoped) = inner.term(&entry.key).and_then(|term| term.scoped.clone()) {
                    inner = self.scoped(&inner, &scoped, false, false)?;
                }
            } else if !has("@id") {
                inner = Rc::clone(&scope.active);
            }
            let name = scope.active.expand_iri(&entry.key, false, true);
            let is_none = name.as_deref() == Some("@none");
            for mut item in self.element(&inner, Some(key), &entry.value, true)? {
                let is_graph = matches!(&item.kind, Kind::Node(node) if node.is_graph());
                if has("@graph") && !is_graph {
                    item = item.graph(entry.value.at);
                }
                if !is_none {
                    self.name_by_key(
                        scope,
                        &mut item,
                        entry,
                        index.filter(|_| has("@index")),
                        has("@id"),
                        has("@type"),
                        name.as_deref(),
                    )?;
                }
                out.push(item);
            }
        }
        Ok(out)
    }

    /// Gives an item of a map what its key says.
    #[expect(clippy::too_many_arguments, reason = "the three kinds of maps, and what their key is")]
    fn name_by_key(
        &self,
        scope: &Scope<'_>,
        item: &mut Item,
        entry: &Entry<'_>,
        index: Option<&str>,
        by_id: bool,
        by_type: bool,
        name: Option<&str>,
    ) -> Result<()> {
        let Kind::Node(node) = &mut item.kind else {
            if index.is_some() || by_id || by_type {
                return self.wrong(
                    entry.value.at,
                    "this map holds things, and this is a text or list",
                    "write objects",
                );
            }
            return Ok(());
        };
        if let Some(index) = index.filter(|index| *index != "@index") {
            let key = Node { at: entry.at, value: Value::String(entry.key.as_ref().into()) };
            let term = scope.active.term(index).cloned();
            let value = self.scalar(&scope.active, term.as_deref(), &key)?;
            if let Some(iri) = scope.active.expand_iri(index, false, true).filter(|iri| !is_keyword(iri)) {
                node.properties.push(Property { iri, at: entry.at, values: value.into_iter().collect() });
            }
        } else if by_id && node.id.is_none() {
            node.id = scope.active.expand_iri(&entry.key, true, false);
        } else if by_type && let Some(name) = name {
            node.types.insert(0, (name.to_owned(), entry.at));
        }
        Ok(())
    }

    /// What the entries make together.
    fn finish(&self, object: Object<'_, '_>, at: usize) -> Result<Vec<Item>> {
        if object.value.is_some() {
            return Ok(self.value_object(object, at)?.into_iter().collect());
        }
        if object.list.is_some() || object.set.is_some() {
            if !object.has_only(&["@list", "@index", "@annotation"]) && !object.has_only(&["@set", "@index"])
            {
                return self.wrong(
                    at,
                    "@list and @set stand alone in their object",
                    "put the rest into an object of its own",
                );
            }
            let annotations = object.annotations;
            return Ok(match (object.list, object.set) {
                (Some(items), _) => vec![Item { kind: Kind::List(items), annotations }],
                (None, items) => items.unwrap_or_default(),
            });
        }
        if !object.seen.is_empty() && object.has_only(&["@language"]) {
            return Ok(Vec::new());
        }
        // An `@id` that is reserved for keywords to come names nothing.
        let names_nothing = object.node.id.is_none() && object.node.triple.is_none();
        if names_nothing && !object.seen.is_empty() && object.has_only(&["@id"]) {
            return Ok(Vec::new());
        }
        Ok(vec![Item { kind: Kind::Node(Box::new(object.node)), annotations: object.annotations }])
    }

    fn value_object(&self, object: Object<'_, '_>, at: usize) -> Result<Option<Item>> {
        if !object.has_only(&["@value", "@type", "@language", "@direction", "@index", "@annotation"]) {
            return self.wrong(
                at,
                "an object with @value is a literal, and has no properties",
                "it has @value and @type, or @value, @language and @direction",
            );
        }
        let Some(value) = object.value else { return Ok(None) };
        let direction = object.direction.flatten();
        let typed = object.seen.iter().any(|seen| seen == "@type");
        if typed && (object.language.is_some() || object.direction.is_some()) {
            return self.wrong(
                at,
                "a literal has a datatype or a language, not both",
                "keep @type or @language",
            );
        }
        let datatype = match object.node.types.as_slice() {
            [] if !typed => None,
            [(iri, _)] => Some(iri.as_str()),
            _ => return self.wrong(at, "a literal has one datatype", "write \"@type\": \"http://...\""),
        };
        let annotations = object.annotations;
        if datatype == Some("@json") {
            return Ok(Some(Item { kind: Kind::Literal(json_literal(value)), annotations }));
        }
        if value.is_null() {
            return Ok(None);
        }
        if matches!(value.value, Value::Array(_) | Value::Object(_)) {
            return self.wrong(
                value.at,
                "@value is a text, a number, true, false or null",
                "for JSON itself add \"@type\": \"@json\"",
            );
        }
        if value.as_str().is_none() && object.language.is_some() {
            return self.wrong(value.at, "a value with a language is a text", "put it in quotes");
        }
        if let Some(datatype) = datatype.filter(|datatype| datatype.starts_with("_:") || is_keyword(datatype))
        {
            return self.wrong(at, format!("`{datatype}` is not a datatype"), "a datatype is an IRI");
        }
        let spoken = Spoken { language: object.language, direction };
        let literal = literal(self, value, datatype, &spoken)?;
        Ok(literal.map(|literal| Item { kind: Kind::Literal(literal), annotations }))
    }
}

fn json_literal(value: &Node<'_>) -> Literal {
    Literal::new_typed_literal(json::canonical(value), rdf::JSON)
}
