//! The source that each triple rests on: by a statement about it, its subject, its graph, or who points to it.
//!
//! In: the triples behind an answer. Out: citations. Only the standard properties for sources, parts and places in them
//! are known, and those that a graph declares to be their subproperties.

use super::{CITING, Citation, SOLUTIONS, Tracer};
use crate::explore::survey::local_name;
use crate::store::{Id, Pattern};
use crate::terms::{NamedNode, Term, Triple, rdfs};
use std::collections::BTreeSet;

/// Properties that lead from a statement or a thing to its source.
const SOURCES: &[&str] = &[
    "http://www.w3.org/ns/prov#wasDerivedFrom",
    "http://www.w3.org/ns/prov#hadPrimarySource",
    "http://www.w3.org/ns/prov#wasQuotedFrom",
    "http://purl.org/dc/terms/source",
    "http://purl.org/dc/elements/1.1/source",
    "https://schema.org/citation",
    "http://schema.org/citation",
];

/// Properties that lead from a part to its whole.
const WHOLES: &[&str] =
    &["http://purl.org/dc/terms/isPartOf", "https://schema.org/isPartOf", "http://schema.org/isPartOf"];

/// Properties that tell a place within a source; those declared to be subproperties count too.
const PLACES: &[&str] = &[
    "https://schema.org/position",
    "http://schema.org/position",
    "https://schema.org/pageStart",
    "https://schema.org/pagination",
    "http://purl.org/dc/terms/identifier",
    "http://purl.org/ontology/bibo/pages",
    "http://purl.org/ontology/bibo/pageStart",
    "http://purl.org/ontology/bibo/locator",
];

const REIFIES: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#reifies";

/// The parts of a statement as RDF has them since its first version.
const REIFIED: [&str; 3] = [
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#subject",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#predicate",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#object",
];

