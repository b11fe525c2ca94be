//! Generated expressions: every operator and function of section 17, mostly on operands of the right kind.
//!
//! In: chance, the variables in scope. Out: a piece of query text. What an expression gives is decided by
//! the data alone: functions that differ from call to call are only asked what holds for all their values.

use crate::node::{Node, Sort};
use crate::queries::Maker;

/// What an expression should give. One in eight gives something else all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Any term.
    Any,
    /// A number.
    Number,
    /// A string, with or without a language.
    Text,
    /// True or false.
    Truth,
    /// A dateTime or a date.
    Moment,
    /// An IRI.
    Iri,
}

use Kind::{Any, Iri, Moment, Number, Text, Truth};

/// A function: its text with a `%` for each operand, what it gives, what it takes.
pub type Signature = (&'static str, Kind, &'static [Kind]);

/// Operators and functions of SPARQL 1.1.
pub const FUNCTIONS: &[Signature] = &[
    ("(% + %)", Number, &[Number, Number]),
    ("(% - %)", Number, &[Number, Number]),
    ("(% * %)", Number, &[Number, Number]),
    ("(% / %)", Number, &[Number, Number]),
    ("(- %)", Number, &[Number]),
    ("(+ %)", Number, &[Number]),
    ("ABS(%)", Number, &[Number]),
    ("CEIL(%)", Number, &[Number]),
    ("FLOOR(%)", Number, &[Number]),
    ("ROUND(%)", Number, &[Number]),
    ("STRLEN(%)", Number, &[Text]),
    ("YEAR(%)", Number, &[Moment]),
    ("MONTH(%)", Number, &[Moment]),
    ("DAY(%)", Number, &[Moment]),
    ("HOURS(%)", Number, &[Moment]),
    ("MINUTES(%)", Number, &[Moment]),
    ("SECONDS(%)", Number, &[Moment]),
    ("xsd:integer(%)", Number, &[Any]),
    ("xsd:decimal(%)", Number, &[Any]),
    ("xsd:double(%)", Number, &[Any]),
    ("xsd:float(%)", Number, &[Any]),
    ("IF(%, %, %)", Number, &[Truth, Number, Number]),
    ("COALESCE(%, %)", Number, &[Number, Number]),
    ("STR(%)", Text, &[Any]),
    ("STR(%)", Text, &[Iri]),
    ("LANG(%)", Text, &[Any]),
    ("CONCAT(%, %)", Text, &[Text, Text]),
    ("CONCAT()", Text, &[]),
    ("SUBSTR(%, %)", Text, &[Text, Number]),
    ("SUBSTR(%, %, %)", Text, &[Text, Number, Number]),
    ("UCASE(%)", Text, &[Text]),
    ("LCASE(%)", Text, &[Text]),
    ("STRBEFORE(%, %)", Text, &[Text, Text]),
    ("STRAFTER(%, %)", Text, &[Text, Text]),
    ("ENCODE_FOR_URI(%)", Text, &[Text]),
    ("REPLACE(%, \"[a-c]\", \"<$0>\")", Text, &[Text]),
    ("REPLACE(%, \"(.)b\", \"$1-\", \"i\")", Text, &[Text]),
    ("REPLACE(%, %, \"z\")", Text, &[Text, Text]),
    ("TZ(%)", Text, &[Moment]),
    ("MD5(%)", Text, &[Text]),
    ("SHA1(%)", Text, &[Text]),
    ("SHA256(%)", Text, &[Text]),
    ("STRLANG(%, \"en\")", Text, &[Text]),
    ("xsd:string(%)", Text, &[Any]),
    ("IF(%, %, %)", Text, &[Truth, Text, Text]),
    ("COALESCE(%, %)", Text, &[Text, Text]),
    ("(% = %)", Truth, &[Any, Any]),
    ("(% = %)", Truth, &[Number, Number]),
    ("(% != %)", Truth, &[Any, Any]),
    ("(% != %)", Truth, &[Text, Text]),
    ("(% < %)", Truth, &[Any, Any]),
    ("(% < %)", Truth, &[Number, Number]),
    ("(% <= %)", Truth, &[Number, Number]),
    ("(% > %)", Truth, &[Text, Text]),
    ("(% >= %)", Truth, &[Moment, Moment]),
    ("(% < %)", Truth, &[Moment, Moment]),
    ("(% && %)", Truth, &[Truth, Truth]),
    ("(% || %)", Truth, &[Truth, Truth]),
    ("(% && %)", Truth, &[Any, Truth]),
    ("(% || %)", Truth, &[Any, Truth]),
    ("(! %)", Truth, &[Truth]),
    ("(! %)", Truth, &[Any]),
    ("(% IN (%, %))", Truth, &[Any, Any, Any]),
    ("(% NOT IN (%, %))", Truth, &[Any, Any, Any]),
    ("(% IN ())", Truth, &[Any]),
    ("sameTerm(%, %)", Truth, &[Any, Any]),
    ("isIRI(%)", Truth, &[Any]),
    ("isBLANK(%)", Truth, &[Any]),
    ("isLITERAL(%)", Truth, &[Any]),
    ("isNUMERIC(%)", Truth, &[Any]),
    ("CONTAINS(%, %)", Truth, &[Text, Text]),
    ("STRSTARTS(%, %)", Truth, &[Text, Text]),
    ("STRENDS(%, %)", Truth, &[Text, Text]),
    ("REGEX(%, %)", Truth, &[Text, Text]),
    ("REGEX(%, \"^a.?B\", \"i\")", Truth, &[Text]),
    ("REGEX(STR(%), \"[a-c]$\")", Truth, &[Any]),
    ("LANGMATCHES(LANG(%), \"*\")", Truth, &[Any]),
    ("LANGMATCHES(LANG(%), \"EN\")", Truth, &[Text]),
    ("LANGMATCHES(LANG(%), \"en-US\")", Truth, &[Text]),
    ("xsd:boolean(%)", Truth, &[Any]),
    ("(RAND() < 2)", Truth, &[]),
    ("(NOW() = NOW())", Truth, &[]),
    ("isIRI(UUID())", Truth, &[]),
    ("(STRLEN(STRUUID()) = 36)", Truth, &[]),
    ("isBLANK(BNODE())", Truth, &[]),
    ("xsd:dateTime(%)", Moment, &[Any]),
    ("xsd:date(%)", Moment, &[Moment]),
    ("IRI(%)", Iri, &[Iri]),
    ("IRI(CONCAT(\"http://example.org/\", %))", Iri, &[Text]),
    ("DATATYPE(%)", Iri, &[Any]),
    ("STRDT(STR(%), xsd:integer)", Any, &[Any]),
    ("STRDT(%, %)", Any, &[Text, Iri]),
    ("TIMEZONE(%)", Any, &[Moment]),
    ("IF(%, %, %)", Any, &[Any, Any, Any]),
    ("COALESCE(%, %, %)", Any, &[Any, Any, Any]),
];

