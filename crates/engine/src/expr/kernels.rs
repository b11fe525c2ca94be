//! Steps computed without values: numbers from columns, truths from the numbers of terms, predicates on borrowed text.
//!
//! In: a step and the graph's columns. Out: its results, the same as from values; nothing where any cell needs more than the columns
//! tell. Then [`super::program`] computes the whole step from values.

use super::choice;
use super::compile::{Operation, Program, Step};
use super::days;
use super::fast::Fast;
use super::functions;
use super::made;
use super::operators::{self, Arithmetic, Comparison};
use super::pattern::Pattern;
use super::program::Terms;
use super::scope::Scope;
use super::strings::simple;
use super::tagged;
use super::texts::Texts;
use super::value::{Operand, Value};
use super::vector::{ERROR, Truth, Vector, truth_of};
use crate::error::Result;
use crate::store::{FIRST_FOREIGN, Id, Indexed, Kind, Lexical, NONE, Scratch, Triple};
use crate::syntax::algebra::Function;
use crate::terms::xsd;
use baimo_store::value::datatype::Datatype;
use baimo_store::value::moment::{Duration, Moment, SECOND};
use baimo_store::value::number::Number;
use baimo_store::value::order;
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::hash_map::Entry;
use std::ops::Range;
use std::sync::Arc;

/// So many texts are made ready to be looked for in others.
const FEW: usize = 64;

/// After so many triple terms that were looked for there is a look at the limits.
const LOOKS: usize = 1 << 10;

/// Whether a step takes arguments by number that are no columns; others want values of them.
pub(super) fn takes_numbers(operation: &Operation) -> bool {
    match operation {
        Operation::Equal => true,
        Operation::Call(function) => is_of_triples(function) || is_of_kinds(function),
        _ => false,
    }
}

/// Whether a function takes triple terms apart or puts them together.
fn is_of_triples(function: &Function) -> bool {
    matches!(function, Function::Subject | Function::Predicate | Function::Object | Function::Triple)
}

/// Whether a function tells kinds of terms apart.
fn is_of_kinds(function: &Function) -> bool {
    use Function::{IsBlank, IsIri, IsLiteral, IsNumeric, IsTriple};
    matches!(function, IsIri | IsBlank | IsLiteral | IsNumeric | IsTriple)
}

/// The results of a step at some of its places, if they can be had this way.
pub(super) fn compute(
    program: &Program,
    step: &Step,
    places: &Range<usize>,
    terms: &dyn Terms,
    scope: &Scope,
) -> Result<Option<Vector>> {
    let Some(graph) = terms.indexed() else { return Ok(None) };
    let numbers = |n: usize| program.fast_numbers(step, n, places, (graph, terms));
    Ok(match &step.operation {
        Operation::Calculate(operation) => {
            let (Some(a), Some(b)) = (numbers(0)?, numbers(1)?) else {
                let is_difference = matches!(operation, Arithmetic::Subtract);
                let found = if is_difference { differences(program, step, places, terms)? } else { None };
                return Ok(found.map(Vector::Values));
            };
            calculate(*operation, &a, &b).map(Vector::Numbers)
        }
        Operation::Negate => numbers(0)?.and_then(|a| map(&a, Fast::negated)).map(Vector::Numbers),
        Operation::Plus => numbers(0)?.map(|a| Vector::Numbers(a.into_owned())),
        Operation::Call(function @ (Function::Abs | Function::Ceil | Function::Floor | Function::Round)) => {
            numbers(0)?.and_then(|a| map(&a, |number| number.rounded(function))).map(Vector::Numbers)
        }
        Operation::Compare(_) | Operation::Equal => {
            comparison(program, step, places, (graph, terms), scope)?.map(Vector::Truths)
        }
        Operation::In => made::is_among(program, step, places, scope).map(Vector::Truths),
        Operation::CompareTexts(comparison) => {
            texts_by_number(program, step, *comparison, places, graph).map(Vector::Truths)
        }
        Operation::Call(function) if is_of_triples(function) => {
            of_triples(program, step, function, places, (graph, terms), scope)?.map(Vector::Ids)
        }
        Operation::Call(function) if is_of_kinds(function) => {
            kinds(program, step, places, graph).map(Vector::Truths)
        }
        Operation::Call(
            function @ (Function::Year
            | Function::Month
            | Function::Day
            | Function::Hours
            | Function::Minutes
            | Function::Seconds),
        ) => calendar(program, step, function, places, (terms, scope))?.map(Vector::Numbers),
        Operation::Call(function @ (Function::Tz | Function::Timezone)) => {
            zones(program, step, function, places, graph)?
        }
        Operation::Call(Function::Custom(name)) if name.as_ref() == xsd::DATE => {
            days::compute(program, step, places, (graph, terms))?.map(Vector::Ids)
        }
        Operation::Call(function @ (Function::Lang | Function::Datatype)) => {
            tagged::compute(program, step, function, places, (graph, terms))?
        }
        Operation::Call(Function::Concat) => made::concat(program, step, places, scope).map(Vector::Texts),
        Operation::Call(
            function @ (Function::Contains | Function::StrStarts | Function::StrEnds | Function::Regex),
        ) => truths_of_texts(program, step, function, places, scope).map(Vector::Truths),
        Operation::Text(
            function @ (Function::Contains | Function::StrStarts | Function::StrEnds | Function::Regex),
            of_any,
        ) => {
            predicate(program, step, (function, *of_any), places, (graph, terms), scope)?.map(Vector::Truths)
        }
        Operation::If | Operation::Coalesce => choice::compute(program, step, places, (graph, terms, scope))?,
        Operation::Call(_) | Operation::Text(..) => made::compute(program, step, places, graph, scope)?,
        _ => None,
    })
}

