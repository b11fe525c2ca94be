//! Limits, signals and streams that end: what was found is kept, and memory stays bounded.

use super::*;

/// What is stopped here would take hours; how soon it ends depends on what else the machine does.
const ENDLESS: Duration = Duration::from_secs(120);

#[cfg(unix)]
#[test]
fn a_reader_that_leaves_is_no_error() {
    let folder = Folder::new();
    for line in [
        "baimo query 'SELECT * { ?a ?b ?c . ?d ?e ?f }' | head -1 ; exit ${PIPESTATUS[0]}",
        "baimo export -F nt | head -1 ; exit ${PIPESTATUS[0]}",
        "baimo query -F table 'SELECT * { ?a ?b ?c }' | head -1 ; exit ${PIPESTATUS[0]}",
        "baimo queries export | head -1 ; exit ${PIPESTATUS[0]}",
        "baimo --help | head -1 ; exit ${PIPESTATUS[0]}",
        "baimo man | head -1 ; exit ${PIPESTATUS[0]}",
    ] {
        let out = shell(&folder, line).ok();
        assert_eq!(out.lines().count(), 1, "{line}: {out}");
    }
}

#[cfg(unix)]
#[test]
fn closed_streams_are_no_panic() {
    let folder = Folder::new();
    for line in ["baimo run timeline >&-", "baimo run timeline >&- 2>&-", "baimo run timeline <&- >/dev/null"]
    {
        assert_eq!(shell(&folder, line).code, 0, "{line}");
    }
    assert_eq!(shell(&folder, "baimo run nothing 2>&-").code, 2);
    if Path::new("/dev/full").exists() {
        let said = shell(&folder, "baimo run timeline > /dev/full");
        assert!(said.code == 3 && said.err.contains("cannot be written"), "{said:?}");
    }
}

#[cfg(unix)]
#[test]
fn an_endless_pipe_ends() {
    let folder = Folder::new();
    let said = shell(&folder, "yes '# SELECT' | baimo query -");
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.err.contains("too long for a query"), "{said:?}");
}

