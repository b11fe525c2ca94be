//! Rules of the house, held by reading the sources: which module may name which, who may print, where
//! a dependency may enter, that every file says what it is for, and how long a function may be.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A source file: its path below `src/`, or below `crates/` without `src/` (`engine/syntax/parse.rs`), with
/// slashes, and its text up to the tests at its foot.
struct Source {
    path: String,
    text: String,
}

impl Source {
    /// The module it belongs to: `store` for `store/pack/mod.rs`, `session` for `session.rs`.
    fn module(&self) -> &str {
        self.path.split(['/', '.']).next().unwrap_or_default()
    }

    /// The lines of code, numbered from 1, without comments.
    fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(n, line)| (n + 1, line)).filter(|(_, line)| {
            let line = line.trim_start();
            !line.starts_with("//")
        })
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    walk(&root.join("src"), &mut files);
    for part in std::fs::read_dir(root.join("crates")).unwrap() {
        walk(&part.unwrap().path().join("src"), &mut files);
    }
    files
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            let code = text.split("\n#[cfg(test)]\nmod ").next().unwrap_or_default().to_owned();
            let path = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
            let path = match path.strip_prefix("crates/") {
                Some(path) => path.replacen("/src/", "/", 1),
                None => path.trim_start_matches("src/").to_owned(),
            };
            Source { path, text: code }
        })
        .collect()
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
}

/// Whether `word` stands in `line` by itself, not as a part of a longer name.
fn names(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '_');
        edge(line[..at].chars().next_back()) && edge(line[at + word.len()..].chars().next())
    })
}

fn fail_on(wrong: Vec<String>) {
    assert!(wrong.is_empty(), "{} places:\n{}", wrong.len(), wrong.join("\n"));
}

/// The modules of `baimo-core`, and which of them each may name: only what stands above it, so that no two name
/// each other. What is not listed here must not exist; between the packages, Cargo holds the arrows.
const ARROWS: &[(&str, &[&str])] = &[
    ("lib", &[]),
    ("project", &[]),
    ("explore", &[]),
    ("fixture", &["explore", "project"]),
    ("advise", &["explore"]),
    ("show", &["explore", "advise"]),
    ("formats", &["explore", "show"]),
    ("kept", &[]),
    ("previous", &[]),
    ("catalog", &["explore", "project"]),
    ("plain", &["advise", "explore", "catalog", "project"]),
    ("ask", &[]),
    ("snapshot", &["project", "formats", "show", "advise", "explore", "plain", "previous", "catalog", "ask"]),
    ("edit", &["project", "explore", "formats"]),
    ("session", &["project", "advise", "previous", "ask", "snapshot", "edit"]),
    ("packing", &["project", "session"]),
];

/// The modules of the packages below the core, each of which may name those before it in its list, so that a question's way
/// through them never turns back.
const ORDER: &[(&str, &[&str])] = &[
    (
        "store",
        &[
            "cores", "held", "throttle", "room", "hint", "error", "terms", "blank", "value", "sources",
            "store",
        ],
    ),
    (
        "engine",
        &[
            "aside", "governor", "explain", "answer", "syntax", "expr", "passes", "plan", "exec", "guard",
            "prepared", "update",
        ],
    ),
];

#[test]
fn modules_of_store_and_engine_name_only_those_before_them() {
    let mut wrong = Vec::new();
    for source in &sources() {
        let mut parts = source.path.split(['/', '.']);
        let (Some(package), Some(module)) = (parts.next(), parts.next()) else { continue };
        let Some((_, order)) = ORDER.iter().find(|(name, _)| *name == package) else { continue };
        if matches!(module, "lib" | "fixture") || source.path.ends_with("/tests.rs") {
            continue;
        }
        let Some(place) = order.iter().position(|have| *have == module) else {
            wrong.push(format!("{}: the module `{module}` has no place in this test", source.path));
            continue;
        };
        for (n, line) in source.lines() {
            for other in
                order.iter().skip(place + 1).filter(|other| line.contains(&format!("crate::{other}::")))
            {
                wrong.push(format!("{}:{n} names `{other}`", source.path));
            }
        }
    }
    fail_on(wrong);
}

