//! A real Chromium reads compressed pages, and the events of a compressed stream one by one.

#![expect(clippy::unwrap_used, reason = "a test may")]

use std::{
    collections::HashMap,
    convert::Infallible,
    future::ready,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use futures_util::stream;
use http_body::Frame;
use http_body_util::StreamBody;
use plywood::prelude::*;
use plywood_compression::{Coding, Dictionaries};
use tokio::{
    process::Command,
    sync::{mpsc, oneshot},
    time::timeout,
};

/// A hang is a failure. It is generous, because the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(600);

/// How many events a stream has.
const EVENTS: u32 = 5;

const CODINGS: [(&str, Coding); 3] = [
    ("/zstd", Coding::Zstd),
    ("/br", Coding::Br),
    ("/gzip", Coding::Gzip),
];

/// A page of which each version differs in some lines.
fn page(version: u32) -> String {
    let lines = (0..3000u32).map(|at| {
        let seed = if at % 20 == 0 {
            at + 3000 * version
        } else {
            at
        };
        format!("<p>line {at}, {}</p>\n", seed.wrapping_mul(2_654_435_761))
    });
    let lines: Vec<_> = lines.collect();
    [
        "<!doctype html><html lang=en><title>Lines</title>\n",
        &lines.concat(),
    ]
    .concat()
}

/// The streams that are open, by their path: whoever has read an event asks for the next.
type Streams = Arc<Mutex<HashMap<String, (u32, mpsc::UnboundedSender<Bytes>)>>>;

fn event(number: u32) -> Bytes {
    format!("data: {number}\n\n").into()
}

fn site(request: &Request<Body>, streams: &Streams) -> Result<Response<Body>, BoxError> {
    let path = request.uri().path();
    let below = |end| path.strip_suffix(end).map(str::to_owned);
    if let Some(name) = below("/events") {
        let (sender, receiver) = mpsc::unbounded_channel();
        sender.send(event(1))?;
        streams.lock().unwrap().insert(name, (1, sender));
        let frames = stream::unfold(receiver, |mut receiver| async {
            let data = receiver.recv().await?;
            Some((Ok::<_, Infallible>(Frame::data(data)), receiver))
        });
        let stream = Response::builder().header("content-type", "text/event-stream");
        return Ok(stream.body(Body::new(StreamBody::new(frames)))?);
    }
    if let Some(name) = below("/seen") {
        let mut streams = streams.lock().unwrap();
        let (last, sender) = streams.get_mut(&name).ok_or("no such stream")?;
        *last += 1;
        let (last, sent) = (*last, sender.send(event(*last)));
        if last == EVENTS {
            streams.remove(&name);
        }
        sent?;
        return Ok(Response::new("next".into()));
    }
    let version = path.rsplit('/').next();
    let version = version.and_then(|version| version.parse().ok());
    // A browser forgets a dictionary with the answer that it was.
    let page = Response::builder()
        .header("content-type", "text/html; charset=utf-8")
        .header("cache-control", "max-age=3600")
        .body(page(version.unwrap_or(0)).into());
    Ok(page?)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chromium_browser_reads_what_was_compressed() {
    let streams = Streams::default();
    let site = service_fn(move |request| ready(site(&request, &streams)));
    let coded = CODINGS.map(|(prefix, coding)| {
        let layer = CompressionLayer::new().codings([coding]);
        (prefix, layer.layer(site.clone()))
    });
    let difference = ["/dcz", "/dcb"].map(|prefix| {
        let pattern = format!("{prefix}/page/*");
        let dictionaries = Dictionaries::new().answers(&pattern, &pattern);
        let layer = CompressionLayer::new().dictionaries(dictionaries);
        (prefix, layer.layer(site.clone()))
    });
    let coded: Vec<_> = coded.into_iter().chain(difference).collect();
    let app = service_fn(move |mut request: Request<Body>| {
        if request.uri().path().starts_with("/dcb") {
            // Both are good to the browser, and the server likes the other one.
            let accepted = request.headers_mut().get_mut("accept-encoding").unwrap();
            let without = accepted.to_str().unwrap().replace("dcz", "identity");
            *accepted = without.try_into().unwrap();
        }
        let path = request.uri().path();
        let coded = coded.iter().find(|(prefix, _)| path.starts_with(prefix));
        let coded = coded.map(|(_, service)| service.clone());
        let plain = site.clone();
        async move {
            match coded {
                Some(service) => Ok(service.oneshot(request).await?.map(Body::new)),
                None => plain.oneshot(request).await,
            }
        }
    });
    let listener = Listener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    // By this name, and not by its number, a browser offers br, zstd and dictionaries without TLS.
    let address = format!("http://localhost:{port}");
    let (stop, stopped) = oneshot::channel::<()>();
    let server = Server::new(listener).grace(Duration::ZERO);
    let server = tokio::spawn(server.serve_until(app, async {
        let _ = stopped.await;
    }));

    let mut browser = Command::new("node")
        .args(["compression.mjs", &address, &EVENTS.to_string()])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("browser"))
        .kill_on_drop(true)
        .spawn()
        .expect("node is installed by ./test tools");
    let outcome = timeout(PATIENCE, browser.wait()).await;
    assert!(
        outcome.expect("no event is held back").unwrap().success(),
        "see the output above"
    );
    stop.send(()).unwrap();
    server.await.unwrap();
}
