//! Which parts of a plan run on several threads.
//!
//! In: a plan. Out: the same with an [`Op::Exchange`] above each chain of operators that takes the rows of a scan one by one, and takes
//! long enough. Its rows come in the order of one thread, but in other batches (`exec/operators/exchange.rs`): so there is none below what
//! counts on the order of batches, nor where only the first rows are wanted, nor over expressions that are worth something else
//! each time. However many threads there are, the plan is the same.

use super::cost;
use super::equality::class_of;
use super::logical::{Aggregate, Source};
use super::physical::{JoinKind, Node, Op, comes_by_first, comes_sorted, read_by_number};
use super::statistics::Statistics;
use super::variables::{Var, VarSet};
use crate::syntax::algebra::AggregateFunction;

/// Whether a chain of this cost, in nanoseconds, takes so long that threads pay: to start one takes about 50 µs, and what each of them
/// decodes and remembers for itself takes time too.
pub fn is_worth_threads(cost: f64) -> bool {
    cost > 2e6
}

/// A sort that gives more rows than this is not done part by part: each part would give as many.
const FIRST: u64 = 1000;

/// What is above an operator.
#[derive(Debug, Clone, Copy)]
struct Above {
    /// Whether all its rows are wanted, and not the first ones alone.
    all: bool,
    /// Whether it matters how rows are put into batches.
    batches: bool,
}

/// All rows are wanted, in any batches.
const WHOLE: Above = Above { all: true, batches: false };

/// A plan with its exchanges.
pub fn exchanged(mut root: Node, statistics: &dyn Statistics) -> Node {
    within(&mut root, WHOLE, statistics);
    root
}

fn within(node: &mut Node, above: Above, statistics: &dyn Statistics) {
    if above.all && !above.batches && is_worth(node, statistics) {
        held_within(node, statistics);
        return exchange(node);
    }
    if is_first_of_worth(node, statistics) {
        held_within(node, statistics);
        return exchange_first(node);
    }
    // Groups of several threads come in their order, but a batch ends where one thread has no more at hand.
    let is_partitioned = !above.batches && is_worth_partition(node, statistics);
    let ends_early = ends_early(node);
    for (place, input) in node.inputs.iter_mut().enumerate() {
        if let Some(above) = below(&node.op, place, above) {
            within(input, Above { all: above.all && !ends_early, ..above }, statistics);
        }
    }
    if is_partitioned {
        exchange(node);
    }
}

/// Whether each thread takes a part of the keys of a grouping: where they come in no order, so that each row is searched in a table,
/// or much is done for each row. DISTINCT does too little for a row: to share its rows out and to merge them took longer.
fn is_worth_partition(node: &Node, statistics: &dyn Statistics) -> bool {
    let Op::Group(keys, aggregates, _) = &node.op else { return false };
    // COUNT(DISTINCT *) tells whole solutions apart, which the number of its row would make each one of its own.
    let steady = |aggregate: &Aggregate| aggregate.argument.is_some() || !aggregate.distinct;
    !keys.is_empty()
        && (!cost::is_sorted(&node.inputs, keys) || aggregates.iter().any(is_heavy))
        && aggregates.iter().all(steady)
        && statistics.is_worth_threads(node.own_cost())
}

/// Whether an aggregate takes long for each row.
fn is_heavy(aggregate: &Aggregate) -> bool {
    aggregate.distinct
        || matches!(aggregate.function, AggregateFunction::GroupConcat { .. })
        || aggregate.argument.as_ref().is_some_and(|formula| formula.as_variable().is_none())
}

/// What joins of a chain hold, with exchanges of its own: it is read before the chain is run.
fn held_within(chain: &mut Node, statistics: &dyn Statistics) {
    let mut at = Some(chain);
    while let Some(node) = at {
        node.inputs.iter_mut().skip(1).for_each(|held| within(held, WHOLE, statistics));
        at = node.inputs.first_mut();
    }
}

/// Puts an exchange above a node.
fn exchange(node: &mut Node) {
    let nothing = Node::new(Op::Unit, Vec::new(), Vec::new(), VarSet::new(), 0.0);
    let mut inner = std::mem::replace(node, nothing);
    // Parts are places among the pairs.
    read_by_number(&mut inner);
    let rows = inner.rows;
    *node = inner.under(Op::Exchange, rows);
}

/// Puts an exchange above a sort of a few rows, and the same sort above that: each part gives its first rows, of which the first are
/// sought again.
fn exchange_first(sort: &mut Node) {
    let inputs = std::mem::take(&mut sort.inputs);
    let mut inner = sort.clone();
    inner.inputs = inputs;
    exchange(&mut inner);
    sort.inputs = vec![inner];
}

/// Whether a node is a chain over a scan that takes long enough.
fn is_worth(node: &Node, statistics: &dyn Statistics) -> bool {
    // Most are not, and what is asked first is asked at once: a chain may be thousands of operators long.
    statistics.is_worth_threads(node.cost)
        && is_chain(node)
        && does_more_than_read(node)
        && statistics.is_worth_threads(beside_reading(node))
}

