//! A pass over the algebra: patterns that share no variable are paired in a loop.
//!
//! In: an algebra. Out: the same with each basic graph pattern cut into its connected parts, joined
//! by LATERAL. Parts without a common variable cannot see each other, so the answer is the same; but
//! the evaluator then asks the graph for each pair, and so meets the governor, where a cross product in its
//! own memory could not be stopped. What SERVICE sends elsewhere is left as it is.

use crate::syntax::algebra::{GraphPattern, Query, TriplePattern, children_mut, joining_names, pattern_mut};
use std::collections::BTreeSet;

/// `query` with every basic graph pattern cut into its connected parts.
pub fn looped(query: &Query) -> Query {
    let mut query = query.clone();
    cut(pattern_mut(&mut query));
    query
}

fn cut(pattern: &mut GraphPattern) {
    if let GraphPattern::Bgp { patterns } = pattern {
        let parts =
            components(std::mem::take(patterns)).into_iter().map(|patterns| GraphPattern::Bgp { patterns });
        *pattern = parts
            .reduce(|left, right| GraphPattern::Lateral { left: Box::new(left), right: Box::new(right) })
            .unwrap_or_default();
    } else if !matches!(pattern, GraphPattern::Service { .. }) {
        children_mut(pattern).into_iter().for_each(cut);
    }
}

/// The patterns in groups that share no variable and no blank node, in the order of the text.
fn components(patterns: Vec<TriplePattern>) -> Vec<Vec<TriplePattern>> {
    let mut parts: Vec<(BTreeSet<String>, Vec<TriplePattern>)> = Vec::new();
    for pattern in patterns {
        let mut names = BTreeSet::new();
        joining_names(&pattern, &mut names);
        // A pattern without variables is a test: it stays with what is there.
        let joined = |(have, _): &(BTreeSet<String>, _)| names.is_empty() || !have.is_disjoint(&names);
        match parts.iter().position(joined) {
            None => parts.push((names, vec![pattern])),
            Some(first) => {
                let mut n = first + 1;
                while let Some((have, _)) = parts.get(n) {
                    if names.is_empty() || have.is_disjoint(&names) {
                        n += 1;
                        continue;
                    }
                    let (have, moved) = parts.remove(n);
                    if let Some(part) = parts.get_mut(first) {
                        part.0.extend(have);
                        part.1.extend(moved);
                    }
                }
                if let Some(part) = parts.get_mut(first) {
                    part.0.extend(names);
                    part.1.push(pattern);
                }
            }
        }
    }
    parts.into_iter().map(|(_, patterns)| patterns).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::Answer;
    use crate::error::Kind;
    use crate::fixture::{graph, prefixes};
    use crate::{DefaultGraph, Governor, Limits, guard, reference};
    use std::sync::Arc;
    use std::time::Duration;

    fn parts(text: &str) -> usize {
        let query = crate::syntax::parse::query(text, &prefixes(), None).unwrap();
        looped(&query).to_string().matches("LATERAL").count() + 1
    }

    #[test]
    fn parts_are_what_shares_a_variable() {
        assert_eq!(parts("SELECT * { ?a ?b ?c . ?d ?e ?f }"), 2);
        assert_eq!(parts("SELECT * { ?a ?b ?c . ?d ?e ?f . ?c ?x ?d }"), 1, "the third joins the first two");
        assert_eq!(parts("SELECT * { _:a ?b ?c . _:a ?e ?f . <x:a> <x:b> <x:c> }"), 1);
        assert_eq!(parts("SELECT * { { SELECT ?a { ?a ?b ?c . ?d ?e ?f } } }"), 2);
    }

    #[test]
    fn the_answers_are_those_of_the_reference() {
        let graph = graph();
        for text in [
            "SELECT * { ?r a :Release ; :kind :integration . ?p a :Phase }",
            "SELECT (COUNT(*) AS ?n) { ?r a :Release . ?p a :Phase FILTER(?p != ?r) }",
            "SELECT * { ?p a :Phase OPTIONAL { ?a :year ?c . ?p :order 1 } }",
        ] {
            let query = crate::syntax::parse::query(text, &prefixes(), None).unwrap();
            let rows = |answer: Answer<'_>| {
                let Answer::Rows(rows) = answer else { panic!("rows") };
                let place = |name: &str| rows.variables.iter().position(|v| v.as_str() == name);
                assert!(place("p").is_some() || place("n").is_some());
                let mut lines: Vec<String> = rows.rows.map(|row| format!("{:?}", row.unwrap())).collect();
                lines.sort();
                lines
            };
            let (graph, free) = (&graph, Governor::unlimited());
            let ours = rows(reference::answer(graph, &looped(&query), DefaultGraph::Alone, &free).unwrap());
            let theirs = rows(reference::answer(graph, &query, DefaultGraph::Alone, &free).unwrap());
            assert!(!ours.is_empty());
            assert_eq!(ours, theirs, "{text}");
        }
    }

    #[test]
    fn counting_a_product_stops_when_time_is_up() {
        let graph = graph();
        let text = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }";
        let query = crate::syntax::parse::query(text, &prefixes(), None).unwrap();
        let limits = Limits { timeout: Some(Duration::from_millis(50)), ..Limits::default() };
        let governor = Governor::new(limits, Arc::default());
        let found = reference::answer(&graph, &looped(&query), DefaultGraph::Alone, &governor).unwrap();
        let Answer::Rows(mut rows) = guard::guard(found, &governor).unwrap() else { panic!("rows") };
        let ended = rows.rows.find_map(Result::err).expect("more pairs than time");
        assert_eq!(ended.kind, Kind::Limit);
    }
}
