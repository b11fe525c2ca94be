//! What a chart is drawn of: which view, and which columns of an answer for its labels and values.
//!
//! In: rows, a [`Directive`]. Out: `Series` of labelled numbers, for a terminal and for SVG alike. Nothing
//! is drawn here.

use super::Style;
use super::cells::{Column, columns, number, shown};
use crate::engine::answer::Solutions;
use crate::error::{Error, Result};
use crate::terms::Term;
use std::collections::HashSet;

/// How an answer is to be seen. The names are those of the Wikidata query service's `#defaultView`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum View {
    /// Rows and columns.
    #[default]
    Table,
    /// A bar for each row.
    BarChart,
    /// A line for each column of numbers.
    LineChart,
    /// Dates in order.
    Timeline,
    /// Things and what links them.
    Graph,
}

impl View {
    /// The view of a name, in any case. Nothing for a name that no view has.
    pub fn named(name: &str) -> Option<Self> {
        let name: String = name.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
        Some(match name.as_str() {
            "table" => Self::Table,
            "bar" | "bars" | "barchart" => Self::BarChart,
            "line" | "lines" | "linechart" | "areachart" => Self::LineChart,
            "timeline" => Self::Timeline,
            "graph" | "tree" | "treemap" => Self::Graph,
            _ => return None,
        })
    }

    /// Its name in a directive.
    pub fn name(self) -> &'static str {
        match self {
            Self::Table => "Table",
            Self::BarChart => "BarChart",
            Self::LineChart => "LineChart",
            Self::Timeline => "Timeline",
            Self::Graph => "Graph",
        }
    }
}

/// Which chart, of which columns. Columns that are not named are chosen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Directive {
    /// Which chart.
    pub view: View,
    /// Names of columns: the labels first, then the values.
    pub columns: Vec<String>,
}

impl Directive {
    /// Reads a view directive as a query or a saved query's header has it (`BarChart`). For a view
    /// there is no drawing of (`Map`), the table, and a note that says so.
    pub fn lenient(text: &str) -> (Self, Option<String>) {
        match Self::parse(text) {
            Ok(directive) => (directive, None),
            Err(_) => {
                let name = text.split_whitespace().next().unwrap_or_default();
                (Self::default(), Some(format!("there is no view {name} here; shown as a table")))
            }
        }
    }

    /// Reads what was typed after `.chart`: a view, then columns (`bar vendor releases`).
    ///
    /// # Errors
    /// `Usage`, where there is no such view.
    pub fn parse(text: &str) -> Result<Self> {
        let mut words = text.split_whitespace();
        let name = words.next().unwrap_or("Table");
        let view = View::named(name).ok_or_else(|| {
            Error::usage(format!("there is no chart {name}"))
                .hint("charts are: bar, line, timeline, graph, table")
        })?;
        Ok(Self { view, columns: words.map(|word| word.trim_start_matches(['?', '$']).to_owned()).collect() })
    }

    /// The chart that suits the columns: bars or a line where there are numbers (a line where more of
    /// them stand on an axis than bars fit a window), a timeline where there are dates, a graph where
    /// two columns of things stand side by side, else the table.
    pub fn fitting(found: &Solutions) -> Self {
        let all = columns(found);
        let has = |test: &dyn Fn(&Term) -> bool| {
            let tested =
                |i: usize| found.rows.iter().filter_map(|row| row.get(i)?.as_ref()).next().is_some_and(test);
            (0..all.len()).filter(|i| tested(*i)).count()
        };
        let is_date = |term: &Term| match term {
            Term::Literal(literal) => {
                number(literal).is_none() && super::moment::Moment::of(literal).is_some()
            }
            _ => false,
        };
        let numbers = all.iter().filter(|column| column.numbers).count();
        if numbers > 0 {
            let long = found.rows.len() > MANY_BARS && (has(&is_date) > 0 || numbers == all.len());
            return if long { View::LineChart } else { View::BarChart }.into();
        }
        if has(&is_date) > 0 {
            return View::Timeline.into();
        }
        if has(&|term: &Term| term.is_named_node()) > 1 { View::Graph.into() } else { View::Table.into() }
    }

    /// It as [`Self::parse`] reads it.
    pub fn text(&self) -> String {
        let mut words = vec![self.view.name()];
        words.extend(self.columns.iter().map(String::as_str));
        words.join(" ")
    }
}

impl From<View> for Directive {
    fn from(view: View) -> Self {
        Self { view, columns: Vec::new() }
    }
}

