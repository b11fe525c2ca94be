//! The order of joins: which part of a group comes first, and which next.
//!
//! In: the parts of a group with what statistics say of them. Out: their order, and by which end the first one is read. From
//! every part as the first the one that leaves the fewest rows is next, and of all these orders the one that takes the
//! least time is taken, beside the one that touches the fewest rows. It knows left-deep orders only.

use super::Planned;
use super::cost::{self, Lookups};
use super::estimate::{Leg, Legs, agreement, distinct_in, legs_of, legs_of_path};
use super::logical::{Pattern, Reach, Slot};
use super::physical::{Node, OrderKey};
use super::statistics::{From, Statistics};
use super::variables::{Var, VarSet};
use crate::store::Id;
use std::collections::{BTreeSet, HashMap};

/// A part of a group: a pattern that an index answers, or what has a plan of its own.
#[derive(Debug, Clone)]
pub enum Item {
    /// A triple pattern.
    Pattern(Box<Restricted>),
    /// A path of any length.
    Reach(Box<Reach>),
    /// A part with a plan.
    Node(Box<Node>),
}

/// A triple pattern, and which part of its matches conditions on single variables leave, for each such variable.
#[derive(Debug, Clone)]
pub struct Restricted {
    /// The pattern.
    pub pattern: Pattern,
    /// From 0 to 1, of conditions that ranges decide.
    pub shares: Vec<(Var, f64)>,
    /// The same, of other conditions, as a sample says.
    pub sampled: Vec<(Var, f64)>,
}

impl Restricted {
    /// What is left by the conditions on a variable, where that is known.
    pub fn share(&self, var: Var) -> Option<f64> {
        self.shares.iter().find(|(known, _)| *known == var).map(|(_, share)| *share)
    }

    /// What is known of it with the conditions in force.
    fn figures(&self, statistics: &dyn Statistics) -> Figures {
        let mut figures = Figures::of_pattern(&self.pattern, statistics);
        for (var, share) in self.shares.iter().chain(&self.sampled) {
            figures.rows *= share;
            for (_, values) in figures.distinct.iter_mut().filter(|(known, _)| known == var) {
                *values = (*values * share).max(1.0);
            }
            // Who joins by it tests the same: its part is not taken twice.
            figures.legs.retain(|(known, _)| known != var);
        }
        figures
    }
}

impl Item {
    /// The variables in it.
    pub fn vars(&self) -> VarSet {
        match self {
            Self::Pattern(part) => part.pattern.vars(),
            Self::Reach(reach) => reach.vars(),
            Self::Node(node) => node.columns(),
        }
    }

    /// The variables by which its rows can come sorted, the usual one first.
    fn leads(&self) -> impl Iterator<Item = Var> + '_ {
        let (pattern, node) = match self {
            Self::Pattern(part) => (Some(&part.pattern), None),
            Self::Reach(_) => (None, None),
            Self::Node(node) => (None, node.order.first().copied()),
        };
        pattern.into_iter().flat_map(leads_of).chain(node)
    }

    /// What conditions on single variables leave of it: those that ranges decide, and others.
    pub fn shares(&self) -> [&[(Var, f64)]; 2] {
        match self {
            Self::Pattern(part) => [&part.shares, &part.sampled],
            Self::Reach(_) | Self::Node(_) => [&[], &[]],
        }
    }

    /// Those that it binds in every row.
    pub fn certain(&self) -> VarSet {
        match self {
            Self::Pattern(part) => part.pattern.vars(),
            Self::Reach(reach) => reach.vars(),
            Self::Node(node) => node.certain.clone(),
        }
    }
}

/// The order of parts joined one after the other.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Order {
    /// The parts, by their places.
    pub places: Vec<usize>,
    /// The variable by which the rows of the first come sorted, where there is a choice.
    pub lead: Option<Var>,
    /// How long the joins are expected to take, in nanoseconds.
    cost: f64,
    /// How many rows go into them and come out.
    touched: f64,
}

/// What is wanted of rows that were joined.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    /// Variables whose values come together where rows come sorted by the first of them, which takes less afterwards.
    pub together: Vec<Var>,
    /// How many rows are wanted, where a LIMIT stops the join once it has so many.
    pub first: Option<u64>,
    /// By which key the first rows are wanted, and how many.
    pub top: Option<(OrderKey, u64)>,
}

