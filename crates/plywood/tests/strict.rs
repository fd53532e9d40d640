//! The whole stack takes even the lint's advice.

use std::{
    path::Path,
    sync::{Arc, Mutex},
};

use plywood::prelude::*;
use plywood_lint::LintLayer;

async fn page(_: Request<Body>) -> Result<Response<Body>, BoxError> {
    let response = Response::builder().header("content-type", "text/html; charset=utf-8");
    Ok(response.body("<p>hello, hello, hello".repeat(1000).into())?)
}

async fn visits(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let visits = Session::of(&request)?.update("visits", |visits: Option<u32>| {
        visits.unwrap_or_default() + 1
    });
    let text = format!("visit {}\n", visits.await?);
    let response = Response::builder().header("content-type", "text/plain; charset=utf-8");
    Ok(response.body(text.into())?)
}

async fn broken(_: Request<Body>) -> Result<Response<Body>, BoxError> {
    Err("out of order".into())
}

fn app(lint: LintLayer) -> Result<App, BoxError> {
    let login = |name: &str, password: &str| (password == "plywood").then(|| Identity::new(name));
    let files = Files::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))?;
    let dispatch = Dispatch::<BoxError>::builder()
        .get("/", page)
        .get("/visits", visits)
        .get("/broken", broken)
        .get("/private/page", page)
        .mount("/files", files)
        .build()?;
    Ok(plywood::app(
        ServiceBuilder::new()
            .layer(lint)
            .layer(AccessLogLayer::new(|_: &[u8]| {}))
            .layer(ErrorPagesLayer::new())
            .layer(CompressionLayer::new())
            .layer(SessionLayer::new(MemoryStore::new()))
            .layer(FormLoginLayer::new(login).below("/private"))
            .service(dispatch),
    ))
}

#[tokio::test]
async fn no_layer_needs_an_excuse() -> Result<(), BoxError> {
    let found = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&found);
    let lint = LintLayer::reporting(move |fault| {
        sink.lock().expect("no sink panics").push(fault.to_string());
    });
    let app = app(lint.strict())?;
    let targets = [
        "/",
        "/visits",
        "/broken",
        "/none",
        "/private/page",
        "/login",
        "/files",
        "/files/",
        "/files/lib.rs",
        "/files/none",
        "/a%2fb",
        "/%zz",
    ];
    let fields: [&[(&str, &str)]; 7] = [
        &[],
        &[("accept", "text/html"), ("accept-encoding", "gzip, br")],
        &[("accept", "application/json")],
        &[("range", "bytes=0-9")],
        &[("range", "bytes=0-9,20-29"), ("accept-encoding", "gzip")],
        &[("range", "bytes=9999999-")],
        &[("if-none-match", "*")],
    ];
    for target in targets {
        for method in ["GET", "HEAD", "POST", "PUT", "OPTIONS"] {
            for fields in fields {
                let mut request = Request::builder()
                    .method(method)
                    .uri(target)
                    .header("host", "example.com");
                for (name, value) in fields {
                    request = request.header(*name, *value);
                }
                let response = app.clone().oneshot(request.body(Body::empty())?).await?;
                let body = http_body_util::BodyExt::collect(response.into_body());
                body.await?;
                let found = std::mem::take(&mut *found.lock().expect("no sink panics"));
                assert!(found.is_empty(), "{method} {target} {fields:?}\n{found:#?}");
            }
        }
    }
    Ok(())
}
