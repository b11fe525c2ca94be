//! Triples of patterns, templates and data, and what is short for some: lists, brackets, reifiers, annotations.
//!
//! In: the text where triples may stand. Out: triple patterns and paths, in the order in which the translation gives them (section
//! 18.2.2.3 and 18.2.2.4): a path of steps side by side is a chain of patterns. Templates and data have no paths. `TriplesBlock`,
//! `TriplesTemplate` and what they consist of in section 19.8.

use super::{Parsed, Parser, Refusal, Why};
use crate::syntax::algebra::{
    BlankNode, GraphPattern, NamedNodePattern, PropertyPathExpression as Path, TermPattern, TriplePattern,
};
use crate::syntax::deep::path_links;
use crate::terms::{NamedNodeRef, Variable, rdf};

/// One pattern of a block.
pub(super) enum Item {
    Triple(TriplePattern),
    Path { subject: TermPattern, path: Path, object: TermPattern },
}

/// What stands between subject and object.
#[derive(Clone)]
enum Verb {
    Variable(Variable),
    Path(Path),
}

/// An object, and the names of its triple.
struct Object {
    term: TermPattern,
    /// Where it stands.
    at: usize,
    reifiers: Vec<TermPattern>,
}

/// Verbs, each with one of its objects.
type Properties = Vec<(Verb, Object)>;

