//! Plywood sessions in a single SQLite file.
//!
//! ```
//! use plywood_session_core::Vault;
//! use plywood_session_sqlite::SqliteStore;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let directory = tempfile::tempdir()?;
//! let file = directory.path().join("sessions.db");
//!
//! // In a server: `SessionLayer::new(SqliteStore::open(file)?)` of plywood-session.
//! let session = Vault::new(SqliteStore::open(&file)?).session([]);
//! session.insert("user", "ada")?;
//! session.commit().await?;
//! assert_eq!(session.get::<String>("user").await?.as_deref(), Some("ada"));
//!
//! let error = SqliteStore::open(directory.path()).unwrap_err();
//! assert!(error.to_string().contains("cannot open the session file"));
//! # Ok(())
//! # }
//! ```
//!
//! # What it does
//!
//! Keeps sessions across restarts, without a server beside yours. The file is made with the mode 0600 and has a table and an index. One
//! thread writes: what has queued up meanwhile becomes one transaction, and each request is answered after the commit. Another thread reads.
//! What has expired is found by nobody, and swept in small batches.
//!
//! | | [`open`](SqliteStore::open) | [`open_durable`](SqliteStore::open_durable) |
//! |---|---|---|
//! | SQLite's `synchronous`, with the write-ahead log | `NORMAL` | `FULL` |
//! | the process is killed | nothing acknowledged is lost | nothing acknowledged is lost |
//! | the power fails | the last moments may be undone, a sign-out among them; nothing is torn | nothing acknowledged is lost |
//! | a commit costs | a write | a write and a wait for the disk |
//!
//! # What it does not do
//!
//! It does not share a file with other data, and does not work on a network file system. For sessions on many machines take another store.
//!
//! # Security
//!
//! The file holds hashes of ids: who steals it signs in nowhere with them. It also holds the sessions' values, in the clear. An existing file's
//! mode is left as it is.
//!
//! # Limits
//!
//! A write waits up to five seconds for another process's lock, and then fails with an error that names the file. Up to 64 writes share a
//! transaction. 200 expired sessions are swept at a time. The file's size is bounded by the sessions that live: see the limits of
//! plywood-session.

mod error;
mod lane;
mod schema;
mod store;
mod verbs;

pub use self::{
    error::{OpenError, OpenErrorKind},
    store::SqliteStore,
};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
