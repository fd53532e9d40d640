//! Digest authentication: the scheme, and its pure parts for those who write a client, a server or a test of their own
//! ([RFC 7616](https://www.rfc-editor.org/rfc/rfc7616)).
//!
//! ```
//! use http::{Request, StatusCode, header::WWW_AUTHENTICATE};
//! use plywood_auth::{
//!     DigestAuthLayer,
//!     digest::{Account, Asked},
//! };
//! use plywood_core::{Body, BoxError, Identity};
//! use tower::{ServiceBuilder, ServiceExt, service_fn};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), BoxError> {
//! let ann = |asked: &Asked<'_>| {
//!     asked.is("ann").then(|| Account::by_password(Identity::new("ann"), "ply"))
//! };
//! let app = ServiceBuilder::new()
//!     .layer(DigestAuthLayer::new("the shed", ann))
//!     .service(service_fn(async |_: Request<Body>| {
//!         Ok::<_, BoxError>(http::Response::new(Body::from("hello")))
//!     }));
//!
//! let stranger = app.oneshot(Request::get("/saw").body(Body::empty())?).await?;
//! assert_eq!(stranger.status(), StatusCode::UNAUTHORIZED);
//! let challenge = stranger.headers()[WWW_AUTHENTICATE].to_str()?;
//! assert!(challenge.starts_with(r#"Digest algorithm=SHA-256, realm="the shed", nonce=""#));
//! # Ok(())
//! # }
//! ```
//!
//! # What it protects, and what not
//!
//! The password does not go over the wire, and a request that was overheard cannot be sent again, nor to another target. Everything else can be read and the
//! answer altered: it is no stand-in for TLS. Nor does the server hold a slow hash: whoever steals an htdigest file can sign in by it
//! without a guess. Take [`Basic`](crate::Basic) over TLS where you can choose, and Digest for the clients that have nothing else, or where
//! TLS ends before somebody you do not trust.

mod accounts;
mod algorithm;
mod authentication_info;
mod calculation;
mod challenge;
mod credentials;
mod examination;
mod htdigest;
mod integrity;
mod layer;
mod nonce;
mod parameters;
mod scheme;
mod unfit_nonce;

pub use self::{
    accounts::{Account, Asked, DigestAccounts, Lookup},
    algorithm::{Algorithm, Hex},
    calculation::{Calculation, Protection, Qop, account_hash, user_hash},
    challenge::Challenge,
    credentials::{Credentials, MAX_AUTHORIZATION, Malformed, User},
    htdigest::Htdigest,
    integrity::{Integrity, IntegrityLayer},
    layer::DigestAuthLayer,
    scheme::Digest,
    unfit_nonce::UnfitNonce,
};
