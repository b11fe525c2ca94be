//! From the logical plan to operators: which join, in which order, with which columns.
//!
//! In: a [`Logical`] tree, the variables that the reader needs. Out: a [`Node`] that gives just these
//! columns. A variable that nothing above needs is dropped where it was last needed: what it stood for
//! is counted, not enumerated, or not even counted where only different rows matter. It knows no graph.

use super::Planned;
use super::bushy::{self, Tree};
use super::exists::{joinable, mentioned};
use super::logical::{Aggregate, Existence, Formula, Kind, Logical, Pattern, Reach, Slot, SortKey};
use super::order::{Figures, Item, order};
use super::physical::{Bag, JoinKind, Node, Op, OrderKey};
use super::statistics::Statistics;
use super::variables::{Var, VarSet, VariableNames};
use crate::store::End;
use crate::syntax::algebra::{AggregateFunction, Expression, Function, operands};
use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};

/// Operators for `logical`; their output is `columns`, in this order. `bag` says whether equal rows matter.
///
/// # Errors
/// Where there is no operator for a form.
pub fn lower(
    logical: &Logical,
    columns: &[Var],
    bag: Bag,
    statistics: &dyn Statistics,
    names: &mut VariableNames,
) -> Planned<Node> {
    let need: VarSet = columns.iter().copied().collect();
    let node = Lowering { statistics, names, inside: 0 }.node(logical, &need, bag)?;
    Ok(node.projected(columns.to_vec()))
}

struct Lowering<'a> {
    statistics: &'a dyn Statistics,
    names: &'a mut VariableNames,
    /// How many right sides of OPTIONAL, EXISTS and MINUS are around.
    inside: usize,
}

/// In more right sides than these no lookup is tried: it plans its own right side twice, and all in it again.
const DEEPEST_LOOKUP: usize = 2;

/// Joins of joins are taken where they are expected to touch so many times fewer rows: estimates of long chains err.
const WORTH_A_TREE: f64 = 2.0;

/// A selection is expected to keep this part of its rows.
const SELECTIVITY: f64 = 0.3;

