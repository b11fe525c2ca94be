//! What is legal in a query and yet is surely or probably not meant: to say after an answer, and for `explain`.
//!
//! In: a parsed query, its text, what is known of the graph. Out: lints with their places. Nothing is run: names are
//! looked up, and of a predicate the first values are looked at. One lint, one file: a new one is added to `MISTAKES` where
//! what it finds can never hold, else to `DOUBTS`.

mod absent_graph;
mod bare_date;
mod bound_nowhere;
mod cross_product;
mod empty_column;
mod having_alias;
mod idle_minus;
mod idle_optional;
mod ill_typed_literal;
mod invalid_regex;
mod iri_as_text;
mod joined_by_or;
mod language_tag;
mod out_of_scope;
mod plain_regex;
mod reading;
mod scope;
mod silent_service;
mod sum_of_texts;
mod unordered_limit;
mod untagged_text;
mod used_once;
mod values;
mod wide_name;

use super::Knowledge;
use crate::engine::syntax::algebra::Query;
use crate::error::Diagnostic;
use reading::Reading;

/// A lint: a query as it was read, and what was said so far, to which it adds.
type Lint = fn(&Reading<'_>, &mut Vec<Diagnostic>);

/// Lints of what can never hold: conditions that fail for every row, graphs that are not there.
const MISTAKES: &[Lint] = &[
    absent_graph::lint,
    having_alias::lint,
    silent_service::lint,
    ill_typed_literal::lint,
    iri_as_text::lint,
    sum_of_texts::lint,
    invalid_regex::lint,
    bare_date::lint,
    language_tag::lint,
    joined_by_or::lint,
];

/// Lints of what may hold and is probably not meant.
const DOUBTS: &[Lint] = &[
    cross_product::lint,
    out_of_scope::lint,
    idle_optional::lint,
    idle_minus::lint,
    bound_nowhere::lint,
    plain_regex::lint,
    untagged_text::lint,
    empty_column::lint,
    unordered_limit::lint,
    wide_name::lint,
    // Last: it leaves out variables of which another has spoken.
    used_once::lint,
];

/// What can never hold in a query, in the order of its text.
pub fn mistakes(query: &Query, text: &str, known: &Knowledge<'_>) -> Vec<Diagnostic> {
    said_by(MISTAKES, query, text, known)
}

/// What is probably not meant in a query, in the order of its text.
pub fn doubts(query: &Query, text: &str, known: &Knowledge<'_>) -> Vec<Diagnostic> {
    said_by(DOUBTS, query, text, known)
}

/// What the evaluation of a query has noted of a pattern, with its place in the text and a remedy; nothing of other notes, and where the
/// pattern is no constant.
pub fn placed(query: &Query, text: &str, known: &Knowledge<'_>, note: &str) -> Option<Diagnostic> {
    invalid_regex::placed(&Reading::of(query, text, known), note)
}

fn said_by(lints: &[Lint], query: &Query, text: &str, known: &Knowledge<'_>) -> Vec<Diagnostic> {
    let reading = Reading::of(query, text, known);
    let mut said = Vec::new();
    lints.iter().for_each(|lint| lint(&reading, &mut said));
    said.sort_by_key(|lint| lint.span.as_ref().map(|span| (span.line, span.column)));
    said.dedup();
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Vec<String> {
        let query = crate::fixture::parsed(text);
        doubts(&query, text, &crate::fixture::known())
            .into_iter()
            .map(|lint| {
                let span = lint.span.unwrap();
                format!("{}:{} {}", span.line, span.column, lint.message)
            })
            .collect()
    }

    #[test]
    fn what_is_probably_not_meant() {
        for (text, expected) in [
            (
                "SELECT ?subject { ?subject a bm:Release . ?sujbect bm:date ?subject2 FILTER(?subject2 > 1) }",
                vec!["1:43 `?sujbect` is used only here", "1:77 two parts of the pattern share no variable"],
            ),
            (
                "SELECT ?x ?nmae { ?x rdfs:label ?name FILTER(?name != 3) }",
                vec!["1:11 `?nmae` is selected, but occurs nowhere in the pattern"],
            ),
            ("SELECT ?x { ?x a bm:Release } LIMIT 3", vec!["1:31 LIMIT without ORDER BY"]),
            (
                "SELECT ?x { ?x a bm:Release FILTER(?y > 3) }",
                vec!["1:36 `?y` has no value where this condition stands"],
            ),
            (
                "SELECT ?x { ?x rdfs:label ?l FILTER(REGEX(?l, \"^Ba\")) }",
                vec!["1:37 this regular expression is a plain text"],
            ),
            (
                "SELECT ?x { ?x rdfs:label \"百度\" }",
                vec!["1:27 this text has no language, but the graph's has"],
            ),
            (
                "SELECT ?x { ?x a bm:Release OPTIONAL { ?x a bm:Event } }",
                vec!["1:29 an OPTIONAL binds nothing new"],
            ),
            (
                "SELECT ?x { ?x a bm:Release。 }",
                vec!["1:28 `。` is not the `.` of SPARQL, and became part of the name"],
            ),
            (
                "SELECT * { ?x bm:date ?date } ORDER BY DESC(?dat) LIMIT 3",
                vec!["1:45 `?dat` is bound nowhere"],
            ),
            ("SELECT ?x { ?x bm:date ?x } ORDER BY ?b", vec!["1:38 `?b` is bound nowhere"]),
            // 15.1: an unbound value sorts first, and may be meant.
            ("SELECT ?x { ?x bm:date ?x } ORDER BY COALESCE(?_b, ?x)", vec![]),
            ("SELECT ?x { ?x a ?t OPTIONAL { ?x bm:date ?d } } GROUP BY ?x ORDER BY MAX(?d) ?t", vec![]),
            // 8.3.3: solutions with no variable in common are not removed.
            (
                "SELECT ?x { ?x a bm:Release MINUS { ?x bm:date ?x } MINUS { ?y a bm:Event ; bm:date ?y } }",
                vec!["1:53 a MINUS shares no variable with what is before it"],
            ),
            (
                "SELECT ?x { ?x a bm:Release MINUS { bm:a a bm:Event } FILTER(?x != 1) }",
                vec!["1:29 a MINUS shares no variable with what is before it"],
            ),
            ("SELECT ?x { ?x a ?t FILTER EXISTS { ?y a bm:Event, ?y MINUS { ?t a bm:Event } } }", vec![]),
            ("SELECT ?x { ?x a bm:Release ; bm:date ?d } ORDER BY ?d LIMIT 3", vec![]),
            ("SELECT (COUNT(*) AS ?n) { ?x a bm:Release ; bm:date ?x } LIMIT 1", vec![]),
            // SEP-0006: the right side of LATERAL is answered for each row of the left, and sees its values.
            (
                "SELECT ?x ?d { ?x a bm:Release LATERAL { SELECT ?x ?d { ?x bm:date ?d } ORDER BY ?d LIMIT 1 } }",
                vec![],
            ),
            ("SELECT ?x ?d { ?x a bm:Release LATERAL { ?y bm:date ?d FILTER(?y = ?x) } }", vec![]),
            ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", vec![]),
            ("SELECT ?s (COUNT(*) AS ?n) { ?s a bm:Release ; ?p ?o } GROUP BY ?s", vec![]),
            ("SELECT ?x ?d { ?x a bm:Release LATERAL { ?y bm:date ?d } ?d ?y ?x }", vec![]),
            ("SELECT ?p ?q { ?x bm:vendor ?y LATERAL { ?x bm:date ?p . ?y bm:date ?q } }", vec![]),
            (
                "SELECT ?x ?d { ?x a bm:Release LATERAL { ?x bm:date ?d . ?p a bm:Policy ; bm:date ?p } }",
                vec!["1:53 two parts of the pattern share no variable"],
            ),
        ] {
            assert_eq!(said(text), expected, "{text}");
        }
    }

    #[test]
    fn saved_queries_are_not_linted_for_products_or_scope() {
        let folder = std::path::Path::new(crate::fixture::ROOT).join("queries");
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|ending| ending != "rq") {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let query = crate::fixture::parsed(&text);
            let wrong: Vec<_> = doubts(&query, &text, &crate::fixture::known())
                .into_iter()
                .filter(|lint| {
                    lint.message == cross_product::MESSAGE
                        || lint.message.contains("has no value")
                        || lint.message.contains("occurs nowhere")
                })
                .collect();
            assert_eq!(wrong, [], "{}", path.display());
        }
    }

    fn mistakes_said(text: &str) -> Vec<String> {
        let lines = mistakes(&crate::fixture::parsed(text), text, &crate::fixture::known());
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
            (
                "SELECT ?x { ?x bm:date ?d FILTER(?d > 2023-01-05) }",
                "39-10 `2023-01-05` is a subtraction, worth 2017, and no date",
            ),
            (
                "SELECT ?x { ?x bm:date ?d FILTER(?d > 2023-01) }",
                "39-7 `2023-01` is a subtraction, worth 2022, and no date",
            ),
            (
                "SELECT ?x { ?x rdfs:label ?l FILTER(LANG(?l) = \"en-GB\") }",
                "48-7 language tags are in lower case: none is `en-GB`",
            ),
            (
                "SELECT ?x { ?x rdfs:label ?l FILTER('EN' != LANG(?l)) }",
                "37-4 language tags are in lower case: none is `EN`",
            ),
            (
                "SELECT ?x { ?x rdfs:label ?l BIND(LANG(?l) AS ?tag) FILTER(?tag IN (\"en\", \"ZH\")) }",
                "75-4 language tags are in lower case: none is `ZH`",
            ),
            (
                "SELECT ?x { ?x rdfs:label ?l FILTER(LANGMATCHES(?l, \"zh\")) }",
                "49-2 LANGMATCHES takes a language tag, and `?l` is a text",
            ),
            (
                "SELECT (CONCAT(?l || ?m) AS ?n) { ?x rdfs:label ?l , ?m }",
                "19-2 `||` is the or of conditions, and joins no texts",
            ),
            (
                "SELECT (STR(?l) || \" (zh)\" AS ?n) { ?x rdfs:label ?l }",
                "17-2 `||` is the or of conditions, and joins no texts",
            ),
        ] {
            assert_eq!(mistakes_said(text), [expected], "{text}");
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
            let said = mistakes_said(text);
            assert!(said.len() == 1 && said[0].starts_with(place), "{text}: {said:?}");
        }
    }

    #[test]
    fn what_the_evaluation_says_of_a_pattern_is_told_where_it_stands() {
        let text = "SELECT (REPLACE(?l, \"a*\", \"b\") AS ?r) (REPLACE(?l, \"c\", \"$x\") AS ?q) \
                    { ?x rdfs:label ?l FILTER(REGEX(?l, \"\\\\d[\") || REGEX(?l, ?l)) }";
        let place = |pattern: &str, reason: &str| {
            let note = format!("the regular expression \"{pattern}\" is an error: {reason}");
            let told = placed(&crate::fixture::parsed(text), text, &crate::fixture::known(), &note)?;
            assert!(told.message == note && !told.hints.is_empty(), "{told:?}");
            told.span.map(|span| (span.column, span.width))
        };
        assert_eq!(
            place("a*", "the pattern matches the empty text, which cannot be replaced"),
            Some((21, 4))
        );
        assert_eq!(place("c", "in a replacement a digit follows `$`"), Some((57, 4)));
        assert_eq!(place("\\d[", "a class is not closed"), Some((106, 6)));
        assert_eq!(place("d", "a class is not closed"), None, "no constant of the query");
        assert_eq!(
            placed(&crate::fixture::parsed(text), text, &crate::fixture::known(), "SUM is unbound"),
            None
        );
    }

    #[test]
    fn what_may_hold_is_not_complained_about() {
        for text in [
            "SELECT ?x { ?x a bm:Release FILTER(STRSTARTS(STR(?x), \"https\")) }",
            "SELECT ?x { ?x rdfs:label ?l FILTER(REGEX(?l, \"^\\\\d+ (a|b)\", \"i\") && LANG(?l) = \"zh\") }",
            "SELECT (SUM(?i) AS ?n) { ?x bm:item ?i }",
            "SELECT ?x { ?x bm:date \"2023-06\"^^xsd:gYearMonth }",
            "SELECT (COUNT(?l) AS ?n) { ?x rdfs:label ?l FILTER(CONTAINS(?l, \"(\")) }",
            "SELECT ?x { ?x bm:item ?i FILTER(?i > 2023-10 || ?i > 2023 - 01 - 05 || ?i > 2023-13-45) }",
            "SELECT ?x { ?x bm:date \"2023-01-05\"^^xsd:date }",
            "SELECT ?x { ?x rdfs:label ?l FILTER(LANGMATCHES(LANG(?l), \"EN-gb\") || LANG(?l) = \"en-gb\" || ?l = \"EN\"@en-GB) }",
            "SELECT ?x { ?x rdfs:label ?l FILTER(?l = \"a\" || ?l = \"b\" || CONTAINS(CONCAT(?l, \"||\"), \"x\")) }",
        ] {
            assert_eq!(mistakes_said(text), Vec::<String>::new(), "{text}");
        }
    }
}
