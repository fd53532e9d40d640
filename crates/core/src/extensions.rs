//! What one layer leaves for another in the request or the response.
//!
//! These are to Plywood what the `environ` keys are to WSGI: a vocabulary, open to layers and handlers of your own. Each is looked up by
//! its `of`, in a request, a response, their parts, or the extensions themselves ([`Carrier`]). Who of Plywood leaves and reads it:
//!
//! | extension | where | left by | read by |
//! |---|---|---|---|
//! | [`Client`] | request | serve, test | access log |
//! | [`Scheme`] | request | serve, test | session, for the cookie's `Secure` |
//! | [`ClientCertificate`] | request | nobody yet: a gateway that speaks TLS | nobody yet |
//! | [`RequestId`] | request | nobody yet: a layer of your own | error pages |
//! | [`Mount`] | request | dispatch | auth, dispatch, static, which build URLs; access log and error pages, which name the path that was sent |
//! | [`MatchedRoute`] | request, and response on the way back where it is wanted | dispatch | nobody yet: metrics of your own |
//! | [`RouteWanted`] | request | nobody yet: metrics of your own | dispatch |
//! | [`Identity`] | request, and response on the way back | auth | auth further in, access log, handlers |
//! | [`Failure`] | response | whoever refuses: auth, dispatch, error pages, session, static | error pages |
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
    carrier::Carrier,
    client::Client,
    client_certificate::ClientCertificate,
    failure::Failure,
    identity::Identity,
    matched_route::{MatchedRoute, RouteWanted},
    mount::Mount,
    no_compress::NoCompress,
    request_id::RequestId,
    scheme::Scheme,
};
