//! HTTP authentication for any tower service: one or more schemes, a sign-in form backed by a session, and guards.
//!
//! ```
//! use http::{Request, Response, StatusCode};
//! use plywood_auth::{BasicAuthLayer, constant_time_eq};
//! use plywood_core::{Body, BoxError, Identity};
//! use tower::{ServiceBuilder, ServiceExt, service_fn};
//!
//! async fn hello(request: Request<Body>) -> Result<Response<Body>, BoxError> {
//!     let caller = Identity::of(&request).ok_or("nobody is here")?;
//!     Ok(Response::new(format!("hello, {}", caller.name()).into()))
//! }
//!
//! // Who is this name with this password? With `&`, a wrong name takes as long as a wrong password.
//! fn check(name: &str, password: &str) -> Option<Identity> {
//!     let right = constant_time_eq(name, "ann") & constant_time_eq(password, "ply");
//!     right.then(|| Identity::new(name).roles(["admin"]))
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), BoxError> {
//! let app = ServiceBuilder::new()
//!     .layer(BasicAuthLayer::new(check).realm("the shed"))
//!     .service(service_fn(hello));
//!
//! let stranger = app.clone().oneshot(Request::new(Body::empty())).await?;
//! assert_eq!(stranger.status(), StatusCode::UNAUTHORIZED);
//! assert_eq!(stranger.headers()["www-authenticate"], r#"Basic realm="the shed", charset="UTF-8""#);
//!
//! let ann = Request::builder().header("authorization", "Basic YW5uOnBseQ==");
//! let ann = app.oneshot(ann.body(Body::empty())?).await?;
//! assert_eq!(ann.into_body().try_into_bytes().unwrap(), "hello, ann");
//! # Ok(())
//! # }
//! ```
//!
//! The layers are *gates*, but for the `IntegrityLayer` of `digest`, which awaits a body. They act on the request's head, and box a future only where
//! they must wait. In the answer they say how to sign in, where it is a `401` that does not say so itself.
//!
//! # What it does
//!
//! - [`AuthLayer`] asks one or more authentication [`Scheme`]s, in order, who it is: for APIs, and where there are several ways in.
//! - [`BasicAuthLayer`] is its shortest form, with a name and a password in each request: for tools and small teams.
//! - `DigestAuthLayer` (feature `digest`) has the client prove that it knows the password, without sending it: for clients that have nothing else.
//! - [`FormLoginLayer`] asks once, by a page, and remembers in the session: for people. It brings the page, the sign-in, the
//!   sign-out, and a box to tick for those who want to stay signed in.
//! - [`RequireLayer`] asks for a role, a rule or a fresh sign-in, of whoever one of the others has let in.
//!
//! Who asks (*authentication*) and what they may (*authorization*) are apart: a layer that is [`optional`](AuthLayer::optional) only finds out
//! who it is, and a [`RequireLayer`] or a handler further in decides. A `401` that comes from there gets the challenges of every auth
//! layer that it passes on its way out, unless it has its own.
//!
//! | scheme | who | feature |
//! |---|---|---|
//! | [`Basic`] | a name with a password, in each request | |
//! | [`Bearer`] | whoever sends a token; `jwt` verifies signed ones, `jwks` fetches their keys | (`jwt`, `jwks`) |
//! | `Digest` | who proves to know a password without sending it | `digest` |
//! | `ticket` | who has a ticket in a cookie, of `mod_auth_tkt` or our own | `ticket` |
//! | `certificate` | who has shown a certificate in the TLS handshake | `certificate` |
//! | [`Addresses`] | who is in a range of addresses | |
//!
//! Names and passwords are checked by a closure, or by any [`Accounts`]: `password` has htpasswd files, and hashes of many kinds for accounts in a
//! database. Wrong ones are counted ([`Attempts`]), and right ones are [kept in mind](Basic::remember) for a short while.
//!
//! Whoever gets in is named by an [`Identity`](plywood_core::Identity) in the request. Where an access log outside has left a
//! [`Witness`](plywood_core::Witness), it is told at once. A request that has an identity already, from a layer outside, is not asked again.
//! Every refusal has its reason as a [`Failure`](plywood_core::Failure).
//!
//! # What it does not do
//!
//! It keeps no accounts: that is for a file or a database (feature `password`), or the check, which is one closure. Attempts are counted in the memory of one process; a
//! [`Throttle`] of one's own counts for several. A session that has begun is not asked again, so that whoever removes an account ends its sessions too.
//!
//! # Order
//!
//! Inside of the access log and the error pages. The login form inside of `SessionLayer` of `plywood-session`: without one it answers
//! `500` with a `Failure` that says so. [`RequireLayer`] inside of the others. Where there are a form and other ways in, either may stand outside: the
//! outer one is [`optional`](AuthLayer::optional). Everything that must not be seen by strangers stands
//! inside, dispatch and mounts too; or the guard stands inside of a mount, and then its prefixes are relative to that.
//!
//! # Security
//!
//! - The path is read by [`plywood_core::path`] alone, as dispatch and static files read it, so that no spelling of a path passes a guard by
//!   prefix. Names keep their case: over a file system that does not, guard the mount and not a prefix.
//! - When the check or the store fails, nobody gets in: `503`.
//! - Compare passwords in constant time ([`constant_time_eq`]), and spend as much time on an unknown name as on a known one: for it,
//!   verify the password against some other hash and throw the outcome away. The layers' own answers do not tell which of the two was wrong.
//! - Whoever a layer outside has let in is not asked by one inside who they are, even if it has other accounts: it asks for its
//!   [scopes](Bearer::scope) only. To let in fewer further in, use a [`RequireLayer`].
//! - Wrong passwords are counted by client and account, by client, and by account, and after too many of them the answer is `429` whatever the next one is:
//!   see [`Attempts`] for how long, and for whom a stranger can keep out: somebody who comes from where they have never signed in. The client is the one that
//!   [`Client`](plywood_core::Client) proves, an IPv6 network of 64 bits as one. Behind a proxy on another machine that proves nobody, everybody is one client.
//! - An empty password is wrong, whatever a directory says of guests. What is kept of a right one, for the client that has sent it, is a hash with
//!   a key of this process. It is forgotten when the accounts say that they have changed, and after the time of
//!   [`remember`](Basic::remember): a minute by default.
//! - A sign-in renews the session and says whose it is (`Vault::destroy_all` of `plywood-session-core` signs an account out everywhere); a
//!   sign-out destroys it. When another person signs in, the session of the one before ends, with what was left in it.
//! - A sign-in may be [too old](RequireLayer::max_age) for what is asked for, and somebody with two factors may be asked for by a
//!   [rule](RequireLayer::when) over [`methods`](plywood_core::Identity::methods).
//! - The way back after a sign-in stays on this site. Both forms are refused from another site's page, by `Sec-Fetch-Site` or `Origin`. A
//!   proxy must therefore pass `Host` on as it was sent.
//! - A signed token is verified by the algorithm of the key, whatever it says itself; `none` is no algorithm. Its time, its audience and its type are
//!   looked at by default, and nothing that it points to is fetched. Of other tokens the hash is kept. A token is never taken from the address.
//! - Signed tokens and tickets cannot be taken back before their time: let it be short, or keep sessions.
//! - A certificate comes from the gateway that has verified it. No header stands in for one.
//! - Limits: 4 KiB for a name and for a password ([`MAX_CREDENTIAL`]) of Basic and of the form, 8 KiB for the field of Digest with all that is in it,
//!   8 KiB for the form ([`body_limit`](FormLoginLayer::body_limit)), 2 KiB for the way back.
//!
//! # Standards
//!
//! [RFC 7617](https://www.rfc-editor.org/rfc/rfc7617) (Basic),
//! [RFC 7616](https://www.rfc-editor.org/rfc/rfc7616) (Digest),
//! [RFC 9106](https://www.rfc-editor.org/rfc/rfc9106) (Argon2), [RFC 7914](https://www.rfc-editor.org/rfc/rfc7914) (scrypt),
//! [RFC 8018](https://www.rfc-editor.org/rfc/rfc8018) (PBKDF2),
//! [RFC 6750](https://www.rfc-editor.org/rfc/rfc6750) (Bearer), [RFC 7515](https://www.rfc-editor.org/rfc/rfc7515) to
//! [RFC 7519](https://www.rfc-editor.org/rfc/rfc7519), [RFC 8037](https://www.rfc-editor.org/rfc/rfc8037),
//! [RFC 8725](https://www.rfc-editor.org/rfc/rfc8725) and [RFC 9068](https://www.rfc-editor.org/rfc/rfc9068) (signed tokens),
//! [RFC 9470](https://www.rfc-editor.org/rfc/rfc9470) (a sign-in that is too old),
//! [RFC 6585 §4](https://www.rfc-editor.org/rfc/rfc6585#section-4) (429),
//! [RFC 9110 §11](https://www.rfc-editor.org/rfc/rfc9110#section-11) (authentication in HTTP),
//! [RFC 8176](https://www.rfc-editor.org/rfc/rfc8176) (words for how somebody was authenticated),
//! [Fetch Metadata](https://www.w3.org/TR/fetch-metadata/), [CSP 3](https://www.w3.org/TR/CSP3/).

#![cfg_attr(docsrs, feature(doc_cfg))]

mod accounts;
mod address;
mod area;
mod auth;
mod basic;
pub mod bearer;
#[cfg(feature = "certificate")]
pub mod certificate;
mod challenge;
mod check;
#[cfg(feature = "digest")]
pub mod digest;
mod form;
mod generations;
#[cfg(feature = "jwt")]
pub mod jwt;
#[cfg(feature = "password")]
pub mod password;
mod refusal;
#[cfg(any(feature = "digest", feature = "password"))]
mod reloaded;
mod require;
mod scheme;
mod throttle;
#[cfg(feature = "ticket")]
pub mod ticket;
mod verdict;

#[cfg(feature = "digest")]
pub use self::digest::{Digest, DigestAuthLayer};
#[cfg(any(feature = "digest", feature = "password"))]
pub use self::reloaded::FileError;
pub use self::{
    accounts::Accounts,
    address::{Addresses, InvalidNetwork, Network},
    auth::{Auth, AuthLayer, Farewell},
    basic::{Basic, BasicAuthLayer},
    bearer::{Bearer, BearerLayer},
    form::{FormLogin, FormLoginLayer, Invitation, Prompt},
    refusal::Refusal,
    require::{Require, RequireLayer, StaleSignIn},
    scheme::{Finding, Head, Known, Scheme},
    throttle::{Attempt, Attempts, Note, Throttle},
    verdict::{IntoVerdict, MAX_CREDENTIAL, Verdict, constant_time_eq},
};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
