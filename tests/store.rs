//! The durable store through the binary: what a command acknowledged is there afterwards, whatever happened to it.

use super::cli::{Folder, baimo_in, command, file_iri, piped};
use super::import::gzip;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

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
    let made = |words: &str| {
        done(&folder, &["update", "--store", "misspelt", words]).contains("made the store misspelt")
    };
    assert!(made("INSERT DATA { <x:a> <x:b> 1 }") && !made("INSERT DATA { <x:a> <x:b> 2 }"));
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
    assert!(!folder.0.join("s").exists(), "a first load that fails leaves nothing");
    baimo_in(&folder, &["update", "--store", "s", "DROP GRAPH <x:none>"]).failed(1);
    assert!(!folder.0.join("s").exists(), "nor does an update");
    piped(&folder, &["--store", "s"], b".begin\nINSERT DATA { <x:a> <x:b> 1 }\n.rollback\n");
    assert!(!folder.0.join("s").exists(), "nor what was rolled back");
    std::fs::create_dir(folder.0.join("s")).unwrap();
    baimo_in(&folder, &["load", "--store", "s", "broken.nt"]).failed(1);
    assert_eq!(std::fs::read_dir(folder.0.join("s")).unwrap().count(), 0, "a folder that was there stays");
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

/// What a store holds, as the killed program's commands make it: how many triples of each transaction are there, and the
/// changes that `.undo` can take back.
#[cfg(unix)]
#[derive(Debug, Clone, Default)]
struct Model {
    parts: BTreeMap<u64, u64>,
    /// Number and triples of each change, and whether it added them.
    changes: Vec<(u64, u64, bool)>,
}

#[cfg(unix)]
impl Model {
    fn change(&mut self, (number, count, adds): (u64, u64, bool)) {
        match adds {
            true => drop(self.parts.insert(number, count)),
            false => drop(self.parts.remove(&number)),
        }
    }

    /// Something that a person would type, and what the store holds then. Each large load is of a file of its own.
    fn next(&mut self, number: u64, dice: &mut dyn FnMut(u64) -> u64) -> String {
        let count = 2 + dice(4);
        let mut change = (number, count, true);
        let oldest = self.parts.iter().next().map(|(number, count)| (*number, *count));
        let text = match (dice(14), oldest) {
            (0, _) => ".compact".to_owned(),
            (1, _) => format!(".backup copy-{number}.nq"),
            (2 | 3, _) if !self.changes.is_empty() => {
                let (number, count, adds) = self.changes.pop().unwrap();
                self.change((number, count, !adds));
                return ".undo".to_owned();
            }
            (4..=6, Some((old, of))) if self.parts.len() > 4 => {
                change = (old, of, false);
                format!("DELETE WHERE {{ <x:t{old}> ?p ?o }}")
            }
            (7, _) => {
                change.1 = LARGE;
                format!(".load large-{number}.nt")
            }
            (8, _) => {
                change.1 = 40;
                format!(".load small-{number}.nt")
            }
            (9, _) => format!(
                ".begin\nINSERT DATA {{ <x:t{number}> <x:part> 1, 9999 }}\nDELETE DATA {{ <x:t{number}> <x:part> 9999 }}\nINSERT DATA {{ <x:t{number}> <x:part> {} }}\n.commit",
                list(2..=count)
            ),
            _ => format!("INSERT DATA {{ <x:t{number}> <x:part> {} }}", list(1..=count)),
        };
        if !text.starts_with(".compact") && !text.starts_with(".backup") {
            self.change(change);
            self.changes.push(change);
        }
        text
    }
}

/// How many lines a load has after which a merge is due.
#[cfg(unix)]
const LARGE: u64 = 30_000;

#[cfg(unix)]
fn list(numbers: std::ops::RangeInclusive<u64>) -> String {
    numbers.map(|n| n.to_string()).collect::<Vec<_>>().join(", ")
}

