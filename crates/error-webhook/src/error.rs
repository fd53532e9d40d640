use std::{error::Error, fmt};

/// Why nothing can be posted there.
#[derive(Debug)]
pub struct WebhookError {
    kind: WebhookErrorKind,
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WebhookErrorKind {
    /// What is posted could be read on its way.
    Open,
    /// The URL names no host.
    NoHost,
}

impl WebhookError {
    pub(crate) const fn new(kind: WebhookErrorKind) -> Self {
        Self { kind }
    }

    /// What is wrong.
    pub const fn kind(&self) -> WebhookErrorKind {
        self.kind
    }
}

impl fmt::Display for WebhookError {
    /// The URL is not in it, because it may be a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            WebhookErrorKind::Open => {
                "the webhook's URL must be https://.., or http:// on this machine: reports tell what is wrong here, and the URL is often a password"
            }
            WebhookErrorKind::NoHost => "the webhook's URL must name a host: https://chat.example/hooks/7",
        })
    }
}

impl Error for WebhookError {}
