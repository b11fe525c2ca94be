//! Copies of operators that run side by side: for parts of the data, or for parts of the keys of groups.
//!
//! In: the node below an `Exchange`. Out: an operator that runs the copies, or nothing where one thread does as well. What the joins
//! of the copies hold is read once, and shared.

use super::{Builder, ascends, place};
use crate::error::Result;
use crate::exec::Running;
use crate::exec::computed::taken;
use crate::exec::context::{Context, Measure};
use crate::exec::measured::Measured;
use crate::exec::operators::{exchange, group, hash_join, partition, scan};
use crate::plan::cost;
use crate::plan::logical;
use crate::plan::physical::{Node, Op};
use crate::plan::variables::{Var, VarSet, VariableNames};
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

/// What copies of the same operators share.
pub struct Shared {
    /// The parts of the data that they read.
    pub(super) parts: Arc<Vec<scan::Part>>,
    /// The held sides of joins, by the numbers of the joins.
    pub(super) tables: HashMap<usize, Table>,
}

/// A held side, once it was read.
type Table = Arc<OnceLock<Arc<hash_join::Held>>>;

impl<'a> Builder<'a> {
    /// Copies of operators, each to run on a thread of its own; nothing where that is not possible or does not pay. What their joins
    /// hold is read once, here.
    pub(super) fn exchange(
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
        if let Op::Group(keys, aggregates, having) = &node.op {
            return self.partition(node, (keys, aggregates, having), computed, own, cx);
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
            cx.measures.resize(first, Measure::default());
            let root = builder.build(node, computed, &mut cx)?;
            workers.push(exchange::Worker { root, cx });
        }
        Ok(Some(Box::new(exchange::Exchange::new(workers, prepare, count, (own, first)))))
    }

    /// Copies of a grouping, each for a part of the keys; nothing where a key is not bound.
    fn partition(
        &self,
        node: &Node,
        (keys, aggregates, having): (&[Var], &[logical::Aggregate], &[logical::Formula]),
        computed: &VarSet,
        own: usize,
        cx: &mut Context<'_>,
    ) -> Result<Option<Running<'a>>> {
        let Some(below) = node.inputs.first() else { return Ok(None) };
        let places: Option<Vec<usize>> = keys.iter().map(|key| place(&below.output, *key)).collect();
        let Some(places) = places else { return Ok(None) };
        let first = cx.measures.len();
        cx.measures.push(Measure::default());
        // Rows are shared out by the numbers of their keys.
        let taken = taken(node, computed).without(&keys.iter().copied().collect());
        let input = self.build(below, &taken, cx)?;
        let mut names = VariableNames::clone(&self.names);
        let row = names.fresh("row");
        let builder = Self { names: Arc::new(names), ..self.clone() };
        let columns: Vec<Var> = below.output.iter().copied().chain([row]).collect();
        let ascends = |var| ascends(node, var);
        let first_row = logical::Aggregate::first(row, &builder.names);
        let mut shares = Vec::with_capacity(self.threads);
        for share in 0..self.threads {
            let (inbox, way) = partition::Inbox::new(places.clone(), (share, self.threads));
            let having = builder.having(keys, aggregates, having)?;
            let aggregates = aggregates.iter().chain([&first_row]);
            let aggregates =
                aggregates.map(|aggregate| builder.aggregate(aggregate, computed, (&columns, &ascends)));
            let key = |column: &usize| group::Key { column: Some(*column), computed: false };
            let keys = places.iter().map(key).collect();
            let group = group::Group::new(keys, aggregates.collect::<Result<_>>()?, having, Box::new(inbox));
            let mut cx = cx.twin(self.dataset.graph());
            cx.measures.resize(first + 1, Measure::default());
            shares.push(partition::Share::new(Box::new(Measured::new(first, Box::new(group))), cx, way));
        }
        Ok(Some(Box::new(partition::Partition::new(input, shares, (own, first)))))
    }

    /// The parts of the scan that leads, each of about a millisecond's work; nothing where there is but one.
    fn parts(&self, node: &Node, finely: bool) -> Result<Option<Vec<scan::Part>>> {
        let lead = node.lead();
        let Op::Scan { pattern, by, within, .. } = &lead.op else { return Ok(None) };
        let Some(scan) = self.scan(pattern, *by, within, &lead.output)? else { return Ok(None) };
        let size = if finely { 3 } else { cost::rows_of_a_part(lead.rows, cost::streamed(node)) };
        Ok(scan.parts(size)?.filter(|parts| parts.len() > 1))
    }
}

/// Under how many numbers a node and those below it are measured.
pub(super) fn measured(node: &Node) -> usize {
    let (mut count, mut open) = (0, vec![node]);
    while let Some(node) = open.pop() {
        count += 1;
        open.extend(&node.inputs);
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
