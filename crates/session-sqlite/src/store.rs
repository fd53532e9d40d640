use std::{fmt, path::Path, sync::Arc};

use plywood_session_core::{BoxError, Key, Record, Store, Timestamp, Update};
use rusqlite::Connection;

use crate::{
    OpenError,
    error::FileError,
    lane::Lane,
    schema::{self, Sync},
    verbs::{self, Row},
};

/// Sessions in one SQLite file. A clone is the same store.
///
/// One thread writes, another reads; requests wait for neither's lock. All writes that have queued up meanwhile share one transaction.
/// Several processes may use one file on one machine; each waits up to five seconds for another's lock.
///
/// Dropping the last clone carries out what is queued and closes the file.
#[derive(Clone)]
pub struct SqliteStore(Arc<Lanes>);

struct Lanes {
    path: Arc<Path>,
    // Before the writer, which clears the log away when it closes last.
    reader: Option<Lane>,
    writer: Lane,
}

impl SqliteStore {
    /// Opens the file, or makes it with the mode 0600. Blocks while it does: call it before the server starts.
    ///
    /// A process that is killed loses nothing of what was acknowledged. A power cut may undo the last moments, a sign-out among them,
    /// and tears nothing; see [`open_durable`](Self::open_durable).
    ///
    /// # Errors
    ///
    /// When the file cannot be read and written, is no SQLite database, holds something else, or was written by a later version.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        Self::open_file(path.as_ref(), Sync::Normal)
    }

    /// The same, and waits for the disk at each commit: a power cut loses nothing either.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn open_durable(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        Self::open_file(path.as_ref(), Sync::Full)
    }

    /// A database in memory, for tests. It ends with the store.
    ///
    /// # Errors
    ///
    /// When SQLite cannot make it.
    pub fn in_memory() -> Result<Self, OpenError> {
        let path = Path::new(":memory:");
        let mut connection =
            Connection::open_in_memory().map_err(|error| OpenError::sqlite(path, error))?;
        schema::prepare(&mut connection, path)?;
        let path = Arc::from(path);
        Ok(Self(Arc::new(Lanes {
            reader: None,
            writer: Lane::writing(connection, &path),
            path,
        })))
    }

    /// The file; `:memory:` if it is none.
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    fn open_file(path: &Path, sync: Sync) -> Result<Self, OpenError> {
        schema::make(path)?;
        let mut connection = schema::connect(path, sync)?;
        schema::prepare(&mut connection, path)?;
        let reader = schema::connect(path, sync)?;
        let path = Arc::from(path);
        Ok(Self(Arc::new(Lanes {
            reader: Some(Lane::reading(reader, &path)),
            writer: Lane::writing(connection, &path),
            path,
        })))
    }

    fn row(&self, record: &Record) -> Result<Row, FileError> {
        let data = serde_json::to_string(&*record.data);
        Ok(Row {
            version: record.version.cast_signed(),
            expires: record.expires.millis(),
            deadline: record.deadline.millis(),
            data: data.map_err(|error| FileError::data(&self.0.path, error))?,
            owner: record.owner.clone(),
        })
    }

    fn record(&self, row: Row) -> Result<Record, FileError> {
        let data = serde_json::from_str(&row.data);
        Ok(Record::restored(
            data.map_err(|error| FileError::data(&self.0.path, error))?,
            row.version.cast_unsigned(),
            Timestamp::from_millis(row.expires),
            Timestamp::from_millis(row.deadline),
            row.owner,
        ))
    }
}

impl Store for SqliteStore {
    async fn create(&self, key: &Key, record: Record) -> Result<bool, BoxError> {
        let (key, row) = (*key, self.row(&record)?);
        let act = move |connection: &_| verbs::create(connection, key, &row);
        Ok(self.0.writer.run(act).await?)
    }

    async fn load(&self, key: &Key) -> Result<Option<Record>, BoxError> {
        let key = *key;
        let lane = self.0.reader.as_ref().unwrap_or(&self.0.writer);
        let row = lane.run(move |connection| verbs::load(connection, key));
        let row = row.await?;
        Ok(row.map(|row| self.record(row)).transpose()?)
    }

    async fn update(&self, key: &Key, expected: u64, record: Record) -> Result<Update, BoxError> {
        let (key, expected, row) = (*key, expected.cast_signed(), self.row(&record)?);
        let act = move |connection: &_| verbs::replace(connection, key, expected, key, &row);
        Ok(self.0.writer.run(act).await?)
    }