/// `=`, `<` and their like: of texts that steps made, of numbers, of instants, of terms by number.
fn comparison(
    program: &Program,
    step: &Step,
    places: &Range<usize>,
    (graph, terms): (&dyn Indexed, &dyn Terms),
    scope: &Scope,
) -> Result<Option<Vec<Truth>>> {
    let comparison = match step.operation {
        Operation::Compare(comparison) => Some(comparison),
        _ => None,
    };
    let holds = |order: Ordering| comparison.map_or(order.is_eq(), |it| it.holds(Some(order)));
    if let Some(truths) = made::compared(program, step, places, &holds, scope) {
        return Ok(Some(truths));
    }
    let numbers = |n: usize| program.fast_numbers(step, n, places, (graph, terms));
    if let (Some(a), Some(b)) = (numbers(0)?, numbers(1)?) {
        return Ok(compare(&a, &b, |order| order.is_some_and(holds)));
    }
    let Some(comparison) = comparison else { return equal_columns(program, step, places, (graph, terms)) };
    let slow = |a: &Value, b: &Value| operators::compare(a, b).map(|order| comparison.holds(order));
    moments(program, step, places, terms, (&holds, &slow))
}

/// The numbers of an argument: an error is nothing.
type Numbers<'a> = Cow<'a, [Option<Fast>]>;

impl Program {
    /// An argument as numbers, if all of it are numbers or errors that fit.
    pub(super) fn fast_numbers(
        &self,
        step: &Step,
        n: usize,
        places: &Range<usize>,
        (graph, terms): (&dyn Indexed, &dyn Terms),
    ) -> Result<Option<Numbers<'_>>> {
        let Some(id) = step.arguments.get(n).copied() else { return Ok(None) };
        let place = |place: usize| self.place_of_argument(step.domain, id, place);
        if let Some(ids) = self.column_of(id) {
            let (values, of_query) = (graph.numbers()?, computed(graph)..NONE);
            // Terms of the query, as VALUES and sub-selects give them, are few, and each comes with many rows.
            let mut known: FxHashMap<Id, Fast> = FxHashMap::default();
            let mut numbers = Vec::with_capacity(places.len());
            for at in places.clone() {
                let number = match ids.get(place(at)).copied().unwrap_or(NONE) {
                    NONE => None,
                    id if of_query.contains(&id) => match known.get(&id) {
                        Some(number) => Some(*number),
                        None => {
                            let number = terms.term(id)?.and_then(|term| Value::Term(term).number());
                            let Some(number) = number.and_then(|number| Fast::of_number(&number)) else {
                                return Ok(None);
                            };
                            known.insert(id, number);
                            Some(number)
                        }
                    },
                    id => match values.get(id).and_then(Fast::of_packed) {
                        Some(number) => Some(number),
                        None => return Ok(None),
                    },
                };
                numbers.push(number);
            }
            return Ok(Some(Cow::Owned(numbers)));
        }
        Ok(match self.vector(id) {
            Vector::Numbers(numbers) => {
                let straight = numbers.get(places.clone()).filter(|_| place(places.start) == places.start);
                let same = straight.filter(|_| self.step(id).is_some_and(|of| of.domain == step.domain));
                Some(match same {
                    Some(numbers) => Cow::Borrowed(numbers),
                    None => places.clone().map(|at| numbers.get(place(at)).copied().flatten()).collect(),
                })
            }
            Vector::Values(values) if values.len() == 1 && place(places.start) == 0 => {
                let number = values.first().and_then(Option::as_ref).and_then(Value::number);
                number
                    .and_then(|number| Fast::of_number(&number))
                    .map(|number| vec![Some(number); places.len()].into())
            }
            _ => None,
        })
    }

    /// The numbers of terms of a step that is a column, or whose results are by number, by place.
    pub(super) fn column_of(&self, id: usize) -> Option<&[Id]> {
        match self.step(id)?.operation {
            Operation::Column(column) => {
                self.view(column).filter(|view| !view.is_computed()).map(|view| view.ids.as_slice())
            }
            _ => match self.vector(id) {
                Vector::Ids(ids) => Some(ids),
                Vector::Truths(_) | Vector::Numbers(_) | Vector::Texts(_) | Vector::Values(_) => None,
            },
        }
    }

    /// The numbers of the cells of an argument at some places of a step, where it has numbers.
    pub(super) fn ids_of(&self, step: &Step, n: usize, places: &Range<usize>) -> Option<Vec<Id>> {
        let id = step.arguments.get(n).copied()?;
        let ids = self.column_of(id)?;
        let cell = |at| ids.get(self.place_of_argument(step.domain, id, at)).copied().unwrap_or(NONE);
        Some(places.clone().map(cell).collect())
    }
}

