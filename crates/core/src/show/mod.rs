//! Answers for people: tables, charts, trees and descriptions, drawn in the cells of a terminal.
//!
//! In: the engine's answers and a [`Style`]. Out: text. It looks at no terminal and no environment:
//! whoever knows the window says so in the style.

pub(crate) mod bars;
pub mod cells;
pub mod chart;
pub mod concerns;
pub mod description;
pub(crate) mod lines;
pub(crate) mod moment;
pub(crate) mod painted;
pub mod plan;
pub mod provenance;
pub mod schema;
pub mod table;
pub mod text;
pub mod timeline;
pub mod tree;

use crate::engine::answer::Solutions;
use crate::error::Result;
use crate::terms::{Prefixes, Term};
use chart::{Directive, Series, View};

/// Draws rows as the directive says.
///
/// # Errors
/// `Usage`, where the rows have no columns that the chart can be drawn of; the message says which.
pub fn draw(found: &Solutions, directive: &Directive, style: &Style<'_>) -> Result<String> {
    match directive.view {
        View::Table => Ok(table::table(found, style)),
        View::BarChart => Ok(bars::draw(&Series::of(found, directive, style)?, style)),
        View::LineChart => Ok(lines::draw(&Series::of(found, directive, style)?, style)),
        View::Timeline => timeline::draw(found, directive, style),
        View::Graph => Ok(tree::draw(&tree::edges(found, directive)?, style)),
    }
}

/// Gives a term's label, where it has one.
pub type Labels<'a> = &'a dyn Fn(&Term) -> Option<String>;

/// How an answer is to look. Whoever knows the window fills it in; nothing here looks for itself.
#[derive(Clone, Copy)]
pub struct Style<'a> {
    /// Cells (a Chinese character takes two) that a line may take. Without it, lines are as long as they are.
    pub width: Option<usize>,
    /// Whether to mark parts with ANSI colours.
    pub colour: bool,
    /// Rows that a table shows at most; charts and machine formats show all.
    pub max_rows: Option<usize>,
    /// How the reader gets at the rows left out, said after their count: `.last shows all`.
    pub more: Option<&'a str>,
    /// The column that a reader is to copy from, by its place: it is never cut.
    pub key: Option<usize>,
    /// Prefixes to shorten IRIs with.
    pub prefixes: &'a Prefixes,
    /// Labels to show instead of IRIs.
    pub labels: Option<Labels<'a>>,
    /// Puts words of ours into the reader's language.
    pub say: fn(&str) -> String,
    /// What charts and documents are called.
    pub title: Option<&'a str>,
    /// The chart that `svg` draws. See [`chart::Directive`].
    pub chart: Option<&'a chart::Directive>,
}

impl<'a> Style<'a> {
    /// No width, no colour, all rows, IRIs as prefixed names.
    pub fn plain(prefixes: &'a Prefixes) -> Self {
        Self {
            width: None,
            colour: false,
            max_rows: None,
            more: None,
            key: None,
            prefixes,
            labels: None,
            say: str::to_owned,
            title: None,
            chart: None,
        }
    }

    /// The same within `width` cells.
    #[must_use]
    pub fn within(self, width: usize) -> Self {
        Self { width: Some(width), ..self }
    }

    /// `text` marked with an ANSI code, where colours are wanted.
    pub(crate) fn paint(&self, code: &str, text: &str) -> String {
        if self.colour && !text.is_empty() { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// ANSI codes of the few marks in use. Numbers from the basic palette, so that the user's theme decides.
pub(crate) mod ink {
    /// Headings.
    pub const BOLD: &str = "1";
    /// Rules, and what is there to be overlooked.
    pub const DIM: &str = "2";

    /// Bars and lines, by the number of their series.
    pub fn series(number: usize) -> &'static str {
        ["36", "33", "35", "32", "34", "31"].get(number % 6).copied().unwrap_or(BOLD)
    }
}
