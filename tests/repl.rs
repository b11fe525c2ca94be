//! The prompt as a person meets it, through a pseudo-terminal; and as a pipe meets it.

use rexpect::session::{Options, PtySession, spawn_with_options};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

/// The machine may be slow and shared: this is no measure of speed.
const PATIENCE: u64 = 60_000;

/// What the prompt sends to the terminal when it begins to wait: pasting is one key from now on.
const READY: &str = "\x1b[?2004h";

/// A folder of its own for each test, as home and as the place to be in.
fn home(test: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("baimo-repl-{}-{test}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn environment(command: &mut Command, home: &PathBuf) {
    command
        .current_dir(home)
        .env("HOME", home)
        .env("LANG", "C.UTF-8")
        .env("TERM", "xterm")
        .env("NO_COLOR", "1");
    command.env("EDITOR", "sed -i s/one/two/");
    for name in
        ["VISUAL", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "LC_ALL", "LC_MESSAGES", "PAGER"]
    {
        command.env_remove(name);
    }
}

/// A prompt in a window of so many columns.
struct Prompt {
    pty: PtySession,
}

impl Prompt {
    fn open(home: &PathBuf, columns: u16) -> Self {
        let mut prompt = Self::unready(home, home, columns);
        prompt.sees(READY);
        prompt
    }

    /// A prompt that need not wait yet, with any `HOME`.
    fn unready(folder: &PathBuf, home: &PathBuf, columns: u16) -> Self {
        let mut command = Command::new("sh");
        let program = env!("CARGO_BIN_EXE_baimo");
        command.arg("-c").arg(format!("stty cols {columns} rows 24; exec '{program}'"));
        environment(&mut command, folder);
        command.env("HOME", home);
        let options = Options::new().timeout_ms(Some(PATIENCE));
        Self { pty: spawn_with_options(command, options).unwrap() }
    }

    fn keys(&mut self, keys: &str) -> &mut Self {
        self.pty.send(keys).unwrap();
        self.pty.flush().unwrap();
        self
    }

    /// Types a line and Enter, and gives what is said until the prompt waits again.
    fn ask(&mut self, line: &str) -> String {
        self.keys(line).keys("\r");
        self.sees(READY)
    }

    /// Waits for a text and gives what came before it.
    fn sees(&mut self, text: &str) -> String {
        // rexpect takes each byte for a character.
        let bytes: String = text.bytes().map(char::from).collect();
        match self.pty.exp_string(&bytes) {
            Ok(before) => decoded(&before),
            Err(error) => panic!("`{text}` did not come: {}", decoded(&error.to_string())),
        }
    }

    /// Leaves, and sees that the program ends.
    fn leave(&mut self) {
        self.keys("\x04");
        self.pty.exp_eof().unwrap();
    }
}

/// A text of which rexpect took each byte for a character.
fn decoded(text: &str) -> String {
    let bytes: Vec<u8> = text.chars().flat_map(|c| u8::try_from(c as u32)).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The cells of an answer, by the command line: what the prompt must agree with.
fn asked(query: &str) -> Vec<Vec<String>> {
    let home = home("asked");
    let mut command = Command::new(env!("CARGO_BIN_EXE_baimo"));
    environment(&mut command, &home);
    let output = command.args(["query", "-F", "tsv", query]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().skip(1).map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}

fn has(said: &str, part: &str) {
    assert!(said.contains(part), "`{part}` is not in: {said}");
}

#[test]
fn a_line_that_is_a_question_is_answered_at_once() {
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
    has(&prompt.sees("release:"), "百度");
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

#[test]
fn ctrl_c_clears_what_is_typed_and_ctrl_d_leaves() {
    let mut prompt = Prompt::open(&home("clear"), 80);
    prompt.keys("SELECT nonsense").keys("\x03");
    prompt.sees(READY);
    has(&prompt.ask("ASK {}"), "yes");
    prompt.leave();
}

#[test]
fn ctrl_c_stops_what_runs_and_keeps_the_session() {
    let mut prompt = Prompt::open(&home("cancel"), 100);
    prompt.ask("ASK {}");
    prompt.keys(".watch 0.1\r");
    prompt.sees("yes");
    prompt.sees("yes");
    prompt.keys("\x03");
    prompt.sees(READY);
    // More pairs than anybody waits for, and no way to count them but one by one.
    prompt.keys("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?a != ?d && ?c != ?i) }\r");
    prompt.sees("Ctrl-C stops");
    prompt.keys("\x03");
    has(&prompt.sees(READY), "interrupted");
    has(&prompt.ask("SELECT (1 + 1 AS ?two) {}"), "│   2 │");
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
fn the_editor_of_the_environment_edits_the_last_question() {
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
fn an_answer_goes_to_a_file_once() {
    let home = home("once");
    let mut prompt = Prompt::open(&home, 80);
    prompt.ask(".once answer.tsv");
    prompt.ask("SELECT ('1' AS ?one) {}");
    has(&prompt.ask("SELECT ('2' AS ?two) {}"), "two");
    prompt.leave();
    assert_eq!(std::fs::read_to_string(home.join("answer.tsv")).unwrap(), "?one\n\"1\"\n");
}

#[test]
fn the_last_answer_is_part_of_the_next_question() {
    let mut prompt = Prompt::open(&home("last"), 80);
    prompt.ask("SELECT (vendor:baidu AS ?v) {}");
    let said = prompt.ask("SELECT ?v ?n { VALUES _ ?v rdfs:label ?n FILTER(LANG(?n) = 'zh') }");
    has(&said, "百度");
    has(&said, "1 row · ");
    // The place of an error is where it was typed.
    let said = prompt.ask("SELECT ?v { VALUES _ ?v nope:label ?n }");
    has(&said, ":1:25");
    has(&said, "{ VALUES _ ?v nope:label ?n }");
    prompt.leave();
}

#[test]
fn a_constructed_graph_is_part_of_the_next_question() {
    let mut prompt = Prompt::open(&home("graph"), 80);
    has(&prompt.ask("SELECT * FROM _ { ?s ?p ?o }"), "there are no triples that `_` could stand for");
    prompt.ask("CONSTRUCT { vendor:baidu <urn:x> 'only here' } WHERE {}");
    has(&prompt.ask("SELECT ?o FROM _ { vendor:baidu <urn:x> ?o }"), "only here");
    // It stays at hand until another graph takes its place.
    let said =
        prompt.ask("SELECT ?o ?n { GRAPH _ { ?v <urn:x> ?o } ?v rdfs:label ?n FILTER(LANG(?n) = 'zh') }");
    has(&said, "百度");
    has(&said, "1 row · ");
    has(&prompt.ask("SELECT ?o { GRAPH _ { ?v nope:x ?o } }"), ":1:26");
    prompt.leave();
}

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
fn nothing_found_says_why() {
    let mut prompt = Prompt::open(&home("why"), 80);
    let said = prompt.ask("SELECT ?x { ?x a bm:Vendr }");
    has(&said, "0 rows");
    has(&said, "bm:Vendor");
    prompt.leave();
}

#[test]
fn a_row_says_where_it_comes_from() {
    let mut prompt = Prompt::open(&home("row"), 80);
    prompt.ask("SELECT ?d { ?r a bm:Release ; bm:date ?d } LIMIT 1");
    has(&prompt.ask(".why 1"), "bm:date");
    has(&prompt.ask(".why 2"), "there is no row 2");
    prompt.leave();
}

#[test]
fn a_narrow_window_is_enough() {
    let mut prompt = Prompt::open(&home("narrow"), 40);
    let said = prompt.ask("SELECT ?v ?n { ?v a bm:Vendor ; rdfs:label ?n } LIMIT 3");
    let widest = said.lines().filter(|line| line.contains('│')).map(|line| line.trim().chars().count()).max();
    assert!(widest.is_some_and(|columns| columns <= 40), "{said}");
    prompt.leave();
}

#[test]
fn a_question_is_saved_under_a_name_and_never_replaced_unasked() {
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
    prompt.leave();
}

/// Gives `input` to the program through a pipe.
fn piped(test: &str, input: &str) -> Output {
    piped_to(&home(test), &[], input)
}

/// The same with options.
fn piped_to(home: &PathBuf, words: &[&str], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_baimo"));
    environment(&mut command, home);
    command.args(words);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A program that stops at an error need not read the rest.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn out(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn err(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
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
fn every_answer_goes_to_the_file_until_it_is_taken_away_and_a_failure_leaves_it() {
    let home = home("growing");
    std::fs::write(home.join("old.csv"), "old\n").unwrap();
    let mut prompt = Prompt::open(&home, 80);
    let holds = |name: &str| std::fs::read_to_string(home.join(name)).unwrap();
    prompt.ask(".output old.csv");
    prompt.ask("SELECT nonsense");
    assert_eq!(holds("old.csv"), "old\n", "a wrong question leaves it");
    has(&prompt.ask("SELECT (1 AS ?a) {}"), "wrote 1 row to old.csv");
    has(&prompt.ask("SELECT * { VALUES ?b { 2 3 } }"), "wrote 2 rows to old.csv");
    has(&prompt.ask(".show"), "output    old.csv");
    prompt.ask(".output");
    has(&prompt.ask("SELECT (4 AS ?c) {}"), "│ 4 │");
    assert_eq!(holds("old.csv"), "a\r\n1\r\nb\r\n2\r\n3\r\n");
    // What is asked for once stays asked for until it is written.
    prompt.ask(".once once.csv");
    prompt.ask("SELECT nonsense");
    has(&prompt.ask("SELECT (5 AS ?d) {}"), "wrote 1 row to once.csv");
    prompt.ask(".once last.json");
    has(&prompt.ask(".last"), "wrote 1 row to last.json");
    assert!(holds("last.json").contains("\"5\""));
    for name in [".once x.xlsx", ".output x.parquet"] {
        has(&prompt.ask(name), "no format ends in");
    }
    prompt.leave();
}

#[test]
fn a_chart_goes_where_an_answer_goes() {
    let home = home("chart-file");
    let mut prompt = Prompt::open(&home, 80);
    prompt.ask("SELECT ?x ?n { VALUES (?x ?n) { ('百度' 3) ('b' 1) } }");
    has(&prompt.ask(".chart"), "百度 █");
    has(&prompt.ask(".chart bar -o x.svg"), "wrote 2 rows to x.svg");
    prompt.ask(".once y.svg");
    prompt.ask(".chart");
    prompt.leave();
    for name in ["x.svg", "y.svg"] {
        let drawn = std::fs::read_to_string(home.join(name)).unwrap();
        assert!(drawn.starts_with("<svg") && drawn.contains("百度"), "{name}: {drawn}");
    }
}

#[test]
fn another_program_may_take_an_answer() {
    let mut prompt = Prompt::open(&home("outside"), 80);
    has(&prompt.ask("!echo out''side"), "outside");
    prompt.ask(".once | tr a-z A-Z");
    has(&prompt.ask("SELECT ('loud' AS ?x) {}"), "\"LOUD\"");
    has(&prompt.ask("SELECT ('quiet' AS ?x) {}"), "│ quiet");
    has(&prompt.ask("!exit 3"), "ended with");
    prompt.leave();
}

#[test]
fn settings_say_how_they_are_and_unknown_languages_are_refused() {
    let mut prompt = Prompt::open(&home("settings"), 80);
    has(&prompt.ask(".labels zz"), "the labels here are not in `zz`");
    has(&prompt.ask(".labels"), "labels on (zh)");
    has(&prompt.ask(".labels"), "labels off");
    has(&prompt.ask(".timer"), "timer off");
    has(&prompt.ask(".mode jsonl"), "mode jsonl");
    has(&prompt.ask(".mode xlsx"), "formats of graphs");
    prompt.leave();
}

#[test]
fn ctrl_c_in_a_pager_ends_nothing() {
    let home = home("pager");
    // One that takes Ctrl-C as less does: it goes on.
    std::fs::write(home.join("pager"), "trap '' INT; echo PAGING; cat >/dev/null; sleep 1").unwrap();
    let program = env!("CARGO_BIN_EXE_baimo");
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!("stty cols 80 rows 24; exec '{program}'"));
    environment(&mut command, &home);
    command.env("PAGER", "sh pager");
    let options = Options::new().timeout_ms(Some(PATIENCE));
    let mut prompt = Prompt { pty: spawn_with_options(command, options).unwrap() };
    prompt.sees(READY);
    for line in [".queries", ".schema", ".describe 百度", ".help", ".run timeline"] {
        prompt.keys(line).keys("\r");
        prompt.sees("PAGING");
        prompt.keys("\x03\x03\x03");
        prompt.sees(READY);
    }
    has(&prompt.ask("ASK {}"), "yes");
    prompt.leave();
}

/// How a program ended that was sent a signal while it did this.
#[cfg(unix)]
fn ended_by(signal: &str, words: &[&str], input: &str) -> Option<i32> {
    let home = home(&format!("signal-{signal}-{}", words.len() + input.len()));
    let mut command = Command::new(env!("CARGO_BIN_EXE_baimo"));
    environment(&mut command, &home);
    let streams = command.args(words).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = streams.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(1500));
    assert!(child.try_wait().unwrap().is_none(), "it waits or works");
    Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status().unwrap();
    let begun = std::time::Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if begun.elapsed().as_secs() >= 10 {
            child.kill().unwrap();
            panic!("{signal} did not end it");
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    };
    let parts = std::fs::read_dir(&home).unwrap().flatten();
    let parts: Vec<_> =
        parts.filter(|entry| entry.file_name().to_string_lossy().ends_with(".part")).collect();
    assert!(parts.is_empty(), "{parts:?}");
    drop(stdin);
    status.code()
}

/// Whether this process, and what it starts, was told to live on when its terminal goes, as `nohup` does.
#[cfg(unix)]
fn hangups_are_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap_or("0");
    u64::from_str_radix(mask.trim(), 16).is_ok_and(|mask| mask & 1 == 1)
}

#[cfg(unix)]
#[test]
fn one_signal_ends_a_script_that_waits_or_works() {
    let endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?c != ?f && ?f != ?i) }";
    for (signal, code) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
        if signal == "HUP" && hangups_are_ignored() {
            println!("skipped: these tests were started to ignore SIGHUP, and so is what they start");
            continue;
        }
        assert_eq!(ended_by(signal, &[], "ASK {}\n"), Some(code), "{signal} while it waits");
        assert_eq!(ended_by(signal, &[], &format!("{endless}\n\n")), Some(code), "{signal} while it works");
        let to_file = [
            "query",
            "-o",
            "x.csv",
            "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(STRLEN(STR(?a)) + STRLEN(STR(?f)) + STRLEN(STR(?i)) = 7) }",
        ];
        assert_eq!(ended_by(signal, &to_file, ""), Some(code), "{signal} while it writes");
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
        piped_to(&home("limits"), &["--timeout", "500ms"], &format!("ASK {{}}\n{exploding}\n\nASK {{}}"));
    assert_eq!(output.status.code(), Some(4), "{}", err(&output));
    assert_eq!(out(&output).matches("true").count(), 1, "what comes after it is not run: {}", out(&output));
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
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
fn the_language_is_one_for_the_whole_session() {
    let home = home("language");
    let mut prompt = Prompt::open(&home, 80);
    prompt.ask(".pager off");
    prompt.ask(".labels en");
    has(&prompt.ask(".queries timeline"), "Every release");
    has(&prompt.ask(".run releases-of-year --year 2019"), "Baidu");
    has(&prompt.ask(".search 百度"), "Baidu");
    has(&prompt.ask(".help"), "Run a saved query");
    prompt.ask(".labels zh");
    has(&prompt.ask(".queries timeline"), "全部发布");
    has(&prompt.ask(".help"), "运行一个已存查询");
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
    has(&prompt.ask(".queries relases"), "did you mean ");
    has(&prompt.ask("q"), "q leaves a pager");
    prompt.leave();
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

#[test]
fn months_without_a_row_are_in_the_chart() {
    let mut prompt = Prompt::open(&home("months"), 40);
    prompt.ask("SELECT ?month ?n { VALUES (?month ?n) { ('2023-11' 3) ('2024-01' 1) } }");
    let said = prompt.ask(".chart bar");
    has(&said, "2023-12");
    has(&said, "2024-01");
    prompt.leave();
}

#[test]
fn a_file_that_is_one_document_takes_one_answer() {
    let home = home("document");
    let mut prompt = Prompt::open(&home, 80);
    prompt.ask(".output x.json");
    has(&prompt.ask("SELECT (1 AS ?a) {}"), "wrote 1 row to x.json");
    let one = std::fs::read_to_string(home.join("x.json")).unwrap();
    let said = prompt.ask("SELECT (2 AS ?b) {}");
    has(&said, "x.json cannot hold a second answer: a json file is one document");
    has(&said, "jsonl");
    assert_eq!(std::fs::read_to_string(home.join("x.json")).unwrap(), one);
    // The same name once more begins it anew.
    prompt.ask(".output x.json");
    has(&prompt.ask("SELECT (2 AS ?b) {}"), "wrote 1 row to x.json");
    prompt.ask(".output x.jsonl");
    prompt.ask("SELECT (1 AS ?a) {}");
    has(&prompt.ask("SELECT (2 AS ?b) {}"), "wrote 1 row to x.jsonl");
    assert_eq!(std::fs::read_to_string(home.join("x.jsonl")).unwrap().lines().count(), 2);
    prompt.leave();
}

#[test]
fn a_session_in_chinese_speaks_chinese() {
    let home = home("chinese");
    let mut command = Command::new("sh");
    let program = env!("CARGO_BIN_EXE_baimo");
    command.arg("-c").arg(format!("stty cols 80 rows 24; exec '{program}'"));
    environment(&mut command, &home);
    command.env("LANG", "zh_CN.UTF-8").env("PAGER", "cat");
    let options = Options::new().timeout_ms(Some(PATIENCE));
    let mut prompt = Prompt { pty: spawn_with_options(command, options).unwrap() };
    has(&prompt.sees(READY), "列出已存查询");
    for (line, part) in [
        (".mdoe csv", "您是否想写 .mode"),
        (".timer", "timer 关"),
        (".queries relases", "没有名称、标签或摘要含"),
        (".run nonsense", "没有名为“nonsense”的已存查询"),
        ("ASK { ?x a bm:vendor }", "名称区分大小写"),
        ("每月发布", "输入编号即可运行"),
        ("99", "没有第 99 条建议"),
        ("SELECT ?v { ?v a bm:Vendor } LIMIT 2", "2 行 · "),
        (".help", "运行一个已存查询"),
        (".show", "三元组"),
        (".why 7", "没有第 7 行"),
    ] {
        has(&prompt.ask(line), part);
    }
    // The user's choice goes before the system's.
    prompt.ask(".labels en");
    has(&prompt.ask(".run nonsense"), "there is no saved query");
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
fn a_command_ends_the_statement_before_it() {
    let output = piped(
        "command-ends",
        "PREFIX e: <http://e/>\nASK { e:a e:b e:c\n . e:c e:d e:e }\n.echo between\nASK {}\n",
    );
    assert_eq!(out(&output), "false\nbetween\ntrue\n", "{}", err(&output));
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
    prompt.sees("百度");
    prompt.keys("\x03");
    prompt.sees(READY);
    prompt.leave();
}
