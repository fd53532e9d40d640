use std::{
    collections::HashMap,
    fmt,
    hash::{BuildHasher, RandomState},
    hint::black_box,
    path::{Path, PathBuf},
    sync::Arc,
};

use plywood_core::Identity;

use super::{Kind, PasswordHash, Workers, groups::Groups, hash::decoy};
use crate::{Accounts, FileError, Verdict, reloaded::Reloaded};

/// The accounts of a password file, as Apache's `htpasswd` and others write it: `name:hash` a line.
///
/// ```
/// use plywood_auth::{BasicAuthLayer, password::Htpasswd};
///
/// # fn main() -> Result<(), plywood_auth::FileError> {
/// # let directory = tempfile::tempdir().unwrap();
/// # let path = directory.path().join("users");
/// # std::fs::write(&path, "ada:$2y$05$D6izDEgRh2Fy7Y73gI41Kei3gefwBbf1YiYbSgciVSY7tDG1DNlcW\n").unwrap();
/// let layer = BasicAuthLayer::of(Htpasswd::open(path)?);
/// # Ok(())
/// # }
/// ```
///
/// A hash is any that [`PasswordHash`] knows. Empty lines and lines that begin with `#` are skipped; of a line, what follows a colon behind the hash
/// is too. An account whose hash is locked (`!` in front) lets nobody in.
///
/// Passwords are verified on [`Workers`], with a bound on how many at once, and never on an async thread. A name that is not in the file costs as
/// much as one that is: the password is verified against the hash of another account, always the same for the name, so that the kinds of
/// hashes among unknown names are those of the file.
///
/// # When the file changes
///
/// It is read again, at the latest a second after somebody has asked. Until it has been left alone for 200 ms (or two seconds, if it is empty), while
/// something in it is wrong or it cannot be read, and when it is gone, what it said before is kept, and the operator is told by an event of
/// `tracing`. To keep somebody out, take the account out of the file; to keep everybody out, empty the file. Whoever replaces it does best by
/// renaming another over it.
#[derive(Clone)]
pub struct Htpasswd(Arc<Inner>);

struct Inner {
    accounts: Reloaded<Table>,
    groups: Option<Reloaded<Groups>>,
    workers: Workers,
    /// Chooses decoys, in a way that nobody outside can tell.
    chance: RandomState,
}

/// A password file that is to be opened, with what is not as usual: see [`Htpasswd::at`].
#[derive(Clone, Debug)]
#[must_use = "it does nothing until it is opened"]
pub struct HtpasswdFile {
    path: PathBuf,
    groups: Option<PathBuf>,
    workers: Option<Workers>,
    is_plain_text_allowed: bool,
}

impl Htpasswd {
    /// Reads the file.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or a line of it is not `name:hash`, has a hash that [`PasswordHash`] refuses, or names an account again.
    /// The error names the line and does not show what stands in it.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, FileError> {
        Self::at(path).open()
    }

    /// The file at `path`, to be opened with options.
    ///
    /// ```
    /// use plywood_auth::password::Htpasswd;
    ///
    /// # fn main() -> Result<(), plywood_auth::FileError> {
    /// # let directory = tempfile::tempdir().unwrap();
    /// # let (users, groups) = (directory.path().join("users"), directory.path().join("groups"));
    /// # std::fs::write(&users, "ada:ply\n").unwrap();
    /// # std::fs::write(&groups, "admins: ada\n").unwrap();
    /// let accounts = Htpasswd::at(users).groups(groups).allow_plain_text().open()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn at(path: impl AsRef<Path>) -> HtpasswdFile {
        HtpasswdFile {
            path: path.as_ref().to_owned(),
            groups: None,
            workers: None,
            is_plain_text_allowed: false,
        }
    }
}

impl HtpasswdFile {
    /// Gives each name the roles that a file of groups says, as Apache's `AuthGroupFile`: `group: name name ..` a line. It is read again when it changes, too.
    pub fn groups(mut self, path: impl AsRef<Path>) -> Self {
        self.groups = Some(path.as_ref().to_owned());
        self
    }

    /// Verifies on these workers. Default: [`Workers::shared`].
    pub fn workers(mut self, workers: Workers) -> Self {
        self.workers = Some(workers);
        self
    }

    /// Takes what is no hash for the password itself. Whoever reads the file can then use what is in it. Default: such a line is an error.
    ///
    /// What looks like DES crypt is an error still, because it would let in whoever has seen the hash.
    pub fn allow_plain_text(mut self) -> Self {
        self.is_plain_text_allowed = true;
        self
    }

