//! The physical plan: operators, each with its inputs, its columns and what was expected of it.
//!
//! In: what `lower` decides. Out: a tree that `exec` runs and `show.rs` prints. It is plain data:
//! no graph, no cursor, no compiled expression.

use super::cost;
use super::estimate::{Legs, legs_of, legs_of_path};
use super::logical::{Aggregate, Constant, Existence, Formula, Logical, Pattern, Reach, Slot};
use super::variables::{Var, VarSet};
use crate::store::End;

/// Whether the number of equal rows matters to who reads them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bag {
    /// It does: a row stands for as many solutions as its count says.
    Rows,
    /// It does not: an operator may give equal rows once or many times, as it likes.
    Set,
}

/// How two inputs are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JoinKind {
    /// Every pair of compatible rows.
    Inner,
    /// And the left rows that have no partner.
    Left,
    /// The left rows that have a partner.
    Semi,
    /// The left rows that have none.
    Anti,
    /// As `Anti`, where a partner must also share a bound variable (MINUS, section 18.5).
    Minus,
    /// All left rows, with a variable that says whether there is a partner.
    Mark(Var),
}

impl From<Existence> for JoinKind {
    fn from(existence: Existence) -> Self {
        match existence {
            Existence::Required => Self::Semi,
            Existence::Forbidden => Self::Anti,
            Existence::Marked(var) => Self::Mark(var),
        }
    }
}

impl JoinKind {
    /// Whether the join gives out pairs: left rows with the columns of their partners.
    pub fn gives_pairs(self) -> bool {
        matches!(self, Self::Inner | Self::Left)
    }

    /// Whether a left row is given out by itself, beside any pairs, once it is known whether it has a partner.
    pub fn gives_alone(self, has_partner: bool) -> bool {
        match self {
            Self::Inner => false,
            Self::Semi => has_partner,
            Self::Left | Self::Anti | Self::Minus => !has_partner,
            Self::Mark(_) => true,
        }
    }
}

/// A key of a sort: values of a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderKey {
    /// What is sorted by.
    pub var: Var,
    /// Whether the greatest comes first.
    pub descending: bool,
}

/// So many pairs a scan reads first that reads downwards.
pub const FIRST_ROWS: usize = 256;

/// In which order a scan gives its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reading {
    /// As the numbers of terms tell.
    #[default]
    Numbers,
    /// By the values of so many of its ends.
    Values(usize),
    /// By the numbers of the end that leads, the greatest first, which beside the dictionary's own terms are in no order.
    Downwards,
}

/// What an operator does. Its inputs stand in its [`Node`].
#[derive(Debug, Clone)]
pub enum Op {
    /// One row without columns.
    Unit,
    /// No row.
    Empty,
    /// All matches of a triple pattern.
    Scan {
        /// What is read.
        pattern: Pattern,
        /// The end by which the rows come sorted, where both are free.
        by: End,
        /// Conditions on that end alone: ranges of its numbers are read, and nothing else.
        within: Vec<Formula>,
        /// In which order the rows come.
        reading: Reading,
    },
    /// For each row of the input the matches of a pattern, of which the input binds a part; with
    /// `optional`, a row without a match stays, its new columns unbound.
    IndexJoin {
        /// What is looked up.
        pattern: Pattern,
        /// OPTIONAL.
        optional: bool,
        /// Whether matches whose variables are not live must be counted.
        bag: Bag,
    },
    /// For each row of the input the values of one new variable on which all of these patterns agree; each has
    /// its predicate and its other end given.
    Intersect {
        /// What is looked up.
        patterns: Vec<Pattern>,
        /// Whether values that are not live must be counted.
        bag: Bag,
    },
    /// For each row of the input the pairs of ends of a path of any length, of which the input may bind one
    /// end or both.
    Reach {
        /// What is searched.
        reach: Reach,
        /// Whether ends that are not live must be counted.
        bag: Bag,
    },
    /// The rows of the input in each named graph, whose name the variable gets: what the input reads is the graph at
    /// hand.
    EachGraph(Var),
    /// For each row of the input whether a pattern has a solution once the row's values stand in it, searched once for
    /// equal values of these variables.
    Exists {
        /// The pattern, planned anew with each row's values.
        pattern: Box<Logical>,
        /// What of the row it reads.
        reads: Vec<Var>,
        /// What becomes of the row.
        existence: Existence,
    },
    /// The rows whose variable is a triple term that these slots match, with the variables in them.
    Unpack(Var, [Slot; 3]),
    /// One row for each solution, with a number of its own in the variable.
    Number(Var),
    /// For each row of the input the solutions of a pattern once the row's values stand in it.
    Lateral {
        /// The pattern, planned anew with each row's values.
        pattern: Box<Logical>,
        /// What of the row it reads.
        reads: Vec<Var>,
        /// What of its solutions is wanted.
        wanted: Vec<Var>,
        /// Whether equal solutions must come as often as they are found.
        bag: Bag,
    },
    /// A join of two inputs, the left one streamed, the right one held.
    HashJoin {
        /// Of which sort.
        kind: JoinKind,
        /// Shared variables that both sides always bind.
        keys: Vec<Var>,
        /// Shared variables that may be unbound on one side: compatible rows match (section 18.3).
        loose: Vec<Var>,
        /// What else must be true of a pair.
        conditions: Vec<Formula>,
    },
    /// The rows at hand, each with its number in the variable that comes last: what a `Lookup` begins with.
    Seed,
    /// A join of the first input's rows with what the second, which begins with them, finds; its solutions have the row's
    /// number in the variable.
    Lookup(JoinKind, Var),
    /// The rows of all inputs, one input after the other.
    Union,
    /// The rows for which all of these are true.
    Filter(Vec<Formula>),
    /// One more column.
    Extend(Var, Formula),
    /// Rows of the query's text.
    Values(Vec<Var>, Vec<Vec<Option<Constant>>>),
    /// One row for each value of the keys: those for which all conditions are true, which read keys and results.
    Group(Vec<Var>, Vec<Aggregate>, Vec<Formula>),
    /// Equal rows once.
    Distinct,
    /// Equal rows once, their counts added.
    Combine,
    /// All rows in order; with a limit, only the first so many.
    Sort(Vec<OrderKey>, Option<u64>),
    /// Rows from the offset on, at most so many.
    Slice(u64, Option<u64>),
    /// The same rows with other columns: those of the input that the output names.
    Project,
    /// The rows of the input, which is run on several threads, each over parts of the data of its first scan.
    Exchange,
}

