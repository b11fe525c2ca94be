//! Blank nodes by what they say, not by what they are called: stable labels, and which of them nest.
//!
//! In: quads. Out: [`Blanks`], a label for each blank node that depends on its description alone, and
//! whether it can be written in place of its one mention. It depends on no syntax and no store.
//!
//! Two steps. What hangs below one mention is folded into a hash from its leaves upwards. The rest falls into
//! parts that share no blank node, each of which is brought into its least form. Parts that come out the same are
//! the same, so it does not matter which comes first. Chains, lists and rings take a time in their length.

mod canonical;
mod component;
mod refine;

pub use canonical::{Rule, canonical, rdfc10};

use crate::terms::{BlankNode, GraphName, NamedOrBlankNode, Quad, Term, Triple, rdf};
use component::Component;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap, HashSet};

/// How deep descriptions nest before a label breaks them up.
const DEPTH: usize = 24;

/// The hash of something, the same on every machine.
type Key = u128;

/// The blank nodes of a set of quads.
#[derive(Debug, Default)]
pub struct Blanks {
    labels: HashMap<String, String>,
    nested: HashSet<String>,
    shared: HashSet<String>,
    is_uncertain: bool,
}

impl Blanks {
    /// Reads the quads. Each should be there once.
    pub fn of(quads: &[Quad]) -> Self {
        let mut work = Work::default();
        for quad in quads {
            work.add(quad);
        }
        work.nest();
        work.fold();
        work.name_parts();
        work.name_folded();
        work.finish()
    }

    /// The same, with each blank node called what it is called in the quads.
    #[must_use]
    pub fn keeping_labels(self) -> Self {
        Self { labels: HashMap::new(), ..self }
    }

    /// Whether labels depend on descriptions alone. Not so where very many blank nodes look alike and no symmetry
    /// shows within the limits: then each label still names one node, but equal graphs may get different labels.
    pub fn is_certain(&self) -> bool {
        !self.is_uncertain
    }

    /// The label of a blank node, by what it is called in the quads: `b` and eight hexadecimal digits.
    pub fn label<'a>(&'a self, node: &'a str) -> &'a str {
        self.labels.get(node).map_or(node, String::as_str)
    }

    /// The same, to be asked by the labels from here: nodes are called so from now on.
    #[must_use]
    pub fn by_label(self) -> Self {
        let Self { labels, nested, shared, is_uncertain } = self;
        let relabelled = |names: HashSet<String>| {
            names.into_iter().map(|name| labels.get(&name).cloned().unwrap_or(name)).collect()
        };
        let (nested, shared) = (relabelled(nested), relabelled(shared));
        Self { labels: HashMap::new(), nested, shared, is_uncertain }
    }

    /// Whether a blank node is mentioned once, outside a triple term, and so can be written there.
    pub fn is_nested(&self, node: &str) -> bool {
        self.nested.contains(node)
    }

    /// Whether a blank node's label is needed wherever it stands: it is mentioned somewhere and does
    /// not nest, or is described in more than one graph.
    pub fn is_shared(&self, node: &str) -> bool {
        self.shared.contains(node)
    }

    /// The quads with the labels from here.
    pub fn relabel(&self, quads: Vec<Quad>) -> Vec<Quad> {
        if self.labels.is_empty() {
            return quads;
        }
        quads.into_iter().map(|quad| self.relabel_quad(quad)).collect()
    }

    fn relabel_quad(&self, quad: Quad) -> Quad {
        let graph = match quad.graph_name {
            GraphName::BlankNode(node) => self.renamed(&node).into(),
            name => name,
        };
        let Triple { subject, predicate, object } =
            self.relabel_triple(Triple::new(quad.subject, quad.predicate, quad.object));
        Quad::new(subject, predicate, object, graph)
    }

    fn relabel_triple(&self, triple: Triple) -> Triple {
        let subject = match triple.subject {
            NamedOrBlankNode::BlankNode(node) => self.renamed(&node).into(),
            subject => subject,
        };
        Triple::new(subject, triple.predicate, self.relabel_term(triple.object))
    }

