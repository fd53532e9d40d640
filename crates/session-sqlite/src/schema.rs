//! From a path to a connection that is ready for use.

use std::{fs::OpenOptions, path::Path, thread, time::Duration};

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use crate::{OpenError, OpenErrorKind};

/// What survives a power cut.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Sync {
    /// Everything up to the last checkpoint, and nothing torn.
    Normal,
    /// Everything.
    Full,
}

/// Marks a file as ours: `plyw`.
const APPLICATION: i32 = 0x706c_7977;
const VERSION: i32 = 2;

/// A key is a hash, and rows differ in size: a plain table with an index by key moves less than a clustered one.
const SCHEMA: &str = "
    CREATE TABLE session (
        key BLOB NOT NULL PRIMARY KEY,
        version INTEGER NOT NULL,
        expires INTEGER NOT NULL,
        deadline INTEGER NOT NULL,
        data TEXT NOT NULL,
        owner TEXT
    ) STRICT;
    CREATE INDEX session_expires ON session (min(expires, deadline));
    CREATE INDEX session_owner ON session (owner) WHERE owner IS NOT NULL;
";

/// From the version before owners.
const OWNERS: &str = "
    ALTER TABLE session ADD COLUMN owner TEXT;
    CREATE INDEX session_owner ON session (owner) WHERE owner IS NOT NULL;
";

/// So many milliseconds one writer waits for another, of another process.
const PATIENCE: i32 = if cfg!(test) { 100 } else { 5000 };

/// The log is cut to this size after a burst, in bytes.
const LOG_SIZE: i32 = 16 << 20;

/// Makes the file, for the owner's eyes alone, if there is none.
pub(crate) fn make(path: &Path) -> Result<(), OpenError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path);
    file.map(drop).map_err(|error| OpenError::io(path, error))
}

/// A connection to the file.
pub(crate) fn connect(path: &Path, sync: Sync) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let failed = |error| OpenError::sqlite(path, error);
    let mut connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    connection.busy_handler(Some(wait)).map_err(failed)?;
    if keep_log(&connection).map_err(failed)? != "wal" {
        return Err(OpenError::new(OpenErrorKind::Sqlite, path));
    }
    let level = match sync {
        Sync::Normal => "NORMAL",
        Sync::Full => "FULL",
    };
    connection
        .pragma_update(None, "synchronous", level)
        .and_then(|()| connection.pragma_update(None, "journal_size_limit", LOG_SIZE))
        .map_err(failed)?;
    Ok(connection)
}

/// Makes the tables, or checks that they are ours and brings them up to date.
pub(crate) fn prepare(connection: &mut Connection, path: &Path) -> Result<(), OpenError> {
    let failed = |error| OpenError::sqlite(path, error);
    // Two processes may begin at the same time.
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(failed)?;
    let number = |sql: &str| transaction.query_row(sql, [], |row| row.get::<_, i32>(0));
    let application = number("PRAGMA application_id").map_err(failed)?;
    let version = number("PRAGMA user_version").map_err(failed)?;
    let tables = number("SELECT count(*) FROM sqlite_schema").map_err(failed)?;
    let schema = match (application, version, tables) {
        (APPLICATION, VERSION, _) => return Ok(()),
        (APPLICATION, 1, _) => OWNERS,
        (APPLICATION, _, _) => return Err(OpenError::new(OpenErrorKind::Newer, path)),
        (0, 0, 0) => SCHEMA,
        _ => return Err(OpenError::new(OpenErrorKind::Foreign, path)),
    };
    transaction
        .execute_batch(schema)
        .and_then(|()| transaction.pragma_update(None, "application_id", APPLICATION))
        .and_then(|()| transaction.pragma_update(None, "user_version", VERSION))
        .and_then(|()| transaction.commit())
        .map_err(failed)
}

/// Turns the write-ahead log on. SQLite does not wait here by itself when somebody else does the same.
fn keep_log(connection: &Connection) -> rusqlite::Result<String> {
    let mut tries = 0;
    loop {
        let mode = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0));
        match mode {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {
                tries += 1;
                if !wait(tries) {
                    return Err(error);
                }
            }
            other => return other,
        }
    }
}

/// Looks often, because the lock is held for less than a millisecond by whoever follows the same rules.
fn wait(tries: i32) -> bool {
    thread::sleep(Duration::from_millis(1));
    tries < PATIENCE
}
