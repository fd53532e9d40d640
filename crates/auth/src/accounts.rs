use crate::{IntoVerdict, Verdict};

/// A store of accounts, such as a password file: it knows who a name with a password is.
///
/// A closure does as well wherever one is asked for; this is for a type of one's own.
///
/// ```
/// use plywood_auth::{Accounts, Basic, Verdict, constant_time_eq};
/// use plywood_core::Identity;
///
/// struct Guests(String);
///
/// impl Accounts for Guests {
///     fn check(&self, name: &str, password: &str) -> Verdict {
///         constant_time_eq(password, &self.0).then(|| Identity::new(name)).into()
///     }
/// }
///
/// let basic = Basic::of(Guests("open sesame".into()));
/// ```
pub trait Accounts: Send + Sync + 'static {
    /// Who is this? Neither is longer than [`MAX_CREDENTIAL`](crate::MAX_CREDENTIAL) where a layer asks, and the password is not empty, unless
    /// the site has [asked for that](crate::Basic::insecure_empty_passwords).
    fn check(&self, name: &str, password: &str) -> Verdict;

    /// A number that is another one as soon as an answer may be another one: a file that was read anew. Default: none, because nobody knows
    /// when.
    ///
    /// A scheme that keeps right passwords for a while asks for it each time, without calling [`check`](Self::check): so this looks for itself
    /// whether the file has changed, and must be cheap.
    fn edition(&self) -> Option<u64> {
        None
    }
}

/// A closure, which is asked in the same way.
pub(crate) struct Closure<F>(pub(crate) F);

impl<F, V> Accounts for Closure<F>
where
    F: Fn(&str, &str) -> V + Send + Sync + 'static,
    V: IntoVerdict,
{
    fn check(&self, name: &str, password: &str) -> Verdict {
        (self.0)(name, password).into()
    }
}