    /// A term with the labels from here.
    pub fn relabel_term(&self, term: Term) -> Term {
        match term {
            Term::BlankNode(node) => self.renamed(&node).into(),
            Term::Triple(inner) => self.relabel_triple(*inner).into(),
            term => term,
        }
    }

    fn renamed(&self, node: &BlankNode) -> BlankNode {
        BlankNode::new_unchecked(self.label(node.as_str()))
    }
}

/// A part of a quad as the refinement sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Token {
    Fixed(Key),
    Node(usize),
}

/// A quad that mentions a blank node: subject, predicate, object, graph. A triple term's parts
/// follow one another.
type Statement = Vec<Token>;

#[derive(Default)]
struct Node {
    /// The statements with this node as subject.
    about: Vec<usize>,
    /// The statements with this node as object.
    mentions: Vec<usize>,
    /// Named in a triple term or as a graph: can never nest.
    pinned: bool,
    /// The one statement that mentions it, where there is one and it is on no circle.
    parent: Option<usize>,
    /// Whether it is written there.
    nests: bool,
    /// The hash of its description, where no other unfolded node is needed for it.
    folded: Option<Key>,
    key: Key,
}

#[derive(Default)]
struct Work {
    numbers: HashMap<String, usize>,
    nodes: Vec<Node>,
    statements: Vec<Statement>,
    /// The subject, where it is not a blank node, and the predicate of each statement.
    heads: Vec<(Key, Key)>,
    /// Nodes with one mention, each after the node that mentions it.
    order: Vec<usize>,
    copies: HashMap<Key, u32>,
    /// Whether a part was too hard to be named for certain.
    is_uncertain: bool,
}

impl Work {
    fn add(&mut self, quad: &Quad) {
        if !mentions_blank(quad) {
            return;
        }
        let number = self.statements.len();
        let subject = match &quad.subject {
            NamedOrBlankNode::BlankNode(node) => {
                let node = self.number(node);
                self.with(node, |node| node.about.push(number));
                Token::Node(node)
            }
            NamedOrBlankNode::NamedNode(iri) => Token::Fixed(hash([b"<", iri.as_str().as_bytes()])),
        };
        let predicate = hash([b"<", quad.predicate.as_str().as_bytes()]);
        let mut statement = vec![subject, Token::Fixed(predicate)];
        if let Term::BlankNode(node) = &quad.object {
            let node = self.number(node);
            self.with(node, |node| node.mentions.push(number));
            statement.push(Token::Node(node));
        } else {
            self.object(&quad.object, &mut statement);
        }
        statement.push(match &quad.graph_name {
            GraphName::DefaultGraph => Token::Fixed(0),
            GraphName::NamedNode(iri) => Token::Fixed(hash([b"<", iri.as_str().as_bytes()])),
            GraphName::BlankNode(node) => self.pinned(node),
        });
        let head = if let Token::Fixed(key) = subject { key } else { 0 };
        self.heads.push((head, predicate));
        self.statements.push(statement);
    }

    fn object(&mut self, object: &Term, statement: &mut Statement) {
        match object {
            Term::BlankNode(node) => {
                let node = self.pinned(node);
                statement.push(node);
            }
            Term::Triple(triple) => {
                statement.push(Token::Fixed(1));
                match &triple.subject {
                    NamedOrBlankNode::BlankNode(node) => {
                        let node = self.pinned(node);
                        statement.push(node);
                    }
                    NamedOrBlankNode::NamedNode(iri) => {
                        statement.push(Token::Fixed(hash([b"<", iri.as_str().as_bytes()])));
                    }
                }
                statement.push(Token::Fixed(hash([b"<", triple.predicate.as_str().as_bytes()])));
                self.object(&triple.object, statement);
            }
            Term::NamedNode(iri) => statement.push(Token::Fixed(hash([b"<", iri.as_str().as_bytes()]))),
            Term::Literal(literal) => {
                statement.push(Token::Fixed(hash([b"\"", literal.to_string().as_bytes()])));
            }
        }
    }

