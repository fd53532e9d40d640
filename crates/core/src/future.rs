//! The futures of every layer, so that no other crate writes one.
//!
//! `type Future` must be nameable on stable Rust. These cover what layers do: edit the answer ([`Edited`]), answer instead of the
//! inner service ([`Gated`]), follow the answer with a rare wait ([`Followed`]), answer for whatever happened ([`Settled`]), edit or refuse ([`Screened`]), call one of two
//! services ([`Either`]) or one that may not be ready yet ([`Oneshot`]).

mod edited;
mod either;
mod followed;
mod gated;
mod oneshot;
mod screened;
mod settled;

use std::pin::Pin;

pub use self::{
    edited::{Edit, Edited},
    either::Either,
    followed::{Follow, Followed, Next},
    gated::Gated,
    oneshot::Oneshot,
    screened::{Refuse, Screened},
    settled::{Outcome, Settle, Settled},
};

/// A boxed future. It costs about 25 ns and one allocation: box when a layer awaits, never otherwise.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;
