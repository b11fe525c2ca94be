//! Bushy orders of joins: joins of joins, where an order that adds one part after the other is bad.
//!
//! In: the parts of a group with their figures. Out: the cheapest tree of joins, by dynamic programming over connected
//! subsets (Moerkotte and Neumann, Analysis of two existing and one new dynamic programming algorithm for the generation of
//! optimal bushy join trees without cross products, VLDB 2006: DPccp). Groups of more parts, or with more pairs of subsets
//! than are worth a look, and groups that fall apart, have none.

use super::order::Figures;
use super::variables::{Var, VarSet};
use std::collections::HashMap;

/// The fewest parts of which a tree can be bushy.
const FEWEST: usize = 4;

/// The most parts for which all trees are tried.
const MOST: usize = 12;

/// The most pairs of subsets that are tried: a star is connected every way, and no tree of it beats a chain.
const PAIRS: usize = 20_000;

/// Parts joined, each by its place among them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tree {
    /// One part.
    Part(usize),
    /// A join of two trees.
    Join(Box<Tree>, Box<Tree>),
}

impl Tree {
    /// The parts in it, from left to right.
    pub fn parts(&self) -> Vec<usize> {
        let (mut parts, mut open) = (Vec::new(), vec![self]);
        while let Some(tree) = open.pop() {
            match tree {
                Self::Part(part) => parts.push(*part),
                Self::Join(left, right) => open.extend([right.as_ref(), left.as_ref()]),
            }
        }
        parts
    }

    /// What is joined one after the other from the left: every step a part or, where it is bushy, a tree.
    pub fn steps(&self) -> Vec<&Self> {
        let (mut steps, mut tree) = (Vec::new(), self);
        while let Self::Join(left, right) = tree {
            steps.push(right.as_ref());
            tree = left;
        }
        steps.push(tree);
        steps.reverse();
        steps
    }

    /// Whether a step of it, at any depth, is a join.
    pub fn is_bushy(&self) -> bool {
        self.steps().iter().any(|step| matches!(step, Self::Join(..)))
    }
}

/// Whether so many parts are worth a look.
pub fn may_be(parts: usize) -> bool {
    (FEWEST..=MOST).contains(&parts)
}

/// The cheapest tree over all of these parts; `need` is what is read of the whole.
pub fn tree(figures: &[Figures], need: &VarSet) -> Option<Tree> {
    if !may_be(figures.len()) {
        return None;
    }
    let mut search = Search::of(figures, need);
    search.run()?;
    let whole = (1 << figures.len()) - 1;
    search.best.contains_key(&whole).then(|| search.tree_of(whole))
}

/// A set of parts, a bit each.
type Set = u32;

/// The cheapest way found to join a set.
#[derive(Debug, Clone)]
struct Best {
    cost: f64,
    rows: f64,
    /// What is joined; nothing for a single part.
    of: Option<(Set, Set)>,
}

struct Search<'f> {
    figures: &'f [Figures],
    need: &'f VarSet,
    /// For each part the parts that share a variable with it.
    near: Vec<Set>,
    best: HashMap<Set, Best>,
    pairs: usize,
}

impl<'f> Search<'f> {
    fn of(figures: &'f [Figures], need: &'f VarSet) -> Self {
        let near = figures.iter().enumerate().map(|(n, a)| {
            let shares = |(m, b): (usize, &Figures)| m != n && !a.vars.is_disjoint(&b.vars);
            figures.iter().enumerate().filter(|pair| shares(*pair)).map(|(m, _)| 1 << m).sum()
        });
        let near = near.collect();
        let best = figures
            .iter()
            .enumerate()
            .map(|(n, part)| (1 << n, Best { cost: part.rows, rows: part.rows, of: None }));
        Self { figures, need, near, best: best.collect(), pairs: 0 }
    }

    /// Tries all pairs; nothing where they are too many.
    fn run(&mut self) -> Option<()> {
        for part in (0..self.figures.len()).rev() {
            let start = 1 << part;
            self.with_complements(start)?;
            self.grow(start, up_to(part), &mut Self::with_complements)?;
        }
        Some(())
    }

    /// Shows `found` every connected set that has `set` in it and nothing of `excluded` beside.
    fn grow(
        &mut self,
        set: Set,
        excluded: Set,
        found: &mut dyn FnMut(&mut Self, Set) -> Option<()>,
    ) -> Option<()> {
        let near = self.near(set) & !excluded;
        for more in subsets(near) {
            found(self, set | more)?;
        }
        for more in subsets(near) {
            self.grow(set | more, excluded | near, found)?;
        }
        Some(())
    }

    /// Every connected set beside a connected one, that the two are not met again the other way around.
    fn with_complements(&mut self, set: Set) -> Option<()> {
        let lowest = set.trailing_zeros() as usize;
        let excluded = up_to(lowest) | set;
        let near = self.near(set) & !excluded;
        for part in (0..self.figures.len()).rev().filter(|part| near & 1 << part != 0) {
            let start: Set = 1 << part;
            self.pair(set, start)?;
            let within = excluded | (up_to(part) & near);
            self.grow(start, within, &mut |search, other| search.pair(set, other))?;
        }
        Some(())
    }

    fn near(&self, set: Set) -> Set {
        let all = self.near.iter().enumerate().filter(|(n, _)| set & 1 << n != 0).map(|(_, near)| *near);
        all.fold(0, |sum, near| sum | near) & !set
    }

