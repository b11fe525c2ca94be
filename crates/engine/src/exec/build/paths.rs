//! Property paths, ready to be walked from either end.
//!
//! In: a path as the plan has it. Out: an operator with cursors over the predicates on it.

use super::{Builder, kept_and_new, place};
use crate::error::Result;
use crate::exec::Running;
use crate::exec::batch::From;
use crate::exec::context::Context;
use crate::exec::operators::reach::{self, Walk};
use crate::plan::logical::{Reach, Slot, Step};
use crate::plan::physical::Bag;
use crate::plan::variables::Var;
use crate::store::{End, Id, PairCursor, View};

impl<'a> Builder<'a> {
    pub(super) fn reach(
        &self,
        reach: &Reach,
        bag: Bag,
        output: &[Var],
        below: &[Var],
        input: Running<'a>,
        cx: &mut Context<'_>,
    ) -> Result<Running<'a>> {
        // A graph without triples has no node; a constant still reaches itself.
        let view = self.view(&reach.source)?.map_or_else(|| self.dataset.empty(), Ok)?;
        let from = |slot: &Slot, cx: &mut Context<'_>| -> Result<From> {
            Ok(match slot {
                Slot::Var(var) => place(below, *var).map_or(From::New, From::Column),
                Slot::Term(constant) => From::Term(match constant.id {
                    Some(id) => id,
                    None => cx.intern(&constant.term)?,
                }),
            })
        };
        let [start, end] = &reach.ends;
        let (kept, new) = kept_and_new(below, output);
        let shape = reach::Shape {
            ends: [from(start, cx)?, from(end, cx)?],
            same: start == end,
            kept,
            new: new
                .into_iter()
                .filter_map(|var| reach.ends.iter().position(|end| end.var() == Some(var)))
                .collect(),
            counted: bag == Bag::Rows,
        };
        let walk = |forward| -> Result<reach::Repeat<'a>> {
            let step = walk(&reach.step, &view, forward)?;
            // What may be left out leads each node of the graph back to itself.
            let zero = reach.zero || start == end && start.var().is_some() && reach.step.is_nullable();
            Ok(reach::Repeat::new(step, zero, reach.many))
        };
        let walks = [walk(true)?, walk(false)?];
        Ok(Box::new(reach::Reach::new(view.clone(), walks, shape, input)))
    }
}

/// A step ready to walk, from its start or from its end.
fn walk<'a>(step: &Step, view: &View<'a>, forward: bool) -> Result<Walk<'a>> {
    let end = if forward { End::Subject } else { End::Object };
    let all = |parts: &[Step]| parts.iter().map(|part| walk(part, view, forward)).collect::<Result<Vec<_>>>();
    Ok(match step {
        Step::Link(predicate) => link(predicate.id, view, end)?,
        Step::Back(predicate) => link(predicate.id, view, end.other())?,
        Step::Either(parts) => Walk::Either(all(parts)?),
        Step::Sequence(parts) => {
            let between = step.is_nullable().then(|| view.clone());
            let mut parts = all(parts)?;
            if !forward {
                parts.reverse();
            }
            Walk::Sequence(parts, between)
        }
        Step::Not(excluded, back) => {
            let mut excluded: Vec<Id> = excluded.iter().filter_map(|constant| constant.id).collect();
            excluded.sort_unstable();
            Walk::Not(view.clone(), excluded, if *back { end.other() } else { end })
        }
        Step::Repeat(step, zero, many) => Walk::repeat(walk(step, view, forward)?, *zero, *many),
    })
}

fn link<'a>(predicate: Option<Id>, view: &View<'a>, end: End) -> Result<Walk<'a>> {
    Ok(Walk::Link(match predicate {
        Some(predicate) => view.pairs(predicate, end)?,
        None => PairCursor::empty(),
    }))
}
