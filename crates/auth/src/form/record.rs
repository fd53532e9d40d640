use std::time::{Duration, SystemTime, UNIX_EPOCH};

use plywood_core::Identity;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error, ser::SerializeStruct};
use serde_json::{Map, Value};

/// What the session remembers of a sign-in.
#[derive(Debug, PartialEq)]
pub(super) struct Record {
    pub(super) name: Box<str>,
    roles: Vec<Box<str>>,
    /// Seconds since the Unix epoch.
    since: u64,
    methods: String,
}

impl Record {
    /// The session's key for it.
    pub(super) const KEY: &'static str = "plywood.auth";

    /// What a form asks for, unless the check knows better.
    const METHODS: &'static str = "pwd";

    pub(super) fn new(identity: &Identity, now: SystemTime) -> Self {
        let methods = identity.iter_methods().collect::<Vec<_>>().join(" ");
        let since = identity.since().unwrap_or(now).duration_since(UNIX_EPOCH);
        Self {
            name: identity.name().into(),
            roles: identity.iter_roles().map(Into::into).collect(),
            since: since.map_or(0, |since| since.as_secs()),
            methods: match methods.as_str() {
                "" => Self::METHODS.into(),
                _ => methods,
            },
        }
    }
}

// By hand, because a derive would bring its macros to everybody who signs in.
impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut record = serializer.serialize_struct("Record", 4)?;
        record.serialize_field("name", &self.name)?;
        record.serialize_field("roles", &self.roles)?;
        record.serialize_field("since", &self.since)?;
        record.serialize_field("methods", &self.methods)?;
        record.end()
    }
}

// What it does not know is left out: another version of the program may have kept more, or less.
impl<'de> Deserialize<'de> for Record {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut kept = Map::<String, Value>::deserialize(deserializer)?;
        let mut member = |name| kept.remove(name).unwrap_or_default();
        Ok(Self {
            name: Box::deserialize(member("name")).map_err(D::Error::custom)?,
            roles: Vec::deserialize(member("roles")).map_err(D::Error::custom)?,
            since: u64::deserialize(member("since")).map_err(D::Error::custom)?,
            // One that was kept before there were methods has none.
            methods: Option::deserialize(member("methods"))
                .map_err(D::Error::custom)?
                .unwrap_or_default(),
        })
    }
}

impl From<Record> for Identity {
    fn from(record: Record) -> Self {
        let identity = Self::new(record.name).scheme("form").roles(record.roles);
        let identity = identity.methods(record.methods);
        match UNIX_EPOCH.checked_add(Duration::from_secs(record.since)) {
            Some(since) => identity.authenticated_at(since),
            None => identity,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn it_is_kept_by_names_so_that_another_version_of_the_program_reads_it() {
        let ada = Identity::new("ada").roles(["admin"]);
        let since = UNIX_EPOCH + Duration::from_secs(7);
        let record = Record::new(&ada, since);
        let mut kept = serde_json::to_value(&record).unwrap();
        let expected = json!({ "name": "ada", "roles": ["admin"], "since": 7, "methods": "pwd" });
        assert_eq!(kept, expected);
        kept["tenant"] = json!("a later one's");
        assert_eq!(Record::deserialize(&kept).unwrap(), record);
        let older = json!({ "name": "ada", "roles": ["admin"], "since": 7 });
        assert_eq!(Record::deserialize(older).unwrap().methods, "");
        for nobody in [json!("ada"), json!({}), json!(["ada", [], 7, "pwd"])] {
            assert!(Record::deserialize(&nobody).is_err(), "{nobody}");
        }
    }

    #[test]
    fn an_identity_comes_back_as_it_went_in() {
        let now = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        let ada = Identity::new("ada")
            .roles(["admin", "author"])
            .methods("pwd otp");
        let record = Record::new(&ada, now);
        assert_eq!(
            Identity::from(record),
            ada.scheme("form").authenticated_at(now)
        );
    }

    #[test]
    fn a_time_beyond_the_clock_is_no_panic() {
        let record = Record {
            name: "ada".into(),
            roles: Vec::new(),
            since: u64::MAX,
            methods: String::new(),
        };
        assert_eq!(Identity::from(record).name(), "ada");
    }
}
