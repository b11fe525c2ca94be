//! A search of a long text that can be stopped: one byte after the other, with a question in between.
//!
//! In: a translated pattern that does not go back, a text. Out: whether a part of it matches; nothing once it may not go on. It
//! runs an automaton whose states are made as they are needed (McNaughton and Yamada's subset construction, done lazily: Aho,
//! Sethi and Ullman, Compilers, 1986, section 3.7), which is what the `regex` crate does too, but without its ways around it, of
//! which none asks anybody. Where each byte makes a state anew this takes long; it is for whoever can wait.

use regex_automata::hybrid::dfa::DFA;
use regex_automata::nfa::thompson;
use regex_automata::{Input, MatchKind};
use std::sync::OnceLock;

/// So many bytes are read without a question: less than a millisecond, where all states are known.
const STRETCH: usize = 1 << 12;

/// The same after a part of the text that made new states: each byte may make one, of up to as many parts as the pattern has.
const STEPS: usize = 1 << 5;

/// Once states take so many bytes, all are forgotten.
const STATES: usize = 2 << 20;

/// The automaton of a pattern, made when it is first wanted.
#[derive(Debug, Default)]
pub struct Stepwise(OnceLock<Option<Box<DFA>>>);

impl Stepwise {
    /// Whether a part of the text matches the pattern, always the same one, which may take `size` bytes: nothing inside where it was
    /// stopped, nothing at all where the pattern has no such automaton.
    #[expect(
        clippy::option_option,
        reason = "that it was stopped is another thing than that it cannot be done"
    )]
    pub fn is_match(
        &self,
        (pattern, size): (&str, usize),
        text: &str,
        go_on: &mut dyn FnMut() -> bool,
    ) -> Option<Option<bool>> {
        let automaton = self.0.get_or_init(|| built(pattern, size)).as_deref()?;
        let mut cache = automaton.create_cache();
        let mut state = automaton.start_state_forward(&mut cache, &Input::new(text)).ok()?;
        let (mut made, mut rest) = (0, text.as_bytes());
        while !rest.is_empty() {
            // It falls where all are forgotten.
            let stretch = if cache.memory_usage() == made { STRETCH } else { STEPS };
            made = cache.memory_usage();
            let (now, later) = rest.split_at(stretch.min(rest.len()));
            for byte in now {
                state = automaton.next_state(&mut cache, state, *byte).ok()?;
                if state.is_tagged() {
                    // A match is known one byte after its end.
                    match state {
                        state if state.is_match() => return Some(Some(true)),
                        state if state.is_dead() => return Some(Some(false)),
                        state if state.is_quit() => return None,
                        _ => {}
                    }
                }
            }
            if !go_on() {
                return Some(None);
            }
            rest = later;
        }
        let state = automaton.next_eoi_state(&mut cache, state).ok()?;
        Some(Some(state.is_match()))
    }
}

fn built(pattern: &str, size: usize) -> Option<Box<DFA>> {
    let config = DFA::config()
        .match_kind(MatchKind::LeftmostFirst)
        .cache_capacity(STATES)
        .skip_cache_capacity_check(true);
    let program = thompson::Config::new().nfa_size_limit(Some(size));
    DFA::builder().configure(config).thompson(program).build(pattern).ok().map(Box::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_matches_as_with_the_crate_and_a_search_can_be_stopped() {
        let texts = [
            "",
            "b",
            "aab",
            "ab\nc",
            "äöü ß",
            "x\ny",
            "aaaaaaaaaaab",
            &"ab ".repeat(3000),
            &"ä".repeat(9000),
        ];
        for pattern in
            ["", "b$", "^a", "(a?){5}a{5}b", "ö|ß", r"\p{L}{3}", "(?m:c$)", "(?s:^.+$)", "(?i:B)", "a[^b]b"]
        {
            let (regex, stepwise) = (regex::Regex::new(pattern).unwrap(), Stepwise::default());
            for text in texts {
                let found = stepwise.is_match((pattern, 1 << 20), text, &mut || true);
                assert_eq!(found, Some(Some(regex.is_match(text))), "{pattern} in {text:?}");
            }
        }
        let mut left = 3;
        let stopped = Stepwise::default().is_match(("x", 1 << 20), &"ab ".repeat(9000), &mut || {
            left -= 1;
            left > 0
        });
        assert_eq!((stopped, left), (Some(None), 0));
        assert_eq!(Stepwise::default().is_match(("(a{9}){9}", 10), "a", &mut || true), None, "too large");
    }
}