impl Lowering<'_> {
    /// Operators that give `need`, as far as `logical` may bind it, and nothing else.
    fn node(&mut self, logical: &Logical, need: &VarSet, bag: Bag) -> Planned<Node> {
        Ok(match &logical.kind {
            Kind::Pattern(_) | Kind::Reach(_) | Kind::Join(_) | Kind::Filter(..) => {
                self.conjunction(logical, need, bag)?
            }
            Kind::Graphs(pattern, var) => self.graphs(pattern, *var, need, bag)?,
            Kind::Unpack(input, var, slots) => self.unpack(input, *var, slots, need, bag)?,
            Kind::Numbered(input, var) => self.numbered(input, *var, need)?,
            Kind::Lateral(left, right) => self.lateral(left, right, need, bag)?,
            Kind::LeftJoin(left, right, conditions) => self.left_join(left, right, conditions, need, bag)?,
            Kind::Minus(left, right) => self.minus(left, right, need, bag)?,
            Kind::Exists(input, pattern, existence) => self.exists(input, pattern, *existence, need, bag)?,
            Kind::Union(parts) => self.union(parts, need, bag)?,
            Kind::Extend(input, var, formula) => self.extend(input, *var, formula, need, bag)?,
            Kind::Values(vars, rows) => {
                let certain = logical.certain.clone();
                let op = Op::Values(vars.clone(), rows.clone());
                Node::new(op, Vec::new(), vars.clone(), certain, rows.len() as f64).pruned(need)
            }
            Kind::Group(input, keys, aggregates) => self.group(input, keys, aggregates, need)?,
            Kind::OrderBy(input, keys) => self.order_by(input, keys, None, need, bag)?,
            Kind::Project(input, vars) => {
                let kept: VarSet = vars.iter().copied().collect();
                self.node(input, &need.intersection(&kept), bag)?
            }
            Kind::Distinct(input) => self.distinct(input, need, bag)?,
            Kind::Slice(input, offset, limit) => self.slice(input, *offset, *limit, need)?,
        })
    }

    /// Patterns, other parts and filters that must all hold.
    fn conjunction(&mut self, logical: &Logical, need: &VarSet, bag: Bag) -> Planned<Node> {
        let mut group = Group::default();
        group.add(logical);
        if group.conditions.iter().any(|condition| is_volatile(&condition.expression)) {
            return Ok(self.grouped(group, None, &need.union(&logical.possible), Bag::Rows)?.pruned(need));
        }
        self.grouped(group, None, need, bag)
    }

    /// The parts of a group joined with each other and, where there is a seed, with its rows first.
    fn grouped(&mut self, group: Group<'_>, seed: Option<Node>, need: &VarSet, bag: Bag) -> Planned<Node> {
        // What any part or filter mentions beside the one that is planned.
        let mut wanted = need.clone();
        for condition in &group.conditions {
            wanted.extend_with(&condition.vars);
        }
        let bound = seed.as_ref().map_or_else(VarSet::new, Node::columns);
        let all = group.parts.iter().map(|part| &part.possible);
        let shared = shared_by(all.chain(std::iter::once(&bound)));
        let mut items = Vec::new();
        for part in &group.parts {
            items.push(match &part.kind {
                Kind::Pattern(pattern) => Item::Pattern(Box::new(pattern.clone())),
                Kind::Reach(reach) => Item::Reach(Box::new(reach.clone())),
                _ => Item::Node(Box::new(self.node(part, &wanted.union(&shared), bag)?)),
            });
        }
        let Some(seed) = seed else {
            return Ok(self.cheapest(&items, &group.conditions, (&wanted, need), bag).pruned(need));
        };
        let places = order(&items, &bound, seed.rows, &wanted, self.statistics);
        let mut ordered = vec![Item::Node(Box::new(seed))];
        ordered.extend(places.into_iter().filter_map(|place| items.get(place).cloned()));
        Ok(self.joined(ordered, group.conditions, need, bag).pruned(need))
    }

    /// The right side of OPTIONAL, EXISTS or MINUS, planned by itself.
    fn right(&mut self, logical: &Logical, need: &VarSet, bag: Bag) -> Planned<Node> {
        self.inside += 1;
        let node = self.node(logical, need, bag);
        self.inside -= 1;
        node
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
        let mut group = Group::default();
        group.add(right);
        if !self.can_look_up(left, right, &group, conditions) {
            return Ok(None);
        }
        let mut read = mentioned(right);
        conditions.iter().for_each(|condition| read.extend_with(&condition.vars));
        let number = self.names.fresh("row");
        let mut columns: Vec<Var> = left.output.iter().copied().filter(|var| read.contains(*var)).collect();
        columns.push(number);
        let mut certain = left.certain.clone();
        certain.insert(number);
        let mut seed = Node::new(Op::Seed, Vec::new(), columns, certain, left.rows).unique(true);
        seed.cost = 0.0;
        group.conditions.extend_from_slice(conditions);
        let (mut wanted, bag) = match kind {
            JoinKind::Inner | JoinKind::Left => {
                (need.intersection(&right.possible).without(&left.certain), bag)
            }
            _ => (VarSet::new(), Bag::Set),
        };
        wanted.insert(number);
        self.inside += 1;
        let found = self.grouped(group, Some(seed), &wanted, bag);
        self.inside -= 1;
        let found = found?;
        Ok(Some(looked_up(left, found, kind, number).pruned(need)))
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
        let steady = |condition: &Formula| !is_volatile(&condition.expression);
        self.inside < DEEPEST_LOOKUP
            && group.parts.iter().any(begins)
            && group.conditions.iter().all(|condition| own(condition) && steady(condition))
            && conditions.iter().all(steady)
    }

    /// The parts of a group joined one after the other or, where that is far cheaper, joins of joins.
    fn cheapest(
        &self,
        items: &[Item],
        conditions: &[Formula],
        (wanted, kept): (&VarSet, &VarSet),
        bag: Bag,
    ) -> Node {
        let places = order(items, &VarSet::new(), 1.0, wanted, self.statistics);
        let ordered = places.into_iter().filter_map(|place| items.get(place).cloned()).collect();
        let chain = self.joined(ordered, conditions.to_vec(), kept, bag);
        if !bushy::may_be(items.len()) || !self.statistics.is_worth_a_look(chain.cost) {
            return chain;
        }
        let figures: Vec<Figures> = items.iter().map(|item| Figures::of(item, self.statistics)).collect();
        let Some(tree) = bushy::tree(&figures, wanted).filter(Tree::is_bushy) else { return chain };
        let bushy = self.tree(&tree, items, conditions.to_vec(), kept, bag);
        let (cost, other) = (bushy.cost, chain.cost);
        if self.statistics.is_far_better(cost, other, WORTH_A_TREE) {
            return bushy.chosen(format!("joins of joins, cost {cost:.0}; one after the other {other:.0}"));
        }
        chain.chosen(format!("one after the other, cost {other:.0}; joins of joins {cost:.0}"))
    }

    /// The parts joined as a tree says: each join below it is planned by itself, with the filters that it can judge.
    fn tree(
        &self,
        tree: &Tree,
        items: &[Item],
        mut conditions: Vec<Formula>,
        need: &VarSet,
        bag: Bag,
    ) -> Node {
        let steps = tree.steps();
        let of =
            |tree: &Tree| tree.parts().into_iter().filter_map(|place| items.get(place)).collect::<Vec<_>>();
        let mut ordered = Vec::with_capacity(steps.len());
        for (n, step) in steps.iter().enumerate() {
            let parts = of(step);
            if let [part] = parts.as_slice() {
                ordered.push((*part).clone());
                continue;
            }
            let (mut certain, mut outside) = (VarSet::new(), need.clone());
            parts.iter().for_each(|part| certain.extend_with(&part.certain()));
            for (_, other) in steps.iter().enumerate().filter(|(m, _)| *m != n) {
                of(other).iter().for_each(|part| outside.extend_with(&part.vars()));
            }
            let (inside, rest) =
                conditions.into_iter().partition(|condition| condition.vars.is_subset(&certain));
            conditions = rest;
            conditions.iter().for_each(|condition| outside.extend_with(&condition.vars));
            ordered.push(Item::Node(Box::new(self.tree(step, items, inside, &outside, bag))));
        }
        self.joined(ordered, conditions, need, bag)
    }

    /// The parts joined in their order, each filter as soon as its variables are bound.
    fn joined(&self, items: Vec<Item>, mut conditions: Vec<Formula>, need: &VarSet, bag: Bag) -> Node {
        let mut node: Option<Node> = None;
        let mut values = Values::default();
        let mut later = Later::of(&items, need);
        let mut open = VecDeque::from(items);
        while let Some(item) = open.pop_front() {
            values.add(&item, self.statistics);
            later.drop(&item.vars());
            let together = match &node {
                Some(left) => take_sharing(left, &item, &mut open),
                None => Vec::new(),
            };
            together.iter().for_each(|pattern| later.drop(&pattern.vars()));
            let next = open.front().map(Item::vars);
            let mut live = later.vars.clone();
            conditions.iter().for_each(|condition| live.extend_with(&condition.vars));
            let joined = match node {
                None => self.first(item, &live, next.as_ref(), bag),
                Some(left) if !together.is_empty() => self.intersect(left, item, together, &live, bag),
                Some(left) => self.joined_with(left, item, &live, bag),
            };
            let (ready, rest) =
                conditions.into_iter().partition(|condition| condition.vars.is_subset(&joined.certain));
            conditions = rest;
            let mut live = later.vars.clone();
            conditions.iter().for_each(|condition| live.extend_with(&condition.vars));
            let joined = filtered(joined, ready).pruned(&live);
            node = Some(if open.is_empty() { joined } else { thinned(joined, bag, &values) });
        }
        filtered(node.unwrap_or_else(unit), conditions).pruned(need)
    }

    /// The rows of `left` with the values of one new variable on which several patterns agree.
    fn intersect(&self, left: Node, first: Item, others: Vec<Pattern>, live: &VarSet, bag: Bag) -> Node {
        let Item::Pattern(first) = first else { return self.joined_with(left, first, live, bag) };
        let mut patterns = vec![*first];
        patterns.extend(others);
        let bound = left.columns();
        let mut rows = f64::INFINITY;
        let mut vars = VarSet::new();
        for pattern in &patterns {
            let figures = Figures::of_pattern(pattern, self.statistics);
            rows = rows.min(figures.after(left.rows, &bound, &|var| live.contains(var)));
            vars.extend_with(&figures.vars);
        }
        let mut output: Vec<Var> = left.output.iter().copied().filter(|var| live.contains(*var)).collect();
        let new = vars.without(&bound);
        output.extend(new.iter().filter(|var| live.contains(*var)));
        let unique = left.unique
            && left.output.iter().all(|var| output.contains(var))
            && new.iter().all(|var| output.contains(&var));
        let certain = left.certain.union(&vars);
        let lookups = left.rows * patterns.len() as f64;
        let mut node = Node::new(Op::Intersect { patterns, bag }, vec![left], output, certain, rows);
        node.cost += lookups;
        node.unique(unique)
    }

    fn first(&self, item: Item, live: &VarSet, next: Option<&VarSet>, bag: Bag) -> Node {
        match item {
            Item::Node(node) => node.pruned(live),
            Item::Pattern(pattern) => self.leaf(*pattern, live, next),
            Item::Reach(reach) => self.reach(unit(), *reach, live, bag),
        }
    }

    /// All matches of a pattern, with the columns that are live; sorted by what the next part shares.
    fn leaf(&self, pattern: Pattern, live: &VarSet, next: Option<&VarSet>) -> Node {
        let figures = Figures::of_pattern(&pattern, self.statistics);
        let vars = pattern.vars();
        let output: Vec<Var> = vars.iter().filter(|var| live.contains(*var)).collect();
        if pattern.ids().is_none() {
            return Node::new(Op::Empty, Vec::new(), output, vars, 0.0);
        }
        let whole = output.len() == vars.len();
        let mut rows = figures.rows;
        if let [only] = output.as_slice() {
            rows =
                figures.distinct.iter().find(|(var, _)| var == only).map_or(rows, |found| found.1.min(rows));
        }
        let [subject, _, object] = &pattern.slots;
        let leads = |slot: &Slot| {
            slot.var().is_some_and(|var| live.contains(var) && next.is_none_or(|next| next.contains(var)))
        };
        let by = if !leads(subject) && leads(object) { End::Object } else { End::Subject };
        Node::new(Op::Scan { pattern, by }, Vec::new(), output, vars, rows).unique(whole)
    }

    fn joined_with(&self, left: Node, item: Item, live: &VarSet, bag: Bag) -> Node {
        match item {
            Item::Node(right) => self.hash_join(left, *right, JoinKind::Inner, Vec::new(), live),
            Item::Reach(reach) => {
                let shared = reach.vars().intersection(&left.columns());
                if !shared.is_empty() && shared.is_subset(&left.certain) {
                    return self.reach(left, *reach, live, bag);
                }
                let right = self.reach(unit(), *reach, &live.union(&shared), bag);
                self.hash_join(left, right, JoinKind::Inner, Vec::new(), live)
            }
            Item::Pattern(pattern) => {
                let pattern = *pattern;
                let shared = pattern.vars().intersection(&left.columns());
                let known = pattern.ids().is_some();
                if !shared.is_empty() && shared.is_subset(&left.certain) && known {
                    return self.index_join(left, pattern, false, live, bag);
                }
                let right = self.leaf(pattern, &live.union(&shared), Some(&shared));
                self.hash_join(left, right, JoinKind::Inner, Vec::new(), live)
            }
        }
    }

    fn index_join(&self, left: Node, pattern: Pattern, optional: bool, live: &VarSet, bag: Bag) -> Node {
        let figures = Figures::of_pattern(&pattern, self.statistics);
        let after = figures.after(left.rows, &left.columns(), &|var| live.contains(var));
        let rows = if optional { after.max(left.rows) } else { after };
        let mut output: Vec<Var> = left.output.iter().copied().filter(|var| live.contains(*var)).collect();
        let new: Vec<Var> =
            pattern.vars().iter().filter(|var| live.contains(*var) && !left.output.contains(var)).collect();
        // A row of the left has its matches once each, so nothing is doubled unless a column is lost.
        let unique = left.unique
            && left.output.len() == output.len()
            && pattern.vars().iter().all(|var| left.output.contains(&var) || new.contains(&var));
        output.extend(new);
        let mut certain = left.certain.clone();
        if !optional {
            certain.extend_with(&pattern.vars());
        }
        let lookups = left.rows;
        let mut node = Node::new(Op::IndexJoin { pattern, optional, bag }, vec![left], output, certain, rows);
        node.cost += lookups;
        node.unique(unique)
    }

    /// The rows of `left` with the ends of a path that they do not bind.
    fn reach(&self, left: Node, reach: Reach, live: &VarSet, bag: Bag) -> Node {
        let figures = Figures::of_reach(&reach, self.statistics);
        let rows = figures.after(left.rows, &left.columns(), &|var| live.contains(var));
        let vars = reach.vars();
        let mut output: Vec<Var> = left.output.iter().copied().filter(|var| live.contains(*var)).collect();
        output.extend(vars.iter().filter(|var| live.contains(*var) && !left.output.contains(var)));
        let unique = left.unique
            && left.output.iter().all(|var| output.contains(var))
            && vars.iter().all(|var| output.contains(&var));
        let certain = left.certain.union(&vars);
        let searched = left.rows * figures.rows;
        let mut node = Node::new(Op::Reach { reach, bag }, vec![left], output, certain, rows);
        node.cost += searched;
        node.unique(unique)
    }

    /// A join of two plans; for kinds other than inner, `left` is the side that stays.
    fn hash_join(
        &self,
        left: Node,
        right: Node,
        kind: JoinKind,
        conditions: Vec<Formula>,
        live: &VarSet,
    ) -> Node {
        let shared = left.columns().intersection(&right.columns());
        let sure = left.certain.intersection(&right.certain);
        let (keys, loose): (Vec<Var>, Vec<Var>) = shared.iter().partition(|var| sure.contains(*var));
        // Of an inner join either side may be held: the smaller one is.
        let (left, right) =
            if kind == JoinKind::Inner && right.rows > left.rows { (right, left) } else { (left, right) };
        let selectivity = if keys.is_empty() { 1.0 } else { 1.0 / left.rows.max(right.rows).max(1.0) };
        let pairs = left.rows * right.rows * selectivity;
        let rows = match kind {
            JoinKind::Inner => pairs,
            JoinKind::Left => pairs.max(left.rows),
            JoinKind::Semi | JoinKind::Anti | JoinKind::Minus => left.rows / 2.0,
            JoinKind::Mark(_) => left.rows,
        };
        let mut certain = left.certain.clone();
        let mut output = left.output.clone();
        match kind {
            JoinKind::Inner => certain.extend_with(&right.certain),
            JoinKind::Mark(var) => {
                certain.insert(var);
            }
            JoinKind::Left | JoinKind::Semi | JoinKind::Anti | JoinKind::Minus => {}
        }
        match kind {
            JoinKind::Inner | JoinKind::Left => {
                output.extend(right.output.iter().filter(|var| !left.output.contains(var)));
            }
            JoinKind::Mark(var) => output.push(var),
            JoinKind::Semi | JoinKind::Anti | JoinKind::Minus => {}
        }
        output.retain(|var| live.contains(*var));
        let unique = left.unique && left.output.iter().all(|var| output.contains(var)) && {
            !matches!(kind, JoinKind::Inner | JoinKind::Left)
                || right.unique && right.output.iter().all(|var| output.contains(var)) && loose.is_empty()
        };
        let held = right.rows;
        let op = Op::HashJoin { kind, keys, loose, conditions };
        let mut node = Node::new(op, vec![left, right], output, certain, rows);
        node.cost += 2.0 * held;
        node.unique(unique)
    }

    fn left_join(
        &mut self,
        left: &Logical,
        right: &Logical,
        conditions: &[Formula],
        need: &VarSet,
        bag: Bag,
    ) -> Planned<Node> {
        // What is of the right side alone is judged there: where it is bound in all of its rows, it means the same.
        let (inside, conditions): (Vec<Formula>, Vec<Formula>) =
            conditions.iter().cloned().partition(|condition| {
                condition.vars.is_subset(&right.certain) && !is_volatile(&condition.expression)
            });
        let right = &match inside.as_slice() {
            [] => Cow::Borrowed(right),
            _ => Cow::Owned(right.clone().filter(inside)),
        };
        let mut wanted = need.union(&left.possible.intersection(&right.possible));
        for condition in &conditions {
            wanted.extend_with(&condition.vars);
        }
        let outer = self.node(left, &wanted, bag)?;
        if let (Kind::Pattern(pattern), []) = (&right.kind, conditions.as_slice()) {
            let shared = pattern.vars().intersection(&outer.columns());
            if !shared.is_empty() && shared.is_subset(&outer.certain) && pattern.ids().is_some() {
                return Ok(self.index_join(outer, pattern.clone(), true, need, bag));
            }
        }
        let inner = self.right(right, &wanted, bag)?;
        let hashed = self.hash_join(outer, inner, JoinKind::Left, conditions.clone(), need);
        self.cheaper(hashed, right, (JoinKind::Left, &conditions), need, bag)
    }

    fn minus(&mut self, left: &Logical, right: &Logical, need: &VarSet, bag: Bag) -> Planned<Node> {
        let shared = left.possible.intersection(&right.possible);
        let outer = self.node(left, &need.union(&shared), bag)?;
        // Where all that is shared is bound on both sides, some of it is, and the pair is not disjoint (section 18.5).
        let sure = shared.is_subset(&outer.certain) && shared.is_subset(&right.certain);
        let inner = self.right(right, &shared, Bag::Set)?;
        let hashed = self.hash_join(outer, inner, JoinKind::Minus, Vec::new(), need);
        if sure { self.cheaper(hashed, right, (JoinKind::Minus, &[]), need, bag) } else { Ok(hashed) }
    }

    fn exists(
        &mut self,
        input: &Logical,
        pattern: &Logical,
        existence: Existence,
        need: &VarSet,
        bag: Bag,
    ) -> Planned<Node> {
        let Some(join) = joinable(pattern, &input.possible) else {
            return self.exists_by_row(input, pattern, existence, need, bag);
        };
        let mut wanted = input.possible.intersection(&join.body.possible);
        for condition in &join.conditions {
            wanted.extend_with(&condition.vars);
        }
        let left = self.node(input, &need.union(&wanted), bag)?;
        let right = self.right(&join.body, &wanted, Bag::Set)?;
        let kind = match existence {
            Existence::Required => JoinKind::Semi,
            Existence::Forbidden => JoinKind::Anti,
            Existence::Marked(var) => JoinKind::Mark(var),
        };
        let conditions: Vec<Formula> = join.conditions.into_iter().cloned().collect();
        let hashed = self.hash_join(left, right, kind, conditions.clone(), need);
        self.cheaper(hashed, &join.body, (kind, &conditions), need, bag)
    }

    /// The plan that looks up in the place of one that hashes, where it touches far fewer rows: a row that is looked up
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
        let Some(left) = outer_side(&hashed).filter(|_| self.statistics.is_worth_a_look(hashed.cost)) else {
            return Ok(hashed);
        };
        let Some(lookup) = self.lookup(left, right, join, need, bag)? else { return Ok(hashed) };
        let (cost, other) = (lookup.cost, hashed.cost);
        Ok(if self.statistics.is_far_better(cost, other, WORTH) {
            lookup.chosen(format!("looked up, cost {cost:.0}; hashed {other:.0}"))
        } else {
            hashed.chosen(format!("hashed, cost {other:.0}; looked up {cost:.0}"))
        })
    }

    /// EXISTS whose pattern means something else for each row.
    fn exists_by_row(
        &mut self,
        input: &Logical,
        pattern: &Logical,
        existence: Existence,
        need: &VarSet,
        bag: Bag,
    ) -> Planned<Node> {
        let read = input.possible.intersection(&mentioned(pattern));
        let node = self.node(input, &need.union(&read), bag)?;
        let reads = node.output.iter().copied().filter(|var| read.contains(*var)).collect();
        let (rows, unique, mut certain) = (node.rows, node.unique, node.certain.clone());
        let mut output = node.output.clone();
        if let Existence::Marked(var) = existence {
            output.push(var);
            certain.insert(var);
        }
        let op = Op::Exists { pattern: Box::new(pattern.clone()), reads, existence };
        let mut node = Node::new(op, vec![node], output, certain, rows);
        // A plan and a search for every row.
        node.cost += rows * 100.0;
        Ok(node.unique(unique).pruned(need))
    }

    /// A triple term taken apart.
    fn unpack(
        &mut self,
        input: &Logical,
        var: Var,
        slots: &[Slot; 3],
        need: &VarSet,
        bag: Bag,
    ) -> Planned<Node> {
        let parts: VarSet = slots.iter().filter_map(Slot::var).collect();
        let mut wanted = need.union(&parts.intersection(&input.possible));
        wanted.insert(var);
        let node = self.node(input, &wanted, bag)?;
        let mut output: Vec<Var> = node.output.iter().copied().filter(|var| need.contains(*var)).collect();
        // A term has its parts once: a row is equal to another where its term is.
        let unique = node.unique && output.len() == node.output.len();
        output.extend(parts.iter().filter(|part| need.contains(*part) && !node.output.contains(part)));
        let (rows, certain) = (node.rows, node.certain.union(&parts));
        let op = Op::Unpack(var, slots.clone());
        Ok(Node::new(op, vec![node], output, certain, rows).unique(unique).pruned(need))
    }

    /// Solutions with numbers. Whoever reads them, the plan below is one and the same, so that the numbers are.
    fn numbered(&mut self, input: &Logical, var: Var, need: &VarSet) -> Planned<Node> {
        let node = self.node(input, &input.possible, Bag::Rows)?;
        let (rows, mut certain, mut output) = (node.rows, node.certain.clone(), node.output.clone());
        output.push(var);
        certain.insert(var);
        Ok(Node::new(Op::Number(var), vec![node], output, certain, rows).unique(true).pruned(need))
    }

    /// LATERAL: a join where that is the same.
    fn lateral(&mut self, left: &Logical, right: &Logical, need: &VarSet, bag: Bag) -> Planned<Node> {
        if let Some(join) = joinable(right, &left.possible) {
            let conditions = join.conditions.into_iter().cloned().collect();
            let joined = Logical::join(vec![left.clone(), join.body]).filter(conditions);
            return self.node(&joined, need, bag);
        }
        let read = left.possible.intersection(&mentioned(right));
        let node = self.node(left, &need.union(&read), bag)?;
        let reads: Vec<Var> = node.output.iter().copied().filter(|var| read.contains(*var)).collect();
        // What is sure to be bound on the left is known; of the rest either side may bind it.
        let new = need.intersection(&right.possible).without(&node.certain);
        let wanted: Vec<Var> = new.iter().collect();
        let mut output = node.output.clone();
        output.extend(wanted.iter().filter(|var| !node.output.contains(var)));
        let (certain, rows) = (node.certain.union(&right.certain), node.rows * 4.0);
        let op = Op::Lateral { pattern: Box::new(right.clone()), reads, wanted, bag };
        let mut node = Node::new(op, vec![node], output, certain, rows);
        // A plan and a search for every row.
        node.cost += rows * 100.0;
        Ok(node.pruned(need))
    }

    /// GRAPH with a variable.
    fn graphs(&mut self, pattern: &Logical, var: Var, need: &VarSet, bag: Bag) -> Planned<Node> {
        let mut wanted = need.clone();
        // Where the pattern binds the variable too, its values are compared with the graph's name.
        if pattern.possible.contains(var) {
            wanted.insert(var);
        } else {
            wanted.remove(var);
        }
        let node = self.node(pattern, &wanted, bag)?;
        let (rows, mut certain) = (node.rows, node.certain.clone());
        let mut output = node.output.clone();
        if need.contains(var) && !output.contains(&var) {
            output.push(var);
        }
        certain.insert(var);
        // As many rows again for every graph; how many graphs there are is not asked.
        Ok(Node::new(Op::EachGraph(var), vec![node], output, certain, rows * 10.0).pruned(need))
    }

    fn union(&mut self, parts: &[Logical], need: &VarSet, bag: Bag) -> Planned<Node> {
        let mut inputs = Vec::with_capacity(parts.len());
        let (mut rows, mut columns) = (0.0, VarSet::new());
        for part in parts {
            let node = self.node(part, need, bag)?;
            rows += node.rows;
            columns.extend_with(&node.columns());
            inputs.push(node);
        }
        let output: Vec<Var> = columns.iter().collect();
        let mut certain = columns;
        for input in &inputs {
            certain = certain.intersection(&input.certain);
        }
        let inputs = inputs.into_iter().map(|input| input.projected(output.clone())).collect();
        Ok(Node::new(Op::Union, inputs, output, certain, rows))
    }

    fn extend(
        &mut self,
        input: &Logical,
        var: Var,
        formula: &Formula,
        need: &VarSet,
        bag: Bag,
    ) -> Planned<Node> {
        if !need.contains(var) {
            return self.node(input, need, bag);
        }
        let mut wanted = need.union(&formula.vars);
        wanted.remove(var);
        // A value that differs from solution to solution must be made for each of them.
        let bag = if is_volatile(&formula.expression) {
            wanted.extend_with(&input.possible);
            Bag::Rows
        } else {
            bag
        };
        let node = self.node(input, &wanted, bag)?;
        let (rows, mut certain, unique) = (node.rows, node.certain.clone(), node.unique);
        if formula.as_variable().is_some_and(|from| certain.contains(from)) {
            certain.insert(var);
        }
        let mut output = node.output.clone();
        output.push(var);
        let node = Node::new(Op::Extend(var, formula.clone()), vec![node], output, certain, rows);
        Ok(node.unique(unique).pruned(need))
    }

    fn group(
        &mut self,
        input: &Logical,
        keys: &[Var],
        aggregates: &[Aggregate],
        need: &VarSet,
    ) -> Planned<Node> {
        let aggregates: Vec<Aggregate> =
            aggregates.iter().filter(|aggregate| need.contains(aggregate.var)).cloned().collect();
        let mut wanted: VarSet = keys.iter().copied().collect();
        for aggregate in &aggregates {
            match &aggregate.argument {
                Some(formula) => wanted.extend_with(&formula.vars),
                // COUNT(DISTINCT *) counts whole solutions: of the variables in scope, which blank nodes of patterns
                // and nodes along a path are not (section 18.2.1).
                None if aggregate.distinct => {
                    input.possible.iter().filter(|var| self.names.is_in_text(*var)).for_each(|var| {
                        wanted.insert(var);
                    });
                }
                None => {}
            }
        }
        let set = aggregates.iter().all(ignores_duplicates);
        let node = self.node(input, &wanted, if set { Bag::Set } else { Bag::Rows })?;
        let rows = if keys.is_empty() { 1.0 } else { (node.rows / 4.0).max(1.0) };
        let certain = node.certain.clone();
        let mut output = keys.to_vec();
        let mut sure = certain.intersection(&keys.iter().copied().collect());
        for aggregate in &aggregates {
            output.push(aggregate.var);
            if aggregate.function == AggregateFunction::Count {
                sure.insert(aggregate.var);
            }
        }
        let node = Node::new(Op::Group(keys.to_vec(), aggregates), vec![node], output, sure, rows);
        Ok(node.unique(true).pruned(need))
    }

    /// ORDER BY; with `first`, only so many of the first rows.
    fn order_by(
        &mut self,
        input: &Logical,
        keys: &[SortKey],
        first: Option<u64>,
        need: &VarSet,
        bag: Bag,
    ) -> Planned<Node> {
        let mut wanted = need.clone();
        for key in keys {
            wanted.extend_with(&key.formula.vars);
        }
        let mut node = self.node(input, &wanted, bag)?;
        let mut sorted = Vec::new();
        for key in keys {
            let var = match key.formula.as_variable() {
                Some(var) => var,
                None => {
                    let var = self.names.fresh("key");
                    let (rows, certain, unique) = (node.rows, node.certain.clone(), node.unique);
                    let mut output = node.output.clone();
                    output.push(var);
                    let op = Op::Extend(var, key.formula.clone());
                    node = Node::new(op, vec![node], output, certain, rows).unique(unique);
                    var
                }
            };
            // A variable that nothing binds orders nothing.
            if node.output.contains(&var) {
                sorted.push(OrderKey { var, descending: key.descending });
            }
        }
        if sorted.is_empty() {
            return Ok(node.pruned(need));
        }
        let rows = first.map_or(node.rows, |first| node.rows.min(first as f64));
        Ok(node.under(Op::Sort(sorted, first), rows).pruned(need))
    }

    fn distinct(&mut self, input: &Logical, need: &VarSet, bag: Bag) -> Planned<Node> {
        if bag == Bag::Set {
            return self.node(input, need, bag);
        }
        let node = self.node(input, &input.possible, Bag::Set)?;
        let rows = node.rows;
        let node = node.under(Op::Distinct, rows).unique(true);
        Ok(node.pruned(need))
    }

    fn slice(&mut self, input: &Logical, offset: u64, limit: Option<u64>, need: &VarSet) -> Planned<Node> {
        let first = limit.map(|limit| offset.saturating_add(limit));
        let node = match (&input.kind, first) {
            (Kind::OrderBy(below, keys), Some(_)) => self.order_by(below, keys, first, need, Bag::Rows)?,
            (Kind::Project(below, vars), Some(_)) if matches!(below.kind, Kind::OrderBy(..)) => {
                let Kind::OrderBy(below, keys) = &below.kind else {
                    return self.node(input, need, Bag::Rows);
                };
                let kept: VarSet = vars.iter().copied().collect();
                self.order_by(below, keys, first, &need.intersection(&kept), Bag::Rows)?
            }
            _ => self.node(input, need, Bag::Rows)?,
        };
        let rows = first.map_or(node.rows, |first| node.rows.min(first as f64));
        Ok(node.under(Op::Slice(offset, limit), rows))
    }
}

