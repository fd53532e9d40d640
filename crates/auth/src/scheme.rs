mod finding;
mod head;

use std::fmt;

use http::HeaderValue;
use plywood_core::{Failure, Identity, future::Next};

use crate::Refusal;

pub(crate) use self::finding::{Fields, proved_by};
pub use self::{
    finding::{Finding, Known},
    head::Head,
};

/// One way to find out who asks: an authentication scheme ([RFC 9110 §11.1]).
///
/// [`AuthLayer`](crate::AuthLayer) asks one or more of them, in order. A scheme of one's own is the two methods below:
///
/// ```
/// use http::{HeaderValue, Request};
/// use plywood_auth::{AuthLayer, Finding, Head, Refusal, Scheme, constant_time_eq};
/// use plywood_core::{Failure, Identity, future::Next};
///
/// /// The one key of a small API, in a field of its own.
/// #[derive(Debug)]
/// struct ApiKey;
///
/// impl Scheme for ApiKey {
///     fn examine(&self, head: &Head<'_>) -> Next<Finding> {
///         Next::Now(match head.headers().get("x-api-key") {
///             None => Finding::Nothing,
///             Some(key) if constant_time_eq(key, "plywood") => Identity::new("robot").scheme("ApiKey").into(),
///             Some(_) => Refusal::unauthorized("wrong key").into(),
///         })
///     }
///
///     fn challenges(&self, _: Option<&Failure>) -> Vec<HeaderValue> {
///         vec![HeaderValue::from_static("ApiKey field=\"x-api-key\"")]
///     }
/// }
///
/// let layer = AuthLayer::new(ApiKey);
/// ```
///
/// [RFC 9110 §11.1]: https://www.rfc-editor.org/rfc/rfc9110#section-11.1
pub trait Scheme: fmt::Debug + Send + Sync + 'static {
    /// Who sent this request, as far as its head says it in this scheme.
    ///
    /// Answer at once wherever nothing is to be waited for: [`Next::Later`] costs a box. What is waited for owns what it needs of the head.
    ///
    /// Credentials that a client sends because it was told to (`Authorization`) are [`Finding::Refused`] when they are wrong, and no other
    /// scheme is asked. Those that it sends by itself (a cookie that has ended, an address, a certificate of somebody unknown) are
    /// [`Finding::Nothing`], so that the next scheme is asked.
    fn examine(&self, head: &Head<'_>) -> Next<Finding>;

    /// How to ask for credentials of this scheme: the fields `WWW-Authenticate` of a `401` ([RFC 9110 §11.6.1]), the strongest first.
    /// Default: none, for cookies, addresses and certificates.
    ///
    /// `why` is the reason of the refusal, if one is known. A scheme downcasts it to find its own, for a parameter such as `error` or
    /// `stale`, or [`StaleSignIn`](crate::StaleSignIn).
    ///
    /// [RFC 9110 §11.6.1]: https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1
    fn challenges(&self, why: Option<&Failure>) -> Vec<HeaderValue> {
        let _ = why;
        Vec::new()
    }

    /// Is this enough, for somebody whom a layer outside has found? The error is the refusal.
    ///
    /// Asked instead of [`examine`](Self::examine), of every scheme of the layer, and all of them must agree. Default: it is, because who
    /// they are is known already. A scheme that asks for more than that, such as [a scope](crate::Bearer::scope), asks for it here too.
    fn suffices(&self, identity: &Identity) -> Result<(), Refusal> {
        let _ = identity;
        Ok(())
    }
}
