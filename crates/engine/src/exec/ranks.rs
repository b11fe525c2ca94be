//! Numbers that sort as terms do, for sorts and for MIN and MAX.
//!
//! In: ids of the graph, which sort by themselves, and of computed terms, which do not. Out: a rank for
//! each, equal where the values are equal: `1` and `1.0` are neither less nor greater than each other
//! (SPARQL 1.1, section 15.1), so that the next key decides. Unbound comes first, then blank nodes,
//! IRIs, literals by kind.

use super::context::Context;
use super::sorting;
use crate::error::Result;
use crate::store::{FIRST_FOREIGN, Id, Indexed, Kind, NONE, Number};
use crate::terms::{Literal, Term};
use baimo_store::value::datatype::Datatype;
use baimo_store::value::number::Number as Exact;
use baimo_store::value::order::compare;
use std::cmp::Ordering;
use std::collections::HashMap;

/// The rank of a term. Unbound is 0.
pub type Rank = u64;

/// Room behind the rank of each term of the graph for computed terms that fall between it and the next.
const BETWEEN: u32 = 30;

/// Ranks of terms. See the module.
#[derive(Debug, Default)]
pub struct Ranks {
    locals: HashMap<Id, Rank>,
}

impl Ranks {
    /// Ranks for what stands in `columns`.
    ///
    /// # Errors
    /// Where the graph is damaged.
    pub fn of<'c>(columns: impl Iterator<Item = &'c [Id]>, cx: &Context<'_>) -> Result<Self> {
        let mut found: Vec<Id> = columns.flatten().copied().filter(|id| is_local(*id)).collect();
        sorting::sort(&mut found, cx.governor(), &Ord::cmp)?;
        found.dedup();
        let mut terms: Vec<(Id, &Term)> =
            found.into_iter().filter_map(|id| Some((id, cx.locals.term(id)?))).collect();
        sorting::sort(&mut terms, cx.governor(), &|a: &(Id, &Term), b: &(Id, &Term)| {
            compare(a.1.as_ref(), b.1.as_ref())
        })?;
        let mut ranks = Self::default();
        let mut last: Option<(&Term, Rank)> = None;
        for (id, term) in terms {
            let rank = match last {
                Some((before, rank)) if equal_values(before, term) => rank,
                _ => rank_beside(term, last.map_or(0, |last| last.1), cx.graph)?,
            };
            ranks.locals.insert(id, rank);
            last = Some((term, rank));
        }
        Ok(ranks)
    }

    /// The rank of a cell.
    ///
    /// # Errors
    /// Where the graph is damaged.
    #[inline]
    pub fn rank(&self, id: Id, graph: &dyn Indexed) -> Result<Rank> {
        match id {
            NONE => Ok(0),
            FIRST_FOREIGN.. => Ok(self.locals.get(&id).copied().unwrap_or(0)),
            _ => Ok(of_graph(least_equal(id, graph)?)),
        }
    }
}

fn is_local(id: Id) -> bool {
    (FIRST_FOREIGN..NONE).contains(&id)
}

fn of_graph(id: Id) -> Rank {
    (2 * u64::from(id) + 2) << BETWEEN
}

/// The rank of a computed term among those of the graph, above `last` where it falls into the same gap.
fn rank_beside(term: &Term, last: Rank, graph: &dyn Indexed) -> Result<Rank> {
    let place = graph.position(term.as_ref())?.start;
    let kinds = graph.kinds();
    for neighbour in [place.checked_sub(1), Some(place)].into_iter().flatten() {
        if kinds.of(neighbour).is_some() && equal_values(&graph.term(neighbour), term) {
            return Ok(of_graph(least_equal(neighbour, graph)?));
        }
    }
    let gap = (2 * u64::from(place) + 1) << BETWEEN;
    Ok(if last >= gap { last + 1 } else { gap })
}

/// The first term of the graph whose value equals that of `id`.
fn least_equal(mut id: Id, graph: &dyn Indexed) -> Result<Id> {
    let kinds = graph.kinds();
    let (numbers, dates) =
        (kinds.range(Kind::Number), kinds.range(Kind::DateTime).start..kinds.range(Kind::Date).end);
    if numbers.contains(&id) {
        let values = graph.numbers()?;
        while id > numbers.start
            && let (Some(a), Some(b)) = (values.get(id - 1), values.get(id))
            && equal_numbers(a, b).unwrap_or_else(|| equal_values(&graph.term(id - 1), &graph.term(id)))
        {
            id -= 1;
        }
    } else if dates.contains(&id) {
        let values = graph.epochs()?;
        while id > dates.start
            && kinds.of(id - 1) == kinds.of(id)
            && let (Some(a), Some(b)) = (values.get(id - 1), values.get(id))
            && a == b
        {
            id -= 1;
        }
    }
    Ok(id)
}

/// Whether two numbers are equal; nothing where their text must be read.
fn equal_numbers(a: Number, b: Number) -> Option<bool> {
    let decimal = |number| match number {
        Number::Integer(value) => Some((i128::from(value), 0)),
        Number::Decimal { mantissa, scale } => Some((i128::from(mantissa), u32::from(scale))),
        _ => None,
    };
    let ((a, scale_a), (b, scale_b)) = (decimal(a)?, decimal(b)?);
    let scale = scale_a.max(scale_b);
    // At most 19 digits and a scale of at most 18: both products fit 128 bits.
    Some(a * 10_i128.pow(scale - scale_a) == b * 10_i128.pow(scale - scale_b))
}

/// Whether two literals have numbers of the same value.
fn equal_values(a: &Term, b: &Term) -> bool {
    let number = |term: &Term| {
        let Term::Literal(literal) = term else { return None };
        number_of(literal)
    };
    match (number(a), number(b)) {
        (Some(a), Some(b)) => a.compare_exactly(&b) == Ordering::Equal,
        _ => a == b,
    }
}

fn number_of(literal: &Literal) -> Option<Exact> {
    let datatype = Datatype::of(literal.datatype().as_str());
    datatype.is_numeric().then(|| Exact::parse(literal.value(), datatype)).flatten()
}