/// An operator in its place.
#[derive(Debug, Clone)]
pub struct Node {
    /// What it does.
    pub op: Op,
    /// What it reads.
    pub inputs: Vec<Node>,
    /// Its columns, in order.
    pub output: Vec<Var>,
    /// Those of them that are bound in every row.
    pub certain: VarSet,
    /// Whether no two of its rows are equal.
    pub unique: bool,
    /// How many rows are expected, each counted once whatever it stands for.
    pub rows: f64,
    /// How long it and what is below it are expected to take, in nanoseconds.
    pub cost: f64,
    /// The columns by which its rows come sorted, the first one first.
    pub order: Vec<Var>,
    /// At which ends of which predicates its columns stand.
    pub legs: Legs,
    /// Which part of all pairs of rows agrees in those of its columns that are classes of what may be equal, as far as that is known.
    pub agreeing: Vec<(Var, f64)>,
    /// What was weighed here: the ways not taken, and their costs, with bars between them.
    pub choice: Option<String>,
}

impl Node {
    /// The operator from which a chain gets its rows: the first input of the first input, and so on.
    pub fn lead(&self) -> &Self {
        chain(self).last().unwrap_or(self)
    }

    /// What it is expected to take by itself, in nanoseconds.
    pub fn own_cost(&self) -> f64 {
        (self.cost - self.inputs.iter().map(|input| input.cost).sum::<f64>()).max(0.0)
    }

    /// An operator; its cost is that of its inputs and its own, as far as their rows decide it.
    pub fn new(op: Op, inputs: Vec<Node>, output: Vec<Var>, certain: VarSet, rows: f64) -> Self {
        let below: f64 = inputs.iter().map(|input| input.cost).sum();
        let columns: VarSet = output.iter().copied().collect();
        let certain = certain.intersection(&columns);
        let mut order = order_of(&op, &inputs);
        // Rows sorted by what is not given out are sorted by nothing that follows it.
        let seen = order.iter().take_while(|var| columns.contains(**var)).count();
        order.truncate(seen);
        let mut legs = legs_in(&op, &inputs);
        legs.retain(|(var, _)| columns.contains(*var));
        let cost = below + cost::of(&op, &inputs, rows);
        let known = inputs.iter().flat_map(|input| input.agreeing.iter().copied());
        let agreeing = known.filter(|(var, _)| columns.contains(*var)).collect();
        Self { op, inputs, output, certain, unique: false, rows, cost, order, legs, agreeing, choice: None }
    }

