use std::sync::Arc;

use http::{
    HeaderValue, Request, Response, StatusCode,
    header::{AUTHORIZATION, WWW_AUTHENTICATE},
};
use plywood_core::{
    Body, Failure, Identity,
    sheet::{Act, Described, Sheet},
};
use plywood_header::authorization::{Basic, basic_challenge};
use tower_layer::Layer;

use crate::{
    BasicAuth, Verdict,
    area::Area,
    refusal::Refusal,
    verdict::{Check, Found},
};

/// Lets in whoever a check knows by the name and the password of HTTP Basic authentication ([RFC 7617]).
///
/// A gate. It leaves an [`Identity`] of the scheme `Basic` in the request, and tells the [`Witness`](plywood_core::Witness) of it.
///
/// | the request has | answer |
/// |---|---|
/// | an [`Identity`] already, from a layer outside | the inner service's |
/// | credentials that the check accepts | the inner service's |
/// | none, wrong ones, or another scheme | `401` with the challenge |
/// | Basic credentials that cannot be read | `400` |
/// | any, but the check could not find out | `503` |
///
/// [RFC 7617]: https://www.rfc-editor.org/rfc/rfc7617
#[derive(Clone, Debug)]
pub struct BasicAuthLayer {
    config: Arc<Config>,
}

#[derive(Clone, Debug)]
struct Config {
    check: Check,
    challenge: HeaderValue,
    area: Area,
}

impl BasicAuthLayer {
    /// Asks `check` who somebody of this name with this password is: see [`Verdict`] for what it may answer.
    ///
    /// The identity's scheme is set to `Basic` if the check leaves it empty. A name or a password beyond
    /// [`MAX_CREDENTIAL`](crate::MAX_CREDENTIAL) is wrong without a check.
    pub fn new<V: Into<Verdict>>(check: impl Fn(&str, &str) -> V + Send + Sync + 'static) -> Self {
        let challenge = basic_challenge("restricted").expect("the realm is ASCII");
        Self {
            config: Arc::new(Config {
                check: Check::new(check),
                challenge,
                area: Area::default(),
            }),
        }
    }

    /// Names the realm: what the password is for, as browsers show it. Default: `restricted`.
    ///
    /// # Panics
    ///
    /// When `realm` is not printable ASCII: no encoding is defined for a realm.
    #[must_use]
    pub fn realm(mut self, realm: &str) -> Self {
        let challenge = basic_challenge(realm).unwrap_or_else(|error| panic!("{error}"));
        Arc::make_mut(&mut self.config).challenge = challenge;
        self
    }

    /// Guards what is at or below `prefix`, and nothing else; named more than once, each of them. Default: everything.
    ///
    /// The prefix is decoded text such as `/admin`, and is relative to where the layer stands: below a mount, the mount's prefix is gone
    /// already. The request's path is read as all of Plywood reads it ([`plywood_core::path`]), and a path that has no one reading is
    /// refused, so that no spelling of the path passes the guard.
    ///
    /// # Panics
    ///
    /// When no path can be below `prefix`: it does not begin with a slash, or it has dot segments, double slashes or control characters.
    #[must_use]
    pub fn below(mut self, prefix: &str) -> Self {
        Arc::make_mut(&mut self.config).area.add(prefix);
        self
    }

    /// The verdict on the request's credentials; nothing if none are needed.
    pub(super) fn examine<B>(&self, request: &Request<B>) -> Result<Option<Verdict>, Refusal> {
        let guarded = self.config.area.holds(request.uri())?;
        if !guarded || Identity::of(request).is_some() {
            return Ok(None);
        }
        let headers = request.headers();
        match Basic::read(headers) {
            Ok(Some(caller)) => Ok(Some(
                self.config.check.ask(caller.user(), caller.password()),
            )),
            Ok(None) if headers.contains_key(AUTHORIZATION) => {
                Err(unauthorized("the credentials are not of the scheme Basic"))
            }
            Ok(None) => Err(unauthorized("no credentials")),
            // Not 401: to be asked again does not mend a client that cannot write the field.
            Err(malformed) => Err(Refusal::new(StatusCode::BAD_REQUEST, malformed)),
        }
    }

    /// The refusal as an answer. A 401 always says how to do better ([RFC 9110 §11.6.1]).
    ///
    /// [RFC 9110 §11.6.1]: https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1
    pub(super) fn refuse<B>(&self, refusal: Refusal, request: &Request<B>) -> Response<Body> {
        let challenged = refusal.status == StatusCode::UNAUTHORIZED;
        let mut response = refusal.answer(request.method(), request.headers());
        if challenged {
            let challenge = self.config.challenge.clone();
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

/// Who the check found.
pub(super) fn caller(found: Found) -> Result<Identity, Refusal> {
    match found {
        Ok(Some(caller)) if caller.auth_scheme().is_empty() => Ok(caller.scheme("Basic")),
        Ok(Some(caller)) => Ok(caller),
        Ok(None) => Err(unauthorized("wrong name or password")),
        Err(error) => Err(Refusal::unknown(error)),
    }
}

fn unauthorized(reason: &'static str) -> Refusal {
    Refusal::new(StatusCode::UNAUTHORIZED, reason)
}

impl Described for BasicAuthLayer {
    fn sheet(&self) -> Sheet {
        Sheet::of::<Self>()
            .reads::<Identity>()
            .leaves::<Identity>()
            .tells::<Identity>()
            .tells::<Failure>()
            .acts(Act::ComparesPath)
            .acts(Act::Refuses)
    }
}

impl<S> Layer<S> for BasicAuthLayer {
    type Service = BasicAuth<S>;

    fn layer(&self, inner: S) -> BasicAuth<S> {
        BasicAuth {
            inner,
            layer: self.clone(),
        }
    }
}
