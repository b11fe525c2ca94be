//! Dates, times and durations.
//!
//! In: lexical forms. Out: [`Moment`], one point of the time line for each of the eight date and time types (XSD 1.1 part 2,
//! appendix D.2, the seven-property model), and [`Duration`]. **Where a value has no time zone, UTC is taken for the
//! implicit one** (F&O 3.1, 10.1.2 leaves it to the implementation). Years have at most twelve digits and seconds eighteen
//! decimals, further ones are cut.

use std::cmp::Ordering;

use super::datatype::Datatype;

/// Attoseconds in a second.
pub const SECOND: i128 = 1_000_000_000_000_000_000;
const DAY: i128 = 86_400 * SECOND;
/// The largest year, of either sign.
const LAST_YEAR: i64 = 999_999_999_999;

/// A value of one of the eight date and time types. What its type leaves out is filled in as F&O says: the
/// first of January of 1972 for what has no year, the first month, day and instant otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Attoseconds since 1970-01-01T00:00:00 on the clock of its own zone.
    pub local: i128,
    /// Minutes east of UTC, where it says so.
    pub zone: Option<i16>,
}

/// A number of months and a number of seconds, both of the same sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Duration {
    /// Months.
    pub months: i64,
    /// Attoseconds.
    pub attoseconds: i128,
}

/// Year, month and day of the proleptic Gregorian calendar. Year 0 is 1 BCE (XSD 1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Civil {
    /// The year, of any sign.
    pub year: i64,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
}

impl Civil {
    /// Days since 1970-01-01.
    pub fn days(self) -> i64 {
        // Years begin in March here, so that the leap day is the last of its year.
        let year = if self.month <= 2 { self.year - 1 } else { self.year };
        let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let month = (i64::from(self.month) + 9) % 12;
        let of_year = (153 * month + 2) / 5 + i64::from(self.day) - 1;
        era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
    }

    /// The day that is so many days after 1970-01-01.
    pub fn from_days(days: i64) -> Self {
        let days = days + 719_468;
        let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let shifted = (5 * of_year + 2) / 153;
        let day = of_year - (153 * shifted + 2) / 5 + 1;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        let year = era * 400 + year + i64::from(month <= 2);
        Self { year, month: u8::try_from(month).unwrap_or(1), day: u8::try_from(day).unwrap_or(1) }
    }
}

/// How many days a month has.
pub fn days_in_month(year: i64, month: u8) -> u8 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl Moment {
    /// The value that a lexical form of a date or time datatype stands for, or nothing where it is not one.
    pub fn parse(text: &str, datatype: Datatype) -> Option<Self> {
        let mut reader = Reader { rest: text.as_bytes() };
        let (mut civil, mut clock) = (Civil { year: 1972, month: 1, day: 1 }, 0);
        match datatype {
            Datatype::DateTime | Datatype::DateTimeStamp => {
                civil = reader.date()?;
                reader.byte(b'T')?;
                clock = reader.clock()?;
            }
            Datatype::Date => civil = reader.date()?,
            // F&O 3.1, 9.4.12: compared as times of 1972-12-31; "24:00:00" is "00:00:00".
            Datatype::Time => {
                civil = Civil { year: 1972, month: 12, day: 31 };
                clock = reader.clock()? % DAY;
            }
            Datatype::GYear => civil.year = reader.year()?,
            Datatype::GYearMonth => {
                civil.year = reader.year()?;
                civil.month = reader.after(b"-", 12)?;
            }
            Datatype::GMonth => civil.month = reader.after(b"--", 12)?,
            Datatype::GMonthDay => {
                civil.month = reader.after(b"--", 12)?;
                civil.day = reader.after(b"-", days_in_month(1972, civil.month))?;
            }
            Datatype::GDay => civil.day = reader.after(b"---", 31)?,
            _ => return None,
        }
        let zone = reader.zone()?;
        if zone.is_none() && datatype == Datatype::DateTimeStamp {
            return None;
        }
        Some(Self { local: i128::from(civil.days()) * DAY + clock, zone })
    }

    /// Attoseconds since 1970-01-01T00:00:00Z. Without a zone: as if in UTC.
    #[inline]
    pub fn instant(&self) -> i128 {
        self.local - i128::from(self.zone.unwrap_or(0)) * 60 * SECOND
    }

    /// The order of the instants.
    #[inline]
    pub fn compare(&self, other: &Self) -> Ordering {
        self.instant().cmp(&other.instant())
    }
}

