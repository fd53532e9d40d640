use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use super::Reply;
use crate::diff;

/// What came as JSON.
impl Reply {
    /// The body, read as JSON.
    ///
    /// # Panics
    ///
    /// If it is not the JSON of a `T`.
    #[track_caller]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        match serde_json::from_slice(&self.body) {
            Ok(value) => value,
            Err(error) => {
                panic!("the body is not the JSON that was asked for: {error}\n\n{self}")
            }
        }
    }

    /// A part of the body's JSON, by its pointer, as in `/user/roles/0` ([RFC 6901](https://www.rfc-editor.org/rfc/rfc6901)).
    ///
    /// # Panics
    ///
    /// If there is no such part, or it is not the JSON of a `T`.
    #[track_caller]
    pub fn json_at<T: DeserializeOwned>(&self, pointer: &str) -> T {
        match serde_json::from_value(self.part(pointer)) {
            Ok(value) => value,
            Err(error) => {
                panic!("the JSON at {pointer:?} is not what was asked for: {error}\n\n{self}")
            }
        }
    }

    /// JSON of that value, whatever the order of its keys and its white space.
    ///
    /// # Panics
    ///
    /// If the body is another.
    #[track_caller]
    #[expect(clippy::return_self_not_must_use, reason = "the check is the use")]
    pub fn expect_json<T: Serialize + ?Sized>(self, value: &T) -> Self {
        let (expected, found) = (json_of(value), self.json::<Value>());
        self.check(found == expected, || {
            let difference = diff::lines(&pretty(&expected), &pretty(&found));
            format!("expected the JSON {expected}\n{difference}")
        })
    }

    /// JSON that has that value at that pointer, as in `/user/roles/0`; the empty pointer is the whole.
    ///
    /// # Panics
    ///
    /// If another value is there, or none.
    #[track_caller]
    #[expect(clippy::return_self_not_must_use, reason = "the check is the use")]
    pub fn expect_json_at<T: Serialize + ?Sized>(self, pointer: &str, value: &T) -> Self {
        let (expected, found) = (json_of(value), self.part(pointer));
        self.check(found == expected, || {
            let difference = diff::lines(&pretty(&expected), &pretty(&found));
            format!("expected the JSON {expected} at {pointer:?}, found {found}\n{difference}")
        })
    }

    #[track_caller]
    fn part(&self, pointer: &str) -> Value {
        let whole: Value = self.json();
        match whole.pointer(pointer) {
            Some(part) => part.clone(),
            None => panic!(
                "the JSON has nothing at {pointer:?}; {}\n\n{self}",
                nearest(&whole, pointer)
            ),
        }
    }
}

#[track_caller]
fn json_of<T: Serialize + ?Sized>(value: &T) -> Value {
    match serde_json::to_value(value) {
        Ok(value) => value,
        Err(error) => panic!("the value has no JSON: {error}"),
    }
}

/// With sorted keys, so that their order is no difference.
pub(crate) fn pretty(value: &Value) -> String {
    let text = serde_json::to_string_pretty(&sorted(value));
    text.expect("a value of JSON has JSON") + "\n"
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(sorted).collect(),
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(key, _)| *key);
            let members = members
                .into_iter()
                .map(|(key, value)| (key.clone(), sorted(value)));
            Value::Object(members.collect::<Map<_, _>>())
        }
        value => value.clone(),
    }
}

/// What is there as far as the pointer leads.
fn nearest(whole: &Value, pointer: &str) -> String {
    let mut known = pointer;
    while let Some(end) = known.rfind('/') {
        known = &known[..end];
        let Some(value) = whole.pointer(known) else {
            continue;
        };
        return match value {
            Value::Object(members) => {
                let keys: Vec<_> = members.keys().collect();
                format!("at {known:?} there are {keys:?}")
            }
            Value::Array(items) => format!("at {known:?} there are {} items", items.len()),
            value => format!("at {known:?} there is {value}"),
        };
    }
    "a pointer begins with a slash".to_owned()
}
