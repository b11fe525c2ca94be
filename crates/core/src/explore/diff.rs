//! What two graphs do not share, blank nodes matched by what they say.
//!
//! In: the quads of two graphs. Out: [`Diff`].
//!
//! Blank nodes that say the same match at once. Those left over have changed: they match by what they
//! still share, the rarest first, and where a node is mentioned counts as much as what it says.

use crate::blank::Blanks;
use crate::terms::{BlankNode, GraphName, NamedOrBlankNode, Quad, Term};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// How often the nodes left over are matched again, knowing those matched before.
const ROUNDS: usize = 64;

/// How many nodes may share a trait that is still looked at. What all have in common tells nothing.
const COMMON: usize = 64;

/// What one graph has and another has not. A blank node has the same label in all of these.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diff {
    /// In the first graph only.
    pub removed: Vec<Quad>,
    /// In the second graph only.
    pub added: Vec<Quad>,
    /// How many quads both have.
    pub common: usize,
    /// The first graph.
    pub before: Vec<Quad>,
    /// The second graph.
    pub after: Vec<Quad>,
    /// Whether so many blank nodes look alike that a difference may be one of their names alone.
    pub uncertain: bool,
}

impl Diff {
    /// Compares two graphs.
    pub fn of(before: Vec<Quad>, after: Vec<Quad>) -> Self {
        let ((before, first), (mut after, second)) = (by_content(before), by_content(after));
        let names = matched(&before, &after);
        if !names.is_empty() {
            after = after.into_iter().map(|named| Named::of(renamed(named.0, &names))).collect();
        }
        let missing = |from: &BTreeSet<Named>, other: &BTreeSet<Named>| {
            from.difference(other).map(|quad| quad.0.clone()).collect::<Vec<_>>()
        };
        Self {
            removed: missing(&before, &after),
            added: missing(&after, &before),
            common: before.intersection(&after).count(),
            before: before.into_iter().map(|named| named.0).collect(),
            after: after.into_iter().map(|named| named.0).collect(),
            uncertain: !(first && second),
        }
    }

    /// Whether the graphs are the same.
    pub fn is_empty(&self) -> bool {
        self.removed.is_empty() && self.added.is_empty()
    }
}

/// BlankNames of the second graph's changed nodes: the label that each has in the first.
type BlankNames = HashMap<String, String>;

/// Matches the nodes that one graph alone has with those that the other alone has.
fn matched(before: &BTreeSet<Named>, after: &BTreeSet<Named>) -> BlankNames {
    let (old, new) = (labels(before), labels(after));
    let mut left: BTreeSet<&str> = old.difference(&new).map(String::as_str).collect();
    let mut right: BTreeSet<&str> = new.difference(&old).map(String::as_str).collect();
    let (before, after) = (about(before, &left), about(after, &right));
    let mut names = BlankNames::new();
    let mut loose = false;
    for _ in 0..ROUNDS {
        if left.is_empty() || right.is_empty() {
            break;
        }
        let pairs = best_pairs(
            &traits(&before, &left, &BlankNames::new(), loose),
            &traits(&after, &right, &names, loose),
        );
        // What rests on guesses goes on one by one, so that the next can rest on it.
        let taken = if loose { 1 } else { pairs.len() };
        for (from, to) in pairs.iter().take(taken) {
            left.remove(from.as_str());
            right.remove(to.as_str());
            names.insert(to.clone(), from.clone());
        }
        if pairs.is_empty() && loose {
            break;
        }
        loose = pairs.is_empty();
    }
    names
}

fn labels(quads: &BTreeSet<Named>) -> BTreeSet<String> {
    let of_term = |term: &Term| match term {
        Term::BlankNode(node) => Some(node.as_str().to_owned()),
        _ => None,
    };
    quads
        .iter()
        .flat_map(|quad| [of_term(&quad.0.subject.clone().into()), of_term(&quad.0.object)])
        .flatten()
        .collect()
}

