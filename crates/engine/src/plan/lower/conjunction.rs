//! Patterns, other parts and filters that must all hold: in which order, one after the other or as joins of joins.
//!
//! In: a conjunction of the logical plan, and rows to begin with, where there are some. Out: a plan of all of it. The
//! order of a chain is found by `plan::order`, the shape of a tree by `plan::bushy`.

use super::Lowering;
use super::access::Tests;
use crate::plan::Planned;
use crate::plan::bushy::{self, Tree};
use crate::plan::equality::class_of;
use crate::plan::logical::{Constant, Formula, Kind, Logical};
use crate::plan::order::{Before, Figures, Item, NOTHING, Order, Wish, led, order};
use crate::plan::physical::{Bag, Node};
use crate::plan::pushdown::{Scope, push};
use crate::plan::variables::{Var, VarSet};
use crate::syntax::algebra::Expression;
use crate::terms::{NamedNode, Term};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Joins of joins are taken where they are expected to touch so many times fewer rows: estimates of long chains err.
const WORTH_A_TREE: f64 = 2.0;

/// Rows are read in the order of their first sort key where that is expected to take so many times less: it is the slower way where few of them
/// are left in the end.
const WORTH_LEADING: f64 = 2.0;

/// What takes less, in nanoseconds, is not planned again to be read in the order of a sort key.
const WORTH_ANOTHER_PLAN: f64 = 20_000.0;

/// So many parts, of those with the fewest rows, are tried as the one that gives the order.
const LEADS: usize = 3;

/// Of more rows VALUES narrows no grouping.
const MOST_GIVEN: usize = 64;

/// What a conjunction is made of.
#[derive(Default)]
pub(super) struct Group<'a> {
    pub(super) parts: Vec<&'a Logical>,
    pub(super) conditions: Vec<Formula>,
}

impl<'a> Group<'a> {
    /// Takes joins apart, and filters out of them: a filter whose variables its own group always binds
    /// may as well run later.
    pub(super) fn add(&mut self, logical: &'a Logical) {
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

    pub(super) fn add_part(&mut self, part: &'a Logical) {
        let free = match &part.kind {
            Kind::Filter(input, conditions) => {
                conditions.iter().all(|condition| condition.vars.is_subset(&input.certain))
            }
            _ => false,
        };
        if free { self.add(part) } else { self.parts.push(part) }
    }

    /// Adds a part without the classes by which it is connected with others that share no variable with it (`plan::equality`), taken
    /// apart again, where none of them is `kept`.
    pub(super) fn add_unconnected(&mut self, part: &'a Logical, kept: &VarSet) {
        let mut inner = part;
        while let Kind::Extend(input, var, formula) = &inner.kind
            && class_of(&formula.expression).is_some()
            && !kept.contains(*var)
        {
            inner = input;
        }
        match &inner.kind {
            Kind::Join(parts) => parts.iter().for_each(|part| self.add_part(part)),
            _ => self.add_part(inner),
        }
    }
}

/// What is joined, and what is wanted of the whole.
#[derive(Clone, Copy)]
pub(super) struct Joins<'j> {
    pub(super) items: &'j [Item],
    pub(super) conditions: &'j [Formula],
    /// What is read of the parts: by who reads the whole, and by the conditions.
    pub(super) wanted: &'j VarSet,
    /// What is read of the whole.
    pub(super) kept: &'j VarSet,
    pub(super) wish: &'j Wish,
    pub(super) bag: Bag,
}

/// The parts of a group, each with its plan where it has one of its own, and what is read of them.
pub(super) struct Parts {
    pub(super) items: Vec<Item>,
    pub(super) wanted: VarSet,
}

