//! One join, one node: a scan, a look-up in the index, an intersection, a path, a hash join.
//!
//! In: what is on the left, and what is joined to it. Out: a node with its columns, its expected rows and its cost.

use super::Lowering;
use super::access::{Access, SELDOM, SELECTIVITY};
use crate::plan::cost::{self, Lookups};
use crate::plan::estimate::{Agreement, agreement, distinct_in};
use crate::plan::logical::{Formula, Pattern, Reach, Slot};
use crate::plan::order::{Before, Figures, Item, REACHED, Restricted};
use crate::plan::physical::{Bag, JoinKind, Node, Op, Reading};
use crate::plan::variables::{Var, VarSet};

impl Lowering<'_> {
    /// All matches of a pattern that conditions on the end which leads leave, with the columns that are live.
    pub(super) fn leaf(&self, part: Restricted, live: &VarSet, access: Access) -> Node {
        let vars = part.pattern.vars();
        let output: Vec<Var> = vars.iter().filter(|var| live.contains(*var)).collect();
        let Some(ids) = part.pattern.ids() else {
            let absent = part.pattern.slots.iter().find_map(Slot::absent);
            let choice = absent.map(|term| format!("{term} is not there"));
            return Node { choice, ..Node::new(Op::Empty, Vec::new(), output, vars, 0.0) };
        };
        let whole = output.len() == vars.len();
        let [_, predicate, _] = &part.pattern.slots;
        let left = if access.within.is_empty() { None } else { access.lead };
        let left = left.and_then(|lead| part.share(lead)).unwrap_or(1.0);
        let lead = access.lead.filter(|_| !access.within.is_empty());
        let (all, rows) = match (output.as_slice(), part.pattern.source.number()) {
            // Nobody asks how many there are.
            (_, Some(graph)) if whole && self.alone => {
                let about = self.statistics.about(graph, ids);
                (about, about)
            }
            // All triples are one row.
            ([], _) if vars.len() == 3 && lead.is_none() => (1.0, 1.0),
            (read, _) => {
                let figures = Figures::of_pattern(&part.pattern, self.statistics);
                let rows = figures.rows * left;
                let values = |only: Var| {
                    let values = figures.distinct.iter().find(|(var, _)| *var == only);
                    let part = if access.lead == Some(only) { left } else { 1.0 };
                    values.map_or(rows, |(_, values)| (values * part).min(rows))
                };
                let rows = match read {
                    [only] => values(*only),
                    // Of what nobody reads there is a row for each value of the end that conditions are on, or one of each predicate.
                    [] if !vars.is_empty() => lead.or(predicate.var()).map_or(rows.min(1.0), values),
                    _ => rows,
                };
                (figures.rows, rows)
            }
        };
        let Access { by, within, .. } = access;
        let choice = (!within.is_empty()).then(|| format!("a range of {:.0} of {all:.0}", all * left));
        let scan = Op::Scan { pattern: part.pattern, by, within, reading: Reading::default() };
        let node = Node::new(scan, Vec::new(), output, vars, rows).unique(whole);
        Node { choice, ..node }
    }

    /// How many rows there are once a part is joined to `left`.
    fn after(&self, figures: &Figures, left: &Node, live: &VarSet) -> f64 {
        let before = Before { bound: &left.columns(), legs: &left.legs, rows: left.rows };
        figures.after(before, &|var| live.contains(var), (self.statistics, self.close()))
    }

    pub(super) fn index_join(
        &self,
        left: Node,
        pattern: Pattern,
        optional: bool,
        live: &VarSet,
        bag: Bag,
    ) -> Node {
        let figures = Figures::of_pattern(&pattern, self.statistics);
        let after = self.after(&figures, &left, live);
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
        let sorted = left.order.first().is_some_and(|lead| pattern.vars().contains(*lead));
        let lookups = Lookups { keys: left.rows, sorted, pairs: figures.rows, rows: after, any: figures.any };
        let opened = if has_open_predicate(&left, &pattern) { cost::open_lookups(left.rows) } else { 0.0 };
        let mut node = Node::new(Op::IndexJoin { pattern, optional, bag }, vec![left], output, certain, rows);
        node.cost += lookups.cost() + opened;
        node.unique(unique)
    }

    /// The rows of `left` with the values of one new variable on which several patterns agree.
    pub(super) fn intersect(
        &self,
        left: Node,
        first: Item,
        others: Vec<Pattern>,
        live: &VarSet,
        bag: Bag,
    ) -> Node {
        let first = match first {
            Item::Pattern(first) => first,
            first => return self.joined_with(left, first, live, Access::default(), bag),
        };
        let mut patterns = vec![first.pattern];
        patterns.extend(others);
        let bound = left.columns();
        let (mut least, mut independent, mut among) = (f64::INFINITY, left.rows, 1.0_f64);
        let mut vars = VarSet::new();
        for pattern in &patterns {
            let figures = Figures::of_pattern(pattern, self.statistics);
            let found = self.after(&figures, &left, live);
            least = least.min(found);
            independent *= found / left.rows.max(1.0);
            let new = figures.distinct.iter().filter(|(var, _)| !bound.contains(*var));
            among = new.fold(among, |among, (_, values)| among.max(*values));
            vars.extend_with(&figures.vars);
        }
        independent /= among.powi(patterns.len() as i32 - 1);
        // Lists that are intersected share more than lists drawn by chance, and less than all of the shortest: friends of friends are
        // friends at times. The truth of the queries that were looked at lies about the middle, as times go.
        let rows = (least * independent).sqrt().min(least);
        let mut output: Vec<Var> = left.output.iter().copied().filter(|var| live.contains(*var)).collect();
        let new = vars.without(&bound);
        output.extend(new.iter().filter(|var| live.contains(*var)));
        let unique = left.unique
            && left.output.iter().all(|var| output.contains(var))
            && new.iter().all(|var| output.contains(&var));
        let certain = left.certain.union(&vars);
        let lookups = cost::intersection(left.rows, patterns.len(), rows);
        let mut node = Node::new(Op::Intersect { patterns, bag }, vec![left], output, certain, rows);
        node.cost += lookups;
        node.unique(unique)
    }

    /// The rows of `left` with the ends of a path that they do not bind.
    pub(super) fn reach(&self, left: Node, mut reach: Reach, live: &VarSet, bag: Bag) -> Node {
        // Whether a path leads anywhere, its first step tells.
        let is_read =
            |slot: &Slot| slot.var().is_none_or(|var| live.contains(var) || left.columns().contains(var));
        if bag == Bag::Set && !reach.comes_back() && reach.ends.iter().any(|end| !is_read(end)) {
            reach.many = false;
        }
        let figures = Figures::of_reach(&reach, self.statistics);
        let mut rows = self.after(&figures, &left, live);
        let vars = reach.vars();
        if bag == Bag::Rows && vars.is_disjoint(&left.columns().union(live)) {
            // Of ends that nobody reads there is a row for each start, with how many it reaches: of a given end one.
            rows = match figures.distinct.as_slice() {
                [] => rows,
                [_] if !reach.comes_back() => left.rows,
                [(_, starts), ..] => left.rows * starts,
            };
        }
        let mut output: Vec<Var> = left.output.iter().copied().filter(|var| live.contains(*var)).collect();
        let new = vars.without(&left.columns());
        output.extend(new.iter().filter(|var| live.contains(*var)));
        let unique = left.unique
            && left.output.iter().all(|var| output.contains(var))
            && vars.iter().all(|var| output.contains(&var));
        let certain = left.certain.union(&vars);
        let bound = figures.distinct.iter().find(|(var, _)| left.columns().contains(*var));
        let mut searched =
            cost::reach(left.rows * bound.map_or(figures.alone(), |(_, values)| figures.rows / values));
        if reach.comes_back() {
            // Who looks for a way back to where it began meets all that it reaches, and where there are many of them each step once
            // (`exec/cycles.rs`).
            let each = if vars.is_subset(&left.columns()) { 1.0 } else { figures.rows };
            let count = |of| self.statistics.count(reach.source.number().flatten(), [None, of, None]);
            let steps = reach.step.predicates();
            let all = match steps.as_slice() {
                [] => count(None),
                steps => steps.iter().filter_map(|step| step.id).map(|id| count(Some(id))).sum(),
            };
            searched = cost::reach((left.rows * each * REACHED).min(all + left.rows));
        }
        let [_, end] = &reach.ends;
        let is_new = |var: &Var| new.contains(*var) && (new.iter().count() == 1 || end.var() == Some(*var));
        if bag == Bag::Set && matches!(output.as_slice(), [var] if is_new(var)) && !reach.comes_back() {
            // All searches are one, which reads each pair once (`exec/operators/reach.rs`).
            let all = self.statistics.count(reach.source.number().flatten(), [None; 3]);
            searched = searched.min(cost::reach(all + left.rows));
        }
        let mut node = Node::new(Op::Reach { reach, bag }, vec![left], output, certain, rows);
        node.cost += searched;
        node.unique(unique)
    }

    /// A join of two plans; for kinds other than inner, `left` is the side that stays.
    pub(super) fn hash_join(
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
        let rows = self.hashed_rows(&left, &right, kind, (&keys, &loose, &conditions));
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
        let (streamed, held) = (left.rows, right.rows);
        let op = Op::HashJoin { kind, keys, loose, conditions };
        let read = left.cost;
        let mut node = Node::new(op, vec![left, right], output, certain, rows).unique(unique);
        if matches!(kind, JoinKind::Inner | JoinKind::Semi) {
            // Where no row is held, none is read of the other side.
            node.cost -= read * (1.0 - held).clamp(0.0, 1.0);
        }
        if kind == JoinKind::Inner && self.statistics.is_worth_a_look(node.cost) {
            return node.chosen(format!("held, rows {held:.0}; streamed {streamed:.0}"));
        }
        node
    }
}

