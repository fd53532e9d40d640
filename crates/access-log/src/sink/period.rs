use jiff::{Timestamp, Zoned, tz::TimeZone};

use super::file::Period;

impl Period {
    /// When the period ends in which `time` is.
    pub(super) fn end(self, time: Timestamp, zone: &TimeZone) -> Timestamp {
        let time = time.to_zoned(zone.clone());
        let end = match self {
            Self::Hour => time
                .round(
                    jiff::ZonedRound::new()
                        .smallest(jiff::Unit::Hour)
                        .mode(jiff::RoundMode::Floor),
                )
                .and_then(|hour| hour.checked_add(jiff::Span::new().hours(1))),
            Self::Day => time.tomorrow().and_then(|day| day.start_of_day()),
            Self::Week => {
                let days = 7 - i64::from(time.weekday().to_monday_zero_offset());
                midnight(&time, jiff::Span::new().days(days))
            }
            Self::Month => time
                .first_of_month()
                .and_then(|first| midnight(&first, jiff::Span::new().months(1))),
        };
        // A clock at the end of all time puts nothing away.
        end.map_or(Timestamp::MAX, |end| end.timestamp())
    }
}

fn midnight(time: &Zoned, later: jiff::Span) -> Result<Zoned, jiff::Error> {
    time.checked_add(later)?.start_of_day()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_ends_by_the_clock_on_the_wall() {
        let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        for (time, period, end) in [
            (
                "2026-11-21T14:49:43+01:00",
                Period::Hour,
                "2026-11-21T15:00:00+01:00",
            ),
            (
                "2026-11-21T15:00:00+01:00",
                Period::Hour,
                "2026-11-21T16:00:00+01:00",
            ),
            (
                "2026-11-21T14:49:43+01:00",
                Period::Day,
                "2026-11-22T00:00:00+01:00",
            ),
            (
                "2026-10-24T23:59:59+02:00",
                Period::Day,
                "2026-10-25T00:00:00+02:00",
            ),
            (
                "2026-10-25T00:00:00+02:00",
                Period::Day,
                "2026-10-26T00:00:00+01:00",
            ),
            (
                "2026-11-21T14:49:43+01:00",
                Period::Week,
                "2026-11-23T00:00:00+01:00",
            ),
            (
                "2026-11-23T00:00:00+01:00",
                Period::Week,
                "2026-11-30T00:00:00+01:00",
            ),
            (
                "2026-12-31T23:59:59+01:00",
                Period::Month,
                "2027-01-01T00:00:00+01:00",
            ),
            (
                "2026-03-10T00:00:00+01:00",
                Period::Month,
                "2026-04-01T00:00:00+02:00",
            ),
        ] {
            let time: Timestamp = time.parse().unwrap();
            let end: Timestamp = end.parse().unwrap();
            assert_eq!(period.end(time, &zone), end, "{time} {period:?}");
        }
        assert_eq!(Period::Month.end(Timestamp::MAX, &zone), Timestamp::MAX);
    }
}
