//! One part of a graph, its nodes tied by statements and nameless: its least form, whatever they are called.
//!
//! In: statements whose tokens are fixed or nodes. Out: a hash that equal parts share, and the nodes in the order in
//! which it has them. Nodes are told apart by what is around them; those that stay alike fall into smaller parts
//! once the others are fixed; and where all are alike, each is fixed in turn, and the least result counts. Choices
//! that a symmetry carries into one another are tried once (McKay and Piperno, Practical graph isomorphism II,
//! 2014). A part that needs more than [`WORK`] is named by the first form found.

use super::refine::refine;
use super::{Groups, Key, Statement, Token, hash_keys, nodes_of};
use std::collections::{BTreeMap, HashMap};

/// How many tokens may be looked at for one part before the first form found has to do: a second or two.
const WORK: u64 = 5_000_000;

/// The same, as a multiple of the tokens of the part, where that is more.
const ROUNDS: u64 = 50;

/// How many nodes of one part may be fixed one inside another.
const DEPTH: usize = 200;

/// Nodes that are tied to one another by statements, and to no others.
#[derive(Default)]
pub struct Component {
    /// Its nodes.
    pub nodes: Vec<usize>,
    /// The statements that name them, each with at least one.
    pub statements: Vec<Statement>,
}

/// What a part is when its nodes have no names.
pub struct Form {
    /// The same for equal parts alone.
    pub key: Key,
    /// The nodes in the order of the form.
    pub order: Vec<usize>,
    /// Whether every way to name the nodes counted; else two equal parts may get different forms.
    pub is_certain: bool,
}

/// What is left to spend.
struct Budget {
    work: u64,
    depth: usize,
    is_certain: bool,
}

impl Component {
    /// The least form.
    pub fn least_form(self) -> Form {
        let size: usize = self.statements.iter().map(Vec::len).sum();
        self.least_form_within(WORK.max(ROUNDS.saturating_mul(size as u64)))
    }

    /// The least form, where `work` tokens are enough to find it.
    pub fn least_form_within(self, work: u64) -> Form {
        let mut budget = Budget { work, depth: 0, is_certain: true };
        let (key, order) = self.solve(&mut budget, 0, false);
        Form { key, order, is_certain: budget.is_certain }
    }

    /// The form and its order. `level`: how many times nodes were fixed around this part; `quick`: of nodes that are alike, the first at hand is fixed.
    fn solve(self, budget: &mut Budget, level: Key, quick: bool) -> (Key, Vec<usize>) {
        let size: usize = self.statements.iter().map(Vec::len).sum();
        budget.work = budget.work.saturating_sub(size as u64);
        let cells = refine(&self.nodes, &self.statements);
        let fixed: HashMap<usize, Key> = cells
            .iter()
            .enumerate()
            .filter_map(|(n, cell)| match cell.as_slice() {
                [node] => Some((*node, hash_keys(&[4, level, n as Key]))),
                _ => None,
            })
            .collect();
        let alone: Vec<usize> = cells.iter().filter(|cell| cell.len() == 1).flatten().copied().collect();
        let whole = self.nodes.len();
        let (mut rows, parts) = self.without(&fixed);
        if parts.first().is_some_and(|part| part.nodes.len() == whole) {
            // All nodes are alike with some other, and none can be fixed without a choice.
            let alike =
                cells.into_iter().filter(|cell| cell.len() > 1).min_by_key(Vec::len).unwrap_or_default();
            return match parts.into_iter().next() {
                Some(part) if quick => part.fix_first(&alike, budget, level),
                Some(part) => part.fix_each(&alike, budget, level),
                None => (0, Vec::new()),
            };
        }
        let mut solved: Vec<(Key, Vec<usize>)> =
            parts.into_iter().map(|part| part.solve(budget, level + 1, quick)).collect();
        solved.sort_by_key(|(key, _)| *key);
        rows.sort_unstable();
        rows.push(alone.len() as Key);
        rows.extend(solved.iter().map(|(key, _)| *key));
        let order = alone.into_iter().chain(solved.into_iter().flat_map(|(_, order)| order)).collect();
        (hash_keys(&rows), order)
    }