/// The quads that name one of the nodes.
fn about<'a>(quads: &'a BTreeSet<Named>, nodes: &BTreeSet<&str>) -> Vec<&'a Quad> {
    let of = |quad: &&Quad| {
        matches!(&quad.subject, NamedOrBlankNode::BlankNode(node) if nodes.contains(node.as_str()))
            || matches!(&quad.object, Term::BlankNode(node) if nodes.contains(node.as_str()))
    };
    quads.iter().map(|named| &named.0).filter(of).collect()
}

/// What tells a node: whether the node is the object, and the quad without it.
type Trait = (bool, String);

/// The traits of each node of `open`. Those that name another open node are left out, or in the
/// `loose` case are kept without its name.
fn traits(
    quads: &[&Quad],
    open: &BTreeSet<&str>,
    names: &BlankNames,
    loose: bool,
) -> BTreeMap<String, BTreeSet<Trait>> {
    let mut traits: BTreeMap<String, BTreeSet<Trait>> = BTreeMap::new();
    let known = |term: &Term| match term {
        Term::BlankNode(node) if open.contains(node.as_str()) => loose.then(|| "_".to_owned()),
        Term::BlankNode(node) => {
            Some(format!("_:{}", names.get(node.as_str()).map_or(node.as_str(), String::as_str)))
        }
        other => Some(other.to_string()),
    };
    for quad in quads {
        let subject = Term::from(quad.subject.clone());
        for (node, other, is_object) in [(&subject, &quad.object, false), (&quad.object, &subject, true)] {
            let Term::BlankNode(node) = node else { continue };
            let (true, Some(other)) = (open.contains(node.as_str()), known(other)) else { continue };
            let said = format!("{} {other} {}", quad.predicate, quad.graph_name);
            traits.entry(node.as_str().to_owned()).or_default().insert((is_object, said));
        }
    }
    traits
}

/// Pairs that share the most, the best first, no node twice.
fn best_pairs(
    left: &BTreeMap<String, BTreeSet<Trait>>,
    right: &BTreeMap<String, BTreeSet<Trait>>,
) -> Vec<(String, String)> {
    let mut having: BTreeMap<&Trait, (Vec<&str>, Vec<&str>)> = BTreeMap::new();
    for (node, traits) in left {
        traits.iter().for_each(|one| having.entry(one).or_default().0.push(node));
    }
    for (node, traits) in right {
        traits.iter().for_each(|one| having.entry(one).or_default().1.push(node));
    }
    let mut shared: BTreeMap<(&str, &str), (f64, usize, bool)> = BTreeMap::new();
    for ((is_object, _), (from, to)) in &having {
        if from.len() > COMMON || to.len() > COMMON {
            continue;
        }
        let weight = 2.0 / (from.len() + to.len()).max(1) as f64;
        for pair in from.iter().flat_map(|from| to.iter().map(|to| (*from, *to))) {
            let (score, count, mentioned) = shared.entry(pair).or_default();
            *score += weight;
            *count += 1;
            *mentioned |= *is_object;
        }
    }
    let size = |traits: Option<&BTreeSet<Trait>>| traits.map_or(0, BTreeSet::len);
    let mut pairs: Vec<((&str, &str), f64)> = shared
        .into_iter()
        .filter(|((from, to), (_, count, mentioned))| {
            *mentioned || 2 * count >= size(left.get(*from)).max(size(right.get(*to)))
        })
        .map(|(pair, (score, ..))| (pair, score))
        .collect();
    pairs.sort_by(|(a, x), (b, y)| y.total_cmp(x).then_with(|| a.cmp(b)));
    let (mut used, mut taken) = ((HashSet::new(), HashSet::new()), Vec::new());
    for ((from, to), _) in pairs {
        if !used.0.contains(from) && !used.1.contains(to) {
            used.0.insert(from);
            used.1.insert(to);
            taken.push((from.to_owned(), to.to_owned()));
        }
    }
    taken
}

