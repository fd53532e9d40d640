//! Sends error reports by mail.
//!
//! ```
//! use plywood_error::Reports;
//! use plywood_error_mail::Mail;
//!
//! let mail = Mail::new("smtps://shop:secret@mail.example", "Shop <shop@example.com>", "ada@example.com")?;
//! let reports = Reports::to(mail.to("grace@example.com")?.label("shop")).start()?;
//! # let _ = reports;
//!
//! // A password is sent over TLS alone.
//! assert!(Mail::new("smtp://shop:secret@mail.example", "shop@example.com", "ada@example.com").is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A back end of [`Reports`](plywood_error::Reports), of which it wants the grouped ones: a mail for each incident would be a flood of mails.
//!
//! # What it does
//!
//! Each report is one mail of plain text: the [subject](plywood_error::Report::subject) with a [label](Mail::label), and
//! [all of it](plywood_error::Report::text). It is sent over SMTP in the thread of the reports; a server that is
//! silent for 20 seconds has failed, and the mail is tried again.
//!
//! # What it does not do
//!
//! It keeps no mail on disk, and signs none.
//!
//! # Security
//!
//! A mail tells causes, places and paths to whoever reads it. TLS is required, and the server's certificate verified against Mozilla's roots and
//! [your own](Mail::root_certificate), unless the server is on this machine. The password is in no message and no `Debug`.
//!
//! # Standards
//!
//! [RFC 5321](https://www.rfc-editor.org/rfc/rfc5321) (SMTP), [RFC 5322](https://www.rfc-editor.org/rfc/rfc5322) (mail),
//! [RFC 3207](https://www.rfc-editor.org/rfc/rfc3207) (STARTTLS), [RFC 3834](https://www.rfc-editor.org/rfc/rfc3834) (mail that no machine answers).

mod error;
mod mail;
mod server;

pub use self::{
    error::{MailError, MailErrorKind},
    mail::Mail,
};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
