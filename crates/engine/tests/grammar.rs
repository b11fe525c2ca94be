//! The grammar beside `spargebra`'s parser: the same algebra for every text of the W3C suites, of this repository and of a table of
//! terms and the places where they may stand; or a reason by name.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that meets the unexpected should stop at once")]

mod beside;

use baimo_engine::syntax::parse;
use baimo_engine::terms::Prefixes;
use baimo_engine::update::Update;
use beside::{named, plain, shown, theirs};
use spargebra::GraphUpdateOperation;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What the specification has otherwise than that parser, by the end of a file's path.
const OTHERWISE: &[(&str, &str)] = &[
    ("nested-aggregate-functions.rq", "19.8, note: an aggregate has none in its argument"),
    ("select-variable-reuse.rq", "16.1.2: a column may be computed from one before it"),
    ("case-insensitive-booleans.rq", "19.8, note 1: keywords are in any letter case"),
    ("syntax-general-04.rq", "19.8: behind a predicate `+11` is a number by the longest match"),
    ("syntax-general-07.rq", "19.8: behind a predicate `+1.0` is a number by the longest match"),
    ("syntax-general-10.rq", "19.8: behind a predicate `+1.0e+1` is a number by the longest match"),
    ("syntax-update-36.ru", "18.2.2.6: the triples of a GRAPH are one basic graph pattern"),
    ("syn-bad-26.rq", "19.8: `<?a&&?b>` is an IRI by the longest match"),
    ("tripleterm-subject-03.rq", "SPARQL 1.2, ExprTripleTermSubject: a variable or an IRI"),
    ("tripleterm-subject-06.rq", "SPARQL 1.2, ExprTripleTermSubject: a variable or an IRI"),
];

/// What the specification has otherwise than that parser: a term, what its place has in it, the term that the other parser reads so (or
/// nothing, where the text is refused), and the section.
const OTHERWISE_OF: &[(&str, &str, Option<&str>, &str)] = &[
    ("TRUE", "", Some("true"), "19.8, note 1: keywords are in any letter case"),
    ("a:b", ":o ; □", None, "19.8: a prefixed name by the longest match, not `a` and `:b`"),
    ("graph:x", "COPY □", None, "19.8: a prefixed name by the longest match, not `GRAPH` and `:x`"),
    ("[ :p 1 ]", ":o ; □", None, "19.8, TriplesTemplate: a dot stands before another subject"),
    ("[ :p 1 ]", ":o □ }", None, "19.8, TriplesTemplate: a dot stands before another subject"),
    ("(1 2)", ":o ; □", None, "19.8, TriplesTemplate: a dot stands before another subject"),
    ("(1 2)", ":o □ }", None, "19.8, TriplesTemplate: a dot stands before another subject"),
    ("<< :s :p :o >>", ":o ; □", None, "19.8, TriplesTemplate: a dot stands before another subject"),
    ("<< :s :p :o >>", ":o □ }", None, "19.8, TriplesTemplate: a dot stands before another subject"),
    (".5", "?o □ :q", None, "19.8: a decimal by the longest match, not a dot and `5`"),
    (".5", "?o } □ :q", Some(". .5"), "19.8: a decimal by the longest match, not a dot and `5`"),
];

/// All files below a folder that end so.
fn files(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            files(&path, ending, found);
        } else if path.extension().is_some_and(|own| own == ending) {
            found.push(path);
        }
    }
}

fn shown_operations(mut operations: Vec<GraphUpdateOperation>) -> String {
    for operation in &mut operations {
        if let GraphUpdateOperation::DeleteInsert { pattern, .. } = operation {
            plain(pattern);
        }
    }
    named(&spargebra::Update { base_iri: None, operations }.to_sse())
}

fn shown_update(update: &Update) -> String {
    shown_operations(update.steps().cloned().collect())
}

