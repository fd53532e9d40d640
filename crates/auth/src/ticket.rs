//! Tickets: a sign-in that a cookie carries, without a session.
//!
//! - [`AuthTkt`] shares a sign-on with Apache's `mod_auth_tkt` and everything else that reads its cookie; [`SharedTicket`] is its pure part.
//! - [`SealedTicket`] is Plywood's own, for a site that stands alone.
//!
//! Both are schemes for [`AuthLayer`](crate::AuthLayer), and have `issue` for whoever signs people in, and `forget` for whoever signs them out.
//! A ticket cannot be taken back before its time: where that matters, keep sessions.

mod auth_tkt;
mod cookie;
mod error;
mod sealed;
mod shared;

pub use self::{
    auth_tkt::AuthTkt,
    error::TicketError,
    sealed::SealedTicket,
    shared::{DigestType, SharedTicket},
};