impl Tracer<'_> {
    /// Finds for each triple what it rests on.
    pub(super) fn cite(&mut self) {
        let mut direct: Vec<(Id, Vec<usize>)> = Vec::new();
        let mut rest = Vec::new();
        let triples = self.found.triples.clone();
        for (i, triple) in triples.iter().enumerate() {
            match self.cited_by(triple) {
                Some(fact) => attach(&mut direct, fact, i),
                None => rest.push((i, triple)),
            }
        }
        let cited: Vec<Id> = direct.iter().map(|(fact, _)| *fact).collect();
        for (i, triple) in rest {
            for fact in self.pointing(triple, &cited) {
                attach(&mut direct, fact, i);
            }
        }
        let citations = direct.into_iter().flat_map(|(fact, triples)| self.citations(fact, &triples));
        self.found.citations = citations.fold(Vec::new(), together);
    }

    /// The node that names the source of this very triple: a statement about it, its subject, its graph.
    fn cited_by(&self, triple: &Triple) -> Option<Id> {
        let pattern = self.ids(triple)?;
        let [subject, ..] = pattern;
        let graph = self.known.graph;
        let reifies = graph.id(NamedNode::new_unchecked(REIFIES).as_ref().into());
        let stated = graph.id(Term::from(triple.clone()).as_ref()).zip(reifies);
        let mut statements: Vec<Id> = stated.map_or_else(Vec::new, |(term, reifies)| {
            self.scan([None, Some(reifies), Some(term)]).map(|[s, ..]| s).take(CITING).collect()
        });
        statements.extend(self.reified(pattern));
        let mut homes = graph.graph_names();
        homes.retain(|name| graph.scan(Some(*name), pattern).next().is_some());
        statements.into_iter().chain(subject).chain(homes).find(|node| self.has_source(*node))
    }

    /// The nodes that are statements about this very triple, by its subject, predicate and object.
    fn reified(&self, triple: Pattern) -> Vec<Id> {
        let [Some(subject), Some(predicate), Some(object)] = REIFIED.map(|iri| self.property(iri)) else {
            return Vec::new();
        };
        let [s, p, o] = triple;
        let about = self.scan([None, Some(subject), s]).map(|[node, ..]| node);
        let says =
            |node: &Id, property, value| self.scan([Some(*node), Some(property), value]).next().is_some();
        about.filter(|node| says(node, predicate, p) && says(node, object, o)).take(CITING).collect()
    }

    /// Whether a node is a statement about a triple: it speaks of nothing else.
    fn is_statement(&self, node: Id) -> bool {
        let [_, predicate, _] = REIFIED;
        self.property(predicate).is_some_and(|property| self.leads(node, property).next().is_some())
    }

    fn has_source(&self, node: Id) -> bool {
        SOURCES.iter().filter_map(|iri| self.property(iri)).any(|p| self.leads(node, p).next().is_some())
    }

    fn property(&self, iri: &str) -> Option<Id> {
        self.known.graph.id(NamedNode::new_unchecked(iri).as_ref().into())
    }

    fn leads(&self, node: Id, property: Id) -> impl Iterator<Item = Id> + '_ {
        self.scan([Some(node), Some(property), None]).map(|[_, _, object]| object)
    }

    /// Nodes with a source that point to the subject of a triple: those already cited here, else
    /// those that name its object too, else some.
    fn pointing(&self, triple: &Triple, cited: &[Id]) -> Vec<Id> {
        let Some([Some(subject), _, object]) = self.ids(triple) else { return Vec::new() };
        let to = |thing: Id| -> Vec<Id> {
            let nodes = self.scan([None, None, Some(thing)]).map(|[s, ..]| s).take(SOLUTIONS * 10);
            nodes.filter(|node| self.has_source(*node) && !self.is_statement(*node)).collect()
        };
        let mut about = to(subject);
        about.sort_unstable();
        about.dedup();
        let here: Vec<Id> = about.iter().filter(|node| cited.contains(node)).copied().collect();
        if !here.is_empty() {
            return here;
        }
        let names_object =
            |node: &&Id| object.is_some_and(|o| self.scan([Some(**node), None, Some(o)]).next().is_some());
        let both: Vec<Id> = about.iter().filter(names_object).copied().collect();
        let chosen = if both.is_empty() { about } else { both };
        chosen.into_iter().take(CITING).collect()
    }

    /// One citation for each source that a node names. A statement about a triple that rests on a node
    /// with a source of its own is cited as that node.
    fn citations(&self, fact: Id, triples: &[usize]) -> Vec<Citation> {
        let properties = SOURCES.iter().filter_map(|iri| self.property(iri));
        let sources: BTreeSet<Id> =
            properties.flat_map(|property| self.leads(fact, property).collect::<Vec<_>>()).collect();
        let citation = |source| Citation {
            fact: self.known.graph.term(fact),
            fact_label: self.label(fact),
            place: self.place(fact),
            source: self.wholes(source),
            triples: triples.to_vec(),
        };
        let (nodes, sources): (Vec<Id>, Vec<Id>) = sources.into_iter().partition(|source| {
            self.is_statement(fact) && !self.is_statement(*source) && self.has_source(*source)
        });
        let through = nodes.into_iter().flat_map(|node| self.citations(node, triples));
        through.chain(sources.into_iter().map(citation)).collect()
    }

    /// A source, then what it is part of.
    fn wholes(&self, source: Id) -> Vec<(Term, Option<String>)> {
        let mut chain = vec![source];
        while let Some(last) = chain.last().copied() {
            let whole =
                WHOLES.iter().filter_map(|iri| self.property(iri)).find_map(|p| self.leads(last, p).next());
            match whole.filter(|whole| !chain.contains(whole) && chain.len() < 5) {
                Some(whole) => chain.push(whole),
                None => break,
            }
        }
        chain.into_iter().map(|id| (self.known.graph.term(id), self.label(id))).collect()
    }

    /// Where in its source a fact stands: positions, pages, identifiers.
    fn place(&self, fact: Id) -> Vec<(String, String)> {
        let mut place = Vec::new();
        for [_, property, object] in self.scan([Some(fact), None, None]) {
            if let Term::Literal(literal) = self.known.graph.term(object)
                && self.is_place(property)
            {
                let Term::NamedNode(node) = self.known.graph.term(property) else { continue };
                let label = self.label(property).unwrap_or_else(|| local_name(node.as_str()).to_owned());
                place.push((label, literal.value().to_owned()));
            }
        }
        place
    }

    fn is_place(&self, property: Id) -> bool {
        let places: Vec<Id> = PLACES.iter().filter_map(|iri| self.property(iri)).collect();
        let above = self.property(rdfs::SUB_PROPERTY_OF.as_str());
        let mut line = vec![property];
        let mut next = 0;
        while let Some(this) = line.get(next).copied().filter(|_| next < 20) {
            if places.contains(&this) {
                return true;
            }
            line.extend(above.into_iter().flat_map(|above| self.leads(this, above)));
            next += 1;
        }
        false
    }
}

/// Adds a citation. Statements of which each rests on the same node cite the same source: it is named once, with all triples.
fn together(mut all: Vec<Citation>, more: Citation) -> Vec<Citation> {
    let is_same =
        |one: &&mut Citation| one.fact == more.fact && one.place == more.place && one.source == more.source;
    match all.iter_mut().find(is_same) {
        Some(one) => {
            one.triples.extend(&more.triples);
            one.triples.sort_unstable();
            one.triples.dedup();
        }
        None => all.push(more),
    }
    all
}

fn attach(list: &mut Vec<(Id, Vec<usize>)>, fact: Id, triple: usize) {
    match list.iter_mut().find(|(have, _)| *have == fact) {
        Some((_, triples)) => triples.push(triple),
        None => list.push((fact, vec![triple])),
    }
}
