//! What runs translated patterns: in linear time, or, for those that look back, a step at a time.
//!
//! In: translated patterns, texts. Out: matches, or nothing where finding out takes long: then whoever asks has it done where it can be waited
//! for. A match takes at most a million steps back.

use super::stepwise::Stepwise;
use fancy_regex::{CompileError, Error, RegexBuilder, RuntimeError};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// A pattern of at most so many bytes is compiled in place.
const SHORT_PATTERN: usize = 1 << 12;

/// One that takes up to so many bytes once compiled is light: a millisecond to compile.
const LIGHT: usize = 1 << 17;

/// None takes more.
const HEAVIEST: usize = 10 << 20;

/// So many steps a match may take to go back.
const MOST_STEPS: usize = 1_000_000;

/// What is tried in place, by the steps that go back and the longest text: some tenths of a millisecond, then some milliseconds. What a step
/// takes may grow with the text.
const SOON: [(usize, usize); 2] = [(2_000, 1 << 12), (32_000, 1 << 8)];

/// So much of a text is searched in place in linear time.
const SHORT: usize = 1 << 16;

/// A longer text is searched so that it can be stopped, which takes longer: some seconds at most would go on otherwise.
const LONG: usize = 1 << 20;

/// The same as [`SHORT`] for a pattern that is not light, whatever it took before.
const SHORT_FOR_HEAVY: usize = 1 << 12;

/// It may take so many nanoseconds.
const PATIENCE: u64 = 4_000_000;

/// A byte takes a heavy pattern so many nanoseconds, where nothing else is known.
const SLOW: u64 = 20_000;

/// Where a match and its groups are; a group that took no part has no place.
pub type Match = Vec<Option<(usize, usize)>>;

/// What runs a pattern.
#[derive(Debug)]
pub enum Engine {
    /// Linear time; and how long a byte takes, where it is not light.
    Linear(Box<Linear>, Option<Pace>),
    /// For back-references and looks around.
    Backtracking(Box<Steps>),
}

/// A pattern that does not go back, as it is run over short texts, and over long ones.
#[derive(Debug)]
pub struct Linear {
    regex: regex::Regex,
    stepwise: Stepwise,
}

/// How long a byte of text takes, of a pattern that is not light: from nanoseconds to a millisecond.
#[derive(Debug)]
pub struct Pace(AtomicU64);

/// A pattern that goes back, once for each number of steps that it may take.
#[derive(Debug)]
pub struct Steps {
    pattern: String,
    few: fancy_regex::Regex,
    more: OnceLock<Result<fancy_regex::Regex, String>>,
    most: OnceLock<Result<fancy_regex::Regex, String>>,
    is_light: bool,
}

impl Engine {
    fn linear(regex: regex::Regex, pace: Option<Pace>) -> Self {
        Self::Linear(Box::new(Linear { regex, stepwise: Stepwise::default() }), pace)
    }

    fn backtracking(steps: Steps) -> Self {
        Self::Backtracking(Box::new(steps))
    }

    /// Compiles a light pattern; nothing for another one.
    pub fn light(pattern: &str, backtracks: bool) -> Option<Result<Self, String>> {
        if pattern.len() > SHORT_PATTERN {
            return None;
        }
        if backtracks {
            return Steps::of(pattern, LIGHT).map(|steps| steps.map(Self::backtracking)).transpose();
        }
        match regex::RegexBuilder::new(pattern).size_limit(LIGHT).build() {
            Ok(regex) => Some(Ok(Self::linear(regex, None))),
            Err(regex::Error::CompiledTooBig(_)) => None,
            Err(error) => Some(Err(explain(&error))),
        }
    }

    /// Compiles any pattern.
    ///
    /// # Errors
    /// What is wrong with it, in a sentence.
    pub fn heavy(pattern: &str, backtracks: bool) -> Result<Self, String> {
        let too_large = || {
            format!(
                "with its repetitions written out it takes more than {} MB; let its parts repeat fewer times",
                HEAVIEST >> 20
            )
        };
        if backtracks {
            return Steps::of(pattern, HEAVIEST)?.map(Self::backtracking).ok_or_else(too_large);
        }
        match regex::RegexBuilder::new(pattern).size_limit(HEAVIEST).build() {
            Ok(regex) => Ok(Self::linear(regex, Some(Pace(AtomicU64::new(SLOW))))),
            Err(regex::Error::CompiledTooBig(_)) => Err(too_large()),
            Err(error) => Err(explain(&error)),
        }
    }

    /// As how many bytes of other work a look at a text counts.
    pub fn effort(&self, text: &str) -> usize {
        match self {
            Self::Linear(_, None) => 4 * text.len(),
            Self::Linear(_, Some(_)) => text.len() << 10,
            Self::Backtracking(_) => text.len() + (1 << 14),
        }
    }

    /// Whether a search of so long a text ends soon, as far as that is known before.
    pub fn is_soon(&self, len: usize) -> bool {
        match self {
            Self::Linear(_, None) => len <= SHORT,
            Self::Linear(_, Some(pace)) => {
                let takes = (len as u64).saturating_mul(pace.0.load(Ordering::Relaxed));
                len <= SHORT_FOR_HEAVY && takes <= PATIENCE
            }
            Self::Backtracking(steps) => {
                let [(_, longest), _] = SOON;
                steps.is_light && len <= longest
            }
        }
    }

