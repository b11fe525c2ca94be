//! A session in Chinese is Chinese throughout: help, options and every sentence of the code have their Chinese, but for
//! what is named here with its reason.

use baimo::faces::args;
use baimo::faces::terminal::tongue::Tongue;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What options take that is called the same in both languages.
const SAME_VALUES: &[&str] = &["SPARQL", "IRI", "N", "SHELL"];

/// Lines of help that are typed as they stand.
fn is_example(line: &str) -> bool {
    line.is_empty() || line.starts_with("  ")
}

fn without_chinese(text: &str, missing: &mut BTreeSet<String>) {
    let english = text.lines().filter(|line| !is_example(line) && Tongue::Chinese.say(line) == *line);
    missing.extend(english.map(str::to_owned));
}

/// The texts of a command, of its options and of the commands below it that have no Chinese.
fn walk_help(command: &clap::Command, missing: &mut BTreeSet<String>) {
    let texts = [command.get_about(), command.get_long_about(), command.get_after_help()];
    texts.into_iter().flatten().for_each(|text| without_chinese(&text.to_string(), missing));
    for arg in command.get_arguments() {
        arg.get_help().iter().for_each(|text| without_chinese(&text.to_string(), missing));
        arg.get_help_heading().iter().for_each(|heading| without_chinese(&format!("{heading}:"), missing));
        for value in arg.get_possible_values() {
            value.get_help().iter().for_each(|text| without_chinese(&text.to_string(), missing));
        }
        for name in arg.get_value_names().unwrap_or_default() {
            let name = name.to_string();
            let takes = arg.get_action().takes_values() && !SAME_VALUES.contains(&name.as_str());
            if takes && Tongue::Chinese.word(&name) == name {
                missing.insert(name);
            }
        }
    }
    command.get_subcommands().for_each(|verb| walk_help(verb, missing));
}

#[test]
fn every_verb_and_option_has_its_help_in_chinese() {
    let mut command = args::command();
    command.build();
    let mut missing = BTreeSet::new();
    walk_help(&command, &mut missing);
    assert!(missing.is_empty(), "no Chinese for {missing:#?}");
}

#[test]
fn pages_of_help_are_chinese_and_fit_the_window() {
    let mut command = args::command();
    command.build();
    let verbs: Vec<String> = command.get_subcommands().map(|verb| verb.get_name().to_owned()).collect();
    for verb in verbs.iter().filter(|verb| *verb != "help") {
        for (page, columns) in ["--help", "-h"].into_iter().flat_map(|word| [(word, 80), (word, 40)]) {
            let words = ["baimo", verb.as_str(), page].map(std::ffi::OsString::from);
            let Ok(args::Parsed::Help(english)) = args::parse(words) else { panic!("{verb} {page}") };
            let said = args::help(&english, Tongue::Chinese, columns);
            assert!(said.contains("用法：baimo ") && said.contains("--timeout"), "{said}");
            let prose = said.lines().take_while(|line| *line != "示例：");
            let wide: Vec<&str> = prose
                .filter(|line| baimo::show::text::width(line) > columns && !line.starts_with("用法："))
                .collect();
            assert!(wide.is_empty(), "{verb} {columns}: {wide:#?}");
            // What is typed may stand alone in its line; two words of English may not.
            let is_word = |word: &&str| word.len() > 1 && word.chars().all(|c| c.is_ascii_lowercase());
            let english = said.lines().filter(|line| {
                !is_example(line)
                    && !line.chars().any(|c| matches!(c, '\u{2E80}'..='\u{9FFF}'))
                    && line.split(' ').filter(is_word).count() > 1
            });
            assert_eq!(english.collect::<Vec<_>>(), Vec::<&str>::new(), "{verb}");
        }
    }
}

