//! The command line as a black box: every verb, its exit codes, streams, formats and bad input.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

const BAIMO: &str = env!("CARGO_BIN_EXE_baimo");

/// An empty folder, removed when dropped. It is no part of any graph's folder.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("baimo-cli-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn with(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        std::fs::write(self.0.join(name), content).unwrap();
        self
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.join(name)).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// `baimo` in a folder, with nothing of the tester's environment that could matter.
fn command(folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(BAIMO);
    command.args(words).current_dir(folder).stdin(Stdio::null());
    for name in
        ["NO_COLOR", "TERM", "PAGER", "BAIMO_COMPLETE", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"]
    {
        command.env_remove(name);
    }
    command.env("HOME", folder);
    command
}

fn baimo_in(folder: &Folder, words: &[&str]) -> Said {
    Said::of(command(&folder.0, words).output().unwrap())
}

fn baimo(words: &[&str]) -> Said {
    baimo_in(&Folder::new(), words)
}

fn piped(folder: &Folder, words: &[&str], input: &[u8]) -> Said {
    let mut child = command(&folder.0, words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let said = Said::of(child.wait_with_output().unwrap());
    writer.join().unwrap();
    said
}

/// What a run said, and its exit code.
#[derive(Debug)]
struct Said {
    code: i32,
    out: String,
    err: String,
}

impl Said {
    fn of(output: Output) -> Self {
        let said = Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).expect("stdout is UTF-8"),
            err: String::from_utf8(output.stderr).expect("stderr is UTF-8"),
        };
        assert!(!said.err.contains("panicked"), "{said:?}");
        assert!(!said.err.contains('\x1b') && !said.out.contains('\x1b'), "colour off a terminal: {said:?}");
        said
    }

    /// The output of a run that went well and had nothing to say about it.
    fn ok(self) -> String {
        assert!(self.code == 0 && self.err.is_empty(), "{self:?}");
        self.out
    }

    /// The words of a run that failed: with this code, an error, a remedy, and nothing on stdout.
    fn failed(self, code: i32) -> String {
        assert_eq!(self.code, code, "{self:?}");
        assert!(self.out.is_empty(), "{self:?}");
        assert!(self.err.starts_with("error: "), "{self:?}");
        assert!(self.err.contains("= help: "), "no remedy: {self:?}");
        self.err
    }
}

const VENDORS: &str =
    "SELECT ?name { ?v a bm:Vendor ; rdfs:label ?name FILTER(LANG(?name) = 'zh') } ORDER BY ?name";

#[test]
fn a_question_is_answered_in_tsv_when_piped() {
    let out = baimo(&["query", "SELECT ?name { vendor:baidu rdfs:label ?name } ORDER BY ?name"]).ok();
    assert_eq!(out, "?name\n\"Baidu\"@en\n\"百度\"@zh\n");
}

#[test]
fn the_columns_of_a_star_come_as_they_are_written() {
    let head = |text: &str| baimo(&["query", text]).ok().lines().next().unwrap().to_owned();
    assert_eq!(head("SELECT * { ?s ?p ?o } LIMIT 1"), "?s\t?p\t?o");
    assert_eq!(head("select distinct * { ?v rdfs:label ?n ; a ?c } ORDER BY ?c LIMIT 1"), "?v\t?n\t?c");
    assert_eq!(head("SELECT ?o ?s { ?s ?p ?o } LIMIT 1"), "?o\t?s");
    assert_eq!(
        head("SELECT * { { SELECT ?z (COUNT(*) AS ?a) { ?z ?p ?o } GROUP BY ?z } } LIMIT 1"),
        "?z\t?a"
    );
}

#[test]
fn the_text_may_come_from_an_option_a_file_or_stdin() {
    let folder = Folder::new().with("q.rq", format!("\u{FEFF}{VENDORS}"));
    let expected = baimo_in(&folder, &["query", VENDORS]).ok();
    assert!(expected.lines().count() > 10);
    for words in [&["query", "-q", VENDORS][..], &["query", "-f", "q.rq"]] {
        assert_eq!(baimo_in(&folder, words).ok(), expected, "{words:?}");
    }
    for words in [&["query", "-"][..], &["query", "-f", "-"], &["query"]] {
        assert_eq!(piped(&folder, words, VENDORS.as_bytes()).ok(), expected, "{words:?}");
    }
}

#[test]
fn formats_go_by_name_ending_and_media_type() {
    let ask = |format: &str, query: &str| baimo(&["query", "-F", format, query]).ok();
    let one = "SELECT (1 AS ?n) ('百 \"度\"' AS ?s) {}";
    assert_eq!(ask("csv", one), "n,s\r\n1,\"百 \"\"度\"\"\"\r\n");
    assert_eq!(ask("text/csv", one), ask("CSV", one));
    assert!(ask("json", one).starts_with("{\"head\""));
    assert!(ask("xml", one).contains("http://www.w3.org/2005/sparql-results#"));
    assert!(ask("md", one).contains("|"));
    assert!(ask("html", one).contains("<table"));
    assert!(ask("table", one).contains("百"));
    assert_eq!(ask("csv", "ASK {}").trim_end(), "true");
    let graph = "CONSTRUCT { vendor:baidu rdfs:label ?n } { vendor:baidu rdfs:label ?n }";
    for format in ["turtle", "ttl", "nt", "nq", "trig", "rdf", "jsonld", "application/ld+json"] {
        assert!(
            ask(format, graph).contains("vendor/baidu") || ask(format, graph).contains("vendor:baidu"),
            "{format}"
        );
    }
}

#[test]
fn a_format_that_does_not_suit_is_named_before_any_work() {
    let error = baimo(&["query", "-F", "turtle", "ASK {}"]).failed(2);
    assert!(error.contains("turtle is a format of graphs"), "{error}");
    let error = baimo(&["query", "-F", "markdown", "CONSTRUCT WHERE { ?s ?p ?o }"]).failed(2);
    assert!(error.contains("markdown is a format of rows"), "{error}");
    let error = baimo(&["query", "-F", "turtel", "ASK {}"]).failed(2);
    assert!(error.contains("did you mean turtle?"), "{error}");
}

#[test]
fn output_goes_to_a_file_whole_or_not_at_all() {
    let folder = Folder::new().with("old.csv", "old");
    assert_eq!(baimo_in(&folder, &["query", "-o", "old.csv", "SELECT (1 AS ?n) {}"]).ok(), "");
    assert_eq!(folder.read("old.csv"), "n\r\n1\r\n");
    baimo_in(&folder, &["query", "-o", "old.csv", "SELECT nonsense"]).failed(1);
    assert_eq!(folder.read("old.csv"), "n\r\n1\r\n", "a failure leaves the file alone");
    baimo_in(&folder, &["query", "-o", "graph.nt", "CONSTRUCT WHERE { vendor:baidu rdfs:label ?n }"]).ok();
    assert!(folder.read("graph.nt").starts_with("<https://w3id.org/baimo/vendor/baidu>"));
    baimo_in(&folder, &["query", "-o", "x.csv", "-F", "tsv", "SELECT (1 AS ?n) {}"]).ok();
    assert_eq!(folder.read("x.csv"), "?n\n1\n", "--format wins");
    let left: Vec<_> = std::fs::read_dir(&folder.0).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().contains("part")), "{left:?}");
    baimo_in(&folder, &["query", "-o", ".", "ASK {}"]).failed(3);
    baimo_in(&folder, &["query", "-o", "no/such/folder.csv", "ASK {}"]).failed(3);
    assert_eq!(baimo_in(&folder, &["query", "-o", "/dev/null", "ASK {}"]).ok(), "");
    assert_eq!(baimo_in(&folder, &["query", "-o", "-", "ASK {}"]).ok(), "true\n");
}