    /// The same, with what was weighed; after what was weighed before, behind a bar.
    #[must_use]
    pub fn chosen(mut self, choice: String) -> Self {
        self.choice = Some(match self.choice {
            Some(before) => format!("{before} | {choice}"),
            None => choice,
        });
        self
    }

    /// The same, its rows known to differ.
    #[must_use]
    pub fn unique(mut self, unique: bool) -> Self {
        self.unique = unique;
        self
    }

    /// Its columns as a set.
    pub fn columns(&self) -> VarSet {
        self.output.iter().copied().collect()
    }

    /// An operator over this one that gives some of its rows as they are.
    #[must_use]
    pub fn under(self, op: Op, rows: f64) -> Self {
        let (output, certain, unique) = (self.output.clone(), self.certain.clone(), self.unique);
        Self::new(op, vec![self], output, certain, rows).unique(unique)
    }

    /// Only these columns, in this order; columns that it has not are unbound.
    #[must_use]
    pub fn projected(self, output: Vec<Var>) -> Self {
        if self.output == output {
            return self;
        }
        let (certain, rows) = (self.certain.clone(), self.rows);
        let unique = self.unique && self.output.iter().all(|var| output.contains(var));
        Self::new(Op::Project, vec![self], output, certain, rows).unique(unique)
    }

    /// Only the columns that are in `need`, in the order they have.
    #[must_use]
    pub fn pruned(self, need: &VarSet) -> Self {
        if self.output.iter().all(|var| need.contains(*var)) {
            return self;
        }
        let output = self.output.iter().copied().filter(|var| need.contains(*var)).collect();
        self.projected(output)
    }
}

/// The ends at which the variables of an operator over these inputs stand in all of its rows.
fn legs_in(op: &Op, inputs: &[Node]) -> Legs {
    let of_input = || inputs.first().map(|input| input.legs.clone()).unwrap_or_default();
    let mut legs = match op {
        Op::Unit
        | Op::Empty
        | Op::Scan { .. }
        | Op::EachGraph(_)
        | Op::Seed
        | Op::Union
        | Op::Values(..)
        | Op::Group(..) => Legs::new(),
        _ => of_input(),
    };
    match op {
        Op::Scan { pattern, .. } | Op::IndexJoin { pattern, optional: false, .. } => {
            legs.extend(legs_of(pattern))
        }
        Op::Intersect { patterns, .. } => legs.extend(patterns.iter().flat_map(legs_of)),
        Op::Reach { reach, .. } => legs.extend(legs_of_path(reach)),
        Op::HashJoin { kind: JoinKind::Inner, .. } | Op::Lookup(JoinKind::Inner, _) => {
            legs.extend(inputs.iter().skip(1).flat_map(|input| input.legs.iter().copied()));
        }
        _ => {}
    }
    legs
}

/// The variables by which the rows of an operator over these inputs come sorted.
fn order_of(op: &Op, inputs: &[Node]) -> Vec<Var> {
    let of_input = || inputs.first().map(|input| input.order.clone()).unwrap_or_default();
    match op {
        Op::Scan { pattern, by, .. } => of_scan(pattern, *by),
        Op::Sort(keys, _) => keys.iter().take_while(|key| !key.descending).map(|key| key.var).collect(),
        // The left rows that have a partner come before those that have none, a batch at a time.
        Op::HashJoin { kind: JoinKind::Left, .. } | Op::Lookup(..) | Op::Seed => Vec::new(),
        Op::IndexJoin { .. }
        | Op::Intersect { .. }
        | Op::Reach { .. }
        | Op::Exists { .. }
        | Op::Unpack(..)
        | Op::Number(_)
        | Op::Lateral { .. }
        | Op::HashJoin { .. }
        | Op::Filter(_)
        | Op::Extend(..)
        // Groups and different rows come in the order of their first rows.
        | Op::Group(..)
        | Op::Combine
        | Op::Distinct
        | Op::Slice(..)
        | Op::Exchange
        | Op::Project => of_input(),
        Op::Unit
        | Op::Empty
        | Op::EachGraph(_)
        | Op::Union
        | Op::Values(..) => Vec::new(),
    }
}

/// Whether the rows of a node come sorted by these keys as far as the numbers of terms tell: read so from the sorted pairs of a predicate, and
/// kept so since. A sort has then little to do (`exec/operators/sort.rs`).
pub fn comes_sorted(input: &Node, keys: &[OrderKey]) -> bool {
    let is_next = |(n, key): (usize, &OrderKey)| {
        !key.descending && input.order.get(n) == Some(&key.var) && input.certain.contains(key.var)
    };
    keys.iter().enumerate().all(is_next) && is_read_in_order(input)
}

