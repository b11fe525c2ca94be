//! In which named graphs a plan for GRAPH with a variable can have rows: those that have its constants, and what it is joined to.
//!
//! In: the plan for one graph, values of its columns of which each row that is wanted has one. Out: the graphs to run it in, or
//! nothing where any may do. A graph that is left out gives no row that is wanted; one that is not may give none either.

use super::dataset::Dataset;
use crate::error::Result;
use crate::plan::logical::{self, Reach, Source, Step};
use crate::plan::physical::{JoinKind, Node, Op};
use crate::plan::variables::Var;
use crate::store::{Id, Pattern};

/// More graphs of several parts are looked through for equal ones before more are added.
const MANY: usize = 1 << 14;

/// Variables, each with its values in the rows that are wanted.
pub type Given<'g> = &'g [(Var, &'g [Id])];

/// The graphs, sorted, in which a plan can have rows that are wanted; nothing for any.
///
/// # Errors
/// Where the graph is damaged, and once a limit is met.
pub fn of(node: &Node, given: Given<'_>, dataset: &Dataset<'_>) -> Result<Option<Vec<Id>>> {
    // What is not given out may be another variable of the same name.
    let given: Vec<_> = given.iter().filter(|(var, _)| node.output.contains(var)).copied().collect();
    let input = |place: usize| node.inputs.get(place).map_or(Ok(None), |input| of(input, &given, dataset));
    let of_pattern = |pattern: &logical::Pattern| of_pattern(pattern, &given, dataset);
    match &node.op {
        Op::Empty => Ok(Some(Vec::new())),
        // Without a key there is a row for no rows (section 18.5.1); what is within another GRAPH is of other graphs.
        Op::Group(keys, ..) if keys.is_empty() => Ok(None),
        Op::Unit | Op::Seed | Op::Values(..) | Op::EachGraph(_) => Ok(None),
        Op::Scan { pattern, .. } => of_pattern(pattern),
        Op::IndexJoin { pattern, optional: false, .. } => Ok(both(of_pattern(pattern)?, input(0)?)),
        Op::Intersect { patterns, .. } => {
            let mut found = input(0)?;
            for pattern in patterns {
                found = both(found, of_pattern(pattern)?);
            }
            Ok(found)
        }
        Op::Reach { reach, .. } => Ok(both(of_reach(reach, dataset)?, input(0)?)),
        Op::HashJoin { kind: JoinKind::Inner | JoinKind::Semi, .. }
        | Op::Lookup(JoinKind::Inner | JoinKind::Semi, _) => Ok(both(input(0)?, input(1)?)),
        Op::Union => any((0..node.inputs.len()).map(input), dataset),
        // No row of theirs is without one of the first input.
        Op::IndexJoin { .. }
        | Op::HashJoin { .. }
        | Op::Lookup(..)
        | Op::Exists { .. }
        | Op::Lateral { .. }
        | Op::Unpack(..)
        | Op::Number(_)
        | Op::Filter(_)
        | Op::Extend(..)
        | Op::Group(..)
        | Op::Distinct
        | Op::Combine
        | Op::Sort(..)
        | Op::Slice(..)
        | Op::Project
        | Op::Exchange => input(0),
    }
}

/// Those that are among both.
pub fn both(a: Option<Vec<Id>>, b: Option<Vec<Id>>) -> Option<Vec<Id>> {
    match (a, b) {
        (Some(mut a), Some(b)) => {
            a.retain(|graph| b.binary_search(graph).is_ok());
            Some(a)
        }
        (a, b) => a.or(b),
    }
}

/// Those of any.
fn any(
    parts: impl Iterator<Item = Result<Option<Vec<Id>>>>,
    dataset: &Dataset<'_>,
) -> Result<Option<Vec<Id>>> {
    let (mut all, mut most) = (Vec::new(), MANY);
    for part in parts {
        dataset.governor().check()?;
        let Some(mut part) = part? else { return Ok(None) };
        all.append(&mut part);
        if all.len() > most {
            all.sort_unstable();
            all.dedup();
            most = MANY + 2 * all.len();
        }
    }
    all.sort_unstable();
    all.dedup();
    Ok(Some(all))
}

fn of_pattern(
    pattern: &logical::Pattern,
    given: Given<'_>,
    dataset: &Dataset<'_>,
) -> Result<Option<Vec<Id>>> {
    if !matches!(pattern.source, Source::Each) {
        return Ok(None);
    }
    let Some(ids) = pattern.ids() else { return Ok(Some(Vec::new())) };
    let mut found = None;
    for (place, slot) in pattern.slots.iter().enumerate() {
        let Some((_, values)) = given.iter().find(|(var, _)| slot.var() == Some(*var)) else { continue };
        let with = |value: &Id| {
            let mut ids = ids;
            ids.iter_mut().skip(place).take(1).for_each(|id| *id = Some(*value));
            dataset.homes(ids)
        };
        found = both(found, any(values.iter().map(with), dataset)?);
    }
    if found.is_some() { Ok(found) } else { dataset.homes(ids) }
}

/// A path of at least one step, whose first and last steps have to be there.
fn of_reach(reach: &Reach, dataset: &Dataset<'_>) -> Result<Option<Vec<Id>>> {
    if reach.zero || !matches!(reach.source, Source::Each) {
        return Ok(None);
    }
    let mut ends = [None; 2];
    for (id, slot) in ends.iter_mut().zip(&reach.ends) {
        if let logical::Slot::Term(constant) = slot {
            let Some(known) = constant.id else { return Ok(Some(Vec::new())) };
            *id = Some(known);
        }
    }
    let [start, end] = ends;
    let first = of_step(&reach.step, [start, None], dataset)?;
    Ok(if end.is_some() { both(first, of_step(&reach.step, [None, end], dataset)?) } else { first })
}

/// One step between ends of which some are known.
fn of_step(step: &Step, [from, to]: [Option<Id>; 2], dataset: &Dataset<'_>) -> Result<Option<Vec<Id>>> {
    let of = |constant: &logical::Constant, pattern: &dyn Fn(Id) -> Pattern| {
        constant.id.map_or(Ok(Some(Vec::new())), |predicate| dataset.homes(pattern(predicate)))
    };
    match step {
        Step::Link(predicate) => of(predicate, &|predicate| [from, Some(predicate), to]),
        Step::Back(predicate) => of(predicate, &|predicate| [to, Some(predicate), from]),
        Step::Either(steps) => any(steps.iter().map(|step| of_step(step, [from, to], dataset)), dataset),
        // Some of these are there without a step.
        Step::Sequence(_) | Step::Not(..) | Step::Repeat(..) => Ok(None),
    }
}