impl Duration {
    /// The value that a lexical form of a duration datatype stands for, or nothing where it is not one.
    pub fn parse(text: &str, datatype: Datatype) -> Option<Self> {
        let (years, days) = match datatype {
            Datatype::Duration => (true, true),
            Datatype::YearMonthDuration => (true, false),
            Datatype::DayTimeDuration => (false, true),
            _ => return None,
        };
        let negative = text.starts_with('-');
        let mut reader = Reader { rest: text.strip_prefix('-').unwrap_or(text).as_bytes() };
        reader.byte(b'P')?;
        let mut months: i64 = 0;
        let mut attoseconds: i128 = 0;
        let mut found = false;
        for (unit, size) in [(b'Y', 12), (b'M', 1)] {
            if let Some(count) = reader.count(unit) {
                months = months.checked_add(i64::try_from(count?).ok()?.checked_mul(size)?)?;
                found = true;
            }
        }
        if found && !years {
            return None;
        }
        let with_months = found;
        if let Some(count) = reader.count(b'D') {
            attoseconds = count?.checked_mul(DAY)?;
            found = true;
        }
        if reader.byte(b'T').is_some() {
            attoseconds = attoseconds.checked_add(reader.time_part()?)?;
            found = true;
        }
        let only_months = with_months && attoseconds == 0 && !text.contains(['D', 'T']);
        if !found || !reader.rest.is_empty() || !(days || only_months) {
            return None;
        }
        let sign: i8 = if negative { -1 } else { 1 };
        Some(Self { months: months * i64::from(sign), attoseconds: attoseconds * i128::from(sign) })
    }

    /// A total order: a month counts as its average of 2 629 746 seconds; ties by months. Durations of months alone and
    /// durations of seconds alone come out by value (F&O 3.1, 8.2). Others, which F&O leaves unordered, have their place.
    pub fn compare(&self, other: &Self) -> Ordering {
        self.weight().cmp(&other.weight()).then(self.months.cmp(&other.months))
    }

    /// Whole seconds, rounded down, and attoseconds of the duration with average months.
    pub(super) fn weight(&self) -> (i128, i128) {
        let seconds = i128::from(self.months) * 2_629_746 + self.attoseconds.div_euclid(SECOND);
        (seconds, self.attoseconds.rem_euclid(SECOND))
    }
}

/// Reads a lexical form from left to right.
struct Reader<'a> {
    rest: &'a [u8],
}

