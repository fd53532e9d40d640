//! Bearer tokens: opaque ones whose hash is looked up, and signed ones ([`jwt`](crate::jwt)).

mod credentials;
mod layer;
mod scheme;
mod token;

pub use self::{
    credentials::{MalformedToken, token},
    layer::BearerLayer,
    scheme::{Bearer, Tokens},
    token::{InvalidHash, Token, TokenHash},
};

/// The longest token that is looked up, in bytes: 16 KiB. A longer one is nobody's.
pub const MAX_TOKEN: usize = 16 * 1024;
