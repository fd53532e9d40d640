//! What is known to be wrong in other people's layers: the lint must find it, and must find nothing in ours for the same requests.
//!
//! It shows that the lint can fail where nobody has prepared a fault for it. When one of these is mended upstream, its test fails: take
//! it out then.

#![expect(clippy::unwrap_used, reason = "a test may")]

use std::{
    convert::Infallible,
    fs,
    future::ready,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use http::request::Builder;
use http_body::Frame;
use http_body_util::{BodyExt, Full, StreamBody};
use plywood::prelude::*;
use plywood_lint::{LintLayer, Rule, rule};
use tower_http::services::ServeDir;
use tower_sessions::{MemoryStore as Theirs, SessionManagerLayer, cookie};

const LINE: &str = "a page that compresses well\n";

/// Asks `peer` one request after the other, and tells which rules it broke.
async fn broken<S>(peer: S, requests: &[fn() -> Builder]) -> Vec<Rule>
where
    S: HttpService<Body, ResBody: HttpBody, Error: Into<BoxError>>,
{
    let broken = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&broken);
    let lint = LintLayer::reporting(move |fault| sink.lock().unwrap().push(*fault.rule()));
    let peer = lint.strict().layer(peer);
    for request in requests {
        let request = request().body(Body::empty()).unwrap();
        let answer = peer.clone().oneshot(request).await.map_err(Into::into);
        answer
            .unwrap()
            .into_body()
            .collect()
            .await
            .map_err(Into::into)
            .unwrap();
    }
    let broken = broken.lock().unwrap();
    broken.clone()
}

/// Breaks `peer` this rule? And `ours` none at all?
async fn tells_apart<P, O>(expected: Rule, peer: P, ours: O, requests: &[fn() -> Builder])
where
    P: HttpService<Body, ResBody: HttpBody, Error: Into<BoxError>>,
    O: HttpService<Body, ResBody: HttpBody, Error: Into<BoxError>>,
{
    let found = broken(peer, requests).await;
    assert!(
        found.contains(&expected),
        "{expected} is not among {found:?}"
    );
    let found = broken(ours, requests).await;
    assert!(found.is_empty(), "ours: {found:?}");
}

/// A folder with a page in it, and the page compressed beside it, of a date that has passed.
fn folder() -> PathBuf {
    let folder = tempfile::tempdir().unwrap().keep();
    let put = |name: &str, text: String| {
        let path = folder.join(name);
        fs::write(&path, text).unwrap();
        let file = fs::File::options().append(true).open(path).unwrap();
        file.set_modified(std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000))
            .unwrap();
    };
    put("page.html", LINE.repeat(500));
    put("page.html.gz", "not looked into".repeat(20));
    fs::create_dir(folder.join("sub")).unwrap();
    put("sub/index.html", "below".to_owned());
    folder
}

fn compressed<S>(service: S) -> tower_http::compression::Compression<S> {
    tower_http::compression::CompressionLayer::new().layer(service)
}

fn files(folder: &Path) -> Files {
    Files::new(folder).unwrap()
}

fn plain() -> Builder {
    Request::get("/page.html")
}

fn gzip() -> Builder {
    plain().header("accept-encoding", "gzip")
}

fn fresh() -> Builder {
    gzip().header("if-modified-since", "Fri, 01 Jan 2100 00:00:00 GMT")
}

/// A service that answers every request with this.
fn answering(
    response: impl Fn() -> Response<Body> + Clone + Send + 'static,
) -> impl HttpService<Body, ResBody = Body, Error = Infallible, Future: Send> {
    service_fn(move |_: Request<Body>| ready(Ok(response())))
}

#[tokio::test]
async fn a_strong_tag_on_plain_and_compressed_bytes() {
    let folder = folder();
    let peer = compressed(ServeDir::new(&folder));
    let ours = CompressionLayer::new().layer(files(&folder));
    tells_apart(rule::STRONG_ETAG, peer, ours, &[plain, gzip]).await;
}

#[tokio::test]
async fn a_304_without_the_vary_of_the_200() {
    let folder = folder();
    let peer = compressed(ServeDir::new(&folder));
    let ours = CompressionLayer::new().layer(files(&folder));
    tells_apart(rule::VARY_STAYS, peer, ours, &[gzip, fresh]).await;

    let peer = ServeDir::new(&folder).precompressed_gzip();
    let ours = CompressionLayer::new().layer(files(&folder));
    tells_apart(rule::VARY_STAYS, peer, ours, &[gzip, fresh]).await;
}

#[tokio::test]
async fn a_part_of_another_version_than_the_client_has() {
    let folder = folder();
    let requests: &[fn() -> Builder] = &[
        || {
            plain()
                .header("range", "bytes=0-9")
                .header("if-range", "\"other\"")
        },
        || {
            let date = "Fri, 01 Jan 2010 00:00:00 GMT";
            plain()
                .header("range", "bytes=0-9")
                .header("if-range", date)
        },
    ];
    for request in requests {
        let (peer, ours) = (ServeDir::new(&folder), files(&folder));
        tells_apart(rule::PARTIAL_ON_REQUEST, peer, ours, &[*request]).await;
    }
}

