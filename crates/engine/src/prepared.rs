//! A query with its plan, to be answered more than once: the plan is made at the first answer alone.
//!
//! In: a parsed query; then a graph, each time. Out: an answer. A plan names the terms of its graph by their numbers. It is made anew
//! for a graph that lies elsewhere; whoever changes a graph in place, or gives one up, drops what was prepared for it.

use crate::answer::Answer;
use crate::error::Result;
use crate::exec::dataset::Dataset;
use crate::exec::{self, DefaultGraph};
use crate::explain::Explanation;
use crate::plan::statistics::Statistics as _;
use crate::plan::{self, Plan};
use crate::store::{Graph, Indexed};
use crate::syntax::algebra::{Query, pattern_mut};
use crate::syntax::deep;
use crate::{Governor, guard};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// A query to be answered more than once. See the module.
pub struct Prepared {
    query: Query,
    default_graph: DefaultGraph,
    depth: usize,
    plan: Mutex<Option<Arc<PlanFor>>>,
}

/// A plan, and where the graph lies in memory that it was made for.
struct PlanFor {
    graph: usize,
    plan: Plan,
    depth: usize,
    /// How many seconds it took to make.
    seconds: f64,
}

/// What is deep is given back where there is room to descend.
impl Drop for PlanFor {
    fn drop(&mut self) {
        if exec::is_deep(self.depth) {
            let below = std::mem::take(&mut self.plan.root.inputs);
            let _given_back = deep::on_stack(self.depth, || drop(below));
        }
    }
}

/// Likewise.
impl Drop for Prepared {
    fn drop(&mut self) {
        if self.is_deep() {
            let pattern = std::mem::take(pattern_mut(&mut self.query));
            let _given_back = deep::on_stack(self.depth, || drop(pattern));
        }
    }
}

impl Prepared {
    /// Of a query; `default_graph` says which graph is asked where it does not.
    ///
    /// # Errors
    /// Where its patterns are too deep within each other.
    pub fn new(mut query: Query, default_graph: DefaultGraph) -> Result<Self> {
        let depth = exec::depth(&query)?;
        deep::on_stack(depth, || plan::prepare(pattern_mut(&mut query)))?;
        Ok(Self { query, default_graph, depth, plan: Mutex::default() })
    }

    /// Whether it has many parts within each other: then its plan is large.
    pub fn is_deep(&self) -> bool {
        exec::is_deep(self.depth)
    }

    /// Makes the plan for a graph, for answers of it that come later.
    ///
    /// # Errors
    /// Where the graph is damaged, the query asks another endpoint, or a limit is met.
    pub fn plan(&self, graph: &dyn Graph, governor: &Governor) -> Result<()> {
        let graph = exec::columns(graph)?;
        let dataset = Dataset::new(graph, self.query.dataset(), self.default_graph, governor)?;
        self.plan_for(&dataset)?;
        dataset.go_on()
    }

    /// Answers the query.
    ///
    /// # Errors
    /// Where the graph is damaged, the query asks another endpoint, or a limit is met before there is an answer.
    pub fn answer<'a>(&self, graph: &'a dyn Graph, governor: &Governor) -> Result<Answer<'a>> {
        guard::guard(self.unguarded(exec::columns(graph)?, governor)?, governor)
    }

    fn unguarded<'a>(&self, graph: &'a dyn Indexed, governor: &Governor) -> Result<Answer<'a>> {
        let dataset = Dataset::new(graph, self.query.dataset(), self.default_graph, governor)?;
        let planned = self.plan_for(&dataset)?;
        exec::answer(graph, &self.query, dataset, (&planned.plan, self.depth), governor)
    }

    /// Answers the query to its end, within the limits, and says what each step gave and took.
    ///
    /// # Errors
    /// As [`Self::answer`]; a limit that is met ends it early and is said in the explanation.
    pub fn explain(&self, graph: &dyn Graph, governor: &Governor) -> Result<Explanation> {
        let graph = exec::columns(graph)?;
        let dataset = Dataset::new(graph, self.query.dataset(), self.default_graph, governor)?;
        let planned = self.plan_for(&dataset)?;
        let found = exec::explain(graph, &self.query, dataset, (&planned.plan, self.depth), governor)?;
        Ok(Explanation { planning: planned.seconds, ..found })
    }

    /// The plan for the graph of a dataset: the one at hand where that was made for it.
    fn plan_for(&self, dataset: &Dataset<'_>) -> Result<Arc<PlanFor>> {
        let graph = std::ptr::from_ref(dataset.graph()).addr();
        let known = self.plan.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(known) = known.filter(|known| known.graph == graph) {
            return Ok(known);
        }
        let begun = Instant::now();
        let plan = deep::on_stack(self.depth, || exec::planned(&self.query, dataset))??;
        let seconds = begun.elapsed().as_secs_f64();
        let planned = Arc::new(PlanFor { graph, plan, depth: self.depth, seconds });
        // What a limit or damage kept from being read was planned without: that is good for this answer alone.
        if dataset.go_on().is_ok() {
            *self.plan.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&planned));
        }
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
    use std::time::Duration;

    fn quad(object: &str) -> Quad {
        let node = |name: &str| NamedNode::new_unchecked(format!("x:{name}"));
        Quad::new(node("s"), node("p"), node(object), GraphName::DefaultGraph)
    }

    fn rows(prepared: &Prepared, graph: &dyn Graph) -> Vec<String> {
        let Answer::Rows(rows) = prepared.answer(graph, &Governor::unlimited()).unwrap() else {
            panic!("rows")
        };
        rows.rows.map(|row| format!("{:?}", row.unwrap())).collect()
    }

    fn prepared(text: &str) -> Prepared {
        let query = parse::query(text, &Prefixes::new(), None).unwrap();
        Prepared::new(query, DefaultGraph::Alone).unwrap()
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

    /// Sections 16.2.1, 17.4.2.7, 17.4.2.8, 17.4.4.5 and 17.4.5.1: what is new in each answer is not part of a plan.
    #[test]
    fn what_is_new_in_each_answer_is_new_again() {
        let memory = Memory::over(Builder::new().finish());
        for value in ["BNODE()", "UUID()", "RAND()", "NOW()"] {
            let query = prepared(&format!("SELECT ({value} AS ?x) {{}}"));
            let first = rows(&query, &memory);
            let mut later = (0..1000).map(|_| {
                std::thread::sleep(Duration::from_millis(1));
                rows(&query, &memory)
            });
            assert!(later.any(|again| again != first), "{value}");
        }
        let query = prepared("CONSTRUCT { _:x <x:p> 1 } {}");
        let [first, second] =
            [(); 2].map(|()| match query.answer(&memory, &Governor::unlimited()).unwrap() {
                Answer::Graph(triples) => triples.map(|triple| triple.unwrap().subject).collect::<Vec<_>>(),
                _ => panic!("triples"),
            });
        assert!(first.len() == 1 && second.len() == 1 && first != second);
    }
}
