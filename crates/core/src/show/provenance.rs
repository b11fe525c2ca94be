//! The triples behind an answer as lines for people, with their sources.
//!
//! In: a [`Provenance`]. Out: numbered triples, then each source with the numbers of what rests on it.

use crate::advise::provenance::{Citation, Provenance};
use crate::show::text::wrap;
use crate::terms::{Prefixes, Term, Triple, rdf};
use std::fmt::Write as _;

impl Provenance {
    /// The whole as lines for people, those about sources in a window of `width` cells, where there is one. Triples stay in one
    /// piece, to be copied. `say` puts words of ours into the reader's language.
    pub fn show(&self, prefixes: &Prefixes, say: fn(&str) -> String, width: Option<usize>) -> String {
        let mut out = String::new();
        let short = |term: &Term| prefixes.show(term.as_ref());
        for (i, triple) in self.triples.iter().enumerate() {
            let Triple { subject, predicate, object } = triple;
            let subject = prefixes.show(subject.as_ref().into());
            let predicate = match predicate.as_ref() {
                rdf::TYPE => "a".to_owned(),
                other => prefixes.show(other.into()),
            };
            let _ = writeln!(out, "{:>3}  {subject} {predicate} {} .", i + 1, short(object));
        }
        if self.partial {
            let _ = writeln!(out, "     {}", say("… and more"));
        }
        for citation in &self.citations {
            let _ = writeln!(out, "\n{}", citation.show(prefixes, say, width));
        }
        out
    }
}

impl Citation {
    /// "source:s3 “…”, item number 8, in source:report “…”", and what rests on it.
    fn show(&self, prefixes: &Prefixes, say: fn(&str) -> String, width: Option<usize>) -> String {
        let name = |(term, title): &(Term, Option<String>)| {
            let short = prefixes.show(term.as_ref());
            title.as_ref().map_or(short.clone(), |title| format!("{short} “{title}”"))
        };
        let mut chain = self.source.iter().map(name);
        let mut line = chain.next().unwrap_or_default();
        for (label, value) in &self.place {
            let _ = write!(line, ", {label} {value}");
        }
        for parent in chain {
            line.push_str(&say(&format!(", in {parent}")));
        }
        let numbers: Vec<String> = self.triples.iter().map(|i| (i + 1).to_string()).collect();
        let fact = name(&(self.fact.clone(), self.fact_label.clone()));
        let said = say(&format!("said by {fact}: {}", numbers.join(", ")));
        format!("{}\n{}", lines(&line, ["", INDENT], width), lines(&said, [INDENT, INDENT], width))
    }
}

/// What stands before all lines but the first.
const INDENT: &str = "     ";

