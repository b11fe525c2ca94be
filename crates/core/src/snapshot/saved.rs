//! The saved queries of a snapshot: found by name or words, and the values of their parameters.
//!
//! In: names, words, values as given. Out: saved queries, terms, suggestions.

use super::{Snapshot, parsed};
use crate::advise;
use crate::advise::complete::Named;
use crate::ask::Ask;
use crate::catalog::{Catalog, Origin, Param, SavedQuery};
use crate::engine::answer::Answer;
use crate::engine::{Bindings, Governor, Limits};
use crate::error::{Error, Result};
use crate::explore::resolve;
use crate::plain::Target;
use crate::terms::Term;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How near a part of a saved query's name must be to a word to be worth suggesting (Jaro-Winkler).
const NEAR_PART: f64 = 0.85;

/// How much work goes into the values of a parameter, in checks of the governor: somebody waits for them with a hand on
/// the keys. Counted and not timed, so that the same values are found on any machine.
const VALUES_STEPS: u64 = 4_000;

impl Snapshot {
    /// One saved query. The project's own is read alone: reading all headers takes its time.
    ///
    /// # Errors
    /// Where there is none of this name, with the nearest; or a file cannot be read.
    pub fn saved(&self, name: &str) -> Result<SavedQuery> {
        if self.catalog.get().is_none()
            && let Some((name, text)) = self.project.queries()?.into_iter().find(|(have, _)| have == name)
        {
            return Ok(SavedQuery::read(name, text, Origin::Project));
        }
        let found = self.catalog()?.get(name).map_err(|error| self.with_suggestions(error, name))?;
        Ok(SavedQuery::read(found.name.clone(), found.text.clone(), found.origin.clone()))
    }

    /// An error about a name that no saved query has, with those that were probably meant.
    fn with_suggestions(&self, mut error: Error, name: &str) -> Error {
        let near = self.nearest_saved(name);
        if let Err(damage) = self.sound() {
            return damage;
        }
        if let Some(hint) = error.hints.first_mut().filter(|_| !near.is_empty()) {
            *hint = format!("did you mean {}?", near.join(", ")).into();
        }
        error
    }

    /// The names of the saved queries that were probably meant by a wrong one, or by words: at most three, those
    /// first whose name begins with the word that is most like one typed.
    pub fn nearest_saved(&self, words: &str) -> Vec<String> {
        let words = words.replace(['-', '_'], " ");
        let typed: Vec<&str> =
            words.split(' ').filter(|word| word.chars().count() > 2 || !word.is_ascii()).collect();
        let suggested = self.suggest(&words, self.language()).into_iter();
        let mut near: Vec<(f64, usize, String)> = suggested
            .filter_map(|suggestion| match suggestion.target {
                Target::SavedQuery { name, .. } => Some(name),
                _ => None,
            })
            .filter_map(|name| {
                let (like, place) = likeness(&name, &typed)?;
                Some((like, place, format!("`{name}`")))
            })
            .collect();
        near.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        near.into_iter().map(|(.., name)| name).take(3).collect()
    }

    /// The saved queries of the project and the user, read when first asked for.
    ///
    /// # Errors
    /// Where a file cannot be read.
    pub fn catalog(&self) -> Result<&Catalog> {
        if let Some(catalog) = self.catalog.get() {
            return Ok(catalog);
        }
        let catalog = Catalog::load(&self.project, self.user_queries.as_deref())?;
        Ok(self.catalog.get_or_init(|| catalog))
    }

