//! Objects in which no name comes twice.

use std::{collections::HashSet, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value};

/// Reads an object; `None` if it is none, or a name comes twice in it or in anything within it.
///
/// Of two members of one name one reader takes the first and another the last
/// ([RFC 7515 §4](https://www.rfc-editor.org/rfc/rfc7515#section-4), [RFC 7519 §4](https://www.rfc-editor.org/rfc/rfc7519#section-4)).
pub(super) fn object(bytes: &[u8]) -> Option<Map<String, Value>> {
    // Two readings, because a `Value` made by hand would be wrong where another crate has switched on a feature of serde_json.
    serde_json::from_slice::<Unique>(bytes).ok()?;
    serde_json::from_slice(bytes).ok()
}

/// Any value without a name that comes twice.
struct Unique;

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for Unique {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value without a name that comes twice")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self, A::Error> {
        while list.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self, A::Error> {
        let mut names = HashSet::new();
        while let Some(name) = object.next_key::<String>()? {
            if names.contains(&name) {
                object.next_value::<IgnoredAny>()?;
                return Err(A::Error::custom("a name comes twice"));
            }
            names.insert(name);
            object.next_value::<Self>()?;
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_comes_once_at_any_depth() {
        for (text, right) in [
            ("{}", true),
            (r#" {"a":1,"b":[{"a":1},{"a":-1.5}],"c":{"a":null}} "#, true),
            (r#"{"a":1,"a":1}"#, false),
            (r#"{"a":1,"\u0061":1}"#, false),
            (r#"{"b":{"a":1,"c":"","a":true}}"#, false),
            (r#"[{"a":1}]"#, false),
            ("[]", false),
            ("1", false),
            ("null", false),
            ("", false),
            (r#"{"a":1}x"#, false),
            (r#"{"a":1},"#, false),
            (r#"{"a":1}{}"#, false),
            ("{'a':1}", false),
            (r#"{"a":NaN}"#, false),
            ("{\"a\":\"\n\"}", false),
            ("\u{feff}{}", false),
            (r#"{"a":"\ud800"}"#, false),
        ] {
            assert_eq!(object(text.as_bytes()).is_some(), right, "{text}");
        }
        assert!(object(b"{\"a\":\"\xff\"}").is_none());
        assert!(object("{\"a\":".repeat(100_000).as_bytes()).is_none());
        assert!(object("[".repeat(100_000).as_bytes()).is_none());
    }
}
