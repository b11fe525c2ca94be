//! The tokenizer never fails, and its tokens lie in order inside the text.
#![no_main]

use baimo::engine::syntax::tokens::tokens;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let mut end = 0;
    for token in tokens(text) {
        assert!(token.range.start >= end && token.range.end <= text.len());
        assert!(text.get(token.range.clone()).is_some());
        end = token.range.end;
    }
});
