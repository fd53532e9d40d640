//! The table of requests.

use std::fmt;

use bytes::Bytes;
use futures_util::stream;
use http::{Method, Request};
use http_body::Frame;
use http_body_util::StreamBody;
use plywood::prelude::{Body, BoxError, Scheme};

/// One request, as often as it is wanted.
#[derive(Clone)]
pub(crate) struct Question {
    pub(crate) method: Method,
    pub(crate) target: String,
    fields: Vec<(&'static str, Vec<u8>)>,
    body: Option<&'static str>,
    /// What the site answers if no layer stands in the way; unknown for what some layers would answer themselves.
    pub(crate) status: Option<u16>,
}

impl Question {
    fn new(method: Method, target: &str) -> Self {
        Self {
            method,
            target: target.to_owned(),
            fields: Vec::new(),
            body: None,
            status: None,
        }
    }

    fn get(target: &str) -> Self {
        Self::new(Method::GET, target)
    }

    fn post(target: &str, content_type: &str, body: &'static str) -> Self {
        Self {
            body: Some(body),
            ..Self::new(Method::POST, target).with("content-type", content_type)
        }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl AsRef<[u8]>) -> Self {
        self.fields.push((name, value.as_ref().to_owned()));
        self
    }

    const fn gives(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    pub(crate) fn is_head(&self) -> bool {
        self.method == Method::HEAD
    }

    /// The same, asked for its head alone. Ranges are for GET, so that a HEAD knows none.
    pub(crate) fn of_head(&self) -> Self {
        let mut head = Self {
            method: Method::HEAD,
            ..self.clone()
        };
        if self.asks_for_a_part() {
            head.status = self.status.map(|_| 200);
        }
        head
    }

    pub(crate) fn asks_for_a_part(&self) -> bool {
        self.fields.iter().any(|(name, _)| *name == "range")
    }

    pub(crate) fn request(&self) -> Request<Body> {
        let mut request = Request::builder()
            .method(&self.method)
            .uri(&self.target)
            .header("host", "a.example");
        for (name, value) in &self.fields {
            request = request.header(*name, &value[..]);
        }
        let body = self.body.map_or_else(Body::empty, in_pieces);
        let mut request = request.body(body).unwrap();
        request.extensions_mut().insert(Scheme::Http);
        request
    }
}

impl fmt::Debug for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.target)?;
        let mut fields = self.fields.iter();
        fields.try_for_each(|(name, value)| write!(f, " [{name}: {}]", value.escape_ascii()))
    }
}

fn in_pieces(text: &'static str) -> Body {
    let pieces = text.as_bytes().chunks(5).map(Bytes::from_static);
    let frames = pieces.map(|piece| Ok::<_, BoxError>(Frame::data(piece)));
    Body::new(StreamBody::new(stream::iter(frames)))
}

