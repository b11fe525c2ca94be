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

/// Who has the names of a graph's things, or reads them: that takes as long as the graph is large, and much advice needs none.
pub trait Named: Sync {
    /// The names.
    fn names(&self) -> &Names;
}

impl Named for Names {
    fn names(&self) -> &Names {
        self
    }
}

/// What is known of a graph: what advice and look-ups can draw on.
#[derive(Clone, Copy)]
pub struct Knowledge<'a> {
    /// The graph asked.
    pub graph: Look<'a>,
    /// Who has the names of its things, which are read when they are first asked for.
    pub named: &'a dyn Named,
    /// The prefixes in scope.
    pub prefixes: &'a Prefixes,
}

impl<'a> Knowledge<'a> {
    /// The names of the graph's things.
    pub fn names(self) -> &'a Names {
        self.named.names()
    }
}
