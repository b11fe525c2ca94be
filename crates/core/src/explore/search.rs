//! Things found by words: in their names in any language, or at the end of their IRIs.
//!
//! In: words. Out: [`Match`]es, the best first. Only things with a name are found.

use super::Knowledge;
use super::names::fold;
use super::schema::Reader;
use super::survey::local_name;
use crate::store::Id;
use crate::terms::{Term, rdf};

/// A thing found by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// The thing.
    pub term: Term,
    /// Its label.
    pub label: Option<String>,
    /// Its most telling class, and the label of that.
    pub class: Option<(Term, Option<String>)>,
    /// The name that matched.
    pub matched: String,
}

/// The things whose names or IRIs have all of `words`, the best match first; where nothing has
/// them all, the things with the nearest names.
pub fn search(known: &Knowledge<'_>, language: &str, words: &str, limit: usize) -> Vec<Match> {
    let split = |is_between: fn(char) -> bool| -> Vec<String> {
        words.split(is_between).filter(|word| !word.is_empty()).map(fold).collect()
    };
    let wanted = split(char::is_whitespace);
    if wanted.is_empty() {
        return Vec::new();
    }
    let mut hits = matching(known, &wanted, &fold(words));
    if hits.is_empty() {
        // Chinese joins words with this one: 百度的模型.
        let parts = split(|c| c.is_whitespace() || c == '的');
        hits = if parts.len() > wanted.len() { matching(known, &parts, &fold(words)) } else { hits };
    }
    if hits.is_empty() {
        let near = known.names().search(words, limit);
        hits = near.into_iter().map(|hit| ((hit.distance, 0), hit.id, hit.name)).collect();
    }
    let reader = Reader { known, language, type_: known.graph.id(rdf::TYPE.into()), budget: 64 };
    hits.into_iter().take(limit).map(|(_, id, matched)| reader.found(id, matched)).collect()
}

/// A thing with how well it fits, as far as what sorts first goes, and the name that does.
type Hit = ((usize, usize), Id, String);

/// The things that have all of some words, the best first.
fn matching(known: &Knowledge<'_>, wanted: &[String], whole: &str) -> Vec<Hit> {
    let mut hits: Vec<Hit> = known
        .names()
        .things()
        .filter_map(|id| {
            let (score, matched) = fit(known, id, wanted, whole)?;
            Some((score, id, matched))
        })
        .collect();
    hits.sort();
    hits
}

impl Reader<'_> {
    fn found(&self, id: Id, matched: String) -> Match {
        let classes: Vec<Id> = self.scan([Some(id), self.type_, None]).map(|[_, _, class]| class).collect();
        let class = self.type_.and_then(|_| self.telling(&classes)).map(|class| self.with_label(class));
        Match { term: self.known.graph.term(id), label: self.label(id), class, matched }
    }
}

/// How well a thing fits: how its best name does, then how long that name is; and the name.
fn fit(known: &Knowledge<'_>, id: Id, wanted: &[String], whole: &str) -> Option<((usize, usize), String)> {
    let names = known.names().all(id);
    let term = known.graph.term(id);
    let local = if let Term::NamedNode(node) = &term { local_name(node.as_str()) } else { "" };
    let texts: Vec<(String, &str)> = names
        .iter()
        .map(|name| name.text.as_str())
        .chain(Some(local).filter(|local| !local.is_empty()))
        .map(|text| (fold(text), text))
        .collect();
    if !wanted.iter().all(|word| texts.iter().any(|(folded, _)| folded.contains(word))) {
        return None;
    }
    let score = |folded: &str| match folded {
        name if name == whole => 0,
        name if name.starts_with(whole) => 1,
        name if name.contains(whole) => 2,
        name => 3 + wanted.iter().filter(|word| !name.contains(word.as_str())).count(),
    };
    // A name given in the data says more than the end of an IRI.
    let places = texts.iter().enumerate();
    places
        .map(|(i, (folded, text))| {
            let from_iri = usize::from(i >= names.len());
            ((2 * score(folded) + from_iri, folded.chars().count()), (*text).to_owned())
        })
        .min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::known;

    fn found(words: &str) -> Vec<String> {
        let hits = search(&known(), "zh", words, 5);
        hits.iter().map(|hit| known().prefixes.show(hit.term.as_ref())).collect()
    }

    #[test]
    fn a_class_without_a_name_is_a_thing_and_no_text() {
        let class = |words: &str| search(&known(), "en", words, 1).remove(0).class;
        let (vendor, label) = class("baidu").unwrap();
        assert_eq!(
            (known().prefixes.show(vendor.as_ref()).as_str(), label.as_deref()),
            ("bm:Vendor", Some("Vendor"))
        );
        assert_eq!(class("Basis").map(|(_, label)| label), Some(None));
    }

    #[test]
    fn things_are_found_in_any_language_and_by_several_words() {
        assert_eq!(found("百度")[0], "vendor:baidu");
        assert_eq!(found("baidu")[0], "vendor:baidu");
        assert_eq!(found("launched ernie 4.0")[0], "release:2023-10-17-ernie-4.0");
        assert_eq!(found("Baidoo")[0], "vendor:baidu", "the nearest where none has the word");
        assert_eq!(found("百度的发布")[0], "release:2023-03-16-ernie-bot");
        assert!(found("").is_empty());
    }
}
