//! From the plan to operators that run: columns by place, constants by number, expressions compiled.
//!
//! In: a [`Node`] and the dataset. Out: an operator over operators. A new operator is added here, in
//! `plan/physical.rs`, and in a file of its own.

use super::Running;
use super::batch::{Batch, From};
use super::computed::taken;
use super::context::Context;
use super::dataset::Dataset;
use super::formula::Compiled;
use super::measured::Measured;
use super::operators::reach::{self, Walk};
use super::operators::{
    distinct, each_graph, equality_class, exchange, exists, extend, filter, group, hash_join, index_join,
    intersect, lateral, lookup, number, once, partition, project, scan, slice, sort, union, unpack,
};
use crate::error::Result;
use crate::plan::cost;
use crate::plan::equality::class_of;
use crate::plan::logical::{self, Constant, Pattern, Reach, Slot, Source, Step};
use crate::plan::lower::is_volatile;
use crate::plan::physical::{Bag, JoinKind, Node, Op, OrderKey, comes_sorted};
use crate::plan::variables::{Var, VarSet, VariableNames};
use crate::store::{End, FIRST_FOREIGN, Id, NONE, PairCursor, View};
use crate::syntax::algebra::Expression;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

/// Builds operators for one query. Operators that plan and build while they run keep a clone.
#[derive(Clone)]
pub struct Builder<'a> {
    /// What is read.
    pub dataset: Arc<Dataset<'a>>,
    /// What variables are called.
    pub names: Arc<VariableNames>,
    /// The graph at hand, inside of GRAPH with a variable.
    pub each: Option<Id>,
    /// The rows at hand, inside of a lookup.
    pub seed: Arc<Batch>,
    /// On how many threads it may run.
    pub threads: usize,
    /// What copies of the same operators share, while they are built.
    pub shared: Option<Arc<Shared>>,
}

/// What copies of the same operators share.
pub struct Shared {
    /// The parts of the data that they read.
    parts: Arc<Vec<scan::Part>>,
    /// The held sides of joins, by the numbers of the joins.
    tables: HashMap<usize, Table>,
}

/// A held side, once it was read.
type Table = Arc<OnceLock<Arc<hash_join::Held>>>;

impl<'a> Builder<'a> {
    /// For a query over a dataset, on one thread.
    pub fn new(dataset: Dataset<'a>, names: &VariableNames) -> Self {
        let (dataset, names) = (Arc::new(dataset), Arc::new(names.clone()));
        Self { dataset, names, each: None, seed: Arc::default(), threads: 1, shared: None }
    }