/// The place of a column by its name.
///
/// # Errors
/// `Usage`, with the names there are.
pub(crate) fn named_column(found: &Solutions, name: &str) -> Result<usize> {
    found.variables.iter().position(|variable| variable.as_str() == name).ok_or_else(|| {
        let names: Vec<_> = found.variables.iter().map(|variable| variable.as_str()).collect();
        Error::usage(format!("this answer has no column {name}"))
            .hint(format!("its columns are: {}", names.join(", ")))
    })
}

/// One column of numbers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Values {
    /// The variable's name.
    pub name: String,
    /// A number for each row, and how it is written. Infinities are not drawn.
    pub numbers: Vec<Option<(f64, String)>>,
}

/// What bar and line charts are drawn of: a label for each row, and columns of numbers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Series {
    /// The name of the column of labels; empty where rows are merely numbered.
    pub name: String,
    /// A label for each row.
    pub labels: Vec<String>,
    /// Where each label stands on a continuous axis; its place in the answer where it has none.
    pub places: Vec<f64>,
    /// The numbers.
    pub values: Vec<Values>,
}

impl Series {
    /// Picks the columns: those named, else for the labels the first column of no numbers, one
    /// without repeated values if there is one; for the values of a bar chart the first column of
    /// numbers, of a line chart all.
    pub(crate) fn of(found: &Solutions, directive: &Directive, style: &Style<'_>) -> Result<Self> {
        let columns = columns(found);
        let (label, values) = match directive.columns.split_first() {
            Some((label, values)) if !values.is_empty() => {
                let values =
                    values.iter().map(|name| named_column(found, name)).collect::<Result<Vec<_>>>()?;
                (Some(named_column(found, label)?), values)
            }
            Some((value, _)) => (label_column(found, &columns), vec![named_column(found, value)?]),
            None => choose(found, &columns, directive.view)?,
        };
        let values = values.into_iter().map(|i| numbers(found, i, &columns)).collect::<Result<Vec<_>>>()?;
        let terms = |row: &crate::engine::answer::Row| label.and_then(|i| row.get(i).cloned().flatten());
        let labels = found.rows.iter().enumerate().map(|(i, row)| match terms(row) {
            // What a table tells apart by its marks, a string from a date, needs none beside a bar.
            Some(Term::Literal(literal)) => super::text::visible(literal.value()),
            Some(term) => shown(&term, style),
            None if label.is_none() => (i + 1).to_string(),
            None => String::new(),
        });
        let series = Self {
            name: label.and_then(|i| columns.get(i)).map_or_else(String::new, |column| column.name.clone()),
            labels: labels.collect(),
            places: places(found.rows.iter().map(terms).collect()),
            values,
        };
        Ok(series.with_every_month(directive.view))
    }

    /// Months in order, such as `2023-07`, with those between them that have no row. A count of things that
    /// there were none of is 0; of other numbers there is none. Nor is there of numbers on a line that never falls: they
    /// may be counts of all so far.
    fn with_every_month(mut self, view: View) -> Self {
        let months: Option<Vec<u32>> = self.labels.iter().map(|label| month(label)).collect();
        let Some(months) = months.filter(|months| months.is_sorted_by(|a, b| a < b)) else { return self };
        let (Some(first), Some(last)) = (months.first(), months.last()) else { return self };
        if last - first > MOST_MONTHS {
            return self;
        }
        let all: Vec<u32> = (*first..=*last).collect();
        self.labels = all.iter().map(|month| format!("{:04}-{:02}", month / 12, month % 12 + 1)).collect();
        self.places = all.iter().map(|month| f64::from(*month)).collect();
        for values in &mut self.values {
            let whole =
                values.numbers.iter().flatten().all(|(n, text)| n.fract() == 0.0 && !text.contains('.'));
            let rises = values.numbers.iter().flatten().is_sorted_by(|(a, _), (b, _)| a <= b);
            let so_far = view == View::LineChart && rises;
            let mut old = months.iter().zip(std::mem::take(&mut values.numbers)).peekable();
            let none = (whole && !so_far).then(|| (0.0, "0".to_owned()));
            let at = |month: &u32| match old.next_if(|(have, _)| *have == month) {
                Some((_, number)) => number,
                None => none.clone(),
            };
            values.numbers = all.iter().map(at).collect();
        }
        self
    }

    /// `share by industry`, in the reader's language.
    pub(crate) fn caption(&self, style: &Style<'_>) -> String {
        let names: Vec<_> = self.values.iter().map(|values| values.name.as_str()).collect();
        match self.name.as_str() {
            "" => names.join(", "),
            name => (style.say)(&format!("{} by {name}", names.join(", "))),
        }
    }

