//! Times, in the zone of the log, as its format writes them: `21/Nov/2026:14:49:43 +0000`, `2026-11-21T14:49:43.250Z`, or by a pattern of
//! `strftime`.

use std::{
    cell::Cell,
    fmt,
    sync::atomic::{AtomicU64, Ordering},
};

use jiff::{
    Timestamp,
    civil::DateTime,
    fmt::strtime,
    tz::{Offset, TimeZone},
};

use crate::text::{digits, number, two_digits};

const MONTHS: [&[u8; 3]; 12] = [
    b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec",
];

/// How a time is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TimeFormat {
    /// `21/Nov/2026:14:49:43 +0000`
    Common,
    /// The same in brackets, which is Apache's `%t`.
    Bracketed,
    /// A pattern of `strftime`, which was tried when the format was compiled.
    Pattern(Box<str>),
    /// Seconds since 1970, and the same in smaller units.
    Seconds,
    Milliseconds,
    Microseconds,
    /// The digits behind the second's point.
    MillisecondsOfSecond,
    MicrosecondsOfSecond,
    /// Seconds since 1970 with three digits behind the point, which is nginx's `$msec`.
    SecondsWithMilliseconds,
    /// `2026-11-21T14:49:43+00:00`
    Iso8601,
    /// `2026-11-21T14:49:43.250Z`: always in UTC, because whoever reads it is a program.
    Rfc3339,
    /// `2026-11-21` in UTC.
    UtcDate,
    /// `14:49:43` in UTC.
    UtcClock,
    /// `14:49:43`
    Clock,
}

impl TimeFormat {
    /// Of `pattern`, if every directive in it is known.
    pub(crate) fn pattern(pattern: &str) -> Result<Self, jiff::Error> {
        let trial = Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC);
        strtime::format(pattern, &trial)?;
        Ok(Self::Pattern(pattern.into()))
    }

    /// May what it writes hold what has to be escaped?
    pub(crate) const fn is_free_text(&self) -> bool {
        matches!(self, Self::Pattern(_))
    }

    /// Is it a number to a program that reads JSON?
    pub(crate) const fn is_number(&self) -> bool {
        matches!(
            self,
            Self::Seconds | Self::Milliseconds | Self::Microseconds | Self::SecondsWithMilliseconds
        )
    }

    pub(crate) fn write(&self, line: &mut Vec<u8>, zone: &Zone, time: Timestamp) {
        let millisecond = || unsigned(time.subsec_millisecond());
        let microsecond = || unsigned(time.subsec_microsecond());
        match self {
            Self::Common => zone.write(line, time),
            Self::Bracketed => {
                line.push(b'[');
                zone.write(line, time);
                line.push(b']');
            }
            Self::Pattern(pattern) => {
                let local = time.to_zoned(zone.zone.clone());
                // It was tried with another time. Should this one be beyond what can be written, the rest of the line still counts.
                let text = strtime::format(&**pattern, &local).unwrap_or_else(|_| "-".to_owned());
                line.extend_from_slice(text.as_bytes());
            }
            Self::Seconds => number(line, unsigned(time.as_second())),
            Self::Milliseconds => number(line, unsigned(time.as_millisecond())),
            Self::Microseconds => number(line, unsigned(time.as_microsecond())),
            Self::MillisecondsOfSecond => digits(line, millisecond(), 3),
            Self::MicrosecondsOfSecond => digits(line, microsecond(), 6),
            Self::SecondsWithMilliseconds => {
                number(line, unsigned(time.as_second()));
                line.push(b'.');
                digits(line, millisecond(), 3);
            }
            Self::Iso8601 => {
                let offset = zone.offset(time);
                let local = offset.to_datetime(time);
                date(line, local);
                line.push(b'T');
                clock(line, local);
                let minutes = offset.seconds() / 60;
                line.push(if minutes < 0 { b'-' } else { b'+' });
                two_digits(line, unsigned(minutes / 60));
                line.push(b':');
                two_digits(line, unsigned(minutes % 60));
            }
            Self::Rfc3339 => {
                line.extend_from_slice(&utc_second(time));
                line.push(b'.');
                digits(line, millisecond(), 3);
                line.push(b'Z');
            }
            Self::UtcDate => date(line, Offset::UTC.to_datetime(time)),
            Self::UtcClock => clock(line, Offset::UTC.to_datetime(time)),
            Self::Clock => clock(line, zone.offset(time).to_datetime(time)),
        }
    }
}

