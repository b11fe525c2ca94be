//! What all expressions of one running query share.
//!
//! In: the base IRI of the query. Out: one NOW, patterns compiled once, labels of blank nodes, and notes on what no value can
//! say: a pattern that does not compile, a function that nobody knows. All that an expression does is counted here by what it
//! costs, so that there is a look at the limits every few milliseconds; one call that takes longer is waited for.

use super::pattern::{Pattern, Replacing};
use crate::Governor;
use crate::aside::set_aside;
use crate::terms::BlankNode;
use baimo_store::value::moment::{Moment, SECOND};
use rustc_hash::FxHashMap;
use sha1::{Digest as _, Sha1};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

/// How many notes are kept, and how many patterns.
const NOTES: usize = 20;
const PATTERNS: usize = 10_000;
/// After so many bytes of text there is a look at the clock: a millisecond or two of the slowest functions, the hashes.
const LOOK: usize = 1 << 18;
/// To compile a pattern takes as long as so many bytes of text.
const COMPILING: usize = LOOK / 8;
/// Before a text longer than this is made, it is asked whether there is room for it.
pub const LONG_TEXT: usize = 1 << 20;
/// The longest text that a function makes: 16 MiB, so that no function takes long over any text.
pub const LONGEST_TEXT: usize = 1 << 24;
/// The longest text that GROUP_CONCAT makes, which adds to it a little at a time: 256 MiB.
pub const LONGEST_GROUP: usize = 1 << 28;

/// Why expressions gave errors, where a person should know.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Note {
    /// A pattern, or a replacement for it, that cannot be used, and why.
    Pattern {
        /// As it was given.
        pattern: String,
        /// What is wrong, in a sentence.
        reason: String,
    },
    /// A function that is not known, by its IRI.
    Function(String),
    /// An aggregate without a result, since its group had errors or values that it does not take.
    Aggregate {
        /// The function, as a query writes it.
        function: String,
        /// In how many groups.
        groups: u64,
        /// In how many solutions of these groups; 0 where that was not counted.
        solutions: u64,
    },
    /// A text that would be longer than `LONGEST_TEXT` was not made.
    TooLong,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pattern { pattern, reason } => {
                write!(f, "the regular expression \"{pattern}\" is an error: {reason}")
            }
            Self::Function(iri) => write!(f, "the function <{iri}> is unknown: its value is an error"),
            Self::Aggregate { function, groups, solutions } => {
                write!(
                    f,
                    "{function} is unbound in {groups} {}: ",
                    if *groups == 1 { "group" } else { "groups" }
                )?;
                match solutions {
                    0 => f.write_str("some solutions have")?,
                    1 => f.write_str("1 solution has")?,
                    _ => write!(f, "{solutions} solutions have")?,
                }
                f.write_str(" an error or a value that it does not take")
            }
            Self::TooLong => write!(
                f,
                "a text of more than {} MiB was not made: its value is an error",
                LONGEST_TEXT >> 20
            ),
        }
    }
}

/// Patterns by text and flags; nothing for what does not compile.
type Patterns = FxHashMap<(String, String), Option<Arc<Pattern>>>;

/// About how many bytes a compiled pattern takes: from some on most have been matched, in tables of their own.
const PATTERN: usize = 1 << 16;

/// Drops patterns, aside where they are many.
fn put_aside(patterns: &mut Patterns) {
    let bytes = patterns.len().saturating_mul(PATTERN);
    set_aside(std::mem::take(patterns), bytes);
}

/// See the module. Clones are of the same query.
#[derive(Debug, Clone)]
pub struct Scope(Arc<Shared>);

/// What clones share.
#[derive(Debug)]
struct Shared {
    now: Moment,
    base: Option<String>,
    /// Of the labels of blank nodes, once one is made.
    seed: OnceLock<[u8; 16]>,
    patterns: Mutex<Patterns>,
    notes: Mutex<BTreeSet<Note>>,
    governor: Governor,
    /// Work since the last look at the clock.
    spent: AtomicUsize,
    stopped: AtomicBool,
}

