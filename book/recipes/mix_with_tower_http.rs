//! Mix with tower-http.

// ANCHOR: app
use std::time::Duration;

use http_body_util::{BodyExt, LengthLimitError};
use plywood::{
    core::sheet::{Act, Onion, Sheet},
    doctor,
    doctor::tower_http as theirs,
    prelude::*,
};
use tower_http::{
    cors::CorsLayer,
    limit::RequestBodyLimitLayer,
    map_request_body::MapRequestBodyLayer,
    normalize_path::NormalizePathLayer,
    request_id::{self, MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
    set_header::SetResponseHeaderLayer,
    timeout::TimeoutLayer,
    trace::TraceLayer,
};

/// The id that tower-http made, in the word by which the error pages know it.
fn named(mut request: Request<Body>) -> Request<Body> {
    let id = request.extensions().get::<request_id::RequestId>();
    if let Some(id) = id.map(|id| RequestId::new(id.header_value().clone())) {
        request.extensions_mut().insert(id);
    }
    request
}

fn app(patience: Duration) -> Result<(App, Onion), BoxError> {
    let shop = "https://shop.example".parse::<HeaderValue>()?;
    let cors = CorsLayer::new()
        .allow_origin(shop)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE]);
    let nosniff = SetResponseHeaderLayer::if_not_present(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    let late = StatusCode::GATEWAY_TIMEOUT;

    let log = AccessLogLayer::new(Lines::stdout());
    let pages = ErrorPagesLayer::new();
    let compression = CompressionLayer::new();
    let login = BasicAuthLayer::new(|name: &str, password: &str| {
        (name == "ada" && password == "plywood").then(|| Identity::new(name))
    })
    .below("/notes");
    let site = Dispatch::<BoxError>::builder()
        .post("/notes", note)
        .get("/report", report)
        .build()?;

    let onion = doctor(&[
        &Sheet::new("SetRequestIdLayer").leaves::<RequestId>(),
        &log,
        &theirs::normalize_path(),
        &theirs::set_response_header(),
        &theirs::cors(),
        &pages,
        &compression,
        &Sheet::new("RequestBodyLimitLayer").acts(Act::Refuses),
        &Sheet::new("TimeoutLayer").acts(Act::Refuses),
        &login,
    ]);
    let stack = ServiceBuilder::new()
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
        .layer(PropagateRequestIdLayer::x_request_id())
        .map_request(named)
        .layer(TraceLayer::new_for_http())
        .layer(log)
        .layer(NormalizePathLayer::trim_trailing_slash())
        .layer(nosniff)
        .layer(cors)
        .layer(pages)
        .layer(compression)
        .layer(RequestBodyLimitLayer::new(10_000))
        .layer(MapRequestBodyLayer::new(Body::new))
        .layer(TimeoutLayer::with_status_code(late, patience))
        .layer(login)
        .service(site);
    Ok((plywood::app(stack), onion))
}
// ANCHOR_END: app

// ANCHOR: handlers
async fn note(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    match request.into_body().collect().await {
        Ok(note) => text(format!("{} bytes\n", note.to_bytes().len())),
        Err(error) if error.is::<LengthLimitError>() => {
            let response = Response::builder().status(413);
            Ok(response.body(Body::empty())?)
        }
        Err(error) => Err(error),
    }
}

/// Waits for a machine that does not answer.
async fn report(_: Request<Body>) -> Result<Response<Body>, BoxError> {
    std::future::pending::<()>().await;
    text(String::new())
}

fn text(text: String) -> Result<Response<Body>, BoxError> {
    let response =
        Response::builder().header("content-type", "text/plain; charset=utf-8");
    Ok(response.body(text.into())?)
}
// ANCHOR_END: handlers

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let (app, onion) = app(Duration::from_secs(30))?;
    print!("{onion}");
    let listener = Listener::bind("127.0.0.1:8000").await?;
    Ok(Server::new(listener).serve(app).await?)
}
// ANCHOR_END: main

// ANCHOR: test
#[cfg(test)]
mod tests {
    use plywood_test::{Client, Reply, RequestBuilder, harness::RoughBody};

    use super::*;

    const SHOP: (&str, &str) = ("origin", "https://shop.example");

    fn client(patience: Duration) -> Client {
        let (app, onion) = app(patience).unwrap();
        assert!(onion.advice().is_empty(), "{onion}");
        Client::new(app).header(SHOP.0, SHOP.1)
    }

    fn patient() -> Client {
        client(Duration::from_secs(30))
    }

    /// What is on every answer, whoever gave it.
    async fn marked(request: RequestBuilder) -> Reply {
        let reply = request.await.any_status();
        assert_eq!(reply.header("x-request-id").len(), 36);
        let reply = reply.expect_header("x-content-type-options", "nosniff");
        reply.expect_header("access-control-allow-origin", SHOP.1)
    }

    #[tokio::test]
    async fn a_preflight_needs_no_password() {
        let ask = patient()
            .options("/notes")
            .header("access-control-request-method", "POST");
        let reply = marked(ask).await.expect_status(200);
        reply.expect_header("access-control-allow-methods", "GET,POST");
    }

    #[tokio::test]
    async fn a_page_of_the_shop_can_read_a_refusal() {
        let client = patient();
        let note = client.post("/notes").body("a note");
        let reply = marked(note.header("accept", "application/json")).await;
        let reply = reply.expect_status(401);
        // The problem tells the id that the header tells.
        let id = reply.header("x-request-id").to_owned();
        reply.expect_text_contains(&id);
        marked(client.get("/none")).await.expect_status(404);
    }

    #[tokio::test]
    async fn a_slash_too_many_passes_no_guard() {
        let client = patient();
        let note = || client.post("/notes/").body("a note");
        marked(note()).await.expect_status(401);
        let reply = marked(note().basic_auth("ada", "plywood")).await;
        reply.expect_status(200).expect_text("6 bytes\n");
    }

    #[tokio::test]
    async fn a_note_that_is_too_long_is_refused_told_or_not() {
        let client = patient();
        let note = || client.post("/notes").basic_auth("ada", "plywood");
        let long = vec![b'-'; 10_001];
        marked(note().body(long.clone())).await.expect_status(413);
        // A stream does not tell its length beforehand.
        let stream = Body::new(RoughBody::new(long).pieces(2));
        marked(note().body(stream)).await.expect_status(413);
    }

    #[tokio::test]
    async fn what_takes_too_long_ends_in_a_page() {
        let client = client(Duration::from_millis(1));
        let reply = marked(client.get("/report").header("accept", "text/html")).await;
        reply.expect_status(504).expect_text_contains("<!doctype html>");
    }
}
// ANCHOR_END: test
