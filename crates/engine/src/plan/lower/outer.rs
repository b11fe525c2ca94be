//! OPTIONAL, MINUS, EXISTS and LATERAL: two sides of which the left one leads.
//!
//! In: both sides. Out: a hash join, or a look-up of the right side from the rows of the left where that touches far
//! fewer rows; where the right side means something else for each row, a plan that is made anew for each.

use super::Lowering;
use super::access::filtered;
use super::conjunction::Group;
use crate::plan::Planned;
use crate::plan::exists::{is_drawn_anew, joinable, mentioned};
use crate::plan::logical::{Existence, Formula, Kind, Logical, read_of_optional};
use crate::plan::physical::{Bag, JoinKind, Node, Op};
use crate::plan::variables::{Var, VarSet};
use std::borrow::Cow;

/// In more right sides than these no lookup is tried: it plans its own right side twice, and all in it again.
pub(super) const DEEPEST_LOOKUP: usize = 2;

impl Lowering<'_> {
    /// The right side of OPTIONAL, EXISTS or MINUS, planned by itself.
    fn right(&mut self, logical: &Logical, need: &VarSet, bag: Bag) -> Planned<Node> {
        self.inside += 1;
        let node = self.node(logical, need, bag);
        self.inside -= 1;
        node
    }

    pub(super) fn left_join(
        &mut self,
        left: &Logical,
        right: &Logical,
        conditions: &[Formula],
        need: &VarSet,
        bag: Bag,
    ) -> Planned<Node> {
        // What is of the right side alone is judged there: where it is bound in all of its rows, it means the same.
        let (inside, conditions): (Vec<Formula>, Vec<Formula>) = conditions
            .iter()
            .cloned()
            .partition(|condition| condition.vars.is_subset(&right.certain) && !condition.is_volatile());
        let right = &match inside.as_slice() {
            [] => Cow::Borrowed(right),
            _ => Cow::Owned(right.clone().filter(inside)),
        };
        let mut wanted = need.union(&left.possible.intersection(&right.possible));
        // What is drawn for each pair is drawn for each pair of solutions.
        let bag = if conditions.iter().any(Formula::is_volatile) { Bag::Rows } else { bag };
        for condition in &conditions {
            wanted.extend_with(&condition.vars);
        }
        let outer = self.node(left, &wanted, bag)?;
        self.outer_join(outer, right, (conditions, &wanted), need, bag)
    }

    /// OPTIONAL after rows that have a plan; `wanted` are the columns of the right side that matter.
    fn outer_join(
        &mut self,
        outer: Node,
        right: &Logical,
        (conditions, wanted): (Vec<Formula>, &VarSet),
        need: &VarSet,
        bag: Bag,
    ) -> Planned<Node> {
        if let (Kind::Pattern(pattern), []) = (&right.kind, conditions.as_slice()) {
            let shared = pattern.vars().intersection(&outer.columns());
            if !shared.is_empty() && shared.is_subset(&outer.certain) && pattern.ids().is_some() {
                return Ok(self.index_join(outer, pattern.clone(), true, need, bag));
            }
        }
        let inner = self.right(right, wanted, bag)?;
        let sides = (outer, inner);
        self.looked_up_or_hashed(sides, right, (JoinKind::Left, &conditions, true), need, bag)
    }

    pub(super) fn minus(
        &mut self,
        left: &Logical,
        right: &Logical,
        need: &VarSet,
        bag: Bag,
    ) -> Planned<Node> {
        let shared = left.possible.intersection(&right.possible);
        let outer = self.node(left, &need.union(&shared), bag)?;
        // Where all that is shared is bound on both sides, some of it is, and the pair is not disjoint (section 18.5).
        let sure = shared.is_subset(&outer.certain) && shared.is_subset(&right.certain);
        let inner = self.right(right, &shared, Bag::Set)?;
        self.looked_up_or_hashed((outer, inner), right, (JoinKind::Minus, &[], sure), need, bag)
    }

    pub(super) fn exists(
        &mut self,
        input: &Logical,
        pattern: &Logical,
        existence: Existence,
        need: &VarSet,
        bag: Bag,
    ) -> Planned<Node> {
        let wanted = read_of_exists(pattern, &input.possible);
        let bag = if is_drawn_anew(pattern) { Bag::Rows } else { bag };
        let left = self.node(input, &need.union(&wanted), bag)?;
        self.exists_after(left, pattern, existence, need, bag)
    }

    /// EXISTS after rows that have a plan, with the columns that [`read_of_exists`] names.
    pub(super) fn exists_after(
        &mut self,
        left: Node,
        pattern: &Logical,
        existence: Existence,
        need: &VarSet,
        bag: Bag,
    ) -> Planned<Node> {
        let Some(join) = joinable(pattern, &left.columns()) else {
            let by_row = exists_by_row(&left, pattern, existence).pruned(need);
            return self.nested_or(by_row, (&left, pattern, existence), need);
        };
        let mut wanted = left.columns().intersection(&join.body.possible);
        join.conditions.iter().for_each(|condition| wanted.extend_with(&condition.vars));
        let right = self.right(&join.body, &wanted, Bag::Set)?;
        let conditions: Vec<Formula> = join.conditions.into_iter().cloned().collect();
        if let Some(alternatives) = self.alternatives((&left, &right), &conditions) {
            return self.exists_either((left, right), &join.body, &alternatives, existence, (need, bag));
        }
        self.looked_up_or_hashed((left, right), &join.body, (existence.into(), &conditions, true), need, bag)
    }

    /// LATERAL: a join where that is the same.
    pub(super) fn lateral(
        &mut self,
        left: &Logical,
        right: &Logical,
        need: &VarSet,
        bag: Bag,
    ) -> Planned<Node> {
        if let Some(join) = joinable(right, &left.possible) {
            let conditions = join.conditions.into_iter().cloned().collect();
            let joined = Logical::join(vec![left.clone(), join.body]).filter(conditions);
            return self.node(&joined, need, bag);
        }
        let read = left.possible.intersection(&mentioned(right));
        let bag = if is_drawn_anew(right) { Bag::Rows } else { bag };
        let node = self.node(left, &need.union(&read), bag)?;
        let reads: Vec<Var> = node.output.iter().copied().filter(|var| read.contains(*var)).collect();
        // What is sure to be bound on the left is known; of the rest either side may bind it.
        let new = need.intersection(&right.possible).without(&node.certain);
        let wanted: Vec<Var> = new.iter().collect();
        let mut output = node.output.clone();
        output.extend(wanted.iter().filter(|var| !node.output.contains(var)));
        let (certain, rows) = (node.certain.union(&right.certain), node.rows * 4.0);
        let op = Op::Lateral { pattern: Box::new(right.clone()), reads, wanted, bag };
        Ok(Node::new(op, vec![node], output, certain, rows).pruned(need))
    }

    /// The rows of two sides hashed, with all that statistics tell where that may take long; or, where they `may` and that is
    /// far cheaper, looked up in the right one.
    pub(super) fn looked_up_or_hashed(
        &mut self,
        (left, inner): (Node, Node),
        right: &Logical,
        (kind, conditions, may): (JoinKind, &[Formula], bool),
        need: &VarSet,
        bag: Bag,
    ) -> Planned<Node> {
        let long = self.statistics.is_worth_a_look(left.cost);
        let before = self.closely.replace(long || self.closely.get());
        let (left, inner) = self.keyed_sides((left, inner), kind, conditions);
        let hashed = self.hash_join(left, inner, kind, conditions.to_vec(), need);
        // What it is weighed against is estimated as closely.
        let best = if may { self.cheaper(hashed, right, (kind, conditions), need, bag) } else { Ok(hashed) };
        self.closely.set(before);
        best
    }

    /// The plan that looks up instead of one that hashes, where it touches far fewer rows: a row that is looked up
    /// takes longer than one that is read in order.
    fn cheaper(
        &mut self,
        hashed: Node,
        right: &Logical,
        join: (JoinKind, &[Formula]),
        need: &VarSet,
        bag: Bag,
    ) -> Planned<Node> {
        const WORTH: f64 = 4.0;
        // One pattern is planned in no time; for rows that are few beside what would be hashed, that is worth it much sooner.
        const SOONER: f64 = 10.0;
        const FEW: f64 = 1000.0;
        let is_worth = |left: &Node| {
            let is_easy = matches!(right.kind, Kind::Pattern(_)) && left.rows * FEW < hashed.cost;
            self.statistics.is_worth_a_look(hashed.cost * if is_easy { SOONER } else { 1.0 })
        };
        let Some(left) = outer_side(&hashed).filter(|left| is_worth(left)) else { return Ok(hashed) };
        let Some(lookup) = self.lookup(left, right, join, need, bag)? else { return Ok(hashed) };
        let (cost, other) = (lookup.cost, hashed.cost);
        Ok(if self.statistics.is_far_better(cost, other, WORTH) {
            lookup.chosen(format!("looked up, cost {cost:.0}; hashed {other:.0}"))
        } else {
            hashed.chosen(format!("hashed, cost {other:.0}; looked up {cost:.0}"))
        })
    }

    /// OPTIONAL, EXISTS or MINUS looked up from rows; nothing where no pattern of the right side begins at them.
    fn lookup(
        &mut self,
        left: &Node,
        right: &Logical,
        (kind, conditions): (JoinKind, &[Formula]),
        need: &VarSet,
        bag: Bag,
    ) -> Planned<Option<Node>> {
        let (base, late) = without_late(left, right);
        let mut group = Group::default();
        group.add(base);
        if !self.can_look_up(left, base, &group, conditions) {
            return Ok(None);
        }
        let mut read = mentioned(right);
        conditions.iter().for_each(|condition| read.extend_with(&condition.vars));
        let (seed, number) = self.seed(left, &read);
        if late.is_empty() {
            group.conditions.extend_from_slice(conditions);
        }
        let (mut wanted, bag) = match kind {
            JoinKind::Inner | JoinKind::Left => {
                (need.intersection(&right.possible).without(&left.certain), bag)
            }
            _ => (VarSet::new(), Bag::Set),
        };
        wanted.insert(number);
        self.inside += 1;
        let found = match late.as_slice() {
            [] => self.grouped(group, Some(seed), &wanted, bag),
            _ => self.with_late((group, seed), &late, (&wanted, conditions), bag),
        };
        self.inside -= 1;
        let found = found?;
        Ok(Some(looked_up(left, found, kind, number).pruned(need)))
    }

    /// The columns of a row that are read, with its number, as what a plan begins with.
    pub(super) fn seed(&mut self, left: &Node, read: &VarSet) -> (Node, Var) {
        let number = self.names.fresh("row");
        let mut columns: Vec<Var> = left.output.iter().copied().filter(|var| read.contains(*var)).collect();
        columns.push(number);
        let mut certain = left.certain.clone();
        certain.insert(number);
        let mut seed = Node::new(Op::Seed, Vec::new(), columns, certain, left.rows).unique(true);
        seed.cost = 0.0;
        seed.legs = left.legs.iter().filter(|(var, _)| read.contains(*var)).copied().collect();
        (seed, number)
    }

    /// What a group finds for rows, then its OPTIONALs and EXISTS, then the filters that see all of it.
    fn with_late(
        &mut self,
        (group, seed): (Group<'_>, Node),
        late: &[Late<'_>],
        (wanted, conditions): (&VarSet, &[Formula]),
        bag: Bag,
    ) -> Planned<Node> {
        let mut needed = wanted.clone();
        conditions.iter().for_each(|condition| needed.extend_with(&condition.vars));
        let mut needs = Vec::with_capacity(late.len());
        for late in late.iter().rev() {
            needs.push(needed.clone());
            needed.extend_with(&late.read());
        }
        let mut found = self.grouped(group, Some(seed), &needed, bag)?;
        for (late, need) in late.iter().zip(needs.into_iter().rev()) {
            found = match late {
                Late::Optional(right, own) => {
                    let wanted = need.union(&late.read());
                    self.outer_join(found, right, (own.to_vec(), &wanted), &need, bag)?
                }
                Late::Exists(pattern, existence) => {
                    self.exists_after(found, pattern, *existence, &need, bag)?
                }
            };
        }
        Ok(filtered(found, conditions.to_vec(), [&[], &[]], self.statistics).pruned(wanted))
    }

    /// Whether a pattern of the right side begins at what is bound in all rows of the left, and no filter of the right
    /// side's own group would see those rows.
    fn can_look_up(&self, left: &Node, right: &Logical, group: &Group<'_>, conditions: &[Formula]) -> bool {
        let begins = |part: &&Logical| match &part.kind {
            Kind::Pattern(pattern) => pattern.ids().is_some() && !part.certain.is_disjoint(&left.certain),
            Kind::Reach(_) => !part.certain.is_disjoint(&left.certain),
            _ => false,
        };
        let own = |condition: &Formula| condition.vars.is_subset(&right.certain);
        self.inside < DEEPEST_LOOKUP
            && group.parts.iter().any(begins)
            && group.conditions.iter().all(own)
            && !conditions.iter().any(Formula::is_volatile)
    }
}

/// The variables of a row that an EXISTS on it reads, of those that rows may bind.
pub(super) fn read_of_exists(pattern: &Logical, outer: &VarSet) -> VarSet {
    let Some(join) = joinable(pattern, outer) else { return outer.intersection(&mentioned(pattern)) };
    let mut read = join.body.possible;
    join.conditions.iter().for_each(|condition| read.extend_with(&condition.vars));
    outer.intersection(&read)
}

/// EXISTS whose pattern means something else for each row.
fn exists_by_row(left: &Node, pattern: &Logical, existence: Existence) -> Node {
    let read = mentioned(pattern);
    let reads = left.output.iter().copied().filter(|var| read.contains(*var)).collect();
    let (rows, unique, mut certain) = (left.rows, left.unique, left.certain.clone());
    let mut output = left.output.clone();
    if let Existence::Marked(var) = existence {
        output.push(var);
        certain.insert(var);
    }
    let op = Op::Exists { pattern: Box::new(pattern.clone()), reads, existence };
    Node::new(op, vec![left.clone()], output, certain, rows).unique(unique)
}

/// What stands at the end of a right side.
enum Late<'l> {
    /// OPTIONAL, with its conditions.
    Optional(&'l Logical, &'l [Formula]),
    /// EXISTS.
    Exists(&'l Logical, Existence),
}

impl Late<'_> {
    /// The variables that it reads, and those that it binds.
    fn read(&self) -> VarSet {
        match self {
            Self::Optional(right, conditions) => read_of_optional(right, conditions),
            Self::Exists(pattern, _) => mentioned(pattern),
        }
    }
}

