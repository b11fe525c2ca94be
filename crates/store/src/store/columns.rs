//! The value columns: what numbers and dates are worth, by the number of their term.
//!
//! In: a tag byte and eight bytes of payload for each numeric literal, microseconds for each date. Out:
//! [`Number`] and instants, with no text parsed. What does not fit is said so, and read from the text.

use super::Id;
use super::foreign::ForeignTerms;
use std::ops::Range;

/// What a numeric literal is worth, by its type after promotion (XPath 3.1 appendix B.1).
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// `xsd:integer` and the types derived from it.
    Integer(i64),
    /// `xsd:decimal`: `mantissa / 10^scale`; the scale is at most 18.
    Decimal {
        /// The digits.
        mantissa: i64,
        /// How many of them stand behind the point.
        scale: u8,
    },
    /// `xsd:float`.
    Float(f32),
    /// `xsd:double`.
    Double(f64),
    /// An integer or decimal that does not fit the above: read its text.
    Big,
}

const INTEGER: u8 = 0;
const FLOAT: u8 = 1;
const DOUBLE: u8 = 2;
const BIG: u8 = 3;
/// This and the scale.
const DECIMAL: u8 = 16;

impl Number {
    /// As it lies in the column: the tag and the payload.
    #[must_use]
    pub fn pack(self) -> (u8, [u8; 8]) {
        match self {
            Self::Integer(value) => (INTEGER, value.to_le_bytes()),
            Self::Decimal { mantissa, scale } => (DECIMAL + scale, mantissa.to_le_bytes()),
            Self::Float(value) => (FLOAT, u64::from(value.to_bits()).to_le_bytes()),
            Self::Double(value) => (DOUBLE, value.to_bits().to_le_bytes()),
            Self::Big => (BIG, [0; 8]),
        }
    }

    /// What [`Self::pack`] made.
    #[must_use]
    pub fn unpack(tag: u8, payload: [u8; 8]) -> Self {
        match tag {
            INTEGER => Self::Integer(i64::from_le_bytes(payload)),
            FLOAT => Self::Float(f32::from_bits(u64::from_le_bytes(payload) as u32)),
            DOUBLE => Self::Double(f64::from_bits(u64::from_le_bytes(payload))),
            DECIMAL..=34 => Self::Decimal { mantissa: i64::from_le_bytes(payload), scale: tag - DECIMAL },
            _ => Self::Big,
        }
    }
}

/// The values of the numeric literals of a graph.
#[derive(Debug, Clone, Copy)]
pub struct Numbers<'a> {
    start: Id,
    tags: &'a [u8],
    payloads: &'a [[u8; 8]],
    more: Option<&'a ForeignTerms>,
}

impl<'a> Numbers<'a> {
    /// Columns of equal length, for the numbers from `start` on.
    #[must_use]
    pub fn new(start: Id, tags: &'a [u8], payloads: &'a [[u8; 8]]) -> Self {
        Self { start, tags, payloads, more: None }
    }

    /// The same with the values of terms beside the dictionary.
    #[must_use]
    pub fn with(self, more: &'a ForeignTerms) -> Self {
        Self { more: Some(more), ..self }
    }

    /// The numbers of the dictionary that have a value here.
    #[must_use]
    pub fn range(&self) -> Range<Id> {
        self.start..self.start.saturating_add(Id::try_from(self.tags.len()).unwrap_or(Id::MAX))
    }

    /// What the term `id` is worth; nothing where it is not a numeric literal.
    #[inline]
    #[must_use]
    pub fn get(&self, id: Id) -> Option<Number> {
        let place = id.checked_sub(self.start)? as usize;
        match (self.tags.get(place), self.payloads.get(place)) {
            (Some(tag), Some(payload)) => Some(Number::unpack(*tag, *payload)),
            _ => self.more?.number(id),
        }
    }
}

/// The instants of the dates and times of a graph.
#[derive(Debug, Clone, Copy)]
pub struct Epochs<'a> {
    start: Id,
    micros: &'a [[u8; 8]],
    more: Option<&'a ForeignTerms>,
}

/// What stands in the column of instants where an instant does not fit: read its text.
pub const NO_EPOCH: i64 = i64::MIN;

impl<'a> Epochs<'a> {
    /// A column for the numbers from `start` on.
    #[must_use]
    pub fn new(start: Id, micros: &'a [[u8; 8]]) -> Self {
        Self { start, micros, more: None }
    }

    /// The same with the instants of terms beside the dictionary.
    #[must_use]
    pub fn with(self, more: &'a ForeignTerms) -> Self {
        Self { more: Some(more), ..self }
    }

    /// The numbers of the dictionary that may have an instant here.
    #[must_use]
    pub fn range(&self) -> Range<Id> {
        self.start..self.start.saturating_add(Id::try_from(self.micros.len()).unwrap_or(Id::MAX))
    }

    /// Microseconds from 1970-01-01T00:00:00Z to the term `id` (no time zone counts as UTC); nothing where
    /// it is not a date or dateTime, or its year or fraction of a second does not fit: read its text.
    #[inline]
    #[must_use]
    pub fn get(&self, id: Id) -> Option<i64> {
        let place = id.checked_sub(self.start)? as usize;
        match self.micros.get(place) {
            Some(micros) => Some(i64::from_le_bytes(*micros)).filter(|micros| *micros != NO_EPOCH),
            None => self.more?.epoch(id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_packed_is_the_number_unpacked() {
        for number in [
            Number::Integer(i64::MIN),
            Number::Integer(7),
            Number::Decimal { mantissa: -125, scale: 2 },
            Number::Decimal { mantissa: 1, scale: 18 },
            Number::Float(0.1),
            Number::Double(-0.0),
            Number::Big,
        ] {
            let (tag, payload) = number.pack();
            assert_eq!(Number::unpack(tag, payload), number);
        }
    }

    #[test]
    fn a_column_answers_for_its_own_numbers_alone() {
        let (tag, payload) = Number::Integer(7).pack();
        let (tags, payloads) = ([tag], [payload]);
        let numbers = Numbers::new(10, &tags, &payloads);
        assert_eq!([9, 10, 11].map(|id| numbers.get(id)), [None, Some(Number::Integer(7)), None]);
        let micros = [5i64.to_le_bytes(), NO_EPOCH.to_le_bytes()];
        let epochs = Epochs::new(3, &micros);
        assert_eq!([2, 3, 4, 5].map(|id| epochs.get(id)), [None, Some(5), None, None]);
    }
}
