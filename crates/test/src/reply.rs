mod dump;
mod expect;

use bytes::Bytes;
use http::{Extensions, HeaderMap, HeaderValue, Method, StatusCode, Uri, header, response};
use serde::de::DeserializeOwned;
use std::time::SystemTime;

use crate::Cookie;

/// The whole reply to a request: status, fields, body, trailers, and the request that it answers.
///
/// Its text ([`Display`](std::fmt::Display)) is the whole exchange. What should have come is said by the `expect_..` methods, which hand the
/// reply on, so that they chain.
#[derive(Clone, Debug)]
pub struct Reply {
    asked: Asked,
    head: response::Parts,
    body: Bytes,
    trailers: HeaderMap,
    history: Vec<Hop>,
}

/// The request that was sent last.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    pub(crate) url: Uri,
    pub(crate) headers: HeaderMap,
    /// `None` for a stream, which is gone.
    pub(crate) body: Option<Bytes>,
}

/// A redirect that was followed.
#[derive(Clone, Debug)]
pub(crate) struct Hop {
    pub(crate) status: StatusCode,
    pub(crate) url: Uri,
}

impl Reply {
    pub(crate) const fn new(
        asked: Asked,
        head: response::Parts,
        body: Bytes,
        trailers: HeaderMap,
        history: Vec<Hop>,
    ) -> Self {
        Self {
            asked,
            head,
            body,
            trailers,
            history,
        }
    }

    /// The status.
    pub const fn status(&self) -> StatusCode {
        self.head.status
    }

    /// The value of a field; of the first line, if there are several.
    ///
    /// # Panics
    ///
    /// If there is no such field, or its value is not text. [`headers`](Self::headers) tells what is there.
    #[track_caller]
    pub fn header(&self, name: &str) -> &str {
        let value = self.head.headers.get(name);
        let text = value.map(|value| value.to_str());
        match text {
            Some(Ok(text)) => text,
            Some(Err(_)) => panic!("`{name}` is not text\n\n{self}"),
            None => panic!("there is no `{name}`\n\n{self}"),
        }
    }

    /// All fields.
    pub const fn headers(&self) -> &HeaderMap {
        &self.head.headers
    }

    /// The trailers; empty if none came.
    pub const fn trailers(&self) -> &HeaderMap {
        &self.trailers
    }

    /// What the layers left in the response.
    pub const fn extensions(&self) -> &Extensions {
        &self.head.extensions
    }

    /// The body, byte for byte.
    pub const fn bytes(&self) -> &Bytes {
        &self.body
    }

    /// The body as text.
    ///
    /// # Panics
    ///
    /// If it is not UTF-8.
    #[track_caller]
    pub fn text(&self) -> &str {
        match str::from_utf8(&self.body) {
            Ok(text) => text,
            Err(error) => panic!("the body is not text: {error}\n\n{self}"),
        }
    }

    /// The body, read as JSON.
    ///
    /// # Panics
    ///
    /// If it is not the JSON of a `T`.
    #[track_caller]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        match serde_json::from_slice(&self.body) {
            Ok(value) => value,
            Err(error) => {
                panic!("the body is not the JSON that was asked for: {error}\n\n{self}")
            }
        }
    }

    /// The cookies that this reply sets or removes, as its fields say. What the visitor has is told by [`Client::cookies`](crate::Client::cookies).
    pub fn cookies(&self) -> Vec<Cookie> {
        let lines = self.head.headers.get_all(header::SET_COOKIE).iter();
        lines
            .map(HeaderValue::as_bytes)
            .filter_map(|line| Cookie::read(&String::from_utf8_lossy(line), SystemTime::now()))
            .collect()
    }

    /// The cookie of that name that this reply sets or removes.
    pub fn cookie(&self, name: &str) -> Option<Cookie> {
        self.cookies()
            .into_iter()
            .find(|cookie| cookie.name() == name)
    }

    /// The URL that answered: the last one, if redirects were followed.
    pub const fn url(&self) -> &Uri {
        &self.asked.url
    }

    /// The redirects that were followed: each one's status, and the URL that gave it.
    pub fn history(&self) -> impl ExactSizeIterator<Item = (StatusCode, &Uri)> {
        self.history.iter().map(|hop| (hop.status, &hop.url))
    }
}
