//! Folders changed by updates: what each file says then, to the letter; and random layouts under random updates.

use super::*;
use crate::engine::syntax::parse;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};

/// A folder that goes with the test.
struct Fixture(PathBuf);

impl Fixture {
    fn of(files: &[(&str, &str)]) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let root = std::env::temp_dir().join(format!("baimo-edit-{}-{number}", std::process::id()));
        let _ = std::fs::remove_dir_all(&root);
        for part in ["data", "ontology"] {
            std::fs::create_dir_all(root.join(part)).unwrap();
        }
        std::fs::write(
            root.join("baimo.toml"),
            "name = \"t\"\nbase = \"http://e/\"\n[prefixes]\ne = \"http://e/#\"\n",
        )
        .unwrap();
        for (name, text) in files {
            std::fs::write(root.join(name), text).unwrap();
        }
        Self(root)
    }

    fn edits(&self, update: &str, into: Option<&str>) -> Result<Edits> {
        let project = Project::open(&self.0).unwrap();
        let mut prefixes = Prefixes::well_known();
        prefixes.extend(&project.prefixes);
        let update = parse::update(update, &prefixes, Some("http://e/")).unwrap();
        let into = into.map(|file| self.0.join(file));
        edits(&project, &update, into.as_deref(), &prefixes, &Governor::unlimited())
    }
}

