//! A record as its row has it.

use plywood_session_core::{Record, Timestamp};

use crate::line::Parameter;

pub(crate) struct Fields {
    pub(crate) version: i64,
    pub(crate) expires: i64,
    pub(crate) deadline: i64,
    // Bytes, because a text of PostgreSQL's has no NUL.
    pub(crate) owner: Option<Vec<u8>>,
    pub(crate) data: String,
}

impl Fields {
    pub(crate) fn of(record: &Record) -> Result<Self, serde_json::Error> {
        Ok(Self {
            version: record.version.cast_signed(),
            expires: record.expires.millis(),
            deadline: record.deadline.millis(),
            owner: record.owner.as_deref().map(|owner| owner.as_bytes().into()),
            data: serde_json::to_string(&*record.data)?,
        })
    }

    /// In the order in which the statements have them.
    pub(crate) fn parameters(&self) -> [Parameter<'_>; 5] {
        [
            &self.version,
            &self.expires,
            &self.deadline,
            &self.owner,
            &self.data,
        ]
    }
}

/// In milliseconds since 1970.
pub(crate) fn now() -> i64 {
    Timestamp::now().millis()
}
