#![no_main]

use std::{io::Write, sync::OnceLock};

use http::Request;
use http_body_util::BodyExt;
use libfuzzer_sys::fuzz_target;
use plywood_core::Body;
use plywood_static::Files;
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt;

fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        Builder::new_current_thread()
            .build()
            .expect("it can be made")
    })
}

// Whatever an archive says of itself, it is refused or served, and no body is longer than was announced.
fuzz_target!(|bytes: &[u8]| {
    let mut file = tempfile::NamedTempFile::new().expect("there is a temporary directory");
    file.write_all(bytes).expect("it is ours");
    let Ok(files) = Files::zip(file.path()) else {
        return;
    };
    for (target, coding) in [
        ("/a.txt", "gzip"),
        ("/a.txt", "identity"),
        ("/d/b.txt", "identity"),
    ] {
        let request = Request::get(target).header("accept-encoding", coding);
        let request = request.body(Body::empty()).expect("it is one");
        let Ok(response) = runtime().block_on(files.clone().oneshot(request));
        let announced = response.headers().get("content-length").cloned();
        let announced = announced.and_then(|value| value.to_str().ok()?.parse().ok());
        let Ok(body) = runtime().block_on(response.into_body().collect()) else {
            continue;
        };
        if let Some(announced) = announced {
            assert_eq!(body.to_bytes().len(), announced);
        }
    }
});