#[test]
fn limits_stop_the_work_and_keep_what_was_found() {
    let endless = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }";
    let started = Instant::now();
    let said = baimo(&[
        "query",
        "--timeout",
        "300ms",
        "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?c != ?f && ?f != ?i) }",
    ]);
    assert_eq!(said.code, 4, "{said:?}");
    assert!(started.elapsed() < ENDLESS, "{:?}", started.elapsed());
    assert!(said.err.contains("stopped after") && said.err.contains("--timeout"), "{said:?}");
    let said = baimo(&["query", "--max-rows", "5", endless]);
    assert_eq!((said.code, said.out.lines().count()), (4, 6), "{}", said.err);
    assert!(said.err.contains("partial answer: 5 rows"), "{}", said.err);
    let said = baimo(&["query", "--max-rows", "5", "-F", "json", endless]);
    assert!(said.code == 4 && said.out.trim_end().ends_with('}'), "the document is whole: {said:?}");
    let one_more = baimo(&["query", "--max-rows", "5", "SELECT * { ?s ?p ?o } LIMIT 6"]);
    assert_eq!((one_more.code, one_more.out.lines().count()), (4, 6), "{}", one_more.err);
    let exact = baimo(&["query", "--max-rows", "5", "SELECT * { ?s ?p ?o } LIMIT 5"]);
    assert_eq!((exact.code, exact.out.lines().count()), (0, 6), "{}", exact.err);
    let folder = Folder::new();
    let said = baimo_in(&folder, &["query", "--max-rows", "5", "-o", "x.tsv", endless]);
    assert_eq!((said.code, folder.read("x.tsv").lines().count()), (4, 6), "what was found is kept");
    let said = baimo(&["query", "--max-memory", "60MB", &format!("{endless} ORDER BY ?i ?a ?d")]);
    assert!(said.code == 4 && said.err.contains("--max-memory"), "{said:?}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_keeps_what_was_found() {
    let folder = Folder::new();
    let mut child = command(&folder.0, &["query", "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = child.stdout.take().unwrap();
    let mut some = [0; 4096];
    out.read_exact(&mut some).unwrap();
    let reader = std::thread::spawn(move || {
        let (mut rest, mut last) = (vec![0; 1 << 16], None);
        loop {
            match out.read(&mut rest).unwrap() {
                0 => return last,
                read => last = Some(rest[read - 1]),
            }
        }
    });
    let done = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(done.success());
    let started = Instant::now();
    let said = Said::of(child.wait_with_output().unwrap());
    assert_eq!(said.code, 130, "{said:?}");
    assert!(said.err.contains("partial answer"), "{said:?}");
    assert!(started.elapsed() < ENDLESS);
    assert_eq!(reader.join().unwrap(), Some(b'\n'), "the last row is whole");
}

/// The program is ended at once, in the middle of a document.
#[cfg(unix)]
#[test]
fn an_end_by_force_leaves_whole_documents() {
    let folder = Folder::new();
    let feet = [
        ("json", "]}}\n"),
        ("xml", "</results></sparql>\n"),
        ("html", "</tbody>\n</table>\n</body>\n</html>\n"),
        ("csv", "\r\n"),
        ("tsv", "\n"),
        ("jsonl", "}\n"),
        ("markdown", "|\n"),
    ];
    for (format, foot) in feet {
        let query = ["query", "-F", format, "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"];
        let mut child =
            command(&folder.0, &query).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut out = child.stdout.take().unwrap();
        let mut document = vec![0; 1 << 20];
        out.read_exact(&mut document).unwrap();
        // By SIGTERM, which no query waits for.
        Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
        out.read_to_end(&mut document).unwrap();
        assert_eq!(Said::of(child.wait_with_output().unwrap()).code, 143);
        let document = String::from_utf8(document).unwrap();
        assert!(document.ends_with(foot), "{format}: {:?}", &document[document.len() - 99..]);
        if format == "json" {
            serde_json::from_str::<serde_json::Value>(&document).unwrap();
        }
    }
}

/// What a run within a limit of time gives. Where the machine does much else, a program may be ended before it found anything,
/// and what was found is not said: then it gets more time.
fn with_time_enough<T>(run: impl Fn(&[&str]) -> Option<T>) -> T {
    let found = ["500ms", "4s", "30s"].into_iter().find_map(|limit| run(&["--timeout", limit]));
    found.expect("what is found in time is given out")
}

/// The state of a process or a thread, and how long it has worked, in hundredths of a second (proc(5)).
#[cfg(unix)]
fn worked(stat: &str) -> Option<(char, u64)> {
    let stat = std::fs::read_to_string(stat).ok()?;
    let fields: Vec<&str> = stat.rsplit(')').next()?.split_whitespace().collect();
    let ticks = |n: usize| fields.get(n)?.parse::<u64>().ok();
    Some((fields.first()?.chars().next()?, ticks(11)? + ticks(12)?))
}

/// A program that works, once it listens to signals: sent one, and ended.
#[cfg(unix)]
pub(super) fn signalled(folder: &Folder, signal: &str, words: &[&str]) -> Said {
    signalled_with(folder, signal, words, None)
}

/// The same with a file of the folder on standard input.
#[cfg(unix)]
pub(super) fn signalled_with(folder: &Folder, signal: &str, words: &[&str], input: Option<&str>) -> Said {
    let mut command = command(&folder.0, words);
    if let Some(name) = input {
        command.stdin(std::fs::File::open(folder.0.join(name)).unwrap());
    }
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    crate::stress::listens(&mut child);
    // Until it has opened the graph and found something, however crowded the machine is: a second of its own time. Or until it
    // waits for its reader, who comes later: then no thread of it works or is about to, for a hundred looks.
    let mut idle = 0;
    while idle < 100 && worked(&format!("/proc/{}/stat", child.id())).is_some_and(|(_, ticks)| ticks < 100) {
        std::thread::sleep(Duration::from_millis(20));
        let threads = std::fs::read_dir(format!("/proc/{}/task", child.id())).into_iter().flatten().flatten();
        let mut states =
            threads.filter_map(|thread| worked(&thread.path().join("stat").display().to_string()));
        idle = if states.any(|(state, _)| matches!(state, 'R' | 'D')) { 0 } else { idle + 1 };
    }
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    Said::of(child.wait_with_output().unwrap())
}

/// Few are found, and then nothing more for hours.
#[cfg(unix)]
const FEW: &str =
    "?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?c < ?f || ?f < ?i || STR(?a) < STR(?i) && ?c != ?i || ?a = ?d)";

/// Tables and graphs are written once all is found: what a signal ends has all that was found by then.
#[cfg(unix)]
#[test]
fn a_signal_stops_the_work_and_what_was_found_is_written() {
    let nodes: String = (0..330).map(|n| format!("<urn:n{n}> <urn:p> \"é\\t{n}\" .\n")).collect();
    let folder = Folder::new().with("x.nt", &nodes);
    let rows = format!("SELECT ?a ?d ?g {{ {FEW} }}");
    let graph = format!("CONSTRUCT {{ ?a ?b ?i . ?d ?b ?f }} WHERE {{ {FEW} }}");
    let feet = [
        ("table", &rows, "┘\n"),
        ("line", &rows, "\n"),
        ("json", &rows, "]}}\n"),
        ("xml", &rows, "</results></sparql>\n"),
        ("turtle", &graph, ".\n"),
        ("ntriples", &graph, " .\n"),
        ("rdfxml", &graph, "</rdf:RDF>\n"),
        ("jsonld", &graph, "}\n"),
        ("graphml", &graph, "</graphml>\n"),
    ];
    for (signal, code) in [("-TERM", 143), ("-HUP", 129), ("-INT", 130)] {
        if signal == "-HUP" && crate::stress::hangups_are_ignored() {
            continue;
        }
        // One format tells of the other signals.
        let some = if code == 143 { feet.len() } else { 1 };
        for (format, query, foot) in feet.into_iter().take(some) {
            let said = signalled(&folder, signal, &["query", "--data", "x.nt", "-F", format, query]);
            assert_eq!(said.code, code, "{format}: {}", said.err);
            assert!(
                said.out.ends_with(foot),
                "{signal} {format}: {:?}",
                said.out.chars().rev().take(99).collect::<String>()
            );
            assert!(said.err.contains("partial answer: "), "{format}: {}", said.err);
        }
    }
}

/// Of a part of a graph there is no canonical form and no hash, whatever ends the query: nothing is written, and that is said.
#[test]
fn what_is_of_a_whole_graph_is_not_written_of_a_part() {
    let nodes: String = (0..330).map(|n| format!("<urn:n{n}> <urn:p> \"{n}\" .\n")).collect();
    let folder = Folder::new().with("x.nt", &nodes);
    let (some, none) = ("CONSTRUCT WHERE { ?a ?b ?c }", "nothing was written: ");
    let queried = |format: &str, more: &[&str]| {
        baimo_in(&folder, &[&["query", "--data", "x.nt", "-F", format], more, &[some]].concat())
    };
    for format in ["canonical", "rdfc", "hash"] {
        let said = queried(format, &["--max-rows", "7"]);
        assert_eq!((said.code, said.out.as_str()), (4, ""), "{format}: {}", said.err);
        assert!(said.err.contains(none) && said.err.contains(format), "{format}: {}", said.err);
        let said = queried(format, &[]);
        assert!(said.code == 0 && !said.out.is_empty() && !said.err.contains(none), "{format}: {}", said.err);
    }
    let said = queried("ntriples", &["--max-rows", "7"]);
    assert_eq!((said.code, said.out.lines().count()), (4, 7), "{}", said.err);
}

/// The same at a signal.
#[cfg(unix)]
#[test]
fn a_signal_leaves_no_canonical_form_of_a_part() {
    let nodes: String = (0..330).map(|n| format!("<urn:n{n}> <urn:p> \"{n}\" .\n")).collect();
    let folder = Folder::new().with("x.nt", &nodes);
    let endless = format!("CONSTRUCT {{ ?a ?b ?i . ?d ?b ?f }} WHERE {{ {FEW} }}");
    for format in ["canonical", "rdfc", "hash"] {
        let said = signalled(&folder, "-TERM", &["query", "--data", "x.nt", "-F", format, &endless]);
        assert_eq!((said.code, said.out.len()), (143, 0), "{format}: {}", said.err);
        assert!(said.err.contains("nothing was written: "), "{format}: {}", said.err);
    }
}

/// What a program takes of the machine's memory at most, and how it ends.
#[cfg(target_os = "linux")]
fn peak(folder: &Folder, words: &[&str]) -> (usize, Said) {
    let mut child = command(&folder.0, words).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let status = std::fs::read_to_string(&status).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
        let kilobytes: usize = line.trim_end_matches("kB").trim().parse().unwrap_or(0);
        peak = peak.max(kilobytes << 10);
        std::thread::sleep(Duration::from_millis(2));
    }
    (peak, Said::of(child.wait_with_output().unwrap()))
}

/// A limit of memory holds whatever is held: rows to sort, groups of two threads, different rows.
#[cfg(target_os = "linux")]
#[test]
fn a_limit_of_memory_is_one_of_the_machines_memory() {
    let node = |n: usize| format!("<urn:n{}>", n % 1600);
    let triples = |n: usize| format!("{} <urn:p> {} ; <urn:q> {} .\n", node(n), node(n * 7 + 3), n % 311);
    let text: String = (0..1600).map(triples).collect();
    let folder = Folder::new().with("x.ttl", &text);
    let product = "?a <urn:p> ?b . ?c <urn:p> ?d . ?e <urn:q> ?f";
    let (empty, _) = peak(&folder, &["query", "--data", "x.ttl", "ASK {}"]);
    for query in [
        format!("SELECT * {{ {product} }} ORDER BY DESC(?f) ?d"),
        format!("SELECT ?a ?c ?e (SUM(?f) AS ?n) {{ {product} FILTER(?b != ?d) }} GROUP BY ?a ?c ?e"),
        format!("SELECT DISTINCT ?a ?d ?e {{ {product} }}"),
    ] {
        let limit = 150_000_000;
        let (used, said) = peak(&folder, &["query", "--data", "x.ttl", "--max-memory", "150MB", &query]);
        assert!(said.code == 4 && said.err.contains("--max-memory"), "{query}: {said:?}");
        assert!(used <= empty + limit / 5 * 6, "{query}: {used} bytes, and {empty} of an empty query");
    }
}

/// What was measured of a part of a run is shown, and the exit code says that it is a part, as that of a query does.
#[cfg(unix)]
#[test]
fn an_account_of_a_run_that_was_stopped_says_so() {
    let folder = Folder::new();
    let endless =
        "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(STR(?c) < STR(?f) && ?f != ?i) }";
    for format in [&[][..], &["-F", "json"]] {
        let run = ["explain", "--run"].iter().chain(format);
        let said = signalled(&folder, "-INT", &run.clone().copied().chain([endless]).collect::<Vec<_>>());
        assert_eq!(said.code, 130, "{said:?}");
        assert!(said.out.contains("interrupted") && said.err.contains("interrupted"), "{said:?}");
        let said = with_time_enough(|timeout| {
            let said =
                baimo_in(&folder, &[&run.clone().copied().collect::<Vec<_>>(), timeout, &[endless]].concat());
            assert_eq!(said.code, 4, "{said:?}");
            (said.out.contains("stopped after") && said.err.contains("stopped after")).then_some(said)
        });
        if !format.is_empty() {
            serde_json::from_str::<serde_json::Value>(&said.out).unwrap();
        }
    }
}

/// A graph that was stopped is written as it was found, all of it, in each syntax of RDF, and is a whole document.
#[test]
fn all_that_was_found_of_a_graph_is_written() {
    let folder = Folder::new();
    let graph = "CONSTRUCT { ?a <urn:with> ?f . ?d <urn:and> ?i } WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }";
    for format in ["turtle", "jsonld", "rdfxml"] {
        let (said, told) = with_time_enough(|timeout| {
            let said = baimo_in(&folder, &[timeout, &["query", "-F", format, graph]].concat());
            assert_eq!(said.code, 4, "{format}: {}", said.err);
            let told = said.err.split("partial answer: ").nth(1).and_then(|rest| rest.split(' ').next());
            let told = told.map_or(0, |told| told.parse::<usize>().unwrap());
            (told > 1_000).then_some((said, told))
        });
        let name = format!("part.{format}");
        let folder = Folder::new().with(&name, &said.out);
        let count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }";
        let read = baimo_in(&folder, &["query", "--data", &name, "-F", "csv", count]).ok();
        assert_eq!(read.trim(), format!("n\r\n{told}"), "{format}");
    }
}