/// A right side without the OPTIONALs and EXISTS at its end, and these, the innermost first: they may as well come after the join with
/// the left rows where these bind nothing that they read and that is not bound before them (see `Logical::join`).
fn without_late<'l>(left: &Node, right: &'l Logical) -> (&'l Logical, Vec<Late<'l>>) {
    let (mut base, mut all, bound) = (right, Vec::new(), left.columns());
    loop {
        let (inner, late) = match &base.kind {
            Kind::LeftJoin(inner, right, conditions) if !conditions.iter().any(Formula::is_volatile) => {
                (inner, Late::Optional(right, conditions))
            }
            Kind::Exists(inner, pattern, existence) if !is_drawn_anew(pattern) => {
                (inner, Late::Exists(pattern, *existence))
            }
            _ => break,
        };
        if !late.read().intersection(&bound).is_subset(&inner.certain) {
            break;
        }
        all.push(late);
        base = inner;
    }
    all.reverse();
    (base, all)
}

/// The rows of `left` with what was found for them, by their number.
pub(super) fn looked_up(left: &Node, found: Node, kind: JoinKind, number: Var) -> Node {
    let (mut output, mut certain) = (left.output.clone(), left.certain.clone());
    let rows = match kind {
        JoinKind::Inner => found.rows,
        JoinKind::Left => found.rows.max(left.rows),
        JoinKind::Semi | JoinKind::Anti | JoinKind::Minus => left.rows / 2.0,
        JoinKind::Mark(_) => left.rows,
    };
    match kind {
        JoinKind::Inner | JoinKind::Left => {
            output.extend(found.output.iter().filter(|var| **var != number && !left.output.contains(var)));
        }
        JoinKind::Mark(var) => {
            output.push(var);
            certain.insert(var);
        }
        JoinKind::Semi | JoinKind::Anti | JoinKind::Minus => {}
    }
    // What may be unbound on the left is bound by what was found, and then rows may become equal.
    let apart = found.output.iter().all(|var| !left.output.contains(var));
    let unique = left.unique && (!matches!(kind, JoinKind::Inner | JoinKind::Left) || found.unique && apart);
    Node::new(Op::Lookup(kind, number), vec![left.clone(), found], output, certain, rows).unique(unique)
}

/// The side of a hash join whose rows stay.
fn outer_side(hashed: &Node) -> Option<&Node> {
    matches!(hashed.op, Op::HashJoin { .. }).then(|| hashed.inputs.first()).flatten()
}
