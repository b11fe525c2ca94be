//! Plain language: what a person may have meant who typed words and not SPARQL.
//!
//! In: the words, the saved queries, what is known of the graph. Out: [`Suggestion`]s, the likeliest first: saved
//! queries with their parameters filled in, things of that name, the schema. It compares words and does not
//! understand grammar: "policies without data" finds what "policies about data" finds.

mod score;
mod words;

use crate::advise::diagnose::nearest_of;
use crate::catalog::{Catalog, Param, ParamKind, SavedQuery};
use crate::engine::syntax::tokens::{
    FORMS, Kind, OPERATIONS, Token, after_prologue, begins_statement, each_token, tokens,
};
use crate::error::{Hint, Result};
use crate::explore::Knowledge;
use crate::explore::names::fold;
use crate::explore::resolve;
use crate::store::Id;
use crate::terms::{NamedNodeRef, Term, rdf};
use score::Index;
use words::{Wish, phrases, singular, wishes};

/// How many saved queries are suggested at most.
const MOST_QUERIES: usize = 6;
/// How many queries, the best by their words, have their parameters tried: some of these run a query.
const CANDIDATES: usize = 24;
/// Queries with less than this part of the best score are left out.
const NEAR_THE_BEST: f64 = 0.4;
/// How many things are suggested at most.
const MOST_THINGS: usize = 3;

/// What could be done with words that are not SPARQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// What it is, in the language asked for: a saved query's summary, a thing's label.
    pub title: String,
    /// What to do.
    pub target: Target,
}

/// What a [`Suggestion`] leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A saved query, with values for some of its parameters.
    SavedQuery {
        /// Its name.
        name: String,
        /// Names and values of parameters.
        values: Vec<(String, String)>,
    },
    /// A thing to describe, as a prefixed name or an IRI.
    Thing(String),
    /// The classes and properties of the graph.
    Schema,
    /// The list of saved queries.
    SavedQueries,
}

impl Suggestion {
    /// The suggestion as a remedy that a face words.
    pub fn hint(self) -> Hint {
        match self.target {
            Target::SavedQuery { name, values } => Hint::TrySavedQuery { name, values, title: self.title },
            Target::Thing(name) => Hint::TryThing { name, title: self.title },
            Target::Schema => Hint::ListSchema,
            Target::SavedQueries => Hint::ListSavedQueries,
        }
    }
}

/// Whether a text is plain language: it has no brace, no variable, no IRI, and does not begin as SPARQL does, nor with
/// a word misspelt from one that does.
pub fn is_plain(text: &str) -> bool {
    let found: Vec<_> = tokens(text).into_iter().filter(|token| token.kind != Kind::Comment).collect();
    let is_sparql = |token: &Token| {
        matches!(token.kind, Kind::Variable | Kind::Iri | Kind::BlankNode)
            || matches!(token.text(text), "{" | "}")
    };
    let Some(first) = found.first().map(|token| token.text(text)) else { return false };
    let begins = begins_statement(first) || FOREIGN.iter().any(|word| first.eq_ignore_ascii_case(word));
    let of_table = first.eq_ignore_ascii_case("UPDATE")
        && found.iter().any(|token| token.text(text).eq_ignore_ascii_case("SET"))
        && found.iter().any(|token| token.text(text) == "=");
    let forms: Vec<String> = FORMS.iter().chain(OPERATIONS).map(|form| (*form).to_owned()).collect();
    let misspelt = found.len() == 1 && nearest_of(first, &forms).is_some();
    // A data block alone: people try the last answer's `VALUES _` as a question.
    let is_block = first.eq_ignore_ascii_case("VALUES");
    !begins && !misspelt && !is_block && !of_table && !found.iter().any(is_sparql)
}

/// Whether a text begins, past its prologue, as a query or an update does.
pub fn begins_as_sparql(text: &str) -> bool {
    let found = each_token(text).filter(|token| token.kind != Kind::Comment);
    after_prologue(found, text).is_some_and(|first| begins_statement(first.text(text)))
}

