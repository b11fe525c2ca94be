//! Terms, facts and statements as text, in the style and with the prefixes of the file that they are written to.
//!
//! In: terms, the quads about new blank nodes. Out: text. A blank node that is new and mentioned once is written where it is
//! mentioned; another one by a label that the file does not have.

use super::folder::{Origin, blanks_of, renamed_term};
use super::parts::Outline;
use crate::formats::subjects::rank;
use crate::formats::turtle::Terms;
use crate::sources::rdf::Format;
use crate::terms::{BlankNode, NamedNode, NamedOrBlankNode, Prefixes, Quad, Term, rdf};
use std::collections::{BTreeMap, HashMap, HashSet};

/// How wide a line becomes at most, where it can.
pub(super) const WIDTH: usize = 100;

/// What writes into one file.
pub(super) struct Pen<'a> {
    outline: &'a Outline,
    format: Format,
    /// The prefixes that the folder and the session know beside the file's own.
    known: &'a Prefixes,
    blanks: &'a HashMap<String, Origin>,
    /// What is said about new blank nodes that are written where they are mentioned.
    nested: HashMap<BlankNode, Vec<(NamedNode, Term)>>,
    /// The blank nodes that are mentioned somewhere.
    mentioned: HashSet<BlankNode>,
    labels: HashMap<String, String>,
    /// By how many declarations stand before the place that is written to.
    writers: HashMap<usize, Terms>,
}

impl<'a> Pen<'a> {
    /// A pen for a file that gets these quads.
    pub fn new(
        outline: &'a Outline,
        format: Format,
        known: &'a Prefixes,
        blanks: &'a HashMap<String, Origin>,
        added: &[Quad],
    ) -> Self {
        let mut pen = Self {
            outline,
            format,
            known,
            blanks,
            nested: HashMap::new(),
            mentioned: HashSet::new(),
            labels: HashMap::new(),
            writers: HashMap::new(),
        };
        if !pen.by_lines() {
            pen.nest(added);
        }
        pen
    }

    /// Whether each line is a statement of its own.
    pub fn by_lines(&self) -> bool {
        matches!(self.format, Format::NTriples | Format::NQuads)
    }

    /// Finds the new blank nodes that are mentioned once, as an object, and not by themselves.
    fn nest(&mut self, added: &[Quad]) {
        let mut mentions: HashMap<BlankNode, Vec<&Quad>> = HashMap::new();
        let mut pinned = HashSet::new();
        for quad in added {
            let subject = match &quad.subject {
                NamedOrBlankNode::BlankNode(node) => Some(node),
                NamedOrBlankNode::NamedNode(_) => None,
            };
            for node in blanks_of(quad).into_iter().skip(usize::from(subject.is_some())) {
                if quad.object == Term::from(node.clone()) && !quad.graph_name.is_blank_node() {
                    mentions.entry(node).or_default().push(quad);
                } else {
                    pinned.insert(node);
                }
            }
        }
        self.mentioned = mentions.keys().chain(&pinned).cloned().collect();
        let parent = |node: &BlankNode| match mentions.get(node).map(Vec::as_slice) {
            Some([quad]) if !pinned.contains(node) && !self.blanks.contains_key(node.as_str()) => Some(*quad),
            _ => None,
        };
        for node in mentions.keys() {
            let (mut up, mut steps) = (parent(node), 0);
            // On a circle there is no end.
            while let Some(NamedOrBlankNode::BlankNode(above)) = up.map(|quad| &quad.subject)
                && steps < WIDTH
            {
                up = parent(above);
                steps += 1;
                if up.is_none() {
                    break;
                }
            }
            if parent(node).is_some_and(|quad| steps < WIDTH && one_graph(node, quad, added)) {
                self.nested.insert(node.clone(), Vec::new());
            }
        }
        for quad in added {
            if let NamedOrBlankNode::BlankNode(node) = &quad.subject
                && let Some(facts) = self.nested.get_mut(node)
            {
                facts.push((quad.predicate.clone(), quad.object.clone()));
            }
        }
        for facts in self.nested.values_mut() {
            facts.sort_by(|a, b| {
                rank(&a.0).cmp(&rank(&b.0)).then_with(|| a.1.to_string().cmp(&b.1.to_string()))
            });
        }
    }

    /// Whether a quad is written where its subject is mentioned.
    pub fn is_nested(&self, quad: &Quad) -> bool {
        matches!(&quad.subject, NamedOrBlankNode::BlankNode(node) if self.nested.contains_key(node))
    }

    /// A blank node as the file calls it; nothing where it is one without a label there.
    fn label(&mut self, node: &BlankNode) -> Option<String> {
        if let Some(origin) = self.blanks.get(node.as_str()) {
            return Some(origin.label.clone()).filter(|label| self.outline.labels.contains(label));
        }
        if let Some(label) = self.labels.get(node.as_str()) {
            return Some(label.clone());
        }
        let free = (1_u64..).map(|n| format!("b{n}")).find(|label| {
            !self.outline.labels.contains(label) && !self.labels.values().any(|used| used == label)
        })?;
        self.labels.insert(node.as_str().to_owned(), free.clone());
        Some(free)
    }

    /// A term as the file has it; nothing where a blank node in it has no label.
    fn named(&mut self, term: &Term) -> Option<Term> {
        let mut is_named = true;
        let named = renamed_term(term.clone(), &mut |node| match self.label(node) {
            Some(label) => BlankNode::new_unchecked(label),
            None => {
                is_named = false;
                node.clone()
            }
        });
        is_named.then_some(named)
    }

