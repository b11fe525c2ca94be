//! How well saved queries fit some words: rare words count for more, and a word of the name for more than one of
//! the description.
//!
//! In: the catalog, words. Out: queries with scores. The index is made anew for each text, which takes a
//! millisecond for a hundred queries.

use super::words::{Wish, content, implied, is_han, same_word};
use crate::advise::diagnose::nearest_of;
use crate::catalog::{Catalog, SavedQuery};
use std::collections::{BTreeMap, BTreeSet};

/// How much a word counts by where it stands.
const NAME: f64 = 3.0;
const TAG: f64 = 2.5;
const SUMMARY: f64 = 2.0;
const DETAIL: f64 = 0.7;
/// How much a word counts that is another name of what was typed.
const SYNONYM: f64 = 0.5;
/// How much a number counts: years stand everywhere.
const NUMBER: f64 = 0.3;
/// How much a pair of Chinese characters counts: a word of three characters has two.
const PAIR: f64 = 0.6;
/// How much a query counts that makes a graph for other tools, where the text does not ask for one.
const EXPORT: f64 = 0.5;

fn is_export(word: &str) -> bool {
    ["graph", "export", "rdf", "schema", "wikidata", "skos", "导出", "作为", "为图"].contains(&word)
}

/// How much another form of a word counts, beside the very word.
const OTHER_FORM: f64 = 0.85;

/// A saved query with its score.
pub(super) struct Scored<'a> {
    pub(super) query: &'a SavedQuery,
    pub(super) score: f64,
    pub(super) values: Vec<(String, String)>,
}

/// The words of one saved query, each with its weight.
struct Entry<'a> {
    query: &'a SavedQuery,
    words: BTreeMap<String, f64>,
    name: Vec<String>,
}

/// The words of all saved queries.
pub(super) struct Index<'a> {
    entries: Vec<Entry<'a>>,
    /// All words.
    vocabulary: BTreeSet<String>,
    /// The words of names, tags and summaries.
    leading: BTreeSet<String>,
}

impl<'a> Index<'a> {
    pub(super) fn of(catalog: &'a Catalog) -> Self {
        let entries: Vec<Entry<'a>> = catalog.iter().map(Entry::of).collect();
        let all = || entries.iter().flat_map(|entry| &entry.words);
        let vocabulary = all().map(|(word, _)| word.clone()).collect();
        let leading = all().filter(|(_, weight)| **weight > DETAIL).map(|(word, _)| word.clone()).collect();
        Self { entries, vocabulary, leading }
    }

    /// The queries that fit, in no order.
    pub(super) fn scored(&self, text: &str, wishes: &[Wish], synonyms: &[String]) -> Vec<Scored<'a>> {
        let mut wanted: Vec<(String, f64)> = Vec::new();
        for word in content(text) {
            let weight = match word.chars().next() {
                Some(c) if c.is_numeric() => NUMBER,
                Some(c) if is_han(c) => PAIR,
                _ => 1.0,
            };
            let word = if self.knows(&word) { word } else { self.corrected(&word).unwrap_or(word) };
            wanted.push((word, weight));
        }
        for word in synonyms
            .iter()
            .flat_map(|name| content(name))
            .chain(implied(text).iter().flat_map(|word| content(word)))
        {
            if !wanted.iter().any(|(other, _)| same_word(other, &word)) {
                wanted.push((word, SYNONYM));
            }
        }
        let rare: Vec<(String, f64)> =
            wanted.into_iter().map(|(word, weight)| (word.clone(), weight * self.rarity(&word))).collect();
        let scored = self.entries.iter().map(|entry| Scored {
            query: entry.query,
            score: entry.score(&rare, wishes),
            values: Vec::new(),
        });
        scored.filter(|scored| scored.score > 0.0).collect()
    }

    /// All queries, for a text that only names a thing.
    pub(super) fn unscored(&self) -> Vec<Scored<'a>> {
        let all = self.entries.iter();
        all.map(|entry| Scored { query: entry.query, score: 1.0, values: Vec::new() }).collect()
    }

    fn knows(&self, word: &str) -> bool {
        self.vocabulary.iter().any(|known| same_word(known, word))
    }

    /// The known word that a misspelt one was to be.
    fn corrected(&self, word: &str) -> Option<String> {
        let spelt = word.is_ascii() && word.len() > 3;
        spelt.then(|| nearest_of(word, &self.leading)).flatten().map(str::to_owned)
    }

    /// How telling a word is: the fewer queries have it, the more.
    fn rarity(&self, word: &str) -> f64 {
        let having = self.entries.iter().filter(|entry| entry.weight(word) > DETAIL).count();
        ((self.entries.len() + 1) as f64 / (having as f64 + 0.5)).ln().max(0.1)
    }
}

impl<'a> Entry<'a> {
    fn of(query: &'a SavedQuery) -> Self {
        let mut words = BTreeMap::new();
        let mut add = |text: &str, weight: f64| {
            for word in content(text) {
                let known = words.entry(word).or_insert(weight);
                *known = known.max(weight);
            }
        };
        add(&query.name, NAME);
        query.tags.iter().for_each(|tag| add(tag, TAG));
        query.summary.0.values().for_each(|text| add(text, SUMMARY));
        query.description.0.values().for_each(|text| add(text, DETAIL));
        for param in &query.params {
            add(&param.name, SUMMARY);
            param.description.0.values().for_each(|text| add(text, DETAIL));
        }
        Self { query, words, name: content(&query.name) }
    }

    fn weight(&self, wanted: &str) -> f64 {
        let forms = self.words.iter().filter(|(word, _)| same_word(word, wanted));
        forms
            .map(|(word, weight)| if word == wanted { *weight } else { weight * OTHER_FORM })
            .fold(0.0, f64::max)
    }

    fn score(&self, wanted: &[(String, f64)], wishes: &[Wish]) -> f64 {
        let matched: f64 = wanted.iter().map(|(word, weight)| weight * self.weight(word)).sum();
        if matched == 0.0 && wishes.is_empty() {
            return 0.0;
        }
        let in_name = self.name.iter().filter(|word| wanted.iter().any(|(other, _)| same_word(word, other)));
        let coverage = in_name.count() as f64 / self.name.len().max(1) as f64;
        let wished = wishes.iter().filter(|wish| self.fulfils(**wish)).count() as f64;
        let part = if self.query.tags.iter().any(|tag| tag == "export")
            && !wanted.iter().any(|(word, _)| is_export(word))
        {
            EXPORT
        } else {
            1.0
        };
        part * (matched * (0.5 + 0.5 * coverage) + 2.0 * wished)
    }

    fn fulfils(&self, wish: Wish) -> bool {
        let tagged = |tag: &str| self.query.tags.iter().any(|own| own == tag);
        match wish {
            Wish::Count => tagged("count"),
            Wish::Ranking => tagged("ranking"),
            Wish::Time => self.query.view.as_deref().is_some_and(|view| view.starts_with("Timeline")),
            Wish::Schema => false,
        }
    }
}

/// Sorts by score, and drops what has less than `part` of the best, or comes after the first `most`.
pub(super) fn keep_the_best(queries: &mut Vec<Scored<'_>>, part: f64, most: usize) {
    queries.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.query.name.cmp(&b.query.name)));
    let best = queries.first().map_or(0.0, |scored| scored.score);
    queries.retain(|scored| scored.score >= best * part);
    queries.truncate(most);
}
