use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{Invalid, json};

/// What a token says, once its signature and its time were found right ([RFC 7519 §4](https://www.rfc-editor.org/rfc/rfc7519#section-4)).
///
/// It is cheap to clone. `Debug` shows the names of the claims and not what they say.
#[derive(Clone, PartialEq)]
pub struct Claims(Arc<Members>);

#[derive(PartialEq)]
struct Members {
    all: Map<String, Value>,
    expires: Option<f64>,
    not_before: Option<f64>,
    issued: Option<f64>,
}

impl Claims {
    /// Reads a JSON object in which no claim comes twice, and each registered one has its form.
    pub(super) fn read(payload: &[u8]) -> Result<Self, Invalid> {
        let all = json::object(payload).ok_or(Invalid::Claims)?;
        for name in ["iss", "sub", "jti"] {
            if all.get(name).is_some_and(|value| !value.is_string()) {
                return Err(Invalid::Claims);
            }
        }
        let is_audience = |audience: &Value| match audience {
            Value::String(_) => true,
            Value::Array(list) => list.iter().all(Value::is_string),
            _ => false,
        };
        if !all.get("aud").is_none_or(is_audience) {
            return Err(Invalid::Claims);
        }
        // Seconds, and a fraction of one may follow (§2, NumericDate). Nobody issued a token before 1970.
        let date = |name| match all.get(name) {
            None => Ok(None),
            Some(value) => match value.as_f64() {
                Some(seconds) if seconds >= 0.0 => Ok(Some(seconds)),
                _ => Err(Invalid::Claims),
            },
        };
        let (expires, not_before, issued) = (date("exp")?, date("nbf")?, date("iat")?);
        Ok(Self(Arc::new(Members {
            all,
            expires,
            not_before,
            issued,
        })))
    }

    /// Whom the token is about: `sub`.
    pub fn subject(&self) -> Option<&str> {
        self.text("sub")
    }

    /// Who issued it: `iss`.
    pub fn issuer(&self) -> Option<&str> {
        self.text("iss")
    }

    /// Its own id: `jti`.
    pub fn token_id(&self) -> Option<&str> {
        self.text("jti")
    }

    /// Whom it is for: `aud`, which may be one or a list.
    pub fn audiences(&self) -> impl Iterator<Item = &str> {
        words(self.0.all.get("aud"), None)
    }

    /// When it is over: `exp`. `None` also for a time that the system's clock cannot show.
    pub fn expires_at(&self) -> Option<SystemTime> {
        time(self.0.expires?)
    }

    /// When it was issued: `iat`.
    pub fn issued_at(&self) -> Option<SystemTime> {
        time(self.0.issued?)
    }

    /// A claim that is a text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.all.get(name)?.as_str()
    }

    /// A claim that lists words: an array of texts, or one text with spaces between them, as `scope` is
    /// ([RFC 8693 §4.2](https://www.rfc-editor.org/rfc/rfc8693#section-4.2)). Empty if it is not there, or something else.
    pub fn words(&self, name: &str) -> impl Iterator<Item = &str> {
        words(self.0.all.get(name), Some(' '))
    }

    /// A claim as any type that it can be read as; `None` if it is not there, or something else.
    pub fn get<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        T::deserialize(self.0.all.get(name)?).ok()
    }

    /// All claims as any type that they can be read as; `None` if they cannot.
    pub fn all<T: DeserializeOwned>(&self) -> Option<T> {
        let all = self.0.all.clone();
        T::deserialize(Value::Object(all)).ok()
    }

    /// A claim that is a time.
    pub(super) fn time(&self, name: &str) -> Option<SystemTime> {
        time(self.0.all.get(name)?.as_f64()?)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.all.contains_key(name)
    }

    /// Is it over? A token counts as over from the second that `exp` names (§4.1.4).
    pub(super) fn is_over(&self, now: SystemTime, leeway: Duration) -> bool {
        let over = |expires| seconds(now) >= expires + leeway.as_secs_f64();
        self.0.expires.is_some_and(over)
    }

    /// Does it not hold yet, or come from the future?
    pub(super) fn is_early(&self, now: SystemTime, leeway: Duration) -> bool {
        let latest = seconds(now) + leeway.as_secs_f64();
        let early = |begin| latest < begin;
        self.0.not_before.is_some_and(early) || self.0.issued.is_some_and(early)
    }

    /// Was it issued longer ago than `age`? One that does not say when counts as old.
    pub(super) fn is_older(&self, age: Duration, now: SystemTime, leeway: Duration) -> bool {
        let oldest = seconds(now) - age.as_secs_f64() - leeway.as_secs_f64();
        self.0.issued.is_none_or(|issued| issued < oldest)
    }
}

