//! Solutions with numbers: the first has 0, the next 1.
//!
//! In: solutions one by one (`unroll.rs`). Out: the same with one more column, which differs in all of them. The numbers stand for no
//! term. The same plan over the same graph numbers the same solutions alike, which is what they are for: a solution
//! that is found twice is known to be the same.

use crate::error::{Error, Result};
use crate::exec::batch::Batch;
use crate::exec::context::Context;
use crate::exec::{Operator, Running};
use crate::store::{Id, NONE};

/// A count in progress. See the module.
pub struct Number<'a> {
    input: Running<'a>,
    next: Id,
}

impl<'a> Number<'a> {
    /// Over `input`.
    pub fn new(input: Running<'a>) -> Self {
        Self { input, next: 0 }
    }
}

impl Operator for Number<'_> {
    fn next(&mut self, cx: &mut Context<'_>) -> Result<Option<Batch>> {
        let Some(mut batch) = self.input.next(cx)? else { return Ok(None) };
        cx.work(batch.len)?;
        let end = Id::try_from(batch.len).ok().and_then(|len| self.next.checked_add(len));
        let end = end.filter(|end| *end < NONE);
        let end = end.ok_or_else(|| Error::query("OPTIONAL has more solutions than can be numbered"))?;
        batch.columns.push((self.next..end).collect());
        self.next = end;
        Ok(Some(batch))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::fixture::{Batches, context};
    use crate::exec::operators::unroll::Unroll;

    #[test]
    fn every_solution_has_its_own_number() {
        let (graph, governor) = context();
        let mut cx = Context::new(&graph, &governor, None);
        let counted = Batch { counts: Some(vec![2, 1]), ..Batch::of(vec![vec![7, 8]], 2) };
        let mut number =
            Number::new(Box::new(Unroll::new(Batches::new(vec![counted, Batch::of(vec![vec![9]], 1)]))));
        let first = number.next(&mut cx).unwrap().unwrap();
        assert_eq!((first.columns, first.counts), (vec![vec![7, 7, 8].into(), vec![0, 1, 2].into()], None));
        assert_eq!(number.next(&mut cx).unwrap().unwrap().columns, [[9], [3]]);
    }
}
