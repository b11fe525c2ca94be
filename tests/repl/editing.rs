//! What is typed: lines, keys, completion, history, the editor.

use super::*;

#[test]
fn a_line_that_is_a_query_is_answered_at_once() {
    let count = asked("SELECT (STR(COUNT(*)) AS ?n) { ?r a bm:Release }").concat().concat();
    let mut prompt = Prompt::open(&home("line"), 80);
    let said = prompt.ask("SELECT (COUNT(*) AS ?n) { ?r a bm:Release }");
    has(&said, &format!("│ {} │", count.trim_matches('"')));
    has(&said, "1 row · ");
    prompt.leave();
}

#[test]
fn several_lines_end_with_an_empty_one_or_a_semicolon() {
    let mut prompt = Prompt::open(&home("lines"), 80);
    prompt.keys("SELECT ?v {\r  ?v a bm:Vendor\r} LIMIT 1\r");
    prompt.sees("Enter runs it");
    has(&prompt.ask(""), "1 row · ");
    prompt.keys("SELECT ?v {\r  ?v a bm:Vendor\r");
    prompt.sees("{ of line 1 is open");
    has(&prompt.ask("} LIMIT 2 ;"), "2 rows · ");
    prompt.keys("ASK\r{ ?s ?p ?o\r}\r");
    has(&prompt.ask(""), "yes");
    prompt.leave();
}

/// What clears the screen elsewhere begins an update here: it must not swallow the lines after it.
#[test]
fn clear_is_no_beginning_of_an_update() {
    let mut prompt = Prompt::open(&home("clear"), 80);
    has(&prompt.ask("clear"), "Ctrl-L clears the screen");
    has(&prompt.ask("ASK { ?s a bm:Vendor }"), "yes");
    prompt.leave();
}

#[test]
fn alt_enter_and_ctrl_j_begin_a_new_line_where_enter_would_run() {
    let mut prompt = Prompt::open(&home("newline"), 80);
    // Nobody types Ctrl-J within the first tenth of a second.
    std::thread::sleep(std::time::Duration::from_millis(200));
    prompt.keys("ASK { }\n").keys("# more\x1b\r").keys("# and more\r");
    has(&prompt.ask(""), "yes");
    has(&prompt.ask(".history"), "1  ASK { }\r\n       # more\r\n       # and more");
    prompt.leave();
}

#[test]
fn tab_puts_the_name_in_the_place_of_a_label_and_lists_the_others() {
    let mut prompt = Prompt::open(&home("tab"), 80);
    prompt.keys("SELECT * { 百度\t");
    prompt.sees("vendor:baidu");
    prompt.keys("\t");
    has(&prompt.sees("release:"), "Baidu · Vendor");
    has(&prompt.ask(" rdfs:label ?name }"), "百度@zh");
    prompt.leave();
}

#[test]
fn a_mistake_is_shown_at_once_and_stays_one_key_away() {
    let mut prompt = Prompt::open(&home("mistake"), 80);
    let said = prompt.ask("SELECT * { ?s ?p ?o } LIMT 3");
    has(&said, "error: ");
    has(&said, ":1:23");
    has(&said, "^^^^");
    // Up brings it back; Ctrl-W takes the last word away, twice.
    prompt.keys("\x1b[A").keys("\x17\x17");
    has(&prompt.ask("LIMIT 3"), "3 rows · ");
    prompt.leave();
}

/// A string of one line cannot go on: Enter says so, and does not wait for a bracket that the string has in it.
#[test]
fn a_string_that_its_line_leaves_open_is_told_at_once() {
    let mut prompt = Prompt::open(&home("open-string"), 80);
    has(&prompt.ask("SELECT * { ?s ?p \"abc }"), "this string is never closed");
    has(&prompt.ask("ASK {}"), "yes");
    prompt.leave();
}

#[test]
fn what_is_typed_ahead_is_not_lost() {
    let mut prompt = Prompt::open(&home("ahead"), 80);
    prompt.keys("SELECT ('one' AS ?x) {}\rSELECT ('two' AS ?x) {}\r.echo three\r");
    prompt.sees("│ one │");
    prompt.sees("│ two │");
    prompt.sees("\r\nthree");
    prompt.sees(READY);
    prompt.leave();
}

