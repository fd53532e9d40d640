use http::HeaderValue;

use super::{Algorithm, Qop};

/// A challenge to be sent in `WWW-Authenticate` ([RFC 7616 §3.3](https://www.rfc-editor.org/rfc/rfc7616#section-3.3)).
///
/// ```
/// use plywood_auth::digest::{Algorithm, Challenge, Qop};
///
/// let challenge = Challenge {
///     realm: "the shed",
///     nonce: "bm9uY2U",
///     algorithm: Algorithm::Sha256,
///     qop: &[Qop::Auth],
///     user_hash: false,
///     stale: true,
/// };
/// assert_eq!(
///     challenge.field().unwrap(),
///     r#"Digest algorithm=SHA-256, realm="the shed", nonce="bm9uY2U", qop="auth", charset=UTF-8, stale=true"#
/// );
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Challenge<'a> {
    /// What the password is for: a part of each account's hash.
    pub realm: &'a str,
    /// The nonce to be used.
    pub nonce: &'a str,
    /// How to compute. A server that takes several sends a challenge for each.
    pub algorithm: Algorithm,
    /// The qualities of protection on offer.
    pub qop: &'a [Qop],
    /// May the name be sent as a hash?
    pub user_hash: bool,
    /// Was the response right, and the nonce too old? Then a client computes again and asks nobody.
    pub stale: bool,
}

impl Challenge<'_> {
    /// The field's value. Quotes and backslashes are escaped. `None` if the realm or the nonce holds what cannot be sent: a control character, or
    /// anything beyond ASCII in the realm, for which no encoding is defined.
    pub fn field(&self) -> Option<HeaderValue> {
        let mut text = String::with_capacity(160 + self.realm.len() + self.nonce.len());
        // First, because some clients take all challenges for one whose later parameters count; its first parameter's name goes under there.
        text.push_str("Digest algorithm=");
        text.push_str(self.algorithm.name());
        text.push_str(", realm=");
        quote(&mut text, self.realm)?;
        text.push_str(", nonce=");
        quote(&mut text, self.nonce)?;
        text.push_str(", qop=\"");
        for (index, qop) in self.qop.iter().enumerate() {
            text.push_str(if index == 0 { "" } else { ", " });
            text.push_str(qop.name());
        }
        text.push_str("\", charset=UTF-8");
        if self.user_hash {
            text.push_str(", userhash=true");
        }
        if self.stale {
            text.push_str(", stale=true");
        }
        HeaderValue::try_from(text).ok()
    }
}

fn quote(into: &mut String, text: &str) -> Option<()> {
    into.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => into.extend(['\\', character]),
            ' '..='~' => into.push(character),
            _ => return None,
        }
    }
    into.push('"');
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_quoted_and_says_what_is_on_offer() {
        let challenge = Challenge {
            realm: r#"a"b\c"#,
            nonce: "n",
            algorithm: Algorithm::Md5Sess,
            qop: &[Qop::Auth, Qop::AuthInt],
            user_hash: true,
            stale: false,
        };
        assert_eq!(
            challenge.field().unwrap(),
            r#"Digest algorithm=MD5-sess, realm="a\"b\\c", nonce="n", qop="auth, auth-int", charset=UTF-8, userhash=true"#
        );
        for realm in ["a\nb", "é", "\0", "\u{7f}"] {
            assert!(Challenge { realm, ..challenge }.field().is_none());
        }
    }
}
