//! What could be typed here: completion from the graph, by the position in the text.
//!
//! In: a text, a cursor, what is known of the graph, and what the face alone knows (its commands,
//! saved queries, files) as plain data. Out: candidates, the best first. No more of a
//! graph is read than a budget.

mod command;
mod context;
mod graph;
mod position;
mod ranking;

pub use context::{Argument, Command, Context, Named, Parameter, SavedQuery};

use super::Knowledge;
use crate::engine::syntax::tokens::{Kind, tokens};
use crate::explore::survey::Survey;
use command::{Asked, command};
use graph::Candidates;
use position::Reader;
use ranking::{List, named};
use std::sync::OnceLock;

/// One thing that could be typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// What replaces the text from [`Completions::start`] to the cursor.
    pub insert: String,
    /// What to show in the list.
    pub show: String,
    /// What to show beside it: label, type, use count.
    pub note: String,
}

/// What could be typed at the cursor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Completions {
    /// Where the replaced text begins, in bytes.
    pub start: usize,
    /// The candidates, the best first.
    pub candidates: Vec<Candidate>,
}

/// Completes with what it has already learnt of one graph. A changed graph wants a new one.
#[derive(Debug, Default)]
pub struct Completer {
    survey: OnceLock<Survey>,
}

impl Completer {
    /// Completes at `cursor` (in bytes) of `text`.
    pub fn complete(&self, text: &str, cursor: usize, known: &Knowledge<'_>, more: &Context) -> Completions {
        let before = text.get(..cursor).unwrap_or(text);
        let (line, start) = match before.trim_start().strip_prefix('.') {
            Some(_) if !before.trim_start().contains('\n') => match command(before.trim_start(), more) {
                Asked::Names(names, word) => return named(names, before, word),
                Asked::Things(word, wanted) => {
                    let candidates = Candidates::new(self, known, more, "");
                    return candidates.things(before.len() - word.len(), word, &wanted);
                }
                Asked::Query(line) => (line, before.len() - line.len()),
            },
            _ => (before, 0),
        };
        let after = text.get(before.len()..).unwrap_or_default();
        let mut found = query(self, line, after, known, more);
        found.start += start;
        found
    }
}

/// Completes at `cursor` (in bytes) of `text`, with nothing learnt before.
pub fn complete(text: &str, cursor: usize, known: &Knowledge<'_>, more: &Context) -> Completions {
    Completer::default().complete(text, cursor, known, more)
}

