//! The durable store through the binary: what a command acknowledged is there afterwards, whatever happened to it.

use super::cli::{Folder, baimo_in, command, piped};

fn triples(folder: &Folder) -> usize {
    let out = baimo_in(folder, &["query", "--store", "s", "-F", "tsv", "SELECT * { ?s ?p ?o }"]).ok();
    out.lines().count() - 1
}

fn done(folder: &Folder, words: &[&str]) -> String {
    let said = baimo_in(folder, words);
    assert!(said.code == 0 && !said.err.contains("error"), "{said:?}");
    said.err
}

#[test]
fn a_store_is_made_changed_and_asked_again() {
    let folder = Folder::new()
        .with(
            "a.ttl",
            "@prefix e: <http://e/> . e:a e:p 01, 1.0, '1e0'^^<http://www.w3.org/2001/XMLSchema#float>, [] .",
        )
        .with("b.nt", "<http://e/b> <http://e/p> \"2\" .\n<http://e/b> <http://e/p> _:x .\n");
    let error = baimo_in(&folder, &["query", "--store", "s", "ASK {}"]).failed(3);
    assert!(error.contains("there is no store in s") && error.contains("baimo load --store"), "{error}");
    assert!(!folder.0.join("s").exists(), "asking makes nothing");
    done(&folder, &["load", "--store", "s", "a.ttl"]);
    assert_eq!(triples(&folder), 4);
    done(&folder, &["load", "--store", "s", "b.nt", "--into", "http://e/g"]);
    done(
        &folder,
        &["update", "--store", "s", "DELETE { ?s ?p 1.0 } INSERT { ?s e:q 1 } WHERE { ?s ?p 1.0 }"],
    );
    let out = baimo_in(&folder, &["export", "--store", "s", "-F", "nquads"]).ok();
    assert!(
        out.contains("\"01\"^^<http://www.w3.org/2001/XMLSchema#integer>"),
        "terms stay as they were: {out}"
    );
    assert!(out.contains("<http://e/q> \"1\"") && !out.contains("\"1.0\""), "prefixes of files hold: {out}");
    assert_eq!(out.matches("<http://e/g>").count(), 2, "{out}");
    // A blank node is the same one after the store was opened again.
    done(&folder, &["update", "--store", "s", "DELETE { ?s ?p ?b } WHERE { ?s ?p ?b FILTER(isBlank(?b)) }"]);
    assert_eq!(triples(&folder), 3);
    let journal = std::fs::read_dir(folder.0.join("s")).unwrap().count();
    assert!(journal >= 4, "a manifest, a pack, a journal, a lock");
}