impl Lowering<'_> {
    /// Patterns, other parts and filters that must all hold.
    pub(super) fn conjunction(&mut self, logical: &Logical, need: &VarSet, bag: Bag) -> Planned<Node> {
        let mut group = Group::default();
        group.add(logical);
        self.grouped(group, None, need, bag)
    }

    /// The parts of a group joined with each other and, where there is a seed, with its rows first.
    pub(super) fn grouped(
        &mut self,
        group: Group<'_>,
        seed: Option<Node>,
        need: &VarSet,
        bag: Bag,
    ) -> Planned<Node> {
        let (ends, narrowed) = (self.given_ends(&group)?, self.narrowed_groups(&group));
        let mut group = group;
        for (place, part) in &narrowed {
            if let Some(known) = group.parts.get_mut(*place) {
                *known = part;
            }
        }
        group.parts.extend(&ends);
        let wish = std::mem::take(&mut self.wish);
        let bound = seed.as_ref().map_or_else(VarSet::new, Node::columns);
        let Parts { items, wanted } = self.parts(&group, &bound, (need, bag))?;
        let Some(seed) = seed else {
            let (items, conditions) = (items.as_slice(), group.conditions.as_slice());
            let joins = Joins { items, conditions, wanted: &wanted, kept: need, wish: &wish, bag };
            let whole = self.cheapest(joins)?;
            let whole = self.product_or(whole, joins)?;
            let whole = self.keyed_or(whole, &group, joins)?.pruned(need);
            return self.branches_or(whole, &group, (&wish, need), bag);
        };
        let before = Before { bound: &bound, legs: &seed.legs, rows: seed.rows };
        let (order, _) = order(&items, before, (&wanted, &wish), (self.statistics, self.close()))?;
        let mut ordered = vec![Item::Node(Box::new(seed))];
        ordered.extend(order.places.into_iter().filter_map(|place| items.get(place).cloned()));
        Ok(self.joined(ordered, group.conditions, (need, None), bag)?.pruned(need))
    }

    /// The ends of paths and the names of graphs that filters of a group say, `?x = <…>` or `?x IN (<…>, …)`, as VALUES: from there a path is
    /// gone, and these graphs alone are searched. Two IRIs are equal where they are the same (section 17.4.1.7), and what is bound beside
    /// them is dropped by the filter. What a pattern of the group binds as well is led by that.
    fn given_ends(&self, group: &Group<'_>) -> Planned<Vec<Logical>> {
        let mut ends = VarSet::new();
        for part in &group.parts {
            match &part.kind {
                Kind::Reach(_) => ends.extend_with(&part.certain),
                Kind::Graphs(_, name) => {
                    ends.insert(*name);
                }
                _ => {}
            }
        }
        for part in &group.parts {
            if let Kind::Pattern(_) | Kind::Values(..) = &part.kind {
                ends = ends.without(&part.certain);
            }
        }
        let mut given = Vec::new();
        for condition in &group.conditions {
            let Some((var, names)) = given_names(condition).filter(|(var, _)| ends.contains(*var)) else {
                continue;
            };
            ends.remove(var);
            let constant = |name: &NamedNode| -> Planned<_> {
                let term = Term::from(name.clone());
                let id = self.statistics.id(&term)?;
                Ok(vec![Some(Constant { term, id })])
            };
            given.push(Logical::values(vec![var], names.into_iter().map(constant).collect::<Planned<_>>()?));
        }
        Ok(given)
    }

    /// Groupings with the IRIs that VALUES beside them gives for one of their keys as a filter below: the other groups would be joined
    /// with nothing.
    fn narrowed_groups(&self, group: &Group<'_>) -> Vec<(usize, Logical)> {
        let given = |part: &Logical| -> Vec<Formula> {
            let Kind::Values(vars, rows) = &part.kind else { return Vec::new() };
            if rows.len() > MOST_GIVEN {
                return Vec::new();
            }
            let of_column = |(column, var): (usize, &Var)| {
                let name = |row: &Vec<Option<Constant>>| match row.get(column)?.as_ref()?.term.clone() {
                    Term::NamedNode(name) => Some(Expression::NamedNode(name)),
                    _ => None,
                };
                let names = rows.iter().map(name).collect::<Option<Vec<Expression>>>()?;
                let var_of = Expression::Variable(self.names.variable(*var));
                let expression = Arc::new(Expression::In(Box::new(var_of), names));
                Some(Formula { expression, vars: VarSet::from_iter([*var]) })
            };
            vars.iter().enumerate().filter_map(of_column).collect()
        };
        if !group.parts.iter().any(|part| is_grouped(part)) {
            return Vec::new();
        }
        let conditions: Vec<Formula> = group.parts.iter().flat_map(|part| given(part)).collect();
        let scope = Scope { names: self.names, around: &VarSet::EMPTY };
        let narrowed = |(place, part): (usize, &&Logical)| {
            let own = |condition: &&Formula| condition.vars.is_subset(&part.certain);
            let own: Vec<Formula> = conditions.iter().filter(own).cloned().collect();
            if own.is_empty() || !is_grouped(part) {
                return None;
            }
            let (part, kept) = push(Logical::clone(part), own, scope);
            Some((place, part.filter(kept)))
        };
        group.parts.iter().enumerate().filter_map(narrowed).collect()
    }

    /// The parts of a group, beside rows that bind some variables.
    pub(super) fn parts(
        &mut self,
        group: &Group<'_>,
        bound: &VarSet,
        (need, bag): (&VarSet, Bag),
    ) -> Planned<Parts> {
        // What any part or filter mentions beside the one that is planned.
        let mut wanted = need.clone();
        for condition in &group.conditions {
            wanted.extend_with(&condition.vars);
        }
        let all = group.parts.iter().map(|part| &part.possible);
        let shared = shared_by(all.chain(std::iter::once(bound)));
        let tests = Tests::of(&group.conditions);
        let mut items = Vec::new();
        for part in &group.parts {
            items.push(match &part.kind {
                Kind::Pattern(pattern) => Item::Pattern(Box::new(self.restricted(pattern, &tests))),
                Kind::Reach(reach) => Item::Reach(Box::new(reach.clone())),
                _ => Item::Node(Box::new(self.node(part, &wanted.union(&shared), bag)?)),
            });
        }
        Ok(Parts { items, wanted })
    }

    /// The parts of a group joined one after the other or, where that is far cheaper, joins of joins.
    pub(super) fn cheapest(&self, joins: Joins<'_>) -> Planned<Node> {
        let all = joins.wish.first.is_none() && joins.wish.top.is_none();
        let before = self.all_rows.replace(all && self.inside == 0);
        let found = self.best_of_all(joins);
        self.all_rows.set(before);
        found
    }

    fn best_of_all(&self, joins: Joins<'_>) -> Planned<Node> {
        let (order, chain) = self.chain(joins)?;
        if let Some(led) = self.led_by_key(&chain, joins)? {
            return Ok(led);
        }
        if joins.items.len() < 2 {
            return Ok(chain);
        }
        let expected = joins.wish.until_enough(chain.cost, chain.rows);
        if !self.statistics.is_worth_a_look(expected) {
            return Ok(chain);
        }
        let before = self.closely.replace(true);
        let found = self.closer(joins, &order).and_then(|chain| self.tree_or(chain, joins));
        self.closely.set(before);
        found
    }

    /// What a plan takes for the rows that are wanted of it, in nanoseconds.
    pub(super) fn cost_as_wished(&self, node: &Node, wish: &Wish) -> f64 {
        match wish.top {
            Some((key, first)) => self.cost_of_first(node, key, first),
            None => wish.until_enough(node.cost, node.rows),
        }
    }

    /// The product of parts that share no variable with each other, where that is far cheaper than `whole`: each has a plan of its own, with the
    /// filters that it can judge, which are not judged for all pairs of rows then.
    fn product_or(&self, whole: Node, joins: Joins<'_>) -> Planned<Node> {
        let all = self.cost_as_wished(&whole, joins.wish);
        if !self.statistics.is_far_better(WORTH_ANOTHER_PLAN, all, 1.0) {
            return Ok(whole);
        }
        let Some(apart) = apart(joins.items) else { return Ok(whole) };
        let mut together: BTreeMap<usize, Vec<Item>> = BTreeMap::new();
        for (item, place) in joins.items.iter().zip(apart) {
            together.entry(place).or_default().push(item.clone());
        }
        let (mut items, mut rest) = (Vec::with_capacity(together.len()), joins.conditions.to_vec());
        let no_wish = Wish::default();
        for part in together.into_values() {
            let mut certain = VarSet::new();
            part.iter().for_each(|item| certain.extend_with(&item.certain()));
            let is_own = |condition: &Formula| {
                !condition.vars.is_empty() && condition.vars.is_subset(&certain) && !condition.is_volatile()
            };
            let (own, others): (Vec<Formula>, Vec<Formula>) = rest.into_iter().partition(is_own);
            rest = others;
            let joins = Joins { items: &part, conditions: &own, kept: joins.wanted, wish: &no_wish, ..joins };
            items.push(Item::Node(Box::new(self.cheapest(joins)?)));
        }
        let product = self.cheapest(Joins { items: &items, conditions: &rest, ..joins })?;
        let cost = self.cost_as_wished(&product, joins.wish);
        if !self.statistics.is_far_better(cost, all, WORTH_A_TREE) {
            return Ok(whole);
        }
        Ok(product.chosen(format!("parts joined apart, cost {cost:.0}; one after the other {all:.0}")))
    }

    /// The parts joined after the one that gives the first sort key in its order, where the first rows are wanted and expected to be known long before
    /// all of `chain` would be read.
    fn led_by_key(&self, chain: &Node, joins: Joins<'_>) -> Planned<Option<Node>> {
        let Some((key, first)) = joins.wish.top else { return Ok(None) };
        let all = self.cost_of_first(chain, key, first);
        if !self.statistics.is_far_better(WORTH_ANOTHER_PLAN, all, 1.0) {
            return Ok(None);
        }
        let figures = self.figures(joins.items);
        let is_led = |(_, part): &(usize, &Figures)| part.indexed && part.leads.contains(&key.var);
        let mut starts: Vec<(usize, &Figures)> = (0..).zip(&figures).filter(is_led).collect();
        starts.sort_by(|a, b| a.1.rows.total_cmp(&b.1.rows));
        let mut best: Option<(f64, Node)> = None;
        for (start, _) in starts.into_iter().take(LEADS) {
            let order = led(&figures, (start, key.var), (joins.wanted, joins.wish), self.statistics)?;
            let node = self.in_order(&order, joins)?;
            let Some(cost) = self.until_known(&node, key, first) else { continue };
            if best.as_ref().is_none_or(|(least, _)| cost < *least) {
                best = Some((cost, node));
            }
        }
        let best = best.filter(|(cost, _)| self.statistics.is_far_better(*cost, all, WORTH_LEADING));
        Ok(best.map(|(cost, node)| {
            self.led.set(true);
            node.chosen(format!("until the first are known, cost {cost:.0}; all rows {all:.0}"))
        }))
    }

    /// The parts joined one after the other, in the better of two orders: what they take is known once filters and intersections
    /// have their places.
    fn chain(&self, joins: Joins<'_>) -> Planned<(Order, Node)> {
        let more = (self.statistics, self.close());
        let (order, other) = order(joins.items, NOTHING, (joins.wanted, joins.wish), more)?;
        let chain = self.in_order(&order, joins)?;
        let Some(other) = other else { return Ok((order, chain)) };
        let with_other = self.in_order(&other, joins)?;
        Ok(if with_other.cost < chain.cost { (other, with_other) } else { (order, chain) })
    }

    fn figures(&self, items: &[Item]) -> Vec<Figures> {
        items.iter().map(|item| Figures::of(item, self.statistics)).collect()
    }

    fn in_order(&self, order: &Order, joins: Joins<'_>) -> Planned<Node> {
        let ordered = order.places.iter().filter_map(|place| joins.items.get(*place).cloned()).collect();
        self.joined(ordered, joins.conditions.to_vec(), (joins.kept, order.lead), joins.bag)
    }

    /// The best order by all that statistics tell. `usual` is the one that counts alone suggest.
    fn closer(&self, joins: Joins<'_>, usual: &Order) -> Planned<Node> {
        let (order, mut chain) = self.chain(joins)?;
        if order.places != usual.places {
            let usual = self.in_order(usual, joins)?;
            let (cost, other) = (chain.cost, usual.cost);
            chain = if cost < other {
                chain.chosen(format!("ordered by sampled joins, cost {cost:.0}; by counts alone {other:.0}"))
            } else {
                usual.chosen(format!("ordered by counts alone, cost {other:.0}; by sampled joins {cost:.0}"))
            };
        }
        Ok(chain)
    }

    /// Joins of joins where these are far cheaper than a chain, which else it is.
    fn tree_or(&self, chain: Node, joins: Joins<'_>) -> Planned<Node> {
        if !bushy::may_be(joins.items.len()) {
            return Ok(chain);
        }
        let figures = self.figures(joins.items);
        let tree = bushy::tree(&figures, (joins.wanted, joins.wish), self.close());
        let Some(tree) = tree.filter(Tree::is_bushy) else { return Ok(chain) };
        let bushy = self.tree(&tree, joins, joins.conditions.to_vec(), joins.kept)?;
        let (cost, other) = (bushy.cost, chain.cost);
        if self.statistics.is_far_better(cost, other, WORTH_A_TREE) {
            let choice = format!("joins of joins, cost {cost:.0}; one after the other {other:.0}");
            return Ok(bushy.chosen(choice));
        }
        let choice = format!("one after the other, cost {other:.0}; joins of joins {cost:.0}");
        Ok(chain.chosen(choice))
    }

    /// The parts joined as a tree says: each join below it is planned by itself, with the filters that it can judge.
    fn tree(
        &self,
        tree: &Tree,
        joins: Joins<'_>,
        mut conditions: Vec<Formula>,
        need: &VarSet,
    ) -> Planned<Node> {
        let steps = tree.steps();
        let of = |tree: &Tree| {
            tree.parts().into_iter().filter_map(|place| joins.items.get(place)).collect::<Vec<_>>()
        };
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
            ordered.push(Item::Node(Box::new(self.tree(step, joins, inside, &outside)?)));
        }
        self.joined(ordered, conditions, (need, tree.lead()), joins.bag)
    }
}