impl Reader<'_> {
    fn byte(&mut self, expected: u8) -> Option<()> {
        let (first, rest) = self.rest.split_first()?;
        (*first == expected).then(|| self.rest = rest)
    }

    /// All digits that stand next, and how many they are. Nothing where the number is too large.
    fn digits(&mut self) -> Option<(i128, usize)> {
        let mut value: i128 = 0;
        let mut length = 0;
        while let Some((digit @ b'0'..=b'9', rest)) = self.rest.split_first() {
            value = value.checked_mul(10)?.checked_add(i128::from(digit - b'0'))?;
            length += 1;
            self.rest = rest;
        }
        Some((value, length))
    }

    fn two_digits(&mut self) -> Option<u8> {
        match self.rest {
            [a @ b'0'..=b'9', b @ b'0'..=b'9', rest @ ..] => {
                self.rest = rest;
                Some((a - b'0') * 10 + (b - b'0'))
            }
            _ => None,
        }
    }

    /// Two digits after a mark, from 1 to `most`.
    fn after(&mut self, mark: &[u8], most: u8) -> Option<u8> {
        self.rest = self.rest.strip_prefix(mark)?;
        self.two_digits().filter(|n| (1..=most).contains(n))
    }

    fn year(&mut self) -> Option<i64> {
        let negative = self.byte(b'-').is_some();
        let leading_zero = self.rest.first() == Some(&b'0');
        let (year, length) = self.digits()?;
        if length < 4 || length > 4 && leading_zero {
            return None;
        }
        let year = i64::try_from(year).ok().filter(|year| *year <= LAST_YEAR)?;
        Some(if negative { -year } else { year })
    }

    fn date(&mut self) -> Option<Civil> {
        let year = self.year()?;
        let month = self.after(b"-", 12)?;
        let day = self.after(b"-", days_in_month(year, month))?;
        Some(Civil { year, month, day })
    }

    /// Hours, minutes and seconds, in attoseconds.
    fn clock(&mut self) -> Option<i128> {
        let hour = self.two_digits()?;
        self.byte(b':')?;
        let minute = self.two_digits()?;
        self.byte(b':')?;
        let second = self.two_digits()?;
        let fraction = self.fraction()?;
        let at_midnight = hour == 24 && minute == 0 && second == 0 && fraction == 0;
        if !at_midnight && (hour > 23 || minute > 59 || second > 59) {
            return None;
        }
        let seconds = i128::from(hour) * 3600 + i128::from(minute) * 60 + i128::from(second);
        Some(seconds * SECOND + fraction)
    }

    /// A point and at least one digit, or neither.
    fn fraction(&mut self) -> Option<i128> {
        if self.byte(b'.').is_none() {
            return Some(0);
        }
        let (mut value, mut unit, mut length) = (0, SECOND, 0);
        while let Some((digit @ b'0'..=b'9', rest)) = self.rest.split_first() {
            unit /= 10;
            value += i128::from(digit - b'0') * unit;
            length += 1;
            self.rest = rest;
        }
        (length > 0).then_some(value)
    }

    /// What ends a lexical form: a zone or nothing.
    fn zone(&mut self) -> Option<Option<i16>> {
        let sign = match self.rest {
            [] => return Some(None),
            [b'Z'] => return Some(Some(0)),
            [b'+', ..] => 1,
            [b'-', ..] => -1,
            _ => return None,
        };
        self.rest = self.rest.get(1..)?;
        let hours = self.two_digits()?;
        self.byte(b':')?;
        let minutes = self.two_digits()?;
        let in_range = hours < 14 && minutes < 60 || hours == 14 && minutes == 0;
        (in_range && self.rest.is_empty()).then(|| Some(sign * (i16::from(hours) * 60 + i16::from(minutes))))
    }

    /// A number with a unit, where one stands next: the inner option is none where the number is too large.
    fn count(&mut self, unit: u8) -> Option<Option<i128>> {
        let before = self.rest;
        let count = self.digits();
        match count {
            Some((_, 0)) => {}
            Some((count, _)) if self.byte(unit).is_some() => return Some(Some(count)),
            None => return Some(None),
            Some(_) => {}
        }
        self.rest = before;
        None
    }

    /// What follows the T of a duration: at least one of hours, minutes and seconds.
    fn time_part(&mut self) -> Option<i128> {
        let mut sum: i128 = 0;
        let mut found = false;
        for (unit, size) in [(b'H', 3600 * SECOND), (b'M', 60 * SECOND)] {
            if let Some(count) = self.count(unit) {
                sum = sum.checked_add(count?.checked_mul(size)?)?;
                found = true;
            }
        }
        if !self.rest.is_empty() {
            let (seconds, length) = self.digits()?;
            let fraction = self.fraction()?;
            self.byte(b'S')?;
            if length == 0 {
                return None;
            }
            sum = sum.checked_add(seconds.checked_mul(SECOND)?)?.checked_add(fraction)?;
            found = true;
        }
        found.then_some(sum)
    }
}