/// What is not all of an answer, where nobody asked for a part, is under no name of a whole one.
#[cfg(unix)]
#[test]
fn a_part_of_an_answer_is_not_taken_for_the_whole() {
    let folder = Folder::new().with("out.csv", "the whole\n").with("out.ttl", "# whole\n");
    let product = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i";
    let (rows, graph) = (format!("SELECT * {{ {product} }}"), format!("CONSTRUCT WHERE {{ {product} }}"));
    for (name, query, signal) in
        [("out.csv", &rows, "-INT"), ("out.csv", &rows, "-TERM"), ("out.ttl", &graph, "-INT")]
    {
        let before = folder.read(name);
        let said = signalled(&folder, signal, &["query", "-o", name, query]);
        let part = folder.read(&format!("{name}.partial"));
        assert!(part.lines().count() > 1, "{name}: {part}");
        assert_eq!(folder.read(name), before, "{name} is as it was: {}", said.err);
        assert!(said.err.contains(&format!("what was found is in {name}.partial")), "{}", said.err);
        std::fs::remove_file(folder.0.join(format!("{name}.partial"))).unwrap();
    }
    with_time_enough(|timeout| {
        let said = baimo_in(&folder, &[timeout, &["query", "-o", "out.json", &rows]].concat());
        assert!(said.code == 4 && !folder.0.join("out.json").exists(), "{said:?}");
        folder.0.join("out.json.partial").exists().then_some(())
    });
    serde_json::from_str::<serde_json::Value>(&folder.read("out.json.partial")).unwrap();
}

