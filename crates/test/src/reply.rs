mod dump;
mod expect;
mod json;
mod page;
mod snapshot;

use bytes::Bytes;
use http::{Extensions, HeaderMap, HeaderValue, Method, StatusCode, Uri, header, response};
use std::{
    fmt,
    panic::Location,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use crate::{Client, Cookie, curl};

/// The whole reply to a request: status, fields, body, trailers, and the request that it answers.
///
/// Its text ([`Display`](std::fmt::Display)) is the whole exchange. What should have come is said by the `expect_..` methods, which hand the
/// reply on, so that they chain.
///
/// A status that is not 2xx or 3xx must be expected: by [`expect_status`](Self::expect_status), by asking for the
/// [`status`](Self::status), or by [`any_status`](Self::any_status). A reply that is dropped before is a panic, so that no step of a test
/// fails unseen.
#[derive(Clone)]
pub struct Reply {
    pub(crate) asked: Asked,
    pub(crate) head: response::Parts,
    pub(crate) body: Bytes,
    pub(crate) trailers: HeaderMap,
    history: Vec<Hop>,
    pub(crate) client: Client,
    caller: &'static Location<'static>,
    /// Shared by the clones: one of them is enough.
    expected: Arc<AtomicBool>,
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
    pub(crate) fn new(
        asked: Asked,
        head: response::Parts,
        history: Vec<Hop>,
        client: Client,
        caller: &'static Location<'static>,
    ) -> Self {
        let status = head.status;
        let is_well = status.is_success() || status.is_redirection();
        Self {
            asked,
            head,
            body: Bytes::new(),
            trailers: HeaderMap::new(),
            history,
            client,
            caller,
            expected: Arc::new(AtomicBool::new(is_well)),
        }
    }

    pub(crate) fn expected(&self) {
        self.expected.store(true, Ordering::Relaxed);
    }

    /// The status. Who asks for it has expected any.
    pub fn status(&self) -> StatusCode {
        self.expected();
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

    /// The cookies that this reply sets or removes, as its fields say. What the visitor has is told by [`Client::cookies`](crate::Client::cookies).
    pub fn cookies(&self) -> Vec<Cookie> {
        let lines = self.head.headers.get_all(header::SET_COOKIE).iter();
        lines
            .map(HeaderValue::as_bytes)
            .filter_map(|line| Cookie::read(&String::from_utf8_lossy(line), self.client.now()))
            .collect()
    }

    /// The cookie of that name that this reply sets or removes.
    pub fn cookie(&self, name: &str) -> Option<Cookie> {
        self.cookies()
            .into_iter()
            .find(|cookie| cookie.name() == name)
    }

    /// The request that was sent last, as a command for a shell: see [`RequestBuilder::as_curl`](crate::RequestBuilder::as_curl).
    pub fn as_curl(&self) -> String {
        curl::command(&self.asked)
    }

    /// The visitor who asked.
    pub const fn client(&self) -> &Client {
        &self.client
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

/// An error that nobody expected does not pass in silence.
impl Drop for Reply {
    fn drop(&mut self) {
        if !self.expected.load(Ordering::Relaxed) && !thread::panicking() {
            // Once is enough, whatever becomes of the clones.
            self.expected();
            panic!(
                "{} {}, sent from {}, was answered {}, which nobody expected: `expect_status` does, and so does `any_status`\n\n{self}",
                self.asked.method, self.asked.url, self.caller, self.head.status
            );
        }
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply")
            .field("asked", &self.asked)
            .field("head", &self.head)
            .field("body", &self.body)
            .field("trailers", &self.trailers)
            .field("history", &self.history)
            .finish_non_exhaustive()
    }
}
