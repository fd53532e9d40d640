use std::{fmt, str::FromStr, sync::LazyLock};

use super::{
    argon2::Argon2, bcrypt::Bcrypt, crypt::Crypt, parse, parse::InvalidHash, pbkdf2::Pbkdf2,
    scrypt::Scrypt, sha::Sha1,
};
use crate::{MAX_CREDENTIAL, constant_time_eq};

/// The hash of a password as some program has stored it.
///
/// | written by | it looks like |
/// |---|---|
/// | [`hash`], and most of today's programs | `$argon2id$v=19$m=19456,t=2,p=1$..`; `argon2i` and `argon2d` too |
/// | `htpasswd -B`, and many others | `$2y$12$..`, `$2b$..`, `$2a$..` (bcrypt) |
/// | `htpasswd -m`, `openssl passwd -apr1`, `-1` | `$apr1$..`, `$1$..` |
/// | `htpasswd -5` and `-2`, `openssl passwd -6` and `-5` | `$6$..`, `$5$..` |
/// | `htpasswd -s`, LDAP | `{SHA}..`, `{SSHA}..` |
/// | Werkzeug (Flask) | `scrypt:32768:8:1$..`, `pbkdf2:sha256:600000$..` |
/// | Django | `pbkdf2_sha256$..`, `pbkdf2_sha1$..`, `scrypt$..`, `argon2$argon2id$..`, `bcrypt_sha256$$2b$..`, `bcrypt$$2b$..` |
///
/// A password that is locked (`!` or `*` in front, as Django and Unix write it) is one that nothing matches. DES crypt and plain text are refused.
///
/// To verify costs time by design, up to seconds for a hash that is just inside of the [bounds](InvalidHash): do it on a thread for such
/// work, as [`Passwords`](super::Passwords) and [`Htpasswd`](super::Htpasswd) do.
///
/// ```
/// use plywood_auth::password::PasswordHash;
///
/// # fn main() -> Result<(), plywood_auth::password::InvalidHash> {
/// let stored: PasswordHash = "pbkdf2_sha256$1000$salt$boRToEKoQr22LeDTyHDsEkHpDsDOTyWJq16HknEiweU=".parse()?;
/// assert!(stored.verify("correct horse") && !stored.verify("guessed"));
/// assert!(stored.is_outdated());
/// assert!("ada".parse::<PasswordHash>().is_err());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct PasswordHash(pub(super) Form);

#[derive(Clone)]
pub(super) enum Form {
    Argon2(Argon2),
    Bcrypt(Bcrypt),
    Crypt(Crypt),
    Pbkdf2(Pbkdf2),
    Scrypt(Scrypt),
    Sha1(Sha1),
    PlainText(Box<[u8]>),
    Locked,
}

/// How a password was hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// Argon2id, Argon2i or Argon2d ([RFC 9106](https://www.rfc-editor.org/rfc/rfc9106)).
    Argon2,
    /// bcrypt.
    Bcrypt,
    /// `$1$` and `$apr1$`: MD5, a thousand times.
    Md5Crypt,
    /// `$5$` and `$6$`: SHA-256 and SHA-512, many times.
    ShaCrypt,
    /// PBKDF2 ([RFC 8018](https://www.rfc-editor.org/rfc/rfc8018)).
    Pbkdf2,
    /// scrypt ([RFC 7914](https://www.rfc-editor.org/rfc/rfc7914)).
    Scrypt,
    /// SHA-1, once.
    Sha1,
    /// No hash at all.
    PlainText,
    /// Nothing matches.
    Locked,
}

impl PasswordHash {
    /// A password that is not hashed. Whoever reads it can use it: for a list that is made of such, until its owner hashes it.
    pub fn plain_text(password: &str) -> Self {
        Self(Form::PlainText(password.as_bytes().into()))
    }

    /// Is it the hash of this password?
    ///
    /// The password is taken as it is, byte for byte. What is longer than [`MAX_CREDENTIAL`] is wrong; for bcrypt, which would look
    /// at the first 72 bytes alone and at nothing past a NUL, so is what is longer than 72 bytes or holds a NUL. The time that it
    /// takes tells how the password was hashed, and not what is in it.
    pub fn verify(&self, password: &str) -> bool {
        let password = password.as_bytes();
        if password.len() > MAX_CREDENTIAL {
            return false;
        }
        match &self.0 {
            Form::Argon2(hash) => hash.verify(password),
            Form::Bcrypt(hash) => hash.verify(password),
            Form::Crypt(hash) => hash.verify(password),
            Form::Pbkdf2(hash) => hash.verify(password),
            Form::Scrypt(hash) => hash.verify(password),
            Form::Sha1(hash) => hash.verify(password),
            Form::PlainText(plain) => constant_time_eq(plain, password),
            Form::Locked => false,
        }
    }