#[test]
fn every_text_gives_the_same_algebra() {
    let (prefixes, base) = (Prefixes::new(), Some("http://example.org/base/"));
    let (mut same, mut refused, mut other) = (0, 0, Vec::new());
    for ending in ["rq", "ru"] {
        let mut found = Vec::new();
        for folder in ["../../../shared", "../../queries"] {
            files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), ending, &mut found);
        }
        for path in found {
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            let theirs = theirs(&prefixes, base);
            let (ours, theirs) = if ending == "rq" {
                let ours = parse::query(&text, &prefixes, base).map(shown).ok();
                (ours, theirs.parse_query(&text).map(shown).ok())
            } else {
                let ours = parse::update(&text, &prefixes, base).map(|update| shown_update(&update)).ok();
                (ours, theirs.parse_update(&text).map(|update| shown_operations(update.operations)).ok())
            };
            let is_named = OTHERWISE.iter().any(|(end, _)| path.ends_with(end));
            match (ours, theirs) {
                (Some(ours), Some(theirs)) if ours == theirs && !is_named => same += 1,
                (None, None) if !is_named => refused += 1,
                (ours, theirs) if ours != theirs && is_named => {}
                (ours, theirs) => {
                    other.push(format!("{}\n{text}\nours   {ours:?}\ntheirs {theirs:?}\n", path.display()));
                }
            }
        }
    }
    println!("{same} texts are read alike, {refused} are refused by both");
    assert!(other.is_empty(), "{}", other.join("\n"));
    if same < 1200 {
        eprintln!("the W3C suites are absent: only the saved queries were compared");
    }
}

/// Terms, and what is none.
const TERMS: &[&str] = &[
    "<http://example.org/x>",
    "<http://example.org/a/../b>",
    "<http://example.org/.>",
    "<http://a b/>",
    "<relative>",
    "<urn:x:y>",
    "<http://example.org/\\u0041>",
    "<>",
    ":x",
    ":",
    ":x.y",
    ":x.",
    ":-x",
    ":x-",
    ":x:y",
    ":x%41",
    ":1",
    ":é",
    "host:8080",
    "host:x",
    "urn:x",
    "nowhere:x",
    "rdf:type",
    "a",
    "a:b",
    "true",
    "false",
    "TRUE",
    "true:x",
    "trueish",
    "1",
    "+1",
    "-1",
    "01",
    "1.",
    "1.5",
    "1.5.",
    "1.5.5",
    ".5",
    "1e5",
    "1.e5",
    "1.5e5",
    "1x",
    "1:x",
    "+",
    "\"\"",
    "\"a\"",
    "\"a\\\"b\\\\\"",
    "\"\\t\\n\\r\\b\\f\\'\"",
    "\"\\x\"",
    "\"\\u0041\"",
    "\"a\nb\"",
    "\"a\rb\"",
    "\"\"\"long\nstring\"\"\"",
    "\"\"\"\"\"\"",
    "'a'",
    "\"a",
    "\"a\\\"",
    "\"a\"@en",
    "\"a\"@EN",
    "\"a\"@en-GB",
    "\"a\"@e",
    "\"a\"@eng.",
    "\"a\"@english",
    "\"a\"@ar--rtl",
    "\"a\" @en",
    "\"1\"^^xsd:integer",
    "\"1\"^^<http://example.org/t>",
    "\"1\" ^^ xsd:integer",
    "\"1\"^^xsd:string",
    "\"1\"^^rdf:langString",
    "\"1\"^^\"2\"",
    "_:b",
    "[]",
    "[ :p 1 ]",
    "(1 2)",
    "?x",
    "<<( :s :p :o )>>",
    "<< :s :p :o >>",
    "GRAPH",
    "graph:x",
    "{",
    "}",
    "",
    "\"}\"",
    "\"#\"",
    "<http://example.org/#x>",
    "# comment\n:x",
    "# comment\r:x",
    "\"a\"# c\n",
];

