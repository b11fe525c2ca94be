//! The triples that a property path went along.
//!
//! In: both ends of a path and the path. Out: the triples of one way between them, the shortest where a step repeats.

use super::trace::triple;
use super::{CITING, SOLUTIONS, Tracer};
use crate::engine::answer::Answer;
use crate::engine::syntax::algebra::{GraphPattern, PropertyPathExpression, Query};
use crate::engine::{self};
use crate::terms::{Term, Triple, Variable};
use std::collections::{HashMap, VecDeque};

impl Tracer<'_> {
    /// Finds the triples of a path between two things.
    pub(super) fn walk(
        &self,
        start: &Term,
        path: &PropertyPathExpression,
        end: &Term,
        out: &mut Vec<Triple>,
    ) -> bool {
        use PropertyPathExpression as Path;
        match path {
            Path::NamedNode(node) => {
                let step = triple(start.clone(), node.clone(), end.clone()).filter(|t| self.has(t));
                out.extend(step.clone());
                step.is_some()
            }
            Path::Reverse(inner) => self.walk(end, inner, start, out),
            Path::Alternative(a, b) => self.walk(start, a, end, out) || self.walk(start, b, end, out),
            Path::ZeroOrOne(inner) => start == end || self.walk(start, inner, end, out),
            Path::Sequence(a, b) => {
                let middles = self.steps(start, a).into_iter();
                middles.take(CITING * 50).any(|middle| {
                    let kept = out.len();
                    let whole = self.walk(start, a, &middle, out) && self.walk(&middle, b, end, out);
                    if !whole {
                        out.truncate(kept);
                    }
                    whole
                })
            }
            Path::ZeroOrMore(inner) => start == end || self.chain(start, inner, end, out),
            Path::OneOrMore(inner) => self.chain(start, inner, end, out),
            Path::NegatedPropertySet(_) => false,
        }
    }

    /// The shortest chain of a repeated path, breadth first.
    pub(super) fn chain(
        &self,
        start: &Term,
        step: &PropertyPathExpression,
        end: &Term,
        out: &mut Vec<Triple>,
    ) -> bool {
        let mut from: HashMap<Term, Term> = HashMap::new();
        let mut queue = VecDeque::from([start.clone()]);
        while let Some(node) = queue.pop_front() {
            for next in self.steps(&node, step) {
                if from.contains_key(&next) || from.len() > SOLUTIONS * 10 {
                    continue;
                }
                from.insert(next.clone(), node.clone());
                if next == *end {
                    let mut links = vec![end.clone()];
                    while let Some(previous) = links.last().and_then(|last| from.get(last)) {
                        links.push(previous.clone());
                        if previous == start {
                            break;
                        }
                    }
                    links.reverse();
                    return links.windows(2).all(|pair| match pair {
                        [a, b] => self.walk(a, step, b, out),
                        _ => false,
                    });
                }
                queue.push_back(next);
            }
        }
        false
    }

    /// Where one step of a path leads.
    fn steps(&self, start: &Term, path: &PropertyPathExpression) -> Vec<Term> {
        let to = Variable::new_unchecked("pathEnd");
        let pattern = GraphPattern::Path {
            subject: start.clone().into(),
            path: path.clone(),
            object: to.clone().into(),
        };
        let query = Query::Select {
            dataset: self.query.dataset().cloned(),
            pattern: GraphPattern::Project { inner: Box::new(pattern), variables: vec![to] },
            base_iri: None,
        };
        let graph = self.known.graph;
        match graph.note(engine::answer(graph.graph(), &query, self.default_graph, self.governor)) {
            Some(Answer::Rows(rows)) => {
                let rows = rows.rows.map_while(|row| graph.note(row)).take(SOLUTIONS);
                rows.filter_map(|row| row.into_iter().next()?).collect()
            }
            _ => Vec::new(),
        }
    }
}
