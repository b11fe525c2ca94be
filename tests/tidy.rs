//! Rules of the house, held by reading the sources.

use std::collections::BTreeSet;
use std::path::Path;

/// The names of the files in a folder of the repository that end in `.rs`, without the ending.
fn sources(folder: &str) -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    std::fs::read_dir(folder)
        .unwrap()
        .filter_map(|entry| {
            entry.unwrap().file_name().into_string().unwrap().strip_suffix(".rs").map(str::to_owned)
        })
        .collect()
}

#[test]
fn every_test_file_is_on_the_contents_page() {
    let page = include_str!("tests.rs");
    let listed: BTreeSet<String> = page
        .lines()
        .filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'))
        .map(str::to_owned)
        .collect();
    let mut there = sources("tests");
    there.remove("tests");
    assert_eq!(there, listed);
}
