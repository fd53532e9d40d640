//! One exchange: the request as a gateway would hand it on, and the way along redirects.

use std::time::SystemTime;

use bytes::Bytes;
use http::{
    Extensions, HeaderMap, Method, Request, Response, StatusCode, Uri, header, uri::PathAndQuery,
};
use http_body_util::BodyExt;
use plywood_core::{Body, BoxError, Scheme};
use tower::{Service, ServiceExt};

use crate::{
    Client, Reply, RequestBuilder,
    client::authority,
    location,
    reply::{Asked, Hop},
};

/// A request that can be sent, and perhaps sent again elsewhere.
struct Leg {
    method: Method,
    url: Uri,
    headers: HeaderMap,
    extensions: Extensions,
    body: Payload,
}

enum Payload {
    Bytes(Bytes),
    Stream(Option<Body>),
}

pub(crate) async fn exchange(builder: RequestBuilder) -> Result<Reply, BoxError> {
    let most = builder.redirects;
    let (mut client, mut leg) = start(builder);
    let mut history = Vec::new();
    loop {
        let (asked, response) = send(&mut client, &mut leg).await?;
        match next(&leg, &response) {
            Some(url) if most > 0 => {
                history.push(Hop {
                    status: response.status(),
                    url: leg.url.clone(),
                });
                if history.len() > most {
                    return Err(format!("more than {most} redirects: {history:?}").into());
                }
                leg.redirect(response.status(), url)?;
            }
            _ => return read(asked, response, history).await,
        }
    }
}

pub(crate) async fn stream(builder: RequestBuilder) -> Result<Response<Body>, BoxError> {
    let (mut client, mut leg) = start(builder);
    let (_, response) = send(&mut client, &mut leg).await?;
    Ok(response)
}

fn start(builder: RequestBuilder) -> (Client, Leg) {
    let RequestBuilder {
        client,
        method,
        url,
        mut headers,
        extensions,
        body,
        ..
    } = builder;
    for (name, value) in &client.headers {
        if !headers.contains_key(name) {
            headers.insert(name, value.clone());
        }
    }
    let body = match body.try_into_bytes() {
        Ok(bytes) => Payload::Bytes(bytes),
        Err(stream) => Payload::Stream(Some(stream)),
    };
    (
        client,
        Leg {
            method,
            url,
            headers,
            extensions,
            body,
        },
    )
}

/// Sends one leg, and keeps the cookies that come back.
async fn send(client: &mut Client, leg: &mut Leg) -> Result<(Asked, Response<Body>), BoxError> {
    let cookies = client.jar().field(&leg.url, SystemTime::now());
    let request = leg.request(cookies);
    let asked = Asked {
        method: leg.method.clone(),
        url: leg.url.clone(),
        headers: request.headers().clone(),
        body: match &leg.body {
            Payload::Bytes(bytes) => Some(bytes.clone()),
            Payload::Stream(_) => None,
        },
    };
    let response = client.service.ready().await?.call(request).await?;
    client
        .jar()
        .store_all(response.headers(), &leg.url, SystemTime::now());
    Ok((asked, response))
}

async fn read(
    asked: Asked,
    response: Response<Body>,
    history: Vec<Hop>,
) -> Result<Reply, BoxError> {
    let (head, body) = response.into_parts();
    let unsent = asked.method == Method::HEAD
        || matches!(
            head.status,
            StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED
        );
    let (bytes, trailers) = if unsent {
        (Bytes::new(), HeaderMap::new())
    } else {
        let collected = body.collect().await?;
        let trailers = collected.trailers().cloned().unwrap_or_default();
        (collected.to_bytes(), trailers)
    };
    Ok(Reply::new(asked, head, bytes, trailers, history))
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
    /// The request as a gateway hands it on: in origin form, with a Host and the length of its body.
    fn request(&mut self, cookies: Option<http::HeaderValue>) -> Request<Body> {
        let length = match &self.body {
            Payload::Bytes(bytes) => Some(bytes.len()),
            Payload::Stream(_) => None,
        };
        let body = match &mut self.body {
            Payload::Bytes(bytes) => Body::from(bytes.clone()),
            Payload::Stream(stream) => stream.take().unwrap_or_default(),
        };
        let mut request = Request::new(body);
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = origin_form(&self.url);
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
        let headers = request.headers_mut();
        *headers = self.headers.clone();
        if !headers.contains_key(header::HOST) {
            let host = authority(&self.url)
                .parse()
                .expect("an authority is a field value");
            headers.insert(header::HOST, host);
        }
        if let (Some(cookies), false) = (cookies, headers.contains_key(header::COOKIE)) {
            headers.insert(header::COOKIE, cookies);
        }
        let sends_content = matches!(self.method, Method::POST | Method::PUT | Method::PATCH);
        if let Some(length) = length
            && (length > 0 || sends_content)
            && !headers.contains_key(header::CONTENT_LENGTH)
        {
            headers.insert(header::CONTENT_LENGTH, length.into());
        }
        request
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
            self.body = Payload::Bytes(Bytes::new());
            for name in [
                header::CONTENT_TYPE,
                header::CONTENT_LENGTH,
                header::CONTENT_ENCODING,
                header::CONTENT_LANGUAGE,
                header::CONTENT_LOCATION,
            ] {
                self.headers.remove(name);
            }
        }
        self.url = url;
        match &self.body {
            Payload::Stream(None) => {
                Err(format!("{status} asks for a streamed body again: send bytes").into())
            }
            _ => Ok(()),
        }
    }
}
