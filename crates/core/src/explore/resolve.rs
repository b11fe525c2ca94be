//! What a text names in a graph: the one way in which names are understood, whoever gives them.
//!
//! In: a text, what is known of the graph, which things would do. Out: the thing, or several, or the nearest.
//! The order: an IRI (`<https://...>` or bare), a prefixed name, an exact label in any language and letter
//! case, and where none of these is in the graph, the nearest names. The first that fits wins.

use super::Knowledge;
use super::search::{Match, search};
use crate::error::{Error, Hint, Result};
use crate::store::Id;
use crate::terms::{NamedNode, Prefixes, Term};

/// How many near names are given.
const NEAR: usize = 3;

/// How many things of one name are listed.
const SEVERAL: usize = 5;

/// What a text names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolved {
    /// One thing.
    One(Id),
    /// Several things of this name.
    Several(Vec<Id>),
    /// Nothing in the graph; these are near.
    Nothing(Vec<Match>),
}

/// The IRI that a text is: in angle brackets, or bare with a scheme, or a prefixed name in scope.
pub fn iri(text: &str, prefixes: &Prefixes) -> Option<NamedNode> {
    let text = text.trim();
    let full = match text.strip_prefix('<') {
        Some(rest) => rest.strip_suffix('>')?.to_owned(),
        None if text.contains("://") => text.to_owned(),
        None => prefixes.expand(text).or_else(|| text.contains(':').then(|| text.to_owned()))?,
    };
    NamedNode::new(full).ok()
}

/// What `text` names among the things that `fits` takes.
pub fn resolve(text: &str, known: &Knowledge<'_>, language: &str, fits: &dyn Fn(Id) -> bool) -> Resolved {
    let named = iri(text, known.prefixes).and_then(|iri| known.graph.id(iri.as_ref().into()));
    if let Some(id) = named.filter(|id| fits(*id)) {
        return Resolved::One(id);
    }
    let labelled: Vec<Id> = known.names().exact(text.trim()).into_iter().filter(|id| fits(*id)).collect();
    match labelled.as_slice() {
        [one] => Resolved::One(*one),
        [] => Resolved::Nothing(nearest(text, known, language, fits)),
        _ => Resolved::Several(labelled),
    }
}

/// The one thing of the graph that `text` names.
///
/// # Errors
/// `Query`, where it names nothing, with the nearest, or several things, with their IRIs.
pub fn thing(text: &str, known: &Knowledge<'_>, language: &str) -> Result<Term> {
    match resolve(text, known, language, &|_| true) {
        Resolved::One(id) => Ok(known.graph.term(id)),
        Resolved::Several(ids) => Err(Error::query(format!("`{text}` is the name of {} things", ids.len()))
            .hint(format!("choose one: {}", listed(&ids, known)))),
        Resolved::Nothing(near) => {
            Err(did_you_mean(Error::query(format!("nothing here is called `{text}`")), &near, known))
        }
    }
}

/// The things of one name, as an error lists them.
pub fn listed(ids: &[Id], known: &Knowledge<'_>) -> String {
    let show = |id: &Id| known.prefixes.show(known.graph.term(*id).as_ref());
    ids.iter().take(SEVERAL).map(show).collect::<Vec<_>>().join(", ")
}

/// `error` with the near names as its remedy, or where there are none, the way to search.
pub fn did_you_mean(error: Error, near: &[Match], known: &Knowledge<'_>) -> Error {
    let error = match known.names().is_complete() {
        true => error,
        false => error.hint(Hint::NamesWereCutOff(known.names().len())),
    };
    if near.is_empty() {
        return error.hint(Hint::SearchNames);
    }
    let show = |hit: &Match| {
        let short = known.prefixes.show(hit.term.as_ref());
        let label = hit.label.as_deref().unwrap_or(&hit.matched);
        if *label == short { short } else { format!("{short} ({label})") }
    };
    error.hint(format!("did you mean {}?", near.iter().map(show).collect::<Vec<_>>().join(", ")))
}

/// The things whose names are nearest: to the text, to the end of it where it is an IRI, to all but its
/// last letters.
fn nearest(text: &str, known: &Knowledge<'_>, language: &str, fits: &dyn Fn(Id) -> bool) -> Vec<Match> {
    let fitting = |words: &str| -> Vec<Match> {
        let fits = |hit: &Match| known.graph.id(hit.term.as_ref()).is_some_and(fits);
        search(known, language, words, 50).into_iter().filter(fits).take(NEAR).collect()
    };
    let found = fitting(text);
    if !found.is_empty() {
        return found;
    }
    let end = text.trim_matches(['<', '>']).rsplit([':', '/', '#']).next().unwrap_or(text);
    let mut words = end.replace(['-', '_'], " ");
    for _ in 0..=words.chars().count().div_ceil(3) {
        let found = fitting(words.trim());
        if !found.is_empty() {
            return found;
        }
        words.pop();
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::known;

    fn named(text: &str) -> String {
        known().prefixes.show(thing(text, &known(), "zh").unwrap().as_ref())
    }

    #[test]
    fn an_iri_a_prefixed_name_and_a_label_name_the_same_thing() {
        let iri = "https://w3id.org/baimo/vendor/baidu";
        for text in [iri, &format!("<{iri}>"), "vendor:baidu", "百度", "Baidu", "BAIDU", " baidu "] {
            assert_eq!(named(text), "vendor:baidu", "{text}");
        }
    }

    #[test]
    fn what_names_nothing_gets_the_nearest() {
        for text in ["Baidoo", "vendor:baidoo", "<https://w3id.org/baimo/vendor/baidoo>"] {
            let error = thing(text, &known(), "zh").unwrap_err();
            assert!(error.hints[0].to_string().contains("vendor:baidu"), "{text}: {:?}", error.hints);
        }
        let error = thing("qqqqqqqqqqqqqqqqqqqqqqqqq", &known(), "zh").unwrap_err();
        assert_eq!(error.hints, [Hint::SearchNames]);
    }

    #[test]
    fn only_what_fits_counts() {
        let vendor = known().graph.id(iri("vendor:baidu", known().prefixes).unwrap().as_ref().into());
        let none = resolve("vendor:baidu", &known(), "zh", &|id| Some(id) != vendor);
        assert!(matches!(none, Resolved::Nothing(_)), "{none:?}");
    }

    #[test]
    fn a_name_that_may_have_been_cut_off_is_not_said_to_be_absent() {
        let names = crate::explore::names::Names::of_graph(known().graph, 1);
        let error = thing("Baidu", &Knowledge { named: &names, ..known() }, "zh").unwrap_err();
        assert!(error.hints.contains(&Hint::NamesWereCutOff(1)), "{:?}", error.hints);
    }
}
