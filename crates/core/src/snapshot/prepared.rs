//! The queries that were asked of a snapshot last: what is asked again is neither read nor planned again.
//!
//! In: an [`Ask`]. Out: its query with its plan, where the same text was asked before with the same parameters. Of answers nothing is kept,
//! and all is given up where memory is short.

use crate::ask::Ask;
use crate::engine::{Bindings, DefaultGraph, Prepared};
use crate::room::Kept;
use crate::terms::Term;
use std::hash::{DefaultHasher, Hasher as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// So many queries are kept, those that were asked last.
const MOST: usize = 32;

/// Those whose text and parameters have at most so many bytes together: others may be data, and reading them is the least of what they take.
const LONGEST: usize = 4096;

/// The queries that were asked last, the latest one first. See the module.
#[derive(Default)]
pub(super) struct PreparedQueries(Kept<Mutex<Queries>>);

/// A number made of a text. Other texts have other numbers, but for very few: theirs need not be read, which may long be out of the caches.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark(u64);

impl Mark {
    /// Of the text of a query.
    pub(super) fn of(ask: &Ask) -> Self {
        let mut hasher = DefaultHasher::new();
        hasher.write(ask.text.as_bytes());
        Self(hasher.finish())
    }
}

/// The queries, the latest one first.
type Queries = Vec<(Mark, Box<Asked>)>;

struct Asked {
    text: String,
    bindings: Bindings,
    default_graph: DefaultGraph,
    query: Arc<Prepared>,
}

impl Asked {
    fn is(&self, ask: &Ask) -> bool {
        self.text == ask.text && self.default_graph == ask.default_graph && self.bindings == ask.bindings
    }
}

impl PreparedQueries {
    /// The query of `ask`, where it was asked before. Where steps are counted, those of reading and planning count as well.
    pub(super) fn get(&self, ask: &Ask, mark: Mark) -> Option<Arc<Prepared>> {
        let queries = self.0.get().filter(|_| ask.limits.steps.is_none())?;
        let mut queries = open(&queries);
        let place = queries.iter().position(|(of, known)| *of == mark && known.is(ask))?;
        queries.get_mut(..=place)?.rotate_right(1);
        queries.first().map(|(_, known)| Arc::clone(&known.query))
    }

    /// Keeps the query of `ask`, and no longer the one that was asked longest ago.
    pub(super) fn keep(&self, ask: &Ask, mark: Mark, query: Arc<Prepared>) {
        let length = ask.bindings.values().map(length).fold(ask.text.len(), usize::saturating_add);
        if length > LONGEST || query.is_deep() {
            return;
        }
        let (text, bindings, default_graph) = (ask.text.clone(), ask.bindings.clone(), ask.default_graph);
        let queries = self.0.get().unwrap_or_else(|| self.0.keep(Mutex::default()));
        let mut queries = open(&queries);
        // Another thread may have asked the same meanwhile.
        if !queries.iter().any(|(of, known)| *of == mark && known.is(ask)) {
            queries.truncate(MOST - 1);
            queries.insert(0, (mark, Box::new(Asked { text, bindings, default_graph, query })));
        }
    }
}

/// How many bytes the text of a term has; of a triple term more than are kept.
fn length(term: &Term) -> usize {
    match term {
        Term::NamedNode(node) => node.as_str().len(),
        Term::BlankNode(node) => node.as_str().len(),
        Term::Literal(literal) => literal.value().len(),
        Term::Triple(_) => usize::MAX,
    }
}

fn open(queries: &Mutex<Queries>) -> MutexGuard<'_, Queries> {
    queries.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Limits;
    use crate::engine::answer::Answer;
    use crate::project::Embedded;
    use crate::session::{Session, Source};
    use crate::snapshot::Snapshot;
    use crate::terms::{Literal, Variable};

    fn session() -> Session {
        let mut session = Session::open(&Source::Embedded, &Embedded::NOTHING).unwrap();
        session
            .update("INSERT DATA { <x:a> <x:p> 1 . <y:a> <x:p> 2, 3 . GRAPH <x:g> { <x:b> <x:p> 4 } }")
            .unwrap();
        session
    }

    fn kept(snapshot: &Snapshot, ask: &Ask) -> Option<Arc<Prepared>> {
        snapshot.prepared.get(ask, Mark::of(ask))
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
        assert_eq!(open(&session.snapshot().prepared.0.get().unwrap()).len(), 3);
    }

    #[test]
    fn a_change_and_a_prefix_are_seen() {
        let mut session = session();
        let ask = Ask::new("SELECT ?o { z:a ?p ?o }");
        for (namespace, expected) in [("x:", 1), ("y:", 2)] {
            session.add_prefix("z", namespace).unwrap();
            assert_eq!(rows(&session, &ask), expected);
        }
        let before = session.snapshot();
        session.update("INSERT DATA { <y:a> <x:q> <y:new> }").unwrap();
        assert_eq!(rows(&session, &ask), 3);
        assert!(kept(&before, &ask).is_some());
        let Answer::Rows(rows_before) = before.answer(&ask).unwrap() else { panic!("rows") };
        assert_eq!(rows_before.gather().rows.len(), 2);
        session.update("DELETE WHERE { <y:a> <x:p> ?o }").unwrap();
        assert_eq!(rows(&session, &ask), 1);
    }

    #[test]
    fn those_asked_last_are_kept() {
        let session = session();
        let ask = |n: usize| Ask::new(format!("SELECT ?o {{ ?s ?p ?o FILTER(?o != {n}) }}"));
        for n in 0..=MOST {
            rows(&session, &ask(0));
            rows(&session, &ask(n));
        }
        let snapshot = session.snapshot();
        let is_kept = |n: usize| kept(&snapshot, &ask(n)).is_some();
        assert!(snapshot.prepared.get(&ask(1), Mark::of(&ask(0))).is_none(), "a number is no proof");
        assert!(is_kept(0) && !is_kept(1) && is_kept(2) && is_kept(MOST));
        assert_eq!(open(&snapshot.prepared.0.get().unwrap()).len(), MOST);
        rows(&session, &ask(0));
        let deep = format!("SELECT ?o {{ ?s ({}<x:p>) ?o }}", "<x:p>/".repeat(120));
        let counted = Limits { steps: Some(1_000), ..Limits::default() };
        assert!(is_kept(0) && kept(&snapshot, &Ask { limits: counted, ..ask(0) }).is_none());
        rows(&session, &Ask::new(deep.clone()));
        assert!(kept(&snapshot, &Ask::new(deep)).is_none());
        let long = Ask::new(format!("SELECT ?o {{ ?s ?p ?o }} #{}", "x".repeat(LONGEST)));
        rows(&session, &long);
        assert!(kept(&snapshot, &long).is_none());
        let bindings =
            Bindings::from([(Variable::new_unchecked("o"), Literal::from("x".repeat(LONGEST)).into())]);
        let of_data = Ask { bindings, ..ask(0) };
        rows(&session, &of_data);
        assert!(kept(&snapshot, &of_data).is_none());
    }
}
