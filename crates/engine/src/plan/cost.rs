//! What operators are expected to take, in nanoseconds of one core.
//!
//! In: how many rows go in and come out. Out: nanoseconds. The figures lie between those that `cargo bench -p baimo-engine --bench
//! operators` fits for packs and for graphs in memory (`docs/performance.md`); another machine is as much faster or slower at all of
//! them, which decides nothing. What a lookup takes depends on the order of its keys: keys that come sorted read the index from front to
//! back, keys in no order search it, or read all of it once into a table where there are many of them.

use super::equality::class_of;
use super::physical::{JoinKind, Node, Op, comes_sorted};

/// A row that a scan gives.
const SCANNED: f64 = 3.0;
/// A row that is handed on as it is, or with a column more or less.
const HANDED: f64 = 1.0;
/// A row for which conditions are judged.
const JUDGED: f64 = 30.0;
/// A sorted key that is looked up.
const SORTED_KEY: f64 = 20.0;
/// A key in no order, looked up in a table that fits into a cache near by.
const TABLE_KEY: f64 = 20.0;
/// What is looked up in no order waits so long for memory, for each doubling of what does not fit into that cache ([`waiting`]).
const WAIT: f64 = 12.0;
/// So many items of a table fit into a cache near by.
const NEAR: f64 = 32_768.0;
/// A key in no order, searched in a pack.
const FAR_KEY: f64 = 150.0;
/// A pair read into the table.
const TABLE_PAIR: f64 = 4.0;
/// So many times fewer far lookups than there are pairs are made before there is a table (`PairCursor`).
const BEFORE_TABLE: f64 = 64.0;
/// A key that is looked up by any predicate: those that its node has are found first, and each of them opened.
const OPEN_KEY: f64 = 3_000.0;
/// A match that a lookup gives.
const MATCH: f64 = 5.0;
/// The same where any predicate matches: a node has a few triples in each of several lists, of which each is searched.
const ANY_MATCH: f64 = 150.0;
/// A key that is looked up in a list to be intersected with others.
const INTERSECTED: f64 = 60.0;
/// A row put into the table of a hash join.
const HELD: f64 = 8.0;
/// A row looked up there.
const PROBED: f64 = 5.0;
/// A pair that a hash join gives.
const PAIR: f64 = 5.0;
/// A value whose class of what may be equal is computed (`plan::equality`).
const CLASS: f64 = 150.0;
/// A row that is grouped or made different, where rows come sorted by the keys.
const GROUPED_SORTED: f64 = 12.0;
/// The same where they come in no order.
const GROUPED: f64 = 20.0;
/// A group that is then put into a table.
const GROUP: f64 = 50.0;
/// A row that is sorted, for each doubling of their number.
const SORTED: f64 = 1.1;
/// A row that is kept among the first.
const KEPT: f64 = 5.0;
/// A row for which a pattern is planned and searched.
const PLANNED: f64 = 50_000.0;
/// Operators that are built anew for one more graph.
const BUILT: f64 = 3_000.0;
/// A node that a path comes to.
const REACHED: f64 = 20.0;

/// Lookups in the sorted pairs of a predicate.
#[derive(Debug, Clone, Copy)]
pub struct Lookups {
    /// How many keys.
    pub keys: f64,
    /// Whether they come sorted.
    pub sorted: bool,
    /// How many pairs there are.
    pub pairs: f64,
    /// How many rows come out.
    pub rows: f64,
    /// Whether those of any predicate do.
    pub any: bool,
}

impl Lookups {
    /// What they take.
    pub fn cost(self) -> f64 {
        let keys = if self.sorted {
            self.keys * SORTED_KEY
        } else {
            let far = self.keys.min(self.pairs / BEFORE_TABLE);
            let rest = self.keys - far;
            let table = if rest > 0.0 { self.pairs * TABLE_PAIR } else { 0.0 };
            far * FAR_KEY + table + rest * (TABLE_KEY + waiting(self.pairs))
        };
        keys + self.rows * if self.any { ANY_MATCH } else { MATCH }
    }
}

/// How long a lookup of any of so many items waits for memory: the larger they are together, the farther away is the cache that has them,
/// and the rarer (Manegold, Boncz and Kersten, Generic database cost models for hierarchical memory systems, VLDB 2002).
fn waiting(items: f64) -> f64 {
    (items / NEAR).max(1.0).log2() * WAIT
}

/// So long a part takes of what is run on several threads, in nanoseconds: long enough to be worth taking, short enough that
/// all threads end at about the same time.
const PART: f64 = 1e6;

/// What is run over the rows of its first scan takes by itself: without what its joins hold, which is read before.
pub fn streamed(node: &Node) -> f64 {
    let (mut cost, mut at) = (node.cost, node);
    while let Some(left) = at.inputs.first() {
        cost -= at.inputs.iter().skip(1).map(|held| held.cost).sum::<f64>();
        at = left;
    }
    cost.max(0.0)
}