/// A text in a window of `width` cells, with something before its first line and before the others.
fn lines(text: &str, [first, others]: [&str; 2], width: Option<usize>) -> String {
    let folded =
        width.map_or_else(|| vec![text.to_owned()], |width| wrap(text, width.saturating_sub(INDENT.len())));
    format!("{first}{}", folded.join(&format!("\n{others}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::advise::provenance::{AnswerPart, why};
    use crate::engine::answer::Answer;
    use crate::engine::{self, Bindings, DefaultGraph, Governor};
    use crate::explore::Knowledge;
    use crate::explore::look::{Damage, Look};
    use crate::fixture::{answer, known, parsed};

    fn traced(text: &str, part: AnswerPart<'_>) -> Provenance {
        let governor = Governor::unlimited();
        why(&parsed(text), part, &known(), "zh", DefaultGraph::Alone, &governor).unwrap()
    }

    /// Why the first row of a query is so, as text.
    fn first(text: &str) -> (Provenance, String) {
        let Answer::Rows(rows) = answer(text, &Bindings::new()) else { panic!("no rows") };
        let variables = rows.variables.clone();
        let row = rows.rows.map(Result::unwrap).next().unwrap();
        let provenance = traced(text, AnswerPart::Row(&variables, &row));
        let shown = provenance.show(known().prefixes, str::to_owned, None);
        (provenance, shown)
    }

    #[test]
    fn a_fact_cites_its_section_item_and_document() {
        let (provenance, shown) =
            first("SELECT ?x ?d { ?x a bm:Release ; bm:date ?d ; bm:released model:ernie-1.0 }");
        assert_eq!(provenance.triples.len(), 3, "{shown}");
        let [citation] = provenance.citations.as_slice() else { panic!("{shown}") };
        assert_eq!(citation.triples, [0, 1, 2]);
        assert_eq!(citation.place, [("序号".to_owned(), "4".to_owned())]);
        assert_eq!(citation.source.len(), 2, "the section, then the document");
    }

    #[test]
    fn a_statement_about_a_thing_rests_on_the_facts_that_name_it() {
        let (provenance, shown) = first("SELECT ?v { model:roberta bm:developer ?v }");
        assert_eq!(provenance.triples.len(), 1, "{shown}");
        assert!(shown.contains("<https://arxiv.org/abs/1907.11692>"), "{shown}");
    }

    #[test]
    fn labels_go_with_the_fact_of_the_same_row() {
        let (provenance, shown) =
            first("SELECT ?x ?l { ?x bm:released ?m . ?m rdfs:label ?l } ORDER BY ?x LIMIT 1");
        assert_eq!(provenance.citations.len(), 1, "{shown}");
        assert_eq!(provenance.triples.len(), 2, "{shown}");
    }

    #[test]
    fn an_aggregate_shows_the_triples_of_its_group_only() {
        let (provenance, shown) = first(
            "SELECT ?v (COUNT(?r) AS ?n) { ?r a bm:Release ; bm:releasedBy ?v FILTER(?v = vendor:baidu) } GROUP BY ?v",
        );
        assert!(provenance.triples.len() >= 4 && provenance.triples.len() % 2 == 0, "{shown}");
        assert!(!shown.contains("vendor:huawei"), "{shown}");
    }

    /// Each statement that one node is derived from cites that node's source, which is said once with all that rests on it.
    #[test]
    fn a_source_is_named_once_and_fits_the_window() {
        let (provenance, _) = first(
            "SELECT ?v (COUNT(?x) AS ?n) { ?x a bm:Artifact ; bm:developer ?v FILTER(?v = vendor:baidu) } GROUP BY ?v",
        );
        let mut seen = Vec::new();
        for citation in &provenance.citations {
            let key = (&citation.fact, &citation.place, &citation.source);
            assert!(!seen.contains(&key), "{citation:?}");
            assert!(citation.triples.is_sorted_by(|a, b| a < b), "{citation:?}");
            seen.push(key);
        }
        assert!(provenance.citations.iter().any(|citation| citation.triples.len() > 4), "{provenance:?}");
        for window in [40, 80, 100] {
            let shown = provenance.show(known().prefixes, str::to_owned, Some(window));
            let sources = shown.split_once("\n\n").unwrap().1;
            for line in sources.lines() {
                assert!(crate::show::text::width(line) <= window, "{window}: {line}");
            }
            let joined = |text: &str| text.split_whitespace().collect::<String>();
            let whole = provenance.show(known().prefixes, str::to_owned, None);
            assert_eq!(joined(&shown), joined(&whole), "nothing is lost");
        }
    }

    #[test]
    fn optional_and_union_show_the_branch_that_matched() {
        let (provenance, shown) = first(
            "SELECT * { { vendor:douyin bm:partOf ?y } UNION { vendor:douyin bm:batch ?y } OPTIONAL { ?y bm:batch ?b } }",
        );
        assert_eq!(provenance.triples.len(), 1, "{shown}");
    }

    #[test]
    fn lateral_shows_both_sides() {
        let (provenance, shown) =
            first("SELECT ?x ?l { ?x bm:released ?m LATERAL { ?m rdfs:label ?l } } ORDER BY ?x LIMIT 1");
        assert_eq!(provenance.triples.len(), 2, "{shown}");
    }

    #[test]
    fn a_path_shows_its_steps() {
        let (provenance, shown) =
            first("SELECT ?c { bm:Release rdfs:subClassOf+ ?c FILTER(?c = prov:Entity) }");
        assert_eq!(provenance.triples.len(), 2, "{shown}");
    }

    #[test]
    fn computed_columns_do_not_hide_the_triples() {
        let (provenance, shown) =
            first("SELECT ?x (STR(?i) AS ?n) { ?x a bm:Release ; bm:item ?i } ORDER BY ?x LIMIT 1");
        assert_eq!(provenance.triples.len(), 2, "{shown}");
    }

    #[test]
    fn a_constructed_triple_leads_back_through_the_template() {
        let text = "CONSTRUCT { ?m schema:creator ?v } { ?m a bm:Model ; bm:developer ?v }";
        let Answer::Graph(mut triples) = answer(text, &Bindings::new()) else { panic!() };
        let triple = triples.next().unwrap().unwrap();
        let provenance = traced(text, AnswerPart::Triple(&triple));
        assert_eq!(provenance.triples.len(), 2);
        assert_eq!(traced("ASK { ?x a bm:Release }", AnswerPart::Yes).triples.len(), 1);
    }

    /// No word of the embedded graph: a source named by the graph that a triple is in, and by a
    /// statement about the triple.
    #[test]
    fn a_named_graph_and_a_statement_can_name_the_source() {
        let data = "@prefix e: <http://e.org/> . @prefix dcterms: <http://purl.org/dc/terms/> .
            @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> . @prefix schema: <https://schema.org/> .
            @prefix prov: <http://www.w3.org/ns/prov#> .
            e:g dcterms:source e:doc ; schema:pageStart 12 . e:doc dcterms:title \"The document\" .
            e:g { e:a e:p e:b }
            e:c e:p e:d . e:s rdf:reifies <<( e:c e:p e:d )>> ; dcterms:source e:other .
            e:f e:p e:h . e:t rdf:subject e:f ; rdf:predicate e:p ; rdf:object e:h ; prov:wasDerivedFrom e:fact .
            e:fact e:about e:f ; schema:position 3 ; prov:wasDerivedFrom e:third .";
        let mut builder = crate::store::pack::Builder::new();
        let format = crate::sources::rdf::format_named("trig").unwrap();
        let mut declared = Prefixes::well_known();
        crate::sources::rdf::read("data", format, None, data.as_bytes(), &mut declared, &mut |quad| {
            builder.add(quad.as_ref());
            Ok(())
        })
        .unwrap();
        let graph = builder.finish();
        let damage = Damage::default();
        let graph = Look::into(&graph, &damage);
        let names = crate::explore::names::Names::of_graph(graph, 100);
        let known = Knowledge { graph, named: &names, prefixes: &declared };
        for (subject, graphs, expected) in [
            ("e:a", DefaultGraph::Union, "e:doc “The document”, pageStart 12"),
            ("e:c", DefaultGraph::Alone, "e:other"),
            ("e:f", DefaultGraph::Alone, "e:third, position 3"),
        ] {
            let text = format!("ASK {{ {subject} e:p ?o }}");
            let query = engine::syntax::parse::query(&text, &declared, None).unwrap();
            let governor = Governor::unlimited();
            let found = why(&query, AnswerPart::Yes, &known, "en", graphs, &governor).unwrap();
            let shown = found.show(&declared, str::to_owned, None);
            assert!(shown.contains(expected), "{text} {found:?} {shown}");
        }
    }
}
