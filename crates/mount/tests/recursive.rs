//! Forwards and includes, between two lints.

#![allow(clippy::unwrap_used, reason = "a failed test says where by itself")]

use http::{Method, Request, Response, StatusCode, header::SET_COOKIE};
use http_body_util::BodyExt;
use plywood_core::{AnyService, Body, BoxError, Failure, MatchedRoute, Mount, Witness};
use plywood_lint::LintLayer;
use plywood_mount::{
    Mounts, RecursionError, RecursionErrorKind, RecursiveLayer, forward, forwarded_from, include,
};
use plywood_test::{Client, harness::RoughBody};
use tower::{Layer, Service, ServiceExt, service_fn};

async fn text(response: Response<Body>) -> String {
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Goes on as its path says.
async fn pages(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let (path, query) = (
        request.uri().path().to_owned(),
        request.uri().query().map(str::to_owned),
    );
    match path.as_str() {
        // To where the query says.
        "/to" => Ok(forward(&query.unwrap(), request)),
        "/cookie" => {
            let mut response = forward("/set", request);
            response
                .headers_mut()
                .insert(SET_COOKIE, "a=1; Path=/".parse()?);
            Ok(response)
        }
        "/set" => Ok(Response::builder()
            .header(SET_COOKIE, "b=2; Path=/")
            .body(Body::empty())?),
        "/again" => {
            let n: u32 = query.as_deref().unwrap_or("0").parse()?;
            Ok(forward(&format!("/again?{}", n + 1), request))
        }
        "/with" => match include(&request, &query.unwrap()).await {
            Ok(response) => {
                let status = response.status();
                Ok(Response::new(
                    format!("[{status} {}]", text(response).await).into(),
                ))
            }
            Err(error) => Ok(Response::new(
                format!("[{:?} {error}]", error.kind()).into(),
            )),
        },
        "/fails" => Err("it failed".into()),
        _ => {
            let from = forwarded_from(&request)
                .map(ToString::to_string)
                .unwrap_or_default();
            let mount = Mount::of(&request);
            let head = format!(
                "{} {}|{} from {from}: ",
                request.method(),
                mount.prefix(),
                request.uri()
            );
            Ok(Response::new(
                (head + &text(Response::new(request.into_body())).await).into(),
            ))
        }
    }
}

fn app() -> AnyService {
    let inner = LintLayer::new().layer(service_fn(pages));
    AnyService::new(RecursiveLayer::new().layer(inner))
}

async fn get(target: &str) -> Response<Body> {
    let request = Request::get(target).body(Body::empty()).unwrap();
    app().oneshot(request).await.unwrap()
}

fn kind(response: &Response<Body>) -> RecursionErrorKind {
    let reason = Failure::of(response).unwrap().reason();
    reason.downcast_ref::<RecursionError>().unwrap().kind()
}

#[tokio::test]
async fn a_forward_is_the_answer_of_another_target() {
    let client = Client::new(app());
    client
        .get("/to?/page")
        .await
        .expect_text("GET |/page from /to?/page: ");
    client
        .get("/to?/page?q=1&r=2")
        .await
        .expect_text("GET |/page?q=1&r=2 from /to?/page?q=1&r=2: ");
    client
        .get("/to?/to?/page")
        .await
        .expect_text("GET |/page from /to?/page: ");
    client.get("/page").await.expect_text("GET |/page from : ");
}

#[tokio::test]
async fn its_method_and_its_body_go_with_it() {
    let body = RoughBody::new("the whole body").pieces(3).delays(2);
    let request = Request::put("/to?/page").body(Body::new(body)).unwrap();
    let response = app().oneshot(request).await.unwrap();
    assert_eq!(
        text(response).await,
        "PUT |/page from /to?/page: the whole body"
    );
}

#[tokio::test]
async fn cookies_that_were_set_on_the_way_stay_set() {
    let response = get("/cookie").await;
    let cookies: Vec<_> = response.headers().get_all(SET_COOKIE).iter().collect();
    assert_eq!(cookies, ["a=1; Path=/", "b=2; Path=/"]);
}

#[tokio::test]
async fn a_loop_is_told_and_so_is_what_goes_on_and_on() {
    assert_eq!(get("/again").await.status(), StatusCode::LOOP_DETECTED);
    let request = Request::get("/a").body(Body::empty()).unwrap();
    let round = service_fn(|request: Request<Body>| async move {
        let target = if request.uri() == "/a" { "/b" } else { "/a" };
        Ok::<_, BoxError>(forward(target, request))
    });
    let response = RecursiveLayer::new()
        .layer(round)
        .oneshot(request)
        .await
        .unwrap();
    assert_eq!(kind(&response), RecursionErrorKind::Loop);
    assert_eq!(kind(&get("/again").await), RecursionErrorKind::TooDeep);

    let request = || Request::get("/to?/to?/page").body(Body::empty()).unwrap();
    for (depth, status) in [(2, 200), (1, 508), (0, 508)] {
        let app = RecursiveLayer::new().depth(depth).layer(service_fn(pages));
        assert_eq!(
            app.oneshot(request()).await.unwrap().status(),
            status,
            "{depth}"
        );
    }
}

#[tokio::test]
async fn a_target_that_is_none_is_our_fault() {
    for target in [
        "/to?page",
        "/to?//page%2f",
        "/to?/a/../b",
        "/to?http://x/",
        "/to?",
    ] {
        let response = get(target).await;
        assert_eq!(
            response.status(),
            StatusCode::INTERNAL_SERVER_ERROR,
            "{target}"
        );
        assert_eq!(kind(&response), RecursionErrorKind::Target, "{target}");
    }
}

#[tokio::test]
async fn without_the_layer_the_answer_says_what_to_add() {
    let request = || Request::get("/to?/page").body(Body::empty()).unwrap();
    let response = pages(request()).await.unwrap();
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(kind(&response), RecursionErrorKind::NoLayer);
    let reason = Failure::of(&response).unwrap().to_string();
    assert!(
        reason.contains("add plywood_mount::RecursiveLayer"),
        "{reason}"
    );
    let error = include(&request(), "/page").await.unwrap_err();
    assert_eq!(
        (error.kind(), error.target()),
        (RecursionErrorKind::NoLayer, "/page")
    );
    assert_eq!(forwarded_from(&request()), None);
}

#[tokio::test]
async fn an_include_is_an_answer_within_an_answer() {
    let client = Client::new(app());
    for (target, expected) in [
        ("/with?/page", "[200 OK GET |/page from /with?/page: ]"),
        (
            "/with?/with?/page",
            "[200 OK [200 OK GET |/page from /with?/page: ]]",
        ),
        ("/with?/to?/page", "[200 OK GET |/page from /to?/page: ]"),
    ] {
        client.get(target).await.expect_text(expected);
    }
    let failed = client.get("/with?/fails").await;
    assert!(failed.text().starts_with("[Failed "), "{}", failed.text());
    // As a loop: the query is the same at the second time.
    let looped = service_fn(|request: Request<Body>| async move {
        let error = include(&request, "/").await;
        Ok::<_, BoxError>(Response::new(match error {
            Ok(inner) => inner.into_body(),
            Err(error) => format!("{:?}", error.kind()).into(),
        }))
    });
    let request = Request::get("/").body(Body::empty()).unwrap();
    let response = RecursiveLayer::new()
        .layer(looped)
        .oneshot(request)
        .await
        .unwrap();
    assert_eq!(text(response).await, "Loop");
}

#[tokio::test]
async fn an_include_is_a_get_of_this_visitor_without_his_body_and_his_conditions() {
    let inner = service_fn(|request: Request<Body>| async move {
        if request.uri() == "/part" {
            assert_eq!(request.method(), Method::GET);
            let names: Vec<_> = request.headers().keys().map(ToString::to_string).collect();
            return Ok::<_, BoxError>(Response::new(names.join(" ").into()));
        }
        let part = include(&request, "/part").await?;
        // The body is still there.
        assert_eq!(text(Response::new(request.into_body())).await, "body");
        Ok(part)
    });
    let request = Request::post("/")
        .header("cookie", "a=1")
        .header("content-length", "4")
        .header("if-none-match", "*")
        .header("accept-encoding", "gzip");
    let app = RecursiveLayer::new().layer(inner);
    let response = app
        .oneshot(request.body(Body::from("body")).unwrap())
        .await
        .unwrap();
    assert_eq!(text(response).await, "cookie");
}

#[tokio::test]
async fn the_log_hears_of_the_page_and_not_of_its_parts() {
    let inner = service_fn(|mut request: Request<Body>| async move {
        MatchedRoute::new(request.uri().path()).leave(&mut request);
        if request.uri() == "/page" {
            include(&request, "/part").await?;
        }
        Ok::<_, BoxError>(Response::new(Body::empty()))
    });
    let mut request = Request::get("/page").body(Body::empty()).unwrap();
    let witness = Witness::call(&mut request);
    RecursiveLayer::new()
        .layer(inner)
        .oneshot(request)
        .await
        .unwrap();
    assert_eq!(witness.route().unwrap().pattern(), "/page");
}

#[tokio::test]
async fn targets_are_those_of_the_site_wherever_the_layer_and_the_handler_stand() {
    // The layer stands at /a b, the handler at /a b/c.
    let handlers = Mounts::<BoxError>::new();
    handlers.mount("/c", service_fn(pages)).unwrap();
    handlers.fallback(service_fn(pages));
    let site = Mounts::<BoxError>::new();
    site.mount("/a b", RecursiveLayer::new().layer(handlers))
        .unwrap();
    let client = Client::new(site);
    for (target, expected) in [
        (
            "/a%20b/c/to?/a%20b/c/page?q",
            "GET /a%20b/c|/page?q from /c/to?/a%20b/c/page?q: ",
        ),
        (
            "/a%20b/c/to?/a%20b/page",
            "GET /a%20b|/page from /c/to?/a%20b/page: ",
        ),
        (
            "/a%20b/c/with?/a%20b/page",
            "[200 OK GET /a%20b|/page from /c/with?/a%20b/page: ]",
        ),
    ] {
        client.get(target).await.expect_text(expected);
    }
    let reply = client.get("/a%20b/c/to?/elsewhere").await;
    assert_eq!(reply.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(
        kind_of_include(&client, "/a%20b/c/with?/elsewhere").await,
        "OutsideMount"
    );
}

async fn kind_of_include(client: &Client, target: &str) -> String {
    let reply = client.get(target).await;
    reply
        .text()
        .trim_start_matches('[')
        .split(' ')
        .next()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn the_nearest_layer_takes_it_and_a_layer_twice_does_not_hurt() {
    let twice = RecursiveLayer::new().layer(app());
    let request = Request::get("/to?/with?/page").body(Body::empty()).unwrap();
    let response = twice.oneshot(request).await.unwrap();
    assert_eq!(
        text(response).await,
        "[200 OK GET |/page from /with?/page: ]"
    );
}

#[tokio::test]
async fn the_errors_of_the_inner_service_are_its_own() {
    for target in ["/fails", "/to?/fails"] {
        let request = Request::get(target).body(Body::empty()).unwrap();
        let error = app().oneshot(request).await.unwrap_err();
        assert_eq!(error.to_string(), "it failed");
    }
}

#[tokio::test]
async fn the_service_that_was_ready_is_called_and_the_next_one_awaited() {
    let limited = tower::limit::ConcurrencyLimit::new(service_fn(pages), 1);
    let mut app = RecursiveLayer::new().layer(limited);
    for _ in 0..3 {
        let request = Request::get("/to?/page").body(Body::empty()).unwrap();
        let response = ServiceExt::<Request<Body>>::ready(&mut app)
            .await
            .unwrap()
            .call(request)
            .await
            .unwrap();
        assert_eq!(response.status(), StatusCode::OK);
    }
}
