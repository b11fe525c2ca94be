//! Paths of any length: `p*`, `p+`, `p?`, over a step that is itself a path (section 18.4).
//!
//! In: rows that bind an end, both ends or none; the step. Out: the rows with the ends that were not bound,
//! each pair of ends once. From one end the search is breadth-first over bitmaps, the frontier sorted, so that a step
//! reads its pair lists forwards. What was found from an end is kept for the rows that share it, within a budget; where both ends are given, a
//! search goes on for the rows that follow with the same start. Where nothing but
//! one end is read, and each of its nodes once, all searches are one: what one of them met is left out by those after it (a search from
//! many sources at once: Then et al., The more the merrier, PVLDB 2014). Where both ends are one variable, the nodes on a way back to
//! themselves are told in one pass (`exec/cycles.rs`), after a few that were searched for by themselves: for the first rows that is the quicker way.
//!
//! An end that is a constant matches itself by the path of length zero though the graph may not have it; a
//! variable stands for nodes of the graph alone ("nodes(G)", section 18.1.7).

use crate::aside::{ITEM, set_aside};
use crate::error::Result;
use crate::exec::batch::{Batch, From, ROWS};
use crate::exec::context::Context;
use crate::exec::cycles::Cycles;
use crate::exec::{Operator, Running, sorting};
use crate::store::{End, FIRST_FOREIGN, Id, NONE, PairCursor, View};
use std::collections::HashMap;
use std::sync::Arc;

/// The first batch has at most so many rows: a LIMIT above may need no more.
const FIRST_ROWS: usize = 64;

/// To open the pairs of a predicate takes as long as so many units of work.
const OPENING: usize = 4;

/// So many ways back are searched for by themselves.
const SEARCHED: usize = 2;

/// How many nodes found are kept at most for later rows.
const KEPT: usize = 1 << 22;

