//! Which prefix shortens each IRI of a document, found once for each, and which prefixes are in use.
//!
//! In: texts and prefixes. Out: the short form of an IRI by its number. What a format cannot have as a prefix, it leaves out
//! beforehand.

use super::numbered::Number;
use super::texts::Texts;
use crate::error::Result;
use crate::store::pack::Watch;
use crate::terms::Prefixes;
use std::rc::Rc;

/// That no prefix shortens an IRI.
const NONE: u32 = u32::MAX;

/// Prefixes in their order, each with its namespace.
pub(crate) type List = Rc<[(String, String)]>;

/// The prefixes as a list.
pub(crate) fn list(prefixes: &Prefixes) -> List {
    prefixes.iter().map(|(name, namespace)| (name.to_owned(), namespace.to_owned())).collect()
}

/// Whether all formats take a name for a prefix: a letter, then letters, digits, hyphens and underscores.
pub(crate) fn is_plain(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

/// See the module.
pub(crate) struct Short {
    prefixes: List,
    /// The place among the prefixes for each IRI.
    iris: Vec<u32>,
    /// The same for each datatype.
    names: Vec<u32>,
    used: Vec<bool>,
}

impl Short {
    /// Of the IRIs and the datatypes of a document.
    ///
    /// # Errors
    /// Where `watch` stops it.
    pub(crate) fn of(texts: &Texts, prefixes: &Prefixes, watch: Watch<'_>) -> Result<Self> {
        let mut short = Self::of_names(texts, prefixes, list(prefixes));
        let mut pace = watch.pace();
        for number in texts.iris() {
            short.iris.push(place(texts.plain(number), prefixes, &short.prefixes));
            pace.step()?;
        }
        Ok(short)
    }

    /// The same of a few, where the list of the prefixes is there already.
    pub(crate) fn of_list(texts: &Texts, prefixes: &Prefixes, list: List) -> Self {
        let iris = texts.iris().map(|number| place(texts.plain(number), prefixes, &list)).collect();
        Self { iris, ..Self::of_names(texts, prefixes, list) }
    }

    fn of_names(texts: &Texts, prefixes: &Prefixes, list: List) -> Self {
        let names = texts.names().iter().map(|name| place(name, prefixes, &list)).collect();
        Self { iris: Vec::new(), names, used: vec![false; list.len()], prefixes: list }
    }

    fn cut<'a>(&'a self, place: Option<&u32>, iri: &'a str) -> Option<(&'a str, &'a str)> {
        let (name, namespace) = self.prefixes.get(*place? as usize)?;
        Some((name, iri.strip_prefix(namespace.as_str())?))
    }

    /// Prefix and local name of an IRI.
    pub(crate) fn iri<'a>(&'a self, number: Number, texts: &'a Texts) -> Option<(&'a str, &'a str)> {
        self.cut(self.iris.get(number as usize), texts.plain(number))
    }

    /// Prefix and local name of the datatype of a literal.
    pub(crate) fn datatype<'a>(&'a self, number: Number, texts: &'a Texts) -> Option<(&'a str, &'a str)> {
        let name = texts.datatype(number)?;
        self.cut(self.names.get(name), texts.names().get(name)?)
    }

    /// Notes that an IRI is written.
    pub(crate) fn note_iri(&mut self, number: Number) {
        let place = self.iris.get(number as usize).copied();
        self.note(place);
    }

    /// Notes that the datatype of a literal is written.
    pub(crate) fn note_datatype(&mut self, number: Number, texts: &Texts) {
        let place = texts.datatype(number).and_then(|name| self.names.get(name)).copied();
        self.note(place);
    }

    fn note(&mut self, place: Option<u32>) {
        if let Some(used) = place.and_then(|place| self.used.get_mut(place as usize)) {
            *used = true;
        }
    }

    /// The prefixes that are in use, with their namespaces, sorted.
    pub(crate) fn used(&self) -> impl Iterator<Item = (&str, &str)> {
        let used = self.prefixes.iter().zip(&self.used).filter(|(_, used)| **used);
        used.map(|((name, namespace), _)| (name.as_str(), namespace.as_str()))
    }
}

/// The place of the prefix that shortens an IRI.
fn place(iri: &str, prefixes: &Prefixes, list: &List) -> u32 {
    let Some((name, _)) = prefixes.split(iri) else { return NONE };
    list.binary_search_by(|(known, _)| known.as_str().cmp(name)).map_or(NONE, |place| place as u32)
}
