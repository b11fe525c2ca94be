//! The shapes of `ontology/shapes.ttl`, by rudof's validator: the graph conforms, and each file in
//! `tests/shapes/` breaks the one constraint that its first line names, and nothing else.

use oxigraph::io::{RdfFormat, RdfParser};
use oxrdf::vocab::rdfs;
use oxrdf::{NamedNode, NamedOrBlankNode, Term, Triple};
use rudof_rdf::rdf_core::RDFFormat;
use rudof_rdf::rdf_impl::{OxigraphInMemory, ReaderMode};
use shacl::ir::IRSchema;
use shacl::rdf::ShaclParser;
use shacl::validator::processor::{GraphValidation, ShaclProcessor};
use shacl::validator::store::Graph;
use shacl::validator::{ShaclConfig, ShaclValidationMode};
use std::collections::HashSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn turtle_files(folder: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(root().join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "ttl"))
        .collect();
    files.sort();
    files
}

fn load(files: &[PathBuf]) -> OxigraphInMemory {
    extend(OxigraphInMemory::new(), files)
}

fn extend(mut graph: OxigraphInMemory, files: &[PathBuf]) -> OxigraphInMemory {
    for file in files {
        graph.merge_from_path(file, &RDFFormat::Turtle, None, &ReaderMode::Strict).unwrap();
    }
    graph
}

fn shapes() -> IRSchema {
    ShaclParser::new(load(&[root().join("ontology/shapes.ttl")])).parse().unwrap().try_into().unwrap()
}

/// Every result of a validation: source shape and constraint component, in short.
fn results(data: OxigraphInMemory, shapes: &IRSchema) -> Vec<String> {
    let mut validation = GraphValidation::new(Graph::try_from(data).unwrap());
    let report = validation.validate(shapes, &ShaclValidationMode::Native, &ShaclConfig::default()).unwrap();
    let short = |iri: String| {
        iri.trim_matches(['<', '>'])
            .replace("https://w3id.org/baimo/shape/", "shape:")
            .replace("http://www.w3.org/ns/shacl#", "sh:")
    };
    let mut lines: Vec<String> = report
        .results()
        .iter()
        .map(|result| {
            let source = result.source().map_or_else(|| "no shape".to_owned(), ToString::to_string);
            format!("{} {}", short(source), short(result.constraint_component().to_string()))
        })
        .collect();
    lines.sort();
    assert_eq!(report.conforms(), lines.is_empty());
    lines
}

/// What the broken graphs stand on: the ontology without the shapes.
fn vocabulary() -> Vec<PathBuf> {
    ["baimo", "concepts", "alignment"].map(|name| root().join(format!("ontology/{name}.ttl"))).to_vec()
}

#[test]
fn the_graph_conforms() {
    let mut files = vocabulary();
    files.extend(turtle_files("data"));
    assert_eq!(results(load(&files), &shapes()), Vec::<String>::new());
}

#[test]
fn a_second_source_fits_beside_the_first() {
    let mut files = vocabulary();
    files.extend(turtle_files("data"));
    files.extend(turtle_files("tests/second-source"));
    assert_eq!(results(load(&files), &shapes()), Vec::<String>::new());
}

fn triples(file: &Path) -> Vec<Triple> {
    let bytes = std::fs::read(file).unwrap();
    RdfParser::from_format(RdfFormat::Turtle).for_slice(&bytes).map(|quad| quad.unwrap().into()).collect()
}

/// What a broken graph needs of the vocabulary, so that a validator does not check all of it for each file:
/// the axioms of the ontology, and the concepts that the graph comes to. `the_graph_conforms` checks the rest.
fn needed(vocabulary: &[Triple], graph: &[Triple]) -> String {
    let documents = [rdfs::LABEL, rdfs::COMMENT, rdfs::IS_DEFINED_BY];
    let concept = |term: &NamedNode| {
        term.as_str().starts_with("https://w3id.org/baimo/") && !term.as_str().contains("/baimo/shape/")
    };
    let terms: HashSet<&NamedOrBlankNode> = vocabulary
        .iter()
        .filter(|triple| triple.predicate == rdfs::IS_DEFINED_BY)
        .map(|triple| &triple.subject)
        .collect();
    let links = ["inScheme", "broader", "narrowMatch", "broadMatch", "closeMatch", "relatedMatch", "related"];
    let mut wanted: HashSet<NamedNode> = HashSet::new();
    let mut open: Vec<NamedNode> = graph.iter().filter_map(|triple| iri(&triple.object)).collect();
    while let Some(next) = open.pop() {
        if concept(&next) && wanted.insert(next.clone()) {
            let from =
                vocabulary.iter().filter(|triple| triple.subject == NamedOrBlankNode::from(next.clone()));
            let linked =
                from.filter(|t| links.iter().any(|name| t.predicate.as_str().ends_with(&format!("#{name}"))));
            open.extend(linked.filter_map(|triple| iri(&triple.object)));
        }
    }
    let mut text = String::new();
    for triple in vocabulary {
        let kept = match &triple.subject {
            subject if terms.contains(subject) => !documents.contains(&triple.predicate.as_ref()),
            NamedOrBlankNode::NamedNode(subject) if concept(subject) => {
                wanted.contains(subject)
                    && iri(&triple.object).is_none_or(|object| {
                        !concept(&object)
                            || wanted.contains(&object)
                            || terms.contains(&NamedOrBlankNode::from(object))
                    })
            }
            _ => true,
        };
        if kept {
            writeln!(text, "{triple} .").unwrap();
        }
    }
    text
}

fn iri(term: &Term) -> Option<NamedNode> {
    match term {
        Term::NamedNode(node) => Some(node.clone()),
        _ => None,
    }
}

#[test]
fn each_broken_graph_breaks_the_constraint_it_names_and_no_other() {
    let shapes = shapes();
    let vocabulary: Vec<Triple> = vocabulary().iter().flat_map(|file| triples(file)).collect();
    let files = turtle_files("tests/shapes");
    assert!(files.len() > 200, "only {} broken graphs", files.len());
    let check = |files: &[PathBuf]| -> Vec<String> {
        files
            .iter()
            .filter_map(|file| {
                let text = std::fs::read_to_string(file).unwrap();
                let expected: Vec<String> = text
                    .lines()
                    .next()
                    .and_then(|line| line.strip_prefix("# violates: "))
                    .map(|line| vec![line.trim().to_owned()])
                    .unwrap_or_default();
                let mut data = OxigraphInMemory::new();
                let needed = needed(&vocabulary, &triples(file));
                let (format, mode) = (RDFFormat::NTriples, ReaderMode::Strict);
                data.merge_from_reader(&mut needed.as_bytes(), "vocabulary", &format, None, &mode).unwrap();
                let found = results(extend(data, std::slice::from_ref(file)), &shapes);
                (found != expected).then(|| format!("{}: {found:?}, not {expected:?}", file.display()))
            })
            .collect()
    };
    let (first, second) = files.split_at(files.len() / 2);
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let other = scope.spawn(|| check(second));
        let mut wrong = check(first);
        wrong.extend(other.join().unwrap());
        wrong
    });
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
