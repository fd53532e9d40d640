//! The session handle, its Store trait, Record and Id, for Plywood's session layer and its back ends.

mod draft;
mod error;
mod id;
mod progress;
mod record;
mod session;
mod store;
mod timestamp;
mod vault;

#[doc(no_inline)]
pub use plywood_core::BoxError;

pub use self::{
    error::{NoSession, SessionError, SessionErrorKind},
    id::{Id, Key},
    progress::Change,
    record::{Data, Record},
    session::{Finished, Session, Use},
    store::{Store, Update},
    timestamp::Timestamp,
    vault::Vault,
};
