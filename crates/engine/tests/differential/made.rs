//! Generated queries over what functions make: texts, choices of numbers, sums, and VALUES joined by comparisons.
//!
//! In: chance. Out: a graph whose predicates have values of one kind each, so that columns hold nothing but texts or numbers,
//! and a query that makes others of them, one after the other. What the engine computes without terms is computed so here.

use crate::data::{Data, MOMENTS, PLAIN, Profile, WILD, iri, literal};
use crate::expressions::{FUNCTIONS, Kind, Signature};
use crate::node::{Node, Sort};
use crate::random::Random;
use baimo_store::terms::{GraphName, Quad};
use std::collections::BTreeSet;

use Kind::{Any, Number, Text, Truth};

/// Texts, some of them with a language.
const TEXTS: &[&str] = &[
    "\"\"",
    "\"a\"",
    "\"A\"",
    "\"abcabc\"",
    "\"1\"",
    "\"01\"",
    "\"true\"",
    "\"b a\"",
    "\"ß\"",
    "\"äÖ\"",
    "\"İx\"",
    "\"\\U0001F600z\"",
    "\"http://example.org/a\"",
];
const TAGGED: &[&str] = &[
    "\"a\"@en",
    "\"A\"@en",
    "\"\"@en",
    "\"abc\"@en-gb",
    "\"b\"@de",
    "\"a\"@en--ltr",
    "\"a\"@en--rtl",
    "\"ß\"@de",
];
/// Numbers of all four types.
const NUMBERS: &[&str] = &[
    "0",
    "1",
    "2",
    "3",
    "-1",
    "2000",
    "\"01\"^^xsd:integer",
    "\"7\"^^xsd:byte",
    "1.5",
    "2.50",
    "-0.5",
    "\"1.0\"^^xsd:decimal",
    "\"1\"^^xsd:float",
    "\"0.1\"^^xsd:float",
    "\"NaN\"^^xsd:float",
    "\"16777216\"^^xsd:float",
    "16777217",
    "9007199254740993",
    "9223372036854775807",
    "\"9007199254740992\"^^xsd:double",
];
const DOUBLES: &[&str] = &[
    "\"1.0E0\"^^xsd:double",
    "\"0.25\"^^xsd:double",
    "\"2\"^^xsd:double",
    "\"-0\"^^xsd:double",
    "\"0\"^^xsd:double",
    "\"1e300\"^^xsd:double",
    "\"INF\"^^xsd:double",
    "\"-INF\"^^xsd:double",
    "\"NaN\"^^xsd:double",
];

/// What functions take beside a text is most often a constant, with which nothing is made of a term.
const WITH_CONSTANTS: &[Signature] = &[
    ("SUBSTR(%, 2)", Text, &[Text]),
    ("SUBSTR(%, 0, 2)", Text, &[Text]),
    ("SUBSTR(%, -1, 3)", Text, &[Text]),
    ("SUBSTR(%, 1.5, 1e0)", Text, &[Text]),
    ("SUBSTR(%, \"NaN\"^^xsd:double)", Text, &[Text]),
    ("SUBSTR(%, \"-INF\"^^xsd:double, \"INF\"^^xsd:double)", Text, &[Text]),
    ("SUBSTR(%, \"a\")", Text, &[Text]),
    ("STRBEFORE(%, \"b\")", Text, &[Text]),
    ("STRBEFORE(%, \"\")", Text, &[Text]),
    ("STRBEFORE(%, \"b\"@en)", Text, &[Text]),
    ("STRAFTER(%, \"a\")", Text, &[Text]),
    ("STRAFTER(%, \"\")", Text, &[Text]),
    ("STRAFTER(%, \"\"@en)", Text, &[Text]),
    ("STRAFTER(%, \"zz\")", Text, &[Text]),
    ("CONCAT(%)", Text, &[Text]),
    ("CONCAT(%, \"-\", %)", Text, &[Text, Text]),
    ("CONCAT(%, \"b\"@en)", Text, &[Text]),
    ("STRLANG(%, \"EN\")", Text, &[Text]),
    ("STRDT(%, xsd:string)", Text, &[Text]),
    ("CONTAINS(%, \"b\")", Truth, &[Text]),
    ("STRSTARTS(%, \"\")", Truth, &[Text]),
    ("STRENDS(%, \"c\"@en)", Truth, &[Text]),
    ("REGEX(%, \"^a\", \"i\")", Truth, &[Text]),
    ("(% = \"a\")", Truth, &[Text]),
    ("(\"b\" >= %)", Truth, &[Text]),
    ("(% != \"a\"@en)", Truth, &[Text]),
    ("(% IN (\"a\", \"\", \"1\"))", Truth, &[Text]),
    ("(% NOT IN (\"a\", \"a\"@en))", Truth, &[Text]),
    ("(% IN (1, 1.5, 1e0))", Truth, &[Number]),
    ("IF(%, %, 0)", Number, &[Truth, Number]),
    ("IF(%, 1, \"NaN\"^^xsd:double)", Number, &[Truth]),
    ("IF(%, \"01\"^^xsd:integer, %)", Number, &[Truth, Number]),
    ("COALESCE(%, 0)", Number, &[Number]),
    ("COALESCE(%, %, 1e0)", Number, &[Number, Number]),
    ("COALESCE(1 / 0, %)", Number, &[Number]),
    ("COALESCE(%, \"\")", Text, &[Text]),
];

