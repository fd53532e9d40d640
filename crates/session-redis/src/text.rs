//! A record as Redis keeps it: `{version} {deadline} {length of the owner, or -1}\n{owner}{expires} {data}`.
//!
//! What a change leaves as it is stands at the beginning, so that a script can compare it in one piece.

use plywood_session_core::{BoxError, Record, Timestamp};

/// Writes a record.
pub(crate) fn write(record: &Record) -> Result<String, serde_json::Error> {
    let data = serde_json::to_string(&*record.data)?;
    let (beginning, expires) = (beginning(record, record.version), record.expires.millis());
    Ok(format!("{beginning}{expires} {data}"))
}

/// How a record of another version with the same deadline and owner begins.
pub(crate) fn beginning(record: &Record, version: u64) -> String {
    let deadline = record.deadline.millis();
    match record.owner.as_deref() {
        Some(owner) => format!("{version} {deadline} {}\n{owner}", owner.len()),
        None => format!("{version} {deadline} -1\n"),
    }
}

/// Reads a record.
pub(crate) fn read(bytes: &[u8]) -> Result<Record, BoxError> {
    let text = str::from_utf8(bytes)?;
    let (head, rest) = text.split_once('\n').ok_or("it has no head")?;
    let mut head = head.split(' ');
    let mut number = || head.next().ok_or("its head is too short");
    let (version, deadline) = (number()?.parse()?, number()?.parse()?);
    let length: i64 = number()?.parse()?;
    let (owner, rest) = match usize::try_from(length) {
        Ok(length) => {
            let (owner, rest) = rest
                .split_at_checked(length)
                .ok_or("its owner is cut off")?;
            (Some(owner.into()), rest)
        }
        Err(_) => (None, rest),
    };
    let (expires, data) = rest.split_once(' ').ok_or("it has no end")?;
    Ok(Record::restored(
        serde_json::from_str(data)?,
        version,
        Timestamp::from_millis(expires.parse()?),
        Timestamp::from_millis(deadline),
        owner,
    ))
}

/// The milliseconds until a record ends, as the scripts are told: zero if it is over, and less if it never is.
pub(crate) fn left(record: &Record, now: Timestamp) -> i64 {
    let left = record
        .expires
        .min(record.deadline)
        .millis()
        .saturating_sub(now.millis());
    if left >= FOR_EVER { -1 } else { left.max(0) }
}

/// So many milliseconds are for ever.
const FOR_EVER: i64 = 100_000_000_000_000;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use plywood_session_core::Data;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_over_has_no_time_left_and_what_never_ends_has_less() {
        let now = Timestamp::from_millis(1_800_000_000_000);
        let ends = |expires, deadline| Record::new(Data::new(), expires, deadline);
        let (soon, never) = (now + Duration::from_millis(7), now + Duration::MAX);
        for (record, time) in [
            (ends(soon, never), 7),
            (ends(never, soon), 7),
            (ends(never, never), -1),
            (ends(now, never), 0),
            (ends(Timestamp::from_millis(i64::MIN), never), 0),
        ] {
            assert_eq!(left(&record, now), time, "{record:?}");
        }
    }

    proptest! {
        #[test]
        fn a_record_is_read_as_it_was_written(
            version: u64,
            expires: i64,
            deadline: i64,
            owner in proptest::option::of(".{0,80}"),
            values in proptest::collection::vec((".{0,8}", ".{0,20}"), 0..4),
            number in proptest::num::f64::NORMAL,
        ) {
            let mut data: Data = values.into_iter().map(|(key, value)| (key, value.into())).collect();
            data.insert("number".to_owned(), number.into());
            let at = Timestamp::from_millis;
            let record = Record::restored(data, version, at(expires), at(deadline), owner.map(Into::into));
            let text = write(&record).unwrap();
            prop_assert!(text.starts_with(&beginning(&record, version)));
            prop_assert!(read(text.as_bytes()).unwrap() == record);
        }

        #[test]
        fn anything_else_is_an_error(bytes: Vec<u8>, text in "[0-9]{0,3} [0-9-]{0,3} [0-9-]{0,3}\n.{0,9}") {
            let _ = read(&bytes);
            let _ = read(text.as_bytes());
        }
    }
}
