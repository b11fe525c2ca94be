//! What an output is to be: from the options of the command line, from those of one answer, from the window.
//!
//! In: options, the ending of the file, the window. Out: the format, the language, the chart; or a usage error before any
//! work is done.

use super::Output;
use super::target::Target;
use crate::error::{Error, Result};
use crate::faces::args::Shape;
use crate::faces::terminal::formats::{self, TREE};
use crate::faces::terminal::report::Report;
use crate::faces::terminal::tongue::Tongue;
use crate::faces::terminal::{Window, locale, shown_in};
use crate::formats::graphs::GraphFormat;
use crate::formats::rows::RowFormat;
use crate::session::Session;
use crate::show::chart::Directive;
use std::path::Path;
use std::sync::Arc;

impl Output {
    /// An output as the options of the command line say.
    pub fn new(shape: &Shape, report: Report) -> Self {
        let window = Window::now();
        let plain = Self {
            format: None,
            target: Target::Stdout,
            own: false,
            window,
            color: shape.color.unwrap_or_default(),
            max_rows: None,
            max_width: None,
            language: None,
            locale: None,
            labels: false,
            chart: false,
            chosen_chart: None,
            why: false,
            pager: true,
            footer: report.terminal,
            timer: true,
            report,
            found: Arc::default(),
            left: Arc::default(),
            changed: Arc::default(),
        };
        let mut output = plain.with(shape);
        let shown = output.shown();
        output.why |= shown && output.report.terminal && !shape.quiet;
        output.locale = shown.then(|| locale().unwrap_or_else(|| "en".to_owned()));
        output
    }

    /// The same for one answer, with what its own options say.
    #[must_use]
    pub fn with(&self, shape: &Shape) -> Self {
        let mut with = self.clone();
        with.own = shape.format.is_some() || shape.output.is_some();
        with.format = shape.format.clone().or(with.format);
        match shape.output.as_deref() {
            Some(path) if path == Path::new("-") => with.target = Target::Stdout,
            Some(path) => with.target = Target::File(path.to_owned()),
            None => {}
        }
        with.color = shape.color.unwrap_or(with.color);
        with.language = shape.lang.clone().or(with.language);
        if let Some(language) = &shape.lang {
            with.report.tongue = Tongue::of(language);
        }
        with.labels |= shape.labels;
        with.chart |= shape.chart.is_some();
        let chosen = shape.chart.clone().filter(|chart| !chart.is_empty());
        with.chosen_chart = chosen.or(with.chosen_chart);
        with.why |= shape.why;
        with.pager &= !shape.no_pager;
        with.footer &= !shape.quiet;
        with.report.quiet |= shape.quiet;
        with
    }

    /// Looks at the window again: it may have changed.
    pub fn fit_window(&mut self) {
        // What is no terminal becomes none.
        if self.window.terminal {
            self.window = Window::now();
            self.report.width = self.window.width;
        }
    }

    /// Whether answers are seen at once by a person.
    pub fn shown(&self) -> bool {
        self.window.terminal && self.target == Target::Stdout
    }

    /// Whether the chart that a query asks for is drawn.
    pub(super) fn draws(&self) -> bool {
        self.chart || self.shown()
    }

    /// The name of the format: given, or told by the ending of the file.
    pub fn format_name(&self) -> Option<&str> {
        let told = || formats::ending(self.target.file()?).filter(|ending| formats::is_format(ending));
        self.format.as_deref().or_else(told)
    }

    /// The language of labels, summaries and messages.
    pub fn language<'a>(&'a self, session: &'a Session) -> &'a str {
        self.chosen_language(session).unwrap_or_else(|| session.language())
    }

    /// The language that the user chose, or that of the system of who reads, or English, where the graph has it.
    pub fn chosen_language<'a>(&'a self, session: &'a Session) -> Option<&'a str> {
        let languages = &session.project().languages;
        let shown = || self.locale.as_deref().and_then(|locale| shown_in(languages, locale));
        self.language.as_deref().or_else(shown)
    }

    /// Whether format, chart and file asked for go together. To be called before any work is done.
    ///
    /// # Errors
    /// A usage error that names what there is.
    pub fn check(&self) -> Result<()> {
        if let Some(chart) = &self.chosen_chart {
            Directive::parse(chart)?;
        }
        self.room_for_another()?;
        match (&self.format, self.target.file()) {
            (Some(name), _) if !formats::is_format(name) => Err(formats::unknown(name)),
            (None, Some(path)) => formats::promised(path),
            _ => Ok(()),
        }
    }

    /// The format of rows: as asked for, else a table for people and TSV for programs.
    ///
    /// # Errors
    /// Where the format is one of graphs only, or none.
    pub fn row_format(&self) -> Result<RowFormat> {
        let Some(name) = self.format_name() else {
            return Ok(if self.shown() || self.chart { RowFormat::Table } else { RowFormat::Tsv });
        };
        RowFormat::named(name).ok_or_else(|| match GraphFormat::named(name) {
            Some(format) => {
                Error::usage(format!("{} is a format of graphs; this answer is rows", format.name()))
                    .hint(format!("formats of rows: {}", formats::row_names()))
                    .hint("CONSTRUCT gives a graph")
            }
            None => formats::unknown(name),
        })
    }

    /// The format of graphs: as asked for, else Turtle; nothing where a drawing is asked for.
    ///
    /// # Errors
    /// Where the format is one of rows only, or none.
    pub fn graph_format(&self) -> Result<Option<GraphFormat>> {
        match self.format_name() {
            None => Ok(Some(GraphFormat::Turtle)),
            Some("svg" | TREE) => Ok(None),
            Some(name) => GraphFormat::named(name).map(Some).ok_or_else(|| match RowFormat::named(name) {
                Some(format) => {
                    Error::usage(format!("{} is a format of rows; this answer is a graph", format.name()))
                        .hint(format!("formats of graphs: {}", formats::graph_names()))
                        .hint("SELECT gives rows")
                }
                None => formats::unknown(name),
            }),
        }
    }
}
