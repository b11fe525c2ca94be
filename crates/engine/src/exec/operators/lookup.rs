//! OPTIONAL and EXISTS by looking up: a pattern searched from a batch of rows, for all of them at a time.
//!
//! In: rows; a plan that begins with such rows, each with its number in the batch, and gives the number with what it finds. Out:
//! the rows with what was found for each, or that have, or have not, an answer. The plan is run anew for each batch, of which each is
//! twice as large as the one before, up to a bound: what the plan holds in a table is held a few times and not for every 4 096 rows. For few rows
//! that touches far less than the whole of the pattern, which a hash join would hold. The inner query computed for a set of outer
//! bindings and joined with them again is magic decorrelation (Seshadri, Pirahesh, Leung, Complex query decorrelation, ICDE
//! 1996); here the set is a batch, its rows are told by number, and equal bindings are looked up as often as they come.

use crate::error::Result;
use crate::exec::batch::{Batch, Parts, gather, times};
use crate::exec::build::Builder;
use crate::exec::context::{BUILDING, Context};
use crate::exec::{Operator, Running, boolean};
use crate::plan::physical::{JoinKind, Node};
use crate::store::{Id, NONE};
use std::sync::Arc;

/// Where a column of the output comes from.
#[derive(Debug, Clone, Copy)]
pub enum Side {
    /// The row.
    Row(usize),
    /// What was found.
    Found(usize),
    /// The row or, where it is unbound there, what was found.
    Either(usize, usize),
    /// Whether anything was found.
    Mark,
}

/// What is looked up.
pub struct Shape {
    /// What becomes of the rows.
    pub kind: JoinKind,
    /// The plan, and the number of its first measure.
    pub plan: (Node, usize),
    /// The columns of the rows that the plan begins with; their number in the batch comes last.
    pub seed: Vec<usize>,
    /// The column of the plan that has the number.
    pub number: usize,
    /// The columns of the output.
    pub output: Vec<Side>,
}

/// At most so many rows are searched for at a time, but for the last batch of them.
const MOST: usize = 1 << 18;

/// A search in progress. See the module.
pub struct Lookup<'a> {
    shape: Shape,
    builder: Builder<'a>,
    input: Running<'a>,
    batch: Batch,
    /// Of so many rows the next search is, where there are as many.
    rows: usize,
    matched: Vec<bool>,
    running: Option<Running<'a>>,
    /// The rows that go on by themselves.
    rest: Parts,
}

impl<'a> Lookup<'a> {
    /// Over the rows of `input`.
    pub fn new(shape: Shape, builder: Builder<'a>, input: Running<'a>) -> Self {
        let (batch, rest) = (Batch::default(), Parts::default());
        Self { shape, builder, input, batch, rows: 1, matched: Vec::new(), running: None, rest }
    }

    /// The rows of the next search.
    fn gathered(&mut self, cx: &mut Context<'_>) -> Result<Option<Batch>> {
        let Some(mut batch) = self.input.next(cx)? else { return Ok(None) };
        while batch.len < self.rows
            && let Some(more) = self.input.next(cx)?
        {
            batch.append_within(&more, cx)?;
        }
        self.rows = (batch.len * 2).min(MOST);
        Ok(Some(batch))
    }

    fn start(&mut self, batch: Batch, cx: &mut Context<'_>) -> Result<()> {
        let mut columns: Vec<Vec<Id>> =
            self.shape.seed.iter().map(|column| batch.column(*column).to_vec()).collect();
        columns.push((0..batch.len as Id).collect());
        let (node, first) = &self.shape.plan;
        let builder = Builder { seed: Some(Arc::new(Batch::of(columns, batch.len))), ..self.builder.clone() };
        self.running = Some(builder.build_again(node, *first, cx)?);
        self.matched = vec![false; batch.len];
        self.batch = batch;
        cx.work(BUILDING)
    }