#[cfg(unix)]
#[test]
fn a_file_keeps_its_links_and_modes_and_may_be_compressed() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new().with("real.csv", "old");
    let real = folder.0.join("real.csv");
    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink("real.csv", folder.0.join("link.csv")).unwrap();
    baimo_in(&folder, &["query", "-o", "link.csv", "SELECT (1 AS ?n) {}"]).ok();
    assert_eq!(folder.read("real.csv"), "n\r\n1\r\n");
    assert!(folder.0.join("link.csv").is_symlink());
    assert_eq!(std::fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    let count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }";
    for name in ["all.nt.gz", "all.ttl.bz2"] {
        baimo_in(&folder, &["export", "-o", name]).ok();
        assert_eq!(baimo_in(&folder, &["query", "--data", name, count]).ok(), baimo(&["query", count]).ok());
    }
    assert_eq!(std::fs::read(folder.0.join("all.nt.gz")).unwrap()[..2], [0x1F, 0x8B]);
}

#[test]
fn the_users_own_questions_stand_beside_the_graphs() {
    let folder = Folder::new();
    let own = folder.0.join(".local/share/baimo/queries");
    std::fs::create_dir_all(&own).unwrap();
    std::fs::write(own.join("mine.rq"), "#+ summary: Mine\nSELECT (7 AS ?n) {}").unwrap();
    assert_eq!(baimo_in(&folder, &["run", "mine"]).ok(), "?n\n7\n");
    assert!(baimo_in(&folder, &["queries", "-F", "csv"]).ok().contains("mine,Mine"));
    let moved =
        Said::of(command(&folder.0, &["run", "mine"]).env("XDG_DATA_HOME", "/nonexistent").output().unwrap());
    moved.failed(2);
}

#[test]
fn saved_questions_are_run_with_parameters() {
    let named = baimo(&["run", "timeline", "--vendor", "百度", "-F", "csv"]).ok();
    assert!(named.lines().count() > 1 && named.lines().skip(1).all(|line| line.contains("百度")), "{named}");
    for words in [
        &["run", "timeline", "--param", "vendor=百度", "--format=csv"][..],
        &["run", "-F", "csv", "timeline", "-p", "vendor=vendor:baidu"],
        &["-F", "csv", "run", "timeline", "vendor=Baidu"],
        &["run", "timeline", "百度", "-Fcsv"],
        &["run", "timeline", "--vendor=https://w3id.org/baimo/vendor/baidu", "-F", "csv"],
    ] {
        assert_eq!(baimo(words).ok(), named, "{words:?}");
    }
    let english = baimo(&["run", "timeline", "--vendor", "百度", "--lang", "en"]).ok();
    assert!(english.contains("\"Baidu\"@en"), "{english}");
}

#[test]
fn a_saved_question_has_a_help_of_its_own() {
    let help = baimo(&["run", "timeline", "--help"]).ok();
    for part in ["--vendor", "--lang", "default: zh", "bm:Vendor", "Usage: baimo run timeline"] {
        assert!(help.contains(part), "{part}: {help}");
    }
    let english = baimo(&["--lang", "en", "run", "timeline", "--help"]).ok();
    assert!(english.contains("Every release, in order of time"), "{english}");
}

#[test]
fn wrong_names_and_parameters_are_met_with_the_nearest() {
    let error = baimo(&["run", "timelin"]).failed(2);
    assert!(error.contains("`timeline`"), "{error}");
    let error = baimo(&["run", "timeline", "--vendro", "百度"]).failed(2);
    assert!(error.contains("--vendor"), "{error}");
    let error = baimo(&["run", "timeline", "--param", "vendro=百度"]).failed(2);
    assert!(error.contains("vendor"), "{error}");
    let error = baimo(&["run", "timeline", "--vendor", "nobody at all"]).failed(2);
    assert!(error.contains("nobody at all"), "{error}");
    baimo(&["run", "timeline", "--vendor"]).failed(2);
    baimo(&["run", "timeline", "--vendor", "百度", "--param", "vendor=谷歌"]).failed(2);
    baimo(&["run", "timeline", "百度", "谷歌"]).failed(2);
    baimo(&["run"]).failed(2);
}

#[test]
fn no_parameter_can_change_the_question() {
    for value in ["百度' } DROP ALL #", "\"@zh . ?s ?p ?o", "vendor:baidu> . <x:y", "?x", "<>", ""] {
        let said = baimo(&["run", "search", "--text", value]);
        assert!(said.code == 0 || said.code == 2, "{value}: {said:?}");
        assert!(said.out.lines().count() <= 1 || value.is_empty(), "{value}: {said:?}");
    }
}

#[test]
fn saved_questions_are_listed_found_shown_and_exported() {
    let all = baimo(&["queries", "-F", "csv"]).ok();
    assert!(all.contains("timeline,"), "{all}");
    let some = baimo(&["queries", "备案", "-F", "csv"]).ok();
    assert!(some.lines().count() > 1 && some.lines().count() < all.lines().count());
    assert!(some.contains("registrations,"), "{some}");
    let none = baimo(&["queries", "no-such-thing"]);
    assert!(none.code == 0 && none.err.contains("`baimo queries` lists all"), "{none:?}");
    let text = baimo(&["queries", "show", "timeline"]).ok();
    assert!(text.starts_with("#+ summary: Every release, in order of time\n"), "{text}");
    baimo(&["queries", "show", "timelin"]).failed(2);
    let graph = baimo(&["queries", "export", "-F", "nt"]).ok();
    assert!(graph.contains("http://www.w3.org/ns/shacl#SPARQLExecutable"), "{graph}");
}

