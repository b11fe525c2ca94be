//! A query as a tree of text, so that parts can be taken away while it stays a query.
//!
//! In: pieces of text and smaller trees, each with its sort. Out: the text, and the trees that are one
//! step simpler. The tree knows nothing of SPARQL beyond which sorts may stand for one another; a step
//! that gives no query any more is found out by the parser.

use std::fmt;

/// What a piece of a query is. A piece may be replaced by any piece of the same sort within it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// The whole.
    Query,
    /// A sub-select or the select of the query.
    Select,
    /// What stands between braces.
    Group,
    /// A part of a group: may be left out.
    Element,
    /// A property path.
    Path,
    /// An expression.
    Expression,
    /// Anything that may be left out: a modifier, a column, a row, a triple.
    Extra,
}

/// A tree of text.
#[derive(Debug, Clone)]
pub struct Node {
    sort: Sort,
    parts: Vec<Part>,
}

#[derive(Debug, Clone)]
enum Part {
    Text(String),
    Node(Node),
}

impl Node {
    /// An empty piece of a sort.
    pub fn new(sort: Sort) -> Self {
        Self { sort, parts: Vec::new() }
    }

    /// A piece that is only text.
    pub fn text(sort: Sort, text: impl Into<String>) -> Self {
        Self::new(sort).with(text)
    }

    /// The same with more text at its end.
    pub fn with(mut self, text: impl Into<String>) -> Self {
        self.parts.push(Part::Text(text.into()));
        self
    }

    /// The same with another piece at its end.
    pub fn and(mut self, node: Self) -> Self {
        self.parts.push(Part::Node(node));
        self
    }

    /// The text of `template` with a piece in place of each `%`.
    pub fn template(sort: Sort, template: &str, mut pieces: impl FnMut(usize) -> Self) -> Self {
        let mut node = Self::new(sort);
        for (n, text) in template.split('%').enumerate() {
            if n > 0 {
                node = node.and(pieces(n - 1));
            }
            node = node.with(text);
        }
        node
    }

    /// Every tree that is one step simpler, the simplest first.
    pub fn simpler(&self) -> Vec<Self> {
        let mut found = Vec::new();
        self.steps(&mut |node| found.push(node));
        found.sort_by_cached_key(|node| node.to_string().len());
        found
    }

    /// The trees that come of this one by one step: a piece left out, or one put in place of a larger.
    fn steps(&self, give: &mut dyn FnMut(Self)) {
        for inner in self.inner(self.sort) {
            give(inner);
        }
        for (n, part) in self.parts.iter().enumerate() {
            let Part::Node(node) = part else { continue };
            if matches!(node.sort, Sort::Element | Sort::Extra) {
                let mut without = self.clone();
                without.parts.remove(n);
                give(without);
            }
            if node.sort == Sort::Element {
                for group in node.inner(Sort::Group) {
                    let braced = Self::new(Sort::Element).with("{ ").and(group).with(" }");
                    if braced.to_string() != node.to_string() {
                        give(self.replaced(n, braced));
                    }
                }
            }
            node.steps(&mut |simpler| give(self.replaced(n, simpler)));
        }
    }

    fn replaced(&self, n: usize, node: Self) -> Self {
        let mut other = self.clone();
        other.parts[n] = Part::Node(node);
        other
    }

    /// The largest pieces of a sort within this one, without itself.
    fn inner(&self, sort: Sort) -> Vec<Self> {
        let mut found = Vec::new();
        for part in &self.parts {
            if let Part::Node(node) = part {
                if node.sort == sort {
                    found.push(node.clone());
                } else {
                    found.extend(node.inner(sort));
                }
            }
        }
        found
    }
}

impl fmt::Display for Node {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in &self.parts {
            match part {
                Part::Text(text) => out.write_str(text)?,
                Part::Node(node) => node.fmt(out)?,
            }
        }
        Ok(())
    }
}
