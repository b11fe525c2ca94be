//! Every verb and every dot-command under limits, signals, a reader that leaves, a device and a disk that are full.
//!
//! The lists are those of the program itself: what is added to it and not here fails. `BAIMO_STRESS=1 cargo test
//! stress -- --nocapture` prints the table of what was seen.

#![cfg(unix)]

use baimo::faces::args;
use baimo::faces::repl::commands;
use std::fmt::Write as _;
use std::io::Write as _;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

/// A question that takes ages, and all memory: 300 triples three times over, each combination kept.
const AGES: &str = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i";

/// A change that takes as long.
const AGES_TO_CHANGE: &str = "INSERT { ?a ?b ?n } WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i \
    BIND(CONCAT(STR(?c), ' and ', STR(?f), ' and ', STR(?i), ' are numbers of this graph') AS ?n) }";

/// What takes their place where an answer is needed.
const SHORT: &str = "SELECT * { ?s ?p ?o }";
const SHORT_CHANGE: &str = "INSERT { ?s ?p 0 } WHERE { ?s ?p 1 }";

/// A change within a transaction.
const CHANGE: &str = ".update 'INSERT DATA { <urn:a> <urn:p> 2 }'";

/// Triples without end.
const ENDLESS: &str = "seq 1 999999999 | sed 's/.*/<urn:a&> <urn:p> \"text &                                              \
                                                                                                                   \" ./'";

/// How many runs go on at a time. Most wait.
const TOGETHER: usize = 8;

/// How long anything may take from the moment it should end; the machine may have other work, so it is long.
const PATIENCE: Duration = Duration::from_secs(300);

/// How long anything may work after a signal, in processor time, whatever else the machine does.
const WORK: Duration = Duration::from_secs(5);

/// A verb or a dot-command, with what keeps it busy.
#[derive(Debug, Clone)]
struct Call {
    /// As a person types it.
    name: String,
    /// The words of the command line, or the lines of a script.
    said: Vec<String>,
    busy: Busy,
}

/// How a call is kept at work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Busy {
    /// It is over at once.
    No,
    /// By what it computes.
    Itself,
    /// By a file that does not end: standard input of a verb, a pipe with a name for a dot-command.
    Endless,
}

/// What is done to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Strain {
    Timeout,
    Memory,
    Interrupt,
    Terminate,
    HangUp,
    ReaderLeaves,
    FullDevice,
    FullDisk,
}

use Strain::{FullDevice, FullDisk, HangUp, Interrupt, Memory, ReaderLeaves, Terminate, Timeout};

const STRAINS: [Strain; 8] =
    [Timeout, Memory, Interrupt, Terminate, HangUp, ReaderLeaves, FullDevice, FullDisk];

fn words(text: &[&str]) -> Vec<String> {
    text.iter().map(|word| (*word).to_owned()).collect()
}

/// Each verb as it is called here. `-` is a file that does not end.
fn verb(name: &str) -> Call {
    let (said, busy): (&[&str], _) = match name {
        "query" => (&["query", AGES], Busy::Itself),
        "run" => (&["run", "ages"], Busy::Itself),
        "queries" => (&["queries"], Busy::No),
        "export" => (&["export", "--data", "-", "-F", "nt"], Busy::Endless),
        "describe" => (&["describe", "--data", "-", "urn:a"], Busy::Endless),
        "search" => (&["search", "--data", "-", "a"], Busy::Endless),
        "schema" => (&["schema", "--data", "-"], Busy::Endless),
        "diff" => (&["diff", "-", "some.nt"], Busy::Endless),
        "explain" => (&["explain", "--data", "-", "ASK { ?s ?p ?o }"], Busy::Endless),
        "update" => (&["update", "-F", "nt", AGES_TO_CHANGE], Busy::Itself),
        "load" => (&["load", "-F", "nt", "-"], Busy::Endless),
        "pack" => (&["pack", "-"], Busy::Endless),
        "log" => (&["log", "--store", "kept"], Busy::No),
        "undo" => (&["undo", "--store", "kept"], Busy::No),
        "stats" => (&["stats", "kept"], Busy::No),
        "backup" => (&["backup", "kept", "copy.nt"], Busy::No),
        "compact" => (&["compact", "kept"], Busy::No),
        "repair" => (&["repair", "kept"], Busy::No),
        "init" => (&["init", "new"], Busy::No),
        "completions" => (&["completions", "bash"], Busy::No),
        "man" => (&["man"], Busy::No),
        "help" => (&["help"], Busy::No),
        other => panic!("the verb `{other}` is not put under strain"),
    };
    Call { name: format!("baimo {name}"), said: words(said), busy }
}

