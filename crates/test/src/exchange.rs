//! One exchange: the request as a gateway would hand it on, and the way along redirects.

use std::{mem, panic::Location};

use http::{
    Extensions, HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri, header,
    uri::PathAndQuery,
};
use plywood_core::{Body, BoxError, Scheme};
use tower::{Service, ServiceExt};

use crate::{
    Client, OpenReply, RequestBuilder,
    client::authority,
    location,
    payload::Payload,
    reply::{Asked, Hop, Reply},
};

/// A request that can be sent, and perhaps sent again elsewhere.
struct Leg {
    method: Method,
    url: Uri,
    headers: HeaderMap,
    extensions: Extensions,
    body: Payload,
}

/// Sends a request and follows redirects, up to the head of the reply.
pub(crate) async fn open(
    builder: RequestBuilder,
    caller: &'static Location<'static>,
) -> Result<OpenReply, BoxError> {
    let most = builder.redirects;
    let (client, mut leg) = start(builder);
    let mut service = client.service();
    let mut history = Vec::new();
    let mut questions = Vec::new();
    loop {
        let (asked, request) = leg.request(&client);
        let response = service.ready().await?.call(request).await?;
        client
            .jar()
            .store_all(response.headers(), &leg.url, client.now());
        match next(&leg, &response) {
            Some(url) if most > 0 => {
                history.push(Hop {
                    status: response.status(),
                    url: leg.url.clone(),
                });
                if history.len() > most {
                    return Err(format!("more than {most} redirects: {}", way(&history)).into());
                }
                // The same question with the same cookies gets the same answer.
                let cookie = asked.headers.get(header::COOKIE).cloned();
                let question = (asked.method, asked.url, cookie);
                if questions.contains(&question) {
                    return Err(format!("redirects in a circle: {}", way(&history)).into());
                }
                questions.push(question);
                leg.redirect(response.status(), url)?;
            }
            _ => {
                let (head, body) = response.into_parts();
                // A server sends none of it.
                let unsent =
                    asked.method == Method::HEAD || matches!(head.status.as_u16(), 204 | 205 | 304);
                let body = if unsent { Body::empty() } else { body };
                let reply = Reply::new(asked, head, history, client, caller);
                return Ok(OpenReply::new(reply, body));
            }
        }
    }
}

fn way(history: &[Hop]) -> String {
    let hops = history
        .iter()
        .map(|hop| format!("{} ({})", hop.url, hop.status));
    hops.collect::<Vec<_>>().join(", ")
}

/// The request that would be sent first.
pub(crate) fn preview(builder: &RequestBuilder) -> Asked {
    let leg = Leg {
        method: builder.method.clone(),
        url: builder.url.clone(),
        headers: fields_of(builder),
        extensions: Extensions::new(),
        body: match builder.body.bytes() {
            Some(bytes) => Payload::Bytes(bytes.clone()),
            None => Payload::Stream(None),
        },
    };
    leg.asked(&builder.client)
}

fn start(mut builder: RequestBuilder) -> (Client, Leg) {
    let leg = Leg {
        headers: fields_of(&builder),
        method: builder.method,
        url: builder.url,
        extensions: mem::take(&mut builder.extensions),
        body: builder.body,
    };
    (builder.client, leg)
}

/// The request's own fields, and those of the client that it has not.
fn fields_of(builder: &RequestBuilder) -> HeaderMap {
    let mut headers = builder.headers.clone();
    for (name, value) in &builder.client.headers {
        if !builder.headers.contains_key(name) {
            headers.append(name, value.clone());
        }
    }
    headers
}

/// Where a response leads, if it leads on at this host.
fn next(leg: &Leg, response: &Response<Body>) -> Option<Uri> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = response.headers().get(header::LOCATION)?.to_str().ok()?;
    let url = location::resolve(&leg.url, location)?;
    authority(&url)
        .eq_ignore_ascii_case(authority(&leg.url))
        .then_some(url)
}

/// The target as a server reads it off the request line: a path that begins with a slash, or `*`.
fn origin_form(url: &Uri) -> Uri {
    let target = url.path_and_query().map_or("/", PathAndQuery::as_str);
    let slash = if target.starts_with(['/', '*']) {
        ""
    } else {
        "/"
    };
    let target = [slash, target].concat();
    target.parse().expect("a part of a URI, after a slash")
}

impl Leg {
    /// The request as a gateway hands it on, and what is remembered of it.
    fn request(&mut self, client: &Client) -> (Asked, Request<Body>) {
        let asked = self.asked(client);
        let mut request = Request::new(self.body.body());
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = origin_form(&self.url);
        *request.headers_mut() = asked.headers.clone();
        *request.extensions_mut() = self.extensions.clone();
        if Scheme::of(&self.extensions).is_none() {
            let is_secure = self.url.scheme_str() == Some("https");
            let scheme = if is_secure {
                Scheme::Https
            } else {
                Scheme::Http
            };
            request.extensions_mut().insert(scheme);
        }
        (asked, request)
    }

    /// With a Host, the jar's cookies, and the length of the body.
    fn asked(&self, client: &Client) -> Asked {
        let mut headers = self.headers.clone();
        if !headers.contains_key(header::HOST) {
            let host = HeaderValue::from_str(authority(&self.url));
            headers.insert(header::HOST, host.expect("an authority is a field value"));
        }
        if !headers.contains_key(header::COOKIE)
            && let Some(cookies) = client.jar().field(&self.url, client.now())
        {
            headers.insert(header::COOKIE, cookies);
        }
        let sends_content = matches!(self.method, Method::POST | Method::PUT | Method::PATCH);
        if let Some(bytes) = self.body.bytes()
            && (!bytes.is_empty() || sends_content)
            && !headers.contains_key(header::CONTENT_LENGTH)
        {
            headers.insert(header::CONTENT_LENGTH, bytes.len().into());
        }
        Asked {
            method: self.method.clone(),
            url: self.url.clone(),
            headers,
            body: self.body.bytes().cloned(),
        }
    }

    /// Turns to where a redirect leads: [RFC 9110 §15.4](https://www.rfc-editor.org/rfc/rfc9110#section-15.4).
    fn redirect(&mut self, status: StatusCode, url: Uri) -> Result<(), BoxError> {
        let becomes_get = match status {
            StatusCode::SEE_OTHER => self.method != Method::HEAD,
            StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND => self.method == Method::POST,
            _ => false,
        };
        if becomes_get {
            self.method = Method::GET;
            self.body = Payload::default();
            for name in [
                header::CONTENT_TYPE,
                header::CONTENT_LENGTH,
                header::CONTENT_ENCODING,
                header::CONTENT_LANGUAGE,
                header::CONTENT_LOCATION,
                header::ORIGIN,
            ] {
                self.headers.remove(name);
            }
        }
        self.url = url;
        if self.body.is_gone() {
            return Err(format!("{status} asks for a streamed body again: send bytes").into());
        }
        Ok(())
    }
}
