//! Broken queries that people write, each with the words it must get; and right ones, which must get none.
//!
//! A case in `tests/diagnostics/*.txt` is: a line `==== name`, the query, a line `----`, and then what is
//! said: `LINE:COLUMN-WIDTH message` and the hints, a line each. A name beginning with `update` is an
//! update. `BAIMO_BLESS=1 cargo test diagnostics` writes down what is said now.

use baimo::advise::{Knowledge, diagnose};
use baimo::engine::syntax::parse;
use baimo::error::Error;
use baimo::faces::terminal::hints::{Face, worded};
use baimo::session::{Session, Source};
use proptest::prelude::*;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

fn session() -> &'static Session {
    static SESSION: OnceLock<Session> = OnceLock::new();
    SESSION.get_or_init(|| baimo::embedded::open(&Source::Embedded).unwrap())
}

fn known() -> Knowledge<'static> {
    session().knowledge()
}

/// What is said of a text, or nothing where the parser takes it.
fn said(text: &str, update: bool) -> Option<Error> {
    let (prefixes, base) = (session().prefixes(), session().project().base.as_deref());
    let failed = if update {
        parse::update(text, prefixes, base).err()
    } else {
        parse::query(text, prefixes, base).err()
    }?;
    let Some(refusal) = parse::refusal(&failed) else { return Some(failed) };
    Some(diagnose::syntax_error(text, refusal, &known(), update))
}

fn rendered(error: &Error) -> String {
    let span = error.span.as_ref().unwrap();
    let mut out = format!("{}:{}-{} {}\n", span.line, span.column, span.width, error.message);
    for hint in &error.hints {
        out += &format!("  {}\n", worded(hint, Face::Prompt));
    }
    out
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diagnostics")
}

/// Name, query and expected words of each case of a file.
fn cases(page: &str) -> Vec<(String, String, String)> {
    page.split("==== ")
        .skip(1)
        .map(|case| {
            let (name, rest) = case.split_once('\n').unwrap();
            let (query, expected) = rest.split_once("----\n").unwrap_or((rest, ""));
            (name.to_owned(), query.trim_end_matches('\n').to_owned(), expected.trim_end().to_owned() + "\n")
        })
        .collect()
}

#[test]
fn every_broken_query_gets_its_words() {
    let bless = std::env::var_os("BAIMO_BLESS").is_some();
    let mut wrong = Vec::new();
    let mut count = 0;
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let page = std::fs::read_to_string(&path).unwrap();
        let mut blessed = String::new();
        for (name, query, expected) in cases(&page) {
            count += 1;
            let text = query.replace("⟨NBSP⟩", "\u{A0}").replace("⟨BOM⟩", "\u{FEFF}").replace("⟨NUL⟩", "\0");
            let Some(error) = said(&text, name.starts_with("update")) else {
                wrong.push(format!("{name}: the parser takes it"));
                continue;
            };
            if error.message == diagnose::FALLBACK {
                wrong.push(format!("{name}: only the last resort"));
            }
            let got = rendered(&error);
            if got != expected && !bless {
                wrong.push(format!("{name}:\n{query}\ngot\n{got}expected\n{expected}"));
            }
            blessed += &format!("==== {name}\n{query}\n----\n{got}\n");
        }
        if bless {
            std::fs::write(&path, blessed.trim_end().to_owned() + "\n").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count >= 80, "only {count} cases");
}

