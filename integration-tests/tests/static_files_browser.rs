//! A real Chromium plays a film by ranges, jumps in it, and reads the listing of a folder.

#![expect(clippy::unwrap_used, reason = "a test may")]

use std::{
    fs,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use http::header::RANGE;
use plywood::prelude::*;
use tokio::{process::Command, time::timeout};

/// A hang is a failure. It is generous, because the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(240);

/// What the browser asks for first.
const WHOLE: &str = "bytes=0-";

/// How often it asks for a part after that, at least: where the index is, and for a jump.
const JUMPS: usize = 2;

/// No answer is longer: it is less than half of the film, because a fast network brings the whole film in one answer, before the first jump.
const LONGEST: u64 = 4 << 20;

/// A range without an end gets one. A browser asks for what follows by itself, as it must of servers that do so.
fn shortened(range: &str) -> Option<HeaderValue> {
    let first = range.strip_prefix("bytes=")?.strip_suffix('-')?;
    let first: u64 = first.parse().ok()?;
    format!("bytes={first}-{}", first + LONGEST - 1)
        .parse()
        .ok()
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
    let files = Files::new(folder.path()).unwrap().listing();
    // All is asked for that is looked at.
    let files = files.cache_control(HeaderValue::from_static("no-store"));
    let ranges = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&ranges);
    let app = service_fn(move |mut request: Request<Body>| {
        let range = request.headers().get(RANGE).cloned();
        let range = range.map(|range| range.to_str().unwrap().to_owned());
        if let Some(shortened) = range.as_deref().and_then(shortened) {
            request.headers_mut().insert(RANGE, shortened);
        }
        let (files, seen) = (files.clone(), Arc::clone(&seen));
        async move {
            let response = files.oneshot(request).await?;
            if let Some(range) = range {
                seen.lock().unwrap().push((range, response.status()));
            }
            Ok::<_, std::convert::Infallible>(response)
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
