//! Whoever waits for a pack to be built: may stop it at any time, and hears how far it is.
//!
//! In: what says whether to go on, and what hears news. Out: [`Watch`], which every loop of building asks every few
//! milliseconds, on several threads at once.

use crate::error::Result;

/// A step of building. They follow each other; the first is entered again where memory does not suffice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Sorting the terms that were read, and what is written of them to a temporary file.
    Terms,
    /// Merging the sorted terms into the dictionary.
    Dictionary,
    /// Sorting the triples.
    Triples,
    /// Writing the triples.
    Pairs,
    /// Writing what a planner needs to know.
    Statistics,
}

/// See the module.
#[derive(Clone, Copy)]
pub struct Watch<'a> {
    check: &'a (dyn Fn() -> Result<()> + Sync),
    news: &'a (dyn Fn(Step, u64, u64) + Sync),
}

impl<'a> Watch<'a> {
    /// `check` says whether to go on; `news` hears of a step how much of how much is done.
    pub fn new(
        check: &'a (dyn Fn() -> Result<()> + Sync),
        news: &'a (dyn Fn(Step, u64, u64) + Sync),
    ) -> Self {
        Self { check, news }
    }

    /// Whether to go on.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self) -> Result<()> {
        (self.check)()
    }

    /// Says how far a step is, and whether to go on.
    ///
    /// # Errors
    /// As [`Self::check`].
    pub fn tell(&self, step: Step, done: usize, total: usize) -> Result<()> {
        (self.news)(step, done as u64, total as u64);
        self.check()
    }
}

impl<'a> Watch<'a> {
    /// One of which nobody hears how far the work is: `check` says whether to go on.
    pub fn asking(check: &'a (dyn Fn() -> Result<()> + Sync)) -> Self {
        Self { check, news: &|_, _, _| {} }
    }

    /// Asks for the steps of a loop, now and then.
    #[must_use]
    pub fn pace(self) -> Pace<'a> {
        Pace { watch: self, steps: 0 }
    }
}

/// After how many steps of a loop it is asked whether to go on, where each is no more work than a few terms or changes take.
pub(crate) const STRIDE: usize = 1 << 12;

/// The same where each is no more work than a few numbers take.
pub(crate) const NUMBERS: usize = 1 << 16;

/// The steps of a loop, each of them no more work than a few terms take.
pub struct Pace<'a> {
    watch: Watch<'a>,
    steps: usize,
}

impl Pace<'_> {
    /// One more step: whether to go on.
    ///
    /// # Errors
    /// As [`Watch::check`].
    #[inline]
    pub fn step(&mut self) -> Result<()> {
        self.steps += 1;
        if self.steps.is_multiple_of(STRIDE) { self.watch.check() } else { Ok(()) }
    }
}

impl Watch<'static> {
    /// One that never stops anything.
    pub fn nobody() -> Self {
        Self { check: &|| Ok(()), news: &|_, _, _| {} }
    }
}
