//! Statements from a pipe or a file.

use super::*;
use baimo::faces::terminal::formats;
use baimo::formats::graphs::GraphFormat;
use baimo::formats::rows::RowFormat;

#[test]
fn a_file_is_read_up_to_its_first_error_and_the_history_stays_as_typed() {
    let home = home("read");
    std::fs::write(home.join("some.rq"), ".echo one\n\nSELECT *\n{ ?s nope:p ?o }\n\n.echo never\n").unwrap();
    let mut prompt = Prompt::open(&home, 80);
    let said = prompt.ask(".read some.rq");
    has(&said, "one");
    has(&said, "some.rq:4:6");
    assert!(!said.contains("never"), "{said}");
    let said = prompt.ask(".history");
    assert!(!said.contains("nope:p"), "{said}");
    has(&prompt.ask(".read nothing.rq"), "cannot read nothing.rq");
    prompt.leave();
}

#[test]
fn the_startup_file_is_read() {
    let home = home("startup");
    let folder = home.join(".config/baimo");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("baimorc"), ".maxrows 7\nPREFIX ex: <http://example.org/>\n").unwrap();
    let mut prompt = Prompt::open(&home, 80);
    has(&prompt.ask(".show"), "maxrows   7");
    has(&prompt.ask("ASK { FILTER(STR(ex:a) = 'http://example.org/a') }"), "yes");
    prompt.leave();
}

#[test]
fn a_pipe_gets_answers_and_nothing_else() {
    let output = piped(
        "pipe",
        "# first\nSELECT ('1' AS ?a) {}\n\nPREFIX x: <http://e/>\nSELECT ('2' AS ?b)\n{\n\n}\nSELECT ('3' AS ?c) {};\n.echo four\nASK\n{ }",
    );
    assert_eq!(out(&output), "?a\n\"1\"\n?b\n\"2\"\n?c\n\"3\"\nfour\ntrue\n");
    assert_eq!(err(&output), "");
    assert!(output.status.success());
}

