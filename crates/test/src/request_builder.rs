use std::{borrow::Borrow, error::Error, panic::Location};

use base64::{Engine, prelude::BASE64_STANDARD};
use form_urlencoded::Serializer;
use http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, Uri, header};
use plywood_core::{Body, BoxError, BoxFuture};
use serde::Serialize;

use crate::{Client, Multipart, OpenReply, Reply, curl, exchange, payload::Payload};

/// A request that is being made. Begin it with [`Client::get`] and its like, end it with `.await`: the
/// request is sent, and the whole reply is read.
///
/// ```
/// # async fn example(client: plywood_test::Client) {
/// client.post("/cart").form([("item", "3")]).await.expect_status(303);
/// # }
/// ```
///
/// # Panics
///
/// To await it panics as [`send`](Self::send) does.
#[derive(Debug)]
#[must_use = "a request is sent when it is awaited"]
pub struct RequestBuilder {
    pub(crate) client: Client,
    pub(crate) method: Method,
    pub(crate) url: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) extensions: Extensions,
    pub(crate) body: Payload,
    pub(crate) redirects: usize,
}

impl RequestBuilder {
    #[track_caller]
    pub(crate) fn new(client: Client, method: Method, target: &str) -> Self {
        let url = match client.url(target) {
            Ok(url) => url,
            Err(error) => panic!("the target {target:?} cannot be sent: {error}"),
        };
        Self {
            method,
            url,
            headers: HeaderMap::new(),
            extensions: client.extensions.clone(),
            body: Payload::default(),
            redirects: client.redirects,
            client,
        }
    }

    /// Adds a field. One that is there already stays, as a line of its own.
    ///
    /// A `Cookie` is sent in place of the jar's, and a `Host` or a `Content-Length` in place of the client's own.
    ///
    /// # Panics
    ///
    /// If the name or the value cannot be sent.
    #[track_caller]
    pub fn header(mut self, name: impl AsRef<str>, value: impl AsRef<[u8]>) -> Self {
        let (name, value) = field(name.as_ref(), value.as_ref());
        self.headers.append(name, value);
        self
    }

    /// Adds pairs to the query of the URL, encoded as those of a form.
    pub fn query<I, K, V>(mut self, pairs: I) -> Self
    where
        I: IntoIterator<Item: Borrow<(K, V)>>,
        K: AsRef<str>,
        V: AsRef<str>,
    {
        let added = encode(pairs);
        if added.is_empty() {
            return self;
        }
        let target = match self.url.query() {
            Some(query) => format!("{}?{query}&{added}", self.url.path()),
            None => format!("{}?{added}", self.url.path()),
        };
        let mut parts = self.url.into_parts();
        parts.path_and_query = Some(target.parse().expect("an encoded query can be sent"));
        self.url = Uri::from_parts(parts).expect("only the query has changed");
        self
    }

    /// Sends `body`. What is at hand as bytes can be sent again when a redirect asks for it; a stream cannot.
    pub fn body(mut self, body: impl Into<Body>) -> Self {
        self.body = Payload::new(body.into());
        self
    }

    /// Sends a form, as a browser encodes one.
    pub fn form<I, K, V>(self, pairs: I) -> Self
    where
        I: IntoIterator<Item: Borrow<(K, V)>>,
        K: AsRef<str>,
        V: AsRef<str>,
    {
        let form = encode(pairs);
        self.content("application/x-www-form-urlencoded", form.into())
    }

    /// Sends a value as JSON.
    ///
    /// # Panics
    ///
    /// If it cannot be written as JSON.
    #[track_caller]
    pub fn json<T: Serialize + ?Sized>(self, value: &T) -> Self {
        match serde_json::to_vec(value) {
            Ok(json) => self.content("application/json", json.into()),
            Err(error) => panic!("the value has no JSON: {error}"),
        }
    }

    /// Sends a form with files, as a browser encodes one.
    pub fn multipart(mut self, form: &Multipart) -> Self {
        let (media_type, body) = form.encode();
        self.headers.insert(header::CONTENT_TYPE, media_type);
        self.body(body)
    }

    /// Says who asks, by HTTP Basic ([RFC 7617](https://www.rfc-editor.org/rfc/rfc7617)).
    pub fn basic_auth(self, user: &str, password: &str) -> Self {
        let credentials = BASE64_STANDARD.encode(format!("{user}:{password}"));
        self.authorization("Basic", &credentials)
    }

    /// Says who asks, by a token ([RFC 6750](https://www.rfc-editor.org/rfc/rfc6750)).
    ///
    /// # Panics
    ///
    /// If the token cannot be sent.
    #[track_caller]
    pub fn bearer_auth(self, token: &str) -> Self {
        self.authorization("Bearer", token)
    }

