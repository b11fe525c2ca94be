//! Answers: where they go, the last one in the next query, why and where from.

use super::*;

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
fn the_last_answer_is_part_of_the_next_query() {
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
fn a_constructed_graph_is_part_of_the_next_query() {
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
    has(&prompt.ask(".chart bar -o x.svg"), "wrote a chart of 2 rows to x.svg");
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
