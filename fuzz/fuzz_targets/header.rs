//! No header of a saved query stops it from being read.
#![no_main]

use baimo::catalog::{Origin, SavedQuery};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let query = SavedQuery::read("fuzzed".into(), text.into(), Origin::Project);
    assert_eq!(query.text, text);
});
