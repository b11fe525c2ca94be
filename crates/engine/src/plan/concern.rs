//! What in a step of a plan may take long for its kind, which a number of rows does not tell.
//!
//! In: a node of a plan, the statistics. Out: [`Concern`]s. Nothing is run, and no choice of a plan depends on them; of the data they know
//! what the statistics tell.

use super::cost;
use super::estimate::Leg;
use super::logical::{Formula, Reach, Slot};
use super::physical::{Node, Op};
use super::statistics::Statistics;
use super::variables::VariableNames;
use crate::explain::Concern;
use crate::expr::pattern::Pattern;
use crate::store::{End, Id};
use crate::syntax::algebra::{Expression, Function, each_operand};

/// What takes less, in nanoseconds, is no concern.
const LONG: f64 = 1e9;

/// Back-tracking in fewer texts is no concern: of a million steps each it takes a second or two.
const TEXTS: f64 = 1000.0;

/// Of more different steps the one after the other is not sampled, since each is with each.
const LINKS: usize = 8;

/// What may take long in a node itself, not in what is below it.
pub fn of(node: &Node, names: &VariableNames, statistics: &dyn Statistics) -> Vec<Concern> {
    let mut found = Vec::new();
    match &node.op {
        Op::Reach { reach, .. } => found.extend(open_path(node, reach, names, statistics)),
        Op::HashJoin { keys, loose, .. } if keys.is_empty() && loose.is_empty() => {
            let rows = |place: usize| node.inputs.get(place).map_or(0.0, |input| input.rows);
            let own = node.own_cost();
            if own > LONG && rows(0) > 1.0 && rows(1) > 1.0 {
                let (left, right) = (whole(rows(0)), whole(rows(1)));
                found.push(Concern::Product { left, right, seconds: own / 1e9 });
            }
        }
        _ => {}
    }
    found.extend(going_back(node, statistics));
    found
}

fn whole(number: f64) -> u64 {
    number.round() as u64
}

/// A path of any length with both ends free, over steps from which more than one leads on in the mean: what is reached grows from step
/// to step until most that there is, is reached. Where fewer lead on, each start reaches a few.
fn open_path(
    node: &Node,
    reach: &Reach,
    names: &VariableNames,
    statistics: &dyn Statistics,
) -> Option<Concern> {
    let [Slot::Var(from), Slot::Var(to)] = &reach.ends else { return None };
    let is_given = |var| node.inputs.iter().any(|input| input.output.contains(var));
    if !reach.many || is_given(from) || is_given(to) {
        return None;
    }
    let graph = reach.source.number()?;
    let links = reach.step.links();
    let different = |place: usize| -> f64 {
        let of = |(predicate, is_back): &(Id, bool)| {
            statistics.distinct(graph, Some(*predicate), if *is_back { 2 - place } else { place })
        };
        let all = statistics.distinct(graph, None, place);
        links.as_ref().map_or(all, |links| links.iter().map(of).sum())
    };
    let (starts, ends) = (different(0), different(2));
    if cost::reach(starts * ends) <= LONG {
        return None;
    }
    let ways = links.and_then(|links| branching(graph, &links, statistics)).unwrap_or_else(|| {
        let predicates: Vec<Option<Id>> = match reach.step.predicates() {
            none if none.is_empty() => vec![None],
            some => some.into_iter().map(|constant| constant.id).filter(Option::is_some).collect(),
        };
        let triples = |predicate: &Option<Id>| statistics.count(graph, [None, *predicate, None]);
        predicates.iter().map(triples).sum::<f64>() / starts.max(1.0)
    });
    let name = |var| names.readable(&names.show(var));
    (ways > 1.0).then(|| Concern::OpenPath {
        from: name(*from),
        to: name(*to),
        starts: whole(starts),
        ends: whole(ends),
    })
}

/// How many steps lead on from the end of a step, the way back left out, in the mean of all steps. Where it is more than one, some starts
/// reach a great part of all nodes (Molloy and Reed, A critical point for random graphs with a given degree sequence, 1995).
fn branching(graph: Option<Id>, links: &[(Id, bool)], statistics: &dyn Statistics) -> Option<f64> {
    if links.len() > LINKS {
        return None;
    }
    let leg = |predicate, is_object| {
        let end = if is_object { End::Object } else { End::Subject };
        Leg { graph, predicate, end, other: None }
    };
    let (mut all, mut on) = (0.0, 0.0);
    for (predicate, is_back) in links {
        let triples = statistics.count(graph, [None, Some(*predicate), None]);
        for (next, next_is_back) in links {
            let met = statistics.meeting(leg(*predicate, !is_back), leg(*next, *next_is_back))?;
            let is_way_back = predicate == next && is_back != next_is_back;
            on += triples * (met.each - if is_way_back { 1.0 } else { 0.0 }).max(0.0);
        }
        all += triples;
    }
    (all > 0.0).then(|| on / all)
}

/// Regular expressions for which texts are searched back and forth.
fn going_back(node: &Node, statistics: &dyn Statistics) -> Vec<Concern> {
    let input = node.inputs.first().map_or(0.0, |input| input.rows);
    let (formulas, texts): (Vec<&Formula>, f64) = match &node.op {
        Op::Filter(conditions) => (conditions.iter().collect(), input),
        Op::Extend(_, formula) => (vec![formula], input),
        Op::Scan { pattern, within, .. } if !within.is_empty() => {
            let all = pattern.ids().zip(pattern.source.number());
            let texts = all.map_or(node.rows, |(ids, graph)| statistics.count(graph, ids));
            (within.iter().collect(), texts)
        }
        Op::HashJoin { keys, conditions, .. } => {
            let other = node.inputs.get(1).map_or(0.0, |other| other.rows);
            (conditions.iter().collect(), if keys.is_empty() { input * other } else { input })
        }
        Op::Group(_, aggregates, having) => {
            let arguments = aggregates.iter().filter_map(|aggregate| aggregate.argument.as_ref());
            (having.iter().chain(arguments).collect(), input)
        }
        _ => return Vec::new(),
    };
    if texts < TEXTS {
        return Vec::new();
    }
    let mut found = Vec::new();
    for formula in formulas {
        each_operand(&formula.expression, &mut |expression| {
            if let Some(pattern) = pattern_that_goes_back(expression) {
                let concern = Concern::Backtracking { pattern: pattern.to_owned(), texts: whole(texts) };
                if !found.contains(&concern) {
                    found.push(concern);
                }
            }
        });
    }
    found
}

/// The pattern of REGEX or REPLACE, where it is constant, valid, and not searched for in linear time.
fn pattern_that_goes_back(expression: &Expression) -> Option<&str> {
    let Expression::FunctionCall(function, arguments) = expression else { return None };
    let flags_at = match function {
        Function::Regex => 2,
        Function::Replace => 3,
        _ => return None,
    };
    let text = |at: usize| match arguments.get(at) {
        Some(Expression::Literal(literal)) => Some(literal.value()),
        _ => None,
    };
    let flags = if arguments.len() > flags_at { text(flags_at)? } else { "" };
    let pattern = text(1)?;
    Pattern::compile(pattern, flags).is_ok_and(|compiled| compiled.goes_back()).then_some(pattern)
}