fn query(
    completer: &Completer,
    before: &str,
    after: &str,
    known: &Knowledge<'_>,
    more: &Context,
) -> Completions {
    let mut tokens = tokens(before);
    let touching = tokens.last().is_some_and(|token| {
        token.range.end == before.len()
            && (token.kind != Kind::Punctuation || matches!(token.text(before), "?" | "$" | "@" | "<"))
    });
    let word = if touching { tokens.pop() } else { None };
    let start = word.as_ref().map_or(before.len(), |token| token.range.start);
    let kind = word.as_ref().map(|token| token.kind);
    let typed = before.get(start..).unwrap_or_default();
    if kind == Some(Kind::Comment) {
        return Completions { start, candidates: Vec::new() };
    }
    let candidates = Candidates::new(completer, known, more, before);
    let mut reader = Reader::new();
    let resolve = |kind, word: &str| candidates.slot(kind, word);
    reader.read(before, &tokens, &resolve);
    let place = reader.place.clone();
    let rest: Vec<_> = {
        let all = crate::engine::syntax::tokens::tokens(after);
        let end = all.iter().position(|t| matches!(t.text(after), "." | "}"));
        end.map_or(Vec::new(), |end| all.into_iter().skip(end).collect())
    };
    reader.read(after, &rest, &resolve);
    let previous = tokens.last().map_or("", |token| token.text(before));
    let mut list = List::of(typed);
    if previous == "^^" {
        candidates.datatypes(&mut list);
    } else if typed.starts_with('@') {
        candidates.languages(&mut list);
    } else if typed.starts_with(['?', '$']) {
        candidates.variables(&mut list, &reader, 0);
    } else {
        candidates.at(&mut list, &place, &reader);
    }
    list.finish(start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Result;
    use crate::explore::look::{Damage, Look};
    use crate::explore::survey::BUDGET;
    use crate::store::{Graph, GraphId, Id, Pattern, Scan};
    use crate::terms::{GraphName, NamedNode, Prefixes, Quad, Term, TermRef, rdf};
    use graph::SAMPLE;

    /// The text with `|` for the cursor, completed over the embedded graph.
    fn at(text: &str) -> Completions {
        let cursor = text.find('|').unwrap();
        let text = text.replacen('|', "", 1);
        complete(&text, cursor, &crate::fixture::known(), &context())
    }

    fn inserts(text: &str) -> Vec<String> {
        at(text).candidates.into_iter().map(|candidate| candidate.insert).collect()
    }

    fn context() -> Context {
        let vendor = Parameter {
            name: "vendor".into(),
            class: Some("https://w3id.org/baimo/ontology#Vendor".into()),
            ..Parameter::default()
        };
        let lang = Parameter {
            name: "lang".into(),
            values: ["zh", "en"].map(|tag| Named { name: tag.into(), ..Named::default() }).to_vec(),
            ..Parameter::default()
        };
        let command = |name: &str, argument| Command { name: name.into(), argument, ..Command::default() };
        Context {
            commands: vec![
                command(".run", Some(Argument::SavedQuery)),
                command(".describe", Some(Argument::Thing)),
                command(".explain", Some(Argument::Query)),
                Command {
                    name: ".mode".into(),
                    words: vec!["csv".into(), "table".into()],
                    ..Command::default()
                },
            ],
            queries: vec![SavedQuery {
                name: "timeline".into(),
                parameters: vec![vendor, lang],
                ..Default::default()
            }],
            language: "zh".into(),
            ..Context::default()
        }
    }

    /// Text with the cursor, and the candidate that must come first.
    const FIRST: &[(&str, &str)] = &[
        ("SELECT * { ?x a bm:Rel|", "bm:Release"),
        ("SELECT * { ?x a bm:Release ; bm:rel|", "bm:releasedBy"),
        ("SELECT * { vendor:douyin bm:p|", "bm:partOf"),
        ("SELECT * { ?x a bm:Release ; bm:releasedBy 百度|", "vendor:baidu"),
        ("SELECT * { ?x bm:developer baidu|", "vendor:baidu"),
        ("SELECT * { ?x bm:developer vendor:bai|", "vendor:baidu"),
        ("SELECT * { ?thing a bm:Release . ?th|", "?thing"),
        ("SEL|", "SELECT"),
        ("SELECT * { ?x bm:date \"2023-01-01\"^^da|", "xsd:date"),
        ("SELECT * { ?x rdfs:label \"百度\"@z|", "@zh"),
        ("SELECT * { ?x a bm:Release } ORD|", "ORDER BY"),
        ("SELECT * { ?x a bm:Release FILTER(STRST|", "STRSTARTS"),
        ("SELECT * { ?x bm:openSource t|", "true"),
        ("DESCRIBE 百度|", "vendor:baidu"),
        ("SELECT * { <https://w3id.org/baimo/vendor/baid|", "vendor:baidu"),
        ("SELECT * { ?x a |", "bm:Artifact"),
        (".ru|", ".run"),
        (".run tim|", "timeline"),
        (".run timeline --ve|", "--vendor"),
        (".run timeline --vendor 百度|", "百度"),
        (".run timeline --vendor baid|", "百度"),
        (".run timeline --lang e|", "en"),
        (".mode ta|", "table"),
        (".describe 百度|", "vendor:baidu"),
        (".explain SELECT * { ?x a bm:Rel|", "bm:Release"),
        ("PREFIX o: <https://w3id.org/baimo/ontology#> SELECT * { ?x a o:Rel|", "o:Release"),
    ];

    #[test]
    fn the_first_candidate_is_the_one_meant() {
        let wrong: Vec<_> = FIRST
            .iter()
            .filter_map(|(text, first)| {
                let found = inserts(text);
                (found.first().map(String::as_str) != Some(*first)).then_some((text, found))
            })
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn predicates_are_those_that_the_instances_have() {
        let found = inserts("SELECT * { ?x a bm:Registration ; |");
        assert!(found.iter().any(|name| name == "bm:batch"), "{found:?}");
        assert!(!found.iter().any(|name| name == "bm:releasedBy"), "{found:?}");
    }

    #[test]
    fn a_candidate_shows_label_and_type() {
        let found = at("SELECT * { ?x bm:developer baidu|").candidates;
        assert!(found[0].note.starts_with("百度 · 厂商"), "{}", found[0].note);
    }

    /// A graph that counts the triples it gives out.
    struct Counting {
        graph: crate::store::pack::Pack,
        given: std::sync::atomic::AtomicUsize,
    }

    impl Graph for Counting {
        fn id(&self, term: TermRef<'_>) -> Result<Option<Id>> {
            self.graph.id(term)
        }
        fn term(&self, id: Id) -> Result<Term> {
            self.graph.term(id)
        }
        fn scan(&self, graph: GraphId, pattern: Pattern) -> Scan<'_> {
            let triples = self.graph.scan(graph, pattern).triples();
            Scan::Stream(Box::new(triples.inspect(|_| {
                self.given.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            })))
        }
        fn count(&self, graph: GraphId, pattern: Pattern) -> Result<u64> {
            self.graph.count(graph, pattern)
        }
        fn graph_names(&self) -> Result<Vec<Id>> {
            self.graph.graph_names()
        }
        fn len(&self) -> u64 {
            self.graph.len()
        }
    }

    /// Completion must not slow down as the graph grows: it once could have read every triple of a
    /// predicate at every keystroke.
    #[test]
    fn a_large_graph_is_read_within_the_budget() {
        let mut builder = crate::store::pack::Builder::new();
        let iri = |text: String| NamedNode::new_unchecked(format!("http://example.org/{text}"));
        for i in 0..BUDGET / 2 + 5000 {
            let subject = iri(format!("s{i}"));
            let class = iri(format!("C{}", i % 7));
            builder.add(Quad::new(subject.clone(), rdf::TYPE, class, GraphName::DefaultGraph).as_ref());
            builder.add(
                Quad::new(subject, iri("p".into()), iri(format!("o{i}")), GraphName::DefaultGraph).as_ref(),
            );
        }
        let graph = Counting { graph: builder.finish(), given: Default::default() };
        let damage = Damage::default();
        let look = Look::into(&graph, &damage);
        let names = crate::explore::names::Names::of_graph(look, 10);
        let mut prefixes = Prefixes::well_known();
        prefixes.insert("e", "http://example.org/");
        let known = Knowledge { graph: look, named: &names, prefixes: &prefixes };
        let completer = Completer::default();
        let reads = |text: &str| {
            let before = graph.given.load(std::sync::atomic::Ordering::Relaxed);
            let found = completer.complete(text, text.len(), &known, &Context::default());
            assert!(!found.candidates.is_empty(), "{text}");
            graph.given.load(std::sync::atomic::Ordering::Relaxed) - before
        };
        assert!(reads("SELECT * { ?x a e:") <= 2 * BUDGET + 2);
        assert!(reads("SELECT * { ?x a e:C") <= 1000, "the survey is kept");
        assert!(reads("SELECT * { ?x a e:C1 ; ") <= 100 * SAMPLE);
        assert!(reads("SELECT * { ?x e:p ") <= BUDGET + 1);
    }

    #[test]
    fn the_replaced_text_begins_at_the_word() {
        assert_eq!(at("SELECT * { ?x a bm:Rel|").start, 16);
        assert_eq!(at(".describe 百度|").start, 10);
    }
}
