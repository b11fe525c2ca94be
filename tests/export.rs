//! What is written reads back as the same graph, and the same graph is written with the same bytes.

use baimo::blank::Blanks;
use baimo::explore::diff::Diff;
use baimo::explore::selection::Selection;
use baimo::formats::graphs::{GraphFormat, GraphStyle, to_text};
use baimo::session::{Session, Source};
use baimo::sources::rdf;
use baimo::terms::{
    BlankNode, GraphName, Literal, NamedNode, NamedOrBlankNode, Prefixes, Quad, Term, Triple,
};
use proptest::prelude::*;
use sophia::api::term::SimpleTerm;
use std::path::{Path, PathBuf};

type Spog = ([SimpleTerm<'static>; 3], Option<SimpleTerm<'static>>);

fn foreign(term: &Term) -> SimpleTerm<'static> {
    use sophia::api::term::{BnodeId, IriRef, LanguageTag};
    let iri = |iri: &str| IriRef::new_unchecked(iri.to_owned().into());
    match term {
        Term::NamedNode(node) => SimpleTerm::Iri(iri(node.as_str())),
        Term::BlankNode(node) => {
            SimpleTerm::BlankNode(BnodeId::new_unchecked(node.as_str().to_owned().into()))
        }
        Term::Literal(literal) => match literal.language() {
            Some(tag) => {
                // The direction goes into the text: it is not known there, and must not be lost.
                let text = format!("{}{:?}", literal.value(), literal.direction());
                SimpleTerm::LiteralLanguage(
                    text.into(),
                    LanguageTag::new_unchecked(tag.to_owned().into()),
                    None,
                )
            }
            None => SimpleTerm::LiteralDatatype(
                literal.value().to_owned().into(),
                iri(literal.datatype().as_str()),
            ),
        },
        Term::Triple(triple) => SimpleTerm::Triple(Box::new([
            foreign(&triple.subject.clone().into()),
            foreign(&triple.predicate.clone().into()),
            foreign(&triple.object),
        ])),
    }
}

fn foreign_quads(quads: &[Quad]) -> Vec<Spog> {
    quads
        .iter()
        .map(|quad| {
            let name = match &quad.graph_name {
                GraphName::DefaultGraph => None,
                GraphName::NamedNode(iri) => Some(foreign(&iri.clone().into())),
                GraphName::BlankNode(node) => Some(foreign(&node.clone().into())),
            };
            let spo = [quad.subject.clone().into(), quad.predicate.clone().into(), quad.object.clone()];
            (spo.map(|term| foreign(&term)), name)
        })
        .collect()
}

fn isomorphic(a: &[Quad], b: &[Quad]) -> bool {
    sophia::isomorphism::isomorphic_datasets(&foreign_quads(a), &foreign_quads(b)).unwrap()
}

fn parse(format: &str, text: &str) -> Result<Vec<Quad>, baimo::error::Error> {
    let mut quads = Vec::new();
    let format = rdf::format_named(format).unwrap();
    rdf::read("text", format, None, text.as_bytes(), &mut Prefixes::new(), &mut |quad| {
        quads.push(quad);
        Ok(())
    })?;
    let mut seen = std::collections::HashSet::new();
    quads.retain(|quad| seen.insert(quad.clone()));
    Ok(quads)
}

fn style() -> GraphStyle {
    let mut prefixes = Prefixes::well_known();
    prefixes.insert("ex", "http://example.org/");
    GraphStyle { prefixes, ..GraphStyle::default() }
}

/// The formats that can say everything in these quads.
fn formats(quads: &[Quad]) -> Vec<GraphFormat> {
    let mut formats = vec![GraphFormat::TriG, GraphFormat::NQuads, GraphFormat::JsonLd];
    if quads.iter().all(|quad| quad.graph_name.is_default_graph()) {
        formats.extend([GraphFormat::Turtle, GraphFormat::NTriples, GraphFormat::RdfXml]);
    }
    formats
}

/// Whether a format can say every quad there is.
fn says_all(format: GraphFormat) -> bool {
    format != GraphFormat::RdfXml
}

fn check_round_trips(name: &str, quads: &[Quad], style: &GraphStyle) {
    for format in formats(quads) {
        let text = match to_text(format, quads.to_vec(), style) {
            Ok(text) => text,
            // What RDF/XML cannot say, it says so.
            Err(error) if error.message.contains("cannot say") && !says_all(format) => continue,
            Err(error) => panic!("{name}: {error}"),
        };
        let back = parse(format.name(), &text).unwrap_or_else(|error| panic!("{name}: {error}\n{text}"));
        assert!(isomorphic(quads, &back), "{name} as {}:\n{text}", format.name());
    }
}