    fn number(&mut self, node: &BlankNode) -> usize {
        if let Some(number) = self.numbers.get(node.as_str()) {
            return *number;
        }
        let number = self.nodes.len();
        self.numbers.insert(node.as_str().to_owned(), number);
        self.nodes.push(Node::default());
        number
    }

    fn pinned(&mut self, node: &BlankNode) -> Token {
        let node = self.number(node);
        self.with(node, |node| node.pinned = true);
        Token::Node(node)
    }

    fn with(&mut self, node: usize, change: impl FnOnce(&mut Node)) {
        if let Some(node) = self.nodes.get_mut(node) {
            change(node);
        }
    }

    fn statement(&self, number: usize) -> &[Token] {
        self.statements.get(number).map_or(&[], Vec::as_slice)
    }

    /// Decides which nodes nest: mentioned once, described in the same graph only, not on a circle,
    /// not too deep.
    fn nest(&mut self) {
        let parents: Vec<_> = (0..self.nodes.len()).map(|node| self.mention(node)).collect();
        let parent_of = |node: usize| parents.get(node).copied().flatten();
        let rest = Token::Fixed(hash([b"<", rdf::REST.as_str().as_bytes()]));
        let cells = self.list_cells(&parents);
        let mut depths: HashMap<usize, usize> = HashMap::new();
        for start in 0..self.nodes.len() {
            let mut path = Vec::new();
            let mut seen = HashSet::new();
            let mut at = Some(start);
            while let Some(node) = at.filter(|node| !depths.contains_key(node)) {
                if !seen.insert(node) {
                    // A circle: its nodes are labelled, what hangs on them nests.
                    let circle = path.iter().position(|on_path| *on_path == node).unwrap_or(0);
                    for node in path.drain(circle..) {
                        depths.insert(node, 0);
                    }
                    break;
                }
                path.push(node);
                at = parent_of(node).and_then(|(parent, _)| parent);
            }
            for node in path.into_iter().rev() {
                let Some((parent, statement)) = parent_of(node) else {
                    depths.insert(node, 0);
                    continue;
                };
                let is_rest = self.statement(statement).get(1) == Some(&rest) && cells.contains(&node);
                let above = parent.and_then(|parent| depths.get(&parent).copied()).unwrap_or(0);
                let depth = if is_rest { above } else { above + 1 };
                // One too deep is labelled, but is still known by where it hangs.
                let nests = depth <= DEPTH;
                depths.insert(node, if nests { depth } else { 0 });
                self.order.push(node);
                self.with(node, |node| {
                    node.parent = Some(statement);
                    node.nests = nests;
                });
            }
        }
    }

    /// The cells of well-formed lists, found from their ends. A list is written in one go, so its
    /// length is not depth.
    fn list_cells(&self, parents: &[Option<(Option<usize>, usize)>]) -> HashSet<usize> {
        let key = |iri: crate::terms::NamedNodeRef<'_>| Token::Fixed(hash([b"<", iri.as_str().as_bytes()]));
        let (first, rest, nil) = (key(rdf::FIRST), key(rdf::REST), key(rdf::NIL));
        let verb = |statement: usize| self.statement(statement).get(1).copied();
        let is_cell = |node: usize| {
            let about = self.nodes.get(node).map_or(&[][..], |node| &node.about);
            let [a, b] = about else { return false };
            let verbs = (verb(*a), verb(*b));
            verbs == (Some(first), Some(rest)) || verbs == (Some(rest), Some(first))
        };
        let is_end = |node: usize| {
            let about = self.nodes.get(node).map_or(&[][..], |node| &node.about);
            about.iter().any(|s| verb(*s) == Some(rest) && self.statement(*s).get(2) == Some(&nil))
        };
        let mut cells = HashSet::new();
        for end in (0..self.nodes.len()).filter(|node| is_cell(*node) && is_end(*node)) {
            let mut at = Some(end);
            while let Some(node) = at.filter(|node| is_cell(*node) && cells.insert(*node)) {
                at = match parents.get(node).copied().flatten() {
                    Some((parent, mention)) if verb(mention) == Some(rest) => parent,
                    _ => None,
                };
            }
        }
        cells
    }

