use std::{fmt, sync::Arc};

use serde_json::{Map, Value};

use crate::{Key, Timestamp};

/// The values of a session by their keys: a JSON object.
pub type Data = Map<String, Value>;

/// What a store keeps of one session.
///
/// It is cheap to clone: the data are shared until somebody changes them. A store writes all five fields as they are given and
/// computes none.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Record {
    /// The values.
    pub data: Arc<Data>,
    /// Grows by one from one with each change of the data; zero is a tombstone's. An [update](crate::Store::update) names the version that it has seen.
    pub version: u64,
    /// When it ends, unless somebody comes back before (the idle timeout). Never later than `deadline`.
    pub expires: Timestamp,
    /// When it ends in any case (the absolute timeout).
    pub deadline: Timestamp,
    /// Whose it is, if somebody has [said so](crate::Session::belongs_to): all records of one owner can be
    /// [deleted](crate::Store::delete_all) together. At most [`MAX_OWNER`](Self::MAX_OWNER) bytes.
    pub owner: Option<Arc<str>>,
}

impl Record {
    /// The longest name of an owner, in bytes.
    pub const MAX_OWNER: usize = 255;

    /// The first version of a record that belongs to nobody.
    pub fn new(data: Data, expires: Timestamp, deadline: Timestamp) -> Self {
        Self::restored(data, 1, expires, deadline, None)
    }

    /// A record as a store had kept it.
    pub fn restored(
        data: Data,
        version: u64,
        expires: Timestamp,
        deadline: Timestamp,
        owner: Option<Arc<str>>,
    ) -> Self {
        Self {
            data: Arc::new(data),
            version,
            expires,
            deadline,
            owner,
        }
    }

    /// About how many bytes the values take as JSON. It allocates nothing, which writing them out would.
    pub fn size(&self) -> usize {
        weight(&self.data)
    }

    /// What a session leaves behind when it moves to another key: it tells requests that still hold the old id that the session lives on
    /// elsewhere, and holds none of its values.
    pub(crate) fn tombstone(new: &Key, until: Timestamp) -> Self {
        let mut data = Data::new();
        data.insert(MOVED.to_owned(), new.hex().into());
        Self::restored(data, TOMBSTONE, until, until, None)
    }

    /// Is it the tombstone of a session that has moved? A store need not know; it may leave them out when it counts sessions.
    pub fn is_tombstone(&self) -> bool {
        self.version == TOMBSTONE
    }

    /// Where the session has moved to, if this is its tombstone.
    pub(crate) fn moved_to(&self) -> Option<Key> {
        let key = self.data.get(MOVED).filter(|_| self.is_tombstone())?;
        Key::from_hex(key.as_str()?)
    }

    /// Is it over at `now`? Then it counts as absent, whether or not it has been swept.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        now >= self.expires.min(self.deadline)
    }
}

/// The version of a tombstone. No session has it, so that every update under the old key is a conflict.
const TOMBSTONE: u64 = 0;

const MOVED: &str = "moved";

/// Without the values, which are the visitor's.
impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("version", &self.version)
            .field("expires", &self.expires)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}

pub(crate) fn weight(data: &Data) -> usize {
    let members = data
        .iter()
        .map(|(key, value)| key.len() + 4 + weight_of(value));
    2 + members.sum::<usize>()
}

pub(crate) fn weight_of(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) => 5,
        Value::Number(_) => 8,
        Value::String(text) => text.len() + 2,
        Value::Array(values) => {
            2 + values
                .iter()
                .map(|value| 1 + weight_of(value))
                .sum::<usize>()
        }
        Value::Object(members) => weight(members),
    }
}

/// Is the value nested deeper than `depth`? It looks no deeper than that.
pub(crate) fn is_deeper(value: &Value, depth: usize) -> bool {
    let below = |value: &Value| depth == 0 || is_deeper(value, depth - 1);
    match value {
        Value::Array(values) => values.iter().any(below),
        Value::Object(members) => members.values().any(below),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_record_ends_at_the_earlier_of_its_two_ends() {
        let at = Timestamp::from_millis;
        let record = Record::new(Data::new(), at(10), at(20));
        assert!(!record.is_expired(at(9)));
        assert!(record.is_expired(at(10)));
        let past_its_deadline = Record::new(Data::new(), at(30), at(20));
        assert!(past_its_deadline.is_expired(at(20)));
    }

    #[test]
    fn the_weight_is_near_the_length_of_the_json() {
        let value = json!({"user": "ada", "cart": [{"item": "abc", "count": 3}], "new": true, "none": null});
        let (weight, length) = (weight_of(&value), value.to_string().len());
        assert!(weight.abs_diff(length) <= length / 4, "{weight} {length}");
    }

    #[test]
    fn a_tombstone_leads_to_a_key_and_nothing_else_does() {
        let (key, at) = (Key::from([0xa7; 32]), Timestamp::from_millis(10));
        let tombstone = Record::tombstone(&key, at);
        assert_eq!(tombstone.moved_to(), Some(key));
        assert!(tombstone.is_expired(at));
        // A session with the same value is a session.
        let session = Record::new((*tombstone.data).clone(), at, at);
        assert!(!session.is_tombstone() && session.moved_to().is_none());
    }

    #[test]
    fn debug_keeps_the_values_to_itself() {
        let mut data = Data::new();
        data.insert("user".into(), "ada".into());
        let record = Record::new(data, Timestamp::default(), Timestamp::default());
        assert!(!format!("{record:?}").contains("ada"));
    }
}
