//! What two graphs do not share, blank nodes matched by what they say.
//!
//! In: the quads of two graphs. Out: [`Diff`]. It refuses to know formats.

use crate::blank::Blanks;
use crate::terms::Quad;
use std::collections::BTreeSet;

/// What one graph has and another has not. Blank nodes have labels by content.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diff {
    /// In the first graph only.
    pub removed: Vec<Quad>,
    /// In the second graph only.
    pub added: Vec<Quad>,
    /// How many quads both have.
    pub common: usize,
}

impl Diff {
    /// Compares two graphs.
    pub fn of(before: Vec<Quad>, after: Vec<Quad>) -> Self {
        let (before, after) = (by_content(before), by_content(after));
        let missing = |from: &BTreeSet<Named>, other: &BTreeSet<Named>| {
            from.difference(other).map(|quad| quad.0.clone()).collect::<Vec<_>>()
        };
        Self {
            removed: missing(&before, &after),
            added: missing(&after, &before),
            common: before.intersection(&after).count(),
        }
    }

    /// Whether the graphs are the same.
    pub fn is_empty(&self) -> bool {
        self.removed.is_empty() && self.added.is_empty()
    }
}

/// A quad, ordered by its N-Quads form.
#[derive(PartialEq, Eq)]
struct Named(Quad, String);

impl Ord for Named {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.1.cmp(&other.1)
    }
}

impl PartialOrd for Named {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

fn by_content(quads: Vec<Quad>) -> BTreeSet<Named> {
    let blanks = Blanks::of(&quads);
    blanks
        .relabel(quads)
        .into_iter()
        .map(|quad| {
            let text = quad.to_string();
            Named(quad, text)
        })
        .collect()
}