#[cfg(unix)]
fn parts_of(folder: &Folder, source: &[&str]) -> BTreeMap<u64, u64> {
    let query = "SELECT ?t (COUNT(*) AS ?n) { ?t <x:part> ?p } GROUP BY ?t";
    let out = baimo_in(folder, &[&["query", "-F", "csv", query], source].concat()).ok();
    let row = |line: &str| {
        let (number, count) = line.strip_prefix("x:t")?.split_once(',')?;
        Some((number.parse().ok()?, count.parse().ok()?))
    };
    out.lines().skip(1).map(|line| row(line).unwrap_or_else(|| panic!("{out}"))).collect()
}

/// The program is killed amid updates, loads small and large, transactions of several statements, merges, backups and
/// what takes back, while two others read: all that it acknowledged is there, whole, and at most what it was doing.
#[cfg(unix)]
#[test]
fn a_kill_amid_anything_loses_nothing() {
    let runs: u64 = std::env::var("BAIMO_KILLS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(4);
    let folder = Folder::new();
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut dice = |below: u64| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed >> 11) % below
    };
    done(&folder, &["update", "--store", "s", "INSERT DATA { <x:t0> <x:part> 1 }"]);
    let (mut model, mut number) = (Model::default(), 0);
    model.change((0, 1, true));
    model.changes.push((0, 1, true));
    for run in 0..runs {
        let mut states = vec![model.clone()];
        let mut script = Vec::new();
        for _ in 0..8 {
            number += 1;
            script.push(model.next(number, &mut dice));
            states.push(model.clone());
            let line = |n| format!("<x:t{number}> <x:part> \"{n} {}\" .\n", "long ".repeat(30));
            if let Some(name) = script.last().and_then(|command| command.strip_prefix(".load ")) {
                let lines = if name.starts_with("large") { LARGE } else { 40 };
                std::fs::write(folder.0.join(name), (0..lines).map(line).collect::<String>()).unwrap();
            }
        }
        let (wait, delay) = (dice(7), 1_u64 << dice(20));
        let acknowledged = killed(&folder, &script, wait, Duration::from_micros(delay), &states);
        let found = parts_of(&folder, &["--store", "s"]);
        let what = format!("run {run}: {acknowledged} of {script:#?}");
        let is = |state: &&Model| state.parts == found;
        let Some(state) = states.iter().skip(acknowledged).take(2).find(is) else {
            panic!("{what}\nfound {found:?}\nwanted {:?}", states.iter().skip(acknowledged).take(2))
        };
        for (at, command) in script.iter().enumerate() {
            let Some(name) = command.strip_prefix(".backup ") else { continue };
            let is_there = folder.0.join(name).exists();
            assert!(is_there || at >= acknowledged, "{what}: {name}");
            if is_there {
                assert_eq!(parts_of(&folder, &["--data", name]), states[at].parts, "{what}: {name}");
            }
        }
        model = state.clone();
        let said = baimo_in(&folder, &["repair", "s"]);
        assert!(matches!(said.code, 0 | 5) && !said.out.contains("damaged"), "{what}: {said:?}");
        for entry in std::fs::read_dir(&folder.0).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                std::fs::remove_file(path).unwrap();
            }
        }
    }
    // The next writer leaves nothing that no manifest names.
    done(&folder, &["update", "--store", "s", "INSERT DATA { <x:t> <x:other> 1 }"]);
    let manifest = std::fs::read_to_string(folder.0.join("s/baimo-store")).unwrap();
    for entry in std::fs::read_dir(folder.0.join("s")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(
            manifest.contains(&name) || ["baimo-store", "lock"].contains(&name.as_str()),
            "{name} is left"
        );
    }
}

