//! What each layer does to the type of the error, which is nothing. The compiler is the test.

use std::convert::Infallible;

use plywood::prelude::*;
use tower::Service;

use crate::{site::Trouble, stack::check};

/// Is the error of `service` an `E`?
fn fails_with<E, S>(service: S) -> S
where
    S: Service<Request<Body>, Error = E> + Clone + Send + Sync + 'static,
    S::Future: Send + 'static,
{
    service
}

/// Checks that `layer` keeps the error of whatever it stands around: one of the service's own, and none.
macro_rules! keeps_the_error {
    ($($layer:expr,)*) => {
        #[tokio::test]
        async fn each_layer_keeps_the_error_of_what_it_wraps() {
            $(
                let around = fails_with::<Trouble, _>($layer.layer(service_fn(troubled)));
                let request = Request::get("/").body(Body::empty()).unwrap();
                assert!(matches!(around.oneshot(request).await, Err(Trouble)));

                let hello = axum::routing::get(async || "hello");
                let router = axum::Router::new().route("/", hello);
                let around = fails_with::<Infallible, _>($layer.layer(router));
                let request = Request::get("/").body(Body::empty()).unwrap();
                let Ok(response) = around.oneshot(request).await;
                assert_eq!(response.status(), StatusCode::OK);

                let hello = axum::routing::get(async || "hello");
                let router = axum::Router::new().route("/", hello).layer($layer);
                let around = fails_with::<Infallible, _>(router);
                let request = Request::get("/").body(Body::empty()).unwrap();
                let Ok(response) = around.oneshot(request).await;
                assert_eq!(response.status(), StatusCode::OK);
            )*
        }
    };
}

keeps_the_error! {
    AccessLogLayer::new(|_: &[u8]| {}),
    CompressionLayer::new(),
    SessionLayer::new(MemoryStore::new()),
    BasicAuthLayer::new(check).below("/members"),
    FormLoginLayer::new(check).below("/account").open("/"),
    Files::new(tempfile::tempdir().unwrap().path()).unwrap().layer(),
    RequireLayer::signed_in().below("/vault"),
    plywood_lint::LintLayer::new(),
}

#[tokio::test]
async fn error_pages_alone_end_errors() {
    let around = fails_with::<Infallible, _>(ErrorPagesLayer::new().layer(service_fn(troubled)));
    let request = Request::get("/").body(Body::empty()).unwrap();
    let Ok(response) = around.oneshot(request).await;
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let failure = Failure::of(&response).unwrap();
    assert!(failure.reason().is::<Trouble>());
}

async fn troubled(_: Request<Body>) -> Result<Response<Body>, Trouble> {
    Err(Trouble)
}
