use std::time::{Duration, SystemTime, UNIX_EPOCH};

use plywood_core::Identity;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

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
        let Self {
            name,
            roles,
            since,
            methods,
        } = self;
        (name, roles, since, methods).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Record {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (name, roles, since, methods) = Deserialize::deserialize(deserializer)?;
        Ok(Self {
            name,
            roles,
            since,
            methods,
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
    use super::*;

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