/// For each part the first one that it is joined with by variables that they share, through others or by itself; nothing where that is one for
/// all of them. Parts without variables go with the first.
fn apart(items: &[Item]) -> Option<Vec<usize>> {
    let mut first_of: HashMap<Var, usize> = HashMap::new();
    let mut above: Vec<usize> = (0..items.len()).collect();
    for (place, item) in items.iter().enumerate() {
        let vars = item.vars();
        if vars.is_empty() {
            join(&mut above, place, 0);
        }
        for var in vars.iter() {
            let first = *first_of.entry(var).or_insert(place);
            join(&mut above, place, first);
        }
    }
    let roots: Vec<usize> = (0..items.len()).map(|place| root(&mut above, place)).collect();
    roots.iter().any(|root| Some(root) != roots.first()).then_some(roots)
}

/// The first of those that a part is joined with, and a shorter way there for the next one that asks (Tarjan, Efficiency of a good but not linear set union
/// algorithm, JACM 1975, with path halving).
fn root(above: &mut [usize], mut place: usize) -> usize {
    while let Some(next) = above.get(place).copied().filter(|next| *next != place) {
        let far = above.get(next).copied().unwrap_or(next);
        if let Some(way) = above.get_mut(place) {
            *way = far;
        }
        place = far;
    }
    place
}