/// Of the functions of all queries these.
const NAMES: &[&str] = &[
    "(%",
    "(-",
    "(+",
    "ABS",
    "CEIL",
    "ROUND",
    "STRLEN",
    "YEAR",
    "xsd:",
    "IF",
    "COALESCE",
    "STR(",
    "LANG",
    "CONCAT",
    "SUBSTR",
    "UCASE",
    "LCASE",
    "STRBEFORE",
    "STRAFTER",
    "ENCODE",
    "REPLACE",
    "(!",
    "sameTerm",
    "isNUMERIC",
    "CONTAINS",
    "STRSTARTS",
    "STRENDS",
    "REGEX",
];

/// The variables, the predicate of each, and what it gives.
const VALUES: &[(&str, &str, Kind)] = &[
    ("t", "p", Text),
    ("l", "l", Text),
    ("n", "q", Number),
    ("f", "r", Number),
    ("m", "s", Any),
    ("d", "d", Any),
];

/// Comparisons of `?x` with the columns of VALUES.
const BANDS: &[&str] = &[
    "?x >= ?lo && ?x < ?hi",
    "?lo < ?x && ?x <= ?hi",
    "?lo <= ?x && ?hi >= ?x",
    "?x < ?lo || ?hi < ?x",
    "?x = ?lo || ?x > ?hi",
    "!(?x <= ?lo) && ?x != ?hi",
    "?x IN (?lo, ?hi)",
    "?x != ?lo",
    "sameTerm(?x, ?lo) || ?x <= ?hi",
    "?x >= ?lo && ?x < ?hi && STRLEN(STR(?x)) > 1",
    "?x >= ?lo && ?lo < ?hi",
    "STRSTARTS(?x, ?lo)",
];

/// A graph of values by kind.
pub fn data(random: &mut Random) -> Data {
    let nodes = &["a", "b", "c", "d", "e", "f"][..random.between(2, 6)];
    let mut data = Data {
        profile: Profile::Wild,
        triple_terms: false,
        quads: Vec::new(),
        nodes,
        predicates: &["p", "q", "r", "s"],
        literals: Vec::new(),
    };
    let mut seen = BTreeSet::new();
    let is_wild = random.chance(30);
    for node in nodes {
        for (_, predicate, _) in VALUES {
            for _ in 0..random.weighted(&[15, 50, 25, 10]) {
                let text = value(random, predicate, is_wild);
                data.literals.push(text);
                let quad = Quad::new(iri(node), iri(predicate), literal(text), GraphName::DefaultGraph);
                if seen.insert(quad.to_string()) {
                    if random.chance(30) {
                        data.quads.push(Quad { graph_name: iri("g1").into(), ..quad.clone() });
                    }
                    data.quads.push(quad);
                }
            }
        }
        if random.chance(20) {
            data.quads.push(Quad::new(iri(node), iri("s"), iri("a"), GraphName::DefaultGraph));
        }
    }
    data.literals.push("1");
    data
}

/// A value that a predicate has, now and then one of another kind.
fn value(random: &mut Random, predicate: &str, is_wild: bool) -> &'static str {
    let list = match predicate {
        _ if is_wild && random.chance(10) => WILD,
        "p" => TEXTS,
        "l" => {
            if random.chance(50) {
                TAGGED
            } else {
                TEXTS
            }
        }
        "q" => NUMBERS,
        "r" => DOUBLES,
        "d" => MOMENTS,
        _ => [TEXTS, TAGGED, NUMBERS, PLAIN, WILD, MOMENTS][random.below(6)],
    };
    random.one(list)
}

/// A query under construction.
pub struct Maker<'a> {
    random: &'a mut Random,
    data: &'a Data,
    /// The variables of the patterns.
    scope: Vec<(&'static str, Kind)>,
}

impl<'a> Maker<'a> {
    /// A query over a graph of values by kind.
    pub fn query(random: &'a mut Random, data: &'a Data) -> Node {
        let mut maker = Self { random, data, scope: Vec::new() };
        let select = if maker.random.chance(30) { maker.bands() } else { maker.made() };
        Node::new(Sort::Query).and(select)
    }