impl Drop for Fixture {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The texts of the files that an update changes.
fn changed(files: &[(&str, &str)], update: &str, into: Option<&str>) -> Result<BTreeMap<String, String>> {
    let edits = Fixture::of(files).edits(update, into)?;
    Ok(edits.files.into_iter().map(|file| (file.name, String::from_utf8(file.after).unwrap())).collect())
}

/// What becomes of one file.
fn one(name: &str, before: &str, update: &str) -> String {
    let mut files = changed(&[(name, before)], update, None)
        .unwrap_or_else(|error| panic!("{update}: {error} {:?} {:?}", error.hints, error.span));
    files.remove(name).unwrap_or_else(|| before.to_owned())
}

const HEAD: &str = "@prefix e: <http://e/#> .\n@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n\n";

fn turtle(before: &str, update: &str) -> String {
    let text = one("data/x.ttl", &format!("{HEAD}{before}"), update);
    text.strip_prefix(HEAD).unwrap_or(&text).to_owned()
}

#[test]
fn a_triple_goes_with_its_separators_and_leaves_the_comments() {
    let before = "# about a\ne:a a e:C ; # its class\n    rdfs:label \"x\"@en , \"y\"@zh ;\n    e:p 1 . # the last\n\ne:b a e:C .\n";
    for (update, after) in [
        (
            "DELETE DATA { e:a e:p 1 }",
            "# about a\ne:a a e:C ; # its class\n    rdfs:label \"x\"@en , \"y\"@zh .\n    # the last\n\ne:b a e:C .\n",
        ),
        (
            "DELETE DATA { e:a rdfs:label 'x'@en }",
            "# about a\ne:a a e:C ; # its class\n    rdfs:label \"y\"@zh ;\n    e:p 1 . # the last\n\ne:b a e:C .\n",
        ),
        (
            "DELETE DATA { e:a rdfs:label 'y'@zh }",
            "# about a\ne:a a e:C ; # its class\n    rdfs:label \"x\"@en ;\n    e:p 1 . # the last\n\ne:b a e:C .\n",
        ),
        (
            "DELETE WHERE { e:a rdfs:label ?x }",
            "# about a\ne:a a e:C ; # its class\n    e:p 1 . # the last\n\ne:b a e:C .\n",
        ),
        (
            "DELETE DATA { e:a a e:C }",
            "# about a\ne:a # its class\n    rdfs:label \"x\"@en , \"y\"@zh ;\n    e:p 1 . # the last\n\ne:b a e:C .\n",
        ),
        ("DELETE WHERE { e:a ?p ?o }", "# about a\n# its class\n# the last\n\ne:b a e:C .\n"),
        (
            "DELETE WHERE { e:b ?p ?o }",
            "# about a\ne:a a e:C ; # its class\n    rdfs:label \"x\"@en , \"y\"@zh ;\n    e:p 1 . # the last\n",
        ),
    ] {
        assert_eq!(turtle(before, update), after, "{update}");
    }
    assert_eq!(turtle("e:a a e:C ;\n    e:p 1 .\n", "DELETE DATA { e:a a e:C }"), "e:a e:p 1 .\n");
    assert_eq!(turtle("e:a e:p 1 ;\n    e:q 2 ;\n.\n", "DELETE DATA { e:a e:q 2 }"), "e:a e:p 1 ;\n.\n");
    assert_eq!(turtle("e:a e:p 1 ;\n    e:q 2\n.\n", "DELETE DATA { e:a e:q 2 }"), "e:a e:p 1\n.\n");
    assert_eq!(
        turtle("e:a e:p 1\n   ; e:q 2\n   ; e:r 3 .\n", "DELETE DATA { e:a e:q 2 }"),
        "e:a e:p 1\n   ; e:r 3 .\n"
    );
    assert_eq!(
        turtle("e:a e:p 1,2,3 .e:b e:p 1.\n", "DELETE DATA { e:a e:p 2, 3 . }"),
        "e:a e:p 1 .e:b e:p 1.\n"
    );
}

#[test]
fn what_is_said_otherwise_is_rewritten_where_it_stands() {
    let before = "e:a a e:C ;\n    rdfs:label \"x\"@en , \"y\"@zh ; # names\n    e:p 1 .\n\ne:b e:p [ e:q 1 ; e:r 2 ] .\n";
    let with = |from: &str, to: &str| before.replace(from, to);
    for (update, after) in [
        (
            "DELETE { ?s rdfs:label ?l } INSERT { ?s rdfs:label ?n } WHERE { ?s rdfs:label ?l FILTER(LANG(?l) = 'zh') BIND(STRLANG('z', 'zh') AS ?n) }",
            with("\"y\"@zh", "\"z\"@zh"),
        ),
        (
            "DELETE DATA { e:a rdfs:label 'x'@en, 'y'@zh } ; INSERT DATA { e:a rdfs:label 'b'@zh, 'c'@en }",
            with("\"x\"@en , \"y\"@zh", "\"c\"@en , \"b\"@zh"),
        ),
        ("DELETE { ?s e:p ?o } INSERT { ?s e:new ?o } WHERE { ?s e:p ?o }", with("e:p", "e:new")),
        ("DELETE { e:a ?p ?o } INSERT { e:z ?p ?o } WHERE { e:a ?p ?o }", with("e:a a", "e:z a")),
        ("DELETE { ?x e:q 1 } INSERT { ?x e:q 5 } WHERE { ?x e:q 1 }", with("e:q 1", "e:q 5")),
        (
            "DELETE { e:a e:p ?o } INSERT { e:a e:p [ e:q 7 ] } WHERE { e:a e:p ?o }",
            with("    e:p 1 .", "    e:p [ e:q 7 ] ."),
        ),
        (
            "DELETE { e:b e:p ?x . ?x ?p ?o } INSERT { e:b e:p 3 } WHERE { e:b e:p ?x . ?x ?p ?o }",
            with("[ e:q 1 ; e:r 2 ]", "3"),
        ),
        ("DELETE { ?x e:r 2 } WHERE { ?x e:r 2 }", with(" ; e:r 2", "")),
        ("DELETE { ?x ?p ?o } WHERE { e:b e:p ?x . ?x ?p ?o }", with("[ e:q 1 ; e:r 2 ]", "[]")),
        ("INSERT { ?x e:s 3, 4 } WHERE { e:b e:p ?x }", with("e:r 2 ]", "e:r 2 ; e:s 3 , 4 ]")),
    ] {
        assert_eq!(turtle(before, update), after, "{update}");
    }
}

#[test]
fn what_is_new_is_written_as_the_file_is() {
    let before =
        "e:a a e:C ;\n    rdfs:label \"x\"@en , \"y\"@zh ;\n    e:p 1 . # one\n\ne:b a e:C ; e:p 2 .\n";
    let with = |from: &str, to: &str| before.replace(from, to);
    for (update, after) in [
        ("INSERT DATA { e:a rdfs:label '百'@zh }", with("\"y\"@zh", "\"y\"@zh , \"百\"@zh")),
        ("INSERT DATA { e:a e:q 2 }", with("    e:p 1 . # one", "    e:p 1 ; # one\n    e:q 2 .")),
        (
            "INSERT DATA { e:b e:q 2 ; e:r '''a\nb''' }",
            with("e:p 2 .", "e:p 2 ; e:q 2 ; e:r \"\"\"a\nb\"\"\" ."),
        ),
        (
            "INSERT DATA { e:c a e:C ; rdfs:label 'c' ; e:list ( 1 2 ) ; e:of [ e:q 1 ] }",
            format!(
                "{before}\ne:c a e:C ;\n    rdfs:label \"c\" ;\n    e:list ( 1 2 ) ;\n    e:of [ e:q 1 ] .\n"
            ),
        ),
        (
            "INSERT DATA { [] e:p _:x . _:x e:q _:x . _:y e:p 1 }",
            format!("{before}\n[] e:p _:b1 .\n\n_:b1 e:q _:b1 .\n\n[] e:p 1 .\n"),
        ),
        (
            "DELETE DATA { e:b a e:C ; e:p 2 } ; INSERT DATA { e:b e:q 'x' }",
            with("e:b a e:C ; e:p 2 .", "e:b e:q \"x\" ."),
        ),
    ] {
        let found = turtle(before, update);
        if update.contains("_:x") {
            let mut lines: Vec<&str> = found.lines().collect();
            let mut wanted: Vec<&str> = after.lines().collect();
            lines.sort_unstable();
            wanted.sort_unstable();
            assert_eq!(lines, wanted, "{update}");
            continue;
        }
        assert_eq!(found, after, "{update}");
    }
    // Objects below one another stay so.
    let padded = "e:a\n    a          e:C ;\n    rdfs:label \"x\" ;\n    e:a-longer-one 1 .\n";
    assert_eq!(
        turtle(padded, "INSERT DATA { e:a e:q 1 . e:b e:q 1 ; a e:C }"),
        padded.replace(" 1 .", " 1 ;\n    e:q        1 .")
            + "\ne:b\n    a          e:C ;\n    e:q        1 .\n"
    );
    // A prefix that the file lacks is declared, one that it has otherwise is not used.
    assert_eq!(
        one(
            "data/x.ttl",
            "PREFIX e: <http://other/>\n\ne:a e:p 1 .\n",
            "INSERT DATA { <http://other/a> rdfs:label 'x' ; e:p 1 }"
        ),
        "PREFIX e: <http://other/>\nPREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>\n\ne:a e:p 1 ;\n    rdfs:label \"x\" ;\n    <http://e/#p> 1 .\n"
    );
    // CRLF, a mark before the text, no line end after it.
    assert_eq!(
        one(
            "data/x.ttl",
            "\u{FEFF}@prefix e: <http://e/#> .\r\ne:a e:p 1 ;\r\n    e:q 2 .",
            "INSERT DATA { e:a e:r 'x\\ny' . e:b e:p 1 }"
        ),
        "\u{FEFF}@prefix e: <http://e/#> .\r\ne:a e:p 1 ;\r\n    e:q 2 ;\r\n    e:r \"x\\ny\" .\r\n\r\ne:b e:p 1 .\r\n"
    );
}

#[test]
fn lines_graphs_and_reifiers() {
    let lines = "<http://e/#a> <http://e/#p> \"1\" .\n# c\n<http://e/#b> <http://e/#p> _:x .\n";
    assert_eq!(
        one(
            "data/x.nt",
            lines,
            "DELETE DATA { e:a e:p '1' } ; INSERT { ?x e:q 2 . e:b e:r 1 } WHERE { e:b e:p ?x }"
        ),
        "# c\n<http://e/#b> <http://e/#p> _:x .\n<http://e/#b> <http://e/#r> \"1\"^^<http://www.w3.org/2001/XMLSchema#integer> .\n\
         _:x <http://e/#q> \"2\"^^<http://www.w3.org/2001/XMLSchema#integer> .\n"
    );
    assert_eq!(
        one(
            "data/x.nq",
            "<http://e/#a> <http://e/#p> \"1\" <http://e/#g> .\n",
            "INSERT DATA { GRAPH e:g { e:a e:p '2' } } ; DELETE DATA { GRAPH e:g { e:a e:p '1' } }"
        ),
        "<http://e/#a> <http://e/#p> \"2\" <http://e/#g> .\n"
    );
    let trig = "@prefix e: <http://e/#> .\n\ne:g {\n    e:a e:p 1 ;\n        e:q 2 .\n    e:b e:p 1\n}\n\ne:a e:p 1 .\n";
    assert_eq!(
        one(
            "data/x.trig",
            trig,
            "DELETE DATA { GRAPH e:g { e:a e:p 1 } } ; INSERT DATA { GRAPH e:g { e:c e:p 1 } GRAPH e:h { e:a e:p 1 } }"
        ),
        "@prefix e: <http://e/#> .\n\ne:g {\n    e:a e:q 2 .\n    e:b e:p 1 .\n    e:c e:p 1 .\n}\n\ne:a e:p 1 .\n\ne:h {\n    e:a e:p 1 .\n}\n"
    );
    let notes = "e:a e:p 1 ~ e:r {| e:by e:x ; e:on 2 |} ; e:q 2 {| e:by e:x |} .\n<< e:a e:s 1 ~ e:t >> e:by e:x .\n";
    let rdf = "PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> ";
    assert_eq!(turtle(notes, "DELETE DATA { e:r e:on 2 }"), notes.replace(" ; e:on 2", ""));
    assert_eq!(
        turtle(notes, "DELETE DATA { e:r e:on 2 ; e:by e:x }"),
        notes.replace(" {| e:by e:x ; e:on 2 |}", "")
    );
    assert_eq!(
        turtle(notes, "DELETE { ?r e:by e:x } WHERE { ?r e:by e:x FILTER(isBlank(?r)) }"),
        notes.replace("{| e:by e:x |}", "~")
    );
    assert_eq!(
        turtle(notes, &format!("{rdf}DELETE {{ e:a e:p 1 . e:r ?p ?o }} WHERE {{ e:r ?p ?o }}")),
        notes.replace("e:p 1 ~ e:r {| e:by e:x ; e:on 2 |} ; ", "")
    );
    assert_eq!(
        turtle(notes, &format!("{rdf}DELETE WHERE {{ e:t ?p ?o }}")),
        notes.replace("<< e:a e:s 1 ~ e:t >> e:by e:x .\n", "")
    );
    assert_eq!(
        turtle(notes, "INSERT DATA { e:t e:on 3 }"),
        notes.replace(">> e:by e:x .", ">> e:by e:x ; e:on 3 .")
    );
}

#[test]
fn what_cannot_go_alone_is_an_error_with_its_place() {
    let before = format!(
        "{HEAD}e:a e:p [ e:q 1 ] .\ne:b e:p ( 1 2 ) .\n( 1 ) e:p 2 .\ne:c e:p 1 {{| e:by e:x |}} .\n"
    );
    for (update, line, part) in [
        ("DELETE WHERE { e:a e:p ?x }", 4, "nothing would mention it"),
        (
            "PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> DELETE { ?l rdf:first 2 } WHERE { ?l rdf:first 2 }",
            5,
            "a part of this list",
        ),
        ("DELETE { ?l e:p 2 } WHERE { ?l e:p 2 }", 6, "the list stays"),
        ("DELETE DATA { e:c e:p 1 }", 7, "nothing would mention it"),
    ] {
        let error = changed(&[("data/x.ttl", &before)], update, None).unwrap_err();
        assert!(error.message.contains(part), "{update}: {error}");
        assert_eq!(error.span.as_ref().map(|span| span.line), Some(line), "{update}");
    }
    let error = changed(&[("data/x.ttl", &before)], "INSERT { e:new e:p ?x } WHERE { e:a e:p ?x }", None)
        .unwrap_err();
    assert!(error.message.contains("without a label"), "{error}");
    let xml = "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns:e=\"http://e/#\"><rdf:Description rdf:about=\"http://e/#a\"><e:p>1</e:p></rdf:Description></rdf:RDF>";
    let files = [("data/x.rdf", xml), ("data/y.ttl", "<#b> <#p> 1 .\n")];
    let error = changed(&files, "DELETE DATA { e:a e:p '1' }", None).unwrap_err();
    assert!(error.message.contains("data/x.rdf is RDF/XML"), "{error}");
    let error = changed(&files, "INSERT DATA { e:new e:p '1' }", None).unwrap_err();
    assert_eq!(error.kind, crate::error::Kind::Usage);
    assert!(error.hints.contains(&Hint::NameFileForNew), "{error}");
}

const RDF: &str = "PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> ";
const LISTS: &str = "e:a e:p ( 1 \"b\" e:c ) ; e:q 2 .\ne:b e:p (\n    e:x # the first\n    e:y\n    [ e:q 1 ]\n) .\n( 1 2 ) e:p 2 .\n";

#[test]
fn the_cells_of_a_list_come_go_and_become_others() {
    let with = |from: &str, to: &str| LISTS.replace(from, to);
    for (update, after) in [
        (
            "DELETE { ?l rdf:first 'b' } INSERT { ?l rdf:first 'B' } WHERE { ?l rdf:first 'b' }",
            with("\"b\"", "\"B\""),
        ),
        // The last cell goes, another one comes.
        (
            "DELETE { ?l rdf:rest ?c . ?c rdf:first e:c ; rdf:rest ?n } INSERT { ?l rdf:rest ?n } WHERE { ?l rdf:rest ?c . ?c rdf:first e:c ; rdf:rest ?n }",
            with(" e:c )", " )"),
        ),
        (
            "DELETE { ?l rdf:rest () } INSERT { ?l rdf:rest ( e:d 5 ) } WHERE { ?l rdf:first e:c ; rdf:rest () }",
            with("e:c )", "e:c e:d 5 )"),
        ),
        // One comes in the middle, one before the first.
        (
            "DELETE { ?l rdf:rest ?n } INSERT { ?l rdf:rest [ rdf:first e:zz ; rdf:rest ?n ] } WHERE { ?l rdf:first 1 ; rdf:rest ?n . ?n rdf:first 'b' }",
            with("( 1 \"b\"", "( 1 e:zz \"b\""),
        ),
        (
            "DELETE { e:a e:p ?l } INSERT { e:a e:p [ rdf:first 0 ; rdf:rest ?l ] } WHERE { e:a e:p ?l }",
            with("( 1 \"b\"", "( 0 1 \"b\""),
        ),
        // The first one goes: the list begins with the second.
        (
            "DELETE { e:a e:p ?l . ?l rdf:first 1 ; rdf:rest ?n } INSERT { e:a e:p ?n } WHERE { e:a e:p ?l . ?l rdf:rest ?n }",
            with("( 1 \"b\"", "( \"b\""),
        ),
        // Lines of their own, with comments, and what is said within an item.
        (
            "DELETE { ?l rdf:rest ?n } INSERT { ?l rdf:rest [ rdf:first [ e:q 7 ] ; rdf:rest ?n ] } WHERE { ?l rdf:first e:y ; rdf:rest ?n }",
            with("    e:y\n", "    e:y\n    [ e:q 7 ]\n"),
        ),
        (
            "DELETE { ?l rdf:rest ?c . ?c rdf:first ?x ; rdf:rest () . ?x e:q 1 } INSERT { ?l rdf:rest () } WHERE { ?l rdf:first e:y ; rdf:rest ?c . ?c rdf:first ?x }",
            with("    [ e:q 1 ]\n", ""),
        ),
        ("DELETE { ?x e:q 1 } INSERT { ?x e:q 8 } WHERE { ?x e:q 1 }", with("e:q 1", "e:q 8")),
        // A list that is a subject.
        (
            "DELETE { ?l rdf:rest () } INSERT { ?l rdf:rest ( 3 ) } WHERE { ?l rdf:first 2 ; rdf:rest () }",
            with("( 1 2 )", "( 1 2 3 )"),
        ),
        // The whole of it, and nothing of it.
        (
            "DELETE { e:a e:p ?h . ?l rdf:first ?x ; rdf:rest ?n } WHERE { e:a e:p ?h . ?h rdf:rest* ?l . ?l rdf:first ?x ; rdf:rest ?n } ; INSERT DATA { e:a e:p ( e:new () ) }",
            with("( 1 \"b\" e:c )", "( e:new () )"),
        ),
        (
            "DELETE { e:a e:p ?h . ?l rdf:first ?x ; rdf:rest ?n } INSERT { e:a e:p () } WHERE { e:a e:p ?h . ?h rdf:rest* ?l . ?l rdf:first ?x ; rdf:rest ?n }",
            with("( 1 \"b\" e:c )", "()"),
        ),
    ] {
        assert_eq!(turtle(LISTS, &format!("{RDF}{update}")), after, "{update}");
    }
    assert_eq!(
        turtle(
            "e:a e:p (1(2)3), ( (5 6) ) .\n",
            &format!(
                "{RDF}DELETE {{ ?a rdf:rest ?b . ?b rdf:first ?c ; rdf:rest ?d . ?c rdf:first 2 ; rdf:rest () }} INSERT {{ ?a rdf:rest ?d }} WHERE {{ ?a rdf:rest ?b . ?b rdf:first ?c ; rdf:rest ?d . ?c rdf:first 2 }} ; DELETE {{ ?l rdf:first 5 }} INSERT {{ ?l rdf:first 4 }} WHERE {{ ?l rdf:first 5 }}"
            )
        ),
        "e:a e:p (1 3), ( (4 6) ) .\n"
    );
}

#[test]
fn what_would_be_no_list_is_refused() {
    for update in [
        "DELETE { ?l rdf:rest ?n } INSERT { ?l rdf:rest e:other } WHERE { ?l rdf:first 1 ; rdf:rest ?n . ?n rdf:first 'b' }",
        "INSERT { ?l rdf:rest e:other } WHERE { ?l rdf:first 'b' }",
        "DELETE { ?l rdf:rest ?n } INSERT { ?l rdf:rest ?l } WHERE { ?l rdf:first 1 ; rdf:rest ?n . ?n rdf:first 'b' }",
    ] {
        let error = changed(&[("data/x.ttl", &format!("{HEAD}{LISTS}"))], &format!("{RDF}{update}"), None)
            .unwrap_err();
        assert!(error.message.contains("would not be one list"), "{update}: {error}");
        assert_eq!(error.span.as_ref().map(|span| span.line), Some(4), "{update}");
    }
}

#[test]
fn each_change_goes_to_the_file_that_has_the_subject() {
    let files = [
        ("data/a.ttl", "@prefix e: <http://e/#> .\ne:a e:p 1 ; e:q 1 .\ne:both e:p 1 .\n"),
        ("data/b.ttl", "@prefix e: <http://e/#> .\ne:b e:p 1 .\ne:both e:p 1 ; e:q 2 .\ne:a e:r 1 .\n"),
    ];
    let names = |update: &str, into: Option<&str>| -> Vec<String> {
        changed(&files, update, into).unwrap().into_keys().collect()
    };
    assert_eq!(names("INSERT DATA { e:a e:new 1 }", None), ["data/a.ttl"]);
    assert_eq!(names("INSERT DATA { e:a e:r 2 }", None), ["data/b.ttl"], "where the predicate is");
    assert_eq!(
        names("DELETE DATA { e:both e:p 1 }", None),
        ["data/a.ttl", "data/b.ttl"],
        "wherever it stands"
    );
    assert_eq!(names("INSERT DATA { e:both e:new 2 }", None), ["data/b.ttl"], "where most is said");
    assert_eq!(names("INSERT DATA { e:new e:p 1 }", Some("data/a.ttl")), ["data/a.ttl"]);
    let new = changed(&files, "INSERT DATA { e:new e:p 1 }", Some("data/new.ttl")).unwrap();
    assert_eq!(new["data/new.ttl"], "@prefix e: <http://e/#> .\n\ne:new\n    e:p 1 .\n");
    assert!(changed(&files, "INSERT DATA { e:new e:p 1 }", Some("elsewhere.ttl")).is_err());
    assert!(changed(&files, "INSERT DATA { GRAPH e:g { e:new e:p 1 } }", Some("data/a.ttl")).is_err());
    let graph = changed(&files, "INSERT DATA { GRAPH e:g { e:new e:p 1 } }", Some("data/new.trig")).unwrap();
    assert_eq!(graph["data/new.trig"], "@prefix e: <http://e/#> .\n\ne:g {\n    e:new\n        e:p 1 .\n}\n");
    // A subject that is called otherwise stays where it was.
    assert_eq!(names("DELETE { e:b ?p ?o } INSERT { e:z ?p ?o } WHERE { e:b ?p ?o }", None), ["data/b.ttl"]);
    assert!(names("INSERT DATA { e:a e:p 1 }", None).is_empty());
}

/// Numbers that look random, the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % sides
    }

    fn one<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[self.roll(of.len())]
    }
}

