//! Graphs merged into one, kept for the next query that asks for the same.
//!
//! In: names of graphs, and how to read each. Out: one table with the triples of all, each once (SPARQL 1.1, section 13.2.1).

use super::kinds::Kinds;
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
    /// The graphs of these names as one: a single one as it is. What is not there counts as empty. `view` gives one graph, and
    /// is quickest where it comes after the one whose place it left behind.
    ///
    /// # Errors
    /// What `view` reports, and where the stored bytes are damaged.
    pub fn view<'a>(
        &self,
        graphs: &[GraphId],
        kinds: &'a Kinds,
        mut view: impl FnMut(GraphId, &mut usize) -> Result<Option<View<'a>>>,
    ) -> Result<View<'a>> {
        let (mut names, mut before) = (graphs.to_vec(), 0);
        names.sort_unstable();
        names.dedup();
        if let [name] = names.as_slice()
            && let Some(view) = view(*name, &mut before)?
        {
            return Ok(view);
        }
        let table = self.get(names, |name| view(name, &mut before))?;
        Ok(View::shared(table, kinds))
    }

    fn get<'a>(
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
