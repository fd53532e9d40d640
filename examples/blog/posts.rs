//! The posts, in SQLite. It answers in microseconds; a database behind a network would be awaited.

use std::{
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use rusqlite::{Connection, OptionalExtension, Result, Row, params};

#[derive(Clone)]
pub(crate) struct Posts(Arc<Mutex<Connection>>);

pub(crate) struct Post {
    pub(crate) id: i64,
    pub(crate) title: String,
    pub(crate) text: String,
    /// The name of its picture's file, if it has one.
    pub(crate) picture: Option<String>,
    /// In UTC, as RFC 3339 writes it.
    pub(crate) written: String,
}

impl Posts {
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let connection = Connection::open(path)?;
        connection.execute_batch(
            "PRAGMA journal_mode = WAL;
             CREATE TABLE IF NOT EXISTS post (
                 id INTEGER PRIMARY KEY AUTOINCREMENT,
                 title TEXT NOT NULL,
                 text TEXT NOT NULL,
                 picture TEXT,
                 written TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
             ) STRICT;",
        )?;
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    /// So many, the latest first.
    pub(crate) fn latest(&self, most: u32) -> Result<Vec<Post>> {
        let connection = self.lock();
        let mut all = connection.prepare_cached("SELECT * FROM post ORDER BY id DESC LIMIT ?")?;
        all.query_map([most], Post::read)?.collect()
    }

    pub(crate) fn find(&self, id: i64) -> Result<Option<Post>> {
        let connection = self.lock();
        let mut one = connection.prepare_cached("SELECT * FROM post WHERE id = ?")?;
        one.query_row([id], Post::read).optional()
    }

    /// Gives the number that it got.
    pub(crate) fn add(&self, title: &str, text: &str) -> Result<i64> {
        let connection = self.lock();
        connection.execute(
            "INSERT INTO post (title, text) VALUES (?, ?)",
            [title, text],
        )?;
        Ok(connection.last_insert_rowid())
    }

    pub(crate) fn illustrate(&self, id: i64, picture: &str) -> Result<()> {
        let change = "UPDATE post SET picture = ? WHERE id = ?";
        self.lock().execute(change, params![picture, id]).map(drop)
    }

    pub(crate) fn remove(&self, id: i64) -> Result<()> {
        self.lock().execute("DELETE FROM post WHERE id = ?", [id]).map(drop)
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Post {
    fn read(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            title: row.get("title")?,
            text: row.get("text")?,
            picture: row.get("picture")?,
            written: row.get("written")?,
        })
    }
}
