//! The transcripts of the READMEs, held true by running them.

use std::path::Path;

#[test]
fn the_transcripts_are_true() {
    trycmd::TestCases::new()
        .register_bin("baimo", Path::new(env!("CARGO_BIN_EXE_baimo")))
        .case("README.md")
        .case("README.zh.md");
}

/// The headings of a README, and the commands of its transcripts up to their first option.
fn outline(text: &str) -> (usize, Vec<String>) {
    let command = |line: &str| {
        let words = line.strip_prefix("$ ")?.split_whitespace();
        let own = words.take_while(|word| !word.starts_with('-') && !word.starts_with('\''));
        Some(own.collect::<Vec<_>>().join(" "))
    };
    (text.lines().filter(|line| line.starts_with("## ")).count(), text.lines().filter_map(command).collect())
}

#[test]
fn both_say_the_same() {
    let (english, chinese) = (include_str!("../README.md"), include_str!("../README.zh.md"));
    assert_eq!(outline(english), outline(chinese));
    let rows = |text: &str| text.lines().filter(|line| line.starts_with("| ")).count();
    assert_eq!(rows(english), rows(chinese));
    for word in ["baimo pack", "docs/store.md", "baimo init", "--max-memory", "CC BY 4.0", "`.explain`"] {
        assert!(english.contains(word) && chinese.contains(word), "{word}");
    }
}
