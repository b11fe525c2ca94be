//! Graphs: exported, compared, described, made, changed, packed.

use super::*;

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
    // What a table of edges leaves out is told: three triples of four are none.
    let triples = "CONSTRUCT { <x:a> <x:p> <x:b> , 1 , \"text\" ; a <x:C> } {}";
    let said = baimo_in(&folder, &["query", "-F", "csv", triples]);
    assert!(said.out.lines().count() == 2 && said.err.contains("without 3 triples"), "{said:?}");
    let edges = "CONSTRUCT { <x:a> <x:p> <x:b> } {}";
    assert_eq!(baimo_in(&folder, &["query", "-F", "csv", edges]).err, "");
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
    let document: serde_json::Value =
        serde_json::from_str(&baimo(&["schema", "-F", "json", "Release"]).ok()).unwrap();
    let class = &document["classes"][0];
    assert_eq!(class["class"], "https://w3id.org/baimo/ontology#Release");
    assert!(class["properties"].as_array().is_some_and(|properties| properties.len() > 3), "{class}");
}

/// What is not found may be misspelt, or a thing.
#[test]
fn a_schema_without_the_name_says_what_may_be_meant() {
    for (word, meant) in [
        ("Vendro", "did you mean bm:Vendor or bm:vendor?"),
        ("bm:relesedBy", "did you mean bm:releasedBy"),
        ("百度", "baimo describe vendor:baidu  (百度)"),
        ("vendor:baidu", "baimo describe vendor:baidu  (百度)"),
        ("qqqq", "`baimo schema` lists the classes and properties"),
    ] {
        let said = baimo(&["schema", word]);
        assert!(said.code == 0 && said.out.is_empty() && said.err.contains(meant), "{said:?}");
    }
}

/// Files whose names tell no syntax: those that are no RDF at all get no remedy for a statement, others do.
#[test]
fn a_file_that_is_no_rdf_is_told_as_such() {
    let folder = Folder::new();
    for (name, text, told) in [
        ("users", "root:x:0:0:root:/root:/bin/sh\n", Some("the prefix `root:` is not declared")),
        ("hosts", "# names\n127.0.0.1 localhost\n", Some("this cannot be a subject")),
        (
            "prose.md",
            "# Doctors\n\nAsk your doctor, describe what hurts.\n",
            Some("this cannot be a subject"),
        ),
        ("notes.txt", "note: buy milk\n", Some("the prefix `note:` is not declared")),
        ("settings.conf", "[main]\nkey = 1\n", Some("")),
        ("graph", "# one\nex:a ex:b 1 .\n", None),
        ("later", "<urn:a> <urn:b> 1 .\nroot:x:0 : 1\n", None),
        ("graph.ttl", "root:x:0:0:root:/root:/bin/sh\n", None),
    ] {
        std::fs::write(folder.0.join(name), text).unwrap();
        let said = baimo_in(&folder, &["query", "--data", name, "ASK {}"]);
        let is_broken = said.err.starts_with(&format!("error: {name} is broken: "));
        let is_none = said.err.starts_with(&format!("error: {name} cannot be read as Turtle: "));
        assert!(said.code == 1 && is_none == told.is_some() && is_broken == told.is_none(), "{said:?}");
        assert!(told.is_none_or(|reason| said.err.contains(reason)), "{said:?}");
        assert_eq!(told.is_some(), said.err.contains("= help: a graph is read from Turtle"), "{said:?}");
    }
    std::fs::write(folder.0.join("turtle.txt"), "@prefix ex: <x:> . ex:a ex:b 1 .").unwrap();
    std::fs::write(folder.0.join("lines.txt"), "<x:a> <x:b> \"c\" .\n").unwrap();
    for name in ["turtle.txt", "lines.txt"] {
        assert_eq!(baimo_in(&folder, &["query", "--data", name, "ASK { ?s ?p ?o }"]).ok(), "true\n");
    }
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
fn one_is_said_in_the_singular() {
    let folder =
        Folder::new().with("one.ttl", "<x:a> a <x:C> .").with("two.ttl", "<x:a> a <x:C> ; <x:p> 1 .");
    let head = |file| baimo_in(&folder, &["schema", "--data", file]).ok().lines().next().map(str::to_owned);
    assert_eq!(head("one.ttl").as_deref(), Some("1 triple, 1 class"));
    assert_eq!(head("two.ttl").as_deref(), Some("2 triples, 1 class"));
    let folder = folder.with("no.ttl", "<x:a> <x:p> 1 .").with("named.trig", "<x:g> { <x:a> <x:p> 1 }");
    let said = |file| baimo_in(&folder, &["schema", "--data", file]).ok();
    for file in ["no.ttl", "named.trig"] {
        assert!(said(file).starts_with("1 triple, ") && !said(file).contains("1 triples"), "{}", said(file));
        assert!(!said(file).contains(" 1 classes"), "{}", said(file));
    }
    assert!(said("named.trig").contains("graph <x:g>  1 triple\n"), "{}", said("named.trig"));
}