/// A text of Turtle in a layout of its own, with a comment here and there, each with a number.
struct Text {
    dice: Dice,
    comments: usize,
    /// The statements of subjects that no update is about, to the letter.
    quiet: Vec<String>,
}

impl Text {
    fn gap(&mut self) -> String {
        match self.dice.roll(12) {
            0 => {
                self.comments += 1;
                format!(" # c{} ; . ] \" <x\n    ", self.comments)
            }
            1 => "\n    ".to_owned(),
            2 => "\t".to_owned(),
            _ => " ".to_owned(),
        }
    }

    fn object(&mut self, depth: usize) -> String {
        let plain = [
            "e:x",
            "<http://e/#y>",
            "1",
            "-2.5",
            "3e1",
            "true",
            "\"a\"",
            "'b;.'",
            "\"c\"@en",
            "\"d\"@zh-cn",
            "\"\"\"e\n# no comment\n\"f\" \"\"\"",
            "\"07\"^^e:t",
            "\"百度\"",
            "e:百度",
            "<rel#x>",
            "_:n1",
            "_:n2",
            "()",
            "[]",
            "<<( e:s e:p 1 )>>",
        ];
        match self.dice.roll(10) {
            0 | 1 if depth < 2 => {
                let (open, facts, close) = (self.gap(), self.facts(depth + 1), self.gap());
                format!("[{open}{facts}{close}]")
            }
            2 if depth < 2 => {
                let mut list = "(".to_owned();
                for _ in 0..=self.dice.roll(3) {
                    list += &self.gap();
                    list += &self.object(depth + 1);
                }
                list + " )"
            }
            3 if depth == 0 => {
                let (object, facts) = (self.dice.one(&plain[..9]).to_owned(), self.facts(2));
                format!("{object} {}{{| {facts} |}}", self.dice.one(&["", "~ e:r ", "~ _:n3 ", "~ "]))
            }
            _ => self.dice.one(&plain).to_owned(),
        }
    }