    /// The one mention of a node that may nest: the blank node that mentions it, and the statement.
    fn mention(&self, node: usize) -> Option<(Option<usize>, usize)> {
        let node = self.nodes.get(node).filter(|node| !node.pinned)?;
        let [mention] = node.mentions.as_slice() else { return None };
        let graph = self.statement(*mention).last();
        if node.about.iter().any(|statement| self.statement(*statement).last() != graph) {
            return None;
        }
        let parent = match self.statement(*mention).first()? {
            Token::Node(parent) => Some(*parent),
            Token::Fixed(_) => None,
        };
        Some((parent, *mention))
    }

    /// Hashes what hangs below one mention and needs no other node, from the leaves upwards.
    fn fold(&mut self) {
        for node in self.order.clone().into_iter().rev() {
            let Some(about) = self.nodes.get(node).map(|node| &node.about) else { continue };
            let mut facts = Vec::with_capacity(about.len());
            for statement in about {
                // The graph is that of the mention, and counts there.
                let tokens = self.statement(*statement);
                let said = tokens.get(1..tokens.len() - 1).unwrap_or_default();
                let keys: Option<Vec<Key>> = said.iter().map(|token| self.fixed(*token)).collect();
                facts.push(keys.map(|keys| hash_keys(&keys)));
            }
            if let Some(mut facts) = facts.into_iter().collect::<Option<Vec<Key>>>() {
                facts.sort_unstable();
                let key = hash_keys(&facts);
                self.with(node, |node| node.folded = Some(key));
            }
        }
    }

    fn fixed(&self, token: Token) -> Option<Key> {
        match token {
            Token::Fixed(key) => Some(key),
            Token::Node(node) => self.nodes.get(node)?.folded,
        }
    }

    /// Gives keys to the nodes that are not folded, part by part.
    fn name_parts(&mut self) {
        let mut parts: BTreeMap<usize, Component> = BTreeMap::new();
        let mut groups = Groups::new(self.nodes.len());
        let statements: Vec<Statement> = self.statements.iter().map(|s| self.with_folded(s)).collect();
        let is_folded = |node: usize| self.nodes.get(node).is_some_and(|node| node.folded.is_some());
        for statement in &statements {
            let mut nodes = nodes_of(statement);
            if let Some(first) = nodes.next() {
                nodes.for_each(|node| groups.join(first, node));
            }
        }
        for node in (0..self.nodes.len()).filter(|node| !is_folded(*node)) {
            parts.entry(groups.root(node)).or_default().nodes.push(node);
        }
        for (number, statement) in statements.into_iter().enumerate() {
            let about_folded =
                self.statement(number).first().is_some_and(|t| matches!(t, Token::Node(n) if is_folded(*n)));
            let first = nodes_of(&statement).next();
            if let Some(node) = first.filter(|_| !about_folded)
                && let Some(part) = parts.get_mut(&groups.root(node))
            {
                part.statements.push(statement);
            }
        }
        for part in parts.into_values() {
            let form = part.least_form();
            self.is_uncertain |= !form.is_certain;
            for (rank, node) in form.order.into_iter().enumerate() {
                let key = self.unique(hash_keys(&[form.key, rank as Key]));
                self.with(node, |node| node.key = key);
            }
        }
    }

    fn with_folded(&self, statement: &[Token]) -> Statement {
        statement.iter().map(|token| self.fixed(*token).map_or(*token, Token::Fixed)).collect()
    }

