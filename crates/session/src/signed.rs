//! An id with a signature.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use plywood_session_core::Id;

use crate::Keys;

/// Signs ids for the cookie of one name.
#[derive(Clone, Debug)]
pub(crate) struct Signed {
    keys: Keys,
    purpose: Box<[u8]>,
}

impl Signed {
    pub(crate) fn new(keys: Keys, name: &str) -> Self {
        let purpose = ["plywood session id in cookie ", name].concat();
        Self {
            keys,
            purpose: purpose.into_bytes().into(),
        }
    }

    /// The id and its signature, as they stand in the cookie.
    pub(crate) fn spelled(&self, id: &Id) -> String {
        let signature = self.keys.sign(&self.purpose, id.as_str().as_bytes());
        let mut text = id.as_str().to_owned();
        BASE64_URL_SAFE_NO_PAD.encode_string(signature, &mut text);
        text
    }

    /// The id, if the signature is right.
    pub(crate) fn id(&self, value: &[u8]) -> Option<Id> {
        let (id, signature) = value.split_at_checked(Id::LENGTH)?;
        let id = Id::parse(id)?;
        let mut bytes = [0; 33];
        let length = BASE64_URL_SAFE_NO_PAD.decode_slice(signature, &mut bytes);
        let signature = &bytes[..length.ok()?];
        let right = self
            .keys
            .verify(&self.purpose, id.as_str().as_bytes(), signature);
        right.then_some(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_with_its_signature_and_with_no_other() {
        let [first, second] = [
            b"7bc38b1d09e2c4f65a13de9b4a70612f",
            b"e1f0a9d35c847b2610fd42c96b8e3a57",
        ];
        let keys = |secret| Keys::new(secret).unwrap();
        let signed = Signed::new(keys(first), "session");
        let (id, other) = (Id::random().unwrap(), Id::random().unwrap());
        let text = signed.spelled(&id);
        assert_eq!(signed.id(text.as_bytes()), Some(id));
        for (signed, text) in [
            (&signed, id.as_str().to_owned()),
            (&signed, text[..text.len() - 1].to_owned()),
            (&signed, format!("{text}A")),
            (&signed, format!("{text}{text}")),
            (&signed, text.replace(id.as_str(), other.as_str())),
            (&Signed::new(keys(second), "session"), text.clone()),
            (&Signed::new(keys(first), "shop"), text.clone()),
            (&signed, String::new()),
            (&signed, "\u{e9}".repeat(40)),
        ] {
            assert_eq!(signed.id(text.as_bytes()), None, "{text}");
        }
        let rotated = keys(second).older(first).unwrap();
        assert_eq!(
            Signed::new(rotated, "session").id(text.as_bytes()),
            Some(id)
        );
    }
}
