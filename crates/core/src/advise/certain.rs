//! What can never hold in a query that is legal all the same: conditions that fail for every row.
//!
//! In: a parsed query, its text, what is known of the graph. Out: diagnostics with their places. The values of a predicate are
//! looked at in part only (the first hundred), and nothing is evaluated.

use crate::engine::expr::pattern::Pattern;
use crate::engine::syntax::algebra::{self, GraphPattern, NamedNodePattern, Query, TermPattern, children};
use crate::engine::syntax::tokens::{Kind, Token, tokens};
use crate::error::{Diagnostic, Span};
use crate::explore::Knowledge;
use crate::explore::survey::all_graphs;
use crate::terms::{NamedNode, Term, is_valid};
use std::collections::BTreeSet;

/// How many values of a predicate are looked at.
const VALUES: usize = 100;

/// Functions whose first argument must be a text (SPARQL 1.1, section 17.4.3): an IRI is a type error.
const OF_TEXTS: &[&str] = &[
    "STRSTARTS",
    "STRENDS",
    "CONTAINS",
    "REGEX",
    "REPLACE",
    "SUBSTR",
    "STRLEN",
    "UCASE",
    "LCASE",
    "STRBEFORE",
    "STRAFTER",
    "CONCAT",
    "ENCODE_FOR_URI",
    "LANG",
];

/// What can never hold, in the order of the text.
pub fn certain(query: &Query, text: &str, known: &Knowledge<'_>) -> Vec<Diagnostic> {
    let found: Vec<Token> = tokens(text).into_iter().filter(|token| token.kind != Kind::Comment).collect();
    let mut reader =
        Reader { text, found, known, iris: BTreeSet::new(), texts: BTreeSet::new(), said: Vec::new() };
    reader.kinds(algebra::pattern(query));
    reader.dataset(query);
    reader.having();
    for at in 0..reader.found.len() {
        reader.silent(at);
        reader.literal(at);
        reader.call(at);
    }
    reader.said
}