impl Wish {
    /// What is expected of a join that takes `cost` for all of its rows until it has given as many as are wanted.
    pub fn until_enough(&self, cost: f64, rows: f64) -> f64 {
        self.first.map_or(cost, |first| cost * (first as f64 / rows.max(1.0)).min(1.0))
    }

    /// What so many rows take more afterwards that come sorted by `lead`, and not as wished.
    pub fn cost(&self, rows: f64, lead: Option<Var>) -> f64 {
        if self.together.is_empty() || lead.is_some_and(|lead| self.together.contains(&lead)) {
            return 0.0;
        }
        cost::group(rows, 0.0, false) - cost::group(rows, 0.0, true)
    }
}

/// More starts than this are not tried: the best of them is very likely found before.
const STARTS: usize = 12;

/// The order, of parts with these figures, that begins with one whose rows come sorted by `lead`.
///
/// # Errors
/// Once a limit is met.
pub fn led(
    figures: &[Figures],
    (start, lead): (usize, Var),
    (need, wish): (&VarSet, &Wish),
    statistics: &dyn Statistics,
) -> Planned<Order> {
    let order = walk(figures, (Some(start), NOTHING), (need, wish), (statistics, None))?;
    Ok(Order { lead: Some(lead), ..order })
}

/// What is joined before the first part where nothing is.
pub const NOTHING: Before<'_> = Before { bound: &VarSet::EMPTY, legs: &[], rows: 1.0 };

/// What is joined before a part.
#[derive(Debug, Clone, Copy)]
pub struct Before<'b> {
    /// The variables that it binds.
    pub bound: &'b VarSet,
    /// Where these stand.
    pub legs: &'b [(Var, Leg)],
    /// How many rows it has.
    pub rows: f64,
}

/// The order in which to join `items`, as places in it, after what is joined before them: the one that is expected to take the least
/// time and, where that is another, the one that touches the fewest rows, which may be better where parts are intersected. Where they are to be looked at
/// closely, `close` are the statistics that tell more.
///
/// # Errors
/// Once a limit is met.
pub fn order(
    items: &[Item],
    before: Before<'_>,
    (need, wish): (&VarSet, &Wish),
    (statistics, close): (&dyn Statistics, Option<&dyn Statistics>),
) -> Planned<(Order, Option<Order>)> {
    if let ([only], true) = (items, before.bound.is_empty()) {
        // There is no other order, and one way to read it is as quick as the other.
        let lead = only.leads().find(|lead| need.contains(*lead) && wish.together.contains(lead));
        return Ok((Order { places: vec![0], lead, ..Order::default() }, None));
    }
    let figures: Vec<Figures> = items.iter().map(|item| Figures::of(item, statistics)).collect();
    if !before.bound.is_empty() {
        return walk(&figures, (None, before), (need, wish), (statistics, close)).map(|order| (order, None));
    }
    let mut starts: Vec<usize> = (0..items.len()).collect();
    starts.sort_by(|a, b| alone(&figures, *a).total_cmp(&alone(&figures, *b)));
    // Each order takes the square of the number of parts: of very many fewer are tried.
    let tries = if items.len() > 4 * STARTS { 2 } else { STARTS };
    let (mut best, mut least): (Option<Order>, Option<Order>) = (None, None);
    for start in starts.into_iter().take(tries) {
        let walked = walk(&figures, (Some(start), before), (need, wish), (statistics, close))?;
        if least.as_ref().is_none_or(|least| walked.touched < least.touched) {
            least = Some(walked.clone());
        }
        if best.as_ref().is_none_or(|best| walked.cost < best.cost) {
            best = Some(walked);
        }
    }
    let best = best.unwrap_or_default();
    let least = least.filter(|least| least.places != best.places);
    Ok((best, least))
}

fn alone(figures: &[Figures], place: usize) -> f64 {
    figures.get(place).map_or(0.0, Figures::alone)
}

