//! Names in a query that the graph does not have where they stand: each with its place, the reason and what was meant.
//!
//! In: a parsed query, its text, what is known of the graph. Out: diagnostics. A name in another letter case or in the
//! other spelling of English is told from one that is merely near. Of a large graph only the first triples are surveyed, so
//! that a rare name may not be suggested.

use super::Knowledge;
use crate::engine::syntax::algebra::{
    self, Expression, GraphPattern, NamedNodePattern, PropertyPathExpression, Query, TermPattern,
    TriplePattern, children, each_operand, expressions,
};
use crate::engine::syntax::tokens::{Kind, Token, tokens};
use crate::error::{Diagnostic, Hint, Span};
use crate::explore::names::fold;
use crate::explore::survey::{BUDGET, Survey, local_name, nearest};
use crate::store::Id;
use crate::terms::{NamedNode, Term, rdf};
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

/// Names shorter than this are like too many others.
const SHORTEST: usize = 3;

/// A name that is not there.
pub struct Absent {
    /// What to say about it.
    pub diagnostic: Diagnostic,
    /// Whether it is another spelling of a name that is there, so that it is surely not meant.
    pub misspelt: bool,
}

/// The names of `query` that find nothing where they stand, in the order of the text.
pub fn absent(query: &Query, text: &str, known: &Knowledge<'_>) -> Vec<Absent> {
    let mut uses = Uses::default();
    uses.pattern(algebra::pattern(query));
    let places = Places::of(text, known);
    let mut survey = None;
    let mut names: HashMap<Role, Names> = HashMap::new();
    let mut found: BTreeMap<usize, Absent> = BTreeMap::new();
    for (node, role) in &uses.found {
        let Some(range) = places.of_name(node).filter(|_| !occurs(node, *role, known)) else { continue };
        if found.contains_key(&range.start) {
            continue;
        }
        let survey = survey.get_or_insert_with(|| Survey::of(known.graph, BUDGET));
        let names = names.entry(*role).or_insert_with(|| Names::of(*role, survey, known));
        let at = range.start;
        if let Some(absent) = said(node, *role, names, known) {
            let diagnostic = absent.diagnostic.at(Span::in_text("query", text, range));
            found.insert(at, Absent { diagnostic, ..absent });
        }
    }
    found.into_values().collect()
}

/// What a name is used as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Role {
    Predicate,
    Class,
    Thing,
}

/// The names of a query and what each is used as.
#[derive(Default)]
struct Uses {
    found: Vec<(NamedNode, Role)>,
}

impl Uses {
    fn pattern(&mut self, pattern: &GraphPattern) {
        match pattern {
            GraphPattern::Bgp { patterns } => patterns.iter().for_each(|triple| self.triple(triple)),
            GraphPattern::Path { subject, path, object } => {
                self.term(subject, Role::Thing);
                self.path(path);
                self.term(object, Role::Thing);
            }
            // Another server's names are its own.
            GraphPattern::Service { .. } => return,
            _ => {}
        }
        expressions(pattern).for_each(|expression| self.expression(expression));
        children(pattern).for_each(|inner| self.pattern(inner));
    }

    fn triple(&mut self, triple: &TriplePattern) {
        let is_type = matches!(&triple.predicate, NamedNodePattern::NamedNode(node) if *node == rdf::TYPE);
        self.term(&triple.subject, Role::Thing);
        if let NamedNodePattern::NamedNode(node) = &triple.predicate {
            self.found.push((node.clone(), Role::Predicate));
        }
        self.term(&triple.object, if is_type { Role::Class } else { Role::Thing });
    }

    fn term(&mut self, term: &TermPattern, role: Role) {
        match term {
            TermPattern::NamedNode(node) => self.found.push((node.clone(), role)),
            TermPattern::Triple(triple) => self.triple(triple),
            TermPattern::BlankNode(_) | TermPattern::Literal(_) | TermPattern::Variable(_) => {}
        }
    }