/// What SPARQL 1.2 adds.
const NEWER: &[Signature] = &[
    ("hasLANG(%)", Truth, &[Any]),
    ("hasLANGDIR(%)", Truth, &[Any]),
    ("LANGDIR(%)", Text, &[Any]),
    ("STRLANGDIR(%, \"en\", \"ltr\")", Text, &[Text]),
    ("isTRIPLE(%)", Truth, &[Any]),
    ("TRIPLE(%, %, %)", Any, &[Iri, Iri, Any]),
    ("SUBJECT(%)", Any, &[Any]),
    ("PREDICATE(%)", Any, &[Any]),
    ("OBJECT(%)", Any, &[Any]),
];

/// Tests of one variable with constants, which may become ranges of a sorted dictionary, or with another one, which may become
/// joins: `?` is the variable, `%` a literal of any kind.
const TESTS: &[&str] = &[
    "? < %",
    "? <= %",
    "? > %",
    "? >= %",
    "% < ?",
    "? = %",
    "? != %",
    "sameTerm(?, %)",
    "? IN (%, %, :a)",
    "? NOT IN (%, %)",
    "? = :a",
    "isIRI(?)",
    "isBLANK(?)",
    "isLITERAL(?)",
    "isNUMERIC(?)",
    "STRSTARTS(?, \"a\")",
    "STRSTARTS(STR(?), \"http://example.org/\")",
    "STRSTARTS(STR(?), \"1\")",
    "LANG(?) = \"en\"",
    "LANG(?) = \"\"",
    "LANGMATCHES(LANG(?), \"en\")",
    "LANGMATCHES(LANG(?), \"*\")",
    "DATATYPE(?) = xsd:integer",
    "DATATYPE(?) != xsd:string",
    "? = ?v",
    "? = ?w",
    "?w = ?",
    "sameTerm(?, ?v)",
    "STR(?) = LCASE(STR(?v))",
];

