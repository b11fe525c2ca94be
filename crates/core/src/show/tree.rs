//! A graph as trees in a terminal: things as roots, what links them as branches.
//!
//! In: triples, or rows that name things; and a [`Style`]. Out: text.
//!
//! A thing is opened up once; where it comes again it is named with `↑`, so that cycles end.

use super::cells::{Sort, shown, sort};
use super::chart::{Directive, named_column};
use super::painted::Lines;
use super::text::{counted, width};
use super::{Style, ink};
use crate::engine::answer::Solutions;
use crate::error::{Error, Result};
use crate::terms::{NAMING, Term, Triple};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Two things and what links them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Edge {
    /// Where it begins.
    pub from: Term,
    /// What it is, where that is said.
    pub link: Option<Term>,
    /// Where it leads.
    pub to: Term,
}

/// How deep a tree is drawn.
const DEPTH: usize = 16;

/// The edges that rows name: the columns named (from, to, link), else the first two columns of
/// things; of three columns of things, the middle one is the link.
pub(crate) fn edges(found: &Solutions, directive: &Directive) -> Result<Vec<Edge>> {
    let named = directive.columns.iter().map(|name| named_column(found, name)).collect::<Result<Vec<_>>>()?;
    let things: Vec<_> = (0..found.variables.len()).filter(|i| is_of_things(found, *i)).collect();
    let (from, link, to) = match (named.as_slice(), things.as_slice()) {
        ([from, to, link, ..], _) => (*from, Some(*link), *to),
        ([from, to], _) | ([], [from, to]) => (*from, None, *to),
        ([], [from, link, to, ..]) => (*from, Some(*link), *to),
        _ => return Err(Error::usage("a graph needs two columns of things (IRIs); this answer has fewer")),
    };
    let term = |row: &crate::engine::answer::Row, i: usize| row.get(i).cloned().flatten();
    let edge = |row: &crate::engine::answer::Row| {
        Some(Edge { from: term(row, from)?, link: link.and_then(|i| term(row, i)), to: term(row, to)? })
    };
    Ok(found.rows.iter().filter_map(edge).collect())
}

fn is_of_things(found: &Solutions, column: usize) -> bool {
    let mut terms = found.rows.iter().filter_map(|row| row.get(column)?.as_ref()).peekable();
    terms.peek().is_some() && terms.all(|term| sort(term) == Sort::Thing)
}

/// The edges of a graph.
pub(crate) fn edges_of(triples: &[Triple]) -> Vec<Edge> {
    triples
        .iter()
        .map(|triple| Edge {
            from: triple.subject.clone().into(),
            link: Some(triple.predicate.clone().into()),
            to: triple.object.clone(),
        })
        .collect()
}

/// Draws triples as trees.
pub fn tree(triples: &[Triple], style: &Style<'_>) -> String {
    draw(&edges_of(triples), style)
}

/// Draws edges as trees: those that nothing leads to are roots, then what is left.
pub(crate) fn draw(edges: &[Edge], style: &Style<'_>) -> String {
    let graph = Graph::new(edges);
    let mut drawing = Drawing {
        graph: &graph,
        opened: HashSet::new(),
        out: Lines { text: String::new(), style, window: style.width.unwrap_or(100) },
        left: style.max_rows.unwrap_or(usize::MAX),
        left_out: 0,
    };
    for root in graph.roots() {
        if !drawing.opened.contains(root) {
            drawing.root(root);
        }
    }
    let mut out = drawing.out;
    if drawing.left_out > 0 {
        out.push(&[(ink::DIM, &format!("… {}", counted(drawing.left_out, "more line", "more lines")))]);
    }
    out.text
}

/// Edges by the thing they begin at, and the names that the graph itself gives.
pub(crate) struct Graph<'a> {
    order: Vec<&'a Term>,
    branches: HashMap<&'a Term, Vec<&'a Edge>>,
    names: BTreeMap<String, &'a Term>,
    targets: HashSet<&'a Term>,
}

