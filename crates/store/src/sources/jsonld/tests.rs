//! Tests of the JSON-LD reader beyond the suite: key order, limits, places, contexts, and what RDF 1.2 adds.

use super::*;
use crate::sources::fault::{Fault, Place};
use crate::terms::rdf;

const CONTEXT: &str = "http://b/shared/context.jsonld";

/// The quads of a document as sorted lines of N-Quads, or the fault.
fn document(text: &str) -> std::result::Result<Vec<String>, Fault> {
    let contexts = |url: &str| {
        (url == CONTEXT).then(|| {
            Ok("{\"@context\": {\"@vocab\": \"http://e/\", \"at\": {\"@type\": \"@id\"}}}".to_owned())
        })
    };
    let mut lines = Vec::new();
    let read = read(text, Some("http://b/d/f"), false, &contexts, &mut Prefixes::new(), &mut |quad| {
        lines.push(quad.to_string());
        Ok(())
    });
    match read {
        Ok(count) => assert_eq!(count, lines.len() as u64),
        Err(Stop::Fault(fault)) => return Err(*fault),
        Err(other) => panic!("{other:?}"),
    }
    lines.sort();
    Ok(lines)
}

fn quads(text: &str) -> Vec<String> {
    document(text).unwrap_or_else(|fault| panic!("{text}: {fault:?}"))
}

fn refused(text: &str) -> Fault {
    document(text).map(|lines| panic!("{text}: read as {lines:?}")).unwrap_err()
}

const TYPE: &str = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>";

#[test]
fn keys_may_stand_in_any_order() {
    // JSON objects are unordered (RFC 8259, 1).
    let wanted =
        ["<http://e/a> <http://e/p> \"1\"@en".to_owned(), format!("<http://e/a> {TYPE} <http://e/T>")];
    let (context, id, kind) =
        ("\"@context\": {\"@vocab\": \"http://e/\"}", "\"@id\": \"http://e/a\"", "\"@type\": \"T\"");
    let value = "\"p\": {\"@language\": \"en\", \"@value\": \"1\"}";
    let parts = [context, id, kind, value];
    for turn in 0..4 {
        for flip in [false, true] {
            let mut order: Vec<&str> = parts[turn..].iter().chain(&parts[..turn]).copied().collect();
            if flip {
                order.reverse();
            }
            assert_eq!(quads(&format!("{{{}}}", order.join(", "))), wanted, "{order:?}");
        }
    }
    // An alias of @type after the terms that its context defines.
    let scoped = "{\"n\": \"x\", \"kind\": \"T\", \"@context\": {\"kind\": \"@type\", \"T\": {\"@id\": \"http://e/T\", \"@context\": {\"n\": \"http://e/n\"}}}}";
    assert!(quads(scoped).iter().any(|line| line.contains("<http://e/n> \"x\"")));
}

#[test]
fn a_type_map_holds_nodes_in_any_form() {
    // JSON-LD 1.1, 4.6.4, whose own example names its nodes.
    let text = "{\"@context\": {\"@version\": 1.1, \"@vocab\": \"http://e/\", \"aff\": {\"@container\": \"@type\"}},\
        \"@id\": \"http://e/a\", \"aff\": {\"Company\": {\"@id\": \"http://e/c\"}, \"School\": [{\"@id\": \"_:s\", \"name\": \"S\", \"@type\": \"Public\"}, \"http://e/d\"]}}";
    let have = quads(text);
    for wanted in [
        format!("<http://e/c> {TYPE} <http://e/Company>"),
        format!("_:s {TYPE} <http://e/School>"),
        format!("_:s {TYPE} <http://e/Public>"),
        format!("<http://e/d> {TYPE} <http://e/School>"),
        "_:s <http://e/name> \"S\"".to_owned(),
    ] {
        assert!(have.contains(&wanted), "{wanted}: {have:?}");
    }
}

