//! Why is it empty? The first part of a query that nothing fits, and the nearest thing that would.
//!
//! In: a query's algebra that found nothing, the graph, a budget of work. Out: at most three lines for
//! people. It tries small queries of its own, from the first pattern on, until the rows are gone; what
//! a limit cuts off is left unsaid.

mod conjunct;
mod filter;
mod probe;
mod quote;
mod triple;

use super::Knowledge;
use crate::engine::syntax::algebra::{self, GraphPattern, NamedNodePattern, Query};
use crate::engine::{DefaultGraph, Governor};
use crate::error::Hint;
use crate::store::Id;
use conjunct::{Conjunct, build, flatten, names};
use std::collections::BTreeSet;

/// Says in at most three lines why `query` finds nothing; no line where it finds something, or
/// where nothing was found out before the governor stopped the work.
pub fn why_empty(
    query: &Query,
    known: &Knowledge<'_>,
    default_graph: DefaultGraph,
    governor: &Governor,
) -> Vec<Hint> {
    let pattern = algebra::pattern(query);
    let search = Search { query, known, default_graph, governor, around: Vec::new() };
    if search.finds(pattern) != Some(false) {
        return Vec::new();
    }
    let mut lines = search.pattern(pattern);
    lines.truncate(3);
    lines
}

#[derive(Clone)]
struct Search<'a> {
    query: &'a Query,
    known: &'a Knowledge<'a>,
    default_graph: DefaultGraph,
    governor: &'a Governor,
    /// The `GRAPH` clauses around the part looked at.
    around: Vec<NamedNodePattern>,
}