/// Whether a node is a sort that needs the first rows of its input alone.
fn ends_early(node: &Node) -> bool {
    let (Op::Sort(keys, Some(_)), [input]) = (&node.op, node.inputs.as_slice()) else { return false };
    comes_sorted(input, keys) || comes_by_first(input, keys)
}

/// Whether a node is a sort of a few rows of such a chain.
fn is_first_of_worth(node: &Node, statistics: &dyn Statistics) -> bool {
    let (Op::Sort(_, Some(first)), [input]) = (&node.op, node.inputs.as_slice()) else { return false };
    *first <= FIRST
        && !ends_early(node)
        && is_chain(input)
        && statistics.is_worth_threads(beside_reading(node))
}

/// What a chain takes, in nanoseconds, beside the scan that leads: reading alone takes so little for a row that to give the row to
/// another thread takes as long.
fn beside_reading(chain: &Node) -> f64 {
    cost::streamed(chain) - chain.lead().cost
}

/// Whether anything happens to the rows that a chain reads, but that columns are left out.
fn does_more_than_read(mut chain: &Node) -> bool {
    while let Some(input) = chain.inputs.first() {
        if !matches!(chain.op, Op::Project) {
            return true;
        }
        chain = input;
    }
    false
}

/// What stands above an input of an operator; nothing where the input is built anew while the operator runs.
fn below(op: &Op, place: usize, above: Above) -> Option<Above> {
    match op {
        Op::EachGraph(_) => None,
        Op::Lookup(..) if place > 0 => None,
        Op::Lookup(..) => Some(Above { batches: true, ..above }),
        Op::HashJoin { .. } if place > 0 => Some(WHOLE),
        Op::HashJoin { kind: JoinKind::Left, .. } => Some(Above { batches: true, ..above }),
        Op::Slice(_, Some(_)) => Some(Above { all: false, ..above }),
        Op::Group(..) | Op::Sort(..) | Op::Combine => Some(WHOLE),
        _ => Some(above),
    }
}

/// Whether copies of an operator and of those below it can each take a part of the rows of the scan that leads.
fn is_chain(mut node: &Node) -> bool {
    while let Some(input) = node.inputs.first() {
        if !is_link(&node.op) {
            return false;
        }
        node = input;
    }
    let Op::Scan { pattern, .. } = &node.op else { return false };
    let [subject, predicate, object] = &pattern.slots;
    let (s, p, o) = (subject.var(), predicate.var(), object.var());
    // An end that nobody reads is counted, and a count is not cut.
    let is_read = |var: Option<Var>| var.is_none_or(|var| node.output.contains(&var));
    p.is_none()
        && (s.is_some() || o.is_some())
        && s != o
        && is_read(s)
        && is_read(o)
        && !matches!(pattern.source, Source::Each)
}