    fn facts(&mut self, depth: usize) -> String {
        let mut facts = String::new();
        let count = 1 + self.dice.roll(4);
        for number in 0..count {
            facts += self.dice.one(&["a", "e:p", "e:q", "e:r", "<http://e/#s>"]);
            for object in 0..=self.dice.roll(3) {
                facts += if object > 0 { self.dice.one(&[",", " ,", " , ", ",\n        "]) } else { "" };
                facts += &self.gap();
                facts += &self.object(depth);
            }
            if number + 1 < count || self.dice.roll(6) == 0 {
                facts += self.dice.one(&[";", " ;", " ;", "\n  ;", " ; ;"]);
                facts += &if self.dice.roll(3) > 0 { "\n    ".to_owned() } else { self.gap() };
            }
        }
        facts
    }

    fn statements(&mut self) -> String {
        let mut text = String::new();
        for _ in 0..2 + self.dice.roll(5) {
            let subject = self.dice.one(&["e:a", "e:b", "e:c", "_:n1", "<http://e/#d>", "[]", "e:quiet"]);
            let statement = format!(
                "{subject}{}{}{}.",
                self.gap(),
                self.facts(usize::from(subject == "e:quiet") * 2),
                self.gap()
            );
            if subject == "e:quiet" && !statement.contains("_:") {
                self.quiet.push(statement.clone());
            }
            text += &statement;
            text += self.dice.one(&["\n", "\n\n", " ", "\n# between\n", "\n\n\n"]);
        }
        text
    }

