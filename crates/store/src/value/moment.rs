//! Dates, times and durations.
//!
//! In: lexical forms. Out: [`Moment`], one point of the time line for each of the eight date and time types (XSD 1.1 part 2,
//! appendix D.2, the seven-property model), and [`Duration`]. **Where a value has no time zone, UTC is taken for the
//! implicit one** (F&O 3.1, 10.1.2 leaves it to the implementation). Years have at most twelve digits and seconds eighteen
//! decimals, further ones are cut.

use std::cmp::Ordering;

use super::datatype::Datatype;
use super::exact::Exact;

/// Attoseconds in a second.
pub const SECOND: i128 = 1_000_000_000_000_000_000;
const DAY: i128 = 86_400 * SECOND;
/// The largest year, of either sign.
const LAST_YEAR: i64 = 999_999_999_999;
/// The zone that is farthest from UTC, in minutes of either direction (XSD 1.1 part 2, 3.3.7.2).
const FARTHEST: i16 = 14 * 60;

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
fn days_in_month(year: i64, month: u8) -> u8 {
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

/// Parts, arithmetic and time zones of moments.
impl Moment {
    /// Year, month and day on its own clock.
    pub fn civil(&self) -> Civil {
        Civil::from_days(i64::try_from(self.local.div_euclid(DAY)).unwrap_or(0))
    }

    /// Attoseconds since midnight on its own clock.
    pub fn clock(&self) -> i128 {
        self.local.rem_euclid(DAY)
    }

    /// Hour, minute and second, with its fraction as an exact number.
    pub fn clock_parts(&self) -> (u8, u8, Exact) {
        let clock = self.clock();
        let part = |n: i128| u8::try_from(n).unwrap_or(0);
        (
            part(clock / (3600 * SECOND)),
            part(clock / (60 * SECOND) % 60),
            Exact::new(clock % (60 * SECOND), 18),
        )
    }

    /// The moment so much later (F&O 3.1, 9.7): first the months, on the last day of a month where the day of the month is
    /// past it, then the seconds. For a date what is past midnight is cut, for a time what is past a day. None
    /// where the type has no such sum or the year is too large.
    pub fn add(&self, duration: Duration, datatype: Datatype) -> Option<Self> {
        let by_months = Datatype::DateTime == datatype
            || Datatype::DateTimeStamp == datatype
            || Datatype::Date == datatype;
        if duration.months != 0 && !by_months {
            return None;
        }
        let mut local = self.local;
        if duration.months != 0 {
            let civil = self.civil();
            let months = (civil.year.checked_mul(12)?).checked_add(i64::from(civil.month) - 1)?;
            let months = months.checked_add(duration.months)?;
            let (year, month) = (months.div_euclid(12), u8::try_from(months.rem_euclid(12) + 1).ok()?);
            let day = civil.day.min(days_in_month(year, month));
            in_years(year)?;
            local = i128::from(Civil { year, month, day }.days()) * DAY + self.clock();
        }
        local = local.checked_add(duration.attoseconds)?;
        match datatype {
            Datatype::Date => local = local.div_euclid(DAY) * DAY,
            Datatype::Time => {
                local = self.local.div_euclid(DAY) * DAY + local.rem_euclid(DAY);
            }
            _ if by_months => {}
            _ => return None,
        }
        let days =
            i64::try_from(local.div_euclid(DAY)).ok().filter(|days| days.abs() < 366_000_000_000_000)?;
        in_years(Civil::from_days(days).year)?;
        Some(Self { local, zone: self.zone })
    }

    /// The same instant on the clock of another zone, in minutes east of UTC (F&O 3.1, 9.6): what has no zone keeps its clock and gets
    /// the zone. Of a date it is the day in which its beginning falls there. None where the type has no time or day, or the zone is
    /// more than 14 hours away.
    pub fn in_zone(&self, zone: i16, datatype: Datatype) -> Option<Self> {
        if !(-FARTHEST..=FARTHEST).contains(&zone) {
            return None;
        }
        let to_there = self.zone.map_or(0, |own| i128::from(zone) - i128::from(own));
        let seconds = Duration { months: 0, attoseconds: to_there * 60 * SECOND };
        self.add(seconds, datatype).map(|moved| Self { zone: Some(zone), ..moved })
    }

    /// How much later this is than the other (F&O 3.1, 9.7.2 and following).
    pub fn since(&self, other: &Self) -> Duration {
        Duration { months: 0, attoseconds: self.instant() - other.instant() }
    }

    /// The value of another date or time type that has only parts of this one (F&O 3.1, 19.1.4), or nothing where there is none.
    pub fn cast(&self, from: Datatype, to: Datatype) -> Option<Self> {
        use Datatype::{Date, DateTime, DateTimeStamp, GDay, GMonth, GMonthDay, GYear, GYearMonth, Time};
        let civil = self.civil();
        let of = |year, month, day| {
            Some(Self { local: i128::from(Civil { year, month, day }.days()) * DAY, zone: self.zone })
        };
        match (from, to) {
            _ if from == to => Some(*self),
            (DateTimeStamp, DateTime) | (Date, DateTime) => Some(*self),
            (DateTime | Date, DateTimeStamp) => self.zone.map(|_| *self),
            (DateTime | DateTimeStamp, Time) => {
                of(1972, 12, 31).map(|day| Self { local: day.local + self.clock(), ..day })
            }
            (DateTime | DateTimeStamp, Date) => of(civil.year, civil.month, civil.day),
            (DateTime | DateTimeStamp | Date, GYear) => of(civil.year, 1, 1),
            (DateTime | DateTimeStamp | Date, GYearMonth) => of(civil.year, civil.month, 1),
            (DateTime | DateTimeStamp | Date, GMonth) => of(1972, civil.month, 1),
            (DateTime | DateTimeStamp | Date, GMonthDay) => of(1972, civil.month, civil.day),
            (DateTime | DateTimeStamp | Date, GDay) => of(1972, 1, civil.day),
            _ => None,
        }
    }

    /// Its canonical lexical form in a datatype, the zone kept.
    pub fn print(&self, datatype: Datatype) -> String {
        let Civil { year, month, day } = self.civil();
        let year = if year < 0 { format!("-{:04}", -year) } else { format!("{year:04}") };
        let mut text = match datatype {
            Datatype::Date => format!("{year}-{month:02}-{day:02}"),
            Datatype::Time => self.print_clock(),
            Datatype::GYear => year,
            Datatype::GYearMonth => format!("{year}-{month:02}"),
            Datatype::GMonth => format!("--{month:02}"),
            Datatype::GMonthDay => format!("--{month:02}-{day:02}"),
            Datatype::GDay => format!("---{day:02}"),
            _ => format!("{year}-{month:02}-{day:02}T{}", self.print_clock()),
        };
        text.push_str(&self.print_zone());
        text
    }

    fn print_clock(&self) -> String {
        let (hour, minute, second) = self.clock_parts();
        let second = second.to_string();
        let width = if second.split('.').next().is_some_and(|whole| whole.len() < 2) { "0" } else { "" };
        format!("{hour:02}:{minute:02}:{width}{second}")
    }

    /// The same instant on the clock of a dateTime whose instant it is, by the zone at the end of that one's lexical form: nothing else of
    /// it is read.
    #[must_use]
    pub fn on_clock_of(&self, lexical: &str) -> Self {
        let digit = |byte: &u8| i16::from(byte.wrapping_sub(b'0'));
        let zone = match lexical.trim_end().as_bytes() {
            [.., b'Z'] => Some(0),
            [.., sign @ (b'+' | b'-'), h, hours, b':', m, minutes] => {
                let east = (digit(h) * 10 + digit(hours)) * 60 + digit(m) * 10 + digit(minutes);
                Some(if *sign == b'-' { -east } else { east })
            }
            _ => None,
        };
        Self { local: self.instant() + i128::from(zone.unwrap_or(0)) * 60 * SECOND, zone }
    }

    /// The zone as text: nothing, `Z` or `+hh:mm` (SPARQL 1.1, 17.4.5.9).
    pub fn print_zone(&self) -> String {
        match self.zone {
            None => String::new(),
            Some(0) => "Z".to_owned(),
            Some(zone) => {
                let sign = if zone < 0 { '-' } else { '+' };
                format!("{sign}{:02}:{:02}", zone.abs() / 60, zone.abs() % 60)
            }
        }
    }
}

fn in_years(year: i64) -> Option<()> {
    (year.abs() <= LAST_YEAR).then_some(())
}

/// Arithmetic of durations (F&O 3.1, 8.4).
impl Duration {
    /// The sum; none where it is too large or its two parts would have different signs.
    pub fn plus(self, other: Self) -> Option<Self> {
        let months = self.months.checked_add(other.months)?;
        let attoseconds = self.attoseconds.checked_add(other.attoseconds)?;
        let mixed = i128::from(months.signum()) * attoseconds.signum() < 0;
        (!mixed).then_some(Self { months, attoseconds })
    }

    /// The duration back in time.
    #[must_use]
    pub fn negate(self) -> Option<Self> {
        Some(Self { months: self.months.checked_neg()?, attoseconds: self.attoseconds.checked_neg()? })
    }

    /// Its seconds.
    pub fn seconds(self) -> Exact {
        Exact::new(self.attoseconds, 18)
    }

    /// The duration of a number of seconds, cut after 18 decimals; none where it is too large.
    pub fn from_seconds(seconds: &Exact) -> Option<Self> {
        let attoseconds = seconds.multiply(&Exact::new(SECOND, 0))?.truncate().to_i128()?;
        Some(Self { months: 0, attoseconds })
    }

    /// Its canonical lexical form in a datatype.
    pub fn print(self, datatype: Datatype) -> String {
        let (months, attoseconds) = (self.months.unsigned_abs(), self.attoseconds.unsigned_abs());
        let (day, second) = (DAY.unsigned_abs(), SECOND.unsigned_abs());
        let part =
            |count: u128, unit: &str| if count == 0 { String::new() } else { format!("{count}{unit}") };
        let date = part(u128::from(months / 12), "Y")
            + &part(u128::from(months % 12), "M")
            + &part(attoseconds / day, "D");
        let rest = attoseconds % day;
        let seconds = match i128::try_from(rest % (60 * second)).unwrap_or(0) {
            0 => String::new(),
            seconds => format!("{}S", Exact::new(seconds, 18)),
        };
        let time = part(rest / (3600 * second), "H") + &part(rest / (60 * second) % 60, "M") + &seconds;
        let sign = if self.months < 0 || self.attoseconds < 0 { "-" } else { "" };
        match (date.as_str(), time.as_str()) {
            ("", "") if datatype == Datatype::YearMonthDuration => "P0M".to_owned(),
            ("", "") => "PT0S".to_owned(),
            (_, "") => format!("{sign}P{date}"),
            _ => format!("{sign}P{date}T{time}"),
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use Datatype::{Date, DateTime, DayTimeDuration, GDay, GMonthDay, GYear, Time, YearMonthDuration};
    use proptest::prelude::*;

    fn moment(text: &str, datatype: Datatype) -> Moment {
        Moment::parse(text, datatype).unwrap_or_else(|| panic!("{text} is no {datatype:?}"))
    }

    fn duration(text: &str) -> Duration {
        Duration::parse(text, Datatype::Duration).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn what_is_printed_is_canonical() {
        for (text, datatype, printed) in [
            ("2024-02-29T24:00:00Z", DateTime, "2024-03-01T00:00:00Z"),
            ("2024-02-29T01:02:03.4500+05:30", DateTime, "2024-02-29T01:02:03.45+05:30"),
            ("-0044-03-15T00:00:00-00:00", DateTime, "-0044-03-15T00:00:00Z"),
            ("12024-01-01", Date, "12024-01-01"),
            ("0000-01-01", Date, "0000-01-01"),
            ("24:00:00", Time, "00:00:00"),
            ("00:00:09.5-14:00", Time, "00:00:09.5-14:00"),
            ("-12345", GYear, "-12345"),
            ("--02-29Z", GMonthDay, "--02-29Z"),
            ("---31", GDay, "---31"),
            ("2024-11", Datatype::GYearMonth, "2024-11"),
            ("--11", Datatype::GMonth, "--11"),
        ] {
            assert_eq!(moment(text, datatype).print(datatype), printed);
        }
        for (text, datatype) in [
            ("2023-02-29", Date),
            ("1900-02-29", Date),
            ("2024-13-01", Date),
            ("2024-00-01", Date),
            ("2024-1-01", Date),
            ("024-01-01", Date),
            ("02024-01-01", Date),
            ("+2024-01-01", Date),
            ("2024-01-01+14:01", Date),
            ("2024-01-01+1:00", Date),
            ("2024-01-01T24:00:01", DateTime),
            ("2024-01-01T23:59:60", DateTime),
            ("2024-01-01T00:00:00.", DateTime),
            ("2024-01-01 00:00:00", DateTime),
            ("2024-01-01T00:00:00", Datatype::DateTimeStamp),
            ("--02-30", GMonthDay),
            ("2024-01-01Zx", Date),
            ("９999-01-01", Date),
        ] {
            assert_eq!(Moment::parse(text, datatype), None, "{text}");
        }
    }

    #[test]
    fn months_end_on_the_last_day_there_is() {
        // F&O 3.1, 9.7.5 and following, after XSD 1.1 part 2, E.3.3.
        let add = |text: &str, datatype, by: &str| moment(text, datatype).add(duration(by), datatype);
        for (text, datatype, by, sum) in [
            ("2024-01-15", Date, "P1M", "2024-02-15"),
            ("2024-01-31", Date, "P1M", "2024-02-29"),
            ("2023-12-31T10:00:00Z", DateTime, "P2M", "2024-02-29T10:00:00Z"),
            ("2024-03-31", Date, "-P1M", "2024-02-29"),
            ("2024-02-29", Date, "P1Y", "2025-02-28"),
            ("0001-01-01", Date, "-P1Y1M", "-0001-12-01"),
            ("2000-10-30T11:12:00", DateTime, "P3DT1H15M", "2000-11-02T12:27:00"),
            ("2004-10-30Z", Date, "P2DT2H30M0S", "2004-11-01Z"),
            ("2000-10-30", Date, "-P3DT1H15M", "2000-10-26"),
            ("11:12:00", Time, "P3DT1H15M", "12:27:00"),
            ("23:12:00+03:00", Time, "P1DT3H15M", "02:27:00+03:00"),
            ("08:20:00-05:00", Time, "-P23DT10H10M", "22:10:00-05:00"),
        ] {
            assert_eq!(
                add(text, datatype, by).map(|sum| sum.print(datatype)).as_deref(),
                Some(sum),
                "{text} {by}"
            );
        }
        assert_eq!(add("11:12:00", Time, "P1M"), None);
        assert_eq!(add("2024", GYear, "P1Y"), None);
        assert_eq!(add("999999999999-12-31", Date, "P1D"), None);
        assert_eq!(add("2024-01-01", Date, "P9223372036854775807M"), None);
    }

    #[test]
    fn differences_are_those_of_instants() {
        let since = |a: &str, b: &str, datatype: Datatype| {
            moment(a, datatype).since(&moment(b, datatype)).print(DayTimeDuration)
        };
        // F&O 3.1, 9.7.2 to 9.7.4, its examples.
        assert_eq!(since("2000-10-30T06:12:00-05:00", "1999-11-28T09:00:00Z", DateTime), "P337DT2H12M");
        assert_eq!(since("2000-10-15-05:00", "2000-10-10+02:00", Date), "P5DT7H");
        assert_eq!(since("11:00:00-05:00", "21:30:00+05:30", Time), "PT0S");
        assert_eq!(since("17:00:00-06:00", "08:00:00+09:00", Time), "P1D");
        assert_eq!(since("24:00:00", "23:59:59", Time), "-PT23H59M59S");
    }

    #[test]
    fn durations_are_read_written_and_added() {
        for (text, printed) in [
            ("P14M", "P1Y2M"),
            ("PT86400S", "P1D"),
            ("-P1Y2M3DT4H5M6.70S", "-P1Y2M3DT4H5M6.7S"),
            ("P0D", "PT0S"),
            ("PT0.000000000000000001S", "PT0.000000000000000001S"),
            ("PT90M", "PT1H30M"),
        ] {
            assert_eq!(duration(text).print(Datatype::Duration), printed);
        }
        assert_eq!(Duration::parse("P0Y", YearMonthDuration).unwrap().print(YearMonthDuration), "P0M");
        for (text, datatype) in [
            ("P", Datatype::Duration),
            ("PT", Datatype::Duration),
            ("P1YT", Datatype::Duration),
            ("P1M1Y", Datatype::Duration),
            ("1Y", Datatype::Duration),
            ("P1.5D", Datatype::Duration),
            ("PT.5S", Datatype::Duration),
            ("P-1D", Datatype::Duration),
            ("P1D", YearMonthDuration),
            ("P1YT0S", YearMonthDuration),
            ("P1M", DayTimeDuration),
            ("P99999999999999999999Y", Datatype::Duration),
        ] {
            assert_eq!(Duration::parse(text, datatype), None, "{text}");
        }
        assert_eq!(duration("P1M").plus(duration("-P1D")), None, "no duration has two signs");
        assert_eq!(duration("PT30S").plus(duration("PT30.5S")).unwrap().print(DayTimeDuration), "PT1M0.5S");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]
        #[test]
        fn days_and_calendar_agree(days in -400_000_000_000_i64..400_000_000_000) {
            let civil = Civil::from_days(days);
            prop_assert_eq!(civil.days(), days);
            prop_assert!(civil.day >= 1 && civil.day <= days_in_month(civil.year, civil.month));
        }

        #[test]
        fn the_end_of_a_text_tells_its_clock(local in -90_000_000_000_000_000_000_i128..90_000_000_000_000_000_000, zone in prop::option::of(-840_i16..=840)) {
            let moment = Moment { local: local * 1_000_000_000, zone };
            let utc = Moment { local: moment.instant(), zone: Some(0) };
            prop_assert_eq!(utc.on_clock_of(&moment.print(DateTime)), moment);
            prop_assert_eq!(utc.on_clock_of(&format!("{}\n ", moment.print(DateTime))), moment);
        }

        #[test]
        fn what_is_printed_is_read_again(local in -90_000_000_000_000_000_000_i128..90_000_000_000_000_000_000, zone in prop::option::of(-840_i16..=840)) {
            let moment = Moment { local: local * 1_000_000_000, zone };
            prop_assert_eq!(Moment::parse(&moment.print(DateTime), DateTime), Some(moment));
            let duration = Duration { months: 0, attoseconds: local };
            prop_assert_eq!(Duration::parse(&duration.print(DayTimeDuration), DayTimeDuration), Some(duration));
        }
    }
}