impl Parser<'_> {
    /// `TriplesTemplate`, perhaps nothing: shows each triple to `take`, with where its subject begins. It has no paths, and its blank nodes
    /// belong to no pattern.
    pub(super) fn each_triple(
        &mut self,
        take: &mut dyn FnMut(TriplePattern, usize) -> Parsed<()>,
    ) -> Parsed<()> {
        let mut items = Vec::new();
        self.labels.is_template = true;
        while self.begins_triples() {
            let at = self.at;
            self.same_subject(&mut items)?;
            for item in items.drain(..) {
                if let Item::Triple(triple) = item {
                    take(triple, at)?;
                }
            }
            if !self.dot() {
                break;
            }
        }
        self.labels.is_template = false;
        Ok(())
    }

    /// `TriplesBlock`: triples up to what begins none.
    pub(super) fn triples(&mut self, items: &mut Vec<Item>) -> Parsed<()> {
        loop {
            let (before, links) = (items.len(), self.links);
            self.same_subject(items)?;
            self.links = links;
            // Each path is a part of a join.
            for item in items.iter().skip(before) {
                if matches!(item, Item::Path { .. }) {
                    self.link()?;
                }
            }
            if !self.dot() || !self.begins_triples() {
                return Ok(());
            }
        }
    }

    /// Whether triples may begin here, and no keyword does.
    pub(super) fn begins_triples(&self) -> bool {
        match self.byte() {
            b'?' | b'$' | b'<' | b'_' | b'[' | b'(' | b'"' | b'\'' | b'0'..=b'9' | b'+' | b'-' => true,
            b'.' => self.byte_at(1).is_ascii_digit(),
            b't' | b'T' | b'f' | b'F' if self.is_word("true") || self.is_word("false") => true,
            _ => self.is_iri(),
        }
    }

    /// `TriplesSameSubject` and `TriplesSameSubjectPath`
    fn same_subject(&mut self, items: &mut Vec<Item>) -> Parsed<()> {
        if self.is_reified() {
            let mut first = Vec::new();
            let subject = self.reified_triple(&mut first)?;
            let properties = if self.begins_verb() { self.properties(items)? } else { Vec::new() };
            items.append(&mut first);
            return attach(&subject, properties, items);
        }
        if let Some(subject) = self.term_if_any()? {
            let properties = self.properties(items)?;
            return attach(&subject, properties, items);
        }
        let subject = self.node(items)?;
        let properties = if self.begins_verb() { self.properties(items)? } else { Vec::new() };
        attach(&subject, properties, items)
    }

    /// `<<` that begins no triple term.
    fn is_reified(&self) -> bool {
        self.rest().starts_with(b"<<") && self.byte_at(2) != b'('
    }

    fn begins_verb(&self) -> bool {
        match self.byte() {
            b'?' | b'$' => true,
            b'^' | b'!' | b'(' => !self.labels.is_template,
            _ => self.is_type() || self.is_iri(),
        }
    }

    /// `PropertyListNotEmpty` and `PropertyListPathNotEmpty`. What the objects consist of goes to `items`.
    fn properties(&mut self, items: &mut Vec<Item>) -> Parsed<Properties> {
        let mut properties = Vec::new();
        loop {
            let verb = self.verb_or_path()?;
            // A path of many steps is that many patterns for each object.
            let steps = match &verb {
                Verb::Path(path) => path_links(path) - 1,
                Verb::Variable(_) => 0,
            };
            loop {
                let object = self.object(items)?;
                if !self.labels.is_template {
                    self.count_joined(items.len() + properties.len() + steps + 1, object.at);
                }
                let is_last = !self.take(",");
                if is_last {
                    properties.push((verb, object));
                    break;
                }
                for _ in 0..steps {
                    self.link()?;
                }
                properties.push((verb.clone(), object));
            }
            let mut more = false;
            while self.take(";") {
                more = true;
            }
            if !more || !self.begins_verb() {
                return Ok(properties);
            }
        }
    }

    /// `VerbPath | VerbSimple`, and `Verb` in a template.
    fn verb_or_path(&mut self) -> Parsed<Verb> {
        if let Some(variable) = self.variable_if_any() {
            return Ok(Verb::Variable(variable));
        }
        if self.labels.is_template {
            self.predicate().map(|iri| Verb::Path(iri.into()))
        } else {
            self.path().map(Verb::Path)
        }
    }

    /// `Verb ::= VarOrIri | 'a'`
    pub(super) fn verb(&mut self) -> Parsed<NamedNodePattern> {
        Ok(match self.variable_if_any() {
            Some(variable) => variable.into(),
            None => self.predicate()?.into(),
        })
    }

    /// `Object ::= GraphNode Annotation`
    fn object(&mut self, items: &mut Vec<Item>) -> Parsed<Object> {
        let at = self.at;
        let term = self.graph_node(items)?;
        let mut reifiers = Vec::new();
        loop {
            let reifier = if self.byte() == b'~' {
                self.reifier()?
            } else if self.rest().starts_with(b"{|") {
                BlankNode::default().into()
            } else {
                return Ok(Object { term, at, reifiers });
            };
            if self.rest().starts_with(b"{|") {
                self.open("{|")?;
                let mut inner = Vec::new();
                let properties = self.properties(&mut inner)?;
                attach(&reifier, properties, items)?;
                items.append(&mut inner);
                self.close("|}")?;
            }
            reifiers.push(reifier);
        }
    }

    /// `Reifier ::= '~' VarOrReifierId?`
    fn reifier(&mut self) -> Parsed<TermPattern> {
        self.expect("~")?;
        if let Some(variable) = self.variable_if_any() {
            return Ok(variable.into());
        }
        if self.is_iri() {
            return self.iri().map(TermPattern::from);
        }
        Ok(self.blank_node_if_any()?.unwrap_or_default().into())
    }

    /// `GraphNode ::= VarOrTerm | TriplesNode | ReifiedTriple`
    fn graph_node(&mut self, items: &mut Vec<Item>) -> Parsed<TermPattern> {
        if self.is_reified() {
            return self.reified_triple(items);
        }
        match self.term_if_any()? {
            Some(term) => Ok(term),
            None => self.node(items),
        }
    }

    /// `TriplesNode ::= Collection | BlankNodePropertyList`
    fn node(&mut self, items: &mut Vec<Item>) -> Parsed<TermPattern> {
        match self.byte() {
            b'[' => {
                self.open("[")?;
                let properties = self.properties(items)?;
                self.close("]")?;
                let node = TermPattern::from(BlankNode::default());
                attach(&node, properties, items)?;
                Ok(node)
            }
            b'(' => self.list(items),
            _ => Err(self.unexpected()),
        }
    }

    /// `Collection ::= '(' GraphNode+ ')'`
    fn list(&mut self, items: &mut Vec<Item>) -> Parsed<TermPattern> {
        self.open("(")?;
        let mut members = Vec::new();
        while self.byte() != b')' {
            let mut inner = Vec::new();
            let member = self.graph_node(&mut inner)?;
            members.push((member, inner));
        }
        self.close(")")?;
        let mut rest = TermPattern::from(rdf::NIL.into_owned());
        for (member, mut inner) in members.into_iter().rev() {
            let cell = TermPattern::from(BlankNode::default());
            let mut link = |predicate: NamedNodeRef<'_>, object| {
                let (subject, predicate) = (cell.clone(), predicate.into_owned().into());
                items.push(Item::Triple(TriplePattern { subject, predicate, object }));
            };
            link(rdf::FIRST, member);
            link(rdf::REST, rest);
            rest = cell;
            items.append(&mut inner);
        }
        Ok(rest)
    }

    /// `ReifiedTriple ::= '<<' ReifiedTripleSubject Verb ReifiedTripleObject Reifier? '>>'`
    fn reified_triple(&mut self, items: &mut Vec<Item>) -> Parsed<TermPattern> {
        self.open("<<")?;
        let (mut first, mut second) = (Vec::new(), Vec::new());
        let subject = self.reified_term(&mut first)?;
        let predicate = self.verb()?;
        let object = self.reified_term(&mut second)?;
        let reifier = if self.byte() == b'~' { self.reifier()? } else { BlankNode::default().into() };
        self.close(">>")?;
        let triple = TriplePattern { subject, predicate, object };
        items.push(Item::Triple(reifies(reifier.clone(), triple)));
        items.append(&mut first);
        items.append(&mut second);
        Ok(reifier)
    }

    fn reified_term(&mut self, items: &mut Vec<Item>) -> Parsed<TermPattern> {
        if self.is_reified() { self.reified_triple(items) } else { self.inner_term() }
    }
}