struct Reader<'a> {
    text: &'a str,
    found: Vec<Token>,
    known: &'a Knowledge<'a>,
    /// Variables that are never but IRIs or blank nodes.
    iris: BTreeSet<String>,
    /// Variables whose values are texts, each with its predicate.
    texts: BTreeSet<(String, String)>,
    said: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn words(&self, at: usize) -> &str {
        self.found.get(at).map_or("", |token| token.text(self.text))
    }

    fn kind(&self, at: usize) -> Option<Kind> {
        self.found.get(at).map(|token| token.kind)
    }

    fn say(&mut self, from: usize, to: usize, diagnostic: Diagnostic) {
        if let (Some(first), Some(last)) = (self.found.get(from), self.found.get(to)) {
            let span = Span::in_text("query", self.text, first.range.start..last.range.end);
            self.said.push(diagnostic.at(span));
        }
    }

    /// What the variables of the triple patterns can be.
    fn kinds(&mut self, pattern: &GraphPattern) {
        if let GraphPattern::Bgp { patterns } = pattern {
            for triple in patterns {
                if let TermPattern::Variable(subject) = &triple.subject {
                    self.iris.insert(subject.as_str().to_owned());
                }
                match (&triple.predicate, &triple.object) {
                    (NamedNodePattern::Variable(predicate), _) => {
                        self.iris.insert(predicate.as_str().to_owned());
                    }
                    (NamedNodePattern::NamedNode(predicate), TermPattern::Variable(object)) => {
                        self.values(predicate, object.as_str());
                    }
                    _ => {}
                }
            }
        }
        children(pattern).into_iter().for_each(|inner| self.kinds(inner));
    }

    fn values(&mut self, predicate: &NamedNode, object: &str) {
        let graph = self.known.graph;
        let Some(id) = graph.id(predicate.as_ref().into()) else { return };
        let scans =
            all_graphs(graph).into_iter().flat_map(|name| graph.scan(name, [None, Some(id), None]).triples());
        let terms: Vec<Term> = scans.take(VALUES).flatten().map(|[.., value]| graph.term(value)).collect();
        if terms.is_empty() {
            return;
        }
        if terms.iter().all(|term| matches!(term, Term::NamedNode(_) | Term::BlankNode(_))) {
            self.iris.insert(object.to_owned());
        }
        let is_text = |term: &Term| {
            let Term::Literal(literal) = term else { return false };
            literal.language().is_some() || literal.datatype() == crate::terms::xsd::STRING
        };
        if terms.iter().all(is_text) {
            let predicate = self.known.prefixes.show(predicate.as_ref().into());
            self.texts.insert((object.to_owned(), predicate));
        }
    }

    /// FROM and FROM NAMED of graphs that are not there.
    fn dataset(&mut self, query: &Query) {
        let Some(dataset) = query.dataset() else { return };
        let graph = self.known.graph;
        let names = graph.graph_names();
        let wanted = dataset.default.iter().chain(dataset.named.iter().flatten());
        let absent = wanted.filter(|name| graph.id((*name).into()).is_none_or(|id| !names.contains(&id)));
        let absent: Vec<String> = absent.map(|name| self.known.prefixes.show(name.as_ref().into())).collect();
        let Some(from) = (0..self.found.len()).find(|at| self.words(*at).eq_ignore_ascii_case("FROM")) else {
            return;
        };
        let have: Vec<String> =
            names.iter().take(3).map(|id| self.known.prefixes.show(graph.term(*id).as_ref())).collect();
        for name in absent {
            let message = format!("there is no graph {name} here");
            let hint = match have.is_empty() {
                true => "these data have no named graphs: leave FROM out".to_owned(),
                false => format!("the named graphs are {}", have.join(", ")),
            };
            self.say(from, from + 1, Diagnostic::new(message).hint(hint));
        }
    }

    /// HAVING with a name that SELECT gives: it stands before SELECT (SPARQL 1.1, section 18.2.4.2).
    fn having(&mut self) {
        let is = |at: &usize, word: &str| self.words(*at).eq_ignore_ascii_case(word);
        let all = 0..self.found.len();
        let (Some(open), Some(having)) =
            (all.clone().find(|at| is(at, "{")), all.clone().rfind(|at| is(at, "HAVING")))
        else {
            return;
        };
        let named: Vec<(String, usize)> = (0..open)
            .filter(|at| is(at, "AS") && self.kind(at + 1) == Some(Kind::Variable))
            .map(|at| (self.words(at + 1).to_owned(), at))
            .collect();
        let ends = |at: &usize| ["ORDER", "LIMIT", "OFFSET", "VALUES", "}"].iter().any(|word| is(at, word));
        let until = (having..all.end).find(ends).unwrap_or(all.end);
        let used = (having..until).find_map(|at| {
            let (name, end) = named.iter().find(|(name, _)| name == self.words(at))?;
            Some((at, name.clone(), *end))
        });
        let Some((at, name, end)) = used else { return };
        let message = format!("HAVING cannot see `{name}`: SELECT names it only afterwards");
        let expression = self.expression_before(end).unwrap_or_else(|| "the aggregate".to_owned());
        let hint = format!("write `{expression}` in the place of `{name}` (SPARQL 1.1, section 18.2.4.2)");
        self.say(at, at, Diagnostic::new(message).hint(hint));
    }

    /// The text of the expression in parentheses that ends before the AS at `end`.
    fn expression_before(&self, end: usize) -> Option<String> {
        let mut depth = 0;
        let open = (0..end).rev().find(|at| {
            match self.words(*at) {
                ")" => depth += 1,
                "(" if depth == 0 => return true,
                "(" => depth -= 1,
                _ => {}
            }
            false
        })?;
        let (first, last) = (self.found.get(open + 1)?, self.found.get(end.checked_sub(1)?)?);
        self.text.get(first.range.start..last.range.end).map(str::to_owned)
    }

    /// SERVICE SILENT: it is passed over, as no other endpoint is asked.
    fn silent(&mut self, at: usize) {
        let is = |at: usize, word: &str| self.words(at).eq_ignore_ascii_case(word);
        if is(at, "SERVICE") && is(at + 1, "SILENT") && self.kind(at) == Some(Kind::Keyword) {
            let message = "baimo sends no query to other endpoints: this part was passed over";
            let hint = "fetch those data as an RDF file, and ask both together";
            self.say(at, at + 2, Diagnostic::new(message).hint(hint));
        }
    }

    /// `"2023-13-45"^^xsd:date`: legal, and equal to no date.
    fn literal(&mut self, at: usize) {
        if self.kind(at) != Some(Kind::String) || self.words(at + 1) != "^^" {
            return;
        }
        let (value, datatype) = (unquoted(self.words(at)).to_owned(), self.words(at + 2).to_owned());
        let iri = match datatype.strip_prefix('<').and_then(|iri| iri.strip_suffix('>')) {
            Some(iri) => iri.to_owned(),
            None => self.known.prefixes.expand(&datatype).unwrap_or_default(),
        };
        let escaped = value.contains('\\');
        let long = value.chars().count() > 15; // more digits than are checked
        if escaped || iri.is_empty() || is_valid(&value, &iri) || long && iri.ends_with("integer") {
            return;
        }
        let message = format!("`{value}` is not a value of {datatype}");
        let hint = match example(&iri) {
            "" => "a literal like this equals nothing and compares with nothing".to_owned(),
            example => {
                format!("a value looks like `\"{example}\"^^{datatype}`; this one compares with nothing")
            }
        };
        self.say(at, at + 2, Diagnostic::new(message).hint(hint));
    }

    fn call(&mut self, at: usize) {
        if self.kind(at) != Some(Kind::Function) || self.words(at + 1) != "(" {
            return;
        }
        let name = self.words(at).to_uppercase();
        let argument = if self.words(at + 2).eq_ignore_ascii_case("DISTINCT") { at + 3 } else { at + 2 };
        let ends = matches!(self.words(argument + 1), "," | ")");
        let variable = (ends && self.kind(argument) == Some(Kind::Variable))
            .then(|| self.words(argument).get(1..).unwrap_or_default().to_owned());
        match (name.as_str(), variable) {
            ("SUM" | "AVG", Some(variable)) => self.sum(&name, argument, &variable),
            (function, Some(variable)) if OF_TEXTS.contains(&function) && self.iris.contains(&variable) => {
                let message =
                    format!("{name} takes a text, and `?{variable}` is an IRI: this fails for every row");
                self.say(
                    argument,
                    argument,
                    Diagnostic::new(message).hint(format!("write `{name}(STR(?{variable}) ...)`")),
                );
            }
            _ => {}
        }
        if matches!(name.as_str(), "REGEX" | "REPLACE") {
            self.regex(&name, at);
        }
    }

    fn sum(&mut self, name: &str, at: usize, variable: &str) {
        let predicate =
            self.texts.iter().find(|(text, _)| text == variable).map(|(_, predicate)| predicate.clone());
        let what = match predicate {
            Some(predicate) => format!("the values of `{predicate}` are texts"),
            None if self.iris.contains(variable) => format!("`?{variable}` is an IRI"),
            None => return,
        };
        let message = format!("{name} adds numbers, but {what}");
        self.say(at, at, Diagnostic::new(message).hint(format!("to count them write `COUNT(?{variable})`")));
    }

    /// The pattern and flags of REGEX and REPLACE, where they are constants.
    fn regex(&mut self, name: &str, at: usize) {
        let Some(arguments) = self.arguments(at + 1) else { return };
        let constant = |index: usize| {
            let (from, to) = arguments.get(index).copied()?;
            (from == to && self.kind(from) == Some(Kind::String)).then_some(from)
        };
        let Some(pattern) = constant(1) else { return };
        let flags_at = if name == "REGEX" { 2 } else { 3 };
        let flags = match (arguments.len() > flags_at, constant(flags_at)) {
            (true, None) => return,
            (_, flags) => flags,
        };
        let written = |at: usize| unquoted(self.words(at)).replace("\\\\", "\\");
        let text = written(pattern);
        let given = flags.map(written).unwrap_or_default();
        if unquoted(self.words(pattern)).replace("\\\\", "").contains('\\') {
            return; // escapes that change the text
        }
        if let Some(flags) = flags
            && let Err(reason) = Pattern::compile("", &given)
        {
            let message = format!("these flags of {name} are not valid: {reason}");
            self.say(flags, flags, Diagnostic::new(message).hint("the flags are s, m, i, x and q"));
        } else if let Err(reason) = Pattern::compile(&text, &given) {
            let message = format!("this regular expression is not valid: {reason}");
            let hint =
                "the condition fails for every row; to look for a plain text use `CONTAINS(?x, \"...\")`";
            self.say(pattern, pattern, Diagnostic::new(message).hint(hint));
        }
    }

    /// The first and the last token of each argument of the call whose parenthesis opens at `open`.
    fn arguments(&self, open: usize) -> Option<Vec<(usize, usize)>> {
        let (mut arguments, mut depth, mut from) = (Vec::new(), 0_usize, open + 1);
        for at in open..self.found.len() {
            match self.words(at) {
                "(" | "{" | "[" if self.kind(at) == Some(Kind::Punctuation) => depth += 1,
                ")" | "}" | "]" if self.kind(at) == Some(Kind::Punctuation) => {
                    depth = depth.checked_sub(1)?
                }
                "," if depth == 1 => {
                    arguments.push((from, at.checked_sub(1)?));
                    from = at + 1;
                }
                _ => {}
            }
            if depth == 0 {
                arguments.push((from, at.checked_sub(1)?));
                return Some(arguments);
            }
        }
        None
    }
}

