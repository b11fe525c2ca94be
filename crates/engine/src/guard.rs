//! Limits on what is given out: rows counted, and the governor asked while they come.
//!
//! In: an answer. Out: the same answer, which ends with an error where a limit is met. It refuses
//! to know how the answer is found.

use super::Governor;
use crate::answer::page::Page;
use crate::answer::{Answer, RowSource, Rows, TripleSource};
use crate::error::{Error, Hint, Kind, Result};
use std::time::Duration;

/// How many rows are given out between two looks at the clock.
const STEP: u64 = 64;

/// The answer within the limits of `governor`.
///
/// # Errors
/// Where a yes or no was given after a limit had stopped the search for it.
pub fn guard<'a>(answer: Answer<'a>, governor: &Governor) -> Result<Answer<'a>> {
    Ok(match answer {
        Answer::Boolean(_) if governor.has_stopped() => return Err(governor.stop_reason()),
        Answer::Boolean(found) => Answer::Boolean(found),
        Answer::Graph(triples) => {
            let heeds = Heeds::of(triples.is_found(), governor);
            Answer::Graph(Box::new(Guarded { heeds, ..Guarded::new(triples, governor, "triples") }))
        }
        Answer::Rows(Rows { variables, rows }) => {
            let heeds = Heeds::of(rows.is_found(), governor);
            let rows = Box::new(Guarded { heeds, ..Guarded::new(rows, governor, "rows") });
            Answer::Rows(Rows { variables, rows })
        }
    })
}

/// What ends an answer early, beside the limit of rows.
#[derive(Clone, Copy)]
enum Heeds {
    /// All limits.
    Limits,
    /// The switch: all rows there are have been found, up to the error that ends them, and are given out whatever has passed since.
    Switch,
    /// Nothing: the switch has ended the search, and what was found before is given out.
    Nothing,
}

impl Heeds {
    fn of(is_found: bool, governor: &Governor) -> Self {
        match (is_found, governor.interrupted()) {
            (false, _) => Self::Limits,
            (true, Ok(())) => Self::Switch,
            (true, Err(_)) => Self::Nothing,
        }
    }
}

struct Guarded<I> {
    items: I,
    governor: Governor,
    nouns: &'static str,
    given: u64,
    /// Whether rows of a page were left out: the limit of rows is told at the next one.
    cut: bool,
    ended: bool,
    heeds: Heeds,
}

impl<I> Guarded<I> {
    fn new(items: I, governor: &Governor, nouns: &'static str) -> Self {
        let heeds = Heeds::Limits;
        Self { items, governor: governor.clone(), nouns, given: 0, cut: false, ended: false, heeds }
    }

    fn go_on(&self) -> Result<()> {
        match self.heeds {
            Heeds::Limits => self.governor.check(),
            Heeds::Switch => self.governor.interrupted(),
            Heeds::Nothing => Ok(()),
        }
    }
}

impl<T, I: Iterator<Item = Result<T>>> Iterator for Guarded<I> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Result<T>> {
        if self.ended {
            return None;
        }
        if self.cut {
            self.ended = true;
            return Some(Err(self.full(self.given)));
        }
        let alive = if self.given.is_multiple_of(STEP) { self.go_on() } else { Ok(()) };
        let item = match alive {
            Ok(()) => match self.items.next() {
                // The evaluator may take a scan that was stopped for one that ended.
                None if self.governor.has_stopped() => Err(self.governor.stop_reason()),
                item => item?,
            },
            Err(error) => Err(error),
        };
        // One more than the limit was asked for, so that an answer of just so many rows is whole.
        let full = self.governor.limits().max_rows.filter(|max| self.given >= *max);
        let item = match full {
            Some(max) if item.is_ok() => Err(self.full(max)),
            _ => item,
        };
        self.given += 1;
        self.ended = item.is_err();
        Some(item)
    }
}

impl RowSource for Guarded<Box<dyn RowSource + '_>> {
    fn page(&mut self, page: &mut Page) -> Result<bool> {
        self.fill(page, |rows, page| rows.page(page))
    }
}

impl TripleSource for Guarded<Box<dyn TripleSource + '_>> {
    fn page(&mut self, page: &mut Page) -> Result<bool> {
        self.fill(page, |triples, page| triples.page(page))
    }

    fn time_left(&self) -> Option<Duration> {
        self.governor.time_left()
    }
}

impl<I> Guarded<I> {
    /// Lets `next` fill a page.
    fn fill(
        &mut self,
        page: &mut Page,
        next: impl FnOnce(&mut I, &mut Page) -> Result<bool>,
    ) -> Result<bool> {
        if self.ended {
            return Ok(false);
        }
        if self.cut {
            self.ended = true;
            return Err(self.full(self.given));
        }
        let found = self.go_on().and_then(|()| next(&mut self.items, page));
        let found = match found {
            // The evaluator may take a scan that was stopped for one that ended.
            Ok(false) if self.governor.has_stopped() => Err(self.governor.stop_reason()),
            Ok(true) => self.within_limit(page),
            found => found,
        };
        self.ended = found.is_err();
        found
    }