    /// Reads the file, and that of the groups.
    ///
    /// # Errors
    ///
    /// As [`Htpasswd::open`].
    pub fn open(self) -> Result<Htpasswd, FileError> {
        let is_plain_text_allowed = self.is_plain_text_allowed;
        let read = move |text: &str| Table::read(text, is_plain_text_allowed);
        let accounts = Reloaded::open(&self.path, read)?;
        let groups = self.groups.map(|path| Reloaded::open(&path, Groups::read));
        Ok(Htpasswd(Arc::new(Inner {
            accounts,
            groups: groups.transpose()?,
            workers: self.workers.unwrap_or_else(Workers::shared),
            chance: RandomState::new(),
        })))
    }
}

impl Accounts for Htpasswd {
    fn check(&self, name: &str, password: &str) -> Verdict {
        let inner = Arc::clone(&self.0);
        let (name, password) = (name.to_owned(), password.to_owned());
        Verdict::later(async move {
            let workers = inner.workers.clone();
            let found = workers.run(move || inner.check(&name, &password));
            Ok(found.await?)
        })
    }

    fn edition(&self) -> Option<u64> {
        let groups = self.0.groups.as_ref().map_or(0, Reloaded::edition);
        // Neither ever goes back, so that another sum is another edition.
        Some(self.0.accounts.edition() + groups)
    }
}

impl Inner {
    fn check(&self, name: &str, password: &str) -> Option<Identity> {
        let table = self.accounts.current();
        let account = table.find(name);
        // Chosen for a known name too: else the choice would tell an unknown one.
        let decoy = black_box(table.decoy(self.chance.hash_one(name)));
        let hash = account.unwrap_or(decoy);
        let is_right = hash.verify(password) && account.is_some();
        is_right.then(|| {
            let identity = Identity::new(name);
            match &self.groups {
                Some(groups) => identity.roles(groups.current().of(name)),
                None => identity,
            }
        })
    }
}

impl fmt::Debug for Htpasswd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Htpasswd")
            .field("accounts", &self.0.accounts)
            .field("groups", &self.0.groups)
            .finish_non_exhaustive()
    }
}

/// What a password file says.
struct Table {
    hashes: Vec<PasswordHash>,
    /// The place of each name's hash.
    places: HashMap<Box<str>, usize>,
}

impl Table {
    fn read(text: &str, is_plain_text_allowed: bool) -> Result<Self, FileError> {
        let mut table = Self {
            hashes: Vec::new(),
            places: HashMap::new(),
        };
        for (index, line) in text.lines().enumerate() {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let wrong = |reason: &'static str| FileError::in_line(index + 1, reason);
            let (name, rest) = line
                .split_once(':')
                .ok_or_else(|| wrong("it must be `name:hash`"))?;
            if name.is_empty() {
                return Err(wrong("the account must have a name"));
            }
            // Werkzeug's have colons of their own.
            let is_whole = rest.starts_with("scrypt:") || rest.starts_with("pbkdf2:");
            let text = match rest.split_once(':') {
                Some((hash, _)) if !is_whole => hash,
                _ => rest,
            };
            let hash = match text.trim_end().parse::<PasswordHash>() {
                Err(error) if error.may_be_plain_text() && is_plain_text_allowed => {
                    PasswordHash::plain_text(text)
                }
                parsed => parsed.map_err(|error| FileError::in_line(index + 1, error))?,
            };
            let place = table.hashes.len();
            table.hashes.push(hash);
            if table.places.insert(name.into(), place).is_some() {
                return Err(wrong("the account was named before"));
            }
        }
        Ok(table)
    }

    /// The hash of an account that somebody can use.
    fn find(&self, name: &str) -> Option<&PasswordHash> {
        let hash = &self.hashes[*self.places.get(name)?];
        (hash.kind() != Kind::Locked).then_some(hash)
    }

