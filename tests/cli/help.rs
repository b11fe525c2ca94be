//! Help, manual pages, completions of the shell, the version.

use super::*;

/// The lines that help gives as examples.
fn examples(help: &str) -> Vec<String> {
    let after = help.split("\nExamples:\n").nth(1).unwrap_or_default();
    let lines = after.lines().take_while(|line| line.starts_with("  "));
    lines.map(|line| line.trim().to_owned()).collect()
}

#[cfg(unix)]
#[test]
fn every_example_of_the_help_works() {
    let folder = Folder::new();
    let mut verbs: Vec<String> = vec![String::new()];
    let help = baimo(&["--help"]).ok();
    let list = help.split("Verbs:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    verbs.extend(
        list.lines()
            .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
            .filter_map(|line| line.split_whitespace().next().map(str::to_owned))
            .filter(|verb| verb != "help"),
    );
    assert!(verbs.len() > 10, "{verbs:?}");
    for verb in verbs {
        let words: Vec<&str> =
            [verb.as_str(), "--help"].into_iter().filter(|word| !word.is_empty()).collect();
        let examples = examples(&baimo(&words).ok());
        assert!(!examples.is_empty(), "`baimo {verb} --help` has no example");
        for line in examples {
            let said = shell(&folder, &line);
            assert!(said.code == 0 && !said.err.contains("error"), "{line}: {said:?}");
        }
    }
}

#[test]
fn completions_and_manual_pages_are_made_of_the_types() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(baimo(&["completions", shell]).ok().contains("baimo"), "{shell}");
    }
    assert!(baimo(&["man"]).ok().contains(".TH baimo 1"));
    let folder = Folder::new();
    baimo_in(&folder, &["man", "--folder", "man1"]).ok();
    assert!(folder.read("man1/baimo-query.1").contains(".TH"));
    assert!(baimo(&["man", "query"]).ok().contains("SPARQL"));
}

#[test]
fn a_shell_is_told_names_of_saved_queries_and_values() {
    let folder = Folder::new();
    let complete = |words: &[&str]| {
        let mut command = command(&folder.0, &["--", "baimo"]);
        command
            .args(words)
            .env("BAIMO_COMPLETE", "fish")
            .env("_CLAP_COMPLETE_INDEX", words.len().to_string());
        Said::of(command.output().unwrap()).ok()
    };
    assert!(complete(&["run", "timel"]).contains("timeline"));
    assert!(complete(&["run", "timeline", "--v"]).contains("--vendor"));
    assert!(complete(&["run", "timeline", "--vendor", "百"]).contains("百度"));
    assert!(complete(&["qu"]).contains("queries"));
    // Of a parameter: what gives the query rows, and not all things of its class.
    let topics = complete(&["run", "policies-on-topic", "--topic", ""]);
    assert!(
        topics.contains("生成式人工智能") && !topics.contains("教育") && !topics.contains("开源"),
        "{topics}"
    );
    assert!(complete(&["run", "timeline", "--vendor", "bai"]).contains("Baidu"));
    assert!(complete(&["run", "releases-of-year", "--year", ""]).contains("2019"));
    let months = complete(&["run", "releases-between", "--from", "2023-"]);
    assert!(months.contains("2023-03") && !months.contains("2022-11"), "{months}");
    assert!(complete(&["query", "-F", "js"]).contains("jsonl"));
}

#[test]
fn the_version_is_told() {
    let out = baimo(&["--version"]).ok();
    let mut lines = out.lines();
    assert_eq!(lines.next(), Some(concat!("baimo ", env!("CARGO_PKG_VERSION"))));
    assert!(lines.next().is_some_and(|line| line.starts_with("graph built in: baimo 1.")), "{out}");
}

#[test]
fn help_is_about_its_verb_in_any_language_and_breaks_no_command() {
    let of = |words: &[&str]| baimo(words).ok();
    let english = of(&["help", "update"]);
    assert!(
        english.contains("The update; `-` reads it") && english.contains("Read the update from a file"),
        "{english}"
    );
    assert!(!english.contains("The query; "), "{english}");
    assert!(of(&["help", "query"]).contains("The query; `-` reads it"));
    let chinese = of(&["--lang", "zh", "help", "update"]);
    assert!(chinese.contains("更新语句；") && chinese.contains("--dry-run"), "{chinese}");
    for words in [["help", "update", "--lang", "zh"], ["help", "--lang", "zh", "update"]] {
        assert_eq!(of(&words), chinese, "{words:?}");
    }
    assert_eq!(of(&["help", "update", "--lang=zh"]), chinese);
    for words in [&["help", "update", "--lang"][..], &["help", "--lang"], &["help", "update", "--lang="]] {
        let said = baimo(words);
        assert!(said.code == 2 && said.err.contains("--lang needs a value"), "{words:?}: {said:?}");
    }
    // What is to be typed stands in one line of a page of a hundred columns.
    for verb in ["update", "backup", "load", "pack", "log", "repair", "man", "completions"] {
        for line in of(&["help", verb]).lines().filter(|line| line.contains("baimo ")) {
            assert!(baimo::show::text::width(line) <= 100, "{verb}: {line}");
            assert_eq!(line.matches('\'').count() % 2, 0, "{verb}: {line}");
        }
    }
}