    fn path(&mut self, path: &PropertyPathExpression) {
        match path {
            PropertyPathExpression::NamedNode(node) => self.found.push((node.clone(), Role::Predicate)),
            PropertyPathExpression::Reverse(path)
            | PropertyPathExpression::ZeroOrMore(path)
            | PropertyPathExpression::OneOrMore(path)
            | PropertyPathExpression::ZeroOrOne(path) => self.path(path),
            PropertyPathExpression::Sequence(one, other)
            | PropertyPathExpression::Alternative(one, other) => {
                self.path(one);
                self.path(other);
            }
            // What is not there is rightly left out.
            PropertyPathExpression::NegatedPropertySet(_) => {}
        }
    }

    fn expression(&mut self, expression: &Expression) {
        each_operand(expression, &mut |part| match part {
            Expression::NamedNode(node) => self.found.push((node.clone(), Role::Thing)),
            Expression::Exists(pattern) => self.pattern(pattern),
            _ => {}
        });
    }
}

/// Where the names of a text stand first.
struct Places(HashMap<String, Range<usize>>);

impl Places {
    fn of(text: &str, known: &Knowledge<'_>) -> Self {
        let found = tokens(text);
        let mut prefixes = known.prefixes.clone();
        for [keyword, name, iri] in found.windows(3).filter_map(|three| <&[Token; 3]>::try_from(three).ok()) {
            let is_declaration = keyword.text(text).eq_ignore_ascii_case("prefix") && iri.kind == Kind::Iri;
            if let Some(name) = name.text(text).strip_suffix(':').filter(|_| is_declaration) {
                prefixes.insert(name, bare(iri.text(text)));
            }
        }
        let mut names = HashMap::new();
        for token in found {
            let word = token.text(text);
            let iri = match token.kind {
                Kind::Iri => Some(bare(word).to_owned()),
                Kind::PrefixedName => prefixes.expand(word),
                _ => None,
            };
            iri.map(|iri| names.entry(iri).or_insert(token.range));
        }
        Self(names)
    }

    fn of_name(&self, node: &NamedNode) -> Option<Range<usize>> {
        self.0.get(node.as_str()).cloned()
    }
}

fn bare(iri: &str) -> &str {
    iri.trim_start_matches('<').trim_end_matches('>')
}

/// Whether the graph has a name in this role.
fn occurs(node: &NamedNode, role: Role, known: &Knowledge<'_>) -> bool {
    let graph = known.graph;
    let Some(id) = graph.id(node.as_ref().into()) else { return false };
    let pattern = match (role, graph.id(rdf::TYPE.into())) {
        (Role::Thing, _) | (Role::Class, None) => return true,
        (Role::Predicate, _) => [None, Some(id), None],
        (Role::Class, is_a) => [None, is_a, Some(id)],
    };
    graph.has(pattern)
}

/// The names that the graph has in a role, and how often.
struct Names {
    all: Vec<(Id, u64)>,
    /// Those that are one word to the eye, by that word.
    by_word: HashMap<String, Vec<(NamedNode, u64)>>,
}

impl Names {
    fn of(role: Role, survey: &Survey, known: &Knowledge<'_>) -> Self {
        let all: Vec<(Id, u64)> = match role {
            Role::Predicate => survey.predicates.clone(),
            Role::Class => survey.classes.clone(),
            Role::Thing => known.names().things().map(|id| (id, 0)).collect(),
        };
        let mut by_word: HashMap<String, Vec<(NamedNode, u64)>> = HashMap::new();
        for (id, uses) in &all {
            if let Term::NamedNode(name) = known.graph.term(*id) {
                by_word.entry(american(local_name(name.as_str()))).or_default().push((name, *uses));
            }
        }
        Self { all, by_word }
    }

    /// Those that are like a name to the eye, the likest first.
    fn like(&self, node: &NamedNode) -> Vec<(Likeness, u64, &NamedNode)> {
        let same = self.by_word.get(&american(local_name(node.as_str()))).map(Vec::as_slice);
        let mut like = Vec::new();
        for (other, uses) in same.unwrap_or_default() {
            let likeness = Likeness::of(node.as_str(), other.as_str());
            like.extend(likeness.map(|likeness| (likeness, u64::MAX - uses, other)));
        }
        like.sort();
        like
    }
}