#[test]
fn what_is_typed_while_a_query_runs_is_kept() {
    let mut prompt = Prompt::open(&home("ahead"), 80);
    let exploding =
        "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f FILTER(STRLEN(STR(?c)) + STRLEN(STR(?f)) = 7) }";
    prompt.keys(exploding).keys("\r");
    prompt.sees("Ctrl-C stops");
    prompt.keys(".echo one\rSELECT ('two' AS ?x) {}\r.echo thr");
    // What is typed has come before the signal.
    std::thread::sleep(std::time::Duration::from_millis(200));
    prompt.keys("\x03");
    prompt.sees("interrupted");
    prompt.sees("\r\none");
    prompt.sees("│ two");
    prompt.sees(READY);
    has(&prompt.ask("ee"), "\r\nthree");
    prompt.leave();
}

#[test]
fn values_of_parameters_and_options_are_completed() {
    let mut prompt = Prompt::open(&home("values"), 80);
    for (line, part, other) in [
        (".run policies-on-topic --topic 数据", "topic:data-protection", "dataset:"),
        (".run releases-of-year --year ", "2019", "--lang"),
        (".run releases-between --from 2023-0", "2023-06", "2022-11"),
        (".run timeline -F j", "jsonl", "--vendor"),
        (".run timeline --chart ", "timeline", "--vendor"),
    ] {
        prompt.keys(line).keys("\t");
        let seen = prompt.sees(part);
        assert!(!seen.contains(other), "{line}: {seen}");
        prompt.keys("\x03");
        prompt.sees(READY);
    }
    // One value alone is put in, by any of its names.
    prompt.keys(".run timeline --vendor baidu\t");
    prompt.sees("--vendor Baidu");
    prompt.keys("\x03");
    prompt.sees(READY);
    prompt.leave();
}

#[test]
fn the_editor_of_the_environment_edits_the_last_query() {
    let home = home("edit");
    let mut prompt = Prompt::unready(&home, &home, 80);
    prompt.sees(READY);
    prompt.ask("SELECT ('one' AS ?x) {}");
    // The editor here is a command that changes a word.
    prompt.keys("\\e\r");
    prompt.sees("SELECT ('two' AS ?x) {}");
    has(&prompt.ask(""), "│ two │");
    prompt.leave();
}

#[test]
fn the_history_outlives_the_session_and_holds_whole_statements() {
    let home = home("history");
    let mut prompt = Prompt::open(&home, 80);
    prompt.keys("SELECT ?v {\r?v a bm:Vendor\r");
    has(&prompt.ask("} LIMIT 1;"), "1 row · ");
    prompt.leave();
    let mut prompt = Prompt::open(&home, 80);
    prompt.keys("\x1b[A");
    prompt.sees("?v a bm:Vendor");
    has(&prompt.ask(""), "1 row · ");
    prompt.leave();
}

#[test]
fn without_a_home_the_prompt_works_and_says_so_once() {
    let home = home("homeless");
    let file = home.join("file");
    std::fs::write(&file, "").unwrap();
    let mut prompt = Prompt::unready(&home, &file, 80);
    has(&prompt.sees(READY), "the history cannot be written");
    let said = prompt.ask("ASK {}");
    has(&said, "yes");
    assert!(!said.contains("history"), "{said}");
    prompt.leave();
}

#[test]
fn a_narrow_window_is_enough() {
    let mut prompt = Prompt::open(&home("narrow"), 40);
    let said = prompt.ask("SELECT ?v ?n { ?v a bm:Vendor ; rdfs:label ?n } LIMIT 3");
    let widest = said.lines().filter(|line| line.contains('│')).map(|line| line.trim().chars().count()).max();
    assert!(widest.is_some_and(|columns| columns <= 40), "{said}");
    // What is said below is broken between words.
    let said = prompt.ask(".explain");
    has(&said, "nothing was run, and\r\nthe cost is a guess in nanoseconds;\r\n--run measures each step");
    prompt.leave();
}