/// Texts with a slip, what the remedy tells to write, and the texts with that.
const MENDED: &[(&str, &str, &str)] = &[
    ("ASK { ?s ?p ?o } LIMIT 10, 20", "`LIMIT 20 OFFSET 10`", "ASK { ?s ?p ?o } LIMIT 20 OFFSET 10"),
    ("SELECT ?a * 2 AS ?x { ?s ?p ?a }", "`(?a * 2 AS ?x)`", "SELECT (?a * 2 AS ?x) { ?s ?p ?a }"),
    ("ASK { ?s ?p ?o BIND(?o + 1 ?x) }", "`BIND(?o + 1 AS ?x)`", "ASK { ?s ?p ?o BIND(?o + 1 AS ?x) }"),
    ("ASK { ?s ?p 2023-01 }", "`\"2023-01\"^^xsd:gYearMonth`", "ASK { ?s ?p \"2023-01\"^^xsd:gYearMonth }"),
    (
        "ASK { ?s ?p 2023-01-01T12:00:00Z }",
        "`\"2023-01-01T12:00:00Z\"^^xsd:dateTime`",
        "ASK { ?s ?p \"2023-01-01T12:00:00Z\"^^xsd:dateTime }",
    ),
    ("ASK { VALUES ?x (1, 2) }", "`VALUES ?x { 1 2 }`", "ASK { VALUES ?x { 1 2 } }"),
    (
        "SELECT ?x { ?x ?p ?o } GROUP BY ?x HAVING COUNT(?o) > 1 ORDER BY ?x",
        "`HAVING(COUNT(?o) > 1)`",
        "SELECT ?x { ?x ?p ?o } GROUP BY ?x HAVING(COUNT(?o) > 1) ORDER BY ?x",
    ),
    (
        "ASK { ?s ?p ?o FILTER (?o > 1) && (?o < 3) . ?s ?q 1 }",
        "`FILTER((?o > 1) && (?o < 3))`",
        "ASK { ?s ?p ?o FILTER((?o > 1) && (?o < 3)) . ?s ?q 1 }",
    ),
    (
        "ASK { ?s ?p ?o WHERE STR(?o) = \"}\" }",
        "`FILTER(STR(?o) = \"}\")`",
        "ASK { ?s ?p ?o FILTER(STR(?o) = \"}\") }",
    ),
    ("SELECT DISTINCT(?s) ?o { ?s ?p ?o }", "`SELECT DISTINCT ?s ?o`", "SELECT DISTINCT ?s ?o { ?s ?p ?o }"),
    ("SELECT DISTINCT(?s), ?o { ?s ?p ?o }", "`SELECT DISTINCT ?s ?o`", "SELECT DISTINCT ?s ?o { ?s ?p ?o }"),
    ("ASK { ?s ?p ?o FILTER(?o++ > 1) }", "`?o + 1`", "ASK { ?s ?p ?o FILTER(?o + 1 > 1) }"),
    ("ASK { ?s ?p ?o FILTER(++?o > 1) }", "`?o + 1`", "ASK { ?s ?p ?o FILTER(?o + 1 > 1) }"),
    ("ASK { ?s ?p 2023-1-5 }", "`\"2023-01-05\"^^xsd:date`", "ASK { ?s ?p \"2023-01-05\"^^xsd:date }"),
    (
        "ASK { ?s ?p 2023-01-01 12:00:00 }",
        "`\"2023-01-01T12:00:00\"^^xsd:dateTime`",
        "ASK { ?s ?p \"2023-01-01T12:00:00\"^^xsd:dateTime }",
    ),
    (
        "ASK { ?s ?p ?o FILTER(?o > 2023-01-01 12:00:00) }",
        "`\"2023-01-01T12:00:00\"^^xsd:dateTime`",
        "ASK { ?s ?p ?o FILTER(?o > \"2023-01-01T12:00:00\"^^xsd:dateTime) }",
    ),
    (
        "ASK { ?s ?p 2023-1-5 9:30 }",
        "`\"2023-01-05T09:30:00\"^^xsd:dateTime`",
        "ASK { ?s ?p \"2023-01-05T09:30:00\"^^xsd:dateTime }",
    ),
    (
        "ASK { ?s ?p ?o FILTER(REGEX(?o, /ab c/i)) }",
        "`\"ab c\", \"i\"`",
        "ASK { ?s ?p ?o FILTER(REGEX(?o, \"ab c\", \"i\")) }",
    ),
    ("ASK { ?s ?p ?o . ?o > 2 }", "`FILTER(?o > 2)`", "ASK { ?s ?p ?o . FILTER(?o > 2) }"),
    (
        "ASK { ?s ?p ?o != \"a\" . ?s ?q ?r }",
        "`?o FILTER(?o != \"a\")`",
        "ASK { ?s ?p ?o FILTER(?o != \"a\") . ?s ?q ?r }",
    ),
    ("ASK { ?s ?p \"2023-01-05\"^^date }", "`xsd:date`", "ASK { ?s ?p \"2023-01-05\"^^xsd:date }"),
    ("ASK { ?s ?p \"1\"^^integer }", "`xsd:integer`", "ASK { ?s ?p \"1\"^^xsd:integer }"),
    ("SELECT (COUNT(?o) AS number) { ?s ?p ?o }", "`?number`", "SELECT (COUNT(?o) AS ?number) { ?s ?p ?o }"),
    ("ASK { ?s a ?c ; ?s rdfs:label ?o }", "`.`", "ASK { ?s a ?c . ?s rdfs:label ?o }"),
    ("SELECT DISTINCT(?s, ?o) { ?s ?p ?o }", "`SELECT DISTINCT ?s ?o`", "SELECT DISTINCT ?s ?o { ?s ?p ?o }"),
    ("ASK { ?s (a/rdfs:label)++ ?o }", "`+`", "ASK { ?s (a/rdfs:label)+ ?o }"),
    ("ASK { ?s a+? ?o }", "`*`", "ASK { ?s a* ?o }"),
    ("ASK { ?s !?p ?o }", "`?s ?other ?o FILTER(?other != ?p)`", "ASK { ?s ?other ?o FILTER(?other != ?p) }"),
    ("SELECT ?first-name { ?s ?p ?first_name }", "`?first_name`", "SELECT ?first_name { ?s ?p ?first_name }"),
    (
        "SELECT ?x { ?s ?p ?o } GROUP BY (STR(?s) ?x)",
        "`(STR(?s) AS ?x)`",
        "SELECT ?x { ?s ?p ?o } GROUP BY (STR(?s) AS ?x)",
    ),
    ("SELECT ?s { ?s ?p ?o } GROUP BY (?s, ?o)", "`GROUP BY ?s ?o`", "SELECT ?s { ?s ?p ?o } GROUP BY ?s ?o"),
    ("SELECT ?s { ?s ?p ?o } GROUP BY ?p (?s ?o)", "`?s ?o`", "SELECT ?s { ?s ?p ?o } GROUP BY ?p ?s ?o"),
    ("SELECT (?s) AS ?x { ?s ?p ?o }", "`(?s AS ?x)`", "SELECT (?s AS ?x) { ?s ?p ?o }"),
    ("SELECT DISTINCT(?s) AS ?x { ?s ?p ?o }", "`(?s AS ?x)`", "SELECT DISTINCT (?s AS ?x) { ?s ?p ?o }"),
    (
        "ASK { ?s ?p ?o FILTER ?o > 3 # more\n && ?o != \"a  b\" }",
        "`FILTER(?o > 3 && ?o != \"a  b\")`",
        "ASK { ?s ?p ?o FILTER(?o > 3 && ?o != \"a  b\") }",
    ),
    ("SELECT ?o + 1 AS total { ?s ?p ?o }", "`(?o + 1 AS ?total)`", "SELECT (?o + 1 AS ?total) { ?s ?p ?o }"),
    ("SELECT ?o + 1 AS { ?s ?p ?o }", "`(?o + 1 AS ?name)`", "SELECT (?o + 1 AS ?name) { ?s ?p ?o }"),
    ("SELECT ?o-1.5 { ?s ?p ?o }", "`(?o - 1.5 AS ?name)`", "SELECT (?o - 1.5 AS ?name) { ?s ?p ?o }"),
    ("SELECT * { ?s ?p ?o } ORDER BY ?o-1", "`ORDER BY (?o-1)`", "SELECT * { ?s ?p ?o } ORDER BY (?o-1)"),
    ("SELECT * { ?s ?p ?o } ORDER BY ?s ?o - 1", "`(?o - 1)`", "SELECT * { ?s ?p ?o } ORDER BY ?s (?o - 1)"),
    ("ASK { ?s rdfs:subClassOf/* ?o }", "`rdfs:subClassOf*`", "ASK { ?s rdfs:subClassOf* ?o }"),
    ("ASK { ?s (a/rdfs:label)/+ ?o }", "`)+`", "ASK { ?s (a/rdfs:label)+ ?o }"),
    ("ASK { ?s rdfs:label//rdfs:label ?o }", "`/`", "ASK { ?s rdfs:label/rdfs:label ?o }"),
    ("ASK { ?s ?p ?o FILTER(?o =< 1) }", "`<=`", "ASK { ?s ?p ?o FILTER(?o <= 1) }"),
    ("ASK { ?s ?p \"1\"^^\"xsd:integer\" }", "`^^xsd:integer`", "ASK { ?s ?p \"1\"^^xsd:integer }"),
    (
        "ASK { ?s ?p ?o FILTER(?o::int > 1) }",
        "`xsd:integer(?o)`",
        "ASK { ?s ?p ?o FILTER(xsd:integer(?o) > 1) }",
    ),
    (
        "ASK { ?s ?p ?o FILTER((?o + 1)::text = \"a\") }",
        "`STR((?o + 1))`",
        "ASK { ?s ?p ?o FILTER(STR((?o + 1)) = \"a\") }",
    ),
    (
        "ASK { ?s ?p ?o FILTER(CAST(?o AS DOUBLE PRECISION) > 1) }",
        "`xsd:double(?o)`",
        "ASK { ?s ?p ?o FILTER(xsd:double(?o) > 1) }",
    ),
    (
        "ASK { ?s ?p ?o FILTER(?o.startsWith(\"a\")) }",
        "`STRSTARTS(STR(?o), \"a\")`",
        "ASK { ?s ?p ?o FILTER(STRSTARTS(STR(?o), \"a\")) }",
    ),
    (
        "ASK { ?s ?p ?o FILTER ?o.contains(\"a\") }",
        "`CONTAINS(STR(?o), \"a\")`",
        "ASK { ?s ?p ?o FILTER CONTAINS(STR(?o), \"a\") }",
    ),
    (
        "SELECT ?o.length() { ?s ?p ?o }",
        "`(STRLEN(STR(?o)) AS ?length)`",
        "SELECT (STRLEN(STR(?o)) AS ?length) { ?s ?p ?o }",
    ),
    (
        "SELECT ?s.vendor { ?s ?p ?o }",
        "`?s bm:vendor ?vendor`",
        "SELECT ?vendor { ?s ?p ?o . ?s bm:vendor ?vendor }",
    ),
    (
        "ASK { ?s ?p ?name } ORDER BY ?s.name",
        "`?s rdfs:label ?s_name`",
        "ASK { ?s ?p ?name . ?s rdfs:label ?s_name } ORDER BY ?s_name",
    ),
    (
        "ASK { ?s ?p ?o FILTER NOT IN (1, 2) }",
        "`FILTER(?x NOT IN (1, 2))`",
        "ASK { ?s ?p ?o FILTER(?x NOT IN (1, 2)) }",
    ),
    ("ASK { ?s ?p ?o FILTER(?o > 1.000.000) }", "`1000000`", "ASK { ?s ?p ?o FILTER(?o > 1000000) }"),
    ("ASK { ?s ?p ?o FILTER(?o > 1,5) }", "`1.5`", "ASK { ?s ?p ?o FILTER(?o > 1.5) }"),
    ("ASK { ?s ?p 0.5万 }", "`5000`", "ASK { ?s ?p 5000 }"),
    ("MATCH (a)-[:p]->(b) RETURN a", "`SELECT ?a WHERE { ?a ?p ?b }`", "SELECT ?a WHERE { ?a ?p ?b }"),
    ("ASK { ?s ?p ?o FILTER(?o = NULL) }", "`!BOUND(?o)`", "ASK { ?s ?p ?o FILTER(!BOUND(?o)) }"),
    (
        "ASK { ?s ?p ?o FILTER(ISNULL(?o) || ?o = 1) }",
        "`!BOUND(?o)`",
        "ASK { ?s ?p ?o FILTER(!BOUND(?o) || ?o = 1) }",
    ),
    (
        "ASK { ?s ?p ?o LEFT JOIN { ?s ?q ?r } }",
        "`OPTIONAL { ?s ?q ?r }`",
        "ASK { ?s ?p ?o OPTIONAL { ?s ?q ?r } }",
    ),
    (
        "ASK { ?s ?p ?o FILTER(?o NOT LIKE \"%a%\" && ?o > 1) }",
        "`!(CONTAINS(STR(?o), \"a\"))`",
        "ASK { ?s ?p ?o FILTER(!(CONTAINS(STR(?o), \"a\")) && ?o > 1) }",
    ),
    (
        "ASK { ?s ?p ?o FILTER(?o =~ \"^a\") }",
        "`REGEX(STR(?o), \"^a\")`",
        "ASK { ?s ?p ?o FILTER(REGEX(STR(?o), \"^a\")) }",
    ),
    (
        "SELECT (COUNT(*) OVER () AS ?n) { ?s ?p ?o }",
        "`{ SELECT ?k (COUNT(?x) AS ?n) { ?x ?p ?k } GROUP BY ?k }`",
        "SELECT ?n { ?s ?p ?k { SELECT ?k (COUNT(?x) AS ?n) { ?x ?p ?k } GROUP BY ?k } }",
    ),
    (
        "SELECT (CASE ?o WHEN 1 THEN 2 WHEN 3 THEN 4 ELSE 5 END AS ?x) { ?s ?p ?o }",
        "`IF(?o = 1, 2, IF(?o = 3, 4, 5))`",
        "SELECT (IF(?o = 1, 2, IF(?o = 3, 4, 5)) AS ?x) { ?s ?p ?o }",
    ),
    (
        "ASK { ?s ?p ?o FILTER(?o > TIMESTAMP '2023-01-05 09:30:00') }",
        "`\"2023-01-05T09:30:00\"^^xsd:dateTime`",
        "ASK { ?s ?p ?o FILTER(?o > \"2023-01-05T09:30:00\"^^xsd:dateTime) }",
    ),
    (
        "ASK { ?s ?p ?o FILTER(EXTRACT(HOUR FROM ?o) > 1) }",
        "`HOURS(?o)`",
        "ASK { ?s ?p ?o FILTER(HOURS(?o) > 1) }",
    ),
    (
        "SELECT (TRIM(?o) AS ?x) { ?s ?p ?o }",
        "`REPLACE(STR(?o), \"^\\\\s+|\\\\s+$\", \"\")`",
        "SELECT (REPLACE(STR(?o), \"^\\\\s+|\\\\s+$\", \"\") AS ?x) { ?s ?p ?o }",
    ),
    (
        "ASK { ?s ?p ?d FILTER(!(?d BETWEEN 1 AND 2)) }",
        "`?d >= 1 && ?d <= 2`",
        "ASK { ?s ?p ?d FILTER(!(?d >= 1 && ?d <= 2)) }",
    ),
    (
        "ASK { ?s ?p ?d FILTER(?d NOT BETWEEN 1 AND 2 && ?p) }",
        "`(?d < 1 || ?d > 2)`",
        "ASK { ?s ?p ?d FILTER((?d < 1 || ?d > 2) && ?p) }",
    ),
    ("ASK { ?s ?p 'it''s' }", "`\"it's\"`", "ASK { ?s ?p \"it's\" }"),
    ("ASK { ?s ?p 'it''s \"a\"' }", "`'it\\'s \"a\"'`", "ASK { ?s ?p 'it\\'s \"a\"' }"),
    (
        "ASK { ?s ?p ?o } ORDER BY ?o NULLS LAST",
        "`(!BOUND(?o)) ?o`",
        "ASK { ?s ?p ?o } ORDER BY (!BOUND(?o)) ?o",
    ),
    (
        "ASK { ?s ?p ?o } ORDER BY DESC(?o) NULLS FIRST",
        "`DESC(!BOUND(?o)) DESC(?o)`",
        "ASK { ?s ?p ?o } ORDER BY DESC(!BOUND(?o)) DESC(?o)",
    ),
];

