//! What the tests at the foot of the operators' files share: batches as an input, a graph, no limits.

use super::batch::Batch;
use super::context::Context;
use super::{Operator, Running};
use crate::Governor;
use crate::error::Result;
use crate::store::pack::Pack;

/// Gives these batches.
pub struct Batches(std::vec::IntoIter<Batch>);

impl Batches {
    /// As an operator's input.
    #[expect(clippy::new_ret_no_self, reason = "only ever an input")]
    pub fn new<'a>(batches: Vec<Batch>) -> Running<'a> {
        Box::new(Self(batches.into_iter()))
    }
}

impl Operator for Batches {
    fn next(&mut self, _: &mut Context<'_>) -> Result<Option<Batch>> {
        Ok(self.0.next())
    }
}

/// A graph and a governor that stops nothing.
pub fn context() -> (Pack, Governor) {
    (crate::fixture::graph(), Governor::unlimited())
}