#[test]
fn numbers_keep_their_value() {
    // JSON-LD 1.1 Processing Algorithms 8.2.2: whole numbers below 10^21 are integers.
    let integer = |text: &str| format!("\"{text}\"^^<http://www.w3.org/2001/XMLSchema#integer>");
    let double = |text: &str| format!("\"{text}\"^^<http://www.w3.org/2001/XMLSchema#double>");
    let cases = [
        ("1e20", integer("100000000000000000000")),
        ("123456789012345678901", integer("123456789012345678901")),
        ("9007199254740993", integer("9007199254740993")),
        ("1.50e1", integer("15")),
        ("1.0", integer("1")),
        ("-0", integer("0")),
        ("-12.0e-1", double("-1.2E0")),
        ("1e21", double("1.0E21")),
        ("999999999999999999999", integer("999999999999999999999")),
        ("1000000000000000000000", double("1.0E21")),
        ("5.3", double("5.3E0")),
        ("1e-7", double("1.0E-7")),
        ("{\"@value\": 4, \"@type\": \"http://www.w3.org/2001/XMLSchema#double\"}", double("4.0E0")),
        (
            "{\"@value\": 4.25, \"@type\": \"http://www.w3.org/2001/XMLSchema#decimal\"}",
            "\"4.25\"^^<http://www.w3.org/2001/XMLSchema#decimal>".to_owned(),
        ),
    ];
    for (number, wanted) in cases {
        let have = quads(&format!("{{\"@id\": \"http://e/a\", \"http://e/p\": {number}}}"));
        assert_eq!(have, [format!("<http://e/a> <http://e/p> {wanted}")], "{number}");
    }
}

#[test]
fn contexts_elsewhere_are_at_hand_or_named() {
    for address in ["/shared/context.jsonld", "../shared/context.jsonld", CONTEXT] {
        let have = quads(&format!("{{\"@context\": [\"{address}\", {{}}], \"at\": \"x\", \"@id\": \"\"}}"));
        assert_eq!(have, ["<http://b/d/f> <http://e/at> <http://b/d/x>"]);
    }
    for address in
        ["https://schema.org", "https://w3id.org/security/v2", "https://www.w3.org/ns/credentials/v2"]
    {
        let fault = refused(&format!("{{\n \"@context\": \"{address}\", \"name\": \"N\"}}"));
        let file = address.replace("https://", "-o contexts/");
        assert!(
            fault.place.line == 1 && fault.what.contains(address) && fault.hint.contains(&file),
            "{fault:?}"
        );
    }
    assert!(refused("{\"p\": {\"@context\": {\"t\": {\"@id\": \"http://e/t\", \"@context\": \"http://x/\"}}}, \"@context\": {\"p\": \"http://e/p\"}}").what.contains("http://x/"));
}

#[test]
fn well_known_contexts_are_built_in() {
    // Activity Streams 2.0, example 1 of its vocabulary; and Web Annotation, example 1 of its model.
    let have = quads(
        "{\"@context\": \"https://www.w3.org/ns/activitystreams\", \"type\": \"Create\", \"id\": \"http://e/a\", \
         \"actor\": \"http://e/b\", \"published\": \"2014-09-30T12:00:00Z\", \"nameMap\": {\"zh\": \"名\"}}",
    );
    assert_eq!(
        have,
        [
            format!("<http://e/a> {TYPE} <https://www.w3.org/ns/activitystreams#Create>"),
            "<http://e/a> <https://www.w3.org/ns/activitystreams#actor> <http://e/b>".to_owned(),
            "<http://e/a> <https://www.w3.org/ns/activitystreams#name> \"名\"@zh".to_owned(),
            "<http://e/a> <https://www.w3.org/ns/activitystreams#published> \"2014-09-30T12:00:00Z\"^^<http://www.w3.org/2001/XMLSchema#dateTime>".to_owned(),
        ]
    );
    let have = quads(
        "{\"@context\": \"http://www.w3.org/ns/anno.jsonld\", \"id\": \"http://e/a\", \"type\": \"Annotation\", \
         \"body\": \"http://e/post1\", \"motivation\": \"tagging\"}",
    );
    assert_eq!(
        have,
        [
            format!("<http://e/a> {TYPE} <http://www.w3.org/ns/oa#Annotation>"),
            "<http://e/a> <http://www.w3.org/ns/oa#hasBody> <http://e/post1>".to_owned(),
            "<http://e/a> <http://www.w3.org/ns/oa#motivatedBy> <http://www.w3.org/ns/oa#tagging>".to_owned(),
        ]
    );
}