#[test]
fn a_pipe_stops_at_the_first_error_with_its_line_in_the_whole() {
    let output = piped("pipe-error", "ASK {}\n\nSELECT *\n{ ?s nope:p ?o }\n\n.echo never\n");
    assert_eq!(out(&output), "true\n");
    assert!(err(&output).contains("stdin:4:6"), "{}", err(&output));
    assert_eq!(output.status.code(), Some(1));
    let output = piped("pipe-usage", ".nonsense\n");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn the_columns_of_star_come_in_the_order_of_the_text() {
    let output = piped("star", "SELECT * { VALUES (?z ?a ?m) { (1 2 3) } }");
    assert!(out(&output).starts_with("?z\t?a\t?m\n"), "{}", out(&output));
    // Those of the last answer, too.
    let output = piped("star-last", "SELECT ?z ?a { VALUES (?z ?a) { (1 2) } }\nSELECT * { VALUES _ }\n");
    let heads: Vec<&str> = out(&output).lines().filter(|line| line.starts_with('?')).collect();
    assert_eq!(heads, ["?z\t?a", "?z\t?a"], "{}", out(&output));
}

#[test]
fn the_last_answer_is_there_in_a_pipe_too() {
    let output = piped("pipe-last", "SELECT ('x' AS ?a) {}\nSELECT (CONCAT(?a, 'y') AS ?b) { VALUES _ }\n");
    assert_eq!(out(&output), "?a\n\"x\"\n?b\n\"xy\"\n");
}

#[test]
fn several_statements_on_a_line_or_in_a_paste_all_run() {
    let mut prompt = Prompt::open(&home("several"), 80);
    let said = prompt.ask("SELECT ('one' AS ?x) {}; ASK {}; SELECT ('three' AS ?x) {}");
    has(&said, "│ one ");
    has(&said, "yes");
    has(&said, "│ three ");
    assert!(!prompt.ask(";").contains("error"));
    // A wrong one is shown with its place, and the others run.
    let said = prompt.ask("ASK {}; SELECT nonsense; SELECT ('after' AS ?x) {}");
    has(&said, "yes");
    has(&said, ":1:16");
    has(&said, "│ after ");
    // A paste is one piece of input.
    prompt.keys("\x1b[200~.echo first\nASK {}\n.echo last\x1b[201~");
    let said = prompt.ask("");
    has(&said, "first");
    has(&said, "yes");
    has(&said, "last");
    prompt.leave();
}

#[test]
fn a_command_ends_the_statement_before_it() {
    let output = piped(
        "command-ends",
        "PREFIX e: <http://e/>\nASK { e:a e:b e:c\n . e:c e:d e:e }\n.echo between\nASK {}\n",
    );
    assert_eq!(out(&output), "false\nbetween\ntrue\n", "{}", err(&output));
}

#[test]
fn a_script_may_go_on_after_an_error_and_its_end_tells() {
    let text = "SELECT nonsense\n\nASK {}\n.nonsense\nASK {};;ASK {}";
    let home = home("keep-going");
    let output = piped_to(&home, &["--keep-going"], text);
    assert_eq!(out(&output), "true\ntrue\ntrue\n");
    assert!(err(&output).contains("stdin:1:8") && err(&output).contains("stdin:4"), "{}", err(&output));
    assert!(err(&output).contains("2 statements failed"), "{}", err(&output));
    assert_eq!(output.status.code(), Some(1), "the first error's");
}

/// What may be given up is done beside the script, and gives what it gives without a limit: the last answer, and updates within a
/// transaction and without.
#[test]
fn what_may_be_given_up_does_the_same() {
    let text = "\
        SELECT (1 AS ?x) {}\n\nSELECT (?x + 1 AS ?y) { VALUES _ }\n\n\
        CONSTRUCT { <urn:a> <urn:b> 7 } WHERE {}\n\nSELECT ?o FROM _ { ?s ?p ?o }\n\n\
        SELECT ?o { GRAPH _ { ?s ?p ?o } }\n\nSELECT nonsense\n\n\
        INSERT DATA { <urn:a> <urn:b> 1 , 2 }\n\n.begin\n\
        DELETE { ?s ?p 1 } INSERT { ?s ?p 3 } WHERE { ?s ?p 1 }\n\n\
        SELECT (SUM(?o) AS ?in) { <urn:a> <urn:b> ?o }\n\n\
        INSERT { ?s ?p ?o } WHERE { ?s ?p 3 BIND(4 AS ?o) } ; DROP GRAPH <urn:none>\n\n\
        SELECT (SUM(?o) AS ?failed) { <urn:a> <urn:b> ?o }\n\n.rollback\n\
        SELECT (SUM(?o) AS ?back) { <urn:a> <urn:b> ?o }\n\n\
        DELETE WHERE { <urn:a> <urn:b> 2 }\n\nSELECT (SUM(?o) AS ?now) { <urn:a> <urn:b> ?o }\n";
    let done = |name: &str, limits: &[&str]| {
        let options: Vec<&str> = ["--keep-going", "-F", "csv"].iter().chain(limits).copied().collect();
        let output = piped_to(&home(name), &options, text);
        assert_eq!(output.status.code(), Some(1), "{}", err(&output));
        assert!(err(&output).contains("2 statements failed"), "{}", err(&output));
        out(&output).to_owned()
    };
    let here = done("here", &[]);
    assert_eq!(done("apart", &["--timeout", "60s"]), here);
    for line in ["y\r\n2", "o\r\n7", "in\r\n5", "failed\r\n5", "back\r\n3", "now\r\n1"] {
        assert!(here.contains(line), "{line}: {here}");
    }
}

#[test]
fn what_statements_come_from_is_no_file() {
    for line in [".load -", ".query -", ".update -", ".open -", ".read -", ".explain -f -"] {
        let output = piped("stdin", &format!("{line}\nASK {{}}\n"));
        assert_eq!(output.status.code(), Some(2), "{line}: {}", err(&output));
        assert!(err(&output).contains("statements here come from"), "{line}: {}", err(&output));
    }
}

#[test]
fn limits_hold_for_the_statements_of_a_script() {
    let begun = std::time::Instant::now();
    let exploding = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?c != ?f && ?f != ?i) }";
    let output =
        piped_to(&home("limits"), &["--timeout", "3s"], &format!("ASK {{}}\n{exploding}\n\nASK {{}}"));
    assert_eq!(output.status.code(), Some(4), "{}", err(&output));
    assert_eq!(out(&output).matches("true").count(), 1, "what comes after it is not run: {}", out(&output));
    assert!(begun.elapsed().as_secs() < 120, "{:?}", begun.elapsed());
}

#[test]
fn limits_hold_for_loading_at_the_prompt_and_the_session_goes_on() {
    let home = home("load-limit");
    let many: String = (0..60_000).map(|n| format!("<urn:s{n}> <urn:p> {n} .\n")).collect();
    std::fs::write(home.join("many.nt.ttl"), many).unwrap();
    let mut prompt = Prompt::open(&home, 80);
    prompt.ask(".timeout 1ms");
    for line in [".load many.nt.ttl", ".open many.nt.ttl"] {
        has(&prompt.ask(line), "stopped after 0.001 s");
    }
    prompt.ask(".timeout off");
    has(&prompt.ask("ASK { <urn:s1> ?p ?o }"), "no");
    prompt.leave();
}

