//! The pairs of one predicate from the greatest first down.
//!
//! In: places of the sorted pairs of a list. Out: the same some at a time, a few to begin with since the first ones may be all that is
//! wanted; the seconds of one first come upwards, so that a join by them reads its index from front to back. Numbers tell the order, so that what
//! stands beside the dictionary, numbered after it, comes first and in no order of values.

use super::batch::{Batch, ROWS};
use super::by_value::{Columns, Judge};
use super::context::Context;
use super::operators::scan::Part;
use crate::error::Result;
use crate::plan::physical::FIRST_ROWS;
use crate::store::PairCursor;

/// The pairs of a list downwards. See the module.
pub struct Downwards<'a> {
    cursor: PairCursor<'a>,
    /// What is still to be read, what comes next last.
    places: Part,
    /// How many pairs are read next.
    step: usize,
}

impl<'a> Downwards<'a> {
    /// Of the pairs at these places, which come in order; with `true` they must be judged.
    pub fn new(cursor: PairCursor<'a>, places: Part) -> Self {
        Self { cursor, places, step: FIRST_ROWS }
    }

    /// The next pairs; nothing once all were given.
    ///
    /// # Errors
    /// Where the graph is damaged, or a limit is met.
    pub fn next(&mut self, judge: Judge<'_>, cx: &mut Context<'_>) -> Result<Option<Columns>> {
        while let Some((places, is_judged)) = self.places.last_mut() {
            let start = places.start.max(places.end.saturating_sub(self.step));
            self.cursor.at(start..places.end);
            let is_judged = *is_judged;
            if start == places.start {
                self.places.pop();
            } else {
                places.end = start;
            }
            self.step = (2 * self.step).min(ROWS);
            let (mut firsts, mut seconds) = Columns::default();
            while let Some((some, others)) = self.cursor.next_block()? {
                firsts.extend_from_slice(some);
                seconds.extend_from_slice(others);
            }
            cx.work(firsts.len())?;
            if is_judged {
                let len = firsts.len();
                let kept = judge(Batch::of(vec![firsts, seconds], len), cx)?;
                (firsts, seconds) = (kept.column(0).to_vec(), kept.column(1).to_vec());
            }
            if !firsts.is_empty() {
                return Ok(Some(turned(&firsts, &seconds)));
            }
        }
        Ok(None)
    }
}

/// Sorted pairs with the greatest first first.
fn turned(firsts: &[u32], seconds: &[u32]) -> Columns {
    let (mut down, mut beside) = (Vec::with_capacity(firsts.len()), Vec::with_capacity(firsts.len()));
    let mut end = firsts.len();
    for run in firsts.chunk_by(|a, b| a == b).rev() {
        down.extend_from_slice(run);
        beside.extend_from_slice(seconds.get(end - run.len()..end).unwrap_or_default());
        end -= run.len();
    }
    (down, beside)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::fixture::{context, node};
    use crate::store::End;

    #[test]
    fn firsts_come_downwards_and_seconds_upwards() {
        let (graph, governor) = context();
        let mut cx = Context::new(&graph, &governor, None);
        let year = node("year", &mut cx);
        let view = cx.graph.view(None).unwrap().unwrap();
        let mut cursor = view.pairs(year, End::Object).unwrap();
        let mut expected = Vec::new();
        while let Some((firsts, seconds)) = cursor.next_block().unwrap() {
            expected.extend(firsts.iter().copied().zip(seconds.iter().copied()));
        }
        let all = expected.len();
        expected.sort_by_key(|(first, second)| (std::cmp::Reverse(*first), *second));
        // Parts that end within a run: its seconds come a part at a time.
        for step in [3, 11, FIRST_ROWS] {
            let places = vec![(0..4, false), (4..all, true)];
            let mut pairs = Downwards { cursor: view.pairs(year, End::Object).unwrap(), places, step };
            let (mut found, mut judged) = (Vec::new(), 0);
            let mut judge = |batch: Batch, _: &mut Context<'_>| {
                judged += batch.len;
                Ok(batch)
            };
            while let Some((firsts, seconds)) = pairs.next(&mut judge, &mut cx).unwrap() {
                found.extend(firsts.into_iter().zip(seconds));
            }
            assert_eq!(judged, all - 4);
            assert!(found.is_sorted_by_key(|(first, _)| std::cmp::Reverse(*first)));
            found.sort_by_key(|(first, second)| (std::cmp::Reverse(*first), *second));
            assert_eq!(found, expected, "{step}");
        }
    }
}