#[test]
fn modules_name_only_those_they_may() {
    let allowed: BTreeMap<_, _> = ARROWS.iter().copied().collect();
    let mut wrong = Vec::new();
    for (n, (module, may)) in ARROWS.iter().enumerate() {
        let above: Vec<_> = ARROWS.iter().take(n).map(|(above, _)| above).collect();
        let below = may.iter().filter(|other| !above.contains(other));
        wrong.extend(
            below.map(|other| format!("`{module}` may name `{other}`, which does not stand above it")),
        );
    }
    for source in &sources() {
        let Some(module) = source.path.strip_prefix("core/").and_then(|path| path.split(['/', '.']).next())
        else {
            continue;
        };
        let Some(may) = allowed.get(module) else {
            wrong.push(format!("{}: the module `{module}` has no arrows in this test", source.path));
            continue;
        };
        for (n, line) in source.lines() {
            for other in allowed.keys().filter(|other| **other != module && !may.contains(other)) {
                if line.contains(&format!("crate::{other}::")) || line.contains(&format!("crate::{other};")) {
                    wrong.push(format!("{}:{n} names `{other}`", source.path));
                }
            }
        }
    }
    fail_on(wrong);
}

#[test]
fn no_face_names_another() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| source.path.starts_with("faces/")) {
        for (face, folder) in [("cli", "faces/cli"), ("repl", "faces/repl")] {
            let own = source.path.starts_with(folder) || source.path == "faces/mod.rs";
            for (n, line) in source.lines().filter(|_| !own) {
                if line.contains(&format!("{face}::")) {
                    wrong.push(format!("{}:{n} names the face `{face}`", source.path));
                }
            }
        }
    }
    fail_on(wrong);
}

#[test]
fn only_faces_print_exit_and_read_the_environment() {
    let forbidden = [
        "println!",
        "eprintln!",
        "print!",
        "eprint!",
        "process::exit",
        "env::var",
        "env::args",
        "clap",
        "rustyline",
        "ctrlc",
        "signal_hook",
    ];
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| !matches!(source.module(), "faces" | "main")) {
        for (n, line) in source.lines() {
            for word in forbidden.iter().filter(|word| names(line, word)) {
                wrong.push(format!("{}:{n} has `{word}`", source.path));
            }
        }
    }
    fail_on(wrong);
}

/// The program ends where its main thread does: see `faces::terminal::leave`.
#[test]
fn nothing_ends_the_process_by_itself() {
    let mut wrong = Vec::new();
    for source in sources() {
        for (n, line) in source.lines() {
            for word in ["process::exit", "process::abort"].iter().filter(|word| names(line, word)) {
                wrong.push(format!("{}:{n} has `{word}`", source.path));
            }
        }
    }
    fail_on(wrong);
}

/// Where, below the faces, a text may look like an option of the command line.
const OPTION_LIKE: &[&str] = &[
    // Completes what is typed at a prompt, and a command there takes options.
    "core/advise/complete/command.rs",
    "core/advise/complete/mod.rs",
    // An option of another program, which is the same in every face.
    "store/sources/xml/references.rs",
    "store/store/durable/read.rs",
    // How cargo calls it: a bench has a command line of its own.
    "engine/benches/changed.rs",
    // How RDF 1.2 writes the direction of a text: `@he--rtl`.
    "store/store/durable/patch.rs",
];

#[test]
fn options_are_known_to_faces_alone() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    walk(&root.join("crates"), &mut files);
    // A bench is a program with a command line of its own.
    files.retain(|path| !path.components().any(|part| part.as_os_str() == "benches"));
    let mut wrong = Vec::new();
    for path in files {
        let name = path.strip_prefix(root.join("crates")).unwrap().to_string_lossy().replace("/src/", "/");
        let text = std::fs::read_to_string(&path).unwrap();
        let lines = text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"));
        for (n, line) in lines.filter(|_| !OPTION_LIKE.contains(&name.as_str())) {
            let option = line.match_indices("--").any(|(at, _)| {
                let before = line[..at].chars().next_back();
                let after = line[at + 2..].chars().next();
                before.is_none_or(|c| !c.is_alphanumeric() && c != '-')
                    && after.is_some_and(|c| c.is_ascii_lowercase())
                    || before.is_some_and(|c| c == ' ' || c == '`') && after == Some('{')
            });
            if option || line.contains("`baimo ") {
                wrong.push(format!("{name}:{}: {}", n + 1, line.trim()));
            }
        }
    }
    fail_on(wrong);
}