    /// Whether a part of the text matches; nothing where finding out takes long. `go_on` is asked before it takes a little longer.
    pub fn is_match_soon(&self, text: &str, go_on: &mut dyn FnMut() -> bool) -> Option<Result<bool, String>> {
        if !self.is_soon(text.len()) {
            return None;
        }
        let Self::Backtracking(steps) = self else { return Some(self.is_match(text, go_on)) };
        let [_, (_, longest)] = SOON;
        match steps.few.is_match(text) {
            Err(Error::RuntimeError(RuntimeError::BacktrackLimitExceeded)) => {}
            found => return Some(found.map_err(|error| explain_run(&error))),
        }
        if text.len() > longest || !go_on() {
            return None;
        }
        match steps.more().map(|regex| regex.is_match(text)) {
            Ok(Err(Error::RuntimeError(RuntimeError::BacktrackLimitExceeded))) => None,
            Ok(found) => Some(found.map_err(|error| explain_run(&error))),
            Err(reason) => Some(Err(reason)),
        }
    }

    /// Whether a part of the text matches. Of a long text `go_on` is asked now and then; once it may not, it is no match.
    ///
    /// # Errors
    /// Where finding out took too many steps.
    pub fn is_match(&self, text: &str, go_on: &mut dyn FnMut() -> bool) -> Result<bool, String> {
        match self {
            Self::Linear(linear, pace) => {
                let longest = if pace.is_some() { SHORT_FOR_HEAVY } else { LONG };
                if text.len() > longest
                    && let Some(found) =
                        linear.stepwise.is_match((linear.regex.as_str(), HEAVIEST), text, go_on)
                {
                    return Ok(found.unwrap_or(false));
                }
                let search = || linear.regex.is_match(text);
                Ok(pace.as_ref().map_or_else(search, |pace| pace.measured(text.len(), search)))
            }
            Self::Backtracking(steps) => steps.most()?.is_match(text).map_err(|error| explain_run(&error)),
        }
    }

    /// The first match at or after a place; `soon` gives nothing in `Ok` where that takes long.
    pub fn find(
        &self,
        text: &str,
        from: usize,
        groups: usize,
        soon: bool,
    ) -> Result<Option<Option<Match>>, String> {
        let groups = 0..=groups;
        Ok(Some(match self {
            Self::Linear(linear, _) => linear.regex.captures_at(text, from).map(|found| {
                groups.map(|group| found.get(group).map(|part| (part.start(), part.end()))).collect()
            }),
            Self::Backtracking(steps) => {
                let regex = if soon { &steps.few } else { steps.most()? };
                match regex.captures_from_pos(text, from) {
                    Ok(found) => found.map(|found| {
                        groups.map(|group| found.get(group).map(|part| (part.start(), part.end()))).collect()
                    }),
                    Err(Error::RuntimeError(RuntimeError::BacktrackLimitExceeded)) if soon => {
                        return Ok(None);
                    }
                    Err(error) => return Err(explain_run(&error)),
                }
            }
        }))
    }
}

impl Pace {
    /// What `work` over so many bytes gives. One that was fast says little of the next one.
    fn measured<T>(&self, bytes: usize, work: impl FnOnce() -> T) -> T {
        let begun = Instant::now();
        let found = work();
        let taken = u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX);
        let before = self.0.load(Ordering::Relaxed);
        self.0.store((taken / (bytes as u64).max(32)).max(before - before / 8), Ordering::Relaxed);
        found
    }
}

impl Steps {
    /// Nothing where it takes more than so many bytes.
    fn of(pattern: &str, size: usize) -> Result<Option<Self>, String> {
        let [(few, _), _] = SOON;
        let few = match built(pattern, few, size) {
            Ok(few) => few,
            Err(Error::CompileError(error)) if is_large(&error) => return Ok(None),
            Err(error) => return Err(explain(&error)),
        };
        Ok(Some(Self {
            pattern: pattern.to_owned(),
            few,
            more: OnceLock::new(),
            most: OnceLock::new(),
            is_light: size <= LIGHT,
        }))
    }

    fn more(&self) -> Result<&fancy_regex::Regex, String> {
        let [_, (more, _)] = SOON;
        self.within(&self.more, more)
    }

    fn most(&self) -> Result<&fancy_regex::Regex, String> {
        self.within(&self.most, MOST_STEPS)
    }

    fn within<'a>(
        &self,
        place: &'a OnceLock<Result<fancy_regex::Regex, String>>,
        steps: usize,
    ) -> Result<&'a fancy_regex::Regex, String> {
        let build = || built(&self.pattern, steps, HEAVIEST).map_err(|error| explain(&error));
        place.get_or_init(build).as_ref().map_err(Clone::clone)
    }
}

fn built(pattern: &str, steps: usize, size: usize) -> Result<fancy_regex::Regex, Error> {
    RegexBuilder::new(pattern).backtrack_limit(steps).delegate_size_limit(size).build()
}

/// Whether a pattern was not compiled for its size.
fn is_large(error: &CompileError) -> bool {
    match error {
        CompileError::InnerError(error) => error.size_limit().is_some(),
        CompileError::PatternTooComplex => true,
        _ => false,
    }
}

/// Why a match was given up.
fn explain_run(error: &Error) -> String {
    match error {
        Error::RuntimeError(RuntimeError::BacktrackLimitExceeded | RuntimeError::StackOverflow) => format!(
            "on a text it goes back more than {MOST_STEPS} times; use fewer repetitions, or no back-reference"
        ),
        error => explain(error),
    }
}

/// The last line of an engine's message: the ones before draw the translated pattern, which nobody wrote.
fn explain(error: &impl std::fmt::Display) -> String {
    let text = error.to_string();
    text.lines().last().unwrap_or(&text).trim_start_matches("error: ").to_owned()
}