impl Drop for Shared {
    fn drop(&mut self) {
        put_aside(self.patterns.get_mut().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Scope {
    /// For one query with its base IRI, within its limits.
    pub fn new(base: Option<&str>, governor: &Governor) -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        // Milliseconds are what a clock is good for, and what people read.
        let milliseconds = i128::try_from(since.as_millis()).unwrap_or(0);
        Self(Arc::new(Shared {
            now: Moment { local: milliseconds * (SECOND / 1000), zone: Some(0) },
            base: base.map(str::to_owned),
            seed: OnceLock::new(),
            patterns: Mutex::default(),
            notes: Mutex::default(),
            governor: governor.clone(),
            spent: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
        }))
    }

    /// Says that a value is computed from so many bytes of text; whether the work may go on.
    #[inline]
    pub fn spend(&self, bytes: usize) -> bool {
        // A value is worth some bytes of text.
        let spent = self.0.spent.load(Ordering::Relaxed).saturating_add(bytes).saturating_add(64);
        if spent < LOOK {
            self.0.spent.store(spent, Ordering::Relaxed);
            return true;
        }
        self.0.spent.store(0, Ordering::Relaxed);
        self.has_room(0)
    }

    /// What `work` over a copy of so many bytes gives; nothing where the query was stopped. One call that takes long cannot ask by
    /// itself: it is done on a thread of its own, and waited for no longer than the limits let.
    pub fn wait_for<T: Send + 'static>(
        &self,
        bytes: usize,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        if !self.has_room(bytes) {
            return None;
        }
        self.0.governor.waits_a_while_for(work).inspect_err(|_| self.stop()).ok()
    }

    /// Whether a text of so many bytes may be made.
    pub fn has_room(&self, bytes: usize) -> bool {
        let may = !self.0.stopped.load(Ordering::Relaxed) && self.0.governor.room(bytes).is_ok();
        if !may {
            self.stop();
        }
        may
    }

    /// Notes that a limit was met: no value is computed any more, not even a cheap one.
    fn stop(&self) {
        self.0.stopped.store(true, Ordering::Relaxed);
        self.0.spent.store(LOOK, Ordering::Relaxed);
    }

    /// Whether nothing was left uncomputed.
    ///
    /// # Errors
    /// Once a limit was met: then values are missing that are not errors.
    pub fn check(&self) -> crate::error::Result<()> {
        if self.0.stopped.load(Ordering::Relaxed) { Err(self.0.governor.stop_reason()) } else { Ok(()) }
    }

    /// The time of the query: NOW is the same for all of it (17.4.5.1).
    pub fn now(&self) -> Moment {
        self.0.now
    }

    /// The base IRI of the query.
    pub fn base(&self) -> Option<&str> {
        self.0.base.as_deref()
    }

    /// The blank node of a text in a solution (17.4.2.9): the same for the same text in the same solution, another
    /// one otherwise.
    pub fn blank_node(&self, solution: u64, text: &str) -> BlankNode {
        let seed = self.0.seed.get_or_init(rand::random);
        let digest = Sha1::new().chain_update(seed).chain_update(solution.to_le_bytes()).chain_update(text);
        let digest = digest.finalize();
        let number = digest.iter().take(16).fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
        BlankNode::new_from_unique_id(number)
    }

    /// A compiled pattern; nothing where it is wrong, which is noted.
    pub fn pattern(&self, pattern: &str, flags: &str) -> Option<Arc<Pattern>> {
        let key = (pattern.to_owned(), flags.to_owned());
        if let Some(known) = self.patterns().get(&key) {
            return known.clone();
        }
        // Others may look up theirs meanwhile.
        let compiled = match Pattern::compile_soon(pattern, flags) {
            Some(compiled) => self.spend(COMPILING).then_some(compiled)?,
            None => {
                let (pattern, flags) = key.clone();
                self.wait_for(pattern.len(), move || Pattern::compile(&pattern, &flags))?
            }
        };
        let compiled = match compiled {
            Ok(pattern) => Some(Arc::new(pattern)),
            Err(reason) => {
                self.note(Note::Pattern { pattern: pattern.to_owned(), reason });
                None
            }
        };
        let mut patterns = self.patterns();
        if patterns.len() >= PATTERNS {
            put_aside(&mut patterns);
        }
        patterns.insert(key, compiled.clone());
        compiled
    }

    fn patterns(&self) -> MutexGuard<'_, Patterns> {
        self.0.patterns.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a pattern, written so, matches a part of a text; nothing for an error, and once the query was stopped.
    pub fn matches(&self, written: &str, pattern: &Arc<Pattern>, text: &str) -> Option<bool> {
        if !self.spend(pattern.effort(text)) {
            return None;
        }
        let found = match pattern.is_match_soon(text, &mut || self.spend(LOOK / 2)) {
            Some(found) => found,
            None => {
                let (pattern, text, scope) = (Arc::clone(pattern), text.to_owned(), self.clone());
                self.wait_for(text.len(), move || pattern.is_match(&text, &mut || scope.has_room(0)))?
            }
        };
        self.noted(written, found)
    }

    /// A text with each match of a pattern replaced; nothing for an error, and once the query was stopped.
    pub fn replaced(
        &self,
        written: &str,
        pattern: &Arc<Pattern>,
        text: &str,
        replacement: &str,
    ) -> Option<String> {
        if !self.spend(pattern.effort(text)) {
            return None;
        }
        let found = match pattern.replace_soon(text, replacement, &mut |step| self.go_on(step)) {
            Some(found) => found,
            None => {
                let (pattern, text, replacement) =
                    (Arc::clone(pattern), text.to_owned(), replacement.to_owned());
                let scope = self.clone();
                self.wait_for(text.len(), move || {
                    pattern.replace(&text, &replacement, &mut |step| scope.go_on(step))
                })?
            }
        };
        self.noted(written, found)
    }

    /// Whether a text that is being made may go on.
    fn go_on(&self, step: Replacing) -> Result<(), String> {
        let Replacing { len, effort } = step;
        if len > LONGEST_TEXT {
            return Err(format!("the replaced text is longer than {LONGEST_TEXT} bytes"));
        }
        // The text may double once more before the next look.
        let is_long = len > LONG_TEXT;
        let may = if is_long { self.has_room(len) } else { self.spend(effort) };
        if may { Ok(()) } else { Err("the query was stopped".to_owned()) }
    }

    /// What a pattern gave, or nothing where it could not, which is noted.
    fn noted<T>(&self, pattern: &str, result: Result<T, String>) -> Option<T> {
        let note = |reason| self.note(Note::Pattern { pattern: pattern.to_owned(), reason });
        result
            .map_err(|reason| {
                if self.check().is_ok() {
                    note(reason)
                }
            })
            .ok()
    }

    /// Adds a note.
    pub fn note(&self, note: Note) {
        let mut notes = self.0.notes.lock().unwrap_or_else(PoisonError::into_inner);
        if notes.len() < NOTES {
            notes.insert(note);
        }
    }

    /// The notes so far, each once.
    pub fn notes(&self) -> Vec<Note> {
        self.0.notes.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}
