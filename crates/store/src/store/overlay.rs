//! A graph with one more named graph laid over it, for one query.
//!
//! In: a columnar graph, triples, the name they go by. Out: both as one, behind the whole port. It changes nothing
//! below. Terms that the graph below lacks are numbered beside its dictionary, and so are in no order.

use super::columns::{Epochs, Numbers};
use super::foreign::ForeignTerms;
use super::kinds::{Kind, Kinds};
use super::languages::Languages;
use super::lexical::{Lexical, Scratch};
use super::pack::Watch;
use super::standing::Standing;
use super::table::Table;
use super::view::View;
use super::{Graph, GraphId, Id, Indexed, Pattern, Scan};
use crate::error::Result;
use crate::terms::{Term, TermRef, Triple};
use std::ops::Range;
use std::sync::Arc;

/// A graph with another laid over it. See the module.
pub struct Overlay<'a> {
    below: &'a dyn Indexed,
    name: Id,
    /// How many triples the graph below has under that name.
    hidden: u64,
    triples: Vec<super::Triple>,
    table: Arc<Table>,
    /// Terms that the graph below does not have.
    terms: ForeignTerms,
}

impl<'a> Overlay<'a> {
    /// Lays `triples` over `below`, as the named graph `name`.
    ///
    /// # Errors
    /// Where `below` is damaged.
    pub fn new(below: &'a dyn Indexed, name: &Term, triples: &[Triple]) -> Result<Self> {
        let (mut terms, table) = (ForeignTerms::over(below), Arc::default());
        let name = terms.intern(name.as_ref(), below)?;
        let hidden = if terms.has(name) { 0 } else { below.count(Some(name), [None; 3])? };
        let mut overlay = Self { below, name, hidden, triples: Vec::new(), table, terms };
        for triple in triples {
            let row = [
                overlay.terms.intern(triple.subject.as_ref().into(), below)?,
                overlay.terms.intern(triple.predicate.as_ref().into(), below)?,
                overlay.terms.intern(triple.object.as_ref(), below)?,
            ];
            overlay.triples.push(row);
        }
        overlay.triples.sort_unstable();
        overlay.triples.dedup();
        overlay.table = Arc::new(Table::of_triples(overlay.triples.clone()));
        Ok(overlay)
    }

    fn matching(&self, pattern: Pattern) -> impl Iterator<Item = super::Triple> + '_ {
        let fits = move |triple: &&super::Triple| {
            triple.iter().zip(pattern).all(|(have, wanted)| wanted.is_none_or(|wanted| *have == wanted))
        };
        self.triples.iter().filter(fits).copied()
    }

    /// Whether a number is none of the graph's below.
    fn is_above(&self, id: Id) -> bool {
        self.terms.has(id)
    }
}

impl Graph for Overlay<'_> {
    fn id(&self, term: TermRef<'_>) -> Result<Option<Id>> {
        self.terms.find(term, self.below)
    }

    fn term(&self, id: Id) -> Result<Term> {
        if self.is_above(id) { self.terms.term(id, self) } else { self.below.term(id) }
    }

    fn scan(&self, graph: GraphId, pattern: Pattern) -> Scan<'_> {
        if graph == Some(self.name) {
            Scan::Stream(Box::new(self.matching(pattern).map(Ok)))
        } else if pattern.into_iter().flatten().chain(graph).any(|id| self.is_above(id)) {
            Scan::Stream(Box::new(std::iter::empty()))
        } else {
            self.below.scan(graph, pattern)
        }
    }

    fn count(&self, graph: GraphId, pattern: Pattern) -> Result<u64> {
        if graph == Some(self.name) {
            Ok(self.matching(pattern).count() as u64)
        } else if pattern.into_iter().flatten().chain(graph).any(|id| self.is_above(id)) {
            Ok(0)
        } else {
            self.below.count(graph, pattern)
        }
    }

    fn len(&self) -> u64 {
        self.below.len() - self.hidden + self.triples.len() as u64
    }

    fn graph_names(&self) -> Result<Vec<Id>> {
        let mut names = self.below.graph_names()?;
        if !self.triples.is_empty() && !names.contains(&self.name) {
            names.push(self.name);
        }
        Ok(names)
    }

    fn indexed(&self) -> Result<Option<&dyn Indexed>> {
        Ok(Some(self))
    }
}