    /// The values that a parameter of a saved query can have: those that its header lists, else those with which the
    /// query finds something, else the things of its class. See [`advise::values`].
    pub fn values_of(&self, saved: &SavedQuery, param: &Param) -> Vec<Named> {
        let plain = |name: &String| Named { name: name.clone(), ..Named::default() };
        if !param.choices.is_empty() {
            return param.choices.iter().map(plain).collect();
        }
        let terms = match &param.values {
            Some(query) => self.look().note(self.first_column(query)).unwrap_or_default(),
            None => self.fitting(saved, param),
        };
        let known = self.knowledge();
        let named = |term: Term| match &term {
            Term::NamedNode(_) => {
                let id = known.graph.id(term.as_ref())?;
                let short = known.prefixes.show(term.as_ref());
                let label =
                    known.names().label(id, self.language()).map_or_else(|| short.clone(), str::to_owned);
                let names = known.names().all(id).iter().map(|name| name.text.clone());
                Some(Named { name: label, note: short.clone(), also: names.chain([short]).collect() })
            }
            Term::Literal(literal) => Some(plain(&literal.value().to_owned())),
            Term::BlankNode(_) | Term::Triple(_) => None,
        };
        let takes = |value: &Named| {
            let given = if value.note.is_empty() { &value.name } else { &value.note };
            param.values.is_some() || param.term(given, &known, &|_| Ok(Vec::new())).is_ok()
        };
        let mut found: Vec<Named> = terms.into_iter().filter_map(named).filter(takes).collect();
        found.dedup_by(|a, b| a.name == b.name && a.note == b.note);
        found
    }

    /// The terms with which a saved query finds something, in place of one of its parameters.
    fn fitting(&self, saved: &SavedQuery, param: &Param) -> Vec<Term> {
        let known = self.knowledge();
        let others = saved.params.iter().filter(|other| other.variable != param.variable);
        let bound = others.filter_map(|other| {
            let term = other.term(other.default.as_ref()?, &known, &|_| Ok(Vec::new())).ok()?;
            Some((other.variable.clone(), term))
        });
        let ask = Ask { bindings: bound.collect(), ..Ask::new(saved.text.clone()) };
        let Ok(query) = parsed::query(&ask, self) else { return Vec::new() };
        let limits = Limits { steps: Some(VALUES_STEPS), ..Limits::default() };
        let governor = Governor::new(limits, Arc::default());
        let found = advise::values::values(&query, &param.variable, self.look(), &governor);
        let class = param.class.as_deref().and_then(|class| resolve::iri(class, &self.prefixes));
        match class.filter(|_| found.is_empty()) {
            None => found,
            Some(class) => self
                .first_column(&format!("SELECT DISTINCT ?x {{ ?x a {class} }} LIMIT 2000"))
                .unwrap_or_default(),
        }
    }

    /// The terms for the parameters of a saved query. See [`SavedQuery::bind`].
    ///
    /// # Errors
    /// As there.
    pub fn bindings(&self, query: &SavedQuery, given: &BTreeMap<String, String>) -> Result<Bindings> {
        query.bind(given, &self.knowledge(), &|text| self.first_column(text))
    }

    /// The first column of a SELECT, unbound cells left out.
    fn first_column(&self, text: &str) -> Result<Vec<Term>> {
        let Answer::Rows(rows) = self.answer(&Ask::new(text))? else {
            return Err(Error::query("the list of allowed values is not a SELECT"));
        };
        rows.rows.filter_map(|row| row.map(|row| row.into_iter().next().flatten()).transpose()).collect()
    }

    /// What words that are not SPARQL may have meant, the likeliest first. See [`crate::plain`]; [`Self::sound`] tells
    /// whether all could be read.
    pub fn suggest(&self, words: &str, language: &str) -> Vec<crate::plain::Suggestion> {
        let Ok(catalog) = self.catalog() else { return Vec::new() };
        crate::plain::suggest(words, catalog, &self.knowledge(), language, &|text| self.first_column(text))
    }
}

/// How many of some words a name has, each as much as it is like a part of the name, and which part is the likest: of
/// equals the first, which tells more. A word of a description says little about a name; Chinese is no part of any.
fn likeness(name: &str, typed: &[&str]) -> Option<(f64, usize)> {
    let like =
        |word: &str, part: &str| if word.is_ascii() { strsim::jaro_winkler(word, part) } else { NEAR_PART };
    let best = |word: &&str| {
        let parts = name.split('-').enumerate().map(|(place, part)| (like(word, part), place));
        parts.max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)))
    };
    let near: Vec<(f64, usize)> =
        typed.iter().filter_map(best).filter(|(like, _)| *like >= NEAR_PART).collect();
    let place = near.iter().max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)))?.1;
    Some((near.iter().map(|(like, _)| like).sum(), place))
}
