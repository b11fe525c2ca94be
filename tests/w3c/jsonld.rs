//! The JSON-LD suite (github.com/w3c/json-ld-api, `tests/toRdf-manifest.jsonld`): documents to quads.
//!
//! It is looked for beside the other suites, as `json-ld-api`; where it is absent, the test says so and passes.

use super::manifest::root;
use super::results::isomorphic;
use baimo::sources::fault::Stop;
use baimo::sources::json::{self, Entry, Node, Value};
use baimo::sources::{jsonld, rdf};
use baimo::terms::{Prefixes, Quad};
use std::path::{Path, PathBuf};

const BASE: &str = "https://w3c.github.io/json-ld-api/tests/";

const REFUSED: &str = "what cannot be said in RDF is refused; the suite wants it dropped without a word";
const DIRECTED: &str = "RDF 1.2 has directions, which the suite wants dropped";

/// Cases that are not as the suite wants them, each with the reason.
const EXCUSED: &[(&str, &str)] = &[
    ("#te060", REFUSED),
    ("#te068", REFUSED),
    ("#te111", REFUSED),
    ("#te112", REFUSED),
    ("#tli12", REFUSED),
    ("#tli14", REFUSED),
    ("#twf01", REFUSED),
    ("#twf02", REFUSED),
    ("#twf03", REFUSED),
    ("#twf04", REFUSED),
    ("#twf05", REFUSED),
    ("#twf07", REFUSED),
    ("#tdi02", DIRECTED),
    ("#tdi04", DIRECTED),
    ("#tdi05", DIRECTED),
    ("#tdi06", DIRECTED),
];

/// Options that are choices of a processor which baimo does not offer.
const OPTIONS: &[(&str, &str)] = &[
    ("expandContext", "a context from outside the document"),
    ("produceGeneralizedRdf", "blank nodes as predicates"),
    ("rdfDirection", "directions in datatypes or blank nodes: RDF 1.2 has them in literals"),
];

fn string<'n>(entries: &'n [Entry<'_>], key: &str) -> Option<&'n str> {
    json::get(entries, key)?.as_str()
}

fn quads(text: &str, base: &str, folder: &Path) -> Result<Vec<Quad>, String> {
    let contexts = |url: &str| Some(std::fs::read_to_string(folder.join(url.strip_prefix(BASE)?)));
    let mut quads = Vec::new();
    jsonld::read(text, Some(base), false, &contexts, &mut Prefixes::new(), &mut |quad| {
        quads.push(quad);
        Ok(())
    })
    .map_err(|stop| match stop {
        Stop::Fault(fault) => format!("{}:{}: {}", fault.place.line + 1, fault.place.column + 1, fault.what),
        other => format!("{other:?}"),
    })?;
    Ok(quads)
}

fn run(test: &[Entry<'_>], options: &[Entry<'_>], folder: &Path) -> Result<(), String> {
    let input = string(test, "input").ok_or("no input")?;
    let base = string(options, "base").map_or_else(|| format!("{BASE}{input}"), str::to_owned);
    let text = std::fs::read_to_string(folder.join(input)).map_err(|error| error.to_string())?;
    let have = quads(&text, &base, folder);
    if json::get(test, "expectErrorCode").is_some() {
        return have.map_or(Ok(()), |quads| Err(format!("must be refused, gave {quads:?}")));
    }
    let have = have?;
    let Some(expect) = string(test, "expect") else { return Ok(()) };
    let nquads = std::fs::read(folder.join(expect)).map_err(|error| error.to_string())?;
    let mut want = Vec::new();
    let format = rdf::RdfFormat::NQuads;
    rdf::read(expect, format, None, nquads.as_slice(), &mut Prefixes::new(), &mut |quad| {
        want.push(quad);
        Ok(())
    })
    .map_err(|error| error.to_string())?;
    if isomorphic(&have, &want) {
        return Ok(());
    }
    let show = |quads: &[Quad]| quads.iter().map(|quad| format!("\n      {quad}")).collect::<String>();
    Err(format!("expected{}\n    found{}", show(&want), show(&have)))
}

#[test]
fn documents_become_quads() {
    let Some(folder) =
        root().map(|root| root.join("json-ld-api/tests")).filter(|folder: &PathBuf| folder.is_dir())
    else {
        eprintln!(
            "skipped: the JSON-LD suite is not beside the others, as json-ld-api (github.com/w3c/json-ld-api)"
        );
        return;
    };
    let manifest = std::fs::read_to_string(folder.join("toRdf-manifest.jsonld")).unwrap();
    let manifest = json::parse(&manifest).unwrap();
    let tests = json::get(manifest.as_object().unwrap(), "sequence").unwrap().items();
    assert!(tests.len() > 400, "{}", tests.len());
    let (mut wrong, mut passed, mut excused) = (Vec::new(), 0, 0);
    for test in tests.iter().filter_map(Node::as_object) {
        let empty = Node { at: 0, value: Value::Object(Vec::new()) };
        let options = json::get(test, "option").unwrap_or(&empty).as_object().unwrap();
        let id = string(test, "@id").unwrap();
        let is_old = [string(options, "specVersion"), string(options, "processingMode")]
            .contains(&Some("json-ld-1.0"));
        if is_old || OPTIONS.iter().any(|(option, _)| json::get(options, option).is_some()) {
            excused += 1;
            continue;
        }
        match (run(test, options, &folder), EXCUSED.iter().any(|(name, _)| *name == id)) {
            (Ok(()), false) => passed += 1,
            (Err(_), true) => excused += 1,
            (Ok(()), true) => wrong.push(format!("{id} passes: strike it from EXCUSED")),
            (Err(error), false) => wrong.push(format!("{id}: {error}")),
        }
    }
    eprintln!("json-ld-api: {passed} passed, {excused} excused, of {}", tests.len());
    assert!(wrong.is_empty(), "{} of {} wrong:\n{}", wrong.len(), tests.len(), wrong.join("\n"));
}