fn join(above: &mut [usize], a: usize, b: usize) {
    let (a, b) = (root(above, a), root(above, b));
    if let Some(way) = above.get_mut(a.max(b)) {
        *way = a.min(b);
    }
}

/// The variables that are in more than one of these sets.
pub(super) fn shared_by<'v>(sets: impl Iterator<Item = &'v VarSet>) -> VarSet {
    let (mut once, mut shared) = (VarSet::new(), VarSet::new());
    for set in sets {
        shared.extend_with(&once.intersection(set));
        once.extend_with(set);
    }
    shared
}

/// Whether a part is a grouping, whatever is left out of it or filtered above.
fn is_grouped(part: &Logical) -> bool {
    match &part.kind {
        Kind::Group(_, keys, _) => !keys.is_empty(),
        Kind::Project(input, _) | Kind::Filter(input, _) | Kind::Distinct(input) => is_grouped(input),
        _ => false,
    }
}

/// The variable and the IRIs, each once, of a condition that is true for these alone.
fn given_names(condition: &Formula) -> Option<(Var, BTreeSet<&NamedNode>)> {
    let (var, names) = match &*condition.expression {
        Expression::Equal(a, b) | Expression::SameTerm(a, b) => match (&**a, &**b) {
            (Expression::Variable(_), Expression::NamedNode(name))
            | (Expression::NamedNode(name), Expression::Variable(_)) => {
                (condition.vars.iter().next()?, BTreeSet::from([name]))
            }
            _ => return None,
        },
        Expression::In(a, list) if matches!(**a, Expression::Variable(_)) => {
            (condition.vars.iter().next()?, list.iter().map(as_name).collect::<Option<_>>()?)
        }
        _ => return None,
    };
    Some((var, names))
}

/// The IRI that an expression is.
fn as_name(expression: &Expression) -> Option<&NamedNode> {
    match expression {
        Expression::NamedNode(name) => Some(name),
        _ => None,
    }
}