    /// The hash of some account that somebody can use, chosen by a number.
    fn decoy(&self, chosen: u64) -> &PasswordHash {
        let count = self.hashes.len() as u64;
        let first = chosen.checked_rem(count).unwrap_or(0);
        let (before, after) = self.hashes.split_at(usize::try_from(first).unwrap_or(0));
        let mut hashes = after.iter().chain(before);
        let usable = hashes.find(|hash| hash.kind() != Kind::Locked);
        usable.unwrap_or_else(|| decoy())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;

    use super::*;

    const FILE: &str = "# the shed's\r\n\
        ada:$2y$05$D6izDEgRh2Fy7Y73gI41Kei3gefwBbf1YiYbSgciVSY7tDG1DNlcW\r\n\
        \n\
        bob:{SHA}L55TUjtiq8FBorTWAZ0jy6g129A=:Bob, of the barn\n\
        cleo d.é:pbkdf2:sha256:1000$salt$6e8453a042a842bdb62de0d3c870ec1241e90ec0ce4f2589ab5e87927122c1e5\n\
        dan:!{SHA}L55TUjtiq8FBorTWAZ0jy6g129A=";

    fn opened(text: &str, groups: &str) -> Htpasswd {
        let directory = tempfile::tempdir().unwrap();
        let (users, in_groups) = (
            directory.path().join("users"),
            directory.path().join("groups"),
        );
        fs::write(&users, text).unwrap();
        fs::write(&in_groups, groups).unwrap();
        Htpasswd::at(users).groups(in_groups).open().unwrap()
    }

    #[tokio::test]
    async fn who_is_in_the_file_gets_in_by_the_right_password() {
        let file = opened(FILE, "admins: ada\nall: ada bob");
        for (name, password, roles) in [
            ("ada", "correct horse", Some(&["admins", "all"][..])),
            ("bob", "correct horse", Some(&["all"])),
            ("cleo d.é", "correct horse", Some(&[])),
            ("ada", "correct", None),
            ("bob", "", None),
            ("dan", "correct horse", None),
            ("dan", "", None),
            ("eve", "correct horse", None),
            ("", "", None),
            ("# the shed's", "", None),
        ] {
            let found = file.check(name, password).found().await.unwrap();
            assert_eq!(found.is_some(), roles.is_some(), "{name}: {password}");
            if let (Some(found), Some(roles)) = (found, roles) {
                assert_eq!(found.name(), name);
                assert_eq!(found.iter_roles().collect::<Vec<_>>(), roles);
            }
        }
        assert!(file.edition().is_some());
    }

    #[tokio::test]
    async fn an_empty_file_lets_nobody_in() {
        let file = opened("", "");
        let found = file.check("ada", "correct horse").found().await;
        assert!(found.unwrap().is_none());
    }

    #[test]
    fn what_is_wrong_is_told_by_its_line_and_never_by_its_hash() {
        for (text, line, why) in [
            ("ada", 1, "`name:hash`"),
            ("\n#\n:{SHA}L55TUjtiq8FBorTWAZ0jy6g129A=", 3, "a name"),
            ("ada:secret", 1, "plain text"),
            ("ada:", 1, "plain text"),
            ("ada:rqXexS6ZhobKA", 1, "DES"),
            (
                "ada:{SHA}L55TUjtiq8FBorTWAZ0jy6g129A=\nbob:$2y$05$secret",
                2,
                "53",
            ),
            (
                "ada:{SHA}L55TUjtiq8FBorTWAZ0jy6g129A=\nada:{SHA}L55TUjtiq8FBorTWAZ0jy6g129A=",
                2,
                "before",
            ),
            (
                "ada:$2y$31$D6izDEgRh2Fy7Y73gI41Kei3gefwBbf1YiYbSgciVSY7tDG1DNlcW",
                1,
                "16 at most",
            ),
        ] {
            let error = Table::read(text, false).err().unwrap();
            assert_eq!(error.line(), Some(line), "{text}");
            let shown = format!("{error} {error:?}");
            assert!(shown.contains(why), "{text}: {shown}");
            assert!(
                !shown.contains("secret") && !shown.contains("rqXex"),
                "{shown}"
            );
        }
    }

    #[test]
    fn plain_text_is_taken_if_it_is_allowed_and_is_no_hash() {
        let table = Table::read(
            "ada:correct horse\nbob: ply \ncleo:{SHA}L55TUjtiq8FBorTWAZ0jy6g129A=",
            true,
        )
        .unwrap();
        assert!(table.find("ada").unwrap().verify("correct horse"));
        assert!(table.find("bob").unwrap().verify(" ply "));
        assert!(
            !table
                .find("cleo")
                .unwrap()
                .verify("{SHA}L55TUjtiq8FBorTWAZ0jy6g129A=")
        );
        for text in ["ada:rqXexS6ZhobKA", "ada:$2y$05$cut", "ada:{MD5}x"] {
            assert!(Table::read(text, true).is_err(), "{text}");
        }
    }

    #[test]
    fn an_unknown_name_costs_what_known_ones_do() {
        let table = Table::read(FILE, false).unwrap();
        let kinds: Vec<_> = (0..8).map(|chosen| table.decoy(chosen).kind()).collect();
        // The last is locked, so that the first stands in for it.
        let expected = [Kind::Bcrypt, Kind::Sha1, Kind::Pbkdf2, Kind::Bcrypt];
        assert_eq!(kinds, [expected, expected].concat());
        for text in ["", "ada:!"] {
            let table = Table::read(text, false).unwrap();
            assert_eq!(table.decoy(7).kind(), Kind::Argon2);
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in "([a-z]{0,3}:?[$!{}a-z0-9:]{0,20}\n?){0,5}") {
            let _ = Table::read(&text, false);
            let _ = Table::read(&text, true);
            let _ = Groups::read(&text);
        }
    }
}
