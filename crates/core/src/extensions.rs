//! What one layer leaves for another in the request or the response.
//!
//! These are to Plywood what the `environ` keys are to WSGI: a vocabulary, open to layers and handlers of your own. Each is looked up by
//! its `of`, in a request, a response, their parts, or the extensions themselves ([`Carrier`]). Leave those that have a `leave` by it, and the
//! others by an insert. Who of Plywood leaves and reads them:
//!
//! | extension | where | left by | read by |
//! |---|---|---|---|
//! | [`Client`] | request | serve, test | access log; auth, which counts attempts by it and knows ranges of addresses; debug, which shows its page to this machine alone |
//! | [`Connection`] | request | serve | access log |
//! | [`Scheme`] | request | serve, test | session, for the cookie's `Secure` |
//! | [`ClientCertificate`] | request | serve | auth |
//! | [`RequestId`] | request | nobody yet: a layer of your own | debug; error pages |
//! | [`Mount`] | request | dispatch, mount | auth, dispatch, mount, publish, static, which build URLs; access log and error pages, which name the path that was sent |
//! | [`MatchedRoute`], [`Params`] | request | dispatch, mount; the former by publish, too | handlers |
//! | [`Identity`] | request | auth | auth further in, handlers |
//! | [`Witness`] | request | access log; debug; error pages that report; metrics of your own | auth, dispatch, mount and publish, which tell it who asks and which rule matched; static, which tells it of a [`ServedFile`] if the access log wants that |
//! | [`Failure`] | response | whoever refuses: auth, debug, dispatch, error pages, mount, publish, session, static | debug; error pages |
//! | [`NoCompress`] | response | handlers | compression |
//! | [`FileIdentity`] | response | static | compression, which keeps by it what it made of a file |

mod carrier;
mod client;
mod client_certificate;
mod connection;
mod course;
mod failure;
mod file_identity;
mod identity;
mod matched_route;
mod mount;
mod no_compress;
mod params;
mod request_id;
mod scheme;
mod served_file;
mod witness;

pub use self::{
    carrier::Carrier,
    client::Client,
    client_certificate::ClientCertificate,
    connection::{Connection, Secured},
    failure::{Failure, refuse},
    file_identity::FileIdentity,
    identity::Identity,
    matched_route::MatchedRoute,
    mount::Mount,
    no_compress::NoCompress,
    params::Params,
    request_id::RequestId,
    scheme::Scheme,
    served_file::ServedFile,
    witness::Witness,
};