/// A step of a path, ready to walk in one direction.
pub enum Walk<'a> {
    /// Along the pairs of a predicate, from their first to their second.
    Link(PairCursor<'a>),
    /// One of these.
    Either(Vec<Walk<'a>>),
    /// One after the other. Where all of them may be left out, the graph whose nodes alone can lie between them.
    Sequence(Vec<Walk<'a>>, Option<View<'a>>),
    /// Along any predicate but these, from this end.
    Not(View<'a>, Vec<Id>, End),
    /// The step any number of times.
    Repeat(Box<Repeat<'a>>),
}

/// A step repeated.
pub struct Repeat<'a> {
    step: Walk<'a>,
    /// Whether no step at all counts.
    zero: bool,
    /// Whether more than one step counts.
    many: bool,
    seen: Marks,
    /// Where searches go on from each other: where they began.
    begun: Marks,
}

/// Nodes met by a search: a bit each, and a list to clear them by. Those of the graph and those that the query
/// numbered have each bits of their own.
#[derive(Default)]
struct Marks {
    bits: [Vec<u64>; 2],
    set: Vec<Id>,
}

impl Marks {
    fn bytes(&self) -> usize {
        let bits: usize = self.bits.iter().map(|bits| size_of_val(bits.as_slice())).sum();
        bits + self.set.capacity() * size_of::<Id>()
    }

    /// Marks a node; says whether it is new.
    #[inline]
    fn insert(&mut self, node: Id) -> bool {
        let (part, word, bit) = Self::place(node);
        let Some(bits) = self.bits.get_mut(part) else { return false };
        if bits.len() <= word {
            bits.resize((word + 1).next_power_of_two(), 0);
        }
        match bits.get_mut(word) {
            Some(word) if *word & bit == 0 => {
                *word |= bit;
                self.set.push(node);
                true
            }
            _ => false,
        }
    }

    fn contains(&self, node: Id) -> bool {
        let (part, word, bit) = Self::place(node);
        self.bits.get(part).and_then(|bits| bits.get(word)).is_some_and(|word| word & bit != 0)
    }

    /// Where the bit of a node is: in which list, in which word, and which one of it.
    #[inline]
    fn place(node: Id) -> (usize, usize, u64) {
        let (part, node) = node.checked_sub(FIRST_FOREIGN).map_or((0, node), |node| (1, node));
        (part, node as usize / 64, 1_u64 << (node % 64))
    }

    fn clear(&mut self) {
        let mut set = std::mem::take(&mut self.set);
        for node in set.drain(..) {
            let (part, word, _) = Self::place(node);
            if let Some(word) = self.bits.get_mut(part).and_then(|bits| bits.get_mut(word)) {
                *word = 0;
            }
        }
        self.set = set;
    }
}

impl<'a> Walk<'a> {
    /// A step any number of times, or at most once.
    pub fn repeat(step: Self, zero: bool, many: bool) -> Self {
        Self::Repeat(Box::new(Repeat::new(step, zero, many)))
    }

    /// Adds to `out` the nodes one step away from any of `nodes`, which are sorted; some perhaps twice.
    fn image(&mut self, nodes: &[Id], out: &mut Vec<Id>, cx: &mut Context<'_>) -> Result<()> {
        match self {
            Self::Link(cursor) => {
                for part in nodes.chunks(ROWS) {
                    let before = out.len();
                    for node in part {
                        out.extend_from_slice(cursor.lookup(*node)?);
                    }
                    cx.work(part.len() + out.len() - before)?;
                }
                Ok(())
            }
            Self::Either(parts) => parts.iter_mut().try_for_each(|part| part.image(nodes, out, cx)),
            Self::Sequence(parts, between) => {
                let mut at = nodes.to_vec();
                if let Some(view) = between {
                    retain(&mut at, cx, |node| is_node(view, node))?;
                }
                for part in parts {
                    let mut next = Vec::new();
                    part.image(&at, &mut next, cx)?;
                    sort(&mut next, cx)?;
                    next.dedup();
                    at = next;
                }
                out.append(&mut at);
                cx.work(nodes.len())
            }
            Self::Not(view, excluded, end) => {
                for node in nodes {
                    let before = out.len();
                    for predicate in view.predicates_of(*node, *end)? {
                        if excluded.binary_search(&predicate).is_err() {
                            out.extend_from_slice(view.pairs(predicate, *end)?.lookup(*node)?);
                        }
                        cx.work(OPENING)?;
                    }
                    cx.work(1 + out.len() - before)?;
                }
                Ok(())
            }
            Self::Repeat(repeat) => repeat.search(nodes, out, cx),
        }
    }

    /// The nodes from which a step can start, unless they are all nodes of the graph.
    fn sources(&mut self, cx: &mut Context<'_>) -> Result<Option<Vec<Id>>> {
        Ok(match self {
            Self::Link(cursor) => {
                let mut sources = Vec::new();
                cursor.seek(0)?;
                while let Some((firsts, _)) = cursor.next_block()? {
                    sources.extend_from_slice(firsts);
                    sources.dedup();
                    cx.work(firsts.len())?;
                }
                Some(sources)
            }
            Self::Either(parts) => {
                let mut all = Vec::new();
                for part in parts {
                    let Some(sources) = part.sources(cx)? else { return Ok(None) };
                    all.extend(sources);
                }
                sort(&mut all, cx)?;
                all.dedup();
                Some(all)
            }
            Self::Sequence(parts, _) => match parts.first_mut() {
                Some(first) => first.sources(cx)?,
                None => None,
            },
            Self::Repeat(repeat) if !repeat.zero => repeat.step.sources(cx)?,
            Self::Not(..) | Self::Repeat(_) => None,
        })
    }
}

/// Whether a term is a subject or an object in the graph.
fn is_node(view: &View<'_>, term: Id) -> Result<bool> {
    Ok(!view.predicates_of(term, End::Subject)?.is_empty()
        || !view.predicates_of(term, End::Object)?.is_empty())
}

/// Drops nodes that are not to be kept.
fn retain(nodes: &mut Vec<Id>, cx: &mut Context<'_>, mut keep: impl FnMut(Id) -> Result<bool>) -> Result<()> {
    let mut kept = Vec::new();
    for part in nodes.chunks(ROWS) {
        for node in part {
            if keep(*node)? {
                kept.push(*node);
            }
        }
        cx.work(part.len())?;
    }
    *nodes = kept;
    Ok(())
}

/// Sorts nodes.
fn sort(nodes: &mut Vec<Id>, cx: &mut Context<'_>) -> Result<()> {
    if nodes.len() > ROWS {
        return sorting::sort(nodes, cx.governor(), &Ord::cmp);
    }
    nodes.sort_unstable();
    cx.work(nodes.len())
}

impl<'a> Repeat<'a> {
    /// See [`Walk::repeat`].
    pub fn new(step: Walk<'a>, zero: bool, many: bool) -> Self {
        Self { step, zero, many, seen: Marks::default(), begun: Marks::default() }
    }

    /// Adds to `out` what is reached from `starts`, each node once.
    fn search(&mut self, starts: &[Id], out: &mut Vec<Id>, cx: &mut Context<'_>) -> Result<()> {
        self.seen.clear();
        if self.zero {
            for part in starts.chunks(ROWS) {
                for start in part {
                    self.seen.insert(*start);
                }
                out.extend_from_slice(part);
                cx.work(part.len())?;
            }
        }
        self.spread(starts.to_vec(), out, cx)
    }

    /// Makes ready for [`Self::go_on`] from this start alone, or from nowhere.
    fn begin(&mut self, start: Option<Id>) {
        self.seen.clear();
        if let Some(start) = start.filter(|_| self.zero) {
            self.seen.insert(start);
        }
    }

    /// Whether a node is reached, from a frontier of nodes from which no step was made yet, with what was met before. Searches no farther than that
    /// takes, and leaves the frontier from which to go on.
    fn go_on(&mut self, frontier: &mut Vec<Id>, wanted: Id, cx: &mut Context<'_>) -> Result<bool> {
        cx.work(1)?;
        let mut next = Vec::new();
        while !self.seen.contains(wanted) {
            if frontier.is_empty() {
                return Ok(false);
            }
            self.advance(frontier, &mut next, cx)?;
            frontier.clear();
            if self.many {
                sort(&mut next, cx)?;
                std::mem::swap(frontier, &mut next);
            }
        }
        Ok(true)
    }

    /// Adds to `out` what is reached from one more start and was from none before.
    fn search_on(&mut self, start: Id, out: &mut Vec<Id>, cx: &mut Context<'_>) -> Result<()> {
        cx.work(1)?;
        let is_new = if self.zero { self.seen.insert(start) } else { !self.seen.contains(start) };
        if self.zero && is_new {
            out.push(start);
        }
        // Of a node that was met all is known but where one step at most is made.
        if (is_new || !self.many) && self.begun.insert(start) {
            self.spread(vec![start], out, cx)?;
        }
        Ok(())
    }

    /// Adds to `out` the nodes that are reached from the frontier and were not seen.
    fn spread(&mut self, mut frontier: Vec<Id>, out: &mut Vec<Id>, cx: &mut Context<'_>) -> Result<()> {
        let mut next = Vec::new();
        while !frontier.is_empty() {
            self.advance(&frontier, &mut next, cx)?;
            out.extend_from_slice(&next);
            if !self.many {
                break;
            }
            sort(&mut next, cx)?;
            std::mem::swap(&mut frontier, &mut next);
        }
        Ok(())
    }

    /// Makes `next` the nodes one step away from a frontier that were not seen.
    fn advance(&mut self, frontier: &[Id], next: &mut Vec<Id>, cx: &mut Context<'_>) -> Result<()> {
        next.clear();
        self.step.image(frontier, next, cx)?;
        retain(next, cx, |node| Ok(self.seen.insert(node)))
    }
}

/// What a path is asked for.
#[derive(Debug, Clone)]
pub struct Shape {
    /// Where the path starts and where it ends.
    pub ends: [From; 2],
    /// Whether both ends are one and the same.
    pub same: bool,
    /// The input's columns that stay, in the order of the output.
    pub kept: Vec<usize>,
    /// The new columns that follow: by the place in `ends` of what they hold.
    pub new: Vec<usize>,
    /// Whether equal rows must come as often as they are found.
    pub counted: bool,
}

impl Shape {
    /// Whether nothing is read but the other end of what is given or of where the path may start, and each of its nodes once.
    fn is_of_one_end(&self) -> bool {
        let given = if let [From::New, From::Column(_) | From::Term(_)] = self.ends { 1 } else { 0 };
        !self.counted && !self.same && self.kept.is_empty() && self.new == [1 - given]
    }
}

/// A path in progress. See the module.
pub struct Reach<'a> {
    view: View<'a>,
    forward: Repeat<'a>,
    backward: Repeat<'a>,
    shape: Shape,
    input: Running<'a>,
    batch: Batch,
    row: usize,
    /// The ends found for the row, which of the two ends they are not, and how many of them were given.
    found: Found,
    given: usize,
    started: bool,
    /// The starts still to search from for the row, the next one last, where neither end is given.
    starts: Vec<Id>,
    cap: usize,
    /// What is reached from an end, for the rows to come.
    known: HashMap<Id, Arc<Vec<Id>>>,
    kept: usize,
    /// Where both ends are given: the start of the row before, and the nodes from which its search goes on.
    last: Option<(Id, Vec<Id>)>,
    /// Where both ends are one variable: how many ways back were searched for, and what is known of all others.
    searched: usize,
    cycles: Cycles,
}

impl<'a> Reach<'a> {
    /// Over `view`; `forward` walks from the start, `backward` from the end.
    pub fn new(view: View<'a>, walks: [Repeat<'a>; 2], shape: Shape, input: Running<'a>) -> Self {
        let [forward, backward] = walks;
        Self {
            view,
            forward,
            backward,
            shape,
            input,
            batch: Batch::default(),
            row: 0,
            found: Found::default(),
            given: 0,
            started: false,
            starts: Vec::new(),
            cap: FIRST_ROWS,
            known: HashMap::new(),
            kept: 0,
            last: None,
            searched: 0,
            cycles: Cycles::default(),
        }
    }

    /// The pairs of ends for one row of the input; where neither is given, those of the first start.
    fn pairs(&mut self, row: usize, cx: &mut Context<'_>) -> Result<Found> {
        let [start, end] = self.shape.ends;
        let get = |from: From| from.get(&self.batch, row);
        let given = [get(start), get(end)];
        Ok(match given {
            [Some(from), Some(to)] => {
                let there = self.connects((start, from), (end, to), cx)?;
                let nodes = Arc::new(if there { vec![to] } else { Vec::new() });
                Found { given, nodes }
            }
            [Some(from), None] => Found { given, nodes: self.reached(start, from, true, cx)? },
            [None, Some(to)] => Found { given, nodes: self.reached(end, to, false, cx)? },
            [None, None] => {
                self.starts = self.all_starts(cx)?;
                self.next_start(cx)?
            }
        })
    }

    /// Whether a node may be at an end: a constant always, a variable's value where it is in the graph.
    fn admits(&self, from: From, node: Id) -> Result<bool> {
        Ok(match from {
            From::Term(_) => true,
            From::Column(_) | From::New => node != NONE && is_node(&self.view, node)?,
        })
    }

    /// Whether a path leads from one node to another.
    fn connects(&mut self, start: (From, Id), end: (From, Id), cx: &mut Context<'_>) -> Result<bool> {
        let (from, to) = (start.1, end.1);
        // From a constant the search is made once, for all rows.
        if matches!(end.0, From::Term(_)) && matches!(start.0, From::Column(_)) {
            return Ok(self.reached(end.0, to, false, cx)?.binary_search(&from).is_ok());
        }
        if matches!(start.0, From::Term(_)) && matches!(end.0, From::Column(_)) {
            return Ok(self.reached(start.0, from, true, cx)?.binary_search(&to).is_ok());
        }
        if self.shape.same {
            return Ok(self.admits(start.0, from)? && self.comes_back(from, cx)?);
        }
        if self.last.as_ref().is_none_or(|(last, _)| *last != from) {
            let begins = self.admits(start.0, from)?.then_some(from);
            self.forward.begin(begins);
            self.last = Some((from, begins.into_iter().collect()));
        }
        // The search of the row before goes on where it stopped.
        let Some((_, frontier)) = &mut self.last else { return Ok(false) };
        self.forward.go_on(frontier, to, cx)
    }

    /// Whether a path leads from a node to itself.
    fn comes_back(&mut self, node: Id, cx: &mut Context<'_>) -> Result<bool> {
        self.searched += 1;
        if self.forward.zero || !self.forward.many || self.searched <= SEARCHED {
            self.forward.begin(Some(node));
            return self.forward.go_on(&mut vec![node], node, cx);
        }
        let step = &mut self.forward.step;
        self.cycles.has(node, cx, |node, next, cx| step.image(&[node], next, cx))
    }

    /// What is reached from a node at one end, sorted.
    fn reached(&mut self, at: From, node: Id, forward: bool, cx: &mut Context<'_>) -> Result<Arc<Vec<Id>>> {
        if let Some(known) = self.known.get(&node) {
            return Ok(Arc::clone(known));
        }
        let found = if self.admits(at, node)? { self.search(node, forward, cx)? } else { Vec::new() };
        let found = Arc::new(found);
        if self.shape.is_of_one_end() {
            return Ok(found);
        }
        self.kept += found.len() + 1;
        if self.kept > KEPT {
            self.forget();
            self.kept = found.len() + 1;
        }
        self.known.insert(node, Arc::clone(&found));
        Ok(found)
    }

    /// What a search from a node finds, sorted; where searches go on from each other, only what none before it did.
    fn search(&mut self, node: Id, forward: bool, cx: &mut Context<'_>) -> Result<Vec<Id>> {
        let (mut out, goes_on) = (Vec::new(), self.shape.is_of_one_end());
        let walk = if forward { &mut self.forward } else { &mut self.backward };
        if goes_on {
            walk.search_on(node, &mut out, cx)?;
        } else {
            walk.search(&[node], &mut out, cx)?;
        }
        sort(&mut out, cx)?;
        Ok(out)
    }

    fn forget(&mut self) {
        let known = std::mem::take(&mut self.known);
        let bytes = known.len() * ITEM;
        set_aside(known, bytes);
    }

    fn next_start(&mut self, cx: &mut Context<'_>) -> Result<Found> {
        match self.starts.pop() {
            Some(start) => self.pairs_from(start, cx),
            None => Ok(Found::default()),
        }
    }

    /// The nodes to search from where neither end is given, the last one first.
    fn all_starts(&mut self, cx: &mut Context<'_>) -> Result<Vec<Id>> {
        let sources = if self.forward.zero { None } else { self.forward.step.sources(cx)? };
        let mut starts = match sources {
            Some(sources) => sources,
            None => self.nodes(cx)?,
        };
        starts.reverse();
        cx.work(starts.len())?;
        Ok(starts)
    }

    /// The pairs of ends that start at `start`, where neither end is given.
    fn pairs_from(&mut self, start: Id, cx: &mut Context<'_>) -> Result<Found> {
        let nodes = if !self.shape.same {
            self.search(start, true, cx)?
        } else if self.comes_back(start, cx)? {
            vec![start]
        } else {
            Vec::new()
        };
        Ok(Found { given: [Some(start), None], nodes: Arc::new(nodes) })
    }

    /// The nodes of the graph, sorted: all subjects and objects.
    fn nodes(&self, cx: &mut Context<'_>) -> Result<Vec<Id>> {
        let mut nodes = Marks::default();
        for predicate in self.view.predicates()? {
            for end in [End::Subject, End::Object] {
                let mut cursor = self.view.pairs(predicate.predicate, end)?;
                while let Some((firsts, _)) = cursor.next_block()? {
                    for first in firsts {
                        nodes.insert(*first);
                    }
                    cx.work(firsts.len())?;
                }
            }
        }
        let mut nodes = std::mem::take(&mut nodes.set);
        sort(&mut nodes, cx)?;
        Ok(nodes)
    }

    /// Rows for what was found, as many as fit.
    fn step(&mut self, cx: &mut Context<'_>) -> Result<Batch> {
        let mut rows: Vec<u32> = Vec::new();
        let mut new: Vec<Vec<Id>> = vec![Vec::new(); self.shape.new.len()];
        let mut counts: Vec<u64> = Vec::new();
        while self.row < self.batch.len && rows.len() < self.cap {
            if !self.started {
                self.found = self.pairs(self.row, cx)?;
                (self.started, self.given) = (true, 0);
            }
            let row = self.row as u32;
            if new.is_empty() {
                if !self.found.nodes.is_empty() {
                    rows.push(row);
                    counts.push(self.found.nodes.len() as u64);
                }
                self.given = self.found.nodes.len();
            }
            let rest = self.found.nodes.iter().skip(self.given).take(self.cap - rows.len());
            for node in rest {
                rows.push(row);
                self.given += 1;
                for (column, place) in new.iter_mut().zip(&self.shape.new) {
                    column.push(self.found.given.get(*place).copied().flatten().unwrap_or(*node));
                }
            }
            if self.given < self.found.nodes.len() {
                continue;
            }
            if self.starts.is_empty() {
                (self.row, self.started) = (self.row + 1, false);
            } else {
                (self.found, self.given) = (self.next_start(cx)?, 0);
            }
        }
        cx.work(rows.len())?;
        let found = if self.shape.counted { counts.as_slice() } else { &[] };
        self.batch.extended(&rows, (&self.shape.kept, new, found), cx)
    }
}

