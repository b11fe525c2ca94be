//! The suite of RDF Dataset Canonicalization (github.com/w3c/rdf-canon, `tests/manifest.jsonld`), RDFC-1.0.
//!
//! It is looked for beside the other suites, as `rdf-canon`; where it is absent, the test says so and passes.

use super::manifest::root;
use baimo::formats::canonical::rdfc10;
use baimo::sources::json::{self, Entry, Node};
use baimo::sources::rdf;
use baimo::terms::{Prefixes, Quad};

fn string<'n>(entries: &'n [Entry<'_>], key: &str) -> Option<&'n str> {
    json::get(entries, key)?.as_str()
}

#[test]
fn datasets_become_canonical() {
    let Some(folder) = root().map(|root| root.join("rdf-canon/tests")).filter(|folder| folder.is_dir())
    else {
        eprintln!("skipped: the suite is not beside the others, as rdf-canon (github.com/w3c/rdf-canon)");
        return;
    };
    let manifest = std::fs::read_to_string(folder.join("manifest.jsonld")).unwrap();
    let manifest = json::parse(&manifest).unwrap();
    let tests = json::get(manifest.as_object().unwrap(), "entries").unwrap().items();
    let mut passed = 0;
    for test in tests.iter().filter_map(Node::as_object) {
        let (id, kind) = (string(test, "id").unwrap(), string(test, "type").unwrap());
        // Maps of labels are not given out, and SHA-384 is not offered.
        if kind == "rdfc:RDFC10MapTest" || string(test, "hashAlgorithm").is_some() {
            continue;
        }
        let file = std::fs::read(folder.join(string(test, "action").unwrap())).unwrap();
        let mut quads: Vec<Quad> = Vec::new();
        rdf::read(id, rdf::RdfFormat::NQuads, None, file.as_slice(), &mut Prefixes::new(), &mut |quad| {
            quads.push(quad);
            Ok(())
        })
        .unwrap();
        let mut seen = std::collections::HashSet::new();
        quads.retain(|quad| seen.insert(quad.clone()));
        let have = rdfc10(&quads);
        match string(test, "result") {
            Some(result) => {
                let want = std::fs::read_to_string(folder.join(result)).unwrap();
                assert_eq!(have.map_err(|error| error.to_string()), Ok(want), "{id}");
            }
            None => assert!(have.is_err(), "{id} must meet the limit"),
        }
        passed += 1;
    }
    assert!(passed > 60, "{passed}");
}
