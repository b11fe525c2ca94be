//! Values of options: times, sizes and counts, checked where they are read.
//!
//! In: a word. Out: a number that can be reckoned with, or what is wrong with it.

use std::time::Duration;

type Read<T> = std::result::Result<T, String>;

/// More than any work takes; what is longer is a slip, and cannot be added to a clock.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 3600);

/// A time with its unit: `2s`, `500ms`, `1m30s`, `1.5h`; a bare number is seconds.
pub fn duration(text: &str) -> Read<Duration> {
    let wrong = || format!("`{text}` is not a time; write it as 2s, 500ms or 1m30s");
    let mut seconds = 0.0;
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err(wrong());
    }
    while !rest.is_empty() {
        let (number, after) = number(rest).ok_or_else(wrong)?;
        let end = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, next) = after.split_at(end);
        seconds += number
            * match unit.trim() {
                "ms" | "毫秒" => 0.001,
                "" | "s" | "sec" | "秒" => 1.0,
                "m" | "min" | "分" | "分钟" => 60.0,
                "h" | "小时" => 3600.0,
                _ => return Err(wrong()),
            };
        rest = next;
    }
    match Duration::try_from_secs_f64(seconds) {
        Ok(time) if time <= LONGEST => Ok(time),
        Ok(_) => Err(format!("`{text}` is longer than a year; leave it out for no limit")),
        Err(_) => Err(wrong()),
    }
}

/// A size with its unit: `500MB`, `2GiB`, `64k`; a bare number is bytes.
pub fn size(text: &str) -> Read<usize> {
    let wrong = || format!("`{text}` is not a size; write it as 500MB or 2GiB");
    let (number, unit) = number(text.trim()).ok_or_else(wrong)?;
    let factor = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1.0,
        "k" | "kb" => 1e3,
        "m" | "mb" => 1e6,
        "g" | "gb" => 1e9,
        "t" | "tb" => 1e12,
        "kib" => 1024.0,
        "mib" => 1_048_576.0,
        "gib" => 1_073_741_824.0,
        "tib" => 1_099_511_627_776.0,
        _ => return Err(wrong()),
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "not negative, and a cast saturates"
    )]
    Ok((number * factor) as usize)
}

/// A whole number; `1k`, `1m` and digits grouped by `_` or `,` are understood.
pub fn count(text: &str) -> Read<u64> {
    let wrong = || format!("`{text}` is not a whole number");
    let plain = text.trim().replace(['_', ','], "").to_ascii_lowercase();
    let (digits, factor) = match plain.strip_suffix('k') {
        Some(digits) => (digits, 1000),
        None => (plain.strip_suffix('m').unwrap_or(&plain), if plain.ends_with('m') { 1_000_000 } else { 1 }),
    };
    digits.parse::<u64>().ok().and_then(|n| n.checked_mul(factor)).ok_or_else(wrong)
}

/// A whole number of things that there are few of.
pub fn small(text: &str) -> Read<usize> {
    text.trim().parse().map_err(|_| format!("`{text}` is not a whole number"))
}

/// The number that a text starts with, and the rest.
fn number(text: &str) -> Option<(f64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    Some((digits.parse().ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_sizes_have_units() {
        assert_eq!(duration("2s"), Ok(Duration::from_secs(2)));
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("1m30s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("2秒"), Ok(Duration::from_secs(2)));
        assert_eq!(size("500MB"), Ok(500_000_000));
        assert_eq!(size("2GiB"), Ok(2 << 30));
        assert_eq!(count("10_000"), Ok(10_000));
        assert_eq!(count("1k"), Ok(1000));
        for wrong in ["", "s", "-1s", "2x", "1.2.3s", "2 parsecs"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
        for long in ["9223372036854775807s", "1e300h", "9999999999999999999999h", "366000m0s99999999h"] {
            assert!(duration(long).is_err(), "{long}");
        }
        assert_eq!(size("99999999999999999999TB"), Ok(usize::MAX));
        assert!(count("18446744073709551616").is_err() && count("18446744073709551615k").is_err());
        for wrong in ["", "MB", "-1", "2QB"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
        assert!(count("1.5").is_err());
    }
}