#[test]
fn contexts_of_the_web_are_kept_by_host_and_path() {
    for (address, file) in [
        ("https://w3id.org/security/v2", Some("contexts/w3id.org/security/v2")),
        ("http://www.w3.org/ns/odrl.jsonld", Some("contexts/www.w3.org/ns/odrl")),
        ("https://e.org/", Some("contexts/e.org")),
        ("https://e.org/c?v=1#x", Some("contexts/e.org/c@v=1")),
        ("https://e.org/../../etc/passwd", None),
        ("https://e.org//x", None),
        ("https://", None),
        ("file:///etc/passwd", None),
        ("https://e.org/a;rm", None),
    ] {
        assert_eq!(file_of(address).as_deref(), file, "{address}");
    }
}

/// Wrong documents, the line and column of the fault, and what is said.
const WRONG: &[(&str, u64, u64, &str)] = &[
    ("{\"@id\": \"http://e/a\",\n \"http://e/p\": {\"@value\": [1]}}", 1, 26, "@value is a text"),
    ("{\"http://e/p\":\n  {\"@value\": 1, \"http://e/q\": 2}}", 1, 2, "has no properties"),
    ("{\n\"@id\": 5}", 1, 7, "@id is an IRI"),
    ("{\n\"@id\": \"http://e/a b\", \"http://e/p\": 1}", 0, 0, "space in an IRI"),
    ("{\n\"@type\": \"http://e/<\"}", 1, 9, "is not an IRI"),
    ("{\"@context\": {\n\"a\": \"b:x\", \"b\": \"a:y\"}}", 1, 5, "defined by itself"),
    ("{\"@context\": {\n\"a\": {\"@id\": \"http://e/a\", \"@what\": 1}}}", 1, 27, "says nothing"),
    ("{\"@context\":\n 5}", 1, 1, "a context is"),
    ("{\"http://e/p\":\n {\"@value\": \"x\", \"@language\": \"en_US\"}}", 1, 30, "language tag"),
    (
        "{\"http://e/p\":\n {\"@value\": \"x\", \"@type\": \"http://www.w3.org/1999/02/22-rdf-syntax-ns#langString\"}}",
        1,
        12,
        "needs a language",
    ),
    ("{\"http://e/p\":\n {\"@list\": [1], \"http://e/q\": 2}}", 1, 1, "stand alone"),
    ("{\"@reverse\": {\n\"http://e/p\": 1}}", 1, 0, "is a subject"),
    ("{\n\"_:p\": 1}", 1, 0, "blank node cannot be a property"),
    ("{\"a\": 1\n", 1, 0, "opened in line 1"),
];

