//! Dot-commands, settings, plain words, saved queries, changes.

use super::*;

#[test]
fn commands_change_how_answers_look() {
    let mut prompt = Prompt::open(&home("commands"), 80);
    prompt.ask(".mode line");
    has(&prompt.ask("SELECT ('x' AS ?one) {}"), "one = x");
    prompt.ask(".mode auto");
    prompt.ask(".maxrows 2");
    has(&prompt.ask("SELECT ?v { ?v a bm:Vendor }"), "more rows, .last shows all");
    prompt.ask(".labels zh");
    has(&prompt.ask("SELECT ?v { VALUES ?v { vendor:baidu } }"), "│ 百度");
    has(&prompt.ask(".show"), "maxrows   2");
    // Whoever asks for Chinese labels gets Chinese messages.
    prompt.ask(".labels en");
    let said = prompt.ask(".mdoe csv");
    has(&said, "there is no command `.mdoe`");
    has(&said, "did you mean .mode?");
    has(&prompt.ask(".help why"), ".why N | empty");
    // The last line of a text too.
    has(&prompt.ask(".show"), "timer     on");
    prompt.ask(".pager off");
    has(&prompt.ask(".help"), ".help NAME says more.");
    prompt.leave();
}

#[test]
fn settings_say_how_they_are_and_unknown_languages_are_refused() {
    let mut prompt = Prompt::open(&home("settings"), 80);
    has(&prompt.ask(".labels zz"), "the labels here are not in `zz`");
    has(&prompt.ask(".labels"), "labels on (en)");
    has(&prompt.ask(".labels"), "labels off");
    has(&prompt.ask(".timer"), "timer off");
    has(&prompt.ask(".mode jsonl"), "mode jsonl");
    has(&prompt.ask(".mode xlsx"), "formats of graphs");
    // Of a limit 0 is none; of the last statements it is none of them.
    has(&prompt.ask(".maxrows x"), "such as 40; 0 means no limit");
    let said = prompt.ask(".history x");
    assert!(said.contains("such as 40") && !said.contains("limit"), "{said}");
    prompt.leave();
}

/// The first lines fit a narrow window; what goes on in the next line stands below what it goes on with.
#[test]
fn the_greeting_breaks_below_itself() {
    let home = home("greeting");
    let mut prompt = Prompt::unready(&home, &home, 60);
    let said = prompt.sees(READY);
    has(&said, "names and\r\n  labels\r\n  .help lists");
    prompt.leave();
}

#[test]
fn plain_words_are_helped() {
    let mut prompt = Prompt::open(&home("words"), 80);
    prompt.ask(".pager off");
    let said = prompt.ask("百度");
    has(&said, "vendor:baidu");
    has(&said, ".describe");
    has(&prompt.ask("timeline"), ".run timeline");
    let said = prompt.ask("policies per month");
    has(&said, "1  ");
    has(&said, ".run policies-per-month");
    has(&prompt.ask("1"), ".run policies-per-month");
    has(&prompt.ask("99"), "the last list goes from 1 to");
    has(&prompt.ask("show me the timeline"), ".run timeline");
    has(&prompt.ask("xyzzy"), "this is not SPARQL");
    has(&prompt.ask("help"), ".quit");
    prompt.keys("quit\r");
    prompt.pty.exp_eof().unwrap();
}

#[test]
fn whoever_leaves_with_a_transaction_open_is_asked_first() {
    let home = home("leaves-open");
    let insert = |n: usize| format!("INSERT DATA {{ <urn:a> <urn:b> {n} }}");
    let made = piped_to(&home, &["--store", "kept"], &format!("{}\n", insert(1)));
    assert!(made.status.success(), "{}", err(&made));
    let mut prompt = Prompt::open(&home, 80);
    prompt.ask(".open kept");
    has(&prompt.ask(".begin"), "a transaction is open");
    prompt.ask(&insert(2));
    let said = prompt.ask(".quit");
    has(&said, "a transaction is open, with 1 change: .commit keeps it");
    has(&said, "to leave and drop it, leave again");
    // It is open still, and another one is asked for anew.
    prompt.ask(".commit");
    prompt.ask(".begin");
    prompt.ask(&insert(3));
    has(&prompt.ask(".quit"), "with 1 change");
    prompt.keys(".quit\r");
    prompt.pty.exp_eof().unwrap();
    let kept = piped_to(&home, &["--store", "kept"], ".mode csv\nSELECT ?n { ?s ?p ?n } ORDER BY ?n\n");
    assert!(out(&kept).contains("1\r\n2\r\n") && !out(&kept).contains('3'), "{}", out(&kept));
}