#[test]
fn graphs_are_exported_and_read_back_the_same() {
    let folder = Folder::new();
    baimo_in(&folder, &["export", "-o", "all.ttl"]).ok();
    let differ = baimo_in(&folder, &["diff", "all.ttl"]);
    assert!(differ.code == 0 && differ.out.is_empty(), "{differ:?}");
    let count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }";
    let embedded = baimo_in(&folder, &["query", count]).ok();
    assert_eq!(baimo_in(&folder, &["query", "--data", "all.ttl", count]).ok(), embedded);
    let header = baimo_in(&folder, &["export", "--header", "--about", "百度"]).ok();
    assert!(header.starts_with("# baimo "), "{header}");
    let asked = "CONSTRUCT WHERE {\n  ?s a bm:Vendor }";
    let header = baimo_in(&folder, &["export", "--header", "-q", asked]).ok();
    assert!(header.contains("#     CONSTRUCT WHERE {\n#       ?s a bm:Vendor }\n"), "{header}");
    baimo_in(&folder, &["export", "-F", "csv", "-o", "tables/"]).ok();
    let table = |name: &str| folder.read(&format!("tables/{name}"));
    assert!(table("nodes.csv").starts_with("Id,Label,Type\r\n"));
    assert!(table("edges.csv").starts_with("Source,Target,Label\r\n"));
    let saved = baimo_in(&folder, &["export", "as-skos", "-F", "nt"]).ok();
    assert!(saved.contains("http://www.w3.org/2004/02/skos/core#"), "{saved}");
    let made =
        baimo_in(&folder, &["export", "-q", "CONSTRUCT WHERE { vendor:baidu rdfs:label ?n }", "-F", "nt"])
            .ok();
    assert_eq!(made.lines().count(), 2, "{made}");
    baimo_in(&folder, &["export", "timeline"]).failed(2);
    baimo_in(&folder, &["export", "--about", "nobody at all"]).failed(1);
    baimo_in(&folder, &["export", "--graph", "http://example.org/none"]).code.checked_sub(1).unwrap();
    baimo_in(&folder, &["export", "-F", "tsv"]).failed(2);
}

#[test]
fn two_graphs_are_compared() {
    let folder = Folder::new()
        .with("a.ttl", "@prefix : <http://example.org/> . :s :p 1, [ :q 2 ] .")
        .with("b.ttl", "@prefix : <http://example.org/> . :s :p [ :q 2 ], 3 .");
    let said = baimo_in(&folder, &["diff", "a.ttl", "b.ttl"]);
    assert_eq!(said.code, 5, "{said:?}");
    assert!(said.out.starts_with("  :s\n"), "the subject stands above: {said:?}");
    let marked =
        |mark: &str, what: &str| said.out.lines().any(|line| line.starts_with(mark) && line.contains(what));
    assert!(marked("-", "1") && marked("+", "3") && !marked("-", "q"), "{said:?}");
    let same = baimo_in(&folder, &["diff", "a.ttl", "a.ttl"]);
    assert!(same.code == 0 && same.out.is_empty(), "{same:?}");
    baimo_in(&folder, &["diff", "a.ttl", "none.ttl"]).failed(1);
    baimo_in(&folder, &["diff", "a.ttl", "."]).failed(2);
}

#[test]
fn things_are_described_and_found() {
    let described = baimo(&["describe", "百度"]).ok();
    assert_eq!(baimo(&["describe", "vendor:baidu"]).ok(), described);
    assert_eq!(baimo(&["describe", "<https://w3id.org/baimo/vendor/baidu>"]).ok(), described);
    assert!(described.contains("百度"), "{described}");
    assert!(described.contains("bm:releasedBy vendor:baidu"), "where it is mentioned: {described}");
    let folder = Folder::new().with("described.ttl", &described);
    let count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }";
    let there = "SELECT (COUNT(*) AS ?n) { { vendor:baidu ?p ?o } UNION { ?s ?p vendor:baidu } }";
    let read_back = baimo_in(&folder, &["query", "--data", "described.ttl", count]).ok();
    assert_eq!(read_back, baimo(&["query", there]).ok(), "what is shown is Turtle: {described}");
    let error = baimo(&["describe", "百渡"]).failed(1);
    assert!(error.contains("百渡") && error.contains("did you mean"), "{error}");
    let found = baimo(&["search", "-F", "csv", "baidu"]).ok();
    assert!(found.contains("https://w3id.org/baimo/vendor/baidu"), "{found}");
    let limited = baimo(&["search", "--limit", "1", "-F", "csv", "百"]).ok();
    assert_eq!(limited.lines().count(), 2, "{limited}");
}

#[test]
fn the_schema_is_shown() {
    assert!(baimo(&["schema"]).ok().contains("Release"));
    let rows = baimo(&["schema", "-F", "csv"]).ok();
    assert!(rows.starts_with("class,label,property,values,count"), "{rows}");
    assert!(rows.contains("https://w3id.org/baimo/ontology#Release"));
}

#[test]
fn a_new_graph_works_at_once() {
    let folder = Folder::new();
    let said = baimo_in(&folder, &["init", "library"]);
    assert!(said.code == 0 && said.err.contains("cd library && baimo run books"), "{said:?}");
    let inside = |words: &[&str]| Said::of(command(&folder.0.join("library/data"), words).output().unwrap());
    let expected = folder.read("library/tests/questions/books-of-lu-xun.tsv");
    assert_eq!(inside(&["run", "books", "--author", "鲁迅"]).ok(), expected);
    assert!(inside(&["run", "books-per-author"]).ok().contains("\"Lu Xun\"@en\t2"));
    assert!(inside(&["queries"]).ok().contains("books-per-author"));
    assert!(inside(&["schema"]).ok().contains("Book"));
    let again = baimo_in(&folder, &["init", "library"]).failed(2);
    assert!(again.contains("is there already"), "{again}");
}

#[test]
fn several_files_are_one_graph() {
    let folder = Folder::new()
        .with("a.ttl", "<http://example.org/a> <http://example.org/p> 1 .")
        .with("b.nt", "<http://example.org/b> <http://example.org/p> \"2\" .\n");
    let count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }";
    for words in [
        &["query", "--data", "a.ttl", "--data", "b.nt", count][..],
        &["query", "-d", "a.ttl", "b.nt", count],
        &["--data=a.ttl", "--data=b.nt", "query", count],
    ] {
        assert_eq!(baimo_in(&folder, words).ok(), "?n\n2\n", "{words:?}");
    }
}

#[test]
fn the_default_graph_can_be_the_union() {
    let folder = Folder::new().with("g.nq", "<http://e/a> <http://e/p> <http://e/b> <http://e/g> .\n");
    let ask = |words: &[&str]| {
        let mut all = vec!["query", "--data", "g.nq", "ASK { ?s ?p ?o }"];
        all.extend(words);
        baimo_in(&folder, &all).ok()
    };
    assert_eq!(ask(&[]), "false\n");
    assert_eq!(ask(&["--default-graph", "union"]), "true\n");
}