/// A quad with the new names of its nodes.
fn renamed(quad: Quad, names: &BlankNames) -> Quad {
    let node = |node: BlankNode| match names.get(node.as_str()) {
        Some(name) => BlankNode::new_unchecked(name.clone()),
        None => node,
    };
    let subject = |subject: NamedOrBlankNode| match subject {
        NamedOrBlankNode::BlankNode(old) => NamedOrBlankNode::from(node(old)),
        other => other,
    };
    Quad {
        subject: subject(quad.subject),
        predicate: quad.predicate,
        object: term_renamed(quad.object, names),
        graph_name: match quad.graph_name {
            GraphName::BlankNode(old) => node(old).into(),
            other => other,
        },
    }
}

fn term_renamed(term: Term, names: &BlankNames) -> Term {
    match term {
        Term::BlankNode(old) => match names.get(old.as_str()) {
            Some(name) => BlankNode::new_unchecked(name.clone()).into(),
            None => old.into(),
        },
        Term::Triple(mut triple) => {
            if let NamedOrBlankNode::BlankNode(old) = &triple.subject
                && let Some(name) = names.get(old.as_str())
            {
                triple.subject = BlankNode::new_unchecked(name.clone()).into();
            }
            triple.object = term_renamed(triple.object, names);
            Term::Triple(triple)
        }
        other => other,
    }
}

/// A quad, ordered by its N-Quads form.
#[derive(PartialEq, Eq)]
struct Named(Quad, String);

impl Named {
    fn of(quad: Quad) -> Self {
        let text = quad.to_string();
        Self(quad, text)
    }
}

impl Ord for Named {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.1.cmp(&other.1)
    }
}

impl PartialOrd for Named {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// The quads with blank nodes named by content, and whether these names are certain.
fn by_content(quads: Vec<Quad>) -> (BTreeSet<Named>, bool) {
    let blanks = Blanks::of(&quads);
    let is_certain = blanks.is_certain();
    (blanks.relabel(quads).into_iter().map(Named::of).collect(), is_certain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::{Literal, NamedNode, rdf};

    fn quad(s: impl Into<NamedOrBlankNode>, p: &str, o: impl Into<Term>) -> Quad {
        let predicate = NamedNode::new_unchecked(format!("http://e/{p}"));
        Quad::new(s, predicate, o, GraphName::DefaultGraph)
    }

    fn node(name: &str) -> BlankNode {
        BlankNode::new_unchecked(name)
    }

    fn graph(page: i32) -> Vec<Quad> {
        let thing = NamedNode::new_unchecked("http://e/a");
        vec![
            quad(thing.clone(), "quote", node("x")),
            quad(node("x"), "page", Literal::from(page)),
            quad(node("x"), "place", node("y")),
            quad(node("y"), "note", Literal::from("kept")),
            quad(thing, "quote", node("z")),
            quad(node("z"), "page", Literal::from(100)),
            quad(node("z"), "place", node("w")),
            quad(node("w"), "note", Literal::from(page)),
        ]
    }

    #[test]
    fn a_change_below_a_node_is_that_change_alone() {
        let diff = Diff::of(graph(1), graph(2));
        assert_eq!((diff.removed.len(), diff.added.len(), diff.common), (2, 2, 6), "{diff:?}");
    }

    #[test]
    fn an_item_of_a_list_changes_alone() {
        let list = |item: i32| -> Vec<Quad> {
            let cell = |n: i32| node(&format!("c{n}"));
            let mut quads = vec![quad(NamedNode::new_unchecked("http://e/a"), "list", cell(0))];
            for n in 0..5 {
                let value = Literal::from(if n == 2 { item } else { n });
                quads.push(Quad::new(cell(n), rdf::FIRST.into_owned(), value, GraphName::DefaultGraph));
                let rest = if n == 4 { Term::from(rdf::NIL.into_owned()) } else { cell(n + 1).into() };
                quads.push(Quad::new(cell(n), rdf::REST.into_owned(), rest, GraphName::DefaultGraph));
            }
            quads
        };
        let diff = Diff::of(list(20), list(30));
        assert_eq!((diff.removed.len(), diff.added.len()), (1, 1), "{diff:?}");
    }
}
