//! What is in a graph, as a person wants to see it.
//!
//! In: a graph, with or without an ontology. Out: classes with their properties and examples, as
//! plain data. No more of a graph is read than a budget: the counts of a larger one are of a part.

use super::Knowledge;
use super::names::fold;
use super::survey::{BUDGET, by_use, nearest, telling};
use crate::store::{Id, Pattern};
use crate::terms::{Literal, NamedNode, Prefixes, Term, rdf};
use std::collections::{BTreeSet, HashMap, HashSet};

/// What is in a graph.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schema {
    /// How many quads.
    pub quads: u64,
    /// The named graphs with their numbers of triples.
    pub graphs: Vec<(Term, u64)>,
    /// The prefixes that the classes and properties use, with their namespaces.
    pub prefixes: Vec<(String, String)>,
    /// The classes that have instances, the largest first.
    pub classes: Vec<Class>,
    /// Whether the counts are of a part of the graph only.
    pub partial: bool,
    /// Where nothing has the name that was asked for: the classes and properties whose names are nearest to it.
    pub near: Vec<NamedNode>,
}

/// A class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Class {
    /// The class; nothing for the subjects that have none.
    pub class: Option<Term>,
    /// Its label.
    pub label: Option<String>,
    /// How many instances.
    pub count: u64,
    /// One instance, with its label.
    pub example: Option<(Term, Option<String>)>,
    /// The properties of its instances, the most used first.
    pub properties: Vec<Property>,
}

/// A property of the instances of a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Property {
    /// The property.
    pub property: Term,
    /// Its label.
    pub label: Option<String>,
    /// How many values.
    pub count: u64,
    /// How many instances have one.
    pub instances: u64,
    /// What sorts of values: classes and datatypes, with counts, the most used first.
    pub values: Vec<(String, u64)>,
    /// The smallest and the greatest value, where they are numbers or dates.
    pub range: Option<(Term, Term)>,
    /// One value, with its label.
    pub example: Option<(Term, Option<String>)>,
}

/// How many classes a schema has at most, and how many properties a class.
const MOST: usize = 500;

/// What is in the graph; with `filter`, only the classes and properties whose name or label has it.
pub fn schema(known: &Knowledge<'_>, language: &str, filter: Option<&str>) -> Schema {
    schema_within(known, language, filter, BUDGET)
}

/// As [`schema`], reading at most `budget` triples (twice: once for the types, once for the rest).
fn schema_within(known: &Knowledge<'_>, language: &str, filter: Option<&str>, budget: usize) -> Schema {
    let reader = Reader { known, language, type_: known.graph.id(rdf::TYPE.into()), budget };
    let (types, all_types) = reader.types();
    let (mut tallies, all_triples) = reader.tallies(&types);
    let mut classes: Vec<_> = tallies.drain().collect();
    classes.sort_by(|(a, x), (b, y)| (a.is_none(), y.count, a).cmp(&(b.is_none(), x.count, b)));
    let classes: Vec<Class> =
        classes.into_iter().map(|(class, tally)| reader.class(class, tally, &types)).collect();
    let (classes, near) = match filter {
        None => (classes, Vec::new()),
        Some(words) => {
            let found = narrow(&classes, words, known.prefixes);
            let near = if found.is_empty() { near(&classes, words, known) } else { Vec::new() };
            (found, near)
        }
    };
    let graph = known.graph;
    let named = graph.graph_names();
    let graphs = named.into_iter().map(|id| (graph.term(id), graph.count(Some(id), [None; 3]))).collect();
    Schema {
        quads: graph.graph().len(),
        graphs,
        prefixes: prefixes_of(&classes, known.prefixes),
        classes: classes.into_iter().take(MOST).collect(),
        partial: !(all_types && all_triples),
        near,
    }
}

/// What is counted of a class.
#[derive(Default)]
struct Tally {
    count: u64,
    example: Option<Id>,
    properties: HashMap<Id, Uses>,
}

/// What is counted of a property of a class.
#[derive(Default)]
struct Uses {
    count: u64,
    instances: u64,
    last: Option<Id>,
    values: HashMap<String, u64>,
    range: Option<(Literal, Literal)>,
    example: Option<Id>,
}

pub(super) struct Reader<'a> {
    pub known: &'a Knowledge<'a>,
    pub language: &'a str,
    pub type_: Option<Id>,
    pub budget: usize,
}