/// Which of a graph's languages a text is in, by its script: for faces that are told no language.
pub fn language_of<'l>(text: &str, languages: &'l [String]) -> &'l str {
    let han = text.chars().any(words::is_han);
    let fits = |language: &&String| ["zh", "ja"].iter().any(|tag| language.starts_with(tag)) == han;
    languages.iter().find(fits).or(languages.first()).map_or("en", String::as_str)
}

/// Words that begin a question elsewhere: what stands after them is not plain language.
const FOREIGN: &[&str] = &["MATCH", "EXPLAIN"];

/// Runs a query and gives the terms of its first column: for parameters whose values a query lists.
pub type Ask<'a> = &'a dyn Fn(&str) -> Result<Vec<Term>>;

/// What `text` may have meant, the likeliest first; nothing where no word of it is known.
pub fn suggest(
    text: &str,
    catalog: &Catalog,
    known: &Knowledge<'_>,
    language: &str,
    ask: Ask<'_>,
) -> Vec<Suggestion> {
    let wishes = wishes(text);
    let named = Named::of(text, known);
    let index = Index::of(catalog);
    let mut found = Vec::new();
    if wishes.contains(&Wish::Schema) {
        let targets = [Some(Target::Schema), catalog.iter().next().map(|_| Target::SavedQueries)];
        let targets = targets.into_iter().flatten();
        found.extend(targets.map(|target| Suggestion { title: String::new(), target }));
    }
    let things = named.things(known, language);
    let (whole, parts): (Vec<_>, Vec<_>) = things.into_iter().partition(|(is_whole, _)| *is_whole);
    found.extend(whole.into_iter().map(|(_, thing)| thing).take(MOST_THINGS));
    let mut queries = index.scored(text, &wishes, &named.synonyms);
    score::keep_the_best(&mut queries, 0.0, CANDIDATES);
    for scored in &mut queries {
        scored.values = named.values(scored.query, text, known, ask);
        scored.score *= fit_of_values(scored);
    }
    let only_named = queries.is_empty() && !named.found.is_empty();
    if only_named {
        queries = index.unscored();
        for scored in &mut queries {
            scored.values = named.values(scored.query, text, known, ask);
        }
        queries.retain(|scored| !scored.values.is_empty());
    }
    score::keep_the_best(&mut queries, NEAR_THE_BEST, MOST_QUERIES);
    // Of a thing that no query is about, the thing itself says most: "who makes Qwen".
    let is_about = |scored: &score::Scored<'_>| !scored.values.is_empty();
    let is_thing =
        |thing: &Suggestion| matches!(&thing.target, Target::Thing(name) if !is_concept(name, known));
    let has_query = queries.iter().any(is_about);
    let parts = parts.into_iter().map(|(_, thing)| thing);
    let (things, parts): (Vec<_>, Vec<_>) = parts.partition(|thing| !has_query && is_thing(thing));
    found.extend(things.into_iter().take(MOST_THINGS));
    // Where some are about a thing that is named, those about all others come last.
    let names_one = parts.iter().any(is_thing);
    let takes_a_thing = |scored: &score::Scored<'_>| {
        let is_given = |param: &Param| scored.values.iter().any(|(name, _)| *name == param.name);
        !names_one || scored.query.params.iter().any(|param| param.class.is_some() && is_given(param))
    };
    let (about, others): (Vec<_>, Vec<_>) = queries.into_iter().partition(takes_a_thing);
    let suggestion = |scored: score::Scored<'_>| Suggestion {
        title: scored.query.summary.get(language).to_owned(),
        target: Target::SavedQuery { name: scored.query.name.clone(), values: scored.values },
    };
    found.extend(about.into_iter().map(suggestion));
    found.extend(parts.into_iter().take(MOST_THINGS));
    found.extend(others.into_iter().map(suggestion));
    found
}