/// How many of so many rows make a part, where all of them take so long.
pub fn rows_of_a_part(rows: f64, cost: f64) -> usize {
    let parts = (cost / PART).clamp(8.0, 1e4);
    match (rows / parts).ceil() as usize {
        // A few rows, of which each takes long.
        few @ ..1024 => few.max(1),
        // Whole blocks of a pack.
        many => many.next_multiple_of(128),
    }
}

/// What a scan of so many rows takes.
pub fn scan(rows: f64) -> f64 {
    rows * SCANNED
}

/// What a join by a table takes that holds one side; the other side is looked up in it. Its looks depend on nothing before them, so
/// that their waits overlap.
pub fn hash_join(held: f64, probed: f64, rows: f64) -> f64 {
    held * HELD + probed * PROBED + rows * PAIR
}

/// For how many pairs of rows conditions are judged where no variable must be equal: all of them, but that one partner is enough for a row
/// that is given alone.
fn pairs_judged(kind: JoinKind, (left, right): (f64, f64), rows: f64) -> f64 {
    right
        * match kind {
            JoinKind::Inner | JoinKind::Left => left,
            JoinKind::Semi => left - rows.min(left),
            JoinKind::Anti | JoinKind::Minus => rows.min(left),
            JoinKind::Mark(_) => left / 2.0,
        }
}

/// What an intersection of so many lists for each key takes.
pub fn intersection(keys: f64, lists: usize, rows: f64) -> f64 {
    keys * lists as f64 * INTERSECTED + rows * MATCH
}

/// What it takes to put rows into so many groups, whose keys come sorted or not.
pub fn group(rows: f64, groups: f64, sorted: bool) -> f64 {
    if sorted { rows * GROUPED_SORTED } else { rows * GROUPED + groups * GROUP }
}

/// What it takes to find the first of so many rows.
pub fn first_of(rows: f64, first: f64) -> f64 {
    rows * KEPT + first * SORTED * first.max(2.0).log2()
}

/// What it takes to look so many keys up by any predicate.
pub fn open_lookups(keys: f64) -> f64 {
    keys * OPEN_KEY
}

/// What a condition takes that is judged for so many rows.
pub fn judged(rows: f64) -> f64 {
    rows * JUDGED
}

/// What it takes to compute the classes of so many values, and to hold or look up rows by them.
pub fn classes(rows: f64) -> f64 {
    rows * (CLASS + HELD)
}

/// What it takes to build the operators of a pattern anew for so many graphs.
pub fn graphs(graphs: f64) -> f64 {
    graphs * BUILT
}

/// What a path takes that comes to so many nodes.
pub fn reach(nodes: f64) -> f64 {
    nodes * REACHED
}

/// What an operator takes by itself that gives `rows`. A join that looks up takes more, which its keys decide.
pub fn of(op: &Op, inputs: &[Node], rows: f64) -> f64 {
    let input = |place: usize| inputs.get(place).map_or(0.0, |input| input.rows);
    match op {
        Op::Scan { .. } | Op::Values(..) => scan(rows),
        Op::Extend(_, formula) if class_of(&formula.expression).is_some() => rows * CLASS,
        Op::Filter(conditions) => input(0) * JUDGED * conditions.len() as f64,
        Op::HashJoin { kind, keys, loose, conditions } => {
            let given = if kind.gives_pairs() { rows } else { rows.min(input(0)) };
            let mut judged = 0.0;
            if keys.is_empty() && loose.is_empty() {
                // Where one inequality decides, only the greatest or the least is held (`exec/extremes.rs`).
                let pairs = match conditions.as_slice() {
                    [condition] if !kind.gives_pairs() && condition.as_inequality().is_some() => input(0),
                    _ => pairs_judged(*kind, (input(0), input(1)), rows),
                };
                judged = pairs * JUDGED * conditions.len() as f64;
            }
            hash_join(input(1), input(0), given) + judged
        }
        Op::Group(keys, ..) => group(input(0), rows, is_sorted(inputs, keys)),
        Op::Distinct | Op::Combine => {
            let columns = inputs.first().map_or(&[][..], |input| &input.output);
            group(input(0), rows, is_sorted(inputs, columns))
        }
        Op::Sort(keys, _) if inputs.first().is_some_and(|input| comes_sorted(input, keys)) => rows * HANDED,
        Op::Sort(_, None) => input(0) * (KEPT + SORTED * input(0).max(2.0).log2()),
        Op::Sort(_, Some(_)) => first_of(input(0), rows),
        // A plan and a search for every row.
        Op::Exists { .. } | Op::Lateral { .. } => input(0) * PLANNED,
        Op::Lookup(kind, _) => hash_join(0.0, input(0), if kind.gives_pairs() { rows } else { 0.0 }),
        _ => rows * HANDED,
    }
}

/// Whether the rows of an only input come sorted by one of these columns, so that equal ones stand together or nearly so.
pub(super) fn is_sorted(inputs: &[Node], columns: &[super::variables::Var]) -> bool {
    inputs.first().and_then(|input| input.order.first()).is_some_and(|first| columns.contains(first))
}
