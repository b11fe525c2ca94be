//! Advice on a query to a snapshot: why nothing was found, where a row comes from, what was probably not meant.
//!
//! In: a text, or an [`Ask`] that was answered. Out: hints, diagnostics, completions as values.

use super::{Snapshot, parsed};
use crate::advise;
use crate::advise::complete::{Completions, Context};
use crate::advise::provenance::{AnswerPart, Provenance};
use crate::ask::Ask;
use crate::engine::syntax::parse::Reading;
use crate::engine::{Governor, Limits};
use crate::error::{Diagnostic, Hint, Result};
use std::sync::Arc;

/// How much work goes into the reason for an empty answer, in checks of the governor: counted and not timed, so that the
/// same query always has the same reasons.
const WHY_EMPTY_STEPS: u64 = 1_000;

impl Snapshot {
    /// Why a query that was answered with nothing finds nothing, in at most three lines; or that the graph is damaged.
    pub fn why_empty(&self, ask: &Ask) -> Vec<Hint> {
        let Ok(query) = parsed::query(ask, self) else { return Vec::new() };
        let limits = Limits { steps: Some(WHY_EMPTY_STEPS), ..Limits::default() };
        let governor = Governor::new(limits, Arc::clone(&ask.cancel));
        let found = advise::why_empty::why_empty(&query, &self.knowledge(), ask.default_graph, &governor);
        self.sound().map_or_else(|error| vec![error.message.clone().into()], |()| found)
    }

    /// The triples behind a part of a query's answer, and the sources they rest on.
    ///
    /// # Errors
    /// Where the text is wrong, a limit stops the work, or the graph is damaged.
    pub fn why(&self, ask: &Ask, part: AnswerPart<'_>) -> Result<Provenance> {
        let query = parsed::query(ask, self)?;
        let known = self.knowledge();
        let governor = ask.governor();
        let found =
            advise::provenance::why(&query, part, &known, self.language(), ask.default_graph, &governor);
        self.sound().and(found)
    }

    /// What is legal in a query and probably not meant.
    ///
    /// # Errors
    /// Where the text is not a query, or the graph is damaged.
    pub fn doubts(&self, text: &str) -> Result<Vec<Diagnostic>> {
        let query = parsed::query(&Ask::new(text), self)?;
        let found = advise::lints::doubts(&query, text, &self.knowledge());
        self.sound().map(|()| found)
    }

    /// What in a query can never hold, and the names in it that are spelt otherwise in this graph: see
    /// [`advise::lints`] and [`advise::absent`]. Of a query that found `nothing` every name that is not there
    /// counts. Nothing where the text is not a query; of a damaged graph, that it is.
    pub fn mistakes(&self, text: &str, nothing: bool) -> Vec<Diagnostic> {
        let Ok(query) = parsed::query(&Ask::new(text), self) else { return Vec::new() };
        let known = self.knowledge();
        let absent = advise::absent::absent(&query, text, &known);
        let absent = absent.into_iter().filter(|name| nothing || name.misspelt).map(|name| name.diagnostic);
        let mut found = advise::lints::mistakes(&query, text, &known);
        found.extend(absent);
        found.sort_by_key(|diagnostic| diagnostic.span.as_ref().map(|span| (span.line, span.column)));
        self.sound().map_or_else(|error| vec![Diagnostic::clone(&error)], |()| found)
    }

    /// What the evaluation of a query has noted, with its place in the text where it is about a pattern that stands there: see
    /// [`advise::lints::placed`].
    pub fn placed(&self, text: &str, note: &str) -> Option<Diagnostic> {
        let query = parsed::query(&Ask::new(text), self).ok()?;
        advise::lints::placed(&query, text, &self.knowledge(), note)
    }

    /// How far a text is a query or an update.
    pub fn reading(&self, text: &str) -> Reading {
        parsed::reading(text, self)
    }

    /// What could be typed at `cursor` (in bytes) of `text`. Of a damaged graph there is less; the query itself is an error.
    pub fn complete(&self, text: &str, cursor: usize, more: &Context) -> Completions {
        self.completer.complete(text, cursor, &self.knowledge(), more)
    }
}
