//! Small queries to the graph: whether a pattern finds something, how many rows, which values.
//!
//! In: a part of the query. Out: what it finds, up to a limit; nothing where the governor stopped the work, which must
//! not be read as "finds nothing".

use super::Search;
use crate::engine::answer::{Answer, Row};
use crate::engine::syntax::algebra::{GraphPattern, Query};
use crate::engine::{self};
use crate::terms::{Term, Variable};

/// How many rows are counted, or looked at, at most.
const ROWS: usize = 1000;

impl Search<'_> {
    pub(super) fn finds(&self, pattern: &GraphPattern) -> Option<bool> {
        self.rows_up_to(pattern, &[], 1).map(|rows| !rows.is_empty())
    }

    pub(super) fn rows_of(&self, pattern: &GraphPattern) -> String {
        match self.rows_up_to(pattern, &[], ROWS).map_or(0, |rows| rows.len()) {
            0 => "rows".to_owned(),
            1 => "1 row".to_owned(),
            ROWS => format!("{ROWS} rows and more"),
            n => format!("{n} rows"),
        }
    }

    pub(super) fn values(&self, pattern: &GraphPattern, variable: &Variable) -> Option<Vec<Term>> {
        let rows = self.rows(pattern, std::slice::from_ref(variable))?;
        Some(rows.into_iter().filter_map(|row| row.into_iter().next().flatten()).collect())
    }

    pub(super) fn rows(&self, pattern: &GraphPattern, variables: &[Variable]) -> Option<Vec<Row>> {
        self.rows_up_to(pattern, variables, ROWS)
    }

    pub(super) fn rows_up_to(
        &self,
        pattern: &GraphPattern,
        variables: &[Variable],
        limit: usize,
    ) -> Option<Vec<Row>> {
        let wrapped = self.around.iter().rev().fold(pattern.clone(), |inner, name| GraphPattern::Graph {
            name: name.clone(),
            inner: Box::new(inner),
        });
        let inner =
            Box::new(GraphPattern::Project { inner: Box::new(wrapped), variables: variables.to_vec() });
        let query = Query::Select {
            dataset: self.query.dataset().cloned(),
            pattern: GraphPattern::Slice { inner, start: 0, length: Some(limit) },
            base_iri: self.query.base_iri().cloned(),
        };
        let graph = self.known.graph;
        let answer = engine::answer(graph.graph(), &query, self.default_graph, self.governor);
        match graph.note(answer)? {
            Answer::Rows(rows) => graph.note(rows.rows.collect()),
            _ => None,
        }
    }
}