/// Each dot-command as it is called here. `pipe` is a file that does not end.
fn dot(name: &str) -> Call {
    let ages = format!(".query {}", args::quoted(AGES));
    let change = format!(".update -F nt {}", args::quoted(AGES_TO_CHANGE));
    let (said, busy): (Vec<&str>, _) = match name {
        "query" => (vec![&ages], Busy::Itself),
        "run" => (vec![".run ages"], Busy::Itself),
        "update" => (vec![&change], Busy::Itself),
        "read" => (vec![".read queries/ages.rq"], Busy::Itself),
        "open" => (vec![".open pipe.nt"], Busy::Endless),
        "load" => (vec![".load pipe.nt"], Busy::Endless),
        "pack" => (vec![".pack pipe.nt -o some.pack"], Busy::Endless),
        "diff" => (vec![".diff pipe.nt"], Busy::Endless),
        "log" => (vec![".open kept", ".log"], Busy::No),
        "undo" => (vec![".open kept", ".undo"], Busy::No),
        "stats" => (vec![".open kept", ".stats"], Busy::No),
        "backup" => (vec![".open kept", ".backup copy.nt"], Busy::No),
        "compact" => (vec![".open kept", ".compact"], Busy::No),
        "repair" => (vec![".open kept", ".repair"], Busy::No),
        "begin" | "rollback" => (vec![".open kept", ".begin", CHANGE, ".rollback"], Busy::No),
        "commit" => (vec![".open kept", ".begin", CHANGE, ".commit"], Busy::No),
        "queries" => (vec![".queries"], Busy::No),
        "export" => (vec![".export -F nt"], Busy::No),
        "describe" => (vec![".describe urn:a1"], Busy::No),
        "search" => (vec![".search a"], Busy::No),
        "schema" => (vec![".schema"], Busy::No),
        "explain" => (vec![".explain ASK { ?s ?p ?o }"], Busy::No),
        "last" | "chart" | "again" | "edit" => (vec!["SELECT * { ?s ?p 1 }"], Busy::No),
        "why" => (vec!["SELECT * { ?s ?p 1 }", ".why 1"], Busy::No),
        // A limit of time is each question's: what is asked again and again has no end of its own.
        "watch" => (vec![AGES, ".watch 0.1"], Busy::Itself),
        "save" => (vec!["SELECT * { ?s ?p 1 }", ".save kept"], Busy::No),
        "maxrows" | "maxwidth" => (vec![".maxrows 5", ".maxwidth 50"], Busy::No),
        "once" => (vec![".once one.csv", "SELECT * { ?s ?p 1 }"], Busy::No),
        "output" => (vec![".output all.csv", "SELECT * { ?s ?p 1 }", ".output"], Busy::No),
        "prefix" => (vec![".prefix ex: <http://e/>"], Busy::No),
        "timeout" => (vec![".timeout 1m"], Busy::No),
        "shell" => (vec![".shell true"], Busy::No),
        "echo" => (vec![".echo some"], Busy::No),
        "mode" | "labels" | "pager" | "timer" | "history" | "show" | "help" | "quit" | "exit" => {
            (Vec::new(), Busy::No)
        }
        other => panic!("the dot-command `.{other}` is not put under strain"),
    };
    let mut said = words(&said);
    if said.is_empty() || matches!(name, "last" | "chart" | "again" | "edit") {
        said.push(format!(".{name}"));
    }
    Call { name: format!(".{name}"), said, busy }
}

/// A store with two transactions, made once; each folder has a copy.
fn store() -> &'static PathBuf {
    static STORE: OnceLock<PathBuf> = OnceLock::new();
    STORE.get_or_init(|| {
        let store = crate::cli::fresh("stress-store");
        for n in 1..3 {
            let update = format!("INSERT DATA {{ <urn:a> <urn:p> {n} }}");
            let mut command = Command::new(env!("CARGO_BIN_EXE_baimo"));
            let done =
                command.args(["update", "--store"]).arg(&store).arg(update).stderr(Stdio::null()).status();
            assert!(done.unwrap().success(), "the store is made");
        }
        store
    })
}

