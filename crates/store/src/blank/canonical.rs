//! RDF Dataset Canonicalization, RDFC-1.0 with SHA-256: the standard's names for blank nodes.
//!
//! In: quads. Out: the same with the labels `c14n0`, `c14n1`... (the recommendation of 2024, 4.4 to 4.8; blank
//! nodes in triple terms, which it does not know, count as objects). Nodes that look alike are followed as far as
//! they stay so, for each of them anew: a chain of alike nodes takes a time in the square of its length, since the
//! standard compares a hash of the whole chain from each of its nodes. What takes more than [`WORK`] is refused; [`canonical`]
//! then names by content. Which of the two it is depends on the graph, never on the names or the order in it: no
//! order of the neighbours is left out.

use super::{Blanks, Groups};
use crate::error::{Error, Kind, Result};
use crate::terms::{BlankNode, GraphName, NamedOrBlankNode, Quad, Term, Triple};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

/// How many neighbours may be looked at: a few seconds.
const WORK: u64 = 2_500_000;

/// How far nodes that look alike are followed one from another.
const DEPTH: usize = 5_000;

/// The stack for that, in bytes.
const STACK: usize = 256 << 20;

/// By which rule blank nodes were named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// RDFC-1.0: other tools give the same names.
    Rdfc10,
    /// The labels of [`Blanks`]: the same for equal graphs, but of this program alone.
    Content,
}

/// The quads with names that equal graphs share, in no order: those of RDFC-1.0, and where these would take too
/// long, those of [`Blanks`].
///
/// # Errors
/// Where too many blank nodes look alike for either.
pub fn canonical(quads: &[Quad]) -> Result<(Vec<Quad>, Rule)> {
    canonical_within(quads, WORK)
}

/// As [`canonical`], where `work` neighbours may be looked at.
pub(super) fn canonical_within(quads: &[Quad], work: u64) -> Result<(Vec<Quad>, Rule)> {
    match rdfc10_within(quads, work) {
        Err(error) if error.kind == Kind::Limit => {
            let blanks = Blanks::of(quads);
            if blanks.is_certain() { Ok((blanks.relabel(quads.to_vec()), Rule::Content)) } else { Err(error) }
        }
        named => named.map(|quads| (quads, Rule::Rdfc10)),
    }
}

/// The quads with the labels of RDFC-1.0, in no order.
///
/// # Errors
/// Where too many blank nodes look alike.
pub fn rdfc10(quads: &[Quad]) -> Result<Vec<Quad>> {
    rdfc10_within(quads, WORK)
}

fn rdfc10_within(quads: &[Quad], work: u64) -> Result<Vec<Quad>> {
    let names = std::thread::scope(|scope| {
        let worker = std::thread::Builder::new().stack_size(STACK);
        let worker = worker.spawn_scoped(scope, || Canon::new(quads, work).issue_all());
        worker
            .map_err(|error| Error::store("no thread for the canonical form").because(error))?
            .join()
            .unwrap_or_else(|_| {
                Err(Error::store("the canonical form stopped in the middle").hint("please report this graph"))
            })
    })?;
    let name = |node: &BlankNode| {
        BlankNode::new_unchecked(names.get(node.as_str()).map_or(node.as_str(), String::as_str))
    };
    Ok(quads.iter().map(|quad| renamed(quad, &name)).collect())
}

/// A quad with its blank nodes called as `name` has it.
fn renamed(quad: &Quad, name: &impl Fn(&BlankNode) -> BlankNode) -> Quad {
    let triple = Triple::new(quad.subject.clone(), quad.predicate.clone(), quad.object.clone());
    let graph = match &quad.graph_name {
        GraphName::BlankNode(node) => name(node).into(),
        other => other.clone(),
    };
    renamed_triple(triple, name).in_graph(graph)
}

fn renamed_triple(triple: Triple, name: &impl Fn(&BlankNode) -> BlankNode) -> Triple {
    let subject = match triple.subject {
        NamedOrBlankNode::BlankNode(node) => name(&node).into(),
        other => other,
    };
    let object = match triple.object {
        Term::BlankNode(node) => name(&node).into(),
        Term::Triple(inner) => renamed_triple(*inner, name).into(),
        other => other,
    };
    Triple::new(subject, triple.predicate, object)
}

/// A blank node in a quad: which, and where (`s`, `o` or `g`).
type Mention = (usize, char);

/// Labels given in turn (4.6).
#[derive(Clone, Default)]
struct Issuer {
    given: HashMap<usize, usize>,
    order: Vec<usize>,
}

impl Issuer {
    fn issue(&mut self, node: usize) -> usize {
        if let Some(number) = self.given.get(&node) {
            return *number;
        }
        self.order.push(node);
        self.given.insert(node, self.order.len() - 1);
        self.order.len() - 1
    }
}