    fn pair(&mut self, a: Set, b: Set) -> Option<()> {
        self.pairs += 1;
        if self.pairs > PAIRS {
            return None;
        }
        for (left, right) in [(a, b), (b, a)] {
            let joined = self.joined(left, right)?;
            let known = self.best.get(&(left | right));
            if known.is_none_or(|known| joined.cost < known.cost) {
                self.best.insert(left | right, joined);
            }
        }
        Some(())
    }

    /// The cheaper way to join two sets: looking each row of the left up in a single part, or hashing the smaller side.
    fn joined(&self, left: Set, right: Set) -> Option<Best> {
        let (a, b) = (self.best.get(&left)?, self.best.get(&right)?);
        let all = left | right;
        let vars = self.vars(left);
        let (mut pairs, mut new) = (a.rows * b.rows, false);
        for var in self.vars(right).iter() {
            if vars.contains(var) {
                let values = |set, rows: f64| self.values(set, var).min(rows).max(1.0);
                pairs /= values(left, a.rows).max(values(right, b.rows));
            } else {
                new |= self.is_live(var, all);
            }
        }
        let rows = if new { pairs } else { pairs.min(a.rows) };
        let mut cost = a.cost + b.cost + 2.0 * a.rows.min(b.rows) + pairs;
        if right.is_power_of_two() {
            // The part is read by its index and not as a whole.
            cost = cost.min(a.cost + a.rows + rows);
        }
        Some(Best { cost, rows: rows.min(self.different(all)), of: Some((left, right)) })
    }

    fn vars(&self, set: Set) -> VarSet {
        let mut vars = VarSet::new();
        self.parts(set).for_each(|part| vars.extend_with(&part.vars));
        vars
    }

    fn parts(&self, set: Set) -> impl Iterator<Item = &'f Figures> {
        self.figures.iter().enumerate().filter(move |(n, _)| set & 1 << n != 0).map(|(_, part)| part)
    }

    /// How many values a variable can have in a set.
    fn values(&self, set: Set, var: Var) -> f64 {
        let of = self.parts(set).flat_map(|part| &part.distinct).filter(|(known, _)| *known == var);
        of.map(|(_, values)| *values).fold(f64::INFINITY, f64::min)
    }

    /// Whether a variable matters once a set is joined.
    fn is_live(&self, var: Var, set: Set) -> bool {
        self.need.contains(var) || self.parts(!set).any(|part| part.vars.contains(var))
    }

    /// How many different rows of what matters there can be, once equal ones are counted together.
    fn different(&self, set: Set) -> f64 {
        let vars = self.vars(set);
        vars.iter().filter(|var| self.is_live(*var, set)).map(|var| self.values(set, var)).product()
    }

    fn tree_of(&self, set: Set) -> Tree {
        match self.best.get(&set).and_then(|best| best.of) {
            Some((left, right)) => Tree::Join(Box::new(self.tree_of(left)), Box::new(self.tree_of(right))),
            None => Tree::Part(set.trailing_zeros() as usize),
        }
    }
}

/// All parts up to one.
fn up_to(part: usize) -> Set {
    (2 << part) - 1
}

/// The subsets of a set, but for the empty one.
fn subsets(set: Set) -> impl Iterator<Item = Set> {
    let mut next = set & set.wrapping_neg();
    std::iter::from_fn(move || {
        let subset = next;
        next = (subset.wrapping_sub(set)) & set;
        (subset != 0).then_some(subset)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(rows: f64, vars: &[(Var, f64)]) -> Figures {
        Figures { vars: vars.iter().map(|(var, _)| *var).collect(), rows, distinct: vars.to_vec() }
    }

    #[test]
    fn all_pairs_of_a_chain_are_met_once() {
        let chain: Vec<Figures> = (0..7).map(|n| part(10.0, &[(n, 10.0), (n + 1, 10.0)])).collect();
        let need = VarSet::new();
        let mut search = Search::of(&chain, &need);
        search.run().unwrap();
        // (n^3 - n) / 6 pairs of a chain of n, and a best way for each of its n (n + 1) / 2 parts.
        assert_eq!((search.pairs, search.best.len()), (56, 28));
        assert_eq!(subsets(0b1011).collect::<Vec<_>>(), [1, 2, 3, 8, 9, 10, 11]);
    }

    #[test]
    fn two_small_ends_of_a_wide_chain_are_joined_apart() {
        // Few rows at either end, and a step in the middle that multiplies.
        let parts = [
            part(10.0, &[(0, 10.0), (9, 1.0)]),
            part(100_000.0, &[(0, 10_000.0), (1, 10_000.0)]),
            part(1_000_000.0, &[(1, 10_000.0), (2, 10_000.0)]),
            part(100_000.0, &[(2, 10_000.0), (3, 10_000.0)]),
            part(10.0, &[(3, 10.0), (8, 1.0)]),
        ];
        let need: VarSet = [0, 1, 2, 3].into_iter().collect();
        let tree = tree(&parts, &need).unwrap();
        assert!(tree.is_bushy(), "{tree:?}");
        let mut found = tree.parts();
        found.sort_unstable();
        assert_eq!(found, [0, 1, 2, 3, 4]);
    }

    #[test]
    fn what_falls_apart_or_is_small_has_no_tree() {
        let need = VarSet::new();
        let apart: Vec<Figures> = (0..5).map(|n| part(10.0, &[(n, 10.0)])).collect();
        assert_eq!(tree(&apart, &need), None);
        assert_eq!(tree(&apart[..2], &need), None);
        let star: Vec<Figures> = (0..12).map(|n| part(10.0, &[(0, 10.0), (n + 1, 10.0)])).collect();
        assert_eq!(tree(&star, &need), None, "too many pairs");
    }
}