impl Maker<'_> {
    /// Tests of one variable, joined by connectives.
    pub fn tests(&mut self) -> Node {
        let name = self.variable();
        let mut node = self.test(&name);
        for _ in 0..self.random.weighted(&[50, 35, 15]) {
            let (connective, other) = (self.random.one(&[" && ", " && ", " || "]), self.test(&name));
            node = Node::new(Sort::Expression).with("(").and(node).with(connective).and(other).with(")");
        }
        node
    }

    fn test(&mut self, name: &str) -> Node {
        let template = self.random.one(TESTS).replace("?v", "\u{1}").replace("?w", "\u{2}");
        let template =
            template.replace('?', &format!("?{name}")).replace('\u{1}', "?v").replace('\u{2}', "?w");
        let mut text = String::new();
        for (n, part) in template.split('%').enumerate() {
            if n > 0 {
                text.push_str(&self.literal());
            }
            text.push_str(part);
        }
        let not = if self.random.chance(15) { "!" } else { "" };
        Node::text(Sort::Expression, format!("{not}({text})"))
    }

    /// An expression over the variables in scope.
    pub fn expression(&mut self, kind: Kind, depth: usize) -> Node {
        if depth == 0 || self.random.chance(30) {
            return self.leaf(kind);
        }
        let kind = if self.random.chance(12) { Any } else { kind };
        if kind == Truth && self.random.chance(12) {
            return Node::text(Sort::Expression, format!("BOUND(?{})", self.variable()));
        }
        if kind == Truth && self.budget > 0 && self.random.chance(8) {
            return self.exists();
        }
        let newer = self.newer && self.random.chance(if self.data.triple_terms { 25 } else { 5 });
        let list = if newer { NEWER } else { FUNCTIONS };
        let fitting: Vec<&Signature> =
            list.iter().filter(|(_, gives, _)| kind == Any || *gives == kind).collect();
        if fitting.is_empty() {
            return self.leaf(kind);
        }
        let (template, _, takes) = **self.random.pick(&fitting);
        let mut operands: Vec<Node> = takes.iter().map(|kind| self.expression(*kind, depth - 1)).collect();
        operands.reverse();
        Node::template(Sort::Expression, template, |_| operands.pop().unwrap())
    }

    /// EXISTS or NOT EXISTS with a pattern of its own.
    pub fn exists(&mut self) -> Node {
        let not = if self.random.chance(50) { "NOT " } else { "" };
        let outer = std::mem::replace(&mut self.in_exists, true);
        let scope = self.scope.clone();
        let group = self.group(1);
        let mut node = Node::new(Sort::Expression).with(format!("{not}EXISTS {{ ")).and(group);
        if !scope.is_empty() && self.random.chance(30) {
            // What is within beside what is around.
            let around = self.random.pick(&scope).clone();
            let operator = self.random.pick(&["<", "<=", ">", ">="]);
            node = node.with(format!(" FILTER(?{} {operator} ?{around})", self.variable()));
        }
        self.scope = scope;
        self.in_exists = outer;
        node.with(" }")
    }

    fn leaf(&mut self, kind: Kind) -> Node {
        if !self.scope.is_empty() && self.random.chance(65) {
            let values: Vec<&String> =
                self.scope.iter().filter(|name| ["v", "w"].contains(&name.as_str())).collect();
            let name = match kind {
                Number | Text | Moment if !values.is_empty() => (*self.random.pick(&values)).clone(),
                _ => self.variable(),
            };
            return Node::text(Sort::Expression, format!("?{name}"));
        }
        let text = match kind {
            Any => match self.random.below(3) {
                0 => format!(":{}", self.random.pick(&["a", "b", "p", "g1"])),
                _ => self.literal(),
            },
            Number => self.random.one(&["0", "1", "2", "3", "-1", "1.5", "1e0"]).to_owned(),
            Text => self
                .random
                .one(&["\"a\"", "\"b\"", "\"\"", "\"abc\"", "\"a\"@en", "\"http://example.org/b\""])
                .to_owned(),
            Truth => self.random.one(&["true", "false"]).to_owned(),
            Moment => self
                .random
                .one(&[
                    "\"2020-01-01T00:00:00Z\"^^xsd:dateTime",
                    "\"2020-06-15T12:30:00Z\"^^xsd:dateTime",
                    "\"2021-03-04T05:06:07.5+02:00\"^^xsd:dateTime",
                ])
                .to_owned(),
            Iri => format!(":{}", self.random.pick(&["a", "b", "dt", "p"])),
        };
        Node::text(Sort::Expression, text)
    }
}
