//! Nodes told apart by what is around them, until that tells no more.
//!
//! In: nodes and statements. Out: cells of nodes that are alike, in an order that does not depend on what they are
//! called. Statements are refined with the nodes, so that those with three nodes count as a whole. Work grows with
//! the statements times the logarithm of their number (Hopcroft's rule: the largest of the pieces waits).

use super::{Key, Statement, Token, hash_keys};
use std::collections::{HashMap, VecDeque};

/// The cells, each with its nodes.
pub fn refine(nodes: &[usize], statements: &[Statement]) -> Vec<Vec<usize>> {
    let mut partition = Partition::new(nodes, statements);
    while let Some(cell) = partition.queue.pop_front() {
        partition.split_by(cell);
    }
    partition.cells(nodes)
}

/// Nodes and statements, each with its neighbours, in cells that lie one after another in `order`.
struct Partition {
    /// The neighbours of each, with a number for the way in which they are tied.
    ties: Vec<Vec<(u64, usize)>>,
    order: Vec<usize>,
    /// Where each stands in `order`.
    at: Vec<usize>,
    /// Where the cell of each begins.
    cell: Vec<usize>,
    /// How long the cell is that begins somewhere.
    length: Vec<usize>,
    queue: VecDeque<usize>,
    queued: Vec<bool>,
    /// What the cell in hand says of each.
    seen: Vec<u64>,
    nodes: usize,
}

impl Partition {
    fn new(nodes: &[usize], statements: &[Statement]) -> Self {
        let number: HashMap<usize, usize> = nodes.iter().enumerate().map(|(n, node)| (*node, n)).collect();
        let size = nodes.len() + statements.len();
        let mut ties: Vec<Vec<(u64, usize)>> = vec![Vec::new(); size];
        let mut shapes: Vec<(Key, usize)> = Vec::with_capacity(statements.len());
        for (n, statement) in statements.iter().enumerate() {
            let me = nodes.len() + n;
            let mut shape = Vec::with_capacity(statement.len());
            for (position, token) in statement.iter().enumerate() {
                match token {
                    Token::Fixed(key) => shape.push(*key),
                    Token::Node(node) => {
                        shape.push(Key::MAX);
                        let Some(other) = number.get(node).copied() else { continue };
                        let way = mixed(position as u64 + 1);
                        if let Some(mine) = ties.get_mut(me) {
                            mine.push((way, other));
                        }
                        if let Some(theirs) = ties.get_mut(other) {
                            theirs.push((way, me));
                        }
                    }
                }
            }
            shapes.push((hash_keys(&shape), me));
        }
        shapes.sort_unstable_by_key(|(shape, _)| *shape);
        let order: Vec<usize> = (0..nodes.len()).chain(shapes.iter().map(|(_, me)| *me)).collect();
        let mut partition = Self {
            ties,
            at: vec![0; size],
            cell: vec![0; size],
            length: vec![0; size],
            queue: VecDeque::new(),
            queued: vec![false; size],
            seen: vec![0; size],
            nodes: nodes.len(),
            order,
        };
        partition.place(0, nodes.len());
        let mut start = nodes.len();
        for same in shapes.chunk_by(|(a, _), (b, _)| a == b) {
            partition.place(start, same.len());
            start += same.len();
        }
        partition
    }

    /// Makes a cell of what stands in `order` from `start` on, and queues it.
    fn place(&mut self, start: usize, length: usize) {
        self.make(start, length);
        self.enqueue(start, length);
    }

    fn make(&mut self, start: usize, length: usize) {
        for n in start..start + length {
            let Some(member) = self.order.get(n).copied() else { continue };
            set(&mut self.at, member, n);
            set(&mut self.cell, member, start);
        }
        set(&mut self.length, start, length);
    }

    fn enqueue(&mut self, start: usize, length: usize) {
        if length > 0 && !get(&self.queued, start) {
            set(&mut self.queued, start, true);
            self.queue.push_back(start);
        }
    }

    /// Splits all cells by how their members are tied to those of one cell.
    fn split_by(&mut self, start: usize) {
        set(&mut self.queued, start, false);
        let length = get(&self.length, start);
        let members: Vec<usize> = self.order.get(start..start + length).unwrap_or_default().to_vec();
        let mut touched = Vec::new();
        for member in members {
            for (way, other) in self.ties.get(member).into_iter().flatten() {
                let Some(seen) = self.seen.get_mut(*other) else { continue };
                if *seen == 0 {
                    touched.push(*other);
                }
                // A sum, for the order in which they come says nothing; never 0 again, which means untouched.
                *seen = seen.wrapping_add(*way).max(1);
            }
        }
        touched.sort_unstable_by_key(|other| (get(&self.cell, *other), get(&self.seen, *other)));
        let cells: Vec<&[usize]> =
            touched.chunk_by(|a, b| get(&self.cell, *a) == get(&self.cell, *b)).collect();
        for cell in cells {
            self.split(cell);
        }
        for other in &touched {
            set(&mut self.seen, *other, 0);
        }
    }

    /// Splits one cell: the members not touched stay in front, the others follow by what was seen of them.
    fn split(&mut self, touched: &[usize]) {
        let Some(start) = touched.first().map(|member| get(&self.cell, *member)) else { return };
        let length = get(&self.length, start);
        let kinds: Vec<usize> =
            touched.chunk_by(|a, b| get(&self.seen, *a) == get(&self.seen, *b)).map(<[usize]>::len).collect();
        let left = length - touched.len();
        if kinds.len() + usize::from(left > 0) < 2 {
            return;
        }
        // From the last to the first, each goes to its place at the end, in exchange.
        for (n, member) in touched.iter().enumerate().rev() {
            let (from, to) = (get(&self.at, *member), start + left + n);
            let other = get(&self.order, to);
            self.order.swap(from, to);
            set(&mut self.at, other, from);
            set(&mut self.at, *member, to);
        }
        let mut pieces: Vec<(usize, usize)> = Vec::with_capacity(kinds.len() + 1);
        if left > 0 {
            pieces.push((start, left));
        }
        let mut next = start + left;
        for kind in kinds {
            pieces.push((next, kind));
            next += kind;
        }
        let was_queued = get(&self.queued, start);
        let largest = pieces.iter().rev().max_by_key(|(_, length)| *length).map(|(start, _)| *start);
        for (first, length) in pieces {
            if first == start {
                // Those in front keep their cell, which is only shorter; there may be many.
                set(&mut self.length, first, length);
            } else {
                self.make(first, length);
            }
            if was_queued || Some(first) != largest {
                self.enqueue(first, length);
            }
        }
    }

    fn cells(&self, nodes: &[usize]) -> Vec<Vec<usize>> {
        let mut out = Vec::new();
        let mut start = 0;
        while start < self.nodes {
            let length = get(&self.length, start).max(1);
            let members = self.order.get(start..start + length).unwrap_or_default();
            out.push(members.iter().filter_map(|member| nodes.get(*member).copied()).collect());
            start += length;
        }
        out
    }
}

fn get<T: Copy + Default>(list: &[T], n: usize) -> T {
    list.get(n).copied().unwrap_or_default()
}

fn set<T>(list: &mut [T], n: usize, value: T) {
    if let Some(slot) = list.get_mut(n) {
        *slot = value;
    }
}

/// A number with its bits well mixed, so that sums of such numbers differ (SplitMix64).
fn mixed(number: u64) -> u64 {
    let number = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ (number >> 31)
}