impl Lowering<'_> {
    /// How many rows a hash join gives.
    fn hashed_rows(
        &self,
        left: &Node,
        right: &Node,
        kind: JoinKind,
        (keys, loose, conditions): (&[Var], &[Var], &[Formula]),
    ) -> f64 {
        let mut agree = Agreement { pairs: 1.0, some: 1.0 };
        let known = |key: &Var| agreement(*key, &left.legs, &right.legs, self.close()?);
        // Columns are taken to be independent, but not to leave less than one row for each of the larger side.
        let different = |keys: &[Var]| {
            let values = |key: &Var| {
                let of = |node| distinct_in(node, *key, self.statistics);
                of(left).max(of(right))
            };
            keys.iter().map(values).product::<f64>().min(left.rows.max(right.rows)).max(1.0)
        };
        let (mut unknown, mut told) = (Vec::new(), false);
        for key in keys {
            if let Some((_, part)) = left.agreeing.iter().find(|(known, _)| known == key) {
                agree.pairs *= part;
                told |= keys.len() == 1;
                continue;
            }
            match known(key) {
                Some(found) => {
                    agree = Agreement { pairs: agree.pairs * found.pairs, some: agree.some.min(found.some) };
                    told = true;
                }
                None => unknown.push(*key),
            }
        }
        // Of what is not told beside what is, columns depend on each other more often than not: between none and all of it.
        agree.pairs /= if told { different(&unknown).sqrt() } else { different(&unknown) };
        for var in loose {
            // Of those that are bound on both sides some agree, and all others do.
            let open = 1.0 - (1.0 - unbound(left, *var)) * (1.0 - unbound(right, *var));
            let equal = if keys.is_empty() { 1.0 / different(&[*var]) } else { SELECTIVITY };
            agree.pairs *= open + (1.0 - open) * equal;
        }
        // Of the pairs that agree conditions on both keep some, and half of the rows that have partners keep one, as far as is known.
        let (of_pairs, of_rows) = if conditions.is_empty() { (1.0, 1.0) } else { (SELECTIVITY, 0.5) };
        let pairs = left.rows * right.rows * agree.pairs * of_pairs;
        let partnered = if told {
            left.rows * agree.some.min(agree.pairs * right.rows) * of_rows
        } else {
            left.rows / 2.0
        };
        match kind {
            JoinKind::Inner => pairs,
            JoinKind::Left => pairs.max(left.rows),
            JoinKind::Semi => partnered,
            JoinKind::Anti | JoinKind::Minus => left.rows - partnered,
            JoinKind::Mark(_) => left.rows,
        }
    }
}

