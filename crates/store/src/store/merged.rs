//! Graphs merged into one, kept for the next query that asks for the same.
//!
//! In: names of graphs, and how to read each. Out: one table with the triples of all, each once (SPARQL 1.1, section 13.2.1).

use super::port::GraphId;
use super::table::Table;
use super::view::View;
use crate::error::Result;
use std::sync::{Arc, Mutex, PoisonError};

/// How many merged graphs are kept.
const KEPT: usize = 16;

/// The merged graphs of one dataset. See the module.
#[derive(Default)]
pub(super) struct Merged(Mutex<Vec<(Vec<GraphId>, Arc<Table>)>>);

impl Merged {
    /// The graphs of these names as one. Names are sorted, each once; what is not there counts as empty.
    ///
    /// # Errors
    /// What `view` reports, and where the stored bytes are damaged.
    pub fn get<'a>(
        &self,
        names: Vec<GraphId>,
        mut view: impl FnMut(GraphId) -> Result<Option<View<'a>>>,
    ) -> Result<Arc<Table>> {
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = lock().iter().find(|(have, _)| *have == names).map(|(_, table)| Arc::clone(table));
        if let Some(table) = known {
            return Ok(table);
        }
        let views = names.iter().filter_map(|name| view(*name).transpose()).collect::<Result<Vec<_>>>()?;
        let table = Arc::new(Table::of_views(&views)?);
        let mut kept = lock();
        if kept.len() >= KEPT {
            kept.remove(0);
        }
        kept.push((names, Arc::clone(&table)));
        Ok(table)
    }
}