/// How much better a query fits whose parameters the text fills; one about a single thing that the text does not
/// name would answer about another.
fn fit_of_values(scored: &score::Scored<'_>) -> f64 {
    let is_given = |param: &&Param| scored.values.iter().any(|(name, _)| *name == param.name);
    let (given, missing): (Vec<&Param>, Vec<&Param>) =
        scored.query.params.iter().filter(|param| param.class.is_some()).partition(is_given);
    match scored.values.as_slice() {
        [] => {}
        // Of two things that are compared, one alone says little.
        _ if !given.is_empty() && !missing.is_empty() => return 1.0,
        _ if !given.is_empty() => return 4.0,
        // Few queries take a month, and a text names none by chance.
        values if values.iter().any(|(_, value)| is_month(value)) => return 4.0,
        _ => return 2.0,
    }
    let about_one = |param: &Param| param.class.is_some() && (param.default.is_some() || param.required);
    if scored.query.params.iter().any(about_one) { 0.6 } else { 1.0 }
}

/// Whether a value is a month: `2023-07`.
fn is_month(value: &str) -> bool {
    value.len() == 7 && value.as_bytes().get(4) == Some(&b'-')
}

/// Things of the graph that a text names.
struct Named {
    /// Phrase and thing; the longest phrases first.
    found: Vec<(String, Id)>,
    /// The other names of these things, folded.
    synonyms: Vec<String>,
    /// The whole text, folded.
    text: String,
}

impl Named {
    fn of(text: &str, known: &Knowledge<'_>) -> Self {
        let mut found: Vec<(String, Id)> = Vec::new();
        for phrase in phrases(text) {
            // A part of a longer name says nothing of its own.
            let folded = fold(text);
            let longer = found.iter().filter(|(longer, _)| *longer != phrase && longer.contains(&phrase));
            let within: usize = longer.map(|(longer, _)| folded.matches(longer.as_str()).count()).sum();
            if within > 0 && within >= folded.matches(phrase.as_str()).count() {
                continue;
            }
            let mut ids = known.names().exact(&phrase);
            if let Some(singular) = singular(&phrase).filter(|_| ids.is_empty()) {
                ids = known.names().exact(&singular);
            }
            if ids.is_empty() && words::is_proper(&phrase, text) {
                ids = beginning_with(&phrase, known);
            }
            found.extend(ids.into_iter().map(|id| (phrase.clone(), id)));
        }
        let names = found.iter().flat_map(|(_, id)| known.names().all(*id));
        let synonyms = names.map(|name| fold(&name.text)).collect();
        Self { found, synonyms, text: fold(text) }
    }

    /// The things as suggestions, each with whether the text is its name and nothing else.
    fn things(&self, known: &Knowledge<'_>, language: &str) -> Vec<(bool, Suggestion)> {
        let mut seen = Vec::new();
        let things = self.found.iter().filter_map(|(phrase, id)| {
            let term = known.graph.term(*id);
            let is_whole = *phrase == self.text;
            if seen.contains(id) || !matches!(term, Term::NamedNode(_)) || is_vocabulary(*id, is_whole, known)
            {
                return None;
            }
            seen.push(*id);
            let title = known.names().label(*id, language).unwrap_or_default().to_owned();
            let name = known.prefixes.show(term.as_ref());
            Some((is_whole, Suggestion { title, target: Target::Thing(name) }))
        });
        things.collect()
    }