#[test]
fn what_is_wrong_is_named_with_its_line_and_column() {
    let mut wrong = Vec::new();
    for (text, line, column, words) in WRONG {
        let fault = refused(text);
        let place = Place { line: *line, column: *column };
        if fault.place != place || !fault.what.contains(words) || fault.hint.is_empty() {
            wrong.push(format!("{text:?}: {fault:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn triple_terms_are_nodes_in_the_place_of_an_id() {
    // JSON-LD-star has it so; RDF 1.2 has triple terms as objects alone.
    let term = "{\"@id\": {\"@id\": \"http://e/s\", \"http://e/q\": {\"@value\": \"o\", \"@language\": \"ar\", \"@direction\": \"rtl\"}}}";
    assert_eq!(
        quads(&format!("{{\"@id\": \"http://e/a\", \"http://e/p\": {term}}}")),
        ["<http://e/a> <http://e/p> <<( <http://e/s> <http://e/q> \"o\"@ar--rtl )>>"]
    );
    let nested = format!("{{\"@id\": {{\"@id\": \"_:s\", \"http://e/q\": {term}}}}}");
    assert_eq!(
        quads(&format!("{{\"@id\": \"http://e/a\", \"http://e/p\": {nested}}}")),
        [
            "<http://e/a> <http://e/p> <<( _:s <http://e/q> <<( <http://e/s> <http://e/q> \"o\"@ar--rtl )>> )>>"
        ]
    );
    // As proposed for RDF 1.2: a keyword for the term, and one for the property that leads to it.
    let wanted = [
        "<http://e/r> <http://www.w3.org/1999/02/22-rdf-syntax-ns#reifies> <<( <http://e/s> <http://e/q> \"1\"^^<http://www.w3.org/2001/XMLSchema#integer> )>>",
    ];
    let triple = "{\"@id\": \"http://e/s\", \"http://e/q\": 1}";
    for said in [
        format!("\"{}\": {{\"@triple\": {triple}}}", rdf::REIFIES.as_str()),
        format!("\"{}\": {{\"@id\": {triple}}}", rdf::REIFIES.as_str()),
        format!("\"@reifies\": {triple}"),
        format!("\"@reifies\": [{triple}]"),
    ] {
        for text in
            [format!("{{\"@id\": \"http://e/r\", {said}}}"), format!("{{{said}, \"@id\": \"http://e/r\"}}")]
        {
            assert_eq!(quads(&text), wanted, "{text}");
        }
    }
    assert!(refused("{\"@reifies\": \"http://e/s\"}").what.contains("one property"));
    let noted = "{\"@id\": \"http://e/a\", \"http://e/p\": {\"@value\": 1, \"@annotation\": {\"@id\": \"http://e/r\", \"http://e/q\": 2}}}";
    assert_eq!(quads(noted).len(), 3);
    assert!(quads(noted)[2].contains("reifies> <<( <http://e/a> <http://e/p>"));
    assert!(
        refused("{\"@id\": {\"@id\": \"http://e/s\", \"http://e/q\": [1, 2]}, \"http://e/p\": 1}")
            .what
            .contains("cannot be a subject")
    );
    assert!(refused("{\"http://e/p\": {\"@id\": {\"http://e/q\": [1, 2]}}}").what.contains("exactly one"));
}

#[test]
fn nesting_and_definitions_have_limits_and_large_values_none() {
    let nest = |depth: usize| format!("{}1{}", "{\"http://e/p\": ".repeat(depth), "}".repeat(depth));
    assert_eq!(quads(&nest(200)).len(), 200);
    assert!(refused(&nest(5_000)).what.contains("deep"));
    let lists = format!("{{\"http://e/p\": {{\"@list\": {}1{}}}}}", "[".repeat(200), "]".repeat(200));
    assert!(document(&lists).is_ok());
    let lists = format!("{{\"http://e/p\": {}1{}}}", "{\"@list\": [".repeat(100), "]}".repeat(100));
    assert_eq!(quads(&lists).len(), 201, "each is looked at once");
    let chain: Vec<String> = (0..2_000).map(|n| format!("\"t{n}\": \"t{}:x\"", n + 1)).collect();
    assert!(refused(&format!("{{\"@context\": {{{}}}}}", chain.join(","))).what.contains("too deep"));
    // Many small contexts in a large one: each adds a layer, and copies nothing.
    let terms: Vec<String> = (0..5_000).map(|n| format!("\"t{n}\": \"http://e/{n}\"")).collect();
    let nodes: Vec<String> =
        (0..5_000).map(|n| format!("{{\"@context\": {{\"x\": \"http://x/\"}}, \"t{n}\": 1}}")).collect();
    assert_eq!(
        quads(&format!("{{\"@context\": {{{}}}, \"@graph\": [{}]}}", terms.join(","), nodes.join(","))).len(),
        5_000
    );
    let long = "x".repeat(20 << 20);
    assert_eq!(
        quads(&format!("{{\"@id\": \"http://e/a\", \"http://e/p\": \"{long}\"}}"))[0].len(),
        long.len() + 28
    );
}
