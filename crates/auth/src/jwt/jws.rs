use std::fmt;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use super::{Algorithm, Invalid, json};
use crate::bearer::MAX_TOKEN;

/// Three parts of a token, of which nothing is believed yet.
#[derive(Debug)]
pub(super) struct Unverified<'t> {
    /// Header and payload as they were sent: what the signature is of.
    pub(super) signed: &'t str,
    pub(super) signature: Vec<u8>,
    pub(super) algorithm: Algorithm,
    header: Map<String, Value>,
    payload: &'t str,
}

impl<'t> Unverified<'t> {
    /// Reads the compact form ([RFC 7515 §7.1](https://www.rfc-editor.org/rfc/rfc7515#section-7.1)).
    pub(super) fn read(token: &'t str) -> Result<Self, Invalid> {
        if token.len() > MAX_TOKEN {
            return Err(Invalid::Long);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(Invalid::Malformed)?;
        let (header, payload) = signed.split_once('.').ok_or(Invalid::Malformed)?;
        let header = json::object(&decode(header)?).ok_or(Invalid::Malformed)?;
        // No extension is known here, and one that is critical must be (§4.1.11).
        let is_plain = header
            .get("b64")
            .is_none_or(|b64| *b64 == Value::Bool(true));
        if header.contains_key("crit") || !is_plain {
            return Err(Invalid::Extension);
        }
        for name in ["kid", "typ"] {
            if header.get(name).is_some_and(|value| !value.is_string()) {
                return Err(Invalid::Malformed);
            }
        }
        let algorithm = match header.get("alg") {
            Some(Value::String(name)) => Algorithm::named(name).ok_or(Invalid::Algorithm)?,
            _ => return Err(Invalid::Malformed),
        };
        Ok(Self {
            signed,
            signature: decode(signature)?,
            algorithm,
            header,
            payload,
        })
    }

    /// The `kid` of the header: a hint, made by whoever sent the token.
    pub(super) fn key_id(&self) -> Option<&str> {
        self.header.get("kid")?.as_str()
    }

    /// What was signed, once the signature is known to be right.
    pub(super) fn believe(self) -> Result<Jws, Invalid> {
        Ok(Jws {
            payload: decode(self.payload)?,
            header: self.header,
        })
    }
}

/// Strict: no padding, no other characters, and no bits that nothing is made of, or one token could be written in several ways.
fn decode(text: &str) -> Result<Vec<u8>, Invalid> {
    BASE64_URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|_| Invalid::Malformed)
}

/// What a key has signed.
#[derive(Clone, PartialEq)]
pub struct Jws {
    header: Map<String, Value>,
    payload: Vec<u8>,
}

impl Jws {
    /// The bytes that were signed.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The `typ` of its header: what kind of token it says it is.
    pub fn typ(&self) -> Option<&str> {
        self.header.get("typ")?.as_str()
    }

    /// The `kid` of its header.
    pub fn key_id(&self) -> Option<&str> {
        self.header.get("kid")?.as_str()
    }
}

/// How long the payload is, and not what it says.
impl fmt::Debug for Jws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jws")
            .field("typ", &self.typ())
            .field("bytes", &self.payload.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(header: &str) -> Option<Invalid> {
        let token = format!("{}.e30.AA", BASE64_URL_SAFE_NO_PAD.encode(header));
        Unverified::read(&token).err()
    }

    #[test]
    fn a_header_says_its_algorithm_and_no_extension() {
        for (header, wrong) in [
            (r#"{"alg":"HS256"}"#, None),
            (
                r#"{"alg":"HS256","b64":true,"typ":"JWT","kid":"","x":[{}]}"#,
                None,
            ),
            (
                r#"{"alg":"HS256","jku":"http://evil.example","jwk":{},"x5c":[]}"#,
                None,
            ),
            (r#"{"alg":"none"}"#, Some(Invalid::Algorithm)),
            (r#"{"alg":"nOnE"}"#, Some(Invalid::Algorithm)),
            (r#"{"alg":""}"#, Some(Invalid::Algorithm)),
            (r#"{"alg":"hs256"}"#, Some(Invalid::Algorithm)),
            (r#"{"alg":["HS256"]}"#, Some(Invalid::Malformed)),
            (r#"{"alg":null}"#, Some(Invalid::Malformed)),
            ("{}", Some(Invalid::Malformed)),
            (r#"{"alg":"HS256","alg":"HS256"}"#, Some(Invalid::Malformed)),
            (r#"{"alg":"HS256","crit":[]}"#, Some(Invalid::Extension)),
            (
                r#"{"alg":"HS256","crit":["b64"],"b64":true}"#,
                Some(Invalid::Extension),
            ),
            (r#"{"alg":"HS256","crit":null}"#, Some(Invalid::Extension)),
            (r#"{"alg":"HS256","b64":false}"#, Some(Invalid::Extension)),
            (r#"{"alg":"HS256","b64":"true"}"#, Some(Invalid::Extension)),
            (r#"{"alg":"HS256","kid":1}"#, Some(Invalid::Malformed)),
            (r#"{"alg":"HS256","typ":{}}"#, Some(Invalid::Malformed)),
            (r#"["alg","HS256"]"#, Some(Invalid::Malformed)),
            ("", Some(Invalid::Malformed)),
        ] {
            assert_eq!(read(header), wrong, "{header}");
        }
    }

    #[test]
    fn there_are_three_parts_of_strict_base64url() {
        let header = BASE64_URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256"}"#);
        for (rest, right) in [
            (".e30.AA", true),
            ("..", true),
            (".e30.", true),
            (".e30", false),
            ("", false),
            (".e30.AA.", false),
            (".e30.AA.AA", false),
            (".e30.AA=", false),
            (".e30.AA==", false),
            (".e30.AB", false),
            (".e30.A", false),
            (".e30.A+", false),
            (".e30.A/", false),
            (".e30.AA\n", false),
            (".e30. AA", false),
            ("=.e30.AA", false),
            ("\n.e30.AA", false),
        ] {
            let token = format!("{header}{rest}");
            let read = Unverified::read(&token).and_then(Unverified::believe);
            assert_eq!(read.is_ok(), right, "{token:?}");
        }
        let longest = format!("{header}.{}.AA", "A".repeat(MAX_TOKEN));
        assert_eq!(Unverified::read(&longest).err(), Some(Invalid::Long));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in ".{0,80}|[A-Za-z0-9_.-]{0,200}|(eyJhbGciOiJIUzI1NiJ9)?\\.[A-Za-z]{0,9}\\.[A-Za-z]{0,9}") {
            let _ = Unverified::read(&text).map(Unverified::believe);
        }
    }
}