/// Files whose strings nobody reads as sentences of a session.
const NO_SENTENCES: &[(&str, &str)] = &[
    ("src/faces/terminal/tongue", "the table itself"),
    ("src/faces/init.rs", "the files of a new graph, which has labels in both languages"),
    ("src/faces/args/verbs.rs", "walked by the other tests of this file"),
    ("src/faces/args/mod.rs", "walked by the other tests of this file"),
    ("crates/store/src/hint.rs", "a hint for programs; faces word it in `hints.rs`"),
    ("crates/store/src/sources/jsonld/known.rs", "contexts of the W3C"),
    ("crates/core/src/plain", "words that are looked for in questions"),
    ("crates/core/src/catalog/rdf.rs", "RDF"),
];

/// Pieces of sentences, and of what parsers of other packages say.
const PIECES: &[&str] = &[
    // Read in what a parser says, never said.
    "should end with a ']'",
    "Line jumps are not allowed",
    "dot is expected",
    "followed by a dot",
    "is not a valid hexadecimal",
    "not a valid RDF object",
    "not a valid RDF subject",
    "not a valid predicate",
    "not a valid subject",
    "The object of a triple must",
    "The predicate of a triple must",
    "The subject of a triple must",
    "not a valid unicode",
    "Already used blank node",
    "overrides an existing variable",
    "not authorized with GROUP BY",
    "variable that is unbound",
    "cannot be shared",
    "aggregate stands within an aggregate",
    "aggregate stands in the pattern",
    "see more with '--help'",
    "the regular expression",
    "cannot join triples",
    // A part of a step of a plan, which is Chinese as a whole.
    ", in the order of values",
    ", until they are known",
    ": {} parts on {} threads, whose times are added up",
    "has no rows",
    ".timeout 2s, .timeout off",
    "is not a flag",
    "and those after it",
    "not in the pack yet",
    "these flags of",
    "is unbound in",
    // Of an assertion that only tests meet.
    "changes are settled before anything is read",
    // Put together to whole sentences, which are in the table.
    "the graph has this word from another vocabulary",
    "{}: did you mean {}?",
    "; did you mean {}?",
    "{}did you mean it the other way round: {}?",
    "{} adds numbers, but {}",
    ", which cannot be compared with {}",
    "HAVING stands before SELECT and cannot see its names (SPARQL 1.1, section 18.2.4.2)",
    "a {} is missing before `{}`",
    "`.` where another subject begins",
    "`;` where the subject stays the same",
    "{} takes {} argument{}, found {}",
    "this row has {} for {}",
    "{} is a SPARQL {}, not a graph",
    "partial answer: {} {} were found before it stopped; there may be more",
    "{} is unbound in {} {}:",
    "some solutions have",
    "; this lasts as long as the session",
    "`{}`: no {} is called `{}` in this graph",
    "is SQL: a graph has triples and no tables",
    "is SQL: SPARQL compares texts in a FILTER",
    "is SQL: SPARQL compares values in a FILTER",
    "is SQL: SPARQL chooses between values by a function",
    "is SQL: in SPARQL what is missing has no row or no value",
    "is SQL: in SPARQL triples that share a variable are joined",
    "the graph spells it the other way, British or American",
    "what to group by stands",
    "what to order by stands",
    "cannot be computed on any of the",
    "a {} chart needs a column of numbers; this answer {}",
    "a timeline needs a column of dates; this answer {}",
    "(counts are of a part of it)",
    "an error or a value that it does not take",
    "`{}` is not a size; write it as 500MB or 2GiB",
    "the values of `{}` are texts",
    // A line of a patch.
    "\\ No newline at end of file",
    // Arguments of functions, as SPARQL's own grammar has them.
    "condition, then, else",
    "text, pattern [, flags]",
    "text, pattern, replacement [, flags]",
    "text, start [, length]",
    // The heading of an exported file, and the name of the graph compiled in.
    "the default graph",
    "the saved query {}{}",
    "what the query below gives",
    "{} and what is around it",
    "the embedded graph",
    // Typed as it stands.
    "cargo install baimo --features rocksdb",
    "zh | en | on | off",
    "Which graph is asked",
    "How much it may take",
    "How the answer looks",
];