fn date(line: &mut Vec<u8>, local: DateTime) {
    digits(line, unsigned(local.year()), 4);
    line.push(b'-');
    two_digits(line, unsigned(local.month()));
    line.push(b'-');
    two_digits(line, unsigned(local.day()));
}

fn clock(line: &mut Vec<u8>, local: DateTime) {
    two_digits(line, unsigned(local.hour()));
    line.push(b':');
    two_digits(line, unsigned(local.minute()));
    line.push(b':');
    two_digits(line, unsigned(local.second()));
}

/// The second in UTC as RFC 3339 writes it, up to its fraction: the one that this thread wrote last, if it is the same.
fn utc_second(time: Timestamp) -> [u8; 19] {
    let (second, text) = LATEST_UTC.get();
    if second == time.as_second() {
        return text;
    }
    let utc = Offset::UTC.to_datetime(time);
    let mut text = Vec::with_capacity(19);
    date(&mut text, utc);
    text.push(b'T');
    clock(&mut text, utc);
    let text = text.try_into().expect("every part has its width");
    LATEST_UTC.set((time.as_second(), text));
    text
}

/// A time zone that looks its offset up once a minute: zones change theirs at a whole minute, and lines come in thousands a second.
pub(crate) struct Zone {
    zone: TimeZone,
    /// The minute in the upper half, its offset in seconds in the lower. They are read and written as one.
    latest: AtomicU64,
}

impl Zone {
    pub(crate) const fn new(zone: TimeZone) -> Self {
        Self {
            zone,
            latest: AtomicU64::new(u64::MAX),
        }
    }

    fn offset(&self, time: Timestamp) -> Offset {
        let minute = u32::try_from(time.as_second().div_euclid(60)).unwrap_or(0);
        let latest = self.latest.load(Ordering::Relaxed);
        if latest >> 32 == u64::from(minute) {
            let seconds = (latest & 0xffff_ffff) as u32;
            if let Ok(offset) = Offset::from_seconds(seconds.cast_signed()) {
                return offset;
            }
        }
        let offset = self.zone.to_offset(time);
        let latest = u64::from(minute) << 32 | u64::from(offset.seconds().cast_unsigned());
        self.latest.store(latest, Ordering::Relaxed);
        offset
    }

    /// Writes `time` as it is in this zone, in the Common Log Format.
    fn write(&self, line: &mut Vec<u8>, time: Timestamp) {
        let offset = self.offset(time);
        let mut stamp = LATEST.get();
        if !stamp.is_of(time, offset) {
            stamp = Stamp::new(time, offset);
            LATEST.set(stamp);
        }
        line.extend_from_slice(&stamp.text);
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.zone.iana_name().unwrap_or("unnamed"))
    }
}

thread_local! {
    /// What this thread wrote last, because many lines have the same second.
    static LATEST: Cell<Stamp> = const { Cell::new(Stamp::NONE) };
    static LATEST_UTC: Cell<(i64, [u8; 19])> = const { Cell::new((i64::MIN, [0; 19])) };
}

/// A second in writing. It does not matter which zone wrote it: the offset says all of it.
#[derive(Clone, Copy)]
struct Stamp {
    second: i64,
    offset: i32,
    text: [u8; 26],
}

impl Stamp {
    /// Of a second that no clock shows.
    const NONE: Self = Self {
        second: i64::MIN,
        offset: 0,
        text: [0; 26],
    };

    fn is_of(&self, time: Timestamp, offset: Offset) -> bool {
        (self.second, self.offset) == (time.as_second(), offset.seconds())
    }

    fn new(time: Timestamp, offset: Offset) -> Self {
        let local = offset.to_datetime(time);
        let mut text = Vec::with_capacity(26);
        two_digits(&mut text, unsigned(local.day()));
        text.push(b'/');
        text.extend_from_slice(MONTHS[usize::from(local.month().unsigned_abs() - 1)]);
        text.push(b'/');
        two_digits(&mut text, unsigned(local.year() / 100));
        two_digits(&mut text, unsigned(local.year() % 100));
        for part in [local.hour(), local.minute(), local.second()] {
            text.push(b':');
            two_digits(&mut text, unsigned(part));
        }
        let minutes = offset.seconds() / 60;
        text.extend_from_slice(if minutes < 0 { b" -" } else { b" +" });
        two_digits(&mut text, unsigned(minutes / 60));
        two_digits(&mut text, unsigned(minutes % 60));
        Self {
            second: time.as_second(),
            offset: offset.seconds(),
            text: text.try_into().expect("every part has its width"),
        }
    }
}

