//! What a question gives back: rows, yes or no, or a graph.
//!
//! In: the engine's results. Out: values that a face prints through this folder's writers. It
//! refuses to know stores and queries.

use crate::error::Result;
use crate::terms::{Term, Triple, Variable};

/// One row: a term, or nothing, for each variable.
pub type Row = Vec<Option<Term>>;

/// The answer to a question. Rows and triples come one by one, as they are found.
pub enum Answer<'a> {
    /// Of SELECT.
    Rows(Rows<'a>),
    /// Of ASK.
    Boolean(bool),
    /// Of CONSTRUCT and DESCRIBE.
    Graph(Box<dyn Iterator<Item = Result<Triple>> + 'a>),
}

/// The rows of an answer, with the variables that head their columns.
pub struct Rows<'a> {
    /// A column each.
    pub variables: Vec<Variable>,
    /// The rows. An error of kind `Limit` or `Interrupted` ends them early: what came before it
    /// is right, but not all.
    pub rows: Box<dyn Iterator<Item = Result<Row>> + 'a>,
}