fn calculate(operation: Arithmetic, a: &[Option<Fast>], b: &[Option<Fast>]) -> Option<Vec<Option<Fast>>> {
    let cell = |(a, b): (&Option<Fast>, &Option<Fast>)| match (a, b) {
        (Some(a), Some(b)) => Fast::calculate(operation, *a, *b),
        _ => Some(None),
    };
    a.iter().zip(b).map(cell).collect()
}

fn map(a: &[Option<Fast>], function: impl Fn(Fast) -> Option<Fast>) -> Option<Vec<Option<Fast>>> {
    a.iter().map(|cell| cell.map_or(Some(None), |number| function(number).map(Some))).collect()
}

fn compare(
    a: &[Option<Fast>],
    b: &[Option<Fast>],
    holds: impl Fn(Option<Ordering>) -> bool,
) -> Option<Vec<Truth>> {
    let cell = |(a, b): (&Option<Fast>, &Option<Fast>)| match (a, b) {
        (Some(a), Some(b)) => Fast::compare(*a, *b).map(|order| Truth::from(holds(order))),
        _ => Some(ERROR),
    };
    a.iter().zip(b).map(cell).collect()
}

/// Attoseconds in a microsecond.
const MICROSECOND: i128 = 1_000_000_000_000;
/// Instants further apart than this are ordered whatever their zones are, and whether they have one.
const CLEARLY_APART: i128 = 14 * 3600 * SECOND;

/// What decides a comparison: the order of two instants far apart, or, for those near each other, the values.
type Deciders<'a> = (&'a dyn Fn(Ordering) -> bool, &'a dyn Fn(&Value, &Value) -> Option<bool>);

/// The first number that the graph does not use.
pub(super) fn computed(graph: &dyn Indexed) -> Id {
    FIRST_FOREIGN.saturating_add(graph.more_terms())
}

/// The kind of a term of the graph, of those in no order too.
pub(super) fn kind_of(graph: &dyn Indexed) -> impl Fn(Id) -> Option<Kind> {
    let kinds = graph.kinds();
    move |id| if id < FIRST_FOREIGN { kinds.of(id) } else { graph.kind(id) }
}

/// A date or dateTime of a column.
#[derive(Clone, Copy)]
struct Instant {
    id: Id,
    kind: Kind,
    /// Microseconds from 1970, where that is the whole of it.
    micros: Option<i64>,
}

impl Instant {
    /// What decides a comparison of two: nothing where their zones do, of dates on the same day, or their fractions of a second.
    fn order(self, other: Self) -> Option<Ordering> {
        let (a, b) = (self.micros?, other.micros?);
        let apart = (i128::from(a) - i128::from(b)).abs() * MICROSECOND > CLEARLY_APART;
        let is_known = match (self.kind, other.kind) {
            (Kind::DateTime, Kind::DateTime) => true,
            (Kind::Date, Kind::Date) => apart || self.id == other.id,
            _ => false,
        };
        is_known.then(|| a.cmp(&b))
    }
}

/// Two of them side by side; nothing where either is unbound.
type Both = Option<[Instant; 2]>;

/// Two columns of dates or dateTimes; nothing where a cell is of another kind.
fn instants(
    program: &Program,
    step: &Step,
    places: &Range<usize>,
    graph: &dyn Indexed,
) -> Result<Option<Vec<Both>>> {
    let [a, b] = step.arguments.as_slice() else { return Ok(None) };
    let (Some(of_a), Some(of_b)) = (program.column_of(*a), program.column_of(*b)) else { return Ok(None) };
    let (kind_of, epochs) = (kind_of(graph), graph.epochs()?);
    let cell = |ids: &[Id], argument: usize, at: usize| {
        let id = ids.get(program.place_of_argument(step.domain, argument, at)).copied().unwrap_or(NONE);
        if id == NONE {
            return Some(None);
        }
        let kind = kind_of(id).filter(|kind| matches!(kind, Kind::Date | Kind::DateTime))?;
        Some(Some(Instant { id, kind, micros: epochs.get(id) }))
    };
    let both = |at| Some(cell(of_a, *a, at)?.zip(cell(of_b, *b, at)?).map(<[Instant; 2]>::from));
    Ok(places.clone().map(both).collect())
}

/// What the values of two terms give.
fn of_values<T>(
    terms: &dyn Terms,
    [a, b]: [Instant; 2],
    function: impl Fn(&Value, &Value) -> Option<T>,
) -> Result<Option<T>> {
    let both = terms.term(a.id)?.zip(terms.term(b.id)?);
    Ok(both.and_then(|(a, b)| function(&Value::Term(a), &Value::Term(b))))
}

