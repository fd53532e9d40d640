//! The session handle, its `Store` trait, `Record` and `Id`, for Plywood's session layer and its back ends.
//!
//! ```
//! use http::Request;
//! use plywood_session_core::{Session, Store, Vault};
//!
//! /// A handler knows the handle alone.
//! async fn sign_in(request: &Request<()>) -> Result<(), Box<dyn std::error::Error>> {
//!     let session = Session::of(request)?;
//!     session.renew();
//!     session.insert("user", "ada")?;
//!     Ok(())
//! }
//!
//! /// A layer makes the handle before, and saves it after.
//! async fn serve(store: impl Store) -> Result<(), Box<dyn std::error::Error>> {
//!     let vault = Vault::new(store);
//!     let mut request = Request::new(());
//!     assert!(sign_in(&request).await.is_err_and(|error| error.to_string().contains("SessionLayer")));
//!
//!     let session = vault.session([]);
//!     request.extensions_mut().insert(session.clone());
//!     sign_in(&request).await?;
//!     session.commit().await?;
//!     assert_eq!(session.get::<String>("user").await?.as_deref(), Some("ada"));
//!     Ok(())
//! }
//! ```
//!
//! # What it does
//!
//! [`Session`] loads nothing until a value is asked for and records changes as operations. On save they are applied by compare and
//! swap, and replayed on a fresh record when another request was faster: no update is lost. A session that was destroyed meanwhile
//! stays destroyed. A [`flash`](Session::flash) waits for the page that shows it. A [`Store`] keeps [`Record`]s under the hash of their [`Id`]; a back end implements its verbs and runs the
//! `conformance` feature's test. A [`Seal`] does without one: the client carries the record.
//!
//! # What it does not do
//!
//! It knows no cookie and no response: that is `plywood-session`.
//!
//! # Security
//!
//! - An id has [192 bits](random) from the system's generator. A store sees its SHA-256 only, a log the first digits of that.
//! - An id that the store does not know is never adopted: the session gets a new one on its first write.
//! - [`Session::renew`] moves the record to a new id in one step, and the old id is dead at once; [`Session::destroy`] deletes it, wherever it has
//!   moved to. All sessions of [one owner](Session::belongs_to) end together by [`Vault::destroy_all`].
//! - Sessions end by [idle](Vault::idle_timeout) and by [absolute](Vault::absolute_timeout) timeout, kept in the store.
//! - Values are JSON, and have a [greatest size](Vault::max_size).
//!
//! # Standards
//!
//! The session rules of OWASP's Application Security Verification Standard, [chapter V7](https://github.com/OWASP/ASVS).

#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "conformance")]
pub mod conformance;
mod desk;
mod draft;
mod error;
mod flash;
mod id;
mod known;
mod progress;
mod random;
mod record;
mod seal;
mod session;
mod store;
mod timestamp;
mod vault;

#[doc(no_inline)]
pub use plywood_core::BoxError;

pub use self::{
    error::{NoSession, SessionError, SessionErrorKind},
    flash::{Flash, Level},
    id::{Id, Key},
    known::Known,
    progress::Change,
    random::random,
    record::{Data, Record},
    seal::Seal,
    session::{Finished, Sender, Session, Use},
    store::{Store, Update},
    timestamp::Timestamp,
    vault::Vault,
};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