#[test]
fn planning_touches_no_data() {
    let mut wrong = Vec::new();
    let planning = ["engine/passes", "engine/plan"];
    for source in
        sources().iter().filter(|source| planning.iter().any(|folder| source.path.starts_with(folder)))
    {
        for (n, line) in source.lines() {
            if line.contains("dyn Graph") || line.contains("store::Graph") || line.contains(".scan(") {
                wrong.push(format!("{}:{n} touches data", source.path));
            }
        }
    }
    fail_on(wrong);
}

#[test]
fn operators_meet_only_as_batches() {
    let sources = sources();
    let operators: Vec<&Source> = sources
        .iter()
        .filter(|source| {
            source.path.starts_with("engine/exec/operators/") && !source.path.ends_with("/mod.rs")
        })
        .collect();
    let name = |source: &Source| {
        source.path.rsplit('/').next().unwrap_or_default().trim_end_matches(".rs").to_owned()
    };
    let mut wrong = Vec::new();
    for source in &operators {
        for other in operators.iter().filter(|other| other.path != source.path) {
            for (n, line) in source.lines() {
                if line.contains(&format!("super::{}::", name(other)))
                    || line.contains(&format!("operators::{}::", name(other)))
                {
                    wrong.push(format!("{}:{n} names the operator `{}`", source.path, name(other)));
                }
            }
        }
    }
    fail_on(wrong);
}

#[test]
fn the_oracle_shares_nothing_with_what_it_judges() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/engine/tests/differential");
    let mut wrong = Vec::new();
    for oracle in ["reference.rs", "specification.rs"] {
        let text = std::fs::read_to_string(folder.join(oracle)).unwrap();
        for (n, line) in text.lines().enumerate() {
            if ["plan::", "exec::", "expr::", "passes::", "statistics::"]
                .iter()
                .any(|part| line.contains(part))
            {
                wrong.push(format!("{oracle}:{}: {}", n + 1, line.trim()));
            }
        }
    }
    for source in sources() {
        for (n, line) in source.lines().filter(|(_, line)| line.contains("spareval")) {
            wrong.push(format!("{}:{n} names the oracle: {}", source.path, line.trim()));
        }
    }
    fail_on(wrong);
}

/// The crates of the oxigraph family, and where they may enter.
const FAMILY: &[&str] = &[
    "oxigraph",
    "oxrdf",
    "oxrdfio",
    "oxttl",
    "oxjsonld",
    "oxsdatatypes",
    "spargebra",
    "spareval",
    "sparopt",
    "sparesults",
];
const ENTRANCES: &[&str] = &["store/", "engine/", "core/formats/"];

#[test]
fn the_oxigraph_family_enters_where_it_may() {
    let mut wrong = Vec::new();
    for source in
        sources().iter().filter(|source| !ENTRANCES.iter().any(|entrance| source.path.starts_with(entrance)))
    {
        for (n, line) in source.lines() {
            for krate in FAMILY.iter().filter(|krate| line.contains(&format!("{krate}::"))) {
                wrong.push(format!("{}:{n} names {krate}", source.path));
            }
        }
    }
    fail_on(wrong);
}

#[test]
fn every_file_says_what_it_is_for() {
    let wrong =
        sources().iter().filter(|source| !source.text.starts_with("//! ")).map(|s| s.path.clone()).collect();
    fail_on(wrong);
}

/// The libraries forbid it, and the one module of the binary that has it says why.
#[test]
fn unsafe_code_is_in_one_module() {
    let word = concat!("un", "safe");
    let sources = sources();
    let libraries = sources.iter().filter(|source| source.path.ends_with("lib.rs"));
    let mut wrong: Vec<_> = libraries
        .filter(|source| !source.text.contains("#![forbid(unsafe_code)]"))
        .map(|source| format!("{} does not forbid {word} code", source.path))
        .collect();
    // Tests at the foot of a file, benches, the fuzzer and what is run while building too.
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = vec![root.join("build.rs")];
    for folder in ["src", "crates", "tests", "benches", "fuzz"] {
        walk(&root.join(folder), &mut files);
    }
    for path in files.iter().filter(|path| !path.ends_with("src/heap.rs")) {
        let text = std::fs::read_to_string(path).unwrap();
        let lines = text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"));
        let lines = lines.filter(|(_, line)| names(line, word));
        wrong.extend(lines.map(|(n, _)| format!("{}:{} has `{word}`", path.display(), n + 1)));
    }
    let heap = sources.iter().find(|source| source.path == "heap.rs").unwrap();
    let is_block = |line: &str| ["{", "impl"].iter().any(|what| line.contains(&format!("{word} {what}")));
    let blocks = heap.lines().filter(|(_, line)| is_block(line)).count();
    let said = heap.text.lines().filter(|line| line.trim_start().starts_with("// SAFETY: ")).count();
    if blocks != said {
        wrong.push(format!("heap.rs: {said} of {blocks} blocks say why they are safe"));
    }
    fail_on(wrong);
}