    /// Values for the parameters of a saved query: things of the right class, numbers, months.
    fn values(
        &self,
        query: &SavedQuery,
        text: &str,
        known: &Knowledge<'_>,
        ask: Ask<'_>,
    ) -> Vec<(String, String)> {
        let mut values: Vec<(String, String)> = Vec::new();
        let mut taken = Vec::new();
        for param in &query.params {
            let value = match param.kind {
                ParamKind::Iri => self.thing_for(param, &mut taken, known, ask),
                ParamKind::Typed(_) => literal_for(param, text, known, ask),
                ParamKind::String | ParamKind::Tagged(_) | ParamKind::Language => None,
            };
            // One month is a span from itself to itself; of two other things none is meant twice.
            let is_new = |value: &String| is_month(value) || !values.iter().any(|(_, other)| other == value);
            if let Some(value) = value.filter(is_new) {
                values.push((param.name.clone(), value));
            }
        }
        values
    }

    /// A named thing that a parameter takes: by the words typed, else by its IRI where these mean several.
    /// Of several those come first that come first in the text; none comes twice.
    fn thing_for(
        &self,
        param: &Param,
        taken: &mut Vec<Id>,
        known: &Knowledge<'_>,
        ask: Ask<'_>,
    ) -> Option<String> {
        let mut found: Vec<&(String, Id)> = self.found.iter().collect();
        let is_longer =
            |phrase: &str| self.found.iter().any(|(other, _)| other != phrase && phrase.contains(other));
        if is_longer(found.first().map_or("", |(phrase, _)| phrase)) {
            found.sort_by_key(|(phrase, _)| self.text.find(phrase.as_str()));
        }
        found.retain(|(_, id)| param.class.is_some() && !taken.contains(id) && param.takes(*id, known));
        let (value, id) = found.into_iter().find_map(|(phrase, id)| {
            let wanted = known.graph.term(*id);
            let short = known.prefixes.show(wanted.as_ref());
            let names = known.names().all(*id).iter().map(|name| &name.text);
            let written = names.filter(|name| fold(name) == *phrase).min();
            let value = [written.unwrap_or(phrase).clone(), short]
                .into_iter()
                .find(|value| param.term(value, known, ask).is_ok_and(|term| term == wanted))?;
            Some((value, *id))
        })?;
        taken.push(id);
        Some(value)
    }
}

/// The things whose names begin with a phrase and go on with another word: `Alibaba` for `Alibaba Cloud`.
fn beginning_with(phrase: &str, known: &Knowledge<'_>) -> Vec<Id> {
    const BEGINNING: usize = 1;
    let hits = known.names().search(phrase, MOST_THINGS).into_iter().filter(|hit| hit.distance == BEGINNING);
    let whole = |name: &str| {
        fold(name).strip_prefix(phrase).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
    };
    hits.filter(|hit| whole(&hit.name)).map(|hit| hit.id).collect()
}

/// Whether a thing is a concept of a scheme, which questions name for what they are about: a kind, a topic.
fn is_concept(name: &str, known: &Knowledge<'_>) -> bool {
    const CONCEPT: &str = "http://www.w3.org/2004/02/skos/core#Concept";
    let id = |iri: &str| known.graph.id(NamedNodeRef::new_unchecked(iri).into());
    let thing = resolve::iri(name, known.prefixes).and_then(|iri| id(iri.as_str()));
    let (Some(thing), Some(is_a), Some(concept)) = (thing, known.graph.id(rdf::TYPE.into()), id(CONCEPT))
    else {
        return false;
    };
    known.graph.has([Some(thing), Some(is_a), Some(concept)])
}

/// Whether a thing is a word of the ontology (a class, a property) and not of the data. A shape always is; a class
/// is not where it is `wanted` itself.
fn is_vocabulary(id: Id, wanted: bool, known: &Knowledge<'_>) -> bool {
    const SHAPES: &str = "http://www.w3.org/ns/shacl#";
    const ONTOLOGIES: &[&str] = &[
        "http://www.w3.org/2002/07/owl#",
        "http://www.w3.org/2000/01/rdf-schema#",
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    ];
    let Some(is_a) = known.graph.id(rdf::TYPE.into()) else { return false };
    let typed = known.graph.scan_all([Some(id), Some(is_a), None]);
    let mut classes = typed.map(|[.., class]| known.graph.term(class));
    classes.any(|class| match class {
        Term::NamedNode(class) if class.as_str().starts_with(SHAPES) => true,
        Term::NamedNode(class) => !wanted && ONTOLOGIES.iter().any(|known| class.as_str().starts_with(known)),
        _ => false,
    })
}