#[test]
fn the_embedded_graph_reads_back_from_every_format() {
    let session = baimo::embedded::open(&Source::Embedded).unwrap();
    check_round_trips("embedded", &session.export(&Selection::All).unwrap(), &session.graph_style());
}

/// The files of the W3C suites: `BAIMO_W3C`, else the folder beside the repository.
fn w3c() -> Option<PathBuf> {
    let folder = std::env::var_os("BAIMO_W3C")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/w3c"), PathBuf::from);
    Some(folder.join("rdf")).filter(|folder| folder.is_dir())
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { walk(&path, files) } else { files.push(path) }
    }
}

/// Every file of the W3C suites that can be read is written and read again. What cannot be read is
/// a negative test, or the reader's affair.
#[test]
fn the_w3c_syntax_suites_round_trip() {
    let Some(folder) = w3c() else {
        eprintln!("skipped: no W3C suites; set BAIMO_W3C to the folder that has rdf/");
        return;
    };
    let mut files = Vec::new();
    walk(&folder, &mut files);
    files.sort();
    let mut checked = 0;
    for path in files {
        let Some(format) = path.extension().and_then(|e| rdf::format_named(e.to_str()?)) else { continue };
        let mut quads = Vec::new();
        let file = std::fs::File::open(&path).unwrap();
        let base = Some("http://example.org/base/");
        let read = rdf::read("file", format, base, file, &mut Prefixes::new(), &mut |quad| {
            quads.push(quad);
            Ok(())
        });
        let mut seen = std::collections::HashSet::new();
        quads.retain(|quad| seen.insert(quad.clone()));
        // The manifests are big and say nothing new about syntax.
        if read.is_err() || quads.is_empty() || quads.len() > 2000 {
            continue;
        }
        check_round_trips(&path.display().to_string(), &quads, &style());
        checked += 1;
    }
    assert!(checked > 400, "only {checked} files were read");
}

fn blank(number: u8) -> BlankNode {
    BlankNode::new_unchecked(format!("n{number}"))
}

fn quad_of((s, p, o, g): (u8, u8, u8, u8)) -> Quad {
    let iri = |n: u8| NamedNode::new_unchecked(format!("http://example.org/p{n}"));
    let subject: NamedOrBlankNode = if s < 6 { blank(s).into() } else { iri(s).into() };
    let object: Term = match o {
        0..6 => blank(o).into(),
        6 => Triple::new(blank(1), iri(0), blank(2)).into(),
        7 => baimo::terms::rdf::NIL.into_owned().into(),
        8 => Literal::new_simple_literal("two\nlines \"quoted\"\"\" \\").into(),
        9 => Literal::from(7).into(),
        _ => iri(o).into(),
    };
    let predicate = match p {
        0 => baimo::terms::rdf::FIRST.into_owned(),
        1 => baimo::terms::rdf::REST.into_owned(),
        _ => iri(p),
    };
    let name = if g < 8 {
        GraphName::DefaultGraph
    } else if g == 8 {
        iri(9).into()
    } else {
        blank(0).into()
    };
    Quad::new(subject, predicate, object, name)
}

proptest! {
    #[test]
    fn order_and_labels_do_not_show(
        given in proptest::collection::vec((0u8..8, 0u8..4, 0u8..12, 0u8..10), 0..14),
        seed in any::<u64>(),
    ) {
        let quads: Vec<Quad> = given.iter().copied().map(quad_of).collect();
        let shift = (seed % 6) as u8;
        let renamed = |n: u8| if n < 6 { (n + shift) % 6 } else { n };
        let mut other: Vec<Quad> = quads.iter().map(|quad| rename(quad, &renamed)).collect();
        other.sort_by_key(|quad| baimo_hash(seed, &quad.to_string()));
        for format in [GraphFormat::TriG, GraphFormat::NQuads, GraphFormat::JsonLd] {
            let text = to_text(format, quads.clone(), &style()).unwrap();
            prop_assert_eq!(&text, &to_text(format, other.clone(), &style()).unwrap());
            let mut once = quads.clone();
            let mut seen = std::collections::HashSet::new();
            once.retain(|quad| seen.insert(quad.clone()));
            let back = parse(format.name(), &text).unwrap();
            prop_assert!(isomorphic(&once, &back), "{}", text);
        }
        prop_assert!(Diff::of(quads, other).is_empty());
    }
}

