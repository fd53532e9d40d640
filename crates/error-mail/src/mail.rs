use std::{fmt, time::Duration};

use lettre::{
    Message, SmtpTransport, Transport,
    message::{Mailbox, Mailboxes, header::ContentType},
};
use plywood_core::BoxError;
use plywood_error::{Report, Reporter};

use crate::MailError;

/// Sends reports by mail.
#[derive(Clone)]
pub struct Mail {
    transport: SmtpTransport,
    from: Mailbox,
    to: Mailboxes,
    label: Option<String>,
}

const PATIENCE: Duration = Duration::from_secs(20);
/// Characters of a subject: what is longer is cut off by whoever shows it.
const MAX_SUBJECT: usize = 200;

impl Mail {
    /// By the server at `url`, from and to these addresses.
    ///
    /// The URL is `smtps://user:password@mail.example` (port 465), `smtp://user:password@mail.example?tls=required` (port 587, TLS begun by `STARTTLS`),
    /// or `smtp://localhost` (port 25) for a server on this machine. What is special in the user's name and the password is percent-encoded.
    ///
    /// # Errors
    ///
    /// When the URL is none of these, or leads elsewhere without TLS, or an address is none.
    pub fn new(url: &str, from: &str, to: &str) -> Result<Self, MailError> {
        if !is_safe(url) {
            return Err(MailError::server(
                "the server's URL must be smtps://.., or smtp://..?tls=required, or smtp://localhost: mails tell what is wrong here, and the password with \
                 them must not travel open",
            ));
        }
        // The URL is not in the message, because the password is in the URL.
        let transport = SmtpTransport::from_url(url)
            .map_err(|_| {
                MailError::server(
                    "the server's URL cannot be read: smtps://user:password@mail.example",
                )
            })?
            .timeout(Some(PATIENCE))
            .build();
        let mut to_all = Mailboxes::new();
        to_all.push(mailbox(to)?);
        Ok(Self {
            transport,
            from: mailbox(from)?,
            to: to_all,
            label: None,
        })
    }

    /// One more who gets each mail.
    ///
    /// # Errors
    ///
    /// When the address is none.
    pub fn to(mut self, address: &str) -> Result<Self, MailError> {
        self.to.push(mailbox(address)?);
        Ok(self)
    }

    /// Stands in brackets at the beginning of each subject: the name of the program. Without it, nothing does.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    fn message(&self, report: &Report) -> Result<Message, BoxError> {
        let label = self
            .label
            .as_ref()
            .map_or_else(String::new, |label| format!("[{label}] "));
        let subject: String = (label + &report.subject())
            .chars()
            .take(MAX_SUBJECT)
            .collect();
        let mut message = Message::builder()
            .from(self.from.clone())
            .subject(subject)
            .header(ContentType::TEXT_PLAIN);
        for to in self.to.iter() {
            message = message.to(to.clone());
        }
        Ok(message.body(report.text())?)
    }
}

impl Reporter for Mail {
    fn report(&mut self, report: &Report) -> Result<(), BoxError> {
        let message = self.message(report)?;
        self.transport.send(&message)?;
        Ok(())
    }
}

fn mailbox(address: &str) -> Result<Mailbox, MailError> {
    address
        .parse()
        .map_err(|error| MailError::address(address, error))
}

/// Is it TLS that is spoken, or a server on this machine?
fn is_safe(url: &str) -> bool {
    if url.starts_with("smtps://") {
        return true;
    }
    let Some(rest) = url.strip_prefix("smtp://") else {
        return false;
    };
    let (authority, query) = rest.split_once('?').unwrap_or((rest, ""));
    // What a reader of URLs takes for the end of the host, and this one does not, would hide another host.
    if rest.contains(['#', '\\']) || rest.contains(char::is_whitespace) {
        return false;
    }
    let authority = authority.split('/').next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let mut parts = if host.starts_with('[') {
        host.split_inclusive(']')
    } else {
        host.split_inclusive(':')
    };
    let name = parts.next().unwrap_or_default().trim_end_matches(':');
    let is_here = ["localhost", "127.0.0.1", "[::1]"].contains(&name);
    is_here || query.split('&').any(|pair| pair == "tls=required")
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail")
            .field("from", &self.from.to_string())
            .field("to", &self.to.to_string())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mails_leave_this_machine_over_tls_alone() {
        for url in [
            "smtps://ada:secret@mail.example",
            "smtp://ada:secret@mail.example?tls=required",
            "smtp://mail.example:587?tls=required",
            "smtp://localhost",
            "smtp://127.0.0.1:2525",
            "smtp://[::1]:25",
        ] {
            assert!(is_safe(url), "{url}");
        }
        for url in [
            "smtp://mail.example",
            "smtp://ada:secret@mail.example?tls=opportunistic",
            "smtp://localhost@mail.example",
            "smtp://localhost.example:25",
            "smtp://mail.example/localhost",
            "smtp://mail.example#@localhost",
            "smtp://mail.example\\@localhost",
            "http://localhost",
            "",
        ] {
            assert!(!is_safe(url), "{url}");
        }
    }
}