#[test]
fn functions_stay_short() {
    let mut long = Vec::new();
    for source in sources() {
        let lines: Vec<&str> = source.text.lines().collect();
        for (start, line) in lines.iter().enumerate() {
            let indent = line.len() - line.trim_start().len();
            let head = line.trim_start();
            let is_fn = head.starts_with("fn ") || (head.starts_with("pub") && head.contains("fn "));
            if !is_fn || head.ends_with(';') {
                continue;
            }
            let close = format!("{}}}", " ".repeat(indent));
            let length = lines[start..].iter().position(|line| *line == close).map_or(0, |n| n + 1);
            if length > 70 {
                long.push(format!("{}:{} has {length} lines", source.path, start + 1));
            }
        }
    }
    fail_on(long);
}

#[test]
fn every_test_file_is_on_the_contents_page() {
    let page = include_str!("tests.rs");
    let listed: BTreeSet<String> = page
        .lines()
        .filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'))
        .map(str::to_owned)
        .collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut there: BTreeSet<String> = std::fs::read_dir(folder)
        .unwrap()
        .filter_map(|entry| {
            entry.unwrap().file_name().into_string().unwrap().strip_suffix(".rs").map(str::to_owned)
        })
        .collect();
    there.remove("tests");
    assert_eq!(there, listed);
}

/// Parts of sentences that the code puts together of smaller ones, or that come from the system.
const COMPOSED: &[&str] = &[
    "Print help",
    "Print version",
    "Print this message or the help of the given subcommand(s)",
    "GYEARMONTH",
    "wrote a chart of",
    " for each",
    " by lookup",
    "`BY` after ",
    "were found before it stopped; there may be more",
    "statement failed",
    "statements failed",
    "more row",
    "is a SPARQL ",
    "permission denied",
    "no space left on device",
    "no such file or directory",
    "operation not permitted",
    "read-only file system",
    "input/output error",
    "is a directory",
    "not a directory",
    "file exists",
    "file too large",
    "file name too long",
    "disk quota exceeded",
    "too many open files",
    "no such device or address",
    "resource temporarily unavailable",
    "no thing is called",
    "or more others",
    "is unbound in",
    "this answer has none",
    "this answer has no rows",
    "lacks the name of its",
    "a dot is missing before",
    "at the end of the triple before it",
    "stands without commas",
];

/// The Chinese of a sentence is found by its English, so that what the code no longer says would stay in the table.
#[test]
fn what_is_translated_is_said_somewhere() {
    let mut files = Vec::new();
    let _ =
        ["src", "crates"].map(|folder| walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut files));
    let code: String = files
        .into_iter()
        .filter(|file| !file.to_string_lossy().contains("tongue/chinese"))
        .map(|file| std::fs::read_to_string(file).unwrap())
        .collect();
    // A string may go over several lines.
    let mut joined = String::new();
    let mut parts = code.split("\\\n");
    joined.push_str(parts.next().unwrap_or_default());
    parts.for_each(|part| joined.push_str(part.trim_start()));
    let joined = joined.replace("\\\"", "\"").replace("\\\\", "\\").replace("{{", "{").replace("}}", "}");
    let said = |piece: &str| joined.contains(piece.trim());
    let composed = |english: &&str| COMPOSED.iter().any(|part| english.contains(part));
    let pieces = |english: &'static str| {
        let parts = english.split("{}").flat_map(|part| part.split(['`', ':', ';', '(', ',', '.']));
        parts.filter(|part| part.trim().len() > 7)
    };
    let stale: Vec<&str> = baimo::faces::terminal::tongue::english()
        .filter(|english| !composed(english) && !pieces(english).all(said))
        .collect();
    assert!(stale.is_empty(), "{} sentences are said nowhere:\n{}", stale.len(), stale.join("\n"));
}
