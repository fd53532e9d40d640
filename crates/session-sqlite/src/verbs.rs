//! The verbs of a store, in SQL. Each is one statement, or two within a transaction.

use std::sync::Arc;

use plywood_session_core::{Key, Timestamp, Update};
use rusqlite::{Connection, OptionalExtension, Result, params};

/// A record as its row has it.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) version: i64,
    pub(crate) expires: i64,
    pub(crate) deadline: i64,
    pub(crate) data: String,
    pub(crate) owner: Option<Arc<str>>,
}

impl Row {
    fn read(row: &rusqlite::Row<'_>) -> Result<Self> {
        Ok(Self {
            version: row.get(0)?,
            expires: row.get(1)?,
            deadline: row.get(2)?,
            data: row.get(3)?,
            owner: row.get(4)?,
        })
    }
}

/// So many expired rows go at a time, so that nobody waits for a great broom.
const SWEEP: u32 = 200;

pub(crate) fn create(connection: &Connection, key: Key, row: &Row) -> Result<bool> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO session (key, version, expires, deadline, data, owner)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (key) DO UPDATE
         SET version = ?2, expires = ?3, deadline = ?4, data = ?5, owner = ?6
         WHERE min(session.expires, session.deadline) <= ?7",
    )?;
    let changed = statement.execute(params![
        key.as_bytes(),
        row.version,
        row.expires,
        row.deadline,
        row.data,
        row.owner,
        now(),
    ])?;
    Ok(changed == 1)
}

pub(crate) fn load(connection: &Connection, key: Key) -> Result<Option<Row>> {
    let mut statement = connection.prepare_cached(
        "SELECT version, expires, deadline, data, owner FROM session
         WHERE key = ?1 AND min(expires, deadline) > ?2",
    )?;
    let row = statement.query_row(params![key.as_bytes(), now()], Row::read);
    row.optional()
}

pub(crate) fn replace(
    connection: &Connection,
    key: Key,
    expected: i64,
    new: Key,
    row: &Row,
) -> Result<Update> {
    let mut statement = connection.prepare_cached(
        "UPDATE session
         SET key = ?3, version = ?4, expires = ?5, deadline = ?6, data = ?7, owner = ?8
         WHERE key = ?1 AND version = ?2 AND min(expires, deadline) > ?9",
    )?;
    let now = now();
    let changed = statement.execute(params![
        key.as_bytes(),
        expected,
        new.as_bytes(),
        row.version,
        row.expires,
        row.deadline,
        row.data,
        row.owner,
        now,
    ])?;
    if changed == 1 {
        return Ok(Update::Saved);
    }
    let mut statement = connection
        .prepare_cached("SELECT 1 FROM session WHERE key = ?1 AND min(expires, deadline) > ?2")?;
    let lives = statement.exists(params![key.as_bytes(), now])?;
    Ok(if lives {
        Update::Conflict
    } else {
        Update::Gone
    })
}

/// The caller holds a transaction.
pub(crate) fn rename(
    connection: &Connection,
    key: Key,
    expected: i64,
    new: Key,
    row: &Row,
    tombstone: &Row,
) -> Result<Update> {
    let update = replace(connection, key, expected, new, row)?;
    if update == Update::Saved {
        create(connection, key, tombstone)?;
    }
    Ok(update)
}

pub(crate) fn touch(connection: &Connection, key: Key, expires: i64) -> Result<bool> {
    let mut statement = connection.prepare_cached(
        "UPDATE session SET expires = ?2 WHERE key = ?1 AND min(expires, deadline) > ?3",
    )?;
    Ok(statement.execute(params![key.as_bytes(), expires, now()])? == 1)
}

pub(crate) fn delete(connection: &Connection, key: Key) -> Result<Option<Row>> {
    let mut statement = connection.prepare_cached(
        "DELETE FROM session WHERE key = ?1 RETURNING version, expires, deadline, data, owner",
    )?;
    let row = statement
        .query_row([key.as_bytes()], Row::read)
        .optional()?;
    Ok(row.filter(|row| row.expires.min(row.deadline) > now()))
}

pub(crate) fn delete_all(
    connection: &Connection,
    owner: &str,
    except: Option<Key>,
) -> Result<usize> {
    let mut statement =
        connection.prepare_cached("DELETE FROM session WHERE owner = ?1 AND key IS NOT ?2")?;
    let except = except.as_ref().map(Key::as_bytes);
    statement.execute(params![owner, except])
}

/// Removes some of what has expired, and says whether there may be more.
pub(crate) fn sweep(connection: &Connection) -> Result<bool> {
    let mut statement = connection.prepare_cached(
        "DELETE FROM session WHERE rowid IN
         (SELECT rowid FROM session WHERE min(expires, deadline) <= ?1 LIMIT ?2)",
    )?;
    Ok(statement.execute(params![now(), SWEEP])? >= SWEEP as usize)
}

fn now() -> i64 {
    Timestamp::now().millis()
}
