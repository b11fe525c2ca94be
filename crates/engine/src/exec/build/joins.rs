//! Joins of two inputs: by a hash table, or with the right side planned for the rows of the left.
//!
//! In: a node with both of its inputs. Out: where the columns of a solution come from, which are compared, and under what conditions.

use super::{Builder, Columns, place};
use crate::error::Result;
use crate::exec::bands::Banding;
use crate::exec::context::Context;
use crate::exec::operators::{hash_join, lookup};
use crate::plan::logical;
use crate::plan::physical::{JoinKind, Node, Op};
use crate::plan::variables::{Var, VarSet};
use crate::terms::Variable;
use std::sync::Arc;

impl<'a> Builder<'a> {
    pub(super) fn hash_join(
        &self,
        node: &Node,
        (kind, keys, loose, conditions): (JoinKind, &[Var], &[Var], &[logical::Formula]),
    ) -> Result<hash_join::Shape> {
        let columns = |place: usize| node.inputs.get(place).map_or(&[][..], |input| &input.output);
        let sides = &Sides { left: Columns::of(columns(0)), right: Columns::of(columns(1)), loose };
        let both = |vars: &[Var]| -> Vec<(usize, usize)> {
            vars.iter().filter_map(|var| sides.left.place(*var).zip(sides.right.place(*var))).collect()
        };
        let mut read: VarSet = VarSet::new();
        for condition in conditions {
            read.extend_with(&condition.vars);
        }
        let pair: Vec<Var> = read.iter().filter(|var| sides.side(*var).is_some()).collect();
        let columns =
            node.output
                .iter()
                .map(|var| {
                    if kind == JoinKind::Mark(*var) { Some(hash_join::Side::Mark) } else { sides.side(*var) }
                })
                .collect::<Option<_>>()
                .unwrap_or_default();
        Ok(hash_join::Shape {
            kind,
            keys: both(keys),
            loose: both(sides.loose),
            extreme: self.extreme(conditions, sides),
            banding: (kind == JoinKind::Inner && keys.is_empty() && sides.loose.is_empty())
                .then(|| self.banding(conditions, sides))
                .flatten(),
            conditions: self.compiled(conditions, &pair)?,
            pair: pair.iter().filter_map(|var| sides.side(*var)).collect(),
            output: columns,
        })
    }

    /// Conditions that compare one column of the left with columns of the right, the same in all of them.
    fn banding(&self, conditions: &[logical::Formula], sides: &Sides<'_>) -> Option<Banding> {
        let mut banding: Option<Banding> = None;
        for condition in conditions.iter().filter(|condition| condition.is_comparison()) {
            let (mut lefts, mut rights) = (Vec::new(), Vec::new());
            for var in condition.vars.iter() {
                match sides.side(var)? {
                    hash_join::Side::Left(column) => lefts.push(column),
                    hash_join::Side::Right(column) => rights.push((self.names.variable(var), column)),
                    hash_join::Side::Either(..) | hash_join::Side::Mark => return None,
                }
            }
            let &[left] = lefts.as_slice() else { continue };
            let banding =
                banding.get_or_insert_with(|| Banding { left, conditions: Vec::new(), is_whole: false });
            if banding.left == left && !rights.is_empty() {
                banding.conditions.push((Arc::clone(&condition.expression), rights));
            }
        }
        let mut banding = banding.filter(|banding| !banding.conditions.is_empty())?;
        banding.is_whole = banding.conditions.len() == conditions.len();
        Some(banding)
    }

    /// Where the only condition is that a column of the right is less or greater than one of the left: see [`hash_join::Shape`].
    fn extreme(&self, conditions: &[logical::Formula], sides: &Sides<'_>) -> Option<(usize, bool)> {
        let [condition] = conditions else { return None };
        let side = |variable: &Variable| sides.side(self.names.find(variable.as_str())?);
        let [less, more] = condition.as_inequality()?;
        match (side(less)?, side(more)?) {
            (hash_join::Side::Left(_), hash_join::Side::Right(value)) => Some((value, true)),
            (hash_join::Side::Right(value), hash_join::Side::Left(_)) => Some((value, false)),
            _ => None,
        }
    }

    pub(super) fn lookup(
        &self,
        node: &Node,
        (kind, var): (JoinKind, Var),
        (left, right): (&Node, &Node),
        cx: &mut Context<'_>,
    ) -> Result<lookup::Lookup<'a>> {
        let input = self.build(left, &VarSet::new(), cx)?;
        let seed = seed_of(right).into_iter().flatten().filter_map(|seed| place(&left.output, *seed));
        let (rows, found) = (Columns::of(&left.output), Columns::of(&right.output));
        let side = |column: &Var| match (rows.place(*column), found.place(*column)) {
            _ if kind == JoinKind::Mark(*column) => lookup::Side::Mark,
            (Some(row), Some(found)) => lookup::Side::Either(row, found),
            (Some(row), None) => lookup::Side::Row(row),
            (None, found) => lookup::Side::Found(found.unwrap_or(usize::MAX)),
        };
        let shape = lookup::Shape {
            kind,
            seed: seed.collect(),
            number: place(&right.output, var).unwrap_or(usize::MAX),
            output: node.output.iter().map(side).collect(),
            plan: (right.clone(), Self::reserved(right, cx)),
        };
        Ok(lookup::Lookup::new(shape, self.clone(), input))
    }
}

/// The columns of the rows that a plan begins with, their number last; those of lookups in it are others'.
fn seed_of(node: &Node) -> Option<&[Var]> {
    if matches!(node.op, Op::Seed) {
        return Some(&node.output);
    }
    let inputs = if matches!(node.op, Op::Lookup(..)) { node.inputs.get(..1)? } else { &node.inputs };
    inputs.iter().find_map(seed_of)
}

/// The two inputs of a join.
struct Sides<'s> {
    left: Columns<'s>,
    right: Columns<'s>,
    loose: &'s [Var],
}

impl Sides<'_> {
    fn side(&self, var: Var) -> Option<hash_join::Side> {
        match (self.left.place(var), self.right.place(var)) {
            (Some(left), Some(right)) if self.loose.contains(&var) => {
                Some(hash_join::Side::Either(left, right))
            }
            (Some(left), _) => Some(hash_join::Side::Left(left)),
            (None, right) => right.map(hash_join::Side::Right),
        }
    }
}
