//! The table, and what is said to it.

use std::sync::Arc;

use crate::{ConfigError, error::Cause};

/// The statements of all verbs on one table.
#[derive(Debug)]
pub(crate) struct Table {
    name: Arc<str>,
    quoted: String,
    pub(crate) create: String,
    pub(crate) load: String,
    pub(crate) update: String,
    pub(crate) update_all: String,
    pub(crate) rename: String,
    pub(crate) lives: String,
    pub(crate) touch: String,
    pub(crate) delete: String,
    pub(crate) delete_all: String,
    pub(crate) sweep: String,
    pub(crate) version: String,
}

/// PostgreSQL cuts names at 63 bytes, and those of the indexes are longer by up to 15.
const LONGEST: usize = 48;

/// The steps from nothing to the present table. A step that was released is never changed: the next one follows it.
const STEPS: [&str; 1] = [
    // Whoever is changed often should find room beside itself, and no index to change: that is why rows are filed by the hour of their end, and
    // not by the end itself.
    "CREATE TABLE {table} (
        key bytea PRIMARY KEY,
        version bigint NOT NULL,
        expires bigint NOT NULL,
        deadline bigint NOT NULL,
        hour integer NOT NULL GENERATED ALWAYS AS
            (least(least(expires, deadline) / 3600000 + 1, 2147483647)::integer) STORED,
        owner bytea,
        data text NOT NULL
    ) WITH (fillfactor = 70);
    CREATE INDEX {bare}_hour ON {table} (hour);
    CREATE INDEX {bare}_owner ON {table} (owner) WHERE owner IS NOT NULL;",
];

/// Marks a table as ours, and says how many steps it has taken.
const MARK: &str = "plywood sessions, version ";