impl Indexed for Overlay<'_> {
    fn term_count(&self) -> Id {
        self.below.term_count()
    }

    fn more_terms(&self) -> Id {
        self.terms.count()
    }

    fn kinds(&self) -> &Kinds {
        self.below.kinds()
    }

    fn kind(&self, id: Id) -> Option<Kind> {
        self.terms.kind(id).or_else(|| self.below.kind(id))
    }

    fn standing(&self, id: Id) -> Result<Standing> {
        self.terms.standing(id).map_or_else(|| self.below.standing(id), Ok)
    }

    fn lexical<'a>(&'a self, id: Id, scratch: &'a mut Scratch) -> Result<Lexical<'a>> {
        self.terms.lexical(id).map_or_else(|| self.below.lexical(id, scratch), Ok)
    }

    fn warm(&self, ids: &[Id]) {
        self.below.warm(ids);
    }

    fn prefixed(&self, kind: Kind, prefix: &str) -> Result<Range<Id>> {
        self.below.prefixed(kind, prefix)
    }

    fn position(&self, term: TermRef<'_>) -> Result<Range<Id>> {
        self.below.position(term)
    }

    fn numbers(&self) -> Result<Numbers<'_>> {
        self.below.numbers()
    }

    fn epochs(&self) -> Result<Epochs<'_>> {
        self.below.epochs()
    }

    fn languages(&self) -> Result<Languages<'_>> {
        self.below.languages()
    }

    fn view(&self, graph: GraphId) -> Result<Option<View<'_>>> {
        if graph == Some(self.name) && !self.triples.is_empty() {
            return Ok(Some(View::shared(Arc::clone(&self.table), self.kinds())));
        }
        if graph.is_some_and(|graph| self.is_above(graph)) { Ok(None) } else { self.below.view(graph) }
    }

    fn homes(&self, pattern: Pattern, watch: Watch<'_>) -> Result<Option<Vec<Id>>> {
        let Some(mut homes) = self.below.homes(pattern, watch)? else { return Ok(None) };
        // Whatever it has.
        if let Err(place) = homes.binary_search(&self.name)
            && !self.triples.is_empty()
        {
            homes.insert(place, self.name);
        }
        Ok(Some(homes))
    }

    fn parts(&self, ids: &[Id], watch: Watch<'_>) -> Result<Vec<super::Triple>> {
        let mut parts = self.below.parts(ids, watch)?;
        self.terms.add_parts(ids, &mut parts);
        Ok(parts)
    }

    fn triple_of(&self, parts: super::Triple) -> Result<Option<Id>> {
        Ok(self.below.triple_of(parts)?.or_else(|| self.terms.triple_of(parts)))
    }

    fn merged(&self, graphs: &[GraphId]) -> Result<View<'_>> {
        let below: Vec<GraphId> = graphs.iter().copied().filter(|graph| *graph != Some(self.name)).collect();
        if below.len() == graphs.len() {
            return self.below.merged(graphs);
        }
        let mut all = self.triples.clone();
        for graph in below {
            for triple in self.below.scan(graph, [None; 3]).triples() {
                all.push(triple?);
            }
        }
        Ok(View::shared(Arc::new(Table::of_triples(all)), self.kinds()))
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
        let overlay = Overlay::new(&below, &iri("g").into(), &[triple.clone(), triple]).unwrap();
        let name = overlay.id(Term::from(iri("g")).as_ref()).unwrap();
        assert_eq!(overlay.count(name, [None; 3]).unwrap(), 1);
        assert_eq!(overlay.len(), below.len() + 1);
        let subject = overlay.id(Term::from(iri("s")).as_ref()).unwrap();
        assert_eq!(overlay.scan(None, [subject, None, None]).triples().count(), 0);
        assert_eq!(overlay.scan(name, [subject, None, None]).triples().count(), 1);
        assert_eq!(overlay.term(subject.unwrap()).unwrap(), iri("s").into());
        let view = overlay.view(name).unwrap().unwrap();
        assert_eq!(view.count([subject, None, None]).unwrap(), 1, "columns too");
        assert_eq!(overlay.view(None).unwrap().unwrap().count([None; 3]).unwrap(), 1);
        assert_eq!(overlay.merged(&[None, name]).unwrap().count([None; 3]).unwrap(), 2);
    }
}