#[test]
fn bad_input_ends_in_a_clear_error() {
    let folder = Folder::new()
        .with("broken.ttl", "@prefix : <http://example.org/> .\n:a :b :c\n:d :e :f .")
        .with("rubbish.ttl", [0u8, 159, 146, 150, 255, 254])
        .with("rubbish.rq", [0u8, 159, 146, 150, 255, 254])
        .with("empty.rq", " \n\t")
        .with("some.ttl", "<urn:a> <urn:b> 1 .")
        .with("some.csv", "a,b")
        .with("some.rq", "#+ summary: x\nASK {}")
        .with("latin.ttl", b"<http://e/a> <http://e/b> \"caf\xe9\" .".as_slice());
    let cases: &[(&[&str], i32, &str)] = &[
        (&["query", "--data", "broken.ttl", "ASK {}"], 1, "broken.ttl:3:"),
        (&["query", "--data", "rubbish.ttl", "ASK {}"], 1, "rubbish.ttl"),
        (&["query", "--data", "latin.ttl", "ASK {}"], 1, "latin.ttl"),
        (&["query", "--data", "none.ttl", "ASK {}"], 1, "none.ttl"),
        (&["query", "--data", ".", "ASK {}"], 1, "."),
        (&["query", "-f", "."], 1, "it is a folder"),
        (&["query", "-f", "none.rq"], 1, "cannot read none.rq: no such file or directory"),
        (&["query", "-f", "rubbish.rq"], 1, "not UTF-8"),
        (&["query", "-f", "empty.rq"], 2, "empty"),
        (&["query", ""], 2, "empty"),
        (&["query"], 2, "empty"),
        (&["query", "empty.rq"], 2, "is a file"),
        (&["query", "some.ttl"], 2, "baimo --data some.ttl"),
        (&["query", "-f", "some.ttl"], 2, "some.ttl is a graph, not a query"),
        (&["explain", "-f", "some.csv"], 2, "some.csv is not a query"),
        (&["query", "none.rq"], 2, "there is no file none.rq"),
        (&["query", "--data", "some.rq", "ASK {}"], 1, "baimo query -f some.rq"),
        (&["query", "--data", "some.csv", "ASK {}"], 1, "some.csv is a table, not RDF"),
        (&["load", "some.rq", "-o", "x.ttl"], 1, "some.rq is a SPARQL query, not a graph"),
        (&["export", "some.ttl"], 2, "is a file, not a saved query"),
        (&["run", "some.rq"], 2, "baimo query -f some.rq"),
        (&["run", "relases-per-month"], 2, "did you mean `releases-per-month`"),
        (&["query", "ASK { SERVICE <urn:x> { ?s ?p ?o } }"], 1, "query:1:7"),
        (&["query", "查询 百度"], 1, ""),
        (&["query", "SELECT * { ?s ?p"], 1, ""),
        (&["query", "--timeout", "soon", "ASK {}"], 2, "`soon` is not a time"),
        (&["query", "--max-memory", "much", "ASK {}"], 2, "`much` is not a size"),
        (&["query", "--max-rows", "-1", "ASK {}"], 2, ""),
        (&["query", "--color", "red", "ASK {}"], 2, "auto"),
        (&["query", "ASK", "{}"], 2, "one word too many"),
        (&["query", "--fromat", "csv", "ASK {}"], 2, "--format"),
        (&["qurey", "ASK {}"], 2, "did you mean query"),
        (&["SELECT * { ?s ?p ?o }"], 2, "baimo query 'SELECT"),
        (&["query", "-q", "ASK {}", "-f", "empty.rq"], 2, "exclude each other"),
        (&["timeline"], 2, "baimo run timeline"),
        (&["query", "--format"], 2, "--format needs a value"),
        (&["describe"], 2, "usage: baimo describe"),
        (&["search", "--limit", "x", "y"], 2, "`x` is not a whole number"),
        (&["export", "--depth", "2"], 2, "--about is missing"),
        (&["completions", "tcsh"], 2, "bash"),
        (&["man", "nothing"], 2, "nothing"),
    ];
    for (words, code, part) in cases {
        let said = baimo_in(&folder, words);
        let error = said.failed(*code);
        assert!(error.contains(part), "{words:?}: {error}");
    }
}

#[cfg(unix)]
#[test]
fn files_that_may_not_be_read_or_written_are_named() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new().with("secret.ttl", "").with("secret.rq", "ASK {}");
    for name in ["secret.ttl", "secret.rq"] {
        std::fs::set_permissions(folder.0.join(name), std::fs::Permissions::from_mode(0o000)).unwrap();
    }
    if std::fs::read(folder.0.join("secret.rq")).is_ok() {
        eprintln!("not tested: this user, perhaps root, may read every file");
        return;
    }
    assert!(
        baimo_in(&folder, &["query", "--data", "secret.ttl", "ASK {}"])
            .failed(1)
            .contains("permission denied")
    );
    assert!(baimo_in(&folder, &["query", "-f", "secret.rq"]).failed(1).contains("permission denied"));
    baimo_in(&folder, &["query", "-o", "/baimo.csv", "ASK {}"]).failed(3);
}

#[test]
fn arguments_need_not_be_text() {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        let folder = Folder::new();
        for words in [&["query"][..], &["run"], &["run", "timeline", "--vendor"], &["describe"], &[]] {
            let mut command = command(&folder.0, words);
            command.arg(std::ffi::OsStr::from_bytes(b"\xff\xfe"));
            Said::of(command.output().unwrap()).failed(2);
        }
    }
}

#[test]
fn no_home_and_no_terminal_type_are_no_trouble() {
    let folder = Folder::new();
    for home in [None, Some("/nonexistent"), Some("/proc"), Some("")] {
        let mut command = command(&folder.0, &["run", "timeline"]);
        match home {
            None => command.env_remove("HOME"),
            Some(home) => command.env("HOME", home),
        };
        Said::of(command.output().unwrap()).ok();
    }
}

#[cfg(unix)]
fn shell(folder: &Folder, line: &str) -> Said {
    let mut command = command(&folder.0, &[]);
    let path = format!("{}:{}", Path::new(BAIMO).parent().unwrap().display(), std::env::var("PATH").unwrap());
    let mut shell = Command::new("bash");
    shell.args(["-c", line]).current_dir(&folder.0).env_clear().env("PATH", path).env("HOME", &folder.0);
    shell.stdin(Stdio::null());
    command.stdin(Stdio::null());
    Said::of(shell.output().unwrap())
}

#[cfg(unix)]
#[test]
fn a_reader_that_leaves_is_no_error() {
    let folder = Folder::new();
    for line in [
        "baimo query 'SELECT * { ?a ?b ?c . ?d ?e ?f }' | head -1 ; exit ${PIPESTATUS[0]}",
        "baimo export -F nt | head -1 ; exit ${PIPESTATUS[0]}",
        "baimo query -F table 'SELECT * { ?a ?b ?c }' | head -1 ; exit ${PIPESTATUS[0]}",
        "baimo queries export | head -1 ; exit ${PIPESTATUS[0]}",
        "baimo --help | head -1 ; exit ${PIPESTATUS[0]}",
        "baimo man | head -1 ; exit ${PIPESTATUS[0]}",
    ] {
        let out = shell(&folder, line).ok();
        assert_eq!(out.lines().count(), 1, "{line}: {out}");
    }
}

#[cfg(unix)]
#[test]
fn closed_streams_are_no_panic() {
    let folder = Folder::new();
    for line in ["baimo run timeline >&-", "baimo run timeline >&- 2>&-", "baimo run timeline <&- >/dev/null"]
    {
        assert_eq!(shell(&folder, line).code, 0, "{line}");
    }
    assert_eq!(shell(&folder, "baimo run nothing 2>&-").code, 2);
    if Path::new("/dev/full").exists() {
        let said = shell(&folder, "baimo run timeline > /dev/full");
        assert!(said.code == 3 && said.err.contains("cannot be written"), "{said:?}");
    }
}

