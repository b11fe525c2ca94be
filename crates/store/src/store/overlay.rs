//! A graph with one more named graph laid over it, for one question.
//!
//! In: a graph, triples, the name they go by. Out: both as one, behind the port. It refuses to
//! change the graph below.

use super::{FIRST_FOREIGN, Graph, GraphId, Id, Pattern, Scan};
use crate::terms::{Term, TermRef, Triple};
use std::collections::HashMap;

/// A graph with another laid over it. See the module.
pub struct Overlay<'a> {
    below: &'a dyn Graph,
    name: Id,
    triples: Vec<super::Triple>,
    /// Terms that the graph below does not have, numbered from the top of the range downwards: no
    /// graph grows so far.
    terms: Vec<Term>,
    ids: HashMap<Term, Id>,
}

impl<'a> Overlay<'a> {
    /// Lays `triples` over `below`, as the named graph `name`.
    pub fn new(below: &'a dyn Graph, name: &Term, triples: &[Triple]) -> Self {
        let mut overlay =
            Self { below, name: 0, triples: Vec::new(), terms: Vec::new(), ids: HashMap::new() };
        overlay.name = overlay.number(name.clone());
        for triple in triples {
            let row = [
                overlay.number(triple.subject.clone().into()),
                overlay.number(triple.predicate.clone().into()),
                overlay.number(triple.object.clone()),
            ];
            overlay.triples.push(row);
        }
        overlay.triples.sort_unstable();
        overlay.triples.dedup();
        overlay
    }

    fn number(&mut self, term: Term) -> Id {
        if let Some(id) = self.id(term.as_ref()) {
            return id;
        }
        let id = Id::try_from(self.terms.len()).map_or(0, |n| FIRST_FOREIGN - 1 - n);
        self.terms.push(term.clone());
        self.ids.insert(term, id);
        id
    }

    fn own(&self, id: Id) -> Option<&Term> {
        self.terms.get((FIRST_FOREIGN - 1).checked_sub(id)? as usize)
    }

    fn matching(&self, pattern: Pattern) -> impl Iterator<Item = super::Triple> + '_ {
        let fits = move |triple: &&super::Triple| {
            triple.iter().zip(pattern).all(|(have, wanted)| wanted.is_none_or(|wanted| *have == wanted))
        };
        self.triples.iter().filter(fits).copied()
    }
}

impl Graph for Overlay<'_> {
    fn id(&self, term: TermRef<'_>) -> Option<Id> {
        self.below.id(term).or_else(|| self.ids.get(&term.into_owned()).copied())
    }

    fn term(&self, id: Id) -> Term {
        self.own(id).cloned().unwrap_or_else(|| self.below.term(id))
    }

    fn scan(&self, graph: GraphId, pattern: Pattern) -> Scan<'_> {
        if graph == Some(self.name) {
            Scan::Stream(Box::new(self.matching(pattern).map(Ok)))
        } else if graph.is_some_and(|graph| self.own(graph).is_some()) {
            Scan::Stream(Box::new(std::iter::empty()))
        } else if pattern.into_iter().flatten().any(|id| self.own(id).is_some()) {
            // Nothing below knows these numbers.
            Scan::Stream(Box::new(std::iter::empty()))
        } else {
            self.below.scan(graph, pattern)
        }
    }

    fn count(&self, graph: GraphId, pattern: Pattern) -> u64 {
        if graph == Some(self.name) {
            self.matching(pattern).count() as u64
        } else if pattern.into_iter().flatten().chain(graph).any(|id| self.own(id).is_some()) {
            0
        } else {
            self.below.count(graph, pattern)
        }
    }

    fn sound(&self) -> crate::error::Result<()> {
        self.below.sound()
    }

    fn graph_names(&self) -> Vec<Id> {
        let mut names = self.below.graph_names();
        if !self.triples.is_empty() && !names.contains(&self.name) {
            names.push(self.name);
        }
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::pack::Builder;
    use crate::terms::{GraphName, NamedNode};

    #[test]
    fn both_graphs_are_there_and_do_not_mix() {
        let iri = |name: &str| NamedNode::new_unchecked(format!("http://example.org/{name}"));
        let mut builder = Builder::new();
        builder.add(Triple::new(iri("x"), iri("p"), iri("y")).in_graph(GraphName::DefaultGraph).as_ref());
        let below = builder.finish();
        let triple = Triple::new(iri("s"), iri("p"), iri("o"));
        let overlay = Overlay::new(&below, &iri("g").into(), &[triple.clone(), triple]);
        let name = overlay.id(Term::from(iri("g")).as_ref());
        assert_eq!(overlay.count(name, [None; 3]), 1);
        assert_eq!(overlay.len(), below.len() + 1);
        let subject = overlay.id(Term::from(iri("s")).as_ref());
        assert_eq!(overlay.scan(None, [subject, None, None]).triples().count(), 0);
        assert_eq!(overlay.scan(name, [subject, None, None]).triples().count(), 1);
        assert_eq!(overlay.term(subject.unwrap()), iri("s").into());
    }
}