/// That a term names a triple (RDF 1.2, section 3.3).
fn reifies(reifier: TermPattern, triple: TriplePattern) -> TriplePattern {
    TriplePattern { subject: reifier, predicate: rdf::REIFIES.into_owned().into(), object: triple.into() }
}

/// The triples of a subject and its properties.
fn attach(subject: &TermPattern, properties: Properties, items: &mut Vec<Item>) -> Parsed<()> {
    for (verb, object) in properties {
        match verb {
            Verb::Variable(variable) => triple(subject.clone(), variable.into(), object, items),
            Verb::Path(path) => step(subject.clone(), path, object, items)?,
        }
    }
    Ok(())
}

/// A triple, after those of its reifiers.
fn triple(subject: TermPattern, predicate: NamedNodePattern, object: Object, items: &mut Vec<Item>) {
    let triple = TriplePattern { subject, predicate, object: object.term };
    items.extend(object.reifiers.into_iter().map(|reifier| Item::Triple(reifies(reifier, triple.clone()))));
    items.push(Item::Triple(triple));
}

/// A path from a subject to an object (section 18.2.2.4): inverses are turned round and sequences taken apart.
fn step(subject: TermPattern, path: Path, object: Object, items: &mut Vec<Item>) -> Parsed<()> {
    match path {
        Path::NamedNode(iri) => {
            triple(subject, iri.into(), object, items);
            return Ok(());
        }
        Path::Reverse(path) => {
            let turned = Object { term: subject, ..object };
            return step(object.term, *path, turned, items);
        }
        _ if !object.reifiers.is_empty() => return Err(Refusal { at: object.at, why: Why::ReifierOfPath }),
        Path::Sequence(first, second) => {
            let middle = TermPattern::from(BlankNode::default());
            let to = Object { term: middle.clone(), at: object.at, reifiers: Vec::new() };
            step(subject, *first, to, items)?;
            return step(middle, *second, object, items);
        }
        path => items.push(Item::Path { subject, path, object: object.term }),
    }
    Ok(())
}

/// The pattern of a block: adjacent triples are one basic graph pattern (section 18.2.2.5).
pub(super) fn block(items: Vec<Item>) -> GraphPattern {
    let mut triples = Vec::new();
    let mut whole = GraphPattern::default();
    for item in items {
        match item {
            Item::Triple(triple) => triples.push(triple),
            Item::Path { subject, path, object } => {
                let before = GraphPattern::Bgp { patterns: std::mem::take(&mut triples) };
                whole = joined(whole, before);
                whole = joined(whole, GraphPattern::Path { subject, path, object });
            }
        }
    }
    joined(whole, GraphPattern::Bgp { patterns: triples })
}

/// The join of two patterns (section 18.2.2.8): that of nothing and a pattern is the pattern, that of two basic graph patterns one.
pub(super) fn joined(left: GraphPattern, right: GraphPattern) -> GraphPattern {
    match (left, right) {
        (GraphPattern::Bgp { patterns }, other) | (other, GraphPattern::Bgp { patterns })
            if patterns.is_empty() =>
        {
            other
        }
        (GraphPattern::Bgp { patterns: mut all }, GraphPattern::Bgp { patterns }) => {
            all.extend(patterns);
            GraphPattern::Bgp { patterns: all }
        }
        (left, right) => GraphPattern::Join { left: Box::new(left), right: Box::new(right) },
    }
}