struct Canon<'q> {
    quads: &'q [Quad],
    labels: Vec<&'q str>,
    mentions: Vec<Vec<Mention>>,
    /// The quads that mention each node.
    of: Vec<Vec<usize>>,
    first: Vec<String>,
    canonical: Issuer,
    work: u64,
    /// How much work there may be.
    most: u64,
    depth: usize,
}

impl<'q> Canon<'q> {
    fn new(quads: &'q [Quad], most: u64) -> Self {
        let mut numbers: HashMap<&'q str, usize> = HashMap::new();
        let mut labels = Vec::new();
        let mut all = Vec::with_capacity(quads.len());
        for quad in quads {
            let mut mentions = Vec::new();
            let mut note = |node: &'q BlankNode, place: char| {
                let number = *numbers.entry(node.as_str()).or_insert_with(|| {
                    labels.push(node.as_str());
                    labels.len() - 1
                });
                mentions.push((number, place));
            };
            if let NamedOrBlankNode::BlankNode(node) = &quad.subject {
                note(node, 's');
            }
            objects(&quad.object, &mut note);
            if let GraphName::BlankNode(node) = &quad.graph_name {
                note(node, 'g');
            }
            all.push(mentions);
        }
        let mut of = vec![Vec::new(); labels.len()];
        for (n, mentions) in all.iter().enumerate() {
            for (node, _) in mentions {
                if let Some(list) = of.get_mut(*node).filter(|list: &&mut Vec<usize>| list.last() != Some(&n))
                {
                    list.push(n);
                }
            }
        }
        let mut canon = Self {
            quads,
            labels,
            mentions: all,
            of,
            first: Vec::new(),
            canonical: Issuer::default(),
            work: 0,
            most,
            depth: 0,
        };
        canon.first = (0..canon.labels.len()).map(|node| canon.hash_first_degree(node)).collect();
        canon
    }

    /// 4.4: labels for all nodes.
    fn issue_all(mut self) -> Result<HashMap<String, String>> {
        let mut by_hash: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (node, hash) in self.first.iter().enumerate() {
            by_hash.entry(hash.clone()).or_default().push(node);
        }
        for nodes in by_hash.values() {
            if let [node] = nodes.as_slice() {
                self.canonical.issue(*node);
            }
        }
        by_hash.retain(|_, nodes| nodes.len() > 1);
        if self.least_work(by_hash.values()) > self.most {
            return Err(too_alike());
        }
        for nodes in by_hash.into_values() {
            let mut results = Vec::new();
            for node in nodes {
                if !self.canonical.given.contains_key(&node) {
                    let mut issuer = Issuer::default();
                    issuer.issue(node);
                    let (hash, issuer) = self.hash_n_degree(node, issuer)?;
                    results.push((hash, issuer.order));
                }
            }
            results.sort_by(|(a, _), (b, _)| a.cmp(b));
            for node in results.into_iter().flat_map(|(_, order)| order) {
                self.canonical.issue(node);
            }
        }
        let named = self.labels.iter().enumerate().filter_map(|(node, label)| {
            Some(((*label).to_owned(), format!("c14n{}", self.canonical.given.get(&node)?)))
        });
        Ok(named.collect())
    }

    /// What naming takes at least, for nodes alike by their first hash. Nodes tied by nodes without a name are all
    /// seen from each node of the first such group.
    fn least_work<'n>(&self, alike: impl Iterator<Item = &'n Vec<usize>> + Clone) -> u64 {
        let unnamed = |node: &usize| !self.canonical.given.contains_key(node);
        let mut groups = Groups::new(self.labels.len());
        for mentions in &self.mentions {
            let mut nodes = mentions.iter().map(|(node, _)| *node).filter(unnamed);
            if let Some(first) = nodes.next() {
                nodes.for_each(|node| groups.join(first, node));
            }
        }
        let others = |node: usize| {
            let quads = self.of.get(node).into_iter().flatten().filter_map(|quad| self.mentions.get(*quad));
            quads.flatten().filter(|(other, _)| *other != node).count() as u64
        };
        let (mut seen, mut from) = (HashMap::new(), HashMap::new());
        for (group, node) in alike.enumerate().flat_map(|(n, nodes)| nodes.iter().map(move |node| (n, *node)))
        {
            let root = groups.root(node);
            *seen.entry(root).or_insert(0) += others(node);
            let (first, starts) = from.entry(root).or_insert((group, 0));
            *starts += u64::from(*first == group);
        }
        from.into_iter().map(|(root, (_, starts))| starts * seen.get(&root).unwrap_or(&0)).sum()
    }

    /// 4.5: what the quads of a node say, with no other names.
    fn hash_first_degree(&self, node: usize) -> String {
        let label = self.labels.get(node).copied().unwrap_or_default();
        let name =
            |other: &BlankNode| BlankNode::new_unchecked(if other.as_str() == label { "a" } else { "z" });
        let quads = self.of.get(node).into_iter().flatten().filter_map(|n| self.quads.get(*n));
        let mut lines: Vec<String> = quads.map(|quad| format!("{} .\n", renamed(quad, &name))).collect();
        lines.sort_unstable();
        hash(&lines.concat())
    }

    /// 4.7: a neighbour by its place, and its label where it has one.
    fn hash_related(&self, related: usize, quad: usize, issuer: &Issuer, place: char) -> String {
        let mut text = String::from(place);
        if place != 'g'
            && let Some(quad) = self.quads.get(quad)
        {
            let _ = write!(text, "<{}>", quad.predicate.as_str());
        }
        match (self.canonical.given.get(&related), issuer.given.get(&related)) {
            (Some(number), _) => drop(write!(text, "_:c14n{number}")),
            (None, Some(number)) => drop(write!(text, "_:b{number}")),
            (None, None) => text.push_str(self.first.get(related).map_or("", String::as_str)),
        }
        hash(&text)
    }

    /// 4.8: a node by its neighbours, and theirs, as far as they have no labels.
    fn hash_n_degree(&mut self, node: usize, mut issuer: Issuer) -> Result<(String, Issuer)> {
        let mut related: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for quad in self.of.get(node).cloned().unwrap_or_default() {
            for (other, place) in
                self.mentions.get(quad).into_iter().flatten().filter(|(other, _)| *other != node)
            {
                self.work += 1;
                related.entry(self.hash_related(*other, quad, &issuer, *place)).or_default().push(*other);
            }
        }
        self.depth += 1;
        if self.work > self.most || self.depth > DEPTH {
            return Err(too_alike());
        }
        let mut text = String::new();
        for (hash, mut nodes) in related {
            text.push_str(&hash);
            nodes.sort_unstable();
            let mut chosen: Option<(String, Issuer)> = None;
            let mut last = Some(issuer);
            loop {
                let more = has_next(&nodes);
                // The last order needs no copy of the labels: chains cost nothing extra.
                let copy = if more { last.clone() } else { last.take() };
                let found = self.path(&nodes, copy.unwrap_or_default())?;
                if chosen.as_ref().is_none_or(|(path, _)| found.0 < *path) {
                    chosen = Some(found);
                }
                if !more || !next_order(&mut nodes) {
                    break;
                }
            }
            let Some((path, next)) = chosen else { return Err(too_alike()) };
            text.push_str(&path);
            issuer = next;
        }
        self.depth -= 1;
        Ok((self::hash(&text), issuer))
    }

    /// The path of one order of the neighbours.
    fn path(&mut self, nodes: &[usize], mut issuer: Issuer) -> Result<(String, Issuer)> {
        let (mut path, mut deeper) = (String::new(), Vec::new());
        for node in nodes {
            self.work += 1;
            if let Some(number) = self.canonical.given.get(node) {
                let _ = write!(path, "_:c14n{number}");
            } else {
                if !issuer.given.contains_key(node) {
                    deeper.push(*node);
                }
                let _ = write!(path, "_:b{}", issuer.issue(*node));
            }
        }
        for node in deeper {
            let (hash, next) = self.hash_n_degree(node, issuer)?;
            issuer = next;
            let _ = write!(path, "_:b{}<{hash}>", issuer.issue(node));
        }
        Ok((path, issuer))
    }
}

