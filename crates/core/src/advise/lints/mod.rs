//! What is legal in a query and yet is probably not meant: for `explain`, and to say after an answer.
//!
//! In: a parsed query, its text, what is known of the graph. Out: lints with their places. Nothing is
//! run: names are looked up, nothing is scanned. One lint, one file: a new one is added to `LINTS`.

mod cross_product;
mod empty_column;
mod idle_optional;
mod out_of_scope;
mod plain_regex;
mod reading;
mod scope;
mod unordered_limit;
mod untagged_text;
mod used_once;
mod wide_name;

use super::Knowledge;
use crate::engine::syntax::algebra::Query;
use crate::error::Diagnostic;
use reading::Reading;

/// Every lint: a query as it was read, and what was said so far, to which it adds.
const LINTS: &[fn(&Reading<'_>, &mut Vec<Diagnostic>)] = &[
    cross_product::lint,
    out_of_scope::lint,
    idle_optional::lint,
    plain_regex::lint,
    untagged_text::lint,
    empty_column::lint,
    unordered_limit::lint,
    wide_name::lint,
    // Last: it leaves out variables of which another has spoken.
    used_once::lint,
];

/// The lints of a query, in the order of its text.
pub fn lints(query: &Query, text: &str, known: &Knowledge<'_>) -> Vec<Diagnostic> {
    let reading = Reading::of(query, text, known);
    let mut lints = Vec::new();
    LINTS.iter().for_each(|lint| lint(&reading, &mut lints));
    lints.sort_by_key(|lint| lint.span.as_ref().map(|span| (span.line, span.column)));
    lints.dedup();
    lints
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Vec<String> {
        let query = crate::fixture::parsed(text);
        lints(&query, text, &crate::fixture::known())
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
            ("SELECT ?x { ?x a bm:Release ; bm:date ?d } ORDER BY ?d LIMIT 3", vec![]),
            ("SELECT (COUNT(*) AS ?n) { ?x a bm:Release ; bm:date ?x } LIMIT 1", vec![]),
            // SEP-0006: the right side of LATERAL is answered for each row of the left, and sees its values.
            (
                "SELECT ?x ?d { ?x a bm:Release LATERAL { SELECT ?x ?d { ?x bm:date ?d } ORDER BY ?d LIMIT 1 } }",
                vec![],
            ),
            ("SELECT ?x ?d { ?x a bm:Release LATERAL { ?y bm:date ?d FILTER(?y = ?x) } }", vec![]),
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
            let wrong: Vec<_> = lints(&query, &text, &crate::fixture::known())
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
}
