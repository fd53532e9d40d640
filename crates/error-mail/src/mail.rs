use std::{fmt, time::Duration};

use lettre::{
    Message, SmtpTransport, Transport,
    message::{
        Mailbox, Mailboxes,
        header::{ContentType, HeaderName, HeaderValue},
    },
    transport::smtp::{
        SmtpTransportBuilder,
        client::{Certificate, TlsParameters},
    },
};
use plywood_core::BoxError;
use plywood_error::{Report, Reporter};

use crate::{
    MailError,
    server::{self, Secrecy},
};

/// Sends reports by mail.
#[derive(Clone)]
pub struct Mail {
    transport: SmtpTransport,
    builder: SmtpTransportBuilder,
    server: String,
    secrecy: Secrecy,
    roots: Vec<Certificate>,
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
        let Some((name, secrecy)) = server::read(url) else {
            return Err(MailError::server(
                "the server's URL must be smtps://.., or smtp://..?tls=required, or smtp://localhost: mails tell what is wrong here, and the password with \
                 them must not travel open",
            ));
        };
        // The URL is not in the message, because the password is in the URL.
        let builder = SmtpTransport::from_url(url).map_err(|_| {
            MailError::server("the server's URL cannot be read: smtps://user:password@mail.example")
        })?;
        let builder = builder.timeout(Some(PATIENCE));
        let mut to_all = Mailboxes::new();
        to_all.push(mailbox(to)?);
        Ok(Self {
            transport: builder.clone().build(),
            builder,
            server: name.to_owned(),
            secrecy,
            roots: Vec::new(),
            from: mailbox(from)?,
            to: to_all,
            label: None,
        })
    }

    /// An authority of your own, by its certificate in PEM: the server's may be signed by it, too. Without it, Mozilla's roots are trusted alone.
    ///
    /// # Errors
    ///
    /// When it is no certificate, or the server is spoken to without TLS.
    pub fn root_certificate(mut self, pem: &[u8]) -> Result<Self, MailError> {
        let root = Certificate::from_pem(pem).map_err(MailError::certificate)?;
        self.roots.push(root);
        let mut parameters = TlsParameters::builder(self.server.clone());
        for root in &self.roots {
            parameters = parameters.add_root_certificate(root.clone());
        }
        let parameters = parameters.build().map_err(MailError::certificate)?;
        let Some(tls) = self.secrecy.tls(parameters) else {
            return Err(MailError::certificate(
                "the server is spoken to without TLS",
            ));
        };
        self.builder = self.builder.tls(tls);
        self.transport = self.builder.clone().build();
        Ok(self)
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
            .message_id(None)
            // So that no machine answers it: https://www.rfc-editor.org/rfc/rfc3834#section-5
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ))
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

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail")
            .field("from", &self.from.to_string())
            .field("to", &self.to.to_string())
            .finish_non_exhaustive()
    }
}