    /// Whether rows of the page are within the limit of rows; those past it are left out.
    fn within_limit(&mut self, page: &mut Page) -> Result<bool> {
        let left = self.governor.limits().max_rows.map(|max| max.saturating_sub(self.given));
        let left = left.map_or(usize::MAX, |left| usize::try_from(left).unwrap_or(usize::MAX));
        if left == 0 {
            return Err(self.full(self.given));
        }
        self.cut = page.len() > left;
        page.truncate(left);
        self.given += page.len() as u64;
        Ok(true)
    }

    fn full(&self, max: u64) -> Error {
        Error::new(Kind::Limit, format!("stopped after {max} {}", self.nouns)).hint(Hint::RaiseMaxRows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    fn guarded(limits: Limits, interrupted: Arc<AtomicBool>) -> Guarded<impl Iterator<Item = Result<u64>>> {
        Guarded::new((0..).map(Ok), &Governor::new(limits, interrupted), "rows")
    }

    #[test]
    fn rows_past_the_limit_are_an_error_once() {
        let limits = Limits { max_rows: Some(3), ..Limits::default() };
        let items: Vec<_> =
            guarded(limits, Arc::default()).map(|item| item.map_err(|error| error.kind)).collect();
        assert_eq!(items, [Ok(0), Ok(1), Ok(2), Err(Kind::Limit)]);
        let all = Guarded::new((0..3).map(Ok), &Governor::new(limits, Arc::default()), "rows");
        assert!(all.map(|item: Result<u64>| item.unwrap()).eq(0..3));
    }

    /// By the page too, and where the rows that are left out are in the last one.
    #[test]
    fn rows_left_out_of_the_last_page_are_told() {
        let graph = crate::fixture::graph();
        let text = "SELECT * { VALUES ?x { 1 2 3 4 5 6 7 } }";
        let query = crate::syntax::parse::query(text, &crate::fixture::prefixes(), None).unwrap();
        for (max, told) in [(0, true), (5, true), (6, true), (7, false), (8, false)] {
            let limits = Limits { max_rows: Some(max), ..Limits::default() };
            let governor = Governor::new(limits, Arc::default());
            let found = crate::answer(&graph, &query, crate::DefaultGraph::Alone, &governor).unwrap();
            let Answer::Rows(mut rows) = found else { panic!("rows") };
            let (mut page, mut given) = (Page::default(), 0);
            let end = loop {
                match rows.rows.page(&mut page) {
                    Ok(true) => given += page.len() as u64,
                    Ok(false) => break None,
                    Err(error) => break Some(error.kind),
                }
            };
            assert_eq!((given, end), (max.min(7), told.then_some(Kind::Limit)), "{max} of 7");
            assert!(!rows.rows.page(&mut page).unwrap(), "the end is the end");
        }
    }

    /// Rows of a deep plan are gathered before the first is given: a limit that ended the gathering does not take them away.
    #[test]
    fn rows_that_were_gathered_before_a_limit_are_given_out() {
        let graph = crate::fixture::graph();
        let list: String = (0..120).map(|n| format!("{n} ")).collect();
        let binds: String = (1..=40).map(|n| format!("BIND(?x{} + 1 AS ?x{n}) ", n - 1)).collect();
        let text = format!("SELECT * {{ VALUES ?x0 {{ {list} }} VALUES ?y {{ {list} }} {binds} }}");
        let query = crate::syntax::parse::query(&text, &crate::fixture::prefixes(), None).unwrap();
        let found = |steps| {
            let governor = Governor::new(Limits { steps, ..Limits::default() }, Arc::default());
            let Ok(Answer::Rows(rows)) = crate::answer(&graph, &query, crate::DefaultGraph::Alone, &governor)
            else {
                return (0, Some(Kind::Limit));
            };
            let found = rows.gather();
            (found.rows.len(), found.stopped.map(|error| error.kind))
        };
        let all = found(None);
        assert_eq!(all, (120 * 120, None));
        let parts: Vec<_> = (0..600).step_by(20).map(|steps| found(Some(steps))).collect();
        let is_part =
            |(rows, stopped): &(usize, Option<Kind>)| (1..all.0).contains(rows) && stopped.is_some();
        assert!(parts.iter().any(is_part), "{parts:?}");
    }

    #[test]
    fn an_interrupt_ends_an_endless_answer() {
        let switch = Arc::new(AtomicBool::new(false));
        let mut items = guarded(Limits::default(), Arc::clone(&switch));
        assert!(items.next().is_some_and(|item| item.is_ok()));
        switch.store(true, Ordering::Relaxed);
        let rest: Vec<_> = items.collect();
        assert!(rest.len() <= 64 && rest.last().is_some_and(Result::is_err));
    }
}
