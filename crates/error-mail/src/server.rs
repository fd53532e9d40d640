//! The server's URL: what it says about TLS, and whether that is enough.

use lettre::transport::smtp::client::{Tls, TlsParameters};

/// How the connection is kept from being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Secrecy {
    /// TLS from the first byte.
    Tls,
    /// TLS begun by `STARTTLS`, or nothing is sent.
    StartTls,
    /// None: the server is on this machine.
    SameMachine,
}

impl Secrecy {
    pub(crate) fn tls(self, parameters: TlsParameters) -> Option<Tls> {
        match self {
            Self::Tls => Some(Tls::Wrapper(parameters)),
            Self::StartTls => Some(Tls::Required(parameters)),
            Self::SameMachine => None,
        }
    }
}

/// The server's name, and how it is spoken to; none where a mail could be read on its way.
pub(crate) fn read(url: &str) -> Option<(&str, Secrecy)> {
    let (scheme, rest) = url.split_once("://")?;
    let (before, query) = rest.split_once('?').unwrap_or((rest, ""));
    // What a reader of URLs takes for the end of the host, and this one does not, would hide another host.
    if rest.contains(['#', '\\']) || rest.contains(char::is_whitespace) {
        return None;
    }
    let authority = before.split('/').next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let name = match host.strip_prefix('[') {
        Some(address) => address.split(']').next(),
        None => host.split(':').next(),
    };
    let name = name.filter(|name| !name.is_empty())?;
    let is_here = ["localhost", "127.0.0.1", "::1"].contains(&name);
    // Of several parameters of a name nobody knows which one counts.
    let secrecy = match (scheme, query) {
        ("smtps", "") => Secrecy::Tls,
        ("smtp", "tls=required") => Secrecy::StartTls,
        ("smtp", "") if is_here => Secrecy::SameMachine,
        _ => return None,
    };
    Some((name, secrecy))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mails_leave_this_machine_over_tls_alone() {
        use Secrecy::{SameMachine, StartTls, Tls};
        for (url, expected) in [
            ("smtps://ada:secret@mail.example", ("mail.example", Tls)),
            ("smtps://mail.example:465/shop", ("mail.example", Tls)),
            (
                "smtp://ada:secret@mail.example?tls=required",
                ("mail.example", StartTls),
            ),
            (
                "smtp://mail.example:587?tls=required",
                ("mail.example", StartTls),
            ),
            ("smtp://localhost", ("localhost", SameMachine)),
            ("smtp://127.0.0.1:2525", ("127.0.0.1", SameMachine)),
            ("smtp://[::1]:25", ("::1", SameMachine)),
        ] {
            assert_eq!(read(url), Some(expected), "{url}");
        }
        for url in [
            "smtp://mail.example",
            "smtp://ada:secret@mail.example?tls=opportunistic",
            "smtp://mail.example?tls=opportunistic&tls=required",
            "smtp://mail.example?tl%73=opportunistic&tls=required",
            "smtp://localhost@mail.example",
            "smtp://localhost.example:25",
            "smtp://mail.example/localhost",
            "smtp://mail.example#@localhost",
            "smtp://mail.example\\@localhost",
            "smtps://mail.example#@other.example",
            "smtps://",
            "http://localhost",
            "",
        ] {
            assert_eq!(read(url), None, "{url}");
        }
    }
}
