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

/// Issued at, expires, deadline, version; one more than the length of the owner's name, or zero.
const FRAME: usize = 4 * NUMBER + 2;

/// A number has 48 bits: enough milliseconds for 8,900 years.
const NUMBER: usize = 6;

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

    fn read(&self, mut plain: &[u8]) -> Option<Record> {
        let mut time =
            || number(&mut plain).map(|millis| Timestamp::from_millis(millis.cast_signed()));
        let (issued, expires, deadline) = (time()?, time()?, time()?);
        if issued <= self.issued_after {
            return None;
        }
        let version = number(&mut plain)?;
        let (length, plain) = plain.split_first_chunk()?;
        let (owner, data) = match u16::from_be_bytes(*length).checked_sub(1) {
            None => (None, plain),
            Some(length) => {
                let (owner, data) = plain.split_at_checked(length.into())?;
                (Some(str::from_utf8(owner).ok()?.into()), data)
            }
        };
        let data = serde_json::from_slice(data).ok()?;
        Some(Record::restored(data, version, expires, deadline, owner))
    }
}

fn pad(length: usize) -> usize {
    length.next_multiple_of(PADDED)
}

fn number(plain: &mut &[u8]) -> Option<u64> {
    let (number, rest) = plain.split_first_chunk::<NUMBER>()?;
    *plain = rest;
    let mut bytes = [0; 8];
    bytes[8 - NUMBER..].copy_from_slice(number);
    Some(u64::from_be_bytes(bytes))
}

/// What is greater than any is the greatest.
fn spelled(number: u64) -> [u8; NUMBER] {
    match number.to_be_bytes() {
        [0, 0, number @ ..] => number,
        _ => [u8::MAX; NUMBER],
    }
}

impl Seal for CookieSeal {
    fn seal(&self, record: &Record) -> Result<Option<String>, BoxError> {
        let owner = record.owner.as_deref();
        let length = FRAME + owner.map_or(0, str::len) + record.size();
        let mut message = Vec::with_capacity(HEAD + pad(length) + TAG);
        message.resize(HEAD, 0);
        for time in [Timestamp::now(), record.expires, record.deadline] {
            message.extend(spelled(u64::try_from(time.millis()).unwrap_or(0)));
        }
        message.extend(spelled(record.version));
        let length = owner.map_or(0, |owner| owner.len() + 1);
        message.extend(u16::try_from(length)?.to_be_bytes());
        message.extend(owner.unwrap_or_default().as_bytes());
        serde_json::to_writer(&mut message, &*record.data)?;
        // Spaces after JSON are read over.
        message.resize(HEAD + pad(message.len() - HEAD), b' ');

        let sealed = self.keys.seal(&self.purpose, &mut message);
        sealed.ok_or("the system gave no randomness for a sealed cookie")?;
        let text = BASE64_URL_SAFE_NO_PAD.encode(message);
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

    const SECRET: &[u8] = b"7bc38b1d09e2c4f65a13de9b4a70612f";
    const OTHER: &[u8] = b"e1f0a9d35c847b2610fd42c96b8e3a57";

    fn seal() -> CookieSeal {
        CookieSeal::new(Keys::new(SECRET).unwrap(), "session", Timestamp::default())
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
        let [key, other] = [SECRET, OTHER].map(|secret| Keys::new(secret).unwrap());
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
    fn a_time_without_end_stays_far_away() {
        let end = Timestamp::from_millis(i64::MAX);
        let endless = Record::restored(Data::new(), 7, end, end, None);
        let opened = seal().open(&sealed(&endless)).unwrap();
        assert_eq!(opened.expires, opened.deadline);
        let centuries = Duration::from_secs(4000 * 365 * 24 * 60 * 60);
        assert!(!opened.is_expired(Timestamp::now() + centuries));
        let before_all = Record::restored(Data::new(), 7, end, Timestamp::from_millis(-1), None);
        let opened = seal().open(&sealed(&before_all)).unwrap();
        assert!(opened.is_expired(Timestamp::now()));
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
            version in 0..1_u64 << 48,
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
