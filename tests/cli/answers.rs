//! Answers: texts, formats, default graphs, what is said beside an answer.

use super::*;

#[test]
fn a_query_is_answered_in_tsv_when_piped() {
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
fn iris_are_short_by_the_prefixes_that_a_query_declares() {
    let text =
        "PREFIX firm: <https://example.org/firm/> SELECT ?v ?b { VALUES (?v ?b) { (firm:a vendor:baidu) } }";
    let table = baimo(&["query", "-F", "table", text]).ok();
    assert!(table.contains("firm:a") && table.contains("vendor:baidu"), "{table}");
    let turtle = "PREFIX firm: <https://example.org/firm/> CONSTRUCT { firm:a a firm:B } {}";
    let turtle = baimo(&["query", "-F", "turtle", turtle]).ok();
    assert!(turtle.contains("a firm:B"), "{turtle}");
    let counts = "PREFIX r: <http://www.w3.org/2000/01/rdf-schema#>
        SELECT (COUNT(*) AS ?n) { ?v r:label ?o } HAVING (COUNT(*) > 1)";
    let plan = baimo(&["explain", counts]).ok();
    assert!(plan.contains("Filter((?aggregate > ") && plan.contains("Scan(?v r:label ?o)"), "{plan}");
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

/// What is planned anew for each row stands below its step with all its runs added up, for people in their language and for programs.
#[test]
fn what_is_planned_for_each_row_is_explained() {
    let text = "SELECT ?v ?r { ?v a bm:Vendor . LATERAL { SELECT ?r ?v { ?r ?p ?v } ORDER BY ?r LIMIT 2 } }";
    let planned = baimo(&["explain", text]).ok();
    assert!(planned.contains("└ Planned anew for each row: here without its values"), "{planned}");
    assert!(planned.contains("Sort(?r), the first 2"), "{planned}");
    let ran = baimo(&["explain", "--run", text]).ok();
    let times = ran.split_once("└ Planned and run ").and_then(|(_, rest)| rest.split_once(' ')).unwrap().0;
    assert!(times.parse::<u64>().unwrap() > 10 && ran.contains(" times, first for ?v = vendor:"), "{ran}");
    let chinese = baimo(&["explain", "--run", "--lang", "zh", text]).ok();
    assert!(chinese.contains(&format!("└ 规划并执行 {times} 次，首次的值为 ?v = vendor:")), "{chinese}");
    let json: serde_json::Value =
        serde_json::from_str(&baimo(&["explain", "--run", "-F", "json", text]).ok()).unwrap();
    let outer = &json["plan"];
    let runs = &outer["inputs"][1];
    assert_eq!((runs["runs"].to_string().as_str(), outer["runs"].is_null()), (times, true), "{outer}");
    assert_eq!(runs["rows"], outer["rows"], "each row with what was found for it: {outer}");
    assert!(runs["inputs"][0]["seconds"].as_f64() <= runs["seconds"].as_f64(), "{outer}");
    let seconds = |step: &serde_json::Value| step["seconds"].as_f64().unwrap();
    assert!(seconds(runs) <= seconds(outer), "{outer}");
}

/// A HAVING that a grouping judges before it reads texts stands with it, for people in their language.
#[test]
fn a_condition_on_groups_before_texts_is_explained() {
    let text =
        "SELECT ?t (GROUP_CONCAT(?l) AS ?a) { ?s a ?t ; rdfs:label ?l } GROUP BY ?t HAVING(COUNT(*) > 4)";
    for (language, step, condition) in [("en", "Group(?t; ", ", where (?"), ("zh", "分组(?t; ", "，限于 (?")]
    {
        let told = baimo(&["explain", "--lang", language, text]).ok();
        let line = told.lines().find(|line| line.contains(step)).unwrap();
        assert!(line.contains(condition), "{line}");
    }
}

#[test]
fn a_query_is_explained() {
    let out = baimo(&["explain", "SELECT ?m { ?m a bm:Model . ?v a bm:Vendor } LIMIT 5"]).ok();
    assert!(out.contains("LIMIT") || out.contains("product"), "{out}");
    let fine = baimo(&["explain", "SELECT ?n { ?m a bm:Model ; rdfs:label ?n } ORDER BY ?n"]).ok();
    assert!(!fine.contains("used only here"), "{fine}");
    baimo(&["explain", "SELECT nonsense"]).failed(1);
    for (options, ran) in
        [(&["explain", "-F", "json"][..], false), (&["explain", "--run", "-F", "json"], true)]
    {
        let text = baimo(&[options, &["SELECT ?x { ?x a bm:Vendor FILTER(STRLEN(?x) > 3) }"]].concat()).ok();
        let document: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(document["ran"], ran);
        assert_eq!(document["plan"]["seconds"].is_number(), ran, "{text}");
        let message = document["advice"][0]["message"].as_str().unwrap();
        assert!(
            message.starts_with("STRLEN takes a text") && document["advice"][0]["column"] == 42,
            "{text}"
        );
    }
}

/// What is expected to take long is told with its step, in the language of the session; of a quick query there is nothing to say.
#[test]
fn what_may_take_long_is_no_query_that_looks_quick() {
    let (fine, zh) = ("nothing in this query looks slow or unintended", ["--lang", "zh"]);
    let condition = "FILTER(?y > ?x && ?a != ?b)";
    let pattern = r#"REGEX(STR(?x), "(a+)\\1")"#;
    for (query, english, chinese) in [
        (
            format!("SELECT (COUNT(*) AS ?n) {{ ?a ?p ?x OPTIONAL {{ ?b ?q ?y {condition} }} }}"),
            "`Optional hash join(if (?y > ?x) && !(?a = ?b))` pairs ",
            "`可选哈希连接(if (?y > ?x) && !(?a = ?b))` 将 ",
        ),
        (
            format!("SELECT (COUNT(*) AS ?n) {{ ?a ?p ?x FILTER NOT EXISTS {{ ?b ?q ?y {condition} }} }}"),
            " rows with ",
            "两两组合：约需 ",
        ),
        (
            format!("SELECT (COUNT(*) AS ?n) {{ ?a ?p ?x FILTER {pattern} }}"),
            r"the regular expression `(a+)\1` is tried by going back and forth, in up to ",
            r"正则表达式 `(a+)\1` 需要回溯匹配，最多涉及 ",
        ),
        (
            "SELECT DISTINCT ?x ?y { ?a ?p ?x . ?b ?q ?y }".to_owned(),
            " is expected to take about ",
            " 预计约需 ",
        ),
    ] {
        let out = baimo(&["explain", &query]).ok();
        assert!(out.contains(english) && !out.contains(fine), "{query}: {out}");
        let document: serde_json::Value =
            serde_json::from_str(&baimo(&["explain", "-F", "json", &query]).ok()).unwrap();
        let told =
            document["advice"].as_array().unwrap().iter().map(|told| told["message"].as_str().unwrap());
        assert!(told.into_iter().any(|message| message.contains(english)), "{query}: {document}");
        let out = baimo(&[&["explain", &query][..], &zh].concat()).ok();
        assert!(out.contains(chinese) && !out.contains("estimate"), "{query}: {out}");
    }
    for query in [
        "SELECT ?n { ?m a bm:Model ; rdfs:label ?n FILTER REGEX(?n, \"^A.*1\") } ORDER BY ?n",
        "SELECT ?a ?b { ?a bm:version ?x OPTIONAL { ?b bm:version ?x } }",
    ] {
        let out = baimo(&["explain", query]).ok();
        assert!(!out.contains(" is expected to take ") && !out.contains("going back"), "{query}: {out}");
    }
    assert!(
        baimo(&["explain", "SELECT ?n { ?m a bm:Model ; rdfs:label ?n } ORDER BY ?n"]).ok().contains(fine)
    );
}

#[test]
fn names_that_are_not_there_are_no_intention() {
    let fine = "nothing in this query looks slow or unintended";
    let out = baimo(&["explain", "SELECT ?v ?o { ?v <http://e.org/none> ?o }"]).ok();
    assert!(out.contains("[<http://e.org/none> is not there]"), "{out}");
    assert!(out.contains("does not occur in this graph") && !out.contains(fine), "{out}");
    let many: String = (0..30).map(|n| format!("OPTIONAL {{ ?v <http://e.org/p{n}> ?o{n} }} ")).collect();
    let many = format!("SELECT * {{ ?v a bm:Vendor {many} }}");
    let out = baimo(&["explain", &many]).ok();
    assert_eq!(out.matches("does not occur in this graph").count(), 10, "{out}");
    assert!(out.contains("and 20 more of these"), "{out}");
    let text = baimo(&["explain", "-F", "json", &many]).ok();
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["advice"].as_array().unwrap().len(), 30);
}

/// A list of a thousand values hides the plan around it; a program gets it whole.
#[test]
fn a_plan_is_as_readable_with_long_lists() {
    let values: Vec<String> = (0..1000).map(|value| value.to_string()).collect();
    let query = format!("SELECT * {{ ?s ?p ?o FILTER(?o IN ({})) }}", values.join(", "));
    let out = baimo(&["explain", &query]).ok();
    assert!(out.lines().all(|line| line.chars().count() < 600) && out.contains(" … "), "{out}");
    assert!(out.contains("-F json has them whole"), "{out}");
    let whole = baimo(&["explain", "-F", "json", &query]).ok();
    assert!(whole.contains("500") && !whole.contains('…'));
}

#[test]
fn why_nothing_was_found_is_said_on_demand() {
    let said = baimo(&["query", "--why", "SELECT * { ?v rdfs:label \"百度\" }"]);
    assert!(said.code == 0 && said.err.contains("@zh"), "{said:?}");
    assert_eq!(baimo(&["query", "SELECT * { ?v rdfs:label \"百度\" }"]).ok(), "?v\n", "silent in a pipe");
}

#[test]
fn what_expressions_could_not_compute_is_said() {
    let said = baimo(&["query", r#"SELECT (REGEX("tall", "[a-z") AS ?x) (SUM("x") AS ?sum) {}"#]);
    assert_eq!((said.code, said.out.as_str()), (0, "?x\t?sum\n\t\n"), "{said:?}");
    let pattern = r#"warning: the regular expression "[a-z" is an error: a class is not closed: `]` is missing (at character 5)"#;
    let sum = "note: SUM is unbound in 1 group: 1 solution has an error or a value that it does not take";
    assert!(said.err.contains(pattern) && said.err.contains(sum), "{said:?}");
    let place = " --> query:1:23\n";
    assert!(
        said.err.contains(place) && said.err.contains("= help: it is an error for every row"),
        "{said:?}"
    );
    let said = baimo(&["query", "SELECT (REPLACE(\"tall\",\n \"l*\", \"x\") AS ?x) {}"]);
    assert!(
        said.err.contains(" --> query:2:2\n") && said.err.contains("= help: write a pattern"),
        "{said:?}"
    );
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
    // SPARQL 1.1, section 18.2.4.2: HAVING stands before SELECT gives its names, which a pipe is told as well.
    let having = "SELECT ?v (COUNT(?x) AS ?n) { ?x bm:releasedBy ?v } GROUP BY ?v HAVING(?n > 1)";
    let said = baimo(&["query", having]);
    assert!(
        said.err.contains("HAVING cannot see `?n`") && said.err.contains("write `COUNT(?x)`"),
        "{said:?}"
    );
    assert_eq!((said.code, said.out.as_str()), (0, "?v\t?n\n"));
    let found = baimo(&["query", &having.replace("HAVING(?n", "HAVING(COUNT(?x)")]);
    assert!(found.err.is_empty() && found.out.lines().count() > 1, "{found:?}");
    let said = baimo(&["query", "--why", "SELECT ?x { ?x rdfs:label ?l FILTER(REGEX(?l, '[')) }"]);
    assert_eq!(said.err.matches("a class is not closed").count(), 1, "{}", said.err);
}
