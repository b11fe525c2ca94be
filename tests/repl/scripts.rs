//! Statements from a pipe or a file.

use super::*;

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
