use std::fmt;

use http::{
    HeaderValue, Request, Response, StatusCode,
    header::{AUTHORIZATION, CACHE_CONTROL, LOCATION, SET_COOKIE},
};
use plywood_core::{Body, Failure, HttpBody, Mount, future::Edit};
use plywood_header::accept;

use super::{FormLoginLayer, destination};
use crate::{Head, Refusal, challenge};

/// Says how to sign in, where the answer asks for that: a person in a browser is led to the form, a program is told where it is.
pub struct Invitation(Option<Asked>);

/// What there is to know of the request, when its answer comes.
struct Asked {
    layer: FormLoginLayer,
    mount: Mount,
    /// Prefers HTML. Who sends `Authorization` is a program, whatever it prefers.
    is_browser: bool,
    is_script: bool,
    next: Option<Box<str>>,
}

impl Invitation {
    /// Where there is no need to sign in.
    pub(super) const NONE: Self = Self(None);

    pub(super) fn to<B>(layer: &FormLoginLayer, request: &Request<B>) -> Self {
        Self(Some(Asked::of(layer, request)))
    }
}

impl<B: HttpBody> Edit<B> for Invitation {
    type Body = Body;

    fn edit(self, response: Response<B>) -> Response<Body> {
        let response = response.map(Body::new);
        match self.0 {
            Some(asked) if challenge::is_wanted(&response) => asked.invite(response),
            _ => response,
        }
    }
}

impl fmt::Debug for Invitation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let next = self.0.as_ref().and_then(|asked| asked.next.as_deref());
        f.debug_tuple("Invitation").field(&next).finish()
    }
}

impl Asked {
    fn of<B>(layer: &FormLoginLayer, request: &Request<B>) -> Self {
        let mount = Mount::of(request);
        let is_browser = !request.headers().contains_key(AUTHORIZATION)
            && accept::best(request.headers(), &["text/plain", "text/html"]) == Some("text/html");
        let next = destination::asked(&mount, request).filter(|_| is_browser);
        Self {
            next: next.map(Into::into),
            layer: layer.clone(),
            mount,
            is_browser,
            is_script: challenge::is_script(request.headers()),
        }
    }

    fn invite(self, mut response: Response<Body>) -> Response<Body> {
        if self.is_browser {
            return lead(response, &self.login(self.next.as_deref()));
        }
        if self.is_script {
            challenge::clear(&mut response);
        }
        challenge::add(&mut response, vec![self.challenge()]);
        response
    }

    fn challenge(&self) -> HeaderValue {
        let form = self.login(None);
        HeaderValue::try_from(format!("SignIn form=\"{form}\""))
            .expect("an encoded path is visible ASCII")
    }

    fn login(&self, next: Option<&str>) -> String {
        destination::login(self.layer.site(), &self.mount, next)
    }
}

/// Shows a stranger the door.
pub(super) fn invite<B>(layer: &FormLoginLayer, request: &Request<B>) -> Response<Body> {
    let asked = Asked::of(layer, request);
    if asked.is_browser {
        return redirect(&asked.login(asked.next.as_deref()));
    }
    let refusal = Refusal::unauthorized("nobody is signed in");
    let mut response = refusal.answer(&Head::of(request));
    challenge::add(&mut response, vec![asked.challenge()]);
    response
}

/// Leads on to another page by GET ([RFC 9110 §15.4.4]).
///
/// [RFC 9110 §15.4.4]: https://www.rfc-editor.org/rfc/rfc9110#section-15.4.4
pub(super) fn redirect(location: &str) -> Response<Body> {
    lead(Response::new(Body::empty()), location)
}

/// Leads on in place of `response`, of which only the cookies are kept.
fn lead(response: Response<Body>, location: &str) -> Response<Body> {
    let (mut head, _) = response.into_parts();
    let location = HeaderValue::try_from(location).expect("an encoded path is visible ASCII");
    let refused = std::mem::take(&mut head.headers);
    head.headers.insert(LOCATION, location);
    head.headers
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    for cookie in refused.get_all(SET_COOKIE) {
        head.headers.append(SET_COOKIE, cookie.clone());
    }
    head.status = StatusCode::SEE_OTHER;
    head.extensions.remove::<Failure>();
    Response::from_parts(head, Body::empty())
}
