//! The shapes of `ontology/shapes.ttl`, by rudof's validator: the graph conforms, and each file in
//! `tests/shapes/` breaks the one constraint that its first line names, and nothing else.

use rudof_rdf::rdf_core::RDFFormat;
use rudof_rdf::rdf_impl::{OxigraphInMemory, ReaderMode};
use shacl::ir::IRSchema;
use shacl::rdf::ShaclParser;
use shacl::validator::processor::{GraphValidation, ShaclProcessor};
use shacl::validator::store::Graph;
use shacl::validator::{ShaclConfig, ShaclValidationMode};
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

#[test]
fn each_broken_graph_breaks_the_constraint_it_names_and_no_other() {
    let shapes = shapes();
    let vocabulary = load(&vocabulary());
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
                let data = extend(vocabulary.clone(), std::slice::from_ref(file));
                let found = results(data, &shapes);
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