/// Comparisons of two columns of dates or dateTimes by their instants.
fn moments_of_two(
    program: &Program,
    step: &Step,
    places: &Range<usize>,
    (graph, terms): (&dyn Indexed, &dyn Terms),
    (by_order, by_values): Deciders<'_>,
) -> Result<Option<Vec<Truth>>> {
    let Some(cells) = instants(program, step, places, graph)? else { return Ok(None) };
    let mut truths = Vec::with_capacity(cells.len());
    for cell in cells {
        truths.push(match cell.map(|both| (both, both[0].order(both[1]))) {
            None => ERROR,
            Some((_, Some(order))) => Truth::from(by_order(order)),
            Some((both, None)) => truth_of(of_values(terms, both, by_values)?),
        });
    }
    Ok(Some(truths))
}

/// Differences of two columns of dates or dateTimes: what lies between their instants (F&O 3.1, 9.8.1).
fn differences(
    program: &Program,
    step: &Step,
    places: &Range<usize>,
    terms: &dyn Terms,
) -> Result<Option<Vec<Option<Value>>>> {
    let Some(graph) = terms.indexed() else { return Ok(None) };
    let Some(cells) = instants(program, step, places, graph)? else { return Ok(None) };
    let mut values = Vec::with_capacity(cells.len());
    for cell in cells {
        values.push(match cell {
            None => None,
            Some([Instant { kind, micros: Some(a), .. }, Instant { kind: other, micros: Some(b), .. }]) => {
                let attoseconds = (i128::from(a) - i128::from(b)) * MICROSECOND;
                let between = Duration { months: 0, attoseconds };
                (kind == other).then_some(Value::Duration(between, Datatype::DayTimeDuration))
            }
            Some(both) => of_values(terms, both, |a, b| operators::calculate(Arithmetic::Subtract, a, b))?,
        });
    }
    Ok(Some(values))
}

/// Comparisons of a column of dates, or of dateTimes, with a constant or another column by their instants; only what is near it is read.
fn moments(
    program: &Program,
    step: &Step,
    places: &Range<usize>,
    terms: &dyn Terms,
    (far, near): Deciders<'_>,
) -> Result<Option<Vec<Truth>>> {
    let (Some(graph), [a, b]) = (terms.indexed(), step.arguments.as_slice()) else { return Ok(None) };
    let constant = |id: usize| match &program.step(id)?.operation {
        Operation::Constant(term) => Some(term),
        _ => None,
    };
    let (of_a, of_b) = (program.column_of(*a).zip(constant(*b)), program.column_of(*b).zip(constant(*a)));
    let Some((ids, term)) = of_a.or(of_b) else {
        return moments_of_two(program, step, places, (graph, terms), (far, near));
    };
    let (column, flipped) = if of_a.is_some() { (*a, false) } else { (*b, true) };
    let kind = order::kind(term.as_ref());
    if !matches!(kind, Kind::Date | Kind::DateTime) {
        return Ok(None);
    }
    let value = Value::Term(term.clone());
    let Operand::Moment(moment, _) = value.operand() else { return Ok(None) };
    let (range, kind_of) = (graph.kinds().range(kind), kind_of(graph));
    let epochs = graph.epochs()?;
    let ordered = |order: Ordering| if flipped { order.reverse() } else { order };
    let mut truths = Vec::with_capacity(places.len());
    for at in places.clone() {
        let id = ids.get(program.place_of_argument(step.domain, column, at)).copied().unwrap_or(NONE);
        if id != NONE && !range.contains(&id) && kind_of(id) != Some(kind) {
            return Ok(None);
        }
        let micros = epochs.get(id).map(|micros| i128::from(micros) * MICROSECOND);
        truths.push(match micros {
            _ if id == NONE => ERROR,
            Some(instant) if (instant - moment.instant()).abs() > CLEARLY_APART => {
                Truth::from(far(ordered(instant.cmp(&moment.instant()))))
            }
            _ => truth_of(
                terms
                    .term(id)?
                    .map(Value::Term)
                    .and_then(|cell| if flipped { near(&value, &cell) } else { near(&cell, &value) }),
            ),
        });
    }
    Ok(Some(truths))
}

/// YEAR to SECONDS of a column of dates or dateTimes by their instants. A zone moves a clock by 14 hours at most and by whole minutes, so
/// that a date that begins at any other hour than from 10 to 14 of UTC is of one day, and that of a dateTime the zone is read, from the
/// end of its text, only where another year or month is as near, or its day or clock is asked for.
fn calendar(
    program: &Program,
    step: &Step,
    function: &Function,
    places: &Range<usize>,
    (terms, scope): (&dyn Terms, &Scope),
) -> Result<Option<Vec<Option<Fast>>>> {
    let (Some(graph), [id]) = (terms.indexed(), step.arguments.as_slice()) else { return Ok(None) };
    let Some(ids) = program.column_of(*id) else { return Ok(None) };
    let (kind_of, epochs) = (kind_of(graph), graph.epochs()?);
    let of_day = matches!(function, Function::Year | Function::Month | Function::Day);
    let (mut numbers, mut open) = (vec![None; places.len()], Vec::new());
    for (at, number) in places.clone().zip(&mut numbers) {
        let id = ids.get(program.place_of_argument(step.domain, *id, at)).copied().unwrap_or(NONE);
        if id == NONE {
            continue;
        }
        let micros = epochs.get(id);
        let moment = match (kind_of(id), micros) {
            // A date has no clock.
            (Some(Kind::Date), _) if !of_day => continue,
            (Some(Kind::Date), micros) => micros.and_then(day_of_date).map(|day| in_utc(day * 24 * HOUR)),
            (Some(Kind::DateTime), Some(micros)) => {
                let known = on_any_clock(micros, function);
                if known.is_none() {
                    open.push((at - places.start, id, micros));
                    continue;
                }
                known
            }
            (Some(Kind::DateTime), None) => None,
            _ => return Ok(None),
        };
        *number = match moment {
            Some(moment) => part_of(&moment, function),
            None => {
                let value = terms.term(id)?.map(Value::Term);
                let part = value.and_then(|value| functions::call(function, &[&value], scope, 0));
                part.and_then(|part| Fast::of_number(&part.number()?))
            }
        };
    }
    let ids: Vec<Id> = open.iter().map(|(_, id, _)| *id).collect();
    graph.lexicals(&ids, &mut Scratch::default(), &mut |place, lexical| {
        let found = open.get(place).zip(lexical.text());
        if let Some(((at, _, micros), text)) = found
            && let Some(number) = numbers.get_mut(*at)
        {
            *number = part_of(&in_utc(*micros).on_clock_of(text), function);
        }
        Ok(())
    })?;
    Ok(Some(numbers))
}

