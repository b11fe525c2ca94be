//! Options of every verb: which graph is asked, how much it may take, how the answer looks and where it goes.
//!
//! In: nothing but what clap fills in. Out: plain values, which the faces turn into a session, limits and a presenter.

use super::values::{count, duration, size};
use crate::faces::terminal::report::When;
use clap::Args;
use std::path::PathBuf;
use std::time::Duration;

/// Options of every verb.
#[derive(Debug, Clone, Default, Args)]
pub struct Options {
    /// Which graph is asked.
    #[command(flatten)]
    pub place: GraphOptions,
    /// How much a query may take.
    #[command(flatten)]
    pub limits: Limits,
    /// How answers look and where they go.
    #[command(flatten)]
    pub shape: Shape,
}

/// Which graph is asked.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Which graph is asked")]
pub struct GraphOptions {
    /// Ask these RDF files instead; globs and `-` (stdin) too, plain or compressed
    #[arg(short, long, global = true, value_name = "FILE")]
    pub data: Vec<PathBuf>,
    /// Ask, and change, the durable store in this folder
    #[arg(long, global = true, value_name = "DIR", conflicts_with = "data")]
    pub store: Option<PathBuf>,
    /// Whether a change of a store waits for the disk: off is quicker, but the last changes may be lost if the machine stops
    #[arg(long, global = true, value_name = "WHEN", default_value = "on", hide_default_value = true)]
    pub sync: Sync,
    /// What the default graph is made of: itself alone, or all named graphs too
    #[arg(long, global = true, value_name = "WHICH", default_value = "alone", hide_default_value = true)]
    pub default_graph: DefaultGraph,
}

/// Whether a change of a store waits for the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Sync {
    /// It is on the disk when the command returns
    #[default]
    On,
    /// It is with the system, which writes it in its own time
    Off,
}

/// What the default graph is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum DefaultGraph {
    /// The default graph alone
    #[default]
    Alone,
    /// The default graph and all named ones together
    Union,
}

/// How much a query may take.
#[derive(Debug, Clone, Copy, Default, Args)]
#[command(next_help_heading = "How much it may take")]
pub struct Limits {
    /// Stop after this time, such as 2s, 500ms or 1m30s
    #[arg(long, global = true, value_name = "TIME", value_parser = duration)]
    pub timeout: Option<Duration>,
    /// Stop after so many rows or triples
    #[arg(long, global = true, value_name = "N", value_parser = count)]
    pub max_rows: Option<u64>,
    /// Stop when more memory is used, such as 500MB or 2GiB
    #[arg(long, global = true, value_name = "SIZE", value_parser = size)]
    pub max_memory: Option<usize>,
}

/// How answers look and where they go.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "How the answer looks")]
pub struct Shape {
    /// Format, by name, ending or media type [default: a table on a terminal, TSV in a pipe, Turtle for graphs]
    #[arg(short = 'F', long, global = true, value_name = "NAME")]
    pub format: Option<String>,
    /// Write the answer to a file, whole or not at all; its ending tells the format
    #[arg(short, long, global = true, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Language of labels, summaries and messages, such as zh or en
    #[arg(long, global = true, value_name = "LANGUAGE")]
    pub lang: Option<String>,
    /// Show labels instead of IRIs
    #[arg(long, global = true)]
    pub labels: bool,
    /// Draw a chart: bar, line, timeline or graph, else the one that the query asks for
    #[arg(long, global = true, value_name = "KIND", num_args = 0..=1, require_equals = true,
          default_missing_value = "")]
    pub chart: Option<String>,
    /// Say why nothing was found, in a pipe too
    #[arg(long, global = true)]
    pub why: bool,
    /// Say nothing on stderr but errors
    #[arg(long, global = true)]
    pub quiet: bool,
    /// Colour [default: auto]
    #[arg(long, global = true, value_name = "WHEN")]
    pub color: Option<When>,
    /// Never page long answers
    #[arg(long, global = true)]
    pub no_pager: bool,
}