/// A folder with a graph of 300 triples, a store, a saved query that takes ages, and a pipe with a name.
fn folder() -> PathBuf {
    let folder = crate::cli::fresh("stress");
    for part in ["data", "queries"] {
        std::fs::create_dir_all(folder.join(part)).unwrap();
    }
    let triples: String = (0..300).fold(String::new(), |mut text, n| {
        let _ = writeln!(text, "<urn:a{n}> <urn:p> {n} .");
        text
    });
    let file = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
    file("baimo.toml", "name = \"stress\"\n");
    file("data/some.ttl", &triples);
    file("some.nt", "<urn:a> <urn:p> \"1\" .\n");
    file("queries/ages.rq", &format!("#+ summary: Takes ages\n{AGES}\n"));
    file("old", "old");
    std::fs::create_dir(folder.join("kept")).unwrap();
    for entry in std::fs::read_dir(store()).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), folder.join("kept").join(entry.file_name())).unwrap();
    }
    assert!(Command::new("mkfifo").arg(folder.join("pipe.nt")).status().unwrap().success());
    folder
}

/// Triples without end into `out`.
fn endless(out: Stdio) -> Child {
    feeder(ENDLESS).stdout(out).stderr(Stdio::null()).spawn().unwrap()
}

/// A shell in a group of its own, so that what it starts ends with it.
fn feeder(line: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", line]).process_group(0);
    command
}

/// Ends a feeder and what it started, which may not have come to opening its pipe yet.
fn release(mut feeder: Child) {
    let group = format!("-{}", feeder.id());
    let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
    let _ = feeder.kill();
    feeder.wait().unwrap();
}

/// The processor time of all threads of a process that was not waited for, where the system tells: the 14th and 15th
/// field of proc(5), in hundredths of a second. The second is a name, which may have blanks in it.
fn processor_time(child: &Child) -> Option<Duration> {
    let text = std::fs::read_to_string(format!("/proc/{}/stat", child.id())).ok()?;
    let (_, fields) = text.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11).map(|field| field.parse::<u64>().ok());
    Some(Duration::from_millis((fields.next()?? + fields.next()??) * 10))
}

/// One call under one strain: how it went wrong.
struct Run<'c> {
    call: &'c Call,
    strain: Strain,
    folder: PathBuf,
}

/// How a run ended.
struct Ended {
    code: i32,
    said: String,
    after: Duration,
    worked: Option<Duration>,
}

