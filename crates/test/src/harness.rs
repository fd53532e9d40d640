//! For those who write layers, services and back ends: everything that can go wrong, one after the other.
//!
//! | what goes wrong | here |
//! |---|---|
//! | the caller goes away, at any moment | [`drop_at_every_poll`], [`drop_everywhere`] |
//! | a call fails, whichever it is | [`fail_every_call`] with [`Nth`], [`Failing`] |
//! | a body comes in pieces, late, cut off, wrong, or fails | [`RoughBody`] |
//! | time passes | [`Clock`](crate::Clock) |

mod drops;
mod failing;
mod rough_body;

pub use self::{
    drops::{drop_at_every_poll, drop_everywhere},
    failing::{Failing, Nth, fail_every_call},
    rough_body::RoughBody,
};