/// One greedy order. Of the parts that share a variable with what is joined the one that
/// leaves the fewest rows is next; where none does, of all.
fn walk(
    figures: &[Figures],
    (start, before): (Option<usize>, Before<'_>),
    (need, wish): (&VarSet, &Wish),
    (statistics, close): (&dyn Statistics, Option<&dyn Statistics>),
) -> Planned<Order> {
    let (mut bound, mut legs, mut rows) = (before.bound.clone(), before.legs.to_vec(), before.rows);
    let (mut leads, mut touched) = (Leads::default(), 0.0);
    let mut uses = Uses::default();
    figures.iter().for_each(|figures| uses.add(&figures.vars));
    let mut left = Left::of(figures, &bound);
    let mut chosen = Vec::new();
    let mut forced = start;
    loop {
        statistics.go_on()?;
        let step = |place: &usize| {
            let found = figures.get(*place)?;
            let before = Before { bound: &bound, legs: &legs, rows };
            let live = |var| need.contains(var) || uses.count(var) > 1;
            let after = found.after(before, &live, (statistics, close));
            Some((after, found.alone()))
        };
        let better =
            |a: &(usize, f64, f64), b: &(usize, f64, f64)| a.1.total_cmp(&b.1).then(a.2.total_cmp(&b.2));
        let valued = |place: &usize| step(place).map(|(after, alone)| (*place, after, alone));
        let next = match forced.take() {
            Some(start) => valued(&start),
            None => left.candidates().filter_map(|place| valued(&place)).min_by(better),
        };
        let Some((next, after, alone)) = next else { break };
        if let Some(found) = figures.get(next) {
            if chosen.is_empty() && before.bound.is_empty() {
                leads = Leads::of(found, alone, &|var| need.contains(var) || uses.count(var) > 1);
            } else {
                leads.join(found, rows, after, !found.vars.is_disjoint(&bound));
            }
            uses.drop(&found.vars);
            left.take(next, found, &bound);
            bound.extend_with(&found.vars);
            legs.extend(&found.legs);
        }
        touched += after + if chosen.is_empty() { alone } else { rows };
        rows = after;
        chosen.push(next);
    }
    let (lead, cost) = leads.least(wish, rows);
    Ok(Order { places: chosen, lead, cost, touched })
}

/// What an order takes, by the variable that its rows come sorted by.
#[derive(Debug)]
struct Leads(Vec<(Option<Var>, f64)>);

impl Default for Leads {
    fn default() -> Self {
        Self(vec![(None, 0.0)])
    }
}

impl Leads {
    /// Of a first part, of which these variables matter afterwards.
    fn of(first: &Figures, rows: f64, live: &dyn Fn(Var) -> bool) -> Self {
        let read = if first.indexed { cost::scan(rows) } else { 0.0 };
        let leads = first.leads.iter().filter(|lead| live(**lead));
        let leads: Vec<_> = leads.map(|lead| (Some(*lead), read)).collect();
        if leads.is_empty() { Self(vec![(None, read)]) } else { Self(leads) }
    }

    /// Joins a part to so many rows; `near` where it shares a variable with them.
    fn join(&mut self, found: &Figures, keys: f64, rows: f64, near: bool) {
        for (lead, cost) in &mut self.0 {
            *cost += if found.indexed && near {
                let sorted = lead.is_some_and(|lead| found.vars.contains(lead));
                Lookups { keys, sorted, pairs: found.rows, rows, any: found.any }.cost()
            } else {
                let all = found.alone();
                let read = if found.indexed { cost::scan(all) } else { 0.0 };
                read + cost::hash_join(all.min(keys), all.max(keys), rows)
            };
        }
    }

    /// The cheapest, the first of equals.
    fn least(self, wish: &Wish, rows: f64) -> (Option<Var>, f64) {
        let all = self.0.into_iter().map(|(lead, cost)| (lead, cost + wish.cost(rows, lead)));
        all.min_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((None, 0.0))
    }
}

/// The parts that are not joined yet: those that share a variable with what is, and the others.
struct Left {
    near: BTreeSet<usize>,
    far: BTreeSet<usize>,
    /// The parts of each variable.
    of: HashMap<Var, Vec<usize>>,
}

impl Left {
    fn of(figures: &[Figures], bound: &VarSet) -> Self {
        let mut left = Self { near: BTreeSet::new(), far: BTreeSet::new(), of: HashMap::new() };
        for (place, found) in figures.iter().enumerate() {
            let near = !found.vars.is_disjoint(bound);
            if near {
                left.near.insert(place)
            } else {
                left.far.insert(place)
            };
            for var in found.vars.iter() {
                left.of.entry(var).or_default().push(place);
            }
        }
        left
    }

    fn candidates(&self) -> impl Iterator<Item = usize> + '_ {
        let all = if self.near.is_empty() { &self.far } else { &self.near };
        all.iter().copied()
    }

    /// A part is joined, and what shares its variables is near.
    fn take(&mut self, place: usize, found: &Figures, bound: &VarSet) {
        self.near.remove(&place);
        self.far.remove(&place);
        for var in found.vars.iter().filter(|var| !bound.contains(*var)) {
            for other in self.of.remove(&var).unwrap_or_default() {
                if self.far.remove(&other) {
                    self.near.insert(other);
                }
            }
        }
    }
}

