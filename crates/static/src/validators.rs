//! The names of a file's state: its entity tag and its date.
//!
//! [RFC 9110 §8.8](https://www.rfc-editor.org/rfc/rfc9110#section-8.8)

use std::{
    fmt::Write,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use plywood_header::{accept_encoding::Coding, entity_tag::EntityTag};

/// The coarsest step of a file's date: two seconds, on FAT. A file may change twice within one step and keep its date.
const CLOCK_STEP: Duration = Duration::from_secs(2);

/// Whether a file that was last modified at `modified` would get another date, were it modified again.
pub(crate) fn is_settled(modified: SystemTime, now: SystemTime) -> bool {
    now.duration_since(modified)
        .is_ok_and(|age| age >= CLOCK_STEP)
}

#[derive(Clone, Debug)]
pub(crate) struct Validators {
    pub(crate) etag: EntityTag,
    pub(crate) last_modified: Option<SystemTime>,
}

impl Validators {
    /// Names the state of a file of `length` bytes that was last modified at `modified`, as seen at `now`.
    ///
    /// The tag is made of the length and of the date to the nanosecond. It is weak as long as another change might still get the
    /// same date. A date in the future is sent as `now`, as the standard asks.
    pub(crate) fn new(length: u64, modified: SystemTime, now: SystemTime) -> Self {
        let mut opaque = String::with_capacity(32);
        let written = match modified.duration_since(UNIX_EPOCH) {
            Ok(since) => write!(opaque, "{:x}-{length:x}", since.as_nanos()),
            Err(before) => write!(opaque, "-{:x}-{length:x}", before.duration().as_nanos()),
        };
        written.expect("writing to a string does not fail");
        let etag = if is_settled(modified, now) {
            EntityTag::strong(opaque)
        } else {
            EntityTag::weak(opaque)
        };
        Self {
            etag: etag.expect("digits and hyphens are an entity tag"),
            last_modified: Some(modified.min(now)),
        }
    }

    /// Names a state by a tag that its source knows to be strong.
    pub(crate) fn known(etag: EntityTag, modified: Option<SystemTime>, now: SystemTime) -> Self {
        Self {
            etag,
            last_modified: modified.map(|modified| modified.min(now)),
        }
    }

    /// The same state, of which a change may not be seen.
    pub(crate) fn weakened(self) -> Self {
        Self {
            etag: self.etag.weakened(),
            ..self
        }
    }

    /// The same state in a content coding: other bytes under another tag ([RFC 9110 §8.8.3.3](https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3.3)).
    pub(crate) fn coded(self, coding: Coding) -> Self {
        let tag = self.etag.header_value().as_bytes();
        let open = tag.strip_suffix(b"\"").unwrap_or(tag);
        let suffixed = [open, b"-", coding.as_str().as_bytes(), b"\""].concat();
        Self {
            etag: EntityTag::parse(suffixed).expect("a tag with letters at its end is a tag"),
            ..self
        }
    }

    /// The date, if it names one state only: a range may be joined to bytes that were received under it.
    pub(crate) fn strong_date(&self) -> Option<SystemTime> {
        self.last_modified.filter(|_| !self.etag.is_weak())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_secs(86_400);

    fn tag(length: u64, modified: Duration) -> EntityTag {
        Validators::new(length, UNIX_EPOCH + modified, UNIX_EPOCH + 2 * DAY).etag
    }

    #[test]
    fn the_tag_changes_with_the_length_and_with_every_nanosecond() {
        assert!(tag(5, DAY).strong_eq(&tag(5, DAY)));
        assert!(!tag(5, DAY).weak_eq(&tag(6, DAY)));
        assert!(!tag(5, DAY).weak_eq(&tag(5, DAY + Duration::from_nanos(1))));
    }

    #[test]
    fn the_tag_is_weak_until_the_next_change_must_get_another_date() {
        let modified = UNIX_EPOCH + DAY;
        for (now, weak) in [
            (modified, true),
            (modified + Duration::from_millis(1999), true),
            (modified + Duration::from_secs(2), false),
            (modified - Duration::from_secs(1), true),
        ] {
            let validators = Validators::new(5, modified, now);
            assert_eq!(validators.etag.is_weak(), weak);
            assert_eq!(validators.strong_date().is_none(), weak);
        }
    }

    #[test]
    fn no_date_is_in_the_future_and_one_before_1970_has_a_tag_of_its_own() {
        let now = UNIX_EPOCH + DAY;
        let early = Validators::new(5, UNIX_EPOCH - DAY, now);
        let late = Validators::new(5, UNIX_EPOCH + 2 * DAY, now);
        assert_eq!(late.last_modified, Some(now));
        assert!(!early.etag.weak_eq(&Validators::new(5, now, now).etag));
    }
}
