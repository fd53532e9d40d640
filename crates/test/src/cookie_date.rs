//! The date of a cookie, which servers write in more ways than the standard has.
//!
//! [RFC 6265 §5.1.1](https://www.rfc-editor.org/rfc/rfc6265#section-5.1.1)

use std::time::{Duration, SystemTime, UNIX_EPOCH};

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

/// Reads a date. One before 1970 is taken for 1970, which is over as well.
pub(crate) fn read(text: &str) -> Option<SystemTime> {
    let (mut time, mut day, mut month, mut year) = (None, None, None, None);
    let tokens = text.split(|c: char| !c.is_ascii_alphanumeric() && c != ':');
    for token in tokens.filter(|token| !token.is_empty()) {
        if time.is_none()
            && let Some(found) = time_of_day(token)
        {
            time = Some(found);
        } else if day.is_none()
            && let Some(found) = number(token, 1..=2)
        {
            day = Some(found);
        } else if month.is_none()
            && let Some(found) = month_of(token)
        {
            month = Some(found);
        } else if year.is_none()
            && let Some(found) = number(token, 2..=4)
        {
            year = Some(found);
        }
    }
    let year = match year? {
        year @ 70..=99 => year + 1900,
        year @ 0..=69 => year + 2000,
        year => year,
    };
    let (day, month) = (day?, month?);
    let within = (1..=31).contains(&day) && year >= 1601;
    let seconds = days_since_1970(year, month, day) * 86_400 + time?;
    within.then(|| UNIX_EPOCH + Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

/// The number at the beginning of `token`, if it has as many digits as it should.
fn number(token: &str, digits: std::ops::RangeInclusive<usize>) -> Option<i64> {
    let end = token
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(token.len());
    digits.contains(&end).then(|| token[..end].parse().ok())?
}

/// `hh:mm:ss`, in seconds.
fn time_of_day(token: &str) -> Option<i64> {
    let mut parts = token.splitn(3, ':').map(|part| number(part, 1..=2));
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    let within = hour <= 23 && minute <= 59 && second <= 59;
    within.then_some(hour * 3600 + minute * 60 + second)
}

fn month_of(token: &str) -> Option<i64> {
    let start = token.get(..3)?.to_ascii_lowercase();
    MONTHS
        .iter()
        .zip(1..)
        .find_map(|(name, number)| (*name == start).then_some(number))
}

/// Days from 1 January 1970, in the Gregorian calendar. The year is counted from March, so that the leap day comes last.
const fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let days_before_month = (153 * ((month + 9) % 12) + 2) / 5;
    let leap_days = year / 4 - year / 100 + year / 400;
    365 * year + leap_days + days_before_month + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn dates_are_read_in_every_order() {
        for (text, expected) in [
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(784_111_777)),
            ("Sunday, 06-Nov-94 08:49:37 GMT", Some(784_111_777)),
            ("Sun Nov  6 08:49:37 1994", Some(784_111_777)),
            ("6 november 1994 8:49:37 whatever", Some(784_111_777)),
            ("Thu, 29 Feb 2024 00:00:00 GMT", Some(1_709_164_800)),
            ("Wed, 01 Jan 69 00:00:00 GMT", Some(3_124_224_000)),
            ("Mon, 01 Jan 1900 00:00:00 GMT", Some(0)),
            ("Sun, 06 Nov 1500 08:49:37 GMT", None),
            ("Sun, 32 Nov 1994 08:49:37 GMT", None),
            ("Sun, 06 Nov 1994 24:00:00 GMT", None),
            ("Sun, 06 Nov 1994 08:49 GMT", None),
            ("Sun, 06 1994 08:49:37 GMT", None),
            ("soon", None),
            ("", None),
        ] {
            let time = expected.map(|seconds| UNIX_EPOCH + Duration::from_secs(seconds));
            assert_eq!(read(text), time, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(seconds in 0_u64..253_402_300_799) {
            let time = UNIX_EPOCH + Duration::from_secs(seconds);
            let written = plywood_header::date::write(time);
            prop_assert_eq!(read(written.to_str().unwrap()), Some(time));
        }

        #[test]
        fn reading_never_panics(text in ".{0,60}") {
            let _ = read(&text);
        }
    }
}
