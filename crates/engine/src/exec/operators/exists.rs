//! EXISTS by substitution: its pattern searched with each row's values in it (section 18.6).
//!
//! In: rows, a logical pattern. Out: the rows that have, or have not, an answer; or all of them with the truth in a column. It is
//! planned and run once for equal values of what it reads; patterns that can be joined never come here. That is nested iteration
//! with the results of the inner query kept (Graefe, Executing nested queries, BTW 2003); it differs in that the inner query is
//! planned anew with the values in it.

use crate::aside::{ITEM, set_aside};
use crate::error::Result;
use crate::exec::anew::Anew;
use crate::exec::batch::Batch;
use crate::exec::build::Builder;
use crate::exec::context::{Context, PLANNING};
use crate::exec::{Operator, Running, boolean};
use crate::plan::logical::{Constant, Existence, Logical};
use crate::plan::physical::Bag;
use crate::plan::variables::Var;
use crate::store::{Id, NONE};
use std::collections::HashMap;

/// What is asked for each row.
pub struct Shape {
    /// The number of the operator, for its measures.
    pub number: usize,
    /// The pattern, of which one solution is wanted.
    pub pattern: Logical,
    /// What it reads of a row: variables and their columns.
    pub reads: Vec<(Var, usize)>,
    /// Whether it may have other solutions each time: then rows are solutions one by one, and nothing is kept for equal ones.
    pub is_drawn: bool,
    /// What becomes of the row.
    pub existence: Existence,
    /// For each column of the output one of the input's; nothing for the truth.
    pub keep: Vec<Option<usize>>,
}

/// A search for each row. See the module.
pub struct Exists<'a> {
    shape: Shape,
    builder: Builder<'a>,
    input: Running<'a>,
    known: HashMap<Box<[Id]>, bool>,
}

impl<'a> Exists<'a> {
    /// Over the rows of `input`.
    pub fn new(shape: Shape, builder: Builder<'a>, input: Running<'a>) -> Self {
        Self { shape, builder, input, known: HashMap::new() }
    }

    fn holds(&mut self, batch: &Batch, row: usize, cx: &mut Context<'_>) -> Result<bool> {
        let key: Box<[Id]> = self.shape.reads.iter().map(|(_, column)| batch.cell(*column, row)).collect();
        if let Some(known) = self.known.get(&key) {
            return Ok(*known);
        }
        let mut given = Vec::with_capacity(key.len());
        for ((var, _), id) in self.shape.reads.iter().zip(&key) {
            if let Some(term) = cx.term(*id)? {
                given.push((*var, Constant { term, id: Some(*id) }));
            }
        }
        let holds = self.search(given, cx)?;
        if !self.shape.is_drawn {
            self.known.insert(key, holds);
        }
        Ok(holds)
    }

    fn search(&self, given: Vec<(Var, Constant)>, cx: &mut Context<'_>) -> Result<bool> {
        let Shape { number, pattern, .. } = &self.shape;
        let anew = Anew { number: *number, pattern, wanted: &[], bag: Bag::Set };
        anew.run(given, &self.builder, cx, |mut running, cx| {
            let found = running.next(cx)?;
            cx.work(PLANNING)?;
            Ok(found.is_some())
        })
    }

    /// The rows that stay, with their columns.
    fn kept(&self, batch: Batch, holds: &[bool], cx: &mut Context<'_>) -> Result<Batch> {
        let batch = match self.shape.existence {
            Existence::Required => batch.filter(holds),
            Existence::Forbidden => {
                let not: Vec<bool> = holds.iter().map(|holds| !holds).collect();
                batch.filter(&not)
            }
            Existence::Marked(_) => batch,
        };
        let mut batch = batch.select(&self.shape.keep);
        if let Existence::Marked(_) = self.shape.existence {
            let truths = [cx.intern(&boolean(false))?, cx.intern(&boolean(true))?];
            let truth = |holds: &bool| truths.get(usize::from(*holds)).copied().unwrap_or(NONE);
            for (column, _) in
                batch.columns.iter_mut().zip(&self.shape.keep).filter(|(_, from)| from.is_none())
            {
                *column = holds.iter().map(truth).collect();
            }
        }
        Ok(batch)
    }
}

impl Drop for Exists<'_> {
    fn drop(&mut self) {
        let known = std::mem::take(&mut self.known);
        let bytes = known.len() * ITEM;
        set_aside(known, bytes);
    }
}

impl Operator for Exists<'_> {
    fn next(&mut self, cx: &mut Context<'_>) -> Result<Option<Batch>> {
        while let Some(batch) = self.input.next(cx)? {
            let mut holds = Vec::with_capacity(batch.len);
            for row in 0..batch.len {
                holds.push(self.holds(&batch, row, cx)?);
            }
            cx.work(batch.len * 4)?;
            let batch = self.kept(batch, &holds, cx)?;
            if batch.len > 0 {
                return Ok(Some(batch));
            }
        }
        Ok(None)
    }

    fn bytes(&self) -> usize {
        self.known.len() * (self.shape.reads.len() + 8) * size_of::<Id>()
    }
}

#[cfg(test)]
mod tests {
    use crate::exec::fixture::solutions;

    #[test]
    fn the_values_of_the_row_stand_in_the_pattern() {
        // SPARQL 1.1, section 18.6: exists(P) is whether substitute(P, mu) has a solution; the BIND reads the row's value.
        let query = |not: &str| {
            format!(
                "SELECT ?o {{ ?p :order ?o FILTER {not} EXISTS {{ BIND(?o * 1000 AS ?k) ?x :year ?y FILTER(?y = ?k) }} }} ORDER BY ?o"
            )
        };
        assert_eq!(solutions(&query("")), ["2"]);
        assert_eq!(solutions(&query("NOT")), ["1", "3"]);
    }

    #[test]
    fn its_truth_is_a_value_beside_others() {
        let query = "SELECT ?o ?t { ?p :order ?o BIND(EXISTS { ?x :year ?y FILTER(?y = ?o + 1999) } AS ?t) } ORDER BY ?o";
        assert_eq!(solutions(query), ["1 true", "2 true", "3 true"]);
    }
}