impl Search<'_> {
    /// Why `pattern`, which finds nothing, finds nothing.
    fn pattern(&self, pattern: &GraphPattern) -> Vec<Hint> {
        match pattern {
            GraphPattern::Project { inner, .. }
            | GraphPattern::Distinct { inner }
            | GraphPattern::Reduced { inner }
            | GraphPattern::OrderBy { inner, .. }
            | GraphPattern::Extend { inner, .. }
            | GraphPattern::Group { inner, .. } => self.pattern(inner),
            GraphPattern::Slice { inner, start, length } => self.slice(inner, *start, *length),
            GraphPattern::Filter { expr, inner } => match self.finds(inner) {
                Some(false) => self.pattern(inner),
                Some(true) => self.filter(expr, inner),
                None => Vec::new(),
            },
            GraphPattern::LeftJoin { left, .. } => self.pattern(left),
            GraphPattern::Minus { left, .. } => match self.finds(left) {
                Some(true) => vec![format!("MINUS takes away all {}", self.rows_of(left)).into()],
                _ => self.pattern(left),
            },
            GraphPattern::Union { left, right } => {
                let branch = |side| self.pattern(side).into_iter().next();
                let both = [("first", left), ("second", right)];
                both.iter()
                    .filter_map(|(name, side)| {
                        Some(format!("{name} branch of UNION: {}", branch(side)?).into())
                    })
                    .collect()
            }
            GraphPattern::Graph { name, inner } => self.graph(name, inner),
            GraphPattern::Values { bindings, .. } if bindings.is_empty() => {
                vec!["VALUES lists no value".into()]
            }
            GraphPattern::Bgp { .. } | GraphPattern::Join { .. } | GraphPattern::Path { .. } => {
                let mut parts = Vec::new();
                flatten(pattern, &mut parts);
                self.parts(&parts)
            }
            GraphPattern::Lateral { left, .. } => match self.finds(left) {
                Some(true) => {
                    vec![
                        format!("LATERAL finds nothing for any of the {} before it", self.rows_of(left))
                            .into(),
                    ]
                }
                Some(false) => self.pattern(left),
                None => Vec::new(),
            },
            // A list with rows finds something; what another server says is not looked into.
            GraphPattern::Values { .. } | GraphPattern::Service { .. } => Vec::new(),
        }
    }

    fn slice(&self, inner: &GraphPattern, start: usize, length: Option<usize>) -> Vec<Hint> {
        match self.finds(inner) {
            Some(true) if length == Some(0) => {
                vec![format!("LIMIT 0 shows none of the {}", self.rows_of(inner)).into()]
            }
            Some(true) => {
                vec![format!("OFFSET {start} goes past the last of the {}", self.rows_of(inner)).into()]
            }
            _ => self.pattern(inner),
        }
    }

    fn graph(&self, name: &NamedNodePattern, inner: &GraphPattern) -> Vec<Hint> {
        let names = self.known.graph.graph_names();
        let show = |id: &Id| self.known.prefixes.show(self.known.graph.term(*id).as_ref());
        if names.is_empty() {
            let message = "these data have no named graphs: leave the GRAPH clause out";
            return vec![message.into()];
        }
        if let NamedNodePattern::NamedNode(node) = name
            && self.known.graph.id(node.as_ref().into()).is_none_or(|id| !names.contains(&id))
        {
            let first: Vec<_> = names.iter().take(3).map(show).collect();
            let wanted = self.known.prefixes.show(node.as_ref().into());
            return vec![
                format!("there is no graph {wanted}; the named graphs are {}", first.join(", ")).into(),
            ];
        }
        let mut inside = self.clone();
        inside.around.push(name.clone());
        inside.pattern(inner)
    }

    /// The first of the joined parts after which no row is left.
    fn parts(&self, parts: &[Conjunct]) -> Vec<Hint> {
        for part in parts {
            match self.finds(&build(std::slice::from_ref(part))) {
                Some(false) => return self.alone(part),
                Some(true) => {}
                None => return Vec::new(),
            }
        }
        let mut left: Vec<&Conjunct> = parts.iter().collect();
        let mut before: Vec<Conjunct> = Vec::new();
        let mut seen = BTreeSet::new();
        while !left.is_empty() {
            let next = left.iter().position(|part| !names(part).is_disjoint(&seen)).unwrap_or(0);
            let part = left.remove(next);
            before.push(part.clone());
            match self.finds(&build(&before)) {
                Some(true) => seen.extend(names(part)),
                Some(false) => {
                    before.pop();
                    return self.together(&before, part);
                }
                None => return Vec::new(),
            }
        }
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Limits, syntax::parse};
    use crate::explore::look::{Damage, Look};
    use crate::explore::names::Names;
    use crate::sources::rdf;
    use crate::store::pack::Builder;
    use crate::terms::Prefixes;

    fn joined(lines: &[Hint]) -> String {
        lines.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    fn governor() -> Governor {
        let timeout = Some(std::time::Duration::from_secs(20));
        Governor::new(Limits { timeout, ..Limits::default() }, std::sync::Arc::default())
    }

    /// A query over the embedded graph, and what the reason must say, part by part.
    const EMBEDDED: &[(&str, &[&str])] = &[
        (
            "SELECT * { ?v a bm:Vendor . ?v bm:vendor ?x }",
            &[
                "no row matches `?v bm:vendor ?x` after `?v a bm:Vendor` (40 rows)",
                "bm:vendor links a bm:ProductFamily to a bm:Vendor",
                "`?x bm:vendor ?v`?",
            ],
        ),
        ("SELECT * { ?x a bm:Relase }", &["bm:Relase is not in the graph", "bm:Release (Release)"]),
        ("SELECT * { ?x bm:realeased ?y }", &["bm:realeased is not in the graph", "bm:released"]),
        (
            "SELECT * { ?x bm:developer vendor:baiduu }",
            &["vendor:baiduu is not in the graph", "vendor:baidu"],
        ),
        ("SELECT * { ?x a <http://schema.org/Organization> }", &["schema:Organization"]),
        ("SELECT * { ?x rdfs:label \"百度\" }", &["\"百度\"@zh"]),
        ("SELECT * { ?x rdfs:label \"baidu\"@en }", &["\"Baidu\"@en"]),
        (
            "SELECT * { vendor:baidu bm:developer ?x }",
            &["no triple matches", "other way round", "`?x bm:developer vendor:baidu`"],
        ),
        ("SELECT * { ?x bm:date \"2023-05-01\"^^xsd:gYearMonth }", &["no triple matches"]),
        ("SELECT * { ?x bm:item \"1\" }", &["the data have 1 as `bm:item`"]),
        (
            "SELECT * { ?x bm:releasedBy \"百度\" }",
            &["`bm:releasedBy` leads to vendor:baidu, which is called `百度`"],
        ),
        ("SELECT * { ?x a bm:Fact }", &["bm:Fact itself has no instance", "bm:Policy"]),
        ("SELECT * { ?x a bm:Release ; bm:batch ?b }", &["after `?x a bm:Release` (53 rows)", "bm:batch"]),
        ("SELECT * { ?x a bm:Release } LIMIT 0", &["LIMIT 0 shows none of the 53 rows"]),
        ("SELECT * { ?x a bm:Release } OFFSET 100", &["OFFSET 100 goes past the last of the 53 rows"]),
        ("SELECT * { ?x a bm:Release FILTER(?x = 3) }", &["FILTER", "53 rows", "?x is release:"]),
        ("SELECT * { ?x bm:item ?n FILTER(?n > 1000) }", &["FILTER `?n > 1000` drops all", "?n is"]),
        (
            "SELECT * { ?x bm:item ?n FILTER((?n - 1) * (2 - ?n) > 1000) }",
            &["FILTER `(?n - 1) * (2 - ?n) > 1000` drops all", "?n is"],
        ),
        (
            "SELECT * { ?x a bm:Release ; bm:date ?d FILTER(?d > 5) }",
            &["cannot be computed on any of the 53 rows", "cannot be compared with 5"],
        ),
        ("SELECT * { ?x a bm:Vendor ; rdfs:label ?l FILTER(?l = \"百度\") }", &["?l is \"百度\"@zh there"]),
        (
            "SELECT * { ?x a bm:Vendor ; rdfs:label ?l FILTER(CONTAINS(?l, \"baidu\")) }",
            &["FILTER `CONTAINS(?l, \"baidu\")` drops all 80 rows", "\"Baidu\"@en"],
        ),
        (
            "SELECT * { ?x a bm:Vendor ; rdfs:label ?l FILTER(LANG(?l) = \"fr\") }",
            &["the languages of ?l are: en, zh"],
        ),
        ("SELECT * { ?x a bm:Vendor FILTER(LANG(?l) = \"zh\") }", &["?l has no value there"]),
        (
            "SELECT * { ?x a bm:Release ; bm:item ?i FILTER(?i > 0 && ?i < 0) }",
            &["FILTER `?i < 0` drops all"],
        ),
        (
            "SELECT ?v (COUNT(*) AS ?n) { ?r bm:releasedBy ?v } GROUP BY ?v HAVING(COUNT(*) > 1000)",
            &["HAVING `COUNT(*) > 1000` drops all"],
        ),
        ("ASK { ?x a bm:Release MINUS { ?x bm:item ?i } }", &["MINUS takes away all 53 rows"]),
        ("SELECT * { GRAPH ?g { ?s ?p ?o } }", &["no named graphs"]),
        (
            "SELECT * { { ?x a bm:Nope } UNION { ?x bm:nope ?y } }",
            &["first branch of UNION: bm:Nope", "second branch of UNION: bm:nope"],
        ),
        (
            "SELECT * { ?x a bm:Vendor OPTIONAL { ?x bm:partOf ?y } ?x bm:batch ?b }",
            &["no row matches `?x bm:batch ?b`"],
        ),
        ("SELECT * { ?x bm:devloper/rdfs:label ?y }", &["bm:devloper is not in the graph", "bm:developer"]),
        (
            "SELECT * { ?x a bm:Release , bm:Policy }",
            &["no row matches `?x a bm:Policy` after `?x a bm:Release`"],
        ),
        ("SELECT * { ?x a bm:Release VALUES ?x { vendor:baidu } }", &["no row matches"]),
    ];

    #[test]
    fn the_reason_over_the_embedded_graph() {
        let wrong: Vec<_> = EMBEDDED
            .iter()
            .filter_map(|(text, parts)| {
                let query = crate::fixture::parsed(text);
                let lines = why_empty(&query, &crate::fixture::known(), DefaultGraph::Alone, &governor());
                let said = joined(&lines);
                let whole = lines.len() <= 3 && parts.iter().all(|part| said.contains(part));
                (!whole).then_some((text, parts, lines))
            })
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    /// A TriG document, a query over it, and what the reason must say.
    const SMALL: &[(&str, &str, &[&str])] = &[
        ("GRAPH e:g { e:a e:p e:b }", "SELECT * { ?s e:p ?o }", &["GRAPH ?g"]),
        (
            "GRAPH e:g { e:a e:p e:b }",
            "SELECT * { GRAPH e:h { ?s e:p ?o } }",
            &["there is no graph e:h", "e:g"],
        ),
        (
            "GRAPH e:g { e:a e:q e:b } e:a e:p e:b .",
            "SELECT * { GRAPH e:g { ?s e:p ?o } }",
            &["the default graph has it"],
        ),
        (
            "e:a e:p \"2023-05\"^^xsd:gYearMonth .",
            "SELECT * { ?s e:p \"2023-05-01\"^^xsd:date }",
            &["\"2023-05\"^^xsd:gYearMonth"],
        ),
        ("e:a e:p \"x\"@zh . e:b e:q \"x\" .", "SELECT * { ?s e:p ?n . ?t e:q ?n }", &["STR()"]),
        ("<http://e.org/a/> e:p 1 .", "SELECT * { <http://e.org/a> e:p ?x }", &["http://e.org/a/"]),
        ("e:a e:p 1 .", "SELECT * { ?x e:p 1 }", &[]),
        (
            "e:a e:p 1 .",
            "SELECT * { ?x e:p ?y LATERAL { ?x e:p ?z FILTER(?z > ?y) } }",
            &["LATERAL", "1 row"],
        ),
    ];

    #[test]
    fn the_reason_over_small_graphs() {
        let mut prefixes = Prefixes::well_known();
        prefixes.insert("e", "http://example.org/");
        for (data, text, parts) in SMALL {
            let mut builder = Builder::new();
            let data = format!(
                "@prefix e: <http://example.org/> . @prefix xsd: <{}> . {data}",
                "http://www.w3.org/2001/XMLSchema#"
            );
            let format = rdf::format_named("trig").unwrap();
            rdf::read("data", format, None, data.as_bytes(), &mut Prefixes::new(), &mut |quad| {
                builder.add(quad.as_ref());
                Ok(())
            })
            .unwrap();
            let graph = builder.finish();
            let damage = Damage::default();
            let graph = Look::into(&graph, &damage);
            let names = Names::of_graph(graph, 1000);
            let known = Knowledge { graph, named: &names, prefixes: &prefixes };
            let query = parse::query(text, &prefixes, None).unwrap();
            let said = joined(&why_empty(&query, &known, DefaultGraph::Alone, &governor()));
            assert_eq!(said.is_empty(), parts.is_empty(), "{text}: {said}");
            assert!(parts.iter().all(|part| said.contains(part)), "{text}: {said}");
        }
    }

    #[test]
    fn an_expired_governor_ends_the_search_without_a_wrong_reason() {
        let limits = Limits { timeout: Some(std::time::Duration::ZERO), ..Limits::default() };
        let governor = Governor::new(limits, std::sync::Arc::default());
        let text = "SELECT * { ?x a bm:Release . ?x bm:batch ?b }";
        let query = crate::fixture::parsed(text);
        let lines = why_empty(&query, &crate::fixture::known(), DefaultGraph::Alone, &governor);
        assert!(lines.is_empty(), "{lines:?}");
    }
}
