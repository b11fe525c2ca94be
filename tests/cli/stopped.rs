//! What is said where a signal or a limit stops a change: what became of it, in both languages, and nothing else is left.

use super::limits::{signalled, signalled_with};
use super::*;

/// No solution, for hours.
const NEVER: &str = "WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(STRLEN(STR(?a)) + STRLEN(STR(?f)) + STRLEN(STR(?i)) = 7) }";

fn nodes() -> String {
    (0..330).map(|n| format!("<urn:n{n}> <urn:p> \"é\\t{n}\" .\n")).collect()
}

fn names(folder: &Folder) -> Vec<String> {
    let names = std::fs::read_dir(&folder.0).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// SPARQL 1.1 Update, 2.2: "each request SHOULD be treated atomically".
#[test]
fn an_update_that_is_stopped_says_that_nothing_was_changed() {
    let insert = format!("INSERT {{ ?a <urn:q> ?i }} {NEVER}");
    let folder = Folder::new().with("x.nt", nodes());
    assert_eq!(baimo_in(&folder, &["load", "--store", "s", "x.nt"]).code, 0);
    let manifest = "[graph]\nname = \"g\"\nbase = \"urn:\"\n";
    let project = Folder::new().with("baimo.toml", manifest);
    std::fs::create_dir(project.0.join("data")).unwrap();
    let project = project.with("data/x.ttl", nodes());
    for (folder, words) in [
        (&folder, &["update", "--data", "x.nt", "-o", "out.nt"][..]),
        (&folder, &["update", "--data", "x.nt", "-F", "nt"]),
        (&folder, &["update", "--store", "s"]),
        (&project, &["update"]),
        (&project, &["update", "--write"]),
    ] {
        let before = names(folder);
        for (language, (signal, code), stopped, late) in [
            (
                "en",
                ("-INT", 130),
                "error: interrupted; nothing was changed\n",
                "stopped after 0.3 s; nothing was changed\n",
            ),
            ("zh", ("-TERM", 143), "错误：已中断；未作任何改动\n", "超过 0.3 秒，已停止；未作任何改动\n"),
        ] {
            let words = [words, &["--lang", language]].concat();
            let said = signalled(folder, signal, &[&words[..], &[insert.as_str()]].concat());
            assert_eq!((said.code, said.out.as_str()), (code, ""), "{words:?}: {}", said.err);
            assert_eq!(said.err, stopped, "{words:?}");
            let said = baimo_in(folder, &[&words[..], &["--timeout", "300ms", &insert]].concat());
            assert_eq!((said.code, said.out.as_str()), (4, ""), "{words:?}: {}", said.err);
            assert!(said.err.contains(late), "{words:?}: {}", said.err);
        }
        assert_eq!(names(folder), before, "{words:?}");
    }
    let log = baimo_in(&folder, &["log", "--store", "s", "-F", "csv"]);
    assert_eq!(log.ok().lines().count(), 2, "the load alone");
    assert_eq!(project.read("data/x.ttl"), nodes());
}

/// What only looks says a word too.
#[test]
fn every_verb_that_is_stopped_says_a_word() {
    let folder = Folder::new().with("x.nt", nodes());
    let endless = format!("SELECT (COUNT(*) AS ?n) {NEVER}");
    let construct = format!("CONSTRUCT {{ ?a <urn:q> ?i }} {NEVER}");
    let update = format!("INSERT {{ ?a <urn:q> ?i }} {NEVER}");
    for words in [
        &["query", "--data", "x.nt", &endless][..],
        &["explain", "--run", "--data", "x.nt", &endless],
        &["export", "--data", "x.nt", "--query", &construct],
        &["export", "--data", "x.nt", "-o", "y.ttl", "--query", &construct],
        &["update", "--data", "x.nt", "--dry-run", &update],
    ] {
        let said = signalled(&folder, "-INT", words);
        assert_eq!(said.code, 130, "{words:?}: {said:?}");
        assert_eq!(said.err.matches("error: interrupted").count(), 1, "{words:?}: {said:?}");
    }
    // A pipe with nothing in it: reading goes on for ever.
    for words in [
        &["load", "--store", "s", "fifo"][..],
        &["pack", "fifo", "-o", "x.pack"],
        &["diff", "x.nt", "fifo"],
        &["schema", "--data", "fifo"],
        &["search", "--data", "fifo", "x"],
        &["export", "--data", "fifo"],
    ] {
        let fifo = folder.0.join("fifo");
        assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
        let mut writer = Command::new("sh");
        writer.args(["-c", "exec yes '<urn:a> <urn:b> <urn:c> .' > fifo"]).current_dir(&folder.0);
        let mut writer = writer.stderr(Stdio::null()).spawn().unwrap();
        let said = signalled(&folder, "-INT", words);
        let _ = writer.kill();
        writer.wait().unwrap();
        std::fs::remove_file(&fifo).unwrap();
        assert_eq!((said.code, said.out.as_str()), (130, ""), "{words:?}: {}", said.err);
        assert_eq!(said.err.matches("error: interrupted").count(), 1, "{words:?}: {}", said.err);
        assert_eq!(names(&folder), ["x.nt"], "{words:?}");
    }
}

/// A script ends with the statement that is stopped, and with it what is kept nowhere.
#[test]
fn a_script_that_is_stopped_says_where_and_what_is_dropped() {
    let folder = Folder::new().with("x.nt", nodes());
    let text = format!(
        ".begin\nINSERT DATA {{ <urn:a> <urn:b> 1 }} ;\n\nINSERT {{ ?a <urn:q> ?i }} {NEVER} ;\n\n.commit\n"
    );
    std::fs::write(folder.0.join("script"), text).unwrap();
    for words in [&["--data", "x.nt"][..], &["--store", "s"]] {
        if words[0] == "--store" {
            assert_eq!(baimo_in(&folder, &["load", "--store", "s", "x.nt"]).code, 0);
        }
        let said = signalled_with(&folder, "-INT", words, Some("script"));
        assert_eq!(said.code, 130, "{said:?}");
        assert!(said.err.contains("error: stdin:4: interrupted; nothing was changed\n"), "{said:?}");
        let dropped = "note: a transaction was open at the end, and is dropped: 1 change\n";
        assert!(said.err.contains(dropped), "{said:?}");
        let words = [words, &["--lang", "zh"]].concat();
        let said = signalled_with(&folder, "-INT", &words, Some("script"));
        assert!(said.err.contains("stdin:4：已中断；未作任何改动\n"), "{said:?}");
        assert!(said.err.contains("结束时有未完成的事务，已放弃：1 处改动\n"), "{said:?}");
    }
    let log = baimo_in(&folder, &["log", "--store", "s", "-F", "csv"]);
    assert_eq!(log.ok().lines().count(), 2, "the load alone");
}

/// What was found is written as it was found, whether its text is made before the limit, as it is once that is near, or after it.
#[test]
fn a_graph_that_is_stopped_is_written_as_far_as_it_was_found() {
    let folder = Folder::new().with("x.nt", nodes());
    let construct = "CONSTRUCT { ?a <urn:q> ?f } { ?a ?b ?c . ?d ?e ?f FILTER(STRLEN(SHA512(CONCAT(STR(?a), ?f))) = 128) }";
    for (format, mark) in
        [("nt", "<urn:q>"), ("turtle", "<urn:q>"), ("jsonld", "\"urn:q\""), ("rdfxml", "<p:q ")]
    {
        for limit in ["100ms", "250ms"] {
            let words = ["query", "--data", "x.nt", "-F", format, "--timeout", limit, construct];
            let said = baimo_in(&folder, &words);
            if said.code == 0 {
                continue;
            }
            assert_eq!(said.code, 4, "{words:?}: {}", said.err);
            let told = said.err.split("partial answer: ").nth(1).and_then(|rest| rest.split(' ').next());
            let told = told.map_or(0, |count| count.parse::<usize>().unwrap());
            if told > 500 {
                assert_eq!(said.out.matches(mark).count(), told, "{words:?}");
            }
        }
    }
}
