//! When something was, as exactly as is known: a date, a month or a year as days from and to.
//!
//! In: a literal. Out: a [`Moment`]. Times of day are left out: a chart shows days.

use crate::terms::Literal;

/// When something was, as exactly as is known: from one day to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment {
    /// The first day it may be, counted from 1970-01-01.
    pub start: i64,
    /// The last.
    pub end: i64,
    /// The year of the first day.
    pub year: i64,
}

impl Moment {
    /// The moment that a date, a month or a year says.
    pub(crate) fn of(literal: &Literal) -> Option<Self> {
        let kind = literal.datatype().as_str().strip_prefix("http://www.w3.org/2001/XMLSchema#")?;
        if !matches!(kind, "date" | "dateTime" | "dateTimeStamp" | "gYearMonth" | "gYear") {
            return None;
        }
        let value = literal.value().trim();
        let (sign, digits) = value.strip_prefix('-').map_or((1, value), |rest| (-1, rest));
        let mut parts = digits.split(['-', 'T', 'Z', '+', ':']);
        let year = sign * parts.next()?.parse::<i64>().ok().filter(|year| *year < 1_000_000)?;
        match kind {
            "gYear" => Some(Self { start: day(year, 1, 1), end: day(year + 1, 1, 1) - 1, year }),
            "gYearMonth" => {
                let month = parts.next()?.parse().ok().filter(|month| (1..=12).contains(month))?;
                Some(Self { start: day(year, month, 1), end: day(year, month + 1, 1) - 1, year })
            }
            _ => {
                let month = parts.next()?.parse().ok().filter(|month| (1..=12).contains(month))?;
                let date = day(year, month, parts.next()?.parse().ok().filter(|day| (1..=31).contains(day))?);
                Some(Self { start: date, end: date, year })
            }
        }
    }
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar. Month 13 is the next January.
pub(crate) fn day(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = (year + (month - 1).div_euclid(12), (month - 1).rem_euclid(12) + 1);
    // Years begin in March, so that the leap day is a year's last.
    let shifted = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    365 * shifted + shifted.div_euclid(4) - shifted.div_euclid(100) + shifted.div_euclid(400) + day_of_year
        - 719_468
}
