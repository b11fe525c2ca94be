//! What is written reads back as the same graph, and the same graph is written with the same bytes.

use baimo::answers::graphs::{GraphFormat, GraphStyle, to_text};
use baimo::blank::Blanks;
use baimo::session::{Session, Source};
use baimo::sources::rdf;
use baimo::store::diff::Diff;
use baimo::store::export::Selection;
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
    !matches!(format, GraphFormat::RdfXml | GraphFormat::JsonLd)
}

fn check_round_trips(name: &str, quads: &[Quad], style: &GraphStyle) {
    for format in formats(quads) {
        let text = match to_text(format, quads.to_vec(), style) {
            Ok(text) => text,
            // What RDF/XML and JSON-LD cannot say, they say so.
            Err(error) if error.message.contains("cannot say") && !says_all(format) => continue,
            Err(error) => panic!("{name}: {error}"),
        };
        let back = parse(format.name(), &text).unwrap_or_else(|error| panic!("{name}: {error}\n{text}"));
        assert!(isomorphic(quads, &back), "{name} as {}:\n{text}", format.name());
    }
}

#[test]
fn the_embedded_graph_reads_back_from_every_format() {
    let session = Session::open(&Source::Embedded).unwrap();
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
            let Ok(text) = to_text(format, quads.clone(), &style()) else {
                prop_assert!(!says_all(format) && quads.iter().any(|quad| quad.object.is_triple()));
                continue;
            };
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