impl Reader<'_> {
    /// The classes of each thing, and whether these are all.
    fn types(&self) -> (HashMap<Id, Vec<Id>>, bool) {
        let mut types: HashMap<Id, Vec<Id>> = HashMap::new();
        let Some(type_) = self.type_ else { return (types, true) };
        let mut read = 0;
        for [thing, _, class] in self.scan([None, Some(type_), None]) {
            read += 1;
            let classes = types.entry(thing).or_default();
            if !classes.contains(&class) {
                classes.push(class);
            }
        }
        (types, read < self.budget)
    }

    pub(super) fn scan(&self, pattern: Pattern) -> impl Iterator<Item = [Id; 3]> + '_ {
        self.known.graph.scan_all(pattern).take(self.budget)
    }

    /// What the things of each class have; those without a class under nothing.
    fn tallies(&self, types: &HashMap<Id, Vec<Id>>) -> (HashMap<Option<Id>, Tally>, bool) {
        let mut tallies: HashMap<Option<Id>, Tally> = HashMap::new();
        for (thing, classes) in types {
            for class in classes {
                let tally = tallies.entry(Some(*class)).or_default();
                tally.count += 1;
                tally.example = Some(tally.example.map_or(*thing, |have| have.min(*thing)));
            }
        }
        let (mut read, mut untyped, mut kinds) = (0, HashSet::new(), HashMap::new());
        for [subject, predicate, object] in self.scan([None; 3]) {
            read += 1;
            if Some(predicate) == self.type_ {
                continue;
            }
            let (kind, literal) = kinds.entry(object).or_insert_with(|| self.kind(object, types)).clone();
            match types.get(&subject) {
                Some(classes) => classes.iter().for_each(|class| {
                    let tally = tallies.entry(Some(*class)).or_default();
                    tally.properties.entry(predicate).or_default().add(subject, object, &kind, &literal);
                }),
                None => {
                    let tally = tallies.entry(None).or_default();
                    tally.count += u64::from(untyped.insert(subject));
                    tally.example.get_or_insert(subject);
                    tally.properties.entry(predicate).or_default().add(subject, object, &kind, &literal);
                }
            }
        }
        (tallies, read < self.budget)
    }

    /// What sort of value an object is; and itself, where it is a literal that has an order.
    fn kind(&self, object: Id, types: &HashMap<Id, Vec<Id>>) -> (String, Option<Literal>) {
        match self.known.graph.term(object) {
            Term::Literal(literal) => {
                let kind = match literal.language() {
                    Some(language) => format!("@{language}"),
                    None => self.known.prefixes.show(literal.datatype().into()),
                };
                (kind, Some(literal).filter(|literal| ordered(literal).is_some()))
            }
            Term::BlankNode(_) | Term::NamedNode(_) => {
                let class = types.get(&object).and_then(|classes| self.telling(classes));
                (class.map_or("IRI".to_owned(), |class| self.short(class)), None)
            }
            Term::Triple(_) => ("triple".to_owned(), None),
        }
    }

    pub(super) fn telling(&self, classes: &[Id]) -> Option<Id> {
        telling(classes.iter().copied(), self.known)
    }

    pub(super) fn short(&self, id: Id) -> String {
        self.known.prefixes.show(self.known.graph.term(id).as_ref())
    }

    pub(super) fn label(&self, id: Id) -> Option<String> {
        self.known.names().label(id, self.language).map(str::to_owned)
    }

    pub(super) fn with_label(&self, id: Id) -> (Term, Option<String>) {
        (self.known.graph.term(id), self.label(id))
    }

    fn class(&self, class: Option<Id>, tally: Tally, types: &HashMap<Id, Vec<Id>>) -> Class {
        let mut properties: Vec<_> = tally.properties.into_iter().collect();
        properties.sort_by(|(a, x), (b, y)| y.instances.cmp(&x.instances).then_with(|| a.cmp(b)));
        // An instance that this class alone describes shows the class better than one of a narrower class.
        let best = class.and_then(|class| {
            let own = |thing: &&Id| types.get(thing).and_then(|c| self.telling(c)) == Some(class);
            types
                .iter()
                .filter(|(_, c)| c.contains(&class))
                .map(|(thing, _)| thing)
                .filter(own)
                .min()
                .copied()
        });
        Class {
            class: class.map(|id| self.known.graph.term(id)),
            label: class.and_then(|id| self.label(id)),
            count: tally.count,
            example: best.or(tally.example).map(|id| self.with_label(id)),
            properties: properties.into_iter().take(MOST).map(|(id, uses)| self.property(id, uses)).collect(),
        }
    }

    fn property(&self, id: Id, uses: Uses) -> Property {
        Property {
            property: self.known.graph.term(id),
            label: self.label(id),
            count: uses.count,
            instances: uses.instances,
            values: by_use(uses.values),
            range: uses.range.map(|(low, high)| (low.into(), high.into())),
            example: uses.example.map(|id| self.with_label(id)),
        }
    }
}

