//! A graph subject by subject, in the order in which people read: what Turtle, TriG and JSON-LD share.
//!
//! In: quads and their [`Blanks`]. Out: graphs by name, subjects by IRI, facts with types first, names
//! next, other predicates by IRI; and which blank nodes are lists.

use crate::blank::Blanks;
use crate::terms::{
    BlankNode, GraphName, Literal, NAMING, NamedNode, NamedOrBlankNode, OTHER_NAMES, Quad, Term, is_bare, rdf,
};
use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap, HashSet};

/// What is said about one subject: predicates in order, each with its objects.
pub(crate) type Facts = Vec<(NamedNode, Vec<Term>)>;

/// The quads of each graph, the default graph first, then by name.
pub(crate) fn by_graph<'a>(quads: &'a [Quad], blanks: &Blanks) -> Vec<(GraphName, Vec<&'a Quad>)> {
    let mut graphs: BTreeMap<String, (GraphName, Vec<&Quad>)> = BTreeMap::new();
    for quad in quads {
        let key = match &quad.graph_name {
            GraphName::DefaultGraph => String::new(),
            GraphName::NamedNode(iri) => format!("<{}", iri.as_str()),
            GraphName::BlankNode(node) => format!("_{}", blanks.label(node)),
        };
        graphs.entry(key).or_insert_with(|| (quad.graph_name.clone(), Vec::new())).1.push(quad);
    }
    graphs.into_values().collect()
}

/// The subjects of one graph.
#[derive(Default)]
pub(crate) struct Subjects {
    facts: HashMap<NamedOrBlankNode, Facts>,
    /// Those that have a name, sorted.
    pub(crate) named: Vec<NamedNode>,
    /// Blank nodes that are not written in place of their mention, in no order.
    pub(crate) unnamed: Vec<BlankNode>,
    /// The labels of blank nodes that are objects.
    mentioned: HashSet<String>,
}

impl Subjects {
    /// Reads the quads of one graph.
    pub(crate) fn of(quads: &[&Quad], blanks: &Blanks) -> Self {
        let mut sorted: HashMap<&NamedOrBlankNode, BTreeMap<(usize, &str), HashSet<&Term>>> = HashMap::new();
        let mut mentioned = HashSet::new();
        for quad in quads {
            let about = sorted.entry(&quad.subject).or_default();
            about.entry(rank(&quad.predicate)).or_default().insert(&quad.object);
            if let Term::BlankNode(node) = &quad.object {
                mentioned.insert(node.as_str().to_owned());
            }
        }
        let facts: HashMap<_, _> =
            sorted.into_iter().map(|(subject, facts)| (subject.clone(), in_order(facts))).collect();
        let (mut named, mut unnamed) = (Vec::new(), Vec::new());
        for subject in facts.keys() {
            match subject {
                NamedOrBlankNode::NamedNode(iri) => named.push(iri.clone()),
                NamedOrBlankNode::BlankNode(node) if blanks.is_nested(node) => {}
                NamedOrBlankNode::BlankNode(node) => unnamed.push(node.clone()),
            }
        }
        named.sort_unstable_by(|a: &NamedNode, b| a.as_str().cmp(b.as_str()));
        Self { facts, named, unnamed, mentioned }
    }

    /// What is said about a subject.
    pub(crate) fn facts(&self, subject: &NamedOrBlankNode) -> &[(NamedNode, Vec<Term>)] {
        self.facts.get(subject).map_or(&[], Vec::as_slice)
    }

    /// Whether a blank node needs its label where it is described: it is mentioned somewhere else.
    pub(crate) fn needs_label(&self, node: &BlankNode, blanks: &Blanks) -> bool {
        self.mentioned.contains(node.as_str()) || blanks.is_shared(node)
    }

    /// The items of a well-formed list that starts at a nested node. See [`Self::cells`].
    pub(crate) fn list(&self, head: &BlankNode, blanks: &Blanks) -> Option<Vec<Term>> {
        Some(self.cells(head, blanks)?.into_iter().map(|(_, item)| item).collect())
    }

    /// The cells of a well-formed list that starts at a nested node, each with its item: each cell has
    /// a first and a rest, nothing else, and is mentioned nowhere else.
    pub(crate) fn cells(&self, head: &BlankNode, blanks: &Blanks) -> Option<Vec<(BlankNode, Term)>> {
        let mut cells = Vec::new();
        let mut cell = Some(head.clone()).filter(|head| blanks.is_nested(head))?;
        loop {
            let [(first, values), (rest, tails)] = self.facts(&cell.clone().into()) else { return None };
            let ([value], [tail]) = (values.as_slice(), tails.as_slice()) else { return None };
            if *first != rdf::FIRST || *rest != rdf::REST {
                return None;
            }
            cells.push((cell, value.clone()));
            match tail {
                Term::NamedNode(nil) if *nil == rdf::NIL => return Some(cells),
                Term::BlankNode(next) if blanks.is_nested(next) => cell = next.clone(),
                _ => return None,
            }
        }
    }
}

/// Types, then names, then the rest by IRI.
pub(crate) fn rank(predicate: &NamedNode) -> (usize, &str) {
    let iri = predicate.as_str();
    let rank = if *predicate == rdf::TYPE {
        0
    } else {
        1 + NAMING
            .iter()
            .chain(OTHER_NAMES)
            .position(|naming| *naming == iri)
            .unwrap_or(NAMING.len() + OTHER_NAMES.len())
    };
    (rank, iri)
}

fn in_order(facts: BTreeMap<(usize, &str), HashSet<&Term>>) -> Facts {
    let ordered = |((_, predicate), objects): ((usize, &str), HashSet<&Term>)| {
        let mut objects: Vec<Term> = objects.into_iter().cloned().collect();
        objects.sort_by(compare);
        (NamedNode::new_unchecked(predicate), objects)
    };
    facts.into_iter().map(ordered).collect()
}

/// IRIs, then literals, then triple terms, then blank nodes by their labels (writers that write them out in place sort them
/// again, by that text).
fn compare(a: &Term, b: &Term) -> Ordering {
    let class = |term: &Term| match term {
        Term::NamedNode(_) => 0,
        Term::Literal(_) => 1,
        Term::Triple(_) => 2,
        Term::BlankNode(_) => 3,
    };
    class(a).cmp(&class(b)).then_with(|| match (a, b) {
        (Term::NamedNode(a), Term::NamedNode(b)) => a.as_str().cmp(b.as_str()),
        (Term::Literal(a), Term::Literal(b)) => compare_literals(a, b),
        (Term::BlankNode(a), Term::BlankNode(b)) => a.as_str().cmp(b.as_str()),
        (a, b) => a.to_string().cmp(&b.to_string()),
    })
}

fn compare_literals(a: &Literal, b: &Literal) -> Ordering {
    let number = |literal: &Literal| {
        is_bare(literal.value(), literal.datatype().as_str())
            .then(|| literal.value().parse::<f64>().ok())
            .flatten()
    };
    let (x, y) = (number(a), number(b));
    let values = match (x, y) {
        (Some(x), Some(y)) => x.total_cmp(&y),
        (x, y) => y.is_some().cmp(&x.is_some()),
    };
    let rest = |l: &Literal| (l.language().map(str::to_owned), l.value().to_owned(), l.to_string());
    values.then_with(|| rest(a).cmp(&rest(b)))
}