/// Which part of the rows of a plan does not bind a variable, as far as its operators tell.
pub(super) fn unbound(node: &Node, var: Var) -> f64 {
    // As often as not an OPTIONAL finds nothing.
    const OPTIONAL: f64 = 0.5;
    if node.certain.contains(var) {
        return 0.0;
    }
    match &node.op {
        Op::Values(vars, rows) => {
            let column = vars.iter().position(|known| *known == var);
            let open = rows.iter().filter(|row| column.and_then(|n| row.get(n)).is_none_or(Option::is_none));
            open.count() as f64 / (rows.len() as f64).max(1.0)
        }
        Op::IndexJoin { optional: true, .. } | Op::HashJoin { kind: JoinKind::Left, .. }
            if !node.inputs.first().is_some_and(|left| left.columns().contains(var)) =>
        {
            OPTIONAL
        }
        // What is computed is seldom an error; another name for a column is bound where that is.
        Op::Extend(computed, formula) if *computed == var => match formula.as_variable() {
            Some(from) => node.inputs.iter().map(|input| unbound(input, from)).fold(0.0, f64::max),
            None if formula.is_total(&node.certain) => 0.0,
            None => SELDOM,
        },
        Op::Group(_, aggregates, _) if let Some(aggregate) = aggregates.iter().find(|it| it.var == var) => {
            let of = |from| node.inputs.iter().map(|input| unbound(input, from)).fold(0.0, f64::max);
            aggregate.member_of().map_or(SELDOM, |from| of(from).max(SELDOM))
        }
        _ => node.inputs.iter().map(|input| unbound(input, var)).fold(0.0, f64::max),
    }
}

/// Whether a pattern is looked up from these rows by any predicate.
pub(super) fn has_open_predicate(left: &Node, pattern: &Pattern) -> bool {
    let [_, predicate, _] = &pattern.slots;
    predicate.var().is_some_and(|var| !left.output.contains(&var))
}

/// The one empty solution.
pub(super) fn unit() -> Node {
    Node::new(Op::Unit, Vec::new(), Vec::new(), VarSet::new(), 1.0).unique(true)
}