fn baimo_hash(seed: u64, text: &str) -> u64 {
    text.bytes().fold(seed | 1, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

fn rename(quad: &Quad, renamed: &dyn Fn(u8) -> u8) -> Quad {
    let node = |node: &BlankNode| blank(renamed(node.as_str()[1..].parse().unwrap()));
    let subject = |subject: &NamedOrBlankNode| match subject {
        NamedOrBlankNode::BlankNode(old) => node(old).into(),
        other => other.clone(),
    };
    let object = match &quad.object {
        Term::BlankNode(old) => node(old).into(),
        Term::Triple(triple) => match &triple.object {
            Term::BlankNode(old) => {
                Triple::new(subject(&triple.subject), triple.predicate.clone(), node(old)).into()
            }
            _ => quad.object.clone(),
        },
        other => other.clone(),
    };
    let name = match &quad.graph_name {
        GraphName::BlankNode(old) => node(old).into(),
        other => other.clone(),
    };
    Quad::new(subject(&quad.subject), quad.predicate.clone(), object, name)
}

#[test]
fn a_list_of_any_length_and_a_chain_of_any_depth_are_written() {
    let next = NamedNode::new_unchecked("http://example.org/next");
    for predicate in [next, baimo::terms::rdf::REST.into_owned()] {
        let node = |n: u32| BlankNode::new_unchecked(format!("n{n}"));
        let quads: Vec<Quad> = (0..20_000)
            .map(|n| Quad::new(node(n), predicate.clone(), node(n + 1), GraphName::DefaultGraph))
            .collect();
        let text = to_text(GraphFormat::Turtle, quads.clone(), &style()).unwrap();
        assert_eq!(parse("turtle", &text).unwrap().len(), quads.len());
    }
}

#[test]
fn a_change_of_one_fact_is_one_line_and_labels_stay() {
    let text = "@prefix ex: <http://example.org/> . ex:a ex:p [ ex:q 1 ], [ ex:q 2 ] .";
    let before = parse("turtle", text).unwrap();
    let after = parse("turtle", &format!("{text} ex:b ex:p [ ex:q 3 ] .")).unwrap();
    let diff = Diff::of(before.clone(), after);
    assert_eq!((diff.removed.len(), diff.added.len(), diff.common), (0, 2, before.len()));
    assert_eq!(Blanks::of(&before).relabel(before.clone()).len(), before.len());
}

/// By hand, from the RDF of the standard's example: two names for one thing.
#[test]
fn the_canonical_form_agrees_with_another_implementation() {
    let text = "@prefix ex: <http://example.org/> . _:a ex:p _:b . _:b ex:p _:a, _:c . _:c ex:q [] , \"百\" .
        ex:x ex:y _:d . _:d ex:z _:e . _:e ex:z _:d .";
    let quads = parse("turtle", text).unwrap();
    let dataset: std::collections::HashSet<Spog> = foreign_quads(&quads)
        .into_iter()
        .map(|(spo, name)| {
            let plain = spo.map(|term| match term {
                SimpleTerm::LiteralDatatype(text, datatype) => SimpleTerm::LiteralDatatype(text, datatype),
                other => other,
            });
            (plain, name)
        })
        .collect();
    let mut expected = Vec::new();
    sophia::c14n::rdfc10::normalize(&dataset, &mut expected).unwrap();
    assert_eq!(
        to_text(GraphFormat::Canonical, quads, &style()).unwrap(),
        String::from_utf8(expected).unwrap()
    );
}

/// Everything that Turtle can say, in the order and the shape in which it is written.
#[test]
fn turtle_of_everything_looks_like_this() {
    let text = r#"
        PREFIX ex: <http://example.org/> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
        PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> PREFIX unused: <http://unused.org/>
        ex:z rdfs:label "last" .
        _:b2 ex:says <<( ex:a ex:knows _:b2 )>> .
        ex:a ex:weight 10, 9, -1.50, 2.5e0, true ; ex:born "1999-12-31"^^xsd:date ;
          ex:list ( 1 "two" ex:three ( 4 ) [ ex:in 5 ] ) ; ex:empty () ;
          ex:note """first line
second "quoted" line""", "tab\tand bell\u0007" ;
          rdfs:label "百度"@zh, "Baidu"@en, "بايدو"@ar--rtl ;
          ex:address [ ex:city "北京" ; ex:room [ a ex:Room ; ex:number "0007" ] ] ;
          ex:knows ex:z, <http://example.org/needs/escape>, <http://elsewhere.org/x> ;
          a ex:Thing, ex:Agent .
    "#;
    let expected = r#"# a header

@prefix ex: <http://example.org/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

ex:a
    a ex:Agent, ex:Thing ;
    rdfs:label "بايدو"@ar--rtl, "Baidu"@en, "百度"@zh ;
    ex:address [ ex:city "北京" ; ex:room [ a ex:Room ; ex:number "0007" ] ] ;
    ex:born "1999-12-31"^^xsd:date ;
    ex:empty () ;
    ex:knows <http://elsewhere.org/x>, <http://example.org/needs/escape>, ex:z ;
    ex:list ( 1 "two" ex:three ( 4 ) [ ex:in 5 ] ) ;
    ex:note """first line
second \"quoted\" line""",
            "tab\tand bell\u0007" ;
    ex:weight -1.50, 2.5e0, 9, 10, true .

ex:z
    rdfs:label "last" .

_:LABEL
    ex:says <<( ex:a ex:knows _:LABEL )>> .
"#;
    let quads = parse("turtle", text).unwrap();
    let style = GraphStyle { header: vec!["a header".to_owned()], ..style() };
    let written = to_text(GraphFormat::Turtle, quads.clone(), &style).unwrap();
    let label = written.split("_:").nth(1).and_then(|rest| rest.split_whitespace().next()).unwrap();
    assert_eq!(written, expected.replace("LABEL", label));
    assert!(isomorphic(&quads, &parse("turtle", &written).unwrap()));
}

/// A JSON-LD 1.1 processor refuses an object instead of an identifier; a new keyword it would pass over.
#[test]
fn json_ld_has_triple_terms_in_the_place_of_identifiers() {
    let text = "PREFIX ex: <http://example.org/> PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
        ex:r rdf:reifies <<( ex:a ex:q 1 )>>, <<( _:b a ex:T )>>, <<( ex:a ex:q <<( _:b ex:q rdf:nil )>> )>> .";
    let quads = parse("turtle", text).unwrap();
    let written = to_text(GraphFormat::JsonLd, quads.clone(), &style()).unwrap();
    assert!(written.contains(r#"{ "@id": { "@id": "ex:a", "ex:q": 1 } }"#), "{written}");
    assert!(isomorphic(&quads, &parse("jsonld", &written).unwrap()), "{written}");
}

fn session_of(name: &str, text: &str) -> Session {
    let folder = crate::cli::fresh(&format!("export-{name}"));
    let file = folder.join("graph.trig");
    std::fs::write(&file, text).unwrap();
    let session = baimo::embedded::open(&Source::Files(vec![file]));
    std::fs::remove_dir_all(&folder).unwrap();
    session.unwrap()
}

fn selected(session: &Session, selection: &Selection) -> String {
    to_text(GraphFormat::TriG, session.export(selection).unwrap(), &session.graph_style()).unwrap()
}

#[test]
fn a_part_of_a_graph_is_that_part_alone() {
    let session = session_of(
        "parts",
        "PREFIX ex: <http://example.org/> ex:a ex:knows ex:b ; ex:at [ ex:page 1 ; ex:of [ ex:title 'T' ] ] .
         ex:b ex:knows ex:c . ex:c ex:knows ex:d . ex:x ex:about [ ex:subject ex:a ; ex:page 2 ] .
         ex:g { ex:a ex:age 3 . ex:q ex:age 4 }",
    );
    let thing = |name: &str| Term::from(NamedNode::new_unchecked(format!("http://example.org/{name}")));
    let around = |depth| selected(&session, &Selection::Around { thing: thing("a"), depth });
    let near = around(0);
    assert!(near.contains("ex:at [ ex:of [ ex:title \"T\" ] ; ex:page 1 ]"), "{near}");
    assert!(near.contains("ex:age 3") && !near.contains("ex:age 4") && !near.contains("ex:x"), "{near}");
    let one = around(1);
    assert!(one.contains("ex:b\n    ex:knows ex:c") && !one.contains("ex:d"), "{one}");
    assert!(one.contains("ex:x\n    ex:about [ ex:page 2 ; ex:subject ex:a ]"), "{one}");
    assert!(around(2).contains("ex:c\n    ex:knows ex:d"));

    let graph = session.export(&Selection::Graph(thing("g"))).unwrap();
    assert_eq!(graph.len(), 2);
    assert!(graph.iter().all(|quad| Term::from(NamedNode::new_unchecked("http://example.org/g"))
        == match &quad.graph_name {
            GraphName::NamedNode(name) => name.clone().into(),
            other => panic!("{other} is another graph"),
        }));
    assert!(
        session.export(&Selection::DefaultGraph).unwrap().iter().all(|q| q.graph_name.is_default_graph())
    );
    let error = session.export(&Selection::Graph(thing("none"))).unwrap_err();
    assert!(error.hints.iter().any(|hint| hint.to_string().contains("http://example.org/g")), "{error:?}");
    assert!(session.export(&Selection::Around { thing: thing("nobody"), depth: 1 }).is_err());
}

#[test]
fn formats_of_one_graph_refuse_named_graphs() {
    let named = parse("trig", "PREFIX ex: <http://example.org/> ex:g { ex:a ex:p 1 }").unwrap();
    for format in GraphFormat::all().filter(|format| !format.keeps_named_graphs()) {
        let error = to_text(format, named.clone(), &style()).unwrap_err();
        assert!(error.message.contains("http://example.org/g"), "{}: {error:?}", format.name());
    }
}
