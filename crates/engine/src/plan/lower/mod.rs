//! From the logical plan to operators: which join, in which order, with which columns.
//!
//! In: a [`Logical`] tree, the variables that the reader needs. Out: a [`Node`] that gives just these
//! columns. A variable that nothing above needs is dropped where it was last needed: what it stood for
//! is counted, not enumerated, or not even counted where only different rows matter. It knows no graph.

mod access;
mod branches;
mod chain;
mod conjunction;
mod either;
mod joins;
mod keyed;
mod modifiers;
mod nested;
mod outer;

use super::Planned;
use super::cost;
use super::logical::{Kind, Logical, Slot};
use super::order::Wish;
use super::physical::{Bag, Node, Op};
use super::statistics::Statistics;
use super::variables::{Var, VarSet, VariableNames};
use branches::Branches;
use std::cell::Cell;
use std::collections::HashMap;

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
    let (closely, wish) = (Cell::new(false), Wish::default());
    let (led, all_rows) = (Cell::new(false), Cell::new(false));
    let (alone, keying, agreeing) = (is_alone(logical), false, HashMap::new());
    let mut lowering = Lowering {
        statistics,
        names,
        inside: 0,
        branches: Branches::default(),
        alone,
        closely,
        wish,
        led,
        all_rows,
        keying,
        agreeing,
    };
    let node = lowering.node(logical, &need, bag)?;
    // What could not be read for the last step.
    statistics.go_on()?;
    Ok(node.projected(columns.to_vec()))
}

struct Lowering<'a> {
    statistics: &'a dyn Statistics,
    names: &'a mut VariableNames,
    /// How many right sides of OPTIONAL, EXISTS and MINUS are around.
    inside: usize,
    /// How far parts are joined branch by branch.
    branches: Branches,
    /// Whether one pattern is all that is planned.
    alone: bool,
    /// Whether what is planned may take so long that more is asked of the statistics.
    closely: Cell<bool>,
    /// What is wanted of the rows of the conjunction that is planned next.
    wish: Wish,
    /// Whether a conjunction was planned for the order of a sort key that would else be planned in another way.
    led: Cell<bool>,
    /// Whether all rows of what is planned are read.
    all_rows: Cell<bool>,
    /// Whether a group is planned with computed keys, which the groups within it are not weighed for again.
    keying: bool,
    /// Which part of all pairs agrees in variables that stand for what is compared.
    agreeing: HashMap<Var, f64>,
}

impl Lowering<'_> {
    /// The statistics, where more may be asked of them than counts.
    fn close(&self) -> Option<&dyn Statistics> {
        self.closely.get().then_some(self.statistics)
    }

    /// Operators that give `need`, as far as `logical` may bind it, and nothing else.
    fn node(&mut self, logical: &Logical, need: &VarSet, bag: Bag) -> Planned<Node> {
        self.statistics.go_on()?;
        if !passes_wishes(&logical.kind) {
            // A left side that stays in its order may still give the first rows.
            let top = self.wish.top.filter(|_| matches!(logical.kind, Kind::LeftJoin(..)));
            self.wish = Wish { top, ..Wish::default() };
        }
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
        let (graphs, mut certain) = (self.statistics.graphs(), node.certain.clone());
        // Where the pattern binds the name, each of its values is that of one graph.
        let rows = node.rows * if node.output.contains(&var) { 1.0 } else { graphs };
        let built = cost::graphs(graphs) + node.cost * (graphs - 1.0).max(0.0);
        let mut output = node.output.clone();
        if need.contains(var) && !output.contains(&var) {
            output.push(var);
        }
        certain.insert(var);
        let mut node = Node::new(Op::EachGraph(var), vec![node], output, certain, rows);
        node.cost += built;
        Ok(node.pruned(need))
    }

    fn union(&mut self, parts: &[Logical], need: &VarSet, bag: Bag) -> Planned<Node> {
        let inputs: Planned<Vec<Node>> = parts.iter().map(|part| self.node(part, need, bag)).collect();
        Ok(self.union_of(inputs?))
    }

    /// The rows of one input after those of another. A column that one of them has not is unbound there.
    fn union_of(&self, inputs: Vec<Node>) -> Node {
        let (mut rows, mut columns) = (0.0, VarSet::new());
        for input in &inputs {
            rows += input.rows;
            columns.extend_with(&input.columns());
        }
        let output: Vec<Var> = columns.iter().collect();
        let mut certain = columns;
        for input in &inputs {
            certain = certain.intersection(&input.certain);
        }
        let inputs = inputs.into_iter().map(|input| input.projected(output.clone())).collect();
        Node::new(Op::Union, inputs, output, certain, rows)
    }
}

/// Whether a query is one pattern, of whose matches some are given out as they are found: no choice depends on how many there are.
fn is_alone(logical: &Logical) -> bool {
    match &logical.kind {
        Kind::Pattern(_) => true,
        Kind::Project(input, _) | Kind::Slice(input, ..) => is_alone(input),
        _ => false,
    }
}

/// Whether the rows of a node come as those of its first input do, or are those of a conjunction.
fn passes_wishes(kind: &Kind) -> bool {
    match kind {
        Kind::Pattern(_)
        | Kind::Reach(_)
        | Kind::Join(_)
        | Kind::Filter(..)
        | Kind::Minus(..)
        | Kind::Exists(..)
        | Kind::Extend(..)
        | Kind::Project(..) => true,
        // Rows of OPTIONAL without a partner come after the others.
        Kind::LeftJoin(..)
        | Kind::Graphs(..)
        | Kind::Unpack(..)
        | Kind::Numbered(..)
        | Kind::Lateral(..)
        | Kind::Union(_)
        | Kind::Values(..)
        | Kind::Group(..)
        | Kind::OrderBy(..)
        | Kind::Distinct(_)
        | Kind::Slice(..) => false,
    }
}
