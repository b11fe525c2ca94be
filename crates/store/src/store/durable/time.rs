//! When a transaction was, as a text that sorts by time.
//!
//! In: the system's clock. Out: `2026-11-25T23:30:00.123456Z`, always in UTC and of one length. A clock that was set
//! back does not make a later transaction look earlier.

use crate::value::moment::Civil;
use std::time::{SystemTime, UNIX_EPOCH};

/// The time now, or `last` where the clock is behind it.
pub(super) fn now_after(last: &str) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    written(now.as_secs(), now.subsec_micros()).max(last.to_owned())
}

fn written(seconds: u64, micros: u32) -> String {
    let day = i64::try_from(seconds / 86_400).unwrap_or_default();
    let Civil { year, month, day } = Civil::from_days(day);
    let clock = seconds % 86_400;
    let (hour, minute, second) = (clock / 3600, clock / 60 % 60, clock % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_in_utc_and_never_goes_back() {
        assert_eq!(written(0, 0), "1970-01-01T00:00:00.000000Z");
        assert_eq!(written(951_827_696, 42), "2000-02-29T12:34:56.000042Z");
        assert_eq!(now_after("9999-01-01T00:00:00.000000Z"), "9999-01-01T00:00:00.000000Z");
        assert!(now_after("").as_str() > "2025");
    }
}