#[test]
fn a_remedy_makes_the_text_right() {
    for (text, remedy, mended) in MENDED {
        let error = said(text, false).unwrap_or_else(|| panic!("{text} is taken"));
        let hints: Vec<String> = error.hints.iter().map(|hint| worded(hint, Face::Prompt)).collect();
        assert!(hints.iter().any(|hint| hint.contains(remedy)), "{text}: {hints:?}");
        assert!(mended.contains(remedy.trim_matches('`')), "{mended}");
        assert!(said(mended, false).is_none(), "{mended}: {:?}", said(mended, false));
    }
}

#[test]
fn saved_queries_are_not_complained_about() {
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("queries")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "rq") {
            let text = std::fs::read_to_string(&path).unwrap();
            assert_eq!(diagnose::diagnose(&text, &known(), false), None, "{}", path.display());
        }
    }
}

/// The files below a folder.
fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() { walk(&path, found) } else { found.push(path) }
    }
}

#[test]
fn what_the_parser_takes_of_the_w3c_suites_the_walker_takes_too() {
    let suites = std::env::var_os("BAIMO_W3C")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/w3c"), PathBuf::from);
    let mut files = Vec::new();
    walk(&suites.join("sparql"), &mut files);
    if files.is_empty() {
        eprintln!("the W3C suites are not at {}: nothing compared", suites.display());
        return;
    }
    let mut wrong = Vec::new();
    let mut compared = 0;
    for path in files {
        let update = match path.extension().and_then(|ending| ending.to_str()) {
            Some("rq") => false,
            Some("ru") => true,
            _ => continue,
        };
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let parsed = if update {
            parse::update(&text, session().prefixes(), Some("http://e/")).is_ok()
        } else {
            parse::query(&text, session().prefixes(), Some("http://e/")).is_ok()
        };
        if parsed {
            compared += 1;
            if let Some(finding) = diagnose::diagnose(&text, &known(), update) {
                wrong.push(format!("{}: {} at {:?}", path.display(), finding.message, finding.span));
            }
        }
    }
    assert!(compared > 300, "only {compared} compared");
    assert!(wrong.is_empty(), "{} of {compared}:\n{}", wrong.len(), wrong.join("\n"));
}