/// The rows of `left` with what was found for them, by their number.
fn looked_up(left: &Node, found: Node, kind: JoinKind, number: Var) -> Node {
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

/// What a conjunction is made of.
#[derive(Default)]
struct Group<'a> {
    parts: Vec<&'a Logical>,
    conditions: Vec<Formula>,
}

impl<'a> Group<'a> {
    /// Takes joins apart, and filters out of them: a filter whose variables its own group always binds
    /// may as well run later.
    fn add(&mut self, logical: &'a Logical) {
        match &logical.kind {
            Kind::Join(parts) => parts.iter().for_each(|part| self.add_part(part)),
            Kind::Filter(input, conditions) => {
                self.conditions.extend_from_slice(conditions);
                match &input.kind {
                    Kind::Join(parts) => parts.iter().for_each(|part| self.add_part(part)),
                    _ => self.add_part(input),
                }
            }
            _ => self.parts.push(logical),
        }
    }

    fn add_part(&mut self, part: &'a Logical) {
        let free = match &part.kind {
            Kind::Filter(input, conditions) => {
                conditions.iter().all(|condition| condition.vars.is_subset(&input.certain))
            }
            _ => false,
        };
        if free { self.add(part) } else { self.parts.push(part) }
    }
}

/// The variables that are in more than one of these sets.
fn shared_by<'v>(sets: impl Iterator<Item = &'v VarSet>) -> VarSet {
    let (mut once, mut shared) = (VarSet::new(), VarSet::new());
    for set in sets {
        shared.extend_with(&once.intersection(set));
        once.extend_with(set);
    }
    shared
}