/// The requests, for pages below `prefix`. No two of them differ in nothing but their coding.
pub(crate) fn table(prefix: &str) -> Vec<Question> {
    const FORM: &str = "application/x-www-form-urlencoded";
    let at = |path: &str| format!("{prefix}{path}");
    let get = |path: &str| Question::get(&at(path));
    let mut table = vec![
        get("/small").gives(200),
        get("/large").gives(200),
        get("/large")
            .with("cookie", b"\xff=;;; =,sid; sid=\"x")
            .gives(200),
        get("/large")
            .with("authorization", b"Basic \xff")
            .gives(200),
        get("/fixed").gives(200),
        get("/image").gives(200),
        get("/coded").gives(200),
        get("/streamed").gives(200),
        get("/visits").gives(200),
        get("/visits")
            .with("cookie", "sid=0123456789abcdefghijkl")
            .gives(200),
        get("/cookies").gives(200),
        get("/empty").gives(204),
        get("/sorry").gives(503),
        get("/own-page").gives(410),
        get("/panics").gives(500),
        get("/fails").gives(500),
        get("/nowhere").gives(404),
        get("/nowhere")
            .with("accept", "text/html,*/*;q=0.1")
            .gives(404),
        get("/nowhere")
            .with("accept", "application/json")
            .gives(404),
        get("/nowhere")
            .with("accept", "image/png;q=x, ,;;")
            .gives(404),
        get("/files/page.html").gives(200),
        get("/files/page.html")
            .with("if-none-match", "*")
            .gives(304),
        get("/files/page.html")
            .with("if-match", "\"other\"")
            .gives(412),
        get("/files/page.html")
            .with("range", "bytes=10-19")
            .gives(206),
        get("/files/page.html")
            .with("range", "bytes=0-9,20-29")
            .gives(206),
        get("/files/page.html")
            .with("range", "bytes=99999999-")
            .gives(416),
        get("/files/page.html")
            .with("range", "bytes=10-19")
            .with("if-range", "\"other\"")
            .gives(200),
        get("/files").gives(404),
        get("/files/deep").gives(308),
        get("/style.css"),
        get("/style.css").with("range", "bytes=-5"),
        get("/members/page"),
        get("/members/page").with("accept", "text/html"),
        get("/members/page").with("authorization", "Basic"),
        get("/members/page").with("authorization", "Basic !!!"),
        get("/members/page").with("authorization", "Bearer 4f2a"),
        get("/account/page"),
        get("/account/page").with("accept", "text/html"),
        get("/account/page").with("accept", "application/json"),
        get("/vault/page"),
        get("/vault/page").with("accept", "text/html"),
        get("//members/page"),
        get("/%6dembers/page"),
        get("/x/../members/page"),
        get("/members%2fpage"),
        get("/%00"),
        get("/%ff%fe"),
        get("/a\\b"),
        get("/%"),
        get("/login?next=/account/page").with("accept", "text/html"),
    ];
    let heads: Vec<_> = table.iter().map(Question::of_head).collect();
    table.extend(heads);
    for coding in [
        "gzip",
        "br, GZIP;q=0.5",
        "*;q=1, identity;q=0",
        "gzip;q=0",
        ";;,gzip;q=x",
    ] {
        let pages = [
            "/small",
            "/large",
            "/fixed",
            "/image",
            "/coded",
            "/streamed",
            "/cookies",
            "/files/page.html",
        ];
        let coded = |path| get(path).with("accept-encoding", coding).gives(200);
        table.extend(pages.map(coded));
        table.extend(pages.map(|path| coded(path).of_head()));
        table.push(get("/style.css").with("accept-encoding", coding));
        table.push(get("/nowhere").with("accept-encoding", coding).gives(404));
        table.push(get("/empty").with("accept-encoding", coding).gives(204));
        let again = get("/files/page.html").with("accept-encoding", coding);
        table.push(again.clone().with("if-none-match", "*").gives(304));
        table.push(again.with("range", "bytes=0-1999").gives(206));
    }
    table.extend([
        Question::post(&at("/echo"), "text/plain", "ping, and pong").gives(200),
        Question::post(&at("/small"), "text/plain", "ping").gives(405),
        Question::post(&at("/files/page.html"), "text/plain", "ping").gives(405),
        Question::post(&at("/style.css"), "text/plain", "ping"),
        Question::post(&at("/login"), FORM, "username=ada&password=plywood"),
        Question::post(&at("/login"), FORM, "username=ada&password=wrong"),
        Question::post(&at("/login"), FORM, "%%%&=&username"),
        Question::post(&at("/login"), "text/plain", "ada"),
        Question::post(&at("/logout"), FORM, ""),
        Question::post(&at("/members/page"), "text/plain", "ping"),
        Question::new(Method::PUT, &at("/login")),
        Question::new(Method::DELETE, &at("/logout")),
        Question::new(Method::OPTIONS, &at("/small")).gives(204),
        Question::new(Method::OPTIONS, "*"),
        Question::new("FROBNICATE".parse().unwrap(), &at("/small")).gives(405),
    ]);
    // What cannot be written as a target at all, no server hands on.
    table.retain(|question| question.target.parse::<http::Uri>().is_ok());
    table
}