/// TZ and TIMEZONE of a column of dates and dateTimes, by the end of each text: no term is made, and nothing else of it is read.
fn zones(
    program: &Program,
    step: &Step,
    function: &Function,
    places: &Range<usize>,
    graph: &dyn Indexed,
) -> Result<Option<Vector>> {
    let [id] = step.arguments.as_slice() else { return Ok(None) };
    let Some(ids) = program.column_of(*id) else { return Ok(None) };
    let (kind_of, epochs) = (kind_of(graph), graph.epochs()?);
    let mut bound = Vec::with_capacity(places.len());
    for at in places.clone() {
        let id = ids.get(program.place_of_argument(step.domain, *id, at)).copied().unwrap_or(NONE);
        // What has an instant is well-formed.
        let is_moment = epochs.get(id).is_some() && matches!(kind_of(id), Some(Kind::Date | Kind::DateTime));
        match id {
            NONE => {}
            id if is_moment => bound.push((at - places.start, id)),
            _ => return Ok(None),
        }
    }
    let (mut moments, ids) = (vec![None; places.len()], bound.iter().map(|(_, id)| *id).collect::<Vec<_>>());
    graph.lexicals(&ids, &mut Scratch::default(), &mut |place, lexical| {
        let found = bound.get(place).and_then(|(at, _)| moments.get_mut(*at));
        if let Some(moment) = found {
            *moment = lexical.text().map(|text| in_utc(0).on_clock_of(text));
        }
        Ok(())
    })?;
    if matches!(function, Function::Timezone) {
        let zones = moments.iter().map(|moment| functions::zone_of(moment.as_ref()?)).collect();
        return Ok(Some(Vector::Values(zones)));
    }
    let mut texts = Texts::default();
    moments.iter().for_each(|moment| texts.push(moment.as_ref().map(Moment::print_zone).as_deref()));
    Ok(Some(Vector::Texts(texts)))
}

/// An instant on the clock of UTC.
fn in_utc(micros: i64) -> Moment {
    Moment { local: i128::from(micros) * MICROSECOND, zone: Some(0) }
}

/// A part of a moment on its own clock.
fn part_of(moment: &Moment, function: &Function) -> Option<Fast> {
    let (civil, (hours, minutes, seconds)) = (moment.civil(), moment.clock_parts());
    Some(Fast::Integer(match function {
        Function::Year => civil.year,
        Function::Month => civil.month.into(),
        Function::Day => civil.day.into(),
        Function::Hours => hours.into(),
        Function::Minutes => minutes.into(),
        _ => return Fast::of_number(&Number::Decimal(seconds)),
    }))
}

/// An hour in microseconds.
const HOUR: i64 = 3_600_000_000;

/// The day of a date, by the instant at which it begins; nothing where it may be of two, an early one in the west or a late one in the east.
fn day_of_date(micros: i64) -> Option<i64> {
    let (day, past) = (micros.div_euclid(24 * HOUR), micros.rem_euclid(24 * HOUR));
    if past < 10 * HOUR {
        return Some(day);
    }
    (past > 14 * HOUR).then_some(day + 1)
}

/// A moment that has the same part as an instant on whatever clock; nothing where that depends on the clock.
fn on_any_clock(micros: i64, function: &Function) -> Option<Moment> {
    let (early, late) = (in_utc(micros.checked_sub(14 * HOUR)?), in_utc(micros.checked_add(14 * HOUR)?));
    let (one, other) = (early.civil(), late.civil());
    let is_one = match function {
        Function::Year => one.year == other.year,
        Function::Month => (one.year, one.month) == (other.year, other.month),
        Function::Seconds => return Some(in_utc(micros)),
        _ => false,
    };
    is_one.then_some(early)
}

/// An argument of `=` by number.
enum Known<'a> {
    /// A column, by place.
    Column(&'a [Id]),
    /// A term of the query, with its number where the graph has it.
    Constant(Kind, Option<Id>),
}