/// What is said about a name that is not there. One that is there in another role, and like no other, is left to
/// those who look at values: it may be a class without instances.
fn said(node: &NamedNode, role: Role, names: &Names, known: &Knowledge<'_>) -> Option<Absent> {
    let short = known.prefixes.show(node.as_ref().into());
    let twins = names.like(node);
    let exists = known.graph.id(node.as_ref().into()).is_some();
    let message = match (exists, role) {
        (true, Role::Class) => format!("{short} is not a class in this graph"),
        (true, _) => format!("{short} is not a property in this graph"),
        (false, _) => format!("{short} does not occur in this graph"),
    };
    let diagnostic = Diagnostic::new(message);
    if let Some((likeness, ..)) = twins.first() {
        let meant: Vec<String> = twins
            .iter()
            .filter(|(other, ..)| other == likeness)
            .take(2)
            .map(|(.., n)| titled(n, known))
            .collect();
        let why = likeness.reason();
        let diagnostic = diagnostic.hint(format!("{why}: did you mean {}?", meant.join(" or ")));
        return Some(Absent { diagnostic, misspelt: true });
    }
    if exists {
        return None;
    }
    let among: &[(Id, u64)] = if role == Role::Thing { &[] } else { &names.all };
    let is_word = local_name(node.as_str()).chars().count() >= SHORTEST;
    let near = if is_word { nearest(node.as_str(), among, known) } else { Vec::new() };
    let near: Vec<String> = near.iter().map(|near| titled(near, known)).collect();
    let diagnostic = match (near.is_empty(), role) {
        (false, _) => diagnostic.hint(format!("did you mean {}?", near.join(" or "))),
        (true, Role::Thing) => diagnostic.hint(Hint::SearchNames),
        (true, _) => diagnostic.hint(Hint::ListSchema),
    };
    Some(Absent { diagnostic, misspelt: false })
}

/// A name with its label.
fn titled(node: &NamedNode, known: &Knowledge<'_>) -> String {
    let short = known.prefixes.show(node.as_ref().into());
    let label = known.graph.id(node.as_ref().into()).and_then(|id| known.names().label(id, "en"));
    label.map_or(short.clone(), |label| format!("{short} ({label})"))
}

/// How two names are the same to the eye.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Likeness {
    /// The same but for the case of letters.
    Case,
    /// The same word in British and in American spelling.
    Spelling,
    /// The same word in another vocabulary, in British and in American spelling or in another case.
    Elsewhere,
}

impl Likeness {
    fn of(one: &str, other: &str) -> Option<Self> {
        let (name, other_name) = (local_name(one), local_name(other));
        let same_space = one.strip_suffix(name) == other.strip_suffix(other_name);
        if one == other || name.is_empty() {
            None
        } else if same_space && fold(name) == fold(other_name) {
            Some(Self::Case)
        } else if american(name) != american(other_name) || name.chars().count() < SHORTEST {
            None
        } else {
            Some(if same_space { Self::Spelling } else { Self::Elsewhere })
        }
    }

    fn reason(self) -> &'static str {
        match self {
            Self::Case => "names are case-sensitive",
            Self::Spelling => "the graph spells it the other way, British or American",
            Self::Elsewhere => "the graph has this word from another vocabulary",
        }
    }
}

