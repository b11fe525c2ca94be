//! Where a thing is mentioned: how often, by what, in which way.
//!
//! In: a graph and a term. Out: [`Group`]s. No more than `MOST` mentions are looked at.

use crate::error::Result;
use crate::store::{Graph, Id, Pattern};
use crate::terms::{NamedNode, Term, rdf};
use std::cmp::Reverse;
use std::collections::HashMap;

/// Mentions that are looked at. What is mentioned more often is only said to be.
const MOST: usize = 20_000;

/// Things of each group that are named.
const FIRST: usize = 5;

/// Mentions by things of one class with one property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The class that says most: of those that a thing has, the one with the fewest others.
    pub class: Option<Term>,
    /// The property.
    pub property: NamedNode,
    /// How often.
    pub count: u64,
    /// Whether there may be more.
    pub at_least: bool,
    /// Things that mention it, the first by name.
    pub first: Vec<Term>,
}

/// The mentions of a thing, the largest groups first.
///
/// # Errors
/// Where the store cannot be read.
pub fn of(graph: &dyn Graph, thing: &Term) -> Result<Vec<Group>> {
    let Some(id) = graph.id(thing.as_ref())? else { return Ok(Vec::new()) };
    let mut found: Vec<(Id, Id)> = Vec::new();
    each(graph, [None, None, Some(id)], &mut |[subject, property, _]| {
        found.push((subject, property));
        found.len() < MOST
    })?;
    let at_least = found.len() >= MOST;
    let mut classes = Classes { graph, kind: graph.id(rdf::TYPE.into())?, ranks: HashMap::new() };
    let mut groups: HashMap<(Option<Id>, Id), Vec<Id>> = HashMap::new();
    for (subject, property) in found {
        groups.entry((classes.of(subject)?, property)).or_default().push(subject);
    }
    let mut all = Vec::with_capacity(groups.len());
    for ((class, property), subjects) in groups {
        let Term::NamedNode(property) = graph.term(property)? else { continue };
        let count = subjects.len() as u64;
        let mut first = subjects.into_iter().map(|id| graph.term(id)).collect::<Result<Vec<Term>>>()?;
        first.sort_by_cached_key(Term::to_string);
        first.truncate(FIRST);
        let class = class.map(|id| graph.term(id)).transpose()?;
        all.push(Group { class, property, count, at_least, first });
    }
    all.sort_by_cached_key(|group| {
        (Reverse(group.count), group.property.clone(), group.class.as_ref().map(Term::to_string))
    });
    Ok(all)
}

/// The classes of things, with what ranks them.
struct Classes<'a> {
    graph: &'a dyn Graph,
    kind: Option<Id>,
    ranks: HashMap<Id, (u64, Reverse<u64>)>,
}

impl Classes<'_> {
    fn of(&mut self, thing: Id) -> Result<Option<Id>> {
        let Some(kind) = self.kind else { return Ok(None) };
        let mut classes = Vec::new();
        each(self.graph, [Some(thing), Some(kind), None], &mut |[_, _, class]| {
            classes.push(class);
            true
        })?;
        let mut best = None;
        for class in classes {
            let rank = (self.rank(class)?, class);
            best = Some(best.map_or(rank, |best| rank.min(best)));
        }
        Ok(best.map(|(_, class)| class))
    }

    /// Few things in it first; then those of which more is said, which are the graph's own.
    fn rank(&mut self, class: Id) -> Result<(u64, Reverse<u64>)> {
        if let Some(rank) = self.ranks.get(&class) {
            return Ok(*rank);
        }
        let things = count(self.graph, [None, self.kind, Some(class)])?;
        let rank = (things, Reverse(count(self.graph, [Some(class), None, None])?));
        self.ranks.insert(class, rank);
        Ok(rank)
    }
}

/// How many triples there are, up to as many as are looked at.
fn count(graph: &dyn Graph, pattern: Pattern) -> Result<u64> {
    let mut count = 0;
    each(graph, pattern, &mut |_| {
        count += 1;
        count < MOST as u64
    })?;
    Ok(count)
}

/// Visits the triples of all graphs, until the visitor has enough.
fn each(
    graph: &dyn Graph,
    pattern: Pattern,
    visit: &mut dyn FnMut(crate::store::Triple) -> bool,
) -> Result<()> {
    for name in graph.graphs()? {
        for triple in graph.scan(name, pattern).triples() {
            if !visit(triple?) {
                return Ok(());
            }
        }
    }
    Ok(())
}