#[cfg(unix)]
#[test]
fn an_endless_pipe_ends() {
    let folder = Folder::new();
    let said = shell(&folder, "yes '# SELECT' | baimo query -");
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.err.contains("too long for a query"), "{said:?}");
}

/// The lines that help gives as examples.
fn examples(help: &str) -> Vec<String> {
    let after = help.split("\nExamples:\n").nth(1).unwrap_or_default();
    let lines = after.lines().take_while(|line| line.starts_with("  "));
    lines.map(|line| line.trim().to_owned()).collect()
}

#[cfg(unix)]
#[test]
fn every_example_of_the_help_works() {
    let folder = Folder::new();
    let mut verbs: Vec<String> = vec![String::new()];
    let help = baimo(&["--help"]).ok();
    let list = help.split("Verbs:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    verbs.extend(
        list.lines()
            .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
            .filter_map(|line| line.split_whitespace().next().map(str::to_owned))
            .filter(|verb| verb != "help"),
    );
    assert!(verbs.len() > 10, "{verbs:?}");
    for verb in verbs {
        let words: Vec<&str> =
            [verb.as_str(), "--help"].into_iter().filter(|word| !word.is_empty()).collect();
        let examples = examples(&baimo(&words).ok());
        assert!(!examples.is_empty(), "`baimo {verb} --help` has no example");
        for line in examples {
            let said = shell(&folder, &line);
            assert!(said.code == 0 && !said.err.contains("error"), "{line}: {said:?}");
        }
    }
}

#[test]
fn limits_stop_the_work_and_keep_what_was_found() {
    let endless = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }";
    let started = Instant::now();
    let said = baimo(&[
        "query",
        "--timeout",
        "300ms",
        "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?c != ?f && ?f != ?i) }",
    ]);
    assert_eq!(said.code, 4, "{said:?}");
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    assert!(said.err.contains("stopped after") && said.err.contains("--timeout"), "{said:?}");
    let said = baimo(&["query", "--max-rows", "5", endless]);
    assert_eq!((said.code, said.out.lines().count()), (4, 6), "{}", said.err);
    assert!(said.err.contains("partial answer: 5 rows"), "{}", said.err);
    let said = baimo(&["query", "--max-rows", "5", "-F", "json", endless]);
    assert!(said.code == 4 && said.out.trim_end().ends_with('}'), "the document is whole: {said:?}");
    let exact = baimo(&["query", "--max-rows", "5", "SELECT * { ?s ?p ?o } LIMIT 5"]);
    assert_eq!((exact.code, exact.out.lines().count()), (0, 6), "{}", exact.err);
    let folder = Folder::new();
    let said = baimo_in(&folder, &["query", "--max-rows", "5", "-o", "x.tsv", endless]);
    assert_eq!((said.code, folder.read("x.tsv").lines().count()), (4, 6), "what was found is kept");
    let said = baimo(&["query", "--max-memory", "60MB", &format!("{endless} ORDER BY ?i ?a ?d")]);
    assert!(said.code == 4 && said.err.contains("--max-memory"), "{said:?}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_keeps_what_was_found() {
    let folder = Folder::new();
    let mut child = command(&folder.0, &["query", "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = child.stdout.take().unwrap();
    let mut some = [0; 4096];
    out.read_exact(&mut some).unwrap();
    let reader = std::thread::spawn(move || {
        let (mut rest, mut last) = (vec![0; 1 << 16], None);
        loop {
            match out.read(&mut rest).unwrap() {
                0 => return last,
                read => last = Some(rest[read - 1]),
            }
        }
    });
    let done = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(done.success());
    let started = Instant::now();
    let said = Said::of(child.wait_with_output().unwrap());
    assert_eq!(said.code, 130, "{said:?}");
    assert!(said.err.contains("partial answer"), "{said:?}");
    assert!(started.elapsed() < Duration::from_secs(5));
    assert_eq!(reader.join().unwrap(), Some(b'\n'), "the last row is whole");
}

#[test]
fn a_changed_graph_is_written_or_kept_or_refused() {
    let folder = Folder::new()
        .with("a.ttl", "<http://e/a> <http://e/p> 1 .")
        .with("b.nt", "<http://e/b> <http://e/p> \"2\" .\n");
    let insert = "INSERT { ?s <http://e/q> 3 } WHERE { ?s ?p ?o }";
    let out = baimo_in(&folder, &["update", "--data", "a.ttl", "-F", "nt", insert]).ok();
    assert_eq!(out.lines().count(), 2, "{out}");
    baimo_in(&folder, &["load", "--data", "a.ttl", "-o", "both.nt", "b.nt"]).ok();
    assert_eq!(folder.read("both.nt").lines().count(), 2);
    baimo_in(&folder, &["load", "--data", "a.ttl", "-o", "named.nq", "--into", "http://e/g", "b.nt"]).ok();
    assert!(folder.read("named.nq").contains("<http://e/g>"));
    for words in [&["update", insert][..], &["load", "a.ttl"]] {
        let error = baimo_in(&folder, words).failed(2);
        assert!(error.contains("--store DIR"), "{error}");
    }
    baimo_in(&folder, &["update", "-F", "nt", "INSERT nonsense"]).failed(1);
    baimo_in(&folder, &["load", "-F", "nt", "none.ttl"]).failed(1);
    let error = baimo_in(&folder, &["query", "--store", "s", "--data", "a.ttl", "ASK {}"]).failed(2);
    assert!(error.contains("exclude each other"), "{error}");
}

#[test]
fn a_store_is_durable_or_says_how_to_get_one() {
    let folder = Folder::new().with("a.ttl", "<http://e/a> <http://e/p> 1 .");
    if cfg!(feature = "rocksdb") {
        assert_eq!(baimo_in(&folder, &["load", "--store", "s", "a.ttl"]).code, 0);
        assert_eq!(baimo_in(&folder, &["update", "--store", "s", "DELETE WHERE { ?s ?p 2 }"]).code, 0);
        assert_eq!(
            baimo_in(&folder, &["query", "--store", "s", "SELECT * { ?s ?p ?o }"]).ok().lines().count(),
            2
        );
        baimo_in(&folder, &["query", "--store", "a.ttl", "ASK {}"]).failed(3);
    } else {
        let error = baimo_in(&folder, &["query", "--store", "s", "ASK {}"]).failed(2);
        assert!(error.contains("--features rocksdb"), "{error}");
    }
}

#[test]
fn a_question_is_explained() {
    let out = baimo(&["explain", "SELECT ?m { ?m a bm:Model . ?v a bm:Vendor } LIMIT 5"]).ok();
    assert!(out.contains("LIMIT") || out.contains("product"), "{out}");
    let fine = baimo(&["explain", "SELECT ?n { ?m a bm:Model ; rdfs:label ?n } ORDER BY ?n"]).ok();
    assert!(!fine.contains("used only here"), "{fine}");
    baimo(&["explain", "SELECT nonsense"]).failed(1);
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_even_what_never_looks_up() {
    let folder = Folder::new();
    let count = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?c != ?f && ?f != ?i) }";
    let mut child =
        command(&folder.0, &["query", count]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(500));
    assert!(child.try_wait().unwrap().is_none(), "it works on");
    let started = Instant::now();
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert_eq!(Said::of(child.wait_with_output().unwrap()).code, 130);
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
}

#[test]
fn why_nothing_was_found_is_said_on_demand() {
    let said = baimo(&["query", "--why", "SELECT * { ?v rdfs:label \"百度\" }"]);
    assert!(said.code == 0 && said.err.contains("@zh"), "{said:?}");
    assert_eq!(baimo(&["query", "SELECT * { ?v rdfs:label \"百度\" }"]).ok(), "?v\n", "silent in a pipe");
}

#[test]
fn colour_can_be_forced_and_is_off_in_a_pipe() {
    let folder = Folder::new();
    let run = |words: &[&str], no_colour: Option<&str>| {
        let mut command = command(&folder.0, words);
        command.env("TERM", "xterm");
        if let Some(value) = no_colour {
            command.env("NO_COLOR", value);
        }
        let output = command.output().unwrap();
        output.stderr.contains(&0x1B)
    };
    assert!(run(&["--color", "always", "query", "nonsense"], None));
    assert!(!run(&["--color", "never", "query", "nonsense"], None));
    assert!(!run(&["query", "nonsense"], Some("1")));
}

#[test]
fn a_place_in_a_file_is_named_with_its_line() {
    let folder = Folder::new().with("q.rq", "SELECT ?s\nWHERE { ?s nope:p ?o }\n");
    let error = baimo_in(&folder, &["query", "-f", "q.rq"]).failed(1);
    assert!(error.contains("--> q.rq:2:12"), "{error}");
    assert!(error.contains("2 | WHERE { ?s nope:p ?o }"), "{error}");
}

#[test]
fn completions_and_manual_pages_are_made_of_the_types() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(baimo(&["completions", shell]).ok().contains("baimo"), "{shell}");
    }
    assert!(baimo(&["man"]).ok().contains(".TH baimo 1"));
    let folder = Folder::new();
    baimo_in(&folder, &["man", "--folder", "man1"]).ok();
    assert!(folder.read("man1/baimo-query.1").contains(".TH"));
    assert!(baimo(&["man", "query"]).ok().contains("SPARQL"));
}

