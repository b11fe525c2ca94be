//! The queries that were asked of a snapshot last: what is asked again is neither read nor planned again.
//!
//! In: an [`Ask`]. Out: its query with its plan, where the same text was asked before with the same parameters. Of answers nothing is kept.

use crate::ask::Ask;
use crate::engine::{Bindings, DefaultGraph, Prepared};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// So many queries are kept, those that were asked last.
const KEPT: usize = 32;

/// Longer texts are not kept: they may be data, and reading them is the least of what they take.
const LONGEST: usize = 4096;

/// The queries that were asked last. See the module.
#[derive(Default)]
pub(super) struct PreparedQueries {
    /// The one that was asked last stands first.
    kept: Mutex<Vec<Kept>>,
}

struct Kept {
    text: String,
    bindings: Bindings,
    default_graph: DefaultGraph,
    query: Arc<Prepared<'static>>,
}

impl PreparedQueries {
    /// The query of `ask`, where it was asked before.
    pub(super) fn get(&self, ask: &Ask) -> Option<Arc<Prepared<'static>>> {
        let mut kept = self.kept();
        let is_asked = |known: &Kept| {
            known.text == ask.text
                && known.default_graph == ask.default_graph
                && known.bindings == ask.bindings
        };
        let place = kept.iter().position(is_asked)?;
        kept.get_mut(..=place)?.rotate_right(1);
        kept.first().map(|known| Arc::clone(&known.query))
    }

    /// Keeps the query of `ask`, and no longer the one that was asked longest ago.
    pub(super) fn keep(&self, ask: &Ask, query: Arc<Prepared<'static>>) {
        if ask.text.len() > LONGEST {
            return;
        }
        let (text, bindings, default_graph) = (ask.text.clone(), ask.bindings.clone(), ask.default_graph);
        let mut kept = self.kept();
        kept.truncate(KEPT - 1);
        kept.insert(0, Kept { text, bindings, default_graph, query });
    }

    fn kept(&self) -> MutexGuard<'_, Vec<Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::answer::Answer;
    use crate::project::Embedded;
    use crate::session::{Session, Source};
    use crate::terms::{Literal, Variable};

    fn session() -> Session {
        let mut session = Session::open(&Source::Embedded, &Embedded::NOTHING).unwrap();
        session
            .update("INSERT DATA { <x:a> <x:p> 1 . <y:a> <x:p> 2, 3 . GRAPH <x:g> { <x:b> <x:p> 4 } }")
            .unwrap();
        session
    }

    fn rows(session: &Session, ask: &Ask) -> usize {
        // Asked again it is as it was.
        let counts = [(); 2].map(|()| match session.snapshot().answer(ask).unwrap() {
            Answer::Rows(rows) => rows.gather().rows.len(),
            _ => panic!("rows"),
        });
        assert_eq!(counts[0], counts[1]);
        counts[0]
    }

    #[test]
    fn what_differs_in_more_than_its_text_is_another_query() {
        let session = session();
        let all = Ask::new("SELECT ?o { ?s ?p ?o }");
        assert_eq!(rows(&session, &all), 3);
        let union = Ask { default_graph: DefaultGraph::Union, ..all.clone() };
        assert_eq!(rows(&session, &union), 4);
        let bindings = Bindings::from([(Variable::new_unchecked("o"), Literal::from(2).into())]);
        assert_eq!(rows(&session, &Ask { bindings, ..all.clone() }), 1);
        assert_eq!(rows(&session, &all), 3);
        assert_eq!(session.snapshot().prepared.kept().len(), 3);
    }

    #[test]
    fn a_change_and_a_prefix_are_seen() {
        let mut session = session();
        let ask = Ask::new("SELECT ?o { z:a ?p ?o }");
        for (namespace, expected) in [("x:", 1), ("y:", 2)] {
            session.add_prefix("z", namespace).unwrap();
            assert_eq!(rows(&session, &ask), expected);
        }
        session.update("INSERT DATA { <y:a> <x:q> <y:new> }").unwrap();
        assert_eq!(rows(&session, &ask), 3);
        session.update("DELETE WHERE { <y:a> <x:p> ?o }").unwrap();
        assert_eq!(rows(&session, &ask), 1);
    }

    #[test]
    fn those_asked_last_are_kept() {
        let session = session();
        let ask = |n: usize| Ask::new(format!("SELECT ?o {{ ?s ?p ?o FILTER(?o != {n}) }}"));
        for n in 0..=KEPT {
            rows(&session, &ask(0));
            rows(&session, &ask(n));
        }
        let snapshot = session.snapshot();
        let is_kept = |n: usize| snapshot.prepared.get(&ask(n)).is_some();
        assert!(is_kept(0) && !is_kept(1) && is_kept(2) && is_kept(KEPT));
        assert_eq!(snapshot.prepared.kept().len(), KEPT);
        let long = Ask::new(format!("SELECT ?o {{ ?s ?p ?o }} #{}", "x".repeat(LONGEST)));
        rows(&session, &long);
        assert!(snapshot.prepared.get(&long).is_none());
    }
}