/// The string literals of a Rust source with their line breaks joined, without those of comments and of `reason = `.
fn literals(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    let (mut rest, mut before) = (source, String::new());
    while let Some(c) = rest.chars().next() {
        if let Some(comment) = rest.strip_prefix("//") {
            rest = comment.split_once('\n').map_or("", |(_, rest)| rest);
        } else if c == '"' {
            let raw = before.trim_end_matches('#');
            let (text, after) = match raw.ends_with('r') && before.len() > raw.len() {
                true => rest[1..].split_once("\"#").unwrap_or((&rest[1..], "")),
                false => quoted(&rest[1..]),
            };
            if !before.trim_end().ends_with("reason =") {
                found.push(unescaped(text));
            }
            before.clear();
            rest = after;
        } else if let Some(after) = rest.strip_prefix("'\"'").or_else(|| rest.strip_prefix("'\\\"'")) {
            rest = after;
        } else {
            before.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    found
}

/// The text up to the quote that closes it, and what follows.
fn quoted(text: &str) -> (&str, &str) {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            '"' if !escaped => return (&text[..at], &text[at + 1..]),
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    (text, "")
}

fn unescaped(text: &str) -> String {
    let mut parts = text.split("\\\n");
    let mut out = parts.next().unwrap_or_default().to_owned();
    parts.for_each(|part| out.push_str(part.trim_start()));
    out.replace("\\n", "\n").replace("\\\"", "\"").replace("\\\\", "\\")
}

/// A format string as a template: `{}` for each value.
fn template(text: &str) -> String {
    let plain = text.replace("{{", "\u{1}").replace("}}", "\u{2}");
    let mut out = String::new();
    let mut rest = plain.as_str();
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        out.push_str("{}");
        rest = after.split_once('}').map_or("", |(_, rest)| rest);
    }
    (out + rest).replace('\u{1}', "{").replace('\u{2}', "}")
}

/// Whether a text is a sentence of English: three words of small letters, in no code.
fn is_prose(text: &str) -> bool {
    let word = |word: &&str| {
        let bare = word.trim_matches([',', ';', ':', '.', '?', '(', ')']);
        bare.len() > 1 && bare.chars().all(|c| c.is_ascii_lowercase())
    };
    let is_code = text.contains("=\"")
        || text.ends_with(';')
        || text.starts_with(['{', '@'])
        || text.starts_with('<') && text.ends_with('>');
    let is_call = ["baimo ", "echo ", "CONSTRUCT "].iter().any(|start| text.starts_with(start));
    text.split(' ').filter(word).count() >= 3 && !is_code && !is_call
}

/// What is called the same in both languages.
const NAMES: &[&str] = &[
    // Programs, languages and formats.
    "Parquet", "SQLite", "xz", "baimo", "oxigraph", "Turtle", "TriG", "XPath", "Schema", "Cypher", "Update",
    "gzip", "bzip", "zstd", "shell", "curl", "iconv", // Keys.
    "Tab", "Enter", "Ctrl", "Alt", "Esc", // What is typed for an option, a setting or a format.
    "auto", "on", "off", "en", "zh", "empty", "bar", "line", "timeline", "graph", "table", "turtle", "trig",
    "nquads", "jsonld", "rdfxml", "rdfc", "csv", "tsv", "json", "jsonl", "xml", "svg", "graphml", "dot",
    "union", "null", "ntriples", "ltr", "rtl", "xmlns", "rdf", // Units.
    "ms", "kB", "MiB", "GiB",
];

/// The words of English in a text, without names, code and what is typed as it stands.
fn english_in(text: &str) -> Vec<String> {
    let prose: String = text.split('`').step_by(2).collect::<Vec<_>>().join(" ");
    let mut found = Vec::new();
    let mut typed = false;
    for token in prose.split(|c: char| c.is_whitespace() || matches!(c, '\u{2010}'..='\u{FFEF}')) {
        let word = token.trim_matches(['(', ')', '[', ']', ',', ';', ':', '.', '?', '!', '"', '\'']);
        // A variable, a text, and the words of a command up to its end.
        if token.starts_with(['?', '"']) {
            continue;
        }
        let begins = matches!(word, "baimo" | "oxigraph" | "curl" | "iconv" | "chmod" | "cd")
            || token.starts_with(['-', '.', '!']);
        typed = !token.is_empty() && (begins || (typed && token.is_ascii()));
        let is_word = word.len() > 1 && word.chars().all(|c| c.is_ascii_alphabetic());
        if is_word && !typed && word.chars().any(|c| c.is_ascii_lowercase()) && !NAMES.contains(&word) {
            found.push(word.to_owned());
        }
    }
    found
}

#[test]
fn english_is_told_from_names_and_code() {
    for chinese in [
        "没有名为“a b”的已存查询",
        "请装入持久存储：baimo load --store 文件夹 文件...",
        "GROUP_CONCAT 的分隔符写在 `and so on` 之后",
        "rdf:about 应写在事物上，请用 -F turtle",
        ".why 1 为第一行；没有结果时用 .why empty",
    ] {
        assert!(english_in(chinese).is_empty(), "{chinese}: {:?}", english_in(chinese));
    }
    assert_eq!(english_in("存储 the disk 已满：no space left"), ["the", "disk", "no", "space", "left"]);
    assert_eq!(english_in("已写入 Some words"), ["Some", "words"]);
}

/// A sentence in Chinese, its values filled in; nothing where the table has it not.
fn chinese(english: &str) -> Option<String> {
    let filled = english.replace("{}", "1甲");
    let tongue = Tongue::Chinese;
    let said = [tongue.say(&filled), tongue.word(&filled), tongue.part(&filled)];
    let different = said.into_iter().map(|said| said.into_owned()).filter(|said| *said != filled);
    different.min_by_key(|said| english_in(said).len())
}

/// What is wrong with the Chinese of a sentence.
fn fault(english: &str) -> Option<String> {
    let Some(chinese) = chinese(english) else { return Some("no Chinese".to_owned()) };
    let left = english_in(&chinese);
    (!left.is_empty()).then(|| format!("{left:?} in {chinese}"))
}

#[test]
fn the_chinese_of_the_table_has_no_english_but_names() {
    let faults: Vec<String> = baimo::faces::terminal::tongue::english()
        .filter_map(|english| Some(format!("{english}: {}", fault(english)?)))
        // A word may be the same in both, where no sentence is made of it alone.
        .filter(|fault| !fault.ends_with("no Chinese"))
        .collect();
    assert!(faults.is_empty(), "{} with English left:\n{}", faults.len(), faults.join("\n"));
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
}

#[test]
fn every_sentence_of_the_code_has_its_chinese() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    walk(&root.join("src"), &mut files);
    for part in std::fs::read_dir(root.join("crates")).unwrap() {
        walk(&part.unwrap().path().join("src"), &mut files);
    }
    let (mut seen, mut missing) = (0, BTreeSet::new());
    for path in files {
        let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
        let is_test = ["tests.rs", "fixture.rs"].iter().any(|end| name.ends_with(end))
            || name.contains("durable/crashes/");
        if is_test || NO_SENTENCES.iter().any(|(file, _)| name.starts_with(file)) {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let code = text.split("\n#[cfg(test)]\nmod tests").next().unwrap_or_default();
        for literal in literals(code) {
            for line in literal.lines().map(str::trim).filter(|line| is_prose(&template(line))) {
                seen += 1;
                // What looks like a value may be a brace of SPARQL.
                let forms = [template(line), line.to_owned()];
                if forms.iter().any(|line| PIECES.contains(&line.as_str()) || fault(line).is_none()) {
                    continue;
                }
                let fault = fault(&forms[0]).unwrap_or_default();
                missing.insert(format!("{name}: {line}: {fault}"));
            }
        }
    }
    assert!(seen > 700, "only {seen} sentences were found");
    assert!(missing.is_empty(), "{} sentences are not Chinese:\n{missing:#?}", missing.len());
}