/// Runs the program with a script of which it acknowledges each command, and kills it a while after some of them; two
/// readers meanwhile see one of the states. Says how many it acknowledged.
#[cfg(unix)]
fn killed(folder: &Folder, script: &[String], wait: u64, delay: Duration, states: &[Model]) -> usize {
    use std::io::{BufRead as _, Write as _};
    use std::os::unix::process::ExitStatusExt as _;
    let said = std::fs::File::create(folder.0.join("said.txt")).unwrap();
    let mut child = command(&folder.0, &["--store", "s"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(said)
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    for (number, command) in script.iter().enumerate() {
        stdin.write_all(format!("{command}\n.echo {}\n", number + 1).as_bytes()).unwrap();
    }
    let mut out = std::io::BufReader::new(child.stdout.take().unwrap()).lines();
    let ends = std::sync::atomic::AtomicBool::new(false);
    let acknowledged = std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !ends.load(std::sync::atomic::Ordering::Relaxed) {
                    let seen = parts_of(folder, &["--store", "s"]);
                    assert!(states.iter().any(|state| state.parts == seen), "a reader sees {seen:?}");
                }
            });
        }
        let mut acknowledged = 0;
        let mut note = |line: std::io::Result<String>| acknowledged = line.unwrap().parse::<usize>().unwrap();
        out.by_ref().take(wait as usize).for_each(&mut note);
        std::thread::sleep(delay);
        child.kill().unwrap();
        out.for_each(&mut note);
        ends.store(true, std::sync::atomic::Ordering::Relaxed);
        acknowledged
    });
    drop(stdin);
    let status = child.wait().unwrap();
    let said = std::fs::read_to_string(folder.0.join("said.txt")).unwrap();
    assert!(status.signal() == Some(9) && !said.contains("error"), "{status} {script:#?}\n{said}");
    acknowledged
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
    let error = baimo_in(&folder, &["log", "--store", "s", "--since", "yesterday"]).failed(2);
    assert!(error.contains("neither the number of a transaction nor a time"), "{error}");
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
    // The store may be named as for every other verb about one.
    assert_eq!(baimo_in(&folder, &["log", "s", "-F", "csv"]).ok().lines().count(), 8);
    assert!(done(&folder, &["undo", "s", "7"]).contains("took back transaction 7"));
    insert(&folder, 9);
    assert!(done(&folder, &["undo", "s"]).contains("took back transaction 9"));
    let error = baimo_in(&folder, &["undo", "s", "last"]).failed(2);
    assert!(error.contains("`last` is not the number of a transaction"), "{error}");
    let error = baimo_in(&folder, &["log", "s", "--store", "s"]).failed(2);
    assert!(error.contains("two graphs are named"), "{error}");
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

/// A long journal is merged at the end of a script that adds to it, and never by one that only asks.
#[test]
fn a_script_that_only_asks_writes_nothing() {
    let folder = Folder::new().with("many.nq", many(40_000, ""));
    done(&folder, &["load", "--store", "s", "many.nq"]);
    let rows: String = (0..9_000).map(|n| format!("<http://e/other/{n}> <http://e/p> {n} . ")).collect();
    let script = format!(".begin\nINSERT DATA {{ {rows} }} ;\n.commit\n");
    let files = || {
        let names = std::fs::read_dir(folder.0.join("s")).unwrap().map(|entry| entry.unwrap());
        let mut found: Vec<_> = names
            .filter(|entry| entry.file_name() != "lock")
            .map(|entry| (entry.file_name(), entry.metadata().unwrap().len()))
            .collect();
        found.sort();
        found
    };
    let stats = || baimo_in(&folder, &["stats", "s"]).ok();
    // Until reading it again and again took as long as a merge, it stays.
    assert_eq!(piped(&folder, &["--store", "s"], script.as_bytes()).code, 0);
    assert!(stats().contains(" 1 transaction\n"), "{}", stats());
    for n in 0..60 {
        done(
            &folder,
            &["update", "--store", "s", "--sync", "off", &format!("INSERT DATA {{ <x:a> <x:p> {n} }}")],
        );
        let before = files();
        let asked = piped(&folder, &["--store", "s"], b"SELECT (COUNT(*) AS ?n) { ?s ?p ?o }\n");
        assert_eq!((asked.code, files()), (0, before), "asking writes nothing");
        if stats().contains(" 0 transactions\n") {
            assert!(n > 0, "not at once");
            return;
        }
    }
    panic!("it was never merged: {}", stats());
}

