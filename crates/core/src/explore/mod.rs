//! What is in a graph: the names of its things, who mentions what, its schema, parts of it, differences
//! between two.
//!
//! In: a graph behind its port. Out: values. Knows no query and prints nothing.

pub mod diff;
pub mod look;
pub mod mentions;
pub mod names;
pub mod resolve;
pub mod schema;
pub mod search;
pub mod selection;
pub mod survey;

use crate::terms::Prefixes;
use look::Look;
use names::Names;

/// What is known of a graph: what advice and look-ups can draw on.
#[derive(Clone, Copy)]
pub struct Knowledge<'a> {
    /// The graph asked.
    pub graph: Look<'a>,
    /// The names of its things.
    pub names: &'a Names,
    /// The prefixes in scope.
    pub prefixes: &'a Prefixes,
}