/// The variables that are needed after the parts joined so far.
struct Later {
    vars: VarSet,
    need: VarSet,
    /// How many of the parts to come have each variable.
    uses: HashMap<Var, usize>,
}

impl Later {
    fn of(items: &[Item], need: &VarSet) -> Self {
        let mut later = Self { vars: need.clone(), need: need.clone(), uses: HashMap::new() };
        for var in items.iter().flat_map(|item| item.vars().iter().collect::<Vec<_>>()) {
            *later.uses.entry(var).or_default() += 1;
            later.vars.insert(var);
        }
        later
    }

    /// A part with these variables is joined.
    fn drop(&mut self, vars: &VarSet) {
        for var in vars.iter() {
            if let Some(uses) = self.uses.get_mut(&var) {
                *uses -= 1;
                if *uses == 0 && !self.need.contains(var) {
                    self.vars.remove(var);
                }
            }
        }
    }
}

/// How many different values variables take, as far as the parts joined so far tell.
#[derive(Default)]
struct Values(HashMap<Var, f64>);

impl Values {
    fn add(&mut self, item: &Item, statistics: &dyn Statistics) {
        for (var, values) in Figures::of(item, statistics).distinct {
            let known = self.0.entry(var).or_insert(values);
            *known = known.min(values);
        }
    }

