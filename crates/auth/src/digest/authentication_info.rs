//! The server's own proof.

use std::borrow::Cow;

use http::{HeaderName, HeaderValue};

use super::{Credentials, Hex};

pub(super) const AUTHENTICATION_INFO: HeaderName = HeaderName::from_static("authentication-info");

/// `Authentication-Info` ([RFC 7616 §3.5](https://www.rfc-editor.org/rfc/rfc7616#section-3.5)).
pub(super) fn proof(
    credentials: &Credentials<'_>,
    server: &Hex,
    next: Option<&str>,
) -> Option<HeaderValue> {
    let (count, client_nonce) = credentials.count_and_client_nonce()?;
    let client_nonce = if client_nonce.contains(['"', '\\']) {
        Cow::Owned(client_nonce.replace('\\', "\\\\").replace('"', "\\\""))
    } else {
        Cow::Borrowed(client_nonce)
    };
    let parts = [
        "rspauth=\"",
        server.as_str(),
        "\", qop=auth, nc=",
        count,
        ", cnonce=\"",
        &client_nonce,
        "\"",
        if next.is_some() { ", nextnonce=\"" } else { "" },
        next.unwrap_or(""),
        if next.is_some() { "\"" } else { "" },
    ];
    HeaderValue::try_from(parts.concat()).ok()
}