    fn made(&mut self) -> Node {
        let group = self.group();
        let depth = self.random.between(1, 3);
        let kind = *self.random.pick(&[Text, Text, Number, Number, Any]);
        let one = self.expression(kind, depth);
        let kind = *self.random.pick(&[Truth, Truth, kind]);
        let other = self.expression(kind, depth);
        let template = *self.random.pick(&[
            "SELECT (& AS ?y) { % }",
            "SELECT ?a ?y { % BIND(& AS ?y) }",
            "SELECT DISTINCT ?y { % BIND(& AS ?y) }",
            "SELECT ?y (COUNT(*) AS ?x) { % } GROUP BY (& AS ?y)",
            "SELECT (MIN(&) AS ?y) (MAX(&) AS ?x) { % }",
            "SELECT ?a (SUM(&) AS ?y) (AVG(&) AS ?x) (COUNT(&) AS ?z) { % } GROUP BY ?a",
            "SELECT (SUM(DISTINCT &) AS ?y) (COUNT(DISTINCT &) AS ?z) (SUM(~) AS ?x) { % }",
            "SELECT ?a ?y { % BIND(& AS ?y) FILTER(~) }",
            "SELECT ?a { % FILTER(COALESCE(~, &)) }",
            "SELECT ?a ?y ?x { % BIND(& AS ?y) BIND(~ AS ?x) }",
            "SELECT ?a ?b { % BIND(& AS ?y) { SELECT ?b (?z AS ?y) { ?b :p|:q|:l ?z } } }",
            "SELECT ?a ?b { % BIND(& AS ?y) ?b :p|:q|:l ?y }",
            "SELECT ?a ?b { % BIND(& AS ?y) OPTIONAL { ?b :p|:r|:l ?y } }",
            "SELECT ?a ?y { % BIND(& AS ?y) FILTER EXISTS { ?b :p|:l|:q ?y } }",
            "SELECT ?a ?y { % BIND(& AS ?y) MINUS { ?b :s|:l ?y } }",
            "SELECT ?y (COUNT(*) AS ?x) { { % BIND(& AS ?y) } UNION { % BIND(~ AS ?y) } } GROUP BY ?y",
            "SELECT ?a ?y { { SELECT ?a (MAX(&) AS ?z) { % } GROUP BY ?a } BIND(CONCAT(STR(?z), \"|\") AS ?y) }",
            "SELECT ?y { % BIND(& AS ?y) } ORDER BY ?y",
            "SELECT ?a { % } ORDER BY (&)",
            "SELECT ?y ?z { { SELECT DISTINCT (& AS ?y) { % } } { SELECT DISTINCT (~ AS ?z) { % } } FILTER(?y = ?z) }",
            "SELECT ?a { % FILTER EXISTS { ?a :p ?z FILTER(?z = &) } }",
        ]);
        let mut node = Node::new(Sort::Select);
        for piece in template.split_inclusive(['%', '&', '~']) {
            let text = piece.trim_end_matches(['%', '&', '~']);
            node = node.with(text);
            node = match piece.chars().last() {
                Some('%') => node.and(group.clone()),
                Some('&') => node.and(one.clone()),
                Some('~') => node.and(other.clone()),
                _ => node,
            };
        }
        node
    }

    /// Patterns of some of the variables.
    fn group(&mut self) -> Node {
        let mut node = Node::new(Sort::Group);
        for (name, predicate, kind) in VALUES {
            let is_needed = self.scope.is_empty() && *name == "d";
            if !is_needed && !self.random.chance(45) {
                continue;
            }
            self.scope.push((name, *kind));
            let template = *self.random.pick(&[
                "?a :& ?% . ",
                "?a :& ?% . ",
                "?a :& ?% . ",
                "OPTIONAL { ?a :& ?% } ",
                "{ ?a :& ?% } UNION { ?a :s ?% } ",
                "GRAPH ?g { ?a :& ?% } ",
                "{ SELECT ?a ?% { ?a :& ?% } } ",
                "{ SELECT DISTINCT ?% { ?a :& ?% } } ",
            ]);
            node = node.and(Node::text(Sort::Element, template.replace('&', predicate).replace('%', name)));
        }
        if self.random.chance(20) {
            let mut values = Node::new(Sort::Element).with("VALUES ?k { ");
            for _ in 0..self.random.between(1, 4) {
                let literal = if self.random.chance(15) { "UNDEF" } else { self.literal(Any) };
                values = values.and(Node::text(Sort::Extra, format!("{literal} ")));
            }
            self.scope.push(("k", Any));
            node = node.and(values.with("} "));
        }
        node
    }