/// How many of the parts that are left use each variable.
#[derive(Default)]
pub struct Uses(Vec<u32>);

impl Uses {
    /// Counts a part with these variables.
    pub fn add(&mut self, vars: &VarSet) {
        for var in vars.iter() {
            let place = var as usize;
            if self.0.len() <= place {
                // With room for those that come next.
                self.0.resize(place + 8, 0);
            }
            if let Some(count) = self.0.get_mut(place) {
                *count += 1;
            }
        }
    }

    /// How many parts use it.
    pub fn count(&self, var: Var) -> u32 {
        self.0.get(var as usize).copied().unwrap_or(0)
    }

    /// A part with these variables is joined.
    pub fn drop(&mut self, vars: &VarSet) {
        for var in vars.iter() {
            if let Some(count) = self.0.get_mut(var as usize) {
                *count -= 1;
            }
        }
    }
}

/// So many ends a path of any length is taken to reach.
pub const REACHED: f64 = 30.0;

/// What is known of a part.
#[derive(Debug, Clone)]
pub struct Figures {
    /// Its variables.
    pub vars: VarSet,
    /// How many rows it has by itself.
    pub rows: f64,
    /// How many different values each variable takes in it.
    pub distinct: Vec<(Var, f64)>,
    /// Where its variables stand; for a path, where they stand once it is joined.
    pub legs: Legs,
    /// Where it is a path, of which the triples that it begins and ends with do not say how many rows join: what it is searched over.
    pub path: Option<Search>,
    /// How many rows more it has where nothing is joined before that binds one of its variables: of a path that may have no step, each node of the
    /// graph with itself.
    pub unstepped: f64,
    /// Whether an index answers it.
    pub indexed: bool,
    /// Whether it asks for any predicate.
    pub any: bool,
    /// The variables by which its rows can come sorted, the usual one first.
    pub leads: Vec<Var>,
}

impl Figures {
    /// Asks the statistics.
    pub fn of(item: &Item, statistics: &dyn Statistics) -> Self {
        match item {
            Item::Pattern(part) => part.figures(statistics),
            Item::Reach(reach) => Self::of_reach(reach, statistics),
            Item::Node(node) => Self {
                vars: node.columns(),
                rows: node.rows,
                distinct: node
                    .output
                    .iter()
                    .map(|var| (*var, different_in(node, *var, statistics)))
                    .collect(),
                legs: node.legs.clone(),
                path: None,
                unstepped: 0.0,
                indexed: false,
                any: false,
                leads: node.order.first().copied().into_iter().collect(),
            },
        }
    }

