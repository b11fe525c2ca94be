//! A sorted list of pairs and many changes of it, joined into a new list in one pass.
//!
//! In: a list, and sorted pairs that are all to be there, or all to be gone. Out: the list after that in one piece, which of
//! the pairs changed anything, and the counts. It costs as much as the list is long: for changes that are many beside it.

use super::Id;
use super::cursor::PairCursor;
use super::list::Pairs;
use super::pack::Watch;
use super::pack::watch::STRIDE;
use super::paged::Pair;
use crate::error::Result;

/// What came of it. See the module.
#[derive(Default)]
pub(super) struct Joined {
    /// The list.
    pub pairs: Pairs,
    /// The pairs that were not so before.
    pub effective: Vec<Pair>,
    /// The firsts that were not there and are, or the other way round.
    pub nodes: Vec<Id>,
    /// How many different firsts there are.
    pub firsts: u64,
    /// The most seconds of a first.
    pub most: u64,
}

/// The first at hand: whether it was there, and how many seconds it has now.
#[derive(Default)]
struct Node {
    first: Id,
    was: bool,
    now: u64,
}

impl Joined {
    /// The list of a cursor with all of `changes`, where they are to be `present`, or without them.
    ///
    /// # Errors
    /// Where the stored bytes are damaged, or `watch` stops it.
    pub fn of(mut cursor: PairCursor<'_>, changes: &[Pair], present: bool, watch: Watch<'_>) -> Result<Self> {
        let room = cursor.len() + if present { changes.len() } else { 0 };
        let pairs = Pairs { first: Vec::with_capacity(room), second: Vec::with_capacity(room) };
        let (mut joined, mut node) = (Self { pairs, ..Self::default() }, Node::default());
        let mut changes = changes.iter().copied().peekable();
        while let Some((firsts, seconds)) = cursor.next_block()? {
            watch.check()?;
            for pair in firsts.iter().copied().zip(seconds.iter().copied()) {
                while let Some(change) = changes.next_if(|change| *change < pair) {
                    joined.missing(&mut node, change, present, watch)?;
                }
                let is_named = changes.next_if_eq(&pair).is_some();
                joined.go_to(&mut node, pair.0);
                node.was = true;
                if is_named && !present {
                    joined.effective.push(pair);
                } else {
                    joined.push(&mut node, pair);
                }
            }
        }
        for change in changes {
            joined.missing(&mut node, change, present, watch)?;
        }
        joined.end(&node);
        Ok(joined)
    }

    /// A pair that the list did not have.
    fn missing(&mut self, node: &mut Node, pair: Pair, present: bool, watch: Watch<'_>) -> Result<()> {
        if present {
            self.go_to(node, pair.0);
            self.effective.push(pair);
            self.push(node, pair);
            if self.effective.len().is_multiple_of(STRIDE) {
                watch.check()?;
            }
        }
        Ok(())
    }

    fn push(&mut self, node: &mut Node, (first, second): Pair) {
        node.now += 1;
        self.pairs.first.push(first);
        self.pairs.second.push(second);
    }

    fn go_to(&mut self, node: &mut Node, first: Id) {
        if node.first != first {
            self.end(node);
            *node = Node { first, ..Node::default() };
        }
    }

    fn end(&mut self, node: &Node) {
        if node.was != (node.now > 0) {
            self.nodes.push(node.first);
        }
        self.firsts += u64::from(node.now > 0);
        self.most = self.most.max(node.now);
    }
}