/// `=` of what are no numbers.
fn equal_columns(
    program: &Program,
    step: &Step,
    places: &Range<usize>,
    (graph, terms): (&dyn Indexed, &dyn Terms),
) -> Result<Option<Vec<Truth>>> {
    match moments(program, step, places, terms, (&Ordering::is_eq, &operators::equal))? {
        None => equal_terms(program, step, places, graph),
        found => Ok(found),
    }
}

/// `=` by the numbers of terms: of strings, IRIs, blank nodes and whatever is of different kinds.
fn equal_terms(
    program: &Program,
    step: &Step,
    places: &Range<usize>,
    graph: &dyn Indexed,
) -> Result<Option<Vec<Truth>>> {
    let [Some(a), Some(b)] = [0, 1].map(|n| step.arguments.get(n).copied()) else { return Ok(None) };
    let known = |id: usize| -> Result<Option<Known<'_>>> {
        if let Some(ids) = program.column_of(id) {
            return Ok(Some(Known::Column(ids)));
        }
        Ok(match program.step(id).map(|step| &step.operation) {
            Some(Operation::Constant(term)) if !term.is_triple() => {
                Some(Known::Constant(order::kind(term.as_ref()), graph.id(term.as_ref())?))
            }
            _ => None,
        })
    };
    let (Some(known_a), Some(known_b)) = (known(a)?, known(b)?) else { return Ok(None) };
    if matches!((&known_a, &known_b), (Known::Constant(..), Known::Constant(..))) {
        // Two terms that the graph lacks have no numbers to tell them apart by.
        return Ok(None);
    }
    let (kind_of, computed) = (kind_of(graph), computed(graph));
    let cell = |known: &Known<'_>, id: usize, at: usize| match known {
        Known::Constant(kind, id) => Some((*kind, *id)),
        Known::Column(ids) => {
            let id = ids.get(program.place_of_argument(step.domain, id, at)).copied().unwrap_or(NONE);
            kind_of(id).map(|kind| (kind, Some(id)))
        }
    };
    let is_computed = |known: &Known<'_>| match known {
        Known::Column(ids) => ids.iter().any(|id| (computed..NONE).contains(id)),
        Known::Constant(..) => false,
    };
    if is_computed(&known_a) || is_computed(&known_b) {
        return Ok(None);
    }
    let truth = |at: usize| match (cell(&known_a, a, at), cell(&known_b, b, at)) {
        (Some(a), Some(b)) => equal_kinds(a, b),
        _ => Some(ERROR),
    };
    Ok(places.clone().map(truth).collect())
}

/// Whether two terms of the graph are equal, as far as their kinds and numbers tell.
fn equal_kinds((kind_a, a): (Kind, Option<Id>), (kind_b, b): (Kind, Option<Id>)) -> Option<Truth> {
    use Kind::{Blank, Iri, LangString, Other, String, Triple};
    match (kind_a, kind_b) {
        (Blank | Iri | String, _) if kind_a == kind_b => Some(Truth::from(a.is_some() && a == b)),
        (LangString, LangString) if a.is_some() && a == b => Some(1),
        (a, b) if a == b => None,
        // What an unknown datatype means is not known, but that it is no IRI is.
        (Other, other) | (other, Other) => {
            Some(if matches!(other, Blank | Iri | LangString | Triple) { 0 } else { ERROR })
        }
        _ => Some(0),
    }
}

/// `=`, `<` and their like of STR of two columns: IRIs of the dictionary are sorted by code point, as their texts are
/// compared. Nothing where any cell has another term.
fn texts_by_number(
    program: &Program,
    step: &Step,
    comparison: Option<Comparison>,
    places: &Range<usize>,
    graph: &dyn Indexed,
) -> Option<Vec<Truth>> {
    let [a, b] = step.arguments.as_slice() else { return None };
    let (of_a, of_b) = (program.column_of(*a)?, program.column_of(*b)?);
    let iris = graph.kinds().range(Kind::Iri);
    let holds = |order| match comparison {
        Some(comparison) => comparison.holds(Some(order)),
        None => order == Ordering::Equal,
    };
    let cell = |ids: &[Id], argument: usize, at: usize| {
        ids.get(program.place_of_argument(step.domain, argument, at)).copied().unwrap_or(NONE)
    };
    let truth = |at: usize| match (cell(of_a, *a, at), cell(of_b, *b, at)) {
        (NONE, _) | (_, NONE) => Some(ERROR),
        (a, b) => (iris.contains(&a) && iris.contains(&b)).then(|| Truth::from(holds(a.cmp(&b)))),
    };
    places.clone().map(truth).collect()
}

/// isIRI and its like, from the kinds of numbers.
fn kinds(program: &Program, step: &Step, places: &Range<usize>, graph: &dyn Indexed) -> Option<Vec<Truth>> {
    let Operation::Call(function) = &step.operation else { return None };
    let id = step.arguments.first().copied()?;
    let ids = program.column_of(id)?;
    let kind_of = kind_of(graph);
    let truth =
        |at: usize| match ids.get(program.place_of_argument(step.domain, id, at)).copied().unwrap_or(NONE) {
            NONE => Some(ERROR),
            id => kind_of(id).map(|kind| {
                Truth::from(match function {
                    Function::IsIri => kind == Kind::Iri,
                    Function::IsBlank => kind == Kind::Blank,
                    Function::IsNumeric => kind == Kind::Number,
                    Function::IsTriple => kind == Kind::Triple,
                    _ => !matches!(kind, Kind::Iri | Kind::Blank | Kind::Triple),
                })
            }),
        };
    places.clone().map(truth).collect()
}