/// What is left of a small number without its sign.
fn unsigned(value: impl Into<i64>) -> u64 {
    value.into().unsigned_abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(zone: &Zone, second: i64) -> String {
        let mut line = Vec::new();
        zone.write(&mut line, Timestamp::from_second(second).unwrap());
        String::from_utf8(line).unwrap()
    }

    #[test]
    fn the_time_is_local_and_says_so() {
        for (offset, expected) in [
            (0, "21/Nov/2026:14:49:43 +0000"),
            (3600, "21/Nov/2026:15:49:43 +0100"),
            (-12_600, "21/Nov/2026:11:19:43 -0330"),
            (-1800, "21/Nov/2026:14:19:43 -0030"),
            (45_900, "22/Nov/2026:03:34:43 +1245"),
        ] {
            let zone = Zone::new(TimeZone::fixed(Offset::from_seconds(offset).unwrap()));
            assert_eq!(written(&zone, 1_795_272_583), expected);
            assert_eq!(written(&zone, 1_795_272_583), expected, "the second time");
        }
        let epoch = Zone::new(TimeZone::UTC);
        assert_eq!(written(&epoch, 0), "01/Jan/1970:00:00:00 +0000");
    }

    #[test]
    fn a_time_is_written_in_many_ways() {
        let zone = Zone::new(TimeZone::fixed(Offset::from_seconds(-12_600).unwrap()));
        let time = Timestamp::new(1_795_272_583, 7_089_999).unwrap();
        for (format, expected) in [
            (TimeFormat::Common, "21/Nov/2026:11:19:43 -0330"),
            (TimeFormat::Bracketed, "[21/Nov/2026:11:19:43 -0330]"),
            (TimeFormat::pattern("%Y %H:%M %%").unwrap(), "2026 11:19 %"),
            (TimeFormat::Seconds, "1795272583"),
            (TimeFormat::Milliseconds, "1795272583007"),
            (TimeFormat::Microseconds, "1795272583007089"),
            (TimeFormat::MillisecondsOfSecond, "007"),
            (TimeFormat::MicrosecondsOfSecond, "007089"),
            (TimeFormat::SecondsWithMilliseconds, "1795272583.007"),
            (TimeFormat::Iso8601, "2026-11-21T11:19:43-03:30"),
            (TimeFormat::Rfc3339, "2026-11-21T14:49:43.007Z"),
            (TimeFormat::UtcDate, "2026-11-21"),
            (TimeFormat::UtcClock, "14:49:43"),
            (TimeFormat::Clock, "11:19:43"),
        ] {
            let mut line = Vec::new();
            format.write(&mut line, &zone, time);
            assert_eq!(String::from_utf8(line).unwrap(), expected);
        }
        assert!(TimeFormat::pattern("%!").is_err());
    }

    #[test]
    fn each_second_is_written_anew() {
        let zone = Zone::new(TimeZone::UTC);
        for (second, expected) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (0, "1970-01-01T00:00:00.000Z"),
            (86_399, "1970-01-01T23:59:59.000Z"),
            (1_795_272_583, "2026-11-21T14:49:43.000Z"),
        ] {
            let mut line = Vec::new();
            let time = Timestamp::from_second(second).unwrap();
            TimeFormat::Rfc3339.write(&mut line, &zone, time);
            assert_eq!(String::from_utf8(line).unwrap(), expected);
        }
    }

    #[test]
    fn the_offset_changes_when_the_zone_does() {
        let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        let zone = Zone::new(zone);
        assert_eq!(written(&zone, 1_792_889_999), "25/Oct/2026:02:59:59 +0200");
        assert_eq!(written(&zone, 1_792_890_000), "25/Oct/2026:02:00:00 +0100");
        assert_eq!(written(&zone, 1_792_889_999), "25/Oct/2026:02:59:59 +0200");
    }
}