    /// How many different rows of these columns there can be.
    fn rows(&self, columns: &[Var]) -> f64 {
        columns.iter().map(|var| self.0.get(var).copied().unwrap_or(f64::INFINITY)).product()
    }
}

/// Equal rows put together before they are joined on, where far fewer different ones are expected.
fn thinned(node: Node, bag: Bag, values: &Values) -> Node {
    const WORTH: f64 = 4.0;
    const FEW: f64 = 1000.0;
    let different = values.rows(&node.output);
    if node.unique || node.rows < FEW || different * WORTH > node.rows {
        return node;
    }
    let op = if bag == Bag::Set { Op::Distinct } else { Op::Combine };
    node.under(op, different).unique(true)
}

/// Takes out of `open` the patterns that look for the same one new variable as `item` does.
fn take_sharing(left: &Node, item: &Item, open: &mut VecDeque<Item>) -> Vec<Pattern> {
    let Item::Pattern(first) = item else { return Vec::new() };
    let Some(new) = one_new(left, first) else { return Vec::new() };
    let mut taken = Vec::new();
    let mut rest = VecDeque::with_capacity(open.len());
    for item in open.drain(..) {
        match item {
            Item::Pattern(pattern) if one_new(left, &pattern) == Some(new) => taken.push(*pattern),
            item => rest.push_back(item),
        }
    }
    *open = rest;
    taken
}