/// SUBJECT and its like, and TRIPLE.
fn of_triples(
    program: &Program,
    step: &Step,
    function: &Function,
    places: &Range<usize>,
    (graph, terms): (&dyn Indexed, &dyn Terms),
    scope: &Scope,
) -> Result<Option<Vec<Id>>> {
    match function {
        Function::Triple => triples(program, step, places, (graph, terms), scope),
        _ => part_of_triple(program, step, function, places, terms),
    }
}

/// SUBJECT and its like, from the numbers of parts.
fn part_of_triple(
    program: &Program,
    step: &Step,
    function: &Function,
    places: &Range<usize>,
    terms: &dyn Terms,
) -> Result<Option<Vec<Id>>> {
    let Some(ids) = program.ids_of(step, 0, places) else { return Ok(None) };
    let Some(parts) = terms.parts(&ids)? else { return Ok(None) };
    let part = |[s, p, o]: Triple| match function {
        Function::Subject => s,
        Function::Predicate => p,
        _ => o,
    };
    Ok(Some(parts.into_iter().map(part).collect()))
}

/// TRIPLE of what has numbers: the subject is an IRI or a blank node, the predicate an IRI (RDF 1.2). Nothing where a subject or predicate
/// was computed.
fn triples(
    program: &Program,
    step: &Step,
    places: &Range<usize>,
    (graph, terms): (&dyn Indexed, &dyn Terms),
    scope: &Scope,
) -> Result<Option<Vec<Id>>> {
    let mut columns = Vec::with_capacity(3);
    for (n, argument) in step.arguments.iter().enumerate() {
        columns.push(match program.step(*argument).map(|step| &step.operation) {
            Some(Operation::Constant(term)) => match graph.id(term.as_ref())? {
                Some(id) => vec![id; places.len()],
                None => return Ok(None),
            },
            _ => match program.ids_of(step, n, places) {
                Some(ids) => ids,
                None => return Ok(None),
            },
        });
    }
    let [subjects, predicates, objects] = columns.as_slice() else { return Ok(None) };
    let (kind_of, computed) = (kind_of(graph), computed(graph));
    if subjects.iter().chain(predicates).any(|id| (computed..NONE).contains(id)) {
        return Ok(None);
    }
    let mut found = Vec::with_capacity(places.len());
    for ((s, p), o) in subjects.iter().zip(predicates).zip(objects) {
        let is_one = matches!(kind_of(*s), Some(Kind::Iri | Kind::Blank)) && kind_of(*p) == Some(Kind::Iri);
        found.push(if !is_one || *o == NONE {
            NONE
        } else {
            let Some(id) = terms.triple_of([*s, *p, *o])? else { return Ok(None) };
            id
        });
        if found.len().is_multiple_of(LOOKS) {
            scope.check()?;
        }
    }
    Ok(Some(found))
}

/// A predicate on the text of a column, whatever it is asked with.
fn predicate(
    program: &Program,
    step: &Step,
    (function, of_any): (&Function, bool),
    places: &Range<usize>,
    (graph, terms): (&dyn Indexed, &dyn Terms),
    scope: &Scope,
) -> Result<Option<Vec<Truth>>> {
    let of_one = text_truths(program, step, (function, of_any), places, graph, scope)?;
    let truths = match of_one {
        None => truths_of_two(program, step, (function, of_any), places, (graph, terms), scope)?,
        of_one => of_one,
    };
    // What is in a computed text is what STR gives of it.
    Ok(truths.or_else(|| truths_of_texts(program, step, function, places, scope)))
}

/// A predicate on the text of a column: REGEX, CONTAINS, STRSTARTS or STRENDS with constants that are simple literals.
fn text_truths(
    program: &Program,
    step: &Step,
    (function, of_any): (&Function, bool),
    places: &Range<usize>,
    graph: &dyn Indexed,
    scope: &Scope,
) -> Result<Option<Vec<Truth>>> {
    let Some(ids) = step.arguments.first().and_then(|id| program.column_of(*id)) else { return Ok(None) };
    let Some(ids) = ids.get(places.clone()) else { return Ok(None) };
    let computed = computed(graph);
    if ids.iter().any(|id| *id >= computed) {
        return Ok(None);
    }
    let Some(test) = Test::of(program, step, function, scope) else { return Ok(None) };
    let mut truths = vec![ERROR; ids.len()];
    graph.lexicals(ids, &mut Scratch::default(), &mut |place, lexical| {
        if let (Some(truth), Some(text)) = (truths.get_mut(place), text_in(lexical, of_any)) {
            if !scope.spend(text.len()) {
                return scope.check();
            }
            *truth = truth_of(test.holds(text, scope));
        }
        Ok(())
    })?;
    Ok(Some(truths))
}