#[tokio::test]
async fn a_204_that_is_compressed() {
    let nothing = || {
        answering(|| {
            let frames = futures_util::stream::empty::<Result<Frame<_>, BoxError>>();
            let mut response = Response::new(Body::new(StreamBody::new(frames)));
            *response.status_mut() = StatusCode::NO_CONTENT;
            response
        })
    };
    for expected in [rule::NOTHING_IS_ENCODED, rule::NO_CONTENT] {
        let (peer, ours) = (
            compressed(nothing()),
            CompressionLayer::new().layer(nothing()),
        );
        tells_apart(expected, peer, ours, &[gzip]).await;
    }
}

#[tokio::test]
async fn a_digest_of_other_bytes_than_are_sent() {
    let page = || {
        answering(|| {
            // The digest is of the plain page.
            let page = Response::builder()
                .header("content-type", "text/plain")
                .header(
                    "content-digest",
                    "sha-256=:aEtf8m6gVMLEohFXjxtRtYZsafwAZj/NaN6vRRchz+c=:",
                );
            page.body(LINE.repeat(500).into()).unwrap()
        })
    };
    let (peer, ours) = (compressed(page()), CompressionLayer::new().layer(page()));
    tells_apart(rule::DIGEST_IS_TRUE, peer, ours, &[gzip]).await;
}

#[tokio::test]
async fn a_way_to_a_folder_that_leaves_the_mount() {
    let mounted = || {
        let mut request = Request::get("/shop/sub").body(()).unwrap();
        assert!(Mount::enter(&mut request, "/shop").unwrap());
        Request::get(request.uri().clone()).extension(Mount::of(&request))
    };
    let folder = folder();
    let (peer, ours) = (ServeDir::new(&folder), files(&folder));
    tells_apart(rule::LOCATION_IN_MOUNT, peer, ours, &[mounted]).await;
}

/// A page that was meant for everybody.
fn public() -> Response<Body> {
    let page = Response::builder()
        .header("content-type", "text/plain")
        .header("cache-control", "public, max-age=60");
    page.body("welcome".into()).unwrap()
}

/// Writes a session of theirs into that page.
fn visited(
    layer: impl FnOnce(SessionManagerLayer<Theirs>) -> SessionManagerLayer<Theirs>,
) -> impl HttpService<Body, ResBody = Body, Error = Infallible> {
    let service = service_fn(async |request: Request<Body>| {
        let session = request
            .extensions()
            .get::<tower_sessions::Session>()
            .unwrap();
        session.insert("visited", true).await.unwrap();
        Ok::<_, Infallible>(public())
    });
    layer(SessionManagerLayer::new(Theirs::default())).layer(service)
}

/// The same with a session of ours.
fn visited_ours(
    layer: impl FnOnce(SessionLayer) -> SessionLayer,
) -> impl HttpService<Body, ResBody = Body, Error = Infallible> {
    let service = service_fn(async |request: Request<Body>| {
        Session::of(&request)
            .unwrap()
            .insert("visited", true)
            .unwrap();
        Ok::<_, Infallible>(public())
    });
    let service = layer(SessionLayer::new(MemoryStore::new())).layer(service);
    service.map_response(|response| response.map(Body::new))
}

#[tokio::test]
async fn a_session_that_a_shared_cache_hands_on() {
    let (peer, ours) = (visited(|layer| layer), visited_ours(|layer| layer));
    tells_apart(rule::COOKIE_IS_PRIVATE, peer, ours, &[plain]).await;
}

#[tokio::test]
async fn a_session_cookie_that_every_browser_drops() {
    let peer = visited(|layer| {
        layer
            .with_secure(false)
            .with_same_site(cookie::SameSite::None)
    });
    let ours = visited_ours(|layer| layer.same_site(plywood::session::SameSite::None));
    tells_apart(rule::COOKIE_SECURE, peer, ours, &[plain]).await;

    let peer = visited(|layer| layer.with_secure(false).with_name("__Host-sid"));
    let ours = visited_ours(|layer| layer);
    tells_apart(rule::COOKIE_PREFIX, peer, ours, &[plain]).await;
}

#[tokio::test]
async fn a_401_without_a_challenge() {
    #[expect(deprecated, reason = "it is still there")]
    let bearer = tower_http::validate_request::ValidateRequestHeaderLayer::bearer("4f2a");
    let peer = bearer.layer(service_fn(async |_: Request<Body>| {
        Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
    }));
    let ours = BasicAuthLayer::new(|_: &str, _: &str| None).layer(answering(public));
    tells_apart(rule::CHALLENGE, peer, ours, &[plain]).await;
}
