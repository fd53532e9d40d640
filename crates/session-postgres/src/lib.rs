//! Plywood sessions in PostgreSQL.
//!
//! ```
//! use plywood_session_postgres::PostgresStore;
//!
//! let store = PostgresStore::new("postgres://shop:secret@db.internal/shop").unwrap();
//! // In a server: `SessionLayer::new(store)` of plywood-session.
//! assert_eq!(store.server(), "db.internal:5432/shop");
//!
//! let error = PostgresStore::new("db.internal").unwrap_err();
//! assert!(error.to_string().contains("should be postgres://"));
//! ```
//!
//! # What it does
//!
//! Keeps sessions for any number of machines. A session is one row with a version: a change names the version that it has seen, so that no update is
//! lost and a session that was destroyed stays so. The store makes its table at the first request, and brings it up to date when a later version
//! of this crate needs that; processes that start at the same time do it one after the other.
//!
//! A few connections serve all requests. When the server goes, the requests on their way get an error, and the first one after that
//! connects again; there is nothing to restart. No statement is sent twice. A server that hangs is an error within
//! [the timeout](PostgresStore::timeout), and whoever gives up leaves nothing that runs on.
//!
//! Where many sessions are changed at a time, their updates share a statement and a commit, for which the disk is waited for once.
//!
//! What was acknowledged survives a crash of the server and a power failure, as long as PostgreSQL's own `synchronous_commit` and `fsync` are on,
//! as they are by default. What has expired is found by nobody, and swept within two hours, 500 rows at a time, by an index.
//!
//! # What it does not do
//!
//! It does no TLS. Reach a server on another network through a tunnel. It prepares statements, and so does not work behind a pooler that
//! gives each transaction another connection (`PgBouncer` before 1.21 in its mode `transaction`).
//!
//! # Security
//!
//! The keys hold hashes of ids: who reads the table signs in nowhere with them. The values and the owners' names stand there in the clear.
//! Errors and `Debug` name the server and not its password; errors tell no row. The user of the database needs the right to
//! create a table, or one that was made by one who has it, and then `SELECT`, `INSERT`, `UPDATE` and `DELETE` on it.
//!
//! # Limits
//!
//! PostgreSQL 12 or later. [8 connections](PostgresStore::CONNECTIONS) a process. A request waits [a second](PostgresStore::TIMEOUT) for each
//! verb at most, half of it for a free connection. Of changes that share commits 4,096 wait, and the next is an error at once. After a failure to connect or an answer that did not come, 100 ms pass before the next attempt, and requests get the same error
//! meanwhile.

mod crowd;
mod error;
mod line;
mod row;
mod store;
mod sweep;
mod table;

pub use self::{
    error::{ConfigError, ConfigErrorKind},
    store::PostgresStore,
};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