impl Table {
    pub(crate) fn new(name: &str) -> Result<Self, ConfigError> {
        let (schema, bare) = match name.split_once('.') {
            Some((schema, bare)) => (Some(schema), bare),
            None => (None, name),
        };
        if !is_name(bare) || !schema.is_none_or(is_name) {
            return Err(ConfigError::table(name));
        }
        // Quoted, because it may be a word of SQL.
        let table = match schema {
            Some(schema) => format!("\"{schema}\".\"{bare}\""),
            None => format!("\"{bare}\""),
        };
        let say = |statement: &str| statement.replace("{table}", &table);
        Ok(Self {
            create: say(
                "INSERT INTO {table} AS kept (key, version, expires, deadline, owner, data)
                 VALUES ($1, $2, $3, $4, $5, $6)
                 ON CONFLICT (key) DO UPDATE
                 SET version = $2, expires = $3, deadline = $4, owner = $5, data = $6
                 WHERE least(kept.expires, kept.deadline) <= $7",
            ),
            load: say("SELECT version, expires, deadline, owner, data FROM {table}
                 WHERE key = $1 AND least(expires, deadline) > $2"),
            update: say("UPDATE {table}
                 SET version = $2, expires = $3, deadline = $4, owner = $5, data = $6
                 WHERE key = $1 AND version = $7 AND least(expires, deadline) > $8"),
            // It waits for no row that another has locked, so that nobody who holds one waits for it, and says which rows it has changed.
            update_all: say("UPDATE {table} AS kept
                 SET version = next.version, expires = next.expires, deadline = next.deadline,
                     owner = next.owner, data = next.data
                 FROM (
                     SELECT free.key, wanted.version, wanted.expires, wanted.deadline, wanted.owner, wanted.data
                     FROM unnest($1::bytea[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bytea[], $6::text[], $7::bigint[])
                         AS wanted (key, version, expires, deadline, owner, data, expected)
                     JOIN {table} AS free ON free.key = wanted.key AND free.version = wanted.expected
                     WHERE least(free.expires, free.deadline) > $8
                     FOR UPDATE OF free SKIP LOCKED
                 ) AS next
                 WHERE kept.key = next.key
                 RETURNING kept.key"),
            // The row moves and the tombstone is new, so that whoever deletes all of an owner and waits for the row finds it where it has gone.
            rename: say("WITH moved AS (
                     UPDATE {table}
                     SET key = $9, version = $2, expires = $3, deadline = $4, owner = $5, data = $6
                     WHERE key = $1 AND version = $7 AND least(expires, deadline) > $8
                     RETURNING 1
                 )
                 INSERT INTO {table} (key, version, expires, deadline, owner, data)
                 SELECT $1, $10, $11, $12, $13, $14 FROM moved"),
            lives: say("SELECT FROM {table} WHERE key = $1 AND least(expires, deadline) > $2"),
            touch: say("UPDATE {table} SET expires = $2
                 WHERE key = $1 AND least(expires, deadline) > $3"),
            delete: say("DELETE FROM {table} WHERE key = $1
                 RETURNING version, expires, deadline, owner, data"),
            delete_all: say("DELETE FROM {table} WHERE owner = $1 AND key IS DISTINCT FROM $2"),
            sweep: say("DELETE FROM {table} WHERE key IN
                 (SELECT key FROM {table} WHERE hour <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED)"),
            version: format!(
                "SELECT to_regclass('{table}') IS NOT NULL, obj_description(to_regclass('{table}'), 'pg_class')"
            ),
            name: name.into(),
            quoted: table,
        })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// How many steps a table has taken that is there or not, and has this comment.
    pub(crate) fn steps_taken(&self, there: bool, comment: Option<&str>) -> Result<usize, Cause> {
        let version = comment
            .and_then(|comment| comment.strip_prefix(MARK))
            .and_then(|version| version.parse().ok());
        match (there, version) {
            (false, _) => Ok(0),
            (true, Some(version)) if version > STEPS.len() => Err(Cause::Newer(self.name.clone())),
            (true, Some(version)) => Ok(version),
            (true, None) => Err(Cause::Foreign(self.name.clone())),
        }
    }

    /// What is left to do after so many steps, if anything is.
    pub(crate) fn steps_left(&self, taken: usize) -> Option<String> {
        let steps = STEPS.get(taken..).filter(|steps| !steps.is_empty())?;
        let (schema, bare) = self.name.rsplit_once('.').unwrap_or(("", &self.name));
        let schema = match schema {
            "" => String::new(),
            schema => format!("CREATE SCHEMA IF NOT EXISTS \"{schema}\";"),
        };
        let steps = steps
            .concat()
            .replace("{table}", &self.quoted)
            .replace("{bare}", bare);
        let mark = format!(
            "COMMENT ON TABLE {} IS '{MARK}{}';",
            self.quoted,
            STEPS.len()
        );
        Some(schema + &steps + &mark)
    }
}

fn is_name(word: &str) -> bool {
    let known = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
    (1..=LONGEST).contains(&word.len())
        && !word.starts_with(|first: char| first.is_ascii_digit())
        && word.bytes().all(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_a_plain_name() {
        for name in ["plywood_session", "s", "_1", "shop.visit", "user"] {
            assert!(Table::new(name).is_ok(), "{name}");
        }
        let long = "a".repeat(LONGEST + 1);
        for name in [
            "", ".", "a.", ".a", "a.b.c", "1a", "Shop", "a b", "a\"b", "a;b", "a'b", "a-b",
            "\u{e4}", "a\0", &long,
        ] {
            let error = Table::new(name).unwrap_err();
            assert_eq!(error.kind(), crate::ConfigErrorKind::Table);
            assert!(error.to_string().contains(&format!("{name:?}")), "{error}");
        }
    }

    #[test]
    fn an_index_has_a_name_that_is_not_cut() {
        let table = Table::new(&"a".repeat(LONGEST)).unwrap();
        let steps = table.steps_left(0).unwrap();
        let longest = steps
            .split(|c: char| c != '_' && !c.is_ascii_lowercase())
            .map(str::len)
            .max();
        assert!(longest.unwrap() <= 63, "{steps}");
    }

    #[test]
    fn what_is_ours_is_told_by_its_comment() {
        let table = Table::new("shop.visit").unwrap();
        let now = format!("{MARK}{}", STEPS.len());
        assert_eq!(table.steps_taken(false, None).unwrap(), 0);
        assert_eq!(table.steps_taken(true, Some(&now)).unwrap(), STEPS.len());
        assert!(table.steps_left(STEPS.len()).is_none());
        assert!(table.steps_left(0).unwrap().contains("\"shop\".\"visit\""));
        for comment in [None, Some("orders"), Some(MARK)] {
            assert!(matches!(
                table.steps_taken(true, comment),
                Err(Cause::Foreign(_))
            ));
        }
        let next = format!("{MARK}{}", STEPS.len() + 1);
        assert!(matches!(
            table.steps_taken(true, Some(&next)),
            Err(Cause::Newer(_))
        ));
    }
}