    fn bands(&mut self) -> Node {
        let (_, predicate, kind) = *self.random.pick(VALUES);
        let mut values = Node::new(Sort::Element).with("VALUES (?lo ?hi) { ");
        for _ in 0..self.random.between(1, 7) {
            let bound = |maker: &mut Self| match maker.random.below(20) {
                0 => "UNDEF",
                1 => maker.literal(Any),
                2..5 => ["\"2000\"^^xsd:double", "1", "2"][maker.random.below(3)],
                _ if predicate == "d" => maker.random.one(MOMENTS),
                _ => maker.literal(kind),
            };
            let (lo, hi) = (bound(self), bound(self));
            let hi = if self.random.chance(15) { lo } else { hi };
            let times = if self.random.chance(10) { 2 } else { 1 };
            for _ in 0..times {
                values = values.and(Node::text(Sort::Extra, format!("({lo} {hi}) ")));
            }
        }
        let values = values.with("} ");
        let pattern = *self.random.pick(&[
            "?a :& ?x . ",
            "?a :& ?x . ",
            "?a :& ?x . ",
            "OPTIONAL { ?a :& ?x } ",
            "?a :&|:s ?x . ",
            "GRAPH ?g { ?a :& ?x } ",
            "{ SELECT DISTINCT ?x { ?a :& ?x } } ",
            "{ SELECT ?a (?y + 0 AS ?x) { ?a :& ?y } } ",
            "{ SELECT ?a (STR(?y) AS ?x) { ?a :& ?y } } ",
            "{ ?a :& ?x } UNION { BIND(2 AS ?x) } ",
        ]);
        let pattern = Node::text(Sort::Element, pattern.replace('&', predicate));
        let filter = Node::text(Sort::Element, format!("FILTER({}) ", self.random.one(BANDS)));
        let (first, second) = if self.random.chance(50) { (&pattern, &values) } else { (&values, &pattern) };
        let both = Node::new(Sort::Group).and(first.clone()).and(second.clone()).and(filter.clone());
        let select = Node::new(Sort::Select);
        match self.random.below(10) {
            0..6 => select.with("SELECT ?a ?x ?lo ?hi { ").and(both).with("}"),
            6 => select
                .with("SELECT ?lo ?hi (COUNT(*) AS ?n) (SUM(?x) AS ?y) { ")
                .and(both)
                .with("} GROUP BY ?lo ?hi"),
            7 => select.with("SELECT ?a { ?a :p ?t FILTER EXISTS { ").and(both).with("} }"),
            8 => select
                .with("SELECT ?a ?x ?lo ?hi { ")
                .and(pattern)
                .with("OPTIONAL { ")
                .and(Node::new(Sort::Group).and(values).and(filter))
                .with("} }"),
            _ => select.with("SELECT ?a ?x ?lo ?hi { ").and(both).with("?a :q ?n FILTER(?n < 3) }"),
        }
    }

    fn literal(&mut self, kind: Kind) -> &'static str {
        let list = match kind {
            _ if self.random.chance(30) => &self.data.literals,
            Text => [TEXTS, TEXTS, TEXTS, TAGGED][self.random.below(4)],
            Number => [NUMBERS, NUMBERS, DOUBLES][self.random.below(3)],
            Truth => &["true", "false", "\"1\"^^xsd:boolean", "\"yes\"^^xsd:boolean"],
            _ => [TEXTS, TAGGED, NUMBERS, WILD, MOMENTS][self.random.below(5)],
        };
        self.random.one(list)
    }

    fn expression(&mut self, kind: Kind, depth: usize) -> Node {
        if depth == 0 || self.random.chance(12) {
            return self.leaf(kind);
        }
        let list = if self.random.chance(55) { WITH_CONSTANTS } else { FUNCTIONS };
        let fits = |(text, gives, _): &&Signature| {
            (kind == Any || *gives == kind)
                && (list.len() == WITH_CONSTANTS.len() || NAMES.iter().any(|name| text.starts_with(name)))
        };
        let fitting: Vec<&Signature> = list.iter().filter(fits).collect();
        if fitting.is_empty() {
            return self.leaf(kind);
        }
        let (template, _, takes) = **self.random.pick(&fitting);
        let mut operands: Vec<Node> = takes.iter().map(|kind| self.expression(*kind, depth - 1)).collect();
        operands.reverse();
        Node::template(Sort::Expression, template, |_| operands.pop().unwrap())
    }

    fn leaf(&mut self, kind: Kind) -> Node {
        let fitting: Vec<&(&str, Kind)> =
            self.scope.iter().filter(|(_, of)| kind == Any || *of == kind || *of == Any).collect();
        let text = if fitting.is_empty() || self.random.chance(20) {
            if self.random.chance(4) { "?u".to_owned() } else { self.literal(kind).to_owned() }
        } else {
            format!("?{}", self.random.pick(&fitting).0)
        };
        Node::text(Sort::Expression, text)
    }
}