/// Words that begin as a command does are run as one where that can be done, and are a question where it cannot.
#[test]
fn a_question_that_begins_as_a_command_does_is_a_question() {
    let mut prompt = Prompt::open(&home("as-a-command"), 80);
    for (words, command) in [
        ("open source models", ".run open-source"),
        ("export all models", ".run models-per-vendor"),
        ("history of Baidu", ".describe vendor:baidu"),
        ("read about Baidu", ".describe vendor:baidu"),
    ] {
        let said = prompt.ask(words);
        has(&said, "That is not SPARQL. Perhaps one of these");
        has(&said, command);
        assert!(!said.contains("error:") && !said.contains("run as the command"), "{words}: {said}");
    }
    // What can be done is done, and what fits nothing else is the command's error.
    has(&prompt.ask("search for models"), "run as the command .search for models");
    has(&prompt.ask("open nowhere.ttl"), "there is no file nowhere.ttl");
    let said = prompt.ask("open source.ttl models.ttl");
    has(&said, "there is no file source.ttl");
    has(&said, "run as the command");
    prompt.leave();
}

/// Without a store a change is asked about before it is lost. What was dropped cannot be.
#[test]
fn what_was_rolled_back_is_no_unsaved_change() {
    let mut prompt = Prompt::open(&home("rolled-back"), 80);
    prompt.ask(".begin");
    prompt.ask("INSERT DATA { <urn:a> <urn:b> 1 }");
    has(&prompt.ask(".rollback"), "dropped: 1 change");
    prompt.keys(".quit\r");
    prompt.pty.exp_eof().unwrap();
    // What was changed before it is there again.
    let mut prompt = Prompt::open(&home("rolled-back-after"), 80);
    prompt.ask("INSERT DATA { <urn:a> <urn:b> 1 }");
    prompt.ask(".begin");
    prompt.ask("INSERT DATA { <urn:a> <urn:b> 2 }");
    prompt.ask(".export -o with-both.nt");
    prompt.ask(".rollback");
    has(&prompt.ask(".quit"), "the change ends with this session");
    prompt.keys(".quit\r");
    prompt.pty.exp_eof().unwrap();
    // In a narrow window the terminal breaks no word of the note.
    let mut prompt = Prompt::open(&home("leaves-narrow"), 50);
    prompt.ask("INSERT DATA { <urn:a> <urn:b> 1 }");
    has(&prompt.ask(".quit"), "\r\n  .export -o FILE keeps it; to leave without\r\n  it, leave again");
    prompt.keys(".quit\r");
    prompt.pty.exp_eof().unwrap();
}

/// What is found is to be copied, and two names that differ must look different, however narrow the window.
#[test]
fn what_is_found_can_be_told_apart_and_copied_in_any_window() {
    for columns in [30, 40, 60, 80, 100] {
        let mut prompt = Prompt::open(&home(&format!("narrow-{columns}")), columns);
        prompt.ask(".pager off");
        let said = prompt.ask(".search integration");
        let joined: String = said.lines().map(str::trim).collect();
        for name in ["release:2023-05-24-copilot", "release:2023-03-17-gpt-4"] {
            has(if columns < 40 { &joined } else { &said }, name);
        }
        prompt.leave();
    }
}

#[test]
fn a_query_is_saved_under_a_name_and_never_replaced_unasked() {
    let home = home("save");
    let mut prompt = Prompt::open(&home, 80);
    prompt.ask("SELECT (7 AS ?seven) {}");
    has(&prompt.ask(".save mine What it asks"), "saved as");
    has(&prompt.ask(".save mine"), "`mine` is taken");
    has(&prompt.ask(".run mine"), "seven");
    prompt.leave();
    let file = std::fs::read_to_string(home.join(".local/share/baimo/queries/mine.rq")).unwrap();
    has(&file, "What it asks");
    has(&file, "SELECT (7 AS ?seven) {}");
}

#[test]
fn declared_prefixes_and_changes_hold_for_the_session() {
    let mut prompt = Prompt::open(&home("changes"), 80);
    prompt.keys("PREFIX ex: <http://example.org/>\r");
    prompt.sees("keeps the prefixes");
    has(&prompt.ask(""), "ex: is in scope");
    has(&prompt.ask("ASK { ex:a ?p ?o }"), "no");
    has(&prompt.ask("INSERT DATA { ex:a ex:b 'c' }"), "1 more than before");
    has(&prompt.ask("ASK { ex:a ex:b 'c' }"), "yes");
    prompt.keys("\x04");
    prompt.sees("the change ends with this session");
    // What a terminal is sent before the prompt waits is the terminal's own to take: it would be no key.
    prompt.sees(READY);
    prompt.leave();
}

