//! A program that is told to stop as soon as it has said where it is. A file of its own, because a signal is for the whole process.

#![cfg(unix)]

use std::{
    convert::Infallible,
    process::{Command, id},
    sync::mpsc,
    time::Duration,
};

use http::{Request, Response};
use plywood_core::Body;
use plywood_serve::{Listener, Server};
use tokio::time::timeout;
use tower::service_fn;

/// A hang is a failure. It is generous, because the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(240);

#[tokio::test]
async fn whoever_has_heard_where_it_is_can_stop_it_gracefully() {
    let app =
        service_fn(async |_: Request<Body>| Ok::<_, Infallible>(Response::new(Body::empty())));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.sock");
    for signal in ["-TERM", "-INT"] {
        let (tell, told) = mpsc::channel();
        let listener = Listener::bind(&format!("unix:{}", path.display()))
            .await
            .unwrap();
        let server = Server::new(listener).ready(move |listener| {
            tell.send(listener.to_string()).unwrap();
            let process = id().to_string();
            let killed = Command::new("kill").args([signal, &process]).status();
            assert!(killed.unwrap().success());
        });
        // Without a handler for the first this process is no more; that for the second stays from then on, and might be asleep.
        let ended = timeout(PATIENCE, server.serve(app)).await;
        ended.expect("the signal is heard").unwrap();
        assert_eq!(told.recv().unwrap(), format!("unix:{}", path.display()));
        assert!(!path.exists());
    }
}
