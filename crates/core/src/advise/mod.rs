//! What a good colleague would add to an answer, or to the lack of one.
//!
//! In: texts, and what is known of the graph. Out: advice as values. It refuses to print.

pub mod complete;
pub mod diagnose;
pub mod lints;
pub mod provenance;
pub mod schema;
pub mod survey;
pub mod why_empty;

use crate::explore::names::Names;
use crate::store::Graph;
use crate::terms::Prefixes;

/// What advice can draw on.
#[derive(Clone, Copy)]
pub struct Knowledge<'a> {
    /// The graph asked.
    pub graph: &'a dyn Graph,
    /// The names of its things.
    pub names: &'a Names,
    /// The prefixes in scope.
    pub prefixes: &'a Prefixes,
}