    /// Leaves an extension in the request, as a gateway or an outer layer would. It takes the place of the client's own of that type.
    pub fn extension<T: Clone + Send + Sync + 'static>(mut self, value: T) -> Self {
        self.extensions.insert(value);
        self
    }

    /// Follows up to `most` redirects. As many as the client does by default.
    ///
    /// 303 goes on with GET, and so do 301 and 302 after a POST, as in browsers; 307 and 308 keep the method and the body. A redirect to
    /// another host or port is not followed: it is the reply.
    pub const fn follow(mut self, most: usize) -> Self {
        self.redirects = most;
        self
    }

    /// The request as a command for a shell, to be sent to a server that runs. It ends without a new line.
    ///
    /// All is in it as it would be sent, cookies and passwords too. A streamed body is left out.
    pub fn as_curl(&self) -> String {
        curl::command(&exchange::preview(self))
    }

    /// The future that sends the request and reads the whole reply, whatever its status is.
    ///
    /// To await the request does the same. This is for where a future is asked for: to spawn it, or to join it with others.
    ///
    /// # Panics
    ///
    /// If the service or the body fails, or there are more redirects than it may follow. And the [`Reply`] panics when it is dropped with
    /// an error status that nobody expected.
    #[track_caller]
    pub fn send(self) -> impl Future<Output = Reply> + Send {
        let asked = format!("{} {}", self.method, self.url);
        let caller = Location::caller();
        let reply = self.try_send();
        async move {
            let reply = reply.await;
            reply.unwrap_or_else(|error| {
                panic!("{asked}, sent from {caller}, failed: {}", whole(&*error))
            })
        }
    }

    /// Sends the request and reads the whole reply, or gives the error.
    ///
    /// # Errors
    ///
    /// The service's own, or that of the body that it gave; or there are more redirects than it may follow, or the way leads
    /// through a redirect that wants a streamed body again.
    #[track_caller]
    pub fn try_send(self) -> impl Future<Output = Result<Reply, BoxError>> + Send {
        let open = self.try_stream();
        async move { open.await?.try_rest().await }
    }

    /// Sends the request and gives the reply with its body unread: to read it frame by frame, or to cut it off.
    ///
    /// # Panics
    ///
    /// If the service fails, or there are more redirects than it may follow.
    #[track_caller]
    pub fn stream(self) -> impl Future<Output = OpenReply> + Send {
        let asked = format!("{} {}", self.method, self.url);
        let caller = Location::caller();
        let open = self.try_stream();
        async move {
            let open = open.await;
            open.unwrap_or_else(|error| {
                panic!("{asked}, sent from {caller}, failed: {}", whole(&*error))
            })
        }
    }

    /// The same, or the error.
    ///
    /// # Errors
    ///
    /// As [`try_send`](Self::try_send), without those of the body.
    #[track_caller]
    pub fn try_stream(self) -> impl Future<Output = Result<OpenReply, BoxError>> + Send {
        exchange::open(self, Location::caller())
    }

    pub(crate) fn content(mut self, media_type: &'static str, body: Body) -> Self {
        let value = HeaderValue::from_static(media_type);
        self.headers.insert(header::CONTENT_TYPE, value);
        self.body(body)
    }

    #[track_caller]
    fn authorization(mut self, scheme: &str, credentials: &str) -> Self {
        let value = format!("{scheme} {credentials}");
        let (name, value) = field("authorization", value.as_bytes());
        self.headers.insert(name, value);
        self
    }
}

/// To await a request sends it: see [`send`](RequestBuilder::send).
impl IntoFuture for RequestBuilder {
    type Output = Reply;
    type IntoFuture = BoxFuture<Reply>;

    #[track_caller]
    fn into_future(self) -> BoxFuture<Reply> {
        Box::pin(self.send())
    }
}

pub(crate) fn encode<I, K, V>(pairs: I) -> String
where
    I: IntoIterator<Item: Borrow<(K, V)>>,
    K: AsRef<str>,
    V: AsRef<str>,
{
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// An error with all that it came from.
fn whole(error: &dyn Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {}", whole(source)),
        None => error.to_string(),
    }
}

/// A field that can be sent.
#[track_caller]
pub(crate) fn field(name: &str, value: &[u8]) -> (HeaderName, HeaderValue) {
    match name.parse().ok().zip(HeaderValue::from_bytes(value).ok()) {
        Some(field) => field,
        None => panic!(
            "a field cannot be sent: {name:?}: {:?}",
            String::from_utf8_lossy(value)
        ),
    }
}
