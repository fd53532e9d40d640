//! Pages that the same service answers at another path.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use futures_util::{FutureExt, StreamExt, stream};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use plywood_core::{Body, BoxError, Client, Mount};
use plywood_error::HttpError;
use plywood_error_pages::{ErrorDocument, ErrorDocumentsLayer, ErrorPagesLayer, Statuses};
use plywood_lint::LintLayer;
use tokio::{task::yield_now, time::Instant};
use tower::{Layer, ServiceBuilder, ServiceExt, service_fn, util::BoxCloneSyncService};

use crate::{App, ask, ending::Unmeasured, get};

fn answer(status: u16, fields: &[(&str, &str)], body: impl Into<Body>) -> Response<Body> {
    let response = fields.iter().fold(
        Response::builder().status(status),
        |response, (name, value)| response.header(*name, *value),
    );
    response.body(body.into()).unwrap()
}

/// A site with pages for its errors.
async fn site(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let html = ("content-type", "text/html; charset=utf-8");
    Ok(match request.uri().path() {
        "/errors/lost" => {
            let about = ErrorDocument::of(&request).unwrap();
            assert_eq!(request.method(), Method::GET);
            assert!(!request.headers().contains_key("if-none-match"));
            assert!(!request.headers().contains_key("content-length"));
            let (status, path) = (about.status().as_u16(), about.path().unwrap());
            let says = about.detail().unwrap_or("nothing");
            let who = &request.headers()["cookie"];
            let ip = Client::of(&request).and_then(Client::ip).unwrap();
            let query = request.uri().query().unwrap_or_default();
            let page = format!("{status} {path} {says} {who:?} {ip} {query}");
            let fields = [
                html,
                ("set-cookie", "seen=1"),
                ("etag", "\"lost\""),
                ("last-modified", "Sat, 21 Nov 2026 14:49:43 GMT"),
                ("cache-control", "max-age=31536000, immutable"),
                ("expires", "Sun, 21 Nov 2027 14:49:43 GMT"),
                ("accept-ranges", "bytes"),
                ("allow", "GET, HEAD"),
                ("x-page", "lost"),
            ];
            answer(200, &fields, page)
        }
        "/errors/stream" => {
            let frames = ["a", "b"].map(|text| Ok::<_, BoxError>(Frame::data(Bytes::from(text))));
            answer(
                200,
                &[html],
                Body::new(StreamBody::new(stream::iter(frames))),
            )
        }
        "/errors/empty" => answer(200, &[html], ""),
        "/errors/moved" => answer(302, &[("location", "/errors/lost")], ""),
        "/errors/panics" => panic!("no ink"),
        "/errors/fails" => return Err("no paper".into()),
        "/errors/hangs" => std::future::pending().await,
        "/errors/slow" => {
            tokio::time::sleep(Duration::from_secs(9)).await;
            answer(200, &[html], "at last")
        }
        "/errors/later" => {
            yield_now().await;
            answer(200, &[html], "later")
        }
        "/errors/mounted" => {
            let mount = Mount::of(&request);
            answer(
                200,
                &[html],
                mount.original_uri(request.uri()).path().to_owned(),
            )
        }
        "/405" => answer(
            405,
            &[("allow", "PUT"), ("set-cookie", "a=b"), ("x-page", "in")],
            "",
        ),
        "/502" => answer(502, &[], ""),
        "/501" => answer(501, &[], ""),
        "/cookie" => answer(404, &[("set-cookie", "seen=new; Path=/")], ""),
        "/503" => answer(503, &[("retry-after", "9")], ""),
        "/504" => answer(504, &[], ""),
        "/sold" => return Err(HttpError::gone().detail("Sold.").because("secret").into()),
        "/err" => return Err("secret".into()),
        "/own" => answer(404, &[html], "mine"),
        "/fine" => answer(200, &[], "fine"),
        _ => answer(404, &[], ""),
    })
}

fn app() -> App {
    let documents = ErrorDocumentsLayer::new(ErrorPagesLayer::new())
        .document(StatusCode::NOT_IMPLEMENTED, "/errors/empty")
        .document(StatusCode::BAD_GATEWAY, "/errors/panics")
        .document(StatusCode::SERVICE_UNAVAILABLE, "/errors/moved")
        .document(StatusCode::GATEWAY_TIMEOUT, "/errors/fails")
        .document(Statuses::ALL, "/errors/lost?lang=en");
    around(documents)
}

fn around(documents: ErrorDocumentsLayer) -> App {
    let app = ServiceBuilder::new()
        .map_response(|response: Response<_>| response.map(Body::new))
        .layer(LintLayer::new())
        .layer(documents)
        .layer(LintLayer::new())
        .service_fn(site);
    BoxCloneSyncService::new(app)
}

