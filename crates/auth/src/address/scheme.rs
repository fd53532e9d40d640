use plywood_core::{Client, Identity, future::Next};

use super::Network;
use crate::{Finding, Head, Scheme, scheme::proved_by};

/// Knows people and machines by where they are: each range of addresses is somebody, with roles.
///
/// The first range that holds the address decides, in the order in which they are named: name the narrower one first. The address is the one that
/// [`Client`] proves: the socket's, or that which a trusted proxy has vouched for. No field of the request is read. Who is somewhere else is
/// nobody, and the next scheme is asked.
///
/// Whoever can use such a machine, or make its browser send a request, is that somebody: it is for a part that may be read in the
/// building, and not for changing anything. Behind a proxy that proves nobody's address everybody is at the proxy's.
///
/// ```
/// use http::{Request, StatusCode};
/// use plywood_auth::{Addresses, AuthLayer, Basic};
/// use plywood_core::{Body, BoxError, Client, Identity};
/// use tower::{ServiceBuilder, ServiceExt, service_fn};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), BoxError> {
/// let office = Addresses::new()
///     .grant("192.0.2.7".parse()?, Identity::new("printer"))
///     .grant("192.0.2.0/24".parse()?, Identity::new("office").roles(["reader"]))
///     .grant("2001:db8::/32".parse()?, Identity::new("office").roles(["reader"]));
/// let app = ServiceBuilder::new()
///     .layer(AuthLayer::new(office).or(Basic::new(|_, _| None)))
///     .service(service_fn(async |_: Request<Body>| {
///         Ok::<_, BoxError>(http::Response::new(Body::from("hello")))
///     }));
///
/// for (ip, status) in [
///     ([192, 0, 2, 77], StatusCode::OK),
///     ([198, 51, 100, 1], StatusCode::UNAUTHORIZED),
/// ] {
///     let request = Request::builder().extension(Client::tcp((ip, 40312).into()));
///     let response = app.clone().oneshot(request.body(Body::empty())?).await?;
///     assert_eq!(response.status(), status);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Addresses {
    grants: Vec<(Network, Identity)>,
}

impl Addresses {
    /// Knows nobody.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes whoever is in `network` for `identity`, unless a range that was named before holds the address. The identity's scheme is set to
    /// `address` if it is empty.
    #[must_use]
    pub fn grant(mut self, network: Network, identity: Identity) -> Self {
        let identity = proved_by(identity, "address", "");
        self.grants.push((network, identity));
        self
    }

    fn find(&self, client: &Client) -> Option<&Identity> {
        let ip = client.ip()?;
        let mut grants = self.grants.iter();
        let (_, identity) = grants.find(|(network, _)| network.contains(ip))?;
        Some(identity)
    }
}

impl Scheme for Addresses {
    fn examine(&self, head: &Head<'_>) -> Next<Finding> {
        let identity = Client::of(head).and_then(|client| self.find(client));
        Next::Now(match identity {
            Some(identity) => identity.clone().into(),
            None => Finding::Nothing,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use http::Request;

    use super::*;

    fn found(request: &Request<()>) -> Option<String> {
        let addresses = Addresses::new()
            .grant("192.0.2.7".parse().unwrap(), Identity::new("printer"))
            .grant("192.0.2.0/24".parse().unwrap(), Identity::new("office"))
            .grant("192.0.0.0/16".parse().unwrap(), Identity::new("house"))
            .grant(
                "2001:db8::/32".parse().unwrap(),
                Identity::new("six").scheme("ip"),
            );
        match addresses.examine(&Head::of(request)) {
            Next::Now(Finding::Known(known)) => {
                let identity = known.identity();
                Some(format!("{} {}", identity.auth_scheme(), identity.name()))
            }
            Next::Now(Finding::Nothing) => None,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_first_range_that_holds_the_address_decides() {
        for (ip, expected) in [
            ("192.0.2.7", Some("address printer")),
            ("::ffff:192.0.2.7", Some("address printer")),
            ("192.0.2.8", Some("address office")),
            ("192.0.3.8", Some("address house")),
            ("192.1.3.8", None),
            ("2001:db8::1", Some("ip six")),
            ("::1", None),
        ] {
            let ip: IpAddr = ip.parse().unwrap();
            let mut request = Request::new(());
            request.extensions_mut().insert(Client::tcp((ip, 1).into()));
            assert_eq!(found(&request).as_deref(), expected, "{ip}");
        }
    }

    #[test]
    fn only_what_is_proven_counts() {
        let mut request = Request::get("/")
            .header("x-forwarded-for", "192.0.2.7")
            .header("forwarded", "for=192.0.2.7")
            .header("x-real-ip", "192.0.2.7")
            .body(())
            .unwrap();
        assert_eq!(found(&request), None);
        request.extensions_mut().insert(Client::unix());
        assert_eq!(found(&request), None);
        let far = Client::tcp(([198, 51, 100, 1], 1).into());
        request.extensions_mut().insert(far);
        assert_eq!(found(&request), None);
        let proven = far.proven([192, 0, 2, 7].into());
        request.extensions_mut().insert(proven);
        assert_eq!(found(&request).as_deref(), Some("address printer"));
        let vouched = Client::tcp(([192, 0, 2, 7], 1).into()).proven([198, 51, 100, 1].into());
        request.extensions_mut().insert(vouched);
        assert_eq!(found(&request), None);
    }
}