/// A number or date of the text that a parameter takes: it must look like the default, or stand beside the
/// parameter's name.
fn literal_for(param: &Param, text: &str, known: &Knowledge<'_>, ask: Ask<'_>) -> Option<String> {
    let text = &words::with_months(&words::with_digits(text));
    let words: Vec<&str> = text
        .split(|c: char| !(c.is_ascii_digit() || c == '-' || c == '.'))
        .filter(|word| word.starts_with(|c: char| c.is_ascii_digit()))
        .collect();
    let shape =
        |word: &str| word.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect::<String>();
    let about = words::content(text).iter().any(|word| words::same_word(word, &param.name));
    words.into_iter().find_map(|word| {
        // `2批`: the parameter's description has the Chinese measure word.
        let measure =
            text.split(word).nth(1).and_then(|rest| rest.chars().next()).filter(|c| words::is_han(*c));
        let measured = measure.is_some_and(|c| param.description.0.values().any(|text| text.contains(c)));
        let about = about || measured;
        let like_default = param.default.as_deref().is_some_and(|default| shape(default) == shape(word));
        let fits = (like_default && word.len() > 1 || about) && param.term(word, known, ask).is_ok();
        fits.then(|| word.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Bindings;
    use crate::engine::answer::Answer;
    use crate::fixture;
    use crate::project::Project;
    use std::sync::OnceLock;

    fn first_column(text: &str) -> Result<Vec<Term>> {
        let Answer::Rows(rows) = fixture::answer(text, &Bindings::new()) else { return Ok(Vec::new()) };
        Ok(rows.rows.filter_map(|row| row.unwrap().into_iter().next().flatten()).collect())
    }

    fn said(text: &str) -> Vec<String> {
        let show = |suggestion: Suggestion| match suggestion.target {
            Target::SavedQuery { name, values } => {
                values.into_iter().fold(name, |line, (name, value)| format!("{line} {name}={value}"))
            }
            Target::Thing(name) => name,
            Target::Schema => "schema".to_owned(),
            Target::SavedQueries => "saved queries".to_owned(),
        };
        static CATALOG: OnceLock<Catalog> = OnceLock::new();
        let catalog = CATALOG.get_or_init(|| {
            let project = Project::open(std::path::Path::new(fixture::ROOT)).unwrap();
            Catalog::load(&project, None).unwrap()
        });
        suggest(text, catalog, &fixture::known(), "en", &first_column).into_iter().map(show).collect()
    }

    /// Words, and what must be the first of what is suggested.
    const FIRST: &[(&str, &[&str])] = &[
        ("releases per month", &["releases-per-month"]),
        ("2023年每月发布", &["releases-per-month year=2023"]),
        ("policies about data", &["policies-on-topic topic=Data"]),
        ("关于数据的政策", &["policies-on-topic topic=数据"]),
        ("how many models were released per month", &["releases-per-month"]),
        ("show me the timeline", &["timeline"]),
        ("show tables", &["schema", "saved queries"]),
        ("百度的大模型", &["vendor-artifacts vendor=百度"]),
        ("models of Baidu", &["vendor-artifacts vendor=Baidu"]),
        ("registrations by batch", &["registrations-per-batch"]),
        ("registrations of batch 2", &["registrations batch=2"]),
        ("百度", &["vendor:baidu"]),
        ("timelin", &["timeline"]),
        ("relases-per-month", &["releases-per-month"]),
        ("relases per moth", &["releases-per-month"]),
        ("每年的发布数", &["releases-per-year"]),
        ("how long between GPT-4 and GPT-4 Turbo", &["days-between first=GPT-4 second=GPT-4 Turbo"]),
        ("GPT-4和GPT-4 Turbo相隔多少天", &["days-between first=GPT-4 second=GPT-4 Turbo"]),
        ("第二批备案的模型", &["registrations batch=2"]),
        ("what did Baidu release in 2023", &["timeline vendor=Baidu"]),
        ("models from Alibaba", &["vendor-artifacts vendor=Alibaba"]),
        ("is Qwen-7B open source", &["is-open-source model=Qwen-7B"]),
        ("where does this come from", &["where-said"]),
        ("export everything as schema.org", &["as-schema-org"]),
        ("what do we know about Tencent", &["about-vendor vendor=Tencent"]),
        ("腾讯的一切", &["about-vendor vendor=腾讯"]),
        ("which policies are drafts", &["draft-policies"]),
        ("first release of each company", &["first-and-last"]),
        ("行业占比", &["share-by-industry"]),
        ("每月政策数", &["policies-per-month"]),
        ("政策按时间排列", &["policies"]),
        ("哪些企业的模型已备案", &["registrations"]),
        ("关于算法的政策", &["policies-on-topic topic=算法"]),
        ("教育行业有哪些产品", &["families-by-industry industry=教育"]),
        ("versions of GPT", &["series-versions series=GPT"]),
        ("number of releases per year", &["releases-per-year"]),
        ("list all vendors", &["vendors"]),
        ("when was ERNIE Bot released", &["releases-of artifact=ERNIE Bot"]),
        ("文心一言什么时候发布", &["releases-of artifact=文心一言"]),
        ("release date of GPT-4", &["releases-of artifact=GPT-4"]),
        ("released per month", &["releases-per-month"]),
        ("2023年7月发布了什么", &["releases-between from=2023-07 to=2023-07"]),
        ("releases in July 2023", &["releases-between from=2023-07 to=2023-07"]),
        ("哪些模型开源", &["open-source"]),
        ("有哪些政策", &["policies"]),
        ("who makes Qwen", &["product:tongyi-qianwen"]),
        ("百度有哪些模型", &["vendor-artifacts vendor=百度"]),
    ];

    #[test]
    fn what_was_meant_comes_first() {
        let wrong: Vec<_> = FIRST
            .iter()
            .map(|(text, first)| (text, first, said(text)))
            .filter(|(_, first, said)| !said.iter().take(first.len()).eq(first.iter()))
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn what_was_meant_is_among_the_first_three() {
        for (text, wanted) in [
            ("which vendors registered", "registrations"),
            ("which company released the most", "releases-per-vendor"),
            ("who released most in 2023", "releases-per-vendor"),
            ("哪家公司发布最多", "releases-per-vendor"),
            ("文心系列的版本", "series-versions series=文心"),
            ("Zhipu models", "vendor-artifacts vendor=Zhipu"),
            ("open source models", "open-source"),
            ("开源的模型", "open-source"),
        ] {
            let said = said(text);
            assert!(said.iter().take(3).any(|line| line == wanted), "{text}: {said:?}");
        }
    }

    #[test]
    fn plain_language_is_told_from_sparql_gone_wrong() {
        for text in
            ["releases per month", "百度", "what is the timeline?", "2023年每月发布", "bm:Release of Baidu"]
        {
            assert!(is_plain(text), "{text}");
        }
        for text in
            ["", "SELECT", "VALUES _", "selct", "SELCT ?x WHERE { }", "{ ?s ?p ?o }", "ASK", "INSERT DATA"]
        {
            assert!(!is_plain(text), "{text}");
        }
    }

    #[test]
    fn nonsense_suggests_nothing() {
        for text in ["xyzzy", "qwzx vvkj", "？？？", ""] {
            assert_eq!(said(text), Vec::<String>::new(), "{text}");
        }
    }
}