    fn update(&mut self) -> String {
        let updates = [
            "DELETE { ?s e:p ?o } WHERE { ?s e:p ?o FILTER(!isBlank(?o) && ?s != e:quiet) }",
            "DELETE { ?s ?p ?o } WHERE { VALUES ?o { 1 'a' 'c'@en e:x true } ?s ?p ?o FILTER(?s != e:quiet && !isBlank(?s)) }",
            "DELETE { ?s ?p ?o } WHERE { ?s ?p ?o FILTER(isBlank(?s) && !isBlank(?o) && ?p != rdf:first && ?p != rdf:rest && ?p != rdf:reifies) }",
            "DELETE { ?s e:q ?o } INSERT { ?s e:moved ?o } WHERE { ?s e:q ?o FILTER(?s != e:quiet) }",
            "DELETE { ?s ?p ?o } INSERT { ?s ?p ?n } WHERE { VALUES (?o ?n) { (1 2) ('a' 'z'@en) ('c'@en 'k'@en) (e:x e:w) } ?s ?p ?o FILTER(?s != e:quiet) }",
            "DELETE { e:a ?p ?o } INSERT { e:renamed ?p ?o } WHERE { e:a ?p ?o }",
            "INSERT { ?s e:p 'new', 5 ; e:t [ e:p 1 ; e:q ( 1 [ e:r 2 ] ) ] } WHERE { ?s a ?c FILTER(?s != e:quiet) }",
            "INSERT { ?s e:of ?o . ?o e:by e:x } WHERE { ?s e:r ?o FILTER(isIRI(?o) && ?s != e:quiet && isIRI(?s)) }",
            "INSERT DATA { e:a rdfs:label '百\\n度'@zh ; e:p 1 . e:fresh a e:C . _:m e:p _:m , [] }",
            "DELETE WHERE { e:b ?p ?o }",
            "DELETE { ?l rdf:first ?o } INSERT { ?l rdf:first e:changed } WHERE { ?l rdf:first ?o FILTER(!isBlank(?o)) }",
            "DELETE { ?l rdf:rest () } INSERT { ?l rdf:rest ( e:last 'x' ) } WHERE { ?l rdf:rest () }",
            "DELETE { ?a rdf:rest ?b . ?b rdf:first ?x ; rdf:rest ?c } INSERT { ?a rdf:rest ?c } WHERE { ?s ?p ?a . ?a rdf:rest ?b . ?b rdf:first ?x ; rdf:rest ?c FILTER(?p != rdf:rest && !isBlank(?x)) }",
            "DELETE { ?s ?p ?l } INSERT { ?s ?p [ rdf:first 0 ; rdf:rest ?l ] } WHERE { ?s ?p ?l . ?l rdf:first ?x FILTER(?p != rdf:rest && ?p != rdf:first && isIRI(?s)) }",
            "DELETE { ?s ?p ?o . ?o ?q ?v } INSERT { ?s ?p 'flat' } WHERE { ?s ?p ?o . ?o ?q ?v FILTER(isBlank(?o) && ?s != e:quiet) }",
        ];
        let mut update = self.dice.one(&updates).to_owned();
        let more = self.dice.one(&updates);
        if self.dice.roll(2) == 0 && more != update {
            update = format!("{update} ; {more}");
        }
        format!("PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> {update}")
    }
}

