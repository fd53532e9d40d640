//! A real Chromium plays a film by ranges, jumps in it, and reads the listing of a folder.

#![expect(clippy::unwrap_used, reason = "a test may")]

use std::{
    fs,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use futures_util::{StreamExt as _, stream};
use http::header::RANGE;
use http_body_util::{BodyDataStream, StreamBody};
use hyper::body::{Bytes, Frame};
use plywood::prelude::*;
use tokio::{process::Command, sync::watch, time::timeout};

/// A hang is a failure. It is generous, because the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(240);

/// What the browser asks for first.
const WHOLE: &str = "bytes=0-";

/// How often it asks for a part after that, at least: where the index is, and for a jump.
const JUMPS: usize = 2;

/// So much of each answer arrives until it has. It is less than half of the film, because a fast network brings the whole film in
/// one answer, before the first jump.
const AT_FIRST: usize = 4 << 20;

fn held_back(body: Body, jumps: watch::Receiver<usize>) -> Body {
    let data = stream::unfold(
        (BodyDataStream::new(body), 0, jumps),
        |(mut data, sent, mut jumps)| async move {
            if sent >= AT_FIRST {
                jumps.wait_for(|&jumps| jumps >= JUMPS).await.ok()?;
            }
            let part = data.next().await?;
            let sent = sent + part.as_ref().map_or(0, Bytes::len);
            Some((part.map(Frame::data), (data, sent, jumps)))
        },
    );
    Body::new(StreamBody::new(data))
}

fn fill(folder: &Path) {
    let player = "<!doctype html><html lang=en><title>Player</title><video></video>";
    fs::write(folder.join("player.html"), player).unwrap();
    // A browser asks for one by itself.
    fs::write(folder.join("favicon.ico"), "").unwrap();
    let shelf = folder.join("shelf");
    fs::create_dir_all(shelf.join("folder")).unwrap();
    for (name, content) in [
        ("a & b.txt", "both\n"),
        ("<b>not markup.txt", "plain\n"),
        ("päper.txt", "paper\n"),
        (".hidden.txt", "hidden\n"),
    ] {
        fs::write(shelf.join(name), content).unwrap();
    }
    fs::write(shelf.join("long.txt"), "long\n".repeat(10_000)).unwrap();
    fs::write(shelf.join(format!("{}.bin", "wide-".repeat(40))), "wide\n").unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chromium_browser_plays_a_film_by_ranges_and_reads_a_listing() {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path());
    // The browser's cache lets one answer of a film be written at a time, and keeps other requests for it back meanwhile.
    let files = Files::new(folder.path()).unwrap().listing();
    let files = files.cache_control(HeaderValue::from_static("no-store"));
    let ranges = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&ranges);
    let jumps = watch::Sender::new(0);
    let app = service_fn(move |request: Request<Body>| {
        let range = request.headers().get(RANGE).cloned();
        let (files, seen, jumps) = (files.clone(), Arc::clone(&seen), jumps.clone());
        async move {
            let response = files.oneshot(request).await?;
            let Some(range) = range else {
                return Ok::<_, std::convert::Infallible>(response);
            };
            let range = range.to_str().unwrap().to_owned();
            if range != WHOLE {
                jumps.send_modify(|jumps| *jumps += 1);
            }
            seen.lock().unwrap().push((range, response.status()));
            Ok(response.map(|body| held_back(body, jumps.subscribe())))
        }
    });
    let listener = Listener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(Server::new(listener).serve_until(app, std::future::pending()));

    let mut browser = Command::new("node")
        .arg("static_files.mjs")
        .arg(&address)
        .arg(folder.path())
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("browser"))
        .kill_on_drop(true)
        .spawn()
        .expect("node is installed by ./test tools");
    let outcome = timeout(PATIENCE, browser.wait()).await;
    let outcome = outcome.expect("nothing waits for ever").unwrap();
    assert!(outcome.success(), "see the output above");

    let ranges = ranges.lock().unwrap();
    let jumped = ranges.iter().filter(|(range, _)| range != WHOLE);
    assert!(jumped.count() >= JUMPS, "{ranges:?}");
    assert!(
        ranges.iter().all(|(range, status)| {
            range.starts_with("bytes=") && *status == StatusCode::PARTIAL_CONTENT
        }),
        "{ranges:?}"
    );
}
