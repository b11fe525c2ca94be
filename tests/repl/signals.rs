//! Ctrl-C, Ctrl-D and signals: what they stop, and what they keep.

use super::*;

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

/// An update that is stopped is as if it had not been asked for; a transaction that was open before it is so still.
#[test]
fn ctrl_c_in_an_update_says_that_nothing_was_changed() {
    let mut prompt = Prompt::open(&home("update"), 100);
    let never = "INSERT { ?a <urn:q> ?i } WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(STRLEN(STR(?a)) + STRLEN(STR(?i)) = 3) }";
    for is_open in [false, true] {
        if is_open {
            prompt.ask(".begin");
            prompt.ask("INSERT DATA { <urn:a> <urn:b> 1 }");
        }
        prompt.keys(never).keys("\r");
        prompt.sees("Ctrl-C stops");
        prompt.keys("\x03");
        has(&prompt.sees(READY), "error: interrupted; nothing was changed");
    }
    has(&prompt.ask(".rollback"), "dropped: 1 change");
    has(&prompt.ask("ASK { <urn:a> <urn:b> 1 }"), "no");
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
    crate::stress::listens(&mut child);
    // What it was given is on its way into the work.
    std::thread::sleep(std::time::Duration::from_millis(500));
    assert!(child.try_wait().unwrap().is_none(), "it waits or works");
    Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status().unwrap();
    let begun = std::time::Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if begun.elapsed().as_secs() >= 120 {
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

#[cfg(unix)]
#[test]
fn one_signal_ends_a_script_that_waits_or_works() {
    let endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?c != ?f && ?f != ?i) }";
    for (signal, code) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
        if signal == "HUP" && crate::stress::hangups_are_ignored() {
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

/// How long a process has run, in hundredths of a second, and how many threads it has (proc(5)).
#[cfg(target_os = "linux")]
fn worked(pid: &str) -> (u64, u64) {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    let number = |n: usize| fields[n].parse::<u64>().unwrap();
    (number(11) + number(12), number(17))
}

/// Waits until a process has as many threads as before, where that is known, and does not work any more: it must come to that.
/// How many threads it has then.
#[cfg(target_os = "linux")]
fn comes_to_rest(pid: &str, threads: Option<u64>, what: &str) -> u64 {
    let begun = (std::time::Instant::now(), worked(pid).0);
    // How much it is before and after a while in which it may at most look at the clock.
    let mut before = worked(pid);
    loop {
        std::thread::sleep(std::time::Duration::from_millis(300));
        let after = worked(pid);
        if after.0 - before.0 <= 1 && threads.unwrap_or(before.1) == after.1 {
            return after.1;
        }
        // Memory may be on its way back to the system: so much of the processor's time, however long that takes.
        assert!(after.0 - begun.1 < 300, "{what}: it works on for {} hundredths", after.0 - begun.1);
        let late = begun.0.elapsed().as_millis() > u128::from(PATIENCE);
        assert!(!late, "{what}: of {} threads {threads:?} should be left", after.1);
        before = after;
    }
}

/// A timeout that does not stop the work is a known fault of other engines.
#[cfg(target_os = "linux")]
#[test]
fn the_processor_is_idle_after_a_stop() {
    let product = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i";
    let queries = [
        format!("SELECT * {{ {product} }} ORDER BY ?i ?a"),
        format!("SELECT DISTINCT ?a ?d ?i {{ {product} }}"),
        format!("SELECT (COUNT(*) AS ?n) {{ {product} FILTER(?c != ?f && ?f != ?i) }}"),
        "SELECT (COUNT(*) AS ?n) { ?a (!<urn:no>|^(!<urn:no>))* ?b }".to_owned(),
        format!("CONSTRUCT {{ ?a ?e ?i }} {{ {product} }}"),
    ];
    let home_of_prompt = home("idle");
    let mut command = Command::new("sh");
    let program = env!("CARGO_BIN_EXE_baimo");
    command.arg("-c").arg(format!("echo $$ > pid; stty cols 100 rows 24; exec '{program}'"));
    environment(&mut command, &home_of_prompt);
    let options = Options::new().timeout_ms(Some(PATIENCE));
    let mut prompt = Prompt { pty: spawn_with_options(command, options).unwrap() };
    prompt.sees(READY);
    let pid = std::fs::read_to_string(home_of_prompt.join("pid")).unwrap().trim().to_owned();
    prompt.ask(".pager off");
    prompt.ask(".timeout 300ms");
    let threads = Some(comes_to_rest(&pid, None, "the prompt"));
    for query in &queries {
        has(&prompt.ask(query), "stopped after");
        comes_to_rest(&pid, threads, query);
    }
    prompt.leave();
    let mut command = Command::new(env!("CARGO_BIN_EXE_baimo"));
    environment(&mut command, &home("idle-pipe"));
    let command = command.args(["--keep-going"]);
    let streams = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = streams.spawn().unwrap();
    let (mut stdin, mut out) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let pid = child.id().to_string();
    let mut threads = None;
    for query in &queries {
        // What is asked after it is answered once it was stopped. A script that overruns its limit by as much again is ended.
        write!(stdin, ".timeout 2s\n{query}\n\n.timeout off\nSELECT (\"over\" AS ?now) {{}}\n\n").unwrap();
        stdin.flush().unwrap();
        let (mut seen, mut part) = (Vec::new(), vec![0; 1 << 16]);
        while !seen.ends_with(b"over\n") && !seen.ends_with(b"over\"\n") {
            let read = std::io::Read::read(&mut out, &mut part).unwrap();
            assert!(read > 0, "{query}");
            seen.extend_from_slice(&part[..read]);
            seen.drain(..seen.len().saturating_sub(32));
        }
        threads = Some(comes_to_rest(&pid, threads, query));
    }
    drop(stdin);
    child.wait().unwrap();
}