#[test]
fn a_shell_is_told_names_of_saved_questions_and_values() {
    let folder = Folder::new();
    let complete = |words: &[&str]| {
        let mut command = command(&folder.0, &["--", "baimo"]);
        command
            .args(words)
            .env("BAIMO_COMPLETE", "fish")
            .env("_CLAP_COMPLETE_INDEX", words.len().to_string());
        Said::of(command.output().unwrap()).ok()
    };
    assert!(complete(&["run", "timel"]).contains("timeline"));
    assert!(complete(&["run", "timeline", "--v"]).contains("--vendor"));
    assert!(complete(&["run", "timeline", "--vendor", "百"]).contains("百度"));
    assert!(complete(&["qu"]).contains("queries"));
    // Of a parameter: what gives the query rows, and not all things of its class.
    let topics = complete(&["run", "policies-on-topic", "--topic", ""]);
    assert!(
        topics.contains("生成式人工智能") && !topics.contains("教育") && !topics.contains("开源"),
        "{topics}"
    );
    assert!(complete(&["run", "timeline", "--vendor", "bai"]).contains("Baidu"));
    assert!(complete(&["run", "releases-of-year", "--year", ""]).contains("2019"));
    let months = complete(&["run", "releases-between", "--from", "2023-"]);
    assert!(months.contains("2023-03") && !months.contains("2022-11"), "{months}");
    assert!(complete(&["query", "-F", "js"]).contains("jsonl"));
}

#[test]
fn the_version_is_told() {
    let out = baimo(&["--version"]).ok();
    let mut lines = out.lines();
    assert_eq!(lines.next(), Some(concat!("baimo ", env!("CARGO_PKG_VERSION"))));
    assert!(lines.next().is_some_and(|line| line.starts_with("graph built in: baimo 1.")), "{out}");
}

/// What a terminal of 100 columns and 30 lines shows of a shell line.
#[cfg(unix)]
fn on_a_terminal(line: &str, environment: &[(&str, &str)]) -> String {
    let folder = Folder::new();
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("stty cols 100 rows 30; {}", line.replace("baimo", BAIMO)));
    shell.current_dir(&folder.0).env_clear().env("PATH", std::env::var("PATH").unwrap()).env("TERM", "xterm");
    shell.envs(environment.iter().copied());
    let options = rexpect::session::Options::new().timeout_ms(Some(60_000));
    let mut pty = rexpect::session::spawn_with_options(shell, options).unwrap();
    // Bytes come as characters, one each.
    let bytes = pty.exp_eof().unwrap().chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    String::from_utf8(bytes).unwrap()
}

#[cfg(unix)]
#[test]
fn people_get_a_table_a_chart_and_a_footer() {
    let plain = [("NO_COLOR", "1")];
    let seen = on_a_terminal("baimo run timeline --vendor 百度", &plain);
    assert!(seen.contains("│ 2023-03-16 │") && seen.contains("4 rows · "), "{seen}");
    assert!(seen.contains("2019  ") && seen.contains("ERNIE 1.0"), "the chart: {seen}");
    assert!(!seen.contains('\x1b'), "NO_COLOR: {seen}");
    assert!(on_a_terminal("baimo run timeline --vendor 百度", &[]).contains("\x1b["), "colour");
    let quiet = on_a_terminal("baimo --quiet run timeline --vendor 百度", &plain);
    assert!(!quiet.contains("4 rows"), "{quiet}");
    let piped = on_a_terminal("baimo run timeline --vendor 百度 | cat", &[]);
    assert!(
        piped.contains("?date\t?release") && !piped.contains("4 rows") && !piped.contains('\x1b'),
        "{piped}"
    );
    let empty = on_a_terminal("baimo query 'SELECT * { ?v rdfs:label \"百度\" }'", &plain);
    assert!(empty.contains("\"百度\"@zh"), "why it is empty: {empty}");
}

#[cfg(unix)]
#[test]
fn long_answers_are_paged_and_short_ones_are_not() {
    let pager = [("PAGER", "sed s/^/PAGED:/"), ("NO_COLOR", "1")];
    let long = on_a_terminal("baimo run timeline -F table", &pager);
    assert!(long.contains("PAGED:│ 2023-03-16"), "{long}");
    let chart = on_a_terminal("baimo run timeline", &pager);
    assert!(chart.contains("PAGED:  03-16") && !chart.contains('│'), "the chart is what it is for: {chart}");
    assert!(chart.contains("`-F table` shows the rows too"), "{chart}");
    let short = on_a_terminal("baimo run timeline --vendor 百度", &pager);
    assert!(!short.contains("PAGED:"), "{short}");
    let never = on_a_terminal("baimo --no-pager run timeline", &pager);
    assert!(!never.contains("PAGED:"), "{never}");
    let none =
        on_a_terminal("baimo run timeline -F table", &[("PAGER", "/no/such/pager"), ("NO_COLOR", "1")]);
    assert!(none.contains("│ 2023-03-16"), "a pager that is not there: {none}");
    let slow = on_a_terminal(
        "baimo --timeout 1s run timeline -F table",
        &[("PAGER", "sh -c 'sleep 3; cat'"), ("NO_COLOR", "1")],
    );
    assert!(slow.contains("│ 2023-12-22"), "reading takes its time: {slow}");
}

