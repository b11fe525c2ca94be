//! IF and COALESCE of numbers that fit, or of terms by number, cell by cell without values (SPARQL 1.1, 17.4.1.2 and 17.4.1.3).
//!
//! In: a step whose branches are numbers that were computed, constants or columns. Out: its results as numbers, or where all branches are
//! constants and columns, as terms by number; nothing else. A term of a column **is given as it is written**, so that what it is worth stands
//! for it only where nobody asks for more.

use super::compile::{Domain, Operation, Program, Step, StepId};
use super::effort;
use super::fast::Fast;
use super::program::Terms;
use super::scope::Scope;
use super::value::Value;
use super::vector::{Truth, Vector, truth_of};
use crate::error::Result;
use crate::store::{Id, Indexed, NONE};
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::ops::Range;

/// A condition that is a column has so many different terms at most: EXISTS has two.
const FEW: usize = 16;

/// What all look at.
type Data<'a> = (&'a dyn Indexed, &'a dyn Terms, &'a Scope);

/// The results of a step at some of its places, if they can be had this way.
pub(super) fn compute(
    program: &Program,
    step: &Step,
    places: &Range<usize>,
    data: Data<'_>,
) -> Result<Option<Vector>> {
    let numbers = match step.operation {
        Operation::If => conditional(program, step, places, data)?,
        Operation::Coalesce => first_of(program, step, places, data)?,
        _ => None,
    };
    match numbers {
        Some(numbers) => Ok(Some(Vector::Numbers(numbers))),
        None => Ok(terms_of(program, step, places, data)?.map(Vector::Ids)),
    }
}

/// The chosen terms by number.
fn terms_of(
    program: &Program,
    step: &Step,
    places: &Range<usize>,
    data: Data<'_>,
) -> Result<Option<Vec<Id>>> {
    let branch = |n: usize| -> Result<Option<Vec<Id>>> {
        let constant = step.arguments.get(n).and_then(|id| program.step(*id)).map(|step| &step.operation);
        let (_, terms, _) = data;
        Ok(match constant {
            Some(Operation::Constant(term)) => terms.number_of(term)?.map(|id| vec![id; places.len()]),
            _ => program.ids_of(step, n, places),
        })
    };
    if matches!(step.operation, Operation::If) {
        let (Some(yes), Some(no)) = (branch(1)?, branch(2)?) else { return Ok(None) };
        let Some(truths) = truths(program, step, places, data)? else { return Ok(None) };
        let chosen = |(truth, (yes, no)): (&Truth, (Id, Id))| match truth {
            1 => yes,
            0 => no,
            _ => NONE,
        };
        return Ok(Some(truths.iter().zip(yes.into_iter().zip(no)).map(chosen).collect()));
    }
    let mut found = vec![NONE; places.len()];
    for n in 0..step.arguments.len() {
        let Some(branch) = branch(n)? else { return Ok(None) };
        found.iter_mut().zip(branch).filter(|(found, _)| **found == NONE).for_each(|(found, id)| *found = id);
    }
    Ok(Some(found))
}

fn conditional(
    program: &Program,
    step: &Step,
    places: &Range<usize>,
    data: Data<'_>,
) -> Result<Option<Vec<Option<Fast>>>> {
    let (Some(yes), Some(no)) =
        (branch(program, step, 1, places, data)?, branch(program, step, 2, places, data)?)
    else {
        return Ok(None);
    };
    let Some(truths) = truths(program, step, places, data)? else { return Ok(None) };
    let chosen = |(truth, (yes, no)): (&Truth, (&Option<Fast>, &Option<Fast>))| match truth {
        1 => *yes,
        0 => *no,
        _ => None,
    };
    Ok(Some(truths.iter().zip(yes.iter().zip(no.iter())).map(chosen).collect()))
}

fn first_of(
    program: &Program,
    step: &Step,
    places: &Range<usize>,
    data: Data<'_>,
) -> Result<Option<Vec<Option<Fast>>>> {
    let mut found: Vec<Option<Fast>> = vec![None; places.len()];
    for n in 0..step.arguments.len() {
        let Some(branch) = branch(program, step, n, places, data)? else { return Ok(None) };
        for (found, number) in found.iter_mut().zip(branch.iter()) {
            *found = found.or(*number);
        }
    }
    Ok(Some(found))
}

/// A branch as numbers, where these are all that its cells are.
fn branch<'p>(
    program: &'p Program,
    step: &Step,
    n: usize,
    places: &Range<usize>,
    (graph, terms, _): Data<'_>,
) -> Result<Option<Cow<'p, [Option<Fast>]>>> {
    let Some(id) = step.arguments.get(n).copied() else { return Ok(None) };
    let is_whole = match program.step(id) {
        Some(Step { operation: Operation::Column(_), .. }) => step.value_alone,
        Some(Step { domain: Domain::Constant, .. }) => {
            let Some(value) = program.constant(id) else {
                // An error, or a number that was computed.
                let is_error = matches!(program.vector(id), Vector::Values(_));
                return match is_error {
                    true => Ok(Some(vec![None; places.len()].into())),
                    false => program.fast_numbers(step, n, places, (graph, terms)),
                };
            };
            step.value_alone || is_canonical(value)
        }
        _ => matches!(program.vector(id), Vector::Numbers(_)),
    };
    if is_whole { program.fast_numbers(step, n, places, (graph, terms)) } else { Ok(None) }
}

/// Whether a constant is written as its value would be if it were computed.
fn is_canonical(value: &Value) -> bool {
    value.number().is_some_and(|number| Value::Number(number).to_term() == value.to_term())
}

/// The truths of the first argument.
fn truths(
    program: &Program,
    step: &Step,
    places: &Range<usize>,
    (_, terms, scope): Data<'_>,
) -> Result<Option<Vec<Truth>>> {
    let Some(id) = step.arguments.first().copied() else { return Ok(None) };
    let at = |place: usize| program.place_of_argument(step.domain, id, place);
    let Some(ids) = program.column_of(id) else {
        return Ok(is_read(program, id)
            .then(|| places.clone().map(|place| program.truth(id, at(place), scope)).collect()));
    };
    let mut known: FxHashMap<Id, Truth> = FxHashMap::default();
    let mut truths = Vec::with_capacity(places.len());
    for place in places.clone() {
        let id = ids.get(at(place)).copied().unwrap_or(NONE);
        if let Some(truth) = known.get(&id) {
            truths.push(*truth);
            continue;
        }
        if known.len() == FEW {
            return Ok(None);
        }
        let value = if id == NONE { None } else { terms.term(id)?.map(Value::Term) };
        let truth = truth_of(value.and_then(|value| effort::truth(&value, scope)));
        known.insert(id, truth);
        truths.push(truth);
    }
    Ok(Some(truths))
}

/// Whether the truths of a step are at hand.
fn is_read(program: &Program, id: StepId) -> bool {
    !matches!(program.vector(id), Vector::Ids(_))
}