    /// The hashes of the statements whose nodes are all fixed, and the parts that the rest falls into.
    fn without(self, fixed: &HashMap<usize, Key>) -> (Vec<Key>, Vec<Self>) {
        let place: HashMap<usize, usize> =
            self.nodes.iter().enumerate().map(|(n, node)| (*node, n)).collect();
        let mut groups = Groups::new(self.nodes.len());
        let (mut rows, mut rest) = (Vec::new(), Vec::new());
        for mut statement in self.statements {
            for token in &mut statement {
                if let Token::Node(node) = token
                    && let Some(key) = fixed.get(node)
                {
                    *token = Token::Fixed(*key);
                }
            }
            let mut nodes = nodes_of(&statement).filter_map(|node| place.get(&node).copied());
            match nodes.next() {
                Some(first) => nodes.for_each(|node| groups.join(first, node)),
                None => {
                    rows.push(row(&statement));
                    continue;
                }
            }
            rest.push(statement);
        }
        let mut parts: BTreeMap<usize, Self> = BTreeMap::new();
        for (n, node) in self.nodes.iter().enumerate().filter(|(_, node)| !fixed.contains_key(node)) {
            parts.entry(groups.root(n)).or_default().nodes.push(*node);
        }
        for statement in rest {
            let first = nodes_of(&statement).next().and_then(|node| place.get(&node).copied());
            if let Some(part) = first.and_then(|n| parts.get_mut(&groups.root(n))) {
                part.statements.push(statement);
            }
        }
        (rows, parts.into_values().collect())
    }

    /// The form with one node fixed.
    fn with(&self, node: usize, budget: &mut Budget, level: Key, quick: bool) -> (Key, Vec<usize>) {
        let fixed = HashMap::from([(node, hash_keys(&[5, level]))]);
        let copy = Self { nodes: self.nodes.clone(), statements: self.statements.clone() };
        let (mut rows, parts) = copy.without(&fixed);
        budget.depth += 1;
        let mut solved: Vec<(Key, Vec<usize>)> =
            parts.into_iter().map(|part| part.solve(budget, level + 1, quick)).collect();
        budget.depth -= 1;
        solved.sort_by_key(|(key, _)| *key);
        rows.sort_unstable();
        rows.extend(solved.iter().map(|(key, _)| *key));
        let order = std::iter::once(node).chain(solved.into_iter().flat_map(|(_, order)| order)).collect();
        (hash_keys(&rows), order)
    }

    fn fix_first(self, alike: &[usize], budget: &mut Budget, level: Key) -> (Key, Vec<usize>) {
        let Some(first) = alike.first() else { return (0, self.nodes) };
        if budget.depth >= DEPTH {
            budget.is_certain = false;
            return (row(&[]), self.nodes);
        }
        self.with(*first, budget, level, true)
    }

    /// Fixes each of the nodes that are alike, but for those that a symmetry makes the same choice.
    fn fix_each(self, alike: &[usize], budget: &mut Budget, level: Key) -> (Key, Vec<usize>) {
        let Some((first, others)) = alike.split_first() else { return (0, self.nodes) };
        if budget.depth >= DEPTH || budget.work == 0 {
            budget.is_certain = false;
            return self.fix_first(alike, budget, level);
        }
        let place: HashMap<usize, usize> =
            self.nodes.iter().enumerate().map(|(n, node)| (*node, n)).collect();
        let at = |node: &usize| place.get(node).copied().unwrap_or_default();
        let mut orbits = Groups::new(self.nodes.len());
        let mut tried: Vec<(usize, (Key, Vec<usize>))> =
            vec![(*first, self.with(*first, budget, level, true))];
        for node in others {
            let mine = orbits.root(at(node));
            if tried.iter().any(|(other, _)| orbits.root(at(other)) == mine) {
                continue;
            }
            if budget.work == 0 {
                budget.is_certain = false;
                break;
            }
            let found = self.with(*node, budget, level, true);
            match tried.iter().find(|(_, (key, _))| *key == found.0) {
                // The same form twice is a symmetry: it carries the one order into the other.
                Some((_, (_, order))) => {
                    order.iter().zip(&found.1).for_each(|(a, b)| orbits.join(at(a), at(b)))
                }
                None => tried.push((*node, found)),
            }
        }
        let forms = tried.into_iter().map(|(node, _)| self.with(node, budget, level, false));
        forms.min_by_key(|(key, _)| *key).unwrap_or_default()
    }
}

fn row(statement: &[Token]) -> Key {
    let key = |token: &Token| match token {
        Token::Fixed(key) => *key,
        Token::Node(_) => 0,
    };
    hash_keys(&statement.iter().map(key).collect::<Vec<_>>())
}
