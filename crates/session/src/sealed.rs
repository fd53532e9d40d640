//! A session as the value of a cookie.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use plywood_header::cookie::MAX_PAIR;
use plywood_session_core::{BoxError, Record, Seal, Timestamp};

use crate::{
    Keys,
    keys::{HEAD, TAG},
};

/// Seals sessions for the cookie of one name.
#[derive(Clone)]
pub(crate) struct CookieSeal {
    keys: Keys,
    purpose: Box<[u8]>,
    max_length: usize,
    issued_after: Timestamp,
}

/// What is sealed is a multiple of this, so that the length of the cookie tells little.
const PADDED: usize = 64;

/// Issued at, expires, deadline, version, the length of the data, the length of the owner's name or none.
const FRAME: usize = 4 * 8 + 2 + 2;

const NO_OWNER: u16 = u16::MAX;

impl CookieSeal {
    /// For the cookie called `name`, which may have a prefix before it. What was issued by `issued_after` is refused.
    pub(crate) fn new(keys: Keys, name: &str, issued_after: Timestamp) -> Self {
        Self {
            keys,
            purpose: ["plywood session in cookie ", name]
                .concat()
                .into_bytes()
                .into(),
            max_length: MAX_PAIR - "__Secure-".len() - name.len(),
            issued_after,
        }
    }

    fn pad(length: usize) -> usize {
        length.next_multiple_of(PADDED)
    }

    fn read(&self, plain: &[u8]) -> Option<Record> {
        let (frame, rest) = plain.split_at_checked(FRAME)?;
        let number = |place: usize| {
            let bytes = frame[place * 8..][..8].try_into();
            i64::from_be_bytes(bytes.expect("there are eight"))
        };
        let length = |place: usize| u16::from_be_bytes([frame[place], frame[place + 1]]);
        if number(0) <= self.issued_after.millis() {
            return None;
        }
        let (data, rest) = rest.split_at_checked(length(32).into())?;
        let owner = match length(34) {
            NO_OWNER => None,
            length => Some(std::str::from_utf8(rest.get(..length.into())?).ok()?.into()),
        };
        Some(Record::restored(
            serde_json::from_slice(data).ok()?,
            number(3).cast_unsigned(),
            Timestamp::from_millis(number(1)),
            Timestamp::from_millis(number(2)),
            owner,
        ))
    }
}

impl Seal for CookieSeal {
    fn seal(&self, record: &Record) -> Result<Option<String>, BoxError> {
        let owner = record.owner.as_deref().unwrap_or_default();
        let mut plain = Vec::with_capacity(Self::pad(FRAME + record.size() + owner.len()));
        for number in [
            Timestamp::now().millis(),
            record.expires.millis(),
            record.deadline.millis(),
            record.version.cast_signed(),
        ] {
            plain.extend(number.to_be_bytes());
        }
        plain.extend([0; 4]);
        serde_json::to_writer(&mut plain, &*record.data)?;
        let Ok(length) = u16::try_from(plain.len() - FRAME) else {
            return Ok(None);
        };
        plain[32..34].copy_from_slice(&length.to_be_bytes());
        let owner_length = match &record.owner {
            Some(owner) => u16::try_from(owner.len())?,
            None => NO_OWNER,
        };
        plain[34..36].copy_from_slice(&owner_length.to_be_bytes());
        plain.extend(owner.as_bytes());
        plain.resize(Self::pad(plain.len()), 0);

        let sealed = self.keys.seal(&self.purpose, &mut plain);
        let (head, tag) = sealed.ok_or("the system gave no randomness for a sealed cookie")?;
        let bytes = [&head[..], &plain, &tag].concat();
        let text = BASE64_URL_SAFE_NO_PAD.encode(bytes);
        Ok((text.len() <= self.max_length).then_some(text))
    }

    fn open(&self, text: &str) -> Option<Record> {
        if text.len() > self.max_length {
            return None;
        }
        let mut sealed = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        self.read(self.keys.open(&self.purpose, &mut sealed)?)
    }

    fn capacity(&self) -> usize {
        let bytes = self.max_length / 4 * 3 - HEAD - TAG;
        bytes / PADDED * PADDED - FRAME
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use plywood_session_core::Data;
    use proptest::prelude::*;

    use super::*;

    fn seal() -> CookieSeal {
        CookieSeal::new(
            Keys::new(&[1; 32]).unwrap(),
            "session",
            Timestamp::default(),
        )
    }

    fn record(text: &str) -> Record {
        let mut data = Data::new();
        data.insert("text".into(), text.into());
        let end = Timestamp::now() + Duration::from_secs(60);
        Record::restored(data, 7, end, end + Duration::from_secs(1), None)
    }

    fn sealed(record: &Record) -> String {
        seal().seal(record).unwrap().unwrap()
    }

    #[test]
    fn the_length_of_the_cookie_tells_little() {
        let lengths = ["", "a", "ada", "ada lovelace"].map(|text| sealed(&record(text)).len());
        assert_eq!(lengths, [lengths[0]; 4]);
    }

    #[test]
    fn what_fits_is_said_exactly() {
        let capacity = seal().capacity();
        let frame = r#"{"text":""}"#.len();
        let fits = record(&"x".repeat(capacity - frame));
        let text = sealed(&fits);
        assert!(seal().open(&text) == Some(fits));
        assert!("__Secure-session".len() + text.len() <= MAX_PAIR);
        let large = record(&"x".repeat(capacity - frame + 1));
        assert!(seal().seal(&large).unwrap().is_none());
        let huge = record(&"x".repeat(100_000));
        assert!(seal().seal(&huge).unwrap().is_none());
        assert!(capacity > 2900, "{capacity}");
    }

    #[test]
    fn another_name_another_key_and_an_earlier_date_open_nothing() {
        let text = sealed(&record("ada"));
        assert!(seal().open(&text).is_some());
        let (key, other) = (Keys::new(&[1; 32]).unwrap(), Keys::new(&[2; 32]).unwrap());
        let never = Timestamp::default();
        assert!(
            CookieSeal::new(key.clone(), "shop", never)
                .open(&text)
                .is_none()
        );
        assert!(
            CookieSeal::new(other, "session", never)
                .open(&text)
                .is_none()
        );
        let later = Timestamp::now() + Duration::from_secs(1);
        assert!(CookieSeal::new(key, "session", later).open(&text).is_none());
    }

    #[test]
    fn nothing_is_readable() {
        let mut record = record("ada lovelace");
        record.owner = Some("ada".into());
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(sealed(&record)).unwrap();
        assert!(!bytes.windows(3).any(|window| window == b"ada"));
    }

    proptest! {
        #[test]
        fn what_is_sealed_is_opened_and_what_is_changed_is_not(
            text in ".{0,300}",
            owner in proptest::option::of(".{0,60}"),
            version: u64,
            place: prop::sample::Index,
            character in "[A-Za-z0-9_=.-]",
        ) {
            let mut record = record(&text);
            record.version = version;
            record.owner = owner.map(Into::into);
            let text = sealed(&record);
            prop_assert!(seal().open(&text) == Some(record));
            let place = place.index(text.len());
            let mut changed = text.clone();
            changed.replace_range(place..=place, &character);
            prop_assert!(changed == text || seal().open(&changed).is_none());
            prop_assert!(seal().open(&text[..place]).is_none());
        }

        #[test]
        fn any_text_opens_to_nothing(text in "[A-Za-z0-9_-]{0,200}|.{0,50}") {
            prop_assert!(seal().open(&text).is_none());
        }
    }
}