#[cfg(unix)]
#[test]
fn the_language_of_the_system_is_for_people_only() {
    let english = [("LANG", "en_US.UTF-8"), ("NO_COLOR", "1")];
    let seen = on_a_terminal("baimo queries contradicted", &english);
    assert!(seen.contains("│ contradicted") && !seen.contains("矛盾"), "{seen}");
    let folder = Folder::new();
    let mut command = command(&folder.0, &["queries", "timeline", "-F", "csv"]);
    let other = Said::of(command.env("LANG", "en_US.UTF-8").output().unwrap()).ok();
    assert_eq!(other, baimo(&["queries", "timeline", "-F", "csv"]).ok());
}

#[test]
fn a_file_that_cannot_hold_an_answer_is_left_as_it_was() {
    // XML 1.0 has no U+0001, not even escaped.
    let folder = Folder::new().with("x.xml", "old");
    let said = baimo_in(&folder, &["query", "-F", "xml", "-o", "x.xml", "SELECT ('a\\u0001b' AS ?x) {}"]);
    assert_eq!((said.code, folder.read("x.xml").as_str()), (1, "old"), "{said:?}");
    let error = baimo_in(&folder, &["query", "-o", "x.xlsx", "SELECT (1 AS ?x) {}"]).failed(2);
    assert!(error.contains("no format ends in .xlsx") && error.contains("csv"), "{error}");
    assert!(!folder.0.join("x.xlsx").exists());
}

#[cfg(unix)]
#[test]
fn a_full_disk_is_an_error_of_every_text() {
    let folder = Folder::new();
    for words in ["--help", "--version", "queries", "man", "export", "query 'ASK {}'", "run timeline --help"]
    {
        let said = shell(&folder, &format!("baimo {words} > /dev/full"));
        assert_eq!(said.code, 3, "{words}: {said:?}");
    }
}

#[test]
fn numbers_are_checked_where_they_are_read() {
    let error = baimo(&["query", "--timeout", "9223372036854775807s", "ASK {}"]).failed(2);
    assert!(error.contains("longer than a year"), "{error}");
    let all = baimo(&["describe", "--depth", "18446744073709551615", "-F", "nt", "vendor:baidu"]);
    assert!(all.code == 0 && all.out.lines().count() > 20, "{all:?}");
    let said = baimo(&["export", "--max-rows", "7", "-F", "nt"]);
    assert_eq!((said.code, said.out.lines().count()), (4, 7), "{}", said.err);
    assert!(said.err.contains("partial answer: 7 triples"), "{}", said.err);
}

#[cfg(unix)]
#[test]
fn limits_hold_while_files_are_read() {
    let folder = Folder::new();
    let started = Instant::now();
    let said = shell(&folder, "yes '<urn:a> <urn:b> 1 .' | baimo query --timeout 1s --data - 'ASK {}'");
    assert_eq!(said.code, 4, "{said:?}");
    assert!(started.elapsed() < Duration::from_secs(15), "{:?}", started.elapsed());
}

/// RDFC-1.0 takes the square of the length of a chain of alike nodes: names by content stand in, and that is said.
#[test]
fn the_canonical_form_of_a_long_chain_is_written_and_says_how_it_is_named() {
    let chain = |call: &dyn Fn(u32) -> u32| -> String {
        (0..4_000).map(|n| format!("_:n{} <http://e/next> _:n{} .\n", call(n), call(n + 1))).collect()
    };
    let folder = Folder::new()
        .with("a.nt", chain(&|n| n))
        .with("b.nt", chain(&|n| n * 7 % 10_007))
        .with("short.nt", "_:a <http://e/next> _:b .\n");
    let hash = |name: &str| baimo_in(&folder, &["export", "--data", name, "-F", "hash"]);
    let (a, b, short) = (hash("a.nt"), hash("b.nt"), hash("short.nt"));
    assert_eq!((a.code, &a.out), (0, &b.out), "{}", a.err);
    assert!(a.out != short.out && a.err.contains("named by their content"), "{}", a.err);
    assert!(!short.err.contains("content"), "{}", short.err);
    let strict = baimo_in(&folder, &["export", "--data", "a.nt", "-F", "rdfc"]);
    assert!(strict.code == 4 && strict.err.contains("look alike"), "{strict:?}");
    let strict = baimo_in(&folder, &["export", "--data", "short.nt", "-F", "rdfc"]).ok();
    assert_eq!(strict, baimo_in(&folder, &["export", "--data", "short.nt", "-F", "canonical"]).ok());
    assert!(strict.contains("_:c14n"), "{strict}");
    assert_eq!(baimo_in(&folder, &["diff", "a.nt", "b.nt"]).code, 0);
}

/// Reading takes at most so many times the file, and some megabytes for the program (docs/performance.md).
#[test]
fn memory_of_reading_is_within_a_multiple_of_the_file() {
    const SIZE: usize = 600_000;
    let many =
        |before: &str, part: &str, after: &str| format!("{before}{}{after}", part.repeat(SIZE / part.len()));
    let xml = |part: &str| {
        many(
            "<r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><r:Description><p xmlns='a:'>",
            part,
            "</p></r:Description></r:RDF>",
        )
    };
    for (name, text, multiple) in [
        ("digits.jsonld", many("{\"a:p\":[1", ",1", "]}"), 40),
        ("reverse.jsonld", many("{\"@reverse\":{\"a:p\":[1", ",{}", "]}}").replace("[1,", "["), 80),
        ("text.ttl", many("<a:a> <a:b> \"\"\"", "x\n", "\"\"\" ."), 20),
        ("text.nt", many("<a:a> <a:b> \"", "\\n", "\" .\n"), 20),
        ("text.rdf", xml("&lt;"), 20),
    ] {
        let folder = Folder::new().with(name, &text);
        let limit = format!("{}kB", 12_000 + text.len() * multiple / 1_000);
        let said = baimo_in(&folder, &["query", "--data", name, "--max-memory", &limit, "ASK { ?s ?p ?o }"]);
        assert_eq!((said.code, said.out.trim()), (0, "true"), "{name} within {limit}: {}", said.err);
    }
}