fn visit(target: &str) -> Request<Body> {
    let mut request = get(target, "text/html");
    for (name, value) in [("cookie", "sid=1"), ("if-none-match", "*")] {
        let value = HeaderValue::from_static(value);
        request.headers_mut().insert(name, value);
    }
    let client = Client::tcp(([192, 0, 2, 7], 40312).into());
    request.extensions_mut().insert(client);
    request
}

#[tokio::test]
async fn the_document_is_worn_with_the_status_and_what_belongs_to_it() {
    let worn = ask(app(), visit("/405?token=secret")).await;
    assert_eq!(worn.status, 405);
    assert_eq!(worn.text, "405 /405 nothing \"sid=1\" 192.0.2.7 lang=en");
    assert_eq!(worn.header("allow"), Some("PUT"));
    assert_eq!(worn.header("x-page"), Some("lost"));
    assert_eq!(worn.header("cache-control"), Some("no-store"));
    let cookies: Vec<_> = worn.headers.get_all("set-cookie").iter().collect();
    assert_eq!(cookies, ["a=b", "seen=1"]);
    for gone in ["etag", "last-modified", "expires", "accept-ranges"] {
        assert_eq!(worn.header(gone), None, "{gone}");
    }
    assert_eq!(
        worn.header("content-length"),
        Some(&*worn.text.len().to_string())
    );
}

#[tokio::test]
async fn of_cookies_of_one_name_that_of_the_answer_is_set() {
    let worn = ask(app(), visit("/cookie")).await;
    let cookies: Vec<_> = worn.headers.get_all("set-cookie").iter().collect();
    assert_eq!(cookies, ["seen=new; Path=/"]);
}

#[tokio::test]
async fn an_error_and_a_body_of_a_method_other_than_get_lead_to_a_document_too() {
    let sold = ask(app(), visit("/sold")).await;
    assert_eq!(sold.status, 410);
    assert!(sold.text.starts_with("410 /sold Sold. "), "{}", sold.text);

    let mut post = visit("/err");
    *post.method_mut() = Method::POST;
    *post.body_mut() = "a=b".into();
    let length = HeaderValue::from_static("3");
    post.headers_mut().insert("content-length", length);
    let failed = ask(app(), post).await;
    assert_eq!(failed.status, 500);
    assert!(
        failed.text.starts_with("500 /err nothing "),
        "{}",
        failed.text
    );
}

#[tokio::test]
async fn a_document_that_is_not_answered_by_200_or_is_empty_is_replaced_by_the_built_in_page() {
    for (target, status) in [("/501", 501), ("/502", 502), ("/503", 503), ("/504", 504)] {
        let answer = ask(app(), visit(target)).await;
        assert_eq!(answer.status, status);
        assert!(
            answer.text.starts_with("<!doctype html>"),
            "{}",
            answer.text
        );
        assert_eq!(answer.header("location"), None);
        assert_eq!(answer.header("retry-after"), (status == 503).then_some("9"));
    }
}

#[tokio::test]
async fn a_document_that_is_not_there_does_not_lead_to_another() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let nothing = service_fn(move |_: Request<Body>| {
        count.fetch_add(1, Ordering::Relaxed);
        async { Ok::<_, Infallible>(answer(404, &[], "")) }
    });
    let documents = || {
        let pages = ErrorDocumentsLayer::new(ErrorPagesLayer::new());
        pages.document(Statuses::ALL, "/lost")
    };
    let layers = ServiceBuilder::new()
        .map_response(|response: Response<_>| response.map(Body::new))
        .layer(documents())
        .layer(documents());
    let app = BoxCloneSyncService::new(layers.service(nothing));
    let answer = ask(app, visit("/nowhere")).await;
    assert_eq!(answer.status, 404);
    assert!(answer.text.starts_with("<!doctype html>"));
    // The inner layer has made the page, so the outer one has nothing to ask for.
    assert_eq!(asked.load(Ordering::Relaxed), 2);
}

