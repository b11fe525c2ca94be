//! The graphs that a query is asked of: its default graph, and the named ones it may look into.
//!
//! In: a columnar graph, the FROM clauses of a query. Out: a view for each source of the plan, and the
//! statistics that the planner asks for. Section 13.2: FROM merges, FROM NAMED alone leaves the default
//! graph empty.

use crate::DefaultGraph;
use crate::error::Result;
use crate::plan::logical::Source;
use crate::plan::statistics::Statistics;
use crate::store::{Id, Indexed, Pattern, View};
use crate::syntax::algebra::QueryDataset;
use crate::terms::Term;

/// The dataset of one query. See the module.
pub struct Dataset<'a> {
    graph: &'a dyn Indexed,
    default: View<'a>,
    /// The named graphs that may be asked; nothing for all.
    named: Option<Vec<Id>>,
}

impl<'a> Dataset<'a> {
    /// For a query with these clauses.
    ///
    /// # Errors
    /// Where the graph is damaged.
    pub fn new(
        graph: &'a dyn Indexed,
        clauses: Option<&QueryDataset>,
        default_graph: DefaultGraph,
    ) -> Result<Self> {
        let id = |iri: &crate::terms::NamedNode| graph.find(iri.as_ref().into());
        let (default, named) = match clauses {
            Some(clauses) => {
                let mut merged = Vec::new();
                for iri in &clauses.default {
                    merged.extend(id(iri)?.map(Some));
                }
                // WITH and USING of an update leave the named graphs as they are.
                let named = match &clauses.named {
                    None => None,
                    Some(names) => {
                        Some(names.iter().filter_map(|iri| id(iri).transpose()).collect::<Result<_>>()?)
                    }
                };
                (graph.merged(&merged)?, named)
            }
            None if default_graph == DefaultGraph::Union => {
                let all: Vec<Option<Id>> =
                    std::iter::once(None).chain(graph.graph_names().into_iter().map(Some)).collect();
                (graph.merged(&all)?, None)
            }
            None => match graph.view(None)? {
                Some(view) => (view, None),
                None => (graph.merged(&[])?, None),
            },
        };
        Ok(Self { graph, default, named })
    }

    /// What a source of the plan stands for; nothing where there is no such graph.
    ///
    /// # Errors
    /// Where the graph is damaged.
    pub fn view(&self, source: &Source) -> Result<Option<View<'a>>> {
        match source {
            Source::Default => Ok(Some(self.default.clone())),
            Source::Named(name) => self.named_view(name.id),
        }
    }

    fn named_view(&self, id: Option<Id>) -> Result<Option<View<'a>>> {
        match id {
            Some(id) if self.named.as_ref().is_none_or(|named| named.contains(&id)) => {
                self.graph.view(Some(id))
            }
            _ => Ok(None),
        }
    }

    fn by_number(&self, graph: Option<Id>) -> Option<View<'a>> {
        match graph {
            None => Some(self.default.clone()),
            id => self.named_view(id).ok().flatten(),
        }
    }
}

impl Statistics for Dataset<'_> {
    fn id(&self, term: &Term) -> Option<Id> {
        self.graph.id(term.as_ref())
    }

    fn has_graph(&self, name: Id) -> bool {
        self.by_number(Some(name)).is_some()
    }

    fn count(&self, graph: Option<Id>, pattern: Pattern) -> f64 {
        // A damaged graph is reported by the operators that read it; here it only looks empty.
        self.by_number(graph).and_then(|view| view.count(pattern).ok()).unwrap_or(0) as f64
    }

    fn distinct(&self, graph: Option<Id>, predicate: Option<Id>, place: usize) -> f64 {
        let Some(view) = self.by_number(graph) else { return 1.0 };
        let Some(predicate) = predicate else {
            let predicates = view.predicates().unwrap_or_default();
            return match place {
                1 => predicates.len() as f64,
                0 => predicates.iter().map(|p| p.subjects).max().unwrap_or(1) as f64,
                _ => predicates.iter().map(|p| p.objects).sum::<u64>() as f64,
            };
        };
        let Some(counts) = view.predicate(predicate).ok().flatten() else { return 1.0 };
        (if place == 0 { counts.subjects } else { counts.objects }) as f64
    }
}
