//! Plywood sessions in Redis or Valkey.
//!
//! ```
//! use plywood_session_redis::RedisStore;
//!
//! let store = RedisStore::new("redis://sessions:secret@redis.internal/3").unwrap();
//! // In a server: `SessionLayer::new(store)` of plywood-session.
//! assert_eq!(store.server(), "redis.internal:6379");
//!
//! let error = RedisStore::new("redis.internal").unwrap_err();
//! assert!(error.to_string().contains("should be redis://"));
//! ```
//!
//! # What it does
//!
//! Keeps sessions for any number of machines. A record is one string, which Redis forgets by itself when it has expired. A load is one round
//! trip, and so is each change: a small script that compares the version and swaps, so that no update is lost and a session that was
//! destroyed stays so. The sessions of one owner stand in an index that expires with the last of them.
//!
//! One connection serves all requests. When the server goes, the requests on their way get an error, and the first one after that
//! connects again; there is nothing to restart. No command is sent twice. A server that hangs is an error within
//! [the timeout](RedisStore::timeout).
//!
//! # What it does not do
//!
//! It keeps what Redis keeps. By default Redis writes to its disk once a minute or a second, and to its replicas a moment later:
//!
//! | Redis's setting | a crash of Redis | a failover to a replica |
//! |---|---|---|
//! | `save` (the default) | undoes up to minutes, sign-outs among them | undoes the last moments |
//! | `appendonly yes` | undoes up to a second or two | undoes the last moments |
//! | `appendonly yes`, `appendfsync always` | undoes nothing | undoes the last moments |
//!
//! After a failover it connects to the same address, which must then lead to the new primary: a DNS name, a virtual address or a proxy
//! does; it does not ask Sentinel. It does not work with Redis Cluster, because a change of one session also touches its owner's index: take one
//! server, with replicas, which serves tens of thousands of sessions a second.
//!
//! It does no TLS. Reach a server on another network through a tunnel.
//!
//! # Security
//!
//! The keys hold hashes of ids: who reads the database signs in nowhere with them. The values and the owners' names stand there in the clear.
//! Errors and `Debug` name the server and not its password.
//!
//! # Limits
//!
//! Redis 6 or later, or Valkey. `maxmemory-policy` should be `noeviction`: with another, Redis under pressure forgets sessions that live, or the
//! index by which an owner's are found. A request waits [a second](RedisStore::TIMEOUT) for each command at most. After a failure to
//! connect, 100 ms pass before the next attempt, and requests get the same error meanwhile.

mod error;
mod line;
mod script;
mod store;
mod text;

pub use self::{
    error::{AddressError, AddressErrorKind},
    store::RedisStore,
};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
