use std::{any::Any, fmt};

use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header, response::Parts};
use http_body::Body as _;
use plywood_core::{
    Body, BoxError, Failure, HttpBody,
    future::{Outcome, Settle},
};
use plywood_error::{HttpError, Incident, IncidentKind, Panicked};
use plywood_header::vary;

use crate::{Blank, Form, Language, PageBody, kept::Kept, layer::Config, page, telling};

/// Answers for whatever became of a call.
///
/// You meet it only in the type of the service's future.
#[derive(Clone)]
pub struct Answer {
    pub(crate) asked: Kept,
}

/// Left in a response whose failure has been told, so that a second layer outside does not tell it again.
#[derive(Clone)]
struct Reported {
    /// Beyond the event, reports were told. Where not, those of the layer outside are.
    to_reports: bool,
}

impl<B, Err> Settle<B, Err> for Answer
where
    B: HttpBody,
    Err: Into<BoxError>,
{
    type Body = PageBody<B>;

    fn settle(self, outcome: Outcome<B, Err>) -> Response<PageBody<B>> {
        match outcome {
            Outcome::Answered(response) => Settle::<B, Err>::answered(self, response),
            Outcome::Failed(error) => self.failed(IncidentKind::Failed, error.into()),
            Outcome::Unready(error) => self.failed(IncidentKind::Unready, error),
            Outcome::Panicked(payload) => self.failed(
                IncidentKind::Panicked,
                Panicked::from_payload(payload).into(),
            ),
        }
    }

    fn answered(self, response: Response<B>) -> Response<PageBody<B>> {
        let status = response.status();
        if status.is_client_error() || status.is_server_error() {
            return self.refused(response);
        }
        response.map(|body| PageBody::inner(body, self.asked))
    }

    /// The place of a panic is known in its own thread alone.
    fn caught(payload: Box<dyn Any + Send>) -> Box<dyn Any + Send> {
        Box::new(Panicked::from_payload(payload))
    }
}

impl Answer {
    fn refused<B: HttpBody>(self, response: Response<B>) -> Response<PageBody<B>> {
        let status = response.status();
        let (mut head, body) = response.into_parts();
        // Whoever has made an incident of it and told nobody has made its page, too: the developer's.
        let is_explained =
            Incident::of(&head).is_some() && head.extensions.get::<Reported>().is_none();
        let mut replaced = self.config().replaced.iter();
        let is_replaced = !is_explained && replaced.any(|some| some.contains(status));
        let needs_page = match Panicked::catch(|| is_replaced || is_blank(&head.headers, &body)) {
            Ok(needs_page) => needs_page,
            // Its head is not sent yet.
            Err(panicked) => {
                let _ = Panicked::catch(|| drop(body));
                return self.failed(IncidentKind::Panicked, panicked.into());
            }
        };
        self.report(IncidentKind::Refused, &mut head);
        if needs_page {
            // Nobody misses it; so what panics in its drop is no matter.
            let _ = Panicked::catch(|| drop(body));
            self.fill_or_defer(head)
        } else {
            Response::from_parts(head, PageBody::inner(body, self.asked))
        }
    }

    fn failed<B: HttpBody>(self, kind: IncidentKind, reason: BoxError) -> Response<PageBody<B>> {
        let (mut head, ()) = Response::new(()).into_parts();
        head.status = StatusCode::INTERNAL_SERVER_ERROR;
        if let Some(error) = HttpError::find(&*reason) {
            head.status = error.status();
            head.headers.clone_from(error.headers());
        }
        head.extensions.insert(Failure::new(reason));
        self.report(kind, &mut head);
        self.fill_or_defer(head)
    }

    /// Tells the operator why, once, if it is the server's fault. What happened stays in the response, for the page.
    fn report(&self, kind: IncidentKind, head: &mut Parts) {
        if !head.status.is_server_error() {
            return;
        }
        let to_reports = self.config().reports.is_some();
        if let Some(reported) = head.extensions.get_mut::<Reported>() {
            if to_reports && !std::mem::replace(&mut reported.to_reports, true) {
                let incident = Incident::of(head);
                incident.inspect(|incident| telling::tell_reports(incident, &self.asked));
            }
            return;
        }
        let Some(failure) = Failure::of(head) else {
            return;
        };
        let incident = Incident::of(head).cloned();
        let incident = incident
            .unwrap_or_else(|| self.asked.incident(kind, failure.reason()))
            .status(head.status);
        telling::tell(&incident, failure.reason(), &self.asked);
        head.extensions.insert(Reported { to_reports });
        head.extensions.insert(incident);
    }

    fn fill_or_defer<B: HttpBody>(self, mut head: Parts) -> Response<PageBody<B>> {
        if self.config().defers {
            head.extensions.insert(Vacant(self));
            Response::from_parts(head, PageBody::page(Body::empty()))
        } else {
            self.fill(head)
        }
    }

    pub(crate) fn fill<B: HttpBody>(self, mut head: Parts) -> Response<PageBody<B>> {
        for stale in DESCRIBES_A_BODY {
            head.headers.remove(stale);
        }
        let config = self.config();
        let failure = Failure::of(&head).cloned();
        let said = failure
            .as_ref()
            .and_then(|failure| HttpError::find(failure.reason()))
            // Who has changed the status since has not said this of it.
            .filter(|said| said.status() == head.status);
        let blank = Blank {
            head: &head,
            form: self.form(),
            language: Language::negotiate(&config.languages, self.asked.languages()),
            asked: &self.asked,
            said,
        };
        let own = config.pages.iter().find_map(|source| source.page(&blank));
        let page = own.unwrap_or_else(|| built_in(&blank));
        let form = blank.form;
        self.answer(head, page, form)
    }

