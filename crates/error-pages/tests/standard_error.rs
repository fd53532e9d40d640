//! What is written where no subscriber listens.

#![allow(clippy::unwrap_used, reason = "all of this is a test")]

use std::{env, process::Command};

use futures_util::FutureExt;
use http::{Request, Response};
use plywood_core::{Body, BoxError};
use plywood_error_pages::ErrorPagesLayer;
use tower::{Layer, ServiceExt, service_fn};

#[test]
fn an_error_is_provoked() {
    let app = ErrorPagesLayer::new().layer(service_fn(|_: Request<Body>| {
        std::future::ready(Err::<Response<Body>, BoxError>("the reason".into()))
    }));
    let request = Request::get("/a?token=secret").body(Body::empty()).unwrap();
    let Ok(response) = app.oneshot(request).now_or_never().unwrap();
    assert_eq!(response.status(), 500);
}

#[test]
fn it_is_told_on_standard_error_and_a_test_that_provokes_it_is_quiet() {
    for (flags, told) in [(&["--nocapture"][..], true), (&[], false)] {
        let program = Command::new(env::current_exe().unwrap())
            .args(["--exact", "an_error_is_provoked"])
            .args(flags)
            .env_remove("RUST_TEST_NOCAPTURE")
            .output()
            .unwrap();
        assert!(program.status.success());
        let written = String::from_utf8(program.stderr).unwrap();
        let line = "ERROR \"/a\" could not be answered: the reason (incident ";
        assert_eq!(written.contains(line), told, "{written}");
    }
}