    /// How it was made.
    pub fn kind(&self) -> Kind {
        match &self.0 {
            Form::Argon2(_) => Kind::Argon2,
            Form::Bcrypt(_) => Kind::Bcrypt,
            Form::Crypt(hash) => hash.kind(),
            Form::Pbkdf2(_) => Kind::Pbkdf2,
            Form::Scrypt(_) => Kind::Scrypt,
            Form::Sha1(_) => Kind::Sha1,
            Form::PlainText(_) => Kind::PlainText,
            Form::Locked => Kind::Locked,
        }
    }

    /// Does it take as long to verify a password by the other?
    pub(super) fn costs_as(&self, other: &Self) -> bool {
        (self.kind(), self.cost()) == (other.kind(), other.cost())
    }

    /// The time that it takes, beside others of its kind.
    fn cost(&self) -> u64 {
        match &self.0 {
            Form::Argon2(hash) => hash.cost(),
            Form::Bcrypt(hash) => hash.cost(),
            Form::Crypt(hash) => hash.cost(),
            Form::Pbkdf2(hash) => hash.cost(),
            Form::Scrypt(hash) => hash.cost(),
            Form::Sha1(_) | Form::PlainText(_) | Form::Locked => 0,
        }
    }

    /// Would [`hash`] make a stronger one today? Then hash the password anew when its owner has signed in, which is when it is known.
    ///
    /// Everything but Argon2id is, and Argon2id below what OWASP asks for: 19 MiB and two passes, or 46 MiB and one. What is locked is not.
    pub fn is_outdated(&self) -> bool {
        match &self.0 {
            Form::Argon2(hash) => hash.is_outdated(),
            Form::Locked => false,
            _ => true,
        }
    }
}

/// Hashes a new password: Argon2id with 19 MiB of memory, two passes and a salt of 16 random bytes, as
/// [OWASP](https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html) asks for. It takes tens of milliseconds.
///
/// ```
/// use plywood_auth::password::{PasswordHash, hash};
///
/// # fn main() -> Result<(), plywood_auth::password::InvalidHash> {
/// let stored = hash("correct horse battery staple");
/// assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
/// let stored: PasswordHash = stored.parse()?;
/// assert!(stored.verify("correct horse battery staple"));
/// assert!(!stored.is_outdated());
/// # Ok(())
/// # }
/// ```
///
/// # Panics
///
/// When the system gives no random bytes.
pub fn hash(password: &str) -> String {
    Argon2::hash(password.as_bytes())
}

/// What a password is verified against where there is no account at all: it costs what a new hash does, and nothing matches it.
pub(super) fn decoy() -> &'static PasswordHash {
    static DECOY: LazyLock<PasswordHash> = LazyLock::new(|| {
        let decoy = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        decoy.parse().expect("it is a hash")
    });
    &DECOY
}

impl FromStr for PasswordHash {
    type Err = InvalidHash;

    fn from_str(text: &str) -> Result<Self, InvalidHash> {
        parse::parse(text)
    }
}