/// A table of more rows than one holds has the same head, rows and foot, and a hash of a part is none.
#[test]
fn a_table_of_any_length_is_drawn_as_it_comes() {
    let nodes: String = (0..120).map(|n| format!("<urn:n{n}> <urn:p> \"{}\" .\n", "x".repeat(n))).collect();
    let folder = Folder::new().with("x.nt", &nodes);
    let product = "SELECT * { ?a <urn:p> ?b . ?c <urn:p> ?d } ORDER BY STRLEN(?b) ?c";
    let long = baimo_in(&folder, &["query", "--data", "x.nt", "-F", "table", product]).ok();
    let lines: Vec<&str> = long.lines().collect();
    assert_eq!(lines.len(), 120 * 120 + 4);
    assert!(lines[0].starts_with('┌') && lines[lines.len() - 1].starts_with('└'));
    let (first, last) = (lines[3], lines[lines.len() - 2]);
    assert!(first.starts_with("│ urn:n0 ") || first.starts_with("│ <urn:n0> "), "{first}");
    // Wider than any of the first part: nothing is cut.
    assert!(last.contains(&"x".repeat(119)), "{last}");
    let blocks = baimo_in(&folder, &["query", "--data", "x.nt", "-F", "line", product]).ok();
    assert_eq!(blocks.lines().filter(|line| line.starts_with("── ")).count(), 120 * 120);
    assert!(blocks.contains("── 14 400 "));
    let graph = "CONSTRUCT { ?a ?d ?b } { ?a <urn:p> ?b . ?c ?d ?e }";
    for format in ["hash", "canonical", "rdfc"] {
        let part = baimo_in(&folder, &["query", "--data", "x.nt", "-F", format, "--max-rows", "3", graph]);
        assert_eq!((part.code, part.out.as_str()), (4, ""), "{format}: {}", part.err);
    }
}

