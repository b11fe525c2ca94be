//! Bushy orders of joins: joins of joins, where an order that adds one part after the other is bad.
//!
//! In: the parts of a group with their figures. Out: the cheapest tree of joins, by dynamic programming over connected
//! subsets (Moerkotte and Neumann, Analysis of two existing and one new dynamic programming algorithm for the generation of
//! optimal bushy join trees without cross products, VLDB 2006: DPccp). Beside the cheapest way to join a subset, ways are kept whose
//! rows come sorted by a variable that a later join or GROUP BY uses (interesting orders: Selinger et al., Access path
//! selection in a relational database management system, SIGMOD 1979). Groups of more parts, or with more pairs of subsets
//! than are worth a look, and groups that fall apart, have none.

use super::cost::{self, Lookups};
use super::estimate::{Legs, agreement};
use super::order::{Figures, Wish};
use super::statistics::Statistics;
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
    /// One part, its rows sorted by the variable.
    Part(usize, Option<Var>),
    /// A join of two trees.
    Join(Box<Tree>, Box<Tree>),
}

impl Tree {
    /// The parts in it, from left to right.
    pub fn parts(&self) -> Vec<usize> {
        let (mut parts, mut open) = (Vec::new(), vec![self]);
        while let Some(tree) = open.pop() {
            match tree {
                Self::Part(part, _) => parts.push(*part),
                Self::Join(left, right) => open.extend([right.as_ref(), left.as_ref()]),
            }
        }
        parts
    }

    /// The variable by which the rows of its first part come sorted.
    pub fn lead(&self) -> Option<Var> {
        match self {
            Self::Part(_, lead) => *lead,
            Self::Join(left, _) => left.lead(),
        }
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

/// The cheapest tree over all of these parts; `need` is what is read of the whole, `wish` how its rows should come. `close` are the statistics that tell more than
/// the figures do, where there are any.
pub fn tree(
    figures: &[Figures],
    (need, wish): (&VarSet, &Wish),
    close: Option<&dyn Statistics>,
) -> Option<Tree> {
    if !may_be(figures.len()) {
        return None;
    }
    let mut search = Search::of(figures, need, close);
    search.run()?;
    let ways = search.best.get(&((1 << figures.len()) - 1))?;
    let cost = |way: &Way| way.cost + wish.cost(ways.rows, way.lead);
    ways.all.iter().min_by(|a, b| cost(a).total_cmp(&cost(b))).map(|way| search.tree_of(way))
}

/// A set of parts, a bit each.
type Set = u32;

/// The ways found to join a set.
#[derive(Debug, Clone)]
struct Ways {
    /// How many rows they all give.
    rows: f64,
    /// How many pairs of rows agree in the last join.
    pairs: f64,
    /// The cheapest, and for each variable that matters later the cheapest whose rows come sorted by it, where these are others.
    all: Vec<Way>,
}

/// A way to join a set.
#[derive(Debug, Clone)]
struct Way {
    cost: f64,
    /// The variable by which its rows come sorted.
    lead: Option<Var>,
    /// What is joined: two sets, each by one of its ways; nothing for the part of a place.
    of: Result<[(Set, usize); 2], usize>,
}

impl Ways {
    /// The cheapest.
    fn least(&self) -> Option<(usize, &Way)> {
        self.all.iter().enumerate().min_by(|a, b| a.1.cost.total_cmp(&b.1.cost))
    }

    /// Keeps a way that is cheaper than all that are as good for what comes later.
    fn keep(&mut self, way: Way) {
        let as_good = |a: &Way, b: &Way| b.lead.is_none() || a.lead == b.lead;
        if self.all.iter().any(|known| known.cost <= way.cost && as_good(known, &way)) {
            return;
        }
        // Others may be made of a way that is kept: its place stays.
        match self.all.iter_mut().find(|known| known.lead == way.lead) {
            Some(known) => *known = way,
            None => self.all.push(way),
        }
    }
}

struct Search<'f> {
    figures: &'f [Figures],
    need: &'f VarSet,
    close: Option<&'f dyn Statistics>,
    /// For each part the parts that share a variable with it.
    near: Vec<Set>,
    best: HashMap<Set, Ways>,
    pairs: usize,
}

impl<'f> Search<'f> {
    fn of(figures: &'f [Figures], need: &'f VarSet, close: Option<&'f dyn Statistics>) -> Self {
        let near = figures.iter().enumerate().map(|(n, a)| {
            let shares = |(m, b): (usize, &Figures)| m != n && !a.vars.is_disjoint(&b.vars);
            figures.iter().enumerate().filter(|pair| shares(*pair)).map(|(m, _)| 1 << m).sum()
        });
        let near = near.collect();
        let best = figures.iter().enumerate().map(|(n, part)| {
            let cost = if part.indexed { cost::scan(part.alone()) } else { 0.0 };
            let way = |lead| Way { cost, lead, of: Err(n) };
            let mut all: Vec<Way> = part.leads.iter().map(|lead| way(Some(*lead))).collect();
            if all.is_empty() {
                all.push(way(None));
            }
            (1 << n, Ways { rows: part.alone(), pairs: part.alone(), all })
        });
        let best = best.collect();
        Self { figures, need, close, near, best, pairs: 0 }
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
            self.join(left, right)?;
        }
        Some(())
    }

