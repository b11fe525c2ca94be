//! Small graphs that are hard to be right about.
//!
//! In: chance and a profile. Out: quads over a handful of nodes, predicates and literals, in the default
//! graph and a few named ones that share triples. Never more than some thirty quads: what is wrong on a
//! large graph is nearly always wrong on a small one.

use crate::random::Random;
use baimo_store::terms::{
    BlankNode, GraphName, Literal, NamedNode, NamedOrBlankNode, Quad, Term, Triple, rdf,
};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// The namespace of everything made up here; queries write it as the empty prefix.
pub const NAMESPACE: &str = "http://example.org/";

/// What kinds of terms a graph has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// IRIs and canonical integers: every order is total, so that slices of sub-selects are decided.
    Tidy,
    /// Beside them blank nodes, strings, languages, booleans, dates with a zone: all in canonical form.
    Plain,
    /// Beside them derived types, other spellings, ill-typed literals, dates without a zone, huge numbers.
    Wild,
}

/// Canonical integers.
pub const INTEGERS: &[&str] = &["0", "1", "2", "3", "10", "-1"];

/// Literals in canonical form, as Turtle.
pub const PLAIN: &[&str] = &[
    "0",
    "1",
    "2",
    "3",
    "-5",
    "10",
    "1.5",
    "2.25",
    "-0.5",
    "\"\"",
    "\"a\"",
    "\"b\"",
    "\"abc\"",
    "\"Abc\"",
    "\"10\"",
    "\"é\"",
    "\"a b.c\"",
    "\"a\"@en",
    "\"b\"@en",
    "\"a\"@en-us",
    "\"chat\"@fr",
    "true",
    "false",
    "\"2020-01-01T00:00:00Z\"^^xsd:dateTime",
    "\"2020-06-15T12:30:00Z\"^^xsd:dateTime",
    "\"1999-12-31T23:59:59.5Z\"^^xsd:dateTime",
    "\"x\"^^<http://example.org/dt>",
];

/// Literals that are spelled, typed or valued in an unusual way.
pub const WILD: &[&str] = &[
    "\"01\"^^xsd:integer",
    "\"+1\"^^xsd:integer",
    "\"1.0\"^^xsd:decimal",
    "\"1.\"^^xsd:decimal",
    "\"2.50\"^^xsd:decimal",
    "\"1.0E0\"^^xsd:double",
    "\"1e0\"^^xsd:double",
    "\"0.25\"^^xsd:double",
    "\"-0\"^^xsd:double",
    "\"0\"^^xsd:double",
    "\"INF\"^^xsd:double",
    "\"-INF\"^^xsd:float",
    "\"NaN\"^^xsd:double",
    "\"NaN\"^^xsd:float",
    "\"1\"^^xsd:float",
    "\"16777217\"^^xsd:float",
    "\"16777217\"^^xsd:integer",
    "\"1\"^^xsd:byte",
    "\"1\"^^xsd:int",
    "\"300\"^^xsd:byte",
    "\"2\"^^xsd:unsignedInt",
    "\"3\"^^xsd:positiveInteger",
    "\"0\"^^xsd:positiveInteger",
    "\"abc\"^^xsd:integer",
    "\"\"^^xsd:decimal",
    "\"9007199254740993\"^^xsd:integer",
    "\"9007199254740992\"^^xsd:double",
    "\"9223372036854775807\"^^xsd:integer",
    "\"9223372036854775808\"^^xsd:integer",
    "\"123456789012345678901234567890\"^^xsd:integer",
    "\"0.1234567890123456789012345\"^^xsd:decimal",
    "\"1\"^^xsd:boolean",
    "\"0\"^^xsd:boolean",
    "\"yes\"^^xsd:boolean",
    "\"2020-01-01T00:00:00\"^^xsd:dateTime",
    "\"2020-01-01T01:00:00+01:00\"^^xsd:dateTime",
    "\"2019-12-31T24:00:00\"^^xsd:dateTime",
    "\"2020-01-01T00:00:00.000Z\"^^xsd:dateTime",
    "\"2020-02-30T00:00:00Z\"^^xsd:dateTime",
    "\"2020-01-01\"^^xsd:date",
    "\"2020-01-01Z\"^^xsd:date",
    "\"2020-01-02+05:00\"^^xsd:date",
    "\"2019-02-29\"^^xsd:date",
    "\"12:00:00\"^^xsd:time",
    "\"12:00:00Z\"^^xsd:time",
    "\"2020\"^^xsd:gYear",
    "\"2020-01\"^^xsd:gYearMonth",
    "\"P1Y\"^^xsd:duration",
    "\"P12M\"^^xsd:yearMonthDuration",
    "\"PT36H\"^^xsd:dayTimeDuration",
    "\"P1DT12H\"^^xsd:dayTimeDuration",
    "\"01\"^^<http://example.org/dt>",
    "\"a\"^^xsd:token",
    "\"a\"@en--ltr",
    "\"a\"@en--rtl",
    "\"cafe\\u0301\"",
    "\"\\U0001F600z\"",
    "\"a\\nb\"",
    "\"(a|b)*\"",
    "\"00\"^^xsd:hexBinary",
    "\"http://example.org/a\"^^xsd:anyURI",
    "\"http://example.org/a\"",
];

