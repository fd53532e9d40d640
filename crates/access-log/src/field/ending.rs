use std::{ffi::OsStr, io::Write, time::Duration};

use jiff::Timestamp;

use super::{AtEnd, Unit, of_request::time};
use crate::{dress::Out, record::Ending, record::Record, text, time::Zone};

impl AtEnd {
    pub(crate) fn write(&self, out: Out<'_>, record: &Record<'_>, zone: &Zone) {
        let word = |out: Out<'_>, word: &str| {
            out.plain(|line| line.extend_from_slice(word.as_bytes()));
        };
        match self {
            Self::User => match record.identity() {
                Some(user) => out.word(user.name().as_bytes()),
                None => out.absent(),
            },
            Self::AuthScheme => match record.identity().map(plywood_core::Identity::auth_scheme) {
                Some("") | None => out.absent(),
                Some(scheme) => out.word(scheme.as_bytes()),
            },
            Self::Status => out.number(record.status().into()),
            Self::Bytes => out.number(record.bytes()),
            Self::BytesIfAny => match record.bytes() {
                0 => out.absent(),
                bytes => out.number(bytes),
            },
            Self::BytesWithHead => out.number(record.head_bytes + record.bytes()),
            Self::Duration(unit) => unit.write(out, Some(record.duration())),
            Self::FirstByte(unit) => unit.write(out, record.first_byte()),
            Self::Time(format) => time(out, format, zone, Timestamp::now()),
            Self::Connection => match record.ending() {
                Ending::Complete if record.closes => word(out, "-"),
                Ending::Complete => word(out, "+"),
                _ => word(out, "X"),
            },
            Self::Completion => match record.ending() {
                Ending::Complete => word(out, "OK"),
                _ => out.plain(|_| {}),
            },
            Self::Ending => word(out, record.ending().as_str()),
            Self::EventOutcome => match record.ending() {
                Ending::ClientGone => word(out, "unknown"),
                Ending::Complete if record.status() < 400 => word(out, "success"),
                _ => word(out, "failure"),
            },
            Self::ErrorType => match record.ending() {
                Ending::Complete if record.status() < 500 => out.absent(),
                Ending::Complete => out.plain(|line| text::number(line, record.status().into())),
                ending => word(out, ending.as_str()),
            },
            Self::Route => out.text_if_any(record.route().map(|route| route.pattern().as_bytes())),
            Self::Endpoint => {
                let name = record.route().and_then(|route| route.endpoint_name());
                out.text_if_any(name.map(str::as_bytes));
            }
            Self::File => {
                let name = record.file.map(|file| file.path().as_os_str());
                out.text_if_any(name.map(OsStr::as_encoded_bytes));
            }
        }
    }
}

impl Unit {
    fn write(self, out: Out<'_>, duration: Option<Duration>) {
        let Some(duration) = duration else {
            return out.absent();
        };
        match self {
            Self::Seconds => out.number(duration.as_secs()),
            Self::Milliseconds => out.number(most(duration.as_millis())),
            Self::Microseconds => out.number(most(duration.as_micros())),
            Self::Nanoseconds => out.number(most(duration.as_nanos())),
            Self::SecondsWithMilliseconds => {
                fraction(out, duration.as_secs(), duration.subsec_millis(), 3);
            }
            Self::SecondsWithMicroseconds => {
                fraction(out, duration.as_secs(), duration.subsec_micros(), 6);
            }
            Self::MillisecondsWithMicroseconds => {
                let rest = duration.subsec_micros() % 1000;
                fraction(out, most(duration.as_millis()), rest, 3);
            }
            Self::Human => out.plain(|line| human(line, duration)),
        }
    }
}

/// A number with a point and so many digits behind it.
fn fraction(out: Out<'_>, whole: u64, part: u32, width: u32) {
    out.bare(|line| {
        text::number(line, whole);
        line.push(b'.');
        text::digits(line, part.into(), width);
    });
}

fn most(value: u128) -> u64 {
    u64::try_from(value).unwrap_or(u64::MAX)
}

fn human(line: &mut Vec<u8>, duration: Duration) {
    let seconds = duration.as_secs_f64();
    let written = match duration.as_micros() {
        0..1000 => write!(line, "{} µs", duration.as_micros()),
        1000..1_000_000 => write!(line, "{:.1} ms", seconds * 1e3),
        _ => write!(line, "{seconds:.2} s"),
    };
    written.expect("a vector takes all that is written");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_reads_the_unit_that_suits() {
        for (micros, expected) in [
            (0, "0 µs"),
            (999, "999 µs"),
            (1000, "1.0 ms"),
            (12_340, "12.3 ms"),
            (1_500_000, "1.50 s"),
        ] {
            let mut line = Vec::new();
            human(&mut line, Duration::from_micros(micros));
            assert_eq!(String::from_utf8(line).unwrap(), expected);
        }
    }
}