    /// The least and the greatest number drawn, zero among them where `with_zero`.
    pub(crate) fn range(&self, with_zero: bool) -> (f64, f64) {
        let start = if with_zero { (0.0, 0.0) } else { (f64::INFINITY, f64::NEG_INFINITY) };
        let numbers = self.values.iter().flat_map(|values| values.numbers.iter().flatten());
        let (low, high) = numbers.fold(start, |(low, high), (n, _)| (low.min(*n), high.max(*n)));
        if low.is_finite() { (low, high) } else { (0.0, 0.0) }
    }
}

fn choose(found: &Solutions, columns: &[Column], view: View) -> Result<(Option<usize>, Vec<usize>)> {
    let label = label_column(found, columns);
    let mut values: Vec<_> =
        columns.iter().enumerate().filter(|(i, c)| c.numbers && Some(*i) != label).map(|(i, _)| i).collect();
    if values.is_empty() {
        let what = if view == View::LineChart { "line" } else { "bar" };
        let none = if found.rows.is_empty() { "has no rows" } else { "has none" };
        return Err(Error::usage(format!("a {what} chart needs a column of numbers; this answer {none}"))
            .hint("count or add something up: SELECT ?x (COUNT(*) AS ?count) { ... } GROUP BY ?x"));
    }
    if view == View::BarChart {
        values.truncate(1);
    }
    Ok((label, values))
}

/// Months of more years than these are not filled in.
const MOST_MONTHS: u32 = 600;

/// The number of a month since the year 0, where a label is one: `2023-07`.
fn month(label: &str) -> Option<u32> {
    let (year, month) = label.split_once('-')?;
    let digits = |text: &str, count| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(year, 4) || !digits(month, 2) {
        return None;
    }
    let month: u32 = month.parse().ok().filter(|month| (1..=12).contains(month))?;
    Some(year.parse::<u32>().ok()? * 12 + month - 1)
}

/// See [`Series::of`]. Where all columns are numbers, the first of several labels the rest.
fn label_column(found: &Solutions, columns: &[Column]) -> Option<usize> {
    let words: Vec<_> =
        columns.iter().enumerate().filter(|(_, column)| !column.numbers).map(|(i, _)| i).collect();
    let distinct = |i: &usize| {
        let mut seen = HashSet::new();
        found
            .rows
            .iter()
            .all(|row| row.get(*i).and_then(Option::as_ref).is_some_and(|term| seen.insert(term)))
    };
    let all_numbers = (words.is_empty() && columns.len() > 1).then_some(0);
    words.iter().copied().find(distinct).or(words.first().copied()).or(all_numbers)
}

fn numbers(found: &Solutions, column: usize, columns: &[Column]) -> Result<Values> {
    let name = columns.get(column).map_or_else(String::new, |column| column.name.clone());
    let numbers: Vec<_> = found
        .rows
        .iter()
        .map(|row| match row.get(column)? {
            Some(Term::Literal(literal)) => {
                let text = shown_number(literal.value());
                number(literal).filter(|n| n.is_finite()).map(|n| (n, text))
            }
            _ => None,
        })
        .collect();
    if numbers.iter().all(Option::is_none) {
        return Err(Error::usage(format!("a chart needs numbers; column {name} has none")));
    }
    Ok(Values { name, numbers })
}

/// A number with no more digits than a chart can use.
fn shown_number(value: &str) -> String {
    let plain = value.trim().trim_start_matches('+');
    match plain.parse::<f64>() {
        Ok(n) if plain.len() > 9 || plain.contains(['e', 'E']) => short(n),
        _ => plain.to_owned(),
    }
}

/// A number to at most three decimals; very large and very small ones with an exponent.
pub(crate) fn short(n: f64) -> String {
    let size = n.abs();
    if size != 0.0 && !(1e-3..1e12).contains(&size) {
        return format!("{n:.2e}");
    }
    let text = format!("{n:.3}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// Numbers and dates have a place of their own; words stand one after the other.
fn places(terms: Vec<Option<Term>>) -> Vec<f64> {
    let own: Option<Vec<f64>> = terms
        .iter()
        .map(|term| match term {
            Some(Term::Literal(literal)) => number(literal)
                .filter(|n| n.is_finite())
                .or_else(|| super::moment::Moment::of(literal).map(|moment| moment.start as f64)),
            _ => None,
        })
        .collect();
    own.unwrap_or_else(|| (0..terms.len()).map(|i| i as f64).collect())
}

/// More bars than these are better a line, where they stand on an axis.
const MANY_BARS: usize = 30;
