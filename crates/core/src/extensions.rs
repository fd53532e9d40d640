//! What one layer leaves for another in the request or the response.
//!
//! These are to Plywood what the `environ` keys are to WSGI. Each says who leaves it and who reads it.
//!
//! Each is looked up by its `of`, in a request, a response, their parts, or the extensions themselves ([`Carrier`]).
//!
//! | extension | where | left by | read by |
//! |---|---|---|---|
//! | [`Client`] | request | gateways, proxies' layer | access log, auth, throttles, handlers |
//! | [`Scheme`] | request | gateways | session (cookie's `Secure`), redirects |
//! | [`ClientCertificate`] | request | gateways that speak TLS | auth |
//! | [`RequestId`] | request | a request-id layer | access log, error pages |
//! | [`Mount`] | request | dispatch | static, auth, session: whoever builds a URL |
//! | [`MatchedRoute`] | request, and response on the way back | dispatch | access log, metrics |
//! | [`Identity`] | request, and response on the way back | auth | handlers, access log |
//! | [`Failure`] | response | whoever refuses | error pages, access log |
//! | [`NoCompress`] | response | handlers | compression |

mod carrier;
mod client;
mod client_certificate;
mod failure;
mod identity;
mod matched_route;
mod mount;
mod no_compress;
mod request_id;
mod scheme;

pub use self::{
    carrier::Carrier, client::Client, client_certificate::ClientCertificate, failure::Failure,
    identity::Identity, matched_route::MatchedRoute, mount::Mount, no_compress::NoCompress,
    request_id::RequestId, scheme::Scheme,
};