#[test]
fn a_large_graph_is_written_as_it_is_found() {
    let nodes: String = (0..330).map(|n| format!("<urn:n{n}> <urn:p> \"é\\t{n}\" .\n")).collect();
    let folder = Folder::new().with("x.nt", &nodes);
    let product = "CONSTRUCT { ?a <urn:with> ?d } { ?a ?b ?c . ?e ?f ?d }";
    let whole = baimo_in(&folder, &["query", "--data", "x.nt", product]).ok();
    let mut lines: Vec<&str> = whole.lines().collect();
    assert!(lines.iter().all(|line| line.starts_with("<urn:n") && line.ends_with("\" .")), "{}", lines[0]);
    lines.sort_unstable();
    lines.dedup();
    assert_eq!(lines.len(), 330 * 330);
    // Every other number of triples is sorted, also where that many were asked for.
    let some = baimo_in(&folder, &["query", "--data", "x.nt", "--max-rows", "5000", product]);
    assert_eq!(some.code, 4, "{some:?}");
    assert!(some.out.starts_with("<urn:n0>\n    <urn:with> "), "{}", some.out);
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_even_what_never_looks_up() {
    let folder = Folder::new();
    let count = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?c != ?f && ?f != ?i) }";
    let mut child =
        command(&folder.0, &["query", count]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    crate::stress::listens(&mut child);
    assert!(child.try_wait().unwrap().is_none(), "it works on");
    let started = Instant::now();
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert_eq!(Said::of(child.wait_with_output().unwrap()).code, 130);
    assert!(started.elapsed() < ENDLESS, "{:?}", started.elapsed());
}