/// Updates in which a term stands for each `□`.
const PLACES: &[&str] = &[
    "□ INSERT DATA { }",
    "INSERT DATA { :s :p □ }",
    "INSERT DATA{:s :p □.}",
    "delete data { :s :p □ ; :q □, 2 ; ; . :t a □ . } ;",
    "INSERT DATA { □ :p 1 . :s □ 2 }",
    "INSERT DATA { :s :p 1, □ GRAPH □ { :s :p □ } . :s :p 2 GRAPH :g { } }",
    "INSERT DATA { :s :p □ . GRAPH :g { :s :p □ . } GRAPH :h { □ a :C } }",
    "INSERT DATA { :s :p 1 } ; DELETE DATA { :s :p □ } # the end",
    "PREFIX p: <http://example.org/p#> prefix : □\nINSERT DATA { p:s :p p:o }",
    "INSERT DATA { :s :p :o □ }",
    "INSERT { } WHERE { ?s ?p ?o □ :q 1 }",
    "INSERT { } WHERE { { ?s ?p ?o } □ :q 1 }",
    "INSERT DATA { :s :p :o . } □",
    "INSERT DATA { :s :p :o ; □ }",
    "VERSION \"1.2\" INSERT DATA { :s :p □ }",
    "WITH :g INSERT DATA { :s :p □ }",
    "INSERT DATA { :s :p □ } ;;",
    "WITH :g DELETE { :s :p ?o } INSERT { :s :p □ } USING :h WHERE { :s :p ?o, □ }",
    "DELETE WHERE { ?s :p □ GRAPH ?g { □ ?p □ } }",
    "COPY □ TO :g ; ADD SILENT □ TO DEFAULT ; MOVE GRAPH :g TO □",
    "LOAD □ INTO GRAPH □ ; CLEAR GRAPH □ ; DROP SILENT ALL ; CREATE GRAPH □",
    "INSERT { } WHERE { □ □ □ }",
    "INSERT { } WHERE { ?s ?p □ , ( □ ) , [ ?q □ ] , << ?s ?p □ >> }",
    "INSERT { } WHERE { << □ ?p ?o >> ?q ?r {| ?p □ |} ~ □ }",
    "INSERT { } WHERE { ?s ?p ?o FILTER(?o = □ || □ IN (□, 1)) }",
    "INSERT { } WHERE { BIND(□ AS ?x) VALUES ?y { □ } }",
    "INSERT { } WHERE { ?s ^□*/!(□|^□) ?o }",
];

/// Prefixes of all sorts of namespaces.
fn known() -> Prefixes {
    let mut known = Prefixes::well_known();
    known.insert("", "http://example.org/");
    known.insert("host", "http://example.org");
    known.insert("urn", "urn:x:");
    known
}

#[test]
fn every_term_is_taken_where_it_may_stand() {
    let (mut same, mut refused, mut other, mut named) = (0, 0, Vec::new(), BTreeSet::new());
    let prefixes = known();
    for term in TERMS {
        for place in PLACES {
            let text = place.replace('□', term);
            for base in [None, Some("http://example.org/base/x")] {
                let ours = parse::update(&text, &prefixes, base).map(|update| shown_update(&update)).ok();
                let read = |text: &str| {
                    let parsed = theirs(&prefixes, base).parse_update(text);
                    parsed.map(|update| shown_operations(update.operations)).ok()
                };
                let theirs = read(&text);
                let excuse = OTHERWISE_OF
                    .iter()
                    .position(|(of, part, ..)| of == term && place.contains(part) && ours != theirs);
                match (excuse.and_then(|n| Some((n, OTHERWISE_OF.get(n)?.2))), ours, theirs) {
                    (Some((n, as_if)), ours, _)
                        if ours == as_if.and_then(|term| read(&place.replace('□', term))) =>
                    {
                        named.insert(n);
                    }
                    (None, Some(ours), Some(theirs)) if ours == theirs => same += 1,
                    (None, None, None) => refused += 1,
                    (_, ours, theirs) => other.push(format!("{text}\nours   {ours:?}\ntheirs {theirs:?}\n")),
                }
            }
        }
    }
    println!("{same} texts are read alike, {refused} are refused by both");
    assert!(other.is_empty(), "{} of {}:\n{}", other.len(), other.len() + same + refused, other.join("\n"));
    assert_eq!(named.len(), OTHERWISE_OF.len(), "{named:?}");
}