/// A string without its quotes.
fn unquoted(words: &str) -> &str {
    for quote in ["\"\"\"", "'''", "\"", "'"] {
        if let Some(inner) = words.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) {
            return inner;
        }
    }
    words
}

/// A value of a datatype of XML Schema.
fn example(iri: &str) -> &'static str {
    match iri.rsplit('#').next().unwrap_or_default() {
        "date" => "2023-06-25",
        "dateTime" => "2023-06-25T08:00:00Z",
        "time" => "08:00:00",
        "gYear" => "2023",
        "gYearMonth" => "2023-06",
        "integer" => "7",
        "decimal" | "double" | "float" => "7.5",
        "boolean" => "true",
        "duration" => "P1Y2M",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{known, parsed};

    fn said(text: &str) -> Vec<String> {
        let lines = certain(&parsed(text), text, &known());
        lines
            .into_iter()
            .map(|line| {
                let span = line.span.unwrap();
                format!("{}-{} {}", span.column, span.width, line.message)
            })
            .collect()
    }

    #[test]
    fn what_can_never_hold_is_said_with_its_place() {
        for (text, expected) in [
            (
                "SELECT ?x { ?x a bm:Release FILTER(STRSTARTS(?x, \"https\")) }",
                "46-2 STRSTARTS takes a text, and `?x` is an IRI: this fails for every row",
            ),
            (
                "SELECT ?v { ?x bm:releasedBy ?v FILTER(CONTAINS(?v, \"baidu\")) }",
                "49-2 CONTAINS takes a text, and `?v` is an IRI: this fails for every row",
            ),
            (
                "SELECT (SUM(?l) AS ?n) { ?x rdfs:label ?l }",
                "13-2 SUM adds numbers, but the values of `rdfs:label` are texts",
            ),
            (
                "SELECT (AVG(DISTINCT ?x) AS ?n) { ?x a bm:Release }",
                "22-2 AVG adds numbers, but `?x` is an IRI",
            ),
            (
                "SELECT ?x { ?x bm:date \"2023-13-45\"^^xsd:date }",
                "24-22 `2023-13-45` is not a value of xsd:date",
            ),
            (
                "SELECT ?x FROM <http://e.org/g> { ?x a bm:Release }",
                "11-21 there is no graph <http://e.org/g> here",
            ),
            (
                "SELECT ?v (COUNT(?x) AS ?n) { ?x bm:releasedBy ?v } GROUP BY ?v HAVING(?n > 1)",
                "72-2 HAVING cannot see `?n`: SELECT names it only afterwards",
            ),
            (
                "SELECT ?x { ?x a bm:Vendor OPTIONAL { SERVICE SILENT <http://e.org/> { ?x ?y ?z } } }",
                "39-30 baimo sends no query to other endpoints: this part was passed over",
            ),
        ] {
            assert_eq!(said(text), [expected], "{text}");
        }
    }

    #[test]
    fn an_invalid_regular_expression_is_named_where_it_stands() {
        for (text, place) in [
            (
                "SELECT ?x { ?x rdfs:label ?l FILTER(REGEX(?l, \"(a\")) }",
                "47-4 this regular expression is not valid",
            ),
            (
                "SELECT ?x { ?x rdfs:label ?l FILTER(REGEX(STR(?l), \"[a\", \"i\")) }",
                "52-4 this regular expression",
            ),
            (
                "SELECT ?x { ?x rdfs:label ?l FILTER(REGEX(?l, \"a\", \"z\")) }",
                "52-3 these flags of REGEX are not valid",
            ),
            (
                "SELECT (REPLACE(?l, \"*a\", \"b\") AS ?r) { ?x rdfs:label ?l }",
                "21-4 this regular expression",
            ),
        ] {
            let said = said(text);
            assert!(said.len() == 1 && said[0].starts_with(place), "{text}: {said:?}");
        }
    }

    #[test]
    fn what_may_hold_is_not_complained_about() {
        for text in [
            "SELECT ?x { ?x a bm:Release FILTER(STRSTARTS(STR(?x), \"https\")) }",
            "SELECT ?x { ?x rdfs:label ?l FILTER(REGEX(?l, \"^\\\\d+ (a|b)\", \"i\") && LANG(?l) = \"zh\") }",
            "SELECT (SUM(?i) AS ?n) { ?x bm:item ?i }",
            "SELECT ?x { ?x bm:date \"2023-06\"^^xsd:gYearMonth }",
            "SELECT (COUNT(?l) AS ?n) { ?x rdfs:label ?l FILTER(CONTAINS(?l, \"(\")) }",
        ] {
            assert_eq!(said(text), Vec::<String>::new(), "{text}");
        }
    }
}