impl Run<'_> {
    fn is_verb(&self) -> bool {
        self.call.name.starts_with("baimo")
    }

    /// The command, its streams not yet given.
    fn command(&self) -> Command {
        let baimo = env!("CARGO_BIN_EXE_baimo");
        let mut line = vec![args::quoted(baimo)];
        match self.strain {
            Timeout if !self.is_verb() => line.extend(words(&["--timeout", "300ms"])),
            Memory if !self.is_verb() => line.extend(words(&["--max-memory", "12MB"])),
            _ => {}
        }
        if self.is_verb() {
            line.extend(self.call.said.iter().map(|word| args::quoted(&self.shortened(word))));
        }
        match self.strain {
            // It takes no options.
            _ if self.call.name == "baimo help" && self.strain != FullDevice => {}
            Timeout if self.is_verb() => line.extend(words(&["--timeout", "300ms"])),
            Memory if self.is_verb() => line.extend(words(&["--max-memory", "12MB"])),
            FullDisk if self.is_verb() && self.writes() => line.extend(words(&["-o", "old"])),
            FullDevice => line.push("> /dev/full".to_owned()),
            _ => {}
        }
        let full = if self.strain == FullDisk { "trap '' XFSZ; ulimit -f 0; " } else { "" };
        let mut command = Command::new("sh");
        command.args(["-c", &format!("{full}exec {}", line.join(" "))]).current_dir(&self.folder);
        for name in ["XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "PAGER", "LANG"] {
            command.env_remove(name);
        }
        command.env("HOME", &self.folder).env("EDITOR", "true").stderr(Stdio::piped());
        command
    }

    /// Whether the verb takes the file that it writes to.
    fn writes(&self) -> bool {
        let others = ["baimo init", "baimo completions", "baimo man", "baimo help", "baimo repair"];
        !others.contains(&self.call.name.as_str())
    }

    /// Whether the verb has an answer; what is only said goes to stderr.
    fn answers(&self) -> bool {
        let others = ["baimo init", "baimo undo", "baimo backup", "baimo compact", "baimo repair"];
        !others.contains(&self.call.name.as_str())
    }

    /// For what fills a disk or a device, an answer is needed: a file that ends.
    fn ends(&self) -> bool {
        matches!(self.strain, FullDevice | FullDisk | ReaderLeaves)
    }

    /// What is said, so that it ends where an answer is needed.
    fn shortened(&self, said: &str) -> String {
        match self.ends() {
            true => said.replace(AGES, SHORT).replace(AGES_TO_CHANGE, SHORT_CHANGE),
            false => said.to_owned(),
        }
    }

    fn run(&self) -> Ended {
        if self.ends() {
            std::fs::write(self.folder.join("queries/ages.rq"), SHORT).unwrap();
        }
        let mut command = self.command();
        let mut feeder = None;
        if self.is_verb() && self.call.busy == Busy::Endless && !self.ends() {
            let mut child = endless(Stdio::piped());
            command.stdin(child.stdout.take().unwrap());
            feeder = Some(child);
        } else {
            command.stdin(Stdio::piped());
            if self.call.busy == Busy::Endless && !self.ends() {
                let line = format!("{ENDLESS} > pipe.nt");
                feeder = Some(self::feeder(&line).current_dir(&self.folder).spawn().unwrap());
            }
        }
        command.stdout(if self.strain == ReaderLeaves { Stdio::piped() } else { Stdio::null() });
        let mut child = command.spawn().unwrap();
        // It holds an end of the feeder's pipe.
        drop(command);
        drop(child.stdout.take());
        let stdin = child.stdin.take();
        let kept = stdin.and_then(|stdin| self.give(stdin));
        let (since, worked) = self.strained(&mut child);
        drop(kept);
        if let Some(feeder) = feeder {
            release(feeder);
        }
        let output = child.wait_with_output().unwrap();
        let code = output.status.code().unwrap_or_else(|| 1000 + output.status.signal().unwrap_or(0));
        Ended {
            code,
            said: String::from_utf8_lossy(&output.stderr).into_owned(),
            after: since.elapsed(),
            worked,
        }
    }

    /// Gives a script, or a file that ends, to the program. A script's input stays open, as a terminal's does.
    fn give(&self, mut stdin: std::process::ChildStdin) -> Option<std::process::ChildStdin> {
        let mut text: String = if self.is_verb() {
            "<urn:a> <urn:p> \"another\" .\n".to_owned()
        } else {
            self.call.said.iter().map(|line| format!("{line}\n")).collect()
        };
        if !self.is_verb() && self.ends() {
            text = self.shortened(&text).replace("pipe.nt", "some.nt");
            if self.strain == FullDisk {
                text = format!(".output old\n{text}");
            }
        }
        let _ = stdin.write_all(text.as_bytes());
        let signalled = matches!(self.strain, Interrupt | Terminate | HangUp);
        (signalled && self.call.busy != Busy::No).then_some(stdin)
    }

    /// Sends the signal, and waits for the end: since when it should come, and how much work was done after a signal.
    fn strained(&self, child: &mut Child) -> (Instant, Option<Duration>) {
        let signal = match self.strain {
            Interrupt => "-INT",
            Terminate => "-TERM",
            HangUp => "-HUP",
            _ => "",
        };
        let mut since = Instant::now();
        let mut before = None;
        if !signal.is_empty() {
            listens(child);
            if self.call.busy != Busy::No {
                std::thread::sleep(Duration::from_millis(300));
            }
            let _ =
                Command::new("kill").args([signal, &child.id().to_string()]).stderr(Stdio::null()).status();
            (since, before) = (Instant::now(), processor_time(child));
        }
        // What has ended still tells its time until it is waited for.
        let mut last = before;
        while since.elapsed() < PATIENCE {
            last = processor_time(child).or(last);
            if child.try_wait().unwrap().is_some() {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        if child.try_wait().unwrap().is_none() {
            child.kill().unwrap();
        }
        let worked = before.zip(last).map(|(before, last)| last.saturating_sub(before));
        (since, worked)
    }

    /// What is wrong with the way it ended.
    fn fault(&self, ended: &Ended) -> Option<String> {
        let Ended { code, said, after, worked } = ended;
        let busy = self.call.busy != Busy::No;
        let right = match self.strain {
            Timeout | Memory if busy && (self.strain == Timeout || self.call.busy == Busy::Endless) => {
                *code == 4
            }
            Timeout | Memory => matches!(code, 0 | 4),
            Interrupt if busy => *code == 130,
            Terminate if busy => *code == 143,
            HangUp if busy => *code == 129,
            // What is over at once has nothing to stop.
            Interrupt | Terminate | HangUp => [0, 129, 130, 143].contains(code),
            ReaderLeaves => matches!(code, 0 | 5),
            // What has nothing to say fills nothing; a difference is told by its code.
            FullDevice => matches!(code, 3) || (!self.is_verb() && matches!(code, 0 | 5)) || !self.answers(),
            FullDisk => matches!(code, 3) || (!self.is_verb() || !self.writes()) && matches!(code, 0 | 1 | 5),
        };
        if said.contains("panicked") || said.contains("RUST_BACKTRACE") {
            return Some(format!("panicked: {said}"));
        }
        if *after >= PATIENCE {
            return Some("did not end".to_owned());
        }
        if let Some(worked) = worked.filter(|worked| *worked > WORK) {
            return Some(format!("worked for {worked:?} after the signal"));
        }
        if !right {
            return Some(format!("ended with {code}: {}", said.trim()));
        }
        self.litter()
    }

    /// Files that should not be there, or be otherwise.
    fn litter(&self) -> Option<String> {
        let names = std::fs::read_dir(&self.folder).unwrap().map(|entry| entry.unwrap().file_name());
        let part = names.map(|name| name.to_string_lossy().into_owned()).find(|name| name.ends_with(".part"));
        let old = std::fs::read_to_string(self.folder.join("old")).unwrap_or_default();
        match part {
            Some(part) => Some(format!("left {part}")),
            None if old != "old" => Some(format!("changed the old file to {old:?}")),
            None => None,
        }
    }
}

/// Which signals a process does this with (proc(5)): number 1 is the lowest bit.
fn signals(status: &str, what: &str) -> u64 {
    let mask = status.lines().find_map(|line| line.strip_prefix(what));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default()
}

/// Whether these tests, and so what they start, were told to live on when their terminal goes, as `nohup` does: then nothing ends by
/// that signal, and no test asks for it.
pub fn hangups_are_ignored() -> bool {
    let ignored =
        signals(&std::fs::read_to_string("/proc/self/status").unwrap_or_default(), "SigIgn:") & 1 == 1;
    if ignored {
        eprintln!("skipped: these tests were started to ignore SIGHUP, and so is what they start");
    }
    ignored
}

/// Waits until a program listens to signals, or is over; where that cannot be told, for as long as it should take.
pub fn listens(child: &mut Child) {
    // Numbers 1 (hang-up, where it was not started to ignore that), 2 (interrupt) and 15 (terminate).
    const WANTED: u64 = 1 | 1 << 1 | 1 << 14;
    let status = format!("/proc/{}/status", child.id());
    let since = Instant::now();
    while since.elapsed() < PATIENCE && child.try_wait().unwrap().is_none() {
        let Ok(text) = std::fs::read_to_string(&status) else {
            return std::thread::sleep(Duration::from_secs(1));
        };
        let ignores_hangups = signals(&text, "SigIgn:") & 1;
        if (signals(&text, "SigCgt:") | ignores_hangups) & WANTED == WANTED {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn calls() -> Vec<Call> {
    let mut command = args::command();
    command.build();
    let verbs = command.get_subcommands().map(|command| verb(command.get_name()));
    let dots = commands::all();
    verbs.chain(dots.iter().map(|(name, _)| dot(name))).collect()
}

#[test]
fn every_verb_and_dot_command_holds_under_every_strain() {
    let calls = calls();
    let strains = STRAINS.into_iter().filter(|strain| *strain != HangUp || !hangups_are_ignored());
    let strains: Vec<Strain> = strains.collect();
    let runs: Vec<(usize, Strain)> =
        (0..calls.len()).flat_map(|call| strains.iter().map(move |strain| (call, *strain))).collect();
    let next = AtomicUsize::new(0);
    let faults: Mutex<Vec<(usize, Strain, String)>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..TOGETHER {
            scope.spawn(|| {
                while let Some((call, strain)) = runs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let run = Run { call: &calls[*call], strain: *strain, folder: folder() };
                    let ended = run.run();
                    if let Some(fault) = run.fault(&ended) {
                        faults.lock().unwrap().push((*call, *strain, fault));
                    }
                    std::fs::remove_dir_all(&run.folder).unwrap();
                }
            });
        }
    });
    std::fs::remove_dir_all(store()).unwrap();
    let faults = faults.into_inner().unwrap();
    if std::env::var_os("BAIMO_STRESS").is_some() || !faults.is_empty() {
        eprintln!("{}", table(&calls, &faults));
    }
    let said: Vec<String> = faults
        .iter()
        .map(|(call, strain, fault)| format!("{} {strain:?}: {fault}", calls[*call].name))
        .collect();
    assert!(said.is_empty(), "{}", said.join("\n"));
}

/// What holds, a call a line.
fn table(calls: &[Call], faults: &[(usize, Strain, String)]) -> String {
    let mut out = format!("{:20}", "");
    STRAINS.iter().for_each(|strain| write!(out, " {:>12}", format!("{strain:?}")).unwrap());
    for (number, call) in calls.iter().enumerate() {
        write!(out, "\n{:20}", call.name).unwrap();
        for strain in STRAINS {
            let holds = !faults.iter().any(|(call, failed, _)| *call == number && *failed == strain);
            write!(out, " {:>12}", if holds { "holds" } else { "FAILS" }).unwrap();
        }
    }
    out
}