fn objects<'q>(object: &'q Term, note: &mut impl FnMut(&'q BlankNode, char)) {
    match object {
        Term::BlankNode(node) => note(node, 'o'),
        Term::Triple(triple) => {
            if let NamedOrBlankNode::BlankNode(node) = &triple.subject {
                note(node, 'o');
            }
            objects(&triple.object, note);
        }
        Term::NamedNode(_) | Term::Literal(_) => {}
    }
}

fn too_alike() -> Error {
    Error::new(
        Kind::Limit,
        "too many blank nodes of this graph look alike for the canonical form of RDFC-1.0",
    )
    .hint("give some of them IRIs, or say of each what the others do not")
    .hint("turtle and nquads are written: there the labels depend on the content as far as it tells nodes apart")
}

fn hash(text: &str) -> String {
    let mut out = String::with_capacity(64);
    for byte in Sha256::digest(text.as_bytes()) {
        out.push(char::from_digit(u32::from(byte >> 4), 16).unwrap_or('0'));
        out.push(char::from_digit(u32::from(byte & 15), 16).unwrap_or('0'));
    }
    out
}

/// Whether another order comes after this one.
fn has_next(order: &[usize]) -> bool {
    order.windows(2).any(|pair| matches!(pair, [a, b] if a < b))
}

/// The next order by size; false after the last.
fn next_order(order: &mut [usize]) -> bool {
    let Some(pivot) = order.windows(2).rposition(|pair| matches!(pair, [a, b] if a < b)) else {
        return false;
    };
    let Some(value) = order.get(pivot).copied() else { return false };
    let Some(other) = order.iter().rposition(|item| *item > value) else { return false };
    order.swap(pivot, other);
    if let Some(tail) = order.get_mut(pivot + 1..) {
        tail.reverse();
    }
    true
}
