//! A query with its plan, to be answered more than once: the text is read and the plan made at the first answer alone.
//!
//! In: a parsed query; then a graph, each time. Out: an answer. A plan names the terms of its graph by their numbers: it is made anew
//! where another graph is given. A graph that was changed in place is another one, which cannot be told here: whoever changes it drops
//! what was prepared.

use super::dataset::Dataset;
use super::{Answer, DefaultGraph, Gathered, STREAMED, columns, deep, depth, planned, run};
use crate::error::Result;
use crate::plan::Plan;
use crate::store::{Graph, Indexed};
use crate::syntax::algebra::Query;
use crate::{Governor, guard};
use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError};

/// A query to be answered more than once. See the module.
pub struct Prepared<'q> {
    query: Cow<'q, Query>,
    default_graph: DefaultGraph,
    depth: usize,
    plan: Mutex<Option<Arc<Planned>>>,
}

/// A plan, and where the graph lies in memory that it was made for.
struct Planned {
    graph: usize,
    plan: Plan,
}

impl<'q> Prepared<'q> {
    /// Of a query; `default_graph` says which graph is asked where it does not.
    ///
    /// # Errors
    /// Where its patterns are too deep within each other.
    pub fn new(query: Cow<'q, Query>, default_graph: DefaultGraph) -> Result<Self> {
        let depth = depth(&query)?;
        Ok(Self { query, default_graph, depth, plan: Mutex::default() })
    }

    /// Answers the query.
    ///
    /// # Errors
    /// Where the graph is damaged, the query asks another endpoint, or a limit is met before there is an answer.
    pub fn answer<'a>(&self, graph: &'a dyn Graph, governor: &Governor) -> Result<Answer<'a>> {
        guard::guard(self.unguarded(columns(graph)?, governor)?, governor)
    }

    fn unguarded<'a>(&self, graph: &'a dyn Indexed, governor: &Governor) -> Result<Answer<'a>> {
        let dataset = Dataset::new(graph, self.query.dataset(), self.default_graph, governor)?;
        let planned = self.planned(&dataset)?;
        if self.depth <= STREAMED {
            return run(graph, &self.query, dataset, &planned.plan, governor, governor.threads());
        }
        // Operators deep within each other run where they have room, to the end, on one thread.
        let whole = || run(graph, &self.query, dataset, &planned.plan, governor, 1).map(Gathered::of);
        deep::on_stack(self.depth, whole)?.map(Gathered::answer)
    }

    /// The plan for the graph of a dataset: the one at hand where that was made for it.
    fn planned(&self, dataset: &Dataset<'_>) -> Result<Arc<Planned>> {
        let graph = std::ptr::from_ref(dataset.graph()).addr();
        let known = self.plan.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(known) = known.filter(|known| known.graph == graph) {
            return Ok(known);
        }
        let plan = deep::on_stack(self.depth, || planned(&self.query, dataset))??;
        let planned = Arc::new(Planned { graph, plan });
        *self.plan.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&planned));
        Ok(planned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::memory::Memory;
    use crate::store::pack::Builder;
    use crate::syntax::parse;
    use crate::terms::{GraphName, NamedNode, Prefixes, Quad};

    fn quad(object: &str) -> Quad {
        let node = |name: &str| NamedNode::new_unchecked(format!("x:{name}"));
        Quad::new(node("s"), node("p"), node(object), GraphName::DefaultGraph)
    }

    fn rows(prepared: &Prepared<'_>, graph: &dyn Graph) -> Vec<String> {
        let Answer::Rows(rows) = prepared.answer(graph, &Governor::unlimited()).unwrap() else {
            panic!("rows")
        };
        rows.rows.map(|row| format!("{:?}", row.unwrap())).collect()
    }

    fn prepared(text: &str) -> Prepared<'static> {
        let query = parse::query(text, &Prefixes::new(), None).unwrap();
        Prepared::new(Cow::Owned(query), DefaultGraph::Alone).unwrap()
    }

    /// Once the changes of a graph are one pack with what they changed, its terms have other numbers.
    #[test]
    fn a_plan_is_not_used_for_other_numbers() {
        let mut builder = Builder::new();
        for name in ["m", "n", "o"] {
            builder.add(quad(name).as_ref());
        }
        let mut memory = Memory::over(builder.finish());
        memory.insert(quad("a")).unwrap();
        let query = prepared("SELECT ?s { ?s <x:p> <x:n> }");
        let number = |memory: &Memory| memory.id(NamedNode::new_unchecked("x:n").as_ref().into()).unwrap();
        let (before, first) = (number(&memory), rows(&query, &memory));
        memory.pack().unwrap();
        assert_ne!(number(&memory), before, "else this tests nothing");
        assert_eq!((first.len(), rows(&query, &memory)), (1, first));
    }

    /// Section 17.4.2.7 and 17.4.4.1: what is new in each answer is not part of a plan.
    #[test]
    fn what_is_new_in_each_answer_is_new_again() {
        let memory = Memory::over(Builder::new().finish());
        for text in ["SELECT (BNODE() AS ?x) {}", "SELECT (UUID() AS ?x) {}", "SELECT (RAND() AS ?x) {}"] {
            let query = prepared(text);
            assert_ne!(rows(&query, &memory), rows(&query, &memory), "{text}");
        }
    }
}