/// What a text of TriG says, as the update changes it where there is one.
fn quads_after(text: &str, update: &str) -> Vec<Quad> {
    let mut builder = crate::store::pack::Builder::new();
    let format = rdf::format_named("trig").unwrap();
    rdf::read("text", format, Some("http://e/"), text.as_bytes(), &mut Prefixes::new(), &mut |quad| {
        builder.add(quad.as_ref());
        Ok(())
    })
    .unwrap_or_else(|error| panic!("{error} {:?}\n{text}", error.span));
    let mut memory = crate::store::memory::Memory::over(builder.finish());
    let mut prefixes = Prefixes::well_known();
    prefixes.insert("e", "http://e/#");
    if !update.is_empty() {
        let update = parse::update(update, &prefixes, Some("http://e/")).unwrap();
        engine::update::execute(&update, &mut memory, &Governor::unlimited()).unwrap();
    }
    let names = memory.names().unwrap().into_iter().chain([crate::terms::GraphName::DefaultGraph]);
    names.flat_map(|name| memory.quads(&name).unwrap()).collect()
}

/// A text to which a unified diff was applied, line by line.
fn patched(text: &str, patch: &str) -> String {
    let old: Vec<&str> = text.split_inclusive('\n').collect();
    let (mut out, mut at) = (String::new(), 0);
    let lines: Vec<&str> = patch.split_inclusive('\n').skip(2).collect();
    for (number, line) in lines.iter().enumerate() {
        let bare = lines.get(number + 1).is_some_and(|next| next.starts_with('\\'));
        let line = if bare { line.strip_suffix('\n').unwrap() } else { line };
        if let Some(head) = line.strip_prefix("@@ -") {
            let (from, count) = head.split_once(' ').unwrap().0.split_once(',').unwrap();
            let from = from.parse::<usize>().unwrap() - usize::from(count != "0");
            out.extend(old[at..from].iter().copied());
            at = from;
        } else if let Some(kept) = line.strip_prefix(' ') {
            assert_eq!(kept, old[at]);
            out += kept;
            at += 1;
        } else if let Some(gone) = line.strip_prefix('-') {
            assert_eq!(gone, old[at]);
            at += 1;
        } else if let Some(new) = line.strip_prefix('+') {
            out += new;
        }
    }
    out.extend(old[at..].iter().copied());
    out
}