impl Uses {
    fn add(&mut self, subject: Id, object: Id, kind: &str, literal: &Option<Literal>) {
        self.count += 1;
        // Scans come grouped by subject, or nearly so: one look back tells a new instance.
        self.instances += u64::from(self.last.replace(subject) != Some(subject));
        self.example.get_or_insert(object);
        if let Some(count) = self.values.get_mut(kind) {
            *count += 1;
        } else {
            self.values.insert(kind.to_owned(), 1);
        }
        let Some(literal) = literal else { return };
        let (low, high) = self.range.get_or_insert_with(|| (literal.clone(), literal.clone()));
        if less(literal, low) {
            *low = literal.clone();
        }
        if less(high, literal) {
            *high = literal.clone();
        }
    }
}

/// A key to compare numbers by value and dates by text.
fn ordered(literal: &Literal) -> Option<(f64, &str)> {
    let kind = literal.datatype().as_str().strip_prefix("http://www.w3.org/2001/XMLSchema#")?;
    match kind {
        "date" | "dateTime" | "gYear" | "gYearMonth" | "time" => Some((0.0, literal.value())),
        "integer" | "decimal" | "double" | "float" | "long" | "int" | "short" | "byte"
        | "nonNegativeInteger" | "positiveInteger" => Some((literal.value().parse().ok()?, "")),
        _ => None,
    }
}

fn less(a: &Literal, b: &Literal) -> bool {
    ordered(a).partial_cmp(&ordered(b)).is_some_and(std::cmp::Ordering::is_lt)
}

/// The classes that `words` name, whole; of the others only the properties that they name.
fn narrow(classes: &[Class], words: &str, prefixes: &Prefixes) -> Vec<Class> {
    let wanted = fold(words);
    let fits = |term: &Term, label: &Option<String>| {
        fold(&prefixes.show(term.as_ref())).contains(&wanted)
            || label.as_ref().is_some_and(|label| fold(label).contains(&wanted))
    };
    let exact = |class: &&Class| {
        let short = class.class.as_ref().map(|term| fold(&prefixes.show(term.as_ref())));
        short.is_some_and(|short| short == wanted || short.rsplit(':').next() == Some(&wanted))
            || class.label.as_ref().is_some_and(|label| fold(label) == wanted)
    };
    let whole: Vec<Class> = classes.iter().filter(exact).cloned().collect();
    if !whole.is_empty() {
        return whole;
    }
    let mut found = Vec::new();
    for class in classes {
        let mut class = class.clone();
        if !class.class.as_ref().is_some_and(|term| fits(term, &class.label)) {
            class.properties.retain(|property| fits(&property.property, &property.label));
            if class.properties.is_empty() {
                continue;
            }
        }
        found.push(class);
    }
    found
}

/// The classes and properties of names nearest to `words`, where any is near enough to be meant.
fn near(classes: &[Class], words: &str, known: &Knowledge<'_>) -> Vec<NamedNode> {
    let own = classes.iter().filter_map(|class| Some((class.class.as_ref()?, class.count)));
    let properties = classes.iter().flat_map(|class| &class.properties);
    let all = own.chain(properties.map(|property| (&property.property, property.count)));
    let mut among: HashMap<Id, u64> = HashMap::new();
    for (term, uses) in all {
        if let Some(id) = known.graph.id(term.as_ref()) {
            *among.entry(id).or_default() += uses;
        }
    }
    if among.is_empty() { Vec::new() } else { nearest(words, &by_use(among), known) }
}

fn prefixes_of(classes: &[Class], prefixes: &Prefixes) -> Vec<(String, String)> {
    let terms = classes.iter().flat_map(|class| {
        class.class.iter().chain(class.properties.iter().map(|property| &property.property))
    });
    let used: BTreeSet<&str> = terms
        .filter_map(|term| if let Term::NamedNode(node) = term { Some(node.as_str()) } else { None })
        .filter_map(|iri| prefixes.split(iri))
        .map(|(prefix, _)| prefix)
        .collect();
    let pair = |prefix: &str| Some((prefix.to_owned(), prefixes.namespace(prefix)?.to_owned()));
    used.into_iter().filter_map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::known;

    #[test]
    fn a_class_shows_what_its_instances_have() {
        let schema = schema(&known(), "en", Some("bm:Release"));
        let [class] = schema.classes.as_slice() else { panic!("{} classes", schema.classes.len()) };
        assert_eq!((class.count, class.label.as_deref()), (53, Some("Release")));
        let named = |name: &str| {
            let term = |p: &&Property| known().prefixes.show(p.property.as_ref()) == name;
            class.properties.iter().find(term).unwrap()
        };
        assert_eq!(named("bm:item").values, [("xsd:integer".to_owned(), 53)]);
        assert!(named("bm:item").range.is_some());
        assert_eq!(named("bm:released").instances, 53);
        assert!(!schema.partial);
    }

    #[test]
    fn a_budget_holds_and_is_told() {
        let schema = schema_within(&known(), "en", None, 100);
        assert!(schema.partial);
        let counted: u64 = schema.classes.iter().flat_map(|c| &c.properties).map(|p| p.count).sum();
        assert!(counted <= 400, "{counted}: a triple counts once for each class of its subject");
    }
}