    /// Of a triple pattern.
    pub fn of_pattern(pattern: &Pattern, statistics: &dyn Statistics) -> Self {
        let vars = pattern.vars();
        let (Some(ids), Some(graph)) = (pattern.ids(), pattern.source.number()) else {
            let distinct = vars.iter().map(|var| (var, 1.0)).collect();
            let (legs, leads) = (Legs::new(), Vec::new());
            return Self {
                distinct,
                vars,
                rows: 0.0,
                legs,
                path: None,
                unstepped: 0.0,
                indexed: true,
                any: false,
                leads,
            };
        };
        let mut rows = statistics.count(graph, ids);
        let mut distinct: Vec<(Var, f64)> = Vec::new();
        for (place, slot) in pattern.slots.iter().enumerate() {
            let Slot::Var(var) = slot else { continue };
            let values = values_in(statistics, graph, ids, place, rows);
            if let Some((_, known)) = distinct.iter_mut().find(|(known, _)| known == var) {
                // A variable twice in one pattern: the values must agree.
                rows /= known.max(values).max(1.0);
                *known = known.min(values);
            } else {
                distinct.push((*var, values));
            }
        }
        let leads = leads_of(pattern).collect();
        let [_, predicate, _] = &pattern.slots;
        let any = predicate.var().is_some();
        Self {
            vars,
            rows,
            distinct,
            legs: legs_of(pattern),
            path: None,
            unstepped: 0.0,
            indexed: true,
            any,
            leads,
        }
    }

    /// Of a path of any length.
    pub fn of_reach(reach: &Reach, statistics: &dyn Statistics) -> Self {
        let graph = reach.source.number();
        let predicates: Vec<Option<Id>> = match reach.step.predicates() {
            none if none.is_empty() => vec![None],
            some => some.into_iter().filter(|constant| constant.id.is_some()).map(|c| c.id).collect(),
        };
        let sum = |place| -> f64 {
            let Some(graph) = graph else { return 1.0 };
            predicates.iter().map(|predicate| statistics.distinct(graph, *predicate, place)).sum()
        };
        let mut distinct = Vec::new();
        for (slot, place) in reach.ends.iter().zip([0, 2]) {
            let Slot::Var(var) = slot else { continue };
            distinct.push((*var, sum(place).max(1.0)));
        }
        let search = Search::of(reach, [sum(0), sum(2)]);
        let rows = match distinct.as_slice() {
            // Once each node that lies on a way back to it: all of them, for all that is known.
            [(var, starts), (_, ends)] if reach.comes_back() => {
                let least = starts.min(*ends);
                distinct = vec![(*var, least)];
                least
            }
            [(_, starts), _] => starts * search.reached(statistics),
            [_] => search.reached(statistics),
            _ => 1.0,
        };
        let (vars, legs, leads) = (reach.vars(), legs_of_path(reach), Vec::new());
        let path = Some(search);
        let mut unstepped = 0.0;
        if let (true, true, Some(graph)) =
            (reach.zero, reach.ends.iter().all(|end| end.var().is_some()), graph)
        {
            unstepped = statistics.distinct(graph, None, 0).max(statistics.distinct(graph, None, 2));
        }
        Self { vars, rows, distinct, legs, path, unstepped, indexed: true, any: false, leads }
    }

    /// How many rows it has where nothing is joined before.
    pub fn alone(&self) -> f64 {
        self.rows + self.unstepped
    }

    /// How many rows there are after a join with what is joined before, where nothing but `live` matters afterwards. `close`
    /// are the statistics that tell more, where that is worth it.
    pub fn after(
        &self,
        Before { bound, legs, rows }: Before<'_>,
        live: &dyn Fn(Var) -> bool,
        (statistics, close): (&dyn Statistics, Option<&dyn Statistics>),
    ) -> f64 {
        let (mut each, mut some) = (self.rows, 1.0_f64);
        if self.vars.is_disjoint(bound) {
            each = self.alone();
        }
        for (var, values) in self.distinct.iter().filter(|(var, _)| bound.contains(*var)) {
            if let Some(path) = &self.path {
                let found = path.reached_from(*var, legs, statistics);
                each *= found.map_or(1.0 / values.max(1.0), |found| found / self.rows.max(1.0));
                continue;
            }
            match close.and_then(|statistics| agreement(*var, legs, &self.legs, statistics)) {
                Some(found) => {
                    each *= found.pairs;
                    some = some.min(found.some);
                }
                None => each /= values.max(1.0),
            }
        }
        // Where no new variable is needed, a match is counted and not given as a row.
        let dead = !self.distinct.iter().any(|(var, _)| !bound.contains(*var) && live(*var));
        rows * if dead { each.min(some) } else { each }
    }
}