/// Whatever a text looks like, and whatever is changed: the graph is what the update gives, comments and what is not
/// touched stay, the difference is the difference; or it is said that a triple cannot go from its place.
#[test]
fn random_layouts_and_random_updates() {
    let (mut changed, mut stuck) = (0, 0);
    for seed in 1..=160_u64 {
        let mut text =
            Text { dice: Dice(0x9E37_79B9_7F4A_7C15 ^ (seed << 20)), comments: 0, quiet: Vec::new() };
        for _ in 0..8 {
            text.dice.roll(2);
        }
        let base = text.dice.one(&["", "", "@base <http://b/> .\n"]);
        let mut before = format!("{HEAD}{base}{}", text.statements());
        if text.dice.roll(3) == 0 {
            let inner = text.statements();
            before += &format!("e:g {{\n{inner}}}\n");
        }
        if text.dice.roll(5) == 0 && !before.contains("\"\"\"") {
            before = before.replace('\n', "\r\n");
            text.quiet.clear();
        }
        if text.dice.roll(4) == 0 {
            before.truncate(before.trim_end().len());
        }
        let update = text.update();
        let fixture = Fixture::of(&[("data/x.trig", &before)]);
        let files = match fixture.edits(&update, None) {
            Ok(edits) => edits.files,
            Err(error) => {
                let bug = ["would not say", "is not clear", "is broken"]
                    .iter()
                    .any(|bug| error.message.contains(bug));
                assert!(
                    !bug && error.message.contains("cannot be changed in place"),
                    "{seed}: {error} {:?}\n{update}\n{before}",
                    error.cause
                );
                stuck += 1;
                continue;
            }
        };
        let after =
            files.first().map_or(before.clone(), |file| String::from_utf8(file.after.clone()).unwrap());
        changed += usize::from(after != before);
        let (wanted, found) = (quads_after(&before, &update), quads_after(&after, ""));
        assert!(Diff::of(wanted, found).is_empty(), "{seed}: {update}\n{before}\n-----\n{after}");
        for number in 1..=text.comments {
            assert!(
                after.contains(&format!("# c{number} ;")),
                "{seed}: comment {number} of\n{before}\n-----\n{after}"
            );
        }
        assert_eq!(
            before.matches("# between").count(),
            after.matches("# between").count(),
            "{seed}: {before}\n-----\n{after}"
        );
        for quiet in &text.quiet {
            assert!(after.contains(quiet.as_str()), "{seed}: {quiet}\n-----\n{after}");
        }
        // What is said already changes nothing.
        let again =
            Fixture::of(&[("data/x.trig", &after)]).edits("INSERT { ?s ?p ?o } WHERE { ?s ?p ?o }", None);
        assert!(again.unwrap().files.is_empty(), "{seed}");
        if let Some(file) = files.first() {
            assert_eq!(patched(&before, &file.difference), after, "{seed}: {}", file.difference);
        }
    }
    assert!(changed > 50 && stuck < 90, "{changed} changed, {stuck} could not be");
}
