//! A graph as look-ups and advice read it: who asks for a hint, a label or a suggestion has no use for an error at each step.
//!
//! In: a graph behind its port, a place for what cannot be read. Out: values at once; what cannot be read counts as absent, and
//! the first damage met is kept in [`Damage`]. Whoever tells what was found asks [`Damage::told`] first, so that nothing is
//! told of a damaged graph. Answers and exports are not read so: there every read has its own error.

use crate::error::{Diagnostic, Error, Kind, Result};
use crate::store::{Graph, GraphId, Id, Pattern, Triple};
use crate::terms::{BlankNode, Term, TermRef};
use std::sync::OnceLock;

/// The first damage that was met in a graph.
#[derive(Debug, Default)]
pub struct Damage(OnceLock<(Kind, Diagnostic, Option<String>)>);

impl Damage {
    /// What was read; nothing, and remembered, where the graph could not be read. A query that is wrong or was stopped by a
    /// limit says nothing about the graph.
    pub fn note<T>(&self, read: Result<T>) -> Option<T> {
        let error = match read {
            Ok(found) => return Some(found),
            Err(error) => error,
        };
        if matches!(error.kind, Kind::Data | Kind::Store) {
            let Error { kind, cause, diagnostic } = error;
            self.0.get_or_init(|| (kind, diagnostic, cause.map(|cause| cause.to_string())));
        }
        None
    }

    /// Whether all that was read was whole.
    ///
    /// # Errors
    /// The first damage that was met, from then on for ever.
    pub fn told(&self) -> Result<()> {
        let Some((kind, diagnostic, cause)) = self.0.get() else { return Ok(()) };
        let error = Error::of(*kind, diagnostic.clone());
        Err(match cause {
            Some(cause) => error.because(cause.clone()),
            None => error,
        })
    }
}

/// A graph to look into. See the module.
#[derive(Clone, Copy)]
pub struct Look<'a> {
    graph: &'a dyn Graph,
    damage: &'a Damage,
}

impl<'a> Look<'a> {
    /// Into `graph`; what cannot be read is noted in `damage`.
    pub fn into(graph: &'a dyn Graph, damage: &'a Damage) -> Self {
        Self { graph, damage }
    }

    /// The graph itself, for queries. Their errors are to be [noted](Self::note) too.
    pub fn graph(self) -> &'a dyn Graph {
        self.graph
    }

    /// As [`Damage::note`].
    pub fn note<T>(self, read: Result<T>) -> Option<T> {
        self.damage.note(read)
    }

    /// The number of a term, where it occurs.
    pub fn id(self, term: TermRef<'_>) -> Option<Id> {
        self.note(self.graph.id(term)).flatten()
    }

    /// The term of a number; some blank node where it cannot be read.
    pub fn term(self, id: Id) -> Term {
        self.note(self.graph.term(id)).unwrap_or_else(|| BlankNode::default().into())
    }

    /// The triples of one graph that match a pattern, as far as they can be read.
    pub fn scan(self, name: GraphId, pattern: Pattern) -> impl Iterator<Item = Triple> + 'a {
        self.graph.scan(name, pattern).triples().map_while(move |triple| self.note(triple))
    }

    /// The same of all graphs, one after the other.
    pub fn scan_all(self, pattern: Pattern) -> impl Iterator<Item = Triple> + 'a {
        self.graphs().into_iter().flat_map(move |name| self.scan(name, pattern))
    }

    /// How many triples of one graph match a pattern.
    pub fn count(self, name: GraphId, pattern: Pattern) -> u64 {
        self.note(self.graph.count(name, pattern)).unwrap_or_default()
    }

    /// Whether any graph has a triple that matches.
    pub fn has(self, pattern: Pattern) -> bool {
        self.graphs().into_iter().any(|name| self.count(name, pattern) > 0)
    }

    /// The named graphs.
    pub fn graph_names(self) -> Vec<Id> {
        self.note(self.graph.graph_names()).unwrap_or_default()
    }

    /// The default graph and the named ones.
    pub fn graphs(self) -> Vec<GraphId> {
        self.note(self.graph.graphs()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_damage_is_kept_and_a_limit_is_none() {
        let damage = Damage::default();
        assert_eq!(damage.note(Ok(7)), Some(7));
        assert_eq!(damage.note::<()>(Err(Error::new(Kind::Limit, "stopped"))), None);
        damage.told().unwrap();
        let first = Error::data("damaged").hint("make it anew").because("the disk is gone");
        assert_eq!(damage.note::<()>(Err(first)), None);
        damage.note::<()>(Err(Error::data("later")));
        let told = damage.told().unwrap_err();
        assert_eq!((told.message.as_str(), told.hints.len()), ("damaged", 1));
        assert_eq!(told.cause.unwrap().to_string(), "the disk is gone");
    }
}
