//! An update as it was written: operations, COPY, MOVE and ADD whole.
//!
//! In: what the parser makes. Out: the same, with the graph that a COPY, MOVE or ADD reads beside its steps: taken apart, a COPY from a
//! graph that is not there would empty its destination without a word.

use spargebra::GraphUpdateOperation;

/// A parsed update: operations, one after the other.
#[derive(Debug, Clone)]
pub struct Update {
    pub(crate) operations: Vec<Operation>,
}

impl Update {
    /// What it does, one after the other; a COPY, MOVE or ADD in its steps.
    pub fn steps(&self) -> impl Iterator<Item = &GraphUpdateOperation> {
        self.operations.iter().flat_map(|operation| match operation {
            Operation::Plain(operation) => std::slice::from_ref(operation),
            Operation::Transfer(transfer) => &transfer.steps,
        })
    }
}

/// One operation of an update.
#[derive(Debug, Clone)]
pub(crate) enum Operation {
    /// As the parser gives it.
    Plain(GraphUpdateOperation),
    /// A COPY, MOVE or ADD.
    Transfer(Transfer),
}

/// A COPY, MOVE or ADD (SPARQL 1.1 Update, sections 3.2.3 to 3.2.5).
#[derive(Debug, Clone)]
pub(crate) struct Transfer {
    /// What is read: a named graph, or nothing for the default one.
    pub from: Option<spargebra::term::NamedNode>,
    /// Whether it is no error that there is no such graph.
    pub silent: bool,
    /// What it consists of.
    pub steps: Vec<GraphUpdateOperation>,
}
