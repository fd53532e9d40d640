use std::fmt;

use plywood_core::{BoxError, Identity, future::Next};
use subtle::ConstantTimeEq;

/// The longest name and the longest password that are looked at, in bytes: 4096. What is longer is wrong, and no check sees it, so that
/// nobody can make a slow hash chew on megabytes.
pub const MAX_CREDENTIAL: usize = 4096;

/// What a check found out about a name and a password.
///
/// A check that knows at once returns an `Option<Identity>`, or a `Result` of one if asking may fail; both become a verdict by
/// [`From`]. One that must wait (for a database, for a slow hash on another thread) returns [`Verdict::later`].
///
/// `None` is a wrong name or a wrong password, and nobody outside learns which. An error means that it could not be found out: the
/// visitor gets a `503`, and never a way in.
///
/// ```
/// use plywood_auth::{BasicAuthLayer, Verdict};
/// use plywood_core::Identity;
///
/// let layer = BasicAuthLayer::new(|name, password| {
///     let (name, password) = (name.to_owned(), password.to_owned());
///     Verdict::later(async move {
///         let right = ask_the_directory(&name, &password).await?;
///         Ok(right.then(|| Identity::new(name)))
///     })
/// });
/// # async fn ask_the_directory(_: &str, _: &str) -> Result<bool, std::io::Error> { Ok(true) }
/// ```
pub struct Verdict(Next<Found>);

pub(crate) type Found = Result<Option<Identity>, BoxError>;

impl Verdict {
    /// A verdict that takes a wait. It costs a box.
    ///
    /// The wait is spent in the request's own task: a hash that keeps a processor busy belongs on a thread for blocking work.
    pub fn later(
        found: impl Future<Output = Result<Option<Identity>, BoxError>> + Send + 'static,
    ) -> Self {
        Self(Next::Later(Box::pin(found)))
    }

    pub(crate) fn into_next(self) -> Next<Found> {
        self.0
    }

    #[cfg(test)]
    pub(crate) async fn found(self) -> Found {
        self.0.wait().await
    }
}

/// What a check may return: whatever becomes a [`Verdict`] by [`From`].
#[diagnostic::on_unimplemented(
    message = "a check cannot answer `{Self}`",
    label = "that is no verdict",
    note = "a check that knows at once returns `Option<Identity>`, or a `Result` of one if asking may fail",
    note = "a check that must wait returns `Verdict::later(..)`, which takes a future"
)]
pub trait IntoVerdict: Into<Verdict> {}

#[diagnostic::do_not_recommend]
impl<V: Into<Verdict>> IntoVerdict for V {}

impl From<Option<Identity>> for Verdict {
    fn from(found: Option<Identity>) -> Self {
        Self(Next::Now(Ok(found)))
    }
}

impl<E: Into<BoxError>> From<Result<Option<Identity>, E>> for Verdict {
    fn from(found: Result<Option<Identity>, E>) -> Self {
        Self(Next::Now(found.map_err(Into::into)))
    }
}

impl fmt::Debug for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Verdict").field(&self.0).finish()
    }
}

/// Are the two secrets equal? The time it takes does not tell where they differ. It does tell whether their lengths do.
///
/// For a demo account or a shared token. Passwords of people belong in a hash made for them, whose own comparison is constant already.
///
/// ```
/// use plywood_auth::constant_time_eq;
///
/// assert!(constant_time_eq("plywood", "plywood"));
/// assert!(!constant_time_eq("plywood", "plywoof"));
/// assert!(!constant_time_eq("plywood", "ply"));
/// ```
pub fn constant_time_eq(left: impl AsRef<[u8]>, right: impl AsRef<[u8]>) -> bool {
    let (left, right) = (left.as_ref(), right.as_ref());
    if left.len() != right.len() {
        return false;
    }
    // All of them are looked at, whatever was found before. What the compiler must not guess is the sum: to hide each byte from it costs as
    // much as a hash.
    let pairs = left.iter().zip(right);
    let differences = pairs.fold(0, |differences, (left, right)| differences | (left ^ right));
    differences.ct_eq(&0).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_equal_if_every_bit_is() {
        for length in [0, 1, 7, 8, 16, 31, 64, 65, 200] {
            let secret = vec![0x5a; length];
            assert!(constant_time_eq(&secret, &secret));
            assert!(!constant_time_eq(&secret, [&*secret, b"\0"].concat()));
            for bit in 0..length * 8 {
                let mut other = secret.clone();
                other[bit / 8] ^= 1 << (bit % 8);
                assert!(!constant_time_eq(&secret, &other), "{bit} of {length}");
            }
            let inverted: Vec<_> = secret.iter().map(|byte| !byte).collect();
            assert_eq!(constant_time_eq(&secret, inverted), length == 0);
        }
    }

    #[tokio::test]
    async fn a_check_may_answer_in_four_ways() {
        let ada = || Some(Identity::new("ada"));
        for (verdict, right) in [
            (Verdict::from(ada()), true),
            (Verdict::from(None), false),
            (Verdict::from(Ok::<_, BoxError>(ada())), true),
            (Verdict::later(async move { Ok(ada()) }), true),
        ] {
            assert_eq!(verdict.found().await.unwrap().is_some(), right);
        }
        let failed = Verdict::from(Err("the directory is down"));
        assert!(failed.found().await.is_err());
    }
}