/// Does not show the hash.
impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PasswordHash")
            .field("kind", &self.kind())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PASSWORD: &str = "correct horse";

    /// As the programs named have written them.
    #[rustfmt::skip]
    const STORED: &[(&str, Kind)] = &[
        // Apache's htpasswd: -B, -m, -s, -5, -2, -5 -r 1000.
        ("$2y$05$D6izDEgRh2Fy7Y73gI41Kei3gefwBbf1YiYbSgciVSY7tDG1DNlcW", Kind::Bcrypt),
        ("$apr1$nwxQiYNl$G/f3z4NFfURu3MOhZzRD91", Kind::Md5Crypt),
        ("{SHA}L55TUjtiq8FBorTWAZ0jy6g129A=", Kind::Sha1),
        ("$6$K1V1R8AJd28y726N$PsohldwpmVsHsdnf2lnVCLHedP9RRmDvks8gGYWb8dhocWPJI.wAqpaPTqKJZr1HN1YJmHdCd9WirPFeygzIa1", Kind::ShaCrypt),
        ("$5$uXD32FRvVTpZjkA4$TncF/BdwCpe6jjszfcmABHT8JUKLXgk4lim.TOtcjOB", Kind::ShaCrypt),
        ("$6$rounds=1000$yRbT4ZCNYQCfN4YS$JnVJKFPEGiUSu/Fxo8BEqRGM1aZ3qWjjw4YUZ9ird0aB6lyrSXM.6zqbFTRQFa82YhVkUk7ipisMwSghF3HKK.", Kind::ShaCrypt),
        // openssl passwd -1
        ("$1$abcdefgh$y6iHhJNbuC0xpbk0w9pm80", Kind::Md5Crypt),
        // OpenLDAP's form, by Python's hashlib.
        ("{SSHA}LhKrkM9Fy+zlstjdD7Kv2s6QvhBzYWx0", Kind::Sha1),
        // The reference implementation of Argon2.
        ("$argon2id$v=19$m=64,t=2,p=1$c2FsdHNhbHQ$IWJR6forQfRjS4Y1mffdqnUx3GwYyJwSZsDZt9LHzUM", Kind::Argon2),
        ("$argon2i$v=19$m=64,t=1,p=4$c2FsdHNhbHQ$bXKLNXI2Y5cGZnF4yPWpeYqjINkC3nFSmGXIwZOQAS0", Kind::Argon2),
        ("$argon2d$v=19$m=64,t=2,p=1$c2FsdHNhbHQ$VkqX0nBaES5l0mYXA5TkFA", Kind::Argon2),
        ("$argon2i$m=64,t=2,p=1$c2FsdHNhbHQ$KGTCNRp6FzKqIXK//xxbzK63NykXm6j3/RDdNJ9u9fQ", Kind::Argon2),
        // The forms of Werkzeug and Django, by Python's hashlib.
        ("scrypt:1024:8:1$salt$fa344bb561aac1b53346f30de3ed6e5cf12efb948f6e430fc80ec4e82c0e8cabbdb4d9f922912a02c075378863e4d989dba63456f4dcff1cc5ac8c76e70a62c9", Kind::Scrypt),
        ("pbkdf2:sha1:1000$salt$ba6e4f2c7f22bc472b44955ab1365787cfafc57d", Kind::Pbkdf2),
        ("pbkdf2:sha256:1000$salt$6e8453a042a842bdb62de0d3c870ec1241e90ec0ce4f2589ab5e87927122c1e5", Kind::Pbkdf2),
        ("pbkdf2:sha512:1000$salt$38b54862cf5def6e5f58038925e7d345c7aabcb331948c89ed1759f359bbf6743f5ac2c454db86067a643fe17b65c0533683a45cedd240087528c4068b21236f", Kind::Pbkdf2),
        ("pbkdf2_sha256$1000$salt$boRToEKoQr22LeDTyHDsEkHpDsDOTyWJq16HknEiweU=", Kind::Pbkdf2),
        ("pbkdf2_sha1$1000$salt$um5PLH8ivEcrRJVasTZXh8+vxX0=", Kind::Pbkdf2),
        ("scrypt$1024$salt$8$2$4UWawp5Cpvh44W6xDc6oeH4zCq3TdPwXbDPxpA1tXOvIusIyLhd9ciFltyoU988KuEel3fY7UJZVQVFsCqytFA==", Kind::Scrypt),
        ("argon2$argon2id$v=19$m=64,t=2,p=1$c2FsdHNhbHQ$IWJR6forQfRjS4Y1mffdqnUx3GwYyJwSZsDZt9LHzUM", Kind::Argon2),
        ("bcrypt$$2b$05$D6izDEgRh2Fy7Y73gI41Kei3gefwBbf1YiYbSgciVSY7tDG1DNlcW", Kind::Bcrypt),
        ("bcrypt_sha256$$2b$04$d4FqSko0Yvyol5L7CCtOaOs23vAIBhqO.VZtZxPGtlgUM5sPMB/Xy", Kind::Bcrypt),
    ];

    #[test]
    fn each_kind_is_matched_by_its_password_and_no_other() {
        for (stored, kind) in STORED {
            let hash: PasswordHash = stored.parse().unwrap();
            assert_eq!(hash.kind(), *kind, "{stored}");
            assert!(hash.verify(PASSWORD), "{stored}");
            for wrong in [
                "",
                "correct hors",
                "correct horse ",
                "Correct horse",
                "correct\0horse",
            ] {
                assert!(!hash.verify(wrong), "{wrong:?} for {stored}");
            }
            assert!(hash.is_outdated(), "{stored}");
        }
    }

    #[test]
    fn other_letters_and_other_rounds_are_hashed_too() {
        for (stored, password) in [
            ("$apr1$ab$8GqkBOh2ZlT4.m8vapza./", "é"),
            (
                "$6$rounds=10000$saltsaltsaltsalt$ROo2pkNizO7rDWkVUqjBzVLz9Fu6GGIvEPLcQ281RF9oWKtO5WrPxxjVWuxSqd/V7NM949xILfQhpTVMux5aU1",
                "x",
            ),
        ] {
            assert!(stored.parse::<PasswordHash>().unwrap().verify(password));
        }
    }

    #[test]
    fn what_is_cut_off_or_altered_is_no_hash_or_does_not_match() {
        for (stored, _) in STORED {
            for end in 0..stored.len() {
                let parsed = stored[..end].parse::<PasswordHash>();
                let matches = parsed.is_ok_and(|hash| hash.verify(PASSWORD));
                assert!(!matches, "{}", &stored[..end]);
            }
            let mut altered = (*stored).to_owned();
            let place = altered.trim_end_matches('=').len() - 2;
            let other = if &altered[place..=place] == "a" {
                "b"
            } else {
                "a"
            };
            altered.replace_range(place..=place, other);
            if let Ok(hash) = altered.parse::<PasswordHash>() {
                assert!(!hash.verify(PASSWORD), "{altered}");
            }
        }
    }

    #[test]
    fn what_cannot_be_verified_is_refused_and_not_repeated() {
        for (text, why) in [
            ("", "plain text"),
            ("secret", "plain text"),
            ("rqXexS6ZhobKA", "DES"),
            ("{PLAIN}secret", "no kind"),
            ("{SHA}c2VjcmV0", "must be"),
            ("{SSHA}L55TUjtiq8FBorTWAZ0jy6g129A=", "must be"),
            ("$y$j9T$secret$secret", "yescrypt"),
            (
                "$2x$05$D6izDEgRh2Fy7Y73gI41Kei3gefwBbf1YiYbSgciVSY7tDG1DNlcW",
                "not supported",
            ),
            ("$2y$05$secret", "53 characters"),
            (
                "$2y$5$6izDEgRh2Fy7Y73gI41Kei3gefwBbf1YiYbSgciVSY7tDG1DNlcW",
                "53 characters",
            ),
            (
                "$2y$05$é6izDEgRh2Fy7Y73gI41Kei3gefwBbf1YiYbSgciVSY7tDG1DNlc",
                "53 characters",
            ),
            (
                "$2y$17$D6izDEgRh2Fy7Y73gI41Kei3gefwBbf1YiYbSgciVSY7tDG1DNlcW",
                "16 at most",
            ),
            (
                "$2y$31$D6izDEgRh2Fy7Y73gI41Kei3gefwBbf1YiYbSgciVSY7tDG1DNlcW",
                "16 at most",
            ),
            ("$secret", "must be"),
            ("$9$secret$", "no kind"),
            ("$6$secret", "must be"),
            ("$6$rounds=99999999999$secret$secret", "must be"),
            ("$6$rounds=1000001$a$a", "1,000,000"),
            ("$5$rounds=999999999$a$a", "1,000,000"),
            (
                "$argon2id$v=19$m=262145,t=1,p=1$c2FsdHNhbHQ$IWJR6forQfRjS4Y1mffdqnUx3GwYyJwSZsDZt9LHzUM",
                "256 MiB",
            ),
            (
                "$argon2id$v=19$m=65536,t=17,p=1$c2FsdHNhbHQ$IWJR6forQfRjS4Y1mffdqnUx3GwYyJwSZsDZt9LHzUM",
                "1 GiB",
            ),
            (
                "$argon2id$v=19$m=65536,t=4294967295,p=1$c2FsdHNhbHQ$IWJR6forQfRjS4Y1mffdqnUx3GwYyJwSZsDZt9LHzUM",
                "1 GiB",
            ),
            (
                "$argon2id$v=19$m=8,t=1,p=2$c2FsdHNhbHQ$IWJR6forQfRjS4Y1mffdqnUx3GwYyJwSZsDZt9LHzUM",
                "must be",
            ),
            (
                "$argon2id$v=18$m=64,t=1,p=1$c2FsdHNhbHQ$IWJR6forQfRjS4Y1mffdqnUx3GwYyJwSZsDZt9LHzUM",
                "must be",
            ),
            (
                "scrypt:1048576:8:1$salt$fa344bb561aac1b53346f30de3ed6e5c",
                "128 MiB",
            ),
            (
                "scrypt:32768:8:9$salt$fa344bb561aac1b53346f30de3ed6e5c",
                "256 MiB",
            ),
            (
                "scrypt:2147483648:4294967295:4294967295$salt$fa344bb561aac1b53346f30de3ed6e5c",
                "128 MiB",
            ),
            (
                "scrypt:1000:8:1$salt$fa344bb561aac1b53346f30de3ed6e5c",
                "must be",
            ),
            ("scrypt:1024:8$salt$secret", "must be"),
            ("scrypt$secret", "must be"),
            (
                "pbkdf2:sha256:10000001$salt$6e8453a042a842bdb62de0d3c870ec1241e90ec0ce4f2589ab5e87927122c1e5",
                "10,000,000",
            ),
            (
                "pbkdf2:sha256:0$salt$6e8453a042a842bdb62de0d3c870ec1241e90ec0ce4f2589ab5e87927122c1e5",
                "must be",
            ),
            ("pbkdf2:md5:1000$salt$6e84", "must be"),
            ("pbkdf2:sha256:1000$salt$6e84", "must be"),
            (
                "pbkdf2_sha256$+1000$salt$boRToEKoQr22LeDTyHDsEkHpDsDOTyWJq16HknEiweU=",
                "must be",
            ),
            ("bcrypt_sha256$secret", "must be"),
            (&"secret".repeat(200), "1024 bytes"),
        ] {
            let error = text.parse::<PasswordHash>().unwrap_err();
            let shown = format!("{error} {error:?}");
            assert!(shown.contains(why), "{text}: {shown}");
            assert!(!shown.contains("secret"), "{shown}");
        }
    }

    #[test]
    fn what_is_locked_lets_nobody_in() {
        for locked in ["!", "*", "!!", "!$6$salt$hash", "!vcfbGnHmKzlAEpcS8T"] {
            let hash: PasswordHash = locked.parse().unwrap();
            assert_eq!(hash.kind(), Kind::Locked);
            assert!(!hash.verify(locked) && !hash.verify("") && !hash.is_outdated());
        }
    }

    #[test]
    fn plain_text_is_taken_from_those_who_say_so() {
        let plain = PasswordHash::plain_text("ply");
        assert!(plain.verify("ply") && !plain.verify("plywood") && plain.is_outdated());
        assert_eq!(format!("{plain:?}"), "PasswordHash { kind: PlainText, .. }");
    }

    /// Made of 72 times `x` by `htpasswd -nbB -C 4`, which looks at no more.
    #[test]
    fn bcrypt_cuts_no_password_off() {
        let hash: PasswordHash = "$2y$04$llCe/ptrkCkpYUVjx2DtT.ZNBq7qb.bysMmvGwO.t/BXMBacQFvmO"
            .parse()
            .unwrap();
        assert!(hash.verify(&"x".repeat(72)));
        for wrong in ["x".repeat(71), "x".repeat(73), "x".repeat(72) + "y"] {
            assert!(!hash.verify(&wrong));
        }
    }

    #[test]
    fn a_new_hash_is_of_today_and_of_its_own() {
        let (one, other) = (hash(PASSWORD), hash(PASSWORD));
        assert_ne!(one, other);
        let one: PasswordHash = one.parse().unwrap();
        assert!(one.verify(PASSWORD) && !one.is_outdated());
        assert!(!one.verify(&"x".repeat(MAX_CREDENTIAL + 1)));
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in "[$!{}]?(argon2id|2y|6|scrypt:|pbkdf2_sha256|SHA)?[$:}]?[ -~é]{0,60}") {
            let _ = text.parse::<PasswordHash>();
        }
    }
}
