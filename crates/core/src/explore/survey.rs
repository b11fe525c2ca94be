//! A bounded look over a whole graph: which predicates and classes it uses, and how often.
//!
//! In: a graph, a budget of triples. Out: counts, and the names nearest to a misspelt one. No
//! more is read than the budget, and it is said when that was not all.

use super::Knowledge;
use super::look::Look;
use super::names::fold;
use crate::store::Id;
use crate::terms::{NamedNode, Term, rdf};
use std::collections::HashMap;

/// How many triples a survey reads at most.
pub const BUDGET: usize = 200_000;

/// What a graph uses. Lists are sorted by use, the most used first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Survey {
    /// Predicates with their number of triples.
    pub predicates: Vec<(Id, u64)>,
    /// Classes with their number of instances.
    pub classes: Vec<(Id, u64)>,
    /// Whether the whole graph was read.
    pub complete: bool,
}

impl Survey {
    /// Reads at most `budget` triples of the default and the named graphs.
    pub fn of(graph: Look<'_>, budget: usize) -> Self {
        let type_ = graph.id(rdf::TYPE.into());
        let (mut predicates, mut classes) = (HashMap::new(), HashMap::new());
        let mut read = 0;
        for [_, predicate, object] in graph.scan_all([None; 3]).take(budget) {
            read += 1;
            *predicates.entry(predicate).or_insert(0) += 1;
            if Some(predicate) == type_ {
                *classes.entry(object).or_insert(0) += 1;
            }
        }
        let complete = read < budget;
        Self { predicates: by_use(predicates), classes: by_use(classes), complete }
    }
}

/// Of the classes of a thing, the one that says most: with the fewest instances, then one that has
/// a label, because the graph's own ontology describes it.
pub fn telling(classes: impl Iterator<Item = Id>, known: &Knowledge<'_>) -> Option<Id> {
    let type_ = known.graph.id(rdf::TYPE.into())?;
    classes.min_by_key(|class| {
        let size = known.graph.count(None, [None, Some(type_), Some(*class)]);
        (size, known.names().all(*class).is_empty(), *class)
    })
}

/// Counts as a list, the most used first, ties by number so that the order is stable.
pub fn by_use<T: Ord>(counts: HashMap<T, u64>) -> Vec<(T, u64)> {
    let mut list: Vec<_> = counts.into_iter().collect();
    list.sort_unstable_by(|(a, m), (b, n)| n.cmp(m).then_with(|| a.cmp(b)));
    list
}

/// What follows the last `#`, `/` or `:` of an IRI; the part before it where nothing follows.
pub fn local_name(iri: &str) -> &str {
    let trimmed = iri.trim_end_matches(['#', '/', ':']);
    trimmed.rsplit(['#', '/', ':']).next().unwrap_or(trimmed)
}

/// The IRIs of the graph that `iri`, which is not in it, most likely means; the best first.
/// `among` are the things that would make sense in its place; none given means any.
pub fn nearest(iri: &str, among: &[(Id, u64)], known: &Knowledge<'_>) -> Vec<NamedNode> {
    let exists = |iri: String| {
        let node = NamedNode::new(iri).ok()?;
        known.graph.id(node.as_ref().into()).map(|_| node)
    };
    let twins: Vec<_> = twins(iri).into_iter().filter_map(exists).take(1).collect();
    if !twins.is_empty() {
        return twins;
    }
    let wanted = fold(local_name(iri));
    let limit = wanted.chars().count() / 3;
    let mut found: Vec<(usize, u64, NamedNode)> = among
        .iter()
        .filter_map(|(id, uses)| {
            let Term::NamedNode(node) = known.graph.term(*id) else { return None };
            let labels = known.names().all(*id).iter().map(|name| fold(&name.text));
            let distance = labels
                .chain([fold(local_name(node.as_str()))])
                .map(|name| strsim::damerau_levenshtein(&name, &wanted))
                .min()?;
            (distance <= limit).then_some((distance, u64::MAX - uses, node))
        })
        .collect();
    found.sort();
    let named = known.names().search(local_name(iri), 3).into_iter().filter(|_| among.is_empty());
    let named = named.filter_map(|hit| match known.graph.term(hit.id) {
        Term::NamedNode(node) => Some(node),
        _ => None,
    });
    found.into_iter().map(|(_, _, node)| node).chain(named).take(2).collect()
}

/// The same IRI with the slips people make in writing it.
fn twins(iri: &str) -> Vec<String> {
    let mut schemes = vec![iri.to_owned()];
    if let Some(rest) = iri.strip_prefix("http://") {
        schemes.push(format!("https://{rest}"));
    } else if let Some(rest) = iri.strip_prefix("https://") {
        schemes.push(format!("http://{rest}"));
    }
    let ends = |iri: &String| {
        let bare = iri.trim_end_matches(['/', '#']).to_owned();
        [format!("{bare}/"), format!("{bare}#"), bare]
    };
    let mut all = schemes.clone();
    all.extend(schemes.iter().flat_map(ends));
    all.retain(|twin| twin != iri);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_names_and_twins() {
        assert_eq!(local_name("http://e.org/a#b"), "b");
        assert_eq!(local_name("http://e.org/a/"), "a");
        assert_eq!(twins("http://e.org/a")[0], "https://e.org/a");
        assert!(twins("http://e.org/a").contains(&"http://e.org/a/".to_owned()));
    }
}
