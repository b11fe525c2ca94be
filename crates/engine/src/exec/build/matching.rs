//! What matches triple patterns: scans, look-ups in the index, intersections, and patterns within triple terms.
//!
//! In: patterns, and the columns of the rows that they are joined to. Out: operators that know constants by number and variables by the
//! place of their column.

use super::{Builder, kept_and_new, place, places};
use crate::error::Result;
use crate::exec::Running;
use crate::exec::batch::{Batch, From};
use crate::exec::context::Context;
use crate::exec::operators::{index_join, intersect, once, project, scan, unpack};
use crate::plan::logical::{self, Pattern, Slot, Source};
use crate::plan::physical::Bag;
use crate::plan::variables::{Var, VarSet};
use crate::store::{End, Id};

impl<'a> Builder<'a> {
    pub(super) fn scan(
        &self,
        pattern: &Pattern,
        by: End,
        within: &[logical::Formula],
        output: &[Var],
    ) -> Result<Option<scan::Scan<'a>>> {
        let (Some(ids), Some(view)) = (pattern.ids(), self.view(&pattern.source)?) else {
            return Ok(None);
        };
        let columns = output.iter().filter_map(|var| slot_of(pattern, *var)).collect();
        let equal = equal_slots(pattern, &VarSet::new());
        let scan = scan::Scan::new(view, scan::Shape { ids, columns, equal, by });
        let scan = if within.is_empty() { scan } else { self.within(scan, pattern, by, within)? };
        Ok(Some(scan))
    }

    /// A scan with conditions on the end that leads.
    fn within(
        &self,
        scan: scan::Scan<'a>,
        pattern: &Pattern,
        by: End,
        within: &[logical::Formula],
    ) -> Result<scan::Scan<'a>> {
        let [subject, _, object] = &pattern.slots;
        let leading = if by == End::Subject { subject } else { object };
        let column: Vec<Var> = leading.var().into_iter().collect();
        let ranges = self.dataset.passing(within.iter().map(|formula| &*formula.expression))?;
        // Where the ranges say all, which is most often so, nothing is judged; this is built for each graph of GRAPH ?g.
        let is_judged = ranges.iter().any(|(_, is_judged)| *is_judged);
        let conditions = if is_judged { self.compiled(within, &column)? } else { Vec::new() };
        Ok(scan.within(scan::Within { ranges, conditions }))
    }

    pub(super) fn index_join(
        &self,
        pattern: &Pattern,
        optional: bool,
        bag: Bag,
        output: &[Var],
        below: &[Var],
        input: Running<'a>,
    ) -> Result<Running<'a>> {
        let (Some(ids), Some(view)) = (pattern.ids(), self.view(&pattern.source)?) else {
            let columns = places(below, output);
            let rows: Running<'a> =
                if optional { input } else { Box::new(once::Once::new(Batch::default())) };
            return Ok(Box::new(project::Project::new(columns, rows)));
        };
        let known: VarSet = below.iter().copied().collect();
        let from = |slot: &Slot, id: Option<Id>| match (slot.var().and_then(|var| place(below, var)), id) {
            (Some(column), _) => From::Column(column),
            (None, Some(id)) => From::Term(id),
            (None, None) => From::New,
        };
        let [s, p, o] = &pattern.slots;
        let [s_id, p_id, o_id] = ids;
        let (kept, new) = kept_and_new(below, output);
        let shape = index_join::Shape {
            places: [from(s, s_id), from(p, p_id), from(o, o_id)],
            equal: equal_slots(pattern, &known),
            kept,
            new: new.into_iter().filter_map(|var| slot_of(pattern, var)).collect(),
            counted: bag == Bag::Rows,
            optional,
        };
        Ok(Box::new(index_join::IndexJoin::new(view, shape, input)?))
    }

    pub(super) fn intersect(
        &self,
        patterns: &[Pattern],
        bag: Bag,
        output: &[Var],
        below: &[Var],
        input: Running<'a>,
    ) -> Result<Running<'a>> {
        let (mut cursors, mut ends) = (Vec::new(), Vec::new());
        for pattern in patterns {
            let (Some([s, Some(p), o]), Some(view)) = (pattern.ids(), self.view(&pattern.source)?) else {
                return Ok(Box::new(once::Once::new(Batch::default())));
            };
            let known = |slot: &Slot, id: Option<Id>| match slot.var() {
                Some(var) => place(below, var).map(From::Column),
                None => id.map(From::Term),
            };
            let [subject, _, object] = &pattern.slots;
            let (end, at) = match known(subject, s) {
                Some(end) => (end, End::Subject),
                None => (known(object, o).unwrap_or(From::New), End::Object),
            };
            cursors.push(view.pairs(p, at)?);
            ends.push(end);
        }
        let (kept, new) = kept_and_new(below, output);
        let shape = intersect::Shape { ends, kept, live: !new.is_empty(), counted: bag == Bag::Rows };
        Ok(Box::new(intersect::Intersect::new(cursors, shape, input)))
    }
}

/// What is looked for in a triple term.
pub(super) fn unpack_shape(
    var: Var,
    slots: &[Slot; 3],
    output: &[Var],
    below: &[Var],
    cx: &mut Context<'_>,
) -> Result<unpack::Shape> {
    let mut from = [From::New; 3];
    for (from, slot) in from.iter_mut().zip(slots) {
        *from = match slot {
            Slot::Var(var) => place(below, *var).map_or(From::New, From::Column),
            Slot::Term(constant) => From::Term(match constant.id {
                Some(id) => id,
                None => cx.intern(&constant.term)?,
            }),
        };
    }
    let pattern = Pattern { slots: slots.clone(), source: Source::Default };
    let (kept, new) = kept_and_new(below, output);
    Ok(unpack::Shape {
        term: place(below, var).unwrap_or(usize::MAX),
        places: from,
        equal: equal_slots(&pattern, &below.iter().copied().collect()),
        kept,
        new: new.into_iter().filter_map(|var| slot_of(&pattern, var)).collect(),
    })
}

/// The first place of a variable in a pattern.
fn slot_of(pattern: &Pattern, var: Var) -> Option<usize> {
    pattern.slots.iter().position(|slot| slot.var() == Some(var))
}

/// The places that hold the same variable, where it is not known before.
fn equal_slots(pattern: &Pattern, known: &VarSet) -> Vec<(usize, usize)> {
    let mut equal = Vec::new();
    for (b, slot) in pattern.slots.iter().enumerate() {
        let Some(var) = slot.var().filter(|var| !known.contains(*var)) else { continue };
        if let Some(a) = slot_of(pattern, var).filter(|a| *a < b) {
            equal.push((a, b));
        }
    }
    equal
}