impl<'a> Graph<'a> {
    /// Sorts edges out. Names are kept apart: they are shown in place of the thing.
    pub(crate) fn new(edges: &'a [Edge]) -> Self {
        let mut graph = Self {
            order: Vec::new(),
            branches: HashMap::new(),
            names: BTreeMap::new(),
            targets: HashSet::new(),
        };
        for edge in edges {
            let branches = graph.branches.entry(&edge.from).or_insert_with(|| {
                graph.order.push(&edge.from);
                Vec::new()
            });
            if is_name(edge) {
                graph.names.entry(edge.from.to_string()).or_insert(&edge.to);
            } else if !branches.contains(&edge) {
                branches.push(edge);
                graph.targets.insert(&edge.to);
            }
        }
        graph
    }

    fn roots(&self) -> impl Iterator<Item = &'a Term> {
        let open = |term: &&'a Term| self.branches.get(*term).is_some_and(|branches| !branches.is_empty());
        let first = self.order.iter().copied().filter(|term| !self.targets.contains(*term));
        let named_only = move |term: &&'a Term| open(term) || !self.targets.contains(*term);
        first.chain(self.order.iter().copied()).filter(named_only)
    }

    /// What a thing is called: by the style's labels, else by the graph's own, else by its IRI.
    pub(crate) fn name(&self, term: &Term, style: &Style<'_>) -> String {
        match self.names.get(&term.to_string()) {
            Some(name) if style.labels.is_none_or(|labels| labels(term).is_none()) => shown(name, style),
            _ => shown(term, style),
        }
    }
}

/// Whether an edge gives its thing a name.
pub(crate) fn is_name(edge: &Edge) -> bool {
    matches!(&edge.link, Some(Term::NamedNode(link)) if NAMING.contains(&link.as_str()))
        && matches!(edge.to, Term::Literal(_))
}

struct Drawing<'a, 'b> {
    graph: &'b Graph<'a>,
    opened: HashSet<&'a Term>,
    out: Lines<'b>,
    left: usize,
    left_out: u64,
}

impl<'a> Drawing<'a, '_> {
    fn root(&mut self, root: &'a Term) {
        let style = self.out.style;
        let name = self.graph.name(root, style);
        let iri = style.prefixes.show(root.as_ref());
        let iri = if iri == name { String::new() } else { format!("  {iri}") };
        self.line(&[(ink::BOLD, &name), (ink::DIM, &iri)]);
        self.branches(root, "");
    }

    fn branches(&mut self, of: &'a Term, indent: &str) {
        if !self.opened.insert(of) {
            return;
        }
        let branches = self.graph.branches.get(of).cloned().unwrap_or_default();
        for (i, edge) in branches.iter().enumerate() {
            let last = i + 1 == branches.len();
            let again = self.opened.contains(&edge.to) && self.graph.branches.contains_key(&edge.to);
            self.branch(edge, indent, last, again);
            if !again && width(indent) / 3 < DEPTH {
                self.branches(&edge.to, &format!("{indent}{}", if last { "   " } else { "│  " }));
            }
        }
    }

    fn branch(&mut self, edge: &Edge, indent: &str, last: bool, again: bool) {
        let style = self.out.style;
        let link = edge.link.as_ref().map(|link| shown(link, style) + " ").unwrap_or_default();
        let rule = format!("{indent}{}", if last { "└─ " } else { "├─ " });
        let name = self.graph.name(&edge.to, style);
        let mark = if again { " ↑" } else { "" };
        self.line(&[(ink::DIM, &rule), (ink::series(0), &link), ("", &name), (ink::DIM, mark)]);
    }

    fn line(&mut self, parts: &[(&str, &str)]) {
        if self.left == 0 {
            self.left_out += 1;
            return;
        }
        self.left -= 1;
        self.out.push(parts);
    }
}