/// Has the scan whose order a node keeps, where that comes sorted by these keys, give its rows in the order of values, so that a sort above lets
/// them pass. What reads all its rows before it gives one, as a grouping does, would gain nothing by that.
pub fn read_by_value(input: &mut Node, keys: &[OrderKey]) {
    if !comes_sorted(input, keys) {
        return;
    }
    if chain(input).any(|node| matches!(node.op, Op::Group(..) | Op::Combine)) {
        return;
    }
    set_reading(input, Reading::Values(keys.len()));
}

/// Whether the rows of a node come one after the other as its first scan gives them, sorted by this key or, read downwards, the other way
/// round: nothing waits for all of them.
pub fn can_come_by(node: &Node, key: OrderKey) -> bool {
    let holds = |node: &Node| matches!(node.op, Op::Group(..) | Op::Combine | Op::Distinct | Op::Exchange);
    let is_led = || node.order.first() == Some(&key.var) && node.certain.contains(key.var);
    let Op::Scan { pattern, by, .. } = &node.lead().op else { return false };
    // Runs of pairs whose other end nobody reads become one row each.
    let ends = of_scan(pattern, *by);
    let is_read = |end: &Var| node.lead().output.contains(end);
    let are_read = matches!(ends.as_slice(), [first, second] if first != second) && ends.iter().all(is_read);
    is_led() && is_read_in_order(node) && are_read && !chain(node).any(holds)
}

/// Has the scan that leads a node give its rows by the first of these keys, of which the first are wanted.
pub fn read_by_first(node: &mut Node, keys: &[OrderKey]) {
    match keys.first() {
        Some(key) if key.descending => set_reading(node, Reading::Downwards),
        Some(_) => set_reading(node, Reading::Values(1)),
        None => {}
    }
}

/// Whether rows come by the value of the first of these keys.
pub fn comes_by_first(input: &Node, keys: &[OrderKey]) -> bool {
    let Some(key) = keys.first() else { return false };
    match &input.lead().op {
        Op::Scan { reading: Reading::Values(1..), .. } => comes_sorted(input, std::slice::from_ref(key)),
        Op::Scan { pattern, by, reading: Reading::Downwards, .. } => {
            key.descending && is_read_in_order(input) && of_scan(pattern, *by).first() == Some(&key.var)
        }
        _ => false,
    }
}

/// A node, its first input, the first input of that, and so on.
fn chain(node: &Node) -> impl Iterator<Item = &Node> {
    std::iter::successors(Some(node), |node| node.inputs.first())
}

/// Has the scan that leads a chain give its rows in the order of numbers again.
pub fn read_by_number(chain: &mut Node) {
    set_reading(chain, Reading::Numbers);
}

fn set_reading(mut chain: &mut Node, asked: Reading) {
    loop {
        if asked == Reading::Downwards {
            chain.order.clear();
        }
        if chain.inputs.is_empty() {
            break;
        }
        let Some(input) = chain.inputs.first_mut() else { return };
        chain = input;
    }
    if let Op::Scan { reading, .. } = &mut chain.op {
        *reading = asked;
    }
}

/// Whether the scan that leads a chain gives its rows in the order of values.
pub fn is_by_value(chain: &Node) -> bool {
    matches!(chain.lead().op, Op::Scan { reading: Reading::Values(1..), .. })
}

/// Whether the order of a node is that in which its first scan reads. Sorts are left out: they order by value.
fn is_read_in_order(mut node: &Node) -> bool {
    while let Some(input) = node.inputs.first() {
        let keeps = match &node.op {
            Op::HashJoin { kind, .. } => *kind != JoinKind::Left,
            Op::IndexJoin { .. }
            | Op::Intersect { .. }
            | Op::Filter(_)
            | Op::Extend(..)
            | Op::Project
            | Op::Exchange
            | Op::Group(..)
            | Op::Combine
            | Op::Distinct => true,
            _ => false,
        };
        if !keeps {
            return false;
        }
        node = input;
    }
    matches!(node.op, Op::Scan { .. })
}

/// Pairs come by the end that leads, then by the other one. Of a variable predicate they come a predicate at a time.
fn of_scan(pattern: &Pattern, by: End) -> Vec<Var> {
    let [subject, predicate, object] = &pattern.slots;
    if predicate.var().is_some() {
        return Vec::new();
    }
    let ends = if by == End::Subject { [subject, object] } else { [object, subject] };
    ends.into_iter().filter_map(|slot| slot.var()).collect()
}