/// What is packed answers as its sources do, keeps their prefixes, is the same file each time, and stays as it is when
/// an update changes the graph in memory. A pack beside other files is one more of them.
#[test]
fn a_pack_is_asked_like_the_files_it_was_made_of() {
    let turtle = "@prefix ex: <http://example.org/> . ex:a ex:p 01 , 1.0 , \"x\"@en , [ ex:q ex:b ] .";
    let quads = "<http://example.org/a> <http://example.org/p> \"2024-01-01\" <http://example.org/g> .\n";
    let folder = Folder::new().with("a.ttl", turtle).with("b.nq", quads);
    for file in ["one.pack", "two.pack"] {
        assert_eq!(baimo_in(&folder, &["pack", "a.ttl", "b.nq", "-o", file]).code, 0);
    }
    let read = |name: &str| std::fs::read(folder.0.join(name)).unwrap();
    assert_eq!(read("one.pack"), read("two.pack"));
    let question = "SELECT ?o { { ex:a ?p ?o } UNION { GRAPH ?g { ex:a ?p ?o } } } ORDER BY ?o";
    let of_pack = baimo_in(&folder, &["query", "--data", "one.pack", question]);
    let of_files = baimo_in(&folder, &["query", "--data", "a.ttl", "--data", "b.nq", question]);
    assert_eq!((of_pack.code, &of_pack.out), (0, &of_files.out));
    assert!(of_pack.out.contains("01"), "{}", of_pack.out);
    let both =
        baimo_in(&folder, &["query", "--data", "one.pack", "--data", "a.ttl", "ASK { ex:a ex:p [], 1.0 }"]);
    assert_eq!(both.out.trim(), "true");
    let update = "INSERT DATA { ex:new ex:p 1 }";
    assert_eq!(baimo_in(&folder, &["update", "--data", "one.pack", update, "-o", "new.ttl"]).code, 0);
    assert!(folder.read("new.ttl").contains("ex:new") && read("one.pack") == read("two.pack"));
}

#[test]
fn a_damaged_pack_is_an_error_with_its_name() {
    let folder = Folder::new().with("a.nt", "<http://e/s> <http://e/p> \"o\" .\n");
    assert_eq!(baimo_in(&folder, &["pack", "a.nt", "-o", "a.pack"]).code, 0);
    let whole = std::fs::read(folder.0.join("a.pack")).unwrap();
    std::fs::write(folder.0.join("cut.pack"), &whole[..whole.len() / 2]).unwrap();
    let said = baimo_in(&folder, &["query", "--data", "cut.pack", "ASK {}"]);
    assert!(said.code == 1 && said.err.contains("cut.pack is damaged"), "{}", said.err);
}

#[test]
fn what_expressions_could_not_compute_is_said() {
    let said = baimo(&["query", r#"SELECT (REGEX("tall", "[a-z") AS ?x) (SUM("x") AS ?sum) {}"#]);
    assert_eq!((said.code, said.out.as_str()), (0, "?x\t?sum\n\t\n"), "{said:?}");
    let pattern = r#"note: the regular expression "[a-z" is an error: a class is not closed: `]` is missing (at character 5)"#;
    let sum = "note: SUM is unbound in 1 group: 1 solution has an error or a value that it does not take";
    assert!(said.err.contains(pattern) && said.err.contains(sum), "{said:?}");
}

#[test]
fn a_name_in_another_case_or_spelling_is_told_with_its_place() {
    for (query, part) in [
        ("ASK { ?x a bm:vendor }", "names are case-sensitive: did you mean bm:Vendor (Vendor)?"),
        ("SELECT ?x { ?x a schema:Organisation }", "British or American: did you mean schema:Organization?"),
    ] {
        let said = baimo(&["query", "--why", query]);
        assert!(said.err.contains(part) && said.err.contains(" --> query:1:"), "{}", said.err);
    }
    // Where nothing asks why, too: else it would end without a word.
    let said = baimo(&["query", "DESCRIBE vendor:baidoo"]);
    assert!(said.err.contains("did you mean vendor:baidu") && said.code == 0, "{said:?}");
    let said = baimo(&["query", "--why", "SELECT ?x { ?x rdfs:label ?l FILTER(REGEX(?l, '[')) }"]);
    assert_eq!(said.err.matches("a class is not closed").count(), 1, "{}", said.err);
}

/// The words of a text that are English sentences: two and more in a row, what is quoted aside.
fn english_words(text: &str) -> Vec<String> {
    let mut outside = String::new();
    let mut quoted = false;
    for c in text.chars() {
        match c {
            '`' => quoted = !quoted,
            '“' => quoted = true,
            '”' => quoted = false,
            c if !quoted => outside.push(c),
            _ => {}
        }
    }
    let is_word = |word: &str| word.len() > 1 && word.chars().all(|c| c.is_ascii_lowercase());
    let lines = outside
        .lines()
        .filter(|line| !line.contains('|') && !line.contains("  ") && !line.contains("格式："));
    let sentences = lines.filter(|line| {
        let words: Vec<bool> =
            line.split(' ').map(|word| is_word(word.trim_matches([',', ':', ';', '.', '?']))).collect();
        words.windows(3).any(|three| three.iter().all(|word| *word))
    });
    sentences.map(str::to_owned).collect()
}

#[test]
fn a_session_in_chinese_says_nothing_in_english() {
    let folder =
        Folder::new().with("some.ttl", "<urn:a> <urn:b> 1 .").with("some.rq", "ASK {}").with("c.csv", "a,b");
    let cases: &[&[&str]] = &[
        &["run", "relases-per-month"],
        &["run", "xyzzy"],
        &["run", "timeline", "--vendor", "Nobody at all"],
        &["run", "releases-of-year", "--year", "soon"],
        &["run", "timeline", "a", "b", "c", "d"],
        &["query", "some.ttl"],
        &["query", "-f", "c.csv"],
        &["query", "--data", "some.rq", "ASK {}"],
        &["query", "-f", "none.rq"],
        &["query", "-o", "x.xlsx", "ASK {}"],
        &["query", "-F", "ttl", "ASK {}"],
        &["query", "--timeout", "soon", "ASK {}"],
        &["query", "--max-rows", "2", "SELECT * { ?s ?p ?o }"],
        &["query", "--why", "ASK { ?x a bm:vendor }"],
        &["query", "--why", "SELECT ?x { ?x a bm:Vendor ; rdfs:label \"百度\" }"],
        &["query", "--why", "SELECT ?x { ?x a bm:Vendor FILTER STRSTARTS(?x, 'https') }"],
        &["query", "--why", "SELECT (SUM(?l) AS ?n) { ?x rdfs:label ?l }"],
        &["query", "--why", "SELECT ?x { ?x bm:vendor ?y . ?y bm:date ?z }"],
        &["query", "ASK { SERVICE <urn:x> { ?s ?p ?o } }"],
        &["query", "DESCRIBE vendor:baidoo"],
        &["query", "releases per month"],
        &["query", "xyzzy"],
        &["query", "--chart", "bar", "SELECT ?x { ?x a bm:Vendor }"],
        &["describe", "Baidoo"],
        &["search", "qqqqqqqqqqqqqqqq"],
        &["queries", "relases"],
        &["queries", "no-such-thing"],
        &["schema", "qqqqqqqq"],
        &["export", "--about", "Nobody"],
        &["update", "INSERT DATA { <urn:a> <urn:b> 1 }"],
        &["nonsense-verb"],
    ];
    for words in cases {
        let words: Vec<&str> = words.iter().copied().chain(["--lang", "zh"]).collect();
        let said = baimo_in(&folder, &words);
        let english = english_words(&said.err);
        assert!(english.is_empty() && !said.err.is_empty(), "{words:?}: {english:?} in\n{}", said.err);
        assert!(said.err.contains(['，', '：', '。']), "{words:?}: {}", said.err);
    }
}
