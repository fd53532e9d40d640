use std::{
    fmt::{self, Write},
    str::FromStr,
};

use plywood_core::BoxError;
use sha2::{Digest, Sha256};

/// A token of 256 random bits that means nothing by itself: its [`hash`](Self::hash) is kept, and it is shown once.
///
/// It begins with a word of one's own, so that a person, and a search for secrets in a repository, see what it is.
///
/// ```
/// use plywood_auth::bearer::Token;
///
/// # fn main() -> Result<(), plywood_core::BoxError> {
/// let token = Token::new("notes")?;
/// assert!(token.as_str().starts_with("notes_"));
/// let kept = token.hash().to_string(); // for the database
/// assert_eq!(kept.len(), 64);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// A new one, `prefix`, `_` and 64 hexadecimal digits.
    ///
    /// # Errors
    ///
    /// When the system gives no randomness.
    ///
    /// # Panics
    ///
    /// When the prefix has other characters than ASCII letters, digits and `_`, or more than 32.
    pub fn new(prefix: &str) -> Result<Self, BoxError> {
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        assert!(
            prefix.len() <= 32 && prefix.bytes().all(is_word),
            "invalid prefix {prefix:?}: it must have at most 32 ASCII letters, digits and underscores"
        );
        let mut bits = [0; 32];
        getrandom::fill(&mut bits)?;
        Ok(Self(format!("{prefix}_{}", Hex(&bits))))
    }

    /// The token itself, for whoever it was made for.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    pub fn hash(&self) -> TokenHash {
        TokenHash::of(&self.0)
    }
}

/// Its prefix, and nothing more.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prefix = self.0.rsplit_once('_').map_or("", |(prefix, _)| prefix);
        write!(f, "Token({prefix}_..)")
    }
}

/// What is kept of a token: its SHA-256. Whoever reads the database has no token by it.
///
/// It is the key to look up: 256 bits of a token cannot be guessed, so that no slow hash and no salt are needed, and how long a look-up by
/// the hash takes tells nothing of the token. `Display` and `FromStr` write it as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    /// Of a token as it was sent.
    pub fn of(token: &str) -> Self {
        Self(Sha256::digest(token).into())
    }

    /// Its bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl From<[u8; 32]> for TokenHash {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Hex(&self.0).fmt(f)
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenHash({self})")
    }
}

impl FromStr for TokenHash {
    type Err = InvalidHash;

    fn from_str(text: &str) -> Result<Self, InvalidHash> {
        let digits = text.as_bytes();
        let mut bytes = [0; 32];
        if digits.len() != 64 {
            return Err(InvalidHash);
        }
        let value = |digit: u8| char::from(digit).to_digit(16).ok_or(InvalidHash);
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let both = value(pair[0])? * 16 + value(pair[1])?;
            *byte = u8::try_from(both).map_err(|_| InvalidHash)?;
        }
        Ok(Self(bytes))
    }
}

/// A text that is no [`TokenHash`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidHash;

impl fmt::Display for InvalidHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("invalid hash of a token: it must be 64 hexadecimal digits")
    }
}

impl std::error::Error for InvalidHash {}

struct Hex<'b>(&'b [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0 {
            for nibble in [byte >> 4, byte & 15] {
                f.write_char(char::from_digit(nibble.into(), 16).expect("a nibble is a digit"))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_new_each_time_and_what_is_kept_is_its_sha_256() {
        let [one, other] = [(); 2].map(|()| Token::new("x").unwrap());
        assert_ne!(one, other);
        assert_eq!(one.as_str().len(), 2 + 64);
        assert_ne!(one.hash(), other.hash());
        // FIPS 180-4, the example of one block.
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(TokenHash::of("abc").to_string(), abc);
        assert_eq!(abc.parse(), Ok(TokenHash::of("abc")));
        assert_eq!(abc.to_uppercase().parse(), Ok(TokenHash::of("abc")));
        for wrong in ["", "ab", &abc[1..], &abc.replace('b', "g"), &"é".repeat(32)] {
            assert_eq!(wrong.parse::<TokenHash>(), Err(InvalidHash));
        }
        assert_eq!(format!("{:?}", Token::new("a_b").unwrap()), "Token(a_b_..)");
        assert!(std::panic::catch_unwind(|| Token::new("a b")).is_err());
    }
}
