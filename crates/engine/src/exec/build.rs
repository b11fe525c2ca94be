//! From the plan to operators that run: columns by place, constants by number, expressions compiled.
//!
//! In: a [`Node`] and the dataset. Out: an operator over operators. A new operator is added here, in
//! `plan/physical.rs`, and in a file of its own; what is more than a line of it, in a file below `build/`.

mod joins;
mod matching;
mod paths;
mod threads;

use super::Running;
use super::batch::Batch;
use super::computed::taken;
use super::context::{Context, Measure};
use super::dataset::Dataset;
use super::formula::Compiled;
use super::measured::Measured;
use super::operators::{
    distinct, each_graph, equality_class, exists, extend, filter, group, hash_join, lateral, number, once,
    project, slice, sort, union, unpack, unroll,
};
use crate::error::Result;
use crate::plan::equality::{class_of, is_of_first};
use crate::plan::exists::is_drawn_anew;
use crate::plan::logical::{self, Constant, Source};
use crate::plan::physical::{Node, Op, OrderKey, comes_by_first, comes_sorted, is_by_value};
use crate::plan::variables::{Var, VarSet, VariableNames};
use crate::store::{FIRST_FOREIGN, Id, NONE, View};
use matching::unpack_shape;
use std::cell::Cell;
use std::sync::Arc;
pub use threads::Shared;
use threads::measured;

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
    pub seed: Option<Arc<Batch>>,
    /// On how many threads it may run.
    pub threads: usize,
    /// What copies of the same operators share, while they are built.
    pub shared: Option<Arc<Shared>>,
}

impl<'a> Builder<'a> {
    /// For a query over a dataset, on one thread.
    pub fn new(dataset: Dataset<'a>, names: Arc<VariableNames>) -> Self {
        let dataset = Arc::new(dataset);
        Self { dataset, names, each: None, seed: None, threads: 1, shared: None }
    }

