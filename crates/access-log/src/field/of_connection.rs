use plywood_core::{ClientCertificate, Connection, extensions::Secured};

use crate::{dress::Out, field::of_request::address, request_head::RequestHead};

/// Known from the connection that the request came on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum OfConnection {
    Number,
    /// The number of the request on it; the first one has this.
    Turn {
        first: u64,
    },
    /// The address of our end.
    Local,
    LocalPort,
    /// `TLSv1.3`, or the number alone.
    TlsVersion {
        number: bool,
    },
    /// By its name at IANA, or by OpenSSL's.
    Cipher {
        iana: bool,
    },
    NamedServer,
    /// Was the session resumed? These are the words for yes and no.
    Resumed(&'static str, &'static str),
    /// The same as a boolean of JSON.
    IsResumed,
    /// Whether the client has proved itself by a certificate.
    ClientVerify,
}

impl OfConnection {
    pub(crate) fn write(&self, out: Out<'_>, request: &RequestHead<'_>) {
        match Connection::of(request) {
            Some(connection) => self.write_known(out, connection, request),
            None => out.absent(),
        }
    }

    fn write_known(&self, out: Out<'_>, connection: &Connection, request: &RequestHead<'_>) {
        match (self, connection.tls()) {
            (Self::Number, _) => out.number(connection.number()),
            (Self::Turn { first }, _) => {
                out.number((connection.request() + first).saturating_sub(1));
            }
            (Self::Local, _) => match connection.local_addr() {
                Some(local) => out.plain(|line| address(line, local.ip())),
                None => out.plain(|line| line.extend_from_slice(b"unix:")),
            },
            (Self::LocalPort, _) => match connection.local_addr() {
                Some(local) => out.number(local.port().into()),
                None => out.absent(),
            },
            (_, Some(tls)) => self.write_tls(out, tls, request),
            (_, None) => out.absent(),
        }
    }

    fn write_tls(&self, out: Out<'_>, tls: &Secured, request: &RequestHead<'_>) {
        let word = |out: Out<'_>, word: &str| {
            out.plain(|line| line.extend_from_slice(word.as_bytes()));
        };
        match self {
            Self::TlsVersion { number: true } => word(out, tls.version()),
            Self::TlsVersion { .. } => out.plain(|line| {
                line.extend_from_slice(b"TLSv");
                line.extend_from_slice(tls.version().as_bytes());
            }),
            Self::Cipher { iana: true } => word(out, tls.cipher()),
            Self::Cipher { .. } => out.plain(|line| openssl(line, tls.cipher())),
            Self::NamedServer => match tls.named_server() {
                Some(name) => out.word(name.as_bytes()),
                None => out.absent(),
            },
            Self::Resumed(yes, no) => word(out, if tls.is_resumed() { yes } else { no }),
            Self::IsResumed => {
                let word: &[u8] = if tls.is_resumed() { b"true" } else { b"false" };
                out.bare(|line| line.extend_from_slice(word));
            }
            _ => match ClientCertificate::of(request) {
                Some(_) => word(out, "SUCCESS"),
                None => word(out, "NONE"),
            },
        }
    }
}

/// The name that OpenSSL has for a cipher suite, and Apache and nginx with it. Those of TLS 1.3 have one name everywhere.
fn openssl(line: &mut Vec<u8>, iana: &str) {
    let parts = iana
        .strip_prefix("TLS_")
        .and_then(|name| name.split_once("_WITH_"));
    let Some((exchange, cipher)) = parts else {
        line.extend_from_slice(iana.as_bytes());
        return;
    };
    let cipher = match cipher.strip_suffix("_SHA256") {
        Some(bare) if bare.ends_with("_POLY1305") => bare,
        _ => cipher,
    };
    let mut glue: &[u8] = b"";
    for part in exchange.split('_').chain(cipher.split('_')) {
        line.extend_from_slice(glue);
        line.extend_from_slice(part.as_bytes());
        glue = if part == "AES" { b"" } else { b"-" };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cipher_suite_has_the_name_that_openssl_gives_it() {
        for (iana, expected) in [
            ("TLS_AES_256_GCM_SHA384", "TLS_AES_256_GCM_SHA384"),
            (
                "TLS_CHACHA20_POLY1305_SHA256",
                "TLS_CHACHA20_POLY1305_SHA256",
            ),
            (
                "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                "ECDHE-RSA-AES128-GCM-SHA256",
            ),
            (
                "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
                "ECDHE-ECDSA-AES256-GCM-SHA384",
            ),
            (
                "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
                "ECDHE-ECDSA-CHACHA20-POLY1305",
            ),
        ] {
            let mut line = Vec::new();
            openssl(&mut line, iana);
            assert_eq!(String::from_utf8(line).unwrap(), expected);
        }
    }
}
