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