    /// The answer with its page. What the page says of itself, it says in the answer.
    pub(crate) fn answer<B: HttpBody>(
        self,
        mut head: Parts,
        page: Response<impl Into<PageBody<B>>>,
        form: Form,
    ) -> Response<PageBody<B>> {
        let (mut page, body) = page.into_parts();
        let mut body = body.into();
        if !body.is_end_stream() {
            page.headers
                .entry(header::CONTENT_TYPE)
                .or_insert(HeaderValue::from_static(form.content_type()));
        }
        if let Some(length) = body.size_hint().exact() {
            page.headers.insert(header::CONTENT_LENGTH, length.into());
        }
        if self.asked.is_head() {
            body = PageBody::page(Body::empty());
        }
        merge(&mut head, page);
        if self.config().languages.len() > 1 {
            vary::append(&mut head.headers, header::ACCEPT_LANGUAGE);
        }
        Response::from_parts(head, body)
    }

    /// The form that the client likes best.
    pub(crate) fn form(&self) -> Form {
        Form::negotiate(self.asked.accept())
    }

    fn config(&self) -> &Config {
        self.asked.layer().config()
    }
}

/// Left in a response that the error documents have to find a page for.
#[derive(Clone)]
pub(crate) struct Vacant(pub(crate) Answer);

/// Did the inner service leave the body to others? What it described, it wrote, even where `HEAD` has cut it off.
fn is_blank<B: HttpBody>(headers: &HeaderMap, body: &B) -> bool {
    let length = headers.get(header::CONTENT_LENGTH);
    (body.is_end_stream() || body.size_hint().exact() == Some(0))
        && !headers.contains_key(header::CONTENT_TYPE)
        && length.is_none_or(|length| length == "0")
}

/// What described the body that was not there, and would lie about the page.
pub(crate) const DESCRIBES_A_BODY: [HeaderName; 15] = [
    header::ACCEPT_RANGES,
    header::CONTENT_DISPOSITION,
    header::CONTENT_ENCODING,
    header::CONTENT_LANGUAGE,
    header::CONTENT_LENGTH,
    header::CONTENT_LOCATION,
    header::CONTENT_TYPE,
    header::ETAG,
    header::LAST_MODIFIED,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    HeaderName::from_static("content-digest"),
    HeaderName::from_static("content-md5"),
    HeaderName::from_static("digest"),
    HeaderName::from_static("repr-digest"),
];

/// What says how to do better, and is no page's business.
const BELONGS_TO_THE_STATUS: [HeaderName; 8] = [
    header::ALLOW,
    header::CONNECTION,
    header::CONTENT_RANGE,
    header::LOCATION,
    header::PROXY_AUTHENTICATE,
    header::RETRY_AFTER,
    header::UPGRADE,
    header::WWW_AUTHENTICATE,
];

fn built_in(blank: &Blank<'_>) -> Response<Body> {
    let mut response = Response::new(Body::from(page::render(blank)));
    response.headers_mut().insert(
        header::CONTENT_LANGUAGE,
        HeaderValue::from_static(blank.language.tag()),
    );
    if blank.form() == Form::Html {
        let policy = HeaderValue::from_static(page::POLICY);
        response
            .headers_mut()
            .insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// Puts what the page says of itself over what the answer says. The status stays, and cookies are added.
fn merge(head: &mut Parts, mut page: Parts) {
    for required in BELONGS_TO_THE_STATUS {
        if head.headers.contains_key(&required) {
            page.headers.remove(required);
        }
    }
    // One of a name is enough, and what the answer says is about more than the page
    // ([RFC 6265 §4.1.1](https://www.rfc-editor.org/rfc/rfc6265#section-4.1.1)).
    let own: Vec<_> = head.headers.get_all(header::SET_COOKIE).iter().collect();
    let is_new = |cookie: &&HeaderValue| {
        !own.iter()
            .any(|own| cookie_name(own) == cookie_name(cookie))
    };
    let cookies = page
        .headers
        .get_all(header::SET_COOKIE)
        .iter()
        .filter(is_new);
    let cookies: Vec<_> = cookies.cloned().collect();
    for cookie in cookies {
        head.headers.append(header::SET_COOKIE, cookie);
    }
    for value in page.headers.get_all(header::VARY) {
        head.headers.append(header::VARY, value.clone());
    }
    page.headers.remove(header::SET_COOKIE);
    page.headers.remove(header::VARY);
    head.headers.extend(page.headers);
    head.extensions.extend(page.extensions);
    head.headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    head.headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    vary::append(&mut head.headers, header::ACCEPT);
}

fn cookie_name(cookie: &HeaderValue) -> &[u8] {
    let pair = cookie.as_bytes().split(|byte| *byte == b'=').next();
    pair.unwrap_or_default().trim_ascii()
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_request_carries_stays_small() {
        assert!(size_of::<Answer>() <= 8, "{}", size_of::<Answer>());
    }
}