/// The texts of a list, or of one text, at `separator` if there is one.
fn words(value: Option<&Value>, separator: Option<char>) -> impl Iterator<Item = &str> {
    let (text, list) = match value {
        Some(Value::String(text)) => (Some(text.as_str()), &[][..]),
        Some(Value::Array(list)) => (None, &list[..]),
        _ => (None, &[][..]),
    };
    let pieces = text.into_iter().flat_map(move |text| {
        let is_separator = move |character| Some(character) == separator;
        text.split(is_separator)
            .filter(move |piece| separator.is_none() || !piece.is_empty())
    });
    pieces.chain(list.iter().filter_map(Value::as_str))
}

fn seconds(time: SystemTime) -> f64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => since.as_secs_f64(),
        Err(before) => -before.duration().as_secs_f64(),
    }
}

fn time(seconds: f64) -> Option<SystemTime> {
    UNIX_EPOCH.checked_add(Duration::try_from_secs_f64(seconds).ok()?)
}

impl fmt::Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.all.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(json: &str) -> Claims {
        Claims::read(json.as_bytes()).unwrap()
    }

    #[test]
    fn each_registered_claim_has_its_form() {
        for (json, right) in [
            (
                r#"{"iss":"a","sub":"b","jti":"c","aud":"d","exp":1,"nbf":0,"iat":1.5}"#,
                true,
            ),
            (r#"{"aud":[]}"#, true),
            (r#"{"exp":1e300}"#, true),
            ("{}", true),
            (r#"{"sub":1}"#, false),
            (r#"{"iss":null}"#, false),
            (r#"{"jti":["a"]}"#, false),
            (r#"{"aud":{}}"#, false),
            (r#"{"aud":["a",1]}"#, false),
            (r#"{"exp":"1"}"#, false),
            (r#"{"exp":1e400}"#, false),
            (r#"{"nbf":null}"#, false),
            (r#"{"nbf":-1}"#, false),
            (r#"{"iat":[1]}"#, false),
            (r#"{"sub":"a","sub":"b"}"#, false),
            (r#"["sub"]"#, false),
            ("", false),
        ] {
            assert_eq!(Claims::read(json.as_bytes()).is_ok(), right, "{json}");
        }
    }

    #[test]
    fn words_stand_in_a_list_or_between_spaces() {
        for (json, expected) in [
            (r#"{"scope":"a b  c"}"#, &["a", "b", "c"][..]),
            (r#"{"scope":["a b","c"]}"#, &["a b", "c"]),
            (r#"{"scope":["a",1]}"#, &["a"]),
            (r#"{"scope":""}"#, &[]),
            (r#"{"scope":1}"#, &[]),
            ("{}", &[]),
        ] {
            let claims = claims(json);
            assert_eq!(
                claims.words("scope").collect::<Vec<_>>(),
                expected,
                "{json}"
            );
        }
        let one = claims(r#"{"aud":"a b"}"#);
        assert_eq!(one.audiences().collect::<Vec<_>>(), ["a b"]);
    }

    #[test]
    fn what_they_say_is_read_by_name_and_type_and_not_shown() {
        let claims = claims(r#"{"sub":"ada","n":7,"exp":10.5,"iat":1e300}"#);
        assert_eq!(claims.get::<u8>("n"), Some(7));
        assert_eq!(claims.get::<String>("n"), None);
        assert_eq!(claims.get::<u8>("m"), None);
        assert!(claims.all::<Value>().unwrap().is_object());
        assert_eq!(
            claims.expires_at(),
            Some(UNIX_EPOCH + Duration::from_millis(10_500))
        );
        assert_eq!(claims.issued_at(), None);
        assert!(!format!("{claims:?}").contains("ada"));
    }

    #[test]
    fn times_have_a_leeway_on_both_sides() {
        let (now, leeway) = (
            UNIX_EPOCH + Duration::from_secs(1000),
            Duration::from_secs(60),
        );
        for (json, over, early) in [
            (r#"{"exp":941}"#, false, false),
            (r#"{"exp":940}"#, true, false),
            (r#"{"exp":940.5}"#, false, false),
            (r#"{"exp":0}"#, true, false),
            (r#"{"exp":1e300}"#, false, false),
            (r#"{"nbf":1060}"#, false, false),
            (r#"{"nbf":1060.5}"#, false, true),
            (r#"{"iat":1061}"#, false, true),
            (r#"{"nbf":1e300}"#, false, true),
            ("{}", false, false),
        ] {
            let claims = claims(json);
            let found = (claims.is_over(now, leeway), claims.is_early(now, leeway));
            assert_eq!(found, (over, early), "{json}");
        }
        let age = Duration::from_secs(100);
        for (json, older) in [
            (r#"{"iat":840}"#, false),
            (r#"{"iat":839}"#, true),
            ("{}", true),
        ] {
            assert_eq!(claims(json).is_older(age, now, leeway), older, "{json}");
        }
    }
}