/// CONTAINS, STRSTARTS or STRENDS of two columns, where the second one has few terms, which are simple literals: each is
/// made ready once, and a text that comes with several of them is read once.
fn truths_of_two(
    program: &Program,
    step: &Step,
    (function, of_any): (&Function, bool),
    places: &Range<usize>,
    (graph, terms): (&dyn Indexed, &dyn Terms),
    scope: &Scope,
) -> Result<Option<Vec<Truth>>> {
    let [a, b] = step.arguments.as_slice() else { return Ok(None) };
    let (Some(of_a), Some(of_b)) = (program.column_of(*a), program.column_of(*b)) else { return Ok(None) };
    if *function == Function::Regex {
        return Ok(None);
    }
    let cell = |ids: &[Id], argument: usize, at: usize| {
        ids.get(program.place_of_argument(step.domain, argument, at)).copied().unwrap_or(NONE)
    };
    let (mut tests, computed) = (FxHashMap::default(), computed(graph));
    let (mut ids, mut rows): (Vec<Id>, Vec<(usize, Id)>) = (Vec::new(), Vec::with_capacity(places.len()));
    for at in places.clone() {
        let (id, wanted) = (cell(of_a, *a, at), cell(of_b, *b, at));
        if id >= computed || tests.len() > FEW {
            return Ok(None);
        }
        if let Entry::Vacant(test) = tests.entry(wanted) {
            let term = if wanted == NONE { None } else { terms.term(wanted)?.map(Value::Term) };
            let Some(text) = term.as_ref().and_then(simple) else { return Ok(None) };
            test.insert(Test::of_text(function, text.to_owned(), None));
        }
        if ids.last() != Some(&id) {
            ids.push(id);
        }
        rows.push((ids.len() - 1, wanted));
    }
    let (mut truths, mut next) = (vec![ERROR; rows.len()], 0);
    graph.lexicals(&ids, &mut Scratch::default(), &mut |place, lexical| {
        let text = text_in(lexical, of_any);
        while let Some((_, wanted)) = rows.get(next).filter(|(of, _)| *of == place) {
            if let (Some(text), Some(test), Some(truth)) = (text, tests.get(wanted), truths.get_mut(next)) {
                if !scope.spend(text.len()) {
                    return scope.check();
                }
                *truth = truth_of(test.holds(text, scope));
            }
            next += 1;
        }
        Ok(())
    })?;
    Ok(Some(truths))
}

/// A predicate on text whose other arguments are constants.
struct Test<'a> {
    function: &'a Function,
    wanted: String,
    finder: memchr::memmem::Finder<'static>,
    /// Of REGEX; nothing inside for a pattern that is wrong.
    pattern: Option<Option<Arc<Pattern>>>,
}

impl<'a> Test<'a> {
    /// Nothing where the other arguments are not constants, or not simple literals.
    fn of(program: &Program, step: &Step, function: &'a Function, scope: &Scope) -> Option<Self> {
        let constant = |n: usize| program.constant_text(step.arguments.get(n).copied()?).map(str::to_owned);
        let wanted = constant(1)?;
        let pattern = if *function == Function::Regex {
            let flags = if step.arguments.len() > 2 { constant(2)? } else { String::new() };
            Some(scope.pattern(&wanted, &flags))
        } else {
            None
        };
        Some(Self::of_text(function, wanted, pattern))
    }

    fn of_text(function: &'a Function, wanted: String, pattern: Option<Option<Arc<Pattern>>>) -> Self {
        let finder = memchr::memmem::Finder::new(&wanted).into_owned();
        Self { function, wanted, finder, pattern }
    }

    /// Whether it holds; nothing for an error.
    #[inline]
    fn holds(&self, text: &str, scope: &Scope) -> Option<bool> {
        match (self.function, &self.pattern) {
            (Function::Contains, _) => Some(self.finder.find(text.as_bytes()).is_some()),
            (Function::StrStarts, _) => Some(text.starts_with(&self.wanted)),
            (Function::StrEnds, _) => Some(text.ends_with(&self.wanted)),
            (_, Some(pattern)) => scope.matches(&self.wanted, pattern.as_ref()?, text),
            _ => None,
        }
    }
}

/// A predicate on texts that a step computed.
fn truths_of_texts(
    program: &Program,
    step: &Step,
    function: &Function,
    places: &Range<usize>,
    scope: &Scope,
) -> Option<Vec<Truth>> {
    let id = step.arguments.first().copied()?;
    let Vector::Texts(texts) = program.vector(id) else { return None };
    let test = Test::of(program, step, function, scope)?;
    let truth = |at: usize| {
        let text = texts.get(program.place_of_argument(step.domain, id, at))?;
        scope.spend(text.len()).then(|| test.holds(text, scope)).flatten()
    };
    Some(places.clone().map(|at| truth_of(truth(at))).collect())
}

/// The text that a function on strings looks at: of string literals, or of any term that STR takes.
fn text_in(lexical: Lexical<'_>, of_any: bool) -> Option<&str> {
    made::text_in(lexical, of_any).map(|(text, _)| text)
}