    /// Rows with what was found for them.
    fn joined(&self, found: &Batch) -> Result<Batch> {
        let rows = found.column(self.shape.number);
        let column = |side: &Side| -> Vec<Id> {
            match *side {
                Side::Row(column) => gather(self.batch.column(column), rows),
                Side::Found(column) => found.column(column).to_vec(),
                Side::Either(ours, theirs) => {
                    let ours = gather(self.batch.column(ours), rows).into_iter();
                    ours.zip(found.column(theirs)).map(|(a, b)| if a == NONE { *b } else { a }).collect()
                }
                Side::Mark => vec![NONE; rows.len()],
            }
        };
        let columns = self.shape.output.iter().map(column).collect();
        let mut counts = None;
        if self.batch.counts.is_some() || found.counts.is_some() {
            let product = rows.iter().enumerate();
            let product = product.map(|(n, row)| times(self.batch.count(*row as usize), found.count(n)));
            counts = Some(product.collect::<Result<_>>()?);
        }
        Ok(Batch { counts, ..Batch::of(columns, found.len) })
    }

    /// The rows of the batch that go on by themselves, once all was found.
    fn rest(&mut self, cx: &mut Context<'_>) -> Result<Batch> {
        let all = (0..).zip(&self.matched).filter(|(_, matched)| self.shape.kind.gives_alone(**matched));
        let (rows, truths): (Vec<u32>, Vec<bool>) = all.unzip();
        let marks = match self.shape.kind {
            JoinKind::Mark(_) => [cx.intern(&boolean(false))?, cx.intern(&boolean(true))?],
            _ => [NONE; 2],
        };
        let column = |side: &Side| -> Vec<Id> {
            match *side {
                Side::Row(column) | Side::Either(column, _) => gather(self.batch.column(column), &rows),
                Side::Found(_) => vec![NONE; rows.len()],
                Side::Mark => {
                    let mark = |truth: &bool| marks.get(usize::from(*truth)).copied().unwrap_or(NONE);
                    truths.iter().map(mark).collect()
                }
            }
        };
        let columns = self.shape.output.iter().map(column).collect();
        let counts = self.batch.counts.as_ref();
        let counts = counts.map(|_| rows.iter().map(|row| self.batch.count(*row as usize)).collect());
        Ok(Batch { counts, ..Batch::of(columns, rows.len()) })
    }
}

impl Operator for Lookup<'_> {
    fn next(&mut self, cx: &mut Context<'_>) -> Result<Option<Batch>> {
        loop {
            if let Some(rest) = self.rest.next_batch() {
                return Ok(Some(rest));
            }
            let Some(running) = &mut self.running else {
                let Some(batch) = self.gathered(cx)? else { return Ok(None) };
                self.start(batch, cx)?;
                continue;
            };
            if let Some(found) = running.next(cx)? {
                for row in found.column(self.shape.number) {
                    if let Some(matched) = self.matched.get_mut(*row as usize) {
                        *matched = true;
                    }
                }
                cx.work(found.len)?;
                if self.shape.kind.gives_pairs() {
                    return self.joined(&found).map(Some);
                }
                continue;
            }
            self.running = None;
            self.rest = self.rest(cx)?.into();
        }
    }

    fn bytes(&self) -> usize {
        self.batch.bytes() + self.matched.capacity() + self.rest.bytes()
    }
}

#[cfg(test)]
mod tests {
    use crate::exec::fixture::solutions;

    // `plans_every_way` lets the planner take this operator for inputs of any size; `differential` compares that way as well.

    #[test]
    fn rows_without_an_answer_stay_in_optional() {
        let query =
            "SELECT ?s ?y ?k { VALUES ?s { :r0 :p1 :nobody } OPTIONAL { ?s :kind ?k . ?s :year ?y } }";
        assert_eq!(solutions(query), ["r0 2000 integration", "p1 - -", "nobody - -"]);
    }

    #[test]
    fn rows_with_and_without_an_answer() {
        let query = |not: &str| {
            format!(
                "SELECT ?s {{ VALUES ?s {{ :r0 :p1 :nobody :r0 }} FILTER {not} EXISTS {{ ?s :kind ?k . ?s :year ?y }} }}"
            )
        };
        assert_eq!(solutions(&query("")), ["r0", "r0"], "as often as they came");
        assert_eq!(solutions(&query("NOT")), ["p1", "nobody"]);
    }
}