#[test]
fn what_fails_changes_nothing() {
    let folder = Folder::new()
        .with("a.nt", "<http://e/a> <http://e/p> \"1\" .\n")
        .with("broken.nt", "<http://e/b> <http://e/p> \"2\" .\n<http://e/b> <http://e/p> \"3 .\n");
    let error = baimo_in(&folder, &["load", "--store", "s", "a.nt", "broken.nt"]).failed(1);
    assert!(error.contains("broken.nt:2:") && error.contains("2 triples had been read before"), "{error}");
    done(&folder, &["load", "--store", "s", "a.nt"]);
    let before = std::fs::read(folder.0.join("s/baimo-store")).unwrap();
    baimo_in(&folder, &["load", "--store", "s", "a.nt", "broken.nt"]).failed(1);
    baimo_in(&folder, &["update", "--store", "s", "INSERT DATA { <x:a> <x:b> 1 } ; DROP GRAPH <x:none>"])
        .failed(1);
    assert_eq!(triples(&folder), 1);
    assert_eq!(std::fs::read(folder.0.join("s/baimo-store")).unwrap(), before);
    let files = Folder::new().with("other.txt", "x");
    let error = baimo_in(&files, &["update", "--store", ".", "INSERT DATA { <x:a> <x:b> 1 }"]).failed(3);
    assert!(error.contains("other.txt"), "{error}");
    let error = baimo_in(&folder, &["query", "--store", "a.nt", "ASK {}"]).failed(3);
    assert!(error.contains("a.nt is a file") && error.contains("--data a.nt"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_store_that_cannot_be_written_can_be_asked() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new().with("a.nt", "<http://e/a> <http://e/p> \"1\" .\n");
    done(&folder, &["load", "--store", "s", "a.nt"]);
    let mode =
        |mode| std::fs::set_permissions(folder.0.join("s"), std::fs::Permissions::from_mode(mode)).unwrap();
    let seen = || {
        let mut names: Vec<_> =
            std::fs::read_dir(folder.0.join("s")).unwrap().map(|entry| entry.unwrap()).collect();
        names.sort_by_key(std::fs::DirEntry::file_name);
        names
            .iter()
            .map(|entry| (entry.file_name(), entry.metadata().unwrap().modified().unwrap()))
            .collect::<Vec<_>>()
    };
    let before = seen();
    mode(0o555);
    assert_eq!(triples(&folder), 1);
    assert_eq!(seen(), before, "asking writes nothing");
    mode(0o755);
}

#[test]
fn two_writers_do_not_meet() {
    let folder = Folder::new().with("a.nt", "<http://e/a> <http://e/p> \"1\" .\n");
    done(&folder, &["load", "--store", "s", "a.nt"]);
    let lock = std::fs::OpenOptions::new().write(true).open(folder.0.join("s/lock")).unwrap();
    lock.lock().unwrap();
    std::fs::write(folder.0.join("s/lock"), "4242\n").unwrap();
    let error = baimo_in(&folder, &["update", "--store", "s", "INSERT DATA { <x:a> <x:b> 1 }"]).failed(3);
    assert!(error.contains("process 4242"), "{error}");
    assert_eq!(triples(&folder), 1, "readers need no lock");
    drop(lock);
    done(&folder, &["update", "--store", "s", "INSERT DATA { <x:a> <x:b> 1 }"]);
    assert_eq!(triples(&folder), 2);
}

#[test]
fn a_torn_journal_is_cut_with_a_word_and_a_damaged_one_refused() {
    let folder = Folder::new();
    for n in 1..=3 {
        done(&folder, &["update", "--store", "s", &format!("INSERT DATA {{ <x:a> <x:b> {n} }}")]);
    }
    let journal = folder.0.join("s/journal-1.rdfp");
    let whole = std::fs::read(&journal).unwrap();
    std::fs::write(&journal, &whole[..whole.len() - 40]).unwrap();
    assert_eq!(triples(&folder), 2, "reading passes over it");
    let said = done(&folder, &["update", "--store", "s", "INSERT DATA { <x:a> <x:b> 4 }"]);
    assert!(said.contains("were cut from the end of the journal"), "{said}");
    assert_eq!(triples(&folder), 3);
    let mut damaged = std::fs::read(&journal).unwrap();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    std::fs::write(&journal, &damaged).unwrap();
    for words in [
        &["query", "--store", "s", "ASK {}"][..],
        &["update", "--store", "s", "INSERT DATA { <x:a> <x:b> 5 }"],
    ] {
        let error = baimo_in(&folder, words).failed(3);
        assert!(error.contains("journal-1.rdfp is damaged at byte"), "{error}");
    }
    assert_eq!(std::fs::read(&journal).unwrap(), damaged, "nothing was cut");
}

#[cfg(unix)]
#[test]
fn what_was_acknowledged_survives_a_kill() {
    use std::io::{BufRead as _, Write as _};
    let runs: u64 = std::env::var("BAIMO_KILLS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(4);
    let folder = Folder::new();
    let (mut next, mut acknowledged) = (0, 0);
    for run in 0..runs {
        let mut child = command(&folder.0, &["--store", "s"])
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let first = next;
        let writer = std::thread::spawn(move || {
            for n in first.. {
                let lines = format!("INSERT DATA {{ <x:a> <x:n> {n} . <x:b> <x:n> {n} }}\n.echo {n}\n");
                if stdin.write_all(lines.as_bytes()).is_err() {
                    return;
                }
            }
        });
        let mut out = std::io::BufReader::new(child.stdout.take().unwrap()).lines();
        // Some are acknowledged, then it ends wherever it is.
        for _ in 0..1 + run % 7 {
            acknowledged = out.next().unwrap().unwrap().parse::<u64>().unwrap() + 1;
        }
        std::thread::sleep(std::time::Duration::from_micros(run * 7919 % 5000));
        child.kill().unwrap();
        for line in out {
            acknowledged = line.unwrap().parse::<u64>().unwrap() + 1;
        }
        child.wait().unwrap();
        writer.join().unwrap();
        let found = triples(&folder) as u64;
        assert!(found.is_multiple_of(2), "a transaction is whole: {found}");
        assert!(found / 2 >= acknowledged, "{found} triples, {acknowledged} transactions acknowledged");
        assert!(found / 2 <= acknowledged + 1, "{found} triples, {acknowledged} transactions acknowledged");
        next = found / 2;
    }
}

fn insert(folder: &Folder, n: usize) {
    done(folder, &["update", "--store", "s", &format!("INSERT DATA {{ <x:a> <x:n> {n} }}")]);
}

#[test]
fn transactions_are_listed_and_taken_back() {
    let folder = Folder::new().with("a.nt", "<x:l> <x:p> \"1\" .\n<x:l> <x:p> \"2\" .\n");
    done(&folder, &["load", "--store", "s", "a.nt"]);
    insert(&folder, 1);
    done(&folder, &["update", "--store", "s", "DELETE { ?s ?p 1 } INSERT { ?s ?p 2, 3 } WHERE { ?s ?p 1 }"]);
    let log = |words: &[&str]| {
        let out = baimo_in(&folder, &[&["log", "--store", "s", "-F", "csv"], words].concat()).ok();
        out.lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    let all = log(&[]);
    assert_eq!(all.len(), 3, "{all:?}");
    assert!(all[0].starts_with("1,") && all[0].ends_with(",2,0,load a.nt"), "{all:?}");
    assert!(all[2].starts_with("3,") && all[2].contains(",2,1,"), "{all:?}");
    assert_eq!(log(&["--since", "3"]), all[2..]);
    assert_eq!(log(&["--since", "2000-01-01"]), all);
    assert!(log(&["--since", "2999"]).is_empty() && log(&["--since", "2999-01-01"]).is_empty());
    let numbers = || {
        let query = "SELECT ?n { <x:a> <x:n> ?n } ORDER BY ?n";
        baimo_in(&folder, &["query", "--store", "s", "-F", "csv", query])
            .ok()
            .lines()
            .skip(1)
            .collect::<String>()
    };
    assert_eq!(numbers(), "23");
    let said = done(&folder, &["undo", "--store", "s"]);
    assert!(said.contains("took back transaction 3: DELETE"), "{said}");
    assert_eq!(numbers(), "1");
    // What takes back is passed over: the next one back is transaction 2, then the load.
    done(&folder, &["undo", "--store", "s"]);
    assert_eq!((numbers().as_str(), triples(&folder)), ("", 2));
    done(&folder, &["undo", "--store", "s"]);
    assert_eq!(triples(&folder), 0, "the load, which became the pack, is taken back as well");
    baimo_in(&folder, &["undo", "--store", "s"]).failed(2);
    // A transaction that took back is taken back itself.
    done(&folder, &["undo", "--store", "s", "4"]);
    assert_eq!(numbers(), "23");
    let error = baimo_in(&folder, &["undo", "--store", "s", "99"]).failed(2);
    assert!(error.contains("from 1 to 7"), "{error}");
    baimo_in(&folder, &["log"]).failed(2);
}

#[test]
fn a_merge_changes_no_answer_and_keeps_the_record() {
    let folder = Folder::new();
    (1..=3).for_each(|n| insert(&folder, n));
    let before = baimo_in(&folder, &["export", "--store", "s", "-F", "nquads"]).ok();
    let said = done(&folder, &["compact", "s"]);
    assert!(said.contains("the pack has all 3 transactions now"), "{said}");
    assert_eq!(baimo_in(&folder, &["export", "--store", "s", "-F", "nquads"]).ok(), before);
    assert!(done(&folder, &["compact", "s"]).contains("already"));
    assert_eq!(baimo_in(&folder, &["log", "--store", "s", "-F", "csv"]).ok().lines().count(), 4);
    done(&folder, &["undo", "--store", "s", "2"]);
    assert_eq!(triples(&folder), 2);
    let stats = baimo_in(&folder, &["stats", "s"]).ok();
    for line in ["triples              2", "transactions         4", "not in the pack yet  1 transaction"] {
        assert!(stats.contains(line), "{stats}");
    }
}

#[test]
fn a_dry_run_says_what_would_change_and_changes_nothing() {
    let folder = Folder::new();
    insert(&folder, 1);
    let journal = std::fs::read(folder.0.join("s/journal-1.rdfp")).unwrap();
    let update = "DELETE { ?s ?p 1 } INSERT { ?s ?p 2 } WHERE { ?s ?p 1 }";
    let said = baimo_in(&folder, &["update", "--store", "s", "--dry-run", update]);
    assert!(said.code == 0 && said.err.contains("1 triple would be removed, 1 added"), "{said:?}");
    let marks = |mark| said.out.lines().filter(|line| line.starts_with(mark)).count();
    assert!(marks('-') > 0 && marks('+') > 0, "{said:?}");
    assert_eq!(std::fs::read(folder.0.join("s/journal-1.rdfp")).unwrap(), journal);
    // Without a store too, where a change has nowhere to go.
    assert_eq!(baimo_in(&folder, &["update", "--dry-run", "INSERT DATA { <x:a> <x:b> 1 }"]).code, 0);
}

#[test]
fn a_backup_is_opened_and_loaded() {
    let folder = Folder::new();
    (1..=2).for_each(|n| insert(&folder, n));
    done(&folder, &["backup", "s", "copy.pack"]);
    done(&folder, &["backup", "--store", "s", "copy.nq.gz"]);
    for copy in ["copy.pack", "copy.nq.gz"] {
        let out = baimo_in(&folder, &["query", "--data", copy, "-F", "csv", "SELECT * { ?s ?p ?o }"]).ok();
        assert_eq!(out.lines().count(), 3, "{copy}");
        done(&folder, &["load", "--store", &format!("from-{copy}"), copy]);
    }
    let of = |store: &str| baimo_in(&folder, &["export", "--store", store, "-F", "nquads"]).ok();
    assert_eq!(of("from-copy.pack"), of("s"));
    assert_eq!(of("from-copy.nq.gz"), of("s"));
}

#[test]
fn a_damaged_store_is_repaired_with_copies_kept() {
    let folder = Folder::new();
    (1..=3).for_each(|n| insert(&folder, n));
    let journal = folder.0.join("s/journal-1.rdfp");
    let whole = std::fs::read(&journal).unwrap();
    let said = baimo_in(&folder, &["repair", "s"]);
    assert!(said.code == 0 && said.err.contains("nothing is wrong"), "{said:?}");
    let second = String::from_utf8(whole.clone()).unwrap().find("\n# baimo 2 ").unwrap() + 1;
    let mut damaged = whole.clone();
    damaged[second + 100] ^= 4;
    std::fs::write(&journal, &damaged).unwrap();
    let said = baimo_in(&folder, &["repair", "s"]);
    assert!(
        said.code == 5 && said.out.contains(&format!("damaged at byte {second}, transaction 2")),
        "{said:?}"
    );
    assert_eq!(std::fs::read(&journal).unwrap(), damaged, "nothing is changed without being told");
    let said = baimo_in(&folder, &["repair", "s", "--write"]);
    assert!(said.code == 0 && said.out.contains("journal-1.rdfp.damaged-1 has them"), "{said:?}");
    assert_eq!(std::fs::read(folder.0.join("s/journal-1.rdfp.damaged-1")).unwrap(), damaged);
    assert_eq!(triples(&folder), 1);
    // A manifest that is lost or damaged is made again.
    done(&folder, &["compact", "s"]);
    insert(&folder, 9);
    for manifest in [None, Some("rubbish")] {
        let path = folder.0.join("s/baimo-store");
        std::fs::remove_file(&path).unwrap();
        if let Some(text) = manifest {
            std::fs::write(&path, text).unwrap();
        }
        assert_eq!(baimo_in(&folder, &["repair", "s"]).code, 5);
        assert_eq!(baimo_in(&folder, &["repair", "s", "--write"]).code, 0);
        assert_eq!(triples(&folder), 2);
    }
    // A damaged pack cannot be.
    let pack = std::fs::read_dir(folder.0.join("s")).unwrap().map(|entry| entry.unwrap().path());
    let pack = pack.into_iter().find(|path| path.extension().is_some_and(|ending| ending == "pack")).unwrap();
    let mut bytes = std::fs::read(&pack).unwrap();
    bytes[20] ^= 1;
    std::fs::write(&pack, &bytes).unwrap();
    let said = baimo_in(&folder, &["repair", "s", "--write"]);
    assert!(said.code == 5 && said.out.contains("take the folder from a backup"), "{said:?}");
}

#[test]
fn a_transaction_at_the_prompt_is_kept_whole_or_dropped() {
    let folder = Folder::new();
    insert(&folder, 1);
    let script = |lines: &str| super::cli::piped(&folder, &["--store", "s"], lines.as_bytes());
    let said = script(
        ".begin\nINSERT DATA { <x:a> <x:n> 2 }\nDELETE DATA { <x:a> <x:n> 1 }\n.rollback\nINSERT DATA { <x:a> <x:n> 3 }\n",
    );
    assert!(said.code == 0 && said.err.contains("dropped: 2 changes"), "{said:?}");
    assert_eq!(triples(&folder), 2);
    let said = script(
        ".begin\nINSERT DATA { <x:a> <x:n> 4 }\nINSERT DATA { <x:a> <x:n> 5 }\nDELETE DATA { <x:a> <x:n> 4 }\nSELECT * { ?s ?p 5 }\n.commit\n",
    );
    assert!(said.code == 0 && said.err.contains("kept: 1 added, 0 removed, as transaction 3"), "{said:?}");
    assert_eq!(said.out.lines().count(), 2, "what is changed is seen: {said:?}");
    // What is not committed is not kept.
    let said = script(".begin\nINSERT DATA { <x:a> <x:n> 6 }\n");
    assert_eq!((said.code, triples(&folder)), (0, 3), "{said:?}");
    for wrong in [".commit\n", ".rollback\n", ".begin\n.begin\n", ".begin\n.undo\n"] {
        assert_eq!(script(wrong).code, 2, "{wrong}");
    }
}

#[test]
fn a_graph_that_was_made_empty_is_there_after_reopening() {
    let folder = Folder::new();
    let update = |text: &str| baimo_in(&folder, &["update", "--store", "s", text]);
    assert_eq!(update("CREATE GRAPH <x:g>").code, 0);
    update("CREATE GRAPH <x:g>").failed(1);
    done(&folder, &["compact", "s"]);
    update("CREATE GRAPH <x:g>").failed(1);
    assert_eq!(update("DROP GRAPH <x:g>").code, 0);
    update("DROP GRAPH <x:g>").failed(1);
    assert_eq!(update("DROP SILENT GRAPH <x:g> ; CREATE GRAPH <x:g>").code, 0);
}

#[test]
fn a_store_may_leave_the_disk_its_own_time() {
    let folder = Folder::new();
    let update = ["update", "--store", "s", "--sync", "off", "INSERT DATA { <x:a> <x:n> 1 }"];
    done(&folder, &update);
    assert_eq!(triples(&folder), 1);
    baimo_in(&folder, &["update", "--store", "s", "--sync", "maybe", "INSERT DATA { <x:a> <x:n> 1 }"])
        .failed(2);
}

/// A broken file in the middle of a load: the message names the place and how much had been read, and a store, a graph in
/// memory, a prompt and its open transaction are as they were.
#[test]
fn a_broken_file_leaves_everything_as_it_was() {
    let lines = "<x:a> <x:p> \"1\" .\n<x:a> <x:p> \"2\" .\n";
    let rdf = "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns:e=\"x:\">\n<rdf:Description rdf:about=\"x:a\">               <e:p>1</e:p><e:p>2</e:p></rdf:Description>\n<rdf:Description rdf:about=\"x:b\"><e:p>1</e:q></rdf:Description></rdf:RDF>\n";
    let broken = [
        ("t.ttl", lines.to_owned() + "<x:a> <x:p> \"3 .\n", "3:13", 2),
        ("n.nt", lines.to_owned() + "<x:a> <x:p> 3 .\n", "3:13", 2),
        ("q.nq", lines.to_owned() + "<x:a> <x:p> \"3\" \"g\" .\n", "3:17", 2),
        ("g.trig", format!("<x:g> {{\n{} }}\n<x:g> {{ <x:a> }}\n", lines), "5:15", 2),
        ("r.rdf", rdf.to_owned(), "3:40", 2),
        // A document of JSON is read as a whole.
        (
            "j.jsonld",
            "[{\"@id\":\"x:a\",\"x:p\":[1,2]},\n {\"@id\":\"x:b\",\"x:p\":[1,2}]\n".to_owned(),
            "2:25",
            0,
        ),
        ("m.n3", lines.to_owned() + "<x:a> <x:p> [ .\n", "3:15", 2),
    ];
    let folder = Folder::new().with("good.nt", lines);
    for (name, text, ..) in &broken {
        std::fs::write(folder.0.join(name), text).unwrap();
    }
    done(&folder, &["load", "--store", "s", "good.nt"]);
    let held = || {
        let mut names: Vec<_> =
            std::fs::read_dir(folder.0.join("s")).unwrap().map(|entry| entry.unwrap().path()).collect();
        names.sort();
        names.retain(|name| !name.ends_with("lock"));
        names.into_iter().map(|name| (name.clone(), std::fs::read(name).unwrap())).collect::<Vec<_>>()
    };
    let before = held();
    for (name, text, place, read) in &broken {
        let says = |error: &str, file: &str, read: usize| {
            assert!(error.contains(&format!("--> {file}:{place}")), "{name}: {error}");
            let count = format!("{read} triples had been read before this; nothing was added");
            assert!(read == 0 || error.contains(&count), "{name}: {error}");
        };
        says(&baimo_in(&folder, &["load", "--store", "s", name]).failed(1), name, *read);
        says(&baimo_in(&folder, &["load", "--store", "s", "good.nt", name]).failed(1), name, read + 2);
        says(&baimo_in(&folder, &["load", "--store", &format!("new-{name}"), name]).failed(1), name, *read);
        let new =
            baimo_in(&folder, &["query", "--store", &format!("new-{name}"), "-F", "csv", "ASK { ?s ?p ?o }"]);
        assert!(new.code == 3 || new.out.starts_with("false"), "{name}: {new:?}");
        says(&baimo_in(&folder, &["load", "--data", "good.nt", "-o", "out.nt", name]).failed(1), name, *read);
        assert!(!folder.0.join("out.nt").exists(), "{name}");
        let iri = format!("file://{}", folder.0.join(name).display());
        let load = format!("INSERT DATA {{ <x:b> <x:c> 1 }} ; LOAD <{iri}>");
        let file = folder.0.join(name).display().to_string();
        says(&baimo_in(&folder, &["update", "--store", "s", &load]).failed(1), &file, *read);
        // Without a name N-Triples and N-Quads may be Turtle and TriG, which have numbers.
        if !matches!(*name, "n.nt" | "q.nq") {
            says(
                &piped(&folder, &["load", "--store", "s", "-"], text.as_bytes()).failed(1),
                "standard input",
                *read,
            );
        }
        let script = format!(
            ".load {name}\n.begin\nINSERT DATA {{ <x:new> <x:p> 1 }}\n.load {name}\nSELECT (COUNT(*) AS ?n) {{ ?s ?p ?o }}\n.rollback\n"
        );
        let said = piped(&folder, &["--store", "s", "--keep-going"], script.as_bytes());
        assert_eq!(said.err.matches(&format!("--> {name}:{place}")).count(), 2, "{name}: {}", said.err);
        assert!(said.out.contains('3'), "{name}: {said:?}");
        assert_eq!(held(), before, "{name}");
    }
}

/// So many lines that a journal of them would be merged at once.
fn many(count: usize, last: &str) -> String {
    let line = |n| {
        format!(
            "<http://e/thing/{n}> <http://e/p> \"number {n}\" .\n_:x <http://e/q> <http://e/thing/{n}> .\n"
        )
    };
    (0..count / 2).map(line).chain([last.to_owned()]).collect()
}

#[test]
fn a_large_load_makes_a_new_pack_of_all_and_can_be_taken_back() {
    let folder = Folder::new()
        .with("a.nt", "<http://e/a> <http://e/p> \"1\" .\n<http://e/thing/7> <http://e/p> \"number 7\" .\n_:x <http://e/q> \"1\" .\n")
        .with("many.nt", many(120_000, ""))
        .with("broken.nt", many(120_000, "<http://e/a> <http://e/p> \"1 .\n"));
    done(&folder, &["load", "--store", "s", "a.nt"]);
    insert(&folder, 2);
    let files = || {
        let names = std::fs::read_dir(folder.0.join("s")).unwrap();
        let mut names: Vec<_> =
            names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    let before = files();
    let error = baimo_in(&folder, &["load", "--store", "s", "broken.nt", "--max-memory", "90MB"]).failed(1);
    assert!(error.contains("broken.nt:120001:") && error.contains("nothing was added"), "{error}");
    assert_eq!((files(), triples(&folder)), (before, 4), "all is as it was");
    // In memory, and within so little that it is sorted in temporary files.
    for (round, memory) in [("1", "2GB"), ("2", "90MB")] {
        let said = done(&folder, &["load", "--store", "s", "many.nt", "--max-memory", memory]);
        assert!(said.contains("120003 triples, 119999 more than before"), "{said}");
        assert!(files().iter().any(|name| name.starts_with("added-")), "{round}: {:?}", files());
        assert!(
            !files().iter().any(|name| name.starts_with("load-") || name.ends_with(".spill")),
            "{:?}",
            files()
        );
        let journal = files().into_iter().rfind(|name| name.starts_with("journal-")).unwrap();
        assert!(std::fs::metadata(folder.0.join("s").join(journal)).unwrap().len() < 1000, "no row of it");
        let nodes = "SELECT (COUNT(DISTINCT ?x) AS ?n) { ?x <http://e/q> ?o }";
        let out = baimo_in(&folder, &["query", "--store", "s", "-F", "csv", nodes]).ok();
        assert!(
            out.ends_with("\n2\r\n") || out.ends_with("\n2\n"),
            "a blank node of another file is another: {out:?}"
        );
        // What was there before stays.
        done(&folder, &["undo", "--store", "s"]);
        assert_eq!(triples(&folder), 4, "{round}");
    }
    let log = baimo_in(&folder, &["log", "--store", "s", "-F", "csv"]).ok();
    assert_eq!(log.lines().count(), 7, "{log}");
    // Nothing new is no transaction.
    done(&folder, &["load", "--store", "s", "a.nt", "--max-memory", "1GB"]);
}
