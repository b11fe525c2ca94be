//! The transcripts of the READMEs, held true by running them.

use std::path::Path;

#[test]
fn the_transcripts_are_true() {
    trycmd::TestCases::new()
        .register_bin("baimo", Path::new(env!("CARGO_BIN_EXE_baimo")))
        .case("README.md")
        .case("README.zh.md");
}