    /// Keeps the ways to join two sets: looking each row of the left up in a single part, or hashing the right side.
    fn join(&mut self, left: Set, right: Set) -> Option<()> {
        let (a, b) = (self.best.get(&left)?, self.best.get(&right)?);
        let all = left | right;
        // However a set is joined, as many pairs of its last join agree as when it was first met.
        let known = self.best.get(&all).map(|ways| (ways.pairs, ways.rows));
        let (pairs, rows) = known.unwrap_or_else(|| {
            let pairs = self.agreeing((left, a.rows), (right, b.rows));
            // Of a side that brings nothing that matters later the rows of the other are counted or tested.
            let brings = |set, other| {
                let vars = self.vars(other);
                self.vars(set).iter().any(|var| !vars.contains(var) && self.is_live(var, all))
            };
            let of_left = if brings(right, left) { f64::INFINITY } else { a.rows };
            let of_right = if brings(left, right) { f64::INFINITY } else { b.rows };
            (pairs, pairs.min(of_left).min(of_right).min(self.different(all)))
        });
        let (held, held_way) = b.least()?;
        let hash = cost::hash_join(b.rows, a.rows, pairs) + held_way.cost;
        let part = if right.is_power_of_two() { self.parts(right).next() } else { None };
        let part = part.filter(|part| part.indexed);
        let mut ways = Vec::with_capacity(a.all.len());
        for (n, way) in a.all.iter().enumerate() {
            let cost = way.cost
                + match part {
                    // It is read by its index and not as a whole.
                    Some(part) => {
                        let sorted = way.lead.is_some_and(|lead| part.vars.contains(lead));
                        Lookups { keys: a.rows, sorted, pairs: part.rows, rows: pairs, any: part.any }.cost()
                    }
                    None => hash,
                };
            let lead = way.lead.filter(|lead| self.is_live(*lead, all));
            ways.push(Way { cost, lead, of: Ok([(left, n), (right, held)]) });
        }
        let known = self.best.entry(all).or_insert(Ways { rows, pairs, all: Vec::new() });
        ways.into_iter().for_each(|way| known.keep(way));
        Some(())
    }

    /// How many pairs of rows of two sets agree.
    fn agreeing(&self, (left, left_rows): (Set, f64), (right, right_rows): (Set, f64)) -> f64 {
        let mut pairs = left_rows * right_rows;
        let legs = |set| -> Legs {
            self.parts(set)
                .filter(|part| part.path.is_none())
                .flat_map(|part| part.legs.iter().copied())
                .collect()
        };
        let legs = self.close.map(|statistics| (legs(left), legs(right), statistics));
        for var in self.vars(right).intersection(&self.vars(left)).iter() {
            let known = legs.as_ref().and_then(|(left, right, more)| agreement(var, left, right, *more));
            let values = |set, rows: f64| self.values(set, var).min(rows).max(1.0);
            pairs *= match known {
                Some(known) => known.pairs,
                None => 1.0 / values(left, left_rows).max(values(right, right_rows)),
            };
        }
        pairs
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

    fn tree_of(&self, way: &Way) -> Tree {
        let side = |(set, n): (Set, usize)| {
            let way = self.best.get(&set).and_then(|ways| ways.all.get(n));
            Box::new(way.map_or(Tree::Part(0, None), |way| self.tree_of(way)))
        };
        match way.of {
            Ok([left, right]) => Tree::Join(side(left), side(right)),
            Err(part) => Tree::Part(part, way.lead),
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
        let (vars, distinct) = (vars.iter().map(|(var, _)| *var).collect(), vars.to_vec());
        let leads = distinct.iter().map(|(var, _)| *var).collect();
        Figures {
            vars,
            rows,
            distinct,
            legs: Legs::new(),
            path: None,
            unstepped: 0.0,
            indexed: true,
            any: false,
            leads,
        }
    }

    #[test]
    fn all_pairs_of_a_chain_are_met_once() {
        let chain: Vec<Figures> = (0..7).map(|n| part(10.0, &[(n, 10.0), (n + 1, 10.0)])).collect();
        let need = VarSet::new();
        let mut search = Search::of(&chain, &need, None);
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
        let tree = tree(&parts, (&need, &Wish::default()), None).unwrap();
        assert!(tree.is_bushy(), "{tree:?}");
        let mut found = tree.parts();
        found.sort_unstable();
        assert_eq!(found, [0, 1, 2, 3, 4]);
    }

    #[test]
    fn what_falls_apart_or_is_small_has_no_tree() {
        let need = VarSet::new();
        let apart: Vec<Figures> = (0..5).map(|n| part(10.0, &[(n, 10.0)])).collect();
        assert_eq!(tree(&apart, (&need, &Wish::default()), None), None);
        assert_eq!(tree(&apart[..2], (&need, &Wish::default()), None), None);
        let star: Vec<Figures> = (0..12).map(|n| part(10.0, &[(0, 10.0), (n + 1, 10.0)])).collect();
        assert_eq!(tree(&star, (&need, &Wish::default()), None), None, "too many pairs");
    }
}
