//! Which candidates fit what is typed, and in which order they are shown.
//!
//! In: candidates with the names by which they are found. Out: those that fit, the best first, each once, at most
//! `MOST`.

use super::context::Named;
use super::{Candidate, Completions};
use crate::explore::names::fold;
use std::collections::HashSet;

/// How many candidates are given at most.
pub(super) const MOST: usize = 200;

pub(super) fn named(names: Vec<Named>, before: &str, word: &str) -> Completions {
    let wanted = fold(word.trim_start_matches('"'));
    let fit = |named: &Named| {
        let names = std::iter::once(&named.name).chain(&named.also);
        names.filter_map(|name| quality(&fold(name), &wanted)).min()
    };
    let mut candidates: Vec<_> = names
        .into_iter()
        .filter_map(|named| Some((fit(&named)?, named)))
        .map(|(quality, Named { name, note, .. })| {
            let spaced = name.contains(char::is_whitespace);
            let insert = if spaced { format!("\"{name}\"") } else { name.clone() };
            (quality, Candidate { insert, show: name, note })
        })
        .collect();
    candidates.sort_by(|(a, x), (b, y)| a.cmp(b).then_with(|| x.insert.cmp(&y.insert)));
    Completions {
        start: before.len() - word.len(),
        candidates: candidates.into_iter().map(|(_, candidate)| candidate).collect(),
    }
}

/// How well a folded name fits what is typed: 0 whole, 1 it begins so, 2 a word of it does, 3 it has it.
fn quality(name: &str, wanted: &str) -> Option<u8> {
    if name == wanted {
        Some(0)
    } else if name.starts_with(wanted) {
        Some(1)
    } else if name.split(|c: char| !c.is_alphanumeric()).any(|part| part.starts_with(wanted)) {
        Some(2)
    } else if name.contains(wanted) {
        Some(3)
    } else {
        None
    }
}

/// Candidates as they are found.
pub(super) struct List<'t> {
    pub(super) wanted: String,
    pub(super) typed: &'t str,
    found: Vec<(u8, u8, u64, Candidate)>,
}

impl<'t> List<'t> {
    pub(super) fn of(typed: &'t str) -> Self {
        Self { wanted: fold(typed), typed, found: Vec::new() }
    }

    pub(super) fn fits(&self, names: &[&str]) -> bool {
        let wanted = self.wanted.trim_start_matches('<');
        names.iter().any(|name| quality(&fold(name), wanted).is_some())
    }

    /// Adds what fits what is typed by one of `names`; `group` comes before fit and use.
    pub(super) fn add(&mut self, group: u8, uses: u64, names: &[&str], candidate: Candidate) {
        let wanted = self.wanted.trim_start_matches('<');
        let fit = names.iter().filter_map(|name| quality(&fold(name), wanted)).min();
        if let Some(fit) = fit {
            self.found.push((group, fit, u64::MAX - uses, candidate));
        }
    }

    pub(super) fn word(&mut self, group: u8, word: &str, note: &str) {
        if fold(word).starts_with(&self.wanted) {
            let candidate = Candidate { insert: word.into(), show: word.into(), note: note.into() };
            self.found.push((group, 0, 0, candidate));
        }
    }

    pub(super) fn finish(mut self, start: usize) -> Completions {
        self.found.sort_by(|a, b| (a.0, a.1, a.2, &a.3.insert).cmp(&(b.0, b.1, b.2, &b.3.insert)));
        let mut seen = HashSet::new();
        let fresh = self.found.into_iter().map(|(.., candidate)| candidate);
        let fresh = fresh.filter(|candidate| seen.insert(candidate.insert.clone()));
        Completions { start, candidates: fresh.take(MOST).collect() }
    }
}