/// What a path is searched over.
#[derive(Debug, Clone)]
pub struct Search {
    graph: Option<Option<Id>>,
    /// The predicates, and whether each is gone backwards; nothing where these alone do not tell.
    links: Option<Vec<(Id, bool)>>,
    /// Its ends, with how many nodes there are at each.
    ends: [(Slot, f64); 2],
}

impl Search {
    fn of(reach: &Reach, [starts, ends]: [f64; 2]) -> Self {
        let [start, end] = reach.ends.clone();
        let links = reach.step.links().filter(|_| reach.many);
        Self { graph: reach.source.number(), links, ends: [(start, starts), (end, ends)] }
    }

    /// How many nodes a path leads to from its start, where that is a constant or free, else from its end.
    fn reached(&self, statistics: &dyn Statistics) -> f64 {
        let [(start, starts), (end, ends)] = &self.ends;
        let is_back = start.var().is_some() && end.var().is_none();
        let (slot, others) = if is_back { (end, *starts) } else { (start, *ends) };
        let from = match slot {
            Slot::Term(constant) => constant.id.map_or(From::Any, From::Node),
            Slot::Var(_) => From::Any,
        };
        self.found(is_back, from, others, statistics).unwrap_or(REACHED).clamp(1.0, others.max(1.0))
    }

    /// The same from the end where a variable stands that is bound before, at a leg with a known node; nothing where it is at none.
    fn reached_from(&self, var: Var, legs: &[(Var, Leg)], statistics: &dyn Statistics) -> Option<f64> {
        let is_known =
            |(of, leg): &&(Var, Leg)| *of == var && leg.other.is_some() && Some(leg.graph) == self.graph;
        let (_, leg) = legs.iter().find(is_known)?;
        let from = From::Given { predicate: leg.predicate, end: leg.end, other: leg.other? };
        let [(start, starts), (_, ends)] = &self.ends;
        let is_back = start.var() != Some(var);
        self.found(is_back, from, if is_back { *starts } else { *ends }, statistics)
    }

    /// How many of so many nodes at the other end a few searches find in the mean, which leave off where they come to many: then it is half of all.
    /// Nothing where it is not known, or not worth a look.
    fn found(&self, is_back: bool, from: From, others: f64, statistics: &dyn Statistics) -> Option<f64> {
        let (graph, mut links) = (self.graph?, self.links.clone()?);
        let triples = |(predicate, _): &(Id, bool)| statistics.count(graph, [None, Some(*predicate), None]);
        let all: f64 = links.iter().map(triples).sum();
        if !statistics.is_worth_a_look(cost::reach(all * REACHED)) {
            return None;
        }
        links.iter_mut().for_each(|(_, back)| *back ^= is_back);
        let found = statistics.reached(graph, &links, from)?;
        Some(found.met * (1.0 - found.endless) + found.endless * found.most.max(others / 2.0))
    }
}

/// How many different values a column of a part with a plan takes, for all that is known; of what is compared as if those that agree were one.
fn different_in(node: &Node, var: Var, statistics: &dyn Statistics) -> f64 {
    let known = node.agreeing.iter().find(|(known, _)| *known == var);
    known.map_or_else(|| distinct_in(node, var, statistics), |(_, part)| (1.0 / part).max(1.0))
}

/// The variables by which the matches of a pattern can come sorted.
fn leads_of(pattern: &Pattern) -> impl Iterator<Item = Var> + '_ {
    let [subject, predicate, object] = &pattern.slots;
    // Of a variable predicate triples come a predicate at a time.
    let ends = predicate.var().is_none().then_some([subject, object]);
    ends.into_iter().flatten().filter_map(Slot::var)
}

/// How many different terms stand in a place of what a pattern matches.
fn values_in(
    statistics: &dyn Statistics,
    graph: Option<Id>,
    ids: [Option<Id>; 3],
    place: usize,
    rows: f64,
) -> f64 {
    let [subject, predicate, object] = ids;
    let all = if place == 1 {
        statistics.distinct(graph, None, 1)
    } else {
        statistics.distinct(graph, predicate, place)
    };
    // With the other end given every match has another value here, where the predicate is given too.
    let pinned = predicate.is_some() && (subject.is_some() || object.is_some());
    if pinned { rows.max(1.0) } else { all.min(rows).max(1.0) }
}