#[test]
fn the_saved_queries_are_listed_by_theme_and_the_nearest_are_suggested() {
    let mut prompt = Prompt::open(&home("themes"), 60);
    prompt.ask(".pager off");
    let said = prompt.ask(".queries");
    has(&said, "\r\nrelease\r\n");
    has(&said, "q leaves");
    let lines = said.lines().map(|line| line.trim_end());
    let wide =
        lines.map(|line| line.chars().map(|c| if c.is_ascii() || c == '…' { 1 } else { 2 }).sum::<usize>());
    assert!(wide.max().unwrap_or(0) <= 60, "{said}");
    // What is to be typed is whole in any window.
    has(&said, "launch-to-registration");
    let mut narrow = Prompt::open(&home("themes-narrow"), 36);
    narrow.ask(".pager off");
    let listed = narrow.ask(".queries");
    let names = crate::cli::baimo(&["queries", "-F", "csv"]).ok();
    let names: Vec<&str> = names.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    assert!(names.len() > 50);
    for name in names {
        assert!(listed.lines().any(|line| line.trim() == name), "{name}: {listed}");
    }
    narrow.leave();
    has(&prompt.ask(".queries relases"), "did you mean ");
    has(&prompt.ask("q"), "q leaves a pager");
    prompt.leave();
}

#[test]
fn the_graph_of_files_is_called_by_their_names() {
    let home = home("whose");
    std::fs::write(home.join("mine.ttl"), "<urn:a> <urn:b> 1, 2 .").unwrap();
    let output = piped_to(&home, &["--data", "mine.ttl"], ".show\n.queries\n.run timeline\n");
    assert!(out(&output).contains("graph     mine.ttl, 2 triples"), "{}", out(&output));
    assert!(err(&output).contains("this graph has no saved queries"), "{}", err(&output));
    assert!(!out(&output).contains("timeline") && !out(&output).contains("baimo"), "{}", out(&output));
    assert_eq!(output.status.code(), Some(2), "its queries are not the embedded graph's: {}", err(&output));
    let mut prompt = Prompt::unready(&home, &home, 80);
    prompt.sees(READY);
    has(&prompt.ask(".open mine.ttl"), "mine.ttl: 2 triples");
    prompt.sees("mine.ttl> ");
    has(&prompt.ask("SELECT * { ?s ?p ?o }"), "· mine.ttl");
    prompt.leave();
}

#[test]
fn a_query_is_explained_without_running_it() {
    let exploding = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(STRLEN(STR(?c)) + STRLEN(STR(?f)) = 7) }";
    let text = format!(
        ".explain {exploding}\n.explain --run SELECT (\"a b\" AS ?x) {{ ?s a bm:Vendor }}\n.run releases-of-year 2023\n.explain\n.explain --run\n.explain -f -\n"
    );
    let output = piped("explain", &text);
    let said = out(&output);
    assert!(
        said.matches("nothing was run").count() == 2 && said.matches("rows   estimate").count() == 2,
        "{said}"
    );
    assert!(said.contains("\"2023\"^^xsd:integer"), "the values of its parameters: {said}");
    let first = piped("explain-nothing", ".explain\n");
    assert_eq!(first.status.code(), Some(2), "{}", err(&first));
}

#[test]
fn a_folder_that_is_no_graph_is_not_opened_as_the_one_built_in() {
    let home = home("no-graph");
    std::fs::create_dir_all(home.join("plain")).unwrap();
    std::fs::write(home.join("plain/a.ttl"), "<urn:a> <urn:b> 1 .").unwrap();
    std::fs::create_dir_all(home.join("graph/data")).unwrap();
    std::fs::write(home.join("graph/baimo.toml"), "name = \"mine\"").unwrap();
    let mut prompt = Prompt::open(&home, 80);
    let said = prompt.ask(".open plain");
    has(&said, "plain is a folder without a baimo.toml");
    has(&said, ".open 'plain/*.ttl'");
    has(&prompt.ask("ASK { ?s a bm:Vendor }"), "yes");
    has(&prompt.ask(".open 'plain/*.ttl'"), "1 triple");
    // Below a graph is in it.
    has(&prompt.ask(".open graph/data"), "mine: 0 triples");
    prompt.leave();
}

#[test]
fn a_file_that_cannot_be_is_refused_when_it_is_named() {
    let mut prompt = Prompt::open(&home("no-file"), 80);
    has(&prompt.ask(".once nowhere/x.csv"), "cannot write nowhere/x.csv: there is no folder nowhere");
    has(&prompt.ask(".output /"), "cannot write /: it is a folder");
    has(&prompt.ask("ASK {}"), "yes");
    prompt.leave();
}

#[test]
fn what_is_missing_after_a_command_is_told_as_the_prompt_takes_it() {
    let mut prompt = Prompt::open(&home("missing"), 80);
    has(&prompt.ask(".update"), "as in  INSERT DATA {");
    has(&prompt.ask(".explain"), "as in  SELECT * {");
    prompt.leave();
}
