mod attempts;
mod count;
mod table;

use std::{borrow::Cow, fmt, net::IpAddr, time::Duration};

use plywood_core::{Carrier, Client, future::Next};

pub use self::attempts::Attempts;
use crate::Refusal;

/// Counts wrong passwords, and says when one was too many.
///
/// [`Attempts`] does it in memory, for one process. One of one's own does it for many, in Redis or a database.
///
/// A layer asks [`admits`](Self::admits) before it has credentials checked, and [notes](Self::note) the outcome before it tells anybody. Checks
/// that are under way by then are finished, and their outcome may still be kept back: so a burst of guesses brings no more than as many one by one.
/// How many checks can be under way is for whoever checks to bound.
///
/// ```
/// use std::time::Duration;
///
/// use plywood_auth::{Attempt, Basic, Note, Throttle};
/// use plywood_core::future::Next;
///
/// /// Looks a name up on a list of those under attack.
/// #[derive(Debug)]
/// struct UnderAttack(Vec<String>);
///
/// impl Throttle for UnderAttack {
///     fn admits(&self, attempt: &Attempt<'_>) -> Next<Result<(), Duration>> {
///         let attacked = self.0.iter().any(|name| name == attempt.account());
///         Next::Now(if attacked { Err(Duration::from_secs(60)) } else { Ok(()) })
///     }
///
///     fn note(&self, _: &Attempt<'_>, _: Note) -> Next<Result<(), Duration>> {
///         Next::Now(Ok(()))
///     }
/// }
///
/// let basic = Basic::new(|_, _| None).throttle(UnderAttack(vec!["ada".into()]));
/// ```
pub trait Throttle: fmt::Debug + Send + Sync + 'static {
    /// May these credentials be checked? The error is how long to wait before.
    ///
    /// It is told to the client whether the credentials are right or not. One that cannot find out says by its answer what is to
    /// become of the visitor: a wait keeps everybody out, and no wait lets everybody try.
    fn admits(&self, attempt: &Attempt<'_>) -> Next<Result<(), Duration>>;

    /// Learns how it went. May the client learn it too?
    ///
    /// The error keeps the outcome back, right or wrong, and is how long to wait, as from [`admits`](Self::admits): of credentials that were
    /// admitted when there was no wait yet, and that others have overtaken.
    fn note(&self, attempt: &Attempt<'_>, note: Note) -> Next<Result<(), Duration>>;
}

/// What became of an [`Attempt`]. Where it could not be found out, or whoever asked has gone away before, nothing is noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// The credentials are wrong.
    Wrong,
    /// They are right.
    Right,
}

/// Who tries to be whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt<'a> {
    account: Cow<'a, str>,
    client: Option<IpAddr>,
}

impl<'a> Attempt<'a> {
    /// The sender of a request claims to be `account`.
    pub fn of(account: &'a str, carrier: &impl Carrier) -> Self {
        Self {
            account: Cow::Borrowed(account),
            client: client(carrier),
        }
    }

    /// The same claim by a client whose address was looked at before.
    #[cfg(feature = "digest")]
    pub(crate) const fn by(account: &'a str, client: Option<IpAddr>) -> Self {
        Self {
            account: Cow::Borrowed(account),
            client,
        }
    }

    /// The name, as it was sent. It may be of nobody.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// The client, as [`Client::network`] says: an address, or an IPv6 network of 64 bits; `None` where everybody would count as one.
    pub const fn client(&self) -> Option<IpAddr> {
        self.client
    }

    /// The same, for whoever has to wait.
    pub fn into_owned(self) -> Attempt<'static> {
        Attempt {
            account: Cow::Owned(self.account.into_owned()),
            client: self.client,
        }
    }
}

/// Who sent it, as [`Attempt::client`] says.
pub(crate) fn client(carrier: &impl Carrier) -> Option<IpAddr> {
    Client::of(carrier).and_then(Client::network)
}

/// What came out, unless the throttle that was told of it keeps it back.
pub(crate) fn reveal<T>(told: Result<(), Duration>, outcome: T) -> Result<T, Refusal> {
    told.map(|()| outcome).map_err(Refusal::throttled)
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    #[test]
    fn a_household_is_one_client_and_a_proxy_that_proves_nothing_is_none() {
        for (ip, expected) in [
            ("192.0.2.7", Some("192.0.2.7")),
            ("::ffff:192.0.2.7", Some("192.0.2.7")),
            ("10.0.0.1", Some("10.0.0.1")),
            ("2001:db8:1:2:3:4:5:6", Some("2001:db8:1:2::")),
            ("127.0.0.1", None),
            ("127.8.0.1", None),
            ("::1", None),
            ("::ffff:127.0.0.1", None),
        ] {
            let mut request = Request::new(());
            let client = Client::tcp((ip.parse::<IpAddr>().unwrap(), 40312).into());
            request.extensions_mut().insert(client);
            let expected = expected.map(|ip| ip.parse().unwrap());
            assert_eq!(Attempt::of("ada", &request).client(), expected, "{ip}");

            let proxy = Client::tcp(([127, 0, 0, 1], 40312).into());
            request
                .extensions_mut()
                .insert(proxy.proven(ip.parse().unwrap()));
            assert_eq!(Attempt::of("ada", &request).client(), expected, "{ip}");
        }
        let mut request = Request::new(());
        assert_eq!(Attempt::of("ada", &request).client(), None);
        request.extensions_mut().insert(Client::unix());
        assert_eq!(Attempt::of("ada", &request).client(), None);
    }
}
