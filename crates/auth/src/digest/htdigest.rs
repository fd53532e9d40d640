use std::{collections::HashMap, fmt, path::Path, sync::Arc};

use plywood_core::Identity;

use super::{Account, Algorithm, Asked, DigestAccounts, Hex, Lookup, User, user_hash};
use crate::{FileError, reloaded::Reloaded};

/// The accounts of a file for Digest, as Apache's `htdigest` writes it: `name:realm:hash` a line.
///
/// Apache's own hashes are of MD5, which a [`Digest`](super::Digest) offers if it is [allowed](super::Digest::allow_md5). A hash of 64 digits is of SHA-256, as in
/// `printf 'ada:the shed:secret' | sha256sum`; a line for each is how an account has both. What is on offer is what the realm has.
///
/// Empty lines and lines that begin with `#` are skipped. The file is read again when it changes, as that of an
/// `Htpasswd` is: at the latest a second after somebody has asked; while something in it is wrong, what it said before is kept. The hashes let in whoever has
/// them: keep the file from other eyes.
///
/// ```
/// use plywood_auth::{DigestAuthLayer, digest::{Digest, Htdigest}};
///
/// # fn main() -> Result<(), plywood_auth::FileError> {
/// # let directory = tempfile::tempdir().unwrap();
/// # let path = directory.path().join("digests");
/// # std::fs::write(&path, "ada:the shed:d41d8cd98f00b204e9800998ecf8427e\n").unwrap();
/// let file = Htdigest::open(path)?;
/// let layer = DigestAuthLayer::from(Digest::of("the shed", file).allow_md5());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Htdigest(Arc<Reloaded<Realms>>);

impl Htdigest {
    /// Reads the file.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or a line of it is not `name:realm:hash`, or gives an account another hash of the same algorithm. The error
    /// names the line and does not show what stands in it.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, FileError> {
        Reloaded::open(path.as_ref(), Realms::read).map(|file| Self(Arc::new(file)))
    }
}

impl DigestAccounts for Htdigest {
    fn find(&self, asked: &Asked<'_>) -> Lookup {
        let realms = self.0.current();
        let account = realms.find(asked);
        account
            .map(|(name, hash)| Account::by_hash(Identity::new(name), hash))
            .into()
    }

    fn has(&self, realm: &str, algorithm: Algorithm) -> bool {
        let realms = self.0.current();
        let realm = realms.0.get(realm);
        realm.is_some_and(|realm| realm.has.contains(&algorithm))
    }
}

/// What a file says, by realm.
#[derive(Default)]
struct Realms(HashMap<Box<str>, Realm>);

#[derive(Default)]
struct Realm {
    has: Vec<Algorithm>,
    hashes: HashMap<Box<str>, Vec<(Algorithm, Hex)>>,
    /// The names by their own hashes.
    names: HashMap<Box<str>, Box<str>>,
}

impl Realms {
    fn read(text: &str) -> Result<Self, FileError> {
        let mut realms = Self::default();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim_end();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let wrong = |reason: &'static str| FileError::in_line(index + 1, reason);
            // Neither a name nor a hash has a colon; a realm might.
            let fields = line.split_once(':').and_then(|(name, rest)| {
                let (realm, hash) = rest.rsplit_once(':')?;
                Some((name, realm, hash))
            });
            let (name, realm, hash) =
                fields.ok_or_else(|| wrong("it must be `name:realm:hash`"))?;
            if name.is_empty() {
                return Err(wrong("the account must have a name"));
            }
            let hash = Hex::parse(hash).ok_or_else(|| {
                wrong("the hash must be of 32 hexadecimal digits (MD5), or 64 (SHA-256)")
            })?;
            let algorithm = match hash.as_str().len() {
                32 => Algorithm::Md5,
                _ => Algorithm::Sha256,
            };
            let stands_for = user_hash(algorithm, name, realm);
            let realm = realms.0.entry(realm.into()).or_default();
            let hashes = realm.hashes.entry(name.into()).or_default();
            if hashes.iter().any(|(known, _)| *known == algorithm) {
                return Err(wrong("the account was named before"));
            }
            hashes.push((algorithm, hash));
            realm.names.insert(stands_for.as_str().into(), name.into());
            if !realm.has.contains(&algorithm) {
                realm.has.push(algorithm);
            }
        }
        Ok(realms)
    }

    fn find(&self, asked: &Asked<'_>) -> Option<(&str, Hex)> {
        let realm = self.0.get(asked.realm())?;
        let name = match asked.user() {
            User::Name(name) => &**name,
            User::Hash(hash) => realm.names.get(&**hash)?,
        };
        let (name, hashes) = realm.hashes.get_key_value(name)?;
        let mut hashes = hashes.iter();
        let (_, hash) = hashes.find(|(known, _)| *known == asked.algorithm().plain())?;
        Some((name, *hash))
    }
}