    async fn rename(
        &self,
        key: &Key,
        expected: u64,
        new: &Key,
        record: Record,
        tombstone: Record,
    ) -> Result<Update, BoxError> {
        let (key, expected, new) = (*key, expected.cast_signed(), *new);
        let (row, tombstone) = (self.row(&record)?, self.row(&tombstone)?);
        let act =
            move |connection: &_| verbs::rename(connection, key, expected, new, &row, &tombstone);
        Ok(self.0.writer.run(act).await?)
    }

    async fn touch(&self, key: &Key, expires: Timestamp) -> Result<bool, BoxError> {
        let (key, expires) = (*key, expires.millis());
        let act = move |connection: &_| verbs::touch(connection, key, expires);
        Ok(self.0.writer.run(act).await?)
    }

    async fn delete(&self, key: &Key) -> Result<Option<Record>, BoxError> {
        let key = *key;
        let act = move |connection: &_| verbs::delete(connection, key);
        let row = self.0.writer.run(act).await?;
        Ok(row.map(|row| self.record(row)).transpose()?)
    }

    async fn delete_all(&self, owner: &str, except: Option<&Key>) -> Result<u64, BoxError> {
        let (owner, except) = (owner.to_owned(), except.copied());
        let act = move |connection: &_| verbs::delete_all(connection, &owner, except);
        Ok(self.0.writer.run(act).await? as u64)
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore")
            .field("path", &self.0.path)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use plywood_session_core::{Data, Id};

    use super::*;

    fn record(size: usize) -> Record {
        let end = Timestamp::now() + Duration::from_secs(3600);
        let mut data = Data::new();
        data.insert("filling".into(), "x".repeat(size).into());
        Record::new(data, end, end)
    }

    #[tokio::test]
    async fn a_full_disk_is_an_error_that_names_the_file_and_passes_when_there_is_room() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("sessions.db");
        let store = SqliteStore::open(&path).unwrap();
        let bound = |pages: u32| {
            store.0.writer.run(move |file| {
                file.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))
            })
        };
        bound(50).await.unwrap();
        let key = Id::random().unwrap().key();
        assert!(store.create(&key, record(100)).await.unwrap());
        let error = store.update(&key, 1, record(1 << 20)).await.unwrap_err();
        let message = error.to_string();
        assert!(message.contains(path.to_str().unwrap()), "{message}");
        assert!(message.contains("full"), "{message}");

        // What was there is untouched.
        assert_eq!(store.load(&key).await.unwrap().unwrap().version, 1);
        bound(100_000).await.unwrap();
        let update = store.update(&key, 1, record(1 << 20)).await.unwrap();
        assert_eq!(update, Update::Saved);
    }

    #[tokio::test]
    async fn a_locked_file_is_an_error_that_names_it_and_can_be_read() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("sessions.db");
        let store = SqliteStore::open(&path).unwrap();
        let key = Id::random().unwrap().key();
        assert!(store.create(&key, record(1)).await.unwrap());

        let other = Connection::open(&path).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let error = store.update(&key, 1, record(2)).await.unwrap_err();
        let message = error.to_string();
        assert!(message.contains(path.to_str().unwrap()), "{message}");
        assert!(message.contains("locked"), "{message}");
        assert_eq!(store.load(&key).await.unwrap().unwrap().version, 1);

        other.execute_batch("ROLLBACK").unwrap();
        let update = store.update(&key, 1, record(2)).await.unwrap();
        assert_eq!(update, Update::Saved);
    }

    #[tokio::test]
    async fn a_damaged_record_is_an_error_that_names_the_file() {
        let store = SqliteStore::in_memory().unwrap();
        let key = Id::random().unwrap().key();
        assert!(store.create(&key, record(1)).await.unwrap());
        let damage = |file: &Connection| file.execute("UPDATE session SET data = '[1'", []);
        store.0.writer.run(damage).await.unwrap();
        let error = store.load(&key).await.unwrap_err();
        assert!(
            error.to_string().contains(":memory:: a record is damaged"),
            "{error}"
        );
    }

    #[tokio::test]
    async fn a_batch_that_fails_leaves_nothing_of_itself() {
        let store = SqliteStore::in_memory().unwrap();
        let key = Id::random().unwrap().key();
        let row = store.row(&record(1)).unwrap();
        let half = store.0.writer.run(move |file| {
            verbs::create(file, key, &row)?;
            file.execute_batch("no such thing")
        });
        half.await.unwrap_err();
        assert!(store.load(&key).await.unwrap().is_none());
    }
}