#[test]
fn transactions_are_begun_and_ended_in_the_words_of_sql_too() {
    let folder = Folder::new();
    let text = "BEGIN TRANSACTION;\nINSERT DATA { <x:a> <x:p> 1 }\nROLLBACK;\nbegin;\nINSERT DATA { <x:a> <x:p> 2 }\nCOMMIT;\n";
    let said = piped(&folder, &["--store", "s"], text.as_bytes());
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.err.contains("run as the command .rollback"), "{said:?}");
    assert_eq!(triples(&folder), 1);
    let log = baimo_in(&folder, &["log", "--store", "s", "-F", "csv"]).ok();
    assert_eq!(log.lines().count(), 2, "one transaction: {log}");
}

/// A stray word in a script must not end a transaction, nor do what is meant for people.
#[test]
fn other_words_of_sql_are_errors_in_a_script() {
    for (word, command) in [
        ("end", ".commit"),
        ("END TRANSACTION;", ".commit"),
        ("abort", ".rollback"),
        ("vacuum", ".compact"),
        ("exit()", ".quit"),
    ] {
        let folder = Folder::new();
        let text = format!(
            "INSERT DATA {{ <x:a> <x:p> 1 }}\nbegin\nINSERT DATA {{ <x:a> <x:p> 2 }}\n{word}\nCOMMIT\n"
        );
        let said = piped(&folder, &["--store", "s"], text.as_bytes());
        assert_eq!(said.code, 1, "{word}: {said:?}");
        assert!(said.err.contains(&format!("did you mean {command}?")), "{word}: {said:?}");
        assert_eq!(
            triples(&folder),
            1,
            "{word}: the script ends there, and what was not committed is dropped"
        );
    }
}

/// The lines of N-Quads that a patch leaves, by the rows that the notation has (https://afs.github.io/rdf-delta/rdf-patch.html) and nothing
/// of ours: headers, transactions, additions and removals, each ended by a dot; comments; blank nodes as `<_:label>`.
fn carried_out(patch: &str) -> BTreeSet<String> {
    let (mut kept, mut open) = (BTreeSet::new(), None::<BTreeSet<String>>);
    for row in patch.lines().filter(|row| !row.starts_with('#') && !row.trim().is_empty()) {
        let row = row.strip_suffix(" .").unwrap_or_else(|| panic!("no dot: {row}"));
        let (code, rest) = row.split_once(' ').unwrap_or((row, ""));
        match (code, &mut open) {
            ("H", None) => assert!(rest.split(' ').count() > 1, "a header has a name and a value: {row}"),
            ("TX", None) => open = Some(kept.clone()),
            ("TC", Some(_)) => kept = open.take().unwrap(),
            ("TA", Some(_)) => open = None,
            ("A" | "D", Some(quads)) => {
                let line = format!(" {rest} .\n");
                let mut parts = line.split(" <_:");
                let first = parts.next().unwrap_or_default().to_owned();
                let labels = parts.map(|part| format!(" _:{}", part.replacen('>', "", 1)));
                let line: String = std::iter::once(first).chain(labels).collect();
                let is_news = if code == "A" { quads.insert(line) } else { quads.remove(&line) };
                assert!(is_news, "a row that changes nothing: {row}");
            }
            _ => panic!("no row of RDF Patch: {row}"),
        }
    }
    assert!(open.is_none(), "a transaction without end");
    kept
}