/// A name in lower case with the endings of British spelling made American, for comparison alone.
fn american(name: &str) -> String {
    const SPELLINGS: &[(&str, &str)] = &[
        ("isation", "ization"),
        ("ise", "ize"),
        ("ising", "izing"),
        ("yse", "yze"),
        ("our", "or"),
        ("centre", "center"),
        ("metre", "meter"),
        ("licence", "license"),
        ("defence", "defense"),
        ("catalogue", "catalog"),
        ("dialogue", "dialog"),
        ("programme", "program"),
        ("lling", "ling"),
        ("lled", "led"),
        ("ller", "ler"),
        ("grey", "gray"),
    ];
    SPELLINGS.iter().fold(fold(name), |name, (british, american)| name.replace(british, american))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{known, parsed};

    fn lines(text: &str) -> Vec<String> {
        let line = |absent: Absent| {
            let Diagnostic { message, hints, span } = absent.diagnostic;
            let span = span.unwrap();
            let word: String = span.text.chars().skip(span.column - 1).take(span.width).collect();
            format!("{word} {} {message}; {}", absent.misspelt, hints[0])
        };
        absent(&parsed(text), text, &known()).into_iter().map(line).collect()
    }

    #[test]
    fn each_slip_has_its_place_its_reason_and_its_remedy() {
        let case = "names are case-sensitive";
        for (text, expected) in [
            (
                "SELECT * { ?x a bm:vendor }",
                format!(
                    "bm:vendor true bm:vendor is not a class in this graph; {case}: did you mean bm:Vendor (Vendor)?"
                ),
            ),
            (
                "SELECT * { ?x bm:ReleasedBy ?y }",
                format!(
                    "bm:ReleasedBy true bm:ReleasedBy does not occur in this graph; {case}: did you mean bm:releasedBy (released by)?"
                ),
            ),
            (
                "SELECT * { ?x bm:Vendor ?y }",
                format!(
                    "bm:Vendor true bm:Vendor is not a property in this graph; {case}: did you mean bm:vendor (vendor)?"
                ),
            ),
            (
                "SELECT * { ?x bm:releasedby/rdfs:label ?y }",
                format!(
                    "bm:releasedby true bm:releasedby does not occur in this graph; {case}: did you mean bm:releasedBy (released by)?"
                ),
            ),
            (
                "DESCRIBE vendor:Baidu",
                format!(
                    "vendor:Baidu true vendor:Baidu does not occur in this graph; {case}: did you mean vendor:baidu (Baidu)?"
                ),
            ),
            (
                "PREFIX b: <https://w3id.org/baimo/ontology#> ASK { ?x a b:release }",
                format!(
                    "b:release true bm:release does not occur in this graph; {case}: did you mean bm:Release (Release)?"
                ),
            ),
            (
                "DESCRIBE vendor:baidoo",
                "vendor:baidoo false vendor:baidoo does not occur in this graph; did you mean vendor:baidu (Baidu)?"
                    .into(),
            ),
        ] {
            assert_eq!(lines(text), [expected], "{text}");
        }
        let other = lines("SELECT * { ?x a schema:Organisation }");
        assert!(
            other[0].contains("British or American") && other[0].contains("schema:Organization"),
            "{other:?}"
        );
        let far = lines("SELECT * { ?x <http://nowhere/modelcolour> ?y }");
        assert!(
            far[0].starts_with("<http://nowhere/modelcolour> false")
                && far[0].ends_with(&Hint::ListSchema.to_string()),
            "{far:?}"
        );
    }

    #[test]
    fn names_that_are_there_and_those_of_other_servers_are_left_alone() {
        for text in [
            "SELECT * { ?x a bm:Vendor ; rdfs:label ?y }",
            "SELECT * { SERVICE <http://e.org/sparql> { ?x <http://e.org/p> ?y } }",
            "SELECT * { ?x !bm:nowhere ?y }",
            "CONSTRUCT { ?x <http://e.org/new> ?y } { ?x rdfs:label ?y }",
            // A class without instances: its values are looked into elsewhere.
            "SELECT * { ?x a owl:Thing }",
        ] {
            assert_eq!(lines(text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn british_and_american_spellings_are_one_word() {
        for (one, other) in [
            ("Organisation", "organization"),
            ("colour", "color"),
            ("modelling", "Modeling"),
            ("licence", "license"),
        ] {
            assert_eq!(american(one), american(other));
        }
        assert_ne!(american("model"), american("modal"));
    }
}
