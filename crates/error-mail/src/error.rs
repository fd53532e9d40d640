use std::{error::Error, fmt};

/// Why mails cannot be sent like this.
#[derive(Debug)]
pub struct MailError {
    kind: MailErrorKind,
    message: String,
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MailErrorKind {
    /// The server's URL.
    Server,
    /// An address.
    Address,
    /// The certificate of an authority.
    Certificate,
}

impl MailError {
    pub(crate) fn server(message: impl Into<String>) -> Self {
        Self {
            kind: MailErrorKind::Server,
            message: message.into(),
        }
    }

    pub(crate) fn address(address: &str, error: impl fmt::Display) -> Self {
        Self {
            kind: MailErrorKind::Address,
            message: format!(
                "{address:?} is no address of a mailbox, such as \"Ada <ada@example.com>\": {error}"
            ),
        }
    }

    pub(crate) fn certificate(error: impl fmt::Display) -> Self {
        Self {
            kind: MailErrorKind::Certificate,
            message: format!("the certificate cannot be trusted: {error}"),
        }
    }

    /// What is wrong.
    pub const fn kind(&self) -> MailErrorKind {
        self.kind
    }
}

impl fmt::Display for MailError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for MailError {}
