//! What the client sent, as long as nobody has asked for it.

use std::{str, sync::Arc};

use http::{HeaderMap, HeaderValue, header::COOKIE};
use plywood_session_core::{Known, Sender, Vault};

use crate::layer::Keeper;

/// The cookies of a request. That their bytes are shared costs less than to look for ours in each request that does not use its session.
pub(crate) struct Cookies {
    pub(crate) keeper: Arc<Keeper>,
    /// Is ours for HTTPS alone?
    pub(crate) secure: bool,
    /// The usual one needs no list.
    first: Option<HeaderValue>,
    more: Vec<HeaderValue>,
}

impl Cookies {
    pub(crate) fn of(headers: &HeaderMap, keeper: Arc<Keeper>, secure: bool) -> Self {
        let mut lines = headers.get_all(COOKIE).iter();
        Self {
            keeper,
            secure,
            first: lines.next().cloned(),
            more: lines.cloned().collect(),
        }
    }
}

impl Sender for Cookies {
    fn vault(&self) -> &Vault {
        &self.keeper.vault
    }

    fn known(&self) -> Known {
        let policy = &self.keeper.cookie;
        let lines = self.first.iter().chain(&self.more);
        if self.keeper.vault.is_sealed() {
            let values = policy.values(lines, self.secure);
            Known::by_texts(values.filter_map(|value| str::from_utf8(value).ok()))
        } else {
            Known::by_ids(policy.ids(lines, self.secure))
        }
    }
}
