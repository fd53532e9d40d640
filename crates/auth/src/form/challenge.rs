use http::{
    HeaderValue, Request, Response, StatusCode,
    header::{CACHE_CONTROL, LOCATION, WWW_AUTHENTICATE},
};
use plywood_core::{Body, Mount};
use plywood_header::accept;

use super::{FormLoginLayer, destination};
use crate::refusal::Refusal;

/// The way to sign in that a login form leaves in the requests of strangers whom it lets through, for a gate further in.
#[derive(Clone, Debug)]
pub(crate) struct Door {
    layer: FormLoginLayer,
    // A gate further in may stand below a deeper mount, and the login page does not.
    mount: Mount,
}

impl Door {
    pub(super) fn new<B>(layer: &FormLoginLayer, request: &Request<B>) -> Self {
        Self {
            layer: layer.clone(),
            mount: Mount::of(request),
        }
    }

    /// Shows a stranger the door: a person in a browser is led to the form, a program is told where it is.
    pub(crate) fn challenge<B>(&self, request: &Request<B>) -> Response<Body> {
        let site = self.layer.site();
        if accept::best(request.headers(), &["text/plain", "text/html"]) == Some("text/html") {
            // The request's own mount, because that knows the address as the browser sees it.
            let mount = Mount::of(request);
            let next = destination::asked(&mount, request);
            return redirect(&destination::login(site, &self.mount, next));
        }
        let form = destination::login(site, &self.mount, None);
        let refusal = Refusal::new(StatusCode::UNAUTHORIZED, "nobody is signed in");
        let mut response = refusal.answer(request.method(), request.headers());
        let challenge = HeaderValue::try_from(format!("SignIn form=\"{form}\""))
            .expect("an encoded path is visible ASCII");
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        response
    }
}

/// Leads on to another page by GET ([RFC 9110 §15.4.4]).
///
/// [RFC 9110 §15.4.4]: https://www.rfc-editor.org/rfc/rfc9110#section-15.4.4
pub(super) fn redirect(location: &str) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    let location = HeaderValue::try_from(location).expect("an encoded path is visible ASCII");
    response.headers_mut().insert(LOCATION, location);
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
