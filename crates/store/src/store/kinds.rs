//! The kinds of terms in the order of the dictionary, and where each begins.
//!
//! In: the number of the first term of each kind. Out: the kind of any number, the range of any kind.
//! It knows numbers alone, no term.

use super::Id;
pub use crate::value::order::{KINDS, Kind};
use std::ops::Range;

/// All kinds in the order of their numbers.
pub const ORDER: [Kind; KINDS] = [
    Kind::Blank,
    Kind::Iri,
    Kind::Number,
    Kind::Boolean,
    Kind::DateTime,
    Kind::Date,
    Kind::Time,
    Kind::GYear,
    Kind::GYearMonth,
    Kind::GMonth,
    Kind::GMonthDay,
    Kind::GDay,
    Kind::Duration,
    Kind::String,
    Kind::LangString,
    Kind::Other,
    Kind::Triple,
];

/// Where each kind of term begins among the numbers of a graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kinds {
    /// The first number of each kind, and the end of the last.
    starts: [Id; KINDS + 1],
}

impl Kinds {
    /// From how many terms there are of each kind, in the order of the kinds.
    #[must_use]
    pub fn of_counts(counts: [Id; KINDS]) -> Self {
        let mut starts = [0; KINDS + 1];
        let mut sum: Id = 0;
        for (start, count) in starts.iter_mut().skip(1).zip(counts) {
            sum = sum.saturating_add(count);
            *start = sum;
        }
        Self { starts }
    }

    /// The numbers of one kind.
    #[must_use]
    pub fn range(&self, kind: Kind) -> Range<Id> {
        let at = |place: usize| self.starts.get(place).copied().unwrap_or_default();
        at(kind as usize)..at(kind as usize + 1)
    }

    /// The numbers of those of which different ones may have the same value, so that neither comes first in an order (SPARQL 1.1, section 15.1):
    /// numbers, booleans, dateTimes, dates.
    #[must_use]
    pub fn valued(&self) -> Range<Id> {
        self.range(Kind::Number).start..self.range(Kind::Date).end
    }

    /// The numbers of all literals.
    #[must_use]
    pub fn literals(&self) -> Range<Id> {
        self.range(Kind::Number).start..self.range(Kind::Other).end
    }

    /// The kind of a number; nothing where the graph has no such number.
    #[must_use]
    pub fn of(&self, id: Id) -> Option<Kind> {
        let place = self.starts.partition_point(|start| *start <= id).checked_sub(1)?;
        ORDER.get(place).copied()
    }

    /// How many terms there are of each kind.
    #[must_use]
    pub fn counts(&self) -> [Id; KINDS] {
        ORDER.map(|kind| self.range(kind).len() as Id)
    }

    /// How many terms there are.
    #[must_use]
    pub fn total(&self) -> Id {
        self.range(Kind::Triple).end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_has_the_kind_whose_range_holds_it() {
        let kinds = Kinds::of_counts([2, 3, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 1]);
        assert_eq!(kinds.total(), 11);
        assert_eq!(kinds.literals(), 5..10);
        for id in 0..11 {
            let kind = kinds.of(id).unwrap();
            assert!(kinds.range(kind).contains(&id), "{id} {kind:?}");
        }
        assert_eq!(kinds.of(5), Some(Kind::Boolean), "an empty kind before it is passed over");
        assert_eq!(kinds.of(11), None);
    }
}
