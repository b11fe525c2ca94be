//! EXISTS as a join: when the solutions of its pattern can be found once, for all rows at a time.
//!
//! In: the pattern of an EXISTS, the variables that rows may bind. Out: the pattern to join with and the filters that are
//! judged on each pair; or nothing, where only a search for each row is right. Section 18.6 defines EXISTS by
//! substitution; that is a semi-join where each variable of a row is bound by the pattern wherever it is read.

use super::equality::class_of;
use super::logical::{Formula, Kind, Logical};
use super::variables::VarSet;

/// The pattern of an EXISTS that can be joined.
pub struct Joinable<'l> {
    /// What to join with.
    pub body: Logical,
    /// Filters of the pattern that read the row as well.
    pub conditions: Vec<&'l Formula>,
}

/// `pattern` as one side of a semi-join with rows that may bind `outer`; nothing where that would not be right.
pub fn joinable<'l>(pattern: &'l Logical, outer: &VarSet) -> Option<Joinable<'l>> {
    // For each row it is asked for anew.
    if is_drawn_anew(pattern) {
        return None;
    }
    let (mut body, mut conditions) = (pattern.clone(), Vec::new());
    if let Kind::Filter(input, filters) = &pattern.kind {
        let (inside, across): (Vec<&Formula>, Vec<&Formula>) =
            filters.iter().partition(|filter| reads(&filter.vars, outer).is_subset(&input.certain));
        // On a pair a variable must mean what it means in the pattern after substitution.
        let clear = |filter: &&Formula| {
            filter.vars.iter().all(|var| {
                input.certain.contains(var) || !outer.contains(var) || !input.possible.contains(var)
            })
        };
        if !across.iter().all(clear) {
            return None;
        }
        body = input.as_ref().clone().filter(inside.into_iter().cloned().collect());
        conditions = across;
    }
    is_join(&body, outer).then_some(Joinable { body, conditions })
}

/// Those of `vars` that rows may bind.
fn reads(vars: &VarSet, outer: &VarSet) -> VarSet {
    vars.intersection(outer)
}

/// Whether substituting what a row binds is the same as joining with the row.
pub fn is_join(logical: &Logical, outer: &VarSet) -> bool {
    match &logical.kind {
        Kind::Pattern(_) | Kind::Reach(_) | Kind::Values(..) => true,
        Kind::Join(parts) | Kind::Union(parts) => parts.iter().all(|part| is_join(part, outer)),
        Kind::Graphs(pattern, var) => !mentioned(pattern).contains(*var) && is_join(pattern, outer),
        Kind::Unpack(input, ..) => is_join(input, outer),
        Kind::Numbered(input, _) => reads(&mentioned(input), outer).is_empty(),
        Kind::Lateral(left, right) => {
            reads(&mentioned(right), outer).is_subset(&left.certain) && is_join(left, outer)
        }
        Kind::LeftJoin(left, right, conditions) => {
            // A variable that only the optional part may bind would be compared too late.
            let mut read = mentioned(right);
            conditions.iter().for_each(|condition| read.extend_with(&condition.vars));
            reads(&read, outer).is_subset(&left.certain) && is_join(left, outer) && is_join(right, outer)
        }
        // A term in place of a shared variable is shared no more, which changes what MINUS removes.
        Kind::Minus(left, right) => reads(&mentioned(right), outer).is_empty() && is_join(left, outer),
        Kind::Exists(input, pattern, _) => {
            reads(&mentioned(pattern), outer).is_subset(&input.certain) && is_join(input, outer)
        }
        Kind::Filter(input, conditions) => {
            conditions.iter().all(|condition| reads(&condition.vars, outer).is_subset(&input.certain))
                && is_join(input, outer)
        }
        Kind::Extend(input, var, formula) => {
            (!outer.contains(*var) || class_of(&formula.expression).is_some())
                && reads(&formula.vars, outer).is_subset(&input.certain)
                && is_join(input, outer)
        }
        Kind::Group(input, keys, aggregates) => {
            let keys: VarSet = keys.iter().copied().collect();
            let read = reads(&mentioned(input), outer);
            !aggregates.iter().any(|aggregate| outer.contains(aggregate.var))
                && read.is_subset(&keys)
                && read.is_subset(&input.certain)
                && is_join(input, outer)
        }
        Kind::Project(input, vars) => {
            let kept: VarSet = vars.iter().copied().collect();
            reads(&mentioned(input), outer).is_subset(&kept) && is_join(input, outer)
        }
        Kind::OrderBy(input, _) | Kind::Distinct(input) => is_join(input, outer),
        // Which rows are left depends on all of them.
        Kind::Slice(input, ..) => reads(&mentioned(input), outer).is_empty(),
    }
}

/// Every variable that stands anywhere in `logical`.
pub fn mentioned(logical: &Logical) -> VarSet {
    let mut vars = logical.possible.clone();
    let mut add = |formula: &Formula| vars.extend_with(&formula.vars);
    match &logical.kind {
        Kind::LeftJoin(_, _, conditions) | Kind::Filter(_, conditions) => {
            conditions.iter().for_each(&mut add)
        }
        Kind::Extend(_, _, formula) => add(formula),
        Kind::Group(_, _, aggregates) => {
            aggregates.iter().filter_map(|aggregate| aggregate.argument.as_ref()).for_each(&mut add);
        }
        Kind::OrderBy(_, keys) => keys.iter().map(|key| &key.formula).for_each(&mut add),
        _ => {}
    }
    for part in logical.parts() {
        vars.extend_with(&mentioned(part));
    }
    vars
}

/// Whether a pattern may have other solutions each time that it is asked for.
pub fn is_drawn_anew(pattern: &Logical) -> bool {
    let mut open = vec![pattern];
    while let Some(logical) = open.pop() {
        // Nothing else computes what is worth something else each time.
        match &logical.kind {
            Kind::Extend(_, _, formula) if formula.is_volatile() => return true,
            Kind::LeftJoin(_, _, conditions) if conditions.iter().any(Formula::is_volatile) => return true,
            _ => {}
        }
        open.extend(logical.parts());
    }
    false
}