#[test]
fn the_journal_is_an_rdf_patch() {
    let folder = Folder::new();
    let quads = r#"_:x e:p "a\n\"百度\"\\"@zh, "مرحبا"@ar--rtl, 01, 1.50, "x . y"^^e:t , [ e:q _:x ] .
        GRAPH e:g { e:a e:b e:c, "A<_:no> ." . e:a e:b <<( e:a e:b _:y )>> . _:y e:p 1 }"#;
    for update in [
        &format!("PREFIX e: <http://e.org/> INSERT DATA {{ {quads} }}"),
        "DROP GRAPH <http://e.org/g>",
        "DELETE { ?s ?p 1.50 } INSERT { ?s ?p ?s, 2 . GRAPH <http://e.org/h> { ?s ?p [] } } WHERE { ?s ?p 1.50 }",
        "COPY <http://e.org/h> TO <http://e.org/i> ; MOVE <http://e.org/i> TO <http://e.org/j>",
    ] {
        done(&folder, &["update", "--store", "s", update]);
    }
    done(&folder, &["undo", "--store", "s", "2"]);
    let journal = std::fs::read_to_string(folder.0.join("s/journal-1.rdfp")).unwrap();
    assert_eq!(journal.lines().filter(|row| *row == "TX .").count(), 5);
    let left = carried_out(&journal);
    assert_eq!(left.len(), 14, "{left:?}");
    std::fs::write(folder.0.join("left.nq"), left.into_iter().collect::<String>()).unwrap();
    baimo_in(&folder, &["export", "--store", "s", "-o", "held.nq"]).ok();
    let said = baimo_in(&folder, &["diff", "left.nq", "held.nq"]);
    assert_eq!(said.code, 0, "{said:?}");
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

/// What cannot be read may be whole, and what no manifest names may be all that is left: neither is given up.
#[test]
fn repair_gives_nothing_up_that_may_be_of_use() {
    let folder = Folder::new();
    (1..=3).for_each(|n| insert(&folder, n));
    done(&folder, &["compact", "s"]);
    insert(&folder, 4);
    let path = |name: &str| folder.0.join("s").join(name);
    for name in ["baimo-store", "journal-2.rdfp", "graph-2.pack"] {
        // A file that the system does not give, whoever asks.
        std::fs::rename(path(name), path("aside")).unwrap();
        std::fs::create_dir(path(name)).unwrap();
        for words in [&["repair", "s", "--write"][..], &["query", "--store", "s", "ASK {}"]] {
            let said = baimo_in(&folder, words);
            assert!(matches!(said.code, 3 | 5) && !said.err.contains("missing"), "{name}: {said:?}");
            assert!(path(name).is_dir(), "{name}");
        }
        std::fs::remove_dir(path(name)).unwrap();
        std::fs::rename(path("aside"), path(name)).unwrap();
        assert_eq!(triples(&folder), 4, "{name}");
    }
    // The manifest lost, the pack damaged: what is left is an older journal.
    std::fs::remove_file(path("baimo-store")).unwrap();
    let mut pack = std::fs::read(path("graph-2.pack")).unwrap();
    pack[20] ^= 1;
    std::fs::write(path("graph-2.pack"), &pack).unwrap();
    let said = baimo_in(&folder, &["repair", "s"]);
    assert!(said.code == 5 && said.out.contains("set aside as graph-2.pack.damaged-1"), "{said:?}");
    assert!(
        !path("baimo-store").exists() && path("graph-2.pack").exists(),
        "nothing is done without being told"
    );
    let said = baimo_in(&folder, &["repair", "s", "--write"]);
    assert!(said.code == 0 && said.out.contains("made of no pack and journal-1.rdfp"), "{said:?}");
    assert_eq!(triples(&folder), 3);
    insert(&folder, 5);
    assert_eq!(std::fs::read(path("graph-2.pack.damaged-1")).unwrap(), pack, "no writer removes it");
    assert!(path("journal-2.rdfp.damaged-1").exists());
    // The pack alone is no store, and its file is not touched.
    let alone = Folder::new();
    std::fs::create_dir(alone.0.join("s")).unwrap();
    std::fs::write(alone.0.join("s/graph-2.pack"), &pack).unwrap();
    let error = baimo_in(&alone, &["repair", "s", "--write"]).failed(3);
    assert!(error.contains("no pack that is whole with its journal"), "{error}");
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
        let packed = format!("{name}.gz");
        std::fs::write(folder.0.join(&packed), gzip(text.as_bytes())).unwrap();
        says(&baimo_in(&folder, &["load", "--store", "s", "good.nt", &packed]).failed(1), &packed, read + 2);
        says(&baimo_in(&folder, &["load", "--store", &format!("new-{name}"), name]).failed(1), name, *read);
        assert!(!folder.0.join(format!("new-{name}")).exists(), "{name}: a store that came to nothing");
        says(&baimo_in(&folder, &["load", "--data", "good.nt", "-o", "out.nt", name]).failed(1), name, *read);
        assert!(!folder.0.join("out.nt").exists(), "{name}");
        let iri = file_iri(&folder.0.join(name));
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
        assert!(said.contains("120 003 triples, 119 999 more than before"), "{said}");
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