const VALID: &[&str] = &[
    "PREFIX x: <http://e/> SELECT ?a (COUNT(DISTINCT ?b) AS ?n) WHERE { ?a x:p/^x:q* ?b ; a bm:Release . OPTIONAL { ?a rdfs:label \"百\"@zh } FILTER(?b > 3 && !BOUND(?c)) } GROUP BY ?a HAVING (COUNT(?b) > 1) ORDER BY DESC(?n) LIMIT 10",
    "CONSTRUCT { ?a bm:x [ bm:y (1 2.5 'z'^^xsd:string) ] } WHERE { { ?a ?p ?b } UNION { GRAPH ?g { ?b ?p ?a } } VALUES (?p ?q) { (rdf:type UNDEF) } BIND(CONCAT(STR(?a), \"x\") AS ?d) }",
];

proptest! {
    #[test]
    fn a_mangled_query_is_answered_in_words(
        which in 0..VALID.len(), at in 0usize..400, cut in 0usize..6, put in "[{}()<>\"'.;,?a-z 百，|^@:\\\\]{0,3}"
    ) {
        let mut chars: Vec<char> = VALID[which].chars().collect();
        let at = at.min(chars.len());
        let end = (at + cut).min(chars.len());
        chars.splice(at..end, put.chars());
        let text: String = chars.into_iter().collect();
        if let Some(error) = said(&text, false) {
            prop_assert!(!error.message.is_empty());
            let span = error.span.clone().unwrap();
            let line = text.lines().nth(span.line - 1).unwrap_or_default();
            prop_assert!(span.column + span.width <= line.chars().count() + 2);
        }
    }
}

/// A session in Chinese gets its errors in Chinese; a hint that is only text to copy stays as it is.
#[test]
fn what_is_said_of_broken_queries_is_said_in_chinese_too() {
    use baimo::faces::terminal::tongue::Tongue;
    let mut english = std::collections::BTreeSet::new();
    let mut all = 0;
    for file in std::fs::read_dir(folder()).unwrap() {
        let page = std::fs::read_to_string(file.unwrap().path()).unwrap();
        for (name, query, _) in cases(&page) {
            let Some(error) = said(&query, name.starts_with("update")) else { continue };
            let hints = error.hints.iter().map(|hint| worded(hint, Face::Prompt));
            for text in hints.chain([error.message.clone()]) {
                let is_prose =
                    text.split(' ').filter(|word| word.chars().all(|c| c.is_ascii_lowercase())).count() > 1;
                all += 1;
                if is_prose && Tongue::Chinese.say(&text) == text {
                    english.insert(text);
                }
            }
        }
    }
    assert!(all > 100 && english.is_empty(), "{} of {all} are English:\n{english:#?}", english.len());
}