/// Moments in many zones and none, some of them the same instant.
pub const MOMENTS: &[&str] = &[
    "\"2020-01-01T00:00:00Z\"^^xsd:dateTime",
    "\"2020-01-01T00:00:00\"^^xsd:dateTime",
    "\"2020-01-01T14:00:00+14:00\"^^xsd:dateTime",
    "\"2019-12-31T10:00:00-14:00\"^^xsd:dateTime",
    "\"2019-12-31T24:00:00Z\"^^xsd:dateTime",
    "\"2020-01-01T05:30:00.000+05:30\"^^xsd:dateTime",
    "\"2020-02-29T23:59:59.999-05:00\"^^xsd:dateTime",
    "\"2020-03-01T04:59:59.999Z\"^^xsd:dateTime",
    "\"-0001-12-31T23:00:00-01:00\"^^xsd:dateTime",
    "\"0000-01-01T00:00:00Z\"^^xsd:dateTime",
    "\"12020-01-01T00:00:00Z\"^^xsd:dateTime",
    "\"2020-01-01\"^^xsd:date",
    "\"2020-01-01Z\"^^xsd:date",
    "\"2020-01-01+14:00\"^^xsd:date",
    "\"2019-12-31-10:00\"^^xsd:date",
    "\"00:00:00Z\"^^xsd:time",
    "\"23:30:00-00:30\"^^xsd:time",
    "\"24:00:00\"^^xsd:time",
    "\"2020Z\"^^xsd:gYear",
    "\"2020+01:00\"^^xsd:gYear",
    "\"--02-29Z\"^^xsd:gMonthDay",
    "\"PT1H\"^^xsd:dayTimeDuration",
    "\"-PT10H\"^^xsd:dayTimeDuration",
    "\"P1M\"^^xsd:yearMonthDuration",
];

/// A graph, and what it was made of.
#[derive(Debug, Clone)]
pub struct Data {
    /// What terms it has.
    pub profile: Profile,
    /// Whether triple terms are among the objects.
    pub triple_terms: bool,
    /// Each once.
    pub quads: Vec<Quad>,
    /// The names of its nodes.
    pub nodes: &'static [&'static str],
    /// The names of its predicates.
    pub predicates: &'static [&'static str],
    /// Its literals, as Turtle.
    pub literals: Vec<&'static str>,
}

const NODES: &[&str] = &["a", "b", "c", "d", "e", "f"];
const PREDICATES: &[&str] = &["p", "q", "r", "s"];

/// The literal that `text` (Turtle) stands for.
pub fn literal(text: &str) -> Literal {
    let typed = |value: &str, name: &str| {
        Literal::new_typed_literal(
            value,
            NamedNode::new_unchecked(format!("http://www.w3.org/2001/XMLSchema#{name}")),
        )
    };
    let Some(rest) = text.strip_prefix('"') else {
        return match text {
            "true" | "false" => typed(text, "boolean"),
            _ if text.contains('.') => typed(text, "decimal"),
            _ => typed(text, "integer"),
        };
    };
    let (value, tail) = rest.rsplit_once('"').unwrap();
    let value = value.replace("\\n", "\n").replace("\\u0301", "\u{301}").replace("\\U0001F600", "\u{1F600}");
    if let Some(name) = tail.strip_prefix("^^xsd:") {
        typed(&value, name)
    } else if let Some(iri) = tail.strip_prefix("^^<") {
        Literal::new_typed_literal(value, NamedNode::new_unchecked(iri.trim_end_matches('>')))
    } else if let Some(tag) = tail.strip_prefix('@') {
        match tag.split_once("--") {
            None => Literal::new_language_tagged_literal_unchecked(value, tag),
            Some((tag, direction)) => Literal::new_directional_language_tagged_literal_unchecked(
                value,
                tag,
                if direction == "ltr" { oxrdf::BaseDirection::Ltr } else { oxrdf::BaseDirection::Rtl },
            ),
        }
    } else {
        Literal::new_simple_literal(value)
    }
}