/// Section 2 of SPARQL 1.1 Update: an update succeeds or fails, and has no other result. So a script that wants rows in some format
/// gets those of its queries and nothing of what it changes, also where the format is one of graphs too.
#[test]
fn what_changes_a_graph_has_no_answer_in_a_script_in_any_format() {
    let home = home("update-format");
    std::fs::write(home.join("a.ttl"), "<x:a> <x:b> 1 .\n").unwrap();
    let changes = "INSERT DATA { <x:a> <x:b> 1 };\n.update INSERT DATA { <x:a> <x:b> 1 }\n.load a.ttl\n";
    piped_to(&home, &["--store", "s"], changes);
    let mut of_both = Vec::new();
    for format in formats::names() {
        let is_of =
            [RowFormat::named(format).is_some(), GraphFormat::named(format).is_some() || format == "tree"];
        if is_of == [true, true] {
            of_both.push(format);
        }
        for place in [["--store", "s"], ["--data", "a.ttl"]] {
            let words = [place[0], place[1], "-F", format];
            let said = piped_to(&home, &words, changes);
            assert!(said.status.success(), "{words:?}: {}", err(&said));
            assert_eq!(out(&said), "", "{words:?}");
            for (question, _) in ["SELECT ?o { ?s ?p ?o };\n", "CONSTRUCT WHERE { ?s ?p ?o };\n"]
                .into_iter()
                .zip(is_of)
                .filter(|(_, is_of)| *is_of && format != "svg")
            {
                let alone = piped_to(&home, &words, question);
                assert!(alone.status.success() && !out(&alone).is_empty(), "{words:?}: {}", err(&alone));
                let after = piped_to(&home, &words, &format!("{changes}{question}"));
                assert_eq!(out(&after), out(&alone), "{words:?}");
            }
        }
    }
    assert_eq!(of_both, ["csv", "json", "xml"], "such are tried");
}

#[test]
fn where_answers_go_is_not_for_changes_but_their_own_options_are() {
    let home = home("update-place");
    let script = ".once one.csv\nINSERT DATA { <x:a> <x:b> 1 };\n.load a.ttl\nSELECT (1 AS ?a) {};\n\
                  .output all.csv\nDELETE DATA { <x:a> <x:b> 1 };\nSELECT (2 AS ?b) {};\n.output\n\
                  .mode csv\n.update -F nt INSERT DATA { <x:a> <x:b> 3 }\n.mode auto\n.update -o own.nt CLEAR DEFAULT\n";
    std::fs::write(home.join("a.ttl"), "<x:a> <x:b> 2 .\n").unwrap();
    let said = piped_to(&home, &["--store", "s"], script);
    assert!(said.status.success(), "{}", err(&said));
    let holds = |name: &str| std::fs::read_to_string(home.join(name)).unwrap();
    assert_eq!((holds("one.csv").as_str(), holds("all.csv").as_str()), ("a\r\n1\r\n", "b\r\n2\r\n"));
    let integer = "^^<http://www.w3.org/2001/XMLSchema#integer> .\n";
    assert_eq!(out(&said), format!("<x:a> <x:b> \"2\"{integer}<x:a> <x:b> \"3\"{integer}"));
    assert_eq!(holds("own.nt"), "");
    // What was kept before the graph could not be written is said to be.
    let words = ".update -o none/x.nt INSERT DATA { <x:a> <x:b> 5 }\n";
    for (place, kept) in [
        (&["--store", "s"][..], "the change itself is kept"),
        (&["--data", "a.ttl"], "the change itself is made, for this session"),
    ] {
        let open = piped_to(&home, place, &format!(".begin\n{words}"));
        assert!(err(&open).contains("is made, in the transaction that is open"), "{place:?}: {}", err(&open));
        assert!(!err(&open).contains("is kept"), "{place:?}: {}", err(&open));
        let said = piped_to(&home, place, words);
        assert!(said.status.code() == Some(3) && err(&said).contains(kept), "{}", err(&said));
    }
    assert_eq!(out(&piped_to(&home, &["--store", "s"], "CLEAR ALL;\nASK { ?s ?p ?o };\n")), "false\n");
    // A change that ends with the script is no less than a warning where a place was named for the whole of it.
    for words in [["-o", "lost.nt"], ["-F", "turtle"]] {
        let said =
            piped_to(&home, &["--data", "a.ttl", words[0], words[1]], "INSERT DATA { <x:a> <x:b> 6 };\n");
        assert!(
            err(&said).contains("warning: the graph was changed, and no store keeps that"),
            "{}",
            err(&said)
        );
        assert!(err(&said).contains(".export -o FILE"), "{}", err(&said));
    }
    let kept = "INSERT DATA { <x:a> <x:b> 6 };\n.export -o kept.nt\n";
    let said = piped_to(&home, &["--data", "a.ttl", "-F", "csv"], kept);
    assert!(said.status.success() && !err(&said).contains("warning"), "{}", err(&said));
    // A format that no graph has is refused before anything is changed.
    for words in [".update -F tsv INSERT DATA { <x:a> <x:b> 4 }", ".load -F svg a.ttl", ".undo -F line"] {
        let said = piped_to(&home, &["--store", "s"], &format!("{words}\n"));
        assert_eq!(said.status.code(), Some(2), "{words}: {}", err(&said));
        assert!(err(&said).contains("the store keeps the change"), "{words}: {}", err(&said));
        assert!(!err(&said).contains("SELECT"), "{words}: {}", err(&said));
    }
    assert_eq!(out(&piped_to(&home, &["--store", "s"], "ASK { ?s ?p ?o };\n")), "false\n");
}
