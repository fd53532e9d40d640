use std::fmt;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use plywood_session_core::{Session, SessionError, random};
use subtle::ConstantTimeEq;

/// The length of a session's secret in bytes.
const SECRET: usize = 32;

/// What stands in our forms and nobody else's: the session's secret, under a mask of its own.
///
/// As text it is 86 characters of base64url, which need no escaping.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// The field of a form that bears it, unless [another](crate::CsrfLayer::field) is chosen.
    pub const FIELD: &str = "csrf_token";

    /// A token of this session, for one page.
    ///
    /// The session begins with the first one: its secret is saved at once.
    ///
    /// # Errors
    ///
    /// When the store fails, the system has no random numbers, or the response is on its way.
    pub async fn of(session: &Session) -> Result<Self, SessionError> {
        let secret = session.csrf_secret().await?;
        let mut mask = [0; SECRET];
        let random = [random()?, random()?];
        mask.copy_from_slice(&random.as_flattened()[..SECRET]);
        Ok(Self::masked(secret.as_bytes(), mask))
    }

    /// The hidden field of a form: `<input type="hidden" name="csrf_token" value="..">`.
    pub fn field(&self) -> String {
        format!(
            r#"<input type="hidden" name="{}" value="{self}">"#,
            Self::FIELD
        )
    }

    /// The token as text, for a script that sends it in `x-csrf-token`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn masked(secret: &[u8], mask: [u8; SECRET]) -> Self {
        let masked = mask.iter().zip(secret).map(|(mask, secret)| mask ^ secret);
        let both: Vec<u8> = mask.iter().copied().chain(masked).collect();
        Self(BASE64_URL_SAFE_NO_PAD.encode(both))
    }
}

/// Whether `text` is a token of the session with this secret.
pub(crate) fn is_of(secret: &str, text: &[u8]) -> bool {
    let mut both = [0; 2 * SECRET];
    if BASE64_URL_SAFE_NO_PAD.decode_slice(text, &mut both) != Ok(both.len()) {
        return false;
    }
    let (mask, masked) = both.split_at(SECRET);
    let sent: Vec<u8> = mask.iter().zip(masked).map(|(a, b)| a ^ b).collect();
    sent.ct_eq(secret.as_bytes()).into()
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whoever reads it in a log could use it.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ONE: &str = "0123456789abcdefghijklmnopqrstuv";

    #[test]
    fn two_tokens_of_a_session_look_different_and_are_both_its_own() {
        let [first, second] =
            [[1; SECRET], [2; SECRET]].map(|mask| Token::masked(ONE.as_bytes(), mask));
        assert_ne!(first, second);
        assert_eq!(first.as_str().len(), 86);
        for token in [first, second] {
            assert!(is_of(ONE, token.as_str().as_bytes()));
            assert!(!is_of(
                "vutsrqponmlkjihgfedcba9876543210",
                token.as_str().as_bytes()
            ));
        }
    }

    proptest! {
        #[test]
        fn what_is_no_token_is_refused(text in any::<Vec<u8>>()) {
            prop_assert!(!is_of(ONE, &text));
        }

        #[test]
        fn a_token_that_was_changed_is_refused(mask in any::<[u8; SECRET]>(), at in 0..86_usize, to in "[A-Za-z0-9_-]") {
            let token = Token::masked(ONE.as_bytes(), mask).0;
            let mut changed = token.clone();
            changed.replace_range(at..=at, &to);
            prop_assert_eq!(is_of(ONE, changed.as_bytes()), changed == token);
        }
    }
}