/// An IRI of the namespace.
pub fn iri(name: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("{NAMESPACE}{name}"))
}

impl Profile {
    /// A literal of the profile, as Turtle.
    pub fn literal(self, random: &mut Random) -> &'static str {
        match self {
            Self::Tidy => random.one(INTEGERS),
            Self::Plain => random.one(PLAIN),
            Self::Wild if random.chance(30) => random.one(PLAIN),
            Self::Wild if random.chance(20) => random.one(MOMENTS),
            Self::Wild => random.one(WILD),
        }
    }
}

impl Data {
    /// A graph of some profile.
    pub fn generate(random: &mut Random) -> Self {
        let profile = [Profile::Tidy, Profile::Plain, Profile::Wild][random.weighted(&[35, 40, 25])];
        let triple_terms = profile != Profile::Tidy && random.chance(15);
        let mut data = Self {
            profile,
            triple_terms,
            quads: Vec::new(),
            nodes: &NODES[..random.between(2, 5)],
            predicates: &PREDICATES[..random.weighted(&[0, 30, 40, 20, 10])],
            literals: (0..random.between(1, 5)).map(|_| profile.literal(random)).collect(),
        };
        if profile == Profile::Wild && random.chance(20) {
            data.literals = (0..random.between(2, 5)).map(|_| random.one(MOMENTS)).collect();
        }
        let mut seen = BTreeSet::new();
        for _ in 0..random.weighted(&[1, 2, 4, 8, 10, 10, 8]) * 4 {
            let triple = data.triple(random);
            for graph in graphs(random) {
                let quad = triple.clone().in_graph(graph);
                if seen.insert(quad.to_string()) {
                    data.quads.push(quad);
                }
            }
        }
        if random.chance(12) {
            data.add_list(random);
        }
        data
    }

    fn triple(&self, random: &mut Random) -> Triple {
        let subject = self.node(random);
        let predicate = iri(random.one(self.predicates));
        let object = if random.chance(45) {
            literal(random.one(&self.literals)).into()
        } else if self.triple_terms && random.chance(40) {
            let (inner, object) = (self.node(random), self.node(random));
            Term::Triple(Box::new(Triple::new(inner, iri("p"), object)))
        } else if random.chance(4) {
            iri("p").into()
        } else {
            self.node(random).into()
        };
        Triple::new(subject, predicate, object)
    }

    fn node(&self, random: &mut Random) -> NamedOrBlankNode {
        if self.profile != Profile::Tidy && random.chance(20) {
            BlankNode::new_unchecked(["x", "y"][random.below(2)]).into()
        } else {
            iri(random.one(self.nodes)).into()
        }
    }

    fn add_list(&mut self, random: &mut Random) {
        let cell = |n: usize| NamedOrBlankNode::from(iri(&format!("l{n}")));
        let length = random.between(1, 3);
        self.quads.push(Quad::new(iri("a"), iri("p"), cell(0), GraphName::DefaultGraph));
        for n in 0..length {
            let item = Term::from(literal(random.one(&self.literals)));
            let rest = if n + 1 == length { Term::from(rdf::NIL.into_owned()) } else { cell(n + 1).into() };
            self.quads.push(Quad::new(cell(n), rdf::FIRST.into_owned(), item, GraphName::DefaultGraph));
            self.quads.push(Quad::new(cell(n), rdf::REST.into_owned(), rest, GraphName::DefaultGraph));
        }
    }

    /// The quads as TriG, with full IRIs.
    pub fn to_trig(&self) -> String {
        let mut text = String::new();
        for Quad { subject, predicate, object, graph_name } in &self.quads {
            let _ = match graph_name {
                GraphName::DefaultGraph => writeln!(text, "{subject} {predicate} {object} ."),
                name => writeln!(text, "GRAPH {name} {{ {subject} {predicate} {object} }}"),
            };
        }
        text
    }
}

/// The graphs that a triple is in: often more than one.
fn graphs(random: &mut Random) -> Vec<GraphName> {
    let mut graphs = Vec::new();
    if random.chance(85) {
        graphs.push(GraphName::DefaultGraph);
    }
    for name in ["g1", "g2", "a"] {
        if random.chance(30) {
            graphs.push(iri(name).into());
        }
    }
    graphs
}