    /// The graph that patterns of this source are matched against; nothing where there is none.
    fn view(&self, source: &Source) -> Result<Option<View<'a>>> {
        match (source, self.each) {
            (Source::Each, Some(graph)) => match self.dataset.named(graph)? {
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
        cx.measures.resize(first + measured(node), Measure::default());
        first
    }

    /// The operator of a node, measured, over those of its inputs. Nodes are numbered as they are met,
    /// each before its inputs. Columns in `computed` may come without numbers of terms; all others have them.
    ///
    /// # Errors
    /// Where the graph is damaged.
    pub fn build(&self, node: &Node, computed: &VarSet, cx: &mut Context<'_>) -> Result<Running<'a>> {
        cx.check()?;
        let number = cx.measures.len();
        cx.measures.push(Measure::default());
        if let Op::EachGraph(var) = node.op {
            let each = self.each_graph(node, var, cx);
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

    /// BIND.
    fn extend(
        &self,
        node: &Node,
        formula: &logical::Formula,
        computed: bool,
        input: Running<'a>,
    ) -> Result<Running<'a>> {
        let below = node.inputs.first().map_or(&[][..], |input| &input.output);
        if let Some(value) = class_of(&formula.expression) {
            let first = is_of_first(&formula.expression);
            let value = logical::Formula { expression: Arc::new(value.clone()), vars: formula.vars.clone() };
            let compiled = self.formula(&value, below)?;
            return Ok(Box::new(equality_class::EqualityClass::new(compiled, input, first)));
        }
        let compiled = self.formula(formula, below)?;
        let input = unrolled(input, formula.is_volatile());
        Ok(Box::new(extend::Extend::new(compiled, computed, input)))
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
            Op::Scan { pattern, by, within, reading } => {
                match (self.scan(pattern, *by, within, &node.output)?, &self.shared) {
                    (None, _) => Box::new(once::Once::new(Batch::default())),
                    (Some(scan), None) => Box::new(scan.reading(*reading)),
                    (Some(scan), Some(shared)) => Box::new(scan.of_parts(Arc::clone(&shared.parts))),
                }
            }
            Op::IndexJoin { pattern, optional, bag } => {
                self.index_join(pattern, *optional, *bag, &node.output, below, next())?
            }
            Op::Seed => Box::new(once::Once::new(self.seed.as_deref().cloned().unwrap_or_default())),
            // Built above, since what they read is built anew for each graph or batch.
            Op::EachGraph(_) | Op::Lookup(..) | Op::Exchange => next(),
            Op::Exists { .. } | Op::Lateral { .. } => self.by_row(node, number, below, next()),
            Op::Unpack(var, slots) => {
                Box::new(unpack::Unpack::new(unpack_shape(*var, slots, &node.output, below, cx)?, next()))
            }
            Op::Number(_) => Box::new(number::Number::new(unrolled(next(), true))),
            Op::Intersect { patterns, bag } => self.intersect(patterns, *bag, &node.output, below, next())?,
            Op::Reach { reach, bag } => self.reach(reach, *bag, &node.output, below, next(), cx)?,
            Op::HashJoin { kind, keys, loose, conditions } => {
                let shape = self.hash_join(node, (*kind, keys, loose, conditions))?;
                let is_drawn = conditions.iter().any(logical::Formula::is_volatile);
                let mut next = || unrolled(next(), is_drawn);
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
            Op::Extend(var, formula) => self.extend(node, formula, computed.contains(*var), next())?,
            Op::Values(vars, rows) => Box::new(once::Once::new(values(vars, rows, cx)?)),
            Op::Group(keys, aggregates, having) => {
                let ascends = |var| ascends(node, var);
                self.group((keys, aggregates, having), computed, (below, &ascends), next())?
            }
            Op::Distinct => Box::new(distinct::Distinct::new(free(), next())),
            Op::Combine => Box::new(distinct::Combine::new(free(), next())),
            Op::Sort(keys, first) => Box::new(sorted(node, keys, *first, next())),
            Op::Slice(offset, limit) => Box::new(slice::Slice::new(*offset, *limit, next())),
            Op::Project => {
                let columns = places(below, &node.output);
                Box::new(project::Project::new(columns, next()))
            }
        })
    }

    /// What is planned and run anew for each row of its input.
    fn by_row(&self, node: &Node, number: usize, below: &[Var], input: Running<'a>) -> Running<'a> {
        let read = |reads: &[Var]| reads.iter().filter_map(|var| Some((*var, place(below, *var)?))).collect();
        let is_drawn = match &node.op {
            Op::Exists { pattern, .. } | Op::Lateral { pattern, .. } => is_drawn_anew(pattern),
            _ => false,
        };
        let input = unrolled(input, is_drawn);
        match &node.op {
            Op::Exists { pattern, reads, existence } => {
                let keep = places(below, &node.output);
                // One solution is enough.
                let (pattern, reads) = ((**pattern).clone().slice(0, Some(1)), read(reads));
                let shape = exists::Shape { number, pattern, reads, is_drawn, existence: *existence, keep };
                Box::new(exists::Exists::new(shape, self.clone(), input))
            }
            Op::Lateral { pattern, reads, wanted, bag } => {
                let output = places(below, &node.output).into_iter().zip(places(wanted, &node.output));
                let shape = lateral::Shape {
                    number,
                    pattern: (**pattern).clone(),
                    reads: read(reads),
                    is_drawn,
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
        conditions.iter().map(|condition| self.formula(condition, columns)).collect()
    }

    fn formula(&self, formula: &logical::Formula, columns: &[Var]) -> Result<Compiled> {
        Compiled::new(formula, columns, &self.names, self.dataset.governor())
    }

    fn each_graph(&self, node: &Node, var: Var, cx: &mut Context<'_>) -> each_graph::EachGraph<'a> {
        let inner = node.inputs.first().map(|inner| (inner.clone(), Self::reserved(inner, cx)));
        let below = inner.as_ref().map_or(&[][..], |(inner, _)| &inner.output);
        let columns = node.output.iter().zip(places(below, &node.output));
        let columns = columns.map(|(column, place)| place.filter(|_| *column != var));
        let shape = each_graph::Shape { columns: columns.collect(), own: place(below, var), inner };
        each_graph::EachGraph::new(shape, self.clone())
    }

    fn group(
        &self,
        (keys, aggregates, having): (&[Var], &[logical::Aggregate], &[logical::Formula]),
        computed: &VarSet,
        (below, ascends): (&[Var], &dyn Fn(Var) -> bool),
        input: Running<'a>,
    ) -> Result<Running<'a>> {
        let having = self.having(keys, aggregates, having)?;
        let key = |key: &Var| group::Key { column: place(below, *key), computed: computed.contains(*key) };
        let aggregates =
            aggregates.iter().map(|aggregate| self.aggregate(aggregate, computed, (below, ascends)));
        let keys = keys.iter().map(key).collect();
        Ok(Box::new(group::Group::new(keys, aggregates.collect::<Result<_>>()?, having, input)))
    }

    /// The conditions on the groups of these keys and aggregates.
    fn having(
        &self,
        keys: &[Var],
        aggregates: &[logical::Aggregate],
        having: &[logical::Formula],
    ) -> Result<Vec<Compiled>> {
        let columns: Vec<Var> = keys.iter().copied().chain(aggregates.iter().map(|it| it.var)).collect();
        self.compiled(having, &columns)
    }

    /// The places of the columns whose variables the text has.
    fn in_text(&self, columns: &[Var]) -> Vec<usize> {
        let in_text = (0..).zip(columns).filter(|(_, var)| self.names.is_in_text(**var));
        in_text.map(|(place, _)| place).collect()
    }

    fn aggregate(
        &self,
        aggregate: &logical::Aggregate,
        computed: &VarSet,
        (columns, ascends): (&[Var], &dyn Fn(Var) -> bool),
    ) -> Result<group::Aggregate> {
        let argument = aggregate.argument.as_ref();
        Ok(group::Aggregate {
            function: aggregate.function.clone(),
            argument: argument.map(|formula| self.formula(formula, columns)).transpose()?,
            distinct: aggregate.distinct,
            computed: computed.contains(aggregate.var),
            whole: if aggregate.distinct && argument.is_none() { self.in_text(columns) } else { Vec::new() },
            ascends: argument.and_then(logical::Formula::as_variable).is_some_and(ascends),
        })
    }
}

/// The rows of `input`, or its solutions one by one.
fn unrolled(input: Running<'_>, one_by_one: bool) -> Running<'_> {
    if one_by_one { Box::new(unroll::Unroll::new(input)) } else { input }
}

/// Whether the rows of a node's input come sorted by the numbers of a variable's terms.
fn ascends(node: &Node, var: Var) -> bool {
    let keys = [OrderKey { var, descending: false }];
    node.inputs.first().is_some_and(|input| comes_sorted(input, &keys) && !is_by_value(input))
}

/// A sort, which has less to do where its input comes sorted.
fn sorted<'a>(node: &Node, keys: &[OrderKey], first: Option<u64>, input: Running<'a>) -> sort::Sort<'a> {
    let below = node.inputs.first();
    let columns = below.map_or(&[][..], |below| &below.output);
    let places = keys.iter().filter_map(|key| Some((place(columns, key.var)?, key.descending))).collect();
    let sort = sort::Sort::new(places, first, input);
    match below {
        Some(below) if is_by_value(below) && comes_sorted(below, keys) => sort.of_sorted_by_value(),
        Some(below) if comes_sorted(below, keys) => sort.of_sorted(),
        Some(below) if comes_by_first(below, keys) => sort.of_leading(),
        _ => sort,
    }
}

/// The rows of VALUES, their terms numbered.
fn values(vars: &[Var], rows: &[Vec<Option<Constant>>], cx: &mut Context<'_>) -> Result<Batch> {
    let mut columns = vec![Vec::with_capacity(rows.len()); vars.len()];
    for row in rows {
        cx.work(vars.len())?;
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

fn place(columns: &[Var], var: Var) -> Option<usize> {
    columns.iter().position(|column| *column == var)
}

/// Of some variables the places of those that are columns, and the others.
fn kept_and_new(columns: &[Var], vars: &[Var]) -> (Vec<usize>, Vec<Var>) {
    let (mut kept, mut new) = (Vec::new(), Vec::new());
    for (var, place) in vars.iter().zip(places(columns, vars)) {
        place.map_or_else(|| new.push(*var), |place| kept.push(place));
    }
    (kept, new)
}

/// Where each of some variables is among columns.
fn places(columns: &[Var], vars: &[Var]) -> Vec<Option<usize>> {
    let columns = Columns::of(columns);
    vars.iter().map(|var| columns.place(*var)).collect()
}

/// Columns among which many variables are looked for, mostly in their order: each first right behind the one before.
struct Columns<'c> {
    columns: &'c [Var],
    next: Cell<usize>,
}

impl<'c> Columns<'c> {
    const fn of(columns: &'c [Var]) -> Self {
        Self { columns, next: Cell::new(0) }
    }

    fn place(&self, var: Var) -> Option<usize> {
        let next = self.next.get();
        let found = if self.columns.get(next) == Some(&var) { Some(next) } else { place(self.columns, var) };
        self.next.set(found.map_or(next, |found| found + 1));
        found
    }
}