    /// The graph that patterns of this source are matched against; nothing where there is none.
    fn view(&self, source: &Source) -> Result<Option<View<'a>>> {
        match (source, self.each) {
            (Source::Each(_), Some(graph)) => match self.dataset.named(graph)? {
                // FROM NAMED may name a graph that holds nothing.
                None if graph >= FIRST_FOREIGN => self.dataset.empty().map(Some),
                view => Ok(view),
            },
            _ => self.dataset.view(source),
        }
    }

    /// The operators of a node, to be run while another operator runs: they are not measured in the plan.
    ///
    /// # Errors
    /// Where the graph is damaged.
    pub fn build_within(&self, node: &Node, cx: &mut Context<'_>) -> Result<Running<'a>> {
        let known = cx.measures.len();
        let running = self.build(node, &VarSet::new(), cx);
        cx.measures.truncate(known);
        running
    }

    /// The operators of a node that is run many times: all its runs are measured together, from a number on that
    /// [`Self::reserved`] gave.
    ///
    /// # Errors
    /// Where the graph is damaged.
    pub fn build_again(&self, node: &Node, first: usize, cx: &mut Context<'_>) -> Result<Running<'a>> {
        if first > cx.measures.len() {
            // Within what is not measured itself.
            return self.build_within(node, cx);
        }
        let measured = cx.measures.split_off(first);
        let running = self.build(node, &VarSet::new(), cx);
        cx.measures.truncate(first);
        cx.measures.extend(measured);
        running
    }

    /// Keeps numbers free for the measures of a node and all below it; gives the first.
    fn reserved(node: &Node, cx: &mut Context<'_>) -> usize {
        let first = cx.measures.len();
        cx.measures.resize(first + measured(node), super::context::Measure::default());
        first
    }

    /// The operator of a node, measured, over those of its inputs. Nodes are numbered as they are met,
    /// each before its inputs. Columns in `computed` may come without numbers of terms; all others have them.
    ///
    /// # Errors
    /// Where the graph is damaged.
    pub fn build(&self, node: &Node, computed: &VarSet, cx: &mut Context<'_>) -> Result<Running<'a>> {
        let number = cx.measures.len();
        cx.measures.push(super::context::Measure::default());
        if let Op::EachGraph(var) = node.op {
            let each = self.each_graph(node, var);
            return Ok(Box::new(Measured::new(number, Box::new(each))));
        }
        if let (Op::Lookup(kind, var), [left, right]) = (&node.op, node.inputs.as_slice()) {
            let lookup = self.lookup(node, (*kind, *var), (left, right), cx)?;
            return Ok(Box::new(Measured::new(number, Box::new(lookup))));
        }
        if let (Op::Exchange, [inner]) = (&node.op, node.inputs.as_slice()) {
            let rows = match self.exchange(inner, computed, number, cx)? {
                Some(exchange) => exchange,
                None => self.build(inner, computed, cx)?,
            };
            return Ok(Box::new(Measured::new(number, rows)));
        }
        let mut inputs = Vec::with_capacity(node.inputs.len());
        let taken = taken(node, computed);
        for (place, input) in node.inputs.iter().enumerate() {
            if place == 1 && self.shares(number) {
                Self::reserved(input, cx);
            } else {
                inputs.push(self.build(input, &taken, cx)?);
            }
        }
        Ok(Box::new(Measured::new(number, self.operator(node, (number, computed), inputs, cx)?)))
    }

    /// Whether the second input of the operator of this number is held for several copies of it.
    fn shares(&self, number: usize) -> bool {
        self.shared.as_ref().is_some_and(|shared| shared.tables.contains_key(&number))
    }

    /// Copies of operators, each to run on a thread of its own; nothing where that is not possible or does not pay. What their joins
    /// hold is read once, here.
    fn exchange(
        &self,
        node: &Node,
        computed: &VarSet,
        own: usize,
        cx: &mut Context<'_>,
    ) -> Result<Option<Running<'a>>> {
        // Whoever wants to see every batch sees them in the order of one thread.
        if self.threads < 2 || cx.trace.is_some() || self.shared.is_some() {
            return Ok(None);
        }
        if let Op::Group(keys, aggregates) = &node.op {
            return self.partition(node, (keys, aggregates), computed, own, cx);
        }
        let Some(parts) = self.parts(node, cx.governor().plans_every_way())? else { return Ok(None) };
        let (count, first) = (parts.len(), Self::reserved(node, cx));
        let (mut tables, mut prepare) = (HashMap::new(), Vec::new());
        let (mut node_at, mut number) = (node, first);
        while let Some(left) = node_at.inputs.first() {
            if let (Op::HashJoin { kind, keys, loose, conditions }, Some(right)) =
                (&node_at.op, node_at.inputs.get(1))
            {
                let table = Table::default();
                let rows = self.build_again(right, number + 1 + measured(left), cx)?;
                let shape = self.hash_join(node_at, (*kind, keys, loose, conditions))?;
                prepare.push(held(rows, shape, Arc::clone(&table)));
                tables.insert(number, table);
            }
            (node_at, number) = (left, number + 1);
        }
        let shared = Some(Arc::new(Shared { parts: Arc::new(parts), tables }));
        let builder = Self { shared, ..self.clone() };
        let mut workers = Vec::with_capacity(self.threads);
        for _ in 0..self.threads.min(count) {
            let mut cx = cx.twin(self.dataset.graph());
            cx.measures.resize(first, super::context::Measure::default());
            let root = builder.build(node, computed, &mut cx)?;
            workers.push(exchange::Worker { root, cx });
        }
        Ok(Some(Box::new(exchange::Exchange::new(workers, prepare, count, (own, first)))))
    }

    /// Copies of a grouping, each for a part of the keys; nothing where a key is not bound.
    fn partition(
        &self,
        node: &Node,
        (keys, aggregates): (&[Var], &[logical::Aggregate]),
        computed: &VarSet,
        own: usize,
        cx: &mut Context<'_>,
    ) -> Result<Option<Running<'a>>> {
        let Some(below) = node.inputs.first() else { return Ok(None) };
        let places: Option<Vec<usize>> = keys.iter().map(|key| place(&below.output, *key)).collect();
        let Some(places) = places else { return Ok(None) };
        let first = cx.measures.len();
        cx.measures.push(super::context::Measure::default());
        // Rows are shared out by the numbers of their keys.
        let taken = taken(node, computed).without(&keys.iter().copied().collect());
        let input = self.build(below, &taken, cx)?;
        let mut names = VariableNames::clone(&self.names);
        let row = names.fresh("row");
        let builder = Self { names: Arc::new(names), ..self.clone() };
        let columns: Vec<Var> = below.output.iter().copied().chain([row]).collect();
        let first_row = logical::Aggregate::first(row, &builder.names);
        let mut shares = Vec::with_capacity(self.threads);
        for share in 0..self.threads {
            let (inbox, way) = partition::Inbox::new(places.clone(), (share, self.threads));
            let aggregates = aggregates.iter().chain([&first_row]);
            let aggregates = aggregates.map(|aggregate| builder.aggregate(aggregate, computed, &columns));
            let key = |column: &usize| group::Key { column: Some(*column), computed: false };
            let keys = places.iter().map(key).collect();
            let group = group::Group::new(keys, aggregates.collect::<Result<_>>()?, Box::new(inbox));
            let mut cx = cx.twin(self.dataset.graph());
            cx.measures.resize(first + 1, super::context::Measure::default());
            shares.push(partition::Share::new(Box::new(Measured::new(first, Box::new(group))), cx, way));
        }
        Ok(Some(Box::new(partition::Partition::new(input, shares, (own, first)))))
    }

    /// The parts of the scan that leads, each of about a millisecond's work; nothing where there is but one.
    fn parts(&self, node: &Node, finely: bool) -> Result<Option<Vec<scan::Part>>> {
        let mut lead = node;
        while let Some(input) = lead.inputs.first() {
            lead = input;
        }
        let Op::Scan { pattern, by, within } = &lead.op else { return Ok(None) };
        let Some(scan) = self.scan(pattern, *by, within, &lead.output)? else { return Ok(None) };
        let size = if finely { 3 } else { cost::rows_of_a_part(lead.rows, cost::streamed(node)) };
        Ok(scan.parts(size)?.filter(|parts| parts.len() > 1))
    }

    /// BIND. Upon another BIND it extends the same solutions.
    fn extend(
        &self,
        node: &Node,
        formula: &logical::Formula,
        computed: bool,
        input: Running<'a>,
        cx: &mut Context<'_>,
    ) -> Result<Running<'a>> {
        let below = node.inputs.first().map_or(&[][..], |input| &input.output);
        if let Some(value) = class_of(&formula.expression) {
            let value = logical::Formula { expression: value.clone(), vars: formula.vars.clone() };
            let compiled = Compiled::new(&value, below, &self.names)?;
            return Ok(Box::new(equality_class::EqualityClass::new(compiled, input)));
        }
        let mut compiled = Compiled::new(formula, below, &self.names)?;
        let extends = node.inputs.first().is_some_and(|input| matches!(input.op, Op::Extend(..)));
        compiled.number_solutions(cx.solutions(!extends));
        Ok(Box::new(extend::Extend::new(compiled, is_volatile(&formula.expression), computed, input)))
    }

    fn operator(
        &self,
        node: &Node,
        (number, computed): (usize, &VarSet),
        inputs: Vec<Running<'a>>,
        cx: &mut Context<'_>,
    ) -> Result<Running<'a>> {
        let below = node.inputs.first().map_or(&[][..], |input| &input.output);
        let mut inputs = inputs.into_iter();
        let free = || node.output.iter().map(|var| computed.contains(*var)).collect::<Vec<bool>>();
        let mut next = || inputs.next().unwrap_or_else(|| Box::new(once::Once::new(Batch::default())));
        Ok(match &node.op {
            Op::Empty => Box::new(once::Once::new(Batch::default())),
            Op::Unit => Box::new(once::Once::new(Batch { len: 1, ..Batch::default() })),
            Op::Scan { pattern, by, within } => {
                match (self.scan(pattern, *by, within, &node.output)?, &self.shared) {
                    (None, _) => Box::new(once::Once::new(Batch::default())),
                    (Some(scan), None) => Box::new(scan),
                    (Some(scan), Some(shared)) => Box::new(scan.of_parts(Arc::clone(&shared.parts))),
                }
            }
            Op::IndexJoin { pattern, optional, bag } => {
                self.index_join(pattern, *optional, *bag, &node.output, below, next())?
            }
            Op::Seed => Box::new(once::Once::new(Batch::clone(&self.seed))),
            // Built above, since what they read is built anew for each graph or batch.
            Op::EachGraph(_) | Op::Lookup(..) | Op::Exchange => next(),
            Op::Exists { .. } | Op::Lateral { .. } => self.by_row(node, below, next()),
            Op::Unpack(var, slots) => {
                Box::new(unpack::Unpack::new(unpack_shape(*var, slots, &node.output, below, cx)?, next()))
            }
            Op::Number(_) => Box::new(number::Number::new(next())),
            Op::Intersect { patterns, bag } => self.intersect(patterns, *bag, &node.output, below, next())?,
            Op::Reach { reach, bag } => self.reach(reach, *bag, &node.output, below, next(), cx)?,
            Op::HashJoin { kind, keys, loose, conditions } => {
                let shape = self.hash_join(node, (*kind, keys, loose, conditions))?;
                let left = next();
                let right = match self.shared.as_ref().and_then(|shared| shared.tables.get(&number)) {
                    Some(table) => hash_join::Right::Shared(Arc::clone(table)),
                    None => hash_join::Right::Input(next()),
                };
                Box::new(hash_join::HashJoin::new(shape, left, right))
            }
            Op::Union => Box::new(union::Union::new(inputs.collect())),
            Op::Filter(conditions) => {
                Box::new(filter::Filter::new(self.compiled(conditions, below)?, next()))
            }
            Op::Extend(var, formula) => self.extend(node, formula, computed.contains(*var), next(), cx)?,
            Op::Values(vars, rows) => Box::new(once::Once::new(values(vars, rows, cx)?)),
            Op::Group(keys, aggregates) => self.group((keys, aggregates), computed, below, next())?,
            Op::Distinct => Box::new(distinct::Distinct::new(free(), next())),
            Op::Combine => Box::new(distinct::Combine::new(free(), next())),
            Op::Sort(keys, first) => Box::new(sorted(node, keys, *first, next())),
            Op::Slice(offset, limit) => Box::new(slice::Slice::new(*offset, *limit, next())),
            Op::Project => {
                let columns = node.output.iter().map(|var| place(below, *var)).collect();
                Box::new(project::Project::new(columns, next()))
            }
        })
    }

    /// What is planned and run anew for each row of its input.
    fn by_row(&self, node: &Node, below: &[Var], input: Running<'a>) -> Running<'a> {
        let read = |reads: &[Var]| reads.iter().filter_map(|var| Some((*var, place(below, *var)?))).collect();
        match &node.op {
            Op::Exists { pattern, reads, existence } => {
                let keep = node.output.iter().map(|var| place(below, *var)).collect();
                let (pattern, reads) = ((**pattern).clone(), read(reads));
                let shape = exists::Shape { pattern, reads, existence: *existence, keep };
                Box::new(exists::Exists::new(shape, self.clone(), input))
            }
            Op::Lateral { pattern, reads, wanted, bag } => {
                let output = node.output.iter().map(|var| (place(below, *var), place(wanted, *var)));
                let shape = lateral::Shape {
                    pattern: (**pattern).clone(),
                    reads: read(reads),
                    wanted: wanted.clone(),
                    output: output.collect(),
                    bag: *bag,
                };
                Box::new(lateral::Lateral::new(shape, self.clone(), input))
            }
            _ => input,
        }
    }

    fn compiled(&self, conditions: &[logical::Formula], columns: &[Var]) -> Result<Vec<Compiled>> {
        conditions.iter().map(|condition| Compiled::new(condition, columns, &self.names)).collect()
    }

    fn scan(
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
        let ranges = self.dataset.passing(within.iter().map(|formula| &formula.expression))?;
        Ok(scan.within(scan::Within { ranges, conditions: self.compiled(within, &column)? }))
    }

    fn index_join(
        &self,
        pattern: &Pattern,
        optional: bool,
        bag: Bag,
        output: &[Var],
        below: &[Var],
        input: Running<'a>,
    ) -> Result<Running<'a>> {
        let (Some(ids), Some(view)) = (pattern.ids(), self.view(&pattern.source)?) else {
            let columns = output.iter().map(|var| place(below, *var)).collect();
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
        let shape = index_join::Shape {
            places: [from(s, s_id), from(p, p_id), from(o, o_id)],
            equal: equal_slots(pattern, &known),
            kept: output.iter().filter_map(|var| place(below, *var)).collect(),
            new: output
                .iter()
                .filter(|var| !known.contains(**var))
                .filter_map(|var| slot_of(pattern, *var))
                .collect(),
            counted: bag == Bag::Rows,
            optional,
        };
        Ok(Box::new(index_join::IndexJoin::new(view, shape, input)?))
    }

    fn intersect(
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
        let shape = intersect::Shape {
            ends,
            kept: output.iter().filter_map(|var| place(below, *var)).collect(),
            live: output.iter().any(|var| place(below, *var).is_none()),
            counted: bag == Bag::Rows,
        };
        Ok(Box::new(intersect::Intersect::new(cursors, shape, input)))
    }

    fn reach(
        &self,
        reach: &Reach,
        bag: Bag,
        output: &[Var],
        below: &[Var],
        input: Running<'a>,
        cx: &mut Context<'_>,
    ) -> Result<Running<'a>> {
        // A graph without triples has no node; a constant still reaches itself.
        let view = self.view(&reach.source)?.map_or_else(|| self.dataset.empty(), Ok)?;
        let from = |slot: &Slot, cx: &mut Context<'_>| -> Result<From> {
            Ok(match slot {
                Slot::Var(var) => place(below, *var).map_or(From::New, From::Column),
                Slot::Term(constant) => From::Term(match constant.id {
                    Some(id) => id,
                    None => cx.intern(&constant.term)?,
                }),
            })
        };
        let [start, end] = &reach.ends;
        let new = output.iter().filter(|var| place(below, **var).is_none());
        let shape = reach::Shape {
            ends: [from(start, cx)?, from(end, cx)?],
            same: start == end,
            kept: output.iter().filter_map(|var| place(below, *var)).collect(),
            new: new.filter_map(|var| reach.ends.iter().position(|end| end.var() == Some(*var))).collect(),
            counted: bag == Bag::Rows,
        };
        let walk = |forward| -> Result<reach::Repeat<'a>> {
            let step = walk(&reach.step, &view, forward)?;
            Ok(reach::Repeat::new(step, reach.zero, reach.many))
        };
        let walks = [walk(true)?, walk(false)?];
        Ok(Box::new(reach::Reach::new(view.clone(), walks, shape, input)))
    }

    fn lookup(
        &self,
        node: &Node,
        (kind, var): (JoinKind, Var),
        (left, right): (&Node, &Node),
        cx: &mut Context<'_>,
    ) -> Result<lookup::Lookup<'a>> {
        let input = self.build(left, &VarSet::new(), cx)?;
        let seed = seed_of(right).into_iter().flatten().filter_map(|seed| place(&left.output, *seed));
        let side = |column: &Var| match (place(&left.output, *column), place(&right.output, *column)) {
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

    fn each_graph(&self, node: &Node, var: Var) -> each_graph::EachGraph<'a> {
        let inner = node.inputs.first().cloned();
        let below = inner.as_ref().map_or(&[][..], |inner| &inner.output);
        let columns =
            node.output.iter().map(|column| if *column == var { None } else { place(below, *column) });
        let shape = each_graph::Shape { columns: columns.collect(), own: place(below, var), inner };
        each_graph::EachGraph::new(shape, self.clone())
    }

    fn hash_join(
        &self,
        node: &Node,
        (kind, keys, loose, conditions): (JoinKind, &[Var], &[Var], &[logical::Formula]),
    ) -> Result<hash_join::Shape> {
        let columns = |place: usize| node.inputs.get(place).map_or(&[][..], |input| &input.output);
        let sides = &Sides { left: columns(0), right: columns(1), loose };
        let both = |vars: &[Var]| -> Vec<(usize, usize)> {
            vars.iter().filter_map(|var| place(sides.left, *var).zip(place(sides.right, *var))).collect()
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
            conditions: self.compiled(conditions, &pair)?,
            pair: pair.iter().filter_map(|var| sides.side(*var)).collect(),
            output: columns,
        })
    }

    /// Where the only condition is that a column of the right is less or greater than one of the left: see [`hash_join::Shape`].
    fn extreme(&self, conditions: &[logical::Formula], sides: &Sides<'_>) -> Option<(usize, bool)> {
        let [condition] = conditions else { return None };
        let (less, more) = match &condition.expression {
            Expression::Less(a, b) | Expression::LessOrEqual(a, b) => (a, b),
            Expression::Greater(a, b) | Expression::GreaterOrEqual(a, b) => (b, a),
            _ => return None,
        };
        let side = |expression: &Expression| match expression {
            Expression::Variable(variable) => sides.side(self.names.find(variable.as_str())?),
            _ => None,
        };
        match (side(less)?, side(more)?) {
            (hash_join::Side::Left(_), hash_join::Side::Right(value)) => Some((value, true)),
            (hash_join::Side::Right(value), hash_join::Side::Left(_)) => Some((value, false)),
            _ => None,
        }
    }

    fn group(
        &self,
        (keys, aggregates): (&[Var], &[logical::Aggregate]),
        computed: &VarSet,
        below: &[Var],
        input: Running<'a>,
    ) -> Result<Running<'a>> {
        let key = |key: &Var| group::Key { column: place(below, *key), computed: computed.contains(*key) };
        let aggregates = aggregates.iter().map(|aggregate| self.aggregate(aggregate, computed, below));
        let keys = keys.iter().map(key).collect();
        Ok(Box::new(group::Group::new(keys, aggregates.collect::<Result<_>>()?, input)))
    }

    fn aggregate(
        &self,
        aggregate: &logical::Aggregate,
        computed: &VarSet,
        columns: &[Var],
    ) -> Result<group::Aggregate> {
        let argument = aggregate.argument.as_ref();
        Ok(group::Aggregate {
            function: aggregate.function.clone(),
            argument: argument.map(|formula| Compiled::new(formula, columns, &self.names)).transpose()?,
            distinct: aggregate.distinct,
            computed: computed.contains(aggregate.var),
        })
    }
}

