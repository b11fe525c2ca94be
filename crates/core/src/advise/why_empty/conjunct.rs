//! What a group is made of: triple patterns, and the other things that are joined.
//!
//! In: a pattern. Out: its parts, and a pattern made of some of them again.

use crate::engine::syntax::algebra::{GraphPattern, TermPattern, TriplePattern};
use std::collections::BTreeSet;

/// One part of a group: a triple pattern, or anything else that is joined.
#[derive(Clone)]
pub(super) enum Conjunct {
    Triple(TriplePattern),
    Other(GraphPattern),
}

pub(super) fn flatten(pattern: &GraphPattern, parts: &mut Vec<Conjunct>) {
    match pattern {
        GraphPattern::Join { left, right } => {
            flatten(left, parts);
            flatten(right, parts);
        }
        GraphPattern::Bgp { patterns } => parts.extend(patterns.iter().cloned().map(Conjunct::Triple)),
        other => parts.push(Conjunct::Other(other.clone())),
    }
}

/// The parts as one pattern: triples in one group, so that blank nodes keep their meaning.
pub(super) fn build(parts: &[Conjunct]) -> GraphPattern {
    let mut patterns = Vec::new();
    let mut others = Vec::new();
    for part in parts {
        match part {
            Conjunct::Triple(triple) => patterns.push(triple.clone()),
            Conjunct::Other(other) => others.push(other.clone()),
        }
    }
    let first = if patterns.is_empty() && !others.is_empty() {
        others.remove(0)
    } else {
        GraphPattern::Bgp { patterns }
    };
    others
        .into_iter()
        .fold(first, |left, right| GraphPattern::Join { left: Box::new(left), right: Box::new(right) })
}

/// The variables and blank nodes by which a part joins.
pub(super) fn names(part: &Conjunct) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut term = |term: &TermPattern| {
        if let TermPattern::BlankNode(node) = term {
            found.insert(node.to_string());
        }
    };
    match part {
        Conjunct::Triple(triple) => {
            term(&triple.subject);
            term(&triple.object);
        }
        Conjunct::Other(GraphPattern::Path { subject, object, .. }) => {
            term(subject);
            term(object);
        }
        Conjunct::Other(_) => {}
    }
    build(std::slice::from_ref(part)).on_in_scope_variable(|variable| {
        found.insert(variable.to_string());
    });
    found
}