    /// What writes terms at a place of the file: with the prefixes that are declared before it, once and for all, and those
    /// that can be declared at its beginning.
    fn writer(&mut self, at: usize) -> &mut Terms {
        let (declared, known) = (&self.outline.prefixes, self.known);
        let before = declared.partition_point(|prefix| prefix.place.end <= at);
        self.writers.entry(before).or_insert_with(|| {
            let mut prefixes = Prefixes::new();
            let of = |name: &str| declared.iter().filter(move |declared| declared.name == name).count();
            for (name, namespace) in known.iter().filter(|(name, _)| of(name) == 0) {
                prefixes.insert(name, namespace);
            }
            for prefix in declared.iter().take(before).filter(|prefix| of(&prefix.name) == 1) {
                if let Some(namespace) = &prefix.namespace {
                    prefixes.insert(prefix.name.as_str(), namespace.as_str());
                }
            }
            Terms::new(&prefixes)
        })
    }

    /// The prefixes that were used and that the file lacks, with their namespaces.
    pub fn missing(&self) -> BTreeMap<String, String> {
        let used = self.writers.values().flat_map(Terms::used);
        let lacks = |name: &str| !self.outline.prefixes.iter().any(|prefix| prefix.name == name);
        let missing = used.filter(|(name, _)| lacks(name));
        missing.map(|(name, namespace)| (name.to_owned(), namespace.to_owned())).collect()
    }

    /// Whether all blank nodes of a term have a name in the file.
    pub fn can_name(&mut self, term: &Term) -> bool {
        self.named(term).is_some()
    }

    /// A term that has nothing in it.
    pub fn term(&mut self, term: &Term, at: usize) -> Option<String> {
        let term = self.named(term)?;
        if self.by_lines() {
            return Some(term.to_string());
        }
        // A line end of the file within a text would be one of the text.
        let may_break = self.outline.style.newline() == "\n";
        Some(self.writer(at).term(term.as_ref(), may_break))
    }

    /// A subject where a statement begins.
    pub fn subject(&mut self, subject: &NamedOrBlankNode, at: usize) -> Option<String> {
        match subject {
            NamedOrBlankNode::BlankNode(node)
                if !self.by_lines()
                    && !self.mentioned.contains(node)
                    && !self.blanks.contains_key(node.as_str()) =>
            {
                Some("[]".to_owned())
            }
            _ => self.term(&subject.clone().into(), at),
        }
    }

    /// A predicate.
    pub fn verb(&mut self, predicate: &NamedNode, at: usize) -> String {
        if self.by_lines() {
            return predicate.to_string();
        }
        self.writer(at).verb(predicate)
    }

    /// An object, with all that is said about it where it is a new blank node.
    pub fn object(&mut self, object: &Term, at: usize, indent: &str) -> Option<String> {
        let Term::BlankNode(node) = object else { return self.term(object, at) };
        if !self.nested.contains_key(node) {
            return self.term(object, at);
        }
        if let Some(items) = self.items(node) {
            let texts: Option<Vec<String>> = items.iter().map(|item| self.object(item, at, indent)).collect();
            return Some(format!("( {} )", texts?.join(" ")));
        }
        let facts = self.nested.get(node).cloned().unwrap_or_default();
        if facts.is_empty() {
            return Some("[]".to_owned());
        }
        let style = &self.outline.style;
        let (newline, deeper) = (style.newline(), format!("{indent}{}", style.indent()));
        let entries = self.entries(&facts, at, &deeper, 0)?;
        let inline = format!("[ {} ]", entries.join(" ; "));
        if inline.chars().count() + indent.len() < WIDTH - 20 && !inline.contains('\n') {
            return Some(inline);
        }
        let separator = format!("{}{newline}{deeper}", style.semicolon());
        Some(format!("[{newline}{deeper}{}{newline}{indent}]", entries.join(&separator)))
    }

    /// Predicates with their objects, each predicate once. Objects begin `pad` columns after their predicate, where they can.
    pub fn entries(
        &mut self,
        facts: &[(NamedNode, Term)],
        at: usize,
        indent: &str,
        pad: usize,
    ) -> Option<Vec<String>> {
        let mut entries: Vec<(&NamedNode, String)> = Vec::new();
        for (predicate, object) in facts {
            let object = self.object(object, at, indent)?;
            match entries.last_mut().filter(|(last, _)| *last == predicate) {
                Some((_, entry)) => {
                    entry.push_str(self.outline.style.comma());
                    entry.push_str(&object);
                }
                None => {
                    let verb = self.verb(predicate, at);
                    entries.push((predicate, format!("{:pad$}{object}", verb + " ")));
                }
            }
        }
        Some(entries.into_iter().map(|(_, entry)| entry).collect())
    }

    /// The item and the rest of a new cell of a list, where it is nothing else.
    pub fn cell(&self, node: &BlankNode) -> Option<(Term, Term)> {
        let facts = self.nested.get(node)?;
        let one = |predicate| facts.iter().find(|(of, _)| *of == predicate).map(|(_, object)| object.clone());
        (facts.len() == 2).then(|| Some((one(rdf::FIRST)?, one(rdf::REST)?)))?
    }

    /// The items of a list of new blank nodes.
    fn items(&self, head: &BlankNode) -> Option<Vec<Term>> {
        let (mut items, mut next) = (Vec::new(), head.clone());
        loop {
            let (item, tail) = self.cell(&next)?;
            items.push(item);
            match tail {
                Term::NamedNode(nil) if nil == rdf::NIL => return Some(items),
                Term::BlankNode(cell) => next = cell,
                _ => return None,
            }
        }
    }
}

/// Whether all that is said about a node is in the graph where it is mentioned.
fn one_graph(node: &BlankNode, mention: &Quad, added: &[Quad]) -> bool {
    let about = |quad: &&Quad| quad.subject == NamedOrBlankNode::from(node.clone());
    added.iter().filter(about).all(|quad| quad.graph_name == mention.graph_name)
}