/// The pairs of ends for a row: the end that is given, and the nodes at the other one, sorted; one node where both are given.
#[derive(Default)]
struct Found {
    given: [Option<Id>; 2],
    nodes: Arc<Vec<Id>>,
}

impl Drop for Reach<'_> {
    fn drop(&mut self) {
        self.forget();
    }
}

impl Operator for Reach<'_> {
    fn next(&mut self, cx: &mut Context<'_>) -> Result<Option<Batch>> {
        loop {
            if self.row >= self.batch.len {
                let Some(batch) = self.input.next(cx)? else { return Ok(None) };
                (self.batch, self.row, self.started) = (batch, 0, false);
            }
            let batch = self.step(cx)?;
            if batch.len > 0 {
                self.cap = (self.cap * 2).min(ROWS);
                return Ok(Some(batch));
            }
        }
    }

    fn bytes(&self) -> usize {
        let marks = [&self.forward, &self.backward].map(|walk| walk.seen.bytes() + walk.begun.bytes());
        let last = self.last.as_ref().map_or(0, |(_, frontier)| frontier.capacity());
        marks.iter().sum::<usize>()
            + self.cycles.bytes()
            + (self.found.nodes.capacity() + last) * size_of::<Id>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::fixture::{Batches, node, run, solutions};

    /// Of a start that comes again what it reaches is kept: each pair of ends is what it is by itself.
    #[test]
    fn a_start_that_comes_again_reaches_the_same_ends() {
        let between = |(zero, many), pairs: &[(usize, usize)]| -> Vec<(Id, Id)> {
            let (columns, _) = run(|cx| {
                let mut nodes: Vec<Id> = (0..6).map(|n| node(&format!("r{n}"), cx)).collect();
                nodes.sort_unstable();
                nodes.push(node("nobody", cx));
                let of = |place: usize| nodes.get(place).copied().unwrap_or(NONE);
                // 0 -> 1 -> 2 -> 0 and 2 -> 3 -> 4; 5 alone, and 6 is in no triple.
                let cursor = |pairs: [(usize, usize); 5]| {
                    let (firsts, seconds): (Vec<Id>, Vec<Id>) =
                        pairs.iter().map(|(a, b)| (of(*a), of(*b))).unzip();
                    Repeat::new(Walk::Link(PairCursor::over(firsts.leak(), seconds.leak())), zero, many)
                };
                let walks =
                    [[(0, 1), (1, 2), (2, 0), (2, 3), (3, 4)], [(0, 2), (1, 0), (2, 1), (3, 2), (4, 3)]]
                        .map(cursor);
                let column = |end: fn(&(usize, usize)) -> usize| -> Vec<Id> {
                    pairs.iter().map(|pair| of(end(pair))).collect()
                };
                let columns = vec![column(|pair| pair.0), column(|pair| pair.1)];
                let ends = [From::Column(0), From::Column(1)];
                let shape = Shape { ends, same: false, kept: vec![0, 1], new: Vec::new(), counted: true };
                let view = cx.graph.view(None).unwrap().unwrap();
                Box::new(Reach::new(view, walks, shape, Batches::new(vec![Batch::of(columns, pairs.len())])))
            });
            // Of no row there is no column.
            let [starts, ends] = columns.as_slice() else { return Vec::new() };
            starts.iter().copied().zip(ends.iter().copied()).collect()
        };
        let pairs: Vec<(usize, usize)> =
            (0..7).flat_map(|start| (0..7).map(move |end| (start, end))).collect();
        for (kind, expected) in
            [((false, true), 16), ((true, true), 19), ((false, false), 5), ((true, false), 11)]
        {
            let alone: Vec<(Id, Id)> = pairs.iter().flat_map(|pair| between(kind, &[*pair])).collect();
            assert_eq!(between(kind, &pairs), alone, "{kind:?}");
            assert_eq!(alone.len(), expected, "{kind:?}");
        }
    }

    /// The other ends of the paths over `1 -> 2 -> 3 -> 1` and `3 -> 4`, from these ends.
    fn reached(zero: bool, many: bool, ends: [From; 2]) -> Vec<Vec<Id>> {
        let (firsts, seconds): (&[Id], &[Id]) = (&[1, 2, 3, 3], &[2, 3, 1, 4]);
        let (ends_of, starts): (&[Id], &[Id]) = (&[1, 2, 3, 4], &[3, 1, 2, 3]);
        let new = ends.iter().position(|end| *end == From::New).into_iter().collect();
        run(|cx| {
            let view = cx.graph.view(None).unwrap().unwrap();
            let walks = [PairCursor::over(firsts, seconds), PairCursor::over(ends_of, starts)]
                .map(|cursor| Repeat::new(Walk::Link(cursor), zero, many));
            let shape = Shape { ends, same: false, kept: Vec::new(), new, counted: true };
            Box::new(Reach::new(view, walks, shape, Batches::new(vec![Batch::unit(1)])))
        })
        .0
    }

    #[test]
    fn each_end_comes_once_and_a_cycle_ends() {
        // SPARQL 1.1, section 18.4: ALP visits no node twice.
        let from = |zero, many, start| reached(zero, many, [From::Term(start), From::New]);
        assert_eq!(from(false, true, 1), [[1, 2, 3, 4]]);
        assert_eq!(from(true, true, 4), [[4]]);
        assert!(from(false, true, 4).concat().is_empty());
        assert_eq!(from(true, false, 3), [[1, 3, 4]]);
        assert_eq!(reached(false, true, [From::New, From::Term(4)]), [[1, 2, 3]]);
    }

    /// All that any start reaches, once each, is what the pairs of the ends give.
    #[test]
    fn searches_for_one_end_go_on_from_each_other() {
        for path in
            [":kind*", ":kind+", ":kind?", "(:kind|^:kind)*", "(:kind/^:kind)+", "(:kind|^:year)?", "^:kind+"]
        {
            for starts in
                ["VALUES ?x { :r0 :r5 :r0 :nobody :launch }", "?x :year 2001 .", "?x :order ?n .", ""]
            {
                let pairs =
                    format!("SELECT ?x ?y (COUNT(*) AS ?n) {{ {starts} ?x {path} ?y }} GROUP BY ?x ?y");
                let pairs = solutions(&format!("SELECT DISTINCT ?y {{ {{ {pairs} }} }} ORDER BY ?y"));
                let ends = solutions(&format!("SELECT DISTINCT ?y {{ {starts} ?x {path} ?y }} ORDER BY ?y"));
                assert_eq!(ends, pairs, "{path} from {starts}");
            }
        }
    }

    /// SPARQL 1.1, section 18.4: `?x p+ ?x` has each node from which steps lead back to it, once.
    #[test]
    fn ways_back_are_those_that_pairs_of_ends_show() {
        for path in [
            ":kind+",
            ":kind*",
            ":kind?",
            "(:kind|^:kind)+",
            "(:kind/^:kind)+",
            "^:kind+",
            "(:kind|:order)+",
            "(:kind*/:kind*)+",
            "(:kind*/^:kind)+",
            "!:kind+",
            "(!:nothing|!^:nothing)+",
        ] {
            for starts in
                ["VALUES ?x { :r0 :r5 :r0 :nobody :launch }", "?x :year 2001 .", "?x :order ?n .", ""]
            {
                let own = solutions(&format!("SELECT ?x {{ {starts} ?x {path} ?x }} ORDER BY ?x"));
                let pairs =
                    solutions(&format!("SELECT ?x {{ {starts} ?x {path} ?y FILTER(?x = ?y) }} ORDER BY ?x"));
                assert_eq!(own, pairs, "{path} from {starts}");
            }
        }
    }

    #[test]
    fn no_step_at_all_reaches_a_term_that_the_graph_has_not() {
        // Section 18.4, ZeroLengthPath of a term and a variable: the term itself, in the graph or not.
        assert_eq!(solutions("SELECT ?x { :nobody :kind* ?x }"), ["nobody"]);
        assert_eq!(solutions("SELECT (COUNT(*) AS ?n) { :r0 :kind+ ?x }"), ["1"]);
    }
}
