//! The durable store through the binary: what a command acknowledged is there afterwards, whatever happened to it.

use super::cli::{Folder, baimo_in, command};

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
    baimo_in(&folder, &["query", "--store", "a.nt", "ASK {}"]).failed(3);
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