impl fmt::Debug for Htdigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Htdigest").field(&self.0).finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::digest::account_hash;

    fn line(algorithm: Algorithm, name: &str, realm: &str, password: &str) -> String {
        let hash = account_hash(algorithm, name, realm, password);
        format!("{name}:{realm}:{}\n", hash.as_str())
    }

    #[test]
    fn accounts_are_found_by_realm_name_and_algorithm() {
        let text = [
            "# the shed's\r\n\n",
            &line(Algorithm::Md5, "ada", "shed", "ply"),
            &line(Algorithm::Sha256, "ada", "shed", "ply"),
            &line(Algorithm::Md5, "bob", "the barn: loft", "wood"),
        ]
        .concat();
        let realms = Realms::read(&text).unwrap();
        for (name, realm, algorithm, password) in [
            ("ada", "shed", Algorithm::Md5, Some("ply")),
            ("ada", "shed", Algorithm::Md5Sess, Some("ply")),
            ("ada", "shed", Algorithm::Sha256, Some("ply")),
            ("ada", "shed", Algorithm::Sha512_256, None),
            ("bob", "the barn: loft", Algorithm::Md5, Some("wood")),
            ("bob", "the barn: loft", Algorithm::Sha256, None),
            ("bob", "shed", Algorithm::Md5, None),
            ("ada", "the barn", Algorithm::Md5, None),
        ] {
            let expected = password.map(|password| account_hash(algorithm, name, realm, password));
            let hidden = user_hash(algorithm, name, realm);
            for user in [
                User::Name(name.into()),
                User::Hash(hidden.as_str().to_owned().into()),
            ] {
                let found = realms.find(&Asked::new(&user, realm, algorithm));
                assert_eq!(
                    found.map(|(name, hash)| (name, hash.as_str().to_owned())),
                    expected.map(|hash| (name, hash.as_str().to_owned())),
                    "{user:?} {realm} {algorithm}"
                );
            }
        }
    }

    #[test]
    fn what_is_wrong_is_told_by_its_line_and_never_by_its_hash() {
        let whole = line(Algorithm::Md5, "ada", "shed", "ply");
        for (text, number) in [
            ("ada:5ebe2294ecd0e0f08eab7690d2a6ee69".to_owned(), 1),
            (format!("{whole}{whole}"), 2),
            (format!("{whole}\nbob:shed:5ebe2294"), 3),
            (":shed:5ebe2294ecd0e0f08eab7690d2a6ee69".to_owned(), 1),
            ("ada:shed:5ebe2294ecd0e0f08eab7690d2a6ee6g".to_owned(), 1),
        ] {
            let error = Realms::read(&text).err().unwrap();
            assert_eq!(error.line(), Some(number), "{text}");
            assert!(!format!("{error} {error:?}").contains("5ebe2294"));
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in "([a-zé:#]{0,6}:[a-f0-9]{0,34}\n?){0,5}") {
            let _ = Realms::read(&text);
        }
    }
}