/// A sort, which has less to do where its input comes sorted.
fn sorted<'a>(node: &Node, keys: &[OrderKey], first: Option<u64>, input: Running<'a>) -> sort::Sort<'a> {
    let below = node.inputs.first();
    let columns = below.map_or(&[][..], |below| &below.output);
    let places = keys.iter().filter_map(|key| Some((place(columns, key.var)?, key.descending))).collect();
    let sort = sort::Sort::new(places, first, input);
    if below.is_some_and(|below| comes_sorted(below, keys)) { sort.of_sorted() } else { sort }
}

/// Under how many numbers a node and those below it are measured.
fn measured(node: &Node) -> usize {
    let (mut count, mut open) = (0, vec![node]);
    while let Some(node) = open.pop() {
        count += 1;
        if !matches!(node.op, Op::EachGraph(_)) {
            open.extend(&node.inputs);
        }
    }
    count
}

/// What reads the held side of a join into its table.
fn held(rows: Running<'_>, shape: hash_join::Shape, table: Table) -> exchange::Prepare<'_> {
    Box::new(move |cx: &mut Context<'_>| {
        let held = Arc::new(hash_join::Held::of(rows, &shape, cx)?);
        table.get_or_init(|| held);
        Ok(())
    })
}

/// A step ready to walk, from its start or from its end.
fn walk<'a>(step: &Step, view: &View<'a>, forward: bool) -> Result<Walk<'a>> {
    let end = if forward { End::Subject } else { End::Object };
    let all = |parts: &[Step]| parts.iter().map(|part| walk(part, view, forward)).collect::<Result<Vec<_>>>();
    Ok(match step {
        Step::Link(predicate) => link(predicate.id, view, end)?,
        Step::Back(predicate) => link(predicate.id, view, end.other())?,
        Step::Either(parts) => Walk::Either(all(parts)?),
        Step::Sequence(parts) => {
            let between = step.is_nullable().then(|| view.clone());
            let mut parts = all(parts)?;
            if !forward {
                parts.reverse();
            }
            Walk::Sequence(parts, between)
        }
        Step::Not(excluded, back) => {
            let mut excluded: Vec<Id> = excluded.iter().filter_map(|constant| constant.id).collect();
            excluded.sort_unstable();
            Walk::Not(view.clone(), excluded, if *back { end.other() } else { end })
        }
        Step::Repeat(step, zero, many) => Walk::repeat(walk(step, view, forward)?, *zero, *many),
    })
}

