//! Which things are called what: an index of labels in every language, over any graph.
//!
//! In: a graph, read through the port once, and only its naming properties. Out: a thing's label in a
//! wanted language, the things of a given name, the nearest names to a misspelt one. Of a larger graph
//! only so many names are read: [`Names::is_complete`].

use super::look::Look;
use crate::store::Id;
use crate::terms::{NAMING, NamedNode, OTHER_NAMES, Term};
use std::collections::{HashMap, HashSet};

/// One name of a thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The text.
    pub text: String,
    /// Its language tag, empty where it has none.
    pub language: String,
    /// How good the naming property is: a place in [`NAMING`], and past these for other names.
    pub rank: usize,
}

/// A thing found by [`Names::search`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The thing.
    pub id: Id,
    /// The name that matched.
    pub name: String,
    /// How well: 0 the whole name, 1 its beginning, 2 a part, 3 and up misspelt by so many letters.
    pub distance: usize,
}

/// The names of the things of a graph.
#[derive(Debug, Default)]
pub struct Names {
    of: HashMap<Id, Vec<Name>>,
    /// Folded name and thing, sorted.
    folded: Vec<(String, Id)>,
    complete: bool,
}

impl Names {
    /// Reads at most `budget` names from the default and all named graphs.
    pub fn of_graph(graph: Look<'_>, budget: usize) -> Self {
        let mut names = Self { complete: true, ..Self::default() };
        let mut left = budget;
        let graphs = graph.graphs();
        for (rank, property) in NAMING.iter().chain(OTHER_NAMES).enumerate() {
            let property = Term::from(NamedNode::new_unchecked(*property));
            let Some(property) = graph.id(property.as_ref()) else { continue };
            for name in &graphs {
                for [subject, _, object] in graph.scan(*name, [None, Some(property), None]) {
                    if left == 0 {
                        names.complete = false;
                        break;
                    }
                    left -= 1;
                    names.add(subject, rank, &graph.term(object));
                }
            }
        }
        names.folded.sort_unstable();
        names.folded.dedup();
        names
    }

    fn add(&mut self, subject: Id, rank: usize, object: &Term) {
        let Term::Literal(literal) = object else { return };
        let text = literal.value().to_owned();
        self.folded.push((fold(&text), subject));
        let language = literal.language().unwrap_or_default().to_owned();
        self.of.entry(subject).or_default().push(Name { text, language, rank });
    }

    /// How many names were read, each thing's spellings of one counted once.
    pub fn len(&self) -> usize {
        self.folded.len()
    }

    /// Whether no name was read.
    pub fn is_empty(&self) -> bool {
        self.folded.is_empty()
    }

    /// Whether the graph has no more names than were read.
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// The languages that names are in, each with how many; the most used first.
    pub fn languages(&self) -> Vec<(String, u64)> {
        let mut counts: HashMap<&str, u64> = HashMap::new();
        for name in self.of.values().flatten().filter(|name| !name.language.is_empty()) {
            *counts.entry(&name.language).or_default() += 1;
        }
        let mut list: Vec<_> = counts.into_iter().map(|(tag, count)| (tag.to_owned(), count)).collect();
        list.sort_by(|(a, m), (b, n)| n.cmp(m).then_with(|| a.cmp(b)));
        list
    }

    /// The things that have a name, in no order.
    pub fn things(&self) -> impl Iterator<Item = Id> {
        self.of.keys().copied()
    }

    /// All names of a thing, in no order.
    pub fn all(&self, id: Id) -> &[Name] {
        self.of.get(&id).map_or(&[], Vec::as_slice)
    }

    /// The label of a thing: by the best property, in `language`, else without a language, else in any.
    pub fn label(&self, id: Id, language: &str) -> Option<&str> {
        self.all(id)
            .iter()
            .min_by_key(|name| {
                let match_ = if matches_language(&name.language, language) {
                    0
                } else if name.language.is_empty() {
                    1
                } else {
                    2
                };
                (name.rank >= NAMING.len(), match_, name.rank, &name.language)
            })
            .map(|name| name.text.as_str())
    }

    /// The things that bear this very name in any language, letter case aside; sorted.
    pub fn exact(&self, text: &str) -> Vec<Id> {
        let wanted = fold(text);
        let start = self.folded.partition_point(|(name, _)| *name < wanted);
        let mut found: Vec<Id> = self
            .folded
            .iter()
            .skip(start)
            .take_while(|(name, _)| *name == wanted)
            .map(|(_, id)| *id)
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The things with a name that has `text` in it, the best first: whole names, beginnings, parts.
    /// Unlike [`Self::search`] it is one pass without a distance, fast enough for every keystroke.
    pub fn containing(&self, text: &str, limit: usize) -> Vec<Id> {
        let wanted = fold(text);
        let fits = self.folded.iter().filter(|(name, _)| name.contains(&wanted));
        let mut hits: Vec<_> = fits.map(|(name, id)| (!name.starts_with(&wanted), name.len(), *id)).collect();
        hits.sort_unstable();
        let mut seen = HashSet::new();
        hits.into_iter().map(|(.., id)| id).filter(|id| seen.insert(*id)).take(limit).collect()
    }

    /// The things whose names fit `text` best, each once, the best first: whole names, beginnings,
    /// parts, then misspellings by at most a third of the letters.
    pub fn search(&self, text: &str, limit: usize) -> Vec<Hit> {
        let wanted = fold(text);
        if wanted.is_empty() {
            return Vec::new();
        }
        let length = wanted.chars().count();
        let mut best: HashMap<Id, (usize, usize, &str)> = HashMap::new();
        for (name, id) in &self.folded {
            let distance = if *name == wanted {
                0
            } else if name.starts_with(&wanted) {
                1
            } else if name.contains(&wanted) {
                2
            } else {
                let letters = name.chars().count();
                if letters.abs_diff(length) > length / 3 {
                    continue;
                }
                match strsim::damerau_levenshtein(name, &wanted) {
                    wrong if wrong > 0 && wrong <= length / 3 => 2 + wrong,
                    _ => continue,
                }
            };
            let key = (distance, name.chars().count(), name.as_str());
            let entry = best.entry(*id).or_insert(key);
            if key < *entry {
                *entry = key;
            }
        }
        let mut hits: Vec<_> = best.into_iter().map(|(id, key)| (key, id)).collect();
        hits.sort_unstable();
        hits.truncate(limit);
        hits.into_iter()
            .map(|((distance, _, folded), id)| {
                let name = self.all(id).iter().find(|name| fold(&name.text) == folded);
                Hit { id, name: name.map_or(folded, |name| &name.text).to_owned(), distance }
            })
            .collect()
    }
}

/// Letter case and the width of Latin letters in Chinese text aside.
pub fn fold(text: &str) -> String {
    text.trim()
        .chars()
        .map(|c| match c {
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
            '\u{3000}' => ' ',
            _ => c,
        })
        .flat_map(char::to_lowercase)
        .collect()
}

fn matches_language(tag: &str, wanted: &str) -> bool {
    let (tag, wanted) = (tag.to_ascii_lowercase(), wanted.to_ascii_lowercase());
    !wanted.is_empty()
        && (tag == wanted || tag.strip_prefix(&wanted).is_some_and(|rest| rest.starts_with('-')))
}