#[cfg(unix)]
#[test]
fn limits_hold_while_files_are_read() {
    let folder = Folder::new();
    let started = Instant::now();
    let said = shell(&folder, "yes '<urn:a> <urn:b> 1 .' | baimo query --timeout 1s --data - 'ASK {}'");
    assert_eq!(said.code, 4, "{said:?}");
    assert!(started.elapsed() < ENDLESS, "{:?}", started.elapsed());
}

/// Reading takes at most so many times the file, and some megabytes for the program (docs/performance.md).
#[test]
fn memory_of_reading_is_within_a_multiple_of_the_file() {
    const SIZE: usize = 600_000;
    let many =
        |before: &str, part: &str, after: &str| format!("{before}{}{after}", part.repeat(SIZE / part.len()));
    let xml = |part: &str| {
        many(
            "<r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><r:Description><p xmlns='a:'>",
            part,
            "</p></r:Description></r:RDF>",
        )
    };
    for (name, text, multiple) in [
        ("digits.jsonld", many("{\"a:p\":[1", ",1", "]}"), 40),
        ("reverse.jsonld", many("{\"@reverse\":{\"a:p\":[1", ",{}", "]}}").replace("[1,", "["), 80),
        ("text.ttl", many("<a:a> <a:b> \"\"\"", "x\n", "\"\"\" ."), 20),
        ("text.nt", many("<a:a> <a:b> \"", "\\n", "\" .\n"), 20),
        ("text.rdf", xml("&lt;"), 20),
    ] {
        let folder = Folder::new().with(name, &text);
        let limit = format!("{}kB", 12_000 + text.len() * multiple / 1_000);
        let said = baimo_in(&folder, &["query", "--data", name, "--max-memory", &limit, "ASK { ?s ?p ?o }"]);
        assert_eq!((said.code, said.out.trim()), (0, "true"), "{name} within {limit}: {}", said.err);
    }
}