/// The variable at one end of a pattern, where all else is known and in the graph, and bound in every row.
fn one_new(left: &Node, pattern: &Pattern) -> Option<Var> {
    pattern.ids()?;
    let [subject, predicate, object] = &pattern.slots;
    let is_new = |slot: &Slot| slot.var().filter(|var| !left.output.contains(var));
    let is_bound =
        |slot: &Slot| slot.var().is_none_or(|var| left.certain.contains(var) && left.output.contains(&var));
    if predicate.var().is_some() {
        return None;
    }
    match (is_new(subject), is_new(object)) {
        (Some(new), None) if is_bound(object) => Some(new),
        (None, Some(new)) if is_bound(subject) => Some(new),
        _ => None,
    }
}

/// The one empty solution.
fn unit() -> Node {
    Node::new(Op::Unit, Vec::new(), Vec::new(), VarSet::new(), 1.0).unique(true)
}

fn filtered(node: Node, conditions: Vec<Formula>) -> Node {
    if conditions.is_empty() {
        return node;
    }
    let rows = node.rows * SELECTIVITY;
    node.under(Op::Filter(conditions), rows)
}

/// Whether an aggregate is the same over different rows as over all.
fn ignores_duplicates(aggregate: &Aggregate) -> bool {
    aggregate.distinct
        || matches!(
            aggregate.function,
            AggregateFunction::Min | AggregateFunction::Max | AggregateFunction::Sample
        )
}

/// Whether an expression may be worth something else for an equal solution.
pub fn is_volatile(expression: &Expression) -> bool {
    let mut open = vec![expression];
    while let Some(part) = open.pop() {
        if let Expression::FunctionCall(
            Function::Rand | Function::BNode | Function::Uuid | Function::StrUuid,
            _,
        ) = part
        {
            return true;
        }
        open.extend(operands(part));
    }
    false
}