fn link<'a>(predicate: Option<Id>, view: &View<'a>, end: End) -> Result<Walk<'a>> {
    Ok(Walk::Link(match predicate {
        Some(predicate) => view.pairs(predicate, end)?,
        None => PairCursor::empty(),
    }))
}

/// The rows of VALUES, their terms numbered.
fn values(vars: &[Var], rows: &[Vec<Option<Constant>>], cx: &mut Context<'_>) -> Result<Batch> {
    let mut columns = vec![Vec::with_capacity(rows.len()); vars.len()];
    for row in rows {
        for (column, cell) in columns.iter_mut().zip(row) {
            column.push(match cell {
                None => NONE,
                Some(constant) => match constant.id {
                    Some(id) => id,
                    None => cx.intern(&constant.term)?,
                },
            });
        }
    }
    Ok(Batch::of(columns, rows.len()))
}

/// What is looked for in a triple term.
fn unpack_shape(
    var: Var,
    slots: &[Slot; 3],
    output: &[Var],
    below: &[Var],
    cx: &mut Context<'_>,
) -> Result<unpack::Shape> {
    let mut places = [From::New; 3];
    for (from, slot) in places.iter_mut().zip(slots) {
        *from = match slot {
            Slot::Var(var) => place(below, *var).map_or(From::New, From::Column),
            Slot::Term(constant) => From::Term(match constant.id {
                Some(id) => id,
                None => cx.intern(&constant.term)?,
            }),
        };
    }
    let pattern = Pattern { slots: slots.clone(), source: Source::Default };
    let new = output.iter().filter(|var| place(below, **var).is_none());
    Ok(unpack::Shape {
        term: place(below, var).unwrap_or(usize::MAX),
        places,
        equal: equal_slots(&pattern, &below.iter().copied().collect()),
        kept: output.iter().filter_map(|var| place(below, *var)).collect(),
        new: new.filter_map(|var| slot_of(&pattern, *var)).collect(),
    })
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
    left: &'s [Var],
    right: &'s [Var],
    loose: &'s [Var],
}

impl Sides<'_> {
    fn side(&self, var: Var) -> Option<hash_join::Side> {
        match (place(self.left, var), place(self.right, var)) {
            (Some(left), Some(right)) if self.loose.contains(&var) => {
                Some(hash_join::Side::Either(left, right))
            }
            (Some(left), _) => Some(hash_join::Side::Left(left)),
            (None, right) => right.map(hash_join::Side::Right),
        }
    }
}

fn place(columns: &[Var], var: Var) -> Option<usize> {
    columns.iter().position(|column| *column == var)
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