    /// Gives keys to the folded nodes, each from where it is mentioned and what it says.
    fn name_folded(&mut self) {
        for node in self.order.clone() {
            let Some(Node { folded: Some(folded), parent: Some(mention), .. }) = self.nodes.get(node) else {
                continue;
            };
            let (mut head, predicate) = self.heads.get(*mention).copied().unwrap_or_default();
            if let Some(Token::Node(parent)) = self.statement(*mention).first() {
                head = self.nodes.get(*parent).map_or(0, |parent| parent.key);
            }
            let graph = match self.statement(*mention).last() {
                Some(Token::Fixed(key)) => *key,
                Some(Token::Node(node)) => self.nodes.get(*node).map_or(0, |node| node.key),
                None => 0,
            };
            let key = hash_keys(&[head, predicate, *folded, graph]);
            let key = self.unique(key);
            self.with(node, |node| node.key = key);
        }
    }

    /// A key that no other node has: interchangeable nodes are told apart by number.
    fn unique(&mut self, key: Key) -> Key {
        let copies = self.copies.entry(key).or_default();
        *copies += 1;
        if *copies == 1 { key } else { hash_keys(&[key, Key::from(*copies)]) }
    }

    fn finish(self) -> Blanks {
        let short = |key: Key| format!("b{:08x}", key >> 96);
        let distinct: HashSet<String> = self.nodes.iter().map(|node| short(node.key)).collect();
        let label = |key: Key| {
            if distinct.len() == self.nodes.len() { short(key) } else { format!("b{key:032x}") }
        };
        let mut blanks = Blanks { is_uncertain: self.is_uncertain, ..Blanks::default() };
        for (name, number) in self.numbers {
            let Some(node) = self.nodes.get(number) else { continue };
            let graph = |statement: &usize| self.statements.get(*statement).and_then(|s| s.last());
            let several = node.about.iter().any(|other| graph(other) != node.about.first().and_then(graph));
            if node.pinned || several || (!node.nests && !node.mentions.is_empty()) {
                blanks.shared.insert(name.clone());
            }
            if node.nests {
                blanks.nested.insert(name.clone());
            }
            blanks.labels.insert(name, label(node.key));
        }
        blanks
    }
}

fn nodes_of(statement: &[Token]) -> impl Iterator<Item = usize> {
    statement.iter().filter_map(|token| match token {
        Token::Node(node) => Some(*node),
        Token::Fixed(_) => None,
    })
}

/// Sets of numbers that grow together.
struct Groups(Vec<usize>);

impl Groups {
    fn new(size: usize) -> Self {
        Self((0..size).collect())
    }

    fn root(&mut self, mut member: usize) -> usize {
        while let Some(above) = self.0.get(member).copied().filter(|above| *above != member) {
            let next = self.0.get(above).copied().unwrap_or(above);
            if let Some(slot) = self.0.get_mut(member) {
                *slot = next;
            }
            member = next;
        }
        member
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        if let Some(slot) = self.0.get_mut(a) {
            *slot = b;
        }
    }
}

fn mentions_blank(quad: &Quad) -> bool {
    quad.subject.is_blank_node()
        || matches!(quad.graph_name, GraphName::BlankNode(_))
        || term_mentions_blank(&quad.object)
}

fn term_mentions_blank(term: &Term) -> bool {
    match term {
        Term::BlankNode(_) => true,
        Term::Triple(triple) => triple.subject.is_blank_node() || term_mentions_blank(&triple.object),
        Term::NamedNode(_) | Term::Literal(_) => false,
    }
}

fn hash<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Key {
    let mut hasher = Sha256::new();
    parts.into_iter().for_each(|part| hasher.update(part));
    first_half(hasher)
}

fn hash_keys(keys: &[Key]) -> Key {
    let mut hasher = Sha256::new();
    keys.iter().for_each(|key| hasher.update(key.to_be_bytes()));
    first_half(hasher)
}

fn first_half(hasher: Sha256) -> Key {
    hasher.finalize().iter().take(16).fold(0, |key, byte| key << 8 | Key::from(*byte))
}

#[cfg(test)]
mod tests;
