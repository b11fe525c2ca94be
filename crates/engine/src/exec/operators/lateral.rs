//! LATERAL: for each solution the solutions of a pattern with its values in it (SEP-0006 of the SPARQL working group).
//!
//! In: rows, a logical pattern. Out: each row joined with what the pattern gives for it. The pattern is planned and run once for
//! equal values of what it reads; patterns for which a join is the same never come here. It is Apply (Galindo-Legaria and Joshi,
//! Orthogonal optimization of subqueries and aggregation, SIGMOD 2001), run as `exists.rs` is.

use crate::aside::{ITEM, set_aside};
use crate::error::Result;
use crate::exec::anew::Anew;
use crate::exec::batch::{Batch, times};
use crate::exec::build::Builder;
use crate::exec::context::{Context, PLANNING};
use crate::exec::{Operator, Running, drain};
use crate::plan::logical::{Constant, Logical};
use crate::plan::physical::Bag;
use crate::plan::variables::Var;
use crate::store::{Id, NONE};
use std::collections::HashMap;
use std::sync::Arc;

/// Answers are kept for equal values up to so many rows.
const KEPT_ROWS: usize = 1 << 20;

/// What is asked for each row.
pub struct Shape {
    /// The number of the operator, for its measures.
    pub number: usize,
    /// The pattern.
    pub pattern: Logical,
    /// What it reads of a row: variables and their columns.
    pub reads: Vec<(Var, usize)>,
    /// Whether it may have other solutions each time: then rows are solutions one by one, and nothing is kept for equal ones.
    pub is_drawn: bool,
    /// What of its solutions is wanted.
    pub wanted: Vec<Var>,
    /// For each column of the output where it comes from: the row's column, that of the pattern's answer.
    pub output: Vec<(Option<usize>, Option<usize>)>,
    /// Whether equal solutions must come as often as they are found.
    pub bag: Bag,
}

/// A loop in progress. See the module.
pub struct Lateral<'a> {
    shape: Shape,
    builder: Builder<'a>,
    input: Running<'a>,
    known: HashMap<Box<[Id]>, Arc<Batch>>,
    kept: usize,
    batch: Batch,
    row: usize,
}

impl<'a> Lateral<'a> {
    /// Over the rows of `input`.
    pub fn new(shape: Shape, builder: Builder<'a>, input: Running<'a>) -> Self {
        Self { shape, builder, input, known: HashMap::new(), kept: 0, batch: Batch::default(), row: 0 }
    }

    fn found(&mut self, row: usize, cx: &mut Context<'_>) -> Result<Arc<Batch>> {
        let key: Box<[Id]> =
            self.shape.reads.iter().map(|(_, column)| self.batch.cell(*column, row)).collect();
        if let Some(known) = self.known.get(&key) {
            return Ok(Arc::clone(known));
        }
        let mut given = Vec::with_capacity(key.len());
        for ((var, _), id) in self.shape.reads.iter().zip(&key) {
            given.extend(cx.term(*id)?.map(|term| (*var, Constant { term, id: Some(*id) })));
        }
        let found = Arc::new(self.search(given, cx)?);
        if self.shape.is_drawn {
            return Ok(found);
        }
        if self.kept + found.len > KEPT_ROWS {
            self.forget();
        }
        self.kept += found.len + 1;
        self.known.insert(key, Arc::clone(&found));
        Ok(found)
    }

    fn forget(&mut self) {
        let known = std::mem::take(&mut self.known);
        let bytes = known.len() * ITEM;
        set_aside(known, bytes);
        self.kept = 0;
    }

    fn search(&self, given: Vec<(Var, Constant)>, cx: &mut Context<'_>) -> Result<Batch> {
        let Shape { number, pattern, wanted, bag, .. } = &self.shape;
        let anew = Anew { number: *number, pattern, wanted, bag: *bag };
        anew.run(given, &self.builder, cx, |running, cx| {
            cx.work(PLANNING)?;
            drain(running, cx)
        })
    }

    /// A row with what was found for it, where the two are compatible (section 18.3).
    fn joined(&self, row: usize, found: &Batch) -> Result<Batch> {
        let cells = |column: Option<usize>| column.map_or(NONE, |column| self.batch.cell(column, row));
        let agrees = |other: &usize| {
            self.shape.output.iter().all(|(ours, theirs)| {
                let (a, b) = (cells(*ours), theirs.map_or(NONE, |column| found.cell(column, *other)));
                a == NONE || b == NONE || a == b
            })
        };
        let rows: Vec<usize> = (0..found.len).filter(agrees).collect();
        let column = |(ours, theirs): &(Option<usize>, Option<usize>)| -> Vec<Id> {
            let ours = cells(*ours);
            let theirs = |row: &usize| theirs.map_or(NONE, |column| found.cell(column, *row));
            rows.iter().map(|row| if ours == NONE { theirs(row) } else { ours }).collect()
        };
        let columns = self.shape.output.iter().map(column).collect();
        let mut counts = None;
        if self.batch.counts.is_some() || found.counts.is_some() {
            let product = rows.iter().map(|other| times(self.batch.count(row), found.count(*other)));
            counts = Some(product.collect::<Result<_>>()?);
        }
        Ok(Batch { counts, ..Batch::of(columns, rows.len()) })
    }
}

impl Drop for Lateral<'_> {
    fn drop(&mut self) {
        self.forget();
    }
}

impl Operator for Lateral<'_> {
    fn next(&mut self, cx: &mut Context<'_>) -> Result<Option<Batch>> {
        loop {
            if self.row >= self.batch.len {
                let Some(batch) = self.input.next(cx)? else { return Ok(None) };
                (self.batch, self.row) = (batch, 0);
            }
            let mut out = Batch::default();
            while self.row < self.batch.len && out.len < crate::exec::batch::ROWS {
                let found = self.found(self.row, cx)?;
                let joined = self.joined(self.row, &found)?;
                cx.work(joined.len + 1)?;
                if joined.len > 0 {
                    out.append(&joined, cx)?;
                }
                self.row += 1;
            }
            if out.len > 0 {
                return Ok(Some(out));
            }
        }
    }

    fn bytes(&self) -> usize {
        let rows = self.kept * self.shape.wanted.len().max(1) * size_of::<Id>();
        rows + self.known.len() * (self.shape.reads.len() + 8) * size_of::<Id>()
    }
}

#[cfg(test)]
mod tests {
    use crate::exec::fixture::solutions;

    #[test]
    fn the_pattern_sees_the_row() {
        let query = "SELECT ?o ?n { ?p :order ?o LATERAL { SELECT (COUNT(*) AS ?n) ?o { ?x :year ?y FILTER(?y < 2000 + ?o) } GROUP BY ?o } } ORDER BY ?o";
        assert_eq!(solutions(query), ["1 10", "2 20", "3 30"]);
    }

    #[test]
    fn a_limit_is_of_each_row() {
        let query = "SELECT ?k ?x { { SELECT DISTINCT ?k { ?r :kind ?k } } LATERAL { SELECT ?x ?k { ?x :kind ?k } ORDER BY ?x LIMIT 1 } } ORDER BY ?k";
        assert_eq!(solutions(query), ["integration r0", "launch r10"]);
    }
}
