//! Timelines: dates of mixed precision, in order, year by year.
//!
//! In: rows with a column of dates. Out: text.
//!
//! A day is a point, `●`. What is only known to the month or the year is the span it may lie in, `├──┤`:
//! a timeline must not claim more than the data.

use super::cells::{Column, Sort, columns, shown, sort};
use super::chart::{Directive, named_column};
use super::moment::{Moment, day};
use super::painted::Lines;
use super::text::{Side, fit, width};
use super::{Style, ink};
use crate::engine::answer::{Row, Solutions};
use crate::error::{Error, Result};
use crate::terms::Term;

/// One line of a timeline.
pub(crate) struct Event {
    /// When.
    pub when: Moment,
    /// The date as the data have it.
    pub date: String,
    /// What.
    pub label: String,
    /// The other columns, but for further dates.
    pub details: String,
}

/// The events, in order of time. The columns: those named (the date, the label, the details), else
/// the first column of dates, the first column of something else, and the rest but for dates.
pub(crate) fn events(found: &Solutions, directive: &Directive, style: &Style<'_>) -> Result<Vec<Event>> {
    let columns = columns(found);
    let mut named =
        directive.columns.iter().map(|name| named_column(found, name)).collect::<Result<Vec<_>>>()?;
    let date = if named.is_empty() { first_of_dates(found, &columns)? } else { named.remove(0) };
    let others = if named.is_empty() { without_dates(found, date) } else { named };
    let mut events: Vec<_> = found.rows.iter().filter_map(|row| event(row, date, &others, style)).collect();
    if events.is_empty() {
        return Err(none(found));
    }
    events.sort_by_key(|event| (event.when.start, event.when.end));
    Ok(events)
}

fn none(found: &Solutions) -> Error {
    let none = if found.rows.is_empty() { "has no rows" } else { "has none" };
    Error::usage(format!("a timeline needs a column of dates; this answer {none}"))
        .hint("dates are xsd:date, xsd:dateTime, xsd:gYearMonth or xsd:gYear")
}

fn first_of_dates(found: &Solutions, columns: &[Column]) -> Result<usize> {
    let dated = |i: &usize| found.rows.iter().any(|row| moment(row, *i).is_some());
    (0..columns.len()).find(dated).ok_or_else(|| none(found))
}

fn without_dates(found: &Solutions, date: usize) -> Vec<usize> {
    let dates = |i: usize| {
        found.rows.iter().filter_map(|row| row.get(i)?.as_ref()).all(|term| sort(term) == Sort::Date)
    };
    (0..found.variables.len()).filter(|i| *i != date && !dates(*i)).collect()
}

fn moment(row: &Row, column: usize) -> Option<Moment> {
    match row.get(column)? {
        Some(Term::Literal(literal)) => Moment::of(literal),
        _ => None,
    }
}

fn event(row: &Row, date: usize, others: &[usize], style: &Style<'_>) -> Option<Event> {
    let mut texts = others
        .iter()
        .map(|i| row.get(*i).and_then(Option::as_ref).map_or(String::new(), |t| shown(t, style)));
    Some(Event {
        when: moment(row, date)?,
        date: row.get(date)?.as_ref().map_or_else(String::new, |term| shown(term, style)),
        label: texts.next().unwrap_or_default(),
        details: texts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" · "),
    })
}

/// Draws a timeline: a line for each event, under its year.
pub(crate) fn draw(found: &Solutions, directive: &Directive, style: &Style<'_>) -> Result<String> {
    let events = events(found, directive, style)?;
    let window = style.width.unwrap_or(100);
    let month = match window {
        0..=55 => 0,
        56..=109 => 2,
        _ => 3,
    };
    let dates = events.iter().map(|event| width(within_year(event))).max().unwrap_or(0);
    let left = 2 + dates + 2 + if month > 0 { 12 * month + 2 } else { 4 };
    let room = window.saturating_sub(left);
    let widest = events.iter().map(|event| width(&event.label)).max().unwrap_or(0);
    let labels = widest.min(if room > 24 { room * 3 / 5 } else { room });
    let mut out = Lines { text: String::new(), style, window };
    let mut year = None;
    for event in &events {
        if year != Some(event.when.year) {
            year = Some(event.when.year);
            heading(&mut out, event.when.year, dates, month);
        }
        let date = fit(within_year(event), dates, Side::Left);
        out.push(&[
            ("", "  "),
            ("", &date),
            ("", "  "),
            (ink::series(0), &strip(event.when, month)),
            ("", "  "),
            ("", &fit(&event.label, labels, Side::Left)),
            ("", "  "),
            (ink::DIM, &event.details),
        ]);
    }
    Ok(out.text)
}

/// The initials of the months, each in two cells.
const INITIALS: &str = "J F M A M J J A S O N D ";

/// The year, with the months' initials over their places.
fn heading(out: &mut Lines<'_>, year: i64, dates: usize, month: usize) {
    let text = fit(&year.to_string(), (dates + 4).max(width(&year.to_string())), Side::Left);
    let initials = (out.style.say)(INITIALS);
    let months: String = (1..=12)
        .map(|number| match month {
            0 => String::new(),
            2 => initials.get((number - 1) * 2..number * 2).unwrap_or("  ").to_owned(),
            _ => fit(&number.to_string(), month, Side::Left),
        })
        .collect();
    out.push(&[(ink::BOLD, &text), (ink::DIM, &months)]);
}

/// The date without its year, which stands above.
fn within_year(event: &Event) -> &str {
    let year = format!("{:04}", event.when.year);
    match event.date.strip_prefix(&year) {
        Some(rest) => rest.trim_start_matches('-').split('T').next().unwrap_or_default(),
        None => &event.date,
    }
}

/// A year of `month` cells for each month, with the moment's place in it.
fn strip(when: Moment, month: usize) -> String {
    if month == 0 {
        return if when.start == when.end { "● ".to_owned() } else { "├┤".to_owned() };
    }
    let cells = 12 * month;
    let (first, days) = (day(when.year, 1, 1), day(when.year + 1, 1, 1) - day(when.year, 1, 1));
    let cell = |date: i64| (((date - first) * cells as i64 / days).max(0) as usize).min(cells - 1);
    if when.start == when.end {
        let at = cell(when.start);
        return format!("{}●{}", "·".repeat(at), "·".repeat(cells - at - 1));
    }
    // A month's cells are counted in months: days would shift its ends.
    let length = if when.end - when.start < 40 { month } else { cells };
    let start = if length == cells { 0 } else { cell(when.start + 14) / month * month };
    let span = format!("├{}┤", "─".repeat(length.saturating_sub(2)));
    format!("{}{span}{}", "·".repeat(start), "·".repeat(cells - start - length))
}
