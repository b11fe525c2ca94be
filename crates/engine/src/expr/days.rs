//! `xsd:date(...)` of the dateTimes of a column (F&O 3.1, 19.1.5.2), without a value each.
//!
//! In: a step of one argument that is a column of the graph. Out: the days by number, each different one made once. The day of a dateTime is
//! how its text begins, and its time zone how that ends. Nothing where a cell is neither date nor dateTime, or its text is an unusual one.

use super::compile::{Program, Step};
use super::kernels::kind_of;
use super::program::Terms;
use super::tagged::cells;
use crate::error::Result;
use crate::store::{Id, Indexed, Kind, NONE, Scratch};
use crate::terms::{Literal, xsd};
use rustc_hash::FxHashMap;
use std::ops::Range;

/// As many bytes has a day with a year of four digits.
const DAY: usize = 10;

/// The results of a step at some of its places, if they can be had this way.
///
/// # Errors
/// Where the graph is damaged.
pub(super) fn compute(
    program: &Program,
    step: &Step,
    places: &Range<usize>,
    (graph, terms): (&dyn Indexed, &dyn Terms),
) -> Result<Option<Vec<Id>>> {
    let Some(ids) = cells(program, step, places, graph) else { return Ok(None) };
    let kind_of = kind_of(graph);
    let is_of_time = |id: &Id| matches!(kind_of(*id), Some(Kind::DateTime | Kind::Date));
    let bound: Vec<Id> = ids.iter().filter(|id| **id != NONE).copied().collect();
    if !bound.iter().all(is_of_time) {
        return Ok(None);
    }
    let mut known: FxHashMap<String, Id> = FxHashMap::default();
    let (mut days, mut text, mut is_made) = (Vec::with_capacity(bound.len()), String::new(), true);
    graph.lexicals(&bound, &mut Scratch::default(), &mut |_, lexical| {
        let Some((day, zone)) = lexical.text().and_then(day_of).filter(|_| is_made) else {
            is_made = false;
            return Ok(());
        };
        text.clear();
        text.extend([day, zone]);
        let id = match known.get(&text) {
            Some(id) => Some(*id),
            None => {
                let id = terms.number_of(&Literal::new_typed_literal(text.as_str(), xsd::DATE).into())?;
                known.extend(id.map(|id| (text.clone(), id)));
                id
            }
        };
        is_made = id.is_some();
        days.extend(id);
        Ok(())
    })?;
    if !is_made {
        return Ok(None);
    }
    let mut days = days.into_iter();
    Ok(Some(ids.iter().map(|id| if *id == NONE { NONE } else { days.next().unwrap_or(NONE) }).collect()))
}

/// The day and the time zone in the text of a date or a dateTime; nothing where it has another year than one of four digits, or an hour that is one of
/// the next day.
fn day_of(text: &str) -> Option<(&str, &str)> {
    let (day, rest) = text.split_at_checked(DAY)?;
    let mut bytes = day.bytes();
    if !bytes.by_ref().take(4).all(|byte| byte.is_ascii_digit()) || bytes.next() != Some(b'-') {
        return None;
    }
    let zone = match rest.strip_prefix('T') {
        Some(clock) if clock.starts_with("24") => return None,
        Some(clock) => clock.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':' || c == '.'),
        None => rest,
    };
    // The canonical form, which a cast has (XSD 1.1 part 2, E.3.6).
    Some((day, if matches!(zone, "+00:00" | "-00:00") { "Z" } else { zone }))
}