#[tokio::test(start_paused = true)]
async fn a_document_that_does_not_come_is_not_waited_for_without_end() {
    for (documents, seconds) in [
        (ErrorDocumentsLayer::new(ErrorPagesLayer::new()), 10),
        (
            ErrorDocumentsLayer::new(ErrorPagesLayer::new()).timeout(Duration::from_secs(1)),
            1,
        ),
    ] {
        let app = around(documents.document(Statuses::ALL, "/errors/hangs"));
        let start = Instant::now();
        let answer = ask(app, visit("/405")).await;
        assert_eq!(start.elapsed().as_secs(), seconds);
        assert_eq!(answer.status, 405);
        assert_eq!(answer.header("allow"), Some("PUT"));
        assert!(answer.text.starts_with("<!doctype html>"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_document_that_takes_a_while_is_waited_for() {
    let documents = ErrorDocumentsLayer::new(ErrorPagesLayer::new());
    let app = around(documents.document(Statuses::ALL, "/errors/slow"));
    assert_eq!(ask(app, visit("/nowhere")).await.text, "at last");
}

#[test]
fn without_a_clock_a_document_that_takes_a_while_is_waited_for() {
    let documents = || {
        let pages = ErrorDocumentsLayer::new(ErrorPagesLayer::new());
        around(pages.document(Statuses::ALL, "/errors/later"))
    };
    let clockless = tokio::runtime::Builder::new_current_thread().build();
    let answer = clockless
        .unwrap()
        .block_on(ask(documents(), visit("/nowhere")));
    assert_eq!(answer.text, "later");
    let answer = ask(documents(), visit("/nowhere")).now_or_never();
    assert!(answer.is_none());
}

#[tokio::test]
async fn a_document_that_panics_when_it_is_asked_how_long_it_is_is_replaced() {
    let app = ErrorDocumentsLayer::new(ErrorPagesLayer::new())
        .document(Statuses::ALL, "/unmeasured")
        .layer(service_fn(|request: Request<Body>| async move {
            match request.uri().path() {
                "/unmeasured" => Ok::<_, Infallible>(Response::new(Body::new(Unmeasured::ItsEnd))),
                _ => Ok(answer(404, &[], "")),
            }
        }));
    let Ok(response) = app.oneshot(visit("/")).await;
    assert_eq!(response.status(), 404);
    let page = response.into_body().collect().await.unwrap().to_bytes();
    assert!(page.starts_with(b"<!doctype html>"));
}

#[tokio::test]
async fn who_reads_no_html_and_what_has_a_body_gets_no_document() {
    let mut json = visit("/nowhere");
    let accept = HeaderValue::from_static("application/json");
    json.headers_mut().insert("accept", accept);
    assert_eq!(ask(app(), json).await.json()["status"], 404);
    assert_eq!(ask(app(), visit("/own")).await.text, "mine");
    assert_eq!(ask(app(), visit("/fine")).await.text, "fine");
}

#[tokio::test]
async fn head_gets_the_head_that_get_would_get() {
    let of_get = ask(app(), visit("/405")).await;
    let mut head = visit("/405");
    *head.method_mut() = Method::HEAD;
    let of_head = ask(app(), head).await;
    assert_eq!(of_head.headers, of_get.headers);
    assert_eq!((of_head.status, &*of_head.text), (405, ""));
}

#[tokio::test]
async fn a_document_may_stream() {
    let documents = ErrorDocumentsLayer::new(ErrorPagesLayer::new());
    let app = around(documents.document(Statuses::ALL, "/errors/stream"));
    let answer = ask(app, visit("/nowhere")).await;
    assert_eq!((answer.status, &*answer.text), (404, "ab"));
    assert_eq!(answer.header("content-length"), None);
}

#[tokio::test]
async fn below_a_mount_the_document_is_one_of_the_mounted_service() {
    let documents = ErrorDocumentsLayer::new(ErrorPagesLayer::new());
    let app = documents.document(Statuses::ALL, "/errors/mounted");
    let mut request = visit("/shop/nowhere");
    assert!(Mount::enter(&mut request, "/shop").unwrap());
    let answer = ask(around(app), request).await;
    assert_eq!((answer.status, &*answer.text), (404, "/shop/nowhere"));
}

#[tokio::test]
async fn a_panic_in_the_document_s_body_breaks_the_answer_off() {
    let app = ServiceBuilder::new()
        .layer(ErrorDocumentsLayer::new(ErrorPagesLayer::new()).document(Statuses::ALL, "/lost"))
        .service(service_fn(|request: Request<Body>| async move {
            let frames =
                stream::iter([1]).map(|_| -> Result<Frame<Bytes>, BoxError> { panic!("ink") });
            Ok::<_, Infallible>(match request.uri().path() {
                "/lost" => Response::new(Body::new(StreamBody::new(frames))),
                _ => answer(404, &[], ""),
            })
        }));
    let Ok(response) = app.oneshot(visit("/")).await;
    assert_eq!(response.status(), 404);
    let error = response.into_body().collect().await.unwrap_err();
    assert_eq!(error.to_string(), "panicked: ink");
}

#[test]
#[should_panic(expected = "\"lost\" is no path that begins with a slash")]
fn a_document_that_cannot_be_is_refused_when_the_layer_is_made() {
    let _ = ErrorDocumentsLayer::new(ErrorPagesLayer::new()).document(Statuses::ALL, "lost");
}
