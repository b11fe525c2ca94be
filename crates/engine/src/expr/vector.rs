//! The results of one step of a program, a cell for each place.
//!
//! In: values as they are computed. Out: the same by place, in the narrowest form that holds them: numbers of terms, truths, or
//! values of any kind. A place with nothing is an error or unbound.

use super::fast::Fast;
use super::operators::truth;
use super::texts::Texts;
use super::value::Value;
use crate::aside::set_aside;
use crate::store::{Id, NONE};

/// False, true, error.
pub type Truth = u8;
/// An error among truths.
pub const ERROR: Truth = 2;

/// The truth of what may be an error.
#[inline]
pub fn truth_of(value: Option<bool>) -> Truth {
    value.map_or(ERROR, Truth::from)
}

/// To give back so many bytes takes some milliseconds.
const SLOW: usize = 32 << 20;

/// About how many bytes values take.
pub fn bytes_of(values: &[Option<Value>]) -> usize {
    values.iter().flatten().map(Value::text_len).sum::<usize>() + size_of_val(values)
}

/// The results of a step.
#[derive(Debug, Clone)]
pub enum Vector {
    /// Terms by number; [`NONE`] is an error.
    Ids(Vec<Id>),
    /// Values of type `xsd:boolean`.
    Truths(Vec<Truth>),
    /// Numbers that fit.
    Numbers(Vec<Option<Fast>>),
    /// Simple strings.
    Texts(Texts),
    /// Any values.
    Values(Vec<Option<Value>>),
}

impl Vector {
    /// How many places it has.
    pub fn len(&self) -> usize {
        match self {
            Self::Ids(ids) => ids.len(),
            Self::Truths(truths) => truths.len(),
            Self::Numbers(numbers) => numbers.len(),
            Self::Texts(texts) => texts.len(),
            Self::Values(values) => values.len(),
        }
    }

    /// Drops everything; aside only what takes some milliseconds, so that the next batch finds the memory of this one.
    pub fn clear(&mut self) {
        let old = std::mem::replace(self, Self::Values(Vec::new()));
        if old.bytes() >= SLOW {
            old.put_aside();
        }
    }

    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        match self {
            Self::Ids(ids) => size_of_val(ids.as_slice()),
            Self::Truths(truths) => truths.len(),
            Self::Numbers(numbers) => size_of_val(numbers.as_slice()),
            Self::Texts(texts) => texts.held(),
            Self::Values(values) => bytes_of(values),
        }
    }

    /// Drops it, aside where it takes much: nobody who was stopped waits for that.
    pub fn put_aside(self) {
        let bytes = self.bytes();
        set_aside(self, bytes);
    }

    /// Adds the cells of another.
    pub fn append(&mut self, other: Self) {
        match (&mut *self, other) {
            (Self::Ids(a), Self::Ids(b)) => a.extend(b),
            (Self::Truths(a), Self::Truths(b)) => a.extend(b),
            (Self::Numbers(a), Self::Numbers(b)) => a.extend(b),
            (Self::Texts(a), Self::Texts(b)) if !a.is_empty() => a.append(&b),
            (Self::Values(a), Self::Values(b)) => a.extend(b),
            (a, b) if a.len() == 0 => *a = b,
            (_, b) if b.len() == 0 => {}
            (a, b) => {
                let mut all = std::mem::replace(a, Self::Values(Vec::new())).into_values();
                all.extend(b.into_values());
                *a = Self::Values(all);
            }
        }
    }

    /// The cells as values. Terms by number are errors here: they are read before ([`super::program`]).
    pub fn into_values(self) -> Vec<Option<Value>> {
        match self {
            Self::Ids(ids) => vec![None; ids.len()],
            Self::Truths(truths) => truths
                .into_iter()
                .map(|truth| (truth != ERROR).then_some(Value::Boolean(truth == 1)))
                .collect(),
            Self::Numbers(numbers) => {
                numbers.into_iter().map(|number| Some(Value::Number(number?.to_number()))).collect()
            }
            Self::Texts(texts) => texts.to_values(&mut |_| true),
            Self::Values(values) => values,
        }
    }

    /// The effective boolean value at a place.
    #[inline]
    pub fn truth(&self, place: usize) -> Truth {
        match self {
            Self::Truths(truths) => truths.get(place).copied().unwrap_or(ERROR),
            Self::Numbers(numbers) => truth_of(numbers.get(place).copied().flatten().map(Fast::is_true)),
            Self::Texts(texts) => truth_of(texts.get(place).map(|text| !text.is_empty())),
            Self::Values(values) => truth_of(values.get(place).and_then(Option::as_ref).and_then(truth)),
            Self::Ids(_) => ERROR,
        }
    }

    /// The value at a place. Not of terms by number, nor of numbers and texts, which are made values before.
    #[inline]
    pub fn value(&self, place: usize) -> Option<&Value> {
        static FALSE: Value = Value::Boolean(false);
        static TRUE: Value = Value::Boolean(true);
        match self {
            Self::Truths(truths) => match truths.get(place) {
                Some(0) => Some(&FALSE),
                Some(1) => Some(&TRUE),
                _ => None,
            },
            Self::Values(values) => values.get(place)?.as_ref(),
            Self::Ids(_) | Self::Numbers(_) | Self::Texts(_) => None,
        }
    }

    /// Whether there is anything at a place.
    #[inline]
    pub fn is_bound(&self, place: usize) -> bool {
        match self {
            Self::Ids(ids) => ids.get(place).is_some_and(|id| *id != NONE),
            Self::Truths(truths) => truths.get(place).is_some_and(|truth| *truth != ERROR),
            Self::Numbers(numbers) => numbers.get(place).is_some_and(Option::is_some),
            Self::Texts(texts) => texts.get(place).is_some(),
            Self::Values(values) => values.get(place).is_some_and(Option::is_some),
        }
    }
}
