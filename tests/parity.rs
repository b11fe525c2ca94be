//! Every verb, option and format through the command line and through the prompt: the same answers.
//!
//! The lists are those of the program itself: what is added to it and not here fails.

use baimo::faces::args;
use baimo::faces::terminal::formats;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// What each verb is called with. None for those that ask no graph, which the prompt has not.
fn call(verb: &str) -> Option<&'static [&'static str]> {
    Some(match verb {
        "query" => &["SELECT ?name { vendor:baidu rdfs:label ?name } ORDER BY ?name"],
        "run" => &["timeline", "百度"],
        "queries" => &["vendor"],
        "export" => &["--about", "vendor:baidu"],
        "describe" => &["百度"],
        "search" => &["百度"],
        "schema" => &["Release"],
        "diff" | "pack" => &["some.nt"],
        // Of a graph that is in no store there is nothing to say, in both faces alike.
        "log" | "undo" | "stats" | "compact" => &[],
        "backup" => &["copy.pack"],
        "repair" => &["nowhere"],
        "explain" => &["ASK { vendor:nobody ?p ?o }"],
        "update" => &["INSERT DATA { <urn:a> <urn:b> 'c' }"],
        "load" => &["some.nt"],
        "init" | "completions" | "man" | "help" => return None,
        other => panic!("the verb `{other}` is not walked through both faces"),
    })
}

/// How each option of every verb is given, without those that say which graph is asked: at the prompt that
/// is `.open`.
fn option(name: &str) -> &'static [&'static str] {
    match name {
        "data" | "store" | "sync" | "default-graph" | "keep-going" | "help" | "version" => &[],
        "timeout" => &["--timeout", "1m"],
        "max-rows" => &["--max-rows", "1"],
        "max-memory" => &["--max-memory", "2GiB"],
        "format" => &["-F", "csv"],
        "output" => &["-o", "-"],
        "lang" => &["--lang", "en"],
        "labels" => &["--labels"],
        "chart" => &["--chart", "bar"],
        "why" => &["--why"],
        "quiet" => &["--quiet"],
        "color" => &["--color", "always"],
        "no-pager" => &["--no-pager"],
        other => panic!("the option `--{other}` is not walked through both faces"),
    }
}

fn folder() -> PathBuf {
    let folder = crate::cli::fresh("parity");
    std::fs::write(folder.join("some.nt"), "<urn:a> <urn:b> \"c\" .\n").unwrap();
    folder
}

fn baimo(folder: &PathBuf) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_baimo"));
    command.current_dir(folder).env("HOME", folder).env_remove("XDG_DATA_HOME").stdin(Stdio::null());
    command
}

/// What the command line prints, time taken out.
fn on_the_command_line(folder: &PathBuf, words: &[String]) -> String {
    let output = baimo(folder).args(words).output().unwrap();
    timeless(&String::from_utf8_lossy(&output.stdout))
}

/// What a script prints for each of these lines.
fn at_the_prompt(folder: &PathBuf, lines: &[String]) -> Vec<String> {
    let mut script = baimo(folder);
    let script =
        script.arg("--keep-going").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = script.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let text: String = lines.iter().map(|line| format!("{line}\n.open\n.echo {MARK}\n")).collect();
    let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    // A pack is not text; everything else looks alike in both.
    let text = String::from_utf8_lossy(&output.stdout);
    text.split(&format!("{MARK}\n")).map(timeless).collect()
}

const MARK: &str = "-- the next --";

/// The figures of `explain` without the times, which are never the same, and the mark at the longest.
fn timeless(text: &str) -> String {
    let is_time = |word: &str| {
        let number = word.trim_end_matches(['m', 's', 'µ']);
        number.len() < word.len() && number.parse::<f64>().is_ok()
    };
    let lines = text.lines().map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.iter().any(|word| is_time(word)) {
            true => {
                words.iter().filter(|w| !is_time(w)).map(|w| w.replace('*', "")).collect::<Vec<_>>().join(" ")
            }
            false => line.to_owned(),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn both_faces_answer_alike() {
    let mut command = args::command();
    command.build();
    let verbs: Vec<String> = command.get_subcommands().map(|verb| verb.get_name().to_owned()).collect();
    let options = command.get_arguments().filter_map(|option| option.get_long());
    let options: Vec<&[&str]> = options.map(option).filter(|words| !words.is_empty()).collect();
    // Those that change the answer go alone, the others together.
    let (alone, together): (Vec<_>, Vec<_>) =
        options.into_iter().partition(|words| ["--max-rows", "--chart", "--color"].contains(&words[0]));
    let mut more: Vec<Vec<&str>> = alone.into_iter().map(<[_]>::to_vec).collect();
    more.extend([together.concat(), Vec::new()]);
    let mut calls: Vec<Vec<String>> = Vec::new();
    for verb in &verbs {
        let Some(words) = call(verb) else { continue };
        let formats =
            if ["query", "run", "export"].contains(&verb.as_str()) { formats::names() } else { vec![] };
        let formats = formats.into_iter().map(|name| vec!["-F", name]);
        for more in more.iter().cloned().chain(formats) {
            let words = words.iter().chain(&more).map(|word| (*word).to_owned());
            calls.push(std::iter::once(verb.clone()).chain(words).collect());
        }
    }
    // A CONSTRUCT has formats of its own.
    for name in formats::names() {
        calls.push(["query", "CONSTRUCT WHERE { vendor:baidu ?p ?o }", "-F", name].map(str::to_owned).into());
    }
    // Alone, these change nothing that is kept, and the command line says so before it opens anything.
    calls.retain(|words| {
        !matches!(words[0].as_str(), "update" | "load") || words.iter().any(|w| w == "-F" || w == "-o")
    });
    let folder = folder();
    let lines: Vec<String> = calls
        .iter()
        .map(|words| {
            let quoted = words[1..].iter().map(|word| args::quoted(word)).collect::<Vec<_>>();
            format!(".{} {}", words[0], quoted.join(" "))
        })
        .collect();
    let said = at_the_prompt(&folder, &lines);
    assert_eq!(said.len(), calls.len() + 1, "each call has its answer");
    let mut answered = 0;
    for (words, said) in calls.iter().zip(said) {
        let expected = on_the_command_line(&folder, words);
        if words[0] == "diff" {
            // The order of blank nodes in a difference is open.
            let sorted =
                |text: &str| text.lines().map(str::to_owned).collect::<std::collections::BTreeSet<_>>();
            assert!(sorted(&said) == sorted(&expected), "{words:?}");
            continue;
        }
        assert!(said.trim_end() == expected.trim_end(), "{words:?}:\n{said}\n--- but\n{expected}");
        answered += usize::from(!expected.is_empty());
    }
    assert!(answered > calls.len() / 2, "{answered} of {} calls were answered", calls.len());
    std::fs::remove_dir_all(folder).unwrap();
}
