//! Manifests of the W3C test suites: which tests there are, and what each consists of.
//!
//! In: the folder of a manifest. Out: its tests, as nodes of the manifest's graph with accessors. How
//! a test is run stands elsewhere.

use baimo::terms::{NamedNode, NamedOrBlankNode, Term};
use oxigraph::io::{RdfFormat, RdfParser};
use oxigraph::model::Graph;
use std::path::{Path, PathBuf};

/// Where the suites live on the web; the folder on disk mirrors what comes after.
pub const BASE: &str = "https://w3c.github.io/rdf-tests/";
const MF: &str = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#";
const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";

/// The suites on disk: `BAIMO_W3C`, else `shared/w3c` beside this repository or one folder above.
pub fn root() -> Option<PathBuf> {
    let near = |up: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join(up).join("shared/w3c");
    let named = std::env::var_os("BAIMO_W3C").map(PathBuf::from);
    named.into_iter().chain([near(".."), near("../..")]).find(|path| path.join("sparql").is_dir())
}

/// The file on disk that an IRI of the suites stands for.
pub fn path_of(iri: &str) -> PathBuf {
    let inside = iri.strip_prefix(BASE).unwrap_or_else(|| panic!("<{iri}> is in no suite"));
    root().expect("asked only where the suites are").join(inside)
}

/// The text of a file of the suites.
pub fn text_of(iri: &str) -> String {
    let bytes = std::fs::read(path_of(iri)).unwrap_or_else(|error| panic!("{iri}: {error}"));
    String::from_utf8(bytes).unwrap_or_else(|error| panic!("{iri}: {error}"))
}

/// One test of a manifest.
pub struct Test<'a> {
    manifest: &'a Manifest,
    node: NamedOrBlankNode,
    /// The end of its IRI, unique within the manifest.
    pub name: String,
    /// The local name of its class, as `QueryEvaluationTest`.
    pub kind: String,
}

/// A manifest that was read.
pub struct Manifest {
    graph: Graph,
}

/// Any object of a property of a node.
pub fn object(graph: &Graph, subject: &NamedOrBlankNode, property: &str) -> Option<Term> {
    objects(graph, subject, property).into_iter().next()
}

/// All objects of a property of a node.
pub fn objects(graph: &Graph, subject: &NamedOrBlankNode, property: &str) -> Vec<Term> {
    let property = NamedNode::new_unchecked(property);
    graph.objects_for_subject_predicate(subject, &property).map(|term| term.into_owned()).collect()
}

/// The node that a term is, where it can be a subject.
pub fn node(term: Term) -> Option<NamedOrBlankNode> {
    match term {
        Term::NamedNode(iri) => Some(iri.into()),
        Term::BlankNode(node) => Some(node.into()),
        Term::Literal(_) | Term::Triple(_) => None,
    }
}

impl Manifest {
    /// Reads `manifest.ttl` of a folder of the suites.
    pub fn open(folder: &str) -> Self {
        let iri = format!("{BASE}{folder}/manifest.ttl");
        let parser = RdfParser::from_format(RdfFormat::Turtle).with_base_iri(&iri).unwrap();
        let mut graph = Graph::new();
        for quad in parser.for_slice(text_of(&iri).as_bytes()) {
            let quad = quad.unwrap_or_else(|error| panic!("{iri}: {error}"));
            graph.insert(oxigraph::model::Triple::from(quad).as_ref());
        }
        Self { graph }
    }

    /// The tests that the manifest lists, in its order.
    pub fn tests(&self) -> Vec<Test<'_>> {
        let entries = NamedNode::new_unchecked(format!("{MF}entries"));
        let heads: Vec<Term> =
            self.graph.triples_for_predicate(&entries).map(|triple| triple.object.into_owned()).collect();
        heads.into_iter().flat_map(|head| self.list(head)).filter_map(|term| self.test(node(term)?)).collect()
    }

    fn list(&self, head: Term) -> Vec<Term> {
        let mut items = Vec::new();
        let mut rest = node(head);
        while let Some(cell) = rest {
            items.extend(object(&self.graph, &cell, &format!("{RDF}first")));
            rest = object(&self.graph, &cell, &format!("{RDF}rest")).and_then(node);
        }
        items
    }

    fn test(&self, node: NamedOrBlankNode) -> Option<Test<'_>> {
        let NamedOrBlankNode::NamedNode(iri) = &node else { return None };
        let local = |iri: &str| iri.rsplit(['#', '/']).next().unwrap_or_default().to_owned();
        let name = local(iri.as_str());
        let Some(Term::NamedNode(kind)) = object(&self.graph, &node, &format!("{RDF}type")) else {
            return None; // listed, and nowhere described
        };
        let kind = local(kind.as_str());
        Some(Test { manifest: self, node, name, kind })
    }
}

impl Test<'_> {
    /// The graph in which the test is described.
    pub fn graph(&self) -> &Graph {
        &self.manifest.graph
    }

    /// A property of the test itself, in the manifest vocabulary.
    pub fn get(&self, local: &str) -> Option<Term> {
        object(self.graph(), &self.node, &format!("{MF}{local}"))
    }

    /// The IRI of the action, where the action is one file.
    pub fn action(&self) -> String {
        match self.get("action") {
            Some(Term::NamedNode(iri)) => iri.into_string(),
            other => panic!("the action is {other:?}"),
        }
    }

    /// The objects of a property (a full IRI) of the action or the result.
    pub fn of(&self, part: &str, property: &str) -> Vec<Term> {
        self.get(part).and_then(node).map(|node| objects(self.graph(), &node, property)).unwrap_or_default()
    }
}