/// Whether an operator takes the rows of its first input one by one, whatever batches they are in.
fn is_link(op: &Op) -> bool {
    match op {
        Op::IndexJoin { .. } | Op::Intersect { .. } | Op::Filter(_) | Op::Project => true,
        Op::Extend(_, formula) => !formula.is_volatile() && class_of(&formula.expression).is_none(),
        // The rows of a left join come in an order that depends on batches.
        Op::HashJoin { kind, .. } => *kind != JoinKind::Left,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::answer::Answer;
    use crate::fixture::{graph, prefixes};
    use crate::syntax::parse;
    use crate::{DefaultGraph, Governor, Limits, explain};

    fn governor(threads: usize) -> Governor {
        let limits = Limits { threads: Some(threads), ..Limits::default() };
        Governor::new(limits, std::sync::Arc::default()).planning_every_way()
    }

    /// The rows of a query in their order, and how often its plan runs something in parallel.
    fn asked(text: &str, threads: usize) -> (Vec<String>, usize) {
        let (graph, query) = (graph(), parse::query(text, &prefixes(), None).unwrap());
        let Answer::Rows(rows) =
            crate::answer(&graph, &query, DefaultGraph::Alone, &governor(threads)).unwrap()
        else {
            panic!("no rows: {text}")
        };
        let rows = rows.gather().rows.iter().map(|row| format!("{row:?}")).collect();
        let explained = explain(&graph, &query, DefaultGraph::Alone, &governor(threads)).unwrap();
        let (mut open, mut parallel) = (vec![&explained.plan], 0);
        while let Some(step) = open.pop() {
            parallel += usize::from(step.label.starts_with("In parallel:"));
            open.extend(&step.children);
        }
        (rows, parallel)
    }

    #[test]
    fn two_threads_give_the_rows_of_one_in_their_order() {
        for (text, wanted) in [
            ("SELECT ?r ?k ?y { ?r :year ?y ; :kind ?k }", 1),
            ("SELECT ?k (GROUP_CONCAT(?y) AS ?all) { ?r :year ?y ; :kind ?k } GROUP BY ?k", 1),
            (
                "SELECT ?r ?n { ?r :year ?y ; :kind ?k BIND(CONCAT(STR(?y), STR(?k)) AS ?n) FILTER(?y > 2001) }",
                1,
            ),
            ("SELECT DISTINCT ?k ?y { ?r :year ?y ; :kind ?k }", 1),
            ("SELECT (COUNT(*) AS ?n) { SELECT DISTINCT ?k ?y { ?r :year ?y ; :kind ?k } }", 1),
            (
                "SELECT ?y (COUNT(DISTINCT ?r) AS ?n) (GROUP_CONCAT(?r) AS ?all) { ?r :year ?y ; :kind ?k } GROUP BY ?y",
                2,
            ),
            (
                "SELECT ?r (AVG(?y / 1e0) AS ?a) (MIN(?k) AS ?m) { ?r :year ?y ; :kind ?k } GROUP BY ?r HAVING(?a > 1)",
                1,
            ),
            // Solutions are numbered one after the other: 40 blank nodes.
            ("SELECT (COUNT(DISTINCT ?b) AS ?n) { ?r :year ?y ; :kind ?k BIND(BNODE() AS ?b) }", 1),
            ("SELECT ?r ?y { ?r :year ?y ; :kind ?k } ORDER BY DESC(STR(?y)) LIMIT 7", 1),
            ("SELECT ?a ?b { ?a :year ?y ; :kind ?k . ?b :year ?y ; :kind ?k FILTER(?a != ?b) }", 1),
            (
                "SELECT ?r ?n { ?r :year ?y ; :kind ?k { SELECT ?y (COUNT(*) AS ?n) { ?q :year ?y } GROUP BY ?y } }",
                0,
            ),
            ("SELECT ?r { ?r :year ?y MINUS { ?r :kind ?k . ?q :year ?y ; :kind :integration } }", 0),
            ("SELECT ?r ?y { ?r :kind :launch ; :year ?y }", 1),
            // Rows of OPTIONAL come a batch at a time, those with a partner first: the grouping below is done by one thread.
            (
                "SELECT ?p ?n ?o { { SELECT ?p (COUNT(DISTINCT ?m) AS ?n) { ?p :order ?x . ?q :order ?m } GROUP BY ?p } \
                 OPTIONAL { ?p :order 3 . ?q :order ?o } }",
                0,
            ),
        ] {
            let (one, alone) = asked(text, 1);
            assert_eq!(alone, 0, "{text}");
            for _ in 0..10 {
                let (two, parallel) = asked(text, 2);
                assert_eq!(two, one, "{text}");
                assert!(parallel >= wanted, "{text}: {parallel}");
            }
        }
    }

    #[test]
    fn what_depends_on_one_thread_runs_on_one() {
        for text in [
            // Whole solutions are told apart.
            "SELECT ?k (COUNT(DISTINCT *) AS ?n) { VALUES (?k ?v) { (1 2) (1 2) (1 3) (2 2) } } GROUP BY ?k",
            // The first rows alone are wanted.
            "SELECT ?r ?k { ?r :year ?y ; :kind ?k } LIMIT 3",
            "SELECT ?r ?y { ?r :year ?y ; :kind ?k } ORDER BY DESC(?y) LIMIT 7",
            // Nothing is done but reading.
            "SELECT ?r ?y { ?r :year ?y }",
        ] {
            let (two, parallel) = asked(text, 2);
            assert_eq!((parallel, two), (0, asked(text, 1).0), "{text}");
        }
    }

    #[test]
    fn a_stop_on_two_threads_gives_a_part_of_the_rows_or_none() {
        for text in [
            "SELECT ?a ?b { ?a :year ?y ; :kind ?k . ?b :year ?y ; :kind ?k FILTER(?a != ?b) }",
            "SELECT ?y (GROUP_CONCAT(?r) AS ?all) { ?r :year ?y ; :kind ?k } GROUP BY ?y",
            "SELECT ?r ?y { ?r :year ?y ; :kind ?k } ORDER BY DESC(STR(?y)) ?r LIMIT 9",
        ] {
            let (whole, parallel) = asked(text, 2);
            assert!(parallel > 0, "{text}");
            let (graph, query) = (graph(), parse::query(text, &prefixes(), None).unwrap());
            let mut stopped = 0;
            for steps in 0..150 {
                let limits = Limits { threads: Some(2), steps: Some(steps), ..Limits::default() };
                let governor = Governor::new(limits, std::sync::Arc::default()).planning_every_way();
                let Ok(Answer::Rows(rows)) = crate::answer(&graph, &query, DefaultGraph::Alone, &governor)
                else {
                    assert!(governor.has_stopped());
                    continue;
                };
                let found = rows.gather();
                let rows: Vec<String> = found.rows.iter().map(|row| format!("{row:?}")).collect();
                assert!(whole.starts_with(&rows), "{text} after {steps} steps");
                assert!(found.stopped.is_some() || rows.len() == whole.len(), "{text} after {steps} steps");
                stopped += usize::from(found.stopped.is_some());
            }
            assert!(stopped > 0, "{text}");
        }
    }
}
