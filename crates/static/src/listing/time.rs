//! Dates for people and programs, in UTC.

use std::time::{SystemTime, UNIX_EPOCH};

/// `2026-11-21T14:49:43Z` ([RFC 3339](https://www.rfc-editor.org/rfc/rfc3339)); what lies before 1970 becomes its first second.
pub(crate) fn rfc3339(time: SystemTime) -> String {
    let seconds = time
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs();
    let (day, second) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = civil(day);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// Year, month and day of a number of days since 1970. A year is counted from March, so that the leap day is its last, and years come in eras
/// of 400, which are all 146,097 days long.
const fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let march = (5 * day + 2) / 153;
    let month = if march < 10 { march + 3 } else { march - 9 };
    let january = if month <= 2 { 1 } else { 0 };
    (
        era * 400 + year + january,
        month,
        day - (153 * march + 2) / 5 + 1,
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn dates_are_written_as_the_standard_has_them() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_800, "2000-03-01T00:00:00Z"),
            (1_704_164_645, "2024-01-02T03:04:05Z"),
            (1_735_689_599, "2024-12-31T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            let time = UNIX_EPOCH + Duration::from_secs(seconds);
            assert_eq!(rfc3339(time), expected);
        }
        assert_eq!(
            rfc3339(UNIX_EPOCH - Duration::from_secs(9)),
            "1970-01-01T00:00:00Z"
        );
    }

    /// Another writer of dates, day by day.
    #[test]
    fn every_day_of_five_centuries_has_its_date() {
        const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
        for day in 0..182_621 {
            let time = UNIX_EPOCH + Duration::from_secs(day * 86_400);
            let date = plywood_header::date::write(time);
            let words: Vec<_> = date.to_str().unwrap().split(' ').collect();
            let month = MONTHS.find(words[2]).unwrap() / 3 + 1;
            let expected = format!("{}-{month:02}-{}T00:00:00Z", words[3], words[1]);
            assert_eq!(rfc3339(time), expected);
        }
    }
}
